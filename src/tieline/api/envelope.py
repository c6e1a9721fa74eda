"""The envelope of an answer: result, total and next, and how long it took."""

import time
from dataclasses import dataclass, field
from typing import Any

from tieline.api.faults import Fault
from tieline.api.method import Page
from tieline.api.wire import iso


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client gets: a status and a body that is encoded at the door."""

    status: int
    body: dict[str, Any]
    headers: tuple[tuple[bytes, bytes], ...] = ()


def succeeded(result: Any) -> dict[str, Any]:
    """Wrap a result; a page of a list brings its total and the next offset."""
    if not isinstance(result, Page):
        return {"result": result}
    body = {"result": result.items}
    if result.next is not None:
        body["next"] = result.next
    if result.total is not None:
        body["total"] = result.total
    return body


def failed(fault: Fault) -> Answer:
    """Answer with a fault; such a body has no time."""
    return Answer(fault.status, fault.body())


@dataclass(slots=True)
class Stopwatch:
    """When a call came in and how long it takes; the latter by a counter that no change of the machine's time moves."""

    zone: str = "UTC"
    start: float = field(default_factory=time.time)
    came: float = field(default_factory=time.perf_counter)
    begun: float | None = None

    def begin(self) -> None:
        """The call is out of the queue and is being processed."""
        self.begun = time.perf_counter()

    @property
    def processing(self) -> float:
        """The seconds since processing began."""
        return time.perf_counter() - (self.came if self.begun is None else self.begun)

    def block(self) -> dict[str, Any]:
        """Return the `time` block that every success carries, without its operating time."""
        now = time.perf_counter()
        duration = now - self.came
        finish = self.start + duration
        return {
            "start": self.start,
            "finish": finish,
            "duration": duration,
            "processing": duration if self.begun is None else now - self.begun,
            "date_start": iso(int(self.start * 1000), self.zone),
            "date_finish": iso(int(finish * 1000), self.zone),
        }
