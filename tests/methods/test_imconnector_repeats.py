"""imconnector.send.messages: each message is taken once by its id, however often and from wherever it comes."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.portal import ICON, Desk, Portal

channels = itertools.count(1)


def texts(desk: Desk, chat: int) -> list[str]:
    return [message["text"] for message in desk.history(chat)]


def chat_of(item: dict) -> int:
    return int(item["session"]["CHAT_ID"])


def finish(desk: Desk, chat: int) -> None:
    desk.answer(chat)
    assert desk.operator.call("imopenlines.operator.finish", CHAT_ID=chat).result is True


EVERYTHING = {
    "user": {"id": "user-42", "name": "Anna", "skip_phone_validate": "Y"},
    "message": {
        "id": "ext-msg-1001",
        "date": 1773265993,
        "text": "Good afternoon",
        "disable_crm": "Y",
        "files": [{"url": "http://127.0.0.1:9/a.png", "name": "n" * 300}],
    },
    "chat": {"id": "channel-123", "name": "Support Channel", "url": "https://example.com/chats/123"},
}


@pytest.mark.parametrize(
    "message",
    [
        EVERYTHING,
        {"user": {"id": "u"}, "message": {"id": "1", "text": "x" * 20_001}, "chat": {"id": "c"}},
        {"user": {"id": "u"}, "message": {"id": "1", "text": "No date"}, "chat": {"id": "c"}},
    ],
)
def test_repeat_is_answered_like_the_first(desk: Desk, message: dict) -> None:
    (first,) = desk.send(message)
    desk.portal.clock.move(60_000)
    (again,) = desk.send(message)
    assert again == first
    assert len(desk.history(chat_of(first))) == 1


def test_repeat_within_one_request_is_answered_like_the_first(desk: Desk) -> None:
    first, _, again = desk.send(EVERYTHING, desk.message("Other", user={"id": "user-42"}), EVERYTHING)
    assert again == first
    assert texts(desk, chat_of(first)) == ["Good afternoon", "Other"]


def test_repeat_with_another_text_is_answered_with_the_first(desk: Desk) -> None:
    (first,) = desk.send(desk.message("One", message={"id": "1"}))
    (again,) = desk.send(desk.message("Another", message={"id": "1"}))
    assert again == first
    assert texts(desk, chat_of(first)) == ["One"]


def test_repeat_as_a_number_and_by_form_is_the_same_message(desk: Desk) -> None:
    (first,) = desk.send({"user": {"id": 7}, "message": {"id": 1, "text": "One"}, "chat": {"id": 5}})
    body = (
        f"CONNECTOR=MYCONNECTOR&LINE={desk.line}&MESSAGES[0][user][id]=7&MESSAGES[0][message][id]=1"
        "&MESSAGES[0][message][text]=One&MESSAGES[0][chat][id]=5"
    )
    (again,) = desk.app.form("imconnector.send.messages", body).result["DATA"]["RESULT"]
    assert again == first
    assert texts(desk, chat_of(first)) == ["One"]


def test_repeat_after_the_close_opens_no_session(desk: Desk, receiver) -> None:
    desk.bind("OnImConnectorDialogStart")
    made = desk.message("One")
    (first,) = desk.send(made)
    finish(desk, chat_of(first))
    assert desk.send(made) == [first]
    assert desk.operator.call("im.recent.list").result["items"] == []
    receiver.wait(1)
    receiver.nothing_more(1)


def test_repeat_of_an_earlier_session_names_that_session(desk: Desk) -> None:
    made = desk.message("One")
    (first,) = desk.send(made)
    finish(desk, chat_of(first))
    (second,) = desk.send(desk.message("Two"))
    assert second["session"]["ID"] != first["session"]["ID"]
    assert desk.send(made) == [first]


def test_repeat_raises_no_counter_and_moves_nothing(desk: Desk) -> None:
    made = desk.message("One")
    chat = desk.write_in("Zero")
    desk.send(made)

    def stand() -> tuple:
        item = desk.portal.page(desk.operator_id).call("tieline.inbox.list", TAB="all").result["items"][0]
        return item["unread"], item["sequence"], item["dateActivity"], item["lastMessage"]["id"]

    before = stand()
    desk.portal.clock.move(5_000)
    desk.send(made)
    assert stand() == before
    assert before[0] == 2
    assert texts(desk, chat) == ["Zero", "One"]


def test_repeat_of_a_managers_message_is_taken_once(desk: Desk) -> None:
    made = desk.message("From my phone", message={"user_id": desk.operator_id})
    (first,) = desk.send(made)
    assert desk.send(made) == [first]
    assert texts(desk, chat_of(first)) == ["From my phone"]


@pytest.mark.parametrize("missing", [{"id": 0}, {"id": "0"}, {"id": ""}, {"id": None}, None])
def test_message_without_an_id_is_taken_every_time(desk: Desk, missing: dict | None) -> None:
    made = desk.message("Hello", message=missing or {})
    if missing is None:
        del made["message"]["id"]
    first, second = desk.send(made, made)
    assert (first["message"]["id"], first["session"]) == ("", second["session"])
    assert texts(desk, chat_of(first)) == ["Hello", "Hello"]
    assert [message["params"] for message in desk.history(chat_of(first))] == [[], []]


@pytest.mark.parametrize("changes", [{"user": {"id": "user-8"}}, {"chat": {"id": "channel-456"}}])
def test_same_id_of_another_user_or_chat_is_another_message(desk: Desk, changes: dict) -> None:
    first, second = desk.send(
        desk.message("One", message={"id": "1"}), desk.message("Two", message={"id": "1"}, **changes)
    )
    assert texts(desk, chat_of(first)) == ["One"]
    assert texts(desk, chat_of(second)) == ["Two"]


def test_same_id_of_another_user_in_a_group_is_another_message(portal: Portal) -> None:
    desk = Desk(portal, CHAT_GROUP="Y")
    made = [desk.message(name, message={"id": "1"}, user={"id": name}) for name in ("a", "b")]
    first, second = desk.send(*made)
    assert desk.send(*made) == [first, second]
    assert texts(desk, chat_of(first)) == ["a", "b"]


def test_same_id_on_another_line_or_connector_is_another_message(desk: Desk) -> None:
    made = desk.message("One", message={"id": "1"})
    settings_page = "http://127.0.0.1:9/settings"
    desk.app.call("imconnector.register", ID="second", NAME="Second", ICON=ICON, PLACEMENT_HANDLER=settings_page)
    line = desk.portal.line(desk.operator_id, name="Sales")
    chats = [desk.write_in("One", message={"id": "1"})]
    for connector, line_id in (("myconnector", line), ("second", desk.line)):
        desk.connector("activate", CONNECTOR=connector, LINE=line_id, ACTIVE="Y")
        reply = desk.connector("send.messages", CONNECTOR=connector, LINE=line_id, MESSAGES=[made])
        chats.append(chat_of(reply.result["DATA"]["RESULT"][0]))
    assert len(set(chats)) == 3
    assert [texts(desk, chat) for chat in chats] == [["One"]] * 3


def test_refused_message_may_come_again(desk: Desk) -> None:
    (bad,) = desk.send(desk.message("", message={"id": "1"}))
    (good,) = desk.send(desk.message("One", message={"id": "1"}))
    assert (bad["SUCCESS"], good["SUCCESS"]) == (False, True)
    assert texts(desk, chat_of(good)) == ["One"]


def test_deleted_message_does_not_come_back(desk: Desk) -> None:
    made = desk.message("One", message={"id": "1"})
    (first,) = desk.send(made)
    desk.connector("delete.messages", MESSAGES=[made])
    (again,) = desk.send(made)
    assert (again["SUCCESS"], again["session"]) == (True, first["session"])
    assert texts(desk, chat_of(first)) == [""]


def test_message_that_comes_from_many_threads_at_once_is_taken_once(desk: Desk) -> None:
    made = desk.message("One", message={"id": "1"})
    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(lambda _: desk.send(made), range(24)))
    assert all(answer == answers[0] for answer in answers)
    assert texts(desk, chat_of(answers[0][0])) == ["One"]


def test_requests_with_overlapping_messages_in_any_order_take_each_once(desk: Desk) -> None:
    made = [
        desk.message(str(number), message={"id": f"m{number}"}, user={"id": f"u{number % 2}"}) for number in range(6)
    ]
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda turn: desk.send(*made[turn:], *made[:turn]), range(6)))
    assert all(item["SUCCESS"] for answer in answers for item in answer)
    chats = {chat_of(item) for answer in answers for item in answer}
    assert len(chats) == 2
    assert sorted(text for chat in chats for text in texts(desk, chat)) == [str(number) for number in range(6)]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6), min_size=1, max_size=6))
def test_any_sequence_with_repeats_leaves_each_id_once_in_first_seen_order(
    quick_desk: Desk, batches: list[list[str]]
) -> None:
    channel = str(next(channels))
    answers = {}
    for number, batch in enumerate(batches):
        items = quick_desk.send(
            *(quick_desk.message(f"{name} {number}", message={"id": name}, chat={"id": channel}) for name in batch)
        )
        for name, item in zip(batch, items, strict=True):
            assert answers.setdefault(name, item) == item
    first_seen = list(dict.fromkeys(name for batch in batches for name in batch))
    history = quick_desk.history(chat_of(items[0]))
    assert [message["params"]["connectorMid"] for message in history] == [[name] for name in first_seen]
    assert [message["text"] for message in history] == [answers[name]["message"]["text"] for name in first_seen]
