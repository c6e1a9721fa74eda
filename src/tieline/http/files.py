"""/files/...: contents of files by signed links that expire, with headers that keep them harmless."""

from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from tieline.api.dispatch import Dispatcher
from tieline.domain.files import File, FileState
from tieline.domain.ids import parse_id
from tieline.http.hosts import Hosts
from tieline.services.files import link_holds
from tieline.store import files as store
from tieline.store.files import Folder

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
        world = self._dispatcher.world
        file_id, expires = (parse_id(request.path_params[name]) or 0 for name in ("file_id", "expires"))
        signed = request.path_params["signature"]
        if not signed.isascii() or not link_holds(world, file_id, expires, signed, world.clock.now()):
            return PlainTextResponse("This link is wrong or has expired.", 403)
        portal_id = await self._hosts.portal_of(request.scope)
        file = await self._dispatcher.database.read(lambda tx: store.find_file(tx, portal_id, file_id))
        if file is None or file.state is not FileState.READY or file.sha256 is None:
            return PlainTextResponse("There is no such file.", 404)
        path = self._folder.path(file.sha256)
        if not path.is_file():
            return PlainTextResponse("The file's content is missing.", 404)
        return _response(file, path)


def _response(file: File, path: Path) -> Response:
    shown = _SHOWN.get(file.extension)
    kind = "inline" if shown else "attachment"
    return FileResponse(
        path,
        media_type=shown or "application/octet-stream",
        headers={
            "content-disposition": f"{kind}; filename*=UTF-8''{quote(file.name or 'file', safe='')}",
            "content-security-policy": "default-src 'none'; sandbox",
            "x-content-type-options": "nosniff",
            "cache-control": "private, max-age=86400",
        },
    )
