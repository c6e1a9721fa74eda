"""Who is in a chat, and how far each has read it."""

from dataclasses import dataclass

from tieline.store.engine import Row, Tx


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who is in a chat: since when, whether he leads it, and up to which sequence it is hidden from him."""

    user_id: int
    joined_at: int
    manager: bool = False
    hidden_to: int = 0


_MEMBER = "user_id, joined_at, manager, hidden_to"


def _member(row: Row) -> Member:
    return Member(row[0], row[1], bool(row[2]), row[3])


def add_member(tx: Tx, portal_id: int, chat_id: int, user_id: int, now: int, *, hidden_to: int = 0) -> bool:
    """Let somebody into a chat; who is in it stays as he is. Tells whether he is new."""
    added = tx.run(
        """insert into members (portal_id, chat_id, user_id, joined_at, hidden_to)
        values (:portal, :chat, :user, :now, :hidden) on conflict do nothing""",
        portal=portal_id,
        chat=chat_id,
        user=user_id,
        now=now,
        hidden=hidden_to,
    )
    return added > 0


def set_manager(tx: Tx, portal_id: int, chat_id: int, user_id: int, *, manager: bool) -> None:
    """Let a member lead a chat, or no more."""
    tx.run(
        "update members set manager = :manager where portal_id = :portal and chat_id = :chat and user_id = :user",
        manager=int(manager),
        portal=portal_id,
        chat=chat_id,
        user=user_id,
    )


def find_member(tx: Tx, portal_id: int, chat_id: int, user_id: int) -> Member | None:
    """Return somebody who is in a chat, or None."""
    row = tx.one(
        f"select {_MEMBER} from members where portal_id = :portal and chat_id = :chat and user_id = :user",
        portal=portal_id,
        chat=chat_id,
        user=user_id,
    )
    return _member(row) if row else None


def list_details(tx: Tx, portal_id: int, chat_id: int) -> list[Member]:
    """Return who is in a chat, in the order they joined, with what is known of each."""
    rows = tx.all(
        f"select {_MEMBER} from members where portal_id = :portal and chat_id = :chat order by joined_at, user_id",
        portal=portal_id,
        chat=chat_id,
    )
    return [_member(row) for row in rows]


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


def list_read_marks(tx: Tx, portal_id: int, chat_id: int) -> dict[int, ReadMark]:
    """Return how far each has read a chat who has read any of it."""
    rows = tx.all(
        """select user_id, read_sequence, read_messages from read_marks
        where portal_id = :portal and chat_id = :chat""",
        portal=portal_id,
        chat=chat_id,
    )
    return {row[0]: ReadMark(row[1], row[2]) for row in rows}


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
    _set_read_mark(tx, portal_id, chat_id, user_id, mark, " where read_marks.read_sequence <= excluded.read_sequence")


def move_read_mark(tx: Tx, portal_id: int, chat_id: int, user_id: int, mark: ReadMark) -> None:
    """Put somebody's read mark where it is wanted, also back."""
    _set_read_mark(tx, portal_id, chat_id, user_id, mark, "")


def _set_read_mark(tx: Tx, portal_id: int, chat_id: int, user_id: int, mark: ReadMark, condition: str) -> None:
    tx.run(
        f"""insert into read_marks (portal_id, chat_id, user_id, read_sequence, read_messages)
        values (:portal, :chat, :user, :sequence, :messages)
        on conflict (portal_id, chat_id, user_id) do update
        set read_sequence = excluded.read_sequence, read_messages = excluded.read_messages{condition}""",
        sequence=mark.sequence,
        messages=mark.messages,
        portal=portal_id,
        chat=chat_id,
        user=user_id,
    )
