"""imbot.chat.* and imbot.dialog.get: chats in which bots of the first version of the API are, or which they lead."""

from typing import Annotated, Any

from tieline.api.faults import ApiError, Dialect, Fault
from tieline.api.method import Auth, Doc, Family
from tieline.methods import dialog_ids
from tieline.methods.chat_views import dialog_view
from tieline.methods.im_chats import (
    ACCESS_ERROR,
    AVATAR_ERROR,
    AVATAR_TOO_LARGE,
    CHAT_ID_EMPTY,
    DIALOG_ID_EMPTY,
    FIXED,
    NO_CHAT,
    NOT_OWNER,
    SAME_COLOR,
    TITLE_EMPTY,
    USER_ID_EMPTY,
    WRONG_COLOR,
    list_of_entity,
)
from tieline.methods.imbot import BOT_ID_ERROR, KEY, OF_BOTS, BotId
from tieline.services import bots, chats, groups, images, typing
from tieline.services.call import Call
from tieline.store import members

INVALID_FORMAT = Fault("INVALID_FORMAT", "Parameter USERS has wrong type")
NOT_MADE = Fault("WRONG_REQUEST", "Chat can't be created")
NO_LEAVING = Fault("WRONG_REQUEST", "You don't have access or user isn't a member in chat")
OWNER_STAYS = Fault("ACCESS_ERROR", "LEAVE_OWNER_FORBIDDEN")
NOT_MANAGER = Fault("WRONG_REQUEST", "Change manager can only owner and user must be member in chat")
NO_PORTRAYING = Fault("ACCESS_DENIED", "Access denied", 403)
NO_LIST = Fault("WRONG_REQUEST", "User IDs must be passed in array format")
NO_INVITING = Fault("WRONG_REQUEST", "You don't have access or user already member in chat")
NO_ACCESS = Fault("ACCESS_ERROR", "You don't have access to this chat")
NO_DIALOG = Fault("ACCESS_ERROR", "You do not have access to the specified dialog")
_BY_PARAMETER = {
    "BOT_ID": BOT_ID_ERROR,
    "USER_ID": USER_ID_EMPTY,
    "TITLE": TITLE_EMPTY,
    "COLOR": WRONG_COLOR,
    "AVATAR": AVATAR_ERROR,
    "DIALOG_ID": DIALOG_ID_EMPTY,
    "USERS": NO_LIST,
}

family = Family(
    scopes=("imbot",),
    auth=Auth.CLIENT,
    key=KEY,
    dialect=Dialect(
        missing=lambda name: _BY_PARAMETER.get(name, CHAT_ID_EMPTY),
        wrong=lambda name, _: _BY_PARAMETER.get(name, CHAT_ID_EMPTY),
    ),
)
OfChat = Annotated[int, Doc("Id of the chat.")]
_CLOSED: dict[type[Exception], Fault] = OF_BOTS | {
    chats.ChatMissing: ACCESS_ERROR,
    chats.NoAccess: ACCESS_ERROR,
    groups.Fixed: FIXED,
}


def _acting(call: Call, bot_id: int | None) -> Call:
    """Return the call as a bot of the caller's makes it."""
    return bots.acting(call, bots.find_own(call, bot_id))


_MAKING = {"BOT_ID": BOT_ID_ERROR, "USERS": INVALID_FORMAT}


@family.method(
    "imbot.chat.add",
    writes=True,
    errors=OF_BOTS | {groups.UserMissing: NOT_MADE, groups.ColorUnknown: NOT_MADE, images.NoImage: NOT_MADE},
    dialect=Dialect(missing=lambda _: NOT_MADE, wrong=lambda name, _: _MAKING.get(name, NOT_MADE)),
)
def chat_add(
    call: Call,
    *,
    bot_id: BotId = None,
    users: Annotated[list[int] | None, Doc("Ids of people and bots who are in it beside the bot.")] = None,
    type: Annotated[str, Doc("OPEN, which everybody may find, or CHAT.")] = "CHAT",  # noqa: A002
    title: Annotated[str, Doc("What it is called; by who is in it if left out.")] = "",
    description: Annotated[str, Doc("What it is about.")] = "",
    color: Annotated[str, Doc("RED, GREEN, MINT and so on.")] = "",
    message: Annotated[str, Doc("The first message.")] = "",
    avatar: Annotated[str, Doc("Its picture, Base64.")] = "",
    entity_type: Annotated[str, Doc("To what of the outside it belongs.")] = "",
    entity_id: Annotated[str, Doc("Which of these that is.")] = "",
) -> int:
    """Begin a group chat, which is the bot's; returns its id."""
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
    return groups.add(_acting(call, bot_id), group)


