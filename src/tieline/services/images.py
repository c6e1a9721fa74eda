"""Images that come in requests."""

import base64
from pathlib import PurePosixPath

from tieline.domain.files import image_extension
from tieline.services.call import Call
from tieline.store import files as store

MAX_IMAGE = 5 * 1024 * 1024
MAX_NAME = 100


class NoImage(Exception):
    """A content is no image, or too large."""


def keep(call: Call, name: str, encoded: str) -> int:
    """Keep an image that came in a request, Base64; returns the file's id.

    The content is on disk before the row that names it. A transaction that fails leaves it there, unnamed.
    """
    try:
        content = base64.b64decode("".join(encoded.split()), validate=True)
    except ValueError as error:
        raise NoImage from error
    extension = image_extension(content)
    if extension is None or len(content) > MAX_IMAGE:
        raise NoImage
    return store.add_kept_file(
        call.tx,
        call.portal_id,
        author_id=call.actor.id,
        name=f"{PurePosixPath(name).stem[:MAX_NAME] or 'image'}.{extension}",
        sha256=call.world.folder.keep_content(content),
        size=len(content),
        now=call.now,
    )
