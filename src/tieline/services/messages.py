"""Messages: sending, changing, withdrawing, and who is told of them."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from tieline.domain.chats import (
    ASKED,
    CONTENT,
    GONE,
    KEYBOARD,
    PRIVATE,
    REPLY,
    Author,
    Change,
    Chat,
    ChatType,
    Draft,
    Message,
)
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
from tieline.domain.people import UserKind
from tieline.domain.sessions import Move
from tieline.services import bot_events, chats, reader_events, sessions
from tieline.services.call import Call
from tieline.services.chats import MessageMissing, NoAccess, access, appended, keep, lock
from tieline.services.subscriptions import is_heard, publish
from tieline.store import files as file_store
from tieline.store import members
from tieline.store import messages as store

MAX_TEXT = 20_000
EDIT_PERIOD = 10 * DAY
BOTS_EDIT_PERIOD = 3 * DAY


class MessageEmpty(Exception):
    """A message needs a text, an attachment or a file."""


class CannotEdit(Exception):
    """The message is another's, or too old to be changed."""


class ReplyElsewhere(Exception):
    """A reply must be to a message of the same chat."""


def send(call: Call, chat_id: int, draft: Draft) -> int:
    """Write into a chat in the caller's name, or the system's; returns the message's id.

    A person who writes into a waiting dialog takes it, and into a closed one opens a session of his own. A private
    message, as all are in silent mode, stays inside and answers nobody: the session stands where it stood. Nor does
    what a bot says move it.
    """
    chat = lock(call, chat_id)
    if not access(call, chat, call.actor).write:
        raise NoAccess
    return _send(call, chat, draft)


def send_from_outside(call: Call, chat_id: int, draft: Draft) -> int:
    """Write into a chat as a bot that was called there and is not in it; returns the message's id."""
    return _send(call, lock(call, chat_id), draft)


def _send(call: Call, locked: Chat, draft: Draft) -> int:
    chat = locked
    if draft.empty:
        raise MessageEmpty
    if draft.reply_id is not None:
        _check_reply(call, chat, draft.reply_id)
    private, text = chat.is_dialog and (draft.private or bool(chat.silent)), shorten(draft.text)
    if (private, text) != (draft.private, draft.text):
        draft = replace(draft, private=private, text=text)
    answers = chat.is_dialog and not draft.private and call.actor.kind is UserKind.PERSON
    if answers and not sessions.is_open(chat):
        line = call.find_line(chat.line_id)
        assert line is not None  # access() lets nobody write where the line is gone
        chat = sessions.open_session(call, chat, line, operator_id=call.actor.id)
    chat, message_id = _add(call, chat, draft)
    if answers and not draft.system:
        chat = sessions.answer(call, chat, call.actor.id)
    elif chat.is_dialog and chat.operator_id == call.actor.id and call.actor.kind is UserKind.BOT:
        chat = chat._replace(waiting_since=None)
    elif answers and sessions.is_waiting(chat):
        chat = sessions.move(call, chat, Move.TAKEN, operator_id=call.actor.id)
    if not draft.system and not (chat.is_dialog and call.actor.kind is UserKind.BOT):  # nobody asks what it has read
        mark = members.ReadMark(chat.sequence, chat.messages)
        members.set_read_mark(call.tx, call.portal_id, chat.id, call.actor.id, mark)
    if chat.is_dialog and not draft.private and not draft.inside:
        chat = _carry_outside(call, chat, message_id, draft)
    keep(call, chat, locked)
    return message_id


def _add(call: Call, chat: Chat, draft: Draft) -> tuple[Chat, int]:
    params = {name: value for name, value in draft.content.items() if name in CONTENT and value} | draft.marks
    if draft.private:
        params[PRIVATE] = True
    if draft.reply_id is not None:
        params[REPLY] = draft.reply_id
    author = Author.BOT if call.actor.kind is UserKind.BOT else Author.OPERATOR
    if draft.system:
        author = Author.SYSTEM
    author_id = 0 if draft.system else call.actor.id
    chat, message_id = add_message(
        call, chat, author=author, author_id=author_id, text=draft.text, params=params, files=draft.files
    )
    return _showing_buttons(chat, message_id, author, params), message_id


