"""Prepares the heads of lanes: what is sent, and in whose name, with tokens that are good for a while."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
import structlog

from tieline.api.method import BotTokens, Event, Tokens
from tieline.api.registry import Registry
from tieline.delivery.webhook import Origin, bots_in, signing
from tieline.domain.apps import EVENT_TOKEN_REUSE, App, AppKind, Grant
from tieline.domain.events import Delivery
from tieline.services import tokens
from tieline.services.call import Call, World
from tieline.store import journal, outbox, people
from tieline.store.engine import Database, Tx
from tieline.store.vault import WrongKey

log = structlog.get_logger(__name__)
RUN = 16  # deliveries of a lane that are prepared together
REMEMBERED = 10_000
# What a fact that no longer fits its event, or a lost key, raises; nothing of the database's is among them.
_WRONG = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError, WrongKey)
LaneKey = tuple[int, int]


class Prepared(NamedTuple):
    """A delivery, ready to go; or why it cannot."""

    delivery: Delivery
    data: str = ""
    origin: Origin | None = None
    refusal: str = ""
    hopeless: bool = False
    grants: dict[int, Grant] | None = None  # of the bots that it tells something, if any


class _Known(NamedTuple):
    """An origin as of a version of its portal, with a token that was made at a moment."""

    origin: Origin
    version: int
    made_at: int


class _KnownGrant(NamedTuple):
    """A bot's tokens as of a version of its portal, which a bot that refreshes them raises."""

    grant: Grant
    version: int
    made_at: int


@dataclass(slots=True)
class _Memory:
    """What one transaction made, or all before it: event tokens with their moments, and origins."""

    tokens: dict[tuple[int, int, int], tuple[str, int]]  # by portal, application and user
    origins: dict[tuple[int, ...], _Known]
    grants: dict[tuple[int, int, int], _KnownGrant]  # of bots, by portal, application and bot

    def update(self, other: "_Memory") -> None:
        pairs = ((self.tokens, other.tokens), (self.origins, other.origins), (self.grants, other.grants))
        for mine, theirs in pairs:
            if len(mine) > REMEMBERED:
                mine.clear()
            mine.update(theirs)  # type: ignore[arg-type]  # of one kind in each pair


class _NeedsWriter(Exception):
    """Something must be written first, which a reader cannot."""


