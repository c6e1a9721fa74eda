"""imbot.register, imbot.update, imbot.unregister, imbot.bot.list: bots of the first version of the API."""

from dataclasses import replace
from typing import Annotated, Any

import msgspec

from tieline.api.faults import ApiError, Dialect, Fault
from tieline.api.method import Auth, ClientKey, Doc, Family
from tieline.api.wire import Wire, yes_no
from tieline.domain.bot_events import (
    BotsCommanded,
    BotsFact,
    BotsJoined,
    BotsMessageAdded,
    BotsMessageDeleted,
    BotsMessageEdited,
    BotsRemoved,
)
from tieline.domain.bots import Bot, BotType, Heard
from tieline.methods.views import find_user
from tieline.services import bots, clients, subscriptions
from tieline.services.call import Call

BOT_ID_ERROR = Fault("BOT_ID_ERROR", "Bot not found")
APP_ID_ERROR = Fault("APP_ID_ERROR", "Bot was installed by another REST application")
WRONG_REQUEST = Fault("WRONG_REQUEST", "Bot can't be created")
CODE_ERROR = Fault("CODE_ERROR", "Bot code isn't specified")
NAME_ERROR = Fault("NAME_ERROR", "Bot name isn't specified")
MAX_COUNT_ERROR = Fault("MAX_COUNT_ERROR", "")
FIELDS_EMPTY = Fault("WRONG_REQUEST", "Update fields can't be empty")
CLIENT_ID_MISSING = Fault("ACCESS_DENIED", "Access denied! Client ID not specified", 403)
MOST_BOTS = 5
KEY = ClientKey(
    "CLIENT_ID",
    "For webhooks alone: a key of the caller's own choice, the same for each call of a program.",
    missing=CLIENT_ID_MISSING,
    wrong=CLIENT_ID_MISSING,
)
OF_BOTS: dict[type[Exception], Fault] = {bots.BotMissing: BOT_ID_ERROR, bots.BotForeign: APP_ID_ERROR}
_BY_PARAMETER = {"BOT_ID": BOT_ID_ERROR, "PROPERTIES": NAME_ERROR, "FIELDS": FIELDS_EMPTY}
BotId = Annotated[int | None, Doc("Id of the bot; the first one of the application if left out.")]

family = Family(
    scopes=("imbot",),
    auth=Auth.CLIENT,
    key=KEY,
    dialect=Dialect(
        missing=lambda name: CODE_ERROR if name == "CODE" else _BY_PARAMETER.get(name, WRONG_REQUEST),
        wrong=lambda name, _: _BY_PARAMETER.get(name, WRONG_REQUEST),
    ),
)
_TYPES = {
    "B": BotType.BOT,
    "H": BotType.HUMAN,
    "O": BotType.OPENLINE,
    "S": BotType.SUPERVISOR,
    "N": BotType.NETWORK,
}
# What a bot hears: the parameter with its handler, the fact that is told, and what a missing one is called.
_HANDLERS: dict[Heard, tuple[str, type[BotsFact], str]] = {
    Heard.ADDED: ("EVENT_MESSAGE_ADD", BotsMessageAdded, "Message add"),
    Heard.EDITED: ("EVENT_MESSAGE_UPDATE", BotsMessageEdited, ""),
    Heard.DELETED: ("EVENT_MESSAGE_DELETE", BotsMessageDeleted, ""),
    Heard.JOINED: ("EVENT_WELCOME_MESSAGE", BotsJoined, "Welcome message"),
    Heard.REMOVED: ("EVENT_BOT_DELETE", BotsRemoved, "Bot delete"),
}
_OPTIONAL = (Heard.EDITED, Heard.DELETED)
_QUIET = (BotType.BOT, BotType.HUMAN)  # are not told of changes, unless they speak in lines or ask for it later


def _fault(what: Heard, text: str) -> Fault:
    return Fault(f"{_HANDLERS[what][0]}_ERROR", text)


def _unnamed(what: Heard) -> Fault:
    return _fault(what, f'Handler for "{_HANDLERS[what][2]}" event isn\'t specified')


WRONG_URL = {what: _fault(what, "Wrong handler URL") for what in _HANDLERS}
_UNNAMED = {what: _unnamed(what) for what in _HANDLERS if what not in _OPTIONAL}