def _showing_buttons(chat: Chat, message_id: int, author: Author, params: dict[str, Any]) -> Chat:
    """Return a dialog in which a customer may press the buttons of a message, if it has any."""
    if not chat.is_dialog or author is not Author.BOT or KEYBOARD not in params:
        return chat
    return chat._replace(keyboard_id=max(chat.keyboard_id, message_id))


def say(call: Call, chat: Chat, text: str) -> Chat:
    """Write into a locked dialog in the line's name, by one of its rules, and have it carried outside."""
    draft = Draft(shorten(text), system=True)
    chat, message_id = add_message(call, chat, author=Author.SYSTEM, author_id=0, text=draft.text)
    return _carry_outside(call, chat, message_id, draft)


def note(call: Call, chat: Chat, text: str, **marks: object) -> Chat:
    """Write into a locked chat what happened in it; no one is told of it but those who look."""
    chat, _ = add_message(call, chat, author=Author.SYSTEM, author_id=0, text=text, params={"NOTIFY": "N", **marks})
    return chat


def _check_reply(call: Call, chat: Chat, reply_id: int) -> None:
    replied = store.find_message(call.tx, call.portal_id, reply_id)
    if replied is None:
        raise MessageMissing
    if replied.chat_id != chat.id:
        raise ReplyElsewhere
    if replied.sequence <= chats.hidden_to(call, chat, call.actor):
        raise MessageMissing


