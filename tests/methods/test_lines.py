"""What a line would do and trying it out: tieline.line.preview, tieline.line.try and tieline.line.story."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from support.bots import Workshop
from support.portal import START, Client, Desk, Loop, Portal, refused
from tieline.domain.clock import HOUR, MINUTE, SECOND
from tieline.domain.sessions import Status

HOURS = {"WORKTIME_ENABLE": "Y", "WORKTIME_FROM": "9", "WORKTIME_TO": "18", "WORKTIME_TIMEZONE": "UTC"}
EXCUSE = {"NO_ANSWER_RULE": "text", "NO_ANSWER_TEXT": "Please be patient."}


class Preview:
    """A desk, and what its line would do."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.page = desk.portal.page(desk.portal.person("Ada Admin", admin=True))

    def steps(self, *, moment: int | None = None, **params: Any) -> list[dict[str, Any]]:
        """Return the steps, by settings over those that are saved."""
        asked = {"LINE": self.desk.line, "PARAMS": params, "MOMENT": moment}
        return self.page.call("tieline.line.preview", **asked).result["steps"]

    def told(self, phase: str = "message", **options: Any) -> list[tuple[str, int, dict[str, Any]]]:
        """Return kind, seconds and values of the steps of a phase."""
        found = self.steps(**options)
        return [(step["kind"], step["after"], step["values"]) for step in found if step["phase"] == phase]


@pytest.fixture
def preview(quick_desk: Desk) -> Preview:
    """A line with one operator, who is there."""
    return Preview(quick_desk)


@pytest.fixture
def three(preview: Preview) -> list[int]:
    """Three operators of the line."""
    portal = preview.desk.portal
    people = [preview.desk.operator_id, portal.person("Eva Meyer"), portal.person("Jan Kuhn")]
    preview.desk.staff(*people)
    return people


def test_only_operator_keeps_it(preview: Preview) -> None:
    assert preview.told() == [("offered", 0, {"operator": "Klaus Weber"}), ("stays", 60, {})]
    (offered, stays) = preview.steps()[:2]
    assert offered["date"] == "2027-01-15T08:00:00+00:00"
    assert stays["date"] == "2027-01-15T08:01:00+00:00"


def test_dialog_goes_round(preview: Preview, three: list[int]) -> None:
    assert preview.told(QUEUE_TIME=90) == [
        ("offered", 0, {"operator": "Klaus Weber"}),
        ("passed on", 90, {"operator": "Eva Meyer"}),
        ("passed on", 180, {"operator": "Jan Kuhn"}),
        ("goes round", 270, {}),
    ]
    assert [kind for kind, _, _ in preview.told(QUEUE_TIME=0)] == ["offered"]


def test_queue_need_not_be_saved(preview: Preview, three: list[int]) -> None:
    queue = [{"ENTITY_TYPE": "user", "ENTITY_ID": number} for number in reversed(three)]
    assert preview.told(QUEUE=queue, QUEUE_TYPE="strictly")[0] == ("offered", 0, {"operator": "Jan Kuhn"})
    assert preview.told()[0] == ("offered", 0, {"operator": "Klaus Weber"})
    assert preview.told(QUEUE=[])[0] == ("waits", 0, {"why": "nobody in the queue", "ahead": 0})


def test_everybody_may_take_it(preview: Preview, three: list[int]) -> None:
    preview.desk.portal.webhook(scopes="user").call("user.update", ID=three[2], ACTIVE=False)
    assert preview.told(QUEUE_TYPE="all") == [("for all", 0, {"people": 2})]


def test_why_nobody_gets_it(preview: Preview) -> None:
    preview.desk.dialog_of("a")
    full = {"MAX_CHAT": 1, "SEND_NOTIFICATION_EMPTY_QUEUE": "Y"}
    assert preview.told(**full) == [
        ("waits", 0, {"why": "no room", "ahead": 0}),
        ("administrators told", 0, {}),
    ]
    preview.desk.be(preview.desk.operator_id, "away")
    preview.desk.dialog_of("b")
    assert preview.told() == [("waits", 0, {"why": "nobody there", "ahead": 1})]
    assert preview.told(CHECK_AVAILABLE="N")[0][0] == "offered"


