"""im.dialog.*: a chat's messages and members, and how far they have been read."""

from typing import Annotated, Any

from tieline.api.faults import ApiError, Dialect, Fault
from tieline.api.method import Doc, Family, Page
from tieline.api.wire import WrongValue, parse_iso
from tieline.domain.chats import Chat, Message
from tieline.domain.clock import DAY
from tieline.domain.people import User, UserKind
from tieline.methods import dialog_ids
from tieline.methods.chat_views import dialog_view
from tieline.methods.v2_views import camel, message_view_v2, reactions_view, user_view_v2
from tieline.methods.views import file_view, find_user, message_view, user_view
from tieline.services import chats, typing
from tieline.services.call import Call
from tieline.store import chats as chat_store
from tieline.store import files as file_store
from tieline.store import members
from tieline.store import messages as message_store
from tieline.store import reactions as reaction_store
from tieline.store.messages import Search, Window

DIALOG_ID_EMPTY = Fault("DIALOG_ID_EMPTY", "Dialog ID can't be empty")
CHAT_ID_EMPTY = Fault("CHAT_ID_EMPTY", "CHAT_ID can't be empty")
FIRST_ID_STRING = Fault("FIRST_ID_STRING", "First ID can't be string")
LAST_ID_STRING = Fault("LAST_ID_STRING", "Last ID can't be string")
FORBIDDEN = Fault("ACCESS_ERROR", "You do not have access to the specified dialog", 403)
ACCESS_ERROR = Fault("ACCESS_ERROR", "You do not have access to the specified dialog")
NO_CHAT = Fault("ACCESS_ERROR", "You do not have access to this chat")
NO_WRITING = Fault("ACCESS_ERROR", "Action unavailable")
MESSAGE_ID_ERROR = Fault("MESSAGE_ID_ERROR", "Message ID can't be empty")
FIRST_UNREAD = Fault("MESSAGE_ID_ERROR", "First unread message id can't be empty")
PARAMS_ERROR = Fault("PARAMS_ERROR", "Incorrect params")
_BY_PARAMETER = {"FIRST_ID": FIRST_ID_STRING, "LAST_ID": LAST_ID_STRING, "DIALOG_ID": DIALOG_ID_EMPTY}
DEFAULT_LIMIT = 20
MAX_LIMIT = 200
SHORTEST = 3

family = Family(
    scopes=("im",),
    dialect=Dialect(
        missing=lambda name: _BY_PARAMETER.get(name, PARAMS_ERROR),
        wrong=lambda name, _: _BY_PARAMETER.get(name, PARAMS_ERROR),
    ),
)
DialogId = Annotated[str, Doc("The chat as `chat<ID>`, or the id of a user.")]
_FORBIDDEN: dict[type[Exception], Fault] = {
    dialog_ids.WrongDialog: DIALOG_ID_EMPTY,
    chats.ChatMissing: FORBIDDEN,
    chats.NoAccess: FORBIDDEN,
}
_REFUSED: dict[type[Exception], Fault] = {
    dialog_ids.WrongDialog: DIALOG_ID_EMPTY,
    chats.ChatMissing: ACCESS_ERROR,
    chats.NoAccess: ACCESS_ERROR,
}


@family.method("im.dialog.get", errors=_FORBIDDEN)
def dialog_get(call: Call, *, dialog_id: DialogId) -> dict[str, Any]:
    """Return a chat: what it is, who leads it, how far it was read."""
    return dialog_view(call, dialog_ids.get(call, dialog_id))


@family.method("im.dialog.messages.get", errors=_FORBIDDEN, faults=(FIRST_ID_STRING, LAST_ID_STRING))
def dialog_messages_get(
    call: Call,
    *,
    dialog_id: DialogId,
    last_id: Annotated[int | None, Doc("Only messages older than this one.")] = None,
    first_id: Annotated[int | None, Doc("Only messages newer than this one.")] = None,
    limit: Annotated[int, Doc("How many at most: 20 by default, 200 at most.")] = DEFAULT_LIMIT,
) -> dict[str, Any]:
    """Return messages of a chat, the newest first, with who wrote them and their files."""
    chat = dialog_ids.get(call, dialog_id)
    size = max(1, min(limit, MAX_LIMIT))
    window = Window(size, last_id, None if last_id else first_id, hidden_to=chats.hidden_to(call, chat, call.actor))
    found = message_store.list_messages(call.tx, call.portal_id, chat.id, window)
    ids = [message.id for message in found]
    attached = file_store.list_files(call.tx, call.portal_id, ids)
    liked = reaction_store.list_reactions(call.tx, call.portal_id, ids)
    mark = members.find_read_mark(call.tx, call.portal_id, chat.id, call.actor.id)
    return {
        "chat_id": chat.id,
        "messages": [
            message_view(call, chat, message, attached.get(message.id, []), mark.sequence, liked[message.id])
            for message in reversed(found)
        ],
        "users": [user_view(call, user) for user in _authors(call, found)],
        "files": [file_view(call, file) for message_files in attached.values() for file in message_files],
    }


