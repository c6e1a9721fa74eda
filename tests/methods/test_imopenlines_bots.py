"""Bots in open lines: when they take dialogs and hand them on, imopenlines.bot.session.*, buttons for customers."""

from typing import Any

import pytest

from support.bots import Workshop, params_of
from support.portal import Client, Desk, Reply, refused
from support.receiver import Receiver
from tieline.domain.clock import MINUTE, SECOND
from tieline.domain.sessions import Status

CHAT_ID_EMPTY = (400, "CHAT_ID_EMPTY", "Chat ID can't be empty")
KEYBOARD = [
    {"TEXT": "Opening hours", "COMMAND": "hours", "COMMAND_PARAMS": "today"},
    {"TEXT": "Talk to a person", "ACTION": "SEND", "ACTION_VALUE": "operator please"},
]


class Counter:
    """A line with an operator and a bot, whose program has a handler of its own."""

    def __init__(self, desk: Desk, receiver: Receiver | None, **settings: Any) -> None:
        self.desk, self.portal = desk, desk.portal
        self.workshop = Workshop(desk.portal, receiver)
        self.bot_id = self.workshop.bot("front", name="Front desk", OPENLINE="Y")
        self.program = self.workshop.app
        desk.settings(WELCOME_BOT_ENABLE="Y", WELCOME_BOT_ID=self.bot_id, WELCOME_BOT_LEFT="queue", **settings)

    def session(self, action: str, chat: int, by: Client | None = None, **params: Any) -> Reply:
        """Call one of the methods for the dialogs of bots."""
        return (by or self.program).call(f"imopenlines.bot.session.{action}", CHAT_ID=chat, **params)

    def say(self, chat: int, text: str, **params: Any) -> int:
        """Let the bot write into a dialog."""
        given = {"BOT_ID": self.bot_id, "DIALOG_ID": f"chat{chat}", "MESSAGE": text}
        return self.program.call("imbot.message.add", **(given | params)).result

    def state(self, chat: int) -> tuple[int | None, int | None]:
        """Return whose the dialog is, and where it stands."""
        kept = self.desk.chat(chat)
        return kept.operator_id, kept.status

    def texts(self, chat: int) -> list[str]:
        """Return what was said in a dialog."""
        admin = self.portal.webhook()
        told = admin.call("im.dialog.messages.get", DIALOG_ID=f"chat{chat}", LIMIT=200).result["messages"]
        return [message["text"] for message in reversed(told)]


@pytest.fixture
def counter(desk: Desk, receiver: Receiver) -> Counter:
    return Counter(desk, receiver)


@pytest.fixture
def quick(quick_desk: Desk) -> Counter:
    return Counter(quick_desk, None)


def test_welcome_bot_takes_a_new_dialog_and_hears_the_customer(counter: Counter, receiver: Receiver) -> None:
    chat = counter.desk.write_in("Hello")
    joined, added = receiver.wait(2)
    assert (joined.event, added.event) == ("ONIMBOTJOINCHAT", "ONIMBOTMESSAGEADD")
    assert counter.state(chat) == (counter.bot_id, Status.BOT)
    params = params_of(added)
    kept = counter.desk.chat(chat)
    code = f"myconnector|{counter.desk.line}|channel-123|{kept.customer_id}"
    told = {name: params[name] for name in ("MESSAGE", "CHAT_TYPE", "CHAT_ENTITY_TYPE", "CHAT_ENTITY_ID", "DIALOG_ID")}
    assert told == {"MESSAGE": "Hello", "CHAT_TYPE": "L", "CHAT_ENTITY_TYPE": "LINES", "CHAT_ENTITY_ID": code,
                    "DIALOG_ID": f"chat{chat}"}  # fmt: skip
    assert params["CHAT_ENTITY_DATA_1"].split("|")[5] == str(kept.session_id)
    user = added.form["data"]["USER"]
    assert (user["ID"], user["IS_CONNECTOR"], user["NAME"]) == (str(kept.customer_id), "Y", "Anna Schmidt")
    told = counter.portal.webhook().call("imopenlines.dialog.get", CHAT_ID=chat).result
    assert told["owner"] == counter.bot_id
    listed = counter.portal.webhook().call("im.recent.list").result["items"][0]
    assert listed["lines"]["status"] == 0


