"""user.* and profile: people of the portal."""

from typing import Any

import pytest

from support.portal import Client, Desk, Portal, Reply

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
    "UF_DEPARTMENT": [1],
    "USER_TYPE": "employee",
}
BRIEF = set(
    """ID XML_ID ACTIVE NAME LAST_NAME SECOND_NAME TITLE IS_ONLINE TIME_ZONE PERSONAL_PHOTO TIMESTAMP_X DATE_REGISTER
    PERSONAL_PROFESSION PERSONAL_GENDER PERSONAL_BIRTHDAY PERSONAL_CITY PERSONAL_STATE PERSONAL_COUNTRY WORK_POSITION
    WORK_CITY WORK_STATE WORK_COUNTRY LAST_ACTIVITY_DATE UF_EMPLOYMENT_DATE UF_TIMEMAN UF_SKILLS UF_INTERESTS
    UF_DEPARTMENT UF_PHONE_INNER USER_TYPE""".split()  # noqa: SIM905
)
BASIC = BRIEF | set(
    """EMAIL PERSONAL_PHONE WORK_PHONE WORK_COMPANY PERSONAL_FAX PERSONAL_MOBILE PERSONAL_PAGER PERSONAL_STREET
    PERSONAL_MAILBOX PERSONAL_ZIP PERSONAL_NOTES WORK_DEPARTMENT WORK_WWW WORK_FAX WORK_PAGER WORK_STREET WORK_MAILBOX
    WORK_ZIP WORK_PROFILE WORK_LOGO WORK_NOTES UF_DISTRICT UF_SKYPE UF_SKYPE_LINK UF_ZOOM UF_TWITTER UF_FACEBOOK
    UF_LINKEDIN UF_XING UF_WEB_SITES""".split()  # noqa: SIM905
)
FULL = BASIC | {"LAST_LOGIN", "PERSONAL_WWW", "PERSONAL_ICQ"}
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
        admin = portal.webhook(scopes="user,department")
        sales = admin.call("department.add", NAME="Sales", PARENT=1).result
        for name in ("Anna Weber", "Änne O_Neil", "Klaus 100% Weber", "Zoë \\ Ng"):
            portal.clock.move(86_400_000)
            self.ids.append(portal.person(name))
        anna, aenne, klaus, zoe = self.ids
        told: dict[int, dict[str, Any]] = {
            anna: {"PERSONAL_CITY": "Köln", "PERSONAL_BIRTHDAY": "1990-01-31", "UF_DEPARTMENT": [1, sales]},
            aenne: {"PERSONAL_CITY": "Bonn", "PERSONAL_BIRTHDAY": "2001-12-01", "PERSONAL_GENDER": "F"},
            klaus: {"ACTIVE": "N", "UF_PHONE_INNER": "42", "UF_DEPARTMENT": sales},
            zoe: {"SECOND_NAME": "Maria", "PERSONAL_GENDER": "F", "PERSONAL_MOBILE": "+49 1"},
        }
        for person, fields in told.items():
            assert admin.call("user.update", ID=person, **fields).result is True
        portal.page(aenne)


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


@pytest.mark.parametrize(("scope", "fields"), [("user_brief", BRIEF), ("user_basic", BASIC), ("user", FULL)])
@pytest.mark.parametrize("method", [*METHODS, "user.fields"])
def test_scope_says_which_fields_are_told(quick_portal: Portal, method: str, scope: str, fields: set[str]) -> None:
    result = quick_portal.webhook(scopes=scope).call(method).result
    assert set(result[0] if isinstance(result, list) else result) == fields


@pytest.mark.parametrize("method", [*METHODS, "user.fields"])
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


