"""Sessions of dialogs."""

from tieline.domain.sessions import Session, Status
from tieline.store.engine import Row, Tx

SESSION = """id, chat_id, line_id, connector, customer_id, operator_id, status, parent_id, opened_at,
closed_at, head_vote, head_comment, vote, vote_asked_at,
answered_at"""
_STATUS = 6


def to_session(row: Row) -> Session:
    """Make a session of a row of SESSION."""
    values = list(row)
    values[_STATUS] = Status(values[_STATUS])
    return Session(*values)


def add_session(
    tx: Tx,
    portal_id: int,
    *,
    chat_id: int,
    line_id: int,
    connector: str,
    customer_id: int,
    operator_id: int | None,
    status: Status,
    parent_id: int,
    now: int,
) -> Session:
    """Open a session in a dialog."""
    row = tx.one(
        f"""insert into sessions (portal_id, chat_id, line_id, connector, customer_id, operator_id, status,
        parent_id, opened_at) values (:portal, :chat, :line, :connector, :customer, :operator, :status, :parent,
        :now) returning {SESSION}""",
        portal=portal_id,
        chat=chat_id,
        line=line_id,
        connector=connector,
        customer=customer_id,
        operator=operator_id,
        status=int(status),
        parent=parent_id,
        now=now,
    )
    assert row
    return to_session(row)


def get_session(tx: Tx, portal_id: int, session_id: int) -> Session:
    """Return a session."""
    session = find_session(tx, portal_id, session_id)
    if session is None:
        raise LookupError(f"no session {session_id}")
    return session


def find_session(tx: Tx, portal_id: int, session_id: int) -> Session | None:
    """Return a session, or None."""
    row = tx.one(
        f"select {SESSION} from sessions where portal_id = :portal and id = :id",
        portal=portal_id,
        id=session_id,
    )
    return to_session(row) if row else None


def set_session(
    tx: Tx,
    portal_id: int,
    session_id: int,
    *,
    status: Status,
    operator_id: int | None,
    line_id: int,
    skipped_by: int | None = None,
    answered_at: int | None = None,
    closed_at: int | None = None,
) -> None:
    """Keep where a session stands; the first answer's moment stands."""
    tx.run(
        """update sessions set status = :status, operator_id = :operator, line_id = :line, skipped_by = :skipped,
        answered_at = coalesce(answered_at, :answered), closed_at = :closed
        where portal_id = :portal and id = :id""",
        status=int(status),
        operator=operator_id,
        line=line_id,
        skipped=skipped_by,
        answered=answered_at,
        closed=closed_at,
        portal=portal_id,
        id=session_id,
    )


def set_head_vote(tx: Tx, portal_id: int, session_id: int, *, rating: int | None, comment: str | None) -> None:
    """Keep what a head thinks of a session; None leaves a part as it is."""
    tx.run(
        """update sessions set head_vote = coalesce(:rating, head_vote), head_comment = coalesce(:comment, head_comment)
        where portal_id = :portal and id = :id""",
        rating=rating,
        comment=comment,
        portal=portal_id,
        id=session_id,
    )


def set_told_closed(tx: Tx, portal_id: int, session_id: int) -> bool:
    """Note that the customer was told that the line is closed; False if he was before."""
    told = tx.run(
        "update sessions set told_closed = 1 where portal_id = :portal and id = :id and told_closed = 0",
        portal=portal_id,
        id=session_id,
    )
    return told > 0


def set_vote_asked(tx: Tx, portal_id: int, session_id: int, now: int) -> bool:
    """Note that the customer was asked for his vote; False if he was before."""
    asked = tx.run(
        "update sessions set vote_asked_at = :now where portal_id = :portal and id = :id and vote_asked_at is null",
        now=now,
        portal=portal_id,
        id=session_id,
    )
    return asked > 0


def set_vote(tx: Tx, portal_id: int, session_id: int, *, vote: int, comment: str | None, now: int) -> None:
    """Keep a customer's vote."""
    tx.run(
        """update sessions set vote = :vote, vote_comment = :comment, voted_at = :now
        where portal_id = :portal and id = :id""",
        vote=vote,
        comment=comment,
        now=now,
        portal=portal_id,
        id=session_id,
    )
