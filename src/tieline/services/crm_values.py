"""Values of the CRM's fields as requests give them; what a field cannot hold is passed over, as if it was not given."""

import math
import re
from collections.abc import Callable
from typing import Any

from tieline.domain.crm import OBJECTS, EntityType, Field, Flag, Kind
from tieline.domain.crm_fields import FIELDS
from tieline.domain.ids import parse_id
from tieline.domain.user_fields import parse_date, parse_moment, plain, read_decimal, read_flag, read_number
from tieline.services import images
from tieline.services.call import Call
from tieline.store import crm as store

MOST_LINKS = 500
OF_IMPORT = ("DATE_CREATE", "DATE_MODIFY", "CREATED_BY_ID", "MODIFY_BY_ID")
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_LONGEST_STATUS = 50
_Reader = Callable[[Call, Field, Any], Any]


class WrongCurrency(Exception):
    """What is given as a currency is none."""


def read(
    call: Call, entity: EntityType, given: dict[str, Any], *, adding: bool = False, imported: bool = False
) -> dict[str, Any]:
    """Read what a request says of an object's own fields; an import may also say when and by whom it was made."""
    values: dict[str, Any] = {}
    for name, told in given.items():
        field = FIELDS[entity].get(name)
        if field is None or field.multiple or (field.read_only and not (imported and name in OF_IMPORT)):
            continue
        if Flag.IMMUTABLE in field.flags and not adding:
            continue
        try:
            values[name] = (
                _READERS[field.kind](call, field, told) if field.kind in _READERS else _text(call, field, told)
            )
        except (ValueError, images.NoImage):
            continue
    return values


def read_ids(call: Call, target: EntityType, given: Any) -> list[int]:
    """Read ids of objects to link with, without those that nothing has."""
    items = list(given.values()) if isinstance(given, dict) else given if isinstance(given, list) else [given]
    ids = [number for item in items[:MOST_LINKS] if _is_scalar(item) and (number := parse_id(plain(item)))]
    there = store.list_existing(call.tx, call.portal_id, target, ids)
    return [number for number in dict.fromkeys(ids) if number in there]


def _is_scalar(given: Any) -> bool:
    return not isinstance(given, dict | list)


def _scalar(given: Any) -> str:
    if not _is_scalar(given):
        raise ValueError(given)
    return plain(given)


def _text(call: Call, field: Field, given: Any) -> str:  # noqa: ARG001
    text = _scalar(given)
    return (given if isinstance(given, str) else text)[: field.longest]


def _status(call: Call, field: Field, given: Any) -> str:  # noqa: ARG001
    return _scalar(given)[:_LONGEST_STATUS]


def _integer(call: Call, field: Field, given: Any) -> int | None:  # noqa: ARG001
    text = _scalar(given)
    return read_number(text) if text else None


def _double(call: Call, field: Field, given: Any) -> float:  # noqa: ARG001
    if isinstance(given, float) and math.isfinite(given):
        return given
    text = _scalar(given)
    return read_decimal(text) if text else 0.0


def _flag(call: Call, field: Field, given: Any) -> str:  # noqa: ARG001
    return "Y" if given is True or read_flag(_scalar(given)) else "N"


def _date(call: Call, field: Field, given: Any) -> str | None:  # noqa: ARG001
    text = _scalar(given)
    return parse_date(text) if text else None


def _moment(call: Call, field: Field, given: Any) -> int:  # noqa: ARG001
    return parse_moment(_scalar(given), call.portal.time_zone)


def _user(call: Call, field: Field, given: Any) -> int:  # noqa: ARG001
    user = call.find_person(parse_id(_scalar(given)) or 0)
    if user is None:
        raise ValueError(given)
    return user.id


def _object(call: Call, field: Field, given: Any) -> int | None:
    text = _scalar(given)
    if text in ("", "0"):
        return None
    (number,) = read_ids(call, OBJECTS[field.kind], text) or [0]
    if not number:
        raise ValueError(given)
    return number


def _category(call: Call, field: Field, given: Any) -> int:  # noqa: ARG001
    return max(read_number(_scalar(given) or "0"), 0)


def _currency(call: Call, field: Field, given: Any) -> str:  # noqa: ARG001
    text = _scalar(given).upper()
    if not _CURRENCY.fullmatch(text):
        raise WrongCurrency
    return text


def _file(call: Call, field: Field, given: Any) -> int | None:
    """Read a file as `{"fileData": [name, Base64]}` or as the pair alone; nothing, or `remove`, empties the field."""
    if isinstance(given, dict):
        if "fileData" not in given and plain(given.get("remove")).upper() == "Y":
            return None
        given = given.get("fileData", given)
    pair = list(given.values()) if isinstance(given, dict) else given
    if not pair:
        return None
    if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(part, str) for part in pair):  # noqa: PLR2004
        raise ValueError(field.name)
    return images.keep(call, *pair)


_READERS: dict[Kind, _Reader] = {
    Kind.INTEGER: _integer,
    Kind.DOUBLE: _double,
    Kind.CHAR: _flag,
    Kind.DATE: _date,
    Kind.DATETIME: _moment,
    Kind.FILE: _file,
    Kind.USER: _user,
    Kind.STATUS: _status,
    Kind.CURRENCY: _currency,
    Kind.CATEGORY: _category,
    Kind.CONTACT: _object,
    Kind.COMPANY: _object,
}
