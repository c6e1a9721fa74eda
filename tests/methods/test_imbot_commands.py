"""imbot.command.* and ONIMCOMMANDADD: commands of bots, by whom they are given, and what answers them."""

import time
from typing import Any

import pytest

from support.bots import Workshop, params_of
from support.portal import Client, Desk, Portal, Reply, refused
from support.receiver import Received, Receiver
from tieline.api import php_form
from tieline.services.commands import MOST

LANG = [{"LANGUAGE_ID": "en", "TITLE": "Get help", "PARAMS": "what about"}, {"LANGUAGE_ID": "de", "TITLE": "Hilfe"}]
NOT_ADDED = (400, "WRONG_REQUEST", "Message isn't added")
NO_COMMAND = (400, "COMMAND_ID_ERROR", "Command not found")
FOREIGN = (400, "APP_ID_ERROR", "Command was installed by another REST application")
NO_URL = (400, "EVENT_COMMAND_ADD_ERROR", 'Handler for "Command add" event isn\'t specified')
NO_LANG = (400, "LANG_ERROR", "Lang set can't be empty")
OVERSIZE = (400, "ATTACH_OVERSIZE", "You have exceeded the maximum allowable size of attach")
WRONG_URL = (400, "EVENT_COMMAND_ADD_ERROR", "Wrong handler URL")
EVENT = "ONIMCOMMANDADD"


class Kitchen(Workshop):
    """A bot with commands."""

    def __init__(self, portal: Portal, receiver: Receiver | None = None) -> None:
        super().__init__(portal, receiver)
        self.number = self.bot()

    def try_register(self, command: str = "help", *, client: Client | None = None, **params: Any) -> Reply:
        """Register a command, or try to."""
        given = {"BOT_ID": self.number, "COMMAND": command, "EVENT_COMMAND_ADD": self.handler, "LANG": LANG}
        return (client or self.app).call("imbot.command.register", **(given | params))

    def command(self, command: str = "help", **params: Any) -> int:
        """Register a command; returns its id."""
        return self.try_register(command, **params).result

    def answer(self, command: int, message: int, text: str = "Here you are", **params: Any) -> Reply:
        """Answer a command."""
        given = {"COMMAND_ID": command, "MESSAGE_ID": message, "MESSAGE": text}
        return self.app.call("imbot.command.answer", **(given | params))

    def bound(self) -> list[str]:
        """Return which handlers are told of commands."""
        return [one["handler"] for one in self.app.call("event.get").result if one["event"] == EVENT]


@pytest.fixture
def kitchen(portal: Portal, receiver: Receiver) -> Kitchen:
    return Kitchen(portal, receiver)


@pytest.fixture
def quick(quick_portal: Portal) -> Kitchen:
    return Kitchen(quick_portal)


def commands_of(event: Received) -> dict[str, dict[str, Any]]:
    return event.form["data"]["COMMAND"]


def test_command_in_a_private_chat_is_told_as_a_command_alone(kitchen: Kitchen, receiver: Receiver) -> None:
    command = kitchen.command(COMMON="N", HIDDEN="N", EXTRANET_SUPPORT="N")
    message = kitchen.say(kitchen.number, "/help  me out, please ")
    (event,) = receiver.wait(1, event=EVENT)
    receiver.nothing_more(2)
    assert {one.event for one in receiver.requests} == {"ONIMBOTJOINCHAT", EVENT}
    told = commands_of(event)[str(command)]
    block = told.pop("AUTH")
    shown = {name: told.pop(name) for name in list(told) if name.isupper()}
    assert shown == {
        "BOT_ID": str(kitchen.number),
        "BOT_CODE": "echo",
        "COMMAND": "help",
        "COMMAND_ID": str(command),
        "COMMAND_PARAMS": "me out, please",
        "COMMAND_CONTEXT": "TEXTAREA",
        "MESSAGE_ID": str(message),
    }
    assert told == block
    assert (block["user_id"], block["client_id"]) == (str(kitchen.number), kitchen.app.facts["client_id"])
    params = params_of(event)
    names = ("MESSAGE", "MESSAGE_TYPE", "DIALOG_ID", "FROM_USER_ID", "TO_USER_ID", "MESSAGE_ID")
    assert {name: params[name] for name in names} == {
        "MESSAGE": "/help  me out, please ",
        "MESSAGE_TYPE": "P",
        "DIALOG_ID": str(kitchen.anna_id),
        "FROM_USER_ID": str(kitchen.anna_id),
        "TO_USER_ID": str(kitchen.number),
        "MESSAGE_ID": str(message),
    }
    assert event.form["data"]["USER"]["NAME"] == "Anna Weber"


