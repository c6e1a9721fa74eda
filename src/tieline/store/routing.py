"""What is needed to give dialogs to operators: whose turn it is, who is there and how busy, which dialogs wait."""

from typing import NamedTuple

from tieline.domain.presence import Presence
from tieline.store.engine import Tx
from tieline.store.filters import among


class Candidate(NamedTuple):
    """An active operator: whether he is there, when he had his last turn of the line, how many dialogs he has."""

    user_id: int
    presence: Presence
    turn: int
    load: int


class Unassigned(NamedTuple):
    """A dialog that waits for an operator to be free; `skipped_by` is who passed it on, or nobody."""

    session_id: int
    chat_id: int
    skipped_by: int | None


# What counts as a dialog that an operator has, by TYPE_MAX_CHAT.
_COUNTED = {
    "answered": "c.status < 60 and c.status in (25, 40)",
    "answered_new": "c.status < 60 and c.status < 50",
    "closed": "c.status < 60",
}


def take_turn(tx: Tx, portal_id: int) -> int:
    """Return the next number of a turn; until the transaction ends nobody else gives dialogs to operators."""
    row = tx.one(
        """insert into routing (portal_id, turn) values (:portal, 1)
        on conflict (portal_id) do update set turn = routing.turn + 1 returning turn""",
        portal=portal_id,
    )
    assert row
    return int(row[0])


def list_candidates(
    tx: Tx, portal_id: int, line_id: int, user_ids: tuple[int, ...], *, counted: str | None
) -> list[Candidate]:
    """Return those of a line's operators who are active; dialogs are counted by a TYPE_MAX_CHAT, or not at all."""
    if not user_ids:
        return []
    load = "0"
    if counted is not None:
        load = f"""(select count(*) from chats c where c.portal_id = u.portal_id and c.operator_id = u.id
        and {_COUNTED[counted]})"""
    chosen, names = among("u.id", user_ids)
    rows = tx.all(
        f"""select u.id, coalesce(p.status, 'absent'), coalesce(t.turn, 0), {load} from users u
        left join presence p on p.portal_id = u.portal_id and p.user_id = u.id
        left join line_turns t on t.portal_id = u.portal_id and t.line_id = :line and t.user_id = u.id
        where u.portal_id = :portal and u.active = 1 and {chosen}""",
        portal=portal_id,
        line=line_id,
        **names,
    )
    return [Candidate(row[0], Presence(row[1]), row[2], row[3]) for row in rows]


def set_turn(tx: Tx, portal_id: int, line_id: int, user_id: int, turn: int) -> None:
    """Note that an operator has had his turn of a line."""
    tx.run(
        """insert into line_turns (portal_id, line_id, user_id, turn) values (:portal, :line, :user, :turn)
        on conflict (portal_id, line_id, user_id) do update set turn = excluded.turn""",
        portal=portal_id,
        line=line_id,
        user=user_id,
        turn=turn,
    )


def find_unassigned(tx: Tx, portal_id: int, line_id: int, *, behind: int) -> Unassigned | None:
    """Return the dialog of a line's queue that has waited longest for an operator to be free, behind a session."""
    row = tx.one(
        """select c.session_id, c.id, s.skipped_by from chats c
        join sessions s on s.portal_id = c.portal_id and s.id = c.session_id
        where c.portal_id = :portal and c.queue_id = :line and c.status < 10 and c.operator_id is null
        and c.session_id > :behind order by c.session_id limit 1""",
        portal=portal_id,
        line=line_id,
        behind=behind,
    )
    return Unassigned(*row) if row else None


def count_ahead(tx: Tx, portal_id: int, line_id: int, session_id: int, most: int) -> int:
    """Count the dialogs of a line that wait for an operator for longer than a session, up to so many."""
    row = tx.one(
        """select count(*) from (select 1 from chats where portal_id = :portal and queue_id = :line and status < 10
        and operator_id is null and session_id < :session limit :most) counted""",
        portal=portal_id,
        line=line_id,
        session=session_id,
        most=most,
    )
    assert row
    return int(row[0])
