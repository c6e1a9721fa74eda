"""imopenlines.config.delete: what becomes of a line's dialogs, connectors, deliveries and answers."""

from support.portal import Desk, refused
from support.post import journal
from support.receiver import Receiver


def delete(desk: Desk, line: int | None = None) -> None:
    assert desk.portal.webhook().call("imopenlines.config.delete", CONFIG_ID=line or desk.line).result is True


def dialog(desk: Desk, chat: int) -> dict:
    admin = desk.portal.page(desk.portal.person(admin=True))
    return admin.call("tieline.dialog.get", CHAT_ID=chat).result["dialog"]


def test_open_sessions_are_closed_before_the_line_is_gone(desk: Desk, receiver: Receiver) -> None:
    waiting, taken = desk.write_in(), desk.write_in(user={"id": "user-8"}, chat={"id": "chat-8"})
    closed = desk.write_in(user={"id": "user-9"}, chat={"id": "chat-9"})
    desk.answer(taken)
    desk.operator.call("imopenlines.operator.finish", CHAT_ID=closed)
    desk.bind("OnImConnectorDialogFinish", "OnImConnectorLineDelete")
    delete(desk)
    told = receiver.wait(3)
    ends = [event for event in told if event.event == "ONIMCONNECTORDIALOGFINISH"]
    assert {int(event.form["data"]["DATA"][0]["chat"]["id"]) for event in ends} == {waiting, taken}
    assert {event.form["data"]["DATA"][0]["session"]["close_term"] for event in ends} == {"60"}
    receiver.nothing_more(3, 0.1)


def test_nothing_comes_in_on_a_deleted_line_and_what_came_is_read(desk: Desk) -> None:
    chat = desk.write_in("Hello")
    desk.answer(chat)
    delete(desk)
    given = {"CONNECTOR": desk.code, "LINE": desk.line}
    reply = desk.app.call("imconnector.send.messages", MESSAGES=[desk.message()], **given)
    assert reply.error == (400, "NOT_ACTIVE_LINE")
    assert [message["text"] for message in desk.history(chat)] == ["Hello", "Guten Tag!"]
    history = desk.operator.call("imopenlines.session.history.get", CHAT_ID=chat).result
    assert len(history["message"]) == 2
    assert history["chat"][str(chat)]["textFieldEnabled"] is False
    reply = desk.operator.call("im.message.add", DIALOG_ID=f"chat{chat}", MESSAGE="Too late")
    assert refused(reply) == (400, "ACCESS_ERROR", "Action unavailable")
    tab = desk.portal.page(desk.operator_id).call("tieline.inbox.list", TAB="all").result
    assert (tab["items"], tab["counters"]["mine"]) == ([], 0)


def test_what_was_on_its_way_still_goes_out(desk: Desk, receiver: Receiver) -> None:
    desk.bind("OnImConnectorMessageAdd", "OnImConnectorMessageUpdate")
    receiver.answer = lambda _: (503, {}, b"")
    chat = desk.write_in()
    message = desk.answer(chat, "At nine")
    desk.operator.call("im.message.update", MESSAGE_ID=message, MESSAGE="At ten")
    receiver.wait(1)
    journal(desk.portal, 1)
    delete(desk)
    receiver.answer = lambda _: (200, {}, b"")
    desk.portal.clock.move(5_000)
    desk.portal.look_for_due()
    texts = [event.form["data"]["MESSAGES"][0]["message"]["text"] for event in receiver.wait(3)[1:]]
    assert texts == ["[b]Klaus Weber:[/b] [br]At nine", "[b]Klaus Weber:[/b] [br]At ten"]


def test_dialogs_that_its_queue_served_go_home(desk: Desk) -> None:
    portal = desk.portal
    helper, taker = portal.person(), portal.person()
    other = portal.line(helper, taker)
    waiting, taken = desk.write_in(), desk.write_in(user={"id": "user-8"})
    for chat in (waiting, taken):
        desk.operator.call("imopenlines.operator.transfer", CHAT_ID=chat, QUEUE_ID=other)
    owner = dialog(desk, taken)["operator"]["id"]
    assert portal.webhook(owner).call("imopenlines.operator.answer", CHAT_ID=taken).result is True
    delete(desk, other)
    assert dialog(desk, waiting)["operator"]["id"] == desk.operator_id
    assert dialog(desk, waiting)["session"]["status"] == "new"
    assert (dialog(desk, taken)["operator"]["id"], dialog(desk, taken)["session"]["status"]) == (owner, "answered")
    assert desk.operator.call("imopenlines.operator.answer", CHAT_ID=waiting).result is True
    assert desk.operator.call("imopenlines.session.intercept", CHAT_ID=taken).result is True


def test_answers_of_the_line_are_forgotten(quick_desk: Desk) -> None:
    page = quick_desk.portal.page(quick_desk.operator_id)
    page.call("tieline.quick.save", TEXT="Hello", LINE=quick_desk.line)
    delete(quick_desk)
    admin = quick_desk.portal.page(quick_desk.portal.person(admin=True))
    assert admin.call("tieline.quick.list").result == []