class Preparer:
    """Turns lanes whose turn has come into what is sent, many in one transaction."""

    def __init__(self, database: Database, world: World, registry: Registry) -> None:
        self._database = database
        self._world = world
        self._registry = registry
        self._memory = _Memory({}, {}, {})

    def prepare_head(self, head: Delivery, version: int) -> Prepared | None:
        """Prepare a delivery without the database, if its origin and its bots are known as of the portal's version."""
        known = self._memory.origins.get(_origin_key(head))
        event = self._registry.find_event(head.event)
        if known is None or head.data is None or event is None:
            return None
        now = self._world.clock.now()
        if not _holds(known, version, now):
            return None
        grants = None
        if event.bots is not BotTokens.NONE:
            grants = self._known_grants(known.origin.app, head, version, now)
            if grants is None:
                return None
        return Prepared(head, head.data, known.origin, grants=grants)

    def _known_grants(self, app: App, head: Delivery, version: int, now: int) -> dict[int, Grant] | None:
        found: dict[int, Grant] = {}
        for bot_id in bots_in(msgspec.json.decode(head.data or "{}")):
            if app.kind is not AppKind.LOCAL:
                found[bot_id] = _no_grant(bot_id)
                continue
            known = self._memory.grants.get((head.portal_id, app.id, bot_id))
            if known is None or not _holds(known, version, now):
                return None
            found[bot_id] = known.grant
        return found

    async def prepare(self, lanes: list[LaneKey], lease: tuple[str, int] | None) -> list[list[Prepared]]:
        """Prepare the next deliveries of lanes; none where nothing is due, or another worker holds the lane.

        Where workers share a database, `lease` says who claims the lanes and for how long. In one process they are
        claimed in memory, and a reader does unless something must be written.
        """
        if lease is None:
            try:
                found, made = await self._database.read(lambda tx: self._prepare_all(tx, lanes, None, writing=False))
            except _NeedsWriter:
                found, made = await self._database.write(lambda tx: self._prepare_all(tx, lanes, None, writing=True))
        else:
            found, made = await self._database.write(lambda tx: self._prepare_all(tx, lanes, lease, writing=True))
        self._memory.update(made)  # only now is it committed
        return found

    def _prepare_all(
        self, tx: Tx, lanes: list[LaneKey], lease: tuple[str, int] | None, *, writing: bool
    ) -> tuple[list[list[Prepared]], _Memory]:
        now, made = self._world.clock.now(), _Memory({}, {}, {})
        found: list[list[Prepared]] = []
        for lane in lanes:
            claim = outbox.claim_lane(tx, *lane, worker=lease[0], now=now, until=now + lease[1]) if lease else None
            if lease and claim is None:
                found.append([])
                continue
            heads = _until_late(outbox.find_heads(tx, *lane, now, RUN))
            if claim and claim.lapsed and heads:
                journal.add_entries(tx, [journal.interrupted(heads[0], now)])
            found.append([self._prepare_one(tx, head, now, made, writing=writing) for head in heads])
        return found, made

    def _prepare_one(self, tx: Tx, delivery: Delivery, now: int, made: _Memory, *, writing: bool) -> Prepared:
        portal = self._world.cache.get(
            tx, delivery.portal_id, "portal", lambda: people.get_portal(tx, delivery.portal_id)
        )
        call = Call(tx, self._world, portal, now)
        app = call.find_app(delivery.app_id)
        event = self._registry.find_event(delivery.event)
        if app is None or event is None:
            return Prepared(delivery, refusal="the application is gone", hopeless=True)
        try:
            data = delivery.data if delivery.data is not None else _render(call, event, delivery, writing=writing)
            origin = self._origin(call, app, event, delivery, made, writing=writing)
            grants = None
            if event.bots is not BotTokens.NONE:
                bots = bots_in(msgspec.json.decode(data))
                grants = {bot: self._grant(call, app, bot, made, writing=writing) for bot in bots}
            return Prepared(delivery, data, origin, grants=grants)
        except _WRONG as error:  # it must not hold up the others that are prepared with it
            log.exception("an event cannot be prepared", delivery=delivery.id)
            return Prepared(delivery, refusal=f"the event cannot be prepared: {error!r}"[:300])

    def _origin(
        self, call: Call, app: App, event: Event, delivery: Delivery, made: _Memory, *, writing: bool
    ) -> Origin:
        key, version = _origin_key(delivery), call.tx.version(call.portal_id)
        known = made.origins.get(key) or self._memory.origins.get(key)
        if known is not None and _holds(known, version, call.real_now):
            return known.origin
        binding = next((b for b in call.bindings(delivery.event) if b.id == delivery.binding_id), None)
        user_id = (binding.auth_user_id if binding else None) or delivery.actor_id
        if event.tokens is Tokens.NONE or app.kind is not AppKind.LOCAL:
            user_id = None
        unseal = self._world.vault.unseal
        origin = Origin(
            call.portal,
            app,
            unseal(app.sealed_application_token),
            signing(unseal(app.sealed_signing_key)),
            user_id,
        )
        if user_id is not None and event.tokens is Tokens.REFRESH:
            if not writing:
                raise _NeedsWriter
            grant = tokens.issue(call, app, user_id)
            origin.access_token, origin.refresh_token = grant.access_token, grant.refresh_token
            return origin  # for this attempt alone
        made_at = call.real_now
        if user_id is not None:
            origin.access_token, made_at = self._event_token(call, app, user_id, made, writing=writing)
        made.origins[key] = _Known(origin, version, made_at)
        return origin

    def _grant(self, call: Call, app: App, bot_id: int, made: _Memory, *, writing: bool) -> Grant:
        """Return a bot's pair of tokens, made once for ten minutes; none for one that a webhook registered."""
        if app.kind is not AppKind.LOCAL:
            return _no_grant(bot_id)
        key = (call.portal_id, app.id, bot_id)
        known = made.grants.get(key) or self._memory.grants.get(key)
        version = call.tx.version(call.portal_id)
        if known is not None and _holds(known, version, call.real_now):
            return known.grant
        if not writing:
            raise _NeedsWriter
        grant = tokens.issue_for_bot(call, app, bot_id)
        made.grants[key] = _KnownGrant(grant, version, call.real_now)
        return grant

    def _event_token(self, call: Call, app: App, user_id: int, made: _Memory, *, writing: bool) -> tuple[str, int]:
        """Return a token for events, made once for ten minutes and good for the full hour that each event claims."""
        key = (call.portal_id, app.id, user_id)
        known = made.tokens.get(key) or self._memory.tokens.get(key)
        if known is not None and call.real_now - known[1] < EVENT_TOKEN_REUSE:
            return known
        if not writing:
            raise _NeedsWriter
        made.tokens[key] = (tokens.event_token(call, app, user_id), call.real_now)
        return made.tokens[key]


def _until_late(heads: list[Delivery]) -> list[Delivery]:
    """End a run before an event that is rendered late: what is sent before it may change what it says."""
    late = (place for place, head in enumerate(heads) if place and head.data is None)
    return heads[: next(late, len(heads))]


def _no_grant(bot_id: int) -> Grant:
    return Grant("", "", bot_id, 0)


def _holds(known: _Known | _KnownGrant, version: int, now: int) -> bool:
    return known.version == version and now - known.made_at < EVENT_TOKEN_REUSE


def _origin_key(delivery: Delivery) -> tuple[int, ...]:
    return (delivery.portal_id, delivery.app_id, delivery.binding_id, delivery.actor_id or 0)


def _render(call: Call, event: Event, delivery: Delivery, *, writing: bool) -> str:
    """Make the data of a late event and keep it: each attempt sends the same."""
    if not writing:
        raise _NeedsWriter
    fact: Any = msgspec.convert(delivery.fact, event.fact)
    data = msgspec.json.encode(event.render(call, fact)).decode()
    outbox.set_event_data(call.tx, delivery.portal_id, delivery.event_id, data)
    return data
