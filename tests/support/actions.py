"""What people do in a contact centre, for simulations: operators with dialogs, and who comes and goes."""

from collections.abc import Callable
from typing import Protocol

from tieline.domain.chats import Draft
from tieline.domain.presence import Choice
from tieline.services import chats, messages, operators, presence
from tieline.services.call import Call

REFUSED = (chats.NoAccess, operators.NotPassedOn, operators.NotTransferred, operators.NotIntercepted)


class Centre(Protocol):
    """Who knows operators and lines."""

    def someone(self) -> int:
        """Name an operator."""

    def some_line(self) -> int:
        """Name a line."""


LINES = (
    {"QUEUE_TYPE": "evenly", "QUEUE_TIME": 60, "MAX_CHAT": 2, "TYPE_MAX_CHAT": "answered_new"},
    {"QUEUE_TYPE": "strictly", "QUEUE_TIME": 30, "MAX_CHAT": 1, "TYPE_MAX_CHAT": "answered", "SESSION_PRIORITY": 5},
    {"QUEUE_TYPE": "evenly", "QUEUE_TIME": 60, "MAX_CHAT": 3, "TYPE_MAX_CHAT": "closed", "FULL_CLOSE_TIME": 5},
    {"QUEUE_TYPE": "all", "QUEUE_TIME": 30},
    {"QUEUE_TYPE": "strictly", "QUEUE_TIME": 60, "CHECK_AVAILABLE": "N"},
    {"QUEUE_TYPE": "evenly", "QUEUE_TIME": 30, "AUTO_CLOSE_TIME": 120, "AUTO_EXPIRE_TIME": 60, "VOTE_MESSAGE": "Y"},
)
ACTIONS: tuple[Callable[[Call, int, "Centre"], None], ...] = (
    lambda call, chat, _: operators.take(call, chat),
    lambda call, chat, _: operators.take(call, chat),
    lambda call, chat, _: _write(call, chat),
    lambda call, chat, _: _write(call, chat),
    lambda call, chat, _: _write(call, chat),
    lambda call, chat, _: operators.finish(call, chat),
    lambda call, chat, _: operators.finish(call, chat),
    lambda call, chat, _: operators.finish_another(call, chat),
    lambda call, chat, _: operators.mark_spam(call, chat),
    lambda call, chat, _: operators.skip(call, chat),
    lambda call, chat, centre: operators.transfer_to_person(call, chat, centre.someone()),
    lambda call, chat, centre: operators.transfer_to_queue(call, chat, centre.some_line()),
    lambda call, chat, _: operators.join(call, chat),
    lambda call, chat, _: operators.intercept(call, chat),
    lambda call, chat, _: operators.start(call, chat),
    lambda call, chat, _: operators.pin(call, chat, pinned=True),
    lambda call, chat, _: operators.pin(call, chat, pinned=False),
)


def _choose(choice: Choice) -> Callable[[int], Callable[[Call], None]]:
    return lambda user_id: lambda call: presence.choose(call, user_id, choice)


def _look_in(user_id: int) -> Callable[[Call], None]:
    """Open a page, at which nobody is."""

    def look_in(call: Call) -> None:
        presence.choose(call, user_id, Choice.AUTO)
        presence.see(call, user_id, "page", idle=True)

    return look_in


ATTENDANCE = (_choose(Choice.ONLINE), _choose(Choice.ONLINE), _choose(Choice.ABSENT), _look_in)


def _write(call: Call, chat: int) -> None:
    messages.send(call, chat, Draft("Good day"))
