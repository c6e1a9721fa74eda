"""Signed links to files: who has one sees the content until it expires, and browsers run none of it."""

import time

import pytest

from support.portal import Desk
from support.receiver import Receiver
from tieline.domain.clock import DAY

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
HTML = b"<script>alert(1)</script>"


class Shelf:
    """Files that a connector offers."""

    def __init__(self, desk: Desk, receiver: Receiver) -> None:
        self.desk = desk
        self.receiver = receiver

    def take_in(self, name: str, content: bytes, kind: str = "application/octet-stream") -> str:
        """Pass a file in and wait until it is here; returns its link's path."""
        self.receiver.answer = lambda _: (200, {"content-type": kind}, content)
        chat = self.desk.write_in(message={"text": "look", "files": [{"url": f"{self.receiver.url}/f", "name": name}]})
        for _ in range(200):
            told = self.desk.operator.call("im.dialog.messages.get", DIALOG_ID=f"chat{chat}").result["files"]
            if told[0]["status"] != "upload":
                assert told[0]["status"] == "done", told
                return told[0]["urlDownload"]
            time.sleep(0.05)
        raise AssertionError("the file did not come in")


@pytest.fixture
def shelf(desk: Desk, receiver: Receiver) -> Shelf:
    """A connector that offers files."""
    return Shelf(desk, receiver)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [("cat.png", PNG, "image/png"), ("CAT.JPG", PNG, "image/jpeg"), ("a.mp3", b"ID3" + b"\0" * 99, "audio/mpeg")],
)
def test_pictures_and_sounds_are_shown_in_the_page(shelf: Shelf, name: str, content: bytes, kind: str) -> None:
    reply = shelf.desk.portal.request("GET", shelf.take_in(name, content))
    assert (reply.status, reply.content) == (200, content)
    assert reply.headers["content-type"] == kind
    assert reply.headers["content-disposition"].startswith("inline; filename*=UTF-8''")
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["content-security-policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("page.html", "text/html"),
        ("picture.svg", "image/svg+xml"),
        ("code.js", "text/javascript"),
        ("paper.pdf", "application/pdf"),
        ("nothing", "text/html"),
        ("page.html;.exe", "text/html"),
    ],
)
def test_everything_else_is_offered_for_download(shelf: Shelf, name: str, kind: str) -> None:
    reply = shelf.desk.portal.request("GET", shelf.take_in(name, HTML, kind))
    assert (reply.status, reply.content) == (200, HTML)
    assert reply.headers["content-type"] == "application/octet-stream"
    assert reply.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["content-security-policy"] == "default-src 'none'; sandbox"


def test_name_cannot_break_out_of_its_header(shelf: Shelf) -> None:
    reply = shelf.desk.portal.request("GET", shelf.take_in('Grüße "x"\r\nset-cookie: a=b.txt', HTML))
    assert reply.status == 200
    assert "set-cookie" not in reply.headers
    assert reply.headers["content-disposition"].isascii()


def test_wrong_link_is_refused(shelf: Shelf) -> None:
    portal = shelf.desk.portal
    link = shelf.take_in("cat.png", PNG)
    files, number, expires, signature = link.rsplit("/", 3)
    for wrong in (
        f"{files}/{number}/{expires}/{'0' * 64}",
        f"{files}/{int(number) + 1}/{expires}/{signature}",
        f"{files}/{number}/{int(expires) + 1}/{signature}",
        f"{files}/{number}/0/{signature}",
        f"{files}/{number}/{expires}/{signature.upper()}",
        f"{files}/{number}/{expires}/%C3%A4",
        f"{files}/{number}/{expires}/%00",
        f"{files}/0{number}/{expires}/{signature}x",
        f"{files}/x/{expires}/{signature}",
        f"{files}/{'9' * 30}/{expires}/{signature}",
    ):
        reply = portal.request("GET", wrong)
        assert (reply.status, reply.content) == (403, b"This link is wrong or has expired."), wrong


def test_link_expires_and_is_made_anew(shelf: Shelf) -> None:
    portal = shelf.desk.portal
    link = shelf.take_in("cat.png", PNG)
    portal.clock.move(DAY)
    assert portal.request("GET", link).status == 200
    portal.clock.move(DAY)
    assert portal.request("GET", link).status == 403
    again = shelf.desk.operator.call("im.dialog.messages.get", DIALOG_ID="chat1").result["files"][0]["urlDownload"]
    assert again != link
    assert portal.request("GET", again).status == 200


def test_link_asks_for_no_authorisation_and_takes_no_bytes_back(shelf: Shelf) -> None:
    link = shelf.take_in("cat.png", PNG)
    assert shelf.desk.portal.request("POST", link).status == 405
    part = shelf.desk.portal.request("GET", link, headers={"range": "bytes=0-3"})
    assert (part.status, part.content) == (206, PNG[:4])


def test_content_that_is_gone_is_not_found(shelf: Shelf) -> None:
    portal = shelf.desk.portal
    link = shelf.take_in("cat.png", PNG)
    for path in (portal.folder / "files").rglob("*"):
        if path.is_file():
            path.unlink()
    assert portal.request("GET", link).status == 404
