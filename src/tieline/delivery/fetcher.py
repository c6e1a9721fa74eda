"""Fetches files that connectors name: guarded like handlers, limited in size and time, tried a few times."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit

import aiohttp
import puremagic
import structlog

from tieline.delivery import guard
from tieline.domain.clock import MINUTE, SECOND
from tieline.services import files
from tieline.services.call import Call, World
from tieline.store import files as store
from tieline.store import people
from tieline.store.engine import Database, Tx, Unavailable
from tieline.store.files import Folder, TooLarge
from tieline.store.signals import Bus, FilesDue, Signal

log = structlog.get_logger(__name__)
MAX_SIZE = 100 * 1024 * 1024
TIMEOUT = 120
REDIRECTS = 3
AT_ONCE = 4
PAUSES = (5 * SECOND, 30 * SECOND, 5 * MINUTE)
LEASE = (TIMEOUT + 30) * SECOND
POLL = 5.0
CHUNK = 64 * 1024
HEAD = 2_048
_NAME = re.compile(r"[\x00-\x1f/\\:*?\"<>|]+")


class FetchFailed(Exception):
    """A file did not come in; `final` if trying again is of no use."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


class Fetcher:
    """Brings files in."""

    def __init__(self, database: Database, world: World, folder: Folder, bus: Bus) -> None:
        self._database = database
        self._world = world
        self._folder = folder
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._client = guard.Client(world.rules, timeout=TIMEOUT, limit_per_host=AT_ONCE)
        bus.listen(self._hear)

    def _hear(self, signal: Signal) -> None:
        if isinstance(signal, FilesDue):
            with contextlib.suppress(RuntimeError):  # the loop has been closed
                self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                if len(self._tasks) < AT_ONCE:
                    await self._start_some()
            except Unavailable:
                log.warning("files cannot be claimed")
            with contextlib.suppress(TimeoutError):  # wait_for of Python 3.11 may swallow a cancellation
                async with asyncio.timeout(POLL):
                    await self._wake.wait()
            self._wake.clear()

    async def _start_some(self) -> None:
        now = self._world.clock.now()
        if not await self._database.read(lambda tx: store.any_file_due(tx, now)):
            return
        free = AT_ONCE - len(self._tasks)
        for claimed in await self._database.write(lambda tx: store.claim_files(tx, now, LEASE, free)):
            task = asyncio.create_task(self._fetch(*claimed))
            self._tasks.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        self._wake.set()

    async def stop(self) -> None:
        """Leave; a file that is not in yet is fetched again when its lease ends."""
        for task in self._tasks:
            task.cancel()
        await self._client.close()

    async def _fetch(self, portal_id: int, file_id: int, url: str, attempts: int) -> None:
        try:
            sha256, size, name = await self._download(url)
        except FetchFailed as error:
            await self._note_failure(portal_id, file_id, error, attempts)
            return
        await self._database.write(lambda tx: files.fetched(self._call(tx, portal_id), file_id, sha256, size, name))

    async def _note_failure(self, portal_id: int, file_id: int, error: FetchFailed, attempts: int) -> None:
        last = error.final or attempts >= len(PAUSES)
        again_at = None if last else self._world.clock.now() + PAUSES[attempts]
        await self._database.write(
            lambda tx: files.failed(self._call(tx, portal_id), file_id, str(error), again_at=again_at)
        )

    def _call(self, tx: Tx, portal_id: int) -> Call:
        return Call(tx, self._world, people.get_portal(tx, portal_id), self._world.clock.now())

    async def _download(self, url: str) -> tuple[str, int, str]:
        """Follow a few redirects by hand, each address checked, and keep the content."""
        for _ in range(REDIRECTS + 1):
            try:
                async with self._client.session(url).get(url, allow_redirects=False) as response:
                    if response.status in (301, 302, 303, 307, 308) and "location" in response.headers:
                        url = urljoin(url, response.headers["location"])
                        continue
                    return await self._keep(response)
            except guard.AddressRefused as error:
                raise FetchFailed(str(error), final=True) from error
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
                hopeless = isinstance(error, aiohttp.InvalidURL) or isinstance(error.__cause__, guard.AddressRefused)
                raise FetchFailed(guard.reason(error), final=hopeless) from error
        raise FetchFailed("too many redirects", final=True)

    async def _keep(self, response: aiohttp.ClientResponse) -> tuple[str, int, str]:
        if not response.ok:
            gone = response.status in (401, 403, 404, 410)
            raise FetchFailed(f"the server answered {response.status}", final=gone)
        if response.content_length is not None and response.content_length > MAX_SIZE:
            raise FetchFailed(f"larger than {MAX_SIZE // 2**20} MB", final=True)
        head = bytearray()
        try:
            sha256, size = await self._folder.keep(_chunks(response, head), MAX_SIZE)
        except TooLarge as error:
            raise FetchFailed(f"larger than {MAX_SIZE // 2**20} MB", final=True) from error
        return sha256, size, name_of(response, bytes(head))


async def _chunks(response: aiohttp.ClientResponse, head: bytearray) -> AsyncIterator[bytes]:
    async for chunk in response.content.iter_chunked(CHUNK):
        if len(head) < HEAD:
            head += chunk[: HEAD - len(head)]
        yield chunk


def name_of(response: aiohttp.ClientResponse, head: bytes) -> str:
    """Name a file that came without a name: as its server says, as its address ends, or by what it is."""
    said = response.content_disposition.filename if response.content_disposition else None
    name = _NAME.sub("_", said or unquote(PurePosixPath(urlsplit(str(response.url)).path).name)).strip(". ")[:200]
    if "." in name:
        return name
    try:
        return (name or "file") + puremagic.from_string(head)
    except (puremagic.PureError, ValueError):
        return name or "file"
