"""disk.storage.*: whose storages there are, who sees which, and what lies at their top."""

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
    SCOPES,
    STORAGE,
    TAKEN,
    Drive,
    encoded,
    shape,
)
from support.portal import Client, Portal, refused

CONTENT = ["picture.png", encoded(b"\x89PNG\r\n\x1a\n")]


@pytest.fixture
def drive(portal: Portal) -> Drive:
    """The drive of a person who is no administrator."""
    return Drive(portal)


@pytest.fixture
def app(portal: Portal) -> Client:
    """An application of the administrator's."""
    return portal.app("disk")


def test_types_and_fields_are_told(drive: Drive) -> None:
    assert drive.call("storage.gettypes").result == ["user", "common", "group"]
    fields = drive.call("storage.getfields").result
    assert {name: (told["TYPE"], told["USE_IN_FILTER"]) for name, told in fields.items()} == {
        "ID": ("integer", True),
        "NAME": ("string", True),
        "CODE": ("string", True),
        "MODULE_ID": ("string", False),
        "ENTITY_TYPE": ("string", True),
        "ENTITY_ID": ("string", True),
        "ROOT_OBJECT_ID": ("integer", False),
    }
    assert all(set(told) == {"TYPE", "USE_IN_FILTER", "USE_IN_SHOW"} for told in fields.values())


def test_everybody_sees_the_own_storage_and_the_common_one(portal: Portal, drive: Drive) -> None:
    reply = drive.call("storage.getlist")
    assert [shape(one) for one in reply.result] == [STORAGE, STORAGE]
    assert [(one["ENTITY_TYPE"], one["ENTITY_ID"], one["NAME"]) for one in reply.result] == [
        ("common", "shared_files_s1", "Company drive"),
        ("user", str(drive.user_id), "Person 1"),
    ]
    assert (reply.body["total"], "next" in reply.body) == (2, False)
    assert drive.call("storage.getlist", start=-1).body.keys() == {"result", "time"}
    other = Drive(portal)
    assert {one["ENTITY_ID"] for one in other.call("storage.getlist").result} == {
        "shared_files_s1", str(other.user_id),
    }  # fmt: skip


def test_administrator_sees_the_storages_of_all(portal: Portal) -> None:
    people = [portal.person(f"Person {number:02}") for number in range(60)]
    admin = portal.webhook(1, scopes="disk")
    reply = admin.call("disk.storage.getlist", filter={"ENTITY_TYPE": "user"}, order={"ID": "DESC"})
    assert (len(reply.result), reply.body["total"], reply.body["next"]) == (50, 61, 50)
    assert reply.result[0]["ENTITY_ID"] == str(people[-1])
    rest = admin.call("disk.storage.getlist", filter={"ENTITY_TYPE": "user"}, order={"ID": "DESC"}, start=50)
    assert (len(rest.result), "next" in rest.body) == (11, False)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"NAME": "%erson%"}, ["Person 1", "Person 2"]),
        ({"NAME": "Person 2"}, ["Person 2"]),
        ({"%NAME": "company"}, ["Company drive"]),
        ({"@ENTITY_TYPE": ["common", "group"]}, ["Company drive"]),
        ({"ENTITY_ID": "shared_files_s1"}, ["Company drive"]),
        ({"!ENTITY_TYPE": "common", "!NAME": "Administrator"}, ["Person 1", "Person 2"]),
        ({"CODE": "x"}, []),
        ({">ID": 100_000}, []),
    ],
)
def test_storages_are_filtered(portal: Portal, given: dict[str, Any], found: list[str]) -> None:
    portal.person("Person 1")
    portal.person("Person 2")
    admin = portal.webhook(1, scopes="disk")
    told = admin.call("disk.storage.getlist", filter=given, order={"NAME": "ASC"}).result
    assert [one["NAME"] for one in told] == found


@pytest.mark.parametrize(
    "wrong",
    [
        {"filter": {"NOWHERE": 1}},
        {"filter": {"MODULE_ID": "disk"}},
        {"filter": {"ID": "x"}},
        {"filter": {f">={'I' * number}D": 1 for number in range(60)}},
        {"filter": "x"},
        {"order": {"NAME": "UP"}},
        {"order": {"MODULE_ID": "ASC"}},
    ],
)
def test_wrong_filter_or_order_is_refused(drive: Drive, wrong: dict[str, Any]) -> None:
    assert drive.call("storage.getlist", **wrong).error == ARGUMENT


def test_storage_is_called_as_its_person_is(portal: Portal, drive: Drive) -> None:
    admin = portal.webhook(1, scopes="user")
    assert admin.call("user.update", ID=drive.user_id, NAME="Grace", LAST_NAME="Hopper").result is True
    assert drive.call("storage.get", id=drive.storage).result["NAME"] == "Grace Hopper"


