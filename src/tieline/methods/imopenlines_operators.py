"""imopenlines.operator.*: what an operator does with a dialog."""

from typing import Annotated

from tieline.api.faults import Dialect, Fault
from tieline.api.method import Doc, Family
from tieline.services import chats
from tieline.services.call import Call

WRONG_CHAT_ID = Fault("CHAT_ID", "The specified chat identifier is incorrect")
ACCESS_DENIED = Fault("ACCESS_DENIED", "You cannot open this conversation as you do not have sufficient rights")

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
    chats.take(call, chat_id)
    return True


@family.method("imopenlines.operator.finish", unreachable=UNREACHABLE, writes=True, errors=ERRORS)
def finish(call: Call, *, chat_id: ChatId) -> bool:
    """Close the session of an own dialog."""
    chats.finish(call, chat_id)
    return True
