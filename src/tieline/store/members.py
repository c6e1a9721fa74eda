"""Who is in a chat, and how far each has read it."""

from dataclasses import dataclass

from tieline.store.engine import Tx


def add_member(tx: Tx, portal_id: int, chat_id: int, user_id: int, now: int) -> None:
    """Let somebody into a chat; who is in it stays as he is."""
    tx.run(
        """insert into members (portal_id, chat_id, user_id, joined_at)
        values (:portal, :chat, :user, :now) on conflict do nothing""",
        portal=portal_id,
        chat=chat_id,
        user=user_id,
        now=now,
    )


def remove_member(tx: Tx, portal_id: int, chat_id: int, user_id: int) -> None:
    """Let somebody out of a chat."""
    tx.run(
        "delete from members where portal_id = :portal and chat_id = :chat and user_id = :user",
        portal=portal_id,
        chat=chat_id,
        user=user_id,
    )


def is_member(tx: Tx, portal_id: int, chat_id: int, user_id: int) -> bool:
    """Tell whether somebody is in a chat."""
    row = tx.one(
        "select 1 from members where portal_id = :portal and chat_id = :chat and user_id = :user",
        portal=portal_id,
        chat=chat_id,
        user=user_id,
    )
    return row is not None


def list_members(tx: Tx, portal_id: int, chat_id: int) -> list[int]:
    """Return the users in a chat, in the order they joined."""
    rows = tx.all(
        "select user_id from members where portal_id = :portal and chat_id = :chat order by joined_at, user_id",
        portal=portal_id,
        chat=chat_id,
    )
    return [row[0] for row in rows]


@dataclass(frozen=True, slots=True)
class ReadMark:
    """How far somebody has read a chat: up to which sequence, and how many messages that are."""

    sequence: int = 0
    messages: int = 0


def find_read_mark(tx: Tx, portal_id: int, chat_id: int, user_id: int) -> ReadMark:
    """Return how far somebody has read; nothing at all if there is no mark."""
    row = tx.one(
        """select read_sequence, read_messages from read_marks
        where portal_id = :portal and chat_id = :chat and user_id = :user""",
        portal=portal_id,
        chat=chat_id,
        user=user_id,
    )
    return ReadMark(*row) if row else ReadMark()


def set_read_mark(tx: Tx, portal_id: int, chat_id: int, user_id: int, mark: ReadMark) -> None:
    """Move somebody's read mark forward, never back."""
    tx.run(
        """insert into read_marks (portal_id, chat_id, user_id, read_sequence, read_messages)
        values (:portal, :chat, :user, :sequence, :messages)
        on conflict (portal_id, chat_id, user_id) do update
        set read_sequence = excluded.read_sequence, read_messages = excluded.read_messages
        where read_marks.read_sequence <= excluded.read_sequence""",
        sequence=mark.sequence,
        messages=mark.messages,
        portal=portal_id,
        chat=chat_id,
        user=user_id,
    )
