"""Large bodies: long runs of Base64 go to disk while they come in, so that what stays in memory is small.

What is read leaves a name in the place of each run; once the parameters are decoded the names become `Received`.
A name cannot be guessed, so no client can write one.
"""

import asyncio
import base64
import binascii
import contextlib
import hashlib
import os
import re
import string
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

from starlette.types import Receive, Scope

from tieline.api import faults
from tieline.api.dispatch import Dispatcher
from tieline.api.envelope import Answer
from tieline.api.faults import ApiError
from tieline.domain.files import Received
from tieline.domain.ids import new_secret
from tieline.http import bodies
from tieline.services.disk_files import MAX_CONTENT
from tieline.store.files import Folder

MAX_LARGE = 140 * 1024 * 1024
BLOCK = 16 * 1024
TIME = 15 * 60
AT_ONCE = 16  # runs that go to disk at the same time
OF_ONE = 8  # of one address
MOST_RUNS = 4  # of one request
# How Base64 may be written in JSON (with \/ and \u002B), in a form (%2B) or plainly; = parts names from values there.
_ALPHABET = (string.ascii_letters + string.digits + "+/%\\").encode()
_WHOLE = re.compile(rb"[%b]*" % re.escape(_ALPHABET))
_UNESCAPED = re.compile(rb"\\u00([0-9a-fA-F]{2})|\\(.)|%([0-9a-fA-F]{2})")
_ESCAPE = re.compile(rb"(?:\\(?:u[0-9a-fA-F]{0,3})?|%[0-9a-fA-F]?)\Z")
_BLANKS = b" \t\r\n"
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}


class _Run:
    """A run of Base64 on its way to disk."""

    def __init__(self, name: str, folder: Folder) -> None:
        self.name = name
        self._file, self.path = folder.receive()
        self._digest = hashlib.sha256()
        self._rest = b""  # an escape that is not whole yet
        self._digits = b""  # fewer than four
        self._size = 0
        self._ended = False  # by a padding, behind which nothing may stand
        self._broken = False

    def add(self, block: bytes) -> None:
        """Decode and write what comes next; once it is broken or too large it is only passed over."""
        if self._broken or self._size > MAX_CONTENT:
            return
        text = self._rest + block
        cut = _ESCAPE.search(text, max(len(text) - 6, 0))
        self._rest = text[cut.start() :] if cut else b""
        self._decode(_UNESCAPED.sub(_plain, text[: cut.start()] if cut else text))

    def _decode(self, text: bytes, *, last: bool = False) -> None:
        digits = self._digits + text.translate(None, _BLANKS)
        whole = len(digits) if last else len(digits) // 4 * 4
        self._digits = digits[whole:]
        if self._ended and digits:
            self._broken = True
            return
        self._ended = digits[:whole].endswith(b"=")
        try:
            content = base64.b64decode(digits[:whole], validate=True)
        except (binascii.Error, ValueError):
            self._broken = True
            return
        self._size += len(content)
        self._digest.update(content)
        self._file.write(content)

    def finish(self, padding: str) -> Received:
        """Return what came, once it is synced; `padding` is what stood behind it."""
        if not self._broken and self._size <= MAX_CONTENT:
            self._broken = bool(self._rest) or padding.strip("= \r\n\t") != ""
            self._decode(padding.strip().encode("ascii", "replace"), last=True)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return Received(self.name, self.path, self._digest.hexdigest(), self._size, broken=self._broken)

    def forget(self) -> None:
        """Remove what nobody took over."""
        with contextlib.suppress(OSError):
            self._file.close()
        self.path.unlink(missing_ok=True)


def _plain(match: "re.Match[bytes]") -> bytes:
    code = match[1] or match[3]
    if code:
        return bytes([int(code, 16)])
    return _LETTERS.get(match[2], match[2])


