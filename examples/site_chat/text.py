"""Text from outside: what visitors may send, and what operators' BB codes mean."""

import re
import unicodedata
from typing import NamedTuple
from urllib.parse import urlsplit

MAX_TEXT = 5_000
MAX_OPERATOR_TEXT = 20_000
MAX_NAME = 50
MAX_FILES = 10

_CODES = "b|i|u|s|p|url|img|user|chat|call|send|put|quote|code|color|size|list|icon|disk|timestamp|attach"
_TAG = re.compile(rf"\[/?(?:{_CODES})(?:[= ][^\[\]]{{0,1000}})?\]", re.IGNORECASE)
_LINK = re.compile(r"\[url=([^\[\]]{1,1000})\]([^\[\]]{0,1000})\[/url\]", re.IGNORECASE)
_BREAK = re.compile(r"\[br ?/?\]", re.IGNORECASE)
_SIGNATURE = re.compile(r"\s*\[b\]([^\[\]]{1,200}):\[/b\]\s*\[br ?/?\]\s*", re.IGNORECASE)


class Signed(NamedTuple):
    """An operator's message as plain text, with the name taken from its signature."""

    name: str
    text: str


def clean(text: str, limit: int) -> str:
    """Drop what no keyboard types (control characters, halves of surrogate pairs) and cut to the limit."""
    text = text.replace("\r\n", "\n")
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})
    return "".join(kept).strip()[:limit]


def clean_name(name: str) -> str:
    """Return a name on one line."""
    return " ".join(clean(name, 1_000).split())[:MAX_NAME].strip()


def plain(text: str) -> str:
    """Turn BB codes into plain text: breaks become new lines, links keep their address, the rest goes."""
    text = _LINK.sub(lambda m: m[2] if m[1] == m[2] else f"{m[2]} ({m[1]})", _BREAK.sub("\n", text))
    return clean(_TAG.sub("", text), MAX_OPERATOR_TEXT)


def signed(text: str) -> Signed:
    """Split an operator's message into the name and the words."""
    match = _SIGNATURE.match(text)
    return Signed(plain(match[1]), plain(text[match.end() :])) if match else Signed("", plain(text))


def web_address(url: str) -> str:
    """Return the address if a page may safely link to it, else an empty string."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and parts.hostname else ""
