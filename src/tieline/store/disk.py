"""The disk: folders and files as rows of one table, found by parent, path or tree."""

from collections.abc import Iterable
from typing import Any

from tieline.domain.disk import Content, Deleted, Kind, Object, name_key
from tieline.domain.files import FileState
from tieline.store.engine import Row, Tx
from tieline.store.filters import Condition, Order, among, of_portal, order_by, where

COLUMNS = (
    *("id", "kind", "storage_id", "parent_id", "chat_id", "message_id", "author_id", "name", "state", "sha256", "size"),
    *("version", "content_id", "created_at", "updated_at", "updated_by", "deleted_type", "deleted_at", "deleted_by"),
)
_OBJECT = ", ".join(COLUMNS)
FIELDS = {
    "ID": "id",
    "NAME": "name",
    "TYPE": "kind",
    "CODE": "cast(null as text)",
    "STORAGE_ID": "storage_id",
    "PARENT_ID": "parent_id",
    "CREATE_TIME": "created_at",
    "UPDATE_TIME": "updated_at",
    "DELETE_TIME": "coalesce(deleted_at, 0)",
    "CREATED_BY": "author_id",
    "UPDATED_BY": "updated_by",
    "DELETED_BY": "deleted_by",
    "DELETED_TYPE": "deleted_type",
    "GLOBAL_CONTENT_VERSION": "version",
    "FILE_ID": "content_id",
    "SIZE": "coalesce(size, 0)",
}

_TOLD = (("disk_rights", "object_id"), ("disk_versions", "file_id"), ("disk_links", "object_id"))


def _object(row: Row) -> Object:
    values = list(row)
    values[1], values[8], values[16] = Kind(values[1]), FileState(values[8]), Deleted(values[16])
    return Object(*values)


def _of(tx: Tx, alias: str) -> str:
    """Write that a row found by ids is the portal's, under another name."""
    return of_portal(tx).replace("portal_id", f"{alias}.portal_id")


def add_folder(
    tx: Tx, portal_id: int, *, storage_id: int, parent_id: int, chat_id: int = 0, name: str, author_id: int, now: int
) -> int | None:
    """Add a folder; None where its name is taken, or the chat has a folder."""
    row = tx.one(
        """insert into files (portal_id, kind, storage_id, parent_id, chat_id, message_id, author_id, name, name_key,
        source_url, state, reason, attempts, created_at, updated_at, updated_by) values (:portal, 'folder', :storage,
        :parent, :chat, 0, :author, :name, :key, '', 'ready', '', 0, :now, :now, :author)
        on conflict do nothing returning id""",
        portal=portal_id,
        storage=storage_id,
        parent=parent_id,
        chat=chat_id,
        author=author_id,
        name=name,
        key=name_key(name) if parent_id else None,
        now=now,
    )
    return int(row[0]) if row else None


def add_file(
    tx: Tx, portal_id: int, folder: Object, *, name: str, content: Content, author_id: int, now: int
) -> int | None:
    """Add a file to a folder; None where its name is taken."""
    row = tx.one(
        """insert into files (portal_id, kind, storage_id, parent_id, chat_id, message_id, author_id, name, name_key,
        source_url, state, reason, sha256, size, attempts, created_at, updated_at, updated_by) values (:portal, 'file',
        :storage, :parent, 0, 0, :author, :name, :key, '', 'ready', '', :sha256, :size, 0, :now, :now, :author)
        on conflict do nothing returning id""",
        portal=portal_id,
        storage=folder.storage_id,
        parent=folder.id,
        author=author_id,
        name=name,
        key=name_key(name),
        sha256=content.sha256,
        size=content.size,
        now=now,
    )
    return int(row[0]) if row else None


def find_object(tx: Tx, portal_id: int, object_id: int, *, lock: bool = False) -> Object | None:
    """Return a folder or file, locked if it is to be changed; or None."""
    row = tx.one(
        f"select {_OBJECT} from files where {of_portal(tx)} and id = :id {'for update' if lock else ''}",
        portal=portal_id,
        id=object_id,
    )
    return _object(row) if row else None


def find_named(tx: Tx, portal_id: int, parent_id: int, name: str) -> int | None:
    """Return the id of what is called so in a folder, or None."""
    row = tx.one(
        "select id from files where portal_id = :portal and parent_id = :parent and name_key = :key",
        portal=portal_id,
        parent=parent_id,
        key=name_key(name),
    )
    return int(row[0]) if row else None


def find_chat_folder(tx: Tx, portal_id: int, chat_id: int) -> Object | None:
    """Return a chat's folder, or None."""
    row = tx.one(
        f"""select {_OBJECT} from files where portal_id = :portal and chat_id = :chat and chat_id <> 0
        and kind = 'folder'""",
        portal=portal_id,
        chat=chat_id,
    )
    return _object(row) if row else None


