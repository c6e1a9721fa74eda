"""Filters and sorting of user.get and user.search: from the names of fields to where they are kept."""

from typing import Any

from tieline.api.faults import ApiError, Problem, wrong_argument
from tieline.api.filters import OF_MANY
from tieline.domain.clock import MINUTE
from tieline.domain.user_fields import (
    FieldType,
    UserField,
    parse_date,
    parse_moment,
    read_decimal,
    read_flag,
    read_number,
)
from tieline.methods.filters import items_of, split
from tieline.services import user_fields
from tieline.services.call import Call
from tieline.store.directory import COLUMNS, ID, Condition, Field, Place

ONLINE = 15 * MINUTE
MAX_TEXT = 1_000  # nothing that is kept and looked for is longer
MAX_CONDITIONS = 50  # each of some hundred values: what a statement's parameters allow
NOBODY = Condition(ID, "=", 0)
_FLAGS = frozenset({"ACTIVE"})
_MOMENTS = frozenset({"DATE_REGISTER", "LAST_LOGIN", "TIMESTAMP_X", "LAST_ACTIVITY_DATE"})
_SPECIAL = frozenset({"NAME_SEARCH", "FIND", "USER_TYPE", "IS_ONLINE", "UF_DEPARTMENT_NAME"})


def find_field(call: Call, name: str, visible: frozenset[str]) -> tuple[Field, UserField | None] | None:
    """Return where a field is kept and, beside the columns, what it is; None for one that the caller cannot see."""
    if name not in visible:
        return None
    if name in COLUMNS:
        return Field(name), None
    if name == "UF_DEPARTMENT":
        return Field(name, Place.DEPARTMENTS), None
    known = user_fields.find(call, name)
    if known is None:
        return None
    if known.multiple:
        return Field(name, Place.NUMBERS if known.is_number else Place.TEXTS), known
    return Field(name, Place.NUMBER if known.is_number else Place.TEXT), known


def conditions(call: Call, given: dict[str, Any], visible: frozenset[str], *, search: bool) -> list[Condition]:
    """Read a filter; in a search FIND leaves out everything else, and texts are looked for as parts."""
    if search and given.get("FIND"):
        return [_called(str(given["FIND"])[:MAX_TEXT], visible)]
    if len(given) > MAX_CONDITIONS:
        raise ApiError(wrong_argument("FILTER", Problem(f"array of at most {MAX_CONDITIONS} conditions")))
    found: list[Condition] = []
    for key, value in given.items():
        operator, name = split(key)
        if name in _SPECIAL and operator:
            found += _special(call, name, operator, value, visible, search=search)
        elif operator and (place := find_field(call, name, visible)):
            found.append(_condition(call, *place, operator, value, search=search))
    return found  # an unknown field filters nothing, as documented for this method


def _called(text: str, visible: frozenset[str]) -> Condition:
    """Look for a text in all that a person is called by, as far as the caller may see it."""
    place = Place.NAMES_AND_EMAIL if "EMAIL" in visible else Place.NAMES
    return Condition(Field("", place), "like", text)


def _special(
    call: Call, name: str, operator: str, value: Any, visible: frozenset[str], *, search: bool
) -> list[Condition]:
    several = items_of(value)
    texts = [str(item)[:MAX_TEXT] for item in ([value] if several is None else several)]
    if name == "NAME_SEARCH":
        return [_called(" ".join(texts), visible)]
    if name == "UF_DEPARTMENT_NAME":
        return [_condition(call, _DEPARTMENT_NAME, None, operator, value, search=search)]
    if name == "USER_TYPE":
        meant = "employee" in texts
        return [] if meant != (operator in ("<>", "not in")) else [NOBODY]
    if name == "IS_ONLINE":
        online = (texts[0].upper() if texts else "N") == "Y"
        seen = online != (operator in ("<>", "not in"))
        return [Condition(Field("LAST_ACTIVITY_DATE"), ">" if seen else "missing", call.now - ONLINE)]
    return []


def _condition(
    call: Call, field: Field, known: UserField | None, operator: str, value: Any, *, search: bool
) -> Condition:
    several = items_of(value)
    if several is not None and operator not in OF_MANY:
        raise ApiError(wrong_argument("FILTER", Problem("scalar")))
    if "like" in operator or "pattern" in operator:
        return Condition(field, operator, str(value)[:MAX_TEXT])
    is_text = known.type is not FieldType.DATE and not known.is_number if known else field.name in _TEXTS
    if search and operator == "=" and several is None and is_text:
        return Condition(field, "like", str(value)[:MAX_TEXT])
    try:
        if several is not None or operator in ("in", "not in"):
            items = [value] if several is None else several
            return Condition(field, OF_MANY[operator], [_scalar(call, field, known, item) for item in items])
        return Condition(field, operator, _scalar(call, field, known, value))
    except ValueError:
        return NOBODY  # as documented for what is no date


_DEPARTMENT_NAME = Field("UF_DEPARTMENT_NAME", Place.DEPARTMENT_NAMES)
_TEXTS = (COLUMNS.keys() | {_DEPARTMENT_NAME.name}) - {"ID"} - _FLAGS - _MOMENTS


def _scalar(call: Call, field: Field, known: UserField | None, value: Any) -> Any:
    text = ("1" if value else "0") if isinstance(value, bool) else str(value).strip()[:MAX_TEXT]
    if known is not None:
        return _of_kind(call, known, text)
    if field.name in _MOMENTS:
        return parse_moment(text, call.portal.time_zone)
    if field.name in _FLAGS:
        return int(read_flag(text))
    if field.place is Place.DEPARTMENTS or field.name == "ID":
        return read_number(text) if text.isdecimal() else 0
    return text


def _of_kind(call: Call, known: UserField, text: str) -> Any:
    if known.type is FieldType.DATE:
        return parse_date(text) if text else ""
    if known.type is FieldType.DATETIME:
        return parse_moment(text, call.portal.time_zone)
    if known.type is FieldType.BOOLEAN:
        return int(read_flag(text))
    return read_decimal(text) if known.is_number else text
