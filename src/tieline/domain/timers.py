"""Timers: what waits for a moment in a dialog or a line, and which of them run where a session stands."""

from enum import StrEnum
from typing import NamedTuple

from tieline.domain.calendars import Calendar
from tieline.domain.clock import MINUTE, SECOND
from tieline.domain.lines import Line
from tieline.domain.sessions import Move, Status


class Kind(StrEnum):
    """What a timer is for; the subject of ROUTE is a line, that of all others a dialog."""

    PASS_ON = "pass on"  # noqa: S105 - no password
    NO_ANSWER = "no answer"
    FIRST_ANSWER_LATE = "first answer late"
    FURTHER_ANSWER_LATE = "further answer late"
    AUTO_CLOSE = "auto close"
    FULL_CLOSE = "full close"
    BOT_TIME = "bot time"
    ROUTE = "route"


class Timer(NamedTuple):
    """A timer whose moment has come."""

    kind: Kind
    subject_id: int
    due_at: int


OF_DIALOGS = tuple(kind for kind in Kind if kind is not Kind.ROUTE)
_UNANSWERED = frozenset({Kind.NO_ANSWER, Kind.FIRST_ANSWER_LATE, Kind.FURTHER_ANSWER_LATE})
_S = Status
# Where a session has come to: which timers go on, and which begin.
GOES_ON: dict[Status, frozenset[Kind]] = {
    _S.NEW: _UNANSWERED,
    _S.SKIPPED: _UNANSWERED,
    _S.TAKEN: _UNANSWERED,
    _S.BOT: frozenset({Kind.BOT_TIME, Kind.AUTO_CLOSE}),
    _S.CLIENT: _UNANSWERED | {Kind.PASS_ON},
    _S.CLIENT_AGAIN: _UNANSWERED,
    _S.OPERATOR: frozenset(),
    _S.CLOSING: frozenset(),
}
BEGINS: dict[Status, tuple[Kind, ...]] = {
    _S.NEW: (Kind.PASS_ON,),
    _S.SKIPPED: (Kind.PASS_ON,),
    _S.TAKEN: (Kind.PASS_ON,),
    _S.BOT: (Kind.BOT_TIME, Kind.AUTO_CLOSE),
    _S.CLIENT: (),
    _S.CLIENT_AGAIN: (Kind.PASS_ON, Kind.FURTHER_ANSWER_LATE),
    _S.OPERATOR: (Kind.AUTO_CLOSE,),
    _S.CLOSING: (),  # how long depends on who closed it
}
# Where a session stands as before: which begin anew by what happened.
RENEWED: dict[Move, tuple[Kind, ...]] = dict.fromkeys(
    (Move.OFFERED, Move.PASSED_ON, Move.RETURNED, Move.INTERCEPTED), (Kind.PASS_ON,)
)
AT_OPENING = (Kind.NO_ANSWER, Kind.FIRST_ANSWER_LATE)


def due(kind: Kind, line: Line, calendar: Calendar, now: int) -> int | None:
    """Return when a timer of a dialog that begins now is due by the rules of its line; None: never.

    What waits for operators counts the line's working time alone, what waits for customers all time.
    """
    settings = line.settings
    match kind:
        case Kind.PASS_ON:
            return _after(calendar, now, settings["QUEUE_TIME"])
        case Kind.BOT_TIME if settings["WELCOME_BOT_TIME"]:
            return now + int(settings["WELCOME_BOT_TIME"]) * SECOND
        case Kind.NO_ANSWER if settings["NO_ANSWER_RULE"] in ("text", "bot"):
            return _after(calendar, now, settings["NO_ANSWER_TIME"])
        case Kind.FIRST_ANSWER_LATE:
            return _after(calendar, now, settings["KPI_FIRST_ANSWER_TIME"])
        case Kind.FURTHER_ANSWER_LATE:
            return _after(calendar, now, settings["KPI_FURTHER_ANSWER_TIME"])
        case Kind.AUTO_CLOSE if settings["AUTO_CLOSE_TIME"]:
            return now + int(settings["AUTO_CLOSE_TIME"]) * SECOND
        case _:
            return None


def _after(calendar: Calendar, now: int, seconds: int) -> int | None:
    return calendar.after(now, seconds * SECOND) if seconds else None


def closing_time(line: Line, *, by_time: bool) -> int:
    """Return for how long a session that was finished waits for the customer before it is closed for good."""
    if by_time:
        return int(line.settings["AUTO_EXPIRE_TIME"]) * SECOND
    return int(line.settings["FULL_CLOSE_TIME"]) * MINUTE
