"""What people are told who fetch what happens in their chats: who of a chat's they are, beginning and ending it."""

from typing import Any

from tieline.domain.chats import Chat, Message
from tieline.domain.reader_events import (
    ReaderFact,
    ReaderMessageAdded,
    ReaderMessageDeleted,
    ReaderMessageEdited,
    ReaderReactionChanged,
    ReaderSawJoining,
)
from tieline.services import fetching
from tieline.services.call import Call
from tieline.services.subscriptions import publish, queue
from tieline.store import event_readers as store
from tieline.store import members


def subscribe(call: Call) -> None:
    """Let the caller fetch what happens in his chats from now on."""
    if call.actor.id not in call.event_readers():
        store.add_reader(call.tx, call.portal_id, call.actor.id, call.real_now)
        call.touch()


def unsubscribe(call: Call) -> None:
    """Keep nothing more for the caller; what waits for him stays."""
    store.remove_reader(call.tx, call.portal_id, call.actor.id)
    call.touch()


def _readers(call: Call, chat: Chat) -> list[int]:
    known = call.event_readers()
    if not known:
        return []
    inside = {*members.list_members(call.tx, call.portal_id, chat.id), chat.operator_id}
    return sorted(number for number in known if number in inside)


def _tell(call: Call, chat: Chat, kind: type[ReaderFact], **facts: Any) -> None:
    for reader_id in _readers(call, chat):
        actor_id = call.user.id if call.user else None
        fact = kind(actor_id=actor_id, chat_id=chat.id, reader_id=reader_id, chat=chat, **facts)
        for event in call.world.catalogue.events_of(kind):
            queue(call, event, fact, *fetching.of_user(reader_id))
        publish(call, fact)


def tell_added(call: Call, chat: Chat, message: Message) -> None:
    """Tell of a new message."""
    _tell(call, chat, ReaderMessageAdded, message=message, user_id=message.author_id)


def tell_rewritten(call: Call, chat: Chat, message: Message) -> None:
    """Tell of a message that was changed or withdrawn."""
    kind = ReaderMessageEdited if message.deleted_at is None else ReaderMessageDeleted
    _tell(call, chat, kind, message=message, user_id=message.author_id)


def tell_reaction(call: Call, chat: Chat, message: Message, reaction: str, *, added: bool) -> None:
    """Tell of a reaction that was put on a message, or taken away."""
    _tell(call, chat, ReaderReactionChanged, message=message, user_id=call.actor.id, reaction=reaction, added=added)


def tell_joined(call: Call, chat: Chat, user_id: int) -> None:
    """Tell of somebody who came into a chat."""
    _tell(call, chat, ReaderSawJoining, user_id=user_id)
