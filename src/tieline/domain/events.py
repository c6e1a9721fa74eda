"""Every event as a fact: what happened, to what, by whom. How it looks on the wire stands in methods/."""

from dataclasses import dataclass, field
from typing import Any

from tieline.domain.files import File


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that happened in the portal, for whoever subscribed to it."""

    app_id: int | None = None
    actor_id: int | None = None
    chat_id: int = 0  # orders deliveries; 0 for what belongs to no dialog
    message_id: int | None = None  # fails where the event is given up
    bot_id: int | None = None  # of a bot that has a handler of its own
    reader_id: int | None = None  # in whose chats it happened, where it is told to each who is there

    @property
    def subject(self) -> str:
        """What the fact is about, empty for the application itself: of one thing an offline queue keeps the latest."""
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationFact(Fact):
    """Something that happened to the application `app_id`, or to what belongs to it: nobody else is told."""

    app_id: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event for one handler, behind the others of its lane; `data` is its wire form as JSON, once it has one."""

    portal_id: int
    id: int
    lane_id: int
    binding_id: int
    event_id: int
    event: str
    app_id: int
    handler: str
    chat_id: int
    message_id: int | None
    actor_id: int | None
    fact: dict[str, Any] | None
    data: str | None
    created_at: int
    failures: int = 0  # of attempts since the lane last went on


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFact(ApplicationFact):
    """Something happened to a message that went outside."""

    connector: str
    line_id: int
    message_id: int
    outer_chat: str

    @property
    def subject(self) -> str:
        """The message."""
        return str(self.message_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorMessageSent(MessageFact):
    """An operator, or the system in the line's name (`author_id` 0), wrote to a customer."""

    author_id: int
    text: str
    files: tuple[File, ...] = ()
    content: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorMessageEdited(MessageFact):
    """An operator changed a message that a customer may have seen."""

    author_id: int
    text: str
    content: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorMessageDeleted(MessageFact):
    """An operator withdrew a message that a customer may have seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogMessageFact(ApplicationFact):
    """Something happened to a message of a dialog, whoever wrote it; no message fails where this is given up."""

    connector: str
    line_id: int
    message: int

    @property
    def subject(self) -> str:
        """The message."""
        return str(self.message)


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogMessageAdded(DialogMessageFact):
    """Somebody wrote into a dialog: a customer, an operator, or the system (`author_id` 0)."""

    outer_chat: str
    customer_id: int
    author_id: int
    text: str
    created_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogMessageEdited(DialogMessageFact):
    """Somebody changed a message of a dialog."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogMessageDeleted(DialogMessageFact):
    """Somebody withdrew a message of a dialog."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFact(ApplicationFact):
    """A session began or ended."""

    connector: str
    line_id: int
    outer_chat: str
    customer_id: int
    session_id: int
    parent_id: int
    close_term: int

    @property
    def subject(self) -> str:
        """The session."""
        return str(self.session_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpened(SessionFact):
    """A session began in a dialog."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionClosed(SessionFact):
    """A session of a dialog ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorSwitchedOff(ApplicationFact):
    """The portal's side, not the application, switched a connector off on a line."""

    connector: str
    line_id: int

    @property
    def subject(self) -> str:
        """The connector on this line."""
        return f"{self.connector}|{self.line_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDeleted(ApplicationFact):
    """A line with a connector of the application was deleted."""

    line_id: int

    @property
    def subject(self) -> str:
        """The line."""
        return str(self.line_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserAdded(Fact):
    """A person was added to the portal."""

    user_id: int

    @property
    def subject(self) -> str:
        """The person."""
        return str(self.user_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppInstalled(ApplicationFact):
    """An application was installed."""

    version: int
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppUpdated(AppInstalled):
    """A new version of an application was installed."""

    previous_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRemoved(ApplicationFact):
    """An application was removed; `clean` if its data are not wanted any more."""

    clean: bool
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppPaid(ApplicationFact):
    """An application was paid for."""

    code: str
    version: int
    status: str
    expired: bool
    days: int | None
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TestFired(ApplicationFact):
    """An application asked for a test event."""

    query: dict[str, Any]
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineQueueGrown(ApplicationFact):
    """An application's queue of offline events has something new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmFact(Fact):
    """Something happened to a lead, deal, contact or company."""

    entity_id: int

    @property
    def subject(self) -> str:
        """The object."""
        return str(self.entity_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadAdded(CrmFact):
    """A lead was added to the CRM."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadUpdated(CrmFact):
    """A lead was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadDeleted(CrmFact):
    """A lead was deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DealAdded(CrmFact):
    """A deal was added to the CRM."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DealUpdated(CrmFact):
    """A deal was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DealDeleted(CrmFact):
    """A deal was deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactAdded(CrmFact):
    """A contact was added to the CRM."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactUpdated(CrmFact):
    """A contact was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDeleted(CrmFact):
    """A contact was deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyAdded(CrmFact):
    """A company was added to the CRM."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyUpdated(CrmFact):
    """A company was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyDeleted(CrmFact):
    """A company was deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DealMoved(CrmFact):
    """A deal came into another funnel."""

    category_id: int
    stage_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentFact(Fact):
    """Something happened to a comment in the timeline of the CRM."""

    comment_id: int

    @property
    def subject(self) -> str:
        """The comment."""
        return str(self.comment_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentAdded(CommentFact):
    """A comment was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentUpdated(CommentFact):
    """A comment was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentDeleted(CommentFact):
    """A comment was deleted."""
