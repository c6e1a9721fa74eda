"""What a line would do with a message, by settings that need not be saved: the engine's rules are asked, none acts."""

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from typing import Any, NamedTuple

from tieline.domain.bots import Bot
from tieline.domain.calendars import Calendar
from tieline.domain.clock import DAY, SECOND
from tieline.domain.lines import Line, QueueType
from tieline.domain.replies import closed_words, ending, vote_question, welcome_words
from tieline.domain.timers import AT_OPENING, Kind, due
from tieline.services import automation, bot_sessions, line_settings, routing
from tieline.services.call import Call
from tieline.services.queues import MOST_AHEAD
from tieline.services.sessions import calendar_of
from tieline.store import lines as store
from tieline.store.routing import count_ahead

FARTHEST = 3_660 * DAY  # of a moment that is asked about
MOST_PASSED_ON = 3  # operators behind the first
_EVERY = 2**62


class MomentTooFar(Exception):
    """A moment is asked about that is years away."""


class Phase(StrEnum):
    """From what a step counts: the customer's message, the answer, his next message, the operator's finish."""

    MESSAGE = "message"
    ANSWER = "answer"
    AGAIN = "again"
    FINISH = "finish"


class Step(NamedTuple):
    """One thing that would happen, so many milliseconds behind the beginning of its phase."""

    phase: Phase
    kind: str
    after: int
    values: dict[str, Any]


def as_set(call: Call, line: Line, fields: dict[str, Any]) -> Line:
    """Return a line as it would be with other settings, among them its name, its state and its queue."""
    queue = line.queue if fields.get("QUEUE") is None else tuple(line_settings.queue(call, fields["QUEUE"]))
    active = fields.get("ACTIVE")
    return replace(
        line,
        name=line_settings.line_name(fields) or line.name,
        active=line.active if active is None else line_settings.flag("ACTIVE", active),
        settings=line.settings | line_settings.read(call, fields),
        queue=queue,
        operators=store.list_operators(call.tx, call.portal_id, queue),
    )


def preview(call: Call, line: Line, now: int) -> list[Step]:
    """Return what happens to a new customer's message of a moment while nobody reacts, and how its session ends.

    Who is there and has room is as of the present.
    """
    if abs(now - call.now) > FARTHEST:
        raise MomentTooFar
    if not line.active:
        return [Step(Phase.MESSAGE, "refused", 0, {})]
    calendar = calendar_of(call, line)
    first = sorted(_opening(call, line, calendar, now), key=lambda step: step.after)
    return [*first, *_by_time(call, line, calendar, now), *_again(call, line, calendar, now), *_finish(call, line)]


def _opening(call: Call, line: Line, calendar: Calendar, now: int) -> Iterator[Step]:
    bot = automation.receiving_bot(call, line, now, first=True)
    if bot is None:
        yield from _greeting(line, calendar, now)
        yield from _unanswered(call, line, calendar, now)
        return
    again = automation.receiving_bot(call, line, now, first=False)
    yield Step(Phase.MESSAGE, "bot", 0, {"bot": _bot_name(call, bot), "each": again is not None})
    if patience := line.settings["WELCOME_BOT_TIME"] * SECOND:
        for step in _unanswered(call, line, calendar, now + patience):
            yield step._replace(after=step.after + patience)


def _unanswered(call: Call, line: Line, calendar: Calendar, now: int) -> Iterator[Step]:
    """Go through what happens to a dialog that begins to wait for an operator at a moment."""
    yield from _given(call, line, calendar, now)
    for kind in AT_OPENING:
        moment = due(kind, line, calendar, now)
        if moment is not None and kind is Kind.NO_ANSWER:
            text = line.says("NO_ANSWER").strip()
            if text:
                yield Step(Phase.MESSAGE, "excuse", moment - now, {"text": text})
            elif bot := bot_sessions.called(call, line, "NO_ANSWER"):
                yield Step(Phase.MESSAGE, "bot called", moment - now, {"bot": _bot_name(call, bot)})
        elif moment is not None:
            yield Step(Phase.MESSAGE, "late", moment - now, {"told": _told(call, line, "KPI_FIRST_ANSWER")})


