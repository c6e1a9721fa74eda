"""imbot.v2.Bot.*, imbot.v2.Revision.get, and how each method of a bot finds out whose bot it is."""

import base64
from typing import Any

import pytest

from support.bots_v2 import Studio, png, shape
from support.portal import Portal, refused
from support.receiver import Received, Receiver
from support.waiting import until
from tieline.domain.images import size_of
from tieline.methods import registry
from tieline.services import bot_modes

BOT = {
    "id": "int",
    "code": "str",
    "type": "str",
    "isHidden": "bool",
    "isSupportOpenline": "bool",
    "isReactionsEnabled": "bool",
    "backgroundId": "NoneType",
    "language": "str",
}
OWN = BOT | dict.fromkeys(("moduleId", "eventMode"), "str")
OWN |= dict.fromkeys(("countMessage", "countCommand", "countChat", "countUser"), "int")
USER = {
    "id",
    "active",
    "name",
    "firstName",
    "lastName",
    "workPosition",
    "color",
    "avatar",
    "gender",
    "birthday",
    "extranet",
    "bot",
    "connector",
    "externalAuthId",
    "status",
    "idle",
    "lastActivityDate",
    "absent",
    "departments",
    "phones",
    "type",
    "mobileLastDate",
    "desktopLastDate",
    "website",
    "email",
}
OF_BOTS = sorted(
    method.name
    for method in registry()
    if method.name.startswith("imbot.v2.") and any(param.wire_name == "botId" for param in method.params)
)
OF_PROGRAMS = sorted(method.name for method in registry() if method.name.startswith("imbot.v2.") and method.key)
EIGHT = {
    f"ONIMBOTV2{what}"
    for what in (
        *("MESSAGEADD", "MESSAGEUPDATE", "MESSAGEDELETE", "JOINCHAT"),
        *("DELETE", "CONTEXTGET", "COMMANDADD", "REACTIONCHANGE"),
    )
}


@pytest.fixture
def studio(portal: Portal, receiver: Receiver) -> Studio:
    return Studio(portal, receiver)


@pytest.fixture
def quick(quick_portal: Portal) -> Studio:
    return Studio(quick_portal)


def test_bot_is_registered_as_documented(studio: Studio) -> None:
    profile = {
        "name": "Support",
        "lastName": "Bot",
        "workPosition": "AI Assistant",
        "color": "lightBlue",
        "gender": "M",
    }
    result = studio.enrol(properties=profile).result
    assert shape(result["bot"]) == OWN
    assert result["bot"] | {"id": 0} == {
        "id": 0, "code": "support_bot", "type": "bot", "isHidden": False, "isSupportOpenline": False,
        "isReactionsEnabled": True, "backgroundId": None, "language": "en", "moduleId": "rest", "eventMode": "fetch",
        "countMessage": 0, "countCommand": 0, "countChat": 0, "countUser": 0,
    }  # fmt: skip
    (user,) = result["users"]
    assert set(user) == USER
    told = {
        name: user[name] for name in ("name", "firstName", "workPosition", "color", "bot", "type", "externalAuthId")
    }
    assert told == {"name": "Support Bot", "firstName": "Support", "workPosition": "AI Assistant", "color": "#4ba5c3",
                    "bot": True, "type": "bot", "externalAuthId": "bot"}  # fmt: skip


def test_bot_is_registered_with_everything(studio: Studio) -> None:
    bot = studio.hire(
        type="supervisor", isHidden="Y", isReactionsEnabled=False, isSupportOpenline=True, backgroundId="peach",
        eventMode="webhook", webhookUrl=studio.handler, properties={"name": "All", "avatar": png(64, 64)},
    )  # fmt: skip
    result = studio.app.call("imbot.v2.Bot.get", botId=bot).result
    told = {name: result["bot"][name] for name in ("type", "isHidden", "isReactionsEnabled", "isSupportOpenline")}
    assert told == {"type": "supervisor", "isHidden": True, "isReactionsEnabled": False, "isSupportOpenline": True}
    assert (result["bot"]["backgroundId"], result["bot"]["eventMode"]) == ("peach", "webhook")
    assert "/files/" in result["users"][0]["avatar"]
    bound = studio.app.call("event.get").result
    assert {(one["event"], one["handler"]) for one in bound} == {(event, studio.handler) for event in EIGHT}


