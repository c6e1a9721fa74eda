"""im.chat.*: group chats, who is in them, how they look."""

from typing import Annotated

from tieline.api.differences import Difference
from tieline.api.faults import ApiError, Dialect, Fault
from tieline.api.method import Doc, Family
from tieline.domain.chats import Chat
from tieline.domain.ids import parse_chat
from tieline.methods.imopenlines_sessions import find_by_code
from tieline.services import chats, groups, images
from tieline.services.call import Call
from tieline.store import chat_cards, members
from tieline.store import chats as chat_store

CHAT_ID_EMPTY = Fault("CHAT_ID_EMPTY", "Chat ID can't be empty")
DIALOG_ID_EMPTY = Fault("DIALOG_ID_EMPTY", "Dialog ID can't be empty")
USER_ID_EMPTY = Fault("USER_ID_EMPTY", "User ID can't be empty")
TITLE_EMPTY = Fault("TITLE_EMPTY", "Title can't be empty")
ACCESS_ERROR = Fault("ACCESS_ERROR", "Action unavailable")
FIXED = Fault("ACCESS_ERROR", "")  # says what cannot be done
NO_KICK = Fault("ACCESS_DENIED_KICK", "Access denied to kick user from chat")
NO_INVITING = Fault("ACCESS_DENIED_EXTEND", "Insufficient permissions to add participants to the chat")
USER_NOT_FOUND = Fault("USER_NOT_FOUND", "The specified user is not in the chat")
NOT_OWNER = Fault("WRONG_REQUEST", "Change owner can only owner and user must be member in chat")
WRONG_COLOR = Fault("WRONG_COLOR", "This color currently unavailable")
SAME_COLOR = Fault("WRONG_REQUEST", "This color currently set or chat doesn't exist")
AVATAR_ERROR = Fault("AVATAR_ERROR", "Avatar incorrect type")
AVATAR_TOO_LARGE = Fault("AVATAR_ERROR", "Avatar incorrect size (max 5000x5000)")
NO_CHAT = Fault("WRONG_REQUEST", "Chat doesn't exist")
ACCESS_DENIED = Fault("ACCESS_DENIED", "Access denied")
NOT_MUTED = Fault("ACCESS_ERROR", "This chat cannot be muted", 403)
NOT_MADE = Fault("WRONG_REQUEST", "Chat can't be created")
_EMPTY = {"USER_ID": USER_ID_EMPTY, "TITLE": TITLE_EMPTY, "DIALOG_ID": DIALOG_ID_EMPTY, "AVATAR": AVATAR_ERROR}

family = Family(
    scopes=("im",),
    dialect=Dialect(
        missing=lambda name: _EMPTY.get(name, CHAT_ID_EMPTY),
        wrong=lambda name, _: {"USERS": NO_INVITING, "COLOR": WRONG_COLOR, **_EMPTY}.get(name, CHAT_ID_EMPTY),
    ),
)
NO_COPILOT = Difference(21, "There are no copilots: COPILOT_MAIN_ROLE is passed over.", params=("COPILOT_MAIN_ROLE",))
_CLOSED: dict[type[Exception], Fault] = {
    chats.ChatMissing: ACCESS_ERROR,
    chats.NoAccess: ACCESS_ERROR,
    groups.Fixed: FIXED,
}
ChatId = Annotated[int | None, Doc("Id of the chat; or DIALOG_ID.")]
DialogId = Annotated[str, Doc("The chat as `chat<ID>`, in place of CHAT_ID.")]
OfChat = Annotated[int, Doc("Id of the chat.")]


def _number(chat_id: int | None, dialog_id: str) -> int:
    if chat_id is not None:
        if chat_id <= 0:
            raise ApiError(CHAT_ID_EMPTY)
        return chat_id
    if not dialog_id:
        raise ApiError(CHAT_ID_EMPTY)
    number = parse_chat(dialog_id)
    if number is None:
        raise ApiError(DIALOG_ID_EMPTY)
    return number


