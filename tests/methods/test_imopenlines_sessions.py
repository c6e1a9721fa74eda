"""imopenlines.session.open and imopenlines.dialog.get: dialogs found from outside."""

from typing import Any

import pytest

from support.portal import Client, Desk, Portal, refused

NO_SESSION = (
    400,
    "ACCESS_DENIED",
    "You cannot open this conversation because you do not have sufficient permissions",
)
NO_DIALOG = (400, "ACCESS_ERROR", "You do not have access to the specified dialog")
DOCUMENTED = """id parent_chat_id parent_message_id name description owner extranet avatar color type counter
user_counter message_count unread_id restrictions last_message_id last_id marked_id disk_folder_id entity_type
entity_id entity_data_1 entity_data_2 entity_data_3 mute_list date_create message_type public role entity_link
text_field_enabled background_id permissions is_new readed_list manager_list last_message_views dialog_id"""


def customer(desk: Desk, chat: int) -> int:
    """Our id of who wrote from outside."""
    return desk.history(chat)[0]["author_id"]


def stranger(portal: Portal) -> Client:
    return portal.webhook(portal.person())


@pytest.mark.parametrize(
    "code",
    [
        "{c}|{l}|channel-123|{u}",
        "{c}|{l}|channel-123|user-7",
        "imol|{c}|{l}|channel-123|{u}",
        "MyConnector|{l}|channel-123|user-7",
    ],
)
def test_dialog_is_found_by_its_user_code(desk: Desk, chat: int, code: str) -> None:
    code = code.format(c=desk.code, l=desk.line, u=customer(desk, chat))
    assert desk.operator.call("imopenlines.session.open", USER_CODE=code).result == {"chatId": str(chat)}
    assert desk.operator.call("imopenlines.dialog.get", USER_CODE=code).result["id"] == chat


def test_user_code_of_one_user_is_not_that_of_another(desk: Desk, chat: int) -> None:
    other = desk.write_in("Me too", user={"id": "user-8"})
    assert other != chat
    for user, found in (("user-7", chat), ("user-8", other)):
        code = f"{desk.code}|{desk.line}|channel-123|{user}"
        assert desk.operator.call("imopenlines.session.open", USER_CODE=code).result == {"chatId": str(found)}


def test_any_user_of_a_group_names_its_dialog(portal: Portal) -> None:
    desk = Desk(portal, CHAT_GROUP=True)
    chat = desk.write_in("Hello")
    assert desk.write_in("Hello", user={"id": "user-8"}) == chat
    for user in ("user-7", "user-8"):
        code = f"{desk.code}|{desk.line}|channel-123|{user}"
        assert desk.operator.call("imopenlines.session.open", USER_CODE=code).result == {"chatId": str(chat)}


def test_number_from_outside_is_found_unless_it_is_our_own_id(desk: Desk) -> None:
    chat = desk.write_in("Hello", user={"id": "700"}, chat={"id": "numbers"})
    code = f"{desk.code}|{desk.line}|numbers|700"
    assert desk.operator.call("imopenlines.session.open", USER_CODE=code).result == {"chatId": str(chat)}


@pytest.mark.parametrize(
    "code",
    ["abc", "a|b|c", "a|b|c|d|e", "myconnector|x|channel-123|user-7", "myconnector|999|channel-123|user-7",
     "myconnector|{l}|other|user-7", "myconnector|{l}|channel-123|stranger", "other|{l}|channel-123|user-7"],
)  # fmt: skip
def test_user_code_that_names_no_dialog(quick_desk: Desk, code: str) -> None:
    quick_desk.write_in("Hello")
    code = code.format(l=quick_desk.line)
    assert refused(quick_desk.operator.call("imopenlines.session.open", USER_CODE=code)) == NO_SESSION
    assert refused(quick_desk.operator.call("imopenlines.dialog.get", USER_CODE=code)) == NO_DIALOG