def test_code_that_is_known_is_the_same_bot_and_its_subscriptions_are_there_again(studio: Studio) -> None:
    bot = studio.hook()
    studio.app.call("event.unbind", event="OnImBotV2MessageAdd", handler=studio.handler)
    app_token = studio.app.call("event.get").result
    again = studio.enrol(properties={"name": "Another"}, type="nonsense").result
    assert (again["bot"]["id"], again["users"][0]["name"], again["bot"]["type"]) == (bot, "Support Bot", "bot")
    assert {one["event"] for one in studio.app.call("event.get").result} == EIGHT
    assert len(app_token) in (7, 8)


def test_bot_that_is_registered_at_once_is_one(studio: Studio) -> None:
    hook = studio.portal.webhook(studio.anna_id, "imbot")
    fields = {"code": "support_bot", "botToken": "mine", "properties": {"name": "Support Bot"}}
    assert studio.portal.at_once([(hook, "imbot.v2.Bot.register", {"fields": fields})] * 6) == [None] * 6
    (bot,) = hook.call("imbot.v2.Bot.list", botToken="mine").result["bots"]
    assert bot["code"] == "support_bot"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"code": ""}, "BOT_CODE_REQUIRED"),
        ({"code": "  "}, "BOT_CODE_REQUIRED"),
        ({"properties": None}, "BOT_PROPERTIES_REQUIRED"),
        ({"properties": {"name": " "}}, "BOT_PROPERTIES_REQUIRED"),
        ({"type": "human"}, "BOT_INVALID_TYPE"),
        ({"type": "B"}, "BOT_INVALID_TYPE"),
        ({"eventMode": "push"}, "BOT_INVALID_EVENT_MODE"),
        ({"eventMode": "webhook"}, "BOT_WEBHOOK_URL_REQUIRED"),
        ({"eventMode": "webhook", "webhookUrl": "nonsense"}, "BOT_INVALID_CALLBACK"),
        ({"eventMode": "webhook", "webhookUrl": "http://169.254.169.254/latest"}, "BOT_INVALID_CALLBACK"),
        ({"code": "x" * 256}, "BOT_REGISTER_FAILED"),
        ({"properties": {"name": "A", "gender": "X"}}, "BOT_REGISTER_FAILED"),
        ({"properties": {"name": "A", "avatar": "bm8gaW1hZ2U="}}, "BOT_AVATAR_INCORRECT_TYPE"),
        ({"properties": {"name": "A", "avatar": "%%%"}}, "BOT_AVATAR_INCORRECT_TYPE"),
        ({"properties": {"name": "A", "avatar": png(5001, 10)}}, "BOT_AVATAR_INCORRECT_SIZE"),
        ({"isHidden": {"deep": [1]}}, "BOT_CODE_REQUIRED"),
    ],
)
def test_bot_that_is_refused(quick: Studio, fields: dict[str, Any], told: str) -> None:
    assert quick.enrol(**fields).error == (400, told)
    assert quick.app.call("imbot.v2.Bot.list").result == {"bots": [], "users": [], "hasNextPage": False}


@pytest.mark.parametrize("fields", ["x", [], None, 5])
def test_fields_that_are_none_are_refused(quick: Studio, fields: Any) -> None:
    assert quick.app.call("imbot.v2.Bot.register", fields=fields).error == (400, "BOT_CODE_REQUIRED")


def test_code_of_another_application_is_taken(quick: Studio) -> None:
    quick.hire()
    other = quick.portal.app("imbot")
    assert refused(quick.enrol(client=other)) == (400, "BOT_CODE_ALREADY_TAKEN", "Bot code is already taken")
    assert quick.enrol("another", client=other).status == 200


