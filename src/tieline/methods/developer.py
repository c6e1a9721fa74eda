"""tieline.*: the developer's area: applications, webhooks, and everything that they may ask for."""

from typing import Annotated, Any

from tieline.api.faults import ApiError, Fault
from tieline.api.method import BASIC, Auth, Doc, Family
from tieline.api.wire import iso, iso_or_none
from tieline.domain.apps import ACCESS_TOKEN_LIFE, App, AppKind, AppStatus, Webhook
from tieline.domain.clock import DAY
from tieline.methods.frames import NO_APP
from tieline.methods.scopes import ScopeUnknown, explain, known_scopes
from tieline.methods.views import find_user
from tieline.services import apps, subscriptions, webhooks
from tieline.services.call import Call
from tieline.store import apps as store
from tieline.store import connectors as connector_store
from tieline.store import people as people_store
from tieline.store import placements as placement_store
from tieline.store import webhooks as webhook_store

NO_WEBHOOK = Fault("WEBHOOK_NOT_FOUND", "There is no such webhook", 404)
NAME_MISSING = Fault("NAME_REQUIRED", "A name is needed")
WRONG_ADDRESS = Fault("WRONG_URL", "")
WRONG_INSTALL_ADDRESS = Fault("WRONG_INSTALL_URL", "")
NO_SUCH_SCOPE = Fault("invalid_scope", "")
NO_SUCH_EVENT = Fault("ERROR_EVENT_NOT_FOUND", "Event not found")
EVENT_PRIVATE = Fault("EVENT_OF_AN_APPLICATION", "")
EVENTS_MISSING = Fault("EVENTS_REQUIRED", "An outgoing webhook needs events to be told of")
NO_SUCH_STATUS = Fault("ERROR_ARGUMENT", "The status is one of L, F, D, T, P, S")
NO_SUCH_PERSON = Fault("USER_NOT_FOUND", "There is no such person")
_GONE: dict[type[Exception], Fault] = {apps.AppMissing: NO_APP}
_SCOPES: dict[type[Exception], Fault] = {ScopeUnknown: NO_SUCH_SCOPE}
_SETTINGS = _SCOPES | {
    apps.NameMissing: NAME_MISSING,
    apps.WrongInstallAddress: WRONG_INSTALL_ADDRESS,
    apps.WrongAddress: WRONG_ADDRESS,
    apps.PersonMissing: NO_SUCH_PERSON,
}
_EVENTS: dict[type[Exception], Fault] = {
    apps.NameMissing: NAME_MISSING,
    apps.WrongAddress: WRONG_ADDRESS,
    subscriptions.EventUnknown: NO_SUCH_EVENT,
    webhooks.EventsMissing: EVENTS_MISSING,
    webhooks.EventPrivate: EVENT_PRIVATE,
}
_REVOKED: dict[type[Exception], Fault] = {webhooks.WebhookMissing: NO_WEBHOOK}

family = Family(scopes=(BASIC,), auth=Auth.SESSION)
AppId = Annotated[int, Doc("Id of the application.")]
Name = Annotated[str, Doc("Its name, for people.")]
Scopes = Annotated[list[str] | None, Doc("What it may do.")]
HandlerUrl = Annotated[str, Doc("Address of its page, or of what is told of events.")]
InstallUrl = Annotated[str, Doc("Address of its installer, or of what gets its tokens.")]
ScriptOnly = Annotated[bool, Doc("It has no page in the portal.")]
Access = Annotated[list[int] | None, Doc("Ids of the people who may use it; everybody by default.")]
WebhookId = Annotated[int, Doc("Id of the webhook.")]
Title = Annotated[str, Doc("What it is for.")]
Events = Annotated[list[str] | None, Doc("Names of the events that it is told of.")]


def secrets_of(call: Call, added: apps.Added) -> dict[str, Any]:
    """Write what a developer needs of a new application, with its secrets in the clear."""
    app, grant, portal = added.app, added.grant, call.portal
    return {
        "id": app.id,
        "client_id": app.client_id,
        "client_secret": added.client_secret,
        "application_token": added.application_token,
        "signing_secret": added.signing_secret,
        "member_id": portal.member_id,
        "domain": portal.domain,
        "client_endpoint": portal.rest_url,
        "server_endpoint": portal.rest_url,
        "access_token": grant.access_token,
        "refresh_token": grant.refresh_token,
        "expires": grant.expires_at // 1000,
        "expires_in": ACCESS_TOKEN_LIFE // 1000,
        "scope": app.scope_list,
        "status": app.status.value,
        "user_id": grant.user_id,
    }


