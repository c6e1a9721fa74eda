"""im.message.*: writing into chats, changing what was written, reactions, commands."""

from typing import Annotated, Literal

from tieline.api.differences import Difference
from tieline.api.faults import ApiError, Dialect, Fault
from tieline.api.method import Doc, Family
from tieline.domain.chats import Change, Draft
from tieline.methods import contents, dialog_ids
from tieline.methods.contents import Attach, Keyboard, Menu
from tieline.services import chats, commands, groups, messages, reactions
from tieline.services.call import Call

MESSAGE_EMPTY = Fault("MESSAGE_EMPTY", "Message can't be empty")
USER_ID_EMPTY = Fault("USER_ID_EMPTY", "User ID can't be empty")
USER_NOT_FOUND = Fault("USER_NOT_FOUND", "User not found")
CHAT_ID = Fault("CHAT_ID", "Error creating message")
ACCESS_ERROR = Fault("ACCESS_ERROR", "Action unavailable")
PARAMS_ERROR = Fault("PARAMS_ERROR", "Incorrect params")
REPLY_ACCESS_ERROR = Fault("REPLY_ACCESS_ERROR", "Action unavailable")
REPLY_FROM_OTHER_CHAT = Fault("REPLY_FROM_OTHER_CHAT_ERROR", "You can only reply to a message within the same chat")
MESSAGE_ID_ERROR = Fault("MESSAGE_ID_ERROR", "Message ID can't be empty")
CANT_EDIT_MESSAGE = Fault("CANT_EDIT_MESSAGE", "Time has expired for modification or you don't have access")
WITHOUT_CHANGES = Fault("WITHOUT_CHANGES", "Action completed without changes")
BOT_ID_ERROR = Fault("BOT_ID_ERROR", "Bot ID can't be empty")
COMMAND_ERROR = Fault("COMMAND_ERROR", "Command can't be empty")
DIALOG_ID_EMPTY = Fault("DIALOG_ID_EMPTY", "Dialog ID can't be empty")
NO_DIALOG = Fault("ACCESS_ERROR", "You do not have access to the specified dialog")
MENU_ERROR = Fault("menu_ERROR", "Incorrect menu params")
_MISSING = {
    "DIALOG_ID": USER_ID_EMPTY,
    "MESSAGE": MESSAGE_EMPTY,
    "MESSAGE_ID": MESSAGE_ID_ERROR,
    "BOT_ID": BOT_ID_ERROR,
    "COMMAND": COMMAND_ERROR,
}
_WRONG = {"MESSAGE_ID": MESSAGE_ID_ERROR, "BOT_ID": BOT_ID_ERROR}

family = Family(
    scopes=("im",),
    dialect=Dialect(
        missing=lambda name: _MISSING.get(name, PARAMS_ERROR),
        wrong=lambda name, _: _WRONG.get(name, PARAMS_ERROR),
    ),
)
NO_RICH_LINKS = Difference(20, "Links are not made into cards, whatever URL_PREVIEW says.")
NO_TASKS = Difference(19, "A message makes no task, feed post or calendar event: PARAMS_ERROR.")
MessageId = Annotated[int, Doc("Id of the message.")]
RichLinks = Annotated[bool, Doc("N keeps links from being made into cards, which nobody does here.")]
_WRITING: dict[type[Exception], Fault] = {
    chats.ChatMissing: CHAT_ID,
    chats.NoAccess: ACCESS_ERROR,
    groups.UserMissing: USER_NOT_FOUND,
    dialog_ids.WrongChat: CHAT_ID,
    dialog_ids.WrongDialog: USER_ID_EMPTY,
    messages.MessageEmpty: MESSAGE_EMPTY,
    chats.MessageMissing: REPLY_ACCESS_ERROR,
    messages.ReplyElsewhere: REPLY_FROM_OTHER_CHAT,
}


@family.method(
    "im.message.add",
    differs=(NO_RICH_LINKS,),
    writes=True,
    errors=_WRITING | contents.REFUSALS,
    faults=(PARAMS_ERROR,),
)
def message_add(
    call: Call,
    *,
    dialog_id: Annotated[str, Doc("The chat as `chat<ID>`, or the id of a user.")],
    message: Annotated[str, Doc("The text, at most 20,000 characters.")] = "",
    attach: Attach = None,
    keyboard: Keyboard = None,
    menu: Menu = None,
    system: Annotated[bool, Doc("Y writes in the system's name.")] = False,
    url_preview: RichLinks = True,
    reply_id: Annotated[int | None, Doc("Id of the message of the same chat that this one answers.")] = None,
) -> int:
    """Write into a chat; returns the message's id."""
    draft = Draft(
        message,
        contents.read(attach, keyboard, menu),
        contents.marks(url_preview=url_preview),
        reply_id=reply_id,
        system=system,
    )
    return messages.send(call, dialog_ids.begin(call, dialog_id), draft)