def test_line_that_is_off_refuses(preview: Preview) -> None:
    assert preview.told(ACTIVE="N") == [("refused", 0, {})]


def test_what_is_said_at_once(preview: Preview) -> None:
    words = {"WELCOME_MESSAGE": "Y", "WELCOME_MESSAGE_TEXT": "Welcome!"}
    assert preview.told(**words)[0] == ("welcome", 0, {"text": "Welcome!", "each": True})
    assert preview.told(**words, SEND_WELCOME_EACH_SESSION="N")[0][2]["each"] is False
    closed = {"WORKTIME_DAYOFF_RULE": "text", "WORKTIME_DAYOFF_TEXT": "We open at nine."}
    assert preview.told(**words, **HOURS, **closed)[0] == ("closed", 0, {"text": "We open at nine."})
    assert preview.told(**words, **HOURS, **closed, moment=START + 2 * HOUR)[0][0] == "welcome"


def test_what_waits_for_operators_counts_working_time(preview: Preview) -> None:
    told = preview.told(**HOURS, **EXCUSE, NO_ANSWER_TIME=120, KPI_FIRST_ANSWER_TIME=600)
    hour = HOUR // SECOND
    assert told[1:] == [
        ("stays", hour + 60, {}),
        ("excuse", hour + 120, {"text": "Please be patient."}),
        ("late", hour + 600, {"told": []}),
    ]


def test_who_is_told_of_a_late_answer(preview: Preview) -> None:
    alert = {"KPI_FIRST_ANSWER_TIME": 60, "KPI_FIRST_ANSWER_ALERT": "Y", "KPI_FIRST_ANSWER_LIST": [1]}
    assert ("late", 60, {"told": ["Administrator"]}) in preview.told(**alert)
    further = {name.replace("FIRST", "FURTHER"): value for name, value in alert.items()}
    assert preview.told("again", **further) == [("late", 60, {"told": ["Administrator"]})]
    assert preview.told("again") == []


@pytest.fixture
def bot(preview: Preview) -> int:
    """A bot that may speak in lines."""
    return Workshop(preview.desk.portal).bot("front", name="Front desk", OPENLINE="Y")


def test_bot_receives_customers(preview: Preview, bot: int) -> None:
    welcomed = {"WELCOME_BOT_ENABLE": "Y", "WELCOME_BOT_ID": bot, "WELCOME_MESSAGE": "Y", "WELCOME_MESSAGE_TEXT": "Hi"}
    assert preview.told(**welcomed, WELCOME_BOT_TIME=120) == [
        ("bot", 0, {"bot": "Front desk", "each": True}),
        ("offered", 120, {"operator": "Klaus Weber"}),
        ("stays", 180, {}),
    ]
    assert preview.told(**welcomed, WELCOME_BOT_TIME=0, WELCOME_BOT_JOIN="first") == [
        ("bot", 0, {"bot": "Front desk", "each": False})
    ]
    assert preview.told(**welcomed | {"WELCOME_BOT_ENABLE": "N"})[0][0] == "welcome"
    assert preview.told(**welcomed | {"WELCOME_BOT_ID": 999})[0][0] == "welcome"


def test_bot_receives_whoever_writes_while_the_line_is_closed(preview: Preview, bot: int) -> None:
    closed = {"WORKTIME_DAYOFF_RULE": "bot", "WORKTIME_DAYOFF_BOT_ID": bot, "WELCOME_BOT_TIME": 0}
    assert preview.told(**HOURS, **closed) == [("bot", 0, {"bot": "Front desk", "each": True})]
    assert preview.told(**HOURS, **closed, moment=START + 2 * HOUR)[0][0] == "offered"


