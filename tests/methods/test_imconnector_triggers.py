"""When the events of imconnector are sent and when not, to whom, and what the connector's flags change."""

import pytest

from support.portal import ICON, Desk, Portal
from support.post import journal
from support.receiver import Receiver
from tieline.http.asking import CommandFailed

ALL = (
    "OnImConnectorMessageAdd",
    "OnImConnectorMessageUpdate",
    "OnImConnectorMessageDelete",
    "OnImConnectorDialogStart",
    "OnImConnectorDialogFinish",
    "OnImConnectorStatusDelete",
    "OnImConnectorLineDelete",
)
MESSAGES = ALL[:3]


def flagged(portal: Portal, receiver: Receiver, **flags) -> Desk:
    return Desk(portal, f"{receiver.url}/handler", **flags)


def told(receiver: Receiver, count: int) -> list[str]:
    """The first events, by their short names."""
    return [event.event.removeprefix("ONIMCONNECTOR") for event in receiver.wait(count)]


def text_of(event) -> str:
    return event.flat["data[MESSAGES][0][message][text]"]


def edit(desk: Desk, message: int, text: str) -> None:
    assert desk.operator.call("im.message.update", MESSAGE_ID=message, MESSAGE=text).result is True


def delete(desk: Desk, message: int) -> None:
    assert desk.operator.call("im.message.delete", MESSAGE_ID=message).result is True


def write_as_system(desk: Desk, chat: int, text: str) -> int:
    return desk.operator.call("im.message.add", DIALOG_ID=f"chat{chat}", MESSAGE=text, SYSTEM="Y").result


def finish(desk: Desk, chat: int) -> None:
    assert desk.operator.call("imopenlines.operator.finish", CHAT_ID=chat).result is True


def state(desk: Desk, chat: int, message: int) -> tuple:
    dialog = desk.portal.page(desk.operator_id).call("tieline.dialog.get", CHAT_ID=chat).result
    return {shown["id"]: (shown["state"], shown["stateReason"]) for shown in dialog["messages"]}[message]


# Messages


def test_what_comes_from_outside_is_not_told_back(desk: Desk, receiver: Receiver) -> None:
    desk.bind(*MESSAGES)
    made = desk.message("One", message={"id": "1"})
    desk.send(made)
    desk.connector("update.messages", MESSAGES=[desk.message("Two", message={"id": "1"})])
    desk.connector("delete.messages", MESSAGES=[made])
    chat = desk.write_in("From my phone", message={"user_id": desk.operator_id})
    desk.answer(chat, "The only one")
    assert [text_of(event) for event in receiver.wait()] == ["[b]Klaus Weber:[/b] [br]The only one"]
    receiver.nothing_more(1)


def test_events_of_a_dialog_come_in_their_order(desk: Desk, receiver: Receiver) -> None:
    desk.bind(*ALL)
    chat = desk.write_in()
    message = desk.answer(chat)
    edit(desk, message, "Changed")
    delete(desk, message)
    finish(desk, chat)
    assert told(receiver, 5) == ["DIALOGSTART", "MESSAGEADD", "MESSAGEUPDATE", "MESSAGEDELETE", "DIALOGFINISH"]


def test_message_changed_before_it_went_out_is_told_as_it_was_written(desk: Desk, receiver: Receiver) -> None:
    desk.bind(*MESSAGES)
    receiver.answer = lambda _: (503, {}, b"")
    chat = desk.write_in()
    messages = [desk.answer(chat, text) for text in ("First", "Edited", "Deleted")]
    receiver.wait(1)
    journal(desk.portal, 1)
    edit(desk, messages[1], "Better")
    edit(desk, messages[1], "Best")
    delete(desk, messages[2])
    receiver.answer = lambda _: (200, {}, b"")
    desk.portal.clock.move(5_000)
    desk.portal.look_for_due()
    shown = [event.form["data"]["MESSAGES"][0]["message"] for event in receiver.wait(7)[1:]]
    assert [message.get("text", "").rpartition("]")[2] for message in shown] == [
        "First",
        "Edited",
        "Deleted",
        "Better",
        "Best",
        "",
    ]


def test_line_breaks_go_outside_as_br(desk: Desk, receiver: Receiver) -> None:
    desk.bind("OnImConnectorMessageAdd")
    desk.answer(desk.write_in(), "One\nTwo\r\n\r\nThree")
    assert text_of(receiver.wait()[0]) == "[b]Klaus Weber:[/b] [br]One[br]Two[br][br]Three"


def test_update_of_a_message_that_nobody_confirmed_has_no_ids(desk: Desk, receiver: Receiver) -> None:
    desk.bind("OnImConnectorMessageUpdate", "OnImConnectorMessageDelete")
    message = desk.answer(desk.write_in())
    edit(desk, message, "Changed")
    delete(desk, message)
    updated, deleted = receiver.wait(2)
    assert updated.form["data"]["MESSAGES"][0]["message"] == {"text": "[b]Klaus Weber:[/b] [br]Changed"}
    assert deleted.form["data"]["MESSAGES"][0]["message"] == {"id": ""}


