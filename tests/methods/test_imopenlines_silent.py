"""imopenlines.session.mode.silent: what operators write stays inside, then and later."""

from typing import Any

import pytest

from support.portal import Desk, Portal, Reply, refused
from support.receiver import Receiver

WRONG_CHAT = (400, "CHAT_ID", "The specified chat identifier is incorrect")
DENIED = (400, "ACCESS_DENIED", "You cannot open this conversation as you do not have sufficient rights")
NO_DIALOG = (403, "ACCESS_ERROR", "You do not have access to the specified dialog")
NO_TEXT = (400, "MESSAGE_EMPTY", "Message can't be empty")
EVENTS = (
    *("OnImConnectorMessageAdd", "OnImConnectorMessageUpdate", "OnImConnectorMessageDelete"),
    *("OnOpenLineMessageAdd", "OnOpenLineMessageUpdate", "OnOpenLineMessageDelete"),
)


def silence(desk: Desk, chat: int, activate: str | None = "Y") -> Reply:
    given = {} if activate is None else {"ACTIVATE": activate}
    return desk.operator.call("imopenlines.session.mode.silent", CHAT_ID=chat, **given)


def mode(desk: Desk, chat: int) -> str:
    return desk.operator.call("imopenlines.dialog.get", CHAT_ID=chat).result["entity_data_3"]


def page(desk: Desk, chat: int) -> dict[str, Any]:
    return desk.portal.page(desk.operator_id).call("tieline.dialog.get", CHAT_ID=chat).result


def test_notes_stay_inside(desk: Desk, receiver: Receiver) -> None:
    chat = desk.write_in()
    desk.answer(chat, "I will ask")
    desk.bind(*EVENTS)
    assert silence(desk, chat).result is True
    note = desk.answer(chat, "Is he a friend of ours?")
    desk.operator.call("im.message.add", DIALOG_ID=f"chat{chat}", MESSAGE="As the system", SYSTEM="Y")
    assert desk.operator.call("im.message.update", MESSAGE_ID=note, MESSAGE="Is she?").result is True
    assert desk.operator.call("im.message.delete", MESSAGE_ID=note).result is True
    assert silence(desk, chat, "N").result is True
    desk.answer(chat, "Here is the answer")
    told = receiver.wait(2)
    assert [one.event for one in told] == ["ONOPENLINEMESSAGEADD", "ONIMCONNECTORMESSAGEADD"]
    assert told[1].flat["data[MESSAGES][0][message][text]"].endswith("Here is the answer")
    receiver.nothing_more(2)


def test_notes_are_shown_as_notes_after_silent_mode_too(desk: Desk) -> None:
    chat = desk.write_in()
    silence(desk, chat)
    note = desk.answer(chat, "A note")
    silence(desk, chat, "N")
    answer = desk.answer(chat, "An answer")
    shown = {one["id"]: (one["private"], one["state"]) for one in page(desk, chat)["messages"]}
    assert (shown[note], shown[answer]) == ((True, None), (False, "sent"))
    params = {one["id"]: one["params"] for one in desk.history(chat)}
    assert (params[note], params[answer]) == ({"PRIVATE": "Y"}, [])
    told = desk.operator.call("imopenlines.session.history.get", CHAT_ID=chat).result["message"]
    assert (told[str(note)]["params"], told[str(answer)]["params"]) == ({"private": "Y"}, [])


def test_note_is_changed_inside_after_silent_mode_ended(desk: Desk, receiver: Receiver) -> None:
    chat = desk.write_in()
    silence(desk, chat)
    note = desk.answer(chat, "A note")
    silence(desk, chat, "N")
    desk.bind(*EVENTS)
    desk.operator.call("im.message.update", MESSAGE_ID=note, MESSAGE="Another note")
    desk.operator.call("im.message.delete", MESSAGE_ID=note)
    receiver.nothing_more(0)


def test_message_of_before_is_changed_outside_in_silent_mode(desk: Desk, receiver: Receiver) -> None:
    chat = desk.write_in()
    message = desk.answer(chat, "At nine")
    silence(desk, chat)
    desk.bind("OnImConnectorMessageUpdate", "OnImConnectorMessageDelete")
    desk.operator.call("im.message.update", MESSAGE_ID=message, MESSAGE="At ten")
    desk.operator.call("im.message.delete", MESSAGE_ID=message)
    assert [one.event for one in receiver.wait(2)] == ["ONIMCONNECTORMESSAGEUPDATE", "ONIMCONNECTORMESSAGEDELETE"]


