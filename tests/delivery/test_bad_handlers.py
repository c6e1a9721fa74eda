"""Handlers that misbehave: each hurts itself alone, and the journal says why."""

import gzip
import socket

import pytest

from support import servers
from support.portal import Desk
from support.post import Post, text_of
from support.raw import RawServer, saying, silent
from support.receiver import Receiver
from tieline.store import outbox
from tieline.store.journal import Entry

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n"
FACT = '{"app_id":1,"query":{},"language":"en"}'
HUGE = 100 * 1024 * 1024


def first_attempt(post: Post, handler: str) -> Entry:
    """Send an event to a handler; returns what the journal says."""
    desk = post.desk
    assert desk.app.call("event.unbind", event="OnImConnectorMessageAdd", handler=desk.handler).result == {"count": 1}
    assert desk.app.call("event.bind", event="OnImConnectorMessageAdd", handler=handler).result is True
    desk.answer(post.dialog())
    return post.journal(1)[0]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\xff\xfe garbage \r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100_000 + b"\r\n\r\n",
    ],
    ids=["closes", "garbage", "bad status", "too short", "bad chunk", "huge header"],
)
def test_answer_that_is_none_is_tried_again(quick_post: Post, answer: bytes) -> None:
    with RawServer(saying(answer)) as handler:
        entry = first_attempt(quick_post, handler.url)
    assert (entry.outcome, entry.status) == ("retry", None)
    assert entry.reason
    assert "\n" not in entry.reason


def test_content_of_an_answer_is_not_looked_at(quick_post: Post) -> None:
    nonsense = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nnope"
    with RawServer(saying(nonsense)) as handler:
        entry = first_attempt(quick_post, handler.url)
    assert (entry.outcome, entry.status) == ("delivered", 200)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(quick_post: Post, status: int) -> None:
    post, elsewhere = quick_post, Receiver()
    try:
        post.receiver.answer = lambda _: (status, {"location": f"{elsewhere.url}/elsewhere"}, b"")
        post.desk.answer(post.dialog())
        (entry,) = post.journal(1)
        assert (entry.outcome, entry.status) == ("retry", status)
        elsewhere.nothing_more(0, 0.05)
    finally:
        elsewhere.close()


@pytest.mark.parametrize(
    "head", [HEAD + b"content-length: %d\r\n\r\n" % HUGE, HEAD + b"\r\n"], ids=["announced", "endless"]
)
def test_huge_answer_is_not_read(quick_post: Post, head: bytes) -> None:
    def flood(connection: socket.socket) -> None:
        connection.sendall(head)
        handler.pour(connection, HUGE)

    with RawServer(flood) as handler:
        entry = first_attempt(quick_post, handler.url)
    assert (entry.outcome, entry.status) == ("delivered", 200)
    assert handler.sent < HUGE / 5  # what fits into the sockets' buffers


def test_huge_answer_in_little_bytes_is_not_unpacked(quick_post: Post) -> None:
    packed = gzip.compress(bytes(HUGE), 9)

    def flood(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed) + packed)

    with RawServer(flood) as handler:
        entry = first_attempt(quick_post, handler.url)
    assert entry.outcome == "delivered"


def test_handler_that_refuses_connections_is_named(quick_post: Post) -> None:
    entry = first_attempt(quick_post, f"http://127.0.0.1:{servers.free_port()}/handler")
    assert (entry.outcome, entry.status) == ("retry", None)
    assert "refused" in entry.reason.lower() or "connect" in entry.reason.lower()


def test_handler_whose_name_is_unknown_is_named(quick_post: Post) -> None:
    entry = first_attempt(quick_post, "http://handler.invalid/")
    assert (entry.outcome, entry.status) == ("retry", None)
    assert entry.reason


