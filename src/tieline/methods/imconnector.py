"""imconnector.*: connectors register here, pass messages in and confirm what came out; their seven events."""

import re
from collections.abc import Callable
from typing import Annotated, Any

import msgspec

from tieline.api.faults import ARGUMENT, ERROR_ARGUMENT, ApiError, Dialect, Fault, Problem, wrong_argument
from tieline.api.method import Auth, Doc, Family
from tieline.api.wire import Int, Wire, WrongValue, is_empty, iso, reader
from tieline.domain.chats import Author, Message, OuterChat, OuterFile, OuterMessage
from tieline.domain.connectors import Connector, Icon
from tieline.domain.events import (
    ConnectorSwitchedOff,
    LineDeleted,
    OperatorMessageDeleted,
    OperatorMessageEdited,
    OperatorMessageSent,
    SessionClosed,
    SessionFact,
    SessionOpened,
)
from tieline.domain.people import OuterUser
from tieline.services import chats, connectors, files
from tieline.services.call import Call
from tieline.services.connectors import Confirmation, Incoming, Receipt
from tieline.services.urls import refuse_address
from tieline.store import chats as chat_store
from tieline.store import connectors as connector_store
from tieline.store import files as file_store

NOT_ACTIVE_LINE = Fault("NOT_ACTIVE_LINE", "The line with this ID is inactive or does not exist")
NO_CORRECT_PROVIDER = Fault("IMCONNECTOR_NO_CORRECT_PROVIDER", "Failed to find a suitable provider for the connector")
CHAT_RENAMING_FAILED = Fault("CHAT_RENAMING_FAILED", "Failed to rename the chat")
NO_ACCESS_TO_CONNECTORS = Fault("ACCESS_DENIED", "You don't have access to this action")

# Answers of register and unregister: these stand inside HTTP 200.
ID_WITH_POINT = Fault(
    "APPLICATION_REGISTRATION_ERROR_POINT",
    "Application registration error. Using a dot in the connector identifier is not allowed",
    200,
)
CONNECTOR_ID_REQUIRED = Fault("CONNECTOR_ID_REQUIRED", "Connector ID is not specified", 200)
NAME_REQUIRED = Fault("NAME_REQUIRED", "Connector name is not specified", 200)
ICON_REQUIRED = Fault("ICON_REQUIRED", "Connector icon is not specified", 200)
NO_PLACEMENT_HANDLER = Fault("NO_PLACEMENT_HANDLER", "Failed to get embedding handler URL", 200)
REGISTRATION_ERROR = Fault("APPLICATION_REGISTRATION_ERROR", "Application registration error", 200)
GENERAL_ERROR = Fault("GENERAL_CONNECTOR_REGISTRATION_ERROR", "General connector registration error", 200)
UNREGISTRATION_ERROR = Fault("APPLICATION_UNREGISTRATION_ERROR", "Error unregistering the application", 200)

MAX_ICON = 200_000
MAX_NAME = 255
MAX_MESSAGES = 500
_CODE = re.compile(r"[a-z0-9_\-]{1,50}")
_NOT_IN_NAMES = re.compile(r"[^\w\s'’\-]|[\d_]")  # noqa: RUF001 - both apostrophes stand in names


def _wrong(name: str, problem: Problem) -> Fault:
    if name == "MESSAGES" and problem.depth == 1:
        return ERROR_ARGUMENT.saying("The MESSAGES parameter must be an array of messages (arrays)")
    if name == "MESSAGES" and problem.depth:
        return ERROR_ARGUMENT.saying("The incorrect structure of a message inside MESSAGES parameter")
    return wrong_argument(name, problem)


family = Family(
    scopes=("imopenlines", "imconnector"),
    auth=Auth.APP,
    dialect=Dialect(missing=ARGUMENT.missing, wrong=_wrong),
)
ConnectorId = Annotated[str, Doc("Connector ID given at registration.")]
LineId = Annotated[int, Doc("Id of the open line.")]
PROVIDER_ERRORS: dict[type[Exception], Fault] = {
    connectors.LineInactive: NOT_ACTIVE_LINE,
    connectors.NoProvider: NO_CORRECT_PROVIDER,
}


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
    if text.isalpha() and len(text) <= connectors.NAME_LENGTH:
        return text
    return " ".join(_NOT_IN_NAMES.sub("", text).split())[: connectors.NAME_LENGTH].strip()


def _web_address(value: Any) -> str:
    return value if isinstance(value, str) and value.startswith(("http://", "https://")) else ""


