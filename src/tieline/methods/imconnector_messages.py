"""imconnector.*.messages and imconnector.send.status.*: what connectors pass in, and confirm of what came out."""

import re
from collections.abc import Callable
from typing import Annotated, Any

import msgspec

from tieline.api.differences import ISO_DATES, Difference
from tieline.api.faults import ARGUMENT, ERROR_ARGUMENT, ApiError, Dialect, Fault, Problem, wrong_argument
from tieline.api.method import Auth, Doc, Family
from tieline.api.wire import Int, Wire, WrongValue, is_empty, iso, reader
from tieline.domain.chats import OuterChat, OuterFile, OuterMessage
from tieline.domain.people import OuterUser
from tieline.methods.imconnector import MAX_NAME, NO_CORRECT_PROVIDER, PROVIDER_ERRORS, ConnectorId, LineId
from tieline.services import connector_messages, connectors
from tieline.services.call import Call
from tieline.services.connector_messages import Confirmation, Incoming, Receipt
from tieline.services.messages import shorten

MAX_MESSAGES = 500
_NOT_IN_NAMES = re.compile(r"[^\w\s'’\-]|[\d_]")  # noqa: RUF001 - both apostrophes stand in names


def _wrong(name: str, problem: Problem) -> Fault:
    if name == "MESSAGES" and problem.depth == 1:
        return ERROR_ARGUMENT.saying("The MESSAGES parameter must be an array of messages (arrays)")
    if name == "MESSAGES" and problem.depth:
        return ERROR_ARGUMENT.saying("The incorrect structure of a message inside MESSAGES parameter")
    return wrong_argument(name, problem)


family = Family(
    scopes=("imopenlines", "imconnector"), auth=Auth.APP, dialect=Dialect(missing=ARGUMENT.missing, wrong=_wrong)
)


AT_MOST_500 = Difference(13, "More than 500 messages in a call answer ERROR_ARGUMENT.")


class MessageUser(Wire):
    """Who wrote, as the connector knows them."""

    id: str = ""
    last_name: str = ""
    name: str = ""
    picture: Any = None
    url: str = ""
    gender: str = ""
    email: str = ""
    phone: str = ""
    skip_phone_validate: str = ""

    def to_domain(self) -> OuterUser:
        """Names lose what names cannot hold, and are cut, never refused."""
        picture = self.picture.get("url") if isinstance(self.picture, dict) else self.picture
        return OuterUser(
            id=self.id,
            name=_name(self.name),
            last_name=_name(self.last_name),
            picture=_web_address(picture),
            url=_web_address(self.url),
            gender=self.gender if self.gender in ("male", "female") else "",
            email=self.email[:MAX_NAME],
            phone=self.phone[:MAX_NAME],
            skip_phone_validate=self.skip_phone_validate == "Y",
        )


class MessageFile(Wire):
    """A file that the server shall fetch."""

    url: str = ""
    link: str = ""
    name: str = ""


class MessageBody(Wire):
    """What was written."""

    id: str = ""
    date: Any = None
    text: str = ""
    files: list[MessageFile] = msgspec.field(default_factory=list)
    disable_crm: str = ""
    user_id: Int | None = None

    def to_domain(self) -> OuterMessage:
        """A zero is no id: some connectors send it for "none"."""
        return OuterMessage(
            id=self.id if self.id not in ("", "0") else None,
            text=self.text,
            date=_seconds(self.date),
            files=tuple(OuterFile(file.url or file.link, file.name[:MAX_NAME]) for file in self.files),
            disable_crm=self.disable_crm == "Y",
            user_id=self.user_id or None,
        )


class MessageChat(Wire):
    """Where it was written."""

    id: str = ""
    name: str = ""
    url: str = ""

    def to_domain(self) -> OuterChat:
        """The chat in the connector's own names."""
        return OuterChat(self.id, self.name[:MAX_NAME], _web_address(self.url))


class OutsideMessage(Wire):
    """One message from outside."""

    user: MessageUser
    message: MessageBody
    chat: MessageChat

    def to_domain(self) -> Incoming:
        """The message in domain terms."""
        return Incoming(self.user.to_domain(), self.message.to_domain(), self.chat.to_domain())


class StatusIm(Wire):
    """A message of ours, by our ids."""

    chat_id: Int = 0
    message_id: Int = 0


class StatusMessage(Wire):
    """The same message by its outer ids: a list, one id, or none."""

    id: Any = None
    date: Any = None


class StatusItem(Wire):
    """What a connector says of a message of ours."""

    im: StatusIm = msgspec.field(default_factory=StatusIm)
    message: StatusMessage = msgspec.field(default_factory=StatusMessage)
    chat: MessageChat = msgspec.field(default_factory=MessageChat)

    def to_domain(self) -> Confirmation:
        """The confirmation in domain terms."""
        ids = self.message.id
        ids = ids if isinstance(ids, list) else list(ids.values()) if isinstance(ids, dict) else [ids]
        outer = tuple(str(part) for part in ids if isinstance(part, str | int) and not is_empty(part))
        return Confirmation(self.im.chat_id, self.im.message_id, outer, _seconds(self.message.date))


Messages = Annotated[list[OutsideMessage], Doc("Messages, oldest first.")]
Statuses = Annotated[list[StatusItem], Doc("Confirmations: `im`, `message` and `chat` of each message.")]


def _name(text: str) -> str:
    if text.isalpha() and len(text) <= connector_messages.NAME_LENGTH:
        return text
    return " ".join(_NOT_IN_NAMES.sub("", text).split())[: connector_messages.NAME_LENGTH].strip()


def _web_address(value: Any) -> str:
    return value if isinstance(value, str) and value.startswith(("http://", "https://")) else ""