@family.method(
    "imbot.chat.get",
    auth=Auth.ANY,
    may_be_empty=("entity_type", "entity_id"),
    faults=(NO_ACCESS,),
    dialect=Dialect(missing=lambda _: NO_ACCESS, wrong=lambda _, __: NO_ACCESS),
    unreachable={"AUTHORIZE_ERROR": "there are no sessions of guests"},
)
def chat_get(
    call: Call,
    *,
    entity_type: Annotated[str, Doc("To what the chat belongs.")] = "",
    entity_id: Annotated[str, Doc("Which of these that is.")] = "",
) -> dict[str, int] | None:
    """Return the id of the chat that belongs to something, or null."""
    found = list_of_entity(call, entity_type, entity_id)
    if not found:
        return None
    readable = next((chat for chat in found if chats.access(call, chat, call.actor).read), None)
    if readable is None:
        raise ApiError(NO_ACCESS)
    return {"ID": readable.id}


@family.method(
    "imbot.chat.leave",
    writes=True,
    errors=_CLOSED
    | {
        chats.NoAccess: NO_LEAVING,
        groups.NotInCharge: NO_LEAVING,
        groups.NotMember: NO_LEAVING,
        groups.OwnerStays: OWNER_STAYS,
    },
)
def chat_leave(call: Call, *, bot_id: BotId = None, chat_id: OfChat) -> bool:
    """Let a bot leave a chat."""
    acting = _acting(call, bot_id)
    groups.expel(acting, chat_id, acting.actor.id)
    return True


@family.method(
    "imbot.chat.sendTyping",
    writes=True,
    errors=OF_BOTS
    | {
        dialog_ids.WrongDialog: DIALOG_ID_EMPTY,
        groups.UserMissing: ACCESS_ERROR,
        chats.ChatMissing: ACCESS_ERROR,
        chats.NoAccess: ACCESS_ERROR,
    },
)
def chat_send_typing(
    call: Call,
    *,
    bot_id: BotId = None,
    dialog_id: Annotated[str, Doc("The chat as `chat<ID>`, or the id of a user.")],
) -> bool:
    """Show that a bot is writing into a chat."""
    acting = _acting(call, bot_id)
    typing.show(acting, dialog_ids.begin(acting, dialog_id))
    return True


@family.method(
    "imbot.chat.setManager",
    writes=True,
    errors=OF_BOTS | dict.fromkeys((chats.ChatMissing, chats.NoAccess, groups.NotInCharge), NOT_MANAGER),
    dialect=Dialect(
        missing=lambda name: _BY_PARAMETER.get(name, CHAT_ID_EMPTY),
        wrong=lambda name, _: {"IS_MANAGER": NOT_MANAGER, **_BY_PARAMETER}.get(name, CHAT_ID_EMPTY),
    ),
)
def chat_set_manager(
    call: Call,
    *,
    bot_id: BotId = None,
    chat_id: OfChat,
    user_id: Annotated[int, Doc("Who leads it from now on, or no more.")],
    is_manager: Annotated[bool, Doc("N takes the right away.")] = True,
) -> bool:
    """Let a member lead the bot's chat beside it, or no more."""
    groups.set_manager(_acting(call, bot_id), chat_id, user_id, manager=is_manager)
    return True


@family.method("imbot.chat.setOwner", writes=True, errors=_CLOSED | {groups.NotInCharge: NOT_OWNER})
def chat_set_owner(
    call: Call,
    *,
    bot_id: BotId = None,
    chat_id: OfChat,
    user_id: Annotated[int, Doc("Whose it is from now on.")],
) -> bool:
    """Make another member the owner of the bot's chat."""
    groups.hand_over(_acting(call, bot_id), chat_id, user_id)
    return True


