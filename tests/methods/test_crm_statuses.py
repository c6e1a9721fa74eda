"""crm.status.*: directories of the CRM, and the stages of leads and deals."""

from typing import Any

import pytest

from support.portal import Client, Portal, refused

DENIED = "Access denied."
BEHIND = (
    "Cannot create more stages after the final stage because the final successful stage already exists."
    " Try using sort order values less than that of the final stage."
)


@pytest.fixture
def crm(quick_portal: Portal) -> Client:
    """A webhook of the administrator's."""
    return quick_portal.webhook(1, scopes="crm")


def add(crm: Client, **fields: Any) -> int:
    return crm.call("crm.status.add", fields=fields).result


def items(crm: Client, directory: str) -> list[str]:
    return [one["STATUS_ID"] for one in crm.call("crm.status.entity.items", entityId=directory).result]


def listed(crm: Client, order: Any = None, **filters: Any) -> list[dict[str, Any]]:
    return crm.call("crm.status.list", filter=filters, order=order).result


def test_entry_is_added_read_changed_and_deleted(portal: Portal) -> None:
    crm = portal.webhook(1, scopes="crm")
    number = add(crm, ENTITY_ID="SOURCE", STATUS_ID="Fair of 2027", NAME="Fair", SORT="15", COLOR="#ffffff")
    told = crm.call("crm.status.get", id=number).result
    assert told == {
        "ID": str(number),
        "ENTITY_ID": "SOURCE",
        "STATUS_ID": "Fair of 2027",
        "NAME": "Fair",
        "NAME_INIT": "",
        "SORT": "15",
        "SYSTEM": "N",
        "CATEGORY_ID": None,
        "COLOR": "",
        "SEMANTICS": None,
    }
    assert items(crm, "SOURCE")[:3] == ["CALL", "Fair of 2027", "EMAIL"]
    assert crm.call("crm.status.update", id=number, fields={"NAME": "Trade fair", "SORT": 5}).result is True
    assert items(crm, "SOURCE")[0] == "Fair of 2027"
    assert crm.call("crm.status.get", id=number).result["NAME"] == "Trade fair"
    assert crm.call("crm.status.delete", id=number).result is True
    assert "Fair of 2027" not in items(crm, "SOURCE")
    assert crm.call("crm.status.get", id=number).error == (400, "400")


def test_stage_is_at_once_one_of_leads_and_deals(crm: Client) -> None:
    add(crm, ENTITY_ID="STATUS", STATUS_ID="LOST", NAME="Lost", SORT=60, SEMANTICS="f", COLOR="#FF0000")
    add(crm, ENTITY_ID="DEAL_STAGE", STATUS_ID="FIRST", NAME="First", SORT=1, SEMANTICS="")
    crm.call("crm.lead.add", fields={"STATUS_ID": "LOST"})
    crm.call("crm.deal.add", fields={})
    assert crm.call("crm.lead.get", id=1).result["STATUS_SEMANTIC_ID"] == "F"
    assert crm.call("crm.deal.get", id=1).result["STAGE_ID"] == "FIRST"
    (told,) = listed(crm, ENTITY_ID="STATUS", STATUS_ID="LOST")
    assert (told["SEMANTICS"], told["COLOR"]) == ("F", "#FF0000")
    assert told["EXTRA"] == {"SEMANTICS": "apology", "COLOR": "#FF0000"}


def test_place_of_a_failure_begins_no_deal(crm: Client) -> None:
    add(crm, ENTITY_ID="DEAL_STAGE", STATUS_ID="EARLY", NAME="Lost early", SORT=1, SEMANTICS="F")
    crm.call("crm.deal.add", fields={})
    assert crm.call("crm.deal.get", id=1).result["STAGE_ID"] == "NEW"


