"""imbot.v2.Chat.*: group chats that bots begin and lead, who is in them, what the others see of the bot."""

from typing import Annotated, Any, Literal

import msgspec

from tieline.api.faults import Fault
from tieline.api.method import Doc, Spelled
from tieline.api.wire import Wire
from tieline.domain.chats import Draft
from tieline.methods import dialog_ids
from tieline.methods.imbot_v2 import (
    ACCESS_DENIED,
    CLOSED,
    FIXED,
    OF_BOTS,
    BotId,
    DialogId,
    Done,
    UserIds,
    act,
    color,
    dialect,
    make_family,
)
from tieline.methods.v2_views import entity_chat, entity_user
from tieline.methods.views import find_user
from tieline.services import chats, groups, images, messages, typing
from tieline.services.call import Call
from tieline.store import members
from tieline.store import messages as message_store

AVATAR_ERROR = Fault("AVATAR_ERROR", "Avatar incorrect type")
EMPTY_USER_IDS = Fault("EMPTY_USER_IDS", "Empty user IDs")
MAX_LIMIT = 200
LONGEST = 600  # seconds that an indicator is shown
STATUSES = "THINKING SEARCHING GENERATING ANALYZING PROCESSING TRANSLATING CONNECTING CHECKING CALCULATING"
_STATUSES = frozenset(f"IMBOT_AGENT_ACTION_{name}" for name in (*STATUSES.split(), "READING_DOCS", "COMPOSING"))
_GROUPS = OF_BOTS | CLOSED | FIXED

family = make_family()
UserId = Annotated[int, Spelled("userId"), Doc("Id of the user.")]


class Looks(Wire, rename="camel", omit_defaults=True):
    """How a chat looks."""

    title: str = ""
    description: str | None = None
    color: str = ""
    avatar: str = ""


class New(Looks, rename="camel", omit_defaults=True):
    """A chat that is about to begin."""

    user_ids: list[int] = msgspec.field(default_factory=list)
    owner_id: int = 0
    message: str = ""


class Begun(Wire):
    """A chat and who is in it."""

    chat: dict[str, Any]
    users: list[dict[str, Any]]


@family.method("imbot.v2.Chat.add", writes=True, errors=OF_BOTS | {images.NoImage: AVATAR_ERROR})
def chat_add(
    call: Call, *, bot_id: BotId, fields: Annotated[New | None, Spelled("fields"), Doc("The chat.")] = None
) -> Begun:
    """Begin a group chat, which is the bot's or another member's; users who are not there are passed over."""
    new = fields or New()
    acting = act(call, bot_id)
    wanted = [*new.user_ids, new.owner_id]
    users = [number for number in dict.fromkeys(wanted) if groups.find_talker(call, number) is not None]
    group = groups.Group(
        title=new.title,
        description=new.description or "",
        color=color(new.color),
        avatar=new.avatar,
        users=tuple(users[: groups.MAX_MEMBERS - 1]),
    )
    chat_id = groups.add(acting, group)
    if new.message.strip():
        messages.send(acting, chat_id, Draft(new.message.strip()))
    if new.owner_id in users and new.owner_id != bot_id:
        groups.hand_over(acting, chat_id, new.owner_id)
    chat = chats.get_readable(acting, chat_id)
    return Begun(chat=entity_chat(acting, chat, new=True), users=_users(acting, chat_id))


def _users(call: Call, chat_id: int) -> list[dict[str, Any]]:
    inside = members.list_members(call.tx, call.portal_id, chat_id)
    return [entity_user(call, user) for number in inside if (user := find_user(call, number))]


@family.method("imbot.v2.Chat.get", errors=OF_BOTS | CLOSED)
def chat_get(call: Call, *, bot_id: BotId, dialog_id: DialogId) -> dict[str, dict[str, Any]]:
    """Return a chat that the bot is in."""
    acting = act(call, bot_id)
    return {"chat": entity_chat(acting, dialog_ids.get(acting, dialog_id))}


