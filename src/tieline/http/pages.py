"""The portal's own pages: the built application, logging in and out."""

import asyncio
import math
import re
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response

from tieline.api.dispatch import Credentials, Dispatcher
from tieline.api.dispatch import Request as MethodRequest
from tieline.domain.people import User
from tieline.http.bodies import parameters, read_body
from tieline.http.hosts import COOKIE, Hosts
from tieline.methods import statistics
from tieline.services import people
from tieline.services.call import Call
from tieline.services.people import SESSION_LIFE
from tieline.store import people as store
from tieline.store.engine import Tx

MAX_LOGIN_BODY = 10_000
CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data: blob: https: http:; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self' ws: wss:; frame-src *; form-action *; frame-ancestors 'self'; base-uri 'none'"
)
_PAGE_HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}
_OF_AN_APPLICATION = re.compile(r"/marketplace/(?:app/[0-9]+|view/[\w.-]+)/?", re.ASCII)
_STATISTICS = next(one.name for one in statistics.family.methods if one.handler is statistics.statistics_get)
_FOREVER = "public, max-age=31536000, immutable"


class Login(msgspec.Struct):
    """What the login form sends."""

    email: str
    password: str


def _refuse(status: int, code: str, text: str) -> Response:
    return JSONResponse({"error": code, "error_description": text}, status)


