"""Limits: too many requests of an address, and a method that has worked too long for one caller."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.portal import HERE, Client, Loop, Portal, refused, respond
from support.served import Served
from tieline.api.dispatch import Credentials, Dispatcher, Request
from tieline.domain.clock import MINUTE, SECOND
from tieline.store import people as people_store

TOO_MANY = {"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many requests"}
BLOCKED = {"error": "OPERATION_TIME_LIMIT", "error_description": "Method is blocked due to operation time limit."}
FIRST_CALL_CROSSES = "0.000001"
Open = Callable[..., Portal]


@pytest.fixture
def open_portal(loop: Loop, sqlite_url: str, tmp_path: Path) -> Iterator[Open]:
    """Open the portal with settings of its own."""
    portals: list[Portal] = []

    def make(**settings: Any) -> Portal:
        portals.append(Portal(loop, sqlite_url, tmp_path, **settings))
        return portals[-1]

    yield make
    for portal in portals:
        portal.close()


def statuses(client: Client, count: int, method: str = "server.time") -> list[int]:
    return [client.call(method).status for _ in range(count)]


def from_address(portal: Portal, address: str, path: str, **params: Any) -> int:
    """Send a request from another address; returns the status."""

    request = httpx.Request("POST", HERE.join(path), json=params)
    return portal.loop.run(respond(portal.parts.server, request, address=address)).status_code


def test_request_without_room_is_refused_in_the_documented_words(open_portal: Open) -> None:
    app = open_portal(request_limit="2/3").app()
    assert statuses(app, 3) == [200] * 3
    reply = app.call("server.time")
    assert (reply.status, reply.body) == (503, TOO_MANY)
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    assert reply.headers["access-control-allow-origin"] == "*"
    assert b"<error>QUERY_LIMIT_EXCEEDED</error>" in app.call("server.time.xml").content


def test_bucket_drains_as_time_passes_and_refusals_do_not_fill_it(open_portal: Open) -> None:
    portal = open_portal(request_limit="2/3")
    app = portal.app()
    assert statuses(app, 10) == [200] * 3 + [503] * 7
    portal.clock.move(499)
    assert statuses(app, 1) == [503]
    portal.clock.move(1)
    assert statuses(app, 2) == [200, 503]
    portal.clock.move(SECOND)
    assert statuses(app, 3) == [200, 200, 503]
    portal.clock.move(MINUTE)
    assert statuses(app, 4) == [200] * 3 + [503], "an empty bucket gets no emptier"


@pytest.mark.parametrize(("tariff", "a_second", "at_once"), [("standard", 2, 50), ("enterprise", 5, 250)])
def test_documented_tariffs_hold(open_portal: Open, tariff: str, a_second: int, at_once: int) -> None:
    portal = open_portal(request_limit=tariff)
    app = portal.app()
    assert statuses(app, at_once + 1) == [200] * at_once + [503]
    portal.clock.move(SECOND)
    assert statuses(app, a_second + 1) == [200] * a_second + [503]


def test_all_clients_of_an_address_share_its_bucket(open_portal: Open) -> None:
    portal = open_portal(request_limit="1/4")
    apps, hook = [portal.app(), portal.app()], portal.webhook()
    assert [apps[0].call("server.time").status, apps[1].call("server.time").status] == [200, 200]
    assert hook.call("server.time").status == 200
    assert portal.request("POST", "/rest/server.time").error == (401, "NO_AUTH_FOUND")
    for client in (*apps, hook, Client(portal)):
        assert refused(client.call("server.time")) == (503, *TOO_MANY.values())


def test_each_address_has_a_bucket_of_its_own(open_portal: Open) -> None:
    portal = open_portal(request_limit="1/1")
    app = portal.app()
    assert statuses(app, 2) == [200, 503]
    assert from_address(portal, "192.0.2.7", "/rest/server.time", **app.auth) == 200
    assert from_address(portal, "192.0.2.7", "/rest/server.time", **app.auth) == 503
    assert from_address(portal, "2001:db8::7", "/rest/server.time", **app.auth) == 200


def test_each_portal_has_a_bucket_of_its_own(open_portal: Open) -> None:
    portal = open_portal(request_limit="1/1")
    facts = {"member_id": "0" * 32, "name": "second", "language": "en", "time_zone": "UTC", "now": 0}
    portal.write(lambda tx: people_store.add_portal(tx, url="https://second.example", **facts))
    app = portal.app()
    assert statuses(app, 2) == [200, 503]
    answers = [
        portal.request("POST", "/rest/server.time", json=app.auth, headers={"host": "second.example"}).error
        for _ in range(2)
    ]
    assert answers == [(401, "invalid_token"), (503, "QUERY_LIMIT_EXCEEDED")]


def test_refusal_reads_nothing_from_the_database(open_portal: Open) -> None:
    portal = open_portal(request_limit="1/1")
    app = portal.app()
    assert statuses(app, 1) == [200]
    portal.database.close()
    assert refused(app.call("server.time")) == (503, *TOO_MANY.values())
    portal.clock.move(SECOND)
    assert app.call("server.time").error == (503, "OVERLOAD_LIMIT")


def test_batch_is_one_request(open_portal: Open) -> None:
    app = open_portal(request_limit="1/2").app()
    for _ in range(2):
        assert len(app.call("batch", cmd=["server.time"] * 50).result["result"]) == 50
    assert app.call("batch", cmd=["server.time"]).body == TOO_MANY


def test_pages_and_preflights_are_not_limited(open_portal: Open) -> None:
    portal = open_portal(request_limit="1/1", operating_limit=FIRST_CALL_CROSSES)
    page = portal.page(portal.person())
    assert statuses(portal.app(), 2) == [200, 503]
    assert statuses(page, 5) == [200] * 5
    assert [portal.request("OPTIONS", "/rest/server.time").status for _ in range(5)] == [204] * 5
    time_block = page.call("server.time").body["time"]
    assert time_block["operating"] == 0
    assert time_block["operating_reset_at"] == portal.clock.now() // SECOND + 600


def test_nothing_is_limited_on_ones_own_machine_unless_asked_for(quick_portal: Portal, quick_app: Client) -> None:
    assert set(statuses(quick_app, 300)) == {200}
    assert quick_app.call("batch", cmd=["server.time"] * 50).result["result_error"] == []


def test_production_limits_requests_generously(open_portal: Open) -> None:
    portal = open_portal(profile="production")
    assert portal.world.rules.requests == (50, 2500)
    app = portal.app()
    assert set(statuses(app, 300)) == {200}, "more than the largest documented tariff has room for"


def operating(client: Client, method: str = "server.time") -> float:
    """Call a method; returns the operating time that the answer tells."""
    reply = client.call(method)
    assert reply.status == 200, reply.content
    return reply.body["time"]["operating"]


def test_operating_time_of_a_method_grows_by_what_each_call_takes(quick_app: Client) -> None:
    sum_ = 0.0
    for _ in range(3):
        block = quick_app.call("app.info").body["time"]
        assert block["processing"] > 0
        sum_ += block["processing"]
        assert block["operating"] == pytest.approx(sum_)


def test_failed_calls_take_operating_time_too(quick_app: Client) -> None:
    assert quick_app.call("event.bind", event="OnAppTest").status == 400
    block = quick_app.call("event.bind", event="OnAppTest", handler="http://127.0.0.1:9/").body["time"]
    assert block["operating"] > block["processing"]


def test_operating_time_is_counted_by_method_and_by_caller(quick_portal: Portal) -> None:
    apps, hook = [quick_portal.app(), quick_portal.app()], quick_portal.webhook()
    for client in (*apps, hook, quick_portal.webhook()):
        for method in ("server.time", "scope"):
            block = client.call(method).body["time"]
            assert block["operating"] == block["processing"]


def test_oldest_part_is_let_go_at_the_told_second(quick_portal: Portal, quick_app: Client) -> None:
    start = quick_portal.clock.now() // SECOND
    told = []
    for _ in range(12):
        told.append(quick_app.call("server.time").body["time"])
        quick_portal.clock.move(MINUTE)
    assert [block["operating_reset_at"] - start for block in told] == [600] * 10 + [660, 720]
    assert [block["operating"] for block in told[:10]] == sorted(block["operating"] for block in told[:10])
    spent = [block["processing"] for block in told]
    assert told[9]["operating"] == pytest.approx(sum(spent[:10]))
    assert told[11]["operating"] == pytest.approx(sum(spent[2:12]))


def test_calls_of_one_minute_are_let_go_together(quick_portal: Portal, quick_app: Client) -> None:
    operating(quick_app)
    quick_portal.clock.move(59 * SECOND)
    both = operating(quick_app)
    quick_portal.clock.move(541 * SECOND)
    block = quick_app.call("server.time").body["time"]
    assert block["operating"] == block["processing"] < both


def test_call_that_crosses_the_limit_completes_and_the_next_is_blocked(open_portal: Open) -> None:
    app = open_portal(operating_limit=FIRST_CALL_CROSSES).app()
    assert operating(app) > float(FIRST_CALL_CROSSES)
    for _ in range(2):
        reply = app.call("server.time")
        assert (reply.status, reply.body) == (429, BLOCKED)


def test_only_that_method_of_that_caller_is_blocked(open_portal: Open) -> None:
    portal = open_portal(operating_limit=FIRST_CALL_CROSSES)
    clients = [portal.app(), portal.app(), portal.webhook(), portal.webhook()]
    for client in clients:
        assert statuses(client, 2) == [200, 429]
        assert statuses(client, 2, "scope") == [200, 429]


def test_blocked_method_is_free_after_ten_minutes(open_portal: Open) -> None:
    portal = open_portal(operating_limit=FIRST_CALL_CROSSES)
    app = portal.app()
    reset_at = app.call("server.time").body["time"]["operating_reset_at"]
    portal.clock.move(reset_at * SECOND - portal.clock.now() - 1)
    assert statuses(app, 1) == [429]
    portal.clock.move(1)
    assert statuses(app, 2) == [200, 429]


def test_method_is_not_blocked_below_the_limit(open_portal: Open) -> None:
    app = open_portal(operating_limit="on").app()
    assert set(statuses(app, 20)) == {200}


def test_window_may_be_shorter(open_portal: Open) -> None:
    portal = open_portal(operating_limit=f"{FIRST_CALL_CROSSES}/5")
    app = portal.app()
    assert app.call("server.time").body["time"]["operating_reset_at"] == portal.clock.now() // SECOND + 5
    assert statuses(app, 1) == [429]
    portal.clock.move(5 * SECOND)
    assert statuses(app, 1) == [200]


def test_commands_of_a_batch_are_charged_to_their_methods(quick_portal: Portal, quick_app: Client) -> None:
    before = operating(quick_app)
    body = quick_app.call("batch", cmd={"a": "server.time", "b": "scope", "c": "server.time"}).body
    times = body["result"]["result_time"]
    assert times["a"]["operating"] == pytest.approx(before + times["a"]["processing"])
    assert times["b"]["operating"] == times["b"]["processing"]
    assert times["c"]["operating"] == pytest.approx(times["a"]["operating"] + times["c"]["processing"])
    assert body["time"]["operating"] == 0, "the batch itself is charged nothing"
    in_ten_minutes = quick_portal.clock.now() // SECOND + 600
    assert {block["operating_reset_at"] for block in (*times.values(), body["time"])} == {in_ten_minutes}
    assert operating(quick_app) > times["c"]["operating"]


def test_blocked_command_is_an_error_of_its_own(open_portal: Open) -> None:
    app = open_portal(operating_limit=FIRST_CALL_CROSSES).app()
    result = app.call("batch", cmd=["server.time", "server.time", "scope"]).result
    assert list(result["result"]) == ["0", "2"]
    assert result["result_error"] == {"1": BLOCKED}
    assert list(result["result_time"]) == ["0", "2"]
    result = app.call("batch", cmd={"a": "server.time", "b": "app.info"}, halt=1).result
    assert (result["result"], result["result_error"]) == ([], {"a": BLOCKED})
    assert statuses(app, 1, "app.info") == [200], "what a batch did not come to is not charged"


def test_job_that_runs_again_is_charged_once(open_portal: Open) -> None:
    portal = open_portal(operating_limit=FIRST_CALL_CROSSES)

    class Repeating:
        """A database that runs each job twice, as PostgreSQL does after a deadlock."""

        async def read(self, job: Any) -> Any:
            await portal.database.read(job)
            return await portal.database.read(job)

    credentials = Credentials(portal.app().auth["auth"])
    dispatcher = Dispatcher(portal.world.catalogue, Repeating(), portal.world)
    first, second = (
        portal.loop.run(dispatcher.answer(Request("server.time", {}, credentials, portal_id=1))) for _ in range(2)
    )
    assert (first.status, second.status) == (200, 429)
    assert first.body["time"]["operating"] == first.body["time"]["processing"]


def test_calls_at_once_are_all_counted(quick_portal: Portal, quick_app: Client) -> None:
    dispatcher = Dispatcher(quick_portal.world.catalogue, quick_portal.database, quick_portal.world)
    credentials = Credentials(quick_app.auth["auth"])

    async def at_once(count: int) -> list[Any]:
        return await asyncio.gather(
            *(dispatcher.answer(Request("scope", {}, credentials, portal_id=1)) for _ in range(count))
        )

    blocks = [answer.body["time"] for answer in quick_portal.loop.run(at_once(40))]
    assert max(block["operating"] for block in blocks) == pytest.approx(sum(block["processing"] for block in blocks))


@pytest.fixture(scope="module")
def strict_server(tieline: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A running server with limits that one request reaches."""
    options = ("--request-limit", "0.01/1", "--operating-limit", FIRST_CALL_CROSSES)
    with Served(tieline, tmp_path_factory.mktemp("strict") / "data", *options, tls=False) as served:
        yield served


def ask(served: Served, token: str, forwarded: str = "") -> httpx.Response:
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    return httpx.get(f"{served.http_url}/rest/server.time", params={"auth": token}, headers=headers)


def test_strict_settings_provoke_both_refusals_and_a_proxy_names_the_address(strict_server: Served) -> None:
    app = strict_server.ask("app.add", name="An app", scopes=["im"], script_only=True)
    first, begun = ask(strict_server, app["access_token"]), time.time()
    assert first.status_code == 200
    assert abs(first.json()["time"]["operating_reset_at"] - begun - 600) < 10
    assert (ask(strict_server, app["access_token"]).json()) == TOO_MANY
    for address in ("192.0.2.7", "192.0.2.8, 127.0.0.1"):
        assert ask(strict_server, app["access_token"], address).json() == BLOCKED
        assert ask(strict_server, app["access_token"], address).json() == TOO_MANY
