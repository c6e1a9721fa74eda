"""user.* and profile: people of the portal."""

from typing import Any

import pytest

from support.portal import Client, Desk, Portal

DOCUMENTED = {
    "ID": "1",
    "ACTIVE": True,
    "NAME": "Administrator",
    "LAST_NAME": "",
    "SECOND_NAME": "",
    "EMAIL": "",
    "LAST_LOGIN": "",
    "DATE_REGISTER": "2027-01-15T08:00:00+00:00",
    "TIME_ZONE": "",
    "IS_ONLINE": "N",
    "TIMESTAMP_X": "2027-01-15T08:00:00+00:00",
    "LAST_ACTIVITY_DATE": "",
    "PERSONAL_GENDER": "",
    "PERSONAL_WWW": "",
    "PERSONAL_BIRTHDAY": "",
    "PERSONAL_MOBILE": "",
    "WORK_PHONE": "",
    "WORK_POSITION": "",
    "UF_EMPLOYMENT_DATE": "",
    "UF_DEPARTMENT": [],
    "USER_TYPE": "employee",
}
BRIEF = {
    *("ID", "ACTIVE", "NAME", "LAST_NAME", "SECOND_NAME", "TIME_ZONE", "IS_ONLINE", "LAST_ACTIVITY_DATE"),
    *("PERSONAL_GENDER", "PERSONAL_PHOTO", "WORK_POSITION", "UF_DEPARTMENT", "USER_TYPE"),
}
BASIC = BRIEF | {"EMAIL", "LAST_LOGIN", "DATE_REGISTER", "PERSONAL_MOBILE", "PERSONAL_WWW", "WORK_PHONE"}
METHODS = ["user.current", "user.get", "user.search"]


@pytest.fixture
def hook(portal: Portal) -> Client:
    """A webhook that sees everything of people."""
    return portal.webhook(scopes="user")


@pytest.fixture
def quick_hook(quick_portal: Portal) -> Client:
    """The same, for what no engine can change."""
    return quick_portal.webhook(scopes="user")


def names(client: Client, method: str = "user.get", **params: Any) -> list[str]:
    return [user["NAME"] for user in client.call(method, **params).result]


