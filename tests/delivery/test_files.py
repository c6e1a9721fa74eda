"""Files of connectors: fetched, kept once, served by signed links; or shown as failed with the reason."""

import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from support.portal import START, Client, Desk, Portal
from support.raw import RawServer, saying, silent
from support.receiver import Receiver
from support.waiting import until
from tieline.domain.clock import DAY, MINUTE, SECOND
from tieline.store.signals import FilesDue

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
LIMIT = 100 * 1024 * 1024


class Box:
    """A scene whose customer sends files."""

    def __init__(self, portal: Portal, receiver: Receiver) -> None:
        self.portal = portal
        self.desk = Desk(portal)
        self.receiver = receiver
        self.chat = 0
        self.page: Client | None = None
        receiver.answer = lambda _: (200, {"content-type": "image/png"}, PNG)

    def send(self, *urls: str, **file: str) -> int:
        """Pass a message with files in; returns its id."""
        files = [{"url": url, **file} for url in urls]
        self.chat = self.desk.write_in("", message={"files": files})
        return self.messages()[-1]["id"]

    def messages(self) -> list[dict]:
        if self.page is None or self.page.portal is not self.portal:
            self.page = self.portal.page(self.desk.operator_id)
        return self.page.call("tieline.dialog.get", CHAT_ID=self.chat).result["messages"]

    def files(self, message: int) -> list[dict]:
        return next(shown for shown in self.messages() if shown["id"] == message)["files"]

    def attempts(self) -> int:
        """Return how often the last file was asked for in vain."""
        return self.portal.read(lambda tx: tx.one("select attempts from files order by id desc limit 1"))[0]

    def settled(self, message: int) -> dict:
        """Return the message's only file once it is in or given up."""

        def look() -> dict | None:
            (file,) = self.files(message)
            return file if file["status"] != "pending" else None

        return until(look, "the file is settled")

    def fetch(self, url: str, **file: str) -> dict:
        return self.settled(self.send(url, **file))

    def open(self, file: dict):
        return self.portal.request("GET", urlsplit(file["url"]).path)

    def later(self, milliseconds: int) -> None:
        self.portal.clock.move(milliseconds)
        self.portal.bus.publish([FilesDue(1)])


def in_production(open_portal, receiver: Receiver, **settings: str) -> Box:
    """Make a scene, whose connector is on this machine, and go on in the production profile."""
    before = open_portal()
    box = Box(before, receiver)
    before.close()
    after = open_portal(profile="production", **settings)
    for part in (box, box.desk, box.desk.app, box.desk.operator):
        part.portal = after
    return box


