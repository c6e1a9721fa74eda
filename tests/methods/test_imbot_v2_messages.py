"""imbot.v2.Chat.Message.*: writing, forwarding, changing, reading and reacting in a bot's name."""

from typing import Any

import pytest

from support.bots_v2 import FORBIDDEN, Studio, shape
from support.portal import Desk, Portal, refused
from tieline.domain.reactions import REACTIONS

DONE = {"result": True}
KEYBOARD = {"BUTTONS": [{"TEXT": "Help", "COMMAND": "help"}]}
MESSAGE = {
    "id": "int",
    "chatId": "int",
    "authorId": "int",
    "date": "str",
    "text": "str",
    "isSystem": "bool",
    "uuid": "str",
    "forward": "NoneType",
    "params": {},
    "viewedByOthers": "bool",
}


@pytest.fixture
def studio(portal: Portal) -> Studio:
    return Studio(portal)


@pytest.fixture
def quick(quick_portal: Portal) -> Studio:
    return Studio(quick_portal)


def send(studio: Studio, bot: int, dialog: Any, **fields: Any) -> Any:
    return studio.act("Chat.Message.send", bot, dialogId=str(dialog), fields=fields)


def test_bot_writes_as_documented(studio: Studio) -> None:
    bot = studio.hire()
    fields = {
        "message": "Hello", "attach": [{"MESSAGE": "Look"}], "keyboard": KEYBOARD, "urlPreview": False,
        "templateId": "a-b-c", "system": "N",
    }  # fmt: skip
    result = send(studio, bot, studio.anna_id, **fields).result
    assert result == {"id": result["id"], "uuidMap": {}}
    (message,) = studio.history(bot)
    assert (message["id"], message["author_id"], message["text"]) == (result["id"], bot, "Hello")
    assert message["params"]["KEYBOARD"][0]["BOT_ID"] == bot
    assert message["params"]["ATTACH"][0]["BLOCKS"] == [{"MESSAGE": "Look"}]
    assert message["params"]["URL_PREVIEW"] == "N"
    answer = send(studio, bot, studio.anna_id, message="x" * 20_001, replyId=result["id"]).result["id"]
    last = studio.history(bot)[-1]
    assert (last["id"], last["text"][-6:], last["params"]["REPLY_ID"]) == (answer, " (...)", result["id"])
    assert send(studio, bot, studio.anna_id, message="From the system", system=True).status == 200
    assert studio.history(bot)[-1]["author_id"] == 0


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, (400, "EMPTY_MESSAGE")),
        ({"message": "  "}, (400, "EMPTY_MESSAGE")),
        ({"message": "a", "attach": "nonsense"}, (400, "SENDING_FAILED")),
        ({"message": "a", "keyboard": [{"TEXT": "No deed"}]}, (400, "SENDING_FAILED")),
        ({"message": "a", "replyId": 999}, (400, "SENDING_FAILED")),
        ({"forwardIds": {"a": 999}}, (400, "SENDING_FAILED")),
        ({"forwardIds": {str(number): 1 for number in range(101)}}, (400, "SENDING_FAILED")),
        ({"forwardIds": {"a": "x"}}, (400, "PARAMS_ERROR")),
        ({"message": {"a": 1}}, (400, "PARAMS_ERROR")),
    ],
)
def test_message_that_is_refused(quick: Studio, fields: dict[str, Any], told: tuple[int, str]) -> None:
    assert send(quick, quick.hire(), quick.anna_id, **fields).error == told


def test_reply_to_a_message_of_another_chat_is_refused(quick: Studio) -> None:
    bot = quick.hire()
    elsewhere = quick.reply(bot, quick.circle(bot), "Here")
    assert send(quick, bot, quick.anna_id, message="a", replyId=elsewhere).error == (400, "SENDING_FAILED")


def test_bot_writes_only_where_it_is(quick: Studio) -> None:
    bot, other = quick.hire(), quick.hire("other")
    for dialog in (f"chat{quick.group(other)}", "chat999", "999", "nonsense", "chat-1"):
        assert refused(send(quick, bot, dialog, message="Hello")) == FORBIDDEN
    assert quick.act("Chat.Message.send", bot, fields={"message": "a"}).error == (400, "PARAMS_REQUIRED")