def test_funnel_comes_with_its_first_stage(portal: Portal) -> None:
    crm = portal.webhook(1, scopes="crm")
    number = add(crm, ENTITY_ID="DEAL_STAGE_12", STATUS_ID="DECISION", NAME="Decision", SORT=30)
    told = crm.call("crm.status.get", id=number).result
    assert (told["STATUS_ID"], told["CATEGORY_ID"]) == ("C12:DECISION", "12")
    assert items(crm, "DEAL_STAGE_12") == ["C12:NEW", "C12:DECISION", "C12:WON", "C12:LOSE"]
    add(crm, ENTITY_ID="DEAL_STAGE_12", STATUS_ID="C12:SECOND", NAME="Second", SORT=35)
    assert items(crm, "DEAL_STAGE_12")[2] == "C12:SECOND"
    (lost,) = listed(crm, STATUS_ID="C12:LOSE")
    assert (lost["SYSTEM"], lost["NAME_INIT"], lost["SEMANTICS"]) == ("Y", "Lost", "F")
    crm.call("crm.deal.add", fields={"CATEGORY_ID": 12})
    assert crm.call("crm.deal.get", id=1).result["STAGE_ID"] == "C12:NEW"
    types = {one["ID"]: one for one in crm.call("crm.status.entity.types").result}
    assert types["DEAL_STAGE_12"] == {
        "ID": "DEAL_STAGE_12",
        "NAME": "Deal stages of funnel 12",
        "PARENT_ID": "DEAL_STAGE",
        "SEMANTIC_INFO": {
            "START_FIELD": "C12:NEW",
            "FINAL_SUCCESS_FIELD": "C12:WON",
            "FINAL_UNSUCCESS_FIELD": "C12:LOSE",
            "FINAL_SORT": 0,
        },
        "PREFIX": "C12",
        "FIELD_ATTRIBUTE_SCOPE": "category_12",
        "ENTITY_TYPE_ID": 2,
        "CATEGORY_ID": "12",
    }


def test_first_stage_of_a_funnel_may_be_one_that_others_begin_with(crm: Client) -> None:
    add(crm, ENTITY_ID="DEAL_STAGE_2", STATUS_ID="WON", NAME="Signed", SORT=500, SEMANTICS="S")
    assert items(crm, "DEAL_STAGE_2") == ["C2:NEW", "C2:WON", "C2:LOSE"]
    add(crm, ENTITY_ID="DEAL_STAGE_3", STATUS_ID="GONE", NAME="Gone", SORT=500, SEMANTICS="F")
    assert items(crm, "DEAL_STAGE_3") == ["C3:NEW", "C3:WON", "C3:LOSE", "C3:GONE"]


@pytest.mark.difference(70)
def test_directories_are_those_of_leads_deals_contacts_and_companies(crm: Client) -> None:
    told = crm.call("crm.status.entity.types").result
    assert [one["ID"] for one in told] == [
        *("STATUS", "SOURCE", "CONTACT_TYPE", "COMPANY_TYPE", "EMPLOYEES", "INDUSTRY", "DEAL_TYPE", "DEAL_STAGE"),
        "HONORIFIC",
    ]
    assert told[1] == {"ID": "SOURCE", "NAME": "Sources"}
    info = {"START_FIELD": "NEW", "FINAL_SUCCESS_FIELD": "CONVERTED", "FINAL_UNSUCCESS_FIELD": "JUNK", "FINAL_SORT": 0}
    assert told[0] == {"ID": "STATUS", "NAME": "Lead stages", "SEMANTIC_INFO": info, "ENTITY_TYPE_ID": 1}
    assert (told[7]["FIELD_ATTRIBUTE_SCOPE"], told[7]["CATEGORY_ID"]) == ("", 0)
    fields = {"ENTITY_ID": "CALL_LIST", "STATUS_ID": "X", "NAME": "X"}
    told = refused(crm.call("crm.status.add", fields=fields))
    assert told == (400, "", "Specified entity type is not supported.")


def test_entries_are_told_as_the_samples_have_them(crm: Client) -> None:
    reply = crm.call("crm.status.list", filter={"ENTITY_ID": "DEAL_STAGE"}, order={"SORT": "ASC"})
    assert (reply.body["total"], len(reply.result), "next" in reply.body) == (8, 8, False)
    meanings = [one["EXTRA"]["SEMANTICS"] for one in reply.result]
    assert meanings == ["process"] * 5 + ["success", "failure", "apology"]
    assert reply.result[0] == {
        "ID": reply.result[0]["ID"],
        "ENTITY_ID": "DEAL_STAGE",
        "STATUS_ID": "NEW",
        "NAME": "New",
        "NAME_INIT": "New",
        "SORT": "10",
        "SYSTEM": "Y",
        "CATEGORY_ID": None,
        "COLOR": "#39A8EF",
        "SEMANTICS": None,
        "EXTRA": {"SEMANTICS": "process", "COLOR": "#39A8EF"},
    }
    (won,) = crm.call("crm.status.entity.items", ENTITYID="DEAL_STAGE").result[5:6]
    assert won == {"NAME": "Won", "SORT": 60, "STATUS_ID": "WON"}


