"""department.*: the company's structure."""

from typing import Annotated, Any

from tieline.api.faults import Dialect, Fault, Problem, wrong_argument
from tieline.api.method import Doc, Family, Page, Spelled
from tieline.domain.departments import Department
from tieline.methods.filters import items_of
from tieline.methods.filters import order as rank
from tieline.services import departments
from tieline.services.call import Call

NAME_MISSING = Fault("ERROR_CORE", "Department name not provided.<br>")
SECOND_ROOT = Fault("ERROR_CORE", "There can only be one top-level department in the company structure")
NOT_FOUND = Fault("ERROR_CORE", "Department not found")
ACCESS_DENIED = Fault("ERROR_CORE", "Access denied")
ROOT_STAYS = Fault("ERROR_CORE", "The top-level department cannot be deleted")
NO_HEAD = Fault("ERROR_CORE", "The head of a department must be a user of the portal")
PAGE = 50
FIELDS = {"ID": "ID", "NAME": "Name", "SORT": "Sort order", "PARENT": "Parent department", "UF_HEAD": "Head"}


def _wrong(name: str, problem: Problem) -> Fault:
    return {"ID": NOT_FOUND, "PARENT": SECOND_ROOT}.get(name) or wrong_argument(name, problem)


family = Family(scopes=("department",), dialect=Dialect(missing=lambda _: NOT_FOUND, wrong=_wrong))
ERRORS: dict[type[Exception], Fault] = {
    departments.NotAllowed: ACCESS_DENIED,
    departments.NameMissing: NAME_MISSING,
    departments.SecondRoot: SECOND_ROOT,
    departments.HeadMissing: NO_HEAD,
    departments.DepartmentMissing: NOT_FOUND,
    departments.RootStays: ROOT_STAYS,
}
Id = Annotated[int, Doc("Id of the department.")]
Sort = Annotated[int | None, Doc("Number to sort by; 500 by default.")]
Head = Annotated[int | None, Doc("Id of the person who heads the department; 0 for nobody.")]


def _fields(department: Department) -> dict[str, Any]:
    return {
        "ID": department.id,
        "NAME": department.name,
        "SORT": department.sort,
        "PARENT": department.parent_id,
        "UF_HEAD": department.head_id,
    }


def _view(department: Department) -> dict[str, Any]:
    told: dict[str, Any] = {"ID": str(department.id), "NAME": department.name, "SORT": department.sort}
    if department.parent_id:
        told["PARENT"] = str(department.parent_id)
    if department.head_id:
        told["UF_HEAD"] = str(department.head_id)
    return told


@family.method("department.fields")
def fields(call: Call) -> dict[str, str]:  # noqa: ARG001
    """Name the fields of departments."""
    return FIELDS


Wanted = Annotated[Any, Doc("Only departments with this value, or one of these.")]


@family.method("department.get")
def get(
    call: Call,
    /,
    *,
    order: Annotated[str, Doc("ASC or DESC."), Spelled("order")] = "ASC",
    id: Wanted = None,  # noqa: A002 - the request's own name
    name: Wanted = None,
    parent: Wanted = None,
    uf_head: Wanted = None,
    start: Annotated[int, Doc("How many to pass over; -1 returns the first 50 without counting.")] = 0,
    **sort: Any,
) -> Page:
    """List departments, 50 a page.

    `sort` names the field to sort by, `SORT` is a condition: the value tells which one is meant.
    """
    given = [value for key, value in sort.items() if key.upper() == "SORT"]
    names = [value.upper() for value in given if isinstance(value, str) and not value.isdecimal()]
    numbers = [value for value in given if not isinstance(value, str) or value.isdecimal()]
    by = names[0] if names and names[0] in FIELDS else "ID"
    wanted = {"ID": id, "NAME": name, "SORT": numbers[0] if numbers else None, "PARENT": parent, "UF_HEAD": uf_head}
    found = [department for department in departments.tree(call).by_id.values() if _meets(_fields(department), wanted)]
    found.sort(key=lambda department: rank(_fields(department)[by]), reverse=order.upper() == "DESC")
    offset, total = max(start, 0), len(found)
    items = [_view(department) for department in found[offset : offset + PAGE]]
    if start == -1:
        return Page(items)
    return Page(items, total=total, next=offset + PAGE if offset + PAGE < total else None)


def _meets(fields: dict[str, Any], wanted: dict[str, Any]) -> bool:
    for name, value in wanted.items():
        several = items_of(value)
        texts = [str(item) for item in ([value] if several is None else several)]
        if value is not None and str(fields[name]) not in texts:
            return False
    return True


@family.method("department.add", writes=True, errors=ERRORS)
def add(
    call: Call,
    *,
    name: Annotated[str | None, Doc("Name of the department.")] = None,
    parent: Annotated[int, Doc("Id of the department above.")] = 0,
    sort: Sort = None,
    uf_head: Head = None,
) -> int:
    """Add a department below another."""
    return departments.add(call, name=name, parent_id=parent, head_id=uf_head or 0, sort=sort)


@family.method("department.update", writes=True, errors=ERRORS)
def update(
    call: Call,
    *,
    id: Id,  # noqa: A002 - the request's own name
    name: Annotated[str | None, Doc("Name of the department.")] = None,
    sort: Sort = None,
    parent: Annotated[int | None, Doc("Id of the department above.")] = None,
    uf_head: Head = None,
) -> bool:
    """Change what is given of a department."""
    changes = {"name": name, "sort": sort, "parent_id": parent, "head_id": uf_head}
    departments.update(call, id, **{field: value for field, value in changes.items() if value is not None})
    return True


@family.method("department.delete", writes=True, errors=ERRORS)
def delete(call: Call, *, id: Id) -> bool:  # noqa: A002 - the request's own name
    """Delete a department; departments below it, and people who are in no other, come under the one above."""
    departments.delete(call, id)
    return True
