"""imopenlines.message.*: a session that begins with a message, and messages that are kept as quick answers."""

from typing import Any

import pytest

from support.portal import Client, Desk, Portal, Reply, refused

WRONG_CHAT = (400, "CHAT_ID", "The specified chat identifier is incorrect")
DENIED = (400, "ACCESS_DENIED", "You cannot open this conversation as you do not have sufficient rights")
NOT_SAVED = (400, "CANT_SAVE_QUICK_ANSWER", "Error saving quick answer")


def start(client: Client, chat: int, message: Any) -> Reply:
    return client.call("imopenlines.message.session.start", CHAT_ID=chat, MESSAGE_ID=message)


def save(client: Client, chat: int, message: Any) -> Reply:
    return client.call("imopenlines.message.quick.save", CHAT_ID=chat, MESSAGE_ID=message)


def history(desk: Desk, chat: int) -> dict[str, Any]:
    return desk.operator.call("imopenlines.session.history.get", CHAT_ID=chat).result


def texts(told: dict[str, Any]) -> list[str]:
    return [message["text"] for message in told["message"].values()]


def page_texts(client: Client, chat: int | None = None) -> list[str]:
    return [answer["text"] for answer in client.call("tieline.quick.list", CHAT_ID=chat).result]


# A session that begins with a message


def test_message_begins_a_session_of_the_callers(desk: Desk) -> None:
    chat = desk.write_in("About my order")
    desk.answer(chat, "It is on its way")
    desk.write_in("And what about the other one?")
    question = desk.history(chat)[-1]["id"]
    before = history(desk, chat)["sessionId"]
    assert start(desk.operator, chat, question).result is True
    told = history(desk, chat)
    assert (texts(told), told["sessionId"] > before) == (["And what about the other one?"], True)
    earlier = desk.operator.call("imopenlines.session.history.get", SESSION_ID=before).result
    assert texts(earlier) == ["It is on its way", "About my order"]
    dialog = desk.portal.page(desk.operator_id).call("tieline.dialog.get", CHAT_ID=chat).result["dialog"]
    assert dialog["operator"]["id"] == desk.operator_id
    assert (dialog["session"], dialog["waitingSince"] is None) == (
        {"id": told["sessionId"], "status": "answered"},
        False,
    )


def test_own_message_leaves_nobody_waiting(quick_desk: Desk) -> None:
    chat = quick_desk.write_in()
    message = quick_desk.answer(chat, "Is there anything else?")
    start(quick_desk.operator, chat, message)
    page = quick_desk.portal.page(quick_desk.operator_id)
    assert page.call("tieline.dialog.get", CHAT_ID=chat).result["dialog"]["waitingSince"] is None
    assert texts(history(quick_desk, chat)) == ["Is there anything else?"]


def test_message_of_a_closed_session_begins_a_new_one(quick_desk: Desk) -> None:
    chat = quick_desk.write_in("One more thing")
    quick_desk.operator.call("imopenlines.operator.finish", CHAT_ID=chat)
    assert start(quick_desk.operator, chat, quick_desk.history(chat)[0]["id"]).result is True
    assert texts(history(quick_desk, chat)) == ["One more thing"]


def test_open_page_is_told_of_the_move(quick_desk: Desk) -> None:
    chat = quick_desk.write_in("One")
    page = quick_desk.portal.page(quick_desk.operator_id)
    known = page.call("tieline.dialog.get", CHAT_ID=chat).result["dialog"]["sequence"]
    start(quick_desk.operator, chat, quick_desk.history(chat)[0]["id"])
    changed = page.call("tieline.dialog.get", CHAT_ID=chat, SINCE=known).result["messages"]
    assert [message["text"] for message in changed] == ["One"]


@pytest.mark.parametrize("message", [None, "", "abc", 0, 999, [1]])
def test_unknown_message_begins_nothing(quick_desk: Desk, message: Any) -> None:
    chat = quick_desk.write_in()
    before = history(quick_desk, chat)["sessionId"]
    assert refused(start(quick_desk.operator, chat, message)) == DENIED
    assert history(quick_desk, chat)["sessionId"] == before