def test_what_a_bot_says_goes_outside_with_its_name(counter: Counter, receiver: Receiver) -> None:
    counter.desk.bind("OnImConnectorMessageAdd")
    chat = counter.desk.write_in("Hello")
    counter.say(chat, "Good day")
    (event,) = receiver.wait(1, event="ONIMCONNECTORMESSAGEADD")
    message = event.form["data"]["MESSAGES"][0]["message"]
    assert message == {"user_id": str(counter.bot_id), "text": "[b]Front desk:[/b] [br]Good day"}
    assert counter.state(chat) == (counter.bot_id, Status.BOT)
    assert counter.desk.chat(chat).waiting_since is None


def test_message_that_skips_the_connector_stays_inside(counter: Counter, receiver: Receiver) -> None:
    counter.desk.bind("OnImConnectorMessageAdd")
    chat = counter.desk.write_in("Hello")
    counter.say(chat, "For operators", SKIP_CONNECTOR="Y")
    receiver.nothing_more(2)
    assert counter.texts(chat) == ["Hello", "For operators"]


def test_bot_calls_an_operator_and_leaves(counter: Counter, receiver: Receiver) -> None:
    chat = counter.desk.write_in("Hello")
    assert counter.session("operator", chat).result is True
    assert counter.state(chat) == (counter.desk.operator_id, Status.NEW)
    counter.desk.write_in("Anybody?")
    receiver.nothing_more(2)
    assert refused(counter.session("operator", chat)) == (400, "WRONG_CHAT", "Operator is not a bot")
    counter.desk.answer(chat)
    assert counter.state(chat) == (counter.desk.operator_id, Status.OPERATOR)


def test_bot_that_stays_until_the_close_hears_on(counter: Counter, receiver: Receiver) -> None:
    counter.desk.settings(WELCOME_BOT_LEFT="close")
    chat = counter.desk.write_in("Hello")
    counter.session("operator", chat)
    counter.desk.answer(chat)
    counter.desk.write_in("Thank you")
    assert [params_of(event)["MESSAGE"] for event in receiver.wait(2, event="ONIMBOTMESSAGEADD")] == [
        "Hello", "Thank you"
    ]  # fmt: skip
    counter.desk.operator.call("imopenlines.operator.finish", CHAT_ID=chat)
    assert counter.desk.chat(chat).bots == 0


def test_customer_whom_a_bot_answered_waits_from_its_call_on(counter: Counter) -> None:
    chat = counter.desk.write_in("Hello")
    for seconds, text in ((10, "How can I help?"), (25, "One moment, please.")):
        counter.portal.pass_time(seconds * SECOND)
        counter.say(chat, text)
        counter.desk.write_in("A person, please")
    counter.say(chat, "I call somebody.")
    counter.portal.pass_time(5 * SECOND)
    counter.session("operator", chat)
    counter.portal.pass_time(30 * SECOND)
    counter.desk.answer(chat)
    told = counter.portal.webhook(scopes="tieline").call("tieline.statistics.get").result["total"]
    assert (told["firstAnswerMean"], told["longestWait"], told["answered"]) == (30, 30, 1)


def test_session_that_a_bot_had_to_the_end_is_not_missed(counter: Counter) -> None:
    chat = counter.desk.write_in("Hello")
    counter.say(chat, "We are open till six.")
    counter.session("finish", chat)
    told = counter.portal.webhook(scopes="tieline").call("tieline.statistics.get").result["total"]
    assert (told["closed"], told["answered"], told["missed"], told["operatorMessages"]) == (1, 0, 0, 0)


