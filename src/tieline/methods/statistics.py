"""tieline.statistics.*: figures of sessions, their sums, the dialogs behind them, and what they mean."""

import csv
import io
from datetime import timedelta
from typing import Annotated, Any

from tieline.api.faults import Fault
from tieline.api.method import Auth, Doc, Family, Spelled
from tieline.api.wire import iso, iso_or_none
from tieline.domain.calendars import find_zone
from tieline.domain.definitions import COLUMNS, DEFINITIONS, GROUPS, PARTS, Definition
from tieline.domain.periods import EPOCH, WrongPeriod, read_period
from tieline.domain.statistics import NOBODY, WIRE_COUNTS, Figures, seconds
from tieline.methods.views import find_user
from tieline.services import lines as line_service
from tieline.services import statistics
from tieline.services.call import Call
from tieline.store import chats as chat_store
from tieline.store.statistics import Key, Wanted

WRONG_PERIOD = Fault(
    "WRONG_PERIOD", "FROM and TO are ISO dates or moments, FROM before TO and not more than ten years before it", 400
)
WRONG_ZONE = Fault("WRONG_ZONE", "There is no such time zone", 400)
WRONG_GROUPING = Fault("WRONG_GROUPING", "BY takes day, hour, weekday, line, operator and connector, each once", 400)
WRONG_FIGURE = Fault("WRONG_FIGURE", "There is no such figure that has dialogs behind it", 400)
WRONG_PAGE = Fault("WRONG_PAGE", "START is not negative, LIMIT is from 1 to 200, AFTER is not negative", 400)
TOO_MANY_ROWS = Fault("TOO_MANY_ROWS", "More than 5000 rows: choose a shorter period or fewer groups", 400)
TOO_MANY_VALUES = Fault("TOO_MANY_VALUES", "A filter takes at most 500 values", 400)
NOT_YOUR_LINE = Fault("ACCESS_DENIED", "Figures of lines are for administrators and for those in their queues", 403)
NAMED = frozenset({"line", "operator", "connector"})
MOST_VALUES = 500
MAX_LIMIT = 200
MAX_START = 2**31
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

family = Family(scopes=("tieline",), auth=Auth.ANY)


class WrongZone(Exception):
    """The time zone is none."""


class WrongGrouping(Exception):
    """Sessions cannot be counted by this."""


class WrongFigure(Exception):
    """The figure is none, or has no sessions of its own."""


class WrongPage(Exception):
    """The page is none."""


class TooManyValues(Exception):
    """A filter names more than a query takes."""


From = Annotated[
    str | None,
    Doc("First day, or moment, in ISO 8601: without an offset in ZONE. Left out, 30 days before the end."),
    Spelled("FROM"),
]
To = Annotated[
    str | None,
    Doc("Last day, which counts whole, or the moment where the period ends. Left out, today."),
    Spelled("TO"),
]
Lines = Annotated[list[int] | None, Doc("Ids of lines: of those that served the sessions last. Left out, all.")]
Operators = Annotated[
    list[int] | None, Doc("Ids of operators: of those who had the sessions last, 0 for nobody. Left out, all.")
]
Connectors = Annotated[list[str] | None, Doc("IDs of connectors. Left out, all.")]
Zone = Annotated[str | None, Doc("Time zone of days and hours, such as Europe/Berlin. Left out, the portal's.")]
By = Annotated[list[str] | None, Doc("Any of day, hour, weekday, line, operator, connector. Left out, one row of all.")]
_FILTERS: dict[type[Exception], Fault] = {
    WrongPeriod: WRONG_PERIOD,
    WrongZone: WRONG_ZONE,
    TooManyValues: TOO_MANY_VALUES,
    statistics.NoAccess: NOT_YOUR_LINE,
}


def _wanted(  # the filters of both methods
    call: Call,
    since: str | None,
    until: str | None,
    zone: str | None,
    *,
    lines: list[int] | None,
    operators: list[int] | None,
    connectors: list[str] | None,
    hours: list[int] | None = None,
    weekdays: list[int] | None = None,
    by: list[str] | None = None,
) -> Wanted:
    found = find_zone(zone or call.portal.time_zone)
    if found is None:
        raise WrongZone
    if len(set(by or ())) != len(by or ()) or not set(by or ()) <= GROUPS.keys():
        raise WrongGrouping
    if any(len(given or ()) > MOST_VALUES for given in (lines, operators, connectors, hours, weekdays)):
        raise TooManyValues
    return Wanted(
        read_period(since, until, found, call.now),
        lines=_visible(call, lines),
        operators=_set(operators),
        connectors=_set([code.lower() for code in connectors] if connectors else None),
        hours=_set(hours),
        weekdays=_set(weekdays),
        by=tuple(by or ()),
    )


def _set(given: list[Any] | None) -> frozenset[Any] | None:
    return None if given is None else frozenset(given)


def _visible(call: Call, asked: list[int] | None) -> frozenset[int] | None:
    """Return the lines whose figures the caller wants and may see; None for all."""
    visible = line_service.visible(call)
    if asked is None or visible is None:
        return visible if asked is None else frozenset(asked)
    if not visible.issuperset(asked):
        raise statistics.NoAccess
    return frozenset(asked)


