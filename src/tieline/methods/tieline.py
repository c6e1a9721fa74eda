"""tieline.*: our own methods, for the portal's pages alone: the inbox and the contact centre."""

from typing import Annotated, Any

from tieline.api.faults import Dialect, Fault
from tieline.api.method import BASIC, Auth, Doc, Family
from tieline.api.wire import iso, iso_or_none
from tieline.domain.chats import Author, Chat, Draft, Message
from tieline.domain.connectors import Connection, Connector, Icon
from tieline.domain.content import as_text
from tieline.domain.files import File, FileState
from tieline.domain.presence import Presence
from tieline.domain.sessions import Status
from tieline.methods.frames import NO_CONNECTOR
from tieline.methods.views import find_user
from tieline.services import chats, connectors, files, lines, messages, queues, sessions
from tieline.services.call import Call
from tieline.store import connectors as connector_store
from tieline.store import files as file_store
from tieline.store import members
from tieline.store import messages as message_store
from tieline.store import people as people_store
from tieline.store.inbox import Listed, Listing, count_chats, list_chats
from tieline.store.messages import Window
from tieline.store.presence import list_presence

NO_CHAT = Fault("ACCESS_ERROR", "You do not have access to the specified dialog", 403)
NO_TEXT = Fault("MESSAGE_EMPTY", "Message can't be empty")
MAX_LIMIT = 200
PREVIEW = 300
MAX_TARGETS = 50
CONTENT = ("ATTACH", "KEYBOARD", "MENU", "LIKE")  # of a message's parameters: what the page shows besides its text
MOST_COUNTED = 1_000  # of a tab: there may be more

family = Family(scopes=(BASIC,), auth=Auth.SESSION)


def _icon(icon: Icon | None) -> dict[str, str] | None:
    if icon is None:
        return None
    return {"DATA_IMAGE": icon.image, "COLOR": icon.color, "SIZE": icon.size, "POSITION": icon.position}


def _person(call: Call, user_id: int | None) -> dict[str, Any] | None:
    user = find_user(call, user_id) if user_id else None
    if user is None:
        return None
    return {"id": user.id, "name": user.full_name, "avatar": files.avatar(call, user).removeprefix(call.portal.url)}


def _session(chat: Chat) -> dict[str, Any] | None:
    if chat.session_id is None:
        return None
    return {"id": chat.session_id, "status": _status(chat)}


def _status(chat: Chat) -> str:
    if not sessions.is_open(chat):
        return "closed"
    if chat.status == Status.CLOSING:
        return "closing"
    if chat.status == Status.BOT:
        return "bot"
    return "new" if sessions.is_waiting(chat) else "answered"


def _last_message(call: Call, message: Message | None, attached: list[File]) -> dict[str, Any] | None:
    if message is None:
        return None
    author = find_user(call, message.author_id) if message.author_id else None
    return {
        "id": message.id,
        "kind": message.author.value,
        "authorName": author.full_name if author else "",
        "text": (message.text or as_text(message.params.get("ATTACH")))[:PREVIEW],
        "deleted": message.deleted_at is not None,
        "date": iso(message.created_at, call.portal.time_zone),
        "files": len(attached),
    }


def _dialog(call: Call, listed: Listed, last: Message | None, attached: list[File]) -> dict[str, Any]:
    chat, zone = listed.chat, call.portal.time_zone
    connector, line = call.find_connector(chat.connector), call.find_line(chat.line_id)
    return {
        "chatId": chat.id,
        "dialogId": chat.dialog_id,
        "title": chat.title,
        "connector": {
            "id": chat.connector,
            "name": connector.name if connector else chat.connector,
            "icon": _icon(connector.icon) if connector else None,
        },
        "line": {"id": chat.line_id, "name": line.name if line else ""},
        "customer": _person(call, chat.customer_id),
        "operator": _person(call, chat.operator_id),
        "session": _session(chat),
        "waitingSince": iso_or_none(chat.waiting_since, zone),
        "ahead": queues.place_of(call, chat),
        "unread": listed.unread,
        "sequence": chat.sequence,
        "lastMessage": _last_message(call, last, attached),
        "dateActivity": iso(chat.active_at, zone),
    }


