"""The journal of deliveries: every attempt, what came of it and why."""

from enum import StrEnum
from typing import NamedTuple

from tieline.domain.events import Delivery
from tieline.store.engine import Tx


class Outcome(StrEnum):
    """What came of an attempt."""

    DELIVERED = "delivered"
    RETRY = "retry"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


class Entry(NamedTuple):
    """One attempt; moments in milliseconds UTC, the duration in milliseconds."""

    portal_id: int
    delivery_id: int
    event_id: int
    app_id: int
    event: str
    handler: str
    chat_id: int
    attempt: int
    started_at: int
    duration: int
    outcome: str
    status: int | None
    reason: str


_FIELDS = Entry._fields
_INSERT = f"""insert into journal ({", ".join(_FIELDS)})
values ({", ".join(":" + name for name in _FIELDS)})"""


def entry_of(
    delivery: Delivery,
    *,
    attempt: int,
    started_at: int,
    outcome: Outcome,
    duration: int = 0,
    status: int | None = None,
    reason: str = "",
) -> Entry:
    """Say what came of an attempt at a delivery."""
    return Entry(
        delivery.portal_id,
        delivery.id,
        delivery.event_id,
        delivery.app_id,
        delivery.event,
        delivery.handler,
        delivery.chat_id,
        attempt,
        started_at,
        duration,
        outcome,
        status,
        reason,
    )


def interrupted(delivery: Delivery, now: int) -> Entry:
    """Say that an attempt may have been on its way when its server ended; nobody knows what came of it."""
    return entry_of(
        delivery,
        attempt=delivery.failures + 1,
        started_at=now,
        outcome=Outcome.INTERRUPTED,
        reason="the server ended while this may have been on its way",
    )


def add_entries(tx: Tx, entries: list[Entry]) -> None:
    """Append attempts."""
    tx.many(_INSERT, [entry._asdict() for entry in entries])


def list_entries(tx: Tx, portal_id: int, *, after: int = 0, limit: int = 500) -> list[tuple[int, Entry]]:
    """Return (number, entry) of attempts behind a number, oldest first."""
    rows = tx.all(
        f"""select id, {", ".join(_FIELDS)} from journal where portal_id = :portal and id > :after
        order by id limit :limit""",
        portal=portal_id,
        after=after,
        limit=limit,
    )
    return [(row[0], Entry(*row[1:])) for row in rows]
