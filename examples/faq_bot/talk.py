"""What the bot says to what it is told: no network, no state."""

from dataclasses import dataclass, field
from typing import Any

from faq_bot.answers import Book, Topic

TOPICS, TOPIC = "topics", "topic"
GREETING = "Hello! Ask me something, or see what I know: [send=/topics]/topics[/send]."
UNKNOWN = "I do not know that. Perhaps one of these?"
UNSURE = "Do you mean one of these?"
ALL = "I can say something about:"
GONE = "That is no longer in my book. I can say something about:"


@dataclass(frozen=True)
class Command:
    """A command of a person, as its answer names it."""

    id: int
    message: int


@dataclass(frozen=True)
class Say:
    """A message into a dialog; the answer to a command, if it is one."""

    dialog: str
    text: str
    keyboard: list[dict[str, Any]] = field(default_factory=list)
    command: Command | None = None


def react(book: Book, kind: str, data: dict[str, Any]) -> Say | None:
    """Return what to say to an event."""
    dialog = str(_part(data, "chat").get("dialogId") or "")
    if not dialog or _part(data, "user").get("bot"):
        return None  # two bots would talk for ever
    if kind == "ONIMBOTV2JOINCHAT":
        return Say(dialog, GREETING)
    if kind == "ONIMBOTV2COMMANDADD":
        return _obey(book, dialog, data)
    message = _part(data, "message")
    if kind != "ONIMBOTV2MESSAGEADD" or message.get("isSystem"):
        return None
    return _answer(book, dialog, str(message.get("text") or ""))


def _answer(book: Book, dialog: str, text: str) -> Say:
    found = book.find(text)
    if found.answer:
        return Say(dialog, found.answer.answer)
    if found.offered:
        return Say(dialog, UNSURE, keyboard(found.offered))
    return Say(dialog, UNKNOWN, keyboard(book.topics))


def _obey(book: Book, dialog: str, data: dict[str, Any]) -> Say | None:
    given, message = _part(data, "command"), _part(data, "message").get("id")
    if not isinstance(given.get("id"), int) or not isinstance(message, int):
        return None
    command = Command(given["id"], message)
    word = str(given.get("command", "")).removeprefix("/")
    if word == TOPICS:
        return Say(dialog, ALL, keyboard(book.topics), command)
    if word != TOPIC:
        return None
    topic = book.topic(str(given.get("params", "")).strip())
    return Say(dialog, topic.answer, [], command) if topic else Say(dialog, GONE, keyboard(book.topics), command)


def keyboard(topics: tuple[Topic, ...]) -> list[dict[str, Any]]:
    """Return a button for each topic; it gives the bot a command, so it works as long as its topic is there."""
    return [{"TEXT": topic.title, "COMMAND": TOPIC, "COMMAND_PARAMS": topic.key, "DISPLAY": "LINE"} for topic in topics]


def _part(data: dict[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}
