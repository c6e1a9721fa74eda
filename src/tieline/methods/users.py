"""user.* and profile: people of the portal."""

from typing import Annotated, Any

from tieline.api.differences import ISO_DATES, Difference
from tieline.api.faults import ApiError, Problem, wrong_argument
from tieline.api.method import BASIC, Doc, Family, Page, Spelled
from tieline.api.wire import WrongValue, iso, iso_or_none, parse_iso
from tieline.domain.people import User
from tieline.services.call import Call
from tieline.store import people as store

family = Family(scopes=("user", "user_basic", "user_brief"))
PAGE = 50
FEWER_FILTERS = Difference(
    22,
    "Filters by fields of one's own and by IS_ONLINE, and ADMIN_MODE and IMAGE_RESIZE, have no effect.",
    params=("IMAGE_RESIZE",),
)
_ONLINE = 15 * 60 * 1000

_BRIEF = ("ID", "ACTIVE", "NAME", "LAST_NAME", "SECOND_NAME", "TIME_ZONE", "IS_ONLINE", "LAST_ACTIVITY_DATE",
          "PERSONAL_GENDER", "PERSONAL_PHOTO", "WORK_POSITION", "UF_DEPARTMENT", "USER_TYPE")  # fmt: skip
_BASIC = (*_BRIEF, "EMAIL", "LAST_LOGIN", "DATE_REGISTER", "PERSONAL_MOBILE", "PERSONAL_WWW", "WORK_PHONE")


def _view(call: Call, user: User) -> dict[str, Any]:
    zone = call.portal.time_zone
    seen = user.last_seen_at
    told = {
        "ID": str(user.id),
        "ACTIVE": user.active,
        "NAME": user.name,
        "LAST_NAME": user.last_name,
        "SECOND_NAME": "",
        "EMAIL": user.email,
        "LAST_LOGIN": iso_or_none(user.last_login_at, zone) or "",
        "DATE_REGISTER": iso(user.created_at, zone),
        "TIME_ZONE": user.time_zone,
        "IS_ONLINE": "Y" if seen is not None and call.now - seen < _ONLINE else "N",
        "TIMESTAMP_X": iso(user.modified_at, zone),
        "LAST_ACTIVITY_DATE": iso(seen, zone)[:19].replace("T", " ") if seen else "",
        "PERSONAL_GENDER": {"male": "M", "female": "F"}.get(user.gender, ""),
        "PERSONAL_PHOTO": user.avatar,
        "PERSONAL_WWW": user.url,
        "PERSONAL_BIRTHDAY": "",
        "PERSONAL_MOBILE": user.phone,
        "WORK_PHONE": "",
        "WORK_POSITION": user.work_position,
        "UF_EMPLOYMENT_DATE": "",
        "UF_DEPARTMENT": [],
        "USER_TYPE": "employee",
    }
    return _of_scope(call, told)


def _of_scope(call: Call, told: dict[str, Any]) -> dict[str, Any]:
    """Leave out what the caller's scope does not cover: user_brief < user_basic < user."""
    if "user" in call.scopes:
        return told
    allowed = _BASIC if "user_basic" in call.scopes else _BRIEF
    return {name: value for name, value in told.items() if name in allowed}


@family.method("user.current", differs=(ISO_DATES,))
def current(call: Call) -> dict[str, Any]:
    """Describe the user in whose name the call is made."""
    return _view(call, call.actor)


Filter = Annotated[dict[str, Any] | None, Doc("Conditions by field, with a prefix such as `!`, `>`, `@` or `%`.")]
Sort = Annotated[str, Doc("Field to sort by."), Spelled("sort")]
Order = Annotated[str, Doc("ASC or DESC."), Spelled("order")]
Select = Annotated[list[str] | None, Doc("Fields to return; all by default, also for `*`."), Spelled("select")]
Start = Annotated[int, Doc("How many to pass over; -1 returns the first 50 without counting."), Spelled("start")]
AdminMode = Annotated[bool, Doc("An administrator sees everybody; of no effect yet.")]
_OPERATORS = {
    "": "=",
    "=": "=",
    "!": "<>",
    "!=": "<>",
    ">": ">",
    ">=": ">=",
    "<": "<",
    "<=": "<=",
    "@": "in",
    "!@": "not in",
    "%": "like",
    "!%": "not like",
    "=%": "pattern",
    "%=": "pattern",
    "!=%": "not pattern",
    "!%=": "not pattern",
}
_FLAGS = {"ACTIVE"}
_MOMENTS = {"DATE_REGISTER", "LAST_LOGIN"}
_MANY = {"=": "in", "in": "in", "<>": "not in", "not in": "not in"}
_NOBODY = ("ID", "=", 0)
MAX_TEXT = 1_000  # no name is longer, so nothing is found by more


