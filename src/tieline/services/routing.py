"""Which operator a new session goes to."""

from tieline.domain.lines import Line
from tieline.services.call import Call
from tieline.store import lines


def next_operator(call: Call, line: Line, *, other_than: int = 0) -> int | None:
    """Choose the operator of the queue whose turn it is (evenly), and end that turn; None if nobody is there."""
    operator = lines.next_operator(call.tx, call.portal_id, line.id, other_than=other_than)
    if operator is not None:
        lines.set_turn(call.tx, call.portal_id, line.id, operator)
    return operator
