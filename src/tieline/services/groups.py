"""Chats of people and bots: beginning them, who is in them, whose they are, how they look."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from tieline.domain.chats import COLORS, Chat, ChatCard, ChatType
from tieline.domain.content import plain
from tieline.domain.people import User, UserKind
from tieline.services import bot_events, chats, images, messages, reader_events
from tieline.services.call import Call
from tieline.store import chat_cards, chat_marks, members
from tieline.store import chats as store
from tieline.store import messages as message_store

MAX_TITLE = 255
MAX_DESCRIPTION = 20_000
MAX_MEMBERS = 1_000
MAX_ENTITY = 255
MAX_PIXELS = 5_000  # of a picture, on each side
JOINED, LEFT = "CHAT_JOIN", "CHAT_LEAVE"


class UserMissing(Exception):
    """There is no such user who could be in a chat."""


class NotMember(Exception):
    """Who is named is not in the chat."""


class NothingNew(Exception):
    """Nobody would come, or nothing would change."""


class Fixed(Exception):
    """A chat of this kind stays as it is; the text says what cannot be done."""


class NotInCharge(Exception):
    """Only who leads the chat may do this."""


class OwnerStays(Exception):
    """The owner of a chat hands it on before he leaves."""


class TitleEmpty(Exception):
    """A chat needs a title."""


class ColorUnknown(Exception):
    """There is no such colour."""


@dataclass(frozen=True, slots=True)
class Group:
    """A chat that is about to begin."""

    title: str = ""
    description: str = ""
    color: str = ""
    avatar: str = ""  # Base64
    open: bool = False
    users: tuple[int, ...] = ()
    message: str = ""
    entity_type: str = ""
    entity_id: str = ""


def find_talker(call: Call, user_id: int) -> User | None:
    """Return somebody with whom one can talk: an active person or bot; or None."""
    user = call.find_user(user_id)
    return user if user is not None and user.active and user.kind is not UserKind.CUSTOMER else None


def private(call: Call, user_id: int) -> Chat:
    """Return the caller's chat with somebody; it begins with this call if there is none."""
    return between(call, call.actor.id, user_id)


def between(call: Call, first_id: int, second_id: int) -> Chat:
    """Return the chat of two; it begins with this call if there is none."""
    pair = (first_id, second_id)
    known = store.find_private(call.tx, call.portal_id, pair)
    if known is not None:
        return known
    if any(find_talker(call, number) is None for number in pair):
        raise UserMissing
    chat = store.add_chat(call.tx, call.portal_id, ChatType.PRIVATE, title="", description="", pair=pair, now=call.now)
    if chat is None:  # another transaction was first
        known = store.find_private(call.tx, call.portal_id, pair)
        assert known is not None
        return known
    changed = chat
    for number in dict.fromkeys(pair):
        changed = _join(call, changed, number)
    chats.keep(call, changed, chat)
    return changed


def _join(call: Call, chat: Chat, user_id: int, *, hidden_to: int = 0) -> Chat:
    """Let somebody into a locked chat; a bot is told."""
    if not members.add_member(call.tx, call.portal_id, chat.id, user_id, call.now, hidden_to=hidden_to):
        return chat
    if not chat.is_dialog and user_id != call.actor.id:  # who comes has read what was there
        mark = members.ReadMark(chat.sequence, chat.messages)
        members.set_read_mark(call.tx, call.portal_id, chat.id, user_id, mark)
    bot = call.bots().get(user_id)
    if bot is not None and user_id != call.actor.id:
        bot_events.tell_joined(call, chat, bot, call.actor.id)
    reader_events.tell_joined(call, chat, user_id)
    return chat._replace(bots=chat.bots + (bot is not None))


def _leave(call: Call, chat: Chat, user_id: int) -> Chat:
    """Let somebody out of a locked chat; how he had marked it is forgotten."""
    members.remove_member(call.tx, call.portal_id, chat.id, user_id)
    chat_marks.remove_marks(call.tx, call.portal_id, chat.id, user_id)
    return chat._replace(bots=max(chat.bots - (user_id in call.bots()), 0))


