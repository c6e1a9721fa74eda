"""im.recent.*, im.counters.get and im.search.chat.list: what is new in chats of people, and finding one."""

from typing import Any

import pytest

from support.people import Circle
from support.portal import Client, Desk, Portal, refused

NO_ID = (400, "DIALOG_ID_EMPTY", "Dialog ID can't be empty")
PARAMS_ERROR = (400, "PARAMS_ERROR", "Incorrect params")
SHORT = (400, "FIND_SHORT", "Too short a search phrase")
ITEM = """id chat_id type avatar title message counter last_id pinned unread has_reminder date_update date_last_activity
chat options"""
FOUND = """id parent_chat_id parent_message_id name description owner extranet avatar color type counter user_counter
message_count unread_id restrictions last_message_id last_id marked_id disk_folder_id entity_type entity_id
entity_data_1 entity_data_2 entity_data_3 mute_list date_create message_type public role entity_link text_field_enabled
background_id permissions is_new"""


@pytest.fixture
def circle(portal: Portal) -> Circle:
    return Circle(portal)


@pytest.fixture
def quick(quick_portal: Portal) -> Circle:
    return Circle(quick_portal)


def recent(client: Client, **params: Any) -> list[Any]:
    """Return what somebody's list names, in its order."""
    return [item["id"] for item in client.call("im.recent.list", **params).result["items"]]


def many(circle: Circle, count: int) -> list[str]:
    """Let Anna begin groups, a minute between each; returns their names."""
    chats = []
    for number in range(count):
        chats.append(f"chat{circle.group(TITLE=f'Group {number}')}")
        circle.portal.clock.move(60_000)
    return chats


def test_chats_are_listed_as_documented(circle: Circle) -> None:
    chat = circle.group()
    group_message = circle.say(circle.anna, f"chat{chat}", "In the [b]group[/b]")
    circle.portal.clock.move(60_000)
    private_message = circle.say(circle.anna, circle.boris_id, "Hello")
    for method in ("im.recent.list", "im.recent.get"):
        result = circle.boris.call(method).result
        private, group = result["items"] if method == "im.recent.list" else result
        assert set(ITEM.split()) <= set(private) & set(group)
        names = ("id", "type", "title", "counter", "pinned", "unread")
        assert [private[name] for name in names] == [circle.anna_id, "user", "Anna Weber", 1, False, False]
        assert [group[name] for name in names] == [f"chat{chat}", "chat", "A group", 1, False, False]
        assert [one["message"]["id"] for one in (private, group)] == [private_message, group_message]
        assert group["message"]["text"] == "In the group"
        assert (private["user"]["id"], group["user"]["id"]) == (circle.anna_id, circle.anna_id)
    assert circle.clara.call("im.recent.get").result == recent(circle.clara) == []


def test_list_is_narrowed(circle: Circle) -> None:
    chat = f"chat{circle.group()}"
    circle.say(circle.anna, circle.boris_id)
    assert recent(circle.boris, SKIP_DIALOG="Y") == [chat]
    assert recent(circle.boris, SKIP_CHAT="Y") == [circle.anna_id]
    assert recent(circle.boris, UNREAD_ONLY="Y") == [circle.anna_id], "notes of what happened are no news"
    got = circle.boris.call("im.recent.get", SKIP_CHAT="Y").result
    assert [one["id"] for one in got] == [circle.anna_id]
    assert circle.boris.call("im.recent.get", SKIP_DIALOG="Y", SKIP_CHAT="Y").result == []
    assert circle.boris.call("im.recent.get", ONLY_OPENLINES="Y").result == []


def test_dialogs_of_lines_are_among_them_on_demand(desk: Desk) -> None:
    dialog = desk.write_in("Hello")
    boris = desk.portal.person()
    desk.operator.call("im.message.add", DIALOG_ID=boris, MESSAGE="Hello")
    listed = desk.operator.call("im.recent.get").result
    assert {one["chat_id"] for one in listed} >= {dialog}
    assert len(listed) == 2
    (only,) = desk.operator.call("im.recent.get", ONLY_OPENLINES="Y").result
    assert (only["chat_id"], only["lines"]["id"]) == (dialog, 1)
    (other,) = desk.operator.call("im.recent.get", SKIP_OPENLINES="Y").result
    assert other["id"] == boris


