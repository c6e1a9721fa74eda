"""Settings of lines as clients send them: each read by its kind, and refused where a line could not work by it."""

from collections.abc import Callable
from typing import Any

from tieline.domain.calendars import DAYS, find_zone, read_day, read_time
from tieline.domain.lines import SETTINGS, Kind, QueueEntity, QueueItem
from tieline.services import departments
from tieline.services.call import Call

MAX_NAME = 255
MAX_TEXT = 20_000
MAX_ITEMS = 500
YEAR = 366 * 24 * 3600  # in seconds
_FLAGS = {
    "y": True,
    "1": True,
    "true": True,
    "yes": True,
    "n": False,
    "0": False,
    "false": False,
    "no": False,
    "": False,
}
_FACE = ("NAME", "AVATAR", "AVATAR_ID")


class WrongSetting(Exception):
    """A setting has a value that it cannot have."""


def read(call: Call, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the settings among the fields of a request as they are kept; null leaves one as it is."""
    given = {name: value for name, value in fields.items() if name in SETTINGS}
    return {
        name: None if value is None else _READERS[SETTINGS[name].kind](call, name, value)
        for name, value in given.items()
        if value is not None or SETTINGS[name].nullable
    }


def flag(name: str, value: Any) -> bool:
    """Read Y or N, and what PHP has for them."""
    known = _FLAGS.get(_scalar(name, value).strip().lower())
    if known is None:
        raise WrongSetting(name)
    return known


def line_name(fields: dict[str, Any]) -> str:
    """Read a line's name, empty where none is given."""
    return _scalar("LINE_NAME", fields.get("LINE_NAME")).strip()[:MAX_NAME]


def queue(call: Call, value: Any) -> list[QueueItem]:
    """Read a queue: objects of ENTITY_TYPE and ENTITY_ID, or plain user ids as older clients send them."""
    return [_queue_item(call, item) for item in _items("QUEUE", value)]


def _queue_item(call: Call, item: Any) -> QueueItem:
    named = item if isinstance(item, dict) else {"ENTITY_ID": item}
    kind, number = named.get("ENTITY_TYPE", QueueEntity.USER), _number(call, "QUEUE", named.get("ENTITY_ID"))
    is_there = {
        QueueEntity.USER: lambda: call.find_person(number) is not None,
        QueueEntity.DEPARTMENT: lambda: number in departments.tree(call).by_id,
    }
    if not isinstance(kind, str) or kind not in is_there or not is_there[QueueEntity(kind)]():
        raise WrongSetting("QUEUE")
    return QueueItem(QueueEntity(kind), number)


def _scalar(name: str, value: Any) -> str:
    if isinstance(value, dict | list):
        raise WrongSetting(name)
    return "" if value is None else str(value)


def _items(name: str, value: Any) -> list[Any]:
    """Read a list, an object of items, or a text with commas; blank items fall away."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        raise WrongSetting(name)
    items = [item.strip() if isinstance(item, str) else item for item in value]
    return [item for item in items if item not in ("", None)]


def _text(_: Call, name: str, value: Any) -> str:
    return _scalar(name, value)[:MAX_TEXT]


def _flag(_: Call, name: str, value: Any) -> str:
    return "Y" if flag(name, value) else "N"


def _number(_: Call, name: str, value: Any) -> int:
    text = _scalar(name, value).strip() or "0"
    if not text.isdecimal() or len(text) > 18:  # noqa: PLR2004 - fits 64 bits
        raise WrongSetting(name)
    return int(text)


def _seconds(call: Call, name: str, value: Any) -> int:
    seconds = _number(call, name, value)
    if seconds > YEAR:
        raise WrongSetting(name)
    return seconds


def _minutes(call: Call, name: str, value: Any) -> int:
    minutes = _number(call, name, value)
    if minutes > YEAR // 60:
        raise WrongSetting(name)
    return minutes


def _choice(_: Call, name: str, value: Any) -> str:
    text = _scalar(name, value)
    if text not in SETTINGS[name].choices:
        raise WrongSetting(name)
    return text


def _time(_: Call, name: str, value: Any) -> str:
    """Read HH:MM or H.MM, and keep what config.get shows: 9 for nine o'clock, 9.30 for half an hour later."""
    found = read_time(_scalar(name, value).strip() or SETTINGS[name].default)
    if found is None:
        raise WrongSetting(name)
    hour, minute = found
    return f"{hour}.{minute:02}" if minute else str(hour)


def _zone(_: Call, name: str, value: Any) -> str:
    text = _scalar(name, value).strip() or SETTINGS[name].default
    if find_zone(text) is None:
        raise WrongSetting(name)
    return text


def _days(_: Call, name: str, value: Any) -> list[str]:
    days = [_scalar(name, item).upper() for item in _items(name, value)]
    if not set(days) <= set(DAYS):
        raise WrongSetting(name)
    return list(dict.fromkeys(days))


def _dates(_: Call, name: str, value: Any) -> list[str]:
    return list(dict.fromkeys(_date(name, _scalar(name, item)) for item in _items(name, value)))


def _date(name: str, text: str) -> str:
    found = read_day(text)
    if found is None:
        raise WrongSetting(name)
    month, day = found
    return f"{day:02}.{month:02}"


def _people(call: Call, name: str, value: Any) -> list[str]:
    numbers = [_number(call, name, item) for item in _items(name, value)]
    if any(call.find_person(number) is None for number in numbers):
        raise WrongSetting(name)
    return [str(number) for number in dict.fromkeys(numbers)]


def _face(_: Call, name: str, value: Any) -> dict[str, str]:
    if value in ("", []):
        return {}
    if not isinstance(value, dict):
        raise WrongSetting(name)
    return {key: _scalar(name, value[key])[:MAX_TEXT] for key in _FACE if value.get(key) is not None}


_READERS: dict[Kind, Callable[[Call, str, Any], Any]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.SECONDS: _seconds,
    Kind.MINUTES: _minutes,
    Kind.FLAG: _flag,
    Kind.CHOICE: _choice,
    Kind.TIME: _time,
    Kind.ZONE: _zone,
    Kind.DAYS: _days,
    Kind.DATES: _dates,
    Kind.PEOPLE: _people,
    Kind.FACE: _face,
}
