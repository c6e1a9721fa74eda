"""Leads, contacts and companies that the same telephone or e-mail address leads to; more fields to look by."""

from tieline.domain.crm import EntityType, Field, Kind, MultiType
from tieline.domain.crm_fields import FIELDS
from tieline.services import crm_multifields
from tieline.services.call import Call
from tieline.store import crm_duplicates as store

MOST_VALUES = 20
MOST_FOUND = 20  # of one type; types behind it are not searched then
MOST_FIELDS = 7  # of all types together
ORDER = (EntityType.LEAD, EntityType.CONTACT, EntityType.COMPANY)


class FieldMissing(Exception):
    """The type has no such field to look by."""


class TooMany(Exception):
    """As many fields are registered as may be."""


class NotRegistered(Exception):
    """There is no such registered field."""


def find(call: Call, kind: MultiType, values: list[str], entities: tuple[EntityType, ...]) -> dict[str, list[int]]:
    """Return the objects that any of the values leads to, by the names of their types."""
    found: dict[str, list[int]] = {}
    for entity in entities:
        ids = crm_multifields.owners(call, kind, values[:MOST_VALUES], entity, MOST_FOUND)
        if ids:
            found[entity.name] = ids
        if len(ids) == MOST_FOUND:
            break
    return found


def fields_of(entity: EntityType) -> dict[str, Field]:
    """Return the fields of a type by which duplicates may be looked for: texts that callers set."""
    if entity not in ORDER:
        return {}
    return {name: field for name, field in FIELDS[entity].items() if field.kind is Kind.STRING and not field.read_only}


def register(call: Call, entity: EntityType, code: str) -> int:
    """Register a field of a type, each once; returns the id of its row."""
    if code not in fields_of(entity):
        raise FieldMissing
    known = store.list_fields(call.tx, call.portal_id)
    for one in known:
        if (one.entity, one.code) == (entity, code):
            return one.id
    if len(known) >= MOST_FIELDS:
        raise TooMany
    return store.add_field(call.tx, call.portal_id, entity, code)


def unregister(call: Call, field_id: int) -> None:
    """Forget a registered field."""
    if not store.remove_field(call.tx, call.portal_id, field_id):
        raise NotRegistered
