"""What the example of a bot that answers questions finds in its book, and how it goes on after a stop."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[2] / "examples"))
from faq_bot.answers import BadFileError, Book, Topic, read_book
from faq_bot.loop import Loop, Pauses, Progress
from faq_bot.portal import Batch, Event, GoneError, Portal, RefusedError, UnavailableError
from faq_bot.talk import UNKNOWN, UNSURE, Command, Say, react

SAMPLE = Path(__file__).parents[2] / "examples/faq_bot/questions.toml"


@pytest.fixture(scope="module")
def book() -> Book:
    return read_book(SAMPLE)


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("Hello, when are you open on Saturday?", "Opening hours"),
        ("öpening  HOURS!!", "Opening hours"),
        ("opening hors", "Opening hours"),
        ("Could I get a refund please", "Returns"),
        ("my pasword does not work", "Password"),
        ("Can I pay with a credit card?", "Ways to pay"),
        ("[USER=5]Questions and answers[/USER] [b]returns[/b]?", "Returns"),
    ],
)
def test_question_finds_its_answer(book: Book, question: str, title: str) -> None:
    found = book.find(question)
    assert found.answer
    assert found.answer.title == title


def test_question_that_may_mean_two_things_is_asked_back(book: Book) -> None:
    found = book.find("delivery")
    assert found.answer is None
    assert [topic.title for topic in found.offered] == ["Delivery time", "Delivery costs"]


@pytest.mark.parametrize(
    "question", ["", "?!", "the of and", "Xylophone quartz", "[b][/b]", "😀", "\x00", "a" * 100_000]
)
def test_question_about_nothing_finds_nothing(book: Book, question: str) -> None:
    found = book.find(question)
    assert (found.answer, found.offered) == (None, ())


def test_long_question_takes_no_longer(book: Book) -> None:
    assert book.find("delivery " * 100_000).offered
    book.find(" ".join(f"opening{number}hours" for number in range(100_000)))


def test_topics_in_another_script_are_found() -> None:
    book = Book([Topic("1", "Часы работы", "9-17", ("Когда вы открыты?",)), Topic("2", "Доставка", "2 дня", ())])
    found = book.find("часы работы?")
    assert found.answer
    assert found.answer.answer == "9-17"
    assert book.find("доставка есть").answer == book.topics[1]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("topics = 5", "topics"),
        ("", "topics"),
        ("[[topics]]\ntitle = 'A'", "answer is no text"),
        ("[[topics]]\ntitle = '!'\nanswer = 'x'", "needs a title"),
        ("[[topics]]\ntitle = 'A'\nanswer = 'x'\nquestions = [5]", "a question is no text"),
        ("[[topics]]\ntitle = 'A'\nanswer = 'x'\n" * 2, "same title"),
        ("[[topics]]\ntitle = 'A'\nanswer = 'x'\nquestions = 'y'", "questions"),
        ("topics = [5]", "no table"),
        ("ignored = 5\n[[topics]]\ntitle = 'A'\nanswer = 'x'", "ignored"),
        ("not toml", "line 1"),
    ],
)
def test_bad_file_is_told(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "q.toml").write_text(text)
    with pytest.raises(BadFileError, match=why):
        read_book(tmp_path / "q.toml")
    with pytest.raises(BadFileError):
        read_book(tmp_path / "missing.toml")


def told(text: str = "Returns", **more: Any) -> dict[str, Any]:
    """Write what an event tells."""
    return {
        "chat": {"dialogId": "1"},
        "user": {"id": 1, "bot": False},
        "message": {"id": 9, "text": text, "isSystem": False},
    } | more


def test_unsure_bot_shows_buttons_that_give_commands(book: Book) -> None:
    said = react(book, "ONIMBOTV2MESSAGEADD", told("delivery"))
    assert said
    assert said.text == UNSURE
    assert [(button["COMMAND"], button["COMMAND_PARAMS"]) for button in said.keyboard] == [
        ("topic", "delivery-time"),
        ("topic", "delivery-costs"),
    ]
    said = react(book, "ONIMBOTV2MESSAGEADD", told("Xylophone"))
    assert said
    assert (said.text, len(said.keyboard)) == (UNKNOWN, len(book.topics))


def test_commands_are_answered_as_such(book: Book) -> None:
    command = {"id": 3, "command": "/topics", "params": ""}
    said = react(book, "ONIMBOTV2COMMANDADD", told(command=command))
    assert said
    assert (said.command, len(said.keyboard)) == (Command(3, 9), len(book.topics))
    pressed = {"id": 4, "command": "/topic", "params": "returns"}
    said = react(book, "ONIMBOTV2COMMANDADD", told(command=pressed))
    assert said
    assert "30 days" in said.text
    said = react(book, "ONIMBOTV2COMMANDADD", told(command=pressed | {"params": "gone"}))
    assert said
    assert len(said.keyboard) == len(book.topics)
    assert react(book, "ONIMBOTV2COMMANDADD", told(command=pressed | {"command": "/other"})) is None


@pytest.mark.parametrize(
    "data",
    [
        {},
        told(chat=[]),
        told(chat={"dialogId": None}),
        told(user={"bot": True}),
        told(message={"isSystem": True, "text": "x"}),
        told(command=5),
        told(command={"id": "x"}),
    ],
)
def test_bots_system_and_strange_events_are_passed_over(book: Book, data: dict[str, Any]) -> None:
    kind = "ONIMBOTV2COMMANDADD" if "command" in data else "ONIMBOTV2MESSAGEADD"
    assert react(book, kind, data) is None
    assert react(book, "ONIMBOTV2REACTIONCHANGE", told()) is None


class Pretended(Portal):
    """A portal with a queue of events, which notes what is said, and fails as is wished."""

    def __init__(self, *texts: str) -> None:
        super().__init__("https://p.test/rest/1/secret/")
        self.queue = [Event(number, "ONIMBOTV2MESSAGEADD", told(text)) for number, text in enumerate(texts, 11)]
        self.said: list[Say] = []
        self.failures: list[Exception] = []
        self.registered = 0
        self.bot = 5

    def register(self) -> int:
        self.registered += 1
        return self.bot

    def poll(self, bot: int, offset: int) -> Batch:
        assert bot == self.bot
        self.queue = [event for event in self.queue if event.id >= offset]
        first = self.queue[:2]
        return Batch(first, first[-1].id + 1 if first else offset, len(self.queue) > 2)

    def say(self, bot: int, said: Say) -> None:
        assert bot == self.bot
        if self.failures:
            raise self.failures.pop()
        self.said.append(said)


def loop(book: Book, portal: Portal, state: Path) -> Loop:
    made = Loop(book, portal, Progress(state, portal.domain), Pauses())
    made._progress.begin(portal.register())
    return made


def test_events_are_confirmed_after_their_answers_and_asked_for_again_soon(book: Book, tmp_path: Path) -> None:
    portal = Pretended("Returns", "Password", "Opening hours")
    made = loop(book, portal, tmp_path / "state.json")
    assert made.turn() == 2, "more waits"
    assert len(portal.queue) == 3, "the answered ones are confirmed by the next poll"
    assert made.turn() == 5
    assert [made.turn(), made.turn()] == [5, 7.5]
    assert len(portal.said) == 3
    assert portal.queue == []


def test_restart_answers_nothing_twice(book: Book, tmp_path: Path) -> None:
    portal = Pretended("Returns", "Password")
    portal.failures = [UnavailableError("away")]
    made = loop(book, portal, tmp_path / "state.json")
    with pytest.raises(UnavailableError):
        made.turn()
    portal.failures = []
    failing = portal.say

    def second_fails(bot: int, said: Say) -> None:
        failing(bot, said)
        portal.failures = [UnavailableError("away")]

    portal.say = second_fails
    with pytest.raises(UnavailableError):
        made.turn()
    portal.say, portal.failures = failing, []
    assert len(portal.said) == 1
    loop(book, portal, tmp_path / "state.json").turn()
    again = loop(book, portal, tmp_path / "state.json")
    again.turn()
    assert ["30 days" in said.text for said in portal.said] == [True, False]
    kept = json.loads((tmp_path / "state.json").read_text())
    assert kept == {"domain": "p.test", "bot": 5, "offset": 13, "answered": []}


def test_answer_that_is_never_taken_is_left_out(book: Book, tmp_path: Path) -> None:
    portal = Pretended("Returns", "Password")
    portal.failures = [RefusedError("ACCESS_DENIED")]
    made = loop(book, portal, tmp_path / "state.json")
    made.turn()
    made.turn()
    assert ["link" in said.text for said in portal.said] == [True]


def test_state_of_another_bot_or_portal_and_one_that_is_torn_are_left(book: Book, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    for kept in ('{"domain": "other", "bot": 5, "offset": 99, "answered": []}', "{", "[]", '{"domain": "p.test"}'):
        state.write_text(kept)
        assert Progress(state, "p.test").offset == 0
    state.write_text('{"domain": "p.test", "bot": 4, "offset": 99, "answered": [100]}')
    progress = Progress(state, "p.test")
    assert progress.offset == 99
    progress.begin(5)
    assert (progress.offset, json.loads(state.read_text())["answered"]) == (0, [])


def test_bot_that_is_gone_is_registered_again_and_a_stop_is_heard(book: Book, tmp_path: Path) -> None:
    portal = Pretended("Returns")
    portal.failures = [GoneError("BOT_NOT_FOUND"), UnavailableError("away")]
    made = Loop(book, portal, Progress(tmp_path / "state.json", "p.test"), Pauses(0, 0, 0))
    say = portal.say

    def last(bot: int, said: Say) -> None:
        say(bot, said)
        made.stop.set()

    portal.say = last
    made.run()
    assert (portal.registered, len(portal.said)) == (2, 1)


def test_pauses_grow_and_fall_back() -> None:
    pauses = Pauses()
    grown = [pauses.after(events=False, more=False) for _ in range(8)]
    assert grown == sorted(grown)
    assert (grown[0], grown[-1]) == (5, 30)
    assert pauses.after(events=True, more=True) == 2
    assert pauses.after(events=True, more=False) == 5
    assert pauses.after(events=False, more=False) == 5


def test_webhook_is_the_address_of_a_webhook() -> None:
    for wrong in (
        "",
        "https://p.test/",
        "http://p.test/rest/1/a/",
        "https://p.test/rest/x/a/",
        "https://p.test/rest/1/",
    ):
        with pytest.raises(ValueError, match="a webhook looks like"):
            Portal(wrong)
    assert Portal("https://p.test:8443/rest/1/abc").domain == "p.test:8443"


def test_secret_is_not_told_when_the_portal_is_away() -> None:
    with pytest.raises(UnavailableError) as told_of:
        Portal("https://127.0.0.1:9/rest/1/verysecret/").register()
    assert "verysecret" not in str(told_of.value)
