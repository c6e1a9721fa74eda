"""Reactions that people and bots put on messages."""

from collections import defaultdict

from tieline.store.engine import Tx
from tieline.store.filters import among


def add_reaction(tx: Tx, portal_id: int, message_id: int, user_id: int, reaction: str, now: int) -> bool:
    """Put a reaction on a message; tells whether it is new."""
    return (
        tx.run(
            """insert into reactions (portal_id, message_id, user_id, reaction, added_at)
            values (:portal, :message, :user, :reaction, :now) on conflict do nothing""",
            portal=portal_id,
            message=message_id,
            user=user_id,
            reaction=reaction,
            now=now,
        )
        > 0
    )


def remove_reaction(tx: Tx, portal_id: int, message_id: int, user_id: int, reaction: str) -> bool:
    """Take a reaction from a message; tells whether it was there."""
    return (
        tx.run(
            """delete from reactions where portal_id = :portal and message_id = :message and user_id = :user
            and reaction = :reaction""",
            portal=portal_id,
            message=message_id,
            user=user_id,
            reaction=reaction,
        )
        > 0
    )


def list_reactions(tx: Tx, portal_id: int, message_ids: list[int]) -> dict[int, dict[str, list[int]]]:
    """Return who put which reactions on messages, by message and reaction, in the order they came."""
    found: dict[int, dict[str, list[int]]] = defaultdict(dict)
    if not message_ids:
        return found
    chosen, names = among("message_id", message_ids)
    rows = tx.all(
        f"""select message_id, reaction, user_id from reactions where portal_id = :portal and {chosen}
        order by added_at, user_id""",
        portal=portal_id,
        **names,
    )
    for message_id, reaction, user_id in rows:
        found[message_id].setdefault(reaction, []).append(user_id)
    return found