class Town:
    """Some people, who registered a day after each other."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.ids = []
        for name in ("Anna Weber", "Änne O_Neil", "Klaus 100% Weber", "Zoë \\ Ng"):
            portal.clock.move(86_400_000)
            self.ids.append(portal.person(name))
        self.dismiss(self.ids[2])

    def dismiss(self, person: int) -> None:
        """Switch a person off."""
        self.portal.write(lambda tx: (tx.run("update users set active = 0 where id = :id", id=person), tx.touch(1)))


@pytest.fixture
def town(portal: Portal) -> Town:
    """Four people beside the administrator."""
    return Town(portal)


@pytest.mark.difference(14)
def test_current_user_is_described(hook: Client) -> None:
    told = hook.call("user.current").result
    assert {name: told[name] for name in DOCUMENTED} == DOCUMENTED


def test_people_are_listed(portal: Portal, hook: Client) -> None:
    portal.person("Anna Weber")
    body = hook.call("user.get").body
    assert [user["ID"] for user in body["result"]] == ["1", "2"]
    assert (body["total"], "next" in body) == (2, False)
    assert {name: body["result"][0][name] for name in DOCUMENTED} == DOCUMENTED


def test_customers_are_no_people(desk: Desk) -> None:
    desk.write_in()
    assert names(desk.portal.webhook(scopes="user")) == ["Administrator", "Klaus"]


@pytest.mark.parametrize(("scope", "fields"), [("user_brief", BRIEF), ("user_basic", BASIC)])
@pytest.mark.parametrize("method", METHODS)
def test_scope_says_which_fields_are_told(quick_portal: Portal, method: str, scope: str, fields: set[str]) -> None:
    result = quick_portal.webhook(scopes=scope).call(method).result
    assert set(result[0] if isinstance(result, list) else result) == fields


@pytest.mark.parametrize("method", METHODS)
def test_people_are_told_to_nobody_without_a_scope(quick_portal: Portal, method: str) -> None:
    assert quick_portal.webhook(scopes="im").call(method).error == (401, "insufficient_scope")


def test_presence_is_that_of_the_pages(portal: Portal, hook: Client) -> None:
    person = portal.person()
    portal.page(person)
    told = hook.call("user.get", ID=person).result[0]
    assert (told["IS_ONLINE"], told["LAST_ACTIVITY_DATE"]) == ("Y", "2027-01-15 08:00:00")
    assert told["LAST_LOGIN"] == "2027-01-15T08:00:00+00:00"
    portal.clock.move(15 * 60_000)
    assert hook.call("user.get", ID=person).result[0]["IS_ONLINE"] == "N"


ADMIN, ANNA, AENNE, KLAUS, ZOE = "Administrator", "Anna", "Änne", "Klaus", "Zoë"
ALL = [ADMIN, ANNA, AENNE, KLAUS, ZOE]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({}, ALL),
        ({"ID": 1}, [ADMIN]),
        ({"ID": "1"}, [ADMIN]),
        ({"ID": [1, 2, 99]}, [ADMIN, ANNA]),
        ({"@ID": ["1", "2"]}, [ADMIN, ANNA]),
        ({"@ID": "2"}, [ANNA]),
        ({"!ID": 1}, ALL[1:]),
        ({"!ID": [1, 2]}, ALL[2:]),
        ({"!@ID": [1, 2]}, ALL[2:]),
        ({"!@ID": []}, ALL),
        ({"@ID": []}, []),
        ({">ID": 3}, [KLAUS, ZOE]),
        ({">=ID": 4, "<ID": "5"}, [KLAUS]),
        ({"<=ID": 1}, [ADMIN]),
        ({"ID": "abc"}, []),
        ({"%ID": "1"}, [ADMIN]),
        ({"ACTIVE": True}, [ADMIN, ANNA, AENNE, ZOE]),
        ({"ACTIVE": "N"}, [KLAUS]),
        ({"!ACTIVE": "Y"}, [KLAUS]),
        ({"NAME": "Anna"}, [ANNA]),
        ({"NAME": "anna"}, []),
        ({"=NAME": ["Anna", "Klaus"]}, [ANNA, KLAUS]),
        ({"%NAME": "NN"}, [ANNA, AENNE]),
        ({"%NAME": "ä"}, [AENNE]),
        ({"%NAME": "Ä"}, [AENNE]),
        ({"!%NAME": "nn"}, [ADMIN, KLAUS, ZOE]),
        ({"=%NAME": "an%"}, [ANNA]),
        ({"%=NAME": "%a"}, [ANNA]),
        ({"=%NAME": "nn"}, []),
        ({"!=%NAME": "a%"}, [AENNE, KLAUS, ZOE]),
        ({"!%=NAME": "%s"}, [ADMIN, ANNA, AENNE, ZOE]),
        ({"%LAST_NAME": "%"}, [KLAUS]),
        ({"%LAST_NAME": "_"}, [AENNE]),
        ({"%LAST_NAME": "\\"}, [ZOE]),
        ({"EMAIL": "person1@example.com"}, [ANNA]),
        ({">DATE_REGISTER": "2027-01-17T08:00:00+00:00"}, [KLAUS, ZOE]),
        ({">=DATE_REGISTER": "2027-01-17T09:00:00+01:00", "<DATE_REGISTER": "2027-01-19"}, [AENNE, KLAUS]),
        ({">DATE_REGISTER": "yesterday"}, []),
        ({"LAST_LOGIN": "2027-01-17"}, []),
        ({"USER_TYPE": "employee"}, ALL),
        ({"USER_TYPE": ["employee", "extranet"]}, ALL),
        ({"USER_TYPE": "extranet"}, []),
        ({"NAME_SEARCH": "weber"}, [ANNA, KLAUS]),
        ({"UF_UNKNOWN": "x"}, ALL),
        ({"ACTIVE": "Y", "%LAST_NAME": "weber"}, [ANNA]),
    ],
)
def test_people_are_filtered(town: Town, condition: dict[str, Any], found: list[str]) -> None:
    reply = town.portal.webhook(scopes="user").call("user.get", FILTER=condition)
    assert [user["NAME"] for user in reply.result] == found
    assert reply.body["total"] == len(found)


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"FILTER": {"NAME": "nn"}}, [ANNA, AENNE]),
        ({"FILTER": {"LAST_NAME": "weber"}}, [ANNA, KLAUS]),
        ({"FILTER": {"NAME": "k", "LAST_NAME": "w"}}, [KLAUS]),
        ({"FILTER": {"ID": 2}}, [ANNA]),
        ({"FILTER": {"ACTIVE": False}}, [KLAUS]),
        ({"FILTER": {"FIND": "ÄNNE o_"}}, [AENNE]),
        ({"FIND": "person2@"}, [AENNE]),
        ({"FIND": "zoë \\ ng"}, [ZOE]),
        ({"FIND": "nobody"}, []),
        ({"FIND": ""}, ALL),
        ({}, ALL),
    ],
)
def test_people_are_found_by_parts_of_their_names(town: Town, params: dict[str, Any], found: list[str]) -> None:
    assert names(town.portal.webhook(scopes="user"), "user.search", **params) == found


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"sort": "ID", "order": "DESC"}, ALL[::-1]),
        ({"SORT": "last_name", "ORDER": "asc", "FILTER": {"!LAST_NAME": ""}}, [KLAUS, AENNE, ANNA, ZOE]),
        ({"sort": "ACTIVE", "order": "ASC"}, [KLAUS, ADMIN, ANNA, AENNE, ZOE]),
        ({"sort": "DATE_REGISTER", "order": "desc"}, ALL[::-1]),
        ({"sort": "nothing", "order": "up"}, ALL),
    ],
)
def test_people_are_sorted(town: Town, params: dict[str, Any], found: list[str]) -> None:
    assert names(town.portal.webhook(scopes="user"), **params) == found


@pytest.mark.parametrize(
    ("select", "fields"),
    [
        (["NAME"], {"ID", "NAME"}),
        ({"0": "NAME", "1": "EMAIL"}, {"ID", "NAME", "EMAIL"}),
        (["NAME", "NOTHING"], {"ID", "NAME"}),
        ([], set(DOCUMENTED) | {"PERSONAL_PHOTO"}),
        (["*"], set(DOCUMENTED) | {"PERSONAL_PHOTO"}),
        (["NAME", "*"], set(DOCUMENTED) | {"PERSONAL_PHOTO"}),
    ],
)
def test_fields_are_selected(quick_hook: Client, select: Any, fields: set[str]) -> None:
    assert set(quick_hook.call("user.get", select=select).result[0]) == fields


def test_pages_are_of_fifty(portal: Portal, hook: Client) -> None:
    for _ in range(120):
        portal.person()
    pages = [hook.call("user.get", start=start).body for start in (0, 50, 100, 150)]
    assert [len(page["result"]) for page in pages] == [50, 50, 21, 0]
    assert [page.get("next") for page in pages] == [50, 100, None, None]
    assert {page["total"] for page in pages} == {121}
    found = [user["ID"] for page in pages for user in page["result"]]
    assert found == [str(number) for number in range(1, 122)]


def test_counting_is_skipped_on_demand(portal: Portal, hook: Client) -> None:
    for _ in range(60):
        portal.person()
    for start in (-1, "-1"):
        body = hook.call("user.get", start=start).body
        assert (len(body["result"]), set(body)) == (50, {"result", "time"})


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"FILTER": "abc"}, "The value of an argument 'FILTER' must be of type array"),
        ({"FILTER": {">NAME": ["a", "b"]}}, "The value of an argument 'FILTER' must be of type scalar"),
        ({"select": "NAME"}, "The value of an argument 'select' must be of type array"),
        ({"start": "abc"}, "The value of an argument 'start' must be of type integer"),
        ({"sort": ["ID"]}, "The value of an argument 'sort' must be of type string"),
    ],
)
def test_wrong_parameter_is_named(quick_hook: Client, params: dict[str, Any], text: str) -> None:
    reply = quick_hook.call("user.get", **params)
    assert (*reply.error, reply.text) == (400, "ERROR_ARGUMENT", text)


@pytest.mark.difference(22)
@pytest.mark.parametrize(
    "params",
    [{"FILTER": {"IS_ONLINE": "Y"}}, {"FILTER": {"UF_SKYPE": "x"}}, {"ADMIN_MODE": "N"}, {"IMAGE_RESIZE": "small"}],
)
def test_some_conditions_have_no_effect(quick_hook: Client, params: dict[str, Any]) -> None:
    assert quick_hook.call("user.get", **params).result == quick_hook.call("user.get").result != []


def test_profile_is_open_to_everybody(portal: Portal) -> None:
    person = portal.person("Klaus Weber")
    assert portal.webhook(scopes="").call("profile").result["ADMIN"] is True
    told = portal.webhook(person, scopes="im").call("profile").result
    expected = {
        "ID": str(person),
        "ADMIN": False,
        "NAME": "Klaus",
        "LAST_NAME": "Weber",
        "PERSONAL_GENDER": "",
        "TIME_ZONE": "",
    }
    assert {name: told[name] for name in expected} == expected
