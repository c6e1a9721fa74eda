"""Directories of the CRM: their entries, which administrators change, and a source for each connector."""

import re
from dataclasses import replace
from typing import Any

from tieline.domain.connectors import Connector
from tieline.domain.crm import EntityType
from tieline.domain.crm_statuses import (
    DIRECTORIES,
    FAILURE,
    IN_PROCESS,
    LEAD_STAGES,
    SOURCES,
    STEP,
    SUCCESS,
    Status,
    beginning_of,
    funnel_of,
    has_stages,
    may_be_code,
    prefix_of,
)
from tieline.domain.user_fields import plain, read_number
from tieline.services.call import Call
from tieline.store import crm as object_store
from tieline.store import crm_statuses as store
from tieline.store.crm_conditions import Condition

MAX_STATUS = 50
MAX_NAME = 255
_COLOR = re.compile(r"#[0-9A-Fa-f]{3,8}", re.ASCII)


class NotAllowed(Exception):
    """Only an administrator changes directories."""


class FieldsMissing(Exception):
    """An entry needs a directory and a code; carries what of them is missing."""


class DirectoryUnknown(Exception):
    """The CRM has no such directory."""


class NameMissing(Exception):
    """An entry needs a name."""


class BehindSuccess(Exception):
    """A stage of a funnel stands before its success."""


class CodeTaken(Exception):
    """The directory has an entry of this code."""


class WrongCode(Exception):
    """An entry of the directory cannot have this code."""


class StatusMissing(Exception):
    """There is no such entry."""


class IsSystem(Exception):
    """The entry belongs to the system, and its deletion is not forced."""


class InUse(Exception):
    """Leads or deals are at this stage."""


def directories(call: Call) -> dict[str, dict[str, Status]]:
    """Return all directories, the entries of each in its order."""
    return call.world.cache.get(call.tx, call.portal_id, "crm directories", lambda: _load(call))


def _load(call: Call) -> dict[str, dict[str, Status]]:
    found: dict[str, dict[str, Status]] = {}
    for status in store.list_statuses(call.tx, call.portal_id):
        found.setdefault(status.entity_id, {})[status.status_id] = status
    return found


def entries(call: Call, entity_id: str) -> dict[str, Status]:
    """Return the entries of a directory, in its order."""
    return directories(call).get(entity_id, {})


def first(call: Call, entity_id: str) -> str | None:
    """Return the first entry of a directory, of stages the first one in process, or None where it is empty."""
    known = entries(call, entity_id)
    return next((name for name, status in known.items() if status.meaning == IN_PROCESS), next(iter(known), None))


def get(call: Call, number: int) -> Status:
    """Return an entry by its id."""
    for known in directories(call).values():
        for status in known.values():
            if status.id == number:
                return status
    raise StatusMissing


def is_known(call: Call, entity_id: str) -> bool:
    """Tell whether the CRM has a directory; that of a funnel is there with its first stage."""
    return entity_id in DIRECTORIES or (funnel_of(entity_id) is not None and bool(entries(call, entity_id)))


def add(call: Call, given: dict[str, Any]) -> int:
    """Add an entry to a directory, a first stage with its funnel; returns its id."""
    _require_admin(call)
    entity_id, status_id, name = (_text(given, field) for field in ("ENTITY_ID", "STATUS_ID", "NAME"))
    if missing := [field for field, text in (("ENTITY_ID", entity_id), ("STATUS_ID", status_id)) if not text]:
        raise FieldsMissing(" ".join(f"The field {field} is required." for field in missing))
    if entity_id not in DIRECTORIES and funnel_of(entity_id) is None:
        raise DirectoryUnknown
    if not name:
        raise NameMissing
    wanted = _status(given, entity_id, prefix_of(entity_id) + status_id.removeprefix(prefix_of(entity_id)), name)
    if not may_be_code(entity_id, wanted.status_id):
        raise WrongCode
    _check_place(call, wanted)
    funnel, is_new = funnel_of(entity_id), not entries(call, entity_id)
    number = store.add_status(call.tx, call.portal_id, wanted)
    if number is None:
        raise CodeTaken
    if funnel and is_new:
        for status in beginning_of(funnel, 0 if wanted.semantics == FAILURE else wanted.sort):
            store.add_status(call.tx, call.portal_id, status)
    call.touch()
    return number


def update(call: Call, number: int, given: dict[str, Any]) -> None:
    """Change the name, the place and the colour of an entry, whichever are given."""
    _require_admin(call)
    before = get(call, number)
    name = _text(given, "NAME") if "NAME" in given else before.name
    if not name:
        raise NameMissing
    changed = replace(before, name=name, sort=_sort(given, before.sort), color=_color(given, before))
    store.set_status(call.tx, call.portal_id, changed)
    call.touch()


def delete(call: Call, number: int, *, forced: bool) -> None:
    """Delete an entry; one of the system only by force, and a stage only where nothing is at it."""
    _require_admin(call)
    status = get(call, number)
    if status.system and not forced:
        raise IsSystem
    if _is_used(call, status):
        raise InUse
    store.remove_status(call.tx, call.portal_id, number)
    call.touch()


def _require_admin(call: Call) -> None:
    if not call.actor.is_admin:
        raise NotAllowed


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    return "" if isinstance(value, dict | list) else plain(value)[:MAX_NAME]


def _sort(given: dict[str, Any], default: int) -> int:
    try:
        return read_number(_text(given, "SORT"))
    except ValueError:
        return default


def _color(given: dict[str, Any], before: Status) -> str:
    color = _text(given, "COLOR")
    return color if has_stages(before.entity_id) and _COLOR.fullmatch(color) else before.color


def _status(given: dict[str, Any], entity_id: str, status_id: str, name: str) -> Status:
    made = Status(entity_id, status_id, name, sort=_sort(given, STEP), category_id=funnel_of(entity_id))
    semantics = _text(given, "SEMANTICS").upper()
    is_final = has_stages(entity_id) and semantics in (SUCCESS, FAILURE)
    return replace(made, color=_color(given, made), semantics=semantics if is_final else "")


def _check_place(call: Call, wanted: Status) -> None:
    """Refuse a stage of a funnel that is no failure and stands behind the success."""
    if funnel_of(wanted.entity_id) is None or wanted.semantics == FAILURE:
        return
    known = entries(call, wanted.entity_id).values()
    if any(status.semantics == SUCCESS and status.sort < wanted.sort for status in known):
        raise BehindSuccess


def _is_used(call: Call, status: Status) -> bool:
    if not has_stages(status.entity_id):
        return False
    is_lead = status.entity_id == LEAD_STAGES
    entity, field = (EntityType.LEAD, "STATUS_ID") if is_lead else (EntityType.DEAL, "STAGE_ID")
    conditions = [Condition(field, "=", status.status_id)]
    return object_store.count_objects(call.tx, call.portal_id, entity, conditions) > 0


def source_of(call: Call, connector: Connector) -> str:
    """Return the source of a connector's name, made at need."""
    known, status_id = entries(call, SOURCES), connector.code.upper()[:MAX_STATUS]
    if status_id not in known:
        last = max((status.sort for status in known.values()), default=0)
        store.add_status(call.tx, call.portal_id, Status(SOURCES, status_id, connector.name, sort=last + STEP))
        call.touch()
    return status_id
