"""Reactions on messages: likes and their like."""

from tieline.domain.chats import Message
from tieline.domain.reactions import LIKE
from tieline.services import bot_events, chats, reader_events
from tieline.services.call import Call
from tieline.services.chats import MessageMissing
from tieline.store import messages as message_store
from tieline.store import reactions as store

MOST = 50  # kinds of reactions of one user on one message


class NothingChanged(Exception):
    """The message has this reaction already, or has it not."""


def like(call: Call, message_id: int, action: str) -> None:
    """Like a message (`plus`), do so no more (`minus`), or turn it (`auto`)."""
    if action == "auto":
        known = store.list_reactions(call.tx, call.portal_id, [message_id])
        action = "minus" if call.actor.id in known[message_id].get(LIKE, ()) else "plus"
    (add if action == "plus" else remove)(call, message_id, LIKE)


def add(call: Call, message_id: int, reaction: str) -> None:
    """Put a reaction of the caller's on a message."""
    _change(call, message_id, reaction, added=True)


def remove(call: Call, message_id: int, reaction: str) -> None:
    """Take a reaction of the caller's from a message."""
    _change(call, message_id, reaction, added=False)


def _change(call: Call, message_id: int, reaction: str, *, added: bool) -> Message:
    message = message_store.find_message(call.tx, call.portal_id, message_id)
    if message is None or message.deleted_at is not None:
        raise MessageMissing
    chat = chats.lock(call, message.chat_id)
    if not chats.access(call, chat, call.actor).read:
        raise MessageMissing
    if message.sequence <= chats.hidden_to(call, chat, call.actor):
        raise MessageMissing
    key = (call.tx, call.portal_id, message.id, call.actor.id, reaction)
    changed = store.add_reaction(*key, call.now) if added else store.remove_reaction(*key)
    if not changed:
        raise NothingChanged
    after = chat._replace(sequence=chat.sequence + 1)
    message_store.set_message_changed(call.tx, call.portal_id, message.id, after.sequence)
    if not message.private:
        if chat.bots:
            bot_events.tell_reaction(call, after, message, reaction, added=added)
        reader_events.tell_reaction(call, after, message, reaction, added=added)
    chats.keep(call, after, chat)
    return message