def test_chats_since_a_moment_are_listed(circle: Circle) -> None:
    chats = many(circle, 3)

    def since(**params: str) -> list[str]:
        return [one["id"] for one in circle.anna.call("im.recent.get", **params).result]

    assert since(LAST_UPDATE="2027-01-15T08:01:00+00:00") == [chats[2], chats[1]]
    assert since(LAST_SYNC_DATE="2027-01-15T08:02:00+00:00") == [chats[2]]
    assert since(LAST_SYNC_DATE="2020-01-01T00:00:00Z") == chats[::-1]
    for name in ("LAST_UPDATE", "LAST_SYNC_DATE", "SKIP_CHAT"):
        assert refused(circle.anna.call("im.recent.get", **{name: "some day"})) == PARAMS_ERROR
    circle.portal.clock.move(8 * 24 * 3_600_000)
    circle.anna = circle.portal.webhook(circle.anna_id, "im")
    assert since(LAST_SYNC_DATE="2020-01-01T00:00:00Z") == [], "not more than a week ago"


def test_pages_hold_all_chats_once(circle: Circle) -> None:
    chats = many(circle, 5)
    circle.anna.call("im.recent.pin", DIALOG_ID=chats[0])
    circle.anna.call("im.recent.hide", DIALOG_ID=chats[3])
    expected = [chats[0], chats[4], chats[2], chats[1]]
    assert recent(circle.anna) == expected
    paged = [name for offset in (0, 2) for name in recent(circle.anna, LIMIT=2, OFFSET=offset)]
    assert paged == expected
    more = [circle.anna.call("im.recent.list", LIMIT=2, OFFSET=offset).result["hasMore"] for offset in (0, 2)]
    assert more == [True, False]
    assert recent(circle.anna, OFFSET=2**62) == []


def test_pinned_chat_is_first_however_old(circle: Circle) -> None:
    chats = many(circle, 6)
    assert circle.anna.call("im.recent.pin", DIALOG_ID=chats[0]).result is True
    assert recent(circle.anna, LIMIT=2) == [chats[0], chats[5]]
    assert recent(circle.anna, LIMIT=2, UNREAD_ONLY="Y") == []
    assert recent(circle.anna, LIMIT=2, SKIP_CHAT="Y") == []
    assert recent(circle.boris, LIMIT=2) == [chats[5], chats[4]], "everybody pins for himself"
    item = circle.anna.call("im.recent.list", LIMIT=1).result["items"][0]
    assert item["pinned"] is True
    assert circle.anna.call("im.recent.pin", DIALOG_ID=chats[0], PIN="N").result is True
    assert recent(circle.anna, LIMIT=2) == [chats[5], chats[4]]


def test_chat_that_was_put_away_comes_back_with_news(circle: Circle) -> None:
    dialog = f"chat{circle.group()}"
    circle.boris.call("im.recent.pin", DIALOG_ID=dialog)
    assert circle.boris.call("im.recent.hide", DIALOG_ID=dialog).result is True
    assert recent(circle.boris) == []
    assert recent(circle.anna) == [dialog]
    circle.portal.clock.move(1)
    circle.say(circle.anna, dialog)
    (item,) = circle.boris.call("im.recent.list").result["items"]
    assert (item["id"], item["pinned"]) == (dialog, False)


