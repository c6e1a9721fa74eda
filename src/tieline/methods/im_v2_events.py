"""The events of im.v2: what happens in the chats of somebody who fetches it."""

from typing import Any

from tieline.api.method import Family
from tieline.api.wire import Wire
from tieline.domain.reader_events import (
    ReaderFact,
    ReaderMessageAdded,
    ReaderMessageDeleted,
    ReaderMessageEdited,
    ReaderMessageFact,
    ReaderReactionChanged,
    ReaderSawJoining,
)
from tieline.methods.v2_views import told_chat, told_message, told_user
from tieline.services.call import Call

family = Family(scopes=("im",))


class OfChat(Wire, rename="camel"):
    """Something that happened in a chat, and who did it."""

    chat: dict[str, Any]
    user: dict[str, Any] | None
    language: str


class OfMessage(OfChat, rename="camel", kw_only=True):
    """A message."""

    message: dict[str, Any]


class Withdrawn(OfChat, rename="camel", kw_only=True):
    """A message that is withdrawn."""

    message_id: int


class Reacted(OfMessage, rename="camel", kw_only=True):
    """A reaction on a message."""

    reaction: str
    action: str


class Joined(OfChat, rename="camel", kw_only=True):
    """Somebody who came."""

    dialog_id: str


def _common(call: Call, fact: ReaderFact) -> dict[str, Any]:
    reader = call.find_user(fact.reader_id)
    assert reader is not None  # people are never removed
    return {
        "chat": told_chat(call, fact.chat, reader),
        "user": told_user(call, fact.user_id),
        "language": call.portal.language,
    }


def _of_message(call: Call, fact: ReaderMessageFact) -> dict[str, Any]:
    return _common(call, fact) | {"message": told_message(call, fact.chat, fact.message)}


@family.event("ONIMV2MESSAGEADD", of=ReaderMessageAdded)
def message_add(call: Call, fact: ReaderMessageAdded) -> OfMessage:
    """Somebody wrote into a chat of who fetches this."""
    return OfMessage(**_of_message(call, fact))


@family.event("ONIMV2MESSAGEUPDATE", of=ReaderMessageEdited)
def message_update(call: Call, fact: ReaderMessageEdited) -> OfMessage:
    """A message was changed."""
    return OfMessage(**_of_message(call, fact))


@family.event("ONIMV2MESSAGEDELETE", of=ReaderMessageDeleted)
def message_delete(call: Call, fact: ReaderMessageDeleted) -> Withdrawn:
    """A message was withdrawn."""
    return Withdrawn(**_common(call, fact), message_id=fact.message.id)


@family.event("ONIMV2REACTIONCHANGE", of=ReaderReactionChanged)
def reaction_change(call: Call, fact: ReaderReactionChanged) -> Reacted:
    """Somebody put a reaction on a message, or took it away."""
    return Reacted(**_of_message(call, fact), reaction=fact.reaction, action="add" if fact.added else "delete")


@family.event("ONIMV2JOINCHAT", of=ReaderSawJoining)
def join_chat(call: Call, fact: ReaderSawJoining) -> Joined:
    """Somebody came into a chat of who fetches this."""
    common = _common(call, fact)
    return Joined(**common, dialog_id=common["chat"]["dialogId"])
