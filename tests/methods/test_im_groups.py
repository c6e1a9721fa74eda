"""im.chat.*: group chats, who is in them and who leads them, how they look."""

import base64
from typing import Any

import pytest

from support.bots import LARGE_PNG, PNG
from support.people import Circle
from support.portal import Desk, Portal, Reply, refused

UNAVAILABLE = (400, "ACCESS_ERROR", "Action unavailable")
CHAT_ID_EMPTY = (400, "CHAT_ID_EMPTY", "Chat ID can't be empty")
NO_DIALOG_ID = (400, "DIALOG_ID_EMPTY", "Dialog ID can't be empty")
NO_KICK = (400, "ACCESS_DENIED_KICK", "Access denied to kick user from chat")
NO_INVITING = (400, "ACCESS_DENIED_EXTEND", "Insufficient permissions to add participants to the chat")
NOT_OWNER = (400, "WRONG_REQUEST", "Change owner can only owner and user must be member in chat")
SAME_COLOR = (400, "WRONG_REQUEST", "This color currently set or chat doesn't exist")
NOT_MUTED = (403, "ACCESS_ERROR", "This chat cannot be muted")
NOT_MADE = (400, "WRONG_REQUEST", "Chat can't be created")


@pytest.fixture
def circle(portal: Portal) -> Circle:
    return Circle(portal)


@pytest.fixture
def quick(quick_portal: Portal) -> Circle:
    return Circle(quick_portal)


def users(circle: Circle, chat: int) -> list[int]:
    return circle.anna.call("im.chat.user.list", CHAT_ID=chat).result


def test_chat_is_begun_as_documented(circle: Circle) -> None:
    number = circle.anna.call(
        "im.chat.add",
        TYPE="CHAT",
        TITLE="Project",
        DESCRIPTION="About the deal",
        COLOR="pink",
        MESSAGE="Welcome",
        USERS=[circle.boris_id, str(circle.clara_id)],
        AVATAR=PNG,
        ENTITY_TYPE="CRM",
        ENTITY_ID="DEAL|1663",
    ).result
    told = circle.chat(circle.boris, f"chat{number}")
    names = ("id", "name", "description", "color", "type", "owner", "entity_type", "entity_id", "user_counter", "role")
    assert [told[name] for name in names] == [
        *(number, "Project", "About the deal", "#f76187", "chat", circle.anna_id),
        *("CRM", "DEAL|1663", 3, "member"),
    ]
    assert told["message_type"] == "C"
    assert set(users(circle, number)) == set(circle.ids.values())
    found = circle.boris.call("im.dialog.messages.get", DIALOG_ID=f"chat{number}").result["messages"]
    assert [one["author_id"] for one in found] == [0, 0]
    assert found[0]["text"] == "Welcome"
    assert found[1]["params"] == {"CODE": ["CHAT_JOIN"], "NOTIFY": "N"}
    assert found[1]["text"].startswith(f"[USER={circle.anna_id} REPLACE]Anna Weber[/USER]")
    sought = {"ENTITY_TYPE": "crm", "ENTITY_ID": "DEAL|1663"}
    assert circle.boris.call("im.chat.get", **sought).result == {"ID": number}
    stranger = circle.portal.webhook(circle.portal.person(), "im")
    assert stranger.call("im.chat.get", **sought).result is None


@pytest.mark.difference(21)
def test_chat_has_no_copilot(circle: Circle) -> None:
    number = circle.group(COPILOT_MAIN_ROLE="copilot_assistant")
    assert circle.chat(circle.anna, f"chat{number}")["type"] == "chat"
    assert set(users(circle, number)) == {circle.anna_id, circle.boris_id}


@pytest.mark.parametrize(
    ("params", "title"),
    [({"USERS": [3]}, "Chat with Boris"), ({"USERS": []}, "Chat of Anna Weber"), ({"TITLE": "x" * 300}, "x" * 255)],
)
def test_chat_without_a_title_is_called_by_who_is_in_it(quick: Circle, params: dict[str, Any], title: str) -> None:
    assert quick.boris_id == 3
    number = quick.anna.call("im.chat.add", **params).result
    assert quick.chat(quick.anna, f"chat{number}")["name"] == title


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"USERS": [999]}, NOT_MADE),
        ({"USERS": ["x"]}, NOT_MADE),
        ({"USERS": "x"}, NOT_MADE),
        ({"USERS": [-5]}, NOT_MADE),
        ({"TITLE": ["x"]}, NOT_MADE),
        ({"COLOR": "PLAID"}, (400, "WRONG_COLOR", "This color currently unavailable")),
        ({"AVATAR": "no image"}, (400, "AVATAR_ERROR", "Avatar incorrect type")),
        ({"AVATAR": LARGE_PNG}, (400, "AVATAR_ERROR", "Avatar incorrect size (max 5000x5000)")),
    ],
)
def test_chat_that_is_not_begun(quick: Circle, params: dict[str, Any], told: tuple[int, str, str]) -> None:
    assert refused(quick.anna.call("im.chat.add", **params)) == told
    assert quick.anna.call("im.recent.list").result["items"] == []


