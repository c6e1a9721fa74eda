"""The load: keep-alive HTTP over raw asyncio sockets, requests built beforehand, answers hardly parsed."""

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import msgspec

if TYPE_CHECKING:
    from bench.receiver import Tap

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
PATIENCE = 120.0


class RefusedError(RuntimeError):
    """The server answered with something else than success."""


class Connection(asyncio.Protocol):
    """One keep-alive connection that has at most one request on its way."""

    def __init__(self, answered: "Callable[[Connection, bytes], None]", broke: Callable[[str], None]) -> None:
        self.answered = answered
        self.broke = broke
        self.seen = b""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.send = self.transport.write

    def data_received(self, data: bytes) -> None:
        if self.seen:
            data = self.seen + data
        end = data.find(b"\r\n\r\n")
        length = LENGTH.search(data, 0, end + 2) if end >= 0 else None
        if length is None or len(data) < end + 4 + int(length[1]):
            if end >= 0 and length is None:
                self.broke(f"an answer without a length: {data[:300]!r}")
            self.seen = data
            return
        self.seen = b""
        if data[9:12] != b"200" or b'"SUCCESS":false' in data:
            self.broke(data.decode(errors="replace"))
        else:
            self.answered(self, data[end + 4 :])

    def connection_lost(self, exc: Exception | None) -> None:
        self.broke(f"the connection was closed: {exc}")


class Flight:
    """A set of connections and the future that ends when their work is done, or broke."""

    def __init__(self) -> None:
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.connections: list[Connection] = []

    async def open(self, port: int, count: int, answered: Callable[[Connection, bytes], None]) -> None:
        """Connect `count` times."""
        loop = asyncio.get_running_loop()
        for _ in range(count):
            made = await loop.create_connection(lambda: Connection(answered, self.broke), "127.0.0.1", port, family=2)
            self.connections.append(made[1])

    def broke(self, why: str) -> None:
        """End the flight with what went wrong."""
        if not self.finished.done():
            self.finished.set_exception(RefusedError(why))

    async def end(self) -> None:
        """Wait for the end and close."""
        try:
            await asyncio.wait_for(self.finished, PATIENCE)
        finally:
            if not self.finished.done():
                self.finished.cancel()
            for connection in self.connections:
                connection.transport.abort()


@dataclass
class Flood:
    """What a flood gave: its length, and each answer's delay in nanoseconds."""

    seconds: float = 0.0
    delays: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)


async def flood(port: int, requests: Iterator[bytes], connections: int, *, keep: bool = False) -> Flood:
    """Send all requests, each connection its next one as soon as it has the last answer."""
    flight, out, sent = Flight(), Flood(), dict[Connection, int]()
    clock = time.monotonic_ns

    def go(connection: Connection) -> None:
        request = next(requests, None)
        if request is not None:
            sent[connection] = clock()
            connection.send(request)
            return
        del sent[connection]
        if not sent and not flight.finished.done():
            flight.finished.set_result(None)

    def answered(connection: Connection, body: bytes) -> None:
        out.delays.append(clock() - sent[connection])
        if keep:
            out.bodies.append(body)
        go(connection)

    await flight.open(port, connections, answered)
    start = clock()
    sent.update(dict.fromkeys(flight.connections, start))
    for connection in flight.connections:
        go(connection)
    await flight.end()
    out.seconds = (clock() - start) / 1e9
    return out


async def converse(
    port: int, tap: "Tap", keys: Iterator[int], request: Callable[[int], bytes], connections: int
) -> list[int]:
    """Send messages, each connection its next one when the last is answered and its event has arrived.

    Returns for each message the nanoseconds from its sending to the first byte of its event at the handler.
    So as many messages are on their way as there are connections; no queue grows that would hide the delay.
    """
    flight, delays = Flight(), list[int]()
    waiting: dict[int, tuple[Connection, int]] = {}
    halves: dict[Connection, int] = {}
    clock = time.monotonic_ns

    def go(connection: Connection) -> None:
        key = next(keys, None)
        if key is not None:
            halves[connection] = 2
            waiting[key] = (connection, clock())
            connection.send(request(key))
            return
        halves.pop(connection, None)
        if not halves and not flight.finished.done():
            flight.finished.set_result(None)

    def half(connection: Connection, _: bytes = b"") -> None:
        halves[connection] -= 1
        if not halves[connection]:
            go(connection)

    def arrived(key: int, at: int) -> None:
        known = waiting.pop(key, None)
        if known is not None:
            delays.append(at - known[1])
            half(known[0])

    await flight.open(port, connections, half)
    tap.heard = arrived
    for connection in flight.connections:
        go(connection)
    try:
        await flight.end()
    finally:
        tap.heard = None
    return delays


def post(path: str, body: bytes) -> bytes:
    """Build one request."""
    head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


NUMBER = b"000000000"
QUESTION = f"Where is my parcel? Order {NUMBER.decode()}, please."


def parts(path: str, body: dict[str, object]) -> list[bytes]:
    """Build a request and cut it where a message's number goes."""
    return post(path, msgspec.json.encode(body)).split(NUMBER)


def _in_turn(templates: list[list[bytes]]) -> Callable[[int], bytes]:
    return lambda number: (b"%09d" % number).join(templates[number % len(templates)])


@dataclass(frozen=True)
class Side:
    """How one side is addressed: the same requests, but for port, path, token and ids."""

    name: str
    port: int
    token: str
    line: int
    operator_path: str
    chats: list[int]

    def incoming(self, numbers: range, dialogs: int) -> Iterator[bytes]:
        """Give a customer's message for each number, over all dialogs in turn."""
        templates = [self.customer_parts(i) for i in range(dialogs)]
        for n in numbers:
            yield (b"%09d" % n).join(templates[n % dialogs])

    def customer_parts(
        self, dialog: int, text: str = f"Where is my parcel? Order {NUMBER.decode()}, please."
    ) -> list[bytes]:
        """Cut the request of one dialog where the message's number goes."""
        message = {"id": f"m{NUMBER.decode()}", "date": 1_790_000_000, "text": text}
        item = {
            "user": {"id": f"user-{dialog}", "name": "Ann"},
            "message": message,
            "chat": {"id": f"chat-{dialog}"},
        }
        body = {"auth": self.token, "CONNECTOR": "bench", "LINE": self.line, "MESSAGES": [item]}
        return parts("/rest/imconnector.send.messages.json", body)

    def asking(self, dialogs: int) -> Callable[[int], bytes]:
        """Give the function that builds a customer's message with a mark, over the dialogs in turn."""
        text = QUESTION.replace(NUMBER.decode(), f"zq{NUMBER.decode()}zq")
        return _in_turn([self.customer_parts(i, text) for i in range(dialogs)])

    def outgoing(self) -> Callable[[int], bytes]:
        """Give the function that builds an operator's message, over the known chats in turn."""
        return _in_turn([self.operator_parts(chat) for chat in self.chats])

    def operator_parts(self, chat: int) -> list[bytes]:
        """Cut the request of one chat where the message's number goes."""
        text = f"It is on its way, zq{NUMBER.decode()}zq."
        return parts(f"{self.operator_path}im.message.add.json", {"DIALOG_ID": f"chat{chat}", "MESSAGE": text})
