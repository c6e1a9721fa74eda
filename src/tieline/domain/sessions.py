"""Sessions: a stretch of a dialog from its first message to its close; the states as one table."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Status(IntEnum):
    """Where a session stands; the numbers are those known of live portals.

    One that is CLOSING was finished and waits for the customer, who may judge it, or write and so go on with it. While
    a BOT has it, it is new to the operators, and so it is told outside.
    """

    NEW = 0
    SKIPPED = 5
    TAKEN = 10
    BOT = 15
    CLIENT = 20
    CLIENT_AGAIN = 25
    OPERATOR = 40
    CLOSING = 50
    CLOSED = 60
    SPAM = 65
    CLOSED_SILENTLY = 75


class IllegalMove(Exception):
    """A session cannot move so from where it stands: a fault of the server's own."""


class Move(StrEnum):
    """What changes a session's status."""

    CUSTOMER_WROTE = "customer wrote"
    OFFERED = "offered"
    TAKEN = "taken"
    INTERCEPTED = "intercepted"
    PASSED_ON = "passed on"
    RETURNED = "returned"
    OPERATOR_WROTE = "operator wrote"
    BOT_JOINED = "bot joined"
    BOT_LEFT = "bot left"
    FINISHED = "finished"
    LEFT_ALONE = "left alone"
    CLOSED = "closed"
    MARKED_SPAM = "marked as spam"
    CLOSED_SILENTLY = "closed silently"


WAITING = frozenset({Status.NEW, Status.SKIPPED, Status.BOT})  # no operator has taken it yet
CUSTOMER_WAITS = frozenset({*WAITING, Status.TAKEN, Status.CLIENT, Status.CLIENT_AGAIN})
LIKED = 5  # the vote of a customer who was content

_S = Status
_OPEN = (_S.NEW, _S.SKIPPED, _S.TAKEN, _S.BOT, _S.CLIENT, _S.CLIENT_AGAIN, _S.OPERATOR, _S.CLOSING)
MOVES: dict[Move, dict[Status, Status]] = {
    Move.CUSTOMER_WROTE: {
        _S.NEW: _S.NEW,
        _S.SKIPPED: _S.SKIPPED,
        _S.TAKEN: _S.CLIENT,
        _S.BOT: _S.BOT,
        _S.CLIENT: _S.CLIENT,
        _S.CLIENT_AGAIN: _S.CLIENT_AGAIN,
        _S.OPERATOR: _S.CLIENT_AGAIN,
        _S.CLOSING: _S.CLIENT_AGAIN,
    },
    Move.OFFERED: {_S.NEW: _S.NEW, _S.SKIPPED: _S.SKIPPED},
    Move.TAKEN: dict.fromkeys(WAITING, _S.TAKEN),
    Move.INTERCEPTED: {status: _S.TAKEN if status in WAITING else status for status in _OPEN},
    Move.PASSED_ON: dict.fromkeys(_OPEN, _S.SKIPPED),
    Move.RETURNED: dict.fromkeys(CUSTOMER_WAITS, _S.SKIPPED),
    Move.OPERATOR_WROTE: dict.fromkeys(_OPEN, _S.OPERATOR),
    Move.BOT_JOINED: dict.fromkeys(_OPEN, _S.BOT),
    Move.BOT_LEFT: {_S.BOT: _S.NEW},
    Move.FINISHED: {status: _S.CLOSING for status in _OPEN if status is not _S.CLOSING},
    Move.LEFT_ALONE: {_S.OPERATOR: _S.CLOSING},
    Move.CLOSED: dict.fromkeys(_OPEN, _S.CLOSED),
    Move.MARKED_SPAM: dict.fromkeys(_OPEN, _S.SPAM),
    Move.CLOSED_SILENTLY: dict.fromkeys(_OPEN, _S.CLOSED_SILENTLY),
}


def after(what: Move, before: Status) -> Status:
    """Return where a session stands after a move."""
    try:
        return MOVES[what][before]
    except KeyError:
        raise IllegalMove(f"{what} from {before.name}") from None


def told(status: int | None) -> int:
    """Return the number by which the outside knows where a session stands; a dialog without one is new."""
    return int(Status.NEW) if status in (None, Status.BOT) else int(status)


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
    head_vote: int = 0
    head_comment: str | None = None
    vote: int = 0
    vote_asked_at: int | None = None
    answered_at: int | None = None

    @property
    def open(self) -> bool:
        """It has not been closed."""
        return self.status < Status.CLOSED
