"""Figures of sessions, found from what happened in them and what was written; and their sums over many sessions."""

from array import array
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from tieline.domain.chats import Author
from tieline.domain.clock import SECOND
from tieline.domain.definitions import COLUMNS, PERCENTILES
from tieline.domain.sessions import LIKED, Move, Session, Status
from tieline.domain.timers import Kind

NOBODY = 0  # whose session it is that was never anybody's
OPENED = "session opened"
VOTED = "voted"
JUDGED = "session judged"
_BOTS_MOVES = frozenset({Move.BOT_JOINED, Move.BOT_LEFT, Move.PASSED_ON})
_LATE = frozenset({Kind.FIRST_ANSWER_LATE.value, Kind.FURTHER_ANSWER_LATE.value})


class Happened(NamedTuple):
    """An entry of the log that belongs to a session."""

    kind: str
    actor_id: int | None
    sequence: int | None
    data: Mapping[str, Any]
    at: int


class Written(NamedTuple):
    """A message of a session; its place in the dialog tells a vote from other words."""

    sequence: int
    author: Author
    at: int
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of one session; flags are 0 or 1, times milliseconds."""

    session_id: int
    chat_id: int
    line_id: int
    connector: str
    operator_id: int
    opened_at: int
    closed_at: int | None
    closed: int = 0
    spam: int = 0
    answered: int = 0
    missed: int = 0
    first_wait: int | None = None
    longest_wait: int | None = None
    duration: int | None = None
    customer_messages: int = 0
    operator_messages: int = 0
    system_messages: int = 0
    transfers: int = 0
    passed_on: int = 0
    returned: int = 0
    likes: int = 0
    dislikes: int = 0
    head_votes: int = 0
    head_stars: int = 0
    late: int = 0
    waits: tuple[int, ...] = ()


COUNTS = (
    *("closed", "spam", "answered", "missed", "customer_messages", "operator_messages", "system_messages"),
    *("transfers", "passed_on", "returned", "likes", "dislikes", "head_votes", "head_stars", "late"),
)
# Under which name on the wire a count stands where it has one of its own.
NAMES = {
    "customer_messages": "customerMessages",
    "operator_messages": "operatorMessages",
    "system_messages": "systemMessages",
    "passed_on": "passedOn",
    "head_votes": "headVotes",
    "late": "lateAnswers",
}
WIRE_COUNTS = {name: NAMES.get(name, name) for name in COUNTS if name != "head_stars"}
SPREADS = {"first_wait": "firstAnswer", "waits": "answer", "duration": "duration"}


def figures(session: Session, happened: Iterable[Happened], written: Iterable[Written]) -> Figures:
    """Find a session's figures from its part of the log and its messages, both in their order."""
    log = list(happened)
    messages = [message for message in written if not message.private]
    votes = [entry for entry in log if entry.kind == VOTED]
    stars = [entry.data["rating"] for entry in log if entry.kind == JUDGED and entry.data["rating"]]
    passed = [entry.actor_id is not None for entry in log if entry.kind == Move.PASSED_ON]
    handed = [entry for entry in log if entry.kind in _BOTS_MOVES]
    bots = bool(handed) and handed[-1].kind == Move.BOT_JOINED  # a bot had it to the end
    calls = [after for before, after in pairwise(handed) if before.kind == Move.BOT_JOINED != after.kind]
    first, waits = _waits(messages, calls, {entry.sequence for entry in votes}, session.opened_at)
    sides = [message.author for message in messages]
    answered, closed = Author.OPERATOR in sides, session.closed_at is not None
    spam = session.status is Status.SPAM
    return Figures(
        session_id=session.id,
        chat_id=session.chat_id,
        line_id=session.line_id,
        connector=session.connector,
        operator_id=session.operator_id or NOBODY,
        opened_at=session.opened_at,
        closed_at=session.closed_at,
        closed=int(closed),
        spam=int(spam),
        answered=int(answered),
        missed=int(closed and not spam and not answered and not bots and Author.CUSTOMER in sides),
        first_wait=first,
        longest_wait=max([*waits, *([] if first is None else [first])], default=None),
        duration=None if session.closed_at is None else session.closed_at - session.opened_at,
        customer_messages=sides.count(Author.CUSTOMER),
        operator_messages=sides.count(Author.OPERATOR),
        system_messages=sides.count(Author.SYSTEM),
        transfers=passed.count(True),
        passed_on=passed.count(False),
        returned=sum(entry.kind == Move.RETURNED for entry in log),
        likes=int(bool(votes) and votes[-1].data["vote"] == LIKED),
        dislikes=int(bool(votes) and votes[-1].data["vote"] != LIKED),
        head_votes=int(bool(stars)),
        head_stars=stars[-1] if stars else 0,
        late=sum(entry.kind in _LATE for entry in log),
        waits=waits,
    )


