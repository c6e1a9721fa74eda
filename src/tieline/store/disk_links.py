"""External links: the code of an object, hashed to be found and sealed to be told again."""

from tieline.store.engine import Tx


def add_link(tx: Tx, portal_id: int, object_id: int, *, code_hash: str, sealed_code: str, by: int, now: int) -> bool:
    """Give an object a code; false where it has one."""
    added = tx.run(
        """insert into disk_links (portal_id, object_id, code_hash, sealed_code, created_by, created_at)
        values (:portal, :object, :hash, :sealed, :by, :now) on conflict do nothing""",
        portal=portal_id,
        object=object_id,
        hash=code_hash,
        sealed=sealed_code,
        by=by,
        now=now,
    )
    return added > 0


def find_code(tx: Tx, portal_id: int, object_id: int) -> str | None:
    """Return the sealed code of an object, or None."""
    row = tx.one(
        "select sealed_code from disk_links where portal_id = :portal and object_id = :object",
        portal=portal_id,
        object=object_id,
    )
    return str(row[0]) if row else None


def find_object_id(tx: Tx, portal_id: int, code_hash: str) -> int | None:
    """Return what a code leads to, or None."""
    row = tx.one(
        "select object_id from disk_links where portal_id = :portal and code_hash = :hash",
        portal=portal_id,
        hash=code_hash,
    )
    return int(row[0]) if row else None
