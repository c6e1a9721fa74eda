"""The tutorials of a bot of open lines and of support over a network, with the official SDKs, unmodified."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.receiver import Receiver
from support.sdk import LINE_BOTS, TUTORIALS, Refused, Sdk
from support.served import Scene, Served

pytestmark = pytest.mark.xdist_group("bot tutorials")  # they share a server
NUMBERS = itertools.count(1)
CODE = "ab515f5d85a8b844d484f6ea75a2e494"


@pytest.fixture(scope="module")
def served(tieline: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tieline, tmp_path_factory.mktemp("bots") / "data") as made:
        yield made


class Line:
    """An open line whose customers a bot of an SDK receives."""

    def __init__(self, served: Served, receiver: Receiver, sdk: Sdk, name: str) -> None:
        self.sdk, self.name, self.receiver = sdk, name, receiver
        self.client = served.client()
        self.scene = Scene(served, f"{receiver.url}/connector", connector=name, email=f"{name}@example.com")
        finish = {"event": "OnImConnectorDialogFinish", "handler": f"{receiver.url}/connector"}
        self.scene.call(self.client, "event.bind", **finish)
        hook = served.ask("webhook.add", user=1, scopes=["imbot", "imopenlines"])["url"]
        sdk.start(url=hook, token=f"{name}-{'t' * 20}")
        self.bot = sdk.register(handler=f"{receiver.url}/bot", code=f"{name}_bot")["bot"]
        fields = {"WELCOME_BOT_ENABLE": "Y", "WELCOME_BOT_ID": self.bot["id"], "WELCOME_BOT_LEFT": "queue"}
        self.scene.call(self.client, "imopenlines.config.update", CONFIG_ID=self.scene.line, PARAMS=fields)

    def customer(self, number: int) -> int:
        """Let a customer write; returns the chat as the bot's event names it."""
        self.scene.send(self.client, f"{self.name}-{number}", f"{self.name}-{number}", "Good day")
        told = self.receiver.wait(number, event="ONIMBOTV2MESSAGEADD")[-1].form["data"]
        assert told["chat"]["entityType"] == "LINES"
        assert told["message"]["text"] == "Good day"
        assert told["bot"]["id"] == str(self.bot["id"])
        return int(told["message"]["chatId"])

    def dialog(self, chat: int) -> dict[str, Any]:
        """Return a dialog as its operator sees it."""
        answer = self.client.post(f"{self.scene.hook}imopenlines.dialog.get", json={"CHAT_ID": chat})
        return answer.raise_for_status().json()["result"]


@pytest.fixture(params=sorted(LINE_BOTS))
def line(request: pytest.FixtureRequest, served: Served, receiver: Receiver, tmp_path: Path) -> Iterator[Line]:
    with Sdk(LINE_BOTS[request.param](), served, tmp_path / "sdk.log") as sdk:
        made = Line(served, receiver, sdk, f"{request.param}{next(NUMBERS)}")
        yield made
        made.client.close()


def test_bot_of_a_line_is_registered_as_the_tutorial_shows(line: Line) -> None:
    assert {name: line.bot[name] for name in ("code", "type", "isSupportOpenline", "eventMode")} == {
        "code": f"{line.name}_bot",
        "type": "bot",
        "isSupportOpenline": True,
        "eventMode": "webhook",
    }
    again = line.sdk.register(handler=f"{line.receiver.url}/bot", code=f"{line.name}_bot")["bot"]
    assert again["id"] == line.bot["id"]


def test_bot_hands_its_customers_on_and_bids_them_farewell(line: Line) -> None:
    first, second, third = (line.customer(number) for number in (1, 2, 3))
    assert line.sdk.operator(chat=first) is True
    assert line.dialog(first)["owner"] == line.scene.operator
    with pytest.raises(Refused) as refused:
        line.sdk.operator(chat=first)
    assert (refused.value.status, refused.value.code) == (400, "WRONG_CHAT")

    assert line.sdk.transfer(chat=second, user=line.scene.operator) is True
    assert line.dialog(second)["owner"] == line.scene.operator

    assert line.sdk.finish(chat=third) is True
    line.receiver.wait(1, event="ONIMCONNECTORDIALOGFINISH")
    with pytest.raises(Refused) as refused:
        line.sdk.finish(chat=0)
    assert (refused.value.status, refused.value.code) == (400, "CHAT_ID_EMPTY")


@pytest.mark.difference(63)
@pytest.mark.parametrize("name", sorted(TUTORIALS))
def test_support_over_a_network_is_refused_as_documented(served: Served, tmp_path: Path, name: str) -> None:
    app = served.ask("app.add", name="Support", scopes=["imopenlines"], script_only=True)
    with Sdk(TUTORIALS[name](), served, tmp_path / "sdk.log") as sdk:
        drop = ("id", "application_token") if name == "b24pysdk" else ("id",)
        sdk.start(**{key: value for key, value in app.items() if key not in drop})
        refusals = []
        for step, given in (
            ("network_join", {"code": CODE}),
            ("network_write", {"code": CODE, "user": 1, "text": "Welcome!"}),
            ("network_join", {"code": "short"}),
            ("network_write", {"code": CODE, "user": 1, "text": ""}),
        ):
            with pytest.raises(Refused) as refused:
                sdk.do(step, **given)
            refusals.append((refused.value.status, refused.value.code))
        assert refusals == [(400, "NOT_FOUND"), (400, "NOT_FOUND"), (400, "CODE"), (400, "MESSAGE_EMPTY")]
