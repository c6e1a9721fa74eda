"""Addresses beside the methods: external links, uploads by a form, pages of the disk."""

import time
from collections.abc import AsyncIterator, Iterator

import pytest

from support.disk import MADE_FILE, Drive, encoded, path_of, shape
from support.portal import Portal, Reply
from tieline.domain.clock import HOUR
from tieline.http import uploads

HTML = b"<script>alert(1)</script>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def drive(portal: Portal) -> Drive:
    """The drive of a person who is no administrator."""
    return Drive(portal)


@pytest.fixture
def quick(quick_portal: Portal) -> Drive:
    """The same on SQLite alone."""
    return Drive(quick_portal)


def get(drive: Drive, link: str) -> Reply:
    return drive.portal.request("GET", path_of(link))


def harmless(reply: Reply) -> bool:
    """Tell whether a browser would run nothing of an answer."""
    headers = reply.headers
    return headers["x-content-type-options"] == "nosniff" and headers["content-security-policy"].startswith(
        "default-src 'none'"
    )


def test_external_link_needs_no_login_until_the_file_is_gone(drive: Drive) -> None:
    file = drive.file("a.txt", b"public")
    link = drive.call("file.getexternallink", id=file).result
    assert path_of(link).startswith("/~")
    assert path_of(link)[2:].isalnum()
    assert drive.call("file.getexternallink", id=file).result == link
    assert (get(drive, link).status, get(drive, link).content) == (200, b"public")
    kept = drive.portal.read(lambda tx: tx.one("select code_hash, sealed_code from disk_links"))
    assert not [value for value in kept if path_of(link)[2:] in value]
    drive.call("file.uploadversion", id=file, fileContent=["a", encoded(b"new")])
    assert get(drive, link).content == b"new"
    assert get(drive, link).headers["cache-control"] == "private, no-cache"
    assert get(drive, link).headers["x-robots-tag"] == "noindex"
    drive.call("file.markdeleted", id=file)
    assert get(drive, link).status == 404
    drive.call("file.restore", id=file)
    assert get(drive, link).content == b"new"
    drive.call("file.delete", id=file)
    assert get(drive, link).status == 404


@pytest.mark.parametrize("code", ["", "x", "a" * 20, "a" * 21, "ä" * 20, "%00" * 20, "a" * 20 + "/1", "a" * 20 + "/x"])
def test_unknown_code_leads_nowhere(quick: Drive, code: str) -> None:
    quick.call("file.getexternallink", id=quick.file("a.txt"))
    assert quick.portal.request("GET", f"/~{code}").status == 404


def test_link_to_a_folder_shows_what_is_in_it_and_nothing_else(drive: Drive) -> None:
    folder, outside = drive.folder('F<i>"&'), drive.file("outside.txt")
    inner = drive.folder("Inner", folder)
    file = drive.file("<script>.txt", b"inside", inner)
    link = drive.call("folder.getexternallink", id=folder).result
    assert drive.call("folder.getexternallink", id=folder).result == link
    page = get(drive, link)
    assert page.status == 200
    assert harmless(page)
    assert page.headers["x-robots-tag"] == "noindex"
    assert b"<h1>F&lt;i&gt;&quot;&amp;</h1>" in page.content
    assert f'href="{path_of(link)}/{inner}"'.encode() in page.content
    deeper = get(drive, f"{link}/{inner}")
    assert b">&lt;script&gt;.txt</a>" in deeper.content
    assert get(drive, f"{link}/{file}").content == b"inside"
    for number in (outside, drive.root, 0, "x", 10**30):
        assert get(drive, f"{link}/{number}").status == 404
    drive.call("folder.markdeleted", id=folder)
    for address in (link, f"{link}/{inner}", f"{link}/{file}"):
        assert get(drive, address).status == 404


