"""Types that understand PHP clients: the shapes that forms and JSON send, made plain before they are checked.

Numbers come as text, lists as {"0": ...}, booleans as Y/N, 1/0 or true/false, empty objects as []. What a
type asks for decides how its value is read; `reader` compiles that once per declared parameter.
"""

import datetime as dt
import types
import zoneinfo
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from tieline.api.faults import Problem

INT_LIMIT = 2**63
# An integer of a structure: 64 bits, as databases have it, also where JSON is read at once.
Int = Annotated[int, msgspec.Meta(ge=-INT_LIMIT, le=INT_LIMIT - 1)]
_TRUE = frozenset({"y", "yes", "1", "true", "on"})
_FALSE = frozenset({"n", "no", "0", "false", "off", ""})
Reader = Callable[[Any], Any]


class WrongValue(Exception):
    """A value does not fit its type."""

    def __init__(self, expected: str, depth: int = 0) -> None:
        super().__init__(expected)
        self.problem = Problem(expected, depth)


class Wire(msgspec.Struct, kw_only=True):
    """A structure inside a request or an answer."""


def is_empty(value: Any) -> bool:
    """Tell whether PHP's `empty` would see no value: null, "" and []; a zero is a value here."""
    return value is None or value == "" or value in ([], {})


def yes_no(value: Any) -> str:
    """Write a boolean as the first version of the API does."""
    return "Y" if value else "N"


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, int | float):
        return str(value)
    raise WrongValue("string")


def _number(value: Any) -> int:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        digits = value.strip()
        if len(digits) > 20 or not digits.removeprefix("-").isdigit() or not digits.isascii():  # noqa: PLR2004
            raise WrongValue("integer")
        value = int(digits)
    elif isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or not -INT_LIMIT <= value < INT_LIMIT:
        raise WrongValue("integer")
    return value


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).lower() if isinstance(value, int | str) else None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise WrongValue("boolean")


def _mapping(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        return {str(number): item for number, item in enumerate(value)}
    raise WrongValue("array")


def _items(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return list(value.values())
    raise WrongValue("array")


def _list_of(read: Reader) -> Reader:
    def read_list(value: Any) -> list[Any]:
        try:
            return [read(item) for item in _items(value)]
        except WrongValue as error:
            if isinstance(value, list | dict):
                raise WrongValue(error.problem.expected, error.problem.depth + 1) from error
            raise

    return read_list


def _mapping_of(read: Reader) -> Reader:
    def read_mapping(value: Any) -> dict[str, Any]:
        return {key: read(item) for key, item in _mapping(value).items()}

    return read_mapping


def _choice_of(choices: tuple[Any, ...]) -> Reader:
    def read_choice(value: Any) -> Any:
        if isinstance(value, str | int) and value in choices:
            return value
        raise WrongValue(f"one of {', '.join(map(str, choices))}")

    return read_choice


def _struct_of(kind: type[msgspec.Struct]) -> Reader:
    fields = [
        (field.name, field.encode_name, reader(field.type), field.required, field.default is None)
        for field in msgspec.structs.fields(kind)
    ]

    def read_struct(value: Any) -> Any:
        source = _mapping(value)
        values: dict[str, Any] = {}
        for name, wire_name, read, required, _nullable in fields:
            raw = source.get(wire_name)
            if raw is None or (raw == "" and read is not _text):
                if required:
                    raise WrongValue(f"object with {wire_name}", 1)
                continue
            try:
                values[name] = read(raw)
            except WrongValue as error:
                raise WrongValue(error.problem.expected, error.problem.depth + 1) from error
        return kind(**values)

    return read_struct


def _holds_struct(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, msgspec.Struct)


def _at_once(hint: Any, read: Reader) -> Reader:
    """Read what has the right shape already, as JSON clients send it, in one step."""

    def read_at_once(value: Any) -> Any:
        try:
            return msgspec.convert(value, hint)
        except msgspec.ValidationError:
            return read(value)

    return read_at_once


@cache
def reader(hint: Any) -> Reader:
    """Compile how a value of a declared type is read; raises TypeError for a type that the wire has not."""
    if hint is Any:
        return lambda value: value
    simple: dict[Any, Reader] = {str: _text, int: _number, bool: _flag}
    if hint in simple:
        return simple[hint]
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return _at_once(hint, _struct_of(hint))
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return reader(args[0])
    if origin is list:
        return _at_once(hint, _list_of(reader(args[0]))) if _holds_struct(args[0]) else _list_of(reader(args[0]))
    if origin is dict:
        return _mapping_of(reader(args[1]))
    if origin is Literal:
        return _choice_of(args)
    if origin in (Union, types.UnionType):
        others = [arg for arg in args if arg is not types.NoneType]
        if len(others) == 1:
            return reader(others[0])
    raise TypeError(f"a request cannot carry a value of type {hint}")


@lru_cache(maxsize=64)
def _zone(name: str) -> dt.tzinfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return dt.UTC


@lru_cache(maxsize=4096)
def _iso_second(second: int, zone: str) -> str:
    return dt.datetime.fromtimestamp(second, _zone(zone)).isoformat(timespec="seconds")


def iso(moment: int, zone: str = "UTC") -> str:
    """Write a moment (milliseconds UTC) as `YYYY-MM-DDThh:mm:ss±hh:mm` in a zone."""
    return _iso_second(moment // 1000, zone)


def iso_or_none(moment: int | None, zone: str = "UTC") -> str | None:
    """Write a moment that may be missing."""
    return None if moment is None else iso(moment, zone)


def parse_iso(text: str) -> int:
    """Read a moment in ISO 8601; without an offset it is UTC."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongValue("datetime") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return int(moment.timestamp() * 1000)


def clean(value: Any) -> Any:
    """Take NUL characters, which no database text may hold, out of everything."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [clean(item) for item in value]
    return value
