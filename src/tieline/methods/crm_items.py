"""crm.item.list: leads, deals, contacts and companies by the names that all of them share."""

from typing import Annotated, Any

from tieline.api.faults import ApiError, Dialect, Fault
from tieline.api.method import Doc, Family, Page, Spelled
from tieline.domain.crm import IMOL, CrmObject, EntityType, Kind, Multifield, MultiType
from tieline.domain.crm_fields import FIELDS
from tieline.domain.user_fields import plain
from tieline.methods.crm import write
from tieline.methods.crm_lists import NOBODY, PAGE, Filter, Order, Select, Start, conditions, number
from tieline.methods.filters import items_of, split
from tieline.services.call import Call
from tieline.store import crm as store
from tieline.store import crm_multifields as multifield_store
from tieline.store.crm import Condition

NO_TYPE = Fault("NOT_FOUND", "Smart process not found")
WRONG_VALUE = Fault("INVALID_ARG_VALUE", "Invalid filter")
_RENAMED = {
    "CREATED_BY_ID": "createdBy",
    "MODIFY_BY_ID": "updatedBy",
    "MOVED_BY_ID": "movedBy",
    "DATE_CREATE": "createdTime",
    "DATE_MODIFY": "updatedTime",
    "STATUS_ID": "stageId",
    "STATUS_SEMANTIC_ID": "stageSemanticId",
}
_REACHED = {"phone": MultiType.PHONE, "email": MultiType.EMAIL, "imol": MultiType.IM}
_NUMBERS = {Kind.INTEGER, Kind.USER, Kind.CATEGORY, Kind.QUOTE}
_LINKS = {Kind.LEAD, Kind.CONTACT, Kind.COMPANY}


def _camel(name: str) -> str:
    first, *others = name.lower().split("_")
    return first + "".join(part.capitalize() for part in others)


NAMES = {
    entity: {_RENAMED.get(name, _camel(name)): name for name, field in fields.items() if not field.multiple}
    for entity, fields in FIELDS.items()
}
family = Family(
    scopes=("crm",),
    exact_names=True,
    dialect=Dialect(
        missing=lambda _: NO_TYPE,
        wrong=lambda name, _: NO_TYPE if name == "entityTypeId" else WRONG_VALUE.saying(f"Invalid {name}"),
    ),
)


@family.method("crm.item.list", documented=False, faults=(NO_TYPE, WRONG_VALUE))
def item_list(
    call: Call,
    *,
    entity_type_id: Annotated[int, Doc("1 for leads, 2 deals, 3 contacts, 4 companies."), Spelled("entityTypeId")],
    select: Select = None,
    filter: Filter = None,  # noqa: A002 - the request's own name
    order: Order = None,
    start: Start = 0,
) -> Page:
    """List objects of a type, 50 a page; a filter's conditions must all hold."""
    if entity_type_id not in tuple(EntityType):
        raise ApiError(NO_TYPE)
    entity, offset = EntityType(entity_type_id), max(number(start), 0)
    wanted = _conditions(call, entity, filter or {})
    orders = _orders(entity, order or {})
    found = store.list_objects(call.tx, call.portal_id, entity, wanted, orders=orders, limit=PAGE, offset=offset)
    ids = [one.id for one in found]
    reached = multifield_store.list_multifields(call.tx, call.portal_id, entity, ids)
    chosen = {one for one in items_of(select) or ["*"] if isinstance(one, str)}
    items = [_view(call, one, reached.get(one.id, []), chosen) for one in found]
    total = store.count_objects(call.tx, call.portal_id, entity, wanted)
    return Page({"items": items}, total=total, next=offset + PAGE if offset + PAGE < total else None)


def _conditions(call: Call, entity: EntityType, given: dict[str, Any]) -> list[Condition]:
    found = []
    for key, value in given.items():
        operator, name = split(key)
        reached = _REACHED.get(name) if "PHONE" in FIELDS[entity] else None
        kept = reached.value if reached else NAMES[entity].get(name)
        if kept is None or not operator:
            raise ApiError(WRONG_VALUE.saying(f"Invalid filter: field '{name[:50]}' is not allowed in filter"))
        condition = conditions(call, entity, {key.removesuffix(name) + kept: value})
        if condition == [NOBODY]:
            raise ApiError(WRONG_VALUE.saying(f"Invalid filter: field '{name}' has invalid value"))
        found += condition
    return found


def _orders(entity: EntityType, given: dict[str, Any]) -> list[tuple[str, bool]]:
    orders = []
    for name, direction in given.items():
        way = "" if isinstance(direction, dict | list) else plain(direction).upper()
        if name not in NAMES[entity]:
            raise ApiError(WRONG_VALUE.saying(f"Invalid order: field '{name[:50]}' is not allowed in order"))
        if way not in ("ASC", "DESC"):
            text = f"allowed sort directions are `ASC, DESC`. But got '{way[:50]}' for field '{name}'"
            raise ApiError(WRONG_VALUE.saying(f"Invalid order: {text}"))
        orders.append((NAMES[entity][name], way == "DESC"))
    return orders


def _view(call: Call, found: CrmObject, reached: list[Multifield], chosen: set[str]) -> dict[str, Any]:
    told = {name: _value(call, found, kept) for name, kept in NAMES[found.type].items()} | {"id": found.id}
    if found.type is EntityType.CONTACT:
        told["title"] = f"{found['NAME'] or ''} {found['LAST_NAME'] or ''}".strip()
    if "PHONE" in FIELDS[found.type]:
        told |= {name: _first(reached, kind, IMOL if name == "imol" else "") for name, kind in _REACHED.items()}
    if "*" in chosen:
        rows = [{"id": one.id, "valueType": one.value_type, "value": one.value, "typeId": one.type} for one in reached]
        return told | {"entityTypeId": int(found.type)} | ({"fm": rows} if "PHONE" in FIELDS[found.type] else {})
    return {name: value for name, value in told.items() if name in chosen or name == "id"}


def _first(reached: list[Multifield], kind: MultiType, start: str) -> str:
    return next((one.value for one in reached if one.type is kind and one.value.startswith(start)), "")


def _value(call: Call, found: CrmObject, name: str) -> Any:
    """Write a value as the universal methods do: numbers as numbers, missing links as 0, missing moments as null."""
    field, kept = FIELDS[found.type][name], found[name]
    if field.kind in _LINKS:
        return kept or 0
    if field.kind in _NUMBERS or kept is None:
        return kept
    if field.kind is Kind.DOUBLE:
        return int(kept) if kept.is_integer() else kept
    return write(call, field, kept)
