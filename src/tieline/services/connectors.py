"""Connectors: registering them, switching them on and off."""

from dataclasses import replace

from tieline.domain.connectors import Connection, Connector
from tieline.domain.events import ConnectorSwitchedOff
from tieline.domain.lines import Line
from tieline.services import chats
from tieline.services.call import Call
from tieline.services.subscriptions import publish
from tieline.store import chats as chat_store
from tieline.store import connectors as store
from tieline.store import happenings

TITLE_LENGTH = 255


class LineInactive(Exception):
    """The line does not exist or is switched off."""


class NoProvider(Exception):
    """The connector does not exist, is another application's, or is not active on the line."""


class ForeignConnector(Exception):
    """The connector belongs to another application."""


class RenamingFailed(Exception):
    """There is no such chat to rename."""


def register(call: Call, connector: Connector) -> None:
    """Add the calling application's connector, or replace it."""
    known = call.find_connector(connector.code)
    if known is not None and known.app_id != call.owner.id:
        raise ForeignConnector
    store.set_connector(call.tx, call.portal_id, connector, call.now)
    call.touch()


def unregister(call: Call, code: str) -> None:
    """Take the calling application's connector away."""
    known = call.find_connector(code)
    if known is None or known.app_id != call.owner.id:
        raise ForeignConnector
    store.remove_connector(call.tx, call.portal_id, code)
    call.touch()


def activate(call: Call, code: str, line_id: int, *, active: bool) -> None:
    """Switch the calling application's connector on or off on a line; switching on clears its error."""
    connection = _own_connection(call, code, line_id)
    _set_connection(call, replace(connection, active=active, error="" if active else connection.error))


def set_data(call: Call, code: str, line_id: int, data: dict[str, object]) -> None:
    """Replace what the application tells of the channel that it is connected to."""
    _set_connection(call, replace(_own_connection(call, code, line_id), data=data))


def set_error(call: Call, code: str, line_id: int, error: str) -> None:
    """Show, or with an empty text clear, an error of the connector on a line."""
    _set_connection(call, replace(_own_connection(call, code, line_id), error=error))


def switch_off(call: Call, code: str, line_id: int) -> None:
    """Switch a connector off on a line from the portal's side, and tell its application."""
    connector, connection = call.find_connector(code), call.find_connection(code, line_id)
    if connector is None or connection is None or not connection.active:
        raise NoProvider
    _set_connection(call, replace(connection, active=False))
    publish(
        call,
        ConnectorSwitchedOff(
            app_id=connector.app_id,
            actor_id=call.user.id if call.user else None,
            connector=code,
            line_id=line_id,
        ),
    )


def _own_connection(call: Call, code: str, line_id: int) -> Connection:
    active_line(call, line_id)
    connector = call.find_connector(code)
    if connector is None or connector.app_id != call.owner.id:
        raise NoProvider
    return call.find_connection(code, line_id) or Connection(code, line_id)


def _set_connection(call: Call, connection: Connection) -> None:
    store.set_connection(call.tx, call.portal_id, connection)
    happenings.add_happening(
        call.tx,
        call.portal_id,
        "connection changed",
        now=call.now,
        actor_id=call.user.id if call.user else None,
        connector=connection.connector,
        line=connection.line_id,
        active=connection.active,
        error=connection.error,
    )
    call.touch()


def active_line(call: Call, line_id: int) -> Line:
    """Return a line that is switched on."""
    line = call.find_line(line_id)
    if line is None or not line.active:
        raise LineInactive
    return line


def provider(call: Call, code: str, line_id: int) -> tuple[Connector, Line]:
    """Return a connector of the calling application that is active on a line, and the line."""
    line, connector, connection = call.world.cache.get(
        call.tx,
        call.portal_id,
        ("provider", code, line_id),
        lambda: (call.find_line(line_id), call.find_connector(code), call.find_connection(code, line_id)),
    )
    if line is None or not line.active:
        raise LineInactive
    if connector is None or connector.app_id != call.owner.id or connection is None or not connection.active:
        raise NoProvider
    return connector, line


def rename(call: Call, code: str, line_id: int, outer_chat: str, outer_user: str | None, name: str) -> None:
    """Give a chat of the connector a new name; in group mode the outer chat alone names it."""
    connector, line = provider(call, code, line_id)
    user = "" if connector.chat_group else outer_user or ""
    chat = chat_store.lock_dialog(call.tx, call.portal_id, connector.code, line.id, outer_chat, user)
    if chat is None:
        raise RenamingFailed
    renamed = chat._replace(title=name[:TITLE_LENGTH], sequence=chat.sequence + 1)
    chats.keep(call, renamed, chat)


def needs_user(call: Call, code: str) -> bool:
    """Tell whether a chat of the connector is named only together with its user."""
    connector = call.find_connector(code)
    return connector is None or not connector.chat_group
