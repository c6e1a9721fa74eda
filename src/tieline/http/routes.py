"""All paths of the server: the REST door as a raw function, the rest through Starlette."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from tieline.api import faults
from tieline.api.dispatch import Dispatcher
from tieline.api.event_schemas import event_schemas
from tieline.api.faults import ApiError
from tieline.api.openapi import openapi
from tieline.http.disk_pages import DiskPages
from tieline.http.files import FileDoor
from tieline.http.hosts import Hosts
from tieline.http.large import LargeBodies
from tieline.http.library import Library
from tieline.http.live import Live
from tieline.http.oauth import TokenEndpoint
from tieline.http.pages import Pages
from tieline.http.rest import PageRest, Rest
from tieline.http.uploads import UploadDoor
from tieline.services.call import Rules
from tieline.store.engine import Unavailable
from tieline.store.files import Folder
from tieline.store.signals import Bus

_SLASHES = re.compile(r"/{2,}")


async def _refuse(_: Request, error: Exception) -> Response:
    """Answer with a fault where a page's or a file's handler ended with one."""
    fault = error.fault if isinstance(error, ApiError) else faults.OVERLOAD_LIMIT
    return JSONResponse(fault.body(), fault.status)


def _document(make: Callable[[], dict[str, Any]]) -> Callable[[Request], Response]:
    """Serve a document that is made once, in a thread, when it is first asked for."""
    made = cache(lambda: msgspec.json.encode(make()))

    def serve(_: Request) -> Response:
        return Response(made(), media_type="application/json", headers={"access-control-allow-origin": "*"})

    return serve


class Server:
    """The ASGI application."""

    def __init__(self, dispatcher: Dispatcher, rules: Rules, bus: Bus, folder: Folder, static: Path) -> None:
        hosts = Hosts(dispatcher.database, rules)
        pages = Pages(dispatcher, hosts, static)
        self.live = Live(dispatcher, hosts, pages, bus)
        self._dispatcher = dispatcher
        large = LargeBodies(folder)
        self._rest = Rest(dispatcher, hosts, large)
        self._page_rest = PageRest(dispatcher, hosts, large)
        self._upload = UploadDoor(dispatcher, hosts, folder)
        self._token = TokenEndpoint(dispatcher, hosts)
        self._rest_of_it: ASGIApp = self._starlette(
            dispatcher, pages, FileDoor(dispatcher, hosts, folder), DiskPages(dispatcher, hosts, folder)
        )

    def _starlette(self, dispatcher: Dispatcher, pages: Pages, files: FileDoor, disk: DiskPages) -> Starlette:
        library = Library()
        return Starlette(
            routes=[
                Route("/", pages.root),
                Route("/healthz", self._health),
                Route("/openapi.json", _document(lambda: openapi(dispatcher.registry))),
                Route("/events.json", _document(lambda: event_schemas(dispatcher.registry))),
                Route("/ui/login", pages.login, methods=["POST"]),
                Route("/ui/logout", pages.logout, methods=["POST"]),
                Route("/ui/me", pages.me),
                Route("/ui/statistics.csv", pages.statistics),
                WebSocketRoute("/ui/live", self.live.serve),
                Route("/files/{number}/{expires}/{signature}", files.serve),
                Route("/versions/{number}/{expires}/{signature}", files.serve_version),
                Route("/~{code}", disk.public),
                Route("/~{code}/{number}", disk.public),
                Route("/disk/{kind}/{number}", disk.detail),
                Route("/api/v1", library.serve),
                Route("/api/v1/", library.serve),
                Route("/oauth/authorize", pages.authorize),
                Route("/oauth/authorize/", pages.authorize),
                Route("/contact_center/connector/", pages.connector_settings),
                Route("/contact_center/{rest:path}", pages.connector_settings),
                Route("/marketplace/{rest:path}", pages.marketplace),
                Route("/app", pages.application),
                Route("/app/{path:path}", pages.application),
            ],
            exception_handlers={ApiError: _refuse, Unavailable: _refuse},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lead a request to its door."""
        if scope["type"] == "http":
            path: str = scope["path"]
            if path.startswith("/rest/"):
                await self._rest(scope, receive, send)
                return
            if path.startswith("/ui/rest/"):
                await self._page_rest(scope, receive, send)
                return
            if path.startswith("/upload/"):
                await self._upload(scope, receive, send)
                return
            if _SLASHES.sub("/", path).strip("/") == "oauth/token":
                await self._token(scope, receive, send)
                return
        await self._rest_of_it(scope, receive, send)

    async def _health(self, _: Request) -> Response:
        try:
            await self._dispatcher.database.read(lambda tx: tx.one("select 1"))
        except Unavailable:
            return JSONResponse({"status": "database unavailable"}, 503)
        return JSONResponse({"status": "ok"})