def test_time_of_a_bot_passes(counter: Counter) -> None:
    chat = counter.desk.write_in("Hello")
    counter.portal.pass_time(179 * SECOND)
    assert counter.state(chat) == (counter.bot_id, Status.BOT)
    counter.portal.pass_time(2 * SECOND)
    assert counter.state(chat) == (counter.desk.operator_id, Status.NEW)
    assert counter.desk.chat(chat).waiting_since is not None


def test_bot_without_a_limit_is_left_with_a_silent_customer_until_it_is_closed(counter: Counter) -> None:
    counter.desk.settings(WELCOME_BOT_TIME=0, AUTO_CLOSE_TIME=600, AUTO_EXPIRE_TIME=0)
    chat = counter.desk.write_in("Hello")
    counter.portal.pass_time(9 * MINUTE)
    counter.desk.write_in("Still here")
    counter.portal.pass_time(2 * MINUTE)
    assert counter.state(chat) == (counter.bot_id, Status.BOT)
    counter.portal.pass_time(9 * MINUTE)
    assert counter.state(chat)[1] == Status.CLOSED


def test_bot_of_the_first_session_alone(counter: Counter) -> None:
    counter.desk.settings(WELCOME_BOT_JOIN="first")
    chat = counter.desk.write_in("Hello")
    assert counter.session("finish", chat).result is True
    counter.desk.write_in("Again")
    assert counter.state(chat) == (counter.desk.operator_id, Status.NEW)


@pytest.mark.parametrize("settings", [{"WELCOME_BOT_ENABLE": "N"}, {"WELCOME_BOT_ID": 999}, {"WELCOME_BOT_ID": 1}])
def test_line_without_a_bot_gives_its_dialogs_to_operators(quick: Counter, settings: dict[str, Any]) -> None:
    quick.desk.settings(**settings)
    chat = quick.desk.write_in("Hello")
    assert quick.state(chat) == (quick.desk.operator_id, Status.NEW)


def test_bot_that_is_not_for_lines_gets_no_dialog(quick: Counter) -> None:
    quick.desk.settings(WELCOME_BOT_ID=quick.workshop.bot("private"))
    chat = quick.desk.write_in("Hello")
    assert quick.state(chat) == (quick.desk.operator_id, Status.NEW)


def test_bot_that_is_gone_leaves_its_dialogs_to_operators(counter: Counter) -> None:
    chat = counter.desk.write_in("Hello")
    assert counter.program.call("imbot.unregister", BOT_ID=counter.bot_id).result is True
    assert counter.state(chat) == (counter.desk.operator_id, Status.NEW)


def test_operator_takes_a_dialog_from_a_bot(counter: Counter) -> None:
    chat = counter.desk.write_in("Hello")
    counter.desk.answer(chat, "I am here")
    assert counter.state(chat) == (counter.desk.operator_id, Status.OPERATOR)
    assert counter.desk.chat(chat).bots == 0
    other = counter.desk.dialog_of("Bert")
    assert counter.desk.operator.call("imopenlines.operator.answer", CHAT_ID=other).result is True
    assert counter.state(other) == (counter.desk.operator_id, Status.TAKEN)


def test_bots_dialog_does_not_wait_in_the_inbox(counter: Counter) -> None:
    counter.desk.write_in("Hello")
    page = counter.portal.page(counter.desk.operator_id)
    assert page.call("tieline.inbox.list", TAB="waiting").result["items"] == []
    (listed,) = page.call("tieline.inbox.list", TAB="all").result["items"]
    assert (listed["operator"]["name"], listed["session"]["status"]) == ("Front desk", "bot")


def test_bot_answers_where_no_operator_did(counter: Counter, receiver: Receiver) -> None:
    fields = {"NO_ANSWER_RULE": "bot", "NO_ANSWER_BOT_ID": counter.bot_id, "NO_ANSWER_TIME": 30, "QUEUE_TIME": 600}
    counter.desk.settings(WELCOME_BOT_ENABLE="N", **fields)
    chat = counter.desk.write_in("Hello")
    counter.portal.pass_time(31 * SECOND)
    assert counter.state(chat) == (counter.bot_id, Status.BOT)
    receiver.wait(1, event="ONIMBOTJOINCHAT")


