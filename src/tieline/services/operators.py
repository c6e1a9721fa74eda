"""What an operator does with a dialog: taking, passing on, joining, closing it."""

from tieline.domain.chats import Author, Chat
from tieline.domain.sessions import Move
from tieline.services import automation, chats, crm_dialogs, queues, sessions, statistics
from tieline.services.call import Call
from tieline.store import chats as store
from tieline.store import members
from tieline.store import messages as message_store


class NotPassedOn(Exception):
    """A dialog that is closed, or another's, cannot be passed on."""


class NotTransferred(Exception):
    """A dialog cannot go to this person or line, or not from where it stands."""


class NotIntercepted(Exception):
    """A dialog that is closed, or the caller's already, cannot be taken over."""


def take(call: Call, chat_id: int) -> None:
    """Make the caller the operator of a dialog that waits."""
    chat = chats.lock(call, chat_id)
    if chat.operator_id == call.actor.id and sessions.is_open(chat) and not sessions.is_waiting(chat):
        return
    if not chats.access(call, chat, call.actor).take:
        raise chats.NoAccess
    chats.keep(call, sessions.move(call, chat, Move.TAKEN, operator_id=call.actor.id), chat)


def finish(call: Call, chat_id: int) -> None:
    """Close the session of the caller's dialog."""
    chat = chats.lock(call, chat_id)
    if not chats.access(call, chat, call.actor).finish:
        raise chats.NoAccess
    chats.keep(call, automation.finish(call, chat), chat)


def finish_another(call: Call, chat_id: int) -> None:
    """Close the session of a dialog that the caller may read, whoever its operator is."""
    chat = _open(call, chat_id)
    chats.keep(call, automation.finish(call, chat), chat)


def mark_spam(call: Call, chat_id: int) -> None:
    """Close the session of a dialog that the caller may read as spam."""
    chat = _open(call, chat_id)
    chats.keep(call, sessions.close(call, chat, Move.MARKED_SPAM), chat)


def _open(call: Call, chat_id: int) -> Chat:
    chat = _readable(call, chat_id)
    if not sessions.is_open(chat):
        raise chats.NoAccess
    return chat


def skip(call: Call, chat_id: int) -> None:
    """Pass the caller's dialog on to the next operator of the queue; where there is no other, it waits for one."""
    chat = _readable(call, chat_id)
    line = call.find_line(chat.queue_id)
    own = chat.operator_id is not None and chats.access(call, chat, call.actor).hand_on
    if line is None or not own:
        raise NotPassedOn
    if not queues.pass_to_next(call, chat, line):
        moved = sessions.move(call, chat, Move.PASSED_ON, operator_id=None, skipped_by=call.actor.id)
        chats.keep(call, moved, chat)


def transfer_to_person(call: Call, chat_id: int, user_id: int) -> None:
    """Hand a dialog to a person, of its queue or not, who has to answer it."""
    chat = _transferable(call, chat_id)
    user = call.find_person(user_id)
    if user is None or not user.active or user.id == chat.operator_id:
        raise NotTransferred
    moved = sessions.move(call, chat, Move.PASSED_ON, operator_id=user.id)
    crm_dialogs.hand_on(call, moved)
    chats.keep(call, moved, chat)


def transfer_to_queue(call: Call, chat_id: int, line_id: int) -> None:
    """Hand a dialog to the queue of a line, whose next operator has to answer it; its channel stays."""
    chat = _transferable(call, chat_id)
    line = call.find_line(line_id)
    if line is None or not line.active:
        raise NotTransferred
    moved = sessions.move(call, chat, Move.PASSED_ON, operator_id=None, queue_id=line.id, skipped_by=chat.operator_id)
    chats.keep(call, moved, chat)
    crm_dialogs.hand_on(call, chats.lock(call, chat.id))


def _transferable(call: Call, chat_id: int) -> Chat:
    """Return a locked dialog that the caller may hand on: an own one, or one that is nobody's yet."""
    chat = chats.lock(call, chat_id)
    if not chats.access(call, chat, call.actor).hand_on:
        raise NotTransferred
    return chat


