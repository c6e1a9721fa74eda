"""imbot.v2.Command.*: registering, changing, listing and answering commands."""

from typing import Any

import pytest

from support.bots_v2 import Studio
from support.portal import Portal, refused
from tieline.services import commands

DONE = {"result": True}


@pytest.fixture
def studio(portal: Portal) -> Studio:
    return Studio(portal)


@pytest.fixture
def quick(quick_portal: Portal) -> Studio:
    return Studio(quick_portal)


def register(studio: Studio, bot: int, word: Any = "help", **fields: Any) -> Any:
    return studio.act("Command.register", bot, fields={"command": word, "title": {"en": "Show Help"}, **fields})


def number(studio: Studio, bot: int, word: str = "help", **fields: Any) -> int:
    return register(studio, bot, word, **fields).result["command"]["id"]


def listed(studio: Studio, bot: int) -> list[dict[str, Any]]:
    return studio.act("Command.list", bot).result["commands"]


def test_command_is_registered_as_documented(studio: Studio) -> None:
    bot = studio.hire()
    result = register(studio, bot, params={"en": "request text", "de": "Anfrage"}, extranetSupport="Y").result
    told = {"id": result["command"]["id"], "botId": bot, "command": "/help", "common": False, "hidden": False,
            "extranetSupport": True}  # fmt: skip
    assert result == {"command": told}
    words = {"title": "Show Help", "params": "request text", "category": "Support Bot", "context": ""}
    assert listed(studio, bot) == [told | words]
    again = register(studio, bot, "/HELP", title={"en": "Other"}, common=True).result["command"]
    assert (again["id"], again["common"]) == (told["id"], True)
    assert [command["title"] for command in listed(studio, bot)] == ["Other"]


def test_command_that_is_registered_at_once_is_one(studio: Studio) -> None:
    bot = studio.hire()
    fields = {"command": "help", "title": {"en": "Help"}}
    calls = [(studio.app, "imbot.v2.Command.register", {"botId": bot, "fields": fields})] * 6
    assert studio.portal.at_once(calls) == [None] * 6
    assert [command["command"] for command in listed(studio, bot)] == ["/help"]


def test_parameters_may_stand_where_they_stood_before(quick: Studio) -> None:
    bot = quick.hire()
    flat = {
        "command": "echo",
        "title": {"de": "Echo"},
        "params": {"de": "Text"},
        "common": "Y",
        "extranetSupport": True,
    }
    result = quick.act("Command.register", bot, **flat).result["command"]
    assert (result["command"], result["common"], result["hidden"], result["extranetSupport"]) == (
        "/echo",
        True,
        False,
        True,
    )
    assert [(one["title"], one["params"]) for one in listed(quick, bot)] == [("Echo", "Text")]
    assert quick.act("Command.register", bot, command="quiet", hidden=True).status == 200


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"command": ""}, "COMMAND_REQUIRED"),
        ({"command": None}, "COMMAND_REQUIRED"),
        ({"command": ["help"]}, "COMMAND_NAME_INVALID"),
        ({"command": 5}, "COMMAND_NAME_INVALID"),
        ({"command": "two words"}, "COMMAND_NAME_INVALID"),
        ({"command": "x" * 101}, "COMMAND_NAME_INVALID"),
        ({"title": {}}, "COMMAND_TITLE_REQUIRED"),
        ({"title": {"en": " "}}, "COMMAND_TITLE_REQUIRED"),
        ({"title": {"en": None}}, "COMMAND_TITLE_REQUIRED"),
        ({"title": {"en": {"deep": [1]}}}, "COMMAND_TITLE_REQUIRED"),
        ({"title": "Help"}, "PARAMS_ERROR"),
        ({"common": "maybe"}, "PARAMS_ERROR"),
    ],
)
def test_command_that_is_refused(quick: Studio, fields: dict[str, Any], told: str) -> None:
    bot = quick.hire()
    assert register(quick, bot, **fields).error == (400, told) if "command" not in fields else True
    given = {"command": "help", "title": {"en": "Help"}} | fields
    assert quick.act("Command.register", bot, fields=given).error == (400, told)
    assert quick.act("Command.register", bot).error == (400, "COMMAND_REQUIRED")
    assert listed(quick, bot) == []


def test_commands_of_a_bot_are_not_without_number(quick: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "MOST", 2)
    bot = quick.hire()
    for word in ("one", "two"):
        number(quick, bot, word)
    assert refused(register(quick, bot, "three")) == (400, "COMMAND_REGISTER_FAILED", "Command registration failed")


