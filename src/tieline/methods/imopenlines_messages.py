"""imopenlines.message.*: what is done with one message of a dialog."""

from typing import Annotated

from tieline.api.faults import Dialect, Fault
from tieline.api.method import Doc, Family
from tieline.methods.imopenlines_operators import ACCESS_DENIED, ERRORS, UNREACHABLE, WRONG_CHAT_ID, ChatId
from tieline.services import operators, quick_answers
from tieline.services.call import Call

NOT_SAVED = Fault("CANT_SAVE_QUICK_ANSWER", "Error saving quick answer")

family = Family(
    scopes=("imopenlines",),
    dialect=Dialect(
        missing=lambda name: WRONG_CHAT_ID if name == "CHAT_ID" else ACCESS_DENIED,
        wrong=lambda name, _: WRONG_CHAT_ID if name == "CHAT_ID" else ACCESS_DENIED,
    ),
)
MessageId = Annotated[int, Doc("Id of a message of the chat.")]


@family.method("imopenlines.message.session.start", unreachable=UNREACHABLE, writes=True, errors=ERRORS)
def session_start(call: Call, *, chat_id: ChatId, message_id: MessageId) -> bool:
    """Open a new session that begins with a message of the dialog; the present one is closed."""
    operators.start_with(call, chat_id, message_id)
    return True


def _not_saved(name: str) -> Fault:
    return WRONG_CHAT_ID if name == "CHAT_ID" else NOT_SAVED


@family.method(
    "imopenlines.message.quick.save",
    unreachable={"CHAT_TYPE": UNREACHABLE["CHAT_TYPE"]},
    writes=True,
    dialect=Dialect(missing=_not_saved, wrong=lambda name, _: _not_saved(name)),
    errors=ERRORS | {quick_answers.NotAllowed: ACCESS_DENIED, quick_answers.NotSaved: NOT_SAVED},
)
def quick_save(call: Call, *, chat_id: ChatId, message_id: MessageId) -> bool:
    """Keep what a message says as a quick answer of the line."""
    quick_answers.save_message(call, chat_id, message_id)
    return True
