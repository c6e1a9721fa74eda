"""imbot.chat.* and imbot.dialog.get: chats that bots of the first version lead, or are in."""

import base64
from typing import Any

import pytest

from support.bots import LARGE_PNG, PNG, Workshop
from support.portal import Portal, Reply, refused
from support.waiting import until
from tieline.store.signals import WritingBegun

UNAVAILABLE = (400, "ACCESS_ERROR", "Action unavailable")
NO_KICK = (400, "WRONG_REQUEST", "You don't have access or user isn't a member in chat")
NO_INVITING = (400, "WRONG_REQUEST", "You don't have access or user already member in chat")
NOT_OWNER = (400, "WRONG_REQUEST", "Change owner can only owner and user must be member in chat")
NOT_MANAGER = (400, "WRONG_REQUEST", "Change manager can only owner and user must be member in chat")
SAMPLE = """id parent_chat_id parent_message_id name description owner extranet avatar color type counter user_counter
message_count unread_id restrictions last_message_id last_id marked_id disk_folder_id entity_type entity_id
entity_data_1 entity_data_2 entity_data_3 mute_list date_create message_type public role entity_link text_field_enabled
background_id permissions is_new readed_list manager_list last_message_views dialog_id"""


class Room(Workshop):
    """A bot with a chat of its own, in which Anna is."""

    def __init__(self, portal: Portal) -> None:
        super().__init__(portal)
        self.number = self.bot()
        self.chat = self.ask("add", TITLE="A room", USERS=[self.anna_id]).result

    def ask(self, method: str, **params: Any) -> Reply:
        """Call a method of chats in the bot's name."""
        return self.app.call(f"imbot.chat.{method}", **({"BOT_ID": self.number} | params))

    def here(self, method: str, **params: Any) -> Reply:
        """Call a method for the bot's chat."""
        return self.ask(method, **({"CHAT_ID": self.chat} | params))

    def seen(self) -> dict[str, Any]:
        """Return the chat as Anna sees it."""
        return self.anna.call("im.dialog.get", DIALOG_ID=f"chat{self.chat}").result

    def members(self) -> list[int]:
        """Return who is in the chat."""
        return self.here("user.list").result


@pytest.fixture
def room(portal: Portal) -> Room:
    return Room(portal)


@pytest.fixture
def quick(quick_portal: Portal) -> Room:
    return Room(quick_portal)


def test_bot_begins_a_chat_as_documented(room: Room) -> None:
    other = room.portal.person()
    number = room.ask(
        "add",
        TYPE="OPEN",
        TITLE="New chat",
        DESCRIPTION="Very important",
        COLOR="PINK",
        MESSAGE="Welcome",
        USERS=[room.anna_id, str(other), room.anna_id],
        AVATAR=PNG,
        ENTITY_TYPE="chat",
        ENTITY_ID="13",
    ).result
    told = room.anna.call("im.dialog.get", DIALOG_ID=f"chat{number}").result
    kept = {name: told[name] for name in ("name", "description", "color", "type", "owner", "entity_type", "entity_id")}
    assert kept == {
        "name": "New chat",
        "description": "Very important",
        "color": "#f76187",
        "type": "open",
        "owner": room.number,
        "entity_type": "CHAT",
        "entity_id": "13",
    }
    assert told["avatar"].startswith("https://")
    assert room.ask("user.list", CHAT_ID=number).result == sorted([room.number, room.anna_id, other])
    assert room.history(f"chat{number}")[-1]["text"] == "Welcome"
    for client in (room.app, room.anna):
        method = "imbot.chat.get" if client is room.app else "im.chat.get"
        assert client.call(method, ENTITY_TYPE="CHAT", ENTITY_ID="13").result == {"ID": number}


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"USERS": "x"}, (400, "INVALID_FORMAT", "Parameter USERS has wrong type")),
        ({"USERS": ["x"]}, (400, "INVALID_FORMAT", "Parameter USERS has wrong type")),
        ({"USERS": [999]}, (400, "WRONG_REQUEST", "Chat can't be created")),
        ({"USERS": [-1]}, (400, "WRONG_REQUEST", "Chat can't be created")),
        ({"USERS": list(range(2, 1_100))}, (400, "WRONG_REQUEST", "Chat can't be created")),
        ({"COLOR": "PLAID"}, (400, "WRONG_REQUEST", "Chat can't be created")),
        ({"AVATAR": "no image"}, (400, "WRONG_REQUEST", "Chat can't be created")),
        ({"TITLE": {"a": 1}}, (400, "WRONG_REQUEST", "Chat can't be created")),
    ],
)
def test_chat_that_is_not_begun(quick: Room, params: dict[str, Any], told: tuple[int, str, str]) -> None:
    assert refused(quick.ask("add", **params)) == told


