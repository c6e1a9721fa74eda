"""imbot.message.*: what bots of the first version write, change and like."""

import json
from typing import Any

import pytest

from support.bots import Workshop
from support.portal import Desk, Portal, Reply, refused
from support.receiver import Receiver
from support.tokens import acting_for
from tieline.domain.clock import DAY

NOT_ADDED = (400, "WRONG_REQUEST", "Message isn't added")
NO_DIALOG = (400, "DIALOG_ID_EMPTY", "Dialog ID can't be empty")
NO_MESSAGE = (400, "MESSAGE_ID_ERROR", "Message ID can't be empty")
CANT_EDIT = (400, "CANT_EDIT_MESSAGE", "Time has expired for modification or you don't have access")
OVERSIZE = "You have exceeded the maximum allowable size of {}"
ATTACH = [{"MESSAGE": "A [b]block[/b]"}, {"LINK": {"NAME": "A page", "LINK": "https://example.com/"}}]
KEYBOARD = [{"TEXT": "Repeat", "COMMAND": "echo"}, {"TYPE": "NEWLINE"}, {"TEXT": "Page", "LINK": "/app/"}]
MENU = [{"TEXT": "Page", "LINK": "https://example.com/"}]
REFUSED_CONTENT = [
    ({"ATTACH": "{"}, (400, "ATTACH_ERROR", "Incorrect attach params")),
    ({"ATTACH": [{"NOTHING": 1}]}, (400, "ATTACH_ERROR", "Incorrect attach params")),
    ({"ATTACH": [{"LINK": {"LINK": "javascript:x"}}]}, (400, "ATTACH_ERROR", "Incorrect attach params")),
    ({"ATTACH": [{"MESSAGE": "x" * 60_001}]}, (400, "ATTACH_OVERSIZE", OVERSIZE.format("attach"))),
    ({"KEYBOARD": 7}, (400, "KEYBOARD_ERROR", "Incorrect keyboard params")),
    ({"KEYBOARD": [{"TEXT": "x"}]}, (400, "KEYBOARD_ERROR", "Incorrect keyboard params")),
    ({"KEYBOARD": [{"TEXT": "x", "COMMAND": "y"}] * 101}, (400, "KEYBOARD_OVERSIZE", OVERSIZE.format("keyboard"))),
    ({"MENU": [{"LINK": "/"}]}, (400, "MENU_ERROR", "Incorrect menu params")),
    ({"MENU": [{"TEXT": "x", "COMMAND": "y"}] * 101}, (400, "MENU_OVERSIZE", OVERSIZE.format("menu"))),
]


class Desktop(Workshop):
    """A bot that talks with Anna."""

    def __init__(self, portal: Portal, receiver: Receiver | None = None) -> None:
        super().__init__(portal, receiver)
        self.number = self.bot()

    def ask(self, method: str, **params: Any) -> Reply:
        """Call a method of messages in the bot's name."""
        return self.app.call(f"imbot.message.{method}", **({"BOT_ID": self.number} | params))

    def try_write(self, text: str = "Hello", **params: Any) -> Reply:
        """Write to Anna, or try to."""
        return self.ask("add", **({"DIALOG_ID": self.anna_id, "MESSAGE": text} | params))

    def write(self, text: str = "Hello", **params: Any) -> int:
        """Write to Anna; returns the message's id."""
        return self.try_write(text, **params).result

    def renew(self) -> None:
        """Give the application a fresh token."""
        self.app = acting_for(self.app, 1)

    def last(self, dialog: int | str = 0) -> dict[str, Any]:
        """Return the last message as Anna sees it."""
        return self.history(dialog or self.number)[-1]


@pytest.fixture
def bot(portal: Portal) -> Desktop:
    return Desktop(portal)


@pytest.fixture
def quick(quick_portal: Portal) -> Desktop:
    return Desktop(quick_portal)


