"""Working hours of a line: days off, holidays, time zones, also where clocks are put forward or back."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MINUTES = 24 * 60
_TIME = re.compile(r"(\d{1,2})(?::(\d{2})|\.(\d{1,2}))?", re.ASCII)
_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})", re.ASCII)
_LAST = (23, 59)  # the end of the day, as settings write it
_FAR = 800  # days that are looked through for the next open hour


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a line is open: from minute `opens` to before minute `closes` of its days, which may end on the next one."""

    zone: ZoneInfo
    opens: int = 0
    closes: int = MINUTES
    days_off: frozenset[int] = frozenset()
    holidays: frozenset[tuple[int, int]] = frozenset()
    always: bool = False

    def is_open(self, moment: int) -> bool:
        """Tell whether the line works at a moment."""
        if self.always:
            return True
        return any(begin <= moment < end for begin, end in self._hours(moment, days=3))

    def after(self, moment: int, duration: int) -> int | None:
        """Return when `duration` of working time will have passed; None if the line does not work that long."""
        if self.always:
            return moment + duration
        left = duration
        for begin, end in self._hours(moment):
            start = max(begin, moment)
            if start + left <= end:
                return start + left
            left -= max(end - start, 0)
        return None

    def _hours(self, moment: int, days: int = _FAR) -> Iterator[tuple[int, int]]:
        """Return working hours that end behind a moment, in order."""
        today = datetime.fromtimestamp(moment / 1000, self.zone).date()
        for number in range(-1, days):
            day = today + timedelta(days=number)
            if day.weekday() in self.days_off or (day.month, day.day) in self.holidays:
                continue
            ends = self.closes if self.closes > self.opens else self.closes + MINUTES
            begin, end = self._moment(day, self.opens), self._moment(day, ends)
            if end > moment:
                yield begin, end

    def _moment(self, day: date, minute: int) -> int:
        """Return a minute of a day by the clocks of its place, as a moment."""
        further, rest = divmod(minute, MINUTES)
        local = datetime.combine(day + timedelta(days=further), time(rest // 60, rest % 60), self.zone)
        return int(local.astimezone(UTC).timestamp()) * 1000


def read_time(text: str) -> tuple[int, int] | None:
    """Read a time of day, `9`, `9.30` or `09:30`, as (hour, minute); None if it is none."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    found = int(match[1]), int(match[2] or (match[3] or "0").ljust(2, "0"))  # 9.3 is what is left of the number 9.30
    return found if found <= _LAST and found[1] <= _LAST[1] else None


def read_day(text: str) -> tuple[int, int] | None:
    """Read a day of the year, `31.12`, as (month, day); None if it is none."""
    match = _DAY.fullmatch(text.strip())
    try:
        found = date(2000, int(match[2]), int(match[1])) if match else None  # a leap year
    except ValueError:
        return None
    if found is None:
        return None
    return found.month, found.day


def of_line(settings: Mapping[str, Any], usual_zone: str) -> Calendar:
    """Return the calendar of a line's settings; what cannot be read restricts nothing."""
    if settings["WORKTIME_ENABLE"] != "Y":
        return _ALWAYS
    return _calendar(
        settings["WORKTIME_TIMEZONE"] or usual_zone,
        settings["WORKTIME_FROM"],
        settings["WORKTIME_TO"],
        tuple(settings["WORKTIME_DAYOFF"] or ()),
        tuple(settings["WORKTIME_HOLIDAYS"] or ()),
    )


@lru_cache(maxsize=1_000)
def _calendar(zone: str, opens: str, closes: str, days_off: tuple[str, ...], holidays: tuple[str, ...]) -> Calendar:
    first, last = read_time(opens) or (0, 0), read_time(closes) or _LAST
    return Calendar(
        zone=find_zone(zone) or ZoneInfo("UTC"),
        opens=first[0] * 60 + first[1],
        closes=MINUTES if last == _LAST else last[0] * 60 + last[1],
        days_off=frozenset(DAYS.index(day) for day in days_off if day in DAYS),
        holidays=frozenset(day for text in holidays if (day := read_day(text))),
    )


def find_zone(name: str) -> ZoneInfo | None:
    """Return a time zone by its name, or None."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


_ALWAYS = Calendar(ZoneInfo("UTC"), always=True)
