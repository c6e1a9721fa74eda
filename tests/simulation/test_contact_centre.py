"""A contact centre at random: customers write, operators come, go and act, time passes; the rules hold throughout."""

import itertools
import json
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from support.simulated import Simulated, pick
from tieline.domain.clock import SECOND
from tieline.domain.presence import Choice
from tieline.domain.sessions import Status
from tieline.services import chats, lines, operators, people, presence
from tieline.services.call import Call
from tieline.store.engine import Tx

COUNTED = {"answered": (25, 40), "answered_new": (0, 5, 10, 20, 25, 40), "closed": (0, 5, 10, 20, 25, 40, 50)}
REFUSED = (chats.NoAccess, operators.NotPassedOn, operators.NotTransferred, operators.NotIntercepted)
USUAL = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    phases=(Phase.generate, Phase.shrink),
)
LARGE = settings(USUAL, phases=(Phase.generate,))  # to find the shortest failure of so many takes hours
LINES = (
    {"QUEUE_TYPE": "evenly", "QUEUE_TIME": 60, "MAX_CHAT": 2, "TYPE_MAX_CHAT": "answered_new"},
    {"QUEUE_TYPE": "strictly", "QUEUE_TIME": 30, "MAX_CHAT": 1, "TYPE_MAX_CHAT": "answered", "SESSION_PRIORITY": 5},
    {"QUEUE_TYPE": "evenly", "QUEUE_TIME": 60, "MAX_CHAT": 3, "TYPE_MAX_CHAT": "closed", "FULL_CLOSE_TIME": 5},
    {"QUEUE_TYPE": "all", "QUEUE_TIME": 30},
    {"QUEUE_TYPE": "strictly", "QUEUE_TIME": 60, "CHECK_AVAILABLE": "N"},
    {"QUEUE_TYPE": "evenly", "QUEUE_TIME": 30, "AUTO_CLOSE_TIME": 120, "AUTO_EXPIRE_TIME": 60, "VOTE_MESSAGE": "Y"},
)
ACTIONS: tuple[Callable[[Call, int, "ContactCentre"], None], ...] = (
    lambda call, chat, _: operators.take(call, chat),
    lambda call, chat, _: operators.take(call, chat),
    lambda call, chat, _: _write(call, chat),
    lambda call, chat, _: _write(call, chat),
    lambda call, chat, _: _write(call, chat),
    lambda call, chat, _: operators.finish(call, chat),
    lambda call, chat, _: operators.finish(call, chat),
    lambda call, chat, _: operators.finish_another(call, chat),
    lambda call, chat, _: operators.mark_spam(call, chat),
    lambda call, chat, _: operators.skip(call, chat),
    lambda call, chat, centre: operators.transfer_to_person(call, chat, centre.someone()),
    lambda call, chat, centre: operators.transfer_to_queue(call, chat, centre.some_line()),
    lambda call, chat, _: operators.join(call, chat),
    lambda call, chat, _: operators.intercept(call, chat),
    lambda call, chat, _: operators.start(call, chat),
    lambda call, chat, _: operators.pin(call, chat, pinned=True),
    lambda call, chat, _: operators.pin(call, chat, pinned=False),
)


def _choose(choice: Choice) -> Callable[[int], Callable[[Call], None]]:
    return lambda user_id: lambda call: presence.choose(call, user_id, choice)


def _look_in(user_id: int) -> Callable[[Call], None]:
    """Open a page, at which nobody is."""

    def look_in(call: Call) -> None:
        presence.choose(call, user_id, Choice.AUTO)
        presence.see(call, user_id, "page", idle=True)

    return look_in


ATTENDANCE = (_choose(Choice.ONLINE), _choose(Choice.ONLINE), _choose(Choice.ABSENT), _look_in)


def _write(call: Call, chat: int) -> None:
    chats.send(call, chat, "Good day")