def test_customer_is_in_no_group(desk: Desk) -> None:
    desk.write_in("Hello")
    customer = desk.portal.read(lambda tx: tx.one("select max(id) from users"))[0]
    assert refused(desk.operator.call("im.chat.add", USERS=[customer])) == NOT_MADE


def test_people_come_and_do_not_see_what_was_said_before(circle: Circle) -> None:
    chat = circle.group()
    dialog = f"chat{chat}"
    before = circle.say(circle.anna, dialog, "Before")
    assert circle.boris.call("im.chat.user.add", CHAT_ID=chat, USERS=[circle.clara_id]).result is True
    circle.say(circle.anna, dialog, "After", REPLY_ID=before)
    assert circle.texts(circle.clara, dialog) == ["After"]
    assert circle.texts(circle.boris, dialog) == ["Before", "After"]
    found = circle.clara.call("im.dialog.messages.search", CHAT_ID=chat, SEARCH_MESSAGE="").result
    assert [one["text"] for one in found["messages"] if one["author_id"]] == ["After"]
    assert found["additionalMessages"] == []
    assert refused(circle.clara.call("im.message.like", MESSAGE_ID=before))[1] == "MESSAGE_ID_ERROR"
    shared = {"MESSAGE_ID": before, "DIALOG_ID": dialog, "TYPE": "CHAT"}
    assert refused(circle.clara.call("im.message.share", **shared))[1] == "MESSAGE_ID_ERROR"
    reply = circle.clara.call("im.message.add", DIALOG_ID=dialog, MESSAGE="x", REPLY_ID=before)
    assert refused(reply) == (400, "REPLY_ACCESS_ERROR", "Action unavailable")
    page = circle.portal.page(circle.clara_id)
    told = page.call("tieline.dialog.get", CHAT_ID=chat).result["messages"]
    assert "Before" not in [one["text"] for one in told]
    assert circle.chat(circle.clara, dialog)["counter"] == 1, "what was there counts as read"


def test_people_come_and_see_all_of_it(circle: Circle) -> None:
    chat = circle.group()
    circle.say(circle.anna, f"chat{chat}", "Before")
    circle.boris.call("im.chat.user.add", CHAT_ID=chat, USERS=[circle.clara_id], HIDE_HISTORY="N")
    assert circle.texts(circle.clara, f"chat{chat}") == ["Before"]


def test_members_leave_and_are_let_out(circle: Circle) -> None:
    chat = circle.group(circle.boris_id, circle.clara_id)
    leave = {"CHAT_ID": chat}
    assert refused(circle.anna.call("im.chat.leave", **leave)) == NO_KICK, "the owner hands it on first"
    assert refused(circle.boris.call("im.chat.user.delete", **leave, USER_ID=circle.clara_id)) == NO_KICK
    assert circle.boris.call("im.chat.leave", **leave).result is True
    assert users(circle, chat) == [circle.anna_id, circle.clara_id]
    assert circle.boris.call("im.recent.list").result["items"] == []
    assert refused(circle.boris.call("im.chat.leave", **leave)) == UNAVAILABLE
    kick = circle.anna.call("im.chat.user.delete", **leave, USER_ID=circle.clara_id)
    assert kick.result is True
    told = circle.anna.call("im.dialog.messages.get", DIALOG_ID=f"chat{chat}").result["messages"][0]
    assert told["params"]["CODE"] == ["CHAT_LEAVE"]
    assert circle.anna.call("im.chat.leave", **leave).result is True, "nobody is left behind"


def test_owner_hands_a_chat_on_and_managers_lead_beside_him(circle: Circle) -> None:
    chat = circle.group(circle.boris_id, circle.clara_id)
    assert circle.anna.call("im.chat.setOwner", DIALOG_ID=f"chat{chat}", USER_ID=circle.boris_id).result is True
    assert (circle.chat(circle.anna, f"chat{chat}")["owner"], circle.chat(circle.boris, f"chat{chat}")["role"]) == (
        circle.boris_id,
        "owner",
    )
    assert refused(circle.anna.call("im.chat.setOwner", CHAT_ID=chat, USER_ID=circle.anna_id)) == NOT_OWNER
    assert circle.boris.call("im.chat.user.delete", CHAT_ID=chat, USER_ID=circle.anna_id).result is True
    message = circle.say(circle.clara, f"chat{chat}")
    assert circle.boris.call("im.message.delete", MESSAGE_ID=message).result is True, "who leads it deletes"


