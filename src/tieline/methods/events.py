"""event.* and events: subscriptions of applications, and the test event."""

from typing import Annotated, Any

import msgspec

from tieline.api.differences import Difference
from tieline.api.faults import ApiError, Dialect, Fault, missing_argument, wrong_argument
from tieline.api.method import BASIC, Auth, Doc, Family, Spelled
from tieline.api.wire import Wire
from tieline.domain.events import TestFired
from tieline.services import subscriptions
from tieline.services.call import Call

EVENT_NOT_FOUND = Fault("ERROR_EVENT_NOT_FOUND", "Event not found")
ALREADY_BOUND = Fault("ERROR_CORE", "Unable to set event handler: Handler already binded")
BIND_OFFLINE = Fault("ACCESS_DENIED", "Access denied! Offline events binding requires administrator access rights", 403)
BIND_FOREIGN = Fault(
    "ACCESS_DENIED", "Access denied! Event binding with AUTH_TYPE requires administrator access rights", 403
)
UNBIND_OFFLINE = Fault(
    "ACCESS_DENIED", "Access denied! Offline events unbinding requires administrator access rights", 403
)
UNBIND_FOREIGN = Fault(
    "ACCESS_DENIED", "Access denied! Event unbinding with AUTH_TYPE requires administrator access rights", 403
)
WRONG_HANDLER = Fault("ERROR_ARGUMENT", "")


def _missing(name: str) -> Fault:
    return EVENT_NOT_FOUND if name == "event" else missing_argument(name)


family = Family(scopes=(BASIC,), auth=Auth.APP, dialect=Dialect(missing=_missing, wrong=wrong_argument))
EventName = Annotated[str, Doc("Name of the event, in any case."), Spelled("event")]
AuthType = Annotated[
    int | None,
    Doc("Id of the user whose tokens the event brings; the acting one by default."),
    Spelled("auth_type"),
]
EventType = Annotated[str, Doc("`online`, or `offline` for a queue that the application reads."), Spelled("event_type")]
OFFLINE = Difference(17, "Offline events are refused.")
NOT_YET = "offline events are not offered yet"


def _offline(call: Call, event_type: str, refusal: Fault) -> bool:
    if event_type.lower() != "offline":
        return False
    if not call.actor.is_admin:
        raise ApiError(refusal)
    raise ApiError(EVENT_NOT_FOUND.saying(NOT_YET))


@family.method(
    "event.bind",
    differs=(OFFLINE,),
    writes=True,
    errors={
        subscriptions.EventUnknown: EVENT_NOT_FOUND,
        subscriptions.AlreadyBound: ALREADY_BOUND,
        subscriptions.AdminRequired: BIND_FOREIGN,
        subscriptions.HandlerRefused: WRONG_HANDLER,
    },
    faults=(BIND_OFFLINE,),
)
def bind(
    call: Call,
    *,
    event: EventName,
    handler: Annotated[str, Doc("Address that receives the event."), Spelled("handler")] = "",
    auth_type: AuthType = None,
    event_type: EventType = "online",
    auth_connector: Annotated[str, Doc("Source key of offline events."), Spelled("auth_connector")] = "",
    options: Annotated[dict[str, Any] | None, Doc("Settings of the subscription."), Spelled("options")] = None,
) -> bool:
    """Subscribe a handler of the application to an event."""
    offline = _offline(call, event_type, BIND_OFFLINE)
    if not handler and not offline:
        raise ApiError(missing_argument("handler"))
    subscriptions.bind(
        call,
        event,
        handler,
        auth_user_id=auth_type or None,
        offline=offline,
        connector=auth_connector,
        options=msgspec.json.encode(options or {}).decode(),
    )
    return True


@family.method(
    "event.unbind",
    differs=(OFFLINE,),
    writes=True,
    errors={subscriptions.AdminRequired: UNBIND_FOREIGN},
    faults=(UNBIND_OFFLINE,),
    may_be_empty=("auth_type",),
)
def unbind(
    call: Call,
    *,
    event: EventName,
    handler: Annotated[str, Doc("Address that was bound."), Spelled("handler")] = "",
    auth_type: Annotated[
        str | None, Doc("Only subscriptions with this user; 0 or empty: those without."), Spelled("auth_type")
    ] = None,
    event_type: EventType = "online",
) -> dict[str, int]:
    """End subscriptions of the application; returns how many there were."""
    offline = _offline(call, event_type, UNBIND_OFFLINE)
    if not handler:
        raise ApiError(missing_argument("handler"))
    user_id = int(auth_type) if auth_type and auth_type.isdecimal() and len(auth_type) < 19 else 0  # noqa: PLR2004
    count = subscriptions.unbind(
        call, event, handler, auth_user_id=user_id or None, any_user=auth_type is None, offline=offline
    )
    return {"count": count}


@family.method("event.get")
def get(call: Call) -> list[dict[str, Any]]:
    """List subscriptions of the application: an administrator sees all, others their own."""
    return [
        {
            "event": binding.event,
            "handler": binding.handler,
            "auth_type": str(binding.auth_user_id or 0),
            "offline": int(binding.offline),
        }
        for binding in subscriptions.own_bindings(call)
    ]


@family.method("events", may_be_empty=("scope",))
def events(
    call: Call,
    *,
    scope: Annotated[str | None, Doc("Only events of this scope; empty: those of everybody.")] = None,
    full: Annotated[bool, Doc("All events of the server; of no effect beside SCOPE.")] = False,
) -> list[str]:
    """List names of events that can be subscribed to."""
    catalogue = call.world.catalogue
    if scope is not None:
        return catalogue.event_names([scope or BASIC])
    return catalogue.event_names([BASIC, *catalogue.scopes] if full else call.scopes)


@family.method("event.test", writes=True)
def test(call: Call, /, **query: Any) -> int:
    """Send the application a test event with the request's own parameters."""
    fact = TestFired(app_id=call.owner.id, actor_id=call.actor.id, query=query, language=call.portal.language)
    subscriptions.publish(call, fact)
    return 1


class TestData(Wire):
    """The parameters of the call that asked for a test event."""

    QUERY: dict[str, Any]
    LANGUAGE_ID: str


@family.event("OnAppTest", of=TestFired)
def app_test(_: Call, fact: TestFired) -> TestData:
    """The application asked for a test event."""
    return TestData(QUERY=fact.query, LANGUAGE_ID=fact.language)
