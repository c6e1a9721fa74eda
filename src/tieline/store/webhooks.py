"""Incoming webhooks, by the hashes of their codes."""

from tieline.domain.apps import Webhook
from tieline.store.apps import scopes_of
from tieline.store.engine import Row, Tx

_WEBHOOK = "id, user_id, scopes, title, created_at"


def _webhook(row: Row) -> Webhook:
    return Webhook(row[0], row[1], scopes_of(row[2]), row[3], row[4])


def add_webhook(
    tx: Tx, portal_id: int, *, user_id: int, code_hash: str, scopes: frozenset[str], title: str, now: int
) -> int:
    """Add an incoming webhook; returns its id."""
    row = tx.one(
        """insert into webhooks (portal_id, user_id, code_hash, scopes, title, created_at)
        values (:portal, :user, :hash, :scopes, :title, :now) returning id""",
        portal=portal_id,
        user=user_id,
        hash=code_hash,
        scopes=",".join(sorted(scopes)),
        title=title,
        now=now,
    )
    assert row
    return int(row[0])


def find_webhook(tx: Tx, portal_id: int, user_id: int, code_hash: str) -> Webhook | None:
    """Return a user's webhook by the hash of its code, or None."""
    row = tx.one(
        f"""select {_WEBHOOK} from webhooks
        where portal_id = :portal and code_hash = :hash and user_id = :user""",
        portal=portal_id,
        hash=code_hash,
        user=user_id,
    )
    return _webhook(row) if row else None


def list_webhooks(tx: Tx, portal_id: int) -> list[Webhook]:
    """Return all incoming webhooks, oldest first."""
    rows = tx.all(f"select {_WEBHOOK} from webhooks where portal_id = :portal order by id", portal=portal_id)
    return [_webhook(row) for row in rows]


def set_webhook(tx: Tx, portal_id: int, webhook_id: int, *, scopes: frozenset[str], title: str) -> bool:
    """Change what a webhook may do; tells whether there is one."""
    changed = tx.run(
        "update webhooks set scopes = :scopes, title = :title where portal_id = :portal and id = :id",
        scopes=",".join(sorted(scopes)),
        title=title,
        portal=portal_id,
        id=webhook_id,
    )
    return changed > 0


def remove_webhook(tx: Tx, portal_id: int, webhook_id: int) -> bool:
    """Take a webhook away; tells whether there was one."""
    return tx.run("delete from webhooks where portal_id = :portal and id = :id", portal=portal_id, id=webhook_id) > 0
