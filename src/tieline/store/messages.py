"""Messages of chats: appended, and rewritten with their history kept."""

from dataclasses import dataclass, fields
from typing import Any

import msgspec

from tieline.domain.chats import GONE, Author, Chat, Message
from tieline.store.engine import Row, Tx
from tieline.store.filters import among, like, of_portal

_MESSAGE_FIELDS = tuple(field.name for field in fields(Message))
_MESSAGE = ", ".join(_MESSAGE_FIELDS)
_AUTHOR = _MESSAGE_FIELDS.index("author")
_PARAMS = _MESSAGE_FIELDS.index("params")
_encode = msgspec.json.encode
_WITHOUT_TRACE = _encode({GONE: True}).decode()  # all that is kept beside a message that is gone
_decode = msgspec.json.decode


def _message(row: Row) -> Message:
    values = list(row)
    values[_AUTHOR] = Author(values[_AUTHOR])
    values[_PARAMS] = _decode(values[_PARAMS]) if values[_PARAMS] else {}
    return Message(*values)


def add_message(
    tx: Tx,
    portal_id: int,
    chat: Chat,
    *,
    author_id: int,
    author: Author,
    text: str,
    now: int,
    params: dict[str, Any] | None = None,
    outer_id: str | None = None,
) -> int | None:
    """Add a message behind the last one of a locked chat; None if its outer id came from this author before."""
    row = tx.one(
        """insert into messages (portal_id, chat_id, session_id, author_id, author, text, params, outer_id,
        created_at, sequence) values (:portal, :chat, :session, :author_id, :author, :text, :params, :outer_id,
        :now, :sequence) on conflict do nothing returning id""",
        portal=portal_id,
        chat=chat.id,
        session=chat.session_id,
        author_id=author_id,
        author=author.value,
        text=text,
        params=_encode(params).decode() if params else None,
        outer_id=outer_id,
        now=now,
        sequence=chat.sequence + 1,
    )
    return row[0] if row else None


def find_message(tx: Tx, portal_id: int, message_id: int) -> Message | None:
    """Return a message, or None."""
    row = tx.one(
        f"select {_MESSAGE} from messages where portal_id = :portal and id = :id",
        portal=portal_id,
        id=message_id,
    )
    return _message(row) if row else None


def find_outer_message(tx: Tx, portal_id: int, chat_id: int, author_id: int, outer_id: str) -> Message | None:
    """Return the message that a connector passed in under `outer_id`, or None."""
    row = tx.one(
        f"""select {_MESSAGE} from messages where portal_id = :portal and chat_id = :chat
        and author_id = :author and outer_id = :outer""",
        portal=portal_id,
        chat=chat_id,
        author=author_id,
        outer=outer_id,
    )
    return _message(row) if row else None


def find_message_by_outer_id(tx: Tx, portal_id: int, chat_id: int, author_id: int, outer_id: str) -> Message | None:
    """Return the message of a chat that came in under `outer_id`: the author's, else the newest; or None."""
    row = tx.one(
        f"""select {_MESSAGE} from messages where portal_id = :portal and chat_id = :chat and outer_id = :outer
        order by case when author_id = :author then 0 else 1 end, id desc limit 1""",
        portal=portal_id,
        chat=chat_id,
        author=author_id,
        outer=outer_id,
    )
    return _message(row) if row else None


@dataclass(frozen=True, slots=True)
class Window:
    """Which messages of a chat are wanted: before or after a message, or changed since a sequence.

    What stands up to `hidden_to` is not.
    """

    limit: int
    before: int | None = None
    after: int | None = None
    since: int | None = None
    hidden_to: int = 0


def list_messages(tx: Tx, portal_id: int, chat_id: int, window: Window) -> list[Message]:
    """Return messages of a window, oldest first; without a bound the newest ones. What left no trace is not among them.

    Those added or changed since a sequence come in the order of their last change, also what has gone since then.
    """
    if window.since is not None:
        return _list_changed(tx, portal_id, chat_id, window)
    bound, order = "", "desc"
    if window.after is not None:
        bound, order = "and sequence > (select", "asc"
    elif window.before is not None:
        bound = "and sequence < (select"
    if bound:
        bound += " b.sequence from messages b where b.portal_id = :portal and b.chat_id = :chat and b.id = :bound)"
    rows = tx.all(
        f"""select {_MESSAGE} from messages where portal_id = :portal and chat_id = :chat and sequence > :hidden
        and (deleted_at is null or coalesce(params, '') <> :gone) {bound} order by sequence {order} limit :limit""",
        portal=portal_id,
        chat=chat_id,
        hidden=window.hidden_to,
        gone=_WITHOUT_TRACE,
        limit=window.limit,
        **({"bound": window.after or window.before or 0} if bound else {}),
    )
    messages = [_message(row) for row in rows]
    return messages if order == "asc" else messages[::-1]