def webhook_url(call: Call, webhook: Webhook, code: str) -> str:
    """Write the address of an incoming webhook."""
    return f"{call.portal.rest_url}{webhook.user_id}/{code}/"


def _name(call: Call, user_id: int) -> str:
    user = find_user(call, user_id)
    return user.full_name if user else ""


def _app(call: Call, app: App) -> dict[str, Any]:
    zone = call.portal.time_zone
    return {
        "id": app.id,
        "name": app.name,
        "clientId": app.client_id,
        "scopes": sorted(app.scopes),
        "handlerUrl": app.handler_url,
        "installUrl": app.install_url,
        "scriptOnly": app.script_only,
        "hasPage": app.has_page,
        "installed": app.installed,
        "version": app.version,
        "status": app.status.value,
        "paidUntil": iso_or_none(app.paid_until, zone),
        "access": [{"id": user_id, "name": _name(call, user_id)} for user_id in sorted(app.access)],
        "owner": _name(call, app.user_id),
        "createdAt": iso(app.created_at, zone),
        "bindings": [
            {"id": b.id, "event": b.event, "handler": b.handler, "offline": b.offline, "user": b.auth_user_id}
            for b in store.list_bindings(call.tx, call.portal_id, app_id=app.id)
        ],
        "placements": [
            {"id": p.id, "code": p.code, "handler": p.handler, "title": p.title}
            for p in placement_store.list_placements(call.tx, call.portal_id, app_id=app.id)
        ],
        "connectors": [
            {"id": connector.code, "name": connector.name}
            for connector in connector_store.list_connectors(call.tx, call.portal_id)
            if connector.app_id == app.id
        ],
    }


def _webhook(call: Call, webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "title": webhook.title,
        "scopes": sorted(webhook.scopes),
        "user": _name(call, webhook.user_id),
        "createdAt": iso(webhook.created_at, call.portal.time_zone),
    }


@family.method("tieline.developer.get", documented=False, admin=True)
def developer_get(call: Call) -> dict[str, Any]:
    """List applications and webhooks, and the scopes and events that they may ask for."""
    found = [app for app in store.list_apps(call.tx, call.portal_id) if app.removed_at is None]
    catalogue = call.world.catalogue
    people = people_store.list_active_people(call.tx, call.portal_id)
    return {
        "apps": [_app(call, app) for app in found if app.kind is AppKind.LOCAL],
        "outgoing": [_app(call, app) for app in found if app.kind is AppKind.OUTGOING],
        "webhooks": [_webhook(call, w) for w in webhook_store.list_webhooks(call.tx, call.portal_id)],
        "scopes": explain(catalogue.scopes),
        "events": sorted(catalogue.open_events),
        "people": [{"id": person.id, "name": person.full_name} for person in people],
    }


def _settings(
    call: Call,
    name: str,
    scopes: list[str] | None,
    handler_url: str,
    install_url: str,
    script_only: bool,  # noqa: FBT001
    access: list[int] | None,
) -> apps.Settings:
    return apps.Settings(
        name, known_scopes(call, scopes or []), handler_url.strip(), install_url.strip(), script_only,
        frozenset(access or []),
    )  # fmt: skip


@family.method("tieline.app.add", documented=False, admin=True, writes=True, in_batch=False, errors=_SETTINGS)
def app_add(
    call: Call,
    *,
    name: Name = "",
    scopes: Scopes = None,
    handler_url: HandlerUrl = "",
    install_url: InstallUrl = "",
    script_only: ScriptOnly = False,
    access: Access = None,
) -> dict[str, Any]:
    """Add a local application; its secrets are told once."""
    settings = _settings(call, name, scopes, handler_url, install_url, script_only, access)
    return secrets_of(call, apps.add(call, settings))


@family.method("tieline.app.edit", documented=False, admin=True, writes=True, errors=_GONE | _SETTINGS)
def app_edit(
    call: Call,
    *,
    app: AppId,
    name: Name = "",
    scopes: Scopes = None,
    handler_url: HandlerUrl = "",
    install_url: InstallUrl = "",
    script_only: ScriptOnly = False,
    access: Access = None,
) -> dict[str, Any]:
    """Change what an application is; its secrets and its installation stay."""
    settings = _settings(call, name, scopes, handler_url, install_url, script_only, access)
    return _app(call, apps.edit(call, apps.get(call, app, AppKind.LOCAL), settings))


@family.method("tieline.app.reinstall", documented=False, admin=True, writes=True, errors=_GONE)
def app_reinstall(call: Call, *, app: AppId) -> dict[str, Any]:
    """Install an application from the beginning; its handlers and pages are dropped."""
    return _app(call, apps.reinstall(call, apps.get(call, app, AppKind.LOCAL)))


