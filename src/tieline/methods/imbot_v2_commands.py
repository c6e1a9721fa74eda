"""imbot.v2.Command.*: what people may say to a bot behind a slash, and its answers."""

from dataclasses import replace
from typing import Annotated, Any

import msgspec

from tieline.api.faults import ApiError, Fault
from tieline.api.method import Doc, Spelled
from tieline.api.wire import Wire
from tieline.domain.bots import Command, Phrase
from tieline.domain.chats import Draft
from tieline.domain.content import ContentRefused
from tieline.domain.ids import parse_chat
from tieline.methods.im_messages import NO_RICH_LINKS
from tieline.methods.imbot_v2 import OF_BOTS, BotId, DialogId, Done, MessageId, Said, dialect, make_family
from tieline.services import bots, chats, commands, messages
from tieline.services.call import Call
from tieline.store import messages as message_store

COMMAND_NAME_INVALID = Fault("COMMAND_NAME_INVALID", "Command name is invalid")
COMMAND_NAME_EMPTY = Fault("COMMAND_NAME_EMPTY", "Command name is empty")
COMMAND_REQUIRED = Fault("COMMAND_REQUIRED", "Command is required")
COMMAND_TITLE_REQUIRED = Fault("COMMAND_TITLE_REQUIRED", "Command title is required")
COMMAND_REGISTER_FAILED = Fault("COMMAND_REGISTER_FAILED", "Command registration failed")
COMMAND_NOT_FOUND = Fault("COMMAND_NOT_FOUND", "Command not found")
COMMAND_ALREADY_EXISTS = Fault("COMMAND_ALREADY_EXISTS", "Command already exists")
COMMAND_ANSWER_FAILED = Fault("COMMAND_ANSWER_FAILED", "Command answer failed")
MOST_PHRASES = 50
MAX_PHRASE = 255

family = make_family()
CommandId = Annotated[int, Spelled("commandId"), Doc("Id of the command.")]


class New(Wire, rename="camel", omit_defaults=True):
    """A command; its title and the hint to its parameters by languages."""

    command: Any = None
    title: dict[str, Any] = msgspec.field(default_factory=dict)
    params: dict[str, Any] = msgspec.field(default_factory=dict)
    common: bool = False
    hidden: bool = False
    extranet_support: bool = False


class Told(Wire, rename="camel", omit_defaults=True):
    """A command."""

    id: int
    bot_id: int
    command: str
    common: bool
    hidden: bool
    extranet_support: bool


class Listed(Told, rename="camel", kw_only=True):
    """A command with its words in the portal's language."""

    title: str
    params: str
    category: str
    context: str


def _told(command: Command) -> dict[str, Any]:
    return {
        "id": command.id,
        "bot_id": command.bot_id,
        "command": f"/{command.command}",
        "common": command.common,
        "hidden": command.hidden,
        "extranet_support": command.extranet,
    }


def _phrases(former: tuple[Phrase, ...], titles: dict[str, Any], params: dict[str, Any]) -> tuple[Phrase, ...]:
    """Read titles by languages, null for one that goes, and the hints of those languages alone."""
    found = {phrase.language: phrase for phrase in former}
    for language, title in list(titles.items())[:MOST_PHRASES]:
        name = language.lower()[:MAX_PHRASE]
        if title is None or isinstance(title, dict | list):
            found.pop(name, None)
            continue
        hint = params.get(language, found[name].params if name in found else "")
        hint = "" if hint is None or isinstance(hint, dict | list) else str(hint)
        found[name] = Phrase(name, str(title)[:MAX_PHRASE], hint[:MAX_PHRASE])
    return tuple(list(found.values())[:MOST_PHRASES])


def _word(given: Any) -> str:
    if not isinstance(given, str):
        raise ApiError(COMMAND_NAME_INVALID)
    return given


@family.method(
    "imbot.v2.Command.register",
    writes=True,
    errors=OF_BOTS | {commands.CommandWrong: COMMAND_NAME_INVALID, commands.TooManyCommands: COMMAND_REGISTER_FAILED},
    faults=(COMMAND_REQUIRED, COMMAND_TITLE_REQUIRED),
)
def command_register(
    call: Call,
    *,
    bot_id: BotId,
    fields: Annotated[New | None, Spelled("fields"), Doc("The command.")] = None,
    command: Annotated[Any, Spelled("command"), Doc("Deprecated: stands among the fields.")] = None,
    title: Annotated[dict[str, Any] | None, Spelled("title"), Doc("Deprecated: stands among the fields.")] = None,
    params: Annotated[dict[str, Any] | None, Spelled("params"), Doc("Deprecated: stands among the fields.")] = None,
    common: Annotated[bool, Spelled("common"), Doc("Deprecated: stands among the fields.")] = False,
    hidden: Annotated[bool, Spelled("hidden"), Doc("Deprecated: stands among the fields.")] = False,
    extranet: Annotated[bool, Spelled("extranetSupport"), Doc("Deprecated: stands among the fields.")] = False,
) -> dict[str, Told]:
    """Add a command of a bot, or change the one that has its name; one that is shown needs a title."""
    bot = bots.find_own(call, bot_id)
    new = fields or New(
        command=command,
        title=title or {},
        params=params or {},
        common=common,
        hidden=hidden,
        extranet_support=extranet,
    )
    if new.command is None or new.command == "":
        raise ApiError(COMMAND_REQUIRED)
    word, phrases = _word(new.command), _phrases((), new.title, new.params)
    if not new.hidden and not any(phrase.title.strip() for phrase in phrases):
        raise ApiError(COMMAND_TITLE_REQUIRED)
    wanted = Command(
        0, bot.id, bot.app_id, word, common=new.common, hidden=new.hidden, extranet=new.extranet_support,
        phrases=phrases,
    )  # fmt: skip
    number = commands.register(call, bot, wanted)
    return {"command": Told(**_told(commands.find_own(call, number)))}


