"""Leads, deals, contacts and companies: kept alike, found and sorted by any of their fields; and their links."""

from typing import Any

from tieline.domain.crm import CrmObject, EntityType, MultiType
from tieline.domain.crm_fields import COLUMNS
from tieline.store.crm_conditions import Builder, Condition, order_of
from tieline.store.engine import Row, Tx
from tieline.store.filters import among, of_portal

TABLES = {
    EntityType.LEAD: "crm_leads",
    EntityType.DEAL: "crm_deals",
    EntityType.CONTACT: "crm_contacts",
    EntityType.COMPANY: "crm_companies",
}
_SELECTED = {entity: ", ".join(["id", *(name.lower() for name in names)]) for entity, names in COLUMNS.items()}
# Where objects name others: by a column of their own.
_REFERENCES = {
    EntityType.LEAD: tuple((entity, "lead_id") for entity in (EntityType.DEAL, EntityType.CONTACT, EntityType.COMPANY)),
    EntityType.DEAL: (),
    EntityType.CONTACT: ((EntityType.LEAD, "contact_id"), (EntityType.DEAL, "contact_id")),
    EntityType.COMPANY: tuple(
        (entity, "company_id") for entity in (EntityType.LEAD, EntityType.DEAL, EntityType.CONTACT)
    ),
}


def _object(entity: EntityType, row: Row) -> CrmObject:
    return CrmObject(entity, row[0], dict(zip(COLUMNS[entity], row[1:], strict=True)))


def add_object(tx: Tx, portal_id: int, entity: EntityType, values: dict[str, Any]) -> int:
    """Add an object; returns its id."""
    names = COLUMNS[entity]
    row = tx.one(
        f"""insert into {TABLES[entity]} (portal_id, {", ".join(name.lower() for name in names)})
        values (:portal, {", ".join(":" + name.lower() for name in names)}) returning id""",
        portal=portal_id,
        **{name.lower(): values.get(name) for name in names},
    )
    assert row
    return int(row[0])


def set_object(tx: Tx, portal_id: int, changed: CrmObject) -> None:
    """Keep an object as it is now."""
    names = COLUMNS[changed.type]
    tx.run(
        f"""update {TABLES[changed.type]} set {", ".join(f"{name.lower()} = :{name.lower()}" for name in names)}
        where portal_id = :portal and id = :id""",
        portal=portal_id,
        id=changed.id,
        **{name.lower(): changed[name] for name in names},
    )


def find_object(tx: Tx, portal_id: int, entity: EntityType, entity_id: int, *, lock: bool = False) -> CrmObject | None:
    """Return an object, locked if it is to be changed; or None."""
    row = tx.one(
        f"""select {_SELECTED[entity]} from {TABLES[entity]} where portal_id = :portal and id = :id
        {"for update" if lock else ""}""",
        portal=portal_id,
        id=entity_id,
    )
    return _object(entity, row) if row else None


def list_existing(tx: Tx, portal_id: int, entity: EntityType, entity_ids: list[int]) -> set[int]:
    """Return those of the ids that objects have."""
    if not entity_ids:
        return set()
    chosen, names = among("id", entity_ids)
    rows = tx.all(
        f"select id from {TABLES[entity]} where {of_portal(tx)} and {chosen}",
        portal=portal_id,
        **names,
    )
    return {row[0] for row in rows}


def remove_object(tx: Tx, portal_id: int, entity: EntityType, entity_id: int) -> None:
    """Remove an object; others and dialogs that named it name nothing in its place."""
    for other, column in _REFERENCES[entity]:
        tx.run(
            f"update {TABLES[other]} set {column} = null where portal_id = :portal and {column} = :id",
            portal=portal_id,
            id=entity_id,
        )
    tx.run(
        """delete from crm_links where portal_id = :portal and ((entity_type = :type and entity_id = :id)
        or (target_type = :type and target_id = :id))""",
        portal=portal_id,
        type=int(entity),
        id=entity_id,
    )
    bound = f"{entity.name.lower()}_id"
    tx.run(
        f"update chats set {bound} = 0 where portal_id = :portal and {bound} = :id and {bound} > 0",
        portal=portal_id,
        id=entity_id,
    )
    tx.run(f"delete from {TABLES[entity]} where portal_id = :portal and id = :id", portal=portal_id, id=entity_id)


def move_references(tx: Tx, portal_id: int, entity: EntityType, entity_id: int, target_id: int) -> None:
    """Let others and dialogs that name an object name another one of its type in its place."""
    bound = f"{entity.name.lower()}_id"
    for table, column in [*((TABLES[other], column) for other, column in _REFERENCES[entity]), ("chats", bound)]:
        tx.run(
            f"""update {table} set {column} = :target where portal_id = :portal and {column} = :id
            and {column} > 0""",
            portal=portal_id,
            id=entity_id,
            target=target_id,
        )
    tx.run(
        """insert into crm_links (portal_id, entity_type, entity_id, target_type, target_id, position)
        select portal_id, entity_type, entity_id, target_type, cast(:target as bigint), position from crm_links
        where portal_id = :portal and target_type = :type and target_id = :id on conflict do nothing""",
        portal=portal_id,
        type=int(entity),
        id=entity_id,
        target=target_id,
    )


def set_last_activity(tx: Tx, portal_id: int, entity: EntityType, entity_id: int, user_id: int, now: int) -> None:
    """Keep when the timeline of an object last had something new, and by whom."""
    tx.run(
        f"""update {TABLES[entity]} set last_activity_time = :now, last_activity_by = :user
        where portal_id = :portal and id = :id""",
        portal=portal_id,
        id=entity_id,
        user=user_id,
        now=now,
    )


