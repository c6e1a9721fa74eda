"""The schemas of events: valid, derived from the declarations, and true of what is delivered."""

from collections.abc import Callable
from typing import Any, Literal

import msgspec
import pytest
from jsonschema import Draft202012Validator

from support.crm import add_funnel
from support.portal import Client, Desk, Portal
from support.receiver import Received, Receiver
from support.schemas import REGISTRY, bundle, problems
from tieline.api import php_form
from tieline.api.coverage import documented
from tieline.api.schemas import FormSchemas, describe
from tieline.api.wire import Wire


def of_message(desk: Desk, *, change: str = "") -> None:
    message = desk.answer(desk.write_in())
    if change:
        desk.operator.call(f"im.message.{change}", MESSAGE_ID=message, MESSAGE="Changed")


def of_session(desk: Desk) -> None:
    desk.operator.call("imopenlines.operator.finish", CHAT_ID=desk.write_in())


def of_developer(desk: Desk, method: str, **params: Any) -> None:
    page = desk.portal.page(desk.portal.person(admin=True))
    page.call(f"tieline.app.{method}", APP=desk.app.facts["id"], **params)


def of_queue(desk: Desk) -> None:
    desk.app.call("event.bind", event="OnAppTest", event_type="offline")
    desk.app.call("event.test")


def of_crm(noun: str, what: str) -> Callable[[Desk], Any]:
    def scene(desk: Desk) -> None:
        hook = desk.portal.webhook(1, scopes="crm")
        hook.call(f"crm.{noun}.add", fields={})
        if what != "add":
            hook.call(f"crm.{noun}.{what}", id=1, fields={"COMMENTS": "Changed"})

    return scene


def of_comment(what: str) -> Callable[[Desk], Any]:
    def scene(desk: Desk) -> None:
        hook = desk.portal.webhook(1, scopes="crm")
        hook.call("crm.lead.add", fields={})
        fields = {"ENTITY_TYPE": "lead", "ENTITY_ID": 1, "COMMENT": "Hello"}
        number = hook.call("crm.timeline.comment.add", fields=fields).result
        if what != "add":
            hook.call(f"crm.timeline.comment.{what}", id=number, fields=fields)

    return scene


def of_moved_deal(desk: Desk) -> None:
    add_funnel(desk.portal)
    hook = desk.portal.webhook(1, scopes="crm")
    hook.call("crm.deal.add", fields={})
    hook.call("crm.deal.update", id=1, fields={"STAGE_ID": "C1:WON"})


def of_modern_bot(what: str) -> Callable[[Desk], Any]:
    """Let something happen to a bot of the second version, which is told of it at its address."""

    def scene(desk: Desk) -> None:
        elsewhere = "http://127.0.0.1:9/bot"
        fields = {"code": "a", "properties": {"name": "A"}, "eventMode": "webhook", "webhookUrl": elsewhere}
        bot = desk.app.call("imbot.v2.Bot.register", fields=fields).result["bot"]["id"]
        fields = {"command": "help", "hidden": True}
        desk.app.call("imbot.v2.Command.register", botId=bot, fields=fields)
        talk(desk.operator, str(bot))
        answer = desk.app.call(
            "imbot.v2.Chat.Message.send", botId=bot, dialogId=str(desk.operator_id), fields={"message": "Hello"}
        )
        desk.operator.call("im.message.like", MESSAGE_ID=answer.result["id"])
        desk.operator.call("im.v2.Chat.Bot.sendContext", dialogId=str(bot), context={"a": 1})
        if what == "DELETE":
            desk.app.call("imbot.v2.Bot.unregister", botId=bot)

    return scene


def talk(client: Client, dialog: str) -> None:
    """Write, change, like and withdraw a message, and give a command."""
    message = client.call("im.message.add", DIALOG_ID=dialog, MESSAGE="Hello").result
    client.call("im.message.update", MESSAGE_ID=message, MESSAGE="Changed")
    client.call("im.message.like", MESSAGE_ID=message)
    client.call("im.message.delete", MESSAGE_ID=message)
    client.call("im.message.add", DIALOG_ID=dialog, MESSAGE="/help")


def of_reader(what: str) -> Callable[[Desk], Any]:
    """Let something happen in a chat of somebody who fetches it."""

    def scene(desk: Desk) -> None:
        desk.app.call("im.v2.Event.subscribe")
        if what == "JOINCHAT":
            desk.app.call("im.chat.add", USERS=[desk.operator_id])
        elif what == "MESSAGEADD":
            desk.operator.call("im.message.add", DIALOG_ID="1", MESSAGE="Hello")
        elif what == "REACTIONCHANGE":
            message = desk.operator.call("im.message.add", DIALOG_ID="1", MESSAGE="Hello").result
            desk.operator.call("im.message.like", MESSAGE_ID=message)
        else:
            talk(desk.operator, "1")

    return scene


