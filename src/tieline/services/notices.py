"""Notices: what people of the portal should know of, told once until it is read."""

from tieline.services.call import Call
from tieline.store import notices as store
from tieline.store import people
from tieline.store.signals import NoticeAdded

MAX_TEXT = 2_000


def tell(call: Call, user_ids: set[int], kind: str, text: str, *, chat_id: int | None = None) -> None:
    """Tell people something."""
    for user_id in sorted(user_ids):
        user = call.find_person(user_id)
        if user is not None and user.active:
            store.add_notice(
                call.tx, call.portal_id, user_id, kind=kind, text=text[:MAX_TEXT], chat_id=chat_id, now=call.now
            )
            call.tx.signal(NoticeAdded(call.portal_id, user_id))


def tell_administrators(call: Call, kind: str, text: str) -> None:
    """Tell the administrators something, but for those who have not read the last notice of this kind."""
    people_told = {
        user.id
        for user in people.list_active_people(call.tx, call.portal_id)
        if user.is_admin and not store.is_unread(call.tx, call.portal_id, user.id, kind)
    }
    tell(call, people_told, kind, text)


def read(call: Call, up_to: int) -> int:
    """Note that the caller has seen the notices up to one; returns how many are left."""
    store.set_read(call.tx, call.portal_id, call.actor.id, up_to, call.now)
    return store.count_unread(call.tx, call.portal_id, call.actor.id)
