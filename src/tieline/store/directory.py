"""The directory of people: found, counted and sorted by any of their fields."""

from enum import Enum
from typing import Any, NamedTuple

from tieline.domain.people import User
from tieline.store.engine import Tx
from tieline.store.filters import like
from tieline.store.people import USER_COLUMNS, user_of

COLUMNS = {
    "ID": "users.id",
    "ACTIVE": "users.active",
    "NAME": "users.name",
    "LAST_NAME": "users.last_name",
    "SECOND_NAME": "users.second_name",
    "EMAIL": "users.email",
    "LAST_LOGIN": "users.last_login_at",
    "DATE_REGISTER": "users.created_at",
    "TIME_ZONE": "users.time_zone",
    "TIMESTAMP_X": "users.modified_at",
    "LAST_ACTIVITY_DATE": "users.last_seen_at",
    "PERSONAL_GENDER": "case users.gender when 'male' then 'M' when 'female' then 'F' else '' end",
    "PERSONAL_WWW": "users.url",
    "PERSONAL_MOBILE": "users.phone",
    "WORK_POSITION": "users.work_position",
}


class Place(Enum):
    """Where a field is kept."""

    COLUMN = "a column of the user's row"
    TEXT = "one text"
    NUMBER = "one number"
    TEXTS = "several texts"
    NUMBERS = "several numbers"
    DEPARTMENTS = "the ids of departments"
    DEPARTMENT_NAMES = "the names of departments"
    NAMES = "all that a person is called by"
    NAMES_AND_EMAIL = "all that a person is called by, and the e-mail address"


class Field(NamedTuple):
    """A field of people, and where it is kept."""

    name: str
    place: Place = Place.COLUMN


class Condition(NamedTuple):
    """What a field must be; `missing` of a moment: at most the value, or never."""

    field: Field
    operator: str
    value: Any


ID = Field("ID")
_OF_USER = "v.portal_id = users.portal_id and v.user_id = users.id"
_VALUE = f"select {{0}} from user_values v where {_OF_USER} and v.name = :{{1}} and v.position = 0"
_SEVERAL = {
    Place.TEXTS: ("v.value", f"select 1 from user_values v where {_OF_USER} and v.name = :{{0}}"),
    Place.NUMBERS: ("v.number", f"select 1 from user_values v where {_OF_USER} and v.name = :{{0}}"),
    Place.DEPARTMENTS: ("v.department_id", f"select 1 from department_members v where {_OF_USER}"),
    Place.DEPARTMENT_NAMES: (
        "d.name",
        f"""select 1 from department_members v join departments d on d.portal_id = v.portal_id
        and d.id = v.department_id where {_OF_USER}""",
    ),
}
_OPPOSITE = {"<>": "=", "not in": "in", "not like": "like", "not pattern": "pattern"}
_CALLED = "users.name || ' ' || users.last_name || ' ' || users.second_name || ' ' || users.work_position"


class _Builder:
    """Collects the parameters of a query while its text is written."""

    def __init__(self) -> None:
        self.params: dict[str, Any] = {}

    def param(self, value: Any) -> str:
        """Name a parameter."""
        name = f"p{len(self.params)}"
        self.params[name] = value
        return name

    def scalar(self, field: Field) -> str:
        """Write what a field with one value holds; of several values, the first."""
        if field.place is Place.COLUMN:
            return COLUMNS[field.name]
        if field.place in (Place.NUMBER, Place.NUMBERS):
            return f"({_VALUE.format('v.number', self.param(field.name))})"
        if field.place is Place.DEPARTMENTS:
            return f"(select min(v.department_id) from department_members v where {_OF_USER})"
        return f"coalesce(({_VALUE.format('v.value', self.param(field.name))}), '')"

    def test(self, what: str, operator: str, value: Any) -> str:
        """Compare something with a value; an opposite holds also where there is nothing."""
        if operator in _OPPOSITE:
            return f"({what} is null or not {self.test(what, _OPPOSITE[operator], value)})"
        if operator == "missing":
            return f"({what} is null or {what} <= :{self.param(value)})"
        if operator == "in":
            names = [self.param(item) for item in value]
            return f"{what} in ({', '.join(':' + name for name in names)})" if names else "1 = 0"
        if operator in ("like", "pattern"):
            pattern = like(str(value), own_signs=operator == "pattern")
            return f"lower(cast({what} as text)) like :{self.param(pattern)} escape '\\'"
        return f"{what} {operator} :{self.param(value)}"

    def condition(self, condition: Condition) -> str:
        """Write a condition."""
        field, operator, value = condition
        if field.place in (Place.NAMES, Place.NAMES_AND_EMAIL):
            called = _CALLED if field.place is Place.NAMES else f"{_CALLED} || ' ' || users.email"
            department = self.condition(Condition(Field("", Place.DEPARTMENT_NAMES), "like", value))
            return f"(lower({called}) like :{self.param(like(str(value)))} escape '\\' or {department})"
        if field.place not in _SEVERAL:
            return self.test(self.scalar(field), operator, value)
        what, rows = _SEVERAL[field.place]
        named = rows.format(self.param(field.name)) if "{0}" in rows else rows
        exists = f"exists ({named} and {self.test(what, _OPPOSITE.get(operator, operator), value)})"
        return f"not {exists}" if operator in _OPPOSITE else exists

    def where(self, conditions: list[Condition]) -> str:
        """Write all conditions."""
        return "".join(f" and {self.condition(condition)}" for condition in conditions)


def list_people(
    tx: Tx,
    portal_id: int,
    conditions: list[Condition],
    *,
    sort: Field = ID,
    descending: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> list[User]:
    """Return people that meet all conditions, a page of them."""
    builder = _Builder()
    where, order = builder.where(conditions), builder.scalar(sort)
    direction = "desc nulls last" if descending else "asc nulls first"
    rows = tx.all(
        f"""select {USER_COLUMNS} from users where portal_id = :portal and kind = 'person'{where}
        order by {order} {direction}, id limit :limit offset :offset""",
        portal=portal_id,
        limit=limit,
        offset=offset,
        **builder.params,
    )
    return [user_of(row) for row in rows]


def count_people(tx: Tx, portal_id: int, conditions: list[Condition]) -> int:
    """Count people that meet all conditions."""
    builder = _Builder()
    row = tx.one(
        f"select count(*) from users where portal_id = :portal and kind = 'person'{builder.where(conditions)}",
        portal=portal_id,
        **builder.params,
    )
    assert row
    return int(row[0])
