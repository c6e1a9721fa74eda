"""The portal's own pages: logging in and out, whose requests they take, the built application."""

import re
from pathlib import Path

import httpx
import pytest

from support.portal import PASSWORD, URL, Portal, Reply
from tieline.app import Parts
from tieline.domain.clock import DAY, MINUTE
from tieline.services.people import FREE_FAILURES
from tieline.store import people as people_store

OWN = {"origin": URL, "sec-fetch-site": "same-origin"}
WRONG_LOGIN = {"error": "LOGIN_FAILED", "error_description": "The e-mail address or the password is wrong."}
FOREIGN = {"error": "ACCESS_DENIED", "error_description": "Access denied! The request comes from another site"}


def log_in(portal: Portal, email: str, password: str = PASSWORD, headers: dict[str, str] = OWN) -> Reply:
    return portal.request("POST", "/ui/login", json={"email": email, "password": password}, headers=headers)


@pytest.fixture
def person(portal: Portal) -> int:
    """Somebody with a password."""
    return portal.person("Klaus Weber")


def test_right_password_opens_a_session(portal: Portal, person: int) -> None:
    reply = log_in(portal, portal.email(person))
    assert (reply.status, reply.body) == (200, {"user": {"id": person, "name": "Klaus Weber", "admin": False}})
    cookie = reply.headers["set-cookie"]
    name, _, flags = cookie.partition(";")
    assert re.fullmatch(r"tieline_session=[A-Za-z0-9]{48}", name)
    assert {flag.strip().lower() for flag in flags.split(";")} == {
        "httponly",
        "secure",
        "samesite=lax",
        "path=/",
        f"max-age={14 * 86400}",
    }


def test_cookie_over_plain_http_is_not_bound_to_tls(quick_portal: Portal) -> None:
    email = quick_portal.email(quick_portal.person())
    address = "http://localhost:8080"
    headers = {"origin": address, "host": "localhost:8080"}
    body = {"email": email, "password": PASSWORD}
    reply = quick_portal.request("POST", f"{address}/ui/login", json=body, headers=headers)
    assert reply.status == 200
    assert "secure" not in reply.headers["set-cookie"].lower()


def test_address_is_the_same_in_any_case_and_between_blanks(quick_portal: Portal) -> None:
    email = quick_portal.email(quick_portal.person())
    assert log_in(quick_portal, f"  {email.upper()} ").status == 200


@pytest.mark.parametrize("password", ["wrong", "", PASSWORD.upper(), PASSWORD + " ", "\0", "ä" * 1000])
def test_wrong_password_is_refused(quick_portal: Portal, password: str) -> None:
    reply = log_in(quick_portal, quick_portal.email(quick_portal.person()), password)
    assert (reply.status, reply.body) == (401, WRONG_LOGIN)
    assert "set-cookie" not in reply.headers


@pytest.mark.parametrize("email", ["nobody@example.com", "", "%", "x" * 5000, "' or 1=1 --"])
def test_unknown_address_is_refused_in_the_same_words(portal: Portal, email: str) -> None:
    reply = log_in(portal, email)
    assert (reply.status, reply.body) == (401, WRONG_LOGIN)


def test_first_administrator_has_no_password(quick_portal: Portal) -> None:
    for password in ("", "x"):
        assert log_in(quick_portal, "", password).body == WRONG_LOGIN


def test_dismissed_person_is_refused(quick_portal: Portal) -> None:
    person = quick_portal.person()
    quick_portal.write(lambda tx: tx.run("update users set active = 0 where id = :id", id=person))
    assert log_in(quick_portal, quick_portal.email(person)).body == WRONG_LOGIN


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"{}", b'{"email": "x"}', b'{"email": 5, "password": "x"}', b'{"email": "\xff"}',
     b'{"email": "\\ud800", "password": "x"}', b"[" * 9000, b'{"email": "a\\u0000@example.com", "password": "x"}'],
)  # fmt: skip
def test_login_without_both_fields_is_refused(quick_portal: Portal, content: bytes) -> None:
    reply = quick_portal.request("POST", "/ui/login", content=content, headers=OWN)
    assert (reply.status, reply.body["error"]) == (400, "INVALID_REQUEST")


