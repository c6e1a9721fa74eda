"""Placements: pages of applications that are bound to places."""

import msgspec

from tieline.domain.placements import Placement
from tieline.store.engine import Row, Tx

_PLACEMENT = "id, app_id, code, handler, user_id, title, description, group_name, languages, options"


def _placement(row: Row) -> Placement:
    values = list(row)
    values[8], values[9] = msgspec.json.decode(values[8]), msgspec.json.decode(values[9])
    return Placement(*values)


def add_placement(tx: Tx, portal_id: int, placement: Placement, now: int) -> int:
    """Bind a page to a place (its id is ignored); returns the new id."""
    row = tx.one(
        """insert into placements (portal_id, app_id, code, handler, user_id, title, description, group_name,
        languages, options, created_at) values (:portal, :app, :code, :handler, :user, :title, :description,
        :group_name, :languages, :options, :now) returning id""",
        portal=portal_id,
        app=placement.app_id,
        code=placement.code,
        handler=placement.handler,
        user=placement.user_id,
        title=placement.title,
        description=placement.description,
        group_name=placement.group_name,
        languages=msgspec.json.encode(placement.languages).decode(),
        options=msgspec.json.encode(placement.options).decode(),
        now=now,
    )
    assert row
    return int(row[0])


def list_placements(tx: Tx, portal_id: int, *, app_id: int = 0, code: str = "") -> list[Placement]:
    """Return placements of an application, or at a place, or both, or all, oldest first."""
    rows = tx.all(
        f"""select {_PLACEMENT} from placements where portal_id = :portal
        and (:app = 0 or app_id = :app) and (:code = '' or code = :code) order by id""",
        portal=portal_id,
        app=app_id,
        code=code,
    )
    return [_placement(row) for row in rows]


def remove_placements(tx: Tx, portal_id: int, ids: list[int]) -> None:
    """Take placements away."""
    tx.many(
        "delete from placements where portal_id = :portal and id = :id",
        [{"portal": portal_id, "id": number} for number in ids],
    )
