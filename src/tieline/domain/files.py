"""Files of messages: fetched from outside, kept by their content."""

from dataclasses import dataclass
from enum import StrEnum


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


IMAGE_EXTENSIONS = frozenset({"jpe", "jpg", "jpeg", "png", "webp", "gif", "bmp"})
_AUDIO = frozenset({"mp3", "ogg", "oga", "wav", "m4a", "aac", "opus", "flac", "amr"})
_VIDEO = frozenset({"mp4", "webm", "mov", "mkv", "avi", "mpeg", "m4v", "3gp"})


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
        return self.name.rsplit(".", 1)[-1].lower() if "." in self.name else ""

    @property
    def type(self) -> FileType:
        """How to show it, told by the name as the documentation does."""
        if self.extension in IMAGE_EXTENSIONS:
            return FileType.IMAGE
        if self.extension in _AUDIO:
            return FileType.AUDIO
        return FileType.VIDEO if self.extension in _VIDEO else FileType.FILE
