"""Timers: a due moment for each subject and kind; one without a moment is parked until something changes."""

from collections.abc import Collection, Mapping

from tieline.domain.timers import OF_DIALOGS, Kind, Timer
from tieline.store.engine import Tx

_KINDS = ", ".join(f"'{kind}'" for kind in OF_DIALOGS)


def set_timers(tx: Tx, portal_id: int, subject_id: int, due: Mapping[Kind, int | None]) -> None:
    """Set timers of a subject, in the place of those of the same kind."""
    tx.many(
        """insert into timers (portal_id, subject_id, kind, due_at) values (:portal, :subject, :kind, :due)
        on conflict (portal_id, subject_id, kind) do update set due_at = excluded.due_at""",
        [
            {"portal": portal_id, "subject": subject_id, "kind": kind.value, "due": moment}
            for kind, moment in due.items()
        ],
    )


def remove_timers(tx: Tx, portal_id: int, chat_id: int, *, but: Collection[Kind] = ()) -> None:
    """Take away a dialog's timers, but for those of some kinds."""
    kept = "".join(f" and kind <> '{kind}'" for kind in sorted(but))
    tx.run(
        f"delete from timers where portal_id = :portal and subject_id = :chat and kind in ({_KINDS}){kept}",
        portal=portal_id,
        chat=chat_id,
    )


def find_first(tx: Tx, portal_id: int) -> int | None:
    """Return when the next timer is due, or None."""
    row = tx.one(
        "select due_at from timers where portal_id = :portal and due_at is not null order by due_at limit 1",
        portal=portal_id,
    )
    return row[0] if row else None


def find_due(tx: Tx, portal_id: int, now: int) -> Timer | None:
    """Return the timer that has been due for longest, locked; one that another transaction holds is passed over."""
    row = tx.one(
        """select kind, subject_id, due_at from timers where portal_id = :portal and due_at <= :now
        order by due_at, subject_id, kind limit 1 for update skip locked""",
        portal=portal_id,
        now=now,
    )
    return Timer(Kind(row[0]), row[1], row[2]) if row else None


def take(tx: Tx, portal_id: int, timer: Timer) -> bool:
    """Take a due timer away, so that it fires once; False if it was set anew or taken meanwhile."""
    taken = tx.run(
        """delete from timers where portal_id = :portal and subject_id = :subject and kind = :kind
        and due_at = :due""",
        portal=portal_id,
        subject=timer.subject_id,
        kind=timer.kind.value,
        due=timer.due_at,
    )
    return taken > 0


def unpark(tx: Tx, portal_id: int, now: int) -> None:
    """Make parked timers due: something that they wait for may have come."""
    tx.run(
        "update timers set due_at = :now where portal_id = :portal and due_at is null and kind = 'pass on'",
        now=now,
        portal=portal_id,
    )
