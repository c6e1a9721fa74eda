"""Sessions of open lines in the timelines of the CRM: an activity for each, of all that its dialog is bound to."""

from typing import Any

import pytest

from support.portal import Client, Desk

ANNA = {"phone": "+49 170 1234567"}


@pytest.fixture
def crm(desk: Desk) -> Client:
    """A webhook of the administrator's."""
    return desk.portal.webhook(1, scopes="crm,imopenlines")


@pytest.fixture
def quick(quick_desk: Desk) -> Client:
    """The same on SQLite alone."""
    return quick_desk.portal.webhook(1, scopes="crm,imopenlines")


def listed(crm: Client, **filters: Any) -> list[dict[str, Any]]:
    select = ["*", "BINDINGS", "COMMUNICATIONS"]
    return crm.call("crm.activity.list", filter=filters, select=select, order={"ID": "ASC"}).result


def bound(activity: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["OWNER_TYPE_ID"], one["OWNER_ID"]) for one in activity["BINDINGS"]]


def finish(crm: Client, chat: int) -> None:
    assert crm.call("imopenlines.operator.another.finish", CHAT_ID=chat).result is True


def test_session_of_a_new_customer_leaves_an_activity(desk: Desk, crm: Client) -> None:
    chat = desk.write_in()
    (told,) = listed(crm)
    session = desk.chat(chat)
    said = {
        "OWNER_TYPE_ID": "1",
        "OWNER_ID": "1",
        "TYPE_ID": "6",
        "PROVIDER_ID": "IMOPENLINES_SESSION",
        "PROVIDER_TYPE_ID": str(desk.line),
        "PROVIDER_GROUP_ID": desk.code,
        "ASSOCIATED_ENTITY_ID": str(session.session_id),
        "SUBJECT": session.title,
        "START_TIME": "2027-01-15T08:00:00+00:00",
        "END_TIME": "",
        "COMPLETED": "N",
        "STATUS": "1",
        "DIRECTION": "1",
        "IS_INCOMING_CHANNEL": "Y",
        "RESPONSIBLE_ID": str(desk.operator_id),
        "BINDINGS": [{"OWNER_TYPE_ID": "1", "OWNER_ID": "1"}],
    }
    assert told.items() >= said.items()
    (way,) = told["COMMUNICATIONS"]
    assert (way["TYPE"], way["VALUE"], way["ENTITY_TYPE_ID"]) == ("IM", f"imol|{session.user_code}", "1")
    desk.portal.clock.move(60_000)
    finish(crm, chat)
    (after,) = listed(crm)
    moment = "2027-01-15T08:01:00+00:00"
    over = {"COMPLETED": "Y", "STATUS": "2", "END_TIME": moment, "DEADLINE": moment, "LAST_UPDATED": moment}
    assert after == told | over
    assert crm.call("crm.lead.get", id=1).result["LAST_ACTIVITY_TIME"] == moment


def test_each_session_has_its_own(desk: Desk, crm: Client) -> None:
    finish(crm, desk.write_in())
    desk.write_in("Again")
    told = listed(crm, BINDINGS=[{"OWNER_TYPE_ID": 1, "OWNER_ID": 1}])
    assert [one["COMPLETED"] for one in told] == ["Y", "N"]
    assert len({one["ASSOCIATED_ENTITY_ID"] for one in told}) == 2


def test_known_customer_has_it_in_all_timelines(quick_desk: Desk, quick: Client) -> None:
    quick.call("crm.company.add", fields={"TITLE": "Acme"})
    quick.call("crm.contact.add", fields={"NAME": "Anna", "PHONE": ANNA["phone"], "COMPANY_ID": 1})
    quick.call("imopenlines.config.update", CONFIG_ID=quick_desk.line, PARAMS={"CRM_CREATE": "deal"})
    quick.call("crm.deal.add", fields={"CONTACT_ID": 1})
    quick_desk.write_in(user=ANNA)
    (told,) = listed(quick)
    assert bound(told) == [("2", "1"), ("3", "1"), ("4", "1")]
    assert told["COMMUNICATIONS"][0]["ENTITY_TYPE_ID"] == "3"


def test_lead_that_an_operator_makes_has_it_too(quick_desk: Desk, quick: Client) -> None:
    quick.call("imopenlines.config.update", CONFIG_ID=quick_desk.line, PARAMS={"CRM_CREATE": "none"})
    chat = quick_desk.write_in()
    assert listed(quick) == []
    quick_desk.operator.call("imopenlines.operator.answer", CHAT_ID=chat)
    assert quick_desk.operator.call("imopenlines.crm.lead.create", CHAT_ID=chat).result is True
    assert [bound(one) for one in listed(quick)] == [[("1", "1")]]


@pytest.mark.parametrize("settings", [{"CRM": "N"}, {"CRM_CREATE": "none"}])
def test_unbound_dialog_leaves_nothing(quick_desk: Desk, quick: Client, settings: dict) -> None:
    quick.call("imopenlines.config.update", CONFIG_ID=quick_desk.line, PARAMS=settings)
    finish(quick, quick_desk.write_in())
    assert listed(quick) == []


def test_line_that_no_longer_meets_the_crm_completes_nothing(quick_desk: Desk, quick: Client) -> None:
    chat = quick_desk.write_in()
    quick.call("imopenlines.config.update", CONFIG_ID=quick_desk.line, PARAMS={"CRM": "N"})
    finish(quick, chat)
    assert [one["COMPLETED"] for one in listed(quick)] == ["N"]


def test_activity_that_was_deleted_comes_back_complete_with_the_close(quick_desk: Desk, quick: Client) -> None:
    chat = quick_desk.write_in()
    assert quick.call("crm.activity.delete", id=1).result is True
    quick_desk.portal.clock.move(60_000)
    finish(quick, chat)
    (told,) = listed(quick)
    assert (told["START_TIME"][11:19], told["END_TIME"][11:19]) == ("08:00:00", "08:01:00")


def test_object_that_is_deleted_takes_its_last_activity_along(quick_desk: Desk, quick: Client) -> None:
    chat = quick_desk.write_in()
    assert quick.call("crm.lead.delete", id=1).result is True
    finish(quick, chat)
    assert listed(quick) == []
