"""The seven events of connectors, each for the application that owns the connector alone."""

from typing import Any, Generic, Literal, TypeVar

import msgspec

from tieline.api.differences import Difference
from tieline.api.method import Auth, Family
from tieline.api.wire import Wire
from tieline.domain.chats import ATTACH, KEYBOARD
from tieline.domain.content import as_text
from tieline.domain.events import (
    ConnectorSwitchedOff,
    LineDeleted,
    MessageFact,
    OperatorMessageDeleted,
    OperatorMessageEdited,
    OperatorMessageSent,
    SessionClosed,
    SessionFact,
    SessionOpened,
)
from tieline.services import files
from tieline.services.call import Call
from tieline.store import messages as message_store

family = Family(scopes=("imopenlines", "imconnector"), auth=Auth.APP)
Message = TypeVar("Message", bound=Wire)
NO_REFRESH_TOKEN = Difference(25, "The auth block brings no refresh_token, though the sample shows one.")
SIGNED_ALIKE = Difference(26, "The operator's name stands before the text as in a new message, then a blank and [br].")


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
    keyboard: list[dict[str, Any]] = msgspec.field(default_factory=list)
    attach: list[dict[str, Any]] = msgspec.field(default_factory=list)


class EditedMessage(Wire, omit_defaults=True):
    """What was changed: ids are a list here."""

    id: list[str]
    text: str
    keyboard: list[dict[str, Any]] = msgspec.field(default_factory=list)
    attach: list[dict[str, Any]] = msgspec.field(default_factory=list)


class WithdrawnMessage(Wire):
    """What was deleted: the id is one text here."""

    id: str


class OutsideChat(Wire):
    """The chat outside, with the very id that the connector gave."""

    id: str


class Told(Wire, Generic[Message]):
    """A message by our ids, and what the connector is told of it."""

    im: ImIds
    message: Message
    chat: OutsideChat


class Messages(Wire, Generic[Message]):
    """Messages of a connector on a line."""

    CONNECTOR: str
    LINE: int
    MESSAGES: list[Told[Message]]


def _messages(fact: MessageFact, message: Message) -> Messages[Message]:
    ids = ImIds(chat_id=fact.chat_id, message_id=fact.message_id)
    item = Told(im=ids, message=message, chat=OutsideChat(id=fact.outer_chat))
    return Messages(CONNECTOR=fact.connector, LINE=fact.line_id, MESSAGES=[item])


def _signed(call: Call, code: str, author_id: int, text: str, content: dict[str, Any]) -> str:
    """Put the operator's name before a text, where the connector wants it, and write line breaks as [br].

    What hangs on the message follows as lines, unless the connector shows it itself.
    """
    connector = call.find_connector(code)
    if content and not (connector and connector.buttons):
        hanging = as_text(content.get(ATTACH), content.get(KEYBOARD), address=call.portal.url)
        text = "\n".join(filter(None, [text, hanging]))
    text = text.replace("\r\n", "\n").replace("\n", "[br]")
    if not author_id or connector is None or not connector.need_signature:
        return text
    author = call.find_user(author_id)
    return f"[b]{author.full_name}:[/b] [br]{text}" if author else text


@family.event("OnImConnectorMessageAdd", of=OperatorMessageSent)
def message_add(call: Call, fact: OperatorMessageSent) -> Messages[SentMessage]:
    """An operator or the system wrote: the connector carries it outside."""
    sent = [
        SentFile(
            name=file.name,
            link=files.link(call, file),
            downloadLink=files.link(call, file),
            type=file.type.value,
            size=file.size or 0,
        )
        for file in fact.files
    ]
    told = SentMessage(
        user_id=fact.author_id,
        text=_signed(call, fact.connector, fact.author_id, fact.text, fact.content),
        files=sent,
        **_shown(call, fact),
    )
    return _messages(fact, told)


