"""Messages of chats: who may read and write, sending, editing, deleting, reading."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from tieline.domain.chats import PRIVATE, Author, Chat, Message
from tieline.domain.clock import DAY
from tieline.domain.connectors import Connector
from tieline.domain.events import (
    DialogMessageAdded,
    DialogMessageDeleted,
    DialogMessageEdited,
    MessageFact,
    OperatorMessageDeleted,
    OperatorMessageEdited,
    OperatorMessageSent,
)
from tieline.domain.people import User
from tieline.domain.sessions import Move
from tieline.services import queues, sessions
from tieline.services.call import Call
from tieline.services.subscriptions import is_heard, publish
from tieline.store import chats as store
from tieline.store import members
from tieline.store import messages as message_store
from tieline.store.signals import DialogChanged

MAX_TEXT = 20_000
EDIT_PERIOD = 10 * DAY


class ChatMissing(Exception):
    """There is no such chat."""


class NoAccess(Exception):
    """The user may not do this in the chat."""


class MessageEmpty(Exception):
    """A message needs a text."""


class MessageMissing(Exception):
    """There is no such message."""


class CannotEdit(Exception):
    """The message is another's, or too old to be changed."""


class ReplyElsewhere(Exception):
    """A reply must be to a message of the same chat."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a user may do in a dialog."""

    read: bool
    write: bool
    take: bool
    join: bool
    intercept: bool
    hand_on: bool
    finish: bool


def access(call: Call, chat: Chat, user: User) -> Access:
    """Tell what a user may do: its operator and those who joined write; the queue reads, and takes what waits."""
    line = call.find_line(chat.line_id)
    queue = line if chat.queue_id == chat.line_id else call.find_line(chat.queue_id)
    in_queue = queue is not None and user.id in queue.operators
    own = chat.operator_id == user.id
    joined = own or members.is_member(call.tx, call.portal_id, chat.id, user.id)
    waiting, is_open = sessions.is_waiting(chat), sessions.is_open(chat)
    free = not is_open or waiting
    entitled = in_queue or user.is_admin
    in_charge = is_open and (own or user.is_admin or (entitled and chat.operator_id is None))
    return Access(
        read=joined or entitled,
        write=line is not None and (joined if not free else joined or entitled),
        take=is_open and (entitled or joined) and (waiting or chat.operator_id is None),
        join=is_open and entitled and not joined,
        intercept=is_open and (entitled or joined) and (waiting or not own),
        hand_on=in_charge,
        finish=in_charge,
    )


def get_readable(call: Call, chat_id: int) -> Chat:
    """Return a chat that the caller may read."""
    chat = store.find_chat(call.tx, call.portal_id, chat_id)
    if chat is None:
        raise ChatMissing
    if not access(call, chat, call.actor).read:
        raise NoAccess
    return chat


def send(
    call: Call, chat_id: int, text: str, *, system: bool = False, reply_id: int | None = None, private: bool = False
) -> int:
    """Write into a chat in the caller's name, or the system's; returns the message's id.

    Writing into a waiting dialog takes it; writing into a closed one opens a session of the writer's. A private
    message, as all are in silent mode, stays inside and answers nobody: the session stands where it stood.
    """
    chat = locked = lock(call, chat_id)
    if not access(call, chat, call.actor).write:
        raise NoAccess
    if not text.strip():
        raise MessageEmpty
    if reply_id is not None:
        _check_reply(call, chat, reply_id)
    private = private or bool(chat.silent)
    if not private and not sessions.is_open(chat):
        line = call.find_line(chat.line_id)
        assert line is not None  # access() lets nobody write where the line is gone
        chat = sessions.open_session(call, chat, line, operator_id=call.actor.id)
    params: dict[str, object] = {PRIVATE: True} if private else {}
    if reply_id is not None:
        params["REPLY_ID"] = reply_id
    author = Author.SYSTEM if system else Author.OPERATOR
    text = shorten(text)
    chat, message_id = add_message(
        call, chat, author=author, author_id=0 if system else call.actor.id, text=text, params=params
    )
    if not system and not private:
        chat = sessions.answer(call, chat, call.actor.id)
    elif system and not private and sessions.is_waiting(chat):
        chat = sessions.move(call, chat, Move.TAKEN, operator_id=call.actor.id)
    if not system:
        mark = members.ReadMark(chat.sequence, chat.messages)
        members.set_read_mark(call.tx, call.portal_id, chat.id, call.actor.id, mark)
    if not private:
        chat = _carry_outside(call, chat, message_id, text, system=system)
    keep(call, chat, locked)
    return message_id


