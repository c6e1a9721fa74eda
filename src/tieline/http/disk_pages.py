"""/~CODE and /disk/...: what an external link leads to, and the same for people who are logged in."""

from collections.abc import Callable
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from tieline.api.dispatch import Dispatcher
from tieline.domain.disk import Kind, Level, Object
from tieline.domain.ids import parse_id
from tieline.http.files import respond
from tieline.http.hosts import Hosts
from tieline.services import disk, disk_links, people
from tieline.services.call import Call
from tieline.services.disk_links import CODE_LENGTH
from tieline.store import people as people_store
from tieline.store.engine import Tx
from tieline.store.files import Folder

_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
    "cache-control": "private, no-store",
}
_OF_FILE = {"cache-control": "private, no-cache", "x-robots-tag": "noindex"}  # a new version has the same address
Address = Callable[[Object], str]
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{title}</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:45rem;margin:2rem auto;padding:0 1rem}}</style>
<h1>{title}</h1><ul>{items}</ul></html>"""


class DiskPages:
    """Shows files and folders to browsers."""

    def __init__(self, dispatcher: Dispatcher, hosts: Hosts, folder: Folder) -> None:
        self._dispatcher = dispatcher
        self._hosts = hosts
        self._folder = folder

    async def public(self, request: Request) -> Response:
        """Answer `/~CODE`, and `/~CODE/ID` for what lies in a folder."""
        portal_id = await self._hosts.portal_of(request.scope)
        code, number = request.path_params["code"], request.path_params.get("number")
        if len(code) != CODE_LENGTH or not code.isascii() or (number is not None and parse_id(number) is None):
            return _nothing()

        def find(tx: Tx) -> Response:
            call = self._call(tx, portal_id)
            found = disk_links.find_public(call, code, parse_id(number) if number else None)
            return self._show(call, found, lambda one: f"/~{code}/{one.id}") if found else _nothing()

        return await self._dispatcher.database.read(find)

    async def detail(self, request: Request) -> Response:
        """Answer `/disk/KIND/ID` for who is logged in and may read it."""
        portal_id = await self._hosts.portal_of(request.scope)
        kind, number = request.path_params["kind"], parse_id(request.path_params["number"])
        cookie = self._hosts.cookie(request.scope)
        if kind not in tuple(Kind) or number is None:
            return _nothing()

        def find(tx: Tx) -> Response:
            call = self._call(tx, portal_id)
            call.user = people.find_session(call, cookie) if cookie else None
            if call.user is None:
                return RedirectResponse("/app/")
            try:
                found = disk.get(call, number, Kind(kind), Level.READ)
            except (disk.ObjectMissing, disk.Denied):
                return _nothing()
            return self._show(call, found, lambda one: f"/disk/{one.kind}/{one.id}")

        return await self._dispatcher.database.read(find)

    def _call(self, tx: Tx, portal_id: int) -> Call:
        world = self._dispatcher.world
        return Call(tx, world, people_store.get_portal(tx, portal_id), world.clock.now())

    def _show(self, call: Call, found: Object, address: Address) -> Response:
        if not found.is_folder:
            return respond(self._folder, (found.name, found.sha256) if found.sha256 else None, _OF_FILE)
        items = "".join(
            f'<li><a href="{address(one)}">{escape(one.name)}</a>{"/" if one.is_folder else ""}</li>'
            for one in disk_links.shown(call, found)
        )
        return HTMLResponse(_PAGE.format(title=escape(found.name), items=items), headers=_HEADERS)


def _nothing() -> Response:
    return PlainTextResponse("There is nothing here, or no longer.", 404, headers=_HEADERS)
