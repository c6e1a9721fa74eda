"""Large bodies: files of 100 MB in one request, whatever its form, while other methods take 10 MB as before."""

import base64
import hashlib
import json
import random
import tracemalloc
from collections.abc import AsyncIterator
from urllib.parse import quote, quote_plus

import pytest

from support.bots_v2 import Studio
from support.disk import Drive, encoded
from support.portal import Portal, Reply, refused
from tieline.http import large
from tieline.services import disk_files

MB = 1024 * 1024
CONTENT = random.Random(5).randbytes(3 * MB + 1)
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=XyZ"


@pytest.fixture
def drive(quick_portal: Portal) -> Drive:
    """A person's drive."""
    return Drive(quick_portal)


def post(drive: Drive, body: bytes | AsyncIterator[bytes], kind: str = "application/json", query: str = "") -> Reply:
    path = f"{drive.hook.prefix}disk.folder.uploadfile{query}"
    return drive.portal.request("POST", path, content=body, headers={"content-type": kind})


def as_json(drive: Drive, text: str, name: str = "a.bin") -> bytes:
    return (
        json.dumps({"id": drive.root, "data": {"NAME": name}, "fileContent": [name, "CONTENT"]})
        .replace("CONTENT", text)
        .encode()
    )


def as_form(drive: Drive, text: str) -> bytes:
    return f"id={drive.root}&data[NAME]=a.bin&fileContent%5B0%5D=a.bin&fileContent%5B1%5D={text}".encode()


def as_multipart(drive: Drive, text: str) -> bytes:
    fields = {"id": str(drive.root), "data[NAME]": "a.bin", "fileContent[0]": "a.bin", "fileContent[1]": text}
    parts = (f'--XyZ\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{fields[key]}\r\n' for key in fields)
    return ("".join(parts) + "--XyZ--\r\n").encode()


def left(drive: Drive) -> list[str]:
    return [path.name for path in (drive.portal.folder / "files").glob("incoming-*")]


@pytest.mark.parametrize("size", [0, 1, 2, 3, 12_000, 12_287, 12_288, 12_289, 24_576, 24_577, 100_001, len(CONTENT)])
def test_content_of_any_size_is_kept(drive: Drive, size: int) -> None:
    assert drive.read(post(drive, as_json(drive, encoded(CONTENT[:size]))).result["ID"]) == CONTENT[:size]
    assert left(drive) == []


TEXT = encoded(CONTENT)


@pytest.mark.parametrize(
    "written",
    [
        TEXT,
        TEXT.replace("/", "\\/"),
        TEXT.replace("+", "\\u002B").replace("/", "\\u002f"),
        "\\r\\n".join(TEXT[place : place + 76] for place in range(0, len(TEXT), 76)),
        TEXT.rstrip("=") + TEXT[len(TEXT.rstrip("=")) :].replace("=", "\\u003d"),
    ],
)
def test_json_may_write_it_in_several_ways(drive: Drive, written: str) -> None:
    assert drive.read(post(drive, as_json(drive, written)).result["ID"]) == CONTENT


@pytest.mark.parametrize("written", [quote_plus(TEXT), quote(TEXT, safe="/="), TEXT.replace("+", "%2b")])
def test_forms_are_read(drive: Drive, written: str) -> None:
    assert drive.read(post(drive, as_form(drive, written), FORM).result["ID"]) == CONTENT
    query = f"?id={drive.root}&data[NAME]=b.bin"
    assert drive.read(post(drive, b"fileContent=" + written.encode(), FORM, query).result["ID"]) == CONTENT


def test_multipart_forms_are_read(drive: Drive) -> None:
    assert drive.read(post(drive, as_multipart(drive, TEXT), MULTIPART).result["ID"]) == CONTENT


@pytest.mark.parametrize("size", [1_000, 16_383, 16_384, 16_385, 70_001])
def test_body_may_come_in_pieces(drive: Drive, size: int) -> None:
    body = as_json(drive, TEXT)

    async def pieces() -> AsyncIterator[bytes]:
        for place in range(0, len(body), size):
            yield body[place : place + size]

    assert drive.read(post(drive, pieces()).result["ID"]) == CONTENT


