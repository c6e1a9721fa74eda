"""Whose a bot is: what each imbot method answers to programs without a name, to others', and without a BOT_ID."""

from typing import Any

import pytest

from support.bots import Workshop
from support.portal import Portal, refused
from tieline.methods import registry
from tieline.store import apps as app_store
from tieline.store import bot_apps as bot_app_store
from tieline.store import bots as bot_store

CLIENT_MISSING = (403, "ACCESS_DENIED", "Access denied! Client ID not specified")
NO_BOT = (400, "BOT_ID_ERROR", "Bot not found")
FOREIGN_BOT = (400, "APP_ID_ERROR", "Bot was installed by another REST application")
METHODS = {one.name: one for one in registry() if one.name.startswith("imbot.") and not one.name.startswith("imbot.v2")}
KEYED = [name for name, method in METHODS.items() if method.key is not None]
OF_A_BOT = [name for name in KEYED if any(param.wire_name == "BOT_ID" for param in METHODS[name].params)]
FIRST_BOT = [name for name in OF_A_BOT if not any(p.wire_name == "BOT_ID" and p.required for p in METHODS[name].params)]
# What else is needed by a call that comes so far as to look for its bot.
PARAMS: dict[str, Any] = {
    "CODE": "code",
    "CHAT_ID": 1,
    "USER_ID": 1,
    "USERS": [1],
    "TITLE": "x",
    "COLOR": "RED",
    "AVATAR": "x",
    "DIALOG_ID": "chat1",
    "MESSAGE_ID": 1,
    "MESSAGE": "x",
    "FIELDS": {"CODE": "x"},
    "COMMAND": "help",
    "EVENT_COMMAND_ADD": "http://127.0.0.1:9/bot",
    "LANG": [{"LANGUAGE_ID": "en", "TITLE": "Help"}],
    "PROPERTIES": {"NAME": "x"},
    "JS_METHOD": "SEND",
    "JS_PARAM": "/help",
}


def needed(name: str) -> dict[str, Any]:
    """Return parameters with which a method looks for its bot."""
    return {param.wire_name: PARAMS[param.wire_name] for param in METHODS[name].params if param.wire_name in PARAMS}


@pytest.fixture
def workshop(quick_portal: Portal) -> Workshop:
    return Workshop(quick_portal)


def test_methods_are_those_that_are_meant() -> None:
    assert {"imbot.register", "imbot.chat.add", "imbot.command.answer", "imbot.app.update"} <= set(KEYED)
    assert set(METHODS) - set(KEYED) == {"imbot.bot.list", "imbot.chat.get", "imbot.dialog.get"}


@pytest.mark.parametrize("name", KEYED)
def test_webhook_names_its_program(workshop: Workshop, name: str) -> None:
    hook = workshop.portal.webhook(workshop.anna_id, "imbot")
    for key in ({}, {"CLIENT_ID": ""}, {"CLIENT_ID": ["x"]}, {"CLIENT_ID": "x" * 256}):
        assert refused(hook.call(name, BOT_ID=1, **needed(name), **key)) == CLIENT_MISSING


@pytest.mark.parametrize("name", OF_A_BOT)
def test_bot_of_another_program_and_one_that_is_none(workshop: Workshop, name: str) -> None:
    bot, stranger = workshop.bot(), workshop.portal.app("imbot,im")
    hook = workshop.portal.webhook(workshop.anna_id, "imbot")
    assert refused(stranger.call(name, BOT_ID=bot, **needed(name))) == FOREIGN_BOT
    assert refused(hook.call(name, BOT_ID=bot, CLIENT_ID="mine", **needed(name))) == FOREIGN_BOT
    for number in (999, workshop.anna_id, 0, -1, 2**62, "x", ["1"]):
        assert refused(workshop.app.call(name, BOT_ID=number, **needed(name))) == NO_BOT


@pytest.mark.parametrize("name", FIRST_BOT)
def test_first_bot_of_the_program_is_meant_where_none_is_named(workshop: Workshop, name: str) -> None:
    assert refused(workshop.app.call(name, **needed(name))) == NO_BOT
    workshop.bot("first")
    workshop.bot("second")
    workshop.anna.call("im.chat.add", TITLE="A group", USERS=[])
    reply = workshop.app.call(name, **needed(name))
    assert reply.status == 200 or reply.error[1] not in ("BOT_ID_ERROR", "APP_ID_ERROR")


def test_first_bot_writes(workshop: Workshop) -> None:
    first, _ = workshop.bot("first"), workshop.bot("second")
    workshop.app.call("imbot.message.add", DIALOG_ID=workshop.anna_id, MESSAGE="Hello")
    assert [message["author_id"] for message in workshop.history(first)] == [first]


@pytest.mark.parametrize("by", ["application", "webhook"])
def test_what_is_registered_twice_at_once_is_registered_once(portal: Portal, by: str) -> None:
    workshop = Workshop(portal)
    client = workshop.app if by == "application" else portal.webhook(workshop.anna_id, "imbot,im")
    key = {} if by == "application" else {"CLIENT_ID": "mine"}
    given = {"CODE": "echo", "EVENT_HANDLER": workshop.handler, "PROPERTIES": {"NAME": "Echo"}} | key
    assert portal.at_once([(client, "imbot.register", given)] * 4) == [None] * 4
    (bot,) = map(int, workshop.app.call("imbot.bot.list").result)
    assert len({one.id for one in portal.read(lambda tx: app_store.list_apps(tx, 1))}) == (
        1 if by == "application" else 2
    )
    command = {"BOT_ID": bot, "COMMAND": "help", "EVENT_COMMAND_ADD": workshop.handler, "LANG": PARAMS["LANG"]} | key
    assert portal.at_once([(client, "imbot.command.register", command)] * 4) == [None] * 4
    assert len(portal.read(lambda tx: bot_store.list_commands(tx, 1))) == 1
    shown = {"BOT_ID": bot, "CODE": "echo", "JS_METHOD": "SEND", "JS_PARAM": "/help", "LANG": PARAMS["LANG"]} | key
    assert portal.at_once([(client, "imbot.app.register", shown)] * 4) == [None] * 4
    assert len(portal.read(lambda tx: bot_app_store.list_of_bot(tx, 1, bot))) == 1
