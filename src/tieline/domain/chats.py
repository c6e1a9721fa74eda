"""Chats and messages: a dialog is the chat of an open line."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from tieline.domain.ids import UserCode

PRIVATE = "private"  # among a message's parameters


class ChatType(StrEnum):
    """What a chat is for."""

    LINES = "lines"


class Author(StrEnum):
    """On whose side a message was written."""

    CUSTOMER = "customer"
    OPERATOR = "operator"
    SYSTEM = "system"


class Chat(NamedTuple):
    """A conversation with members; for a dialog also what its row in a list shows.

    `line_id` is where the connector brings it in; `queue_id` is the line whose queue serves it, another after a
    transfer and until its session ends. While it is `silent`, what operators write stays inside. `lead_id` and its like
    are the objects of the CRM that it is bound to, 0 for none. A named tuple, since each message reads one and replaces
    it.
    """

    id: int
    type: ChatType
    title: str
    description: str
    connector: str
    line_id: int
    outer_chat: str
    outer_user: str
    customer_id: int
    session_id: int | None
    operator_id: int | None
    status: int | None
    sequence: int
    messages: int
    last_message_id: int | None
    waiting_since: int | None
    active_at: int
    created_at: int
    queue_id: int
    pinned: bool
    silent: bool
    lead_id: int
    company_id: int
    contact_id: int
    deal_id: int

    @property
    def user_code(self) -> UserCode:
        """The dialog's name for the outside; its last part is the internal user id."""
        return UserCode(self.connector, self.line_id, self.outer_chat, str(self.customer_id))

    @property
    def dialog_id(self) -> str:
        """The chat's name for the im methods."""
        return f"chat{self.id}"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat, as it reads now.

    `sequence` is its place in the dialog; `changed` is where the dialog stood when it was changed last.
    """

    id: int
    chat_id: int
    author_id: int
    author: Author
    text: str
    created_at: int
    sequence: int
    changed: int | None = None
    session_id: int | None = None
    params: dict[str, Any] = field(default_factory=dict)
    outer_id: str | None = None
    edited_at: int | None = None
    deleted_at: int | None = None
    delivered_at: int | None = None
    read_at: int | None = None
    failure: str | None = None

    @property
    def private(self) -> bool:
        """It was written for operators alone."""
        return PRIVATE in self.params


class OuterFile(NamedTuple):
    """A file as a connector names it."""

    url: str
    name: str = ""


class OuterMessage(NamedTuple):
    """A message as a connector passes it in."""

    id: str | None
    text: str = ""
    date: int | None = None
    files: tuple[OuterFile, ...] = ()
    disable_crm: bool = False
    user_id: int | None = None


class OuterChat(NamedTuple):
    """A chat as a connector names it."""

    id: str
    name: str = ""
    url: str = ""
