"""Storages of the disk: whose there are, which the caller sees, that of an application."""

from tieline.domain.apps import App
from tieline.domain.disk import Kind, Level, Storage, StorageKind
from tieline.services import disk
from tieline.services.call import Call
from tieline.store import disk as object_store
from tieline.store import disk_rights as right_store
from tieline.store import disk_storages as store


class StorageMissing(disk.ObjectMissing):
    """There is no such storage."""


class NotOfApp(Exception):
    """The storage is no application's."""


def prepare(call: Call) -> None:
    """Make the storages that the caller should see: the common one and the own; for administrators everybody's."""
    disk.storage_of(call, StorageKind.COMMON, 0, disk.COMMON_NAME, disk.COMMON_NAME)
    if call.actor.is_admin:
        for user_id, name in store.list_homeless(call.tx, call.portal_id):
            disk.storage_of(call, StorageKind.USER, user_id, "", name)
    else:
        disk.storage_of(call, StorageKind.USER, call.actor.id, "", call.actor.full_name)


def visible(call: Call) -> list[int] | None:
    """Return the storages that the caller may read; None for an administrator, who reads all."""
    if call.actor.is_admin:
        return None
    owned = [(StorageKind.COMMON, 0), (StorageKind.USER, call.actor.id)]
    if call.app is not None:
        owned.append((StorageKind.APP, call.app.id))
    own = [store.find_owned(call.tx, call.portal_id, *owner) for owner in owned]
    shared = right_store.list_shared_storages(call.tx, call.portal_id, disk.subjects(call))
    return [*(storage.id for storage in own if storage is not None), *shared]


def find(call: Call, storage_id: int) -> Storage:
    """Return a storage, whoever may read it."""
    found = store.find_storage(call.tx, call.portal_id, storage_id)
    if found is None:
        raise StorageMissing(storage_id)
    return found


def get(call: Call, storage_id: int) -> Storage:
    """Return a storage that the caller may read."""
    found = find(call, storage_id)
    disk.get(call, found.root_id, Kind.FOLDER, Level.READ)
    return found


def of_app(call: Call) -> Storage:
    """Return the storage of the calling application, which is made when it is first asked for."""
    app = call.owner
    return disk.storage_of(call, StorageKind.APP, app.id, app.name, app.name)


def rename(call: Call, storage_id: int, name: str) -> Storage:
    """Rename the storage of the calling application."""
    found = find(call, storage_id)
    if found.kind is not StorageKind.APP:
        raise NotOfApp
    if call.owner.id != found.owner_id:
        raise disk.Denied
    disk.require_name(name)
    store.set_name(call.tx, call.portal_id, found.id, name)
    object_store.set_place(
        call.tx, call.portal_id, found.root_id, parent_id=0, name=name, by=call.actor.id, now=call.now
    )
    return find(call, storage_id)


def remove_of_app(call: Call, app: App) -> None:
    """Forget the storage of an application with all that is in it."""
    found = store.find_owned(call.tx, call.portal_id, StorageKind.APP, app.id)
    if found is not None:
        object_store.remove_storage_objects(call.tx, call.portal_id, found.id)
        store.remove_storage(call.tx, call.portal_id, found.id)
