"""Webhooks of the developer's area: incoming with a code, outgoing with events."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from support.portal import URL, Client, Portal, refused
from support.receiver import Receiver


@pytest.fixture
def admin(portal: Portal) -> Client:
    """The page of an administrator."""
    return portal.page(portal.person(admin=True))


def test_incoming_webhook_is_made_changed_and_revoked(portal: Portal, admin: Client) -> None:
    made = admin.call("tieline.webhook.add", TITLE=" Bot ", SCOPES=["im", "basic"]).result
    hook = Client(portal, prefix=urlsplit(made["url"]).path)
    assert made["url"].startswith(f"{URL}/rest/{admin.facts['id']}/")
    assert hook.call("scope").result == ["im"]
    (shown,) = admin.call("tieline.developer.get").result["webhooks"]
    assert (shown["id"], shown["title"], shown["scopes"]) == (made["id"], "Bot", ["im"])
    assert made["url"].rstrip("/").rpartition("/")[2] not in str(shown)
    assert admin.call("tieline.webhook.edit", WEBHOOK=made["id"], TITLE="B", SCOPES=["imopenlines"]).result is True
    assert hook.call("scope").result == ["imopenlines"]
    assert admin.call("tieline.webhook.revoke", WEBHOOK=made["id"]).result is True
    assert hook.call("scope").error == (401, "INVALID_CREDENTIALS")
    for method in ("edit", "revoke"):
        assert admin.call(f"tieline.webhook.{method}", WEBHOOK=made["id"]).error == (404, "WEBHOOK_NOT_FOUND")


def test_webhook_has_scopes_that_exist(admin: Client) -> None:
    assert admin.call("tieline.webhook.add", SCOPES=["root"]).error == (400, "invalid_scope")
    made = admin.call("tieline.webhook.add", SCOPES=["im"]).result
    assert admin.call("tieline.webhook.edit", WEBHOOK=made["id"], SCOPES=["root"]).error == (400, "invalid_scope")
    (kept,) = admin.call("tieline.developer.get").result["webhooks"]
    assert kept["scopes"] == ["im"]


def test_outgoing_webhook_is_told_of_its_events_without_tokens(
    portal: Portal, admin: Client, receiver: Receiver
) -> None:
    made = admin.call(
        "tieline.outgoing.add", TITLE="Watch", HANDLER_URL=f"{receiver.url}/hook", EVENTS=["OnUserAdd", "ONUSERADD"]
    ).result
    portal.person("New Person")
    (event,) = receiver.wait(1)
    receiver.nothing_more(1)
    assert (event.path, event.event) == ("/hook", "ONUSERADD")
    assert event.form["auth"] == {
        "domain": "portal.example:8443",
        "server_endpoint": f"{URL}/rest/",
        "client_endpoint": f"{URL}/rest/",
        "member_id": event.form["auth"]["member_id"],
        "application_token": made["application_token"],
    }
    (shown,) = admin.call("tieline.developer.get").result["outgoing"]
    assert [binding["event"] for binding in shown["bindings"]] == ["ONUSERADD"]
    assert event.flat["event_handler_id"] == str(shown["bindings"][0]["id"])


def test_outgoing_webhook_is_no_application(admin: Client, receiver: Receiver) -> None:
    made = admin.call(
        "tieline.outgoing.add", TITLE="Watch", HANDLER_URL=f"{receiver.url}/hook", EVENTS=["OnUserAdd"]
    ).result
    told = admin.call("tieline.developer.get").result
    assert (told["apps"], [shown["id"] for shown in told["outgoing"]]) == ([], [made["id"]])
    client_id = told["outgoing"][0]["clientId"]
    assert admin.call("tieline.consent.ask", CLIENT_ID=client_id).error == (404, "wrong_client")
    assert admin.call("tieline.apps.mine").result == []


@pytest.mark.parametrize("event", ["OnAppTest", "OnImConnectorMessageAdd", "OnOfflineEvent"])
def test_outgoing_webhook_is_offered_no_event_of_one_application(admin: Client, event: str) -> None:
    offered = admin.call("tieline.developer.get").result["events"]
    assert "ONUSERADD" in offered
    assert event.upper() not in offered
    reply = admin.call(
        "tieline.outgoing.add", TITLE="Watch", HANDLER_URL="https://hook.example/", EVENTS=["OnUserAdd", event]
    )
    assert refused(reply) == (
        400, "EVENT_OF_AN_APPLICATION", f"Only the application that it concerns is told of {event.upper()}"
    )  # fmt: skip
    assert admin.call("tieline.developer.get").result["outgoing"] == []


def test_methods_for_applications_know_no_outgoing_webhook(admin: Client) -> None:
    made = admin.call(
        "tieline.outgoing.add", TITLE="Watch", HANDLER_URL="https://hook.example/", EVENTS=["OnUserAdd"]
    ).result
    for method in ("edit", "reinstall", "upgrade", "secret.renew", "pay"):
        reply = admin.call(f"tieline.app.{method}", APP=made["id"], NAME="A", STATUS="P")
        assert reply.error == (404, "APPLICATION_NOT_FOUND"), method
    (shown,) = admin.call("tieline.developer.get").result["outgoing"]
    assert (shown["name"], shown["version"], shown["status"]) == ("Watch", 1, "L")


def test_outgoing_webhook_is_changed_and_removed(portal: Portal, admin: Client, receiver: Receiver) -> None:
    made = admin.call(
        "tieline.outgoing.add", TITLE="Watch", HANDLER_URL=f"{receiver.url}/one", EVENTS=["OnUserAdd"]
    ).result
    changed = admin.call(
        "tieline.outgoing.edit", APP=made["id"], TITLE="W", HANDLER_URL=f"{receiver.url}/two", EVENTS=["OnUserAdd"]
    ).result
    assert (changed["name"], [b["event"] for b in changed["bindings"]]) == ("W", ["ONUSERADD"])
    portal.person()
    assert [event.path for event in receiver.wait(1)] == ["/two"]
    admin.call("tieline.app.remove", APP=made["id"])
    portal.person()
    receiver.nothing_more(1)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"EVENTS": []}, (400, "EVENTS_REQUIRED")),
        ({"EVENTS": ["OnNothing"]}, (400, "ERROR_EVENT_NOT_FOUND")),
        ({"EVENTS": ["OnUserAdd", "OnAppTest"]}, (400, "EVENT_OF_AN_APPLICATION")),
        ({"HANDLER_URL": ""}, (400, "WRONG_URL")),
        ({"HANDLER_URL": "ftp://example.com/"}, (400, "WRONG_URL")),
        ({"TITLE": ""}, (400, "NAME_REQUIRED")),
    ],
)
def test_wrong_outgoing_webhook_is_refused(
    quick_portal: Portal, changes: dict[str, Any], error: tuple[int, str]
) -> None:
    admin = quick_portal.page(quick_portal.person(admin=True))
    good = {"TITLE": "Watch", "HANDLER_URL": "https://hook.example/", "EVENTS": ["OnUserAdd"]}
    assert admin.call("tieline.outgoing.add", **good | changes).error == error
    assert admin.call("tieline.developer.get").result["outgoing"] == []
    made = admin.call("tieline.outgoing.add", **good).result
    assert admin.call("tieline.outgoing.edit", APP=made["id"], **good | changes).error == error
    (kept,) = admin.call("tieline.developer.get").result["outgoing"]
    assert (kept["name"], kept["handlerUrl"], [b["event"] for b in kept["bindings"]]) == (
        good["TITLE"], good["HANDLER_URL"], ["ONUSERADD"]
    )  # fmt: skip
    app = quick_portal.app()
    assert admin.call("tieline.outgoing.edit", APP=app.facts["id"], **good).error == (404, "APPLICATION_NOT_FOUND")


def test_webhooks_are_for_administrators(quick_portal: Portal) -> None:
    page = quick_portal.page(quick_portal.person())
    told = (403, "ACCESS_DENIED", "Access denied! Administrator access rights required")
    for method in ("webhook.add", "webhook.edit", "webhook.revoke", "outgoing.add", "outgoing.edit"):
        assert refused(page.call(f"tieline.{method}", WEBHOOK=1, APP=1)) == told
