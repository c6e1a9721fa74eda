"""disk.file.*: files, those of messages among them: versions, copies, moves, the trash, search."""

from collections.abc import Callable
from typing import Any

import pytest

from support.disk import (
    ARGUMENT,
    DENIED,
    FILE,
    FOLDER,
    MADE_FILE,
    MISSING,
    NOWHERE,
    TAKEN,
    VERSION,
    Drive,
    encoded,
    shape,
)
from support.portal import Desk, Portal, refused
from support.receiver import Receiver
from support.waiting import until
from tieline.services import disk_files

COPY_FAILED = (400, "DISK_FILE_22003")


@pytest.fixture
def drive(portal: Portal) -> Drive:
    """The drive of a person who is no administrator."""
    return Drive(portal)


@pytest.fixture
def other(portal: Portal, drive: Drive) -> Drive:
    """The drive of somebody else."""
    return Drive(portal)


def lose_contents(portal: Portal) -> None:
    """Let all contents be gone from the disk."""
    for path in (portal.folder / "files").rglob("*"):
        if path.is_file():
            path.unlink()


def test_fields_are_described(drive: Drive) -> None:
    fields = drive.call("file.getfields").result
    assert set(fields) == {*FILE} - {"DOWNLOAD_URL", "DETAIL_URL"}
    assert fields["SIZE"] == {"TYPE": "integer", "USE_IN_FILTER": False, "USE_IN_SHOW": True}
    assert fields["DELETE_TIME"] == {"TYPE": "datetime", "USE_IN_FILTER": True, "USE_IN_SHOW": True}


def test_file_is_read_and_renamed(portal: Portal, drive: Drive, other: Drive) -> None:
    file = drive.file("Test.docx", b"12345")
    told = drive.call("file.get", id=str(file)).result
    assert shape(told) == FILE
    assert [told[name] for name in ("ID", "NAME", "TYPE", "SIZE", "DELETED_TYPE", "GLOBAL_CONTENT_VERSION")] == [
        str(file), "Test.docx", "file", "5", "0", "1",
    ]  # fmt: skip
    portal.clock.move(60_000)
    renamed = drive.call("file.rename", id=file, newName="New.docx").result
    assert shape(renamed) == FILE
    assert (renamed["NAME"], renamed["UPDATE_TIME"]) == ("New.docx", "2027-01-15T08:01:00+00:00")
    assert drive.call("file.get", id=file).result == renamed
    drive.file("taken.txt")
    assert drive.call("file.rename", id=file, newName="Taken.TXT").error == TAKEN
    assert refused(drive.call("file.rename", id=file, newName="")) == (400, "0", "Empty name")
    assert drive.call("file.rename", id=file, newName="  ").error == (400, "0")
    assert drive.call("file.rename", id=file, newName="a/b").error == ARGUMENT
    assert drive.call("file.rename", id=file).error == ARGUMENT
    assert drive.call("file.get", id=drive.root).error == MISSING


METHODS: dict[str, dict[str, Any]] = {
    "get": {},
    "getExternalLink": {},
    "getVersions": {},
    "rename": {"newName": "x"},
    "copyTo": {"targetFolderId": NOWHERE},
    "moveTo": {"targetFolderId": NOWHERE},
    "markDeleted": {},
    "restore": {},
    "delete": {},
    "uploadVersion": {"fileContent": ["a", "YQ=="]},
    "restoreFromVersion": {"versionId": NOWHERE},
}


@pytest.mark.parametrize("method", METHODS)
def test_file_that_is_missing_or_anothers_is_refused(drive: Drive, other: Drive, method: str) -> None:
    file, more = drive.file("a.txt"), METHODS[method]
    assert drive.call(f"file.{method}", id=NOWHERE, **more).error == MISSING
    assert drive.call(f"file.{method}", id=-1, **more).error == MISSING
    for wrong in (None, "", "x", [1], 2**64):
        assert drive.call(f"file.{method}", id=wrong, **more).error == ARGUMENT
    assert other.call(f"file.{method}", id=file, **more).error == DENIED
    assert drive.read(file) == b"hello"


