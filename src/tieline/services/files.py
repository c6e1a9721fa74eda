"""Files of messages: what a fetched or failed one does to its message, and signed links to them."""

import hashlib
import hmac

from tieline.domain.clock import DAY
from tieline.domain.files import File, FileState
from tieline.services.call import Call, World
from tieline.services.chats import keep
from tieline.store import chats as chat_store
from tieline.store import files as store

LINK_LIFE = DAY


def fetched(call: Call, file_id: int, sha256: str, size: int, name: str) -> None:
    """Show a file that has come in."""
    store.set_file(call.tx, call.portal_id, file_id, state=FileState.READY, sha256=sha256, size=size, name=name)
    _show_change(call, file_id)


def failed(call: Call, file_id: int, reason: str, *, again_at: int | None) -> None:
    """Show why a file did not come in, or let it wait for another attempt."""
    state = FileState.PENDING if again_at else FileState.FAILED
    store.set_file(call.tx, call.portal_id, file_id, state=state, reason=reason, due_at=again_at)
    if again_at is None:
        _show_change(call, file_id)


def _show_change(call: Call, file_id: int) -> None:
    file = store.find_file(call.tx, call.portal_id, file_id)
    if file is None:
        return
    chat = chat_store.lock_chat(call.tx, call.portal_id, file.chat_id)
    message = chat_store.find_message(call.tx, call.portal_id, file.message_id)
    if chat is None or message is None:
        return
    changed = chat._replace(sequence=chat.sequence + 1)
    chat_store.set_message_changed(call.tx, call.portal_id, message.id, changed.sequence)
    keep(call, changed, chat)


def signature(world: World, file_id: int, expires: int) -> str:
    """Sign a link to a file until a moment (seconds since 1970)."""
    return hmac.new(world.vault.key, f"file/{file_id}/{expires}".encode(), hashlib.sha256).hexdigest()


def link(call: Call, file: File) -> str:
    """Return an expiring link to a file's content; steady for hours, so that browsers may keep the content."""
    expires = (call.now // LINK_LIFE + 2) * LINK_LIFE // 1000
    return f"{call.portal.url}/files/{file.id}/{expires}/{signature(call.world, file.id, expires)}"


def link_holds(world: World, file_id: int, expires: int, signed: str, now: int) -> bool:
    """Check a link's signature and age."""
    return hmac.compare_digest(signature(world, file_id, expires), signed) and now < expires * 1000