def test_edit_that_changes_nothing_is_not_told_and_an_empty_one_deletes(desk: Desk, receiver: Receiver) -> None:
    desk.bind(*MESSAGES)
    message = desk.answer(desk.write_in(), "Hello")
    edit(desk, message, "Hello")
    edit(desk, message, "")
    assert told(receiver, 2) == ["MESSAGEADD", "MESSAGEDELETE"]
    receiver.nothing_more(2)


def test_connector_without_signature_gets_the_bare_text(portal: Portal, receiver: Receiver) -> None:
    desk = flagged(portal, receiver, NEED_SIGNATURE="N")
    desk.bind(*MESSAGES)
    message = desk.answer(desk.write_in(), "One\nTwo")
    edit(desk, message, "Three")
    assert [text_of(event) for event in receiver.wait(2)] == ["One[br]Two", "Three"]


def test_system_message_has_neither_author_nor_signature(desk: Desk, receiver: Receiver) -> None:
    desk.bind("OnImConnectorMessageAdd")
    chat = desk.write_in()
    desk.answer(chat)
    write_as_system(desk, chat, "The dialog is being\nrecorded")
    _, event = receiver.wait(2)
    assert event.form["data"]["MESSAGES"][0]["message"] == {
        "user_id": "0",
        "text": "The dialog is being[br]recorded",
    }


def test_connector_without_system_messages_gets_those_of_operators_alone(portal: Portal, receiver: Receiver) -> None:
    desk = flagged(portal, receiver, NEED_SYSTEM_MESSAGES=False)
    desk.bind("OnImConnectorMessageAdd")
    chat = desk.write_in()
    desk.answer(chat, "One")
    write_as_system(desk, chat, "Not for outside")
    desk.answer(chat, "Two")
    assert [text_of(event).rpartition("]")[2] for event in receiver.wait(2)] == ["One", "Two"]
    assert [message["text"] for message in desk.history(chat)][1:] == ["One", "Not for outside", "Two"]


@pytest.mark.parametrize(
    ("flag", "events"),
    [
        ("EDIT_INTERNAL_MESSAGES", ["MESSAGEADD", "MESSAGEDELETE", "MESSAGEADD"]),
        ("DEL_INTERNAL_MESSAGES", ["MESSAGEADD", "MESSAGEUPDATE", "MESSAGEADD"]),
    ],
)
def test_connector_is_not_told_of_changes_that_it_cannot_make(
    portal: Portal, receiver: Receiver, flag: str, events: list[str]
) -> None:
    desk = flagged(portal, receiver, **{flag: 0})
    desk.bind(*MESSAGES)
    chat = desk.write_in()
    message = desk.answer(chat)
    edit(desk, message, "Changed")
    delete(desk, message)
    desk.answer(chat, "The last")
    assert told(receiver, 3) == events
    assert desk.history(chat)[1]["params"]["IS_DELETED"] == "Y"


def test_connector_that_is_off_is_told_nothing_and_the_message_shows_why(desk: Desk, receiver: Receiver) -> None:
    desk.bind(*MESSAGES)
    chat = desk.write_in()
    desk.connector("activate", ACTIVE=0)
    lost = desk.answer(chat)
    desk.connector("activate", ACTIVE=1)
    kept = desk.answer(chat)
    (event,) = receiver.wait()
    assert event.flat["data[MESSAGES][0][im][message_id]"] == str(kept)
    assert state(desk, chat, lost) == ("failed", "the connector is not active on this line")
    assert state(desk, chat, kept) == ("sent", None)


def test_group_chat_is_named_by_its_outer_id(portal: Portal, receiver: Receiver) -> None:
    desk = flagged(portal, receiver, CHAT_GROUP=1)
    desk.bind("OnImConnectorMessageAdd")
    chat = desk.write_in(chat={"id": "group-1"})
    assert desk.write_in(chat={"id": "group-1"}, user={"id": "user-8"}) == chat
    desk.answer(chat)
    assert receiver.wait()[0].flat["data[MESSAGES][0][chat][id]"] == "group-1"


# Sessions


def test_second_message_of_a_session_starts_none(desk: Desk, receiver: Receiver) -> None:
    desk.bind("OnImConnectorDialogStart", "OnImConnectorDialogFinish")
    chat = desk.write_in()
    assert desk.write_in() == chat
    desk.answer(chat)
    finish(desk, chat)
    assert told(receiver, 2) == ["DIALOGSTART", "DIALOGFINISH"]
    receiver.nothing_more(2)


def test_operator_who_writes_into_a_closed_dialog_starts_a_session(desk: Desk, receiver: Receiver) -> None:
    desk.bind("OnImConnectorMessageAdd", "OnImConnectorDialogStart", "OnImConnectorDialogFinish")
    chat = desk.write_in()
    finish(desk, chat)
    desk.answer(chat, "One more thing")
    assert told(receiver, 4) == ["DIALOGSTART", "DIALOGFINISH", "DIALOGSTART", "MESSAGEADD"]
    first, _, second, _ = receiver.requests
    assert second.flat["data[DATA][0][session][parent_id]"] == first.flat["data[DATA][0][session][id]"]
    assert second.flat["auth[user_id]"] == str(desk.operator_id)