def of_bot(desk: Desk, what: str = "add") -> None:
    """Let somebody talk with a bot that hears all; the application has the scope by now."""
    given = {"CODE": "echo", "TYPE": "S", "EVENT_HANDLER": desk.handler, "PROPERTIES": {"NAME": "Echo"}}
    bot = desk.app.call("imbot.register", **given).result
    command = {"BOT_ID": bot, "COMMAND": "help", "EVENT_COMMAND_ADD": desk.handler}
    desk.app.call("imbot.command.register", **command, LANG=[{"LANGUAGE_ID": "en", "TITLE": "Help"}])
    if what == "unregister":
        desk.app.call("imbot.unregister", BOT_ID=bot)
        return
    text = "/help me" if what == "command" else "Hello"
    message = desk.operator.call("im.message.add", DIALOG_ID=bot, MESSAGE=text).result
    if what in ("update", "delete"):
        desk.operator.call(f"im.message.{what}", MESSAGE_ID=message, MESSAGE="Changed")


SCENES: dict[str, Callable[[Desk], Any]] = {
    "ONAPPINSTALL": lambda desk: desk.portal.app(install_url=desk.handler),
    "ONAPPTEST": lambda desk: desk.app.call("event.test", any=[1, {"a": None}]),
    "ONOFFLINEEVENT": of_queue,
    "ONUSERADD": lambda desk: desk.portal.person("New Person"),
    "ONAPPUPDATE": lambda desk: of_developer(desk, "upgrade"),
    "ONAPPUNINSTALL": lambda desk: of_developer(desk, "remove", CLEAN=True),
    "ONAPPPAYMENT": lambda desk: of_developer(desk, "pay", STATUS="S", DAYS=28),
    "ONIMCONNECTORMESSAGEADD": of_message,
    "ONIMCONNECTORMESSAGEUPDATE": lambda desk: of_message(desk, change="update"),
    "ONIMCONNECTORMESSAGEDELETE": lambda desk: of_message(desk, change="delete"),
    "ONIMCONNECTORDIALOGSTART": of_session,
    "ONIMCONNECTORDIALOGFINISH": of_session,
    "ONIMCONNECTORSTATUSDELETE": lambda desk: desk.portal.command(
        "line.disconnect", line=desk.line, connector=desk.code
    ),
    "ONIMCONNECTORLINEDELETE": lambda desk: desk.portal.webhook().call(
        "imopenlines.config.delete", CONFIG_ID=desk.line
    ),
    "ONOPENLINEMESSAGEADD": of_message,
    "ONOPENLINEMESSAGEUPDATE": lambda desk: of_message(desk, change="update"),
    "ONOPENLINEMESSAGEDELETE": lambda desk: of_message(desk, change="delete"),
    "ONSESSIONSTART": of_session,
    "ONSESSIONFINISH": of_session,
    **{
        f"ONCRM{noun}{what}".upper(): of_crm(noun, what)
        for noun in ("lead", "deal", "contact", "company")
        for what in ("add", "update", "delete")
    },
    **{f"ONCRMTIMELINECOMMENT{what}".upper(): of_comment(what) for what in ("add", "update", "delete")},
    "ONCRMDEALMOVETOCATEGORY": of_moved_deal,
    **{
        f"ONIMBOTV2{what}": of_modern_bot(what)
        for what in (
            *("MESSAGEADD", "MESSAGEUPDATE", "MESSAGEDELETE", "JOINCHAT"),
            *("DELETE", "CONTEXTGET", "COMMANDADD", "REACTIONCHANGE"),
        )
    },
    **{
        f"ONIMV2{what}": of_reader(what)
        for what in ("MESSAGEADD", "MESSAGEUPDATE", "MESSAGEDELETE", "REACTIONCHANGE", "JOINCHAT")
    },
    "ONIMBOTMESSAGEADD": of_bot,
    "ONIMBOTMESSAGEUPDATE": lambda desk: of_bot(desk, "update"),
    "ONIMBOTMESSAGEDELETE": lambda desk: of_bot(desk, "delete"),
    "ONIMBOTJOINCHAT": of_bot,
    "ONIMBOTDELETE": lambda desk: of_bot(desk, "unregister"),
    "ONIMCOMMANDADD": lambda desk: of_bot(desk, "command"),
}


