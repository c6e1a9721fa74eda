"""/rest/...: one raw ASGI function from bytes to a dispatched request and back."""

import re
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.types import Receive, Scope, Send

from tieline.api import faults
from tieline.api.dispatch import Credentials, Dispatcher, Request
from tieline.api.envelope import Answer, Stopwatch, failed
from tieline.api.faults import ApiError
from tieline.domain.ids import parse_id
from tieline.http import bodies, xml
from tieline.http.credentials import from_request
from tieline.http.hosts import Hosts
from tieline.http.large import LargeBodies

_JSON = (b"content-type", b"application/json; charset=utf-8")
_XML = (b"content-type", b"text/xml; charset=utf-8")
_CORS = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-headers", b"origin, content-type, accept, authorization"),
    (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
    (b"access-control-max-age", b"86400"),
]
_SLASHES = re.compile(r"/{2,}")
_HEADERS = [_JSON, _CORS[0], (b"cache-control", b"no-store")]


@dataclass(frozen=True, slots=True)
class Target:
    """What a path asks for."""

    method: str
    webhook: tuple[int, str] | None = None
    xml: bool = False
    version_3: bool = False


def parse_path(path: str) -> Target:
    """Read `METHOD`, `USER/CODE/METHOD` or `api/...` behind /rest/; slashes may be doubled or trail."""
    parts = _SLASHES.sub("/", path).strip("/").split("/")[1:]
    if parts and parts[0] == "api":
        return Target("", version_3=True)
    name = parts[-1] if parts else ""
    as_xml = name.lower().endswith(".xml")
    if as_xml or name.lower().endswith(".json"):
        name = name.rpartition(".")[0]
    match parts:
        case [_]:
            return Target(name, xml=as_xml)
        case [user, code, _]:
            return Target(name, (parse_id(user) or 0, code), xml=as_xml)
        case _:
            return Target("", xml=as_xml)


class Rest:
    """The REST door."""

    def __init__(self, dispatcher: Dispatcher, hosts: Hosts, large: LargeBodies) -> None:
        self._dispatcher = dispatcher
        self._hosts = hosts
        self._large = large

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request under /rest/."""
        if scope["method"] == "OPTIONS":
            await _send(send, 204, [*_CORS, (b"content-length", b"0")], b"")
            return
        target = parse_path(scope["path"])
        if target.version_3:
            body = {"error": {"code": "ERROR_METHOD_NOT_FOUND", "message": "Method not found!", "validation": []}}
            await respond(send, Answer(404, body))
            return
        try:
            answer = await self._answer(scope, receive, target)
        except ApiError as error:
            answer = failed(error.fault)
        await respond(send, answer, as_xml=target.xml)

    async def _answer(self, scope: Scope, receive: Receive, target: Target) -> Answer:
        watch = Stopwatch()
        self._hosts.require_tls(scope)
        portal_id = await self._hosts.portal_of(scope)
        self._dispatcher.admit(portal_id, scope.get("client"))

        def perform(params: dict[str, Any]) -> Awaitable[Answer]:
            credentials = from_request(scope["headers"], params, target.webhook)
            return self._dispatcher.answer(Request(target.method, params, credentials, portal_id, watch))

        return await self._large.answer(self._dispatcher, target.method, receive, scope, perform)


class PageRest:
    """/ui/rest/...: the same methods for the portal's own pages, by their cookie, from their own origin only."""

    def __init__(self, dispatcher: Dispatcher, hosts: Hosts, large: LargeBodies) -> None:
        self._dispatcher = dispatcher
        self._hosts = hosts
        self._large = large

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request under /ui/rest/."""
        try:
            answer = await self._answer(scope, receive)
        except ApiError as error:
            answer = failed(error.fault)
        await respond(send, answer, cors=False)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        watch = Stopwatch()
        if scope["method"] != "POST":
            return failed(faults.METHOD_NOT_FOUND)
        self._hosts.require_own_origin(scope)
        portal_id = await self._hosts.portal_of(scope)
        method = scope["path"].rstrip("/").rpartition("/")[2]
        cookie = self._hosts.cookie(scope)

        def perform(params: dict[str, Any]) -> Awaitable[Answer]:
            return self._dispatcher.answer(Request(method, params, Credentials(cookie=cookie), portal_id, watch))

        return await self._large.answer(self._dispatcher, method, receive, scope, perform, of_page=True)


async def respond(send: Send, answer: Answer, *, as_xml: bool = False, cors: bool = True) -> None:
    """Send an answer."""
    content = xml.encode(answer.body) if as_xml else msgspec.json.encode(answer.body)
    headers = [*(_HEADERS if cors else (_JSON, _HEADERS[2])), (b"content-length", str(len(content)).encode())]
    if as_xml:
        headers[0] = _XML
    await _send(send, answer.status, [*headers, *answer.headers], content)


async def _send(send: Send, status: int, headers: list[tuple[bytes, bytes]], content: bytes) -> None:
    await send(bodies.start(status, headers))
    await send({"type": "http.response.body", "body": content})