@family.method(
    "imbot.chat.updateAvatar",
    writes=True,
    errors=_CLOSED
    | {
        chats.ChatMissing: NO_CHAT,
        chats.NoAccess: NO_PORTRAYING,
        images.ImageTooLarge: AVATAR_TOO_LARGE,
        images.NoImage: AVATAR_ERROR,
    },
)
def chat_update_avatar(
    call: Call, *, bot_id: BotId = None, chat_id: OfChat, avatar: Annotated[str, Doc("The picture, Base64.")]
) -> bool:
    """Give a chat another picture."""
    groups.portray(_acting(call, bot_id), chat_id, avatar)
    return True


@family.method(
    "imbot.chat.updateColor",
    writes=True,
    errors=_CLOSED | {chats.ChatMissing: SAME_COLOR, groups.ColorUnknown: WRONG_COLOR, groups.NothingNew: SAME_COLOR},
)
def chat_update_color(
    call: Call, *, bot_id: BotId = None, chat_id: OfChat, color: Annotated[str, Doc("RED, GREEN, MINT and so on.")]
) -> bool:
    """Give a chat another colour."""
    groups.paint(_acting(call, bot_id), chat_id, color)
    return True


@family.method("imbot.chat.updateTitle", writes=True, errors=_CLOSED | {groups.TitleEmpty: TITLE_EMPTY})
def chat_update_title(
    call: Call,
    *,
    bot_id: BotId = None,
    chat_id: OfChat,
    title: Annotated[str, Doc("What it is called from now on.")],
) -> bool:
    """Give a chat another title."""
    groups.rename(_acting(call, bot_id), chat_id, title)
    return True


@family.method(
    "imbot.chat.user.add",
    writes=True,
    errors=_CLOSED | {groups.NotInCharge: NO_INVITING, groups.NothingNew: NO_INVITING},
)
def chat_user_add(
    call: Call,
    *,
    bot_id: BotId = None,
    chat_id: OfChat,
    users: Annotated[list[int], Doc("Ids of people and bots.")],
    hide_history: Annotated[bool, Doc("N shows them what was said before.")] = True,
) -> bool:
    """Let people and bots into a chat."""
    groups.invite(_acting(call, bot_id), chat_id, users, hide_history=hide_history)
    return True


@family.method(
    "imbot.chat.user.delete",
    writes=True,
    errors=_CLOSED | {groups.NotInCharge: NO_LEAVING, groups.NotMember: NO_LEAVING, groups.OwnerStays: OWNER_STAYS},
)
def chat_user_delete(
    call: Call, *, bot_id: BotId = None, chat_id: OfChat, user_id: Annotated[int, Doc("Who leaves it.")]
) -> bool:
    """Let somebody out of a chat that the bot leads."""
    groups.expel(_acting(call, bot_id), chat_id, user_id)
    return True


@family.method("imbot.chat.user.list", errors=OF_BOTS | {chats.ChatMissing: ACCESS_ERROR, chats.NoAccess: ACCESS_ERROR})
def chat_user_list(call: Call, *, bot_id: BotId = None, chat_id: OfChat) -> list[int]:
    """List the ids of those who are in a chat."""
    chat = chats.get_readable(_acting(call, bot_id), chat_id)
    return members.list_members(call.tx, call.portal_id, chat.id)


@family.method(
    "imbot.dialog.get",
    auth=Auth.ANY,
    errors={dialog_ids.WrongDialog: DIALOG_ID_EMPTY, chats.ChatMissing: NO_DIALOG, chats.NoAccess: NO_DIALOG},
)
def dialog_get(
    call: Call, *, dialog_id: Annotated[str, Doc("The chat as `chat<ID>`, or the id of a user.")]
) -> dict[str, Any]:
    """Return a chat: what it is, who leads it, how far it was read."""
    return dialog_view(call, dialog_ids.get(call, dialog_id))
