"""The seven events of connectors, each for the application that owns the connector alone."""

from typing import Any

import msgspec

from tieline.api.method import Auth, Family
from tieline.api.wire import Wire
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
from tieline.services import files
from tieline.services.call import Call
from tieline.store import chats as chat_store

family = Family(scopes=("imopenlines", "imconnector"), auth=Auth.APP)


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


def _signed(call: Call, code: str, author_id: int, text: str) -> str:
    """Put the operator's name before a text, where the connector wants it, and write line breaks as [br]."""
    text = text.replace("\r\n", "\n").replace("\n", "[br]")
    connector = call.find_connector(code)
    if not author_id or connector is None or not connector.need_signature:
        return text
    author = call.find_person(author_id)
    return f"[b]{author.full_name}:[/b] [br]{text}" if author else text


@family.event("OnImConnectorMessageAdd", of=OperatorMessageSent)
def message_add(call: Call, fact: OperatorMessageSent) -> dict[str, Any]:
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
        user_id=fact.author_id, text=_signed(call, fact.connector, fact.author_id, fact.text), files=sent
    )
    return _messages(fact, told)


@family.event("OnImConnectorMessageUpdate", of=OperatorMessageEdited, late=True)
def message_update(call: Call, fact: OperatorMessageEdited) -> dict[str, Any]:
    """An operator changed a message: the connector changes it outside."""
    ids = chat_store.list_outgoing_ids(call.tx, call.portal_id, fact.message_id)
    return _messages(fact, EditedMessage(id=ids, text=_signed(call, fact.connector, fact.author_id, fact.text)))


@family.event("OnImConnectorMessageDelete", of=OperatorMessageDeleted, late=True)
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
