"""disk.folder.*: folders, what lies in them, uploads into them, sharing."""

from typing import Annotated, Any

from tieline.api.faults import Fault
from tieline.api.method import Doc, Family, Page, Spelled
from tieline.domain.disk import Kind, Level
from tieline.methods import disk as shared
from tieline.methods.crm_lists import PAGE
from tieline.methods.disk import (
    ACCESS_DENIED,
    DIALECT,
    ERRORS,
    FIELD_TYPES,
    GONE_ERRORS,
    NAME_REQUIRED,
    NOT_FOUND,
    PLACE_ERRORS,
    TREE_ERRORS,
    UPLOAD_ERRORS,
    WRONG_NAME,
    WRONG_RIGHTS,
    Filter,
    FolderId,
    Named,
    NewName,
    Ordering,
    Rights,
    Start,
    Target,
    Unique,
    made_view,
    object_view,
)
from tieline.services import disk, disk_files, disk_folders, disk_links, disk_objects, disk_rights
from tieline.services.call import Call
from tieline.services.disk_files import Upload
from tieline.store.disk import FIELDS as SORTED_BY

ROOT_CANNOT_MOVE = Fault("", "Could not move root folder")
FIELDS = tuple(name for name in FIELD_TYPES if name not in ("GLOBAL_CONTENT_VERSION", "FILE_ID", "SIZE"))
FIELD = "file"  # of the form that an upload address takes

family = Family(scopes=("disk",), dialect=DIALECT, admin=ACCESS_DENIED)


def list_children(
    call: Call, folder_id: int, given: dict[str, Any] | None, order: dict[str, Any] | None, start: Any
) -> Page:
    """Return a page of what lies in a folder."""
    wanted = shared.conditions(given, shared.fields_of(call, shared.filtered(FIELD_TYPES)))
    ordered = shared.orders(order, shared.fields_of(call, SORTED_BY))
    found, total = disk_folders.children(call, folder_id, wanted, ordered, limit=PAGE, offset=shared.offset_of(start))
    return shared.page([object_view(call, one) for one in found], total, start)


@family.method("disk.folder.getFields")
def get_fields(call: Call) -> dict[str, dict[str, Any]]:  # noqa: ARG001
    """Describe the fields of folders."""
    return shared.describe(FIELDS)


@family.method("disk.folder.get", errors=ERRORS)
def get(call: Call, *, id: FolderId) -> dict[str, Any]:  # noqa: A002
    """Return a folder."""
    return object_view(call, disk.get(call, id, Kind.FOLDER, Level.READ))


@family.method("disk.folder.getChildren", errors={disk.ObjectMissing: NOT_FOUND})
def get_children(
    call: Call,
    *,
    id: FolderId,  # noqa: A002
    filter: Filter = None,  # noqa: A002
    order: Ordering = None,
    start: Start = 0,
) -> Page:
    """List what lies in a folder, as far as the caller may read it, 50 a page."""
    return list_children(call, id, filter, order, start)


@family.method(
    "disk.folder.addSubFolder",
    writes=True,
    faults=(WRONG_NAME,),
    errors={**PLACE_ERRORS, disk_rights.RightsWrong: WRONG_RIGHTS},
)
def add_sub_folder(call: Call, *, id: FolderId, data: Named, rights: Rights = None) -> dict[str, Any]:  # noqa: A002
    """Make a folder in another."""
    return made_view(call, disk_folders.add(call, id, shared.required_name(data), disk_rights.read(rights)))


@family.method("disk.folder.copyTo", writes=True, errors=PLACE_ERRORS)
def copy_to(call: Call, *, id: FolderId, target_folder_id: Target) -> dict[str, Any]:  # noqa: A002
    """Copy a folder with all that is in it into another."""
    return made_view(call, disk_folders.copy(call, id, target_folder_id))


@family.method(
    "disk.folder.moveTo",
    writes=True,
    errors={**PLACE_ERRORS, disk.RootStays: ROOT_CANNOT_MOVE},
)
def move_to(call: Call, *, id: FolderId, target_folder_id: Target) -> Any:  # noqa: A002
    """Move a folder with all that is in it into another of the same storage; false where that is of another one."""
    moved = disk_objects.move(call, id, Kind.FOLDER, target_folder_id)
    return object_view(call, moved, "PARENT_ID") if moved else False