def set_links(
    tx: Tx, portal_id: int, entity: EntityType, entity_id: int, target: EntityType, target_ids: list[int]
) -> None:
    """Link an object with others of a type, in this order, and with no others."""
    tx.run(
        """delete from crm_links where portal_id = :portal and entity_type = :type and entity_id = :entity
        and target_type = :target""",
        portal=portal_id,
        type=int(entity),
        entity=entity_id,
        target=int(target),
    )
    tx.many(
        """insert into crm_links (portal_id, entity_type, entity_id, target_type, target_id, position)
        values (:portal, :type, :entity, :target, :id, :position)""",
        [
            {
                "portal": portal_id,
                "type": int(entity),
                "entity": entity_id,
                "target": int(target),
                "id": target_id,
                "position": position,
            }
            for position, target_id in enumerate(target_ids)
        ],
    )


def list_links(
    tx: Tx, portal_id: int, entity: EntityType, entity_ids: list[int], target: EntityType
) -> dict[int, list[int]]:
    """Return what objects are linked with, the first one first."""
    return _links(tx, portal_id, ("entity", "target"), (entity, target), entity_ids)


def list_linking(
    tx: Tx, portal_id: int, target: EntityType, target_ids: list[int], entity: EntityType
) -> dict[int, list[int]]:
    """Return the objects of a type that are linked with others, by these."""
    return _links(tx, portal_id, ("target", "entity"), (target, entity), target_ids)


def _links(
    tx: Tx, portal_id: int, ends: tuple[str, str], types: tuple[EntityType, EntityType], ids: list[int]
) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    if not ids:
        return found
    near, far = ends
    chosen, names = among(f"{near}_id", ids)
    rows = tx.all(
        f"""select {near}_id, {far}_id from crm_links where portal_id = :portal and {near}_type = :near
        and {far}_type = :far and {chosen}
        order by {near}_id, position, {far}_id""",
        portal=portal_id,
        near=int(types[0]),
        far=int(types[1]),
        **names,
    )
    for one, other in rows:
        found.setdefault(one, []).append(other)
    return found


_MULTIFIELDS = {kind.value for kind in MultiType}


class _Builder(Builder):
    """Also finds objects by their multifields, and companies by their contacts."""

    def __init__(self, entity: EntityType) -> None:
        super().__init__()
        self.entity = entity

    def condition(self, condition: Condition) -> str:
        """Write a condition."""
        name, operator, value = condition
        if name in _MULTIFIELDS:
            rows = f"""select m.entity_id from crm_multifields m where m.portal_id = :portal
                and m.type_id = {self.param(name)} and m.normal in ({self.several(value)})
                and m.entity_type = {self.param(int(self.entity))}"""
            return self.among(rows, operator)
        if (self.entity, name) == (EntityType.COMPANY, "CONTACT_ID"):
            rows = f"""select l.target_id from crm_links l where l.portal_id = :portal
                and l.target_type = {self.param(int(EntityType.COMPANY))}
                and l.entity_type = {self.param(int(EntityType.CONTACT))} and l.entity_id in ({self.several(value)})"""
            return self.among(rows, operator)
        return super().condition(condition)


def list_objects(
    tx: Tx,
    portal_id: int,
    entity: EntityType,
    conditions: list[Condition],
    *,
    orders: list[tuple[str, bool]] | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[CrmObject]:
    """Return objects that meet all conditions, a page of them; `orders` are fields and whether they descend."""
    builder = _Builder(entity)
    where = builder.where(conditions)
    rows = tx.all(
        f"""select {_SELECTED[entity]} from {TABLES[entity]} where portal_id = :portal{where}
        order by {order_of(orders or [])} limit :limit offset :offset""",
        portal=portal_id,
        limit=limit,
        offset=offset,
        **builder.params,
    )
    return [_object(entity, row) for row in rows]


def count_objects(tx: Tx, portal_id: int, entity: EntityType, conditions: list[Condition]) -> int:
    """Count objects that meet all conditions."""
    builder = _Builder(entity)
    row = tx.one(
        f"select count(*) from {TABLES[entity]} where portal_id = :portal{builder.where(conditions)}",
        portal=portal_id,
        **builder.params,
    )
    assert row
    return int(row[0])


_NAMED_BY = {
    EntityType.LEAD: ("title", "name", "last_name"),
    EntityType.DEAL: ("title",),
    EntityType.CONTACT: ("name", "last_name"),
    EntityType.COMPANY: ("title",),
}


def search_objects(
    tx: Tx, portal_id: int, entity: EntityType, text: str, ids: list[int] | None, limit: int
) -> list[CrmObject]:
    """Return objects of a type whose names contain a text, the newest first; of the ids alone, if any are given."""
    builder = Builder()
    names = " || ' ' || ".join(f"coalesce({name}, '')" for name in _NAMED_BY[entity])
    conditions = [Condition(f"({names})", "like", text)] if text else []
    conditions += [Condition("ID", "in", ids)] if ids is not None else []
    where = builder.where(conditions)
    rows = tx.all(
        f"""select {_SELECTED[entity]} from {TABLES[entity]} where portal_id = :portal{where}
        order by id desc limit :limit""",
        portal=portal_id,
        limit=limit if ids is None else len(ids),
        **builder.params,
    )
    return [_object(entity, row) for row in rows]