def add(call: Call, group: Group) -> int:
    """Begin a group chat, which is the caller's; returns its id."""
    invited = [user_id for user_id in dict.fromkeys(group.users) if user_id != call.actor.id]
    if len(invited) >= MAX_MEMBERS or any(find_talker(call, user_id) is None for user_id in invited):
        raise UserMissing
    if group.color and group.color.upper() not in COLORS:
        raise ColorUnknown
    avatar = _picture(call, group.avatar)
    kind = ChatType.OPEN if group.open else ChatType.GROUP
    title = " ".join(group.title.split())[:MAX_TITLE] or _usual_title(call, invited)
    description = group.description.strip()[:MAX_DESCRIPTION]
    chat = store.add_chat(call.tx, call.portal_id, kind, title=title, description=description, pair=None, now=call.now)
    assert chat is not None  # nothing but a private chat can be there already
    card = ChatCard(
        chat.id,
        call.actor.id,
        group.color.upper(),
        avatar,
        group.entity_type.upper()[:MAX_ENTITY],
        group.entity_id[:MAX_ENTITY],
    )
    chat_cards.set_card(call.tx, call.portal_id, card)
    changed = _join(call, chat, call.actor.id)
    if invited:
        changed = _tell_who_came(call, changed, invited)
    for user_id in invited:
        changed = _join(call, changed, user_id)
    if group.message.strip():
        changed = messages.note(call, changed, messages.shorten(group.message))
    chats.keep(call, changed, chat)
    return chat.id


def _usual_title(call: Call, invited: Iterable[int]) -> str:
    names = [user.name or user.full_name for number in invited if (user := call.find_user(number))]
    return f"Chat with {', '.join(names)}"[:MAX_TITLE] if names else f"Chat of {call.actor.full_name}"[:MAX_TITLE]


def _named(call: Call, user_id: int) -> str:
    user = call.find_user(user_id)
    return f"[USER={user_id} REPLACE]{user.full_name if user else ''}[/USER]"


def _tell_who_came(call: Call, chat: Chat, user_ids: list[int]) -> Chat:
    names = ", ".join(_named(call, user_id) for user_id in user_ids)
    text = f"{_named(call, call.actor.id)} has added {names}"
    return messages.note(call, chat, messages.shorten(text), CODE=[JOINED])


def begin_about(call: Call, chat: Chat, message_id: int) -> int:
    """Begin a chat about a message of another, with those who are in that; returns its id."""
    message = message_store.find_message(call.tx, call.portal_id, message_id)
    if message is None or message.chat_id != chat.id or message.deleted_at is not None:
        raise chats.MessageMissing
    if message.sequence <= chats.hidden_to(call, chat, call.actor):
        raise chats.MessageMissing
    invited = [n for n in members.list_members(call.tx, call.portal_id, chat.id) if find_talker(call, n) is not None]
    about = " ".join(plain(message.text).split())[:MAX_TITLE]
    return add(call, Group(title=about, users=tuple(invited), message=f"[QUOTE]{message.text}[/QUOTE]"))


def list_of(call: Call, user_id: int) -> list[Chat]:
    """Return the chats that somebody is in."""
    return store.list_of_member(call.tx, call.portal_id, user_id)


def get_own(call: Call, chat_id: int) -> Chat:
    """Return a locked chat that the caller is in, or whose dialog he may read."""
    chat = chats.lock(call, chat_id)
    if not chats.access(call, chat, call.actor).read:
        raise chats.NoAccess
    return chat


def _leads(call: Call, chat: Chat) -> bool:
    if chat.is_dialog:
        return chats.access(call, chat, call.actor).hand_on
    member = members.find_member(call.tx, call.portal_id, chat.id, call.actor.id)
    return member is not None and (member.manager or chats.card_of(call, chat).owner_id == call.actor.id)


