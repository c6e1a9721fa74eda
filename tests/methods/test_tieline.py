"""tieline.*: the inbox and the contact centre of the portal's own pages."""

import json
from typing import Any

import pytest

from support.portal import ICON, Client, Desk, refused
from tieline.domain.content import read_attach, read_keyboard

NO_CHAT = (403, "ACCESS_ERROR", "You do not have access to the specified dialog")
TABS = ("mine", "waiting", "all")


class Office:
    """Two operators of a line with their pages, an administrator, and somebody of no line."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.portal = portal = desk.portal
        self.people = [desk.operator_id, portal.person("Anna Weber")]
        desk.app.call("imopenlines.config.update", CONFIG_ID=desk.line, PARAMS={"QUEUE": self.people})
        self.klaus, self.anna = (portal.page(person) for person in self.people)
        self.admin = portal.page(portal.person("Chief", admin=True))
        self.stranger = portal.page(portal.person("Nobody"))

    def dialogs(self, count: int) -> list[int]:
        """Let customers write, a minute after each other; the operators get them in turn."""
        chats = []
        for number in range(count):
            chats.append(self.desk.write_in(f"Text {number}", user={"id": f"user-{number}"}))
            self.portal.clock.move(60_000)
        return chats

    def take(self, page: Client, chat: int) -> None:
        """Take a dialog."""
        assert page.call("imopenlines.operator.answer", CHAT_ID=chat).result is True


@pytest.fixture
def office(desk: Desk) -> Office:
    """An office."""
    return Office(desk)


def inbox(page: Client, tab: str = "all", **params: Any) -> list[int]:
    """Return the chats of a tab; its counter must agree."""
    told = page.call("tieline.inbox.list", TAB=tab, LIMIT=200, **params).result
    chats = [item["chatId"] for item in told["items"]]
    if tab in TABS and not params:
        assert told["counters"][tab] == len(chats)
    return chats


def test_dialog_is_listed_with_everything_that_its_row_shows(office: Office) -> None:
    (chat,) = office.dialogs(1)
    told = office.klaus.call("tieline.inbox.list", TAB="all").result
    assert (set(told), told["hasMore"]) == ({"items", "counters", "hasMore"}, False)
    (item,) = told["items"]
    message, customer = item["lastMessage"]["id"], item["customer"]["id"]
    assert item == {
        "chatId": chat,
        "dialogId": f"chat{chat}",
        "title": "Anna Schmidt - Support",
        "connector": {
            "id": "myconnector",
            "name": "My connector",
            "icon": {**ICON, "SIZE": "", "POSITION": ""},
        },
        "line": {"id": office.desk.line, "name": "Support"},
        "customer": {"id": customer, "name": "Anna Schmidt", "avatar": ""},
        "operator": {"id": office.people[0], "name": "Klaus Weber", "avatar": ""},
        "session": {"id": 1, "status": "new"},
        "waitingSince": "2027-01-15T08:00:00+00:00",
        "ahead": None,
        "unread": 1,
        "sequence": item["sequence"],
        "lastMessage": {
            "id": message,
            "kind": "customer",
            "authorName": "Anna Schmidt",
            "text": "Text 0",
            "deleted": False,
            "date": "2027-01-15T08:00:00+00:00",
            "files": 0,
        },
        "dateActivity": "2027-01-15T08:00:00+00:00",
    }


def test_tabs_hold_what_they_say_and_count_it(office: Office) -> None:
    first, second, third, fourth = office.dialogs(4)
    assert inbox(office.klaus, "mine") == [third, first]
    assert inbox(office.anna, "mine") == [fourth, second]
    assert inbox(office.klaus, "waiting") == inbox(office.klaus) == [fourth, third, second, first]
    office.take(office.klaus, first)
    assert inbox(office.klaus, "waiting") == [fourth, third, second]
    office.take(office.klaus, second)
    assert inbox(office.klaus, "mine") == [third, second, first]
    assert inbox(office.anna, "mine") == [fourth]
    office.klaus.call("imopenlines.operator.finish", CHAT_ID=first)
    assert inbox(office.klaus, "mine") == [third, second]
    assert inbox(office.klaus) == [fourth, third, second]
    assert inbox(office.klaus, "closed") == inbox(office.anna, "closed") == [first]
    assert inbox(office.klaus, "unknown") == inbox(office.klaus, "mine")


def test_counters_are_the_same_on_every_tab(office: Office) -> None:
    chats = office.dialogs(3)
    office.take(office.anna, chats[0])
    for tab in (*TABS, "closed"):
        counters = office.klaus.call("tieline.inbox.list", TAB=tab, LIMIT=1).result["counters"]
        assert counters == {"mine": 1, "waiting": 2, "all": 3}


def test_everybody_sees_the_dialogs_of_their_lines(office: Office) -> None:
    chats = office.dialogs(2)
    assert inbox(office.stranger) == inbox(office.stranger, "waiting") == inbox(office.stranger, "closed") == []
    assert inbox(office.admin) == chats[::-1]
    assert inbox(office.admin, "mine") == []


def test_dialog_stays_with_its_operator_who_leaves_the_queue(office: Office) -> None:
    chats = office.dialogs(2)
    office.take(office.klaus, chats[0])
    office.desk.app.call("imopenlines.config.update", CONFIG_ID=office.desk.line, PARAMS={"QUEUE": office.people[1:]})
    assert inbox(office.klaus) == inbox(office.klaus, "mine") == [chats[0]]


def test_list_comes_in_pages(office: Office) -> None:
    chats = office.dialogs(5)[::-1]
    pages = [office.klaus.call("tieline.inbox.list", TAB="all", LIMIT=2, OFFSET=n).result for n in (0, 2, 4, 6)]
    assert [[item["chatId"] for item in page["items"]] for page in pages] == [chats[:2], chats[2:4], chats[4:], []]
    assert [page["hasMore"] for page in pages] == [True, True, False, False]


def unread(page: Client, chat: int) -> int:
    items = page.call("tieline.inbox.list", TAB="all").result["items"]
    return next(item["unread"] for item in items if item["chatId"] == chat)


def test_unread_messages_are_counted_for_everybody_alone(office: Office) -> None:
    (chat,) = office.dialogs(1)
    office.desk.write_in("More", user={"id": "user-0"})
    assert [unread(page, chat) for page in (office.klaus, office.anna)] == [2, 2]
    office.klaus.call("im.message.add", DIALOG_ID=f"chat{chat}", MESSAGE="Answer")
    assert [unread(page, chat) for page in (office.klaus, office.anna)] == [0, 3]
    office.klaus.call("im.message.add", DIALOG_ID=f"chat{chat}", MESSAGE="Note", SYSTEM="Y")
    assert [unread(page, chat) for page in (office.klaus, office.anna)] == [0, 3], "the system's are not counted"
    office.anna.call("im.dialog.read", DIALOG_ID=f"chat{chat}")
    assert unread(office.anna, chat) == 0


def test_waiting_begins_with_the_first_unanswered_message(office: Office) -> None:
    (chat,) = office.dialogs(1)
    office.desk.write_in("Hello?", user={"id": "user-0"})

    def waiting() -> str | None:
        return office.klaus.call("tieline.inbox.list", TAB="all").result["items"][0]["waitingSince"]

    assert waiting() == "2027-01-15T08:00:00+00:00"
    office.take(office.klaus, chat)
    assert waiting() == "2027-01-15T08:00:00+00:00", "taking answers nothing"
    office.klaus.call("im.message.add", DIALOG_ID=f"chat{chat}", MESSAGE="Answer")
    assert waiting() is None
    office.desk.write_in("Thanks", user={"id": "user-0"})
    assert waiting() == "2027-01-15T08:01:00+00:00"


def dialog(page: Client, chat: int, **params: Any) -> dict[str, Any]:
    return page.call("tieline.dialog.get", CHAT_ID=chat, **params).result


def texts(told: dict[str, Any]) -> list[str]:
    return [message["text"] for message in told["messages"]]


def test_dialog_tells_what_its_reader_may_do(office: Office) -> None:
    (chat,) = office.dialogs(1)

    def may(page: Client) -> str:
        told = dialog(page, chat)["dialog"]
        names = ("canWrite", "canTake", "canJoin", "canIntercept", "canHandOn", "canFinish", "pinned")
        return "".join(letter for letter, name in zip("WTJIHFP", names, strict=True) if told[name])

    assert [may(page) for page in (office.klaus, office.anna, office.admin)] == ["WTIHF", "WTJI", "WTJIHF"]
    office.take(office.klaus, chat)
    assert [may(page) for page in (office.klaus, office.anna, office.admin)] == ["WHF", "JI", "JIHF"]
    office.klaus.call("imopenlines.session.mode.pin", CHAT_ID=chat)
    office.anna.call("imopenlines.session.join", CHAT_ID=chat)
    assert [may(page) for page in (office.klaus, office.anna, office.admin)] == ["WHFP", "WIP", "JIHFP"]
    office.klaus.call("imopenlines.operator.finish", CHAT_ID=chat)
    assert [may(page) for page in (office.klaus, office.anna, office.admin)] == ["W", "W", "W"]


def test_dialog_may_be_handed_to_lines_and_other_people(office: Office) -> None:
    def targets(text: str) -> list[str]:
        told = office.klaus.call("tieline.transfer.targets", TEXT=text).result
        return [item["name"] for kind in ("lines", "people") for item in told[kind]]

    everything = targets("")
    assert everything
    assert "Klaus Weber" not in everything, "who hands it on is no target"
    line = office.desk.app.call("imopenlines.config.get", CONFIG_ID=office.desk.line).result["LINE_NAME"]
    assert line in everything
    assert targets(line.upper()) == [line]
    assert targets("nobody of this name") == []
    office.desk.app.call("imopenlines.config.update", CONFIG_ID=office.desk.line, PARAMS={"ACTIVE": "N"})
    assert line not in targets("")


def test_who_is_there_stands_beside_each_person(office: Office) -> None:
    office.desk.be(office.people[1], "away")
    people = office.klaus.call("tieline.transfer.targets", TEXT="").result["people"]
    told = {person["name"]: person["presence"] for person in people}
    assert (told["Anna Weber"], told["Chief"], told["Administrator"]) == ("absent", "online", "absent")


def test_messages_of_a_dialog_have_everything_that_is_shown(office: Office) -> None:
    (chat,) = office.dialogs(1)
    sent = office.klaus.call("im.message.add", DIALOG_ID=f"chat{chat}", MESSAGE="Answer").result
    told = dialog(office.klaus, chat)
    assert (set(told), told["hasMore"]) == ({"dialog", "messages", "hasMore"}, False)
    assert told["dialog"]["session"] == {"id": 1, "status": "answered"}
    assert told["messages"][-1] == {
        "id": sent,
        "kind": "operator",
        "author": {"id": office.people[0], "name": "Klaus Weber"},
        "text": "Answer",
        "date": "2027-01-15T08:01:00+00:00",
        "edited": False,
        "deleted": False,
        "private": False,
        "sequence": told["messages"][-1]["sequence"],
        "files": [],
        "params": {},
        "state": "sent",
        "stateReason": None,
    }
    assert told["messages"][0]["state"] is None


def test_windows_of_a_dialog(office: Office) -> None:
    (chat,) = office.dialogs(1)
    for number in range(1, 10):
        office.desk.write_in(f"Text {number}", user={"id": "user-0"})
    whole = dialog(office.klaus, chat)
    ids = [message["id"] for message in whole["messages"]]
    assert texts(whole) == [f"Text {number}" for number in range(10)]

    def window(**params: Any) -> tuple[str, bool]:
        told = dialog(office.klaus, chat, **params)
        return "".join(text[-1] for text in texts(told)), told["hasMore"]

    assert window(LIMIT=3) == ("789", True)
    assert window(LIMIT=3, BEFORE=ids[7]) == ("456", True)
    assert window(LIMIT=3, BEFORE=ids[3]) == ("012", False)
    assert window(LIMIT=3, AFTER=ids[3]) == ("456", True)
    assert window(LIMIT=3, AFTER=ids[6]) == ("789", False)
    assert window(AFTER=ids[9]) == window(BEFORE=ids[0]) == ("", False)
    assert window(LIMIT=3, SINCE=0) == ("012", True)
    assert window(SINCE=whole["messages"][7]["sequence"]) == ("89", False)


def test_what_changed_since_a_sequence_is_told(office: Office) -> None:
    (chat,) = office.dialogs(1)
    first = office.klaus.call("im.message.add", DIALOG_ID=f"chat{chat}", MESSAGE="one").result
    second = office.klaus.call("im.message.add", DIALOG_ID=f"chat{chat}", MESSAGE="two").result
    seen = dialog(office.klaus, chat)["dialog"]["sequence"]
    assert texts(dialog(office.klaus, chat, SINCE=seen)) == []
    office.klaus.call("im.message.update", MESSAGE_ID=first, MESSAGE="uno")
    office.klaus.call("im.message.delete", MESSAGE_ID=second)
    office.desk.write_in("three", user={"id": "user-0"})
    told = dialog(office.klaus, chat, SINCE=seen)
    changes = [(message["text"], message["edited"], message["deleted"]) for message in told["messages"]]
    assert changes == [("uno", True, False), ("", False, True), ("three", False, False)]
    assert max(message["sequence"] for message in told["messages"]) <= told["dialog"]["sequence"]
    assert texts(dialog(office.klaus, chat, SINCE=told["dialog"]["sequence"])) == []


def test_state_of_an_answer_follows_its_way_outside(office: Office) -> None:
    (chat,) = office.dialogs(1)
    sent = office.klaus.call("im.message.add", DIALOG_ID=f"chat{chat}", MESSAGE="Answer").result
    seen = dialog(office.klaus, chat)["dialog"]["sequence"]
    confirmed = {"im": {"chat_id": chat, "message_id": sent}, "message": {"id": ["x"]}, "chat": {"id": "channel-123"}}
    office.desk.connector("send.status.delivery", MESSAGES=[confirmed])
    (message,) = dialog(office.klaus, chat, SINCE=seen)["messages"]
    assert (message["id"], message["state"]) == (sent, "read")


@pytest.mark.parametrize("chat", [0, 999, -1])
def test_dialog_that_is_not_there(office: Office, chat: int) -> None:
    assert refused(office.klaus.call("tieline.dialog.get", CHAT_ID=chat)) == NO_CHAT


def test_dialog_of_another_line_is_not_shown(office: Office) -> None:
    (chat,) = office.dialogs(1)
    assert refused(office.stranger.call("tieline.dialog.get", CHAT_ID=chat)) == NO_CHAT


def test_connectors_are_listed_with_their_state_on_every_line(office: Office) -> None:
    other = office.portal.line(name="Sales")
    told = office.admin.call("tieline.connectors.list").result
    lines = [
        {"id": office.desk.line, "name": "Support", "active": True},
        {"id": other, "name": "Sales", "active": True},
    ]
    assert told["lines"] == lines
    (connector,) = told["connectors"]
    state = {"lineActive": True, "error": None}
    assert connector == {
        "id": "myconnector",
        "name": "My connector",
        "app": "An app",
        "appId": office.desk.app.facts["id"],
        "icon": {**ICON, "SIZE": "", "POSITION": ""},
        "iconDisabled": None,
        "comment": "",
        "hasSettings": True,
        "lines": [
            {"id": office.desk.line, "name": "Support", "active": True, "configured": True, "status": True, **state},
            {"id": other, "name": "Sales", "active": False, "configured": False, "status": False, **state},
        ],
    }
    office.desk.connector("set.error", ERROR="Token expired")
    line = office.admin.call("tieline.connectors.list").result["connectors"][0]["lines"][0]
    assert (line["error"], line["status"], line["active"]) == ("Token expired", False, True)


def test_page_gets_what_comes_with_a_message(office: Office) -> None:
    (chat,) = office.dialogs(1)
    attach = read_attach(
        [{"MESSAGE": "[b]Two[/b] parcels"}, {"LINK": {"NAME": "Order", "LINK": "https://example.com/"}}]
    )
    shown = {"ATTACH": attach, "KEYBOARD": read_keyboard([{"TEXT": "Yes", "LINK": "/a"}]), "MENU": [], "LIKE": [5]}
    params = json.dumps({**shown, "disable_crm": True})
    change = "update messages set text = '', params = :params where portal_id = 1 and chat_id = :chat"
    office.portal.write(lambda tx: tx.run(change, params=params, chat=chat))
    assert [message["params"] for message in dialog(office.klaus, chat)["messages"]] == [shown]
    (item,) = office.klaus.call("tieline.inbox.list", TAB="all").result["items"]
    assert item["lastMessage"]["text"] == "Two parcels\nOrder: https://example.com/"
