"""Records what came of attempts, many in one transaction: deliveries, their lanes, the journal."""

import asyncio
from dataclasses import replace
from typing import NamedTuple

import structlog

from tieline.delivery.retry import SCHEDULE, STRICT_SCHEDULE, Reply, Verdict, judge
from tieline.domain.events import Delivery
from tieline.services.call import Call, World
from tieline.services.messages import note_failure
from tieline.store import journal, outbox, people
from tieline.store.engine import Database, Tx, Unavailable
from tieline.store.journal import Outcome

log = structlog.get_logger(__name__)
TOGETHER = 128
PAUSE = 0.005  # seconds in which attempts gather, since it is the commit that costs
Turn = asyncio.Future[bool]  # of a lane: ends with the commit of its last attempt, and tells whether more is due


class Attempt(NamedTuple):
    """One attempt at a delivery, and its reply."""

    delivery: Delivery
    reply: Reply
    started: int
    ended: int
    hopeless: bool = False


class Recorder:
    """Writes attempts in the order they come, those of a few milliseconds together.

    What a crash takes with it was sent and is sent again, under the same id.
    """

    def __init__(self, database: Database, world: World) -> None:
        self._database = database
        self._world = world
        self._schedule = STRICT_SCHEDULE if world.rules.strict else SCHEDULE
        self._loop = asyncio.get_running_loop()
        self._queue: list[tuple[Attempt, Turn | None]] = []
        self._writing: asyncio.Task[None] | None = None

    @property
    def backlog(self) -> int:
        """How many attempts are not being written yet."""
        return len(self._queue)

    def note(self, attempt: Attempt) -> None:
        """Record an attempt that another one of the same turn follows."""
        self._put(attempt, None)

    async def end(self, attempt: Attempt) -> bool:
        """Record the last attempt of a turn; tells, once it is committed, whether more is due in the lane."""
        turn: Turn = self._loop.create_future()
        self._put(attempt, turn)
        return await turn

    async def close(self) -> None:
        """Wait until everything is recorded."""
        while self._writing is not None:
            await self._writing

    def _put(self, attempt: Attempt, turn: Turn | None) -> None:
        self._queue.append((attempt, turn))
        if self._writing is None:
            self._writing = self._loop.create_task(self._write())

    async def _write(self) -> None:
        try:
            while self._queue:
                await asyncio.sleep(PAUSE)
                batch, self._queue = self._queue[:TOGETHER], self._queue[TOGETHER:]
                try:
                    await self._write_together(batch)
                except Exception:
                    log.exception("attempts cannot be recorded together")
                    for one in batch:
                        await self._write_alone(one)
        finally:
            self._writing = None

    async def _write_together(self, batch: list[tuple[Attempt, Turn | None]]) -> None:
        try:
            more = await self._database.write(lambda tx: self._record(tx, batch))
        except Unavailable as error:
            for _, future in batch:
                if future is not None and not future.done():
                    future.set_exception(error)
            return
        for attempt, future in batch:
            if future is not None and not future.done():
                future.set_result((attempt.delivery.portal_id, attempt.delivery.lane_id) in more)

    async def _write_alone(self, one: tuple[Attempt, Turn | None]) -> None:
        try:
            await self._write_together([one])
        except Exception as error:
            attempt, future = one
            if future is None:
                log.exception("an attempt cannot be recorded", delivery=attempt.delivery.id)
            elif not future.done():
                future.set_exception(error)

    def _record(self, tx: Tx, batch: list[tuple[Attempt, Turn | None]]) -> set[tuple[int, int]]:
        """Write attempts; returns the lanes whose turn is over and in which more is due."""
        now = self._world.clock.now()
        verdicts = [(attempt, self._judge(attempt, now)) for attempt, _ in batch]
        outbox.finish(
            tx,
            [
                (attempt.delivery, "done" if verdict.outcome is Outcome.DELIVERED else "failed")
                for attempt, verdict in verdicts
                if verdict.outcome is not Outcome.RETRY
            ],
            now,
        )
        more = set()
        for (attempt, verdict), (_, turn) in zip(verdicts, batch, strict=True):
            delivery = attempt.delivery
            if verdict.again_at is not None:
                outbox.postpone(tx, delivery, verdict.again_at)
            elif turn is not None and outbox.go_on(tx, delivery.portal_id, delivery.lane_id, now):
                more.add((delivery.portal_id, delivery.lane_id))
            if verdict.outcome is Outcome.FAILED and delivery.message_id is not None:
                portal = people.get_portal(tx, delivery.portal_id)
                note_failure(Call(tx, self._world, portal, now), delivery.message_id, attempt.reply.reason)
        journal.add_entries(tx, [_entry(attempt, verdict.outcome) for attempt, verdict in verdicts])
        return more

    def _judge(self, attempt: Attempt, now: int) -> Verdict:
        delivery = attempt.delivery
        verdict = judge(
            attempt.reply,
            failures=delivery.failures,
            age=now - delivery.created_at,
            now=now,
            schedule=self._schedule,
        )
        return replace(verdict, outcome=Outcome.FAILED, again_at=None) if attempt.hopeless else verdict


def _entry(attempt: Attempt, outcome: Outcome) -> journal.Entry:
    return journal.entry_of(
        attempt.delivery,
        attempt=attempt.delivery.failures + 1,
        started_at=attempt.started,
        duration=attempt.ended - attempt.started,
        outcome=outcome,
        status=attempt.reply.status,
        reason=attempt.reply.reason,
    )
