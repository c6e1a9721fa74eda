"""Stages of leads and deals: where an object stands, what that means, and what follows from it."""

from typing import Any

from tieline.domain.crm import EntityType
from tieline.domain.crm_statuses import DEAL_STAGES, IN_PROCESS, LEAD_STAGES, Status, stages_of
from tieline.services import crm_statuses
from tieline.services.call import Call


def settle(call: Call, entity: EntityType, values: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """Return an object's values with all that its stage decides; an unknown stage leaves it where it was."""
    if entity is EntityType.LEAD:
        return _settle_lead(call, values, before)
    return _settle_deal(call, values, before) if entity is EntityType.DEAL else values


def _settle_lead(call: Call, values: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    stage = _stage(call, LEAD_STAGES, values, before, "STATUS_ID")
    closed = stage.meaning != IN_PROCESS
    values = values | {
        "STATUS_ID": stage.status_id,
        "STATUS_SEMANTIC_ID": stage.meaning,
        "DATE_CLOSED": (before.get("DATE_CLOSED") or call.now) if closed else None,
        "IS_RETURN_CUSTOMER": "Y" if values.get("COMPANY_ID") or values.get("CONTACT_ID") else "N",
    }
    return values | _moved(call, stage.status_id != before.get("STATUS_ID"))


def _settle_deal(call: Call, values: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    category = _category(call, values)
    directory = stages_of(category)
    stage = _stage(call, directory, values, before, "STAGE_ID")
    moved = stage.status_id != before.get("STAGE_ID")
    final, asked = stage.meaning != IN_PROCESS, values.get("CLOSED")
    reopened = moved and asked == before.get("CLOSED")
    values = values | {
        "CATEGORY_ID": category,
        "STAGE_ID": stage.status_id,
        "STAGE_SEMANTIC_ID": stage.meaning,
        "CLOSED": "Y" if final else "N" if reopened else asked or "N",
        "IS_NEW": "Y" if stage.status_id == crm_statuses.first(call, directory) else "N",
    }
    return values | _moved(call, moved)


def _category(call: Call, values: dict[str, Any]) -> int:
    """Return the funnel of a deal: that of its stage if another has it alone, else the one that is told, if it is."""
    told, stage_id = values.get("CATEGORY_ID") or 0, values.get("STAGE_ID")
    if stage_id in crm_statuses.entries(call, stages_of(told)):
        return told
    for name, entries in crm_statuses.directories(call).items():
        if name.startswith(DEAL_STAGES) and stage_id in entries:
            return entries[stage_id].category_id or 0
    return told if crm_statuses.entries(call, stages_of(told)) else 0


def _stage(call: Call, directory: str, values: dict[str, Any], before: dict[str, Any], field: str) -> Status:
    entries = crm_statuses.entries(call, directory)
    wanted = (values.get(field), before.get(field), crm_statuses.first(call, directory))
    found = next((entries[name] for name in wanted if name in entries), None)
    return found or Status(directory, before.get(field) or "NEW", "", sort=0)


def _moved(call: Call, moved: bool) -> dict[str, Any]:  # noqa: FBT001
    return {"MOVED_BY_ID": author(call), "MOVED_TIME": call.now} if moved else {}


def author(call: Call) -> int:
    """Return who changes an object: the user of the call, 0 where the server acts by itself."""
    return call.user.id if call.user else 0
