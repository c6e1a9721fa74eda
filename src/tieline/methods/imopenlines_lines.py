"""imopenlines.config.*: open lines and their settings."""

import re
from collections.abc import Callable
from typing import Annotated, Any

from tieline.api.differences import Difference
from tieline.api.faults import ApiError, Dialect, Fault, Problem
from tieline.api.method import Doc, Family
from tieline.api.wire import WrongValue, iso, reader, yes_no
from tieline.domain.lines import SETTINGS, Kind, Line, QueueEntity
from tieline.domain.people import User
from tieline.domain.presence import Presence
from tieline.services import departments, files, line_settings, lines
from tieline.services.call import Call
from tieline.services.people import card
from tieline.store.presence import list_presence

CONFIG_ID_EMPTY = Fault("CONFIG_ID_EMPTY", "Config ID can't be empty")
CONFIG_WRONG_USER_PERMISSION = Fault("CONFIG_WRONG_USER_PERMISSION", "Permission denied", 403)
INVALID_FORMAT = Fault("INVALID_FORMAT", "A wrong format is passed")
PUBLIC_PATH = "/contact_center/"
MAX_LIMIT = 200
DEFAULT_LIMIT = 50


def _missing(name: str) -> Fault:
    return CONFIG_ID_EMPTY if name == "CONFIG_ID" else INVALID_FORMAT.saying(f"The field '{name}' is missing")


def _wrong(name: str, _: Problem) -> Fault:
    return (
        CONFIG_ID_EMPTY
        if name == "CONFIG_ID"
        else INVALID_FORMAT.saying(f"A wrong format for the field '{name}' is passed")
    )


family = Family(scopes=("imopenlines",), dialect=Dialect(missing=_missing, wrong=_wrong))
ConfigId = Annotated[int, Doc("Id of the open line.")]
Settings = Annotated[dict[str, Any], Doc("Settings of the line, such as LINE_NAME, ACTIVE, QUEUE, QUEUE_TYPE.")]


KEPT_ALONE = Difference(24, "Forms, chatbots, agreements and categories are kept and returned; no more comes of them.")


def describe_wrong_setting(error: line_settings.WrongSetting) -> ApiError:
    """Name the setting that has a value that it cannot have."""
    return ApiError(INVALID_FORMAT.saying(f"A wrong value for the PARAMS field '{error}' is passed"))


def _text(name: str, value: Any) -> Any:
    """Write a setting as config.get does: scalars as text, empty objects as []."""
    kind = SETTINGS[name].kind
    if value is None:
        return None
    if kind in (Kind.DAYS, Kind.DATES):
        return value or [""]
    if kind is Kind.PEOPLE:
        return value
    return (value or []) if kind is Kind.FACE else str(value)


def _settings(call: Call, line: Line) -> dict[str, Any]:
    zone = call.portal.time_zone
    return {
        "ID": str(line.id),
        "LINE_NAME": line.name,
        "ACTIVE": yes_no(line.active),
        **{name: _text(name, value) for name, value in line.settings.items()},
        "DATE_CREATE": iso(line.created_at, zone),
        "DATE_MODIFY": iso(line.modified_at, zone),
        "MODIFY_USER_ID": str(line.modified_by),
    }


def _operators(call: Call, line: Line) -> dict[int, tuple[User, int]]:
    """Return the active people of a queue in its order, each with the department by which they are in it, or 0."""
    named = {item.entity_id for item in line.queue if item.entity_type is QueueEntity.USER}
    people = (user for user_id in line.operators if (user := call.find_person(user_id)) and user.active)
    return {user.id: (user, 0 if user.id in named else _department(call, line, user)) for user in people}


def _department(call: Call, line: Line, user: User) -> int:
    """Return the first department of a queue that a person is in, or is in one below."""
    tree = departments.tree(call)
    own = {*card(call, user.id).departments, *tree.headed_by(user.id)}
    of_queue = (item.entity_id for item in line.queue if item.entity_type is QueueEntity.DEPARTMENT)
    return next((number for number in of_queue if tree.below({number}) & own), 0)


def _face(call: Call, user: User, avatar_id: str | None = None) -> dict[str, Any]:
    return {
        "USER_NAME": user.full_name,
        "USER_WORK_POSITION": user.work_position or None,
        "USER_AVATAR": files.avatar(call, user),
        "USER_AVATAR_ID": avatar_id,
    }


def _config_queue(line: Line) -> list[dict[str, str]]:
    return [{"ENTITY_ID": str(item.entity_id), "ENTITY_TYPE": item.entity_type.value} for item in line.queue]


@family.method(
    "imopenlines.config.add",
    differs=(KEPT_ALONE,),
    writes=True,
    errors={lines.NotAllowed: CONFIG_WRONG_USER_PERMISSION},
    faults=(INVALID_FORMAT,),
)
def config_add(call: Call, *, params: Settings | None = None) -> int:
    """Add an open line; what is left out has its default. Returns the line's id."""
    try:
        return lines.add(call, params or {})
    except line_settings.WrongSetting as error:
        raise describe_wrong_setting(error) from error


