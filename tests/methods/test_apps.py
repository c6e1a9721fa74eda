"""app.info, and what an application is given when it is added."""

import re

import pytest

from support.portal import URL, Portal
from support.receiver import Receiver
from support.tokens import acting_for
from tieline.http.asking import CommandFailed


def test_application_is_described_with_the_documented_fields(portal: Portal) -> None:
    app = portal.app("imopenlines,im")
    told = app.call("app.info").result
    expected = {
        "ID": app.facts["id"],
        "CODE": app.facts["client_id"],
        "VERSION": 1,
        "STATUS": "L",
        "INSTALLED": True,
        "PAYMENT_EXPIRED": "N",
        "DAYS": None,
        "LANGUAGE_ID": "en",
        "LICENSE": "selfhosted",
        "LICENSE_TYPE": "selfhosted",
        "LICENSE_FAMILY": "selfhosted",
    }
    assert {name: told[name] for name in expected} == expected


def test_token_names_its_user(portal: Portal) -> None:
    app, person = portal.app(), portal.person()
    assert app.call("app.info").result["user_id"] == 1
    assert acting_for(app, person).call("app.info").result["user_id"] == person


def test_application_that_is_not_installed_is_told_so(portal: Portal) -> None:
    app = portal.app(script_only=False, install_url="http://127.0.0.1:9/install")
    told = app.call("app.info").result
    assert (told["INSTALLED"], told["install"]["installed"]) == (False, False)


@pytest.mark.difference(15)
def test_webhook_is_told_its_scopes(portal: Portal) -> None:
    told = portal.webhook(scopes="imopenlines,im").call("app.info").result
    assert told == {"SCOPE": ["basic", "im", "imopenlines"], "LICENSE": "selfhosted"}


def test_new_application_is_given_its_secrets_once(portal: Portal) -> None:
    facts = portal.app("imopenlines,im").facts
    told = {
        name: facts[name] for name in ("domain", "client_endpoint", "server_endpoint", "scope", "status", "user_id")
    }
    assert told == {
        "domain": "portal.example:8443",
        "client_endpoint": f"{URL}/rest/",
        "server_endpoint": f"{URL}/rest/",
        "scope": "im,imopenlines",
        "status": "L",
        "user_id": 1,
    }
    assert re.fullmatch(r"local\.[0-9a-f]{14}\.[0-9]{8}", facts["client_id"])
    assert re.fullmatch(r"[0-9a-f]{32}", facts["application_token"])
    assert facts["signing_secret"].startswith("whsec_")
    assert facts["expires"] == portal.clock.now() // 1000 + 3600


def test_application_token_is_steady_and_its_own(portal: Portal, receiver: Receiver) -> None:
    tokens = []
    for path in ("a", "b"):
        app = portal.app()
        app.call("event.bind", event="OnAppTest", handler=f"{receiver.url}/{path}")
        for _ in range(2):
            app.call("event.test")
        tokens.append(app.facts["application_token"])
    told = {(event.path, event.form["auth"]["application_token"]) for event in receiver.wait(4)}
    assert told == {("/a", tokens[0]), ("/b", tokens[1])}


def test_script_only_application_is_told_its_tokens_at_once(portal: Portal, receiver: Receiver) -> None:
    app = portal.app(install_url=f"{receiver.url}/install")
    (event,) = receiver.wait()
    assert (event.path, event.event) == ("/install", "ONAPPINSTALL")
    assert event.form["data"] == {"VERSION": "1.0.0", "ACTIVE": "Y", "INSTALLED": "Y", "LANGUAGE_ID": "en"}
    auth = event.form["auth"]
    assert auth["application_token"] == app.facts["application_token"]
    assert auth["member_id"] == app.facts["member_id"]
    app.auth = {"auth": auth["access_token"]}
    assert app.call("app.info").result["ID"] == app.facts["id"]
    grant = {name: app.facts[name] for name in ("client_id", "client_secret")}
    grant |= {"grant_type": "refresh_token", "refresh_token": auth["refresh_token"]}
    assert portal.request("GET", "/oauth/token/", params=grant).status == 200


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"scopes": "im,nothing"},
            "no such scope: nothing; there are contact_center, crm, department,",
        ),
        ({"handler": "nowhere"}, "a URL of the application cannot be used: not an http or https URL"),
        (
            {"install_url": "http://169.254.169.254/"},
            "a URL of the application cannot be used: the address 169.254.169.254",
        ),
    ],
)
def test_application_that_cannot_be_added_says_why(quick_portal: Portal, options: dict[str, str], text: str) -> None:
    with pytest.raises(CommandFailed, match=f"^{re.escape(text)}"):
        quick_portal.app(**options)