@family.method(
    "im.chat.add",
    differs=(NO_COPILOT,),
    writes=True,
    errors={
        groups.UserMissing: NOT_MADE,
        groups.ColorUnknown: WRONG_COLOR,
        images.ImageTooLarge: AVATAR_TOO_LARGE,
        images.NoImage: AVATAR_ERROR,
    },
    dialect=Dialect(missing=lambda _: NOT_MADE, wrong=lambda _, __: NOT_MADE),
)
def chat_add(
    call: Call,
    *,
    users: Annotated[list[int] | None, Doc("Ids of people and bots who are in it beside the caller.")] = None,
    type: Annotated[str, Doc("OPEN, which everybody may find, or CHAT.")] = "CHAT",  # noqa: A002
    title: Annotated[str, Doc("What it is called; by who is in it if left out.")] = "",
    description: Annotated[str, Doc("What it is about.")] = "",
    color: Annotated[str, Doc("RED, GREEN, MINT and so on.")] = "",
    message: Annotated[str, Doc("The first message.")] = "",
    avatar: Annotated[str, Doc("Its picture, Base64.")] = "",
    entity_type: Annotated[str, Doc("To what of the outside it belongs.")] = "",
    entity_id: Annotated[str, Doc("Which of these that is.")] = "",
) -> int:
    """Begin a group chat, which is the caller's; returns its id."""
    group = groups.Group(
        title=title,
        description=description,
        color=color,
        avatar=avatar,
        open=type.upper() == "OPEN",
        users=tuple(users or ()),
        message=message,
        entity_type=entity_type,
        entity_id=entity_id,
    )
    return groups.add(call, group)


def list_of_entity(call: Call, entity_type: str, entity_id: str) -> list[Chat]:
    """Return the chats that belong to something of the outside, the newest first; LINES has one at most."""
    if not entity_type or not entity_id:
        return []
    if entity_type.upper() == "LINES":
        dialog = find_by_code(call, entity_id)
        return [dialog] if dialog is not None else []
    numbers = chat_cards.find_of_entity(call.tx, call.portal_id, entity_type.upper(), entity_id)
    found = (chat_store.find_chat(call.tx, call.portal_id, number) for number in numbers)
    return [chat for chat in found if chat is not None]


@family.method("im.chat.get", may_be_empty=("entity_type", "entity_id"))
def chat_get(
    call: Call,
    *,
    entity_type: Annotated[str, Doc("To what the chat belongs; LINES for a dialog.")] = "",
    entity_id: Annotated[str, Doc("Which of these; for LINES the user code `connector|line|chat|user`.")] = "",
) -> dict[str, int] | None:
    """Return the id of the chat that belongs to something, or null."""
    found = list_of_entity(call, entity_type, entity_id)
    readable = (chat for chat in found if chats.access(call, chat, call.actor).read)
    return next(({"ID": chat.id} for chat in readable), None)


@family.method(
    "im.chat.leave",
    writes=True,
    errors=_CLOSED | {groups.NotInCharge: NO_KICK, groups.OwnerStays: NO_KICK, groups.NotMember: NO_KICK},
)
def chat_leave(call: Call, *, chat_id: OfChat) -> bool:
    """Leave a chat."""
    groups.expel(call, chat_id, call.actor.id)
    return True


@family.method(
    "im.chat.mute",
    writes=True,
    errors={chats.ChatMissing: NOT_MUTED, chats.NoAccess: NOT_MUTED},
    faults=(DIALOG_ID_EMPTY,),
)
def chat_mute(
    call: Call,
    *,
    chat_id: ChatId = None,
    dialog_id: Annotated[str, Doc("The chat as `chat<ID>`, or the id of a user, in place of CHAT_ID.")] = "",
    mute: Annotated[bool, Doc("N lets it be heard again.")] = True,
) -> bool:
    """Keep a chat from disturbing the caller."""
    groups.mark(call, _readable_number(call, chat_id, dialog_id), muted=mute)
    return True


def _readable_number(call: Call, chat_id: int | None, dialog_id: str) -> int:
    if chat_id is None and dialog_id.isdecimal() and len(dialog_id) < 20:  # noqa: PLR2004 - digits of an id
        known = chats.find_private(call, int(dialog_id))
        if known is None:
            raise chats.ChatMissing
        return known.id
    return _number(chat_id, dialog_id)


