"""kill -9 at random moments, under load: nothing that was answered is lost, nothing comes twice or out of order."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from support import servers
from support.load import Crowd
from support.receiver import Received, Receiver
from support.served import Scene, Served
from support.waiting import until

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("TIELINE_KILLS", "200"))
SEED = int(os.environ.get("TIELINE_SEED", "1"))
LONGEST_LIFE = 1.0  # seconds between the moment a server is ready and its end
DRAIN = 240


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Which database the server uses: the embedded one, or a PostgreSQL server that syncs to disk."""
    if request.param == "sqlite":
        yield ""
        return
    with servers.postgresql(fsync=True) as url:
        yield servers.new_database(url, "killed")


def test_what_was_answered_survives_every_kill(
    tieline: Path, tmp_path: Path, database: str, receiver: Receiver
) -> None:
    random_moments = random.Random(SEED)
    served = Served(tieline, tmp_path / "data", tls=False, database=database)
    begun = time.monotonic()
    with served:
        scene = Scene(served, f"{receiver.url}/handler")
        with Crowd(scene, customers=4, operators=2) as crowd:
            for _ in range(KILLS):
                time.sleep(random_moments.uniform(0, LONGEST_LIFE))
                served.kill()
                served.start()
            crowd.stop()
        killed_for = time.monotonic() - begun
        with served.client() as client:
            found = {chat: scene.history(client, chat) for chat in crowd.texts}
        check_messages(crowd, found)
        sent = {message["id"]: chat for chat, messages in found.items() for message in messages if is_ours(message)}
        until(lambda: told_ids(receiver) >= set(sent), "every event arrives", DRAIN)
        receiver.nothing_more(len(receiver.requests), 2)
        check_events(receiver, sent)
    report(crowd, receiver, sent, database, killed_for)


def is_ours(message: dict) -> bool:
    return message["text"].startswith("from operator")


def check_messages(crowd: Crowd, found: dict[int, list[dict]]) -> None:
    """Every answered message is there, once, where it belongs."""
    for chat, messages in found.items():
        texts = Counter(message["text"] for message in messages if not is_ours(message) and message["author_id"])
        assert set(texts.values()) == {1}
        assert crowd.texts[chat] <= set(texts)
        ids = [message["id"] for message in messages]
        assert len(set(ids)) == len(ids)
        kept = {message["id"]: message["text"] for message in messages}
        answered = {number: text for number, (where, text) in crowd.answers.items() if where == chat}
        assert {number: kept.get(number) for number in answered} == answered


def message_of(received: Received) -> int:
    return int(received.flat["data[MESSAGES][0][im][message_id]"])


def told_ids(receiver: Receiver) -> set[int]:
    return {message_of(received) for received in list(receiver.requests)}


def check_events(receiver: Receiver, sent: dict[int, int]) -> None:
    """Each message was told under one id of its own, first in the order of its dialog."""
    by_id: dict[str, set[int]] = {}
    first: list[int] = []
    for received in receiver.requests:
        number, stable = message_of(received), received.headers["webhook-id"]
        if stable not in by_id:
            first.append(number)
        by_id.setdefault(stable, set()).add(number)
    assert all(len(numbers) == 1 for numbers in by_id.values())
    assert len(by_id) == len(set(first)) == len(first)
    assert set(first) == set(sent)
    for chat in set(sent.values()):
        in_dialog = [number for number in first if sent[number] == chat]
        assert in_dialog == sorted(in_dialog)


def report(crowd: Crowd, receiver: Receiver, sent: dict[int, int], database: str, seconds: float) -> None:
    messages = sum(map(len, crowd.texts.values()))
    repeated = len(receiver.requests) - len(sent)
    print(  # noqa: T201 - figures of a test that is run by hand
        f"\n{'PostgreSQL' if database else 'SQLite'}: {KILLS} kills in {seconds:.0f} s (seed {SEED}); "
        f"{messages} messages in, {len(crowd.answers)} answered out, {crowd.repeats} calls repeated; "
        f"{len(sent)} events, {repeated} of them again"
    )


def test_message_is_on_the_disk_before_it_is_answered(tieline: Path, tmp_path: Path, receiver: Receiver) -> None:
    trace = tmp_path / "trace"
    served = Served(tieline, tmp_path / "data", tls=False)
    calls = "trace=fsync,fdatasync,pwrite64,pwritev,write,writev,sendto,sendmsg"
    served.start("strace", "-f", "-y", "-qq", "-s", "200000", "-e", calls, "-e", "signal=none", "-o", str(trace))
    try:
        scene = Scene(served, f"{receiver.url}/handler")
        numbers = [f"trace-{number:04}-" for number in range(40)]
        send_at_once(served, scene, numbers)
    finally:
        traced = Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children").read_text().split()
        os.kill(int(traced[0]), signal.SIGTERM)
        served.process.wait(20)
    events = list(completed(trace.read_text(errors="replace").splitlines()))
    for number in numbers:
        written = [at for at, call, text in events if "write" in call and "tieline.db-wal>" in text and number in text]
        answered = [at for at, _, text in events if "<socket:" in text.partition(",")[0] and number in text]
        assert len(answered) == 1, number
        synced = [at for at, call, text in events if "sync" in call and "tieline.db-wal>" in text]
        assert any(written[0] < at < answered[0] for at in synced), number


def send_at_once(served: Served, scene: Scene, numbers: list[str]) -> None:
    """Send messages from several connections at the same time."""

    def send(number: str) -> None:
        with httpx.Client(base_url=served.http_url, timeout=60) as client:
            scene.send(client, "traced", number, f"text of {number}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, numbers))


def completed(lines: list[str]) -> Iterator[tuple[int, str, str]]:
    """Yield (position, call, text) of each call, a sync at its end, everything else at its begin."""
    pending: dict[str, str] = {}
    for position, line in enumerate(lines):
        pid, _, text = line.partition(" ")
        text = text.strip()
        if text.startswith("<..."):
            text = pending.pop(pid, "") + text
            if "sync" in text.partition("(")[0]:
                yield position, text.partition("(")[0], text
        elif "<unfinished ...>" in text:
            pending[pid] = text
            if "sync" not in text.partition("(")[0]:
                yield position, text.partition("(")[0], text
        else:
            yield position, text.partition("(")[0], text
