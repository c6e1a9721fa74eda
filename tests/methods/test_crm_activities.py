"""crm.activity.*: meetings, calls and e-mails with customers, and what applications add."""

import base64
from typing import Any

import pytest

from support.portal import Client, Portal, refused

MANY = "The only one communication is allowed for activity of specified type"
UNBOUND = "Could not build binding. Please ensure that owner info and communications are defined correctly"
NO_PROVIDER = "The custom activity without provider is not supported in current context"
NO_WAY = "The field COMMUNICATIONS is not defined or invalid"
NO_ACTIVITY = (400, "", "Activity is not found")
NO_APP = (400, "", "Application context required")
WRONG_ID = (400, "", "ID is not defined or invalid.")
CALL = {
    "TYPE_ID": 2,
    "OWNER_TYPE_ID": 2,
    "OWNER_ID": 1,
    "SUBJECT": "New call",
    "RESPONSIBLE_ID": 1,
    "COMMUNICATIONS": [{"VALUE": "+499832322323", "ENTITY_ID": 1, "ENTITY_TYPE_ID": 3}],
}
APP = {"OWNER_TYPE_ID": 1, "OWNER_ID": 1, "PROVIDER_ID": "REST_APP", "SUBJECT": "Open", "RESPONSIBLE_ID": 1}


@pytest.fixture
def crm(quick_portal: Portal) -> Client:
    """A webhook of the administrator's, of a portal with one object of each type."""
    return with_objects(quick_portal)


def with_objects(portal: Portal) -> Client:
    hook = portal.webhook(1, scopes="crm")
    hook.call("crm.company.add", fields={"TITLE": "Acme"})
    hook.call("crm.contact.add", fields={"NAME": "Anna", "COMPANY_ID": 1})
    hook.call("crm.deal.add", fields={})
    hook.call("crm.lead.add", fields={"NAME": "Ben", "COMPANY_TITLE": "Ben & Co."})
    return hook


def add(crm: Client, **changes: Any) -> int:
    return crm.call("crm.activity.add", fields=CALL | changes).result


def get(crm: Client, number: int) -> dict[str, Any]:
    return crm.call("crm.activity.get", id=number).result


def change(crm: Client, number: int, **fields: Any) -> dict[str, Any]:
    assert crm.call("crm.activity.update", id=number, fields=fields).result is True
    return get(crm, number)


def listed(crm: Client, select: Any = ("ID",), **filters: Any) -> list[dict[str, Any]]:
    return crm.call("crm.activity.list", filter=filters, select=list(select), order={"ID": "ASC"}).result


def ids(crm: Client, **filters: Any) -> list[int]:
    return [int(one["ID"]) for one in listed(crm, **filters)]


def test_call_is_added_read_changed_and_deleted(portal: Portal) -> None:
    crm = with_objects(portal)
    portal.clock.move(60_000)
    times = {"START_TIME": "2027-01-16T12:00:00+00:00", "END_TIME": "2027-01-16T12:30:00+00:00"}
    number = add(crm, **times, PRIORITY=3, DIRECTION="2", DESCRIPTION="Important", SETTINGS={"A": [1]})
    moment = "2027-01-15T08:01:00+00:00"
    told = {
        "ID": str(number),
        "OWNER_ID": "1",
        "OWNER_TYPE_ID": "2",
        "TYPE_ID": "2",
        "PROVIDER_ID": "VOXIMPLANT_CALL",
        "PROVIDER_TYPE_ID": "CALL",
        "PROVIDER_GROUP_ID": None,
        "ASSOCIATED_ENTITY_ID": "0",
        "SUBJECT": "New call",
        "CREATED": moment,
        "LAST_UPDATED": moment,
        **times,
        "DEADLINE": times["START_TIME"],
        "COMPLETED": "N",
        "STATUS": "1",
        "RESPONSIBLE_ID": "1",
        "PRIORITY": "3",
        "NOTIFY_TYPE": "0",
        "NOTIFY_VALUE": "0",
        "DESCRIPTION": "Important",
        "DESCRIPTION_TYPE": "1",
        "DIRECTION": "2",
        "LOCATION": "",
        "SETTINGS": {"A": [1]},
        "ORIGINATOR_ID": None,
        "ORIGIN_ID": None,
        "ORIGIN_VERSION": None,
        "AUTHOR_ID": "1",
        "EDITOR_ID": "1",
        "PROVIDER_PARAMS": [],
        "PROVIDER_DATA": None,
        "RESULT_MARK": "0",
        "RESULT_VALUE": None,
        "RESULT_SUM": None,
        "RESULT_CURRENCY_ID": None,
        "RESULT_STATUS": "0",
        "RESULT_STREAM": "0",
        "RESULT_SOURCE_ID": None,
        "AUTOCOMPLETE_RULE": "0",
        "IS_INCOMING_CHANNEL": "N",
    }
    assert get(crm, number) == told
    assert crm.call("crm.deal.get", id=1).result["LAST_ACTIVITY_TIME"] == moment
    assert crm.call("crm.contact.get", id=1).result["LAST_ACTIVITY_TIME"] == moment
    portal.clock.move(60_000)
    other = portal.webhook(portal.person(), scopes="crm")
    after = change(
        other, number, COMPLETED="Y", RESULT_SUM="12.5", START_TIME="", OWNER_ID=5, TYPE_ID=1, PROVIDER_ID="x"
    )
    changed = {"COMPLETED": "Y", "STATUS": "2", "RESULT_SUM": "12.50", "EDITOR_ID": "2"}
    assert after == told | changed | {"LAST_UPDATED": "2027-01-15T08:02:00+00:00"}
    assert crm.call("crm.activity.delete", id=number).result is True
    assert refused(crm.call("crm.activity.get", id=number)) == NO_ACTIVITY
    assert ids(crm) == []


