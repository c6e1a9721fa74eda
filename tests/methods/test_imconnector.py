"""imconnector: registering a connector, its state on a line, and names of its chats."""

import pytest

from support.portal import ICON, Client, Desk, Portal
from tieline.services import tokens

HANDLER = "http://127.0.0.1:9/settings"
REGISTRATION = {"ID": "Other_Connector-2", "NAME": "Other", "ICON": ICON, "PLACEMENT_HANDLER": HANDLER}


def register(client: Client, **changes) -> dict:
    return client.call("imconnector.register", **(REGISTRATION | changes)).result


def status(desk: Desk) -> dict:
    return desk.connector("status").result


def app_of(portal: Portal, app: Client, user_id: int) -> Client:
    """The same application with a token of somebody else."""

    def issue(tx):
        call = portal.admin_call(tx)
        return tokens.issue(call, call.find_app(app.facts["id"]), user_id)

    return Client(portal, app.facts, auth={"auth": portal.write(issue).access_token})


# register, unregister, list


def test_registered_connector_is_listed_by_its_lower_case_id(portal: Portal) -> None:
    app = portal.app()
    reply = app.call("imconnector.register", **REGISTRATION)
    assert reply.body.keys() == {"result", "time"}
    assert reply.result == {"result": True}
    assert app.call("imconnector.list").result == {"other_connector-2": "Other"}


def test_form_of_a_php_client_registers(portal: Portal) -> None:
    app = portal.app()
    body = (
        "ID=myconnector&NAME=My+connector&ICON%5BDATA_IMAGE%5D=data%3Aimage%2Fsvg%2Bxml%2C%253Csvg%2F%253E"
        "&ICON[COLOR]=%23a6ffa3&ICON[SIZE]=90%25&ICON[POSITION]=center&ICON_DISABLED[DATA_IMAGE]=data%3A"
        "&PLACEMENT_HANDLER=http%3A%2F%2F127.0.0.1%3A9%2Fsettings&CHAT_GROUP=N&NEED_SIGNATURE=1&COMMENT=Hello"
    )
    assert app.form("imconnector.register", body).result == {"result": True}
    (shown,) = portal.page(portal.person(admin=True)).call("tieline.connectors.list").result["connectors"]
    assert shown == {
        "id": "myconnector",
        "name": "My connector",
        "app": "An app",
        "appId": app.facts["id"],
        "icon": {
            "DATA_IMAGE": "data:image/svg+xml,%3Csvg/%3E",
            "COLOR": "#a6ffa3",
            "SIZE": "90%",
            "POSITION": "center",
        },
        "iconDisabled": {"DATA_IMAGE": "data:", "COLOR": "", "SIZE": "", "POSITION": ""},
        "comment": "Hello",
        "hasSettings": True,
        "lines": [],
    }


def test_registering_again_changes_the_connector_and_keeps_its_lines(desk: Desk) -> None:
    again = {"ID": "MyConnector", "NAME": "New name", "PLACEMENT_HANDLER": "http://127.0.0.1:9/moved"}
    assert register(desk.app, **again) == {"result": True}
    assert desk.app.call("imconnector.list").result == {"myconnector": "New name"}
    assert status(desk)["STATUS"] is True
    opened = desk.portal.command("connector.settings", connector="myconnector", line=desk.line)
    assert opened["url"].startswith("http://127.0.0.1:9/moved?")


