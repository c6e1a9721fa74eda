"""Commands of bots: registering them, giving them by a button, answering them."""

import re
from dataclasses import replace

from tieline.domain.bots import Bot, Command, Context
from tieline.domain.chats import Draft
from tieline.services import bot_events, bots, chats, messages
from tieline.services.call import Call
from tieline.services.chats import MessageMissing
from tieline.store import bots as store
from tieline.store import members
from tieline.store import messages as message_store

MAX_COMMAND = 100
MOST = 200  # of one bot
_WORD = re.compile(r"[A-Za-z0-9_-]+")


class BotMissing(Exception):
    """There is no such bot."""


class CommandMissing(Exception):
    """There is no such command."""


class CommandForeign(Exception):
    """The command is another application's."""


class CommandWrong(Exception):
    """A command is a word of letters and digits."""


class NotAsked(Exception):
    """The command was not given where it is answered, and its bot is not there."""


class TooManyCommands(Exception):
    """The bot has as many commands as it may have."""


def read_word(text: str) -> str:
    """Read what a command is called, with or without its slash."""
    word = text.strip().removeprefix("/")
    if not _WORD.fullmatch(word) or len(word) > MAX_COMMAND:
        raise CommandWrong
    return word.lower()


def of_bot(call: Call, bot: Bot) -> list[Command]:
    """Return a bot's commands, the oldest first."""
    return [command for command in call.commands() if command.bot_id == bot.id]


def register(call: Call, bot: Bot, command: Command) -> int:
    """Add a command of a bot, or change the one that has its name; returns the id."""
    command = replace(
        command, command=read_word(command.command), bot_id=bot.id, app_id=bot.app_id, created_at=call.now
    )
    call.touch()  # one at a time
    known = next((one for one in of_bot(call, bot) if one.command == command.command), None)
    if known is not None:
        store.set_command(call.tx, call.portal_id, replace(command, id=known.id, created_at=known.created_at))
        return known.id
    if len(of_bot(call, bot)) >= MOST:
        raise TooManyCommands
    return store.add_command(call.tx, call.portal_id, command)


def find_own(call: Call, command_id: int) -> Command:
    """Return a command of the program that calls."""
    command = next((one for one in call.commands() if one.id == command_id), None)
    if command is None:
        raise CommandMissing
    app = call.program()
    if app is None or app.id != command.app_id:
        raise CommandForeign
    return command


def find_by_word(call: Call, word: str) -> Command:
    """Return a command of the program that calls by what it is called."""
    app = call.program()
    mine = [one for one in call.commands() if app is not None and one.app_id == app.id]
    found = next((one for one in mine if one.command == word.strip().removeprefix("/").lower()), None)
    if found is None:
        raise CommandMissing
    return found


def change(call: Call, command: Command) -> None:
    """Keep what of a command is changed; its bot has no other of this name."""
    command = replace(command, command=read_word(command.command))
    call.touch()  # one at a time
    bot = call.bots().get(command.bot_id)
    if bot is None:
        raise CommandMissing
    if any(one.command == command.command and one.id != command.id for one in of_bot(call, bot)):
        raise CommandWrong
    store.set_command(call.tx, call.portal_id, command)


def remove(call: Call, command: Command) -> None:
    """Forget a command."""
    store.remove_command(call.tx, call.portal_id, command.id)
    call.touch()


def press(call: Call, message_id: int, bot_id: int, word: str, params: str) -> None:
    """Give a bot a command where a message stands; it must be in the chat, or the command be a common one."""
    message = message_store.find_message(call.tx, call.portal_id, message_id)
    if message is None or message.deleted_at is not None:
        raise MessageMissing
    chat = chats.lock(call, message.chat_id)
    if not chats.access(call, chat, call.actor).read:
        raise MessageMissing
    if message.sequence <= chats.hidden_to(call, chat, call.actor):
        raise MessageMissing
    bot = call.bots().get(bot_id)
    if bot is None:
        raise BotMissing
    word = word.strip().removeprefix("/").lower()
    command = next((one for one in of_bot(call, bot) if one.command == word), None)
    present = members.is_member(call.tx, call.portal_id, chat.id, bot.id)
    if command is None or not (present or command.common or message.author_id == bot.id):
        raise CommandMissing
    bot_events.give(
        call, chat, message, [command], params[: messages.MAX_TEXT], Context.KEYBOARD, user_id=call.actor.id
    )


def answer(call: Call, command: Command, message_id: int, draft: Draft) -> int:
    """Write in the name of a command's bot where a message stands; returns the message's id.

    A bot that is not in the chat answers there what it was asked, and nothing else.
    """
    message = message_store.find_message(call.tx, call.portal_id, message_id)
    if message is None:
        raise MessageMissing
    bot = call.bots()[command.bot_id]
    acting = bots.acting(call, bot)
    if members.is_member(call.tx, call.portal_id, message.chat_id, bot.id):
        return messages.send(acting, message.chat_id, draft)
    if command.id not in message.asked:
        raise NotAsked
    return messages.send_from_outside(acting, message.chat_id, draft)
