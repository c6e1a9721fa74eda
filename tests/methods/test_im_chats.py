"""im.chat.get, im.recent.list, im.dialog.messages.get and im.dialog.read: chats as operators see them."""

from typing import Any

import pytest

from support.portal import Client, Desk, Portal, refused

NO_ID = (400, "DIALOG_ID_EMPTY", "Dialog ID can't be empty")
NO_ACCESS = (403, "ACCESS_ERROR", "You do not have access to the specified dialog")
MESSAGE = {
    "id",
    "chat_id",
    "author_id",
    "date",
    "text",
    "unread",
    "uuid",
    "replaces",
    "params",
    "disappearing_date",
}
USER = """id active name first_name last_name work_position color avatar avatar_hr gender birthday extranet network bot
connector external_auth_id status idle last_activity_date mobile_last_date desktop_last_date absent departments phones
bot_data type website email"""
CHAT = """id parent_chat_id parent_message_id name owner extranet contains_collaber avatar color type entity_type
entity_id entity_data_1 entity_data_2 entity_data_3 mute_list manager_list date_create message_type user_counter
restrictions role text_field_enabled background_id entity_link permissions public"""
ITEM = """id chat_id type avatar title message counter last_id pinned unread has_reminder date_update
date_last_activity user chat lines options"""


def stranger(portal: Portal) -> Client:
    return portal.webhook(portal.person())


def test_chat_of_a_line_is_found_by_its_user_code(desk: Desk, chat: int) -> None:
    code = f"{desk.code}|{desk.line}|channel-123|user-7"
    for kind in ("LINES", "lines"):
        assert desk.operator.call("im.chat.get", ENTITY_TYPE=kind, ENTITY_ID=code).result == {"ID": chat}


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"ENTITY_TYPE": "LINES"},
        {"ENTITY_TYPE": "LINES", "ENTITY_ID": "x"},
        {"ENTITY_TYPE": "CRM", "ENTITY_ID": "LEAD|1"},
        {"ENTITY_TYPE": "", "ENTITY_ID": "{code}"},
    ],
)
def test_chat_of_nothing_is_null(desk: Desk, chat: int, params: dict[str, str]) -> None:
    code = f"{desk.code}|{desk.line}|channel-123|user-7"
    params = {name: value.format(code=code) for name, value in params.items()}
    assert desk.operator.call("im.chat.get", **params).result is None


def test_stranger_finds_no_chat(desk: Desk, chat: int) -> None:
    code = f"{desk.code}|{desk.line}|channel-123|user-7"
    assert stranger(desk.portal).call("im.chat.get", ENTITY_TYPE="LINES", ENTITY_ID=code).result is None


def recent(client: Client, **params: Any) -> dict[str, Any]:
    return client.call("im.recent.list", **params).result


def test_open_dialogs_are_listed_with_the_documented_fields(desk: Desk, chat: int) -> None:
    reply = desk.operator.call("im.recent.list", SKIP_OPENLINES="N", LIMIT="50")
    assert (set(reply.result), reply.body["total"]) == ({"items", "hasMorePages", "hasMore"}, -1)
    (item,) = reply.result["items"]
    assert set(item) == set(ITEM.split())
    assert set(CHAT.split()) <= set(item["chat"])
    assert set(item["user"]) == set(USER.split())
    (message,) = desk.history(chat)
    expected = {
        "id": f"chat{chat}",
        "chat_id": chat,
        "type": "chat",
        "title": "Anna Schmidt - Support",
        "counter": 1,
        "last_id": message["id"],
        "lines": {"id": 1, "status": 0, "date_create": "2027-01-15T08:00:00+00:00"},
        "message": {
            "id": message["id"],
            "text": "Hello",
            "file": False,
            "author_id": message["author_id"],
            "attach": False,
            "sticker": None,
            "date": "2027-01-15T08:00:00+00:00",
            "status": "received",
            "uuid": None,
        },
    }
    assert {name: item[name] for name in expected} == expected
    assert (item["user"]["name"], item["user"]["connector"], item["user"]["extranet"]) == ("Anna Schmidt", True, True)