def test_chat_looks_otherwise(circle: Circle) -> None:
    chat = circle.group()
    assert circle.boris.call("im.chat.updateTitle", CHAT_ID=chat, TITLE=" New\r\n name ").result is True
    assert circle.boris.call("im.chat.updateColor", DIALOG_ID=f"chat{chat}", COLOR="MINT").result is True
    assert circle.boris.call("im.chat.updateAvatar", CHAT_ID=chat, AVATAR=PNG).result is True
    told = circle.chat(circle.anna, f"chat{chat}")
    assert (told["name"], told["color"]) == ("New name", "#4ba984")
    assert circle.portal.request("GET", told["avatar"].partition("8443")[2]).content == base64.b64decode(PNG)
    assert refused(circle.anna.call("im.chat.updateColor", CHAT_ID=chat, COLOR="MINT")) == SAME_COLOR


def test_open_chat_is_read_by_everybody_and_entered_by_those_who_wish(circle: Circle) -> None:
    chat = circle.group(TYPE="OPEN")
    circle.say(circle.anna, f"chat{chat}", "Hello")
    assert circle.texts(circle.clara, f"chat{chat}") == ["Hello"]
    assert set(circle.clara.call("im.chat.user.list", CHAT_ID=chat).result) == {circle.anna_id, circle.boris_id}
    written = circle.clara.call("im.message.add", DIALOG_ID=f"chat{chat}", MESSAGE="x")
    assert refused(written) == UNAVAILABLE
    assert refused(circle.clara.call("im.chat.leave", CHAT_ID=chat)) == NO_KICK
    for method, params in (
        ("updateTitle", {"TITLE": "x"}),
        ("updateColor", {"COLOR": "RED"}),
        ("updateAvatar", {"AVATAR": PNG}),
    ):
        assert circle.clara.call(f"im.chat.{method}", CHAT_ID=chat, **params).status == 400
    assert circle.clara.call("im.chat.user.add", CHAT_ID=chat, USERS=[circle.clara_id]).result is True
    assert circle.say(circle.clara, f"chat{chat}", "I am here")


MUTING: dict[str, dict[str, Any]] = {
    "leave": {},
    "mute": {},
    "setOwner": {"USER_ID": 2},
    "updateAvatar": {"AVATAR": PNG},
    "updateColor": {"COLOR": "RED"},
    "updateTitle": {"TITLE": "x"},
    "user.add": {"USERS": [2]},
    "user.delete": {"USER_ID": 2},
    "user.list": {},
}
BY_DIALOG = ("mute", "setOwner", "updateAvatar", "updateColor", "updateTitle")


@pytest.mark.parametrize("method", MUTING)
def test_chat_must_be_named(quick: Circle, method: str) -> None:
    for wrong in (None, "", "x", "chat5", []):
        assert refused(quick.anna.call(f"im.chat.{method}", CHAT_ID=wrong, **MUTING[method])) == CHAT_ID_EMPTY
    assert refused(quick.anna.call(f"im.chat.{method}", **MUTING[method])) == CHAT_ID_EMPTY


@pytest.mark.parametrize("method", BY_DIALOG)
def test_name_of_a_dialog_must_be_one(quick: Circle, method: str) -> None:
    for wrong in ("x", "chat", "chat-1", "sg1", *(["1"] if method != "mute" else [])):
        assert refused(quick.anna.call(f"im.chat.{method}", DIALOG_ID=wrong, **MUTING[method])) == NO_DIALOG_ID
    assert refused(quick.anna.call(f"im.chat.{method}", CHAT_ID=0, **MUTING[method])) == CHAT_ID_EMPTY


@pytest.mark.parametrize("which", ["foreign", "none"])
@pytest.mark.parametrize("method", MUTING)
def test_chat_of_others_stays_as_it_is(quick: Circle, method: str, which: str) -> None:
    chat = quick.group() if which == "foreign" else 999
    missing = which == "none"
    expected: dict[str, Any] = {
        "mute": NOT_MUTED,
        "updateColor": SAME_COLOR if missing else UNAVAILABLE,
        "updateAvatar": (400, "WRONG_REQUEST", "Chat doesn't exist")
        if missing
        else (400, "ACCESS_DENIED", "Access denied"),
    }
    before = None if missing else quick.chat(quick.anna, f"chat{chat}")
    told = refused(quick.clara.call(f"im.chat.{method}", CHAT_ID=chat, **MUTING[method]))
    assert told == expected.get(method, UNAVAILABLE)
    assert before is None or quick.chat(quick.anna, f"chat{chat}") == before


