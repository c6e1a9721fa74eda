"""imbot.register, update, unregister, bot.list, and the events of bots of the first version."""

from typing import Any

import pytest

from support.bots import Workshop, params_of
from support.portal import Portal, refused
from support.receiver import Receiver

CLIENT_MISSING = (403, "ACCESS_DENIED", "Access denied! Client ID not specified")


@pytest.fixture
def workshop(portal: Portal, receiver: Receiver) -> Workshop:
    return Workshop(portal, receiver)


@pytest.fixture
def quick(quick_portal: Portal) -> Workshop:
    return Workshop(quick_portal)


def test_bot_is_registered_as_documented(workshop: Workshop) -> None:
    number = workshop.app.call(
        "imbot.register",
        CODE="newbot",
        TYPE="B",
        EVENT_MESSAGE_ADD=workshop.handler,
        EVENT_WELCOME_MESSAGE=workshop.handler,
        EVENT_BOT_DELETE=workshop.handler,
        OPENLINE="Y",
        PROPERTIES={
            "NAME": "New",
            "LAST_NAME": "Bot",
            "COLOR": "GREEN",
            "EMAIL": "bot@example.com",
            "PERSONAL_BIRTHDAY": "2016-03-11",
            "WORK_POSITION": "The best of all",
            "PERSONAL_WWW": "http://example.com",
            "PERSONAL_GENDER": "F",
        },
    ).result
    assert isinstance(number, int)
    known = workshop.app.call("imbot.bot.list").result
    assert known == {str(number): {"ID": number, "NAME": "New Bot", "CODE": "newbot", "OPENLINE": "Y"}}
    events = {one["event"] for one in workshop.app.call("event.get").result}
    assert events == {"ONIMBOTMESSAGEADD", "ONIMBOTJOINCHAT", "ONIMBOTDELETE"}


def test_same_code_is_the_same_bot(workshop: Workshop) -> None:
    assert workshop.bot("echo") == workshop.bot("echo", name="Another")
    assert [bot["NAME"] for bot in workshop.app.call("imbot.bot.list").result.values()] == ["Echo"]


def test_private_message_reaches_the_bot_with_both_blocks_of_tokens(workshop: Workshop, receiver: Receiver) -> None:
    bot = workshop.bot()
    message = workshop.say(bot, "Hello")
    joined, added = receiver.wait(2)
    assert (joined.event, added.event) == ("ONIMBOTJOINCHAT", "ONIMBOTMESSAGEADD")
    data = added.form["data"]
    tokens = data["BOT"][str(bot)]
    block = tokens.pop("AUTH")
    assert (tokens.pop("BOT_ID"), tokens.pop("BOT_CODE")) == (str(bot), "echo")
    assert tokens == block
    assert set(block) == {
        *("access_token", "expires", "expires_in", "scope", "domain", "server_endpoint", "status", "client_endpoint"),
        *("member_id", "refresh_token", "user_id", "client_id", "application_token"),
    }
    assert (block["user_id"], block["client_id"]) == (str(bot), workshop.app.facts["client_id"])
    params = data["PARAMS"]
    told = {name: params[name] for name in ("MESSAGE", "MESSAGE_TYPE", "CHAT_TYPE", "DIALOG_ID", "SYSTEM")}
    assert told == {"MESSAGE": "Hello", "MESSAGE_TYPE": "P", "CHAT_TYPE": "P", "DIALOG_ID": str(workshop.anna_id),
                    "SYSTEM": "N"}  # fmt: skip
    assert (params["FROM_USER_ID"], params["TO_USER_ID"]) == (str(workshop.anna_id), str(bot))
    assert params["MESSAGE_ID"] == str(message)
    assert "CHAT_ID" not in params
    assert data["USER"]["NAME"] == "Anna Weber"
    assert (data["USER"]["IS_BOT"], data["USER"]["IS_CONNECTOR"]) == ("N", "N")
    assert params_of(joined)["USER_ID"] == str(workshop.anna_id)
    assert "IS_BOT" not in joined.form["data"]["USER"]


