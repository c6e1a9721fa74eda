"""The order of events: kept in a dialog whatever happens, asked of nobody else."""

import threading

import pytest

from support.portal import Desk, Portal
from support.post import Post, text_of
from support.receiver import Received, Receiver
from tieline.delivery import worker
from tieline.domain.clock import SECOND


def test_events_of_a_dialog_keep_their_order(post: Post) -> None:
    chat = post.dialog()
    for number in range(20):
        post.desk.answer(chat, str(number))
    assert post.texts(20) == [str(number) for number in range(20)]


def test_events_wait_behind_one_that_is_tried_again(post: Post) -> None:
    chat = post.dialog()
    post.refuse()
    post.desk.answer(chat, "one")
    post.journal(1)
    post.accept()
    post.desk.answer(chat, "two")
    post.desk.answer(chat, "three")
    post.receiver.nothing_more(1)
    post.later(5 * SECOND)
    assert post.texts(4) == ["one", "one", "two", "three"]


def pile_up(post: Post, *texts: str) -> int:
    """Let events wait in a dialog behind the first one, which the handler refuses once."""
    chat = post.dialog()
    post.refuse()
    for text in texts:
        post.desk.answer(chat, text)
    post.journal(1)
    return chat


def test_failure_in_the_midst_of_what_waits_holds_up_the_rest(post: Post) -> None:
    pile_up(post, "one", "two", "three", "four", "five")
    post.receiver.answer = lambda received: (503 if text_of(received) == "three" else 200, {}, b"")
    post.later(5 * SECOND)
    assert post.texts(4) == ["one", "one", "two", "three"]
    post.journal(4)
    post.accept()
    post.later(5 * SECOND)
    assert post.texts(7)[4:] == ["three", "four", "five"]
    entries = post.journal(7)
    assert [(entry.attempt, entry.outcome) for entry in entries] == [
        (1, "retry"),
        (2, "delivered"),
        (1, "delivered"),
        (1, "retry"),
        (2, "delivered"),
        (1, "delivered"),
        (1, "delivered"),
    ]


def test_long_backlog_of_one_dialog_leaves_in_order(post: Post) -> None:
    texts = [str(number) for number in range(50)]
    pile_up(post, *texts)
    post.accept()
    post.later(5 * SECOND)
    assert post.texts(51) == ["0", *texts]
    assert len({received.headers["webhook-id"] for received in post.receiver.requests}) == 50


def test_unbinding_in_the_midst_of_what_waits_ends_it(post: Post, gate: threading.Event) -> None:
    pile_up(post, "one", "two", "three", "four")

    def hold(received: Received) -> tuple[int, dict[str, str], bytes]:
        if text_of(received) == "two":
            gate.wait(10)
        return 200, {}, b""

    post.receiver.answer = hold
    post.later(5 * SECOND)
    assert post.texts(3) == ["one", "one", "two"]
    unbound = post.desk.app.call("event.unbind", event="OnImConnectorMessageAdd", handler=post.desk.handler)
    assert unbound.result == {"count": 1}
    gate.set()
    post.receiver.nothing_more(3)
    entries = post.journal(6)
    assert sorted(entry.outcome for entry in entries)[:3] == ["cancelled"] * 3


def test_other_dialogs_do_not_wait(post: Post) -> None:
    slow, quick = post.dialog(), post.dialog()
    post.refuse()
    post.desk.answer(slow, "one")
    post.journal(1)
    post.accept()
    post.desk.answer(quick, "two")
    assert post.texts(2) == ["one", "two"]


def test_edits_and_deletions_follow_their_message(post: Post) -> None:
    post.desk.bind("OnImConnectorMessageUpdate", "OnImConnectorMessageDelete")
    chat = post.dialog()
    post.refuse()
    message = post.desk.answer(chat, "one")
    post.journal(1)
    operator = post.desk.operator
    assert operator.call("im.message.update", MESSAGE_ID=message, MESSAGE="better").result is True
    assert operator.call("im.message.delete", MESSAGE_ID=message).result is True
    post.accept()
    post.later(5 * SECOND)
    names = [received.event.removeprefix("ONIMCONNECTORMESSAGE") for received in post.receiver.wait(4)]
    assert names == ["ADD", "ADD", "UPDATE", "DELETE"]


