"""Webhooks of people: incoming ones with a code of their own, outgoing ones that are told of events."""

from dataclasses import replace

from tieline.domain.apps import NOTICE_PAUSE, App, AppKind, Webhook
from tieline.domain.events import ApplicationFact
from tieline.domain.ids import fingerprint, new_secret
from tieline.services import apps, subscriptions
from tieline.services.call import Call
from tieline.store import happenings
from tieline.store import webhooks as store

CODE_LENGTH = 24


class WebhookMissing(Exception):
    """There is no such webhook."""


class EventsMissing(Exception):
    """An outgoing webhook needs events to be told of."""


class EventPrivate(Exception):
    """An event concerns one application, and nobody else is told of it; the text says which event."""


def add_incoming(call: Call, *, scopes: frozenset[str], title: str) -> tuple[Webhook, str]:
    """Add an incoming webhook for the caller; returns it and its code, in the clear, once."""
    code = new_secret(CODE_LENGTH)
    title = title[: apps.MAX_NAME]
    webhook_id = store.add_webhook(
        call.tx,
        call.portal_id,
        user_id=call.actor.id,
        code_hash=fingerprint(code),
        scopes=scopes,
        title=title,
        now=call.real_now,
    )
    _note(call, "webhook added", webhook_id)
    return Webhook(webhook_id, call.actor.id, scopes, title, call.real_now), code


def edit_incoming(call: Call, webhook_id: int, *, scopes: frozenset[str], title: str) -> None:
    """Change what an incoming webhook may do; its code stays."""
    if not store.set_webhook(call.tx, call.portal_id, webhook_id, scopes=scopes, title=title[: apps.MAX_NAME]):
        raise WebhookMissing
    _note(call, "webhook edited", webhook_id)


def revoke_incoming(call: Call, webhook_id: int) -> None:
    """Take an incoming webhook away: its code is refused from now on."""
    if not store.remove_webhook(call.tx, call.portal_id, webhook_id):
        raise WebhookMissing
    _note(call, "webhook revoked", webhook_id)


def _note(call: Call, kind: str, webhook_id: int) -> None:
    call.touch()
    happenings.add_happening(call.tx, call.portal_id, kind, now=call.now, actor_id=call.actor.id, webhook=webhook_id)


def add_outgoing(call: Call, *, title: str, handler: str, events: list[str]) -> apps.Added:
    """Add an outgoing webhook: an application without tokens, whose only part is to be told of events."""
    settings = apps.Settings(title, _scopes_of(call, events), handler_url=handler, script_only=True)
    added = apps.add(call, settings, AppKind.OUTGOING)
    _bind(call, added.app, events)
    return added


def edit_outgoing(call: Call, app: App, *, title: str, handler: str, events: list[str]) -> App:
    """Change where an outgoing webhook leads and what it is told; its token stays."""
    settings = apps.Settings(title, _scopes_of(call, events), handler_url=handler, script_only=True)
    app = apps.edit(call, app, settings)
    subscriptions.remove_all(call, app.id, "the webhook was changed")
    _bind(call, app, events)
    return app


def _scopes_of(call: Call, events: list[str]) -> frozenset[str]:
    if not events:
        raise EventsMissing
    scopes: set[str] = set()
    for name in events:
        event = call.world.catalogue.find_event(name)
        if event is None:
            raise subscriptions.EventUnknown
        if issubclass(event.fact, ApplicationFact):
            raise EventPrivate(f"Only the application that it concerns is told of {event.wire_name}")
        scopes.update(event.scopes)
    return frozenset(scopes)


def _bind(call: Call, app: App, events: list[str]) -> None:
    if not app.handler_url:
        raise apps.WrongAddress("not a URL")
    owner = replace(call, app=app)
    for name in dict.fromkeys(name.upper() for name in events):
        subscriptions.bind(owner, name, app.handler_url, auth_user_id=None, notice_pause=NOTICE_PAUSE)
