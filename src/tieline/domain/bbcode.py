"""Texts with BBCode: what they say without their marks, whom they mention, which command they give."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import NamedTuple

_VALUE = r"(?:[^\[\]\n]|\[[^\[\]\n]{0,100}\]){0,2048}"
_NAMES = "b|i|u|s|p|size|color|url|user|chat|context|send|put|call|quote|code|list|img|icon|disk|timestamp|attach|br"
_TAG = re.compile(rf"\[(?:(/)?({_NAMES})(?:[= ]({_VALUE}))? ?/?|(\*))\]", re.IGNORECASE)
_END_OF_CODE = re.compile(r"\[/code\]", re.IGNORECASE)
_DASHES = re.compile(r"^[ \t]*-{6,}[ \t]*$", re.MULTILINE)
_QUOTED = re.compile(r"^>>[ \t]*", re.MULTILINE)
_MENTION = re.compile(r"\[USER=([0-9]{1,18})(?: REPLACE)?\](.{0,255}?)\[/USER\]", re.IGNORECASE | re.DOTALL)
_CODE = re.compile(r"\[code\]", re.IGNORECASE)
_COMMAND = re.compile(r"/([\w-]{1,100})(?:\s+(.*))?", re.DOTALL)
_TITLE = re.compile(r"\btitle=\"?([^\"]{1,100})", re.IGNORECASE)
_LONGEST_MOMENT = 11  # digits
_SAY_IT = frozenset({"send", "put", "call"})


class _Opened(NamedTuple):
    name: str
    value: str
    at: int  # how much was said before


class _Words:
    """Collects what a text says, quotes with a mark before each line."""

    def __init__(self, *, links: bool) -> None:
        self.said: list[str] = []
        self._links = links
        self._quotes = 0
        self._opened: list[_Opened] = []

    def say(self, text: str) -> None:
        self.said.append(text.replace("\n", "\n" + "> " * min(self._quotes, 3)))

    def tag(self, name: str, value: str) -> None:
        if name in {"br", "*"}:
            self.say("\n" if name == "br" else "\n• ")
        elif name == "icon":
            self.say(title[1].strip() if (title := _TITLE.search(value)) else "")
        elif name == "timestamp":
            self.say(_moment(value))
        elif name == "quote":
            self._quotes += 1
            self.said.append("\n" + "> " * min(self._quotes, 3))
        elif name in _SAY_IT or name == "url":
            self._opened.append(_Opened(name, value.strip(), len(self.said)))

    def end(self, name: str) -> None:
        if name == "quote" and self._quotes:
            self._quotes -= 1
            self.say("\n")
        elif self._opened and self._opened[-1].name == name:
            self._close(self._opened.pop())

    def _close(self, opened: _Opened) -> None:
        title = "".join(self.said[opened.at :]).strip()
        if not title:
            self.say(opened.value)
        elif self._links and opened.name in {"url", "call"} and opened.value not in {"", title}:
            self.say(f" ({opened.value})")


def plain(text: str, *, links: bool = False) -> str:
    """Return what a text says without its marks; with `links`, addresses and numbers stand behind their titles."""
    words = _Words(links=links)
    at, text = 0, _QUOTED.sub("> ", _DASHES.sub("", text))
    while found := _TAG.search(text, at):
        words.say(text[at : found.start()])
        slash, name, value, star = found.groups()
        at, name = found.end(), "*" if star else name.lower()
        if slash:
            words.end(name)
        elif name == "code":
            end = _END_OF_CODE.search(text, at)
            words.say(text[at : end.start() if end else len(text)])
            at = end.end() if end else len(text)
        else:
            words.tag(name, value or "")
    words.say(text[at:])
    return re.sub(r"\n{3,}", "\n\n", "".join(words.said)).strip()


def _moment(value: str) -> str:
    seconds = value.partition(" ")[0]
    if not seconds.isascii() or not seconds.isdecimal() or len(seconds) > _LONGEST_MOMENT:
        return ""
    return dt.datetime.fromtimestamp(int(seconds), dt.UTC).strftime("%Y-%m-%d %H:%M UTC")


def _without_code(text: str) -> Iterator[str]:
    """Pass over what stands in code; where it does not end, it is none."""
    at = 0
    while (begun := _CODE.search(text, at)) and (ended := _END_OF_CODE.search(text, begun.end())):
        yield text[at : begun.start()]
        at = ended.end()
    yield text[at:]


def mentions(text: str) -> list[int]:
    """Return the ids of the people that a text mentions, each once, in their order."""
    if "[" not in text:
        return []
    found = (int(one[1]) for part in _without_code(text) for one in _MENTION.finditer(part))
    return list(dict.fromkeys(found))


def without_mention(text: str, user_id: int) -> str:
    """Return a text without the mentions of one person, and the comma, colon or blank behind them."""
    own = re.compile(rf"\[USER=0*{user_id}(?: REPLACE)?\].{{0,255}}?\[/USER\][,:]?[ \t]*", re.IGNORECASE | re.DOTALL)
    return own.sub("", text).strip()


def command_of(text: str) -> tuple[str, str] | None:
    """Return the command that a text begins with and what stands behind it; None for any other text."""
    found = _COMMAND.fullmatch(text)
    return (found[1], (found[2] or "").strip()) if found else None
