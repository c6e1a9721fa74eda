"""What a person has marked chats with, for himself alone: pinned, muted, unread, hidden."""

from typing import NamedTuple

from tieline.store.engine import Row, Tx


class ChatMarks(NamedTuple):
    """How somebody has marked a chat; `hidden_at` is when he put it away, 0 for never."""

    pinned: bool = False
    muted: bool = False
    unread: bool = False
    hidden_at: int = 0


def _marks(row: Row) -> ChatMarks:
    return ChatMarks(bool(row[0]), bool(row[1]), bool(row[2]), row[3])


def find_marks(tx: Tx, portal_id: int, chat_id: int, user_id: int) -> ChatMarks:
    """Return how somebody has marked a chat."""
    row = tx.one(
        """select pinned, muted, unread, hidden_at from chat_marks
        where portal_id = :portal and chat_id = :chat and user_id = :user""",
        portal=portal_id,
        chat=chat_id,
        user=user_id,
    )
    return _marks(row) if row else ChatMarks()


def set_marks(tx: Tx, portal_id: int, chat_id: int, user_id: int, marks: ChatMarks) -> None:
    """Keep how somebody has marked a chat."""
    tx.run(
        """insert into chat_marks (portal_id, chat_id, user_id, pinned, muted, unread, hidden_at)
        values (:portal, :chat, :user, :pinned, :muted, :unread, :hidden)
        on conflict (portal_id, chat_id, user_id) do update set pinned = excluded.pinned, muted = excluded.muted,
        unread = excluded.unread, hidden_at = excluded.hidden_at""",
        portal=portal_id,
        chat=chat_id,
        user=user_id,
        pinned=int(marks.pinned),
        muted=int(marks.muted),
        unread=int(marks.unread),
        hidden=marks.hidden_at,
    )


def remove_marks(tx: Tx, portal_id: int, chat_id: int, user_id: int) -> None:
    """Forget how somebody has marked a chat."""
    tx.run(
        "delete from chat_marks where portal_id = :portal and chat_id = :chat and user_id = :user",
        portal=portal_id,
        chat=chat_id,
        user=user_id,
    )


def list_marks(tx: Tx, portal_id: int, user_id: int) -> dict[int, ChatMarks]:
    """Return the chats that somebody has marked, by their ids."""
    rows = tx.all(
        """select chat_id, pinned, muted, unread, hidden_at from chat_marks
        where portal_id = :portal and user_id = :user and pinned + muted + unread + hidden_at > 0""",
        portal=portal_id,
        user=user_id,
    )
    return {row[0]: _marks(row[1:]) for row in rows}


def list_muted(tx: Tx, portal_id: int, chat_id: int) -> list[int]:
    """Return who has muted a chat."""
    rows = tx.all(
        "select user_id from chat_marks where portal_id = :portal and chat_id = :chat and muted = 1 order by user_id",
        portal=portal_id,
        chat=chat_id,
    )
    return [row[0] for row in rows]
