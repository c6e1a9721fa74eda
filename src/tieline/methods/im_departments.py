"""im.department.* and im.search.department.list: departments and colleagues, as the messenger shows them."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from tieline.api.faults import ApiError, Dialect, Fault, wrong_argument
from tieline.api.method import Doc, Family, Page
from tieline.domain.departments import Department
from tieline.domain.people import UserKind
from tieline.methods.filters import items_of
from tieline.methods.views import find_user, user_view
from tieline.services import departments
from tieline.services.call import Call

ID_EMPTY = Fault("ID_EMPTY", "Department ID can't be empty")
INVALID_FORMAT = Fault("INVALID_FORMAT", "A wrong format for the ID field is passed")
PEOPLE_ONLY = Fault("ACCESS_ERROR", "Only intranet users have access to this method.", 403)
FIND_SHORT = Fault("FIND_SHORT", "Too short a search phrase.")
DEFAULT_LIMIT, MAX_LIMIT = 10, 50
SHORTEST = 2
MAX_IDS = 500

family = Family(scopes=("im",), dialect=Dialect(missing=lambda _: FIND_SHORT, wrong=wrong_argument))
Ids = Annotated[Any, Doc("Ids of departments, as a list or a JSON list in a text.")]
UserData = Annotated[bool, Doc("Y describes people in full, N gives their ids.")]
Offset = Annotated[int, Doc("How many to pass over.")]
Limit = Annotated[int, Doc("How many at most: 10 by default, 50 at most.")]


def _require_person(call: Call) -> None:
    if call.actor.kind is not UserKind.PERSON:
        raise ApiError(PEOPLE_ONLY)


def _departments(call: Call, given: Any, refusal: Fault) -> list[Department]:
    """Read ids; returns the departments that there are."""
    if isinstance(given, str):
        try:
            given = msgspec.json.decode(given)
        except msgspec.DecodeError:
            given = None
    texts = [str(item) for item in items_of(given) or [] if isinstance(item, str | int)]
    numbers = [int(text) for text in texts if text.isascii() and text.isdecimal()][:MAX_IDS]
    if not numbers:
        raise ApiError(refusal)
    known = departments.tree(call).by_id
    return [known[number] for number in dict.fromkeys(numbers) if number in known]


def _people(call: Call, user_ids: Sequence[int], user_data: bool) -> list[Any]:  # noqa: FBT001
    if not user_data:
        return list(user_ids)
    return [user_view(call, user) for user_id in user_ids if (user := find_user(call, user_id))]


def _view(call: Call, department: Department, user_data: bool) -> dict[str, Any]:  # noqa: FBT001
    told = {
        "id": department.id,
        "name": department.name,
        "full_name": departments.tree(call).full_name(department),
        "manager_user_id": department.head_id,
    }
    head = find_user(call, department.head_id) if user_data and department.head_id else None
    return told | ({"manager_user_data": user_view(call, head) if head else None} if user_data else {})


def _page(found: Sequence[Any], offset: int, limit: int) -> tuple[Sequence[Any], int | None]:
    """Cut a page out of a list; returns it and where the next one begins."""
    first = max(offset, 0)
    end = first + (min(limit, MAX_LIMIT) if limit > 0 else DEFAULT_LIMIT)
    return found[first:end], end if end < len(found) else None


@family.method("im.department.get", faults=(INVALID_FORMAT, PEOPLE_ONLY))
def get(call: Call, *, id: Ids = None, user_data: UserData = False) -> list[dict[str, Any]]:  # noqa: A002
    """Describe departments."""
    _require_person(call)
    return [_view(call, department, user_data) for department in _departments(call, id, INVALID_FORMAT)]


@family.method("im.department.managers.get", faults=(ID_EMPTY, PEOPLE_ONLY))
def managers_get(call: Call, *, id: Ids = None, user_data: UserData = False) -> Any:  # noqa: A002
    """Return the heads of departments, by department."""
    _require_person(call)
    found = _departments(call, id, ID_EMPTY)
    return {str(one.id): _people(call, departments.managers(call, one), user_data) for one in found} or []


@family.method("im.department.employees.get", faults=(ID_EMPTY, PEOPLE_ONLY))
def employees_get(call: Call, *, id: Ids = None, user_data: UserData = False) -> Any:  # noqa: A002
    """Return the people of departments, by department."""
    _require_person(call)
    wanted = [department.id for department in _departments(call, id, ID_EMPTY)]
    found = departments.employees(call, set(wanted))
    return {str(number): _people(call, found[number], user_data) for number in wanted} or []


@family.method("im.department.colleagues.list", faults=(PEOPLE_ONLY,))
def colleagues_list(
    call: Call, *, user_data: UserData = False, offset: Offset = 0, limit: Limit = DEFAULT_LIMIT
) -> Page:
    """List the caller's colleagues; for the head of a department also those below, and all other heads."""
    _require_person(call)
    found = departments.colleagues(call)
    shown, following = _page(found, offset, limit)
    return Page(_people(call, shown, user_data), total=len(found), next=following)


@family.method("im.search.department.list", may_be_empty=("find",))
def search(
    call: Call,
    *,
    find: Annotated[str, Doc("Beginnings of words of the full name; one that is too short finds everything.")],
    user_data: UserData = False,
    offset: Offset = 0,
    limit: Limit = DEFAULT_LIMIT,
) -> Page:
    """Find departments by their full names."""
    tree = departments.tree(call)
    wanted = find.lower().split() if len(find.strip()) >= SHORTEST else []
    found = [one for one in tree.by_id.values() if _begins(tree.full_name(one).lower().split(), wanted)]
    shown, following = _page(found, offset, limit)
    return Page([_view(call, one, user_data) for one in shown], total=len(found), next=following)


def _begins(words: list[str], wanted: list[str]) -> bool:
    return all(any(word.startswith(beginning) for word in words) for beginning in wanted)