def test_messages_are_forwarded_from_where_the_bot_is(studio: Studio) -> None:
    bot = studio.hire(type="supervisor")
    circle = studio.circle(bot)
    first = studio.say(circle, "First")
    upload = studio.anna.call(
        "im.v2.File.upload", dialogId=circle, fields={"name": "a.txt", "content": "aGVsbG8=", "message": "Second"}
    )
    second = upload.result["messageId"]
    result = send(studio, bot, studio.anna_id, forwardIds={"u1": first, "u2": second}).result
    assert (set(result["uuidMap"]), result["id"]) == ({"u1", "u2"}, result["uuidMap"]["u1"])
    told = studio.history(bot)
    assert [(message["text"], message["params"]["FORWARD_ID"]) for message in told] == [
        ("First", first),
        ("Second", second),
    ]
    copied = told[1]["params"]["FILE_ID"][0]
    assert copied != upload.result["file"]["id"]
    link = studio.act("File.download", bot, fileId=copied).result["downloadUrl"]
    assert studio.portal.request("GET", link).content == b"hello"
    read = studio.act("Chat.Message.get", bot, messageId=result["uuidMap"]["u1"]).result["message"]
    assert shape(read["forward"]) == {"id": "int", "userId": "int", "chatId": "int", "date": "str"}
    assert (read["forward"]["id"], read["forward"]["userId"]) == (first, studio.anna_id)
    both = send(studio, bot, studio.anna_id, message="Look", forwardIds={"u1": first}).result
    assert both["id"] != both["uuidMap"]["u1"]


def test_message_that_the_bot_may_not_read_is_not_forwarded(quick: Studio) -> None:
    bot, other = quick.hire(), quick.hire("other")
    secret = quick.say(other, "Between us")
    assert refused(send(quick, bot, quick.anna_id, forwardIds={"a": secret})) == FORBIDDEN


def test_bot_changes_what_it_wrote(studio: Studio) -> None:
    bot = studio.hire()
    message = studio.reply(bot, studio.anna_id, "Hello", keyboard=KEYBOARD)
    fields = {"message": "Changed", "keyboard": "N", "attach": [{"MESSAGE": "More"}]}
    assert studio.act("Chat.Message.update", bot, messageId=message, fields=fields).result == DONE
    (told,) = studio.history(bot)
    assert (told["text"], "KEYBOARD" in told["params"], "ATTACH" in told["params"]) == ("Changed", False, True)
    assert studio.act("Chat.Message.update", bot, messageId=message, fields={"message": ""}).result == DONE
    assert studio.history(bot)[0]["params"]["IS_DELETED"] == "Y"


def test_bot_deletes_its_own_and_what_it_leads(studio: Studio) -> None:
    bot, other = studio.hire(), studio.hire("other")
    circle = studio.circle(bot, other)
    own, annas = studio.reply(other, circle, "Own"), studio.say(circle, "Anna's")
    assert refused(studio.act("Chat.Message.delete", other, messageId=annas)) == FORBIDDEN
    assert studio.act("Chat.Message.delete", other, messageId=own, complete="Y").result == DONE
    assert studio.act("Chat.Message.delete", bot, messageId=annas).result == DONE
    told = {message["id"]: message["params"] for message in studio.history(circle)}
    assert (own in told, told[annas]["IS_DELETED"]) == (False, "Y")


@pytest.mark.parametrize("method", ["Chat.Message.update", "Chat.Message.delete"])
def test_what_others_wrote_is_not_changed(quick: Studio, method: str) -> None:
    bot = quick.hire()
    for message in (quick.say(bot, "Anna's"), 999, 2**62):
        assert refused(quick.act(method, bot, messageId=message, fields={"message": "Changed"})) == FORBIDDEN
    assert quick.act(method, bot, messageId="x", fields={"message": "a"}).error == (400, "PARAMS_ERROR")


@pytest.mark.parametrize("fields", [{"attach": "nonsense"}, {"keyboard": [{"TEXT": "No deed"}]}, "x"])
def test_change_that_is_refused(quick: Studio, fields: Any) -> None:
    bot = quick.hire()
    message = quick.reply(bot, quick.anna_id, "Hello")
    reply = quick.act("Chat.Message.update", bot, messageId=message, fields=fields)
    assert refused(reply) == (400, "PARAMS_ERROR", "Incorrect params")


