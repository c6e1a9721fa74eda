"""All time comes through a Clock: moments are integers, milliseconds since 1970 in UTC."""

import time
from dataclasses import dataclass, replace
from typing import Protocol

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Clock(Protocol):
    """Tells what time it is."""

    def now(self) -> int:
        """Return the present moment in milliseconds."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> int:
        """Return the present moment in milliseconds."""
        return time.time_ns() // 1_000_000


class ManualClock:
    """A clock that stands still until somebody moves it."""

    def __init__(self, moment: int) -> None:
        self._moment = moment

    def now(self) -> int:
        """Return the moment that was set last."""
        return self._moment

    def move(self, milliseconds: int) -> None:
        """Let time pass."""
        self._moment += milliseconds


@dataclass(frozen=True, slots=True)
class PortalClock:
    """The clock of one portal, led apart from the machine's: `moment` was its time when the machine had `since`.

    It runs `rate` times as fast as the machine, or stands still. While it has a `target` it stands, and is led there
    from one due moment to the next, so that everything happens at its own time.
    """

    moment: int
    since: int
    rate: float = 1.0
    target: int | None = None

    def at(self, real: int) -> int:
        """Return the portal's time at a moment of the machine's."""
        if self.target is not None or self.rate == 0:
            return self.moment
        return self.moment + int((real - self.since) * self.rate)

    def due_in(self, due: int, real: int) -> float:
        """Return how many of the machine's milliseconds are left until a moment of the portal's."""
        left = due - self.at(real)
        if left <= 0:
            return 0
        return left / self.rate if self.rate else float("inf")

    def set_to(self, moment: int, real: int) -> "PortalClock":
        """Return this clock as it goes on from `moment`."""
        return replace(self, moment=moment, since=real, target=None)
