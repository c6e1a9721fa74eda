"""event.* and events: what an application may subscribe to, its subscriptions, and the test event."""

from typing import Any

import pytest

from support.portal import Client, Desk, Portal, Reply, refused
from support.receiver import Receiver
from support.tokens import acting_for

HANDLER = "https://app.example/handler"
CONNECTOR_EVENTS = [
    "ONIMCONNECTORMESSAGEADD",
    "ONIMCONNECTORMESSAGEUPDATE",
    "ONIMCONNECTORMESSAGEDELETE",
    "ONIMCONNECTORDIALOGSTART",
    "ONIMCONNECTORDIALOGFINISH",
    "ONIMCONNECTORSTATUSDELETE",
    "ONIMCONNECTORLINEDELETE",
]
LINE_EVENTS = [
    *("ONOPENLINEMESSAGEADD", "ONOPENLINEMESSAGEUPDATE", "ONOPENLINEMESSAGEDELETE"),
    *("ONSESSIONSTART", "ONSESSIONFINISH"),
]
USER_EVENTS = ["ONUSERADD"]
CRM_EVENTS = [
    *(f"ONCRM{noun}{what}" for noun in ("LEAD", "DEAL", "CONTACT", "COMPANY") for what in ("ADD", "UPDATE", "DELETE")),
    "ONCRMDEALMOVETOCATEGORY",
    *("ONCRMTIMELINECOMMENTADD", "ONCRMTIMELINECOMMENTUPDATE", "ONCRMTIMELINECOMMENTDELETE"),
]
CHAT_EVENTS = [
    f"ONIMV2{what}" for what in ("JOINCHAT", "MESSAGEADD", "MESSAGEUPDATE", "MESSAGEDELETE", "REACTIONCHANGE")
]
BOT_EVENTS = [
    *("ONIMBOTMESSAGEADD", "ONIMBOTMESSAGEUPDATE", "ONIMBOTMESSAGEDELETE", "ONIMBOTJOINCHAT", "ONIMBOTDELETE"),
    "ONIMCOMMANDADD",
    *("ONIMBOTV2MESSAGEADD", "ONIMBOTV2MESSAGEUPDATE", "ONIMBOTV2MESSAGEDELETE", "ONIMBOTV2JOINCHAT"),
    *("ONIMBOTV2DELETE", "ONIMBOTV2CONTEXTGET", "ONIMBOTV2COMMANDADD", "ONIMBOTV2REACTIONCHANGE"),
]
BASIC_EVENTS = ["ONAPPTEST", "ONAPPINSTALL", "ONAPPUPDATE", "ONAPPUNINSTALL", "ONAPPPAYMENT", "ONOFFLINEEVENT"]
NOT_FOUND = (400, "ERROR_EVENT_NOT_FOUND", "Event not found")
TWICE = (400, "ERROR_CORE", "Unable to set event handler: Handler already binded")
DENIED = "Access denied! {} requires administrator access rights"


@pytest.fixture
def person(portal: Portal) -> int:
    """Somebody who is no administrator."""
    return portal.person()


def bind(app: Client, event: str = "OnAppTest", handler: str = HANDLER, **params: Any) -> Reply:
    return app.call("event.bind", event=event, handler=handler, **params)


def unbind(app: Client, event: str = "OnAppTest", handler: str = HANDLER, **params: Any) -> int:
    result = app.call("event.unbind", event=event, handler=handler, **params).result
    assert set(result) == {"count"}
    return result["count"]


def bound(app: Client) -> list[tuple[str, str, str, int]]:
    rows = app.call("event.get").result
    assert all(set(row) - {"connector_id"} == {"event", "handler", "auth_type", "offline"} for row in rows)
    return [(row["event"], row["handler"], row["auth_type"], row["offline"]) for row in rows]


@pytest.mark.parametrize("event", ["OnAppTest", "ONAPPTEST", "onapptest", "OnImConnectorMessageAdd"])
def test_event_is_bound_by_its_name_in_any_case(app: Client, event: str) -> None:
    assert bind(app, event, EVENT_TYPE="online", auth_connector="", options=[]).result is True
    assert bound(app) == [(event.upper(), HANDLER, "0", 0)]


def test_parameters_are_found_in_any_case(app: Client) -> None:
    assert app.call("event.bind", EVENT="OnAppTest", HANDLER=HANDLER, AUTH_TYPE="0").result is True
    assert app.call("event.unbind", Event="OnAppTest", Handler=HANDLER).result == {"count": 1}