def test_message_of_another_chat_or_a_deleted_one_begins_nothing(quick_desk: Desk) -> None:
    chat, other = quick_desk.write_in(), quick_desk.write_in(user={"id": "user-8"})
    deleted = quick_desk.answer(chat)
    quick_desk.operator.call("im.message.delete", MESSAGE_ID=deleted)
    for message in (quick_desk.history(other)[0]["id"], deleted):
        assert refused(start(quick_desk.operator, chat, message)) == DENIED


@pytest.mark.parametrize("method", ["imopenlines.message.session.start", "imopenlines.message.quick.save"])
@pytest.mark.parametrize("chat", [None, "", "abc", 0, 999, [1]])
def test_wrong_chat_is_refused(quick_desk: Desk, method: str, chat: Any) -> None:
    quick_desk.write_in()
    assert refused(quick_desk.operator.call(method, CHAT_ID=chat, MESSAGE_ID=1)) == WRONG_CHAT


def test_stranger_does_nothing_with_a_message(quick_portal: Portal, quick_desk: Desk) -> None:
    chat = quick_desk.write_in()
    message = quick_desk.history(chat)[0]["id"]
    stranger = quick_portal.webhook(quick_portal.person())
    assert refused(start(stranger, chat, message)) == DENIED
    assert refused(save(stranger, chat, message)) == DENIED


# Messages as quick answers


def test_message_is_kept_as_an_answer_of_its_line(desk: Desk) -> None:
    chat = desk.write_in("When do you open?")
    message = desk.answer(chat, "We open at nine.")
    assert save(desk.operator, chat, message).result is True
    assert save(desk.operator, chat, message).result is True, "it is kept once"
    [answer] = desk.portal.page(desk.operator_id).call("tieline.quick.list", CHAT_ID=chat).result
    assert answer == {"id": answer["id"], "text": "We open at nine.", "line": desk.line, "canChange": True}


def test_customers_message_is_kept_too(quick_desk: Desk) -> None:
    chat = quick_desk.write_in("Thank you very much")
    assert save(quick_desk.operator, chat, quick_desk.history(chat)[0]["id"]).result is True
    assert page_texts(quick_desk.portal.page(quick_desk.operator_id), chat) == ["Thank you very much"]


@pytest.mark.parametrize("message", [None, "", "abc", 0, 999])
def test_message_that_is_not_there_is_not_kept(quick_desk: Desk, message: Any) -> None:
    chat = quick_desk.write_in()
    assert refused(save(quick_desk.operator, chat, message)) == NOT_SAVED


def test_message_without_text_or_of_another_chat_is_not_kept(quick_desk: Desk) -> None:
    files = {"files": [{"url": "http://127.0.0.1:9/a.png"}]}
    chat, other = quick_desk.write_in("", message=files), quick_desk.write_in(user={"id": "user-8"})
    deleted = quick_desk.answer(chat)
    quick_desk.operator.call("im.message.delete", MESSAGE_ID=deleted)
    for message in (quick_desk.history(chat)[0]["id"], quick_desk.history(other)[0]["id"], deleted):
        assert refused(save(quick_desk.operator, chat, message)) == NOT_SAVED


def test_who_only_joined_keeps_no_answers_of_the_line(quick_desk: Desk) -> None:
    portal, chat = quick_desk.portal, quick_desk.write_in()
    guest = portal.person()
    quick_desk.operator.call("imopenlines.operator.transfer", CHAT_ID=chat, USER_ID=guest)
    message = quick_desk.history(chat)[0]["id"]
    assert refused(save(portal.webhook(guest), chat, message)) == DENIED
    assert save(portal.webhook(), chat, message).result is True


def test_store_of_answers_is_limited(quick_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieline.services.quick_answers.MAX_ANSWERS", 1)
    chat = quick_desk.write_in()
    assert save(quick_desk.operator, chat, quick_desk.answer(chat, "One")).result is True
    assert refused(save(quick_desk.operator, chat, quick_desk.answer(chat, "Two"))) == NOT_SAVED
