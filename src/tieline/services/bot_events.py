"""What bots are told: who of a chat's bots hears a message, who is meant by a command, in which form each is told."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from tieline.domain.bot_events import (
    BotCommanded,
    BotContextGiven,
    BotFact,
    BotJoined,
    BotMessageAdded,
    BotMessageDeleted,
    BotMessageEdited,
    BotMessageFact,
    BotReactionChanged,
    BotRemoved,
    BotsCommanded,
    BotsFact,
    BotsJoined,
    BotsMessageAdded,
    BotsMessageDeleted,
    BotsMessageEdited,
    BotsMessageFact,
    BotsRemoved,
)
from tieline.domain.bots import Bot, Command, Context, Heard
from tieline.domain.chats import ASKED, Author, Chat, ChatType, Message
from tieline.domain.content import command_of, mentions
from tieline.services.call import Call
from tieline.services.subscriptions import publish, queue
from tieline.store import members
from tieline.store import messages as message_store

_NAMES_FIRST = re.compile(
    r"^\s*(?:\[USER=\d+(?: REPLACE)?\].{0,255}?\[/USER\][\s,:]*){1,20}", re.IGNORECASE | re.DOTALL
)
FIRST = 1  # the version of the API whose bots are told together


def bots_of(call: Call, chat: Chat) -> list[Bot]:
    """Return the bots that are in a chat."""
    return _bots_among(call, _present(call, chat)) if chat.bots else []


def _present(call: Call, chat: Chat) -> list[int]:
    return members.list_members(call.tx, call.portal_id, chat.id)


def _bots_among(call: Call, user_ids: list[int]) -> list[Bot]:
    known = call.bots()
    return [known[number] for number in user_ids if number in known]


def _listeners(call: Call, chat: Chat, message: Message, present: list[int]) -> list[Bot]:
    """Return who of a chat's bots hears a message: in groups those whom it names, and those who hear all."""
    if message.author in (Author.SYSTEM, Author.BOT) or message.private:
        return []
    found = _bots_among(call, present)
    if chat.type is ChatType.PRIVATE:
        return found
    named = set(mentions(message.text))
    by_customer = chat.is_dialog and message.author is Author.CUSTOMER
    return [bot for bot in found if bot.hears_all or bot.id in named or (by_customer and bot.lines)]


def concerns(call: Call, chat: Chat, text: str) -> bool:
    """Tell whether a new message may be of interest to bots: they are in its chat, or it gives a command of any."""
    return bool(chat.bots) or ("/" in text and _command_in(text) is not None and bool(call.commands()))


def tell_added(call: Call, chat: Chat, message: Message, *, files: bool, pressed: frozenset[int] = frozenset()) -> None:
    """Tell the bots of a locked chat of a new message; those whose command it is are told of that instead.

    `pressed` are bots that have been told already, since the message stands for a button.
    """
    if message.author in (Author.SYSTEM, Author.BOT):
        return
    commanded = pressed | _commanded(call, chat, message)
    present = _present(call, chat)
    listeners = [bot for bot in _listeners(call, chat, message, present) if bot.id not in commanded]
    _tell_of(call, chat, message, listeners, Heard.ADDED, members=len(present), files=files)


def tell_rewritten(call: Call, chat: Chat, message: Message) -> None:
    """Tell the bots of a locked chat of a message that was changed or withdrawn."""
    what = Heard.EDITED if message.deleted_at is None else Heard.DELETED
    if message.author in (Author.SYSTEM, Author.BOT):
        return
    present = _present(call, chat)
    withdrawn = what is Heard.DELETED  # of which all are told
    found = _bots_among(call, present) if withdrawn else _listeners(call, chat, message, present)
    _tell_of(call, chat, message, found, what, members=len(present))


_OF_BOTS: dict[Heard, type[BotsMessageFact]] = {
    Heard.ADDED: BotsMessageAdded,
    Heard.EDITED: BotsMessageEdited,
    Heard.DELETED: BotsMessageDeleted,
}
_OF_BOT: dict[Heard, type[BotMessageFact]] = {
    Heard.ADDED: BotMessageAdded,
    Heard.EDITED: BotMessageEdited,
    Heard.DELETED: BotMessageDeleted,
}


def _tell_of(
    call: Call,
    chat: Chat,
    message: Message,
    listeners: list[Bot],
    what: Heard,
    *,
    members: int,
    files: bool = True,
) -> None:
    facts: dict[str, Any] = {"chat": chat, "message": message, "user_id": message.author_id}
    together, alone = _OF_BOTS[what], _OF_BOT[what]
    _tell(
        call,
        chat,
        listeners,
        what,
        lambda of: together(**of, **facts, members=members, files=files),
        lambda of: alone(**of, **facts),
    )


