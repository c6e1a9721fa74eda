"""The events of dialogs and sessions, each for the application whose connector the dialog came by."""

from typing import Any, Literal

from tieline.api.method import Auth, Family
from tieline.api.wire import Wire, iso
from tieline.domain.events import (
    DialogMessageAdded,
    DialogMessageDeleted,
    DialogMessageEdited,
    DialogMessageFact,
    SessionClosed,
    SessionOpened,
)
from tieline.domain.files import FileState
from tieline.methods.imconnector_events import NO_REFRESH_TOKEN, DialogIds, Id, ImIds, SentFile, SessionInDialog, told
from tieline.services import files
from tieline.services.call import Call
from tieline.store import files as file_store

family = Family(scopes=("imopenlines",), auth=Auth.APP)


class AddedMessage(Wire):
    """A message that was added: `system` is Y or N, `user_id` our id of who wrote."""

    id: int
    date: str
    text: str
    files: list[SentFile]
    attach: str
    system: Literal["Y", "N"]
    user_id: int


class Extra(Wire):
    """What a network of portals would add."""

    EXTRA_URL: str


class AddedInDialog(Wire):
    """A message with its dialog; `ref` would name what brought the customer here."""

    connector: DialogIds
    chat: Id
    message: AddedMessage
    ref: list[Any]
    extra: Extra


class Added(Wire):
    """Messages that were added."""

    DATA: list[AddedInDialog]


class ChangedInDialog(Wire):
    """A message that was changed, by our ids."""

    im: ImIds
    message: Id
    chat: Id


class Changed(Wire):
    """Messages of a connector on a line that were changed."""

    CONNECTOR: str
    LINE: int
    DATA: list[ChangedInDialog]


class SessionsTold(Wire):
    """Sessions with their dialogs."""

    DATA: list[SessionInDialog]


def _files(call: Call, message_id: int) -> list[SentFile]:
    """Name a message's files; one that has not come in yet is linked where it comes from."""
    sent = []
    for file in file_store.list_files(call.tx, call.portal_id, [message_id]).get(message_id, []):
        link = files.link(call, file) if file.state is FileState.READY else file.source_url
        sent.append(SentFile(name=file.name, link=link, downloadLink=link, type=file.type.value, size=file.size or 0))
    return sent


@family.event("OnOpenLineMessageAdd", of=DialogMessageAdded, differs=(NO_REFRESH_TOKEN,))
def message_add(call: Call, fact: DialogMessageAdded) -> Added:
    """A customer, an operator or the system wrote into a dialog."""
    message = AddedMessage(
        id=fact.message,
        date=iso(fact.created_at, call.portal.time_zone),
        text=fact.text,
        files=_files(call, fact.message),
        attach="",
        system="N" if fact.author_id else "Y",
        user_id=fact.author_id,
    )
    ids = DialogIds(
        connector_id=fact.connector, line_id=fact.line_id, chat_id=fact.outer_chat, user_id=fact.customer_id
    )
    added = AddedInDialog(connector=ids, chat=Id(id=fact.chat_id), message=message, ref=[], extra=Extra(EXTRA_URL=""))
    return Added(DATA=[added])


def _changed(fact: DialogMessageFact) -> Changed:
    ids = ImIds(chat_id=fact.chat_id, message_id=fact.message)
    item = ChangedInDialog(im=ids, message=Id(id=fact.message), chat=Id(id=fact.chat_id))
    return Changed(CONNECTOR=fact.connector, LINE=fact.line_id, DATA=[item])


@family.event("OnOpenLineMessageUpdate", of=DialogMessageEdited, differs=(NO_REFRESH_TOKEN,))
def message_update(_: Call, fact: DialogMessageEdited) -> Changed:
    """A message of a dialog was changed."""
    return _changed(fact)


@family.event("OnOpenLineMessageDelete", of=DialogMessageDeleted, differs=(NO_REFRESH_TOKEN,))
def message_delete(_: Call, fact: DialogMessageDeleted) -> Changed:
    """A message of a dialog was deleted."""
    return _changed(fact)


@family.event("OnSessionStart", of=SessionOpened, differs=(NO_REFRESH_TOKEN,))
def session_start(_: Call, fact: SessionOpened) -> SessionsTold:
    """A session began in a dialog."""
    return SessionsTold(DATA=[told(fact, "N")])


@family.event("OnSessionFinish", of=SessionClosed, differs=(NO_REFRESH_TOKEN,))
def session_finish(_: Call, fact: SessionClosed) -> SessionsTold:
    """A session of a dialog was closed."""
    return SessionsTold(DATA=[told(fact, "Y")])
