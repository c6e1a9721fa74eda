"""Applications, tokens, incoming webhooks and bindings."""

import msgspec

from tieline.domain.apps import NOTICE_PAUSE, App, Binding, Token, Webhook
from tieline.store.engine import Row, Tx

_APP = """id, client_id, secret_hash, name, scopes, handler_url, install_url, script_only, installed, version,
user_id, sealed_application_token, sealed_signing_key"""
_BINDING = "id, app_id, event, handler, auth_user_id, offline, connector, options"


def _scopes(text: str) -> frozenset[str]:
    return frozenset(filter(None, text.split(",")))


def _app(row: Row) -> App:
    values = list(row)
    values[4] = _scopes(values[4])
    values[7], values[8] = bool(values[7]), bool(values[8])
    return App(*values)


def _binding(row: Row) -> Binding:
    values = list(row)
    values[5] = bool(values[5])
    values[7] = msgspec.json.decode(values[7]).get("notice_pause", NOTICE_PAUSE)
    return Binding(*values)


def add_app(
    tx: Tx,
    portal_id: int,
    *,
    client_id: str,
    secret_hash: str,
    name: str,
    scopes: frozenset[str],
    handler_url: str,
    install_url: str,
    script_only: bool,
    installed: bool,
    user_id: int,
    sealed_application_token: str,
    sealed_signing_key: str,
    now: int,
) -> int:
    """Add an application; returns its id."""
    row = tx.one(
        """insert into apps (portal_id, client_id, secret_hash, name, scopes, handler_url, install_url,
        script_only, installed, version, user_id, sealed_application_token, sealed_signing_key, created_at)
        values (:portal, :client_id, :secret_hash, :name, :scopes, :handler_url, :install_url, :script_only,
        :installed, 1, :user_id, :token, :key, :now) returning id""",
        portal=portal_id,
        client_id=client_id,
        secret_hash=secret_hash,
        name=name,
        scopes=",".join(sorted(scopes)),
        handler_url=handler_url,
        install_url=install_url,
        script_only=int(script_only),
        installed=int(installed),
        user_id=user_id,
        token=sealed_application_token,
        key=sealed_signing_key,
        now=now,
    )
    assert row
    return int(row[0])


def find_app(tx: Tx, portal_id: int, app_id: int) -> App | None:
    """Return an application by id, or None."""
    row = tx.one(f"select {_APP} from apps where portal_id = :portal and id = :id", portal=portal_id, id=app_id)
    return _app(row) if row else None


def find_app_by_client(tx: Tx, portal_id: int, client_id: str) -> App | None:
    """Return an application by its client_id, or None."""
    row = tx.one(
        f"select {_APP} from apps where portal_id = :portal and client_id = :client_id",
        portal=portal_id,
        client_id=client_id,
    )
    return _app(row) if row else None


def add_token(tx: Tx, portal_id: int, token: Token, now: int) -> None:
    """Keep a token by its hash; the same one again only moves its expiry."""
    tx.run(
        """insert into tokens (portal_id, hash, app_id, user_id, refresh, expires_at, created_at)
        values (:portal, :hash, :app, :user, :refresh, :expires, :now)
        on conflict (portal_id, hash) do update set expires_at = excluded.expires_at""",
        portal=portal_id,
        hash=token.hash,
        app=token.app_id,
        user=token.user_id,
        refresh=int(token.refresh),
        expires=token.expires_at,
        now=now,
    )


def find_token(tx: Tx, portal_id: int, hashed: str, *, refresh: bool) -> Token | None:
    """Return an access token, or a refresh token which it locks, by its hash; None if unknown."""
    row = tx.one(
        """select hash, app_id, user_id, refresh, expires_at, used_at from tokens
        where portal_id = :portal and hash = :hash and refresh = :refresh"""
        + (" for update" if refresh else ""),
        portal=portal_id,
        hash=hashed,
        refresh=int(refresh),
    )
    return Token(row[0], row[1], row[2], bool(row[3]), row[4], row[5]) if row else None


def set_token_used(tx: Tx, portal_id: int, hashed: str, now: int) -> None:
    """Record that a refresh token was exchanged."""
    tx.run(
        "update tokens set used_at = :now where portal_id = :portal and hash = :hash",
        now=now,
        portal=portal_id,
        hash=hashed,
    )


