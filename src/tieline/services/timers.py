"""What happens when a timer is due: each fires once, in the transaction that does what it is for."""

import structlog

from tieline.domain.chats import Chat
from tieline.domain.clock import MINUTE
from tieline.domain.sessions import Status
from tieline.domain.timers import Kind, Timer, due
from tieline.services import automation, bot_sessions, chats, queues, sessions
from tieline.services.call import Call
from tieline.store import timers as store

log = structlog.get_logger(__name__)
AGAIN = MINUTE


def fire(call: Call, timer: Timer) -> None:
    """Do what a timer that is due is for; one that fails is tried again later, and holds up no other."""
    try:
        with call.tx.savepoint():
            if store.take(call.tx, call.portal_id, timer):
                _fire(call, timer)
    except Exception:
        if call.tx.broken:
            raise
        log.exception("a timer failed", kind=timer.kind.value, subject=timer.subject_id)
        store.set_timers(call.tx, call.portal_id, timer.subject_id, {timer.kind: call.now + AGAIN})


def _fire(call: Call, timer: Timer) -> None:
    if timer.kind is Kind.ROUTE:
        queues.distribute(call, {timer.subject_id})
        return
    chat = chats.lock(call, timer.subject_id)
    if not sessions.is_open(chat):
        return
    if timer.kind is Kind.PASS_ON:
        queues.pass_on(call, chat)
    elif (after := _act(call, chat, timer.kind)) != chat:
        chats.keep(call, after, chat)


def _act(call: Call, chat: Chat, kind: Kind) -> Chat:
    match kind:
        case Kind.NO_ANSWER:
            return automation.excuse(call, chat)
        case Kind.BOT_TIME if chat.status == Status.BOT:
            return bot_sessions.hand_over(call, chat)
        case Kind.AUTO_CLOSE if chat.status in (Status.OPERATOR, Status.BOT) and not chat.pinned:
            return _close(call, chat)
        case Kind.FULL_CLOSE if chat.status == Status.CLOSING:
            return automation.close(call, chat)
        case Kind.FIRST_ANSWER_LATE | Kind.FURTHER_ANSWER_LATE:
            automation.note_late(call, chat, kind)
    return chat


def _close(call: Call, chat: Chat) -> Chat:
    """Finish a dialog whose customer is silent; one in which more was written meanwhile has its time from then."""
    line = call.find_line(chat.queue_id)
    moment = due(Kind.AUTO_CLOSE, line, sessions.calendar_of(call, line), chat.active_at) if line else None
    if moment is None or moment <= call.now:
        return automation.finish(call, chat, by_time=True)
    store.set_timers(call.tx, call.portal_id, chat.id, {Kind.AUTO_CLOSE: moment})
    return chat