@family.method(
    "tieline.statistics.get",
    documented=False,
    errors=_FILTERS | {WrongGrouping: WRONG_GROUPING, statistics.TooManyRows: TOO_MANY_ROWS},
)
def statistics_get(
    call: Call,
    *,
    since: From = None,
    until: To = None,
    lines: Lines = None,
    operators: Operators = None,
    connectors: Connectors = None,
    by: By = None,
    zone: Zone = None,
) -> dict[str, Any]:
    """Sum the figures of sessions that were opened in a period: a row for each group, in order, and the total.

    Who is no administrator gets those of the lines whose queue he is in. tieline.statistics.definitions says what the
    figures mean.
    """
    wanted = _wanted(
        call, since, until, zone, lines=lines, operators=operators, connectors=connectors, by=by
    )  # fmt: skip
    report = statistics.report(call, wanted)
    return {
        "from": iso(wanted.period.since, wanted.period.zone.key),
        "to": iso(wanted.period.until, wanted.period.zone.key),
        "zone": wanted.period.zone.key,
        "by": list(wanted.by),
        "rows": [_group(call, wanted, key) | sums.told() for key, sums in report.rows],
        "total": report.total.told(),
    }


def _group(call: Call, wanted: Wanted, key: Key) -> dict[str, Any]:
    """Write what a row is of; lines, operators and connectors with their names."""
    group: dict[str, Any] = {}
    for name, value in zip(wanted.by, key, strict=True):
        if name in NAMED:
            group |= {name: value, f"{name}Name": _name(call, name, value)}
        else:
            group[name] = (EPOCH + timedelta(days=value)).isoformat() if name == "day" else value
    return group


def _name(call: Call, group: str, value: Any) -> str:
    """Return a name, empty for what is no longer there."""
    match group:
        case "line":
            line = call.find_line(value)
            return line.name if line else ""
        case "operator":
            user = find_user(call, value) if value != NOBODY else None
            return user.full_name if user else ""
        case _:
            connector = call.find_connector(value)
            return connector.name if connector else ""


@family.method("tieline.statistics.definitions", documented=False)
def statistics_definitions(call: Call) -> dict[str, Any]:  # noqa: ARG001
    """Say what each figure means, in what unit it is and under which names it stands in a row, and what groups are."""
    return {"figures": [_definition(one) for one in DEFINITIONS], "parts": PARTS, "groups": GROUPS}


def _definition(one: Definition) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "unit": one.unit.value,
        "text": one.text,
        "columns": list(one.columns),
        "hasSessions": one.name in statistics.SHOWN,
    }


@family.method(
    "tieline.statistics.sessions",
    documented=False,
    errors=_FILTERS | {WrongFigure: WRONG_FIGURE, WrongPage: WRONG_PAGE},
)
def statistics_sessions(
    call: Call,
    *,
    since: From = None,
    until: To = None,
    lines: Lines = None,
    operators: Operators = None,
    connectors: Connectors = None,
    hours: Annotated[list[int] | None, Doc("Hours of the day in which they were opened, 0 to 23.")] = None,
    weekdays: Annotated[list[int] | None, Doc("Days of the week, 1 for Monday to 7 for Sunday.")] = None,
    zone: Zone = None,
    figure: Annotated[str, Doc("Name of a figure: only sessions that count in it.")] = "opened",
    start: Annotated[int, Doc("How many to pass over.")] = 0,
    limit: Annotated[int, Doc("How many at most: 50 by default, 200 at most.")] = 50,
) -> dict[str, Any]:
    """List the sessions behind a figure: first those that are open, each newest first."""
    wanted = _wanted(
        call, since, until, zone, lines=lines, operators=operators, connectors=connectors, hours=hours,
        weekdays=weekdays,
    )  # fmt: skip
    if figure not in statistics.SHOWN:
        raise WrongFigure
    if not (0 <= start <= MAX_START and 0 < limit <= MAX_LIMIT):
        raise WrongPage
    found, total = statistics.sessions_of(call, wanted, figure, limit=limit, offset=start)
    return {"items": [_session(call, one, wanted.period.zone.key) for one in found], "total": total}


def _session(call: Call, one: Figures, zone: str) -> dict[str, Any]:
    chat = chat_store.find_chat(call.tx, call.portal_id, one.chat_id)
    assert chat is not None  # dialogs are never removed
    nobody = one.operator_id == NOBODY
    return {
        "session": one.session_id,
        "chatId": one.chat_id,
        "title": chat.title,
        "line": {"id": one.line_id, "name": _name(call, "line", one.line_id)},
        "operator": None if nobody else {"id": one.operator_id, "name": _name(call, "operator", one.operator_id)},
        "connector": {"id": one.connector, "name": _name(call, "connector", one.connector)},
        "openedAt": iso(one.opened_at, zone),
        "closedAt": iso_or_none(one.closed_at, zone),
        "firstAnswer": seconds(one.first_wait),
        "answers": [seconds(wait) for wait in one.waits],
        "longestWait": seconds(one.longest_wait),
        "duration": seconds(one.duration),
        "headVote": one.head_stars or None,
        **{wire: getattr(one, name) for name, wire in WIRE_COUNTS.items() if name != "head_votes"},
    }


@family.method("tieline.statistics.recount", documented=False, admin=True, writes=True, errors={WrongPage: WRONG_PAGE})
def statistics_recount(
    call: Call, *, after: Annotated[int, Doc("The `next` of the call before; left out, from the beginning.")] = 0
) -> dict[str, int | None]:
    """Find the kept figures anew from the log and the messages, a portion in each call.

    Returns how many sessions that were, and in `next` where to go on, until there is nothing left.
    """
    if after < 0:
        raise WrongPage
    counted, following = statistics.recount(call, after)
    return {"counted": counted, "next": following}


def table(report: dict[str, Any]) -> str:
    """Write the rows of a report as CSV (RFC 4180); a name that a spreadsheet would take for a formula gets a '."""
    text = io.StringIO(newline="")
    groups = [name for by in report["by"] for name in ((by, f"{by}Name") if by in NAMED else (by,))]
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*groups, *COLUMNS])
    writer.writerows([_cell(row[name]) for name in (*groups, *COLUMNS)] for row in report["rows"])
    return text.getvalue()


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