def test_file_is_copied(portal: Portal, drive: Drive, other: Drive) -> None:
    file, target = drive.file("a.txt"), drive.common()[1]
    told = drive.call("file.copyto", id=file, targetFolderId=target).result
    assert shape(told) == MADE_FILE
    assert (told["NAME"], told["PARENT_ID"], told["ID"] != file) == ("a.txt", str(target), True)
    assert drive.content(told["DOWNLOAD_URL"]) == b"hello"
    assert drive.call("file.copyto", id=file, targetFolderId=target).error == TAKEN
    assert drive.call("file.copyto", id=file, targetFolderId=other.root).error == DENIED
    assert drive.call("file.copyto", id=file).error == ARGUMENT
    lose_contents(portal)
    assert drive.call("file.copyto", id=file, targetFolderId=drive.folder("x")).error == COPY_FAILED


def test_file_is_moved_within_its_storage(drive: Drive, other: Drive) -> None:
    file, folder = drive.file("Image.png"), drive.folder("Folder")
    told = drive.call("file.moveto", id=file, targetFolderId=folder).result
    assert shape(told) == FILE | {"PARENT_ID": int}
    assert (told["PARENT_ID"], drive.names(folder), drive.names()) == (folder, ["Image.png"], ["Folder"])
    assert drive.call("file.moveto", id=file, targetFolderId=drive.common()[1]).result is False
    drive.file("image.PNG")
    assert drive.call("file.moveto", id=file, targetFolderId=drive.root).error == TAKEN
    assert drive.call("file.moveto", id=file, targetFolderId=other.root).error == DENIED
    assert drive.call("file.moveto", id=file).error == ARGUMENT


def test_file_goes_into_the_trash_and_comes_back(portal: Portal, drive: Drive) -> None:
    file = drive.file("picture.png")
    portal.clock.move(60_000)
    told = drive.call("file.markdeleted", id=file).result
    assert shape(told) == FILE | {"DELETE_TIME": str}
    assert (told["DELETED_TYPE"], told["DELETED_BY"]) == ("3", str(drive.user_id))
    assert portal.request("GET", told["DOWNLOAD_URL"].removeprefix("https://portal.example:8443")).status == 404
    assert (drive.names(), drive.call("file.get", id=file).error) == ([], MISSING)
    assert drive.call("file.markdeleted", id=file).error == MISSING
    drive.file("picture.png")
    told = drive.call("file.restore", id=file).result
    assert shape(told) == FILE | {"DELETE_TIME": str, "DELETED_TYPE": int}
    assert (told["NAME"], told["DELETED_TYPE"]) == ("picture (1).png", 0)
    assert drive.names() == ["picture (1).png", "picture.png"]
    assert drive.call("file.restore", id=file).error == MISSING


def test_file_is_deleted_for_good(drive: Drive) -> None:
    kept, trashed = drive.file("a.txt"), drive.file("b.txt")
    drive.call("file.markdeleted", id=trashed)
    for file in (kept, trashed):
        assert drive.call("file.delete", id=file).result is True
        assert drive.call("file.delete", id=file).error == MISSING
        assert drive.call("file.restore", id=file).error == MISSING
    assert drive.names() == []


