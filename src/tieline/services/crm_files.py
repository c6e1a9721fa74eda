"""Files of comments and activities of the CRM, which come in requests as names and contents in Base64."""

import base64
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from tieline.domain.crm_files import Attachment, Holder, image_size
from tieline.services.call import Call
from tieline.store import crm_files as store
from tieline.store import files as file_store

MAX_FILES = 20
MAX_NAME = 100


class Given(NamedTuple):
    """A file of a request."""

    name: str
    content: bytes


def read(given: Any) -> list[Given]:
    """Read files of a request; what is none is passed over."""
    items = list(given.values()) if isinstance(given, dict) and "fileData" not in given else given
    if isinstance(items, dict) or (isinstance(items, list) and all(isinstance(item, str) for item in items)):
        items = [items]
    return [file for item in (items if isinstance(items, list) else [])[:MAX_FILES] for file in _file(item)]


def _file(item: Any) -> Iterator[Given]:
    pair = item.get("fileData", item) if isinstance(item, dict) else item
    parts = list(pair.values()) if isinstance(pair, dict) else pair
    if not isinstance(parts, list) or len(parts) != 2 or not all(isinstance(part, str) for part in parts):  # noqa: PLR2004
        return
    try:
        content = base64.b64decode("".join(parts[1].split()), validate=True)
    except ValueError:
        return
    if content:
        path = PurePosixPath(parts[0].replace("\\", "/"))
        suffix = path.suffix[:MAX_NAME]
        yield Given((path.stem[: MAX_NAME - len(suffix)] + suffix) or "file", content)


def attach(call: Call, holder: Holder, holder_id: int, given: list[Given]) -> None:
    """Keep files of a comment or an activity in the place of those that it has.

    A content is on disk before the row that names it. A transaction that fails leaves it there, unnamed.
    """
    store.remove_attachments(call.tx, call.portal_id, holder, holder_id)
    for file in given:
        file_id = file_store.add_kept_file(
            call.tx,
            call.portal_id,
            author_id=call.actor.id,
            name=file.name,
            sha256=call.world.folder.keep_content(file.content),
            size=len(file.content),
            now=call.now,
        )
        store.add_attachment(call.tx, call.portal_id, holder, holder_id, file_id, image_size(file.content))


def of(call: Call, holder: Holder, holder_ids: list[int]) -> dict[int, list[Attachment]]:
    """Return files by the comment or activity that they belong to."""
    return store.list_attachments(call.tx, call.portal_id, holder, holder_ids)