def test_answer_stands_where_the_command_was_given(kitchen: Kitchen, receiver: Receiver) -> None:
    command = kitchen.command()
    message = kitchen.say(kitchen.number, "/HELP")
    receiver.wait(1, event=EVENT)
    first = kitchen.answer(
        command,
        message,
        " Here you are ",
        ATTACH={"BLOCKS": [{"MESSAGE": "Block"}]},
        KEYBOARD={"BUTTONS": [{"TEXT": "More", "COMMAND": "help", "COMMAND_PARAMS": "more"}]},
        MENU=[{"TEXT": "Page", "LINK": "https://example.com/"}],
        URL_PREVIEW="N",
    ).result
    second = kitchen.app.call("imbot.command.answer", COMMAND="/Help", MESSAGE_ID=message, MESSAGE="So", SYSTEM="Y")
    last, system = kitchen.history(kitchen.number)[-2:]
    assert (last["id"], last["author_id"], last["text"]) == (first, kitchen.number, "Here you are")
    assert last["params"]["KEYBOARD"][0]["BOT_ID"] == kitchen.number
    assert last["params"]["MENU"][0]["LINK"] == "https://example.com/"
    assert last["params"]["ATTACH"][0]["BLOCKS"] == [{"MESSAGE": "Block"}]
    assert (system["id"], system["author_id"], system["text"]) == (second.result, 0, "So")


def test_button_gives_a_command(kitchen: Kitchen, receiver: Receiver) -> None:
    command = kitchen.command()
    chat = kitchen.group(kitchen.number)
    buttons = [{"TEXT": "Help", "COMMAND": "help", "COMMAND_PARAMS": "me"}]
    message = kitchen.app.call(
        "imbot.message.add", BOT_ID=kitchen.number, DIALOG_ID=f"chat{chat}", MESSAGE="Press", KEYBOARD=buttons
    ).result
    pressed = {"MESSAGE_ID": message, "BOT_ID": kitchen.number, "COMMAND": "help", "COMMAND_PARAMS": "me"}
    assert kitchen.anna.call("im.message.command", **pressed).result is True
    (event,) = receiver.wait(1, event=EVENT)
    told = commands_of(event)[str(command)]
    names = ("COMMAND", "COMMAND_PARAMS", "COMMAND_CONTEXT", "MESSAGE_ID")
    assert [told[name] for name in names] == ["help", "me", "KEYBOARD", str(message)]
    params = params_of(event)
    assert (params["FROM_USER_ID"], params["AUTHOR_ID"]) == (str(kitchen.anna_id), str(kitchen.number))
    assert kitchen.answer(command, message).result == kitchen.history(f"chat{chat}")[-1]["id"]


@pytest.mark.parametrize("text", ["/help me", "[USER={bot}]Echo[/USER] /help me", "[USER={bot}]Echo[/USER], /help me"])
def test_command_in_a_group_with_the_bot(kitchen: Kitchen, receiver: Receiver, text: str) -> None:
    command = kitchen.command()
    chat = kitchen.group(kitchen.number)
    kitchen.say(f"chat{chat}", text.format(bot=kitchen.number))
    (event,) = receiver.wait(1, event=EVENT)
    receiver.nothing_more(2)
    assert commands_of(event)[str(command)]["COMMAND_PARAMS"] == "me"
    names = ("MESSAGE_TYPE", "DIALOG_ID", "CHAT_ID")
    assert [params_of(event)[name] for name in names] == ["C", f"chat{chat}", str(chat)]