@pytest.mark.parametrize("event", [None, "", "OnNothing", "ONCRMLEADADD", "OnAppTest "])
def test_unknown_event_is_refused(quick_app: Client, event: str | None) -> None:
    assert refused(bind(quick_app, event)) == NOT_FOUND
    assert bound(quick_app) == []


@pytest.mark.parametrize("event", CONNECTOR_EVENTS)
def test_event_outside_the_scopes_is_unknown(quick_portal: Portal, event: str) -> None:
    assert refused(bind(quick_portal.app("im"), event)) == NOT_FOUND
    for scope in ("imconnector", "imopenlines"):
        assert bind(quick_portal.app(scope), event).result is True


def test_same_handler_is_bound_once(app: Client) -> None:
    assert bind(app).result is True
    assert refused(bind(app)) == TWICE
    assert refused(bind(app, "ONAPPTEST", auth_type="")) == TWICE
    assert bind(app, handler=f"{HANDLER}/2").result is True
    assert bind(app, auth_type=1).result is True
    assert refused(bind(app, auth_type="1")) == TWICE
    assert bind(app.portal.app()).result is True
    assert bound(app) == [
        ("ONAPPTEST", HANDLER, "0", 0),
        ("ONAPPTEST", f"{HANDLER}/2", "0", 0),
        ("ONAPPTEST", HANDLER, "1", 0),
    ]


@pytest.mark.parametrize("handler", [None, "", []])
def test_online_event_needs_a_handler(quick_app: Client, handler: Any) -> None:
    told = (400, "ERROR_ARGUMENT", "Argument 'handler' is null or empty")
    assert refused(quick_app.call("event.bind", event="OnAppTest", handler=handler)) == told
    assert refused(quick_app.call("event.unbind", event="OnAppTest", handler=handler)) == told


@pytest.mark.parametrize(
    ("handler", "text"),
    [
        ("app.example/handler", "not an http or https URL"),
        ("ftp://app.example/", "not an http or https URL"),
        ("javascript:alert(1)", "not an http or https URL"),
        ("https://", "not an http or https URL"),
        ("https://app.example/a b", "not a URL"),
        ("https://[", "not a URL"),
        ("https://app.example:99999/", "not a URL"),
        ("https://user:secret@app.example/", "a URL with a user name or password"),
        ("http://169.254.169.254/latest/meta-data", "the address 169.254.169.254 is not a public one"),
        ("http://0.0.0.0/", "the address 0.0.0.0 is not a public one"),
        ("http://[64:ff9b::a9fe:a9fe]/", "the address 64:ff9b::a9fe:a9fe is not a public one"),
        ("https://app.example/" + "a" * 2000, "longer than 2000 characters"),
    ],
)
def test_handler_must_be_an_address_that_may_be_called(quick_portal: Portal, handler: str, text: str) -> None:
    assert refused(bind(quick_portal.app(), handler=handler)) == (400, "ERROR_ARGUMENT", text)


@pytest.mark.parametrize("name", ["auth_type", "options"])
def test_wrong_parameter_is_named(quick_app: Client, name: str) -> None:
    expected = {"auth_type": "integer", "options": "array"}[name]
    told = (400, "ERROR_ARGUMENT", f"The value of an argument '{name}' must be of type {expected}")
    assert refused(bind(quick_app, **{name: "abc"})) == told


def test_other_users_tokens_are_for_administrators(app: Client, person: int) -> None:
    own = acting_for(app, person)
    denied = (403, "ACCESS_DENIED", DENIED.format("Event binding with AUTH_TYPE"))
    assert refused(bind(own, auth_type=1)) == denied
    assert bind(own, auth_type=person).result is True
    assert bind(app, auth_type=person, handler=f"{HANDLER}/2").result is True
    assert refused(own.call("event.unbind", event="OnAppTest", handler=HANDLER, auth_type=1)) == (
        403,
        "ACCESS_DENIED",
        DENIED.format("Event unbinding with AUTH_TYPE"),
    )


@pytest.mark.parametrize("user", ["unknown", "inactive", "customer", -1, 2**62])
def test_tokens_are_those_of_an_active_user(quick_desk: Desk, user: Any) -> None:
    portal, app = quick_desk.portal, quick_desk.app
    if user == "unknown":
        user = 4711
    elif user == "inactive":
        user = portal.person()
        portal.write(lambda tx: (tx.run("update users set active = 0 where id = :id", id=user), tx.touch(1)))
    elif user == "customer":
        quick_desk.write_in()
        user = portal.read(lambda tx: tx.one("select max(id) from users"))[0]
    told = "The value of an argument 'auth_type' must be of type id of an active user"
    assert refused(bind(app, auth_type=user)) == (400, "ERROR_ARGUMENT", told)
    assert bound(app) == []