def test_chat_of_an_entity_is_found_by_who_may_read_it(quick: Room) -> None:
    quick.ask("add", ENTITY_TYPE="DEAL", ENTITY_ID="1", USERS=[quick.anna_id])
    hook = quick.portal.webhook(quick.portal.person(), "imbot")
    what = {"ENTITY_TYPE": "DEAL", "ENTITY_ID": "1"}
    assert refused(hook.call("imbot.chat.get", **what)) == (
        400,
        "ACCESS_ERROR",
        "You don't have access to this chat",
    )
    assert quick.portal.webhook(quick.anna_id, "imbot").call("imbot.chat.get", **what).result["ID"]
    for nothing in ({}, {"ENTITY_TYPE": "DEAL"}, {"ENTITY_ID": "1"}, what | {"ENTITY_ID": "2"}):
        assert hook.call("imbot.chat.get", **nothing).result is None
    assert hook.call("imbot.chat.get", ENTITY_TYPE=["x"]).error == (400, "ACCESS_ERROR")


def test_bot_leaves_a_chat(room: Room) -> None:
    chat = room.group(room.number)
    assert room.ask("leave", CHAT_ID=chat).result is True
    assert room.anna.call("im.chat.user.list", CHAT_ID=chat).result == [room.anna_id]
    assert refused(room.ask("leave", CHAT_ID=chat)) == NO_KICK
    assert refused(room.here("leave")) == (400, "ACCESS_ERROR", "LEAVE_OWNER_FORBIDDEN")
    assert refused(room.ask("leave", CHAT_ID=999)) == UNAVAILABLE


def test_nobody_leaves_a_chat_of_two(quick: Room) -> None:
    quick.say(quick.number, "Hello")
    chat = quick.anna.call("im.dialog.get", DIALOG_ID=quick.number).result["id"]
    assert refused(quick.ask("leave", CHAT_ID=chat)) == (
        400,
        "ACCESS_ERROR",
        "It is forbidden to delete users of this chat",
    )
    assert refused(quick.ask("user.add", CHAT_ID=chat, USERS=[1])) == (
        400,
        "ACCESS_ERROR",
        "It is forbidden to add users to this chat",
    )
    assert refused(quick.ask("updateTitle", CHAT_ID=chat, TITLE="x")) == (
        400,
        "ACCESS_ERROR",
        "This chat cannot be renamed",
    )
    for method, params in (
        ("updateColor", {"COLOR": "RED"}),
        ("updateAvatar", {"AVATAR": PNG}),
        ("setOwner", {"USER_ID": quick.anna_id}),
        ("user.delete", {"USER_ID": quick.anna_id}),
    ):
        assert quick.ask(method, CHAT_ID=chat, **params).error == (400, "ACCESS_ERROR")
    assert refused(quick.ask("setManager", CHAT_ID=chat, USER_ID=quick.anna_id)) == NOT_MANAGER


def test_typing_of_a_bot_is_shown(room: Room) -> None:
    shown: list[WritingBegun] = []
    room.portal.bus.listen(lambda signal: shown.append(signal) if isinstance(signal, WritingBegun) else None)
    assert room.ask("sendTyping", DIALOG_ID=f"chat{room.chat}").result is True
    assert room.ask("sendTyping", DIALOG_ID=str(room.anna_id)).result is True
    until(lambda: len(shown) == 2, "both are shown")
    assert [(one.user_id, one.name) for one in shown] == [(room.number, "Echo")] * 2
    assert shown[0].chat_id == room.chat
    listed = {item["id"] for item in room.anna.call("im.recent.list").result["items"]}
    assert listed == {f"chat{room.chat}"}, "a chat in which nothing was said is not listed"


@pytest.mark.parametrize(
    ("dialog", "told"),
    [
        ("", (400, "DIALOG_ID_EMPTY", "Dialog ID can't be empty")),
        ("x", (400, "DIALOG_ID_EMPTY", "Dialog ID can't be empty")),
        ("sg1", (400, "DIALOG_ID_EMPTY", "Dialog ID can't be empty")),
        ("chat999", UNAVAILABLE),
        ("999", UNAVAILABLE),
    ],
)
def test_typing_goes_nowhere_else(quick: Room, dialog: str, told: tuple[int, str, str]) -> None:
    assert refused(quick.ask("sendTyping", DIALOG_ID=dialog)) == told
    private = quick.group()
    assert refused(quick.ask("sendTyping", DIALOG_ID=f"chat{private}")) == UNAVAILABLE