def test_bot_answers_with_the_token_of_the_event(workshop: Workshop, receiver: Receiver) -> None:
    bot = workshop.bot()
    workshop.say(bot, "Hello")
    event = receiver.wait(2)[1]
    token = event.form["data"]["BOT"][str(bot)]["access_token"]
    client = workshop.app
    client.auth = {"auth": token}
    number = client.call("imbot.message.add", BOT_ID=bot, DIALOG_ID=workshop.anna_id, MESSAGE="Hello yourself").result
    last = workshop.history(bot)[-1]
    assert (last["id"], last["author_id"], last["text"]) == (number, bot, "Hello yourself")
    receiver.nothing_more(2)


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("EVENT_MESSAGE_ADD", ("EVENT_MESSAGE_ADD_ERROR", 'Handler for "Message add" event isn\'t specified')),
        (
            "EVENT_WELCOME_MESSAGE",
            ("EVENT_WELCOME_MESSAGE_ERROR", 'Handler for "Welcome message" event isn\'t specified'),
        ),
        ("EVENT_BOT_DELETE", ("EVENT_BOT_DELETE_ERROR", 'Handler for "Bot delete" event isn\'t specified')),
    ],
)
def test_handler_that_is_missing_is_named(quick: Workshop, missing: str, told: tuple[str, str]) -> None:
    names = {"EVENT_MESSAGE_ADD", "EVENT_WELCOME_MESSAGE", "EVENT_BOT_DELETE"} - {missing}
    reply = quick.register(EVENT_HANDLER="", **dict.fromkeys(names, quick.handler))
    assert refused(reply) == (400, *told)


@pytest.mark.parametrize("name", ["MESSAGE_ADD", "MESSAGE_UPDATE", "MESSAGE_DELETE", "WELCOME_MESSAGE", "BOT_DELETE"])
@pytest.mark.parametrize("url", ["ftp://example.com/", "nonsense", "http://169.254.169.254/latest"])
def test_handler_that_cannot_be_called_is_named(quick: Workshop, name: str, url: str) -> None:
    names = ("EVENT_MESSAGE_ADD", "EVENT_WELCOME_MESSAGE", "EVENT_BOT_DELETE")
    handlers = dict.fromkeys(names, quick.handler) | {f"EVENT_{name}": url}
    told = (400, f"EVENT_{name}_ERROR", "Wrong handler URL")
    assert refused(quick.register(EVENT_HANDLER="", **handlers)) == told
    bot = quick.bot()
    assert refused(quick.app.call("imbot.update", BOT_ID=bot, FIELDS={f"EVENT_{name}": url})) == told


def test_second_bot_must_have_the_handlers_of_the_first(quick: Workshop) -> None:
    quick.bot("first")
    reply = quick.register("second", EVENT_HANDLER="http://127.0.0.1:9/elsewhere")
    assert refused(reply) == (400, "EVENT_MESSAGE_ADD_ERROR", "Wrong handler URL")


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"CODE": ""}, (400, "CODE_ERROR", "Bot code isn't specified")),
        ({"CODE": "  "}, (400, "CODE_ERROR", "Bot code isn't specified")),
        ({"PROPERTIES": {}}, (400, "NAME_ERROR", "Bot name isn't specified")),
        ({"PROPERTIES": {"NAME": " "}}, (400, "NAME_ERROR", "Bot name isn't specified")),
        ({"PROPERTIES": "x"}, (400, "NAME_ERROR", "Bot name isn't specified")),
        ({"TYPE": "Q"}, (400, "WRONG_REQUEST", "Bot can't be created")),
        ({"CODE": "x" * 256}, (400, "WRONG_REQUEST", "Bot can't be created")),
        ({"PROPERTIES": {"NAME": "A", "PERSONAL_PHOTO": "no image"}}, (400, "WRONG_REQUEST", "Bot can't be created")),
        ({"PROPERTIES": {"NAME": "A", "EMAIL": "nonsense"}}, (400, "WRONG_REQUEST", "Bot can't be created")),
    ],
)
def test_bot_that_is_refused(quick: Workshop, params: dict[str, Any], told: tuple[int, str, str]) -> None:
    assert refused(quick.register(**params)) == told
    assert quick.app.call("imbot.bot.list").result in ({}, [])


def test_email_of_a_person_is_refused(quick: Workshop) -> None:
    email = quick.portal.email(quick.anna_id)
    assert quick.register(PROPERTIES={"NAME": "A", "EMAIL": email}).error == (400, "WRONG_REQUEST")


def test_sixth_bot_is_refused(quick: Workshop) -> None:
    for number in range(5):
        quick.bot(f"bot{number}")
    told = (400, "MAX_COUNT_ERROR", "Has reached the maximum number of bots for application (max: 5)")
    assert refused(quick.register("bot5")) == told


def test_webhook_needs_a_client_id_and_has_bots_of_its_own(quick: Workshop) -> None:
    hook = quick.portal.webhook(quick.anna_id, "imbot")
    assert refused(quick.register("mine", client=hook)) == CLIENT_MISSING
    assert refused(quick.register("mine", client=hook, CLIENT_ID="x" * 256)) == CLIENT_MISSING
    bot = quick.bot("mine", client=hook, CLIENT_ID="secret")
    another = quick.portal.webhook(1, "imbot")
    update = {"BOT_ID": bot, "FIELDS": {"PROPERTIES": {"NAME": "Renamed"}}}
    told = (400, "APP_ID_ERROR", "Bot was installed by another REST application")
    assert refused(another.call("imbot.update", CLIENT_ID="other", **update)) == told
    assert refused(quick.app.call("imbot.update", **update)) == told
    assert another.call("imbot.update", client_id="secret", **update).result is True
    assert quick.app.call("imbot.bot.list").result[str(bot)]["NAME"] == "Renamed"


