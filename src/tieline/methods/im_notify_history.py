"""im.notify.get, im.notify.history.search and im.notify.schema.get: what the caller was told, and of what kinds."""

import datetime as dt
import json
from typing import Annotated, Any

from tieline.api.faults import ApiError, Dialect, Fault, Problem, wrong_argument
from tieline.api.method import Doc, Family
from tieline.api.wire import WrongValue, iso, parse_iso, yes_no
from tieline.domain.calendars import find_zone
from tieline.domain.clock import DAY
from tieline.domain.ids import parse_id
from tieline.domain.notices import Kind, Notice, to_bbcode
from tieline.methods.filters import items_of
from tieline.methods.views import find_user, user_view
from tieline.services.call import Call
from tieline.store import notices as store
from tieline.store.notices import Wanted

LAST_ID_AND_LAST_TYPE = Fault("LAST_ID_AND_LAST_TYPE", "Parameters LAST_ID and LAST_TYPE should be used together.")
LAST_ID_STRING = Fault("LAST_ID_STRING", "Last notification ID can't be string")
SEARCH_TEXT_ERROR = Fault("SEARCH_TEXT_ERROR", "SEARCH_TEXT can't be less than 3 symbols")
MAX_LIMIT, SHORTEST, LONGEST = 50, 3, 1_000
CONFIRMS, OTHERS = 1, 3  # where a page goes on
CONFIRM, PERSONAL, SYSTEM = 1, 2, 4  # types of notifications
_KINDS = {
    Kind.EMPTY_QUEUE: ("imopenlines", "empty_queue", "Nobody of a queue is free"),
    Kind.FIRST_ANSWER_LATE: ("imopenlines", "first_answer_late", "A first answer is late"),
    Kind.FURTHER_ANSWER_LATE: ("imopenlines", "further_answer_late", "A further answer is late"),
    Kind.APPLICATION: ("rest", "rest_notify", "What applications tell"),
    Kind.ANSWER: ("im", "answer", "Answers to notifications"),
}
_MODULES = {"imopenlines": "Open lines", "rest": "Applications", "im": "Messenger"}

family = Family(
    scopes=("im",),
    dialect=Dialect(
        missing=lambda _: SEARCH_TEXT_ERROR,
        wrong=lambda name, problem: LAST_ID_STRING if name == "LAST_ID" else wrong_argument(name, problem),
    ),
)
LastId = Annotated[int | None, Doc("Id of the last notification of the page before.")]
Limit = Annotated[int, Doc("How many at most: 50 by default and at most.")]
Convert = Annotated[str, Doc("Y writes simple HTML in texts as BBCode.")]


@family.method("im.notify.get", faults=(LAST_ID_AND_LAST_TYPE, LAST_ID_STRING))
def get(
    call: Call,
    *,
    last_id: LastId = None,
    last_type: Annotated[int | None, Doc("1: the page before ended among those to confirm; 3: behind them.")] = None,
    limit: Limit = MAX_LIMIT,
    convert_text: Convert = "N",
) -> dict[str, Any]:
    """Return the caller's notifications: those with open buttons first, then all others, each newest first."""
    if (last_id is None) is not (last_type is None):
        raise ApiError(LAST_ID_AND_LAST_TYPE)
    size = _size(limit)
    found = [] if last_type == OTHERS else _stage(call, before=last_id, limit=size, waiting=True)
    if len(found) < size:
        before = last_id if last_type == OTHERS else None
        found += _stage(call, before=before, limit=size - len(found), waiting=False)
    listed = _listed(call, found, convert=convert_text == "Y")
    total = store.count_found(call.tx, call.portal_id, call.actor.id, Wanted())
    if not total:
        return listed
    unread = store.count_unread(call.tx, call.portal_id, call.actor.id)
    return {"total_count": total, "total_unread_count": unread, "chat_id": _chat(call)} | listed


def _size(limit: int) -> int:
    return min(limit, MAX_LIMIT) if limit > 0 else MAX_LIMIT


def _stage(call: Call, *, before: int | None, limit: int, waiting: bool) -> list[Notice]:
    return store.list_notices(call.tx, call.portal_id, call.actor.id, before=before, limit=limit, waiting=waiting)


def _chat(call: Call) -> int:
    return store.find_chat(call.tx, call.portal_id, call.actor.id) or 0


@family.method("im.notify.history.search", faults=(SEARCH_TEXT_ERROR, LAST_ID_STRING))
def search(
    call: Call,
    *,
    search_text: Annotated[str, Doc("Part of a text or title; three characters at least, or another condition.")] = "",
    search_type: Annotated[str, Doc("`MODULE` or `MODULE|EVENT`.")] = "",
    search_types: Annotated[list[str] | None, Doc("Several of such.")] = None,
    search_date: Annotated[str, Doc("A day, or a moment of it, ISO 8601.")] = "",
    search_date_from: Annotated[str, Doc("From this moment or day on, together with SEARCH_DATE_TO.")] = "",
    search_date_to: Annotated[str, Doc("Up to this moment or day, together with SEARCH_DATE_FROM.")] = "",
    search_authors: Annotated[list[str] | None, Doc("Ids of authors.")] = None,
    last_id: LastId = None,
    limit: Limit = MAX_LIMIT,
    convert_text: Convert = "N",
    group_tag: Annotated[str, Doc("The additional tag that all have.")] = "",
) -> dict[str, Any]:
    """Find among all that the caller was told, newest first."""
    types = [*([search_type] if search_type else []), *(items_of(search_types) or [])]
    authors = frozenset(parse_id(author) or -1 for author in items_of(search_authors) or [])
    since, until = _period(call, search_date, search_date_from, search_date_to)
    text = search_text.strip()[:LONGEST]
    if len(text) < SHORTEST and not (types or authors or since is not None):
        raise ApiError(SEARCH_TEXT_ERROR)
    kinds = _kinds(types) if types else None
    wanted = Wanted(text, kinds, authors, since, until, group_tag[:LONGEST])
    found = store.search_notices(call.tx, call.portal_id, call.actor.id, wanted, before=last_id, limit=_size(limit))
    listed = {"chat_id": _chat(call)} | _listed(call, found, convert=convert_text == "Y")
    if last_id is not None:
        return listed
    return listed | {"total_results": store.count_found(call.tx, call.portal_id, call.actor.id, wanted)}


