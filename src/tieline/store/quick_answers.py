"""Quick answers: texts that operators use again."""

from tieline.domain.quick_answers import QuickAnswer
from tieline.store.engine import Tx

_ANSWER = "id, line_id, text, author_id, created_at"


def add_answer(tx: Tx, portal_id: int, *, line_id: int, text: str, author_id: int, now: int) -> int:
    """Add an answer; returns its id."""
    row = tx.one(
        """insert into quick_answers (portal_id, line_id, text, author_id, created_at)
        values (:portal, :line, :text, :author, :now) returning id""",
        portal=portal_id,
        line=line_id,
        text=text,
        author=author_id,
        now=now,
    )
    assert row
    return int(row[0])


def find_answer(tx: Tx, portal_id: int, answer_id: int) -> QuickAnswer | None:
    """Return an answer, or None."""
    row = tx.one(
        f"select {_ANSWER} from quick_answers where portal_id = :portal and id = :id", portal=portal_id, id=answer_id
    )
    return QuickAnswer(*row) if row else None


def list_answers(tx: Tx, portal_id: int) -> list[QuickAnswer]:
    """Return all answers, oldest first."""
    rows = tx.all(f"select {_ANSWER} from quick_answers where portal_id = :portal order by id", portal=portal_id)
    return [QuickAnswer(*row) for row in rows]


def set_answer(tx: Tx, portal_id: int, answer: QuickAnswer) -> None:
    """Keep an answer's text and line."""
    tx.run(
        "update quick_answers set text = :text, line_id = :line where portal_id = :portal and id = :id",
        text=answer.text,
        line=answer.line_id,
        portal=portal_id,
        id=answer.id,
    )


def remove_answer(tx: Tx, portal_id: int, answer_id: int) -> None:
    """Take an answer away."""
    tx.run("delete from quick_answers where portal_id = :portal and id = :id", portal=portal_id, id=answer_id)


def remove_answers_of_line(tx: Tx, portal_id: int, line_id: int) -> None:
    """Take the answers of a line away."""
    tx.run("delete from quick_answers where portal_id = :portal and line_id = :line", portal=portal_id, line=line_id)