@family.method(
    "im.chat.setOwner", writes=True, errors=_CLOSED | {groups.NotInCharge: NOT_OWNER}, faults=(DIALOG_ID_EMPTY,)
)
def chat_set_owner(
    call: Call,
    *,
    chat_id: ChatId = None,
    dialog_id: DialogId = "",
    user_id: Annotated[int, Doc("Whose it is from now on.")],
) -> bool:
    """Make another member the owner of the caller's chat."""
    groups.hand_over(call, _number(chat_id, dialog_id), user_id)
    return True


@family.method(
    "im.chat.updateAvatar",
    writes=True,
    errors={
        chats.ChatMissing: NO_CHAT,
        chats.NoAccess: ACCESS_DENIED,
        groups.Fixed: FIXED,
        images.ImageTooLarge: AVATAR_TOO_LARGE,
        images.NoImage: AVATAR_ERROR,
    },
    faults=(DIALOG_ID_EMPTY,),
)
def chat_update_avatar(
    call: Call,
    *,
    chat_id: ChatId = None,
    dialog_id: DialogId = "",
    avatar: Annotated[str, Doc("The picture, Base64.")],
) -> bool:
    """Give a chat another picture."""
    groups.portray(call, _number(chat_id, dialog_id), avatar)
    return True


@family.method(
    "im.chat.updateColor",
    writes=True,
    errors={
        chats.ChatMissing: SAME_COLOR,
        chats.NoAccess: ACCESS_ERROR,
        groups.Fixed: FIXED,
        groups.ColorUnknown: WRONG_COLOR,
        groups.NothingNew: SAME_COLOR,
    },
    faults=(DIALOG_ID_EMPTY,),
)
def chat_update_color(
    call: Call,
    *,
    chat_id: ChatId = None,
    dialog_id: DialogId = "",
    color: Annotated[str, Doc("RED, GREEN, MINT and so on.")],
) -> bool:
    """Give a chat another colour."""
    groups.paint(call, _number(chat_id, dialog_id), color)
    return True


@family.method(
    "im.chat.updateTitle", writes=True, errors=_CLOSED | {groups.TitleEmpty: TITLE_EMPTY}, faults=(DIALOG_ID_EMPTY,)
)
def chat_update_title(
    call: Call,
    *,
    chat_id: ChatId = None,
    dialog_id: DialogId = "",
    title: Annotated[str, Doc("What it is called from now on.")],
) -> bool:
    """Give a chat another title."""
    groups.rename(call, _number(chat_id, dialog_id), title)
    return True


@family.method(
    "im.chat.user.add",
    writes=True,
    errors=_CLOSED | {groups.NotInCharge: NO_INVITING, groups.NothingNew: NO_INVITING},
)
def chat_user_add(
    call: Call,
    *,
    chat_id: OfChat,
    users: Annotated[list[int], Doc("Ids of people and bots.")],
    hide_history: Annotated[bool, Doc("N shows them what was said before.")] = True,
) -> bool:
    """Let people and bots into a chat."""
    groups.invite(call, chat_id, users, hide_history=hide_history)
    return True


@family.method(
    "im.chat.user.delete",
    writes=True,
    errors=_CLOSED | {groups.NotInCharge: NO_KICK, groups.OwnerStays: NO_KICK, groups.NotMember: USER_NOT_FOUND},
)
def chat_user_delete(call: Call, *, chat_id: OfChat, user_id: Annotated[int, Doc("Who leaves it.")]) -> bool:
    """Let somebody out of a chat that the caller leads."""
    groups.expel(call, chat_id, user_id)
    return True


@family.method("im.chat.user.list", errors=_CLOSED)
def chat_user_list(call: Call, *, chat_id: OfChat) -> list[int]:
    """List the ids of those who are in a chat."""
    chat = chats.get_readable(call, chat_id)
    return members.list_members(call.tx, call.portal_id, chat.id)
