"""How messages, chats and users look to the second version of the API: in camelCase, with plain booleans."""

from dataclasses import replace
from typing import Any

import msgspec

from tieline.api.wire import iso, yes_no
from tieline.domain.chats import FORWARD, UUID, Author, Chat, ChatType, Message
from tieline.domain.files import File
from tieline.domain.people import User, UserKind
from tieline.methods.chat_views import chat_view, dialog_id, dialog_view
from tieline.methods.views import find_user, params_of, user_view
from tieline.services.call import Call
from tieline.store import files as file_store
from tieline.store import members
from tieline.store import messages as message_store


def camel(name: str) -> str:
    """Write a name of the first version as the second has it."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def user_view_v2(call: Call, user: User) -> dict[str, Any]:
    """Write a user."""
    return {camel(name): value for name, value in user_view(call, user).items()}


_UNTOLD = frozenset({"avatarHr", "network", "botData"})
_KINDS = {UserKind.PERSON: "employee", UserKind.CUSTOMER: "extranet", UserKind.BOT: "bot"}


def entity_user(call: Call, user: User) -> dict[str, Any]:
    """Write a user as methods about bots do."""
    told = {name: value for name, value in user_view_v2(call, user).items() if name not in _UNTOLD}
    return told | {"type": _KINDS[user.kind]}


_SEEN = dict.fromkeys(("idle", "lastActivityDate", "mobileLastDate", "desktopLastDate"), False)


def told_user(call: Call, user_id: int) -> dict[str, Any] | None:
    """Write a user as events do, which tell nothing of when somebody was there; nobody is null."""
    user = find_user(call, user_id) if user_id else None
    return entity_user(call, user) | _SEEN if user else None


# What differs with who looks, or with the moment: events tell nothing of it.
_OF_READER = frozenset(("role", "muteList", "managerList", "dateCreate", "userCounter", "public", "restrictions"))


def _camelled(chat: Chat, told: dict[str, Any]) -> dict[str, Any]:
    told = {camel(name): value for name, value in told.items()}
    return told | {
        "description": chat.description,
        "textFieldEnabled": yes_no(told["textFieldEnabled"]),
        "permissions": {camel(name): who for name, who in told["permissions"].items()},
        "diskFolderId": 0,
        "isNew": False,
    }


def entity_chat(call: Call, chat: Chat, *, new: bool = False) -> dict[str, Any]:
    """Write a chat as methods about bots do, as the caller sees it."""
    told = _camelled(chat, dialog_view(call, chat))
    views = {camel(name): value for name, value in told["lastMessageViews"].items()}
    return told | {"lastMessageViews": msgspec.json.encode(views).decode(), "isNew": new}


def told_chat(call: Call, chat: Chat, reader: User) -> dict[str, Any]:
    """Write a chat as events do; `reader` is who gets them, by whose partner a private one is named."""
    told = _camelled(chat, chat_view(replace(call, user=reader), chat))
    named = dialog_id(chat, reader.id) if _is_inside(chat, reader) else chat.dialog_id
    return {name: value for name, value in told.items() if name not in _OF_READER} | {"dialogId": named}


def _is_inside(chat: Chat, user: User) -> bool:
    return chat.type is not ChatType.PRIVATE or str(user.id) in (chat.outer_chat, chat.outer_user)


def entity_message(call: Call, chat: Chat, message: Message, attached: list[File]) -> dict[str, Any]:
    """Write a message as methods about bots do, and events."""
    marks = members.list_read_marks(call.tx, call.portal_id, chat.id)
    seen = any(mark.sequence >= message.sequence and reader != message.author_id for reader, mark in marks.items())
    told = message_view_v2(call, chat, message, attached)
    return told | {
        "uuid": str(message.params.get(UUID, "")),
        "forward": _forwarded(call, message),
        "viewedByOthers": told["viewedByOthers"] or seen,
    }


def _forwarded(call: Call, message: Message) -> dict[str, Any] | None:
    number = message.params.get(FORWARD)
    source = message_store.find_message(call.tx, call.portal_id, number) if isinstance(number, int) else None
    if source is None:
        return None
    date = iso(source.created_at, call.portal.time_zone)
    return {"id": source.id, "userId": source.author_id, "chatId": source.chat_id, "date": date}


def told_message(call: Call, chat: Chat, message: Message) -> dict[str, Any]:
    """Write a message as events do, with its files."""
    attached = file_store.list_files(call.tx, call.portal_id, [message.id]).get(message.id, [])
    return entity_message(call, chat, message, attached)


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