# Reading


def test_bot_that_hears_all_reads_a_message(studio: Studio) -> None:
    bot = studio.hire(type="personal")
    message = studio.say(bot, "Hello! How are you?")
    result = studio.act("Chat.Message.get", bot, messageId=message).result
    assert shape(result["message"]) == MESSAGE
    assert (result["message"]["text"], result["user"]["id"], result["user"]["type"]) == (
        "Hello! How are you?", studio.anna_id, "employee",
    )  # fmt: skip
    assert result["message"]["viewedByOthers"] is False
    studio.act("Chat.Message.read", bot, dialogId=str(studio.anna_id))
    assert studio.act("Chat.Message.get", bot, messageId=message).result["message"]["viewedByOthers"] is True


def test_system_message_has_no_author(quick: Studio) -> None:
    bot = quick.hire(type="supervisor")
    message = send(quick, bot, quick.anna_id, message="Note", system=True).result["id"]
    result = quick.act("Chat.Message.get", bot, messageId=message).result
    assert (result["user"], result["message"]["isSystem"], result["message"]["authorId"]) == (None, True, 0)


@pytest.mark.parametrize("method", ["Chat.Message.get", "Chat.Message.getContext"])
def test_messages_are_read_only_by_who_may(quick: Studio, method: str) -> None:
    deaf, bot = quick.hire("deaf"), quick.hire("hears", type="supervisor")
    message = quick.say(deaf, "Hello")
    assert refused(quick.act(method, deaf, messageId=message)) == (400, "BOT_TYPE_NOT_ALLOWED", "Bot type not allowed")
    assert quick.act(method, bot, messageId=message).error == (400, "MESSAGE_ACCESS_DENIED")
    assert quick.act(method, bot, messageId=999).error == (400, "MESSAGE_NOT_FOUND")
    withdrawn = quick.say(bot, "Gone")
    quick.anna.call("im.message.delete", MESSAGE_ID=withdrawn)
    assert quick.act(method, bot, messageId=withdrawn).error == (400, "MESSAGE_NOT_FOUND")


@pytest.mark.parametrize("method", ["Chat.Message.get", "Chat.Message.getContext"])
def test_what_was_said_before_a_bot_came_may_be_hidden_from_it(quick: Studio, method: str) -> None:
    bot = quick.hire(type="supervisor")
    group = quick.group()
    before = quick.say(f"chat{group}", "Before")
    quick.anna.call("im.chat.user.add", CHAT_ID=group, USERS=[bot], HIDE_HISTORY="Y")
    behind = quick.say(f"chat{group}", "Behind")
    assert quick.act(method, bot, messageId=before).error == (400, "MESSAGE_ACCESS_DENIED")
    assert quick.act(method, bot, messageId=behind).status == 200
    if method.endswith("Context"):
        told = quick.act(method, bot, messageId=behind).result
        assert before not in [message["id"] for message in told["messages"]]


def test_context_is_a_window_around_a_message(studio: Studio) -> None:
    bot = studio.hire(type="supervisor")
    found = [studio.say(bot, f"Message {number}") for number in range(6)]
    found.append(studio.reply(bot, studio.anna_id, "Answer"))
    result = studio.act("Chat.Message.getContext", bot, messageId=found[3], range=2).result
    assert [message["id"] for message in result["messages"]] == found[1:6]
    assert shape(result["messages"][0]) == MESSAGE
    assert [user["id"] for user in result["users"]] == [studio.anna_id]
    assert (result["hasPrevPage"], result["hasNextPage"]) == (True, True)
    whole = studio.act("Chat.Message.getContext", bot, messageId=found[0], range=10**9).result
    assert [message["id"] for message in whole["messages"]] == found
    assert (whole["hasPrevPage"], whole["hasNextPage"]) == (False, False)
    assert sorted(user["id"] for user in whole["users"]) == sorted([studio.anna_id, bot])