def test_bot_answers_outside_the_hours(counter: Counter) -> None:
    closed = {"WORKTIME_ENABLE": "Y", "WORKTIME_FROM": "0", "WORKTIME_TO": "1", "WORKTIME_DAYOFF_RULE": "bot"}
    night = counter.workshop.bot("night", name="Night desk", OPENLINE="Y")
    counter.desk.settings(**closed, WORKTIME_DAYOFF_BOT_ID=night)
    chat = counter.desk.write_in("Hello")
    assert counter.state(chat) == (night, Status.BOT)


def test_bot_says_goodbye(counter: Counter, receiver: Receiver) -> None:
    counter.desk.settings(WELCOME_BOT_ENABLE="N", CLOSE_RULE="bot", CLOSE_BOT_ID=counter.bot_id)
    chat = counter.desk.write_in("Hello")
    counter.desk.answer(chat)
    counter.desk.operator.call("imopenlines.operator.finish", CHAT_ID=chat)
    receiver.wait(1, event="ONIMBOTJOINCHAT")
    assert counter.state(chat) == (counter.desk.operator_id, Status.CLOSING)
    counter.say(chat, "Goodbye")
    assert counter.state(chat) == (counter.desk.operator_id, Status.CLOSING)
    counter.portal.pass_time(61 * SECOND)
    assert counter.state(chat)[1] == Status.CLOSED
    assert counter.texts(chat)[-1] == "Goodbye"


# imopenlines.bot.session.*


@pytest.mark.parametrize("action", ["operator", "finish", "transfer", "message.send"])
def test_chat_must_be_named(quick: Counter, action: str) -> None:
    for params in ({"CHAT_ID": 0}, {"CHAT_ID": -5}, {"CHAT_ID": "x"}, {}):
        reply = quick.program.call(f"imopenlines.bot.session.{action}", USER_ID=1, **params)
        assert refused(reply) == CHAT_ID_EMPTY


@pytest.mark.parametrize("action", ["operator", "finish", "message.send"])
def test_chat_must_be_a_dialog(quick: Counter, action: str) -> None:
    group = quick.workshop.group(quick.bot_id)
    for chat in (group, 999):
        assert refused(quick.session(action, chat, MESSAGE="x")) == (400, "WRONG_CHAT", "Operator is not a bot")


@pytest.mark.parametrize("action", ["operator", "finish", "transfer", "message.send"])
def test_page_has_no_part_in_bots_dialogs(quick: Counter, action: str) -> None:
    page = quick.portal.page(quick.desk.operator_id)
    assert quick.session(action, 1, page).error == (403, "WRONG_AUTH_TYPE")


@pytest.mark.parametrize("action", ["finish", "transfer"])
def test_program_needs_a_bot(quick: Counter, action: str) -> None:
    chat = quick.desk.write_in("Hello")
    stranger = quick.portal.app("imopenlines")
    assert refused(quick.session(action, chat, stranger, USER_ID=1)) == (400, "BOT_ID_ERROR", "Bot not found")
    hook = quick.portal.webhook(1, "imopenlines")
    assert quick.session(action, chat, hook, USER_ID=1).error == (403, "ACCESS_DENIED")
    assert quick.session(action, chat, hook, USER_ID=1, CLIENT_ID="x").error == (400, "BOT_ID_ERROR")


def test_webhook_finishes_by_its_client_id(counter: Counter) -> None:
    hook = counter.portal.webhook(1, "imopenlines,imbot")
    bot = counter.workshop.bot("mine", client=hook, CLIENT_ID="secret", OPENLINE="Y")
    counter.desk.settings(WELCOME_BOT_ID=bot)
    chat = counter.desk.write_in("Hello")
    assert counter.session("finish", chat, hook, CLIENT_ID="secret").result is True
    assert counter.state(chat)[1] == Status.CLOSED


