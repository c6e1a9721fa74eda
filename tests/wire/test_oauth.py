"""/oauth/token/ and what lies around tokens: the refresh grant, app.info, and that no secret is kept in clear."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from support.portal import PASSWORD, URL, Client, Portal, Reply
from support.receiver import Receiver
from tieline.domain.clock import DAY, HOUR, MINUTE, SECOND
from tieline.services import tokens

PATTERN = re.compile(r"[A-Za-z0-9]+")
KEYS = {
    "access_token",
    "expires",
    "expires_in",
    "refresh_token",
    "scope",
    "domain",
    "server_endpoint",
    "client_endpoint",
    "member_id",
    "status",
    "user_id",
}


def grant(app: Client, **changes: str | None) -> dict[str, str]:
    """The parameters of a refresh; None leaves one out."""
    usual = {
        "grant_type": "refresh_token",
        "client_id": app.facts["client_id"],
        "client_secret": app.facts["client_secret"],
        "refresh_token": app.facts["refresh_token"],
    }
    return {name: value for name, value in (usual | changes).items() if value is not None}


def refresh(app: Client, **changes: str | None) -> Reply:
    return app.portal.request("POST", "/oauth/token/", data=grant(app, **changes))


def get(app: Client) -> Reply:
    return app.portal.request("GET", "/oauth/token/", params=grant(app))


def post_form(app: Client) -> Reply:
    return app.portal.request("POST", "/oauth/token/", data=grant(app))


def post_json(app: Client) -> Reply:
    return app.portal.request("POST", "/oauth/token/", json=grant(app))


def post_query(app: Client) -> Reply:
    return app.portal.request("POST", "/oauth/token/", params=grant(app))


def post_both(app: Client) -> Reply:
    given = grant(app)
    secret = {"client_secret": given.pop("client_secret")}
    return app.portal.request("POST", "/oauth/token/", params=given | {"client_secret": "wrong"}, data=secret)


def test_expired_token_is_known_as_long_as_it_can_be_refreshed(portal: Portal) -> None:
    app = portal.app("imopenlines,im")
    portal.clock.move(180 * DAY)
    portal.app("im")
    assert app.call("server.time").error == (401, "expired_token")
    portal.clock.move(DAY)
    portal.app("im")
    assert app.call("server.time").error == (401, "invalid_token")


@pytest.mark.parametrize("send", [get, post_form, post_json, post_query, post_both])
def test_refresh_token_is_exchanged_by_every_way_of_sending(portal: Portal, send: Callable[[Client], Reply]) -> None:
    app = portal.app("imopenlines,im")
    portal.clock.move(2 * HOUR)
    assert app.call("server.time").error == (401, "expired_token")
    reply = send(app)
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json; charset=utf-8")
    assert set(reply.body) == KEYS
    told = {name: value for name, value in reply.body.items() if name not in ("access_token", "refresh_token")}
    assert told == {
        "expires": (portal.clock.now() + HOUR) // 1000,
        "expires_in": 3600,
        "scope": "im,imopenlines",
        "domain": "portal.example:8443",
        "server_endpoint": f"{URL}/rest/",
        "client_endpoint": f"{URL}/rest/",
        "member_id": app.facts["member_id"],
        "status": "L",
        "user_id": 1,
    }
    app.auth = {"auth": reply.body["access_token"]}
    assert app.call("app.info").result["ID"] == app.facts["id"]


@pytest.mark.parametrize(
    "path", ["/oauth/token", "/oauth/token/", "/oauth//token/", "/oauth/token///", "/oauth///token"]
)
def test_slashes_may_be_doubled_or_trail(quick_portal: Portal, path: str) -> None:
    assert quick_portal.request("GET", path, params=grant(quick_portal.app())).status == 200


def test_further_parameters_are_ignored(quick_portal: Portal) -> None:
    app = quick_portal.app()
    assert refresh(app, scope="crm", state="x", redirect_uri="https://elsewhere.example").status == 200


def test_new_pair_replaces_the_old_one_again_and_again(app: Client) -> None:
    tokens = {app.facts["refresh_token"], app.facts["access_token"]}
    for _ in range(3):
        body = refresh(app).body
        assert not tokens & {body["access_token"], body["refresh_token"]}
        tokens |= {body["access_token"], body["refresh_token"]}
        app.facts["refresh_token"] = body["refresh_token"]
        app.portal.clock.move(2 * MINUTE)
    assert len(tokens) == 8


@pytest.mark.difference(27)
def test_repeat_within_a_minute_gets_the_same_pair(app: Client) -> None:
    first = refresh(app).body
    for _ in range(2):
        app.portal.clock.move(30 * SECOND)
        again = refresh(app).body
        assert again["expires"] == first["expires"] + 30 or again["expires"] == first["expires"] + 60
        assert [again[name] for name in ("access_token", "refresh_token")] == [
            first[name] for name in ("access_token", "refresh_token")
        ]


def noted(portal: Portal) -> list[dict[str, Any]]:
    rows = portal.read(lambda tx: tx.all("select data from happenings where kind = 'used refresh token refused'"))
    return [json.loads(row[0]) for row in rows]


def test_later_repeat_is_refused_and_noted(app: Client) -> None:
    assert refresh(app).status == 200
    app.portal.clock.move(MINUTE + 1)
    assert noted(app.portal) == []
    reply = refresh(app)
    assert (reply.status, reply.body) == (400, {"error": "invalid_grant"})
    assert noted(app.portal) == [{"app": app.facts["id"]}]


def test_refresh_token_holds_for_180_days(app: Client) -> None:
    app.portal.clock.move(180 * DAY - 1)
    body = refresh(app).body
    app.facts["refresh_token"] = body["refresh_token"]
    app.portal.clock.move(180 * DAY)
    assert refresh(app).body == {"error": "invalid_grant"}


@pytest.mark.parametrize("name", ["client_id", "client_secret", "grant_type", "refresh_token"])
@pytest.mark.parametrize("value", [None, ""])
def test_missing_parameter_is_named(quick_app: Client, name: str, value: str | None) -> None:
    reply = refresh(quick_app, **{name: value})
    told = {"error": "invalid_request", "error_description": f'No "{name}" parameter found'}
    assert (reply.status, reply.body) == (400, told)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"client_id": "local.0.0"}, 200, "wrong_client"),
        ({"client_id": "a\0b"}, 200, "wrong_client"),
        ({"client_secret": "wrong"}, 400, "invalid_client"),
        ({"client_secret": "ä" * 50}, 400, "invalid_client"),
        ({"refresh_token": "wrong"}, 400, "invalid_grant"),
        ({"refresh_token": "a" * 100_000}, 400, "invalid_grant"),
    ],
)
def test_wrong_parameter_is_refused_without_a_description(
    app: Client, changes: dict[str, str], status: int, code: str
) -> None:
    reply = refresh(app, **changes)
    assert (reply.status, reply.body) == (status, {"error": code})


def test_access_token_refreshes_nothing(app: Client) -> None:
    assert refresh(app, refresh_token=app.facts["access_token"]).body == {"error": "invalid_grant"}


def test_token_of_another_application_is_refused_and_stays_good(app: Client) -> None:
    thief = app.portal.app()
    assert refresh(thief, refresh_token=app.facts["refresh_token"]).body == {"error": "invalid_grant"}
    assert refresh(app).status == 200


@pytest.mark.parametrize("grant_type", ["client_credentials", "password", "REFRESH_TOKEN"])
def test_other_grants_are_not_offered(quick_app: Client, grant_type: str) -> None:
    reply = refresh(quick_app, grant_type=grant_type)
    assert (reply.status, reply.body["error"]) == (400, "unsupported_grant_type")


def test_application_that_is_not_installed_gets_nothing(portal: Portal) -> None:
    app = portal.app(script_only=False, install_url="http://127.0.0.1:9/install")
    reply = refresh(app)
    assert reply.status == 401
    assert reply.body == {"error": "NOT_INSTALLED", "error_description": "Application not installed"}


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"{", "application/json"), (b"5", "application/json"), (b"a" + b"[b]" * 99, "application/x-www-form-urlencoded")],
)
def test_unreadable_request_is_refused(quick_portal: Portal, content: bytes, kind: str) -> None:
    reply = quick_portal.request("POST", "/oauth/token/", content=content, headers={"content-type": kind})
    assert reply.error == (400, "INVALID_REQUEST")


@pytest.mark.parametrize("path", ["/rest/app.info", "/rest/app.info/", "/rest/app.info.json"])
@pytest.mark.difference(16)
def test_token_is_checked_at_app_info(portal: Portal, path: str) -> None:
    app = portal.app("im,imopenlines", handler="https://app.example/handler")
    result = portal.request("GET", f"{path}?auth={app.auth['auth']}").result
    assert result["client_id"] == result["CODE"] == app.facts["client_id"]
    assert (result["scope"], result["user_id"]) == ("im,imopenlines", 1)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", result["expires"])
    assert result["install"] == {
        "installed": True,
        "version": "1",
        "status": "L",
        "scope": "im,imopenlines",
        "domain": "portal.example",
        "uri": "https://app.example/handler",
        "client_endpoint": f"{URL}/rest/",
        "member_id": app.facts["member_id"],
        "member_type": "",
    }
    assert {"ID", "CODE", "VERSION", "STATUS", "INSTALLED", "PAYMENT_EXPIRED", "DAYS", "LANGUAGE_ID"} < set(result)
    wrong = portal.request("GET", f"{path}?auth=wrong")
    assert wrong.error == (401, "invalid_token")


def test_secrets_are_of_letters_and_digits_alone(portal: Portal) -> None:
    for _ in range(20):
        app = portal.app()
        pair = refresh(app).body
        hook = portal.webhook().prefix.split("/")[3]
        secrets = [app.facts[name] for name in ("access_token", "refresh_token", "client_secret", "application_token")]
        secrets += [hook, pair["access_token"], pair["refresh_token"]]
        assert [secret for secret in secrets if not PATTERN.fullmatch(secret)] == []
        assert [len(secret) for secret in secrets] == [70, 70, 50, 32, 24, 70, 70]
        assert re.fullmatch(r"local\.[0-9a-f]+\.[0-9]+", app.facts["client_id"])
        assert re.fullmatch(r"[0-9a-f]{32}", app.facts["member_id"])


def dump(portal: Portal) -> str:
    """Everything that the database holds, as text."""

    def tables(tx) -> list[str]:
        if tx.engine == "sqlite":
            return [row[0] for row in tx.all("select name from sqlite_master where type = 'table'")]
        return [
            row[0] for row in tx.all("select table_name from information_schema.tables where table_schema = 'public'")
        ]

    return portal.read(
        lambda tx: "\n".join(repr(row) for name in tables(tx) for row in tx.all(f"select * from {name}"))
    )


def test_database_holds_no_secret_in_clear(portal: Portal, receiver: Receiver) -> None:
    app = portal.app(install_url=f"{receiver.url}/install")
    (installed,) = receiver.wait()
    app.call("event.bind", event="OnAppTest", handler=f"{receiver.url}/handler")
    app.call("event.test", any="needle in the haystack")
    told = receiver.wait(2)[1]
    person = portal.person(admin=True)
    page, hook = portal.page(person), portal.webhook(person)
    issued = portal.write(lambda tx: tokens.issue(portal.admin_call(tx), portal.admin_call(tx).find_app(1), person))
    pair = refresh(app).body
    secrets = [
        PASSWORD,
        page.headers["cookie"].partition("=")[2],
        hook.prefix.split("/")[3],
        issued.access_token,
        issued.refresh_token,
        *[app.facts[name] for name in ("access_token", "refresh_token", "client_secret", "application_token")],
        app.facts["signing_secret"],
        app.facts["signing_secret"].removeprefix("whsec_"),
        *[pair[name] for name in ("access_token", "refresh_token")],
        *[form["auth"][name] for form in (installed.form, told.form) for name in ("access_token", "application_token")],
        installed.form["auth"]["refresh_token"],
    ]
    held = dump(portal)
    assert "needle in the haystack" in held
    assert app.facts["client_id"] in held
    assert [secret for secret in secrets if secret in held] == []
    for file in portal.folder.rglob("*.db*"):
        content = file.read_bytes()
        assert [secret for secret in secrets if secret.encode() in content] == []
