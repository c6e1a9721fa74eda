"""Applications: installing, tokens and their refresh, incoming webhooks."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from tieline.domain.apps import (
    ACCESS_TOKEN_LIFE,
    EVENT_TOKEN_REUSE,
    REFRESH_REPEAT,
    REFRESH_TOKEN_LIFE,
    App,
    Binding,
    Grant,
    Token,
    Webhook,
)
from tieline.domain.events import AppInstalled
from tieline.domain.ids import fingerprint, new_client_id, new_hex, new_secret
from tieline.services.call import Call
from tieline.services.subscriptions import deliver
from tieline.services.urls import refuse_address
from tieline.store import apps as store
from tieline.store import happenings

TOKEN_LENGTH = 70
SECRET_LENGTH = 50


class WrongAddress(Exception):
    """A URL of an application is no address that this server may call."""


class ClientUnknown(Exception):
    """There is no application with this client_id."""


class WrongSecret(Exception):
    """The client_secret is not the application's."""


class GrantInvalid(Exception):
    """The refresh token is unknown, used up, expired or another application's."""


class GrantReplayed(GrantInvalid):
    """The refresh token was exchanged before, too long ago to be a lost answer."""

    def __init__(self, token: Token) -> None:
        super().__init__()
        self.token = token


@dataclass(frozen=True, slots=True)
class Added:
    """A new application with its secrets, in the clear, once."""

    app: App
    client_secret: str
    application_token: str
    signing_secret: str
    grant: Grant


def add(
    call: Call, *, name: str, scopes: frozenset[str], handler_url: str, install_url: str, script_only: bool
) -> Added:
    """Add a local application for the caller; a script-only one is installed at once and told so."""
    for url in filter(None, (handler_url, install_url)):
        if why := refuse_address(url, call.world.rules):
            raise WrongAddress(why)
    secret, application_token = new_secret(SECRET_LENGTH), new_hex()
    signing_secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    app_id = store.add_app(
        call.tx,
        call.portal_id,
        client_id=new_client_id(),
        secret_hash=fingerprint(secret),
        name=name,
        scopes=scopes,
        handler_url=handler_url,
        install_url=install_url,
        script_only=script_only,
        installed=script_only or not install_url,
        user_id=call.actor.id,
        sealed_application_token=call.world.vault.seal(application_token),
        sealed_signing_key=call.world.vault.seal(signing_secret),
        now=call.now,
    )
    call.touch()
    app = store.find_app(call.tx, call.portal_id, app_id)
    assert app is not None
    happenings.add_happening(
        call.tx, call.portal_id, "application added", now=call.now, actor_id=call.actor.id, app=app_id
    )
    if script_only and install_url:
        _announce(call, app)
    return Added(app, secret, application_token, signing_secret, issue(call, app, call.actor.id))


def _announce(call: Call, app: App) -> None:
    """Send the tokens to the install URL: not a subscription, so its handler id is 0."""
    fact = AppInstalled(app_id=app.id, actor_id=app.user_id, version=app.version, language=call.portal.language)
    (event,) = call.world.catalogue.events_of(AppInstalled)
    install = Binding(0, app.id, event.wire_name, app.install_url, app.user_id)
    deliver(call, event, fact, [install])


def issue(call: Call, app: App, user_id: int) -> Grant:
    """Make a new pair of tokens for an application in a user's name."""
    return _keep_pair(call, app, user_id, new_secret(TOKEN_LENGTH), new_secret(TOKEN_LENGTH))


def _keep_pair(call: Call, app: App, user_id: int, access: str, refresh: str) -> Grant:
    expires_at = call.now + ACCESS_TOKEN_LIFE
    pair = (
        Token(fingerprint(access), app.id, user_id, False, expires_at),
        Token(fingerprint(refresh), app.id, user_id, True, call.now + REFRESH_TOKEN_LIFE),
    )
    for token in pair:
        store.add_token(call.tx, call.portal_id, token, call.now)
    return Grant(access, refresh, user_id, expires_at)


def authenticate(call: Call, client_id: str, client_secret: str) -> App:
    """Return the application that a client says it is."""
    app = store.find_app_by_client(call.tx, call.portal_id, client_id)
    if app is None:
        raise ClientUnknown
    if not hmac.compare_digest(app.secret_hash, fingerprint(client_secret)):
        raise WrongSecret
    return app


def refresh(call: Call, app: App, refresh_token: str) -> Grant:
    """Exchange a refresh token for a new pair; for a minute the same one gets the same pair again.

    The new pair is derived from the old token with the server's key, since only hashes are kept.
    """
    token = store.find_token(call.tx, call.portal_id, fingerprint(refresh_token), refresh=True)
    if token is None or token.app_id != app.id or token.expires_at <= call.now:
        raise GrantInvalid
    if token.used_at is not None and call.now - token.used_at > REFRESH_REPEAT:
        raise GrantReplayed(token)
    if token.used_at is None:
        store.set_token_used(call.tx, call.portal_id, token.hash, call.now)
    access, following = (_derive(call.world.vault.key, kind, refresh_token) for kind in ("access", "refresh"))
    return _keep_pair(call, app, token.user_id, access, following)


def note_replay(call: Call, token: Token) -> None:
    """Record that a used refresh token came again; in a transaction of its own, since the call is refused."""
    happenings.add_happening(
        call.tx,
        call.portal_id,
        "used refresh token refused",
        now=call.now,
        actor_id=token.user_id,
        app=token.app_id,
    )


def _derive(key: bytes, kind: str, refresh_token: str) -> str:
    digest = b"".join(hmac.digest(key, f"{kind}/{part}/{refresh_token}".encode(), hashlib.sha512) for part in range(2))
    text = base64.b64encode(digest).decode()
    return "".join(sign for sign in text if sign.isalnum())[:TOKEN_LENGTH]


def event_token(call: Call, app: App, user_id: int) -> str:
    """Make an access token for events: it outlives the hour that an event claims by as long as it is reused."""
    access = new_secret(TOKEN_LENGTH)
    expires_at = call.now + ACCESS_TOKEN_LIFE + EVENT_TOKEN_REUSE
    store.add_token(call.tx, call.portal_id, Token(fingerprint(access), app.id, user_id, False, expires_at), call.now)
    return access


def add_webhook(call: Call, *, scopes: frozenset[str], title: str) -> tuple[Webhook, str]:
    """Add an incoming webhook for the caller; returns it and its code, in the clear, once."""
    code = new_secret(24)
    webhook_id = store.add_webhook(
        call.tx,
        call.portal_id,
        user_id=call.actor.id,
        code_hash=fingerprint(code),
        scopes=scopes,
        title=title,
        now=call.now,
    )
    call.touch()
    happenings.add_happening(
        call.tx, call.portal_id, "webhook added", now=call.now, actor_id=call.actor.id, webhook=webhook_id
    )
    return Webhook(webhook_id, call.actor.id, scopes, title), code
