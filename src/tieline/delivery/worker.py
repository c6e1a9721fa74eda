"""Claims lanes, sends what is due in each, one after the other, and has recorded what came of it."""

import asyncio
import contextlib
from collections import Counter, deque
from dataclasses import dataclass, field
from itertools import islice

import structlog

from tieline.api.registry import Registry
from tieline.delivery.preparer import LaneKey, Prepared, Preparer
from tieline.delivery.recorder import Attempt, Recorder
from tieline.delivery.retry import Reply
from tieline.delivery.webhook import TIMEOUT, Sender, prepare
from tieline.domain.clock import SECOND
from tieline.domain.events import Delivery
from tieline.domain.ids import new_hex
from tieline.services.call import World
from tieline.store import journal, outbox
from tieline.store.engine import Database, Tx, Unavailable
from tieline.store.signals import Bus, LaneCut, LaneDue, Signal

log = structlog.get_logger(__name__)
SLOTS = 8  # requests at the same time to one handler
POLL = 1.0  # seconds between looks for what a crash or another process left behind
LEASE = 2 * TIMEOUT * SECOND  # a lane is claimed when its turn has come, so this covers one turn
POLLED = 500
CRASHED = 10_000  # lanes that are looked through after a crash
PREPARED_TOGETHER = 32
TURN = 1.0  # seconds after which a lane lets others go before it sends more
FRESH = 1.0  # seconds for which what a commit told is sent without a look at the database
AHEAD = 16  # lanes that are looked up for a handler before it has a slot for them
HELD = 64  # lanes whose only delivery is kept in memory for a handler whose slots are taken
UNRECORDED = 256  # attempts that may wait for being recorded while their handlers get more


@dataclass(slots=True, eq=False)
class Waiting:
    """A lane that waits for a slot, and what it has to send as far as that is known."""

    lane: LaneKey
    head: Delivery | None = None  # its only one, as of a version of the portal
    version: int = 0
    run: list[Prepared] | None = None
    since: float = 0.0  # when that was known
    looked_up: bool = False  # it is being looked up


@dataclass(slots=True)
class Handler:
    """What waits for one handler, and how many requests are on their way to it."""

    url: str
    waiting: deque[Waiting] = field(default_factory=deque)
    busy: int = 0


