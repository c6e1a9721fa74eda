"""A portal in process: the real server without a socket, on a clock that tests move."""

import asyncio
import itertools
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from argon2 import PasswordHasher

from support import answers
from tieline import app as composition
from tieline.domain.chats import Chat
from tieline.domain.clock import SECOND, ManualClock
from tieline.http import control
from tieline.services.call import Call
from tieline.settings import load
from tieline.store import chats as chat_store
from tieline.store import people as people_store
from tieline.store.engine import Database, Tx, open_database
from tieline.store.signals import Bus

URL = "https://portal.example:8443"
HERE = httpx.URL(URL)
START = 1_800_000_000_000
PASSWORD = "correct horse"
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)  # cheap, on purpose
ICON = {"DATA_IMAGE": "data:image/svg+xml,%3Csvg/%3E", "COLOR": "#a6ffa3"}


class Loop:
    """An event loop in a thread of its own, for all portals of a test process."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()

    def run(self, coroutine: Any, timeout: float = 60) -> Any:
        """Run a coroutine and return its result."""
        future: Future[Any] = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        return future.result(timeout)

    def close(self) -> None:
        """Stop the loop."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


async def respond(server: Any, request: httpx.Request, *, address: str = "127.0.0.1") -> httpx.Response:
    """Put a request to a server as it would come from a socket; a client with all its layers takes as long again."""
    url, body, read = request.url, aiter(request.stream), False
    told: dict[str, Any] = {}
    content: list[bytes] = []
    whole = asyncio.Event()

    async def receive() -> dict[str, Any]:
        nonlocal read
        async for chunk in body:
            return {"type": "http.request", "body": chunk, "more_body": True}
        if not read:
            read = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await whole.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            told.update(message)
        elif message["type"] == "http.response.body":
            content.append(message.get("body", b""))
            if not message.get("more_body"):
                whole.set()

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": url.scheme,
        "path": url.path,
        "raw_path": url.raw_path.partition(b"?")[0],
        "query_string": url.query,
        "server": (url.host, url.port),
        "client": (address, 50000),
        "root_path": "",
    }
    await server(scope, receive, send)
    return httpx.Response(told["status"], headers=told["headers"], content=b"".join(content))


@dataclass
class Reply:
    """An answer of the server."""

    status: int
    body: Any
    headers: httpx.Headers
    content: bytes

    @property
    def result(self) -> Any:
        """The result of a call that must have worked."""
        assert self.status == 200, (self.status, self.content[:500])
        assert "result" in self.body, self.body
        return self.body["result"]

    @property
    def error(self) -> tuple[int, str]:
        """Status and code of a call that must have failed."""
        assert isinstance(self.body, dict), self.content[:500]
        assert "error" in self.body, self.body
        return self.status, self.body["error"]

    @property
    def text(self) -> str:
        """The description of the error."""
        return self.body["error_description"]


def refused(reply: Reply) -> tuple[int, str, str]:
    """Return status, code and description of a call that must have failed."""
    return (*reply.error, reply.text)


@dataclass
class Client:
    """Somebody who calls methods: an application, a webhook, a page."""

    portal: "Portal"
    facts: dict[str, Any] = field(default_factory=dict)
    prefix: str = "/rest/"
    auth: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, /, **params: Any) -> Reply:
        """Call a method with JSON parameters."""
        return self.portal.request("POST", self.prefix + method, json=self.auth | params, headers=self.headers)

    def form(self, method: str, body: str) -> Reply:
        """Call a method with an urlencoded body."""
        auth = "&".join(f"{name}={value}" for name, value in self.auth.items())
        headers = {"content-type": "application/x-www-form-urlencoded", **self.headers}
        content = "&".join(filter(None, [body, auth]))
        return self.portal.request("POST", self.prefix + method, content=content.encode(), headers=headers)


