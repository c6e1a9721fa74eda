"""Events on their way out: an event once, a delivery per handler, lanes that keep their order.

A lane is (application, handler, dialog). It has at most one delivery on its way, and its due moment
is that of its oldest waiting delivery.
"""

from typing import NamedTuple

import msgspec

from tieline.domain.apps import Binding
from tieline.domain.events import Delivery
from tieline.store.engine import Row, Tx


class Queued(NamedTuple):
    """A delivery that was put into a lane; `alone` if it is the only one there."""

    lane_id: int
    delivery_id: int
    alone: bool


class Lane(NamedTuple):
    """A lane: what stands for its dialog, when it is due, and how much waits in it."""

    id: int
    chat_id: int
    due_at: int | None
    waiting: int


class Claim(NamedTuple):
    """A lane that was claimed; `lapsed` if its last worker ended without giving it back."""

    lapsed: bool


def begin_run(tx: Tx, worker: str, now: int) -> bool:
    """Note that a worker begins, alone on its database; tells whether an earlier one ended without saying so."""
    crashed = tx.run("delete from worker_runs") > 0
    tx.run("insert into worker_runs (name, started_at) values (:name, :now)", name=worker, now=now)
    return crashed


def end_run(tx: Tx, worker: str) -> None:
    """Note that a worker ends and has left nothing on its way."""
    tx.run("delete from worker_runs where name = :name", name=worker)


def add_event(
    tx: Tx,
    portal_id: int,
    name: str,
    *,
    chat_id: int,
    actor_id: int | None,
    now: int,
    message_id: int | None = None,
    fact: str | None = None,
    data: str | None = None,
) -> int:
    """Keep what happened for those who subscribed, as a fact or rendered, in JSON; returns the event's id."""
    row = tx.one(
        """insert into events (portal_id, name, chat_id, message_id, actor_id, fact, data, created_at)
        values (:portal, :name, :chat, :message, :actor, :fact, :data, :now) returning id""",
        portal=portal_id,
        name=name,
        chat=chat_id,
        message=message_id,
        actor=actor_id,
        fact=fact,
        data=data,
        now=now,
    )
    assert row
    return int(row[0])


def set_event_data(tx: Tx, portal_id: int, event_id: int, data: str) -> None:
    """Keep how an event looks on the wire, before it is sent for the first time."""
    tx.run(
        "update events set data = :data where portal_id = :portal and id = :id",
        data=data,
        portal=portal_id,
        id=event_id,
    )


def add_delivery(
    tx: Tx, portal_id: int, event_id: int, binding: Binding, chat_id: int, now: int, due_at: int | None = None
) -> Queued:
    """Queue an event for a handler behind what waits in its lane; in an empty lane it goes when it is due."""
    lane = tx.one(
        """insert into lanes (portal_id, app_id, handler, chat_id, due_at, failures)
        values (:portal, :app, :handler, :chat, :due, 0)
        on conflict (portal_id, app_id, handler, chat_id)
        do update set due_at = coalesce(lanes.due_at, excluded.due_at) returning id, due_at, failures""",
        portal=portal_id,
        app=binding.app_id,
        handler=binding.handler,
        chat=chat_id,
        due=now if due_at is None else due_at,
    )
    assert lane
    lane_id, due_at, failures = lane
    delivery = tx.one(
        """insert into deliveries (portal_id, event_id, lane_id, binding_id, state, created_at)
        values (:portal, :event, :lane, :binding, 'waiting', :now) returning id""",
        portal=portal_id,
        event=event_id,
        lane=lane_id,
        binding=binding.id,
        now=now,
    )
    assert delivery
    return Queued(lane_id, delivery[0], alone=due_at == now and not failures)


def list_lanes(tx: Tx, portal_id: int, binding: Binding, chat_ids: list[int]) -> list[Lane]:
    """Return those lanes of a handler that there are, by what stands for their dialogs, which follow each other."""
    rows = tx.all(
        """select l.id, l.chat_id, l.due_at, (select count(*) from deliveries d
        where d.portal_id = l.portal_id and d.lane_id = l.id and d.state = 'waiting')
        from lanes l where l.portal_id = :portal and l.app_id = :app and l.handler = :handler
        and l.chat_id between :first and :last""",
        portal=portal_id,
        app=binding.app_id,
        handler=binding.handler,
        first=min(chat_ids),
        last=max(chat_ids),
    )
    return [Lane(*row) for row in rows]


def list_due_lanes(tx: Tx, now: int, limit: int) -> list[tuple[int, int, str]]:
    """Return (portal, lane, handler) of lanes that are due and that no worker holds, longest due first."""
    rows = tx.all(
        """select portal_id, id, handler from lanes where due_at <= :now
        and (claimed_until is null or claimed_until < :now) order by due_at limit :limit""",
        now=now,
        limit=limit,
    )
    return [(row[0], row[1], row[2]) for row in rows]


