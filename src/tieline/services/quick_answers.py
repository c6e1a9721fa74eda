"""Quick answers: saving, finding and deleting texts that operators use again."""

from dataclasses import replace

from tieline.domain.quick_answers import ALL_LINES, QuickAnswer
from tieline.services import chats, lines, messages
from tieline.services.call import Call
from tieline.store import lines as line_store
from tieline.store import messages as message_store
from tieline.store import quick_answers as store

MAX_ANSWERS = 1_000


class AnswerMissing(Exception):
    """There is no such answer, or it is another's."""


class NotSaved(Exception):
    """There is no text, or no room for another answer."""


class NotAllowed(Exception):
    """Operators save answers for their lines, administrators for all."""


def find(call: Call, *, chat_id: int | None, text: str) -> list[QuickAnswer]:
    """Return the answers for a dialog, or all of the caller's lines; those for all lines are among them.

    What begins with the text stands first, then what contains it.
    """
    usable = lines.visible(call) if chat_id is None else {chats.get_readable(call, chat_id).queue_id}
    wanted = text.strip().casefold()
    found = [
        answer
        for answer in store.list_answers(call.tx, call.portal_id)
        if (usable is None or answer.line_id == ALL_LINES or answer.line_id in usable)
        and wanted in answer.text.casefold()
    ]
    return sorted(found, key=lambda answer: (not answer.text.casefold().startswith(wanted), answer.text.casefold()))


def save(call: Call, text: str, *, line_id: int) -> int:
    """Save an answer for a line or for all; one that is there already is not saved twice. Returns its id."""
    _require_right(call, line_id)
    text = _readable(text)
    line_store.lock_line(call.tx, call.portal_id, line_id)
    known = store.list_answers(call.tx, call.portal_id)
    same = next((answer.id for answer in known if (answer.line_id, answer.text) == (line_id, text)), None)
    if same is not None:
        return same
    if len(known) >= MAX_ANSWERS:
        raise NotSaved
    return store.add_answer(call.tx, call.portal_id, line_id=line_id, text=text, author_id=call.actor.id, now=call.now)


def change(call: Call, answer_id: int, text: str, *, line_id: int) -> None:
    """Give an answer another text or line."""
    answer = _own(call, answer_id)
    _require_right(call, line_id)
    store.set_answer(call.tx, call.portal_id, replace(answer, text=_readable(text), line_id=line_id))


def delete(call: Call, answer_id: int) -> None:
    """Delete an answer of the caller's; an administrator deletes any."""
    store.remove_answer(call.tx, call.portal_id, _own(call, answer_id).id)


def save_message(call: Call, chat_id: int, message_id: int) -> None:
    """Save what a message of a dialog says as an answer of the line whose queue serves it."""
    chat = chats.get_readable(call, chat_id)
    message = message_store.find_message(call.tx, call.portal_id, message_id)
    if message is None or message.chat_id != chat.id:
        raise NotSaved
    save(call, message.text, line_id=chat.queue_id)


def _own(call: Call, answer_id: int) -> QuickAnswer:
    answer = store.find_answer(call.tx, call.portal_id, answer_id)
    if answer is None or not (call.actor.is_admin or answer.author_id == call.actor.id):
        raise AnswerMissing
    return answer


def _require_right(call: Call, line_id: int) -> None:
    visible = lines.visible(call)
    if line_id == ALL_LINES:
        allowed = visible is None
    else:
        allowed = call.find_line(line_id) is not None and (visible is None or line_id in visible)
    if not allowed:
        raise NotAllowed


def _readable(text: str) -> str:
    text = messages.shorten(text.strip())
    if not text:
        raise NotSaved
    return text
