"""imconnector.send.status.delivery and send.status.reading: what a connector says of operators' messages."""

import pytest

from support.portal import Desk

ACCEPTED = {"SUCCESS": True, "DATA": []}


def confirmation(chat_id: object, message_id: object, **parts) -> dict:
    return {"im": {"chat_id": chat_id, "message_id": message_id}, **parts}


def deliver(desk: Desk, *messages: dict) -> None:
    assert desk.connector("send.status.delivery", MESSAGES=list(messages)).result == ACCEPTED


def state(desk: Desk, chat: int, message: int) -> str | None:
    dialog = desk.portal.page(desk.operator_id).call("tieline.dialog.get", CHAT_ID=chat).result
    return {shown["id"]: shown["state"] for shown in dialog["messages"]}[message]


def outer_ids(desk: Desk, chat: int, message: int) -> list[str] | None:
    params = {shown["id"]: shown["params"] for shown in desk.history(chat)}[message]
    return params["connectorMid"] if params else None


def test_documented_confirmation_marks_the_message_read_and_names_it(desk: Desk) -> None:
    chat = desk.write_in()
    message = desk.answer(chat)
    assert (state(desk, chat, message), outer_ids(desk, chat, message)) == ("sent", None)
    deliver(
        desk,
        confirmation(chat, message, message={"id": ["ext-msg-1007"], "date": 1773266993}, chat={"id": "channel-123"}),
    )
    assert (state(desk, chat, message), outer_ids(desk, chat, message)) == ("read", ["ext-msg-1007"])


def test_form_of_a_php_client_confirms(desk: Desk) -> None:
    chat = desk.write_in()
    first, second = desk.answer(chat), desk.answer(chat)
    body = (
        f"CONNECTOR=MyConnector&LINE={desk.line}&MESSAGES[0][im][chat_id]={chat}"
        f"&MESSAGES[0][im][message_id]={first}&MESSAGES[0][message][id][]=a&MESSAGES[0][message][id][]=b"
        f"&MESSAGES[0][message][date]=1773266993&MESSAGES[0][chat][id]=channel-123&MESSAGES[1][im][chat_id]={chat}"
        f"&MESSAGES[1][im][message_id]={second}&MESSAGES[1][message][id]=c"
    )
    assert desk.app.form("imconnector.send.status.delivery", body).result == ACCEPTED
    assert (outer_ids(desk, chat, first), outer_ids(desk, chat, second)) == (["a", "b"], ["c"])
    assert desk.app.form("imconnector.send.status.reading", body).result == ACCEPTED


@pytest.mark.parametrize(
    ("parts", "names"),
    [
        ({"message": {"id": ["a", "b"]}}, ["a", "b"]),
        ({"message": {"id": [1007, "b"]}}, ["1007", "b"]),
        ({"message": {"id": "a"}}, ["a"]),
        ({"message": {"id": 1007}}, ["1007"]),
        ({"message": {"id": {"5": "a"}}}, ["a"]),
        ({"message": {"id": []}}, None),
        ({"message": {"id": ""}}, None),
        ({"message": {"id": None}}, None),
        ({"message": []}, None),
        ({"message": None, "chat": None}, None),
        ({}, None),
    ],
)
def test_outer_ids_may_be_a_list_one_or_none(quick_desk: Desk, parts: dict, names: list | None) -> None:
    chat = quick_desk.write_in()
    message = quick_desk.answer(chat)
    deliver(quick_desk, confirmation(str(chat), str(message), **parts))
    assert (state(quick_desk, chat, message), outer_ids(quick_desk, chat, message)) == ("read", names)


def test_later_confirmation_renames_the_message_and_one_without_ids_keeps_its_names(desk: Desk) -> None:
    chat = desk.write_in()
    message = desk.answer(chat)
    deliver(desk, confirmation(chat, message, message={"id": ["a", "b"]}))
    deliver(desk, confirmation(chat, message, message={"id": "c"}))
    deliver(desk, confirmation(chat, message))
    assert outer_ids(desk, chat, message) == ["c"]