@pytest.mark.parametrize(
    "text", [TEXT + "!", TEXT[:-3], "!" + TEXT, TEXT + "==QUJD", TEXT + "QUJD", TEXT + "\\u12", TEXT + "%3D%3D%3D"]
)
def test_what_is_no_base64_is_refused(drive: Drive, text: str) -> None:
    reply = post(drive, as_json(drive, text))
    assert reply.error in ((400, "ERROR_COULD_NOT_SAVE_FILE"), (400, "INVALID_REQUEST"))
    assert (drive.names(), left(drive)) == ([], [])


def test_long_name_is_refused(drive: Drive) -> None:
    assert post(drive, as_json(drive, "YQ==", name="x" * 100_000)).error == (400, "ERROR_ARGUMENT")
    assert left(drive) == []


def test_large_file_takes_little_memory(drive: Drive) -> None:
    piece = random.Random(6).randbytes(3 * MB)
    text, times = base64.b64encode(piece), 8

    async def body() -> AsyncIterator[bytes]:
        before, after = as_json(drive, "CONTENT").split(b"CONTENT")
        yield before
        for _ in range(times):
            for place in range(0, len(text), 64 * 1024):
                yield text[place : place + 64 * 1024]
        yield after

    tracemalloc.start()
    made = post(drive, body()).result
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert made["SIZE"] == str(times * len(piece))
    assert most < 8 * MB
    digest = hashlib.sha256()
    for _ in range(times):
        digest.update(piece)
    assert (drive.portal.folder / "files" / digest.hexdigest()[:2] / digest.hexdigest()).is_file()


