"""The events of dialogs and sessions: what they tell, on every way that leads to them, and to whom."""

from collections.abc import Callable
from typing import Any

import pytest

from support.portal import ICON, Client, Desk, Portal
from support.receiver import Received, Receiver
from tieline.store.sqlite import SqliteTx

MESSAGES = ("OnOpenLineMessageAdd", "OnOpenLineMessageUpdate", "OnOpenLineMessageDelete")
SESSIONS = ("OnSessionStart", "OnSessionFinish")
DIALOGS = ("OnImConnectorDialogStart", "OnImConnectorDialogFinish")
WORD = {"ONSESSIONSTART": "begins", "ONSESSIONFINISH": "ends"}


def data(event: Received) -> Any:
    return event.form["data"]


def act(client: Client, method: str, chat: int, **given: Any) -> None:
    assert client.call(f"imopenlines.{method}", CHAT_ID=chat, **given).result is True


def customer_of(desk: Desk, chat: int) -> int:
    return desk.history(chat)[0]["author_id"]


def session_of(desk: Desk, chat: int) -> int:
    return int(desk.operator.call("imopenlines.dialog.get", CHAT_ID=chat).result["entity_data_1"].split("|")[5])


# Messages


def test_message_of_a_customer_is_told_as_documented(desk: Desk, receiver: Receiver) -> None:
    desk.bind("OnOpenLineMessageAdd")
    picture = {"url": "http://127.0.0.1:9/a.png", "name": "a.png"}
    chat = desk.write_in("hello", message={"files": [picture]})
    [event] = receiver.wait(1)
    customer, message = customer_of(desk, chat), desk.history(chat)[0]["id"]
    assert set(event.form) == {"event", "event_handler_id", "data", "ts", "auth"}
    assert data(event) == {
        "DATA": [
            {
                "connector": {
                    "connector_id": desk.code,
                    "line_id": str(desk.line),
                    "chat_id": "channel-123",
                    "user_id": str(customer),
                },
                "chat": {"id": str(chat)},
                "message": {
                    "id": str(message),
                    "date": "2027-01-15T08:00:00+00:00",
                    "text": "hello",
                    "files": [
                        {
                            "name": "a.png",
                            "link": picture["url"],
                            "downloadLink": picture["url"],
                            "type": "image",
                            "size": "0",
                        }
                    ],
                    "attach": "",
                    "system": "N",
                    "user_id": str(customer),
                },
                "extra": {"EXTRA_URL": ""},
            }
        ]
    }


def test_everybodys_messages_are_told(desk: Desk, receiver: Receiver) -> None:
    desk.bind("OnOpenLineMessageAdd")
    chat = desk.write_in("From the customer")
    desk.answer(chat, "From the operator")
    desk.operator.call("im.message.add", DIALOG_ID=f"chat{chat}", MESSAGE="From the system", SYSTEM="Y")
    desk.write_in("From my phone", message={"user_id": desk.operator_id})
    customer = str(customer_of(desk, chat))
    told = [data(event)["DATA"][0]["message"] for event in receiver.wait(4)]
    assert [(one["text"], one["system"], one["user_id"]) for one in told] == [
        ("From the customer", "N", customer),
        ("From the operator", "N", str(desk.operator_id)),
        ("From the system", "Y", "0"),
        ("From my phone", "N", str(desk.operator_id)),
    ]


def test_repeat_of_a_message_is_told_once(desk: Desk, receiver: Receiver) -> None:
    desk.bind("OnOpenLineMessageAdd")
    message = desk.message("Once")
    desk.send(message)
    desk.send(message)
    desk.write_in("Then another")
    assert [data(event)["DATA"][0]["message"]["text"] for event in receiver.wait(2)] == ["Once", "Then another"]