@family.method("tieline.inbox.list", documented=False)
def inbox_list(
    call: Call,
    *,
    tab: Annotated[str, Doc("mine, waiting, all or closed.")] = "mine",
    limit: Annotated[int, Doc("How many at most: 50 by default, 200 at most.")] = 50,
    offset: Annotated[int, Doc("How many to pass over.")] = 0,
) -> dict[str, Any]:
    """List dialogs of a tab, the last active first, with the tabs' counters."""
    visible = lines.visible(call)
    listing = Listing(tab if tab in ("mine", "waiting", "all", "closed") else "mine", call.actor.id, visible)
    size = max(1, min(limit, MAX_LIMIT))
    found = list_chats(call.tx, call.portal_id, listing, limit=size + 1, offset=max(offset, 0))
    last_ids = [listed.chat.last_message_id for listed in found[:size] if listed.chat.last_message_id]
    last = message_store.list_messages_by_id(call.tx, call.portal_id, last_ids)
    attached = file_store.list_files(call.tx, call.portal_id, last_ids)
    return {
        "items": [
            _dialog(call, listed, last.get(number), attached.get(number, []))
            for listed in found[:size]
            for number in [listed.chat.last_message_id or 0]
        ],
        "counters": {
            name: count_chats(call.tx, call.portal_id, Listing(name, call.actor.id, visible), MOST_COUNTED)
            for name in ("mine", "waiting", "all")
        },
        "hasMore": len(found) > size,
    }


def _state(message: Message) -> str | None:
    if message.author is Author.CUSTOMER or message.private:
        return None
    if message.failure:
        return "failed"
    if message.read_at:
        return "read"
    return "delivered" if message.delivered_at else "sent"


def _file(call: Call, file: File) -> dict[str, Any]:
    ready = file.state is FileState.READY
    shown = file.source_url if file.state is FileState.FAILED else None
    return {
        "id": file.id,
        "name": file.name or file.source_url.rsplit("/", 1)[-1],
        "type": file.type.value,
        "size": file.size,
        "status": file.state.value,
        "url": files.link(call, file).removeprefix(call.portal.url) if ready else shown,
        "reason": file.reason or None,
    }


def _message(call: Call, message: Message, attached: list[File]) -> dict[str, Any]:
    author = find_user(call, message.author_id) if message.author_id else None
    return {
        "id": message.id,
        "kind": message.author.value,
        "author": {"id": message.author_id, "name": author.full_name if author else ""},
        "text": message.text,
        "date": iso(message.created_at, call.portal.time_zone),
        "edited": message.edited_at is not None,
        "deleted": message.deleted_at is not None,
        "private": message.private,
        "sequence": message.changed or message.sequence,
        "files": [_file(call, file) for file in attached],
        "params": {name: message.params[name] for name in CONTENT if name in message.params},
        "state": _state(message),
        "stateReason": message.failure,
    }


MessageBound = Annotated[int | None, Doc("Id of a message of the chat.")]


@family.method("tieline.dialog.get", documented=False, errors={chats.ChatMissing: NO_CHAT, chats.NoAccess: NO_CHAT})
def dialog_get(
    call: Call,
    *,
    chat_id: Annotated[int, Doc("Id of the chat.")],
    after: MessageBound = None,
    before: MessageBound = None,
    since: Annotated[int | None, Doc("A sequence of the dialog: only messages added or changed after it.")] = None,
    limit: Annotated[int, Doc("How many messages at most: 50 by default, 200 at most.")] = 50,
) -> dict[str, Any]:
    """Return a dialog and messages of it, oldest first, with what the caller may do in it."""
    chat = chats.get_readable(call, chat_id)
    size = max(1, min(limit, MAX_LIMIT))
    hidden = chats.hidden_to(call, chat, call.actor)
    window = Window(size + 1, before=before, after=after, since=since, hidden_to=hidden)
    found = message_store.list_messages(call.tx, call.portal_id, chat.id, window)
    more = len(found) > size
    forward = since is not None or after is not None
    shown = found[:size] if forward else found[-size:]
    attached = file_store.list_files(call.tx, call.portal_id, [message.id for message in shown])
    mark = members.find_read_mark(call.tx, call.portal_id, chat.id, call.actor.id)
    access = chats.access(call, chat, call.actor)
    last = message_store.find_message(call.tx, call.portal_id, chat.last_message_id) if chat.last_message_id else None
    dialog = _dialog(call, Listed(chat, max(chat.messages - mark.messages, 0)), last, [])
    return {
        "dialog": dialog
        | {
            "canWrite": access.write,
            "canTake": access.take,
            "canJoin": access.join,
            "canIntercept": access.intercept,
            "canHandOn": access.hand_on,
            "canFinish": access.finish,
            "pinned": bool(chat.pinned),
            "silent": bool(chat.silent),
            "description": chat.description,
        },
        "messages": [_message(call, message, attached.get(message.id, [])) for message in shown],
        "hasMore": more,
    }