def test_deadline_and_status_follow_from_the_rest(crm: Client) -> None:
    times = {
        "START_TIME": "2027-01-16T12:00:00+00:00",
        "END_TIME": "2027-01-16T13:00:00+00:00",
        "DEADLINE": "2030-01-01",
    }
    letter = {"TYPE_ID": 4, "COMMUNICATIONS": [{"VALUE": "a@example.com"}]}
    assert get(crm, add(crm, **times, TYPE_ID=1))["DEADLINE"] == times["START_TIME"]
    assert get(crm, add(crm, **times, **letter))["DEADLINE"] == times["END_TIME"]
    number = add(crm, STATUS=3)
    assert (get(crm, number)["COMPLETED"], get(crm, number)["DEADLINE"]) == ("Y", "")
    assert change(crm, number, STATUS=1)["COMPLETED"] == "N"
    assert change(crm, number, COMPLETED="Y", STATUS=9)["STATUS"] == "2"


@pytest.mark.difference(71)
def test_letter_goes_to_several_and_is_not_sent(crm: Client) -> None:
    people = [
        {"VALUE": "a@example.com", "ENTITY_TYPE_ID": 3, "ENTITY_ID": 1},
        {"VALUE": "b@example.com", "TYPE": "EMAIL"},
        {"VALUE": "c@example.com", "TYPE": "PHONE"},
    ]
    number = add(crm, TYPE_ID=4, DIRECTION=2, COMPLETED="Y", COMMUNICATIONS=people)
    (told,) = listed(crm, ["COMMUNICATIONS", "PROVIDER_ID"], ID=number)
    assert [(one["TYPE"], one["VALUE"]) for one in told["COMMUNICATIONS"]] == [
        ("EMAIL", "a@example.com"),
        ("EMAIL", "b@example.com"),
    ]
    assert told["PROVIDER_ID"] == "CRM_EMAIL"


def test_communications_tell_whose_they_are(portal: Portal) -> None:
    crm = with_objects(portal)
    rows = [(3, 1), (1, 1), (4, 1), (2, 1), (3, 99), (0, 0)]
    letters = [{"VALUE": f"{n}@example.com", "ENTITY_TYPE_ID": kind, "ENTITY_ID": n} for kind, n in rows]
    number = add(crm, TYPE_ID=4, COMMUNICATIONS={str(place): one for place, one in enumerate(letters)})
    (told,) = listed(crm, ["COMMUNICATIONS", "BINDINGS"], ID=number)
    names = {"HONORIFIC": "HNR_EN_1", "NAME": "Anna", "SECOND_NAME": "", "LAST_NAME": ""}
    contact, lead, company, *others = told["COMMUNICATIONS"]
    assert contact == {
        "ID": contact["ID"],
        "TYPE": "EMAIL",
        "VALUE": "1@example.com",
        "ENTITY_ID": "1",
        "ENTITY_TYPE_ID": "3",
        "ENTITY_SETTINGS": names | {"COMPANY_TITLE": "Acme", "COMPANY_ID": "1"},
    }
    assert (lead["ENTITY_SETTINGS"]["NAME"], lead["ENTITY_SETTINGS"]["COMPANY_TITLE"]) == ("Ben", "Ben & Co.")
    assert company["ENTITY_SETTINGS"] == {"COMPANY_TITLE": "Acme", "COMPANY_ID": "0"}
    assert [(one["ENTITY_TYPE_ID"], one["ENTITY_SETTINGS"]) for one in others] == [("2", []), ("0", []), ("0", [])]
    assert {(one["OWNER_TYPE_ID"], one["OWNER_ID"]) for one in told["BINDINGS"]} == {
        ("1", "1"), ("2", "1"), ("3", "1"), ("4", "1"),
    }  # fmt: skip
    assert crm.call("crm.contact.delete", id=1).result is True
    (told,) = listed(crm, ["COMMUNICATIONS"], ID=number)
    assert (told["COMMUNICATIONS"][0]["ENTITY_ID"], told["COMMUNICATIONS"][0]["VALUE"]) == ("0", "1@example.com")


