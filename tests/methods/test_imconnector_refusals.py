"""imconnector: who may call its methods, and in what order they refuse: arguments, the line, the connector."""

import pytest

from support.portal import Desk, Portal

WRONG_AUTH_TYPE = "Current authorization type is denied for this method Application context required"
NOT_ACTIVE_LINE = "The line with this ID is inactive or does not exist"
NO_PROVIDER = "Failed to find a suitable provider for the connector"
MESSAGE = {"user": {"id": "u"}, "message": {"id": "m", "text": "Hello"}, "chat": {"id": "c"}}
METHODS = (
    "register",
    "unregister",
    "activate",
    "connector.data.set",
    "status",
    "list",
    "set.error",
    "chat.name.set",
    "send.messages",
    "update.messages",
    "delete.messages",
    "send.status.delivery",
    "send.status.reading",
)
ARGUMENTS = {
    "activate": {"ACTIVE": 1},
    "connector.data.set": {"DATA": {"ID": "channel-123"}},
    "set.error": {"ERROR": "broken"},
    "chat.name.set": {"CHAT_ID": "channel-123", "NAME": "VIP", "USER_ID": "user-7"},
    "send.messages": {"MESSAGES": [MESSAGE]},
    "update.messages": {"MESSAGES": [MESSAGE]},
    "delete.messages": {"MESSAGES": [MESSAGE]},
    "send.status.delivery": {"MESSAGES": [{"im": {"chat_id": 1, "message_id": 1}}]},
    "send.status.reading": {"MESSAGES": [{"im": {"chat_id": 1, "message_id": 1}}]},
}
STATUS_METHODS = ("send.status.delivery", "send.status.reading")


@pytest.mark.parametrize("method", METHODS)
def test_webhook_is_no_application(quick_desk: Desk, method: str) -> None:
    reply = quick_desk.operator.call(f"imconnector.{method}")
    assert reply.error == (403, "WRONG_AUTH_TYPE")
    assert reply.text == WRONG_AUTH_TYPE


@pytest.mark.parametrize("method", METHODS)
def test_page_is_no_application(quick_desk: Desk, method: str) -> None:
    reply = quick_desk.portal.page(quick_desk.operator_id).call(f"imconnector.{method}")
    assert reply.error == (403, "WRONG_AUTH_TYPE")


@pytest.mark.parametrize("method", METHODS)
def test_another_scope_is_not_enough(quick_portal: Portal, method: str) -> None:
    reply = quick_portal.app("im").call(f"imconnector.{method}")
    assert reply.error == (401, "insufficient_scope")
    assert reply.text == "The request requires higher privileges than provided by the access token"


@pytest.mark.parametrize("scope", ["imopenlines", "imconnector"])
def test_either_scope_suffices(quick_portal: Portal, scope: str) -> None:
    app = quick_portal.app(scope)
    assert app.call("imconnector.register").result["error"] == "CONNECTOR_ID_REQUIRED"
    assert app.call("imconnector.chat.name.set").error == (400, "ERROR_ARGUMENT")


@pytest.mark.parametrize(
    ("method", "names"),
    [
        ("activate", "CONNECTOR LINE ACTIVE"),
        ("connector.data.set", "CONNECTOR LINE DATA"),
        ("status", "CONNECTOR"),
        ("set.error", "CONNECTOR LINE"),
        ("chat.name.set", "CONNECTOR LINE CHAT_ID NAME USER_ID"),
        ("send.messages", "CONNECTOR LINE MESSAGES"),
        ("update.messages", "CONNECTOR LINE MESSAGES"),
        ("delete.messages", "CONNECTOR LINE MESSAGES"),
        ("send.status.delivery", "CONNECTOR LINE MESSAGES"),
        ("send.status.reading", "CONNECTOR LINE MESSAGES"),
    ],
)
def test_missing_argument_is_named_in_the_error(quick_desk: Desk, method: str, names: str) -> None:
    given: dict = {}
    everything = {"CONNECTOR": "nobody", "LINE": 999_999} | ARGUMENTS.get(method, {})
    for name in names.split():
        for nothing in ({}, {name: None}) if name == "ACTIVE" else ({}, {name: None}, {name: ""}, {name: []}):
            reply = quick_desk.app.call(f"imconnector.{method}", **given, **nothing)
            assert reply.error == (400, "ERROR_ARGUMENT"), nothing
            assert reply.text == f"Argument '{name}' is null or empty"
        given[name] = everything[name]


