"""imbot.v2.Chat.Message.get, getContext, read: what bots read that hear all."""

from typing import Annotated, Any

from tieline.api.faults import ApiError, Fault
from tieline.api.method import Doc, Spelled
from tieline.api.wire import Wire
from tieline.domain.chats import Message
from tieline.methods import dialog_ids
from tieline.methods.imbot_v2 import CLOSED, OF_BOTS, BotId, DialogId, MessageId, make_family
from tieline.methods.v2_views import entity_message, entity_user
from tieline.methods.views import find_user
from tieline.services import bots, chats, forwarding
from tieline.services.call import Call
from tieline.store import chats as chat_store
from tieline.store import files as file_store
from tieline.store import members
from tieline.store import messages as message_store
from tieline.store.messages import Window

BOT_TYPE_NOT_ALLOWED = Fault("BOT_TYPE_NOT_ALLOWED", "Bot type not allowed")
MESSAGE_NOT_FOUND = Fault("MESSAGE_NOT_FOUND", "Message not found")
MESSAGE_ACCESS_DENIED = Fault("MESSAGE_ACCESS_DENIED", "Message access denied")
MAX_RANGE = 50
MOST_VIEWED = 1_000

family = make_family()
_READING: dict[type[Exception], Fault] = {
    chats.MessageMissing: MESSAGE_NOT_FOUND,
    chats.NoAccess: MESSAGE_ACCESS_DENIED,
}


def _listener(call: Call, bot_id: int) -> Call:
    bot = bots.find_own(call, bot_id)
    if not bot.hears_all:
        raise ApiError(BOT_TYPE_NOT_ALLOWED)
    return bots.acting(call, bot)


def _told(call: Call, found: list[Message]) -> list[dict[str, Any]]:
    attached = file_store.list_files(call.tx, call.portal_id, [message.id for message in found])
    chat = chat_store.find_chat(call.tx, call.portal_id, found[0].chat_id)
    assert chat is not None  # its message was found
    return [entity_message(call, chat, message, attached.get(message.id, [])) for message in found]


class Read(Wire):
    """A message and its author; nobody for the system."""

    message: dict[str, Any]
    user: dict[str, Any] | None


@family.method("imbot.v2.Chat.Message.get", errors=OF_BOTS | _READING, faults=(BOT_TYPE_NOT_ALLOWED,))
def message_get(call: Call, *, bot_id: BotId, message_id: MessageId) -> Read:
    """Return a message of a chat that a bot which hears all is in."""
    acting = _listener(call, bot_id)
    message = forwarding.find_readable(acting, message_id)
    author = find_user(acting, message.author_id) if message.author_id else None
    return Read(message=_told(acting, [message])[0], user=entity_user(acting, author) if author else None)


class Context(Wire, rename="camel"):
    """Messages around one, oldest first, and their authors."""

    messages: list[dict[str, Any]]
    users: list[dict[str, Any]]
    has_prev_page: bool
    has_next_page: bool


@family.method("imbot.v2.Chat.Message.getContext", errors=OF_BOTS | _READING, faults=(BOT_TYPE_NOT_ALLOWED,))
def message_get_context(
    call: Call,
    *,
    bot_id: BotId,
    message_id: MessageId,
    around: Annotated[int, Spelled("range"), Doc("How many before and behind it: 50 by default and at most.")] = 50,
) -> Context:
    """Return a message with those around it, to a bot which hears all."""
    acting = _listener(call, bot_id)
    message = forwarding.find_readable(acting, message_id)
    chat = chats.get_readable(acting, message.chat_id)
    size, hidden = max(1, min(around, MAX_RANGE)), chats.hidden_to(acting, chat, acting.actor)
    key = (call.tx, call.portal_id, chat.id)
    before = message_store.list_messages(*key, Window(size + 1, before=message.id, hidden_to=hidden))
    after = message_store.list_messages(*key, Window(size + 1, after=message.id, hidden_to=hidden))
    found = [one for one in (*before[-size:], message, *after[:size]) if not (one.gone or one.private)]
    authors = [find_user(call, number) for number in dict.fromkeys(one.author_id for one in found) if number]
    return Context(
        messages=_told(acting, found),
        users=[entity_user(acting, author) for author in authors if author is not None],
        has_prev_page=len(before) > size,
        has_next_page=len(after) > size,
    )


class Marked(Wire, rename="camel"):
    """How far a chat is read now, and which messages were read by this."""

    chat_id: int
    last_id: int
    counter: int
    viewed_messages: list[int]


@family.method(
    "imbot.v2.Chat.Message.read",
    writes=True,
    errors=OF_BOTS | CLOSED | {chats.MessageMissing: MESSAGE_NOT_FOUND},
)
def message_read(
    call: Call,
    *,
    bot_id: BotId,
    dialog_id: DialogId,
    message_id: Annotated[int | None, Spelled("messageId"), Doc("Read up to here; all if left out.")] = None,
) -> Marked:
    """Mark messages of a chat as read by the bot."""
    acting = bots.acting(call, bots.find_own(call, bot_id))
    chat = dialog_ids.get(acting, dialog_id)
    key = (call.tx, call.portal_id, chat.id)
    before = members.find_read_mark(*key, bot_id)
    remaining = chats.read(acting, chat.id, message_id)
    after = members.find_read_mark(*key, bot_id)
    passed = message_store.list_ids_between(*key, before.sequence, after.sequence, MOST_VIEWED)
    return Marked(
        chat_id=chat.id,
        last_id=message_id or chat.last_message_id or 0,
        counter=remaining,
        viewed_messages=[number for number, author_id in passed if author_id != bot_id],
    )
