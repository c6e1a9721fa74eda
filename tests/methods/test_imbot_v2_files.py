"""imbot.v2.File.*, im.v2.File.*: files that come in requests, and links to them."""

import base64
from typing import Any

import pytest

from support.bots_v2 import FORBIDDEN, Studio, png, shape
from support.portal import Portal, refused
from tieline.services import disk_files

FILE = {"name": "report.pdf", "content": base64.b64encode(b"%PDF report").decode()}
LINK = {"downloadUrl"}


@pytest.fixture
def studio(portal: Portal) -> Studio:
    return Studio(portal)


@pytest.fixture
def quick(quick_portal: Portal) -> Studio:
    return Studio(quick_portal)


def upload(studio: Studio, who: str, bot: int, dialog: Any, **fields: Any) -> Any:
    """Send a file as a bot or as the person."""
    params = {"dialogId": str(dialog), "fields": FILE | fields}
    if who == "bot":
        return studio.act("File.upload", bot, **params)
    return studio.anna.call("im.v2.File.upload", **params)


def test_bot_sends_a_file_as_documented(studio: Studio) -> None:
    bot = studio.hire()
    result = upload(studio, "bot", bot, studio.anna_id, message="The report").result
    file = result.pop("file")
    assert file == {"id": file["id"], "chatId": result["chatId"], "name": "report.pdf", "extension": "pdf", "size": 11}
    assert result["dialogId"] == str(studio.anna_id)
    (message,) = studio.history(bot)
    assert (message["id"], message["text"], message["params"]["FILE_ID"]) == (
        result["messageId"],
        "The report",
        [file["id"]],
    )
    for client, method, params in (
        (studio.app, "imbot.v2.File.download", {"botId": bot}),
        (studio.anna, "im.v2.File.download", {"dialogId": str(bot)}),
    ):
        answer = client.call(method, fileId=file["id"], **params).result
        assert set(answer) == LINK
        assert studio.portal.request("GET", answer["downloadUrl"]).content == b"%PDF report"


def test_person_sends_a_file_as_documented(studio: Studio) -> None:
    bot = studio.hire(type="personal")
    result = upload(studio, "person", bot, bot).result
    file = result["file"]
    told = {"urlPreview": "str", "urlShow": "str", "urlDownload": "str", "status": "str", "progress": "int"}
    assert shape(file) | told == shape(file)
    assert shape(file) | {"authorName": "str", "date": "str", "image": "bool", "isVoiceNote": "bool"} == shape(file)
    assert (file["status"], file["progress"], file["authorId"], file["type"]) == ("done", 100, studio.anna_id, "file")
    assert set(file["viewerAttrs"]) == {
        *("viewer", "viewerType", "src", "objectId", "viewerGroupBy", "imChatId", "title", "unifiedLink", "actions")
    }
    assert file["mediaUrl"] == {"preview": {"250": ""}}
    (event,) = [data for name, data in studio.events(bot) if name == "ONIMBOTV2MESSAGEADD"]
    assert event["message"]["params"]["FILE_ID"] == [file["id"]]
    picture = upload(studio, "person", bot, bot, name="a.png", content=png(2, 2)).result["file"]
    assert (picture["type"], picture["urlPreview"], picture["mediaUrl"]["preview"]["250"]) == (
        "image", picture["urlShow"], picture["urlShow"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": ""}, "FILE_EMPTY"),
        ({"name": "  "}, "FILE_EMPTY"),
        ({"content": ""}, "FILE_EMPTY"),
        ({"content": "%%%"}, "FILE_INVALID_CONTENT"),
        ({"content": "YQ"}, "FILE_INVALID_CONTENT"),
        ({"name": {"a": 1}}, "FILE_EMPTY"),
        ({"content": {"a": 1}}, "FILE_INVALID_CONTENT"),
    ],
)
@pytest.mark.parametrize("who", ["bot", "person"])
def test_file_that_is_refused(quick: Studio, who: str, fields: dict[str, Any], told: str) -> None:
    bot = quick.hire()
    dialog = quick.anna_id if who == "bot" else bot
    assert upload(quick, who, bot, dialog, **fields).error == (400, told)
    assert refused(quick.act("File.upload", bot, dialogId="1")) == (400, "FILE_EMPTY", "File name or content is empty")
    assert quick.anna.call("im.v2.File.upload", dialogId="1").error == (400, "FILE_EMPTY")


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "a\\b", "a\nb", "x" * 256])
def test_name_that_leads_elsewhere_is_refused(quick: Studio, name: str) -> None:
    bot = quick.hire()
    assert upload(quick, "bot", bot, quick.anna_id, name=name).error == (400, "FILE_UPLOAD_FAILED")
    assert upload(quick, "person", bot, bot, name=name).error == (400, "UPLOAD_FAILED")


