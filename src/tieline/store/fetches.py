"""Queues from which readers fetch events: lanes that no worker sends from.

A number in a queue is allotted while its lane is locked, so that numbers grow in the order of commit, and who confirms
all before a number passes over nothing.
"""

from typing import NamedTuple

from tieline.store.engine import Tx


def add_fetched(tx: Tx, portal_id: int, event_id: int, app_id: int, reader: str, now: int) -> int:
    """Queue an event for a reader who fetches; its number in the queue, which grows as transactions end, is returned.

    The lane of a reader is never due: no worker sends what is in it.
    """
    lane = tx.one(
        """insert into lanes (portal_id, app_id, handler, chat_id, due_at, failures)
        values (:portal, :app, :handler, 0, null, 0) on conflict (portal_id, app_id, handler, chat_id)
        do update set failures = 0 returning id""",
        portal=portal_id,
        app=app_id,
        handler=reader,
    )
    assert lane
    row = tx.one(
        """insert into deliveries (portal_id, event_id, lane_id, binding_id, state, created_at)
        values (:portal, :event, :lane, 0, 'waiting', :now) returning id""",
        portal=portal_id,
        event=event_id,
        lane=lane[0],
        now=now,
    )
    assert row
    return int(row[0])


class Fetched(NamedTuple):
    """An event as a reader fetches it."""

    number: int
    event: str
    data: str
    created_at: int


def find_reader_lane(tx: Tx, portal_id: int, app_id: int, reader: str) -> int | None:
    """Return the lane from which a reader fetches; None where nothing was ever put there."""
    row = tx.one(
        """select id from lanes where portal_id = :portal and app_id = :app and handler = :handler and chat_id = 0""",
        portal=portal_id,
        app=app_id,
        handler=reader,
    )
    return int(row[0]) if row else None


def lock_lane(tx: Tx, portal_id: int, lane_id: int) -> None:
    """Wait until whoever puts something into a lane has ended, and let nobody put anything there until this ends."""
    tx.one("select 1 from lanes where portal_id = :portal and id = :lane for update", portal=portal_id, lane=lane_id)


def list_fetched(tx: Tx, portal_id: int, lane_id: int, *, since: int, limit: int) -> list[Fetched]:
    """Return what waits in a reader's lane from a number on, oldest first."""
    rows = tx.all(
        """select d.id, e.name, e.data, d.created_at from deliveries d
        join events e on e.portal_id = d.portal_id and e.id = d.event_id
        where d.portal_id = :portal and d.lane_id = :lane and d.state = 'waiting' and d.id >= :since
        order by d.id limit :limit""",
        portal=portal_id,
        lane=lane_id,
        since=since,
        limit=limit,
    )
    return [Fetched(*row) for row in rows]


def any_before(tx: Tx, portal_id: int, lane_id: int, number: int) -> bool:
    """Tell whether anything waits in a lane before a number."""
    row = tx.one(
        """select 1 from deliveries where portal_id = :portal and lane_id = :lane and state = 'waiting'
        and id < :number limit 1""",
        portal=portal_id,
        lane=lane_id,
        number=number,
    )
    return row is not None


def confirm_fetched(tx: Tx, portal_id: int, lane_id: int, before: int, now: int, state: str = "delivered") -> int:
    """End what waits in a reader's lane before a number; returns how many events that were."""
    return tx.run(
        """update deliveries set state = :state, done_at = :now
        where portal_id = :portal and lane_id = :lane and state = 'waiting' and id < :before""",
        state=state,
        now=now,
        portal=portal_id,
        lane=lane_id,
        before=before,
    )


def is_older(tx: Tx, portal_id: int, lane_id: int, moment: int) -> bool:
    """Tell whether the first of what waits in a lane came before a moment."""
    row = tx.one(
        """select created_at from deliveries where portal_id = :portal and lane_id = :lane and state = 'waiting'
        order by id limit 1""",
        portal=portal_id,
        lane=lane_id,
    )
    return row is not None and row[0] < moment


def find_last_before(tx: Tx, portal_id: int, lane_id: int, moment: int) -> int:
    """Return the number of the last that waits in a lane and came before a moment; 0 for none."""
    row = tx.one(
        """select max(id) from deliveries where portal_id = :portal and lane_id = :lane and state = 'waiting'
        and created_at < :moment""",
        portal=portal_id,
        lane=lane_id,
        moment=moment,
    )
    return (row[0] if row else None) or 0


def find_surplus(tx: Tx, portal_id: int, lane_id: int, most: int) -> int:
    """Return the number of the newest in a lane behind which as many wait as may; 0 where no more do."""
    row = tx.one(
        """select id from deliveries where portal_id = :portal and lane_id = :lane and state = 'waiting'
        order by id desc limit 1 offset :most""",
        portal=portal_id,
        lane=lane_id,
        most=most,
    )
    return row[0] if row else 0