def test_content_that_is_too_large_is_refused(drive: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (large, disk_files):
        monkeypatch.setattr(module, "MAX_CONTENT", MB)
    assert post(drive, as_json(drive, TEXT)).error == (400, "ERROR_COULD_NOT_SAVE_FILE")
    file = drive.file("a.txt")
    reply = drive.call("file.uploadversion", id=file, fileContent=["a", TEXT])
    assert reply.error == (400, "DISK_FILE_22006")
    monkeypatch.setattr(large, "MAX_LARGE", MB)
    assert post(drive, as_json(drive, TEXT)).error == (413, "INVALID_REQUEST")
    assert left(drive) == []


def test_only_long_base64_may_be_large(drive: Drive) -> None:
    assert post(drive, as_json(drive, "." * (11 * MB))).error == (413, "INVALID_REQUEST")
    reply = drive.call("file.search", QUERY="x" * (11 * MB))
    assert reply.error == (413, "INVALID_REQUEST")


def test_large_body_asks_for_authorisation_all_the_same(drive: Drive) -> None:
    path = "/rest/disk.folder.uploadfile"
    reply = drive.portal.request("POST", path, content=as_json(drive, TEXT), headers={"content-type": "text/plain"})
    assert reply.error == (401, "NO_AUTH_FOUND")
    assert left(drive) == []
    assert list((drive.portal.folder / "files").glob("??")) == []


def test_page_of_the_portal_sends_large_files_too(drive: Drive) -> None:
    page = drive.portal.page(drive.user_id)
    params = {"id": drive.root, "data": {"NAME": "a"}, "fileContent": ["a", TEXT]}
    assert drive.read(page.call("disk.folder.uploadFile", **params).result["ID"]) == CONTENT


def test_too_many_at_once_are_refused(drive: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "OF_ONE", 0)
    assert post(drive, as_json(drive, TEXT)).error == (503, "OVERLOAD_LIMIT")
    assert left(drive) == []
    monkeypatch.setattr(large, "OF_ONE", 1)
    assert post(drive, as_json(drive, TEXT)).status == 200
    assert post(drive, as_json(drive, TEXT, name="b.bin")).status == 200


def test_a_name_that_stands_for_a_content_cannot_be_written(drive: Drive) -> None:
    assert post(drive, as_json(drive, "received-abc-")).error == (400, "ERROR_COULD_NOT_SAVE_FILE")


class Sender:
    """A bot or a person who sends files with messages."""

    def __init__(self, portal: Portal, who: str) -> None:
        self.studio = Studio(portal)
        bot = self.studio.hire()
        if who == "bot":
            self.client, self.method = self.studio.app, "imbot.v2.File.upload"
            self.params = {"botId": bot, "dialogId": str(self.studio.anna_id)} | self.client.auth
        else:
            self.client, self.method = self.studio.anna, "im.v2.File.upload"
            self.params = {"dialogId": str(bot)} | self.client.auth
        self.prefix = "FILE_" if who == "bot" else ""

    def send(self, content: str, **fields: str) -> Reply:
        """Send a file, or try to."""
        params = self.params | {"fields": {"name": "a.bin", "content": content} | fields}
        path = self.client.prefix + self.method
        return self.studio.portal.request(
            "POST", path, content=json.dumps(params).encode(), headers={"content-type": "application/json"}
        )

    def left(self) -> list[str]:
        """Return what lies about of contents that nobody took over."""
        return [path.name for path in (self.studio.portal.folder / "files").glob("incoming-*")]


@pytest.fixture(params=["bot", "person"])
def sender(quick_portal: Portal, request: pytest.FixtureRequest) -> Sender:
    return Sender(quick_portal, request.param)


def test_file_of_a_message_may_be_large(sender: Sender) -> None:
    content = random.Random(7).randbytes(9 * MB)  # 12 MB in Base64
    sent = sender.send(encoded(content), message="Large").result
    told = sender.studio.anna.call("im.dialog.messages.get", DIALOG_ID=f"chat{sent['chatId']}").result
    (file,) = told["files"]
    assert (told["messages"][0]["text"], file["id"], file["size"]) == ("Large", sent["file"]["id"], 9 * MB)
    link = file["urlDownload"].removeprefix("https://portal.example:8443")
    assert sender.studio.portal.request("GET", link).content == content
    assert sender.left() == []


def test_file_of_a_message_has_a_limit(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    assert disk_files.MAX_CONTENT == 100 * MB
    for module in (large, disk_files):
        monkeypatch.setattr(module, "MAX_CONTENT", MB)
    assert sender.send(encoded(bytes(MB))).status == 200
    for size in (MB + 1, 3 * MB):
        assert refused(sender.send(encoded(bytes(size)))) == (400, "FILE_TOO_LARGE", "File is too large")
    monkeypatch.setattr(disk_files, "MAX_CONTENT", 3)
    assert sender.send("YWJjZA==").error == (400, "FILE_TOO_LARGE")
    assert sender.left() == []


def test_file_of_a_message_that_is_no_base64_is_refused(sender: Sender) -> None:
    for text in (TEXT + "!", "!" + TEXT, TEXT + "==QUJD", "data:;base64," + TEXT):
        assert sender.send(text).error == (400, "FILE_INVALID_CONTENT")
    assert sender.send("\n" * 100_000).error == (400, "FILE_EMPTY")
    assert sender.left() == []


@pytest.mark.parametrize(
    "text", ["x" * 100_000, "Look: " + "x" * 100_000, "x" * 100_000 + " Look", "x-" * 50_000 + TEXT]
)
def test_long_run_of_letters_is_no_text_of_a_message(sender: Sender, text: str) -> None:
    reply = sender.send("YQ==", message=text)
    assert refused(reply) == (400, f"{sender.prefix}SEND_FAILED", "Failed to send message")
    reply = sender.send("YQ==", name=text)
    assert reply.error == (400, f"{sender.prefix}UPLOAD_FAILED")
    assert sender.left() == []


def test_long_run_within_a_name_is_refused(drive: Drive) -> None:
    assert post(drive, as_json(drive, "YQ==", name="a " + "x" * 100_000)).error == (400, "ERROR_ARGUMENT")
    assert (drive.names(), left(drive)) == ([], [])
