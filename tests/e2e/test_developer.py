"""The developer's area and the consent page in a real browser, on a server with TLS."""

import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, expect
from pybitrix24 import Bitrix24
from standardwebhooks import Webhook

from support.axe import check
from support.browsers import DESKTOP, PHONE, Operator, window
from support.portal import PASSWORD
from support.receiver import Receiver
from support.served import Served, environment

ADMIN, PERSON = "ada@example.com", "paul@example.com"


pytestmark = pytest.mark.xdist_group("developer")  # they share a server


@pytest.fixture(scope="module")
def served(tieline: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A running server with TLS, an administrator and somebody else."""
    with Served(tieline, tmp_path_factory.mktemp("developer") / "data") as made:
        made.person("Ada Admin", ADMIN, admin=True)
        made.person("Paul Person", PERSON)
        yield made


class Developer(Operator):
    """An administrator in the developer's area."""

    def shown(self, name: str) -> Locator:
        """Find a part that must be there."""
        expect(self.part(name)).to_be_visible()
        return self.part(name)

    def copied(self, inside: Locator) -> str:
        """Press what copies, and return what came to the clipboard."""
        inside.locator("[data-test='copy']").click()
        expect(inside.get_by_role("status").first).to_have_text("Copied")
        return self.page.evaluate("navigator.clipboard.readText()")

    def secret(self, name: str) -> str:
        """Copy a secret, which stays hidden."""
        field = self.page.locator(f"[data-secret='{name}']")
        value = self.copied(field)
        assert value not in self.part("issued").inner_text()
        return value

    def snippet(self, name: str) -> str:
        """Copy a snippet."""
        return self.copied(self.page.locator(f"[data-snippet='{name}']"))

    def choose(self, *values: str) -> None:
        """Search for each choice, and tick or untick it."""
        for value in values:
            self.part("choice-search").first.fill(value)
            self.page.locator(f"[data-choice='{value}']").click()

    def refused(self, text: str) -> None:
        """Submit; the form says what is wrong."""
        self.part("submit").click()
        expect(self.page.get_by_text(text)).to_be_visible()


@contextmanager
def developer(served: Served, browser: Browser, size: dict[str, int]) -> Iterator[Developer]:
    """Open the developer's area."""
    with window(browser, size) as context:
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        someone = Developer(context, f"{served.http_url}/app/", ADMIN, PASSWORD)
        someone.go("Develop")
        yield someone
        assert someone.problems == []


def call(served: Served, method: str, token: str, **params: Any) -> httpx.Response:
    """Call a method with a token."""
    return httpx.post(f"{served.url}/rest/{method}", json=params | {"auth": token}, verify=served.trust())


def refresh(served: Served, client_id: str, client_secret: str, refresh_token: str) -> httpx.Response:
    """Ask for the next pair of tokens."""
    asked = {"client_id": client_id, "client_secret": client_secret, "refresh_token": refresh_token}
    query = asked | {"grant_type": "refresh_token"}
    return httpx.get(f"{served.url}/oauth/token/", params=query, verify=served.trust())


def run_curl(served: Served, snippet: str) -> Any:
    """Do what curl would do of a snippet; returns the result."""
    program, url, *more = shlex.split(snippet)
    assert program == "curl"
    data = dict(parse_qsl(more[1])) if more[:1] == ["--data"] else {}
    return httpx.post(url, data=data, verify=served.trust()).raise_for_status().json()["result"]


def run_python(served: Served, snippet: str) -> str:
    """Run a snippet of Python; returns what it prints."""
    trust = environment(REQUESTS_CA_BUNDLE=str(served.ca))
    done = subprocess.run(
        [sys.executable, "-c", snippet], env=trust, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def open_form_by_keyboard(ada: Developer) -> None:
    """Open the form, leave it, and open it again; the focus goes along."""
    for last in (False, True):
        ada.part("add").press("Enter")
        expect(ada.part("app-name")).to_be_focused()
        if not last:
            ada.page.keyboard.press("Escape")
            expect(ada.part("add")).to_be_focused()


def correct_what_is_wrong(ada: Developer) -> None:
    """Make each mistake once: it is told beside its field, which gets the focus."""
    ada.refused("An application with a page needs the address of the page.")
    expect(ada.part("app-handler")).to_be_focused()
    ada.page.get_by_role("radio", name="Script only").click()
    ada.refused("A name is needed")
    expect(ada.part("app-name")).to_be_focused()
    check(ada.page)
    ada.part("app-name").fill("Shop bot")
    ada.page.keyboard.press("Escape")
    expect(ada.part("app-name")).to_have_value("Shop bot")
    ada.part("app-installer").fill("ftp://elsewhere")
    ada.refused("This address cannot be used: not an http or https URL.")
    expect(ada.part("app-installer")).to_be_focused()
    ada.part("app-installer").fill("")


def let_the_period_end(ada: Developer, receiver: Receiver) -> None:
    """Play a payment whose period is over; the application is told."""
    ada.part("action-pay").click()
    ada.part("pay-days").fill("-3")
    ada.page.get_by_role("radio", name="Subscription").click()
    ada.part("pay-apply").click()
    expect(ada.part("app-state")).to_have_text("Payment over")
    assert receiver.wait(1, event="ONAPPPAYMENT")[0].form["data"]["PAYMENT_EXPIRED"] == "Y"


def renew_the_secret(ada: Developer) -> str:
    """Renew the secret; returns the new one."""
    ada.part("action-renew").click()
    ada.part("confirm").click()
    renewed = ada.secret("client_secret")
    ada.part("done").click()
    expect(ada.part("action-renew")).to_be_focused()
    return renewed


def test_application_from_its_form_to_its_removal(served: Served, browser: Browser, receiver: Receiver) -> None:
    with developer(served, browser, DESKTOP) as ada:
        ada.shown("apps-empty")
        check(ada.page)
        open_form_by_keyboard(ada)
        correct_what_is_wrong(ada)
        ada.choose("imopenlines", "im")
        ada.part("submit").click()

        ada.shown("issued")
        check(ada.page)
        told = {name: ada.secret(name) for name in ("client_secret", "application_token", "refresh_token")}
        assert ada.secret("signing_secret").startswith("whsec_")
        token = ada.secret("access_token")
        client_id = ada.copied(ada.page.locator("[data-secret='client_id']"))
        field = ada.page.locator("[data-secret='access_token']")
        field.locator("[data-test='show']").click()
        expect(field.locator("[data-test='secret-value']")).to_have_text(token)
        assert run_curl(served, ada.snippet("curl"))["ID"] == "2"
        assert "'ID': '2'" in run_python(served, ada.snippet("b24pysdk"))
        ada.part("done").click()

        expect(ada.part("app-title")).to_be_focused()
        expect(ada.part("app-state")).to_have_text("Installed")
        expect(ada.part("app-bindings")).to_contain_text("It has bound no events")
        assert call(served, "imopenlines.config.list.get", token).status_code == 200
        handler = f"{receiver.url}/events"
        assert call(served, "event.bind", token, event="OnAppUninstall", handler=handler).status_code == 200
        assert call(served, "event.bind", token, event="OnAppPayment", handler=handler).status_code == 200
        ada.page.reload()
        expect(ada.part("app-bindings")).to_contain_text(handler)
        check(ada.page)

        ada.part("app-edit").click()
        expect(ada.part("app-name")).to_have_value("Shop bot")
        ada.choose("imopenlines")
        ada.part("submit").click()
        expect(ada.part("app-edit")).to_be_focused()
        assert call(served, "imopenlines.config.list.get", token).json()["error"] == "insufficient_scope"

        let_the_period_end(ada, receiver)
        renewed = renew_the_secret(ada)
        for secret, status in ((told["client_secret"], 400), (renewed, 200)):
            assert refresh(served, client_id, secret, told["refresh_token"]).status_code == status

        ada.part("action-remove").click()
        ada.page.get_by_role("checkbox", name="Tell it to forget its data").click()
        check(ada.page)
        ada.part("confirm").click()
        ada.shown("apps-empty")
        (removal,) = receiver.wait(1, event="ONAPPUNINSTALL")
        assert removal.form["data"]["CLEAN"] == "1"
        assert removal.form["auth"]["application_token"] == told["application_token"]
        assert call(served, "profile", token).status_code == 401


FINISH = """app => fetch('/ui/rest/tieline.app.finish', {
    method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({APP: app}),
}).then(response => response.status)"""


@pytest.mark.slow
def test_application_with_a_page_waits_for_its_installer(served: Served, browser: Browser, receiver: Receiver) -> None:
    name = "Connector of the quite long-named company Straßenbahnhaltestellenverzeichnis GmbH & Co. KG"
    with developer(served, browser, PHONE) as ada:
        ada.part("add").click()
        ada.part("app-name").fill(name)
        ada.part("app-handler").fill(f"{receiver.url}/page")
        ada.part("app-installer").fill(f"{receiver.url}/install")
        ada.page.get_by_role("button", name="Choose all").click()
        ada.page.get_by_role("radio", name="Chosen people").click()
        ada.refused("Choose at least one person, or let everybody use it.")
        ada.page.get_by_role("checkbox", name="Paul Person").click()
        ada.part("submit").click()
        ada.part("done").click()
        expect(ada.part("app-title")).to_have_text(name)
        expect(ada.part("app-state")).to_have_text("Not installed yet")
        address = urlsplit(ada.page.url).path
        app = int(address.rpartition("/")[2])
        expect(ada.part("app-open")).to_have_attribute("href", f"/app/marketplace/app/{app}/")
        expect(ada.part("app-details")).to_contain_text("Paul Person")
        ada.part("action-upgrade").click()
        ada.part("confirm").click()
        expect(ada.part("action-done")).to_have_text("The next version is there.")
        ada.part("app-open").click()
        assert urlsplit(receiver.wait(1)[0].path).path == "/install"
        assert ada.page.evaluate(FINISH, app) == 200
        ada.page.keyboard.press("Escape")
        expect(ada.part("app-state")).to_have_text("Installed")
        ada.part("app-back").click()
        expect(ada.part("app").filter(has_text=name)).to_contain_text("version 2")
        check(ada.page)
        width = ada.page.evaluate("document.querySelector('main').scrollWidth")
        assert width <= PHONE["width"]
        ada.page.route("**/tieline.developer.get", lambda route: route.abort())
        ada.page.reload()
        ada.shown("developer-fault")
        ada.page.unroute("**/tieline.developer.get")
        ada.page.get_by_role("button", name="Try again").click()
        expect(ada.part("app").filter(has_text=name)).to_be_visible()


@pytest.mark.slow
def test_incoming_webhook_opens_methods_until_it_is_revoked(served: Served, browser: Browser) -> None:
    with developer(served, browser, PHONE) as ada:
        ada.part("developer-incoming").click()
        ada.shown("incoming-empty")
        ada.part("add").click()
        ada.part("webhook-title").fill("Nightly import")
        ada.choose("im")
        ada.part("submit").click()
        url = ada.secret("url")
        assert url.startswith(f"{served.url}/rest/2/")
        assert run_curl(served, ada.snippet("curl"))["ID"] == "2"
        assert "'ID': '2'" in run_python(served, ada.snippet("b24pysdk"))
        assert url.split("/")[-2] not in ada.part("issued").inner_text()
        ada.part("done").click()
        ada.page.reload()
        webhook = ada.part("webhook").filter(has_text="Nightly import")
        webhook.locator("[data-test='edit']").click()
        ada.choose("im", "user_brief")
        ada.part("submit").click()
        expect(webhook).to_contain_text("user_brief")
        scopes = httpx.post(f"{url}scope", verify=served.trust()).json()["result"]
        assert scopes == ["user_brief"]
        check(ada.page)
        webhook.locator("[data-test='remove']").click()
        ada.page.get_by_role("button", name="Cancel").click()
        assert httpx.post(f"{url}profile", verify=served.trust()).status_code == 200
        webhook.locator("[data-test='remove']").click()
        ada.part("confirm").click()
        ada.shown("incoming-empty")
        assert httpx.post(f"{url}profile", verify=served.trust()).status_code == 401


def add_person(served: Served, email: str) -> None:
    """Add a person as a program does."""
    hook = served.ask("webhook.add", user=2, scopes=["user"])["url"]
    httpx.post(f"{hook}user.add", json={"EMAIL": email}, verify=served.trust()).raise_for_status()


@pytest.mark.slow
def test_outgoing_webhook_is_told_with_its_token_and_signature(
    served: Served, browser: Browser, receiver: Receiver
) -> None:
    with developer(served, browser, PHONE) as ada:
        ada.part("developer-outgoing").click()
        ada.shown("outgoing-empty")
        ada.part("add").click()
        ada.refused("An outgoing webhook needs events to be told of")
        ada.choose("ONUSERADD")
        ada.refused("A name is needed")
        ada.part("webhook-title").fill("Tell the warehouse")
        ada.refused("This address cannot be used: not a URL.")
        ada.part("webhook-handler").fill(f"{receiver.url}/elsewhere")
        ada.part("submit").click()
        token, signing_secret = ada.secret("application_token"), ada.secret("signing_secret")
        ada.part("done").click()
        told = ada.part("webhook").filter(has_text="Tell the warehouse")
        expect(told).to_contain_text("ONUSERADD")
        told.locator("[data-test='edit']").click()
        ada.part("webhook-handler").fill(f"{receiver.url}/warehouse")
        ada.part("submit").click()
        expect(told).to_contain_text("/warehouse")
        add_person(served, "new@example.com")
        (event,) = receiver.wait(1)
        assert event.form["data"]["EMAIL"] == "new@example.com"
        assert (event.path, event.form["auth"]["application_token"]) == ("/warehouse", token)
        at = datetime.fromtimestamp(int(event.headers["webhook-timestamp"]), UTC)
        signature = Webhook(signing_secret).sign(event.headers["webhook-id"], at, event.body.decode())
        assert event.headers["webhook-signature"] == signature
        told.locator("[data-test='remove']").click()
        ada.part("confirm").click()
        ada.shown("outgoing-empty")
        add_person(served, "newer@example.com")
        receiver.nothing_more(1)


@pytest.fixture
def client(served: Served, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Bitrix24:
    """An application whose page is the receiver, as pybitrix24 sees it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(served.ca))
    app = served.ask(
        "app.add", name="Shop bot", scopes=["im", "user_brief"], handler=f"{receiver.url}/oauth?from=portal"
    )
    return Bitrix24(app["domain"], app["client_id"], app["client_secret"])


@contextmanager
def stranger(browser: Browser) -> Iterator[BrowserContext]:
    """Open a window that knows nobody yet, and does not mind the server's certificate."""
    context = browser.new_context(viewport=PHONE, locale="en-GB", ignore_https_errors=True)
    context.set_default_timeout(15_000)
    try:
        yield context
    finally:
        context.close()


def test_person_signs_in_allows_and_the_application_gets_a_code(
    served: Served, browser: Browser, receiver: Receiver, client: Bitrix24
) -> None:
    with stranger(browser) as context:
        address = client.build_authorization_url(state="a b&c=ü")
        paul = Operator(context, address, PERSON, PASSWORD, lands_on="consent-app")
        expect(paul.part("consent-app")).to_have_text("Shop bot asks for access")
        expect(paul.part("consent-person")).to_contain_text(f"Paul Person ({PERSON})")
        expect(paul.part("consent-scopes")).to_contain_text("Read and write chats and notifications in your name")
        expect(paul.part("consent-target")).to_contain_text(urlsplit(receiver.url).netloc)
        paul.page.wait_for_timeout(300)
        check(paul.page)
        paul.part("deny").click()
        expect(paul.part("account")).to_be_visible()
        assert receiver.requests == []

        paul.page.goto(address)
        paul.part("allow").click()
        (request,) = receiver.wait(1)[:1]
        answer = dict(parse_qsl(urlsplit(request.path).query))
        assert (answer["from"], answer["state"], answer["domain"]) == ("portal", "a b&c=ü", client.hostname)
        tokens = client.obtain_tokens(answer["code"], scope=answer["scope"])
        assert tokens["user_id"] == 3
        assert client.call("profile")["result"]["ID"] == "3"
        assert client.refresh_tokens()["access_token"] != tokens["access_token"]
        assert client.call_batch({"who": "profile"})["result"]["result"]["who"]["NAME"] == "Paul"
        assert client.obtain_tokens(answer["code"]) == {"error": "invalid_grant"}


@pytest.mark.slow
def test_what_cannot_be_allowed_is_told_on_the_page(
    served: Served, browser: Browser, receiver: Receiver, client: Bitrix24
) -> None:
    with stranger(browser) as context:
        foreign = client.build_authorization_url(redirect_uri="https://evil.example/")
        paul = Operator(context, foreign, PERSON, PASSWORD, lands_on="consent-problem")
        expect(paul.part("consent-problem")).to_contain_text("none of the application's addresses")
        paul.page.goto(Bitrix24(client.hostname, "local.unknown").build_authorization_url())
        expect(paul.part("consent-problem")).to_contain_text("No application has this client_id")
        paul.page.goto(f"{served.url}/oauth/authorize/")
        expect(paul.part("consent-problem")).to_contain_text("client_id is missing")
        check(paul.page)
        assert receiver.requests == []

        bare = served.ask("app.add", name="Command line", scopes=[], script_only=True)
        paul.page.goto(Bitrix24(client.hostname, bare["client_id"]).build_authorization_url())
        expect(paul.part("consent-target")).to_have_text("You get a code to enter in the application.")
        paul.part("allow").click()
        code = paul.part("code").inner_text()
        check(paul.page)
        told = Bitrix24(client.hostname, bare["client_id"], bare["client_secret"])
        assert told.obtain_tokens(code)["user_id"] == 3

        paul.part("consent-code").get_by_role("link", name="To the inbox").click()
        expect(paul.part("account")).to_be_visible()
        paul.page.goto(client.build_authorization_url(state="kept"))
        paul.part("someone-else").click()
        paul.log_in(ADMIN, PASSWORD)
        expect(paul.part("consent-person")).to_contain_text("Ada Admin")
        assert "state=kept" in paul.page.url


@pytest.mark.slow
def test_area_is_for_administrators(served: Served, browser: Browser) -> None:
    with window(browser, DESKTOP) as context:
        paul = Operator(context, f"{served.http_url}/app/developer", PERSON, PASSWORD)
        expect(paul.part("developer-fault")).to_contain_text("Only administrators")
        expect(paul.page.get_by_role("link", name="Develop")).to_have_count(0)