def test_bot_answers_when_nobody_does_and_says_goodbye(preview: Preview, bot: int) -> None:
    called = ("bot called", 90, {"bot": "Front desk"})
    assert called in preview.told(NO_ANSWER_RULE="bot", NO_ANSWER_BOT_ID=bot, NO_ANSWER_TIME=90)
    assert preview.told("finish", CLOSE_RULE="bot", CLOSE_BOT_ID=bot) == [
        ("bot called", 0, {"bot": "Front desk"}),
        ("closing", 0, {"seconds": 60}),
        ("ended", 60, {}),
    ]


def test_bots_that_may_speak_in_lines_are_listed(preview: Preview, bot: int) -> None:
    Workshop(preview.desk.portal).bot("inside", name="Inside")
    assert preview.page.call("tieline.bots.list").result == [{"id": bot, "name": "Front desk", "position": ""}]
    klaus = preview.desk.portal.page(preview.desk.operator_id)
    assert klaus.call("tieline.bots.list").error == (403, "ACCESS_DENIED")


VOTE = {"VOTE_MESSAGE": "Y", "VOTE_MESSAGE_2_TEXT": "How was it?"}
QUESTION = {"text": "How was it?"}


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, [("ended", 0, {})]),
        (
            {"CLOSE_RULE": "text", "CLOSE_TEXT": "Goodbye.", "FULL_CLOSE_TIME": 10, **VOTE},
            [
                ("farewell", 0, {"text": "Goodbye."}),
                ("closing", 0, {"seconds": 600}),
                ("vote", 0, QUESTION),
                ("ended", 600, {}),
            ],
        ),
        (
            {"FULL_CLOSE_TIME": 10, "VOTE_BEFORE_FINISH": "N", **VOTE},
            [("closing", 0, {"seconds": 600}), ("vote", 600, QUESTION), ("ended", 600, {})],
        ),
        (VOTE, [("vote", 0, QUESTION), ("ended", 0, {})]),
    ],
)
def test_how_an_operator_ends_it(preview: Preview, settings: dict[str, Any], told: list[Any]) -> None:
    assert preview.told("finish", **settings) == told


def test_how_time_ends_it(preview: Preview) -> None:
    settings = {"AUTO_CLOSE_TIME": 600, "AUTO_EXPIRE_TIME": 1200, "AUTO_CLOSE_RULE": "text", "AUTO_CLOSE_TEXT": "Bye."}
    assert preview.told("answer", **settings) == [
        ("farewell", 600, {"text": "Bye."}),
        ("closing", 600, {"seconds": 1200}),
        ("ended", 1800, {}),
    ]
    assert preview.told("answer", AUTO_CLOSE_TIME=0) == []


def test_preview_refuses(preview: Preview) -> None:
    page, line = preview.page, preview.desk.line
    assert refused(page.call("tieline.line.preview", LINE=999)) == (
        404,
        "LINE_NOT_FOUND",
        "There is no such open line",
    )
    wrong = page.call("tieline.line.preview", LINE=line, PARAMS={"WORKTIME_FROM": "25"})
    assert refused(wrong) == (400, "INVALID_FORMAT", "A wrong value for the PARAMS field 'WORKTIME_FROM' is passed")
    for moment in (0, 10**18):
        far = page.call("tieline.line.preview", LINE=line, MOMENT=moment)
        assert refused(far) == (400, "ERROR_ARGUMENT", "The moment is more than ten years away")
    klaus = preview.desk.portal.page(preview.desk.operator_id)
    assert klaus.call("tieline.line.preview", LINE=line).error == (403, "ACCESS_DENIED")


