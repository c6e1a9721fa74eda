"""Lanes: order, leases, and what an outcome does to them."""

import pytest

from support.notes import PORTAL, Notes
from tieline.domain.apps import Binding
from tieline.domain.events import Delivery
from tieline.store import outbox
from tieline.store.engine import Tx
from tieline.store.outbox import Claim, Queued

HANDLER = "https://app.example/handler"
LEASE = 1000


class Outbox:
    """An outbox of one application, whose time is given with each verb."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes

    def add(self, name: str, *, chat: int = 7, now: int = 0, handler: str = HANDLER, binding: int = 1) -> int:
        """Queue an event; returns its lane."""
        return self.queue(name, chat=chat, now=now, handler=handler, binding=binding).lane_id

    def queue(self, name: str, *, chat: int = 7, now: int = 0, handler: str = HANDLER, binding: int = 1) -> Queued:
        """Queue an event."""
        subscribed = Binding(binding, 1, name, handler, None)

        def job(tx: Tx) -> Queued:
            event = outbox.add_event(tx, PORTAL, name, chat_id=chat, actor_id=None, data="[]", now=now)
            return outbox.add_delivery(tx, PORTAL, event, subscribed, chat, now)

        return self.notes.write(job)

    def heads(self, lane: int, now: int = 0, limit: int = 10) -> list[Delivery]:
        return self.notes.read(lambda tx: outbox.find_heads(tx, PORTAL, lane, now, limit))

    def head(self, lane: int, now: int = 0) -> Delivery | None:
        return next(iter(self.heads(lane, now, 1)), None)

    def due(self, now: int = 0, limit: int = 100) -> list[int]:
        return [lane for _, lane, _ in self.notes.read(lambda tx: outbox.list_due_lanes(tx, now, limit))]

    def finish(self, delivery: Delivery, state: str = "done", now: int = 0) -> bool:
        def job(tx: Tx) -> bool:
            outbox.finish(tx, [(delivery, state)], now)
            return outbox.go_on(tx, PORTAL, delivery.lane_id, now)

        return self.notes.write(job)

    def cancel(self, delivery: Delivery, now: int = 0) -> None:
        self.notes.write(lambda tx: outbox.cancel(tx, delivery, now))

    def postpone(self, delivery: Delivery, until: int) -> None:
        self.notes.write(lambda tx: outbox.postpone(tx, delivery, until))

    def claim(self, lane: int, worker: str, now: int = 0) -> bool:
        return self.claimed(lane, worker, now) is not None

    def claimed(self, lane: int, worker: str, now: int = 0) -> Claim | None:
        return self.notes.write(
            lambda tx: outbox.claim_lane(tx, PORTAL, lane, worker=worker, now=now, until=now + LEASE)
        )


@pytest.fixture
def box(notes: Notes) -> Outbox:
    return Outbox(notes)


def test_lane_gives_its_deliveries_in_the_order_they_came(box: Outbox) -> None:
    (lane,) = {box.add(name) for name in ("one", "two", "three")}
    seen = []
    while head := box.head(lane):
        seen.append(head.event)
        assert box.finish(head) == (len(seen) < 3)
    assert seen == ["one", "two", "three"]
    assert box.due() == []


def test_dialogs_handlers_and_applications_have_lanes_of_their_own(box: Outbox) -> None:
    lanes = [box.add("e"), box.add("e", chat=8), box.add("e", handler=HANDLER + "/2"), box.add("e")]
    assert len(set(lanes)) == 3
    assert lanes[0] == lanes[3]
    assert sorted(box.due()) == sorted(set(lanes))


def test_longest_due_lanes_come_first(box: Outbox) -> None:
    lanes = [box.add("e", chat=chat, now=now) for chat, now in ((1, 30), (2, 10), (3, 20))]
    assert box.due(now=30) == [lanes[1], lanes[2], lanes[0]]
    assert box.due(now=30, limit=1) == [lanes[1]]
    assert box.due(now=15) == [lanes[1]]


def test_postponed_lane_waits_with_all_that_is_behind(box: Outbox) -> None:
    lane = box.add("one")
    box.add("two")
    box.postpone(box.head(lane), 500)
    assert box.add("three", now=100) == lane
    assert box.head(lane, now=499) is None
    assert box.due(now=499) == []
    head = box.head(lane, now=500)
    assert (head.event, head.failures) == ("one", 1)


def test_failures_of_a_lane_are_counted(box: Outbox) -> None:
    lane = box.add("one")
    for attempt in range(3):
        head = box.head(lane, now=attempt)
        assert head.failures == attempt
        box.postpone(head, attempt + 1)


def test_heads_come_in_order_and_only_the_first_has_the_failures(box: Outbox) -> None:
    lane = box.add("one")
    box.postpone(box.head(lane), 5)
    for name in ("two", "three", "four"):
        box.add(name)
    heads = box.heads(lane, now=5, limit=3)
    assert [(head.event, head.failures) for head in heads] == [("one", 1), ("two", 0), ("three", 0)]


def test_several_end_together_and_the_lane_goes_on_behind_them(box: Outbox) -> None:
    (lane,) = {box.add(name) for name in ("one", "two", "three")}
    first, second, _ = box.heads(lane)
    box.notes.write(lambda tx: outbox.finish(tx, [(first, "done"), (second, "failed")], 3))
    assert box.notes.read(lambda tx: tx.all("select state, done_at from deliveries order by id")) == [
        ("done", 3),
        ("failed", 3),
        ("waiting", None),
    ]
    assert box.notes.write(lambda tx: outbox.go_on(tx, PORTAL, lane, 4)) is True
    assert [head.event for head in box.heads(lane, now=4)] == ["three"]


def test_only_delivery_of_a_lane_is_told_to_be_alone(box: Outbox) -> None:
    assert box.queue("one", now=1).alone is True
    assert box.queue("two", now=2).alone is False
    lane = box.queue("three", now=2, chat=8)
    assert lane.alone is True
    box.finish(box.head(lane.lane_id, now=2), now=3)
    assert box.queue("four", now=4, chat=8).alone is True


def test_delivery_behind_one_that_is_tried_again_at_that_very_moment_is_not_alone(box: Outbox) -> None:
    lane = box.add("one")
    box.postpone(box.head(lane), 5)
    assert box.queue("two", now=5).alone is False


def test_late_data_are_kept(box: Outbox) -> None:
    def job(tx: Tx) -> None:
        event = outbox.add_event(tx, PORTAL, "late", chat_id=7, actor_id=None, fact='{"a":1}', now=0)
        outbox.add_delivery(tx, PORTAL, event, Binding(1, 1, "late", HANDLER, None), 7, 0)

    box.notes.write(job)
    (lane,) = box.due()
    head = box.head(lane)
    assert (head.fact, head.data) == ({"a": 1}, None)
    box.notes.write(lambda tx: outbox.set_event_data(tx, PORTAL, head.event_id, "[1]"))
    assert box.head(lane).data == "[1]"


@pytest.mark.parametrize("state", ["done", "failed"])
def test_next_delivery_is_due_at_once_and_starts_without_failures(box: Outbox, state: str) -> None:
    lane = box.add("one")
    box.add("two")
    box.postpone(box.head(lane), 10)
    assert box.finish(box.head(lane, now=10), state, now=20) is True
    head = box.head(lane, now=20)
    assert (head.event, head.failures) == ("two", 0)


def test_delivery_in_an_emptied_lane_is_due_at_once(box: Outbox) -> None:
    lane = box.add("one")
    box.finish(box.head(lane))
    assert box.add("two", now=50) == lane
    assert box.due(now=49) == []
    assert box.head(lane, now=50).event == "two"


def test_what_waits_for_a_subscription_is_found(box: Outbox) -> None:
    for name, binding, chat in (("a", 1, 1), ("b", 2, 1), ("a", 1, 2)):
        box.add(name, binding=binding, chat=chat)
    waiting = box.notes.read(lambda tx: outbox.list_waiting(tx, PORTAL, 1))
    assert [(delivery.event, delivery.chat_id) for delivery in waiting] == [("a", 1), ("a", 2)]


def test_cancelled_head_frees_its_lane(box: Outbox) -> None:
    lane = box.add("one", binding=1)
    box.add("two", binding=2)
    box.postpone(box.head(lane), 1000)
    (waiting,) = box.notes.read(lambda tx: outbox.list_waiting(tx, PORTAL, 1))
    box.cancel(waiting, now=5)
    assert box.head(lane, now=5).event == "two"


def test_lane_that_fails_after_its_head_was_cancelled_is_not_due_for_ever(box: Outbox) -> None:
    lane = box.add("one")
    sent = box.head(lane)
    box.cancel(sent)
    box.postpone(sent, 10)
    assert box.due(now=1000) == []
    assert box.notes.read(lambda tx: tx.all("select state from deliveries")) == [("cancelled",)]


def test_lane_goes_on_behind_a_head_that_was_cancelled_on_its_way(box: Outbox) -> None:
    lane = box.add("one", binding=1)
    sent = box.head(lane)
    box.add("two", binding=2)
    box.cancel(sent)
    box.postpone(sent, 10)
    assert box.head(lane, now=10).event == "two"


def test_cancelling_behind_a_failing_head_does_not_hurry_it(box: Outbox) -> None:
    lane = box.add("one", binding=1)
    box.postpone(box.head(lane), 1000)
    box.add("two", binding=2)
    (waiting,) = box.notes.read(lambda tx: outbox.list_waiting(tx, PORTAL, 2))
    box.cancel(waiting, now=5)
    assert box.due(now=999) == []
    assert box.head(lane, now=1000).failures == 1


def test_cancelling_takes_no_lane_from_the_worker_that_holds_it(box: Outbox) -> None:
    lane = box.add("one", binding=1)
    box.add("two", binding=2)
    box.claim(lane, "first")
    box.cancel(box.head(lane), now=5)
    assert box.claim(lane, "second", now=6) is False


def test_lease_keeps_other_workers_away_until_it_ends(box: Outbox) -> None:
    lane = box.add("one")
    assert box.claim(lane, "first") is True
    assert box.claim(lane, "second") is False
    assert box.claim(lane, "first", now=10) is True
    assert box.claim(lane, "second", now=LEASE) is False
    assert box.claim(lane, "second", now=LEASE + 11) is True
    assert box.claim(lane, "first", now=LEASE + 12) is False


def test_claim_tells_that_the_last_worker_never_gave_the_lane_back(box: Outbox) -> None:
    lane = box.add("one")
    assert box.claimed(lane, "first") == Claim(lapsed=False)
    assert box.claimed(lane, "first") == Claim(lapsed=False)
    assert box.claimed(lane, "second", now=LEASE + 1) == Claim(lapsed=True)


def test_run_that_never_ended_is_seen_by_the_next(box: Outbox) -> None:
    def begin(worker: str) -> bool:
        return box.notes.write(lambda tx: outbox.begin_run(tx, worker, 0))

    assert begin("first") is False
    assert begin("second") is True
    box.notes.write(lambda tx: outbox.end_run(tx, "second"))
    assert begin("third") is False


def test_leased_lane_is_not_listed_as_due_until_the_lease_ends(box: Outbox) -> None:
    lane = box.add("one")
    box.claim(lane, "first")
    assert box.due(now=LEASE) == []
    assert box.due(now=LEASE + 1) == [lane]


def test_lane_that_is_not_due_cannot_be_claimed(box: Outbox) -> None:
    lane = box.add("one")
    box.postpone(box.head(lane), 100)
    assert box.claim(lane, "first", now=99) is False
    assert box.claim(lane, "first", now=100) is True


def test_outcome_gives_the_lease_back(box: Outbox) -> None:
    lane = box.add("one")
    box.claim(lane, "first")
    box.postpone(box.head(lane), 100)
    assert box.claim(lane, "second", now=100) is True
    box.finish(box.head(lane, now=100), now=100)
    box.add("two", now=100)
    assert box.claim(lane, "first", now=100) is True


def test_finished_turn_gives_the_lane_to_whoever_comes_first(box: Outbox) -> None:
    lane = box.add("one")
    box.add("two")
    box.claim(lane, "first")
    assert box.finish(box.head(lane)) is True
    assert box.claim(lane, "second", now=1) is True


def test_lane_that_is_given_back_may_be_claimed_at_once(box: Outbox) -> None:
    lane = box.add("one")
    box.claim(lane, "first")
    box.notes.write(lambda tx: outbox.release_lanes(tx, [(PORTAL, lane)], "second"))
    assert box.claim(lane, "second") is False
    box.notes.write(lambda tx: outbox.release_lanes(tx, [(PORTAL, lane)], "first"))
    assert box.claim(lane, "second") is True


def test_many_workers_claim_a_lane_once(box: Outbox) -> None:
    lane = box.add("one")
    claims = [
        box.notes.submit(
            lambda tx, worker=str(number): outbox.claim_lane(tx, PORTAL, lane, worker=worker, now=0, until=LEASE)
        )
        for number in range(40)
    ]
    assert [claim.result(30) for claim in claims].count(None) == 39
