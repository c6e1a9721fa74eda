"""What people are told who fetch what happens in their chats, as facts: one for each of them."""

from dataclasses import dataclass

from tieline.domain.chats import Chat, Message
from tieline.domain.events import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderFact(Fact):
    """Something happened in a chat of a reader's; `user_id` is who did it, or who came."""

    reader_id: int
    chat: Chat
    user_id: int

    @property
    def subject(self) -> str:
        """The chat."""
        return str(self.chat.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderMessageFact(ReaderFact):
    """Something happened to a message."""

    message: Message

    @property
    def subject(self) -> str:
        """The message."""
        return str(self.message.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderMessageAdded(ReaderMessageFact):
    """Somebody wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderMessageEdited(ReaderMessageFact):
    """A message was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderMessageDeleted(ReaderMessageFact):
    """A message was withdrawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderReactionChanged(ReaderMessageFact):
    """Somebody put a reaction on a message, or took it away."""

    reaction: str
    added: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderSawJoining(ReaderFact):
    """Somebody came into the chat."""
