"""What bots are told, as facts: those of the first version of the API together, all others each alone."""

from dataclasses import dataclass, field
from typing import Any

from tieline.domain.bots import Bot, Command, Context
from tieline.domain.chats import Chat, Message
from tieline.domain.events import ApplicationFact


@dataclass(frozen=True, slots=True, kw_only=True)
class BotsFact(ApplicationFact):
    """Something that bots of an application are told, which it registered by the first version of the API."""

    bots: tuple[Bot, ...]
    user_id: int  # who did it, 0 for nobody

    @property
    def subject(self) -> str:
        """The bots."""
        return ",".join(str(bot.id) for bot in self.bots)


@dataclass(frozen=True, slots=True, kw_only=True)
class BotsMessageFact(BotsFact):
    """Something happened to a message that the bots hear, in a chat of so many members."""

    chat: Chat
    message: Message
    members: int
    files: bool = True  # it may have some

    @property
    def subject(self) -> str:
        """The message."""
        return str(self.message.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class BotsMessageAdded(BotsMessageFact):
    """Somebody wrote to the bots, or where they listen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotsMessageEdited(BotsMessageFact):
    """A message that the bots heard was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotsMessageDeleted(BotsMessageFact):
    """A message that the bots heard was withdrawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotsJoined(BotsFact):
    """The bots came into a chat."""

    chat: Chat


@dataclass(frozen=True, slots=True, kw_only=True)
class BotsRemoved(BotsFact):
    """A bot was taken out of the portal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotsCommanded(BotsMessageFact):
    """Somebody gave commands of the bots; `params` is what stands behind the command."""

    commands: tuple[Command, ...]
    params: str
    context: Context


@dataclass(frozen=True, slots=True, kw_only=True)
class BotFact(ApplicationFact):
    """Something that one bot is told, which was registered by the second version of the API."""

    bot: Bot
    user_id: int

    @property
    def subject(self) -> str:
        """The bot."""
        return str(self.bot.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class BotMessageFact(BotFact):
    """Something happened to a message that the bot hears."""

    chat: Chat
    message: Message

    @property
    def subject(self) -> str:
        """The message."""
        return str(self.message.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class BotMessageAdded(BotMessageFact):
    """Somebody wrote to the bot, or where it listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotMessageEdited(BotMessageFact):
    """A message that the bot heard was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotMessageDeleted(BotMessageFact):
    """A message that the bot heard was withdrawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotReactionChanged(BotMessageFact):
    """Somebody put a reaction on a message that the bot hears, or took it away."""

    reaction: str
    added: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BotCommanded(BotMessageFact):
    """Somebody gave a command of the bot."""

    command: Command
    params: str
    context: Context


@dataclass(frozen=True, slots=True, kw_only=True)
class BotJoined(BotFact):
    """The bot came into a chat."""

    chat: Chat


@dataclass(frozen=True, slots=True, kw_only=True)
class BotContextGiven(BotFact):
    """Somebody came to the bot's chat and brought something along."""

    chat: Chat
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BotRemoved(BotFact):
    """The bot was taken out of the portal."""