@family.method("imbot.v2.Chat.update", writes=True, errors=_GROUPS | {images.NoImage: AVATAR_ERROR})
def chat_update(
    call: Call,
    *,
    bot_id: BotId,
    dialog_id: DialogId,
    fields: Annotated[Looks, Spelled("fields"), Doc("What is changed.")],
) -> Done:
    """Change how a group chat that the bot is in looks; an unknown colour is passed over."""
    acting = act(call, bot_id)
    chat_id = dialog_ids.find(acting, dialog_id)
    groups.get_group(acting, chat_id)
    if fields.title.strip():
        groups.rename(acting, chat_id, fields.title)
    if fields.description is not None:
        groups.describe(acting, chat_id, fields.description)
    if fields.avatar:
        groups.portray(acting, chat_id, fields.avatar)
    if chosen := color(fields.color):
        _paint(acting, chat_id, chosen)
    return Done()


def _paint(call: Call, chat_id: int, chosen: str) -> None:
    try:
        groups.paint(call, chat_id, chosen)
    except groups.NothingNew:
        return


@family.method("imbot.v2.Chat.leave", writes=True, errors=_GROUPS | {groups.OwnerStays: ACCESS_DENIED})
def chat_leave(call: Call, *, bot_id: BotId, dialog_id: DialogId) -> Done:
    """Let the bot leave a group chat; one that it owns and is not alone in, it hands on before."""
    acting = act(call, bot_id)
    groups.expel(acting, dialog_ids.find(acting, dialog_id), bot_id)
    return Done()


@family.method("imbot.v2.Chat.setOwner", writes=True, errors=_GROUPS)
def chat_set_owner(call: Call, *, bot_id: BotId, dialog_id: DialogId, user_id: UserId) -> Done:
    """Make another member the owner of the bot's chat."""
    acting = act(call, bot_id)
    groups.hand_over(acting, dialog_ids.find(acting, dialog_id), user_id)
    return Done()


def _set_managers(call: Call, bot_id: int, dialog_id: str, user_ids: list[int], *, manager: bool) -> Done:
    acting = act(call, bot_id)
    chat = groups.get_owned(acting, dialog_ids.find(acting, dialog_id))
    inside = set(members.list_members(call.tx, call.portal_id, chat.id))
    for number in dict.fromkeys(user_ids):
        if number in inside:
            groups.set_manager(acting, chat.id, number, manager=manager)
    return Done()


_OF_USERS = dialect(userIds=EMPTY_USER_IDS)


@family.method("imbot.v2.Chat.Manager.add", writes=True, dialect=_OF_USERS, errors=_GROUPS)
def chat_manager_add(call: Call, *, bot_id: BotId, dialog_id: DialogId, user_ids: UserIds) -> Done:
    """Let members lead the bot's chat beside it; who is not in it is passed over."""
    return _set_managers(call, bot_id, dialog_id, user_ids, manager=True)


@family.method("imbot.v2.Chat.Manager.delete", writes=True, dialect=_OF_USERS, errors=_GROUPS)
def chat_manager_delete(call: Call, *, bot_id: BotId, dialog_id: DialogId, user_ids: UserIds) -> Done:
    """Let members lead the bot's chat no more."""
    return _set_managers(call, bot_id, dialog_id, user_ids, manager=False)


@family.method("imbot.v2.Chat.User.add", writes=True, errors=_GROUPS)
def chat_user_add(call: Call, *, bot_id: BotId, dialog_id: DialogId, user_ids: UserIds) -> Done:
    """Let people and bots into a chat that the bot leads; who is not there, or is in it already, is passed over."""
    acting = act(call, bot_id)
    chat = groups.get_led(acting, dialog_ids.find(acting, dialog_id))
    inside = set(members.list_members(call.tx, call.portal_id, chat.id))
    new = [number for number in user_ids if number not in inside and groups.find_talker(call, number) is not None]
    if new:
        groups.invite(acting, chat.id, new, hide_history=True)
    return Done()


