"""Multifields of the CRM: telephones, e-mail addresses, sites and messengers, each a row that searches find."""

from tieline.domain.crm import EntityType, Multifield, MultiType
from tieline.store.engine import Tx
from tieline.store.filters import among

_MULTIFIELD = "type_id, value, normal, value_type, id"


def list_multifields(tx: Tx, portal_id: int, entity: EntityType, entity_ids: list[int]) -> dict[int, list[Multifield]]:
    """Return the multifields of objects, oldest first."""
    found: dict[int, list[Multifield]] = {}
    if not entity_ids:
        return found
    chosen, names = among("entity_id", entity_ids)
    rows = tx.all(
        f"""select entity_id, {_MULTIFIELD} from crm_multifields where portal_id = :portal and entity_type = :type
        and {chosen} order by id""",
        portal=portal_id,
        type=int(entity),
        **names,
    )
    for entity_id, kind, *rest in rows:
        found.setdefault(entity_id, []).append(Multifield(MultiType(kind), *rest))
    return found


def add_multifields(tx: Tx, portal_id: int, entity: EntityType, entity_id: int, added: list[Multifield]) -> None:
    """Add multifields to an object."""
    tx.many(
        """insert into crm_multifields (portal_id, entity_type, entity_id, type_id, value_type, value, normal)
        values (:portal, :type, :entity, :type_id, :value_type, :value, :normal)""",
        [
            {
                "portal": portal_id,
                "type": int(entity),
                "entity": entity_id,
                "type_id": one.type.value,
                "value_type": one.value_type,
                "value": one.value,
                "normal": one.normal,
            }
            for one in added
        ],
    )


def set_multifield(tx: Tx, portal_id: int, changed: Multifield) -> None:
    """Keep a multifield as it is now."""
    tx.run(
        """update crm_multifields set value = :value, normal = :normal, value_type = :value_type
        where portal_id = :portal and id = :id""",
        portal=portal_id,
        id=changed.id,
        value=changed.value,
        normal=changed.normal,
        value_type=changed.value_type,
    )


def remove_multifield(tx: Tx, portal_id: int, multifield_id: int) -> None:
    """Remove a multifield."""
    tx.run("delete from crm_multifields where portal_id = :portal and id = :id", portal=portal_id, id=multifield_id)


def remove_multifields(tx: Tx, portal_id: int, entity: EntityType, entity_id: int) -> None:
    """Remove all multifields of an object."""
    tx.run(
        "delete from crm_multifields where portal_id = :portal and entity_type = :type and entity_id = :entity",
        portal=portal_id,
        type=int(entity),
        entity=entity_id,
    )


def find_owners(
    tx: Tx, portal_id: int, kind: MultiType, normals: list[str], entity: EntityType, limit: int = 50
) -> list[int]:
    """Return the objects of a type that any of these leads to, oldest first."""
    if not normals:
        return []
    chosen, names = among("normal", normals)
    rows = tx.all(
        f"""select distinct entity_id from crm_multifields where portal_id = :portal and type_id = :kind
        and {chosen} and entity_type = :type
        order by entity_id limit :limit""",
        portal=portal_id,
        kind=kind.value,
        type=int(entity),
        limit=limit,
        **names,
    )
    return [row[0] for row in rows]


def find_reached(tx: Tx, portal_id: int, wanted: list[tuple[MultiType, str]]) -> dict[EntityType, list[int]]:
    """Return whom ways to reach them lead to, by type; whom the first way leads to stand first, the oldest first."""
    found: dict[EntityType, list[int]] = {}
    rows = tx.all(
        " union all ".join(
            f"""select * from (select {number}, entity_type, entity_id from crm_multifields where portal_id = :portal
            and type_id = :kind{number} and normal = :normal{number} order by entity_id limit 50) w{number}"""
            for number in range(len(wanted))
        )
        + " order by 1, 3",
        portal=portal_id,
        **{f"kind{number}": kind.value for number, (kind, _) in enumerate(wanted)},
        **{f"normal{number}": normal for number, (_, normal) in enumerate(wanted)},
    )
    for _, entity, entity_id in rows:
        found.setdefault(EntityType(entity), []).append(entity_id)
    return found
