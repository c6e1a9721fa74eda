"""Attachments: blocks of texts, links, images and rows that stand below a text."""

from collections.abc import Iterator
from typing import Any

MAX_SIZE = 60_000  # characters, written as JSON
DEEPEST = 16
_LINKED = ("LINK", "RICH_LINK", "USER", "FILE", "IMAGE")


class TooLarge(Exception):
    """Attachments are longer than may be kept."""


class Malformed(Exception):
    """It is neither a list of blocks, nor an object that has one, nor a list of such objects."""


def attachments_of(value: Any) -> list[Any]:
    """Return attachments, each with its BLOCKS, in whichever of the allowed forms they come. Raises Malformed."""
    if not isinstance(value, list | dict) or not value or _too_deep(value, DEEPEST):
        raise Malformed
    parts = [value] if isinstance(value, dict) and "BLOCKS" in value else _listed(value)
    if parts is None or not all(isinstance(part, dict) for part in parts):
        raise Malformed
    found = parts if any("BLOCKS" in part for part in parts) else [{"BLOCKS": parts}]
    if any(_listed(part.get("BLOCKS")) is None for part in found):
        raise Malformed
    return found


def _listed(value: Any) -> list[Any] | None:
    """Return a list, also one that PHP sends as {"0": ...}."""
    if isinstance(value, dict) and all(name.isdecimal() for name in value):
        return list(value.values())
    return value if isinstance(value, list) else None


def _too_deep(value: Any, left: int) -> bool:
    if not isinstance(value, list | dict):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return left == 0 or any(_too_deep(item, left - 1) for item in inner)


def words(attached: list[Any]) -> str:
    """Write what attachments say as a text with BBCode, a line for each thing that has words."""
    blocks = (block for part in attached for block in _objects(part.get("BLOCKS")))
    return "\n".join(line for block in blocks for line in _lines(block) if line)


def _objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list, or the only one where it comes without a list."""
    listed = _listed(value) or ([value] if isinstance(value, dict) else [])
    return [item for item in listed if isinstance(item, dict)]


def _lines(block: dict[str, Any]) -> Iterator[str]:
    yield _plain(block.get("MESSAGE"))
    for name in _LINKED:
        for told in _objects(block.get(name)):
            yield _link(_plain(told.get("NAME")), _plain(told.get("LINK")))
    for row in _objects(block.get("GRID")):
        name, value = _plain(row.get("NAME")), _plain(row.get("VALUE"))
        yield f"[b]{name}:[/b] {value}" if name else value


def _plain(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _link(name: str, link: str) -> str:
    return f"[url={link}]{name or link}[/url]" if link and not set(link) & set("[]\n") else f"{name} {link}".strip()
