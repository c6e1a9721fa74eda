"""People and what acts like them: operators, customers of connectors."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from tieline.domain.clock import PortalClock


class UserKind(StrEnum):
    """Whom a user's row stands for."""

    PERSON = "person"
    CUSTOMER = "customer"
    BOT = "bot"


@dataclass(frozen=True, slots=True)
class User:
    """A person of the portal, a customer who writes from outside, or a bot."""

    id: int
    kind: UserKind
    name: str
    last_name: str = ""
    second_name: str = ""
    email: str = ""
    is_admin: bool = False
    active: bool = True
    work_position: str = ""
    gender: str = ""
    phone: str = ""
    url: str = ""
    avatar: str = ""
    connector: str = ""
    outer_id: str = ""
    language: str = ""
    time_zone: str = ""
    created_at: int = 0
    modified_at: int = 0
    last_login_at: int | None = None
    last_seen_at: int | None = None

    @property
    def full_name(self) -> str:
        """Name and last name, as people read them."""
        return f"{self.name} {self.last_name}".strip() or self.email or f"#{self.id}"


class OuterUser(NamedTuple):
    """What a connector says of a customer."""

    id: str
    name: str = ""
    last_name: str = ""
    picture: str = ""
    url: str = ""
    gender: str = ""
    email: str = ""
    phone: str = ""
    skip_phone_validate: bool = False


class Card(NamedTuple):
    """What is told of a person beside the person's row: departments, birthday, telephones."""

    departments: tuple[int, ...] = ()
    birthday: str = ""
    work_phone: str = ""
    inner_phone: str = ""


@dataclass(frozen=True, slots=True)
class Portal:
    """One installation of the hub: what its addresses and tokens are made for."""

    id: int
    member_id: str
    name: str
    url: str
    language: str
    time_zone: str
    clock: PortalClock | None = None  # None: that of the machine

    @property
    def domain(self) -> str:
        """Host and port, as clients put them behind `https://`."""
        return self.url.split("://", 1)[-1]

    @property
    def host(self) -> str:
        """Host name alone."""
        return self.domain.rsplit(":", 1)[0] if ":" in self.domain.rsplit("]", 1)[-1] else self.domain

    @property
    def rest_url(self) -> str:
        """Where methods are called: both client_endpoint and server_endpoint."""
        return f"{self.url}/rest/"
