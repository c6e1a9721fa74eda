"""Notices: what people are told by the portal, by applications and by each other, beside all dialogs."""

import html
import re
from enum import StrEnum
from typing import Any, NamedTuple

MAX_TEXT = 20_000


class Kind(StrEnum):
    """What a notice is about."""

    EMPTY_QUEUE = "empty queue"
    FIRST_ANSWER_LATE = "first answer late"
    FURTHER_ANSWER_LATE = "further answer late"
    APPLICATION = "application"
    ANSWER = "answer"


LATE = frozenset({Kind.FIRST_ANSWER_LATE, Kind.FURTHER_ANSWER_LATE})
TAKE_OVER = "Y"  # the value of the button by which a late dialog is taken over


class Button(NamedTuple):
    """A choice under a notice."""

    value: str
    title: str


LATE_BUTTONS = (Button(TAKE_OVER, "Take over"), Button("N", "Leave it"))


class News(NamedTuple):
    """What somebody shall be told.

    Nobody is the `author` (0) of what the portal or an application says. `sender` names an application or webhook
    among all that have tags: of one sender and tag a person has one notice. `answerable`: a text may be sent back.
    """

    kind: Kind
    text: str
    title: str = ""
    author_id: int = 0
    sender: str = ""
    app_id: int | None = None
    tag: str | None = None
    sub_tag: str | None = None
    text_out: str = ""
    attach: tuple[Any, ...] = ()
    buttons: tuple[Button, ...] = ()
    answerable: bool = False
    chat_id: int | None = None


class Notice(NamedTuple):
    """What somebody was told: when, whether it was seen, what was chosen or answered, and what came of that."""

    id: int
    user_id: int
    created_at: int
    read_at: int | None
    choice: str | None
    answer: str | None
    outcome: str | None
    news: News

    @property
    def waits(self) -> bool:
        """It has buttons, and none was chosen."""
        return bool(self.news.buttons) and self.choice is None


_SIMPLE = re.compile(r"<(/?)(b|strong|i|em|u|s|del|strike)\s*>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s?/?>|#BR#", re.IGNORECASE)
_ANCHOR = re.compile(r"""<a\s[^<>]{0,200}?href=(["'])([^"'<>\[\]]{1,2000})\1[^<>]{0,500}>""", re.IGNORECASE)
_ANCHOR_END = re.compile(r"</a\s*>", re.IGNORECASE)
_TAGS = {"b": "b", "strong": "b", "i": "i", "em": "i", "u": "u", "s": "s", "del": "s", "strike": "s"}


def to_bbcode(text: str) -> str:
    """Write the simple HTML that applications put into notices as BBCode; whatever else it has stays as it is."""
    text = _BREAK.sub("\n", _SIMPLE.sub(lambda found: f"[{found[1]}{_TAGS[found[2].lower()]}]", text))
    text = _ANCHOR_END.sub("[/url]", _ANCHOR.sub(lambda found: f"[url={found[2]}]", text))
    return html.unescape(text)
