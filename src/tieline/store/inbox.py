"""Lists of dialogs as a person sees them: tabs, counters, what is unread."""

from dataclasses import dataclass
from typing import Any

from tieline.domain.chats import Chat
from tieline.domain.clock import MINUTE
from tieline.store.chats import CHAT_FIELDS, to_chat
from tieline.store.engine import Tx
from tieline.store.filters import among


@dataclass(frozen=True, slots=True)
class Listed:
    """A chat in somebody's list, with what that person has not read."""

    chat: Chat
    unread: int


_TABS = {
    "mine": "c.status < 60 and c.status < 50 and c.operator_id = :user",
    "waiting": "c.status < 10",
    "all": "c.status < 60",
    "closed": "c.status >= 60",
    "member": "b.user_id is not null",
}
_LISTED = """chats c
left join read_marks r on r.portal_id = c.portal_id and r.chat_id = c.id and r.user_id = :user
left join members b on b.portal_id = c.portal_id and b.chat_id = c.id and b.user_id = :user"""


@dataclass(frozen=True, slots=True)
class Listing:
    """Which chats are wanted: a tab, of lines one may see (None: of all)."""

    tab: str
    user_id: int
    lines: frozenset[int] | None
    unread_only: bool = False
    before: int | None = None


def _listing(listing: Listing) -> tuple[str, dict[str, Any]]:
    where = [_TABS[listing.tab]]
    params: dict[str, Any] = {"user": listing.user_id}
    if listing.lines is not None and listing.tab not in ("member", "mine"):
        allowed, names = among("c.queue_id", sorted(listing.lines))
        where.append(f"({allowed} or c.operator_id = :user)")
        params |= names
    if listing.unread_only:
        where.append("c.messages > coalesce(r.read_messages, 0)")
    if listing.before is not None:
        where.append("c.active_at < :before and c.active_minute <= :minute")
        params |= {"before": listing.before, "minute": listing.before // MINUTE}
    return " and ".join(where), params


def list_chats(tx: Tx, portal_id: int, listing: Listing, *, limit: int, offset: int = 0) -> list[Listed]:
    """Return a page of somebody's list, newest first."""
    where, params = _listing(listing)
    rows = tx.all(
        f"""select {", ".join("c." + name for name in CHAT_FIELDS)},
        c.messages - coalesce(r.read_messages, 0)
        from {_LISTED}
        where c.portal_id = :portal and {where}
        order by c.active_minute desc, c.active_at desc, c.id desc limit :limit offset :offset""",
        portal=portal_id,
        limit=limit,
        offset=offset,
        **params,
    )
    return [Listed(to_chat(row[:-1]), max(row[-1], 0)) for row in rows]


def list_dialogs_with(tx: Tx, portal_id: int, customer_id: int, limit: int) -> list[Chat]:
    """Return the newest dialogs of a customer."""
    rows = tx.all(
        f"""select {", ".join(CHAT_FIELDS)} from chats where portal_id = :portal and customer_id = :customer
        and customer_id > 0 order by id desc limit :limit""",
        portal=portal_id,
        customer=customer_id,
        limit=limit,
    )
    return [to_chat(row) for row in rows]


def count_chats(tx: Tx, portal_id: int, listing: Listing, most: int) -> int:
    """Count the chats of a tab, up to so many: to count all of a long one would take longer than to list its top."""
    where, params = _listing(listing)
    row = tx.one(
        f"""select count(*) from (select 1 from chats c
        where c.portal_id = :portal and {where} limit :most) counted""",
        portal=portal_id,
        most=most,
        **params,
    )
    assert row
    return int(row[0])
