"""The tieline side: a fresh portal in a folder of its own, set up by its command line and its REST."""

import json
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from bench.load import Side, post
from bench.processes import SERVER_CORE, Server, healthy, traced

TIELINE = Path(sys.executable).parent / "tieline"
ICON = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"


def serve_command(data: Path, port: int) -> list[str]:
    """Build the command line of the server."""
    return [str(TIELINE), "serve", "--data", str(data), "--host", "127.0.0.1", "--port", str(port)]


def serve(data: Path, port: int, folder: Path, *, trace: Path | None = None) -> Server:
    """Start the server and wait until it answers."""
    command = serve_command(data, port)
    server = Server("tieline", traced(command, trace) if trace else command, folder, core=SERVER_CORE)
    try:
        server.await_ready(healthy(port))
    except BaseException:
        server.stop()
        raise
    return server


def command(data: Path, *words: str) -> dict[str, Any]:
    """Run one command of tieline and return its JSON."""
    group, verb, *rest = words
    line = [str(TIELINE), group, verb, "--data", str(data), *rest, "--json"]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        raise RuntimeError(f"{' '.join(line)} failed:\n{done.stdout}{done.stderr}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def call(port: int, method: str, *, path: str = "/rest/", **parameters: object) -> Any:
    """Call a REST method, by a token among the parameters or by a webhook's path, and return its result."""
    url = f"http://127.0.0.1:{port}{path}{method}.json"
    head = {"content-type": "application/json"}
    request = urllib.request.Request(url, json.dumps(parameters).encode(), head)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)["result"]
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{method}: {error.code} {error.read()[:1000]!r}") from error


def connect(port: int, token: str, line: int, handler: str) -> None:
    """Register the connector, switch it on for the line and subscribe to its outgoing messages."""
    where = {"CONNECTOR": "bench", "LINE": line, "auth": token}
    icon = {"DATA_IMAGE": ICON}
    call(
        port,
        "imconnector.register",
        auth=token,
        ID="bench",
        NAME="Bench",
        ICON=icon,
        PLACEMENT_HANDLER=handler,
    )
    call(port, "imconnector.activate", ACTIVE=1, **where)
    data = {"ID": "bench", "URL": handler, "NAME": "Bench"}
    call(port, "imconnector.connector.data.set", DATA=data, **where)
    call(port, "event.bind", auth=token, event="OnImConnectorMessageAdd", handler=handler)


def set_up(data: Path, port: int, handler: str) -> Side:
    """Make an operator, a line, an application and an incoming webhook; return how to address them."""
    user = str(
        command(data, "user", "add", "--name", "Olga", "--email", "olga@bench.test", "--presence", "online")["id"]
    )
    line = int(command(data, "line", "add", "--name", "Bench", "--operators", user)["id"])
    scopes = "imconnector,imopenlines,im"
    app = command(data, "app", "add", "--name", "Bench", "--scopes", scopes, "--script-only")
    hook = command(data, "webhook", "add", "--user", user, "--scopes", "im,imopenlines")
    call(port, "imopenlines.config.update", auth=app["access_token"], CONFIG_ID=line, PARAMS={"CRM": "N"})
    connect(port, app["access_token"], line, handler)
    return Side("tieline", port, app["access_token"], line, urlsplit(hook["url"]).path, [])


def demo_command(data: Path, port: int) -> list[str]:
    """Build the command line of the demo portal."""
    return [str(TIELINE), "demo", "--data", str(data), "--port", str(port)]


def receive_by_bot(data: Path, port: int, side: Side, handler: str) -> tuple[str, int]:
    """Make a bot that receives the line's customers; return its application's token and its id."""
    app = command(data, "app", "add", "--name", "Bot", "--scopes", "imbot,im,imopenlines", "--script-only")
    token = app["access_token"]
    properties = {"NAME": "Echo"}
    bot = call(
        port, "imbot.register", auth=token, CODE="echo", TYPE="B", OPENLINE="Y", EVENT_HANDLER=handler,
        PROPERTIES=properties,
    )  # fmt: skip
    welcome = {"WELCOME_BOT_ENABLE": "Y", "WELCOME_BOT_ID": bot, "WELCOME_BOT_JOIN": "always", "WELCOME_BOT_TIME": 0}
    call(port, "imopenlines.config.update", auth=side.token, CONFIG_ID=side.line, PARAMS=welcome)
    return token, int(bot)


def polling_bots(data: Path, port: int, clients: int, each: int) -> list[bytes]:
    """Make bots that ask for their events themselves; return how each asks."""
    person = str(command(data, "user", "add", "--name", "Ivan", "--email", "ivan@bench.test")["id"])
    path = urlsplit(command(data, "webhook", "add", "--user", person, "--scopes", "imbot")["url"]).path
    found = []
    for client in range(clients):
        secret = f"bots-of-client-{client}"
        for number in range(each):
            fields = {"code": f"bot-{client}-{number}", "botToken": secret, "properties": {"name": f"Bot {number}"}}
            bot = call(port, "imbot.v2.Bot.register", path=path, fields=fields)["bot"]["id"]
            body = msgspec.json.encode({"botId": bot, "botToken": secret})
            found.append(post(f"{path}imbot.v2.Event.get.json", body))
    return found
