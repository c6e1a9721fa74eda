"""Files of comments and activities of the CRM, and how large an image is."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from tieline.domain.files import File, image_extension


class Holder(StrEnum):
    """What a file is attached to."""

    COMMENT = "comment"
    ACTIVITY = "activity"


class Size(NamedTuple):
    """How large an image is, in pixels."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a comment or an activity; only images have a size."""

    file: File
    size: Size | None = None


def image_size(content: bytes) -> Size | None:
    """Tell how large an image is, by what stands at its beginning; None if it is none, or does not say it there."""
    match image_extension(content):
        case "png" if len(content) >= 24:  # noqa: PLR2004 - signature, then the first chunk
            return _size(content[16:20], content[20:24], "big")
        case "gif" if len(content) >= 10:  # noqa: PLR2004
            return _size(content[6:8], content[8:10], "little")
        case "bmp" if len(content) >= 26:  # noqa: PLR2004
            return _size(content[18:22], content[22:26], "little")
        case "jpg":
            return _size_of_jpeg(content)
        case _:
            return None


def _size(width: bytes, height: bytes, order: str) -> Size:
    return Size(int.from_bytes(width, order), int.from_bytes(height, order))  # type: ignore[arg-type]


_JPEG_FRAMES = frozenset({*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)})


def _size_of_jpeg(content: bytes) -> Size | None:
    """Go from one marker to the next until that of a frame."""
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:  # noqa: PLR2004
        if content[place + 1] in _JPEG_FRAMES:
            return _size(content[place + 7 : place + 9], content[place + 5 : place + 7], "big")
        place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    return None
