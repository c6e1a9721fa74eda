"""im.notify*: telling people something beside all dialogs; what they read, choose, answer and delete."""

from typing import Annotated, Any

from tieline.api.differences import Difference
from tieline.api.faults import ApiError, Dialect, Fault, wrong_argument
from tieline.api.method import Doc, Family
from tieline.domain.content import AttachTooLarge, AttachWrong, read_attach
from tieline.domain.ids import fingerprint, parse_id
from tieline.domain.notices import Kind, News
from tieline.methods.filters import items_of
from tieline.services import notice_answers, notices
from tieline.services.call import Call

NO_SESSION = Fault("WRONG_AUTH_TYPE", "Access for this method not allowed by session authorization.", 403)
USER_ID_EMPTY = Fault("USER_ID_EMPTY", "User ID can't be empty")
MESSAGE_EMPTY = Fault("MESSAGE_EMPTY", "Message can't be empty")
ATTACH_OVERSIZE = Fault("ATTACH_OVERSIZE", "You have exceeded the maximum allowable size of attach")
ATTACH_ERROR = Fault("ATTACH_ERROR", "Incorrect attach params")
ID_ERROR = Fault("ID_ERROR", "Notification ID can't be empty")
ANSWER_TEXT_ERROR = Fault("ANSWER_TEXT_ERROR", "ANSWER_TEXT can't be empty")
NOTIFY_VALUE_ERROR = Fault("NOTIFY_VALUE_ERROR", "Notification Value can't be empty")
PARAMS_ERROR = Fault("PARAMS_ERROR", "Incorrect params")
NO_IDS = PARAMS_ERROR.saying("No IDS param or it is not an array")
NO_CLIENT_ID = Fault("ACCESS_DENIED", "Access denied! Client ID not specified", 403)
MAX_TAG = 255
_BY_PARAMETER = {
    "USER_ID": USER_ID_EMPTY,
    "MESSAGE": MESSAGE_EMPTY,
    "NOTIFY_ID": ID_ERROR,
    "ANSWER_TEXT": ANSWER_TEXT_ERROR,
    "NOTIFY_VALUE": NOTIFY_VALUE_ERROR,
    "ID": PARAMS_ERROR,
}
NO_MAIL = Difference(100, "MESSAGE_OUT is kept and goes nowhere: there is no mail.")

family = Family(
    scopes=("im",),
    dialect=Dialect(
        missing=lambda name: _BY_PARAMETER[name],
        wrong=lambda name, problem: _BY_PARAMETER.get(name) or wrong_argument(name, problem),
    ),
)
UserId = Annotated[int, Doc("Id of the person who shall be told.")]
Message = Annotated[str, Doc("The text, at most 20,000 characters, with BBCode.")]
MessageOut = Annotated[str, Doc("The text for mail.")]
Tag = Annotated[str, Doc("Of an application and a tag each person has one notification: a newer one replaces it.")]
SubTag = Annotated[str, Doc("Another tag, which several may have.")]
Attach = Annotated[Any, Doc("Attachments as a structure or its JSON, at most 60,000 characters.")]
ClientId = Annotated[str, Doc("A webhook's name of its application, whose tags are its own.")]
Marked = Annotated[str, Doc("Y marks as read, anything else as unread.")]
NotifyId = Annotated[int, Doc("Id of a notification of the caller's.")]
SEND: dict[str, Any] = {
    "writes": True,
    "errors": {AttachTooLarge: ATTACH_OVERSIZE, AttachWrong: ATTACH_ERROR},
    "faults": (NO_SESSION, USER_ID_EMPTY, MESSAGE_EMPTY),
    "differs": (NO_MAIL,),
}


@family.method("im.notify", **SEND)
def notify(
    call: Call,
    *,
    user_id: UserId,
    message: Message,
    type: Annotated[str, Doc("USER: in the caller's name; SYSTEM: in nobody's.")] = "USER",  # noqa: A002
    message_out: MessageOut = "",
    tag: Tag = "",
    sub_tag: SubTag = "",
    attach: Attach = None,
    client_id: ClientId = "",
) -> int | bool:
    """Tell a person something; returns the notification's id, false where there is no such person."""
    news = News(Kind.APPLICATION, message, text_out=message_out, tag=tag, sub_tag=sub_tag)
    return _send(call, user_id, news, attach, client_id, personal=type != "SYSTEM")


@family.method("im.notify.personal.add", **SEND)
def personal_add(
    call: Call,
    *,
    user_id: UserId,
    message: Message,
    message_out: MessageOut = "",
    tag: Tag = "",
    sub_tag: SubTag = "",
    attach: Attach = None,
    client_id: ClientId = "",
) -> int | bool:
    """Tell a person something in the caller's name, who gets what is answered; returns the notification's id."""
    news = News(Kind.APPLICATION, message, text_out=message_out, tag=tag, sub_tag=sub_tag)
    return _send(call, user_id, news, attach, client_id, personal=True)


