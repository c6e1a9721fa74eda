"""Directories of the CRM: what a stage means, which entry comes first, and a source for each connector."""

from tieline.domain.connectors import Connector
from tieline.domain.crm_statuses import SOURCES, STEP, Status
from tieline.services.call import Call
from tieline.store import crm_statuses as store

MAX_STATUS = 50


def directories(call: Call) -> dict[str, dict[str, Status]]:
    """Return all directories, the entries of each in its order."""
    return call.world.cache.get(call.tx, call.portal_id, "crm directories", lambda: _load(call))


def _load(call: Call) -> dict[str, dict[str, Status]]:
    found: dict[str, dict[str, Status]] = {}
    for status in store.list_statuses(call.tx, call.portal_id):
        found.setdefault(status.entity_id, {})[status.status_id] = status
    return found


def entries(call: Call, entity_id: str) -> dict[str, Status]:
    """Return the entries of a directory, in its order."""
    return directories(call).get(entity_id, {})


def first(call: Call, entity_id: str) -> str | None:
    """Return the first entry of a directory, or None where it is empty."""
    return next(iter(entries(call, entity_id)), None)


def source_of(call: Call, connector: Connector) -> str:
    """Return the source of a connector's name, made at need."""
    known, status_id = entries(call, SOURCES), connector.code.upper()[:MAX_STATUS]
    if status_id not in known:
        last = max((status.sort for status in known.values()), default=0)
        store.add_status(call.tx, call.portal_id, Status(SOURCES, status_id, connector.name, sort=last + STEP))
        call.touch()
    return status_id