def test_common_command_works_where_the_bot_is_not(kitchen: Kitchen, receiver: Receiver) -> None:
    own, common = kitchen.command("own"), kitchen.command("common", COMMON="Y")
    chat = kitchen.group()
    kitchen.say(f"chat{chat}", "/own now")
    message = kitchen.say(f"chat{chat}", "/common now")
    (event,) = receiver.wait(1, event=EVENT)
    receiver.nothing_more(1)
    assert list(commands_of(event)) == [str(common)]
    assert kitchen.answer(common, message).result
    last = kitchen.history(f"chat{chat}")[-1]
    assert (last["author_id"], last["text"]) == (kitchen.number, "Here you are")
    assert refused(kitchen.answer(own, message)) == NOT_ADDED
    assert kitchen.anna.call("im.chat.user.list", CHAT_ID=chat).result == [kitchen.anna_id]


def test_bot_that_is_not_there_answers_nothing_that_it_was_not_asked(kitchen: Kitchen) -> None:
    common = kitchen.command("common", COMMON="Y")
    chat = kitchen.group()
    unasked = kitchen.say(f"chat{chat}", "Hello")
    asked = kitchen.say(f"chat{chat}", "/common")
    assert refused(kitchen.answer(common, unasked)) == NOT_ADDED
    assert kitchen.history(f"chat{chat}")[-1]["id"] == asked
    kitchen.anna.call("im.message.delete", MESSAGE_ID=asked)
    assert refused(kitchen.answer(common, asked)) == NOT_ADDED
    pressed = {"MESSAGE_ID": unasked, "BOT_ID": kitchen.number, "COMMAND": "/common"}
    assert kitchen.anna.call("im.message.command", **pressed).result is True
    assert kitchen.answer(common, unasked).result
    assert kitchen.history(f"chat{chat}")[0]["params"] == [], "what was asked is nobody else's concern"


def test_two_commands_of_an_application_come_in_one_call(kitchen: Kitchen, receiver: Receiver) -> None:
    second = kitchen.bot("second")
    commands = {kitchen.command(): kitchen.number, kitchen.command(BOT_ID=second): second}
    chat = kitchen.group(kitchen.number, second)
    kitchen.say(f"chat{chat}", "/help")
    (event,) = receiver.wait(1, event=EVENT)
    told = commands_of(event)
    assert {int(number): int(one["BOT_ID"]) for number, one in told.items()} == commands
    assert all(one["AUTH"]["user_id"] == one["BOT_ID"] for one in told.values())
    receiver.nothing_more(3)
    kitchen.say(f"chat{chat}", f"[USER={second}]Second[/USER] /help")
    named = receiver.wait(2, event=EVENT)[1]
    assert [one["BOT_ID"] for one in commands_of(named).values()] == [str(second)]


def test_command_of_a_webhooks_bot_brings_no_tokens(kitchen: Kitchen, receiver: Receiver) -> None:
    hook = kitchen.portal.webhook(kitchen.anna_id, "imbot")
    bot = kitchen.bot("mine", client=hook, CLIENT_ID="secret")
    command = kitchen.command("mine", client=hook, CLIENT_ID="secret", BOT_ID=bot)
    message = kitchen.say(bot, "/mine")
    (event,) = receiver.wait(1, event=EVENT)
    told = commands_of(event)[str(command)]
    assert "access_token" not in told["AUTH"]
    assert told["AUTH"]["application_token"] == event.flat["auth[application_token]"]
    answer = {"COMMAND_ID": command, "MESSAGE_ID": message, "MESSAGE": "Mine", "CLIENT_ID": "secret"}
    assert hook.call("imbot.command.answer", **answer).result
    assert kitchen.history(bot)[-1]["text"] == "Mine"


