"""Chat applications of bots; they go with their bot."""

import msgspec

from tieline.domain.bot_apps import ChatApp, Look
from tieline.store.engine import Row, Tx

_FIELDS = "id, bot_id, app_id, code, settings, created_at"


def _app(row: Row) -> ChatApp:
    number, bot_id, app_id, code, settings, created_at = row
    return ChatApp(number, bot_id, app_id, code, msgspec.json.decode(settings, type=Look), created_at)


def list_of_bot(tx: Tx, portal_id: int, bot_id: int) -> list[ChatApp]:
    """Return a bot's chat applications, the oldest first."""
    rows = tx.all(
        f"select {_FIELDS} from bot_apps where portal_id = :portal and bot_id = :bot order by id",
        portal=portal_id,
        bot=bot_id,
    )
    return [_app(row) for row in rows]


def find_app(tx: Tx, portal_id: int, number: int) -> ChatApp | None:
    """Return a chat application, or None."""
    row = tx.one(f"select {_FIELDS} from bot_apps where portal_id = :portal and id = :id", portal=portal_id, id=number)
    return _app(row) if row else None


def add_app(tx: Tx, portal_id: int, app: ChatApp) -> int:
    """Add a chat application; returns its id."""
    row = tx.one(
        """insert into bot_apps (portal_id, bot_id, app_id, code, settings, created_at)
        values (:portal, :bot, :app, :code, :settings, :now) returning id""",
        portal=portal_id,
        bot=app.bot_id,
        app=app.app_id,
        code=app.code,
        settings=msgspec.json.encode(app.look).decode(),
        now=app.created_at,
    )
    assert row
    return int(row[0])


def set_look(tx: Tx, portal_id: int, number: int, look: Look) -> None:
    """Keep what a chat application does and how it looks."""
    tx.run(
        "update bot_apps set settings = :settings where portal_id = :portal and id = :id",
        settings=msgspec.json.encode(look).decode(),
        portal=portal_id,
        id=number,
    )


def remove_app(tx: Tx, portal_id: int, number: int) -> None:
    """Forget a chat application."""
    tx.run("delete from bot_apps where portal_id = :portal and id = :id", portal=portal_id, id=number)