def test_edit_carries_the_outer_id_that_came_while_it_waited(post: Post) -> None:
    """The connector confirms the message while it takes it, and the edit waits behind."""
    post.desk.bind("OnImConnectorMessageUpdate")
    chat = post.dialog()
    post.refuse()
    message = post.desk.answer(chat, "one")
    post.journal(1)
    assert post.desk.operator.call("im.message.update", MESSAGE_ID=message, MESSAGE="better").result is True

    def confirm(received: Received) -> tuple[int, dict[str, str], bytes]:
        if received.event == "ONIMCONNECTORMESSAGEADD":
            told = {
                "im": {"chat_id": chat, "message_id": message},
                "message": {"id": ["outer-9"]},
                "chat": {"id": received.flat["data[MESSAGES][0][chat][id]"]},
            }
            post.desk.connector("send.status.delivery", MESSAGES=[told])
        return 200, {}, b""

    post.receiver.answer = confirm
    post.later(5 * SECOND)
    edit = post.receiver.wait(3)[-1]
    assert (edit.event, edit.flat["data[MESSAGES][0][message][id][0]"]) == ("ONIMCONNECTORMESSAGEUPDATE", "outer-9")


def test_two_handlers_of_one_event_do_not_wait_for_each_other(post: Post) -> None:
    second = Receiver()
    try:
        bound = post.desk.app.call("event.bind", event="OnImConnectorMessageAdd", handler=f"{second.url}/second")
        assert bound.result is True
        chat = post.dialog()
        post.refuse()
        post.desk.answer(chat, "one")
        post.desk.answer(chat, "two")
        assert [text_of(received) for received in second.wait(2)] == ["one", "two"]
        assert post.texts(1) == ["one"]
    finally:
        second.close()


def test_two_servers_on_one_database_send_each_event_once_and_in_order(
    postgresql_portals: tuple[Portal, Portal], receiver: Receiver
) -> None:
    first, second = postgresql_portals
    desk = Desk(first, f"{receiver.url}/handler")
    desk.bind("OnImConnectorMessageAdd")
    post = Post(desk, receiver)
    chats = [post.dialog() for _ in range(4)]
    stop = threading.Event()

    def look_all_the_time() -> None:
        while not stop.is_set():
            second.look_for_due()

    looking = threading.Thread(target=look_all_the_time)
    looking.start()
    try:
        for number in range(25):
            for chat in chats:
                desk.answer(chat, f"{chat} {number}")
        receiver.wait(100, timeout=30)
        receiver.nothing_more(100)
    finally:
        stop.set()
        looking.join()
    assert len({received.headers["webhook-id"] for received in receiver.requests}) == 100
    for chat in chats:
        told = [text_of(received) for received in receiver.requests if text_of(received).startswith(f"{chat} ")]
        assert told == [f"{chat} {number}" for number in range(25)]


def test_dialog_with_more_to_send_is_not_forgotten_among_others(
    quick_post: Post, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it has to send must be looked up, while that of all others behind it is known."""
    monkeypatch.setattr(worker, "FRESH", 60.0)
    post = quick_post
    first, *others = (post.dialog() for _ in range(worker.SLOTS + 2 * worker.AHEAD))
    early, late = others[: -worker.AHEAD], others[-worker.AHEAD :]
    post.desk.answer(first, "to be known")
    post.journal(1)
    opened = threading.Event()

    def hold(received: Received) -> tuple[int, dict[str, str], bytes]:
        (opened if text_of(received) == "one" else gate).wait(10)
        return 200, {}, b""

    post.receiver.answer = hold
    post.desk.answer(first, "one")
    post.desk.answer(first, "two")
    for chat in early:  # they take the other slots, and the rest of them wait before what comes next
        post.desk.answer(chat, "early")
    post.receiver.wait(1 + worker.SLOTS)
    opened.set()
    post.journal(2)
    for chat in late:
        post.desk.answer(chat, "late")
    gate.set()
    texts = post.texts(3 + len(others))
    assert texts.count("two") == 1