class Trial(Preview):
    """A desk whose line is tried out."""

    def write(self, text: str = "Hello", customer: str = "") -> dict[str, Any]:
        """Let the test customer write."""
        return self.page.call("tieline.line.try", LINE=self.desk.line, TEXT=text, CUSTOMER=customer).result

    def wait(self, seconds: int) -> None:
        """Let time pass as the page does."""
        assert self.page.call("tieline.clock.move", SECONDS=seconds).result["target"] is None

    def story(self, chat: int) -> list[tuple[str, int]]:
        """Return what happened, and how many seconds after the start."""
        told = self.page.call("tieline.line.story", CHAT_ID=chat).result
        return [(entry["kind"], _seconds(entry["date"])) for entry in told]


def _seconds(date: str) -> int:
    return int(datetime.fromisoformat(date).astimezone(UTC).timestamp()) - START // SECOND


@pytest.fixture
def trial(desk: Desk) -> Trial:
    """A line with one operator, on each engine."""
    return Trial(desk)


def test_line_is_tried_out(trial: Trial) -> None:
    trial.desk.settings(WELCOME_MESSAGE="Y", WELCOME_MESSAGE_TEXT="Welcome!", **EXCUSE, NO_ANSWER_TIME=120)
    made = trial.write()
    trial.wait(300)
    assert trial.write("Anybody?", made["customer"]) == made
    assert trial.story(made["chatId"]) == [
        ("session opened", 0),
        ("customer", 0),
        ("system", 0),
        ("offered", 0),
        ("system", 120),
        ("customer", 300),
    ]
    told = trial.page.call("tieline.line.story", CHAT_ID=made["chatId"]).result
    assert told[1]["values"] == {"text": "Hello"}
    assert told[3]["values"]["operator"] == "Klaus Weber"
    assert trial.write()["chatId"] != made["chatId"]


def test_test_customer_stands_in_the_inbox_and_is_answered(trial: Trial) -> None:
    chat = trial.write()["chatId"]
    klaus = trial.desk.portal.page(trial.desk.operator_id)
    (item,) = klaus.call("tieline.inbox.list").result["items"]
    assert (item["chatId"], item["connector"]["name"], item["customer"]["name"]) == (chat, "Try it", "Test customer")
    trial.desk.answer(chat)
    (_, answer) = trial.page.call("tieline.dialog.get", CHAT_ID=chat).result["messages"]
    assert (answer["text"], answer["state"], answer["stateReason"]) == ("Guten Tag!", "sent", None)


def test_nothing_goes_outside(trial: Trial) -> None:
    trial.desk.bind("OnImConnectorMessageAdd", "OnSessionStart", "OnOpenLineMessageAdd")
    trial.desk.answer(trial.write()["chatId"])
    assert trial.desk.portal.read(lambda tx: tx.all("select name from events")) == []
    leads = trial.desk.portal.webhook(scopes="crm").call("crm.lead.list").result
    assert leads == []


@pytest.mark.parametrize(
    "settings",
    [
        {"QUEUE_TIME": 45, **EXCUSE, "NO_ANSWER_TIME": 100, "KPI_FIRST_ANSWER_TIME": 130},
        {"QUEUE_TIME": 45, "QUEUE_TYPE": "strictly", **HOURS, **EXCUSE, "NO_ANSWER_TIME": 60},
        {"QUEUE_TIME": 0, **EXCUSE, "NO_ANSWER_TIME": 30, "WELCOME_MESSAGE": "Y", "WELCOME_MESSAGE_TEXT": "Welcome!"},
        {**HOURS, "WORKTIME_DAYOFF_RULE": "text", "WORKTIME_DAYOFF_TEXT": "We open at nine.", "QUEUE_TYPE": "all"},
    ],
)
def test_what_was_foretold_happens(quick_desk: Desk, settings: dict[str, Any]) -> None:
    trial = Trial(quick_desk)
    quick_desk.staff(quick_desk.operator_id, quick_desk.portal.person("Eva Meyer"))
    names = {"welcome": "system", "closed": "system", "excuse": "system", "late": "first answer late"}
    foretold = [(names.get(kind, kind), after) for kind, after, _ in trial.told(**settings)]
    foretold = [step for step in foretold if step[0] not in ("for all", "goes round")]
    quick_desk.settings(**settings)
    chat = trial.write()["chatId"]
    trial.wait(foretold[-1][1] if foretold else 0)
    happened = [step for step in trial.story(chat) if step[0] not in ("session opened", "customer")]
    assert [step for step in happened if step in foretold] == foretold
    assert {kind for kind, _ in happened} <= {kind for kind, _ in foretold} | {"passed on"}


