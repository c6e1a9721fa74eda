"""crm.duplicate.volatileType.*: fields by which duplicates are looked for too."""

import pytest

from support.portal import Client, Portal, refused

METHODS = [
    ("fields", {}),
    ("list", {}),
    ("register", {"entityTypeId": 1, "fieldCode": "TITLE"}),
    ("unregister", {"id": 1}),
]


@pytest.fixture
def crm(quick_portal: Portal) -> Client:
    """A webhook of the administrator's."""
    return quick_portal.webhook(1, scopes="crm")


def register(crm: Client, entity: int, code: str) -> int:
    return crm.call("crm.duplicate.volatileType.register", entityTypeId=entity, fieldCode=code).result["id"]


def listed(crm: Client) -> list[dict]:
    return crm.call("crm.duplicate.volatileType.list").result


def test_field_is_registered_once_and_forgotten(portal: Portal) -> None:
    crm = portal.webhook(1, scopes="crm")
    number = register(crm, 1, "TITLE")
    assert register(crm, 1, "TITLE") == number
    other = register(crm, 4, "TITLE")
    assert listed(crm) == [
        {"id": number, "entityTypeId": 1, "fieldCode": "TITLE"},
        {"id": other, "entityTypeId": 4, "fieldCode": "TITLE"},
    ]
    assert crm.call("crm.duplicate.volatileType.unregister", id=number).result is True
    assert [one["id"] for one in listed(crm)] == [other]
    told = refused(crm.call("crm.duplicate.volatileType.unregister", id=number))
    assert told == (400, "TYPE_IS_NOT_ASSIGNED", "This type is not assigned")


def test_seven_fields_are_enough(crm: Client) -> None:
    codes = ["TITLE", "ADDRESS", "COMMENTS", "POST"]
    numbers = [register(crm, 1, code) for code in codes] + [register(crm, 3, code) for code in codes[1:]]
    reply = crm.call("crm.duplicate.volatileType.register", entityTypeId=4, fieldCode="TITLE")
    assert refused(reply) == (
        400, "MAX_TYPES_COUNT_EXCEEDED", "There is already a maximum number of volatile types",
    )  # fmt: skip
    assert register(crm, 3, "POST") == numbers[-1]
    crm.call("crm.duplicate.volatileType.unregister", id=numbers[0])
    assert register(crm, 4, "TITLE") > numbers[-1]


def test_fields_that_may_be_registered_are_told(crm: Client) -> None:
    told = crm.call("crm.duplicate.volatileType.fields").result
    assert {"entityTypeId": 1, "fieldCode": "TITLE", "fieldTitle": "Title"} in told
    assert {one["entityTypeId"] for one in told} == {1, 3, 4}
    companies = crm.call("crm.duplicate.volatileType.fields", entityTypeId=4).result
    assert companies == [one for one in told if one["entityTypeId"] == 4]
    assert not {"ID", "PHONE", "LAST_COMMUNICATION_TIME"} & {one["fieldCode"] for one in told}
    assert crm.call("crm.duplicate.volatileType.fields", entityTypeId=2).result == []
    for one in companies[:7]:
        register(crm, 4, one["fieldCode"])


@pytest.mark.parametrize(
    "params",
    [
        {"entityTypeId": 1, "fieldCode": "PHONE"},
        {"entityTypeId": 1, "fieldCode": "RQ.EN.NAME"},
        {"entityTypeId": 2, "fieldCode": "TITLE"},
        {"entityTypeId": 9, "fieldCode": "TITLE"},
        {"entityTypeId": "x", "fieldCode": "TITLE"},
        {"entityTypeId": 1, "fieldCode": ["TITLE"]},
        {"entityTypeId": 1},
        {"fieldCode": "TITLE"},
    ],
)
def test_field_that_is_none_is_refused(crm: Client, params: dict) -> None:
    reply = crm.call("crm.duplicate.volatileType.register", **params)
    assert refused(reply) == (400, "FIELD_NOT_FOUND", "Field not found")
    assert listed(crm) == []


@pytest.mark.parametrize("number", [None, "x", 0, -1])
def test_id_that_is_none_is_refused(crm: Client, number: object) -> None:
    assert crm.call("crm.duplicate.volatileType.unregister", id=number).error == (400, "TYPE_IS_NOT_ASSIGNED")


@pytest.mark.difference(72)
def test_registered_field_finds_nobody_by_telephone_or_address(crm: Client) -> None:
    register(crm, 3, "LAST_NAME")
    for phone in ("+49 170 1111111", "+49 170 2222222"):
        crm.call("crm.contact.add", fields={"LAST_NAME": "Schmidt", "PHONE": phone})
    found = crm.call("crm.duplicate.findbycomm", type="PHONE", values=["+491701111111"]).result
    assert found == {"CONTACT": [1]}


@pytest.mark.parametrize(("name", "params"), METHODS)
def test_only_administrators_do_it(quick_portal: Portal, name: str, params: dict) -> None:
    anybody = quick_portal.webhook(quick_portal.person(), scopes="crm")
    reply = anybody.call(f"crm.duplicate.volatileType.{name}", **params)
    assert refused(reply) == (400, "ACCESS_DENIED", "Access denied")
