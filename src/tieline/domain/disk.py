"""The disk: storages, the folders and files in them, who may do what with them, versions."""

import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from tieline.domain.files import FileState

MAX_NAME = 255
_WRONG_SIGNS = re.compile(r"[\x00-\x1f\x7f/\\]")


class Kind(StrEnum):
    """What lies in a folder."""

    FILE = "file"
    FOLDER = "folder"


class StorageKind(StrEnum):
    """Whose a storage is."""

    USER = "user"
    COMMON = "common"
    APP = "restapp"
    CHATS = "chats"


COMMON_ENTITY = "shared_files_s1"  # what clients know the common storage by


class Level(IntEnum):
    """What somebody may do with an object; each level includes those below it."""

    NONE = 0
    READ = 1
    ADD = 2
    EDIT = 3
    FULL = 4


class Deleted(IntEnum):
    """Whether an object is there, in the trash, or below a folder in the trash."""

    NO = 0
    TRASHED = 3
    WITH_FOLDER = 4


@dataclass(frozen=True, slots=True)
class Storage:
    """A tree of folders; `owner_id` is a person's or an application's id, 0 where it is nobody's own."""

    id: int
    kind: StorageKind
    owner_id: int
    name: str
    root_id: int

    @property
    def entity_id(self) -> str:
        """What the storage belongs to, as clients name it."""
        return COMMON_ENTITY if self.kind is StorageKind.COMMON else str(self.owner_id)


@dataclass(frozen=True, slots=True)
class Object:
    """A folder or a file; `storage_id` and `parent_id` are 0 for files of messages, people and the CRM."""

    id: int
    kind: Kind
    storage_id: int
    parent_id: int
    chat_id: int
    message_id: int
    author_id: int
    name: str
    state: FileState
    sha256: str | None
    size: int | None
    version: int
    content_id: int
    created_at: int
    updated_at: int
    updated_by: int
    deleted: Deleted
    deleted_at: int | None
    deleted_by: int

    @property
    def is_folder(self) -> bool:
        """It holds others."""
        return self.kind is Kind.FOLDER

    @property
    def is_fixed(self) -> bool:
        """It is the root of a storage or a chat's own folder, which stay where they are."""
        return self.is_folder and (self.parent_id == 0 or self.chat_id > 0)

    @property
    def is_of_message(self) -> bool:
        """It is shown with a message."""
        return self.message_id > 0


@dataclass(frozen=True, slots=True)
class Content:
    """What is in a file: a content that is kept, by its digest."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Version:
    """A content that a file has or had."""

    id: int
    file_id: int
    version: int
    name: str
    sha256: str
    size: int
    created_by: int
    created_at: int


def is_name(name: str) -> bool:
    """Tell whether an object may be called so."""
    return (
        0 < len(name) <= MAX_NAME and not _WRONG_SIGNS.search(name) and name.strip() == name and name.strip(".") != ""
    )


def safe_name(text: str, instead: str) -> str:
    """Make a name of a text that others wrote."""
    name = _WRONG_SIGNS.sub("_", text).strip()[:MAX_NAME].strip()
    return name if is_name(name) else instead


def name_key(name: str) -> str:
    """Return what two names in one folder must not share: they differ in more than in capitals."""
    return name.casefold()


def numbered(name: str, number: int, kind: Kind) -> str:
    """Put a number behind a name, before a file's extension: `file (1).docx`."""
    stem, dot, extension = name.rpartition(".") if kind is Kind.FILE else ("", "", "")
    if not stem:
        stem, dot, extension = name, "", ""
    tail = f" ({number}){dot}{extension}"[-MAX_NAME + 1 :]
    return stem[: MAX_NAME - len(tail)] + tail
