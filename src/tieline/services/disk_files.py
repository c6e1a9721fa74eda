"""Files of the disk: uploads, versions, copies."""

import base64
from typing import Any, NamedTuple

from tieline.domain.disk import Content, Kind, Level, Object, Version
from tieline.domain.files import FileState, Received
from tieline.services import disk, disk_rights, files
from tieline.services.call import Call
from tieline.services.disk_rights import Right
from tieline.store import disk as store
from tieline.store import disk_versions as version_store
from tieline.store.filters import Condition

MAX_CONTENT = 100 * 1024 * 1024
MAX_VERSIONS = 100
_PAIR = 2


class ContentBroken(Exception):
    """What was given as a content is none."""


class ContentTooLarge(Exception):
    """A content is larger than a file may be."""


class CopyFailed(Exception):
    """The content is not here to be copied."""


class OfAnotherFile(Exception):
    """A version is another file's."""


class Upload(NamedTuple):
    """A file that is to be: its name, the content in Base64, and what else was asked for."""

    name: str
    encoded: str
    unique: bool = False
    rights: tuple[Right, ...] = ()


def encoded_in(given: Any) -> str:
    """Return the content of a request, Base64: alone, or behind the file's name."""
    items = list(given.values()) if isinstance(given, dict) else given
    while isinstance(items, list) and len(items) == 1 and isinstance(items[0], dict | list):
        items = list(items[0].values()) if isinstance(items[0], dict) else items[0]
    if isinstance(items, list) and len(items) in (1, _PAIR):
        items = items[-1]
    if not isinstance(items, str):
        raise ContentBroken
    return items


def keep(call: Call, encoded: str) -> Content:
    """Keep a content that came in a request; it is on disk before the row that names it."""
    if isinstance(encoded, Received):
        if encoded.broken:
            raise ContentBroken
        if encoded.size > MAX_CONTENT:
            raise ContentTooLarge
        call.world.folder.adopt(encoded.path, encoded.sha256)
        return Content(encoded.sha256, encoded.size)
    try:
        content = base64.b64decode("".join(encoded.split()), validate=True)
    except ValueError as error:
        raise ContentBroken from error
    if len(content) > MAX_CONTENT:
        raise ContentTooLarge
    return Content(call.world.folder.keep_content(content), len(content))


def upload(call: Call, folder_id: int, given: Upload) -> Object:
    """Add a file to a folder."""
    path = disk.get_path(call, folder_id, Kind.FOLDER, Level.ADD, lock=True)
    disk.require_name(given.name)
    disk.require_room(call, path, height=0)
    name = disk.free_name(call, folder_id, given.name, Kind.FILE) if given.unique else given.name
    if store.find_named(call.tx, call.portal_id, folder_id, name) is not None:
        raise disk.NameTaken
    made = _add(call, path[0], name, keep(call, given.encoded))
    disk_rights.grant(call, made.id, list(given.rights))
    return made


def _add(call: Call, folder: Object, name: str, content: Content) -> Object:
    file_id = store.add_file(
        call.tx, call.portal_id, folder, name=name, content=content, author_id=call.actor.id, now=call.now
    )
    if file_id is None:
        raise disk.NameTaken
    _add_version(call, disk.reload(call, file_id), content, 1)
    return disk.reload(call, file_id)


def _add_version(call: Call, file: Object, content: Content, number: int) -> None:
    version_store.add_version(call.tx, call.portal_id, file, content, version=number, by=call.actor.id, now=call.now)


def copy(call: Call, file_id: int, target_id: int) -> Object:
    """Copy a file into a folder, its present content alone."""
    source = disk.get(call, file_id, Kind.FILE, Level.READ)
    target = disk.get_path(call, target_id, Kind.FOLDER, Level.ADD, lock=True)
    disk.require_room(call, target, height=0)
    if store.find_named(call.tx, call.portal_id, target_id, source.name) is not None:
        raise disk.NameTaken
    return copy_into(call, source, target[0])


def copy_into(call: Call, source: Object, target: Object) -> Object:
    """Copy a file's content into a folder with a place for it."""
    return _add(call, target, source.name, require_content(call, source.sha256, source.size, source.state))


def require_content(call: Call, sha256: str | None, size: int | None, state: FileState = FileState.READY) -> Content:
    """Return a content that is on disk."""
    if state is not FileState.READY or sha256 is None or not call.world.folder.path(sha256).is_file():
        raise CopyFailed
    return Content(sha256, size or 0)


def upload_version(call: Call, file_id: int, given: Any) -> Object:
    """Give a file another content; the former ones stay known as versions."""
    file = disk.get(call, file_id, Kind.FILE, Level.EDIT, lock=True)
    return _replace(call, file, keep(call, encoded_in(given)))


def restore_version(call: Call, file_id: int, version_id: int) -> Object:
    """Give a file the content of one of its versions again."""
    file = disk.get(call, file_id, Kind.FILE, Level.FULL, lock=True)
    former = version_store.find_version(call.tx, call.portal_id, version_id)
    if former is None:
        raise disk.ObjectMissing(version_id)
    if former.file_id != file_id:
        raise OfAnotherFile
    return _replace(call, file, require_content(call, former.sha256, former.size))


def _replace(call: Call, file: Object, content: Content) -> Object:
    if not file.content_id and file.sha256 is not None:  # it came with a message, not by an upload
        _add_version(call, file, Content(file.sha256, file.size or 0), file.version)
    number = file.version + 1
    store.set_content(call.tx, call.portal_id, file.id, content, version=number, by=call.actor.id, now=call.now)
    _add_version(call, file, content, number)
    version_store.remove_old_versions(call.tx, call.portal_id, file.id, MAX_VERSIONS)
    if file.is_of_message:
        files.show_change(call, file.chat_id, file.message_id)
    return disk.reload(call, file.id)


def version(call: Call, version_id: int) -> Version:
    """Return a version of a file that the caller may read."""
    found = version_store.find_version(call.tx, call.portal_id, version_id)
    if found is None:
        raise disk.ObjectMissing(version_id)
    disk.get(call, found.file_id, Kind.FILE, Level.READ)
    return found


def versions(
    call: Call, file_id: int, conditions: list[Condition], *, limit: int, offset: int
) -> tuple[list[Version], int]:
    """Return a page of a file's versions, and how many there are."""
    disk.get(call, file_id, Kind.FILE, Level.READ)
    found = version_store.list_versions(call.tx, call.portal_id, file_id, conditions, limit=limit, offset=offset)
    return found, version_store.count_versions(call.tx, call.portal_id, file_id, conditions)
