"""Retries: when, with what, for how long, and what is seen of them."""

import base64
from datetime import UTC, datetime
from itertools import accumulate

import pytest
from standardwebhooks import Webhook

from support.portal import START, Desk
from support.post import Post, text_of
from support.receiver import Received, Receiver
from tieline.delivery.retry import SCHEDULE
from tieline.domain.clock import HOUR, MINUTE, SECOND


def changing(received: Received) -> dict[str, str]:
    return {name: value for name, value in received.flat.items() if name == "ts" or name.startswith("auth[")}


def steady(received: Received) -> dict[str, str]:
    return {name: value for name, value in received.flat.items() if name not in changing(received)}


def go_through_schedule(post: Post) -> None:
    """Let the clock stop one moment before each attempt and at it."""
    for number, pause in enumerate(SCHEDULE[1:], 1):
        post.journal(number)
        post.later(pause - 1)
        post.later(1)
    post.journal(len(SCHEDULE))


@pytest.mark.difference(4)
def test_retries_follow_the_schedule_and_end(post: Post) -> None:
    chat = post.dialog()
    post.refuse(503)
    post.desk.answer(chat)
    go_through_schedule(post)
    entries = post.journal()
    assert [entry.started_at - START for entry in entries] == list(accumulate(SCHEDULE))
    assert [entry.attempt for entry in entries] == list(range(1, 11))
    assert [entry.outcome for entry in entries] == ["retry"] * 9 + ["failed"]
    assert {(entry.status, entry.reason) for entry in entries} == {(503, "the handler answered 503")}
    post.later(100 * HOUR)
    post.receiver.nothing_more(10)


def test_message_that_was_given_up_shows_it_and_why(quick_post: Post) -> None:
    post = quick_post
    chat = post.dialog()
    post.refuse(503)
    message = post.desk.answer(chat)
    post.journal(1)
    assert post.message(chat, message)["state"] == "sent"
    post.later(28 * HOUR)
    post.journal(2)
    shown = post.message(chat, message)
    assert (shown["state"], shown["stateReason"]) == ("failed", "the handler answered 503")


def test_next_event_goes_out_when_one_is_given_up(post: Post) -> None:
    chat = post.dialog()
    post.receiver.answer = lambda received: (500 if text_of(received) == "one" else 200, {}, b"")
    post.desk.answer(chat, "one")
    post.journal(1)
    post.later(27 * HOUR)
    post.desk.answer(chat, "two")
    post.journal(2)
    post.later(HOUR)
    post.later(9 * HOUR)
    assert post.texts(4) == ["one", "one", "one", "two"]
    assert [entry.outcome for entry in post.journal(4)] == ["retry", "retry", "failed", "delivered"]


def test_event_that_waited_too_long_behind_another_has_one_attempt(quick_post: Post) -> None:
    post = quick_post
    chat = post.dialog()
    post.refuse()
    messages = [post.desk.answer(chat, text) for text in ("one", "two")]
    post.journal(1)
    post.later(28 * HOUR)
    entries = post.journal(3)
    assert [entry.outcome for entry in entries] == ["retry", "failed", "failed"]
    assert [post.message(chat, message)["state"] for message in messages] == ["failed", "failed"]


def test_success_ends_the_retries(quick_post: Post) -> None:
    post = quick_post
    post.refuse()
    post.desk.answer(post.dialog())
    post.journal(1)
    post.accept()
    post.later(5 * SECOND)
    last = post.journal(2)[-1]
    assert (last.outcome, last.status, last.reason, last.attempt) == ("delivered", 200, "", 2)
    post.later(100 * HOUR)
    post.receiver.nothing_more(2)


def test_next_event_starts_the_schedule_anew(quick_post: Post) -> None:
    post = quick_post
    chat = post.dialog()
    post.refuse()
    post.desk.answer(chat, "one")
    post.journal(1)
    post.later(5 * SECOND)
    post.journal(2)
    post.accept()
    post.later(30 * SECOND)
    post.journal(3)
    post.refuse()
    post.desk.answer(chat, "two")
    post.journal(4)
    post.accept()
    post.later(5 * SECOND)
    assert [entry.attempt for entry in post.journal(5)] == [1, 2, 3, 1, 2]


def test_retry_has_the_same_id_and_data_and_fresh_authorisation(post: Post) -> None:
    post.refuse()
    post.desk.answer(post.dialog())
    post.journal(1)
    post.later(20 * MINUTE)
    first, second = post.receiver.wait(2)
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert steady(first) == steady(second)
    assert int(second.flat["ts"]) - int(first.flat["ts"]) == 20 * 60
    assert int(second.flat["auth[expires]"]) - int(first.flat["auth[expires]"]) == 20 * 60
    assert first.flat["auth[access_token]"] != second.flat["auth[access_token]"]
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