def test_message_is_added_as_documented(bot: Desktop) -> None:
    number = bot.write("  Hello! My name is EchoBot\n", ATTACH=ATTACH, KEYBOARD=KEYBOARD, MENU=MENU, SYSTEM="N",
                       URL_PREVIEW="Y", SKIP_CONNECTOR="Y")  # fmt: skip
    last = bot.last()
    assert (last["id"], last["author_id"], last["text"]) == (number, bot.number, "Hello! My name is EchoBot")
    params = last["params"]
    assert [list(block) for block in params["ATTACH"][0]["BLOCKS"]] == [["MESSAGE"], ["LINK"]]
    assert [button["TYPE"] for button in params["KEYBOARD"]] == ["BUTTON", "NEWLINE", "BUTTON"]
    assert params["KEYBOARD"][0]["BOT_ID"] == bot.number
    assert params["MENU"][0]["TEXT"] == "Page"


@pytest.mark.parametrize("spelled", ["bare", "root", "json", "json root", "php"])
def test_content_may_be_spelled_in_many_ways(quick: Desktop, spelled: str) -> None:
    given: dict[str, tuple[str, Any]] = {
        "ATTACH": ("BLOCKS", ATTACH),
        "KEYBOARD": ("BUTTONS", KEYBOARD),
        "MENU": ("ITEMS", MENU),
    }
    params: dict[str, Any] = {}
    for name, (root, listed) in given.items():
        value: Any = {root: listed} if "root" in spelled else listed
        if spelled == "php":
            value = {str(place): one for place, one in enumerate(listed)}
        params[name] = json.dumps(value) if "json" in spelled else value
    quick.write("Hello", **params)
    told = quick.last()["params"]
    assert len(told["ATTACH"][0]["BLOCKS"]) == 2
    assert (len(told["KEYBOARD"]), len(told["MENU"])) == (3, 1)


def test_attachment_needs_no_text(quick: Desktop) -> None:
    quick.write("", ATTACH=ATTACH)
    assert quick.last()["text"] == ""


def test_system_writes_in_nobodys_name(bot: Desktop) -> None:
    number = bot.write("Maintenance", SYSTEM="Y")
    last = bot.last()
    assert (last["id"], last["author_id"], last["text"]) == (number, 0, "Maintenance")


def test_message_between_two_people_is_the_systems(bot: Desktop) -> None:
    klaus = bot.portal.person("Klaus")
    number = bot.ask("add", FROM_USER_ID=klaus, TO_USER_ID=bot.anna_id, DIALOG_ID="nonsense", MESSAGE="Hello").result
    last = bot.last(klaus)
    assert (last["id"], last["author_id"]) == (number, 0)
    assert refused(bot.ask("add", FROM_USER_ID=klaus, TO_USER_ID=999, MESSAGE="Hello")) == NOT_ADDED
    assert refused(bot.ask("add", FROM_USER_ID=klaus, MESSAGE="Hello")) == NO_DIALOG


def test_bot_writes_where_it_is(bot: Desktop) -> None:
    chat = bot.group(bot.number)
    bot.write("Hello, all", DIALOG_ID=f"chat{chat}")
    assert bot.last(f"chat{chat}")["author_id"] == bot.number
    for other in (bot.group(), bot.group(TYPE="OPEN")):
        assert refused(bot.try_write(DIALOG_ID=f"chat{other}")) == NOT_ADDED


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"DIALOG_ID": ""}, NO_DIALOG),
        ({"DIALOG_ID": "x"}, NO_DIALOG),
        ({"DIALOG_ID": "sg1"}, NO_DIALOG),
        ({"DIALOG_ID": ["chat1"]}, NO_DIALOG),
        ({"DIALOG_ID": "chat999"}, NOT_ADDED),
        ({"DIALOG_ID": "999"}, NOT_ADDED),
        ({"MESSAGE": ""}, (400, "MESSAGE_EMPTY", "Message can't be empty")),
        ({"MESSAGE": " \n "}, (400, "MESSAGE_EMPTY", "Message can't be empty")),
        ({"MESSAGE": ["x"]}, (400, "MESSAGE_EMPTY", "Message can't be empty")),
        ({"FROM_USER_ID": "x"}, NOT_ADDED),
        ({"SYSTEM": "maybe"}, NOT_ADDED),
        *REFUSED_CONTENT,
    ],
)
def test_message_that_is_refused(quick: Desktop, params: dict[str, Any], told: tuple[int, str, str]) -> None:
    quick.write("First")
    assert refused(quick.try_write(**params)) == told
    assert len(quick.history(quick.number)) == 1


