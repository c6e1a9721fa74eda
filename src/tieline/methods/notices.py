"""tieline.notices.*: what the caller should know of, for the portal's pages."""

from typing import Annotated, Any

from tieline.api.method import BASIC, Auth, Doc, Family
from tieline.api.wire import iso
from tieline.domain.notices import TAKE_OVER, Notice, to_bbcode
from tieline.methods.views import find_user
from tieline.services import files, notices
from tieline.services.call import Call
from tieline.store import notices as store

MAX_LIMIT = 200

family = Family(scopes=(BASIC,), auth=Auth.SESSION)


@family.method("tieline.notices.list", documented=False)
def notices_list(
    call: Call,
    *,
    before: Annotated[int | None, Doc("Id of a notice: only older ones.")] = None,
    limit: Annotated[int, Doc("How many at most: 50 by default, 200 at most.")] = 50,
) -> dict[str, Any]:
    """List the caller's notices, newest first, and how many have not been read."""
    found = store.list_notices(
        call.tx, call.portal_id, call.actor.id, before=before, limit=max(1, min(limit, MAX_LIMIT))
    )
    return {
        "items": [_view(call, notice) for notice in found],
        "unread": store.count_unread(call.tx, call.portal_id, call.actor.id),
    }


def _view(call: Call, notice: Notice) -> dict[str, Any]:
    news = notice.news
    return {
        "id": notice.id,
        "kind": news.kind.value,
        "title": news.title,
        "text": to_bbcode(news.text),
        "attach": list(news.attach),
        "from": _sender(call, notice),
        "chatId": news.chat_id,
        "date": iso(notice.created_at, call.portal.time_zone),
        "read": notice.read_at is not None,
        "buttons": [button._asdict() for button in news.buttons] if notice.waits else [],
        "answerable": news.answerable and notice.choice != TAKE_OVER,
        "choice": next((button.title for button in news.buttons if button.value == notice.choice), None),
        "answer": notice.answer,
        "outcome": notice.outcome,
    }


def _sender(call: Call, notice: Notice) -> dict[str, Any] | None:
    """Tell who says it: a person, an application, a webhook without a name; None for the portal itself."""
    news = notice.news
    author = find_user(call, news.author_id) if news.author_id else None
    if author is not None:
        return {"kind": "person", "name": author.full_name, "avatar": files.avatar(call, author), "id": author.id}
    app = call.find_app(news.app_id) if news.app_id else None
    if app is not None:
        return {"kind": "application", "name": app.name, "avatar": "", "id": app.id}
    return {"kind": "webhook", "name": "", "avatar": "", "id": 0} if news.sender else None


@family.method("tieline.notices.read", documented=False, writes=True)
def notices_read(call: Call, *, up_to: Annotated[int, Doc("Id of the newest notice that was seen.")]) -> int:
    """Note that the caller has seen the notices up to one; returns how many are left."""
    return notices.read(call, last=up_to)