def list_path(tx: Tx, portal_id: int, object_id: int) -> list[Object]:
    """Return an object and the folders above it, the root last."""
    listed = ", ".join(f"f.{name}" for name in COLUMNS)
    rows = tx.all(
        f"""with recursive up (id, parent_id, place) as (
        select f.id, f.parent_id, 0 from files f where {_of(tx, "f")} and f.id = :id
        union all select f.id, f.parent_id, up.place + 1 from files f join up on f.id = up.parent_id
        where {_of(tx, "f")} and up.place < 1000)
        select {listed} from up join files f on f.id = up.id where {_of(tx, "f")} order by up.place""",
        portal=portal_id,
        id=object_id,
    )
    return [_object(row) for row in rows]


def list_tree(
    tx: Tx, portal_id: int, object_id: int, *, deleted: Deleted | None, most: int
) -> list[tuple[Object, int]]:
    """Return what lies below a folder with its depth, parents first, at most so much.

    `deleted`: only what is in this state, and stands below nothing in another; None for everything.
    """
    listed = ", ".join(f"f.{name}" for name in COLUMNS)
    state = "" if deleted is None else "and f.deleted_type = :state"
    named = {} if deleted is None else {"state": int(deleted)}
    rows = tx.all(
        f"""with recursive down (id, place) as (
        select f.id, 1 from files f where f.portal_id = :portal and f.parent_id = :id and f.parent_id <> 0 {state}
        union all select f.id, down.place + 1 from files f join down on f.parent_id = down.id
        where f.portal_id = :portal and f.parent_id <> 0 and down.place < 1000 {state})
        select {listed}, down.place from down join files f on f.id = down.id where {_of(tx, "f")}
        order by down.place, f.id limit :most""",
        portal=portal_id,
        id=object_id,
        most=most,
        **named,
    )
    return [(_object(row[:-1]), row[-1]) for row in rows]


def _in_folder(tx: Tx, folder: Object, hidden: int) -> tuple[str, dict[str, Any]]:
    """Write that a row lies in a folder: in a chat's also what its messages brought, but for those up to a sequence."""
    inside = "portal_id = :portal and parent_id = :parent and parent_id <> 0"
    if not folder.chat_id:
        return inside, {"parent": folder.id}
    brought = """portal_id = :portal and chat_id = :chat and chat_id <> 0 and parent_id = 0 and message_id <> 0
    and state = 'ready'"""
    both = f"select id from files where {inside} union all select id from files where {brought}"
    listed, names = f"{of_portal(tx)} and id in ({both})", {"parent": folder.id, "chat": folder.chat_id}
    if not hidden:
        return listed, names
    shown = "select id from messages where portal_id = :portal and chat_id = :chat and sequence > :hidden"
    return f"{listed} and (message_id = 0 or message_id in ({shown}))", names | {"hidden": hidden}


def _seen_by(subjects: Iterable[str] | None) -> tuple[str, dict[str, Any]]:
    """Write that a row itself is shared with one of some subjects; None asks for nothing."""
    if subjects is None:
        return "", {}
    chosen, names = among("subject", subjects, key="subject")
    return f" and id in (select object_id from disk_rights where portal_id = :portal and {chosen})", names


def list_children(
    tx: Tx,
    portal_id: int,
    folder: Object,
    conditions: list[Condition],
    *,
    shared_with: Iterable[str] | None,
    hidden: int = 0,
    orders: list[Order],
    limit: int,
    offset: int,
) -> list[Object]:
    """Return a page of what lies in a folder; `shared_with`: only what is shared itself with one of these.

    `hidden`: the sequence up to which the folder's chat shows no messages, and so no files of theirs.
    """
    inside, names = _in_folder(tx, folder, hidden)
    wanted, values = where(conditions, FIELDS)
    seen, subjects = _seen_by(shared_with)
    rows = tx.all(
        f"""select {_OBJECT} from files where {inside} and deleted_type = 0{wanted}{seen}
        order by {order_by(orders, FIELDS)} limit :limit offset :offset""",
        portal=portal_id,
        limit=limit,
        offset=offset,
        **names,
        **values,
        **subjects,
    )
    return [_object(row) for row in rows]


def count_children(
    tx: Tx,
    portal_id: int,
    folder: Object,
    conditions: list[Condition],
    *,
    shared_with: Iterable[str] | None = None,
    hidden: int = 0,
) -> int:
    """Count what lies in a folder."""
    inside, names = _in_folder(tx, folder, hidden)
    wanted, values = where(conditions, FIELDS)
    seen, subjects = _seen_by(shared_with)
    row = tx.one(
        f"select count(*) from files where {inside} and deleted_type = 0{wanted}{seen}",
        portal=portal_id,
        **names,
        **values,
        **subjects,
    )
    assert row
    return int(row[0])


