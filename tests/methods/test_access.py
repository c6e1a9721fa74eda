"""profile, user.admin, user.access and access.name: what the caller is and may do."""

from typing import Any

import pytest

from support.portal import Client, Portal


@pytest.fixture
def klaus(quick_portal: Portal) -> Client:
    """A webhook without scopes, of a person who is no administrator: number 2, in department 3 below department 2."""
    admin = quick_portal.webhook(scopes="department,user")
    person = quick_portal.person("Klaus Weber")
    for parent in (1, 2):
        admin.call("department.add", NAME=f"Below {parent}", PARENT=parent)
    admin.call("user.update", ID=person, UF_DEPARTMENT=[3])
    return quick_portal.webhook(person, scopes="")


def test_profile_is_open_to_everybody(quick_portal: Portal) -> None:
    person = quick_portal.person("Klaus Weber")
    assert quick_portal.webhook(scopes="").call("profile").result["ADMIN"] is True
    told = quick_portal.webhook(person, scopes="im").call("profile").result
    expected = {
        "ID": str(person),
        "ADMIN": False,
        "NAME": "Klaus",
        "LAST_NAME": "Weber",
        "PERSONAL_GENDER": "",
        "TIME_ZONE": "",
    }
    assert {name: told[name] for name in expected} == expected


@pytest.mark.parametrize("method", ["profile", "user.admin", "user.access", "access.name"])
def test_methods_are_open_to_every_scope(quick_portal: Portal, method: str) -> None:
    assert quick_portal.webhook(scopes="").call(method, ACCESS=["AU"]).status == 200


def test_administrators_know_that_they_are(klaus: Client) -> None:
    assert klaus.call("user.admin").result is False
    assert klaus.portal.webhook(scopes="").call("user.admin").result is True


@pytest.mark.parametrize(
    ("codes", "has"),
    [
        (["AU"], True),
        (["UA"], True),
        (["G2"], True),
        (["G1"], False),
        (["U2"], True),
        (["U1"], False),
        (["U1", "U2"], True),
        ({"0": "U2"}, True),
        (["D3"], True),
        (["D2"], False),
        (["DR3"], True),
        (["DR2"], True),
        (["DR1"], True),
        (["DR99"], False),
        (["U"], False),
        (["U" + "9" * 40], False),
        (["X2"], False),
        (["2"], False),
        ([["U2"]], False),
        ([], False),
        ("AU", False),
        (None, False),
    ],
)
def test_access_is_checked(klaus: Client, codes: Any, has: bool) -> None:
    assert klaus.call("user.access", ACCESS=codes).result is has
    assert klaus.portal.webhook(scopes="").call("user.access", ACCESS=codes).result is True


def test_access_codes_are_named(klaus: Client) -> None:
    codes = ["G2", "AU", "U2", "D3", "DR2", "G1", "U99", "D99", "X1", "AU"]
    told = klaus.call("access.name", ACCESS=codes).result
    assert list(told) == ["G2", "AU", "U2", "D3", "DR2", "G1"]
    assert told["G2"] == {"provider": "", "name": "All visitors", "provider_id": "other"}
    assert told["AU"] == {"provider": "", "name": "All authorized users", "provider_id": "other"}
    assert told["U2"] == {"provider": "Users", "name": "Klaus Weber", "provider_id": "user"}
    assert (told["D3"]["name"], told["D3"]["provider_id"]) == ("Below 2", "intranet")
    assert told["DR2"]["name"].startswith("Below 1")


@pytest.mark.parametrize(("codes", "told"), [(None, False), ([], False), ("AU", False), (["U99"], [])])
def test_nothing_is_named_where_there_is_nothing(klaus: Client, codes: Any, told: Any) -> None:
    assert klaus.call("access.name", ACCESS=codes).result == told