def test_mode_is_told_and_ends_with_the_session(desk: Desk) -> None:
    chat = desk.write_in()
    assert (mode(desk, chat), page(desk, chat)["dialog"]["silent"]) == ("N", False)
    silence(desk, chat)
    assert (mode(desk, chat), page(desk, chat)["dialog"]["silent"]) == ("Y", True)
    desk.operator.call("imopenlines.operator.answer", CHAT_ID=chat)
    desk.operator.call("imopenlines.operator.finish", CHAT_ID=chat)
    assert mode(desk, chat) == "N"
    desk.write_in("Once more")
    assert mode(desk, chat) == "N"


@pytest.mark.parametrize("activate", ["N", "", "yes", "1", None])
def test_anything_but_y_ends_it(quick_desk: Desk, activate: str | None) -> None:
    chat = quick_desk.write_in()
    silence(quick_desk, chat)
    assert silence(quick_desk, chat, activate).result is True
    assert mode(quick_desk, chat) == "N"


def test_mode_that_is_on_may_be_switched_on(quick_desk: Desk) -> None:
    chat = quick_desk.write_in()
    assert [silence(quick_desk, chat).result, silence(quick_desk, chat, "y").result] == [True, True]
    assert mode(quick_desk, chat) == "Y"


def test_note_neither_takes_a_dialog_nor_answers_it(desk: Desk) -> None:
    chat = desk.write_in()
    silence(desk, chat)
    desk.answer(chat, "Who knows her?")
    dialog = page(desk, chat)["dialog"]
    assert (dialog["session"]["status"], dialog["waitingSince"]) == ("new", "2027-01-15T08:00:00+00:00")
    silence(desk, chat, "N")
    desk.answer(chat, "Good afternoon")
    dialog = page(desk, chat)["dialog"]
    assert (dialog["session"]["status"], dialog["waitingSince"]) == ("answered", None)


def test_word_of_a_connector_on_a_note_is_passed_over(desk: Desk) -> None:
    chat = desk.write_in()
    silence(desk, chat)
    note = desk.answer(chat, "A note")
    item = {"im": {"chat_id": chat, "message_id": note}, "message": {"id": ["out-1"]}}
    desk.connector("send.status.delivery", MESSAGES=[item])
    assert desk.history(chat)[-1]["params"] == {"PRIVATE": "Y"}


def test_note_of_the_pages_is_private_in_any_mode(desk: Desk, receiver: Receiver) -> None:
    chat = desk.write_in()
    desk.bind(*EVENTS)
    klaus = desk.portal.page(desk.operator_id)
    note = klaus.call("tieline.note.add", CHAT_ID=chat, MESSAGE="A note").result
    shown = page(desk, chat)
    assert (shown["messages"][-1]["id"], shown["messages"][-1]["private"]) == (note, True)
    assert shown["dialog"]["session"]["status"] == "new"
    desk.operator.call("imopenlines.operator.finish", CHAT_ID=chat)
    assert klaus.call("tieline.note.add", CHAT_ID=chat, MESSAGE="Afterwards").result > note
    assert page(desk, chat)["dialog"]["session"]["status"] == "closed"
    receiver.nothing_more(0)


def test_note_needs_a_text_and_a_dialog_to_write_in(quick_portal: Portal, quick_desk: Desk) -> None:
    chat = quick_desk.write_in()
    operator, stranger = quick_portal.page(quick_desk.operator_id), quick_portal.page(quick_portal.person())
    for text in (None, "", "  "):
        assert refused(operator.call("tieline.note.add", CHAT_ID=chat, MESSAGE=text)) == NO_TEXT
    assert refused(stranger.call("tieline.note.add", CHAT_ID=chat, MESSAGE="Hello")) == NO_DIALOG
    for wrong in (None, 0, "abc", 999):
        assert refused(operator.call("tieline.note.add", CHAT_ID=wrong, MESSAGE="Hello")) == NO_DIALOG


@pytest.mark.parametrize("given", [{}, {"CHAT_ID": ""}, {"CHAT_ID": "abc"}, {"CHAT_ID": 0}, {"CHAT_ID": 999}])
def test_wrong_chat_is_refused(quick_desk: Desk, given: dict[str, Any]) -> None:
    reply = quick_desk.operator.call("imopenlines.session.mode.silent", ACTIVATE="Y", **given)
    assert refused(reply) == WRONG_CHAT


def test_silent_mode_is_for_those_who_write_into_an_open_dialog(quick_portal: Portal, quick_desk: Desk) -> None:
    chat = quick_desk.write_in()
    stranger = quick_portal.webhook(quick_portal.person())
    assert refused(stranger.call("imopenlines.session.mode.silent", CHAT_ID=chat, ACTIVATE="Y")) == DENIED
    quick_desk.operator.call("imopenlines.operator.finish", CHAT_ID=chat)
    assert refused(silence(quick_desk, chat)) == DENIED
