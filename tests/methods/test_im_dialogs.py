"""im.dialog.*: chats of people as their members see them: who has read what, searching, typing, members."""

from typing import Any

import pytest

from support.people import Circle
from support.portal import Desk, Portal, refused
from support.waiting import until
from tieline.domain.clock import HOUR
from tieline.store.signals import WritingBegun

NO_ID = (400, "DIALOG_ID_EMPTY", "Dialog ID can't be empty")
FORBIDDEN = (403, "ACCESS_ERROR", "You do not have access to the specified dialog")
NO_ACCESS = (400, "ACCESS_ERROR", "You do not have access to the specified dialog")
PARAMS_ERROR = (400, "PARAMS_ERROR", "Incorrect params")
SAMPLE = """id parent_chat_id parent_message_id name description owner extranet avatar color type counter user_counter
message_count unread_id restrictions last_message_id last_id marked_id disk_folder_id entity_type entity_id
entity_data_1 entity_data_2 entity_data_3 mute_list date_create message_type public role entity_link text_field_enabled
background_id permissions is_new readed_list manager_list last_message_views dialog_id"""
SEARCHED = """id chatId chat_id authorId author_id date text isSystem uuid forward params viewedByOthers block unread
viewed viewedCount"""
USER = """id active name firstName lastName workPosition color avatar avatarHr gender birthday extranet network bot
connector externalAuthId status idle lastActivityDate mobileLastDate desktopLastDate absent departments phones botData
type website email"""


@pytest.fixture
def circle(portal: Portal) -> Circle:
    return Circle(portal)


@pytest.fixture
def quick(quick_portal: Portal) -> Circle:
    return Circle(quick_portal)


def test_chat_is_told_as_documented(circle: Circle) -> None:
    chat = circle.group()
    first = circle.say(circle.anna, f"chat{chat}", "Hello")
    told = circle.chat(circle.boris, f"chat{chat}")
    assert set(SAMPLE.split()) <= set(told)
    names = ("counter", "message_count", "last_message_id", "unread_id", "dialog_id")
    assert [told[name] for name in names] == [1, 1, first, first, f"chat{chat}"]
    assert told["readed_list"] == [
        {"user_id": circle.anna_id, "user_name": "Anna Weber", "message_id": first, "date": None}
    ]
    assert set(told["permissions"]) == {
        *("manage_users_add", "manage_users_delete", "manage_ui"),
        *("manage_settings", "manage_messages", "can_post"),
    }
    circle.boris.call("im.dialog.read", DIALOG_ID=f"chat{chat}")
    told = circle.chat(circle.boris, f"chat{chat}")
    assert [told[name] for name in ("counter", "unread_id", "last_id")] == [0, 0, first]


def test_chat_of_two_is_named_by_whom_one_talks_with(circle: Circle) -> None:
    circle.say(circle.anna, circle.boris_id, "Hello")
    seen = [circle.chat(circle.anna, circle.boris_id), circle.chat(circle.boris, circle.anna_id)]
    assert seen[0]["id"] == seen[1]["id"]
    assert [one["name"] for one in seen] == ["Boris Weber", "Anna Weber"]
    assert [one["dialog_id"] for one in seen] == [str(circle.boris_id), str(circle.anna_id)]
    assert (seen[0]["type"], seen[0]["message_type"], seen[0]["restrictions"]["leave"]) == ("private", "P", False)
    assert refused(circle.clara.call("im.dialog.get", DIALOG_ID=f"chat{seen[0]['id']}")) == FORBIDDEN
    assert refused(circle.clara.call("im.dialog.get", DIALOG_ID=str(circle.anna_id))) == FORBIDDEN


def test_two_who_write_to_each_other_at_once_get_one_chat(circle: Circle) -> None:
    calls = [
        (circle.anna, "im.message.add", {"DIALOG_ID": str(circle.boris_id), "MESSAGE": "From Anna"}),
        (circle.boris, "im.message.add", {"DIALOG_ID": str(circle.anna_id), "MESSAGE": "From Boris"}),
    ]
    assert circle.portal.at_once(calls * 3) == [None] * 6
    assert circle.chat(circle.anna, circle.boris_id)["id"] == circle.chat(circle.boris, circle.anna_id)["id"]
    assert sorted(circle.texts(circle.anna, circle.boris_id)) == ["From Anna"] * 3 + ["From Boris"] * 3