@pytest.mark.parametrize(
    ("moves", "status"), [([], 0), (["take"], 10), (["take", "in"], 20), (["answer"], 40), (["answer", "in"], 25)]
)
def test_status_of_the_session_follows_what_happens(desk: Desk, chat: int, moves: list[str], status: int) -> None:
    for move in moves:
        if move == "take":
            desk.operator.call("imopenlines.operator.answer", CHAT_ID=chat)
        elif move == "in":
            desk.write_in("More")
        else:
            desk.answer(chat)
    assert recent(desk.operator)["items"][0]["lines"]["status"] == status


class Many:
    """Five dialogs of a line, a minute between each."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.chats = []
        for number in range(5):
            self.chats.append(desk.write_in(f"Text {number}", user={"id": f"user-{number}"}))
            desk.portal.clock.move(60_000)

    def found(self, **params: Any) -> list[int]:
        """Return places of the listed dialogs."""
        return [self.chats.index(item["chat_id"]) for item in recent(self.desk.operator, **params)["items"]]


def test_last_active_dialog_comes_first(desk: Desk) -> None:
    many = Many(desk)
    assert many.found() == [4, 3, 2, 1, 0]
    desk.write_in("Again", user={"id": "user-1"})
    assert many.found() == [1, 4, 3, 2, 0]


def test_dialogs_come_in_pages(desk: Desk) -> None:
    many = Many(desk)
    pages = [recent(desk.operator, LIMIT=2, OFFSET=offset) for offset in (0, 2, 4)]
    assert [len(page["items"]) for page in pages] == [2, 2, 1]
    assert [(page["hasMore"], page["hasMorePages"]) for page in pages] == [(True, True), (True, True), (False, False)]
    assert many.found(LIMIT=2, OFFSET=3) == [1, 0]
    assert many.found(LIMIT=0) == [4]
    assert many.found(LIMIT=999, OFFSET=-5) == [4, 3, 2, 1, 0]


@pytest.mark.parametrize(
    ("moment", "places"),
    [
        ("2027-01-15T08:02:00+00:00", [1, 0]),
        ("2027-01-15T09:02:00+01:00", [1, 0]),
        ("2027-01-15T08:00:00Z", []),
        ("2028-01-01", [4, 3, 2, 1, 0]),
        ("", [4, 3, 2, 1, 0]),
    ],
)
def test_dialogs_before_a_moment_are_listed(desk: Desk, moment: str, places: list[int]) -> None:
    assert Many(desk).found(LAST_MESSAGE_DATE=moment) == places


@pytest.mark.parametrize(
    "params", [{"LAST_MESSAGE_DATE": "yesterday"}, {"LIMIT": "x"}, {"OFFSET": "y"}, {"UNREAD_ONLY": 7}]
)
def test_wrong_parameter_of_the_list(quick_desk: Desk, params: dict[str, Any]) -> None:
    assert refused(quick_desk.operator.call("im.recent.list", **params)) == (400, "PARAMS_ERROR", "Incorrect params")


def test_list_is_narrowed(desk: Desk) -> None:
    many = Many(desk)
    desk.operator.call("im.dialog.read", DIALOG_ID=f"chat{many.chats[3]}")
    assert many.found(UNREAD_ONLY="Y") == [4, 2, 1, 0]
    assert many.found(SKIP_OPENLINES="Y") == []
    assert many.found(SKIP_DIALOG="Y", SKIP_CHAT="Y") == [4, 3, 2, 1, 0]
    desk.operator.call("imopenlines.operator.finish", CHAT_ID=many.chats[4])
    assert many.found() == [3, 2, 1, 0]


@pytest.mark.difference(18)
def test_list_is_the_same_for_every_kind_of_reader(desk: Desk, chat: int) -> None:
    plain = recent(desk.operator)
    for name in ("PARSE_TEXT", "GET_ORIGINAL_TEXT", "ONLY_COPILOT", "ONLY_CHANNEL", "CAN_MANAGE_MESSAGES"):
        assert recent(desk.operator, **{name: "Y"}) == plain
    assert [item["chat_id"] for item in plain["items"]] == [chat]


def test_everybody_sees_their_own_lines(desk: Desk, chat: int) -> None:
    portal = desk.portal
    colleague = portal.webhook(portal.person())
    assert recent(colleague)["items"] == recent(stranger(portal))["items"] == []
    assert [item["chat_id"] for item in recent(portal.webhook())["items"]] == [chat], "an administrator sees all"
    assert recent(portal.webhook(), SKIP_UNDISTRIBUTED_OPENLINES="Y")["items"] == []


def messages(client: Client, chat: int, **params: Any) -> list[str]:
    found = client.call("im.dialog.messages.get", DIALOG_ID=f"chat{chat}", **params).result["messages"]
    return [message["text"] for message in found]


def test_messages_come_with_the_documented_fields_newest_first(desk: Desk, chat: int) -> None:
    sent = desk.answer(chat, "Good morning")
    told = desk.operator.call("im.dialog.messages.get", DIALOG_ID=f"chat{chat}").result
    assert (set(told), told["chat_id"]) == ({"chat_id", "messages", "users", "files"}, chat)
    assert [message["text"] for message in told["messages"]] == ["Good morning", "Hello"]
    assert all(set(message) == MESSAGE for message in told["messages"])
    assert told["messages"][0] == {
        "id": sent,
        "chat_id": chat,
        "author_id": desk.operator_id,
        "date": "2027-01-15T08:00:00+00:00",
        "text": "Good morning",
        "unread": False,
        "uuid": None,
        "replaces": [],
        "params": [],
        "disappearing_date": None,
    }
    assert all(set(user) == set(USER.split()) for user in told["users"])
    assert sorted(user["name"] for user in told["users"]) == ["Anna Schmidt", "Klaus Weber"]
    assert told["files"] == []


def test_outer_ids_of_messages_are_told(desk: Desk, chat: int) -> None:
    sent = desk.answer(chat)
    confirmed = {
        "im": {"chat_id": chat, "message_id": sent},
        "message": {"id": ["out-1", "out-2"]},
        "chat": {"id": "x"},
    }
    desk.connector("send.status.delivery", MESSAGES=[confirmed])
    assert [message["params"]["connectorMid"] for message in desk.history(chat)] == [["ext-1"], ["out-1", "out-2"]]


def test_messages_come_in_windows(desk: Desk) -> None:
    chat, *_ = [desk.write_in(f"{number}") for number in range(25)]
    ids = [message["id"] for message in desk.history(chat)]
    operator = desk.operator
    assert messages(operator, chat) == [f"{number}" for number in range(24, 4, -1)]
    assert messages(operator, chat, LIMIT=3) == ["24", "23", "22"]
    assert messages(operator, chat, LAST_ID=ids[5], LIMIT=3) == ["4", "3", "2"]
    assert messages(operator, chat, FIRST_ID=ids[5], LIMIT=3) == ["8", "7", "6"]
    assert messages(operator, chat, LAST_ID=str(ids[1])) == ["0"]
    assert messages(operator, chat, FIRST_ID=ids[-1]) == []
    assert len(messages(operator, chat, LIMIT=999)) == 25
    assert len(messages(operator, chat, LIMIT=0)) == 1


@pytest.mark.parametrize("method", ["im.dialog.messages.get", "im.dialog.read"])
@pytest.mark.parametrize("name", [None, "", "abc", "chat", "sg5", "chat-1", ["chat1"], "chat1 or 1"])
def test_wrong_name_of_a_dialog(quick_desk: Desk, method: str, name: Any) -> None:
    assert refused(quick_desk.operator.call(method, DIALOG_ID=name)) == NO_ID
    assert refused(quick_desk.operator.call(method)) == NO_ID


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"LAST_ID": "abc"}, (400, "LAST_ID_STRING", "Last ID can't be string")),
        ({"LAST_ID": ["x"]}, (400, "LAST_ID_STRING", "Last ID can't be string")),
        ({"FIRST_ID": "abc"}, (400, "FIRST_ID_STRING", "First ID can't be string")),
        ({"LIMIT": "abc"}, (400, "PARAMS_ERROR", "Incorrect params")),
    ],
)
def test_wrong_bounds_of_a_window(desk: Desk, chat: int, params: dict[str, Any], told: tuple[int, str, str]) -> None:
    assert refused(desk.operator.call("im.dialog.messages.get", DIALOG_ID=f"chat{chat}", **params)) == told


@pytest.mark.parametrize("dialog", ["chat999", "1", "999"])
def test_messages_of_no_chat(desk: Desk, chat: int, dialog: str) -> None:
    assert refused(desk.operator.call("im.dialog.messages.get", DIALOG_ID=dialog)) == NO_ACCESS
    assert desk.operator.call("im.dialog.read", DIALOG_ID=dialog).result is False


def test_stranger_reads_nothing(desk: Desk, chat: int) -> None:
    client = stranger(desk.portal)
    assert refused(client.call("im.dialog.messages.get", DIALOG_ID=f"chat{chat}")) == NO_ACCESS
    assert client.call("im.dialog.read", DIALOG_ID=f"chat{chat}").result is False


def unread(desk: Desk, chat: int) -> tuple[int, list[bool]]:
    """Return the counter of a dialog and which of its messages are unread."""
    counter = desk.operator.call("imopenlines.dialog.get", CHAT_ID=chat).result["counter"]
    return counter, [message["unread"] for message in desk.history(chat)]


def test_messages_are_read_up_to_one_of_them(desk: Desk) -> None:
    chat, *_ = [desk.write_in(f"{number}") for number in range(4)]
    ids = [message["id"] for message in desk.history(chat)]
    assert unread(desk, chat) == (4, [True] * 4)
    reply = desk.operator.call("im.dialog.read", DIALOG_ID=f"chat{chat}", MESSAGE_ID=ids[1])
    assert reply.result == {"dialogId": f"chat{chat}", "chatId": chat, "lastId": ids[1], "counter": 2}
    assert unread(desk, chat) == (2, [False, False, True, True])
    desk.operator.call("im.dialog.read", DIALOG_ID=f"chat{chat}", MESSAGE_ID=ids[0])
    assert unread(desk, chat) == (2, [False, False, True, True]), "what is read stays read"
    reply = desk.operator.call("im.dialog.read", DIALOG_ID=f"chat{chat}")
    assert reply.result == {"dialogId": f"chat{chat}", "chatId": chat, "lastId": ids[3], "counter": 0}
    assert unread(desk, chat) == (0, [False] * 4)


def test_everybody_reads_for_themselves(desk: Desk, chat: int) -> None:
    admin = desk.portal.webhook()
    admin.call("im.dialog.read", DIALOG_ID=f"chat{chat}")
    assert unread(desk, chat) == (1, [True])
    assert admin.call("imopenlines.dialog.get", CHAT_ID=chat).result["counter"] == 0


def test_message_of_another_chat_is_not_read_here(desk: Desk, chat: int) -> None:
    other = desk.write_in(user={"id": "user-8"})
    (message,) = desk.history(other)
    for number in (message["id"], 999, 0):
        reply = desk.operator.call("im.dialog.read", DIALOG_ID=f"chat{chat}", MESSAGE_ID=number)
        assert refused(reply) == (400, "MESSAGE_ID_ERROR", "Message ID can't be empty")
