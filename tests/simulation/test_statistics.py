"""Random histories while clocks change: kept figures are those of a recount, sums those of a slow reckoning."""

import json
import math
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from support.actions import ACTIONS, ATTENDANCE, LINES, REFUSED
from support.simulated import CODE, Simulated, pick
from tieline.cli import commands
from tieline.domain.chats import Draft
from tieline.domain.clock import DAY, HOUR, SECOND
from tieline.domain.definitions import COLUMNS
from tieline.domain.periods import read_period
from tieline.domain.sessions import Status
from tieline.services import clock, messages, operators, sessions, statistics
from tieline.services.call import Call
from tieline.store.engine import Tx
from tieline.store.statistics import Wanted

CHANGING = tuple(map(ZoneInfo, ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")))
STEADY = ZoneInfo("Asia/Kolkata")
GROUPS = ("day", "hour", "weekday", "line", "operator", "connector")
RULES = (
    *LINES[:5],
    {**LINES[5], "VOTE_BEFORE_FINISH": "N"},
    {"KPI_FIRST_ANSWER_TIME": 60, "KPI_FURTHER_ANSWER_TIME": 60, "VOTE_MESSAGE": "Y", "FULL_CLOSE_TIME": 5},
)
TEXTS = ("Hello", "And?", "1", "0\nToo slow")
WAITS = (0, 0, 0, SECOND, SECOND, SECOND, 7 * SECOND, 7 * SECOND, 61 * SECOND, 130 * SECOND, HOUR)
USUAL = settings(deadline=None, suppress_health_check=list(HealthCheck), database=None, phases=(Phase.generate,))


def _note(call: Call, chat: int, _: "Office") -> None:
    messages.send(call, chat, Draft("A regular customer", private=True))


def _write(call: Call, chat: int, _: "Office") -> None:
    messages.send(call, chat, Draft("Good day"))


def _say(call: Call, chat: int, _: "Office") -> None:
    messages.send(call, chat, Draft("You are the next", system=True))


def _begin_with(call: Call, chat: int, office: "Office") -> None:
    found = call.tx.all("select id from messages where chat_id = :chat", chat=chat)
    operators.start_with(call, chat, office.rng.choice(found)[0])


class Office:
    """A portal where one history follows the other, each over a change of a zone's clocks."""

    def __init__(self, folder: Path) -> None:
        self.portal = Simulated(folder)
        self.staff = [self.portal.person() for _ in range(4)]
        self.rng = random.Random(1)
        self.lines = [self.portal.line(self.rng.sample(self.staff, 3), **rules) for rules in RULES]
        self.histories = self.sessions = 0

    def someone(self) -> int:
        """Name an operator."""
        return self.rng.choice(self.staff)

    def some_line(self) -> int:
        """Name a line."""
        return self.rng.choice(self.lines)

    def live(self, seed: int, steps: int) -> None:
        """Let a history happen over a change of some zone's clocks, and reckon it."""
        self.rng = random.Random(seed)
        zone = self.rng.choice(CHANGING)
        self.histories += 1

        def history(tx: Tx) -> None:
            change = self._next_change(zone)
            self._move_to(tx, change - self.rng.randrange(DAY, 2 * DAY))
            ((last,),) = tx.all("select max(id) from sessions")
            self._before = max((last or 0) - 20, 0)  # somebody may judge the last of the history before
            begin, self.chats, self.open = self.portal.clock.now(), [], self.rng.sample(self.lines, 3)
            for person in self.staff:
                self._act(tx, None, ATTENDANCE[0](person))
            for number in range(steps):
                self._step(tx)
                now = self.portal.clock.now()
                self._move_to(tx, max(now, change) if number == steps // 2 else now + self.rng.choice(WAITS))
            self._reckon(tx, zone, begin, self.portal.clock.now() + 1)
            for chat in self.chats[::2]:
                self._act(tx, 1, lambda call, chat=chat: operators.finish_another(call, chat))
            self._check_kept(tx)

        self.portal.database.submit(history).result(60)

    def _next_change(self, zone: ZoneInfo) -> int:
        """Return a moment at most a day behind the next change of a zone's clocks."""
        moment = self.portal.clock.now() + 3 * DAY
        offset = datetime.fromtimestamp(moment / SECOND, zone).utcoffset()
        while datetime.fromtimestamp(moment / SECOND, zone).utcoffset() == offset:
            moment += DAY
        return moment

    def _move_to(self, tx: Tx, moment: int) -> None:
        self.portal.clock.move(moment - self.portal.clock.now())
        while clock.advance(self.portal.call(tx), 100):
            pass

    def _act(self, tx: Tx, user_id: int | None, what: Callable[[Call], Any]) -> None:
        try:
            with tx.savepoint():
                what(self.portal.call(tx, user_id))
        except REFUSED:
            pass

    def _step(self, tx: Tx) -> None:
        doing = self.rng.random()
        if doing < 0.4 or not self.chats:
            line, name, text = self.rng.choice(self.open), self.rng.choice("abcd"), self.rng.choice(TEXTS)
            chat = self.portal.customer_writes(
                tx, line, f"{name} {self.histories // 10}" if doing < 0.1 else f"{name} of {self.histories}", text
            )
            self.chats = sorted({*self.chats, chat})
        elif doing < 0.45:
            self._act(tx, None, self.rng.choice(ATTENDANCE)(self.someone()))
        elif doing < 0.5:
            ((last,),) = tx.all("select max(id) from sessions")
            judged = self.rng.randrange(max(1, last - 10), last + 1)
            rating = self.rng.choice((None, 1, 3, 5))
            self._act(tx, 1, lambda call: sessions.judge(call, judged, rating=rating, comment="Seen"))
        else:
            action = self.rng.choice((*ACTIONS, _write, _write, _write, _note, _say, _begin_with, _begin_with))
            owned = tx.all(
                "select id, operator_id from chats where operator_id is not null and status < 60 order by id"
            )
            chat, operator = pick(self.rng, owned) or (self.rng.choice(self.chats), self.someone())
            if self.rng.random() < 0.2:
                chat, operator = self.rng.choice(self.chats), self.someone()
            self._act(tx, operator, lambda call: action(call, chat, self))

    def _reckon(self, tx: Tx, changing: ZoneInfo, since: int, until: int) -> None:
        """Compare sums with a slow reckoning, in a zone whose clocks have changed and in one where they have not."""
        call = self.portal.call(tx, 1)
        told = list(reckoned(tx, since, until))
        self.sessions += len(told)
        clocks = set()
        for zone in (changing, STEADY):
            begin, end = (datetime.fromtimestamp(at / SECOND, zone).isoformat() for at in (since, until))
            period = read_period(begin, end, zone, since)
            assert (period.since, period.until) == (since, until)
            clocks.add(bool(period.changes))
            by = tuple(self.rng.sample(GROUPS, self.rng.randrange(len(GROUPS))))
            for wanted in (Wanted(period), Wanted(period, by=by), self._some(period, by)):
                expected = grouped([one for one in told if counts(one, wanted, zone)], wanted.by, zone)
                report = statistics.report(call, wanted)
                found = {key: sums.told() for key, sums in report.rows}
                assert found == (expected if wanted.by else expected or {(): summed([])})
                self._compare_dialogs(call, wanted, report.total.told())
        assert clocks == {True, False}

    def _some(self, period: Any, by: tuple[str, ...]) -> Wanted:
        """Choose filters."""
        rng = self.rng
        return Wanted(
            period,
            lines=rng.choice((None, frozenset(rng.sample(self.lines, 2)))),
            operators=rng.choice((None, frozenset({0, *self.staff[:2]}))),
            connectors=rng.choice((None, frozenset({CODE}))),
            hours=rng.choice((None, frozenset(range(rng.randrange(24))))),
            weekdays=rng.choice((None, frozenset({6, 7}))),
            by=by,
        )

    def _compare_dialogs(self, call: Call, wanted: Wanted, total: dict[str, Any]) -> None:
        for name in ("opened", "missed", "likes", "headVotes"):
            found, count = statistics.sessions_of(call, wanted, name, limit=1000, offset=0)
            assert len({one.session_id for one in found}) == len(found) == count == total[name]

    def _check_kept(self, tx: Tx) -> None:
        """What is kept is what a recount finds, and there is a row for each session that has ended."""
        kept = everything(tx, self._before)
        ended = tx.all("select id from sessions where closed_at is not null and id > :id order by id", id=self._before)
        assert [row[1] for row in kept[0]] == [number for (number,) in ended]
        for (chat,) in tx.all("select distinct chat_id from sessions where id > :id", id=self._before):
            statistics._recount_chat(self.portal.call(tx, 1), chat)
        assert everything(tx, self._before) == kept


def everything(tx: Tx, before: int = 0) -> tuple[list[Any], list[Any]]:
    """Return all that is kept of sessions behind one."""
    return (
        tx.all("select * from session_figures where session_id > :id order by session_id", id=before),
        tx.all("select * from session_waits where session_id > :id order by session_id, position", id=before),
    )


def reckoned(tx: Tx, since: int, until: int) -> Iterator[dict[str, Any]]:
    """Go through the log and the messages, and tell each session that was opened in a period."""
    log = defaultdict(list)
    for kind, actor, at, sequence, data in tx.all(
        "select kind, actor_id, at, sequence, data from happenings where at >= :since order by id", since=since
    ):
        facts = json.loads(data)
        log[facts.get("session")].append({"kind": kind, "actor": actor, "at": at, "sequence": sequence} | facts)
    written = defaultdict(list)
    for session, author, at, sequence, params in tx.all(
        """select session_id, author, created_at, sequence, params from messages where session_id in
        (select id from sessions where opened_at >= :since) order by chat_id, sequence""",
        since=since,
    ):
        if "private" not in json.loads(params or "{}"):
            written[session].append((author, at, sequence))
    homes = dict(tx.all("select s.id, c.line_id from sessions s join chats c on c.id = s.chat_id"))
    for session, entries in log.items():
        if session is not None and entries[0]["kind"] == "session opened" and since <= entries[0]["at"] < until:
            yield one_session(entries, written[session], homes[session])


def one_session(log: list[dict[str, Any]], written: list[tuple[str, int, int]], home: int) -> dict[str, Any]:
    """Tell one session, by other ways than the server's."""
    opened = log[0]["at"]
    end = next((entry for entry in log if entry["kind"] == "session closed"), None)
    votes = [entry for entry in log if entry["kind"] == "voted"]
    stars = [entry["rating"] for entry in log if entry["kind"] == "session judged" and entry["rating"]]
    voted = {entry["sequence"] for entry in votes}
    answers = [place for place, (author, _, _) in enumerate(written) if author == "operator"]
    waits = []
    for before, place in zip([-1, *answers], answers, strict=False):
        asked = [
            at for author, at, sequence in written[before + 1 : place] if author == "customer" and sequence not in voted
        ]
        if asked:
            waits.append((before == -1, written[place][1] - max(asked[0], opened)))
    placed = [entry for entry in log if "queue" in entry or entry["kind"] == "session opened"]
    spam = end is not None and end["status"] == Status.SPAM
    sides = [author for author, _, _ in written]
    return {
        "opened_at": opened,
        "line": next((entry["queue"] for entry in reversed(placed) if "queue" in entry), home),
        "operator": placed[-1]["operator"] or 0,
        "connector": CODE,
        "closed": end is not None,
        "spam": spam,
        "answered": bool(answers),
        "missed": end is not None and not spam and not answers and "customer" in sides,
        "first": [wait for first, wait in waits if first],
        "further": [wait for first, wait in waits if not first],
        "duration": [end["at"] - opened] if end else [],
        "customerMessages": sides.count("customer"),
        "operatorMessages": sides.count("operator"),
        "systemMessages": sides.count("system"),
        "transfers": sum(entry["kind"] == "passed on" and entry["actor"] is not None for entry in log),
        "passedOn": sum(entry["kind"] == "passed on" and entry["actor"] is None for entry in log),
        "returned": sum(entry["kind"] == "returned" for entry in log),
        "likes": sum(entry["vote"] == 5 for entry in votes),
        "dislikes": sum(entry["vote"] == 1 for entry in votes),
        "stars": stars[-1:],
        "lateAnswers": sum(entry["kind"].endswith("answer late") for entry in log),
    }


def group_of(one: dict[str, Any], by: str, zone: ZoneInfo) -> Any:
    """Tell what a session is counted by."""
    local = datetime.fromtimestamp(one["opened_at"] / SECOND, zone)
    match by:
        case "day":
            return local.date().toordinal() - datetime(1970, 1, 1).toordinal()  # noqa: DTZ001 - a day alone
        case "hour":
            return local.hour
        case "weekday":
            return local.isoweekday()
        case _:
            return one[by]


def counts(one: dict[str, Any], wanted: Wanted, zone: ZoneInfo) -> bool:
    """Tell whether filters let a session through."""
    names = {
        "lines": "line",
        "operators": "operator",
        "connectors": "connector",
        "hours": "hour",
        "weekdays": "weekday",
    }
    given = {by: getattr(wanted, name) for name, by in names.items()}
    return all(values is None or group_of(one, by, zone) in values for by, values in given.items())


def grouped(told: list[dict[str, Any]], by: tuple[str, ...], zone: ZoneInfo) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Sum sessions by groups."""
    groups = defaultdict(list)
    for one in told:
        groups[tuple(group_of(one, name, zone) for name in by)].append(one)
    return {key: summed(members) for key, members in groups.items()}


def summed(told: list[dict[str, Any]]) -> dict[str, Any]:
    """Sum sessions."""
    found: dict[str, Any] = {
        name: sum(one[name] for one in told) for name in COLUMNS if not told or name in told[0]
    } | {"opened": len(told)}
    for name, values in (("firstAnswer", "first"), ("answer", "further"), ("duration", "duration")):
        ordered = sorted(value for one in told for value in one[values])
        mean = math.floor(Fraction(sum(ordered), len(ordered)) + Fraction(1, 2)) if ordered else None
        median = ordered[math.ceil(len(ordered) / 2) - 1] if ordered else None
        most = ordered[math.ceil(len(ordered) * 9 / 10) - 1] if ordered else None
        for part, value in (("Mean", mean), ("Median", median), ("P90", most)):
            found[name + part] = None if value is None else value / SECOND
    stars = [star for one in told for star in one["stars"]]
    votes = sum(one["likes"] + one["dislikes"] for one in told)
    return found | {
        "longestWait": max((value / SECOND for one in told for value in one["first"] + one["further"]), default=None),
        "headVotes": len(stars),
        "headVoteMean": round(sum(stars) / len(stars), 2) if stars else None,
        "likeShare": round(100 * sum(one["likes"] for one in told) / votes, 1) if votes else None,
    }


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office with nobody there yet."""
    made = Office(tmp_path)
    yield made
    made.portal.close()


def live(office: Office, histories: int) -> None:
    """Let histories happen."""

    @settings(USUAL, max_examples=histories)
    @given(seed=st.integers(0, 2**32), steps=st.integers(20, 100))
    def history(seed: int, steps: int) -> None:
        office.live(seed, steps)

    history()
    assert office.sessions > 2 * histories


def test_figures_of_random_histories_are_right(office: Office) -> None:
    live(office, 30)


@pytest.mark.slow
def test_figures_of_a_thousand_random_histories_are_right(office: Office) -> None:
    live(office, 1_000)
    print(f"{office.histories} histories, {office.sessions} sessions")  # noqa: T201 - a figure to report


def test_command_counts_everything_anew(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieline.services.statistics.PORTION", 1)
    office.live(1, 8)
    kept = office.portal.database.submit_read(everything).result(10)
    office.portal.write(lambda call: call.tx.run("delete from session_figures"))
    office.portal.close()
    done = CliRunner().invoke(commands, ["statistics", "recount", "--data", str(tmp_path), "--json"])
    office.portal.restart()
    assert json.loads(done.stdout) == {"counted": len(kept[0])}
    assert office.portal.database.submit_read(everything).result(10) == kept


@pytest.mark.slow
def test_sums_of_a_hundred_thousand_sessions_are_fast(office: Office) -> None:
    """Each sum is asked for as the pages do; its time is a figure to report."""
    rng = random.Random(7)
    now = office.portal.clock.now()
    columns = (
        "session_id, chat_id, line_id, connector, operator_id, opened_at, closed_at, first_wait, longest_wait, duration"
    )
    zeros = ("spam", "missed", "system_messages", "transfers", "passed_on", "returned", "dislikes", "late")
    ones = ("closed", "answered", "customer_messages", "operator_messages", "likes", "head_votes", "head_stars")
    rows, waits = [], []
    for number in range(1, 100_001):
        opened, wait = now - rng.randrange(365 * DAY), rng.randrange(HOUR)
        rows.append({"id": number, "line": rng.randrange(10), "who": rng.randrange(50), "at": opened, "wait": wait})
        waits += [{"id": number, "place": place, "wait": rng.randrange(HOUR)} for place in range(3)]

    def fill(tx: Tx) -> None:
        tx.many(
            f"""insert into session_figures (portal_id, {columns}, {", ".join([*zeros, *ones])})
            values (1, :id, :id, :line, 'simulated', :who, :at, :at, :wait, :wait, :wait,
            {", ".join(["0"] * len(zeros) + ["1"] * len(ones))})""",
            rows,
        )
        tx.many(
            "insert into session_waits (portal_id, session_id, position, wait) values (1, :id, :place, :wait)", waits
        )

    office.portal.database.submit(fill).result(60)
    for by in ((), ("day",), ("hour", "weekday"), ("line", "operator"), ("operator", "connector")):
        for days in (30, 365):
            until = datetime.fromtimestamp(now / SECOND, CHANGING[0])
            since = datetime.fromtimestamp(now / SECOND - days * 86_400, CHANGING[0])
            wanted = Wanted(read_period(since.isoformat(), until.isoformat(), CHANGING[0], now), by=by)
            begun = time.perf_counter()
            report = office.portal.database.submit_read(
                lambda tx, wanted=wanted: statistics.report(office.portal.call(tx, 1), wanted)
            ).result(60)
            took = time.perf_counter() - begun
            print(f"{days} days by {by}: {report.total.opened} sessions, {took:.2f} s")  # noqa: T201
            assert took < 5
