"""event.* and events: subscriptions of applications, and the test event."""

from typing import Annotated, Any

import msgspec

from tieline.api.faults import ApiError, Dialect, Fault, Problem, missing_argument, wrong_argument
from tieline.api.method import BASIC, Auth, Doc, Family, Spelled
from tieline.api.wire import Int, Wire
from tieline.domain.apps import NOTICE_PAUSE
from tieline.domain.clock import DAY, SECOND
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
NO_SUCH_USER = wrong_argument("auth_type", Problem("id of an active user"))
LONG_CONNECTOR = wrong_argument(
    "auth_connector", Problem(f"string of at most {subscriptions.MAX_CONNECTOR} characters")
)
MOST_SECONDS = DAY // SECOND


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


class BindingOptions(Wire):
    """Settings of a subscription; only notices of offline queues have any."""

    min_timeout: Int = msgspec.field(name="minTimeout", default=NOTICE_PAUSE // SECOND)


def _is_offline(event_type: str) -> bool:
    if event_type.lower() not in ("online", "offline"):
        raise ApiError(wrong_argument("event_type", Problem("online or offline")))
    return event_type.lower() == "offline"


def _notice_pause(options: BindingOptions) -> int:
    if not 0 <= options.min_timeout <= MOST_SECONDS:
        raise ApiError(wrong_argument("options", Problem(f"object with minTimeout from 0 to {MOST_SECONDS}")))
    return options.min_timeout * SECOND


def _required(handler: str) -> str:
    if not handler:
        raise ApiError(missing_argument("handler"))
    return handler


@family.method(
    "event.bind",
    writes=True,
    errors={
        subscriptions.EventUnknown: EVENT_NOT_FOUND,
        subscriptions.AlreadyBound: ALREADY_BOUND,
        subscriptions.OfflineAdminRequired: BIND_OFFLINE,
        subscriptions.AdminRequired: BIND_FOREIGN,
        subscriptions.HandlerRefused: WRONG_HANDLER,
        subscriptions.UserUnknown: NO_SUCH_USER,
        subscriptions.ConnectorRefused: LONG_CONNECTOR,
    },
)
def bind(
    call: Call,
    *,
    event: EventName,
    handler: Annotated[str, Doc("Address that receives the event; none for an offline one."), Spelled("handler")] = "",
    auth_type: AuthType = None,
    event_type: EventType = "online",
    auth_connector: Annotated[str, Doc("Source key of offline events."), Spelled("auth_connector")] = "",
    options: Annotated[
        BindingOptions | None,
        Doc("Settings: `minTimeout`, the least seconds between two notices of OnOfflineEvent."),
        Spelled("options"),
    ] = None,
) -> bool:
    """Subscribe a handler of the application to an event, or have the event queued for the application."""
    pause = _notice_pause(options or BindingOptions())
    if _is_offline(event_type):
        subscriptions.bind_offline(call, event, auth_connector)
    else:
        subscriptions.bind(call, event, _required(handler), auth_user_id=auth_type or None, notice_pause=pause)
    return True


@family.method(
    "event.unbind",
    writes=True,
    errors={subscriptions.OfflineAdminRequired: UNBIND_OFFLINE, subscriptions.AdminRequired: UNBIND_FOREIGN},
    may_be_empty=("auth_type",),
)
def unbind(
    call: Call,
    *,
    event: EventName,
    handler: Annotated[str, Doc("Address that was bound; none for an offline one."), Spelled("handler")] = "",
    auth_type: Annotated[
        str | None, Doc("Only subscriptions with this user; 0 or empty: those without."), Spelled("auth_type")
    ] = None,
    event_type: EventType = "online",
    auth_connector: Annotated[
        str | None, Doc("Only offline events of this source key; of all keys by default."), Spelled("auth_connector")
    ] = None,
) -> dict[str, int]:
    """End subscriptions of the application; returns how many there were."""
    if _is_offline(event_type):
        return {"count": subscriptions.unbind_offline(call, event, auth_connector)}
    user_id = int(auth_type) if auth_type and auth_type.isdecimal() and len(auth_type) < 19 else 0  # noqa: PLR2004
    count = subscriptions.unbind(
        call, event, _required(handler), auth_user_id=user_id or None, any_user=auth_type is None
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
            **({"connector_id": binding.connector} if binding.offline else {}),
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
