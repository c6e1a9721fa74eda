"""Events on their way out: an event once, a delivery per handler, lanes that keep their order.

A lane is (application, handler, dialog). It has at most one delivery on its way, and its due moment
is that of its oldest waiting delivery.
"""

from dataclasses import dataclass
from typing import Any

import msgspec

from tieline.domain.apps import Binding
from tieline.store.engine import Row, Tx


@dataclass(frozen=True, slots=True)
class Delivery:
    """The oldest waiting delivery of a claimed lane, with its event."""

    portal_id: int
    id: int
    lane_id: int
    binding_id: int
    event_id: int
    event: str
    app_id: int
    handler: str
    chat_id: int
    actor_id: int | None
    fact: dict[str, Any]
    data: str | None
    created_at: int
    failures: int


def add_event(tx: Tx, portal_id: int, name: str, *, chat_id: int, actor_id: int | None, fact: bytes, now: int) -> int:
    """Keep what happened for those who subscribed; returns the event's id."""
    row = tx.one(
        """insert into events (portal_id, name, chat_id, actor_id, fact, created_at)
        values (:portal, :name, :chat, :actor, :fact, :now) returning id""",
        portal=portal_id,
        name=name,
        chat=chat_id,
        actor=actor_id,
        fact=fact.decode(),
        now=now,
    )
    assert row
    return int(row[0])


def add_delivery(tx: Tx, portal_id: int, event_id: int, binding: Binding, chat_id: int, now: int) -> int:
    """Queue an event for a handler behind what waits in its lane; returns the lane."""
    lane = tx.one(
        """insert into lanes (portal_id, app_id, handler, chat_id, due_at, failures)
        values (:portal, :app, :handler, :chat, :now, 0)
        on conflict (portal_id, app_id, handler, chat_id)
        do update set due_at = coalesce(lanes.due_at, excluded.due_at) returning id""",
        portal=portal_id,
        app=binding.app_id,
        handler=binding.handler,
        chat=chat_id,
        now=now,
    )
    assert lane
    tx.run(
        """insert into deliveries (portal_id, event_id, lane_id, binding_id, state, created_at)
        values (:portal, :event, :lane, :binding, 'waiting', :now)""",
        portal=portal_id,
        event=event_id,
        lane=lane[0],
        binding=binding.id,
        now=now,
    )
    return int(lane[0])


def list_due_lanes(tx: Tx, now: int, limit: int) -> list[tuple[int, int, str]]:
    """Return (portal, lane, handler) of lanes that are due and that no worker holds, longest due first."""
    rows = tx.all(
        """select portal_id, id, handler from lanes where due_at <= :now
        and (claimed_until is null or claimed_until < :now) order by due_at limit :limit""",
        now=now,
        limit=limit,
    )
    return [(row[0], row[1], row[2]) for row in rows]


def claim_lane(tx: Tx, portal_id: int, lane_id: int, *, worker: str, now: int, until: int) -> bool:
    """Take a lane that is due and that no other worker holds, where several workers share a database."""
    return bool(
        tx.run(
            """update lanes set claimed_by = :worker, claimed_until = :until
            where portal_id = :portal and id = :lane and due_at <= :now
            and (claimed_until is null or claimed_until < :now or claimed_by = :worker)""",
            worker=worker,
            until=until,
            portal=portal_id,
            lane=lane_id,
            now=now,
        )
    )


def release_lanes(tx: Tx, lanes: list[tuple[int, int]], worker: str) -> None:
    """Give claimed lanes back as they are."""
    for portal_id, lane_id in lanes:
        tx.run(
            """update lanes set claimed_by = null, claimed_until = null
            where portal_id = :portal and id = :lane and claimed_by = :worker""",
            portal=portal_id,
            lane=lane_id,
            worker=worker,
        )


_HEAD = """select d.portal_id, d.id, d.lane_id, d.binding_id, d.event_id, e.name, l.app_id, l.handler, l.chat_id,
e.actor_id, e.fact, d.data, d.created_at, l.failures
from lanes l join deliveries d on d.portal_id = l.portal_id and d.lane_id = l.id and d.state = 'waiting'
join events e on e.portal_id = d.portal_id and e.id = d.event_id
where l.portal_id = :portal and l.id = :lane"""


