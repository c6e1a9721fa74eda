"""im.message.like, command and share, and what im.message.add hangs on messages between people."""

import json
from typing import Any

import pytest

from support.bots import Workshop
from support.people import Circle
from support.portal import Portal, refused

NO_MESSAGE = (400, "MESSAGE_ID_ERROR", "Message ID can't be empty")
PARAMS_ERROR = (400, "PARAMS_ERROR", "Incorrect params")
UNCHANGED = (400, "WITHOUT_CHANGES", "Action completed without changes")
OVERSIZE = "You have exceeded the maximum allowable size of {}"
CONTENT: dict[str, Any] = {
    "ATTACH": {"ID": 7, "COLOR": "#29619b", "BLOCKS": [{"MESSAGE": "A block"}, {"DELIMITER": {"SIZE": 100}}]},
    "KEYBOARD": {"BUTTONS": [{"TEXT": "Page", "LINK": "https://example.com/"}]},
    "MENU": [{"TEXT": "Page", "LINK": "https://example.com/"}],
}


@pytest.fixture
def circle(portal: Portal) -> Circle:
    return Circle(portal)


@pytest.fixture
def quick(quick_portal: Portal) -> Circle:
    return Circle(quick_portal)


def params_of(circle: Circle, dialog: int | str) -> Any:
    return circle.anna.call("im.dialog.messages.get", DIALOG_ID=str(dialog)).result["messages"][0]["params"]


def test_message_is_liked_and_no_more(circle: Circle) -> None:
    chat = circle.group()
    dialog = f"chat{chat}"
    number = circle.say(circle.anna, dialog)
    for action, likes in (("auto", [3]), ("auto", []), ("plus", [3]), ("minus", []), (None, [3])):
        given = {"MESSAGE_ID": number} | ({"ACTION": action} if action else {})
        assert circle.boris.call("im.message.like", **given).result is True
        expected = {"LIKE": [circle.boris_id]} if likes else []
        assert params_of(circle, dialog) == expected
    assert refused(circle.boris.call("im.message.like", MESSAGE_ID=number, ACTION="plus")) == UNCHANGED
    circle.portal.clock.move(1)
    assert circle.anna.call("im.message.like", MESSAGE_ID=str(number)).result is True
    assert params_of(circle, dialog) == {"LIKE": [circle.boris_id, circle.anna_id]}
    assert circle.anna.call("im.message.like", MESSAGE_ID=number, ACTION="minus").result is True
    assert refused(circle.anna.call("im.message.like", MESSAGE_ID=number, ACTION="minus")) == UNCHANGED


def test_two_likes_at_once_are_both_kept_and_the_same_one_is_kept_once(circle: Circle) -> None:
    dialog = f"chat{circle.group()}"
    number = circle.say(circle.anna, dialog)
    like = {"MESSAGE_ID": number, "ACTION": "plus"}
    told = circle.portal.at_once([(who, "im.message.like", like) for who in (circle.anna, circle.boris, circle.boris)])
    assert sorted(told, key=str) == [None, None, "WITHOUT_CHANGES"]
    assert sorted(params_of(circle, dialog)["LIKE"]) == [circle.anna_id, circle.boris_id]


@pytest.mark.parametrize("method", ["like", "command", "share"])
@pytest.mark.parametrize("number", [None, "", "x", [], 0, -1, 999])
def test_wrong_id_of_a_message(quick: Circle, method: str, number: Any) -> None:
    bot = Workshop(quick.portal).bot()
    chat = quick.group()
    more = {"BOT_ID": bot, "COMMAND": "help", "DIALOG_ID": f"chat{chat}", "TYPE": "CHAT"}
    assert refused(quick.anna.call(f"im.message.{method}", MESSAGE_ID=number, **more)) == NO_MESSAGE


def test_message_of_others_is_not_seen(quick: Circle) -> None:
    chat = quick.group()
    number = quick.say(quick.anna, f"chat{chat}")
    bot = Workshop(quick.portal).bot()
    assert refused(quick.clara.call("im.message.like", MESSAGE_ID=number)) == NO_MESSAGE
    given = {"MESSAGE_ID": number, "BOT_ID": bot, "COMMAND": "help"}
    assert refused(quick.clara.call("im.message.command", **given)) == NO_MESSAGE
    shared = {"MESSAGE_ID": number, "DIALOG_ID": f"chat{chat}", "TYPE": "CHAT"}
    assert refused(quick.clara.call("im.message.share", **shared)) == (
        400,
        "ACCESS_ERROR",
        "You do not have access to the specified dialog",
    )
    quick.anna.call("im.message.delete", MESSAGE_ID=number)
    assert refused(quick.anna.call("im.message.like", MESSAGE_ID=number)) == NO_MESSAGE
    assert refused(quick.anna.call("im.message.command", **given)) == NO_MESSAGE
    assert refused(quick.anna.call("im.message.share", **shared)) == NO_MESSAGE


