"""im.department.* and im.search.department.list: departments and colleagues in the messenger."""

from typing import Any

import pytest

from support.portal import Client, Portal, refused

METHODS = ["im.department.get", "im.department.employees.get", "im.department.managers.get"]
EMPTY = (400, "ID_EMPTY", "Department ID can't be empty")
MALFORMED = (400, "INVALID_FORMAT", "A wrong format for the ID field is passed")


class Company:
    """A company: sales with a team below it, and a department with nobody in it."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.admin = portal.webhook(scopes="user,department,im")
        self.head, self.leader, self.anna, self.gone = (portal.person(n) for n in ("Head", "Leader", "Anna", "Gone"))
        self.sales = self.add("Sales", 1, self.head)
        self.team = self.add("Inner team", self.sales, self.leader)
        self.empty = self.add("Empty", 1)
        self.put(self.head, self.sales)
        self.put(self.leader, self.team)
        self.put(self.anna, self.team)
        self.put(self.gone, self.team, ACTIVE="N")

    def add(self, name: str, parent: int, head: int = 0) -> int:
        """Add a department."""
        return self.admin.call("department.add", NAME=name, PARENT=parent, UF_HEAD=head).result

    def put(self, person: int, *departments: int, **fields: Any) -> None:
        """Let a person belong to departments."""
        assert self.admin.call("user.update", ID=person, UF_DEPARTMENT=list(departments), **fields).result is True

    def of(self, person: int) -> Client:
        """Return a webhook of a person's."""
        return self.portal.webhook(person, scopes="im")


@pytest.fixture
def company(portal: Portal) -> Company:
    """A company on each engine."""
    return Company(portal)


@pytest.fixture
def quick_company(quick_portal: Portal) -> Company:
    """A company on SQLite alone."""
    return Company(quick_portal)


def test_departments_are_described(quick_company: Company) -> None:
    company = quick_company
    hook = company.of(company.anna)
    assert hook.call("im.department.get", ID=[company.team, company.empty, 99, "x"]).result == [
        {
            "id": company.team,
            "name": "Inner team",
            "full_name": "Inner team / Sales / tieline",
            "manager_user_id": company.leader,
        },
        {"id": company.empty, "name": "Empty", "full_name": "Empty / tieline", "manager_user_id": 0},
    ]


def test_departments_are_described_with_their_heads(quick_company: Company) -> None:
    company = quick_company
    hook = company.of(company.anna)
    team, empty = hook.call("im.department.get", ID=[company.team, company.empty], USER_DATA="Y").result
    assert team["manager_user_data"]["id"] == company.leader
    assert empty["manager_user_data"] is None


def test_people_of_departments(company: Company) -> None:
    hook = company.of(company.anna)
    ids = [company.team, company.sales, company.empty, 1, 99]
    assert hook.call("im.department.employees.get", ID=ids).result == {
        str(company.team): [company.leader, company.anna],
        str(company.sales): [company.head],
        str(company.empty): [],
        "1": [1],
    }
    assert hook.call("im.department.managers.get", ID=ids).result == {
        str(company.team): [company.leader],
        str(company.sales): [company.head],
        str(company.empty): [],
        "1": [],
    }
    for method in METHODS:
        assert hook.call(method, ID=[99]).result == []


def test_head_of_a_department_is_of_it(quick_company: Company) -> None:
    company = quick_company
    company.put(company.head, 1)
    found = company.of(company.anna).call("im.department.employees.get", ID=[company.sales]).result
    assert found == {str(company.sales): [company.head]}


def test_dismissed_head_heads_nobody(quick_company: Company) -> None:
    company = quick_company
    company.put(company.head, company.sales, ACTIVE="N")
    hook = company.of(company.anna)
    for method in ("im.department.employees.get", "im.department.managers.get"):
        assert hook.call(method, ID=[company.sales]).result == {str(company.sales): []}


def test_people_are_described_as_the_messenger_does(company: Company) -> None:
    facts = {"PERSONAL_BIRTHDAY": "1990-04-06", "WORK_PHONE": "1415", "UF_PHONE_INNER": "222", "PERSONAL_MOBILE": "7"}
    company.put(company.leader, company.team, 1, PERSONAL_WWW="example.com", PERSONAL_GENDER="F", **facts)
    hook = company.of(company.anna)
    told = hook.call("im.department.managers.get", ID=[company.team], USER_DATA="Y").result[str(company.team)]
    expected = {
        "id": company.leader,
        "active": True,
        "name": "Leader",
        "first_name": "Leader",
        "last_name": "",
        "avatar": "",
        "gender": "F",
        "birthday": "06-04",
        "extranet": False,
        "bot": False,
        "connector": False,
        "departments": [company.team, 1],
        "phones": {"work_phone": "1415", "personal_mobile": "7", "inner_phone": "222"},
        "type": "user",
        "website": "example.com",
        "email": company.portal.email(company.leader),
    }
    assert len(told) == 1
    assert {name: told[0][name] for name in expected} == expected
    anna = hook.call("im.department.employees.get", ID=[company.team], USER_DATA="Y").result[str(company.team)][1]
    assert (anna["birthday"], anna["phones"], anna["departments"]) == ("", False, [company.team])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("given", [None, "", [], {}, "abc", "5", 5, "[]", '{"a": "b"}', ["x"], [[1]], [-1], ["1.5"]])
