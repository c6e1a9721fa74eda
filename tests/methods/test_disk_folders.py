"""disk.folder.*: folders, what lies in them, the trash, copies and moves, sharing; folders of chats."""

from typing import Any

import pytest

from support.disk import (
    ARGUMENT,
    DENIED,
    FILE,
    FOLDER,
    MADE_FILE,
    MADE_FOLDER,
    MISSING,
    NOWHERE,
    TAKEN,
    Drive,
    encoded,
    shape,
)
from support.portal import Desk, Portal, refused
from tieline.services import disk, disk_folders

NEITHER = FOLDER | {"DELETED_BY": str}
GONE = NEITHER | {"DELETED_TYPE": int, "DELETE_TIME": str}


@pytest.fixture
def drive(portal: Portal) -> Drive:
    """The drive of a person who is no administrator."""
    return Drive(portal)


@pytest.fixture
def other(portal: Portal, drive: Drive) -> Drive:
    """The drive of somebody else."""
    return Drive(portal)


@pytest.fixture
def admin(portal: Portal) -> Drive:
    """The drive of the administrator."""
    return Drive(portal, user_id=1)


def test_fields_are_described(drive: Drive) -> None:
    fields = drive.call("folder.getfields").result
    assert list(fields) == [
        *("ID", "NAME", "TYPE", "CODE", "STORAGE_ID", "REAL_OBJECT_ID", "PARENT_ID", "CREATE_TIME", "UPDATE_TIME"),
        *("DELETE_TIME", "CREATED_BY", "UPDATED_BY", "DELETED_BY", "DELETED_TYPE"),
    ]
    assert fields["TYPE"] == {"TYPE": "enum", "USE_IN_FILTER": True, "USE_IN_SHOW": True}
    assert [name for name, told in fields.items() if not told["USE_IN_FILTER"]] == [
        "REAL_OBJECT_ID", "CREATED_BY", "UPDATED_BY", "DELETED_BY",
    ]  # fmt: skip


def test_folder_is_made_read_and_renamed(portal: Portal, drive: Drive, other: Drive) -> None:
    made = drive.call("folder.addsubfolder", id=drive.root, data={"NAME": "Folder"}).result
    assert shape(made) == MADE_FOLDER
    told = drive.call("folder.get", id=made["ID"]).result
    assert shape(told) == NEITHER
    assert (told["REAL_OBJECT_ID"], told["DELETED_TYPE"], told["CREATED_BY"]) == (
        str(made["ID"]), "0", str(drive.user_id),
    )  # fmt: skip
    portal.clock.move(60_000)
    renamed = drive.call("folder.rename", id=made["ID"], newName="Neuer Name").result
    assert shape(renamed) == NEITHER
    assert (renamed["NAME"], renamed["UPDATE_TIME"]) == ("Neuer Name", "2027-01-15T08:01:00+00:00")
    assert drive.names() == ["Neuer Name"]
    assert drive.call("folder.rename", id=made["ID"], newName="NEUER NAME").result["NAME"] == "NEUER NAME"
    methods: dict[str, dict[str, Any]] = {
        "get": {},
        "getexternallink": {},
        "rename": {"newName": "x"},
        "addsubfolder": {"data": {"NAME": "x"}},
    }
    for method, more in methods.items():
        assert drive.call(f"folder.{method}", id=NOWHERE, **more).error == MISSING
        assert drive.call(f"folder.{method}", **more).error == ARGUMENT
        assert other.call(f"folder.{method}", id=made["ID"], **more).error == DENIED
    assert refused(drive.call("folder.get", id=NOWHERE))[2] == f"Could not find entity with id `{NOWHERE}`"
    assert drive.call("folder.get", id=drive.file("a.txt")).error == MISSING


def test_name_is_used_once_in_a_folder(drive: Drive) -> None:
    drive.folder("One")
    two = drive.folder("Two")
    drive.file("three")
    for name in ("One", "ONE", "three"):
        assert drive.call("folder.addsubfolder", id=drive.root, data={"NAME": name}).error == TAKEN
        assert drive.call("folder.rename", id=two, newName=name).error == TAKEN
    assert drive.folder("One", two)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\\b", "a\tb", "\x7f", " x", "x ", "x" * 256])
