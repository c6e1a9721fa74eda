"""The disk: who may do what with an object, storages as they are needed, the folder of a chat, names that are free."""

from tieline.domain.disk import Deleted, Kind, Level, Object, Storage, StorageKind, is_name, numbered, safe_name
from tieline.services import chats, departments, people
from tieline.services.call import Call
from tieline.store import disk as store
from tieline.store import disk_rights as right_store
from tieline.store import disk_storages as storage_store
from tieline.store import members
from tieline.store import messages as message_store

MAX_DEPTH = 32
MAX_CHILDREN = 10_000
MAX_TREE = 20_000  # objects that go, come or move with their folder
MAX_NUMBER = 10_000  # behind a name that is to be free
COMMON_NAME = "Company drive"
CHATS_NAME = "Files of chats"
COMMON_LEVEL = Level.EDIT


class ObjectMissing(Exception):
    """There is no such object, or it is in the trash."""

    def __init__(self, object_id: object) -> None:
        super().__init__(f"Could not find entity with id `{object_id}`")


class Denied(Exception):
    """The caller may not do this with the object."""


class NameTaken(Exception):
    """The folder has another object of this name."""


class NameWrong(Exception):
    """No object may be called so."""


class NameEmpty(NameWrong):
    """An object needs a name."""


class RootStays(Exception):
    """The root of a storage and the folder of a chat stay where they are."""


class TooMany(Exception):
    """A folder would hold more objects, or lie deeper, than there is room for."""


def subjects(call: Call) -> list[str]:
    """Return all by which rights may name the caller: the person, everybody, departments and those above them."""
    own = people.card(call, call.actor.id).departments
    above = {step.id for number in own for step in departments.tree(call).way_up(number)}
    return [f"U{call.actor.id}", "*", *(f"D{number}" for number in own), *(f"DR{number}" for number in sorted(above))]


def level(call: Call, path: list[Object]) -> Level:
    """Tell what the caller may do with an object, given with the folders above it."""
    found = path[0]
    chat_id = next((step.chat_id for step in path if step.chat_id), 0)
    if chat_id:
        return _level_in_chat(call, path, chat_id)
    if not found.storage_id:  # a person's photo, or a file of the CRM
        return Level.READ if call.actor.is_admin or found.author_id == call.actor.id else Level.NONE
    storage = storage_store.find_storage(call.tx, call.portal_id, found.storage_id)
    if storage is None:
        return Level.NONE
    own = of_storage(call, storage)
    if own is Level.FULL or any(step.author_id == call.actor.id for step in path):
        return Level.FULL
    shared = right_store.best_level(call.tx, call.portal_id, [step.id for step in path], subjects(call))
    return max(own, shared)


def of_storage(call: Call, storage: Storage) -> Level:
    """Tell what the caller may do in a storage, but for what others share there."""
    if call.actor.is_admin:
        return Level.FULL if storage.kind is not StorageKind.CHATS else Level.READ
    match storage.kind:
        case StorageKind.USER:
            return Level.FULL if storage.owner_id == call.actor.id else Level.NONE
        case StorageKind.APP:
            return Level.FULL if call.app is not None and storage.owner_id == call.app.id else Level.NONE
        case StorageKind.COMMON:
            return COMMON_LEVEL
        case StorageKind.CHATS:
            return Level.NONE


def _level_in_chat(call: Call, path: list[Object], chat_id: int) -> Level:
    """Who reads a chat reads its files, who writes adds some; authors of files and administrators do all."""
    try:
        chat = chats.get_readable(call, chat_id)
    except (chats.ChatMissing, chats.NoAccess):
        return Level.NONE
    if path[0].is_of_message and not _is_shown(call, path[0], hidden_in(call, chat_id)):
        return Level.NONE
    if call.actor.is_admin or any(step.author_id == call.actor.id for step in path if not step.is_fixed):
        return Level.FULL
    writes = chats.access(call, chat, call.actor).write and not path[0].is_of_message
    return Level.ADD if writes else Level.READ


def hidden_in(call: Call, chat_id: int) -> int:
    """Return up to which sequence the chat of a folder is hidden from the caller; 0 if nothing is, or for no chat."""
    member = members.find_member(call.tx, call.portal_id, chat_id, call.actor.id) if chat_id else None
    return member.hidden_to if member else 0


def _is_shown(call: Call, found: Object, hidden: int) -> bool:
    """Tell whether a message's file is not from before what its chat shows to the caller."""
    message = message_store.find_message(call.tx, call.portal_id, found.message_id) if hidden else None
    return not hidden or (message is not None and message.sequence > hidden)