def test_long_login_is_not_even_read(quick_portal: Portal) -> None:
    assert log_in(quick_portal, "x" * 10_000).error == (413, "INVALID_REQUEST")


def test_guessing_is_blocked_for_a_growing_while(portal: Portal, person: int) -> None:
    email = portal.email(person)
    for _ in range(FREE_FAILURES):
        assert log_in(portal, email, "wrong").status == 401
    reply = log_in(portal, email)
    assert (reply.status, reply.body["error"]) == (429, "TOO_MANY_ATTEMPTS")
    assert reply.text == "Too many attempts. Try again in 1 s."
    portal.clock.move(1_000)
    assert log_in(portal, email, "wrong").status == 401
    portal.clock.move(1_000)
    assert log_in(portal, email).status == 429
    portal.clock.move(1_000)
    assert log_in(portal, email).status == 200
    assert log_in(portal, email, "wrong").status == 401, "a login that worked forgets the failures"
    assert log_in(portal, email).status == 200


@pytest.mark.parametrize(("passed", "told"), [(0, 4), (1, 4), (999, 4), (1_000, 3), (3_000, 1), (3_999, 1)])
def test_wait_is_told_in_seconds_that_suffice(quick_portal: Portal, passed: int, told: int) -> None:
    email, now = quick_portal.email(quick_portal.person()), quick_portal.clock.now()
    quick_portal.write(lambda tx: people_store.set_login_block(tx, 1, "address:127.0.0.1", 7, now + 4_000, now))
    quick_portal.clock.move(passed)
    reply = log_in(quick_portal, email)
    assert (reply.status, reply.text) == (429, f"Too many attempts. Try again in {told} s.")
    quick_portal.clock.move(told * 1_000)
    assert log_in(quick_portal, email).status == 200


def test_block_has_an_upper_limit(quick_portal: Portal) -> None:
    email = quick_portal.email(quick_portal.person())
    quick_portal.write(
        lambda tx: people_store.set_login_block(tx, 1, "address:127.0.0.1", 60, 0, quick_portal.clock.now())
    )
    assert log_in(quick_portal, email, "wrong").status == 401
    assert log_in(quick_portal, email).status == 429
    quick_portal.clock.move(15 * MINUTE)
    assert log_in(quick_portal, email).status == 200


def test_address_is_blocked_whatever_name_it_tries(quick_portal: Portal) -> None:
    email = quick_portal.email(quick_portal.person())
    for number in range(FREE_FAILURES):
        assert log_in(quick_portal, f"guess{number}@example.com").status == 401
    assert log_in(quick_portal, email).status == 429


STRANGERS: list[dict[str, str]] = [
    {},
    {"origin": "https://evil.example"},
    {"origin": "https://portal.example"},
    {"origin": "https://evil.example", "sec-fetch-site": "same-origin"},
    {"origin": "null"},
    {"origin": "http://["},
    {"origin": URL, "sec-fetch-site": "cross-site"},
    {"origin": URL, "sec-fetch-site": "same-site"},
    {"origin": URL, "sec-fetch-site": "none"},
    {"sec-fetch-site": "cross-site"},
]
RELATIVES: list[dict[str, str]] = [{"origin": URL}, {"sec-fetch-site": "same-origin"}, OWN, {"origin": URL.upper()}]


@pytest.mark.parametrize("headers", STRANGERS)
@pytest.mark.parametrize("path", ["/ui/login", "/ui/logout", "/ui/rest/server.time"])
def test_request_of_another_sites_page_is_refused(quick_portal: Portal, path: str, headers: dict[str, str]) -> None:
    page = quick_portal.page(quick_portal.person())
    cookie = {"cookie": page.headers["cookie"]}
    reply = quick_portal.request("POST", path, json={}, headers=headers | cookie)
    assert (reply.status, reply.body) == (403, FOREIGN)
    assert page.call("server.time").status == 200


@pytest.mark.parametrize("headers", RELATIVES)
def test_request_of_an_own_page_is_taken(quick_portal: Portal, headers: dict[str, str]) -> None:
    page = quick_portal.page(quick_portal.person())
    page.headers = headers | {"cookie": page.headers["cookie"]}
    assert page.call("server.time").status == 200


