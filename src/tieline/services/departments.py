"""Departments: the tree of the company, who may change it, who is whose colleague."""

from dataclasses import replace
from typing import Any

from tieline.domain.departments import Department, Tree
from tieline.domain.lines import QueueEntity, QueueItem
from tieline.services import queues
from tieline.services.call import Call
from tieline.store import departments as store
from tieline.store import happenings, lines

ROOT_SORT = 500
MAX_NAME = 255
MAX_DEPARTMENTS = 100  # of one person


class NotAllowed(Exception):
    """Only an administrator changes the company's structure."""


class NameMissing(Exception):
    """A department needs a name."""


class SecondRoot(Exception):
    """A department must be below another one, and below none that is below itself."""


class DepartmentMissing(Exception):
    """There is no such department."""


class RootStays(Exception):
    """The department at the top cannot be deleted."""


class HeadMissing(Exception):
    """Who is to head a department is no person of the portal."""


def tree(call: Call) -> Tree:
    """Return all departments."""
    return call.world.cache.get(
        call.tx, call.portal_id, "departments", lambda: Tree(store.list_departments(call.tx, call.portal_id))
    )


def add(call: Call, *, name: str | None, parent_id: int, head_id: int, sort: int | None) -> int:
    """Add a department below another; returns its id."""
    _require_admin(call)
    if not name or not name.strip():
        raise NameMissing
    if parent_id not in tree(call).by_id:
        raise SecondRoot
    _require_head(call, head_id)
    department_id = store.add_department(
        call.tx,
        call.portal_id,
        name=name.strip()[:MAX_NAME],
        sort=ROOT_SORT if sort is None else sort,
        parent_id=parent_id,
        head_id=head_id,
        now=call.now,
    )
    _log(call, "department added", department_id)
    return department_id


def update(call: Call, department_id: int, **changes: Any) -> None:
    """Change what is given of a department: name, sort, parent_id, head_id."""
    _require_admin(call)
    known = tree(call)
    department = known.by_id.get(department_id)
    if department is None:
        raise DepartmentMissing
    changed = replace(department, **changes)
    if not changed.name.strip():
        raise NameMissing
    if changed.parent_id != department.parent_id and not _may_be_below(known, department, changed.parent_id):
        raise SecondRoot
    if changed.head_id != department.head_id:
        _require_head(call, changed.head_id)
    store.set_department(call.tx, call.portal_id, replace(changed, name=changed.name.strip()[:MAX_NAME]))
    _log(call, "department changed", department_id)


def _may_be_below(known: Tree, department: Department, parent_id: int) -> bool:
    return parent_id in known.by_id and parent_id not in known.below({department.id})


def delete(call: Call, department_id: int) -> None:
    """Delete a department; what is below it, and people who are in no other, come under the one above.

    It leaves the queues of lines.
    """
    _require_admin(call)
    department = tree(call).by_id.get(department_id)
    if department is None:
        raise DepartmentMissing
    if not department.parent_id:
        raise RootStays
    store.remove_department(call.tx, call.portal_id, department)
    lines.remove_from_queues(call.tx, call.portal_id, QueueItem(QueueEntity.DEPARTMENT, department_id))
    _log(call, "department deleted", department_id)


def employees(call: Call, department_ids: set[int]) -> dict[int, list[int]]:
    """Return the active people of departments, their heads among them."""
    known = tree(call)
    members = store.list_members(call.tx, call.portal_id, department_ids)
    return {
        number: sorted({*members.get(number, []), *managers(call, known.by_id[number])})
        for number in department_ids
        if number in known.by_id
    }


def managers(call: Call, department: Department) -> list[int]:
    """Return who heads a department, as a list of one or nobody."""
    head = call.find_person(department.head_id) if department.head_id else None
    return [head.id] if head and head.active else []


def colleagues(call: Call) -> list[int]:
    """Return the caller's colleagues: of the same departments; for a head those below and all other heads too."""
    known, user_id = tree(call), call.actor.id
    own = store.list_memberships(call.tx, call.portal_id, [user_id]).get(user_id, [])
    headed = known.headed_by(user_id)
    people = {person for several in employees(call, {*own, *known.below(headed)}).values() for person in several}
    if headed:
        people |= {person for department in known.by_id.values() for person in managers(call, department)}
    return sorted(people - {user_id})


def _require_admin(call: Call) -> None:
    if not call.actor.is_admin:
        raise NotAllowed


def _require_head(call: Call, head_id: int) -> None:
    if head_id and call.find_person(head_id) is None:
        raise HeadMissing


def _log(call: Call, kind: str, department_id: int) -> None:
    happenings.add_happening(
        call.tx, call.portal_id, kind, now=call.now, actor_id=call.actor.id, department=department_id
    )
    call.touch()
    queues.reroute(call)