def _conditions(given: dict[str, Any] | None, *, search: bool) -> list[tuple[str, str, Any]]:
    conditions: list[tuple[str, str, Any]] = []
    for key, value in (given or {}).items():
        name = key.lstrip("!=<>@%")
        prefix = key[: len(key) - len(name)]
        if name == "NAME_SEARCH" or (name == "FIND" and search):
            conditions.append(("FIND", "like", str(value)[:MAX_TEXT]))
            continue
        if name == "USER_TYPE":
            if "employee" not in (value if isinstance(value, list) else [value]):
                conditions.append(_NOBODY)
            continue
        if name not in store.SORTABLE_USER_FIELDS or prefix not in _OPERATORS:
            continue  # an unknown field filters nothing, as documented for this method
        conditions.append(_condition(name, _OPERATORS[prefix], value, search=search))
    return conditions


def _condition(name: str, operator: str, value: Any, *, search: bool) -> tuple[str, str, Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list) and operator not in _MANY:
        raise ApiError(wrong_argument("FILTER", Problem("scalar")))
    try:
        if isinstance(value, list) or operator in ("in", "not in"):
            items = value[:500] if isinstance(value, list) else [value]
            return (name, _MANY[operator], [_scalar(name, item) for item in items])
        if "like" in operator or "pattern" in operator:
            return (name, operator, str(value)[:MAX_TEXT])
        if search and operator == "=" and name not in ("ID", *_FLAGS, *_MOMENTS):
            operator = "like"
        return (name, operator, _scalar(name, value))
    except WrongValue:
        return _NOBODY  # as documented for what is no date


def _scalar(name: str, value: Any) -> Any:
    text = str(value).strip()[:MAX_TEXT]
    if name in _MOMENTS:
        return parse_iso(text)
    if name in _FLAGS:
        return int(text.lower() in ("y", "1", "true"))
    if name == "ID":
        return int(text) if text.isdecimal() and len(text) < 19 else 0  # noqa: PLR2004 - fits 64 bits
    return text


def _page(
    call: Call,
    conditions: list[tuple[str, str, Any]],
    sort: str,
    order: str,
    select: list[str] | None,
    start: int,
) -> Page:
    name = sort.upper() if sort.upper() in store.SORTABLE_USER_FIELDS else "ID"
    offset = max(start, 0)
    people = store.list_people(
        call.tx,
        call.portal_id,
        conditions,
        sort=name,
        descending=order.upper() == "DESC",
        limit=PAGE,
        offset=offset,
    )
    items = [_selected(_view(call, user), select) for user in people]
    if start == -1:
        return Page(items)
    total = store.count_people(call.tx, call.portal_id, conditions)
    return Page(items, total=total, next=offset + PAGE if offset + PAGE < total else None)


def _selected(told: dict[str, Any], select: list[str] | None) -> dict[str, Any]:
    if not select or "*" in select:
        return told
    return {name: value for name, value in told.items() if name in select or name == "ID"}


@family.method("user.get", differs=(ISO_DATES, FEWER_FILTERS))
def get(
    call: Call,
    *,
    sort: Sort = "ID",
    order: Order = "ASC",
    filter: Filter = None,  # noqa: A002 - the request's own name
    admin_mode: AdminMode = False,  # noqa: ARG001
    select: Select = None,
    start: Start = 0,
    id: Annotated[Any, Doc("An id or several, in place of a filter.")] = None,  # noqa: A002
) -> Page:
    """List people, 50 a page."""
    given = dict(filter or {}) | ({"ID": id} if id is not None else {})
    return _page(call, _conditions(given, search=False), sort, order, select, start)


@family.method("user.search", differs=(ISO_DATES,))
def search(
    call: Call,
    *,
    filter: Filter = None,  # noqa: A002 - the request's own name
    sort: Sort = "ID",
    order: Order = "ASC",
    admin_mode: AdminMode = False,  # noqa: ARG001
    select: Select = None,
    start: Start = 0,
    find: Annotated[str | None, Doc("Text to look for in names, e-mail addresses and positions.")] = None,
) -> Page:
    """Find people by parts of their names, 50 a page."""
    given = dict(filter or {}) | ({"FIND": find} if find else {})
    return _page(call, _conditions(given, search=True), sort, order, select, start)


@family.method("profile", scopes=(BASIC,))
def profile(call: Call) -> dict[str, Any]:
    """Describe the user in whose name the call is made, in short; open to every scope."""
    user = call.actor
    return {
        "ID": str(user.id),
        "ADMIN": user.is_admin,
        "NAME": user.name,
        "LAST_NAME": user.last_name,
        "PERSONAL_GENDER": {"male": "M", "female": "F"}.get(user.gender, ""),
        "TIME_ZONE": user.time_zone,
        "TIME_ZONE_OFFSET": 0,
    }
