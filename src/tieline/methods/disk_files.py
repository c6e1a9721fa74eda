"""disk.file.*: files of the disk, those of chats among them: their versions, copies, links; search."""

from typing import Annotated, Any

from tieline.api.differences import Difference
from tieline.api.faults import ApiError, Fault
from tieline.api.method import Doc, Family, Page, Spelled
from tieline.domain.disk import Kind, Level
from tieline.domain.user_fields import plain, read_number
from tieline.methods import disk as shared
from tieline.methods.crm_lists import PAGE, number
from tieline.methods.disk import (
    ACCESS_DENIED,
    DIALECT,
    ERRORS,
    FIELD_TYPES,
    NO_LOCKS,
    PLACE_ERRORS,
    Content,
    FileId,
    Filter,
    NewName,
    Start,
    Target,
    made_view,
    object_view,
)
from tieline.services import disk, disk_files, disk_folders, disk_links, disk_objects
from tieline.services.call import Call
from tieline.store.disk_versions import FIELDS as VERSION_FIELDS

EMPTY_NAME = Fault("0", "Empty name")
COPY_FAILED = Fault("DISK_FILE_22003", "Could not copy file")
OF_ANOTHER_FILE = Fault("DISK_FILE_22004", "Cannot restore version from another file")
NOT_SAVED = Fault("DISK_FILE_22002", "Could not save file")
TOO_LARGE = Fault("DISK_FILE_22006", "Size restriction")
INVALID_QUERY = Fault("INVALID_QUERY", "Search query is invalid. (INVALID_QUERY).")
INVALID_TYPE = Fault("INVALID_TYPE", "Search result type is invalid. (INVALID_TYPE).")
INVALID_FILTER = Fault("INVALID_FILTER", "Search filter contains an unknown field. (INVALID_FILTER).")
NO_SCOPE = Fault("NOT_FOUND", "Search scope was not found. (NOT_FOUND).")
UNSUPPORTED = Fault("UNSUPPORTED_STORAGE", "Search is not supported for this storage. (UNSUPPORTED_STORAGE).")
BY_NAMES = Difference(80, "The search of files looks at names, not into documents.")
FIELDS = tuple(name for name in FIELD_TYPES if name != "REAL_OBJECT_ID")
KINDS = {"file": Kind.FILE, "folder": Kind.FOLDER, "all": None}
LEAST_QUERY, MOST_QUERY = 3, 255
LAST_START = 1_000
_VERSION_TYPES = dict.fromkeys(VERSION_FIELDS, "integer") | {"NAME": "string", "CREATE_TIME": "datetime"}

family = Family(scopes=("disk",), dialect=DIALECT, admin=ACCESS_DENIED)


@family.method("disk.file.getFields")
def get_fields(call: Call) -> dict[str, dict[str, Any]]:  # noqa: ARG001
    """Describe the fields of files."""
    return shared.describe(FIELDS)


@family.method("disk.file.get", writes=True, errors=ERRORS)
def get(call: Call, *, id: FileId) -> dict[str, Any]:  # noqa: A002
    """Return a file; one of a message says in which folder those of its chat are, which is made at need."""
    return object_view(call, disk.get(call, id, Kind.FILE, Level.READ))


@family.method(
    "disk.file.rename",
    writes=True,
    may_be_empty=("new_name",),
    errors={disk.NameEmpty: EMPTY_NAME, **PLACE_ERRORS},
)
def rename(call: Call, *, id: FileId, new_name: NewName) -> dict[str, Any]:  # noqa: A002
    """Rename a file."""
    return object_view(call, disk_objects.rename(call, id, Kind.FILE, new_name))


@family.method("disk.file.copyTo", writes=True, errors={**PLACE_ERRORS, disk_files.CopyFailed: COPY_FAILED})
def copy_to(call: Call, *, id: FileId, target_folder_id: Target) -> dict[str, Any]:  # noqa: A002
    """Copy a file into a folder."""
    return made_view(call, disk_files.copy(call, id, target_folder_id))


@family.method("disk.file.moveTo", writes=True, errors=PLACE_ERRORS, unreachable=NO_LOCKS)
def move_to(call: Call, *, id: FileId, target_folder_id: Target) -> Any:  # noqa: A002
    """Move a file into a folder of the same storage; false where that is of another one."""
    moved = disk_objects.move(call, id, Kind.FILE, target_folder_id)
    return object_view(call, moved, "PARENT_ID") if moved else False


@family.method("disk.file.markDeleted", writes=True, errors=ERRORS)
def mark_deleted(call: Call, *, id: FileId) -> dict[str, Any]:  # noqa: A002
    """Put a file into the trash."""
    return object_view(call, disk_objects.trash(call, id, Kind.FILE))


@family.method("disk.file.restore", writes=True, errors=ERRORS)
def restore(call: Call, *, id: FileId) -> dict[str, Any]:  # noqa: A002
    """Bring a file back from the trash; where its name has been taken since, a number is put behind it."""
    return object_view(call, disk_objects.restore(call, id, Kind.FILE), "DELETED_TYPE")


