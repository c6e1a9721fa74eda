"""Statistics: figures of sessions are kept when these end, and summed when somebody asks."""

from dataclasses import dataclass

from tieline.domain.definitions import DEFINITIONS
from tieline.domain.sessions import Session
from tieline.domain.statistics import COUNTS, NAMES, SPREADS, Figures, Sums, figures
from tieline.services.call import Call
from tieline.store import chats as chat_store
from tieline.store import sessions as session_store
from tieline.store import statistics as store
from tieline.store.statistics import Key, Wanted

MOST_ROWS = 5_000
PORTION = 500  # sessions that are counted anew in one transaction, but for those of its last chat
CHATS = 500


class TooManyRows(Exception):
    """The groups are so many that nobody reads them."""


class NoAccess(Exception):
    """Figures are wanted of lines whose queue the caller is not in."""


# By which of the kept columns it is seen that a session counts in a published figure.
_COLUMNS = {NAMES.get(name, name): name for name in COUNTS} | {wire: name for name, wire in SPREADS.items()}
_COLUMNS |= {"opened": "opened", "longestWait": "longest_wait", "headVote": "head_votes"}
SHOWN = tuple(definition.name for definition in DEFINITIONS if definition.name in _COLUMNS)


def keep(call: Call, session_id: int) -> None:
    """Keep the figures of a session of a locked dialog if it has ended, in the place of those that were."""
    session = session_store.get_session(call.tx, call.portal_id, session_id)
    if session.closed_at is not None:
        store.set_figures(call.tx, call.portal_id, [_count(call, session)])


def _count(call: Call, session: Session) -> Figures:
    behind, place = store.find_begin(call.tx, call.portal_id, session)
    happened = store.list_happened(call.tx, call.portal_id, session.chat_id, behind)
    written = store.list_written(call.tx, call.portal_id, session.chat_id, place)
    return figures(session, happened.get(session.id, ()), written.get(session.id, ()))


def recount(call: Call, behind: int) -> tuple[int, int | None]:
    """Count sessions that have ended anew, chat by chat behind one; returns how many, and the last chat or None."""
    counted = 0
    chats = store.list_chats_behind(call.tx, call.portal_id, behind, CHATS)
    for chat_id in chats:
        counted += _recount_chat(call, chat_id)
        if counted >= PORTION:
            return counted, chat_id
    return counted, chats[-1] if len(chats) == CHATS else None


def _recount_chat(call: Call, chat_id: int) -> int:
    chat_store.lock_chat(call.tx, call.portal_id, chat_id)
    happened = store.list_happened(call.tx, call.portal_id, chat_id)
    written = store.list_written(call.tx, call.portal_id, chat_id)
    ended = [one for one in store.list_sessions_of(call.tx, call.portal_id, chat_id) if one.closed_at is not None]
    found = [figures(one, happened.get(one.id, ()), written.get(one.id, ())) for one in ended]
    store.set_figures(call.tx, call.portal_id, found)
    return len(found)


@dataclass(frozen=True, slots=True)
class Report:
    """Sums by their keys, in order, and over all."""

    rows: list[tuple[Key, Sums]]
    total: Sums


def report(call: Call, wanted: Wanted) -> Report:
    """Sum the figures of sessions; those of open ones are found now."""
    total = store.sum_figures(call.tx, call.portal_id, wanted.whole(), 1).get((), Sums())
    rows = store.sum_figures(call.tx, call.portal_id, wanted, MOST_ROWS + 1) if wanted.by else {}
    for one in _going_on(call, wanted):
        total.add(one)
        if wanted.by:
            rows.setdefault(wanted.key(one), Sums()).add(one)
    if len(rows) > MOST_ROWS:
        raise TooManyRows
    for name in SPREADS:
        for key, value in store.list_values(call.tx, call.portal_id, wanted, name):
            total.spreads[name].add(value)
            if wanted.by:
                rows[key].spreads[name].add(value)
    return Report(sorted(rows.items(), key=lambda item: item[0]) if wanted.by else [((), total)], total)


def _going_on(call: Call, wanted: Wanted) -> list[Figures]:
    """Return the figures of open sessions, the newest first."""
    period = wanted.period
    found = store.list_open_sessions(call.tx, call.portal_id, period.since, period.until)
    counted = [_count(call, session) for session in found]
    return sorted(
        (one for one in counted if wanted.holds(one)), key=lambda one: (one.opened_at, one.session_id), reverse=True
    )


def sessions_of(call: Call, wanted: Wanted, shown: str, *, limit: int, offset: int) -> tuple[list[Figures], int]:
    """Return sessions that count in a figure, first those that are open, each newest first; and how many there are."""
    column = _COLUMNS[shown]
    going_on = [one for one in _going_on(call, wanted) if _counts(one, column)]
    page = going_on[offset : offset + limit]
    kept, count = store.list_figures(
        call.tx,
        call.portal_id,
        wanted,
        column,
        limit=limit - len(page),
        offset=max(offset - len(going_on), 0),
    )
    return [*page, *kept], len(going_on) + count


def _counts(one: Figures, column: str) -> bool:
    if column == "opened":
        return True
    value = getattr(one, column)
    return bool(value) if column in COUNTS or column == "waits" else value is not None
