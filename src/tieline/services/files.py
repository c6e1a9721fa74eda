"""Files: what a fetched or failed one does to its message, and signed links."""

import hashlib
import hmac
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from tieline.domain.clock import DAY
from tieline.domain.files import File, FileState, FileType
from tieline.domain.images import Size, size_of
from tieline.domain.people import User, UserKind
from tieline.services.call import Call, World
from tieline.services.chats import keep
from tieline.store import chats as chat_store
from tieline.store import files as store
from tieline.store import messages as message_store

LINK_LIFE = DAY
HEAD = 128 * 1024  # where an image tells its size, behind what a camera wrote


class Noun(StrEnum):
    """What a link leads to."""

    FILE = "file"
    VERSION = "version"


def fetched(call: Call, file_id: int, sha256: str, size: int, name: str) -> None:
    """Show a file that has come in."""
    store.set_file(call.tx, call.portal_id, file_id, state=FileState.READY, sha256=sha256, size=size, name=name)
    _show_state(call, file_id)


def failed(call: Call, file_id: int, reason: str, *, again_at: int | None) -> None:
    """Show why a file did not come in, or let it wait for another attempt."""
    state = FileState.PENDING if again_at else FileState.FAILED
    store.set_file(call.tx, call.portal_id, file_id, state=state, reason=reason, due_at=again_at)
    if again_at is None:
        _show_state(call, file_id)


def _show_state(call: Call, file_id: int) -> None:
    file = store.find_file(call.tx, call.portal_id, file_id)
    if file is not None:
        show_change(call, file.chat_id, file.message_id)


def image_size(call: Call, file: File) -> Size | None:
    """Tell how large an image is; None for what is none, or not here."""
    if file.type is not FileType.IMAGE or file.state is not FileState.READY or not file.sha256:
        return None
    try:
        return _size_of(call.world.folder.path(file.sha256))
    except OSError:
        return None


@lru_cache(maxsize=4096)
def _size_of(content: Path) -> Size | None:
    """Read a size from the first bytes; what lies under a digest never changes."""
    with content.open("rb") as file:
        return size_of(file.read(HEAD))


def show_change(call: Call, chat_id: int, message_id: int) -> None:
    """Tell those who see a message that its files changed."""
    chat = chat_store.lock_chat(call.tx, call.portal_id, chat_id)
    message = message_store.find_message(call.tx, call.portal_id, message_id)
    if chat is None or message is None:
        return
    changed = chat._replace(sequence=chat.sequence + 1)
    message_store.set_message_changed(call.tx, call.portal_id, message.id, changed.sequence)
    keep(call, changed, chat)


def signature(world: World, noun: Noun, number: int, expires: int) -> str:
    """Sign a link to a file, or to a version of one, until a moment (seconds since 1970)."""
    return hmac.new(world.vault.key, f"{noun}/{number}/{expires}".encode(), hashlib.sha256).hexdigest()


def link(call: Call, file: File) -> str:
    """Return an expiring link to a file's content; steady for hours, so that browsers may keep the content."""
    return content_link(call, Noun.FILE, file.id)


def content_link(call: Call, noun: Noun, number: int) -> str:
    """Return an expiring link to the content of a file or a version."""
    expires = (call.real_now // LINK_LIFE + 2) * LINK_LIFE // 1000
    return f"{call.portal.url}/{noun}s/{number}/{expires}/{signature(call.world, noun, number, expires)}"


def image_link(call: Call, kept: str) -> str:
    """Return a link to an image by what is kept of it: a file's id as text; no link for none."""
    return content_link(call, Noun.FILE, int(kept)) if kept else ""


def avatar(call: Call, user: User) -> str:
    """Return the address of a user's picture: a link to a person's photo, or the address that a connector gave."""
    return image_link(call, user.avatar) if user.kind is not UserKind.CUSTOMER else user.avatar


def link_holds(world: World, noun: Noun, number: int, expires: int, signed: str, now: int) -> bool:
    """Check a link's signature and age."""
    return hmac.compare_digest(signature(world, noun, number, expires), signed) and now < expires * 1000
