"""Applications, their tokens, incoming webhooks and subscriptions to events."""

from dataclasses import dataclass

from tieline.domain.clock import DAY, HOUR, MINUTE, SECOND

ACCESS_TOKEN_LIFE = HOUR
REFRESH_TOKEN_LIFE = 180 * DAY
REFRESH_REPEAT = MINUTE  # a lost answer may be asked for again this long
NOTICE_PAUSE = SECOND  # between two notices of an offline queue, unless the subscription says otherwise
EVENT_TOKEN_REUSE = 10 * MINUTE  # tokens of events are minted once for this long, and live as much longer


@dataclass(frozen=True, slots=True)
class App:
    """A local application of the portal."""

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
    status: str = "L"

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


@dataclass(frozen=True, slots=True)
class Binding:
    """An application's subscription to one event.

    An offline one has no handler: what it is told waits in a queue, one for each source key (`connector`).
    """

    id: int
    app_id: int
    event: str
    handler: str
    auth_user_id: int | None
    offline: bool = False
    connector: str = ""
    notice_pause: int = NOTICE_PAUSE


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
