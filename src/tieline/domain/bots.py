"""Chatbots: users that programs speak for, and the commands that people give them."""

from dataclasses import dataclass, field
from enum import StrEnum


class BotType(StrEnum):
    """What a bot does in chats: whether it hears all, or what is said to it."""

    BOT = "bot"
    HUMAN = "human"
    NETWORK = "network"
    OPENLINE = "openline"
    SUPERVISOR = "supervisor"
    PERSONAL = "personal"


class Heard(StrEnum):
    """What a bot may be told of; each has a handler of its own in the first version of the API."""

    ADDED = "added"
    EDITED = "edited"
    DELETED = "deleted"
    JOINED = "joined"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot, by its user's id; `version` is of the API that registered it, in whose form its events come.

    `handlers` are the addresses of the first version by what it is told of; one of the second has an address at
    `webhook`, or fetches its events. In open lines it speaks only if it was made for `lines`.
    """

    id: int
    app_id: int
    code: str
    type: BotType
    version: int
    lines: bool = False
    handlers: dict[str, str] = field(default_factory=dict)
    color: str = ""
    fetches: bool = False
    hidden: bool = False
    reactions: bool = True
    background: str = ""
    created_at: int = 0

    @property
    def hears_all(self) -> bool:
        """It is told of each message of its chats, also of those that are not addressed to it."""
        return self.type in (BotType.SUPERVISOR, BotType.PERSONAL)

    @property
    def fetch_lane(self) -> str:
        """Name the queue from which it fetches its events."""
        return f"bot:{self.id}"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A command's title and hint in a language."""

    language: str
    title: str
    params: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """What people may say to a bot behind a slash; a common one works in any chat, also where the bot is not."""

    id: int
    bot_id: int
    app_id: int
    command: str
    handler: str = ""
    common: bool = False
    hidden: bool = False
    extranet: bool = False
    phrases: tuple[Phrase, ...] = ()
    created_at: int = 0


class Context(StrEnum):
    """From where a command was given."""

    TEXTAREA = "TEXTAREA"
    KEYBOARD = "KEYBOARD"
    MENU = "MENU"
