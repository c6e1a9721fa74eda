"""One run: both sides started, their rounds interleaved, their figures made."""

from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import urlencode

from bench import bare, portal
from bench.figures import Bar, Figure, alone, compare
from bench.load import Side, flood
from bench.processes import LOAD_CORE, STRACE, Server, free_port, healthy, listening, module, traced
from bench.receiver import Tap
from bench.rounds import (
    CONNECTIONS,
    DIALOGS,
    LANES,
    Drained,
    Flushed,
    Numbers,
    Push,
    ceiling,
    drain,
    fill,
    flushed,
    push,
    receive,
)

T = TypeVar("T")
SLOTS = 8


class Pair(NamedTuple, Generic[T]):
    """What a round found on both sides."""

    tieline: T | None
    bare: T


@dataclass(frozen=True)
class Size:
    """How much a run measures."""

    rounds: int
    messages: int
    pushes: int
    events: int


@dataclass(frozen=True)
class Contender:
    """One side that is running, and how to start it anew under a tracer."""

    side: Side
    server: Server
    again: Callable[[Path], Server]


@dataclass(frozen=True)
class Place:
    """Where a run takes place: its folder, the receiver and the line to it, what to stop at the end."""

    folder: Path
    handler: str
    port: int
    bodies: Path
    tap: Tap
    stack: ExitStack


async def open_place(folder: Path, stack: ExitStack) -> Place:
    """Start the receiver and connect to it."""
    port, line, bodies = free_port(), folder / "tap", folder / "bodies"
    command = module("receiver", port=port, socket=line, bodies=bodies)
    receiver = stack.enter_context(Server("receiver", command, folder, core=LOAD_CORE))
    receiver.await_ready(listening(port))
    return Place(folder, f"http://127.0.0.1:{port}/hook", port, bodies, await Tap.connect(line), stack)


async def start_tieline(place: Place) -> Contender:
    """Start a fresh portal and fill it."""
    port, data = free_port(), place.folder / "tieline"
    server = place.stack.enter_context(portal.serve(data, port, place.folder))
    side = await fill(portal.set_up(data, port, place.handler))
    return Contender(side, server, lambda trace: portal.serve(data, port, place.folder, trace=trace))


async def start_bare(place: Place, form: Path) -> Contender:
    """Start the bare server and fill it."""
    port, data = free_port(), place.folder / "bare"
    data.mkdir()
    command = module("bare", data=data, port=port, dialogs=DIALOGS, handler=place.handler, form=form)

    def begin(command: list[str]) -> Server:
        server = place.stack.enter_context(Server("bare", command, place.folder))
        server.await_ready(healthy(port))
        return server

    server = begin(command)
    side = await fill(Side("bare", port, bare.TOKEN, 1, "/rest/1/code/", []))
    return Contender(side, server, lambda trace: begin(traced(command, trace)))


async def catch_form(place: Place, tieline: Contender) -> Path:
    """Let tieline send one event and keep its body: the bare server posts the same."""
    await place.tap.hold()
    await place.tap.release()
    await push(tieline.server, tieline.side, place.tap, 1, 1)
    await place.tap.save()
    return place.bodies.rename(place.folder / "form")


def plain_form(folder: Path) -> Path:
    """Write a body of the documented shape, for a run without tieline."""
    auth = dict.fromkeys(("access_token", "application_token", "member_id"), "0" * 32)
    auth |= {
        "expires": "1773762761",
        "expires_in": "3600",
        "scope": "imconnector,imopenlines,im",
        "status": "L",
    }
    auth |= {"domain": "localhost:8443", "user_id": "1", "client_endpoint": "https://localhost:8443/rest/"}
    auth |= {"server_endpoint": "https://localhost:8443/rest/"}
    message = "data[MESSAGES][0]"
    fields = {"event": "ONIMCONNECTORMESSAGEADD", "event_handler_id": "1", "ts": "1773759161"}
    fields |= {"data[CONNECTOR]": "bench", "data[LINE]": "1", f"{message}[im][chat_id]": "1"}
    fields |= {f"{message}[im][message_id]": "1", f"{message}[message][user_id]": "1"}
    fields |= {f"{message}[message][text]": "[b]Olga:[/b] [br]It is on its way, zq000000000zq."}
    fields |= {f"{message}[chat][id]": "chat-1"} | {f"auth[{key}]": value for key, value in auth.items()}
    file = folder / "form"
    file.write_text(urlencode(fields))
    return file


