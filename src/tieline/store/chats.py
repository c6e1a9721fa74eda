"""Chats. A dialog's row is locked before anything in it changes."""

from typing import Any

from tieline.domain.chats import Chat, ChatType
from tieline.domain.clock import MINUTE
from tieline.store.engine import Row, Tx

CHAT_FIELDS = Chat._fields
_CHAT = ", ".join(CHAT_FIELDS)


_TYPES = {kind.value: kind for kind in ChatType}


def to_chat(row: Row) -> Chat:
    """Make a chat of a row of CHAT_FIELDS."""
    return Chat._make((row[0], _TYPES[row[1]], *row[2:]))


def add_dialog(
    tx: Tx,
    portal_id: int,
    *,
    title: str,
    description: str,
    connector: str,
    line_id: int,
    outer_chat: str,
    outer_user: str,
    customer_id: int,
    now: int,
) -> Chat | None:
    """Add a dialog; None if one with this key was added in the meantime."""
    row = tx.one(
        f"""insert into chats (portal_id, type, title, description, connector, line_id, outer_chat, outer_user,
        customer_id, sequence, messages, active_at, active_minute, created_at, queue_id)
        values (:portal, 'lines', :title, :description, :connector, :line, :outer_chat, :outer_user, :customer,
        0, 0, :now, :minute, :now, :line) on conflict do nothing returning {_CHAT}""",
        portal=portal_id,
        minute=now // MINUTE,
        title=title,
        description=description,
        connector=connector,
        line=line_id,
        outer_chat=outer_chat,
        outer_user=outer_user,
        customer=customer_id,
        now=now,
    )
    return to_chat(row) if row else None


def add_chat(
    tx: Tx, portal_id: int, kind: ChatType, *, title: str, description: str, pair: tuple[int, int] | None, now: int
) -> Chat | None:
    """Add a chat that is no dialog; None if the private chat of this pair was added in the meantime."""
    first, second = (str(user_id) for user_id in sorted(pair)) if pair else ("", "")
    row = tx.one(
        f"""insert into chats (portal_id, type, title, description, connector, line_id, outer_chat, outer_user,
        customer_id, sequence, messages, active_at, active_minute, created_at, queue_id)
        values (:portal, :type, :title, :description, '', 0, :first, :second, 0, 0, 0, :now, :minute, :now, 0)
        on conflict do nothing returning {_CHAT}""",
        portal=portal_id,
        type=kind.value,
        title=title,
        description=description,
        first=first,
        second=second,
        now=now,
        minute=now // MINUTE,
    )
    return to_chat(row) if row else None


def find_private(tx: Tx, portal_id: int, pair: tuple[int, int]) -> Chat | None:
    """Return the private chat of two, or None."""
    first, second = sorted(pair)
    row = tx.one(
        f"""select {_CHAT} from chats where portal_id = :portal and type = 'private' and outer_chat = :first
        and outer_user = :second""",
        portal=portal_id,
        first=str(first),
        second=str(second),
    )
    return to_chat(row) if row else None


def list_of_member(tx: Tx, portal_id: int, user_id: int) -> list[Chat]:
    """Return the chats that somebody is in, the oldest first."""
    rows = tx.all(
        f"""select {", ".join("c." + name for name in CHAT_FIELDS)} from members b
        join chats c on c.portal_id = b.portal_id and c.id = b.chat_id
        where b.portal_id = :portal and b.user_id = :user order by c.id""",
        portal=portal_id,
        user=user_id,
    )
    return [to_chat(row) for row in rows]


def set_description(tx: Tx, portal_id: int, chat_id: int, description: str) -> None:
    """Keep what a chat is about."""
    tx.run(
        "update chats set description = :description where portal_id = :portal and id = :id",
        description=description,
        portal=portal_id,
        id=chat_id,
    )


def lock_dialog(tx: Tx, portal_id: int, connector: str, line_id: int, outer_chat: str, outer_user: str) -> Chat | None:
    """Return and lock the dialog of a key, or None."""
    row = tx.one(
        f"""select {_CHAT} from chats where portal_id = :portal and type = 'lines' and connector = :connector
        and line_id = :line and outer_chat = :chat and outer_user = :user for update""",
        portal=portal_id,
        connector=connector,
        line=line_id,
        chat=outer_chat,
        user=outer_user,
    )
    return to_chat(row) if row else None


def lock_chat(tx: Tx, portal_id: int, chat_id: int) -> Chat | None:
    """Return and lock a chat, or None."""
    row = tx.one(
        f"select {_CHAT} from chats where portal_id = :portal and id = :id for update",
        portal=portal_id,
        id=chat_id,
    )
    return to_chat(row) if row else None


def lock_free_chat(tx: Tx, portal_id: int, chat_id: int) -> Chat | None:
    """Return and lock a chat; None where another transaction has it locked."""
    row = tx.one(
        f"select {_CHAT} from chats where portal_id = :portal and id = :id for update skip locked",
        portal=portal_id,
        id=chat_id,
    )
    return to_chat(row) if row else None


