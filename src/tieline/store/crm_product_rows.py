"""What leads and deals sell: their rows of products."""

from dataclasses import fields

from tieline.domain.crm import EntityType, ProductRow
from tieline.store.engine import Row, Tx

_NAMES = tuple(one.name for one in fields(ProductRow) if one.name != "id")
_FLAG = _NAMES.index("tax_included")


def _product_row(row: Row) -> ProductRow:
    values = list(row)
    values[_FLAG] = bool(values[_FLAG])
    return ProductRow(*values)


def list_rows(tx: Tx, portal_id: int, entity: EntityType, entity_id: int) -> list[ProductRow]:
    """Return the products of an object, in their order."""
    rows = tx.all(
        f"""select {", ".join(_NAMES)}, id from crm_product_rows where portal_id = :portal and entity_type = :type
        and entity_id = :entity order by sort, id""",
        portal=portal_id,
        type=int(entity),
        entity=entity_id,
    )
    return [_product_row(row) for row in rows]


def set_rows(tx: Tx, portal_id: int, entity: EntityType, entity_id: int, rows: list[ProductRow]) -> None:
    """Keep these as the products of an object; one without a name is named by its id."""
    remove_rows(tx, portal_id, entity, entity_id)
    tx.many(
        f"""insert into crm_product_rows (portal_id, entity_type, entity_id, {", ".join(_NAMES)})
        values (:portal, :type, :entity, {", ".join(":" + name for name in _NAMES)})""",
        [
            {"portal": portal_id, "type": int(entity), "entity": entity_id}
            | {name: getattr(row, name) for name in _NAMES}
            | {"tax_included": int(row.tax_included)}
            for row in rows
        ],
    )
    tx.run(
        """update crm_product_rows set product_name = '[' || cast(id as text) || ']' where portal_id = :portal
        and entity_type = :type and entity_id = :entity and product_name = ''""",
        portal=portal_id,
        type=int(entity),
        entity=entity_id,
    )


def remove_rows(tx: Tx, portal_id: int, entity: EntityType, entity_id: int) -> None:
    """Remove all products of an object."""
    tx.run(
        "delete from crm_product_rows where portal_id = :portal and entity_type = :type and entity_id = :entity",
        portal=portal_id,
        type=int(entity),
        entity=entity_id,
    )
