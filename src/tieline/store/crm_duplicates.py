"""Fields by which duplicates are looked for, beside those that always are."""

from typing import NamedTuple

from tieline.domain.crm import EntityType
from tieline.store.engine import Tx


class Registered(NamedTuple):
    """A field of a type that was registered."""

    id: int
    entity: EntityType
    code: str


def list_fields(tx: Tx, portal_id: int) -> list[Registered]:
    """Return the fields that are registered, oldest first."""
    rows = tx.all(
        "select id, entity_type, field_code from crm_duplicate_fields where portal_id = :portal order by id",
        portal=portal_id,
    )
    return [Registered(row[0], EntityType(row[1]), row[2]) for row in rows]


def add_field(tx: Tx, portal_id: int, entity: EntityType, code: str) -> int:
    """Register a field; returns the id of its row."""
    row = tx.one(
        """insert into crm_duplicate_fields (portal_id, entity_type, field_code) values (:portal, :type, :code)
        returning id""",
        portal=portal_id,
        type=int(entity),
        code=code,
    )
    assert row
    return int(row[0])


def remove_field(tx: Tx, portal_id: int, field_id: int) -> int:
    """Forget a registered field; returns how many there were."""
    return tx.run(
        "delete from crm_duplicate_fields where portal_id = :portal and id = :id", portal=portal_id, id=field_id
    )