def _greeting(line: Line, calendar: Calendar, now: int) -> Iterator[Step]:
    if text := closed_words(line, calendar, now):
        yield Step(Phase.MESSAGE, "closed", 0, {"text": text})
    elif text := welcome_words(line, first=True):
        yield Step(Phase.MESSAGE, "welcome", 0, {"text": text, "each": bool(welcome_words(line, first=False))})


def _given(call: Call, line: Line, calendar: Calendar, now: int) -> Iterator[Step]:
    if line.queue_type is QueueType.ALL:
        people = [user for number in line.operators if (user := call.find_person(number)) and user.active]
        yield Step(Phase.MESSAGE, "for all", 0, {"people": len(people)})
        return
    free = routing.available(call, line)
    if not free:
        waiting = count_ahead(call.tx, call.portal_id, line.id, _EVERY, MOST_AHEAD)
        yield Step(Phase.MESSAGE, "waits", 0, {"why": _why_nobody(call, line), "ahead": waiting})
        if line.settings["SEND_NOTIFICATION_EMPTY_QUEUE"] == "Y":
            yield Step(Phase.MESSAGE, "administrators told", 0, {})
        return
    yield Step(Phase.MESSAGE, "offered", 0, {"operator": _name(call, free[0])})
    yield from _passed_on(call, line, calendar, now, free[0])


def _passed_on(call: Call, line: Line, calendar: Calendar, now: int, first: int) -> Iterator[Step]:
    """Go from one to the next who has not had it, until all had it; then it goes round, or stays with the only one."""
    had = [first]
    moment = due(Kind.PASS_ON, line, calendar, now)
    while moment is not None and len(had) <= MOST_PASSED_ON:
        free = routing.available(call, line, behind=had[-1])
        following = next((user_id for user_id in free if user_id not in had), None)
        if following is None:
            break
        had.append(following)
        yield Step(Phase.MESSAGE, "passed on", moment - now, {"operator": _name(call, following)})
        moment = due(Kind.PASS_ON, line, calendar, moment)
    if moment is not None:
        yield Step(Phase.MESSAGE, "goes round" if len(had) > 1 else "stays", moment - now, {})


def _why_nobody(call: Call, line: Line) -> str:
    if not line.operators:
        return "nobody in the queue"
    unlimited = replace(line, settings=line.settings | {"MAX_CHAT": 0})
    return "no room" if routing.available(call, unlimited) else "nobody there"


def _by_time(call: Call, line: Line, calendar: Calendar, now: int) -> Iterator[Step]:
    moment = due(Kind.AUTO_CLOSE, line, calendar, now)
    if moment is not None:
        yield from _ending(call, line, Phase.ANSWER, moment - now, by_time=True)


def _again(call: Call, line: Line, calendar: Calendar, now: int) -> Iterator[Step]:
    moment = due(Kind.FURTHER_ANSWER_LATE, line, calendar, now)
    if moment is not None:
        yield Step(Phase.AGAIN, "late", moment - now, {"told": _told(call, line, "KPI_FURTHER_ANSWER")})


def _finish(call: Call, line: Line) -> Iterator[Step]:
    return _ending(call, line, Phase.FINISH, 0, by_time=False)


def _ending(call: Call, line: Line, phase: Phase, after: int, *, by_time: bool) -> Iterator[Step]:
    words, period, asks_first = ending(line, by_time=by_time)
    if bot := automation.closing_bot(call, line, by_time=by_time):
        period = max(period, automation.BOTS_FAREWELL)
        yield Step(phase, "bot called", after, {"bot": _bot_name(call, bot)})
    if words:
        yield Step(phase, "farewell", after, {"text": words})
    if period:
        yield Step(phase, "closing", after, {"seconds": period // SECOND})
    if question := vote_question(line):
        yield Step(phase, "vote", after if asks_first else after + period, {"text": question})
    yield Step(phase, "ended", after + period, {})


def _told(call: Call, line: Line, which: str) -> list[str]:
    if line.settings[f"{which}_ALERT"] != "Y":
        return []
    return [_name(call, int(number)) for number in line.settings[f"{which}_LIST"] or ()]


def _bot_name(call: Call, bot: Bot) -> str:
    user = call.find_user(bot.id)
    return user.full_name if user else ""


def _name(call: Call, user_id: int) -> str:
    user = call.find_person(user_id)
    return user.full_name if user else ""
