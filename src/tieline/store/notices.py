"""Notices to people of the portal: what they were told, by whom, and what they did about it."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from tieline.domain.notices import Button, Kind, News, Notice
from tieline.store.engine import Row, Tx
from tieline.store.filters import among, like

MOST = 5_000  # of a person; the oldest of more are forgotten
_TRIM_EVERY = 50
_COLUMNS = """id, user_id, created_at, read_at, choice, answer, outcome, kind, text, title, author_id, sender, app_id,
tag, sub_tag, text_out, attach, buttons, answerable, chat_id"""
_WAITS = "buttons is not null and choice is null"


class Wanted(NamedTuple):
    """Which notices of a person are looked for; what is None or empty is no condition."""

    text: str = ""
    kinds: frozenset[Kind] | None = None
    authors: frozenset[int] = frozenset()
    since: int | None = None
    until: int | None = None
    group: str = ""


def _notice(row: Row) -> Notice:
    *head, kind, text, title, author, sender, app, tag, sub_tag, text_out, attach, buttons, answerable, chat = row
    news = News(
        Kind(kind),
        text,
        title=title,
        author_id=author,
        sender=sender,
        app_id=app,
        tag=tag,
        sub_tag=sub_tag,
        text_out=text_out,
        attach=tuple(msgspec.json.decode(attach)) if attach else (),
        buttons=tuple(msgspec.json.decode(buttons, type=list[Button])) if buttons else (),
        answerable=bool(answerable),
        chat_id=chat,
    )
    return Notice._make((*head, news))


def add_notice(tx: Tx, portal_id: int, user_id: int, news: News, now: int) -> int:
    """Add a notice for a person; returns its id. Of very many the oldest go."""
    row = tx.one(
        """insert into notices (portal_id, user_id, created_at, kind, text, title, author_id, sender, app_id, tag,
        sub_tag, text_out, attach, buttons, answerable, chat_id)
        values (:portal, :user, :now, :kind, :text, :title, :author, :sender, :app, :tag, :sub_tag, :text_out,
        :attach, :buttons, :answerable, :chat) returning id""",
        portal=portal_id,
        user=user_id,
        now=now,
        kind=news.kind.value,
        text=news.text,
        title=news.title,
        author=news.author_id,
        sender=news.sender,
        app=news.app_id,
        tag=news.tag,
        sub_tag=news.sub_tag,
        text_out=news.text_out,
        attach=msgspec.json.encode(news.attach).decode() if news.attach else None,
        buttons=msgspec.json.encode(news.buttons).decode() if news.buttons else None,
        answerable=int(news.answerable),
        chat=news.chat_id,
    )
    assert row
    if row[0] % _TRIM_EVERY == 0:
        _trim(tx, portal_id, user_id)
    return int(row[0])


def _trim(tx: Tx, portal_id: int, user_id: int) -> None:
    tx.run(
        """delete from notices where portal_id = :portal and user_id = :user and id <= coalesce((select id from notices
        where portal_id = :portal and user_id = :user order by id desc limit 1 offset :most), 0)""",
        portal=portal_id,
        user=user_id,
        most=MOST,
    )


def find_chat(tx: Tx, portal_id: int, user_id: int, *, lock: bool = False) -> int | None:
    """Return the number under which clients know a person's notices as a chat; None for who never had one."""
    row = tx.one(
        f"""select chat_id from notice_chats where portal_id = :portal and user_id = :user
        {"for update" if lock else ""}""",
        portal=portal_id,
        user=user_id,
    )
    return int(row[0]) if row else None


def add_chat(tx: Tx, portal_id: int, user_id: int) -> None:
    """Give a person's notices a number among those of chats that no chat will ever have: its row goes at once."""
    row = tx.one(
        """insert into chats (portal_id, type, title, description, connector, line_id, outer_chat, outer_user,
        customer_id, sequence, messages, active_at, active_minute, created_at)
        values (:portal, 'notify', '', '', '', 0, '', '', 0, 0, 0, 0, 0, 0) returning id""",
        portal=portal_id,
    )
    assert row
    tx.run("delete from chats where portal_id = :portal and id = :id", portal=portal_id, id=row[0])
    tx.run(
        "insert into notice_chats (portal_id, user_id, chat_id) values (:portal, :user, :chat) on conflict do nothing",
        portal=portal_id,
        user=user_id,
        chat=row[0],
    )


def has_unread(tx: Tx, portal_id: int, user_id: int, sender: str, tag: str) -> bool:
    """Tell whether a person has a notice of a sender's with a tag that was not read."""
    row = tx.one(
        """select 1 from notices where portal_id = :portal and user_id = :user and sender = :sender and tag = :tag
        and read_at is null limit 1""",
        portal=portal_id,
        user=user_id,
        sender=sender,
        tag=tag,
    )
    return row is not None


def lock_notice(tx: Tx, portal_id: int, notice_id: int) -> Notice | None:
    """Return a notice, locked against changes by others; or None."""
    row = tx.one(
        f"select {_COLUMNS} from notices where portal_id = :portal and id = :id for update",
        portal=portal_id,
        id=notice_id,
    )
    return _notice(row) if row else None


