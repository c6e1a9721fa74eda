"""tieline.crm.search: objects of the CRM to choose from, for the portal's pages."""

from typing import Annotated, Any

from tieline.api.method import BASIC, Auth, Doc, Family
from tieline.domain.crm import CrmObject, EntityType
from tieline.services import files
from tieline.services.call import Call
from tieline.store import crm as store

MOST_FOUND = 20  # of a type
MOST_IDS = 100
MAX_TEXT = 200
family = Family(scopes=(BASIC,), auth=Auth.SESSION)


@family.method("tieline.crm.search", documented=False)
def search(
    call: Call,
    *,
    types: Annotated[list[str], Doc("lead, deal, contact and company, whichever are to be found.")],
    text: Annotated[str, Doc("A part of the name or the title.")] = "",
    ids: Annotated[list[int] | None, Doc("Finds these alone.")] = None,
) -> list[dict[str, Any]]:
    """Find objects of the CRM by their names, the newest 20 of each type."""
    wanted = dict.fromkeys(filter(None, map(EntityType.named, types)))
    return [
        _view(call, one)
        for entity in wanted
        for one in store.search_objects(
            call.tx, call.portal_id, entity, text.strip()[:MAX_TEXT], ids and ids[:MOST_IDS], MOST_FOUND
        )
    ]


def _view(call: Call, found: CrmObject) -> dict[str, Any]:
    name = f"{found['NAME'] or ''} {found['LAST_NAME'] or ''}".strip()
    told = {
        "id": f"{found.type.letter}_{found.id}",
        "type": found.type.name.lower(),
        "title": found["TITLE"] or name or f"{found.type.name.capitalize()} #{found.id}",
        "desc": name if found["TITLE"] else "",
        "url": f"/crm/{found.type.name.lower()}/show/{found.id}/",
    }
    return told | ({"image": files.image_link(call, str(found["PHOTO"]))} if found["PHOTO"] else {})