def test_long_texts_are_looked_through_quickly(quick: Kitchen) -> None:
    quick.command()
    begun = time.perf_counter()
    for text in (
        f"[USER=1]x[/USER]{' ' * 19_000}/",
        f"{' ' * 19_000}/help",
        f"/{'x' * 19_000}",
        "[USER=1]" * 2_400 + "/",
    ):
        quick.say(quick.number, text)
    assert time.perf_counter() - begun < 1


def test_bots_without_the_command_hear_the_message(kitchen: Kitchen, receiver: Receiver) -> None:
    kitchen.command()
    listener = kitchen.bot("listener", TYPE="S")
    chat = kitchen.group(kitchen.number, listener)
    kitchen.say(f"chat{chat}", "/help")
    (added,) = receiver.wait(1, event="ONIMBOTMESSAGEADD")
    assert set(added.form["data"]["BOT"]) == {str(listener)}
    assert len(receiver.wait(1, event=EVENT)) == 1


@pytest.mark.parametrize("text", ["/other", "help", "Say /help", "/help!", "//help", "[b]/help[/b]"])
def test_other_texts_give_no_command(kitchen: Kitchen, receiver: Receiver, text: str) -> None:
    kitchen.command()
    kitchen.say(kitchen.number, text)
    (added,) = receiver.wait(1, event="ONIMBOTMESSAGEADD")
    assert params_of(added)["MESSAGE"] == text
    receiver.nothing_more(2)


def test_bots_and_the_system_give_no_commands(kitchen: Kitchen, receiver: Receiver) -> None:
    kitchen.command(COMMON="Y")
    chat = kitchen.group(kitchen.number)
    dialog = f"chat{chat}"
    kitchen.app.call("imbot.message.add", BOT_ID=kitchen.number, DIALOG_ID=dialog, MESSAGE="/help")
    kitchen.say(dialog, "/help", SYSTEM="Y")
    receiver.wait(1)
    receiver.nothing_more(1)


def test_customers_give_the_commands_that_are_open_to_them(desk: Desk, receiver: Receiver) -> None:
    kitchen = Kitchen(desk.portal, receiver)
    open_to_all = kitchen.command("start", COMMON="Y", EXTRANET_SUPPORT="Y")
    kitchen.command("inner", COMMON="Y")
    desk.write_in("/inner")
    desk.write_in("/start now")
    (event,) = receiver.wait(1)
    receiver.nothing_more(1)
    assert list(commands_of(event)) == [str(open_to_all)]
    assert event.form["data"]["USER"]["NAME"] == "Anna Schmidt"


def test_same_name_is_the_same_command(kitchen: Kitchen, receiver: Receiver) -> None:
    assert kitchen.command() == kitchen.command("/HELP", EVENT_COMMAND_ADD=f"{receiver.url}/elsewhere")
    assert kitchen.bound() == [f"{receiver.url}/elsewhere"]
    kitchen.say(kitchen.number, "/help")
    (event,) = receiver.wait(1, event=EVENT)
    assert event.path == "/elsewhere"


def test_command_is_changed(kitchen: Kitchen, receiver: Receiver) -> None:
    command = kitchen.command()
    fields = {
        "COMMAND": "assist",
        "EVENT_COMMAND_ADD": f"{receiver.url}/elsewhere",
        "HIDDEN": "Y",
        "EXTRANET_SUPPORT": "Y",
        "LANG": LANG[:1],
    }
    assert kitchen.app.call("imbot.command.update", COMMAND_ID=command, FIELDS=fields).result is True
    kitchen.say(kitchen.number, "/help")
    kitchen.say(kitchen.number, "/assist")
    (event,) = receiver.wait(1, event=EVENT)
    assert (event.path, commands_of(event)[str(command)]["COMMAND"]) == ("/elsewhere", "assist")
    assert kitchen.bound() == [f"{receiver.url}/elsewhere"]
    assert len(receiver.wait(1, event="ONIMBOTMESSAGEADD")) == 1


