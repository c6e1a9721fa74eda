"""Who gets an event, and why not: bindings and the way of a fact into the outbox."""

import msgspec

from tieline.domain.apps import App, Binding
from tieline.domain.events import Delivery, Fact
from tieline.services.call import Call, EventForm
from tieline.services.urls import refuse_address
from tieline.store import apps, journal, outbox
from tieline.store.signals import LaneCut, LaneDue


class EventUnknown(Exception):
    """No event of this name is open to the application."""


class AlreadyBound(Exception):
    """The same handler is bound to the event already."""


class AdminRequired(Exception):
    """Only an administrator may do this."""


class HandlerRefused(Exception):
    """The handler is no address that this server may call."""


def publish(call: Call, fact: Fact) -> None:
    """Queue a fact for everybody who subscribed to one of its events and may see it."""
    for event in call.world.catalogue.events_of(type(fact)):
        recipients = [
            binding for binding in call.bindings(event.wire_name) if _may_get(call, fact, binding, event.scopes)
        ]
        if recipients:
            deliver(call, event, fact, recipients)


def _may_get(call: Call, fact: Fact, binding: Binding, scopes: tuple[str, ...]) -> bool:
    if binding.offline or fact.app_id not in (None, binding.app_id):
        return False
    app = call.find_app(binding.app_id)
    return app is not None and app.installed and _covers(app, scopes)


def _covers(app: App, scopes: tuple[str, ...]) -> bool:
    return "basic" in scopes or bool(app.scopes.intersection(scopes))


def deliver(call: Call, event: EventForm, fact: Fact, recipients: list[Binding]) -> None:
    """Keep an event once and queue a delivery for each recipient."""
    kept = data = None
    if event.late:
        kept = msgspec.json.encode(fact).decode()
    else:
        data = msgspec.json.encode(event.render(call, fact)).decode()
    tx, portal_id, now, version = call.tx, call.portal_id, call.now, call.tx.version(call.portal_id)
    event_id = outbox.add_event(
        tx,
        portal_id,
        event.wire_name,
        chat_id=fact.chat_id,
        message_id=fact.message_id,
        actor_id=fact.actor_id,
        fact=kept,
        data=data,
        now=now,
    )
    for binding in recipients:
        lane_id, delivery_id, alone = outbox.add_delivery(tx, portal_id, event_id, binding, fact.chat_id, now)
        head = None
        if alone and data is not None:
            head = Delivery(
                portal_id=portal_id,
                id=delivery_id,
                lane_id=lane_id,
                binding_id=binding.id,
                event_id=event_id,
                event=event.wire_name,
                app_id=binding.app_id,
                handler=binding.handler,
                chat_id=fact.chat_id,
                message_id=fact.message_id,
                actor_id=fact.actor_id,
                fact=None,
                data=data,
                created_at=now,
            )
        tx.signal(LaneDue(portal_id, lane_id, binding.handler, head, version))


def bind(
    call: Call,
    event_name: str,
    handler: str,
    *,
    auth_user_id: int | None,
    offline: bool,
    connector: str,
    options: str,
) -> None:
    """Subscribe the calling application to an event."""
    event = call.world.catalogue.find_event(event_name)
    if event is None or not _covers(call.owner, event.scopes):
        raise EventUnknown
    if offline:
        _require_admin(call)
    elif why := refuse_address(handler, call.world.rules):
        raise HandlerRefused(why)
    if auth_user_id is not None and auth_user_id != call.actor.id:
        _require_admin(call)
    for binding in call.bindings(event.wire_name):
        same = (binding.app_id, binding.handler, binding.auth_user_id, binding.offline, binding.connector)
        if same == (call.owner.id, handler, auth_user_id, offline, connector):
            raise AlreadyBound
    apps.add_binding(
        call.tx,
        call.portal_id,
        app_id=call.owner.id,
        event=event.wire_name,
        handler=handler,
        auth_user_id=auth_user_id,
        offline=offline,
        connector=connector,
        options=options,
        now=call.now,
    )
    call.touch()


def unbind(
    call: Call, event_name: str, handler: str, *, auth_user_id: int | None, any_user: bool, offline: bool
) -> int:
    """End subscriptions of the calling application and what waits for them; returns how many there were."""
    if offline or (auth_user_id is not None and auth_user_id != call.actor.id):
        _require_admin(call)
    found = [
        binding
        for binding in call.bindings(event_name.upper())
        if binding.app_id == call.owner.id
        and binding.offline == offline
        and (offline or binding.handler == handler)
        and (any_user or binding.auth_user_id == auth_user_id)
        and (call.actor.is_admin or binding.auth_user_id in (None, call.actor.id))
    ]
    for binding in found:
        cancel_waiting(call, binding, "the handler was unbound")
        apps.remove_binding(call.tx, call.portal_id, binding.id)
    if found:
        call.touch()
    return len(found)


def remove_all(call: Call, app_id: int, reason: str) -> None:
    """End all subscriptions of an application and what waits for them."""
    for binding in apps.list_bindings(call.tx, call.portal_id, app_id=app_id):
        cancel_waiting(call, binding, reason)
        apps.remove_binding(call.tx, call.portal_id, binding.id)
    call.touch()


def cancel_waiting(call: Call, binding: Binding, reason: str) -> None:
    """Cancel what waits for a subscription, and say so in the journal."""
    waiting = outbox.list_waiting(call.tx, call.portal_id, binding.id)
    for delivery in waiting:
        outbox.cancel(call.tx, delivery, call.now)
        call.tx.signal(LaneCut(call.portal_id, delivery.lane_id))
    entries = [
        journal.entry_of(
            delivery,
            attempt=delivery.failures,
            started_at=call.now,
            outcome=journal.Outcome.CANCELLED,
            reason=reason,
        )
        for delivery in waiting
    ]
    journal.add_entries(call.tx, entries)


def own_bindings(call: Call) -> list[Binding]:
    """Return the application's subscriptions that the caller may see: all for an administrator, else the own."""
    found = apps.list_bindings(call.tx, call.portal_id, app_id=call.owner.id)
    return [b for b in found if call.actor.is_admin or b.auth_user_id == call.actor.id]


def _require_admin(call: Call) -> None:
    if not call.actor.is_admin:
        raise AdminRequired