def test_wrong_name_is_refused(drive: Drive, name: str) -> None:
    folder = drive.folder("Folder")
    assert drive.call("folder.addsubfolder", id=drive.root, data={"NAME": name}).error == ARGUMENT
    assert drive.call("folder.rename", id=folder, newName=name).error == ARGUMENT
    assert drive.names() == ["Folder"]


def test_root_cannot_be_renamed_moved_or_deleted(drive: Drive) -> None:
    folder = drive.folder("Folder")
    assert drive.call("folder.rename", id=drive.root, newName="x").error == DENIED
    moved = drive.call("folder.moveto", id=drive.root, targetFolderId=folder)
    assert refused(moved) == (400, "", "Could not move root folder")
    for method in ("markdeleted", "deletetree"):
        assert refused(drive.call(f"folder.{method}", id=drive.root)) == (*TAKEN, "Could not delete root folder")


def test_children_come_by_pages_filtered_and_in_order(portal: Portal, drive: Drive) -> None:
    folder = drive.folder("Folder")
    for number in range(52):
        drive.folder(f"{number:02}", folder)
    portal.clock.move(3_600_000)
    drive.file("a.TXT", b"12345", folder)
    reply = drive.call("folder.getchildren", id=folder)
    assert (len(reply.result), reply.body["total"], reply.body["next"]) == (50, 53, 50)
    reply = drive.call("folder.getchildren", id=folder, start=50)
    assert ([shape(one) for one in reply.result], "next" in reply.body) == ([NEITHER, NEITHER, FILE], False)
    for given, names in (
        ({"TYPE": "file"}, ["a.TXT"]),
        ({"%NAME": ".txt"}, ["a.TXT"]),
        ({"=%NAME": "a%"}, ["a.TXT"]),
        ({"NAME": "%1"}, ["51", "41", "31", "21", "11", "01"]),
        ({"@NAME": ["00", "01"]}, ["01", "00"]),
        ({"<NAME": "02", "!NAME": "00"}, ["01"]),
        ({">CREATE_TIME": "2027-01-15T08:30:00"}, ["a.TXT"]),
        ({"DELETED_TYPE": 3}, []),
        ({"CODE": "x"}, []),
        ({"PARENT_ID": folder, "STORAGE_ID": drive.storage, "NAME": "07"}, ["07"]),
    ):
        assert drive.names(folder, filter=given, order={"NAME": "DESC"}) == names
    assert drive.names(folder, order={"SIZE": "DESC", "NAME": "DESC"})[:3] == ["a.TXT", "51", "50"]
    assert drive.names(folder, order={"DELETE_TIME": "ASC", "TYPE": "ASC"})[0] == "a.TXT"
    for wrong in ({"filter": {"SIZE": 1}}, {"filter": {"CREATE_TIME": "x"}}, {"order": {"NAME": 1}}, {"order": 5}):
        assert drive.call("folder.getchildren", id=folder, **wrong).error == ARGUMENT
    assert drive.call("folder.getchildren", id=NOWHERE).error == MISSING
    assert drive.call("folder.getchildren", id="x").error == ARGUMENT


def test_folder_is_moved_within_its_storage(portal: Portal, drive: Drive, other: Drive) -> None:
    source, target = drive.folder("Source"), drive.folder("Target")
    inner = drive.folder("Inner", source)
    drive.file("a.txt", parent=inner)
    told = drive.call("folder.moveto", id=inner, targetFolderId=target).result
    assert shape(told) == NEITHER | {"PARENT_ID": int}
    assert told["PARENT_ID"] == target
    assert (drive.names(source), drive.names(target), drive.names(inner)) == ([], ["Inner"], ["a.txt"])
    assert drive.call("folder.moveto", id=inner, targetFolderId=target).status == 200
    move = {"id": inner, "targetFolderId": drive.common()[1]}
    assert drive.call("folder.moveto", **move).result is False
    drive.folder("Inner", source)
    assert drive.call("folder.moveto", **move | {"targetFolderId": source}).error == TAKEN
    for into in (inner, drive.folder("Deep", inner)):
        assert drive.call("folder.moveto", **move | {"targetFolderId": into}).error == ARGUMENT
    assert drive.call("folder.moveto", **move | {"targetFolderId": NOWHERE}).error == MISSING
    assert drive.call("folder.moveto", **move | {"id": NOWHERE}).error == MISSING
    assert drive.call("folder.moveto", id=inner).error == ARGUMENT
    assert drive.call("folder.moveto", **move | {"targetFolderId": other.root}).error == DENIED
    assert other.call("folder.moveto", **move).error == DENIED
    assert drive.names(target) == ["Inner"]


