"""user.userfield.*: fields that a portal adds to its people."""

from typing import Annotated, Any

from tieline.api.differences import Difference
from tieline.api.faults import ApiError, Fault, missing_argument
from tieline.api.method import Doc, Family, Page, Spelled
from tieline.api.wire import yes_no
from tieline.domain.ids import parse_id
from tieline.domain.user_fields import FieldType, UserField
from tieline.methods.filters import meets, order, split
from tieline.services import user_fields
from tieline.services.call import Call

NAME_MISSING = Fault("", "The 'FIELD_NAME' field is not found.")
TYPE_MISSING = Fault("", "The 'USER_TYPE_ID' field is not found.")
TYPE_EMPTY = missing_argument("USER_TYPE_ID")
FIELD_EXISTS = Fault("ERROR_CORE", "")
CANNOT_CREATE = Fault("ERROR_CORE", "Fail to create new user field")
ACCESS_DENIED = Fault("", "Access denied.")
WRONG_ID = Fault("", "ID is not defined or invalid")
PAGE = 50

family = Family(scopes=("user.userfield",))
NO_FILES = Difference(43, "The documentation calls it not operational, and so it is: it is always refused.")
DENIED: dict[type[Exception], Fault] = {user_fields.NotAllowed: ACCESS_DENIED}
ERRORS = DENIED | {
    user_fields.CannotCreate: CANNOT_CREATE,
    user_fields.FieldExists: FIELD_EXISTS,
}
FieldId = Annotated[Any, Doc("Id of the field."), Spelled("id")]
Fields = Annotated[
    dict[str, Any],
    Doc("Sorting, flags, SETTINGS, labels as a text or by language, and LIST with the items of an enumeration."),
    Spelled("fields"),
]


def _id(given: Any) -> int:
    number = parse_id(str(given)) if isinstance(given, str | int) and not isinstance(given, bool) else None
    if number is None:
        raise ApiError(WRONG_ID)
    return number


@family.method("user.userfield.add", writes=True, errors=ERRORS, faults=(NAME_MISSING, TYPE_MISSING, TYPE_EMPTY))
def add(call: Call, *, fields: Fields) -> int:
    """Add a field to people; its name gets the prefix UF_USR_."""
    name, kind = fields.get("FIELD_NAME"), fields.get("USER_TYPE_ID")
    if not isinstance(name, str) or not name.strip():
        raise ApiError(NAME_MISSING)
    if kind is None:
        raise ApiError(TYPE_MISSING)
    if not isinstance(kind, str) or not kind:
        raise ApiError(TYPE_EMPTY)
    return user_fields.add(call, kind, name, fields)


@family.method("user.userfield.update", writes=True, errors=ERRORS, faults=(WRONG_ID,))
def update(call: Call, *, id: FieldId = None, fields: Fields | None = None) -> bool:  # noqa: A002
    """Change a field; its name, its type and whether it has several values stay."""
    user_fields.update(call, _id(id), fields or {})
    return True


@family.method("user.userfield.delete", writes=True, errors=DENIED, faults=(WRONG_ID,))
def delete(call: Call, *, id: FieldId = None) -> bool:  # noqa: A002
    """Delete a field with what people have in it."""
    user_fields.delete(call, _id(id))
    return True


def _view(field: UserField) -> dict[str, Any]:
    told: dict[str, Any] = {
        "ID": str(field.id),
        "ENTITY_ID": "USER",
        "FIELD_NAME": field.name,
        "USER_TYPE_ID": field.type.value,
        "XML_ID": field.xml_id,
        "SORT": str(field.sort),
        "MULTIPLE": yes_no(field.multiple),
        "MANDATORY": yes_no(field.mandatory),
        "SHOW_FILTER": field.show_filter,
        "SHOW_IN_LIST": yes_no(field.show_in_list),
        "EDIT_IN_LIST": yes_no(field.edit_in_list),
        "IS_SEARCHABLE": yes_no(field.is_searchable),
        "SETTINGS": field.settings or [],
    }
    return told | ({"LIST": _items(field)} if field.type is FieldType.ENUMERATION else {})


def _items(field: UserField) -> list[dict[str, str]]:
    return [
        {
            "ID": str(item.id),
            "SORT": str(item.sort),
            "VALUE": item.value,
            "DEF": yes_no(item.is_default),
            "XML_ID": item.xml_id,
        }
        for item in field.items
    ]


_LISTED = (
    *("ID", "FIELD_NAME", "USER_TYPE_ID", "XML_ID", "SORT", "MULTIPLE", "MANDATORY", "SHOW_FILTER", "SHOW_IN_LIST"),
    *("EDIT_IN_LIST", "IS_SEARCHABLE", "ENTITY_ID"),
)


@family.method("user.userfield.list", errors=DENIED)
def listed(
    call: Call,
    *,
    order_by: Annotated[Any, Doc("Fields to sort by, each with asc or desc."), Spelled("order")] = None,
    filter: Annotated[  # noqa: A002 - the request's own name
        dict[str, Any] | None, Doc("Conditions by field; LANG adds the labels in a language."), Spelled("filter")
    ] = None,
    start: Annotated[int, Doc("How many to pass over."), Spelled("start")] = 0,
) -> Page:
    """List the fields that the portal added, 50 a page."""
    user_fields.require_admin(call)
    given = dict(filter or {})
    language = given.pop("LANG", "")
    rows = [(field, _view(field)) for field in user_fields.custom_fields(call).values()]
    rows = [row for row in rows if _meets(row[1], given)]
    for name, direction in reversed(_order(order_by)):
        rows.sort(key=lambda row, name=name: order(row[1][name]), reverse=direction == "DESC")  # type: ignore[misc]
    offset, total = max(start, 0), len(rows)
    items = [told | _labels(field, language) for field, told in rows[offset : offset + PAGE]]
    return Page(items, total=total, next=offset + PAGE if offset + PAGE < total else None)


def _meets(row: dict[str, Any], given: dict[str, Any]) -> bool:
    conditions = [(*split(key), wanted) for key, wanted in given.items()]
    return all(meets(row[name], operator, wanted) for operator, name, wanted in conditions if name in _LISTED)


def _order(given: Any) -> list[tuple[str, str]]:
    pairs = given.items() if isinstance(given, dict) else [(given, "asc")] if isinstance(given, str) else []
    return [(name.upper(), str(direction).upper()) for name, direction in pairs if name.upper() in _LISTED]


def _labels(field: UserField, language: Any) -> dict[str, str]:
    if not isinstance(language, str) or not language:
        return {}
    return {kind: user_fields.label(field, kind, language.lower()) for kind in user_fields.LABELS}


@family.method("user.userfield.file.get", faults=(ACCESS_DENIED,), differs=(NO_FILES,))
def file_get(call: Call) -> bool:  # noqa: ARG001
    """Return the file of a field: there is never one, so this is refused."""
    raise ApiError(ACCESS_DENIED)
