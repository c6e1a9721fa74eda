"""What people found in the messenger and opened: remembered for them, as far as they may still see it."""

from tieline.domain.chats import Chat
from tieline.domain.ids import parse_chat, parse_id
from tieline.domain.people import User
from tieline.services import chats, people
from tieline.services.call import Call
from tieline.store import searches as store


class NoDialog(Exception):
    """The text names neither a chat nor a user."""


def add(call: Call, dialog_id: str) -> bool:
    """Remember a chat or user that the caller found; False if there is no such thing to be seen."""
    if _find(call, dialog_id) is None:
        return False
    store.add_found(call.tx, call.portal_id, call.actor.id, _plain(dialog_id))
    return True


def delete(call: Call, dialog_id: str) -> bool:
    """Forget a chat or user; False if it was not remembered."""
    return store.remove_found(call.tx, call.portal_id, call.actor.id, _plain(dialog_id))


def last(call: Call) -> list[Chat | User]:
    """Return the chats and users that the caller found, the newest first."""
    found = (_find(call, dialog_id) for dialog_id in store.list_found(call.tx, call.portal_id, call.actor.id))
    return [one for one in found if one is not None]


def _plain(dialog_id: str) -> str:
    """Write a dialog id in the one way in which it is kept."""
    chat_id, user_id = parse_chat(dialog_id), parse_id(dialog_id)
    if chat_id is None and user_id is None:
        raise NoDialog
    return f"chat{chat_id}" if chat_id else str(user_id)


def _find(call: Call, dialog_id: str) -> Chat | User | None:
    name = _plain(dialog_id)
    chat_id = parse_chat(name)
    if chat_id is None:
        return people.find_visible(call, int(name))
    try:
        return chats.get_readable(call, chat_id)
    except (chats.ChatMissing, chats.NoAccess):
        return None