class Changes(Wire, rename="camel", omit_defaults=True):
    """What is changed of a command: what is given."""

    command: Any = None
    title: dict[str, Any] = msgspec.field(default_factory=dict)
    params: dict[str, Any] = msgspec.field(default_factory=dict)
    common: bool | None = None
    hidden: bool | None = None
    extranet_support: bool | None = None


_FINDING: dict[type[Exception], Fault] = {
    commands.CommandMissing: COMMAND_NOT_FOUND,
    commands.CommandForeign: COMMAND_NOT_FOUND,
}


def _find(call: Call, bot_id: int, command_id: int) -> Command:
    bot, command = bots.find_own(call, bot_id), commands.find_own(call, command_id)
    if command.bot_id != bot.id:
        raise commands.CommandMissing
    return command


@family.method(
    "imbot.v2.Command.update",
    writes=True,
    errors=OF_BOTS | _FINDING | {commands.CommandWrong: COMMAND_NAME_INVALID},
    faults=(COMMAND_NAME_EMPTY, COMMAND_ALREADY_EXISTS),
)
def command_update(
    call: Call,
    *,
    bot_id: BotId,
    command_id: CommandId,
    fields: Annotated[Changes, Spelled("fields"), Doc("What is changed; a title that is null goes.")],
) -> dict[str, Told]:
    """Change a command of a bot."""
    known = _find(call, bot_id, command_id)
    word = known.command
    if fields.command is not None:
        given = _word(fields.command)
        if not given.strip().removeprefix("/"):
            raise ApiError(COMMAND_NAME_EMPTY)
        word = commands.read_word(given)
    bot = bots.find_own(call, bot_id)
    if any(one.command == word and one.id != known.id for one in commands.of_bot(call, bot)):
        raise ApiError(COMMAND_ALREADY_EXISTS)
    flags: dict[str, Any] = {"common": fields.common, "hidden": fields.hidden, "extranet": fields.extranet_support}
    changed = replace(
        known,
        command=word,
        phrases=_phrases(known.phrases, fields.title, fields.params),
        **{name: value for name, value in flags.items() if value is not None},
    )
    commands.change(call, changed)
    return {"command": Told(**_told(changed))}


@family.method("imbot.v2.Command.list", errors=OF_BOTS)
def command_list(call: Call, *, bot_id: BotId) -> dict[str, list[Listed]]:
    """List a bot's commands with their words in the portal's language, or else in English, or in any."""
    bot = bots.find_own(call, bot_id)
    name = bots.user_of(call, bot).full_name
    return {"commands": [_listed(call, command, name) for command in commands.of_bot(call, bot)]}


def _listed(call: Call, command: Command, category: str) -> Listed:
    by_language = {phrase.language: phrase for phrase in command.phrases}
    phrase = (
        by_language.get(call.portal.language) or by_language.get("en") or next(iter(command.phrases), Phrase("", ""))
    )
    return Listed(**_told(command), title=phrase.title, params=phrase.params, category=category, context="")


@family.method("imbot.v2.Command.unregister", writes=True, errors=OF_BOTS | _FINDING)
def command_unregister(call: Call, *, bot_id: BotId, command_id: CommandId) -> Done:
    """Forget a command of a bot."""
    commands.remove(call, _find(call, bot_id, command_id))
    return Done()


_FAILING: tuple[type[Exception], ...] = (
    commands.CommandMissing,
    commands.CommandForeign,
    commands.NotAsked,
    ContentRefused,
    messages.MessageEmpty,
    chats.MessageMissing,
    chats.ChatMissing,
    chats.NoAccess,
)


@family.method(
    "imbot.v2.Command.answer",
    differs=(NO_RICH_LINKS,),
    writes=True,
    dialect=dialect(commandId=COMMAND_ANSWER_FAILED, messageId=COMMAND_ANSWER_FAILED),
    errors=OF_BOTS | dict.fromkeys(_FAILING, COMMAND_ANSWER_FAILED),
)
def command_answer(
    call: Call,
    *,
    bot_id: BotId,
    command_id: CommandId,
    message_id: MessageId,
    dialog_id: DialogId,
    fields: Annotated[Said | None, Spelled("fields"), Doc("What is said.")] = None,
) -> Done:
    """Write in a bot's name where its command was given."""
    said, command = fields or Said(), _find(call, bot_id, command_id)
    message = message_store.find_message(call.tx, call.portal_id, message_id)
    if message is None or parse_chat(dialog_id) not in (None, message.chat_id):
        raise chats.MessageMissing
    draft = Draft(said.message.strip(), said.content(bot_id), said.marks(), system=said.system)
    commands.answer(call, command, message_id, draft)
    return Done()
