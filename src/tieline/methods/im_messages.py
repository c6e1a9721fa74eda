"""im.message.*: writing into chats."""

from typing import Annotated

from tieline.api.differences import Difference
from tieline.api.faults import ApiError, Dialect, Fault
from tieline.api.method import Doc, Family
from tieline.domain.ids import parse_chat, parse_id
from tieline.services import chats
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
_MISSING = {"DIALOG_ID": USER_ID_EMPTY, "MESSAGE": MESSAGE_EMPTY, "MESSAGE_ID": MESSAGE_ID_ERROR}

family = Family(
    scopes=("im",),
    dialect=Dialect(
        missing=lambda name: _MISSING.get(name, PARAMS_ERROR),
        wrong=lambda name, _: MESSAGE_ID_ERROR if name == "MESSAGE_ID" else PARAMS_ERROR,
    ),
)
NO_PRIVATE_CHATS = Difference(19, "A private chat with a person answers ACCESS_ERROR.")
TEXT_ALONE = Difference(
    20,
    "A message is a text alone: attachments, keyboards, menus and marks of links and edits are passed over.",
    params=("ATTACH", "KEYBOARD", "MENU", "URL_PREVIEW", "IS_EDITED"),
    errors=(
        *("ATTACH_ERROR", "ATTACH_OVERSIZE", "KEYBOARD_ERROR", "KEYBOARD_OVERSIZE"),
        *("MENU_ERROR", "MENU_OVERSIZE", "menu_ERROR"),
    ),
)
MessageId = Annotated[int, Doc("Id of the message.")]


def _chat_id(call: Call, dialog_id: str) -> int:
    if dialog_id.startswith("chat"):
        number = parse_chat(dialog_id)
        if number is None:
            raise ApiError(CHAT_ID)
        return number
    user_id = parse_id(dialog_id)
    if user_id is None:
        raise ApiError(USER_ID_EMPTY)
    if call.find_person(user_id) is None:
        raise ApiError(USER_NOT_FOUND)
    raise ApiError(ACCESS_ERROR)  # there are no private chats yet


@family.method(
    "im.message.add",
    differs=(NO_PRIVATE_CHATS, TEXT_ALONE),
    writes=True,
    errors={
        chats.ChatMissing: CHAT_ID,
        chats.NoAccess: ACCESS_ERROR,
        chats.MessageEmpty: MESSAGE_EMPTY,
        chats.MessageMissing: REPLY_ACCESS_ERROR,
        chats.ReplyElsewhere: REPLY_FROM_OTHER_CHAT,
    },
    faults=(USER_ID_EMPTY, USER_NOT_FOUND, PARAMS_ERROR),
)
def message_add(
    call: Call,
    *,
    dialog_id: Annotated[str, Doc("The chat as `chat<ID>`.")],
    message: Annotated[str, Doc("The text, at most 20,000 characters.")],
    system: Annotated[bool, Doc("Y writes in the system's name.")] = False,
    reply_id: Annotated[int | None, Doc("Id of the message of the same chat that this one answers.")] = None,
) -> int:
    """Write into a chat; returns the message's id."""
    return chats.send(call, _chat_id(call, dialog_id), message, system=system, reply_id=reply_id)


EDIT_ERRORS: dict[type[Exception], Fault] = {
    chats.MessageMissing: MESSAGE_ID_ERROR,
    chats.ChatMissing: MESSAGE_ID_ERROR,
    chats.CannotEdit: CANT_EDIT_MESSAGE,
}


@family.method("im.message.update", differs=(TEXT_ALONE,), writes=True, errors=EDIT_ERRORS, may_be_empty=("message",))
def message_update(
    call: Call,
    *,
    message_id: MessageId,
    message: Annotated[str | None, Doc("The new text; an empty one deletes the message.")] = None,
) -> bool:
    """Change the text of an own message."""
    if message is not None:
        chats.edit(call, message_id, message)
    return True


@family.method("im.message.delete", writes=True, errors=EDIT_ERRORS)
def message_delete(call: Call, *, message_id: MessageId) -> bool:
    """Delete an own message; its place in the chat stays."""
    chats.delete(call, message_id)
    return True
