"""The journal of deliveries: every attempt, what came of it and why."""

from enum import StrEnum
from typing import NamedTuple

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
_INSERT = f"""insert into journal (portal_id, {", ".join(_FIELDS)})
values (:portal, {", ".join(":" + name for name in _FIELDS)})"""


def add_entry(tx: Tx, portal_id: int, entry: Entry) -> None:
    """Append an attempt."""
    tx.run(_INSERT, portal=portal_id, **entry._asdict())


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
