"""crm.entity.mergeBatch: several objects become one."""

from typing import Any

import pytest

from support.portal import Client, Desk, Portal, refused
from support.receiver import Receiver

CONFLICT = {"STATUS": "CONFLICT", "ENTITY_IDS": []}
TYPES = {"lead": 1, "deal": 2, "contact": 3, "company": 4}
MISSING = (400, "", "Not found")
TOO_MANY = "The parameter entityIds must contain at most 50 elements."


@pytest.fixture
def crm(quick_portal: Portal) -> Client:
    """A webhook of the administrator's."""
    return quick_portal.webhook(1, scopes="crm")


def add(crm: Client, noun: str, **fields: Any) -> int:
    return crm.call(f"crm.{noun}.add", fields=fields).result


def get(crm: Client, noun: str, number: int) -> dict[str, Any]:
    return crm.call(f"crm.{noun}.get", id=number).result


def merge(crm: Client, noun: str, *ids: int) -> dict[str, Any]:
    params = {"entityTypeId": TYPES[noun], "entityIds": list(ids)}
    return crm.call("crm.entity.mergeBatch", params=params).result


def merged(crm: Client, noun: str, *ids: int) -> dict[str, Any]:
    """Merge objects, which must work, and return the first of them."""
    assert merge(crm, noun, *ids) == {"STATUS": "SUCCESS", "ENTITY_IDS": list(ids[1:])}
    for number in ids[1:]:
        assert refused(crm.call(f"crm.{noun}.get", id=number)) == MISSING
    return get(crm, noun, ids[0])


@pytest.mark.parametrize("noun", TYPES)
def test_what_is_empty_is_taken_from_the_others(portal: Portal, noun: str) -> None:
    crm = portal.webhook(1, scopes="crm")
    name = "NAME" if noun == "contact" else "TITLE"
    ids = [add(crm, noun, COMMENTS="Known"), add(crm, noun), add(crm, noun, **{name: "Anna"}, COMMENTS="Known")]
    portal.clock.move(60_000)
    told = merged(crm, noun, *ids)
    assert (told[name], told["COMMENTS"]) == ("Anna", "Known")
    assert told["DATE_MODIFY"] == "2027-01-15T08:01:00+00:00"


def test_first_of_the_ids_stays(crm: Client) -> None:
    first, second = add(crm, "lead", TITLE="Anna"), add(crm, "lead", OPENED="N", OPPORTUNITY=5)
    told = merged(crm, "lead", second, first)
    assert (told["ID"], told["TITLE"], told["OPENED"], told["OPPORTUNITY"]) == (str(second), "Anna", "Y", "5.00")


@pytest.mark.parametrize(
    ("noun", "first", "second"),
    [
        ("lead", {"TITLE": "Anna"}, {"TITLE": "Ben"}),
        ("lead", {"STATUS_ID": "NEW"}, {"STATUS_ID": "IN_PROCESS"}),
        ("deal", {"OPPORTUNITY": 5}, {"OPPORTUNITY": 6}),
        ("contact", {"BIRTHDATE": "2000-01-01"}, {"BIRTHDATE": "2000-01-02"}),
        ("company", {"REVENUE": 1}, {"REVENUE": 2}),
    ],
)
def test_contradiction_changes_nothing(crm: Client, noun: str, first: dict, second: dict) -> None:
    ids = [add(crm, noun, **first), add(crm, noun), add(crm, noun, **second)]
    before = [get(crm, noun, number) for number in ids]
    assert merge(crm, noun, *ids) == CONFLICT
    assert [get(crm, noun, number) for number in ids] == before
    assert int(merged(crm, noun, *ids[:2])["ID"]) == ids[0]


@pytest.mark.parametrize("noun", ["lead", "contact", "company"])
def test_multifields_are_united(portal: Portal, noun: str) -> None:
    crm = portal.webhook(1, scopes="crm")
    first = add(crm, noun, PHONE="+49 170 1234567")
    second = add(crm, noun, PHONE=["+491701234567", "+49 170 7654321"], EMAIL="a@example.com")
    told = merged(crm, noun, first, second)
    assert [one["VALUE"] for one in told["PHONE"]] == ["+49 170 1234567", "+49 170 7654321"]
    assert (told["EMAIL"][0]["VALUE"], told["HAS_EMAIL"]) == ("a@example.com", "Y")
    found = crm.call("crm.duplicate.findbycomm", type="PHONE", values=["+491707654321"]).result
    assert found == {noun.upper(): [first]}


def test_links_are_united(portal: Portal) -> None:
    crm = portal.webhook(1, scopes="crm")
    companies = [add(crm, "company", TITLE=title) for title in ("A", "B")]
    first = add(crm, "contact", COMPANY_IDS=[companies[0]])
    second = add(crm, "contact", COMPANY_IDS=[companies[1], companies[0]])
    deal = add(crm, "deal", CONTACT_IDS=[second])
    lead = add(crm, "lead", CONTACT_IDS=[second, first])
    told = merged(crm, "contact", first, second)
    assert told["COMPANY_ID"] == str(companies[0])
    (told,) = crm.call("crm.contact.list", select=["COMPANY_IDS"]).result
    assert told["COMPANY_IDS"] == [str(one) for one in companies]
    assert get(crm, "deal", deal)["CONTACT_ID"] == get(crm, "lead", lead)["CONTACT_ID"] == str(first)
    (told,) = crm.call("crm.lead.list", select=["CONTACT_IDS"]).result
    assert told["CONTACT_IDS"] == [str(first)]
    crm.call("crm.company.update", id=companies[1], fields={"TITLE": "A"})
    merged(crm, "company", companies[1], companies[0])
    (told,) = crm.call("crm.contact.list", select=["COMPANY_ID", "COMPANY_IDS"]).result
    assert (told["COMPANY_ID"], told["COMPANY_IDS"]) == (str(companies[1]), [str(companies[1])])