def test_communications_that_are_given_take_the_place_of_the_former(crm: Client) -> None:
    number = add(crm)
    change(crm, number, COMMUNICATIONS={"VALUE": "+1 415 5552671", "ENTITY_TYPE_ID": 4, "ENTITY_ID": 1})
    (told,) = listed(crm, ["COMMUNICATIONS", "BINDINGS"])
    assert [one["VALUE"] for one in told["COMMUNICATIONS"]] == ["+1 415 5552671"]
    assert [one["OWNER_TYPE_ID"] for one in told["BINDINGS"]] == ["2", "3", "4"]


def test_files_are_kept_replaced_and_gone_with_their_activity(portal: Portal) -> None:
    crm = with_objects(portal)
    encoded = base64.b64encode(b"hello").decode()
    number = add(crm, FILES=[{"fileData": ["note.txt", encoded]}])
    (told,) = listed(crm, ["FILES"], ID=number)
    path = told["FILES"][0]["url"].removeprefix("https://portal.example:8443")
    assert portal.request("GET", path).content == b"hello"
    change(crm, number, SUBJECT="Other")
    assert listed(crm, ["FILES"], ID=number) == [told]
    change(crm, number, WEBDAV_ELEMENTS=[["other.txt", encoded], ["more.txt", encoded]])
    (told,) = listed(crm, ["FILES", "WEBDAV_ELEMENTS"], ID=number)
    assert len(told["FILES"]) == 2
    assert told["FILES"] == told["WEBDAV_ELEMENTS"]
    assert crm.call("crm.activity.delete", id=number).result is True
    assert portal.read(lambda tx: tx.one("select count(*) from files"))[0] == 0


def test_activity_belongs_to_its_communication_where_no_owner_is_named(crm: Client) -> None:
    fields = {name: value for name, value in CALL.items() if not name.startswith("OWNER")}
    told = get(crm, crm.call("crm.activity.add", fields=fields).result)
    assert (told["OWNER_TYPE_ID"], told["OWNER_ID"]) == ("3", "1")


def test_activity_outlives_all_but_the_last_of_its_objects(portal: Portal) -> None:
    crm = with_objects(portal)
    number = add(crm)
    assert crm.call("crm.deal.delete", id=1).result is True
    told = get(crm, number)
    assert (told["OWNER_TYPE_ID"], told["OWNER_ID"]) == ("3", "1")
    assert crm.call("crm.contact.delete", id=1).result is True
    assert refused(crm.call("crm.activity.get", id=number)) == NO_ACTIVITY
    assert portal.read(lambda tx: tx.one("select count(*) from crm_communications"))[0] == 0


def test_list_finds_by_fields_and_objects(portal: Portal) -> None:
    crm = with_objects(portal)
    call = add(crm, START_TIME="2027-01-17")
    lead = add(crm, OWNER_TYPE_ID=1, SUBJECT="To a lead", COMMUNICATIONS=[{"VALUE": "1"}], START_TIME="2027-01-16")
    assert ids(crm, OWNER_TYPE_ID=2, OWNER_ID=1) == [call]
    assert ids(crm, **{"%SUBJECT": "LEAD", "COMPLETED": "N"}) == [lead]
    assert ids(crm, **{">=START_TIME": "2027-01-16T12:00:00+00:00"}) == [call]
    assert ids(crm, BINDINGS=[{"OWNER_TYPE_ID": 3}]) == [call]
    assert ids(crm, BINDINGS=[{"OWNER_TYPE_ID": 3, "OWNER_ID": 1}, {"OWNER_TYPE_ID": "1"}]) == [call, lead]
    assert ids(crm, BINDINGS={"OWNER_TYPE_ID": 2, "OWNER_ID": 1}, TYPE_ID=2) == [call]
    assert ids(crm, BINDINGS=[{"OWNER_ID": 1}]) == [call, lead]
    for nothing in ([], "x", [{"OWNER_TYPE_ID": "deal"}], [5], [{"OWNER_TYPE_ID": 2, "OWNER_ID": 9}]):
        assert ids(crm, BINDINGS=nothing) == []
    reply = crm.call("crm.activity.list")
    assert [int(one["ID"]) for one in reply.result] == [lead, call]
    assert reply.body["total"] == 2
    assert set(reply.result[0]) == set(get(crm, call))
    assert "total" not in crm.call("crm.activity.list", start=-1).body


