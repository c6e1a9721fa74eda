"""Sessions open, move and close; each move follows the table in domain/sessions.py."""

from tieline.domain.calendars import Calendar, of_line
from tieline.domain.chats import Chat
from tieline.domain.events import SessionClosed, SessionFact, SessionOpened
from tieline.domain.lines import Line
from tieline.domain.sessions import CUSTOMER_WAITS, WAITING, Move, Status, after
from tieline.domain.timers import AT_OPENING, BEGINS, GOES_ON, RENEWED, Kind, due
from tieline.services import bot_events, crm_dialogs, statistics
from tieline.services.call import Call
from tieline.services.subscriptions import publish
from tieline.store import chats as chat_store
from tieline.store import happenings, members, routing, timers
from tieline.store import sessions as session_store

SAME = -1  # the operator stays, or the queue
MAX_COMMENT = 5_000


class NotJudged(Exception):
    """There is no such session, or the caller may not judge it."""


def open_session(call: Call, chat: Chat, line: Line, *, operator_id: int | None = None) -> Chat:
    """Open a session in a locked dialog, with its writer as the operator; else it waits to be given to one."""
    chat = crm_dialogs.recognise(call, chat, line)
    status = Status.NEW if operator_id is None else Status.TAKEN
    if operator_id is None and call.tx.engine != "sqlite":  # who waits is served by these numbers
        routing.take_turn(call.tx, call.portal_id)
    session = session_store.add_session(
        call.tx,
        call.portal_id,
        chat_id=chat.id,
        line_id=chat.line_id,
        connector=chat.connector,
        customer_id=chat.customer_id,
        operator_id=operator_id,
        status=status,
        parent_id=chat.session_id or 0,
        now=call.now,
    )
    chat = chat._replace(
        session_id=session.id,
        opened_at=session.opened_at,
        operator_id=operator_id,
        status=int(status),
        sequence=chat.sequence + 1,
        waiting_since=None,
        queue_id=chat.line_id,
        pinned=False,
    )
    _begin(call, chat, line, AT_OPENING if operator_id is None else BEGINS[status])
    if operator_id is not None:
        members.add_member(call.tx, call.portal_id, chat.id, operator_id, call.now)
    _log(
        call, chat, "session opened", status=int(status), operator=operator_id, queue=line.id, parent=session.parent_id
    )
    _publish(call, chat, SessionOpened, session.parent_id, line)
    crm_dialogs.opened_session(call, chat, line)
    return chat


def move(
    call: Call,
    chat: Chat,
    what: Move,
    *,
    operator_id: int | None = SAME,
    queue_id: int = SAME,
    skipped_by: int | None = None,
) -> Chat:
    """Move the open session of a locked dialog, to another operator and queue too; what stays is not written.

    Whose dialog it was, or to whom it was only offered, leaves it; whose it becomes joins. `skipped_by` is who does
    not get it again before another does.
    """
    assert chat.session_id is not None
    assert chat.status is not None
    before = Status(chat.status)
    status = after(what, before)
    operator = chat.operator_id if operator_id == SAME else operator_id
    queue = chat.queue_id if queue_id == SAME else queue_id
    if (status, operator, queue) == (before, chat.operator_id, chat.queue_id):
        return chat
    session_id = chat.session_id
    if operator != chat.operator_id:
        chat = _change_operator(call, chat, operator)
    session_store.set_session(
        call.tx,
        call.portal_id,
        session_id,
        status=status,
        operator_id=operator,
        line_id=queue,
        skipped_by=skipped_by,
        answered_at=call.now if what is Move.OPERATOR_WROTE else None,
    )
    former = chat.operator_id
    chat = chat._replace(status=int(status), operator_id=operator, queue_id=queue, sequence=chat.sequence + 1)
    if chat.bots and status in (Status.TAKEN, Status.OPERATOR) and not _bots_stay(call, chat):
        chat = part_with_bots(call, chat)
    _set_timers(call, chat, what, before)
    _log(
        call, chat, what.value, before=int(before), status=int(status), former=former, operator=operator, queue=queue,
        skipped_by=skipped_by,
    )  # fmt: skip
    return chat