@pytest.mark.parametrize(
    ("method", "params", "told"),
    [
        ("setOwner", {"USER_ID": ""}, (400, "USER_ID_EMPTY", "User ID can't be empty")),
        ("setOwner", {"USER_ID": "x"}, (400, "USER_ID_EMPTY", "User ID can't be empty")),
        ("setOwner", {"USER_ID": 999}, NOT_OWNER),
        ("updateAvatar", {"AVATAR": ""}, (400, "AVATAR_ERROR", "Avatar incorrect type")),
        ("updateAvatar", {"AVATAR": "no image"}, (400, "AVATAR_ERROR", "Avatar incorrect type")),
        ("updateAvatar", {"AVATAR": LARGE_PNG}, (400, "AVATAR_ERROR", "Avatar incorrect size (max 5000x5000)")),
        ("updateColor", {"COLOR": "PLAID"}, (400, "WRONG_COLOR", "This color currently unavailable")),
        ("updateColor", {"COLOR": ["RED"]}, (400, "WRONG_COLOR", "This color currently unavailable")),
        ("updateTitle", {"TITLE": ""}, (400, "TITLE_EMPTY", "Title can't be empty")),
        ("updateTitle", {"TITLE": "\n "}, (400, "TITLE_EMPTY", "Title can't be empty")),
        ("user.add", {"USERS": [999]}, NO_INVITING),
        ("user.add", {"USERS": "x"}, NO_INVITING),
        ("user.add", {"USERS": [3]}, NO_INVITING),
        ("user.delete", {"USER_ID": 999}, (400, "USER_NOT_FOUND", "The specified user is not in the chat")),
        ("user.delete", {"USER_ID": ""}, (400, "USER_ID_EMPTY", "User ID can't be empty")),
    ],
)
def test_change_that_is_refused(quick: Circle, method: str, params: dict[str, Any], told: tuple[int, str, str]) -> None:
    chat = quick.group()
    before = quick.chat(quick.anna, f"chat{chat}")
    assert refused(quick.anna.call(f"im.chat.{method}", CHAT_ID=chat, **params)) == told
    assert quick.chat(quick.anna, f"chat{chat}") == before


def test_chat_of_two_stays_one_of_two(quick: Circle) -> None:
    quick.say(quick.anna, quick.boris_id)
    chat = quick.chat(quick.anna, quick.boris_id)["id"]

    def ask(method: str, **params: Any) -> tuple[int, str, str]:
        reply: Reply = quick.anna.call(f"im.chat.{method}", CHAT_ID=chat, **params)
        return refused(reply)

    assert ask("leave") == (400, "ACCESS_ERROR", "It is forbidden to delete users of this chat")
    assert ask("user.delete", USER_ID=quick.boris_id)[1] == "ACCESS_ERROR"
    assert ask("user.add", USERS=[quick.clara_id]) == (
        400,
        "ACCESS_ERROR",
        "It is forbidden to add users to this chat",
    )
    assert ask("updateTitle", TITLE="x") == (400, "ACCESS_ERROR", "This chat cannot be renamed")
    assert ask("updateColor", COLOR="RED")[1] == "ACCESS_ERROR"
    assert ask("updateAvatar", AVATAR=PNG) == (400, "ACCESS_ERROR", "The avatar of this chat cannot be changed")
    assert ask("setOwner", USER_ID=quick.boris_id) == UNAVAILABLE


def test_chat_is_muted_for_oneself(circle: Circle) -> None:
    chat = circle.group()
    circle.say(circle.anna, circle.boris_id)
    assert circle.boris.call("im.chat.mute", CHAT_ID=chat).result is True
    assert circle.boris.call("im.chat.mute", DIALOG_ID=str(circle.anna_id), MUTE="Y").result is True
    for seen_by in (circle.anna, circle.boris):
        assert circle.chat(seen_by, f"chat{chat}")["mute_list"] == [circle.boris_id]
    assert circle.boris.call("im.chat.mute", DIALOG_ID=f"chat{chat}", MUTE="N").result is True
    assert circle.chat(circle.boris, f"chat{chat}")["mute_list"] == []
    assert refused(circle.boris.call("im.chat.mute", DIALOG_ID=str(circle.clara_id))) == NOT_MUTED
    assert refused(circle.boris.call("im.chat.mute", DIALOG_ID="9" * 25)) == NO_DIALOG_ID