@family.method("disk.folder.rename", writes=True, errors=PLACE_ERRORS)
def rename(call: Call, *, id: FolderId, new_name: NewName) -> dict[str, Any]:  # noqa: A002
    """Rename a folder."""
    return object_view(call, disk_objects.rename(call, id, Kind.FOLDER, new_name))


@family.method("disk.folder.markDeleted", writes=True, errors=GONE_ERRORS)
def mark_deleted(call: Call, *, id: FolderId) -> dict[str, Any]:  # noqa: A002
    """Put a folder with all that is in it into the trash."""
    return object_view(call, disk_objects.trash(call, id, Kind.FOLDER), "DELETED_TYPE")


@family.method("disk.folder.restore", writes=True, admin=True, errors=TREE_ERRORS)
def restore(call: Call, *, id: FolderId) -> dict[str, Any]:  # noqa: A002
    """Bring a folder back from the trash, with all that went there with it."""
    return object_view(call, disk_objects.restore(call, id, Kind.FOLDER), "DELETED_TYPE")


@family.method("disk.folder.deleteTree", writes=True, errors=GONE_ERRORS)
def delete_tree(call: Call, *, id: FolderId) -> bool:  # noqa: A002
    """Delete a folder for good, with all that is in it."""
    disk_objects.delete(call, id, Kind.FOLDER)
    return True


@family.method("disk.folder.getExternalLink", writes=True, errors=ERRORS)
def get_external_link(call: Call, *, id: FolderId) -> str:  # noqa: A002
    """Return the public link to a folder, which asks for no login."""
    return disk_links.external_link(call, id, Kind.FOLDER)


@family.method("disk.folder.shareToUser", writes=True, errors=ERRORS)
def share_to_user(
    call: Call,
    *,
    id: FolderId,  # noqa: A002
    user_id: Annotated[int, Doc("Id of the person."), Spelled("userId")],
    task_name: Annotated[
        str,
        Doc("disk_access_read, disk_access_add, disk_access_edit or disk_access_full; no more than the caller has."),
        Spelled("taskName"),
    ],
) -> bool:
    """Let a person read, add to, edit or fully use a folder with all that is in it."""
    disk_rights.share(call, id, user_id, task_name)
    return True


@family.method("disk.rights.getTasks", documented=False)
def get_tasks(call: Call) -> list[dict[str, str]]:  # noqa: ARG001
    """List the levels that rights may give, the highest first."""
    titles = {Level.READ: "Read", Level.ADD: "Add", Level.EDIT: "Edit", Level.FULL: "Full access"}
    return [
        {"ID": str(number), "NAME": name, "TITLE": titles[level]}
        for number, (name, level) in sorted(disk_rights.TASKS.items(), reverse=True)
    ]


@family.method(
    "disk.folder.uploadFile",
    writes=True,
    large=True,
    faults=(NAME_REQUIRED,),
    errors=UPLOAD_ERRORS,
)
def upload_file(
    call: Call,
    *,
    id: FolderId,  # noqa: A002
    data: Annotated[Any, Doc("NAME: what the file is to be called."), Spelled("data")] = None,
    file_content: Annotated[
        Any,
        Doc("The file's name and its content, Base64, at most 100 MB; without it an address for uploads is returned."),
        Spelled("fileContent"),
    ] = None,
    rights: Rights = None,
    generate_unique_name: Unique = False,
) -> dict[str, Any]:
    """Upload a file into a folder, or return an address that takes the file as a form, for an hour."""
    granted = disk_rights.read(rights)
    if file_content is None:
        address = disk_links.upload_url(call, id, unique=generate_unique_name, rights=granted)
        return {"field": FIELD, "uploadUrl": address}
    name = shared.required_file_name(data)
    given = Upload(name, disk_files.encoded_in(file_content), generate_unique_name, tuple(granted))
    return made_view(call, disk_files.upload(call, id, given))