def test_person_subscribes_in_his_own_name(app: Client, person: int) -> None:
    own, other = acting_for(app, person), acting_for(app, app.portal.person())
    assert bind(own).result is True
    assert refused(bind(own, auth_type=person)) == TWICE
    assert bind(other, auth_type=0).result is True
    bind(app)
    assert [row[2] for row in bound(app)] == [str(person), str(person + 1), "0"]
    assert unbind(own, auth_type=0) == 1
    assert unbind(own) == 0
    assert unbind(other) == 1
    assert [row[2] for row in bound(app)] == ["0"]


@pytest.mark.parametrize("event_type", ["offline", "OFFLINE"])
def test_offline_events_are_for_administrators(quick_app: Client, event_type: str) -> None:
    own = acting_for(quick_app, quick_app.portal.person())
    for method, what in (("event.bind", "binding"), ("event.unbind", "unbinding")):
        denied = (403, "ACCESS_DENIED", DENIED.format(f"Offline events {what}"))
        assert refused(own.call(method, event="OnAppTest", event_type=event_type)) == denied


def test_offline_event_is_bound_without_a_handler(app: Client) -> None:
    offline = {"event": "OnAppTest", "event_type": "offline"}
    assert app.call("event.bind", **offline).result is True
    assert app.call("event.bind", auth_connector="shop", **offline).result is True
    bind(app)
    for repeated in ({}, {"handler": HANDLER}, {"auth_type": 1}, {"auth_connector": "shop"}):
        assert refused(app.call("event.bind", **offline, **repeated)) == TWICE
    row = {"event": "ONAPPTEST", "handler": "", "auth_type": "0", "offline": 1}
    assert app.call("event.get").result == [
        row | {"connector_id": ""},
        row | {"connector_id": "shop"},
        {"event": "ONAPPTEST", "handler": HANDLER, "auth_type": "0", "offline": 0},
    ]
    assert app.call("event.unbind", **offline).result == {"count": 2}
    assert bound(app) == [("ONAPPTEST", HANDLER, "0", 0)]
    assert app.call("event.unbind", **offline).result == {"count": 0}


@pytest.mark.parametrize("event", ["OnNothing", "OnOfflineEvent", "", "OnImConnectorMessageAdd"])
def test_event_that_cannot_be_queued_is_unknown(quick_portal: Portal, event: str) -> None:
    app = quick_portal.app("im")
    assert refused(app.call("event.bind", event=event, event_type="offline")) == NOT_FOUND


def test_source_key_of_an_online_event_means_nothing(quick_app: Client) -> None:
    assert bind(quick_app, auth_connector="shop").result is True
    assert refused(bind(quick_app)) == TWICE
    assert quick_app.call("event.get").result[0].keys() == {"event", "handler", "auth_type", "offline"}


WRONG = "The value of an argument '{}' must be of type {}"


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"event_type": "sometimes"}, WRONG.format("event_type", "online or offline")),
        (
            {"event_type": "offline", "auth_connector": "a" * 256},
            WRONG.format("auth_connector", "string of at most 255 characters"),
        ),
        ({"options": {"minTimeout": "soon"}}, WRONG.format("options", "integer")),
        ({"options": {"minTimeout": 1.5}}, WRONG.format("options", "integer")),
        ({"options": {"minTimeout": [1]}}, WRONG.format("options", "integer")),
        ({"options": {"minTimeout": -1}}, WRONG.format("options", "object with minTimeout from 0 to 86400")),
        ({"options": {"minTimeout": "86401"}}, WRONG.format("options", "object with minTimeout from 0 to 86400")),
        ({"options": {"minTimeout": 2**70}}, WRONG.format("options", "integer")),
    ],
)
def test_wrong_setting_is_named(quick_app: Client, params: dict[str, Any], text: str) -> None:
    reply = bind(quick_app, **params)
    assert refused(reply) == (400, "ERROR_ARGUMENT", text)
    assert bound(quick_app) == []


def test_handler_is_measured_in_bytes(app: Client) -> None:
    handler = "https://app.example/" + "".join(chr(0x4E00 + number) for number in range(1_000))
    assert refused(bind(app, handler=handler)) == (400, "ERROR_ARGUMENT", "longer than 2000 bytes")
    assert bind(app, handler=handler[:660]).result is True
    assert app.call("event.test").result == 1


