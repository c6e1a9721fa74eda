"""/files/... and /versions/...: contents of files by signed links that expire, with headers that keep them harmless."""

from collections.abc import Callable, Mapping
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from tieline.api.dispatch import Dispatcher
from tieline.domain.files import FileState, extension
from tieline.domain.ids import parse_id
from tieline.http.hosts import Hosts
from tieline.services.files import Noun, link_holds
from tieline.store import disk_versions as version_store
from tieline.store import files as store
from tieline.store.engine import Tx
from tieline.store.files import Folder

_KEPT = {"cache-control": "private, max-age=86400"}
Found = tuple[str, str] | None  # a name and a content
# Only these are shown in the page; everything else is offered for download. SVG is not among them.
_SHOWN = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "jpe": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "bmp": "image/bmp",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "mp4": "video/mp4",
    "webm": "video/webm",
}


class FileDoor:
    """Serves contents of files."""

    def __init__(self, dispatcher: Dispatcher, hosts: Hosts, folder: Folder) -> None:
        self._dispatcher = dispatcher
        self._hosts = hosts
        self._folder = folder

    async def serve(self, request: Request) -> Response:
        """Answer `/files/ID/EXPIRES/SIGNATURE`."""
        return await self._serve(request, Noun.FILE, _find_file)

    async def serve_version(self, request: Request) -> Response:
        """Answer `/versions/ID/EXPIRES/SIGNATURE`."""
        return await self._serve(request, Noun.VERSION, _find_version)

    async def _serve(self, request: Request, noun: Noun, find: Callable[[Tx, int, int], Found]) -> Response:
        world = self._dispatcher.world
        number, expires = (parse_id(request.path_params[name]) or 0 for name in ("number", "expires"))
        signed = request.path_params["signature"]
        if not signed.isascii() or not link_holds(world, noun, number, expires, signed, world.clock.now()):
            return PlainTextResponse("This link is wrong or has expired.", 403)
        portal_id = await self._hosts.portal_of(request.scope)
        return respond(self._folder, await self._dispatcher.database.read(lambda tx: find(tx, portal_id, number)))


def _find_file(tx: Tx, portal_id: int, file_id: int) -> Found:
    file = store.find_file(tx, portal_id, file_id)
    return (file.name, file.sha256) if file is not None and file.state is FileState.READY and file.sha256 else None


def _find_version(tx: Tx, portal_id: int, version_id: int) -> Found:
    version = version_store.find_version(tx, portal_id, version_id)
    file = version and store.find_file(tx, portal_id, version.file_id)
    return (version.name, version.sha256) if version and file else None


def respond(folder: Folder, found: Found, headers: Mapping[str, str] = _KEPT) -> Response:
    """Answer with a content, so that a browser runs none of it; unless told otherwise it may keep it for a day."""
    if found is None:
        return PlainTextResponse("There is no such file.", 404)
    name, sha256 = found
    path = folder.path(sha256)
    if not path.is_file():
        return PlainTextResponse("The file's content is missing.", 404)
    shown = _SHOWN.get(extension(name))
    kind = "inline" if shown else "attachment"
    return FileResponse(
        path,
        media_type=shown or "application/octet-stream",
        headers={
            "content-disposition": f"{kind}; filename*=UTF-8''{quote(name or 'file', safe='')}",
            "content-security-policy": "default-src 'none'; sandbox",
            "x-content-type-options": "nosniff",
            **headers,
        },
    )
