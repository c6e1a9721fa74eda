"""What one part of the server tells another after a commit: wake-ups and live updates, in process."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from tieline.domain.events import Delivery

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DialogChanged:
    """A dialog has something new for those who look at it."""

    portal_id: int
    chat_id: int
    sequence: int
    moved: bool = False  # who saw it may see it no more


@dataclass(frozen=True, slots=True)
class LaneDue:
    """A lane has a delivery that may go now."""

    portal_id: int
    lane_id: int
    handler: str
    head: Delivery | None = None  # set if it is the lane's only one, rendered
    version: int = 0  # of the portal, when it was put there


@dataclass(frozen=True, slots=True)
class LaneCut:
    """Deliveries of a lane were cancelled."""

    portal_id: int
    lane_id: int


@dataclass(frozen=True, slots=True)
class FilesDue:
    """A file waits to be fetched."""

    portal_id: int


@dataclass(frozen=True, slots=True)
class NoticesChanged:
    """A person has something new to know of, or what there was has changed."""

    portal_id: int
    user_id: int


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    """A person came or went."""

    portal_id: int
    user_id: int


@dataclass(frozen=True, slots=True)
class WritingBegun:
    """Somebody is writing into a chat, or does what its status names."""

    portal_id: int
    chat_id: int
    user_id: int
    name: str
    status: str = ""
    seconds: int = 0  # for which it is shown; 0 for as long as usual


@dataclass(frozen=True, slots=True)
class ClockChanged:
    """The clock of a portal was set, stopped or made to run at another pace."""

    portal_id: int


Signal = DialogChanged | LaneDue | LaneCut | FilesDue | NoticesChanged | PresenceChanged | WritingBegun | ClockChanged
Listener = Callable[[Signal], None]


class Bus:
    """Hands signals to listeners; called by the database after each commit, from its own thread."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Call `listener`, which must be quick and safe to call from any thread, for each signal."""
        self._listeners.append(listener)

    def publish(self, signals: list[Signal]) -> None:
        """Tell every listener; what one of them raises is logged and hurts no other."""
        for signal in signals:
            for listener in self._listeners:
                try:
                    listener(signal)
                except Exception:
                    log.exception("a listener failed", signal=type(signal).__name__)