@pytest.mark.parametrize("leave", ["Y", "N"])
def test_bot_hands_its_dialog_to_a_person(counter: Counter, leave: str) -> None:
    other = counter.portal.person("Berta Braun")
    chat = counter.desk.write_in("Hello")
    assert counter.session("transfer", chat, USER_ID=other, LEAVE=leave).result is True
    assert counter.state(chat) == (other, Status.SKIPPED)
    assert counter.desk.chat(chat).bots == (leave == "N")
    berta = counter.portal.webhook(other)
    assert berta.call("imopenlines.operator.answer", CHAT_ID=chat).result is True
    assert counter.desk.chat(chat).bots == 0


@pytest.mark.parametrize("named", ["QUEUE_ID", "TRANSFER_ID"])
def test_bot_hands_its_dialog_to_a_queue(counter: Counter, named: str) -> None:
    other = counter.portal.person("Berta Braun")
    line = counter.portal.line(other)
    chat = counter.desk.write_in("Hello")
    value = line if named == "QUEUE_ID" else f"queue{line}"
    assert counter.session("transfer", chat, LEAVE="Y", **{named: value}).result is True
    assert counter.state(chat) == (other, Status.SKIPPED)


def test_bot_hands_its_dialog_to_another_bot(counter: Counter) -> None:
    second = counter.workshop.bot("second", name="Second desk", OPENLINE="Y")
    chat = counter.desk.write_in("Hello")
    assert counter.session("transfer", chat, TRANSFER_ID=second, LEAVE="Y").result is True
    assert counter.state(chat) == (second, Status.BOT)


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({}, (400, "TRANSFER_ID_EMPTY", "Queue ID or User ID can't be empty")),
        ({"TRANSFER_ID": "queue"}, (400, "TRANSFER_ID_EMPTY", "Queue ID or User ID can't be empty")),
        ({"TRANSFER_ID": "x"}, (400, "TRANSFER_ID_EMPTY", "Queue ID or User ID can't be empty")),
        ({"USER_ID": 0}, (400, "USER_ID_EMPTY", "User ID can't be empty")),
        ({"USER_ID": "x"}, (400, "USER_ID_EMPTY", "User ID can't be empty")),
        ({"QUEUE_ID": -1}, (400, "QUEUE_ID_EMPTY", "QUEUE ID can't be empty")),
        ({"QUEUE_ID": "x"}, (400, "QUEUE_ID_EMPTY", "QUEUE ID can't be empty")),
        ({"USER_ID": 999}, (400, "OPERATOR_WRONG", "You cannot redirect to this operator")),
        ({"QUEUE_ID": 999}, (400, "OPERATOR_WRONG", "You cannot redirect to this operator")),
        ({"TRANSFER_ID": "queue999"}, (400, "OPERATOR_WRONG", "You cannot redirect to this operator")),
    ],
)
def test_transfer_that_is_refused(quick: Counter, params: dict[str, Any], told: tuple[int, str, str]) -> None:
    chat = quick.desk.write_in("Hello")
    assert refused(quick.session("transfer", chat, **params)) == told


def test_greeting_of_the_line_is_said_when_the_bot_asks_for_it(counter: Counter) -> None:
    counter.desk.settings(WELCOME_MESSAGE="Y", WELCOME_MESSAGE_TEXT="Welcome to the shop")
    chat = counter.desk.write_in("Hello")
    assert counter.texts(chat) == ["Hello"], "where a bot has the dialog, greeting is its own to do"
    assert counter.session("message.send", chat, NAME="WELCOME", MESSAGE="ignored").result is True
    assert counter.session("message.send", chat, NAME="DEFAULT", MESSAGE="").result is True
    assert counter.session("message.send", chat, NAME="DEFAULT", MESSAGE="How can I help?").result is True
    assert counter.texts(chat) == ["Hello", "Welcome to the shop", "How can I help?"]


# Buttons