def _seconds(value: Any) -> int | None:
    try:
        return int(reader(int)(value))
    except WrongValue:
        return None


def _result(call: Call, receipts: list[Receipt], describe: Callable[[Call, Receipt], dict[str, Any]]) -> dict[str, Any]:
    items = []
    for receipt in receipts:
        item = describe(call, receipt) | {"SUCCESS": not receipt.error}
        if receipt.error:
            item["ERRORS"] = [receipt.error]
        items.append(item)
    return {"SUCCESS": True, "DATA": {"RESULT": items}}


def _chat_of(receipt: Receipt) -> dict[str, Any]:
    chat = receipt.incoming.chat
    told = {"id": chat.id}
    if chat.name:
        told["name"] = chat.name
    if chat.url:
        told["description"] = connector_messages.describe(chat)
    return told


def _message_of(call: Call, receipt: Receipt) -> dict[str, Any]:
    message = receipt.incoming.message
    came = receipt.message.created_at if receipt.message else call.now
    date = message.date * 1000 if message.date is not None and 0 <= message.date < 2**35 else came
    return {"id": message.id or "", "date": iso(date, call.portal.time_zone), "text": shorten(message.text)}


def _received(call: Call, receipt: Receipt) -> dict[str, Any]:
    incoming = receipt.incoming
    message = _message_of(call, receipt)
    if receipt.message is not None:  # a repeat is answered with what was kept of the first
        message["text"] = receipt.message.text
        message["files"] = [{"url": file.source_url, "name": file.name} for file in receipt.files]
    else:
        message["files"] = [{"url": file.url, "name": file.name} for file in incoming.message.files]
    extra = {}
    if incoming.user.skip_phone_validate:
        extra["skip_phone_validate"] = "Y"
    if incoming.message.disable_crm:
        extra["disable_tracker"] = "Y"
    item = {
        "user": str(receipt.user_id or ""),
        "message": message,
        "chat": _chat_of(receipt),
        "extra": extra or [],
    }
    if receipt.session_id is not None:
        item["session"] = {"ID": str(receipt.session_id), "CHAT_ID": str(receipt.chat_id)}
    return item


@family.method(
    "imconnector.send.messages",
    differs=(AT_MOST_500, ISO_DATES),
    unreachable={"IMCONNECTOR_NOT_SPECIFIED_CORRECT_COMMAND": "each method names its command"},
    writes=True,
    errors=PROVIDER_ERRORS,
)
def send_messages(call: Call, *, connector: ConnectorId, line: LineId, messages: Messages) -> dict[str, Any]:
    """Pass messages from an outside messenger to the operators of an open line.

    Each message is taken once by its id; sent again, it is answered like the first time.
    """
    receipts = connector_messages.receive(
        call, connector.lower(), line, [one.to_domain() for one in _limited(messages)]
    )
    return _result(call, receipts, _received)


def _limited(messages: list[OutsideMessage]) -> list[OutsideMessage]:
    if len(messages) > MAX_MESSAGES:
        raise ApiError(ERROR_ARGUMENT.saying(f"Argument 'MESSAGES' has more than {MAX_MESSAGES} messages"))
    return messages


def _updated(call: Call, receipt: Receipt) -> dict[str, Any]:
    return {
        "user": str(receipt.user_id or ""),
        "message": _message_of(call, receipt),
        "chat": _chat_of(receipt),
    }


@family.method("imconnector.update.messages", differs=(AT_MOST_500, ISO_DATES), writes=True, errors=PROVIDER_ERRORS)
def update_messages(call: Call, *, connector: ConnectorId, line: LineId, messages: Messages) -> dict[str, Any]:
    """Change messages that the connector passed in before, found by message.id in their chat."""
    receipts = connector_messages.update(call, connector.lower(), line, [one.to_domain() for one in _limited(messages)])
    return _result(call, receipts, _updated)


def _deleted(_: Call, receipt: Receipt) -> dict[str, Any]:
    message = receipt.incoming.message
    told: dict[str, Any] = {"id": message.id or ""}
    if message.date is not None:
        told["date"] = message.date
    if message.text:
        told["text"] = message.text
    return {"user": str(receipt.user_id or ""), "message": told, "chat": _chat_of(receipt)}


@family.method("imconnector.delete.messages", differs=(AT_MOST_500,), writes=True, errors=PROVIDER_ERRORS)
def delete_messages(call: Call, *, connector: ConnectorId, line: LineId, messages: Messages) -> dict[str, Any]:
    """Withdraw messages that the connector passed in before."""
    receipts = connector_messages.delete(call, connector.lower(), line, [one.to_domain() for one in _limited(messages)])
    return _result(call, receipts, _deleted)


class Accepted(Wire):
    """How confirmations are answered."""

    SUCCESS: bool = True
    DATA: list[Any] = msgspec.field(default_factory=list)


@family.method("imconnector.send.status.delivery", writes=True, errors={connectors.NoProvider: NO_CORRECT_PROVIDER})
def send_status_delivery(call: Call, *, connector: ConnectorId, line: LineId, messages: Statuses) -> Accepted:
    """Confirm that messages of operators reached the outside: they are delivered and read, and have outer ids."""
    connector_messages.confirm_delivery(call, connector.lower(), line, [one.to_domain() for one in messages])
    return Accepted()


@family.method("imconnector.send.status.reading", writes=True, errors={connectors.NoProvider: NO_CORRECT_PROVIDER})
def send_status_reading(call: Call, *, connector: ConnectorId, line: LineId, messages: Statuses) -> Accepted:
    """Confirm that messages of operators were read outside."""
    connector_messages.confirm_reading(call, connector.lower(), line, [one.to_domain() for one in messages])
    return Accepted()
