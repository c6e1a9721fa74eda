"""Applications: adding, installing, new versions, payment, access, removing, and their options."""

import base64
import secrets
from dataclasses import dataclass, replace

import msgspec

from tieline.domain.apps import App, AppKind, AppStatus, Binding, Grant
from tieline.domain.events import AppInstalled, AppPaid, AppRemoved, AppUpdated, Fact
from tieline.domain.ids import fingerprint, new_client_id, new_hex, new_secret
from tieline.services import disk_storages, placements, subscriptions, tokens
from tieline.services.call import Call, EventForm
from tieline.services.urls import refuse_address
from tieline.store import apps as store
from tieline.store import connectors as connector_store
from tieline.store import happenings
from tieline.store import tokens as token_store

SECRET_LENGTH = 50
MAX_NAME = 200
MAX_OPTION_NAME = 255
MAX_OPTION = 65_535
MAX_OPTIONS = 1_000


class WrongAddress(Exception):
    """A URL of an application is no address that this server may call."""


class WrongInstallAddress(WrongAddress):
    """It is the install URL that this server may not call."""


class AppMissing(Exception):
    """There is no such application."""


class NameMissing(Exception):
    """An application needs a name."""


class PersonMissing(Exception):
    """Somebody who shall have access is not there."""


class OptionsEmpty(Exception):
    """There is no option to keep."""


class OptionTooLarge(Exception):
    """An option is longer than may be kept, or there are too many; the text says which."""


@dataclass(frozen=True, slots=True)
class Added:
    """A new application with its secrets, in the clear, once."""

    app: App
    client_secret: str
    application_token: str
    signing_secret: str
    grant: Grant


@dataclass(frozen=True, slots=True)
class Settings:
    """What a developer says of an application."""

    name: str
    scopes: frozenset[str]
    handler_url: str = ""
    install_url: str = ""
    script_only: bool = False
    access: frozenset[int] = frozenset()


def add(call: Call, settings: Settings, kind: AppKind = AppKind.LOCAL, *, client_id: str = "") -> Added:
    """Add an application for the caller; a script-only one is installed at once and told so."""
    _check(call, settings)
    secret, application_token = new_secret(SECRET_LENGTH), new_hex()
    signing_secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    app_id = store.add_app(
        call.tx,
        call.portal_id,
        client_id=client_id or new_client_id(),
        secret_hash=fingerprint(secret),
        name=settings.name.strip()[:MAX_NAME],
        scopes=settings.scopes,
        handler_url=settings.handler_url,
        install_url=settings.install_url,
        script_only=settings.script_only,
        installed=_needs_no_installer(settings),
        user_id=call.actor.id,
        sealed_application_token=call.world.vault.seal(application_token),
        sealed_signing_key=call.world.vault.seal(signing_secret),
        kind=kind,
        now=call.now,
    )
    store.set_access(call.tx, call.portal_id, app_id, settings.access)
    call.touch()
    app = get(call, app_id)
    _note(call, "application added", app)
    _announce(call, app)
    return Added(app, secret, application_token, signing_secret, tokens.issue(call, app, call.actor.id))


def _check(call: Call, settings: Settings) -> None:
    if not settings.name.strip():
        raise NameMissing
    for url, wrong in ((settings.handler_url, WrongAddress), (settings.install_url, WrongInstallAddress)):
        if url and (why := refuse_address(url, call.world.rules)):
            raise wrong(why)
    if any(call.find_person(user_id) is None for user_id in settings.access):
        raise PersonMissing


def _note(call: Call, kind: str, app: App) -> None:
    happenings.add_happening(call.tx, call.portal_id, kind, now=call.now, actor_id=call.actor.id, app=app.id)


def get(call: Call, app_id: int, *kinds: AppKind) -> App:
    """Return an application that was not removed, of one of the kinds if any are named."""
    app = store.find_app(call.tx, call.portal_id, app_id)
    if app is None or app.removed_at is not None or app.kind not in (kinds or AppKind):
        raise AppMissing
    return app


def _keep(call: Call, app: App, kind: str) -> App:
    store.set_app(call.tx, call.portal_id, app)
    call.touch()
    _note(call, kind, app)
    return app


def edit(call: Call, app: App, settings: Settings) -> App:
    """Change what an application is; its version stays, and what has no installer any more is installed."""
    _check(call, settings)
    store.set_access(call.tx, call.portal_id, app.id, settings.access)
    changed = replace(
        app,
        name=settings.name.strip()[:MAX_NAME],
        scopes=settings.scopes,
        handler_url=settings.handler_url,
        install_url=settings.install_url,
        script_only=settings.script_only,
        access=settings.access,
    )
    changed = _keep(call, changed, "application edited")
    if changed.installed or not _needs_no_installer(settings):
        return changed
    _announce(call, changed)
    return finish_install(call, changed)


def _needs_no_installer(settings: Settings | App) -> bool:
    return settings.script_only or not settings.install_url


def _announce(call: Call, app: App) -> None:
    """Send the tokens to the install URL of a script: not a subscription, so its handler id is 0."""
    if not (app.script_only and app.install_url):
        return
    fact = _installed(call, app)
    (event,) = call.world.catalogue.events_of(AppInstalled)
    install = Binding(0, app.id, event.wire_name, app.install_url, call.actor.id)
    subscriptions.deliver(call, event, fact, [install])


