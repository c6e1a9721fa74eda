"""The bare side: one raw ASGI function and one SQLite writer thread, with no product around them."""

import argparse
import asyncio
import gc
import re
import sqlite3
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

import aiohttp
import msgspec
import uvicorn

BATCH = 64
TOKEN = "bare"
MARK = re.compile(r"zq\d{9}zq")

SCHEMA = """
create table portal (id integer primary key, version integer not null);
create table dialog (
  id integer primary key autoincrement, connector text not null, line integer not null,
  outer_chat text not null, outer_user text not null, customer integer not null, session integer not null,
  seq integer not null, last_message integer, last_text text, last_at integer, waiting_since integer,
  unique (connector, line, outer_chat, outer_user));
create table session (id integer primary key autoincrement, dialog integer not null, state integer not null,
  operator integer, close_at integer);
create table outer_message (dialog integer not null, outer_id text not null,
  primary key (dialog, outer_id)) without rowid;
create table message (id integer primary key autoincrement, dialog integer not null, seq integer not null,
  author integer not null, at integer not null, text text not null);
create index message_of_dialog on message (dialog, seq);
create table subscription (event text not null, connector text not null, handler text not null);
create index subscription_of_event on subscription (event, connector);
"""
VERSION = "select version from portal where id = 1"
DIALOG = (
    "select id, customer, session, seq from dialog "
    "where connector = ? and line = ? and outer_chat = ? and outer_user = ?"
)
DIALOG_BY_ID = "select id, customer, session, seq from dialog where id = ?"
OUTER = "insert into outer_message (dialog, outer_id) values (?, ?) on conflict do nothing"
MESSAGE = "insert into message (dialog, seq, author, at, text) values (?, ?, ?, ?, ?)"
TOUCH = (
    "update dialog set seq = ?, last_message = ?, last_text = ?, last_at = ?, "
    "waiting_since = coalesce(waiting_since, ?) where id = ?"
)
SESSION = "select state, operator, close_at from session where id = ?"
HANDLER = "select handler from subscription where event = ? and connector = ?"


class User(msgspec.Struct):
    id: str
    name: str = ""


class Outside(msgspec.Struct):
    id: str
    date: int
    text: str


class Chat(msgspec.Struct):
    id: str


class Item(msgspec.Struct):
    user: User
    message: Outside
    chat: Chat


class Send(msgspec.Struct):
    auth: str
    CONNECTOR: str
    LINE: int
    MESSAGES: list[Item]


class Say(msgspec.Struct):
    DIALOG_ID: str
    MESSAGE: str


class Stored(NamedTuple):
    """What the answer needs of a message that was committed."""

    message: int
    dialog: int
    customer: int
    session: int
    handler: str | None


to_send = msgspec.json.Decoder(Send).decode
to_say = msgspec.json.Decoder(Say).decode
to_json = msgspec.json.Encoder().encode


def append(run: Callable[..., sqlite3.Cursor], row: tuple[int, int, int, int], author: int, text: str) -> int:
    """Insert a message and carry its dialog forward: what both kinds of message share."""
    dialog, _, _, seq = row
    now = time.time_ns() // 1_000_000
    message = run(MESSAGE, (dialog, seq + 1, author, now, text)).lastrowid
    assert message is not None
    run(TOUCH, (seq + 1, message, text, now, now, dialog))
    return message


def receive(run: Callable[..., sqlite3.Cursor], send: Send) -> Stored:
    """Store a customer's message by seven statements."""
    item = send.MESSAGES[0]
    run(VERSION).fetchone()
    row = run(DIALOG, (send.CONNECTOR, send.LINE, item.chat.id, item.user.id)).fetchone()
    run(OUTER, (row[0], item.message.id))
    message = append(run, row, row[1], item.message.text)
    run(SESSION, (row[2],)).fetchone()
    run(HANDLER, ("IN", send.CONNECTOR)).fetchone()
    return Stored(message, row[0], row[1], row[2], None)


def say(run: Callable[..., sqlite3.Cursor], told: Say) -> Stored:
    """Store an operator's message and find the handler that must hear of it."""
    run(VERSION).fetchone()
    row = run(DIALOG_BY_ID, (int(told.DIALOG_ID[4:]),)).fetchone()
    message = append(run, row, 1, told.MESSAGE)
    run(SESSION, (row[2],)).fetchone()
    handler = run(HANDLER, ("OUT", "bench")).fetchone()
    return Stored(message, row[0], row[1], row[2], handler and handler[0])


def connect(path: Path) -> sqlite3.Connection:
    """Open the file in WAL mode with a flush at each commit."""
    con = sqlite3.connect(path, isolation_level=None, cached_statements=64, check_same_thread=False)
    con.execute("pragma journal_mode = wal")
    con.execute("pragma synchronous = full")
    return con


def seed(con: sqlite3.Connection, dialogs: int, handler: str) -> None:
    """Create the portal, its dialogs and one subscription."""
    con.executescript(SCHEMA)
    con.execute("begin")
    con.execute("insert into portal values (1, 1)")
    con.execute("insert into subscription values ('OUT', 'bench', ?)", (handler,))
    for i in range(1, dialogs + 1):
        con.execute("insert into session (dialog, state) values (?, 1)", (i,))
        con.execute(
            "insert into dialog (connector, line, outer_chat, outer_user, customer, session, seq)"
            " values ('bench', 1, ?, ?, ?, ?, 0)",
            (f"chat-{i - 1}", f"user-{i - 1}", i + 1000, i),
        )
    con.execute("commit")