@family.method(
    "imopenlines.config.update",
    differs=(KEPT_ALONE,),
    writes=True,
    errors={lines.NotAllowed: CONFIG_WRONG_USER_PERMISSION},
    faults=(INVALID_FORMAT,),
)
def config_update(call: Call, *, config_id: ConfigId, params: Settings | None = None) -> bool:
    """Change settings of an open line; false if there is no such line."""
    try:
        return lines.update(call, config_id, params or {})
    except line_settings.WrongSetting as error:
        raise describe_wrong_setting(error) from error


@family.method("imopenlines.config.delete", writes=True, errors={lines.NotAllowed: CONFIG_WRONG_USER_PERMISSION})
def config_delete(call: Call, *, config_id: ConfigId) -> bool:
    """Delete an open line; false if there is no such line."""
    return lines.delete(call, config_id)


@family.method("imopenlines.config.get")
def config_get(
    call: Call,
    *,
    config_id: ConfigId,
    with_queue: Annotated[bool, Doc("Tell who is in the queue.")] = True,
    show_offline: Annotated[bool, Doc("Tell of operators who are not there, too.")] = True,
) -> dict[str, Any] | bool:
    """Return all settings of an open line, or false if there is no such line."""
    line = call.find_line(config_id)
    if line is None:
        return False
    told = _settings(call, line)
    if with_queue:
        people, here = _operators(call, line), list_presence(call.tx, call.portal_id)
        online = {number: person for number, person in people.items() if here.get(number) is Presence.ONLINE}
        people = people if show_offline else online
        told["QUEUE"] = [str(user_id) for user_id in people]
        told["QUEUE_FULL"] = {
            str(user.id): {
                "ID": str(user.id),
                "SORT": str(number),
                "USER_ID": str(user.id),
                "DEPARTMENT_ID": str(department_id),
                **_face(call, user, "0"),
            }
            for number, (user, department_id) in enumerate(people.values())
        } or []
        told["QUEUE_USERS_FIELDS"] = {str(user.id): _face(call, user, "0") for user, _ in people.values()} or []
        told["QUEUE_ONLINE"] = yes_no(online)
        told["CONFIG_QUEUE"] = _config_queue(line)
    return told


@family.method("imopenlines.config.path.get")
def config_path_get(call: Call) -> dict[str, str]:
    """Return the portal's address and the path of its contact centre."""
    return {"SERVER_ADDRESS": call.portal.url, "PUBLIC_PATH": PUBLIC_PATH}


_LISTED = ("ID", "LINE_NAME", "ACTIVE", *SETTINGS, "DATE_CREATE", "DATE_MODIFY", "MODIFY_USER_ID")
_PARAMS = ("select", "filter", "order", "limit", "offset")
_OPTIONS = ("QUEUE", "CONFIG_QUEUE", "CHECK_PERMISSION")
_ACTIONS = ("view", "modify", "VIEW", "MODIFY")
_FILTER = re.compile(r"(!=|>=|<=|!@|!%|=%|%=|[=!><@%])?(.*)", re.DOTALL)
_ALIAS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _bad(text: str) -> ApiError:
    return ApiError(INVALID_FORMAT.saying(text))


def _known(name: Any, field: str) -> str:
    if not isinstance(name, str) or not name:
        raise _bad(f"A wrong field name is passed in the PARAMS field '{field}'")
    if name not in _LISTED:
        raise _bad(f"An unknown field '{name[:50]}' is passed in the PARAMS field '{field}'")
    return name


def _select(value: Any) -> dict[str, str]:
    """Read `select`: fields, `*`, or alias => field; returns the answer's keys with their fields."""
    if value in (None, "", []):
        return {name: name for name in _LISTED}
    if not isinstance(value, list | dict):
        raise _bad("A wrong format for the PARAMS field 'select' is passed")
    chosen: dict[str, str] = {}
    for key, name in value.items() if isinstance(value, dict) else enumerate(value):
        if name == "*":
            chosen |= {field: field for field in _LISTED}
            continue
        field = _known(name, "select")
        alias = str(key)
        if alias.isdigit():
            chosen[field] = field
        elif not _ALIAS.fullmatch(alias):
            raise _bad("A wrong field alias is passed in the PARAMS field 'select'")
        elif alias in _LISTED:
            raise _bad(f"The alias '{alias}' matches an existing field in the PARAMS field 'select'")
        else:
            chosen[alias] = field
    return chosen | ({} if "ID" in chosen.values() else {"ID": "ID"})


def _order(value: Any) -> list[tuple[str, bool]]:
    """Read `order`: {field: ASC|DESC}; returns fields with whether they descend."""
    if value in (None, "", []):
        return [("ID", False)]
    if not isinstance(value, dict):
        raise _bad("A wrong format for the PARAMS field 'order' is passed")
    order = []
    for name, direction in value.items():
        field = _known(name, "order")
        if str(direction).upper() not in ("ASC", "DESC"):
            raise _bad("A wrong sorting direction is passed in the PARAMS field 'order'")
        order.append((field, str(direction).upper() == "DESC"))
    return order


