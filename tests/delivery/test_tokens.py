"""Tokens that events bring: good for the hour that the event claims, and committed before it leaves."""

import threading

from support.portal import Client, Portal
from support.post import Post
from support.receiver import Receiver
from tieline.domain.clock import HOUR, MINUTE, SECOND
from tieline.store.people import list_portals


def with_token(portal: Portal, token: str) -> Client:
    return Client(portal, auth={"auth": token})


def test_token_of_an_event_works_for_its_hour_and_no_longer(post: Post) -> None:
    post.desk.answer(post.dialog())
    (event,) = post.receiver.wait(1)
    client = with_token(post.portal, event.flat["auth[access_token]"])
    assert int(event.flat["auth[expires_in]"]) == 3600
    assert client.call("profile").result["ID"] == event.flat["auth[user_id]"]
    post.portal.clock.move(HOUR - SECOND)
    assert client.call("profile").status == 200
    post.portal.clock.move(10 * MINUTE + SECOND)
    assert client.call("profile").error == (401, "expired_token")


def test_token_that_is_used_again_works_for_the_hour_of_the_later_event(quick_post: Post) -> None:
    post = quick_post
    chat = post.dialog()
    post.desk.answer(chat)
    post.journal(1)
    post.portal.clock.move(10 * MINUTE - SECOND)
    post.desk.answer(chat)
    first, second = (received.flat["auth[access_token]"] for received in post.receiver.wait(2))
    assert first == second
    post.portal.clock.move(HOUR - SECOND)
    assert with_token(post.portal, second).call("profile").status == 200


def test_event_acts_in_the_name_of_who_caused_it(quick_post: Post) -> None:
    post = quick_post
    post.desk.answer(post.dialog())
    (event,) = post.receiver.wait(1)
    assert event.flat["auth[user_id]"] == str(post.desk.operator_id)


def test_event_brings_what_proves_the_portal(quick_post: Post) -> None:
    post = quick_post
    post.desk.answer(post.dialog())
    flat, facts = post.receiver.wait(1)[0].flat, post.desk.app.facts
    for name in ("application_token", "member_id", "domain", "client_endpoint", "server_endpoint"):
        assert flat[f"auth[{name}]"] == facts[name]
    assert "auth[refresh_token]" not in flat


def test_installation_brings_a_refresh_token_that_works(quick_portal: Portal, receiver: Receiver) -> None:
    facts = quick_portal.app(install_url=f"{receiver.url}/install").facts
    (event,) = receiver.wait(1, event="ONAPPINSTALL")
    query = f"client_id={facts['client_id']}&client_secret={facts['client_secret']}"
    path = f"/oauth/token/?grant_type=refresh_token&{query}&refresh_token={event.flat['auth[refresh_token]']}"
    renewed = quick_portal.request("GET", path)
    assert renewed.status == 200
    assert with_token(quick_portal, renewed.body["access_token"]).call("profile").status == 200


def test_token_is_committed_although_its_neighbours_roll_back(portal: Portal, receiver: Receiver) -> None:
    """On PostgreSQL a job beside a failing one runs again: what it made first never was."""
    apps = [portal.app() for _ in range(30)]
    for app in apps:
        assert app.call("event.bind", event="OnAppTest", handler=f"{receiver.url}/handler").result is True
    stop = threading.Event()

    def fail(tx) -> None:
        raise ZeroDivisionError

    def flood() -> None:
        while not stop.is_set():
            for job in [portal.database.submit(fail if number % 20 == 0 else list_portals) for number in range(100)]:
                job.exception(30)

    flooding = [threading.Thread(target=flood) for _ in range(2)]
    for thread in flooding:
        thread.start()
    try:
        for app in apps:
            assert app.call("event.test").result == 1
        reached = receiver.wait(30)
    finally:
        stop.set()
        for thread in flooding:
            thread.join()
    tokens = [received.flat["auth[access_token]"] for received in reached]
    assert [with_token(portal, token).call("profile").status for token in tokens] == [200] * 30
