"""tieline.notices.*: what the caller should know of, for the portal's pages."""

from typing import Annotated, Any

from tieline.api.method import BASIC, Auth, Doc, Family
from tieline.api.wire import iso
from tieline.services import notices
from tieline.services.call import Call
from tieline.store import notices as store

MAX_LIMIT = 200

family = Family(scopes=(BASIC,), auth=Auth.SESSION)


@family.method("tieline.notices.list", documented=False)
def notices_list(
    call: Call,
    *,
    before: Annotated[int | None, Doc("Id of a notice: only older ones.")] = None,
    limit: Annotated[int, Doc("How many at most: 50 by default, 200 at most.")] = 50,
) -> dict[str, Any]:
    """List the caller's notices, newest first, and how many have not been read."""
    found = store.list_notices(
        call.tx, call.portal_id, call.actor.id, before=before, limit=max(1, min(limit, MAX_LIMIT))
    )
    return {
        "items": [
            {
                "id": notice.id,
                "kind": notice.kind,
                "text": notice.text,
                "chatId": notice.chat_id,
                "date": iso(notice.created_at, call.portal.time_zone),
                "read": notice.read_at is not None,
            }
            for notice in found
        ],
        "unread": store.count_unread(call.tx, call.portal_id, call.actor.id),
    }


@family.method("tieline.notices.read", documented=False, writes=True)
def notices_read(call: Call, *, up_to: Annotated[int, Doc("Id of the newest notice that was seen.")]) -> int:
    """Note that the caller has seen the notices up to one; returns how many are left."""
    return notices.read(call, up_to)
