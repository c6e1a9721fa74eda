"""A bot of bitrixogram, unmodified, as a process: it is written to in private, and given commands."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.programs import Program
from support.sdk import WIRE
from support.served import Served
from support.servers import free_port
from support.waiting import until


class Talk:
    """A bot that runs, and a person who talks with it."""

    def __init__(self, served: Served, folder: Path) -> None:
        self.user = served.person()
        hook = served.ask("webhook.add", user=1, scopes=["imbot"])["url"]
        mine = served.ask("webhook.add", user=self.user, scopes=["im"])["url"]
        self._client = httpx.Client(base_url=mine, verify=served.trust(), timeout=30)
        command = [sys.executable, str(WIRE / "python/bitrixogram_bot.py"), hook, "counter-client", str(free_port())]
        self.program = Program(command, served, folder / "bot.log")
        self.bot = int(self.printed("bot "))

    def close(self) -> None:
        self.program.__exit__()
        self._client.close()

    def printed(self, words: str, after: int = 0) -> str:
        """Wait for one more line that begins so; returns the rest of it."""

        def lines() -> list[str]:
            return [line for line in self.program.output().splitlines() if line.startswith(words)]

        until(lambda: len(lines()) > after, f"the bot prints {words!r}", 20)
        return lines()[-1].removeprefix(words)

    def call(self, method: str, **params: Any) -> Any:
        answer = self._client.post(method, json=params)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    def said(self) -> list[dict[str, Any]]:
        """Return what the bot has said, oldest first."""
        found = self.call("im.dialog.messages.get", DIALOG_ID=str(self.bot), LIMIT=50)["messages"]
        return sorted((one for one in found if one["author_id"] == self.bot), key=lambda one: one["id"])

    def answer_to(self, text: str) -> dict[str, Any]:
        """Write to the bot and wait for what it says."""
        before = len(self.said()) if self.bot_is_known() else 0
        self.call("im.message.add", DIALOG_ID=str(self.bot), MESSAGE=text)
        until(lambda: len(self.said()) > before, f"the bot answers {text}", 20)
        return self.said()[-1]

    def bot_is_known(self) -> bool:
        """Tell whether there is a private chat with the bot yet."""
        return any(one["id"] == self.bot for one in self.call("im.recent.list")["items"])


@pytest.fixture(scope="module")
def talk(tieline: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    folder = tmp_path_factory.mktemp("bitrixogram")
    with Served(tieline, folder / "data") as served:
        made = Talk(served, folder)
        yield made
        made.close()


def test_private_message_is_answered_and_the_next_one_knows_of_it(talk: Talk) -> None:
    first = talk.answer_to("Anna")
    assert first["text"] == "Say something"
    assert "Hello, [B]Anna[/B]" in str(first["params"]["ATTACH"])
    assert talk.answer_to("Good day")["text"] == "Anna says Good day"


def test_commands_are_answered_and_change_the_message_under_which_they_stand(talk: Talk) -> None:
    shown = talk.answer_to("Count")
    assert int(talk.printed("sent ")) == shown["id"]
    less, more = shown["params"]["KEYBOARD"]
    assert (less["TEXT"], less["COMMAND"], more["COMMAND_PARAMS"]) == ("-", "less", "1")
    assert talk.answer_to("/more 5")["text"] == f"{talk.user} wants 5 more"
    before = len(talk.said())
    pressed = {"MESSAGE_ID": shown["id"], "BOT_ID": talk.bot, "COMMAND_PARAMS": "1"}
    talk.call("im.message.command", COMMAND="more", **pressed)
    until(lambda: len(talk.said()) > before, "the bot answers its button", 20)
    assert talk.said()[-1]["text"] == f"{talk.user} wants 1 more"
    talk.call("im.message.command", COMMAND="less", **pressed)
    assert "'result': True" in talk.printed("changed ")
    (changed,) = [one for one in talk.said() if one["id"] == shown["id"]]
    assert (changed["text"], "KEYBOARD" in changed["params"]) == ("Less", False)
