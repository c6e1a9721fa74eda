"""Claims lanes, sends the head of each, records what came of it, and goes on with the next."""

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass, field, replace

import msgspec
import structlog

from tieline.api.registry import Registry
from tieline.delivery.retry import SCHEDULE, STRICT_SCHEDULE, Reply, judge
from tieline.delivery.webhook import TIMEOUT, Outgoing, Sender, auth_block, prepare
from tieline.domain.apps import EVENT_TOKEN_REUSE, App
from tieline.domain.clock import SECOND
from tieline.domain.ids import new_hex
from tieline.services import apps
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
LEASE = 60_000
RENEW = (TIMEOUT + 5) * SECOND  # a lease that ends sooner is renewed before a request goes out
POLLED = 500
PREPARED_TOGETHER = 32

LaneKey = tuple[int, int]
Tokens = dict[tuple[int, int, int], tuple[str, int]]  # of (portal, application, user): a token and when it was made


@dataclass(slots=True)
class Handler:
    """What waits for one handler, and how many requests are on their way to it."""

    waiting: deque[LaneKey] = field(default_factory=deque)
    busy: int = 0


@dataclass(frozen=True, slots=True)
class Prepared:
    """The head of a lane, ready to go; or why it cannot."""

    delivery: Delivery
    data: str
    outgoing: Outgoing | None
    refusal: str = ""