class Worker:
    """Delivers events in the order of their lanes; a slow handler holds up itself alone.

    In one process lanes are claimed in memory, and written when the outcome is known. On PostgreSQL,
    where several servers may share a database, a claim is a lease in the lane's row.
    """

    def __init__(self, database: Database, world: World, registry: Registry, bus: Bus) -> None:
        self._database = database
        self._world = world
        self._name = new_hex(16)
        self._preparer = Preparer(database, world, registry)
        self._recorder = Recorder(database, world)
        self._alone = database.engine == "sqlite"
        self._lease = None if self._alone else (self._name, LEASE)
        self._handlers: dict[str, Handler] = {}
        self._claimed: set[LaneKey] = set()
        self._told_again: dict[LaneKey, str] = {}
        self._cut: set[LaneKey] = set()
        self._sought: deque[tuple[Handler, Waiting]] = deque()
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._sender = Sender(world.rules)
        self._begun = self._stopping = False
        self._interrupted: list[Delivery] = []
        bus.listen(self._hear)

    def _hear(self, signal: Signal) -> None:
        if isinstance(signal, LaneDue | LaneCut):
            with contextlib.suppress(RuntimeError):  # the loop has been closed
                self._loop.call_soon_threadsafe(self._heed, signal)

    def _heed(self, signal: LaneDue | LaneCut) -> None:
        lane = (signal.portal_id, signal.lane_id)
        if isinstance(signal, LaneDue):
            known = signal.head if self._alone else None
            self._arrive(signal.handler, Waiting(lane, known, signal.version, since=self._loop.time()))
        elif lane in self._claimed:
            self._cut.add(lane)

    def _arrive(self, url: str, waiting: Waiting) -> None:
        if waiting.lane in self._claimed:
            self._told_again[waiting.lane] = url
            return
        self._claimed.add(waiting.lane)
        handler = self._handlers.get(url)
        if handler is None:
            handler = self._handlers[url] = Handler(url)
        elif len(handler.waiting) >= HELD:
            waiting.head = None
        handler.waiting.append(waiting)
        self._admit(handler)

    def _admit(self, handler: Handler) -> None:
        """Let as many lanes of a handler go as it has slots; the next few are looked up meanwhile.

        The one whose turn has come is looked up in any case, since nothing goes past it.
        """
        if self._stopping:
            return
        while handler.waiting and handler.busy < SLOTS and (run := self._known(handler.waiting[0])):
            self._start(handler, handler.waiting.popleft().lane, run)
        following = list(islice(handler.waiting, SLOTS - handler.busy + AHEAD))
        its_turn = handler.busy < SLOTS and bool(following)
        if its_turn:
            unknown = [waiting for waiting in following if not self._known(waiting)]
        else:  # what is told with its head need not be prepared yet
            oldest = self._loop.time() - FRESH
            unknown = [one for one in following if not (one.head or one.run) or one.since < oldest]
        if its_turn or len(following) - len(unknown) < AHEAD // 2:  # look up many together
            for waiting in unknown:
                if not waiting.looked_up:
                    waiting.looked_up = True
                    self._sought.append((handler, waiting))
                    self._wake.set()
        if not handler.busy and not handler.waiting:
            self._handlers.pop(handler.url, None)

    def _known(self, waiting: Waiting) -> list[Prepared] | None:
        """Return what a lane has to send, if that is known and not too old."""
        if waiting.lane in self._cut or self._loop.time() - waiting.since > FRESH:
            return None
        if waiting.run is None and waiting.head is not None:
            prepared = self._preparer.prepare_head(waiting.head, waiting.version)
            waiting.head, waiting.run = None, [prepared] if prepared else None
        return waiting.run

    def _start(self, handler: Handler, lane: LaneKey, run: list[Prepared]) -> None:
        handler.busy += 1
        task = self._loop.create_task(self._serve(handler, lane, run))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def run(self) -> None:
        """Work until cancelled or stopped."""
        await self._database.write(self._begin)
        self._begun = True
        polling = asyncio.create_task(self._poll_forever())
        try:
            while not self._stopping:
                await self._wake.wait()
                self._wake.clear()
                while self._sought and not self._stopping:
                    count = min(len(self._sought), PREPARED_TOGETHER)
                    await self._look_up([self._sought.popleft() for _ in range(count)])
        finally:
            polling.cancel()

    def _begin(self, tx: Tx) -> None:
        """Note the run; where the last one crashed, say which heads may have been on their way."""
        now = self._world.clock.now()
        if not self._alone or self._begun or not outbox.begin_run(tx, self._name, now):
            return
        sent: Counter[str] = Counter()
        for portal_id, lane_id, url in outbox.list_due_lanes(tx, now, CRASHED):
            sent[url] += 1
            if sent[url] <= SLOTS:
                heads = outbox.find_heads(tx, portal_id, lane_id, now, 1)
                journal.add_entries(tx, [journal.interrupted(head, now) for head in heads])

    async def _look_up(self, sought: list[tuple[Handler, Waiting]]) -> None:
        lanes = [waiting.lane for _, waiting in sought]
        for lane in lanes:  # what was told until now is seen when the lane is looked up
            self._told_again.pop(lane, None)
            self._cut.discard(lane)
        found: list[list[Prepared]] = [[] for _ in lanes]
        try:
            found = await self._preparer.prepare(lanes, self._lease)
        except Unavailable:
            log.warning("lanes cannot be prepared")
        except Exception:
            log.exception("lanes cannot be prepared")
        since = self._loop.time()  # a look that took long is good for a while too
        for (handler, waiting), run in zip(sought, found, strict=True):
            waiting.looked_up, waiting.run, waiting.since = False, run, since
            if not run:
                handler.waiting.remove(waiting)
                self._release(handler, waiting.lane, more=False)
        for handler in {id(handler): handler for handler, _ in sought}.values():
            self._admit(handler)

    async def stop(self, patience: float) -> None:
        """Let requests on their way finish for a while, then leave; what is not recorded is sent again later."""
        self._stopping = True
        self._wake.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=patience)
        left, held = list(self._tasks), list(self._claimed)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self._recorder.close()
        await self._sender.close()
        with contextlib.suppress(Unavailable):
            await self._database.write(lambda tx: self._end(tx, held))

    def _end(self, tx: Tx, held: list[LaneKey]) -> None:
        now = self._world.clock.now()
        journal.add_entries(tx, [journal.interrupted(delivery, now) for delivery in self._interrupted])
        if self._alone:
            outbox.end_run(tx, self._name)
        else:
            outbox.release_lanes(tx, held, self._name)

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
                self._arrive(url, Waiting((portal_id, lane_id)))

    async def _serve(self, handler: Handler, lane: LaneKey, run: list[Prepared]) -> None:
        """Send what is due in a lane; it goes behind the others if it has more.

        The slot is free again as soon as the last request is answered, the lane when that is recorded.
        """
        more, occupied = False, True
        until = self._loop.time() + TURN
        try:
            for place, prepared in enumerate(run, 1):
                attempt = await self._try(prepared)
                over = place == len(run) or lane in self._cut or self._stopping or self._loop.time() > until
                if attempt.reply.accepted and not over:
                    self._recorder.note(attempt)
                    continue
                if self._recorder.backlog < UNRECORDED:
                    occupied = False
                    self._free_slot(handler)
                more = await self._recorder.end(attempt)
                break
        except Unavailable:
            log.warning("an outcome cannot be recorded", lane=lane)
        except Exception:
            log.exception("a delivery failed", lane=lane)
        finally:
            if occupied:
                self._free_slot(handler)
            self._release(handler, lane, more=more)

    async def _try(self, prepared: Prepared) -> Attempt:
        now = self._world.clock.now
        started = now()
        if prepared.origin is None:
            reply = Reply(reason=prepared.refusal)
        else:
            outgoing = prepare(prepared.delivery, prepared.data, prepared.origin, started, prepared.grants)
            try:
                reply = await self._sender.send(outgoing)
            except asyncio.CancelledError:
                self._interrupted.append(prepared.delivery)
                raise
        return Attempt(prepared.delivery, reply, started, now(), prepared.hopeless)

    def _free_slot(self, handler: Handler) -> None:
        handler.busy -= 1
        self._admit(handler)

    def _release(self, handler: Handler, lane: LaneKey, *, more: bool) -> None:
        """Give a lane back, or put it behind the others."""
        self._cut.discard(lane)
        self._claimed.discard(lane)
        told = self._told_again.pop(lane, None)
        url = handler.url if more else told
        if url is not None:
            self._arrive(url, Waiting(lane))