def _kinds(types: list[str]) -> frozenset[Kind]:
    return frozenset(kind for kind, (module, event, _) in _KINDS.items() if {module, f"{module}|{event}"} & set(types))


def _period(call: Call, day: str, first: str, last: str) -> tuple[int | None, int | None]:
    """Read from when to when is searched; of the two ends one alone says nothing."""
    bounds = []
    if day:
        bounds.append(_day_of(call, "SEARCH_DATE", day))
    if first and last:
        begin = _day_of(call, "SEARCH_DATE_FROM", first)[0] if _is_day(first) else _moment("SEARCH_DATE_FROM", first)
        end = _day_of(call, "SEARCH_DATE_TO", last)[1] if _is_day(last) else _moment("SEARCH_DATE_TO", last)
        bounds.append((begin, end))
    if not bounds:
        return None, None
    return max(begin for begin, _ in bounds), min(end for _, end in bounds)


def _is_day(text: str) -> bool:
    return len(text) <= len("2027-01-15")


def _moment(name: str, text: str) -> int:
    try:
        return parse_iso(text)
    except (WrongValue, OverflowError) as error:
        raise ApiError(wrong_argument(name, Problem("datetime"))) from error


def _day_of(call: Call, name: str, text: str) -> tuple[int, int]:
    """Return the first and last moment of a day of the portal's."""
    zone = find_zone(call.portal.time_zone) or dt.UTC
    try:
        moment = dt.datetime.fromisoformat(text)
        local = moment if moment.tzinfo is None else moment.astimezone(zone)
        begin = int(local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=zone).timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise ApiError(wrong_argument(name, Problem("datetime"))) from error
    return begin, begin + DAY - 1


@family.method("im.notify.schema.get")
def schema_get(call: Call) -> dict[str, Any]:  # noqa: ARG001
    """Return what kinds of notifications there are, by module."""
    return {
        module: {
            "NAME": name,
            "MODULE_ID": module,
            "LIST": [
                {"ID": f"{module}|{event}", "NAME": title} for of, event, title in _KINDS.values() if of == module
            ],
        }
        for module, name in _MODULES.items()
    }


def _listed(call: Call, found: list[Notice], *, convert: bool) -> dict[str, Any]:
    """Write notifications and who wrote them."""
    authors = dict.fromkeys(notice.news.author_id for notice in found if notice.news.author_id)
    users = [user for author in authors if (user := find_user(call, author))]
    chat_id = _chat(call)
    return {
        "notifications": [_view(call, chat_id, notice, convert=convert) for notice in found],
        "users": [user_view(call, user) for user in users],
    }


def _view(call: Call, chat_id: int, notice: Notice, *, convert: bool) -> dict[str, Any]:
    news = notice.news
    module, event, _ = _KINDS[news.kind]
    view: dict[str, Any] = {
        "id": notice.id,
        "chat_id": chat_id,
        "author_id": news.author_id,
        "date": iso(notice.created_at, call.portal.time_zone),
        "notify_type": CONFIRM if notice.waits else PERSONAL if news.author_id else SYSTEM,
        "notify_module": module,
        "notify_event": event,
        "notify_tag": _tag(news.sender, news.tag),
        "notify_sub_tag": _tag(news.sender, news.sub_tag),
        "notify_title": news.title,
        "setting_name": f"{module}|{event}",
        "text": to_bbcode(news.text) if convert else news.text,
        "notify_read": yes_no(notice.read_at is not None),
        "params": _params(notice) or None,
    }
    if notice.waits:
        view["notify_buttons"] = json.dumps(
            [{"TITLE": button.title, "VALUE": button.value, "TYPE": "button"} for button in news.buttons]
        )
    return view


def _tag(sender: str, tag: str | None) -> str:
    if tag is None:
        return ""
    return f"MP|{sender}|{tag}" if sender else tag


def _params(notice: Notice) -> dict[str, Any]:
    """Write what a notification has beside its text: attachments, whether it may be answered, what was done."""
    told = {
        "ATTACH": list(notice.news.attach),
        "CAN_ANSWER": "Y" if notice.news.answerable else "",
        "NOTIFY_VALUE": notice.choice,
        "ANSWER_TEXT": notice.answer,
        "RESULT_TEXT": notice.outcome,
    }
    return {name: value for name, value in told.items() if value}
