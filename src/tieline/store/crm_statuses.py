"""Directories of the CRM: their entries, by which stages, sources and types are named."""

from typing import Any

from tieline.domain.crm_statuses import STANDARD, Status
from tieline.store.engine import Row, Tx

_STATUS = "entity_id, status_id, name, sort, system, color, semantics, category_id, name_init, id"


def _status(row: Row) -> Status:
    values = list(row)
    values[4] = bool(values[4])
    return Status(*values)


_INSERT = """insert into crm_statuses (portal_id, entity_id, status_id, name, name_init, sort, system, color, semantics,
category_id) values (:portal, :entity, :status, :name, :name_init, :sort, :system, :color, :semantics, :category)
on conflict do nothing"""


def _params(portal_id: int, status: Status) -> dict[str, Any]:
    return {
        "portal": portal_id,
        "entity": status.entity_id,
        "status": status.status_id,
        "name": status.name,
        "name_init": status.name_init,
        "sort": status.sort,
        "system": int(status.system),
        "color": status.color,
        "semantics": status.semantics,
        "category": status.category_id,
    }


def add_status(tx: Tx, portal_id: int, status: Status) -> int | None:
    """Add an entry to a directory; returns its id, or None if one of this name is there."""
    row = tx.one(f"{_INSERT} returning id", **_params(portal_id, status))
    return int(row[0]) if row else None


def add_standard(tx: Tx, portal_id: int) -> None:
    """Give a new portal the directories that all begin with."""
    tx.many(_INSERT, [_params(portal_id, status) for status in STANDARD])


def list_statuses(tx: Tx, portal_id: int) -> list[Status]:
    """Return the entries of all directories, each in its order."""
    rows = tx.all(
        f"select {_STATUS} from crm_statuses where portal_id = :portal order by entity_id, sort, id",
        portal=portal_id,
    )
    return [_status(row) for row in rows]