@pytest.mark.difference(20)
def test_link_of_a_bot_is_made_into_no_card(quick: Desktop) -> None:
    number = quick.write("https://example.com/", URL_PREVIEW="Y")
    assert quick.ask("update", MESSAGE_ID=number, MESSAGE="https://example.org/", URL_PREVIEW="Y").result is True
    assert quick.last()["params"] == {"IS_EDITED": "Y"}


def test_bot_for_lines_answers_a_customer(desk: Desk, receiver: Receiver) -> None:
    bot = Desktop(desk.portal, receiver)
    number = bot.bot("lines", OPENLINE="Y")
    chat = desk.write_in("Hello")
    desk.bind("OnImConnectorMessageAdd", "OnImConnectorMessageUpdate")
    desk.operator.call("im.chat.user.add", CHAT_ID=chat, USERS=[number])
    mine = {"BOT_ID": number, "DIALOG_ID": f"chat{chat}"}
    bot.ask("add", **mine, MESSAGE="For the operator", SKIP_CONNECTOR="Y")
    shown = bot.ask("add", **mine, MESSAGE="For the customer").result
    (event,) = receiver.wait(1, event="ONIMCONNECTORMESSAGEADD")
    assert "For the customer" in event.flat["data[MESSAGES][0][message][text]"]
    bot.ask("update", BOT_ID=number, MESSAGE_ID=shown, MESSAGE="Silently", SKIP_CONNECTOR="Y")
    receiver.wait(1, event="ONIMBOTJOINCHAT")
    receiver.nothing_more(2)
    assert [one["text"] for one in desk.history(chat)][-2:] == ["For the operator", "Silently"]


def test_message_is_changed(bot: Desktop) -> None:
    number = bot.write("Befor", KEYBOARD=KEYBOARD)
    assert bot.ask("update", MESSAGE_ID=number, MESSAGE="Before").result is True
    last = bot.last()
    assert (last["text"], last["params"]["IS_EDITED"], len(last["params"]["KEYBOARD"])) == ("Before", "Y", 3)
    assert bot.ask("update", MESSAGE_ID=number, ATTACH=ATTACH).result is True
    assert set(bot.last()["params"]) == {"IS_EDITED", "KEYBOARD", "ATTACH"}


@pytest.mark.parametrize("nothing", ["", "N", [], "[]"])
def test_content_is_taken_away(bot: Desktop, nothing: Any) -> None:
    number = bot.write("Hello", ATTACH=ATTACH, KEYBOARD=KEYBOARD, MENU=MENU)
    for name in ("KEYBOARD", "MENU", "ATTACH"):
        assert bot.ask("update", MESSAGE_ID=number, **{name: nothing}).result is True
        assert name not in bot.last()["params"]
    assert bot.last()["text"] == "Hello"


def test_empty_text_deletes_the_message(quick: Desktop) -> None:
    number = quick.write()
    assert quick.ask("update", MESSAGE_ID=number, MESSAGE="").result is True
    assert quick.last()["params"] == {"IS_DELETED": "Y"}


@pytest.mark.parametrize(("params", "told"), REFUSED_CONTENT)
def test_change_that_is_refused(quick: Desktop, params: dict[str, Any], told: tuple[int, str, str]) -> None:
    number = quick.write(KEYBOARD=KEYBOARD)
    before = quick.last()
    assert refused(quick.ask("update", MESSAGE_ID=number, **params)) == told
    assert quick.last() == before


