"""OnOfflineEvent: the notice that an offline queue has something, so that nobody need ask again and again."""

import contextlib
import threading
from collections.abc import Callable
from typing import Any

import pytest

from support.portal import Client, Portal
from support.post import journal
from support.receiver import Receiver
from support.tokens import acting_for
from support.waiting import until
from tieline.domain import events
from tieline.domain.clock import SECOND
from tieline.services.subscriptions import publish
from tieline.store.engine import Tx

NOTICE = "ONOFFLINEEVENT"
TEST = "ONAPPTEST"


class Queue:
    """An application that has test events queued, and a handler that is told so."""

    def __init__(self, portal: Portal, receiver: Receiver, **options: Any) -> None:
        self.portal = portal
        self.receiver = receiver
        self.app = portal.app()
        self.handler = f"{receiver.url}/notices"
        assert self.app.call("event.bind", event=TEST, event_type="offline").result is True
        bound = self.app.call("event.bind", event="OnOfflineEvent", handler=self.handler, **options)
        assert bound.result is True

    def change(self) -> None:
        """Queue something."""
        assert self.app.call("event.test").result == 1

    def later(self, milliseconds: int) -> None:
        """Let time pass, and the worker see what has become due."""
        self.portal.clock.move(milliseconds)
        self.portal.look_for_due()

    def settle(self) -> int:
        """Wait until nothing is due; returns how many notices have come."""
        now = self.portal.clock.now()

        def is_due(tx: Tx) -> bool:
            return tx.one("select 1 from lanes where due_at <= :now", now=now) is not None

        until(lambda: not self.portal.read(is_due), "nothing to be due")
        return len(self.receiver.requests)

    def count(self, count: int) -> None:
        """Check that so many notices have come, and no more."""
        self.receiver.wait(count)
        self.receiver.nothing_more(count, 0.15)


@pytest.fixture
def queue(portal: Portal, receiver: Receiver) -> Queue:
    """A queue with the usual pause between notices, on each engine."""
    return Queue(portal, receiver)


def test_notice_comes_as_documented(queue: Queue) -> None:
    queue.change()
    (event,) = queue.receiver.wait()
    assert event.path == "/notices"
    assert event.event == NOTICE
    assert [name for name in event.flat if name.startswith("data")] == []
    auth = event.form["auth"]
    assert auth.keys() == {
        *("access_token", "expires", "expires_in", "scope", "domain", "server_endpoint", "status"),
        *("client_endpoint", "member_id", "user_id", "refresh_token", "application_token"),
    }
    assert auth["application_token"] == queue.app.facts["application_token"]
    reader = Client(queue.portal, auth={"auth": auth["access_token"]})
    assert [row["EVENT_NAME"] for row in reader.call("event.offline.get").result["events"]] == [TEST]
    secrets = {name: queue.app.facts[name] for name in ("client_id", "client_secret")}
    told = {"grant_type": "refresh_token", "refresh_token": auth["refresh_token"], **secrets}
    assert queue.portal.request("GET", "/oauth/token/", params=told).body["access_token"]


def test_changes_of_a_pause_share_one_notice_at_its_end(queue: Queue) -> None:
    for _ in range(5):
        queue.change()
    queue.count(1)
    queue.later(SECOND - 1)
    queue.count(1)
    queue.later(1)
    queue.count(2)
    queue.later(10 * SECOND)
    queue.count(2)
    queue.change()
    queue.count(3)


