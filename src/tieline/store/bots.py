"""Bots and their commands; what seldom changes, so callers read it through the cache."""

from dataclasses import fields
from typing import Any, NamedTuple

import msgspec

from tieline.domain.bots import Bot, BotType, Command, Phrase
from tieline.store.engine import Row, Tx

_NAMES = tuple(field.name for field in fields(Bot))
_BOT = ", ".join(_NAMES)
_FLAGS = frozenset({"lines", "fetches", "hidden", "reactions"})
_COMMAND_NAMES = tuple(field.name for field in fields(Command))
_COMMAND = ", ".join(_COMMAND_NAMES)
_COMMAND_FLAGS = frozenset({"common", "hidden", "extranet"})


def _bot(row: Row) -> Bot:
    values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
    values |= {name: bool(values[name]) for name in _FLAGS}
    values |= {"type": BotType(values["type"]), "handlers": msgspec.json.decode(values["handlers"])}
    return Bot(**values)


def list_bots(tx: Tx, portal_id: int) -> dict[int, Bot]:
    """Return all bots by their ids, the oldest first."""
    rows = tx.all(f"select {_BOT} from bots where portal_id = :portal order by id", portal=portal_id)
    return {row[0]: _bot(row) for row in rows}


def add_bot_user(tx: Tx, portal_id: int, now: int) -> int:
    """Add the user that a bot is; returns the id."""
    row = tx.one(
        """insert into users (portal_id, kind, name, last_name, email, is_admin, active, work_position, gender,
        phone, url, avatar, connector, outer_id, language, time_zone, created_at, modified_at)
        values (:portal, 'bot', '', '', '', 0, 1, '', '', '', '', '', '', '', '', '', :now, :now) returning id""",
        portal=portal_id,
        now=now,
    )
    assert row
    return int(row[0])


def set_bot(tx: Tx, portal_id: int, bot: Bot) -> None:
    """Keep a bot."""
    values = {name: getattr(bot, name) for name in _NAMES}
    values |= {name: int(values[name]) for name in _FLAGS}
    values |= {"type": bot.type.value, "handlers": msgspec.json.encode(bot.handlers).decode()}
    tx.run(
        f"""insert into bots (portal_id, {_BOT}) values (:portal, {", ".join(":" + name for name in _NAMES)})
        on conflict (portal_id, id) do update set {", ".join(f"{name} = excluded.{name}" for name in _NAMES[1:])}""",
        portal=portal_id,
        **values,
    )


def remove_bot(tx: Tx, portal_id: int, bot_id: int) -> None:
    """Forget a bot and its commands; its user stays, who wrote what it wrote, but is not active any more."""
    for table, key in (("bot_commands", "bot_id"), ("bot_apps", "bot_id"), ("bots", "id")):
        tx.run(f"delete from {table} where portal_id = :portal and {key} = :bot", portal=portal_id, bot=bot_id)
    tx.run("update users set active = 0 where portal_id = :portal and id = :bot", portal=portal_id, bot=bot_id)


def _command(row: Row) -> Command:
    values: dict[str, Any] = dict(zip(_COMMAND_NAMES, row, strict=True))
    values |= {name: bool(values[name]) for name in _COMMAND_FLAGS}
    values["phrases"] = tuple(Phrase(*phrase) for phrase in msgspec.json.decode(values["phrases"]))
    return Command(**values)


def list_commands(tx: Tx, portal_id: int) -> list[Command]:
    """Return the commands of all bots, the oldest first."""
    rows = tx.all(f"select {_COMMAND} from bot_commands where portal_id = :portal order by id", portal=portal_id)
    return [_command(row) for row in rows]


def add_command(tx: Tx, portal_id: int, command: Command) -> int:
    """Add a command; returns its id."""
    names = _COMMAND_NAMES[1:]
    row = tx.one(
        f"""insert into bot_commands (portal_id, {", ".join(names)})
        values (:portal, {", ".join(":" + name for name in names)}) returning id""",
        portal=portal_id,
        **_command_values(command),
    )
    assert row
    return int(row[0])


def set_command(tx: Tx, portal_id: int, command: Command) -> None:
    """Keep what of a command may change."""
    tx.run(
        f"""update bot_commands set {", ".join(f"{name} = :{name}" for name in _COMMAND_NAMES[1:])}
        where portal_id = :portal and id = :id""",
        portal=portal_id,
        id=command.id,
        **_command_values(command),
    )


def _command_values(command: Command) -> dict[str, Any]:
    values = {name: getattr(command, name) for name in _COMMAND_NAMES[1:]}
    values |= {name: int(values[name]) for name in _COMMAND_FLAGS}
    phrases = [[phrase.language, phrase.title, phrase.params] for phrase in command.phrases]
    return values | {"phrases": msgspec.json.encode(phrases).decode()}


def remove_command(tx: Tx, portal_id: int, command_id: int) -> None:
    """Forget a command."""
    tx.run("delete from bot_commands where portal_id = :portal and id = :id", portal=portal_id, id=command_id)


class Counts(NamedTuple):
    """How much a bot has written, in how many chats it is, and with how many others."""

    messages: int
    chats: int
    users: int


def count(tx: Tx, portal_id: int, bot_id: int) -> Counts:
    """Count what a bot has done and where it is."""
    row = tx.one(
        """select (select count(*) from messages where portal_id = :portal and author = 'bot' and author_id = :bot),
        (select count(*) from members where portal_id = :portal and user_id = :bot),
        (select count(distinct o.user_id) from members m join members o on o.portal_id = m.portal_id
        and o.chat_id = m.chat_id and o.user_id <> m.user_id where m.portal_id = :portal and m.user_id = :bot)
        + (select count(distinct c.customer_id) from members m join chats c on c.portal_id = m.portal_id
        and c.id = m.chat_id where m.portal_id = :portal and m.user_id = :bot and c.type = 'lines')""",
        portal=portal_id,
        bot=bot_id,
    )
    assert row
    return Counts(*row)