def test_command_is_forgotten(kitchen: Kitchen, receiver: Receiver) -> None:
    first, second = kitchen.command(), kitchen.command("more")
    assert kitchen.app.call("imbot.command.unregister", COMMAND_ID=first).result is True
    assert kitchen.bound() == [kitchen.handler]
    kitchen.say(kitchen.number, "/help")
    receiver.wait(1, event="ONIMBOTMESSAGEADD")
    assert refused(kitchen.app.call("imbot.command.unregister", COMMAND_ID=first)) == NO_COMMAND
    assert kitchen.app.call("imbot.command.unregister", COMMAND_ID=second).result is True
    assert kitchen.bound() == []


def test_commands_go_with_their_bot(quick: Kitchen) -> None:
    command = quick.command()
    quick.app.call("imbot.unregister", BOT_ID=quick.number)
    assert refused(quick.app.call("imbot.command.unregister", COMMAND_ID=command)) == NO_COMMAND
    assert quick.bound() == []


@pytest.mark.parametrize(
    ("params", "told"),
    [
        (
            {"EVENT_COMMAND_ADD": ""},
            NO_URL,
        ),
        ({"EVENT_COMMAND_ADD": "ftp://example.com/"}, WRONG_URL),
        ({"EVENT_COMMAND_ADD": "http://169.254.169.254/"}, WRONG_URL),
        ({"EVENT_COMMAND_ADD": ["x"]}, WRONG_URL),
        ({"EVENT_COMMAND_ADD": "https://example.com/" + "x" * 5_000}, WRONG_URL),
        ({"COMMAND": ""}, (400, "COMMAND_ERROR", "Command isn't specified")),
        ({"COMMAND": "two words"}, (400, "WRONG_REQUEST", "Command can't be created")),
        ({"COMMAND": "/"}, (400, "WRONG_REQUEST", "Command can't be created")),
        ({"COMMAND": "x" * 101}, (400, "WRONG_REQUEST", "Command can't be created")),
        ({"COMMAND": ["x"]}, (400, "WRONG_REQUEST", "Command can't be created")),
        ({"COMMON": "maybe"}, (400, "WRONG_REQUEST", "Command can't be created")),
        ({"LANG": []}, NO_LANG),
        ({"LANG": "en"}, NO_LANG),
        ({"LANG": [{"TITLE": "x"}]}, NO_LANG),
        ({"LANG": [{"LANGUAGE_ID": "en", "TITLE": "x" * 1_001}]}, NO_LANG),
        (
            {"LANG": [{"LANGUAGE_ID": str(n), "TITLE": "x"} for n in range(51)]},
            NO_LANG,
        ),
    ],
)
def test_command_that_is_refused(quick: Kitchen, params: dict[str, Any], told: tuple[int, str, str]) -> None:
    assert refused(quick.try_register(**params)) == told
    assert quick.bound() == []


def test_bot_has_so_many_commands(quick: Kitchen) -> None:
    given = {"BOT_ID": quick.number, "EVENT_COMMAND_ADD": quick.handler, "LANG": LANG}
    for first in range(0, MOST, 50):
        words = [f"c{number}" for number in range(first, first + 50)]
        calls = {one: f"imbot.command.register?{php_form.encode(given | {'COMMAND': one})}" for one in words}
        assert len(quick.app.call("batch", cmd=calls).result["result"]) == len(words)
    assert refused(quick.try_register("onemore")) == (400, "WRONG_REQUEST", "Command can't be created")
    assert quick.command("c0")


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"COMMAND_ID": ""}, NO_COMMAND),
        ({"COMMAND_ID": "x"}, NO_COMMAND),
        ({"COMMAND_ID": 999}, NO_COMMAND),
        ({"FIELDS": {}}, (400, "WRONG_REQUEST", "Update fields can't be empty")),
        ({"FIELDS": "x"}, (400, "WRONG_REQUEST", "Update fields can't be empty")),
        ({"FIELDS": {"NOTHING": "known"}}, (400, "WRONG_REQUEST", "Update fields can't be empty")),
        ({"FIELDS": {"EVENT_COMMAND_ADD": "nonsense"}}, WRONG_URL),
        ({"FIELDS": {"COMMAND": "two words"}}, (400, "WRONG_REQUEST", "Command can't be updated")),
        ({"FIELDS": {"COMMAND": ""}}, (400, "WRONG_REQUEST", "Command can't be updated")),
        ({"FIELDS": {"COMMAND": "taken"}}, (400, "WRONG_REQUEST", "Command can't be updated")),
        (
            {"FIELDS": {"LANG": [{"LANGUAGE_ID": "x" * 2_000, "TITLE": "x"}]}},
            NO_LANG,
        ),
    ],
)
def test_change_that_is_refused(quick: Kitchen, params: dict[str, Any], told: tuple[int, str, str]) -> None:
    command, _ = quick.command(), quick.command("taken")
    given = {"COMMAND_ID": command, "FIELDS": {"HIDDEN": "Y"}} | params
    assert refused(quick.app.call("imbot.command.update", **given)) == told


