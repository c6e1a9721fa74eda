"""Open lines and their queues."""

import msgspec

from tieline.domain.lines import SETTINGS, Line, QueueEntity, QueueItem
from tieline.store.engine import Row, Tx

_LINE = "id, name, active, settings, created_at, modified_at, modified_by"


def _line(row: Row, queue: list[Row]) -> Line:
    defaults = {name: setting.default for name, setting in SETTINGS.items()}
    return Line(
        id=row[0],
        name=row[1],
        active=bool(row[2]),
        settings=defaults | msgspec.json.decode(row[3]),
        queue=tuple(QueueItem(QueueEntity(kind), number) for kind, number in queue),
        created_at=row[4],
        modified_at=row[5],
        modified_by=row[6],
    )


def add_line(tx: Tx, portal_id: int, *, name: str, active: bool, settings: dict[str, object], by: int, now: int) -> int:
    """Add a line; returns its id."""
    row = tx.one(
        """insert into lines (portal_id, name, active, settings, created_at, modified_at, modified_by)
        values (:portal, :name, :active, :settings, :now, :now, :by) returning id""",
        portal=portal_id,
        name=name,
        active=int(active),
        settings=msgspec.json.encode(settings).decode(),
        now=now,
        by=by,
    )
    assert row
    return int(row[0])


def set_line(
    tx: Tx,
    portal_id: int,
    line_id: int,
    *,
    name: str,
    active: bool,
    settings: dict[str, object],
    by: int,
    now: int,
) -> None:
    """Keep a line's new settings."""
    tx.run(
        """update lines set name = :name, active = :active, settings = :settings, modified_at = :now,
        modified_by = :by where portal_id = :portal and id = :id""",
        name=name,
        active=int(active),
        settings=msgspec.json.encode(settings).decode(),
        now=now,
        by=by,
        portal=portal_id,
        id=line_id,
    )


def set_queue(tx: Tx, portal_id: int, line_id: int, queue: list[QueueItem]) -> None:
    """Replace a line's queue; who stays in it keeps the turn."""
    turns = {
        (kind, number): at
        for kind, number, at in tx.all(
            "select entity_type, entity_id, assigned_at from line_queue where portal_id = :portal and line_id = :line",
            portal=portal_id,
            line=line_id,
        )
    }
    tx.run("delete from line_queue where portal_id = :portal and line_id = :line", portal=portal_id, line=line_id)
    for position, item in enumerate(dict.fromkeys(queue)):
        tx.run(
            """insert into line_queue (portal_id, line_id, position, entity_type, entity_id, assigned_at)
            values (:portal, :line, :position, :kind, :number, :at)""",
            portal=portal_id,
            line=line_id,
            position=position,
            kind=item.entity_type.value,
            number=item.entity_id,
            at=turns.get((item.entity_type.value, item.entity_id), 0),
        )


def remove_from_queues(tx: Tx, portal_id: int, item: QueueItem) -> None:
    """Take somebody out of the queues of all lines."""
    tx.run(
        "delete from line_queue where portal_id = :portal and entity_type = :kind and entity_id = :number",
        portal=portal_id,
        kind=item.entity_type.value,
        number=item.entity_id,
    )


def find_line(tx: Tx, portal_id: int, line_id: int) -> Line | None:
    """Return a line with its queue, or None."""
    row = tx.one(f"select {_LINE} from lines where portal_id = :portal and id = :id", portal=portal_id, id=line_id)
    if row is None:
        return None
    queue = tx.all(
        """select entity_type, entity_id from line_queue where portal_id = :portal and line_id = :line
        order by position""",
        portal=portal_id,
        line=line_id,
    )
    return _line(row, queue)


def lock_line(tx: Tx, portal_id: int, line_id: int) -> None:
    """Let only one transaction at a time go on with a line; others look at it all the same."""
    tx.one("select id from lines where portal_id = :portal and id = :id for update", portal=portal_id, id=line_id)


def list_lines(tx: Tx, portal_id: int) -> list[Line]:
    """Return all lines with their queues, oldest first."""
    queues: dict[int, list[Row]] = {}
    for line_id, kind, number in tx.all(
        "select line_id, entity_type, entity_id from line_queue where portal_id = :portal order by line_id, position",
        portal=portal_id,
    ):
        queues.setdefault(line_id, []).append((kind, number))
    rows = tx.all(f"select {_LINE} from lines where portal_id = :portal order by id", portal=portal_id)
    return [_line(row, queues.get(row[0], [])) for row in rows]


def remove_line(tx: Tx, portal_id: int, line_id: int) -> None:
    """Take a line and its queue away; its dialogs stay."""
    tx.run("delete from line_queue where portal_id = :portal and line_id = :line", portal=portal_id, line=line_id)
    tx.run("delete from lines where portal_id = :portal and id = :line", portal=portal_id, line=line_id)


def next_operator(tx: Tx, portal_id: int, line_id: int, *, other_than: int = 0) -> int | None:
    """Return the active operator of a line's queue who has waited longest for a dialog, or None."""
    row = tx.one(
        """select q.entity_id from line_queue q join users u on u.portal_id = q.portal_id and u.id = q.entity_id
        where q.portal_id = :portal and q.line_id = :line and q.entity_type = 'user' and u.active = 1
        and q.entity_id <> :other order by q.assigned_at, q.position limit 1 for update of q""",
        portal=portal_id,
        line=line_id,
        other=other_than,
    )
    return int(row[0]) if row else None


def set_turn(tx: Tx, portal_id: int, line_id: int, user_id: int) -> None:
    """Move an operator behind all others of the queue: the turn is a count, so that no two are equal."""
    tx.run(
        """update line_queue set assigned_at = 1 + (select max(o.assigned_at) from line_queue o
        where o.portal_id = :portal and o.line_id = :line)
        where portal_id = :portal and line_id = :line and entity_type = 'user' and entity_id = :user""",
        portal=portal_id,
        line=line_id,
        user=user_id,
    )
