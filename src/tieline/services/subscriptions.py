"""Who gets an event, and why not: bindings and the way of a fact into the outbox or an offline queue."""

from dataclasses import replace

import msgspec

from tieline.domain.apps import App, Binding
from tieline.domain.bots import Bot
from tieline.domain.events import Delivery, Fact, OfflineQueueGrown
from tieline.services import fetching, offline
from tieline.services.call import Call, EventForm
from tieline.services.urls import MAX_URL, refuse_address
from tieline.store import apps, journal, outbox
from tieline.store.signals import LaneCut, LaneDue

MAX_CONNECTOR = 255


class EventUnknown(Exception):
    """No event of this name is open to the application."""


class AlreadyBound(Exception):
    """The same handler is bound to the event already."""


class AdminRequired(Exception):
    """Only an administrator may do this."""


class OfflineAdminRequired(Exception):
    """Only an administrator may have events queued."""


class HandlerRefused(Exception):
    """The handler is no address that this server may call."""


class UserUnknown(Exception):
    """Nobody active has the id in whose name the events shall come."""


class ConnectorRefused(Exception):
    """The source key is too long."""


def publish(call: Call, fact: Fact) -> None:
    """Queue a fact for everybody who subscribed to one of its events and may see it."""
    for event in call.world.catalogue.events_of(type(fact)):
        recipients = [
            binding for binding in call.bindings(event.wire_name) if _may_get(call, fact, binding, event.scopes)
        ]
        if online := [binding for binding in recipients if not binding.offline]:
            deliver(call, event, fact, online)
        if len(online) < len(recipients):
            offline.keep(call, event, fact, [binding for binding in recipients if binding.offline])


def is_heard(call: Call, kind: type[Fact]) -> bool:
    """Tell whether anybody subscribed to an event of a kind of facts; where nobody did, none need be made."""
    return any(call.bindings(event.wire_name) for event in call.world.catalogue.events_of(kind))


def _may_get(call: Call, fact: Fact, binding: Binding, scopes: tuple[str, ...]) -> bool:
    if fact.app_id not in (None, binding.app_id) or binding.bot_id not in (None, fact.bot_id):
        return False
    app = call.find_app(binding.app_id)
    if app is None or not app.installed or not _covers(app, scopes):
        return False
    return fact.reader_id in (None, binding.auth_user_id or app.user_id)


def _covers(app: App, scopes: tuple[str, ...]) -> bool:
    return "basic" in scopes or bool(app.scopes.intersection(scopes))


def deliver(call: Call, event: EventForm, fact: Fact, recipients: list[Binding]) -> None:
    """Keep an event once and queue a delivery for each recipient."""
    kept = data = None
    if event.late:
        kept = msgspec.json.encode(fact).decode()
    else:
        data = msgspec.json.encode(event.render(call, fact)).decode()
    tx, portal_id, now, version = call.tx, call.portal_id, call.real_now, call.tx.version(call.portal_id)
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


def queue(call: Call, event: EventForm, fact: Fact, app_id: int, reader: str) -> None:
    """Keep an event in the queue of a reader, who fetches what it wants to know."""
    event_id = outbox.add_event(
        call.tx,
        call.portal_id,
        event.wire_name,
        chat_id=fact.chat_id,
        actor_id=fact.actor_id,
        data=msgspec.json.encode(event.render(call, fact)).decode(),
        now=call.real_now,
    )
    fetching.put(call, event_id, app_id, reader)


def bind(call: Call, event_name: str, handler: str, *, auth_user_id: int | None, notice_pause: int) -> None:
    """Subscribe a handler of the calling application to an event.

    The tokens of its events are those of `auth_user_id`, or of who acted. Who is no administrator subscribes in
    his own name.
    """
    event = _find_event(call, event_name)
    why = refuse_address(handler, call.world.rules)
    if why or len(handler.encode("utf-8", "surrogatepass")) > MAX_URL:
        raise HandlerRefused(why or f"longer than {MAX_URL} bytes")
    if not call.actor.is_admin:
        if auth_user_id not in (None, call.actor.id):
            raise AdminRequired
        auth_user_id = call.actor.id
    if auth_user_id is not None:
        user = call.find_person(auth_user_id)
        if user is None or not user.active:
            raise UserUnknown
    _add(call, Binding(0, call.owner.id, event.wire_name, handler, auth_user_id, notice_pause=notice_pause))


def bind_offline(call: Call, event_name: str, connector: str) -> None:
    """Let the calling application find an event in its offline queue of a source key, which may be empty."""
    if not call.actor.is_admin:
        raise OfflineAdminRequired
    event = _find_event(call, event_name)
    if event.fact is OfflineQueueGrown:
        raise EventUnknown
    if len(connector) > MAX_CONNECTOR:
        raise ConnectorRefused
    _add(call, Binding(0, call.owner.id, event.wire_name, "", None, offline=True, connector=connector))


def _find_event(call: Call, name: str) -> EventForm:
    event = call.world.catalogue.find_event(name)
    if event is None or not _covers(call.owner, event.scopes):
        raise EventUnknown
    return event


def _add(call: Call, wanted: Binding) -> None:
    same = replace(wanted, notice_pause=0)
    if any(replace(known, id=0, notice_pause=0) == same for known in call.bindings(wanted.event)):
        raise AlreadyBound
    apps.add_binding(call.tx, call.portal_id, wanted, call.real_now)
    call.touch()