@family.method("im.notify.system.add", **SEND)
def system_add(
    call: Call,
    *,
    user_id: UserId,
    message: Message,
    message_out: MessageOut = "",
    tag: Tag = "",
    sub_tag: SubTag = "",
    attach: Attach = None,
    client_id: ClientId = "",
) -> int | bool:
    """Tell a person something in nobody's name; returns the notification's id."""
    news = News(Kind.APPLICATION, message, text_out=message_out, tag=tag, sub_tag=sub_tag)
    return _send(call, user_id, news, attach, client_id, personal=False)


def _send(call: Call, user_id: int, news: News, attach: Any, client_id: str, *, personal: bool) -> int | bool:
    if call.app is None and call.webhook is None:
        raise ApiError(NO_SESSION)
    if user_id <= 0:
        raise ApiError(USER_ID_EMPTY)
    text = news.text.strip()
    if not text:
        raise ApiError(MESSAGE_EMPTY)
    sent = notices.send(
        call,
        user_id,
        news._replace(
            text=text,
            author_id=call.actor.id if personal else 0,
            answerable=personal and user_id != call.actor.id,
            sender=_sender(call, client_id),
            app_id=call.app.id if call.app else None,
            tag=(news.tag or "")[:MAX_TAG] or None,
            sub_tag=(news.sub_tag or "")[:MAX_TAG] or None,
            attach=tuple(read_attach(attach) or ()),
        ),
    )
    return sent or False


def _sender(call: Call, client_id: str) -> str:
    """Name whose tags these are; a webhook's CLIENT_ID may be a secret of its bot, and is not told to anybody."""
    if call.app is not None:
        return str(call.app.id)
    if client_id:
        return f"custom{fingerprint(client_id)[:16]}"
    return f"webhook{call.webhook.id}" if call.webhook is not None else ""


@family.method("im.notify.delete", writes=True, faults=(PARAMS_ERROR, NO_CLIENT_ID))
def delete(
    call: Call,
    *,
    id: Annotated[int | None, Doc("Id of a notification of the caller's, or of one that it sent.")] = None,  # noqa: A002
    tag: Tag = "",
    sub_tag: SubTag = "",
    client_id: ClientId = "",
) -> bool:
    """Delete a notification, or those that the calling application sent with a tag to whomever."""
    if id is not None and id > 0:
        return notices.delete(call, id, _sender(call, client_id))
    if not (tag or sub_tag) or (call.app is None and call.webhook is None):
        raise ApiError(PARAMS_ERROR)
    if call.app is None and not client_id:
        raise ApiError(NO_CLIENT_ID)
    return notices.delete_tagged(call, _sender(call, client_id), tag=tag[:MAX_TAG], sub_tag=sub_tag[:MAX_TAG])


@family.method("im.notify.confirm", writes=True, faults=(ID_ERROR, NOTIFY_VALUE_ERROR))
def confirm(
    call: Call,
    *,
    notify_id: NotifyId,
    notify_value: Annotated[str, Doc("Value of the button.")],
) -> dict[str, Any]:
    """Choose a button of a notification; returns what came of it, false where there is nothing to choose."""
    outcome = notice_answers.confirm(call, _positive(notify_id), notify_value)
    return {"result_message": False if outcome is None else [outcome]}


@family.method("im.notify.answer", writes=True, faults=(ID_ERROR, ANSWER_TEXT_ERROR))
def answer(
    call: Call,
    *,
    notify_id: NotifyId,
    answer_text: Annotated[str, Doc("The answer.")],
) -> dict[str, Any]:
    """Answer a notification with a text; returns what came of it, false where none is expected."""
    number, text = _positive(notify_id), answer_text.strip()
    if not text:
        raise ApiError(ANSWER_TEXT_ERROR)
    outcome = notice_answers.answer(call, number, text)
    return {"result_message": False if outcome is None else [outcome]}


def _positive(number: int) -> int:
    if number <= 0:
        raise ApiError(ID_ERROR)
    return number


@family.method("im.notify.read", writes=True)
def read(
    call: Call,
    *,
    id: Annotated[int | None, Doc("Id of a notification; without it nothing changes.")] = None,  # noqa: A002
    action: Marked = "Y",
    only_current: Annotated[str, Doc("Y: this one alone, else this and all newer ones.")] = "N",
) -> bool:
    """Mark the caller's notifications as read or unread, one or all from it on."""
    if id is not None and id >= 0:
        notices.read(call, first=id, last=id if only_current == "Y" else None, seen=action == "Y")
    return True


@family.method("im.notify.read.list", writes=True, faults=(NO_IDS,))
def read_list(
    call: Call,
    *,
    ids: Annotated[
        Any, Doc("Ids of notifications, at most 500; those behind one that is no id are passed over.")
    ] = None,
    action: Marked = "Y",
) -> bool:
    """Mark some of the caller's notifications as read or unread."""
    items = items_of(ids)
    if items is None:
        raise ApiError(NO_IDS)
    numbers: list[int] = []
    for item in items:
        number = parse_id(str(item)) if isinstance(item, str | int) and not isinstance(item, bool) else None
        if number is None:
            break
        numbers.append(number)
    notices.read_some(call, numbers, seen=action == "Y")
    return True


@family.method("im.notify.read.all", writes=True)
def read_all(call: Call) -> dict[str, Any]:
    """Mark all notifications of the caller as read; returns how many are left unread."""
    return {"result": True, "newCounter": notices.read(call)}
