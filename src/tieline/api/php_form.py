"""PHP's form encoding both ways: `a[b][0]=c` <-> {"a": {"b": ["c"]}}.

Semantics are those of PHP: a later duplicate wins, `a[]` appends, a bare key is "", dots and blanks
in a name become underscores, keys 0..n-1 make a list.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus, unquote_plus

MAX_FIELDS = 20_000
MAX_DEPTH = 64
_REMEMBERED = 100  # longer names are read anew each time, so that nobody fills the memory with them


class FormTooComplex(ValueError):
    """More fields, or deeper ones, than anybody needs."""


def decode(text: str) -> dict[str, Any]:
    """Decode a query string or an urlencoded body."""
    if text.count("&") > MAX_FIELDS:
        raise FormTooComplex(f"more than {MAX_FIELDS} fields")
    return from_pairs(
        (unquote_plus(key, errors="replace"), unquote_plus(value, errors="replace"))
        for key, _, value in (pair.partition("=") for pair in text.split("&") if pair)
    )


def from_pairs(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Nest flat fields by the brackets of their names."""
    top: dict[str, Any] = {}
    for key, value in pairs:
        path = _path(key) if len(key) <= _REMEMBERED else _path.__wrapped__(key)
        if path:
            _put(top, path, value)
    return {key: _settled(value) for key, value in top.items()}


@lru_cache(maxsize=4096)
def _path(key: str) -> tuple[str, ...]:
    key = key.lstrip(" ")
    name, bracket, rest = key.partition("[")
    if not bracket or not name:
        return (_variable(key),) if key else ()
    parts = [_variable(name)]
    while True:
        part, closed, after = rest.partition("]")
        if not closed:
            # PHP: a bracket that is never closed is a part of the name
            return (_variable(f"{name}_{rest}"),) if len(parts) == 1 else tuple(parts)
        parts.append(part)
        if len(parts) > MAX_DEPTH:
            raise FormTooComplex(f"nested deeper than {MAX_DEPTH}")
        if not after.startswith("["):
            return tuple(parts)
        rest = after[1:]


def _variable(name: str) -> str:
    return name.replace(".", "_").replace(" ", "_").replace("[", "_")


class _Array(dict[str, Any]):
    """A PHP array under construction: knows which number comes next."""

    __slots__ = ("next",)

    def __init__(self) -> None:
        super().__init__()
        self.next = 0

    def place(self, key: str) -> str:
        if not key:
            key = str(self.next)
        if key.isascii() and key.isdigit() and (key == "0" or key[0] != "0") and len(key) < 19:  # noqa: PLR2004
            self.next = max(self.next, int(key) + 1)
        return key


def _put(top: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    if len(path) == 1:
        top[path[0]] = value
        return
    array = top.get(path[0])
    if not isinstance(array, _Array):
        array = top[path[0]] = _Array()
    for part in path[1:-1]:
        key = array.place(part)
        inner = array.get(key)
        if not isinstance(inner, _Array):
            inner = array[key] = _Array()
        array = inner
    array[array.place(path[-1])] = value


def _settled(value: Any) -> Any:
    if not isinstance(value, _Array):
        return value
    if all(key == str(number) for number, key in enumerate(value)):
        return [_settled(inner) for inner in value.values()]
    return {key: _settled(inner) for key, inner in value.items()}


def encode(data: Mapping[str, Any]) -> str:
    """Encode nested data as http_build_query does, with null as "" and booleans as 1 and 0; empty lists vanish."""
    pairs: list[str] = []
    for name, value in data.items():
        _append(pairs, _quoted(str(name)), value)
    return "&".join(pairs)


_quoted = lru_cache(maxsize=4096)(quote_plus)  # of keys: there are few
_inner = lru_cache(maxsize=4096)(lambda key: f"%5B{quote_plus(str(key))}%5D")
_SHORT = 100  # letters of a value that is worth being remembered
_SPECIAL = re.compile(r"[^\w.~-]", re.ASCII)
_ESCAPES = {sign: quote_plus(sign) for sign in map(chr, range(128))}


def _append(pairs: list[str], name: str, value: Any) -> None:
    if isinstance(value, str):
        pairs.append(f"{name}={_quote(value)}")
    elif isinstance(value, dict):
        for key, inner in value.items():
            # Most are texts or numbers, and a call for each would cost more than the rest.
            if type(inner) is str:
                pairs.append(f"{name}{_inner(key)}={_quote_short(inner) if len(inner) < _SHORT else _quote(inner)}")
            elif type(inner) is int:
                pairs.append(f"{name}{_inner(key)}={inner}")
            else:
                _append(pairs, name + _inner(key), inner)
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            _append(pairs, f"{name}%5B{number}%5D", inner)
    elif type(value) is int:
        pairs.append(f"{name}={value}")
    else:
        pairs.append(f"{name}={_quote(scalar(value))}")


def _quote(text: str) -> str:
    """Quote as quote_plus does, which takes every sign of a text in its hands."""
    return _SPECIAL.sub(_escape, text) if text.isascii() else quote_plus(text)


_quote_short = lru_cache(maxsize=4096)(_quote)  # names, addresses and flags come again and again


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES[found[0]]


def scalar(value: Any) -> str:
    """Write one value as PHP's forms do."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)
