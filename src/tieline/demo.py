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
CHAT_APP, BOT_APP, FAQ_APP = "site_chat", "echo_bot", "faq_bot"
LOG = "examples.log"
FAQ_PAUSES = ("--least-pause", "1", "--most-pause", "5")  # it is our own portal, and somebody waits
WAITING = 100  # requests that may wait for an example while it starts
PEOPLE = (
    ("Ada Admin", "admin@example.com", True),
    ("Olga Operator", "olga@example.com", False),
    ("Oskar Operator", "oskar@example.com", False),
)
_running: "list[subprocess.Popen[bytes]]" = []
_ended: set[str] = set()


class DemoFailed(PlainError):
    """The demo cannot be set up."""


class Ports(NamedTuple):
    """Where the examples listen."""

    chat: int
    bot: int


class Example(NamedTuple):
    """An example that is to run."""

    name: str
    options: list[str]


@contextlib.contextmanager
def running_examples() -> Iterator[None]:
    """End the examples with the server."""
    try:
        yield
    finally:
        for process in _running:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)


async def prepare(settings: Settings, ports: Ports) -> list[str]:
    """Set up what is not there yet, start the examples, and return the lines that say where to click."""
    folder = settings.folder
    path = folder / STATE
    listening = {CHAT_APP: app.bind("127.0.0.1", ports.chat), BOT_APP: app.bind("127.0.0.1", ports.bot)}
    for one in listening.values():
        one.listen(WAITING)
    known = json.loads(path.read_text()) if path.exists() else {}
    state = known or await _set_up(folder, ports)
    if "faq" not in state:  # also in a demo that was set up before it came
        state["faq"] = await _ask(folder, "webhook.add", user=state["people"][0]["id"], scopes=["imbot", "im"])
        _keep(path, state)
    examples = _wanted(settings, state, ports, listening)
    _start(settings, state["faq"]["url"], examples, list(listening.values()))
    await _connect(folder, state, ports.chat)
    await _appoint(folder, state)
    return _where_to_click(settings, state, ports.chat)


def _keep(path: Path, state: dict[str, Any]) -> None:
    written = path.with_suffix(".new")
    descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(state, file)
    written.replace(path)


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


def _wanted(
    settings: Settings, state: dict[str, Any], ports: Ports, listening: dict[str, socket.socket]
) -> list[Example]:
    """Return what is to run, and how."""
    folder = settings.folder
    apps = (
        (CHAT_APP, state["app"], ports.chat, ["--data", str(folder / "site_chat.db")]),
        (BOT_APP, state["bot"], ports.bot, ["--state", str(folder / "echo_bot.json")]),
    )
    examples = []
    for name, secrets, port, options in apps:
        given = ["--fd", str(listening[name].fileno()), "--public-url", f"http://127.0.0.1:{port}", *options]
        given += ["--portal", settings.public_url, "--client-id", secrets["client_id"]]
        examples.append(Example(name, [*given, "--client-secret", secrets["client_secret"]]))
    return [*examples, Example(FAQ_APP, ["--state", str(folder / "faq_bot.json"), *FAQ_PAUSES])]


def _start(settings: Settings, webhook: str, examples: list[Example], listening: list[socket.socket]) -> None:
    """Start the examples in one process, which has a third of their memory; it writes the name of one that ends."""
    environment = os.environ | {
        "PYTHONPATH": str(_examples()),
        "REQUESTS_CA_BUNDLE": str(settings.folder / certificates.CA),
        "FAQ_BOT_WEBHOOK": webhook,
    }
    with (settings.folder / LOG).open("ab") as log, contextlib.ExitStack() as stack:
        for one in listening:
            stack.enter_context(one)
        process = subprocess.Popen(
            [sys.executable, "-m", "together"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            pass_fds=[one.fileno() for one in listening],
        )
    _running.append(process)
    assert process.stdin
    assert process.stdout
    os.set_blocking(process.stdout.fileno(), False)
    with process.stdin as wanted:
        wanted.write(json.dumps([example._asdict() for example in examples]).encode())


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
    raise DemoFailed(f"the website chat on port {port} could not be switched on, see {folder / LOG}")


def _require_running(folder: Path, name: str) -> None:
    for process in _running:
        assert process.stdout
        _ended.update((process.stdout.read() or b"").decode().split())
        if name in _ended or process.poll() is not None:
            raise DemoFailed(f"an example did not start, see {folder / LOG}")


async def _appoint(folder: Path, state: dict[str, Any]) -> None:
    """Let the bot receive the visitors of the line, once it is registered; whoever changes that later has the say."""
    for _ in range(300):
        _require_running(folder, BOT_APP)
        if await _ask(folder, "line.welcome_bot", line=state["line"], code=BOT):
            return
        await asyncio.sleep(0.1)
    raise DemoFailed(f"the bot could not be registered, see {folder / LOG}")


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
        "  Another one answers questions of colleagues in private: im.message.add to the bot tieline_faq_bot.",
        "",
        f"REST for clients, with TLS: {settings.public_url}/rest/",
        "  Programs trust it with one of these lines:",
        f"    export REQUESTS_CA_BUNDLE={ca}      # Python",
        f"    export NODE_EXTRA_CA_CERTS={ca}     # Node",
        f"    php -d curl.cainfo={ca} -d openssl.cafile={ca} ...",
        "Ctrl-C stops it.",
    ]