def test_registration_is_refused_in_the_documented_order(quick_portal: Portal) -> None:
    app = quick_portal.app()
    wrong = {"ID": "", "NAME": "", "ICON": {}, "PLACEMENT_HANDLER": "", "CHAT_GROUP": "perhaps"}
    repairs = ({"ID": "a.b"}, {"ID": "ab"}, {"NAME": "A"}, {"ICON": ICON}, {"PLACEMENT_HANDLER": HANDLER})
    codes = [register(app, **wrong)["error"]]
    for repair in repairs:
        wrong |= repair
        codes.append(register(app, **wrong)["error"])
    assert codes == [
        "CONNECTOR_ID_REQUIRED",
        "APPLICATION_REGISTRATION_ERROR_POINT",
        "NAME_REQUIRED",
        "ICON_REQUIRED",
        "NO_PLACEMENT_HANDLER",
        "GENERAL_CONNECTOR_REGISTRATION_ERROR",
    ]
    assert register(app, **(wrong | {"CHAT_GROUP": "Y"})) == {"result": True}


NO_ID = ("CONNECTOR_ID_REQUIRED", "Connector ID is not specified")
WITH_POINT = (
    "APPLICATION_REGISTRATION_ERROR_POINT",
    "Application registration error. Using a dot in the connector identifier is not allowed",
)
NO_NAME = ("NAME_REQUIRED", "Connector name is not specified")
NO_ICON = ("ICON_REQUIRED", "Connector icon is not specified")
NO_HANDLER = ("NO_PLACEMENT_HANDLER", "Failed to get embedding handler URL")
GENERAL = ("GENERAL_CONNECTOR_REGISTRATION_ERROR", "General connector registration error")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"ID": None}, NO_ID),
        ({"ID": ""}, NO_ID),
        ({"ID": "  "}, NO_ID),
        ({"ID": 5}, NO_ID),
        ({"ID": ["a"]}, NO_ID),
        ({"ID": None, "CONNECTOR": "myconnector"}, NO_ID),
        ({"ID": "my.connector"}, WITH_POINT),
        ({"NAME": None}, NO_NAME),
        ({"NAME": ""}, NO_NAME),
        ({"NAME": 5}, NO_NAME),
        ({"ICON": None}, NO_ICON),
        ({"ICON": "data:"}, NO_ICON),
        ({"ICON": {"COLOR": "#fff"}}, NO_ICON),
        ({"ICON": {"DATA_IMAGE": ["data:"]}}, NO_ICON),
        ({"PLACEMENT_HANDLER": None}, NO_HANDLER),
        ({"PLACEMENT_HANDLER": 5}, NO_HANDLER),
        ({"PLACEMENT_HANDLER": "javascript:alert(1)"}, GENERAL),
        ({"PLACEMENT_HANDLER": "http://169.254.169.254/latest"}, GENERAL),
        ({"ID": "with blank"}, GENERAL),
        ({"ID": "a|b"}, GENERAL),
        ({"ID": "x" * 51}, GENERAL),
        ({"ICON": {"DATA_IMAGE": "x" * 200_001}}, GENERAL),
        ({"NEED_SIGNATURE": "perhaps"}, GENERAL),
    ],
)
def test_refused_registration_says_why_inside_http_200(quick_portal: Portal, changes: dict, refusal: tuple) -> None:
    app = quick_portal.app()
    code, text = refusal
    assert register(app, **changes) == {"result": False, "error": code, "error_description": text}
    assert app.call("imconnector.list").result == {}


def test_connector_of_another_application_cannot_be_registered(desk: Desk) -> None:
    other = desk.portal.app()
    assert register(other, ID="myconnector") == {
        "result": False,
        "error": "APPLICATION_REGISTRATION_ERROR",
        "error_description": "Application registration error",
    }
    assert desk.app.call("imconnector.list").result == {"myconnector": "My connector"}


def test_unregistered_connector_is_gone_and_its_dialogs_stay(desk: Desk) -> None:
    chat = desk.write_in("Hello")
    assert desk.app.call("imconnector.unregister", ID="MyConnector").result == {"result": True}
    assert desk.app.call("imconnector.list").result == {}
    assert desk.history(chat)[0]["text"] == "Hello"
    message = desk.answer(chat, "Too late")
    dialog = desk.portal.page(desk.operator_id).call("tieline.dialog.get", CHAT_ID=chat).result
    assert [(m["id"], m["state"]) for m in dialog["messages"]][1:] == [(message, "failed")]


