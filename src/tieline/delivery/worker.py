"""Claims lanes, sends the head of each, records what came of it, and goes on with the next."""

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass, field, replace

import structlog

from tieline.api.registry import Registry
from tieline.delivery.preparer import LaneKey, Prepared, Preparer
from tieline.delivery.retry import SCHEDULE, STRICT_SCHEDULE, Reply, judge
from tieline.delivery.webhook import TIMEOUT, Sender
from tieline.domain.clock import SECOND
from tieline.domain.ids import new_hex
from tieline.services.call import Call, World
from tieline.services.chats import note_failure
from tieline.store import outbox, people
from tieline.store.engine import Database, Tx, Unavailable
from tieline.store.journal import Entry, Outcome, add_entry
from tieline.store.outbox import Delivery
from tieline.store.signals import Bus, LaneDue, Signal

log = structlog.get_logger(__name__)
SLOTS = 8  # requests at the same time to one handler
POLL = 1.0  # seconds between looks for what a crash or another process left behind
LEASE = 2 * TIMEOUT * SECOND  # a lane is claimed when its turn has come, so this covers one request
POLLED = 500
PREPARED_TOGETHER = 32


@dataclass(slots=True)
class Handler:
    """What waits for one handler, and how many requests are being prepared or on their way to it."""

    url: str
    waiting: deque[LaneKey] = field(default_factory=deque)
    busy: int = 0


