"""Filters of lists: the prefixes of their keys, and how a value that is in memory meets them."""

from typing import Any

from tieline.api.filters import OPERATORS, SIGNS

MAX_ITEMS = 500


def split(key: str) -> tuple[str, str]:
    """Split a filter's key into (operator, field); an unknown prefix gives no operator."""
    name = key.lstrip(SIGNS)
    return OPERATORS.get(key[: len(key) - len(name)], ""), name


def items_of(value: Any) -> list[Any] | None:
    """Return the items of a list, also where a form sent it by keys; None for a scalar."""
    if isinstance(value, dict):
        value = list(value.values())
    return value[:MAX_ITEMS] if isinstance(value, list) else None


def order(value: Any) -> tuple[int, int, str]:
    """Order numbers as numbers, before everything else as text without case."""
    text = "" if value is None else str(value)
    short = text.isdecimal() and len(text) < 19  # noqa: PLR2004 - fits 64 bits
    return (0, int(text), "") if short else (1, 0, text.lower())


def meets(kept: Any, operator: str, wanted: Any) -> bool:
    """Tell whether a value meets a condition."""
    if operator.startswith("not ") or operator == "<>":
        return not meets(kept, operator.removeprefix("not ") if operator != "<>" else "=", wanted)
    several = items_of(wanted)
    values = [wanted] if several is None else several
    if operator in ("like", "pattern"):
        text = str(kept or "").lower()
        return any(_contains(text, str(value).lower(), own_signs=operator == "pattern") for value in values)
    left = order(kept)
    rights = [order(value) for value in values]
    return {
        ">": any(left > right for right in rights),
        ">=": any(left >= right for right in rights),
        "<": any(left < right for right in rights),
        "<=": any(left <= right for right in rights),
    }.get(operator, left in rights)


def _contains(text: str, wanted: str, *, own_signs: bool) -> bool:
    """Look for a text anywhere; with signs of its own, only where each % leaves room."""
    if not own_signs:
        return wanted in text
    first, *others = wanted.split("%")
    if not others:
        return text == wanted
    if not text.startswith(first) or not text.endswith(others[-1]) or len(text) < len(first) + len(others[-1]):
        return False
    position, end = len(first), len(text) - len(others[-1])
    for part in others[:-1]:
        position = text.find(part, position, end)
        if position < 0:
            return False
        position += len(part)
    return True