@family.method("tieline.app.upgrade", documented=False, admin=True, writes=True, errors=_GONE)
def app_upgrade(call: Call, *, app: AppId) -> dict[str, Any]:
    """Install the next version of an application; its handlers and pages are dropped."""
    return _app(call, apps.upgrade(call, apps.get(call, app, AppKind.LOCAL)))


@family.method("tieline.app.remove", documented=False, admin=True, writes=True, errors=_GONE)
def app_remove(
    call: Call, *, app: AppId, clean: Annotated[bool, Doc("Tell it that its data are not wanted any more.")] = False
) -> bool:
    """Remove an application or an outgoing webhook."""
    apps.remove(call, apps.get(call, app), clean=clean)
    return True


@family.method("tieline.app.secret.renew", documented=False, admin=True, writes=True, in_batch=False, errors=_GONE)
def app_secret_renew(call: Call, *, app: AppId) -> dict[str, str]:
    """Give an application another client_secret, told once; the former one is refused from now on."""
    found = apps.get(call, app, AppKind.LOCAL)
    return {"client_id": found.client_id, "client_secret": apps.renew_secret(call, found)}


@family.method("tieline.app.pay", documented=False, admin=True, writes=True, errors=_GONE, faults=(NO_SUCH_STATUS,))
def app_pay(
    call: Call,
    *,
    app: AppId,
    status: Annotated[str, Doc("How it is paid for: L, F, D, T, P or S.")] = "L",
    days: Annotated[int | None, Doc("Days of its period from now; negative for one that is over.")] = None,
) -> dict[str, Any]:
    """Say how an application is paid for, and tell it: there is no shop here, so this plays one."""
    try:
        chosen = AppStatus(status.upper())
    except ValueError:
        raise ApiError(NO_SUCH_STATUS) from None
    until = None if days is None else call.real_now + max(-MAX_DAYS, min(days, MAX_DAYS)) * DAY
    return _app(call, apps.set_payment(call, apps.get(call, app, AppKind.LOCAL), chosen, until))


MAX_DAYS = 36_500


@family.method("tieline.webhook.add", documented=False, admin=True, writes=True, in_batch=False, errors=_SCOPES)
def webhook_add(call: Call, *, title: Title = "", scopes: Scopes = None) -> dict[str, Any]:
    """Add an incoming webhook of the caller; its address is told once."""
    webhook, code = webhooks.add_incoming(call, scopes=known_scopes(call, scopes or []), title=title.strip())
    return {"id": webhook.id, "url": webhook_url(call, webhook, code)}


@family.method(
    "tieline.webhook.edit",
    documented=False,
    admin=True,
    writes=True,
    errors=_REVOKED | _SCOPES,
)
def webhook_edit(call: Call, *, webhook: WebhookId, title: Title = "", scopes: Scopes = None) -> bool:
    """Change what an incoming webhook may do; its address stays."""
    webhooks.edit_incoming(call, webhook, scopes=known_scopes(call, scopes or []), title=title.strip())
    return True


@family.method(
    "tieline.webhook.revoke",
    documented=False,
    admin=True,
    writes=True,
    errors=_REVOKED,
)
def webhook_revoke(call: Call, *, webhook: WebhookId) -> bool:
    """Revoke an incoming webhook: its address is refused from now on."""
    webhooks.revoke_incoming(call, webhook)
    return True


@family.method("tieline.outgoing.add", documented=False, admin=True, writes=True, in_batch=False, errors=_EVENTS)
def outgoing_add(
    call: Call, *, title: Title = "", handler_url: HandlerUrl = "", events: Events = None
) -> dict[str, Any]:
    """Add an outgoing webhook; its tokens are told once."""
    added = webhooks.add_outgoing(call, title=title, handler=handler_url.strip(), events=events or [])
    return {
        "id": added.app.id,
        "application_token": added.application_token,
        "signing_secret": added.signing_secret,
    }


@family.method("tieline.outgoing.edit", documented=False, admin=True, writes=True, errors=_GONE | _EVENTS)
def outgoing_edit(
    call: Call, *, app: AppId, title: Title = "", handler_url: HandlerUrl = "", events: Events = None
) -> dict[str, Any]:
    """Change where an outgoing webhook leads and what it is told of."""
    found = apps.get(call, app, AppKind.OUTGOING)
    changed = webhooks.edit_outgoing(call, found, title=title, handler=handler_url.strip(), events=events or [])
    return _app(call, changed)