def _authors(call: Call, found: list[Message]) -> list[User]:
    authors = [find_user(call, user_id) for user_id in dict.fromkeys(m.author_id for m in found) if user_id]
    return [user for user in authors if user is not None]


_SEARCH_DIALECT = Dialect(
    missing=lambda _: CHAT_ID_EMPTY, wrong=lambda name, _: CHAT_ID_EMPTY if name == "CHAT_ID" else PARAMS_ERROR
)


@family.method(
    "im.dialog.messages.search",
    dialect=_SEARCH_DIALECT,
    errors={chats.ChatMissing: NO_CHAT, chats.NoAccess: NO_CHAT},
    faults=(PARAMS_ERROR,),
)
def dialog_messages_search(
    call: Call,
    *,
    chat_id: Annotated[int, Doc("Id of the chat.")],
    search_message: Annotated[str, Doc("Words of the text, more than two characters of them.")] = "",
    date_from: Annotated[str | None, Doc("Only messages since this moment, ISO 8601.")] = None,
    date_to: Annotated[str | None, Doc("Only messages up to this moment, ISO 8601.")] = None,
    date: Annotated[str | None, Doc("Only messages of the day that begins at this moment, ISO 8601.")] = None,
    order: Annotated[dict[str, str] | None, Doc("ID as ASC or DESC, DESC by default.")] = None,
    limit: Annotated[int, Doc("How many at most: 50 by default, 200 at most.")] = 50,
    last_id: Annotated[int | None, Doc("Id of the last message of the page before.")] = None,
) -> dict[str, Any]:
    """Find messages of a chat by their text and date."""
    chat = chats.get_readable(call, chat_id)
    first, last = _moment(date_from), _moment(date_to)
    if date is not None:
        first = _moment(date)
        last = (first or 0) + DAY - 1
    direction = next((str(way).upper() for name, way in (order or {}).items() if name.upper() == "ID"), "DESC")
    if direction not in ("ASC", "DESC"):
        raise ApiError(PARAMS_ERROR)
    search = Search(
        text=search_message if len(search_message) >= SHORTEST else "",
        first=first,
        last=last,
        beyond=last_id,
        ascending=direction == "ASC",
        hidden_to=chats.hidden_to(call, chat, call.actor),
        limit=max(1, min(limit, MAX_LIMIT)),
    )
    return _found(call, chat, message_store.search_messages(call.tx, call.portal_id, chat.id, search))


def _found(call: Call, chat: Chat, found: list[Message]) -> dict[str, Any]:
    ids = [message.id for message in found]
    hidden = chats.hidden_to(call, chat, call.actor)
    attached = file_store.list_files(call.tx, call.portal_id, ids)
    replied = [number for message in found if isinstance(number := message.params.get("REPLY_ID"), int)]
    more = message_store.list_messages_by_id(call.tx, call.portal_id, [one for one in replied if one not in ids])
    reactions = reaction_store.list_reactions(call.tx, call.portal_id, ids)
    marks = members.list_read_marks(call.tx, call.portal_id, chat.id)
    told = [reactions_view(call, number, reactions[number]) for number in ids if reactions[number]]
    fans = {user for one in reactions.values() for users in one.values() for user in users}
    users = [user for number in sorted(fans) if (user := find_user(call, number))]
    return {
        "messages": [_searched(call, chat, message, attached, marks) for message in found],
        "users": [user_view_v2(call, user) for user in _authors(call, found)],
        "files": [file_view(call, file) for message_files in attached.values() for file in message_files],
        "additionalMessages": [
            _searched(call, chat, one, attached, marks)
            for one in more.values()
            if one.chat_id == chat.id and one.sequence > hidden
        ],
        "copilot": None,
        "stickers": [],
        "reactions": told,
        "tariffRestrictions": {"isHistoryLimitExceeded": False},
        "usersShort": [{camel(name): user_view(call, one)[name] for name in ("id", "name", "avatar")} for one in users],
    }


def _searched(
    call: Call, chat: Chat, message: Message, attached: dict[int, Any], marks: dict[int, members.ReadMark]
) -> dict[str, Any]:
    told = message_view_v2(call, chat, message, attached.get(message.id, []))
    own = marks.get(call.actor.id, members.ReadMark())
    readers = [number for number, mark in marks.items() if mark.sequence >= message.sequence]
    seen = own.sequence >= message.sequence or message.author_id == call.actor.id
    return told | {
        "chat_id": chat.id,
        "author_id": message.author_id,
        "unread": not seen,
        "viewed": seen,
        "viewedByOthers": any(number != message.author_id for number in readers),
        "viewedCount": len([number for number in readers if number != message.author_id]),
        "block": None,
    }


