"""Periods of statistics: from and to as people write them, and days and hours in a time zone whose clocks change."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from tieline.domain.clock import DAY, HOUR, SECOND

USUAL_DAYS = 30
MOST_DAYS = 3_660
EPOCH = date(1970, 1, 1)
THURSDAY = 3  # the weekday of the epoch, counted from Monday


class WrongPeriod(Exception):
    """The period is none: a text that is no date, an end before the beginning, or more than ten years."""


@dataclass(frozen=True, slots=True)
class Period:
    """From one moment to before another, in a zone; from `changes[n]` on its clocks are `offsets[n + 1]` ahead."""

    zone: ZoneInfo
    since: int
    until: int
    changes: tuple[int, ...]
    offsets: tuple[int, ...]

    def local(self, moment: int) -> int:
        """Return what the zone's clocks show at a moment, as milliseconds since 1970 there."""
        return moment + self.offsets[bisect_right(self.changes, moment)]

    def day(self, moment: int) -> int:
        """Return the day of a moment, counted from 1970."""
        return self.local(moment) // DAY

    def hour(self, moment: int) -> int:
        """Return the hour of the day of a moment."""
        return self.local(moment) // HOUR % 24

    def weekday(self, moment: int) -> int:
        """Return the day of the week of a moment: 1 for Monday to 7 for Sunday."""
        return (self.day(moment) + THURSDAY) % 7 + 1


def read_period(since: str | None, until: str | None, zone: ZoneInfo, now: int) -> Period:
    """Read a period: a date as its end is the last day of it, a moment is where it stops.

    Without an end it goes on until today, without a beginning it has 30 days.
    """
    try:
        today = datetime.fromtimestamp(now / SECOND, zone).date()
        end = _read(until, zone, last=True) if until else _begin(today + timedelta(days=1), zone)
        if since:
            begin = _read(since, zone, last=False)
        else:
            last = datetime.fromtimestamp((end - 1) / SECOND, zone).date()
            begin = _begin(last - timedelta(days=USUAL_DAYS - 1), zone)
        if not 0 <= begin < end or end - begin > MOST_DAYS * DAY:
            raise WrongPeriod
        return Period(zone, begin, end, *_clocks(zone, begin, end))
    except (ValueError, OverflowError, OSError):
        raise WrongPeriod from None


def _read(text: str, zone: ZoneInfo, *, last: bool) -> int:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        moment = datetime.fromisoformat(text.strip())
        return _moment(moment if moment.tzinfo else moment.replace(tzinfo=zone))
    return _begin(day + timedelta(days=int(last)), zone)


def _begin(day: date, zone: ZoneInfo) -> int:
    return _moment(datetime(day.year, day.month, day.day, tzinfo=zone))


def _moment(local: datetime) -> int:
    return round(local.astimezone(UTC).timestamp() * SECOND)


@lru_cache(maxsize=256)
def _clocks(zone: ZoneInfo, since: int, until: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return when the clocks of a zone change within a period, and how far they are ahead before and behind that."""
    changes: list[int] = []
    offsets = [_offset(zone, since)]
    known = since
    while known < until:
        following = min(known + DAY, until)
        if (offset := _offset(zone, following)) != offsets[-1]:
            changes.append(_change(zone, known, following))
            offsets.append(offset)
        known = following
    return tuple(changes), tuple(offsets)


def _change(zone: ZoneInfo, before: int, behind: int) -> int:
    """Return the first moment between two at which the clocks have changed."""
    offset = _offset(zone, before)
    while behind - before > 1:
        middle = (before + behind) // 2
        before, behind = (middle, behind) if _offset(zone, middle) == offset else (before, middle)
    return behind


def _offset(zone: ZoneInfo, moment: int) -> int:
    offset = datetime.fromtimestamp(moment / SECOND, zone).utcoffset()
    assert offset is not None
    return round(offset.total_seconds()) * SECOND
