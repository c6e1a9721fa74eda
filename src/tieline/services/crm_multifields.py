"""Multifields of the CRM: what requests say of them, their normal forms, and whom they lead to."""

import re
from dataclasses import replace
from typing import Any, NamedTuple

from tieline.domain.crm import IMOL, EntityType, Multifield, MultiType
from tieline.domain.ids import parse_id
from tieline.domain.user_fields import plain
from tieline.services import phones
from tieline.services.call import Call
from tieline.store import crm_multifields as store

MAX_VALUE = 1_000
MAX_VALUES = 100  # of one object and type
EMAIL = re.compile(r"[^@\s,;]{1,64}@[^@\s,;]{1,190}")
_YES = ("Y", "1", "true")


class WrongEmail(Exception):
    """What is given as an e-mail address is none."""


class Change(NamedTuple):
    """What a request says of one multifield: a new one, one of an id that is to change, or, without a value, to go."""

    type: MultiType
    id: int
    value: str
    value_type: str


def read(given: dict[str, Any]) -> list[Change]:
    """Read what fields of a request say of multifields. Raises WrongEmail."""
    return [change for kind in MultiType for item in _items(given.get(kind.value)) if (change := _change(kind, item))]


def _items(given: Any) -> list[Any]:
    """Return rows of a multifield, also where there is one alone, or a form sent them by keys."""
    if isinstance(given, dict):
        given = [given] if "VALUE" in given or "ID" in given else list(given.values())
    return (given if isinstance(given, list) else [given])[:MAX_VALUES] if given else []


def _change(kind: MultiType, item: Any) -> Change | None:
    row = item if isinstance(item, dict) else {"VALUE": item}
    if any(isinstance(row.get(name), dict | list) for name in ("ID", "VALUE", "VALUE_TYPE", "DELETE")):
        return None
    number, value = parse_id(plain(row.get("ID"))) or 0, plain(row.get("VALUE"))[:MAX_VALUE]
    if plain(row.get("DELETE")) in _YES:
        value = ""
    if kind is MultiType.EMAIL and value and not EMAIL.fullmatch(value):
        raise WrongEmail
    return Change(kind, number, value, plain(row.get("VALUE_TYPE"))[:50]) if value or number else None


def normal(call: Call, kind: MultiType, value: str) -> str:
    """Return what two ways to write the same telephone or address have in common."""
    if kind is MultiType.PHONE:
        return phones.normal(value, call.portal.language)
    return value.strip().lower() if kind is MultiType.EMAIL else value


def make(call: Call, kind: MultiType, value: str, value_type: str = "WORK") -> Multifield:
    """Make a multifield that is not kept yet."""
    return Multifield(kind, value, normal(call, kind, value), value_type or "WORK")


def apply(call: Call, entity: EntityType, entity_id: int, changes: list[Change]) -> dict[str, str]:
    """Change multifields of an object; returns what its fields say of them then."""
    kept = {one.id: one for one in of(call, entity, entity_id)}
    for change in changes:
        before = kept.get(change.id)
        if before is not None and before.type is change.type:
            _change_kept(call, before, change)
    added = [make(call, change.type, change.value, change.value_type) for change in changes if not change.id]
    store.add_multifields(call.tx, call.portal_id, entity, entity_id, added)
    return summary(of(call, entity, entity_id))


def _change_kept(call: Call, before: Multifield, change: Change) -> None:
    if not change.value:
        store.remove_multifield(call.tx, call.portal_id, before.id)
        return
    made = make(call, before.type, change.value, change.value_type or before.value_type)
    store.set_multifield(call.tx, call.portal_id, replace(made, id=before.id))


def of(call: Call, entity: EntityType, entity_id: int) -> list[Multifield]:
    """Return the multifields of an object."""
    return store.list_multifields(call.tx, call.portal_id, entity, [entity_id]).get(entity_id, [])


def summary(fields: list[Multifield]) -> dict[str, str]:
    """Return what an object's own fields say of its multifields: whether it has a phone, an address, a dialog."""
    kinds = {one.type for one in fields}
    dialog = any(one.type is MultiType.IM and one.value.startswith(IMOL) for one in fields)
    told = {"HAS_PHONE": MultiType.PHONE in kinds, "HAS_EMAIL": MultiType.EMAIL in kinds, "HAS_IMOL": dialog}
    return {name: "Y" if there else "N" for name, there in told.items()}


def owners(call: Call, kind: MultiType, values: list[str], entity: EntityType, limit: int = 50) -> list[int]:
    """Return the objects of a type that any of these values leads to, oldest first."""
    normals = list(dict.fromkeys(normal(call, kind, value) for value in values))
    return store.find_owners(call.tx, call.portal_id, kind, normals, entity, limit)
