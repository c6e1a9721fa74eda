"""Chats that somebody is in, by their last activity, with what is unread of them; dialogs are in store/inbox.py."""

from typing import Any

from tieline.domain.chats import ChatType
from tieline.store.chats import CHAT_FIELDS, to_chat
from tieline.store.engine import Tx
from tieline.store.filters import among
from tieline.store.inbox import Listed

_CHAT = ", ".join("c." + name for name in CHAT_FIELDS)
_LISTED = """members b join chats c on c.portal_id = b.portal_id and c.id = b.chat_id
left join read_marks r on r.portal_id = b.portal_id and r.chat_id = b.chat_id and r.user_id = b.user_id"""
_UNREAD = "c.messages - coalesce(r.read_messages, 0)"
OTHERS = tuple(kind for kind in ChatType if kind is not ChatType.LINES)


def list_recent(
    tx: Tx,
    portal_id: int,
    user_id: int,
    kinds: tuple[ChatType, ...],
    *,
    limit: int,
    before: int | None = None,
    since: int | None = None,
    unread_only: bool = False,
) -> list[Listed]:
    """Return chats of some kinds that somebody is in, the last active first; those of two where something was said."""
    if not kinds:
        return []
    chosen, names = among("c.type", [kind.value for kind in kinds])
    where: list[str] = [chosen, "(c.type <> 'private' or c.last_message_id is not null)"]
    params: dict[str, Any] = dict(names)
    if before is not None:
        where.append("c.active_at < :before")
        params["before"] = before
    if since is not None:
        where.append("c.active_at >= :since")
        params["since"] = since
    if unread_only:
        where.append(f"{_UNREAD} > 0")
    rows = tx.all(
        f"""select {_CHAT}, {_UNREAD} from {_LISTED} where b.portal_id = :portal and b.user_id = :user
        and {" and ".join(where)} order by c.active_at desc, c.id desc limit :limit""",
        portal=portal_id,
        user=user_id,
        limit=limit,
        **params,
    )
    return [Listed(to_chat(row[:-1]), max(row[-1], 0)) for row in rows]


def list_pinned(tx: Tx, portal_id: int, user_id: int, limit: int) -> list[Listed]:
    """Return the chats that somebody has pinned, the last active first; he may have lost sight of some."""
    rows = tx.all(
        f"""select {_CHAT}, {_UNREAD} from chat_marks k join chats c on c.portal_id = k.portal_id and c.id = k.chat_id
        left join read_marks r on r.portal_id = k.portal_id and r.chat_id = k.chat_id and r.user_id = k.user_id
        where k.portal_id = :portal and k.user_id = :user and k.pinned = 1 order by c.active_at desc limit :limit""",
        portal=portal_id,
        user=user_id,
        limit=limit,
    )
    return [Listed(to_chat(row[:-1]), max(row[-1], 0)) for row in rows]


def list_unread(tx: Tx, portal_id: int, user_id: int, limit: int) -> list[Listed]:
    """Return chats and open dialogs that somebody is in and has not read to the end."""
    rows = tx.all(
        f"""select {_CHAT}, {_UNREAD} from {_LISTED} where b.portal_id = :portal and b.user_id = :user
        and {_UNREAD} > 0 and (c.type <> 'lines' or c.status < 60) order by c.active_at desc limit :limit""",
        portal=portal_id,
        user=user_id,
        limit=limit,
    )
    return [Listed(to_chat(row[:-1]), row[-1]) for row in rows]


def find_unread(tx: Tx, portal_id: int, chat_id: int, user_id: int) -> int:
    """Count what somebody has not read of a chat."""
    row = tx.one(
        f"""select {_UNREAD} from chats c left join read_marks r
        on r.portal_id = c.portal_id and r.chat_id = c.id and r.user_id = :user
        where c.portal_id = :portal and c.id = :chat""",
        portal=portal_id,
        chat=chat_id,
        user=user_id,
    )
    return max(int(row[0]), 0) if row else 0


def search_chats(
    tx: Tx, portal_id: int, user_id: int, phrase: str, *, lines: bool, limit: int, offset: int
) -> tuple[list[int], int]:
    """Find chats that somebody may see by words of their titles or of their members; returns ids and how many.

    Open groups are everybody's to see; of dialogs those that he is in.
    """
    kind = "c.type = 'lines'" if lines else "c.type in ('chat', 'open')"
    seen = "exists (select 1 from members m where m.portal_id = c.portal_id and m.chat_id = c.id and m.user_id = :user)"
    found = f"""from chats c where c.portal_id = :portal and {kind} and ({seen} or c.type = 'open')
    and (lower(c.title) like :phrase escape '\\' or exists (select 1 from members b
    join users u on u.portal_id = b.portal_id and u.id = b.user_id
    where b.portal_id = c.portal_id and b.chat_id = c.id
    and lower(u.name || ' ' || u.last_name) like :phrase escape '\\'))"""
    key = {"portal": portal_id, "user": user_id, "phrase": phrase}
    rows = tx.all(
        f"select c.id {found} order by c.active_at desc, c.id desc limit :limit offset :offset",
        limit=limit,
        offset=offset,
        **key,
    )
    count = tx.one(f"select count(*) {found}", **key)
    assert count
    return [row[0] for row in rows], int(count[0])