@pytest.mark.parametrize("name", sorted(event.wire_name for event in REGISTRY.events))
def test_delivered_event_fits_its_schema(quick_portal: Portal, receiver: Receiver, name: str) -> None:
    assert name in SCENES, "add a scene in which the event is fired"
    desk = Desk(quick_portal, f"{receiver.url}/handler")
    admin = desk.portal.page(desk.portal.person(admin=True))
    settings = {"NAME": "All", "SCOPES": ["imopenlines", "imconnector", "im", "imbot", "user", "crm"]}
    admin.call("tieline.app.edit", APP=desk.app.facts["id"], SCRIPT_ONLY=True, **settings)
    desk.app.call("event.bind", event=name, handler=desk.handler)
    SCENES[name](desk)
    event = receiver.wait(event=name)[0]
    assert problems(event) == []


def broken(event: Received, field: str, value: str) -> list[str]:
    form = {**event.flat, field: value}
    return problems(Received(event.path, event.headers, php_form.encode(form).replace("%5B", "[").encode()))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ts", "today"),
        ("more", "x"),
        ("auth[user_id]", ""),
        ("auth[more]", "x"),
        ("data[LINE]", "one"),
        ("data[MESSAGES][0][im][chat_id]", "x"),
    ],
)
def test_broken_event_does_not_fit(quick_portal: Portal, receiver: Receiver, field: str, value: str) -> None:
    desk = Desk(quick_portal, f"{receiver.url}/handler")
    desk.bind("OnImConnectorMessageAdd")
    of_message(desk)
    (event,) = receiver.wait()
    assert broken(event, "ts", event.flat["ts"]) == []
    assert broken(event, field, value) != []


def test_bundle_is_valid_and_served_to_everybody(quick_portal: Portal) -> None:
    Draft202012Validator.check_schema(bundle())
    reply = quick_portal.request("GET", "/events.json")
    assert (reply.status, reply.headers["access-control-allow-origin"]) == (200, "*")
    assert reply.body == bundle()


def test_every_event_stands_in_the_bundle_and_absent_ones_by_name_and_scope_alone() -> None:
    fired, told = {event.wire_name for event in REGISTRY.events}, bundle()["x-events"]
    assert set(told) == fired | set(documented()["events"])
    assert {one["$ref"].rpartition("/")[2] for one in bundle()["oneOf"]} == fired <= set(bundle()["$defs"])
    for name, standing in told.items():
        assert (standing["state"] == "not yet") is (name not in fired)
        if name not in fired:
            assert standing == {"state": "not yet", "scopes": documented()["events"][name]["scopes"]}
            assert name not in bundle()["$defs"]


@pytest.mark.parametrize("event", REGISTRY.events, ids=lambda event: event.wire_name)
def test_data_of_an_event_are_declared_as_a_structure(event: Any) -> None:
    (schema,), _ = describe([event.data], "$defs")
    assert schema != {}, "name a structure as what the event returns"
    assert schema.get("type") != "object", "name a structure as what the event returns"


class Inner(Wire):
    """A structure that may leave nothing in a form."""

    names: list[str]
    more: dict[str, int]


class Sample(Wire):
    """One field of each kind."""

    number: int
    ratio: float
    flag: bool
    kind: Literal["a", 2]
    none: int | None
    inner: Inner
    any: Any
    text: str = ""


SAMPLE = Sample(number=-5, ratio=0.5, flag=True, kind=2, none=None, inner=Inner(names=["x"], more={"k": 1}), any=[[]])


@pytest.mark.parametrize(
    ("changes", "fits"),
    [
        ({}, True),
        ({"inner": Inner(names=[], more={})}, True),
        ({"inner": Inner(names=["a", "b"], more={"0": 1, "1": 2})}, True),
        ({"none": 7, "flag": False, "kind": "a", "any": {"x": [1]}}, True),
        ({"none": "x"}, False),
        ({"number": "five"}, False),
        ({"flag": "yes"}, False),
        ({"kind": "b"}, False),
        ({"inner": Inner(names=[], more={"k": "x"})}, False),
        ({"number": []}, False),
    ],
)
def test_schema_of_a_form_is_true_of_what_the_form_carries(changes: dict[str, Any], fits: bool) -> None:
    (schema,), components = describe([Sample], "$defs")
    form = FormSchemas(components)
    data = msgspec.to_builtins(SAMPLE) | {name: msgspec.to_builtins(value) for name, value in changes.items()}
    carried = php_form.decode(php_form.encode(data))
    assert Draft202012Validator({**form.of(schema), "$defs": form.components()}).is_valid(carried) is fits
