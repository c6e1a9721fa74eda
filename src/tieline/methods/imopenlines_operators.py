"""imopenlines.operator.*: what an operator does with a dialog."""

from typing import Annotated

from tieline.api.faults import ApiError, Dialect, Fault
from tieline.api.method import Doc, Family
from tieline.domain.ids import parse_id
from tieline.services import chats, operators
from tieline.services.call import Call

WRONG_CHAT_ID = Fault("CHAT_ID", "The specified chat identifier is incorrect")
ACCESS_DENIED = Fault("ACCESS_DENIED", "You cannot open this conversation as you do not have sufficient rights")
KICK_DENIED = Fault("ACCESS_DENIED_KICK", "Insufficient permissions to remove participants from the chat")
CHAT_ID_EMPTY = Fault("CHAT_ID_EMPTY", "Chat ID can't be empty")
USER_ID_EMPTY = Fault("USER_ID_EMPTY", "User ID can't be empty")
QUEUE_ID_EMPTY = Fault("QUEUE_ID_EMPTY", "QUEUE ID can't be empty")
TRANSFER_ID_EMPTY = Fault("TRANSFER_ID_EMPTY", "Queue ID or User ID can't be empty")
CANNOT_TRANSFER = Fault("OPERATOR_WRONG", "You cannot redirect to this operator")
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


@family.method("imopenlines.operator.spam", unreachable=UNREACHABLE, writes=True, errors=ERRORS)
def spam(call: Call, *, chat_id: ChatId) -> bool:
    """Close the session of a dialog as spam."""
    operators.mark_spam(call, chat_id)
    return True


def _transfer_missing(name: str) -> Fault:
    return {"USER_ID": USER_ID_EMPTY, "QUEUE_ID": QUEUE_ID_EMPTY, "TRANSFER_ID": TRANSFER_ID_EMPTY}.get(
        name, CHAT_ID_EMPTY
    )


@family.method(
    "imopenlines.operator.transfer",
    writes=True,
    dialect=Dialect(missing=_transfer_missing, wrong=lambda name, _: _transfer_missing(name)),
    errors={chats.ChatMissing: CANNOT_TRANSFER, operators.NotTransferred: CANNOT_TRANSFER},
    faults=(CHAT_ID_EMPTY, USER_ID_EMPTY, QUEUE_ID_EMPTY, TRANSFER_ID_EMPTY),
)
def transfer(
    call: Call,
    *,
    chat_id: ChatId,
    transfer_id: Annotated[str | None, Doc("Id of a person, or `queue<ID>` for a line.")] = None,
    user_id: Annotated[int | None, Doc("Id of the person who gets the dialog.")] = None,
    queue_id: Annotated[int | None, Doc("Id of the line whose queue gets it.")] = None,
) -> bool:
    """Hand a dialog to a person, or to the queue of a line; the first of the three that is given counts."""
    if chat_id <= 0:
        raise ApiError(CHAT_ID_EMPTY)
    if transfer_id is not None:
        user_id, queue_id = _target(transfer_id)
    if user_id is not None:
        if user_id <= 0:
            raise ApiError(USER_ID_EMPTY)
        operators.transfer_to_person(call, chat_id, user_id)
    elif queue_id is not None:
        if queue_id <= 0:
            raise ApiError(QUEUE_ID_EMPTY)
        operators.transfer_to_queue(call, chat_id, queue_id)
    else:
        raise ApiError(TRANSFER_ID_EMPTY)
    return True


def _target(text: str) -> tuple[int | None, int | None]:
    to_queue = text.lower().startswith("queue")
    number = parse_id(text[len("queue") :] if to_queue else text)
    if number is None:
        raise ApiError(TRANSFER_ID_EMPTY)
    return (None, number) if to_queue else (number, None)


@family.method(
    "imopenlines.session.mode.pin",
    unreachable=UNREACHABLE,
    writes=True,
    dialect=Dialect(missing=lambda _: CHAT_ID_EMPTY, wrong=lambda _, __: WRONG_CHAT_ID),
    errors=ERRORS,
    faults=(CHAT_ID_EMPTY,),
)
def mode_pin(call: Call, *, chat_id: ChatId, activate: Annotated[str, Doc("Y pins it, N lets it go.")] = "Y") -> bool:
    """Pin the open session of a dialog, so that no time closes it."""
    operators.pin(call, chat_id, pinned=activate.upper() != "N")
    return True


@family.method("imopenlines.session.mode.silent", unreachable=UNREACHABLE, writes=True, errors=ERRORS)
def mode_silent(
    call: Call,
    *,
    chat_id: ChatId,
    activate: Annotated[str, Doc("Y keeps what operators write inside, anything else lets it go outside.")] = "N",
) -> bool:
    """Write notes into a dialog that its customer does not get."""
    operators.silence(call, chat_id, silent=activate.upper() == "Y")
    return True


@family.method("imopenlines.session.mode.pinAll", writes=True)
def mode_pin_all(call: Call) -> list[int]:
    """Pin all open dialogs of the caller; lists the sessions that were not pinned before."""
    return operators.pin_all(call, pinned=True)


@family.method("imopenlines.session.mode.unpinAll", writes=True)
def mode_unpin_all(call: Call) -> list[int]:
    """Let go all pinned dialogs of the caller; lists their sessions."""
    return operators.pin_all(call, pinned=False)
