"""Files of messages and photos of people: rows here, contents in a folder named by their SHA-256."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import IO

from tieline.domain.files import File, FileState
from tieline.store.engine import Row, Tx
from tieline.store.filters import among

COLUMNS = (
    *("id", "chat_id", "message_id", "author_id", "name", "source_url", "state", "reason", "sha256", "size"),
    "created_at",
)
_FILE = ", ".join(COLUMNS)


class TooLarge(Exception):
    """A file is larger than allowed."""


class _Incoming:
    """A content on its way to disk."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def add(self, chunk: bytes) -> None:
        """Write what comes next."""
        self.digest.update(chunk)
        self._file.write(chunk)


class Folder:
    """Contents of files on disk, each once."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, sha256: str) -> Path:
        """Return where a content lies; only hexadecimal names come here, so no path escapes."""
        if len(sha256) != hashlib.sha256().digest_size * 2 or not sha256.isalnum():
            raise ValueError("not a SHA-256")
        return self._root / sha256[:2] / sha256

    async def keep(self, chunks: AsyncIterator[bytes], limit: int) -> tuple[str, int]:
        """Write a stream to disk, at most `limit` bytes, and return (SHA-256, size) once it is synced."""
        size = 0
        with self._incoming() as incoming:
            async for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    raise TooLarge(f"larger than {limit} bytes")
                incoming.add(chunk)
        return incoming.digest.hexdigest(), size

    def adopt(self, path: Path, sha256: str) -> None:
        """Take over a content that was received beside the others; again without harm, if a job runs again."""
        target = self.path(sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError) if target.is_file() else contextlib.nullcontext():
            path.replace(target)

    def receive(self) -> "tuple[IO[bytes], Path]":
        """Open a file for a content that comes in, on the disk where it may stay."""
        self._root.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self._root, prefix="incoming-")
        return os.fdopen(descriptor, "wb"), Path(name)

    def keep_content(self, content: bytes) -> str:
        """Write a content that is in memory to disk and return its SHA-256 once it is synced."""
        with self._incoming() as incoming:
            incoming.add(content)
        return incoming.digest.hexdigest()

    @contextlib.contextmanager
    def _incoming(self) -> Iterator[_Incoming]:
        """Give the file its name when the block ends well, and remove it otherwise."""
        opened, name = self.receive()
        try:
            with opened as file:
                incoming = _Incoming(file)
                yield incoming
                file.flush()
                os.fsync(file.fileno())
            target = self.path(incoming.digest.hexdigest())
            target.parent.mkdir(exist_ok=True)
            name.replace(target)
        except BaseException:
            name.unlink(missing_ok=True)
            raise


def _file(row: Row) -> File:
    values = list(row)
    values[6] = FileState(values[6])
    return File(*values)


def add_file(
    tx: Tx,
    portal_id: int,
    *,
    chat_id: int,
    message_id: int,
    author_id: int,
    name: str,
    source_url: str,
    now: int,
) -> int:
    """Add a file that waits to be fetched; returns its id."""
    row = tx.one(
        """insert into files (portal_id, chat_id, message_id, author_id, name, source_url, state, reason, attempts,
        due_at, created_at, updated_at, updated_by) values (:portal, :chat, :message, :author, :name, :url, 'pending',
        '', 0, :now, :now, :now, :author) returning id""",
        portal=portal_id,
        chat=chat_id,
        message=message_id,
        author=author_id,
        name=name,
        url=source_url,
        now=now,
    )
    assert row
    return int(row[0])


def add_kept_file(tx: Tx, portal_id: int, *, author_id: int, name: str, sha256: str, size: int, now: int) -> int:
    """Add a file of no message, whose content is there; returns its id."""
    row = tx.one(
        """insert into files (portal_id, chat_id, message_id, author_id, name, source_url, state, reason, sha256,
        size, attempts, due_at, created_at, updated_at, updated_by) values (:portal, 0, 0, :author, :name, '', 'ready',
        '', :sha256, :size, 0, null, :now, :now, :author) returning id""",
        portal=portal_id,
        author=author_id,
        name=name,
        sha256=sha256,
        size=size,
        now=now,
    )
    assert row
    return int(row[0])


def set_message(tx: Tx, portal_id: int, file_id: int, chat_id: int, message_id: int) -> None:
    """Let a kept file hang on a message."""
    tx.run(
        "update files set chat_id = :chat, message_id = :message where portal_id = :portal and id = :id",
        chat=chat_id,
        message=message_id,
        portal=portal_id,
        id=file_id,
    )


def remove_file(tx: Tx, portal_id: int, file_id: int) -> None:
    """Forget a file; its content stays on disk, where others may have the same."""
    tx.run("delete from files where portal_id = :portal and id = :id", portal=portal_id, id=file_id)


def find_file(tx: Tx, portal_id: int, file_id: int) -> File | None:
    """Return a file, or None for one that is not there or in the trash."""
    row = tx.one(
        f"select {_FILE} from files where portal_id = :portal and id = :id and kind = 'file' and deleted_type = 0",
        portal=portal_id,
        id=file_id,
    )
    return _file(row) if row else None


def list_files(tx: Tx, portal_id: int, message_ids: list[int]) -> dict[int, list[File]]:
    """Return files by the message they belong to."""
    files: dict[int, list[File]] = {}
    if not message_ids:
        return files
    chosen, names = among("message_id", message_ids)
    rows = tx.all(
        f"""select {_FILE} from files where portal_id = :portal
        and {chosen} and deleted_type = 0 order by id""",
        portal=portal_id,
        **names,
    )
    for row in rows:
        file = _file(row)
        files.setdefault(file.message_id, []).append(file)
    return files


def any_file_due(tx: Tx, now: int) -> bool:
    """Tell whether a file waits to be fetched."""
    return tx.one("select 1 from files where due_at <= :now limit 1", now=now) is not None


def claim_files(tx: Tx, now: int, lease: int, limit: int) -> list[tuple[int, int, str, int]]:
    """Take files that are due, for `lease` milliseconds; returns (portal, file, URL, attempts so far)."""
    rows = tx.all(
        """select portal_id, id, source_url, attempts from files where due_at <= :now order by due_at limit :limit
        for update skip locked""",
        now=now,
        limit=limit,
    )
    for portal_id, file_id, *_ in rows:
        tx.run(
            "update files set due_at = :until, attempts = attempts + 1 where portal_id = :portal and id = :id",
            until=now + lease,
            portal=portal_id,
            id=file_id,
        )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def set_file(
    tx: Tx,
    portal_id: int,
    file_id: int,
    *,
    state: FileState,
    reason: str = "",
    sha256: str | None = None,
    size: int | None = None,
    name: str = "",
    due_at: int | None = None,
) -> None:
    """Keep how far a file has come; a name only where it had none."""
    tx.run(
        """update files set state = :state, reason = :reason, sha256 = :sha256, size = :size, due_at = :due,
        name = case when name = '' then :name else name end where portal_id = :portal and id = :id""",
        name=name,
        state=state.value,
        reason=reason,
        sha256=sha256,
        size=size,
        due=due_at,
        portal=portal_id,
        id=file_id,
    )
