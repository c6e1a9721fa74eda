"""What the methods of the disk share: parameters, errors, how objects look, filters and orders of lists."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from tieline.api import filters
from tieline.api.faults import ApiError, Dialect, Fault, Problem
from tieline.api.filters import Field
from tieline.api.method import Doc, Page, Spelled
from tieline.api.wire import Reader, WrongValue, iso, iso_or_none, reader
from tieline.domain.disk import Object, Storage, Version
from tieline.domain.files import FileState, Received
from tieline.domain.user_fields import parse_moment
from tieline.methods.crm_lists import PAGE, number
from tieline.services import disk, disk_files, disk_links, disk_objects, disk_rights
from tieline.services.call import Call
from tieline.services.files import Noun, content_link
from tieline.store.filters import Condition, Order

ACCESS_DENIED = Fault("ACCESS_DENIED", "Access denied")
NOT_FOUND = Fault("ERROR_NOT_FOUND", "")
NAME_TAKEN = Fault("DISK_OBJ_22000", "The folder has an object of this name already")
ROOT_STAYS = Fault("DISK_OBJ_22000", "Could not delete root folder")
NAME_REQUIRED = Fault("DISK_BASE_SERVICE_22001", "Error: required parameter NAME (DISK_BASE_SERVICE_22001)")
NOT_SAVED = Fault("ERROR_COULD_NOT_SAVE_FILE", "Could not save file")
WRONG_RIGHTS = Fault("", "Invalid rights format")
NO_ROOM = Fault("ERROR_ARGUMENT", "The folder has no room for it, or would lie too deep")
INTO_ITSELF = Fault("ERROR_ARGUMENT", "A folder cannot lie in itself")
WRONG_NAME = Fault("ERROR_ARGUMENT", "A name has 1 to 255 characters, no slashes and no control characters")
NO_LOCKS = {"DISK_FILE_22007": "nobody locks a file by editing it"}
MAX_CONDITIONS = 50


def _wrong(name: str, _: Problem | None = None) -> Fault:
    return Fault("ERROR_ARGUMENT", f"Invalid value of parameter {{{name}}}")


DIALECT = Dialect(missing=_wrong, wrong=_wrong)
ERRORS: dict[type[Exception], Fault] = {disk.ObjectMissing: NOT_FOUND, disk.Denied: ACCESS_DENIED}
PLACE_ERRORS: dict[type[Exception], Fault] = {
    **ERRORS,
    disk.NameTaken: NAME_TAKEN,
    disk.NameWrong: WRONG_NAME,
    disk.TooMany: NO_ROOM,
    disk_objects.IntoItself: INTO_ITSELF,
}
UPLOAD_ERRORS: dict[type[Exception], Fault] = {
    **PLACE_ERRORS,
    disk.TooMany: NOT_SAVED,
    disk_files.ContentBroken: NOT_SAVED,
    disk_files.ContentTooLarge: NOT_SAVED,
    disk_rights.RightsWrong: WRONG_RIGHTS,
}
TREE_ERRORS: dict[type[Exception], Fault] = {**ERRORS, disk.TooMany: NO_ROOM}
GONE_ERRORS: dict[type[Exception], Fault] = {**TREE_ERRORS, disk.RootStays: ROOT_STAYS}
FileId = Annotated[int, Doc("Id of the file."), Spelled("id")]
FolderId = Annotated[int, Doc("Id of the folder."), Spelled("id")]
Target = Annotated[int, Doc("Id of the folder that it goes to."), Spelled("targetFolderId")]
NewName = Annotated[str, Doc("The new name."), Spelled("newName")]
Named = Annotated[dict[str, Any], Doc("NAME: what it is to be called."), Spelled("data")]
Content = Annotated[Any, Doc("The file's name and its content, Base64, at most 100 MB."), Spelled("fileContent")]
Rights = Annotated[
    Any, Doc("Rights as pairs of TASK_ID (71 read, 73 add, 75 edit, 79 all) and ACCESS_CODE."), Spelled("rights")
]
Unique = Annotated[
    bool, Doc("Puts a number behind a name that is taken, instead of refusing it."), Spelled("generateUniqueName")
]
Filter = Annotated[
    dict[str, Any] | None, Doc("Conditions by field, with a prefix such as `!`, `>`, `@` or `%`."), Spelled("filter")
]
Ordering = Annotated[dict[str, Any] | None, Doc("Fields with ASC or DESC."), Spelled("order")]
Start = Annotated[Any, Doc("How many to pass over; -1 returns the first 50 without counting."), Spelled("start")]
FIELD_TYPES = {
    "ID": "integer",
    "NAME": "string",
    "TYPE": "enum",
    "CODE": "string",
    "STORAGE_ID": "integer",
    "REAL_OBJECT_ID": "integer",
    "PARENT_ID": "integer",
    "CREATE_TIME": "datetime",
    "UPDATE_TIME": "datetime",
    "DELETE_TIME": "datetime",
    "CREATED_BY": "integer",
    "UPDATED_BY": "integer",
    "DELETED_BY": "integer",
    "GLOBAL_CONTENT_VERSION": "integer",
    "FILE_ID": "integer",
    "SIZE": "integer",
    "DELETED_TYPE": "enum",
}
_NEVER_FILTERED = frozenset(
    {"REAL_OBJECT_ID", "CREATED_BY", "UPDATED_BY", "DELETED_BY", "GLOBAL_CONTENT_VERSION", "FILE_ID", "SIZE"}
)
FRESH = ("ID", "REAL_OBJECT_ID", "DELETED_TYPE", "GLOBAL_CONTENT_VERSION", "FILE_ID")


def describe(names: Iterable[str], never_filtered: frozenset[str] = _NEVER_FILTERED) -> dict[str, dict[str, Any]]:
    """Describe fields by their names."""
    return {
        name: {
            "TYPE": FIELD_TYPES.get(name, "string"),
            "USE_IN_FILTER": name not in never_filtered,
            "USE_IN_SHOW": True,
        }
        for name in names
    }


def storage_view(storage: Storage) -> dict[str, Any]:
    """Write a storage."""
    return {
        "ID": str(storage.id),
        "NAME": storage.name,
        "CODE": None,
        "MODULE_ID": "disk",
        "ENTITY_TYPE": storage.kind.value,
        "ENTITY_ID": storage.entity_id,
        "ROOT_OBJECT_ID": str(storage.root_id),
    }


def made_view(call: Call, found: Object) -> dict[str, Any]:
    """Write a folder or file that has just been made."""
    return object_view(call, found, *FRESH) | {"DELETED_BY": None}


def object_view(call: Call, found: Object, *numbers: str) -> dict[str, Any]:
    """Write a folder or file; numbers come as texts but for those named, as samples have them."""
    zone = call.portal.time_zone
    storage_id, parent_id = disk.place(call, found)
    told: dict[str, Any] = {
        "ID": found.id,
        "NAME": found.name,
        "CODE": None,
        "STORAGE_ID": storage_id,
        "TYPE": found.kind.value,
        "REAL_OBJECT_ID": found.id,
        "PARENT_ID": parent_id,
        "DELETED_TYPE": int(found.deleted),
        "GLOBAL_CONTENT_VERSION": found.version,
        "FILE_ID": found.content_id or found.id,
        "SIZE": found.size or 0,
        "CREATE_TIME": iso(found.created_at, zone),
        "UPDATE_TIME": iso(found.updated_at, zone),
        "DELETE_TIME": iso_or_none(found.deleted_at, zone),
        "CREATED_BY": found.author_id,
        "UPDATED_BY": found.updated_by,
        "DELETED_BY": found.deleted_by,
        "DOWNLOAD_URL": download_url(call, found),
        "DETAIL_URL": disk_links.detail_url(call, found),
    }
    of_others = (
        ("GLOBAL_CONTENT_VERSION", "FILE_ID", "SIZE", "DOWNLOAD_URL") if found.is_folder else ("REAL_OBJECT_ID",)
    )
    return {
        name: str(value) if isinstance(value, int) and name not in numbers else value
        for name, value in told.items()
        if name not in of_others
    }


def download_url(call: Call, found: Object) -> str:
    """Return the link to a file's content; that of another version is another, since browsers keep contents."""
    if found.state is not FileState.READY:
        return ""
    link = content_link(call, Noun.FILE, found.id)
    return link if found.version == 1 else f"{link}?version={found.version}"


