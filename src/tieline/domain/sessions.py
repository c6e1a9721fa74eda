"""Sessions: a stretch of a dialog from its first message to its close; the states as one table."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Status(IntEnum):
    """Where a session stands; the numbers are those known of live portals."""

    NEW = 0
    SKIPPED = 5
    TAKEN = 10
    CLIENT = 20
    CLIENT_AGAIN = 25
    OPERATOR = 40
    CLOSED = 60


class Move(StrEnum):
    """What changes a session's status."""

    CUSTOMER_WROTE = "customer wrote"
    TAKEN = "taken"
    OPERATOR_WROTE = "operator wrote"
    CLOSED = "closed"


WAITING = frozenset({Status.NEW, Status.SKIPPED})  # nobody has taken it yet

_S = Status
MOVES: dict[Move, dict[Status, Status]] = {
    Move.CUSTOMER_WROTE: {
        _S.NEW: _S.NEW,
        _S.SKIPPED: _S.SKIPPED,
        _S.TAKEN: _S.CLIENT,
        _S.CLIENT: _S.CLIENT,
        _S.CLIENT_AGAIN: _S.CLIENT_AGAIN,
        _S.OPERATOR: _S.CLIENT_AGAIN,
    },
    Move.TAKEN: {_S.NEW: _S.TAKEN, _S.SKIPPED: _S.TAKEN},
    Move.OPERATOR_WROTE: dict.fromkeys(
        (_S.NEW, _S.SKIPPED, _S.TAKEN, _S.CLIENT, _S.CLIENT_AGAIN, _S.OPERATOR), _S.OPERATOR
    ),
    Move.CLOSED: dict.fromkeys((_S.NEW, _S.SKIPPED, _S.TAKEN, _S.CLIENT, _S.CLIENT_AGAIN, _S.OPERATOR), _S.CLOSED),
}


@dataclass(frozen=True, slots=True)
class Session:
    """One stretch of a dialog."""

    id: int
    chat_id: int
    line_id: int
    connector: str
    customer_id: int
    operator_id: int | None
    status: Status
    parent_id: int
    opened_at: int
    closed_at: int | None

    @property
    def open(self) -> bool:
        """It has not been closed."""
        return self.status is not Status.CLOSED