def test_event_of_a_webhooks_bot_brings_no_tokens(workshop: Workshop, receiver: Receiver) -> None:
    hook = workshop.portal.webhook(workshop.anna_id, "imbot,im")
    bot = workshop.bot("mine", client=hook, CLIENT_ID="secret")
    workshop.say(bot, "Hello")
    event = receiver.wait(2)[1]
    told = event.form["data"]["BOT"][str(bot)]
    assert set(told["AUTH"]) == {
        "domain", "server_endpoint", "client_endpoint", "member_id", "application_token", "user_id"
    }  # fmt: skip
    assert told["application_token"] == event.flat["auth[application_token]"]
    params = {"BOT_ID": bot, "DIALOG_ID": workshop.anna_id, "MESSAGE": "Hello yourself"}
    assert hook.call("imbot.message.add", CLIENT_ID="secret", **params).result
    assert workshop.history(bot)[-1]["text"] == "Hello yourself"


def test_page_cannot_speak_for_bots(quick: Workshop) -> None:
    page = quick.portal.page(quick.anna_id)
    told = (403, "WRONG_AUTH_TYPE", "Access for this method not allowed by session authorization")
    assert refused(quick.register(client=page)) == told


def test_bot_is_changed(workshop: Workshop, receiver: Receiver) -> None:
    bot = workshop.bot()
    elsewhere = f"{receiver.url}/elsewhere"
    fields = {"CODE": "renamed", "EVENT_MESSAGE_ADD": elsewhere, "PROPERTIES": {"NAME": "Other", "COLOR": "PINK"}}
    assert workshop.app.call("imbot.update", BOT_ID=bot, FIELDS=fields).result is True
    told = workshop.app.call("imbot.bot.list").result[str(bot)]
    assert (told["NAME"], told["CODE"]) == ("Other", "renamed")
    workshop.say(bot, "Hello")
    paths = {event.event: event.path for event in receiver.wait(2)}
    assert paths == {"ONIMBOTJOINCHAT": "/bot", "ONIMBOTMESSAGEADD": "/elsewhere"}


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"BOT_ID": 999}, (400, "BOT_ID_ERROR", "Bot not found")),
        ({"BOT_ID": "x"}, (400, "BOT_ID_ERROR", "Bot not found")),
        ({"BOT_ID": ""}, (400, "BOT_ID_ERROR", "Bot not found")),
        ({"FIELDS": {"CODE": "second"}}, (400, "CODE_ERROR", "Bot code isn't specified")),
        ({"FIELDS": {"PROPERTIES": {"EMAIL": "nonsense"}}}, (400, "WRONG_REQUEST", "Bot can't be updated")),
        ({"FIELDS": {"PROPERTIES": {"NAME": "", "LAST_NAME": " "}}}, (400, "NAME_ERROR", "Bot name isn't specified")),
        ({"FIELDS": "x"}, (400, "WRONG_REQUEST", "Update fields can't be empty")),
        ({"FIELDS": ""}, (400, "WRONG_REQUEST", "Update fields can't be empty")),
        ({"FIELDS": {"NOTHING": "known"}}, (400, "WRONG_REQUEST", "Update fields can't be empty")),
    ],
)
def test_change_that_is_refused(quick: Workshop, params: dict[str, Any], told: tuple[int, str, str]) -> None:
    bot, _ = quick.bot("first"), quick.bot("second")
    assert refused(quick.app.call("imbot.update", **({"BOT_ID": bot, "FIELDS": {"CODE": "x"}} | params))) == told


def test_bot_that_goes_leaves_chats_and_its_program_is_told(workshop: Workshop, receiver: Receiver) -> None:
    bot = workshop.bot()
    chat = workshop.group(bot)
    receiver.wait(1)
    assert workshop.app.call("imbot.unregister", BOT_ID=bot).result is True
    event = receiver.wait(1, event="ONIMBOTDELETE")[0]
    assert event.form["data"] == {"BOT_ID": str(bot), "BOT_CODE": "echo"}
    assert workshop.app.call("imbot.bot.list").result in ({}, [])
    assert workshop.anna.call("im.chat.user.list", CHAT_ID=chat).result == [workshop.anna_id]
    assert workshop.anna.call("im.message.add", DIALOG_ID=bot, MESSAGE="?").error == (400, "USER_NOT_FOUND")
    assert refused(workshop.app.call("imbot.unregister", BOT_ID=bot)) == (400, "BOT_ID_ERROR", "Bot not found")


