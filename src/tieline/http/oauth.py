"""/oauth/token/: codes and refresh tokens for pairs of tokens, in the authorisation server's own way of answering."""

from typing import Any

from starlette.types import Receive, Scope, Send

from tieline.api import faults
from tieline.api.dispatch import Dispatcher
from tieline.api.envelope import Answer, failed
from tieline.api.faults import ApiError
from tieline.domain.apps import ACCESS_TOKEN_LIFE, App, Grant
from tieline.http import bodies
from tieline.http.hosts import Hosts
from tieline.http.rest import respond
from tieline.methods import consent
from tieline.services import tokens
from tieline.services.call import Call
from tieline.store import people
from tieline.store.engine import Tx, Unavailable

_REFUSALS: dict[type[Exception], Answer] = {
    tokens.ClientUnknown: Answer(200, {"error": "wrong_client"}),
    tokens.WrongSecret: Answer(400, {"error": "invalid_client"}),
    tokens.GrantInvalid: Answer(400, {"error": "invalid_grant"}),
    tokens.GrantReplayed: Answer(400, {"error": "invalid_grant"}),
    tokens.NotInstalled: failed(consent.NOT_INSTALLED),
    tokens.PaymentRequired: failed(consent.PAYMENT),
    tokens.NoAccess: failed(faults.USER_ACCESS_ERROR),
}
_PARAMETER = {"refresh_token": "refresh_token", "authorization_code": "code"}


def invalid_request(name: str) -> Answer:
    """Say which parameter is missing."""
    return Answer(400, {"error": "invalid_request", "error_description": f'No "{name}" parameter found'})


class TokenEndpoint:
    """Exchanges codes and refresh tokens, by GET and POST."""

    def __init__(self, dispatcher: Dispatcher, hosts: Hosts) -> None:
        self._dispatcher = dispatcher
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request for tokens."""
        try:
            self._hosts.require_tls(scope)
            portal_id = await self._hosts.portal_of(scope)
            body = await bodies.read_body(receive, scope)
            params = bodies.parameters(scope["query_string"], bodies.header(scope, b"content-type"), body)
            answer = await self._exchange(portal_id, {key: v for key, v in params.items() if isinstance(v, str)})
        except ApiError as error:
            answer = failed(error.fault)
        except Unavailable:
            answer = failed(faults.OVERLOAD_LIMIT)
        await respond(send, answer)

    async def _exchange(self, portal_id: int, params: dict[str, str]) -> Answer:
        for name in ("client_id", "client_secret", "grant_type"):
            if not params.get(name):
                return invalid_request(name)
        parameter = _PARAMETER.get(params["grant_type"])
        if parameter is None:
            kinds = " and ".join(_PARAMETER)
            return Answer(
                400,
                {"error": "unsupported_grant_type", "error_description": f"Grant types offered are {kinds}"},
            )
        if not params.get(parameter):
            return invalid_request(parameter)
        try:
            return await self._dispatcher.database.write(lambda tx: self._grant(self._call(tx, portal_id), params))
        except tokens.GrantReplayed as error:
            replayed = error
            await self._dispatcher.database.write(lambda tx: tokens.note_replay(self._call(tx, portal_id), replayed))
            return _REFUSALS[tokens.GrantReplayed]
        except tuple(_REFUSALS) as error:
            return _REFUSALS[type(error)]

    def _grant(self, call: Call, params: dict[str, str]) -> Answer:
        app = tokens.authenticate(call, params["client_id"], params["client_secret"])
        if params["grant_type"] == "authorization_code":
            grant = tokens.exchange_code(call, app, params["code"])
        else:
            grant = tokens.refresh(call, app, params["refresh_token"])
        return Answer(200, token_reply(call, app, grant))

    def _call(self, tx: Tx, portal_id: int) -> Call:
        world = self._dispatcher.world
        return Call(tx, world, people.get_portal(tx, portal_id), world.clock.now())


def token_reply(call: Call, app: App, grant: Grant) -> dict[str, Any]:
    """Write a pair of tokens with everything that any client reads from it."""
    return {
        "access_token": grant.access_token,
        "expires": grant.expires_at // 1000,
        "expires_in": ACCESS_TOKEN_LIFE // 1000,
        "refresh_token": grant.refresh_token,
        "scope": app.scope_list,
        "domain": call.portal.domain,
        "server_endpoint": call.portal.rest_url,
        "client_endpoint": call.portal.rest_url,
        "member_id": call.portal.member_id,
        "status": app.status.value,
        "user_id": grant.user_id,
    }
