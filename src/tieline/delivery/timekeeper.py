"""Fires timers when they are due, leads portals' clocks, and notes pages that are gone."""

import asyncio
import contextlib

import structlog

from tieline.domain.clock import SECOND
from tieline.services import clock, presence
from tieline.services.call import Call, World
from tieline.store import people, timers
from tieline.store import presence as presence_store
from tieline.store.engine import Database, Tx, Unavailable
from tieline.store.signals import Bus, ClockChanged, Signal

log = structlog.get_logger(__name__)
AT_ONCE = 100  # timers in one transaction
POLL = 1.0  # seconds between looks
SHORTEST = 0.02


class Timekeeper:
    """Looks what is due; where several servers share a database each timer fires on one of them."""

    def __init__(self, database: Database, world: World, bus: Bus) -> None:
        self._database = database
        self._world = world
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        bus.listen(self._hear)

    def _hear(self, signal: Signal) -> None:
        if isinstance(signal, ClockChanged):
            with contextlib.suppress(RuntimeError):  # the loop has been closed
                self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            pause = POLL
            try:
                pause = await self.look()
            except Unavailable:
                log.warning("timers cannot be read")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            self._wake.clear()

    async def look(self) -> float:
        """Do what is due in all portals; returns how many seconds are left until the next look."""
        pauses = [POLL]
        for portal in await self._database.read(people.list_portals):
            pauses.append(await self._look_at(portal.id))  # noqa: PERF401 - one after the other
        return max(min(pauses), SHORTEST)

    async def _look_at(self, portal_id: int) -> float:
        """Do what is due in a portal, some at a time; returns how many seconds are left until the next is."""
        fired = AT_ONCE
        while (pause := await self._database.read(lambda tx: self._pause(tx, portal_id))) <= 0 and fired == AT_ONCE:
            fired = await self._database.write(lambda tx: self._advance(tx, portal_id))
        return pause

    def _advance(self, tx: Tx, portal_id: int) -> int:
        call = self._call(tx, portal_id)
        presence.sweep(call)
        return clock.advance(call, AT_ONCE)

    def _pause(self, tx: Tx, portal_id: int) -> float:
        """Return how many seconds are left until something is due; 0 where it is."""
        call = self._call(tx, portal_id)
        led = clock.read(call)
        if led.target is not None or presence_store.list_gone(tx, portal_id, call.real_now):
            return 0
        due = timers.find_first(tx, portal_id)
        return POLL if due is None else led.due_in(due, call.real_now) / SECOND

    def _call(self, tx: Tx, portal_id: int) -> Call:
        return Call(tx, self._world, people.get_portal(tx, portal_id), self._world.clock.now())
