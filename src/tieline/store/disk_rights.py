"""Rights on folders and files: which subject has which level."""

from collections.abc import Iterable

from tieline.domain.disk import Level
from tieline.store.engine import Tx
from tieline.store.filters import among


def set_right(tx: Tx, portal_id: int, object_id: int, subject: str, level: Level) -> None:
    """Give a subject a level on an object, in the place of the one it had."""
    tx.run(
        """insert into disk_rights (portal_id, object_id, subject, level) values (:portal, :object, :subject, :level)
        on conflict (portal_id, object_id, subject) do update set level = excluded.level""",
        portal=portal_id,
        object=object_id,
        subject=subject,
        level=int(level),
    )


def best_level(tx: Tx, portal_id: int, object_ids: Iterable[int], subjects: Iterable[str]) -> Level:
    """Return the highest level that any of some subjects has on any of some objects."""
    objects, ids = among("object_id", object_ids, key="object")
    chosen, names = among("subject", subjects, key="subject")
    row = tx.one(
        f"select max(level) from disk_rights where portal_id = :portal and {objects} and {chosen}",
        portal=portal_id,
        **ids,
        **names,
    )
    return Level(row[0]) if row and row[0] else Level.NONE


def list_shared_storages(tx: Tx, portal_id: int, subjects: Iterable[str]) -> list[int]:
    """Return the storages whose root is shared with any of some subjects."""
    chosen, names = among("r.subject", subjects, key="subject")
    rows = tx.all(
        f"""select distinct s.id from disk_rights r join disk_storages s on s.portal_id = r.portal_id
        and s.root_id = r.object_id where r.portal_id = :portal and {chosen}""",
        portal=portal_id,
        **names,
    )
    return [row[0] for row in rows]
