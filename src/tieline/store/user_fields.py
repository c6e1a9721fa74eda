"""Fields that a portal adds to its people, and the values of all fields that are no columns of users."""

from typing import Any

import msgspec

from tieline.domain.user_fields import FieldType, Item, UserField, Value
from tieline.store.engine import Row, Tx
from tieline.store.filters import among

_COLUMNS = (
    "name, type, id, xml_id, sort, multiple, mandatory, show_filter, show_in_list, edit_in_list, is_searchable, "
    "settings, labels"
)


def _field(row: Row, items: list[Item]) -> UserField:
    (name, kind, number, xml_id, sort, multiple, mandatory, show_filter, show, edit, search, settings, labels) = row
    return UserField(
        name,
        FieldType(kind),
        number,
        xml_id,
        sort,
        bool(multiple),
        bool(mandatory),
        show_filter,
        bool(show),
        bool(edit),
        bool(search),
        msgspec.json.decode(settings),
        msgspec.json.decode(labels),
        tuple(items),
    )


def _changeable(field: UserField) -> dict[str, Any]:
    return {
        "xml_id": field.xml_id,
        "sort": field.sort,
        "mandatory": int(field.mandatory),
        "show_filter": field.show_filter,
        "show_in_list": int(field.show_in_list),
        "edit_in_list": int(field.edit_in_list),
        "is_searchable": int(field.is_searchable),
        "settings": msgspec.json.encode(field.settings).decode(),
        "labels": msgspec.json.encode(field.labels).decode(),
    }


def list_fields(tx: Tx, portal_id: int) -> list[UserField]:
    """Return all fields with their items, oldest first."""
    items: dict[int, list[Item]] = {}
    for field_id, *row in tx.all(
        """select field_id, id, sort, value, is_default, xml_id from user_field_items where portal_id = :portal
        order by field_id, sort, id""",
        portal=portal_id,
    ):
        number, sort, value, is_default, xml_id = row
        items.setdefault(field_id, []).append(Item(number, sort, value, bool(is_default), xml_id))
    rows = tx.all(f"select {_COLUMNS} from user_fields where portal_id = :portal order by id", portal=portal_id)
    return [_field(row, items.get(row[2], [])) for row in rows]


def add_field(tx: Tx, portal_id: int, field: UserField) -> int | None:
    """Add a field; returns its id, or None if there is one of this name."""
    row = tx.one(
        """insert into user_fields (portal_id, name, type, multiple, xml_id, sort, mandatory, show_filter,
        show_in_list, edit_in_list, is_searchable, settings, labels)
        values (:portal, :name, :type, :multiple, :xml_id, :sort, :mandatory, :show_filter, :show_in_list,
        :edit_in_list, :is_searchable, :settings, :labels) on conflict do nothing returning id""",
        portal=portal_id,
        name=field.name,
        type=field.type.value,
        multiple=int(field.multiple),
        **_changeable(field),
    )
    return int(row[0]) if row else None


def set_field(tx: Tx, portal_id: int, field: UserField) -> None:
    """Keep a field as it is now; its name, its type and whether it has several values never change."""
    tx.run(
        """update user_fields set xml_id = :xml_id, sort = :sort, mandatory = :mandatory, show_filter = :show_filter,
        show_in_list = :show_in_list, edit_in_list = :edit_in_list, is_searchable = :is_searchable,
        settings = :settings, labels = :labels where portal_id = :portal and id = :id""",
        portal=portal_id,
        id=field.id,
        **_changeable(field),
    )


def remove_field(tx: Tx, portal_id: int, field: UserField) -> None:
    """Remove a field with its items and its values."""
    tx.run("delete from user_values where portal_id = :portal and name = :name", portal=portal_id, name=field.name)
    tx.run("delete from user_field_items where portal_id = :portal and field_id = :id", portal=portal_id, id=field.id)
    tx.run("delete from user_fields where portal_id = :portal and id = :id", portal=portal_id, id=field.id)


def add_item(tx: Tx, portal_id: int, field_id: int, item: Item) -> None:
    """Add an item to a list; its id is given out here."""
    tx.run(
        """insert into user_field_items (portal_id, field_id, sort, value, is_default, xml_id)
        values (:portal, :field, :sort, :value, :is_default, :xml_id)""",
        portal=portal_id,
        field=field_id,
        sort=item.sort,
        value=item.value,
        is_default=int(item.is_default),
        xml_id=item.xml_id,
    )


def set_item(tx: Tx, portal_id: int, item: Item) -> None:
    """Keep an item as it is now."""
    tx.run(
        """update user_field_items set sort = :sort, value = :value, is_default = :is_default, xml_id = :xml_id
        where portal_id = :portal and id = :id""",
        portal=portal_id,
        id=item.id,
        sort=item.sort,
        value=item.value,
        is_default=int(item.is_default),
        xml_id=item.xml_id,
    )


def remove_item(tx: Tx, portal_id: int, field: UserField, item_id: int) -> None:
    """Remove an item from a list, and from the people who had it."""
    tx.run(
        "delete from user_values where portal_id = :portal and name = :name and value = :value",
        portal=portal_id,
        name=field.name,
        value=str(item_id),
    )
    tx.run("delete from user_field_items where portal_id = :portal and id = :id", portal=portal_id, id=item_id)


def list_values(tx: Tx, portal_id: int, user_ids: list[int]) -> dict[int, dict[str, list[str]]]:
    """Return values by person and field."""
    values: dict[int, dict[str, list[str]]] = {}
    if not user_ids:
        return values
    chosen, names = among("user_id", user_ids)
    rows = tx.all(
        f"""select user_id, name, value from user_values where portal_id = :portal
        and {chosen} order by user_id, name, position""",
        portal=portal_id,
        **names,
    )
    for user_id, name, value in rows:
        values.setdefault(user_id, {}).setdefault(name, []).append(value)
    return values


def set_values(tx: Tx, portal_id: int, user_id: int, values: dict[str, list[Value]]) -> None:
    """Keep what fields of a person hold now."""
    for name in values:
        tx.run(
            "delete from user_values where portal_id = :portal and user_id = :user and name = :name",
            portal=portal_id,
            user=user_id,
            name=name,
        )
    tx.many(
        """insert into user_values (portal_id, user_id, name, position, value, number)
        values (:portal, :user, :name, :position, :value, :number)""",
        [
            {
                "portal": portal_id,
                "user": user_id,
                "name": name,
                "position": position,
                "value": value.text,
                "number": value.number,
            }
            for name, several in values.items()
            for position, value in enumerate(several)
        ],
    )
