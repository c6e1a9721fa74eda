"""Forwarding messages: what was said in one chat, said again in another, with its files."""

from tieline.domain.chats import CONTENT, FORWARD, Draft, Message
from tieline.services import chats, messages
from tieline.services.call import Call
from tieline.store import files as file_store
from tieline.store import messages as store

MOST = 100  # at once


class TooMany(Exception):
    """More messages than are forwarded at once."""


def find_readable(call: Call, message_id: int) -> Message:
    """Return a message that the caller may read: of a chat that he is in, and not from before he may see.

    Notes of operators are none of a bot's.
    """
    message = store.find_message(call.tx, call.portal_id, message_id)
    if message is None or message.deleted_at is not None:
        raise chats.MessageMissing
    chat = chats.get_readable(call, message.chat_id)
    if message.sequence <= chats.hidden_to(call, chat, call.actor) or message.private:
        raise chats.NoAccess
    return message


def forward(call: Call, chat_id: int, message_ids: list[int]) -> list[int]:
    """Say messages again in a chat; returns the ids of the new ones."""
    if len(message_ids) > MOST:
        raise TooMany
    return [_forward(call, chat_id, find_readable(call, number)) for number in message_ids]


def _forward(call: Call, chat_id: int, message: Message) -> int:
    copies = [
        file_store.add_kept_file(
            call.tx,
            call.portal_id,
            author_id=file.author_id,
            name=file.name,
            sha256=file.sha256,
            size=file.size or 0,
            now=call.now,
        )
        for file in file_store.list_files(call.tx, call.portal_id, [message.id]).get(message.id, [])
        if file.sha256
    ]
    content = {name: message.params[name] for name in CONTENT if name in message.params}
    draft = Draft(message.text, content, {FORWARD: message.id}, files=tuple(copies))
    return messages.send(call, chat_id, draft)