def _seconds(value: Any) -> int | None:
    try:
        return int(reader(int)(value))
    except WrongValue:
        return None


class RegistrationReply(Wire, omit_defaults=True):
    """How register and unregister answer: inside `result`, errors too."""

    result: bool
    error: str = ""
    error_description: str = ""

    @classmethod
    def refused(cls, fault: Fault) -> "RegistrationReply":
        """An error, inside HTTP 200."""
        return cls(result=False, error=fault.code, error_description=fault.text)


class StatusReply(Wire):
    """State of a connector on a line."""

    LINE: int
    CONNECTOR: str
    ERROR: bool
    CONFIGURED: bool
    STATUS: bool


@family.method(
    "imconnector.register",
    writes=True,
    faults=(
        CONNECTOR_ID_REQUIRED,
        ID_WITH_POINT,
        NAME_REQUIRED,
        ICON_REQUIRED,
        NO_PLACEMENT_HANDLER,
        REGISTRATION_ERROR,
        GENERAL_ERROR,
    ),
)
def register(
    call: Call,
    *,
    id: Annotated[Any, Doc("Connector ID: digits, a-z, _ and -; becomes lower case.")] = None,  # noqa: A002
    name: Annotated[Any, Doc("Name that operators see.")] = None,
    icon: Annotated[Any, Doc("Icon: DATA_IMAGE (a data: URL of an SVG), COLOR, SIZE, POSITION.")] = None,
    placement_handler: Annotated[Any, Doc("Address of the settings page, opened in a frame.")] = None,
    icon_disabled: Annotated[Any, Doc("Icon of the inactive state, like ICON.")] = None,
    del_external_messages: Annotated[Any, Doc("Customers' messages may be deleted from outside; default true.")] = True,
    edit_internal_messages: Annotated[Any, Doc("Operators may edit what they sent; default true.")] = True,
    del_internal_messages: Annotated[Any, Doc("Operators may delete what they sent; default true.")] = True,
    newsletter: Annotated[Any, Doc("The channel may carry newsletters; default true.")] = True,
    need_system_messages: Annotated[Any, Doc("System messages go outside too; default true.")] = True,
    need_signature: Annotated[Any, Doc("The operator's name stands before the text; default true.")] = True,
    chat_group: Annotated[Any, Doc("A dialog per outer chat, not per chat and user; default false.")] = False,
    comment: Annotated[Any, Doc("A remark shown beside the settings page.")] = None,
) -> RegistrationReply:
    """Register the application's connector, or change what was registered under its ID."""
    code = id.strip().lower() if isinstance(id, str) else ""
    flags = {
        "del_external_messages": del_external_messages,
        "edit_internal_messages": edit_internal_messages,
        "del_internal_messages": del_internal_messages,
        "newsletter": newsletter,
        "need_system_messages": need_system_messages,
        "need_signature": need_signature,
        "chat_group": chat_group,
    }
    refusal = _refuse_registration(code, name, icon, placement_handler)
    if refusal is None and "." not in code and not _CODE.fullmatch(code):
        refusal = GENERAL_ERROR
    if refusal is None and (
        refuse_address(placement_handler, call.world.rules) or not all(map(_is_flag, flags.values()))
    ):
        refusal = GENERAL_ERROR
    if refusal is not None:
        return RegistrationReply.refused(refusal)
    read = reader(bool)
    connector = Connector(
        code=code,
        app_id=call.owner.id,
        name=name[:MAX_NAME],
        icon=_icon(icon),
        placement_handler=placement_handler,
        icon_disabled=_icon_or_none(icon_disabled),
        comment=comment[:MAX_ICON] if isinstance(comment, str) else "",
        **{flag: read(value) for flag, value in flags.items()},
    )
    try:
        connectors.register(call, connector)
    except connectors.ForeignConnector:
        return RegistrationReply.refused(REGISTRATION_ERROR)
    return RegistrationReply(result=True)


def _refuse_registration(code: str, name: Any, icon: Any, placement_handler: Any) -> Fault | None:
    """Return the first documented refusal, in the documented order."""
    image = icon.get("DATA_IMAGE") if isinstance(icon, dict) else None
    checks: tuple[tuple[bool, Fault], ...] = (
        (not code, CONNECTOR_ID_REQUIRED),
        ("." in code, ID_WITH_POINT),
        (not isinstance(name, str) or not name.strip(), NAME_REQUIRED),
        (not isinstance(image, str) or not image, ICON_REQUIRED),
        (not isinstance(placement_handler, str) or not placement_handler, NO_PLACEMENT_HANDLER),
        (isinstance(image, str) and len(image) > MAX_ICON, GENERAL_ERROR),
    )
    return next((fault for refused, fault in checks if refused), None)


