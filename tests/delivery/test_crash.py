"""A server that ends between sending and recording: the next one sends again, under the same id."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.portal import Desk, Loop, Portal
from support.post import Post, journal, text_of
from support.receiver import Receiver
from tieline.domain.clock import MINUTE

Restart = Callable[[], Portal]


@pytest.fixture
def portal(loop: Loop, database_url: str, tmp_path: Path) -> Iterator[Portal]:
    """A portal whose connections end with it."""
    made = Portal(loop, database_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def restart(loop: Loop, portal: Portal, database_url: str, tmp_path: Path) -> Iterator[Restart]:
    """End the portal as it is and open another one on its database, at a later moment."""
    opened: list[Portal] = []

    def again() -> Portal:
        portal.close()
        made = Portal(loop, database_url, tmp_path)
        made.clock.move(10 * MINUTE)
        opened.append(made)
        made.look_for_due()
        return made

    yield again
    for made in opened:
        made.close()


def hold(post: Post, gate: threading.Event) -> None:
    """Let the handler take requests and answer none until the gate opens."""
    post.receiver.answer = lambda _: (gate.wait(30), (200, {}, b""))[1]


def test_event_that_was_on_its_way_is_sent_again_under_the_same_id(
    post: Post, restart: Restart, gate: threading.Event
) -> None:
    chat = post.dialog()
    hold(post, gate)
    for text in ("one", "two"):
        post.desk.answer(chat, text)
    (first,) = post.receiver.wait(1)
    portal = restart()
    gate.set()
    post.accept()
    again, following = post.receiver.wait(3)[1:]
    assert [text_of(received) for received in (first, again, following)] == ["one", "one", "two"]
    assert first.headers["webhook-id"] == again.headers["webhook-id"] != following.headers["webhook-id"]
    assert first.flat["data[MESSAGES][0][im][message_id]"] == again.flat["data[MESSAGES][0][im][message_id]"]
    entries = journal(portal, 3)
    assert [entry.outcome for entry in entries] == ["interrupted", "delivered", "delivered"]
    assert entries[0].delivery_id == entries[1].delivery_id
    assert "the server ended" in entries[0].reason
    post.receiver.nothing_more(3)


def test_what_was_answered_is_not_interrupted(
    post: Post, restart: Restart, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends while the database is busy, so that the outcome waits for being recorded."""
    chat = post.dialog()
    hold(post, gate)
    post.desk.answer(chat)
    post.receiver.wait(1)
    recorded = threading.Event()
    busy = post.portal.database.submit(lambda _: recorded.wait(30))
    monkeypatch.setattr("tieline.app.GRACE", 0.3)
    threading.Timer(0.6, recorded.set).start()
    gate.set()
    portal = restart()
    assert busy.done()
    assert [entry.outcome for entry in journal(portal)] == ["delivered"]


def test_event_that_nobody_was_told_of_is_sent_after_the_restart(
    portal: Portal, receiver: Receiver, restart: Restart, gate: threading.Event
) -> None:
    """More dialogs wait than the handler has slots."""
    post = Post(Desk(portal, f"{receiver.url}/handler"), receiver)
    post.desk.bind("OnImConnectorMessageAdd")
    chats = [post.dialog() for _ in range(20)]
    hold(post, gate)
    for chat in chats:
        post.desk.answer(chat, str(chat))
    begun = len(post.receiver.wait(8))
    restart()
    gate.set()
    post.accept()
    reached = post.receiver.wait(begun + 20)
    assert {text_of(received) for received in reached[begun:]} == {str(chat) for chat in chats}


def test_what_was_recorded_is_not_sent_again(post: Post, restart: Restart) -> None:
    post.desk.answer(post.dialog())
    post.journal(1)
    restart()
    post.receiver.nothing_more(1)


def test_retry_keeps_its_moment_over_a_restart(post: Post, restart: Restart) -> None:
    post.refuse()
    post.desk.answer(post.dialog())
    post.journal(1)
    post.accept()
    portal = restart()
    assert [entry.attempt for entry in journal(portal, 2)] == [1, 2]
    first, second = post.receiver.wait(2)
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