def test_folder_is_copied_with_all_that_is_in_it(portal: Portal, drive: Drive, other: Drive) -> None:
    source, target = drive.folder("Source"), drive.common()[1]
    inner = drive.folder("Inner", source)
    drive.file("a.txt", b"one", inner)
    drive.call("file.markdeleted", id=drive.file("gone.txt", parent=inner))
    copy = {"id": source, "targetFolderId": target}
    told = drive.call("folder.copyto", **copy).result
    assert shape(told) == MADE_FOLDER
    assert (told["NAME"], told["PARENT_ID"]) == ("Source", str(target))
    (copied,) = drive.call("folder.getchildren", id=told["ID"]).result
    (file,) = drive.call("folder.getchildren", id=copied["ID"]).result
    assert (copied["NAME"], file["NAME"], drive.content(file["DOWNLOAD_URL"])) == ("Inner", "a.txt", b"one")
    drive.call("file.uploadversion", id=int(file["ID"]), fileContent=["a.txt", encoded(b"two")])
    assert drive.content(drive.call("folder.getchildren", id=inner).result[0]["DOWNLOAD_URL"]) == b"one"
    assert drive.call("folder.copyto", id=source, targetFolderId=inner).result["NAME"] == "Source"
    assert drive.names(inner) == ["a.txt", "Source"]
    assert drive.call("folder.copyto", **copy).error == TAKEN
    assert drive.call("folder.copyto", **copy | {"id": NOWHERE}).error == MISSING
    assert drive.call("folder.copyto", **copy | {"targetFolderId": NOWHERE}).error == MISSING
    assert drive.call("folder.copyto", id=source).error == ARGUMENT
    assert drive.call("folder.copyto", **copy | {"targetFolderId": other.root}).error == DENIED
    assert other.call("folder.copyto", **copy).error == DENIED


def test_folder_goes_into_the_trash_and_comes_back(portal: Portal, drive: Drive, other: Drive, admin: Drive) -> None:
    folder = drive.folder("Ordner")
    inner = drive.folder("Inner", folder)
    file, gone = drive.file("a.txt", parent=inner), drive.file("gone.txt", parent=inner)
    drive.call("file.markdeleted", id=gone)
    portal.clock.move(60_000)
    assert other.call("folder.markdeleted", id=folder).error == DENIED
    told = drive.call("folder.markdeleted", id=folder).result
    assert shape(told) == GONE
    assert (told["DELETED_TYPE"], told["DELETED_BY"]) == (3, str(drive.user_id))
    assert told["DELETE_TIME"] == "2027-01-15T08:01:00+00:00"
    assert drive.names() == []
    for method, number in (("folder.get", folder), ("folder.get", inner), ("file.get", file), ("file.get", gone)):
        assert drive.call(method, id=number).error == MISSING
    assert drive.call("folder.getchildren", id=inner).error == MISSING
    assert drive.folder("Ordner")
    assert drive.call("folder.restore", id=folder).error == DENIED
    told = admin.call("folder.restore", id=folder).result
    assert shape(told) == GONE
    assert (told["DELETED_TYPE"], told["NAME"], told["DELETED_BY"]) == (0, "Ordner (1)", str(drive.user_id))
    assert drive.names(inner) == ["a.txt"]
    assert drive.call("file.restore", id=gone).status == 200
    for method in ("markdeleted", "restore", "deletetree"):
        assert admin.call(f"folder.{method}", id=NOWHERE).error == MISSING
        assert admin.call(f"folder.{method}").error == ARGUMENT
    assert admin.call("folder.restore", id=folder).error == MISSING