def test_one_can_write_to_oneself(circle: Circle) -> None:
    circle.say(circle.anna, circle.anna_id, "Milk")
    assert circle.texts(circle.anna, circle.anna_id) == ["Milk"]
    told = circle.chat(circle.anna, circle.anna_id)
    assert (told["name"], told["user_counter"], told["counter"]) == ("Anna Weber", 1, 0)
    listed = circle.anna.call("im.dialog.users.list", DIALOG_ID=str(circle.anna_id)).result
    assert [one["id"] for one in listed] == [circle.anna_id]


@pytest.mark.parametrize("method", ["get", "messages.get", "read", "unread", "writing", "users.list"])
@pytest.mark.parametrize("name", [None, "", "abc", "chat", "sg5", "chat-1", ["chat1"], "9" * 30])
def test_wrong_name_of_a_chat(quick: Circle, method: str, name: Any) -> None:
    assert refused(quick.anna.call(f"im.dialog.{method}", DIALOG_ID=name, MESSAGE_ID=1))[:2] == NO_ID[:2]


def test_who_is_no_member_sees_and_changes_nothing(circle: Circle) -> None:
    chat = circle.group()
    message = circle.say(circle.anna, f"chat{chat}", "Secret")
    for dialog in (f"chat{chat}", "chat999"):
        given = {"DIALOG_ID": dialog}
        assert refused(circle.clara.call("im.dialog.get", **given)) == FORBIDDEN
        assert refused(circle.clara.call("im.dialog.messages.get", **given)) == FORBIDDEN
        assert refused(circle.clara.call("im.dialog.users.list", **given)) == NO_ACCESS
        assert refused(circle.clara.call("im.dialog.writing", **given)) == (400, "ACCESS_ERROR", "Action unavailable")
        assert refused(circle.clara.call("im.dialog.unread", **given, MESSAGE_ID=message)) == NO_ID
        assert circle.clara.call("im.dialog.read", **given).result is False
    for number in (chat, 999):
        told = refused(circle.clara.call("im.dialog.messages.search", CHAT_ID=number))
        assert told == (400, "ACCESS_ERROR", "You do not have access to this chat")


# Reading


def test_messages_are_unread_again_from_one_on(circle: Circle) -> None:
    chat = circle.group()
    dialog = f"chat{chat}"
    ids = [circle.say(circle.anna, dialog, str(number)) for number in range(4)]
    circle.boris.call("im.dialog.read", DIALOG_ID=dialog)
    assert circle.boris.call("im.dialog.unread", DIALOG_ID=dialog, MESSAGE_ID=ids[1]).result is True
    told = circle.chat(circle.boris, dialog)
    assert [told[name] for name in ("counter", "unread_id", "last_id")] == [3, ids[1], ids[0]]
    unread = circle.boris.call("im.dialog.messages.get", DIALOG_ID=dialog).result["messages"]
    assert [one["id"] for one in unread if one["unread"]] == ids[:0:-1]
    sample = circle.boris.call("im.dialog.read", DIALOG_ID=dialog, MESSAGE_ID=ids[2]).result
    assert sample == {"dialogId": dialog, "chatId": chat, "lastId": ids[2], "counter": 1}
    assert circle.chat(circle.anna, dialog)["counter"] == 0


def test_first_unread_message_is_one_of_the_chat(quick: Circle) -> None:
    chat = quick.group()
    elsewhere = quick.say(quick.anna, quick.boris_id)
    told = (400, "MESSAGE_ID_ERROR", "First unread message id can't be empty")
    for wrong in ("", None, "x", 0, -1, 999, elsewhere):
        reply = quick.boris.call("im.dialog.unread", DIALOG_ID=f"chat{chat}", MESSAGE_ID=wrong)
        assert refused(reply) == told
    assert quick.boris.call("im.dialog.read", DIALOG_ID=f"chat{chat}", MESSAGE_ID="x").error[0] == 400


