"""Departments and who belongs to them."""

from tieline.domain.departments import Department
from tieline.store.engine import Tx
from tieline.store.filters import among


def add_department(tx: Tx, portal_id: int, *, name: str, sort: int, parent_id: int, head_id: int, now: int) -> int:
    """Add a department; returns its id."""
    row = tx.one(
        """insert into departments (portal_id, name, sort, parent_id, head_id, created_at)
        values (:portal, :name, :sort, :parent, :head, :now) returning id""",
        portal=portal_id,
        name=name,
        sort=sort,
        parent=parent_id,
        head=head_id,
        now=now,
    )
    assert row
    return int(row[0])


def list_departments(tx: Tx, portal_id: int) -> list[Department]:
    """Return all departments, oldest first."""
    rows = tx.all(
        "select id, name, sort, parent_id, head_id from departments where portal_id = :portal order by id",
        portal=portal_id,
    )
    return [Department(*row) for row in rows]


def set_department(tx: Tx, portal_id: int, department: Department) -> None:
    """Keep a department as it is now."""
    tx.run(
        """update departments set name = :name, sort = :sort, parent_id = :parent, head_id = :head
        where portal_id = :portal and id = :id""",
        name=department.name,
        sort=department.sort,
        parent=department.parent_id,
        head=department.head_id,
        portal=portal_id,
        id=department.id,
    )


def remove_department(tx: Tx, portal_id: int, department: Department) -> None:
    """Remove a department; what is below it, and members who are in no other, come under the one above."""
    keys = {"portal": portal_id, "id": department.id, "parent": department.parent_id}
    tx.run("update departments set parent_id = :parent where portal_id = :portal and parent_id = :id", **keys)
    tx.run(
        """update department_members set department_id = :parent where portal_id = :portal and department_id = :id
        and not exists (select 1 from department_members o where o.portal_id = :portal
        and o.user_id = department_members.user_id and o.department_id <> :id)""",
        **keys,
    )
    tx.run(
        "delete from department_members where portal_id = :portal and department_id = :id", portal=portal_id,
        id=department.id,
    )  # fmt: skip
    tx.run("delete from departments where portal_id = :portal and id = :id", portal=portal_id, id=department.id)


def list_members(tx: Tx, portal_id: int, department_ids: set[int]) -> dict[int, list[int]]:
    """Return the active people of departments, by department."""
    members: dict[int, list[int]] = {}
    if not department_ids:
        return members
    chosen, names = among("m.department_id", sorted(department_ids))
    rows = tx.all(
        f"""select m.department_id, m.user_id from department_members m
        join users u on u.portal_id = m.portal_id and u.id = m.user_id
        where m.portal_id = :portal and u.active = 1
        and {chosen} order by m.user_id""",
        portal=portal_id,
        **names,
    )
    for department_id, user_id in rows:
        members.setdefault(department_id, []).append(user_id)
    return members


def list_memberships(tx: Tx, portal_id: int, user_ids: list[int]) -> dict[int, list[int]]:
    """Return the departments of people, by person."""
    memberships: dict[int, list[int]] = {}
    if not user_ids:
        return memberships
    chosen, names = among("user_id", user_ids)
    rows = tx.all(
        f"""select user_id, department_id from department_members where portal_id = :portal
        and {chosen} order by user_id, position, department_id""",
        portal=portal_id,
        **names,
    )
    for user_id, department_id in rows:
        memberships.setdefault(user_id, []).append(department_id)
    return memberships


def set_memberships(tx: Tx, portal_id: int, user_id: int, department_ids: list[int]) -> None:
    """Let a person belong to these departments, in this order, and to no other."""
    tx.run("delete from department_members where portal_id = :portal and user_id = :user", portal=portal_id,
           user=user_id)  # fmt: skip
    tx.many(
        """insert into department_members (portal_id, department_id, user_id, position)
        values (:portal, :department, :user, :position)""",
        [
            {"portal": portal_id, "department": department_id, "user": user_id, "position": position}
            for position, department_id in enumerate(department_ids)
        ],
    )
