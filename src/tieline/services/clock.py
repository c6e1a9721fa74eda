"""The clock of a portal in development: it is stopped, set, moved and made to run faster, and only goes forward."""

from dataclasses import replace

from tieline.domain.clock import PortalClock
from tieline.services import timers
from tieline.services.call import Call
from tieline.store import happenings, people
from tieline.store import timers as timer_store
from tieline.store.signals import ClockChanged

MAX_RATE = 100_000
MAX_MOMENT = 253_402_300_799_000  # the end of the year 9999


class ClockFixed(Exception):
    """In production time is what it is."""


class ClockBackwards(Exception):
    """A clock only goes forward: the order of all that happened rests on it."""


class WrongRate(Exception):
    """A clock runs between not at all and 100,000 times as fast as the machine's."""


def read(call: Call) -> PortalClock:
    """Return the portal's clock."""
    return call.portal.clock or PortalClock(call.real_now, call.real_now)


def freeze(call: Call) -> None:
    """Stop the clock."""
    run(call, 0)


def run(call: Call, rate: float = 1) -> None:
    """Let the clock run on from where it stands, `rate` times as fast as the machine's."""
    if not 0 <= rate <= MAX_RATE:
        raise WrongRate
    _keep(call, replace(read(call), rate=rate).set_to(call.now, call.real_now))


def move_to(call: Call, moment: int, most: int) -> None:
    """Lead the clock to a moment by way of all that is due until then, of which at most so much is done here."""
    if not call.now <= moment <= MAX_MOMENT:
        raise ClockBackwards
    _keep(call, replace(read(call), moment=call.now, since=call.real_now, target=moment))
    nobody = Call(call.tx, call.world, call.portal, call.real_now)
    advance(nobody, most)
    call.portal, call.now = nobody.portal, nobody.now


def _keep(call: Call, clock: PortalClock) -> None:
    if call.world.rules.production:
        raise ClockFixed
    _set(call, clock)
    happenings.add_happening(
        call.tx,
        call.portal_id,
        "clock changed",
        now=call.now,
        actor_id=call.actor.id,
        moment=clock.moment,
        rate=clock.rate,
        target=clock.target,
    )


def _set(call: Call, clock: PortalClock) -> None:
    people.set_portal_clock(call.tx, call.portal_id, clock)
    call.portal = replace(call.portal, clock=clock)
    call.now = clock.at(call.real_now)
    call.tx.signal(ClockChanged(call.portal_id))


def advance(call: Call, most: int) -> int:
    """Do what is due by now, or on the way to where the clock is led, at most so much; returns how much that was.

    By a clock of its own everything happens at its own moment; by the machine's, what is late happens now.
    """
    clock = call.portal.clock
    until = call.now if clock is None or clock.target is None else clock.target
    fired = 0
    while fired < most:
        timer = timer_store.find_due(call.tx, call.portal_id, until)
        if timer is None:
            break
        if clock is not None:
            call.now = max(timer.due_at, clock.moment)
        timers.fire(call, timer)
        fired += 1
    if clock is not None and clock.target is not None:
        reached = fired < most
        _set(call, clock.set_to(clock.target, call.real_now) if reached else replace(clock, moment=call.now))
    return fired
