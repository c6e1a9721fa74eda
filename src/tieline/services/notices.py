"""Notices: what people of the portal are told, by it, by applications and by each other; told, read and deleted."""

from collections.abc import Iterable

from tieline.domain.notices import MAX_TEXT, News
from tieline.domain.people import UserKind
from tieline.services.call import Call
from tieline.store import notices as store
from tieline.store import people
from tieline.store.signals import NoticesChanged


def send(call: Call, user_id: int, news: News) -> int | None:
    """Tell a person something, in place of what the same sender told with the same tag; returns the notice's id.

    None where there is no such person any more.
    """
    user = call.find_person(user_id)
    if user is None or not user.active or user.kind is not UserKind.PERSON:
        return None
    if store.find_chat(call.tx, call.portal_id, user_id, lock=True) is None:
        store.add_chat(call.tx, call.portal_id, user_id)
    if news.tag:
        store.remove_tagged(call.tx, call.portal_id, news.sender, tag=news.tag, user_id=user_id)
    kept = news._replace(text=_shorten(news.text), text_out=_shorten(news.text_out))
    notice_id = store.add_notice(call.tx, call.portal_id, user_id, kept, call.now)
    changed(call, user_id)
    return notice_id


def _shorten(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - len(" (...)")] + " (...)"


def changed(call: Call, user_id: int) -> None:
    """Let the pages of a person look at the notices again."""
    call.tx.signal(NoticesChanged(call.portal_id, user_id))


def tell(call: Call, user_ids: Iterable[int], news: News) -> None:
    """Tell people something."""
    for user_id in sorted(user_ids):
        send(call, user_id, news)


def tell_administrators(call: Call, news: News) -> None:
    """Tell the administrators something, but for those who have not read the last notice of this tag."""
    assert news.tag is not None
    told = {
        user.id
        for user in people.list_active_people(call.tx, call.portal_id)
        if user.is_admin and not store.has_unread(call.tx, call.portal_id, user.id, news.sender, news.tag)
    }
    tell(call, told, news)


def read(call: Call, *, first: int = 0, last: int | None = None, seen: bool = True) -> int:
    """Note that the caller has seen the notices from one to another, or not; returns how many are left unread."""
    bounds = {"first": first} if last is None else {"first": first, "last": last}
    count = store.set_read(call.tx, call.portal_id, call.actor.id, call.now if seen else None, **bounds)
    return _left(call, count)


def read_some(call: Call, notice_ids: Iterable[int], *, seen: bool = True) -> int:
    """Note that the caller has seen some notices, or not; returns how many are left unread."""
    now = call.now if seen else None
    return _left(call, store.set_read_of(call.tx, call.portal_id, call.actor.id, notice_ids, now))


def _left(call: Call, count: int) -> int:
    if count:
        changed(call, call.actor.id)
    return store.count_unread(call.tx, call.portal_id, call.actor.id)


def delete(call: Call, notice_id: int, sender: str) -> bool:
    """Delete a notice of the caller's, or one that the calling application sent; False if there is none."""
    notice = store.lock_notice(call.tx, call.portal_id, notice_id)
    if notice is None or (notice.user_id != call.actor.id and not (sender and notice.news.sender == sender)):
        return False
    store.remove_notice(call.tx, call.portal_id, notice_id)
    changed(call, notice.user_id)
    return True


def delete_tagged(call: Call, sender: str, *, tag: str, sub_tag: str) -> bool:
    """Delete what an application sent with these tags, to whomever; False if there is nothing."""
    found = store.remove_tagged(call.tx, call.portal_id, sender, tag=tag, sub_tag=sub_tag)
    for user_id in found:
        changed(call, user_id)
    return bool(found)
