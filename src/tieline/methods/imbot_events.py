"""The events of bots of the first version: one call for all of an application's bots that are concerned."""

from typing import Any

from msgspec import UNSET, UnsetType

from tieline.api.method import Auth, BotTokens, Family
from tieline.api.wire import Wire, yes_no
from tieline.domain.bot_events import (
    BotsCommanded,
    BotsFact,
    BotsJoined,
    BotsMessageAdded,
    BotsMessageDeleted,
    BotsMessageEdited,
    BotsMessageFact,
    BotsRemoved,
)
from tieline.domain.chats import Chat, ChatType
from tieline.domain.content import mentions, without_mention
from tieline.domain.people import UserKind
from tieline.methods.chat_views import MESSAGE_TYPES, dialog_id, entity_of, owner_of
from tieline.methods.imconnector_events import NO_REFRESH_TOKEN
from tieline.methods.views import file_view, find_user, gender
from tieline.services import chats
from tieline.services.call import Call
from tieline.store import files as file_store

family = Family(scopes=("imbot",), auth=Auth.APP)
BROWN = "BROWN"


class BotAuth(Wire, omit_defaults=True):
    """The tokens of a bot; one that a webhook registered has none, but is proved by the application token."""

    access_token: str = ""
    expires: int = 0
    expires_in: int = 0
    scope: str = ""
    domain: str = ""
    server_endpoint: str = ""
    status: str = ""
    client_endpoint: str = ""
    member_id: str = ""
    refresh_token: str = ""
    user_id: int = 0
    client_id: str = ""
    application_token: str = ""


class BotTold(BotAuth, kw_only=True, omit_defaults=True):
    """A bot with its tokens, once beside its id and once more under AUTH."""

    AUTH: BotAuth | None = None
    BOT_ID: int
    BOT_CODE: str


class CommandTold(BotTold, kw_only=True, omit_defaults=True):
    """A command that was given, with its bot."""

    COMMAND: str
    COMMAND_ID: int
    COMMAND_PARAMS: str
    COMMAND_CONTEXT: str
    MESSAGE_ID: int


Told = str | UnsetType


class Author(Wire):
    """Who did it; nothing where nobody did."""

    ID: int | UnsetType = UNSET
    NAME: Told = UNSET
    FIRST_NAME: Told = UNSET
    LAST_NAME: Told = UNSET
    WORK_POSITION: Told = UNSET
    GENDER: Told = UNSET
    IS_BOT: Told = UNSET
    IS_CONNECTOR: Told = UNSET
    IS_NETWORK: Told = UNSET
    IS_EXTRANET: Told = UNSET


class Heard(Wire):
    """A message for bots, as PARAMS, which differ with the kind of its chat."""

    BOT: dict[str, BotTold]
    PARAMS: dict[str, Any]
    USER: Author


class Commanded(Wire):
    """Commands for bots, and the message that gave them."""

    COMMAND: dict[str, CommandTold]
    PARAMS: dict[str, Any]
    USER: Author


class Removed(Wire):
    """A bot that is gone."""

    BOT_ID: int
    BOT_CODE: str


def _bots(fact: BotsFact) -> dict[str, BotTold]:
    return {str(bot.id): BotTold(BOT_ID=bot.id, BOT_CODE=bot.code) for bot in fact.bots}


def _user(call: Call, user_id: int, *, kinds: bool = True) -> Author:
    user = find_user(call, user_id) if user_id else None
    if user is None:
        return Author()
    customer = user.kind is UserKind.CUSTOMER
    author = Author(
        ID=user.id,
        NAME=user.full_name,
        FIRST_NAME=user.name,
        LAST_NAME=user.last_name,
        WORK_POSITION=user.work_position,
        GENDER=gender(user),
    )
    if kinds:
        author.IS_BOT, author.IS_CONNECTOR = yes_no(user.kind is UserKind.BOT), yes_no(customer)
        author.IS_NETWORK, author.IS_EXTRANET = "N", yes_no(customer)
    return author