def test_buttons_are_told_as_text_to_a_plain_connector(counter: Counter, receiver: Receiver) -> None:
    counter.desk.bind("OnImConnectorMessageAdd")
    chat = counter.desk.write_in("Hello")
    counter.say(chat, "What is it about?", KEYBOARD=KEYBOARD)
    (event,) = receiver.wait(1, event="ONIMCONNECTORMESSAGEADD")
    lines = event.form["data"]["MESSAGES"][0]["message"]["text"].split("[br]")
    assert lines[1:] == ["What is it about?", "1. Opening hours", "2. Talk to a person"]


def test_buttons_are_told_as_such_to_a_connector_that_shows_them(counter: Counter, receiver: Receiver) -> None:
    icon = {"DATA_IMAGE": "data:image/svg+xml,%3Csvg/%3E"}
    handler = "http://127.0.0.1:9/settings"
    counter.desk.app.call(
        "imconnector.register", ID=counter.desk.code, NAME="Rich", ICON=icon, PLACEMENT_HANDLER=handler, BUTTONS="Y"
    )
    counter.desk.bind("OnImConnectorMessageAdd")
    chat = counter.desk.write_in("Hello")
    counter.say(chat, "What is it about?", KEYBOARD=KEYBOARD, ATTACH=[{"MESSAGE": "Details"}])
    (event,) = receiver.wait(1, event="ONIMCONNECTORMESSAGEADD")
    message = event.form["data"]["MESSAGES"][0]["message"]
    assert message["text"].endswith("What is it about?")
    assert [button["TEXT"] for button in message["keyboard"]] == ["Opening hours", "Talk to a person"]
    assert message["attach"][0]["BLOCKS"] == [{"MESSAGE": "Details"}]


@pytest.mark.parametrize("words", ["Opening hours", "opening  HOURS", "1", "1."])
def test_customer_presses_a_button_by_words(counter: Counter, receiver: Receiver, words: str) -> None:
    command = {"COMMAND": "hours", "EVENT_COMMAND_ADD": counter.workshop.handler}
    lang = [{"LANGUAGE_ID": "en", "TITLE": "Opening hours"}]
    registered = counter.program.call("imbot.command.register", BOT_ID=counter.bot_id, LANG=lang, **command)
    chat = counter.desk.write_in("Hello")
    shown = counter.say(chat, "What is it about?", KEYBOARD=KEYBOARD)
    counter.desk.write_in(words)
    (event,) = receiver.wait(1, event="ONIMCOMMANDADD")
    told = event.form["data"]["COMMAND"][str(registered.result)]
    assert (told["COMMAND"], told["COMMAND_PARAMS"], told["COMMAND_CONTEXT"]) == ("hours", "today", "KEYBOARD")
    assert told["MESSAGE_ID"] == str(shown)
    assert event.form["data"]["USER"]["ID"] == str(counter.desk.chat(chat).customer_id)
    receiver.nothing_more(3)
    counter.desk.write_in("1")
    receiver.wait(2, event="ONIMBOTMESSAGEADD")


def test_buttons_that_a_bot_adds_later_are_pressed_too(counter: Counter, receiver: Receiver) -> None:
    chat = counter.desk.write_in("Hello")
    message_id = counter.say(chat, "What is it about?")
    counter.program.call("imbot.message.update", BOT_ID=counter.bot_id, MESSAGE_ID=message_id, KEYBOARD=KEYBOARD)
    counter.desk.write_in("talk to a person")
    assert params_of(receiver.wait(2, event="ONIMBOTMESSAGEADD")[1])["MESSAGE"] == "operator please"


def test_button_that_sends_words_has_them_said(counter: Counter, receiver: Receiver) -> None:
    chat = counter.desk.write_in("Hello")
    counter.say(chat, "What is it about?", KEYBOARD=KEYBOARD)
    counter.desk.write_in("2")
    assert params_of(receiver.wait(2, event="ONIMBOTMESSAGEADD")[1])["MESSAGE"] == "operator please"
    assert counter.texts(chat)[-1] == "operator please"
