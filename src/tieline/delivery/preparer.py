"""Prepares the head of a lane: renders the event's data once, and makes each attempt's request with fresh tokens."""

from dataclasses import dataclass

import msgspec
import structlog

from tieline.api.method import Event
from tieline.api.registry import Registry
from tieline.delivery.webhook import Outgoing, auth_block, prepare
from tieline.domain.apps import EVENT_TOKEN_REUSE, App
from tieline.services import apps
from tieline.services.call import Call, World
from tieline.store import outbox, people
from tieline.store.engine import Database, Tx
from tieline.store.outbox import Delivery
from tieline.store.vault import WrongKey

log = structlog.get_logger(__name__)
# What a fact that no longer fits its event, or a lost key, raises; nothing of the database's is among them.
_WRONG = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError, WrongKey)
LaneKey = tuple[int, int]
Tokens = dict[tuple[int, int, int], tuple[str, int]]  # of (portal, application, user): a token and when it was made


@dataclass(frozen=True, slots=True)
class Prepared:
    """The head of a lane, ready to go; or why it cannot."""

    delivery: Delivery
    data: str | None
    outgoing: Outgoing | None
    refusal: str = ""
    hopeless: bool = False


class _NeedsWriter(Exception):
    """A token must be made, which a reader cannot."""


class Preparer:
    """Turns lanes whose turn has come into requests, many in one transaction."""

    def __init__(self, database: Database, world: World, registry: Registry) -> None:
        self._database = database
        self._world = world
        self._registry = registry
        self._tokens: Tokens = {}

    async def prepare(self, lanes: list[LaneKey], lease: tuple[str, int] | None) -> list[Prepared | None]:
        """Prepare the heads of lanes; None where a lane has nothing due, or another worker holds it.

        Where workers share a database, `lease` says who claims the lanes and for how long. In one process they are
        claimed in memory, and a reader does unless a token must be made.
        """
        if lease is None:
            try:
                return await self._database.read(lambda tx: [self._render(tx, lane, None) for lane in lanes])
            except _NeedsWriter:
                pass

        def claim_and_render(tx: Tx) -> tuple[list[Prepared | None], Tokens]:
            made: Tokens = {}  # of this run alone: what a run that was rolled back made never was
            return [self._render(tx, lane, made) if self._claim(tx, lane, lease) else None for lane in lanes], made

        prepared, made = await self._database.write(claim_and_render)
        self._tokens.update(made)  # only now are they committed
        return prepared

    def _claim(self, tx: Tx, lane: LaneKey, lease: tuple[str, int] | None) -> bool:
        if lease is None:
            return True
        now = self._world.clock.now()
        return outbox.claim_lane(tx, *lane, worker=lease[0], now=now, until=now + lease[1])

    def _render(self, tx: Tx, lane: LaneKey, made: Tokens | None) -> Prepared | None:
        """Make the head's request; tokens for it go into `made`, which only a writer has."""
        now = self._world.clock.now()
        delivery = outbox.find_head(tx, *lane, now)
        if delivery is None:
            return None
        portal = self._world.cache.get(
            tx, delivery.portal_id, "portal", lambda: people.get_portal(tx, delivery.portal_id)
        )
        call = Call(tx, self._world, portal, now)
        app = call.find_app(delivery.app_id)
        event = self._registry.find_event(delivery.event)
        if app is None or event is None:
            return Prepared(delivery, delivery.data or "[]", None, "the application is gone", hopeless=True)
        try:
            return self._request(call, app, event, delivery, made)
        except _WRONG as error:  # it must not hold up the others that are prepared with it
            log.exception("an event cannot be prepared", delivery=delivery.id)
            return Prepared(delivery, delivery.data, None, f"the event cannot be prepared: {error!r}"[:300])

    def _request(self, call: Call, app: App, event: Event, delivery: Delivery, made: Tokens | None) -> Prepared:
        data = delivery.data
        if data is None:
            fact = msgspec.convert(delivery.fact, event.fact)
            data = msgspec.json.encode(event.render(call, fact)).decode()
        auth = self._auth(call, app, delivery, with_refresh=event.with_refresh_token, made=made)
        vault = self._world.vault
        outgoing = prepare(
            delivery.handler,
            delivery.event,
            delivery.binding_id,
            data,
            auth,
            stable_id=f"evt_{delivery.portal_id}_{delivery.id}",
            key=vault.unseal(app.sealed_signing_key),
            now=call.now,
        )
        return Prepared(delivery, data, outgoing)

    def _auth(
        self, call: Call, app: App, delivery: Delivery, *, with_refresh: bool, made: Tokens | None
    ) -> dict[str, object]:
        binding = next((b for b in call.bindings(delivery.event) if b.id == delivery.binding_id), None)
        user_id = (binding.auth_user_id if binding else None) or delivery.actor_id
        access = refresh = None
        if user_id is not None and with_refresh:
            if made is None:
                raise _NeedsWriter
            grant = apps.issue(call, app, user_id)
            access, refresh = grant.access_token, grant.refresh_token
        elif user_id is not None:
            access = self._event_token(call, app, user_id, made)
        return auth_block(
            call.portal,
            app,
            call.world.vault.unseal(app.sealed_application_token),
            now=call.now,
            user_id=user_id,
            access_token=access,
            refresh_token=refresh,
        )

    def _event_token(self, call: Call, app: App, user_id: int, made: Tokens | None) -> str:
        """Return a token for events, made once for ten minutes and good for the full hour that each event claims."""
        key = (call.portal_id, app.id, user_id)
        known = (made or {}).get(key) or self._tokens.get(key)
        if known is not None and call.now - known[1] < EVENT_TOKEN_REUSE:
            return known[0]
        if made is None:
            raise _NeedsWriter
        token = apps.event_token(call, app, user_id)
        made[key] = (token, call.now)
        return token