def claim_lane(tx: Tx, portal_id: int, lane_id: int, *, worker: str, now: int, until: int) -> Claim | None:
    """Take a lane that is due and that no other worker holds, where several workers share a database."""
    key = {"portal": portal_id, "lane": lane_id, "worker": worker}
    row = tx.one(
        """select claimed_by from lanes where portal_id = :portal and id = :lane and due_at <= :now
        and (claimed_until is null or claimed_until < :now or claimed_by = :worker) for update skip locked""",
        now=now,
        **key,
    )
    if row is None:
        return None
    tx.run(
        "update lanes set claimed_by = :worker, claimed_until = :until where portal_id = :portal and id = :lane",
        until=until,
        **key,
    )
    return Claim(lapsed=row[0] not in (None, worker))


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


_DELIVERY = """select d.portal_id, d.id, d.lane_id, d.binding_id, d.event_id, e.name, l.app_id, l.handler, e.chat_id,
e.message_id, e.actor_id, e.fact, e.data, d.created_at, l.failures
from lanes l join deliveries d on d.portal_id = l.portal_id and d.lane_id = l.id and d.state = 'waiting'
join events e on e.portal_id = d.portal_id and e.id = d.event_id"""
_FACT = 11


def _delivery(row: Row) -> Delivery:
    values = list(row)
    if values[_FACT] is not None:
        values[_FACT] = msgspec.json.decode(values[_FACT])
    return Delivery(*values)


def find_heads(tx: Tx, portal_id: int, lane_id: int, now: int, limit: int) -> list[Delivery]:
    """Return a lane's oldest waiting deliveries if the lane is due."""
    rows = tx.all(
        f"""{_DELIVERY} where l.portal_id = :portal and l.id = :lane and l.due_at <= :now
        order by d.id limit :limit""",
        portal=portal_id,
        lane=lane_id,
        now=now,
        limit=limit,
    )
    return [_delivery(row if number == 0 else (*row[:-1], 0)) for number, row in enumerate(rows)]


def finish(tx: Tx, ended: list[tuple[Delivery, str]], now: int) -> None:
    """End deliveries, each in the state it came to; their lanes wait for `go_on`."""
    tx.many(
        "update deliveries set state = :state, done_at = :now where portal_id = :portal and id = :id",
        [{"state": state, "now": now, "portal": delivery.portal_id, "id": delivery.id} for delivery, state in ended],
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
        go_on(tx, delivery.portal_id, delivery.lane_id, now)


def go_on(tx: Tx, portal_id: int, lane_id: int, now: int) -> bool:
    """Give a lane back behind its ended head; tells whether more waits in it."""
    if tx.engine != "sqlite":  # wait for those who put deliveries there, so that what they put is seen
        tx.one(
            "select 1 from lanes where portal_id = :portal and id = :lane for update", portal=portal_id, lane=lane_id
        )
    row = tx.one(
        """update lanes set failures = 0, claimed_by = null, claimed_until = null, due_at = (select :now
        from deliveries d where d.portal_id = :portal and d.lane_id = :lane and d.state = 'waiting' limit 1)
        where portal_id = :portal and id = :lane returning due_at""",
        now=now,
        portal=portal_id,
        lane=lane_id,
    )
    return row is not None and row[0] is not None


def postpone(tx: Tx, delivery: Delivery, due_at: int) -> None:
    """Let a lane wait: its head failed and is tried again at `due_at`.

    A head that was cancelled on its way is not tried again, and its lane goes on.
    """
    key = {"portal": delivery.portal_id, "lane": delivery.lane_id}
    tx.one("select id from lanes where portal_id = :portal and id = :lane for update", **key)
    if not tx.one(
        "select 1 from deliveries where portal_id = :portal and id = :id and state = 'waiting'",
        portal=delivery.portal_id,
        id=delivery.id,
    ):
        go_on(tx, delivery.portal_id, delivery.lane_id, due_at)
        return
    tx.run(
        """update lanes set due_at = :due, failures = :failures, claimed_by = null, claimed_until = null
        where portal_id = :portal and id = :lane""",
        due=due_at,
        failures=delivery.failures + 1,
        **key,
    )


def list_waiting(tx: Tx, portal_id: int, binding_id: int) -> list[Delivery]:
    """Return what waits for one subscription, oldest first."""
    rows = tx.all(
        f"{_DELIVERY} where d.portal_id = :portal and d.binding_id = :binding order by d.id",
        portal=portal_id,
        binding=binding_id,
    )
    return [_delivery(row) for row in rows]
