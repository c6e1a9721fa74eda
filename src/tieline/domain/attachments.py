"""Attachments of messages (ATTACH): blocks of text, links, people, grids, pictures and files."""

import html
import re
from collections.abc import Callable
from typing import Any

from tieline.domain import given
from tieline.domain.given import filled

MAX_ATTACH = 60_000  # characters of JSON
MOST_ATTACHMENTS = 20
MOST_BLOCKS = 200
MOST_ITEMS = 200  # of one block
MAX_PIXELS = 10_000
DELIMITER_SIZE = 200
DISPLAYS = frozenset({"BLOCK", "LINE", "ROW", "TABLE"})
_AVATARS = frozenset({"USER", "CHAT", "BOT"})
_BREAK = re.compile(r"<br\s{0,9}/?>|</(?:p|div|li|tr|h[1-6])>", re.IGNORECASE)
_MARK = re.compile(r"<[^<>]*>")

Fields = dict[str, Any]


class AttachWrong(given.Wrong):
    """An attachment is not built as it must be, or links where it may not."""


class AttachTooLarge(given.TooLarge):
    """An attachment is larger than a message may carry."""


def read_attach(attach: Any) -> list[dict[str, Any]] | None:
    """Read attachments as clients send them: one, several, bare blocks, or JSON of these; None for none.

    Each has a number, a colour and blocks. A block is an object with one key, its type; but for text and delimiters
    its value is a list.
    """
    if given.is_nothing(attach):
        return None
    try:
        parts = _parts(given.decoded(attach, MAX_ATTACH))
        found = [one for number, part in enumerate(parts, 1) if (one := _attachment(part, number))]
        if len(given.as_json(found)) > MAX_ATTACH:
            raise AttachTooLarge
    except given.TooLarge as error:
        raise AttachTooLarge from error
    except given.Wrong as error:
        raise AttachWrong from error
    return found or None


def _parts(attach: Any) -> list[Fields]:
    """Return what is there as attachments: objects with blocks."""
    if given.is_nothing(attach):
        return []
    several = given.one_or_many(attach, MOST_BLOCKS)
    whole = [given.fields(one, _ATTACHMENT) for one in several]
    if not any("BLOCKS" in one for one in whole):
        return [{"BLOCKS": several}]
    if not all("BLOCKS" in one for one in whole):
        raise AttachWrong
    if len(whole) > MOST_ATTACHMENTS:
        raise AttachTooLarge
    return whole


_ATTACHMENT = ("ID", "BLOCKS", "DESCRIPTION", "COLOR", "COLOR_TOKEN")


def _attachment(part: Fields, number: int) -> Fields | None:
    given_blocks = [] if given.is_nothing(part["BLOCKS"]) else given.one_or_many(part["BLOCKS"], MOST_BLOCKS)
    blocks = [block for one in given_blocks for block in _blocks(one)]
    if not blocks:
        return None
    return {
        "ID": given.number(part.get("ID")) or number,
        "BLOCKS": blocks,
        "DESCRIPTION": given.line(part.get("DESCRIPTION")),
        "COLOR_TOKEN": given.token(part.get("COLOR_TOKEN")) or "base",
        **filled(COLOR=given.color(part.get("COLOR"))),
    }


def _blocks(block: Any) -> list[Fields]:
    """Read a block; one that names several types is taken apart, one that says nothing is left out."""
    found = given.fields(block, _BLOCKS)
    if not found:
        raise AttachWrong
    read = [(kind, _BLOCKS[kind](value)) for kind, value in found.items()]
    return [{kind: value} for kind, value in read if value not in ("", [], None)]


def _message(value: Any) -> str:
    return given.text(value).strip()


def _delimiter(value: Any) -> Fields:
    given_fields = value if isinstance(value, dict) else {}
    one = given.fields(given_fields, ("SIZE", "COLOR"))
    return {
        "SIZE": given.number(one.get("SIZE"), MAX_PIXELS) or DELIMITER_SIZE,
        **filled(COLOR=given.color(one.get("COLOR"))),
    }


