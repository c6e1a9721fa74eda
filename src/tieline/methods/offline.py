"""event.offline.*: the queues that applications read in their own time, and the notice that there is something."""

from typing import Annotated, Any

from tieline.api import filters
from tieline.api.faults import ApiError, Fault, wrong_argument
from tieline.api.filters import Field
from tieline.api.method import BASIC, Auth, Doc, Family, Page, Spelled, Tokens
from tieline.api.wire import Wire, WrongValue, iso, parse_iso, reader
from tieline.domain.apps import OfflineRow
from tieline.domain.events import OfflineQueueGrown
from tieline.services import offline
from tieline.services.call import Call
from tieline.store import offline as store
from tieline.store.filters import Condition, Order

DENIED = Fault("ACCESS_DENIED", "Access denied!", 403)
family = Family(scopes=(BASIC,), auth=Auth.APP, admin=DENIED)
PAGE = 50
_FIELDS = {
    "ID": Field("id", reader(int)),
    "TIMESTAMP_X": Field("changed_at", lambda value: parse_iso(reader(str)(value)) // 1000),
    "EVENT_NAME": Field("event", lambda value: reader(str)(value).upper()),
    "MESSAGE_ID": Field("id", reader(int)),
}
_FIELDS_OF_LIST = _FIELDS | {
    "PROCESS_ID": Field("process_id", reader(str)),
    "ERROR": Field("failed", reader(int)),
}
Filter = Annotated[
    dict[str, Any] | None, Doc("Conditions by field, each name behind an operator such as `>=`."), Spelled("filter")
]
Sort = Annotated[dict[str, Any] | None, Doc("ASC or DESC by field."), Spelled("order")]
Connector = Annotated[str, Doc("Source key of the queue, as given when it was bound."), Spelled("auth_connector")]
ProcessId = Annotated[str, Doc("Process that reserved the records."), Spelled("process_id")]
MessageIds = Annotated[list[int] | None, Doc("Only records with these MESSAGE_ID."), Spelled("message_id")]


class Batch(Wire):
    """Records that were taken out of a queue, and the process that reserved them, unless they are gone."""

    process_id: str | None
    events: list[dict[str, Any]]


def _view(call: Call, row: OfflineRow) -> dict[str, Any]:
    return {
        "ID": str(row.id),
        "TIMESTAMP_X": iso(row.changed_at, call.portal.time_zone),
        "EVENT_NAME": row.event,
        "EVENT_DATA": offline.data_of(call, row) or False,
        "EVENT_ADDITIONAL": False,
        "MESSAGE_ID": str(row.id),
    }


def _conditions(given: dict[str, Any] | None, fields: dict[str, Field]) -> list[Condition]:
    try:
        return filters.conditions(given, fields)
    except WrongValue as error:
        raise ApiError(wrong_argument("filter", error.problem)) from error


def _orders(given: dict[str, Any] | None, fields: dict[str, Field], default: str) -> list[Order]:
    try:
        return filters.orders(given or {default: "ASC"}, fields)
    except WrongValue as error:
        raise ApiError(wrong_argument("order", error.problem)) from error


@family.method("event.offline.get", writes=True, admin=True)
def get(
    call: Call,
    *,
    filter: Filter = None,  # noqa: A002 - the request's own name
    order: Sort = None,
    limit: Annotated[int, Doc("How many records to take, at most 1000."), Spelled("limit")] = PAGE,
    clear: Annotated[bool, Doc("Forget what is returned; else it is reserved until cleared."), Spelled("clear")] = True,
    process_id: Annotated[str, Doc("Take what this process has reserved before."), Spelled("process_id")] = "",
    auth_connector: Connector = "",
    error: Annotated[bool, Doc("Return records marked as failed, too."), Spelled("error")] = False,
) -> Batch:
    """Take the first records out of the offline queue; parallel calls get different ones."""
    taken = offline.take(
        call,
        auth_connector,
        conditions=_conditions(filter, _FIELDS),
        orders=_orders(order, _FIELDS, "TIMESTAMP_X"),
        limit=limit if limit > 0 else PAGE,
        clear=clear,
        process_id=process_id,
        failed=error,
    )
    return Batch(process_id=taken.process_id, events=[_view(call, row) for row in taken.rows])


@family.method("event.offline.list", admin=True)
def list_(
    call: Call,
    *,
    filter: Filter = None,  # noqa: A002 - the request's own name
    order: Sort = None,
    start: Annotated[
        int, Doc("How many to pass over; -1 returns the first 50 without counting."), Spelled("start")
    ] = 0,
    auth_connector: Connector = "",
) -> Page:
    """List the offline queue as it is, 50 records a page."""
    offset, conditions = max(start, 0), _conditions(filter, _FIELDS_OF_LIST)
    queue = (call.tx, call.portal_id, call.owner.id, auth_connector)
    after = call.real_now - offline.RESERVED
    rows = store.list_rows(
        *queue,
        reserved_after=after,
        conditions=conditions,
        orders=_orders(order, _FIELDS_OF_LIST, "ID"),
        limit=PAGE,
        offset=offset,
    )
    items = [_view(call, row) | {"PROCESS_ID": row.process_id, "ERROR": str(int(row.failed))} for row in rows]
    if start == -1:
        return Page(items)
    total = store.count_rows(*queue, reserved_after=after, conditions=conditions)
    return Page(items, total=total, next=offset + PAGE if offset + PAGE < total else None)


@family.method("event.offline.clear", writes=True, admin=True)
def clear(
    call: Call,
    *,
    process_id: ProcessId,
    id: Annotated[list[int] | None, Doc("Only records with these ID."), Spelled("id")] = None,  # noqa: A002
    message_id: MessageIds = None,
) -> bool:
    """Forget records that were reserved; without ids all of the process, but for those marked as failed."""
    offline.clear(call, process_id, id if id is not None else message_id)
    return True


@family.method("event.offline.error", writes=True, admin=True)
def error(call: Call, *, process_id: ProcessId, message_id: MessageIds = None) -> bool:
    """Keep reserved records, marked as failed; without ids all of the process."""
    offline.fail(call, process_id, message_id)
    return True


@family.event("OnOfflineEvent", of=OfflineQueueGrown, tokens=Tokens.REFRESH)
def offline_event(_: Call, fact: OfflineQueueGrown) -> list[Any]:  # noqa: ARG001 - it tells nothing but itself
    """The application's offline queue has something new."""
    return []