def _tell(
    call: Call,
    chat: Chat | None,
    listeners: Iterable[Bot],
    what: Heard | None,
    of_bots: Callable[[dict[str, Any]], BotsFact] | None,
    of_bot: Callable[[dict[str, Any]], BotFact],
) -> None:
    """Tell bots something: those of the first version by application, if they have a handler for it."""
    actor_id = call.user.id if call.user else None
    common = {"actor_id": actor_id, "chat_id": chat.id if chat else 0}
    together: dict[int, list[Bot]] = {}
    for bot in sorted(listeners, key=lambda bot: bot.id):  # who queue events lock the same lanes in the same order
        if bot.version == FIRST:
            if what in bot.handlers:
                together.setdefault(bot.app_id, []).append(bot)
        else:
            tell_one(call, of_bot(common | {"app_id": bot.app_id, "bot_id": bot.id, "bot": bot}))
    if of_bots is not None:
        for app_id, found in together.items():
            publish(call, of_bots(common | {"app_id": app_id, "bots": tuple(found)}))


def tell_one(call: Call, fact: BotFact) -> None:
    """Tell a bot of the second version, at its address or in its queue."""
    if not fact.bot.fetches:
        publish(call, fact)
        return
    for event in call.world.catalogue.events_of(type(fact)):
        queue(call, event, fact, fact.bot.app_id, fact.bot.fetch_lane)


def tell_joined(call: Call, chat: Chat, bot: Bot, user_id: int) -> None:
    """Tell a bot that it came into a chat, and by whom."""
    facts: dict[str, Any] = {"chat": chat, "user_id": user_id}
    _tell(call, chat, [bot], Heard.JOINED, lambda of: BotsJoined(**of, **facts), lambda of: BotJoined(**of, **facts))


def tell_removed(call: Call, bot: Bot) -> None:
    """Tell whoever speaks for a bot that it is taken out of the portal."""
    user_id = call.user.id if call.user else 0
    _tell(
        call,
        None,
        [bot],
        Heard.REMOVED,
        lambda of: BotsRemoved(**of, user_id=user_id),
        lambda of: BotRemoved(**of, user_id=user_id),
    )


def tell_reaction(call: Call, chat: Chat, message: Message, reaction: str, *, added: bool) -> None:
    """Tell the bots of a chat of a reaction that was put on a message, or taken away."""
    facts: dict[str, Any] = {"chat": chat, "message": message, "user_id": call.actor.id}
    facts |= {"reaction": reaction, "added": added}
    listeners = [
        bot
        for bot in bots_of(call, chat)
        if bot.reactions and bot.id != call.actor.id and (bot.hears_all or message.author_id == bot.id)
    ]
    _tell(call, chat, listeners, None, None, lambda of: BotReactionChanged(**of, **facts))


def tell_context(call: Call, chat: Chat, bot: Bot, context: dict[str, Any]) -> None:
    """Tell a bot what somebody brought along into its chat."""
    facts: dict[str, Any] = {"chat": chat, "user_id": call.actor.id, "context": context}
    _tell(call, chat, [bot], None, None, lambda of: BotContextGiven(**of, **facts))


def _command_in(text: str) -> tuple[str, str] | None:
    return command_of(_NAMES_FIRST.sub("", text))


def _commanded(call: Call, chat: Chat, message: Message) -> set[int]:
    """Tell bots of their command that a message gives, if it gives one; returns who was told."""
    found = _command_in(message.text)
    if found is None or message.private:
        return set()
    present = {bot.id for bot in bots_of(call, chat)}
    name, params = found[0].lower(), found[1]
    given = [one for one in call.commands() if one.command == name and (one.common or one.bot_id in present)]
    if message.author is Author.CUSTOMER:
        given = [one for one in given if one.extranet]
    named = set(mentions(message.text))
    if named & {one.bot_id for one in given}:
        given = [one for one in given if one.bot_id in named]
    give(call, chat, message, given, params, Context.TEXTAREA)
    return {one.bot_id for one in given}


def give(
    call: Call,
    chat: Chat,
    message: Message,
    commands: list[Command],
    params: str,
    context: Context,
    *,
    user_id: int = 0,
) -> None:
    """Tell bots of commands that somebody gave in a chat, with a message: a user, or the message's author."""
    known = call.bots()
    _note_asked(call, chat, message, commands)
    user_id = user_id or message.author_id
    facts: dict[str, Any] = {"chat": chat, "message": message, "user_id": user_id, "params": params, "context": context}
    common: dict[str, Any] = {"actor_id": call.user.id if call.user else None, "chat_id": chat.id}
    together: dict[int, list[Command]] = {}
    for command in commands:
        bot = known[command.bot_id]
        if bot.version == FIRST:
            together.setdefault(bot.app_id, []).append(command)
        else:
            tell_one(call, BotCommanded(**common, **facts, app_id=bot.app_id, bot_id=bot.id, bot=bot, command=command))
    for app_id, given in together.items():
        bots, inside = (
            tuple(known[number] for number in dict.fromkeys(one.bot_id for one in given)),
            _present(call, chat),
        )
        fact = BotsCommanded(**common, **facts, app_id=app_id, bots=bots, members=len(inside), commands=tuple(given))
        publish(call, fact)


def _note_asked(call: Call, chat: Chat, message: Message, commands: list[Command]) -> None:
    """Keep which commands were given to bots that are not in the chat: they may answer there, and no others."""
    present = {bot.id for bot in bots_of(call, chat)}
    asked = sorted({*message.asked, *(one.id for one in commands if one.bot_id not in present)})
    if asked != message.asked:
        message_store.set_message_params(call.tx, call.portal_id, message.id, message.params | {ASKED: asked})
