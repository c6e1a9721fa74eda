"""The rounds: each measures one thing on one side, and both sides in the same way."""

import asyncio
import dataclasses
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import msgspec

from bench.figures import percentile
from bench.load import Side, converse, flood, post
from bench.processes import Server, flushes
from bench.receiver import Tap

DIALOGS = 1000
LANES = 300
CONNECTIONS = 32


class Numbers:
    """Gives each message of the run a number of its own."""

    following: ClassVar[int] = 1

    @classmethod
    def take(cls, count: int) -> range:
        """Take numbers that no round has used."""
        first = cls.following
        cls.following += count
        return range(first, first + count)


@dataclass(frozen=True)
class Rate:
    """A round of messages: how many a second, the server's processor time for each, the load's own share."""

    each_second: float
    cpu: float
    load: float
    p50: float
    p99: float


@dataclass(frozen=True)
class Push:
    """A round of operator's messages: milliseconds to the first byte of the event."""

    p50: float
    p99: float
    each_second: float
    cpu: float


async def fill(side: Side) -> Side:
    """Make the dialogs by a first message to each; return the side with the chats of its first dialogs."""
    opened = await flood(side.port, side.incoming(Numbers.take(DIALOGS), DIALOGS), 1, keep=True)
    results = [msgspec.json.decode(body)["result"]["DATA"]["RESULT"][0] for body in opened.bodies]
    chats = [int(result["session"]["CHAT_ID"]) for result in results[:LANES]]
    return dataclasses.replace(side, chats=chats)


async def receive(server: Server, side: Side, count: int) -> Rate:
    """Measure customers' messages, written durably, at 32 connections."""
    cpu, own = server.cpu(), time.process_time()
    done = await flood(side.port, side.incoming(Numbers.take(count), DIALOGS), CONNECTIONS)
    share = (time.process_time() - own) / done.seconds
    milliseconds = [delay / 1e6 for delay in done.delays]
    each = (server.cpu() - cpu) / count * 1e6
    return Rate(count / done.seconds, each, share, percentile(milliseconds, 0.5), percentile(milliseconds, 0.99))


async def push(server: Server, side: Side, tap: Tap, connections: int, count: int) -> Push:
    """Measure operators' messages until their events' first byte; as many on their way as connections."""
    start, cpu = time.monotonic(), server.cpu()
    delays = await converse(side.port, tap, iter(Numbers.take(count)), side.outgoing(), connections)
    seconds = time.monotonic() - start
    milliseconds = [delay / 1e6 for delay in delays]
    each = (server.cpu() - cpu) / count * 1e6
    return Push(percentile(milliseconds, 0.5), percentile(milliseconds, 0.99), count / seconds, each)


class Arrivals:
    """Notes each event's first arrival until all have arrived."""

    def __init__(self, tap: Tap, expected: int) -> None:
        self.expected = expected
        self.moments: dict[int, int] = {}
        self.all: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        tap.heard = self.heard

    def heard(self, key: int, at: int) -> None:
        """Note one event."""
        self.moments.setdefault(key, at)
        if len(self.moments) == self.expected and not self.all.done():
            self.all.set_result(None)

    async def rate(self, released: int) -> float:
        """Wait for the rest; return the events a second since the gate opened, without those held at it."""
        await asyncio.wait_for(self.all, 120)
        after = [at for at in self.moments.values() if at > released]
        if not after:
            raise RuntimeError("all events were on their way before the gate opened: there was no backlog")
        return len(after) / (max(after) - released) * 1e9


@dataclass(frozen=True)
class Drained:
    """A round of a drained backlog: events a second, and how many the sender has on their way at once."""

    each_second: float
    slots: int
    cpu: float


async def at_rest(tap: Tap) -> int:
    """Wait until the number of held requests stays the same for half a second; return it."""
    last = 0
    for _ in range(60):
        now = await tap.held()
        if now == last > 0:
            return now
        last = now
        await asyncio.sleep(0.5)
    raise RuntimeError("the sender does not come to rest")


async def drain(tap: Tap, count: int, pile_up: Callable[[], Awaitable[Server]]) -> Drained:
    """Let a backlog pile up behind a handler that does not answer, open the gate, measure what flows."""
    arrivals = Arrivals(tap, count)
    await tap.hold()
    server = await pile_up()
    slots = await at_rest(tap)
    cpu = server.cpu()
    rate = await arrivals.rate(await tap.release())
    each = (server.cpu() - cpu) / count * 1e6
    tap.heard = None
    await tap.save()
    return Drained(rate, slots, each)


@dataclass(frozen=True)
class Flushed:
    """A traced round: flushes a second, and messages for each flush."""

    each_second: float
    messages: float


async def flushed(server: Server, side: Side, trace: Path, count: int) -> Flushed:
    """Send messages to a traced server, stop it and count."""
    await flood(side.port, side.incoming(Numbers.take(count // 5), DIALOGS), CONNECTIONS)
    start = time.time()
    await flood(side.port, side.incoming(Numbers.take(count), DIALOGS), CONNECTIONS)
    end = time.time()
    server.stop()
    found = flushes(trace, start, end)
    return Flushed(found / (end - start), count / max(found, 1))


async def ceiling(port: int, count: int) -> float:
    """Return the requests a second that the load makes of a server that does nothing."""
    request = post("/nothing", b"x" * 400)
    done = await flood(port, iter([request] * count), CONNECTIONS)
    return count / done.seconds