class Profile(Wire, omit_defaults=True):
    """What is told of a bot; it needs NAME or LAST_NAME."""

    NAME: str | None = None
    LAST_NAME: str | None = None
    COLOR: str = ""
    EMAIL: str = ""
    PERSONAL_BIRTHDAY: str = ""
    WORK_POSITION: str = ""
    PERSONAL_WWW: str = ""
    PERSONAL_GENDER: str = ""
    PERSONAL_PHOTO: str = ""

    @property
    def unnames(self) -> bool:
        """It takes a bot's name away: both parts are given, and empty."""
        return None not in (self.NAME, self.LAST_NAME) and not f"{self.NAME}{self.LAST_NAME}".strip()

    def fields(self) -> dict[str, Any]:
        """Return what is told as fields of a user."""
        told = {name: value for name, value in msgspec.structs.asdict(self).items() if value and name != "COLOR"}
        if self.PERSONAL_PHOTO:
            told["PERSONAL_PHOTO"] = ["avatar.png", self.PERSONAL_PHOTO]
        return told


def _handlers(call: Call, given: dict[Heard, str], common: str, *, whole: bool) -> dict[str, str]:
    """Read the handlers of a bot; `whole`: none of the needed ones may be missing."""
    handlers: dict[str, str] = {}
    for what in _HANDLERS:
        address = common or given[what]
        if not address:
            if whole and what in _UNNAMED:
                raise ApiError(_UNNAMED[what])
            continue
        try:
            bots.check_address(call, address)
        except bots.AddressRefused as error:
            raise ApiError(WRONG_URL[what]) from error
        handlers[what.value] = address
    return handlers


def _require_same(call: Call, handlers: dict[str, str]) -> None:
    """Refuse handlers that are not those of the application's other bots: it has one set."""
    for known in bots.own(call):
        for what in _UNNAMED:
            if known.version == 1 and known.handlers.get(what.value, handlers[what.value]) != handlers[what.value]:
                raise ApiError(WRONG_URL[what])


def events_of(call: Call, fact: type[BotsFact]) -> list[str]:
    """Return the names of the events that tell bots of a fact."""
    return [event.wire_name for event in call.world.catalogue.events_of(fact)]


def _bind(call: Call, bot: Bot) -> None:
    """Subscribe a bot's handlers; where it is the application's only one, those of former bots are let go."""
    alone = [one.id for one in bots.own(call) if one.version == 1] == [bot.id]
    for what, (_, fact, _) in _HANDLERS.items():
        for event in events_of(call, fact):
            if alone:
                _unbind_others(call, bot.app_id, event, bot.handlers.get(what.value, ""))
            if what.value in bot.handlers:
                subscriptions.bind_bot(call, bot.app_id, [event], bot.handlers[what.value])


def _unbind_others(call: Call, app_id: int, event: str, handler: str) -> None:
    for binding in call.bindings(event):
        if (binding.app_id, binding.bot_id) == (app_id, None) and binding.handler != handler:
            subscriptions.unbind_bot(call, app_id, [event], binding.handler)


def command_handlers(call: Call, app_id: int) -> set[str]:
    """Return the handlers of an application's commands."""
    return {one.handler for one in call.commands() if one.app_id == app_id and one.handler}


def bind_commands(call: Call, app_id: int, before: set[str]) -> None:
    """Subscribe the handlers of an application's commands; of those `before`, unused ones are let go."""
    now, events = command_handlers(call, app_id), events_of(call, BotsCommanded)
    for handler in before - now:
        subscriptions.unbind_bot(call, app_id, events, handler)
    for handler in now - before:
        subscriptions.bind_bot(call, app_id, events, handler)


Url = Annotated[str, Doc("URL of a handler.")]


@family.method(
    "imbot.register",
    writes=True,
    errors={
        bots.CodeMissing: CODE_ERROR,
        bots.NameMissing: NAME_ERROR,
        bots.TooManyBots: MAX_COUNT_ERROR,
        bots.BotRefused: WRONG_REQUEST,
    },
    faults=(*_UNNAMED.values(), *WRONG_URL.values(), WRONG_REQUEST),
)
def register(
    call: Call,
    *,
    code: Annotated[str, Doc("The bot's name for its program, unique in the application.")],
    type: Annotated[  # noqa: A002
        str, Doc("B hears what is said to it, H writes like a person, S hears all, O is for open lines.")
    ] = "B",
    openline: Annotated[bool, Doc("Y lets it speak in open lines.")] = False,
    event_handler: Annotated[str, Doc("URL of the handler of all five events, in place of the following.")] = "",
    event_message_add: Url = "",
    event_message_update: Url = "",
    event_message_delete: Url = "",
    event_welcome_message: Url = "",
    event_bot_delete: Url = "",
    properties: Annotated[Profile, Doc("What is told of the bot; it needs NAME or LAST_NAME.")],
) -> int:
    """Add a bot, which is a user; returns its id. A code that was used before returns the bot that has it."""
    if type.upper() not in _TYPES:
        raise ApiError(WRONG_REQUEST)
    given = {
        Heard.ADDED: event_message_add,
        Heard.EDITED: event_message_update,
        Heard.DELETED: event_message_delete,
        Heard.JOINED: event_welcome_message,
        Heard.REMOVED: event_bot_delete,
    }
    kind = _TYPES[type.upper()]
    lines = openline or kind is BotType.OPENLINE
    handlers = _handlers(call, given, event_handler, whole=True)
    _require_same(call, handlers)
    if kind in _QUIET and not lines:
        handlers = {what: address for what, address in handlers.items() if Heard(what) not in _OPTIONAL}
    app = clients.ensure(call)
    wanted = Bot(0, app.id, code, kind, 1, lines, handlers, properties.COLOR.upper())
    bot = bots.add(call, app, wanted, properties.fields(), most=MOST_BOTS)
    _bind(call, bot)
    return bot.id


