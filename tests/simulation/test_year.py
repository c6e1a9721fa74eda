"""A year of one line's rules on the led clock: each timer fires once, at its moment, also where clocks are changed."""

import json
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from support.simulated import Simulated
from tieline.domain.chats import Draft
from tieline.domain.clock import HOUR, MINUTE, PortalClock
from tieline.domain.presence import Choice
from tieline.services import clock, messages, presence
from tieline.services.call import Call
from tieline.store import people

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = date(2026, 1, 1)
HOLIDAYS = ["01.01", "01.05", "03.10", "25.12", "26.12"]
SETTINGS = {
    "QUEUE_TYPE": "strictly",
    "QUEUE_TIME": 120,
    "CRM": "N",
    "WORKTIME_ENABLE": "Y",
    "WORKTIME_FROM": "9",
    "WORKTIME_TO": "18",
    "WORKTIME_TIMEZONE": "Europe/Berlin",
    "WORKTIME_DAYOFF": ["SA", "SU"],
    "WORKTIME_HOLIDAYS": HOLIDAYS,
    "WORKTIME_DAYOFF_RULE": "text",
    "WORKTIME_DAYOFF_TEXT": "We are closed.",
    "WELCOME_MESSAGE": "Y",
    "WELCOME_MESSAGE_TEXT": "Welcome!",
    "NO_ANSWER_RULE": "text",
    "NO_ANSWER_TEXT": "Please be patient.",
    "NO_ANSWER_TIME": 300,
    "KPI_FIRST_ANSWER_TIME": 600,
    "AUTO_CLOSE_TIME": 3600,
    "AUTO_CLOSE_RULE": "text",
    "AUTO_CLOSE_TEXT": "Goodbye.",
    "AUTO_EXPIRE_TIME": 7200,
    "VOTE_MESSAGE": "Y",
}


def at(day: date, hour: int, minute: int = 0) -> int:
    """Return a time in Berlin as a moment."""
    return int(datetime(day.year, day.month, day.day, hour, minute, tzinfo=BERLIN).timestamp() * 1000)


def works(day: date) -> bool:
    """Tell whether the line works on a day."""
    return day.weekday() < 5 and day.strftime("%d.%m") not in HOLIDAYS


class Year:
    """A portal whose clock stands at the beginning of a year; what customers and operators do is told by day."""

    def __init__(self, folder: Path) -> None:
        self.portal = Simulated(folder)
        self.first, self.second = self.portal.person(), self.portal.person()
        self.line = self.portal.line([self.first, self.second], **SETTINGS)
        for person in (self.first, self.second):
            self.do(lambda call, person=person: presence.choose(call, person, Choice.ONLINE))
        self.set(at(FIRST, 0))

    def set(self, moment: int) -> None:
        """Set the clock without the time between: there is nothing yet."""

        def put(call: Call) -> None:
            people.set_portal_clock(call.tx, 1, PortalClock(moment, call.real_now, 0))

        self.portal.write(put)

    def do(self, what: Callable[[Call], Any]) -> Any:
        """Do something as nobody in particular."""
        return self.portal.write(what)

    def lead(self, moment: int) -> None:
        """Lead the clock to a moment."""
        self.portal.write(lambda call: clock.move_to(call, moment, 500))
        self.portal.finish_leading()

    def write(self, customer: str) -> int:
        """Let a customer write; returns the chat."""
        return self.portal.database.submit(lambda tx: self.portal.customer_writes(tx, self.line, customer)).result(60)

    def answer(self, operator: int, chat: int) -> None:
        """Let an operator answer."""

        def answer(call: Call) -> None:
            call.user = call.find_person(operator)
            messages.send(call, chat, Draft("Good day"))

        self.portal.write(answer)

    def live(self, day: date) -> None:
        """Let four customers write: before the line opens, at nine, at noon and in the evening; all are answered."""
        self.lead(at(day, 7))
        early = self.write(f"early {day}")
        self.lead(at(day, 9, 1))
        prompt = self.write(f"prompt {day}")
        self.answer(self.first, prompt)
        self.lead(at(day, 9, 6))
        if works(day):
            self.answer(self.first, early)
        self.lead(at(day, 12))
        slow = self.write(f"slow {day}")
        self.lead(at(day, 12, 11))
        self.answer(self.second, slow)
        if not works(day):
            self.answer(self.first, early)
        self.lead(at(day, 17, 50))
        regular = self.write("regular")
        self.lead(at(day, 17, 58))
        self.answer(self.second, regular)
        self.lead(at(day, 23))

    def happened(self) -> list[tuple[str, int, int, dict[str, Any]]]:
        """Return (kind, moment, chat, facts) of all that happened in dialogs."""
        rows = self.portal.database.submit_read(
            lambda tx: tx.all("select kind, at, chat_id, data from happenings where chat_id is not null order by id")
        ).result(60)
        return [(kind, moment, chat, json.loads(data)) for kind, moment, chat, data in rows]

    def said(self, text: str) -> list[tuple[int, int]]:
        """Return (chat, moment) of each time that the line said something."""
        return self.portal.database.submit_read(
            lambda tx: tx.all(
                "select chat_id, created_at from messages where author = 'system' and text = :text order by id",
                text=text,
            )
        ).result(60)