def remove_expired_tokens(tx: Tx, portal_id: int, before: int) -> int:
    """Forget tokens that ran out before a moment."""
    return tx.run(
        "delete from tokens where portal_id = :portal and expires_at < :before",
        portal=portal_id,
        before=before,
    )


def add_webhook(
    tx: Tx, portal_id: int, *, user_id: int, code_hash: str, scopes: frozenset[str], title: str, now: int
) -> int:
    """Add an incoming webhook; returns its id."""
    row = tx.one(
        """insert into webhooks (portal_id, user_id, code_hash, scopes, title, created_at)
        values (:portal, :user, :hash, :scopes, :title, :now) returning id""",
        portal=portal_id,
        user=user_id,
        hash=code_hash,
        scopes=",".join(sorted(scopes)),
        title=title,
        now=now,
    )
    assert row
    return int(row[0])


def find_webhook(tx: Tx, portal_id: int, user_id: int, code_hash: str) -> Webhook | None:
    """Return a user's webhook by the hash of its code, or None."""
    row = tx.one(
        """select id, user_id, scopes, title from webhooks
        where portal_id = :portal and code_hash = :hash and user_id = :user""",
        portal=portal_id,
        hash=code_hash,
        user=user_id,
    )
    return Webhook(row[0], row[1], _scopes(row[2]), row[3]) if row else None


def add_binding(tx: Tx, portal_id: int, binding: Binding, now: int) -> int:
    """Add a subscription; returns its id, which events carry as event_handler_id."""
    row = tx.one(
        """insert into bindings (portal_id, app_id, event, handler, auth_user_id, offline, connector, options,
        created_at) values (:portal, :app, :event, :handler, :user, :offline, :connector, :options, :now)
        returning id""",
        portal=portal_id,
        app=binding.app_id,
        event=binding.event,
        handler=binding.handler,
        user=binding.auth_user_id,
        offline=int(binding.offline),
        connector=binding.connector,
        options=msgspec.json.encode({"notice_pause": binding.notice_pause}).decode(),
        now=now,
    )
    assert row
    return int(row[0])


def list_bindings(tx: Tx, portal_id: int, *, app_id: int | None = None, event: str | None = None) -> list[Binding]:
    """Return subscriptions of an application, or to an event, or both, oldest first."""
    rows = tx.all(
        f"""select {_BINDING} from bindings where portal_id = :portal
        and (:app = 0 or app_id = :app) and (:event = '' or event = :event) order by id""",
        portal=portal_id,
        app=app_id or 0,
        event=event or "",
    )
    return [_binding(row) for row in rows]


def find_binding(tx: Tx, portal_id: int, binding_id: int) -> Binding | None:
    """Return one subscription, or None."""
    row = tx.one(
        f"select {_BINDING} from bindings where portal_id = :portal and id = :id",
        portal=portal_id,
        id=binding_id,
    )
    return _binding(row) if row else None


def lock_binding(tx: Tx, portal_id: int, binding_id: int) -> int:
    """Let nobody else give notice to a subscription until this transaction ends; returns when the last one is due."""
    row = tx.one(
        "select notified_at from bindings where portal_id = :portal and id = :id for update",
        portal=portal_id,
        id=binding_id,
    )
    return int(row[0]) if row else 0


def set_notified(tx: Tx, portal_id: int, binding_id: int, moment: int) -> None:
    """Record when a subscription's last notice is due."""
    tx.run(
        "update bindings set notified_at = :moment where portal_id = :portal and id = :id",
        moment=moment,
        portal=portal_id,
        id=binding_id,
    )


def remove_binding(tx: Tx, portal_id: int, binding_id: int) -> None:
    """Take a subscription away, and the queue of an offline one."""
    tx.run(
        """delete from offline_events where portal_id = :portal and (app_id, connector, event) in (select
        app_id, connector, event from bindings where portal_id = :portal and id = :id and offline = 1)""",
        portal=portal_id,
        id=binding_id,
    )
    tx.run("delete from bindings where portal_id = :portal and id = :id", portal=portal_id, id=binding_id)


def list_apps(tx: Tx, portal_id: int) -> list[App]:
    """Return all applications, oldest first."""
    return [
        _app(row) for row in tx.all(f"select {_APP} from apps where portal_id = :portal order by id", portal=portal_id)
    ]
