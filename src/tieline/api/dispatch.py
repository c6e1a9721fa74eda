"""The request path: find the method, authorise, limit, permit, bind, run in a transaction, answer."""

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from tieline.api import batch, faults
from tieline.api.envelope import Answer, Stopwatch, failed, succeeded
from tieline.api.faults import ApiError
from tieline.api.limits import Account, Buckets, OperatingTime
from tieline.api.method import BASIC, Auth, Method
from tieline.api.registry import Registry
from tieline.api.wire import WrongValue, is_empty, reader
from tieline.domain.apps import App
from tieline.domain.ids import fingerprint
from tieline.domain.people import User
from tieline.services import people
from tieline.services.call import Call, NeedsWriter, World
from tieline.store import people as people_store
from tieline.store import tokens as token_store
from tieline.store import webhooks as webhook_store
from tieline.store.engine import Database, Tx, Unavailable

log = structlog.get_logger(__name__)
SOURCE = "auth_connector"


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
    account: Account | None = None


class Dispatcher:
    """Answers requests."""

    def __init__(self, registry: Registry, database: Database, world: World) -> None:
        self.registry = registry
        self.database = database
        self.world = world
        self.buckets = Buckets(*world.rules.requests) if world.rules.requests[1] else None
        self.operating = OperatingTime(*world.rules.operating)

    def admit(self, portal_id: int, client: tuple[str, int] | None) -> None:
        """Refuse a request from an address that has sent too many."""
        if self.buckets is None:
            return
        if not self.buckets.take(portal_id, client[0] if client else "", self.world.clock.now()):
            raise ApiError(faults.QUERY_LIMIT_EXCEEDED)

    async def answer(self, request: Request) -> Answer:
        """Answer a request; whatever goes wrong ends as a fault."""
        try:
            method = self._find(request)
            writes = method.writes or batch.writes(self.registry, method, request.params)
            if not writes:
                try:
                    return await self.database.read(lambda tx: self._run(tx, method, request, writing=False))
                except NeedsWriter:
                    pass
            return await self.database.write(lambda tx: self._run(tx, method, request, writing=True))
        except ApiError as error:
            return failed(error.fault)
        except Unavailable:
            log.exception("the database is not available", method=request.method)
            return failed(faults.OVERLOAD_LIMIT)
        except Exception:
            log.exception("a call failed", method=request.method)
            return failed(faults.INTERNAL_SERVER_ERROR)
        finally:
            if request.account is not None:
                request.account.settle()

    def _find(self, request: Request) -> Method:
        method = self.registry.find(request.method)
        if method is None:
            raise ApiError(faults.METHOD_NOT_FOUND)
        return method

    def _run(self, tx: Tx, method: Method, request: Request, *, writing: bool) -> Answer:
        request.watch.begin()
        call = authorise(self.world, tx, request)
        call.writing = writing
        request.watch.zone = call.portal.time_zone
        account = request.account = Account(self.operating, _caller(call), call.real_now)
        if method.name != batch.NAME:
            return Answer(200, timed(account, request.watch, call, method, request.params))

        def command(call: Call, method: Method, params: dict[str, Any]) -> dict[str, Any]:
            return timed(account, Stopwatch(call.portal.time_zone), call, method, params)

        call, params = name_source(call, method, request.params)
        body = {"result": batch.run(self.registry, call, params, command), "time": request.watch.block()}
        account.add(None, 0, body["time"])
        return Answer(200, body)


def _caller(call: Call) -> Hashable | None:
    """Name whose operating time a call takes: an application's or a webhook's; the portal's own pages take none."""
    if call.app is not None:
        return (call.portal_id, "app", call.app.id)
    return (call.portal_id, "webhook", call.webhook.id) if call.webhook is not None else None


def timed(account: Account, watch: Stopwatch, call: Call, method: Method, params: dict[str, Any]) -> dict[str, Any]:
    """Perform a call whose method is not blocked, and note how long it took; returns the body of its answer."""
    account.check(method.name)
    try:
        body = succeeded(perform(call, method, params))
    except Exception:
        account.add(method.name, watch.processing)
        raise
    body["time"] = block = watch.block()
    account.add(method.name, block["processing"], block)
    return body


def perform(call: Call, method: Method, params: dict[str, Any]) -> Any:
    """Permit the call, bind its parameters and run the method; a declared domain error ends as its fault."""
    permit(call, method)
    call, params = name_source(call, method, params)
    if method.key is not None and call.webhook is not None:
        call = replace(call, client=method.key.read(params))
    try:
        return method.handler(call, **method.bind(params))
    except ApiError:
        raise
    except Exception as error:
        fault = method.fault_of(error)
        if fault is None:
            raise
        raise ApiError(fault) from error


def name_source(call: Call, method: Method, params: dict[str, Any]) -> tuple[Call, dict[str, Any]]:
    """Take the source key of a call, which any method may carry beside its parameters, out of them.

    That of a batch holds for each command that has none of its own.
    """
    size = len(SOURCE)
    given = {n: v for n, v in params.items() if len(n) == size and n.lower() == SOURCE and not is_empty(v)}
    if not given:
        return call, params
    try:
        source = reader(str)(next(iter(given.values())))
    except WrongValue as error:
        raise ApiError(method.dialect.wrong(SOURCE, error.problem)) from error
    if not any(param.wire_name == SOURCE for param in method.params):
        params = {name: value for name, value in params.items() if name not in given}
    return replace(call, source=source), params


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
    if expires_at <= call.real_now:
        raise ApiError(faults.EXPIRED_TOKEN)
    if app is None or app.removed_at is not None:
        raise ApiError(faults.APPLICATION_NOT_FOUND)
    if user is None or not user.active:
        raise ApiError(faults.AUTHORIZATION_ERROR)
    if not app.open_to(user):
        raise ApiError(faults.USER_ACCESS_ERROR)
    if app.blocked(call.real_now):
        raise ApiError(faults.PAYMENT_REQUIRED)
    call.app, call.user, call.scopes = app, user, app.scopes | {BASIC}


def _find_token(call: Call, hashed: str) -> tuple[int, App | None, User | None] | None:
    token = token_store.find_token(call.tx, call.portal_id, hashed, refresh=False)
    return (token.expires_at, call.find_app(token.app_id), call.find_user(token.user_id)) if token else None


def _by_session(call: Call, cookie: str) -> None:
    user = people.find_session(call, cookie)
    if user is None:
        raise ApiError(faults.NO_AUTH_FOUND)
    call.user, call.scopes = user, frozenset({BASIC, *call.world.catalogue.scopes})


def permit(call: Call, method: Method) -> None:
    """Check the kind of credentials, the scope and the user's rights, in this order."""
    if method.auth is Auth.APP and call.app is None:
        raise ApiError(faults.WRONG_AUTH_TYPE)
    if method.auth is Auth.CLIENT and call.app is None and call.webhook is None:
        raise ApiError(faults.NO_SESSIONS)
    if method.auth is Auth.SESSION and (call.app is not None or call.webhook is not None):
        raise ApiError(faults.SESSION_ONLY)
    if not call.scopes.intersection(method.scopes):
        raise ApiError(faults.SCOPE_OF_WEBHOOK if call.webhook else faults.SCOPE_OF_TOKEN)
    if method.admin is not None and not call.actor.is_admin:
        raise ApiError(method.admin)