@pytest.mark.parametrize(
    ("name", "content"), [("page.html", HTML), ("picture.svg", SVG), ("x.xhtml", HTML), ("x", SVG)]
)
def test_hostile_content_is_never_run(quick: Drive, name: str, content: bytes) -> None:
    file = quick.file(name, content)
    version = quick.call("file.getversions", id=file).result[0]["DOWNLOAD_URL"]
    detail = quick.call("file.get", id=file).result["DETAIL_URL"]
    page = quick.portal.page(quick.user_id)
    links = [quick.call("file.get", id=file).result["DOWNLOAD_URL"], version]
    replies = [get(quick, link) for link in (*links, quick.call("file.getexternallink", id=file).result)]
    replies.append(quick.portal.request("GET", path_of(detail), headers=page.headers))
    for reply in replies:
        assert (reply.status, reply.content) == (200, content)
        assert reply.headers["content-type"] == "application/octet-stream"
        assert reply.headers["content-disposition"].startswith("attachment;")
        assert "sandbox" in reply.headers["content-security-policy"]
        assert harmless(reply)


def test_detail_is_for_who_may_read(portal: Portal, drive: Drive) -> None:
    folder = drive.folder("Folder")
    file = drive.file("a.png", PNG, folder)
    page, other = portal.page(drive.user_id), portal.page(portal.person())
    shown = drive.call("folder.get", id=folder).result["DETAIL_URL"]
    told = portal.request("GET", path_of(shown), headers=page.headers)
    assert (told.status, f'href="/disk/file/{file}"'.encode() in told.content) == (200, True)
    assert harmless(told)
    for path in (f"/disk/folder/{folder}", f"/disk/file/{file}"):
        assert portal.request("GET", path, headers=page.headers).status == 200
        assert portal.request("GET", path, headers=other.headers).status == 404
        assert portal.request("GET", path).status == 307
    for path in (f"/disk/file/{folder}", f"/disk/other/{file}", "/disk/file/x", "/disk/file/9999999"):
        assert portal.request("GET", path, headers=page.headers).status == 404


class Form:
    """A form with a file, sent to an address."""

    def __init__(self, drive: Drive, **params: object) -> None:
        self.drive = drive
        told = drive.call("folder.uploadfile", **{"id": drive.root, **params}).result
        self.field, self.url = told["field"], told["uploadUrl"]

    def send(self, body: bytes | AsyncIterator[bytes], kind: str = "multipart/form-data; boundary=XyZ") -> Reply:
        return self.drive.portal.request("POST", path_of(self.url), content=body, headers={"content-type": kind})

    def body(self, content: bytes, name: str = 'filename="picture.png"', field: str = "file") -> bytes:
        head = f'Content-Disposition: form-data; name="{field}"; {name}\r\nContent-Type: image/png\r\n\r\n'
        return b"--XyZ\r\n" + head.encode() + content + b"\r\n--XyZ--\r\n"


def test_file_comes_in_by_an_upload_address(drive: Drive) -> None:
    form = Form(drive)
    assert form.field == "file"
    content = b"\r\n--XyZ no end\r\n--Xy" * 5_000
    reply = form.send(form.body(content))
    assert shape(reply.result) == MADE_FILE
    assert reply.body["time"]["date_start"]
    assert (reply.result["NAME"], reply.result["CREATED_BY"]) == ("picture.png", str(drive.user_id))
    assert drive.content(reply.result["DOWNLOAD_URL"]) == content
    assert reply.headers["access-control-allow-origin"] == "*"
    assert form.send(form.body(b"x")).error == (400, "DISK_OBJ_22000")
    assert form.send(form.body(b"x", 'filename="other.png"')).status == 200
    again = Form(drive, generateUniqueName=True, rights=[{"TASK_ID": 71, "ACCESS_CODE": "*"}])
    made = again.send(again.body(b"y")).result
    assert made["NAME"] == "picture (1).png"
    assert Drive(drive.portal).read(made["ID"]) == b"y"


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_form_may_come_in_pieces(quick: Drive, size: int) -> None:
    form = Form(quick)
    other = b'--XyZ\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n'
    body = other + form.body(b"\r\n-content-\r\n" * 50)

    async def pieces() -> AsyncIterator[bytes]:
        for place in range(0, len(body), size):
            yield body[place : place + size]

    assert quick.read(form.send(pieces()).result["ID"]) == b"\r\n-content-\r\n" * 50


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ('filename="C:\\\\folder\\\\a.png"', "a.png"),
        ('filename="../../a.png"', "a.png"),
        ('filename="Gr\u00fc\u00dfe.png"', "Gr\u00fc\u00dfe.png"),
        ("filename=\"x\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.png", "Gr\u00fc\u00dfe.png"),
        ('filename="a%22b.png"', 'a"b.png'),
    ],
)
def test_name_of_an_upload_is_that_of_the_file(quick: Drive, name: str, kept: str) -> None:
    form = Form(quick)
    assert form.send(form.body(b"x", name)).result["NAME"] == kept


