"""Conditions and orders of lists, written as SQL over named columns."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from tieline.store.engine import Tx


class Condition(NamedTuple):
    """A field, an operator and a value; a list of values for `in` and `not in`.

    `like` finds a text anywhere, `pattern` only where its own % allow.
    """

    field: str
    operator: str
    value: Any


class Order(NamedTuple):
    """A field to sort by."""

    field: str
    descending: bool = False


def among(column: str, values: Iterable[Any], *, key: str = "id", negated: bool = False) -> tuple[str, dict[str, Any]]:
    """Write that a column is one of some values, or none of them, and the parameters that this takes."""
    names = {f"{key}_{place}": value for place, value in enumerate(values)}
    if not names:
        return "1 = 1" if negated else "1 = 0", names
    return f"{column} {'not in' if negated else 'in'} ({', '.join(':' + name for name in names)})", names


def of_portal(tx: Tx) -> str:
    """Write that a row found by ids is the portal's.

    SQLite would look through all rows of the portal, since that column begins their indexes; the plus hides it.
    """
    return "+portal_id = :portal" if tx.engine == "sqlite" else "portal_id = :portal"


def where(conditions: list[Condition], columns: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """Write conditions that must all hold, to stand behind others, and their parameters."""
    parts: list[str] = []
    params: dict[str, Any] = {}
    for number, (field, operator, value) in enumerate(conditions):
        column, key = columns[field], f"v{number}"
        if operator in ("in", "not in"):
            chosen, names = among(column, value, key=key, negated=operator == "not in")
            parts.append(chosen)
            params |= names
        elif operator.endswith(("like", "pattern")):
            test = "not like" if operator.startswith("not") else "like"
            parts.append(f"lower(cast({column} as text)) {test} :{key} escape '\\'")
            params[key] = like(value, own_signs=operator.endswith("pattern"))
        else:
            parts.append(f"{column} {operator} :{key}")
            params[key] = value
    return "".join(f" and {part}" for part in parts), params


def order_by(orders: list[Order], columns: Mapping[str, str]) -> str:
    """Write an order; the id decides where all else is the same."""
    return ", ".join([*(f"{columns[field]} {'desc' if down else 'asc'}" for field, down in orders), "id"])


def like(text: str, *, own_signs: bool = False) -> str:
    """Make a pattern that finds `text` anywhere, whatever signs are in it; `own_signs`: only where its % allow."""
    escaped = text.lower().replace("\\", "\\\\").replace("_", "\\_")
    return escaped if own_signs else "%" + escaped.replace("%", "\\%") + "%"
