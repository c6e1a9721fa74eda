"""Sessions open, move and close; each move follows the table in domain/sessions.py."""

from tieline.domain.chats import Chat
from tieline.domain.events import SessionClosed, SessionOpened
from tieline.domain.lines import Line
from tieline.domain.sessions import WAITING, Move, Status, after
from tieline.services import crm_dialogs, routing
from tieline.services.call import Call
from tieline.services.subscriptions import publish
from tieline.store import happenings, members
from tieline.store import sessions as session_store

SAME = -1  # the operator stays, or the queue
MAX_COMMENT = 5_000


class NotJudged(Exception):
    """There is no such session, or the caller may not judge it."""


def open_session(call: Call, chat: Chat, line: Line, *, operator_id: int | None = None) -> Chat:
    """Open a session in a locked dialog, with its writer as the operator or the next one of the queue."""
    chat = crm_dialogs.recognise(call, chat, line)
    status = Status.NEW if operator_id is None else Status.TAKEN
    operator = operator_id if operator_id is not None else routing.next_operator(call, line)
    session = session_store.add_session(
        call.tx,
        call.portal_id,
        chat_id=chat.id,
        line_id=chat.line_id,
        connector=chat.connector,
        customer_id=chat.customer_id,
        operator_id=operator,
        status=status,
        parent_id=chat.session_id or 0,
        now=call.now,
    )
    chat = chat._replace(
        session_id=session.id,
        operator_id=operator,
        status=int(status),
        sequence=chat.sequence + 1,
        waiting_since=None,
        queue_id=chat.line_id,
        pinned=False,
    )
    if operator is not None:
        members.add_member(call.tx, call.portal_id, chat.id, operator, call.now)
    _log(call, chat, "session opened", operator=operator, parent=session.parent_id)
    connector = call.find_connector(chat.connector)
    publish(
        call,
        SessionOpened(
            app_id=connector.app_id if connector else 0,
            actor_id=operator,
            chat_id=chat.id,
            connector=chat.connector,
            line_id=chat.line_id,
            outer_chat=chat.outer_chat,
            customer_id=chat.customer_id,
            session_id=session.id,
            parent_id=session.parent_id,
            close_term=line.close_term,
        ),
    )
    return chat


def move(call: Call, chat: Chat, what: Move, *, operator_id: int | None = SAME, queue_id: int = SAME) -> Chat:
    """Move the open session of a locked dialog, to another operator and queue too; what stays is not written.

    Whose dialog it was, or to whom it was only offered, leaves it; whose it becomes joins.
    """
    assert chat.session_id is not None
    assert chat.status is not None
    before = Status(chat.status)
    status = after(what, before)
    operator = chat.operator_id if operator_id == SAME else operator_id
    queue = chat.queue_id if queue_id == SAME else queue_id
    if (status, operator, queue) == (before, chat.operator_id, chat.queue_id):
        return chat
    if operator != chat.operator_id:
        if chat.operator_id is not None:
            members.remove_member(call.tx, call.portal_id, chat.id, chat.operator_id)
        if operator is not None:
            members.add_member(call.tx, call.portal_id, chat.id, operator, call.now)
    session_store.set_session(
        call.tx,
        call.portal_id,
        chat.session_id,
        status=status,
        operator_id=operator,
        line_id=queue,
        answered_at=call.now if what is Move.OPERATOR_WROTE else None,
    )
    chat = chat._replace(status=int(status), operator_id=operator, queue_id=queue, sequence=chat.sequence + 1)
    _log(call, chat, what.value, status=int(status), operator=operator, queue=queue)
    return chat


def close(call: Call, chat: Chat, what: Move = Move.CLOSED) -> Chat:
    """Close the open session of a locked dialog, by one of the moves that end it."""
    assert chat.session_id is not None
    assert chat.status is not None
    status = after(what, Status(chat.status))
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
    chat = chat._replace(
        status=int(status), sequence=chat.sequence + 1, waiting_since=None, active_at=call.now, pinned=False
    )
    _log(call, chat, "session closed", session=session.id)
    connector, line = call.find_connector(chat.connector), call.find_line(chat.line_id)
    publish(
        call,
        SessionClosed(
            app_id=connector.app_id if connector else 0,
            actor_id=call.user.id if call.user else None,
            chat_id=chat.id,
            connector=chat.connector,
            line_id=chat.line_id,
            outer_chat=chat.outer_chat,
            customer_id=chat.customer_id,
            session_id=session.id,
            parent_id=session.parent_id,
            close_term=line.close_term if line else 0,
        ),
    )
    return chat


def judge(call: Call, session_id: int, *, rating: int | None, comment: str | None) -> None:
    """Keep what an administrator thinks of a session, as stars, words or both."""
    session = session_store.find_session(call.tx, call.portal_id, session_id)
    if session is None or not call.actor.is_admin:
        raise NotJudged
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
        **{name: value for name, value in data.items() if name != "session"},
    )