FILTERS = [
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
    ({">LAST_LOGIN": "2027-01-17"}, [AENNE]),
    ({"!LAST_LOGIN": "2027-01-17"}, ALL),
    ({">DATE_REGISTER": "17.01.2027 08:00:00"}, [KLAUS, ZOE]),
    ({">TIMESTAMP_X": "2027-01-18"}, ALL[1:]),
    ({">LAST_ACTIVITY_DATE": "2027-01-01"}, [AENNE]),
    ({"IS_ONLINE": "Y"}, [AENNE]),
    ({"IS_ONLINE": "N"}, [ADMIN, ANNA, KLAUS, ZOE]),
    ({"!IS_ONLINE": "Y"}, [ADMIN, ANNA, KLAUS, ZOE]),
    ({"PERSONAL_CITY": "Köln"}, [ANNA]),
    ({"PERSONAL_CITY": ["Köln", "Bonn"]}, [ANNA, AENNE]),
    ({"!PERSONAL_CITY": "Köln"}, [ADMIN, AENNE, KLAUS, ZOE]),
    ({"!@PERSONAL_CITY": ["Köln", "Bonn"]}, [ADMIN, KLAUS, ZOE]),
    ({"%PERSONAL_CITY": "ÖL"}, [ANNA]),
    ({"!%PERSONAL_CITY": "n"}, [ADMIN, KLAUS, ZOE]),
    ({"PERSONAL_CITY": ""}, [ADMIN, KLAUS, ZOE]),
    ({"!PERSONAL_CITY": ""}, [ANNA, AENNE]),
    ({">=PERSONAL_BIRTHDAY": "2000-01-01T00:00:00+02:00"}, [AENNE]),
    ({"PERSONAL_BIRTHDAY": "31.01.1990"}, [ANNA]),
    ({"PERSONAL_BIRTHDAY": "soon"}, []),
    ({"PERSONAL_GENDER": "F"}, [AENNE, ZOE]),
    ({"SECOND_NAME": "Maria"}, [ZOE]),
    ({"PERSONAL_MOBILE": "+49 1"}, [ZOE]),
    ({"UF_PHONE_INNER": "42"}, [KLAUS]),
    ({"UF_DEPARTMENT": 1}, [ADMIN, ANNA, AENNE, ZOE]),
    ({"UF_DEPARTMENT": ["2"]}, [ANNA, KLAUS]),
    ({"!UF_DEPARTMENT": 2}, [ADMIN, AENNE, ZOE]),
    ({"UF_DEPARTMENT": "none"}, []),
    ({"UF_DEPARTMENT": "9" * 30}, []),
    ({"UF_DEPARTMENT_NAME": "Sales"}, [ANNA, KLAUS]),
    ({"!USER_TYPE": "employee"}, []),
    ({"!USER_TYPE": "email"}, ALL),
    ({"NAME_SEARCH": "sales"}, [ANNA, KLAUS]),
    ({"FIND": "nobody"}, ALL),
    ({"=!NAME": "x"}, ALL),
    ({"USER_TYPE": "employee"}, ALL),
    ({"USER_TYPE": ["employee", "extranet"]}, ALL),
    ({"USER_TYPE": "extranet"}, []),
    ({"NAME_SEARCH": "weber"}, [ANNA, KLAUS]),
    ({"UF_UNKNOWN": "x"}, ALL),
    ({"ACTIVE": "Y", "%LAST_NAME": "weber"}, [ANNA]),
]


def found(reply: Reply) -> list[str]:
    """Return the names of a list's people, whose total must be right."""
    listed = [user["NAME"] for user in reply.result]
    assert reply.body["total"] == len(listed)
    return listed


def test_people_are_filtered(town: Town) -> None:
    hook = town.portal.webhook(scopes="user")
    told = {str(condition): found(hook.call("user.get", FILTER=condition)) for condition, _ in FILTERS}
    assert told == {str(condition): expected for condition, expected in FILTERS}


SEARCHES = [
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
    ({"FILTER": {"FIND": "sal", "NAME": "nobody"}}, [ANNA, KLAUS]),
    ({"FILTER": {"FIND": "maria"}}, [ZOE]),
    ({"FILTER": {"UF_DEPARTMENT_NAME": "sale"}}, [ANNA, KLAUS]),
    ({"FILTER": {"UF_DEPARTMENT_NAME": ["Sales", "tieline"], "NAME": "a"}}, [ADMIN, ANNA, KLAUS]),
    ({"FILTER": {"PERSONAL_CITY": "onn"}}, [AENNE]),
    ({"FILTER": {"USER_TYPE": "email"}}, []),
    ({}, ALL),
]


def test_people_are_found_by_parts_of_their_names(town: Town) -> None:
    hook = town.portal.webhook(scopes="user")
    told = {str(params): found(hook.call("user.search", **params)) for params, _ in SEARCHES}
    assert told == {str(params): expected for params, expected in SEARCHES}


