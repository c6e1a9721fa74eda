"""imbot.v2.Event.get and the events ONIMBOTV2*: fetched and confirmed, or sent to the bot's address."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from support.bots_v2 import Studio, shape
from support.portal import Desk, Portal, refused
from support.receiver import Receiver
from tieline.domain.clock import DAY, HOUR
from tieline.services import fetching
from tieline.store import journal

BOT = {
    *(
        "id",
        "code",
        "type",
        "isHidden",
        "isSupportOpenline",
        "isReactionsEnabled",
        "backgroundId",
        "language",
        "moduleId",
    ),
    *("eventMode", "countMessage", "countCommand", "countChat", "countUser"),
}
MESSAGE = {"id", "chatId", "authorId", "date", "text", "isSystem", "uuid", "forward", "params", "viewedByOthers"}
CHAT = {
    "id", "dialogId", "name", "type", "messageType", "owner", "color", "avatar", "description", "extranet",
    "containsCollaber", "entityType", "entityId", "entityData1", "entityData2", "entityData3", "entityLink",
    "diskFolderId",
    "permissions", "parentChatId", "parentMessageId", "isNew", "textFieldEnabled", "backgroundId",
}  # fmt: skip
AUTH = {
    *("access_token", "expires", "expires_in", "scope", "domain", "server_endpoint", "status", "client_endpoint"),
    *("member_id", "refresh_token", "user_id", "client_id", "application_token"),
}


@pytest.fixture
def studio(portal: Portal, receiver: Receiver) -> Studio:
    return Studio(portal, receiver)


@pytest.fixture
def quick(quick_portal: Portal) -> Studio:
    return Studio(quick_portal)


def texts(answer: dict[str, Any]) -> list[str]:
    return [event["data"]["message"]["text"] for event in answer["events"] if "message" in event["data"]]


def fetched_meanwhile(
    portal: Portal, calls: list[Any], at_once: int, poll: Callable[[int], dict[str, Any]]
) -> list[dict[str, Any]]:
    """Make calls, some at once, and return the events that were fetched and confirmed meanwhile and behind them."""

    def write() -> None:
        for start in range(0, len(calls), at_once):
            assert set(portal.at_once(calls[start : start + at_once])) == {None}

    found: list[dict[str, Any]] = []
    offset = 0
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        while True:
            ended = writing.done()
            answer = poll(offset)
            offset = answer["nextOffset"]
            found += answer["events"]
            if ended and not answer["events"]:
                break
        writing.result()
    return found


# Fetching


def test_events_are_fetched_as_documented(studio: Studio) -> None:
    bot = studio.hire()
    message = studio.say(bot, "Hello bot!")
    answer = studio.poll(bot)
    joined, added = answer["events"]
    assert shape(added) | {"data": {}} == {"eventId": "int", "type": "str", "date": "str", "data": {}}
    assert (answer["nextOffset"], answer["hasMore"]) == (added["eventId"] + 1, False)
    assert [joined["type"], added["type"]] == ["ONIMBOTV2JOINCHAT", "ONIMBOTV2MESSAGEADD"]
    assert (joined["data"]["dialogId"], joined["data"]["user"]["id"]) == (str(studio.anna_id), studio.anna_id)
    data = added["data"]
    assert data.keys() == {"bot", "message", "chat", "user", "language"}
    assert (data["bot"].keys(), data["message"].keys(), data["language"]) == (BOT, MESSAGE, "en")
    assert data["chat"].keys() == CHAT
    told = data["message"]
    assert (told["id"], told["text"], told["authorId"], told["isSystem"]) == (
        message,
        "Hello bot!",
        studio.anna_id,
        False,
    )
    assert (data["chat"]["dialogId"], data["chat"]["type"]) == (str(studio.anna_id), "private")
    assert data["user"] | {"id": 0} == data["user"] | {
        "id": 0, "name": "Anna Weber", "type": "employee", "idle": False, "lastActivityDate": False,
    }  # fmt: skip
    assert not {"avatarHr", "network", "botData"} & data["user"].keys()
    assert studio.poll(bot, offset=answer["nextOffset"]) == {
        "events": [], "nextOffset": answer["nextOffset"], "hasMore": False, "lastEventId": added["eventId"]
    }  # fmt: skip


def test_events_stay_until_they_are_confirmed(studio: Studio) -> None:
    bot = studio.hire()
    for number in range(5):
        studio.say(bot, f"Message {number}")
    first = studio.poll(bot, limit=3)
    assert (texts(first), first["hasMore"]) == (["Message 0", "Message 1"], True)
    assert studio.poll(bot, limit=3) == first
    rest = studio.poll(bot, offset=first["nextOffset"])
    assert (texts(rest), rest["hasMore"]) == (["Message 2", "Message 3", "Message 4"], False)
    assert texts(studio.poll(bot)) == texts(studio.poll(bot, offset=0)) == texts(rest)
    middle = rest["events"][1]["eventId"]
    assert texts(studio.poll(bot, offset=middle)) == ["Message 3", "Message 4"]
    assert texts(studio.poll(bot)) == ["Message 3", "Message 4"]


def test_bot_that_dies_before_it_confirms_gets_all_again(studio: Studio) -> None:
    bot, done = studio.hire(), []
    for number in range(4):
        studio.say(bot, str(number))
    offset = studio.poll(bot, limit=1)["nextOffset"]
    for life in range(6):
        answer = studio.poll(bot, offset=offset, limit=2)
        if life % 2:  # it has worked, and says so by its next poll
            done += texts(answer)
            offset = answer["nextOffset"]
    assert done == ["0", "1", "2", "3"]


def test_former_name_of_the_offset_is_understood(quick: Studio) -> None:
    bot = quick.hire()
    for number in range(2):
        quick.say(bot, str(number))
    last = quick.poll(bot, limit=2)["lastEventId"]
    assert texts(quick.poll(bot, lastEventId=last)) == ["1"]
    assert texts(quick.poll(bot)) == ["1"]


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({"limit": 0}, 1),
        ({"limit": -5}, 1),
        ({"limit": 10**9}, 3),
        ({"offset": -(2**62)}, 3),
        ({"offset": 2**62}, 0),
        ({"limit": "2", "offset": "1"}, 2),
    ],
)
def test_odd_numbers_are_understood(quick: Studio, params: dict[str, Any], count: int) -> None:
    bot = quick.hire()
    quick.say(bot, "First")
    quick.say(bot, "Second")
    assert len(quick.poll(bot, **params)["events"]) == count


@pytest.mark.parametrize(
    "params", [{"offset": "x"}, {"limit": []}, {"limit": "x"}, {"withUserEvents": "maybe"}, {"offset": 2**70}]
)
def test_nonsense_is_refused(quick: Studio, params: dict[str, Any]) -> None:
    reply = quick.act("Event.get", quick.hire(), **params)
    assert (
        reply.status == 200 if params == {"limit": []} else refused(reply) == (400, "PARAMS_ERROR", "Incorrect params")
    )


def test_empty_poll_stays_with_the_readers(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    bot = studio.hire()
    studio.say(bot, "Hello")
    written: list[Any] = []
    real = studio.portal.database.write

    async def write(job: Any) -> Any:
        written.append(job)
        return await real(job)

    monkeypatch.setattr(studio.portal.database, "write", write)
    answer = studio.poll(bot)
    assert (len(answer["events"]), written) == (2, [])
    offset = studio.poll(bot, offset=answer["nextOffset"])["nextOffset"]
    assert len(written) == 1
    for _ in range(3):
        studio.poll(bot, offset=offset)
    assert len(written) == 1


def test_poll_that_confirms_works_in_a_batch(studio: Studio) -> None:
    bot = studio.hire()
    studio.say(bot, "Hello")
    offset = studio.poll(bot)["nextOffset"]
    commands = {"get": f"imbot.v2.Event.get?botId={bot}&offset={offset}", "time": "server.time"}
    answer = studio.app.call("batch", cmd=commands).result
    assert (answer["result"]["get"]["events"], answer["result_error"]) == ([], [])
    assert studio.poll(bot)["events"] == []


def test_writers_in_parallel_lose_nothing(studio: Studio) -> None:
    bot = studio.hire(type="supervisor")
    people = [studio.portal.person() for _ in range(4)]
    hooks = [studio.portal.webhook(number, "im") for number in people]
    calls = [
        (hook, "im.message.add", {"DIALOG_ID": str(bot), "MESSAGE": f"{place}-{number}"})
        for number in range(12)
        for place, hook in enumerate(hooks)
    ]
    events = fetched_meanwhile(studio.portal, calls, 8, lambda offset: studio.poll(bot, offset=offset, limit=5))
    found = [(one["eventId"], one["data"]["message"]["text"]) for one in events if "message" in one["data"]]
    numbers = [number for number, _ in found]
    assert numbers == sorted(set(numbers))
    assert sorted(text for _, text in found) == sorted(params["MESSAGE"] for _, _, params in calls)


def test_polls_at_once_see_the_same_and_confirm_once(studio: Studio) -> None:
    bot = studio.hire()
    for number in range(3):
        studio.say(bot, str(number))
    offset = studio.poll(bot, limit=2)["nextOffset"]
    calls = [(studio.app, "imbot.v2.Event.get", {"botId": bot, "offset": offset})] * 8
    assert studio.portal.at_once(calls) == [None] * 8
    assert texts(studio.poll(bot)) == ["1", "2"]


def test_events_are_kept_for_a_day_and_their_loss_is_seen(studio: Studio) -> None:
    hook = studio.portal.webhook(studio.anna_id, "imbot")
    bot = studio.hire(client=hook, botToken="mine")
    studio.say(bot, "Old")
    studio.portal.clock.move(20 * HOUR)
    studio.say(bot, "Newer")
    studio.portal.clock.move(DAY - 20 * HOUR)
    assert texts(studio.act("Event.get", bot, hook, botToken="mine").result) == ["Old", "Newer"]
    studio.portal.clock.move(HOUR)
    assert texts(studio.act("Event.get", bot, hook, botToken="mine").result) == ["Newer"]
    entries = [entry for _, entry in studio.portal.read(lambda tx: journal.list_entries(tx, 1))]
    (dropped,) = [entry for entry in entries if entry.handler == f"bot:{bot}"]
    assert (dropped.outcome, dropped.reason.split(":")[0]) == ("cancelled", "2 events were dropped")


def test_queue_that_nobody_fetches_stays_short(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fetching.MOST == 20_000
    monkeypatch.setattr(fetching, "MOST", 3)
    monkeypatch.setattr(fetching, "LOOK_EVERY", 1)
    bot = studio.hire()
    for number in range(6):
        studio.say(bot, str(number))
    assert texts(studio.poll(bot)) == ["3", "4", "5"]
    entries = [entry for _, entry in studio.portal.read(lambda tx: journal.list_entries(tx, 1))]
    assert "events were dropped" in entries[-1].reason


def test_webhooks_bot_fetches_its_own_alone(quick: Studio) -> None:
    hook = quick.portal.webhook(quick.anna_id, "imbot")
    first = quick.hire("first", client=hook, botToken="one")
    quick.hire("second", client=hook, botToken="two")
    quick.say(first, "Hello")
    assert len(quick.act("Event.get", first, hook, botToken="one").result["events"]) == 2
    assert quick.act("Event.get", first, hook, botToken="two").error == (400, "BOT_OWNERSHIP_ERROR")


# What is told


def test_bot_hears_what_is_said_to_it_and_a_supervisor_all(studio: Studio) -> None:
    bot, supervisor, personal = studio.hire("a"), studio.hire("b", type="supervisor"), studio.hire("c", type="personal")
    group = f"chat{studio.group(bot, supervisor, personal)}"
    studio.say(group, "Good morning, all")
    studio.say(group, f"[USER={bot}]Bot[/USER] help")
    assert [data["dialogId"] for _, data in studio.events(bot)[:1]] == [group]
    studio.say(group, f"[USER={bot}]Bot[/USER] more")
    assert studio.types(bot) == ["MESSAGEADD"]
    for listener in (supervisor, personal):
        assert studio.types(listener) == ["JOINCHAT", *["MESSAGEADD"] * 3]


def test_changes_are_told(studio: Studio) -> None:
    bot = studio.hire()
    message = studio.say(bot, "Hello")
    studio.anna.call("im.message.update", MESSAGE_ID=message, MESSAGE="Good morning")
    studio.anna.call("im.message.delete", MESSAGE_ID=message)
    (_, _, (edited, first), (deleted, second)) = studio.events(bot)
    assert (edited, first["message"]["text"]) == ("ONIMBOTV2MESSAGEUPDATE", "Good morning")
    assert (deleted, second["messageId"]) == ("ONIMBOTV2MESSAGEDELETE", message)
    assert second.keys() == {"bot", "messageId", "chat", "user", "language"}


def test_reactions_to_its_messages_are_told_to_who_wants_it(studio: Studio) -> None:
    bot, deaf = studio.hire(), studio.hire("deaf", isReactionsEnabled=False)
    for number in (bot, deaf):
        message = studio.reply(number, studio.anna_id, "Hello! How can I help?")
        for action in ("plus", "minus"):
            studio.anna.call("im.message.like", MESSAGE_ID=message, ACTION=action)
    events = studio.events(bot)
    assert [(name, data["reaction"], data["action"]) for name, data in events] == [
        ("ONIMBOTV2REACTIONCHANGE", "like", "add"),
        ("ONIMBOTV2REACTIONCHANGE", "like", "delete"),
    ]
    data = events[0][1]
    assert data.keys() == {"bot", "reaction", "action", "message", "chat", "user", "language"}
    assert (data["message"]["authorId"], data["user"]["id"]) == (bot, studio.anna_id)
    assert studio.events(deaf) == []


def test_commands_are_told_instead_of_their_messages(studio: Studio) -> None:
    bot = studio.hire()
    fields = {"command": "help", "title": {"en": "Help"}}
    command = studio.act("Command.register", bot, fields=fields).result["command"]["id"]
    studio.say(bot, "/help topic")
    message = studio.reply(bot, studio.anna_id, "Press", keyboard=[{"TEXT": "Help", "COMMAND": "help"}])
    studio.anna.call("im.message.command", MESSAGE_ID=message, BOT_ID=bot, COMMAND="help", COMMAND_PARAMS="more")
    (_, (first, typed), (second, pressed)) = studio.events(bot)
    assert first == second == "ONIMBOTV2COMMANDADD"
    assert typed.keys() == {"bot", "command", "message", "chat", "user", "language"}
    assert typed["command"] == {"id": command, "command": "/help", "params": "topic", "context": "textarea"}
    assert pressed["command"] == {"id": command, "command": "/help", "params": "more", "context": "keyboard"}
    assert (pressed["message"]["id"], pressed["user"]["id"]) == (message, studio.anna_id)


def test_common_command_in_a_private_chat_of_two_names_that_chat(quick: Studio) -> None:
    bot = quick.hire()
    quick.act("Command.register", bot, fields={"command": "help", "hidden": True, "common": True})
    boris = quick.portal.person("Boris")
    quick.say(boris, "/help")
    ((_, data),) = quick.events(bot)
    assert data["chat"]["dialogId"] == f"chat{data['chat']['id']}"


def test_context_is_brought_to_a_bot(studio: Studio) -> None:
    bot = studio.hire()
    context = {"action": "openTask", "taskId": 456, "deep": [{"a": None}]}
    sent = studio.anna.call("im.v2.Chat.Bot.sendContext", dialogId=str(bot), context=context)
    assert sent.result == {"result": True}
    _, (name, data) = studio.events(bot)
    assert (name, data["dialogId"], data["context"]) == ("ONIMBOTV2CONTEXTGET", str(studio.anna_id), context)
    assert data.keys() == {"bot", "dialogId", "context", "chat", "user", "language"}
    assert (data["user"]["id"], data["chat"]["type"]) == (studio.anna_id, "private")
    group = f"chat{studio.group(bot)}"
    studio.anna.call("im.v2.Chat.Bot.sendContext", dialogId=group, context={"a": 1})
    assert [data["dialogId"] for _, data in studio.events(bot)] == [group, group]


def test_context_that_cannot_be_brought_is_refused(quick: Studio) -> None:
    boris, bot = quick.portal.person("Boris"), quick.hire()
    closed = f"chat{quick.group()}"
    stranger = quick.portal.webhook(boris, "im")

    def send(dialog: Any, context: Any, client: Any = quick.anna) -> Any:
        return client.call("im.v2.Chat.Bot.sendContext", dialogId=dialog, context=context)

    for dialog in (str(boris), "999", "nonsense", closed):
        assert refused(send(dialog, {"a": 1})) == (400, "BOT_NOT_FOUND", "Bot not found")
    for dialog in (closed, "chat999"):
        assert refused(send(dialog, {"a": 1}, stranger)) == (403, "ACCESS_DENIED", "Access denied")
    assert send(str(bot), {"a": "x" * 30_000}).error == (400, "CONTEXT_TOO_LARGE")
    assert send(str(bot), "x").error == (400, "PARAMS_ERROR")
    assert send(str(bot), None).error == (400, "PARAMS_REQUIRED")
    assert quick.events(bot) == []


def test_customer_is_heard_by_a_bot_of_lines(portal: Portal) -> None:
    desk, studio = Desk(portal), Studio(portal)
    bot = studio.hire(type="openline")
    chat = desk.write_in()
    desk.operator.call("imopenlines.operator.answer", CHAT_ID=chat)
    desk.operator.call("im.chat.user.add", CHAT_ID=chat, USERS=[bot])
    desk.write_in("Are you there?")
    (_, (name, data)) = studio.events(bot)
    assert (name, data["message"]["text"]) == ("ONIMBOTV2MESSAGEADD", "Are you there?")
    assert (data["chat"]["type"], data["chat"]["entityType"]) == ("lines", "LINES")
    assert (data["user"]["connector"], data["user"]["type"]) == (True, "extranet")


# Sent to the bot's address


def test_events_are_sent_for_each_bot_with_both_blocks_of_tokens(studio: Studio, receiver: Receiver) -> None:
    first, second = studio.hook("first", type="supervisor"), studio.hook("second", type="supervisor")
    group = studio.group(first, second)
    receiver.wait(2, event="ONIMBOTV2JOINCHAT")
    studio.say(f"chat{group}", "Hello, bots")
    added = receiver.wait(2, event="ONIMBOTV2MESSAGEADD")
    told = {int(event.form["data"]["bot"]["id"]): event for event in added}
    assert told.keys() == {first, second}
    event = told[first]
    bot = event.form["data"]["bot"]
    assert bot.keys() == {"id", "code", "auth"}
    assert (bot["code"], bot["auth"].keys(), bot["auth"]["user_id"]) == ("first", AUTH, str(first))
    assert event.form["auth"]["application_token"] == bot["auth"]["application_token"]
    assert "refresh_token" not in event.form["auth"]
    assert event.form["auth"]["user_id"] == str(studio.anna_id)
    flat = event.flat
    assert (flat["data[message][isSystem]"], flat["data[user][idle]"], flat["data[user][active]"]) == ("0", "0", "1")
    assert (flat["data[message][forward]"], flat["data[chat][backgroundId]"]) == ("", "")
    assert (flat["data[chat][dialogId]"], flat["data[chat][textFieldEnabled]"]) == (f"chat{group}", "Y")
    assert studio.poll(first)["events"] == []
    studio.app.auth = {"auth": bot["auth"]["access_token"]}
    assert studio.reply(first, f"chat{group}", "Hello yourself")
    receiver.nothing_more(4)


def test_each_event_is_sent(studio: Studio, receiver: Receiver) -> None:
    bot = studio.hook()
    studio.act("Command.register", bot, fields={"command": "help", "hidden": True})
    message = studio.say(bot, "Hello")
    studio.anna.call("im.message.update", MESSAGE_ID=message, MESSAGE="Changed")
    studio.anna.call("im.message.delete", MESSAGE_ID=message)
    studio.say(bot, "/help")
    studio.anna.call("im.message.like", MESSAGE_ID=studio.reply(bot, studio.anna_id, "Hello"))
    studio.anna.call("im.v2.Chat.Bot.sendContext", dialogId=str(bot), context={"claim": "GIFT"})
    receiver.wait(7)
    studio.act("Bot.unregister", bot)
    found = receiver.wait(8)
    assert [event.event.removeprefix("ONIMBOTV2") for event in found] == [
        *(
            "JOINCHAT",
            "MESSAGEADD",
            "MESSAGEUPDATE",
            "MESSAGEDELETE",
            "COMMANDADD",
            "REACTIONCHANGE",
            "CONTEXTGET",
            "DELETE",
        )
    ]
    assert {event.form["data"]["bot"]["id"] for event in found} == {str(bot)}
    assert found[6].form["data"]["context"] == {"claim": "GIFT"}
    assert found[3].form["data"]["messageId"] == str(message)


def test_bot_of_a_webhook_is_sent_its_events_without_tokens(studio: Studio, receiver: Receiver) -> None:
    hook = studio.portal.webhook(studio.anna_id, "imbot,im")
    bot = studio.hire(client=hook, botToken="secret", eventMode="webhook", webhookUrl=studio.handler)
    studio.say(bot, "Hello")
    event = receiver.wait(2)[1]
    auth = event.form["data"]["bot"]["auth"]
    assert "access_token" not in auth
    assert auth["application_token"] == event.form["auth"]["application_token"]
    fields = {"message": "Hello yourself"}
    sent = studio.act("Chat.Message.send", bot, hook, botToken="secret", dialogId=str(studio.anna_id), fields=fields)
    assert sent.status == 200


def test_bots_of_both_versions_get_events_in_their_own_form(studio: Studio, receiver: Receiver) -> None:
    former, modern = studio.bot("former", TYPE="S"), studio.hook("modern", type="supervisor")
    group = studio.group(former, modern)
    studio.say(f"chat{group}", "Hello")
    found = sorted(event.event for event in receiver.wait(4))
    assert found == ["ONIMBOTJOINCHAT", "ONIMBOTMESSAGEADD", "ONIMBOTV2JOINCHAT", "ONIMBOTV2MESSAGEADD"]
    receiver.nothing_more(4)


# With what happens in the caller's chats


def test_user_events_come_beside_those_of_the_bot(studio: Studio) -> None:
    bot, hook = studio.hire("other"), studio.portal.webhook(studio.anna_id, "imbot,im")
    mine = studio.hire(client=hook, botToken="mine")
    hook.call("im.v2.Event.subscribe")
    studio.say(mine, "To mine")
    studio.say(bot, "To another")
    answer = studio.act("Event.get", mine, hook, botToken="mine", withUserEvents=True).result
    found = [(one["type"], one["data"].get("message", {}).get("text")) for one in answer["events"]]
    assert ("ONIMBOTV2MESSAGEADD", "To mine") in found
    assert [text for name, text in found if name == "ONIMV2MESSAGEADD"] == ["To mine", "To another"]
    numbers = [one["eventId"] for one in answer["events"]]
    assert numbers == sorted(numbers)
    again = studio.act(
        "Event.get", mine, hook, botToken="mine", withUserEvents=True, offset=answer["nextOffset"]
    ).result
    assert again["events"] == []
    assert hook.call("im.v2.Event.get").result["events"] == []


def test_user_events_need_a_scope_and_a_subscription(quick: Studio) -> None:
    hook = quick.portal.webhook(quick.anna_id, "imbot")
    bot = quick.hire(client=hook, botToken="mine")
    reply = quick.act("Event.get", bot, hook, botToken="mine", withUserEvents=True)
    assert refused(reply) == (400, "SCOPE_ERROR", "Scope error")
    reply = quick.act("Event.get", quick.hire("other"), withUserEvents="Y")
    assert refused(reply) == (400, "USER_NOT_SUBSCRIBED", "User not subscribed")


def test_two_queues_lose_nothing_while_others_write(studio: Studio) -> None:
    hook = studio.portal.webhook(studio.anna_id, "imbot,im")
    bot = studio.hire(client=hook, botToken="mine", type="supervisor")
    hook.call("im.v2.Event.subscribe")
    people = [studio.portal.webhook(studio.portal.person(), "im") for _ in range(3)]
    calls = [
        (person, "im.message.add", {"DIALOG_ID": str(to), "MESSAGE": f"{place}-{number}-{to}"})
        for number in range(8)
        for place, person in enumerate(people)
        for to in (bot, studio.anna_id)
    ]
    params = {"botToken": "mine", "withUserEvents": True, "limit": 7}
    events = fetched_meanwhile(
        studio.portal, calls, 6, lambda offset: studio.act("Event.get", bot, hook, **params, offset=offset).result
    )
    found = texts({"events": events})
    assert sorted(found) == sorted(params["MESSAGE"] for _, _, params in calls)
