"""Limits of the REST door: how often an address may send, how long a method may work for one caller.

What is counted is in the memory of one process: several servers of one portal count each for itself, and a server
that starts has counted nothing.
"""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any, Generic, TypeVar

from tieline.api import faults
from tieline.api.faults import ApiError
from tieline.domain.clock import SECOND

MOST_KEYS = 10_000
BASKETS = 10
_LONGEST_ADDRESS = 64  # a proxy may pass on what its client made up
_HIT = 1_000  # so that what leaves in a millisecond is the drain a second
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Values by key with the moment of their last use; what is idle is forgotten, and the oldest above `most` keys.

    Each use forgets two at most, so that none pays for many.
    """

    def __init__(self, idle: float, most: int) -> None:
        self._idle = idle
        self._most = most
        self._entries: OrderedDict[K, tuple[int, V]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, key: K) -> tuple[int, V] | None:
        """Return the moment of the last use and the value, or None."""
        return self._entries.get(key)

    def use(self, key: K, value: V, now: int) -> None:
        """Keep a value as the one used last."""
        entries = self._entries
        entries[key] = (now, value)
        entries.move_to_end(key)
        for _ in range(2):
            oldest = next(iter(entries))
            if len(entries) <= self._most and abs(now - entries[oldest][0]) < self._idle:
                break
            del entries[oldest]


class Buckets:
    """A leaky bucket per portal and address: a request puts one in, `drain` leave each second, `limit` find room.

    What is refused does not count, so that a client that tries again comes through.
    """

    def __init__(self, drain: float, limit: int, most: int = MOST_KEYS) -> None:
        self._drain = drain
        self._room = limit * _HIT
        self._levels: Recent[tuple[int, str], float] = Recent(self._room / drain, most)

    def __len__(self) -> int:
        return len(self._levels)

    def take(self, portal_id: int, address: str, now: int) -> bool:
        """Put a request in; tells whether there was room."""
        key = (portal_id, address[:_LONGEST_ADDRESS])
        then, level = self._levels.find(key) or (now, 0.0)
        level = max(0.0, level - self._drain * max(0, now - then))
        fits = level + _HIT <= self._room
        self._levels.use(key, level + _HIT if fits else level, now)
        return fits


class _Usage:
    """What a method took for one caller: in baskets that are closed, and in the last one, which is open."""

    __slots__ = ("before", "closed", "current", "opened", "reset_at", "until")

    def __init__(self, live: list[tuple[int, float]], second: int, window: int) -> None:
        lasts = window / BASKETS
        goes_on = bool(live) and second - live[-1][0] < lasts
        self.opened, self.current = live.pop() if goes_on else (second, 0.0)
        self.closed = live
        self.before = sum(seconds for _, seconds in live)
        self.reset_at = (live[0][0] if live else self.opened) + window
        self.until = min(self.opened + lasts, self.reset_at)

    def live(self, second: int, window: int) -> list[tuple[int, float]]:
        """Return the baskets that count; a clock that was set back by more than a window makes the others void."""
        baskets = [*self.closed, (self.opened, self.current)]
        return [basket for basket in baskets if abs(second - basket[0]) < window]


class OperatingTime:
    """How long each method worked for each caller in the last `window` seconds, in ten baskets.

    A basket is opened by the first call that finds none open, and is emptied as a whole when it is as old as the
    window. A `limit` of zero blocks nobody. Only the event loop charges; the threads that run calls may look.
    """

    def __init__(self, limit: float, window: int, most: int = MOST_KEYS) -> None:
        self.limit = limit
        self.window = window
        self._usages: Recent[Hashable, _Usage] = Recent(window * SECOND, most)

    def __len__(self) -> int:
        return len(self._usages)

    def used(self, key: Hashable, now: int) -> float:
        """Return the seconds that count at this moment."""
        found = self._usages.find(key)
        return sum(seconds for _, seconds in found[1].live(now // SECOND, self.window)) if found else 0.0

    def charge(self, key: Hashable, seconds: float, now: int) -> tuple[float, int]:
        """Add to what a method took; returns the sum, and the second in which the oldest part of it is let go."""
        second = now // SECOND
        found = self._usages.find(key)
        usage = found[1] if found else None
        if usage is None or not usage.opened - self.window < second < usage.until:
            usage = _Usage(usage.live(second, self.window) if usage else [], second, self.window)
            self._usages.use(key, usage, now)
        usage.current += seconds
        return usage.before + usage.current, usage.reset_at


class Account:
    """What the calls of one request take; settled when it is over, since its job may be run again from its start."""

    __slots__ = ("_caller", "_items", "_now", "_times")

    def __init__(self, times: OperatingTime, caller: Hashable | None, now: int) -> None:
        self._times = times
        self._caller = caller
        self._now = now
        self._items: list[tuple[str | None, float, dict[str, Any] | None]] = []

    def check(self, method: str) -> None:
        """Refuse a call of a method that has worked too long for this caller."""
        limit = self._times.limit
        if not limit or self._caller is None:
            return
        mine = sum(seconds for name, seconds, _ in self._items if name == method)
        if mine + self._times.used((self._caller, method), self._now) > limit:
            raise ApiError(faults.OPERATION_TIME_LIMIT)

    def add(self, method: str | None, seconds: float, block: dict[str, Any] | None = None) -> None:
        """Note what a call took and the `time` block that tells it; None is not charged to any method."""
        self._items.append((method, seconds, block))

    def settle(self) -> None:
        """Charge all that was noted, and complete the `time` blocks."""
        for method, seconds, block in self._items:
            if method is None or self._caller is None:
                told = (0.0, self._now // SECOND + self._times.window)
            else:
                told = self._times.charge((self._caller, method), seconds, self._now)
            if block is not None:
                block["operating_reset_at"] = told[1]
                block["operating"] = told[0]
