"""Which operator a dialog goes to: who is there, has room, and whose turn it is."""

from tieline.domain.lines import Line, QueueType
from tieline.domain.presence import Presence
from tieline.services.call import Call
from tieline.store import routing


def begin(call: Call) -> int:
    """Let nobody else give dialogs to operators until this transaction ends; returns the number of the turn."""
    return routing.take_turn(call.tx, call.portal_id)


def available(call: Call, line: Line, *, behind: int | None = None) -> list[int]:
    """Return the operators who can be given a dialog of a line, the next one first.

    Strictly, that is the order of the queue, going on `behind` an operator; evenly, who had no turn for longest.
    """
    if line.queue_type is QueueType.ALL:
        return []
    free = _free(call, line, line.operators)
    places = {user_id: place for place, user_id in enumerate(line.operators)}
    if line.queue_type is QueueType.STRICTLY:
        after = places.get(behind, -1) if behind is not None else -1
        free.sort(key=lambda candidate: (places[candidate.user_id] <= after, places[candidate.user_id]))
    else:
        free.sort(key=lambda candidate: (candidate.turn, places[candidate.user_id]))
    return [candidate.user_id for candidate in free]


def _free(call: Call, line: Line, user_ids: tuple[int, ...]) -> list[routing.Candidate]:
    counted = line.settings["TYPE_MAX_CHAT"] if line.capacity else None
    return [
        candidate
        for candidate in routing.list_candidates(call.tx, call.portal_id, line.id, user_ids, counted=counted)
        if (not line.checks_presence or candidate.presence is Presence.ONLINE)
        and (not line.capacity or candidate.load < line.capacity)
    ]


def is_free(call: Call, line: Line, user_id: int) -> bool:
    """Tell whether somebody, of a line's queue or not, can be given a dialog of it."""
    return bool(_free(call, line, (user_id,)))


def is_there(call: Call, line: Line, user_id: int) -> bool:
    """Tell whether a line lets an operator keep a dialog in which the customer waits: he is active and not absent."""
    found = routing.list_candidates(call.tx, call.portal_id, line.id, (user_id,), counted=None)
    return bool(found) and (not line.checks_presence or found[0].presence is not Presence.ABSENT)
