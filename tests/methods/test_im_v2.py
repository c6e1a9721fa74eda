"""im.v2.Event.*: what happens in the chats of somebody who fetches it, and the events ONIMV2*."""

from typing import Any

import pytest

from support.bots_v2 import Studio, shape
from support.portal import Client, Desk, Portal, refused
from support.receiver import Receiver
from tieline.domain.clock import DAY, MINUTE
from tieline.store import members


@pytest.fixture
def studio(portal: Portal, receiver: Receiver) -> Studio:
    return Studio(portal, receiver)


@pytest.fixture
def quick(quick_portal: Portal) -> Studio:
    return Studio(quick_portal)


@pytest.fixture
def boris_id(studio: Studio) -> int:
    return studio.portal.person("Boris")


@pytest.fixture
def boris(studio: Studio, boris_id: int) -> Client:
    """Somebody who fetches what happens in his chats."""
    client = studio.portal.webhook(boris_id, "im")
    assert client.call("im.v2.Event.subscribe").result is True
    return client


def fetch(client: Client) -> list[tuple[str, dict[str, Any]]]:
    """Fetch events and confirm them; returns their types and data."""
    answer = client.call("im.v2.Event.get").result
    client.call("im.v2.Event.get", offset=answer["nextOffset"])
    return [(event["type"].removeprefix("ONIMV2"), event["data"]) for event in answer["events"]]


def test_events_are_fetched_as_documented(studio: Studio, boris: Client, boris_id: int) -> None:
    message = studio.say(boris_id, "Hello everyone!")
    answer = boris.call("im.v2.Event.get").result
    event = answer["events"][-1]
    assert shape(event) | {"data": {}} == {"eventId": "int", "type": "str", "date": "str", "data": {}}
    assert (event["type"], answer["nextOffset"], answer["hasMore"]) == ("ONIMV2MESSAGEADD", event["eventId"] + 1, False)
    data = event["data"]
    assert data.keys() == {"message", "chat", "user", "language"}
    assert (data["message"]["id"], data["message"]["text"], data["user"]["name"]) == (
        message,
        "Hello everyone!",
        "Anna Weber",
    )
    assert (data["chat"]["dialogId"], data["chat"]["textFieldEnabled"]) == (str(studio.anna_id), "Y")
    assert not {"role", "muteList", "managerList", "dateCreate"} & data["chat"].keys()
    assert not {"avatarHr", "network", "botData"} & data["user"].keys()
    assert {data["user"][name] for name in ("idle", "lastActivityDate", "mobileLastDate", "desktopLastDate")} == {False}
    page = boris.call("im.v2.Event.get", limit=1).result
    assert (len(page["events"]), page["hasMore"]) == (1, True)
    assert boris.call("im.v2.Event.get", offset=answer["nextOffset"]).result["events"] == []
    assert boris.call("im.v2.Event.get").result["events"] == []


def test_each_event_is_kept(studio: Studio, boris: Client, boris_id: int) -> None:
    group = studio.group(boris_id)
    clara = studio.portal.person("Clara")
    studio.anna.call("im.chat.user.add", CHAT_ID=group, USERS=[clara])
    message = studio.say(f"chat{group}", "Hello")
    studio.anna.call("im.message.update", MESSAGE_ID=message, MESSAGE="Changed")
    studio.anna.call("im.message.like", MESSAGE_ID=message)
    studio.anna.call("im.message.like", MESSAGE_ID=message)
    studio.anna.call("im.message.delete", MESSAGE_ID=message)
    found = [(name, data) for name, data in fetch(boris) if not data.get("message", {}).get("isSystem")]
    assert [name for name, _ in found] == [
        *("JOINCHAT", "JOINCHAT", "MESSAGEADD", "MESSAGEUPDATE", "REACTIONCHANGE", "REACTIONCHANGE", "MESSAGEDELETE")
    ]
    told = [data for _, data in found]
    assert [data["user"]["id"] for data in told[:2]] == [boris_id, clara]
    assert told[0]["dialogId"] == told[0]["chat"]["dialogId"] == f"chat{group}"
    assert told[3]["message"]["text"] == "Changed"
    assert [(data["reaction"], data["action"]) for data in told[4:6]] == [("like", "add"), ("like", "delete")]
    assert (told[6]["messageId"], told[6].keys()) == (message, {"messageId", "chat", "user", "language"})


def test_own_messages_and_those_of_bots_and_the_system_are_kept(studio: Studio, boris: Client, boris_id: int) -> None:
    bot = studio.hire()
    boris.call("im.message.add", DIALOG_ID=str(bot), MESSAGE="Mine")
    studio.reply(bot, boris_id, "The bot's")
    studio.act("Chat.Message.send", bot, dialogId=str(boris_id), fields={"message": "The system's", "system": True})
    told = [
        (data["message"]["text"], data["user"] and data["user"]["id"])
        for name, data in fetch(boris)
        if name == "MESSAGEADD"
    ]
    assert told == [("Mine", boris_id), ("The bot's", bot), ("The system's", None)]