def say(call: Call, chat: Chat, text: str) -> Chat:
    """Write into a locked dialog in the line's name, by one of its rules, and have it carried outside."""
    text = shorten(text)
    chat, message_id = add_message(call, chat, author=Author.SYSTEM, author_id=0, text=text)
    return _carry_outside(call, chat, message_id, text, system=True)


def _check_reply(call: Call, chat: Chat, reply_id: int) -> None:
    replied = message_store.find_message(call.tx, call.portal_id, reply_id)
    if replied is None:
        raise MessageMissing
    if replied.chat_id != chat.id:
        raise ReplyElsewhere


def _carry_outside(call: Call, chat: Chat, message_id: int, text: str, *, system: bool) -> Chat:
    connector = call.find_connector(chat.connector)
    connection = call.find_connection(chat.connector, chat.line_id)
    if connector is None or connection is None or not connection.active:
        chat = chat._replace(sequence=chat.sequence + 1)
        message_store.set_message_failure(
            call.tx, call.portal_id, message_id, "the connector is not active on this line", chat.sequence
        )
        return chat
    if system and not connector.need_system_messages:
        return chat
    sent = partial(OperatorMessageSent, author_id=0 if system else call.actor.id, text=text)
    _tell_outside(call, chat, connector, message_id, sent)
    return chat


def _tell_outside(
    call: Call, chat: Chat, connector: Connector, message_id: int, make: Callable[..., MessageFact]
) -> None:
    """Publish what happened to a message that is the connector's to carry; `make` adds the rest of the fact."""
    fact = make(
        app_id=connector.app_id,
        actor_id=call.user.id if call.user else None,
        chat_id=chat.id,
        connector=chat.connector,
        line_id=chat.line_id,
        message_id=message_id,
        outer_chat=chat.outer_chat,
    )
    publish(call, fact)


def add_message(
    call: Call,
    chat: Chat,
    *,
    author: Author,
    author_id: int,
    text: str,
    params: dict[str, object] | None = None,
) -> tuple[Chat, int]:
    """Append a message of ours to a locked chat."""
    message_id = message_store.add_message(
        call.tx,
        call.portal_id,
        chat,
        author_id=author_id,
        author=author,
        text=text,
        now=call.now,
        params=params,
    )
    assert message_id is not None  # only an outer id can be there already
    if not (params and PRIVATE in params):
        tell_added(call, chat, message_id, author=author, author_id=author_id, text=text)
    return appended(chat, message_id, call.now, counts=author is not Author.SYSTEM), message_id


def tell_added(call: Call, chat: Chat, message_id: int, *, author: Author, author_id: int, text: str) -> None:
    """Publish that a message of anybody's was added, for the application whose connector the dialog came by."""
    connector = call.find_connector(chat.connector)
    if connector is None or not is_heard(call, DialogMessageAdded):
        return
    publish(
        call,
        DialogMessageAdded(
            app_id=connector.app_id,
            actor_id=author_id if author is Author.OPERATOR else call.user.id if call.user else None,
            chat_id=chat.id,
            connector=chat.connector,
            line_id=chat.line_id,
            message=message_id,
            outer_chat=chat.outer_chat,
            customer_id=chat.customer_id,
            author_id=author_id,
            text=text,
            created_at=call.now,
        ),
    )


def _tell_rewritten(call: Call, chat: Chat, message: Message) -> None:
    connector = call.find_connector(chat.connector)
    if connector is None or message.private:
        return
    fact = DialogMessageEdited if message.deleted_at is None else DialogMessageDeleted
    publish(
        call,
        fact(
            app_id=connector.app_id,
            actor_id=call.user.id if call.user else None,
            chat_id=chat.id,
            connector=chat.connector,
            line_id=chat.line_id,
            message=message.id,
        ),
    )


def appended(chat: Chat, message_id: int, now: int, *, counts: bool = True) -> Chat:
    """Return the chat as it stands behind a new message."""
    return chat._replace(
        sequence=chat.sequence + 1,
        messages=chat.messages + counts,
        last_message_id=message_id,
        active_at=now,
    )