def _change_operator(call: Call, chat: Chat, operator_id: int | None) -> Chat:
    """Let the operator of a locked dialog go, and another come; a bot is told, and may stay where it was."""
    bots = call.bots()
    former = chat.operator_id
    if former is not None and not (former in bots and _bots_stay(call, chat)):
        members.remove_member(call.tx, call.portal_id, chat.id, former)
        chat = chat._replace(bots=max(chat.bots - (former in bots), 0))
    if operator_id is None or not members.add_member(call.tx, call.portal_id, chat.id, operator_id, call.now):
        return chat
    bot = bots.get(operator_id)
    if bot is None:
        return chat
    bot_events.tell_joined(call, chat, bot, call.user.id if call.user else 0)
    return chat._replace(bots=chat.bots + 1)


def _bots_stay(call: Call, chat: Chat) -> bool:
    """Tell whether bots stay in a dialog that they have handed on, until it is closed."""
    line = call.find_line(chat.queue_id)
    return line is not None and line.settings["WELCOME_BOT_LEFT"] == "close"


def part_with(call: Call, chat: Chat, bot_id: int) -> Chat:
    """Let a bot out of a locked dialog."""
    members.remove_member(call.tx, call.portal_id, chat.id, bot_id)
    return chat._replace(bots=max(chat.bots - 1, 0))


def part_with_bots(call: Call, chat: Chat) -> Chat:
    """Let all bots out of a locked dialog."""
    for bot in bot_events.bots_of(call, chat):
        members.remove_member(call.tx, call.portal_id, chat.id, bot.id)
    return chat._replace(bots=0)


def answer(call: Call, chat: Chat, writer_id: int) -> Chat:
    """Move the open session of a locked dialog behind an answer; where nobody has taken it, it is the writer's now."""
    takes = is_waiting(chat) or chat.operator_id is None
    moved = move(call, chat, Move.OPERATOR_WROTE, operator_id=writer_id if takes else SAME)
    return moved._replace(waiting_since=None)


def _set_timers(call: Call, chat: Chat, what: Move, before: Status) -> None:
    """Let the timers run that belong to where a session has come to, by the rules of the line that serves it."""
    status = Status(chat.status or 0)
    goes_on, begins = GOES_ON[status], BEGINS[status]
    if status is before:
        begins = RENEWED.get(what, ()) if status in CUSTOMER_WAITS else ()
        goes_on = frozenset(Kind).difference(begins)
    elif before is Status.BOT and status in WAITING:
        begins += AT_OPENING
    if goes_on < frozenset(Kind):
        timers.remove_timers(call.tx, call.portal_id, chat.id, but=goes_on)
    line = call.find_line(chat.queue_id)
    if line is not None:
        _begin(call, chat, line, begins)


def _begin(call: Call, chat: Chat, line: Line, kinds: tuple[Kind, ...]) -> None:
    calendar = calendar_of(call, line)
    moments = {kind: due(kind, line, calendar, call.now) for kind in kinds if _applies(kind, chat, line)}
    if wanted := {kind: moment for kind, moment in moments.items() if moment is not None}:
        timers.set_timers(call.tx, call.portal_id, chat.id, wanted)


def _applies(kind: Kind, chat: Chat, line: Line) -> bool:
    """A dialog is passed on that somebody has who may be absent, or has not taken it; a pinned one is not closed."""
    match kind:
        case Kind.PASS_ON:
            return chat.operator_id is not None and (is_waiting(chat) or line.checks_presence)
        case Kind.AUTO_CLOSE:
            return not chat.pinned
        case _:
            return True


def calendar_of(call: Call, line: Line) -> Calendar:
    """Return when a line works."""
    return of_line(line.settings, call.portal.time_zone)


def await_customer(call: Call, chat: Chat, what: Move, period: int) -> Chat:
    """Finish the open session of a locked dialog; until a period is over the customer may go on with it."""
    chat = move(call, chat, what)._replace(waiting_since=None, pinned=False)
    timers.set_timers(call.tx, call.portal_id, chat.id, {Kind.FULL_CLOSE: call.now + period})
    return chat