def test_chat_is_marked_as_one_to_come_back_to(circle: Circle) -> None:
    dialog = f"chat{circle.group()}"
    last = circle.say(circle.anna, dialog)
    circle.boris.call("im.dialog.read", DIALOG_ID=dialog)
    assert circle.boris.call("im.recent.unread", DIALOG_ID=dialog).result is True
    (item,) = circle.boris.call("im.recent.list").result["items"]
    assert (item["unread"], item["counter"]) == (True, 0)
    assert circle.chat(circle.boris, dialog)["marked_id"] == last
    circle.say(circle.anna, dialog)
    assert circle.boris.call("im.recent.unread", DIALOG_ID=dialog, ACTION="N").result is True
    (item,) = circle.boris.call("im.recent.list").result["items"]
    assert (item["unread"], item["counter"]) == (False, 0)
    circle.boris.call("im.recent.unread", DIALOG_ID=dialog, ACTION="Y")
    circle.boris.call("im.dialog.read", DIALOG_ID=dialog)
    assert circle.boris.call("im.counters.get").result["CHAT_UNREAD"] == [], "who reads it has come back"


@pytest.mark.parametrize("method", ["pin", "hide", "unread"])
def test_chat_that_cannot_be_marked(quick: Circle, method: str) -> None:
    chat = quick.group()
    for wrong in (None, "", "x", "chat", "sg1", ["chat1"]):
        assert refused(quick.clara.call(f"im.recent.{method}", DIALOG_ID=wrong)) == NO_ID
    told = (400, "ACCESS_ERROR", "You don't have permission to pin this chat") if method == "pin" else NO_ID
    for unseen in (f"chat{chat}", "chat999", str(quick.anna_id), "999"):
        assert refused(quick.clara.call(f"im.recent.{method}", DIALOG_ID=unseen)) == told
    for name in ("PIN", "ACTION"):
        reply = quick.anna.call(f"im.recent.{method}", DIALOG_ID=f"chat{chat}", **{name: "maybe"})
        assert reply.status == 200 or refused(reply) == PARAMS_ERROR


# Counters


def test_counters_are_told_as_documented(circle: Circle) -> None:
    empty = circle.boris.call("im.counters.get").result
    assert empty == {
        "TYPE": {"ALL": 0, "NOTIFY": 0, "CHAT": 0, "LINES": 0, "DIALOG": 0, "MESSENGER": 0},
        "CHAT": [],
        "CHAT_MUTED": [],
        "CHAT_UNREAD": [],
        "LINES": [],
        "DIALOG": [],
        "DIALOG_UNREAD": [],
    }


def counters(client: Client) -> tuple[dict[str, int], dict[str, Any]]:
    told = client.call("im.counters.get").result
    return told.pop("TYPE"), {name: value for name, value in told.items() if value}


def test_counters_follow_what_is_read_marked_and_muted(circle: Circle) -> None:
    loud, quiet = circle.group(), circle.group()
    for dialog in (f"chat{loud}", f"chat{quiet}", circle.boris_id):
        first = circle.say(circle.anna, dialog)
        circle.say(circle.anna, dialog)
    circle.boris.call("im.chat.mute", CHAT_ID=quiet)
    types, told = counters(circle.boris)
    assert told == {"CHAT": {str(loud): 2}, "CHAT_MUTED": {str(quiet): 2}, "DIALOG": {str(circle.anna_id): 2}}
    assert (types["CHAT"], types["DIALOG"], types["MESSENGER"]) == (2, 2, 4)
    assert types["ALL"] == types["MESSENGER"] + types["NOTIFY"]
    circle.boris.call("im.dialog.read", DIALOG_ID=str(circle.anna_id), MESSAGE_ID=first)
    assert counters(circle.boris)[1]["DIALOG"] == {str(circle.anna_id): 1}
    circle.boris.call("im.dialog.read.all")
    assert counters(circle.boris)[0]["MESSENGER"] == 0
    circle.boris.call("im.dialog.unread", DIALOG_ID=str(circle.anna_id), MESSAGE_ID=first)
    circle.boris.call("im.recent.unread", DIALOG_ID=f"chat{loud}")
    circle.boris.call("im.recent.unread", DIALOG_ID=str(circle.anna_id))
    types, told = counters(circle.boris)
    assert told == {"DIALOG": {str(circle.anna_id): 2}, "CHAT_UNREAD": [loud], "DIALOG_UNREAD": [circle.anna_id]}
    assert (types["CHAT"], types["DIALOG"]) == (1, 2)
    assert counters(circle.anna)[1] == {}, "who writes has read it"