def test_page_calls_methods_with_its_cookie_alone(portal: Portal, person: int) -> None:
    page = portal.page(person)
    reply = page.call("user.current")
    assert reply.result["ID"] == str(person)
    assert "access-control-allow-origin" not in reply.headers
    assert portal.request("GET", "/ui/rest/server.time", headers=page.headers).error == (404, "ERROR_METHOD_NOT_FOUND")
    token = portal.app().auth
    page.headers["cookie"] = "other=1"
    assert page.call("user.current", **token).error == (401, "NO_AUTH_FOUND")


@pytest.mark.parametrize(
    "cookie",
    ["", "tieline_session=", "tieline_session=wrong", "tieline_session", "other=1", ";;=", 'tieline_session="\\000"'],
)
def test_wrong_cookie_is_nobody(quick_portal: Portal, cookie: str) -> None:
    headers = OWN | {"cookie": cookie}
    assert quick_portal.request("POST", "/ui/rest/server.time", headers=headers).error == (401, "NO_AUTH_FOUND")
    assert quick_portal.request("GET", "/ui/me", headers=headers).error == (401, "NO_AUTH_FOUND")


@pytest.mark.parametrize("content", [b"", b"{}", b"[]"])
def test_page_may_send_no_parameters(quick_portal: Portal, content: bytes) -> None:
    page = quick_portal.page(quick_portal.person())
    reply = quick_portal.request("POST", "/ui/rest/server.time/", content=content, headers=page.headers)
    assert reply.status == 200


def test_logging_out_ends_the_session(portal: Portal, person: int) -> None:
    page, other = portal.page(person), portal.page(person)
    reply = portal.request("POST", "/ui/logout", headers=page.headers)
    assert (reply.status, reply.content) == (204, b"")
    assert re.match(r'tieline_session="";.* Max-Age=0;', reply.headers["set-cookie"])
    assert page.call("server.time").error == (401, "NO_AUTH_FOUND")
    assert portal.request("POST", "/ui/logout", headers=page.headers).status == 204
    assert other.call("server.time").status == 200


def test_session_ends_after_two_weeks(portal: Portal, person: int) -> None:
    page = portal.page(person)
    portal.clock.move(14 * DAY - 1)
    assert page.call("server.time").status == 200
    portal.clock.move(1)
    assert page.call("server.time").error == (401, "NO_AUTH_FOUND")


def test_page_is_told_who_is_logged_in(portal: Portal, person: int) -> None:
    reply = portal.request("GET", "/ui/me", headers={"cookie": portal.page(person).headers["cookie"]})
    assert reply.body == {
        "user": {"id": person, "name": "Klaus Weber", "admin": False},
        "portal": {"name": "tieline", "url": URL, "language": "en"},
    }


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/ui/login"), ("GET", "/ui/logout"), ("POST", "/ui/me"), ("DELETE", "/ui/me"), ("GET", "/ui/nothing")],
)
def test_other_ways_in_are_not_there(quick_portal: Portal, method: str, path: str) -> None:
    assert quick_portal.request(method, path, headers=OWN).status in (404, 405)


def add_portal(portal: Portal) -> None:
    portal.write(
        lambda tx: people_store.add_portal(
            tx, member_id="0" * 32, name="b", url="https://second.example", language="en", time_zone="UTC", now=0
        )
    )


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/ui/login"), ("POST", "/ui/logout"), ("GET", "/ui/me"), ("POST", "/ui/rest/x")]
)
def test_unknown_host_is_told_so_where_there_are_several_portals(quick_portal: Portal, method: str, path: str) -> None:
    add_portal(quick_portal)
    headers = {"sec-fetch-site": "same-origin", "host": "third.example"}
    assert quick_portal.request(method, path, headers=headers).error == (404, "PORTAL_NOT_FOUND")


class Application:
    """A server with a built application of its own."""

    def __init__(self, portal: Portal, folder: Path) -> None:
        self.portal = portal
        self.static = folder / "static"
        (self.static / "assets").mkdir(parents=True)
        (self.static / "index.html").write_text("<title>index</title>")
        (self.static / "favicon.svg").write_text("<svg/>")
        (self.static / "assets" / "index-abc.js").write_text("js")
        (folder / "secret.txt").write_text("secret")
        (folder / "static-other").mkdir()
        (folder / "static-other" / "secret.txt").write_text("secret")

    def get(self, path: str) -> httpx.Response:
        """Ask for a path, as it is."""

        async def send() -> httpx.Response:
            portal = self.portal
            parts = Parts(portal.database, portal.world, portal.bus, static=self.static)
            async with httpx.AsyncClient(transport=httpx.ASGITransport(parts.server), base_url=URL) as client:
                response = await client.get(path)
            await parts.stop()
            return response

        return self.portal.loop.run(send())


