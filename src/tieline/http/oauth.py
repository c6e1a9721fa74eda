"""/oauth/token/: the refresh grant, in the authorisation server's own way of answering."""

from collections.abc import Callable
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
from tieline.services import apps
from tieline.services.call import Call
from tieline.store import people
from tieline.store.engine import Tx, Unavailable

_STATUS = {"wrong_client": 200, "invalid_client": 400, "invalid_grant": 400, "NOT_INSTALLED": 401}


def refusal(error: Exception) -> Answer:
    """Write an OAuth error: some have no description."""
    known = {apps.ClientUnknown: "wrong_client", apps.WrongSecret: "invalid_client"}
    code = known.get(type(error), "invalid_grant")
    return Answer(_STATUS[code], {"error": code})


def invalid_request(name: str) -> Answer:
    """Say which parameter is missing."""
    return Answer(400, {"error": "invalid_request", "error_description": f'No "{name}" parameter found'})


class TokenEndpoint:
    """Exchanges refresh tokens, by GET and POST."""

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
        if params["grant_type"] != "refresh_token":
            return Answer(
                400,
                {
                    "error": "unsupported_grant_type",
                    "error_description": "Only the grant type refresh_token is offered",
                },
            )
        if not params.get("refresh_token"):
            return invalid_request("refresh_token")
        try:
            return await self._dispatcher.database.write(self._job(portal_id, params))
        except apps.GrantReplayed as error:
            token = error.token
            await self._dispatcher.database.write(lambda tx: apps.note_replay(self._call(tx, portal_id), token))
            return refusal(error)
        except (apps.ClientUnknown, apps.WrongSecret, apps.GrantInvalid) as error:
            return refusal(error)

    def _job(self, portal_id: int, params: dict[str, str]) -> Callable[[Tx], Answer]:
        def exchange(tx: Tx) -> Answer:
            call = self._call(tx, portal_id)
            app = apps.authenticate(call, params["client_id"], params["client_secret"])
            if not app.installed:
                return Answer(401, {"error": "NOT_INSTALLED", "error_description": "Application not installed"})
            return Answer(200, token_reply(call, app, apps.refresh(call, app, params["refresh_token"])))

        return exchange

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
        "status": app.status,
        "user_id": grant.user_id,
    }