@pytest.mark.parametrize("params", [{}, {"USER_CODE": ""}, {"USER_CODE": None}])
def test_session_is_not_opened_without_a_user_code(quick_desk: Desk, params: dict[str, Any]) -> None:
    assert refused(quick_desk.operator.call("imopenlines.session.open", **params)) == NO_SESSION


def test_documented_fields_of_a_dialog(desk: Desk, chat: int) -> None:
    told = desk.operator.call("imopenlines.dialog.get", CHAT_ID=chat).result
    (message,) = desk.history(chat)
    user = message["author_id"]
    code = f"{desk.code}|{desk.line}|channel-123|{user}"
    assert set(DOCUMENTED.split()) <= set(told)
    expected = {
        "id": chat,
        "dialog_id": f"chat{chat}",
        "name": "Anna Schmidt - Support",
        "description": None,
        "owner": desk.operator_id,
        "manager_list": [desk.operator_id],
        "type": "lines",
        "message_type": "L",
        "entity_type": "LINES",
        "entity_id": code,
        "entity_data_1": "Y|LEAD|1|N|N|1|1800000000|0|0|0",
        "entity_data_2": "LEAD|1|COMPANY|0|CONTACT|0|DEAL|0",
        "entity_data_3": "N",
        "entity_link": {"type": "LINES", "url": "", "id": code},
        "counter": 1,
        "message_count": 1,
        "user_counter": 2,
        "last_message_id": message["id"],
        "last_id": 0,
        "last_message_views": {"message_id": message["id"], "first_viewers": [], "count_of_viewers": 0},
        "readed_list": [],
        "role": "owner",
        "text_field_enabled": True,
        "date_create": "2027-01-15T08:00:00+00:00",
    }
    assert {name: told[name] for name in expected} == expected
    assert told["restrictions"]["send"] is True
    assert told["permissions"]["can_post"] == "member"


def test_dialog_is_found_by_each_of_its_names(desk: Desk, chat: int) -> None:
    session = desk.send(desk.message("More"))[0]["session"]["ID"]
    code = f"{desk.code}|{desk.line}|channel-123|user-7"
    for name, value in (
        ("CHAT_ID", chat),
        ("CHAT_ID", str(chat)),
        ("DIALOG_ID", f"chat{chat}"),
        ("SESSION_ID", session),
        ("USER_CODE", code),
    ):
        assert desk.operator.call("imopenlines.dialog.get", **{name: value}).result["id"] == chat


def test_earlier_session_names_the_dialog_too(desk: Desk, chat: int) -> None:
    desk.answer(chat)
    assert desk.operator.call("imopenlines.operator.finish", CHAT_ID=chat).result is True
    assert desk.send(desk.message("Again"))[0]["session"] == {"ID": "2", "CHAT_ID": str(chat)}
    for session in (1, 2):
        told = desk.operator.call("imopenlines.dialog.get", SESSION_ID=session).result
        assert (told["id"], told["entity_data_1"].split("|")[5]) == (chat, "2")


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"CHAT_ID": 999},
        {"CHAT_ID": 0},
        {"CHAT_ID": "abc"},
        {"CHAT_ID": [1]},
        {"DIALOG_ID": "999"},
        {"DIALOG_ID": "1"},
        {"DIALOG_ID": "sg1"},
        {"DIALOG_ID": "chat"},
        {"SESSION_ID": 999},
        {"SESSION_ID": "x"},
        {"USER_CODE": "x"},
    ],
)
def test_dialog_that_is_not_there(quick_desk: Desk, params: dict[str, Any]) -> None:
    quick_desk.write_in("Hello")
    assert refused(quick_desk.operator.call("imopenlines.dialog.get", **params)) == NO_DIALOG