def keep(call: Call, chat: Chat, before: Chat) -> None:
    """Write a locked chat's row, which read `before` when it was locked, and give operators what they can take now."""
    queues.write(call, chat, before)
    queues.settle(call, chat, before)


def edit(call: Call, message_id: int, text: str) -> None:
    """Change the text of an own message; an empty one deletes it."""
    if not text.strip():
        delete(call, message_id)
        return
    locked, message = _editable(call, message_id)
    if message.text == text:
        return
    chat = rewrite(call, locked, message, replace(message, text=shorten(text), edited_at=call.now))
    connector = call.find_connector(chat.connector)
    if connector is not None and connector.edit_internal_messages and not message.private:
        edited = partial(OperatorMessageEdited, author_id=message.author_id, text=shorten(text))
        _tell_outside(call, chat, connector, message.id, edited)
    keep(call, chat, locked)


def delete(call: Call, message_id: int) -> None:
    """Withdraw an own message; its place in the chat stays."""
    locked, message = _editable(call, message_id)
    chat = rewrite(call, locked, message, replace(message, text="", deleted_at=call.now))
    connector = call.find_connector(chat.connector)
    if connector is not None and connector.del_internal_messages and not message.private:
        _tell_outside(call, chat, connector, message.id, OperatorMessageDeleted)
    keep(call, chat, locked)


def rewrite(call: Call, chat: Chat, before: Message, after: Message) -> Chat:
    """Keep a message of a locked chat as it reads now, and in its history what it said before."""
    chat = chat._replace(sequence=chat.sequence + 1)
    message_store.set_message(
        call.tx,
        call.portal_id,
        replace(after, changed=chat.sequence),
        before=before,
        editor_id=call.user.id if call.user else 0,
        now=call.now,
    )
    _tell_rewritten(call, chat, after)
    return chat


def _editable(call: Call, message_id: int) -> tuple[Chat, Message]:
    message = message_store.find_message(call.tx, call.portal_id, message_id)
    if message is None:
        raise MessageMissing
    chat = lock(call, message.chat_id)
    message = message_store.find_message(call.tx, call.portal_id, message_id)
    assert message is not None  # messages are never removed
    own = message.author is Author.OPERATOR and message.author_id == call.actor.id
    if not own or message.deleted_at is not None or call.now - message.created_at > EDIT_PERIOD:
        raise CannotEdit
    if not access(call, chat, call.actor).read:
        raise CannotEdit
    return chat, message


def note_failure(call: Call, message_id: int, reason: str) -> None:
    """Show that a message will not reach the outside, and why."""
    message = message_store.find_message(call.tx, call.portal_id, message_id)
    if message is None:
        return
    chat = locked = lock(call, message.chat_id)
    chat = chat._replace(sequence=chat.sequence + 1)
    message_store.set_message_failure(call.tx, call.portal_id, message_id, reason, chat.sequence)
    keep(call, chat, locked)


def read(call: Call, chat_id: int, message_id: int | None) -> int:
    """Move the caller's read mark to a message, or to the end; returns how many messages remain unread."""
    chat = lock(call, chat_id)
    if not access(call, chat, call.actor).read:
        raise NoAccess
    sequence, remaining = chat.sequence, 0
    if message_id is not None:
        message = message_store.find_message(call.tx, call.portal_id, message_id)
        if message is None or message.chat_id != chat.id:
            raise MessageMissing
        remaining = message_store.count_messages_after(call.tx, call.portal_id, chat.id, message.sequence)
        sequence = message.sequence if remaining else chat.sequence
    mark = members.ReadMark(sequence, chat.messages - remaining)
    members.set_read_mark(call.tx, call.portal_id, chat.id, call.actor.id, mark)
    call.tx.signal(DialogChanged(call.portal_id, chat.id, chat.sequence))
    return remaining


def lock(call: Call, chat_id: int) -> Chat:
    """Return a chat, locked."""
    chat = store.lock_chat(call.tx, call.portal_id, chat_id)
    if chat is None:
        raise ChatMissing
    return chat


def shorten(text: str) -> str:
    """Cut a text at what one message may hold."""
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - len(" (...)")] + " (...)"