def list_notices(
    tx: Tx, portal_id: int, user_id: int, *, before: int | None = None, limit: int, waiting: bool | None = None
) -> list[Notice]:
    """Return a person's notices, newest first, older than one where it is named; with open buttons, or without."""
    stage = {None: "", True: f"and {_WAITS}", False: f"and not ({_WAITS})"}[waiting]
    rows = tx.all(
        f"""select {_COLUMNS} from notices where portal_id = :portal and user_id = :user and id < :before {stage}
        order by id desc limit :limit""",
        portal=portal_id,
        user=user_id,
        before=2**63 - 1 if before is None else before,
        limit=limit,
    )
    return [_notice(row) for row in rows]


def search_notices(
    tx: Tx, portal_id: int, user_id: int, wanted: Wanted, *, before: int | None, limit: int
) -> list[Notice]:
    """Return a person's notices that meet all conditions, newest first, older than one where it is named."""
    condition, params = _conditions(wanted)
    rows = tx.all(
        f"""select {_COLUMNS} from notices where portal_id = :portal and user_id = :user and id < :before{condition}
        order by id desc limit :limit""",
        portal=portal_id,
        user=user_id,
        before=2**63 - 1 if before is None else before,
        limit=limit,
        **params,
    )
    return [_notice(row) for row in rows]


def count_found(tx: Tx, portal_id: int, user_id: int, wanted: Wanted) -> int:
    """Count a person's notices that meet all conditions."""
    condition, params = _conditions(wanted)
    row = tx.one(
        f"select count(*) from notices where portal_id = :portal and user_id = :user{condition}",
        portal=portal_id,
        user=user_id,
        **params,
    )
    assert row
    return int(row[0])


def _conditions(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    parts: list[str] = []
    params: dict[str, Any] = {}
    if wanted.text:
        parts.append("lower(title || ' ' || text) like :text escape '\\'")
        params["text"] = like(wanted.text)
    if wanted.kinds is not None:
        chosen, names = among("kind", sorted(kind.value for kind in wanted.kinds), key="kind")
        parts.append(chosen)
        params |= names
    if wanted.authors:
        chosen, names = among("author_id", sorted(wanted.authors), key="author")
        parts.append(chosen)
        params |= names
    for name, sign, moment in (("since", ">=", wanted.since), ("until", "<=", wanted.until)):
        if moment is not None:
            parts.append(f"created_at {sign} :{name}")
            params[name] = moment
    if wanted.group:
        parts.append("(sub_tag = :group_tag or 'MP|' || sender || '|' || sub_tag = :group_tag)")
        params["group_tag"] = wanted.group
    return "".join(f" and {part}" for part in parts), params


def count_unread(tx: Tx, portal_id: int, user_id: int) -> int:
    """Count the notices that a person has not read."""
    row = tx.one(
        "select count(*) from notices where portal_id = :portal and user_id = :user and read_at is null",
        portal=portal_id,
        user=user_id,
    )
    assert row
    return int(row[0])


def set_read(tx: Tx, portal_id: int, user_id: int, now: int | None, *, first: int = 0, last: int = 2**63 - 1) -> int:
    """Note that a person has seen the notices from one to another, or not; returns how many that changes."""
    return tx.run(
        f"""update notices set read_at = :now where portal_id = :portal and user_id = :user
        and id between :first and :last and read_at is {"null" if now is not None else "not null"}""",
        now=now,
        portal=portal_id,
        user=user_id,
        first=first,
        last=last,
    )


def set_read_of(tx: Tx, portal_id: int, user_id: int, notice_ids: Iterable[int], now: int | None) -> int:
    """Note that a person has seen some notices, or not; returns how many that changes."""
    chosen, names = among("id", notice_ids)
    return tx.run(
        f"""update notices set read_at = :now where portal_id = :portal and user_id = :user and {chosen}
        and read_at is {"null" if now is not None else "not null"}""",
        now=now,
        portal=portal_id,
        user=user_id,
        **names,
    )


def set_reaction(tx: Tx, portal_id: int, notice: Notice, now: int) -> None:
    """Keep what a person chose or answered, and what came of it; the notice is read by that."""
    tx.run(
        """update notices set choice = :choice, answer = :answer, outcome = :outcome,
        read_at = coalesce(read_at, :now) where portal_id = :portal and id = :id""",
        choice=notice.choice,
        answer=notice.answer,
        outcome=notice.outcome,
        now=now,
        portal=portal_id,
        id=notice.id,
    )


def remove_notice(tx: Tx, portal_id: int, notice_id: int) -> None:
    """Delete a notice."""
    tx.run("delete from notices where portal_id = :portal and id = :id", portal=portal_id, id=notice_id)


def remove_tagged(
    tx: Tx, portal_id: int, sender: str, *, tag: str = "", sub_tag: str = "", user_id: int | None = None
) -> list[int]:
    """Delete a sender's notices by their tags, one person's or everybody's; returns whose they were."""
    rows = tx.all(
        f"""delete from notices where portal_id = :portal and sender = :sender
        {"and tag = :tag" if tag else ""} {"and sub_tag = :sub_tag" if sub_tag else ""}
        {"and user_id = :user" if user_id is not None else ""} returning user_id""",
        portal=portal_id,
        sender=sender,
        **{name: value for name, value in {"tag": tag, "sub_tag": sub_tag, "user": user_id}.items() if value},
    )
    return sorted({row[0] for row in rows})
