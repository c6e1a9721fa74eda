"""What strangers send as structures: read with limits on depth, count and size, links and colours made safe."""

import json
import re
from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

MAX_LINK = 4_000
MAX_TEXT = 60_000
MAX_INTEGER = 2**53
MAX_DIGITS = 20
_NOTHING = frozenset({"", "n", "null", "[]", "{}"})
_DEFAULTS = {
    "TYPE": "BUTTON",
    "BLOCK": "N",
    "DISABLED": "N",
    "CONTEXT": "ALL",
    "DISPLAY": "BLOCK",
    "COLOR_TOKEN": "base",
    "BG_COLOR_TOKEN": "base",
    "DESCRIPTION": "",
    "NAME": "",
    "VALUE": "",
}
_COLOR = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
_UNTYPED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_UNSEEN = re.compile(
    r"[\s\\\x00-\x20\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202f\u205f-\u206f\ufeff\ud800-\udfff"
    r"\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_TOKENS = frozenset({"primary", "secondary", "alert", "base"})


class ContentRefused(Exception):
    """A message's attachment, keyboard or menu cannot be taken as it is."""


class Wrong(ContentRefused):
    """It has a shape, a link or a value that it may not have."""


class TooLarge(ContentRefused):
    """It is larger than a message may carry."""


def is_nothing(given: Any) -> bool:
    """Tell whether a client means that there is none: null, false, "", "N" or an empty list."""
    if isinstance(given, str):
        return given.strip().lower() in _NOTHING
    return given is None or given is False or (isinstance(given, list | dict) and not given)


def decoded(given: Any, most: int) -> Any:
    """Return a structure that may have come as JSON text; escapes make a character six times as long."""
    if not isinstance(given, str):
        return given
    if len(given) > 6 * most:
        raise TooLarge
    try:
        return json.loads(given)
    except (ValueError, RecursionError) as error:
        raise Wrong from error


def as_json(value: Any) -> str:
    """Write a value that was read as JSON, without what reading added: limits are of what clients send."""
    return json.dumps(_without_defaults(value), ensure_ascii=False, separators=(",", ":"))


def _without_defaults(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_defaults(one) for name, one in value.items() if _DEFAULTS.get(name) != one}
    return [_without_defaults(one) for one in value] if isinstance(value, list) else value


def items(given: Any, most: int) -> list[Any]:
    """Read a list: PHP's {"0": ...} is one too."""
    if _is_numbered(given):
        given = list(given.values())
    if not isinstance(given, list | tuple):
        raise Wrong
    if len(given) > most:
        raise TooLarge
    return list(given)


def one_or_many(given: Any, most: int) -> list[Any]:
    """Read a list, or an object that stands alone."""
    return [given] if isinstance(given, Mapping) and not _is_numbered(given) else items(given, most)


def _is_numbered(given: Any) -> bool:
    return isinstance(given, Mapping) and all(isinstance(key, int) or _plain(key).isdecimal() for key in given)


def _plain(key: Any) -> str:
    """Return a key as it is compared: v1 writes NAME_OF_IT, v2 nameOfIt."""
    return key.replace("_", "").lower() if isinstance(key, str) else ""


def fields(given: Any, names: Iterable[str]) -> dict[str, Any]:
    """Read an object's fields by their upper-case names, however they are spelled; others are left out."""
    if not isinstance(given, Mapping):
        raise Wrong
    known = {_plain(name): name for name in names}
    spelled = ((known.get(_plain(key)), value) for key, value in given.items())
    return {name: value for name, value in spelled if name}


def text(given: Any) -> str:
    """Read a text, without characters that nobody types; line breaks and tabs stay."""
    if given is None or isinstance(given, bool):
        given = "1" if given else ""
    elif isinstance(given, float) or (isinstance(given, int) and abs(given) < MAX_INTEGER):
        given = str(given)
    if not isinstance(given, str):
        raise Wrong
    if len(given) > MAX_TEXT:
        raise TooLarge
    return _UNTYPED.sub("", given.replace("\r\n", "\n").replace("\r", "\n"))


def line(given: Any) -> str:
    """Read a text that stands on one line."""
    return " ".join(text(given).split())


def link(given: Any) -> str:
    """Read an address: http, https, or a path from the portal's root; an empty one is none."""
    address = given.strip() if isinstance(given, str) else text(given)
    if address and not is_safe(address):
        raise Wrong
    return address


def is_safe(address: str) -> bool:
    """Tell whether a page may link to an address; browsers read a backslash as a slash, and skip what is not seen."""
    if len(address) > MAX_LINK or _UNSEEN.search(address):
        return False
    if address.startswith("/"):
        return not address.startswith("//")
    try:
        parts = urlsplit(address)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 0) >= 0
    except ValueError:
        return False


def color(given: Any) -> str | None:
    """Read a colour: # and three or six digits; any other is none."""
    given = given.strip() if isinstance(given, str) else ""
    return given if _COLOR.fullmatch(given) else None


def token(given: Any) -> str | None:
    """Read the name of a colour that the portal's pages have."""
    return choice(given, _TOKENS, str.lower)


def choice(given: Any, allowed: Container[str], spelled: Callable[[str], str] = str.upper) -> str | None:
    """Read one of a few words; any other is none."""
    word = spelled(given.strip()) if isinstance(given, str) else ""
    return word if word in allowed else None


def number(given: Any, most: int = MAX_INTEGER) -> int | None:
    """Read a positive integer; any other value is none."""
    if isinstance(given, str) and len(given) < MAX_DIGITS and given.strip().isascii() and given.strip().isdecimal():
        given = int(given)
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    right = isinstance(given, int) and not isinstance(given, bool) and 0 < given <= most
    return given if right else None


def flag(given: Any) -> str:
    """Read Y or N."""
    said = given.strip().lower() if isinstance(given, str) else given
    return "Y" if said in ("y", "yes", "true", "1", 1) else "N"


def filled(**values: Any) -> dict[str, Any]:
    """Return the values that are there: without None and empty texts."""
    return {name: value for name, value in values.items() if value is not None and value != ""}
