"""Offline queues: what changed, one row for each object and event, until the application has read it."""

from tieline.domain.apps import OfflineRow
from tieline.store.engine import Row, Tx
from tieline.store.filters import Condition, Order, order_by, where

_ROW = "id, event, changed_at, fact, data, process_id, failed"
# A moment is told in whole seconds, and so it is compared.
_FILTERED = {
    "id": "id",
    "changed_at": "changed_at / 1000",
    "event": "event",
    "process_id": "process_id",
    "failed": "failed",
}
_SORTED = _FILTERED | {"changed_at": "changed_at"}


def _row(row: Row) -> OfflineRow:
    return OfflineRow(row[0], row[1], row[2], row[3], row[4], row[5], bool(row[6]))


def put_row(
    tx: Tx,
    portal_id: int,
    app_id: int,
    connector: str,
    event: str,
    subject: str,
    *,
    fact: str | None,
    data: str | None,
    now: int,
) -> None:
    """Queue a change; it takes the place of one of the same object that nobody has reserved."""
    tx.run(
        """insert into offline_events (portal_id, app_id, connector, event, subject, fact, data, changed_at,
        process_id, failed) values (:portal, :app, :connector, :event, :subject, :fact, :data, :now, '', 0)
        on conflict (portal_id, app_id, connector, event, subject) where process_id = ''
        do update set fact = excluded.fact, data = excluded.data, changed_at = excluded.changed_at""",
        portal=portal_id,
        app=app_id,
        connector=connector,
        event=event,
        subject=subject,
        fact=fact,
        data=data,
        now=now,
    )


def take_rows(
    tx: Tx,
    portal_id: int,
    app_id: int,
    connector: str,
    *,
    process_id: str,
    failed: bool,
    conditions: list[Condition],
    orders: list[Order],
    limit: int,
) -> list[OfflineRow]:
    """Return the first rows that nobody has reserved, or those of a process, and lock them; `failed` ones on demand.

    Rows that another reader is taking at this moment are passed over.
    """
    narrowed, params = where(conditions, _FILTERED)
    if failed:
        scope = "process_id = :process or failed = 1" if not process_id else "process_id = :process"
    else:
        scope = "process_id = :process and failed = 0"
    rows = tx.all(
        f"""select {_ROW} from offline_events where portal_id = :portal and app_id = :app
        and connector = :connector and ({scope}){narrowed}
        order by {order_by(orders, _SORTED)} limit :limit for update skip locked""",
        portal=portal_id,
        app=app_id,
        connector=connector,
        process=process_id,
        limit=limit,
        **params,
    )
    return [_row(row) for row in rows]


def list_rows(
    tx: Tx,
    portal_id: int,
    app_id: int,
    connector: str,
    *,
    reserved_after: int,
    conditions: list[Condition],
    orders: list[Order],
    limit: int,
    offset: int,
) -> list[OfflineRow]:
    """Return a page of a queue, without what was reserved too long ago."""
    narrowed, params = where(conditions, _FILTERED)
    rows = tx.all(
        f"""select {_ROW} from offline_events where portal_id = :portal and app_id = :app
        and connector = :connector and (reserved_at is null or reserved_at >= :after){narrowed}
        order by {order_by(orders, _SORTED)} limit :limit offset :offset""",
        portal=portal_id,
        app=app_id,
        connector=connector,
        after=reserved_after,
        limit=limit,
        offset=offset,
        **params,
    )
    return [_row(row) for row in rows]


def count_rows(
    tx: Tx, portal_id: int, app_id: int, connector: str, *, reserved_after: int, conditions: list[Condition]
) -> int:
    """Count what `list_rows` pages through."""
    narrowed, params = where(conditions, _FILTERED)
    row = tx.one(
        f"""select count(*) from offline_events where portal_id = :portal and app_id = :app
        and connector = :connector and (reserved_at is null or reserved_at >= :after){narrowed}""",
        portal=portal_id,
        app=app_id,
        connector=connector,
        after=reserved_after,
        **params,
    )
    assert row
    return int(row[0])


def reserve_rows(tx: Tx, portal_id: int, ids: list[int], process_id: str, now: int) -> None:
    """Hide rows from other readers; what had failed is tried again."""
    tx.many(
        """update offline_events set process_id = :process, reserved_at = :now, failed = 0
        where portal_id = :portal and id = :id""",
        [{"process": process_id, "now": now, "portal": portal_id, "id": row_id} for row_id in ids],
    )


def remove_rows(tx: Tx, portal_id: int, ids: list[int]) -> None:
    """Forget rows that were read."""
    tx.many(
        "delete from offline_events where portal_id = :portal and id = :id",
        [{"portal": portal_id, "id": row_id} for row_id in ids],
    )


def clear_process(tx: Tx, portal_id: int, app_id: int, process_id: str) -> None:
    """Forget what a process reserved, but not what it marked as failed."""
    tx.run(
        """delete from offline_events where portal_id = :portal and app_id = :app and process_id = :process
        and failed = 0""",
        portal=portal_id,
        app=app_id,
        process=process_id,
    )


def clear_rows(tx: Tx, portal_id: int, app_id: int, process_id: str, ids: list[int]) -> None:
    """Forget some rows of a process, failed ones too."""
    tx.many(
        """delete from offline_events where portal_id = :portal and app_id = :app and process_id = :process
        and id = :id""",
        [{"portal": portal_id, "app": app_id, "process": process_id, "id": row_id} for row_id in ids],
    )


def fail_process(tx: Tx, portal_id: int, app_id: int, process_id: str) -> None:
    """Mark all that a process reserved as failed."""
    tx.run(
        "update offline_events set failed = 1 where portal_id = :portal and app_id = :app and process_id = :process",
        portal=portal_id,
        app=app_id,
        process=process_id,
    )


def fail_rows(tx: Tx, portal_id: int, app_id: int, process_id: str, ids: list[int]) -> None:
    """Mark some rows of a process as failed."""
    tx.many(
        """update offline_events set failed = 1 where portal_id = :portal and app_id = :app
        and process_id = :process and id = :id""",
        [{"portal": portal_id, "app": app_id, "process": process_id, "id": row_id} for row_id in ids],
    )


def remove_reserved(tx: Tx, portal_id: int, app_id: int, before: int) -> None:
    """Forget what was reserved before a moment and never cleared."""
    tx.run(
        """delete from offline_events where portal_id = :portal and app_id = :app and process_id <> ''
        and reserved_at < :before""",
        portal=portal_id,
        app=app_id,
        before=before,
    )
