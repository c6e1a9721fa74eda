"""Filters and orders of lists as requests write them: `{">=ID": 5}`, `{"ID": "DESC"}`."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from tieline.api.wire import Reader, WrongValue
from tieline.store.filters import Condition, Order

SIGNS = "!=<>@%"
OPERATORS = {
    "": "=",
    "=": "=",
    "!": "<>",
    "!=": "<>",
    ">": ">",
    ">=": ">=",
    "<": "<",
    "<=": "<=",
    "@": "in",
    "!@": "not in",
    "%": "like",
    "!%": "not like",
    "=%": "pattern",
    "%=": "pattern",
    "!=%": "not pattern",
    "!%=": "not pattern",
}
OF_MANY = {"=": "in", "in": "in", "<>": "not in", "not in": "not in"}
MOST_VALUES = 500
MOST_CHARACTERS = 1_000


class Field(NamedTuple):
    """A field that a list can be narrowed and sorted by: its name in the store, and how its values are read."""

    name: str
    read: Reader


def conditions(given: Mapping[str, Any] | None, fields: Mapping[str, Field]) -> list[Condition]:
    """Read a filter, the operator before each field's name; raises WrongValue."""
    return [_condition(key, value, fields) for key, value in (given or {}).items()]


def _condition(key: str, value: Any, fields: Mapping[str, Field]) -> Condition:
    name = key.strip().lstrip(SIGNS)
    field = _find(name, fields)
    operator = OPERATORS.get(key.strip().removesuffix(name))
    if operator is None:
        raise WrongValue("array with operators before the names of fields")
    if isinstance(value, dict | list):
        return Condition(field.name, _of_many(operator), _values(value, field))
    if operator in ("in", "not in"):
        return Condition(field.name, operator, [field.read(value)])
    if operator.endswith(("like", "pattern")):
        return Condition(field.name, operator, _text(value))
    return Condition(field.name, operator, field.read(value))


def _of_many(operator: str) -> str:
    if operator not in OF_MANY:
        raise WrongValue("array with one value for each such operator")
    return OF_MANY[operator]


def _values(value: dict[str, Any] | list[Any], field: Field) -> list[Any]:
    items = list(value.values()) if isinstance(value, dict) else value
    if len(items) > MOST_VALUES:
        raise WrongValue(f"array with at most {MOST_VALUES} values for a field")
    return [field.read(item) for item in items]


def _text(value: Any) -> str:
    text = str(value)
    if len(text) > MOST_CHARACTERS:
        raise WrongValue(f"array with at most {MOST_CHARACTERS} characters in a value")
    return text


def orders(given: Mapping[str, Any] | None, fields: Mapping[str, Field]) -> list[Order]:
    """Read an order, ASC or DESC by field; raises WrongValue."""
    return [Order(_find(key.strip(), fields).name, _is_descending(value)) for key, value in (given or {}).items()]


def _is_descending(value: Any) -> bool:
    direction = value.upper() if isinstance(value, str) else None
    if direction not in ("ASC", "DESC"):
        raise WrongValue("array with ASC or DESC")
    return direction == "DESC"


def _find(name: str, fields: Mapping[str, Field]) -> Field:
    field = fields.get(name.upper())
    if field is None:
        raise WrongValue(f"array by {', '.join(fields)}")
    return field
