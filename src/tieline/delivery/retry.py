"""When to try again and when to give up: pure, and the schedule is data."""

from dataclasses import dataclass
from typing import NamedTuple

from tieline.domain.clock import HOUR, MINUTE, SECOND
from tieline.store.journal import Outcome

# Pause before each attempt; the last ones reach 27.7 hours after the first.
SCHEDULE = (
    0,
    5 * SECOND,
    30 * SECOND,
    2 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    10 * HOUR,
)
STRICT_SCHEDULE = (0,)


class Reply(NamedTuple):
    """What came of a call: a status, or why there was none."""

    status: int | None = None
    reason: str = ""

    @property
    def accepted(self) -> bool:
        """The handler took it."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with a delivery after an attempt."""

    outcome: Outcome
    again_at: int | None = None


def judge(reply: Reply, *, failures: int, age: int, now: int, schedule: tuple[int, ...] = SCHEDULE) -> Verdict:
    """Decide after an attempt.

    `failures` are those of the lane before this attempt: backoff belongs to it. `age` is the event's own, and an
    event that is older than the whole schedule is given up when its turn fails.
    """
    if reply.accepted:
        return Verdict(Outcome.DELIVERED)
    if age >= sum(schedule) or len(schedule) == 1:
        return Verdict(Outcome.FAILED)
    pause = schedule[min(failures + 1, len(schedule) - 1)]
    return Verdict(Outcome.RETRY, now + pause)
