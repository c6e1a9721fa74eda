"""Files of chats: sent from the disk with a message, deleted by who sent them, saved among a person's own."""

from dataclasses import replace

from tieline.domain.chats import ATTACH, Chat, Draft
from tieline.domain.disk import Deleted, Kind, Level, Object, StorageKind, safe_name
from tieline.services import chats, disk, disk_files, disk_folders, files, messages, uploads
from tieline.services.call import Call
from tieline.store import disk as store
from tieline.store import files as file_store
from tieline.store import messages as message_store

MOST = 100  # files of one message
SAVED_NAME = "Saved Files"


class FileMissing(Exception):
    """There is no such file that the caller may read."""


class FilesWrong(Exception):
    """A message takes one file at least, and not too many."""


def _readable(call: Call, file_id: int, *, lock: bool = False) -> list[Object]:
    """Return a file and the folders above it; none of a message that the caller may not read."""
    try:
        path = disk.get_path(call, file_id, Kind.FILE, Level.READ, lock=lock)
        if path[0].is_of_message:
            uploads.find(call, file_id)
    except (disk.ObjectMissing, disk.Denied, uploads.FileMissing, uploads.NoAccess) as error:
        raise FileMissing from error
    return path


def _lies_in(path: list[Object], chat_id: int) -> bool:
    return any(step.chat_id == chat_id for step in path)


def commit(call: Call, chat_id: int, file_ids: list[int], text: str, *, silent: bool) -> tuple[dict[int, Object], int]:
    """Write files of the disk into a chat; returns them by the ids that were given, and the message's id."""
    if not 0 < len(file_ids) <= MOST:
        raise FilesWrong
    chat = chats.get_readable(call, chat_id)
    if not chats.access(call, chat, call.actor).write:
        raise chats.NoAccess
    taken = {number: _take(call, chat, number) for number in sorted(set(file_ids))}
    message_id = messages.send(call, chat_id, Draft(text, files=tuple(taken.values()), private=silent))
    return {number: disk.reload(call, file_id) for number, file_id in taken.items()}, message_id


def _take(call: Call, chat: Chat, file_id: int) -> int:
    """Return the id of a file for a message: the caller's own of the chat's folder as it is, of any other a copy."""
    path = _readable(call, file_id, lock=True)
    found = path[0]
    content = disk_files.require_content(call, found.sha256, found.size, found.state)
    if _lies_in(path, chat.id) and not found.is_of_message and found.author_id == call.actor.id:
        return found.id
    return file_store.add_kept_file(
        call.tx,
        call.portal_id,
        author_id=call.actor.id,
        name=found.name,
        sha256=content.sha256,
        size=content.size,
        now=call.now,
    )


def delete(call: Call, chat_id: int, file_id: int) -> bool:
    """Delete a file that the caller sent into a chat; another's stays. False where there is none to be seen."""
    try:
        chats.get_readable(call, chat_id)
    except (chats.ChatMissing, chats.NoAccess):
        return False
    store.find_object(call.tx, call.portal_id, file_id, lock=True)
    path = store.list_path(call.tx, call.portal_id, file_id)
    if not path or path[0].kind is not Kind.FILE or path[0].deleted is not Deleted.NO or not _lies_in(path, chat_id):
        return False
    if _sender_of(call, path[0]) == call.actor.id:
        _remove(call, path[0])
    return True


def _sender_of(call: Call, found: Object) -> int:
    if not found.is_of_message:
        return found.author_id
    message = message_store.find_message(call.tx, call.portal_id, found.message_id)
    return message.author_id if message is not None else 0


def _remove(call: Call, found: Object) -> None:
    """Forget a file; a message that said nothing else is withdrawn, however old it is."""
    if not found.is_of_message:
        store.remove_objects(call.tx, call.portal_id, [found.id])
        return
    chat = chats.lock(call, found.chat_id)
    store.remove_objects(call.tx, call.portal_id, [found.id])
    message = message_store.find_message(call.tx, call.portal_id, found.message_id)
    assert message is not None  # messages are never removed
    others = file_store.list_files(call.tx, call.portal_id, [message.id])
    if others or message.text.strip() or message.params.get(ATTACH) or message.deleted_at is not None:
        files.show_change(call, chat.id, message.id)
    else:
        messages.withdraw(call, chat, message)


def save(call: Call, file_id: int) -> tuple[Object, Object]:
    """Copy a file of a chat into a folder of the caller's storage; returns the folder and the copy."""
    path = _readable(call, file_id)
    if not any(step.chat_id for step in path):
        raise FileMissing
    folder = _saved(call)
    disk.require_room(call, disk.get_path(call, folder.id, Kind.FOLDER, Level.ADD, lock=True), height=0)
    name = disk.free_name(call, folder.id, safe_name(path[0].name, "file"), Kind.FILE)
    return folder, disk_files.copy_into(call, replace(path[0], name=name), folder)


def _saved(call: Call) -> Object:
    """Return the folder where the caller's saved files are, which is made when it is first asked for."""
    storage = disk.storage_of(call, StorageKind.USER, call.actor.id, "", call.actor.full_name)
    store.find_object(call.tx, call.portal_id, storage.root_id, lock=True)
    known = store.find_named(call.tx, call.portal_id, storage.root_id, SAVED_NAME)
    if known is None:
        return disk_folders.add(call, storage.root_id, SAVED_NAME)
    found = disk.reload(call, known)
    if not found.is_folder:
        raise disk.NameTaken
    return found
