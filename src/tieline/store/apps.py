"""Applications, who may use them, their options, and bindings."""

from dataclasses import replace

import msgspec

from tieline.domain.apps import NOTICE_PAUSE, App, AppKind, AppStatus, Binding
from tieline.store.engine import Row, Tx

_APP = """id, client_id, secret_hash, name, scopes, handler_url, install_url, script_only, installed, version,
user_id, sealed_application_token, sealed_signing_key, created_at, kind, status, previous_version, paid_until,
removed_at"""
_BINDING = "id, app_id, event, handler, auth_user_id, offline, connector, options, bot_id"


def scopes_of(text: str) -> frozenset[str]:
    """Read a list of scopes."""
    return frozenset(filter(None, text.split(",")))


def _app(row: Row, access: frozenset[int]) -> App:
    values = list(row)
    values[4] = scopes_of(values[4])
    values[7], values[8] = bool(values[7]), bool(values[8])
    values[14], values[15] = AppKind(values[14]), AppStatus(values[15])
    return replace(App(*values), access=access)


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
    kind: AppKind,
    now: int,
) -> int:
    """Add an application; returns its id."""
    row = tx.one(
        """insert into apps (portal_id, client_id, secret_hash, name, scopes, handler_url, install_url,
        script_only, installed, version, user_id, sealed_application_token, sealed_signing_key, kind, created_at)
        values (:portal, :client_id, :secret_hash, :name, :scopes, :handler_url, :install_url, :script_only,
        :installed, 1, :user_id, :token, :key, :kind, :now) returning id""",
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
        kind=kind.value,
        now=now,
    )
    assert row
    return int(row[0])


def find_app(tx: Tx, portal_id: int, app_id: int) -> App | None:
    """Return an application by id, removed ones too, or None."""
    row = tx.one(f"select {_APP} from apps where portal_id = :portal and id = :id", portal=portal_id, id=app_id)
    return _app(row, _access(tx, portal_id, app_id)) if row else None


def find_app_by_client(tx: Tx, portal_id: int, client_id: str) -> App | None:
    """Return an application by its client_id, unless it was removed, or None."""
    row = tx.one(
        f"select {_APP} from apps where portal_id = :portal and client_id = :client_id and removed_at is null",
        portal=portal_id,
        client_id=client_id,
    )
    return _app(row, _access(tx, portal_id, row[0])) if row else None


def list_apps(tx: Tx, portal_id: int) -> list[App]:
    """Return all applications, removed ones too, oldest first."""
    access: dict[int, set[int]] = {}
    for app_id, user_id in tx.all("select app_id, user_id from app_access where portal_id = :portal", portal=portal_id):
        access.setdefault(app_id, set()).add(user_id)
    rows = tx.all(f"select {_APP} from apps where portal_id = :portal order by id", portal=portal_id)
    return [_app(row, frozenset(access.get(row[0], ()))) for row in rows]


def _access(tx: Tx, portal_id: int, app_id: int) -> frozenset[int]:
    rows = tx.all(
        "select user_id from app_access where portal_id = :portal and app_id = :app", portal=portal_id, app=app_id
    )
    return frozenset(row[0] for row in rows)


def set_app(tx: Tx, portal_id: int, app: App) -> None:
    """Keep what of an application may change."""
    tx.run(
        """update apps set name = :name, scopes = :scopes, handler_url = :handler_url, install_url = :install_url,
        script_only = :script_only, installed = :installed, version = :version, previous_version = :previous,
        status = :status, paid_until = :paid_until, removed_at = :removed_at
        where portal_id = :portal and id = :id""",
        name=app.name,
        scopes=",".join(sorted(app.scopes)),
        handler_url=app.handler_url,
        install_url=app.install_url,
        script_only=int(app.script_only),
        installed=int(app.installed),
        version=app.version,
        previous=app.previous_version,
        status=app.status.value,
        paid_until=app.paid_until,
        removed_at=app.removed_at,
        portal=portal_id,
        id=app.id,
    )


def set_app_secret(tx: Tx, portal_id: int, app_id: int, secret_hash: str) -> None:
    """Give an application another secret."""
    tx.run(
        "update apps set secret_hash = :hash where portal_id = :portal and id = :id",
        hash=secret_hash,
        portal=portal_id,
        id=app_id,
    )


def set_client_id(tx: Tx, portal_id: int, app_id: int, client_id: str) -> None:
    """Give an application another name for itself."""
    tx.run(
        "update apps set client_id = :client where portal_id = :portal and id = :id",
        client=client_id,
        portal=portal_id,
        id=app_id,
    )


def set_access(tx: Tx, portal_id: int, app_id: int, users: frozenset[int]) -> None:
    """Say who may use an application; nobody for everybody."""
    tx.run("delete from app_access where portal_id = :portal and app_id = :app", portal=portal_id, app=app_id)
    tx.many(
        "insert into app_access (portal_id, app_id, user_id) values (:portal, :app, :user)",
        [{"portal": portal_id, "app": app_id, "user": user_id} for user_id in sorted(users)],
    )


def list_options(tx: Tx, portal_id: int, app_id: int, user_id: int = 0) -> dict[str, str]:
    """Return an application's options, or those of one of its users, by name, as JSON."""
    rows = tx.all(
        """select name, value from app_options where portal_id = :portal and app_id = :app and user_id = :user
        order by name""",
        portal=portal_id,
        app=app_id,
        user=user_id,
    )
    return {row[0]: row[1] for row in rows}


def set_option(tx: Tx, portal_id: int, app_id: int, user_id: int, name: str, value: str) -> None:
    """Keep an option."""
    tx.run(
        """insert into app_options (portal_id, app_id, user_id, name, value)
        values (:portal, :app, :user, :name, :value)
        on conflict (portal_id, app_id, user_id, name) do update set value = excluded.value""",
        portal=portal_id,
        app=app_id,
        user=user_id,
        name=name,
        value=value,
    )


def remove_options(tx: Tx, portal_id: int, app_id: int) -> None:
    """Forget all options of an application and of its users."""
    tx.run("delete from app_options where portal_id = :portal and app_id = :app", portal=portal_id, app=app_id)


def add_launch(tx: Tx, portal_id: int, app_id: int, user_id: int) -> bool:
    """Record that a person launches an application; tells whether it is for the first time."""
    row = tx.one(
        """insert into app_launches (portal_id, app_id, user_id) values (:portal, :app, :user)
        on conflict (portal_id, app_id, user_id) do nothing returning user_id""",
        portal=portal_id,
        app=app_id,
        user=user_id,
    )
    return row is not None


def remove_launches(tx: Tx, portal_id: int, app_id: int) -> None:
    """Forget who launched an application."""
    tx.run("delete from app_launches where portal_id = :portal and app_id = :app", portal=portal_id, app=app_id)


def add_binding(tx: Tx, portal_id: int, binding: Binding, now: int) -> int:
    """Add a subscription; returns its id, which events carry as event_handler_id."""
    row = tx.one(
        """insert into bindings (portal_id, app_id, event, handler, auth_user_id, offline, connector, options,
        bot_id, created_at)
        values (:portal, :app, :event, :handler, :user, :offline, :connector, :options, :bot, :now)
        returning id""",
        portal=portal_id,
        app=binding.app_id,
        event=binding.event,
        handler=binding.handler,
        user=binding.auth_user_id,
        offline=int(binding.offline),
        connector=binding.connector,
        bot=binding.bot_id,
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
