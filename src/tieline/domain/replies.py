"""What a line says by its rules and how it ends a session, as values: nothing is done here."""

from typing import NamedTuple

from tieline.domain.calendars import Calendar
from tieline.domain.lines import Line
from tieline.domain.timers import closing_time


class Ending(NamedTuple):
    """How a session ends: the words, how long it waits for the customer, and whether the vote is asked before that."""

    words: str
    period: int
    asks_first: bool


def closed_words(line: Line, calendar: Calendar, now: int) -> str:
    """Return what a customer is told who writes while the line is closed; nothing while it works."""
    return "" if calendar.is_open(now) else line.says("WORKTIME_DAYOFF").strip()


def welcome_words(line: Line, *, first: bool) -> str:
    """Return with what a customer who begins a session is welcomed; `first`: he is new here."""
    welcomed = line.settings["WELCOME_MESSAGE"] == "Y" and (first or line.settings["SEND_WELCOME_EACH_SESSION"] == "Y")
    return str(line.settings["WELCOME_MESSAGE_TEXT"]).strip() if welcomed else ""


def vote_question(line: Line) -> str:
    """Return how a customer is asked for his vote; nothing where he is not."""
    return str(line.settings["VOTE_MESSAGE_2_TEXT"]).strip() if line.settings["VOTE_MESSAGE"] == "Y" else ""


def ending(line: Line, *, by_time: bool) -> Ending:
    """Return how a session ends that is finished by its operator, or because the customer is silent."""
    period = closing_time(line, by_time=by_time)
    words = line.says("AUTO_CLOSE" if by_time else "CLOSE").strip()
    return Ending(words, period, bool(period) and line.settings["VOTE_BEFORE_FINISH"] == "Y")
