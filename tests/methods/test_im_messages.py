"""im.message.*: writing, changing and deleting of messages."""

from typing import Any

import pytest

from support.portal import Desk, Reply, refused
from tieline.domain.clock import DAY

ID_ERROR = (400, "MESSAGE_ID_ERROR", "Message ID can't be empty")
CANT_EDIT = (400, "CANT_EDIT_MESSAGE", "Time has expired for modification or you don't have access")


def add(desk: Desk, chat: int, **params: Any) -> Reply:
    return desk.operator.call("im.message.add", **({"DIALOG_ID": f"chat{chat}", "MESSAGE": "Text"} | params))


def texts(desk: Desk, chat: int) -> list[str]:
    return [message["text"] for message in desk.history(chat)]


def test_message_is_added_and_its_id_returned(desk: Desk, chat: int) -> None:
    number = add(desk, chat, MESSAGE="Good [b]morning[/b]\n👍", SYSTEM="N", URL_PREVIEW="Y").result
    assert isinstance(number, int)
    last = desk.history(chat)[-1]
    assert (last["id"], last["author_id"]) == (number, desk.operator_id)
    assert last["text"] == "Good [b]morning[/b]\n👍"


def test_text_outside_html_is_kept_as_it_is(desk: Desk, chat: int) -> None:
    text = "<b>&amp; \" ' \\ %s {0} \u202e</b>  two  blanks "
    add(desk, chat, MESSAGE=text)
    assert texts(desk, chat)[-1] == text


@pytest.mark.parametrize("length", [20_000, 20_001, 100_000])
def test_long_text_is_cut(desk: Desk, chat: int, length: int) -> None:
    assert add(desk, chat, MESSAGE="ä" * length).status == 200
    text = texts(desk, chat)[-1]
    assert len(text) == 20_000
    assert text.endswith(" (...)") is (length > 20_000)


def test_system_message_has_no_author(desk: Desk, chat: int) -> None:
    admin = desk.portal.webhook()
    number = admin.call("im.message.add", DIALOG_ID=f"chat{chat}", MESSAGE="Note", SYSTEM="Y").result
    last = desk.history(chat)[-1]
    assert (last["id"], last["author_id"], last["text"]) == (number, 0, "Note")


def test_reply_names_its_message(desk: Desk, chat: int) -> None:
    (question,) = desk.history(chat)
    add(desk, chat, REPLY_ID=question["id"])
    assert desk.history(chat)[-1]["params"] == {"REPLY_ID": question["id"]}


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"MESSAGE": ""}, (400, "MESSAGE_EMPTY", "Message can't be empty")),
        ({"MESSAGE": None}, (400, "MESSAGE_EMPTY", "Message can't be empty")),
        ({"MESSAGE": " \n\t"}, (400, "MESSAGE_EMPTY", "Message can't be empty")),
        ({"DIALOG_ID": ""}, (400, "USER_ID_EMPTY", "User ID can't be empty")),
        ({"DIALOG_ID": "abc"}, (400, "USER_ID_EMPTY", "User ID can't be empty")),
        ({"DIALOG_ID": "0"}, (400, "USER_ID_EMPTY", "User ID can't be empty")),
        ({"DIALOG_ID": "999"}, (400, "USER_NOT_FOUND", "User not found")),
        ({"DIALOG_ID": "chat999"}, (400, "CHAT_ID", "Error creating message")),
        ({"DIALOG_ID": "chat"}, (400, "CHAT_ID", "Error creating message")),
        ({"DIALOG_ID": "chatx"}, (400, "CHAT_ID", "Error creating message")),
        ({"DIALOG_ID": "sg1"}, (400, "CHAT_ID", "Error creating message")),
        ({"DIALOG_ID": ["chat1"]}, (400, "PARAMS_ERROR", "Incorrect params")),
        ({"MESSAGE": ["x"]}, (400, "PARAMS_ERROR", "Incorrect params")),
        ({"SYSTEM": "perhaps"}, (400, "PARAMS_ERROR", "Incorrect params")),
        ({"REPLY_ID": "x"}, (400, "PARAMS_ERROR", "Incorrect params")),
        ({"REPLY_ID": 999}, (400, "REPLY_ACCESS_ERROR", "Action unavailable")),
        ({"REPLY_ID": 2}, (400, "REPLY_FROM_OTHER_CHAT_ERROR", "You can only reply to a message within the same chat")),
    ],
)
def test_message_that_is_refused(quick_desk: Desk, params: dict[str, Any], told: tuple[int, str, str]) -> None:
    chat, _ = quick_desk.write_in(), quick_desk.write_in(user={"id": "user-8"})
    assert refused(add(quick_desk, chat, **params)) == told
    assert len(quick_desk.history(chat)) == 1


@pytest.mark.difference(20)
def test_link_in_a_message_is_made_into_no_card(desk: Desk, chat: int) -> None:
    add(desk, chat, MESSAGE="https://example.com/", URL_PREVIEW="Y")
    add(desk, chat, MESSAGE="https://example.com/", URL_PREVIEW="N")
    assert [message["params"] for message in desk.history(chat)[-2:]] == [[], {"URL_PREVIEW": "N"}]