def test_object_whose_folder_is_gone_comes_back_to_the_top(drive: Drive, admin: Drive) -> None:
    folder = drive.folder("Folder")
    file, inner = drive.file("a.txt", parent=folder), drive.folder("Inner", folder)
    for method, number in (("file", file), ("folder", inner), ("folder", folder)):
        drive.call(f"{method}.markdeleted", id=number)
    assert admin.call("folder.restore", id=inner).result["PARENT_ID"] == str(drive.root)
    drive.call("folder.deletetree", id=folder)
    assert drive.call("file.restore", id=file).error == MISSING
    assert drive.names() == ["Inner"]


def test_folder_is_deleted_with_all_that_is_in_it(portal: Portal, drive: Drive, other: Drive) -> None:
    folder = drive.folder("Folder")
    drive.file("a.txt", parent=drive.folder("Inner", folder))
    drive.call("file.markdeleted", id=drive.file("b.txt", parent=folder))
    link = drive.call("folder.getexternallink", id=folder).result
    assert other.call("folder.deletetree", id=folder).error == DENIED
    drive.call("folder.markdeleted", id=folder)
    assert drive.call("folder.deletetree", id=folder).result is True
    rest = portal.read(lambda tx: tx.one("select count(*) from files where parent_id > 0"))
    assert (rest, portal.read(lambda tx: tx.one("select count(*) from disk_versions"))) == ((0,), (0,))
    assert portal.request("GET", link.removeprefix("https://portal.example:8443")).status == 404


@pytest.mark.parametrize(
    ("task", "may"),
    [
        ("disk_access_read", {"get"}),
        ("disk_access_add", {"get", "addsubfolder", "upload"}),
        ("disk_access_edit", {"get", "addsubfolder", "upload", "rename"}),
        ("disk_access_full", {"get", "addsubfolder", "upload", "rename", "markdeleted"}),
    ],
)
def test_shared_folder_is_open_as_far_as_it_is_shared(drive: Drive, other: Drive, task: str, may: set[str]) -> None:
    folder = drive.folder("Shared")
    inner = drive.folder("Inner", folder)
    assert other.call("folder.get", id=inner).error == DENIED
    assert drive.call("folder.sharetouser", id=folder, userId=other.user_id, taskName=task).result is True
    tried: dict[str, tuple[str, dict[str, Any]]] = {
        "get": ("folder.get", {}),
        "addsubfolder": ("folder.addsubfolder", {"data": {"NAME": "x"}}),
        "upload": ("folder.uploadfile", {"data": {"NAME": "y"}, "fileContent": ["y", encoded(b"y")]}),
        "rename": ("folder.rename", {"newName": "z"}),
        "markdeleted": ("folder.markdeleted", {}),
    }
    for name, (method, params) in tried.items():
        reply = other.call(method, id=inner, **params)
        assert (reply.status == 200) == (name in may), (name, reply.body)
        assert name in may or reply.error == DENIED
    assert other.names(drive.root) == ["Shared"]
    assert other.call("folder.get", id=drive.root).error == DENIED


def test_nobody_shares_more_than_he_may_do(portal: Portal, drive: Drive, other: Drive) -> None:
    folder, third = drive.folder("Shared"), Drive(portal)
    share = {"id": folder, "userId": other.user_id, "taskName": "disk_access_add"}
    assert other.call("folder.sharetouser", **share).error == DENIED
    assert drive.call("folder.sharetouser", **share | {"taskName": "disk_access_own"}).error == DENIED
    assert drive.call("folder.sharetouser", **share | {"id": NOWHERE}).error == MISSING
    assert drive.call("folder.sharetouser", **share | {"userId": NOWHERE}).error == MISSING
    for name in share:
        assert drive.call("folder.sharetouser", **share | {name: None}).error == ARGUMENT
    assert drive.call("folder.sharetouser", **share).result is True
    own = {"id": folder, "userId": third.user_id}
    assert other.call("folder.sharetouser", **own, taskName="disk_access_edit").error == DENIED
    assert drive.call("folder.sharetouser", **own, taskName="disk_access_edit").result is True
    assert other.call("folder.sharetouser", **own, taskName="disk_access_read").result is True
    assert third.call("folder.rename", id=folder, newName="Mine").status == 200
    assert drive.call("folder.sharetouser", **own, taskName="disk_access_read").result is True
    assert third.call("folder.rename", id=folder, newName="Yours").error == DENIED