@pytest.fixture
def application(quick_portal: Portal, tmp_path: Path) -> Application:
    """A built application."""
    return Application(quick_portal, tmp_path / "built")


@pytest.mark.parametrize(
    "path", ["/app", "/app/", "/app/inbox", "/app/contact-center/telegram/1", "/app/index.html", "/app/assets/none.js"]
)
def test_any_address_under_app_shows_the_application(application: Application, path: str) -> None:
    response = application.get(path)
    assert (response.status_code, response.text) == (200, "<title>index</title>")
    assert response.headers["cache-control"] == "no-cache"


def test_hashed_assets_are_kept_for_ever(application: Application) -> None:
    response = application.get("/app/assets/index-abc.js")
    assert (response.status_code, response.text) == (200, "js")
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert application.get("/app/favicon.svg").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/app/", "/app/favicon.svg", "/app/assets/index-abc.js"])
def test_pages_are_fenced_in(application: Application, path: str) -> None:
    headers = application.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == "'self'"
    assert policy["base-uri"] == "'none'"
    assert "script-src" not in policy, "scripts come from here alone"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize(
    "path",
    [
        "/app/../secret.txt",
        "/app/../../etc/passwd",
        "/app/%2e%2e/secret.txt",
        "/app/%2e%2e%2fsecret.txt",
        "/app/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/app/..%2fstatic-other%2fsecret.txt",
        "/app/assets/..%2f..%2fsecret.txt",
        "/app//etc/passwd",
        "/app/%2fetc%2fpasswd",
        "/app/..%5csecret.txt",
        "/app/%00",
        "/app/favicon.svg%00.js",
        "/app/" + "a" * 5000,
        "/app/" + "a/" * 2000,
        "/app/~/.ssh/id_rsa",
        "/app/%ff",
    ],
)
def test_no_path_leads_out_of_the_application(application: Application, path: str) -> None:
    response = application.get(path)
    assert (response.status_code, response.text) in ((200, "<title>index</title>"), (404, "Not Found"))


def test_pages_that_are_not_built_say_so(application: Application) -> None:
    (application.static / "index.html").unlink()
    response = application.get("/app/")
    assert (response.status_code, response.json()["error"]) == (503, "PAGES_NOT_BUILT")


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/", "/app/"),
        ("/contact_center/connector/?ID=my_connector&LINE=5", "/app/contact-center/my_connector/5"),
        ("/contact_center/connector/?ID=../x&LINE=5", "/app/contact-center"),
        ("/contact_center/connector/?ID=x&LINE=//evil.example", "/app/contact-center"),
        ("/contact_center/connector/?ID=//evil.example&LINE=1", "/app/contact-center"),
        ("/contact_center/", "/app/contact-center"),
        ("/marketplace/app/7/", "/app/marketplace/app/7/"),
        ("/marketplace/app/7", "/app/marketplace/app/7/"),
        (
            "/marketplace/view/local.66ba434d853c87.18550109/?params[docId]=42&params[x]=%26",
            "/app/marketplace/view/local.66ba434d853c87.18550109/?params[docId]=42&params[x]=%26",
        ),
        ("/marketplace/view/local.66ba", "/app/marketplace/view/local.66ba/"),
        ("/marketplace/view/a%20b/", "/app/"),
        ("/marketplace/view//evil.example/", "/app/"),
        ("/marketplace/app/seven/", "/app/"),
        ("/marketplace/", "/app/"),
    ],
)
def test_documented_addresses_lead_into_the_application(application: Application, path: str, target: str) -> None:
    response = application.get(path)
    assert (response.status_code, response.headers["location"]) == (307, target)


def test_health_is_told(portal: Portal) -> None:
    assert portal.request("GET", "/healthz").body == {"status": "ok"}
    portal.database.close()
    reply = portal.request("GET", "/healthz")
    assert (reply.status, reply.body) == (503, {"status": "database unavailable"})