def test_deals_take_links_and_products_over(crm: Client) -> None:
    contacts = [add(crm, "contact", NAME=name) for name in "AB"]
    first = add(crm, "deal")
    second, third = (add(crm, "deal", CONTACT_ID=contact) for contact in contacts)
    for number in (second, third):
        rows = [{"PRODUCT_NAME": "Chair", "PRICE": 5, "QUANTITY": 2}]
        crm.call("crm.deal.productrows.set", id=number, rows=rows)
    told = merged(crm, "deal", first, second, third)
    assert (told["CONTACT_ID"], told["OPPORTUNITY"]) == (str(contacts[0]), "10.00")
    assert [one["PRODUCT_NAME"] for one in crm.call("crm.deal.productrows.get", id=first).result] == ["Chair"]


def test_different_products_contradict_each_other(crm: Client) -> None:
    first, second = add(crm, "deal"), add(crm, "deal")
    for number, name in ((first, "Chair"), (second, "Table")):
        crm.call("crm.deal.productrows.set", id=number, rows=[{"PRODUCT_NAME": name, "PRICE": 5}])
    assert merge(crm, "deal", first, second) == CONFLICT


def test_timelines_become_one(portal: Portal) -> None:
    crm = portal.webhook(1, scopes="crm")
    first, second = add(crm, "contact"), add(crm, "contact")
    for number in (first, second):
        fields = {"ENTITY_TYPE": "contact", "ENTITY_ID": number, "COMMENT": f"of {number}"}
        crm.call("crm.timeline.comment.add", fields=fields)
    call = {"TYPE_ID": 2, "OWNER_TYPE_ID": 3, "OWNER_ID": second, "SUBJECT": "Call", "RESPONSIBLE_ID": 1}
    call["COMMUNICATIONS"] = [{"VALUE": "1", "ENTITY_TYPE_ID": 3, "ENTITY_ID": second}]
    crm.call("crm.activity.add", fields=call)
    merged(crm, "contact", first, second)
    filters = {"ENTITY_TYPE": "contact", "ENTITY_ID": first}
    comments = crm.call("crm.timeline.comment.list", filter=filters).result
    assert [one["COMMENT"] for one in comments] == [f"of {first}", f"of {second}"]
    (told,) = crm.call("crm.activity.list", select=["*", "BINDINGS", "COMMUNICATIONS"]).result
    assert (told["OWNER_TYPE_ID"], told["OWNER_ID"]) == ("3", str(first))
    assert told["BINDINGS"] == [{"OWNER_TYPE_ID": "3", "OWNER_ID": str(first)}]
    assert told["COMMUNICATIONS"][0]["ENTITY_ID"] == str(first)


def test_dialog_follows_its_lead(desk: Desk) -> None:
    crm = desk.portal.webhook(1, scopes="crm,imopenlines")
    chat = desk.write_in()
    lead = desk.chat(chat).lead_id
    known = get(crm, "lead", lead)
    fields = {name: known[name] for name in ("TITLE", "ASSIGNED_BY_ID", "SOURCE_ID")}
    other = add(crm, "lead", **fields)
    told = merged(crm, "lead", other, lead)
    assert told["HAS_IMOL"] == "Y"
    assert desk.chat(chat).lead_id == other
    assert crm.call("imopenlines.crm.chat.get", CRM_ENTITY_TYPE="lead", CRM_ENTITY=other).result[0]["CHAT_ID"] == str(
        chat
    )


def test_merging_is_told(portal: Portal, receiver: Receiver) -> None:
    app = portal.app("crm")
    for number in range(2):
        add(app, "lead", COMMENTS=str(number) if number else "")
    for what in ("Update", "Delete"):
        app.call("event.bind", event=f"onCrmLead{what}", handler=f"{receiver.url}/crm")
    merged(app, "lead", 1, 2)
    told = {one.form["event"]: one.form["data"] for one in receiver.wait(2)}
    assert told == {"ONCRMLEADUPDATE": {"FIELDS": {"ID": "1"}}, "ONCRMLEADDELETE": {"FIELDS": {"ID": "2"}}}


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({}, "The parameter entityTypeId is required."),
        ("x", "The parameter entityTypeId is required."),
        ({"entityTypeId": [1], "entityIds": [1, 2]}, "The parameter entityTypeId is required."),
        ({"entityTypeId": 31, "entityIds": [1, 2]}, "Entity type 31 is not supported"),
        ({"entityTypeId": "lead", "entityIds": [1, 2]}, "Entity type lead is not supported"),
        ({"entityTypeId": 1}, "The parameter entityIds does not contains valid elements."),
        ({"entityTypeId": 1, "entityIds": ["x", -1, [1]]}, "The parameter entityIds does not contains valid elements."),
        ({"entityTypeId": 1, "entityIds": [98, 99]}, "The parameter entityIds does not contains valid elements."),
        ({"entityTypeId": 1, "entityIds": [1, "1"]}, "The parameter entityIds must contains at least two elements."),
        ({"entityTypeId": 1, "entityIds": [1, 99]}, "Owner was not found"),
        (
            {"entityTypeId": 1, "entityIds": list(range(1, 52))},
            "The parameter entityIds must contain at most 50 elements.",
        ),
    ],
)
def test_merging_is_refused(crm: Client, params: Any, text: str) -> None:
    add(crm, "lead")
    assert refused(crm.call("crm.entity.mergeBatch", params=params)) == (400, "400", text)
    assert get(crm, "lead", 1)["ID"] == "1"