def test_levels_of_rights_are_told(drive: Drive, other: Drive) -> None:
    told = drive.call("rights.gettasks").result
    assert [(one["ID"], one["NAME"]) for one in told] == [
        ("79", "disk_access_full"), ("75", "disk_access_edit"), ("73", "disk_access_add"), ("71", "disk_access_read"),
    ]  # fmt: skip
    right = {"TASK_ID": told[3]["ID"], "ACCESS_CODE": f"U{other.user_id}"}
    add = {"id": drive.root, "data": {"NAME": "Open"}, "rights": [right]}
    folder = drive.call("folder.addsubfolder", **add).result["ID"]
    assert other.call("folder.get", id=folder).status == 200
    assert drive.call("folder.addsubfolder", **add | {"rights": ["x"]}).error == (400, "")


@pytest.mark.parametrize("code", ["U{user}", "*", "D{department}", "DR1"])
def test_rights_of_an_upload_open_the_file(portal: Portal, drive: Drive, other: Drive, code: str) -> None:
    admin = portal.webhook(1, scopes="user,department")
    made = admin.call("department.add", NAME="Below", PARENT=1).result
    admin.call("user.update", ID=other.user_id, UF_DEPARTMENT=[made])
    subject = code.format(user=other.user_id, department=made)
    right = {"TASK_ID": 75, "ACCESS_CODE": subject}
    file, hidden = drive.file("a.txt", rights=[right]), drive.file("b.txt")
    assert other.call("file.rename", id=file, newName="c.txt").status == 200
    assert other.call("file.get", id=hidden).error == DENIED
    assert other.names(drive.root) == ["c.txt"]
    assert other.call("storage.get", id=drive.storage).error == DENIED


def test_file_is_uploaded_into_a_folder(portal: Portal, drive: Drive, other: Drive) -> None:
    folder = drive.folder("Folder")
    upload = {"id": folder, "data": {"NAME": "test.png"}, "fileContent": ["test.png", encoded(b"\x89PNG")]}
    told = drive.call("folder.uploadfile", **upload).result
    assert shape(told) == MADE_FILE
    assert drive.names(folder) == ["test.png"]
    assert drive.read(told["ID"]) == b"\x89PNG"
    names = [drive.call("folder.uploadfile", **upload, generateUniqueName="Y").result["NAME"] for _ in range(2)]
    assert names == ["test (1).png", "test (2).png"]
    assert drive.call("folder.uploadfile", **upload).error == TAKEN
    for changed, error in (
        ({"id": NOWHERE}, MISSING),
        ({"id": None}, ARGUMENT),
        ({"data": None}, (400, "DISK_BASE_SERVICE_22001")),
        ({"data": {"NAME": "\n"}}, ARGUMENT),
        ({"data": {"NAME": "x"}, "fileContent": ["x", "no base64!"]}, (400, "ERROR_COULD_NOT_SAVE_FILE")),
        ({"data": {"NAME": "x"}, "fileContent": ["x", "y", "z"]}, (400, "ERROR_COULD_NOT_SAVE_FILE")),
        ({"rights": {"TASK_ID": 75}}, (400, "")),
    ):
        assert drive.call("folder.uploadfile", **upload | changed).error == error, changed
    assert other.call("folder.uploadfile", **upload).error == DENIED
    assert other.call("folder.uploadfile", id=folder).error == DENIED


