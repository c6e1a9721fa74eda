"""Open lines: their settings with the defaults, and who is in the queue."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class QueueEntity(StrEnum):
    """What an element of a line's queue names."""

    USER = "user"
    DEPARTMENT = "department"


class QueueType(StrEnum):
    """How a line's dialogs are given to its operators: in turn, in the order of the queue, or to whom takes them."""

    EVENLY = "evenly"
    STRICTLY = "strictly"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One element of a line's queue."""

    entity_type: QueueEntity
    entity_id: int


@dataclass(frozen=True, slots=True)
class Line:
    """An open line."""

    id: int
    name: str
    active: bool
    settings: dict[str, Any]
    queue: tuple[QueueItem, ...]
    operators: tuple[int, ...]  # people of the queue, those of its departments included, in its order
    created_at: int
    modified_at: int
    modified_by: int

    @property
    def queue_type(self) -> QueueType:
        """How its dialogs are given to operators."""
        return QueueType(self.settings["QUEUE_TYPE"])

    @property
    def checks_presence(self) -> bool:
        """It gives dialogs to those alone who are there."""
        return bool(self.settings["CHECK_AVAILABLE"] == "Y")

    @property
    def capacity(self) -> int:
        """How many dialogs an operator may have when one of its is added; 0 for any number."""
        return int(self.settings["MAX_CHAT"])

    @property
    def priority(self) -> int:
        """Dialogs of a line with a higher one are given first."""
        return int(self.settings["SESSION_PRIORITY"])

    def says(self, rule: str) -> str:
        """Return the text of a rule such as CLOSE; none where the rule is not to send one."""
        return str(self.settings[f"{rule}_TEXT"]) if self.settings[f"{rule}_RULE"] == "text" else ""

    @property
    def close_term(self) -> int:
        """Minutes until a session closes by itself."""
        return int(self.settings["AUTO_CLOSE_TIME"]) // 60


class Kind(StrEnum):
    """How a setting's value is read."""

    TEXT = "text"
    NUMBER = "number"
    SECONDS = "seconds"
    MINUTES = "minutes"
    FLAG = "flag"
    CHOICE = "choice"
    TIME = "time of day"
    ZONE = "time zone"
    DAYS = "days of the week"
    DATES = "days of the year"
    PEOPLE = "people"
    FACE = "how operators look to customers"


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of a line's configuration and its default."""

    kind: Kind
    default: Any
    choices: tuple[str, ...] = field(default=())
    nullable: bool = False


def _text(default: str | None = "") -> Setting:
    return Setting(Kind.TEXT, default, nullable=default is None)


def _number(default: int = 0) -> Setting:
    return Setting(Kind.NUMBER, default)


def _flag(default: str = "N") -> Setting:
    return Setting(Kind.FLAG, default)


def _choice(default: str, *others: str) -> Setting:
    return Setting(Kind.CHOICE, default, (default, *others))


def _seconds(default: int = 0) -> Setting:
    return Setting(Kind.SECONDS, default)


def _people() -> Setting:
    return Setting(Kind.PEOPLE, None, nullable=True)


