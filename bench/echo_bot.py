"""A bot, a process of its own: answers what its webhook is told with the same mark, over kept connections."""

import argparse
import asyncio
import re
from collections import deque
from pathlib import Path
from urllib.parse import unquote_to_bytes

import msgspec
import uvloop

from bench.load import Connection, post
from bench.receiver import ANSWER, MARK, Handler

PATH = "/rest/imbot.message.add.json"
DIALOG = re.compile(rb"%5BDIALOG_ID%5D=([^&]+)", re.IGNORECASE)
CONNECTIONS = 64


class Kept(Connection):
    """A connection to the server; one that it closes when nothing is on its way is opened again when needed."""

    def __init__(self, bot: "Bot") -> None:
        super().__init__(bot.answered, bot.broke)
        self.bot = bot

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.bot.lost(self)


class Bot:
    """What all connections share: the answers that are due, and the connections that they go by."""

    def __init__(self, port: int, auth: str, bot_id: int, form: Path) -> None:
        self.port = port
        self.known = {"auth": auth, "BOT_ID": bot_id}
        self.form = form
        self.open = 0
        self.opening: set[asyncio.Task[None]] = set()
        self.free: deque[Connection] = deque()
        self.due: deque[bytes] = deque()

    async def connect(self) -> None:
        """Open one more connection to the server."""
        loop = asyncio.get_running_loop()
        made = await loop.create_connection(lambda: Kept(self), "127.0.0.1", self.port, family=2)
        self.free.append(made[1])
        self.go()

    def lost(self, connection: Connection) -> None:
        """Forget a connection."""
        self.open -= 1
        if connection in self.free:
            self.free.remove(connection)
        else:
            self.broke("the connection was closed before the answer")

    def arrived(self, transport: asyncio.Transport, request: bytes, at: int) -> None:
        """Accept an event; answer a customer's message. The first one is kept: the bare side sends the same."""
        del at
        transport.write(ANSWER)
        mark, dialog = MARK.search(request), DIALOG.search(request)
        if mark is None or dialog is None:
            return
        if not self.form.exists():
            self.form.write_bytes(request[request.find(b"\r\n\r\n") + 4 :])
        said = {"DIALOG_ID": unquote_to_bytes(dialog[1]).decode(), "MESSAGE": f"Thank you, {mark[0].decode()}."}
        self.due.append(post(PATH, msgspec.json.encode(self.known | said)))
        self.go()

    def answered(self, connection: Connection, body: bytes) -> None:
        """Take a connection back."""
        del body
        self.free.append(connection)
        self.go()

    def go(self) -> None:
        """Send what there is a free connection for, and open another one for what is left."""
        while self.due and self.free:
            self.free.pop().send(self.due.popleft())
        if self.due and self.open < CONNECTIONS:
            self.open += 1
            task = asyncio.create_task(self.connect())
            self.opening.add(task)
            task.add_done_callback(self.opening.discard)

    def broke(self, why: str) -> None:
        """Say in the log what the server refused; the one who measures waits in vain and shows it."""
        print(why, flush=True)


async def serve(port: int, bot: Bot) -> None:
    """Listen to the sender of events, for ever."""
    door = await asyncio.get_running_loop().create_server(lambda: Handler(bot), "127.0.0.1", port, backlog=512)
    async with door:
        await door.serve_forever()


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--server", type=int, required=True)
    parser.add_argument("--auth", required=True)
    parser.add_argument("--bot", type=int, required=True)
    parser.add_argument("--form", type=Path, required=True)
    args = parser.parse_args()
    uvloop.run(serve(args.port, Bot(args.server, args.auth, args.bot, args.form)))


if __name__ == "__main__":
    main()