def get_led(call: Call, chat_id: int) -> Chat:
    """Return a locked chat that the caller leads."""
    chat = get_own(call, chat_id)
    if not _leads(call, chat):
        raise NotInCharge
    return chat


def get_owned(call: Call, chat_id: int) -> Chat:
    """Return a locked group chat that is the caller's."""
    chat = get_group(call, chat_id)
    if chats.card_of(call, chat).owner_id != call.actor.id:
        raise NotInCharge
    return chat


def get_group(call: Call, chat_id: int) -> Chat:
    """Return a locked group chat that the caller is in."""
    chat = get_own(call, chat_id)
    if chat.is_dialog or chat.type is ChatType.PRIVATE:
        raise Fixed("Only group chats have looks and owners")
    return chat


def _is_member(call: Call, chat: Chat, user_id: int) -> bool:
    return members.is_member(call.tx, call.portal_id, chat.id, user_id)


def invite(call: Call, chat_id: int, user_ids: list[int], *, hide_history: bool) -> None:
    """Let people and bots into a chat that the caller is in; what was said before may stay hidden from them."""
    chat = get_own(call, chat_id)
    if chat.type is ChatType.PRIVATE:
        raise Fixed("It is forbidden to add users to this chat")
    open_to_caller = _is_member(call, chat, call.actor.id) or chat.is_dialog or chat.type is ChatType.OPEN
    new = [number for number in dict.fromkeys(user_ids) if not _is_member(call, chat, number)]
    if not open_to_caller or any(not _may_come(call, chat, number) for number in new):
        raise NotInCharge
    if not new or len(new) + len(members.list_members(call.tx, call.portal_id, chat.id)) > MAX_MEMBERS:
        raise NothingNew
    changed = chat if chat.is_dialog else _tell_who_came(call, chat, new)
    hidden_to = chat.sequence if hide_history and not chat.is_dialog else 0
    for user_id in new:
        changed = _join(call, changed, user_id, hidden_to=hidden_to)
    chats.keep(call, changed._replace(sequence=changed.sequence + 1), chat)


def _may_come(call: Call, chat: Chat, user_id: int) -> bool:
    bot = call.bots().get(user_id)
    return find_talker(call, user_id) is not None and not (bot is not None and chat.is_dialog and not bot.lines)


def expel(call: Call, chat_id: int, user_id: int) -> None:
    """Let somebody out of a chat; who leads it decides on others, each on himself."""
    chat = get_own(call, chat_id)
    if chat.type is ChatType.PRIVATE:
        raise Fixed("It is forbidden to delete users of this chat")
    if user_id == call.actor.id and not _is_member(call, chat, user_id):
        raise NotInCharge
    if user_id != call.actor.id and not _leads(call, chat):
        raise NotInCharge
    if not _is_member(call, chat, user_id):
        raise NotMember
    if chat.is_dialog and chat.operator_id == user_id:
        raise Fixed("The operator of a dialog passes it on or closes it")
    if not chat.is_dialog and chats.card_of(call, chat).owner_id == user_id and _others(call, chat, user_id):
        raise OwnerStays
    changed = _leave(call, chat, user_id)
    if not chat.is_dialog:
        text = f"{_named(call, user_id)} has left the chat"
        changed = messages.note(call, changed, text, CODE=[LEFT])
    chats.keep(call, changed._replace(sequence=changed.sequence + 1), chat)


def _others(call: Call, chat: Chat, user_id: int) -> bool:
    return any(number != user_id for number in members.list_members(call.tx, call.portal_id, chat.id))


def forget(call: Call, user_id: int) -> None:
    """Take somebody who is gone for good out of all chats."""
    for found in list_of(call, user_id):
        chat = chats.lock(call, found.id)
        chats.keep(call, _leave(call, chat, user_id)._replace(sequence=chat.sequence + 1), chat)


def hand_over(call: Call, chat_id: int, user_id: int) -> None:
    """Make another member the owner of the caller's chat."""
    chat = get_own(call, chat_id)
    if chat.is_dialog or chat.type is ChatType.PRIVATE:
        raise Fixed("Action unavailable")
    card = chats.card_of(call, chat)
    if card.owner_id != call.actor.id or not _is_member(call, chat, user_id):
        raise NotInCharge
    _keep_card(call, chat, replace(card, owner_id=user_id))


