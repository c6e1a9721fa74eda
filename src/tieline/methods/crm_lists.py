"""Lists of leads, deals, contacts and companies: which, in what order, and what is told of each."""

from typing import Annotated, Any

from tieline.api.filters import OF_MANY
from tieline.api.method import Doc, Page, Spelled
from tieline.domain.crm import EntityType, Field, Kind, MultiType
from tieline.domain.crm_fields import FIELDS
from tieline.domain.user_fields import parse_date, parse_moment, plain, read_decimal, read_flag, read_number
from tieline.methods.crm import multifields_view, object_view
from tieline.methods.filters import items_of, split
from tieline.services import crm, crm_multifields
from tieline.services.call import Call
from tieline.store import crm as store
from tieline.store import crm_multifields as multifield_store
from tieline.store.crm import Condition

PAGE = 50
MAX_TEXT = 1_000
MAX_CONDITIONS = 50
NOBODY = Condition("ID", "=", 0)
_LIKE = ("like", "not like", "pattern", "not pattern")
Select = Annotated[
    Any,
    Doc("Fields to return; `*` for all but multifields, which are returned only by their names."),
    Spelled("select"),
]
Filter = Annotated[
    dict[str, Any] | None, Doc("Conditions by field, with a prefix such as `!`, `>`, `@` or `%`."), Spelled("filter")
]
Order = Annotated[dict[str, Any] | None, Doc("Fields with ASC or DESC."), Spelled("order")]
Start = Annotated[Any, Doc("How many to pass over; -1 returns the first 50 without counting."), Spelled("start")]


def page(
    call: Call,
    entity: EntityType,
    select: Any,
    given: dict[str, Any] | None,
    order: dict[str, Any] | None,
    start: Any,
) -> Page:
    """Return a page of a list."""
    wanted, offset = conditions(call, entity, given or {}), number(start)
    found = store.list_objects(
        call.tx,
        call.portal_id,
        entity,
        wanted,
        orders=orders(entity, order or {}),
        limit=PAGE,
        offset=max(offset, 0),
    )
    names = selected(entity, select)
    items = [object_view(call, one, [name for name in names if not FIELDS[entity][name].multiple]) for one in found]
    _add_several(call, entity, names, items)
    if offset == -1:
        return Page(items)
    total = store.count_objects(call.tx, call.portal_id, entity, wanted)
    return Page(items, total=total, next=offset + PAGE if offset + PAGE < total else None)


def number(start: Any) -> int:
    """Read where a page begins; what is no number is the beginning."""
    try:
        return max(read_number(plain(start)), -1) if isinstance(start, str | int) else 0
    except ValueError:
        return 0


def selected(entity: EntityType, select: Any) -> list[str]:
    """Return the fields that a request names; all that are no rows of their own for `*`, or where it names none."""
    fields = FIELDS[entity]
    named = [one for one in items_of(select) or [] if isinstance(one, str)] or ["*"]
    if isinstance(select, str) and select:
        named = [select]
    chosen = {name for name in named if name in fields}
    if "*" in named:
        chosen |= {name for name, field in fields.items() if not field.multiple}
    return [name for name in fields if name in chosen or name == "ID"]


def _add_several(call: Call, entity: EntityType, names: list[str], items: list[dict[str, Any]]) -> None:
    """Add fields with several values to the rows of a page, each by one statement."""
    ids = [int(item["ID"]) for item in items]
    if kinds := {name for name in names if name in MultiType.__members__}:
        kept = multifield_store.list_multifields(call.tx, call.portal_id, entity, ids)
        for item in items:
            told = multifields_view(kept.get(int(item["ID"]), []))
            item.update({name: rows for name, rows in told.items() if name in kinds})
    for name in names:
        if name in ("CONTACT_IDS", "COMPANY_IDS") and entity is not EntityType.DEAL:
            linked = store.list_links(call.tx, call.portal_id, entity, ids, crm.LINKS[entity][2])
        elif (entity, name) == (EntityType.COMPANY, "CONTACT_ID"):
            linked = store.list_linking(call.tx, call.portal_id, entity, ids, EntityType.CONTACT)
        else:
            continue
        for item in items:
            item[name] = [str(one) for one in linked.get(int(item["ID"]), [])]


def orders(entity: EntityType, given: dict[str, Any]) -> list[tuple[str, bool]]:
    """Read an order: fields and whether they descend; what is no field of one value is passed over."""
    fields = FIELDS[entity]
    named = {name: plain(way).upper() for name, way in given.items() if not isinstance(way, dict | list)}
    return [(name, way == "DESC") for name, way in named.items() if name in fields and not fields[name].multiple]


def conditions(call: Call, entity: EntityType, given: dict[str, Any]) -> list[Condition]:
    """Read a filter; an unknown field filters nothing, a value that a field cannot have finds nothing."""
    found = []
    for key, value in list(given.items())[:MAX_CONDITIONS]:
        operator, name = split(key)
        field = FIELDS[entity].get(name)
        if operator and field is not None:
            found += [_condition(call, field, operator, value)] if _may_filter(entity, field) else []
    return found


def _may_filter(entity: EntityType, field: Field) -> bool:
    linked = (entity, field.name) == (EntityType.COMPANY, "CONTACT_ID")
    return not field.multiple or field.kind is Kind.MULTIFIELD or linked


def _condition(call: Call, field: Field, operator: str, value: Any) -> Condition:
    several = items_of(value)
    if several is not None:
        operator = OF_MANY.get(operator, operator)
    values = [value] if several is None else several
    if any(isinstance(one, dict | list) for one in values):
        return NOBODY
    try:
        if field.multiple:
            return Condition(field.name, OF_MANY[operator], [_exact(call, field, one) for one in values])
        if operator in _LIKE:
            return Condition(field.name, operator, plain(values[0] if values else "")[:MAX_TEXT])
        if operator in ("in", "not in"):
            return Condition(field.name, operator, [_value(call, field, one) for one in values])
        return Condition(field.name, operator, _value(call, field, values[0] if values else ""))
    except (KeyError, ValueError):
        return NOBODY


def _exact(call: Call, field: Field, value: Any) -> Any:
    if field.kind is not Kind.MULTIFIELD:
        return read_number(plain(value))
    return crm_multifields.normal(call, MultiType(field.name), plain(value)[:MAX_TEXT])


def _value(call: Call, field: Field, value: Any) -> Any:
    text = plain(value)[:MAX_TEXT]
    if field.kind is Kind.CHAR and text:
        return "Y" if read_flag(text) else "N"
    if field.kind is Kind.DATE:
        return parse_date(text) if text else ""
    if field.is_text:
        return text
    if not text:
        return 0
    if field.kind is Kind.DATETIME:
        return parse_moment(text, call.portal.time_zone)
    return read_decimal(text) if field.kind is Kind.DOUBLE else read_number(text)
