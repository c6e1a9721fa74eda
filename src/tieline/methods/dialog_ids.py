"""How im and imbot methods name chats: `chat<ID>`, or the id of the one with whom one talks."""

from tieline.domain.chats import Chat
from tieline.domain.ids import parse_chat, parse_id
from tieline.services import chats, groups
from tieline.services.call import Call


class WrongDialog(Exception):
    """A text names neither a chat nor a user."""


class WrongChat(WrongDialog):
    """A text looks like the name of a chat, and is none."""


def begin(call: Call, dialog_id: str) -> int:
    """Return the id of the chat that a text names; one with a user begins now if there is none."""
    number = parse_chat(dialog_id)
    if number is not None:
        return number
    return groups.private(call, _user_id(dialog_id)).id


def find(call: Call, dialog_id: str) -> int:
    """Return the id of the chat that a text names."""
    number = parse_chat(dialog_id)
    if number is not None:
        return number
    known = chats.find_private(call, _user_id(dialog_id))
    if known is None:
        raise chats.ChatMissing
    return known.id


def get(call: Call, dialog_id: str) -> Chat:
    """Return the chat that a text names, if the caller may read it."""
    return chats.get_readable(call, find(call, dialog_id))


def _user_id(dialog_id: str) -> int:
    if dialog_id.startswith(("chat", "sg")):  # there are no workgroups, and so no chats of theirs
        raise WrongChat
    number = parse_id(dialog_id)
    if number is None:
        raise WrongDialog
    return number
