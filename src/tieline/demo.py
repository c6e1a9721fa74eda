"""The demo: people, a line, the example website chat and the example bots, so that a first message is answered."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp

from tieline import app
from tieline.domain.ids import new_password
from tieline.domain.plain import PlainError
from tieline.http import asking, certificates
from tieline.services.people import hash_password
from tieline.settings import Settings

STATE = "demo.json"
CONNECTOR = "tieline_site_chat"
BOT = "tieline_echo_bot"
CHAT_APP, BOT_APP = "site_chat", "echo_bot"
WAITING = 100  # requests that may wait for an example while it starts
PEOPLE = (
    ("Ada Admin", "admin@example.com", True),
    ("Olga Operator", "olga@example.com", False),
    ("Oskar Operator", "oskar@example.com", False),
)
_running: dict[str, "subprocess.Popen[bytes]"] = {}


class DemoFailed(PlainError):
    """The demo cannot be set up."""


class Ports(NamedTuple):
    """Where the examples listen."""

    chat: int
    bot: int


@contextlib.contextmanager
def running_examples() -> Iterator[None]:
    """End the examples with the server."""
    try:
        yield
    finally:
        for process in _running.values():
            process.terminate()
        for process in _running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(2)


async def prepare(settings: Settings, ports: Ports) -> list[str]:
    """Set up what is not there yet, start the examples, and return the lines that say where to click."""
    folder = settings.folder
    path = folder / STATE
    listening = {CHAT_APP: app.bind("127.0.0.1", ports.chat), BOT_APP: app.bind("127.0.0.1", ports.bot)}
    for one in listening.values():
        one.listen(WAITING)
    state = json.loads(path.read_text()) if path.exists() else await _set_up(folder, ports)
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(state, file)
    _start_chat(settings, state, ports.chat, listening[CHAT_APP])
    _start_bot(settings, state, ports.bot, listening[BOT_APP])
    await _connect(folder, state, ports.chat)
    await _appoint(folder, state)
    return _where_to_click(settings, state, ports.chat)


async def _ask(folder: Path, command: str, **args: Any) -> Any:
    return await asyncio.to_thread(asking.ask, folder, command, args)


async def _set_up(folder: Path, ports: Ports) -> dict[str, Any]:
    people = []
    for name, email, admin in PEOPLE:
        password = new_password()
        hashed = await asyncio.to_thread(hash_password, password)
        added = await _ask(folder, "person.add", name=name, email=email, admin=admin, password_hash=hashed)
        people.append({"id": added["id"], "name": name, "email": email, "password": password})
    operators = [str(person["id"]) for person in people]
    line = await _ask(folder, "line.add", name="Website", operators=operators, settings={"VOTE_MESSAGE": "Y"})
    chat, bot = (f"http://127.0.0.1:{port}" for port in ports)
    added = await _ask(
        folder,
        "app.add",
        name="Website chat",
        scopes=["imopenlines", "imconnector", "im"],
        handler=f"{chat}/handler",
        install_url=f"{chat}/install",
        script_only=True,
    )
    front_desk = await _ask(
        folder,
        "app.add",
        name="Front desk bot",
        scopes=["imopenlines", "imbot"],
        handler=f"{bot}/bot",
        install_url=f"{bot}/install",
        script_only=True,
    )
    return {
        "people": people,
        "line": line["id"],
        "app": {key: added[key] for key in ("client_id", "client_secret")},
        "bot": {key: front_desk[key] for key in ("client_id", "client_secret")},
    }


def _examples() -> Path:
    """Return where the examples lie: in the checkout, or packed into the wheel."""
    here = Path(__file__).parent
    for folder in (here.parent.parent / "examples", here / "_examples"):
        if (folder / CHAT_APP / "__main__.py").exists():
            return folder
    raise DemoFailed("the examples are missing from this installation")


def _start_chat(settings: Settings, state: dict[str, Any], port: int, listening: socket.socket) -> None:
    options = ["--public-url", f"http://127.0.0.1:{port}", "--data", str(settings.folder / "site_chat.db")]
    _start(settings, CHAT_APP, state["app"], options, listening)


def _start_bot(settings: Settings, state: dict[str, Any], port: int, listening: socket.socket) -> None:
    options = ["--public-url", f"http://127.0.0.1:{port}", "--state", str(settings.folder / "echo_bot.json")]
    _start(settings, BOT_APP, state["bot"], options, listening)


def _start(
    settings: Settings, name: str, secrets: dict[str, str], options: list[str], listening: socket.socket
) -> None:
    command = [sys.executable, "-m", name, "--fd", str(listening.fileno()), *options]
    command += ["--portal", settings.public_url, "--client-id", secrets["client_id"]]
    command += ["--client-secret", secrets["client_secret"]]
    environment = os.environ | {
        "PYTHONPATH": str(_examples()),
        "REQUESTS_CA_BUNDLE": str(settings.folder / certificates.CA),
    }
    log = (settings.folder / f"{name}.log").open("ab")
    with log, listening:
        _running[name] = subprocess.Popen(  # noqa: S603 - our own example
            command, env=environment, stdout=log, stderr=log, pass_fds=[listening.fileno()]
        )


async def _connect(folder: Path, state: dict[str, Any], port: int) -> None:
    """Open the chat's settings for the line as an administrator's browser would: that switches it on."""
    async with aiohttp.ClientSession() as session:
        for _ in range(300):
            _require_running(folder, CHAT_APP)
            try:
                form = await _ask(folder, "connector.settings", connector=CONNECTOR, line=state["line"])
                if form is not None:
                    async with session.post(form["url"], data=form["fields"]) as answer:
                        if answer.ok:
                            return
            except aiohttp.ClientConnectionError:
                pass  # it has just stopped
            await asyncio.sleep(0.1)
    raise DemoFailed(f"the website chat on port {port} could not be switched on, see {folder / CHAT_APP}.log")


def _require_running(folder: Path, name: str) -> None:
    if name in _running and _running[name].poll() is not None:
        raise DemoFailed(f"an example did not start, see {folder / name}.log")


async def _appoint(folder: Path, state: dict[str, Any]) -> None:
    """Let the bot receive the visitors of the line, once it is registered; whoever changes that later has the say."""
    for _ in range(300):
        _require_running(folder, BOT_APP)
        if await _ask(folder, "line.welcome_bot", line=state["line"], code=BOT):
            return
        await asyncio.sleep(0.1)
    raise DemoFailed(f"the bot could not be registered, see {folder / BOT_APP}.log")


def _where_to_click(settings: Settings, state: dict[str, Any], chat_port: int) -> list[str]:
    ca = settings.folder / certificates.CA
    people = [f"    {p['email']:<20} {p['password']}   ({p['name']})" for p in state["people"]]
    return [
        "",
        "tieline runs. Click here:",
        f"  operator's inbox   http://localhost:{settings.http_port}/app/",
        *people,
        f"  visitor's chat     http://127.0.0.1:{chat_port}/",
        "  A bot receives visitors there, and calls an operator when it is asked to.",
        "",
        f"REST for clients, with TLS: {settings.public_url}/rest/",
        "  Programs trust it with one of these lines:",
        f"    export REQUESTS_CA_BUNDLE={ca}      # Python",
        f"    export NODE_EXTRA_CA_CERTS={ca}     # Node",
        f"    php -d curl.cainfo={ca} -d openssl.cafile={ca} ...",
        "Ctrl-C stops it.",
    ]
