"""Open lines: adding, changing and deleting them, with all that hangs on them."""

from typing import Any

from tieline.domain.chats import Chat
from tieline.domain.events import LineDeleted
from tieline.domain.sessions import Move, Status
from tieline.services import line_settings, queues, sessions
from tieline.services.call import Call
from tieline.services.subscriptions import publish
from tieline.store import chats as chat_store
from tieline.store import connectors as connector_store
from tieline.store import happenings, quick_answers
from tieline.store import lines as store
from tieline.store import sessions as session_store

FIRST_NAME = "Open line"


class NotAllowed(Exception):
    """Only an administrator changes lines."""


def add(call: Call, fields: dict[str, Any]) -> int:
    """Add a line; what is not given has its default. Returns the line's id."""
    _require_admin(call)
    name = line_settings.line_name(fields) or f"{FIRST_NAME} {len(call.lines()) + 1}"
    line_id = store.add_line(
        call.tx,
        call.portal_id,
        name=name,
        active=_active(fields, otherwise=True),
        settings=line_settings.read(call, fields),
        by=call.actor.id,
        now=call.now,
    )
    if fields.get("QUEUE") is not None:
        store.set_queue(call.tx, call.portal_id, line_id, line_settings.queue(call, fields["QUEUE"]))
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
        name=line_settings.line_name(fields) or line.name,
        active=_active(fields, otherwise=line.active),
        settings=line.settings | line_settings.read(call, fields),
        by=call.actor.id,
        now=call.now,
    )
    if fields.get("QUEUE") is not None:
        store.set_queue(call.tx, call.portal_id, line_id, line_settings.queue(call, fields["QUEUE"]))
    _log(call, "line changed", line_id)
    queues.reroute(call)
    return True


def delete(call: Call, line_id: int) -> bool:
    """Delete a line and tell the applications whose connectors were on it; False if there is no such line.

    Its open sessions are closed; dialogs of other lines that its queue serves go back to their own.
    """
    _require_admin(call)
    if store.find_line(call.tx, call.portal_id, line_id) is None:
        return False
    for chat in chat_store.lock_dialogs_on(call.tx, call.portal_id, line_id):
        own = chat.line_id == line_id
        queues.write(call, sessions.close(call, chat, Move.CLOSED_SILENTLY) if own else _sent_home(call, chat), chat)
    codes = [c.connector for c in connector_store.list_connections(call.tx, call.portal_id, line_id=line_id)]
    owners = {connector.app_id for code in codes if (connector := call.find_connector(code))}
    connector_store.remove_connections(call.tx, call.portal_id, line_id)
    store.remove_line(call.tx, call.portal_id, line_id)
    quick_answers.remove_answers_of_line(call.tx, call.portal_id, line_id)
    chat_store.give_back(call.tx, call.portal_id, line_id)
    for app_id in sorted(owners):
        publish(call, LineDeleted(app_id=app_id, actor_id=call.actor.id, line_id=line_id))
    _log(call, "line deleted", line_id)
    queues.distribute(call, {line.id for line in call.lines()})
    return True


def _active(fields: dict[str, Any], *, otherwise: bool) -> bool:
    given = fields.get("ACTIVE")
    return otherwise if given is None else line_settings.flag("ACTIVE", given)


def _sent_home(call: Call, chat: Chat) -> Chat:
    """Return an open dialog to the queue of its own line: what waits for its next operator, what is taken as it is."""
    if sessions.is_waiting(chat):
        return sessions.move(call, chat, Move.PASSED_ON, operator_id=None, queue_id=chat.line_id)
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