def test_manager_leads_a_chat_beside_its_owner(room: Room) -> None:
    other = room.portal.person()
    room.here("user.add", USERS=[other])
    assert room.anna.call("im.chat.user.delete", CHAT_ID=room.chat, USER_ID=other).error == (400, "ACCESS_DENIED_KICK")
    assert room.here("setManager", USER_ID=room.anna_id).result is True
    assert (room.seen()["manager_list"], room.seen()["role"]) == ([room.anna_id], "manager")
    assert room.anna.call("im.chat.user.delete", CHAT_ID=room.chat, USER_ID=other).result is True
    assert room.here("setManager", USER_ID=room.anna_id, IS_MANAGER="N").result is True
    assert (room.seen()["manager_list"], room.seen()["role"]) == ([], "member")


def test_owner_is_another_from_now_on(room: Room) -> None:
    assert room.here("setOwner", USER_ID=room.anna_id).result is True
    assert (room.seen()["owner"], room.seen()["role"]) == (room.anna_id, "owner")
    assert refused(room.here("setOwner", USER_ID=room.number)) == NOT_OWNER
    assert refused(room.here("setManager", USER_ID=room.anna_id)) == NOT_MANAGER


def test_chat_looks_otherwise(room: Room) -> None:
    assert room.here("updateTitle", TITLE="  New\n name ").result is True
    assert room.here("updateColor", COLOR="mint").result is True
    assert room.here("updateAvatar", AVATAR=PNG).result is True
    told = room.seen()
    assert (told["name"], told["color"]) == ("New name", "#4ba984")
    assert room.portal.request("GET", told["avatar"].partition("8443")[2]).content == base64.b64decode(PNG)
    assert refused(room.here("updateColor", COLOR="MINT")) == (
        400,
        "WRONG_REQUEST",
        "This color currently set or chat doesn't exist",
    )


def test_people_come_and_go(room: Room) -> None:
    other, third = room.portal.person(), room.portal.person()
    assert room.here("user.add", USERS=[other, str(third)], HIDE_HISTORY="N").result is True
    assert room.members() == sorted([room.number, room.anna_id, other, third])
    assert room.here("user.delete", USER_ID=other).result is True
    assert room.members() == sorted([room.number, room.anna_id, third])
    assert refused(room.here("user.add", USERS=[third])) == NO_INVITING
    assert refused(room.here("user.delete", USER_ID=other)) == NO_KICK
    assert refused(room.here("user.delete", USER_ID=room.number)) == (400, "ACCESS_ERROR", "LEAVE_OWNER_FORBIDDEN")


CHAT_ID_EMPTY = (400, "CHAT_ID_EMPTY", "Chat ID can't be empty")
USER_ID_EMPTY = (400, "USER_ID_EMPTY", "User ID can't be empty")
OF_A_CHAT: dict[str, dict[str, Any]] = {
    "leave": {},
    "setManager": {"USER_ID": 1},
    "setOwner": {"USER_ID": 1},
    "updateAvatar": {"AVATAR": PNG},
    "updateColor": {"COLOR": "RED"},
    "updateTitle": {"TITLE": "x"},
    "user.add": {"USERS": [1]},
    "user.delete": {"USER_ID": 1},
    "user.list": {},
}


@pytest.mark.parametrize("method", OF_A_CHAT)
def test_chat_must_be_named(quick: Room, method: str) -> None:
    for wrong in (None, "", "x", "chat5", [], 2**64):
        assert refused(quick.ask(method, CHAT_ID=wrong, **OF_A_CHAT[method])) == CHAT_ID_EMPTY
    assert refused(quick.ask(method, **OF_A_CHAT[method])) == CHAT_ID_EMPTY