def test_too_large_file_is_refused(quick: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    assert disk_files.MAX_CONTENT == 100 * 1024 * 1024
    monkeypatch.setattr(disk_files, "MAX_CONTENT", 1_000)
    bot, content = quick.hire(), base64.b64encode(b"a" * 1_003).decode()
    assert upload(quick, "bot", bot, quick.anna_id, content=content).error == (400, "FILE_TOO_LARGE")
    assert upload(quick, "person", bot, bot, content=content).error == (400, "FILE_TOO_LARGE")
    content = base64.b64encode(b"a" * 1_000).decode()
    assert upload(quick, "bot", bot, quick.anna_id, content=content).status == 200


@pytest.mark.parametrize("who", ["bot", "person"])
def test_file_may_be_larger_than_other_requests(quick: Studio, who: str) -> None:
    bot = quick.hire()
    content = base64.b64encode(b"a" * 12 * 1024 * 1024).decode()
    sent = upload(quick, who, bot, quick.anna_id if who == "bot" else bot, content=content).result
    assert sent["file"]["size"] == 12 * 1024 * 1024
    broken = upload(quick, who, bot, quick.anna_id if who == "bot" else bot, content=content + "%")
    assert broken.error == (400, "FILE_INVALID_CONTENT")


def test_files_are_sent_only_where_one_may_write(quick: Studio) -> None:
    bot, other = quick.hire(), quick.hire("other")
    closed = quick.circle(other)
    quick.anna.call("im.chat.leave", CHAT_ID=int(closed[4:]))
    for dialog in (closed, "chat999", "999", "nonsense"):
        told = (400, "FILE_SEND_FAILED", "Failed to send message")
        assert refused(upload(quick, "bot", bot, dialog)) == told
    for dialog in ("chat999", "999", "nonsense"):
        assert refused(upload(quick, "person", bot, dialog)) == (400, "CHAT_NOT_FOUND", "Chat not found")
    assert refused(upload(quick, "person", bot, closed)) == FORBIDDEN
    assert quick.anna.call("im.v2.File.upload", fields=FILE).error == (400, "PARAMS_REQUIRED")


def test_file_of_a_chat_is_its_members_alone(quick: Studio) -> None:
    bot, other = quick.hire(), quick.hire("other")
    quick.say(other, "Hello")
    file = upload(quick, "bot", bot, quick.anna_id).result["file"]["id"]
    reply = quick.act("File.download", other, fileId=file)
    assert refused(reply) == (400, "FILE_ACCESS_ERROR", "File access error")
    boris = quick.portal.webhook(quick.portal.person("Boris"), "im")
    for dialog in (str(quick.anna_id), f"chat{quick.group()}", "999", "nonsense"):
        assert refused(boris.call("im.v2.File.download", dialogId=dialog, fileId=file)) == FORBIDDEN
    missing = (400, "FILE_NOT_FOUND", "File not found")
    assert refused(quick.anna.call("im.v2.File.download", dialogId=str(other), fileId=file)) == missing
    assert refused(quick.anna.call("im.v2.File.download", dialogId=str(bot), fileId=999)) == missing
    assert refused(quick.act("File.download", bot, fileId=999)) == missing


def test_file_of_a_withdrawn_message_is_gone(quick: Studio) -> None:
    bot = quick.hire()
    sent = upload(quick, "bot", bot, quick.anna_id).result
    quick.act("Chat.Message.delete", bot, messageId=sent["messageId"])
    assert quick.act("File.download", bot, fileId=sent["file"]["id"]).error == (400, "FILE_NOT_FOUND")


def test_avatar_is_no_file_of_a_chat(quick: Studio) -> None:
    bot = quick.hire(properties={"name": "A", "avatar": png(2, 2)})
    for number in range(1, 4):
        assert quick.act("File.download", bot, fileId=number).error == (400, "FILE_NOT_FOUND")


def test_file_without_access_of_a_hidden_past_is_refused(quick: Studio) -> None:
    group = quick.group()
    sent = quick.anna.call("im.v2.File.upload", dialogId=f"chat{group}", fields=FILE).result
    boris_id = quick.portal.person("Boris")
    quick.anna.call("im.chat.user.add", CHAT_ID=group, USERS=[boris_id], HIDE_HISTORY="Y")
    boris = quick.portal.webhook(boris_id, "im")
    reply = boris.call("im.v2.File.download", dialogId=f"chat{group}", fileId=sent["file"]["id"])
    assert refused(reply) == FORBIDDEN