def set_manager(call: Call, chat_id: int, user_id: int, *, manager: bool) -> None:
    """Let a member lead the caller's chat beside him, or no more."""
    chat = get_own(call, chat_id)
    owner = chats.card_of(call, chat).owner_id
    if chat.is_dialog or owner != call.actor.id or not _is_member(call, chat, user_id):
        raise NotInCharge
    members.set_manager(call.tx, call.portal_id, chat.id, user_id, manager=manager)
    chats.keep(call, chat._replace(sequence=chat.sequence + 1), chat)


def _changeable(call: Call, chat_id: int, what: str) -> Chat:
    chat = get_own(call, chat_id)
    if chat.type is ChatType.PRIVATE:
        raise Fixed(what)
    if not chat.is_dialog and not _is_member(call, chat, call.actor.id):
        raise chats.NoAccess
    return chat


def rename(call: Call, chat_id: int, title: str) -> None:
    """Give a chat another title."""
    chat = _changeable(call, chat_id, "This chat cannot be renamed")
    title = " ".join(title.split())[:MAX_TITLE]
    if not title:
        raise TitleEmpty
    chats.keep(call, chat._replace(title=title, sequence=chat.sequence + 1), chat)


def describe(call: Call, chat_id: int, description: str) -> None:
    """Say what a chat is about."""
    chat = _changeable(call, chat_id, "This chat has no description")
    store.set_description(call.tx, call.portal_id, chat.id, description.strip()[:MAX_DESCRIPTION])
    chats.keep(call, chat._replace(sequence=chat.sequence + 1), chat)


def paint(call: Call, chat_id: int, color: str) -> None:
    """Give a chat another colour."""
    chat = _changeable(call, chat_id, "The colour of this chat cannot be changed")
    if color.upper() not in COLORS:
        raise ColorUnknown
    card = chats.card_of(call, chat)
    if card.color == color.upper():
        raise NothingNew
    _keep_card(call, chat, replace(card, color=color.upper()))


def portray(call: Call, chat_id: int, avatar: str) -> None:
    """Give a chat another picture, Base64."""
    chat = _changeable(call, chat_id, "The avatar of this chat cannot be changed")
    _keep_card(call, chat, replace(chats.card_of(call, chat), avatar=_picture(call, avatar)))


def _picture(call: Call, avatar: str) -> str:
    return str(images.keep(call, "avatar", avatar, most_pixels=MAX_PIXELS)) if avatar else ""


def set_text_field(call: Call, chat_id: int, *, enabled: bool) -> None:
    """Let all members write, or those who lead the chat and bots alone."""
    chat = _changeable(call, chat_id, "The text field of this chat stays")
    _keep_card(call, chat, replace(chats.card_of(call, chat), text_field=enabled))


def set_text_field_of_bot(call: Call, chat_id: int, *, enabled: bool) -> None:
    """Let the others write in a chat that the calling bot is in, a private one too, or not."""
    chat = get_own(call, chat_id)
    if chat.is_dialog:
        raise Fixed("Customers of a dialog write where they are")
    _keep_card(call, chat, replace(chats.card_of(call, chat), text_field=enabled))


def _keep_card(call: Call, chat: Chat, card: ChatCard) -> None:
    chat_cards.set_card(call.tx, call.portal_id, card)
    chats.keep(call, chat._replace(sequence=chat.sequence + 1), chat)


def mark(call: Call, chat_id: int, **changes: Any) -> None:
    """Change how the caller has marked a chat for himself."""
    chat = chats.get_readable(call, chat_id)
    before = chat_marks.find_marks(call.tx, call.portal_id, chat.id, call.actor.id)
    chat_marks.set_marks(call.tx, call.portal_id, chat.id, call.actor.id, before._replace(**changes))