def _is_flag(value: Any) -> bool:
    try:
        reader(bool)(value)
    except WrongValue:
        return False
    return True


def _icon(value: dict[str, Any]) -> Icon:
    parts = (value.get(name, "") for name in ("DATA_IMAGE", "COLOR", "SIZE", "POSITION"))
    return Icon(*(part[:MAX_ICON] if isinstance(part, str) else "" for part in parts))


def _icon_or_none(value: Any) -> Icon | None:
    return _icon(value) if isinstance(value, dict) and isinstance(value.get("DATA_IMAGE"), str) else None


@family.method("imconnector.unregister", writes=True, faults=(UNREGISTRATION_ERROR,))
def unregister(
    call: Call,
    *,
    id: Annotated[Any, Doc("Connector ID given at registration.")] = None,  # noqa: A002
) -> RegistrationReply:
    """Take the application's connector away."""
    try:
        connectors.unregister(call, id.strip().lower() if isinstance(id, str) else "")
    except connectors.ForeignConnector:
        return RegistrationReply.refused(UNREGISTRATION_ERROR)
    return RegistrationReply(result=True)


@family.method("imconnector.activate", writes=True, errors=PROVIDER_ERRORS, may_be_empty=("active",))
def activate(
    call: Call,
    *,
    connector: ConnectorId,
    line: LineId,
    active: Annotated[str, Doc("1 or Y switches on, 0 or N switches off; any other text switches on.")],
) -> bool:
    """Switch the application's connector on or off on an open line."""
    connectors.activate(call, connector.lower(), line, active=active.lower() not in ("", "0", "n", "false"))
    return True


@family.method("imconnector.deactivate", writes=True, errors=PROVIDER_ERRORS, documented=False)
def deactivate(call: Call, *, connector: ConnectorId, line: LineId) -> bool:
    """Switch the application's connector off on an open line."""
    connectors.activate(call, connector.lower(), line, active=False)
    return True


@family.method("imconnector.connector.data.set", writes=True, errors=PROVIDER_ERRORS)
def data_set(
    call: Call,
    *,
    connector: ConnectorId,
    line: LineId,
    data: Annotated[dict[str, Any], Doc("The outer channel: ID, URL, URL_IM, NAME; replaces what was told before.")],
) -> bool:
    """Tell what outer channel the connector is connected to on an open line."""
    connectors.set_data(call, connector.lower(), line, data)
    return True


@family.method("imconnector.set.error", writes=True, errors=PROVIDER_ERRORS, documented=False)
def set_error(
    call: Call,
    *,
    connector: ConnectorId,
    line: LineId,
    error: Annotated[str, Doc("What is wrong; empty, 0 or N clears it.")] = "",
) -> bool:
    """Show an error of the connector on an open line, until it is activated anew."""
    text = "" if error.lower() in ("", "0", "n", "false") else error
    connectors.set_error(call, connector.lower(), line, text[:MAX_NAME])
    return True


@family.method("imconnector.status")
def status(
    call: Call,
    *,
    connector: ConnectorId,
    line: Annotated[int, Doc("Id of the open line; 0 if left out.")] = 0,
) -> StatusReply:
    """Tell how the connector stands on an open line."""
    code = connector.lower()
    registered = call.find_connector(code)
    connection = call.find_connection(code, line) if registered else None
    return StatusReply(
        LINE=line,
        CONNECTOR=code,
        ERROR=bool(connection and connection.error),
        CONFIGURED=bool(connection and connection.configured),
        STATUS=bool(connection and connection.working),
    )


@family.method("imconnector.list", faults=(NO_ACCESS_TO_CONNECTORS,))
def list_(call: Call) -> dict[str, str]:
    """List all connectors: names by ID."""
    if not call.actor.is_admin:
        raise ApiError(NO_ACCESS_TO_CONNECTORS)
    return {one.code: one.name for one in connector_store.list_connectors(call.tx, call.portal_id)}


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
        told["description"] = connectors.describe(chat)
    return told


def _message_of(call: Call, receipt: Receipt) -> dict[str, Any]:
    message = receipt.incoming.message
    came = receipt.message.created_at if receipt.message else call.now
    date = message.date * 1000 if message.date is not None and 0 <= message.date < 2**35 else came
    return {"id": message.id or "", "date": iso(date, call.portal.time_zone), "text": chats.shorten(message.text)}


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