def test_depth_and_count_are_limited(drive: Drive, admin: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "MAX_DEPTH", 4)
    first = drive.folder("1")
    second = drive.folder("2", first)
    third = drive.folder("3", second)
    assert drive.call("folder.addsubfolder", id=third, data={"NAME": "4"}).error == ARGUMENT
    assert drive.file("a.txt", parent=third)
    side = drive.folder("side")
    drive.folder("below", side)
    for method in ("moveto", "copyto"):
        assert drive.call(f"folder.{method}", id=side, targetFolderId=second).error == ARGUMENT
    monkeypatch.setattr(disk, "MAX_CHILDREN", 2)
    for number in (3, 4):
        assert (drive.call("folder.addsubfolder", id=drive.root, data={"NAME": str(number)})).error == ARGUMENT
    full = drive.call("folder.uploadfile", id=drive.root, data={"NAME": "b"}, fileContent=["b", "Yg=="])
    assert full.error == (400, "ERROR_COULD_NOT_SAVE_FILE")
    monkeypatch.setattr(disk_folders, "MAX_COPIED", 0)
    assert drive.call("folder.copyto", id=side, targetFolderId=first).error == ARGUMENT
    assert drive.call("folder.markdeleted", id=first).status == 200
    monkeypatch.setattr(disk, "MAX_TREE", 0)
    for method in ("markdeleted", "deletetree"):
        assert drive.call(f"folder.{method}", id=side).error == ARGUMENT
    assert admin.call("folder.restore", id=first).error == ARGUMENT


def test_folder_of_a_chat_has_the_files_of_its_messages(portal: Portal, desk: Desk) -> None:
    chat = desk.write_in("Hello")
    operator = Drive(portal, user_id=desk.operator_id)
    stranger = Drive(portal)

    def make(tx: Any) -> int:
        call = portal.admin_call(tx)
        return disk.chat_folder(call, chat).id

    folder = portal.write(make)
    assert portal.write(make) == folder
    told = operator.call("folder.get", id=folder).result
    assert (told["NAME"], told["TYPE"]) == (f"chat{chat}", "folder")
    file = operator.file("reply.txt", parent=folder)
    assert operator.names(folder) == ["reply.txt"]
    assert stranger.call("file.get", id=file).error == DENIED
    assert (stranger.names(folder), stranger.call("folder.get", id=folder).error) == ([], DENIED)
    assert operator.call("folder.rename", id=folder, newName="x").error == DENIED
    for method in ("markdeleted", "deletetree"):
        assert operator.call(f"folder.{method}", id=folder).error == DENIED
    admin = Drive(portal, user_id=1)
    for method in ("markdeleted", "deletetree"):
        assert admin.call(f"folder.{method}", id=folder).error == TAKEN
    share = {"id": folder, "userId": stranger.user_id, "taskName": "disk_access_read"}
    assert operator.call("folder.sharetouser", **share).error == DENIED
    assert admin.call("storage.get", id=told["STORAGE_ID"]).result["ENTITY_TYPE"] == "chats"
    assert operator.call("storage.get", id=told["STORAGE_ID"]).error == DENIED
    assert "chats" not in [one["ENTITY_TYPE"] for one in admin.call("storage.getlist").result]


def test_uploads_at_the_same_moment_get_names_of_their_own(drive: Drive) -> None:
    upload = {"id": drive.root, "data": {"NAME": "a.txt"}, "fileContent": ["a.txt", "YQ=="]}
    told = drive.portal.at_once([(drive.hook, "disk.folder.uploadfile", upload)] * 6)
    assert sorted(told, key=str) == ["DISK_OBJ_22000"] * 5 + [None]
    unique = upload | {"generateUniqueName": True}
    assert drive.portal.at_once([(drive.hook, "disk.folder.uploadfile", unique)] * 6) == [None] * 6
    assert sorted(drive.names()) == [*(f"a ({number}).txt" for number in range(1, 7)), "a.txt"]


def test_storage_is_made_once(portal: Portal) -> None:
    hook = portal.webhook(portal.person(), scopes="disk")
    assert portal.at_once([(hook, "disk.storage.getlist", {})] * 6) == [None] * 6
    assert len(hook.call("disk.storage.getlist").result) == 2
    count = portal.read(lambda tx: tx.one("select count(*) from files where kind = 'folder'"))
    assert count == (2,)


def test_moves_into_each_other_make_no_circle(drive: Drive) -> None:
    one, two = drive.folder("one"), drive.folder("two")
    moves = [{"id": one, "targetFolderId": two}, {"id": two, "targetFolderId": one}]
    told = drive.portal.at_once([(drive.hook, "disk.folder.moveto", move) for move in moves])
    assert told.count(None) == 1
    assert len(drive.names()) == 1
