"""department.*: the company's structure."""

from typing import Any

import pytest

from support.portal import Client, Portal, refused

ROOT = {"ID": "1", "NAME": "tieline", "SORT": 500}
DENIED = (400, "ERROR_CORE", "Access denied")
SECOND_ROOT = (400, "ERROR_CORE", "There can only be one top-level department in the company structure")
NOT_FOUND = (400, "ERROR_CORE", "Department not found")
NO_NAME = (400, "ERROR_CORE", "Department name not provided.<br>")


@pytest.fixture
def admin(portal: Portal) -> Client:
    """A webhook of an administrator."""
    return portal.webhook(scopes="department,user")


@pytest.fixture
def quick_admin(quick_portal: Portal) -> Client:
    """The same, for what no engine can change."""
    return quick_portal.webhook(scopes="department,user")


def add(client: Client, name: str, parent: int = 1, **fields: Any) -> int:
    return client.call("department.add", NAME=name, PARENT=parent, **fields).result


def listed(client: Client, **params: Any) -> list[str]:
    return [department["NAME"] for department in client.call("department.get", **params).result]


def test_new_portal_has_the_department_at_the_top(admin: Client) -> None:
    body = admin.call("department.get").body
    assert (body["result"], body["total"]) == ([ROOT], 1)


def test_fields_are_named(quick_admin: Client) -> None:
    assert set(quick_admin.call("department.fields").result) == {"ID", "NAME", "SORT", "PARENT", "UF_HEAD"}


def test_department_is_added_and_described(admin: Client) -> None:
    number = add(admin, "R&D", SORT=450, UF_HEAD=1)
    plain = add(admin, "Sales", number)
    assert admin.call("department.get").result == [
        ROOT,
        {"ID": str(number), "NAME": "R&D", "SORT": 450, "PARENT": "1", "UF_HEAD": "1"},
        {"ID": str(plain), "NAME": "Sales", "SORT": 500, "PARENT": str(number)},
    ]


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"PARENT": 1}, NO_NAME),
        ({"PARENT": 1, "NAME": ""}, NO_NAME),
        ({"PARENT": 1, "NAME": "  "}, NO_NAME),
        ({"NAME": "A"}, SECOND_ROOT),
        ({"NAME": "A", "PARENT": 0}, SECOND_ROOT),
        ({"NAME": "A", "PARENT": 99}, SECOND_ROOT),
        ({"NAME": "A", "PARENT": "x"}, SECOND_ROOT),
        (
            {"NAME": "A", "PARENT": 1, "UF_HEAD": 99},
            (400, "ERROR_CORE", "The head of a department must be a user of the portal"),
        ),
        (
            {"NAME": "A", "PARENT": 1, "SORT": "x"},
            (400, "ERROR_ARGUMENT", "The value of an argument 'SORT' must be of type integer"),
        ),
    ],
)
def test_wrong_department_is_not_added(quick_admin: Client, fields: dict[str, Any], refusal: Any) -> None:
    assert refused(quick_admin.call("department.add", **fields)) == refusal
    assert listed(quick_admin) == ["tieline"]


def test_only_administrators_change_the_structure(quick_portal: Portal) -> None:
    hook = quick_portal.webhook(quick_portal.person(), scopes="department")
    assert refused(hook.call("department.add", NAME="A", PARENT=1)) == DENIED
    assert refused(hook.call("department.update", ID=1, NAME="A")) == DENIED
    assert refused(hook.call("department.delete", ID=1)) == DENIED
    assert listed(hook) == ["tieline"]
    assert quick_portal.webhook(scopes="user").call("department.get").error == (401, "insufficient_scope")


def test_department_is_changed(admin: Client) -> None:
    sales, team = add(admin, "Sales", UF_HEAD=1), add(admin, "Team")
    assert admin.call("department.update", ID=team, NAME="Inner team", SORT=1, PARENT=sales).result is True
    assert admin.call("department.update", ID=sales, UF_HEAD=0).result is True
    assert admin.call("department.update", ID=1, NAME="Company", PARENT=0).result is True
    assert admin.call("department.get").result == [
        {"ID": "1", "NAME": "Company", "SORT": 500},
        {"ID": str(sales), "NAME": "Sales", "SORT": 500, "PARENT": "1"},
        {"ID": str(team), "NAME": "Inner team", "SORT": 1, "PARENT": str(sales)},
    ]