def pin(call: Call, chat_id: int, *, pinned: bool) -> None:
    """Pin the open session of a dialog, or let it go: a pinned one is not closed by time."""
    chat = _own_open(call, chat_id)
    _pin(call, chat, pinned=pinned)


def pin_all(call: Call, *, pinned: bool) -> list[int]:
    """Pin all open dialogs of the caller, or let them go; returns the sessions that this changed, newest first."""
    found = store.lock_dialogs_of(call.tx, call.portal_id, call.actor.id)
    return [chat.session_id for chat in found if chat.session_id is not None and _pin(call, chat, pinned=pinned)]


def _pin(call: Call, chat: Chat, *, pinned: bool) -> bool:
    if bool(chat.pinned) is pinned:
        return False
    changed = chat._replace(pinned=pinned, sequence=chat.sequence + 1)
    sessions.watch(call, changed)
    chats.keep(call, changed, chat)
    return True


def silence(call: Call, chat_id: int, *, silent: bool) -> None:
    """Keep what operators write into a dialog inside from now on, or let it go outside again."""
    chat = _own_open(call, chat_id)
    if bool(chat.silent) is not silent:
        chats.keep(call, chat._replace(silent=silent, sequence=chat.sequence + 1), chat)


def join(call: Call, chat_id: int) -> None:
    """Let the caller into a dialog; its operator stays."""
    chat = _readable(call, chat_id)
    members.add_member(call.tx, call.portal_id, chat.id, call.actor.id, call.now)
    chats.keep(call, chat._replace(sequence=chat.sequence + 1), chat)


def intercept(call: Call, chat_id: int) -> None:
    """Make the caller the operator of a dialog that may be another's, who leaves it."""
    chat = chats.lock(call, chat_id)
    if not chats.access(call, chat, call.actor).intercept:
        raise NotIntercepted
    chats.keep(call, sessions.move(call, chat, Move.INTERCEPTED, operator_id=call.actor.id), chat)


def start(call: Call, chat_id: int) -> None:
    """Open a new session of the caller's in a dialog; the present one is closed."""
    chat = chats.lock(call, chat_id)
    chats.keep(call, _restart(call, chat), chat)


def start_with(call: Call, chat_id: int, message_id: int) -> None:
    """Open a new session of the caller's in a dialog that begins with one of its messages."""
    chat = locked = chats.lock(call, chat_id)
    message = message_store.find_message(call.tx, call.portal_id, message_id)
    if message is None or message.chat_id != chat.id or message.deleted_at is not None:
        raise chats.NoAccess
    chat = _restart(call, chat)
    chat = chat._replace(sequence=chat.sequence + 1)
    assert chat.session_id is not None
    message_store.set_message_session(call.tx, call.portal_id, message.id, chat.session_id, chat.sequence)
    if message.session_id is not None:
        statistics.keep(call, message.session_id)
    if message.author is Author.CUSTOMER:
        chat = sessions.move(call, chat, Move.CUSTOMER_WROTE)._replace(waiting_since=call.now)
    chats.keep(call, chat, locked)


def _restart(call: Call, chat: Chat) -> Chat:
    line = call.find_line(chat.line_id)
    if line is None or not chats.access(call, chat, call.actor).write:
        raise chats.NoAccess
    if sessions.is_open(chat):
        chat = sessions.close(call, chat)
    return sessions.open_session(call, chat, line, operator_id=call.actor.id)


def _readable(call: Call, chat_id: int) -> Chat:
    chat = chats.lock(call, chat_id)
    if not chats.access(call, chat, call.actor).read:
        raise chats.NoAccess
    return chat


def _own_open(call: Call, chat_id: int) -> Chat:
    chat = chats.lock(call, chat_id)
    if not sessions.is_open(chat) or not chats.access(call, chat, call.actor).write:
        raise chats.NoAccess
    return chat