def _carry_outside(call: Call, chat: Chat, message_id: int, draft: Draft) -> Chat:
    connector = call.find_connector(chat.connector)
    connection = call.find_connection(chat.connector, chat.line_id)
    if connector is None or connection is None or not connection.active:
        chat = chat._replace(sequence=chat.sequence + 1)
        store.set_message_failure(
            call.tx, call.portal_id, message_id, "the connector is not active on this line", chat.sequence
        )
        return chat
    if draft.system and not connector.need_system_messages:
        return chat
    attached = file_store.list_files(call.tx, call.portal_id, [message_id]) if draft.files else {}
    files = tuple(attached.get(message_id, ()))
    author_id = 0 if draft.system else call.actor.id
    sent = partial(OperatorMessageSent, author_id=author_id, text=draft.text, files=files, content=draft.content)
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
    files: tuple[int, ...] = (),
) -> tuple[Chat, int]:
    """Append a message of ours to a locked chat, with kept files."""
    message_id = store.add_message(
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
    for file_id in files:
        file_store.set_message(call.tx, call.portal_id, file_id, chat.id, message_id)
    if not (params and PRIVATE in params):
        tell_added(
            call,
            chat,
            message_id,
            author=author,
            author_id=author_id,
            text=text,
            files=bool(files),
            params=params,
        )
    return appended(chat, message_id, call.now, counts=author is not Author.SYSTEM), message_id


def tell_added(
    call: Call,
    chat: Chat,
    message_id: int,
    *,
    author: Author,
    author_id: int,
    text: str,
    files: bool,
    params: dict[str, object] | None = None,
    pressed: frozenset[int] = frozenset(),
) -> None:
    """Tell a chat's bots and readers, and whose connector brings it in, of a message that is about to stand there.

    `pressed` are bots that have been told already, since the message stands for a button.
    """
    concerned = bot_events.concerns(call, chat, text)
    if concerned or call.event_readers():
        place = chat.sequence + 1
        message = Message(message_id, chat.id, author_id, author, text, call.now, place, params=params or {})
        if concerned:
            bot_events.tell_added(call, chat, message, files=files, pressed=pressed)
        reader_events.tell_added(call, chat, message)
    if not chat.is_dialog:
        return
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
    if message.private:
        return
    if chat.bots:
        bot_events.tell_rewritten(call, chat, message)
    reader_events.tell_rewritten(call, chat, message)
    connector = call.find_connector(chat.connector) if chat.is_dialog else None
    if connector is None:
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


def edit(call: Call, message_id: int, change: Change) -> None:
    """Change an own message; an empty text deletes it."""
    if change.text is not None and not change.text.strip():
        delete(call, message_id)
        return
    locked, message = _editable(call, message_id)
    text = message.text if change.text is None else shorten(change.text)
    params = {name: value for name, value in (message.params | change.content).items() if value is not None}
    if (text, params) == (message.text, message.params):
        return
    edited_at = call.now if change.marked or text != message.text else message.edited_at
    chat = rewrite(call, locked, message, replace(message, text=text, params=params, edited_at=edited_at))
    connector = call.find_connector(chat.connector) if chat.is_dialog else None
    if connector is not None and connector.edit_internal_messages and not (message.private or change.inside):
        content = {name: params[name] for name in CONTENT if name in params}
        edited = partial(OperatorMessageEdited, author_id=message.author_id, text=text, content=content)
        _tell_outside(call, chat, connector, message.id, edited)
    keep(call, chat, locked)


def delete(call: Call, message_id: int, *, complete: bool = False) -> None:
    """Withdraw an own message, or one of a group that the caller leads.

    Its place in the chat stays, unless it goes completely: then nobody sees that there was one.
    """
    locked, message = _editable(call, message_id, leading=True)
    withdraw(call, locked, message, complete=complete)


def withdraw(call: Call, locked: Chat, message: Message, *, complete: bool = False) -> None:
    """Take what it says out of a message of a locked chat, and tell those who are concerned."""
    params = {name: value for name, value in message.params.items() if name not in (*CONTENT, ASKED)}
    params |= {GONE: True} if complete else {}
    chat = rewrite(call, locked, message, replace(message, text="", params=params, deleted_at=call.now))
    connector = call.find_connector(chat.connector) if chat.is_dialog else None
    if connector is not None and connector.del_internal_messages and not message.private:
        _tell_outside(call, chat, connector, message.id, OperatorMessageDeleted)
    keep(call, chat, locked)


def rewrite(call: Call, chat: Chat, before: Message, after: Message) -> Chat:
    """Keep a message of a locked chat as it reads now, and in its history what it said before."""
    chat = chat._replace(sequence=chat.sequence + 1)
    after = replace(after, changed=chat.sequence)
    editor_id = call.user.id if call.user else 0
    store.set_message(call.tx, call.portal_id, after, before=before, editor_id=editor_id, now=call.now)
    _tell_rewritten(call, chat, after)
    return _showing_buttons(chat, after.id, after.author, after.params)


def _editable(call: Call, message_id: int, *, leading: bool = False) -> tuple[Chat, Message]:
    message = store.find_message(call.tx, call.portal_id, message_id)
    if message is None:
        raise MessageMissing
    chat = lock(call, message.chat_id)
    message = store.find_message(call.tx, call.portal_id, message_id)
    assert message is not None  # messages are never removed
    own = message.author in (Author.OPERATOR, Author.BOT) and message.author_id == call.actor.id
    period = BOTS_EDIT_PERIOD if call.actor.kind is UserKind.BOT else EDIT_PERIOD
    fresh = message.deleted_at is None and call.now - message.created_at <= period
    if not fresh or not (own or (leading and _leads(call, chat))):
        raise CannotEdit
    if not access(call, chat, call.actor).read:
        raise CannotEdit
    return chat, message


def _leads(call: Call, chat: Chat) -> bool:
    if chat.type not in (ChatType.GROUP, ChatType.OPEN):
        return False
    member = members.find_member(call.tx, call.portal_id, chat.id, call.actor.id)
    return member is not None and (member.manager or chats.card_of(call, chat).owner_id == call.actor.id)


def note_failure(call: Call, message_id: int, reason: str) -> None:
    """Show that a message will not reach the outside, and why."""
    message = store.find_message(call.tx, call.portal_id, message_id)
    if message is None:
        return
    chat = locked = lock(call, message.chat_id)
    chat = chat._replace(sequence=chat.sequence + 1)
    store.set_message_failure(call.tx, call.portal_id, message_id, reason, chat.sequence)
    keep(call, chat, locked)


def shorten(text: str) -> str:
    """Cut a text at what one message may hold."""
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - len(" (...)")] + " (...)"