def test_new_versions_are_kept_and_restored(portal: Portal, drive: Drive) -> None:
    file = drive.file("Test.docx", b"one")
    (first,) = drive.call("file.getversions", id=file).result
    assert shape(first) == VERSION
    assert (first["GLOBAL_CONTENT_VERSION"], first["OBJECT_ID"], first["NAME"]) == ("1", str(file), "Test.docx")
    told = drive.call("file.uploadversion", id=file, fileContent=["other.docx", encoded(b"second")]).result
    assert shape(told) == FILE | {"GLOBAL_CONTENT_VERSION": int}
    assert (told["GLOBAL_CONTENT_VERSION"], told["NAME"], told["SIZE"]) == (2, "Test.docx", "6")
    assert drive.read(file) == b"second"
    assert told["DOWNLOAD_URL"].endswith("?version=2")  # browsers keep what the former address had
    reply = drive.call("file.getversions", id=file)
    assert ([one["GLOBAL_CONTENT_VERSION"] for one in reply.result], reply.body["total"]) == (["2", "1"], 2)
    assert [drive.content(one["DOWNLOAD_URL"]) for one in reply.result] == [b"second", b"one"]
    assert told["FILE_ID"] == reply.result[0]["ID"]
    back = drive.call("file.restorefromversion", id=file, versionId=first["ID"]).result
    assert shape(back) == FILE | {"GLOBAL_CONTENT_VERSION": int}
    assert (back["GLOBAL_CONTENT_VERSION"], drive.read(file)) == (3, b"one")
    for given, found in (
        ({"ID": first["ID"]}, ["1"]),
        ({">GLOBAL_CONTENT_VERSION": 1}, ["3", "2"]),
        ({"SIZE": 6}, ["2"]),
        ({"CREATE_TIME": "2027-01-15T08:00:00+00:00"}, ["3", "2", "1"]),
    ):
        versions = drive.call("file.getversions", id=file, filter=given).result
        assert [one["GLOBAL_CONTENT_VERSION"] for one in versions] == found
    assert drive.call("file.getversions", id=file, filter={"CODE": 1}).error == ARGUMENT
    assert drive.call("version.get", id=first["ID"]).result == first
    assert drive.call("version.get", id=NOWHERE).error == MISSING
    assert drive.call("version.get").error == ARGUMENT
    assert Drive(portal).call("version.get", id=first["ID"]).error == DENIED
    assert portal.request("GET", f"/versions/{first['ID']}/9999999999/{'0' * 64}").status == 403


def test_version_that_cannot_be_restored_is_refused(portal: Portal, drive: Drive) -> None:
    file, second = drive.file("a.txt"), drive.file("b.txt", b"other")
    foreign = drive.call("file.getversions", id=second).result[0]["ID"]
    own = drive.call("file.getversions", id=file).result[0]["ID"]
    restore = {"id": file, "versionId": own}
    assert drive.call("file.restorefromversion", **restore | {"versionId": foreign}).error == (400, "DISK_FILE_22004")
    assert drive.call("file.restorefromversion", **restore | {"versionId": NOWHERE}).error == MISSING
    assert drive.call("file.restorefromversion", id=file).error == ARGUMENT
    lose_contents(portal)
    assert drive.call("file.restorefromversion", **restore).error == COPY_FAILED
    assert drive.call("file.get", id=file).result["GLOBAL_CONTENT_VERSION"] == "1"


