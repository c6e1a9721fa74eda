"""Fields of people: standard ones and those that a portal adds; types, settings and how values are read."""

import datetime as dt
import re
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

PREFIX = "UF_USR_"
MAX_TEXT = 4_000
MAX_VALUES = 100
MAX_PRECISION = 12
_YEARS = range(1000, 9000)
_INT_LIMIT = 2**63
_INTEGER = re.compile(r"-?\d{1,19}", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,18}(\.\d{1,18})?", re.ASCII)


class FieldType(StrEnum):
    """What a field holds."""

    STRING = "string"
    INTEGER = "integer"
    DOUBLE = "double"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    FILE = "file"
    ENUMERATION = "enumeration"
    URL = "url"
    ADDRESS = "address"
    MONEY = "money"
    IBLOCK_SECTION = "iblock_section"
    IBLOCK_ELEMENT = "iblock_element"
    EMPLOYEE = "employee"
    CRM = "crm"
    CRM_STATUS = "crm_status"


class WrongValue(Exception):
    """A value does not fit its field; carries a complaint."""

    def __init__(self, name: str, complaint: str = "") -> None:
        super().__init__(complaint or f"The field {name} cannot have this value")


class Value(NamedTuple):
    """A value as it is kept: as text, and as a number where its type has an order of numbers."""

    text: str
    number: float | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One choice of a list."""

    id: int
    sort: int
    value: str
    is_default: bool
    xml_id: str


@dataclass(frozen=True, slots=True)
class UserField:
    """A field of people."""

    name: str
    type: FieldType
    id: int = 0
    xml_id: str | None = None
    sort: int = 100
    multiple: bool = False
    mandatory: bool = False
    show_filter: str = "N"
    show_in_list: bool = True
    edit_in_list: bool = True
    is_searchable: bool = False
    settings: dict[str, Any] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    items: tuple[Item, ...] = ()

    @property
    def is_number(self) -> bool:
        """Values are compared as numbers."""
        return self.type in _NUMBERS


_NUMBERS = frozenset(
    {
        FieldType.INTEGER,
        FieldType.DOUBLE,
        FieldType.DATETIME,
        FieldType.BOOLEAN,
        FieldType.ENUMERATION,
        FieldType.EMPLOYEE,
        FieldType.IBLOCK_SECTION,
        FieldType.IBLOCK_ELEMENT,
    }
)


def _standard(kind: FieldType, names: str) -> dict[str, UserField]:
    return {name: UserField(name, kind) for name in names.split()}


# The standard fields that are no columns of a user's row.
STANDARD = {
    **_standard(
        FieldType.STRING,
        """XML_ID TITLE PERSONAL_PROFESSION PERSONAL_ICQ PERSONAL_PHONE PERSONAL_FAX PERSONAL_PAGER PERSONAL_STREET
        PERSONAL_CITY PERSONAL_STATE PERSONAL_ZIP PERSONAL_COUNTRY PERSONAL_MAILBOX PERSONAL_NOTES WORK_PHONE
        WORK_COMPANY WORK_DEPARTMENT WORK_WWW WORK_FAX WORK_PAGER WORK_STREET WORK_MAILBOX WORK_CITY WORK_STATE
        WORK_ZIP WORK_COUNTRY WORK_PROFILE WORK_NOTES UF_SKYPE_LINK UF_ZOOM UF_TIMEMAN UF_INTERESTS UF_SKILLS
        UF_WEB_SITES UF_XING UF_LINKEDIN UF_FACEBOOK UF_TWITTER UF_SKYPE UF_DISTRICT UF_PHONE_INNER""",
    ),
    **_standard(FieldType.DATE, "PERSONAL_BIRTHDAY UF_EMPLOYMENT_DATE"),
    **_standard(FieldType.FILE, "WORK_LOGO"),
}


class Setting(NamedTuple):
    """A setting of a type: its default, and what it may be: a text, a number from `least` on, or a choice."""

    default: Any
    choices: tuple[str, ...] = ()
    least: int | None = None


_YES_NO = ("Y", "N")
_LISTS = ("LIST", "UI", "CHECKBOX", "DIALOG")
_TEXT = {"DEFAULT_VALUE": Setting("")}
_MOMENT = {"DEFAULT_VALUE": Setting({"VALUE": "", "TYPE": "NONE"})}
_BLOCK = {
    "IBLOCK_TYPE_ID": Setting(""),
    "IBLOCK_ID": Setting("0"),
    "DEFAULT_VALUE": Setting(""),
    "DISPLAY": Setting("LIST", _LISTS),
    "LIST_HEIGHT": Setting(1, least=1),
    "ACTIVE_FILTER": Setting("N", _YES_NO),
}
_CRM_KINDS = ("LEAD", "CONTACT", "COMPANY", "DEAL")
SETTINGS: dict[FieldType, dict[str, Setting]] = {
    FieldType.STRING: {**_TEXT, "ROWS": Setting(1, least=1)},
    FieldType.INTEGER: _TEXT,
    FieldType.DOUBLE: {**_TEXT, "PRECISION": Setting(2, least=0)},
    FieldType.DATE: _MOMENT,
    FieldType.DATETIME: _MOMENT,
    FieldType.BOOLEAN: {
        "DEFAULT_VALUE": Setting(0, least=0),
        "DISPLAY": Setting("CHECKBOX", ("CHECKBOX", "RADIO", "DROPDOWN")),
    },
    FieldType.ENUMERATION: {
        "DISPLAY": Setting("LIST", _LISTS),
        "LIST_HEIGHT": Setting(1, least=1),
        "CAPTION_NO_VALUE": Setting(""),
        "SHOW_NO_VALUE": Setting("Y", _YES_NO),
    },
    FieldType.URL: _TEXT,
    FieldType.ADDRESS: _TEXT,
    FieldType.MONEY: _TEXT,
    FieldType.IBLOCK_SECTION: _BLOCK,
    FieldType.IBLOCK_ELEMENT: _BLOCK,
    FieldType.CRM: {kind: Setting("N", _YES_NO) for kind in _CRM_KINDS},
    FieldType.CRM_STATUS: {"ENTITY_TYPE": Setting("")},
}
_MOST = 10_000


def read_settings(kind: FieldType, given: dict[str, Any]) -> dict[str, Any]:
    """Read the settings of a type; what is missing or does not fit has its default."""
    settings = {name: _setting(setting, given.get(name)) for name, setting in SETTINGS.get(kind, {}).items()}
    if kind is FieldType.CRM and "Y" not in settings.values():
        settings["LEAD"] = "Y"
    if kind is FieldType.BOOLEAN:
        settings["DEFAULT_VALUE"] = min(settings["DEFAULT_VALUE"], 1)
    return settings


def _setting(setting: Setting, given: Any) -> Any:
    if isinstance(setting.default, dict):
        return _default_moment(given) if isinstance(given, dict) else dict(setting.default)
    if given is None or isinstance(given, dict | list):
        return setting.default
    text = plain(given)
    if setting.choices:
        return text if text in setting.choices else setting.default
    if setting.least is None:
        return text[:MAX_TEXT]
    number = int(text) if text.removeprefix("-").isdecimal() and len(text) < len(str(_MOST)) else setting.least - 1
    return number if number >= setting.least else setting.default


def _default_moment(given: dict[str, Any]) -> dict[str, str]:
    kind, value = given.get("TYPE"), given.get("VALUE")
    if kind not in ("NOW", "FIXED"):
        return {"VALUE": "", "TYPE": "NONE"}
    return {"VALUE": value if isinstance(value, str) else "", "TYPE": kind}


def plain(value: Any) -> str:
    """Write a scalar as text, booleans and null as PHP does."""
    if value is None or isinstance(value, bool):
        return "1" if value else ""
    return str(value).strip()


def _zone(name: str) -> dt.tzinfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return dt.UTC


_LOCAL_DATE = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})(?: (\d{2}:\d{2}(?::\d{2})?))?")


def _moment(text: str) -> dt.datetime:
    """Read ISO 8601, or `dd.mm.yyyy` with or without a time."""
    if match := _LOCAL_DATE.fullmatch(text):
        day, month, year, time = match.groups()
        text = f"{year}-{month}-{day}T{time or '00:00'}"
    moment = dt.datetime.fromisoformat(text)
    if moment.year not in _YEARS:
        raise ValueError(text)
    return moment


def parse_date(text: str) -> str:
    """Read a date; returns it as `YYYY-MM-DD`, or raises ValueError."""
    return _moment(text).date().isoformat()


def parse_moment(text: str, zone: str) -> int:
    """Read a moment; without an offset it is one of the zone. Returns milliseconds UTC, or raises ValueError."""
    moment = _moment(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=_zone(zone))
    return int(moment.timestamp() * 1000)


def read_number(text: str) -> int:
    """Read an integer of 64 bits, or raise ValueError."""
    number = int(text) if _INTEGER.fullmatch(text) else _INT_LIMIT
    if not -_INT_LIMIT <= number < _INT_LIMIT:
        raise ValueError(text)
    return number


def read_decimal(text: str) -> float:
    """Read a decimal number, or raise ValueError."""
    if not _DECIMAL.fullmatch(text):
        raise ValueError(text)
    return float(text)


def read_flag(text: str) -> bool:
    """Read yes or no, or raise ValueError."""
    if text.lower() in ("y", "1", "true", "yes"):
        return True
    if text.lower() in ("n", "0", "false", "no", ""):
        return False
    raise ValueError(text)


def _integer(known: UserField, text: str, zone: str) -> Value:  # noqa: ARG001
    number = read_number(text)
    return Value(str(number), float(number))


def _positive(known: UserField, text: str, zone: str) -> Value:
    value = _integer(known, text, zone)
    if int(value.text) <= 0:
        raise ValueError(text)
    return value


def _double(known: UserField, text: str, zone: str) -> Value:  # noqa: ARG001
    written = f"{read_decimal(text):.{min(known.settings.get('PRECISION', 2), MAX_PRECISION)}f}"
    return Value(written, float(written))


def _date(known: UserField, text: str, zone: str) -> Value:  # noqa: ARG001
    return Value(parse_date(text))


def _datetime(known: UserField, text: str, zone: str) -> Value:  # noqa: ARG001
    moment = parse_moment(text, zone)
    return Value(str(moment), float(moment))


def _boolean(known: UserField, text: str, zone: str) -> Value:  # noqa: ARG001
    flag = read_flag(text)
    return Value(str(int(flag)), float(flag))


def _choice(known: UserField, text: str, zone: str) -> Value:
    value = _positive(known, text, zone)
    if int(value.text) not in {item.id for item in known.items}:
        raise ValueError(text)
    return value


def _matching(pattern: str) -> Callable[[UserField, str, str], Value]:
    compiled = re.compile(pattern, re.ASCII)

    def read(known: UserField, text: str, zone: str) -> Value:  # noqa: ARG001
        if not compiled.fullmatch(text):
            raise ValueError(text)
        return Value(text)

    return read


def _text(known: UserField, text: str, zone: str) -> Value:  # noqa: ARG001
    return Value(text[:MAX_TEXT])


def _no_file(known: UserField, text: str, zone: str) -> Value:  # noqa: ARG001
    raise ValueError("files come in through the pages alone")


_READERS: dict[FieldType, Callable[[UserField, str, str], Value]] = {
    FieldType.INTEGER: _integer,
    FieldType.DOUBLE: _double,
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
    FieldType.BOOLEAN: _boolean,
    FieldType.FILE: _no_file,
    FieldType.ENUMERATION: _choice,
    FieldType.MONEY: _matching(r"-?\d{1,15}(\.\d{1,4})?(\|[A-Z]{3})?"),
    FieldType.IBLOCK_SECTION: _positive,
    FieldType.IBLOCK_ELEMENT: _positive,
    FieldType.EMPLOYEE: _positive,
    FieldType.CRM: _matching(r"([A-Z][A-Z0-9]{0,4}_)?\d{1,18}"),
}


def read_values(known: UserField, given: Any, zone: str) -> list[Value]:
    """Read what a field is to hold; nothing empties it. Raises WrongValue."""
    items = list(given.values()) if isinstance(given, dict) else given if isinstance(given, list) else [given]
    if len(items) > MAX_VALUES or (isinstance(given, dict | list) and items and not known.multiple):
        raise WrongValue(known.name)
    if any(isinstance(item, dict | list) for item in items):
        raise WrongValue(known.name)
    texts = ["0" if item is False and known.type is FieldType.BOOLEAN else plain(item) for item in items]
    return [_read(known, text, zone) for text in texts if text]


def _read(known: UserField, text: str, zone: str) -> Value:
    try:
        return _READERS.get(known.type, _text)(known, text, zone)
    except (ValueError, OverflowError) as error:
        raise WrongValue(known.name) from error


def default_values(known: UserField, now: int, zone: str) -> list[Value]:
    """Return what a field holds for a person who is added without it."""
    if known.type is FieldType.ENUMERATION:
        chosen = [Value(str(item.id), float(item.id)) for item in known.items if item.is_default]
        return chosen if known.multiple else chosen[:1]
    default = known.settings.get("DEFAULT_VALUE", "")
    if isinstance(default, dict):
        local = dt.datetime.fromtimestamp(now / 1000, _zone(zone)).isoformat()
        default = {"NOW": local, "FIXED": default["VALUE"]}.get(default["TYPE"], "")
    try:
        return read_values(known, default, zone)
    except WrongValue:
        return []
