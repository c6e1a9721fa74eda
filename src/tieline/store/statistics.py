"""Figures of sessions: what they are made of, where they are kept, and their sums."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import msgspec

from tieline.domain.chats import PRIVATE, Author
from tieline.domain.clock import DAY, HOUR
from tieline.domain.periods import THURSDAY, Period
from tieline.domain.sessions import Session
from tieline.domain.statistics import COUNTS, OPENED, Figures, Happened, Sums, Written
from tieline.store.engine import Tx
from tieline.store.filters import Condition, among, where
from tieline.store.sessions import SESSION, to_session

Key = tuple[Any, ...]
PART = 30 * DAY  # of a period, whose values are read at once
_COLUMNS = tuple(field.name for field in fields(Figures) if field.name != "waits")
_FIGURES = ", ".join(_COLUMNS)
_KEPT = f"""insert into session_figures (portal_id, {_FIGURES})
values (:portal, {", ".join(f":{name}" for name in _COLUMNS)})
on conflict (portal_id, session_id) do update set {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])}"""
# The days of a zone's clocks; `f.opened_at` is moved by what the clocks are ahead.
_KEYS = {
    "day": f"{{local}} / {DAY}",
    "hour": f"{{local}} / {HOUR} % 24",
    "weekday": f"({{local}} / {DAY} + {THURSDAY}) % 7 + 1",
    "line": "f.line_id",
    "operator": "f.operator_id",
    "connector": "f.connector",
}
_FROM = {
    "waits": """session_figures f join session_waits w on w.portal_id = f.portal_id
    and w.session_id = f.session_id"""
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sessions are counted, by what, and which of them are shown; None means all."""

    period: Period
    lines: frozenset[int] | None = None
    operators: frozenset[int] | None = None
    connectors: frozenset[str] | None = None
    hours: frozenset[int] | None = None
    weekdays: frozenset[int] | None = None
    by: tuple[str, ...] = ()

    def whole(self) -> "Wanted":
        """Return the same sessions, counted by nothing."""
        return replace(self, by=())

    def key(self, one: Figures) -> Key:
        """Return by what a session is counted."""
        return tuple(self._value(one, name) for name in self.by)

    def holds(self, one: Figures) -> bool:
        """Tell whether a session is counted."""
        wanted = {name: given for name, given in self._given() if given is not None}
        within = self.period.since <= one.opened_at < self.period.until
        return within and all(self._value(one, name) in given for name, given in wanted.items())

    def _given(self) -> list[tuple[str, frozenset[Any] | None]]:
        return [
            ("line", self.lines),
            ("operator", self.operators),
            ("connector", self.connectors),
            ("hour", self.hours),
            ("weekday", self.weekdays),
        ]

    def _value(self, one: Figures, name: str) -> Any:
        match name:
            case "line":
                return one.line_id
            case "operator":
                return one.operator_id
            case "connector":
                return one.connector
            case _:
                return getattr(self.period, name)(one.opened_at)

    def conditions(self) -> tuple[str, dict[str, Any]]:
        """Write what holds of the sessions, and its parameters."""
        period = self.period
        columns = {name: self._column(name) for name in _KEYS} | {"opened": "f.opened_at"}
        given = [
            Condition("opened", ">=", period.since),
            Condition("opened", "<", period.until),
            *(Condition(name, "in", sorted(values)) for name, values in self._given() if values is not None),
        ]
        text, params = where(given, columns)
        return f"f.portal_id = :portal{text}", params | self._clocks()

    def keys(self) -> tuple[list[str], str]:
        """Write what the sessions are counted by: the names of the keys, and their columns."""
        names = [f"k{number}" for number in range(len(self.by))]
        columns = ", ".join(
            [f"{self._column(by)} as {name}" for name, by in zip(names, self.by, strict=True)] or ["0 as k0"]
        )
        return names or ["k0"], columns

    def _column(self, name: str) -> str:
        return _KEYS[name].replace("{local}", f"(f.opened_at + {self._ahead()})")

    def _ahead(self) -> str:
        cases = "".join(f" when f.opened_at < :t{number} then :o{number}" for number in range(len(self.period.changes)))
        last = f":o{len(self.period.changes)}"
        return f"case{cases} else {last} end" if cases else last

    def _clocks(self) -> dict[str, int]:
        changes = {f"t{number}": moment for number, moment in enumerate(self.period.changes)}
        return changes | {f"o{number}": offset for number, offset in enumerate(self.period.offsets)}