def _installed(call: Call, app: App) -> Fact:
    return AppInstalled(app_id=app.id, actor_id=call.actor.id, version=app.version, language=call.portal.language)


def finish_install(call: Call, app: App) -> App:
    """End an installation: from now on events are sent and placements are shown."""
    if app.installed:
        return app
    app = _keep(call, replace(app, installed=True), "application installed")
    subscriptions.publish(call, _installed(call, app))
    if app.previous_version:
        subscriptions.publish(call, _updated(call, app))
    return app


def _updated(call: Call, app: App) -> Fact:
    return AppUpdated(
        app_id=app.id,
        actor_id=call.actor.id,
        version=app.version,
        previous_version=app.previous_version,
        language=call.portal.language,
    )


def upgrade(call: Call, app: App) -> App:
    """Install a new version: handlers and placements are dropped, and the installer binds them again."""
    event, listening = _listening(call, app, AppUpdated)
    app = replace(app, version=app.version + 1, previous_version=app.version)
    app = _install_again(call, app, "application updated")
    if app.script_only and listening:  # no page ends its installation, so those who listened until now are told
        subscriptions.deliver(call, event, _updated(call, app), listening)
    return app


def _listening(call: Call, app: App, fact: type[Fact]) -> tuple[EventForm, list[Binding]]:
    """Return the event of a fact and who hears of it, before its handlers are dropped."""
    (event,) = call.world.catalogue.events_of(fact)
    heard = app.installed and not app.blocked(call.real_now)
    return event, [binding for binding in call.bindings(event.wire_name) if heard and binding.app_id == app.id]


def reinstall(call: Call, app: App) -> App:
    """Install the same version again, from the beginning."""
    return _install_again(call, app, "application reinstalled")


def _install_again(call: Call, app: App, kind: str) -> App:
    _drop_handlers(call, app, "the application was installed again")
    app = _keep(call, replace(app, installed=_needs_no_installer(app)), kind)
    _announce(call, app)
    return app


def _drop_handlers(call: Call, app: App, reason: str) -> None:
    subscriptions.remove_all(call, app.id, reason)
    placements.remove_all(call, app.id)


def remove(call: Call, app: App, *, clean: bool) -> None:
    """Remove an application: its handlers, placements, connectors and tokens; a local one loses its options too."""
    event, listening = _listening(call, app, AppRemoved)
    _drop_handlers(call, app, "the application was removed")
    if listening:
        fact = AppRemoved(app_id=app.id, clean=clean, language=call.portal.language)
        subscriptions.deliver(call, event, fact, listening)
    connector_store.remove_connectors(call.tx, call.portal_id, app.id)
    token_store.remove_tokens(call.tx, call.portal_id, app.id, refresh=True)
    if clean or app.status is AppStatus.LOCAL:
        store.remove_options(call.tx, call.portal_id, app.id)
        store.remove_launches(call.tx, call.portal_id, app.id)
        disk_storages.remove_of_app(call, app)
    _keep(call, replace(app, installed=False, removed_at=call.real_now), "application removed")


def find_by_client(call: Call, client_id: str) -> App:
    """Return an application by its client_id, if it was not removed."""
    app = store.find_app_by_client(call.tx, call.portal_id, client_id)
    if app is None:
        raise AppMissing
    return app


def launch(call: Call, app: App) -> bool:
    """Note that the caller launches an application; tells whether for the first time.

    Until its installation was ever finished, each time is the first.
    """
    first = store.add_launch(call.tx, call.portal_id, app.id, call.actor.id)
    return first or not (app.installed or app.previous_version)


def renew_secret(call: Call, app: App) -> str:
    """Give an application another client_secret; returns it in the clear, once."""
    secret = new_secret(SECRET_LENGTH)
    store.set_app_secret(call.tx, call.portal_id, app.id, fingerprint(secret))
    call.touch()
    _note(call, "client secret renewed", app)
    return secret


def set_payment(call: Call, app: App, status: AppStatus, paid_until: int | None) -> App:
    """Say how an application is paid for, and tell it."""
    app = _keep(call, replace(app, status=status, paid_until=paid_until), "application paid")
    fact = AppPaid(
        app_id=app.id,
        code=app.client_id,
        version=app.version,
        status=status.value,
        expired=app.payment_expired(call.real_now),
        days=app.days_left(call.real_now),
        language=call.portal.language,
    )
    subscriptions.publish(call, fact)
    return app


def options(call: Call, app: App, user_id: int = 0) -> dict[str, object]:
    """Return an application's options, or those of one of its users."""
    found = store.list_options(call.tx, call.portal_id, app.id, user_id)
    return {name: msgspec.json.decode(value) for name, value in found.items()}


def set_options(call: Call, app: App, given: dict[str, object], user_id: int = 0) -> None:
    """Keep options by name; others stay as they are."""
    if not given:
        raise OptionsEmpty
    for name, value in given.items():
        encoded = msgspec.json.encode(value)
        if not name or len(name) > MAX_OPTION_NAME:
            raise OptionTooLarge(f"The name of an option must have 1 to {MAX_OPTION_NAME} characters")
        if len(encoded) > MAX_OPTION:
            raise OptionTooLarge(f"An option may have {MAX_OPTION} bytes")
        store.set_option(call.tx, call.portal_id, app.id, user_id, name, encoded.decode())
    if len(store.list_options(call.tx, call.portal_id, app.id, user_id)) > MAX_OPTIONS:
        raise OptionTooLarge(f"There may be {MAX_OPTIONS} options")