class Worker:
    """Delivers events in the order of their lanes; a slow handler holds up itself alone.

    In one process lanes are claimed in memory and written once, when the outcome is known. On PostgreSQL,
    where several servers may share a database, a claim is a lease in the lane's row.
    """

    def __init__(self, database: Database, world: World, registry: Registry, bus: Bus) -> None:
        self._database = database
        self._world = world
        self._name = new_hex(16)
        self._schedule = STRICT_SCHEDULE if world.rules.strict else SCHEDULE
        self._preparer = Preparer(database, world, registry)
        self._lease = None if database.engine == "sqlite" else (self._name, LEASE)
        self._handlers: dict[str, Handler] = {}
        self._claimed: set[LaneKey] = set()
        self._told_again: dict[LaneKey, str] = {}
        self._admitted: deque[tuple[Handler, LaneKey]] = deque()
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._sender = Sender(world.rules)
        self._stopping = False
        bus.listen(self._hear)

    def _hear(self, signal: Signal) -> None:
        if isinstance(signal, LaneDue):
            with contextlib.suppress(RuntimeError):  # the loop has been closed
                self._loop.call_soon_threadsafe(self._arrive, (signal.portal_id, signal.lane_id), signal.handler)

    def _arrive(self, lane: LaneKey, url: str) -> None:
        if lane in self._claimed:
            self._told_again[lane] = url
            return
        self._claimed.add(lane)
        handler = self._handlers.get(url)
        if handler is None:
            handler = self._handlers[url] = Handler(url)
        handler.waiting.append(lane)
        self._admit(handler)

    def _admit(self, handler: Handler) -> None:
        """Let as many lanes of a handler go as it has slots; what is admitted is prepared together."""
        while handler.waiting and handler.busy < SLOTS and not self._stopping:
            handler.busy += 1
            self._admitted.append((handler, handler.waiting.popleft()))
            self._wake.set()
        if not handler.busy and not handler.waiting:
            self._handlers.pop(handler.url, None)

    async def run(self) -> None:
        """Work until cancelled or stopped."""
        polling = asyncio.create_task(self._poll_forever())
        try:
            while not self._stopping:
                await self._wake.wait()
                self._wake.clear()
                while self._admitted and not self._stopping:
                    count = min(len(self._admitted), PREPARED_TOGETHER)
                    await self._start([self._admitted.popleft() for _ in range(count)])
        finally:
            polling.cancel()

    async def _start(self, turns: list[tuple[Handler, LaneKey]]) -> None:
        for _, lane in turns:
            self._told_again.pop(lane, None)  # what was told until now is seen when the head is looked up
        try:
            found = await self._preparer.prepare([lane for _, lane in turns], self._lease)
        except Unavailable:
            log.warning("lanes cannot be prepared")
            found = [None] * len(turns)
        except Exception:
            log.exception("lanes cannot be prepared")
            found = [None] * len(turns)
        for (handler, lane), prepared in zip(turns, found, strict=True):
            if prepared is None:
                self._end_turn(handler, lane, more=False)
            else:
                task = asyncio.create_task(self._serve(handler, lane, prepared))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def stop(self, patience: float) -> None:
        """Let requests on their way finish for a while, then leave; what is not recorded is sent again later."""
        self._stopping = True
        self._wake.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=patience)
        left = list(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self._sender.close()
        held = [] if self._database.engine == "sqlite" else list(self._claimed)
        with contextlib.suppress(Unavailable):
            await self._database.write(lambda tx: outbox.release_lanes(tx, held, self._name))

    async def _poll_forever(self) -> None:
        while True:
            try:
                await self.look()
            except Unavailable:
                log.warning("the outbox cannot be read")
            await asyncio.sleep(POLL)

    async def look(self) -> None:
        """Find lanes that are due: what a crash or another process left behind, and what has waited long enough."""
        now = self._world.clock.now()
        limit = POLLED + len(self._claimed)  # those that wait for a dead handler hide no others
        for portal_id, lane_id, url in await self._database.read(lambda tx: outbox.list_due_lanes(tx, now, limit)):
            if (portal_id, lane_id) not in self._claimed:
                self._arrive((portal_id, lane_id), url)

    async def _serve(self, handler: Handler, lane: LaneKey, prepared: Prepared) -> None:
        """Send one lane's head and record what came of it; the lane goes behind the others if it has more."""
        more = False
        try:
            started = self._world.clock.now()
            if prepared.outgoing is None:
                reply = Reply(reason=prepared.refusal)
            else:
                reply = await self._sender.send(prepared.outgoing)
            more = await self._database.write(lambda tx: self._record(tx, prepared, reply, started))
        except Unavailable:
            log.warning("an outcome cannot be recorded", lane=lane)
        except Exception:
            log.exception("a delivery failed", lane=lane)
        finally:
            self._end_turn(handler, lane, more=more)

    def _end_turn(self, handler: Handler, lane: LaneKey, *, more: bool) -> None:
        handler.busy -= 1
        if more:
            handler.waiting.append(lane)
        else:
            self._claimed.discard(lane)
            url = self._told_again.pop(lane, None)
            if url is not None:
                self._arrive(lane, url)
        self._admit(handler)

    def _record(self, tx: Tx, prepared: Prepared, reply: Reply, started: int) -> bool:
        delivery, now = prepared.delivery, self._world.clock.now()
        verdict = judge(
            reply, failures=delivery.failures, age=now - delivery.created_at, now=now, schedule=self._schedule
        )
        if prepared.hopeless:
            verdict = replace(verdict, outcome=Outcome.FAILED)
        more = False
        if verdict.outcome is Outcome.RETRY:
            assert verdict.again_at is not None
            outbox.postpone(tx, delivery, verdict.again_at, prepared.data)
        else:
            state = "done" if verdict.outcome is Outcome.DELIVERED else "failed"
            more = outbox.finish(tx, delivery, state, now, prepared.data)
        if verdict.outcome is Outcome.FAILED and "message_id" in delivery.fact:
            portal = people.get_portal(tx, delivery.portal_id)
            note_failure(Call(tx, self._world, portal, now), delivery.fact["message_id"], reply.reason)
        add_entry(tx, delivery.portal_id, _entry(delivery, verdict.outcome, reply, started, now))
        return more


def _entry(delivery: Delivery, outcome: Outcome, reply: Reply, started: int, now: int) -> Entry:
    return Entry(
        delivery_id=delivery.id,
        event_id=delivery.event_id,
        app_id=delivery.app_id,
        event=delivery.event,
        handler=delivery.handler,
        chat_id=delivery.chat_id,
        attempt=delivery.failures + 1,
        started_at=started,
        duration=now - started,
        outcome=outcome,
        status=reply.status,
        reason=reply.reason,
    )