class Changes(Wire, omit_defaults=True):
    """What is changed of a bot: what is given."""

    CODE: str = ""
    EVENT_HANDLER: str = ""
    EVENT_MESSAGE_ADD: str = ""
    EVENT_MESSAGE_UPDATE: str = ""
    EVENT_MESSAGE_DELETE: str = ""
    EVENT_WELCOME_MESSAGE: str = ""
    EVENT_BOT_DELETE: str = ""
    PROPERTIES: Profile | None = None


@family.method(
    "imbot.update",
    writes=True,
    errors={
        **OF_BOTS,
        bots.CodeTaken: CODE_ERROR,
        bots.BotRefused: Fault("WRONG_REQUEST", "Bot can't be updated"),
    },
    faults=(*WRONG_URL.values(), NAME_ERROR, FIELDS_EMPTY),
)
def update(
    call: Call,
    *,
    bot_id: Annotated[int, Doc("Id of the bot.")],
    fields: Annotated[Changes, Doc("What is changed.")],
) -> bool:
    """Change a bot; another handler is that of all bots of the application."""
    bot = bots.find_own(call, bot_id)
    if fields == Changes():
        raise ApiError(FIELDS_EMPTY)
    given = {what: getattr(fields, name) for what, (name, _, _) in _HANDLERS.items()}
    handlers = _handlers(call, given, fields.EVENT_HANDLER, whole=False)
    profile = fields.PROPERTIES or Profile()
    if profile.unnames:
        raise ApiError(NAME_ERROR)
    changed = replace(
        bot,
        code=fields.CODE or bot.code,
        handlers=bot.handlers | handlers,
        color=profile.COLOR.upper() or bot.color,
    )
    bots.change(call, bot, changed, profile.fields())
    for what, address in handlers.items():
        _lead_elsewhere(call, changed, Heard(what), address)
    return True


def _lead_elsewhere(call: Call, bot: Bot, what: Heard, address: str) -> None:
    """Let all bots of an application have a handler that one of them was given."""
    events = events_of(call, _HANDLERS[what][1])
    for other in bots.own(call):
        former = other.handlers.get(what.value)
        if former not in (None, address) and other.version == 1:
            bots.change(call, other, replace(other, handlers=other.handlers | {what.value: address}), {})
    for event in events:
        _unbind_others(call, bot.app_id, event, address)
    subscriptions.bind_bot(call, bot.app_id, events, address)


@family.method(
    "imbot.unregister",
    writes=True,
    errors=OF_BOTS,
    unreachable={"WRONG_REQUEST": "a bot that is found can be deleted"},
)
def unregister(call: Call, *, bot_id: Annotated[int, Doc("Id of the bot.")]) -> bool:
    """Take a bot out of the portal: it leaves all chats, and whoever speaks for it is told."""
    bot = bots.find_own(call, bot_id)
    before = command_handlers(call, bot.app_id)
    bots.remove(call, bot)
    bind_commands(call, bot.app_id, before)
    return True


@family.method("imbot.bot.list", auth=Auth.ANY)
def bot_list(call: Call) -> dict[str, dict[str, Any]]:
    """List all bots of the portal by their ids."""
    return {
        str(bot.id): {
            "ID": bot.id,
            "NAME": user.full_name if (user := find_user(call, bot.id)) else "",
            "CODE": bot.code,
            "OPENLINE": yes_no(bot.lines),
        }
        for bot in call.bots().values()
        if not bot.hidden
    }