def watch(call: Call, chat: Chat) -> None:
    """Let an answered dialog that is no longer pinned be closed by time again; a pinned one is not."""
    line = call.find_line(chat.queue_id)
    if chat.pinned:
        timers.remove_timers(call.tx, call.portal_id, chat.id, but=frozenset(Kind) - {Kind.AUTO_CLOSE})
    elif line is not None and chat.status == Status.OPERATOR:
        _begin(call, chat, line, (Kind.AUTO_CLOSE,))


def close(call: Call, chat: Chat, what: Move = Move.CLOSED) -> Chat:
    """Close the open session of a locked dialog, by one of the moves that end it."""
    assert chat.session_id is not None
    assert chat.status is not None
    before = Status(chat.status)
    status = after(what, before)
    session = session_store.get_session(call.tx, call.portal_id, chat.session_id)
    session_store.set_session(
        call.tx,
        call.portal_id,
        session.id,
        status=status,
        operator_id=chat.operator_id,
        line_id=chat.queue_id,
        closed_at=call.now,
    )
    timers.remove_timers(call.tx, call.portal_id, chat.id)
    if chat.bots:
        chat = part_with_bots(call, chat)
    active_at = chat.active_at if before is Status.CLOSING else call.now
    chat = chat._replace(
        status=int(status),
        sequence=chat.sequence + 1,
        waiting_since=None,
        active_at=active_at,
        pinned=False,
        silent=False,
    )
    _log(
        call, chat, "session closed", before=int(before), status=int(status), operator=chat.operator_id,
        queue=chat.queue_id, how=what.value,
    )  # fmt: skip
    statistics.keep(call, session.id)
    _publish(call, chat, SessionClosed, session.parent_id, call.find_line(chat.line_id))
    crm_dialogs.closed_session(call, chat, session.opened_at)
    return chat


def _publish(call: Call, chat: Chat, what: type[SessionFact], parent_id: int, line: Line | None) -> None:
    connector = call.find_connector(chat.connector)
    assert chat.session_id is not None
    fact = what(
        app_id=connector.app_id if connector else 0,
        actor_id=call.user.id if call.user else None,
        chat_id=chat.id,
        connector=chat.connector,
        line_id=chat.line_id,
        outer_chat=chat.outer_chat,
        customer_id=chat.customer_id,
        session_id=chat.session_id,
        parent_id=parent_id,
        close_term=line.close_term if line else 0,
    )
    publish(call, fact)


def judge(call: Call, session_id: int, *, rating: int | None, comment: str | None) -> None:
    """Keep what an administrator thinks of a session, as stars, words or both."""
    session = session_store.find_session(call.tx, call.portal_id, session_id)
    if session is None or not call.actor.is_admin:
        raise NotJudged
    chat_store.lock_chat(call.tx, call.portal_id, session.chat_id)
    comment = None if comment is None else comment.strip()[:MAX_COMMENT]
    session_store.set_head_vote(call.tx, call.portal_id, session_id, rating=rating, comment=comment)
    happenings.add_happening(
        call.tx,
        call.portal_id,
        "session judged",
        now=call.now,
        chat_id=session.chat_id,
        actor_id=call.actor.id,
        session=session_id,
        rating=rating,
        comment=comment,
    )
    statistics.keep(call, session_id)


def is_open(chat: Chat) -> bool:
    """Tell whether a dialog has an open session."""
    return chat.status is not None and chat.status < Status.CLOSED


def is_waiting(chat: Chat) -> bool:
    """Tell whether a dialog's open session has not been taken."""
    return chat.status in WAITING


def _log(call: Call, chat: Chat, kind: str, **data: object) -> None:
    happenings.add_happening(
        call.tx,
        call.portal_id,
        kind,
        now=call.now,
        chat_id=chat.id,
        sequence=chat.sequence,
        actor_id=call.user.id if call.user else None,
        session=chat.session_id,
        **data,
    )