@family.method("disk.file.delete", writes=True, errors=ERRORS, unreachable=NO_LOCKS)
def delete(call: Call, *, id: FileId) -> bool:  # noqa: A002
    """Delete a file for good."""
    disk_objects.delete(call, id, Kind.FILE)
    return True


@family.method("disk.file.getExternalLink", writes=True, errors=ERRORS)
def get_external_link(call: Call, *, id: FileId) -> str:  # noqa: A002
    """Return the public link to a file, which asks for no login."""
    return disk_links.external_link(call, id, Kind.FILE)


@family.method(
    "disk.file.uploadVersion",
    writes=True,
    large=True,
    errors={**ERRORS, disk_files.ContentBroken: NOT_SAVED, disk_files.ContentTooLarge: TOO_LARGE},
    unreachable={"DISK_FILE_22005": "a content is kept under its digest, so what was saved is found"},
)
def upload_version(call: Call, *, id: FileId, file_content: Content) -> dict[str, Any]:  # noqa: A002
    """Upload a new version of a file; its name stays."""
    return object_view(call, disk_files.upload_version(call, id, file_content), "GLOBAL_CONTENT_VERSION")


@family.method("disk.file.getVersions", errors=ERRORS)
def get_versions(call: Call, *, id: FileId, filter: Filter = None, start: Start = 0) -> Page:  # noqa: A002
    """List the versions of a file, the newest first, 50 a page; the latest hundred are kept."""
    wanted = shared.conditions(filter, shared.fields_of(call, VERSION_FIELDS, _VERSION_TYPES))
    found, total = disk_files.versions(call, id, wanted, limit=PAGE, offset=shared.offset_of(start))
    return shared.page([shared.version_view(call, version) for version in found], total, start)


@family.method("disk.version.get", documented=False, errors=ERRORS)
def get_version(
    call: Call,
    *,
    id: Annotated[int, Doc("Id of the version."), Spelled("id")],  # noqa: A002
) -> dict[str, Any]:
    """Return a version of a file."""
    return shared.version_view(call, disk_files.version(call, id))


@family.method(
    "disk.file.restoreFromVersion",
    writes=True,
    errors={**ERRORS, disk_files.CopyFailed: COPY_FAILED, disk_files.OfAnotherFile: OF_ANOTHER_FILE},
)
def restore_from_version(
    call: Call,
    *,
    id: FileId,  # noqa: A002
    version_id: Annotated[int, Doc("Id of the version."), Spelled("versionId")],
) -> dict[str, Any]:
    """Give a file the content of one of its versions again, as its newest version."""
    return object_view(call, disk_files.restore_version(call, id, version_id), "GLOBAL_CONTENT_VERSION")


@family.method(
    "disk.file.search",
    faults=(INVALID_QUERY, INVALID_TYPE, INVALID_FILTER, NO_SCOPE),
    errors={disk_folders.ScopeMissing: NO_SCOPE, disk_folders.NotSearched: UNSUPPORTED},
    may_be_empty=("query", "type", "filter"),
    differs=(BY_NAMES,),
)
def search(
    call: Call,
    *,
    query: Annotated[Any, Doc("What names contain: 3 to 255 characters.")],
    type: Annotated[Any, Doc("`file`, `folder` or `all`.")] = "file",  # noqa: A002
    filter: Annotated[Any, Doc("STORAGE_ID and FOLDER_ID: where to look.")] = None,  # noqa: A002
    start: Annotated[Any, Doc("How many to pass over, at most 1000."), Spelled("start")] = 0,
) -> Page:
    """Find files and folders by their names, what changed last first, 50 at once."""
    text = " ".join(query.split()) if isinstance(query, str) else ""
    if not LEAST_QUERY <= len(text) <= MOST_QUERY:
        raise ApiError(INVALID_QUERY)
    if not isinstance(type, str) or type not in KINDS:
        raise ApiError(INVALID_TYPE)
    offset = min(max(number(start), 0), LAST_START)
    where = _scope(filter)
    found = disk_folders.search(
        call,
        text,
        KINDS[type],
        storage_id=where.get("STORAGE_ID"),
        folder_id=where.get("FOLDER_ID"),
        limit=PAGE + 1,
        offset=offset,
    )
    more = len(found) > PAGE and offset < LAST_START
    return Page([object_view(call, one) for one in found[:PAGE]], next=min(offset + PAGE, LAST_START) if more else None)


def _scope(given: Any) -> dict[str, int]:
    """Read where to search."""
    if given is None or given == []:
        return {}
    if not isinstance(given, dict):
        raise ApiError(NO_SCOPE)
    if not given.keys() <= {"STORAGE_ID", "FOLDER_ID"}:
        raise ApiError(INVALID_FILTER)
    if any(isinstance(value, dict | list) for value in given.values()):
        raise ApiError(NO_SCOPE)
    try:
        return {name: read_number(plain(value)) for name, value in given.items()}
    except ValueError as error:
        raise ApiError(NO_SCOPE) from error
