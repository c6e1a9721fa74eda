"""Chats: who may read and write in one, whose it is, reading."""

from dataclasses import dataclass

from tieline.domain.chats import Chat, ChatCard, ChatType
from tieline.domain.people import User, UserKind
from tieline.services import queues, sessions
from tieline.services.call import Call
from tieline.store import chat_cards, chat_marks, members, recents
from tieline.store import chats as store
from tieline.store import messages as message_store
from tieline.store.signals import DialogChanged

MOST_AT_ONCE = 10_000


class ChatMissing(Exception):
    """There is no such chat."""


class NoAccess(Exception):
    """The user may not do this in the chat."""


class MessageMissing(Exception):
    """There is no such message."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a user may do in a chat; what begins with `take` is for dialogs."""

    read: bool
    write: bool
    take: bool = False
    join: bool = False
    intercept: bool = False
    hand_on: bool = False
    finish: bool = False


def access(call: Call, chat: Chat, user: User) -> Access:
    """Tell what a user may do.

    In a dialog its operator and those who joined write; the queue reads, and takes what waits. Elsewhere members write;
    an open group may be read by every person.
    """
    if not chat.is_dialog:
        member = members.find_member(call.tx, call.portal_id, chat.id, user.id)
        visible = member is not None or (chat.type is ChatType.OPEN and user.kind is UserKind.PERSON)
        return Access(read=visible, write=member is not None and _may_speak(call, chat, user, member))
    line = call.find_line(chat.line_id)
    queue = line if chat.queue_id == chat.line_id else call.find_line(chat.queue_id)
    in_queue = queue is not None and user.id in queue.operators
    own = chat.operator_id == user.id
    joined = own or members.is_member(call.tx, call.portal_id, chat.id, user.id)
    waiting, is_open = sessions.is_waiting(chat), sessions.is_open(chat)
    free = not is_open or waiting
    entitled = in_queue or user.is_admin
    in_charge = is_open and (own or user.is_admin or (entitled and chat.operator_id is None))
    return Access(
        read=joined or entitled,
        write=line is not None and (joined if not free else joined or entitled),
        take=is_open and (entitled or joined) and (waiting or chat.operator_id is None),
        join=is_open and entitled and not joined,
        intercept=is_open and (entitled or joined) and (waiting or not own),
        hand_on=in_charge,
        finish=in_charge,
    )


def _may_speak(call: Call, chat: Chat, user: User, member: members.Member) -> bool:
    """Tell whether a member may write: where the text field is off, those who lead the chat and bots alone."""
    if user.kind is UserKind.BOT or (chat.type is ChatType.PRIVATE and not chat.bots):
        return True
    card = card_of(call, chat)
    return card.text_field or member.manager or card.owner_id == user.id


def card_of(call: Call, chat: Chat) -> ChatCard:
    """Return a chat's card; an empty one where nothing is kept."""
    return chat_cards.find_card(call.tx, call.portal_id, chat.id) or ChatCard(chat.id)


def get_readable(call: Call, chat_id: int) -> Chat:
    """Return a chat that the caller may read."""
    chat = store.find_chat(call.tx, call.portal_id, chat_id)
    if chat is None:
        raise ChatMissing
    if not access(call, chat, call.actor).read:
        raise NoAccess
    return chat


def hidden_to(call: Call, chat: Chat, user: User) -> int:
    """Return up to which sequence a chat is hidden from somebody who came later; 0 if nothing is."""
    member = members.find_member(call.tx, call.portal_id, chat.id, user.id)
    return member.hidden_to if member else 0


def find_private(call: Call, user_id: int) -> Chat | None:
    """Return the caller's chat with somebody, or None."""
    return store.find_private(call.tx, call.portal_id, (call.actor.id, user_id))


def lock(call: Call, chat_id: int) -> Chat:
    """Return a chat, locked."""
    chat = store.lock_chat(call.tx, call.portal_id, chat_id)
    if chat is None:
        raise ChatMissing
    return chat


def appended(chat: Chat, message_id: int, now: int, *, counts: bool = True) -> Chat:
    """Return the chat as it stands behind a new message."""
    return chat._replace(
        sequence=chat.sequence + 1,
        messages=chat.messages + counts,
        last_message_id=message_id,
        active_at=now,
    )


def keep(call: Call, chat: Chat, before: Chat) -> None:
    """Write a locked chat's row, which read `before` when it was locked, and give operators what they can take now."""
    queues.write(call, chat, before)
    queues.settle(call, chat, before)


def read(call: Call, chat_id: int, message_id: int | None) -> int:
    """Move the caller's read mark to a message, or to the end; returns how many messages remain unread."""
    chat = lock(call, chat_id)
    if not access(call, chat, call.actor).read:
        raise NoAccess
    sequence, remaining = chat.sequence, 0
    if message_id is not None:
        message = message_store.find_message(call.tx, call.portal_id, message_id)
        if message is None or message.chat_id != chat.id:
            raise MessageMissing
        remaining = message_store.count_messages_after(call.tx, call.portal_id, chat.id, message.sequence)
        sequence = message.sequence if remaining else chat.sequence
    mark = members.ReadMark(sequence, chat.messages - remaining)
    members.set_read_mark(call.tx, call.portal_id, chat.id, call.actor.id, mark)
    marks = chat_marks.find_marks(call.tx, call.portal_id, chat.id, call.actor.id)
    if marks.unread and not remaining:
        chat_marks.set_marks(call.tx, call.portal_id, chat.id, call.actor.id, marks._replace(unread=False))
    call.tx.signal(DialogChanged(call.portal_id, chat.id, chat.sequence))
    return remaining


def unread(call: Call, chat_id: int, message_id: int) -> None:
    """Put the caller's read mark before a message."""
    chat = lock(call, chat_id)
    if not access(call, chat, call.actor).read:
        raise NoAccess
    message = message_store.find_message(call.tx, call.portal_id, message_id)
    if message is None or message.chat_id != chat.id:
        raise MessageMissing
    behind = message_store.count_messages_after(call.tx, call.portal_id, chat.id, message.sequence - 1)
    mark = members.ReadMark(message.sequence - 1, max(chat.messages - behind, 0))
    members.move_read_mark(call.tx, call.portal_id, chat.id, call.actor.id, mark)
    call.tx.signal(DialogChanged(call.portal_id, chat.id, chat.sequence))


def read_all(call: Call) -> None:
    """Mark all chats that the caller is in as read, and those that he marked as unread."""
    for listed in recents.list_unread(call.tx, call.portal_id, call.actor.id, MOST_AT_ONCE):
        read(call, listed.chat.id, None)
    for chat_id, marks in chat_marks.list_marks(call.tx, call.portal_id, call.actor.id).items():
        if marks.unread:
            chat_marks.set_marks(call.tx, call.portal_id, chat_id, call.actor.id, marks._replace(unread=False))
