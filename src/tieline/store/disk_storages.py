"""Storages of the disk: whose they are; one of a person is called as the person is."""

from collections.abc import Iterable
from typing import Any

from tieline.domain.disk import COMMON_ENTITY, Storage, StorageKind
from tieline.store.engine import Row, Tx
from tieline.store.filters import Condition, Order, among, where

_NAME = "coalesce(nullif(s.name, ''), nullif(trim(u.name || ' ' || u.last_name), ''), u.email, '')"
_STORAGE = f"s.id, s.kind, s.owner_id, {_NAME}, s.root_id"
_FROM = """from disk_storages s left join users u on u.portal_id = s.portal_id and u.id = s.owner_id
and s.kind = 'user' where s.portal_id = :portal"""
FIELDS = {
    "ID": "s.id",
    "NAME": _NAME,
    "CODE": "cast(null as text)",
    "ENTITY_TYPE": "s.kind",
    "ENTITY_ID": f"case when s.kind = 'common' then '{COMMON_ENTITY}' else cast(s.owner_id as text) end",
    "ROOT_OBJECT_ID": "s.root_id",
}


def _storage(row: Row) -> Storage:
    return Storage(row[0], StorageKind(row[1]), *row[2:])


def add_storage(tx: Tx, portal_id: int, kind: StorageKind, owner_id: int, name: str, now: int) -> int | None:
    """Add a storage without a root yet; None where the owner has one."""
    row = tx.one(
        """insert into disk_storages (portal_id, kind, owner_id, name, root_id, created_at)
        values (:portal, :kind, :owner, :name, 0, :now) on conflict do nothing returning id""",
        portal=portal_id,
        kind=kind.value,
        owner=owner_id,
        name=name,
        now=now,
    )
    return int(row[0]) if row else None


def set_root(tx: Tx, portal_id: int, storage_id: int, root_id: int) -> None:
    """Keep which folder is a storage's root."""
    tx.run(
        "update disk_storages set root_id = :root where portal_id = :portal and id = :id",
        portal=portal_id,
        id=storage_id,
        root=root_id,
    )


def set_name(tx: Tx, portal_id: int, storage_id: int, name: str) -> None:
    """Keep what a storage is called."""
    tx.run(
        "update disk_storages set name = :name where portal_id = :portal and id = :id",
        portal=portal_id,
        id=storage_id,
        name=name,
    )


def find_storage(tx: Tx, portal_id: int, storage_id: int) -> Storage | None:
    """Return a storage, or None."""
    row = tx.one(f"select {_STORAGE} {_FROM} and s.id = :id", portal=portal_id, id=storage_id)
    return _storage(row) if row else None


def find_owned(tx: Tx, portal_id: int, kind: StorageKind, owner_id: int) -> Storage | None:
    """Return the storage of an owner, or None."""
    row = tx.one(
        f"select {_STORAGE} {_FROM} and s.kind = :kind and s.owner_id = :owner",
        portal=portal_id,
        kind=kind.value,
        owner=owner_id,
    )
    return _storage(row) if row else None


def remove_storage(tx: Tx, portal_id: int, storage_id: int) -> None:
    """Forget a storage."""
    tx.run("delete from disk_storages where portal_id = :portal and id = :id", portal=portal_id, id=storage_id)


def _among(ids: Iterable[int] | None) -> tuple[str, dict[str, Any]]:
    chosen, names = ("1 = 1", {}) if ids is None else among("s.id", ids, key="storage")
    return f"and s.kind <> 'chats' and {chosen}", names


def list_storages(
    tx: Tx,
    portal_id: int,
    ids: Iterable[int] | None,
    conditions: list[Condition],
    *,
    orders: list[Order],
    limit: int,
    offset: int,
) -> list[Storage]:
    """Return a page of storages, of some or (None) of all; that of the chats is never among them."""
    chosen, names = _among(ids)
    wanted, values = where(conditions, FIELDS)
    order = ", ".join([*(f"{FIELDS[field]} {'desc' if down else 'asc'}" for field, down in orders), "s.id"])
    rows = tx.all(
        f"select {_STORAGE} {_FROM} {chosen}{wanted} order by {order} limit :limit offset :offset",
        portal=portal_id,
        limit=limit,
        offset=offset,
        **names,
        **values,
    )
    return [_storage(row) for row in rows]


def count_storages(tx: Tx, portal_id: int, ids: Iterable[int] | None, conditions: list[Condition]) -> int:
    """Count storages."""
    chosen, names = _among(ids)
    wanted, values = where(conditions, FIELDS)
    row = tx.one(f"select count(*) {_FROM} {chosen}{wanted}", portal=portal_id, **names, **values)
    assert row
    return int(row[0])


def list_homeless(tx: Tx, portal_id: int) -> list[tuple[int, str]]:
    """Return active people without a storage, with their names."""
    rows = tx.all(
        """select u.id, trim(u.name || ' ' || u.last_name) from users u where u.portal_id = :portal
        and u.kind = 'person' and u.active = 1 and not exists (select 1 from disk_storages s
        where s.portal_id = u.portal_id and s.kind = 'user' and s.owner_id = u.id) order by u.id""",
        portal=portal_id,
    )
    return [(row[0], row[1]) for row in rows]
