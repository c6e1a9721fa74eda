"""Files of comments and activities of the CRM: which holder has which."""

from tieline.domain.crm_files import Attachment, Holder, Size
from tieline.domain.files import File, FileState
from tieline.store.engine import Row, Tx
from tieline.store.files import COLUMNS as FILE_COLUMNS
from tieline.store.filters import among

_FILE = ", ".join(f"f.{name}" for name in FILE_COLUMNS)
_STATE = FILE_COLUMNS.index("state")


def _attachment(row: Row) -> Attachment:
    width, height, *values = row
    values[_STATE] = FileState(values[_STATE])
    return Attachment(File(*values), None if width is None else Size(width, height))


def add_attachment(tx: Tx, portal_id: int, holder: Holder, holder_id: int, file_id: int, size: Size | None) -> None:
    """Attach a file."""
    tx.run(
        """insert into crm_attachments (portal_id, holder, holder_id, file_id, width, height)
        values (:portal, :holder, :id, :file, :width, :height)""",
        portal=portal_id,
        holder=holder.value,
        id=holder_id,
        file=file_id,
        width=size and size.width,
        height=size and size.height,
    )


def list_attachments(tx: Tx, portal_id: int, holder: Holder, holder_ids: list[int]) -> dict[int, list[Attachment]]:
    """Return files by what they are attached to, oldest first."""
    found: dict[int, list[Attachment]] = {}
    if not holder_ids:
        return found
    chosen, names = among("a.holder_id", holder_ids)
    rows = tx.all(
        f"""select a.holder_id, a.width, a.height, {_FILE} from crm_attachments a
        join files f on f.portal_id = a.portal_id and f.id = a.file_id where a.portal_id = :portal
        and a.holder = :holder and {chosen} order by f.id""",
        portal=portal_id,
        holder=holder.value,
        **names,
    )
    for holder_id, *rest in rows:
        found.setdefault(holder_id, []).append(_attachment(tuple(rest)))
    return found


def remove_attachments(tx: Tx, portal_id: int, holder: Holder, holder_id: int) -> None:
    """Forget all files of a holder; their contents stay on disk, where others may have the same."""
    params = {"portal": portal_id, "holder": holder.value, "id": holder_id}
    own = "portal_id = :portal and holder = :holder and holder_id = :id"
    tx.run(
        f"delete from files where portal_id = :portal and id in (select file_id from crm_attachments where {own})",
        **params,
    )
    tx.run(f"delete from crm_attachments where {own}", **params)
