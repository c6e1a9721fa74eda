"""Who is there: what people chose, the devices on which they have a page open, and what comes of both."""

from tieline.domain.presence import Attendance, Choice, Presence, Status
from tieline.store.engine import Row, Tx

_ATTENDANCE = "chosen, status, since, chosen_status, idle_since"


def _attendance(row: Row) -> Attendance:
    return Attendance(Choice(row[0]), Presence(row[1]), row[2], Status(row[3] or Status.ONLINE), row[4])


def lock_attendance(tx: Tx, portal_id: int, user_id: int) -> Attendance:
    """Return whether a person is there, locked against changes by others."""
    tx.run(
        """insert into presence (portal_id, user_id, chosen, status, since)
        values (:portal, :user, 'auto', 'absent', 0) on conflict do nothing""",
        portal=portal_id,
        user=user_id,
    )
    row = tx.one(
        f"select {_ATTENDANCE} from presence where portal_id = :portal and user_id = :user for update",
        portal=portal_id,
        user=user_id,
    )
    assert row
    return _attendance(row)


def find_attendance(tx: Tx, portal_id: int, user_id: int) -> Attendance:
    """Return whether a person is there."""
    row = tx.one(
        f"select {_ATTENDANCE} from presence where portal_id = :portal and user_id = :user",
        portal=portal_id,
        user=user_id,
    )
    return _attendance(row) if row else Attendance()


def list_presence(tx: Tx, portal_id: int) -> dict[int, Presence]:
    """Return who is there of those who ever were, by person."""
    rows = tx.all("select user_id, status from presence where portal_id = :portal", portal=portal_id)
    return {user_id: Presence(status) for user_id, status in rows}


def set_attendance(tx: Tx, portal_id: int, user_id: int, attendance: Attendance) -> None:
    """Keep what a person chose and whether he is there."""
    tx.run(
        """update presence set chosen = :chosen, status = :status, since = :since,
        chosen_status = :said, idle_since = :idle
        where portal_id = :portal and user_id = :user""",
        chosen=attendance.choice.value,
        status=attendance.presence.value,
        since=attendance.since,
        said="" if attendance.status is Status.ONLINE else attendance.status.value,
        idle=attendance.idle_since,
        portal=portal_id,
        user=user_id,
    )


def set_device(tx: Tx, portal_id: int, user_id: int, device: str, *, idle: bool, until: int) -> None:
    """Note a page that a person has open; it counts until a moment of the machine's clock."""
    tx.run(
        """insert into devices (portal_id, user_id, device, idle, until) values (:portal, :user, :device, :idle, :until)
        on conflict (portal_id, user_id, device) do update set idle = excluded.idle, until = excluded.until""",
        portal=portal_id,
        user=user_id,
        device=device,
        idle=int(idle),
        until=until,
    )


def set_until(tx: Tx, portal_id: int, devices: list[tuple[int, str]], until: int) -> None:
    """Let open pages count for longer."""
    tx.many(
        "update devices set until = :until where portal_id = :portal and user_id = :user and device = :device",
        [{"until": until, "portal": portal_id, "user": user_id, "device": device} for user_id, device in devices],
    )


def list_devices(tx: Tx, portal_id: int, user_id: int, real_now: int) -> list[bool]:
    """Return the pages that a person has open, idle or not for each."""
    rows = tx.all(
        "select idle from devices where portal_id = :portal and user_id = :user and until > :now",
        portal=portal_id,
        user=user_id,
        now=real_now,
    )
    return [bool(idle) for (idle,) in rows]


def list_gone(tx: Tx, portal_id: int, real_now: int) -> list[int]:
    """Return people of whom a page has gone."""
    rows = tx.all(
        "select distinct user_id from devices where portal_id = :portal and until <= :now order by user_id",
        portal=portal_id,
        now=real_now,
    )
    return [row[0] for row in rows]


def remove_gone(tx: Tx, portal_id: int, real_now: int) -> None:
    """Forget pages that have gone."""
    tx.run("delete from devices where portal_id = :portal and until <= :now", portal=portal_id, now=real_now)
