"""tieline.connector.*: opening a connector's settings page, and switching a connector off."""

import json
from typing import Any

import pytest

from support.portal import URL, Client, Desk, Portal, refused
from support.receiver import Receiver

NO_CONNECTOR = (404, "CONNECTOR_NOT_FOUND", "There is no such connector on this line")


@pytest.fixture
def admin(portal: Portal) -> Client:
    """The page of an administrator."""
    return portal.page(portal.person(admin=True))


def opened(page: Client, desk: Desk, **params: Any) -> dict[str, Any]:
    return page.call("tieline.connector.open", **({"CONNECTOR": desk.code, "LINE": desk.line} | params)).result


def test_settings_page_is_opened_by_the_documented_form(desk: Desk, admin: Client) -> None:
    told = opened(admin, desk)
    address, _, query = told["url"].partition("?")
    assert address == "http://127.0.0.1:9/settings"
    fields = dict(part.split("=") for part in query.split("&"))
    frame = fields.pop("APP_SID")
    assert fields == {"DOMAIN": "portal.example:8443", "PROTOCOL": "1", "LANG": "en"}
    assert told["frameName"] == f"portal.example:8443|1|{frame}"
    body = told["fields"]
    options = json.loads(body.pop("PLACEMENT_OPTIONS"))
    assert options == {
        "CONNECTOR": desk.code,
        "LINE": str(desk.line),
        "STATUS": True,
        "ACTIVE_STATUS": True,
        "CONNECTION_STATUS": True,
        "REGISTER_STATUS": True,
        "ERROR_STATUS": False,
        "URI": f"/contact_center/connector/?ID={desk.code}&LINE={desk.line}",
    }
    secrets = {name: body.pop(name) for name in ("AUTH_ID", "REFRESH_ID")}
    assert body == {
        "AUTH_EXPIRES": "3600",
        "SERVER_ENDPOINT": f"{URL}/rest/",
        "APPLICATION_TOKEN": desk.app.facts["application_token"],
        "APPLICATION_SCOPE": "im,imconnector,imopenlines",
        "member_id": desk.app.facts["member_id"],
        "status": "L",
        "PLACEMENT": "SETTING_CONNECTOR",
    }
    desk.app.auth = {"auth": secrets["AUTH_ID"]}
    assert desk.app.call("app.info").result["user_id"] == admin.facts["id"]


def test_each_opening_has_tokens_of_its_own(desk: Desk, admin: Client) -> None:
    first, second = opened(admin, desk), opened(admin, desk)
    assert first["fields"]["AUTH_ID"] != second["fields"]["AUTH_ID"]
    assert first["frameName"] != second["frameName"]


def test_state_of_the_connector_is_told_to_its_page(desk: Desk, admin: Client) -> None:
    desk.connector("set.error", ERROR="x")
    other = desk.portal.line()

    def states(line: int) -> list[bool]:
        options = json.loads(opened(admin, desk, LINE=line, CONNECTOR="MyConnector")["fields"]["PLACEMENT_OPTIONS"])
        return [options[f"{name}STATUS"] for name in ("", "ACTIVE_", "CONNECTION_", "REGISTER_", "ERROR_")]

    assert states(desk.line) == [False, True, True, True, True]
    assert states(other) == [False, False, False, False, False]


def test_query_of_the_settings_page_is_kept(desk: Desk, admin: Client) -> None:
    desk.app.call(
        "imconnector.register",
        ID=desk.code,
        NAME="x",
        ICON={"DATA_IMAGE": "x"},
        PLACEMENT_HANDLER="https://app.example/settings?a=b",
    )
    assert opened(admin, desk)["url"].startswith("https://app.example/settings?a=b&DOMAIN=")


@pytest.mark.parametrize("params", [{"CONNECTOR": "other"}, {"LINE": 999}, {"LINE": 0}])
@pytest.mark.parametrize("method", ["tieline.connector.open", "tieline.connector.disconnect"])
def test_connector_that_is_not_there(desk: Desk, admin: Client, method: str, params: dict[str, Any]) -> None:
    assert refused(admin.call(method, **({"CONNECTOR": desk.code, "LINE": desk.line} | params))) == NO_CONNECTOR


def test_settings_of_an_application_that_is_gone(desk: Desk, admin: Client) -> None:
    desk.portal.write(lambda tx: (tx.run("delete from apps"), tx.touch(1)))
    reply = admin.call("tieline.connector.open", CONNECTOR=desk.code, LINE=desk.line)
    text = "The connector's application is gone, so it has no settings page"
    assert refused(reply) == (404, "NO_SETTINGS", text)


def test_settings_are_not_opened_in_a_batch(desk: Desk, admin: Client) -> None:
    result = admin.call("batch", cmd=[f"tieline.connector.open?CONNECTOR={desk.code}&LINE={desk.line}"]).result
    assert result["result_error"][0]["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED"


def test_connector_is_switched_off_and_its_application_told(desk: Desk, admin: Client, receiver: Receiver) -> None:
    desk.bind("OnImConnectorStatusDelete")
    disconnect = {"CONNECTOR": "MyConnector", "LINE": desk.line}
    assert admin.call("tieline.connector.disconnect", **disconnect).result is True
    (event,) = receiver.wait()
    assert event.form["data"] == {"connector": desk.code, "line": str(desk.line)}
    assert desk.connector("status").result["STATUS"] is False
    assert refused(admin.call("tieline.connector.disconnect", **disconnect)) == NO_CONNECTOR
    receiver.nothing_more(1)


def test_connector_is_opened_again_by_its_application(desk: Desk, admin: Client) -> None:
    admin.call("tieline.connector.disconnect", CONNECTOR=desk.code, LINE=desk.line)
    desk.connector("activate", ACTIVE=1)
    assert desk.connector("status").result["STATUS"] is True