def test_everything_is_read_at_once(circle: Circle) -> None:
    chat = circle.group()
    circle.say(circle.anna, f"chat{chat}")
    circle.say(circle.anna, circle.boris_id)
    circle.boris.call("im.recent.unread", DIALOG_ID=f"chat{chat}")
    assert circle.boris.call("im.dialog.read.all").result is True
    told = circle.boris.call("im.counters.get").result
    assert (told["TYPE"]["MESSENGER"], told["CHAT_UNREAD"]) == (0, [])
    assert circle.chat(circle.boris, circle.anna_id)["counter"] == 0


# Searching


def search(circle: Circle, chat: int, **params: Any) -> list[str]:
    found = circle.anna.call("im.dialog.messages.search", CHAT_ID=chat, **params).result["messages"]
    return [one["text"] for one in found if one["author_id"]]


def test_messages_are_found_as_documented(circle: Circle) -> None:
    chat = circle.group()
    question = circle.say(circle.boris, f"chat{chat}", "What about the Ärger?")
    circle.say(circle.anna, f"chat{chat}", "Test message", REPLY_ID=question)
    circle.boris.call("im.dialog.read", DIALOG_ID=f"chat{chat}")
    number = circle.anna.call("im.dialog.messages.search", CHAT_ID=chat, SEARCH_MESSAGE="test").result["messages"][0]
    circle.boris.call("im.message.like", MESSAGE_ID=number["id"])
    found = circle.anna.call("im.dialog.messages.search", CHAT_ID=str(chat), SEARCH_MESSAGE="TEST").result
    assert set(found) == {
        *("users", "files", "additionalMessages", "copilot", "stickers", "reactions"),
        *("tariffRestrictions", "usersShort", "messages"),
    }
    (message,) = found["messages"]
    assert set(message) == set(SEARCHED.split())
    assert [message[name] for name in ("text", "authorId", "viewed", "viewedByOthers", "viewedCount")] == [
        *("Test message", circle.anna_id, True, True, 1)
    ]
    assert [set(user) for user in found["users"]] == [set(USER.split())]
    assert [one["text"] for one in found["additionalMessages"]] == ["What about the Ärger?"]
    (told,) = found["reactions"]
    assert (told["messageId"], told["reactionCounters"], told["ownReactions"]) == (message["id"], {"like": 1}, [])
    assert found["usersShort"] == [{"id": circle.boris_id, "name": "Boris Weber", "avatar": ""}]
    assert search(circle, chat, SEARCH_MESSAGE="ärg") == ["What about the Ärger?"]