def set_place(tx: Tx, portal_id: int, object_id: int, *, parent_id: int, name: str, by: int, now: int) -> None:
    """Keep where an object lies and what it is called."""
    tx.run(
        f"""update files set parent_id = :parent, name = :name, name_key = :key, updated_by = :by, updated_at = :now
        where {of_portal(tx)} and id = :id""",
        portal=portal_id,
        id=object_id,
        parent=parent_id,
        name=name,
        key=name_key(name) if parent_id else None,
        by=by,
        now=now,
    )


def set_trashed(tx: Tx, portal_id: int, object_id: int, *, by: int, now: int) -> None:
    """Put an object into the trash; its name is free for others."""
    tx.run(
        f"""update files set deleted_type = 3, deleted_at = :now, deleted_by = :by, name_key = null
        where {of_portal(tx)} and id = :id""",
        portal=portal_id,
        id=object_id,
        by=by,
        now=now,
    )


def set_deleted(tx: Tx, portal_id: int, object_ids: list[int], deleted: Deleted, *, by: int, now: int) -> None:
    """Keep that objects went with their folder or came back; when and by whom it was put into the trash stays known."""
    tx.many(
        f"""update files set deleted_type = :state, deleted_at = case when :state = 0 then deleted_at else :now end,
        deleted_by = case when :state = 0 then deleted_by else :by end where {of_portal(tx)} and id = :id""",
        [{"portal": portal_id, "id": one, "state": int(deleted), "now": now, "by": by} for one in object_ids],
    )


def set_content(tx: Tx, portal_id: int, file_id: int, content: Content, *, version: int, by: int, now: int) -> None:
    """Give a file another content."""
    tx.run(
        f"""update files set sha256 = :sha256, size = :size, version = :version, updated_by = :by, updated_at = :now
        where {of_portal(tx)} and id = :id""",
        portal=portal_id,
        id=file_id,
        sha256=content.sha256,
        size=content.size,
        version=version,
        by=by,
        now=now,
    )


def remove_objects(tx: Tx, portal_id: int, object_ids: list[int]) -> None:
    """Forget folders and files with all that is known of them; contents stay, where others may have the same."""
    rows = [{"portal": portal_id, "id": number} for number in object_ids]
    for table, column in (*_TOLD, ("files", "id")):
        tx.many(f"delete from {table} where portal_id = :portal and {column} = :id", rows)


def remove_storage_objects(tx: Tx, portal_id: int, storage_id: int) -> None:
    """Forget all folders and files of a storage."""
    of_storage = "select id from files where portal_id = :portal and storage_id = :storage"
    for table, column in _TOLD:
        tx.run(
            f"delete from {table} where portal_id = :portal and {column} in ({of_storage})",
            portal=portal_id,
            storage=storage_id,
        )
    tx.run(
        "delete from files where portal_id = :portal and storage_id = :storage", portal=portal_id, storage=storage_id
    )


def search(
    tx: Tx,
    portal_id: int,
    pattern: str,
    *,
    kind: Kind | None,
    storages: Iterable[int] | None,
    subjects: Iterable[str],
    excluded: int,
    storage_id: int | None,
    folder_id: int | None,
    limit: int,
    offset: int,
) -> list[Object]:
    """Find folders and files by their names, what changed last first.

    In `storages` (None for all but the `excluded`) or below a folder that is shared with `subjects`, and within a
    storage or below a folder.
    """
    parts = ["storage_id <> 0", "parent_id <> 0", "storage_id <> :excluded", "deleted_type = 0"]
    parts.append("lower(name) like :pattern escape '\\'")
    named: dict[str, Any] = {"pattern": pattern, "excluded": excluded}
    if kind is not None:
        parts.append("kind = :kind")
        named["kind"] = kind.value
    if storage_id is not None:
        parts.append("storage_id = :storage")
        named["storage"] = storage_id
    trees = []
    if folder_id is not None:
        trees.append(_below("within", "portal_id = :portal and parent_id = :folder and parent_id <> 0"))
        parts.append("id in (select id from within)")
        named["folder"] = folder_id
    if storages is not None:
        own, owned = among("storage_id", storages, key="own")
        chosen, names = among("r.subject", subjects, key="subject")
        shared = f"select r.object_id from disk_rights r where r.portal_id = :portal and {chosen}"
        trees.append(_below("shared", f"{of_portal(tx)} and id in ({shared})"))
        parts.append(f"({own} or id in (select id from shared))")
        named |= owned | names
    rows = tx.all(
        f"""{"with recursive " + ", ".join(trees) if trees else ""} select {_OBJECT} from files
        where portal_id = :portal and {" and ".join(parts)} order by updated_at desc, id desc
        limit :limit offset :offset""",
        portal=portal_id,
        limit=limit,
        offset=offset,
        **named,
    )
    return [_object(row) for row in rows]


def _below(name: str, first: str) -> str:
    """Write a tree that begins with some rows."""
    return f"""{name} (id) as (select id from files where {first} and deleted_type = 0 union select f.id from files f
    join {name} on f.parent_id = {name}.id where f.portal_id = :portal and f.parent_id <> 0
    and f.deleted_type = 0)"""
