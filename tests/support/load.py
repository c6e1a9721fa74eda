"""Load that does not give up: customers and operators who repeat what was not answered."""

import itertools
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Self

import httpx

from support.served import Scene

PAUSE = 0.02
CHATS = 3


class Crowd:
    """Threads that write until they are told to stop, and remember what was answered with success."""

    def __init__(self, scene: Scene, *, customers: int, operators: int) -> None:
        self.scene = scene
        self.texts: dict[int, set[str]] = defaultdict(set)
        self.answers: dict[int, tuple[int, str]] = {}
        self.repeats = 0
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._failures: list[BaseException] = []
        work = [(self._customer, number) for number in range(customers)]
        work += [(self._operator, number) for number in range(operators)]
        self._threads = [threading.Thread(target=self._run, args=part) for part in work]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Let everybody finish the message that is under way; the server must be up."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        assert self._failures == []

    def _run(self, work: Callable[[httpx.Client, int], None], number: int) -> None:
        try:
            with httpx.Client(base_url=self.scene.served.http_url, timeout=20) as client:
                work(client, number)
        except BaseException as error:  # noqa: BLE001 - it is told when the crowd is stopped
            self._failures.append(error)

    def _customer(self, client: httpx.Client, number: int) -> None:
        for turn in itertools.count():
            if self._stopping.is_set():
                return
            chat, text = f"chat-{number}-{turn % CHATS}", f"from customer {number}, {turn}"
            item = self._until_answered(lambda: self.scene.send(client, chat, f"id-{number}-{turn}", text))  # noqa: B023
            with self._lock:
                self.texts[int(item["session"]["CHAT_ID"])].add(text)

    def _operator(self, client: httpx.Client, number: int) -> None:
        for turn in itertools.count():
            if self._stopping.is_set():
                return
            with self._lock:
                chats = sorted(self.texts)
            if not chats:
                time.sleep(PAUSE)
                continue
            chat, text = chats[turn % len(chats)], f"from operator {number}, {turn}"
            message = self._until_answered(lambda: self.scene.answer(client, chat, text))  # noqa: B023
            with self._lock:
                self.answers[message] = (chat, text)
            time.sleep(PAUSE)

    def _until_answered(self, ask: Callable[[], Any]) -> Any:
        while True:
            try:
                return ask()
            except httpx.TransportError:
                self.repeats += 1
                time.sleep(PAUSE)