@family.method(
    "tieline.note.add",
    documented=False,
    writes=True,
    errors={chats.ChatMissing: NO_CHAT, chats.NoAccess: NO_CHAT, messages.MessageEmpty: NO_TEXT},
    dialect=Dialect(missing=lambda name: NO_TEXT if name == "MESSAGE" else NO_CHAT, wrong=lambda _, __: NO_CHAT),
)
def note_add(
    call: Call,
    *,
    chat_id: Annotated[int, Doc("Id of the chat.")],
    message: Annotated[str, Doc("The text.")],
) -> int:
    """Write into a dialog what its customer never gets, in silent mode or not; returns the message's id."""
    return messages.send(call, chat_id, Draft(message, private=True))


@family.method("tieline.transfer.targets", documented=False)
def transfer_targets(
    call: Call, *, text: Annotated[str, Doc("A part of the name.")] = ""
) -> dict[str, list[dict[str, Any]]]:
    """List the people, with whether they are there, and the lines that a dialog may be handed to, by name."""
    wanted = text.strip().casefold()
    people = people_store.list_active_people(call.tx, call.portal_id)
    here = list_presence(call.tx, call.portal_id)
    return {
        "lines": [
            {"id": line.id, "name": line.name}
            for line in call.lines()
            if line.active and wanted in line.name.casefold()
        ][:MAX_TARGETS],
        "people": [
            {
                "id": person.id,
                "name": person.full_name,
                "position": person.work_position,
                "presence": here.get(person.id, Presence.ABSENT).value,
            }
            for person in people
            if wanted in person.full_name.casefold() and person.id != call.actor.id
        ][:MAX_TARGETS],
    }


def _line_state(name: str, active: bool, line_id: int, connection: Connection | None) -> dict[str, Any]:  # noqa: FBT001
    return {
        "id": line_id,
        "name": name,
        "lineActive": active,
        "active": bool(connection and connection.active),
        "configured": bool(connection and connection.configured),
        "error": (connection.error or None) if connection else None,
        "status": bool(connection and connection.working),
    }


def _connector(call: Call, connector: Connector, connections: dict[tuple[str, int], Connection]) -> dict[str, Any]:
    app = call.find_app(connector.app_id)
    return {
        "id": connector.code,
        "name": connector.name,
        "app": app.name if app else "",
        "appId": app.id if app else None,
        "icon": _icon(connector.icon),
        "iconDisabled": _icon(connector.icon_disabled),
        "comment": connector.comment,
        "hasSettings": app is not None and app.installed,
        "lines": [
            _line_state(line.name, line.active, line.id, connections.get((connector.code, line.id)))
            for line in call.lines()
        ],
    }


@family.method("tieline.connectors.list", documented=False, admin=True)
def connectors_list(call: Call) -> dict[str, Any]:
    """List all connectors with their state on every line."""
    found = connector_store.list_connections(call.tx, call.portal_id)
    connections = {(connection.connector, connection.line_id): connection for connection in found}
    return {
        "connectors": [
            _connector(call, connector, connections)
            for connector in connector_store.list_connectors(call.tx, call.portal_id)
        ],
        "lines": [{"id": line.id, "name": line.name, "active": line.active} for line in call.lines()],
    }


@family.method("tieline.bots.list", documented=False, admin=True)
def bots_list(call: Call) -> list[dict[str, Any]]:
    """List the bots that may speak in open lines."""
    found = [(bot, user) for bot in call.bots().values() if bot.lines and (user := call.find_user(bot.id))]
    return [{"id": bot.id, "name": user.full_name, "position": user.work_position} for bot, user in found]


ConnectorCode = Annotated[str, Doc("Connector ID.")]
LineId = Annotated[int, Doc("Id of the open line.")]


@family.method(
    "tieline.connector.disconnect",
    documented=False,
    admin=True,
    writes=True,
    errors={connectors.NoProvider: NO_CONNECTOR},
)
def connector_disconnect(call: Call, *, connector: ConnectorCode, line: LineId) -> bool:
    """Switch a connector off on a line, and tell its application."""
    connectors.switch_off(call, connector.lower(), line)
    return True
