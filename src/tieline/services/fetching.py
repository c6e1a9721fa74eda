"""Queues from which bots and people fetch their events: putting, fetching, confirming, what is dropped."""

from typing import NamedTuple

from tieline.domain.clock import DAY
from tieline.services.call import Call
from tieline.store import fetches, journal
from tieline.store.fetches import Fetched

LIFE = DAY
MOST = 20_000  # events in a queue; of more the oldest are dropped
LOOK_EVERY = 64  # so many events are put before a queue's length is looked at


class Reader(NamedTuple):
    """Whose queue it is: a bot's of an application, or a person's, of no application."""

    app_id: int
    name: str


class Batch(NamedTuple):
    """Events of a poll; `following` is the number that confirms them."""

    events: list[Fetched]
    following: int
    more: bool


def of_user(user_id: int) -> Reader:
    """Name a person's queue."""
    return Reader(0, f"user:{user_id}")


def put(call: Call, event_id: int, app_id: int, reader: str) -> None:
    """Put a kept event into a queue; the oldest there are dropped now and then, if they are too many or too old."""
    number = fetches.add_fetched(call.tx, call.portal_id, event_id, app_id, reader, call.real_now)
    if number % LOOK_EVERY == 0:
        _drop(call, Reader(app_id, reader))


def is_empty(call: Call, reader: Reader) -> bool:
    """Tell whether nothing waits in a queue."""
    lane = fetches.find_reader_lane(call.tx, call.portal_id, *reader)
    return lane is None or not fetches.list_fetched(call.tx, call.portal_id, lane, since=0, limit=1)


def fetch(call: Call, readers: list[Reader], *, offset: int, limit: int) -> Batch:
    """Confirm what stands before a number, and return what waits behind it, oldest first.

    A poll that confirms nothing is a reader's. One of several queues that are not empty locks them: a number that is
    allotted in one may still come after a greater one of another, which nobody must confirm before.
    """
    tx, portal_id = call.tx, call.portal_id
    lanes = []
    for reader in readers:
        lane = fetches.find_reader_lane(tx, portal_id, *reader)
        if lane is None:
            continue
        lanes.append(lane)
        if fetches.is_older(tx, portal_id, lane, call.real_now - LIFE):
            call.require_writer()
            _drop(call, reader)
    if any(fetches.any_before(tx, portal_id, lane, offset) for lane in lanes):
        call.require_writer()
        for lane in lanes:
            fetches.confirm_fetched(tx, portal_id, lane, offset, call.real_now)
    found = _merged(call, lanes, offset, limit)
    if found and len(lanes) > 1:
        call.require_writer()
        if tx.engine != "sqlite":
            for lane in lanes:
                fetches.lock_lane(tx, portal_id, lane)
        found = _merged(call, lanes, offset, limit)
    events = found[:limit]
    return Batch(events, events[-1].number + 1 if events else max(offset, 0), len(found) > limit)


def _merged(call: Call, lanes: list[int], offset: int, limit: int) -> list[Fetched]:
    found = [
        one
        for lane in lanes
        for one in fetches.list_fetched(call.tx, call.portal_id, lane, since=offset, limit=limit + 1)
    ]
    return sorted(found)[: limit + 1]


def _drop(call: Call, reader: Reader) -> None:
    """End what is too old, or too much, and say so in the journal."""
    lane = fetches.find_reader_lane(call.tx, call.portal_id, *reader)
    assert lane is not None  # something was put there
    old = fetches.find_last_before(call.tx, call.portal_id, lane, call.real_now - LIFE)
    last = max(old, fetches.find_surplus(call.tx, call.portal_id, lane, MOST))
    if not last:
        return
    count = fetches.confirm_fetched(call.tx, call.portal_id, lane, last + 1, call.real_now, "cancelled")
    why = f"nobody fetched them within {LIFE // DAY} day, or there were more than {MOST}"
    entry = journal.Entry(
        portal_id=call.portal_id,
        delivery_id=last,
        event_id=0,
        app_id=reader.app_id,
        event="",
        handler=reader.name,
        chat_id=0,
        attempt=0,
        started_at=call.real_now,
        duration=0,
        outcome=journal.Outcome.CANCELLED,
        status=None,
        reason=f"{count} events were dropped: {why}",
    )
    journal.add_entries(call.tx, [entry])
