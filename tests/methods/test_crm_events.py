"""Events of the CRM: told to every application that may read it, and to no other."""

from typing import Any

import pytest

from support.crm import add_funnel
from support.portal import Client, Portal
from support.receiver import Receiver

NOUNS = ("LEAD", "DEAL", "CONTACT", "COMPANY")


@pytest.fixture
def app(portal: Portal, receiver: Receiver) -> Client:
    """An application that is told of all events of the CRM."""
    made = portal.app("crm")
    for noun in NOUNS:
        for what in ("ADD", "UPDATE", "DELETE"):
            reply = made.call("event.bind", event=f"onCrm{noun.capitalize()}{what}", handler=f"{receiver.url}/crm")
            assert reply.result is True
    return made


@pytest.mark.parametrize("noun", NOUNS)
def test_each_change_is_told(portal: Portal, app: Client, receiver: Receiver, noun: str) -> None:
    hook = portal.webhook(portal.person(), scopes="crm")
    name = noun.lower()
    hook.call(f"crm.{name}.add", fields={})
    hook.call(f"crm.{name}.update", id=1, fields={"COMMENTS": "x"})
    hook.call(f"crm.{name}.delete", id=1)
    told = [(one.form["event"], one.form["data"], one.form["auth"]["user_id"]) for one in receiver.wait(3)]
    data: Any = {"FIELDS": {"ID": "1"}}
    assert told == [(f"ONCRM{noun}{what}", data, "2") for what in ("ADD", "UPDATE", "DELETE")]


def test_event_of_the_crm_brings_both_tokens(app: Client, receiver: Receiver) -> None:
    app.call("crm.lead.add", fields={})
    auth = receiver.wait(1)[0].form["auth"]
    assert auth["access_token"]
    assert auth["refresh_token"]


def test_refused_change_is_not_told(app: Client, receiver: Receiver) -> None:
    app.call("crm.lead.add", fields={"EMAIL": "nobody"})
    app.call("crm.deal.update", id=5, fields={})
    app.call("crm.contact.add", fields={})
    assert receiver.wait(1)[0].form["event"] == "ONCRMCONTACTADD"


def test_products_change_their_deal(app: Client, receiver: Receiver) -> None:
    app.call("crm.deal.add", fields={})
    app.call("crm.deal.productrows.set", id=1, rows=[{"PRICE": 5}])
    assert [one.form["event"] for one in receiver.wait(2)] == ["ONCRMDEALADD", "ONCRMDEALUPDATE"]


def test_deal_that_comes_into_another_funnel_is_told(app: Client, receiver: Receiver) -> None:
    add_funnel(app.portal)
    app.call("event.bind", event="onCrmDealMoveToCategory", handler=f"{receiver.url}/crm")
    app.call("crm.deal.add", fields={})
    app.call("crm.deal.update", id=1, fields={"STAGE_ID": "PREPARATION"})
    app.call("crm.deal.update", id=1, fields={"STAGE_ID": "C1:NEW"})
    told = {one.form["event"]: one.form["data"] for one in receiver.wait(4)}
    assert told["ONCRMDEALMOVETOCATEGORY"] == {"FIELDS": {"ID": "1", "CATEGORY_ID": "1", "STAGE_ID": "C1:NEW"}}


def test_other_scopes_are_not_told_of_the_crm(portal: Portal) -> None:
    reply = portal.app("im").call("event.bind", event="onCrmLeadAdd", handler="http://127.0.0.1:9/x")
    assert reply.error == (400, "ERROR_EVENT_NOT_FOUND")


def test_latest_change_of_each_object_waits_in_an_offline_queue(portal: Portal) -> None:
    app = portal.app("crm")
    app.call("event.bind", event="ONCRMLEADUPDATE", event_type="offline")
    for number in (1, 2):
        app.call("crm.lead.add", fields={})
        app.call("crm.lead.update", id=number, fields={"TITLE": "A"})
    app.call("crm.lead.update", id=1, fields={"TITLE": "B"})
    events = app.call("event.offline.get").result["events"]
    assert sorted(one["EVENT_DATA"]["FIELDS"]["ID"] for one in events) == [1, 2]