def _shown(call: Call, fact: OperatorMessageSent | OperatorMessageEdited) -> dict[str, Any]:
    """Return what hangs on a message, for a connector that shows it itself."""
    connector = call.find_connector(fact.connector)
    if connector is None or not connector.buttons:
        return {}
    return {"keyboard": fact.content.get(KEYBOARD) or [], "attach": fact.content.get(ATTACH) or []}


@family.event("OnImConnectorMessageUpdate", of=OperatorMessageEdited, late=True, differs=(SIGNED_ALIKE,))
def message_update(call: Call, fact: OperatorMessageEdited) -> Messages[EditedMessage]:
    """An operator changed a message: the connector changes it outside."""
    ids = message_store.list_outgoing_ids(call.tx, call.portal_id, fact.message_id)
    text = _signed(call, fact.connector, fact.author_id, fact.text, fact.content)
    return _messages(fact, EditedMessage(id=ids, text=text, **_shown(call, fact)))


@family.event("OnImConnectorMessageDelete", of=OperatorMessageDeleted, late=True)
def message_delete(call: Call, fact: OperatorMessageDeleted) -> Messages[WithdrawnMessage]:
    """An operator deleted a message: the connector deletes it outside."""
    ids = message_store.list_outgoing_ids(call.tx, call.portal_id, fact.message_id)
    return _messages(fact, WithdrawnMessage(id=ids[0] if ids else ""))


class DialogIds(Wire):
    """A dialog of a connector: the chat by its outer id, the customer by ours."""

    connector_id: str
    line_id: int
    chat_id: str
    user_id: int


class SessionTold(Wire):
    """A session: `closed` is Y or N, `close_term` the minutes until it closes by itself."""

    id: int
    closed: Literal["Y", "N"]
    parent_id: int
    close_term: int


class Id(Wire):
    """Something by its id alone."""

    id: int


class SessionInDialog(Wire):
    """A session with its dialog."""

    connector: DialogIds
    session: SessionTold
    chat: Id
    user: Id


class Sessions(Wire):
    """Sessions of a connector on a line."""

    CONNECTOR: str
    LINE: str
    DATA: list[SessionInDialog]


def told(fact: SessionFact, closed: Literal["Y", "N"]) -> SessionInDialog:
    """Tell of a session and its dialog."""
    ids = DialogIds(
        connector_id=fact.connector, line_id=fact.line_id, chat_id=fact.outer_chat, user_id=fact.customer_id
    )
    session = SessionTold(id=fact.session_id, closed=closed, parent_id=fact.parent_id, close_term=fact.close_term)
    return SessionInDialog(connector=ids, session=session, chat=Id(id=fact.chat_id), user=Id(id=fact.customer_id))


def _dialog(fact: SessionFact, closed: Literal["Y", "N"]) -> Sessions:
    return Sessions(CONNECTOR=fact.connector, LINE=str(fact.line_id), DATA=[told(fact, closed)])


@family.event("OnImConnectorDialogStart", of=SessionOpened, differs=(NO_REFRESH_TOKEN,))
def dialog_start(_: Call, fact: SessionOpened) -> Sessions:
    """A session began in a dialog of the connector."""
    return _dialog(fact, "N")


@family.event("OnImConnectorDialogFinish", of=SessionClosed, differs=(NO_REFRESH_TOKEN,))
def dialog_finish(_: Call, fact: SessionClosed) -> Sessions:
    """A session of the connector's dialog was closed."""
    return _dialog(fact, "Y")


class SwitchedOff(Wire):
    """A connector on a line; the keys are of lower case here."""

    connector: str
    line: int


@family.event("OnImConnectorStatusDelete", of=ConnectorSwitchedOff)
def status_delete(_: Call, fact: ConnectorSwitchedOff) -> SwitchedOff:
    """The portal's side switched the connector off on a line."""
    return SwitchedOff(connector=fact.connector, line=fact.line_id)


@family.event("OnImConnectorLineDelete", of=LineDeleted)
def line_delete(_: Call, fact: LineDeleted) -> int:
    """A line that the connector was on was deleted."""
    return fact.line_id