def version_view(call: Call, version: Version) -> dict[str, Any]:
    """Write a version of a file."""
    return {
        "ID": str(version.id),
        "OBJECT_ID": str(version.file_id),
        "SIZE": str(version.size),
        "NAME": version.name,
        "GLOBAL_CONTENT_VERSION": str(version.version),
        "CREATE_TIME": iso(version.created_at, call.portal.time_zone),
        "CREATED_BY": str(version.created_by),
        "DOWNLOAD_URL": content_link(call, Noun.VERSION, version.id),
    }


def name_in(data: Any) -> str | None:
    """Return the NAME of what is to be made, or None."""
    given = data.get("NAME") if isinstance(data, dict) else None
    if isinstance(given, Received):  # it is longer than any name
        raise ApiError(WRONG_NAME)
    return str(given) if isinstance(given, str | int) and not isinstance(given, bool) and given != "" else None


def required_name(data: dict[str, Any]) -> str:
    """Return the NAME of a folder that is to be made."""
    name = name_in(data)
    if name is None:
        raise ApiError(WRONG_NAME)
    return name


def required_file_name(data: Any) -> str:
    """Return the NAME of a file that is to be."""
    name = name_in(data)
    if name is None:
        raise ApiError(NAME_REQUIRED)
    return name


def page(items: list[Any], total: int, start: Any) -> Page:
    """Return a page of a list; without totals where none were asked for."""
    offset = number(start)
    if offset < 0:
        return Page(items)
    return Page(items, total=total, next=offset + PAGE if offset + PAGE < total else None)


