"""The example of a bot that answers questions, as a process over an incoming webhook."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.programs import Program
from support.served import Served
from support.waiting import until

pytestmark = pytest.mark.xdist_group("bot that answers questions")  # they share a server and a bot


class Colleague:
    """A person who asks a bot in private."""

    def __init__(self, served: Served, folder: Path) -> None:
        self.served, self.folder = served, folder
        self.state = folder / "faq_bot.json"
        user = served.person()
        self.hook = served.ask("webhook.add", user=1, scopes=["imbot", "im"])["url"]
        self._client = httpx.Client(
            base_url=served.ask("webhook.add", user=user, scopes=["im"])["url"], verify=served.trust(), timeout=30
        )
        self.bot = 0

    def close(self) -> None:
        self._client.close()

    def start(self) -> Program:
        """Start the bot, and wait until it is registered."""
        pauses = ["--least-pause", "0.1", "--most-pause", "0.3"]
        command = [sys.executable, "examples/faq_bot", "--state", str(self.state), *pauses]
        program = Program(command, self.served, self.folder / "faq_bot.log", FAQ_BOT_WEBHOOK=self.hook)
        begun = program.output().count("the bot has the id")
        until(lambda: program.output().count("the bot has the id") > begun, "the bot is registered", 30)
        until(self.state.exists, "the bot has written down who it is", 10)
        self.bot = json.loads(self.state.read_text())["bot"]
        return program

    def call(self, method: str, **params: Any) -> Any:
        answer = self._client.post(method, json=params)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    def said(self) -> list[dict[str, Any]]:
        """Return what the bot has said, oldest first."""
        answer = self._client.post("im.dialog.messages.get", json={"DIALOG_ID": str(self.bot), "LIMIT": 50})
        if answer.json().get("error") == "ACCESS_ERROR":  # they have not talked yet
            return []
        found = answer.raise_for_status().json()["result"]["messages"]
        told = [message for message in found if message["author_id"] == self.bot]
        return sorted(told, key=lambda message: message["id"])

    def ask(self, text: str) -> None:
        """Write to the bot."""
        self.call("im.message.add", DIALOG_ID=str(self.bot), MESSAGE=text)

    def answer_to(self, text: str) -> dict[str, Any]:
        """Write to the bot and wait for what it says."""
        before = len(self.said()) if self.bot else 0
        kept = self.state.read_text()
        self.ask(text)
        told = self.next_of(before)
        until(lambda: self.state.read_text() != kept, "the bot has written down what it answered", 20)
        return told

    def next_of(self, before: int) -> dict[str, Any]:
        """Wait until the bot has said more than so many messages; returns the last one."""
        until(lambda: len(self.said()) > before, "the bot answers", 20)
        told = self.said()
        assert len(told) == before + 1, [(one["id"], one["text"]) for one in told]
        return told[-1]


@pytest.fixture(scope="module")
def colleague(tieline: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Colleague]:
    folder = tmp_path_factory.mktemp("faq")
    with Served(tieline, folder / "data") as served:
        made = Colleague(served, folder)
        yield made
        made.close()


def test_question_is_answered_and_a_button_brings_the_answer(colleague: Colleague) -> None:
    with colleague.start() as bot:
        colleague.ask("When are you open?")
        until(lambda: any("Monday to Friday" in one["text"] for one in colleague.said()), "the bot answers", 20)
        unsure = colleague.answer_to("delivery")
        assert [one["TEXT"] for one in unsure["params"]["KEYBOARD"]] == ["Delivery time", "Delivery costs"]
        button = unsure["params"]["KEYBOARD"][1]
        before = len(colleague.said())
        pressed = {"COMMAND": button["COMMAND"], "COMMAND_PARAMS": button["COMMAND_PARAMS"]}
        colleague.call("im.message.command", MESSAGE_ID=unsure["id"], BOT_ID=colleague.bot, **pressed)
        assert "4.90" in colleague.next_of(before)["text"]
        assert len(colleague.answer_to("/topics")["params"]["KEYBOARD"]) == 7
        assert bot.stop() == 0


def test_stopped_and_killed_bot_goes_on_where_it_was(colleague: Colleague) -> None:
    with colleague.start() as bot:
        number, before = colleague.bot, len(colleague.said())
        colleague.answer_to("Is there a refund?")
        bot.kill()
    colleague.ask("I forgot my password")
    with colleague.start() as bot:
        assert colleague.bot == number
        until(lambda: len(colleague.said()) > before + 1, "the bot answers what came meanwhile", 20)
        assert "login page" in colleague.answer_to("Forgot the password")["text"]
        assert len(colleague.said()) == before + 3
        assert bot.stop() == 0
    colleague.state.unlink()
    with colleague.start() as bot:
        assert colleague.bot == number
        colleague.answer_to("opening hours")
        assert len(colleague.said()) == before + 4, "what is confirmed does not come again, whatever was kept"
        assert bot.stop() == 0


def test_portal_that_was_away_is_waited_for(colleague: Colleague) -> None:
    with colleague.start() as bot:
        colleague.answer_to("returns")
        colleague.served.stop()
        until(lambda: "trying again" in bot.output(), "the bot sees that the portal is away", 20)
        colleague.served.start()
        assert "invoice" in colleague.answer_to("How can I pay?")["text"]
        assert colleague.hook.split("/")[-2] not in bot.output()
        assert bot.stop() == 0
