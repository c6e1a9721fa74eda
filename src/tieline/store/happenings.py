"""The append-only log of what happened beside messages: session moves, assignments, confirmed deliveries."""

from typing import Any, NamedTuple

import msgspec

from tieline.store.engine import Tx


def add_happening(
    tx: Tx,
    portal_id: int,
    kind: str,
    *,
    now: int,
    chat_id: int | None = None,
    sequence: int | None = None,
    actor_id: int | None = None,
    **data: Any,
) -> None:
    """Append what happened."""
    tx.run(
        """insert into happenings (portal_id, chat_id, sequence, kind, actor_id, at, data)
        values (:portal, :chat, :sequence, :kind, :actor, :now, :data)""",
        portal=portal_id,
        chat=chat_id,
        sequence=sequence,
        kind=kind,
        actor=actor_id,
        now=now,
        data=msgspec.json.encode(data).decode(),
    )


class Happening(NamedTuple):
    """What happened in a chat, by whom, when, and at which sequence of its dialog."""

    kind: str
    actor_id: int | None
    data: dict[str, Any]
    at: int
    sequence: int | None


def list_happenings(tx: Tx, portal_id: int, chat_id: int) -> list[Happening]:
    """Return what happened in a chat, oldest first."""
    rows = tx.all(
        """select kind, actor_id, data, at, sequence from happenings where portal_id = :portal and chat_id = :chat
        order by id""",
        portal=portal_id,
        chat=chat_id,
    )
    return [Happening(row[0], row[1], msgspec.json.decode(row[2]), row[3], row[4]) for row in rows]