def test_messages_are_found_by_their_date_in_pages(circle: Circle) -> None:
    chat = circle.group()
    for number in range(4):
        circle.say(circle.anna, f"chat{chat}", f"Text {number}")
        circle.portal.clock.move(12 * HOUR)
    circle.anna = circle.portal.webhook(circle.anna_id, "im")
    start = "2027-01-15T08:00:00+00:00"
    assert search(circle, chat) == ["Text 3", "Text 2", "Text 1", "Text 0"]
    assert search(circle, chat, ORDER={"ID": "asc"}) == ["Text 0", "Text 1", "Text 2", "Text 3"]
    assert search(circle, chat, DATE=start) == ["Text 1", "Text 0"]
    between = {"DATE_FROM": "2027-01-15T20:00:00Z", "DATE_TO": "2027-01-16T08:00:00Z"}
    assert search(circle, chat, **between) == ["Text 2", "Text 1"]
    first = circle.anna.call("im.dialog.messages.search", CHAT_ID=chat, LIMIT=2).result["messages"]
    assert search(circle, chat, LIMIT=1, LAST_ID=first[-1]["id"]) == ["Text 1"]
    assert search(circle, chat, SEARCH_MESSAGE="zz") == search(circle, chat), "two characters are too few to look for"
    assert search(circle, chat, SEARCH_MESSAGE="%_%") == []


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"CHAT_ID": ""}, (400, "CHAT_ID_EMPTY", "CHAT_ID can't be empty")),
        ({"CHAT_ID": "x"}, (400, "CHAT_ID_EMPTY", "CHAT_ID can't be empty")),
        ({"CHAT_ID": 0}, (400, "ACCESS_ERROR", "You do not have access to this chat")),
        ({"DATE": "yesterday"}, PARAMS_ERROR),
        ({"DATE_FROM": "x"}, PARAMS_ERROR),
        ({"DATE_TO": ["x"]}, PARAMS_ERROR),
        ({"ORDER": {"ID": "sideways"}}, PARAMS_ERROR),
        ({"ORDER": "ID"}, PARAMS_ERROR),
        ({"LIMIT": "x"}, PARAMS_ERROR),
        ({"LAST_ID": "x"}, PARAMS_ERROR),
    ],
)
def test_search_that_is_refused(quick: Circle, params: dict[str, Any], told: tuple[int, str, str]) -> None:
    chat = quick.group()
    reply = quick.anna.call("im.dialog.messages.search", **({"CHAT_ID": chat} | params))
    assert refused(reply) == told


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_moments_at_the_ends_of_time_find_nothing_or_are_refused(quick: Circle, moment: str) -> None:
    chat = quick.group()
    for name in ("DATE", "DATE_FROM", "DATE_TO"):
        assert quick.anna.call("im.dialog.messages.search", CHAT_ID=chat, **{name: moment}).status in (200, 400)


# Typing


def test_typing_is_shown_to_those_who_look(circle: Circle) -> None:
    shown: list[WritingBegun] = []
    circle.portal.bus.listen(lambda signal: shown.append(signal) if isinstance(signal, WritingBegun) else None)
    chat = circle.group()
    circle.say(circle.anna, circle.boris_id)
    assert circle.anna.call("im.dialog.writing", DIALOG_ID=f"chat{chat}").result is True
    assert circle.anna.call("im.dialog.writing", DIALOG_ID=str(circle.boris_id)).result is True
    until(lambda: len(shown) == 2, "both are shown")
    assert [(one.chat_id, one.user_id, one.name) for one in shown] == [
        (chat, circle.anna_id, "Anna Weber"),
        (circle.chat(circle.anna, circle.boris_id)["id"], circle.anna_id, "Anna Weber"),
    ]


# Members


def test_members_are_listed_in_pages(circle: Circle) -> None:
    chat = circle.group(circle.boris_id, circle.clara_id)
    reply = circle.anna.call("im.dialog.users.list", DIALOG_ID=f"chat{chat}", LIMIT=2)
    assert [user["id"] for user in reply.result] == [circle.anna_id, circle.boris_id]
    assert (reply.body["total"], reply.body["next"]) == (3, 2)
    second = circle.anna.call("im.dialog.users.list", DIALOG_ID=f"chat{chat}", LIMIT=2, OFFSET=reply.body["next"])
    assert [user["id"] for user in second.result] == [circle.clara_id]
    assert "next" not in second.body
    third = circle.anna.call("im.dialog.users.list", DIALOG_ID=f"chat{chat}", LAST_ID=circle.boris_id, OFFSET=-5)
    assert [user["id"] for user in third.result] == [circle.clara_id]
    assert refused(circle.anna.call("im.dialog.users.list", DIALOG_ID=f"chat{chat}", LIMIT="x")) == PARAMS_ERROR


def test_customers_are_left_out_on_demand(desk: Desk) -> None:
    chat = desk.write_in("Hello")
    desk.answer(chat)

    def kinds(**params: Any) -> list[bool]:
        found = desk.operator.call("im.dialog.users.list", DIALOG_ID=f"chat{chat}", **params).result
        return [user["connector"] for user in found]

    assert sorted(kinds()) == [False, True]
    assert kinds(SKIP_EXTERNAL="Y") == [False]
    assert sorted(kinds(SKIP_EXTERNAL="Y", SKIP_EXTERNAL_EXCEPT_TYPES="bot, imconnector")) == [False, True]
