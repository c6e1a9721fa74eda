"""imopenlines.dialog.get and imopenlines.session.open: dialogs and their sessions."""

from typing import Annotated, Any

from tieline.api.faults import ApiError, Dialect, Fault, Problem
from tieline.api.method import Doc, Family
from tieline.domain.chats import Chat
from tieline.domain.ids import UserCode, parse_chat, parse_id
from tieline.methods.chat_views import dialog_view
from tieline.services import chats, sessions
from tieline.services.call import Call
from tieline.store import chats as chat_store
from tieline.store import people as people_store
from tieline.store import sessions as session_store

ACCESS_ERROR = Fault("ACCESS_ERROR", "You do not have access to the specified dialog")
ACCESS_DENIED = Fault(
    "ACCESS_DENIED", "You cannot open this conversation because you do not have sufficient permissions"
)
SESSION_EMPTY = Fault("EMPTY_SESSION_ID", "Session ID can't be empty")
VOTE_EMPTY = Fault("EMPTY_VOTE_PARAMS", "At least one of the parameters RATING or COMMENT must be specified")
RATINGS = range(1, 6)


def _wrong_vote(name: str, _: Problem) -> Fault:
    return SESSION_EMPTY if name == "SESSION_ID" else VOTE_EMPTY


family = Family(
    scopes=("imopenlines",),
    dialect=Dialect(missing=lambda _: ACCESS_DENIED, wrong=lambda _, __: ACCESS_ERROR),
)


def find_by_code(call: Call, text: str) -> Chat | None:
    """Return the dialog of a user code, whose last part is our user id or the connector's."""
    code = UserCode.parse(text)
    if code is None:
        return None
    dialogs = chat_store.list_dialogs_of(call.tx, call.portal_id, code.connector, code.line, code.chat)
    internal = parse_id(code.user)
    for chat in dialogs:
        if chat.customer_id == internal:
            return chat
    customer = people_store.find_customer(call.tx, call.portal_id, code.connector, code.user)
    for chat in dialogs:
        if code.user in (chat.outer_user, "") or (customer and not chat.outer_user):  # a group's is of all its users
            return chat
    return None


@family.method("imopenlines.session.open", faults=(ACCESS_DENIED,))
def session_open(
    call: Call,
    *,
    user_code: Annotated[str, Doc("`connector|line|chat|user`, with the user's outer or our own id.")],
) -> dict[str, str]:
    """Return the chat of a dialog that is named from outside."""
    chat = find_by_code(call, user_code)
    if chat is None or not chats.access(call, chat, call.actor).read:
        raise ApiError(ACCESS_DENIED)
    return {"chatId": str(chat.id)}


def _find(
    call: Call, chat_id: int | None, dialog_id: str | None, session_id: int | None, code: str | None
) -> Chat | None:
    if chat_id is not None:
        return _dialog(call, chat_id)
    if dialog_id is not None:
        number = parse_chat(dialog_id)
        return _dialog(call, number) if number else None
    if session_id is not None:
        session = session_store.find_session(call.tx, call.portal_id, session_id)
        return chat_store.find_chat(call.tx, call.portal_id, session.chat_id) if session else None
    return find_by_code(call, code) if code is not None else None


def _dialog(call: Call, chat_id: int) -> Chat | None:
    chat = chat_store.find_chat(call.tx, call.portal_id, chat_id)
    return chat if chat is not None and chat.is_dialog else None


@family.method(
    "imopenlines.dialog.get",
    unreachable={"IM_NOT_INSTALLED": "the messenger is a part of the server"},
    faults=(ACCESS_ERROR,),
)
def dialog_get(
    call: Call,
    *,
    chat_id: Annotated[int | None, Doc("Id of the chat.")] = None,
    dialog_id: Annotated[str | None, Doc("The chat as `chat<ID>`.")] = None,
    session_id: Annotated[int | None, Doc("Id of one of its sessions.")] = None,
    user_code: Annotated[str | None, Doc("The dialog as `connector|line|chat|user`.")] = None,
) -> dict[str, Any]:
    """Return the chat of a dialog, found by the first of the four that is given."""
    chat = _find(call, chat_id, dialog_id, session_id, user_code)
    if chat is None or not chats.access(call, chat, call.actor).read:
        raise ApiError(ACCESS_ERROR)
    return dialog_view(call, chat)


@family.method(
    "imopenlines.session.head.vote",
    writes=True,
    dialect=Dialect(missing=lambda _: SESSION_EMPTY, wrong=_wrong_vote),
    errors={sessions.NotJudged: ACCESS_DENIED},
    faults=(SESSION_EMPTY, VOTE_EMPTY),
)
def head_vote(
    call: Call,
    *,
    session_id: Annotated[int, Doc("Id of the session.")],
    rating: Annotated[int | None, Doc("From 1 to 5.")] = None,
    comment: Annotated[str | None, Doc("What the head has to say of it.")] = None,
) -> bool:
    """Judge a session; for administrators."""
    if session_id <= 0:
        raise ApiError(SESSION_EMPTY)
    if rating is not None and rating not in RATINGS:
        rating = None
    if rating is None and comment is None:
        raise ApiError(VOTE_EMPTY)
    sessions.judge(call, session_id, rating=rating, comment=comment)
    return True
