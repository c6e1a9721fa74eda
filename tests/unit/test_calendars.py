"""Working hours: what is open when, and when so much working time has passed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.domain.calendars import Calendar, of_line, read_day, read_time
from tieline.domain.clock import DAY, HOUR, MINUTE
from tieline.domain.lines import SETTINGS

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = BERLIN) -> int:
    """Return a local time as a moment."""
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


def calendar(**changes: object) -> Calendar:
    """Make the calendar of a line in Berlin that works from nine to six, but not on weekends."""
    settings = {name: setting.default for name, setting in SETTINGS.items()} | {
        "WORKTIME_ENABLE": "Y",
        "WORKTIME_FROM": "9",
        "WORKTIME_TO": "18.00",
        "WORKTIME_TIMEZONE": "Europe/Berlin",
        "WORKTIME_DAYOFF": ["SA", "SU"],
        "WORKTIME_HOLIDAYS": ["25.12", "26.12"],
    }
    return of_line(settings | changes, "UTC")


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23T08:59:59", False),
        ("2026-11-23T09:00:00", True),
        ("2026-11-23T17:59:59", True),
        ("2026-11-23T18:00:00", False),
        ("2026-11-21T12:00:00", False),
        ("2026-12-25T12:00:00", False),
        ("2026-12-28T12:00:00", True),
    ],
)
def test_hours_days_off_and_holidays(moment: str, is_open: bool) -> None:
    assert calendar().is_open(at(moment)) is is_open


def test_line_without_hours_always_works() -> None:
    always = calendar(WORKTIME_ENABLE="N")
    assert always.is_open(at("2026-12-25T03:00"))
    assert always.after(at("2026-12-25T03:00"), MINUTE) == at("2026-12-25T03:01")


def test_default_hours_are_the_whole_day() -> None:
    whole = calendar(WORKTIME_FROM="0", WORKTIME_TO="23.59", WORKTIME_DAYOFF=[])
    assert whole.is_open(at("2026-11-21T23:59:59.999"))
    assert whole.is_open(at("2026-11-22T00:00"))


def test_night_shift_belongs_to_the_day_on_which_it_begins() -> None:
    night = calendar(WORKTIME_FROM="22:00", WORKTIME_TO="06:00")
    assert night.is_open(at("2026-11-21T05:59"))  # Saturday morning is Friday's night
    assert not night.is_open(at("2026-11-21T22:30"))
    assert not night.is_open(at("2026-11-23T05:00"))  # Sunday is off
    assert night.is_open(at("2026-11-23T22:00"))


def test_working_time_goes_on_where_the_line_works_again() -> None:
    friday = at("2026-11-20T17:59:30")
    assert calendar().after(friday, MINUTE) == at("2026-11-23T09:00:30")
    assert calendar().after(at("2026-12-24T20:00"), 0) == at("2026-12-28T09:00")


def test_hours_follow_the_clocks_of_the_place_when_they_are_changed() -> None:
    every_day = calendar(WORKTIME_DAYOFF=[])
    assert at("2026-03-29T09:00") - at("2026-03-28T09:00") == 23 * HOUR
    assert every_day.after(at("2026-03-28T18:00"), 0) == at("2026-03-29T09:00")
    assert at("2026-10-25T09:00") - at("2026-10-24T09:00") == 25 * HOUR
    assert every_day.after(at("2026-10-24T17:00"), 2 * HOUR) == at("2026-10-25T10:00")


def test_hours_in_which_clocks_are_changed_are_as_long_as_they_are() -> None:
    early = calendar(WORKTIME_FROM="1", WORKTIME_TO="5", WORKTIME_DAYOFF=[])
    assert early.after(at("2026-03-29T01:00"), 3 * HOUR) == at("2026-03-29T05:00")  # the hour from two is left out
    assert early.after(at("2026-10-25T01:00"), 5 * HOUR) == at("2026-10-25T05:00")  # and comes twice


def test_line_that_never_works_never_comes_to_anything() -> None:
    never = calendar(WORKTIME_DAYOFF=["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
    assert never.after(at("2026-11-23T12:00"), MINUTE) is None
    assert not never.is_open(at("2026-11-23T12:00"))


def test_what_cannot_be_read_restricts_nothing() -> None:
    odd = calendar(WORKTIME_TIMEZONE="Nowhere/Land", WORKTIME_FROM="25", WORKTIME_TO="x", WORKTIME_DAYOFF=["XX"])
    assert odd.is_open(at("2026-11-21T00:00"))


@pytest.mark.parametrize(
    ("text", "found"),
    [("9", (9, 0)), ("09:30", (9, 30)), ("23.59", (23, 59)), ("0", (0, 0)), ("24", None), ("9.60", None), ("", None)],
)
def test_times_of_day_are_read(text: str, found: tuple[int, int] | None) -> None:
    assert read_time(text) == found


@pytest.mark.parametrize(("text", "found"), [("01.05", (5, 1)), ("29.02", (2, 29)), ("32.01", None), ("x", None)])
def test_days_of_the_year_are_read(text: str, found: tuple[int, int] | None) -> None:
    assert read_day(text) == found


@given(
    moment=st.integers(0, 4 * 365 * DAY // MINUTE).map(lambda minutes: at("2024-01-01T00:00") + minutes * MINUTE),
    duration=st.integers(0, 12 * 60),
    opens=st.integers(0, 23),
    closes=st.integers(0, 23),
    off=st.sets(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA"])),
)
def test_working_time_is_what_the_clock_on_the_wall_counts(
    moment: int, duration: int, opens: int, closes: int, off: set[str]
) -> None:
    """Count open minutes one by one, by the local time of each."""
    hours = calendar(
        WORKTIME_FROM=str(opens), WORKTIME_TO=str(closes), WORKTIME_DAYOFF=sorted(off), WORKTIME_HOLIDAYS=[]
    )
    reached = hours.after(moment, duration * MINUTE)
    assert reached is not None
    assert hours.after(moment, 0) <= reached
    minutes = sum(
        _is_open(moment + number * MINUTE, opens, closes, off) for number in range((reached - moment) // MINUTE)
    )
    assert minutes == duration


def _is_open(moment: int, opens: int, closes: int, off: set[str]) -> bool:
    local = datetime.fromtimestamp(moment / 1000, UTC).astimezone(BERLIN)
    days = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
    day = local if closes > opens or local.hour >= opens else local - timedelta(days=1)
    within = opens <= local.hour < closes if closes > opens else local.hour >= opens or local.hour < closes
    return within and days[day.weekday()] not in off