def list_open_sessions(tx: Tx, portal_id: int, since: int, until: int) -> list[Session]:
    """Return sessions that are open and were opened within a period."""
    rows = tx.all(
        f"""select {", ".join("s." + name.strip() for name in SESSION.split(","))} from chats c
        join sessions s on s.portal_id = c.portal_id and s.id = c.session_id
        where c.portal_id = :portal and c.status < 60 and s.opened_at >= :since and s.opened_at < :until""",
        portal=portal_id,
        since=since,
        until=until,
    )
    return [to_session(row) for row in rows]


def list_sessions_of(tx: Tx, portal_id: int, chat_id: int) -> list[Session]:
    """Return all sessions of a chat, oldest first."""
    rows = tx.all(
        f"select {SESSION} from sessions where portal_id = :portal and chat_id = :chat order by id",
        portal=portal_id,
        chat=chat_id,
    )
    return [to_session(row) for row in rows]


def list_chats_behind(tx: Tx, portal_id: int, chat_id: int, limit: int) -> list[int]:
    """Return ids of chats with sessions behind a chat, in order."""
    rows = tx.all(
        """select distinct chat_id from sessions where portal_id = :portal and chat_id > :chat
        order by chat_id limit :limit""",
        portal=portal_id,
        chat=chat_id,
        limit=limit,
    )
    return [row[0] for row in rows]


def find_begin(tx: Tx, portal_id: int, session: Session) -> tuple[int, int]:
    """Return an entry of the log and a place in the dialog before all that belongs to a session.

    It is the opening of the session before, which is found from the log's end.
    """
    row = tx.one(
        """select id, sequence from happenings where portal_id = :portal and chat_id = :chat and kind = :kind
        and at < :opened order by id desc limit 1""",
        portal=portal_id,
        chat=session.chat_id,
        kind=OPENED,
        opened=session.opened_at,
    )
    return (row[0], row[1]) if row else (0, 0)


def list_happened(tx: Tx, portal_id: int, chat_id: int, behind: int = 0) -> dict[int, list[Happened]]:
    """Return what is logged of a chat's sessions behind an entry, by session, oldest first."""
    rows = tx.all(
        """select kind, actor_id, sequence, data, at from happenings where portal_id = :portal and chat_id = :chat
        and id > :behind order by id""",
        portal=portal_id,
        chat=chat_id,
        behind=behind,
    )
    found: dict[int, list[Happened]] = {}
    for kind, actor, sequence, data, at in rows:
        facts = msgspec.json.decode(data)
        if (session := facts.get("session")) is not None:
            found.setdefault(session, []).append(Happened(kind, actor, sequence, facts, at))
    return found


def list_written(tx: Tx, portal_id: int, chat_id: int, behind: int = 0) -> dict[int, list[Written]]:
    """Return what was written in a chat behind a place, or changed there, by session, oldest first."""
    columns = "sequence, session_id, author, created_at, params"
    rows = tx.all(
        f"""select {columns} from messages where portal_id = :portal and chat_id = :chat and sequence > :behind
        union select {columns} from messages where portal_id = :portal and chat_id = :chat and changed > :behind
        order by 1""",
        portal=portal_id,
        chat=chat_id,
        behind=behind,
    )
    found: dict[int, list[Written]] = {}
    for sequence, session, author, at, params in rows:
        private = bool(params) and PRIVATE in msgspec.json.decode(params)
        found.setdefault(session, []).append(Written(sequence, Author(author), at, private))
    return found