def test_hundred_bots_are_the_most(quick: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bot_modes.MOST == 100
    monkeypatch.setattr(bot_modes, "MOST", 3)
    for number in range(3):
        quick.hire(f"bot{number}")
    assert quick.enrol("more").error == (400, "BOT_LIMIT_EXCEEDED")
    assert quick.enrol("bot2").status == 200


def test_sizes_of_images_are_told() -> None:
    jpeg = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x10\x00\x20\x03"
    webp = b"RIFF....WEBPVP8X" + bytes(8) + (99).to_bytes(3, "little") + (49).to_bytes(3, "little")
    bitmap = b"BM" + bytes(16) + (7).to_bytes(4, "little") + (-9).to_bytes(4, "little", signed=True)
    lossy = b"RIFF....WEBPVP8 " + bytes(10) + b"\x20\x00\x10\x00"
    lossless = b"RIFF....WEBPVP8L" + bytes(5) + (31 | 15 << 14).to_bytes(4, "little")
    found = [size_of(content) for content in (jpeg, webp, bitmap, lossy, lossless, b"GIF89a\x05\x00\x06\x00")]
    assert found == [(32, 16), (100, 50), (7, 9), (32, 16), (32, 16), (5, 6)]
    assert size_of(base64.b64decode(png(3, 4))) == (3, 4)
    assert [size_of(content) for content in (b"", b"\xff\xd8\xff", b"RIFF....WEBPVP8X", b"\xff\xd8\xff\xda\0")] == [
        None
    ] * 4


# Whose bot it is


@pytest.mark.parametrize("method", OF_PROGRAMS)
def test_webhook_names_its_program(quick: Studio, method: str) -> None:
    hook = quick.portal.webhook(quick.anna_id, "imbot")
    assert refused(hook.call(method, botId=1)) == (400, "BOT_TOKEN_NOT_SPECIFIED", "Bot token is not specified")
    assert hook.call(method, botId=1, botToken="x" * 41).error == (400, "BOT_TOKEN_INVALID_LENGTH")


def test_webhook_that_registers_names_its_program_among_the_fields(quick: Studio) -> None:
    hook = quick.portal.webhook(quick.anna_id, "imbot")
    assert quick.enrol(client=hook).error == (400, "BOT_TOKEN_NOT_SPECIFIED")
    assert quick.enrol(client=hook, botToken="x" * 41).error == (400, "BOT_TOKEN_INVALID_LENGTH")
    bot = quick.hire(client=hook, botToken="x" * 40)
    assert quick.act("Chat.Message.send", bot, hook, botToken="x" * 40, dialogId=str(quick.anna_id),
                     fields={"message": "Hello"}).status == 200  # fmt: skip
    assert [bot["code"] for bot in hook.call("imbot.v2.Bot.list", botToken="x" * 40).result["bots"]] == ["support_bot"]
    assert hook.call("imbot.v2.Bot.list", botToken="y").result["bots"] == []


FILLED = {
    "dialogId": "chat1",
    "messageId": 1,
    "commandId": 1,
    "userId": 1,
    "userIds": [1],
    "fileId": 1,
    "reaction": "like",
    "fields": {"name": "a", "content": "YQ==", "command": "help", "title": {"en": "Help"}, "message": "Hi"},
}


@pytest.mark.parametrize("method", [name for name in OF_BOTS if name != "imbot.v2.Bot.get"])
def test_bot_must_be_there_and_the_callers(quick: Studio, method: str) -> None:
    bot = quick.hire()
    filled = FILLED | ({"fields": {"title": "A chat"}} if method.endswith((".Chat.add", ".Chat.update")) else {})
    assert refused(quick.app.call(method, **filled)) == (400, "BOT_ID_REQUIRED", "Bot ID is required")
    for number in (999, "nonsense", 2**70, [1]):
        assert refused(quick.app.call(method, botId=number, **filled)) == (400, "BOT_NOT_FOUND", "Bot not found")
    told = (400, "BOT_OWNERSHIP_ERROR", "Bot is registered by another application")
    assert refused(quick.portal.app("imbot").call(method, botId=bot, **filled)) == told
    hook = quick.portal.webhook(quick.anna_id, "imbot")
    assert refused(hook.call(method, botId=bot, botToken="another", **filled)) == told


@pytest.mark.parametrize("method", [*OF_BOTS, "imbot.v2.Bot.register"])
def test_pages_and_other_scopes_are_refused(quick: Studio, method: str) -> None:
    page = quick.portal.page(quick.anna_id)
    assert page.call(method, botId=1).error == (403, "WRONG_AUTH_TYPE")
    assert quick.portal.app("im").call(method, botId=1).error == (401, "insufficient_scope")


# Reading


def test_stranger_sees_a_bot_in_brief(quick: Studio) -> None:
    bot = quick.hire()
    result = quick.portal.app("imbot").call("imbot.v2.Bot.get", botId=bot).result
    assert shape(result["bot"]) == BOT
    assert shape(quick.app.call("imbot.v2.Bot.get", code="support_bot").result["bot"]) == OWN
    assert set(result["users"][0]) == USER


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({}, "PARAMS_REQUIRED"),
        ({"botId": 999}, "BOT_NOT_FOUND"),
        ({"botId": "x"}, "BOT_NOT_FOUND"),
        ({"code": "no"}, "BOT_NOT_FOUND"),
    ],
)
def test_bot_that_is_not_there_is_not_found(quick: Studio, params: dict[str, Any], told: str) -> None:
    assert quick.app.call("imbot.v2.Bot.get", **params).error == (400, told)