@pytest.mark.parametrize(
    ("method", "params", "told"),
    [
        ("setManager", {"USER_ID": ""}, USER_ID_EMPTY),
        ("setManager", {"USER_ID": "x"}, USER_ID_EMPTY),
        ("setManager", {"USER_ID": 999}, NOT_MANAGER),
        ("setManager", {"USER_ID": 1, "IS_MANAGER": "maybe"}, NOT_MANAGER),
        ("setOwner", {"USER_ID": ""}, USER_ID_EMPTY),
        ("setOwner", {"USER_ID": 999}, NOT_OWNER),
        ("updateAvatar", {"AVATAR": ""}, (400, "AVATAR_ERROR", "Avatar incorrect type")),
        ("updateAvatar", {"AVATAR": "no image"}, (400, "AVATAR_ERROR", "Avatar incorrect type")),
        ("updateAvatar", {"AVATAR": LARGE_PNG}, (400, "AVATAR_ERROR", "Avatar incorrect size (max 5000x5000)")),
        ("updateColor", {"COLOR": "PLAID"}, (400, "WRONG_COLOR", "This color currently unavailable")),
        ("updateColor", {"COLOR": ""}, (400, "WRONG_COLOR", "This color currently unavailable")),
        ("updateTitle", {"TITLE": ""}, (400, "TITLE_EMPTY", "Title can't be empty")),
        ("updateTitle", {"TITLE": " \n"}, (400, "TITLE_EMPTY", "Title can't be empty")),
        ("user.add", {"USERS": "x"}, (400, "WRONG_REQUEST", "User IDs must be passed in array format")),
        ("user.add", {"USERS": []}, (400, "WRONG_REQUEST", "User IDs must be passed in array format")),
        ("user.add", {"USERS": [999]}, NO_INVITING),
        ("user.delete", {"USER_ID": ""}, USER_ID_EMPTY),
        ("user.delete", {"USER_ID": 999}, NO_KICK),
    ],
)
def test_change_that_is_refused(quick: Room, method: str, params: dict[str, Any], told: tuple[int, str, str]) -> None:
    before = quick.seen()
    assert refused(quick.here(method, **params)) == told
    assert quick.seen() == before


@pytest.mark.parametrize("chat", ["foreign", "open", "none"])
@pytest.mark.parametrize("method", OF_A_CHAT)
def test_chat_without_the_bot_stays_as_it_is(quick: Room, method: str, chat: str) -> None:
    number = {"foreign": quick.group, "open": lambda: quick.group(TYPE="OPEN"), "none": lambda: 999}[chat]()
    expected = {
        "setManager": NOT_MANAGER,
        "leave": UNAVAILABLE if chat == "none" else NO_KICK,
        "updateAvatar": (400, "WRONG_REQUEST", "Chat doesn't exist")
        if chat == "none"
        else (403, "ACCESS_DENIED", "Access denied"),
        "updateColor": (400, "WRONG_REQUEST", "This color currently set or chat doesn't exist")
        if chat == "none"
        else UNAVAILABLE,
    }
    told = expected.get(method, UNAVAILABLE)
    assert refused(quick.ask(method, CHAT_ID=number, **OF_A_CHAT[method])) == told


def test_dialog_has_the_documented_fields(room: Room) -> None:
    client = room.portal.webhook(room.anna_id, "imbot")
    told = client.call("imbot.dialog.get", DIALOG_ID=f"chat{room.chat}").result
    assert set(SAMPLE.split()) <= set(told)
    assert (told["dialog_id"], told["owner"], told["user_counter"]) == (f"chat{room.chat}", room.number, 2)
    assert told["readed_list"] == [{"user_id": room.number, "user_name": "Echo", "message_id": 0, "date": None}]
    room.say(room.number, "Hello")
    private = client.call("imbot.dialog.get", DIALOG_ID=room.number).result
    assert (private["dialog_id"], private["name"], private["message_type"]) == (str(room.number), "Echo", "P")


@pytest.mark.parametrize(
    ("dialog", "told"),
    [
        ("", (400, "DIALOG_ID_EMPTY", "Dialog ID can't be empty")),
        ("x", (400, "DIALOG_ID_EMPTY", "Dialog ID can't be empty")),
        ([1], (400, "DIALOG_ID_EMPTY", "Dialog ID can't be empty")),
        ("chat999", (400, "ACCESS_ERROR", "You do not have access to the specified dialog")),
        ("999", (400, "ACCESS_ERROR", "You do not have access to the specified dialog")),
    ],
)
def test_dialog_that_is_not_told(quick: Room, dialog: Any, told: tuple[int, str, str]) -> None:
    assert refused(quick.app.call("imbot.dialog.get", DIALOG_ID=dialog)) == told
    hidden = quick.portal.webhook(quick.portal.person(), "imbot")
    assert hidden.call("imbot.dialog.get", DIALOG_ID=f"chat{quick.chat}").error == (400, "ACCESS_ERROR")