def set_figures(tx: Tx, portal_id: int, found: Iterable[Figures]) -> None:
    """Keep figures of sessions, in the place of those that were."""
    kept = list(found)
    tx.many(_KEPT, [{"portal": portal_id} | {name: getattr(one, name) for name in _COLUMNS} for one in kept])
    sessions = [{"portal": portal_id, "session": one.session_id} for one in kept]
    tx.many("delete from session_waits where portal_id = :portal and session_id = :session", sessions)
    waits = [
        {"portal": portal_id, "session": one.session_id, "position": position, "wait": wait}
        for one in kept
        for position, wait in enumerate(one.waits)
    ]
    tx.many(
        """insert into session_waits (portal_id, session_id, position, wait)
        values (:portal, :session, :position, :wait)""",
        waits,
    )


def sum_figures(tx: Tx, portal_id: int, wanted: Wanted, limit: int) -> dict[Key, Sums]:
    """Return the sums of what is kept, by their keys, at most so many; the values of times are not among them."""
    names, columns = wanted.keys()
    condition, params = wanted.conditions()
    rows = tx.all(
        f"""select {", ".join(names)}, count(*), max(longest_wait), {", ".join(f"sum({name})" for name in COUNTS)}
        from (select {columns}, f.longest_wait, {", ".join(f"f.{name}" for name in COUNTS)}
        from session_figures f where {condition}) b group by {", ".join(names)} limit :limit""",
        portal=portal_id,
        limit=limit,
        **params,
    )
    sums: dict[Key, Sums] = {}
    for row in rows:
        opened, longest, *counts = row[len(names) :]
        numbers = dict(zip(COUNTS, map(int, counts), strict=True))
        sums[row[: len(wanted.by)]] = Sums(opened, numbers, None if longest is None else int(longest))
    return sums


def list_values(tx: Tx, portal_id: int, wanted: Wanted, name: str) -> Iterator[tuple[Key, int]]:
    """Return the values of a time with their keys, a part of the period after the other."""
    _, columns = wanted.keys()
    value, size, period = "w.wait" if name == "waits" else f"f.{name}", len(wanted.by), wanted.period
    for since in range(period.since, period.until, PART):
        part = replace(wanted, period=replace(period, since=since, until=min(since + PART, period.until)))
        condition, params = part.conditions()
        rows = tx.all(
            f"""select {columns}, {value} from {_FROM.get(name, "session_figures f")}
            where {condition} and {value} is not null""",
            portal=portal_id,
            **params,
        )
        for row in rows:
            yield row[:size], row[-1]


def list_figures(
    tx: Tx, portal_id: int, wanted: Wanted, shown: str, *, limit: int, offset: int
) -> tuple[list[Figures], int]:
    """Return kept figures of sessions that count in one of the figures, newest first, and how many there are."""
    condition, params = wanted.conditions()
    condition += f" and {_COUNTING[shown]}"
    row = tx.one(f"select count(*) from session_figures f where {condition}", portal=portal_id, **params)
    rows = tx.all(
        f"""select {_FIGURES} from session_figures f where {condition}
        order by f.opened_at desc, f.session_id desc limit :limit offset :offset""",
        portal=portal_id,
        limit=limit,
        offset=offset,
        **params,
    )
    found = [Figures(**dict(zip(_COLUMNS, row, strict=True))) for row in rows]
    assert row
    return _with_waits(tx, portal_id, found), int(row[0])


_COUNTING = {
    **{name: f"f.{name} > 0" for name in COUNTS},
    **{name: f"f.{name} is not null" for name in ("first_wait", "longest_wait", "duration")},
    "waits": """exists (select 1 from session_waits w where w.portal_id = f.portal_id
    and w.session_id = f.session_id)""",
    "opened": "1 = 1",
}


def _with_waits(tx: Tx, portal_id: int, found: list[Figures]) -> list[Figures]:
    chosen, names = among("session_id", [one.session_id for one in found])
    rows = tx.all(
        f"""select session_id, wait from session_waits where portal_id = :portal and {chosen}
        order by session_id, position""",
        portal=portal_id,
        **names,
    )
    waits: dict[int, list[int]] = {}
    for session, wait in rows:
        waits.setdefault(session, []).append(wait)
    return [replace(one, waits=tuple(waits.get(one.session_id, ()))) for one in found]