def get(call: Call, object_id: int, kind: Kind, need: Level, *, lock: bool = False, trashed: bool = False) -> Object:
    """Return an object with which the caller may do this much; `trashed`: also one in the trash."""
    return get_path(call, object_id, kind, need, lock=lock, trashed=trashed)[0]


def get_path(
    call: Call, object_id: int, kind: Kind, need: Level, *, lock: bool = False, trashed: bool = False
) -> list[Object]:
    """Return an object with which the caller may do this much, and the folders above it."""
    if lock:
        store.find_object(call.tx, call.portal_id, object_id, lock=True)
    path = store.list_path(call.tx, call.portal_id, object_id)
    if not path or path[0].kind is not kind or (path[0].deleted is not Deleted.NO and not trashed):
        raise ObjectMissing(object_id)
    if level(call, path) < need:
        raise Denied
    return path


def reload(call: Call, object_id: int) -> Object:
    """Return an object as it is after a change."""
    found = store.find_object(call.tx, call.portal_id, object_id)
    assert found is not None
    return found


def storage_of(call: Call, kind: StorageKind, owner_id: int, name: str, root_name: str) -> Storage:
    """Return the storage of an owner, which is made when it is first asked for."""
    known = storage_store.find_owned(call.tx, call.portal_id, kind, owner_id)
    if known is not None:
        return known
    storage_id = storage_store.add_storage(call.tx, call.portal_id, kind, owner_id, name, call.now)
    if storage_id is not None:
        root_id = store.add_folder(
            call.tx,
            call.portal_id,
            storage_id=storage_id,
            parent_id=0,
            name=safe_name(root_name, COMMON_NAME),
            author_id=0,
            now=call.now,
        )
        assert root_id is not None
        storage_store.set_root(call.tx, call.portal_id, storage_id, root_id)
    made = storage_store.find_owned(call.tx, call.portal_id, kind, owner_id)
    assert made is not None
    return made


def chats_storage(call: Call) -> Storage:
    """Return the storage of all chats' files."""
    return storage_of(call, StorageKind.CHATS, 0, CHATS_NAME, CHATS_NAME)


def chat_folder(call: Call, chat_id: int) -> Object:
    """Return the folder of a chat that the caller may read; it is made when it is first asked for."""
    chats.get_readable(call, chat_id)
    return _chat_folder(call, chat_id)


def _chat_folder(call: Call, chat_id: int) -> Object:
    found = store.find_chat_folder(call.tx, call.portal_id, chat_id)
    if found is None:
        storage = chats_storage(call)
        store.add_folder(
            call.tx,
            call.portal_id,
            storage_id=storage.id,
            parent_id=storage.root_id,
            chat_id=chat_id,
            name=f"chat{chat_id}",
            author_id=0,
            now=call.now,
        )
        found = store.find_chat_folder(call.tx, call.portal_id, chat_id)
        assert found is not None
    return found


def place(call: Call, found: Object) -> tuple[int, int]:
    """Return the storage and the folder that an object lies in; a message's file lies in the folder of its chat."""
    if found.parent_id or not found.is_of_message:
        return found.storage_id, found.parent_id
    folder = _chat_folder(call, found.chat_id)
    return folder.storage_id, folder.id


def require_name(name: str) -> None:
    """Refuse a name that no object may have."""
    if not name.strip():
        raise NameEmpty
    if not is_name(name):
        raise NameWrong


def require_room(call: Call, path: list[Object], height: int = 1) -> None:
    """Refuse more objects in a folder than it holds, and folders that would lie too deep."""
    if len(path) + height > MAX_DEPTH or store.count_children(call.tx, call.portal_id, path[0], []) >= MAX_CHILDREN:
        raise TooMany


def free_name(call: Call, parent_id: int, name: str, kind: Kind) -> str:
    """Return a name that is free in a folder: the given one, or with a number behind it, found in few steps."""

    def taken(number: int) -> bool:
        return store.find_named(call.tx, call.portal_id, parent_id, numbered(name, number, kind)) is not None

    if store.find_named(call.tx, call.portal_id, parent_id, name) is None:
        return name
    last, free = 0, 1
    while taken(free):
        last, free = free, free * 2
        if free > MAX_NUMBER:
            raise TooMany
    while free - last > 1:
        middle = (last + free) // 2
        last, free = (middle, free) if taken(middle) else (last, middle)
    return numbered(name, free, kind)


def tree(call: Call, folder: Object, *, deleted: Deleted | None, most: int | None = None) -> list[tuple[Object, int]]:
    """Return what lies below a folder, parents first, each with its depth; raises TooMany."""
    most = MAX_TREE if most is None else most
    found = store.list_tree(call.tx, call.portal_id, folder.id, deleted=deleted, most=most + 1)
    if len(found) > most:
        raise TooMany
    return found