class _Sieve:
    """Parts a body into what stays in memory and runs of Base64."""

    def __init__(self, folder: Folder, runs: list[_Run], admit: Callable[[], None]) -> None:
        self.small = bytearray()
        self._folder = folder
        self._runs = runs
        self._admit = admit
        self._run: _Run | None = None
        self._block = bytearray()

    def add(self, chunk: bytes) -> None:
        """Take what comes next."""
        self._block += chunk
        while len(self._block) >= BLOCK:
            self._sort(bytes(self._block[:BLOCK]))
            del self._block[:BLOCK]

    def end(self) -> bytes:
        """Return what stays of the whole body."""
        self._sort(bytes(self._block))
        return bytes(self.small)

    def _sort(self, block: bytes) -> None:
        match = _WHOLE.match(block)
        size = match.end() if match else 0
        if self._run is not None:
            self._run.add(block[:size])
            if size < len(block):
                self._run = None
                self._keep(block[size:])
        elif size == BLOCK:
            self._begin(block)
        else:
            self._keep(block)

    def _keep(self, block: bytes) -> None:
        self.small += block
        if len(self.small) > bodies.MAX_BODY:
            raise ApiError(faults.BODY_TOO_LARGE)

    def _begin(self, block: bytes) -> None:
        """Open a run; its first digits came at the end of the block before."""
        if len(self._runs) >= MOST_RUNS:
            self._keep(block)
            return
        self._admit()
        last = bytes(self.small[-BLOCK:])
        run = self._run = _Run(f"received-{new_secret()}-", self._folder)
        self._runs.append(run)
        head = last[len(last.rstrip(_ALPHABET)) :]
        del self.small[len(self.small) - len(head) :]
        self.small += run.name.encode()
        run.add(head)
        run.add(block)


class LargeBodies:
    """Reads large bodies, few at a time."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._under_way: Counter[str] = Counter()

    @contextlib.contextmanager
    def _turns(self, address: str) -> Iterator[Callable[[], None]]:
        """Count how many runs of an address are under way; too many are refused."""
        taken = 0

        def admit() -> None:
            nonlocal taken
            if self._under_way.total() >= AT_ONCE or self._under_way[address] >= OF_ONE:
                raise ApiError(faults.OVERLOAD_LIMIT)
            self._under_way[address] += 1
            taken += 1

        try:
            yield admit
        finally:
            self._under_way[address] -= taken
            if not self._under_way[address]:
                del self._under_way[address]

    async def answer(
        self,
        dispatcher: Dispatcher,
        method: str,
        receive: Receive,
        scope: Scope,
        perform: Callable[[dict[str, Any]], Awaitable[Answer]],
        *,
        of_page: bool = False,
    ) -> Answer:
        """Read the parameters of a request and have it performed; pages of the portal send JSON and no query."""
        query = b"" if of_page else scope["query_string"]
        kind = "application/json" if of_page else bodies.header(scope, b"content-type")
        declared = dispatcher.registry.find(method)
        if declared is None or not declared.large:
            return await perform(bodies.parameters(query, kind, await bodies.read_body(receive, scope)))
        runs: list[_Run] = []
        client = scope.get("client")
        with self._turns(client[0] if client else "") as admit:
            try:
                body = await self._sift(receive, scope, _Sieve(self._folder, runs, admit))
                params = bodies.parameters(query, kind, body)
                if runs:
                    params = await asyncio.to_thread(_replace, params, {run.name: run for run in runs})
                return await perform(params)
            finally:  # what nobody took over
                for run in runs:
                    run.forget()

    async def _sift(self, receive: Receive, scope: Scope, sieve: _Sieve) -> bytes:
        bodies.refuse_announced(scope, MAX_LARGE)
        async for chunk in stream(receive, MAX_LARGE):
            sieve.add(chunk)
        return sieve.end()


async def stream(receive: Receive, limit: int) -> AsyncIterator[bytes]:
    """Give a body as it comes in; one that is too large, or takes too long, is refused."""
    size, more = 0, True
    try:
        async with asyncio.timeout(TIME):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ApiError(faults.UNREADABLE_REQUEST)
                chunk = message.get("body", b"")
                size, more = size + len(chunk), message.get("more_body", False)
                if size > limit:
                    raise ApiError(faults.BODY_TOO_LARGE)
                yield chunk
    except TimeoutError as error:
        raise ApiError(faults.UNREADABLE_REQUEST.saying("The request took too long to come")) from error


def _replace(value: Any, runs: dict[str, _Run]) -> Any:
    """Put what was received in the place of its names."""
    if isinstance(value, dict):
        return {key: _replace(item, runs) for key, item in value.items()}
    if isinstance(value, list):
        return [_replace(item, runs) for item in value]
    if isinstance(value, str) and value.startswith("received-"):
        name, dash, padding = value.rpartition("-")
        run = runs.get(name + dash)
        if run is not None:
            return run.finish(padding)
    if isinstance(value, str):
        part = next((run for name, run in runs.items() if name in value), None)
        if part is not None:  # of a longer text, which is no content as a whole
            return Received(value, part.path, "", 0, broken=True)
    return value