def _waits(
    messages: list[Written], calls: list[Happened], votes: set[int | None], opened_at: int
) -> tuple[int | None, tuple[int, ...]]:
    """Return the wait for the first answer, if there was one, and the further ones.

    A message that the session took over from an earlier one waits from the opening on. Whom a bot answered waits
    again from the call on by which it hands the dialog to operators.
    """
    first: int | None = None
    waits: list[int] = []
    since: int | None = None
    answered = False
    waiting = deque(calls)
    for message in messages:
        while waiting and (waiting[0].sequence or 0) < message.sequence:
            call = waiting.popleft()
            since = call.at if since is None else since
        if message.author is Author.CUSTOMER and since is None and message.sequence not in votes:
            since = max(message.at, opened_at)
        elif message.author is Author.BOT:
            since = None
        elif message.author is Author.OPERATOR:
            if since is not None and answered:
                waits.append(message.at - since)
            elif since is not None:
                first = message.at - since
            since, answered = None, True
    return first, tuple(waits)


def rank(percent: int, count: int) -> int:
    """Return which of `count` values in order is a percentile: the first that so many percent do not exceed."""
    return (percent * count + 99) // 100


class Spread:
    """Many values."""

    def __init__(self) -> None:
        self._values = array("q")
        self._ordered = True

    def add(self, value: int) -> None:
        """Add a value."""
        self._values.append(value)
        self._ordered = False

    def mean(self) -> int | None:
        """Return the mean, rounded, or None of no values."""
        count = len(self._values)
        return (2 * sum(self._values) + count) // (2 * count) if count else None

    def percentile(self, percent: int) -> int | None:
        """Return a percentile by nearest rank, or None of no values."""
        if not self._ordered:
            self._values, self._ordered = array("q", sorted(self._values)), True
        return self._values[rank(percent, len(self._values)) - 1] if self._values else None


@dataclass(slots=True)
class Sums:
    """The figures of many sessions."""

    opened: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    longest_wait: int | None = None
    spreads: dict[str, Spread] = field(default_factory=lambda: {name: Spread() for name in SPREADS})

    def add(self, one: Figures) -> None:
        """Add a session."""
        self.opened += 1
        for name in COUNTS:
            self.counts[name] += getattr(one, name)
        self.longest_wait = max(
            [wait for wait in (self.longest_wait, one.longest_wait) if wait is not None], default=None
        )
        for name, spread in self.spreads.items():
            for value in values(one, name):
                spread.add(value)

    def told(self) -> dict[str, float | None]:
        """Return the figures under their published names, times in seconds."""
        votes = self.counts["likes"] + self.counts["dislikes"]
        judged = self.counts["head_votes"]
        told: dict[str, float | None] = {"opened": self.opened}
        told |= {wire: self.counts[name] for name, wire in WIRE_COUNTS.items()}
        for name, wire in SPREADS.items():
            spread = self.spreads[name]
            told[f"{wire}Mean"] = seconds(spread.mean())
            told |= {f"{wire}{part}": seconds(spread.percentile(percent)) for part, percent in PERCENTILES.items()}
        told["longestWait"] = seconds(self.longest_wait)
        told["likeShare"] = round(100 * self.counts["likes"] / votes, 1) if votes else None
        told["headVoteMean"] = round(self.counts["head_stars"] / judged, 2) if judged else None
        return {column: told[column] for column in COLUMNS}


def values(one: Figures, name: str) -> list[int]:
    """Return what a session adds to a spread."""
    if name == "waits":
        return list(one.waits)
    value: int | None = getattr(one, name)
    return [] if value is None else [value]


def seconds(period: int | None) -> float | None:
    """Write milliseconds as seconds."""
    return None if period is None else period / SECOND
