"""Offline events: what an application reads from its queue in its own time, and the notice that there is something."""

from dataclasses import dataclass
from typing import Any

import msgspec
import structlog

from tieline.domain.apps import Binding, OfflineRow
from tieline.domain.clock import DAY
from tieline.domain.events import Fact, OfflineQueueGrown
from tieline.domain.ids import new_hex
from tieline.services.call import Call, EventForm
from tieline.store import apps, outbox
from tieline.store import offline as store
from tieline.store.filters import Condition, Order
from tieline.store.signals import LaneDue

log = structlog.get_logger(__name__)
RESERVED = 30 * DAY  # what is not cleared this long is forgotten
MOST_ROWS = 1_000  # that are read at once
# A notice that is due sooner may be read before the change that it should tell of is committed.
MARGIN = 500
NOTICE_LANES = 3


@dataclass(frozen=True, slots=True)
class Taken:
    """Rows of a queue that a reader got; the process that reserved them, unless they are gone."""

    process_id: str | None
    rows: list[OfflineRow]


def keep(call: Call, event: EventForm, fact: Fact, bindings: list[Binding]) -> None:
    """Queue a fact for offline subscriptions, but not what an application did itself under the key of its queue."""
    told = [binding for binding in bindings if not _is_echo(call, binding)]
    if not told:
        return
    kept = data = None
    if event.late:
        kept = msgspec.json.encode(fact).decode()
    else:
        data = msgspec.json.encode(event.render(call, fact)).decode()
    for binding in told:
        store.put_row(
            call.tx,
            call.portal_id,
            binding.app_id,
            binding.connector,
            event.wire_name,
            fact.subject,
            fact=kept,
            data=data,
            now=call.real_now,
        )
    for app_id in sorted({binding.app_id for binding in told}):
        _give_notice(call, OfflineQueueGrown(app_id=app_id, actor_id=fact.actor_id))


def _is_echo(call: Call, binding: Binding) -> bool:
    own = call.app is not None and call.app.id == binding.app_id
    return own and binding.connector != "" and binding.connector == call.source


def _give_notice(call: Call, fact: OfflineQueueGrown) -> None:
    (event,) = call.world.catalogue.events_of(OfflineQueueGrown)
    for binding in call.bindings(event.wire_name):
        if binding.app_id != fact.app_id or binding.offline or _is_announced(call, _list_lanes(call, binding)):
            continue
        last = apps.lock_binding(call.tx, call.portal_id, binding.id)
        lanes = _list_lanes(call, binding)  # once more: others may have given notice until the lock was free
        if not _is_announced(call, lanes):
            _notify(call, event, fact, binding, lanes, max(call.real_now, last + binding.notice_pause))


def _lane_numbers(binding: Binding) -> list[int]:
    """Return what stands for the dialog in the lanes of a subscription's notices.

    One notice may be on its way, another about to leave, while the next waits for its moment; none delays anything
    else of the handler.
    """
    return [-NOTICE_LANES * binding.id - place for place in range(NOTICE_LANES)]


def _list_lanes(call: Call, binding: Binding) -> list[outbox.Lane]:
    return outbox.list_lanes(call.tx, call.portal_id, binding, _lane_numbers(binding))


def _is_announced(call: Call, lanes: list[outbox.Lane]) -> bool:
    """Tell whether a notice waits that leaves after this transaction is committed."""
    put_now = {signal.lane_id for signal in call.tx.signals if isinstance(signal, LaneDue)}
    return any(
        lane.id in put_now or lane.waiting > 1 or (lane.due_at is not None and lane.due_at > call.real_now + MARGIN)
        for lane in lanes
    )


def _notify(
    call: Call,
    event: EventForm,
    fact: OfflineQueueGrown,
    binding: Binding,
    lanes: list[outbox.Lane],
    moment: int,
) -> None:
    busy = {lane.chat_id for lane in lanes if lane.waiting}
    numbers = _lane_numbers(binding)
    number = next((number for number in numbers if number not in busy), numbers[0])
    event_id = outbox.add_event(
        call.tx,
        call.portal_id,
        event.wire_name,
        chat_id=0,
        actor_id=fact.actor_id,
        data=msgspec.json.encode(event.render(call, fact)).decode(),
        now=call.real_now,
    )
    queued = outbox.add_delivery(call.tx, call.portal_id, event_id, binding, number, call.real_now, moment)
    apps.set_notified(call.tx, call.portal_id, binding.id, moment)
    call.tx.signal(LaneDue(call.portal_id, queued.lane_id, binding.handler))


def take(
    call: Call,
    connector: str,
    *,
    conditions: list[Condition],
    orders: list[Order],
    limit: int,
    clear: bool,
    process_id: str,
    failed: bool,
) -> Taken:
    """Take rows out of the calling application's queue, for good or, reserved under a process, until it clears them."""
    store.remove_reserved(call.tx, call.portal_id, call.owner.id, call.real_now - RESERVED)
    rows = store.take_rows(
        call.tx,
        call.portal_id,
        call.owner.id,
        connector,
        process_id=process_id,
        failed=failed,
        conditions=conditions,
        orders=orders,
        limit=min(limit, MOST_ROWS),
    )
    ids = [row.id for row in rows]
    if clear:
        store.remove_rows(call.tx, call.portal_id, ids)
        return Taken(None, rows)
    process_id = process_id or new_hex()
    store.reserve_rows(call.tx, call.portal_id, ids, process_id, call.real_now)
    return Taken(process_id, rows)


def clear(call: Call, process_id: str, ids: list[int] | None) -> None:
    """Forget rows that a process of the caller reserved; without ids all but those that it marked as failed."""
    if ids is None:
        store.clear_process(call.tx, call.portal_id, call.owner.id, process_id)
    else:
        store.clear_rows(call.tx, call.portal_id, call.owner.id, process_id, ids)


def fail(call: Call, process_id: str, ids: list[int] | None) -> None:
    """Mark rows that a process of the caller reserved as failed; without ids all of them."""
    if ids is None:
        store.fail_process(call.tx, call.portal_id, call.owner.id, process_id)
    else:
        store.fail_rows(call.tx, call.portal_id, call.owner.id, process_id, ids)


def data_of(call: Call, row: OfflineRow) -> Any:
    """Return a row's event data as the wire has them; None where its fact no longer fits its event."""
    if row.data is not None:
        return msgspec.json.decode(row.data)
    event = call.world.catalogue.find_event(row.event)
    try:
        assert event is not None, "the event is gone"
        assert row.fact is not None
        return event.render(call, msgspec.convert(msgspec.json.decode(row.fact), event.fact))
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError):
        log.exception("an offline event cannot be told", row=row.id)
        return None
