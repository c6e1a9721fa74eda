"""Images that come in requests."""

import base64
from pathlib import PurePosixPath

from tieline.domain.crm_files import image_size
from tieline.domain.files import image_extension
from tieline.services.call import Call
from tieline.store import files as store

MAX_IMAGE = 5 * 1024 * 1024
MAX_NAME = 100


class NoImage(Exception):
    """A content is no image, or too large."""


class ImageTooLarge(NoImage):
    """An image has more pixels than it may have."""


def keep(call: Call, name: str, encoded: str, *, most_pixels: int | None = None) -> int:
    """Keep an image that came in a request, Base64, with so many pixels on each side at most; returns the file's id.

    The content is on disk before the row that names it. A transaction that fails leaves it there, unnamed.
    """
    try:
        content = base64.b64decode("".join(encoded.split()), validate=True)
    except ValueError as error:
        raise NoImage from error
    extension = image_extension(content)
    if extension is None or len(content) > MAX_IMAGE:
        raise NoImage
    size = image_size(content) if most_pixels else None
    if size is not None and max(size) > (most_pixels or 0):
        raise ImageTooLarge
    return store.add_kept_file(
        call.tx,
        call.portal_id,
        author_id=call.actor.id,
        name=f"{PurePosixPath(name).stem[:MAX_NAME] or 'image'}.{extension}",
        sha256=call.world.folder.keep_content(content),
        size=len(content),
        now=call.now,
    )
