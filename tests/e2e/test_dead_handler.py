"""A dead handler beside a good one: the good one's events arrive as soon as without it."""

import statistics
import time
from pathlib import Path

import httpx
import pytest

from support import servers
from support.raw import RawServer, silent
from support.receiver import Receiver
from support.served import Scene, Served

pytestmark = pytest.mark.slow
ROUNDS = 5
EVENTS = 200  # of each round: 1,000 with and 1,000 without
PACE = 0.01
DIALOGS = 20
CROWD = 40  # dialogs that wait for each dead handler before a round begins
EACH = 5  # every fifth event goes with one for each dead handler
ALLOWED = 1.5


class Street:
    """A good scene and two dead ones on one server."""

    def __init__(self, served: Served, receiver: Receiver, dead: list[str]) -> None:
        self.served = served
        self.receiver = receiver
        self.good = Scene(served, f"{receiver.url}/handler", connector="good", email="good@example.com")
        self.dead = [
            Scene(served, handler, connector=f"dead{number}", email=f"dead{number}@example.com")
            for number, handler in enumerate(dead)
        ]
        self.handlers = dead
        self._numbers = iter(range(10**9))
        with served.client() as client:
            self.chats = [self._dialog(client, self.good, number) for number in range(DIALOGS)]
            self.crowds = [[self._dialog(client, scene, number) for number in range(CROWD)] for scene in self.dead]

    def _dialog(self, client: httpx.Client, scene: Scene, number: int) -> int:
        return int(scene.send(client, f"chat-{number}", f"{number}", "Hello")["session"]["CHAT_ID"])

    def bind_dead(self, client: httpx.Client, *, bound: bool) -> None:
        """Subscribe the dead handlers, or end that and all that waits for them."""
        for scene, handler in zip(self.dead, self.handlers, strict=True):
            method = "event.bind" if bound else "event.unbind"
            scene.call(client, method, event="OnImConnectorMessageAdd", handler=handler)

    def crowd(self, client: httpx.Client) -> None:
        """Let an event wait in each dialog of the dead."""
        for scene, chats in zip(self.dead, self.crowds, strict=True):
            for chat in chats:
                scene.answer(client, chat, "for the dead")

    def round(self, client: httpx.Client, *, beside: bool) -> list[float]:
        """Send events at an even pace; returns how long each took to arrive, in milliseconds."""
        before, sent = len(self.receiver.requests), {}
        next_at = time.monotonic()
        for turn in range(EVENTS):
            next_at += PACE
            time.sleep(max(0.0, next_at - time.monotonic()))
            text = f"event {next(self._numbers)}"
            sent[text] = time.monotonic()
            self.good.answer(client, self.chats[turn % DIALOGS], text)
            if beside and turn % EACH == 0:
                for scene, chats in zip(self.dead, self.crowds, strict=True):
                    scene.answer(client, chats[turn % CROWD], "for the dead")
        arrived = self.receiver.wait(before + EVENTS, timeout=60)[before:]
        texts = [received.flat["data[MESSAGES][0][message][text]"].split("[br]")[1] for received in arrived]
        assert set(texts) == set(sent)
        return [(received.at - sent[text]) * 1000 for received, text in zip(arrived, texts, strict=True)]


def percentile(values: list[float], part: int) -> float:
    return statistics.quantiles(values, n=100)[part - 1]


def test_dead_handlers_do_not_delay_the_events_of_others(tieline: Path, tmp_path: Path, receiver: Receiver) -> None:
    refusing = f"http://127.0.0.1:{servers.free_port()}/refuses"
    took: dict[bool, list[float]] = {True: [], False: []}
    with RawServer(silent) as hanging, Served(tieline, tmp_path / "data", tls=False) as served:
        street = Street(served, receiver, [f"{hanging.url}/hangs", refusing])
        with served.client() as client:
            street.bind_dead(client, bound=False)
            street.round(client, beside=False)  # warm
            for _ in range(ROUNDS):
                took[False] += street.round(client, beside=False)
                street.bind_dead(client, bound=True)
                street.crowd(client)
                hanging.wait(1)
                took[True] += street.round(client, beside=True)
                street.bind_dead(client, bound=False)
        assert hanging.requests >= 8
    alone, beside = (percentile(took[part], 99) for part in (False, True))
    print(  # noqa: T201 - figures of a test that is run by hand
        f"\np99 of {len(took[False])} events: {alone:.1f} ms alone, {beside:.1f} ms beside dead handlers "
        f"({beside / alone:.2f}); p50 {percentile(took[False], 50):.1f} and {percentile(took[True], 50):.1f} ms"
    )
    assert beside <= ALLOWED * alone
