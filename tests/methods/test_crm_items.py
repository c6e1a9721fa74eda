"""crm.item.list: the names that all objects share, filters that refuse, pages."""

from typing import Any

import pytest

from support.portal import Client, Portal, refused


@pytest.fixture
def crm(portal: Portal) -> Client:
    """A webhook of a portal with a lead, a deal, two contacts and a company."""
    hook = portal.webhook(1, scopes="crm")
    hook.call("crm.company.add", fields={"TITLE": "Acme"})
    reach = {"PHONE": "+49 170 1234567", "EMAIL": "anna@example.com", "IM": ["x", "imol|c|1|2|3"]}
    hook.call("crm.contact.add", fields={"NAME": "Anna", "LAST_NAME": "Schmidt", "COMPANY_ID": 1, **reach})
    hook.call("crm.contact.add", fields={"NAME": "Ben", "BIRTHDATE": "2000-01-02"})
    hook.call("crm.lead.add", fields={"TITLE": "A lead", "OPPORTUNITY": 999.9})
    hook.call("crm.deal.add", fields={"TITLE": "A deal", "CONTACT_ID": 1, "OPPORTUNITY": 19000})
    return hook


def items(crm: Client, entity: int, **params: Any) -> list[dict]:
    return crm.call("crm.item.list", entityTypeId=entity, **params).result["items"]


def test_object_is_found_by_its_dialog(crm: Client) -> None:
    reply = crm.call("crm.item.list", entityTypeId=3, select=["id", "title", "imol"], filter={"=imol": "imol|c|1|2|3"})
    assert reply.result == {"items": [{"id": 1, "title": "Anna Schmidt", "imol": "imol|c|1|2|3"}]}
    assert reply.body["total"] == 1
    assert items(crm, 1, filter={"=imol": "imol|c|1|2|3"}) == []


def test_all_is_told_by_common_names(crm: Client) -> None:
    lead, deal, company = items(crm, 1)[0], items(crm, 2, select=["*"])[0], items(crm, 4)[0]
    anna, ben = items(crm, 3)
    told = [lead[name] for name in ("id", "title", "stageId", "stageSemanticId", "opportunity", "assignedById")]
    assert told == [1, "A lead", "NEW", "P", 999.9, 1]
    assert (lead["companyId"], lead["dateClosed"], lead["createdBy"], lead["entityTypeId"]) == (0, None, 1, 1)
    assert (lead["createdTime"], lead["fm"]) == ("2027-01-15T08:00:00+00:00", [])
    assert (deal["contactId"], deal["opportunity"], deal["categoryId"], deal["begindate"]) == (
        1,
        19000,
        0,
        "2027-01-15T00:00:00+00:00",
    )
    assert "fm" not in deal
    assert (anna["phone"], anna["email"], anna["companyId"]) == ("+49 170 1234567", "anna@example.com", 1)
    assert anna["fm"][0] == {"id": 1, "valueType": "WORK", "value": "+49 170 1234567", "typeId": "PHONE"}
    assert (ben["phone"], ben["birthdate"], ben["lastName"]) == ("", "2000-01-02T00:00:00+00:00", None)
    assert company["title"] == "Acme"


def test_objects_are_filtered_sorted_and_chosen(crm: Client) -> None:
    assert items(crm, 3, select=["name", "nowhere"], order={"name": "desc"}) == [
        {"id": 2, "name": "Ben"},
        {"id": 1, "name": "Anna"},
    ]
    assert [one["id"] for one in items(crm, 3, filter={"phone": "+491701234567"})] == [1]
    assert [one["id"] for one in items(crm, 3, filter={"%name": "b", "!companyId": 1})] == [2]
    assert items(crm, 1, filter={"@stageId": ["NEW"], ">=opportunity": 1000}) == []


def test_item_list_goes_by_pages(quick_portal: Portal) -> None:
    hook = quick_portal.webhook(1, scopes="crm")
    calls = {f"c{number}": "crm.company.add?fields[TITLE]=A" for number in range(50)}
    hook.call("batch", cmd=calls)
    hook.call("crm.company.add", fields={})
    first = hook.call("crm.item.list", entityTypeId="4")
    assert (len(first.result["items"]), first.body["total"], first.body["next"]) == (50, 51, 50)
    second = hook.call("crm.item.list", entityTypeId="4", start=50)
    assert ([one["id"] for one in second.result["items"]], "next" in second.body) == ([51], False)


def test_item_list_is_refused(quick_portal: Portal) -> None:
    hook = quick_portal.webhook(1, scopes="crm")

    def told(**params: Any) -> tuple:
        return refused(hook.call("crm.item.list", **params))

    no_type = (400, "NOT_FOUND", "Smart process not found")
    assert told() == told(entityTypeId=99) == told(entityTypeId="x") == told(ENTITYTYPEID=1) == no_type
    code = "INVALID_ARG_VALUE"
    not_allowed = "Invalid filter: field '{}' is not allowed in filter"
    for name in ("nowhere", "0", "TITLE", "contactIds"):
        assert told(entityTypeId=1, filter={name: {"logic": "OR"}}) == (400, code, not_allowed.format(name))
    assert told(entityTypeId=2, filter={"phone": "1"}) == (400, code, not_allowed.format("phone"))
    wrong = "Invalid filter: field 'id' has invalid value"
    assert told(entityTypeId=1, filter={"id": "x"}) == (400, code, wrong)
    assert told(entityTypeId=1, filter="x") == (400, code, "Invalid filter")
    assert told(entityTypeId=1, order={"nowhere": "asc"}) == (
        400,
        code,
        "Invalid order: field 'nowhere' is not allowed in order",
    )
    way = "Invalid order: allowed sort directions are `ASC, DESC`. But got 'UP' for field 'id'"
    assert told(entityTypeId=1, order={"id": "up"}) == (400, code, way)
    assert told(entityTypeId=1, order={"id": ["asc"]})[1] == code