def test_stranger_is_told_the_same_as_of_nothing(desk: Desk, chat: int) -> None:
    client = stranger(desk.portal)
    code = f"{desk.code}|{desk.line}|channel-123|user-7"
    assert refused(client.call("imopenlines.session.open", USER_CODE=code)) == NO_SESSION
    for params in ({"CHAT_ID": chat}, {"DIALOG_ID": f"chat{chat}"}, {"SESSION_ID": 1}, {"USER_CODE": code}):
        assert refused(client.call("imopenlines.dialog.get", **params)) == NO_DIALOG


def test_colleague_of_the_queue_reads_and_is_told_that_writing_is_not_for_him(desk: Desk) -> None:
    colleague = desk.portal.person()
    desk.app.call("imopenlines.config.update", CONFIG_ID=desk.line, PARAMS={"QUEUE": [desk.operator_id, colleague]})
    chat = desk.write_in()
    hook = desk.portal.webhook(colleague)
    waiting = hook.call("imopenlines.dialog.get", CHAT_ID=chat).result
    assert (waiting["text_field_enabled"], waiting["role"]) == (True, "member")
    desk.answer(chat)
    taken = hook.call("imopenlines.dialog.get", CHAT_ID=chat).result
    assert (taken["text_field_enabled"], taken["owner"]) == (False, desk.operator_id)


def test_read_by_the_customer_is_told(desk: Desk, chat: int) -> None:
    message = desk.answer(chat)
    desk.portal.clock.move(5_000)
    confirmed = {"im": {"chat_id": chat, "message_id": message}, "message": {"id": ["out-1"]}, "chat": {"id": "x"}}
    desk.connector("send.status.delivery", MESSAGES=[confirmed])
    told = desk.operator.call("imopenlines.dialog.get", CHAT_ID=chat).result
    assert told["readed_list"] == [
        {
            "user_id": customer(desk, chat),
            "user_name": "Anna Schmidt",
            "message_id": message,
            "date": "2027-01-15T08:00:05+00:00",
        }
    ]
    assert told["counter"] == 0, "who writes has read what stands before"


VOTE = "imopenlines.session.head.vote"


def test_administrator_judges_a_session(desk: Desk) -> None:
    chat = desk.write_in()
    admin = desk.portal.webhook()
    number = int(admin.call("imopenlines.dialog.get", CHAT_ID=chat).result["entity_data_1"].split("|")[5])

    def kept() -> Any:
        return desk.portal.read(lambda tx: tuple(tx.one("select head_vote, head_comment from sessions")))

    assert kept() == (0, None)
    assert admin.call(VOTE, SESSION_ID=number, RATING=4).result is True
    assert kept() == (4, None)
    assert admin.call(VOTE, SESSION_ID=number, COMMENT=" Well done ").result is True
    assert kept() == (4, "Well done")
    assert admin.call(VOTE, SESSION_ID=number, RATING="2", COMMENT="No").result is True
    assert kept() == (2, "No")
    denied = (
        400, "ACCESS_DENIED", "You cannot open this conversation because you do not have sufficient permissions"
    )  # fmt: skip
    assert refused(desk.operator.call(VOTE, SESSION_ID=number, RATING=5)) == denied
    assert refused(admin.call(VOTE, SESSION_ID=999, RATING=5)) == denied
    assert kept() == (2, "No")


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"RATING": 5}, "EMPTY_SESSION_ID"),
        ({"SESSION_ID": 0, "RATING": 5}, "EMPTY_SESSION_ID"),
        ({"SESSION_ID": "x", "RATING": 5}, "EMPTY_SESSION_ID"),
        ({"SESSION_ID": 1}, "EMPTY_VOTE_PARAMS"),
        ({"SESSION_ID": 1, "RATING": 6}, "EMPTY_VOTE_PARAMS"),
        ({"SESSION_ID": 1, "RATING": "x"}, "EMPTY_VOTE_PARAMS"),
    ],
)
def test_judgement_needs_a_session_and_an_opinion(quick_desk: Desk, params: dict[str, Any], code: str) -> None:
    assert quick_desk.portal.webhook().call(VOTE, **params).error == (400, code)