@pytest.mark.parametrize(
    ("method", "wrong", "text"),
    [
        ("activate", {"LINE": "first"}, "The value of an argument 'LINE' must be of type integer"),
        ("activate", {"LINE": 2**70}, "The value of an argument 'LINE' must be of type integer"),
        ("activate", {"CONNECTOR": ["a"]}, "The value of an argument 'CONNECTOR' must be of type string"),
        ("activate", {"ACTIVE": ["a"]}, "The value of an argument 'ACTIVE' must be of type string"),
        ("status", {"LINE": "first"}, "The value of an argument 'LINE' must be of type integer"),
        ("connector.data.set", {"DATA": "channel"}, "The value of an argument 'DATA' must be of type array"),
        ("chat.name.set", {"NAME": ["a"]}, "The value of an argument 'NAME' must be of type string"),
        ("send.messages", {"MESSAGES": "Hello"}, "The value of an argument 'MESSAGES' must be of type array"),
        ("send.status.delivery", {"MESSAGES": 5}, "The value of an argument 'MESSAGES' must be of type array"),
    ],
)
def test_argument_of_a_wrong_type_is_named_in_the_error(quick_desk: Desk, method: str, wrong: dict, text: str) -> None:
    given = {"CONNECTOR": "nobody", "LINE": 999_999} | ARGUMENTS.get(method, {}) | wrong
    reply = quick_desk.app.call(f"imconnector.{method}", **given)
    assert reply.error == (400, "ERROR_ARGUMENT")
    assert reply.text == text


@pytest.mark.parametrize("method", ARGUMENTS)
def test_line_is_looked_at_before_the_connector(desk: Desk, method: str) -> None:
    closed = desk.portal.line(name="Closed")
    administrator = desk.portal.webhook()
    assert administrator.call("imopenlines.config.update", CONFIG_ID=closed, PARAMS={"ACTIVE": "N"}).result is True
    expected = (
        ("IMCONNECTOR_NO_CORRECT_PROVIDER", NO_PROVIDER)
        if method in STATUS_METHODS
        else ("NOT_ACTIVE_LINE", NOT_ACTIVE_LINE)
    )
    for line in (999_999, closed):
        for connector in ("myconnector", "nobody"):
            reply = desk.app.call(
                f"imconnector.{method}", **({"CONNECTOR": connector, "LINE": line} | ARGUMENTS[method])
            )
            assert reply.error == (400, expected[0])
            assert reply.text == expected[1]


@pytest.mark.parametrize("method", ARGUMENTS)
def test_connector_must_be_the_applications_own(desk: Desk, method: str) -> None:
    other = desk.portal.app()
    for client, connector in ((desk.app, "nobody"), (other, "myconnector")):
        given = {"CONNECTOR": connector, "LINE": desk.line} | ARGUMENTS[method]
        reply = client.call(f"imconnector.{method}", **given)
        assert reply.error == (400, "IMCONNECTOR_NO_CORRECT_PROVIDER")
        assert reply.text == NO_PROVIDER


@pytest.mark.parametrize("method", [m for m in ARGUMENTS if "message" in m or "status" in m or "name" in m])
def test_connector_must_be_active_on_the_line(quick_desk: Desk, method: str) -> None:
    quick_desk.connector("activate", ACTIVE=0)
    given = {"CONNECTOR": "myconnector", "LINE": quick_desk.line} | ARGUMENTS[method]
    assert quick_desk.app.call(f"imconnector.{method}", **given).error == (400, "IMCONNECTOR_NO_CORRECT_PROVIDER")