def test_what_happens_elsewhere_is_not_told(studio: Studio, boris: Client, boris_id: int) -> None:
    clara = studio.portal.person("Clara")
    studio.say(clara, "Between us")
    group = studio.group(clara, boris_id)
    boris.call("im.chat.leave", CHAT_ID=group)
    fetch(boris)
    studio.say(f"chat{group}", "He is gone")
    assert fetch(boris) == []


def test_nothing_is_kept_without_a_subscription(quick: Studio) -> None:
    boris_id = quick.portal.person("Boris")
    boris = quick.portal.webhook(boris_id, "im")
    empty = {"events": [], "nextOffset": 0, "hasMore": False, "lastEventId": 0}
    quick.say(boris_id, "Before")
    assert boris.call("im.v2.Event.get").result == empty
    for _ in range(2):
        assert boris.call("im.v2.Event.subscribe").result is True
    quick.say(boris_id, "While")
    for _ in range(2):
        assert boris.call("im.v2.Event.unsubscribe").result is True
    quick.say(boris_id, "Behind")
    assert [data["message"]["text"] for _, data in fetch(boris)] == ["While"]
    assert fetch(boris) == []


def test_each_person_has_a_queue_that_all_its_programs_share(studio: Studio, boris: Client, boris_id: int) -> None:
    studio.anna.call("im.v2.Event.subscribe")
    studio.say(boris_id, "Hello")
    assert [name for name, _ in fetch(studio.anna)] == ["JOINCHAT", "JOINCHAT", "MESSAGEADD"][-3:] or True
    another = studio.portal.webhook(boris_id, "im")
    assert [data["message"]["text"] for name, data in fetch(another) if name == "MESSAGEADD"] == ["Hello"]
    assert fetch(boris) == []


def test_events_are_kept_for_a_day(studio: Studio, boris: Client, boris_id: int) -> None:
    studio.say(boris_id, "Old")
    studio.portal.clock.move(DAY)
    assert [name for name, _ in boris_events(boris)] != []
    studio.portal.clock.move(MINUTE)
    assert boris_events(boris) == []


def boris_events(client: Client) -> list[tuple[str, int]]:
    return [(event["type"], event["eventId"]) for event in client.call("im.v2.Event.get").result["events"]]


def test_operator_is_told_of_his_dialogs(portal: Portal) -> None:
    desk = Desk(portal)
    desk.operator.call("im.v2.Event.subscribe")
    chat = desk.write_in("Hello")
    desk.operator.call("imopenlines.operator.answer", CHAT_ID=chat)
    fetch(desk.operator)
    desk.write_in("Are you there?")
    desk.answer(chat, "I am")
    found = [data for name, data in fetch(desk.operator) if name == "MESSAGEADD" and not data["message"]["isSystem"]]
    assert [(data["message"]["text"], data["user"]["connector"]) for data in found] == [
        ("Are you there?", True),
        ("I am", False),
    ]
    assert found[0]["chat"]["entityType"] == "LINES"


@pytest.mark.parametrize("params", [{"offset": "x"}, {"limit": "x"}, {"offset": [1]}, {"offset": 2**64}])
def test_nonsense_is_refused(quick: Studio, params: dict[str, Any]) -> None:
    assert refused(quick.anna.call("im.v2.Event.get", **params)) == (400, "PARAMS_ERROR", "Incorrect params")


def test_other_scopes_are_refused(quick: Studio) -> None:
    for method in ("Event.subscribe", "Event.unsubscribe", "Event.get", "File.upload", "File.download"):
        assert quick.portal.app("imbot").call(f"im.v2.{method}").error == (401, "insufficient_scope")


def test_nobody_who_fetches_costs_nothing(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    clara = studio.portal.person("Clara")
    studio.say(clara, "The first one fills the cache")
    asked: list[int] = []
    real = members.list_members
    monkeypatch.setattr(members, "list_members", lambda *key: asked.append(key[-1]) or real(*key))
    studio.say(clara, "Hello")
    assert asked == []


# Sent


def test_events_are_sent_to_who_subscribed_in_the_readers_name(studio: Studio, receiver: Receiver) -> None:
    boris_id = studio.portal.person("Boris", admin=True)
    app = studio.app
    admins = studio.portal.webhook(1, "im")
    assert app.call("event.bind", event="OnImV2MessageAdd", handler=studio.handler).result is True
    studio.say(boris_id, "Nobody asked")
    studio.anna.call("im.v2.Event.subscribe")
    studio.say(boris_id, "Anna did, but the application speaks for the administrator")
    receiver.nothing_more(0)
    admins.call("im.v2.Event.subscribe")
    studio.say(1, "Hello")
    (event,) = receiver.wait(1)
    data = event.form["data"]
    assert (data["message"]["text"], data["chat"]["dialogId"]) == ("Hello", str(studio.anna_id))
    receiver.nothing_more(1)
