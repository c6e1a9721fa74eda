"""Applications, their tokens, incoming webhooks and subscriptions to events."""

from dataclasses import dataclass

from tieline.domain.clock import DAY, HOUR, MINUTE

ACCESS_TOKEN_LIFE = HOUR
REFRESH_TOKEN_LIFE = 180 * DAY
REFRESH_REPEAT = MINUTE  # a lost answer may be asked for again this long
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
    """An application's subscription to one event."""

    id: int
    app_id: int
    event: str
    handler: str
    auth_user_id: int | None
    offline: bool = False
    connector: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """A pair of tokens as it leaves, in the clear, once."""

    access_token: str
    refresh_token: str
    user_id: int
    expires_at: int
