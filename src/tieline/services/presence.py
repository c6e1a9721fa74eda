"""Who is there: people choose, pages come and go; who comes gets what waits, who leaves gives it back."""

from collections.abc import Callable

from tieline.domain.clock import SECOND
from tieline.domain.presence import Attendance, Choice, Presence, Status
from tieline.domain.sessions import CUSTOMER_WAITS
from tieline.domain.timers import Kind, due
from tieline.services import queues, sessions
from tieline.services.call import Call
from tieline.store import chats as chat_store
from tieline.store import happenings, timers
from tieline.store import presence as store
from tieline.store.signals import PresenceChanged

PAGE_LIFE = 150 * SECOND  # an open page counts for so long behind its last sign of life
GRACE = 30 * SECOND  # a page that is gone may come back: it was reloaded


def choose(call: Call, user_id: int, choice: Choice) -> None:
    """Let a person say whether he is there; what he said in the messenger holds no longer."""
    _set(call, user_id, lambda before: before._replace(choice=choice, status=Status.ONLINE, idle_since=None))


def say(call: Call, status: Status) -> None:
    """Let the caller say in the messenger how he is; who is online there is not away or absent in the pages."""

    def change(before: Attendance) -> Attendance:
        back = status is Status.ONLINE and before.choice in (Choice.AWAY, Choice.ABSENT)
        return before._replace(status=status, choice=Choice.AUTO if back else before.choice)

    _set(call, call.actor.id, change)


def idle(call: Call, since: int | None) -> None:
    """Note since when the caller does not use a client that is open, or that he does again."""
    _set(call, call.actor.id, lambda before: before._replace(idle_since=since))


def see(call: Call, user_id: int, device: str, *, idle: bool) -> None:
    """Note that a person has a page open, idle or in use."""
    store.set_device(call.tx, call.portal_id, user_id, device, idle=idle, until=call.real_now + PAGE_LIFE)
    _set(call, user_id, None if idle else lambda before: before._replace(idle_since=None))


def lose(call: Call, user_id: int, device: str) -> None:
    """Note that a page is gone; for a moment its person is still there."""
    store.set_until(call.tx, call.portal_id, [(user_id, device)], call.real_now + GRACE)


def prolong(call: Call, devices: list[tuple[int, str]]) -> None:
    """Note that pages are still open."""
    store.set_until(call.tx, call.portal_id, devices, call.real_now + PAGE_LIFE)


def sweep(call: Call) -> None:
    """Forget pages that are gone, and note whose they were the last of."""
    gone = store.list_gone(call.tx, call.portal_id, call.real_now)
    store.remove_gone(call.tx, call.portal_id, call.real_now)
    for user_id in gone:
        _set(call, user_id)


def _set(call: Call, user_id: int, change: Callable[[Attendance], Attendance] | None = None) -> None:
    before = store.lock_attendance(call.tx, call.portal_id, user_id)
    chosen = change(before) if change else before
    now = chosen.counted(store.list_devices(call.tx, call.portal_id, user_id, call.real_now))
    after = chosen._replace(presence=now, since=before.since if now is before.presence else call.now)
    if after == before:
        return
    store.set_attendance(call.tx, call.portal_id, user_id, after)
    call.tx.signal(PresenceChanged(call.portal_id, user_id))
    if now is before.presence:
        return
    happenings.add_happening(
        call.tx, call.portal_id, "presence", now=call.now, actor_id=user_id, status=now.value, former=before.presence
    )
    if now is Presence.ONLINE:
        queues.wake(call, user_id)
    elif now is Presence.ABSENT:
        _leave(call, user_id)


def dismiss(call: Call, user_id: int) -> None:
    """Have the dialogs of a person who is dismissed passed on."""
    _leave(call, user_id, dismissed=True)


def _leave(call: Call, user_id: int, *, dismissed: bool = False) -> None:
    """Have the dialogs of a person who left passed on: at once those that he has not taken, others in the usual time.

    Each is looked at in a transaction of its own.
    """
    for chat in chat_store.list_open_of(call.tx, call.portal_id, user_id):
        line = call.find_line(chat.queue_id)
        if line is None or chat.status not in CUSTOMER_WAITS or not (line.checks_presence or dismissed):
            continue
        moment = due(Kind.PASS_ON, line, sessions.calendar_of(call, line), call.now)
        timers.set_timers(
            call.tx, call.portal_id, chat.id, {Kind.PASS_ON: call.now if sessions.is_waiting(chat) else moment}
        )
