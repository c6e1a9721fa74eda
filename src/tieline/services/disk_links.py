"""Links to what is on the disk: external ones by a code, addresses for uploads, pages for people."""

import base64
import binascii
import hashlib
import hmac
import json
from typing import NamedTuple

from tieline.domain.clock import HOUR
from tieline.domain.disk import Deleted, Kind, Level, Object
from tieline.domain.ids import fingerprint, new_secret
from tieline.services import disk
from tieline.services.call import Call, World
from tieline.services.disk_rights import Right
from tieline.store import disk as store
from tieline.store import disk_links as link_store

CODE_LENGTH = 20
TICKET_LIFE = HOUR
MAX_SHOWN = 1_000


class Ticket(NamedTuple):
    """Leave to upload a file into a folder in somebody's name, until a moment."""

    folder_id: int
    user_id: int
    app_id: int
    unique: bool
    rights: list[tuple[str, int]]
    expires: int


def external_link(call: Call, object_id: int, kind: Kind) -> str:
    """Return the public link to a file or a folder, which is made when it is first asked for."""
    disk.get(call, object_id, kind, Level.READ)
    sealed = link_store.find_code(call.tx, call.portal_id, object_id)
    if sealed is None:
        code = new_secret(CODE_LENGTH)
        sealed = call.world.vault.seal(code)
        if not link_store.add_link(
            call.tx,
            call.portal_id,
            object_id,
            code_hash=fingerprint(code),
            sealed_code=sealed,
            by=call.actor.id,
            now=call.now,
        ):
            sealed = link_store.find_code(call.tx, call.portal_id, object_id)
            assert sealed is not None
    return f"{call.portal.url}/~{call.world.vault.unseal(sealed)}"


def detail_url(call: Call, found: Object) -> str:
    """Return the address under which a person of the portal opens an object in a browser."""
    return f"{call.portal.url}/disk/{found.kind}/{found.id}"


def find_public(call: Call, code: str, object_id: int | None = None) -> Object | None:
    """Return what a code leads to, or an object below that folder; None for what is not there any more."""
    root_id = link_store.find_object_id(call.tx, call.portal_id, fingerprint(code))
    if root_id is None:
        return None
    path = store.list_path(call.tx, call.portal_id, object_id or root_id)
    known = any(step.id == root_id for step in path) and path[0].deleted is Deleted.NO
    return path[0] if known else _of_message(call, root_id, path)


def _of_message(call: Call, root_id: int, path: list[Object]) -> Object | None:
    """Return a message's file behind the link to its chat's folder."""
    folder = store.find_object(call.tx, call.portal_id, root_id)
    known = bool(path) and folder is not None and folder.chat_id > 0 and path[0].chat_id == folder.chat_id
    return path[0] if known and path[0].is_of_message and path[0].deleted is Deleted.NO else None


def shown(call: Call, folder: Object) -> list[Object]:
    """Return what lies in a folder, for a page."""
    return store.list_children(
        call.tx, call.portal_id, folder, [], shared_with=None, orders=[], limit=MAX_SHOWN, offset=0
    )


def upload_url(call: Call, folder_id: int, *, unique: bool, rights: list[Right]) -> str:
    """Return an address that takes a file into a folder in the caller's name, for an hour."""
    disk.get(call, folder_id, Kind.FOLDER, Level.ADD)
    expires = call.real_now + TICKET_LIFE
    told = [(right.subject, int(right.level)) for right in rights]
    ticket = Ticket(folder_id, call.actor.id, call.app.id if call.app else 0, unique, told, expires)
    packed = base64.urlsafe_b64encode(json.dumps(ticket).encode()).decode().rstrip("=")
    return f"{call.portal.url}/upload/{packed}/{_signed(call.world, packed)}"


def _signed(world: World, packed: str) -> str:
    return hmac.new(world.vault.key, f"upload/{packed}".encode(), hashlib.sha256).hexdigest()


def read_ticket(world: World, packed: str, signed: str, now: int) -> Ticket | None:
    """Return the leave that an address gives; None for one that is wrong or has expired."""
    if not (packed.isascii() and signed.isascii()) or not hmac.compare_digest(_signed(world, packed), signed):
        return None
    try:
        ticket = Ticket(*json.loads(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))))
    except (binascii.Error, ValueError):
        return None
    return ticket if now < ticket.expires else None


def rights_of(ticket: Ticket) -> list[Right]:
    """Return the rights that the file of an upload gets."""
    return [Right(subject, Level(level)) for subject, level in ticket.rights]
