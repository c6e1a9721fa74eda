"""What a line does by itself: greetings, hours, excuses, closing, the customer's vote, late answers."""

from typing import Any

import pytest

from support.portal import Desk
from support.receiver import Receiver
from tieline.domain.clock import DAY, HOUR, MINUTE, SECOND
from tieline.domain.sessions import Status
from tieline.store import happenings
from tieline.store import sessions as session_store

HOURS = {"WORKTIME_ENABLE": "Y", "WORKTIME_FROM": "9", "WORKTIME_TO": "18", "WORKTIME_TIMEZONE": "UTC"}
CLOSED = {**HOURS, "WORKTIME_DAYOFF_RULE": "text", "WORKTIME_DAYOFF_TEXT": "We open at nine."}
VOTING = {"VOTE_MESSAGE": "Y", "VOTE_MESSAGE_2_TEXT": "How was it?", "VOTE_MESSAGE_2_LIKE": "Thanks!"}


def texts(desk: Desk, chat: int) -> list[str]:
    """Return what was said in a dialog."""
    return [message["text"] for message in desk.history(chat)]


def session(desk: Desk, chat: int) -> Any:
    """Return the dialog's last session."""
    number = desk.chat(chat).session_id
    assert number is not None
    return desk.portal.read(lambda tx: session_store.get_session(tx, 1, number))


def finish(desk: Desk, chat: int) -> None:
    """Let the operator finish."""
    assert desk.operator.call("imopenlines.operator.finish", CHAT_ID=chat).result is True


def test_customer_is_welcomed_in_each_session(desk: Desk, receiver: Receiver) -> None:
    desk.settings(WELCOME_MESSAGE="Y", WELCOME_MESSAGE_TEXT="Welcome!")
    desk.bind("OnImConnectorMessageAdd")
    chat = desk.write_in("Hello")
    assert texts(desk, chat) == ["Hello", "Welcome!"]
    (event,) = receiver.wait()
    assert event.flat["data[MESSAGES][0][message][text]"] == "Welcome!"
    desk.write_in("Are you there?")
    finish(desk, chat)
    desk.write_in("Again")
    assert texts(desk, chat) == ["Hello", "Welcome!", "Are you there?", "Again", "Welcome!"]