def _list_changed(tx: Tx, portal_id: int, chat_id: int, window: Window) -> list[Message]:
    rows = tx.all(
        f"""select {_MESSAGE} from (
        select {_MESSAGE} from messages where portal_id = :portal and chat_id = :chat and sequence > :since
        union select {_MESSAGE} from messages where portal_id = :portal and chat_id = :chat and changed > :since
        ) m where sequence > :hidden order by coalesce(changed, sequence) limit :limit""",
        portal=portal_id,
        chat=chat_id,
        since=window.since,
        hidden=window.hidden_to,
        limit=window.limit,
    )
    return [_message(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Search:
    """Which messages are looked for: by words, by their moment, beyond one that was found before."""

    text: str
    first: int | None
    last: int | None
    beyond: int | None
    ascending: bool
    hidden_to: int
    limit: int


def search_messages(tx: Tx, portal_id: int, chat_id: int, search: Search) -> list[Message]:
    """Return messages of a chat that are looked for, by their ids."""
    where: list[str] = ["deleted_at is null"]
    params: dict[str, Any] = {}
    if search.text:
        where.append("lower(text) like :text escape '\\'")
        params["text"] = like(search.text)
    for condition, value in (
        ("created_at >= :first", search.first),
        ("created_at <= :last", search.last),
        ("id > :beyond" if search.ascending else "id < :beyond", search.beyond),
    ):
        if value is not None:
            where.append(condition)
            params[condition.rpartition(":")[2]] = value
    rows = tx.all(
        f"""select {_MESSAGE} from messages where portal_id = :portal and chat_id = :chat and sequence > :hidden
        and {" and ".join(where)} order by id {"asc" if search.ascending else "desc"} limit :limit""",
        portal=portal_id,
        chat=chat_id,
        hidden=search.hidden_to,
        limit=search.limit,
        **params,
    )
    return [_message(row) for row in rows]


def list_messages_by_id(tx: Tx, portal_id: int, ids: list[int]) -> dict[int, Message]:
    """Return messages by their ids."""
    if not ids:
        return {}
    chosen, names = among("id", ids)
    rows = tx.all(
        f"select {_MESSAGE} from messages where {of_portal(tx)} and {chosen}",
        portal=portal_id,
        **names,
    )
    return {row[0]: _message(row) for row in rows}


def set_message(tx: Tx, portal_id: int, message: Message, *, before: Message, editor_id: int, now: int) -> None:
    """Keep a message's new text or its deletion, and what it said before in its history."""
    tx.run(
        """insert into message_versions (portal_id, message_id, replaced_at, sequence, text, editor_id)
        values (:portal, :message, :now, :sequence, :text, :editor)""",
        portal=portal_id,
        message=message.id,
        now=now,
        sequence=message.changed,
        text=before.text,
        editor=editor_id,
    )
    tx.run(
        """update messages set text = :text, params = :params, edited_at = :edited, deleted_at = :deleted,
        changed = :changed where portal_id = :portal and id = :id""",
        text=message.text,
        params=_encode(message.params).decode() if message.params else None,
        edited=message.edited_at,
        deleted=message.deleted_at,
        changed=message.changed,
        portal=portal_id,
        id=message.id,
    )


def set_message_changed(tx: Tx, portal_id: int, message_id: int, changed: int) -> None:
    """Keep that something about a message changed, such as the state of its files."""
    tx.run(
        "update messages set changed = :changed where portal_id = :portal and id = :id",
        changed=changed,
        portal=portal_id,
        id=message_id,
    )


def set_message_params(tx: Tx, portal_id: int, message_id: int, params: dict[str, object]) -> None:
    """Keep what is known of a message beside its text, where nobody who looks at it sees a change."""
    tx.run(
        "update messages set params = :params where portal_id = :portal and id = :id",
        params=_encode(params).decode() if params else None,
        portal=portal_id,
        id=message_id,
    )


def set_message_session(tx: Tx, portal_id: int, message_id: int, session_id: int, changed: int) -> None:
    """Move a message to another session of its chat."""
    tx.run(
        "update messages set session_id = :session, changed = :changed where portal_id = :portal and id = :id",
        session=session_id,
        changed=changed,
        portal=portal_id,
        id=message_id,
    )


def list_messages_of_session(tx: Tx, portal_id: int, chat_id: int, session_id: int, limit: int) -> list[Message]:
    """Return the last messages of a session, newest first."""
    rows = tx.all(
        f"""select {_MESSAGE} from messages where portal_id = :portal and chat_id = :chat and session_id = :session
        order by sequence desc limit :limit""",
        portal=portal_id,
        chat=chat_id,
        session=session_id,
        limit=limit,
    )
    return [_message(row) for row in rows]


def set_message_moment(
    tx: Tx, portal_id: int, message_id: int, *, delivered_at: int | None, read_at: int | None, changed: int
) -> None:
    """Keep when a message was delivered and read; the first moment stands."""
    tx.run(
        """update messages set delivered_at = coalesce(delivered_at, :delivered), read_at = coalesce(read_at, :read),
        changed = :changed where portal_id = :portal and id = :id""",
        delivered=delivered_at,
        read=read_at,
        changed=changed,
        portal=portal_id,
        id=message_id,
    )


def set_message_failure(tx: Tx, portal_id: int, message_id: int, reason: str | None, changed: int) -> None:
    """Keep why a message did not reach the outside; None once it did."""
    tx.run(
        "update messages set failure = :reason, changed = :changed where portal_id = :portal and id = :id",
        reason=reason,
        changed=changed,
        portal=portal_id,
        id=message_id,
    )


def set_outgoing_ids(tx: Tx, portal_id: int, message_id: int, outer_ids: list[str]) -> None:
    """Keep under which ids a message is known outside."""
    tx.run(
        "delete from outgoing_ids where portal_id = :portal and message_id = :message",
        portal=portal_id,
        message=message_id,
    )
    for position, outer_id in enumerate(outer_ids):
        tx.run(
            """insert into outgoing_ids (portal_id, message_id, position, outer_id)
            values (:portal, :message, :position, :outer)""",
            portal=portal_id,
            message=message_id,
            position=position,
            outer=outer_id,
        )


def list_outgoing_ids(tx: Tx, portal_id: int, message_id: int) -> list[str]:
    """Return under which ids a message is known outside."""
    rows = tx.all(
        "select outer_id from outgoing_ids where portal_id = :portal and message_id = :message order by position",
        portal=portal_id,
        message=message_id,
    )
    return [row[0] for row in rows]


def find_neighbour(tx: Tx, portal_id: int, chat_id: int, sequence: int, *, after: bool) -> int | None:
    """Return the first message behind a sequence, or the last one that stands up to it; or None."""
    condition, order = ("> :sequence", "asc") if after else ("<= :sequence", "desc")
    row = tx.one(
        f"""select id from messages where portal_id = :portal and chat_id = :chat and sequence {condition}
        order by sequence {order} limit 1""",
        portal=portal_id,
        chat=chat_id,
        sequence=sequence,
    )
    return int(row[0]) if row else None


def count_messages_after(tx: Tx, portal_id: int, chat_id: int, sequence: int) -> int:
    """Count people's messages of a chat behind a sequence."""
    row = tx.one(
        """select count(*) from messages where portal_id = :portal and chat_id = :chat and sequence > :sequence
        and author <> 'system'""",
        portal=portal_id,
        chat=chat_id,
        sequence=sequence,
    )
    assert row
    return int(row[0])


def find_last_read_outside(tx: Tx, portal_id: int, chat_id: int) -> Message | None:
    """Return the newest message of ours that the customer has read, or None."""
    row = tx.one(
        f"""select {_MESSAGE} from messages where portal_id = :portal and chat_id = :chat and read_at is not null
        order by sequence desc limit 1""",
        portal=portal_id,
        chat=chat_id,
    )
    return _message(row) if row else None


def list_ids_between(tx: Tx, portal_id: int, chat_id: int, after: int, to: int, limit: int) -> list[tuple[int, int]]:
    """Return (message, author) of what stands behind a sequence and up to another, oldest first."""
    rows = tx.all(
        """select id, author_id from messages where portal_id = :portal and chat_id = :chat
        and sequence > :after and sequence <= :to order by sequence limit :limit""",
        portal=portal_id,
        chat=chat_id,
        after=after,
        to=to,
        limit=limit,
    )
    return [(row[0], row[1]) for row in rows]


def list_last_of_authors(tx: Tx, portal_id: int, chat_id: int) -> dict[int, int]:
    """Return the last message of each who wrote into a chat."""
    rows = tx.all(
        """select author_id, max(id) from messages where portal_id = :portal and chat_id = :chat
        group by author_id""",
        portal=portal_id,
        chat=chat_id,
    )
    return {row[0]: row[1] for row in rows}
