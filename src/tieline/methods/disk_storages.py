"""disk.storage.*: storages of people, of the company and of applications, and what lies at their top."""

from typing import Annotated, Any

from tieline.api.faults import ApiError, Fault
from tieline.api.method import Doc, Family, Page, Spelled
from tieline.domain.disk import StorageKind
from tieline.domain.user_fields import plain, read_number
from tieline.methods import disk as shared
from tieline.methods.crm_lists import PAGE
from tieline.methods.disk import (
    ACCESS_DENIED,
    DIALECT,
    ERRORS,
    NAME_REQUIRED,
    PLACE_ERRORS,
    UPLOAD_ERRORS,
    WRONG_NAME,
    WRONG_RIGHTS,
    Content,
    Filter,
    Named,
    NewName,
    Ordering,
    Rights,
    Start,
    Unique,
    storage_view,
)
from tieline.methods.disk_folders import list_children
from tieline.services import disk, disk_files, disk_folders, disk_rights, disk_storages
from tieline.services.call import Call
from tieline.services.disk_files import Upload
from tieline.store import disk_storages as store

APP_CONTEXT = Fault("ACCESS_DENIED", "Access denied! Application context required")
WRONG_KIND = Fault("", "Access denied (invalid type of storage)")
FIELDS = ("ID", "NAME", "CODE", "MODULE_ID", "ENTITY_TYPE", "ENTITY_ID", "ROOT_OBJECT_ID")
_TYPES = {"ID": "integer", "ROOT_OBJECT_ID": "integer"}
_NEVER_FILTERED = frozenset({"MODULE_ID", "ROOT_OBJECT_ID"})
StorageId = Annotated[int, Doc("Id of the storage."), Spelled("id")]

family = Family(scopes=("disk",), dialect=DIALECT, admin=ACCESS_DENIED)


def _require_app(call: Call) -> None:
    if call.app is None:
        raise ApiError(APP_CONTEXT)


@family.method("disk.storage.getTypes")
def get_types(call: Call) -> list[str]:  # noqa: ARG001
    """List the types of storages; there are no workgroups, and so no storages of theirs."""
    return [StorageKind.USER.value, StorageKind.COMMON.value, "group"]


@family.method("disk.storage.getFields")
def get_fields(call: Call) -> dict[str, dict[str, Any]]:  # noqa: ARG001
    """Describe the fields of storages."""
    told = shared.describe(FIELDS, _NEVER_FILTERED)
    return told | {"ROOT_OBJECT_ID": told["ROOT_OBJECT_ID"] | {"TYPE": "integer"}}


@family.method("disk.storage.getList", writes=True)
def get_list(call: Call, *, filter: Filter = None, order: Ordering = None, start: Start = 0) -> Page:  # noqa: A002
    """List the storages that the caller may read, 50 a page."""
    disk_storages.prepare(call)
    wanted = shared.conditions(filter, shared.fields_of(call, shared.filtered(FIELDS, _NEVER_FILTERED), _TYPES))
    orders = shared.orders(order, shared.fields_of(call, [name for name in FIELDS if name in store.FIELDS], _TYPES))
    ids, offset = disk_storages.visible(call), shared.offset_of(start)
    found = store.list_storages(call.tx, call.portal_id, ids, wanted, orders=orders, limit=PAGE, offset=offset)
    total = store.count_storages(call.tx, call.portal_id, ids, wanted)
    return shared.page([storage_view(storage) for storage in found], total, start)


@family.method("disk.storage.get", errors=ERRORS)
def get(
    call: Call,
    *,
    id: Annotated[Any, Doc("Id of the storage; null is the answer to what is no number."), Spelled("id")],  # noqa: A002
) -> dict[str, Any] | None:
    """Return a storage."""
    try:
        storage_id = read_number(plain(id)) if isinstance(id, str | int) else None
    except ValueError:
        storage_id = None
    return None if storage_id is None else storage_view(disk_storages.get(call, storage_id))


@family.method(
    "disk.storage.getForApp",
    writes=True,
    admin=True,
    faults=(APP_CONTEXT,),
    unreachable={"ERROR_NOT_FOUND": "a token of an application that is not there is refused before"},
)
def get_for_app(call: Call) -> dict[str, Any]:
    """Return the storage of the calling application, which is made when it is first asked for."""
    _require_app(call)
    return storage_view(disk_storages.of_app(call))


@family.method(
    "disk.storage.rename",
    writes=True,
    admin=True,
    faults=(APP_CONTEXT,),
    errors={**ERRORS, disk_storages.NotOfApp: WRONG_KIND, disk.NameWrong: WRONG_NAME},
)
def rename(call: Call, *, id: StorageId, new_name: NewName) -> dict[str, Any]:  # noqa: A002
    """Rename the storage of the calling application."""
    _require_app(call)
    return storage_view(disk_storages.rename(call, id, new_name))


@family.method("disk.storage.getChildren", errors={disk.ObjectMissing: shared.NOT_FOUND})
def get_children(
    call: Call,
    *,
    id: StorageId,  # noqa: A002
    filter: Filter = None,  # noqa: A002
    order: Ordering = None,
    start: Start = 0,
) -> Page:
    """List what lies at the top of a storage, as far as the caller may read it, 50 a page."""
    return list_children(call, disk_storages.find(call, id).root_id, filter, order, start)


@family.method(
    "disk.storage.addFolder",
    writes=True,
    faults=(WRONG_NAME,),
    errors={**PLACE_ERRORS, disk_rights.RightsWrong: WRONG_RIGHTS},
)
def add_folder(call: Call, *, id: StorageId, data: Named, rights: Rights = None) -> dict[str, Any]:  # noqa: A002
    """Make a folder at the top of a storage."""
    root_id, name = disk_storages.find(call, id).root_id, shared.required_name(data)
    return shared.made_view(call, disk_folders.add(call, root_id, name, disk_rights.read(rights)))


@family.method(
    "disk.storage.uploadFile",
    writes=True,
    large=True,
    faults=(NAME_REQUIRED,),
    errors=UPLOAD_ERRORS,
)
def upload_file(
    call: Call,
    *,
    id: StorageId,  # noqa: A002
    data: Annotated[Any, Doc("NAME: what the file is to be called."), Spelled("data")] = None,
    file_content: Content,
    rights: Rights = None,
    generate_unique_name: Unique = False,
) -> dict[str, Any]:
    """Upload a file to the top of a storage."""
    name = shared.required_file_name(data)
    root_id, granted = disk_storages.find(call, id).root_id, tuple(disk_rights.read(rights))
    given = Upload(name, disk_files.encoded_in(file_content), generate_unique_name, granted)
    return shared.made_view(call, disk_files.upload(call, root_id, given))
