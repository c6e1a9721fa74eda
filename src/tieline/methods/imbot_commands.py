"""imbot.command.*: commands that people give to bots of the first version of the API, and their answers."""

from dataclasses import replace
from typing import Annotated

from tieline.api.faults import ApiError, Dialect, Fault
from tieline.api.method import Auth, Doc, Family
from tieline.api.wire import Wire
from tieline.domain.bots import Command, Phrase
from tieline.domain.chats import Draft
from tieline.methods import contents
from tieline.methods.contents import Attach, Keyboard, Menu
from tieline.methods.im_messages import MESSAGE_EMPTY, NO_RICH_LINKS, RichLinks
from tieline.methods.imbot import BOT_ID_ERROR, FIELDS_EMPTY, KEY, OF_BOTS, bind_commands, command_handlers
from tieline.methods.imbot_messages import NOT_ADDED
from tieline.services import bots, chats, commands, messages
from tieline.services.call import Call

NO_HANDLER = Fault("EVENT_COMMAND_ADD_ERROR", 'Handler for "Command add" event isn\'t specified')
WRONG_HANDLER = Fault("EVENT_COMMAND_ADD_ERROR", "Wrong handler URL")
COMMAND_ERROR = Fault("COMMAND_ERROR", "Command isn't specified")
LANG_ERROR = Fault("LANG_ERROR", "Lang set can't be empty")
NOT_MADE = Fault("WRONG_REQUEST", "Command can't be created")
NOT_CHANGED = Fault("WRONG_REQUEST", "Command can't be updated")
COMMAND_ID_ERROR = Fault("COMMAND_ID_ERROR", "Command not found")
APP_ID_ERROR = Fault("APP_ID_ERROR", "Command was installed by another REST application")
MESSAGE_ID_EMPTY = Fault("MESSAGE_ID_EMPTY", "Message ID can't be empty")
MOST_PHRASES = 50
LONGEST_PHRASE = 1_000
_BY_PARAMETER = {
    "BOT_ID": BOT_ID_ERROR,
    "COMMAND_ID": COMMAND_ID_ERROR,
    "LANG": LANG_ERROR,
    "FIELDS": FIELDS_EMPTY,
    "MESSAGE_ID": MESSAGE_ID_EMPTY,
}
_MISSING = _BY_PARAMETER | {"COMMAND": COMMAND_ERROR, "EVENT_COMMAND_ADD": NO_HANDLER}
_WRONG = _BY_PARAMETER | {"COMMAND": NOT_MADE, "EVENT_COMMAND_ADD": WRONG_HANDLER}

family = Family(
    scopes=("imbot",),
    auth=Auth.CLIENT,
    key=KEY,
    dialect=Dialect(missing=lambda name: _MISSING[name], wrong=lambda name, _: _WRONG.get(name, NOT_MADE)),
)
_OF_COMMANDS: dict[type[Exception], Fault] = {
    commands.CommandMissing: COMMAND_ID_ERROR,
    commands.CommandForeign: APP_ID_ERROR,
}
CommandId = Annotated[int, Doc("Id of the command.")]


class Title(Wire):
    """What a command is called in a language, and what may stand behind it."""

    LANGUAGE_ID: str
    TITLE: str
    PARAMS: str = ""


def _phrases(titles: list[Title]) -> tuple[Phrase, ...]:
    """Read what a command is called; the last title of a language counts."""
    found = {one.LANGUAGE_ID.lower(): Phrase(one.LANGUAGE_ID.lower(), one.TITLE, one.PARAMS) for one in titles}
    texts = [text for one in found.values() for text in (one.language, one.title, one.params)]
    if len(found) > MOST_PHRASES or any(len(text) > LONGEST_PHRASE for text in texts):
        raise ApiError(LANG_ERROR)
    return tuple(found.values())