@family.method("imconnector.send.messages", writes=True, errors=PROVIDER_ERRORS)
def send_messages(call: Call, *, connector: ConnectorId, line: LineId, messages: Messages) -> dict[str, Any]:
    """Pass messages from an outside messenger to the operators of an open line.

    Each message is taken once by its id; sent again, it is answered like the first time.
    """
    receipts = connectors.receive(call, connector.lower(), line, [one.to_domain() for one in _limited(messages)])
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


@family.method("imconnector.update.messages", writes=True, errors=PROVIDER_ERRORS)
def update_messages(call: Call, *, connector: ConnectorId, line: LineId, messages: Messages) -> dict[str, Any]:
    """Change messages that the connector passed in before, found by message.id in their chat."""
    receipts = connectors.update(call, connector.lower(), line, [one.to_domain() for one in _limited(messages)])
    return _result(call, receipts, _updated)


def _deleted(_: Call, receipt: Receipt) -> dict[str, Any]:
    message = receipt.incoming.message
    told: dict[str, Any] = {"id": message.id or ""}
    if message.date is not None:
        told["date"] = message.date
    if message.text:
        told["text"] = message.text
    return {"user": str(receipt.user_id or ""), "message": told, "chat": _chat_of(receipt)}


@family.method("imconnector.delete.messages", writes=True, errors=PROVIDER_ERRORS)
def delete_messages(call: Call, *, connector: ConnectorId, line: LineId, messages: Messages) -> dict[str, Any]:
    """Withdraw messages that the connector passed in before."""
    receipts = connectors.delete(call, connector.lower(), line, [one.to_domain() for one in _limited(messages)])
    return _result(call, receipts, _deleted)


class Accepted(Wire):
    """How confirmations are answered."""

    SUCCESS: bool = True
    DATA: list[Any] = msgspec.field(default_factory=list)


@family.method("imconnector.send.status.delivery", writes=True, errors={connectors.NoProvider: NO_CORRECT_PROVIDER})
def send_status_delivery(call: Call, *, connector: ConnectorId, line: LineId, messages: Statuses) -> Accepted:
    """Confirm that messages of operators reached the outside: they are delivered and read, and have outer ids."""
    connectors.confirm_delivery(call, connector.lower(), line, [one.to_domain() for one in messages])
    return Accepted()


@family.method("imconnector.send.status.reading", writes=True, errors={connectors.NoProvider: NO_CORRECT_PROVIDER})
def send_status_reading(call: Call, *, connector: ConnectorId, line: LineId, messages: Statuses) -> Accepted:
    """Confirm that messages of operators were read outside."""
    connectors.confirm_reading(call, connector.lower(), line, [one.to_domain() for one in messages])
    return Accepted()


@family.method(
    "imconnector.chat.name.set",
    scopes=("imconnector", "imopenlines"),
    writes=True,
    errors=PROVIDER_ERRORS | {connectors.RenamingFailed: CHAT_RENAMING_FAILED},
)
def chat_name_set(
    call: Call,
    *,
    connector: ConnectorId,
    line: LineId,
    chat_id: Annotated[str, Doc("Id of the chat outside.")],
    name: Annotated[str, Doc("The chat's new name.")],
    user_id: Annotated[str | None, Doc("Id of the user outside; needed unless the connector groups chats.")] = None,
) -> dict[str, Any]:
    """Give a chat a new name."""
    code = connector.lower()
    if user_id is None and connectors.needs_user(call, code):
        raise ApiError(ARGUMENT.missing("USER_ID"))
    connectors.rename(call, code, line, chat_id, user_id, name)
    return {"SUCCESS": True, "DATA": {"RESULT": {}}}


# Events, for the application that owns the connector.


class ImIds(Wire):
    """A message of ours, by our ids."""

    chat_id: int
    message_id: int


class SentFile(Wire):
    """A file that goes outside."""

    name: str
    link: str
    downloadLink: str  # noqa: N815 - the wire's spelling
    type: str
    size: int


class SentMessage(Wire, omit_defaults=True):
    """What goes outside."""

    user_id: int
    text: str
    files: list[SentFile] = msgspec.field(default_factory=list)


class EditedMessage(Wire):
    """What was changed: ids are a list here."""

    id: list[str]
    text: str


class WithdrawnMessage(Wire):
    """What was deleted: the id is one text here."""

    id: str


