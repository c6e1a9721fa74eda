"""The request path: find the method, authorise, permit, bind, run in a transaction, answer."""

from dataclasses import dataclass, field
from typing import Any

import structlog

from tieline.api import batch, faults
from tieline.api.envelope import Answer, Stopwatch, failed, succeeded
from tieline.api.faults import ApiError
from tieline.api.method import BASIC, Auth, Method
from tieline.api.registry import Registry
from tieline.domain.apps import App
from tieline.domain.ids import fingerprint
from tieline.domain.people import User
from tieline.services import people
from tieline.services.call import Call, World
from tieline.store import people as people_store
from tieline.store import tokens as token_store
from tieline.store import webhooks as webhook_store
from tieline.store.engine import Database, Tx, Unavailable

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request says of who sends it: a token, a webhook's user and code, or a page's cookie."""

    token: str | None = None
    webhook: tuple[int, str] | None = None
    cookie: str | None = None


@dataclass(slots=True)
class Request:
    """A decoded request."""

    method: str
    params: dict[str, Any]
    credentials: Credentials
    portal_id: int
    watch: Stopwatch = field(default_factory=Stopwatch)


class Dispatcher:
    """Answers requests."""

    def __init__(self, registry: Registry, database: Database, world: World) -> None:
        self.registry = registry
        self.database = database
        self.world = world

    async def answer(self, request: Request) -> Answer:
        """Answer a request; whatever goes wrong ends as a fault."""
        try:
            method = self._find(request)
            writes = method.writes or batch.writes(self.registry, method, request.params)
            run = self.database.write if writes else self.database.read
            return await run(lambda tx: self._run(tx, method, request))
        except ApiError as error:
            return failed(error.fault)
        except Unavailable:
            log.exception("the database is not available", method=request.method)
            return failed(faults.OVERLOAD_LIMIT)
        except Exception:
            log.exception("a call failed", method=request.method)
            return failed(faults.INTERNAL_SERVER_ERROR)

    def _find(self, request: Request) -> Method:
        method = self.registry.find(request.method)
        if method is None:
            raise ApiError(faults.METHOD_NOT_FOUND)
        return method

    def _run(self, tx: Tx, method: Method, request: Request) -> Answer:
        request.watch.begin()
        call = authorise(self.world, tx, request)
        request.watch.zone = call.portal.time_zone
        if method.name == batch.NAME:
            body = {"result": batch.run(self.registry, call, request.params, perform)}
        else:
            body = succeeded(perform(call, method, request.params))
        body["time"] = request.watch.block()
        return Answer(200, body)


def perform(call: Call, method: Method, params: dict[str, Any]) -> Any:
    """Permit the call, bind its parameters and run the method; a declared domain error ends as its fault."""
    permit(call, method)
    try:
        return method.handler(call, **method.bind(params))
    except ApiError:
        raise
    except Exception as error:
        fault = method.fault_of(error)
        if fault is None:
            raise
        raise ApiError(fault) from error


def authorise(world: World, tx: Tx, request: Request) -> Call:
    """Find out who calls."""
    portal_id = request.portal_id
    portal = world.cache.get(tx, portal_id, "portal", lambda: people_store.get_portal(tx, portal_id))
    call = Call(tx, world, portal, world.clock.now())
    credentials = request.credentials
    if credentials.webhook is not None:
        _by_webhook(call, *credentials.webhook)
    elif credentials.token is not None:
        _by_token(call, credentials.token)
    elif credentials.cookie is not None:
        _by_session(call, credentials.cookie)
    else:
        raise ApiError(faults.NO_AUTH_FOUND)
    return call


def _by_webhook(call: Call, user_id: int, code: str) -> None:
    hashed = fingerprint(code)
    webhook = call.world.cache.get(
        call.tx,
        call.portal_id,
        ("webhook", user_id, hashed),
        lambda: webhook_store.find_webhook(call.tx, call.portal_id, user_id, hashed),
    )
    user = call.find_person(user_id)
    if webhook is None or user is None or not user.active:
        raise ApiError(faults.INVALID_CREDENTIALS)
    call.webhook, call.user, call.scopes = webhook, user, webhook.scopes | {BASIC}


def _by_token(call: Call, secret: str) -> None:
    hashed = fingerprint(secret)
    known = call.world.cache.get(call.tx, call.portal_id, ("token", hashed), lambda: _find_token(call, hashed))
    if known is None:
        raise ApiError(faults.INVALID_TOKEN)
    expires_at, app, user = known
    if expires_at <= call.now:
        raise ApiError(faults.EXPIRED_TOKEN)
    if app is None or app.removed_at is not None:
        raise ApiError(faults.APPLICATION_NOT_FOUND)
    if user is None or not user.active:
        raise ApiError(faults.AUTHORIZATION_ERROR)
    if not app.open_to(user):
        raise ApiError(faults.USER_ACCESS_ERROR)
    if app.blocked(call.now):
        raise ApiError(faults.PAYMENT_REQUIRED)
    call.app, call.user, call.scopes = app, user, app.scopes | {BASIC}


def _find_token(call: Call, hashed: str) -> tuple[int, App | None, User | None] | None:
    token = token_store.find_token(call.tx, call.portal_id, hashed, refresh=False)
    return (token.expires_at, call.find_app(token.app_id), call.find_person(token.user_id)) if token else None


def _by_session(call: Call, cookie: str) -> None:
    user = people.find_session(call, cookie)
    if user is None:
        raise ApiError(faults.NO_AUTH_FOUND)
    call.user, call.scopes = user, frozenset({BASIC, *call.world.catalogue.scopes})


def permit(call: Call, method: Method) -> None:
    """Check the kind of credentials, the scope and the user's rights, in this order."""
    if method.auth is Auth.APP and call.app is None:
        raise ApiError(faults.WRONG_AUTH_TYPE)
    if method.auth is Auth.SESSION and (call.app is not None or call.webhook is not None):
        raise ApiError(faults.SESSION_ONLY)
    if not call.scopes.intersection(method.scopes):
        raise ApiError(faults.SCOPE_OF_WEBHOOK if call.webhook else faults.SCOPE_OF_TOKEN)
    if method.admin is not None and not call.actor.is_admin:
        raise ApiError(method.admin)