def test_bot_that_is_registered_anew_leads_elsewhere(workshop: Workshop, receiver: Receiver) -> None:
    workshop.app.call("imbot.unregister", BOT_ID=workshop.bot())
    receiver.wait(1, event="ONIMBOTDELETE")
    bot = workshop.bot(EVENT_HANDLER=f"{receiver.url}/elsewhere")
    workshop.say(bot, "Hello")
    (added,) = receiver.wait(1, event="ONIMBOTMESSAGEADD")
    receiver.nothing_more(3)
    assert added.path == "/elsewhere"


def test_foreign_bot_cannot_be_unregistered(quick: Workshop) -> None:
    bot = quick.bot()
    told = (400, "APP_ID_ERROR", "Bot was installed by another REST application")
    assert refused(quick.portal.app("imbot").call("imbot.unregister", BOT_ID=bot)) == told


# Groups


def test_bot_in_a_group_hears_what_is_said_to_it(workshop: Workshop, receiver: Receiver) -> None:
    bot = workshop.bot()
    chat = workshop.group(bot, COLOR="BROWN")
    workshop.say(f"chat{chat}", "Good morning, all")
    workshop.say(f"chat{chat}", f"[USER={bot}]Echo[/USER] , how to set up the left menu")
    joined, added = receiver.wait(2)
    assert params_of(joined)["CHAT_ID"] == str(chat)
    params = params_of(added)
    assert params["MESSAGE"] == ", how to set up the left menu"
    assert params["MESSAGE_ORIGINAL"] == f"[USER={bot}]Echo[/USER] , how to set up the left menu"
    assert params["MENTIONED_LIST"] == {str(bot): str(bot)}
    told = {name: params[name] for name in ("MESSAGE_TYPE", "DIALOG_ID", "TO_CHAT_ID", "CHAT_ID", "TO_USER_ID")}
    assert told == {"MESSAGE_TYPE": "C", "DIALOG_ID": f"chat{chat}", "TO_CHAT_ID": str(chat), "CHAT_ID": str(chat),
                    "TO_USER_ID": str(bot)}  # fmt: skip
    assert (params["CHAT_TITLE"], params["CHAT_COLOR"]) == ("A group", "BROWN")
    assert (params["CHAT_AUTHOR_ID"], params["CHAT_USER_COUNT"]) == (str(workshop.anna_id), "2")
    receiver.nothing_more(2)


def test_supervisor_hears_all_and_bots_do_not_hear_each_other(workshop: Workshop, receiver: Receiver) -> None:
    first, second = workshop.bot("first", TYPE="S"), workshop.bot("second", TYPE="S")
    chat = workshop.group(first, second)
    workshop.say(f"chat{chat}", "Good morning, all")
    workshop.app.call("imbot.message.add", BOT_ID=first, DIALOG_ID=f"chat{chat}", MESSAGE="Good morning")
    (event,) = receiver.wait(1, event="ONIMBOTMESSAGEADD")
    assert set(event.form["data"]["BOT"]) == {str(first), str(second)}
    receiver.nothing_more(3)


def test_changes_are_told_to_those_who_asked_for_it(workshop: Workshop, receiver: Receiver) -> None:
    quiet, eager = workshop.bot("quiet"), workshop.bot("eager", TYPE="S")
    for bot in (quiet, eager):
        message = workshop.say(bot, "Hello")
        workshop.anna.call("im.message.update", MESSAGE_ID=message, MESSAGE="How to add an observer?")
        workshop.anna.call("im.message.delete", MESSAGE_ID=message)
    (edited,) = receiver.wait(1, event="ONIMBOTMESSAGEUPDATE")
    (deleted,) = receiver.wait(1, event="ONIMBOTMESSAGEDELETE")
    assert params_of(edited)["MESSAGE"] == "How to add an observer?"
    assert params_of(edited)["ID"] == params_of(deleted)["ID"] == str(message)
    assert params_of(deleted)["DIALOG_ID"] == str(workshop.anna_id)
    receiver.nothing_more(6)


def test_refreshed_token_of_a_bot_is_followed_by_another_pair(workshop: Workshop, receiver: Receiver) -> None:
    bot = workshop.bot()
    workshop.say(bot, "Hello")
    first = receiver.wait(2)[1].form["data"]["BOT"][str(bot)]
    facts = workshop.app.facts
    query = {"grant_type": "refresh_token", "client_id": facts["client_id"], "client_secret": facts["client_secret"]}
    granted = workshop.portal.request("GET", "/oauth/token/", params=query | {"refresh_token": first["refresh_token"]})
    assert granted.body["user_id"] == bot
    workshop.say(bot, "Again")
    second = receiver.wait(3)[2].form["data"]["BOT"][str(bot)]
    assert second["refresh_token"] not in (first["refresh_token"], granted.body["refresh_token"])