def test_counters_tell_what_a_bot_has_done(studio: Studio) -> None:
    bot = studio.hire()
    boris = studio.portal.person("Boris")
    circle = studio.circle(bot, boris)
    studio.reply(bot, circle, "Good morning")
    studio.reply(bot, studio.anna_id, "Good morning")
    studio.act("Command.register", bot, fields={"command": "help", "title": {"en": "Help"}})
    told = studio.app.call("imbot.v2.Bot.get", botId=bot).result["bot"]
    counted = [told[name] for name in ("countMessage", "countCommand", "countChat", "countUser")]
    assert counted == [2, 1, 2, 2]


def test_bots_are_listed_by_pages_and_types(quick: Studio) -> None:
    for number, kind in enumerate(("bot", "supervisor", "bot")):
        quick.hire(f"bot{number}", type=kind)
    quick.hire("foreign", client=quick.portal.app("imbot"))
    listed = quick.app.call("imbot.v2.Bot.list", filter={"type": "bot"}).result
    assert [bot["code"] for bot in listed["bots"]] == ["bot0", "bot2"]
    assert (shape(listed["bots"][0]), set(listed["users"][0])) == (OWN, USER)
    page = quick.app.call("imbot.v2.Bot.list", limit=2).result
    assert ([bot["code"] for bot in page["bots"]], page["hasNextPage"]) == (["bot0", "bot1"], True)
    page = quick.app.call("imbot.v2.Bot.list", limit=2, offset=2).result
    assert ([bot["code"] for bot in page["bots"]], page["hasNextPage"]) == (["bot2"], False)
    assert quick.app.call("imbot.v2.Bot.list", filter={"type": "nonsense"}, limit=-5, offset=-1).result["bots"] == []


def test_both_versions_see_each_others_bots(quick: Studio) -> None:
    first, second = quick.bot("first"), quick.hire("second")
    assert set(quick.app.call("imbot.bot.list").result) == {str(first), str(second)}
    listed = quick.app.call("imbot.v2.Bot.list").result["bots"]
    assert [(bot["id"], bot["eventMode"]) for bot in listed] == [(first, "webhook"), (second, "fetch")]