@family.method(
    "imbot.command.register",
    writes=True,
    errors=OF_BOTS
    | {
        bots.AddressRefused: WRONG_HANDLER,
        commands.CommandWrong: NOT_MADE,
        commands.TooManyCommands: NOT_MADE,
    },
    faults=(LANG_ERROR,),
)
def command_register(
    call: Call,
    *,
    bot_id: Annotated[int, Doc("Id of the bot.")],
    command: Annotated[str, Doc("A word of letters and digits, which people write behind a slash.")],
    event_command_add: Annotated[str, Doc("URL of the handler of commands, the same for all of an application.")],
    lang: Annotated[list[Title], Doc("What the command is called, by languages.")],
    common: Annotated[bool, Doc("Y lets it be given in any chat, also where the bot is not.")] = False,
    hidden: Annotated[bool, Doc("Y keeps it from being shown.")] = False,
    extranet_support: Annotated[bool, Doc("Y lets customers give it.")] = False,
) -> int:
    """Add a command of a bot; returns its id. A name that the bot has is that command, changed."""
    bot = bots.find_own(call, bot_id)
    bots.check_address(call, event_command_add)
    wanted = Command(
        0, bot.id, bot.app_id, command, event_command_add, common, hidden, extranet_support, _phrases(lang)
    )
    before = command_handlers(call, bot.app_id)
    number = commands.register(call, bot, wanted)
    bind_commands(call, bot.app_id, before)
    return number


class Changes(Wire):
    """What is changed of a command: what is given."""

    COMMAND: str | None = None
    EVENT_COMMAND_ADD: str | None = None
    HIDDEN: bool | None = None
    EXTRANET_SUPPORT: bool | None = None
    LANG: list[Title] | None = None


@family.method(
    "imbot.command.update",
    writes=True,
    errors=_OF_COMMANDS | {bots.AddressRefused: WRONG_HANDLER, commands.CommandWrong: NOT_CHANGED},
    faults=(FIELDS_EMPTY, LANG_ERROR),
)
def command_update(call: Call, *, command_id: CommandId, fields: Annotated[Changes, Doc("What is changed.")]) -> bool:
    """Change a command of a bot."""
    known = commands.find_own(call, command_id)
    if fields == Changes():
        raise ApiError(FIELDS_EMPTY)
    if fields.EVENT_COMMAND_ADD is not None:
        bots.check_address(call, fields.EVENT_COMMAND_ADD)
    changed = replace(
        known,
        command=known.command if fields.COMMAND is None else fields.COMMAND,
        handler=fields.EVENT_COMMAND_ADD or known.handler,
        hidden=known.hidden if fields.HIDDEN is None else fields.HIDDEN,
        extranet=known.extranet if fields.EXTRANET_SUPPORT is None else fields.EXTRANET_SUPPORT,
        phrases=_phrases(fields.LANG) if fields.LANG else known.phrases,
    )
    before = command_handlers(call, changed.app_id)
    commands.change(call, changed)
    bind_commands(call, changed.app_id, before)
    return True


@family.method(
    "imbot.command.unregister",
    writes=True,
    errors=_OF_COMMANDS,
    unreachable={"WRONG_REQUEST": "a command that is found can be deleted"},
)
def command_unregister(call: Call, *, command_id: CommandId) -> bool:
    """Forget a command of a bot."""
    command = commands.find_own(call, command_id)
    before = command_handlers(call, command.app_id)
    commands.remove(call, command)
    bind_commands(call, command.app_id, before)
    return True


@family.method(
    "imbot.command.answer",
    differs=(NO_RICH_LINKS,),
    writes=True,
    errors=_OF_COMMANDS
    | contents.REFUSALS
    | {
        chats.MessageMissing: NOT_ADDED,
        chats.ChatMissing: NOT_ADDED,
        chats.NoAccess: NOT_ADDED,
        commands.NotAsked: NOT_ADDED,
        messages.MessageEmpty: MESSAGE_EMPTY,
    },
    dialect=Dialect(
        missing=lambda _: MESSAGE_ID_EMPTY,
        wrong=lambda name, _: {"COMMAND": COMMAND_ID_ERROR, **_BY_PARAMETER}.get(name, NOT_ADDED),
    ),
)
def command_answer(
    call: Call,
    *,
    command_id: Annotated[int | None, Doc("Id of the command; or COMMAND.")] = None,
    command: Annotated[str, Doc("The command itself, in place of COMMAND_ID.")] = "",
    message_id: Annotated[int, Doc("Id of the message that gave it.")],
    message: Annotated[str, Doc("The text, at most 20,000 characters.")] = "",
    attach: Attach = None,
    keyboard: Keyboard = None,
    menu: Menu = None,
    system: Annotated[bool, Doc("Y writes in the system's name.")] = False,
    url_preview: RichLinks = True,
) -> int:
    """Answer a command where it was given; returns the message's id."""
    given = commands.find_by_word(call, command) if command_id is None else commands.find_own(call, command_id)
    content = contents.read(attach, keyboard, menu, given.bot_id)
    marks = contents.marks(url_preview=url_preview)
    return commands.answer(call, given, message_id, Draft(message.strip(), content, marks, system=system))
