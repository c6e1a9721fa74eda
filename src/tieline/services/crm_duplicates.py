"""Leads, contacts and companies that the same telephone or e-mail address leads to."""

from tieline.domain.crm import EntityType, MultiType
from tieline.services import crm_multifields
from tieline.services.call import Call

MOST_VALUES = 20
MOST_FOUND = 20  # of one type; types behind it are not searched then
ORDER = (EntityType.LEAD, EntityType.CONTACT, EntityType.COMPANY)


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
