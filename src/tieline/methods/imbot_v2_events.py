"""imbot.v2.Event.get, and the events of bots of the second version: sent to a bot's address, or fetched."""

from typing import Annotated, Any

from tieline.api.faults import ApiError, Fault
from tieline.api.method import BotTokens, Doc, Spelled
from tieline.api.wire import Wire
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
)
from tieline.methods import imbot_v2_views as views
from tieline.methods.fetched import Fetched, fetched
from tieline.methods.imbot_events import BotAuth
from tieline.methods.imbot_v2 import OF_BOTS, BotId, make_family
from tieline.methods.v2_views import told_chat, told_message, told_user
from tieline.services import bots, fetching
from tieline.services.call import Call
from tieline.services.fetching import Reader

SCOPE_ERROR = Fault("SCOPE_ERROR", "Scope error")
USER_NOT_SUBSCRIBED = Fault("USER_NOT_SUBSCRIBED", "User not subscribed")
OF_CHATS = "im"

family = make_family()


@family.method(
    "imbot.v2.Event.get",
    errors=OF_BOTS,
    faults=(SCOPE_ERROR, USER_NOT_SUBSCRIBED),
    unreachable={"AUTH_ERROR": "each call is made in somebody's name"},
)
def event_get(
    call: Call,
    *,
    bot_id: BotId,
    offset: Annotated[
        int | None, Spelled("offset"), Doc("The last answer's nextOffset: confirms all before it.")
    ] = None,
    limit: Annotated[int, Spelled("limit"), Doc("How many at most: 100 by default, 1000 at most.")] = 100,
    with_user_events: Annotated[
        bool, Spelled("withUserEvents"), Doc("true returns what happens in the caller's chats beside it.")
    ] = False,
    last_event_id: Annotated[
        int | None, Spelled("lastEventId"), Doc("Deprecated: one less than the offset, which it stands for.")
    ] = None,
) -> Fetched:
    """Return what a bot that fetches its events is told, oldest first; what is confirmed does not come again.

    A bot that was taken out of the portal is told so to the last.
    """
    readers, told = _queue(call, bot_id)
    if with_user_events:
        if OF_CHATS not in call.scopes:
            raise ApiError(SCOPE_ERROR)
        if call.actor.id not in call.event_readers():
            raise ApiError(USER_NOT_SUBSCRIBED)
        readers.append(fetching.of_user(call.actor.id))
    start = offset if offset is not None else 0 if last_event_id is None else last_event_id + 1
    answer = fetched(call, readers, start, limit)
    if answer.events and told is not None:
        whole = views.whole(call, told)
        for event in answer.events:
            if "bot" in event.data:
                event.data["bot"] = whole
    return answer


def _queue(call: Call, bot_id: int) -> tuple[list[Reader], Any]:
    """Return the queue of a bot of the calling program, and the bot unless it is gone and its end is yet to be told."""
    try:
        bot = bots.find_own(call, bot_id)
    except bots.BotMissing:
        app = call.program()
        gone = Reader(app.id if app else 0, f"bot:{bot_id}")
        if app is None or fetching.is_empty(call, gone):
            raise
        return [gone], None
    return [Reader(bot.app_id, bot.fetch_lane)], bot


class BotTold(Wire, omit_defaults=True):
    """A bot, and its tokens where its events are sent."""

    id: int
    code: str
    auth: BotAuth | None = None


class OfBot(Wire, rename="camel"):
    """Something for a bot: where it happened, and who did it."""

    bot: BotTold
    chat: dict[str, Any]
    user: dict[str, Any] | None
    language: str


class OfMessage(OfBot, rename="camel", kw_only=True):
    """A message for a bot."""

    message: dict[str, Any]


class Withdrawn(OfBot, rename="camel", kw_only=True):
    """A message that is withdrawn."""

    message_id: int


class Joined(OfBot, rename="camel", kw_only=True):
    """A chat into which a bot came."""

    dialog_id: str