def _place(call: Call, fact: BotsMessageFact) -> dict[str, Any]:
    """Write which chat it is, to whom and from whom."""
    chat, message = fact.chat, fact.message
    kind = MESSAGE_TYPES[chat.type]
    named = [number for number in mentions(message.text) if any(bot.id == number for bot in fact.bots)]
    to_user = named[0] if named else fact.bots[0].id if chat.type is ChatType.PRIVATE else 0
    return {
        "MESSAGE_TYPE": kind,
        "FROM_USER_ID": message.author_id,
        "DIALOG_ID": dialog_id(chat, fact.bots[0].id),
        "TO_CHAT_ID": chat.id,
        "AUTHOR_ID": message.author_id,
        "SYSTEM": "N",
        **({"TO_USER_ID": to_user} if to_user else {}),
        **({} if chat.type is ChatType.PRIVATE else _group(call, chat)),
        "MESSAGE_ID": message.id,
        "CHAT_TYPE": kind,
        "LANGUAGE": call.portal.language,
    }


def _group(call: Call, chat: Chat) -> dict[str, Any]:
    card = chats.card_of(call, chat)
    entity = entity_of(chat, card)
    return {
        "CHAT_ID": chat.id,
        "CHAT_TITLE": chat.title,
        "CHAT_AUTHOR_ID": owner_of(chat, card),
        "CHAT_AVATAR": card.avatar or "0",
        "CHAT_COLOR": card.color or BROWN,
        "CHAT_ENTITY_TYPE": entity.type,
        "CHAT_ENTITY_ID": entity.id,
        "CHAT_ENTITY_DATA_1": entity.data_1,
        "CHAT_ENTITY_DATA_2": entity.data_2,
        "CHAT_ENTITY_DATA_3": entity.data_3,
        "CHAT_EXTRANET": "N",
        "CHAT_PREV_MESSAGE_ID": chat.last_message_id or 0,
        "CHAT_CAN_POST": "MEMBER",
    }


_USUAL = {
    "PUSH": "Y",
    "PUSH_IMPORTANT": "N",
    "RECENT_SKIP_AUTHOR": "N",
    "CONVERT": "N",
    "SKIP_COMMAND": "N",
    "SKIP_COUNTER_INCREMENTS": "N",
    "SILENT_CONNECTOR": "N",
    "SKIP_CONNECTOR": "N",
    "IMPORTANT_CONNECTOR": "N",
    "NO_SESSION_OL": "N",
    "FAKE_RELATION": "0",
    "SKIP_URL_INDEX": "N",
}


def _words(call: Call, fact: BotsMessageFact) -> dict[str, Any]:
    """Write what is said: in groups without the name of the bot to whom it is said."""
    text = fact.message.text
    named = [number for number in mentions(text) if any(bot.id == number for bot in fact.bots)]
    told: dict[str, Any] = {"MESSAGE": text}
    if named:
        told["MESSAGE"] = without_mention(text, named[0])
        told["MESSAGE_ORIGINAL"] = text
    if everybody := mentions(text):
        told["MENTIONED_LIST"] = {str(number): number for number in everybody}
    told["CHAT_USER_COUNT"] = fact.members + fact.chat.is_dialog
    told["PLATFORM_CONTEXT"] = "web"
    if fact.files:
        attached = file_store.list_files(call.tx, call.portal_id, [fact.message.id]).get(fact.message.id, [])
        told |= {"FILES": {str(file.id): file_view(call, file) for file in attached}} if attached else {}
    return told


@family.event("ONIMBOTMESSAGEADD", of=BotsMessageAdded, bots=BotTokens.BOTS, differs=(NO_REFRESH_TOKEN,))
def message_add(call: Call, fact: BotsMessageAdded) -> Heard:
    """Somebody wrote to bots, or where they listen."""
    params = {**_words(call, fact), **_USUAL, "COMMAND_CONTEXT": "TEXTAREA", **_place(call, fact)}
    return Heard(BOT=_bots(fact), PARAMS=params, USER=_user(call, fact.user_id))


