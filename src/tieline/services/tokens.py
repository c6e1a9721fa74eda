"""Tokens: issuing, refreshing, the codes of the consent page, and who a client is."""

import base64
import hashlib
import hmac

from tieline.domain.apps import (
    ACCESS_TOKEN_LIFE,
    CODE_LIFE,
    EVENT_TOKEN_REUSE,
    REFRESH_REPEAT,
    REFRESH_TOKEN_LIFE,
    App,
    AppKind,
    Grant,
    Token,
)
from tieline.domain.ids import fingerprint, new_secret
from tieline.domain.people import User, UserKind
from tieline.services.call import Call
from tieline.store import apps as app_store
from tieline.store import happenings
from tieline.store import tokens as store

TOKEN_LENGTH = 70


class ClientUnknown(Exception):
    """There is no application with this client_id."""


class WrongSecret(Exception):
    """The client_secret is not the application's."""


class NotInstalled(Exception):
    """The application's installation is not finished."""


class PaymentRequired(Exception):
    """The application's paid period is over."""


class NoAccess(Exception):
    """The user may not use the application."""


class ForeignRedirect(Exception):
    """The client wants its answer at an address that is none of the application's."""


class GrantInvalid(Exception):
    """The code or refresh token is unknown, used up, expired or another application's."""


class GrantReplayed(GrantInvalid):
    """The code or refresh token was exchanged before; carries what is noted of it."""

    def __init__(self, kind: str, app_id: int, user_id: int) -> None:
        super().__init__()
        self.note = (kind, app_id, user_id)


def issue_for_bot(call: Call, app: App, bot_id: int) -> Grant:
    """Make a pair of tokens that events bring a bot, good for the full hour that each event claims."""
    access, refresh = event_token(call, app, bot_id), new_secret(TOKEN_LENGTH)
    expires_at = call.real_now + REFRESH_TOKEN_LIFE
    token = Token(fingerprint(refresh), app.id, bot_id, True, expires_at)
    store.add_token(call.tx, call.portal_id, token, call.real_now)
    return Grant(access, refresh, bot_id, call.real_now + ACCESS_TOKEN_LIFE)


def issue(call: Call, app: App, user_id: int) -> Grant:
    """Make a new pair of tokens for an application in a user's name."""
    return _keep_pair(call, app, user_id, new_secret(TOKEN_LENGTH), new_secret(TOKEN_LENGTH))


def _keep_pair(call: Call, app: App, user_id: int, access: str, refresh: str) -> Grant:
    expires_at = call.real_now + ACCESS_TOKEN_LIFE
    pair = (
        Token(fingerprint(access), app.id, user_id, False, expires_at),
        Token(fingerprint(refresh), app.id, user_id, True, call.real_now + REFRESH_TOKEN_LIFE),
    )
    for token in pair:
        store.add_token(call.tx, call.portal_id, token, call.real_now)
    return Grant(access, refresh, user_id, expires_at)


def find_client(call: Call, client_id: str) -> App:
    """Return the application with a client_id."""
    app = app_store.find_app_by_client(call.tx, call.portal_id, client_id)
    if app is None or app.kind is not AppKind.LOCAL:
        raise ClientUnknown
    return app


def authenticate(call: Call, client_id: str, client_secret: str) -> App:
    """Return the application that a client says it is."""
    app = find_client(call, client_id)
    if not hmac.compare_digest(app.secret_hash, fingerprint(client_secret)):
        raise WrongSecret
    return app


def refresh(call: Call, app: App, refresh_token: str) -> Grant:
    """Exchange a refresh token for a new pair; for a minute the same one gets the same pair again.

    The new pair is derived from the old token with the server's key, since only hashes are kept.
    """
    token = store.find_token(call.tx, call.portal_id, fingerprint(refresh_token), refresh=True)
    if token is None or token.app_id != app.id or token.expires_at <= call.real_now:
        raise GrantInvalid
    if token.used_at is not None and call.real_now - token.used_at > REFRESH_REPEAT:
        raise GrantReplayed("used refresh token refused", app.id, token.user_id)
    user = call.find_user(token.user_id)
    _require_usable(call, app, user)
    if user is not None and user.kind is UserKind.BOT:
        call.touch()  # events bring the bot another pair from now on
    if token.used_at is None:
        store.set_token_used(call.tx, call.portal_id, token.hash, call.real_now)
    access, following = (_derive(call.world.vault.key, kind, refresh_token) for kind in ("access", "refresh"))
    return _keep_pair(call, app, token.user_id, access, following)


def find_consenting(call: Call, client_id: str) -> App:
    """Return the application that asks for the caller's consent, if the caller may give it."""
    app = find_client(call, client_id)
    _require_usable(call, app, call.actor)
    return app


def redirect_of(app: App, asked: str) -> str:
    """Return where the answer to a consent goes: the application's page, or another address of its own."""
    if not asked:
        return app.handler_url
    if asked not in (app.handler_url, app.install_url):
        raise ForeignRedirect
    return asked


def add_code(call: Call, app: App) -> str:
    """Make a code for the caller's consent, good once and for half a minute; returns it in the clear."""
    code = new_secret(TOKEN_LENGTH)
    store.add_code(call.tx, call.portal_id, fingerprint(code), app.id, call.actor.id, call.real_now + CODE_LIFE)
    happenings.add_happening(
        call.tx, call.portal_id, "access granted", now=call.now, actor_id=call.actor.id, app=app.id
    )
    return code


def exchange_code(call: Call, app: App, text: str) -> Grant:
    """Exchange a code of the consent page for a pair of tokens."""
    hashed = fingerprint(text)
    code = store.find_code(call.tx, call.portal_id, hashed)
    if code is None or code.app_id != app.id:
        raise GrantInvalid
    if code.used_at is not None:
        raise GrantReplayed("used code refused", app.id, code.user_id)
    if code.expires_at <= call.real_now:
        raise GrantInvalid
    _require_usable(call, app, call.find_person(code.user_id))
    store.set_code_used(call.tx, call.portal_id, hashed, call.real_now)
    return issue(call, app, code.user_id)


def _require_usable(call: Call, app: App, user: User | None) -> None:
    if not app.installed:
        raise NotInstalled
    if app.blocked(call.real_now):
        raise PaymentRequired
    if user is None or not user.active:
        raise GrantInvalid
    if not app.open_to(user):
        raise NoAccess


def note_replay(call: Call, replayed: GrantReplayed) -> None:
    """Record that a used code or refresh token came again; in a transaction of its own, since the call is refused."""
    kind, app_id, user_id = replayed.note
    happenings.add_happening(call.tx, call.portal_id, kind, now=call.now, actor_id=user_id, app=app_id)


def _derive(key: bytes, kind: str, refresh_token: str) -> str:
    digest = b"".join(hmac.digest(key, f"{kind}/{part}/{refresh_token}".encode(), hashlib.sha512) for part in range(2))
    text = base64.b64encode(digest).decode()
    return "".join(sign for sign in text if sign.isalnum())[:TOKEN_LENGTH]


def event_token(call: Call, app: App, user_id: int) -> str:
    """Make an access token for events: it outlives the hour that an event claims by as long as it is reused."""
    access = new_secret(TOKEN_LENGTH)
    expires_at = call.real_now + ACCESS_TOKEN_LIFE + EVENT_TOKEN_REUSE
    token = Token(fingerprint(access), app.id, user_id, False, expires_at)
    store.add_token(call.tx, call.portal_id, token, call.real_now)
    return access
