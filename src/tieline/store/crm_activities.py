"""Activities of the CRM, the objects that they are bound to, and their communications."""

from typing import Any

from tieline.domain.crm import EntityType
from tieline.domain.crm_activities import COLUMNS, Activity, Binding, Communication
from tieline.store.crm_conditions import Builder, Condition, order_of
from tieline.store.engine import Row, Tx
from tieline.store.filters import among

_SELECTED = ", ".join(["id", *(name.lower() for name in COLUMNS)])
BINDINGS = "BINDINGS"


def _activity(row: Row) -> Activity:
    return Activity(row[0], dict(zip(COLUMNS, row[1:], strict=True)))


class _Builder(Builder):
    """Also finds activities by (type, id) of what they are bound to, either of which may be None for any."""

    def condition(self, condition: Condition) -> str:
        """Write a condition."""
        if condition.field != BINDINGS:
            return super().condition(condition)
        pairs = " or ".join(f"({self._pair(*pair)})" for pair in condition.value) or "1 = 0"
        return f"""id in (select activity_id from crm_activity_bindings where portal_id = :portal and ({pairs}))"""

    def _pair(self, type_id: int | None, object_id: int | None) -> str:
        parts = [("owner_type_id", type_id), ("owner_id", object_id)]
        return " and ".join(f"{name} = {self.param(value)}" for name, value in parts if value is not None) or "1 = 1"


def add_activity(tx: Tx, portal_id: int, values: dict[str, Any]) -> int:
    """Add an activity; returns its id."""
    row = tx.one(
        f"""insert into crm_activities (portal_id, {", ".join(name.lower() for name in COLUMNS)})
        values (:portal, {", ".join(":" + name.lower() for name in COLUMNS)}) returning id""",
        portal=portal_id,
        **{name.lower(): values.get(name) for name in COLUMNS},
    )
    assert row
    return int(row[0])


def set_activity(tx: Tx, portal_id: int, changed: Activity) -> None:
    """Keep an activity as it is now."""
    tx.run(
        f"""update crm_activities set {", ".join(f"{name.lower()} = :{name.lower()}" for name in COLUMNS)}
        where portal_id = :portal and id = :id""",
        portal=portal_id,
        id=changed.id,
        **{name.lower(): changed[name] for name in COLUMNS},
    )


def find_activity(tx: Tx, portal_id: int, activity_id: int, *, lock: bool = False) -> Activity | None:
    """Return an activity, locked if it is to be changed; or None."""
    row = tx.one(
        f"""select {_SELECTED} from crm_activities where portal_id = :portal and id = :id
        {"for update" if lock else ""}""",
        portal=portal_id,
        id=activity_id,
    )
    return _activity(row) if row else None


def find_associated(tx: Tx, portal_id: int, provider: str, associated_id: int) -> Activity | None:
    """Return the activity of a provider that belongs to something, locked; or None."""
    row = tx.one(
        f"""select {_SELECTED} from crm_activities where portal_id = :portal and provider_id = :provider
        and associated_entity_id = :associated and associated_entity_id > 0 order by id limit 1 for update""",
        portal=portal_id,
        provider=provider,
        associated=associated_id,
    )
    return _activity(row) if row else None


def list_activities(
    tx: Tx,
    portal_id: int,
    conditions: list[Condition],
    *,
    orders: list[tuple[str, bool]],
    limit: int,
    offset: int,
) -> list[Activity]:
    """Return activities that meet all conditions, a page of them; `orders` are fields and whether they descend."""
    builder = _Builder()
    where = builder.where(conditions)
    rows = tx.all(
        f"""select {_SELECTED} from crm_activities where portal_id = :portal{where}
        order by {order_of(orders)} limit :limit offset :offset""",
        portal=portal_id,
        limit=limit,
        offset=offset,
        **builder.params,
    )
    return [_activity(row) for row in rows]


def count_activities(tx: Tx, portal_id: int, conditions: list[Condition]) -> int:
    """Count activities that meet all conditions."""
    builder = _Builder()
    where = builder.where(conditions)
    row = tx.one(
        f"select count(*) from crm_activities where portal_id = :portal{where}", portal=portal_id, **builder.params
    )
    assert row
    return int(row[0])