def test_bot_marks_messages_as_read(studio: Studio) -> None:
    bot = studio.hire()
    found = [studio.say(bot, f"Message {number}") for number in range(3)]
    chat = studio.act("Chat.get", bot, dialogId=str(studio.anna_id)).result["chat"]
    read = studio.act("Chat.Message.read", bot, dialogId=str(studio.anna_id), messageId=found[1]).result
    assert read == {"chatId": chat["id"], "lastId": found[1], "counter": 1, "viewedMessages": found[:2]}
    read = studio.act("Chat.Message.read", bot, dialogId=str(studio.anna_id)).result
    assert read == {"chatId": chat["id"], "lastId": found[2], "counter": 0, "viewedMessages": found[2:]}
    marks = studio.anna.call("im.dialog.get", DIALOG_ID=str(bot)).result["readed_list"]
    assert [mark["message_id"] for mark in marks if mark["user_id"] == bot] == [found[2]]


def test_bot_reads_where_it_is_and_what_is_there(quick: Studio) -> None:
    bot, other = quick.hire(), quick.hire("other")
    quick.say(bot, "Hello")
    elsewhere = quick.say(other, "Hello")
    assert refused(quick.act("Chat.Message.read", bot, dialogId=f"chat{quick.group(other)}")) == FORBIDDEN
    for message in (elsewhere, 999):
        reply = quick.act("Chat.Message.read", bot, dialogId=str(quick.anna_id), messageId=message)
        assert reply.error == (400, "MESSAGE_NOT_FOUND")


def test_notes_of_operators_are_none_of_a_bots(quick_portal: Portal) -> None:
    desk = Desk(quick_portal)
    studio = Studio(quick_portal)
    bot = studio.hire(type="supervisor", isSupportOpenline=True)
    chat = desk.write_in()
    desk.operator.call("imopenlines.operator.answer", CHAT_ID=chat)
    desk.operator.call("im.chat.user.add", CHAT_ID=chat, USERS=[bot])
    desk.operator.call("imopenlines.session.mode.silent", CHAT_ID=chat, ACTIVATE="Y")
    note = desk.answer(chat, "He is difficult")
    assert studio.act("Chat.Message.get", bot, messageId=note).error == (400, "MESSAGE_ACCESS_DENIED")
    customers = desk.history(chat)[0]["id"]
    told = studio.act("Chat.Message.getContext", bot, messageId=customers).result["messages"]
    assert "He is difficult" not in [message["text"] for message in told]
    assert [name for name, data in studio.events(bot) if "difficult" in str(data)] == []


# Reactions


@pytest.mark.parametrize("reaction", sorted(REACTIONS)[:3])
def test_bot_reacts(studio: Studio, reaction: str) -> None:
    bot = studio.hire()
    message = studio.say(bot, "Hello")
    params = {"messageId": message, "reaction": reaction}
    assert studio.act("Chat.Message.Reaction.add", bot, **params).result == DONE
    assert refused(studio.act("Chat.Message.Reaction.add", bot, **params)) == (
        400, "REACTION_ALREADY_SET", "Reaction already set",
    )  # fmt: skip
    chat = studio.act("Chat.get", bot, dialogId=str(studio.anna_id)).result["chat"]["id"]
    (told,) = studio.anna.call("im.dialog.messages.search", CHAT_ID=chat).result["reactions"]
    assert told["reactionUsers"] == {reaction: [bot]}
    assert studio.act("Chat.Message.Reaction.delete", bot, **params).result == DONE
    assert studio.act("Chat.Message.Reaction.delete", bot, **params).error == (400, "REACTION_NOT_FOUND")


def test_all_reactions_are_known() -> None:
    assert (len(REACTIONS), "hundredPoints" in REACTIONS) == (48, True)


@pytest.mark.parametrize("method", ["Chat.Message.Reaction.add", "Chat.Message.Reaction.delete"])
def test_reaction_that_is_refused(quick: Studio, method: str) -> None:
    bot, other = quick.hire(), quick.hire("other")
    message, elsewhere = quick.say(bot, "Hello"), quick.say(other, "Hello")
    for reaction in ("nonsense", "", None, ["like"], "LIKE"):
        assert quick.act(method, bot, messageId=message, reaction=reaction).error == (400, "REACTION_NOT_FOUND")
    for number in (elsewhere, 999):
        assert refused(quick.act(method, bot, messageId=number, reaction="like")) == FORBIDDEN
