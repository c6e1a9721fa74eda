"""Errors of the system, which any method may answer with: their codes, texts and statuses."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.portal import HERE, Client, Loop, Portal, Reply, respond
from tieline.domain.clock import HOUR
from tieline.services import tokens
from tieline.store import people as people_store

SCOPE = "The request requires higher privileges than provided by the "
WRONG_TYPE = "Current authorization type is denied for this method Application context required"
APP_ONLY = [
    "event.bind",
    "event.get",
    "event.test",
    "event.unbind",
    "events",
    "imconnector.activate",
    "imconnector.chat.name.set",
    "imconnector.connector.data.set",
    "imconnector.delete.messages",
    "imconnector.list",
    "imconnector.register",
    "imconnector.send.messages",
    "imconnector.send.status.delivery",
    "imconnector.send.status.reading",
    "imconnector.status",
    "imconnector.unregister",
    "imconnector.update.messages",
]
PAGES_ONLY = [
    "tieline.connector.disconnect",
    "tieline.connector.open",
    "tieline.connectors.list",
    "tieline.dialog.get",
    "tieline.inbox.list",
]


def refused(reply: Reply) -> tuple[int, str, str]:
    status, code = reply.error
    assert set(reply.body) == {"error", "error_description"}
    return status, code, reply.text


def change(portal: Portal, statement: str, **values: Any) -> None:
    """Change rows behind the server's back, as another process would."""

    def job(tx) -> None:
        assert tx.run(statement, **values) == 1
        tx.touch(1)

    portal.write(job)


@pytest.mark.parametrize("path", ["1/wrong", "999/{code}", "0/{code}", "x/{code}", "99999999999999999999/{code}"])
@pytest.mark.difference(2)
def test_wrong_code_or_user_of_a_webhook(portal: Portal, path: str) -> None:
    code = portal.webhook().prefix.split("/")[3]
    reply = portal.request("POST", f"/rest/{path.format(code=code)}/server.time")
    assert refused(reply) == (401, "INVALID_CREDENTIALS", "Invalid request credentials")


@pytest.mark.parametrize("token", ["wrong", "a" * 70, "\0", "äöü", "a" * 10_000])
@pytest.mark.difference(3)
def test_unknown_token(portal: Portal, token: str) -> None:
    reply = portal.request("POST", "/rest/server.time", json={"auth": token})
    if token == "\0":
        assert refused(reply) == (401, "NO_AUTH_FOUND", "Wrong authorization data")
        return
    assert refused(reply) == (401, "invalid_token", "Unable to get application by token")


def test_refresh_token_opens_nothing(portal: Portal) -> None:
    app = portal.app()
    app.auth = {"auth": app.facts["refresh_token"]}
    assert app.call("server.time").error == (401, "invalid_token")


def test_token_holds_for_an_hour(portal: Portal) -> None:
    app = portal.app()
    portal.clock.move(HOUR - 1)
    assert app.call("server.time").status == 200
    portal.clock.move(1)
    assert refused(app.call("server.time")) == (401, "expired_token", "The access token provided has expired.")


def test_dismissed_user(portal: Portal) -> None:
    person = portal.person()
    app, hook, page = portal.app(), portal.webhook(person), portal.page(person)

    def issue(tx) -> str:
        call = portal.admin_call(tx)
        return tokens.issue(call, call.find_app(app.facts["id"]), person).access_token

    app.auth = {"auth": portal.write(issue)}
    assert [client.call("server.time").status for client in (app, hook, page)] == [200, 200, 200]
    change(portal, "update users set active = 0 where id = :id", id=person)
    assert refused(app.call("server.time")) == (401, "authorization_error", "Unable to authorize user")
    assert refused(hook.call("server.time")) == (401, "INVALID_CREDENTIALS", "Invalid request credentials")
    assert refused(page.call("server.time")) == (401, "NO_AUTH_FOUND", "Wrong authorization data")


def test_token_of_an_application_that_is_gone(portal: Portal) -> None:
    app = portal.app()
    assert app.call("server.time").status == 200
    change(portal, "delete from apps where id = :id", id=app.facts["id"])
    assert refused(app.call("server.time")) == (401, "APPLICATION_NOT_FOUND", "Application not found")


@pytest.mark.parametrize("method", ["im.message.add", "imopenlines.config.get", "user.get"])
@pytest.mark.difference(1)
def test_missing_scope_is_told_before_missing_parameters(portal: Portal, method: str) -> None:
    app, hook = portal.app("imconnector"), portal.webhook(scopes="imconnector")
    assert refused(app.call(method)) == (401, "insufficient_scope", f"{SCOPE}access token")
    assert refused(hook.call(method)) == (401, "insufficient_scope", f"{SCOPE}webhook token")