def test_connector_registered_anew_starts_without_lines(desk: Desk) -> None:
    assert desk.app.form("imconnector.unregister", "ID=myconnector").result == {"result": True}
    assert register(desk.app, ID="myconnector") == {"result": True}
    assert status(desk) == {
        "LINE": desk.line,
        "CONNECTOR": "myconnector",
        "ERROR": False,
        "CONFIGURED": False,
        "STATUS": False,
    }


@pytest.mark.parametrize("params", [{}, {"ID": ""}, {"ID": "nobody"}, {"ID": "myconnector"}, {"ID": ["myconnector"]}])
def test_only_the_owner_unregisters(quick_desk: Desk, params: dict) -> None:
    assert quick_desk.portal.app().call("imconnector.unregister", **params).result == {
        "result": False,
        "error": "APPLICATION_UNREGISTRATION_ERROR",
        "error_description": "Error unregistering the application",
    }
    assert status(quick_desk)["STATUS"] is True


@pytest.mark.difference(12)
def test_list_shows_connectors_of_all_applications_to_administrators_alone(desk: Desk) -> None:
    other = desk.portal.app()
    register(other)
    assert other.call("imconnector.list").result == {"myconnector": "My connector", "other_connector-2": "Other"}
    refused = app_of(desk.portal, desk.app, desk.operator_id).call("imconnector.list")
    assert refused.error == (400, "ACCESS_DENIED")
    assert refused.text == "You don't have access to this action"


# activate, connector.data.set, status, set.error


@pytest.mark.parametrize("value", [1, "1", "Y", "y", True, "true", "on", "whatever"])
def test_connector_is_switched_on_by(quick_desk: Desk, value: object) -> None:
    quick_desk.connector("activate", ACTIVE=0)
    assert quick_desk.connector("activate", ACTIVE=value).result is True
    assert status(quick_desk)["STATUS"] is True


@pytest.mark.parametrize("value", [0, "0", "", "N", "n", False, "false"])
@pytest.mark.difference(11)
def test_connector_is_switched_off_by(quick_desk: Desk, value: object) -> None:
    assert quick_desk.connector("activate", ACTIVE=value).result is True
    assert status(quick_desk)["STATUS"] is False
    assert status(quick_desk)["CONFIGURED"] is True


@pytest.mark.parametrize(("value", "working"), [("1", True), ("Y", True), ("0", False), ("N", False), ("", False)])
def test_form_switches_the_connector(quick_desk: Desk, value: str, working: bool) -> None:
    quick_desk.connector("activate", ACTIVE=not working)
    body = f"CONNECTOR=MYCONNECTOR&LINE={quick_desk.line}&ACTIVE={value}"
    assert quick_desk.app.form("imconnector.activate", body).result is True
    assert status(quick_desk)["STATUS"] is working


def test_connector_is_ready_once_it_is_active_and_configured(portal: Portal) -> None:
    app, line = portal.app(), portal.line()
    register(app, ID="myconnector")
    where = {"CONNECTOR": "MyConnector", "LINE": str(line)}

    def state() -> tuple[bool, bool, bool]:
        told = app.call("imconnector.status", **where).result
        assert (told["LINE"], told["CONNECTOR"]) == (line, "myconnector")
        return told["ERROR"], told["CONFIGURED"], told["STATUS"]

    assert state() == (False, False, False)
    app.call("imconnector.activate", **where, ACTIVE=1)
    assert state() == (False, False, False)
    assert app.call("imconnector.connector.data.set", **where, DATA={"id": "c", "url_im": ""}).result is True
    assert state() == (False, True, True)
    app.call("imconnector.set.error", **where, ERROR="The token has expired")
    assert state() == (True, True, False)
    app.call("imconnector.set.error", **where)
    assert state() == (False, True, True)
    app.call("imconnector.set.error", **where, ERROR="Again")
    app.call("imconnector.activate", **where, ACTIVE="Y")
    assert state() == (False, True, True)
    app.call("imconnector.activate", **where, ACTIVE="N")
    assert state() == (False, True, False)