def test_changes_are_told_whoever_makes_them(desk: Desk, receiver: Receiver) -> None:
    desk.bind(*MESSAGES[1:])
    outside = desk.message("One", message={"id": "one"})
    chat = int(desk.send(outside)[0]["session"]["CHAT_ID"])
    desk.connector("update.messages", MESSAGES=[desk.message("Two", message={"id": "one"})])
    desk.connector("delete.messages", MESSAGES=[outside])
    answer = desk.answer(chat, "Three")
    desk.operator.call("im.message.update", MESSAGE_ID=answer, MESSAGE="Four")
    desk.operator.call("im.message.update", MESSAGE_ID=answer, MESSAGE="Four")
    desk.operator.call("im.message.update", MESSAGE_ID=answer, MESSAGE="")
    question = desk.history(chat)[0]["id"]
    told = receiver.wait(4)
    assert [(event.event.removeprefix("ONOPENLINEMESSAGE"), data(event)) for event in told] == [
        (
            kind,
            {
                "CONNECTOR": desk.code,
                "LINE": str(desk.line),
                "DATA": [
                    {
                        "im": {"chat_id": str(chat), "message_id": str(message)},
                        "message": {"id": str(message)},
                        "chat": {"id": str(chat)},
                    }
                ],
            },
        )
        for message in (question, answer)
        for kind in ("UPDATE", "DELETE")
    ]
    receiver.nothing_more(4)


def test_event_that_is_given_up_fails_no_message(desk: Desk, receiver: Receiver) -> None:
    desk.bind("OnOpenLineMessageAdd")
    receiver.answer = lambda _: (410, {}, b"")
    chat = desk.write_in()
    desk.answer(chat)
    receiver.wait(1)
    desk.portal.clock.move(30 * 3_600_000)
    desk.portal.look_for_due()
    page = desk.portal.page(desk.operator_id)
    receiver.wait(2)
    assert {one["stateReason"] for one in page.call("tieline.dialog.get", CHAT_ID=chat).result["messages"]} == {None}


# Sessions


def told_of(event: Received) -> tuple[str, int, int]:
    session = data(event)["DATA"][0]["session"]
    assert session["closed"] == {"begins": "N", "ends": "Y"}[WORD[event.event]]
    return WORD[event.event], int(session["id"]), int(session["parent_id"])


def test_session_is_told_as_documented(desk: Desk, receiver: Receiver) -> None:
    desk.bind(*SESSIONS)
    chat = desk.write_in()
    first, customer = session_of(desk, chat), str(customer_of(desk, chat))
    act(desk.operator, "operator.finish", chat)
    desk.write_in()
    told = receiver.wait(3)
    assert [told_of(event) for event in told] == [
        ("begins", first, 0),
        ("ends", first, 0),
        ("begins", session_of(desk, chat), first),
    ]
    assert data(told[0]) == {
        "DATA": [
            {
                "connector": {
                    "connector_id": desk.code,
                    "line_id": str(desk.line),
                    "chat_id": "channel-123",
                    "user_id": customer,
                },
                "session": {"id": str(first), "closed": "N", "parent_id": "0", "close_term": "60"},
                "chat": {"id": str(chat)},
                "user": {"id": customer},
            }
        ]
    }


def finish(desk: Desk, chat: int) -> None:
    act(desk.operator, "operator.finish", chat)


def finish_another(desk: Desk, chat: int) -> None:
    act(desk.portal.webhook(), "operator.another.finish", chat)


def mark_spam(desk: Desk, chat: int) -> None:
    act(desk.operator, "operator.spam", chat)


def delete_line(desk: Desk, _: int) -> None:
    assert desk.app.call("imopenlines.config.delete", CONFIG_ID=desk.line).result is True


def start(desk: Desk, chat: int) -> None:
    act(desk.operator, "session.start", chat)


def start_with_message(desk: Desk, chat: int) -> None:
    act(desk.operator, "message.session.start", chat, MESSAGE_ID=desk.history(chat)[0]["id"])


def hand_on(desk: Desk, chat: int) -> None:
    act(desk.operator, "operator.transfer", chat, USER_ID=desk.portal.person())
    act(desk.portal.webhook(), "session.intercept", chat)
    act(desk.portal.webhook(), "operator.skip", chat)