def unbind(call: Call, event_name: str, handler: str, *, auth_user_id: int | None, any_user: bool) -> int:
    """End subscriptions of the calling application and what waits for them; returns how many there were.

    Who is no administrator ends his own.
    """
    if not call.actor.is_admin:
        if auth_user_id not in (None, call.actor.id):
            raise AdminRequired
        auth_user_id, any_user = call.actor.id, False
    return _remove(
        call,
        [
            binding
            for binding in _own(call, event_name)
            if not binding.offline and binding.handler == handler and (any_user or binding.auth_user_id == auth_user_id)
        ],
    )


def unbind_offline(call: Call, event_name: str, connector: str | None) -> int:
    """Take an event, and what waits of it, out of the application's offline queues, or out of that of a source key."""
    if not call.actor.is_admin:
        raise OfflineAdminRequired
    return _remove(
        call,
        [binding for binding in _own(call, event_name) if binding.offline and connector in (None, binding.connector)],
    )


def _own(call: Call, event_name: str) -> list[Binding]:
    return [binding for binding in call.bindings(event_name.upper()) if binding.app_id == call.owner.id]


def _remove(call: Call, found: list[Binding]) -> int:
    for binding in found:
        cancel_waiting(call, binding, "the handler was unbound")
        apps.remove_binding(call.tx, call.portal_id, binding.id)
    if found:
        call.touch()
    return len(found)


def bind_bot(call: Call, app_id: int, events: list[str], handler: str, bot_id: int | None = None) -> None:
    """Subscribe a handler to what bots are told, of one bot or of all of the application."""
    for name in events:
        wanted = Binding(0, app_id, name.upper(), handler, None, bot_id=bot_id)
        if not any(replace(known, id=0) == wanted for known in call.bindings(wanted.event)):
            apps.add_binding(call.tx, call.portal_id, wanted, call.real_now)
            call.touch()


def unbind_bot(call: Call, app_id: int, events: list[str], handler: str = "", bot_id: int | None = None) -> None:
    """End subscriptions of a handler, or of any, to what bots are told."""
    found = [
        binding
        for name in events
        for binding in call.bindings(name.upper())
        if (binding.app_id, binding.bot_id) == (app_id, bot_id) and handler in ("", binding.handler)
    ]
    _remove(call, found)


def forget_bot(call: Call, bot: Bot) -> None:
    """End what a bot of its own subscribed to; what waits is still sent, so that its end is told."""
    for binding in apps.list_bindings(call.tx, call.portal_id, app_id=bot.app_id):
        if binding.bot_id == bot.id:
            apps.remove_binding(call.tx, call.portal_id, binding.id)
            call.touch()


def take_from_bot(call: Call, bot: Bot) -> list[Delivery]:
    """End what a bot of its own subscribed to; returns what waited for it, oldest first, to be told elsewhere."""
    taken: list[Delivery] = []
    for binding in apps.list_bindings(call.tx, call.portal_id, app_id=bot.app_id):
        if binding.bot_id == bot.id:
            taken += cancel_waiting(call, binding, "the bot gets it elsewhere")
            apps.remove_binding(call.tx, call.portal_id, binding.id)
            call.touch()
    return sorted(taken, key=lambda delivery: delivery.id)


def give_to_bot(call: Call, bot: Bot, taken: list[Delivery]) -> None:
    """Let a bot get what waited for it at another address, or elsewhere."""
    for delivery in taken:
        if bot.fetches:
            fetching.put(call, delivery.event_id, bot.app_id, bot.fetch_lane)
            continue
        for binding in call.bindings(delivery.event):
            if binding.bot_id == bot.id:
                queued = outbox.add_delivery(
                    call.tx, call.portal_id, delivery.event_id, binding, delivery.chat_id, call.real_now
                )
                version = call.tx.version(call.portal_id)
                call.tx.signal(LaneDue(call.portal_id, queued.lane_id, binding.handler, None, version))


def remove_all(call: Call, app_id: int, reason: str) -> None:
    """End all subscriptions of an application and what waits for them."""
    for binding in apps.list_bindings(call.tx, call.portal_id, app_id=app_id):
        cancel_waiting(call, binding, reason)
        apps.remove_binding(call.tx, call.portal_id, binding.id)
    call.touch()


def cancel_waiting(call: Call, binding: Binding, reason: str) -> list[Delivery]:
    """Cancel what waits for a subscription, say so in the journal, and return it."""
    waiting = outbox.list_waiting(call.tx, call.portal_id, binding.id)
    for delivery in waiting:
        outbox.cancel(call.tx, delivery, call.real_now)
        call.tx.signal(LaneCut(call.portal_id, delivery.lane_id))
    entries = [
        journal.entry_of(
            delivery,
            attempt=delivery.failures,
            started_at=call.real_now,
            outcome=journal.Outcome.CANCELLED,
            reason=reason,
        )
        for delivery in waiting
    ]
    journal.add_entries(call.tx, entries)
    return waiting


def own_bindings(call: Call) -> list[Binding]:
    """Return the application's subscriptions that the caller may see: all for an administrator, else the own."""
    found = apps.list_bindings(call.tx, call.portal_id, app_id=call.owner.id)
    return [b for b in found if call.actor.is_admin or b.auth_user_id == call.actor.id]
