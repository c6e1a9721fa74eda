"""im.user.* and im.revision.get: people as the messenger shows them, and how the caller is."""

from typing import Annotated, Any

import msgspec

from tieline.api.faults import ApiError, Dialect, Fault, wrong_argument
from tieline.api.method import Doc, Family
from tieline.domain.clock import MINUTE
from tieline.domain.ids import parse_id
from tieline.domain.presence import Status
from tieline.methods.filters import items_of
from tieline.methods.views import user_view
from tieline.services import people, presence
from tieline.services.call import Call
from tieline.store import presence as store

ID_EMPTY = Fault("ID_EMPTY", "User ID can't be empty")
USER_NOT_EXISTS = Fault("USER_NOT_EXISTS", "User does not exist")
INVALID_FORMAT = Fault("INVALID_FORMAT", "A wrong format for the ID field is passed")
STATUS_ERROR = Fault("STATUS_ERROR", "Status is not available")
USUAL_AGO, LONGEST_AGO = 10, 60 * 24 * 30  # minutes
_BY_PARAMETER = {"ID": ID_EMPTY, "STATUS": STATUS_ERROR}

family = Family(
    scopes=("im",),
    dialect=Dialect(
        missing=lambda name: _BY_PARAMETER[name],
        wrong=lambda name, problem: _BY_PARAMETER.get(name) or wrong_argument(name, problem),
    ),
)
AvatarHr = Annotated[str, Doc("The link to the large photo is told in any case.")]


@family.method(
    "im.user.get",
    faults=(ID_EMPTY, USER_NOT_EXISTS),
    unreachable={"ACCESS_DENIED": "nobody calls who belongs to an extranet"},
)
def get(
    call: Call,
    *,
    id: Annotated[int | None, Doc("Id of a person, or of a customer whose dialogs one may read.")] = None,  # noqa: A002
    avatar_hr: AvatarHr = "N",  # noqa: ARG001
) -> dict[str, Any]:
    """Describe a user; the caller if none is named."""
    if id is not None and id <= 0:
        raise ApiError(ID_EMPTY)
    user = call.actor if id is None else people.find_visible(call, id)
    if user is None:
        raise ApiError(USER_NOT_EXISTS)
    return user_view(call, user)


@family.method("im.user.list.get", faults=(INVALID_FORMAT,))
def list_get(
    call: Call,
    *,
    id: Annotated[Any, Doc("Ids, at most 500, as a list or a JSON list in a text.")] = None,  # noqa: A002
    avatar_hr: AvatarHr = "N",  # noqa: ARG001
    result_type: Annotated[str, Doc("`array` for a list; else the users come by their ids.")] = "",
) -> Any:
    """Describe users; ids of nobody are passed over."""
    found = [user for number in _ids(id) if (user := people.find_visible(call, number))]
    views = [user_view(call, user) for user in found]
    return views if result_type == "array" else {str(view["id"]): view for view in views} or []


def _ids(given: Any) -> list[int]:
    if isinstance(given, str):
        try:
            given = msgspec.json.decode(given)
        except (msgspec.DecodeError, RecursionError):
            given = None
    items = items_of(given)
    if not items:
        raise ApiError(INVALID_FORMAT)
    numbers = [parse_id(str(item)) for item in items if isinstance(item, str | int) and not isinstance(item, bool)]
    return list(dict.fromkeys(number for number in numbers if number))


@family.method("im.user.status.get")
def status_get(call: Call) -> str:
    """Return how the caller is: online, dnd, away or break."""
    return store.find_attendance(call.tx, call.portal_id, call.actor.id).said.value


@family.method("im.user.status.set", writes=True, faults=(STATUS_ERROR,))
def status_set(
    call: Call,
    *,
    status: Annotated[str, Doc("online, dnd, away or break; who is not online gets no new dialogs.")],
) -> bool:
    """Let the caller say how he is."""
    if status not in set(Status):
        raise ApiError(STATUS_ERROR)
    presence.say(call, Status(status))
    return True


@family.method("im.user.status.idle.start", writes=True)
def idle_start(
    call: Call,
    *,
    ago: Annotated[int, Doc("For how many minutes already: 10 by default, 1 at least.")] = USUAL_AGO,
) -> bool:
    """Note that the caller is away from the client; who is gets no new dialogs."""
    presence.idle(call, call.now - max(1, min(ago, LONGEST_AGO)) * MINUTE)
    return True


@family.method("im.user.status.idle.end", writes=True)
def idle_end(call: Call) -> bool:
    """Note that the caller is back at the client."""
    presence.idle(call, None)
    return True


@family.method("im.revision.get")
def revision_get(call: Call) -> dict[str, int]:  # noqa: ARG001
    """Return the numbers by which clients know what the messenger can do."""
    return {"rest": 32, "web": 130, "mobile": 22, "desktop": 6, "im_revision_mobile": 22}