def test_list_has_pages(crm: Client) -> None:
    add(crm)
    crm.portal.write(
        lambda tx: tx.run(
            """with recursive n(i) as (select 1 union all select i + 1 from n where i < 51)
            insert into crm_activities (portal_id, owner_type_id, owner_id, type_id, subject)
            select 1, 2, 1, 2, 'x' from n"""
        )
    )
    reply = crm.call("crm.activity.list", order={"ID": "DESC"})
    assert (len(reply.result), reply.body["total"], reply.body["next"]) == (50, 52, 50)
    assert [one["ID"] for one in crm.call("crm.activity.list", order={"ID": "DESC"}, start=50).result] == ["2", "1"]


def test_fields_are_described(crm: Client) -> None:
    told = crm.call("crm.activity.fields").result
    assert {name for name, one in told.items() if one["isRequired"]} == {
        "TYPE_ID", "SUBJECT", "RESPONSIBLE_ID", "COMMUNICATIONS",
    }  # fmt: skip
    assert {name for name, one in told.items() if not one["isMultiple"]} == set(get(crm, add(crm)))
    assert told["WEBDAV_ELEMENTS"]["isDeprecated"] is True
    assert (told["OWNER_TYPE_ID"]["type"], told["SETTINGS"]["type"]) == ("crm_enum_ownertype", "object")
    (one,) = listed(crm, ["COMMUNICATIONS"])
    described = crm.call("crm.activity.communication.fields").result
    assert set(described) - {"ACTIVITY_ID"} == set(one["COMMUNICATIONS"][0]) - {"ENTITY_SETTINGS"}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"SUBJECT": " "}, "The field SUBJECT is not defined or empty"),
        ({"SUBJECT": ["x"]}, "The field SUBJECT is not defined or empty"),
        ({"RESPONSIBLE_ID": 99}, "The field RESPONSIBLE_ID is not defined or invalid"),
        ({"RESPONSIBLE_ID": None}, "The field RESPONSIBLE_ID is not defined or invalid"),
        ({"TYPE_ID": None}, "The field TYPE_ID is not defined or invalid"),
        ({"TYPE_ID": 7}, "The field TYPE_ID is not defined or invalid"),
        ({"TYPE_ID": 3}, NO_PROVIDER),
        ({"TYPE_ID": 5}, NO_PROVIDER),
        ({"TYPE_ID": 6}, NO_PROVIDER),
        ({"TYPE_ID": 6, "PROVIDER_ID": "IMOPENLINES_SESSION"}, NO_PROVIDER),
        ({"PROVIDER_ID": "CONFIGURABLE_REST_APP"}, "Use crm.activity.configurable.add for this activity provider"),
        ({"PROVIDER_ID": "REST_APP"}, "Application context required"),
        ({"COMMUNICATIONS": []}, NO_WAY),
        ({"COMMUNICATIONS": [{"VALUE": ""}, 5]}, NO_WAY),
        ({"TYPE_ID": 1, "COMMUNICATIONS": None}, NO_WAY),
        (
            {"TYPE_ID": 4, "COMMUNICATIONS": [{"VALUE": "x", "TYPE": "IM"}]},
            "The field COMMUNICATIONS is not defined or invalid",
        ),
        ({"COMMUNICATIONS": [{"VALUE": "1"}, {"VALUE": "2"}]}, MANY),
        ({"TYPE_ID": 1, "COMMUNICATIONS": [{"VALUE": "1"}, {"VALUE": "2"}]}, MANY),
        ({"OWNER_ID": 99}, UNBOUND),
        ({"OWNER_TYPE_ID": 31}, UNBOUND),
        ({"OWNER_TYPE_ID": None, "OWNER_ID": None, "COMMUNICATIONS": [{"VALUE": "1"}]}, UNBOUND),
    ],
)
def test_activity_is_refused(crm: Client, changes: dict, text: str) -> None:
    assert refused(crm.call("crm.activity.add", fields=CALL | changes)) == (400, "", text)
    assert ids(crm) == []


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"SUBJECT": ""}, "The field SUBJECT is not defined or empty"),
        ({"RESPONSIBLE_ID": "x"}, "The field RESPONSIBLE_ID is not defined or invalid"),
        ({"TYPE_ID": "call"}, "The field TYPE_ID is not defined or invalid"),
        ({"COMMUNICATIONS": []}, NO_WAY),
        ({"COMMUNICATIONS": [{"VALUE": "1"}, {"VALUE": "2"}]}, MANY),
        ({"PROVIDER_ID": "CONFIGURABLE_REST_APP"}, "Use crm.activity.configurable.update for this activity provider"),
    ],
)
def test_change_is_refused_and_leaves_nothing(crm: Client, fields: dict, text: str) -> None:
    number = add(crm)
    before = get(crm, number)
    crm.portal.clock.move(60_000)
    reply = crm.call("crm.activity.update", id=number, fields={"DESCRIPTION": "x", **fields})
    assert refused(reply) == (400, "", text)
    assert get(crm, number) == before


