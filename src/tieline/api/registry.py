"""Every method and event of the server: found by name, listed by scope."""

from collections.abc import Iterable, Iterator

from tieline.api.method import BASIC, Auth, Event, Family, Method
from tieline.domain.events import ApplicationFact, Fact


class Registry:
    """Methods by their case-insensitive names; events by name and by the fact they tell.

    `scopes` are offered though no method or event may ask for them yet.
    """

    def __init__(self, families: Iterable[Family], scopes: Iterable[str] = ()) -> None:
        self._scopes = frozenset(scopes)
        self._methods: dict[str, Method] = {}
        self._events: dict[str, Event] = {}
        self._by_fact: dict[type[Fact], tuple[Event, ...]] = {}
        for family in families:
            for method in family.methods:
                if self._methods.setdefault(method.name.lower(), method) is not method:
                    raise TypeError(f"{method.name} is declared twice")
            for event in family.events:
                if self._events.setdefault(event.wire_name, event) is not event:
                    raise TypeError(f"{event.name} is declared twice")
                self._by_fact[event.fact] = (*self._by_fact.get(event.fact, ()), event)

    def __iter__(self) -> Iterator[Method]:
        return iter(self._methods.values())

    @property
    def events(self) -> Iterable[Event]:
        """All events."""
        return self._events.values()

    def find(self, name: str) -> Method | None:
        """Return a method by its name in any case, or None."""
        return self._methods.get(name) or self._methods.get(name.lower())

    def find_event(self, name: str) -> Event | None:
        """Return an event by its name in any case, or None."""
        return self._events.get(name.upper())

    def events_of(self, fact: type[Fact]) -> tuple[Event, ...]:
        """Return the events that tell a fact."""
        return self._by_fact.get(fact, ())

    @property
    def scopes(self) -> list[str]:
        """Every scope that an application may ask for, without the basic one."""
        names = self._scopes.union(scope for item in (*self, *self.events) for scope in item.scopes)
        return sorted(names - {BASIC})

    def names(self, scopes: Iterable[str]) -> list[str]:
        """Return the names of methods that any of `scopes` opens to applications and webhooks."""
        held = set(scopes)
        return [m.name for m in self if m.auth is not Auth.SESSION and held.intersection(m.scopes)]

    @property
    def open_events(self) -> list[str]:
        """Names of events that concern no single application, so that anybody may be told of them."""
        return [event.wire_name for event in self.events if not issubclass(event.fact, ApplicationFact)]

    def event_names(self, scopes: Iterable[str]) -> list[str]:
        """Return the names of events that any of `scopes` opens."""
        held = set(scopes)
        return [event.wire_name for event in self.events if held.intersection(event.scopes)]
