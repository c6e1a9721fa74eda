"""How events look to who fetches them."""

from typing import Any

import msgspec

from tieline.api.wire import Wire, iso
from tieline.services import fetching
from tieline.services.call import Call
from tieline.services.fetching import Reader

MAX_LIMIT = 1_000


class Event(Wire, rename="camel"):
    """An event that was fetched."""

    event_id: int
    type: str
    date: str
    data: dict[str, Any]


class Fetched(Wire, rename="camel"):
    """Events; the next poll confirms them by `nextOffset`. `lastEventId` is the former name of the number before it."""

    events: list[Event]
    next_offset: int
    has_more: bool
    last_event_id: int


def fetched(call: Call, readers: list[Reader], offset: int, limit: int) -> Fetched:
    """Poll queues."""
    batch = fetching.fetch(call, readers, offset=offset, limit=max(1, min(limit, MAX_LIMIT)))
    zone = call.portal.time_zone
    events = [
        Event(event_id=one.number, type=one.event, date=iso(one.created_at, zone), data=msgspec.json.decode(one.data))
        for one in batch.events
    ]
    return Fetched(
        events=events, next_offset=batch.following, has_more=batch.more, last_event_id=max(batch.following - 1, 0)
    )
