"""Bots: how long a customer waits for a bot's answer, and what a thousand polling bots cost everybody else."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from bench import portal
from bench.figures import Bar, Figure, compare, percentile
from bench.load import Connection, Flight, Side, converse, flood
from bench.processes import LOAD_CORE, Server, free_port, healthy, listening, module
from bench.rounds import Numbers, fill, receive
from bench.run import Place, Size, open_place

AT_ONCE = 50
ROUND_TRIPS = 2_000
POLLING, CLIENTS = 1_000, 10
PERIOD = 5.0  # s, of each polling bot
POLLS_AT_ONCE = 20
LEAST_ROUNDS = 5  # beside pollers: the effect is of the size of the noise


class Talk(NamedTuple):
    """A round of round trips, in milliseconds."""

    p50: float
    p99: float


class Talker(NamedTuple):
    """Where customers write to, and what they write."""

    port: int
    request: Callable[[int], bytes]


async def bots(folder: Path, size: Size) -> list[Figure]:
    """Measure round trips against the bare echo, and messages in beside polling bots against those without."""
    with ExitStack() as stack:
        place = await open_place(folder, stack)
        return [*await _round_trips(place, size), await _beside_pollers(place, size)]


async def _round_trips(place: Place, size: Size) -> list[Figure]:
    ours = await _answering_portal(place)
    await place.tap.hold()
    await place.tap.release()
    await converse(ours.port, place.tap, iter(Numbers.take(1)), ours.request, 1)
    await place.tap.save()
    bare = _bare_echo(place, place.bodies.rename(place.folder / "answer"), ours.request)
    pairs = [(await _talk(ours, place), await _talk(bare, place)) for _ in range(size.rounds + 1)]
    measured = pairs[1:]  # the first round warms both sides up
    name = f"round trip by a bot, {AT_ONCE} dialogs at once"
    halves = [(mine.p50, theirs.p50) for mine, theirs in measured]
    return [
        compare(f"{name}, p50", "ms", halves, Bar("<=", 4)),
        compare(f"{name}, p99 against p50", "ms", [(mine.p99, theirs.p50) for mine, theirs in measured]),
        compare(f"{name}, p99", "ms", [(mine.p99, theirs.p99) for mine, theirs in measured]),
    ]


async def _talk(talker: Talker, place: Place) -> Talk:
    delays = await converse(talker.port, place.tap, iter(Numbers.take(ROUND_TRIPS)), talker.request, AT_ONCE)
    milliseconds = [delay / 1e6 for delay in delays]
    return Talk(percentile(milliseconds, 0.5), percentile(milliseconds, 0.99))


def _bot(place: Place, name: str, port: int, server: int, auth: str, bot_id: int) -> None:
    command = module("echo_bot", port=port, server=server, auth=auth, bot=bot_id, form=place.folder / "question")
    bot = place.stack.enter_context(Server(name, command, place.folder, core=LOAD_CORE))
    bot.await_ready(listening(port))


async def _answering_portal(place: Place) -> Talker:
    """Start a portal whose line is received by the bot, with dialogs that have begun."""
    port, bot_port, data = free_port(), free_port(), place.folder / "answering"
    place.stack.enter_context(portal.serve(data, port, place.folder))
    side = portal.set_up(data, port, place.handler)
    token, bot_id = portal.receive_by_bot(data, port, side, f"http://127.0.0.1:{bot_port}/bot")
    _bot(place, "bot", bot_port, port, token, bot_id)
    await flood(port, side.incoming(Numbers.take(AT_ONCE), AT_ONCE), 1)
    return Talker(port, side.asking(AT_ONCE))


def _bare_echo(place: Place, answer: Path, request: Callable[[int], bytes]) -> Talker:
    port, bot_port, bot = free_port(), free_port(), place.folder / "question"
    command = module(
        "bare_echo", port=port, bot=f"http://127.0.0.1:{bot_port}/bot", tobot=bot,
        handler=place.handler, tohandler=answer,
    )  # fmt: skip
    server = place.stack.enter_context(Server("echo", command, place.folder))
    server.await_ready(healthy(port))
    _bot(place, "bare bot", bot_port, port, "bare", 1)
    return Talker(port, request)


async def _beside_pollers(place: Place, size: Size) -> Figure:
    port, data = free_port(), place.folder / "polled"
    server = place.stack.enter_context(portal.serve(data, port, place.folder))
    side = await fill(portal.set_up(data, port, place.handler))
    requests = portal.polling_bots(data, port, CLIENTS, POLLING // CLIENTS)
    for polled in (True, False):  # warms both sides up
        await _receive(server, side, size.messages // 4, requests if polled else [])
    pairs = []
    for number in range(max(size.rounds, LEAST_ROUNDS)):
        rates = {}
        for polled in (True, False) if number % 2 else (False, True):
            rates[polled] = await _receive(server, side, size.messages, requests if polled else [])
        pairs.append((rates[True], rates[False]))
    name = f"send.messages beside {POLLING:,} polling bots (bare: none)"
    return compare(name, "1/s", pairs, Bar(">=", 0.9))


async def _receive(server: Server, side: Side, count: int, requests: list[bytes]) -> float:
    """Measure messages in while bots poll; the bots have to be as quick as they are said to be."""
    if not requests:
        return (await receive(server, side, count)).each_second
    poller = Poller(requests)
    polling = asyncio.create_task(poller.poll(side.port))
    began = time.monotonic()
    try:
        rate = await receive(server, side, count)
    finally:
        polling.cancel()
    due = (time.monotonic() - began) * len(requests) / PERIOD
    if poller.answers < 0.8 * due:
        raise RuntimeError(f"bots polled {poller.answers} times instead of {due:.0f}")
    return rate.each_second


class Poller:
    """Bots that each ask for their events once in a period, one after the other."""

    def __init__(self, requests: list[bytes]) -> None:
        self.requests = requests
        self.answers = 0
        self.free: deque[Connection] = deque()

    async def poll(self, port: int) -> None:
        """Ask until cancelled."""
        flight = Flight()
        await flight.open(port, POLLS_AT_ONCE, self.answered)
        self.free.extend(flight.connections)
        try:
            began = time.monotonic()
            number = 0
            while True:
                due = int((time.monotonic() - began) / PERIOD * len(self.requests))
                while number < due and self.free:
                    self.free.popleft().send(self.requests[number % len(self.requests)])
                    number += 1
                if flight.finished.done():
                    flight.finished.result()
                await asyncio.sleep(0.004)
        finally:
            flight.finished.cancel()
            for connection in flight.connections:
                connection.transport.abort()

    def answered(self, connection: Connection, body: bytes) -> None:
        """Count an answer."""
        del body
        self.answers += 1
        self.free.append(connection)
