"""Applications, their tokens, webhooks and subscriptions to events."""

from dataclasses import dataclass
from enum import Enum

from tieline.domain.clock import DAY, HOUR, MINUTE, SECOND
from tieline.domain.people import User

ACCESS_TOKEN_LIFE = HOUR
REFRESH_TOKEN_LIFE = 180 * DAY
REFRESH_REPEAT = MINUTE  # a lost answer may be asked for again this long
CODE_LIFE = 30 * SECOND
GRACE = 14 * DAY  # a paid application goes on this long after its period
NOTICE_PAUSE = SECOND  # between two notices of an offline queue, unless the subscription says otherwise
EVENT_TOKEN_REUSE = 10 * MINUTE  # tokens of events are minted once for this long, and live as much longer


class AppKind(Enum):
    """What an application is: a program with tokens, a person's outgoing webhook, or what calls by incoming ones.

    A client names itself to incoming webhooks by a key of its own: bots are registered under it.
    """

    LOCAL = "local"
    OUTGOING = "outgoing"
    CLIENT = "client"


class AppStatus(Enum):
    """How an application came to the portal, as the wire has it."""

    LOCAL = "L"
    FREE = "F"
    DEMO = "D"
    TRIAL = "T"
    PAID = "P"
    SUBSCRIPTION = "S"


@dataclass(frozen=True, slots=True)
class App:
    """An application of the portal; `access` names the people who may use it, nobody for everybody."""

    id: int
    client_id: str
    secret_hash: str
    name: str
    scopes: frozenset[str]
    handler_url: str
    install_url: str
    script_only: bool
    installed: bool
    version: int
    user_id: int
    sealed_application_token: str
    sealed_signing_key: str
    created_at: int
    kind: AppKind = AppKind.LOCAL
    status: AppStatus = AppStatus.LOCAL
    previous_version: int = 0
    paid_until: int | None = None
    removed_at: int | None = None
    access: frozenset[int] = frozenset()

    @property
    def has_page(self) -> bool:
        """It has a page to open in the portal."""
        return bool(self.handler_url) and not self.script_only

    def open_to(self, user: User) -> bool:
        """A person may use it."""
        return not self.access or user.id in self.access or user.is_admin

    def payment_expired(self, now: int) -> bool:
        """Its paid period is over."""
        return self.paid_until is not None and self.paid_until <= now

    def blocked(self, now: int) -> bool:
        """Its paid period and the grace after it are over."""
        return self.paid_until is not None and self.paid_until + GRACE <= now

    def days_left(self, now: int) -> int | None:
        """Days of the paid period, rounded up; negative after it."""
        return None if self.paid_until is None else -((now - self.paid_until) // DAY)

    @property
    def scope_list(self) -> str:
        """Scopes as the wire lists them."""
        return ",".join(sorted(self.scopes))


@dataclass(frozen=True, slots=True)
class Token:
    """An access or refresh token as it is kept: its hash, whose it is and until when it holds."""

    hash: str
    app_id: int
    user_id: int
    refresh: bool
    expires_at: int
    used_at: int | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """An incoming webhook: a user's key with some scopes."""

    id: int
    user_id: int
    scopes: frozenset[str]
    title: str
    created_at: int = 0


@dataclass(frozen=True, slots=True)
class Code:
    """A code of the consent page as it is kept."""

    app_id: int
    user_id: int
    expires_at: int
    used_at: int | None


@dataclass(frozen=True, slots=True)
class Binding:
    """An application's subscription to one event.

    An offline one has no handler: what it is told waits in a queue, one for each source key (`connector`). One with a
    bot is told of that bot alone.
    """

    id: int
    app_id: int
    event: str
    handler: str
    auth_user_id: int | None
    offline: bool = False
    connector: str = ""
    notice_pause: int = NOTICE_PAUSE
    bot_id: int | None = None


@dataclass(frozen=True, slots=True)
class OfflineRow:
    """A change that waits in an application's offline queue: an event and its latest data or fact, as JSON.

    A reader reserves it under a process, which either clears it or marks it as failed.
    """

    id: int
    event: str
    changed_at: int
    fact: str | None
    data: str | None
    process_id: str
    failed: bool


@dataclass(frozen=True, slots=True)
class Grant:
    """A pair of tokens as it leaves, in the clear, once."""

    access_token: str
    refresh_token: str
    user_id: int
    expires_at: int