class Run:
    """The contenders and their rounds; `tieline` is None when only the bare side is looked at."""

    def __init__(self, place: Place, size: Size, bare: Contender, tieline: Contender | None) -> None:
        self.place = place
        self.size = size
        self.bare = bare
        self.tieline = tieline
        self.figures: list[Figure] = []
        self.notes: list[str] = []

    async def interleave(self, measure: Callable[[Contender], Coroutine[Any, Any, T]]) -> list[Pair[T]]:
        """Measure both sides in turn; who begins changes from round to round."""
        found: list[Pair[T]] = []
        for number in range(self.size.rounds):
            if self.tieline is None:
                found.append(Pair(None, await measure(self.bare)))
            elif number % 2:
                ours = await measure(self.tieline)
                found.append(Pair(ours, await measure(self.bare)))
            else:
                other = await measure(self.bare)
                found.append(Pair(await measure(self.tieline), other))
        return found

    def add(
        self,
        figure: str,
        unit: str,
        pairs: list[Pair[T]],
        ours: Callable[[T], float],
        bar: Bar | None = None,
        *,
        against: Callable[[T], float] | None = None,
    ) -> None:
        """Add a figure: ours of each round against the bare side's (the same quantity, or another of it)."""
        theirs = against or ours
        both = [(ours(pair.tieline), theirs(pair.bare)) for pair in pairs if pair.tieline is not None]
        if both:
            self.figures.append(compare(figure, unit, both, bar))
        else:
            self.figures.append(alone(f"bare: {figure}", unit, median(ours(pair.bare) for pair in pairs)))

    async def all(self) -> None:
        """Measure everything."""
        await self.load_alone()
        await self.receiving()
        for connections in (1, CONNECTIONS):
            await self.pushing(connections)
        await self.draining()
        await self.flushing()

    async def load_alone(self) -> None:
        """Measure how fast the load is when nothing is done with its requests."""
        port = free_port()
        command = module("receiver", port=port, socket=self.place.folder / "idle", bodies=self.place.bodies)
        with Server("nothing", command, self.place.folder) as nothing:
            nothing.await_ready(listening(port))
            rate = await ceiling(port, 50_000)
        self.notes.append(f"The load alone makes {rate:,.0f} requests/s of a server that does nothing.")

    async def receiving(self) -> None:
        """Measure customers' messages coming in."""
        for contender in (self.bare, self.tieline):
            if contender is not None:
                await receive(contender.server, contender.side, self.size.messages // 10)
        pairs = await self.interleave(lambda one: receive(one.server, one.side, self.size.messages))
        name = f"send.messages, {CONNECTIONS} connections"
        self.add(name, "1/s", pairs, lambda rate: rate.each_second, Bar(">=", 0.45))
        self.add(f"{name}, CPU a message", "us", pairs, lambda rate: rate.cpu)
        self.add(f"{name}, answer p50", "ms", pairs, lambda rate: rate.p50)
        self.add(f"{name}, answer p99", "ms", pairs, lambda rate: rate.p99)
        busy = max(rate.load for pair in pairs for rate in pair if rate is not None)
        rates = [pair.bare.each_second for pair in pairs]
        self.notes.append(f"The load used at most {busy:.0%} of its core while messages came in.")
        self.notes.append(f"The bare side's rounds made {min(rates):,.0f} to {max(rates):,.0f} messages/s.")

    async def pushing(self, connections: int) -> None:
        """Measure operators' messages until their events arrive."""
        count = self.size.pushes if connections > 1 else self.size.pushes // 3

        async def measure(one: Contender) -> Push:
            return await push(one.server, one.side, self.place.tap, connections, count)

        for contender in (self.bare, self.tieline):
            if contender is not None:
                await push(contender.server, contender.side, self.place.tap, connections, LANES)
        pairs = await self.interleave(measure)
        name = f"message to event, {connections} at once"
        self.add(f"{name}, p50", "ms", pairs, lambda push: push.p50, Bar("<=", 3))
        self.add(
            f"{name}, p99 against p50",
            "ms",
            pairs,
            lambda push: push.p99,
            Bar("<=", 6),
            against=lambda push: push.p50,
        )
        self.add(f"{name}, p99", "ms", pairs, lambda push: push.p99)
        self.add(f"{name}, rate", "1/s", pairs, lambda push: push.each_second)
        self.add(f"{name}, CPU a message", "us", pairs, lambda push: push.cpu)

    async def draining(self) -> None:
        """Measure how fast a backlog leaves: tieline's first in each round, for the other posts its forms."""
        pairs = []
        for _ in range(self.size.rounds):
            ours = await self.drain_tieline(self.tieline) if self.tieline else None
            pairs.append(Pair(ours, await self.drain_bare(ours.slots if ours else SLOTS)))
        name = f"{self.size.events:,} events drained"
        self.add(name, "1/s", pairs, lambda drained: drained.each_second, Bar(">=", 0.40))
        self.add(f"{name}, CPU an event", "us", pairs, lambda drained: drained.cpu)
        self.notes.append(f"Both drained over {pairs[-1].bare.slots} connections.")

    async def drain_tieline(self, tieline: Contender) -> Drained:
        """Let operators write while the handler does not answer, then let it answer."""
        request = tieline.side.outgoing()

        async def pile_up() -> Server:
            messages = (request(number) for number in Numbers.take(self.size.events))
            await flood(tieline.side.port, messages, CONNECTIONS)
            return tieline.server

        return await drain(self.place.tap, self.size.events, pile_up)

    async def drain_bare(self, slots: int) -> Drained:
        """Let a process of its own post the forms that tieline has posted."""
        if self.tieline is None:
            form = (self.place.folder / "form").read_text()
            forms = [bare.MARK.sub(f"zq{number:09}zq", form) for number in Numbers.take(self.size.events)]
            self.place.bodies.write_text("\n".join(forms))
        command = module("bare_sender", url=self.place.handler, bodies=self.place.bodies, slots=slots)
        with ExitStack() as stack:

            async def pile_up() -> Server:
                return stack.enter_context(Server("sender", command, self.place.folder))

            return await drain(self.place.tap, self.size.events, pile_up)

    async def flushing(self) -> None:
        """Count flushes, in a round of its own under strace, each side started anew."""
        if STRACE is None:
            self.notes.append("Flushes: not measured, there is no strace.")
            return
        ours = await self.count_flushes(self.tieline) if self.tieline else None
        pairs = [Pair(ours, await self.count_flushes(self.bare))]
        self.add("flushes (under strace)", "1/s", pairs, lambda flushed: flushed.each_second)
        self.add("messages a flush (under strace)", "", pairs, lambda flushed: flushed.messages)

    async def count_flushes(self, one: Contender) -> Flushed:
        """Start a side anew under the tracer and send it messages."""
        one.server.stop()
        trace = self.place.folder / f"{one.side.name}.trace"
        with one.again(trace) as server:
            return await flushed(server, one.side, trace, self.size.messages // 4)