class Pages:
    """Serves the built application and its sessions."""

    def __init__(self, dispatcher: Dispatcher, hosts: Hosts, static: Path) -> None:
        self._dispatcher = dispatcher
        self._hosts = hosts
        self._static = static.resolve()

    async def root(self, _: Request) -> Response:
        """Lead to the inbox."""
        return RedirectResponse("/app/")

    async def connector_settings(self, request: Request) -> Response:
        """Lead from the documented address of a connector's settings to the page that shows them."""
        connector, line = request.query_params.get("ID", ""), request.query_params.get("LINE", "")
        known = connector.replace("_", "").replace("-", "").isalnum() and line.isdecimal()
        return RedirectResponse(f"/app/contact-center/{connector}/{line}" if known else "/app/contact-center")

    async def marketplace(self, request: Request) -> Response:
        """Lead from the documented addresses of an application, and of a link into it, to the page that shows it."""
        path, query = request.url.path, request.url.query
        if not _OF_AN_APPLICATION.fullmatch(path):
            return RedirectResponse("/app/")
        return RedirectResponse("/app" + path.rstrip("/") + "/" + (f"?{query}" if query else ""))

    async def authorize(self, request: Request) -> Response:
        """Lead to the page on which a person lets an application act in their name."""
        query = request.url.query
        return RedirectResponse("/app/authorize" + (f"?{query}" if query else ""))

    async def application(self, request: Request) -> Response:
        """Serve a file of the built application, or its page for any other address under /app/."""
        path = self._file(request.path_params.get("path", ""))
        if path is not None:
            hashed = path.parent.name == "assets"
            return FileResponse(path, headers=_PAGE_HEADERS | {"cache-control": _FOREVER if hashed else "no-cache"})
        index = self._static / "index.html"
        if not index.is_file():
            return _refuse(503, "PAGES_NOT_BUILT", "The pages are not built: run `make ui`.")
        return FileResponse(index, headers=_PAGE_HEADERS | {"cache-control": "no-cache"})

    def _file(self, name: str) -> Path | None:
        """Return a file of the built application, or None; a name that no file system takes names none."""
        try:
            path = (self._static / name).resolve()
            found = path.is_relative_to(self._static) and path.is_file() and path.name != "index.html"
        except (OSError, ValueError):
            return None
        return path if found else None

    async def login(self, request: Request) -> Response:
        """Open a session for an e-mail address and a password."""
        self._hosts.require_own_origin(request.scope)
        portal_id = await self._hosts.portal_of(request.scope)
        body = await read_body(request.receive, request.scope, MAX_LOGIN_BODY)
        try:
            given = msgspec.json.decode(body, type=Login)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            given = None
        if given is None or "\0" in given.email:
            return _refuse(400, "INVALID_REQUEST", "E-mail and password are needed.")
        address = request.client.host if request.client else ""
        try:
            return await self._log_in(portal_id, given, address, secure=request.scope["scheme"] == "https")
        except people.TooManyAttempts as error:
            seconds = math.ceil(error.wait / 1000)
            return _refuse(429, "TOO_MANY_ATTEMPTS", f"Too many attempts. Try again in {seconds} s.")

    async def _log_in(self, portal_id: int, given: Login, address: str, *, secure: bool) -> Response:
        database = self._dispatcher.database
        user, hashed = await database.read(
            lambda tx: people.find_login(self._call(tx, portal_id), given.email, address)
        )
        matches = await asyncio.to_thread(people.password_matches, hashed, given.password)
        if user is None or not matches:
            await database.write(lambda tx: people.note_failure(self._call(tx, portal_id), given.email, address))
            return _refuse(401, "LOGIN_FAILED", "The e-mail address or the password is wrong.")
        found = user
        cookie = await database.write(
            lambda tx: people.open_session(self._call(tx, portal_id), found, given.email, address)
        )
        response = JSONResponse({"user": _view(found)})
        response.set_cookie(
            COOKIE,
            cookie,
            max_age=SESSION_LIFE // 1000,
            httponly=True,
            samesite="lax",
            secure=secure,
            path="/",
        )
        return response

    async def logout(self, request: Request) -> Response:
        """End the session."""
        self._hosts.require_own_origin(request.scope)
        portal_id = await self._hosts.portal_of(request.scope)
        cookie = self._hosts.cookie(request.scope)
        if cookie:
            await self._dispatcher.database.write(lambda tx: people.close_session(self._call(tx, portal_id), cookie))
        response = Response(status_code=204)
        response.delete_cookie(COOKIE, path="/")
        return response

    async def me(self, request: Request) -> Response:
        """Tell the page who is logged in."""
        portal_id = await self._hosts.portal_of(request.scope)
        user = await self.session_user(portal_id, self._hosts.cookie(request.scope))
        if user is None:
            return _refuse(401, "NO_AUTH_FOUND", "Nobody is logged in.")
        portal = await self._dispatcher.database.read(lambda tx: store.get_portal(tx, portal_id))
        told = {"name": portal.name, "url": portal.url, "language": portal.language}
        return JSONResponse({"user": _view(user), "portal": told})

    async def statistics(self, request: Request) -> Response:
        """Serve as CSV what the method of the statistics tells the person of the session."""
        self._hosts.require_no_other_site(request.scope)
        portal_id = await self._hosts.portal_of(request.scope)
        params = parameters(request.scope["query_string"], "", b"")
        credentials = Credentials(cookie=self._hosts.cookie(request.scope))
        answer = await self._dispatcher.answer(MethodRequest(_STATISTICS, params, credentials, portal_id))
        if answer.status != HTTPStatus.OK:
            return JSONResponse(answer.body, answer.status)
        named = {"content-disposition": 'attachment; filename="statistics.csv"', "cache-control": "no-store"}
        return Response(statistics.table(answer.body["result"]), headers=named, media_type="text/csv; header=present")

    async def session_user(self, portal_id: int, cookie: str | None) -> User | None:
        """Return whose session a cookie names, or None."""
        if cookie is None:
            return None
        return await self._dispatcher.database.read(lambda tx: people.find_session(self._call(tx, portal_id), cookie))

    def _call(self, tx: Tx, portal_id: int) -> Call:
        world = self._dispatcher.world
        return Call(tx, world, store.get_portal(tx, portal_id), world.clock.now())


def _view(user: User) -> dict[str, Any]:
    return {"id": user.id, "name": user.full_name, "admin": user.is_admin}