def test_command_is_changed(studio: Studio) -> None:
    bot = studio.hire()
    command = number(studio, bot, title={"en": "Help", "de": "Hilfe"}, params={"en": "query", "de": "Anfrage"})
    fields = {"command": "ask", "title": {"de": "Neu", "en": None}, "hidden": True}
    result = studio.act("Command.update", bot, commandId=command, fields=fields).result["command"]
    assert result == {"id": command, "botId": bot, "command": "/ask", "common": False, "hidden": True,
                      "extranetSupport": False}  # fmt: skip
    (told,) = listed(studio, bot)
    assert (told["command"], told["title"], told["params"]) == ("/ask", "Neu", "Anfrage")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"command": ""}, "COMMAND_NAME_EMPTY"),
        ({"command": " / "}, "COMMAND_NAME_EMPTY"),
        ({"command": {"a": 1}}, "COMMAND_NAME_INVALID"),
        ({"command": "two words"}, "COMMAND_NAME_INVALID"),
        ({"command": "other"}, "COMMAND_ALREADY_EXISTS"),
        ({"command": "/OTHER"}, "COMMAND_ALREADY_EXISTS"),
        ({"hidden": "maybe"}, "PARAMS_ERROR"),
    ],
)
def test_change_that_is_refused(quick: Studio, fields: dict[str, Any], told: str) -> None:
    bot = quick.hire()
    command, _ = number(quick, bot), number(quick, bot, "other")
    assert quick.act("Command.update", bot, commandId=command, fields=fields).error == (400, told)


def test_same_name_is_no_other_command(quick: Studio) -> None:
    bot = quick.hire()
    command = number(quick, bot)
    assert quick.act("Command.update", bot, commandId=command, fields={"command": "help"}).status == 200


@pytest.mark.parametrize("method", ["Command.update", "Command.unregister"])
def test_command_of_another_bot_is_not_found(quick: Studio, method: str) -> None:
    bot, other = quick.hire(), quick.hire("other")
    strangers = quick.portal.app("imbot")
    foreign = quick.hire("foreign", client=strangers)
    theirs = strangers.call(
        "imbot.v2.Command.register", botId=foreign, fields={"command": "x", "hidden": True}
    ).result["command"]["id"]  # fmt: skip
    for command in (number(quick, other), theirs, 999):
        reply = quick.act(method, bot, commandId=command, fields={"hidden": True})
        assert refused(reply) == (400, "COMMAND_NOT_FOUND", "Command not found")


def test_command_is_forgotten(studio: Studio) -> None:
    bot = studio.hire()
    command = number(studio, bot)
    assert studio.act("Command.unregister", bot, commandId=command).result == DONE
    assert listed(studio, bot) == []
    studio.say(bot, "/help me")
    assert studio.types(bot) == ["JOINCHAT", "MESSAGEADD"]


def test_command_is_answered(studio: Studio) -> None:
    bot = studio.hire()
    command = number(studio, bot)
    message = studio.say(bot, "/help me")
    answered = studio.act("Command.answer", bot, commandId=command, messageId=message, dialogId=str(studio.anna_id),
                          fields={"message": "Here", "keyboard": [{"TEXT": "More", "COMMAND": "help"}]})  # fmt: skip
    assert answered.result == DONE
    last = studio.history(bot)[-1]
    assert (last["text"], last["author_id"], last["params"]["KEYBOARD"][0]["COMMAND"]) == ("Here", bot, "help")


def test_common_command_is_answered_where_the_bot_is_not(studio: Studio) -> None:
    bot = studio.hire()
    command = number(studio, bot, common=True)
    group = f"chat{studio.group()}"
    given, other = studio.say(group, "/help me"), studio.say(group, "Something else")
    ((name, data),) = studio.events(bot)
    assert (name, data["chat"]["dialogId"], data["command"]["params"]) == ("ONIMBOTV2COMMANDADD", group, "me")
    params = {"commandId": command, "dialogId": group, "fields": {"message": "Here"}}
    assert studio.act("Command.answer", bot, messageId=given, **params).result == DONE
    assert studio.history(group)[-1]["text"] == "Here"
    assert studio.act("Command.answer", bot, messageId=other, **params).error == (400, "COMMAND_ANSWER_FAILED")


@pytest.mark.parametrize(
    "params",
    [
        {"commandId": 999},
        {"commandId": "x"},
        {"messageId": 999},
        {"messageId": None},
        {"dialogId": "chat999"},
        {"fields": {}},
        {"fields": {"message": "a", "attach": "nonsense"}},
    ],
)
def test_answer_that_is_refused(quick: Studio, params: dict[str, Any]) -> None:
    bot = quick.hire()
    command, message = number(quick, bot), quick.say(bot, "/help")
    given = {"commandId": command, "messageId": message, "dialogId": str(quick.anna_id), "fields": {"message": "Here"}}
    reply = quick.act("Command.answer", bot, **(given | params))
    assert refused(reply) == (400, "COMMAND_ANSWER_FAILED", "Command answer failed")


def test_answer_of_another_bots_command_is_refused(quick: Studio) -> None:
    bot, other = quick.hire(), quick.hire("other")
    command, message = number(quick, other), quick.say(bot, "/help")
    reply = quick.act("Command.answer", bot, commandId=command, messageId=message, dialogId=str(quick.anna_id),
                      fields={"message": "Here"})  # fmt: skip
    assert reply.error == (400, "COMMAND_ANSWER_FAILED")