def _listed(read: Callable[[Fields], Fields | None], *names: str) -> Callable[[Any], list[Fields]]:
    def listed(value: Any) -> list[Fields]:
        if given.is_nothing(value):
            return []
        several = [given.fields(one, names) for one in given.one_or_many(value, MOST_ITEMS)]
        return [one for part in several if (one := read(part))]

    return listed


_PEOPLE = ("USER_ID", "CHAT_ID", "BOT_ID", "NETWORK_ID")
_SIZES = ("WIDTH", "HEIGHT")


def _whom(one: Fields, *names: str) -> Fields:
    numbers = {name: given.number(one.get(name)) for name in names if name != "NETWORK_ID"}
    return filled(**numbers, NETWORK_ID=given.line(one.get("NETWORK_ID")) if "NETWORK_ID" in names else None)


def _pixels(one: Fields) -> Fields:
    return filled(**{name: given.number(one.get(name), MAX_PIXELS) for name in _SIZES})


def _link(one: Fields) -> Fields:
    leads = filled(LINK=given.link(one.get("LINK"))) | _whom(one, "USER_ID", "CHAT_ID", "NETWORK_ID")
    if not leads:
        raise AttachWrong
    described = _without_html(given.text(one.get("HTML"))) or given.text(one.get("DESC")).strip()
    name = given.line(one.get("NAME"))
    return filled(NAME=name, **leads, DESC=described, PREVIEW=given.link(one.get("PREVIEW"))) | _pixels(one)


def _without_html(markup: str) -> str:
    """Return what markup says, as text."""
    return given.text(html.unescape(_MARK.sub("", _BREAK.sub("\n", markup)))).strip()


def _user(one: Fields) -> Fields:
    if not (name := given.line(one.get("NAME"))):
        raise AttachWrong
    shown = filled(
        NAME=name,
        AVATAR=given.link(one.get("AVATAR")),
        AVATAR_TYPE=given.choice(one.get("AVATAR_TYPE"), _AVATARS),
        LINK=given.link(one.get("LINK")),
    )
    return shown | _whom(one, *_PEOPLE)


def _grid(one: Fields) -> Fields | None:
    name, value = given.line(one.get("NAME")), given.text(one.get("VALUE")).strip()
    if not name and not value:
        return None
    return {
        "DISPLAY": given.choice(one.get("DISPLAY"), DISPLAYS) or "BLOCK",
        "NAME": name,
        "VALUE": value,
        "COLOR_TOKEN": given.token(one.get("COLOR_TOKEN")) or "base",
        **filled(COLOR=given.color(one.get("COLOR")), LINK=given.link(one.get("LINK"))),
        **_pixels(one),
        **_whom(one, "USER_ID", "CHAT_ID"),
    }


def _image(one: Fields) -> Fields:
    preview = given.link(one.get("PREVIEW"))
    return _with_address(one) | filled(PREVIEW=preview) | _pixels(one)


def _file(one: Fields) -> Fields:
    return _with_address(one) | filled(SIZE=given.number(one.get("SIZE")))


def _with_address(one: Fields) -> Fields:
    if not (address := given.link(one.get("LINK"))):
        raise AttachWrong
    return filled(NAME=given.line(one.get("NAME")), LINK=address)


_LINK_FIELDS = ("LINK", "NAME", "DESC", "HTML", "PREVIEW", *_SIZES, "USER_ID", "CHAT_ID", "NETWORK_ID")
_BLOCKS: dict[str, Callable[[Any], Any]] = {
    "MESSAGE": _message,
    "LINK": _listed(_link, *_LINK_FIELDS),
    "RICH_LINK": _listed(_link, *_LINK_FIELDS),
    "USER": _listed(_user, "NAME", "AVATAR", "AVATAR_TYPE", "LINK", *_PEOPLE),
    "GRID": _listed(_grid, "DISPLAY", "NAME", "VALUE", *_SIZES, "COLOR_TOKEN", "COLOR", "LINK", "USER_ID", "CHAT_ID"),
    "IMAGE": _listed(_image, "LINK", "NAME", "PREVIEW", *_SIZES),
    "FILE": _listed(_file, "LINK", "NAME", "SIZE"),
    "DELIMITER": _delimiter,
}