def test_departments_must_be_named(quick_portal: Portal, method: str, given: Any) -> None:
    hook = quick_portal.webhook(scopes="im")
    expected = MALFORMED if method == "im.department.get" else EMPTY
    assert refused(hook.call(method, ID=given)) == expected


@pytest.mark.parametrize("given", [[1], ["1"], "[1]", '["1"]', {"0": "1"}, [1, 1]])
def test_departments_are_named_by_a_list_or_its_text(quick_portal: Portal, given: Any) -> None:
    hook = quick_portal.webhook(scopes="im")
    assert hook.call("im.department.employees.get", ID=given).result == {"1": [1]}


def test_colleagues_are_of_the_same_departments(company: Company) -> None:
    body = company.of(company.anna).call("im.department.colleagues.list").body
    assert (body["result"], body["total"], "next" in body) == ([company.leader], 1, False)


def test_head_sees_those_below_and_all_other_heads(company: Company) -> None:
    body = company.of(company.head).call("im.department.colleagues.list").body
    assert (body["result"], body["total"]) == ([company.leader, company.anna], 2)
    body = company.of(company.leader).call("im.department.colleagues.list").body
    assert body["result"] == [company.head, company.anna]


def test_colleagues_come_in_pages(quick_company: Company) -> None:
    company = quick_company
    others = [company.portal.person() for _ in range(52)]
    hook, people = company.portal.webhook(scopes="im"), others
    for params, shown, following in [
        ({}, people[:10], 10),
        ({"LIMIT": 5, "OFFSET": 5}, people[5:10], 10),
        ({"LIMIT": 500}, people[:50], 50),
        ({"LIMIT": 0, "OFFSET": -5}, people[:10], 10),
        ({"OFFSET": 50}, people[50:], None),
    ]:
        body = hook.call("im.department.colleagues.list", **params).body
        assert (body["result"], body["total"], body.get("next")) == (shown, 52, following)
    told = hook.call("im.department.colleagues.list", USER_DATA="Y", LIMIT=1).result
    assert [user["id"] for user in told] == people[:1]


@pytest.mark.parametrize("method", [*METHODS, "im.department.colleagues.list"])
def test_methods_are_for_people_alone(quick_portal: Portal, method: str) -> None:
    app = quick_portal.app("im")
    quick_portal.write(lambda tx: (tx.run("update users set kind = 'bot' where id = 1"), tx.touch(1)))
    expected = (403, "ACCESS_ERROR", "Only intranet users have access to this method.")
    assert refused(app.call(method, ID=[1])) == expected


@pytest.mark.parametrize(
    ("find", "found"),
    [
        ("sales", ["Sales", "Inner team"]),
        ("SAL inn", ["Inner team"]),
        ("team", ["Inner team"]),
        ("ales", []),
        ("tieline", ["tieline", "Sales", "Inner team", "Empty"]),
        ("", ["tieline", "Sales", "Inner team", "Empty"]),
        ("s", ["tieline", "Sales", "Inner team", "Empty"]),
    ],
)
def test_departments_are_found_by_beginnings_of_words(quick_company: Company, find: str, found: list[str]) -> None:
    body = quick_company.of(quick_company.anna).call("im.search.department.list", FIND=find).body
    assert ([one["name"] for one in body["result"]], body["total"]) == (found, len(found))


def test_found_departments_come_in_pages_with_their_heads(quick_company: Company) -> None:
    company = quick_company
    hook = company.of(company.anna)
    body = hook.call("im.search.department.list", FIND="tieline", LIMIT=2, OFFSET=1, USER_DATA="Y").body
    assert (body["total"], body["next"]) == (4, 3)
    assert [(one["id"], one["full_name"]) for one in body["result"]] == [
        (company.sales, "Sales / tieline"),
        (company.team, "Inner team / Sales / tieline"),
    ]
    assert [one["manager_user_data"]["id"] for one in body["result"]] == [company.head, company.leader]


def test_phrase_to_search_for_must_be_given(quick_portal: Portal) -> None:
    reply = quick_portal.webhook(scopes="im").call("im.search.department.list")
    assert refused(reply) == (400, "FIND_SHORT", "Too short a search phrase.")
