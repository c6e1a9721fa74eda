"""What comes of a notice: a button of it is chosen, or a text is sent back."""

from tieline.domain.notices import LATE, MAX_TEXT, TAKE_OVER, Kind, News, Notice
from tieline.services import chats, notices, operators
from tieline.services.call import Call
from tieline.store import chats as chat_store
from tieline.store import notices as store

MAX_TITLE = 100


def confirm(call: Call, notice_id: int, value: str) -> str | None:
    """Choose a button of a notice of the caller's; returns what came of it, None where there is nothing to choose."""
    notice = _own(call, notice_id)
    if notice is None or not notice.waits or value not in {button.value for button in notice.news.buttons}:
        return None
    outcome = "You left it." if value != TAKE_OVER else _take_over(call, notice)
    return _keep(call, notice._replace(choice=value, outcome=outcome))


def answer(call: Call, notice_id: int, text: str) -> str | None:
    """Answer a notice of the caller's with a text; returns what came of it, None where none is expected.

    The text goes to who wrote the notice, or to the operator of the dialog that the portal told of.
    """
    notice = _own(call, notice_id)
    if notice is None or not notice.news.answerable:
        return None
    text = text[:MAX_TEXT]
    outcome = _send_back(call, notice, text)
    return _keep(call, notice._replace(answer=text, outcome=outcome))


def _own(call: Call, notice_id: int) -> Notice | None:
    notice = store.lock_notice(call.tx, call.portal_id, notice_id)
    return notice if notice is not None and notice.user_id == call.actor.id else None


def _keep(call: Call, notice: Notice) -> str:
    store.set_reaction(call.tx, call.portal_id, notice, call.now)
    notices.changed(call, call.actor.id)
    return notice.outcome or ""


def _take_over(call: Call, notice: Notice) -> str:
    assert notice.news.kind in LATE
    try:
        with call.tx.savepoint():
            operators.intercept(call, notice.news.chat_id or 0)
    except (chats.ChatMissing, chats.NoAccess, operators.NotIntercepted):
        return "This dialog cannot be taken over."
    return "The dialog is yours."


def _send_back(call: Call, notice: Notice, text: str) -> str:
    news = notice.news
    chat = chat_store.find_chat(call.tx, call.portal_id, news.chat_id) if news.chat_id else None
    user_id = news.author_id or (chat.operator_id if chat else None) or 0
    told = News(
        Kind.ANSWER,
        text,
        title=f"Answer to: {news.title or news.text}"[:MAX_TITLE],
        author_id=call.actor.id,
        answerable=True,
        chat_id=news.chat_id,
    )
    user = call.find_person(user_id) if user_id != call.actor.id else None
    if user is None or notices.send(call, user_id, told) is None:
        return "There is nobody to answer."
    return f"Your answer has gone to {user.full_name}."