def test_message_is_deleted_with_a_trace_or_without(bot: Desktop) -> None:
    first, second, third = bot.write("one"), bot.write("two"), bot.write("three")
    assert bot.ask("delete", MESSAGE_ID=first).result is True
    assert bot.ask("delete", MESSAGE_ID=second, COMPLETE="Y").result is True
    assert [(one["id"], one["text"]) for one in bot.history(bot.number)] == [(first, ""), (third, "three")]
    page = bot.anna.call("im.dialog.messages.get", DIALOG_ID=bot.number, LAST_ID=third, LIMIT=1).result["messages"]
    assert [one["id"] for one in page] == [first], "what left no trace takes no place in a page"
    found = bot.anna.call("im.dialog.get", DIALOG_ID=bot.number).result["id"]
    told = bot.anna.call("im.dialog.messages.search", CHAT_ID=found).result["messages"]
    assert [one["id"] for one in told] == [third]
    assert bot.ask("delete", MESSAGE_ID=third, COMPLETE="Y").result is True
    (item,) = bot.anna.call("im.recent.list").result["items"]
    assert item["message"] is None, "what left no trace is shown nowhere"


def test_open_page_is_told_of_what_left_no_trace(quick: Desktop) -> None:
    number = quick.write("Secret")
    found = quick.anna.call("im.dialog.get", DIALOG_ID=quick.number).result["id"]
    page = quick.portal.page(quick.anna_id)
    seen = page.call("tieline.dialog.get", CHAT_ID=found).result
    assert [one["text"] for one in seen["messages"]] == ["Secret"]
    quick.ask("delete", MESSAGE_ID=number, COMPLETE="Y")
    since = page.call("tieline.dialog.get", CHAT_ID=found, SINCE=1).result["messages"]
    assert [(one["id"], one["text"]) for one in since] == [(number, "")]
    assert page.call("tieline.dialog.get", CHAT_ID=found).result["messages"] == []


@pytest.mark.parametrize("method", ["update", "delete"])
def test_message_of_a_bot_may_be_changed_for_three_days(bot: Desktop, method: str) -> None:
    first, second = bot.write(), bot.write()
    bot.portal.clock.move(3 * DAY)
    bot.renew()
    assert bot.ask(method, MESSAGE_ID=first, MESSAGE="x").result is True
    bot.portal.clock.move(1)
    assert refused(bot.ask(method, MESSAGE_ID=second, MESSAGE="x")) == CANT_EDIT


@pytest.mark.parametrize("method", ["update", "delete"])
def test_only_own_messages_are_changed(bot: Desktop, method: str) -> None:
    question = bot.say(bot.number, "Hello")
    system = bot.write("System", SYSTEM="Y")
    other = bot.bot("other")
    mine = bot.write()
    elsewhere = bot.say(f"chat{bot.group()}", "Hello")
    for number in (question, system, elsewhere):
        assert refused(bot.ask(method, MESSAGE_ID=number, MESSAGE="x")) == CANT_EDIT
    assert refused(bot.ask(method, BOT_ID=other, MESSAGE_ID=mine, MESSAGE="x")) == CANT_EDIT


@pytest.mark.parametrize("method", ["update", "delete", "like"])
@pytest.mark.parametrize("number", [None, "", "x", [], 0, -1, 999, 2**64])
def test_wrong_id_of_a_message(quick: Desktop, method: str, number: Any) -> None:
    assert refused(quick.ask(method, MESSAGE_ID=number, MESSAGE="x")) == NO_MESSAGE


def test_bot_likes_a_message(bot: Desktop) -> None:
    number = bot.say(bot.number, "Hello")
    liked = {"LIKE": [bot.number]}
    told = (400, "WITHOUT_CHANGES", "Action completed without changes")
    for action, expected in (("auto", liked), ("auto", []), ("plus", liked), ("minus", [])):
        assert bot.ask("like", MESSAGE_ID=number, ACTION=action).result is True
        assert bot.last()["params"] == expected
    assert refused(bot.ask("like", MESSAGE_ID=number, ACTION="minus")) == told
    assert bot.ask("like", MESSAGE_ID=number).result is True
    assert refused(bot.ask("like", MESSAGE_ID=number, ACTION="plus")) == told


def test_bot_likes_nothing_that_it_does_not_see(quick: Desktop) -> None:
    number = quick.say(f"chat{quick.group()}", "Hello")
    assert refused(quick.ask("like", MESSAGE_ID=number)) == NO_MESSAGE
    assert quick.ask("like", MESSAGE_ID=number, ACTION="much").status == 400