def offset_of(start: Any) -> int:
    """Return where a page begins."""
    return max(number(start), 0)


def _moment(zone: str) -> Reader:
    def read(value: Any) -> int:
        try:
            return parse_moment(str(value), zone)
        except (ValueError, OverflowError) as error:
            raise WrongValue("datetime") from error

    return read


def fields_of(call: Call, names: Iterable[str], types: Mapping[str, str] = FIELD_TYPES) -> dict[str, Field]:
    """Return how values of fields are read, in filters and orders."""
    readers = {"integer": reader(int), "datetime": _moment(call.portal.time_zone)}
    numbers = readers | {"enum": reader(str)}
    return {
        name: Field(name, reader(int) if name == "DELETED_TYPE" else numbers.get(types.get(name, ""), reader(str)))
        for name in names
    }


def conditions(given: dict[str, Any] | None, fields: Mapping[str, Field]) -> list[Condition]:
    """Read a filter; a text with % of its own is a pattern also where no prefix says so."""
    given = given or {}
    if len(given) > MAX_CONDITIONS:
        raise ApiError(_wrong("filter"))
    told = {
        f"=%{key}" if isinstance(value, str) and "%" in value and key[:1].isalpha() else key: value
        for key, value in given.items()
    }
    try:
        return filters.conditions(told, fields)
    except WrongValue as error:
        raise ApiError(_wrong("filter")) from error


def orders(given: dict[str, Any] | None, fields: Mapping[str, Field]) -> list[Order]:
    """Read an order."""
    try:
        return filters.orders(given, fields)
    except WrongValue as error:
        raise ApiError(_wrong("order")) from error


def filtered(names: Iterable[str], never_filtered: frozenset[str] = _NEVER_FILTERED) -> list[str]:
    """Return the fields that filters may name."""
    return [name for name in names if name not in never_filtered]