def test_stranger_writes_nothing(desk: Desk, chat: int) -> None:
    hook = desk.portal.webhook(desk.portal.person())
    reply = hook.call("im.message.add", DIALOG_ID=f"chat{chat}", MESSAGE="x")
    assert refused(reply) == (400, "ACCESS_ERROR", "Action unavailable")


def test_message_is_changed(desk: Desk, chat: int) -> None:
    number = desk.answer(chat, "Befor")
    assert desk.operator.call("im.message.update", MESSAGE_ID=number, MESSAGE="Before").result is True
    last = desk.history(chat)[-1]
    assert (last["text"], last["params"]) == ("Before", {"IS_EDITED": "Y"})
    assert desk.operator.call("im.message.update", MESSAGE_ID=str(number), MESSAGE="x" * 30_000).result is True
    assert len(texts(desk, chat)[-1]) == 20_000


def test_change_without_a_text_changes_nothing(desk: Desk, chat: int) -> None:
    number = desk.answer(chat, "Same")
    for params in ({}, {"MESSAGE": None}, {"MESSAGE": "Same"}):
        assert desk.operator.call("im.message.update", MESSAGE_ID=number, **params).result is True
    last = desk.history(chat)[-1]
    assert (last["text"], last["params"]) == ("Same", [])


def test_empty_text_deletes_a_message(desk: Desk, chat: int) -> None:
    for text in ("", "  "):
        number = desk.answer(chat)
        assert desk.operator.call("im.message.update", MESSAGE_ID=number, MESSAGE=text).result is True
        last = desk.history(chat)[-1]
        assert (last["id"], last["text"], last["params"]) == (number, "", {"IS_DELETED": "Y"})


def test_message_is_deleted_and_its_place_stays(desk: Desk, chat: int) -> None:
    first, second = desk.answer(chat, "one"), desk.answer(chat, "two")
    assert desk.operator.call("im.message.delete", MESSAGE_ID=first).result is True
    assert texts(desk, chat) == ["Hello", "", "two"]
    assert [message["id"] for message in desk.history(chat)][1:] == [first, second]


def test_earlier_texts_are_kept(desk: Desk, chat: int) -> None:
    number = desk.answer(chat, "one")
    desk.operator.call("im.message.update", MESSAGE_ID=number, MESSAGE="two")
    desk.operator.call("im.message.delete", MESSAGE_ID=number)
    rows = desk.portal.read(lambda tx: tx.all("select text, editor_id from message_versions order by sequence"))
    assert [tuple(row) for row in rows] == [("one", desk.operator_id), ("two", desk.operator_id)]


@pytest.mark.parametrize("method", ["im.message.update", "im.message.delete"])
@pytest.mark.parametrize("number", [None, "", "abc", [], 0, 999])
def test_wrong_id_of_a_message(quick_desk: Desk, method: str, number: Any) -> None:
    assert refused(quick_desk.operator.call(method, MESSAGE_ID=number, MESSAGE="x")) == ID_ERROR
    assert refused(quick_desk.operator.call(method, MESSAGE="x")) == ID_ERROR


@pytest.mark.parametrize("method", ["im.message.update", "im.message.delete"])
def test_only_own_messages_are_changed(desk: Desk, chat: int, method: str) -> None:
    number = desk.answer(chat)
    (question, _) = desk.history(chat)
    admin, other = desk.portal.webhook(), desk.portal.webhook(desk.portal.person())
    for client, message in ((admin, number), (other, number), (desk.operator, question["id"])):
        assert refused(client.call(method, MESSAGE_ID=message, MESSAGE="x")) == CANT_EDIT
    system = add(desk, chat, SYSTEM="Y").result
    assert refused(desk.operator.call(method, MESSAGE_ID=system, MESSAGE="x")) == CANT_EDIT


@pytest.mark.parametrize("method", ["im.message.update", "im.message.delete"])
def test_message_may_be_changed_for_ten_days(desk: Desk, chat: int, method: str) -> None:
    first, second = desk.answer(chat), desk.answer(chat)
    desk.portal.clock.move(10 * DAY)
    assert desk.operator.call(method, MESSAGE_ID=first, MESSAGE="x").result is True
    desk.portal.clock.move(1)
    assert refused(desk.operator.call(method, MESSAGE_ID=second, MESSAGE="x")) == CANT_EDIT


def test_deleted_message_is_not_changed_any_more(desk: Desk, chat: int) -> None:
    number = desk.answer(chat)
    desk.operator.call("im.message.delete", MESSAGE_ID=number)
    for method in ("im.message.update", "im.message.delete"):
        assert refused(desk.operator.call(method, MESSAGE_ID=number, MESSAGE="x")) == CANT_EDIT


def test_message_of_a_switched_off_connector_is_kept_and_marked(desk: Desk, chat: int) -> None:
    desk.connector("activate", ACTIVE=0)
    number = desk.answer(chat)
    page = desk.portal.page(desk.operator_id)
    last = page.call("tieline.dialog.get", CHAT_ID=chat).result["messages"][-1]
    assert (last["id"], last["state"]) == (number, "failed")
    assert last["stateReason"] == "the connector is not active on this line"
