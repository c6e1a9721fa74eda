"""Several objects of a type become the first of them: what this lacks it takes from the others, which are deleted."""

from dataclasses import replace
from typing import Any

from tieline.domain.crm import CrmObject, EntityType, Field, Kind
from tieline.domain.crm_fields import FIELDS
from tieline.services import crm, crm_multifields, crm_stages, crm_timeline
from tieline.services.call import Call
from tieline.store import crm as store
from tieline.store import crm_multifields as multifield_store
from tieline.store import crm_product_rows as row_store

_NOTHING = ("", 0, None)
SELLING = (EntityType.LEAD, EntityType.DEAL)


class _Contradiction(Exception):
    """Two objects say different things of one field."""


def merge(call: Call, entity: EntityType, ids: list[int]) -> bool:
    """Merge objects into the first one; where they contradict each other, returns False and changes nothing."""
    locked = {number: crm.lock(call, entity, number) for number in sorted(ids)}
    main, *others = (locked[number] for number in ids)
    try:
        values = _united(main, others)
        rows = _rows(call, main, others)
    except _Contradiction:
        return False
    _take_multifields(call, main, others)
    linked = _links(call, main, others)
    for other in others:
        store.move_references(call.tx, call.portal_id, entity, other.id, main.id)
        crm_timeline.move(call, entity, other.id, main.id)
        crm.delete(call, entity, other.id)
    if entity in crm.LINKS:
        _, first, target = crm.LINKS[entity]
        store.set_links(call.tx, call.portal_id, entity, main.id, target, linked)
        values[first] = linked[0] if linked else None
    if rows:
        row_store.set_rows(call.tx, call.portal_id, entity, main.id, rows)
    values |= crm_multifields.summary(crm_multifields.of(call, entity, main.id)) if _is_reached(entity) else {}
    crm.keep(call, CrmObject(entity, main.id, crm_stages.settle(call, entity, values, main.values)), main)
    return True


def _is_reached(entity: EntityType) -> bool:
    return "PHONE" in FIELDS[entity]


def _united(main: CrmObject, others: list[CrmObject]) -> dict[str, Any]:
    """Return the values of all objects in one; what only one of them says is kept."""
    values = dict(main.values)
    single = crm.LINKS[main.type][1] if main.type in crm.LINKS else ""
    for name, field in FIELDS[main.type].items():
        if field.read_only or field.multiple or name == single:
            continue
        said = [one[name] for one in (main, *others) if not _is_nothing(one, field)]
        if field.kind is not Kind.FILE and any(value != said[0] for value in said):
            raise _Contradiction(name)
        if said:
            values[name] = said[0]
    return values


def _is_nothing(one: CrmObject, field: Field) -> bool:
    """Tell whether a field says nothing: it is empty, a flag that is not set, or a title that was made up."""
    value = one[field.name]
    made_up = field.name == "TITLE" and value == f"{one.type.name.capitalize()} #{one.id}"
    return value in _NOTHING or made_up or (field.kind is Kind.CHAR and value == "N")


def _rows(call: Call, main: CrmObject, others: list[CrmObject]) -> list[Any]:
    """Return the products that all objects sell which sell any."""
    if main.type not in SELLING:
        return []
    found = [row_store.list_rows(call.tx, call.portal_id, one.type, one.id) for one in (main, *others)]
    known = [[replace(row, id=0) for row in rows] for rows in found if rows]
    if any(rows != known[0] for rows in known):
        raise _Contradiction
    return known[0] if known and not found[0] else []


def _take_multifields(call: Call, main: CrmObject, others: list[CrmObject]) -> None:
    known = {(one.type, one.normal) for one in crm_multifields.of(call, main.type, main.id)}
    for other in others:
        taken = []
        for one in crm_multifields.of(call, other.type, other.id):
            if (one.type, one.normal) not in known:
                known.add((one.type, one.normal))
                taken.append(one)
        multifield_store.add_multifields(call.tx, call.portal_id, main.type, main.id, taken)


def _links(call: Call, main: CrmObject, others: list[CrmObject]) -> list[int]:
    """Return what any of the objects is linked with, the main one's first."""
    if main.type not in crm.LINKS:
        return []
    target = crm.LINKS[main.type][2]
    ids = [main.id, *(other.id for other in others)]
    found = store.list_links(call.tx, call.portal_id, main.type, ids, target)
    return list(dict.fromkeys(one for number in ids for one in found.get(number, [])))