def _moment(text: str | None) -> int | None:
    if not text:
        return None
    try:
        return parse_iso(text)
    except WrongValue as error:
        raise ApiError(PARAMS_ERROR) from error


@family.method(
    "im.dialog.read",
    writes=True,
    errors={chats.MessageMissing: MESSAGE_ID_ERROR, dialog_ids.WrongDialog: DIALOG_ID_EMPTY},
)
def dialog_read(
    call: Call,
    *,
    dialog_id: DialogId,
    message_id: Annotated[int | None, Doc("Read up to here; all if left out.")] = None,
) -> dict[str, Any] | bool:
    """Mark messages of a chat as read by the caller; false if the caller has no access to it."""
    try:
        chat_id = dialog_ids.find(call, dialog_id)
        remaining = chats.read(call, chat_id, message_id)
    except (chats.ChatMissing, chats.NoAccess):
        return False
    chat = chat_store.find_chat(call.tx, call.portal_id, chat_id)
    assert chat is not None  # it was locked a moment ago
    return {
        "dialogId": dialog_id,
        "chatId": chat_id,
        "counter": remaining,
        "lastId": message_id or chat.last_message_id or 0,
    }


@family.method("im.dialog.read.all", writes=True)
def dialog_read_all(call: Call) -> bool:
    """Mark all chats of the caller as read."""
    chats.read_all(call)
    return True


@family.method(
    "im.dialog.unread",
    writes=True,
    dialect=Dialect(
        missing=lambda name: FIRST_UNREAD if name == "MESSAGE_ID" else DIALOG_ID_EMPTY,
        wrong=lambda name, _: FIRST_UNREAD if name == "MESSAGE_ID" else DIALOG_ID_EMPTY,
    ),
    errors={
        dialog_ids.WrongDialog: DIALOG_ID_EMPTY,
        chats.ChatMissing: DIALOG_ID_EMPTY,
        chats.NoAccess: DIALOG_ID_EMPTY,
        chats.MessageMissing: FIRST_UNREAD,
    },
)
def dialog_unread(
    call: Call, *, dialog_id: DialogId, message_id: Annotated[int, Doc("Id of the first unread message.")]
) -> bool:
    """Mark a message of a chat and all behind it as not read by the caller."""
    chats.unread(call, dialog_ids.find(call, dialog_id), message_id)
    return True


@family.method(
    "im.dialog.writing",
    writes=True,
    errors={
        dialog_ids.WrongDialog: DIALOG_ID_EMPTY,
        chats.ChatMissing: NO_WRITING,
        chats.NoAccess: NO_WRITING,
    },
)
def dialog_writing(call: Call, *, dialog_id: DialogId) -> bool:
    """Show that the caller is writing into a chat."""
    typing.show(call, dialog_ids.find(call, dialog_id))
    return True


_KINDS = {UserKind.BOT: "bot", UserKind.CUSTOMER: "imconnector"}


@family.method("im.dialog.users.list", errors=_REFUSED, faults=(PARAMS_ERROR,))
def dialog_users_list(
    call: Call,
    *,
    dialog_id: DialogId,
    skip_external: Annotated[bool, Doc("Y leaves out bots and customers.")] = False,
    skip_external_except_types: Annotated[str, Doc("Which of them stay then: bot, imconnector.")] = "",
    limit: Annotated[int, Doc("How many at most: 50 by default, 200 at most.")] = 50,
    last_id: Annotated[int | None, Doc("Only users with a greater id than this one.")] = None,
    offset: Annotated[int, Doc("How many to pass over.")] = 0,
) -> Page:
    """List those who are in a chat, by their ids."""
    chat = dialog_ids.get(call, dialog_id)
    inside = members.list_members(call.tx, call.portal_id, chat.id) + ([chat.customer_id] if chat.is_dialog else [])
    found = [user for number in sorted(set(inside)) if (user := find_user(call, number))]
    if skip_external:
        kept = {name.strip() for name in skip_external_except_types.split(",")}
        found = [user for user in found if user.kind is UserKind.PERSON or _KINDS[user.kind] in kept]
    size, start = max(1, min(limit, MAX_LIMIT)), max(offset, 0)
    rest = [user for user in found if last_id is None or user.id > last_id][start:]
    following = start + size if len(rest) > size else None
    return Page([user_view(call, user) for user in rest[:size]], total=len(found), next=following)
