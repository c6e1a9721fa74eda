"""What is done to folders and files alike: rename, move, trash, restore, delete."""

from tieline.domain.disk import Deleted, Kind, Level, Object
from tieline.services import disk, files
from tieline.services.call import Call
from tieline.store import disk as store
from tieline.store import disk_storages as storage_store


class IntoItself(Exception):
    """A folder cannot lie in itself."""


def rename(call: Call, object_id: int, kind: Kind, name: str) -> Object:
    """Give an object another name, which must be free in its folder."""
    found = disk.get(call, object_id, kind, Level.EDIT, lock=True)
    if found.is_fixed:
        raise disk.Denied
    disk.require_name(name)
    _require_free(call, found.parent_id, name, found)
    _put(call, found, found.parent_id, name)
    _tell(call, found)
    return disk.reload(call, object_id)


def move(call: Call, object_id: int, kind: Kind, target_id: int) -> Object | None:
    """Move an object into another folder of its storage; None where that is of another storage."""
    found = disk.get(call, object_id, kind, Level.EDIT, lock=True)
    target = disk.get_path(call, target_id, Kind.FOLDER, Level.ADD, lock=True)
    if found.is_fixed:
        raise disk.RootStays
    if found.is_of_message:
        raise disk.Denied
    if target[0].storage_id != found.storage_id:
        return None
    if any(step.id == found.id for step in target):
        raise IntoItself
    if target[0].id != found.parent_id:
        _require_free(call, target_id, found.name, found)
        below = disk.tree(call, found, deleted=None) if found.is_folder else []
        disk.require_room(call, target, height=1 + max((depth for _, depth in below), default=0))
        _put(call, found, target_id, found.name)
    return disk.reload(call, object_id)


def _require_free(call: Call, parent_id: int, name: str, found: Object) -> None:
    """Refuse a name that another object of the folder has; the folder stays locked."""
    if parent_id:
        store.find_object(call.tx, call.portal_id, parent_id, lock=True)
        if store.find_named(call.tx, call.portal_id, parent_id, name) not in (None, found.id):
            raise disk.NameTaken


def _put(call: Call, found: Object, parent_id: int, name: str) -> None:
    store.set_place(call.tx, call.portal_id, found.id, parent_id=parent_id, name=name, by=call.actor.id, now=call.now)


def trash(call: Call, object_id: int, kind: Kind) -> Object:
    """Put an object into the trash, a folder with all that is below it."""
    found = disk.get(call, object_id, kind, Level.FULL if kind is Kind.FOLDER else Level.EDIT, lock=True)
    if found.is_fixed:
        raise disk.RootStays
    if found.is_folder:
        _mark_below(call, found, Deleted.NO, Deleted.WITH_FOLDER)
    store.set_trashed(call.tx, call.portal_id, object_id, by=call.actor.id, now=call.now)
    _tell(call, found)
    return disk.reload(call, object_id)


def _mark_below(call: Call, folder: Object, before: Deleted, after: Deleted) -> None:
    below = [one for one, _ in disk.tree(call, folder, deleted=before)]
    ids = [one.id for one in below]
    store.set_deleted(call.tx, call.portal_id, ids, after, by=call.actor.id, now=call.now)
    for one in below:
        _tell(call, one)


def restore(call: Call, object_id: int, kind: Kind) -> Object:
    """Bring an object back from the trash: into its folder, or to the top where that is gone too."""
    path = disk.get_path(call, object_id, kind, Level.EDIT, lock=True, trashed=True)
    found = path[0]
    if found.deleted is Deleted.NO:
        raise disk.ObjectMissing(object_id)
    if found.parent_id:
        parent_id = _home(call, path)
        store.find_object(call.tx, call.portal_id, parent_id, lock=True)
        _put(call, found, parent_id, disk.free_name(call, parent_id, found.name, kind))
    store.set_deleted(call.tx, call.portal_id, [object_id], Deleted.NO, by=call.actor.id, now=call.now)
    if found.is_folder:
        _mark_below(call, found, Deleted.WITH_FOLDER, Deleted.NO)
    _tell(call, found)
    return disk.reload(call, object_id)


def _home(call: Call, path: list[Object]) -> int:
    parent = path[1] if len(path) > 1 else None
    if parent is not None and parent.deleted is Deleted.NO:
        return parent.id
    storage = storage_store.find_storage(call.tx, call.portal_id, path[0].storage_id)
    assert storage is not None
    return storage.root_id


def delete(call: Call, object_id: int, kind: Kind) -> None:
    """Delete an object for good, in the trash or not, a folder with all that is below it."""
    found = disk.get(call, object_id, kind, Level.FULL, lock=True, trashed=True)
    if found.is_fixed:
        raise disk.RootStays
    gone = [found, *(one for one, _ in (disk.tree(call, found, deleted=None) if found.is_folder else []))]
    store.remove_objects(call.tx, call.portal_id, [one.id for one in gone])
    for one in gone:
        _tell(call, one)


def _tell(call: Call, found: Object) -> None:
    """Let those who see a message see what happened to its file."""
    if found.is_of_message:
        files.show_change(call, found.chat_id, found.message_id)
