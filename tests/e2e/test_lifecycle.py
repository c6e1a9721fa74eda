"""Servers that end, servers that share a database, and what tells whether one is well."""

import contextlib
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from support import servers
from support.portal import PASSWORD
from support.raw import RawServer, silent
from support.receiver import Receiver
from support.served import Scene, Served
from support.waiting import until

UNFINISHED = b"POST /rest/profile HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"
KEY = "mRpo8Ig9k-G6WYxNtQB0S6xiTcQ8q5sIn6DUOBhfZgY="


def live(served: Served, email: str) -> ClientConnection:
    """Open a page's websocket."""
    origin = served.http_url
    login = httpx.post(f"{origin}/ui/login", json={"email": email, "password": PASSWORD}, headers={"origin": origin})
    assert login.status_code == 200, login.text
    cookie = login.headers["set-cookie"].partition(";")[0]
    return connect(
        origin.replace("http", "ws") + "/ui/live", additional_headers={"cookie": cookie}, origin=origin, max_size=None
    )


def close_code(page: ClientConnection) -> int:
    """Read until the server says goodbye; returns the code of its close frame."""
    with contextlib.suppress(ConnectionClosed):
        for _ in page:
            pass
    return page.close_code or 0


def test_server_leaves_politely_and_soon_whatever_is_open(tieline: Path, tmp_path: Path) -> None:
    served = Served(tieline, tmp_path / "data")
    with contextlib.ExitStack() as stack:
        stack.enter_context(served)
        hanging = stack.enter_context(RawServer(silent))
        scene = Scene(served, f"{hanging.url}/handler")
        client = stack.enter_context(served.client())
        chat = int(scene.send(client, "c", "1", "Hello")["session"]["CHAT_ID"])
        scene.answer(client, chat, "one")
        hanging.wait(1)
        pages = [stack.enter_context(live(served, "klaus@example.com")) for _ in range(2)]
        assert all("hello" in page.recv(timeout=10) for page in pages)
        for port, wrap in ((served.http_port, False), (served.port, True)):
            for content in (b"", UNFINISHED):
                stack.enter_context(opened(served, port, content, tls=wrap))
        time.sleep(0.2)
        assert served.process
        served.process.terminate()
        assert served.process.wait(6) == 0, served.output()[-2000:]  # 3 s, and as much for a busy machine
        assert {close_code(page) for page in pages} <= {1001, 1012}
        assert "Traceback" not in served.output(), served.output()[-3000:]


@contextlib.contextmanager
def opened(served: Served, port: int, content: bytes, *, tls: bool) -> Iterator[None]:
    """Keep a connection open on which something, or nothing, was said."""
    with socket.create_connection(("127.0.0.1", port)) as plain:
        if tls:
            with served.trust().wrap_socket(plain, server_hostname="localhost") as wrapped:
                wrapped.sendall(content)
                yield
                with contextlib.suppress(OSError, ssl.SSLError):
                    wrapped.unwrap()
        else:
            plain.sendall(content)
            yield


def test_restarted_server_finds_everything(tieline: Path, tmp_path: Path, receiver: Receiver) -> None:
    served = Served(tieline, tmp_path / "data")
    with served, served.client() as client:
        scene = Scene(served, f"{receiver.url}/handler")
        chat = int(scene.send(client, "c", "1", "Hello")["session"]["CHAT_ID"])
        certificate = served.ca.read_bytes()
    with served, served.client() as client:
        assert [message["text"] for message in scene.history(client, chat)] == ["Hello"]
        scene.answer(client, chat, "one")
        receiver.wait(1)
        assert served.ca.read_bytes() == certificate
        with httpx.Client(verify=served.trust()) as secure:
            assert secure.get(f"{served.url}/healthz").json() == {"status": "ok"}


