"""The consent page's calls and the code grant: a code is good once, for half a minute, for its application alone."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from support.portal import URL, Client, Portal, Reply, refused
from tieline.domain.clock import DAY, SECOND

HOME = "https://app.example/oauth?x=1"


@pytest.fixture
def app(portal: Portal) -> Client:
    """An application with a page."""
    return portal.app("im,crm", script_only=False, handler=HOME)


@pytest.fixture
def person(portal: Portal) -> Client:
    """The page of somebody."""
    return portal.page(portal.person("Anna Schmidt"))


def consent(page: Client, app: Client, **params: str) -> Reply:
    return page.call("tieline.consent.give", CLIENT_ID=app.facts["client_id"], STATE="a b&c", **params)


def ask(page: Client, app: Client) -> Reply:
    return page.call("tieline.consent.ask", CLIENT_ID=app.facts["client_id"])


def exchange(app: Client, code: str, /, **changes: str) -> Reply:
    grant = {
        "grant_type": "authorization_code",
        "client_id": app.facts["client_id"],
        "client_secret": app.facts["client_secret"],
        "code": code,
    }
    return app.portal.request("GET", "/oauth/token/", params=grant | changes)


def test_authorize_leads_to_the_consent_page(quick_portal: Portal) -> None:
    for path in ("/oauth/authorize/", "/oauth/authorize"):
        reply = quick_portal.request("GET", f"{path}?client_id=local.x&state=a%20b")
        assert reply.status == 307
        assert reply.headers["location"] == "/app/authorize?client_id=local.x&state=a%20b"


def test_person_is_told_who_asks_for_what(app: Client, person: Client) -> None:
    told = person.call("tieline.consent.ask", CLIENT_ID=app.facts["client_id"]).result
    assert told["app"] == {"id": app.facts["id"], "name": "An app"}
    assert told["redirect"] == HOME
    assert told["person"]["name"] == "Anna Schmidt"
    assert [scope["name"] for scope in told["scopes"]] == ["crm", "im"]
    assert all(scope["text"] for scope in told["scopes"])


def test_code_goes_to_the_application_and_becomes_tokens(app: Client, person: Client) -> None:
    given = consent(person, app).result
    target = urlsplit(given["url"])
    assert f"{target.scheme}://{target.netloc}{target.path}" == "https://app.example/oauth"
    query = {name: value for name, (value,) in parse_qs(target.query).items()}
    assert query == {
        "x": "1",
        "code": given["code"],
        "state": "a b&c",
        "domain": "portal.example:8443",
        "member_id": app.facts["member_id"],
        "scope": "crm,im",
        "server_domain": "portal.example:8443",
    }
    reply = exchange(app, given["code"])
    assert reply.status == 200
    told = {name: value for name, value in reply.body.items() if name not in ("access_token", "refresh_token")}
    assert told == {
        "expires": app.portal.clock.now() // 1000 + 3600,
        "expires_in": 3600,
        "scope": "crm,im",
        "domain": "portal.example:8443",
        "server_endpoint": f"{URL}/rest/",
        "client_endpoint": f"{URL}/rest/",
        "member_id": app.facts["member_id"],
        "status": "L",
        "user_id": person.facts["id"],
    }
    client = Client(app.portal, auth={"auth": reply.body["access_token"]})
    assert client.call("profile").result["NAME"] == "Anna"
    grant = {"grant_type": "refresh_token", "refresh_token": reply.body["refresh_token"], "code": ""}
    assert exchange(app, "", **grant).body["user_id"] == person.facts["id"]


def test_code_is_good_once(app: Client, person: Client) -> None:
    code = consent(person, app).result["code"]
    first = exchange(app, code)
    for _ in range(2):
        again = exchange(app, code)
        assert (again.status, again.body) == (400, {"error": "invalid_grant"})
    assert Client(app.portal, auth={"auth": first.body["access_token"]}).call("app.info").status == 200
    noted = app.portal.read(lambda tx: tx.all("select kind from happenings where kind like 'used code%'"))
    assert len(noted) == 2


def test_code_is_good_for_half_a_minute(app: Client, person: Client) -> None:
    codes = [consent(person, app).result["code"] for _ in range(2)]
    app.portal.clock.move(30 * SECOND - 1)
    assert exchange(app, codes[0]).status == 200
    app.portal.clock.move(1)
    late = exchange(app, codes[1])
    assert (late.status, late.body) == (400, {"error": "invalid_grant"})
    app.portal.clock.move(2 * DAY)
    consent(person, app)
    assert app.portal.read(lambda tx: tx.one("select count(*) from oauth_codes"))[0] == 1


def test_code_is_its_applications_alone(portal: Portal, app: Client, person: Client) -> None:
    other = portal.app("im", script_only=False, handler=HOME)
    code = consent(person, app).result["code"]
    stolen = exchange(other, code)
    assert (stolen.status, stolen.body) == (400, {"error": "invalid_grant"})
    assert exchange(app, code).status == 200


@pytest.mark.parametrize(
    ("changes", "status", "body"),
    [
        ({"code": "nothing"}, 400, {"error": "invalid_grant"}),
        ({"client_id": "local.x.1"}, 200, {"error": "wrong_client"}),
        ({"client_secret": "wrong"}, 400, {"error": "invalid_client"}),
        ({"code": ""}, 400, {"error": "invalid_request", "error_description": 'No "code" parameter found'}),
        ({"client_id": ""}, 400, {"error": "invalid_request", "error_description": 'No "client_id" parameter found'}),
    ],
)
def test_wrong_exchange_is_refused(quick_portal: Portal, changes: dict[str, str], status: int, body: Any) -> None:
    app = quick_portal.app("im", script_only=False, handler=HOME)
    code = consent(quick_portal.page(quick_portal.person()), app).result["code"]
    reply = exchange(app, code, **changes)
    assert (reply.status, reply.body) == (status, body)
    assert exchange(app, code).status == 200


def test_answer_goes_to_the_applications_own_addresses_alone(quick_portal: Portal) -> None:
    other = "https://app.example/install"
    app = quick_portal.app("im", script_only=False, handler=HOME, install_url=other)
    admin = quick_portal.page(quick_portal.person(admin=True))
    admin.call("tieline.app.finish", APP=app.facts["id"])
    assert consent(admin, app, REDIRECT_URI=other).result["url"].startswith(f"{other}?code=")
    for foreign in ("https://evil.example/", "https://app.example/other", HOME + "&y=2", "javascript:alert(1)"):
        for method in ("ask", "give"):
            reply = admin.call(f"tieline.consent.{method}", CLIENT_ID=app.facts["client_id"], REDIRECT_URI=foreign)
            assert reply.error == (400, "redirect_uri_mismatch")


def test_code_is_shown_where_there_is_no_address(quick_portal: Portal) -> None:
    app = quick_portal.app("im")
    given = consent(quick_portal.page(quick_portal.person()), app).result
    assert given["url"] is None
    assert exchange(app, given["code"]).status == 200


def test_consent_is_refused_as_documented(portal: Portal, person: Client) -> None:
    admin = portal.page(portal.person(admin=True))
    unfinished = portal.app("im", script_only=False, handler=HOME, install_url=HOME)
    for way in (ask, consent):
        assert refused(way(person, unfinished)) == (401, "NOT_INSTALLED", "Application not installed")
    closed = portal.app("im", script_only=False, handler=HOME)
    code = consent(person, closed).result["code"]
    settings = {"NAME": "Closed", "SCOPES": ["im"], "HANDLER_URL": HOME, "ACCESS": [admin.facts["id"]]}
    admin.call("tieline.app.edit", APP=closed.facts["id"], **settings)
    assert consent(person, closed).error == ask(person, closed).error == (403, "user_access_error")
    assert (exchange(closed, code).status, exchange(closed, code).body["error"]) == (403, "user_access_error")
    unpaid = portal.app("im", script_only=False, handler=HOME)
    admin.call("tieline.app.pay", APP=unpaid.facts["id"], STATUS="P", DAYS=-20)
    for way in (ask, consent):
        assert refused(way(person, unpaid)) == (401, "PAYMENT_REQUIRED", "Payment required")
    unknown = person.call("tieline.consent.give", CLIENT_ID="local.x.1")
    assert unknown.error == (404, "wrong_client")
    assert portal.app("im").call("tieline.consent.give").error == (403, "WRONG_AUTH_TYPE")


def test_dismissed_person_gets_no_tokens(portal: Portal, app: Client, person: Client) -> None:
    code = consent(person, app).result["code"]
    user_id = person.facts["id"]

    def dismiss(tx) -> None:
        tx.run("update users set active = 0 where id = :id", id=user_id)
        tx.touch(1)

    portal.write(dismiss)
    reply = exchange(app, code)
    assert (reply.status, reply.body) == (400, {"error": "invalid_grant"})
