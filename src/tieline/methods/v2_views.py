"""How messages, chats and users look to the second version of the API: in camelCase, with plain booleans."""

from typing import Any

from tieline.api.wire import iso
from tieline.domain.chats import Author, Chat, Message
from tieline.domain.files import File
from tieline.domain.people import User
from tieline.methods.chat_views import chat_view, dialog_id
from tieline.methods.views import params_of, user_view
from tieline.services.call import Call

_OF_READER = frozenset({"role", "muteList"})  # differ with who looks, so that events tell nothing of them


def camel(name: str) -> str:
    """Write a name of the first version as the second has it."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def user_view_v2(call: Call, user: User) -> dict[str, Any]:
    """Write a user."""
    return {camel(name): value for name, value in user_view(call, user).items()}


def chat_view_v2(call: Call, chat: Chat, *, for_all: bool = False) -> dict[str, Any]:
    """Write a chat; `for_all`: without what differs with who looks."""
    told = {camel(name): value for name, value in chat_view(call, chat).items()}
    told |= {
        "dialogId": dialog_id(chat, call.actor.id) if call.user else chat.dialog_id,
        "description": chat.description,
        "diskFolderId": 0,
        "isNew": False,
    }
    told["permissions"] = {camel(name): who for name, who in told["permissions"].items()}
    return {name: value for name, value in told.items() if not (for_all and name in _OF_READER)}


def message_view_v2(call: Call, chat: Chat, message: Message, attached: list[File]) -> dict[str, Any]:
    """Write a message."""
    return {
        "id": message.id,
        "chatId": chat.id,
        "authorId": message.author_id,
        "date": iso(message.created_at, call.portal.time_zone),
        "text": message.text,
        "isSystem": message.author is Author.SYSTEM,
        "uuid": "",
        "forward": None,
        "params": params_of(call, message, attached),
        "viewedByOthers": message.read_at is not None,
    }


def reactions_view(call: Call, message_id: int, reactions: dict[str, list[int]]) -> dict[str, Any]:
    """Write who put which reactions on a message."""
    return {
        "messageId": message_id,
        "reactionCounters": {name: len(users) for name, users in reactions.items()},
        "reactionUsers": reactions,
        "ownReactions": [name for name, users in reactions.items() if call.actor.id in users],
    }
