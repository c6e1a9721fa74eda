"""The demo: people, a line and the example website chat, so that a first message can be answered at once."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp

from tieline import app
from tieline.domain.ids import new_password
from tieline.domain.plain import PlainError
from tieline.http import asking, certificates
from tieline.services.people import hash_password
from tieline.settings import Settings

STATE = "demo.json"
CONNECTOR = "tieline_site_chat"
WAITING = 100  # requests that may wait for the chat while it starts
PEOPLE = (
    ("Ada Admin", "admin@example.com", True),
    ("Olga Operator", "olga@example.com", False),
    ("Oskar Operator", "oskar@example.com", False),
)
_chats: list["subprocess.Popen[bytes]"] = []


class DemoFailed(PlainError):
    """The demo cannot be set up."""


@contextlib.contextmanager
def running_chat() -> Iterator[None]:
    """End the website chat with the server."""
    try:
        yield
    finally:
        for process in _chats:
            process.terminate()
        for process in _chats:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(2)


async def prepare(settings: Settings, chat_port: int) -> list[str]:
    """Set up what is not there yet, start the website chat, and return the lines that say where to click."""
    folder = settings.folder
    path = folder / STATE
    listening = app.bind("127.0.0.1", chat_port)
    listening.listen(WAITING)
    state = json.loads(path.read_text()) if path.exists() else await _set_up(folder, chat_port)
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(state, file)
    _start_chat(settings, state, chat_port, listening)
    await _connect(folder, state, chat_port)
    return _where_to_click(settings, state, chat_port)


async def _ask(folder: Path, command: str, **args: Any) -> Any:
    return await asyncio.to_thread(asking.ask, folder, command, args)


async def _set_up(folder: Path, chat_port: int) -> dict[str, Any]:
    people = []
    for name, email, admin in PEOPLE:
        password = new_password()
        hashed = await asyncio.to_thread(hash_password, password)
        added = await _ask(folder, "person.add", name=name, email=email, admin=admin, password_hash=hashed)
        people.append({"id": added["id"], "name": name, "email": email, "password": password})
    operators = [str(person["id"]) for person in people]
    line = await _ask(folder, "line.add", name="Website", operators=operators)
    base = f"http://127.0.0.1:{chat_port}"
    added = await _ask(
        folder,
        "app.add",
        name="Website chat",
        scopes=["imopenlines", "imconnector", "im"],
        handler=f"{base}/handler",
        install_url=f"{base}/install",
        script_only=True,
    )
    return {
        "people": people,
        "line": line["id"],
        "app": {key: added[key] for key in ("client_id", "client_secret")},
    }


def _examples() -> Path:
    """Return where the example lies: in the checkout, or packed into the wheel."""
    here = Path(__file__).parent
    for folder in (here.parent.parent / "examples", here / "_examples"):
        if (folder / "site_chat/__main__.py").exists():
            return folder
    raise DemoFailed("the example website chat is missing from this installation")


def _start_chat(settings: Settings, state: dict[str, Any], port: int, listening: socket.socket) -> None:
    command = [sys.executable, "-m", "site_chat", "--fd", str(listening.fileno())]
    command += ["--public-url", f"http://127.0.0.1:{port}", "--data", str(settings.folder / "site_chat.db")]
    command += ["--portal", settings.public_url, "--client-id", state["app"]["client_id"]]
    command += ["--client-secret", state["app"]["client_secret"]]
    environment = os.environ | {
        "PYTHONPATH": str(_examples()),
        "REQUESTS_CA_BUNDLE": str(settings.folder / certificates.CA),
    }
    log = (settings.folder / "site_chat.log").open("ab")
    with log, listening:
        _chats.append(
            subprocess.Popen(  # noqa: S603 - our own example
                command, env=environment, stdout=log, stderr=log, pass_fds=[listening.fileno()]
            )
        )


async def _connect(folder: Path, state: dict[str, Any], port: int) -> None:
    """Open the chat's settings for the line as an administrator's browser would: that switches it on."""
    async with aiohttp.ClientSession() as session:
        for _ in range(300):
            if _chats and _chats[-1].poll() is not None:
                raise DemoFailed(f"the website chat did not start, see {folder / 'site_chat.log'}")
            try:
                form = await _ask(folder, "connector.settings", connector=CONNECTOR, line=state["line"])
                if form is not None:
                    async with session.post(form["url"], data=form["fields"]) as answer:
                        if answer.ok:
                            return
            except aiohttp.ClientConnectionError:
                pass  # it has just stopped
            await asyncio.sleep(0.1)
    raise DemoFailed(f"the website chat on port {port} could not be switched on, see {folder / 'site_chat.log'}")


def _where_to_click(settings: Settings, state: dict[str, Any], chat_port: int) -> list[str]:
    ca = settings.folder / certificates.CA
    people = [f"    {p['email']:<20} {p['password']}   ({p['name']})" for p in state["people"]]
    return [
        "",
        "tieline runs. Click here:",
        f"  operator's inbox   http://localhost:{settings.http_port}/app/",
        *people,
        f"  visitor's chat     http://127.0.0.1:{chat_port}/",
        "",
        f"REST for clients, with TLS: {settings.public_url}/rest/",
        "  Programs trust it with one of these lines:",
        f"    export REQUESTS_CA_BUNDLE={ca}      # Python",
        f"    export NODE_EXTRA_CA_CERTS={ca}     # Node",
        f"    php -d curl.cainfo={ca} -d openssl.cafile={ca} ...",
        "Ctrl-C stops it.",
    ]