def test_version_that_cannot_be_saved_is_refused(drive: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    file = drive.file("a.txt")
    assert drive.call("file.uploadversion", id=file).error == ARGUMENT
    for wrong in (["a.txt", "no base64!"], 5, {"a": []}, [[["a"]]]):
        assert drive.call("file.uploadversion", id=file, fileContent=wrong).error == (400, "DISK_FILE_22002")
    monkeypatch.setattr(disk_files, "MAX_CONTENT", 4)
    reply = drive.call("file.uploadversion", id=file, fileContent=["a.txt", encoded(b"12345")])
    assert refused(reply) == (400, "DISK_FILE_22006", "Size restriction")
    assert drive.read(file) == b"hello"


def test_only_the_latest_versions_are_kept(drive: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_files, "MAX_VERSIONS", 2)
    file = drive.file("a.txt")
    for number in range(3):
        drive.call("file.uploadversion", id=file, fileContent=["a.txt", encoded(b"%d" % number)])
    versions = drive.call("file.getversions", id=file).result
    assert [one["GLOBAL_CONTENT_VERSION"] for one in versions] == ["4", "3"]


@pytest.mark.difference(80)
def test_search_finds_names_not_what_is_in_documents(drive: Drive) -> None:
    drive.file("plain.txt", b"secret words")
    assert drive.call("file.search", QUERY="secret").result == []
    assert [one["NAME"] for one in drive.call("file.search", QUERY=" PLAIN.t ").result] == ["plain.txt"]


def test_search_covers_what_the_caller_may_read(portal: Portal, drive: Drive, other: Drive) -> None:
    folder = drive.folder("Testing")
    portal.clock.move(1_000)
    inner = drive.folder("inner", folder)
    portal.clock.move(1_000)
    file = drive.file("a test.txt", parent=inner)
    portal.clock.move(1_000)
    drive.call("file.markdeleted", id=drive.file("test gone.txt"))

    def found(who: Drive, **params: Any) -> list[str]:
        return [one["NAME"] for one in who.call("file.search", **{"QUERY": "test", "TYPE": "all", **params}).result]

    reply = drive.call("file.search", QUERY="test", TYPE="all")
    assert [shape(one) for one in reply.result] == [FILE, FOLDER | {"DELETED_BY": str}]
    assert set(reply.body) == {"result", "time"}
    assert found(drive) == ["a test.txt", "Testing"]
    assert (found(drive, TYPE="folder"), found(drive, TYPE="file")) == (["Testing"], ["a test.txt"])
    assert [one["NAME"] for one in drive.call("file.search", QUERY="test").result] == ["a test.txt"]
    assert found(drive, FILTER={"FOLDER_ID": folder}) == ["a test.txt"]
    assert found(drive, FILTER={"STORAGE_ID": drive.storage, "FOLDER_ID": str(inner)}) == ["a test.txt"]
    assert found(drive, FILTER={"STORAGE_ID": drive.common()[0]}) == []
    assert found(drive, QUERY="te%t") == found(drive, QUERY="te_t") == []
    assert found(other) == []
    drive.call("folder.sharetouser", id=inner, userId=other.user_id, taskName="disk_access_read")
    assert found(other) == ["a test.txt"]
    assert found(Drive(portal, user_id=1)) == ["a test.txt", "Testing"]
    drive.call("file.copyto", id=file, targetFolderId=drive.common()[1])
    assert found(other) == ["a test.txt", "a test.txt"]


def test_search_has_pages(drive: Drive) -> None:
    commands = [f"disk.folder.addsubfolder?id={drive.root}&data[NAME]=number{number}" for number in range(52)]
    for first in (0, 26):
        drive.hook.call("batch", cmd=commands[first : first + 26])
    reply = drive.call("file.search", QUERY="number", TYPE="folder")
    assert (len(reply.result), reply.body["next"], "total" in reply.body) == (50, 50, False)
    reply = drive.call("file.search", QUERY="number", TYPE="folder", start=10)
    assert (len(reply.result), "next" in reply.body) == (42, False)
    assert drive.call("file.search", QUERY="number", TYPE="folder", start=99_999).result == []


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "ERROR_ARGUMENT"),
        ({"QUERY": "ab"}, "INVALID_QUERY"),
        ({"QUERY": " ab  "}, "INVALID_QUERY"),
        ({"QUERY": ""}, "INVALID_QUERY"),
        ({"QUERY": "x" * 256}, "INVALID_QUERY"),
        ({"QUERY": ["abc"]}, "INVALID_QUERY"),
        ({"QUERY": "abc", "TYPE": "picture"}, "INVALID_TYPE"),
        ({"QUERY": "abc", "TYPE": ["file"]}, "INVALID_TYPE"),
        ({"QUERY": "abc", "FILTER": {"NAME": "x"}}, "INVALID_FILTER"),
        ({"QUERY": "abc", "FILTER": "x"}, "NOT_FOUND"),
        ({"QUERY": "abc", "FILTER": {"STORAGE_ID": NOWHERE}}, "NOT_FOUND"),
        ({"QUERY": "abc", "FILTER": {"FOLDER_ID": NOWHERE}}, "NOT_FOUND"),
        ({"QUERY": "abc", "FILTER": {"FOLDER_ID": "x"}}, "NOT_FOUND"),
        ({"QUERY": "abc", "FILTER": {"STORAGE_ID": [1]}}, "NOT_FOUND"),
    ],
)
def test_wrong_search_is_refused(drive: Drive, params: dict[str, Any], code: str) -> None:
    assert drive.call("file.search", **params).error == (400, code)


def test_search_looks_nowhere_else(portal: Portal, drive: Drive, other: Drive) -> None:
    folder = drive.folder("mine")
    for where in (
        {"STORAGE_ID": other.storage},
        {"FOLDER_ID": other.root},
        {"STORAGE_ID": drive.common()[0], "FOLDER_ID": folder},
    ):
        assert drive.call("file.search", QUERY="abc", FILTER=where).error == (400, "NOT_FOUND")


