"""server.time, scope, methods, method.get and feature.get: what every client may ask."""

from typing import Any

import pytest

from support.portal import Client, Portal, refused

ALL_SCOPES = [
    *("contact_center", "crm", "department", "disk", "im", "imbot", "imconnector", "imopenlines", "placement"),
    *("tieline", "user", "user.userfield", "user_basic", "user_brief"),
]
BASIC_METHODS = [
    *("app.info", "batch", "event.bind", "event.get", "event.test", "event.unbind", "events", "feature.get"),
    *("event.offline.clear", "event.offline.error", "event.offline.get", "event.offline.list"),
    *("method.get", "methods", "profile", "scope", "server.time"),
    *("user.admin", "user.access", "access.name"),
]
IM_METHODS = [
    *("im.chat.get", "im.dialog.messages.get", "im.dialog.read", "im.message.add", "im.message.delete"),
    *("im.message.update", "im.recent.list", "im.department.get", "im.department.managers.get"),
    *("im.department.employees.get", "im.department.colleagues.list", "im.search.department.list"),
]
USER_METHODS = ["user.add", "user.current", "user.fields", "user.get", "user.search", "user.update"]


@pytest.fixture
def hook(quick_portal: Portal) -> Client:
    """A webhook with one scope."""
    return quick_portal.webhook(scopes="im")


def test_time_is_that_of_the_portals_zone(portal: Portal) -> None:
    hook = portal.webhook(scopes="")
    assert hook.call("server.time").result == "2027-01-15T08:00:00+00:00"
    portal.clock.move(1_999)
    assert hook.call("server.time").result == "2027-01-15T08:00:01+00:00"
    portal.write(lambda tx: (tx.run("update portals set time_zone = 'Europe/Berlin'"), tx.touch(1)))
    reply = hook.call("server.time")
    assert reply.result == "2027-01-15T09:00:01+01:00"
    assert reply.body["time"]["date_start"][-6:] in ("+01:00", "+02:00")


def test_scopes_of_the_caller_are_listed(quick_portal: Portal, hook: Client) -> None:
    assert hook.call("scope").result == ["im"]
    assert quick_portal.app("imopenlines,im").call("scope").result == ["im", "imopenlines"]
    assert quick_portal.webhook(scopes="").call("scope").result == []
    page = quick_portal.page(quick_portal.person())
    assert page.call("scope").result == ALL_SCOPES


@pytest.mark.parametrize("full", [True, "true", 1, "Y"])
def test_all_scopes_are_listed_on_demand(hook: Client, full: Any) -> None:
    assert hook.call("scope", full=full).result == ALL_SCOPES


def test_methods_of_the_caller_are_listed(quick_portal: Portal, hook: Client) -> None:
    basic, with_im = quick_portal.webhook(scopes="").call("methods").result, hook.call("methods").result
    assert set(BASIC_METHODS) <= set(basic)
    assert set(IM_METHODS) <= set(with_im) - set(basic)
    assert {name.partition(".")[0] for name in set(with_im) - set(basic)} == {"im"}


def test_methods_of_a_scope_are_listed(hook: Client) -> None:
    found = hook.call("methods", scope="user").result
    assert set(USER_METHODS) <= set(found)
    assert {name.partition(".")[0] for name in found} == {"user"}
    assert set(BASIC_METHODS) <= set(hook.call("methods", scope="").result)
    assert hook.call("methods", scope="nothing").result == []


def test_all_methods_are_listed_without_those_of_the_pages(hook: Client) -> None:
    found = hook.call("methods", full=True).result
    assert set(BASIC_METHODS + IM_METHODS + USER_METHODS) < set(found)
    assert "imconnector.send.messages" in found
    assert {name.split(".")[1] for name in found if name.startswith("tieline.")} == {"clock", "statistics"}
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    ("name", "existing", "available"),
    [
        ("im.message.add", True, True),
        ("IM.Message.Add", True, True),
        ("user.get", True, False),
        ("server.time", True, True),
        ("no.such.method", False, False),
        ("tieline.inbox.list", False, False),
        ("", False, False),
        (None, False, False),
    ],
)
def test_method_is_known_and_open(hook: Client, name: str | None, *, existing: bool, available: bool) -> None:
    assert hook.call("method.get", name=name).result == {"isExisting": existing, "isAvailable": available}


def test_method_without_a_name_is_none(hook: Client) -> None:
    assert hook.call("method.get").result == {"isExisting": False, "isAvailable": False}


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("rest_offline_extended", "Y"),
        ("rest_auth_connector", "Y"),
        ("REST_AUTH_CONNECTOR", "Y"),
        ("no_such_feature", "N"),
    ],
)
def test_feature_is_there_or_not(quick_portal: Portal, hook: Client, code: str, value: str) -> None:
    assert hook.call("feature.get", CODE=code).result == {"value": value}
    assert quick_portal.app("im").call("feature.get", code=code).result == {"value": value}


@pytest.mark.parametrize("params", [{}, {"CODE": ""}, {"CODE": None}, {"CODE": []}, {"CODE": 0}, {"CODE": "0"}])
def test_feature_without_a_name_is_refused(hook: Client, params: dict[str, Any]) -> None:
    assert refused(hook.call("feature.get", **params)) == (400, "CODE_EMPTY", "CODE can't be empty")


@pytest.mark.parametrize(
    ("method", "params", "text"),
    [
        ("feature.get", {"CODE": ["im"]}, "The value of an argument 'CODE' must be of type string"),
        ("scope", {"full": "perhaps"}, "The value of an argument 'full' must be of type boolean"),
        ("methods", {"scope": ["im"]}, "The value of an argument 'scope' must be of type string"),
        ("method.get", {"name": {"a": "b"}}, "The value of an argument 'name' must be of type string"),
    ],
)
def test_wrong_parameter_is_named(hook: Client, method: str, params: dict[str, Any], text: str) -> None:
    reply = hook.call(method, **params)
    assert (*reply.error, reply.text) == (400, "ERROR_ARGUMENT", text)