def test_storage_is_read_by_who_may(portal: Portal, drive: Drive) -> None:
    told = drive.call("storage.get", id=str(drive.storage)).result
    assert shape(told) == STORAGE
    assert (told["ID"], told["MODULE_ID"], told["ROOT_OBJECT_ID"]) == (str(drive.storage), "disk", str(drive.root))
    assert drive.call("storage.get", id="x").result is None
    assert drive.call("storage.get", id=[1]).result is None
    assert drive.call("storage.get").error == ARGUMENT
    assert drive.call("storage.get", id=NOWHERE).error == MISSING
    assert Drive(portal).call("storage.get", id=drive.storage).error == DENIED
    assert portal.webhook(1, scopes="disk").call("disk.storage.get", id=drive.storage).result == told


def test_folder_is_made_at_the_top(portal: Portal, drive: Drive) -> None:
    told = drive.call("storage.addfolder", id=drive.storage, data={"NAME": "Neuer Ordner"}).result
    assert shape(told) == MADE_FOLDER
    assert (told["PARENT_ID"], told["STORAGE_ID"]) == (str(drive.root), str(drive.storage))
    assert drive.names() == ["Neuer Ordner"]
    add = {"id": drive.storage, "data": {"NAME": "neuer ordner"}}
    assert drive.call("storage.addfolder", **add).error == TAKEN
    assert drive.call("storage.addfolder", **add | {"id": NOWHERE}).error == MISSING
    for data in ({}, {"NAME": ""}, {"NAME": ["x"]}, {"NAME": "a/b"}, {"NAME": "a\nb"}, {"NAME": "x" * 256}, "x", None):
        assert drive.call("storage.addfolder", id=drive.storage, data=data).error == ARGUMENT
    assert Drive(portal).call("storage.addfolder", **add).error == DENIED
    assert drive.call("storage.addfolder", **add | {"rights": "x"}).error == (400, "")
    assert drive.names() == ["Neuer Ordner"]


def test_file_is_uploaded_to_the_top(portal: Portal, drive: Drive) -> None:
    upload = {"id": drive.storage, "data": {"NAME": "picture.png"}, "fileContent": CONTENT}
    told = drive.call("storage.uploadfile", **upload).result
    assert shape(told) == MADE_FILE
    assert (told["NAME"], told["SIZE"], told["PARENT_ID"]) == ("picture.png", "8", str(drive.root))
    assert drive.content(told["DOWNLOAD_URL"]) == b"\x89PNG\r\n\x1a\n"
    assert drive.call("storage.uploadfile", **upload).error == TAKEN
    again = drive.call("storage.uploadfile", **upload, generateUniqueName=True).result
    assert again["NAME"] == "picture (1).png"
    refusals: list[tuple[dict[str, Any], tuple[int, str]]] = [
        ({"id": NOWHERE}, MISSING),
        ({"id": None}, ARGUMENT),
        ({"fileContent": None}, ARGUMENT),
        ({"data": {}}, (400, "DISK_BASE_SERVICE_22001")),
        ({"data": "x"}, (400, "DISK_BASE_SERVICE_22001")),
        ({"data": {"NAME": "a\\b"}}, ARGUMENT),
        ({"data": {"NAME": ".."}}, ARGUMENT),
        ({"data": {"NAME": "x"}, "fileContent": ["x", "no base64!"]}, (400, "ERROR_COULD_NOT_SAVE_FILE")),
        ({"data": {"NAME": "x"}, "fileContent": {"a": {"b": "c"}}}, (400, "ERROR_COULD_NOT_SAVE_FILE")),
        ({"rights": [{"TASK_ID": 1, "ACCESS_CODE": "U1"}]}, (400, "")),
        ({"rights": [{"TASK_ID": 75, "ACCESS_CODE": "Q1"}]}, (400, "")),
        ({"rights": [5]}, (400, "")),
    ]
    for changed, error in refusals:
        assert drive.call("storage.uploadfile", **upload | changed).error == error, changed
    assert refused(drive.call("storage.uploadfile", **upload | {"rights": 5}))[2] == "Invalid rights format"
    assert Drive(portal).call("storage.uploadfile", **upload).error == DENIED


@pytest.mark.parametrize("given", [encoded(b"hi"), {"0": "a.txt", "1": encoded(b"hi")}, [["a.txt", encoded(b"hi")]]])
def test_content_comes_in_several_forms(drive: Drive, given: Any) -> None:
    told = drive.call("storage.uploadfile", id=drive.storage, data={"NAME": "a.txt"}, fileContent=given).result
    assert drive.content(told["DOWNLOAD_URL"]) == b"hi"