def remove_activity(tx: Tx, portal_id: int, activity_id: int) -> None:
    """Remove an activity with its bindings and communications."""
    for table, column in (
        ("crm_activity_bindings", "activity_id"),
        ("crm_communications", "activity_id"),
        ("crm_activities", "id"),
    ):
        tx.run(f"delete from {table} where portal_id = :portal and {column} = :id", portal=portal_id, id=activity_id)


def add_bindings(tx: Tx, portal_id: int, activity_id: int, bindings: list[Binding]) -> None:
    """Bind an activity to objects, each once."""
    tx.many(
        """insert into crm_activity_bindings (portal_id, activity_id, owner_type_id, owner_id)
        values (:portal, :activity, :type, :owner) on conflict do nothing""",
        [
            {"portal": portal_id, "activity": activity_id, "type": int(entity), "owner": object_id}
            for entity, object_id in bindings
        ],
    )


def remove_binding(tx: Tx, portal_id: int, activity_id: int, entity: EntityType, object_id: int) -> None:
    """Let an object go from an activity."""
    tx.run(
        """delete from crm_activity_bindings where portal_id = :portal and activity_id = :activity
        and owner_type_id = :type and owner_id = :owner""",
        portal=portal_id,
        activity=activity_id,
        type=int(entity),
        owner=object_id,
    )


def list_bindings(tx: Tx, portal_id: int, activity_ids: list[int]) -> dict[int, list[Binding]]:
    """Return what activities are bound to, by their ids."""
    found: dict[int, list[Binding]] = {}
    if not activity_ids:
        return found
    chosen, names = among("activity_id", activity_ids)
    rows = tx.all(
        f"""select activity_id, owner_type_id, owner_id from crm_activity_bindings where portal_id = :portal
        and {chosen}
        order by activity_id, owner_type_id, owner_id""",
        portal=portal_id,
        **names,
    )
    for activity_id, entity, object_id in rows:
        found.setdefault(activity_id, []).append((EntityType(entity), object_id))
    return found


def list_bound(tx: Tx, portal_id: int, entity: EntityType, object_id: int) -> list[int]:
    """Return the activities of an object."""
    rows = tx.all(
        """select activity_id from crm_activity_bindings where portal_id = :portal and owner_type_id = :type
        and owner_id = :owner order by activity_id""",
        portal=portal_id,
        type=int(entity),
        owner=object_id,
    )
    return [row[0] for row in rows]


def set_communications(tx: Tx, portal_id: int, activity_id: int, communications: list[Communication]) -> None:
    """Keep these as the communications of an activity, and no others."""
    tx.run(
        "delete from crm_communications where portal_id = :portal and activity_id = :id",
        portal=portal_id,
        id=activity_id,
    )
    tx.many(
        """insert into crm_communications (portal_id, activity_id, entity_type_id, entity_id, type, value)
        values (:portal, :activity, :entity_type, :entity, :type, :value)""",
        [
            {
                "portal": portal_id,
                "activity": activity_id,
                "entity_type": int(one.entity or 0),
                "entity": one.entity_id,
                "type": one.type,
                "value": one.value,
            }
            for one in communications
        ],
    )


def list_communications(tx: Tx, portal_id: int, activity_ids: list[int]) -> dict[int, list[Communication]]:
    """Return the communications of activities, by their ids, the first one first."""
    found: dict[int, list[Communication]] = {}
    if not activity_ids:
        return found
    chosen, names = among("activity_id", activity_ids)
    rows = tx.all(
        f"""select activity_id, type, value, entity_type_id, entity_id, id from crm_communications
        where portal_id = :portal and {chosen} order by id""",
        portal=portal_id,
        **names,
    )
    for activity_id, kind, value, entity, entity_id, number in rows:
        known = EntityType(entity) if entity else None
        found.setdefault(activity_id, []).append(Communication(kind, value, known, entity_id, number))
    return found


def move_communications(tx: Tx, portal_id: int, entity: EntityType, entity_id: int, target_id: int | None) -> None:
    """Give the communications of an object to another one of its type, or to none."""
    tx.run(
        """update crm_communications set entity_id = :target, entity_type_id = :target_type
        where portal_id = :portal and entity_type_id = :type and entity_id = :entity""",
        portal=portal_id,
        type=int(entity),
        entity=entity_id,
        target=target_id or 0,
        target_type=int(entity) if target_id else 0,
    )