def test_revision_is_told_to_everybody(quick: Studio) -> None:
    told = {"rest": 36, "web": 130, "mobile": 23, "desktop": 6}
    for client in (quick.app, quick.portal.webhook(quick.anna_id, "imbot"), quick.portal.page(quick.anna_id)):
        assert client.call("imbot.v2.Revision.get").result == told


# Changing


def test_bot_is_changed(quick: Studio) -> None:
    bot = quick.hire(backgroundId="azure")
    fields = {"properties": {"name": "Updated Bot", "color": "nonsense"}, "isHidden": True, "backgroundId": None}
    result = quick.act("Bot.update", bot, fields=fields).result
    assert (shape(result["bot"]), result["users"][0]["name"]) == (OWN, "Updated Bot")
    read = quick.app.call("imbot.v2.Bot.get", botId=bot).result
    assert (read["bot"]["isHidden"], read["bot"]["backgroundId"], read) == (True, None, result)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"eventMode": "push"}, "BOT_INVALID_EVENT_MODE"),
        ({"eventMode": "webhook"}, "BOT_INVALID_CALLBACK"),
        ({"eventMode": "webhook", "webhookUrl": "ftp://example.com"}, "BOT_INVALID_CALLBACK"),
        ({"properties": {"avatar": "bm8gaW1hZ2U="}}, "BOT_AVATAR_INCORRECT_TYPE"),
        ({"properties": {"avatar": png(10, 5001)}}, "BOT_AVATAR_INCORRECT_SIZE"),
        ({"properties": {"gender": "X"}}, "PARAMS_ERROR"),
        ("x", "PARAMS_ERROR"),
        (None, "PARAMS_REQUIRED"),
    ],
)
def test_change_that_is_refused(quick: Studio, fields: Any, told: str) -> None:
    assert quick.act("Bot.update", quick.hire(), fields=fields).error == (400, told)


def test_events_go_where_the_bot_wants_them_from_then_on(studio: Studio, receiver: Receiver) -> None:
    bot = studio.hire()
    studio.say(bot, "Fetched")
    studio.act("Bot.update", bot, fields={"eventMode": "webhook", "webhookUrl": studio.handler})
    studio.say(bot, "Sent")
    elsewhere = f"{receiver.url}/elsewhere"
    studio.act("Bot.update", bot, fields={"webhookUrl": elsewhere})
    studio.say(bot, "Sent elsewhere")
    last = until(lambda: [one for one in receiver.requests if "Sent+elsewhere" in one.body.decode()], "it is sent")
    texts = [event.form["data"]["message"]["text"] for event in receiver.requests]
    assert (list(dict.fromkeys(texts)), last[0].path) == (["Sent", "Sent elsewhere"], "/elsewhere")
    assert len(studio.app.call("event.get").result) == 8
    studio.act("Bot.update", bot, fields={"eventMode": "fetch"})
    assert studio.app.call("event.get").result == []
    studio.say(bot, "Fetched again")
    told = [data["message"]["text"] for name, data in studio.events(bot) if name == "ONIMBOTV2MESSAGEADD"]
    assert [text for text in told if text != "Sent elsewhere"] == ["Fetched", "Fetched again"]  # it was on its way


def test_what_waits_for_a_bot_comes_where_it_is_told_from_then_on(studio: Studio, receiver: Receiver) -> None:
    accepted: list[str] = []

    def answer(event: Received) -> tuple[int, dict[str, str], bytes]:
        if event.path == "/bot" or "Third" in event.body.decode():
            return 503, {}, b""
        accepted.append(event.event)
        return 200, {}, b""

    receiver.answer = answer
    bot = studio.hook()
    for text in ("First", "Second"):
        studio.say(bot, text)
    receiver.wait(1)
    studio.act("Bot.update", bot, fields={"webhookUrl": f"{receiver.url}/elsewhere"})
    until(lambda: accepted[2:], "all has come")
    assert accepted == ["ONIMBOTV2JOINCHAT", *["ONIMBOTV2MESSAGEADD"] * 2]
    studio.say(bot, "Third")
    until(lambda: "Third" in receiver.requests[-1].body.decode(), "the third one is tried")
    studio.act("Bot.update", bot, fields={"eventMode": "fetch"})
    assert [data["message"]["text"] for _, data in studio.events(bot)] == ["Third"]