def test_top_is_listed_as_far_as_one_may_read(portal: Portal, drive: Drive) -> None:
    drive.folder("Folder")
    drive.file("a.txt")
    reply = drive.call("storage.getchildren", id=drive.storage)
    assert [shape(one) for one in reply.result] == [FOLDER | {"DELETED_BY": str}, FILE]
    assert reply.body["total"] == 2
    named = drive.call("storage.getchildren", id=drive.storage, filter={"NAME": "%Folder%"}, order={"NAME": "DESC"})
    assert [one["NAME"] for one in named.result] == ["Folder"]
    other = Drive(portal).call("storage.getchildren", id=drive.storage)
    assert (other.result, other.body["total"]) == ([], 0)
    assert drive.call("storage.getchildren").error == ARGUMENT
    assert drive.call("storage.getchildren", id=NOWHERE).error == MISSING


def test_application_has_a_storage_of_its_own(portal: Portal, app: Client, drive: Drive) -> None:
    told = app.call("disk.storage.getforapp").result
    assert shape(told) == STORAGE
    assert (told["ENTITY_TYPE"], told["NAME"]) == ("restapp", "An app")
    assert app.call("disk.storage.getforapp").result == told
    assert told in app.call("disk.storage.getlist").result
    upload = {"id": told["ID"], "data": {"NAME": "a"}, "fileContent": ["a", encoded(b"x")]}
    assert app.call("disk.storage.uploadfile", **upload).status == 200
    assert drive.call("storage.uploadfile", **upload).error == DENIED
    assert portal.app("disk").call("disk.storage.getforapp").result["ID"] != told["ID"]
    hook = portal.webhook(1, scopes="disk")
    assert refused(hook.call("disk.storage.getforapp")) == (*DENIED, "Access denied! Application context required")
    assert drive.call("storage.getforapp").error == DENIED


def test_storage_of_an_application_is_renamed_by_it_alone(portal: Portal, app: Client, drive: Drive) -> None:
    storage = app.call("disk.storage.getforapp").result["ID"]
    told = app.call("disk.storage.rename", id=storage, newName="REST API").result
    assert shape(told) == STORAGE
    assert told["NAME"] == "REST API"
    assert app.call("disk.folder.get", id=told["ROOT_OBJECT_ID"]).result["NAME"] == "REST API"
    rename = {"id": storage, "newName": "Other"}
    assert app.call("disk.storage.rename", **rename | {"id": NOWHERE}).error == MISSING
    wrong_kind = app.call("disk.storage.rename", **rename | {"id": drive.storage})
    assert refused(wrong_kind) == (400, "", "Access denied (invalid type of storage)")
    assert portal.app("disk").call("disk.storage.rename", **rename).error == DENIED
    assert portal.webhook(1, scopes="disk").call("disk.storage.rename", **rename).error == DENIED
    assert drive.call("storage.rename", **rename).error == DENIED
    for name in ("", "a/b"):
        assert app.call("disk.storage.rename", id=storage, newName=name).error == ARGUMENT
    assert app.call("disk.storage.get", id=storage).result["NAME"] == "REST API"


def test_storage_goes_with_its_application(portal: Portal, app: Client) -> None:
    storage = app.call("disk.storage.getforapp").result["ID"]
    app.call("disk.storage.addfolder", id=storage, data={"NAME": "x"})
    assert portal.page(portal.person(admin=True)).call("tieline.app.remove", APP=app.facts["id"]).result is True
    admin = portal.webhook(1, scopes="disk")
    assert admin.call("disk.storage.get", id=storage).error == MISSING
    assert portal.read(lambda tx: tx.one("select count(*) from files where storage_id > 0 and parent_id > 0")) == (0,)


def test_common_storage_is_everybodys_to_change(portal: Portal, drive: Drive) -> None:
    storage, root = drive.common()
    other = Drive(portal)
    folder = drive.call("storage.addfolder", id=storage, data={"NAME": "All"}).result["ID"]
    file = other.file("a.txt", parent=folder)
    assert drive.call("file.rename", id=file, newName="b.txt").result["NAME"] == "b.txt"
    assert drive.call("file.delete", id=other.file("c.txt", parent=root)).error == DENIED
    assert other.call("folder.markdeleted", id=folder).error == DENIED
    assert other.call("file.delete", id=file).result is True


def test_scope_is_needed(portal: Portal) -> None:
    hook = portal.webhook(1, scopes=SCOPES.replace("disk,", ""))
    assert hook.call("disk.storage.getlist").error == (401, "insufficient_scope")
