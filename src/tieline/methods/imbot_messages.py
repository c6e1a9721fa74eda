"""imbot.message.*: what bots of the first version of the API write."""

from typing import Annotated, Literal

from tieline.api.faults import ApiError, Dialect, Fault
from tieline.api.method import Auth, Doc, Family
from tieline.domain.chats import Change, Draft
from tieline.methods import contents, dialog_ids
from tieline.methods.contents import Attach, Keyboard, Menu
from tieline.methods.im_messages import (
    CANT_EDIT_MESSAGE,
    MESSAGE_EMPTY,
    MESSAGE_ID_ERROR,
    NO_RICH_LINKS,
    WITHOUT_CHANGES,
    RichLinks,
)
from tieline.methods.imbot import KEY, OF_BOTS, BotId
from tieline.services import bots, chats, groups, messages, reactions
from tieline.services.call import Call

DIALOG_ID_EMPTY = Fault("DIALOG_ID_EMPTY", "Dialog ID can't be empty")
NOT_ADDED = Fault("WRONG_REQUEST", "Message isn't added")

_WRONG: dict[str, Fault] = {
    "BOT_ID": Fault("BOT_ID_ERROR", "Bot not found"),
    "MESSAGE_ID": MESSAGE_ID_ERROR,
    "DIALOG_ID": DIALOG_ID_EMPTY,
    "MESSAGE": MESSAGE_EMPTY,
}

family = Family(
    scopes=("imbot",),
    auth=Auth.CLIENT,
    key=KEY,
    dialect=Dialect(
        missing=lambda name: MESSAGE_ID_ERROR if name == "MESSAGE_ID" else DIALOG_ID_EMPTY,
        wrong=lambda name, _: _WRONG.get(name, NOT_ADDED),
    ),
)
MessageId = Annotated[int, Doc("Id of the message.")]
Inside = Annotated[bool, Doc("Y keeps it from being carried outside by a dialog's connector.")]


@family.method(
    "imbot.message.add",
    differs=(NO_RICH_LINKS,),
    writes=True,
    errors=OF_BOTS
    | contents.REFUSALS
    | {
        dialog_ids.WrongDialog: DIALOG_ID_EMPTY,
        messages.MessageEmpty: MESSAGE_EMPTY,
        chats.ChatMissing: NOT_ADDED,
        chats.NoAccess: NOT_ADDED,
        groups.UserMissing: NOT_ADDED,
    },
    faults=(DIALOG_ID_EMPTY,),
)
def message_add(
    call: Call,
    *,
    bot_id: BotId = None,
    dialog_id: Annotated[str, Doc("The chat as `chat<ID>`, or the id of a user.")] = "",
    from_user_id: Annotated[int, Doc("With TO_USER_ID: whose chat of two the system writes into.")] = 0,
    to_user_id: Annotated[int, Doc("With FROM_USER_ID: the other one.")] = 0,
    message: Annotated[str, Doc("The text, at most 20,000 characters.")] = "",
    attach: Attach = None,
    keyboard: Keyboard = None,
    menu: Menu = None,
    system: Annotated[bool, Doc("Y writes in the system's name.")] = False,
    url_preview: RichLinks = True,
    skip_connector: Inside = False,
) -> int:
    """Write in a bot's name; returns the message's id."""
    bot = bots.find_own(call, bot_id)
    acting = bots.acting(call, bot)
    content = contents.read(attach, keyboard, menu, bot.id)
    marks = contents.marks(url_preview=url_preview)
    if from_user_id > 0 and to_user_id > 0:
        draft = Draft(message.strip(), content, marks, system=True)
        return messages.send_from_outside(acting, groups.between(call, from_user_id, to_user_id).id, draft)
    if not dialog_id:
        raise ApiError(DIALOG_ID_EMPTY)
    draft = Draft(message.strip(), content, marks, system=system, inside=skip_connector)
    return messages.send(acting, dialog_ids.begin(acting, dialog_id), draft)


_EDITING: dict[type[Exception], Fault] = {
    chats.MessageMissing: MESSAGE_ID_ERROR,
    chats.ChatMissing: MESSAGE_ID_ERROR,
    messages.CannotEdit: CANT_EDIT_MESSAGE,
}


@family.method(
    "imbot.message.update",
    differs=(NO_RICH_LINKS,),
    writes=True,
    errors=OF_BOTS | contents.REFUSALS | _EDITING,
    may_be_empty=("message", *contents.NAMES),
)
def message_update(
    call: Call,
    *,
    bot_id: BotId = None,
    message_id: MessageId,
    message: Annotated[str | None, Doc("The new text; an empty one deletes the message.")] = None,
    attach: Attach = None,
    keyboard: Keyboard = None,
    menu: Menu = None,
    url_preview: RichLinks = True,  # noqa: ARG001 - told by a difference
    skip_connector: Inside = False,
) -> bool:
    """Change a message of a bot: the text, and what hangs on it."""
    bot = bots.find_own(call, bot_id)
    change = Change(message, contents.read(attach, keyboard, menu, bot.id), inside=skip_connector)
    messages.edit(bots.acting(call, bot), message_id, change)
    return True


@family.method("imbot.message.delete", writes=True, errors=OF_BOTS | _EDITING)
def message_delete(
    call: Call,
    *,
    bot_id: BotId = None,
    message_id: MessageId,
    complete: Annotated[bool, Doc("Y leaves no trace of it in the chat.")] = False,
) -> bool:
    """Delete a message of a bot."""
    messages.delete(bots.acting(call, bots.find_own(call, bot_id)), message_id, complete=complete)
    return True


@family.method(
    "imbot.message.like",
    writes=True,
    errors=OF_BOTS | {chats.MessageMissing: MESSAGE_ID_ERROR, reactions.NothingChanged: WITHOUT_CHANGES},
)
def message_like(
    call: Call,
    *,
    bot_id: BotId = None,
    message_id: MessageId,
    action: Annotated[Literal["auto", "plus", "minus"], Doc("plus likes it, minus no more, auto turns it.")] = "auto",
) -> bool:
    """Like a message in a bot's name, or do so no more."""
    reactions.like(bots.acting(call, bots.find_own(call, bot_id)), message_id, action)
    return True
