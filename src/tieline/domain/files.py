"""Files of messages: fetched from outside, kept by their content."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self


class FileState(StrEnum):
    """How far a file has come."""

    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


class FileType(StrEnum):
    """How a file is shown."""

    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    FILE = "file"


_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
)
IMAGE_EXTENSIONS = frozenset({"jpe", "jpg", "jpeg", "png", "webp", "gif", "bmp"})
_AUDIO = frozenset({"mp3", "ogg", "oga", "wav", "m4a", "aac", "opus", "flac", "amr"})
_VIDEO = frozenset({"mp4", "webm", "mov", "mkv", "avi", "mpeg", "m4v", "3gp"})


def extension(name: str) -> str:
    """Return what stands behind the last dot of a name, in lower case."""
    return name.rsplit(".", 1)[-1].lower() if "." in name else ""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a message."""

    id: int
    chat_id: int
    message_id: int
    author_id: int
    name: str
    source_url: str
    state: FileState
    reason: str
    sha256: str | None
    size: int | None
    created_at: int

    @property
    def extension(self) -> str:
        """What stands behind the last dot of the name, in lower case."""
        return extension(self.name)

    @property
    def type(self) -> FileType:
        """How to show it, told by the name as the documentation does."""
        if self.extension in IMAGE_EXTENSIONS:
            return FileType.IMAGE
        if self.extension in _AUDIO:
            return FileType.AUDIO
        return FileType.VIDEO if self.extension in _VIDEO else FileType.FILE


def image_extension(content: bytes) -> str | None:
    """Tell by its first bytes which kind of image a content is; None if it is none that browsers show."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    return next((extension for signature, extension in _SIGNATURES if content.startswith(signature)), None)


class Received(str):
    """A long text in Base64 of a request, which is on disk already; the text itself is a name that stands for it."""

    __slots__ = ("broken", "path", "sha256", "size")
    path: Path
    sha256: str
    size: int
    broken: bool

    def __new__(cls, name: str, path: Path, sha256: str, size: int, *, broken: bool) -> Self:
        """Make one; `broken`: what came is no Base64."""
        made = super().__new__(cls, name)
        made.path, made.sha256, made.size, made.broken = path, sha256, size, broken
        return made
