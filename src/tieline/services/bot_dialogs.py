"""What the programs of bots do with dialogs: handing them to operators, finishing them, saying the line's words."""

from tieline.domain.bots import Bot
from tieline.domain.chats import Chat, Draft
from tieline.domain.replies import welcome_words
from tieline.domain.sessions import Move
from tieline.services import automation, bot_sessions, bots, chats, messages, sessions
from tieline.services.call import Call
from tieline.store import members


class NoBotsDialog(Exception):
    """The dialog is not a bot's."""


class NotHandedOn(Exception):
    """The dialog cannot go to this person or line."""


def _of_program(call: Call, chat: Chat) -> Bot:
    """Return the bot of the program that calls which is in a dialog; its first one where none is."""
    mine = bots.own(call)
    if not mine:
        raise bots.BotMissing
    inside = set(members.list_members(call.tx, call.portal_id, chat.id))
    return next((bot for bot in mine if bot.id in inside), mine[0])


def _held(call: Call, chat_id: int) -> tuple[Chat, Bot]:
    """Return a locked dialog that is open, and the bot of the program that calls which is in it."""
    bot = _of_program(call, _lock(call, chat_id))
    chat = _lock(call, chat_id)
    if not sessions.is_open(chat) or not members.is_member(call.tx, call.portal_id, chat.id, bot.id):
        raise NoBotsDialog
    return chat, bot


def _lock(call: Call, chat_id: int) -> Chat:
    try:
        chat = chats.lock(call, chat_id)
    except chats.ChatMissing as error:
        raise NoBotsDialog from error
    if not chat.is_dialog:
        raise NoBotsDialog
    return chat


def free(call: Call, chat_id: int) -> None:
    """Hand a dialog that a bot has to an operator of its queue who is free, or let it wait for one."""
    chat = _lock(call, chat_id)
    if not bot_sessions.is_bots(chat):
        raise NoBotsDialog
    chats.keep(call, bot_sessions.hand_over(call, chat), chat)


def finish(call: Call, chat_id: int) -> None:
    """Close the session of a dialog in the name of the program's bot."""
    chat, bot = _held(call, chat_id)
    chats.keep(call, automation.finish(bots.acting(call, bot), chat), chat)


def transfer_to_person(call: Call, chat_id: int, user_id: int, *, leave: bool) -> None:
    """Hand the dialog of the program's bot to a person, or to another bot."""
    chat, bot = _held(call, chat_id)
    another = call.bots().get(user_id)
    user = call.find_user(user_id) if another is not None else call.find_person(user_id)
    if user is None or not user.active or user.id == chat.operator_id or (another and not another.lines):
        raise NotHandedOn
    what = Move.PASSED_ON if another is None else Move.BOT_JOINED
    _hand_on(bots.acting(call, bot), chat, bot, what, user.id, chat.queue_id, leave=leave)


def transfer_to_queue(call: Call, chat_id: int, line_id: int, *, leave: bool) -> None:
    """Hand the dialog of the program's bot to the queue of a line."""
    chat, bot = _held(call, chat_id)
    line = call.find_line(line_id)
    if line is None or not line.active:
        raise NotHandedOn
    _hand_on(bots.acting(call, bot), chat, bot, Move.PASSED_ON, None, line.id, leave=leave)


def _hand_on(
    call: Call, chat: Chat, bot: Bot, what: Move, operator_id: int | None, queue_id: int, *, leave: bool
) -> None:
    moved = sessions.move(call, chat, what, operator_id=operator_id, queue_id=queue_id)
    if leave and members.is_member(call.tx, call.portal_id, chat.id, bot.id):
        moved = sessions.part_with(call, moved, bot.id)
    elif not leave and not members.is_member(call.tx, call.portal_id, chat.id, bot.id):
        members.add_member(call.tx, call.portal_id, chat.id, bot.id, call.now)  # until it is taken
        moved = moved._replace(bots=moved.bots + 1)
    chats.keep(call, moved._replace(waiting_since=call.now), chat)


def say(call: Call, chat_id: int, name: str, text: str) -> None:
    """Say in a dialog the greeting of its line (`WELCOME`), or a text in the name of the program's bot."""
    chat = _lock(call, chat_id)
    line = call.find_line(chat.line_id)
    if name == "WELCOME":
        words = welcome_words(line, first=True) if line else ""
        if words:
            chats.keep(call, messages.say(call, chat, words), chat)
        return
    if not text.strip():
        return
    inside = members.list_members(call.tx, call.portal_id, chat.id)
    mine = next((bot for bot in call.bots().values() if bot.id in inside and _is_own(call, bot)), None)
    if mine is None:
        chats.keep(call, messages.say(call, chat, messages.shorten(text)), chat)
    else:
        messages.send(bots.acting(call, mine), chat.id, Draft(text))


def _is_own(call: Call, bot: Bot) -> bool:
    return call.app is None or bot.app_id == call.app.id
