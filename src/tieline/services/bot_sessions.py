"""Bots as operators: which bot a line has for what, taking a dialog, handing it on."""

from tieline.domain.bots import Bot
from tieline.domain.chats import Chat
from tieline.domain.lines import Line
from tieline.domain.sessions import Move, Status
from tieline.services import bot_events, sessions
from tieline.services.call import Call
from tieline.store import members


def find(call: Call, line: Line, rule: str) -> Bot | None:
    """Return the bot that a line has for something, if it may speak in lines; or None."""
    bot = call.bots().get(int(line.settings[f"{rule}_BOT_ID"] or 0))
    return bot if bot is not None and bot.lines else None


def called(call: Call, line: Line, rule: str) -> Bot | None:
    """Return the bot that a line calls by one of its rules; None where the rule is another, or there is no such bot."""
    return find(call, line, rule) if line.settings[f"{rule}_RULE"] == "bot" else None


def take(call: Call, chat: Chat, bot: Bot) -> Chat:
    """Give a locked dialog to a bot, until it hands it on or its time is over."""
    return sessions.move(call, chat, Move.BOT_JOINED, operator_id=bot.id)


def hand_over(call: Call, chat: Chat) -> Chat:
    """Let a locked dialog of a bot wait in its queue for an operator."""
    return sessions.move(call, chat, Move.BOT_LEFT, operator_id=None)._replace(waiting_since=call.now)


def is_bots(chat: Chat) -> bool:
    """Tell whether a bot has a dialog."""
    return chat.status == Status.BOT


def invite(call: Call, chat: Chat, bot: Bot) -> Chat:
    """Let a bot into a locked dialog that is not its own, to say what there is to say at its end."""
    if not members.add_member(call.tx, call.portal_id, chat.id, bot.id, call.now):
        return chat
    bot_events.tell_joined(call, chat, bot, call.user.id if call.user else 0)
    return chat._replace(bots=chat.bots + 1)
