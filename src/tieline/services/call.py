"""Call: who acts, with what rights, in which transaction; and World, what all calls of a server share."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from tieline.domain.apps import App, Binding, Webhook
from tieline.domain.bots import Bot, Command
from tieline.domain.clock import Clock
from tieline.domain.connectors import TRIAL, Connection, Connector
from tieline.domain.events import Fact
from tieline.domain.ids import fingerprint
from tieline.domain.lines import Line
from tieline.domain.people import Portal, User, UserKind
from tieline.store import apps, bots, connectors, event_readers, lines, people
from tieline.store.cache import Cache
from tieline.store.engine import Tx
from tieline.store.files import Folder
from tieline.store.vault import Vault


class EventForm(Protocol):
    """What a subscription needs to know of an event."""

    @property
    def wire_name(self) -> str:
        """The name as payloads carry it."""
        ...

    @property
    def scopes(self) -> tuple[str, ...]:
        """Any of these opens the event."""
        ...

    @property
    def fact(self) -> type[Fact]:
        """What it tells."""
        ...

    @property
    def late(self) -> bool:
        """Its data are not known before it is sent for the first time."""
        ...

    @property
    def render(self) -> "Callable[[Call, Any], Any]":
        """Make a fact's data, as the wire has them."""
        ...


class Catalogue(Protocol):
    """What the server offers, by scope."""

    @property
    def scopes(self) -> list[str]:
        """Every scope there is."""
        ...

    def names(self, scopes: Iterable[str]) -> list[str]:
        """Names of methods that any of `scopes` opens."""
        ...

    def event_names(self, scopes: Iterable[str]) -> list[str]:
        """Names of events that any of `scopes` opens."""
        ...

    @property
    def open_events(self) -> list[str]:
        """Names of events that concern no single application."""
        ...

    def find_event(self, name: str) -> EventForm | None:
        """Return an event by its name in any case, or None."""
        ...

    def events_of(self, fact: type[Fact]) -> Sequence[EventForm]:
        """Return the events that tell a fact."""
        ...


@dataclass(frozen=True, slots=True)
class Rules:
    """How strict this server is."""

    production: bool = False
    strict: bool = False
    allowed_hosts: frozenset[str] = frozenset()
    requests: tuple[float, int] = (0, 0)  # of an address: drain a second, limit
    operating: tuple[float, int] = (0, 600)  # of a method and caller: limit and window in seconds


@dataclass(frozen=True, slots=True)
class World:
    """What all calls of a running server share."""

    clock: Clock
    vault: Vault
    catalogue: Catalogue
    folder: Folder
    rules: Rules = field(default_factory=Rules)
    cache: Cache = field(default_factory=Cache)


class NeedsWriter(Exception):
    """A call that began on a reader has something to write, and is made again in the writer."""


@dataclass(slots=True)
class Call:
    """One call: who makes it and the open transaction; look-ups of what seldom changes come from the cache."""

    tx: Tx
    world: World
    portal: Portal
    real_now: int
    user: User | None = None
    app: App | None = None
    customer: User | None = None  # who writes from outside
    webhook: Webhook | None = None
    scopes: frozenset[str] = frozenset()
    client: str = ""  # the key by which a webhook names the program that it is called by
    source: str = ""  # the caller's key: what it does is not told to its own offline queue of this key
    writing: bool = True  # it is made in the writer
    now: int = field(init=False)  # the portal's time; what machines measure (tokens, deliveries) goes by `real_now`

    def __post_init__(self) -> None:
        self.now = self.real_now if self.portal.clock is None else self.portal.clock.at(self.real_now)

    @property
    def portal_id(self) -> int:
        """The portal's id, which every key starts with."""
        return self.portal.id

    @property
    def actor(self) -> User:
        """The user in whose name the call is made."""
        assert self.user is not None
        return self.user

    @property
    def owner(self) -> App:
        """The application that makes the call."""
        assert self.app is not None
        return self.app

    @staticmethod
    def program_name(key: str) -> str:
        """Return the client_id of a program that names itself to webhooks by a key, of which a hash alone is kept."""
        return f"client.{fingerprint(key)[:40]}"

    def program(self) -> App | None:
        """Return the application that calls, or the one that a webhook's caller says it is; None if it is new here."""
        if self.app is not None:
            return self.app
        name = self.program_name(self.client)
        return self.world.cache.get(
            self.tx,
            self.portal_id,
            ("client", name),
            lambda: apps.find_app_by_client(self.tx, self.portal_id, name),
        )

    def find_app(self, app_id: int) -> App | None:
        """Return an application, or None."""
        return self.world.cache.get(
            self.tx, self.portal_id, ("app", app_id), lambda: apps.find_app(self.tx, self.portal_id, app_id)
        )

    def find_connector(self, code: str) -> Connector | None:
        """Return a connector, or None."""
        if code == TRIAL.code:
            return TRIAL
        return self.world.cache.get(
            self.tx,
            self.portal_id,
            ("connector", code),
            lambda: connectors.find_connector(self.tx, self.portal_id, code),
        )

    def find_connection(self, code: str, line_id: int) -> Connection | None:
        """Return a connector's state on a line, or None."""
        if code == TRIAL.code:
            return Connection(code, line_id, active=True, data={})
        return self.world.cache.get(
            self.tx,
            self.portal_id,
            ("connection", code, line_id),
            lambda: connectors.find_connection(self.tx, self.portal_id, code, line_id),
        )

    def find_line(self, line_id: int) -> Line | None:
        """Return a line, or None."""
        return self.world.cache.get(
            self.tx,
            self.portal_id,
            ("line", line_id),
            lambda: lines.find_line(self.tx, self.portal_id, line_id),
        )

    def lines(self) -> list[Line]:
        """Return all lines."""
        return self.world.cache.get(self.tx, self.portal_id, "lines", lambda: lines.list_lines(self.tx, self.portal_id))

    def find_person(self, user_id: int) -> User | None:
        """Return a person, or None."""
        user = self.find_user(user_id)
        return user if user and user.kind is UserKind.PERSON else None

    def find_user(self, user_id: int) -> User | None:
        """Return a user whose changes raise the portal's version: a person or a bot, not a customer; or None."""
        user = self.world.cache.get(
            self.tx,
            self.portal_id,
            ("user", user_id),
            lambda: people.find_user(self.tx, self.portal_id, user_id),
        )
        return user if user and not user.connector else None

    def bots(self) -> dict[int, Bot]:
        """Return all bots by their ids."""
        return self.world.cache.get(self.tx, self.portal_id, "bots", lambda: bots.list_bots(self.tx, self.portal_id))

    def commands(self) -> list[Command]:
        """Return the commands of all bots."""
        return self.world.cache.get(
            self.tx, self.portal_id, "commands", lambda: bots.list_commands(self.tx, self.portal_id)
        )

    def bindings(self, event: str) -> list[Binding]:
        """Return who subscribed to an event."""
        return self.world.cache.get(
            self.tx,
            self.portal_id,
            ("bindings", event),
            lambda: apps.list_bindings(self.tx, self.portal_id, event=event),
        )

    def event_readers(self) -> dict[int, int]:
        """Return who fetches what happens in their chats, and since when."""
        return self.world.cache.get(
            self.tx, self.portal_id, "event readers", lambda: event_readers.list_readers(self.tx, self.portal_id)
        )

    def require_writer(self) -> None:
        """Go to the writer unless this call is there: what follows changes something."""
        if not self.writing:
            raise NeedsWriter

    def touch(self) -> None:
        """Say that something that is cached changes in this call."""
        self.tx.touch(self.portal_id)