@pytest.mark.parametrize(
    ("filters", "order", "found"),
    [
        ({"STATUS_ID": ["WON", "LOSE"]}, None, ["WON", "LOSE"]),
        ({"ENTITY_ID": "EMPLOYEES", ">SORT": "20"}, {"SORT": "desc"}, ["EMPLOYEES_4", "EMPLOYEES_3"]),
        ({"ENTITY_ID": "EMPLOYEES", "%NAME": "than"}, {"NAME": "ASC"}, ["EMPLOYEES_1", "EMPLOYEES_4"]),
        ({"SYSTEM": "Y", "!SEMANTICS": ["S", "F"]}, {"ENTITY_ID": "DESC", "NOWHERE": "x"}, ["NEW", "NEW"]),
        ({"ENTITY_ID": "HONORIFIC", "NOWHERE": 5, "EXTRA": "x", "SORT": "10"}, {"SORT": []}, ["HNR_EN_1"]),
        ({"ENTITY_ID": "NOWHERE"}, None, []),
    ],
)
def test_list_is_narrowed_and_sorted(crm: Client, filters: dict, order: Any, found: list[str]) -> None:
    assert [one["STATUS_ID"] for one in listed(crm, order, **filters)] == found


def test_fields_are_described(crm: Client) -> None:
    told = crm.call("crm.status.fields").result
    required = {name for name, field in told.items() if field["isRequired"]}
    assert (required, told["EXTRA"]["type"]) == ({"ENTITY_ID", "STATUS_ID", "NAME"}, "crm_status_extra")
    (entry,) = listed(crm, ENTITY_ID="DEAL_STAGE", STATUS_ID="NEW")
    assert set(told) == set(entry)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "The field ENTITY_ID is required. The field STATUS_ID is required."),
        ({"ENTITY_ID": "SOURCE", "STATUS_ID": []}, "The field STATUS_ID is required."),
        ({"STATUS_ID": "X", "NAME": "X"}, "The field ENTITY_ID is required."),
        ({"ENTITY_ID": "DEAL_STAGE_0", "STATUS_ID": "X", "NAME": "X"}, "Specified entity type is not supported."),
        ({"ENTITY_ID": "SOURCE", "STATUS_ID": "X", "NAME": " "}, "The field Title is required."),
        ({"ENTITY_ID": "DEAL_STAGE", "STATUS_ID": "X", "NAME": "X", "SORT": 61}, BEHIND),
        ({"ENTITY_ID": "STATUS", "STATUS_ID": "a b", "NAME": "X"}, "Error on creating status."),
        ({"ENTITY_ID": "STATUS", "STATUS_ID": "X" * 22, "NAME": "X"}, "Error on creating status."),
        ({"ENTITY_ID": "DEAL_STAGE", "STATUS_ID": "ü", "NAME": "X"}, "Error on creating status."),
        ({"ENTITY_ID": "DEAL_STAGE_1", "STATUS_ID": "C1:", "NAME": "X"}, "Error on creating status."),
        ({"ENTITY_ID": "DEAL_STAGE_1", "STATUS_ID": "C2:X", "NAME": "X"}, "Error on creating status."),
        ({"ENTITY_ID": "SOURCE", "STATUS_ID": "X" * 51, "NAME": "X"}, "Error on creating status."),
    ],
)
def test_entry_is_refused(crm: Client, fields: dict, text: str) -> None:
    before = len(listed(crm))
    assert refused(crm.call("crm.status.add", fields=fields)) == (400, "", text)
    assert len(listed(crm)) == before


def test_place_behind_the_success_is_for_failures(crm: Client) -> None:
    assert add(crm, ENTITY_ID="DEAL_STAGE", STATUS_ID="X", NAME="X", SORT=999, SEMANTICS="F")
    assert add(crm, ENTITY_ID="DEAL_STAGE", STATUS_ID="Y", NAME="Y", SORT=60)
    assert add(crm, ENTITY_ID="STATUS", STATUS_ID="Z", NAME="Z", SORT="soon")
    assert crm.call("crm.status.list", filter={"STATUS_ID": "Z"}).result[0]["SORT"] == "10"


def test_code_is_given_once_in_a_directory(crm: Client) -> None:
    fields = {"ENTITY_ID": "SOURCE", "STATUS_ID": "CALL", "NAME": "Call again"}
    told = refused(crm.call("crm.status.add", fields=fields))
    assert told == (400, "ERROR_CORE", "The specified status ID already exists.")
    assert add(crm, ENTITY_ID="DEAL_TYPE", STATUS_ID="CALL", NAME="Call")


