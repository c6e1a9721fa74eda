"""Folders of the disk: made, looked into, copied; searched together with files."""

from tieline.domain.disk import Deleted, Kind, Level, Object, StorageKind
from tieline.services import disk, disk_files, disk_rights, disk_storages
from tieline.services.call import Call
from tieline.services.disk_rights import Right
from tieline.store import disk as store
from tieline.store import disk_storages as storage_store
from tieline.store.filters import Condition, Order, like

MAX_COPIED = 2_000


class ScopeMissing(Exception):
    """What is to be searched is not there for the caller."""


class NotSearched(Exception):
    """Files of chats are not searched here."""


def add(call: Call, parent_id: int, name: str, rights: list[Right] | None = None) -> Object:
    """Make a folder in another."""
    path = disk.get_path(call, parent_id, Kind.FOLDER, Level.ADD, lock=True)
    disk.require_name(name)
    disk.require_room(call, path)
    made = _add(call, path[0], name)
    disk_rights.grant(call, made.id, rights or [])
    return made


def _add(call: Call, parent: Object, name: str) -> Object:
    folder_id = store.add_folder(
        call.tx,
        call.portal_id,
        storage_id=parent.storage_id,
        parent_id=parent.id,
        name=name,
        author_id=call.actor.id,
        now=call.now,
    )
    if folder_id is None:
        raise disk.NameTaken
    return disk.reload(call, folder_id)


def children(
    call: Call, folder_id: int, conditions: list[Condition], orders: list[Order], *, limit: int, offset: int
) -> tuple[list[Object], int]:
    """Return a page of what lies in a folder, and how much there is; only what the caller may read."""
    path = disk.get_path(call, folder_id, Kind.FOLDER, Level.NONE)
    readable = disk.level(call, path) >= Level.READ
    shared = None if readable else [] if any(step.chat_id for step in path) else disk.subjects(call)
    hidden = disk.hidden_in(call, path[0].chat_id)
    found = store.list_children(
        call.tx,
        call.portal_id,
        path[0],
        conditions,
        shared_with=shared,
        hidden=hidden,
        orders=orders,
        limit=limit,
        offset=offset,
    )
    return found, store.count_children(call.tx, call.portal_id, path[0], conditions, shared_with=shared, hidden=hidden)


def copy(call: Call, folder_id: int, target_id: int) -> Object:
    """Copy a folder with all that is below it into another, but for files of messages that the caller may not see."""
    path = disk.get_path(call, folder_id, Kind.FOLDER, Level.READ)
    source = path[0]
    target = disk.get_path(call, target_id, Kind.FOLDER, Level.ADD, lock=True)
    below = disk.tree(call, source, deleted=Deleted.NO, most=MAX_COPIED)
    disk.require_room(call, target, height=1 + max((depth for _, depth in below), default=0))
    made = _add(call, target[0], source.name)
    copies = {source.id: made}
    for one, _ in below:
        parent = copies[one.parent_id]
        if one.is_folder:
            copies[one.id] = _add(call, parent, one.name)
        elif not one.is_of_message or disk.level(call, [one, *path]) >= Level.READ:
            disk_files.copy_into(call, one, parent)
    return made


def search(
    call: Call, text: str, kind: Kind | None, *, storage_id: int | None, folder_id: int | None, limit: int, offset: int
) -> list[Object]:
    """Find folders and files by their names, in a storage or below a folder; what changed last comes first."""
    known = storage_store.find_owned(call.tx, call.portal_id, StorageKind.CHATS, 0)
    chats = known.id if known else 0
    if storage_id is not None and chats == storage_id:
        raise NotSearched
    if storage_id is not None:
        _require_storage(call, storage_id)
    if folder_id is not None:
        folder = _folder(call, folder_id)
        if folder.storage_id == chats:
            raise NotSearched
        if storage_id not in (None, folder.storage_id):
            raise ScopeMissing
    return store.search(
        call.tx,
        call.portal_id,
        like(text),
        kind=kind,
        storages=disk_storages.visible(call),
        subjects=disk.subjects(call),
        excluded=chats,
        storage_id=storage_id,
        folder_id=folder_id,
        limit=limit,
        offset=offset,
    )


def _require_storage(call: Call, storage_id: int) -> None:
    """Let a storage be searched that the caller may read as a whole, or of which something is shared."""
    found = storage_store.find_storage(call.tx, call.portal_id, storage_id)
    if found is None or disk.level(call, store.list_path(call.tx, call.portal_id, found.root_id)) < Level.READ:
        raise ScopeMissing


def _folder(call: Call, folder_id: int) -> Object:
    try:
        return disk.get(call, folder_id, Kind.FOLDER, Level.READ)
    except (disk.ObjectMissing, disk.Denied) as error:
        raise ScopeMissing from error
