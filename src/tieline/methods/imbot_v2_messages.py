"""imbot.v2.Chat.Message.*: what bots write, change and withdraw, and their reactions."""

from typing import Annotated, Any

import msgspec

from tieline.api.faults import ApiError, Fault
from tieline.api.method import Doc, Spelled
from tieline.api.wire import Wire
from tieline.domain.chats import ATTACH, UUID, Change, Draft
from tieline.domain.content import ContentRefused
from tieline.domain.reactions import REACTIONS
from tieline.methods import contents, dialog_ids
from tieline.methods.im_messages import NO_RICH_LINKS
from tieline.methods.imbot_v2 import (
    ACCESS_DENIED,
    CLOSED,
    OF_BOTS,
    WRONG_CONTENT,
    BotId,
    DialogId,
    Done,
    MessageId,
    Said,
    act,
    dialect,
    make_family,
)
from tieline.services import chats, forwarding, groups, messages, reactions
from tieline.services.call import Call

EMPTY_MESSAGE = Fault("EMPTY_MESSAGE", "Message is empty")
SENDING_FAILED = Fault("SENDING_FAILED", "Sending failed")
REACTION_NOT_FOUND = Fault("REACTION_NOT_FOUND", "Reaction not found")
REACTION_ALREADY_SET = Fault("REACTION_ALREADY_SET", "Reaction already set")
MAX_UUID = 100

family = make_family()


class New(Said, rename="camel", omit_defaults=True):
    """A message that a bot writes."""

    reply_id: int | None = None
    template_id: str = ""
    forward_ids: dict[str, int] = msgspec.field(default_factory=dict)
    skip_connector: bool = False


class Sent(Wire, rename="camel"):
    """A message that was written, and those that were forwarded, by the keys that they were given."""

    id: int
    uuid_map: dict[str, int]


@family.method(
    "imbot.v2.Chat.Message.send",
    differs=(NO_RICH_LINKS,),
    writes=True,
    errors={
        **OF_BOTS,
        **CLOSED,
        groups.UserMissing: ACCESS_DENIED,
        messages.MessageEmpty: EMPTY_MESSAGE,
        ContentRefused: SENDING_FAILED,
        chats.MessageMissing: SENDING_FAILED,
        messages.ReplyElsewhere: SENDING_FAILED,
        forwarding.TooMany: SENDING_FAILED,
    },
)
def message_send(
    call: Call,
    *,
    bot_id: BotId,
    dialog_id: DialogId,
    fields: Annotated[New | None, Spelled("fields"), Doc("What is said, and which messages are forwarded.")] = None,
) -> Sent:
    """Write in a bot's name, and say messages again that it may read; a private chat begins with the first one."""
    new, acting = fields or New(), act(call, bot_id)
    chat_id = dialog_ids.begin(acting, dialog_id)
    content = new.content(bot_id)
    number = 0
    if new.message.strip() or content.get(ATTACH) or not new.forward_ids:
        marks: dict[str, Any] = new.marks()
        if new.template_id:
            marks[UUID] = new.template_id[:MAX_UUID]
        draft = Draft(
            new.message.strip(), content, marks, reply_id=new.reply_id, system=new.system, inside=new.skip_connector
        )
        number = messages.send(acting, chat_id, draft)
    forwarded = forwarding.forward(acting, chat_id, list(new.forward_ids.values()))
    return Sent(id=number or forwarded[0], uuid_map=dict(zip(new.forward_ids, forwarded, strict=True)))


class Changes(Wire, rename="camel", omit_defaults=True):
    """What is changed of a message: what is given."""

    message: str | None = None
    attach: Any = None
    keyboard: Any = None
    url_preview: bool = True


_EDITING: dict[type[Exception], Fault] = {
    chats.MessageMissing: ACCESS_DENIED,
    chats.ChatMissing: ACCESS_DENIED,
    messages.CannotEdit: ACCESS_DENIED,
}


@family.method(
    "imbot.v2.Chat.Message.update",
    differs=(NO_RICH_LINKS,),
    writes=True,
    errors=OF_BOTS | _EDITING | WRONG_CONTENT,
)
def message_update(
    call: Call,
    *,
    bot_id: BotId,
    message_id: MessageId,
    fields: Annotated[
        Changes, Spelled("fields"), Doc("What is changed: the text, attach, keyboard, of which N takes it away.")
    ],
) -> Done:
    """Change a message of the bot; an empty text deletes it."""
    change = Change(fields.message, contents.read(fields.attach, fields.keyboard, None, bot_id))
    messages.edit(act(call, bot_id), message_id, change)
    return Done()


@family.method("imbot.v2.Chat.Message.delete", writes=True, errors=OF_BOTS | _EDITING)
def message_delete(
    call: Call,
    *,
    bot_id: BotId,
    message_id: MessageId,
    complete: Annotated[bool, Spelled("complete"), Doc("true leaves no trace of it in the chat.")] = False,
) -> Done:
    """Delete a message of the bot, or one of a group that it leads."""
    messages.delete(act(call, bot_id), message_id, complete=complete)
    return Done()


Reaction = Annotated[str, Spelled("reaction"), Doc("like, redHeart and so on.")]
_OF_REACTIONS = dialect(reaction=REACTION_NOT_FOUND)
_UNSEEN: dict[type[Exception], Fault] = {chats.MessageMissing: ACCESS_DENIED}


@family.method(
    "imbot.v2.Chat.Message.Reaction.add",
    writes=True,
    dialect=_OF_REACTIONS,
    errors=OF_BOTS | _UNSEEN | {reactions.NothingChanged: REACTION_ALREADY_SET},
    faults=(REACTION_NOT_FOUND,),
)
def reaction_add(call: Call, *, bot_id: BotId, message_id: MessageId, reaction: Reaction) -> Done:
    """Put a reaction of the bot's on a message that it may read."""
    acting = act(call, bot_id)
    if reaction not in REACTIONS:
        raise ApiError(REACTION_NOT_FOUND)
    reactions.add(acting, message_id, reaction)
    return Done()


@family.method(
    "imbot.v2.Chat.Message.Reaction.delete",
    writes=True,
    dialect=_OF_REACTIONS,
    errors=OF_BOTS | _UNSEEN | {reactions.NothingChanged: REACTION_NOT_FOUND},
)
def reaction_delete(call: Call, *, bot_id: BotId, message_id: MessageId, reaction: Reaction) -> Done:
    """Take a reaction of the bot's from a message."""
    acting = act(call, bot_id)
    if reaction not in REACTIONS:
        raise ApiError(REACTION_NOT_FOUND)
    reactions.remove(acting, message_id, reaction)
    return Done()