def broken(form: Form) -> Iterator[tuple[bytes, str]]:
    """Bodies that are no form with a file."""
    kind = "multipart/form-data; boundary=XyZ"
    yield form.body(b"x"), "multipart/form-data"
    yield form.body(b"x"), "application/json"
    yield form.body(b"x")[:-6], kind
    yield form.body(b"x", ""), kind
    yield form.body(b"x", field="other"), kind
    yield form.body(b"x", 'filename=""'), kind
    yield form.body(b"x", 'filename="a\tb"'), kind
    yield form.body(b"x", f'filename="{"x" * 300}"'), kind
    yield b"--XyZ\r\n" + b"x" * 40_000, kind
    yield b"--XyZ\r\n\r\n\r\n" * 30 + b"--XyZ--", kind
    yield b"", kind
    yield b"--XyZ--", kind


def test_what_is_no_form_with_a_file_is_refused(quick: Drive) -> None:
    form = Form(quick)
    for body, kind in broken(form):
        assert form.send(body, kind).error == (400, "ERROR_ARGUMENT"), (body[:100], kind)
    assert quick.names() == []
    assert not list((quick.portal.folder / "files").glob("incoming-*"))


def test_upload_address_holds_for_an_hour_and_one_folder(drive: Drive) -> None:
    form = Form(drive)
    path = path_of(form.url)
    packed, _, signed = path.removeprefix("/upload/").partition("/")
    for wrong in (
        f"/upload/{packed}/{'0' * 64}", f"/upload/{packed}x/{signed}", "/upload/", "/upload/x/y", f"/upload/{packed}",
        f"/upload/{packed}/%C3%A4",
    ):  # fmt: skip
        reply = drive.portal.request(
            "POST", wrong, content=form.body(b"x"), headers={"content-type": "multipart/form-data; boundary=XyZ"}
        )
        assert reply.error == (403, "ACCESS_DENIED"), wrong
    assert drive.portal.request("GET", path).error == (403, "ACCESS_DENIED")
    assert drive.portal.request("OPTIONS", path).status == 200
    drive.portal.clock.move(HOUR - 1)
    assert form.send(form.body(b"x")).status == 200
    drive.portal.clock.move(1)
    assert form.send(form.body(b"x")).error == (403, "ACCESS_DENIED")


def test_upload_address_ends_with_the_rights_of_its_person(portal: Portal) -> None:
    drive, owner = Drive(portal), Drive(portal)
    folder = owner.folder("Shared")
    owner.call("folder.sharetouser", id=folder, userId=drive.user_id, taskName="disk_access_add")
    form = Form(drive, id=folder)
    owner.call("folder.sharetouser", id=folder, userId=drive.user_id, taskName="disk_access_read")
    assert form.send(form.body(b"x")).error == (400, "ACCESS_DENIED")
    own = Form(drive)
    portal.webhook(1, scopes="user").call("user.update", ID=drive.user_id, ACTIVE=False)
    assert own.send(own.body(b"x")).error == (403, "ACCESS_DENIED")
    gone = Form(owner, id=folder)
    owner.call("folder.deletetree", id=folder)
    assert gone.send(gone.body(b"x")).error == (400, "ERROR_NOT_FOUND")


def test_upload_that_is_too_large_is_refused_while_it_comes(quick: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_CONTENT", 100_000)
    form = Form(quick)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield form.body(b"x")[:-11]
        while sent < 10_000_000:
            sent += 10_000
            yield b"x" * 10_000

    assert form.send(endless()).error == (413, "INVALID_REQUEST")
    assert sent <= 200_000
    monkeypatch.setattr(uploads, "MAX_FORM", 1_000)
    assert form.send(form.body(b"x" * 2_000)).error == (413, "INVALID_REQUEST")
    assert not list((quick.portal.folder / "files").glob("incoming-*"))


def test_link_of_an_upload_works_at_once(quick: Drive) -> None:
    started = time.monotonic()
    assert quick.read(quick.file("a.bin", b"\0" * 1_000_000)) == b"\0" * 1_000_000
    assert time.monotonic() - started < 10
