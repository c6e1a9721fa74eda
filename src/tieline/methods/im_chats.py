"""im.chat.get, im.recent.list, im.dialog.*: chats as operators and webhooks see them."""

from typing import Annotated, Any

from tieline.api.differences import Difference
from tieline.api.faults import ApiError, Dialect, Fault
from tieline.api.method import Doc, Family, Page
from tieline.api.wire import WrongValue, iso, parse_iso
from tieline.domain.ids import parse_chat
from tieline.methods.imopenlines_sessions import find_by_code
from tieline.methods.views import chat_view, color, file_view, find_user, lines_view, message_view, user_view
from tieline.services import chats, lines
from tieline.services.call import Call
from tieline.store import chats as chat_store
from tieline.store import files as file_store
from tieline.store import members
from tieline.store import messages as message_store
from tieline.store.inbox import Listed, Listing, list_chats
from tieline.store.messages import Window

DIALOG_ID_EMPTY = Fault("DIALOG_ID_EMPTY", "Dialog ID can't be empty")
FIRST_ID_STRING = Fault("FIRST_ID_STRING", "First ID can't be string")
LAST_ID_STRING = Fault("LAST_ID_STRING", "Last ID can't be string")
ACCESS_ERROR = Fault("ACCESS_ERROR", "You do not have access to the specified dialog", 403)
MESSAGE_ID_ERROR = Fault("MESSAGE_ID_ERROR", "Message ID can't be empty")
PARAMS_ERROR = Fault("PARAMS_ERROR", "Incorrect params")
_BY_PARAMETER = {"FIRST_ID": FIRST_ID_STRING, "LAST_ID": LAST_ID_STRING, "DIALOG_ID": DIALOG_ID_EMPTY}
DEFAULT_LIMIT = 20
MAX_LIMIT = 200

family = Family(
    scopes=("im",),
    dialect=Dialect(
        missing=lambda name: _BY_PARAMETER.get(name, PARAMS_ERROR),
        wrong=lambda name, _: _BY_PARAMETER.get(name, PARAMS_ERROR),
    ),
)
OF_LINES = Difference(18, "The only chats are dialogs of open lines.")
NO_KINDS = Difference(
    21,
    "Texts come as they are kept, and no dialog is a copilot's, a channel's or of limited rights.",
    params=("PARSE_TEXT", "GET_ORIGINAL_TEXT", "ONLY_COPILOT", "ONLY_CHANNEL", "CAN_MANAGE_MESSAGES"),
)
DialogId = Annotated[str, Doc("The chat as `chat<ID>`.")]
ACCESS_ERRORS: dict[type[Exception], Fault] = {chats.ChatMissing: ACCESS_ERROR, chats.NoAccess: ACCESS_ERROR}


def _chat_id(dialog_id: str) -> int:
    number = parse_chat(dialog_id)
    if number is None:
        raise chats.ChatMissing if dialog_id.isdecimal() else ApiError(DIALOG_ID_EMPTY)
    return number


@family.method("im.chat.get", differs=(OF_LINES,), may_be_empty=("entity_type", "entity_id"))
def chat_get(
    call: Call,
    *,
    entity_type: Annotated[str, Doc("What the chat belongs to; LINES for a dialog.")] = "",
    entity_id: Annotated[str, Doc("For LINES the user code `connector|line|chat|user`.")] = "",
) -> dict[str, int] | None:
    """Return the id of the chat that belongs to something, or null."""
    chat = find_by_code(call, entity_id) if entity_type.upper() == "LINES" else None
    if chat is None or not chats.access(call, chat, call.actor).read:
        return None
    return {"ID": chat.id}


Flag = Annotated[bool, Doc("Y or N.")]


def _recent(call: Call, listed: Listed) -> dict[str, Any]:
    chat = listed.chat
    zone = call.portal.time_zone
    last = message_store.find_message(call.tx, call.portal_id, chat.last_message_id) if chat.last_message_id else None
    message = None
    if last is not None:
        has_files = bool(file_store.list_files(call.tx, call.portal_id, [last.id]))
        message = {
            "id": last.id,
            "text": last.text,
            "file": has_files,
            "author_id": last.author_id,
            "attach": False,
            "sticker": None,
            "date": iso(last.created_at, zone),
            "status": "delivered" if last.delivered_at else "received",
            "uuid": None,
        }
    item = {
        "id": chat.dialog_id,
        "chat_id": chat.id,
        "type": "chat",
        "avatar": {"url": "", "color": color(chat.id)},
        "title": chat.title,
        "message": message,
        "counter": listed.unread,
        "last_id": chat.last_message_id or 0,
        "pinned": False,
        "unread": False,
        "has_reminder": False,
        "date_update": iso(chat.active_at, zone),
        "date_last_activity": iso(chat.active_at, zone),
        "chat": chat_view(call, chat),
        "lines": lines_view(call, chat),
        "options": [],
    }
    author = find_user(call, last.author_id) if last and last.author_id else None
    return item | ({"user": user_view(call, author)} if author else {})


