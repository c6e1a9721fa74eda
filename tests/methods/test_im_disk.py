"""im.disk.*: the folder of a chat, files sent from the disk, deleted, saved; how files of messages look."""

import base64
from typing import Any

import pytest

from support.bots_v2 import png, shape
from support.disk import NOWHERE, Drive, encoded
from support.portal import Client, Desk, Portal, Reply, refused
from support.receiver import Receiver
from tieline.services import disk

NO_ACCESS = (403, "ACCESS_ERROR", "You do not have access to the specified dialog")
NO_CHAT = (400, "CHAT_ID_EMPTY", "Chat ID can't be empty")
NO_DIALOG = (400, "DIALOG_ID_EMPTY", "Dialog ID can't be empty")
NOT_SENT = (400, "SAVE_ERROR", "Error during saving file to chat")
NO_FILE = (400, "FILE_ID_EMPTY", "File ID can't be empty")
NOT_SAVED = (400, "FILE_SAVE_ERROR", "File ID can't be saved")
PICTURE = base64.b64decode(png(72, 61))
FILE = {
    **dict.fromkeys(("id", "chatId", "size", "progress", "authorId"), "int"),
    **dict.fromkeys(("date", "type", "name", "extension", "status", "authorName"), "str"),
    **dict.fromkeys(("urlPreview", "urlShow", "urlDownload"), "str"),
    "image": {"height": "int", "width": "int"},
    "viewerAttrs": {
        **dict.fromkeys(("viewer", "viewerType", "src", "viewerResized", "objectId", "viewerGroupBy"), "str"),
        "imChatId": "int",
        "title": "str",
        "actions": "str",
    },
    "mediaUrl": {"preview": {"250": "str"}},
    **dict.fromkeys(("isTranscribable", "isVideoNote", "isVoiceNote"), "bool"),
}
MODEL = {
    **dict.fromkeys(
        ("id", "storageId", "realObjectId", "parentId", "deletedType", "typeFile", "fileId", "size"), "int"
    ),
    **dict.fromkeys(("name", "createTime", "updateTime", "createdBy", "updatedBy", "deletedBy", "uniqueCode"), "str"),
    "deleteTime": "NoneType",
    "code": "NoneType",
    "xmlId": "NoneType",
    "etag": "str",
    "globalContentVersion": "int",
    "links": dict.fromkeys(("download", "showInGrid", "preview"), "str"),
}