def test_entry_of_the_system_is_deleted_by_force_alone(crm: Client) -> None:
    (junk,) = listed(crm, STATUS_ID="JUNK")
    text = 'CRM System Status can be deleted only if parameter FORCED is specified and equal to "Y".'
    for params in (None, {}, {"FORCED": "N"}, {"FORCED": ["Y"]}):
        assert refused(crm.call("crm.status.delete", id=junk["ID"], params=params)) == (400, "400", text)
    assert crm.call("crm.status.delete", id=junk["ID"], params={"FORCED": "Y"}).result is True
    assert "JUNK" not in items(crm, "STATUS")


@pytest.mark.parametrize(
    ("noun", "field", "code"), [("lead", "STATUS_ID", "PROCESSED"), ("deal", "STAGE_ID", "EXECUTING")]
)
def test_stage_that_something_is_at_stays(portal: Portal, noun: str, field: str, code: str) -> None:
    crm = portal.webhook(1, scopes="crm")
    crm.call(f"crm.{noun}.add", fields={field: code})
    (stage,) = listed(crm, STATUS_ID=code)
    told = refused(crm.call("crm.status.delete", id=stage["ID"], params={"FORCED": "Y"}))
    assert told == (400, "400", "There are active items in this status.")
    crm.call(f"crm.{noun}.update", id=1, fields={field: "NEW"})
    assert crm.call("crm.status.delete", id=stage["ID"]).result is True
    assert crm.call(f"crm.{noun}.update", id=1, fields={field: code}).result is True
    assert crm.call(f"crm.{noun}.get", id=1).result[field] == "NEW"


def test_entry_keeps_what_does_not_fit(crm: Client) -> None:
    (before,) = listed(crm, STATUS_ID="NEW", ENTITY_ID="STATUS")
    fields = {"SORT": "x", "COLOR": "red", "STATUS_ID": "OTHER", "ENTITY_ID": "SOURCE", "SEMANTICS": "S", "SYSTEM": "N"}
    assert crm.call("crm.status.update", id=before["ID"], fields=fields).result is True
    assert listed(crm, STATUS_ID="NEW", ENTITY_ID="STATUS") == [before]
    assert crm.call("crm.status.update", id=before["ID"], fields={"COLOR": "#123456"}).result is True
    assert crm.call("crm.status.get", id=before["ID"]).result["COLOR"] == "#123456"
    told = refused(crm.call("crm.status.update", id=before["ID"], fields={"NAME": ""}))
    assert told == (400, "400", "Error on updating status.")


def test_only_administrators_change_directories(quick_portal: Portal, crm: Client) -> None:
    anybody = quick_portal.webhook(quick_portal.person(), scopes="crm")
    fields = {"ENTITY_ID": "SOURCE", "STATUS_ID": "X", "NAME": "X"}
    assert refused(anybody.call("crm.status.add", fields=fields)) == (400, "", DENIED)
    assert refused(anybody.call("crm.status.update", id=1, fields={"NAME": "X"})) == (400, "400", DENIED)
    assert refused(anybody.call("crm.status.delete", id=1)) == (400, "400", DENIED)
    assert listed(anybody) == listed(crm)


def test_unknown_entries_and_directories_are_refused(crm: Client) -> None:
    missing, wrong = (400, "400", "Status is not found."), (400, "400", "Invalid identifier.")
    for verb, more in (("update", {"fields": {"NAME": "X"}}), ("delete", {})):
        assert refused(crm.call(f"crm.status.{verb}", id=9999, **more)) == missing
        for number in (0, -1, "x", None, [1]):
            assert refused(crm.call(f"crm.status.{verb}", id=number, **more)) == wrong
    for number in (9999, 0, "x", None):
        assert refused(crm.call("crm.status.get", id=number)) == missing
    no_directory = (400, "400", "The parameter entityId is not defined or invalid.")
    for name in ("NOWHERE", "DEAL_STAGE_7", "", None, ["SOURCE"]):
        assert refused(crm.call("crm.status.entity.items", entityId=name)) == no_directory


def test_what_should_be_an_array_is_refused(crm: Client) -> None:
    assert refused(crm.call("crm.status.add", fields="x")) == (400, "", "Parameter 'fields' must be array.")
    assert refused(crm.call("crm.status.update", id=1)) == (400, "400", "Parameter 'fields' must be array.")
    assert refused(crm.call("crm.status.delete", id=1, params="x")) == (400, "400", "Parameter 'params' must be array.")
    for name in ("filter", "order"):
        assert refused(crm.call("crm.status.list", **{name: "x"})) == (400, "400", "Invalid parameters.")