def test_command_of_another_program_is_left_alone(quick: Kitchen) -> None:
    command = quick.command(COMMON="Y")
    message = quick.say(quick.number, "/help")
    stranger = quick.portal.app("imbot")
    for method, params in (
        ("update", {"FIELDS": {"HIDDEN": "Y"}}),
        ("unregister", {}),
        ("answer", {"MESSAGE_ID": message, "MESSAGE": "x"}),
    ):
        assert refused(stranger.call(f"imbot.command.{method}", COMMAND_ID=command, **params)) == FOREIGN
    by_word = {"COMMAND": "help", "MESSAGE_ID": message, "MESSAGE": "x"}
    assert refused(stranger.call("imbot.command.answer", **by_word)) == NO_COMMAND


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"COMMAND_ID": 999}, NO_COMMAND),
        ({"COMMAND_ID": "x"}, NO_COMMAND),
        ({"COMMAND_ID": ""}, NO_COMMAND),
        ({"COMMAND_ID": "", "COMMAND": "nothing"}, NO_COMMAND),
        ({"MESSAGE_ID": ""}, (400, "MESSAGE_ID_EMPTY", "Message ID can't be empty")),
        ({"MESSAGE_ID": "x"}, (400, "MESSAGE_ID_EMPTY", "Message ID can't be empty")),
        ({"MESSAGE_ID": 999}, NOT_ADDED),
        ({"SYSTEM": "maybe"}, NOT_ADDED),
        ({"MESSAGE": ""}, (400, "MESSAGE_EMPTY", "Message can't be empty")),
        ({"MESSAGE": "  "}, (400, "MESSAGE_EMPTY", "Message can't be empty")),
        ({"ATTACH": "{"}, (400, "ATTACH_ERROR", "Incorrect attach params")),
        ({"ATTACH": [{"MESSAGE": "x" * 60_001}]}, OVERSIZE),
        ({"KEYBOARD": [{"TEXT": "x"}]}, (400, "KEYBOARD_ERROR", "Incorrect keyboard params")),
        (
            {"KEYBOARD": [{"TEXT": "x", "COMMAND": "y"}] * 101},
            (400, "KEYBOARD_OVERSIZE", "You have exceeded the maximum allowable size of keyboard"),
        ),
        ({"MENU": [{"TEXT": "x"}]}, (400, "MENU_ERROR", "Incorrect menu params")),
        (
            {"MENU": [{"TEXT": "x", "COMMAND": "y"}] * 101},
            (400, "MENU_OVERSIZE", "You have exceeded the maximum allowable size of menu"),
        ),
    ],
)  # fmt: skip
def test_answer_that_is_refused(quick: Kitchen, params: dict[str, Any], told: tuple[int, str, str]) -> None:
    command = quick.command()
    message = quick.say(quick.number, "/help")
    assert refused(quick.answer(command, message, **params)) == told
    assert len(quick.history(quick.number)) == 1


@pytest.mark.difference(20)
def test_link_in_an_answer_is_made_into_no_card(quick: Kitchen) -> None:
    command = quick.command()
    message = quick.say(quick.number, "/help")
    quick.answer(command, message, "https://example.com/", URL_PREVIEW="Y")
    assert quick.history(quick.number)[-1]["params"] == []
