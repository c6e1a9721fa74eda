"""Connectors and their connections to lines."""

from dataclasses import asdict, fields
from typing import Any

import msgspec

from tieline.domain.connectors import Connection, Connector, Icon
from tieline.store.engine import Row, Tx

_FIELDS = tuple(field.name for field in fields(Connector))
_CONNECTOR = ", ".join(_FIELDS)
_FLAGS = tuple(field.name for field in fields(Connector) if field.type is bool)
_encode = msgspec.json.encode


def _icon(text: str | None) -> Icon | None:
    return msgspec.json.decode(text, type=Icon) if text else None


def _connector(row: Row) -> Connector:
    values: dict[str, Any] = dict(zip(_FIELDS, row, strict=True))
    values["icon"] = _icon(values["icon"])
    values["icon_disabled"] = _icon(values["icon_disabled"])
    for flag in _FLAGS:
        values[flag] = bool(values[flag])
    return Connector(**values)


def set_connector(tx: Tx, portal_id: int, connector: Connector, now: int) -> None:
    """Add a connector, or replace what was registered under its code."""
    values = asdict(connector)
    values["icon"] = _encode(connector.icon).decode()
    values["icon_disabled"] = _encode(connector.icon_disabled).decode() if connector.icon_disabled else None
    for flag in _FLAGS:
        values[flag] = int(values[flag])
    updates = ", ".join(f"{name} = excluded.{name}" for name in _FIELDS if name != "code")
    tx.run(
        f"""insert into connectors (portal_id, created_at, {_CONNECTOR})
        values (:portal, :now, {", ".join(":" + name for name in _FIELDS)})
        on conflict (portal_id, code) do update set {updates}""",
        portal=portal_id,
        now=now,
        **values,
    )


def find_connector(tx: Tx, portal_id: int, code: str) -> Connector | None:
    """Return a connector by its code, or None."""
    row = tx.one(
        f"select {_CONNECTOR} from connectors where portal_id = :portal and code = :code",
        portal=portal_id,
        code=code,
    )
    return _connector(row) if row else None


def list_connectors(tx: Tx, portal_id: int) -> list[Connector]:
    """Return all connectors by code."""
    rows = tx.all(f"select {_CONNECTOR} from connectors where portal_id = :portal order by code", portal=portal_id)
    return [_connector(row) for row in rows]


def remove_connector(tx: Tx, portal_id: int, code: str) -> None:
    """Take a connector and its connections away; its dialogs stay."""
    tx.run("delete from connections where portal_id = :portal and connector = :code", portal=portal_id, code=code)
    tx.run("delete from connectors where portal_id = :portal and code = :code", portal=portal_id, code=code)


def remove_connectors(tx: Tx, portal_id: int, app_id: int) -> None:
    """Take all connectors of an application away; their dialogs stay."""
    rows = tx.all(
        "select code from connectors where portal_id = :portal and app_id = :app", portal=portal_id, app=app_id
    )
    for (code,) in rows:
        remove_connector(tx, portal_id, code)


def set_connection(tx: Tx, portal_id: int, connection: Connection) -> None:
    """Keep a connector's state on a line."""
    tx.run(
        """insert into connections (portal_id, connector, line_id, active, data, error)
        values (:portal, :connector, :line, :active, :data, :error)
        on conflict (portal_id, connector, line_id) do update
        set active = excluded.active, data = excluded.data, error = excluded.error""",
        portal=portal_id,
        connector=connection.connector,
        line=connection.line_id,
        active=int(connection.active),
        data=None if connection.data is None else _encode(connection.data).decode(),
        error=connection.error,
    )


def _connection(row: Row) -> Connection:
    data = None if row[3] is None else msgspec.json.decode(row[3])
    return Connection(row[0], row[1], bool(row[2]), data, row[4])


def find_connection(tx: Tx, portal_id: int, connector: str, line_id: int) -> Connection | None:
    """Return a connector's state on a line, or None."""
    row = tx.one(
        """select connector, line_id, active, data, error from connections
        where portal_id = :portal and connector = :connector and line_id = :line""",
        portal=portal_id,
        connector=connector,
        line=line_id,
    )
    return _connection(row) if row else None


def list_connections(tx: Tx, portal_id: int, *, line_id: int | None = None) -> list[Connection]:
    """Return connections, of one line or of all."""
    rows = tx.all(
        """select connector, line_id, active, data, error from connections
        where portal_id = :portal and (:line = 0 or line_id = :line) order by connector, line_id""",
        portal=portal_id,
        line=line_id or 0,
    )
    return [_connection(row) for row in rows]


def remove_connections(tx: Tx, portal_id: int, line_id: int) -> None:
    """Take all connections of a line away."""
    tx.run(
        "delete from connections where portal_id = :portal and line_id = :line",
        portal=portal_id,
        line=line_id,
    )
