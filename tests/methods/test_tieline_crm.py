"""tieline.crm.search: objects of the CRM to choose from."""

import base64
from typing import Any

import pytest

from support.portal import Client, Portal


@pytest.fixture
def page(portal: Portal) -> Client:
    """Somebody's page, of a portal with some objects."""
    hook = portal.webhook(1, scopes="crm")
    for noun, fields in (
        ("lead", {"TITLE": "Oak table", "NAME": "Anna", "LAST_NAME": "Schmidt"}),
        ("lead", {}),
        ("contact", {"NAME": "Anna", "LAST_NAME": "Oakley"}),
        ("contact", {}),
        ("company", {"TITLE": "Oak & Co."}),
        ("deal", {"TITLE": "100% oak"}),
    ):
        hook.call(f"crm.{noun}.add", fields=fields)
    return portal.page(portal.person())


def found(page: Client, *types: str, **params: Any) -> list[str]:
    return [one["id"] for one in page.call("tieline.crm.search", TYPES=list(types), **params).result]


def test_objects_are_found_by_their_names(page: Client) -> None:
    every = ("lead", "deal", "contact", "company")
    assert found(page, *every, TEXT="OAK") == ["L_1", "D_1", "C_1", "CO_1"]
    assert found(page, *every, TEXT="anna schmidt") == ["L_1"]
    assert found(page, *every, TEXT="100%") == ["D_1"]
    assert found(page, "contact", "lead") == ["C_2", "C_1", "L_2", "L_1"]
    assert found(page, "quote", TEXT="oak") == found(page, "lead", TEXT="_") == []
    assert found(page, "lead", IDS=[1, 9]) == ["L_1"]
    assert found(page, "lead", "deal", IDS=[2], TEXT="x") == []


def test_object_is_told_as_applications_get_it(page: Client) -> None:
    told = page.call("tieline.crm.search", TYPES=["lead", "contact"]).result
    assert told[1] == {
        "id": "L_1",
        "type": "lead",
        "title": "Oak table",
        "desc": "Anna Schmidt",
        "url": "/crm/lead/show/1/",
    }
    assert [(one["title"], one["desc"]) for one in told] == [
        ("Lead #2", ""),
        ("Oak table", "Anna Schmidt"),
        ("Contact #2", ""),
        ("Anna Oakley", ""),
    ]


def test_photo_is_shown(quick_portal: Portal) -> None:
    png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
    hook = quick_portal.webhook(1, scopes="crm")
    hook.call("crm.contact.add", fields={"NAME": "Anna", "PHOTO": ["face.png", png]})
    (told,) = quick_portal.page(quick_portal.person()).call("tieline.crm.search", TYPES=["contact"]).result
    path = told["image"].removeprefix("https://portal.example:8443")
    assert quick_portal.request("GET", path).content == base64.b64decode(png)


def test_twenty_of_a_type_are_found(quick_portal: Portal) -> None:
    hook = quick_portal.webhook(1, scopes="crm")
    hook.call("batch", cmd=["crm.deal.add?fields[TITLE]=x"] * 22)
    page = quick_portal.page(quick_portal.person())
    assert found(page, "deal") == [f"D_{number}" for number in range(22, 2, -1)]


def test_search_needs_types_and_a_page(quick_portal: Portal) -> None:
    page = quick_portal.page(quick_portal.person())
    assert page.call("tieline.crm.search").error == (400, "ERROR_ARGUMENT")
    assert page.call("tieline.crm.search", TYPES=["lead"], IDS=["x"]).error == (400, "ERROR_ARGUMENT")
    assert quick_portal.webhook(1).call("tieline.crm.search", TYPES=["lead"]).error == (403, "WRONG_AUTH_TYPE")