_EDITING: dict[type[Exception], Fault] = {
    chats.MessageMissing: MESSAGE_ID_ERROR,
    chats.ChatMissing: MESSAGE_ID_ERROR,
    messages.CannotEdit: CANT_EDIT_MESSAGE,
}


@family.method(
    "im.message.update",
    differs=(NO_RICH_LINKS,),
    writes=True,
    errors=_EDITING | contents.REFUSALS | dict.fromkeys(contents.MENUS_WRONG, MENU_ERROR),
    may_be_empty=("message", *contents.NAMES),
)
def message_update(
    call: Call,
    *,
    message_id: MessageId,
    message: Annotated[str | None, Doc("The new text; an empty one deletes the message.")] = None,
    attach: Attach = None,
    keyboard: Keyboard = None,
    menu: Menu = None,
    url_preview: Annotated[bool | None, Doc("N keeps links from being made into cards.")] = None,  # noqa: ARG001
    is_edited: Annotated[bool, Doc("N tells nobody that what hangs on the message was changed.")] = True,
) -> bool:
    """Change an own message: the text, and what hangs on it."""
    messages.edit(call, message_id, Change(message, contents.read(attach, keyboard, menu), marked=is_edited))
    return True


@family.method("im.message.delete", writes=True, errors=_EDITING)
def message_delete(call: Call, *, message_id: MessageId) -> bool:
    """Delete an own message, or one of a group that the caller leads; its place in the chat stays."""
    messages.delete(call, message_id)
    return True


@family.method(
    "im.message.like",
    writes=True,
    errors={chats.MessageMissing: MESSAGE_ID_ERROR, reactions.NothingChanged: WITHOUT_CHANGES},
    faults=(PARAMS_ERROR,),
)
def message_like(
    call: Call,
    *,
    message_id: MessageId,
    action: Annotated[Literal["auto", "plus", "minus"], Doc("plus likes it, minus no more, auto turns it.")] = "auto",
) -> bool:
    """Like a message of a chat that the caller may read, or do so no more."""
    reactions.like(call, message_id, action)
    return True


@family.method(
    "im.message.command",
    writes=True,
    errors={
        chats.MessageMissing: MESSAGE_ID_ERROR,
        commands.BotMissing: BOT_ID_ERROR,
        commands.CommandMissing: PARAMS_ERROR,
    },
)
def message_command(
    call: Call,
    *,
    message_id: MessageId,
    bot_id: Annotated[int, Doc("Id of the bot.")],
    command: Annotated[str, Doc("The command, as the bot has registered it.")],
    command_params: Annotated[str, Doc("What stands behind the command.")] = "",
) -> bool:
    """Give a bot a command where a message stands, as a button of the message does."""
    commands.press(call, message_id, bot_id, command, command_params)
    return True


@family.method(
    "im.message.share",
    differs=(NO_TASKS,),
    writes=True,
    errors={
        chats.MessageMissing: MESSAGE_ID_ERROR,
        dialog_ids.WrongDialog: DIALOG_ID_EMPTY,
        chats.ChatMissing: NO_DIALOG,
        chats.NoAccess: NO_DIALOG,
    },
    dialect=Dialect(
        missing=lambda name: DIALOG_ID_EMPTY if name == "DIALOG_ID" else _MISSING.get(name, PARAMS_ERROR),
        wrong=lambda name, _: DIALOG_ID_EMPTY if name == "DIALOG_ID" else _WRONG.get(name, PARAMS_ERROR),
    ),
    faults=(PARAMS_ERROR,),
)
def message_share(
    call: Call,
    *,
    message_id: MessageId,
    dialog_id: Annotated[str, Doc("The chat that the message is in, as `chat<ID>`, or the id of a user.")],
    type: Annotated[str, Doc("What is made of it: CHAT.")],  # noqa: A002 - the parameter's name
) -> bool:
    """Begin a chat about a message with those who are in its chat."""
    if type.upper() != "CHAT":
        raise ApiError(PARAMS_ERROR)
    groups.begin_about(call, dialog_ids.get(call, dialog_id), message_id)
    return True
