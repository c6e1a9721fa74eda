"""All time comes through a Clock: moments are integers, milliseconds since 1970 in UTC."""

import time
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