def _delivery(row: Row) -> Delivery:
    values = list(row)
    values[10] = msgspec.json.decode(values[10])
    return Delivery(*values)


def find_head(tx: Tx, portal_id: int, lane_id: int, now: int) -> Delivery | None:
    """Return a lane's oldest waiting delivery if the lane is due, or None."""
    row = tx.one(f"{_HEAD} and l.due_at <= :now order by d.id limit 1", portal=portal_id, lane=lane_id, now=now)
    return _delivery(row) if row else None


def finish(tx: Tx, delivery: Delivery, state: str, now: int, data: str | None) -> bool:
    """End a delivery and let its lane go on; tells whether more waits in it."""
    _lock(tx, delivery)
    tx.run(
        "update deliveries set state = :state, done_at = :now, data = :data where portal_id = :portal and id = :id",
        state=state,
        now=now,
        data=data,
        portal=delivery.portal_id,
        id=delivery.id,
    )
    return _go_on(tx, delivery.portal_id, delivery.lane_id, now)


def _lock(tx: Tx, delivery: Delivery) -> None:
    """Wait for those who put deliveries into the lane, so that what they put is seen; one writer need not."""
    if tx.engine != "sqlite":
        tx.one(
            "select 1 from lanes where portal_id = :portal and id = :lane for update",
            portal=delivery.portal_id,
            lane=delivery.lane_id,
        )


def cancel(tx: Tx, delivery: Delivery, now: int) -> None:
    """Take a delivery back; its lane goes on if that was the head, unless a worker holds the lane and sees to it."""
    key = {"portal": delivery.portal_id, "lane": delivery.lane_id}
    lane = tx.one("select claimed_until from lanes where portal_id = :portal and id = :lane for update", **key)
    tx.run(
        "update deliveries set state = 'cancelled', done_at = :now where portal_id = :portal and id = :id",
        now=now,
        portal=delivery.portal_id,
        id=delivery.id,
    )
    if lane is None or (lane[0] is not None and lane[0] >= now):
        return
    waits_before = tx.one(
        "select 1 from deliveries where portal_id = :portal and lane_id = :lane and state = 'waiting' and id < :id",
        id=delivery.id,
        **key,
    )
    if waits_before is None:
        _go_on(tx, delivery.portal_id, delivery.lane_id, now)


def _go_on(tx: Tx, portal_id: int, lane_id: int, now: int) -> bool:
    row = tx.one(
        """update lanes set failures = 0, claimed_by = null, claimed_until = null, due_at = (select :now
        from deliveries d where d.portal_id = :portal and d.lane_id = :lane and d.state = 'waiting' limit 1)
        where portal_id = :portal and id = :lane returning due_at""",
        now=now,
        portal=portal_id,
        lane=lane_id,
    )
    return row is not None and row[0] is not None


def postpone(tx: Tx, delivery: Delivery, due_at: int, data: str | None) -> None:
    """Let a lane wait: its head failed and is tried again at `due_at` with the same data.

    A head that was cancelled on its way is not tried again, and its lane goes on.
    """
    key = {"portal": delivery.portal_id, "lane": delivery.lane_id}
    tx.one("select id from lanes where portal_id = :portal and id = :lane for update", **key)
    if not tx.one(
        "select 1 from deliveries where portal_id = :portal and id = :id and state = 'waiting'",
        portal=delivery.portal_id,
        id=delivery.id,
    ):
        _go_on(tx, delivery.portal_id, delivery.lane_id, due_at)
        return
    tx.run(
        """update lanes set due_at = :due, failures = failures + 1, claimed_by = null, claimed_until = null
        where portal_id = :portal and id = :lane""",
        due=due_at,
        **key,
    )
    if delivery.data is None:
        tx.run(
            "update deliveries set data = :data where portal_id = :portal and id = :id",
            data=data,
            portal=delivery.portal_id,
            id=delivery.id,
        )


def list_waiting(tx: Tx, portal_id: int, binding_id: int) -> list[Delivery]:
    """Return what waits for one subscription, oldest first."""
    rows = tx.all(
        _HEAD.replace("l.portal_id = :portal and l.id = :lane", "d.portal_id = :portal and d.binding_id = :binding")
        + " order by d.id",
        portal=portal_id,
        binding=binding_id,
    )
    return [_delivery(row) for row in rows]
