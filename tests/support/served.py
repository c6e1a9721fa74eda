"""A server as a process of its own, started by the installed command, and what the command line says to it."""

import json
import os
import signal
import socket
import ssl
import subprocess
import time
from pathlib import Path
from typing import Any, Self

import httpx

from support.portal import PASSWORD_HASH
from support.servers import free_port, migrated
from support.waiting import until
from tieline.http.asking import socket_path

READY = b"tieline is ready"
PATIENCE = 60
ICON = {"DATA_IMAGE": "data:image/svg+xml,%3Csvg/%3E", "COLOR": "#a6ffa3"}


class Served:
    """`tieline serve` on free ports, with a data folder."""

    def __init__(self, tieline: Path, folder: Path, *options: str, tls: bool = True, database: str = "") -> None:
        self.tieline = tieline
        self.folder = folder
        self.port = free_port()
        self.http_port = free_port() if tls else self.port
        self.url = f"{'https' if tls else 'http'}://localhost:{self.port}"
        self.http_url = f"http://127.0.0.1:{self.http_port}"
        self.log = folder.parent / f"{folder.name}.log"
        self.where = ["--data", str(folder), *(["--database", database] if database else [])]
        self._command = [str(tieline), "serve", *self.where, "--port", str(self.port), *options]
        self._command += ["--tls", "--http-port", str(self.http_port)] if tls else []
        self._database = database
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def ca(self) -> Path:
        """The certificate that clients are told to trust."""
        return self.folder / "ca.pem"

    def start(self, *prefix: str) -> Self:
        """Start the server, behind another command if one is given, and wait until it is ready."""
        self.begin(*prefix)
        return self.wait_ready()

    def begin(self, *prefix: str) -> None:
        """Start the server and do not wait."""
        assert self.process is None or self.process.poll() is not None
        if not self._database and not self.folder.exists():
            self.folder.mkdir(parents=True, mode=0o700)
            (self.folder / "tieline.db").touch(0o600)
            (self.folder / "tieline.db").write_bytes(migrated())
        self._said = self.log.stat().st_size if self.log.exists() else 0
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([*prefix, *self._command], stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def wait_ready(self) -> Self:
        """Wait until the server says that it is ready."""

        def ready() -> bool:
            assert self.process is not None
            assert self.process.poll() is None, self.output()[-3000:]
            return READY in self.log.read_bytes()[self._said :]

        until(ready, "the server is ready", PATIENCE)
        return self

    def output(self) -> str:
        """Return what the server printed."""
        return self.log.read_text(errors="replace")

    def stop(self) -> int:
        """End the server as a service manager would; returns its exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait(15)

    def kill(self) -> None:
        """End the server as a failing machine would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(15)

    def run(self, *words: str, timeout: float = PATIENCE) -> "subprocess.CompletedProcess[str]":
        """Run a command of the command line on this installation."""
        command, position = [str(self.tieline), *words], 3 if len(words) > 1 and not words[1].startswith("-") else 2
        command[position:position] = self.where
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)

    def command(self, *words: str) -> Any:
        """Run a command with --json; it must work."""
        done = self.run(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def ask(self, command: str, **args: Any) -> Any:
        """Say a command to the running server, as the command line does."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PATIENCE)
            connection.connect(socket_path(self.folder))
            connection.sendall(json.dumps({"command": command, "args": args}).encode() + b"\n")
            with connection.makefile("rb") as answers:
                answer = json.loads(answers.readline())
        assert "error" not in answer, answer
        return answer["result"]

    def client(self) -> httpx.Client:
        """Make an HTTP client of the plain door."""
        return httpx.Client(base_url=self.http_url, timeout=PATIENCE)

    def trust(self) -> ssl.SSLContext:
        """Make the TLS context of a client that was told to trust the server."""
        return ssl.create_default_context(cafile=str(self.ca))

    def person(self, name: str = "Klaus Weber", email: str = "klaus@example.com", *, admin: bool = False) -> int:
        """Add a person; returns the id."""
        args = {"name": name, "email": email, "admin": admin, "presence": "online", "password_hash": PASSWORD_HASH}
        return self.ask("person.add", **args)["id"]


class Scene:
    """An active connector on a running server: its application, its line and its operator."""

    def __init__(
        self, served: Served, handler: str, *, connector: str = "myconnector", email: str = "klaus@example.com"
    ) -> None:
        self.served = served
        self.connector = connector
        self.operator = served.person(email=email)
        self.line = served.ask("line.add", name="Support", operators=[self.operator])["id"]
        scopes = ["imopenlines", "imconnector", "im"]
        self.app = served.ask("app.add", name="An app", scopes=scopes, script_only=True)
        hook = served.ask("webhook.add", user=self.operator, scopes=["im", "imopenlines"])
        self.hook = hook["url"].removeprefix(served.url)
        with served.client() as client:
            icon = {"ID": connector, "NAME": "C", "ICON": ICON, "PLACEMENT_HANDLER": handler}
            self.call(client, "imconnector.register", **icon)
            channel = {"CONNECTOR": connector, "LINE": self.line}
            self.call(client, "imconnector.activate", ACTIVE=1, **channel)
            self.call(client, "imconnector.connector.data.set", DATA={"ID": "channel"}, **channel)
            self.call(client, "event.bind", event="OnImConnectorMessageAdd", handler=handler)

    def call(self, client: httpx.Client, method: str, **params: Any) -> Any:
        """Call a method as the application; it must work."""
        response = client.post(f"/rest/{method}", json=params | {"auth": self.app["access_token"]})
        assert response.status_code == 200, response.text
        return response.json()["result"]

    def send(self, client: httpx.Client, chat: str, number: str, text: str) -> dict[str, Any]:
        """Let a customer write; returns the message's result."""
        message = {"user": {"id": f"user-{chat}", "name": "Anna"}, "message": {"id": number, "text": text}}
        params = {"CONNECTOR": self.connector, "LINE": self.line, "MESSAGES": [message | {"chat": {"id": chat}}]}
        item = self.call(client, "imconnector.send.messages", **params)["DATA"]["RESULT"][0]
        assert item["SUCCESS"] is True, item
        return item

    def answer(self, client: httpx.Client, chat: int, text: str) -> int:
        """Let the operator write; returns the message's id."""
        response = client.post(f"{self.hook}im.message.add", json={"DIALOG_ID": f"chat{chat}", "MESSAGE": text})
        assert response.status_code == 200, response.text
        return response.json()["result"]

    def history(self, client: httpx.Client, chat: int) -> list[dict[str, Any]]:
        """Return all messages of a chat, oldest first."""
        found: list[dict[str, Any]] = []
        while True:
            older = {"LAST_ID": found[0]["id"]} if found else {}
            params = {"DIALOG_ID": f"chat{chat}", "LIMIT": 200, **older}
            page = client.post(f"{self.hook}im.dialog.messages.get", json=params).json()["result"]["messages"]
            found = sorted(page, key=lambda message: message["id"]) + found
            if len(page) < 200:
                return found


def wait_gone(pid: int) -> float:
    """Wait until a process is gone; returns how long that took, in seconds."""
    begun = time.monotonic()
    until(lambda: not Path(f"/proc/{pid}").exists(), "the process is gone")
    return time.monotonic() - begun


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a client, without what other tests may have set."""
    return {**os.environ, **more}