class Writer:
    """One thread, one connection: what waits is written in one transaction."""

    def __init__(self, con: sqlite3.Connection, loop: asyncio.AbstractEventLoop) -> None:
        self.con = con
        self.loop = loop
        self.jobs: SimpleQueue[tuple[Callable[..., Stored], Any, asyncio.Future[Stored]]] = SimpleQueue()
        threading.Thread(target=self.work, daemon=True).start()

    def write(self, job: Callable[..., Stored], what: Any) -> asyncio.Future[Stored]:
        """Hand a job over; the future is done when its batch is on the disk."""
        future: asyncio.Future[Stored] = self.loop.create_future()
        self.jobs.put((job, what, future))
        return future

    def take(self) -> list[tuple[Callable[..., Stored], Any, asyncio.Future[Stored]]]:
        """Wait for one job, then take what else is there."""
        jobs = [self.jobs.get()]
        try:
            while len(jobs) < BATCH:
                jobs.append(self.jobs.get_nowait())
        except Empty:
            pass
        return jobs

    def work(self) -> None:
        """Write batch after batch, for ever."""
        run = self.con.execute
        while True:
            jobs = self.take()
            run("begin immediate")
            done = [(future, job(run, what)) for job, what, future in jobs]
            run("commit")
            self.loop.call_soon_threadsafe(tell, done)


def tell(done: Iterable[tuple[asyncio.Future[Stored], Stored]]) -> None:
    """Wake the requests of a batch."""
    for future, stored in done:
        future.set_result(stored)


def timing(start: float) -> dict[str, Any]:
    """Build the block of times that every answer carries."""
    finish = time.time()
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(finish))
    return {
        "start": start,
        "finish": finish,
        "duration": finish - start,
        "processing": finish - start,
        "date_start": stamp,
        "date_finish": stamp,
        "operating_reset_at": int(finish) + 600,
        "operating": 0.0,
    }


def report(item: Item, stored: Stored, start: float) -> bytes:
    """Answer a customer's message in the documented shape."""
    one = {
        "user": str(stored.customer),
        "message": {"id": item.message.id, "date": item.message.date, "text": item.message.text, "files": []},
        "chat": {"id": item.chat.id, "name": ""},
        "extra": [],
        "SUCCESS": True,
        "session": {"ID": str(stored.session), "CHAT_ID": str(stored.dialog)},
    }
    return to_json({"result": {"SUCCESS": True, "DATA": {"RESULT": [one]}}, "time": timing(start)})


class Posting:
    """One raw ASGI function, and a webhook sender in the same process."""

    def __init__(self) -> None:
        self.session: aiohttp.ClientSession | None = None
        self.posts: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Open what belongs to the running loop; spare the collector what lives as long as the server."""
        self.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        gc.collect()
        gc.freeze()

    async def post(self, url: str, body: str) -> None:
        """Send one event and read the handler's answer."""
        assert self.session is not None
        head = {"content-type": "application/x-www-form-urlencoded"}
        async with self.session.post(url, data=body.encode(), headers=head) as answer:
            await answer.read()

    def notify(self, handler: str, form: str, text: str) -> None:
        """Start to send the event of a message: a form with the message's mark."""
        mark = MARK.search(text)
        if mark is not None:
            task = asyncio.create_task(self.post(handler, MARK.sub(mark[0], form)))
            self.posts.add(task)
            task.add_done_callback(self.posts.discard)

    async def answer(self, path: str, body: bytes) -> bytes:
        """Run one request."""
        raise NotImplementedError

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        """Serve one request as ASGI asks."""
        event = await receive()
        body = event["body"]
        while event["more_body"]:
            event = await receive()
            body += event["body"]
        if self.session is None:
            self.start()
        out = b"{}" if scope["path"] == "/healthz" else await self.answer(scope["path"], body)
        head = [(b"content-type", b"application/json; charset=utf-8"), (b"content-length", b"%d" % len(out))]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": out})

    def run(self, port: int) -> None:
        """Serve until told to stop."""
        uvicorn.run(
            self, host="127.0.0.1", port=port, loop="uvloop", http="httptools", ws="none", lifespan="off",
            access_log=False, log_level="warning",
        )  # fmt: skip


class App(Posting):
    """The two methods of the benchmark."""

    def __init__(self, data: Path, form: str) -> None:
        super().__init__()
        self.data = data
        self.form = form
        self.writer: Writer

    def start(self) -> None:
        self.writer = Writer(connect(self.data), asyncio.get_running_loop())
        super().start()

    async def answer(self, path: str, body: bytes) -> bytes:
        start = time.time()
        if path.endswith("im.message.add.json"):
            told = to_say(body)
            stored = await self.writer.write(say, told)
            if stored.handler:
                self.notify(stored.handler, self.form, told.MESSAGE)
            return to_json({"result": stored.message, "time": timing(start)})
        send = to_send(body)
        assert send.auth == TOKEN
        return report(send.MESSAGES[0], await self.writer.write(receive, send), start)


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--dialogs", type=int, required=True)
    parser.add_argument("--handler", required=True)
    parser.add_argument("--form", type=Path, required=True)
    args = parser.parse_args()
    file = args.data / "bare.sqlite"
    if not file.exists():
        con = connect(file)
        seed(con, args.dialogs, args.handler)
        con.close()
    App(file, args.form.read_text()).run(args.port)


if __name__ == "__main__":
    main()