def test_steady_changes_are_told_once_a_pause(queue: Queue) -> None:
    told = []
    for _ in range(12):
        queue.change()
        told.append(queue.settle())
        queue.later(SECOND // 4)
    queue.later(10 * SECOND)
    assert told == [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]
    queue.count(5)


def test_change_just_before_a_notice_is_told_by_the_next_one(queue: Queue) -> None:
    """It may not be committed yet when that notice is read."""
    queue.change()
    queue.change()
    queue.later(SECOND - 100)
    queue.count(1)
    queue.change()
    queue.change()
    queue.later(100)
    queue.count(2)
    queue.later(SECOND)
    queue.count(3)


@pytest.mark.parametrize("pause", [5, "5"])
def test_pause_is_that_of_the_subscription(quick_portal: Portal, receiver: Receiver, pause: Any) -> None:
    queue = Queue(quick_portal, receiver, options={"minTimeout": pause})
    queue.change()
    queue.change()
    queue.count(1)
    queue.later(5 * SECOND - 1)
    queue.count(1)
    queue.later(1)
    queue.count(2)


@pytest.mark.parametrize("options", [[], {}, {"minTimeout": ""}, {"another": 7}])
def test_pause_is_a_second_where_nothing_is_said(quick_portal: Portal, receiver: Receiver, options: Any) -> None:
    queue = Queue(quick_portal, receiver, options=options)
    queue.change()
    queue.change()
    queue.later(SECOND)
    queue.count(2)


def test_without_a_pause_each_call_is_told_once(portal: Portal, receiver: Receiver) -> None:
    queue = Queue(portal, receiver, options={"minTimeout": 0})
    for count in (1, 2, 3):
        queue.change()
        queue.receiver.wait(count)
    assert queue.app.call("batch", cmd=["event.test"] * 5).result["result"] == [1] * 5
    queue.count(4)


def test_notice_that_a_failing_command_takes_back_is_given_by_the_next(
    quick_portal: Portal, receiver: Receiver
) -> None:
    queue = Queue(quick_portal, receiver, options={"minTimeout": 0})

    def job(tx: Any) -> None:
        call = quick_portal.admin_call(tx)
        fact = events.TestFired(app_id=queue.app.facts["id"], actor_id=1, query={}, language="en")
        with contextlib.suppress(KeyError), tx.savepoint():
            publish(call, fact)
            raise KeyError
        publish(call, fact)

    quick_portal.write(job)
    queue.count(1)


def test_waiting_notice_delays_nothing_else_of_the_handler(quick_portal: Portal, receiver: Receiver) -> None:
    queue = Queue(quick_portal, receiver, options={"minTimeout": 60})
    queue.change()
    queue.change()
    receiver.wait(1)
    assert queue.app.call("event.bind", event=TEST, handler=queue.handler).result is True
    queue.change()
    assert [event.event for event in receiver.wait(2)] == [NOTICE, TEST]


def test_dead_handler_has_few_notices_waiting(quick_portal: Portal, receiver: Receiver) -> None:
    queue = Queue(quick_portal, receiver)
    receiver.answer = lambda _: (500, {}, b"")
    queue.change()
    journal(quick_portal, 1)
    for _ in range(20):
        queue.change()
        quick_portal.clock.move(2 * SECOND)
    waiting = quick_portal.read(lambda tx: tx.one("select count(*) from deliveries where state = 'waiting'"))[0]
    assert 1 <= waiting <= 4


def test_slow_handler_has_few_notices_waiting(quick_portal: Portal, receiver: Receiver, gate: threading.Event) -> None:
    queue = Queue(quick_portal, receiver)
    receiver.answer = lambda _: (gate.wait(10) and 200, {}, b"")
    for _ in range(20):
        queue.change()
        queue.later(2 * SECOND)
    waiting = quick_portal.read(lambda tx: tx.one("select count(*) from deliveries where state = 'waiting'"))[0]
    assert 2 <= waiting <= 4
    before = len(receiver.requests)
    gate.set()
    receiver.wait(before + 1)


def test_journal_tells_of_notices_as_of_no_dialog(queue: Queue) -> None:
    queue.change()
    (entry,) = journal(queue.portal, 1)
    assert (entry.event, entry.handler, entry.chat_id, entry.outcome) == (NOTICE, queue.handler, 0, "delivered")


def test_notices_end_with_their_subscription(queue: Queue) -> None:
    queue.change()
    queue.change()
    assert queue.settle() == 1
    assert queue.app.call("event.unbind", event=NOTICE, handler=queue.handler).result == {"count": 1}
    queue.later(10 * SECOND)
    queue.count(1)
    outcomes = [(entry.event, entry.outcome) for entry in journal(queue.portal, 2)]
    assert sorted(outcomes) == [(NOTICE, "cancelled"), (NOTICE, "delivered")]


def test_each_handler_is_told(quick_portal: Portal, receiver: Receiver) -> None:
    queue = Queue(quick_portal, receiver)
    other = Queue(quick_portal, receiver)
    person = quick_portal.person()
    acting_for(queue.app, person).call("event.bind", event=NOTICE, handler=f"{receiver.url}/second")
    queue.change()
    events = receiver.wait(2)
    receiver.nothing_more(2, 0.15)
    assert sorted(event.path for event in events) == ["/notices", "/second"]
    users = {event.path: event.form["auth"]["user_id"] for event in events}
    assert users == {"/notices": "1", "/second": str(person)}
    tokens = {event.form["auth"]["application_token"] for event in events}
    assert tokens == {queue.app.facts["application_token"]} != {other.app.facts["application_token"]}


def test_online_events_alone_are_not_announced(quick_portal: Portal, receiver: Receiver) -> None:
    app = quick_portal.app()
    for event in (TEST, NOTICE):
        assert app.call("event.bind", event=event, handler=f"{receiver.url}/{event}").result is True
    app.call("event.test")
    assert [event.event for event in receiver.wait()] == [TEST]
    receiver.nothing_more(1, 0.15)


def test_own_change_under_a_source_key_is_not_announced(quick_portal: Portal, receiver: Receiver) -> None:
    app = quick_portal.app()
    app.call("event.bind", event=TEST, event_type="offline", auth_connector="shop")
    app.call("event.bind", event=NOTICE, handler=receiver.url)
    app.call("event.test", auth_connector="shop")
    receiver.nothing_more(0, 0.15)
    app.call("event.test", auth_connector="other")
    receiver.wait(1)


def test_notice_that_waits_survives_a_restart(open_portal: Callable[..., Portal], receiver: Receiver) -> None:
    portal = open_portal()
    queue = Queue(portal, receiver)
    queue.change()
    queue.change()
    journal(portal, 1)
    portal.close()
    again = open_portal()
    again.clock.move(SECOND)
    again.look_for_due()
    assert [event.event for event in receiver.wait(2)] == [NOTICE, NOTICE]