class ContactCentre(RuleBasedStateMachine):
    """Lines of all kinds, operators who serve several of them, and customers."""

    staff: ClassVar[int] = 6
    burst: ClassVar[int] = 24
    dialogs: ClassVar[int] = 0  # of all runs

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        """Open with nobody there."""
        self._folder = tempfile.TemporaryDirectory()
        self._steps = 0
        self._shuffle(seed)
        self.portal = Simulated(Path(self._folder.name))
        self.operators = [self.portal.person() for _ in range(self.staff)]
        self.lines = [self.portal.line(self._shift(), CRM="N", **line) for line in LINES]
        self.settings = dict(zip(self.lines, LINES, strict=True))
        self._seen = 0
        self._waiting: dict[int, dict[int, int | None]] = {line: {} for line in self.lines}
        self._numbers = itertools.count(1)
        self._known: list[int] = []
        self._customers: list[tuple[int, str]] = []

    def teardown(self) -> None:
        """Let everybody come and finish everything: each session has been closed once."""
        if not hasattr(self, "portal"):
            return
        try:
            self._finish_everything()
        finally:
            type(self).dialogs += len(self._known)
            self.portal.close()
            self._folder.cleanup()

    def _shuffle(self, seed: int) -> None:
        """Go on at random, otherwise in each step."""
        self._steps += 1
        self.rng = random.Random(f"{seed} {self._steps}")

    def someone(self) -> int:
        """Name an operator."""
        return self.rng.choice(self.operators)

    def some_line(self) -> int:
        """Name a line."""
        return self.rng.choice(self.lines)

    def _shift(self) -> list[int]:
        return self.rng.sample(self.operators, max(2, len(self.operators) // 2))

    def _act(self, user_id: int | None, what: Callable[[Call], Any]) -> None:
        """Do something in somebody's name; what it led to must keep the rules."""

        def job(tx: Tx) -> None:
            try:
                with tx.savepoint():
                    what(self.portal.call(tx, user_id))
            except REFUSED:
                return
            self._check_what_was_given(tx)

        self.portal.database.submit(job).result(60)

    def _look(self) -> None:
        self.portal.database.submit(self._check_what_was_given).result(60)

    def _check_what_was_given(self, tx: Tx) -> None:
        """Nobody is over capacity, absent or overtaken by what the queues have just given out."""
        rows = tx.all(
            "select id, kind, actor_id, data from happenings where id > :seen and chat_id is not null order by id",
            seen=self._seen,
        )
        self._seen = max([self._seen, *(row[0] for row in rows)])
        happened = [(kind, actor, json.loads(data)) for _, kind, actor, data in rows]
        for kind, _, facts in happened:
            if {"status", "operator", "queue"} <= facts.keys():
                self._check_order(kind, facts)
        later: Counter[int] = Counter()  # dialogs that the same operator was given behind one
        for kind, actor, facts in reversed(happened):
            if kind == "offered" or (kind == "passed on" and facts["operator"] and actor is None):
                self._check_offer(tx, facts, later[facts["operator"]])
                later[facts["operator"]] += 1

    def _check_order(self, kind: str, facts: dict[str, Any]) -> None:
        """Follow who waits in each queue; nobody there is overtaken, but by what he alone passed on who is free."""
        session, line, operator = facts["session"], facts["queue"], facts["operator"]
        if kind == "offered" and facts["former"] is None:
            waiting = self._waiting[line]
            before = [one for one, skipped_by in waiting.items() if one < session and skipped_by != operator]
            assert before == [], f"sessions {before} wait for longer than {session}"
        for waiting in self._waiting.values():
            waiting.pop(session, None)
        if operator is None and facts.get("status") in (Status.NEW, Status.SKIPPED):
            self._waiting[line][session] = facts.get("skipped_by")

    def _check_offer(self, tx: Tx, facts: dict[str, Any], later: int) -> None:
        """Who was offered a dialog is there and has room for it."""
        line, operator = facts["queue"], facts["operator"]
        rules = self.settings[line]
        assert rules["QUEUE_TYPE"] != "all"
        if rules.get("CHECK_AVAILABLE") != "N":
            here = tx.one("select status from presence where user_id = :user", user=operator)
            assert here == ("online",), f"{operator} is not there"
        if "MAX_CHAT" in rules:
            counted = ", ".join(str(status) for status in COUNTED[rules["TYPE_MAX_CHAT"]])
            (load,) = tx.one(
                f"select count(*) from chats where operator_id = :user and status in ({counted})", user=operator
            ) or (0,)
            load -= later if rules["TYPE_MAX_CHAT"] != "answered" else 0
            assert load <= rules["MAX_CHAT"], f"{operator} is over capacity"

    @rule(count=st.integers(6, 12), seed=st.integers(0, 2**32))
    def customers_write(self, count: int, seed: int) -> None:
        """Customers write for the first time, or again."""
        self._shuffle(seed)
        for _ in range(count * self.burst // 12 + 1):
            new = not self._customers or self.rng.random() < 0.7
            if new:
                self._customers.append((self.some_line(), f"customer {next(self._numbers)}"))
            line, name = self._customers[-1] if new else self.rng.choice(self._customers[-200:])
            text = self.rng.choice(("Hello", "1", "0\nToo slow"))

            def write(tx: Tx, line: int = line, name: str = name, text: str = text, *, new: bool = new) -> None:
                chat = self.portal.customer_writes(tx, line, name, text)
                if new:
                    self._known.append(chat)
                self._check_what_was_given(tx)

            self.portal.database.submit(write).result(60)

    @rule(count=st.integers(6, 12), seed=st.integers(0, 2**32))
    def operators_act(self, count: int, seed: int) -> None:
        """Operators do what they may, mostly with dialogs that they have, and try what they may not."""
        self._shuffle(seed)
        for _ in range(count * self.burst // 12 + 1):
            operator = self.someone()
            chat = self._chat_for(operator)
            if chat is not None:
                action = self.rng.choice(ACTIONS)
                self._act(operator, lambda call, action=action, chat=chat: action(call, chat, self))

    def _chat_for(self, operator: int) -> int | None:
        if self.rng.random() < 0.2:
            return pick(self.rng, self._known[-300:])
        own = self.portal.database.submit_read(
            lambda tx: tx.all("select id from chats where operator_id = :id and status < 60 order by id", id=operator)
        ).result(60)
        return pick(self.rng, [row[0] for row in own])

    @rule(count=st.integers(3, 10), seed=st.integers(0, 2**32))
    def people_come_and_go(self, count: int, seed: int) -> None:
        """Operators come, take a break, go home."""
        self._shuffle(seed)
        for _ in range(max(1, count * self.staff // 10)):
            operator = self.someone()
            self._act(None, self.rng.choice(ATTENDANCE)(operator))

    @rule(seconds=st.integers(10, 200))
    def time_passes(self, seconds: int) -> None:
        """Time passes, and timers fire."""
        for _ in range(seconds // 10 + 1):
            self.portal.clock.move(10 * SECOND)
            self.portal.advance()
            self._look()

    @rule(seed=st.integers(0, 2**32))
    def queue_changes(self, seed: int) -> None:
        """A line's queue gets other people, or another capacity."""
        self._shuffle(seed)
        line = self.some_line()
        queue = [{"ENTITY_TYPE": "user", "ENTITY_ID": number} for number in self._shift()]
        self.portal.write(lambda call: lines.update(call, line, {"QUEUE": queue}))
        self.portal.advance()
        self._look()

    @rule(seed=st.integers(0, 2**32))
    def somebody_is_dismissed_and_taken_back(self, seed: int) -> None:
        """An operator is dismissed for a while."""
        self._shuffle(seed)
        who = self.someone()
        self.portal.write(lambda call: people.update(call, who, {"ACTIVE": "N"}))
        self.portal.advance()
        self.portal.write(lambda call: people.update(call, who, {"ACTIVE": "Y"}))
        self.portal.advance()
        self._look()

    @invariant()
    def rules_hold(self) -> None:
        """What is kept agrees with itself and with the rules."""
        if not hasattr(self, "portal"):
            return
        self.portal.advance()
        self.portal.database.submit(self._check).result(60)

    def _check(self, tx: Tx) -> None:
        self._check_what_was_given(tx)
        assert (
            tx.all(
                """select c.id from chats c join sessions s on s.id = c.session_id where c.status <> s.status
            or coalesce(c.operator_id, 0) <> coalesce(s.operator_id, 0) or c.queue_id <> s.line_id and c.status < 60"""
            )
            == []
        )
        assert tx.all("select t.subject_id from timers t join chats c on c.id = t.subject_id where t.kind <> 'route' "
                      "and c.status >= 60") == []  # fmt: skip
        self._check_nobody_starves(tx)
        self._check_nobody_waits_for_the_absent(tx)

    def _check_nobody_starves(self, tx: Tx) -> None:
        """Where a dialog waits for an operator, nobody is free who could have it."""
        for line, rules in self.settings.items():
            if rules["QUEUE_TYPE"] == "all":
                continue
            waiting = tx.all(
                """select c.id, coalesce(s.skipped_by, 0) from chats c join sessions s on s.id = c.session_id
                where c.queue_id = :line and c.status < 10 and c.operator_id is null""",
                line=line,
            )
            if not waiting:
                continue
            free = set(self._free(tx, line, rules))
            assert [chat for chat, skipped_by in waiting if free - {skipped_by}] == [], f"line {line}: {free} are free"

    def _free(self, tx: Tx, line: int, rules: dict[str, Any]) -> list[int]:
        counted = ", ".join(str(status) for status in COUNTED[rules.get("TYPE_MAX_CHAT", "closed")])
        present = "1 = 1" if rules.get("CHECK_AVAILABLE") == "N" else "p.status = 'online'"
        rows = tx.all(
            f"""select q.entity_id, (select count(*) from chats c where c.operator_id = q.entity_id
            and c.status in ({counted})) from line_queue q join users u on u.id = q.entity_id and u.active = 1
            left join presence p on p.user_id = q.entity_id where q.line_id = :line and {present}""",
            line=line,
        )
        return [user for user, load in rows if "MAX_CHAT" not in rules or load < rules["MAX_CHAT"]]

    def _check_nobody_waits_for_the_absent(self, tx: Tx) -> None:
        """A customer waits for somebody who is absent for no longer than the line's time to pass on."""
        now = self.portal.clock.now()
        rows = tx.all(
            """select c.id, c.queue_id, c.status, p.since, (select max(h.at) from happenings h where h.chat_id = c.id)
            from chats c join presence p on p.user_id = c.operator_id
            where c.status < 40 and p.status = 'absent'"""
        )
        for chat, line, status, since, moved in rows:
            rules = self.settings[line]
            if rules.get("CHECK_AVAILABLE") == "N":
                continue
            rule_time = rules["QUEUE_TIME"] * SECOND
            assert now - max(since, moved) < rule_time, f"{chat} waits for somebody absent in state {status}"

    def _finish_everything(self) -> None:
        for operator in self.operators:
            self._act(None, lambda call, who=operator: presence.choose(call, who, Choice.ONLINE))
        self.portal.advance()
        self._look()

        def finish(call: Call) -> None:
            for (chat,) in call.tx.all("select id from chats where status < 60"):
                operators.finish_another(call, chat)

        self.portal.write(finish)
        self.portal.write(finish)  # those that were left to the customer
        closed, opened = (
            dict(self.portal.database.submit_read(
                lambda tx, kind=kind: tx.all(
                    """select cast(json_extract(data, '$.session') as integer), count(*) from happenings
                    where kind = :kind group by 1""", kind=kind)
            ).result(60))
            for kind in ("session closed", "session opened")
        )  # fmt: skip
        assert set(closed.values()) <= {1}
        assert closed == opened


def test_rules_hold_whatever_happens() -> None:
    run_state_machine_as_test(ContactCentre, settings=settings(USUAL, max_examples=3, stateful_step_count=40))


class LargeContactCentre(ContactCentre):
    """Fifty operators."""

    staff = 50
    burst = 200


@pytest.mark.slow
def test_rules_hold_for_ten_thousand_dialogs_and_fifty_operators() -> None:
    while LargeContactCentre.dialogs < 10_000:
        run_state_machine_as_test(LargeContactCentre, settings=settings(LARGE, max_examples=2, stateful_step_count=60))
    print(f"{LargeContactCentre.dialogs} dialogs")  # noqa: T201 - a figure to report