def test_form_of_a_php_client_configures_the_connector(portal: Portal) -> None:
    app, line = portal.app(), portal.line()
    register(app, ID="myconnector")
    body = f"CONNECTOR=myconnector&LINE={line}&DATA[ID]=channel-123&DATA[URL]=https%3A%2F%2Fexample.com&DATA[NAME]=C"
    assert app.form("imconnector.connector.data.set", body).result is True
    assert app.form("imconnector.status", f"CONNECTOR=myconnector&LINE={line}").result["CONFIGURED"] is True


@pytest.mark.parametrize("where", [{}, {"LINE": 0}, {"LINE": ""}, {"LINE": 999_999}, {"CONNECTOR": "Nobody"}])
def test_status_of_what_does_not_exist_is_all_false(quick_desk: Desk, where: dict) -> None:
    params = {"CONNECTOR": "myconnector"} | ({"LINE": quick_desk.line} if "CONNECTOR" in where else {}) | where
    assert quick_desk.app.call("imconnector.status", **params).result == {
        "LINE": int(params.get("LINE") or 0),
        "CONNECTOR": params["CONNECTOR"].lower(),
        "ERROR": False,
        "CONFIGURED": False,
        "STATUS": False,
    }


# chat.name.set


def shown_names(desk: Desk) -> set[str]:
    recent = desk.operator.call("im.recent.list").result["items"]
    inbox = desk.portal.page(desk.operator_id).call("tieline.inbox.list", TAB="all").result["items"]
    return {item["title"] for item in [*recent, *inbox]} | {item["chat"]["name"] for item in recent}


def test_new_name_of_a_chat_shows_in_both_lists(desk: Desk) -> None:
    desk.write_in()
    reply = desk.connector("chat.name.set", CHAT_ID="channel-123", NAME="VIP", USER_ID="user-7")
    assert reply.result == {"SUCCESS": True, "DATA": {"RESULT": {}}}
    assert shown_names(desk) == {"VIP"}


def test_form_of_a_php_client_names_a_chat(desk: Desk) -> None:
    desk.write_in(user={"id": 7}, chat={"id": 123})
    body = f"CONNECTOR=MyConnector&LINE={desk.line}&CHAT_ID=123&USER_ID=7&NAME=Gr%C3%BC%C3%9Fe+%26+mehr"
    assert desk.app.form("imconnector.chat.name.set", body).result["SUCCESS"] is True
    assert shown_names(desk) == {"Grüße & mehr"}


def test_group_chat_is_named_without_its_user(portal: Portal) -> None:
    desk = Desk(portal, CHAT_GROUP=True)
    desk.write_in()
    desk.connector("chat.name.set", CHAT_ID="channel-123", NAME="Team")
    assert shown_names(desk) == {"Team"}
    desk.connector("chat.name.set", CHAT_ID="channel-123", NAME="Team 2", USER_ID="who ever")
    assert shown_names(desk) == {"Team 2"}


@pytest.mark.parametrize("wrong", [{"CHAT_ID": "another"}, {"USER_ID": "another"}])
def test_chat_that_does_not_exist_cannot_be_named(desk: Desk, wrong: dict) -> None:
    desk.write_in()
    where = {
        "CONNECTOR": "myconnector",
        "LINE": desk.line,
        "NAME": "VIP",
        "CHAT_ID": "channel-123",
        "USER_ID": "user-7",
    }
    reply = desk.app.call("imconnector.chat.name.set", **(where | wrong))
    assert reply.error == (400, "CHAT_RENAMING_FAILED")
    assert reply.text == "Failed to rename the chat"
    assert shown_names(desk) == {"Anna Schmidt - Support"}