def find_chat(tx: Tx, portal_id: int, chat_id: int) -> Chat | None:
    """Return a chat, or None."""
    row = tx.one(f"select {_CHAT} from chats where portal_id = :portal and id = :id", portal=portal_id, id=chat_id)
    return to_chat(row) if row else None


def list_dialogs_of(
    tx: Tx, portal_id: int, connector: str, line_id: int, outer_chat: str, outer_user: str | None = None
) -> list[Chat]:
    """Return the dialogs of an outer chat, of one of its users or of all, newest first."""
    rows = tx.all(
        f"""select {_CHAT} from chats where portal_id = :portal and type = 'lines' and connector = :connector
        and line_id = :line and outer_chat = :chat and (:any = 1 or outer_user = :user) order by active_at desc""",
        portal=portal_id,
        connector=connector,
        line=line_id,
        chat=outer_chat,
        any=int(outer_user is None),
        user=outer_user or "",
    )
    return [to_chat(row) for row in rows]


def list_bound(tx: Tx, portal_id: int, binding: str, entity_id: int, *, open_alone: bool = False) -> list[Chat]:
    """Return the dialogs that are bound to an object of the CRM by a column of theirs, the last active first."""
    condition = " and status < 60" if open_alone else ""
    rows = tx.all(
        f"""select {_CHAT} from chats where portal_id = :portal and {binding} = :entity and {binding} > 0{condition}
        order by active_at desc, id desc""",
        portal=portal_id,
        entity=entity_id,
    )
    return [to_chat(row) for row in rows]


def set_dialog(tx: Tx, portal_id: int, chat: Chat, before: Chat) -> None:
    """Keep a locked dialog's row as it stands now; columns of indexes are written only when they change."""
    tx.run(
        """update chats set sequence = :sequence, messages = :messages, last_message_id = :last,
        waiting_since = :waiting, active_at = :active where portal_id = :portal and id = :id""",
        sequence=chat.sequence,
        messages=chat.messages,
        last=chat.last_message_id,
        waiting=chat.waiting_since,
        active=chat.active_at,
        portal=portal_id,
        id=chat.id,
    )
    if _listed_by(chat) != _listed_by(before):
        tx.run(
            """update chats set title = :title, session_id = :session, operator_id = :operator, status = :status,
            active_minute = :minute, queue_id = :queue, pinned = :pinned, silent = :silent, lead_id = :lead,
            company_id = :company, contact_id = :contact, deal_id = :deal, bots = :bots, keyboard_id = :keyboard,
            opened_at = :opened
            where portal_id = :portal and id = :id""",
            title=chat.title,
            session=chat.session_id,
            operator=chat.operator_id,
            status=chat.status,
            minute=chat.active_at // MINUTE,
            queue=chat.queue_id,
            pinned=int(chat.pinned),
            silent=int(chat.silent),
            lead=chat.lead_id,
            company=chat.company_id,
            contact=chat.contact_id,
            deal=chat.deal_id,
            bots=chat.bots,
            keyboard=chat.keyboard_id,
            opened=chat.opened_at,
            portal=portal_id,
            id=chat.id,
        )


def _listed_by(chat: Chat) -> tuple[Any, ...]:
    return (
        chat.session_id,
        chat.operator_id,
        chat.status,
        chat.active_at // MINUTE,
        chat.title,
        chat.queue_id,
        chat.pinned,
        chat.silent,
        chat.lead_id,
        chat.company_id,
        chat.contact_id,
        chat.deal_id,
        chat.bots,
        chat.keyboard_id,
    )


def lock_dialogs_of(tx: Tx, portal_id: int, operator_id: int) -> list[Chat]:
    """Return and lock an operator's open dialogs, those of the newest sessions first."""
    rows = tx.all(
        f"""select {_CHAT} from chats where portal_id = :portal and operator_id = :operator and status < 60
        order by session_id desc for update""",
        portal=portal_id,
        operator=operator_id,
    )
    return [to_chat(row) for row in rows]


def list_open_of(tx: Tx, portal_id: int, operator_id: int) -> list[Chat]:
    """Return an operator's open dialogs, those of the oldest sessions first."""
    rows = tx.all(
        f"""select {_CHAT} from chats where portal_id = :portal and operator_id = :operator and status < 60
        order by session_id""",
        portal=portal_id,
        operator=operator_id,
    )
    return [to_chat(row) for row in rows]


def lock_dialogs_on(tx: Tx, portal_id: int, line_id: int) -> list[Chat]:
    """Return and lock the open dialogs of a line and those that its queue serves."""
    rows = tx.all(
        f"""select {_CHAT} from chats where portal_id = :portal and status < 60
        and (line_id = :line or queue_id = :line) order by id for update""",
        portal=portal_id,
        line=line_id,
    )
    return [to_chat(row) for row in rows]


def give_back(tx: Tx, portal_id: int, line_id: int) -> None:
    """Give closed dialogs that a line's queue serves for others back to their own."""
    tx.run(
        "update chats set queue_id = line_id where portal_id = :portal and queue_id = :line and line_id <> :line",
        portal=portal_id,
        line=line_id,
    )
