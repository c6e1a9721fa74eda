"""Telephone numbers: one normal form of each, however it is written."""

import re
from collections.abc import Iterator
from functools import lru_cache
from types import ModuleType

_NO_DIGITS = re.compile(r"\D+")
_LONGEST_LOCAL = 10  # digits of a number that is surely without its country's code
_SHORTEST = 7  # digits of a number that stands in a text
# Where people of a language write numbers without the country's code.
_WRITTEN = """ar:AE br:BR de:DE en:US fr:FR hi:IN id:ID it:IT ja:JP kz:KZ la:MX ms:MY pl:PL ru:RU sc:CN tc:TW th:TH
tr:TR ua:UA vn:VN"""
_REGIONS = dict(pair.split(":", 1) for pair in _WRITTEN.split())


def _library() -> ModuleType:
    """Load the library with the first number: it takes time and memory that other portals need not spend."""
    import phonenumbers  # noqa: PLC0415

    return phonenumbers


def _region(language: str) -> str | None:
    return _REGIONS.get(language[:2].lower())


@lru_cache(maxsize=4096)
def normal(text: str, language: str) -> str:
    """Return a number as `+<country><number>` without an extension; what is no number, as its digits.

    A number without `+` is one of the language's country, unless it makes sense only with its country in front.
    """
    library, digits, region = _library(), _NO_DIGITS.sub("", text), _region(language)
    local, whole = _parse(library, text, region), _parse(library, f"+{digits.removeprefix('00')}", None)
    code = str(library.country_code_for_region(region)) if region else ""
    makes_sense = whole is not None and library.is_valid_number(whole)
    has_code = makes_sense and code and digits.startswith(code) and len(digits) > _LONGEST_LOCAL
    if local is None or has_code or (makes_sense and not library.is_valid_number(local)):
        local = whole if makes_sense else local
    if local is None:
        return digits or text.strip().lower()
    return str(library.format_number(local, library.PhoneNumberFormat.E164))


def _parse(library: ModuleType, text: str, region: str | None) -> object | None:
    try:
        parsed: object = library.parse(text, region)
    except library.NumberParseException:
        return None
    return parsed


def is_valid(text: str, language: str) -> bool:
    """Tell whether a text is a number that can be called."""
    library = _library()
    number = _parse(library, normal(text, language), None)
    return number is not None and bool(library.is_valid_number(number))


def find(text: str, language: str) -> Iterator[str]:
    """Return the numbers that stand in a text, as they stand there."""
    if sum(character.isdecimal() for character in text) < _SHORTEST:
        return
    for match in _library().PhoneNumberMatcher(text, _region(language)):
        yield match.raw_string