def test_subscriptions_are_shown_to_their_own_user_and_to_administrators(app: Client, person: int) -> None:
    own = acting_for(app, person)
    bind(app)
    bind(own, auth_type=person)
    app.call("event.bind", event="OnAppTest", event_type="offline")
    assert [row[2:] for row in bound(app)] == [("0", 0), (str(person), 0), ("0", 1)]
    assert [row[2:] for row in bound(own)] == [(str(person), 0)]


def test_subscriptions_are_ended_by_event_and_handler_alone(app: Client, person: int) -> None:
    for auth_type in (0, 1, person):
        bind(app, auth_type=auth_type)
    bind(app, handler=f"{HANDLER}/2")
    bind(app, "OnImConnectorMessageAdd")
    assert unbind(app) == 3
    assert bound(app) == [("ONAPPTEST", f"{HANDLER}/2", "0", 0), ("ONIMCONNECTORMESSAGEADD", HANDLER, "0", 0)]
    assert unbind(app) == 0
    assert unbind(app, "OnNothing") == 0
    assert unbind(app, "onapptest", f"{HANDLER}/2") == 1


@pytest.mark.parametrize("none", [0, "0", ""])
def test_subscriptions_without_a_user_are_ended_alone(app: Client, none: Any) -> None:
    bind(app)
    bind(app, auth_type=1)
    assert unbind(app, auth_type=none) == 1
    assert [row[2] for row in bound(app)] == ["1"]
    assert unbind(app, auth_type="1") == 1


def test_foreign_subscriptions_are_not_ended(app: Client) -> None:
    bind(app)
    assert unbind(app.portal.app()) == 0
    assert len(bound(app)) == 1


def test_events_are_listed_by_scope(portal: Portal) -> None:
    app, small = portal.app("imopenlines,im"), portal.app("im")
    assert sorted(app.call("events").result) == sorted(BASIC_EVENTS + CONNECTOR_EVENTS + LINE_EVENTS + CHAT_EVENTS)
    assert sorted(small.call("events").result) == sorted(BASIC_EVENTS + CHAT_EVENTS)
    everything = BASIC_EVENTS + CONNECTOR_EVENTS + LINE_EVENTS + USER_EVENTS + CRM_EVENTS + CHAT_EVENTS + BOT_EVENTS
    assert sorted(small.call("events", SCOPE="imbot").result) == sorted(BOT_EVENTS)
    assert sorted(small.call("events", FULL=True).result) == sorted(everything)
    assert sorted(small.call("events", SCOPE="crm").result) == sorted(CRM_EVENTS)
    assert sorted(small.call("events", SCOPE="imconnector").result) == sorted(CONNECTOR_EVENTS)
    assert small.call("events", SCOPE="user").result == USER_EVENTS
    assert sorted(small.call("events", SCOPE="imbot").result) == sorted(BOT_EVENTS)
    assert sorted(small.call("events", SCOPE="", FULL=True).result) == sorted(BASIC_EVENTS)
    assert small.call("events", SCOPE="nothing").result == []


def test_test_event_goes_to_the_application_alone(portal: Portal, receiver: Receiver) -> None:
    app, other = portal.app(), portal.app()
    for client, path in ((app, "a"), (other, "b")):
        bind(client, handler=f"{receiver.url}/{path}")
    assert app.call("event.test", any="data", list=[1, True, None, []], NESTED={"a": {"b": "c"}}).result == 1
    (event,) = receiver.wait()
    receiver.nothing_more(1)
    assert event.path == "/a"
    assert event.event == "ONAPPTEST"
    query = {"any": "data", "list": ["1", "1", ""], "NESTED": {"a": {"b": "c"}}}
    assert event.form["data"] == {"QUERY": query, "LANGUAGE_ID": "en"}
    assert event.form["auth"]["application_token"] == app.facts["application_token"]


def test_test_event_without_a_handler_is_no_error(app: Client) -> None:
    assert app.call("event.test").result == 1


def test_application_that_is_not_installed_gets_no_events(portal: Portal, receiver: Receiver) -> None:
    app = portal.app(script_only=False, install_url=f"{receiver.url}/install")
    bind(app, handler=receiver.url)
    assert app.call("event.test").result == 1
    receiver.nothing_more(0)


def test_nothing_comes_after_unbinding(desk: Desk, receiver: Receiver) -> None:
    desk.bind("OnImConnectorMessageAdd", "OnImConnectorDialogStart")
    chat = desk.write_in()
    desk.answer(chat)
    assert sorted(event.event for event in receiver.wait(2)) == ["ONIMCONNECTORDIALOGSTART", "ONIMCONNECTORMESSAGEADD"]
    assert unbind(desk.app, "OnImConnectorMessageAdd", desk.handler) == 1
    desk.answer(chat)
    receiver.nothing_more(2)