class Room:
    """A group chat of two people, each with a drive."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.anna, self.boris = Drive(portal), Drive(portal)
        self.chat = self.begin(self.anna, self.boris)

    def begin(self, first: Drive, *others: Drive) -> int:
        """Let somebody begin a group chat with others; returns its id."""
        return first.hook.call("im.chat.add", USERS=[one.user_id for one in others], TITLE="Room").result

    def folder(self) -> int:
        """Return the id of the folder of the chat."""
        return self.anna.hook.call("im.disk.folder.get", CHAT_ID=self.chat).result["ID"]

    def commit(self, who: Drive, *files: int, **params: Any) -> Reply:
        """Send files into the chat, or try to."""
        return who.hook.call("im.disk.file.commit", **{"CHAT_ID": self.chat, "FILE_ID": list(files), **params})

    def delete(self, who: Drive, file: int, **params: Any) -> Any:
        """Delete a file of the chat."""
        return who.hook.call("im.disk.file.delete", **{"CHAT_ID": self.chat, "FILE_ID": file, **params}).result

    def history(self, who: Client | None = None, dialog: str = "") -> dict[str, Any]:
        """Read the chat."""
        client = who or self.boris.hook
        return client.call("im.dialog.messages.get", DIALOG_ID=dialog or f"chat{self.chat}").result

    def last(self) -> dict[str, Any]:
        """Read the last message of the chat."""
        return self.history()["messages"][0]


@pytest.fixture
def room(portal: Portal) -> Room:
    return Room(portal)


@pytest.fixture
def quick(quick_portal: Portal) -> Room:
    return Room(quick_portal)


def lose_contents(portal: Portal) -> None:
    """Let all contents be gone from the disk."""
    for path in (portal.folder / "files").rglob("*"):
        if path.is_file():
            path.unlink()


def test_folder_of_a_chat_is_made_when_it_is_asked_for(room: Room) -> None:
    def told(who: Drive) -> int:
        return who.hook.call("im.dialog.get", DIALOG_ID=f"chat{room.chat}").result["disk_folder_id"]

    assert told(room.anna) == 0
    answer = room.boris.hook.call("im.disk.folder.get", DIALOG_ID=f"chat{room.chat}").result
    assert shape(answer) == {"ID": "int"}
    assert (room.folder(), told(room.anna), told(room.boris)) == (answer["ID"], answer["ID"], answer["ID"])
    assert room.anna.call("folder.get", id=answer["ID"]).result["NAME"] == f"chat{room.chat}"


def test_folder_of_a_private_chat_is_named_by_the_partner(quick: Room) -> None:
    get = "im.disk.folder.get"
    assert refused(quick.anna.hook.call(get, DIALOG_ID=str(quick.boris.user_id))) == NO_ACCESS
    quick.anna.hook.call("im.message.add", DIALOG_ID=quick.boris.user_id, MESSAGE="Hi")
    made = quick.anna.hook.call(get, DIALOG_ID=str(quick.boris.user_id)).result
    assert quick.boris.hook.call(get, DIALOG_ID=str(quick.anna.user_id)).result == made


CHATS: list[tuple[dict[str, Any], tuple[int, str, str]]] = [
    ({}, NO_CHAT),
    ({"CHAT_ID": ""}, NO_CHAT),
    ({"CHAT_ID": 0}, NO_CHAT),
    ({"CHAT_ID": -1}, NO_CHAT),
    ({"CHAT_ID": "x"}, NO_CHAT),
    ({"CHAT_ID": [1]}, NO_CHAT),
    ({"CHAT_ID": 2**64}, NO_CHAT),
    ({"DIALOG_ID": ""}, NO_DIALOG),
    ({"DIALOG_ID": "chatx"}, NO_DIALOG),
    ({"DIALOG_ID": "sg5"}, NO_DIALOG),
    ({"DIALOG_ID": {"a": {"b": 1}}}, NO_DIALOG),
    ({"DIALOG_ID": "nobody"}, NO_DIALOG),
    ({"CHAT_ID": NOWHERE}, NO_ACCESS),
    ({"DIALOG_ID": f"chat{NOWHERE}"}, NO_ACCESS),
    ({"DIALOG_ID": str(NOWHERE)}, NO_ACCESS),
]


@pytest.mark.parametrize(("params", "told"), CHATS)
def test_chat_that_is_not_there_is_refused(quick: Room, params: dict[str, Any], told: tuple[int, str, str]) -> None:
    assert refused(quick.anna.hook.call("im.disk.folder.get", **params)) == told
    file = quick.anna.file("a.txt")
    assert refused(quick.anna.hook.call("im.disk.file.commit", FILE_ID=file, **params)) == told


def test_strangers_get_nothing_of_a_chat(room: Room) -> None:
    stranger, admin = Drive(room.portal), Drive(room.portal, user_id=1)
    sent = room.commit(room.anna, room.anna.file("a.txt")).result
    file = int(sent["DISK_ID"][0])
    for who in (stranger, admin):
        assert refused(who.hook.call("im.disk.folder.get", CHAT_ID=room.chat)) == NO_ACCESS
        assert refused(who.hook.call("im.disk.folder.get", DIALOG_ID=f"chat{room.chat}")) == NO_ACCESS
        assert refused(room.commit(who, who.file("b.txt"))) == NO_ACCESS
        assert refused(who.hook.call("im.disk.file.save", FILE_ID=file)) == NOT_SAVED
        own = room.begin(who, Drive(room.portal))
        assert refused(room.commit(who, file, CHAT_ID=own)) == NOT_SENT
        assert room.delete(who, file) is False
    assert room.last()["params"]["FILE_ID"] == [file]


def test_file_of_the_chats_folder_is_sent_as_documented(room: Room) -> None:
    folder = room.folder()
    file = room.anna.file("image.png", PICTURE, parent=folder)
    answer = room.commit(room.anna, UPLOAD_ID=file, FILE_ID=None, MESSAGE="Look").result
    key = f"upload{file}"
    assert (set(answer), set(answer["FILES"]), set(answer["FILE_MODELS"])) == (
        {"FILES", "DISK_ID", "FILE_MODELS", "MESSAGE_ID"}, {key}, {key},
    )  # fmt: skip
    told, model = answer["FILES"][key], answer["FILE_MODELS"][key]
    assert (shape(told), shape(model), answer["DISK_ID"]) == (FILE, MODEL, [str(file)])
    assert (told["id"], told["chatId"], told["name"], told["extension"], told["size"], told["status"]) == (
        file, room.chat, "image.png", "png", len(PICTURE), "done",
    )  # fmt: skip
    assert (told["image"], told["authorId"], told["type"]) == (
        {"height": 61, "width": 72}, room.anna.user_id, "image",
    )  # fmt: skip
    assert (model["parentId"], model["createdBy"], model["deletedBy"], model["typeFile"]) == (
        folder, str(room.anna.user_id), "0", 2,
    )  # fmt: skip
    links = [*model["links"].values(), told["urlPreview"], told["urlShow"], told["urlDownload"]]
    links += [told["viewerAttrs"]["src"], told["mediaUrl"]["preview"]["250"]]
    assert {room.boris.content(link) for link in links if "/files/" in link} == {PICTURE}
    seen = room.history()
    assert (seen["messages"][0]["id"], seen["messages"][0]["text"]) == (answer["MESSAGE_ID"], "Look")
    assert (seen["messages"][0]["params"]["FILE_ID"], seen["files"]) == ([file], [told])
    assert (room.boris.names(folder), room.boris.call("file.get", id=file).result["PARENT_ID"]) == (
        ["image.png"], str(folder),
    )  # fmt: skip
    assert room.anna.call("file.moveto", id=file, targetFolderId=room.anna.folder("x")).error == (400, "ACCESS_DENIED")


def test_files_from_elsewhere_are_copied_into_the_chat(room: Room) -> None:
    own, second = room.anna.file("a.txt", b"own"), room.anna.file("b.txt", b"second")
    answer = room.commit(room.anna, own, second, own, MESSAGE="Documents").result
    numbers = [int(number) for number in answer["DISK_ID"]]
    assert (len(numbers), {own, second} & set(numbers)) == (2, set())
    assert set(answer["FILES"]) == {f"upload{own}", f"upload{second}"}
    assert [room.boris.read(number) for number in numbers] == [b"own", b"second"]
    assert room.last()["params"]["FILE_ID"] == numbers
    assert (room.boris.names(room.folder()), room.anna.names()) == (["a.txt", "b.txt"], ["a.txt", "b.txt"])
    folder = answer["FILE_MODELS"][f"upload{own}"]["parentId"]
    assert folder == room.folder()
    again = room.commit(room.boris, *numbers).result  # what was sent is sent again as a copy
    assert not set(again["DISK_ID"]) & set(answer["DISK_ID"])
    others = room.boris.file("c.txt", parent=folder)
    taken = room.commit(room.anna, others).result
    assert (taken["DISK_ID"] != [str(others)], room.boris.call("file.get", id=others).status) == (True, 200)
    private = room.commit(room.anna, own, CHAT_ID=None, DIALOG_ID=str(room.boris.user_id)).result
    read = room.history(room.boris.hook, str(room.anna.user_id))
    assert read["messages"][0]["params"]["FILE_ID"] == [int(private["DISK_ID"][0])]


def test_what_is_done_at_once_is_done_well(room: Room) -> None:
    file = room.anna.file("a.txt", parent=room.folder())
    sending = {"CHAT_ID": room.chat, "FILE_ID": file}
    assert room.portal.at_once([(room.anna.hook, "im.disk.file.commit", sending)] * 4) == [None] * 4
    sent = [one["id"] for one in room.history()["files"]]
    assert (len(sent), len(set(sent)), file in sent) == (4, 4, True)
    assert room.portal.at_once([(room.boris.hook, "im.disk.file.save", {"FILE_ID": file})] * 4) == [None] * 4
    assert room.boris.names() == ["Saved Files"]
    doing = [(room.anna.hook, "im.disk.file.delete", sending)] * 3
    assert room.portal.at_once(doing) == [None] * 3
    assert file not in [one["id"] for one in room.history()["files"]]


def test_file_that_the_caller_may_not_read_is_not_sent(room: Room) -> None:
    foreign, trashed = Drive(room.portal).file("a.txt"), room.anna.file("b.txt")
    own = room.anna.file("c.txt")
    room.anna.call("file.markdeleted", id=trashed)
    before = room.last()["id"]
    for wrong in ("", [], {}, [own, NOWHERE], NOWHERE, 0, -1, "x", [[own]], {"a": {"b": own}}, 2**64, room.anna.root):
        for name in ("FILE_ID", "UPLOAD_ID"):
            params = {"FILE_ID": None, name: wrong}
            assert refused(room.commit(room.anna, **params)) == NOT_SENT, wrong
    for wrong in (foreign, trashed, [own] * 101):
        assert refused(room.commit(room.anna, FILE_ID=wrong)) == NOT_SENT
    reply = room.commit(room.anna, FILE_ID=None)
    assert refused(reply) == (400, "FILES_ERROR", "List of files is not specified")
    lose_contents(room.portal)
    assert refused(room.commit(room.anna, own)) == NOT_SENT
    assert room.last()["id"] == before


def test_file_is_not_sent_where_the_caller_may_only_read(quick: Room) -> None:
    open_chat = quick.boris.hook.call("im.chat.add", TYPE="OPEN", TITLE="Open").result
    assert quick.anna.hook.call("im.disk.folder.get", CHAT_ID=open_chat).status == 200
    assert refused(quick.commit(quick.anna, quick.anna.file("a.txt"), CHAT_ID=open_chat)) == NO_ACCESS


@pytest.mark.difference(141)
def test_image_is_sent_as_it_is_whether_as_a_file_or_not(quick: Room) -> None:
    file = quick.anna.file("image.png", PICTURE)
    for said in ("Y", "N"):
        answer = quick.commit(quick.anna, UPLOAD_ID=file, FILE_ID=None, AS_FILE=said).result
        told = answer["FILES"][f"upload{file}"]
        assert (told["type"], quick.anna.content(told["urlDownload"])) == ("image", PICTURE)


@pytest.mark.difference(140)
def test_file_in_silent_mode_does_not_reach_the_customer(portal: Portal, desk: Desk) -> None:
    chat = desk.write_in()
    operator = Drive(portal, user_id=desk.operator_id)
    file = operator.file("a.txt")

    def send(mode: str) -> dict[str, Any]:
        sent = operator.hook.call("im.disk.file.commit", CHAT_ID=chat, FILE_ID=file, SILENT_MODE=mode).result
        return next(one for one in desk.history(chat) if one["id"] == sent["MESSAGE_ID"])

    assert send("Y")["params"]["PRIVATE"] == "Y"
    assert desk.chat(chat).waiting_since is not None
    assert "PRIVATE" not in send("N")["params"]
    assert operator.hook.call("im.disk.file.commit", CHAT_ID=chat, FILE_ID=file, SILENT_MODE=[1]).error == (
        400, "PARAMS_ERROR",
    )  # fmt: skip


def test_file_from_the_disk_reaches_the_customer(portal: Portal, desk: Desk, receiver: Receiver) -> None:
    desk.handler = f"{receiver.url}/handler"
    desk.bind("OnImConnectorMessageAdd")
    chat = desk.write_in()
    operator = Drive(portal, user_id=desk.operator_id)
    operator.hook.call("im.disk.file.commit", CHAT_ID=chat, FILE_ID=operator.file("a.txt"), SILENT_MODE="Y")
    operator.hook.call("im.disk.file.commit", CHAT_ID=chat, FILE_ID=operator.file("b.txt"), MESSAGE="For you")
    message = receiver.wait(1)[0].form["data"]["MESSAGES"][0]["message"]
    (file,) = message["files"]
    assert (message["text"].endswith("For you"), file["name"]) == (True, "b.txt")
    assert operator.content(file["link"]) == b"hello"


def test_sender_deletes_a_file_and_what_it_hung_on(room: Room) -> None:
    one, two = room.anna.file("a.txt"), room.anna.file("b.txt")
    sent = room.commit(room.anna, one, two).result
    first, second = (int(number) for number in sent["DISK_ID"])
    assert room.delete(room.boris, first) is True
    assert room.last()["params"]["FILE_ID"] == [first, second]
    assert room.delete(room.anna, first) is True
    assert (room.last()["params"]["FILE_ID"], room.boris.names(room.folder())) == ([second], ["b.txt"])
    room.portal.clock.move(30 * 24 * 3_600_000)
    assert room.delete(room.anna, second) is True
    told = room.last()
    assert (told["id"], told["text"], told["params"]) == (sent["MESSAGE_ID"], "", {"IS_DELETED": "Y"})
    assert (room.history()["files"], room.delete(room.anna, second)) == ([], False)
    room.commit(room.anna, one, MESSAGE="Words stay")
    (third,) = room.last()["params"]["FILE_ID"]
    assert room.delete(room.anna, third) is True
    assert (room.last()["text"], room.last()["params"]) == ("Words stay", [])


def test_file_that_was_not_sent_is_deleted_from_the_folder_by_its_author(quick: Room) -> None:
    file = quick.anna.file("a.txt", parent=quick.folder())
    assert (quick.delete(quick.boris, file), quick.anna.names(quick.folder())) == (True, ["a.txt"])
    assert (quick.delete(quick.anna, file), quick.anna.names(quick.folder())) == (True, [])


def test_file_that_is_not_of_the_chat_is_not_deleted(quick: Room) -> None:
    own, other = quick.anna.file("a.txt"), quick.begin(quick.anna, quick.boris)
    sent = int(quick.commit(quick.anna, own, CHAT_ID=other).result["DISK_ID"][0])
    for file in (own, sent, NOWHERE, 0, -1, quick.folder(), quick.anna.root):
        assert quick.delete(quick.anna, file) is False
    assert quick.delete(quick.anna, sent, CHAT_ID=NOWHERE) is False
    assert (quick.anna.read(own), quick.anna.read(sent)) == (b"hello", b"hello")
    for wrong in (None, "", "x", [1], 2**64):
        assert refused(quick.anna.hook.call("im.disk.file.delete", CHAT_ID=wrong, FILE_ID=own)) == NO_CHAT
        assert refused(quick.anna.hook.call("im.disk.file.delete", CHAT_ID=other, FILE_ID=wrong)) == NO_FILE


def test_file_of_a_chat_is_saved(room: Room) -> None:
    sent = int(room.commit(room.anna, room.anna.file("image.png", PICTURE)).result["DISK_ID"][0])
    told = room.boris.hook.call("im.disk.file.save", FILE_ID=sent).result
    assert shape(told) == {"folder": {"id": "int", "name": "str"}, "file": {"id": "int", "name": "str"}}
    assert (told["folder"]["name"], told["file"]["name"]) == ("Saved Files", "image.png")
    assert (room.boris.names(), room.boris.names(told["folder"]["id"])) == (["Saved Files"], ["image.png"])
    assert room.boris.read(told["file"]["id"]) == PICTURE
    for number in range(1, 6):
        again = room.boris.hook.call("im.disk.file.save", FILE_ID=sent).result
        assert (again["folder"], again["file"]["name"]) == (told["folder"], f"image ({number}).png")
    assert room.delete(room.anna, sent) is True
    assert room.boris.read(told["file"]["id"]) == PICTURE


def test_file_that_cannot_be_saved_is_refused(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    file = room.boris.file("a.txt")
    sent = int(room.commit(room.anna, room.anna.file("a.txt")).result["DISK_ID"][0])

    def save(file: Any) -> Reply:
        return room.boris.hook.call("im.disk.file.save", FILE_ID=file)

    for wrong in (None, "", "x", [1], 2**64):
        assert refused(save(wrong)) == NO_FILE
    for wrong in (NOWHERE, 0, -1, file, room.folder(), room.anna.file("b.txt")):
        assert refused(save(wrong)) == NOT_SAVED
    taken = room.boris.file("saved files")
    assert refused(save(sent)) == NOT_SAVED
    room.boris.call("file.delete", id=taken)
    with monkeypatch.context() as patched:
        patched.setattr(disk, "MAX_CHILDREN", 0)
        assert refused(save(sent)) == NOT_SAVED
    message = room.last()["id"]
    lose_contents(room.portal)
    assert refused(save(sent)) == NOT_SAVED
    room.anna.hook.call("im.message.delete", MESSAGE_ID=message)
    assert refused(save(sent)) == NOT_SAVED
    assert room.boris.names() == ["a.txt"]


def test_file_of_a_hidden_past_is_neither_saved_nor_sent(room: Room) -> None:
    sent = int(room.commit(room.anna, room.anna.file("a.txt")).result["DISK_ID"][0])
    room.commit(room.anna, room.anna.file("old.txt", parent=room.folder()))
    late = Drive(room.portal)
    room.anna.hook.call("im.chat.user.add", CHAT_ID=room.chat, USERS=[late.user_id], HIDE_HISTORY="Y")
    assert late.call("file.get", id=sent).error == (400, "ACCESS_DENIED")
    fresh = int(room.commit(room.anna, room.anna.file("b.txt")).result["DISK_ID"][0])
    assert (late.names(room.folder()), room.boris.names(room.folder())) == (["b.txt"], ["a.txt", "old.txt", "b.txt"])
    room.anna.file("new.txt", parent=room.folder())
    for who, found in ((late, ["new.txt"]), (room.boris, ["new.txt", "old.txt"])):
        copied = who.call("folder.copyto", id=room.folder(), targetFolderId=who.root).result["ID"]
        assert sorted(who.names(copied)) == found
    listed = late.call("folder.getchildren", id=room.folder())
    assert (listed.body["total"], late.read(fresh)) == (2, b"hello")
    assert refused(late.hook.call("im.disk.file.save", FILE_ID=sent)) == NOT_SAVED
    assert refused(room.commit(late, sent)) == NOT_SENT


@pytest.mark.parametrize(
    ("name", "content", "size"),
    [
        ("a.png", PICTURE, {"height": 61, "width": 72}),
        ("a.gif", b"GIF89a" + bytes([3, 0, 2, 0]), {"height": 2, "width": 3}),
        ("a.png", b"no image", False),
        ("a.png", PICTURE[:10], False),
        ("a.txt", PICTURE, False),
    ],
)
def test_size_of_an_image_is_told_by_its_first_bytes(quick: Room, name: str, content: bytes, size: Any) -> None:
    quick.commit(quick.anna, quick.anna.file(name, content))
    (file,) = quick.history()["files"]
    assert (file["image"], bool(file["urlPreview"])) == (size, bool(size))
    assert file["mediaUrl"]["preview"]["250"] == file["urlPreview"]


def test_large_image_is_no_preview_of_itself(quick: Room) -> None:
    fits = PICTURE + bytes(5 * 1024 * 1024 - len(PICTURE))
    for content, shown in ((fits, True), (fits + b"x", False)):
        sent = quick.commit(quick.anna, quick.anna.file(f"{len(content)}.png", content)).result
        (told,) = sent["FILES"].values()
        assert (bool(told["urlPreview"]), bool(told["image"]), bool(told["urlShow"])) == (shown, True, True)


def test_image_whose_content_is_gone_has_no_size(quick: Room) -> None:
    (sent,) = quick.commit(quick.anna, quick.anna.file("a.txt", PICTURE)).result["DISK_ID"]
    lose_contents(quick.portal)
    assert quick.anna.call("file.rename", id=sent, newName="a.png").status == 200
    (file,) = quick.history()["files"]
    assert (file["type"], file["image"], file["urlPreview"]) == ("image", False, "")


def test_file_that_comes_in_a_request_lies_in_the_chats_folder(room: Room) -> None:
    fields = {"name": "image.png", "content": encoded(PICTURE)}
    for _ in range(2):
        sent = room.anna.hook.call("im.v2.File.upload", dialogId=f"chat{room.chat}", fields=fields).result
    assert (sent["file"]["image"], sent["file"]["name"]) == ({"height": 61, "width": 72}, "image.png")
    children = room.boris.call("folder.getchildren", id=room.folder()).result
    assert [child["NAME"] for child in children] == ["image.png", "image.png"]
    assert {child["PARENT_ID"] for child in children} == {str(room.folder())}
    assert room.boris.read(sent["file"]["id"]) == PICTURE
    assert room.boris.call("file.delete", id=sent["file"]["id"]).error == (400, "ACCESS_DENIED")
    assert room.delete(room.anna, sent["file"]["id"]) is True
    assert len(room.boris.names(room.folder())) == 1


def test_free_names_are_found_in_few_steps(quick: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = int(quick.commit(quick.anna, quick.anna.file("a.txt")).result["DISK_ID"][0])

    def save() -> str:
        return quick.boris.hook.call("im.disk.file.save", FILE_ID=sent).result["file"]["name"]

    assert [save() for _ in range(12)] == ["a.txt", *(f"a ({number}).txt" for number in range(1, 12))]
    monkeypatch.setattr(disk, "MAX_NUMBER", 8)
    assert refused(quick.boris.hook.call("im.disk.file.save", FILE_ID=sent)) == NOT_SAVED