@pytest.fixture
def take_in(desk: Desk, receiver: Receiver) -> Callable[[bytes], tuple[int, int]]:
    """Let a customer send a file; returns the ids of the chat and of the file, once it is here."""

    def take(content: bytes) -> tuple[int, int]:
        receiver.answer = lambda _: (200, {"content-type": "text/plain"}, content)
        chat = desk.write_in(message={"text": "look", "files": [{"url": f"{receiver.url}/f", "name": "note.txt"}]})

        def here() -> int | None:
            (file,) = desk.operator.call("im.dialog.messages.get", DIALOG_ID=f"chat{chat}").result["files"]
            return file["id"] if file["status"] == "done" else None

        return chat, until(here, "the file came in") or 0

    return take


def test_file_of_a_message_is_one_of_the_disk(
    portal: Portal, desk: Desk, take_in: Callable[[bytes], tuple[int, int]]
) -> None:
    chat, file = take_in(b"a note")
    operator, stranger = Drive(portal, user_id=desk.operator_id), Drive(portal)
    admin = Drive(portal, user_id=1)
    told = operator.call("file.get", id=file).result
    assert shape(told) == FILE
    assert (told["NAME"], told["SIZE"], operator.content(told["DOWNLOAD_URL"])) == ("note.txt", "6", b"a note")
    assert operator.names(int(told["PARENT_ID"])) == ["note.txt"]
    assert operator.call("folder.get", id=told["PARENT_ID"]).result["NAME"] == f"chat{chat}"
    assert operator.call("file.copyto", id=file, targetFolderId=operator.root).result["NAME"] == "note.txt"
    for method, more in METHODS.items():
        if method not in ("get", "getExternalLink", "getVersions", "copyTo", "restore"):
            allowed = more | ({"targetFolderId": int(told["PARENT_ID"])} if method == "moveTo" else {})
            assert operator.call(f"file.{method}", id=file, **allowed).error == DENIED, method
    assert stranger.call("file.get", id=file).error == DENIED
    where = {"STORAGE_ID": told["STORAGE_ID"]}
    assert operator.call("file.search", QUERY="note", FILTER=where).error == (400, "UNSUPPORTED_STORAGE")
    inside = {"FOLDER_ID": told["PARENT_ID"]}
    assert operator.call("file.search", QUERY="note", FILTER=inside).error == (400, "UNSUPPORTED_STORAGE")
    assert [one["STORAGE_ID"] for one in operator.call("file.search", QUERY="note").result] == [str(operator.storage)]
    assert admin.call("file.moveto", id=file, targetFolderId=told["PARENT_ID"]).error == DENIED

    def shown() -> list[tuple[str, int]]:
        told = desk.operator.call("im.dialog.messages.get", DIALOG_ID=f"chat{chat}").result["files"]
        return [(one["name"], one["size"]) for one in told]

    assert admin.call("file.uploadversion", id=file, fileContent=["x", encoded(b"changed")]).result["SIZE"] == "7"
    assert [one["SIZE"] for one in admin.call("file.getversions", id=file).result] == ["7", "6"]
    assert admin.call("file.rename", id=file, newName="new.txt").status == 200
    assert shown() == [("new.txt", 7)]
    assert admin.call("file.markdeleted", id=file).result["PARENT_ID"] == told["PARENT_ID"]
    assert (shown(), operator.names(int(told["PARENT_ID"]))) == ([], [])
    assert admin.call("file.restore", id=file).result["NAME"] == "new.txt"
    assert shown() == [("new.txt", 7)]
    assert admin.call("file.delete", id=file).result is True
    assert shown() == []


def test_file_that_is_of_no_folder_is_its_authors_to_read(portal: Portal, drive: Drive) -> None:
    page = portal.webhook(drive.user_id, scopes="crm,disk")
    page.call("crm.deal.add", fields={})
    fields = {"ENTITY_TYPE": "deal", "ENTITY_ID": 1, "COMMENT": "x", "FILES": [["a.txt", encoded(b"hi")]]}
    comment = page.call("crm.timeline.comment.add", fields=fields).result
    (file,) = page.call("crm.timeline.comment.get", id=comment).result["FILES"].values()
    told = drive.call("file.get", id=file["id"]).result
    assert (told["NAME"], told["STORAGE_ID"], told["PARENT_ID"]) == ("a.txt", "0", "0")
    assert drive.call("file.delete", id=file["id"]).error == DENIED
    assert Drive(portal).call("file.get", id=file["id"]).error == DENIED
