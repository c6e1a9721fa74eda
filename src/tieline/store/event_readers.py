"""Who fetches what happens in their chats; what seldom changes, so callers read it through the cache."""

from tieline.store.engine import Tx


def list_readers(tx: Tx, portal_id: int) -> dict[int, int]:
    """Return since when each reads."""
    rows = tx.all("select user_id, since from event_readers where portal_id = :portal", portal=portal_id)
    return {row[0]: row[1] for row in rows}


def add_reader(tx: Tx, portal_id: int, user_id: int, now: int) -> None:
    """Let somebody read; who does already goes on."""
    tx.run(
        "insert into event_readers (portal_id, user_id, since) values (:portal, :user, :now) on conflict do nothing",
        portal=portal_id,
        user=user_id,
        now=now,
    )


def remove_reader(tx: Tx, portal_id: int, user_id: int) -> None:
    """Let somebody read no more."""
    tx.run("delete from event_readers where portal_id = :portal and user_id = :user", portal=portal_id, user=user_id)
