"""imopenlines.operator.*: what an operator does with a dialog."""

from typing import Annotated

from tieline.api.faults import ApiError, Dialect, Fault
from tieline.api.method import Doc, Family
from tieline.services import chats, operators
from tieline.services.call import Call

WRONG_CHAT_ID = Fault("CHAT_ID", "The specified chat identifier is incorrect")
ACCESS_DENIED = Fault("ACCESS_DENIED", "You cannot open this conversation as you do not have sufficient rights")
KICK_DENIED = Fault("ACCESS_DENIED_KICK", "Insufficient permissions to remove participants from the chat")
CHAT_ID_EMPTY = Fault("CHAT_ID_EMPTY", "Chat ID can't be empty")
CANNOT_INTERCEPT = Fault("OPERATOR_WRONG", "You can not redirect to this operator")

family = Family(
    scopes=("imopenlines",),
    dialect=Dialect(missing=lambda _: WRONG_CHAT_ID, wrong=lambda _, __: WRONG_CHAT_ID),
)
ChatId = Annotated[int, Doc("Id of the dialog's chat.")]
ERRORS: dict[type[Exception], Fault] = {chats.ChatMissing: WRONG_CHAT_ID, chats.NoAccess: ACCESS_DENIED}
UNREACHABLE = {"CHAT_TYPE": "every chat is one of an open line so far", "USER_ID": "no call comes without a user"}


@family.method("imopenlines.operator.answer", unreachable=UNREACHABLE, writes=True, errors=ERRORS)
def answer(call: Call, *, chat_id: ChatId) -> bool:
    """Take a dialog that waits."""
    operators.take(call, chat_id)
    return True


@family.method("imopenlines.operator.finish", unreachable=UNREACHABLE, writes=True, errors=ERRORS)
def finish(call: Call, *, chat_id: ChatId) -> bool:
    """Close the session of an own dialog."""
    operators.finish(call, chat_id)
    return True


@family.method("imopenlines.operator.another.finish", unreachable=UNREACHABLE, writes=True, errors=ERRORS)
def another_finish(call: Call, *, chat_id: ChatId) -> bool:
    """Close the session of a dialog, whoever its operator is."""
    operators.finish_another(call, chat_id)
    return True


@family.method(
    "imopenlines.operator.skip",
    unreachable=UNREACHABLE,
    writes=True,
    errors=ERRORS | {operators.NotPassedOn: KICK_DENIED},
)
def skip(call: Call, *, chat_id: ChatId) -> bool:
    """Pass an own dialog on to the next operator of the queue."""
    operators.skip(call, chat_id)
    return True


@family.method("imopenlines.session.join", unreachable=UNREACHABLE, writes=True, errors=ERRORS)
def join(call: Call, *, chat_id: ChatId) -> bool:
    """Join a dialog beside its operator."""
    operators.join(call, chat_id)
    return True


@family.method("imopenlines.session.start", unreachable=UNREACHABLE, writes=True, errors=ERRORS)
def start(call: Call, *, chat_id: ChatId) -> bool:
    """Open a new session in a dialog; the present one is closed."""
    operators.start(call, chat_id)
    return True


@family.method(
    "imopenlines.session.intercept",
    writes=True,
    dialect=Dialect(missing=lambda _: CHAT_ID_EMPTY, wrong=lambda _, __: CHAT_ID_EMPTY),
    errors={chats.ChatMissing: CANNOT_INTERCEPT, operators.NotIntercepted: CANNOT_INTERCEPT},
    faults=(CHAT_ID_EMPTY,),
)
def intercept(call: Call, *, chat_id: ChatId) -> bool:
    """Take a dialog over from its operator."""
    if chat_id <= 0:
        raise ApiError(CHAT_ID_EMPTY)
    operators.intercept(call, chat_id)
    return True
