"""tieline.clock.*: the clock of a portal in development, for tests of what depends on time."""

from typing import Annotated, Any

from tieline.api.faults import Fault
from tieline.api.method import Auth, Doc, Family
from tieline.api.wire import iso
from tieline.domain.clock import SECOND
from tieline.services import clock
from tieline.services.call import Call

PRODUCTION = Fault("ACCESS_DENIED", "The clock is led in development alone", 403)
BACKWARDS = Fault("ERROR_ARGUMENT", "A clock only goes forward", 400)
WRONG_RATE = Fault("ERROR_ARGUMENT", "A clock runs between 0 and 100000 times as fast as the machine's", 400)
MOST = 2_000  # timers that a call sees to itself; what is left is done behind it

family = Family(scopes=("tieline",), auth=Auth.ANY)


def view(call: Call) -> dict[str, Any]:
    """Show a portal's clock."""
    known = clock.read(call)
    return {
        "now": iso(call.now, call.portal.time_zone),
        "moment": call.now,
        "rate": known.rate,
        "led": call.portal.clock is not None,
        "target": None if known.target is None else iso(known.target, call.portal.time_zone),
    }


@family.method("tieline.clock.get", documented=False)
def clock_get(call: Call) -> dict[str, Any]:
    """Return the portal's time, how fast it runs, and where it is being led to."""
    return view(call)


@family.method("tieline.clock.freeze", documented=False, admin=True, writes=True, errors={clock.ClockFixed: PRODUCTION})
def clock_freeze(call: Call) -> dict[str, Any]:
    """Stop the portal's clock."""
    clock.freeze(call)
    return view(call)


@family.method(
    "tieline.clock.run",
    documented=False,
    admin=True,
    writes=True,
    errors={clock.ClockFixed: PRODUCTION, clock.WrongRate: WRONG_RATE},
)
def clock_run(
    call: Call, *, rate: Annotated[int, Doc("How many times as fast as the machine's: 1 by default.")] = 1
) -> dict[str, Any]:
    """Let the portal's clock run on from where it stands."""
    clock.run(call, rate)
    return view(call)


@family.method(
    "tieline.clock.set",
    documented=False,
    admin=True,
    writes=True,
    errors={clock.ClockFixed: PRODUCTION, clock.ClockBackwards: BACKWARDS},
)
def clock_set(
    call: Call, *, moment: Annotated[int, Doc("Milliseconds since 1970 in UTC; not before the present.")]
) -> dict[str, Any]:
    """Lead the portal's clock to a moment; all that is due until then happens in its order, at its own time."""
    clock.move_to(call, moment, MOST)
    return view(call)


@family.method(
    "tieline.clock.move",
    documented=False,
    admin=True,
    writes=True,
    errors={clock.ClockFixed: PRODUCTION, clock.ClockBackwards: BACKWARDS},
)
def clock_move(call: Call, *, seconds: Annotated[int, Doc("How much time passes.")]) -> dict[str, Any]:
    """Let time pass; all that is due meanwhile happens in its order, at its own time."""
    clock.move_to(call, call.now + seconds * SECOND, MOST)
    return view(call)