def test_action_is_one_of_three(quick: Circle) -> None:
    number = quick.say(quick.anna, quick.boris_id)
    assert refused(quick.anna.call("im.message.like", MESSAGE_ID=number, ACTION="much")) == PARAMS_ERROR


# Commands; what the bot is told is in test_imbot_commands.py


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"BOT_ID": ""}, (400, "BOT_ID_ERROR", "Bot ID can't be empty")),
        ({"BOT_ID": "x"}, (400, "BOT_ID_ERROR", "Bot ID can't be empty")),
        ({"BOT_ID": 2}, (400, "BOT_ID_ERROR", "Bot ID can't be empty")),
        ({"COMMAND": ""}, (400, "COMMAND_ERROR", "Command can't be empty")),
        ({"COMMAND": "other"}, PARAMS_ERROR),
        ({"COMMAND": ["x"]}, PARAMS_ERROR),
        ({"COMMAND_PARAMS": ["x"]}, PARAMS_ERROR),
    ],
)
def test_command_that_is_refused(quick_portal: Portal, params: dict[str, Any], told: tuple[int, str, str]) -> None:
    workshop = Workshop(quick_portal)
    bot = workshop.bot()
    registered = {"BOT_ID": bot, "COMMAND": "help", "EVENT_COMMAND_ADD": workshop.handler}
    workshop.app.call("imbot.command.register", **registered, LANG=[{"LANGUAGE_ID": "en", "TITLE": "Help"}])
    number = workshop.say(bot, "Hello")
    given = {"MESSAGE_ID": number, "BOT_ID": bot, "COMMAND": "help", "COMMAND_PARAMS": "me"}
    assert workshop.anna.call("im.message.command", **given).result is True
    assert refused(workshop.anna.call("im.message.command", **(given | params))) == told
    elsewhere = workshop.say(f"chat{workshop.group()}", "Hello")
    assert refused(workshop.anna.call("im.message.command", **(given | {"MESSAGE_ID": elsewhere}))) == PARAMS_ERROR


# Sharing


def test_message_is_the_beginning_of_a_chat(circle: Circle) -> None:
    first = circle.group(circle.boris_id, circle.clara_id)
    number = circle.say(circle.anna, f"chat{first}", "Let us talk about [b]that[/b]")
    shared = {"MESSAGE_ID": number, "DIALOG_ID": f"chat{first}", "TYPE": "chat"}
    assert circle.boris.call("im.message.share", **shared).result is True
    items = circle.clara.call("im.recent.list").result["items"]
    (item,) = [one for one in items if one["title"] == "Let us talk about that"]
    assert item["chat"]["owner"] == circle.boris_id
    found = circle.clara.call("im.dialog.messages.get", DIALOG_ID=item["id"]).result["messages"]
    assert found[0]["text"] == "[QUOTE]Let us talk about [b]that[/b][/QUOTE]"
    members = circle.clara.call("im.chat.user.list", CHAT_ID=item["chat_id"]).result
    assert set(members) == set(circle.ids.values())


def test_message_of_a_chat_of_two_is_shared_with_both(circle: Circle) -> None:
    number = circle.say(circle.anna, circle.boris_id, "That")
    shared = {"MESSAGE_ID": number, "DIALOG_ID": str(circle.boris_id), "TYPE": "CHAT"}
    assert circle.anna.call("im.message.share", **shared).result is True
    titles = [item["title"] for item in circle.boris.call("im.recent.list").result["items"]]
    assert "That" in titles


