"""Conditions and orders of lists of the CRM, written as SQL; where there is nothing, its opposite holds too."""

from typing import Any, NamedTuple

from tieline.store.filters import like

_OPPOSITE = {"<>": "=", "not in": "in", "not like": "like", "not pattern": "pattern"}


class Condition(NamedTuple):
    """What a field must be: a column's field, or a multifield's by its normal forms."""

    field: str
    operator: str
    value: Any


class Builder:
    """Collects the parameters of a query while its text is written."""

    def __init__(self) -> None:
        self.params: dict[str, Any] = {}

    def param(self, value: Any) -> str:
        """Name a parameter."""
        name = f"p{len(self.params)}"
        self.params[name] = value
        return f":{name}"

    def several(self, values: list[Any]) -> str:
        """Name parameters of a list."""
        return ", ".join(map(self.param, values)) or "null"

    def test(self, what: str, operator: str, value: Any) -> str:
        """Compare a column with a value; an opposite holds also where there is nothing."""
        if operator in _OPPOSITE:
            return f"not {self.test(what, _OPPOSITE[operator], value)}"
        if operator == "=" and value in ("", 0, None):
            return f"({what} is null{f' or {what} = {self.param(value)}' if value is not None else ''})"
        if operator == "in":
            empty = [self.test(what, "=", one) for one in ("", 0) if any(one == item for item in value)]
            chosen = f"({what} is not null and {what} in ({self.several(value)}))"
            return f"({' or '.join([chosen, *empty])})"
        if operator in ("like", "pattern"):
            pattern = like(str(value), own_signs=operator == "pattern")
            return f"lower(coalesce(cast({what} as text), '')) like {self.param(pattern)} escape '\\'"
        return f"({what} is not null and {what} {operator} {self.param(value)})"

    def condition(self, condition: Condition) -> str:
        """Write a condition of a column."""
        return self.test(condition.field.lower(), condition.operator, condition.value)

    @staticmethod
    def among(ids: str, operator: str) -> str:
        """Write that the id is among those of a query, or is not."""
        return f"id {'not in' if operator in _OPPOSITE else 'in'} ({ids})"

    def where(self, conditions: list[Condition]) -> str:
        """Write all conditions."""
        return "".join(f" and {self.condition(condition)}" for condition in conditions)


def order_of(orders: list[tuple[str, bool]]) -> str:
    """Write an order by fields that may descend; the id decides where all else is the same."""
    return (
        "".join(f"{name.lower()} {'desc nulls last' if down else 'asc nulls first'}, " for name, down in orders) + "id"
    )
