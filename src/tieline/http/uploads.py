"""/upload/...: addresses that take one file each as a form, in the name of who asked for them."""

import re
from collections.abc import AsyncIterator
from urllib.parse import unquote

from starlette.types import Receive, Scope, Send

from tieline.api import faults
from tieline.api.dispatch import Dispatcher
from tieline.api.envelope import Answer, Stopwatch, failed
from tieline.api.faults import ApiError, Fault
from tieline.domain.files import Received
from tieline.http import bodies
from tieline.http.hosts import Hosts
from tieline.http.large import stream
from tieline.http.rest import respond
from tieline.methods import disk_folders
from tieline.methods.disk import made_view
from tieline.services import disk_files, disk_links
from tieline.services.call import Call
from tieline.services.disk_files import MAX_CONTENT, Upload
from tieline.services.disk_links import Ticket
from tieline.store import people
from tieline.store.engine import Tx, Unavailable
from tieline.store.files import Folder, TooLarge

MAX_FORM = MAX_CONTENT + 1024 * 1024
MAX_HEAD = 16 * 1024
MAX_PARTS = 20
WRONG_ADDRESS = Fault("ACCESS_DENIED", "This address is wrong or has expired", 403)
NO_FILE = Fault("ERROR_ARGUMENT", f"The form has no file in the field '{disk_folders.FIELD}'")
_METHOD = next(one for one in disk_folders.family.methods if one.handler is disk_folders.upload_file)
_FILE_NAME = re.compile(rb';\s*filename="((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_FILE_NAME_CODED = re.compile(rb";\s*filename\*=utf-8''([^;\s]*)", re.IGNORECASE)
_FOLDERS = re.compile(r".*[/\\]")


class Form:
    """Reads the one file of a form while it comes in."""

    def __init__(self, content_type: str) -> None:
        boundary = bodies.BOUNDARY.search(content_type)
        if boundary is None or not content_type.lower().startswith("multipart/form-data"):
            raise ApiError(NO_FILE)
        self.name: str | None = None
        self._mark = b"\r\n--" + boundary[1].encode("latin-1")
        self._kept = bytearray(b"\r\n")
        self._parts = 0
        self._in_head = self._in_file = self._ended = False

    async def content(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Give the content of the file; what else the form has is passed over."""
        async for chunk in chunks:
            self._kept += chunk
            for piece in self._read():
                yield piece
        if not self._ended or self.name is None:
            raise ApiError(NO_FILE)

    def _read(self) -> list[bytes]:
        pieces: list[bytes] = []
        while not self._ended:
            if self._in_head:
                if not self._read_head():
                    break
                continue
            place = self._kept.find(self._mark)
            end = place + len(self._mark)
            behind = bytes(self._kept[end : end + 2]) if place >= 0 else b""
            if len(behind) == 2 and behind not in (b"--", b"\r\n"):  # noqa: PLR2004 - it only looks like a boundary
                cut = end
            else:
                cut = place if place >= 0 else max(len(self._kept) - len(self._mark) + 1, 0)
            if self._in_file and cut:
                pieces.append(bytes(self._kept[:cut]))
            del self._kept[:cut]
            if behind in (b"--", b"\r\n"):
                self._pass_mark(last=behind == b"--")
            elif len(behind) < 2:  # noqa: PLR2004 - the two signs behind a boundary are not here yet
                break
        if self._ended:
            self._kept.clear()
        return pieces

    def _pass_mark(self, *, last: bool) -> None:
        """Go on behind a boundary."""
        del self._kept[: len(self._mark)]
        self._in_file, self._in_head, self._ended = False, not last, last

    def _read_head(self) -> bool:
        end = self._kept.find(b"\r\n\r\n")
        if end < 0:
            if len(self._kept) > MAX_HEAD:
                raise ApiError(NO_FILE)
            return False
        head = bytes(self._kept[:end]).lstrip(b"\r\n")
        del self._kept[: end + 4]
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise ApiError(NO_FILE)
        name = _file_name(head)
        field = bodies.FIELD_NAME.search(head)
        if self.name is None and name is not None and field and field[1].decode("latin-1") == disk_folders.FIELD:
            self.name, self._in_file = name, True
        self._in_head = False
        return True


def _file_name(head: bytes) -> str | None:
    """Return the name of a part's file, without the folders that some browsers tell; None for no file."""
    coded, plain = _FILE_NAME_CODED.search(head), _FILE_NAME.search(head)
    if coded:
        name = unquote(coded[1].decode("latin-1"))
    elif plain:
        name = plain[1].decode("utf-8", "replace").replace("%22", '"').replace('\\"', '"')
    else:
        return None
    return _FOLDERS.sub("", name)


class UploadDoor:
    """Takes files."""

    def __init__(self, dispatcher: Dispatcher, hosts: Hosts, folder: Folder) -> None:
        self._dispatcher = dispatcher
        self._hosts = hosts
        self._folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request under /upload/, as the method would that gave the address."""
        try:
            answer = await self._answer(scope, receive)
        except ApiError as error:
            answer = failed(error.fault)
        except Unavailable:
            answer = failed(faults.OVERLOAD_LIMIT)
        await respond(send, answer)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        watch = Stopwatch()
        if scope["method"] == "OPTIONS":
            return Answer(200, {})
        self._hosts.require_tls(scope)
        portal_id = await self._hosts.portal_of(scope)
        self._dispatcher.admit(portal_id, scope.get("client"))
        world = self._dispatcher.world
        packed, _, signed = scope["path"].removeprefix("/upload/").partition("/")
        ticket = disk_links.read_ticket(world, packed, signed, world.clock.now())
        if ticket is None or scope["method"] != "POST":
            raise ApiError(WRONG_ADDRESS)
        bodies.refuse_announced(scope, MAX_FORM)
        form = Form(bodies.header(scope, b"content-type"))
        try:
            kept = await self._folder.keep(form.content(stream(receive, MAX_FORM)), MAX_CONTENT)
        except TooLarge as error:
            raise ApiError(faults.BODY_TOO_LARGE) from error
        received = Received("", self._folder.path(kept[0]), *kept, broken=False)
        name = form.name or ""
        return await self._dispatcher.database.write(
            lambda tx: self._keep(tx, portal_id, ticket, Upload(name, received), watch)
        )

    def _keep(self, tx: Tx, portal_id: int, ticket: Ticket, given: Upload, watch: Stopwatch) -> Answer:
        watch.begin()
        world = self._dispatcher.world
        call = Call(tx, world, people.get_portal(tx, portal_id), world.clock.now())
        watch.zone = call.portal.time_zone
        call.user = call.find_person(ticket.user_id)
        call.app = call.find_app(ticket.app_id) if ticket.app_id else None
        gone = call.app is None or call.app.removed_at is not None if ticket.app_id else False
        if call.user is None or not call.user.active or gone:
            raise ApiError(WRONG_ADDRESS)
        given = given._replace(unique=ticket.unique, rights=tuple(disk_links.rights_of(ticket)))
        try:
            made = made_view(call, disk_files.upload(call, ticket.folder_id, given))
        except Exception as error:
            fault = _METHOD.fault_of(error)
            if fault is None:
                raise
            raise ApiError(fault) from error
        return Answer(200, {"result": made, "time": watch.block() | {"operating": 0, "operating_reset_at": 0}})