SORTS = [
    ({"sort": "ID", "order": "DESC"}, ALL[::-1]),
    ({"SORT": "last_name", "ORDER": "asc", "FILTER": {"!LAST_NAME": ""}}, [KLAUS, AENNE, ANNA, ZOE]),
    ({"sort": "ACTIVE", "order": "ASC"}, [KLAUS, ADMIN, ANNA, AENNE, ZOE]),
    ({"sort": "DATE_REGISTER", "order": "desc"}, ALL[::-1]),
    ({"sort": "PERSONAL_CITY", "order": "DESC"}, [ANNA, AENNE, ADMIN, KLAUS, ZOE]),
    ({"sort": "LAST_LOGIN", "order": "ASC"}, [ADMIN, ANNA, KLAUS, ZOE, AENNE]),
    ({"sort": "LAST_LOGIN", "order": "DESC"}, [AENNE, ADMIN, ANNA, KLAUS, ZOE]),
    ({"sort": "UF_DEPARTMENT", "order": "DESC"}, [KLAUS, ADMIN, ANNA, AENNE, ZOE]),
    ({"sort": "nothing", "order": "up"}, ALL),
]


def test_people_are_sorted(town: Town) -> None:
    hook = town.portal.webhook(scopes="user")
    told = {str(params): found(hook.call("user.get", **params)) for params, _ in SORTS}
    assert told == {str(params): expected for params, expected in SORTS}


@pytest.mark.parametrize(
    ("select", "fields"),
    [
        (["NAME"], {"ID", "NAME"}),
        ({"0": "NAME", "1": "EMAIL"}, {"ID", "NAME", "EMAIL"}),
        (["NAME", "NOTHING"], {"ID", "NAME"}),
        ([], FULL),
        (["*"], FULL),
        (["NAME", "*"], FULL),
        (["UF_*", "NAME"], {"ID", "NAME", *(name for name in FULL if name.startswith("UF_"))}),
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
        ({"FILTER": {"%UF_DEPARTMENT_NAME": ["a"]}}, "The value of an argument 'FILTER' must be of type scalar"),
        (
            {"FILTER": {f"{'!' * n}NAME": "a" for n in range(51)}},
            "The value of an argument 'FILTER' must be of type array of at most 50 conditions",
        ),
        ({"select": "NAME"}, "The value of an argument 'select' must be of type array"),
        ({"start": "abc"}, "The value of an argument 'start' must be of type integer"),
        ({"sort": ["ID"]}, "The value of an argument 'sort' must be of type string"),
    ],
)
def test_wrong_parameter_is_named(quick_hook: Client, params: dict[str, Any], text: str) -> None:
    reply = quick_hook.call("user.get", **params)
    assert (*reply.error, reply.text) == (400, "ERROR_ARGUMENT", text)


@pytest.mark.parametrize("params", [{"FILTER": {"EMAIL": "a@example.com"}}, {"sort": "EMAIL"}])
def test_what_a_scope_hides_is_neither_filtered_nor_sorted_by(quick_portal: Portal, params: dict[str, Any]) -> None:
    quick_portal.person("Klaus")
    quick_portal.webhook(scopes="user").call("user.update", ID=quick_portal.person("Anna"), EMAIL="a@example.com")
    assert names(quick_portal.webhook(scopes="user_brief"), **params) == [ADMIN, KLAUS, ANNA]
    assert names(quick_portal.webhook(scopes="user_basic"), **params) in ([ANNA], [ADMIN, ANNA, KLAUS])


def test_search_looks_into_no_address_that_a_scope_hides(quick_portal: Portal) -> None:
    quick_portal.webhook(scopes="user").call("user.update", ID=quick_portal.person("Anna"), EMAIL="anna@secret.example")
    found = {
        scope: names(quick_portal.webhook(scopes=scope), "user.search", FIND="secret.example")
        for scope in ("user", "user_basic", "user_brief")
    }
    assert found == {"user": [ANNA], "user_basic": [ANNA], "user_brief": []}


def test_longest_filter_is_read(hook: Client) -> None:
    prefixes = ["", "=", "!", "!=", "@", "!@"]
    keys = [f"{prefix}{name}" for prefix in prefixes for name in DOCUMENTED if name.startswith(("PERSONAL", "WORK"))]
    keys += [f"{prefix}{name}" for prefix in prefixes for name in ("NAME", "LAST_NAME", "EMAIL")]
    condition = {key: [str(n) for n in range(500)] for key in keys[:50]}
    assert len(condition) == 50
    assert hook.call("user.get", FILTER=condition).result == []


def test_fields_are_named(quick_hook: Client) -> None:
    told = quick_hook.call("user.fields").result
    assert set(told) == FULL
    assert all(isinstance(label, str) and label for label in told.values())


@pytest.mark.difference(44)
def test_administrators_mode_and_sizes_of_photos_change_nothing(quick_hook: Client) -> None:
    plain = quick_hook.call("user.get").result
    assert quick_hook.call("user.get", ADMIN_MODE="True", IMAGE_RESIZE="small").result == plain