# Lines


def test_only_the_portals_side_tells_that_a_connector_is_off(desk: Desk, receiver: Receiver) -> None:
    desk.bind("OnImConnectorStatusDelete", "OnImConnectorLineDelete")
    page = desk.portal.page(desk.portal.person(admin=True))
    where = {"CONNECTOR": "MyConnector", "LINE": desk.line}
    desk.connector("activate", ACTIVE=0)
    desk.connector("activate", ACTIVE=1)
    assert page.call("tieline.connector.disconnect", **where).result is True
    assert desk.connector("status").result["STATUS"] is False
    assert told(receiver, 1) == ["STATUSDELETE"]
    assert receiver.requests[0].flat["auth[user_id]"] == str(page.facts["id"])
    assert page.call("tieline.connector.disconnect", **where).error == (404, "CONNECTOR_NOT_FOUND")
    with pytest.raises(CommandFailed, match="not active on this line"):
        desk.portal.command("line.disconnect", line=desk.line, connector="myconnector")
    assert desk.app.call("imconnector.unregister", ID="myconnector").result == {"result": True}
    receiver.nothing_more(1)


def test_operator_cannot_switch_a_connector_off(desk: Desk) -> None:
    page = desk.portal.page(desk.operator_id)
    reply = page.call("tieline.connector.disconnect", CONNECTOR="myconnector", LINE=desk.line)
    assert reply.error == (403, "ACCESS_DENIED")
    assert desk.connector("status").result["STATUS"] is True


def test_deleted_line_is_told_once_to_each_application_on_it(desk: Desk, receiver: Receiver) -> None:
    desk.bind("OnImConnectorLineDelete")
    settings_page = "http://127.0.0.1:9/settings"
    desk.app.call("imconnector.register", ID="second", NAME="Second", ICON=ICON, PLACEMENT_HANDLER=settings_page)
    desk.connector("activate", CONNECTOR="second", ACTIVE=1)
    bystander = desk.portal.app()
    bystander.call("event.bind", event="OnImConnectorLineDelete", handler=f"{receiver.url}/bystander")
    untouched = desk.portal.line(name="Untouched")
    administrator = desk.portal.webhook()
    assert administrator.call("imopenlines.config.delete", CONFIG_ID=untouched).result is True
    assert administrator.call("imopenlines.config.delete", CONFIG_ID=desk.line).result is True
    (event,) = receiver.wait()
    assert (event.path, event.flat["data"]) == ("/handler", str(desk.line))
    receiver.nothing_more(1)


# Who gets them


def test_other_applications_get_none_of_them(desk: Desk, receiver: Receiver) -> None:
    other = desk.portal.app()
    for name in ALL:
        assert other.call("event.bind", event=name, handler=f"{receiver.url}/other").result is True
    desk.bind(*ALL)
    chat = desk.write_in()
    message = desk.answer(chat)
    edit(desk, message, "Changed")
    delete(desk, message)
    finish(desk, chat)
    desk.portal.command("line.disconnect", line=desk.line, connector="myconnector")
    desk.portal.webhook().call("imopenlines.config.delete", CONFIG_ID=desk.line)
    events = receiver.wait(7)
    assert {event.event for event in events} == {name.upper() for name in ALL}
    receiver.nothing_more(7)
    assert {event.path for event in events} == {"/handler"}


def test_each_handler_of_the_application_gets_them(desk: Desk, receiver: Receiver) -> None:
    desk.bind("OnImConnectorMessageAdd")
    second = f"{receiver.url}/second"
    assert desk.app.call("event.bind", event="ONIMCONNECTORMESSAGEADD", handler=second).result is True
    desk.answer(desk.write_in())
    first, other = sorted(receiver.wait(2), key=lambda event: event.path)
    assert (first.path, other.path) == ("/handler", "/second")
    assert first.flat["event_handler_id"] != other.flat["event_handler_id"]


@pytest.mark.parametrize("name", ALL)
def test_events_belong_to_either_scope(quick_portal: Portal, name: str) -> None:
    for scope in ("imconnector", "imopenlines"):
        app = quick_portal.app(scope)
        assert app.call("event.bind", event=name, handler="http://127.0.0.1:9/handler").result is True
    refused = quick_portal.app("im").call("event.bind", event=name, handler="http://127.0.0.1:9/handler")
    assert refused.error == (400, "ERROR_EVENT_NOT_FOUND")


def test_handler_that_was_unbound_gets_nothing(desk: Desk, receiver: Receiver) -> None:
    desk.bind("OnImConnectorMessageAdd", "OnImConnectorDialogFinish")
    unbound = desk.app.call("event.unbind", event="onImConnectorMessageAdd", handler=desk.handler)
    assert unbound.result == {"count": 1}
    chat = desk.write_in()
    desk.answer(chat)
    finish(desk, chat)
    assert told(receiver, 1) == ["DIALOGFINISH"]
    receiver.nothing_more(1)