# The documentation prints no defaults for a new line; these are those of its sample line.
SETTINGS: dict[str, Setting] = {
    "CRM": _flag("Y"),
    "CRM_CREATE": _text("lead"),
    "CRM_CREATE_SECOND": _text("0"),
    "CRM_CREATE_THIRD": _flag("Y"),
    "CRM_FORWARD": _flag("Y"),
    "CRM_CHAT_TRACKER": _flag("N"),
    "CRM_TRANSFER_CHANGE": _flag("Y"),
    "CRM_SOURCE": _text("create"),
    "QUEUE_TIME": _seconds(60),
    "NO_ANSWER_TIME": _seconds(60),
    "QUEUE_TYPE": _choice("evenly", "strictly", "all"),
    "CHECK_AVAILABLE": _flag("Y"),
    "WATCH_TYPING": _flag("N"),
    "WELCOME_BOT_ENABLE": _flag("N"),
    "WELCOME_MESSAGE": _flag("N"),
    "WELCOME_MESSAGE_TEXT": _text(),
    "VOTE_MESSAGE": _flag("N"),
    "VOTE_TIME_LIMIT": _seconds(0),
    "VOTE_BEFORE_FINISH": _flag("Y"),
    "VOTE_CLOSING_DELAY": _flag("N"),
    "VOTE_MESSAGE_1_TEXT": _text("How did we do?"),
    "VOTE_MESSAGE_1_LIKE": _text("Thank you!"),
    "VOTE_MESSAGE_1_DISLIKE": _text("We are sorry, and we will do better."),
    "VOTE_MESSAGE_2_TEXT": _text("How did we do? Send 1 for good, 0 for bad."),
    "VOTE_MESSAGE_2_LIKE": _text("Thank you!"),
    "VOTE_MESSAGE_2_DISLIKE": _text("We are sorry, and we will do better."),
    "AGREEMENT_MESSAGE": _flag("N"),
    "AGREEMENT_ID": _number(0),
    "CATEGORY_ENABLE": _flag("N"),
    "CATEGORY_ID": _number(0),
    "WELCOME_BOT_JOIN": _choice("always", "first"),
    "WELCOME_BOT_ID": _number(0),
    "WELCOME_BOT_TIME": _seconds(180),
    "WELCOME_BOT_LEFT": _choice("close", "queue"),
    "NO_ANSWER_RULE": _choice("none", "text", "form", "bot"),
    "NO_ANSWER_FORM_ID": _number(0),
    "NO_ANSWER_BOT_ID": _number(0),
    "NO_ANSWER_TEXT": _text(),
    "WORKTIME_ENABLE": _flag("N"),
    "WORKTIME_FROM": Setting(Kind.TIME, "0"),
    "WORKTIME_TO": Setting(Kind.TIME, "23.59"),
    "WORKTIME_TIMEZONE": Setting(Kind.ZONE, "UTC"),
    "WORKTIME_HOLIDAYS": Setting(Kind.DATES, []),
    "WORKTIME_DAYOFF": Setting(Kind.DAYS, []),
    "WORKTIME_DAYOFF_RULE": _choice("none", "text", "form", "bot"),
    "WORKTIME_DAYOFF_FORM_ID": _number(0),
    "WORKTIME_DAYOFF_BOT_ID": _number(0),
    "WORKTIME_DAYOFF_TEXT": _text(),
    "CLOSE_RULE": _choice("none", "text", "form", "bot"),
    "CLOSE_FORM_ID": _number(0),
    "CLOSE_BOT_ID": _number(0),
    "CLOSE_TEXT": _text(),
    "FULL_CLOSE_TIME": Setting(Kind.MINUTES, 0),
    "AUTO_CLOSE_RULE": _choice("none", "text", "form", "bot"),
    "AUTO_CLOSE_FORM_ID": _number(0),
    "AUTO_CLOSE_BOT_ID": _number(0),
    "AUTO_CLOSE_TIME": _seconds(3600),
    "AUTO_CLOSE_TEXT": _text(),
    "AUTO_EXPIRE_TIME": _seconds(86400),
    "TEMPORARY": _flag("N"),
    "XML_ID": _text(None),
    "LANGUAGE_ID": _text("en"),
    "QUICK_ANSWERS_IBLOCK_ID": _number(0),
    "SESSION_PRIORITY": _number(0),
    "TYPE_MAX_CHAT": _choice("answered_new", "answered", "closed"),
    "MAX_CHAT": _number(0),
    "OPERATOR_DATA": _choice("profile", "queue", "hide"),
    "DEFAULT_OPERATOR_DATA": Setting(Kind.FACE, {}),
    "KPI_FIRST_ANSWER_TIME": _seconds(0),
    "KPI_FIRST_ANSWER_ALERT": _flag("N"),
    "KPI_FIRST_ANSWER_LIST": _people(),
    "KPI_FIRST_ANSWER_TEXT": _text(),
    "KPI_FURTHER_ANSWER_TIME": _seconds(0),
    "KPI_FURTHER_ANSWER_ALERT": _flag("N"),
    "KPI_FURTHER_ANSWER_LIST": _people(),
    "KPI_FURTHER_ANSWER_TEXT": _text(),
    "KPI_CHECK_OPERATOR_ACTIVITY": _flag("N"),
    "SEND_NOTIFICATION_EMPTY_QUEUE": _flag("N"),
    "USE_WELCOME_FORM": _flag("N"),
    "WELCOME_FORM_ID": _number(0),
    "WELCOME_FORM_DELAY": _flag("Y"),
    "SEND_WELCOME_EACH_SESSION": _flag("Y"),
    "CONFIRM_CLOSE": _flag("Y"),
    "IGNORE_WELCOME_FORM_RESPONSIBLE": _flag("N"),
}
