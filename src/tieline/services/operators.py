"""What an operator does with a dialog: taking, passing on, joining, closing it."""

from tieline.domain.chats import Chat
from tieline.domain.sessions import Move
from tieline.services import chats, routing, sessions
from tieline.services.call import Call
from tieline.store import chats as store


class NotPassedOn(Exception):
    """A dialog that is closed, or another's, cannot be passed on."""


class NotIntercepted(Exception):
    """A dialog that is closed, or the caller's already, cannot be taken over."""


def take(call: Call, chat_id: int) -> None:
    """Make the caller the operator of a dialog that waits."""
    chat = locked = chats.lock(call, chat_id)
    if chat.operator_id == call.actor.id and sessions.is_open(chat) and not sessions.is_waiting(chat):
        return
    if not chats.access(call, chat, call.actor).take:
        raise chats.NoAccess
    chats.keep(call, chats.taken(call, chat), locked)


def finish(call: Call, chat_id: int) -> None:
    """Close the session of the caller's dialog."""
    chat = chats.lock(call, chat_id)
    if not chats.access(call, chat, call.actor).finish:
        raise chats.NoAccess
    chats.keep(call, sessions.close(call, chat), chat)


def finish_another(call: Call, chat_id: int) -> None:
    """Close the session of a dialog that the caller may read, whoever its operator is."""
    chat = _readable(call, chat_id)
    if not sessions.is_open(chat):
        raise chats.NoAccess
    chats.keep(call, sessions.close(call, chat), chat)


def skip(call: Call, chat_id: int) -> None:
    """Pass the caller's dialog on to the next operator of the queue; where there is no other, it waits for one."""
    chat = locked = _readable(call, chat_id)
    line = call.find_line(chat.line_id)
    own = chat.operator_id == call.actor.id or call.actor.is_admin
    if line is None or not own or not sessions.is_open(chat):
        raise NotPassedOn
    former = chat.operator_id
    operator = routing.next_operator(call, line, other_than=former or 0)
    if former is not None:
        store.remove_member(call.tx, call.portal_id, chat.id, former)
    if operator is not None:
        store.add_member(call.tx, call.portal_id, chat.id, operator, call.now)
    chats.keep(call, sessions.move(call, chat, Move.PASSED_ON, operator_id=operator), locked)


def join(call: Call, chat_id: int) -> None:
    """Let the caller into a dialog; its operator stays."""
    chat = _readable(call, chat_id)
    store.add_member(call.tx, call.portal_id, chat.id, call.actor.id, call.now)
    chats.keep(call, chat._replace(sequence=chat.sequence + 1), chat)


def intercept(call: Call, chat_id: int) -> None:
    """Make the caller the operator of a dialog that may be another's, who leaves it."""
    chat = locked = chats.lock(call, chat_id)
    if not chats.access(call, chat, call.actor).intercept:
        raise NotIntercepted
    if chat.operator_id is not None:
        store.remove_member(call.tx, call.portal_id, chat.id, chat.operator_id)
    store.add_member(call.tx, call.portal_id, chat.id, call.actor.id, call.now)
    chats.keep(call, sessions.move(call, chat, Move.INTERCEPTED, operator_id=call.actor.id), locked)


def start(call: Call, chat_id: int) -> None:
    """Open a new session of the caller's in a dialog; the present one is closed."""
    chat = locked = chats.lock(call, chat_id)
    line = call.find_line(chat.line_id)
    if line is None or not chats.access(call, chat, call.actor).write:
        raise chats.NoAccess
    if sessions.is_open(chat):
        chat = sessions.close(call, chat)
    chats.keep(call, sessions.open_session(call, chat, line, operator_id=call.actor.id), locked)


def _readable(call: Call, chat_id: int) -> Chat:
    chat = chats.lock(call, chat_id)
    if not chats.access(call, chat, call.actor).read:
        raise chats.NoAccess
    return chat