def test_data_stays_although_the_message_has_changed(quick_post: Post) -> None:
    post = quick_post
    post.refuse()
    message = post.desk.answer(post.dialog(), "as it was")
    post.journal(1)
    post.desk.operator.call("im.message.update", MESSAGE_ID=message, MESSAGE="as it is")
    post.later(5 * SECOND)
    assert post.texts(2) == ["as it was", "as it was"]


def test_every_attempt_is_signed_as_standard_webhooks_say(quick_post: Post) -> None:
    post = quick_post
    post.refuse()
    post.desk.answer(post.dialog(), "Grüße & 100 % \U0001f600")
    post.journal(1)
    post.later(5 * SECOND)
    secret = post.desk.app.facts["signing_secret"]
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    for received in post.receiver.wait(2):
        headers = received.headers
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        assert headers["webhook-signature"] == Webhook(secret).sign(headers["webhook-id"], at, received.body.decode())
        assert headers["webhook-timestamp"] == received.flat["ts"]


def test_events_have_ids_of_their_own(quick_post: Post) -> None:
    chat = quick_post.dialog()
    for _ in range(3):
        quick_post.desk.answer(chat)
    assert len({received.headers["webhook-id"] for received in quick_post.receiver.wait(3)}) == 3


@pytest.mark.difference(4)
def test_strict_server_sends_once(open_portal, receiver: Receiver) -> None:
    desk = Desk(open_portal(strict=True), f"{receiver.url}/handler")
    desk.bind("OnImConnectorMessageAdd")
    post = Post(desk, receiver)
    chat = post.dialog()
    post.refuse()
    message = post.desk.answer(chat, "one")
    assert [entry.outcome for entry in post.journal(1)] == ["failed"]
    assert post.message(chat, message)["state"] == "failed"
    post.accept()
    post.later(100 * HOUR)
    post.desk.answer(chat, "two")
    assert post.texts(2) == ["one", "two"]


def test_unbinding_cancels_what_waits_and_says_so(post: Post) -> None:
    chat = post.dialog()
    post.refuse()
    for text in ("one", "two"):
        post.desk.answer(chat, text)
    post.journal(1)
    unbound = post.desk.app.call("event.unbind", event="OnImConnectorMessageAdd", handler=post.desk.handler)
    assert unbound.result == {"count": 1}
    entries = post.journal(3)
    assert [entry.outcome for entry in entries] == ["retry", "cancelled", "cancelled"]
    assert {entry.reason for entry in entries[1:]} == {"the handler was unbound"}
    post.accept()
    post.later(100 * HOUR)
    post.receiver.nothing_more(1)
    assert post.due(post.portal.clock.now()) == []


def test_unbinding_one_event_leaves_the_others_of_the_handler(quick_post: Post) -> None:
    post = quick_post
    post.desk.bind("OnImConnectorMessageUpdate")
    chat = post.dialog()
    post.refuse()
    message = post.desk.answer(chat, "one")
    post.journal(1)
    post.desk.operator.call("im.message.update", MESSAGE_ID=message, MESSAGE="better")
    post.desk.app.call("event.unbind", event="OnImConnectorMessageAdd", handler=post.desk.handler)
    post.accept()
    post.later(5 * SECOND)
    assert [received.event for received in post.receiver.wait(2)][1:] == ["ONIMCONNECTORMESSAGEUPDATE"]
    post.receiver.nothing_more(2)


@pytest.mark.parametrize("status", [200, 500])
def test_unbinding_while_an_event_is_on_its_way_leaves_nothing_behind(post: Post, gate, status: int) -> None:
    chat = post.dialog()
    post.receiver.answer = lambda _: (gate.wait(20), (status, {}, b""))[1]
    post.desk.answer(chat)
    post.receiver.wait(1)
    post.desk.app.call("event.unbind", event="OnImConnectorMessageAdd", handler=post.desk.handler)
    gate.set()
    post.journal(2)
    post.later(100 * HOUR)
    post.receiver.nothing_more(1)
    assert post.due(post.portal.clock.now()) == []


def test_binding_again_gets_later_events_only(quick_post: Post) -> None:
    post = quick_post
    chat = post.dialog()
    post.refuse()
    post.desk.answer(chat, "before")
    post.journal(1)
    post.desk.app.call("event.unbind", event="OnImConnectorMessageAdd", handler=post.desk.handler)
    post.accept()
    post.desk.bind("OnImConnectorMessageAdd")
    post.desk.answer(chat, "after")
    assert post.texts(2) == ["before", "after"]
    post.later(HOUR)
    post.receiver.nothing_more(2)
