"""Sharing what is on the disk: with a person, or as an upload says."""

import re
from typing import Any, NamedTuple

from tieline.domain.disk import Kind, Level, StorageKind
from tieline.domain.ids import parse_id
from tieline.services import disk
from tieline.services.call import Call
from tieline.store import disk_rights as store
from tieline.store import disk_storages as storage_store

MAX_RIGHTS = 100
TASKS = {
    71: ("disk_access_read", Level.READ),
    73: ("disk_access_add", Level.ADD),
    75: ("disk_access_edit", Level.EDIT),
    79: ("disk_access_full", Level.FULL),
}
LEVELS = dict(TASKS.values())
_SUBJECT = re.compile(r"\*|(?:U|DR?)[1-9][0-9]{0,17}")


class RightsWrong(Exception):
    """Rights are given in a form that says nothing."""


class Right(NamedTuple):
    """A level for a subject: a person (U5), a department (D2), one with those below (DR2), everybody (*)."""

    subject: str
    level: Level


def read(given: Any) -> list[Right]:
    """Read rights of a request: one or several pairs of TASK_ID and ACCESS_CODE."""
    if given in (None, "", [], {}):
        return []
    if isinstance(given, dict):
        given = [given] if "TASK_ID" in given or "ACCESS_CODE" in given else list(given.values())
    if not isinstance(given, list) or len(given) > MAX_RIGHTS:
        raise RightsWrong
    return [_right(one) for one in given]


def _right(given: Any) -> Right:
    task, subject = (given.get("TASK_ID"), given.get("ACCESS_CODE")) if isinstance(given, dict) else (None, None)
    known = TASKS.get(parse_id(str(task)) or 0)
    if known is None or not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
        raise RightsWrong
    return Right(subject, known[1])


def grant(call: Call, object_id: int, rights: list[Right]) -> None:
    """Give rights on an object that the caller made."""
    for right in rights:
        store.set_right(call.tx, call.portal_id, object_id, right.subject, right.level)


def share(call: Call, folder_id: int, user_id: int, task: str) -> None:
    """Let a person do with a folder at most what the caller may do; who has more keeps it, unless by full access."""
    path = disk.get_path(call, folder_id, Kind.FOLDER, Level.READ, lock=True)
    own, wanted = disk.level(call, path), LEVELS.get(task)
    storage = storage_store.find_storage(call.tx, call.portal_id, path[0].storage_id)
    if wanted is None or wanted > own or storage is None or storage.kind is StorageKind.CHATS:
        raise disk.Denied
    person = call.find_person(user_id)
    if person is None or not person.active:
        raise disk.ObjectMissing(user_id)
    if own is not Level.FULL:
        wanted = max(wanted, store.best_level(call.tx, call.portal_id, [folder_id], [f"U{user_id}"]))
    store.set_right(call.tx, call.portal_id, folder_id, f"U{user_id}", wanted)
