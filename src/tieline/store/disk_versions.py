"""Versions of files: every content that a file has or had."""

from tieline.domain.disk import Content, Object, Version
from tieline.store.engine import Tx
from tieline.store.filters import Condition, of_portal, where

_VERSION = "id, file_id, version, name, sha256, size, created_by, created_at"
FIELDS = {
    "ID": "id",
    "OBJECT_ID": "file_id",
    "SIZE": "size",
    "NAME": "name",
    "GLOBAL_CONTENT_VERSION": "version",
    "CREATE_TIME": "created_at",
    "CREATED_BY": "created_by",
}


def add_version(tx: Tx, portal_id: int, file: Object, content: Content, *, version: int, by: int, now: int) -> int:
    """Add the content that a file has now; returns the version's id."""
    row = tx.one(
        """insert into disk_versions (portal_id, file_id, version, name, sha256, size, created_by, created_at)
        values (:portal, :file, :version, :name, :sha256, :size, :by, :now) returning id""",
        portal=portal_id,
        file=file.id,
        version=version,
        name=file.name,
        sha256=content.sha256,
        size=content.size,
        by=by,
        now=now,
    )
    assert row
    tx.run(
        f"update files set content_id = :content where {of_portal(tx)} and id = :id",
        portal=portal_id,
        id=file.id,
        content=row[0],
    )
    return int(row[0])


def find_version(tx: Tx, portal_id: int, version_id: int) -> Version | None:
    """Return a version, or None."""
    row = tx.one(
        f"select {_VERSION} from disk_versions where {of_portal(tx)} and id = :id", portal=portal_id, id=version_id
    )
    return Version(*row) if row else None


def list_versions(
    tx: Tx, portal_id: int, file_id: int, conditions: list[Condition], *, limit: int, offset: int
) -> list[Version]:
    """Return a page of a file's versions, the newest first."""
    wanted, values = where(conditions, FIELDS)
    rows = tx.all(
        f"""select {_VERSION} from disk_versions where portal_id = :portal and file_id = :file{wanted}
        order by id desc limit :limit offset :offset""",
        portal=portal_id,
        file=file_id,
        limit=limit,
        offset=offset,
        **values,
    )
    return [Version(*row) for row in rows]


def count_versions(tx: Tx, portal_id: int, file_id: int, conditions: list[Condition]) -> int:
    """Count a file's versions."""
    wanted, values = where(conditions, FIELDS)
    row = tx.one(
        f"select count(*) from disk_versions where portal_id = :portal and file_id = :file{wanted}",
        portal=portal_id,
        file=file_id,
        **values,
    )
    assert row
    return int(row[0])


def remove_old_versions(tx: Tx, portal_id: int, file_id: int, keep: int) -> None:
    """Forget all but the newest versions of a file."""
    tx.run(
        """delete from disk_versions where portal_id = :portal and file_id = :file and id not in
        (select id from disk_versions where portal_id = :portal and file_id = :file order by id desc limit :keep)""",
        portal=portal_id,
        file=file_id,
        keep=keep,
    )
