"""A bot that fetches ten thousand events is killed again and again: it sees each of them, and none out of order."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from support import fetching_bot, servers
from support.served import Served
from support.waiting import until

pytestmark = pytest.mark.slow
EVENTS = 10_000
WRITERS = 4
OF_A_BATCH = 50
LONGEST_LIFE = 1.0
DRAIN = 120
TOKEN = "a-key-of-its-own"


class Life(NamedTuple):
    """What a process of the bot saw, (event, text), and which offset it confirmed last."""

    seen: list[tuple[int, str]]
    confirmed: int


@pytest.fixture(params=["sqlite", "postgresql"])
def served(request: pytest.FixtureRequest, tieline: Path, tmp_path: Path) -> Iterator[Served]:
    if request.param == "sqlite":
        with Served(tieline, tmp_path / "data", tls=False) as server:
            yield server
        return
    with servers.postgresql() as url:
        database = servers.new_database(url, "fetched")
        with Served(tieline, tmp_path / "data", tls=False, database=database) as server:
            yield server


class Bot:
    """The bot: its process, which may be ended, and all that its processes saw."""

    def __init__(self, hook: str, number: int, file: Path) -> None:
        self.file = file
        self._command = [sys.executable, fetching_bot.__file__, hook, str(number), TOKEN, str(file)]

    def live(self, seconds: float) -> None:
        """Live for a while and be killed."""
        process = subprocess.Popen(self._command)
        try:
            time.sleep(seconds)
            assert process.poll() is None
        finally:
            process.kill()
            process.wait()

    def live_until_all_is_seen(self) -> None:
        """Live until nothing more comes."""
        process = subprocess.Popen(self._command)
        try:
            until(lambda: len({text for life in self.lives() for _, text in life.seen if text}) == EVENTS, "all", DRAIN)
        finally:
            process.kill()
            process.wait()

    def lives(self) -> list[Life]:
        """Return what each process saw."""
        found: list[Life] = []
        for line in self.file.read_text().splitlines():
            what, _, rest = line.partition(" ")
            if what == "born":
                found.append(Life([], 0))
            elif what == "confirmed":
                found[-1] = found[-1]._replace(confirmed=int(rest))
            else:
                number, _, text = rest.partition(" ")
                found[-1].seen.append((int(number), text))
        return found


def write(served: Served, hook: str, bot: int, place: int) -> None:
    """Write messages to the bot, in order, by batches."""
    each = EVENTS // WRITERS
    with served.client() as client:
        for begin in range(0, each, OF_A_BATCH):
            commands = {
                f"m{number}": f"im.message.add?DIALOG_ID={bot}&MESSAGE={place}-{number}"
                for number in range(begin, begin + OF_A_BATCH)
            }
            answer = client.post(f"{hook}batch", json={"halt": 1, "cmd": commands})
            assert answer.status_code == httpx.codes.OK, answer.text
            assert len(answer.json()["result"]["result"]) == OF_A_BATCH, answer.text


def path_of(served: Served, url: str) -> str:
    return url.removeprefix(served.url)


def test_killed_bot_sees_every_event_and_none_out_of_order(served: Served, tmp_path: Path) -> None:
    people = [served.person(f"Person {place}", f"person{place}@example.com") for place in range(WRITERS)]
    hooks = [path_of(served, served.ask("webhook.add", user=person, scopes=["im"])["url"]) for person in people]
    programs = served.ask("webhook.add", user=people[0], scopes=["imbot"])["url"]
    with served.client() as client:
        fields = {"code": "reader", "botToken": TOKEN, "properties": {"name": "Reader"}}
        added = client.post(f"{path_of(served, programs)}imbot.v2.Bot.register", json={"fields": fields}).json()
    number = added["result"]["bot"]["id"]
    bot = Bot(served.http_url + path_of(served, programs), number, tmp_path / "seen")
    moments = random.Random(1)
    with ThreadPoolExecutor(WRITERS) as pool:
        writing: list[Future[None]] = [
            pool.submit(write, served, hook, number, place) for place, hook in enumerate(hooks)
        ]
        while not all(one.done() for one in writing):
            bot.live(moments.uniform(0.2, LONGEST_LIFE))
        for one in writing:
            one.result()
    bot.live_until_all_is_seen()
    check(bot.lives())


def check(lives: list[Life]) -> None:
    """Each event was seen; each process saw them in order and nothing of what a former one confirmed."""
    confirmed, seen = 0, dict[int, str]()
    for life in lives:
        numbers = [number for number, _ in life.seen]
        assert all(one < other for one, other in pairwise(numbers))
        assert all(number >= confirmed for number in numbers)
        newest = max(seen, default=0)
        assert all(number in seen or number > newest for number in numbers)
        seen.update(life.seen)
        confirmed = max(confirmed, life.confirmed)
    texts = [text for _, text in sorted(seen.items()) if text]
    assert len(texts) == len(set(texts)) == EVENTS
    for place in range(WRITERS):
        mine = [text for text in texts if text.startswith(f"{place}-")]
        assert mine == [f"{place}-{number}" for number in range(EVENTS // WRITERS)]
    again = sum(len(life.seen) for life in lives) - len(seen)
    assert len(lives) > 5
    print(f"\n{len(lives)} lives, {len(seen):,} events, {again:,} seen again")  # noqa: T201 - figures of a test that is run by hand
