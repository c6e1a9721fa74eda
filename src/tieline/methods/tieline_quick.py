"""tieline.quick.*: quick answers, for the portal's pages."""

from typing import Annotated, Any

from tieline.api.faults import Dialect, Fault
from tieline.api.method import BASIC, Auth, Doc, Family
from tieline.domain.quick_answers import ALL_LINES, QuickAnswer
from tieline.methods.tieline import NO_CHAT
from tieline.services import chats, quick_answers
from tieline.services.call import Call

NO_ANSWER = Fault("ANSWER_MISSING", "There is no such quick answer")
NOT_SAVED = Fault("ANSWER_NOT_SAVED", "The quick answer has no text, or there are too many")
NOT_ALLOWED = Fault("ACCESS_DENIED", "Operators save answers for their lines, administrators for all", 403)
MOST_ANSWERS = 50

family = Family(
    scopes=(BASIC,),
    auth=Auth.SESSION,
    dialect=Dialect(
        missing=lambda name: NO_ANSWER if name == "ID" else NOT_SAVED,
        wrong=lambda name, _: NO_ANSWER if name == "ID" else NO_CHAT if name == "CHAT_ID" else NOT_SAVED,
    ),
)


def _answer(call: Call, answer: QuickAnswer) -> dict[str, Any]:
    own = call.actor.is_admin or answer.author_id == call.actor.id
    return {"id": answer.id, "text": answer.text, "line": answer.line_id or None, "canChange": own}


@family.method("tieline.quick.list", documented=False, errors={chats.ChatMissing: NO_CHAT, chats.NoAccess: NO_CHAT})
def quick_list(
    call: Call,
    *,
    chat_id: Annotated[int | None, Doc("Id of the chat to answer in; left out, those of all own lines.")] = None,
    text: Annotated[str, Doc("A part of the answer.")] = "",
) -> list[dict[str, Any]]:
    """List quick answers, at most 50: first what begins with the text, then what contains it."""
    found = quick_answers.find(call, chat_id=chat_id, text=text)
    return [_answer(call, answer) for answer in found[:MOST_ANSWERS]]


@family.method(
    "tieline.quick.save",
    documented=False,
    writes=True,
    errors={
        quick_answers.NotAllowed: NOT_ALLOWED,
        quick_answers.NotSaved: NOT_SAVED,
        quick_answers.AnswerMissing: NO_ANSWER,
    },
)
def quick_save(
    call: Call,
    *,
    text: Annotated[str, Doc("The answer.")],
    line: Annotated[int, Doc("Id of its line; left out, it is one of all lines.")] = ALL_LINES,
    id: Annotated[int | None, Doc("Id of the answer to change; left out, one is added.")] = None,  # noqa: A002
) -> int:
    """Save a quick answer, or change one; returns its id."""
    if id is None:
        return quick_answers.save(call, text, line_id=line)
    quick_answers.change(call, id, text, line_id=line)
    return id


@family.method("tieline.quick.delete", documented=False, writes=True, errors={quick_answers.AnswerMissing: NO_ANSWER})
def quick_delete(call: Call, *, id: Annotated[int, Doc("Id of the answer.")]) -> bool:  # noqa: A002
    """Delete a quick answer."""
    quick_answers.delete(call, id)
    return True