@pytest.mark.parametrize("scope", ["imconnector", "imopenlines"])
def test_any_scope_of_several_suffices(portal: Portal, scope: str) -> None:
    assert portal.app(scope).call("imconnector.list").result == {}


def test_scope_of_everybody_needs_no_scope(quick_portal: Portal) -> None:
    assert quick_portal.webhook(scopes="").call("profile").result["ID"] == "1"


@pytest.mark.parametrize("method", APP_ONLY)
def test_methods_of_applications_refuse_webhooks_and_pages(quick_portal: Portal, method: str) -> None:
    hook = quick_portal.webhook(scopes="imopenlines,imconnector,im")
    page = quick_portal.page(quick_portal.person(admin=True))
    for client in (hook, page):
        assert refused(client.call(method)) == (403, "WRONG_AUTH_TYPE", WRONG_TYPE)


@pytest.mark.parametrize("method", PAGES_ONLY)
def test_methods_of_the_pages_refuse_applications_and_webhooks(quick_portal: Portal, method: str) -> None:
    told = (403, "WRONG_AUTH_TYPE", "This method is for the portal's own pages")
    for client in (quick_portal.app(), quick_portal.webhook(scopes="imopenlines,imconnector,im")):
        assert refused(client.call(method)) == told


@pytest.mark.parametrize(
    "method", ["tieline.connectors.list", "tieline.connector.open", "tieline.connector.disconnect"]
)
def test_methods_of_administrators_refuse_others(quick_portal: Portal, method: str) -> None:
    page = quick_portal.page(quick_portal.person())
    told = (403, "ACCESS_DENIED", "Access denied! Administrator access rights required")
    assert refused(page.call(method, CONNECTOR="x", LINE=1)) == told


def test_webhook_in_the_path_wins_over_a_token(quick_portal: Portal) -> None:
    hook = quick_portal.webhook()
    assert hook.call("server.time", auth="wrong").status == 200


def from_outside(portal: Portal, scheme: str, address: str, path: str) -> httpx.Response:
    """Send a request from another machine."""

    request = httpx.Request("POST", HERE.copy_with(scheme=scheme).join(path))
    return portal.loop.run(respond(portal.parts.server, request, address=address))


@pytest.fixture
def production(loop: Loop, sqlite_url: str, tmp_path: Path) -> Iterator[Portal]:
    """A portal of the production profile."""
    made = Portal(loop, sqlite_url, tmp_path, profile="production")
    yield made
    made.close()


@pytest.mark.parametrize("path", ["/rest/server.time", "/oauth/token/"])
def test_plain_http_from_outside_is_refused_in_production(production: Portal, path: str) -> None:
    reply = from_outside(production, "http", "203.0.113.5", path)
    assert (reply.status_code, reply.json()) == (
        400,
        {"error": "INVALID_REQUEST", "error_description": "Https required"},
    )
    for scheme, address in (("https", "203.0.113.5"), ("http", "127.0.0.1"), ("http", "::1")):
        assert "Https required" not in from_outside(production, scheme, address, path).text


@pytest.mark.difference(5)
def test_plain_http_is_allowed_in_development(quick_portal: Portal) -> None:
    assert from_outside(quick_portal, "http", "203.0.113.5", "/rest/server.time").status_code == 401


def add_portal(portal: Portal, url: str) -> None:
    portal.write(
        lambda tx: people_store.add_portal(
            tx, member_id="0" * 32, name="second", url=url, language="en", time_zone="UTC", now=portal.clock.now()
        )
    )


def test_host_names_the_portal_where_there_are_several(portal: Portal) -> None:
    app = portal.app()
    add_portal(portal, "https://second.example")
    assert app.call("server.time").status == 200
    for host, told in (("second.example", (401, "invalid_token")), ("third.example", (404, "PORTAL_NOT_FOUND")),
                       ("[", (404, "PORTAL_NOT_FOUND")), ("", (404, "PORTAL_NOT_FOUND"))):  # fmt: skip
        assert portal.request("POST", "/rest/server.time", json=app.auth, headers={"host": host}).error == told


def test_single_portal_answers_to_every_name(quick_portal: Portal) -> None:
    app = quick_portal.app()
    reply = quick_portal.request("POST", "/rest/server.time", json=app.auth, headers={"host": "any.name"})
    assert reply.status == 200


def test_database_that_is_gone_is_an_overload(quick_portal: Portal) -> None:
    app: Client = quick_portal.app()
    quick_portal.database.close()
    reply = app.call("event.test")
    assert refused(reply) == (503, "OVERLOAD_LIMIT", "REST API is blocked due to overload")