class Contexted(Joined, rename="camel", kw_only=True):
    """What somebody came to a bot's chat with."""

    context: dict[str, Any]


class CommandTold(Wire):
    """A command that was given, and what stands behind it."""

    id: int
    command: str
    params: str
    context: str


class Commanded(OfMessage, rename="camel", kw_only=True):
    """A command for a bot."""

    command: CommandTold


class Reacted(OfMessage, rename="camel", kw_only=True):
    """A reaction that a bot hears of."""

    reaction: str
    action: str


class Removed(Wire):
    """A bot that is gone."""

    bot: BotTold


def _bot(fact: BotFact) -> BotTold:
    return BotTold(id=fact.bot.id, code=fact.bot.code)


def _common(call: Call, fact: BotMessageFact | BotJoined | BotContextGiven) -> dict[str, Any]:
    return {
        "bot": _bot(fact),
        "chat": told_chat(call, fact.chat, bots.user_of(call, fact.bot)),
        "user": told_user(call, fact.user_id),
        "language": call.portal.language,
    }


def _of_message(call: Call, fact: BotMessageFact) -> dict[str, Any]:
    return _common(call, fact) | {"message": told_message(call, fact.chat, fact.message)}


@family.event("ONIMBOTV2MESSAGEADD", of=BotMessageAdded, bots=BotTokens.BOT)
def message_add(call: Call, fact: BotMessageAdded) -> OfMessage:
    """Somebody wrote to a bot, or where it listens."""
    return OfMessage(**_of_message(call, fact))


@family.event("ONIMBOTV2MESSAGEUPDATE", of=BotMessageEdited, bots=BotTokens.BOT)
def message_update(call: Call, fact: BotMessageEdited) -> OfMessage:
    """A message that a bot heard was changed."""
    return OfMessage(**_of_message(call, fact))


@family.event("ONIMBOTV2MESSAGEDELETE", of=BotMessageDeleted, bots=BotTokens.BOT)
def message_delete(call: Call, fact: BotMessageDeleted) -> Withdrawn:
    """A message of a bot's chat was withdrawn."""
    return Withdrawn(**_common(call, fact), message_id=fact.message.id)


@family.event("ONIMBOTV2JOINCHAT", of=BotJoined, bots=BotTokens.BOT)
def join_chat(call: Call, fact: BotJoined) -> Joined:
    """A bot came into a chat."""
    common = _common(call, fact)
    return Joined(**common, dialog_id=common["chat"]["dialogId"])


@family.event("ONIMBOTV2CONTEXTGET", of=BotContextGiven, bots=BotTokens.BOT)
def context_get(call: Call, fact: BotContextGiven) -> Contexted:
    """Somebody came to a bot's chat and brought something along."""
    common = _common(call, fact)
    return Contexted(**common, dialog_id=common["chat"]["dialogId"], context=fact.context)


@family.event("ONIMBOTV2COMMANDADD", of=BotCommanded, bots=BotTokens.BOT)
def command_add(call: Call, fact: BotCommanded) -> Commanded:
    """Somebody gave a command of a bot."""
    given = fact.command
    told = CommandTold(id=given.id, command=f"/{given.command}", params=fact.params, context=fact.context.value.lower())
    return Commanded(**_of_message(call, fact), command=told)


@family.event("ONIMBOTV2REACTIONCHANGE", of=BotReactionChanged, bots=BotTokens.BOT)
def reaction_change(call: Call, fact: BotReactionChanged) -> Reacted:
    """Somebody put a reaction on a message that a bot hears of, or took it away."""
    return Reacted(**_of_message(call, fact), reaction=fact.reaction, action="add" if fact.added else "delete")


@family.event("ONIMBOTV2DELETE", of=BotRemoved, bots=BotTokens.BOT)
def bot_delete(_: Call, fact: BotRemoved) -> Removed:
    """A bot was taken out of the portal; it is told nothing after this."""
    return Removed(bot=_bot(fact))