def test_what_does_not_fit_is_passed_over(crm: Client) -> None:
    wrong = {
        "PRIORITY": 9,
        "START_TIME": "soon",
        "SETTINGS": "text",
        "PROVIDER_PARAMS": {"long": "x" * 70_000},
        "NOTIFY_VALUE": "9" * 30,
        "RESULT_SUM": [],
        "CREATED": "2001-01-01",
        "AUTHOR_ID": 5,
        "NOWHERE": 1,
        "FILES": "x",
    }
    told = [get(crm, add(crm, **fields)) for fields in ({}, wrong)]
    assert {name for name in told[0] if told[0][name] != told[1][name]} == {"ID"}


def test_unknown_activities_are_refused(crm: Client) -> None:
    for verb, more in (("get", {}), ("delete", {}), ("update", {"fields": {"SUBJECT": "x"}})):
        assert refused(crm.call(f"crm.activity.{verb}", id=99, **more)) == NO_ACTIVITY
        for wrong in (0, "x", None, [1]):
            assert refused(crm.call(f"crm.activity.{verb}", id=wrong, **more)) == WRONG_ID
    assert refused(crm.call("crm.activity.add", fields="x")) == (400, "", "Parameter 'fields' must be array.")


def test_activity_of_an_application_is_its_own(portal: Portal) -> None:
    hook = with_objects(portal)
    app, other = portal.app("crm"), portal.app("crm")
    number = app.call("crm.activity.add", fields=APP | {"PROVIDER_TYPE_ID": "LINK"}).result
    told = get(app, number)
    assert (told["TYPE_ID"], told["PROVIDER_ID"], told["PROVIDER_TYPE_ID"]) == ("6", "REST_APP", "LINK")
    for foreign in (hook, other):
        assert refused(foreign.call("crm.activity.get", id=number)) == NO_APP
        assert refused(foreign.call("crm.activity.update", id=number, fields={"SUBJECT": "x"})) == NO_APP
        assert refused(foreign.call("crm.activity.delete", id=number)) == NO_APP
        assert ids(foreign) == [number]
    assert change(app, number, COMPLETED="Y", TYPE_ID="x")["COMPLETED"] == "Y"
    assert app.call("crm.activity.delete", id=number).result is True


def test_activity_of_an_application_that_was_removed_is_everybodys(crm: Client) -> None:
    app = crm.portal.app("crm")
    number = app.call("crm.activity.add", fields=APP).result
    page = crm.portal.page(crm.portal.person(admin=True))
    assert page.call("tieline.app.remove", APP=app.facts["id"], CLEAN=False).status == 200
    assert crm.call("crm.activity.delete", id=number).result is True


def test_other_providers_may_be_named(crm: Client) -> None:
    told = get(crm, add(crm, TYPE_ID=6, PROVIDER_ID="CRM_TODO", COMMUNICATIONS=None))
    assert (told["PROVIDER_ID"], told["PROVIDER_TYPE_ID"], told["OWNER_TYPE_ID"]) == ("CRM_TODO", None, "2")


def test_calls_are_not_written_down(crm: Client) -> None:
    reply = crm.call("crm.activity.call.getTranscript", activityId=add(crm))
    assert (reply.status, reply.body["result"]) == (200, None)
    meeting = add(crm, TYPE_ID=1)
    for wrong in (meeting, 99, 0, "x", None):
        reply = crm.call("crm.activity.call.getTranscript", activityId=wrong)
        assert refused(reply) == (400, "NOT_FOUND", "Item not found")