def write_after_the_end(desk: Desk, chat: int) -> None:
    finish(desk, chat)
    desk.answer(chat)


@pytest.mark.parametrize(
    ("way", "words"),
    [
        (finish, "begins ends"),
        (finish_another, "begins ends"),
        (mark_spam, "begins ends"),
        (delete_line, "begins ends"),
        (start, "begins ends begins"),
        (start_with_message, "begins ends begins"),
        (write_after_the_end, "begins ends begins"),
        (hand_on, "begins"),
    ],
)
def test_both_kinds_of_events_tell_of_every_way(
    quick_portal: Portal, receiver: Receiver, way: Callable[[Desk, int], None], words: str
) -> None:
    desk = Desk(quick_portal, f"{receiver.url}/handler")
    desk.bind(*SESSIONS, *DIALOGS)
    way(desk, desk.write_in())
    expected = words.split()
    told = receiver.wait(2 * len(expected))
    own = [event for event in told if event.event in WORD]
    assert [WORD[event.event] for event in own] == expected
    of_connector = [event for event in told if event.event not in WORD]
    assert [event.event.removeprefix("ONIMCONNECTORDIALOG") for event in of_connector] == [
        {"begins": "START", "ends": "FINISH"}[word] for word in expected
    ]
    assert [data(event)["DATA"] for event in of_connector] == [data(event)["DATA"] for event in own]
    assert {(data(event)["CONNECTOR"], data(event)["LINE"]) for event in of_connector} == {(desk.code, str(desk.line))}
    receiver.nothing_more(2 * len(expected), 0.1)


# To whom


def test_only_the_application_of_the_connector_is_told(desk: Desk, receiver: Receiver) -> None:
    other = desk.portal.app()
    other.call("imconnector.register", ID="other", NAME="Other", ICON=ICON, PLACEMENT_HANDLER="http://127.0.0.1:9/s")
    for event in (*MESSAGES, *SESSIONS):
        assert other.call("event.bind", event=event, handler=f"{receiver.url}/other").result is True
    desk.bind(*MESSAGES, *SESSIONS)
    chat = desk.write_in()
    act(desk.operator, "operator.finish", chat)
    assert {event.path for event in receiver.wait(3)} == {"/handler"}
    receiver.nothing_more(3, 0.1)


@pytest.mark.parametrize("event", [*MESSAGES, *SESSIONS])
def test_event_needs_the_scope_of_open_lines(quick_portal: Portal, event: str) -> None:
    app = quick_portal.app("imconnector,im")
    assert app.call("event.bind", event=event, handler="http://127.0.0.1:9/h").error == (400, "ERROR_EVENT_NOT_FOUND")


def test_events_are_found_in_the_offline_queue(desk: Desk) -> None:
    for event in ("OnOpenLineMessageAdd", "OnSessionStart"):
        assert desk.app.call("event.bind", event=event, event_type="offline").result is True
    desk.write_in("hello")
    events = desk.app.call("event.offline.get").result["events"]
    found = {event["EVENT_NAME"]: event["EVENT_DATA"]["DATA"][0] for event in events}
    assert set(found) == {"ONOPENLINEMESSAGEADD", "ONSESSIONSTART"}
    assert found["ONOPENLINEMESSAGEADD"]["message"]["text"] == "hello"


def test_messages_cost_no_statement_where_nobody_subscribed(
    quick_portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(quick_portal)
    desk.write_in("One")
    desk.write_in("Two")
    counts = [_count(desk, monkeypatch)]
    monkeypatch.setattr("tieline.services.messages.tell_added", lambda *_, **__: None)
    counts.append(_count(desk, monkeypatch))
    assert counts[0] == counts[1] > 0


def _count(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> int:
    """Count the statements by which a message comes in."""
    statements: list[str] = []
    known = SqliteTx._sql

    def noted(tx: SqliteTx, sql: str) -> str:
        statements.append(sql)
        return known(tx, sql)

    with monkeypatch.context() as context:
        context.setattr(SqliteTx, "_sql", noted)
        desk.write_in("Hello")
    return len(statements)