def test_events_of_a_bot_of_the_first_version_go_where_they_went(studio: Studio, receiver: Receiver) -> None:
    bot = studio.bot("former")
    fields = {"eventMode": "fetch", "webhookUrl": "http://127.0.0.1:9/other", "properties": {"name": "Renamed"}}
    result = studio.act("Bot.update", bot, fields=fields).result
    assert (result["bot"]["eventMode"], result["users"][0]["name"]) == ("webhook", "Renamed")
    studio.say(bot, "Hello")
    assert [event.event for event in receiver.wait(2)] == ["ONIMBOTJOINCHAT", "ONIMBOTMESSAGEADD"]


def test_key_of_a_webhooks_bot_is_changed(quick: Studio) -> None:
    hook = quick.portal.webhook(quick.anna_id, "imbot")
    bot, other = quick.hire("mine", client=hook, botToken="old"), quick.hire("other", client=hook, botToken="taken")
    for token, told in (("taken", "BOT_TOKEN_ROTATION_FAILED"), ("x" * 41, "BOT_TOKEN_INVALID_LENGTH")):
        reply = quick.act("Bot.update", bot, hook, botToken="old", fields={"botToken": token})
        assert reply.error == (400, told)
    for token in (" ", "old", "new"):
        assert quick.act("Bot.update", bot, hook, botToken="old", fields={"botToken": token}).status == 200
    assert quick.act("Event.get", bot, hook, botToken="old").error == (400, "BOT_OWNERSHIP_ERROR")
    assert quick.act("Event.get", bot, hook, botToken="new").result["events"] == []
    assert quick.act("Event.get", other, hook, botToken="taken").status == 200


# Ending


def test_bot_that_goes_is_told_at_its_address_and_leaves_no_subscription(studio: Studio, receiver: Receiver) -> None:
    bot = studio.hook()
    chat = studio.circle(bot)
    assert studio.act("Bot.unregister", bot).result == {"result": True}
    (event,) = receiver.wait(1, event="ONIMBOTV2DELETE")
    told = event.form["data"]["bot"]
    assert (told["id"], told["code"], told["auth"]["user_id"]) == (str(bot), "support_bot", str(bot))
    assert studio.app.call("event.get").result == []
    assert studio.anna.call("im.chat.user.list", CHAT_ID=int(chat[4:])).result == [studio.anna_id]
    assert studio.act("Bot.unregister", bot).error == (400, "BOT_NOT_FOUND")


def test_bot_of_the_second_version_goes_by_the_first_one_too(studio: Studio, receiver: Receiver) -> None:
    bot = studio.hook()
    assert studio.app.call("imbot.unregister", BOT_ID=bot).result is True
    assert receiver.wait(1)[0].event == "ONIMBOTV2DELETE"
    assert studio.app.call("event.get").result == []


def test_bot_that_fetches_is_told_of_its_end(studio: Studio) -> None:
    bot = studio.hire()
    studio.act("Bot.unregister", bot)
    answer = studio.poll(bot)
    assert [(event["type"], event["data"]) for event in answer["events"]] == [
        ("ONIMBOTV2DELETE", {"bot": {"id": bot, "code": "support_bot"}})
    ]
    assert studio.portal.app("imbot").call("imbot.v2.Event.get", botId=bot).error == (400, "BOT_NOT_FOUND")
    assert studio.poll(bot, offset=answer["nextOffset"])["events"] == []
    assert studio.act("Event.get", bot).error == (400, "BOT_NOT_FOUND")
