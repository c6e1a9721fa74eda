"""Open lines and their queues."""

import msgspec

from tieline.domain.departments import Tree
from tieline.domain.lines import SETTINGS, Line, QueueEntity, QueueItem
from tieline.store import departments
from tieline.store.engine import Row, Tx

_LINE = "id, name, active, settings, created_at, modified_at, modified_by"


def _line(tx: Tx, portal_id: int, row: Row, queue: list[Row]) -> Line:
    defaults = {name: setting.default for name, setting in SETTINGS.items()}
    items = tuple(QueueItem(QueueEntity(kind), number) for kind, number in queue)
    return Line(
        id=row[0],
        name=row[1],
        active=bool(row[2]),
        settings=defaults | msgspec.json.decode(row[3]),
        queue=items,
        operators=list_operators(tx, portal_id, items),
        created_at=row[4],
        modified_at=row[5],
        modified_by=row[6],
    )


def list_operators(tx: Tx, portal_id: int, queue: tuple[QueueItem, ...]) -> tuple[int, ...]:
    """Return the people of a queue: a department stands for those who are in it or below it, and their heads."""
    named = {item.entity_id for item in queue if item.entity_type is QueueEntity.DEPARTMENT}
    if not named:
        return tuple(item.entity_id for item in queue)
    tree = Tree(departments.list_departments(tx, portal_id))
    members = departments.list_members(tx, portal_id, tree.below(named))
    found: dict[int, None] = {}
    for item in queue:
        if item.entity_type is QueueEntity.USER:
            found[item.entity_id] = None
        else:
            below = tree.below({item.entity_id})
            people = {user_id for number in below for user_id in members.get(number, [])}
            heads = {department.head_id for number in below if (department := tree.by_id.get(number))}
            found |= dict.fromkeys(sorted(people | heads - {0}))
    return tuple(found)


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
    tx.run("delete from line_queue where portal_id = :portal and line_id = :line", portal=portal_id, line=line_id)
    for position, item in enumerate(dict.fromkeys(queue)):
        tx.run(
            """insert into line_queue (portal_id, line_id, position, entity_type, entity_id)
            values (:portal, :line, :position, :kind, :number)""",
            portal=portal_id,
            line=line_id,
            position=position,
            kind=item.entity_type.value,
            number=item.entity_id,
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
    return _line(tx, portal_id, row, queue)


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
    return [_line(tx, portal_id, row, queues.get(row[0], [])) for row in rows]


def remove_line(tx: Tx, portal_id: int, line_id: int) -> None:
    """Take a line and its queue away; its dialogs stay."""
    for name in ("line_queue", "line_turns"):
        tx.run(f"delete from {name} where portal_id = :portal and line_id = :line", portal=portal_id, line=line_id)
    tx.run("delete from lines where portal_id = :portal and id = :line", portal=portal_id, line=line_id)
