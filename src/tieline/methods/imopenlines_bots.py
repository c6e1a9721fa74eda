"""imopenlines.bot.session.*: what the programs of bots do with the dialogs of open lines."""

from typing import Annotated

from tieline.api.faults import ApiError, Dialect, Fault
from tieline.api.method import Auth, Doc, Family
from tieline.domain.ids import parse_id
from tieline.methods.imbot import KEY
from tieline.services import bot_dialogs, bots
from tieline.services.call import Call

CHAT_ID_EMPTY = Fault("CHAT_ID_EMPTY", "Chat ID can't be empty")
USER_ID_EMPTY = Fault("USER_ID_EMPTY", "User ID can't be empty")
QUEUE_ID_EMPTY = Fault("QUEUE_ID_EMPTY", "QUEUE ID can't be empty")
TRANSFER_ID_EMPTY = Fault("TRANSFER_ID_EMPTY", "Queue ID or User ID can't be empty")
OPERATOR_WRONG = Fault("OPERATOR_WRONG", "You cannot redirect to this operator")
BOT_ID_ERROR = Fault("BOT_ID_ERROR", "Bot not found")
WRONG_CHAT = Fault("WRONG_CHAT", "Operator is not a bot")

_DIALECT = Dialect(
    missing=lambda _: CHAT_ID_EMPTY,
    wrong=lambda name, _: {
        "USER_ID": USER_ID_EMPTY,
        "QUEUE_ID": QUEUE_ID_EMPTY,
        "TRANSFER_ID": TRANSFER_ID_EMPTY,
    }.get(name, CHAT_ID_EMPTY),
)
family = Family(scopes=("imopenlines", "imbot"), auth=Auth.CLIENT, dialect=_DIALECT)
of_bots = Family(scopes=("imopenlines", "imbot"), auth=Auth.CLIENT, key=KEY, dialect=_DIALECT)
ChatId = Annotated[int, Doc("Id of the dialog's chat.")]
_WRONG_CHAT: dict[type[Exception], Fault] = {bot_dialogs.NoBotsDialog: WRONG_CHAT}


def _positive(chat_id: int) -> int:
    if chat_id <= 0:
        raise ApiError(CHAT_ID_EMPTY)
    return chat_id


@family.method("imopenlines.bot.session.operator", writes=True, errors=_WRONG_CHAT)
def session_operator(call: Call, *, chat_id: ChatId) -> bool:
    """Hand a dialog that a bot has to an operator who is free; until there is one it waits in its queue."""
    bot_dialogs.free(call, _positive(chat_id))
    return True


@family.method("imopenlines.bot.session.message.send", writes=True, errors=_WRONG_CHAT)
def session_message_send(
    call: Call,
    *,
    chat_id: ChatId,
    name: Annotated[str, Doc("WELCOME says the greeting of the line, DEFAULT the message.")] = "DEFAULT",
    message: Annotated[str, Doc("What is said as DEFAULT; nothing if empty.")] = "",
) -> bool:
    """Say something in a dialog by itself, in the name of the line or of the program's bot."""
    bot_dialogs.say(call, _positive(chat_id), name.upper(), message)
    return True


@of_bots.method(
    "imopenlines.bot.session.finish",
    writes=True,
    errors={bots.BotMissing: BOT_ID_ERROR, **_WRONG_CHAT},
)
def session_finish(call: Call, *, chat_id: ChatId) -> bool:
    """Finish the dialog of the program's bot."""
    bot_dialogs.finish(call, _positive(chat_id))
    return True


@of_bots.method(
    "imopenlines.bot.session.transfer",
    writes=True,
    errors={
        bots.BotMissing: BOT_ID_ERROR,
        bot_dialogs.NotHandedOn: OPERATOR_WRONG,
        bot_dialogs.NoBotsDialog: OPERATOR_WRONG,
    },
    faults=(USER_ID_EMPTY, QUEUE_ID_EMPTY, TRANSFER_ID_EMPTY),
)
def session_transfer(
    call: Call,
    *,
    chat_id: ChatId,
    user_id: Annotated[int | None, Doc("Id of a person, or of a bot.")] = None,
    queue_id: Annotated[int | None, Doc("Id of a line, whose queue it is.")] = None,
    transfer_id: Annotated[str | None, Doc("The same in one: a user's id, or `queue<ID>`.")] = None,
    leave: Annotated[bool, Doc("Y lets the bot leave at once, not when the dialog is taken.")] = False,
) -> bool:
    """Hand the dialog of the program's bot to a person or to the queue of a line."""
    number = _positive(chat_id)
    if transfer_id is not None and user_id is None and queue_id is None:
        target = parse_id(transfer_id.removeprefix("queue"))
        user_id, queue_id = (None, target) if transfer_id.startswith("queue") else (target, None)
    if user_id is None and queue_id is None:
        raise ApiError(TRANSFER_ID_EMPTY)
    if user_id is not None:
        if user_id <= 0:
            raise ApiError(USER_ID_EMPTY)
        bot_dialogs.transfer_to_person(call, number, user_id, leave=leave)
        return True
    if queue_id is None or queue_id <= 0:
        raise ApiError(QUEUE_ID_EMPTY)
    bot_dialogs.transfer_to_queue(call, number, queue_id, leave=leave)
    return True
