"""Files that come in requests, Base64, and hang on a message of a chat, whose folder lists them."""

from tieline.domain.chats import Draft
from tieline.domain.disk import is_name
from tieline.domain.files import File, Received
from tieline.domain.people import UserKind
from tieline.services import chats, disk_files, messages
from tieline.services.call import Call
from tieline.store import files as store
from tieline.store import messages as message_store


class Empty(Exception):
    """A file needs a name and a content."""


class WrongName(Exception):
    """A file cannot be kept under this name."""


class WrongText(Exception):
    """What is said of a file is longer than a message may be."""


class FileMissing(Exception):
    """There is no such file on a message."""


class NoAccess(Exception):
    """The file hangs in a chat that the caller may not read."""


def send(call: Call, chat_id: int, given_name: str, encoded: str, text: str) -> tuple[File, int]:
    """Keep a file and write it into a chat; returns it and the message's id.

    The content is on disk before the row that names it. A transaction that fails leaves it there, unnamed.
    """
    name = given_name.strip()
    if not name or not encoded.strip():
        raise Empty
    if isinstance(given_name, Received) or not is_name(name):
        raise WrongName
    if isinstance(text, Received):
        raise WrongText
    chat = chats.get_readable(call, chat_id)
    if not chats.access(call, chat, call.actor).write:
        raise chats.NoAccess
    content = disk_files.keep(call, encoded)
    if not content.size:
        raise Empty
    file_id = store.add_kept_file(
        call.tx,
        call.portal_id,
        author_id=call.actor.id,
        name=name,
        sha256=content.sha256,
        size=content.size,
        now=call.now,
    )
    message_id = messages.send(call, chat_id, Draft(text.strip(), files=(file_id,)))
    file = store.find_file(call.tx, call.portal_id, file_id)
    assert file is not None
    return file, message_id


def find(call: Call, file_id: int, chat_id: int | None = None) -> File:
    """Return a file of a message that the caller may read."""
    file = store.find_file(call.tx, call.portal_id, file_id)
    if file is None or not file.message_id or not file.sha256 or chat_id not in (None, file.chat_id):
        raise FileMissing
    message = message_store.find_message(call.tx, call.portal_id, file.message_id)
    try:
        chat = chats.get_readable(call, file.chat_id)
    except (chats.ChatMissing, chats.NoAccess) as error:
        raise NoAccess from error
    if message is None or message.deleted_at is not None:
        raise FileMissing
    if message.sequence <= chats.hidden_to(call, chat, call.actor) or (
        message.private and call.actor.kind is UserKind.BOT
    ):
        raise NoAccess
    return file