@family.method("im.recent.list", differs=(OF_LINES, NO_KINDS), faults=(PARAMS_ERROR,))
def recent_list(
    call: Call,
    *,
    skip_openlines: Flag = False,
    skip_dialog: Flag = False,  # noqa: ARG001 - there are no private chats yet
    skip_chat: Flag = False,  # noqa: ARG001 - there are no group chats yet
    last_message_date: Annotated[str | None, Doc("Only chats last active before this moment, ISO 8601.")] = None,
    unread_only: Flag = False,
    skip_undistributed_openlines: Flag = False,
    offset: Annotated[int, Doc("How many to pass over.")] = 0,
    limit: Annotated[int, Doc("How many at most: 50 by default, 200 at most.")] = 50,
) -> Page:
    """List the caller's open dialogs, the last active first."""
    if skip_openlines:
        return Page({"items": [], "hasMorePages": False, "hasMore": False}, total=-1)
    try:
        before = parse_iso(last_message_date) if last_message_date else None
    except WrongValue as error:
        raise ApiError(PARAMS_ERROR) from error
    tab = "mine" if skip_undistributed_openlines else "all"
    listing = Listing(tab, call.actor.id, lines.visible(call), unread_only=unread_only, before=before)
    size = max(1, min(limit, MAX_LIMIT))
    found = list_chats(call.tx, call.portal_id, listing, limit=size + 1, offset=max(offset, 0))
    more = len(found) > size
    items = [_recent(call, listed) for listed in found[:size]]
    return Page({"items": items, "hasMorePages": more, "hasMore": more}, total=-1)


@family.method(
    "im.dialog.messages.get", errors=ACCESS_ERRORS, faults=(DIALOG_ID_EMPTY, FIRST_ID_STRING, LAST_ID_STRING)
)
def dialog_messages_get(
    call: Call,
    *,
    dialog_id: DialogId,
    last_id: Annotated[int | None, Doc("Only messages older than this one.")] = None,
    first_id: Annotated[int | None, Doc("Only messages newer than this one.")] = None,
    limit: Annotated[int, Doc("How many at most: 20 by default, 200 at most.")] = DEFAULT_LIMIT,
) -> dict[str, Any]:
    """Return messages of a chat, the newest first, with who wrote them and their files."""
    chat = chats.get_readable(call, _chat_id(dialog_id))
    window = Window(max(1, min(limit, MAX_LIMIT)), before=last_id, after=None if last_id else first_id)
    found = message_store.list_messages(call.tx, call.portal_id, chat.id, window)
    attached = file_store.list_files(call.tx, call.portal_id, [message.id for message in found])
    mark = members.find_read_mark(call.tx, call.portal_id, chat.id, call.actor.id)
    authors = [find_user(call, user_id) for user_id in dict.fromkeys(m.author_id for m in found) if user_id]
    return {
        "chat_id": chat.id,
        "messages": [
            message_view(call, chat, message, attached.get(message.id, []), mark.sequence)
            for message in reversed(found)
        ],
        "users": [user_view(call, user) for user in authors if user],
        "files": [file_view(call, file) for message_files in attached.values() for file in message_files],
    }


@family.method(
    "im.dialog.read",
    writes=True,
    errors={chats.MessageMissing: MESSAGE_ID_ERROR},
    faults=(DIALOG_ID_EMPTY,),
)
def dialog_read(
    call: Call,
    *,
    dialog_id: DialogId,
    message_id: Annotated[int | None, Doc("Read up to here; all if left out.")] = None,
) -> dict[str, Any] | bool:
    """Mark messages of a chat as read by the caller; false if the caller has no access to it."""
    try:
        chat_id = _chat_id(dialog_id)
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
