"""Open lines: adding, changing and deleting them, their settings checked against the table in domain/lines.py."""

from typing import Any

from tieline.domain.chats import Chat
from tieline.domain.events import LineDeleted
from tieline.domain.lines import SETTINGS, Kind, QueueEntity, QueueItem, Setting
from tieline.domain.sessions import Move, Status
from tieline.services import chats, routing, sessions
from tieline.services.call import Call
from tieline.services.subscriptions import publish
from tieline.store import chats as chat_store
from tieline.store import connectors as connector_store
from tieline.store import happenings, quick_answers
from tieline.store import lines as store
from tieline.store import sessions as session_store

MAX_NAME = 255
MAX_TEXT = 20_000
MAX_ITEMS = 500
FIRST_NAME = "Open line"


class NotAllowed(Exception):
    """Only an administrator changes lines."""


class WrongSetting(Exception):
    """A setting has a value that it cannot have."""


def add(call: Call, fields: dict[str, Any]) -> int:
    """Add a line; what is not given has its default. Returns the line's id."""
    _require_admin(call)
    name = _name(fields) or f"{FIRST_NAME} {len(call.lines()) + 1}"
    line_id = store.add_line(
        call.tx,
        call.portal_id,
        name=name,
        active=_flag(fields.get("ACTIVE"), default=True),
        settings=_settings(fields),
        by=call.actor.id,
        now=call.now,
    )
    if "QUEUE" in fields:
        store.set_queue(call.tx, call.portal_id, line_id, _queue(fields["QUEUE"]))
    _log(call, "line added", line_id)
    return line_id


def update(call: Call, line_id: int, fields: dict[str, Any]) -> bool:
    """Change a line's fields that are given; False if there is no such line."""
    _require_admin(call)
    line = store.find_line(call.tx, call.portal_id, line_id)
    if line is None:
        return False
    store.set_line(
        call.tx,
        call.portal_id,
        line_id,
        name=_name(fields) or line.name,
        active=_flag(fields.get("ACTIVE"), default=line.active),
        settings=line.settings | _settings(fields),
        by=call.actor.id,
        now=call.now,
    )
    if "QUEUE" in fields:
        store.set_queue(call.tx, call.portal_id, line_id, _queue(fields["QUEUE"]))
    _log(call, "line changed", line_id)
    return True


def delete(call: Call, line_id: int) -> bool:
    """Delete a line and tell the applications whose connectors were on it; False if there is no such line.

    Its open sessions are closed; dialogs of other lines that its queue serves go back to their own.
    """
    _require_admin(call)
    if store.find_line(call.tx, call.portal_id, line_id) is None:
        return False
    for chat in chat_store.lock_dialogs_on(call.tx, call.portal_id, line_id):
        chats.keep(call, sessions.close(call, chat) if chat.line_id == line_id else _sent_home(call, chat), chat)
    codes = [c.connector for c in connector_store.list_connections(call.tx, call.portal_id, line_id=line_id)]
    owners = {connector.app_id for code in codes if (connector := call.find_connector(code))}
    connector_store.remove_connections(call.tx, call.portal_id, line_id)
    store.remove_line(call.tx, call.portal_id, line_id)
    quick_answers.remove_answers_of_line(call.tx, call.portal_id, line_id)
    chat_store.give_back(call.tx, call.portal_id, line_id)
    for app_id in sorted(owners):
        publish(call, LineDeleted(app_id=app_id, actor_id=call.actor.id, line_id=line_id))
    _log(call, "line deleted", line_id)
    return True


def _sent_home(call: Call, chat: Chat) -> Chat:
    """Return an open dialog to the queue of its own line: what waits to the next operator, what is taken as it is."""
    if sessions.is_waiting(chat):
        home = call.find_line(chat.line_id)
        operator = routing.next_operator(call, home) if home else None
        return sessions.move(call, chat, Move.PASSED_ON, operator_id=operator, queue_id=chat.line_id)
    assert chat.session_id is not None
    assert chat.status is not None
    session_store.set_session(
        call.tx,
        call.portal_id,
        chat.session_id,
        status=Status(chat.status),
        operator_id=chat.operator_id,
        line_id=chat.line_id,
    )
    return chat._replace(queue_id=chat.line_id, sequence=chat.sequence + 1)


def visible(call: Call) -> frozenset[int] | None:
    """Return the lines whose dialogs the caller sees; None for an administrator, who sees all."""
    if call.actor.is_admin:
        return None
    return frozenset(line.id for line in call.lines() if call.actor.id in line.operators)


def _require_admin(call: Call) -> None:
    if not call.actor.is_admin:
        raise NotAllowed


def _log(call: Call, kind: str, line_id: int) -> None:
    happenings.add_happening(call.tx, call.portal_id, kind, now=call.now, actor_id=call.actor.id, line=line_id)
    call.touch()


def _name(fields: dict[str, Any]) -> str:
    return _scalar("LINE_NAME", fields.get("LINE_NAME", "")).strip()[:MAX_NAME]


def _queue(value: Any) -> list[QueueItem]:
    """Read a queue: objects of ENTITY_TYPE and ENTITY_ID, or plain user ids as older clients send them."""
    items = list(value.values()) if isinstance(value, dict) else value
    if items in ("", None):
        return []
    if not isinstance(items, list) or len(items) > MAX_ITEMS:
        raise WrongSetting("QUEUE")
    return [_queue_item(item) for item in items]


def _queue_item(item: Any) -> QueueItem:
    kind, number = (
        ("user", item) if not isinstance(item, dict) else (item.get("ENTITY_TYPE", "user"), item.get("ENTITY_ID"))
    )
    try:
        return QueueItem(QueueEntity(kind), _positive(number))
    except ValueError as error:
        raise WrongSetting("QUEUE") from error


def _positive(value: Any) -> int:
    number = int(_scalar("QUEUE", value))
    if not 0 < number < 2**63:
        raise ValueError(number)
    return number


def _settings(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: _setting(name, SETTINGS[name], value) for name, value in fields.items() if name in SETTINGS}


def _setting(name: str, setting: Setting, value: Any) -> Any:
    if value is None and setting.nullable:
        return None
    match setting.kind:
        case Kind.FLAG:
            return "Y" if _flag(value, default=False) else "N"
        case Kind.NUMBER:
            return _number(name, value)
        case Kind.CHOICE:
            return _choice(name, setting, value)
        case Kind.LIST:
            return _list(name, value)
        case Kind.OBJECT:
            return value if isinstance(value, dict) and len(value) <= MAX_ITEMS else {}
        case _:
            return _scalar(name, value)[:MAX_TEXT]


def _scalar(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | list):
        raise WrongSetting(name)
    return str(value)


def _flag(value: Any, *, default: bool) -> bool:
    return default if value is None else str(value).lower() in ("y", "1", "true", "yes")


def _number(name: str, value: Any) -> int:
    text = _scalar(name, value).strip() or "0"
    if not text.removeprefix("-").isdecimal() or len(text) > 18:  # noqa: PLR2004 - fits 64 bits
        raise WrongSetting(name)
    return max(int(text), 0)


def _choice(name: str, setting: Setting, value: Any) -> str:
    text = _scalar(name, value)
    if text not in setting.choices:
        raise WrongSetting(name)
    return text


def _list(name: str, value: Any) -> list[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        raise WrongSetting(name)
    return [_scalar(name, item)[:MAX_NAME] for item in value]