class Worker:
    """Delivers events in the order of their lanes; a slow handler holds up itself alone.

    In one process lanes are claimed in memory and written once, when the outcome is known. On PostgreSQL,
    where several servers may share a database, a claim is a lease in the lane's row.
    """

    def __init__(self, database: Database, world: World, registry: Registry, bus: Bus) -> None:
        self._database = database
        self._world = world
        self._registry = registry
        self._name = new_hex(16)
        self._schedule = STRICT_SCHEDULE if world.rules.strict else SCHEDULE
        self._handlers: dict[str, Handler] = {}
        self._claimed: set[LaneKey] = set()
        self._told_again: set[LaneKey] = set()
        self._arrived: deque[LaneKey] = deque()
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._leases: dict[LaneKey, int] = {}
        self._tokens: Tokens = {}
        self._loop = asyncio.get_running_loop()
        self._sender = Sender(world.rules)
        self._stopping = False
        bus.listen(self._hear)

    def _hear(self, signal: Signal) -> None:
        if isinstance(signal, LaneDue):
            with contextlib.suppress(RuntimeError):  # the loop has been closed
                self._loop.call_soon_threadsafe(self._arrive, (signal.portal_id, signal.lane_id))

    def _arrive(self, lane: LaneKey) -> None:
        if lane in self._claimed:
            self._told_again.add(lane)
            return
        self._claimed.add(lane)
        self._arrived.append(lane)
        self._wake.set()

    async def run(self) -> None:
        """Work until cancelled or stopped."""
        polling = asyncio.create_task(self._poll_forever())
        try:
            while not self._stopping:
                await self._wake.wait()
                self._wake.clear()
                while self._arrived and not self._stopping:
                    together = [self._arrived.popleft() for _ in range(min(len(self._arrived), PREPARED_TOGETHER))]
                    await self._prepare_and_queue(together)
        finally:
            polling.cancel()

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
        for lane in await self._database.read(lambda tx: outbox.list_due_lanes(tx, now, limit)):
            if lane not in self._claimed:
                self._arrive(lane)

    async def _prepare_and_queue(self, lanes: list[LaneKey]) -> None:
        """Sort lanes by handler; each handler takes as many at a time as it has slots."""
        now = self._world.clock.now()
        try:
            run = self._database.read if self._database.engine == "sqlite" else self._database.write
            handlers = await run(lambda tx: [self._claim(tx, lane) for lane in lanes])
            self._leases.update(dict.fromkeys(lanes, now + LEASE))
        except Unavailable:
            log.warning("lanes cannot be claimed")
            handlers = [None] * len(lanes)
        for lane, url in zip(lanes, handlers, strict=True):
            if url is None:
                self._let_go(lane)
            else:
                handler = self._handlers.setdefault(url, Handler())
                handler.waiting.append(lane)
                self._pump(url, handler)

    def _claim(self, tx: Tx, lane: LaneKey) -> str | None:
        now = self._world.clock.now()
        if tx.engine != "sqlite" and not outbox.claim_lane(tx, *lane, worker=self._name, now=now, until=now + LEASE):
            return None
        return outbox.find_handler(tx, *lane, now)

    def _pump(self, url: str, handler: Handler) -> None:
        while handler.waiting and handler.busy < SLOTS and not self._stopping:
            handler.busy += 1
            task = asyncio.create_task(self._serve(url, handler, handler.waiting.popleft()))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, url: str, handler: Handler, lane: LaneKey) -> None:
        """Send one lane's head; the lane goes behind the others if it has more."""
        more = False
        try:
            more = await self._deliver_head(lane)
        except Unavailable:
            log.warning("an outcome cannot be recorded", lane=lane)
        except Exception:
            log.exception("a delivery failed", lane=lane)
        finally:
            handler.busy -= 1
            if more:
                handler.waiting.append(lane)
            else:
                self._let_go(lane)
            self._pump(url, handler)
            if not handler.busy and not handler.waiting:
                self._handlers.pop(url, None)

    def _let_go(self, lane: LaneKey) -> None:
        self._claimed.discard(lane)
        self._leases.pop(lane, None)
        if lane in self._told_again:
            self._told_again.discard(lane)
            self._arrive(lane)

    async def _deliver_head(self, lane: LaneKey) -> bool:
        self._told_again.discard(lane)
        prepared = await self._prepare(lane)
        if prepared is None:
            return False
        started = self._world.clock.now()
        if prepared.outgoing is None:
            reply = Reply(reason=prepared.refusal)
        else:
            reply = await self._sender.send(prepared.outgoing)
        return await self._database.write(lambda tx: self._record(tx, prepared, reply, started))

    async def _prepare(self, lane: LaneKey) -> Prepared | None:
        """Render the head: on a reader, unless a lease ends soon or a token must be made first."""
        if self._database.engine != "sqlite" and not await self._holds(lane):
            return None
        try:
            return await self._database.read(lambda tx: self._render(tx, lane, None))
        except _NeedsWriter:
            made: Tokens = {}
            prepared = await self._database.write(lambda tx: self._render(tx, lane, made))
            self._tokens.update(made)  # only now are they committed
            return prepared

    async def _holds(self, lane: LaneKey) -> bool:
        """Tell whether a lane is still ours, its lease renewed where it has waited long for its turn."""
        now = self._world.clock.now()
        if self._leases.get(lane, 0) - now >= RENEW:
            return True
        held = await self._database.write(
            lambda tx: outbox.claim_lane(tx, *lane, worker=self._name, now=now, until=now + LEASE)
        )
        if held:
            self._leases[lane] = now + LEASE
        return held

    def _render(self, tx: Tx, lane: LaneKey, made: Tokens | None) -> Prepared | None:
        """Make the head's request; tokens for it go into `made`, which only a writer has."""
        now = self._world.clock.now()
        delivery = outbox.find_head(tx, *lane, now)
        if delivery is None:
            return None
        portal = self._world.cache.get(
            tx, delivery.portal_id, "portal", lambda: people.get_portal(tx, delivery.portal_id)
        )
        call = Call(tx, self._world, portal, now)
        app = call.find_app(delivery.app_id)
        event = self._registry.find_event(delivery.event)
        if app is None or event is None:
            return Prepared(delivery, delivery.data or "[]", None, "the application is gone")
        data = delivery.data
        if data is None:
            fact = msgspec.convert(delivery.fact, event.fact)
            data = msgspec.json.encode(event.render(call, fact)).decode()
        auth = self._auth(call, app, delivery, with_refresh=event.with_refresh_token, made=made)
        vault = self._world.vault
        outgoing = prepare(
            delivery.handler,
            delivery.event,
            delivery.binding_id,
            data,
            auth,
            stable_id=f"evt_{delivery.portal_id}_{delivery.id}",
            key=vault.unseal(app.sealed_signing_key),
            now=now,
        )
        return Prepared(delivery, data, outgoing)

    def _auth(
        self, call: Call, app: App, delivery: Delivery, *, with_refresh: bool, made: Tokens | None
    ) -> dict[str, object]:
        binding = next((b for b in call.bindings(delivery.event) if b.id == delivery.binding_id), None)
        user_id = (binding.auth_user_id if binding else None) or delivery.actor_id
        access = refresh = None
        if user_id is not None and with_refresh:
            if made is None:
                raise _NeedsWriter
            grant = apps.issue(call, app, user_id)
            access, refresh = grant.access_token, grant.refresh_token
        elif user_id is not None:
            access = self._event_token(call, app, user_id, made)
        return auth_block(
            call.portal,
            app,
            call.world.vault.unseal(app.sealed_application_token),
            now=call.now,
            user_id=user_id,
            access_token=access,
            refresh_token=refresh,
        )

    def _event_token(self, call: Call, app: App, user_id: int, made: Tokens | None) -> str:
        """Return a token for events, made once for ten minutes and good for the full hour that each event claims."""
        key = (call.portal_id, app.id, user_id)
        known = self._tokens.get(key)
        if known is not None and call.now - known[1] < EVENT_TOKEN_REUSE:
            return known[0]
        if made is None:
            raise _NeedsWriter
        token = apps.event_token(call, app, user_id)
        made[key] = (token, call.now)
        return token

    def _record(self, tx: Tx, prepared: Prepared, reply: Reply, started: int) -> bool:
        delivery, now = prepared.delivery, self._world.clock.now()
        verdict = judge(
            reply, failures=delivery.failures, age=now - delivery.created_at, now=now, schedule=self._schedule
        )
        if prepared.outgoing is None:
            verdict = replace(verdict, outcome=Outcome.FAILED)
        more = False
        if verdict.outcome is Outcome.RETRY:
            assert verdict.again_at is not None
            outbox.postpone(tx, delivery, verdict.again_at, prepared.data)
        else:
            state = "done" if verdict.outcome is Outcome.DELIVERED else "failed"
            holder = None if tx.engine == "sqlite" else self._name
            until = now + LEASE if holder else None
            more = outbox.finish(tx, delivery, state, now, prepared.data, worker=holder, until=until)
        if verdict.outcome is Outcome.FAILED and "message_id" in delivery.fact:
            portal = people.get_portal(tx, delivery.portal_id)
            note_failure(Call(tx, self._world, portal, now), delivery.fact["message_id"], reply.reason)
        add_entry(tx, delivery.portal_id, _entry(delivery, verdict.outcome, reply, started, now))
        return more


class _NeedsWriter(Exception):
    """A token must be made, which a reader cannot."""


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