def test_department_never_comes_under_itself_nor_beside_the_top(quick_admin: Client) -> None:
    first = add(quick_admin, "First")
    second = add(quick_admin, "Second", first)
    for number, parent in ((first, first), (first, second), (1, second), (first, 0), (first, 99)):
        reply = quick_admin.call("department.update", ID=number, PARENT=parent)
        assert refused(reply) == SECOND_ROOT
    assert [row.get("PARENT") for row in quick_admin.call("department.get").result] == [None, "1", str(first)]


@pytest.mark.parametrize("method", ["department.update", "department.delete"])
@pytest.mark.parametrize("number", [None, "", "abc", 99, 0])
def test_department_must_be_there(quick_admin: Client, method: str, number: Any) -> None:
    assert refused(quick_admin.call(method, ID=number, NAME="A")) == NOT_FOUND


def test_wrong_change_is_refused(quick_admin: Client) -> None:
    head = quick_admin.call("department.update", ID=1, UF_HEAD=99)
    assert refused(head) == (400, "ERROR_CORE", "The head of a department must be a user of the portal")
    assert refused(quick_admin.call("department.update", ID=1, NAME="  ")) == NO_NAME


def test_deleted_department_leaves_what_it_had_to_the_one_above(admin: Client) -> None:
    sales = add(admin, "Sales")
    team, other = add(admin, "Team", sales), add(admin, "Other")
    alone = admin.call("user.add", EMAIL="a@example.com", UF_DEPARTMENT=[sales]).result
    both = admin.call("user.add", EMAIL="b@example.com", UF_DEPARTMENT=[sales, other]).result
    assert admin.call("department.delete", ID=sales).result is True
    assert [row["ID"] for row in admin.call("department.get", PARENT=1).result] == [str(team), str(other)]
    joined = {user["ID"]: user["UF_DEPARTMENT"] for user in admin.call("user.get").result}
    assert joined == {"1": [1], str(alone): [1], str(both): [other]}
    assert refused(admin.call("department.delete", ID=sales)) == NOT_FOUND


def test_department_at_the_top_stays(quick_admin: Client) -> None:
    reply = quick_admin.call("department.delete", ID=1)
    assert refused(reply) == (400, "ERROR_CORE", "The top-level department cannot be deleted")
    assert listed(quick_admin) == ["tieline"]


LISTS: list[tuple[dict[str, Any], list[str]]] = [
    ({"sort": "NAME", "order": "DESC"}, ["tieline", "Sales", "Legal", "10"]),
    ({"SORT": "name"}, ["10", "Legal", "Sales", "tieline"]),
    ({"sort": "SORT", "order": "desc"}, ["tieline", "Legal", "Sales", "10"]),
    ({"sort": "PARENT", "SORT": 100}, ["Sales", "10"]),
    ({"sort": "UF_HEAD", "order": "DESC"}, ["Legal", "tieline", "Sales", "10"]),
    ({"sort": "nothing", "order": "up"}, ["tieline", "Sales", "10", "Legal"]),
    ({"SORT": 100}, ["Sales", "10"]),
    ({"SORT": "100"}, ["Sales", "10"]),
    ({"ID": 1}, ["tieline"]),
    ({"ID": ["1", 2]}, ["tieline", "Sales"]),
    ({"ID": "x"}, []),
    ({"NAME": "Sales"}, ["Sales"]),
    ({"NAME": "sal"}, []),
    ({"PARENT": 1}, ["Sales", "Legal"]),
    ({"PARENT": 1, "SORT": 100}, ["Sales"]),
    ({"UF_HEAD": 1}, ["Legal"]),
]


def test_departments_are_filtered_and_sorted(quick_admin: Client) -> None:
    sales = add(quick_admin, "Sales", SORT=100)
    add(quick_admin, "10", sales, SORT=100)
    add(quick_admin, "Legal", UF_HEAD=1, SORT=200)
    told = {str(params): listed(quick_admin, **params) for params, _ in LISTS}
    assert told == {str(params): expected for params, expected in LISTS}


def test_pages_are_of_fifty(quick_admin: Client) -> None:
    cmd = {str(n): f"department.add?NAME=D{n}&PARENT=1" for n in range(50)}
    assert quick_admin.call("batch", cmd=cmd).result["result_error"] == []
    first, second = (quick_admin.call("department.get", START=start).body for start in (0, 50))
    assert (len(first["result"]), first["total"], first["next"]) == (50, 51, 50)
    assert ([row["NAME"] for row in second["result"]], second["total"], "next" in second) == (["D49"], 51, False)
    fast = quick_admin.call("department.get", start=-1).body
    assert (len(fast["result"]), set(fast)) == (50, {"result", "time"})