@pytest.fixture
def box(quick_portal: Portal, receiver: Receiver) -> Box:
    return Box(quick_portal, receiver)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Names and the addresses that the system finds for them."""
    known: dict[str, str] = {}
    resolve = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **k: resolve(known.get(host, host), *a, **k))
    return known


def test_file_is_shown_as_pending_then_ready(portal: Portal, receiver: Receiver, gate) -> None:
    box = Box(portal, receiver)
    receiver.answer = lambda _: (gate.wait(20), (200, {}, PNG))[1]
    message = box.send(f"{receiver.url}/a.png")
    receiver.wait(1)
    assert [file["status"] for file in box.files(message)] == ["pending"]
    gate.set()
    file = box.settled(message)
    assert (file["status"], file["name"], file["type"], file["size"]) == ("ready", "a.png", "image", len(PNG))
    assert box.open(file).content == PNG


def test_link_serves_harmless_headers(box: Box) -> None:
    shown = box.open(box.fetch(f"{box.receiver.url}/a.png")).headers
    assert shown["content-type"] == "image/png"
    assert shown["content-disposition"].startswith("inline")
    assert shown["x-content-type-options"] == "nosniff"
    assert "sandbox" in shown["content-security-policy"]


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "script.js", "form.xhtml", "none", "a.png.exe"])
def test_what_could_act_in_a_browser_is_offered_for_download(box: Box, name: str) -> None:
    shown = box.open(box.fetch(f"{box.receiver.url}/x", name=name)).headers
    assert shown["content-type"] == "application/octet-stream"
    assert shown["content-disposition"] == f"attachment; filename*=UTF-8''{name}"


def test_link_that_is_changed_or_old_is_refused(box: Box) -> None:
    file = box.fetch(f"{box.receiver.url}/a.png")
    _, _, number, expires, signature = urlsplit(file["url"]).path.split("/")
    for wrong in (
        f"/files/{int(number) + 1}/{expires}/{signature}",
        f"/files/{number}/{int(expires) + 1}/{signature}",
        f"/files/{number}/{expires}/{signature[:-1]}{'01'[signature[-1] == '0']}",
        f"/files/{number}/{expires}/x",
        f"/files/{number}/{expires}/%C3%A4",
        f"/files/-1/x/{signature}",
    ):
        assert box.portal.request("GET", wrong).status in (403, 404), wrong
    box.portal.clock.move(3 * DAY)
    assert box.open(file).status == 403


def test_link_stays_the_same_for_hours(box: Box) -> None:
    message = box.send(f"{box.receiver.url}/a.png")
    box.portal.clock.move(DAY - START % DAY)
    before = box.settled(message)["url"]
    box.portal.clock.move(DAY - 1)
    assert box.settled(message)["url"] == before


def test_same_content_is_kept_once(box: Box) -> None:
    first, second = (box.fetch(f"{box.receiver.url}/{name}.png") for name in "ab")
    assert box.open(first).content == box.open(second).content == PNG
    assert len(contents(box)) == 1


def contents(box: Box) -> list[Path]:
    return [path for path in (box.portal.folder / "files").rglob("*") if path.is_file()]


def test_file_that_fails_is_tried_again_then_shown_with_the_reason(portal: Portal, receiver: Receiver) -> None:
    box = Box(portal, receiver)
    receiver.answer = lambda _: (503, {}, b"")
    message = box.send(f"{receiver.url}/a.png")
    for number, pause in enumerate((5 * SECOND, 30 * SECOND, 5 * MINUTE), 1):
        receiver.wait(number)
        until(lambda wanted=number: box.attempts() == wanted and box.files(message)[0]["reason"], "it is noted")
        (file,) = box.files(message)
        assert (file["status"], file["reason"]) == ("pending", "the server answered 503")
        box.later(pause)
    file = box.settled(message)
    assert (file["status"], file["reason"]) == ("failed", "the server answered 503")
    assert file["url"] == f"{receiver.url}/a.png"
    box.later(DAY)
    receiver.nothing_more(4, 0.1)


def test_file_that_comes_at_the_second_attempt_is_shown(box: Box) -> None:
    box.receiver.answer = lambda _: (500, {}, b"") if len(box.receiver.requests) == 1 else (200, {}, PNG)
    message = box.send(f"{box.receiver.url}/a.png")
    until(lambda: box.files(message)[0]["reason"], "the failure is noted")
    box.later(5 * SECOND)
    file = box.settled(message)
    assert (file["status"], file["reason"]) == ("ready", None)


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_file_that_is_gone_fails_at_once(box: Box, status: int) -> None:
    box.receiver.answer = lambda _: (status, {}, b"")
    file = box.fetch(f"{box.receiver.url}/a.png")
    assert (file["status"], file["reason"]) == ("failed", f"the server answered {status}")


def test_one_file_that_fails_takes_no_other_with_it(box: Box) -> None:
    box.receiver.answer = lambda received: (404, {}, b"") if "bad" in received.path else (200, {}, PNG)
    message = box.send(f"{box.receiver.url}/bad.png", f"{box.receiver.url}/good.png")
    settled = until(lambda: all(file["status"] != "pending" for file in box.files(message)), "both are settled")
    assert settled
    assert [file["status"] for file in box.files(message)] == ["failed", "ready"]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::ffff:169.254.169.254]/",
        "http://2852039166/",
        "http://user:pass@127.0.0.1/",
        "http://0.0.0.0/",
        "http://[::]/",
        "no address",
    ],
)
def test_hostile_address_is_shown_as_failed_with_a_reason(box: Box, url: str) -> None:
    file = box.fetch(url, name="a.png")
    assert file["status"] == "failed"
    assert file["reason"]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "127.1", "0x7f000001", "inside"]
)
def test_production_fetches_nothing_from_this_machine(open_portal, names, receiver: Receiver, host: str) -> None:
    names["inside"] = "127.0.0.1"
    with RawServer(silent) as trap:
        box = in_production(open_portal, receiver)
        file = box.fetch(f"https://{host}:{trap.port}/a.png", name="a.png")
        assert file["status"] == "failed"
        assert trap.requests == 0


def test_production_fetches_from_a_listed_host(open_portal, names, receiver: Receiver) -> None:
    names["files.example"] = "127.0.0.1"
    box = in_production(open_portal, receiver, allowed_hosts="files.example")
    assert box.fetch(f"http://files.example:{receiver.port}/a.png")["status"] == "ready"


@pytest.mark.parametrize("target", ["http://127.0.0.1:{port}/b", "https://inside:{port}/b", "file:///etc/passwd"])
def test_redirect_to_what_is_forbidden_is_not_followed(open_portal, names, receiver: Receiver, target: str) -> None:
    names.update({"files.example": "127.0.0.1", "inside": "127.0.0.1"})
    box = in_production(open_portal, receiver, allowed_hosts="files.example")
    with RawServer(silent) as trap:
        receiver.answer = lambda _: (302, {"location": target.format(port=trap.port)}, b"")
        file = box.fetch(f"http://files.example:{receiver.port}/a.png")
        assert file["status"] == "failed"
        assert trap.requests == 0


def test_redirect_to_the_metadata_service_is_not_followed(box: Box) -> None:
    box.receiver.answer = lambda _: (302, {"location": "http://169.254.169.254/"}, b"")
    assert "not a public one" in box.fetch(f"{box.receiver.url}/a.png")["reason"]


def test_few_redirects_are_followed(box: Box) -> None:
    def answer(received):
        step = int(received.path[1:])
        return (302, {"location": f"/{step - 1}"}, b"") if step else (200, {}, PNG)

    box.receiver.answer = answer
    assert box.fetch(f"{box.receiver.url}/3")["status"] == "ready"
    file = box.fetch(f"{box.receiver.url}/4")
    assert (file["status"], file["reason"]) == ("failed", "too many redirects")


def test_file_that_says_it_is_too_large_is_not_read(box: Box) -> None:
    def flood(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % (LIMIT + 1))
        server.pour(connection, LIMIT + 1)

    with RawServer(flood) as server:
        file = box.fetch(f"{server.url}/a.png")
    assert (file["status"], file["reason"]) == ("failed", "larger than 100 MB")
    assert server.sent < LIMIT / 5


def test_endless_file_is_given_up_at_the_limit_and_leaves_nothing(box: Box) -> None:
    def flood(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        server.pour(connection, 100 * LIMIT, b"x" * 1_048_576)

    with RawServer(flood) as server:
        file = box.fetch(f"{server.url}/a.png")
    assert (file["status"], file["reason"]) == ("failed", "larger than 100 MB")
    assert contents(box) == []


def test_file_that_breaks_off_is_tried_again(box: Box) -> None:
    answers = iter([b"content-length: 100\r\n\r\nabc", b"content-length: 3\r\n\r\nabc"])
    with RawServer(lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\n" + next(answers))) as server:
        message = box.send(f"{server.url}/a.txt")
        until(lambda: box.files(message)[0]["reason"], "the failure is noted")
        assert contents(box) == []
        box.later(5 * SECOND)
        assert box.settled(message)["status"] == "ready"


@pytest.mark.parametrize(
    ("path", "headers", "content", "name"),
    [
        ("/cat.png?size=2", {}, PNG, "cat.png"),
        ("/%D0%BA%D0%BE%D1%82.png", {}, PNG, "\u043a\u043e\u0442.png"),
        ("/get", {"content-disposition": 'attachment; filename="report.pdf"'}, b"%PDF-1.4", "report.pdf"),
        ("/x", {"content-disposition": "attachment; filename*=UTF-8''%C3%A4.txt"}, b"a", "\u00e4.txt"),
        ("/x", {"content-disposition": 'attachment; filename="../../etc/passwd"'}, b"a", "_.._etc_passwd"),
        ("/photo", {}, PNG, "photo.png"),
        ("/", {}, PNG, "file.png"),
        ("/", {}, b"plain words", "file"),
        ("/", {}, b"", "file"),
    ],
)
def test_file_without_a_name_gets_one(box: Box, path: str, headers: dict, content: bytes, name: str) -> None:
    box.receiver.answer = lambda _: (200, headers, content)
    assert box.fetch(box.receiver.url + path)["name"] == name


def test_name_that_the_connector_gave_is_kept(box: Box) -> None:
    box.receiver.answer = lambda _: (200, {"content-disposition": 'attachment; filename="other.pdf"'}, PNG)
    assert box.fetch(f"{box.receiver.url}/third.gif", name="mine.png")["name"] == "mine.png"


def test_file_that_hangs_holds_up_no_message_and_no_other_file(box: Box) -> None:
    with RawServer(silent) as hanging:
        message = box.send(*(f"{hanging.url}/{number}" for number in range(3)))
        hanging.wait(3)
        assert box.fetch(f"{box.receiver.url}/quick.png")["status"] == "ready"
        assert [file["status"] for file in box.files(message)] == ["pending"] * 3


def test_fetch_that_a_restart_cut_off_is_made_again(open_portal, receiver: Receiver) -> None:
    before = open_portal()
    box = Box(before, receiver)
    with RawServer(silent) as hanging:
        message = box.send(f"{hanging.url}/a.png")
        hanging.wait(1)
        before.close()
        port = hanging.port
    after = box.portal = open_portal()
    after.clock.move(3 * MINUTE)
    with RawServer(saying(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx"), port) as server:
        after.bus.publish([FilesDue(1)])
        server.wait(1)
        assert box.settled(message)["status"] == "ready"
