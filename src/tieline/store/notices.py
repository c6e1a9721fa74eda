"""Notices to people of the portal: what happened that they should know of."""

from typing import NamedTuple

from tieline.store.engine import Tx


class Notice(NamedTuple):
    """Something a person should know of; `kind` tells what it is about, `read_at` when it was seen."""

    id: int
    user_id: int
    kind: str
    text: str
    chat_id: int | None
    created_at: int
    read_at: int | None


def add_notice(tx: Tx, portal_id: int, user_id: int, *, kind: str, text: str, chat_id: int | None, now: int) -> Notice:
    """Add a notice for a person."""
    row = tx.one(
        """insert into notices (portal_id, user_id, kind, text, chat_id, created_at)
        values (:portal, :user, :kind, :text, :chat, :now)
        returning id, user_id, kind, text, chat_id, created_at, read_at""",
        portal=portal_id,
        user=user_id,
        kind=kind,
        text=text,
        chat=chat_id,
        now=now,
    )
    assert row
    return Notice(*row)


def is_unread(tx: Tx, portal_id: int, user_id: int, kind: str) -> bool:
    """Tell whether a person has a notice of a kind that was not read."""
    row = tx.one(
        """select 1 from notices where portal_id = :portal and user_id = :user and kind = :kind
        and read_at is null limit 1""",
        portal=portal_id,
        user=user_id,
        kind=kind,
    )
    return row is not None


def list_notices(tx: Tx, portal_id: int, user_id: int, *, before: int | None, limit: int) -> list[Notice]:
    """Return a person's notices, newest first, older than one where it is named."""
    rows = tx.all(
        """select id, user_id, kind, text, chat_id, created_at, read_at from notices
        where portal_id = :portal and user_id = :user and id < :before order by id desc limit :limit""",
        portal=portal_id,
        user=user_id,
        before=2**62 if before is None else before,
        limit=limit,
    )
    return [Notice(*row) for row in rows]


def count_unread(tx: Tx, portal_id: int, user_id: int) -> int:
    """Count the notices that a person has not read."""
    row = tx.one(
        "select count(*) from notices where portal_id = :portal and user_id = :user and read_at is null",
        portal=portal_id,
        user=user_id,
    )
    assert row
    return int(row[0])


def set_read(tx: Tx, portal_id: int, user_id: int, up_to: int, now: int) -> None:
    """Note that a person has seen the notices up to one."""
    tx.run(
        """update notices set read_at = :now where portal_id = :portal and user_id = :user and id <= :up_to
        and read_at is null""",
        now=now,
        portal=portal_id,
        user=user_id,
        up_to=up_to,
    )