class Portal:
    """A portal with verbs for what tests need."""

    def __init__(
        self, loop: Loop, url: str, folder: Path, *, database: Database | None = None, **settings: Any
    ) -> None:
        """Start a portal on a database that is its own, or on an empty one that others use after it."""
        self.folder = folder
        self.loop = loop
        self.clock = ManualClock(START)
        self.settings = load({"data": folder, "url": URL, **settings})
        self.bus = Bus()
        self.world = composition.make_world(self.settings, self.clock)
        self.database = database or open_database(url, self.bus)
        self.database.bus = self.bus
        self._shared = database is not None
        self._numbers = itertools.count(1)
        self.write(lambda tx: control.ensure_portal(tx, self.world, URL))
        self.parts: composition.Parts = loop.run(self._start())

    async def _start(self) -> composition.Parts:
        parts = composition.Parts(self.database, self.world, self.bus)
        await parts.start()
        return parts

    def close(self) -> None:
        """Stop the portal."""

        self.loop.run(self.parts.stop())
        if not self._shared:
            self.database.close()

    def request(self, method: str, path: str, **options: Any) -> Reply:
        """Send a request; an internal error fails the test."""
        response = self.loop.run(respond(self.parts.server, httpx.Request(method, HERE.join(path), **options)))
        kind = response.headers.get("content-type", "")
        reply = Reply(
            response.status_code,
            response.json() if kind.startswith("application/json") and response.content else None,
            response.headers,
            response.content,
        )
        assert reply.status != 500, reply.content
        answers.keep(path, reply.status, reply.body)
        return reply

    def at_once(self, calls: Iterable[tuple["Client", str, dict[str, Any]]]) -> list[str | None]:
        """Send requests at the same moment; returns the codes of those that were refused, None for the others."""

        async def send() -> list[str | None]:
            responses = await asyncio.gather(
                *(
                    respond(
                        self.parts.server,
                        httpx.Request(
                            "POST", HERE.join(client.prefix + method), json=client.auth | params, headers=client.headers
                        ),
                    )
                    for client, method, params in calls
                )
            )
            return [response.json().get("error") for response in responses]

        return self.loop.run(send())

    def write(self, job: Callable[[Tx], Any]) -> Any:
        """Run a job in the database."""
        return self.database.submit(job).result(30)

    def read(self, job: Callable[[Tx], Any]) -> Any:
        """Read from the database."""
        return self.database.submit_read(job).result(30)

    def admin_call(self, tx: Tx) -> Call:
        """Make a call of the administrator's, to use services directly."""
        portal = people_store.list_portals(tx)[0]
        call = Call(tx, self.world, portal, self.clock.now())
        call.user = people_store.find_user(tx, portal.id, control.ADMINISTRATOR)
        return call

    def command(self, name: str, /, **args: Any) -> Any:
        """Carry out a command of the command line."""
        return self.write(lambda tx: control.run(tx, self.world, name, args))

    def person(self, name: str = "", *, admin: bool = False, presence: str = "online") -> int:
        """Add a person, who is there without an open page unless told otherwise; returns the id."""
        number = next(self._numbers)
        name = name or f"Person {number}"
        email = f"person{number}@example.com"
        added = self.command(
            "person.add", name=name, email=email, admin=admin, presence=presence, password_hash=PASSWORD_HASH
        )
        return added["id"]

    def email(self, user_id: int) -> str:
        """Return a person's e-mail address."""
        return self.read(lambda tx: people_store.find_user(tx, 1, user_id)).email

    def line(self, *operators: int, name: str = "Support") -> int:
        """Add an open line; returns the id."""
        return self.command("line.add", name=name, operators=list(operators))["id"]

    def app(self, scopes: str = "imopenlines,imconnector,im", **options: Any) -> Client:
        """Add an application; returns a client with its token."""
        options = {"script_only": True, **options}
        facts = self.command("app.add", name="An app", scopes=scopes.split(","), **options)
        return Client(self, facts, auth={"auth": facts["access_token"]})

    def webhook(self, user_id: int = 1, scopes: str = "imopenlines,im") -> Client:
        """Add an incoming webhook; returns a client with its code."""
        facts = self.command("webhook.add", user=user_id, scopes=scopes.split(","))
        return Client(self, facts, prefix=urlsplit(facts["url"]).path)

    def page(self, user_id: int) -> Client:
        """Log a person in; returns a client with the cookie."""
        email = self.email(user_id)
        headers = {"origin": URL, "sec-fetch-site": "same-origin"}
        login = self.request("POST", "/ui/login", json={"email": email, "password": PASSWORD}, headers=headers)
        assert login.status == 200, login.content
        cookie = login.headers["set-cookie"].partition(";")[0]
        return Client(self, {"id": user_id}, prefix="/ui/rest/", headers={**headers, "cookie": cookie})

    def pass_time(self, period: int) -> None:
        """Let time pass, and what is due then happen."""
        self.clock.move(period)
        self.loop.run(self.parts.timekeeper.look())

    def lead(self, period: int) -> None:
        """Lead the portal's clock, while that of the machine stands; what is due meanwhile happens at its own time."""
        moved = self.command("clock", action="move", seconds=period // SECOND)
        while moved["target"] is not None:
            self.loop.run(self.parts.timekeeper.look())
            moved = self.command("clock")

    def look_for_due(self) -> None:
        """Let the worker see what has become due on the moved clock."""
        self.loop.run(self.parts.worker.look())


class Desk:
    """The usual scene: a line with an operator, and a connector that is active on it."""

    def __init__(self, portal: Portal, handler: str = "http://127.0.0.1:9/handler", **flags: Any) -> None:
        self.portal = portal
        self.handler = handler
        self.operator_id = portal.person("Klaus Weber")
        self.line = portal.line(self.operator_id)
        self.app = portal.app()
        self.operator = portal.webhook(self.operator_id)
        self.code = "myconnector"
        self._numbers = itertools.count(1)
        registered = self.app.call(
            "imconnector.register",
            ID=self.code,
            NAME="My connector",
            ICON=ICON,
            PLACEMENT_HANDLER="http://127.0.0.1:9/settings",
            **flags,
        )
        assert registered.result == {"result": True}
        self.connector("activate", ACTIVE=1)
        self.connector("connector.data.set", DATA={"ID": "channel-123", "NAME": "Channel"})

    def connector(self, method: str, **params: Any) -> Reply:
        """Call an imconnector method for the connector and its line; it must work."""
        reply = self.app.call(f"imconnector.{method}", **({"CONNECTOR": self.code, "LINE": self.line} | params))
        assert reply.status == 200, reply.content
        return reply

    def settings(self, **fields: Any) -> None:
        """Change settings of the line."""
        admin = self.portal.webhook()
        assert admin.call("imopenlines.config.update", CONFIG_ID=self.line, PARAMS=fields).result is True

    def staff(self, *operators: int) -> None:
        """Put people into the line's queue, in this order."""
        self.settings(QUEUE=[{"ENTITY_TYPE": "user", "ENTITY_ID": number} for number in operators])

    def be(self, user_id: int, choice: str) -> None:
        """Let somebody come or go: `online`, `away`, `absent`, or `auto`."""
        self.portal.command("person.presence", user=user_id, choice=choice)

    def dialog_of(self, customer: str, text: str = "Hello") -> int:
        """Let a customer of this name write from a chat of his own; returns the chat's id."""
        return self.write_in(text, user={"id": customer, "name": customer}, chat={"id": customer})

    def chat(self, chat: int) -> Chat:
        """Return a dialog as it is kept."""
        found = self.portal.read(lambda tx: chat_store.find_chat(tx, 1, chat))
        assert found is not None
        return found

    def operator_of(self, chat: int) -> int | None:
        """Return whose dialog it is, or to whom it is offered."""
        return self.chat(chat).operator_id

    def bind(self, *events: str) -> None:
        """Subscribe the handler to events."""
        for event in events:
            assert self.app.call("event.bind", event=event, handler=self.handler).result is True

    def message(self, text: str = "Good afternoon", **changes: Any) -> dict[str, Any]:
        """Make a message from outside; `user`, `message` and `chat` may be changed."""
        made = {
            "user": {"id": "user-7", "name": "Anna", "last_name": "Schmidt"},
            "message": {"id": f"ext-{next(self._numbers)}", "date": 1773265993, "text": text},
            "chat": {"id": "channel-123"},
        }
        for part, fields in changes.items():
            made[part] = {**made[part], **fields}
        return made

    def send(self, *messages: dict[str, Any]) -> list[dict[str, Any]]:
        """Pass messages in; returns their results."""
        reply = self.connector("send.messages", MESSAGES=list(messages))
        assert reply.result["SUCCESS"] is True
        return reply.result["DATA"]["RESULT"]

    def write_in(self, text: str = "Good afternoon", **changes: Any) -> int:
        """Let the customer write; returns the chat's id."""
        item = self.send(self.message(text, **changes))[0]
        assert item["SUCCESS"] is True, item
        return int(item["session"]["CHAT_ID"])

    def answer(self, chat: int, text: str = "Guten Tag!") -> int:
        """Let the operator write; returns the message's id."""
        return self.operator.call("im.message.add", DIALOG_ID=f"chat{chat}", MESSAGE=text).result

    def history(self, chat: int) -> list[dict[str, Any]]:
        """Return the chat's messages, oldest first."""
        reply = self.operator.call("im.dialog.messages.get", DIALOG_ID=f"chat{chat}", LIMIT=200)
        return list(reversed(reply.result["messages"]))
