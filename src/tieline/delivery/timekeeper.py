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
        while await self._database.read(lambda tx: self._has_work(tx, portal_id)):
            fired = await self._database.write(lambda tx: self._advance(tx, portal_id))
            if fired < AT_ONCE:
                break
        return await self._database.read(lambda tx: self._pause(tx, portal_id))

    def _has_work(self, tx: Tx, portal_id: int) -> bool:
        portal = people.get_portal(tx, portal_id)
        real_now = self._world.clock.now()
        due = timers.find_first(tx, portal.id)
        return (
            (due is not None and due <= Call(tx, self._world, portal, real_now).now)
            or (portal.clock is not None and portal.clock.target is not None)
            or bool(presence_store.list_gone(tx, portal.id, real_now))
        )

    def _advance(self, tx: Tx, portal_id: int) -> int:
        call = Call(tx, self._world, people.get_portal(tx, portal_id), self._world.clock.now())
        presence.sweep(call)
        return clock.advance(call, AT_ONCE)

    def _pause(self, tx: Tx, portal_id: int) -> float:
        portal, due = people.get_portal(tx, portal_id), timers.find_first(tx, portal_id)
        if due is None or portal.clock is None:
            return POLL if due is None else (due - self._world.clock.now()) / SECOND
        return portal.clock.due_in(due, self._world.clock.now()) / SECOND
