"""tieline.presence.*: who is there, for the portal's pages."""

from typing import Annotated, Any

from tieline.api.faults import Fault
from tieline.api.method import BASIC, Auth, Doc, Family
from tieline.api.wire import iso_or_none
from tieline.domain.presence import Choice
from tieline.services import presence
from tieline.services.call import Call
from tieline.store import presence as store

UNKNOWN_CHOICE = Fault("ERROR_ARGUMENT", "A person chooses auto, online, away or absent", 400)

family = Family(scopes=(BASIC,), auth=Auth.SESSION)


@family.method("tieline.presence.get", documented=False)
def presence_get(call: Call) -> dict[str, Any]:
    """Return whether the caller is there, since when, and what the caller chose."""
    found = store.find_attendance(call.tx, call.portal_id, call.actor.id)
    since = iso_or_none(found.since or None, call.portal.time_zone)
    return {"choice": found.shown_choice.value, "presence": found.presence.value, "since": since}


@family.method("tieline.presence.set", documented=False, writes=True, errors={ValueError: UNKNOWN_CHOICE})
def presence_set(
    call: Call,
    *,
    choice: Annotated[str, Doc("auto: by the open pages; online: also without one; away; absent.")],
) -> dict[str, Any]:
    """Let the caller say whether he is there."""
    presence.choose(call, call.actor.id, Choice(choice))
    return presence_get(call)
