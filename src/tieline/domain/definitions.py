"""The published figures of the statistics: what each means, in what unit, and its edge cases."""

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What a figure is counted in."""

    SESSIONS = "sessions"
    MESSAGES = "messages"
    TIMES = "times"
    SECONDS = "seconds"
    PERCENT = "percent"
    STARS = "stars"


@dataclass(frozen=True, slots=True)
class Definition:
    """One figure: its name on the wire, in words, and what it means; a time has three values, in `parts`."""

    name: str
    title: str
    unit: Unit
    text: str
    parts: tuple[str, ...] = ("",)

    @property
    def columns(self) -> tuple[str, ...]:
        """Under which names its values stand in a row."""
        return tuple(self.name + part for part in self.parts)


SPREAD = ("Mean", "Median", "P90")
PERCENTILES = {"Median": 50, "P90": 90}
PARTS = {
    "Mean": "The sum of all values divided by their number.",
    "Median": "The smallest value that at least half of the values do not exceed: of an even number, the lower of the "
    "two in the middle.",
    "P90": "The smallest value that at least nine tenths of the values do not exceed.",
}
GROUPS = {
    "day": "The day on which the session was opened, in the time zone that is asked for.",
    "hour": "The hour of the day in which the session was opened, from 0 to 23, by the clocks of that zone; where they "
    "are put back, both hours are one.",
    "weekday": "The day of the week on which the session was opened, from 1 for Monday to 7 for Sunday.",
    "line": "The line whose queue served the session last: after a transfer another than the one it came in by.",
    "operator": "Whose session it was last, or to whom it was offered last; 0 for nobody. All figures of a session are "
    "this operator's, what others did in it too.",
    "connector": "The connector that the dialog came in by.",
}
_S, _M = Unit.SESSIONS, Unit.MESSAGES

DEFINITIONS = (
    Definition(
        "opened",
        "Opened",
        _S,
        "Sessions that were opened in the period, by a customer's message or by an operator. All other figures are of "
        "these sessions, also for what happened in them after the period.",
    ),
    Definition("closed", "Closed", _S, "Sessions that have ended in whatever way, as spam too."),
    Definition("spam", "Spam", _S, "Sessions that somebody ended as spam."),
    Definition(
        "answered",
        "Answered",
        _S,
        "Sessions in which an operator has written to the customer, open ones too. Private notes, messages of the "
        "system and those of bots are no answer.",
    ),
    Definition(
        "missed",
        "Missed",
        _S,
        "Sessions in which the customer wrote and that ended without an answer of any operator. Spam is not missed, "
        "nor is what a bot had to the end; and a session that is open may still be answered.",
    ),
    Definition(
        "firstAnswer",
        "Wait for the first answer",
        Unit.SECONDS,
        "From the customer's first message in the session to the first operator's message that is not private, in all "
        "time, whatever the line's hours. Whom a bot answers waits no longer, until the customer writes again or the "
        "bot hands the session to operators. A session that is not answered, or that an operator's message begins, "
        "has none.",
        SPREAD,
    ),
    Definition(
        "answer",
        "Wait for a further answer",
        Unit.SECONDS,
        "From the customer's first message behind an operator's to the next operator's message, each time anew; a "
        "session has as many as there were. A vote begins no wait, and a bot's message ends one that does not count. "
        "Nor does what the session's end cuts off.",
        SPREAD,
    ),
    Definition(
        "longestWait",
        "Longest wait",
        Unit.SECONDS,
        "The longest of all waits for an answer, first or further, that an answer ended.",
    ),
    Definition(
        "duration",
        "Duration",
        Unit.SECONDS,
        "From the opening of a session to its end, with the time in which it waited for the customer's vote. An open "
        "session has none.",
        SPREAD,
    ),
    Definition("customerMessages", "Messages of customers", _M, "What customers wrote, votes and deleted ones too."),
    Definition(
        "operatorMessages",
        "Messages of operators",
        _M,
        "What operators wrote to customers, deleted ones too; private notes do not count.",
    ),
    Definition(
        "systemMessages", "Messages of the system", _M, "What lines said by their rules, and notices of applications."
    ),
    Definition(
        "transfers",
        "Transfers",
        Unit.TIMES,
        "How often somebody passed a session on: to a person, to a queue, or to the next operator by skipping it. Who "
        "deletes the line whose queue serves a waiting session passes it on too.",
    ),
    Definition(
        "passedOn",
        "Passed on by time",
        Unit.TIMES,
        "How often a session went to the next operator by itself, since it was not taken in the time of its line.",
    ),
    Definition(
        "returned",
        "Returned",
        Unit.TIMES,
        "How often a session went back into its queue by itself, since its operator was not there and no other free.",
    ),
    Definition("likes", "Likes", _S, "Sessions that the customer voted good, during them or behind their end."),
    Definition("dislikes", "Dislikes", _S, "Sessions that the customer voted bad, during them or behind their end."),
    Definition(
        "likeShare",
        "Share of likes",
        Unit.PERCENT,
        "Likes out of likes and dislikes. Without a vote there is none.",
    ),
    Definition("headVotes", "Sessions judged", _S, "Sessions that an administrator gave stars; the last ones count."),
    Definition(
        "headVote", "Stars", Unit.STARS, "The mean of the stars, from 1 to 5, that administrators gave.", ("Mean",)
    ),
    Definition(
        "lateAnswers",
        "Late answers",
        Unit.TIMES,
        "How often an answer, first or further, did not come in the time of the line's settings KPI_FIRST_ANSWER_TIME "
        "and KPI_FURTHER_ANSWER_TIME, which count working time alone. Without these settings there are none.",
    ),
)
COLUMNS = tuple(column for definition in DEFINITIONS for column in definition.columns)