def run(year: Year, days: list[date], *, restart_on: date) -> None:
    """Live through days, with a restart on one of them, where something is due."""
    for day in days:
        if day == restart_on:
            year.portal.write(lambda call, day=day: clock.move_to(call, at(day, 6), 0))
            year.portal.restart()
            year.portal.advance(1)
            year.portal.restart()
            year.portal.advance(500)
        year.live(day)


def check(year: Year, days: list[date]) -> None:
    """Each timer has fired once, at the moment that the rules name."""
    late = [(chat, moment) for kind, moment, chat, _ in year.happened() if kind == "first answer late"]
    assert len(set(late)) == len(late)
    names = dict(
        year.portal.database.submit_read(
            lambda tx: tx.all("select c.id, u.name from chats c join users u on u.id = c.customer_id")
        ).result(60)
    )
    patient = {(names[chat], moment) for chat, moment in year.said("Please be patient.")}
    for day in days:
        opens = at(next(one for one in (day + timedelta(n) for n in range(9)) if works(one)), 9)
        if works(day):
            assert (f"slow {day}", at(day, 12, 5)) in patient
            assert (f"early {day}", opens + 5 * MINUTE) in patient
        else:
            assert not {moment for name, moment in patient if name.endswith(str(day))}, "it was answered on that day"
    assert len(patient) == len(year.said("Please be patient."))
    closings = Counter(names[chat] for chat, _ in year.said("Goodbye."))
    assert closings == Counter(
        {"regular": len(days), **{f"{when} {day}": 1 for day in days for when in ("early", "prompt", "slow")}}
    )
    moves = year.happened()
    left, closed, answered = (
        {facts["session"]: moment for kind, moment, _, facts in moves if kind == what}
        for what in ("left alone", "session closed", "operator wrote")
    )
    assert left.keys() == closed.keys()
    assert len(left) == 4 * len(days)
    assert all(closed[session] - moment == 2 * HOUR for session, moment in left.items())
    assert all(moment - answered[session] == HOUR for session, moment in left.items())
    told = Counter(names[chat] for chat, _ in year.said("We are closed."))
    outside = Counter(f"{when} {day}" for day in days for when in ("early", "prompt", "slow") if _outside(when, day))
    outside["regular"] = sum(not works(day) for day in days)
    assert told == +outside


def _outside(when: str, day: date) -> bool:
    return when == "early" or not works(day)


@pytest.fixture
def year(tmp_path: Path):
    """A year to live through."""
    made = Year(tmp_path)
    yield made
    made.portal.close()


@pytest.mark.parametrize(
    ("first", "restart_on"), [(date(2026, 3, 26), date(2026, 3, 29)), (date(2026, 10, 22), date(2026, 10, 25))]
)
def test_rules_hold_where_clocks_are_changed(year: Year, first: date, restart_on: date) -> None:
    days = [first + timedelta(number) for number in range(6)]
    run(year, days, restart_on=restart_on)
    check(year, days)


@pytest.mark.slow
def test_rules_hold_for_a_year(year: Year) -> None:
    days = [FIRST + timedelta(number) for number in range(365)]
    began = time.monotonic()
    run(year, days, restart_on=date(2026, 7, 1))
    year.lead(at(FIRST + timedelta(365), 12))
    took = time.monotonic() - began
    check(year, days)
    moves = len(year.happened())
    print(f"a year, {moves} moves of sessions: {took:.1f} s")  # noqa: T201 - a figure to report