def test_hanging_handler_holds_up_no_other(post: Post) -> None:
    """More dialogs than it has slots hang, on the same host, at the same application."""
    chats = [post.dialog() for _ in range(12)]
    with RawServer(silent) as hanging:
        for path in ("a", "b", "c"):
            bound = post.desk.app.call("event.bind", event="OnImConnectorMessageAdd", handler=f"{hanging.url}/{path}")
            assert bound.result is True
        for number in range(3):
            for chat in chats:
                post.desk.answer(chat, str(number))
        hanging.wait(24)
        assert len(post.receiver.wait(36)) == 36
    for chat in chats:
        assert [text_of(received) for received in told_of(post, chat)] == ["0", "1", "2"]


def told_of(post: Post, chat: int) -> list:
    return [
        received for received in post.receiver.requests if received.flat["data[MESSAGES][0][im][chat_id]"] == str(chat)
    ]


def test_hanging_path_holds_up_no_other_path_of_its_host(quick_post: Post, gate) -> None:
    post = quick_post
    post.receiver.answer = lambda received: (received.path == "/handler" or gate.wait(20), (200, {}, b""))[1]
    for path in ("hang1", "hang2", "hang3"):
        handler = f"{post.receiver.url}/{path}"
        assert post.desk.app.call("event.bind", event="OnImConnectorMessageAdd", handler=handler).result is True
    for chat in [post.dialog() for _ in range(10)]:
        post.desk.answer(chat)
    reached = post.receiver.wait(34)
    assert sum(received.path == "/handler" for received in reached) == 10


def test_hanging_handler_delays_no_call(post: Post) -> None:
    with RawServer(silent) as hanging:
        assert post.desk.app.call("event.bind", event="OnImConnectorMessageAdd", handler=hanging.url).result is True
        chat = post.dialog()
        post.desk.answer(chat, "one")
        hanging.wait(1)
        post.desk.answer(chat, "two")
        assert [message["text"] for message in post.desk.history(chat)][-2:] == ["one", "two"]
        assert len(post.receiver.wait(2)) == 2


def test_retry_of_one_is_found_behind_a_crowd_that_waits_for_a_dead_handler(quick_post: Post) -> None:
    """More lanes wait for the hanging one than one look at the outbox returns."""
    post = quick_post
    first = post.dialog()
    post.refuse()
    post.desk.answer(first, "again")
    post.journal(1)
    post.accept()
    with RawServer(silent) as hanging:
        assert post.desk.app.call("event.bind", event="OnAppTest", handler=hanging.url).result is True
        crowd(post.desk, 600, hanging.url, FACT)
        post.portal.look_for_due()
        hanging.wait(8)
        post.later(5_000)
        assert post.texts(2) == ["again", "again"]


def crowd(desk: Desk, count: int, handler: str, fact: str) -> None:
    """Queue an event for the handler in each of many dialogs, at once."""

    def fill(tx) -> None:
        call = desk.portal.admin_call(tx)
        (binding,) = [known for known in call.bindings("ONAPPTEST") if known.handler == handler]
        event = outbox.add_event(tx, 1, "ONAPPTEST", chat_id=0, actor_id=None, fact=fact, now=call.now)
        for number in range(count):
            outbox.add_delivery(tx, 1, event, binding, 1_000 + number, call.now)

    desk.portal.write(fill)


def test_event_that_cannot_be_prepared_holds_up_no_other(post: Post) -> None:
    """Its fact does not fit any more, as after a change of the server; the journal says so, and it is tried again."""
    broken = f"{post.receiver.url}/broken"
    assert post.desk.app.call("event.bind", event="OnAppTest", handler=broken).result is True
    crowd(post.desk, 3, broken, '{"query":7}')
    post.portal.look_for_due()
    post.desk.answer(post.dialog(), "hello")
    assert post.texts(1) == ["hello"]
    entries = [entry for entry in post.journal(4) if entry.handler == broken]
    assert [(entry.outcome, entry.status) for entry in entries] == [("retry", None)] * 3
    assert "cannot be prepared" in entries[0].reason