def test_very_long_outer_id_is_kept(desk: Desk) -> None:
    chat = desk.write_in()
    message = desk.answer(chat)
    name = "".join(chr(0x4E00 + number) for number in range(5_000))
    deliver(desk, confirmation(chat, message, message={"id": [name]}))
    assert outer_ids(desk, chat, message) == [name]


def test_reading_marks_the_message_read_without_naming_it(desk: Desk) -> None:
    chat = desk.write_in()
    message = desk.answer(chat)
    told = confirmation(chat, message, message={"id": ["ext-msg-1007"]}, chat={"id": "channel-123"})
    assert desk.connector("send.status.reading", MESSAGES=[told]).result == ACCEPTED
    assert (state(desk, chat, message), outer_ids(desk, chat, message)) == ("read", None)
    deliver(desk, told)
    assert outer_ids(desk, chat, message) == ["ext-msg-1007"]


def test_read_list_of_the_dialog_names_the_customer(desk: Desk) -> None:
    chat = desk.write_in()
    message = desk.answer(chat)
    deliver(desk, confirmation(chat, message))
    (read,) = desk.operator.call("imopenlines.dialog.get", CHAT_ID=chat).result["readed_list"]
    assert (read["user_name"], read["message_id"]) == ("Anna Schmidt", message)
    assert read["date"] == "2027-01-15T08:00:00+00:00"


@pytest.mark.parametrize("method", ["send.status.delivery", "send.status.reading"])
def test_what_is_unknown_is_accepted_and_what_is_known_beside_it_counts(desk: Desk, method: str) -> None:
    chat = desk.write_in()
    message = desk.answer(chat)
    elsewhere = desk.write_in(chat={"id": "channel-456"})
    foreign = desk.answer(elsewhere)
    unknown = [
        {},
        {"im": []},
        {"im": {"chat_id": chat}},
        confirmation(999_999, message),
        confirmation(chat, 999_999),
        confirmation(2**63 - 1, -1),
        confirmation(chat, foreign),
    ]
    assert desk.connector(method, MESSAGES=[*unknown, confirmation(chat, message)]).result == ACCEPTED
    assert (state(desk, chat, message), state(desk, elsewhere, foreign)) == ("read", "sent")


def test_message_of_the_customer_cannot_be_confirmed(desk: Desk) -> None:
    chat = desk.write_in(message={"id": "a"})
    (message,) = desk.history(chat)
    deliver(desk, confirmation(chat, message["id"], message={"id": ["b"]}))
    assert (state(desk, chat, message["id"]), outer_ids(desk, chat, message["id"])) == (None, ["a"])


def test_message_on_another_line_cannot_be_confirmed(desk: Desk) -> None:
    chat = desk.write_in()
    message = desk.answer(chat)
    line = desk.portal.line(desk.operator_id, name="Sales")
    desk.connector("activate", LINE=line, ACTIVE=1)
    told = confirmation(chat, message)
    assert desk.connector("send.status.delivery", LINE=line, MESSAGES=[told]).result == ACCEPTED
    assert state(desk, chat, message) == "sent"


@pytest.mark.parametrize("method", ["send.status.delivery", "send.status.reading"])
@pytest.mark.parametrize(
    ("messages", "text"),
    [
        ("Hello", "The value of an argument 'MESSAGES' must be of type array"),
        (["Hello"], "The MESSAGES parameter must be an array of messages (arrays)"),
        ([{"im": "Hello"}], "The incorrect structure of a message inside MESSAGES parameter"),
        ([{"im": {"chat_id": "Hello"}}], "The incorrect structure of a message inside MESSAGES parameter"),
        ([{"im": {"chat_id": 2**70}}], "The incorrect structure of a message inside MESSAGES parameter"),
    ],
)
def test_malformed_confirmations_refuse_the_request(quick_desk: Desk, method: str, messages, text: str) -> None:
    reply = quick_desk.app.call(
        f"imconnector.{method}", CONNECTOR="myconnector", LINE=quick_desk.line, MESSAGES=messages
    )
    assert reply.error == (400, "ERROR_ARGUMENT")
    assert reply.text == text