@family.method("imbot.v2.Chat.User.delete", writes=True, errors=_GROUPS | {groups.OwnerStays: ACCESS_DENIED})
def chat_user_delete(call: Call, *, bot_id: BotId, dialog_id: DialogId, user_id: UserId) -> Done:
    """Let somebody out of a chat that the bot leads, if he is in it."""
    acting = act(call, bot_id)
    chat = groups.get_led(acting, dialog_ids.find(acting, dialog_id))
    if members.is_member(call.tx, call.portal_id, chat.id, user_id):
        groups.expel(acting, chat.id, user_id)
    return Done()


Way = Literal["ASC", "DESC", "asc", "desc"]


class Order(Wire, rename="camel", omit_defaults=True):
    """By what users are sorted: when they came, their last message, their ids."""

    id: Way | None = None
    last_send_message_id: Way | None = None
    user_id: Way | None = None


@family.method("imbot.v2.Chat.User.list", errors=OF_BOTS | CLOSED)
def chat_user_list(
    call: Call,
    *,
    bot_id: BotId,
    dialog_id: DialogId,
    order: Annotated[Order | None, Spelled("order"), Doc("id, lastSendMessageId or userId as ASC or DESC.")] = None,
    limit: Annotated[int, Spelled("limit"), Doc("How many at most: 50 by default, 200 at most.")] = 50,
) -> list[dict[str, Any]]:
    """List who is in a chat that the bot is in."""
    acting = act(call, bot_id)
    chat = dialog_ids.get(acting, dialog_id)
    inside = members.list_members(call.tx, call.portal_id, chat.id)
    inside = _sorted(acting, chat.id, inside, order or Order())[: max(1, min(limit, MAX_LIMIT))]
    return [entity_user(acting, user) for number in inside if (user := find_user(call, number))]


def _sorted(call: Call, chat_id: int, inside: list[int], order: Order) -> list[int]:
    if order.last_send_message_id:
        last = message_store.list_last_of_authors(call.tx, call.portal_id, chat_id)
        falls = order.last_send_message_id.upper() == "DESC"
        return sorted(inside, key=lambda number: last.get(number, 0), reverse=falls)
    if order.user_id:
        return sorted(inside, reverse=order.user_id.upper() == "DESC")
    return inside[::-1] if (order.id or "").upper() == "DESC" else inside


@family.method("imbot.v2.Chat.InputAction.notify", writes=True, errors=OF_BOTS | CLOSED)
def chat_input_action_notify(
    call: Call,
    *,
    bot_id: BotId,
    dialog_id: DialogId,
    status: Annotated[
        str, Spelled("statusMessageCode"), Doc("What the bot is about, IMBOT_AGENT_ACTION_...; it writes if left out.")
    ] = "",
    duration: Annotated[int, Spelled("duration"), Doc("For how many seconds this is shown, 1 to 600.")] = 0,
) -> Done:
    """Show those who look at a chat that the bot is writing, or about something else."""
    acting = act(call, bot_id)
    chat_id = dialog_ids.find(acting, dialog_id)
    typing.show(acting, chat_id, status if status in _STATUSES else "", seconds=max(0, min(duration, LONGEST)))
    return Done()


@family.method("imbot.v2.Chat.TextField.enabled", writes=True, errors=_GROUPS)
def chat_text_field_enabled(
    call: Call,
    *,
    bot_id: BotId,
    dialog_id: DialogId,
    enabled: Annotated[bool, Spelled("enabled"), Doc("false keeps the others from writing.")] = True,
) -> Done:
    """Let the others write in a chat that the bot is in, or not."""
    acting = act(call, bot_id)
    groups.set_text_field_of_bot(acting, dialog_ids.find(acting, dialog_id), enabled=enabled)
    return Done()