class OutsideChat(Wire):
    """The chat outside, with the very id that the connector gave."""

    id: str


def _messages(fact: Any, message: Wire) -> dict[str, Any]:
    return {
        "CONNECTOR": fact.connector,
        "LINE": fact.line_id,
        "MESSAGES": [
            {
                "im": ImIds(chat_id=fact.chat_id, message_id=fact.message_id),
                "message": message,
                "chat": OutsideChat(id=fact.outer_chat),
            }
        ],
    }


def _signed(call: Call, code: str, message: Message, text: str) -> str:
    """Put the operator's name before a text, where the connector wants it, and write line breaks as [br]."""
    text = text.replace("\r\n", "\n").replace("\n", "[br]")
    connector = call.find_connector(code)
    if message.author is not Author.OPERATOR or connector is None or not connector.need_signature:
        return text
    author = call.find_person(message.author_id)
    return f"[b]{author.full_name}:[/b] [br]{text}" if author else text


@family.event("OnImConnectorMessageAdd", of=OperatorMessageSent)
def message_add(call: Call, fact: OperatorMessageSent) -> dict[str, Any]:
    """An operator or the system wrote: the connector carries it outside."""
    message = chat_store.get_message(call.tx, call.portal_id, fact.message_id)
    sent = [
        SentFile(
            name=file.name,
            link=files.link(call, file),
            downloadLink=files.link(call, file),
            type=file.type.value,
            size=file.size or 0,
        )
        for file in file_store.list_files(call.tx, call.portal_id, [message.id]).get(message.id, [])
    ]
    text = message.text
    if message.edited_at or message.deleted_at:  # events of their own follow and tell that
        text = chat_store.find_first_text(call.tx, call.portal_id, message.id) or text
    told = SentMessage(user_id=message.author_id, text=_signed(call, fact.connector, message, text), files=sent)
    return _messages(fact, told)


@family.event("OnImConnectorMessageUpdate", of=OperatorMessageEdited)
def message_update(call: Call, fact: OperatorMessageEdited) -> dict[str, Any]:
    """An operator changed a message: the connector changes it outside."""
    message = chat_store.get_message(call.tx, call.portal_id, fact.message_id)
    ids = chat_store.list_outgoing_ids(call.tx, call.portal_id, fact.message_id)
    return _messages(fact, EditedMessage(id=ids, text=_signed(call, fact.connector, message, fact.text)))


@family.event("OnImConnectorMessageDelete", of=OperatorMessageDeleted)
def message_delete(call: Call, fact: OperatorMessageDeleted) -> dict[str, Any]:
    """An operator deleted a message: the connector deletes it outside."""
    ids = chat_store.list_outgoing_ids(call.tx, call.portal_id, fact.message_id)
    return _messages(fact, WithdrawnMessage(id=ids[0] if ids else ""))


def _dialog(fact: SessionFact, closed: str) -> dict[str, Any]:
    return {
        "CONNECTOR": fact.connector,
        "LINE": str(fact.line_id),
        "DATA": [
            {
                "connector": {
                    "connector_id": fact.connector,
                    "line_id": fact.line_id,
                    "chat_id": fact.outer_chat,
                    "user_id": fact.customer_id,
                },
                "session": {
                    "id": fact.session_id,
                    "closed": closed,
                    "parent_id": fact.parent_id,
                    "close_term": fact.close_term,
                },
                "chat": {"id": fact.chat_id},
                "user": {"id": fact.customer_id},
            }
        ],
    }


@family.event("OnImConnectorDialogStart", of=SessionOpened)
def dialog_start(_: Call, fact: SessionOpened) -> dict[str, Any]:
    """A session began in a dialog of the connector."""
    return _dialog(fact, "N")


@family.event("OnImConnectorDialogFinish", of=SessionClosed)
def dialog_finish(_: Call, fact: SessionClosed) -> dict[str, Any]:
    """A session of the connector's dialog was closed."""
    return _dialog(fact, "Y")


@family.event("OnImConnectorStatusDelete", of=ConnectorSwitchedOff)
def status_delete(_: Call, fact: ConnectorSwitchedOff) -> dict[str, Any]:
    """The portal's side switched the connector off on a line."""
    return {"connector": fact.connector, "line": fact.line_id}


@family.event("OnImConnectorLineDelete", of=LineDeleted)
def line_delete(_: Call, fact: LineDeleted) -> int:
    """A line that the connector was on was deleted."""
    return fact.line_id