def _changed(call: Call, fact: BotsMessageFact, words: dict[str, Any]) -> Heard:
    card = chats.card_of(call, fact.chat)
    entity = entity_of(fact.chat, card)
    params = {
        "ID": fact.message.id,
        "CHAT_ID": fact.chat.id,
        **words,
        **_place(call, fact),
        "CHAT_AUTHOR_ID": owner_of(fact.chat, card),
        "CHAT_ENTITY_TYPE": entity.type,
        "CHAT_ENTITY_ID": entity.id,
        "CHAT_ENTITY_DATA_1": entity.data_1,
        "CHAT_ENTITY_DATA_2": entity.data_2,
        "CHAT_ENTITY_DATA_3": entity.data_3,
    }
    return Heard(BOT=_bots(fact), PARAMS=params, USER=_user(call, fact.user_id))


@family.event("ONIMBOTMESSAGEUPDATE", of=BotsMessageEdited, bots=BotTokens.BOTS, differs=(NO_REFRESH_TOKEN,))
def message_update(call: Call, fact: BotsMessageEdited) -> Heard:
    """A message that bots heard was changed."""
    return _changed(call, fact, _words(call, fact))


@family.event("ONIMBOTMESSAGEDELETE", of=BotsMessageDeleted, bots=BotTokens.BOTS, differs=(NO_REFRESH_TOKEN,))
def message_delete(call: Call, fact: BotsMessageDeleted) -> Heard:
    """A message that bots heard was withdrawn; its text is not told."""
    return _changed(call, fact, {"MESSAGE": ""})


@family.event("ONIMBOTJOINCHAT", of=BotsJoined, bots=BotTokens.BOTS)
def join_chat(call: Call, fact: BotsJoined) -> Heard:
    """A bot came into a chat, or somebody begins to talk with it."""
    chat, bot = fact.chat, fact.bots[0]
    kind = MESSAGE_TYPES[chat.type]
    params: dict[str, Any] = {"CHAT_TYPE": kind, "MESSAGE_TYPE": kind, "BOT_ID": bot.id, "USER_ID": fact.user_id}
    if chat.type is ChatType.PRIVATE:
        params |= {"TO_USER_ID": fact.user_id, "FROM_USER_ID": bot.id}
    else:
        group = _group(call, chat)
        params |= {name: group[name] for name in _JOINED_GROUP} | {"ACCESS_HISTORY": "1"}
    params |= {"DIALOG_ID": dialog_id(chat, bot.id), "LANGUAGE": call.portal.language}
    return Heard(BOT=_bots(fact), PARAMS=params, USER=_user(call, fact.user_id, kinds=False))


_JOINED_GROUP = (
    *("CHAT_ID", "CHAT_AUTHOR_ID", "CHAT_ENTITY_TYPE", "CHAT_ENTITY_ID"),
    *("CHAT_ENTITY_DATA_1", "CHAT_ENTITY_DATA_2", "CHAT_ENTITY_DATA_3"),
)


@family.event("ONIMCOMMANDADD", of=BotsCommanded, bots=BotTokens.COMMANDS, differs=(NO_REFRESH_TOKEN,))
def command_add(call: Call, fact: BotsCommanded) -> Commanded:
    """Somebody gave a bot a command: by a message, or by a button of one."""
    codes = {bot.id: bot.code for bot in fact.bots}
    told = {
        str(command.id): CommandTold(
            BOT_ID=command.bot_id,
            BOT_CODE=codes[command.bot_id],
            COMMAND=command.command,
            COMMAND_ID=command.id,
            COMMAND_PARAMS=fact.params,
            COMMAND_CONTEXT=fact.context.value,
            MESSAGE_ID=fact.message.id,
        )
        for command in fact.commands
    }
    params = {**_words(call, fact), "SKIP_USER_CHECK": "Y", "RECENT_ADD": "Y", **_USUAL, **_place(call, fact)}
    if fact.user_id:
        params["FROM_USER_ID"] = fact.user_id
        if fact.chat.type is ChatType.PRIVATE:
            params["DIALOG_ID"] = str(fact.user_id)
    return Commanded(COMMAND=told, PARAMS=params, USER=_user(call, fact.user_id, kinds=False))


@family.event("ONIMBOTDELETE", of=BotsRemoved)
def bot_delete(_: Call, fact: BotsRemoved) -> Removed:
    """A bot was taken out of the portal."""
    return Removed(BOT_ID=fact.bots[0].id, BOT_CODE=fact.bots[0].code)
