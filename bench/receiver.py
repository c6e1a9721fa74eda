"""The handler of events, a process of its own: stamps each event's first byte, may hold its answers back."""

import argparse
import asyncio
import re
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, Self, cast

import uvloop

MARK = re.compile(rb"zq(\d{9})zq")
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nOK"
FRAME = struct.Struct("<qq")
HELD, RELEASED, SAVED = -1, -2, -3


class Desk:
    """What all connections share: the gate, the bodies kept, and the line to the one who measures."""

    def __init__(self, bodies: Path) -> None:
        self.bodies = bodies
        self.kept: list[bytes] | None = None
        self.held: list[asyncio.Transport] | None = None
        self.tap: asyncio.Transport | None = None

    def tell(self, key: int, value: int) -> None:
        """Send one frame to the one who measures."""
        if self.tap is not None:
            self.tap.write(FRAME.pack(key, value))

    def arrived(self, transport: asyncio.Transport, request: bytes, at: int) -> None:
        """Answer a request, now or, if it is marked, when the gate opens; report a marked one's moment."""
        mark = MARK.search(request)
        if self.held is None or mark is None:
            transport.write(ANSWER)
        else:
            self.held.append(transport)
        if mark is not None:
            self.tell(int(mark[1]), at)
            if self.kept is not None:
                self.kept.append(request[request.find(b"\r\n\r\n") + 4 :])

    def hold(self) -> None:
        """Answer no marked request from now on, and keep their bodies."""
        self.held, self.kept = [], []

    def count(self) -> None:
        """Report how many requests are being held."""
        self.tell(HELD, len(self.held or []))

    def release(self) -> None:
        """Answer what is held and all that follows."""
        held, self.held = self.held or [], None
        self.tell(RELEASED, time.monotonic_ns())
        for transport in held:
            transport.write(ANSWER)

    def save(self) -> None:
        """Write the kept bodies to the file, a line each: a form has no line ends."""
        kept, self.kept = self.kept or [], None
        self.bodies.write_bytes(b"\n".join(kept))
        self.tell(SAVED, len(kept))


class Hears(Protocol):
    """Who answers the requests."""

    def arrived(self, transport: asyncio.Transport, request: bytes, at: int) -> None:
        """Answer a request whose first byte came at a moment."""


class Handler(asyncio.Protocol):
    """One connection of a sender."""

    def __init__(self, desk: Hears) -> None:
        self.desk = desk
        self.seen = b""
        self.first = 0
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if not self.seen:
            self.first = time.monotonic_ns()
        self.seen += data
        end = self.seen.find(b"\r\n\r\n")
        length = LENGTH.search(self.seen, 0, end + 2) if end >= 0 else None
        if end < 0 or len(self.seen) < end + 4 + (int(length[1]) if length else 0):
            return
        request, self.seen = self.seen, b""
        self.desk.arrived(self.transport, request, self.first)


class Line(asyncio.Protocol):
    """The connection of the one who measures: letters in, frames out."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.desk.tap = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        for letter in data.decode():
            {"h": self.desk.hold, "c": self.desk.count, "r": self.desk.release, "s": self.desk.save}[letter]()


class Tap(asyncio.Protocol):
    """The other end of the line, in the process that measures."""

    def __init__(self) -> None:
        self.heard: Callable[[int, int], None] | None = None
        self.rest = b""
        self.replies: asyncio.Queue[int] = asyncio.Queue()
        self.transport: asyncio.Transport

    @classmethod
    async def connect(cls, socket: Path) -> Self:
        """Open the line to a running receiver."""
        loop = asyncio.get_running_loop()
        return (await loop.create_unix_connection(cls, str(socket)))[1]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        data = self.rest + data
        whole = len(data) - len(data) % FRAME.size
        self.rest = data[whole:]
        for key, value in FRAME.iter_unpack(data[:whole]):
            if key < 0:
                self.replies.put_nowait(value)
            elif self.heard is not None:
                self.heard(key, value)

    async def ask(self, letter: str) -> int:
        """Give a command that is answered and return its answer."""
        self.transport.write(letter.encode())
        return await asyncio.wait_for(self.replies.get(), 10)

    async def hold(self) -> None:
        """Let the receiver hold its answers; it has done so when this returns."""
        self.transport.write(b"h")
        await self.held()

    async def held(self) -> int:
        """Return how many requests are being held."""
        return await self.ask("c")

    async def release(self) -> int:
        """Open the gate; return the moment."""
        return await self.ask("r")

    async def save(self) -> int:
        """Have the bodies written to the file; return how many."""
        return await self.ask("s")


async def serve(port: int, socket: Path, bodies: Path) -> None:
    """Listen to senders and to the one who measures, for ever."""
    desk, loop = Desk(bodies), asyncio.get_running_loop()
    line = await loop.create_unix_server(lambda: Line(desk), str(socket))
    door = await loop.create_server(lambda: Handler(desk), "127.0.0.1", port, backlog=512)
    async with line, door:
        await door.serve_forever()


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--bodies", type=Path, required=True)
    args = parser.parse_args()
    uvloop.run(serve(args.port, args.socket, args.bodies))


if __name__ == "__main__":
    main()