def test_customer_is_welcomed_once(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.settings(WELCOME_MESSAGE="Y", WELCOME_MESSAGE_TEXT="Welcome!", SEND_WELCOME_EACH_SESSION="N")
    chat = desk.write_in("Hello")
    finish(desk, chat)
    desk.write_in("Again")
    assert texts(desk, chat) == ["Hello", "Welcome!", "Again"]


def test_who_writes_outside_hours_is_told_so_once_and_not_welcomed(quick_desk: Desk) -> None:
    desk = quick_desk  # eight in the morning
    desk.settings(**CLOSED, WELCOME_MESSAGE="Y", WELCOME_MESSAGE_TEXT="Welcome!")
    chat = desk.write_in("Hello")
    desk.write_in("Hello?")
    assert texts(desk, chat) == ["Hello", "We open at nine.", "Hello?"]


def test_who_goes_on_in_the_evening_is_told_that_the_line_is_closed(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.settings(**CLOSED, AUTO_CLOSE_TIME=DAY // SECOND)
    desk.portal.lead(2 * HOUR)
    chat = desk.write_in("Hello")
    desk.answer(chat, "Good day")
    desk.portal.lead(10 * HOUR)
    desk.write_in("One more thing")
    desk.write_in("And another")
    assert texts(desk, chat)[-3:] == ["One more thing", "We open at nine.", "And another"]


def test_who_is_not_answered_in_time_gets_an_excuse_once(desk: Desk) -> None:
    desk.settings(NO_ANSWER_RULE="text", NO_ANSWER_TEXT="Please be patient.", NO_ANSWER_TIME=120)
    chat = desk.write_in("Hello")
    desk.portal.pass_time(119 * SECOND)
    assert texts(desk, chat) == ["Hello"]
    desk.portal.pass_time(SECOND)
    desk.portal.pass_time(HOUR)
    assert texts(desk, chat) == ["Hello", "Please be patient."]


def test_who_is_answered_in_time_gets_no_excuse(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.settings(NO_ANSWER_RULE="text", NO_ANSWER_TEXT="Please be patient.", NO_ANSWER_TIME=120)
    chat = desk.write_in("Hello")
    desk.answer(chat, "Good day")
    desk.portal.pass_time(HOUR)
    assert texts(desk, chat) == ["Hello", "Good day"]


def test_excuse_waits_for_working_hours(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.settings(**HOURS, NO_ANSWER_RULE="text", NO_ANSWER_TEXT="Please be patient.", NO_ANSWER_TIME=120)
    chat = desk.write_in("Hello")
    desk.portal.pass_time(HOUR)
    assert texts(desk, chat) == ["Hello"]
    desk.portal.pass_time(2 * MINUTE)
    assert texts(desk, chat) == ["Hello", "Please be patient."]


def test_answered_dialog_is_closed_by_time_in_two_steps(desk: Desk, receiver: Receiver) -> None:
    desk.settings(AUTO_CLOSE_TIME=600, AUTO_CLOSE_RULE="text", AUTO_CLOSE_TEXT="Goodbye.", AUTO_EXPIRE_TIME=1200)
    desk.bind("OnImConnectorDialogFinish")
    chat = desk.write_in("Hello")
    desk.answer(chat, "Good day")
    desk.portal.pass_time(300 * SECOND)
    desk.answer(chat, "Anything else?")
    desk.portal.pass_time(599 * SECOND)
    assert desk.chat(chat).status == Status.OPERATOR
    desk.portal.pass_time(SECOND)
    assert desk.chat(chat).status == Status.CLOSING
    assert texts(desk, chat)[-1] == "Goodbye."
    assert receiver.requests == []
    desk.portal.pass_time(1200 * SECOND)
    assert desk.chat(chat).status == Status.CLOSED
    (event,) = receiver.wait()
    assert event.event == "ONIMCONNECTORDIALOGFINISH"


def test_customer_goes_on_with_a_session_that_is_closing(desk: Desk) -> None:
    desk.settings(AUTO_CLOSE_TIME=600)
    chat = desk.write_in("Hello")
    desk.answer(chat, "Good day")
    desk.portal.pass_time(600 * SECOND)
    before = desk.chat(chat)
    assert before.status == Status.CLOSING
    desk.write_in("One more thing")
    after = desk.chat(chat)
    assert (after.status, after.session_id, after.operator_id) == (
        Status.CLIENT_AGAIN,
        before.session_id,
        desk.operator_id,
    )
    desk.portal.pass_time(2 * DAY)
    assert desk.chat(chat).status == Status.CLIENT_AGAIN  # who waits for an answer is not closed


def test_session_is_finished_for_good_at_the_second_time(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.settings(FULL_CLOSE_TIME=10, CLOSE_RULE="text", CLOSE_TEXT="Goodbye.")
    chat = desk.write_in("Hello")
    desk.answer(chat, "Good day")
    finish(desk, chat)
    assert desk.chat(chat).status == Status.CLOSING
    finish(desk, chat)
    assert desk.chat(chat).status == Status.CLOSED
    assert texts(desk, chat) == ["Hello", "Good day", "Goodbye."]


def test_pinned_dialog_is_not_closed_by_time(desk: Desk) -> None:
    desk.settings(AUTO_CLOSE_TIME=600)
    chat = desk.write_in("Hello")
    desk.answer(chat)
    assert desk.operator.call("imopenlines.session.mode.pin", CHAT_ID=chat).result is True
    desk.answer(chat, "Still here")
    desk.portal.pass_time(DAY)
    assert desk.chat(chat).status == Status.OPERATOR
    assert desk.operator.call("imopenlines.session.mode.pin", CHAT_ID=chat, ACTIVATE="N").result is True
    desk.portal.pass_time(600 * SECOND)
    assert desk.chat(chat).status == Status.CLOSING


@pytest.mark.parametrize(("sign", "vote", "thanks"), [("1", 5, "Thanks!"), ("0\nToo slow", 1, "Sorry.")])
def test_customer_votes_before_the_session_is_closed(desk: Desk, sign: str, vote: int, thanks: str) -> None:
    desk.settings(**VOTING, VOTE_MESSAGE_2_DISLIKE="Sorry.", FULL_CLOSE_TIME=10, VOTE_CLOSING_DELAY="Y")
    chat = desk.write_in("Hello")
    desk.answer(chat, "Good day")
    finish(desk, chat)
    assert texts(desk, chat)[-1] == "How was it?"
    desk.write_in(sign)
    assert texts(desk, chat)[-2:] == [sign, thanks]
    assert (desk.chat(chat).status, session(desk, chat).vote) == (Status.CLOSED, vote)
    happened = desk.portal.read(lambda tx: happenings.list_happenings(tx, 1, chat))
    assert [one.data["vote"] for one in happened if one.kind == "voted"] == [vote]


def test_customer_votes_behind_the_end_of_a_session(desk: Desk) -> None:
    desk.settings(**VOTING, VOTE_BEFORE_FINISH="N", VOTE_TIME_LIMIT=600)
    chat = desk.write_in("Hello")
    desk.answer(chat, "Good day")
    finish(desk, chat)
    closed = desk.chat(chat)
    assert (closed.status, texts(desk, chat)[-1]) == (Status.CLOSED, "How was it?")
    desk.write_in("1")
    assert (desk.chat(chat).session_id, session(desk, chat).vote) == (closed.session_id, 5)
    desk.write_in("1")  # nobody asked for a second one
    assert desk.chat(chat).session_id != closed.session_id


def test_vote_that_comes_too_late_begins_a_session(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.settings(**VOTING, VOTE_TIME_LIMIT=600)
    chat = desk.write_in("Hello")
    desk.answer(chat)
    finish(desk, chat)
    closed = desk.chat(chat)
    desk.portal.pass_time(600 * SECOND)
    desk.write_in("1")
    assert desk.chat(chat).session_id != closed.session_id


def test_who_was_not_answered_is_not_asked(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.settings(**VOTING)
    chat = desk.write_in("Hello")
    assert desk.operator.call("imopenlines.operator.answer", CHAT_ID=chat).result is True
    finish(desk, chat)
    assert texts(desk, chat) == ["Hello"]


def test_a_number_in_a_conversation_is_no_vote(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.settings(**VOTING, FULL_CLOSE_TIME=10)
    chat = desk.write_in("1")
    desk.answer(chat, "One what?")
    finish(desk, chat)
    desk.write_in("1 piece, please")
    assert (desk.chat(chat).status, session(desk, chat).vote) == (Status.CLIENT_AGAIN, 0)


def test_repeated_vote_is_answered_like_the_first(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.settings(**VOTING)
    chat = desk.write_in("Hello")
    desk.answer(chat)
    finish(desk, chat)
    vote = desk.message("1")
    first, second = desk.send(vote), desk.send(vote)
    assert first[0]["session"] == second[0]["session"]
    assert texts(desk, chat).count("1") == 1


@pytest.mark.parametrize("kind", ["FIRST", "FURTHER"])
def test_those_named_are_told_of_late_answers(desk: Desk, kind: str) -> None:
    boss = desk.portal.page(desk.portal.person("The boss"))
    text = "#OPERATOR# is late: #DIALOG#"
    desk.settings(**{
        f"KPI_{kind}_ANSWER_TIME": 120,
        f"KPI_{kind}_ANSWER_ALERT": "Y",
        f"KPI_{kind}_ANSWER_LIST": [boss.facts["id"]],
        f"KPI_{kind}_ANSWER_TEXT": text,
    })  # fmt: skip
    chat = desk.write_in("Hello")
    if kind == "FURTHER":
        desk.answer(chat)
        desk.portal.pass_time(HOUR // 2)
        desk.write_in("One more thing")
    desk.portal.pass_time(119 * SECOND)
    assert boss.call("tieline.notices.list").result["unread"] == 0
    desk.portal.pass_time(SECOND)
    (told,) = boss.call("tieline.notices.list").result["items"]
    assert (told["text"], told["chatId"]) == ("Klaus Weber is late: Anna Schmidt - Support", chat)


@pytest.mark.parametrize(
    ("presence", "text"),
    [
        ("online", "Klaus Weber has not answered in time: Anna Schmidt - Support"),
        ("absent", "Nobody has answered in time: Anna Schmidt - Support"),
    ],
)
def test_usual_words_of_a_late_answer(quick_desk: Desk, presence: str, text: str) -> None:
    desk = quick_desk
    boss = desk.portal.page(desk.portal.person("The boss"))
    told = {"KPI_FIRST_ANSWER_ALERT": "Y", "KPI_FIRST_ANSWER_LIST": [boss.facts["id"]]}
    desk.settings(KPI_FIRST_ANSWER_TIME=120, **told)
    desk.be(desk.operator_id, presence)
    desk.write_in("Hello")
    desk.portal.pass_time(120 * SECOND)
    assert [item["text"] for item in boss.call("tieline.notices.list").result["items"]] == [text]


def test_answer_in_time_is_not_late(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.settings(KPI_FIRST_ANSWER_TIME=120, KPI_FIRST_ANSWER_ALERT="Y", KPI_FIRST_ANSWER_LIST=[1])
    chat = desk.write_in("Hello")
    desk.answer(chat)
    desk.portal.pass_time(HOUR // 2)
    happened = desk.portal.read(lambda tx: happenings.list_happenings(tx, 1, chat))
    assert "first answer late" not in {one.kind for one in happened}


def test_nobody_is_told_of_one_who_is_not_there(quick_desk: Desk) -> None:
    desk = quick_desk
    boss = desk.portal.page(desk.portal.person("The boss"))
    desk.settings(
        KPI_FIRST_ANSWER_TIME=120,
        KPI_FIRST_ANSWER_ALERT="Y",
        KPI_FIRST_ANSWER_LIST=[boss.facts["id"]],
        KPI_CHECK_OPERATOR_ACTIVITY="Y",
    )
    desk.write_in("Hello")
    desk.be(desk.operator_id, "absent")
    desk.portal.pass_time(HOUR)
    assert boss.call("tieline.notices.list").result["unread"] == 0


def test_rules_of_a_line_that_is_gone_are_not_followed(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.settings(AUTO_CLOSE_TIME=600, NO_ANSWER_RULE="text", NO_ANSWER_TEXT="Please be patient.")
    chat = desk.write_in("Hello")
    assert desk.portal.webhook().call("imopenlines.config.delete", CONFIG_ID=desk.line).result is True
    desk.portal.pass_time(DAY)
    admin = desk.portal.webhook()
    told = admin.call("im.dialog.messages.get", DIALOG_ID=f"chat{chat}").result["messages"]
    assert [message["text"] for message in told] == ["Hello"]