@pytest.fixture
def shared(tieline: Path, tmp_path: Path, postgresql: str, monkeypatch) -> Iterator[tuple[Served, Served, str]]:
    """Two servers of one PostgreSQL database, which share a key and nothing else."""
    monkeypatch.setenv("TIELINE_SECRET_KEY", KEY)
    database = servers.new_database(postgresql, "served_twice")
    pair = [Served(tieline, tmp_path / name, tls=False, database=database) for name in ("first", "second")]
    with contextlib.ExitStack() as stack:
        for served in pair:
            stack.callback(served.stop)
            served.begin()
        for served in pair:
            served.wait_ready()
        yield pair[0], pair[1], database
    servers.drop_database(postgresql, "served_twice")


def test_two_servers_and_the_command_line_share_a_database(shared: tuple[Served, Served, str]) -> None:
    first, second, _ = shared
    with first.client() as one, second.client() as two:
        app = first.command("app", "add", "--name", "A", "--scopes", "im,imconnector,imopenlines", "--script-only")
        for client in (one, two):
            assert client.get("/rest/profile", params={"auth": app["access_token"]}).status_code == 200
        person = second.command("user", "add", "--name", "Olga", "--email", "o@example.com", "--admin")["id"]
        hook = first.command("webhook", "add", "--user", str(person), "--scopes", "imopenlines,im")["url"]
        path = "/rest/" + hook.split("/rest/")[1]
        line = second.command("line", "add", "--name", "Support", "--operators", str(person))["id"]
        for client in (one, two):
            found = client.get(f"{path}imopenlines.config.get", params={"CONFIG_ID": line}).json()["result"]
            assert found["LINE_NAME"] == "Support"
        changed = {"CONFIG_ID": line, "PARAMS": {"LINE_NAME": "Sales"}}
        assert one.post(f"{path}imopenlines.config.update", json=changed).json()["result"] is True
        found = two.get(f"{path}imopenlines.config.get", params={"CONFIG_ID": line}).json()["result"]
        assert found["LINE_NAME"] == "Sales"


@pytest.mark.slow
def test_event_of_one_server_is_sent_once_by_either(shared: tuple[Served, Served, str], receiver: Receiver) -> None:
    first, second, _ = shared
    scene = Scene(first, f"{receiver.url}/handler")
    with first.client() as one, second.client() as two:
        chat = int(scene.send(one, "c", "1", "Hello")["session"]["CHAT_ID"])
        for number in range(20):
            scene.answer(one if number % 2 else two, chat, str(number))
    told = [received.flat["data[MESSAGES][0][message][text]"].split("[br]")[1] for received in receiver.wait(20)]
    assert told == [str(number) for number in range(20)]
    receiver.nothing_more(20, 1.5)


def test_health_follows_the_database(shared: tuple[Served, Served, str], postgresql: str) -> None:
    first = shared[0]
    with first.client() as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        servers.drop_database(postgresql, "served_twice")
        assert until(lambda: client.get("/healthz").status_code == 503, "the server says that it is not well")
        refused = client.get("/rest/profile", params={"auth": "x"})
        assert (refused.status_code, refused.json()["error"]) == (503, "OVERLOAD_LIMIT")
        assert first.process
        assert first.process.poll() is None


def test_foreign_hosts_that_clients_hard_code_are_answered_under_their_names(tieline: Path, tmp_path: Path) -> None:
    foreign = ("oauth.example.test", "api.example.test")
    options = [part for name in foreign for part in ("--also-serve", name)]
    with Served(tieline, tmp_path / "data", *options) as served:
        trusting = ssl.create_default_context(cafile=str(served.ca))
        for name in (*foreign, "localhost"):
            with (
                socket.create_connection(("127.0.0.1", served.port), timeout=10) as plain,
                trusting.wrap_socket(plain, server_hostname=name) as stream,
            ):
                stream.sendall(f"GET /oauth/token/ HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
                answer = stream.makefile("rb").read()
            assert b" 400 " in answer.splitlines()[0]
            assert b'"error":"invalid_request"' in answer
        with (
            socket.create_connection(("127.0.0.1", served.port), timeout=10) as plain,
            pytest.raises(ssl.SSLCertVerificationError),
        ):
            trusting.wrap_socket(plain, server_hostname="other.example.test")