def _key(value: Any) -> tuple[int, int, str]:
    """Compare numbers as numbers and everything else as text without case."""
    text = "" if value is None else str(value)
    return (0, int(text), "") if text.isdecimal() and len(text) < 19 else (1, 0, text.lower())  # noqa: PLR2004


def _matches(operator: str, kept: Any, wanted: Any) -> bool:
    values = list(wanted.values()) if isinstance(wanted, dict) else wanted if isinstance(wanted, list) else [wanted]
    equal = any(_key(kept) == _key(value) for value in values)
    contains = any(str(value).strip("%").lower() in str(kept).lower() for value in values)
    tests: dict[str, Callable[[], bool]] = {
        "": lambda: equal,
        "=": lambda: equal,
        "@": lambda: equal,
        "!": lambda: not equal,
        "!=": lambda: not equal,
        "!@": lambda: not equal,
        "%": lambda: contains,
        "=%": lambda: contains,
        "%=": lambda: contains,
        "!%": lambda: not contains,
        ">": lambda: any(_key(kept) > _key(value) for value in values),
        ">=": lambda: any(_key(kept) >= _key(value) for value in values),
        "<": lambda: any(_key(kept) < _key(value) for value in values),
        "<=": lambda: any(_key(kept) <= _key(value) for value in values),
    }
    return tests[operator]()


def _filter(value: Any) -> list[tuple[str, str, Any]]:
    """Read `filter`: {operator + field: value}; returns (field, operator, value)."""
    if value in (None, "", []):
        return []
    if not isinstance(value, dict):
        raise _bad("A wrong format for the PARAMS field 'filter' is passed")
    conditions = []
    for key, wanted in value.items():
        match = _FILTER.fullmatch(key)
        assert match is not None  # it matches everything
        conditions.append((_known(match[2], "filter"), match[1] or "", wanted))
    return conditions


def _count(params: dict[str, Any], name: str, default: int) -> int:
    value = params.get(name)
    if value in (None, ""):
        return default
    try:
        number = int(reader(int)(value))
    except WrongValue:
        number = -1
    if number < 0:
        raise _bad(f"A non-negative integer is expected in the PARAMS field '{name}'")
    return number


def _check_options(options: dict[str, Any]) -> None:
    if unknown := [name for name in options if name not in _OPTIONS]:
        raise _bad(f"Unsupported OPTIONS fields are passed: {', '.join(sorted(unknown))[:200]}")
    for name in ("QUEUE", "CONFIG_QUEUE"):
        if isinstance(options.get(name), dict | list):
            raise _bad(f"A wrong format for the OPTIONS field '{name}' is passed")
    if options.get("CHECK_PERMISSION") not in (None, "", *_ACTIONS):
        raise _bad("An unknown value for the OPTIONS field 'CHECK_PERMISSION' is passed")


@family.method("imopenlines.config.list.get", faults=(INVALID_FORMAT,))
def config_list_get(
    call: Call,
    *,
    params: Annotated[dict[str, Any] | None, Doc("select, filter, order, limit (50, at most 200) and offset.")] = None,
    options: Annotated[
        dict[str, Any] | None, Doc("QUEUE and CONFIG_QUEUE add the queue, CHECK_PERMISSION limits.")
    ] = None,
) -> list[dict[str, Any]]:
    """List open lines."""
    params, options = params or {}, options or {}
    if unknown := [name for name in params if name not in _PARAMS]:
        raise _bad(f"Unsupported PARAMS fields are passed: {', '.join(sorted(unknown))[:200]}")
    chosen, order, conditions = (
        _select(params.get("select")),
        _order(params.get("order")),
        _filter(params.get("filter")),
    )
    limit, offset = min(_count(params, "limit", DEFAULT_LIMIT), MAX_LIMIT), _count(params, "offset", 0)
    _check_options(options)
    rows = [(line, _settings(call, line)) for line in _permitted(call, options)]
    rows = [row for row in rows if all(_matches(op, row[1].get(name), wanted) for name, op, wanted in conditions)]
    for name, descending in reversed(order):
        rows.sort(key=lambda row, name=name: _key(row[1].get(name)), reverse=descending)  # type: ignore[misc]
    return [
        {key: row.get(name) for key, name in chosen.items()} | _queue_options(call, line, options)
        for line, row in rows[offset : offset + limit]
    ]


def _permitted(call: Call, options: dict[str, Any]) -> list[Line]:
    visible = lines.visible(call)
    found = call.lines()
    if not options.get("CHECK_PERMISSION") or visible is None:
        return found
    may_see = options["CHECK_PERMISSION"].lower() == "view"
    return [line for line in found if may_see and line.id in visible]


def _queue_options(call: Call, line: Line, options: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if options.get("QUEUE") == "Y":
        people = _operators(call, line)
        told["QUEUE"] = list(people)
        told["QUEUE_USERS_FIELDS"] = {str(user.id): _face(call, user) for user, _ in people.values()} or []
    if options.get("CONFIG_QUEUE") == "Y":
        told["CONFIG_QUEUE"] = _config_queue(line)
    return told
