"""Chats and messages: a dialog is the chat of an open line."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from tieline.domain.ids import UserCode

# Among a message's parameters.
PRIVATE, GONE, ASKED = "private", "gone", "asked"
ATTACH, KEYBOARD, MENU, REPLY = "ATTACH", "KEYBOARD", "MENU", "REPLY_ID"
FORWARD, UUID = "FORWARD_ID", "UUID"
CONTENT = (ATTACH, KEYBOARD, MENU)


COLORS = {  # of users, bots and chats, by the names that the API gives them
    "RED": "#df532d",
    "GREEN": "#64a513",
    "MINT": "#4ba984",
    "LIGHT_BLUE": "#4ba5c3",
    "DARK_BLUE": "#3e99ce",
    "PURPLE": "#8474c8",
    "AQUA": "#1eb4aa",
    "PINK": "#f76187",
    "LIME": "#58cc47",
    "BROWN": "#ab7761",
    "AZURE": "#29619b",
    "KHAKI": "#728f7a",
    "SAND": "#ba9c7b",
    "MARENGO": "#556574",
    "GRAY": "#909090",
    "GRAPHITE": "#5e5f5e",
}


class ChatType(StrEnum):
    """What a chat is for: two people, a group that is closed or that everybody may find, or an open line."""

    PRIVATE = "private"
    GROUP = "chat"
    OPEN = "open"
    LINES = "lines"


class Author(StrEnum):
    """On whose side a message was written."""

    CUSTOMER = "customer"
    OPERATOR = "operator"
    BOT = "bot"
    SYSTEM = "system"


class Chat(NamedTuple):
    """A conversation with members; for a dialog also what its row in a list shows.

    `line_id` is where the connector brings it in; `queue_id` is the line whose queue serves it, another after a
    transfer and until its session ends, which was opened at `opened_at`. While it is `silent`, what operators write
    stays inside. `lead_id` and its like are the objects of the CRM that it is bound to, 0 for none; `bots` is how many
    of its members are bots, and `keyboard_id` the last message by which one of them showed buttons to the customer.
    The outer chat and user of a private chat are the ids of the two who talk, the smaller one first. A named tuple,
    since each message reads one and replaces it.
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
    bots: int = 0
    keyboard_id: int = 0
    opened_at: int | None = None

    @property
    def is_dialog(self) -> bool:
        """It is the chat of an open line."""
        return self.type is ChatType.LINES

    def partner(self, user_id: int) -> int:
        """Return with whom somebody talks in this private chat; who talks to himself, himself."""
        first, second = int(self.outer_chat), int(self.outer_user)
        return second if first == user_id else first

    @property
    def user_code(self) -> UserCode:
        """The dialog's name for the outside; its last part is the internal user id."""
        return UserCode(self.connector, self.line_id, self.outer_chat, str(self.customer_id))

    @property
    def dialog_id(self) -> str:
        """The chat's name for the im methods."""
        return f"chat{self.id}"


@dataclass(frozen=True, slots=True)
class ChatCard:
    """What is kept of a chat beside its row: whose it is, how it looks, to what of the outside it belongs."""

    chat_id: int
    owner_id: int = 0
    color: str = ""
    avatar: str = ""
    entity_type: str = ""
    entity_id: str = ""
    entity_data_1: str = ""
    entity_data_2: str = ""
    entity_data_3: str = ""
    text_field: bool = True


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

    @property
    def gone(self) -> bool:
        """It was withdrawn and left no trace."""
        return GONE in self.params

    @property
    def asked(self) -> list[int]:
        """The commands that were given with it to bots that are not in its chat."""
        return list(self.params.get(ASKED, ()))


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody is about to write: a text and what hangs on it.

    `content` has what is under ATTACH, KEYBOARD and MENU; `marks` are parameters of the message that its readers
    understand; `files` are ids of kept files. One that is `inside` is not carried outside by a connector.
    """

    text: str = ""
    content: dict[str, Any] = field(default_factory=dict)
    marks: dict[str, Any] = field(default_factory=dict)
    reply_id: int | None = None
    system: bool = False
    private: bool = False
    inside: bool = False
    files: tuple[int, ...] = ()

    @property
    def empty(self) -> bool:
        """It has nothing to read."""
        return not self.text.strip() and not self.content.get(ATTACH) and not self.files


@dataclass(frozen=True, slots=True)
class Change:
    """What is changed of a message: the text unless None; of the content what is named, None for taken away.

    `marked`: readers are told that it was changed.
    """

    text: str | None = None
    content: dict[str, Any] = field(default_factory=dict)
    inside: bool = False
    marked: bool = True


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