def test_trial_refuses(quick_desk: Desk) -> None:
    trial = Trial(quick_desk)
    page, line = trial.page, quick_desk.line
    assert refused(page.call("tieline.line.try", LINE=999, TEXT="Hello")) == (
        400,
        "NOT_ACTIVE_LINE",
        "The line is switched off",
    )
    empty = page.call("tieline.line.try", LINE=line, TEXT=" ")
    assert refused(empty) == (400, "MESSAGE_EMPTY", "Message can't be empty")
    real = quick_desk.write_in()
    for chat in (real, 999):
        told = page.call("tieline.line.story", CHAT_ID=chat)
        assert refused(told) == (403, "ACCESS_ERROR", "There is no such dialog of a test customer")
    assert trial.write(customer="a|b")["customer"] != "a|b"


def test_connector_of_the_portal_is_no_applications(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.app.call(
        "imconnector.register", ID="tieline_try", NAME="Mine", ICON={"DATA_IMAGE": "x"}, PLACEMENT_HANDLER="http://a/b"
    )
    reply = desk.app.call("imconnector.send.messages", CONNECTOR="tieline_try", LINE=desk.line, MESSAGES=[])
    assert reply.status == 400
    page = desk.portal.page(desk.portal.person(admin=True))
    listed = page.call("tieline.connectors.list").result["connectors"]
    assert [connector["id"] for connector in listed] == [desk.code]


@pytest.fixture
def production(loop: Loop, sqlite_url: str, tmp_path: Path) -> Iterator[Portal]:
    """A portal in production."""
    made = Portal(loop, sqlite_url, tmp_path, profile="production")
    yield made
    made.close()


def test_in_production_there_are_real_customers_alone(production: Portal) -> None:
    line = production.line()
    page: Client = production.page(production.person(admin=True))
    assert page.call("tieline.line.preview", LINE=line).result["canTry"] is False
    refusal = page.call("tieline.line.try", LINE=line, TEXT="Hello")
    assert refused(refusal) == (403, "ACCESS_DENIED", "Lines are tried out in development alone")


def test_dialog_that_is_closing_is_nobodys_own_any_more(desk: Desk) -> None:
    desk.settings(FULL_CLOSE_TIME=10)
    page = desk.portal.page(desk.operator_id)
    chat = desk.write_in()
    desk.answer(chat)
    desk.operator.call("imopenlines.operator.finish", CHAT_ID=chat)
    assert desk.chat(chat).status == Status.CLOSING
    mine, everything = (page.call("tieline.inbox.list", TAB=tab).result for tab in ("mine", "all"))
    assert (mine["items"], mine["counters"]) == ([], {"mine": 0, "waiting": 0, "all": 1})
    assert everything["items"][0]["session"]["status"] == "closing"
    desk.portal.pass_time(10 * MINUTE)
    closed = page.call("tieline.inbox.list", TAB="closed").result
    assert closed["items"][0]["session"]["status"] == "closed"


def test_dialog_that_waits_says_its_place(desk: Desk) -> None:
    desk.be(desk.operator_id, "absent")
    chats = [desk.dialog_of(name) for name in "abc"]
    page = desk.portal.page(desk.operator_id)
    told = {item["chatId"]: item["ahead"] for item in page.call("tieline.inbox.list", TAB="all").result["items"]}
    assert [told[chat] for chat in chats] == [0, 1, 2]
    desk.be(desk.operator_id, "online")
    assert page.call("tieline.dialog.get", CHAT_ID=chats[0]).result["dialog"]["ahead"] is None