@pytest.mark.difference(19)
@pytest.mark.parametrize("kind", ["TASK", "POST", "CALEND", "NOTHING", "", ["CHAT"]])
def test_message_makes_nothing_but_chats(quick: Circle, kind: Any) -> None:
    chat = quick.group()
    number = quick.say(quick.anna, f"chat{chat}")
    given = {"MESSAGE_ID": number, "DIALOG_ID": f"chat{chat}"}
    assert refused(quick.anna.call("im.message.share", **given, TYPE=kind)) == PARAMS_ERROR
    told = (400, "DIALOG_ID_EMPTY", "Dialog ID can't be empty")
    for wrong in ("", None, "x", "sg1"):
        given["DIALOG_ID"] = wrong
        assert refused(quick.anna.call("im.message.share", **given, TYPE="CHAT")) == told
    other = quick.group()
    given["DIALOG_ID"] = f"chat{other}"
    assert refused(quick.anna.call("im.message.share", **given, TYPE="CHAT")) == NO_MESSAGE


# What hangs on messages


@pytest.mark.parametrize("spelled", [lambda value: value, json.dumps], ids=["object", "json"])
def test_content_hangs_on_a_message(circle: Circle, spelled: Any) -> None:
    given = {name: spelled(value) for name, value in CONTENT.items()}
    number = circle.say(circle.anna, circle.boris_id, "Hello", **given)
    told = params_of(circle, circle.boris_id)
    assert told["ATTACH"][0]["BLOCKS"] == [{"MESSAGE": "A block"}, {"DELIMITER": {"SIZE": 100}}]
    assert (told["ATTACH"][0]["ID"], told["ATTACH"][0]["COLOR"]) == (7, "#29619b")
    assert told["KEYBOARD"][0]["LINK"] == told["MENU"][0]["LINK"] == "https://example.com/"
    for name in CONTENT:
        assert circle.anna.call("im.message.update", MESSAGE_ID=number, IS_EDITED="N", **{name: "N"}).result is True
    assert params_of(circle, circle.boris_id) == []
    assert circle.anna.call("im.message.update", MESSAGE_ID=number, ATTACH=given["ATTACH"]).result is True
    assert params_of(circle, circle.boris_id)["IS_EDITED"] == "Y"


def test_attachment_needs_no_text(quick: Circle) -> None:
    assert quick.say(quick.anna, quick.boris_id, "", ATTACH=CONTENT["ATTACH"])
    (item,) = quick.boris.call("im.recent.list").result["items"]
    assert (item["message"]["attach"], item["message"]["text"]) == (True, "")


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"ATTACH": "{"}, ("ATTACH_ERROR", "Incorrect attach params")),
        ({"ATTACH": [{"IMAGE": {"LINK": "ftp://example.com/"}}]}, ("ATTACH_ERROR", "Incorrect attach params")),
        ({"ATTACH": [{"MESSAGE": "x" * 60_001}]}, ("ATTACH_OVERSIZE", OVERSIZE.format("attach"))),
        ({"KEYBOARD": [{"TEXT": "x"}]}, ("KEYBOARD_ERROR", "Incorrect keyboard params")),
        ({"KEYBOARD": [{"TEXT": "x", "LINK": "/"}] * 101}, ("KEYBOARD_OVERSIZE", OVERSIZE.format("keyboard"))),
        ({"MENU": [{"TEXT": ""}]}, ("MENU_ERROR", "Incorrect menu params")),
        ({"MENU": [{"TEXT": "x", "LINK": "/"}] * 101}, ("MENU_OVERSIZE", OVERSIZE.format("menu"))),
    ],
)
def test_content_that_is_refused(quick: Circle, params: dict[str, Any], told: tuple[str, str]) -> None:
    number = quick.say(quick.anna, quick.boris_id)
    reply = quick.anna.call("im.message.add", DIALOG_ID=str(quick.boris_id), MESSAGE="x", **params)
    assert refused(reply) == (400, *told)
    code = "menu_ERROR" if told[0] == "MENU_ERROR" else told[0]
    assert refused(quick.anna.call("im.message.update", MESSAGE_ID=number, **params)) == (400, code, told[1])
    assert params_of(quick, quick.boris_id) == []


def test_deep_content_is_refused(quick: Circle) -> None:
    deep = "[" * 50_000 + "]" * 50_000
    for name in CONTENT:
        given = {"DIALOG_ID": str(quick.boris_id), "MESSAGE": "x", name: deep}
        assert quick.anna.call("im.message.add", **given).status == 400


def test_who_is_gone_gets_no_messages(quick: Circle) -> None:
    number = quick.boris_id
    quick.portal.write(lambda tx: (tx.run("update users set active = 0 where id = :id", id=number), tx.touch(1)))
    reply = quick.anna.call("im.message.add", DIALOG_ID=str(number), MESSAGE="x")
    assert refused(reply) == (400, "USER_NOT_FOUND", "User not found")