def test_chat_that_one_has_left_is_neither_pinned_nor_muted(circle: Circle) -> None:
    first, second = circle.group(), circle.group(TYPE="OPEN")
    for chat in (first, second):
        circle.boris.call("im.recent.pin", DIALOG_ID=f"chat{chat}")
        circle.boris.call("im.chat.mute", CHAT_ID=chat)
        circle.boris.call("im.chat.leave", CHAT_ID=chat)
        assert circle.chat(circle.anna, f"chat{chat}")["mute_list"] == []
    assert recent(circle.boris) == []


def test_chats_that_one_has_left_count_no_more(circle: Circle) -> None:
    chat = circle.group()
    circle.say(circle.anna, f"chat{chat}")
    circle.boris.call("im.recent.unread", DIALOG_ID=f"chat{chat}")
    circle.boris.call("im.chat.leave", CHAT_ID=chat)
    types, told = counters(circle.boris)
    assert (types["MESSENGER"], told) == (0, {})


def test_open_lines_have_a_counter_of_their_own(desk: Desk) -> None:
    chat = desk.write_in("Hello")
    desk.answer(chat)
    desk.write_in("More")
    types, told = counters(desk.operator)
    assert (types["LINES"], told["LINES"]) == (1, {str(chat): 1})


# Finding chats


def found(client: Client, **params: Any) -> list[str]:
    return [one["name"] for one in client.call("im.search.chat.list", **params).result]


def test_chats_are_found_by_title_and_member(circle: Circle) -> None:
    circle.group(TITLE="Ärger im Lager")
    circle.group(TITLE="Public matter", TYPE="OPEN")
    circle.group(circle.clara_id, TITLE="Without him")
    reply = circle.boris.call("im.search.chat.list", FIND="ärger", OFFSET=0, LIMIT="10")
    (one,) = reply.result
    assert set(one) >= set(FOUND.split())
    assert reply.body["total"] == 1
    assert "next" not in reply.body
    assert sorted(found(circle.boris, FIND="anna w")) == ["Public matter", "Ärger im Lager"]
    assert found(circle.clara, FIND="boris") == ["Public matter"]
    assert found(circle.boris, FIND="without") == found(circle.boris, FIND="_%") == []


def test_found_chats_come_in_pages(circle: Circle) -> None:
    many(circle, 3)
    reply = circle.anna.call("im.search.chat.list", FIND="Group", LIMIT=2)
    assert [one["name"] for one in reply.result] == ["Group 2", "Group 1"]
    assert (reply.body["total"], reply.body["next"]) == (3, 2)
    assert found(circle.anna, FIND="Group", LIMIT=2, OFFSET=2) == ["Group 0"]
    assert found(circle.anna, FIND="Group", LIMIT=-1, OFFSET=-1) == ["Group 2"]


def test_dialogs_are_found_by_those_who_are_in_them(desk: Desk) -> None:
    chat = desk.write_in("Hello")
    desk.answer(chat)
    assert found(desk.operator, FIND_LINES="schmidt") == ["Anna Schmidt - Support"]
    assert found(desk.operator, FIND="schmidt", FIND_LINES="schmidt") == []
    assert found(desk.portal.webhook(desk.portal.person(), "im"), FIND_LINES="schmidt") == []


@pytest.mark.parametrize("params", [{}, {"FIND": ""}, {"FIND": "x"}, {"FIND_LINES": " x "}])
def test_phrase_must_have_two_characters(quick: Circle, params: dict[str, str]) -> None:
    assert refused(quick.anna.call("im.search.chat.list", **params)) == SHORT


@pytest.mark.parametrize("params", [{"LIMIT": "x"}, {"OFFSET": "x"}, {"FIND": ["x"]}, {"OFFSET": 2**64}])
def test_search_that_is_refused(quick: Circle, params: dict[str, Any]) -> None:
    assert refused(quick.anna.call("im.search.chat.list", **({"FIND": "group"} | params))) == PARAMS_ERROR
    assert quick.anna.call("im.search.chat.list", FIND="group", OFFSET=2**62).result == []
