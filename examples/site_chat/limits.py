"""Guards against too much: bodies that are too long, senders that are too quick."""

import time
from collections import OrderedDict
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

MAX_FIELDS = 2_000
MAX_SENDERS = 10_000


async def read_body(request: Request, limit: int) -> bytes:
    """Read a request's body, refusing one beyond the limit before it is all in memory."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise HTTPException(413, "The request is too large.")
    return body


async def read_form(request: Request, limit: int) -> dict[str, str]:
    """Read the fields of the address and of a form-encoded body; the body wins."""
    try:
        body = (await read_body(request, limit)).decode()
        fields = parse_qsl(body, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise HTTPException(400, "The form cannot be read.") from error
    return dict(request.query_params) | dict(fields)


class RateLimit:
    """A bucket of tokens per sender: a short burst is fine, a flood is not."""

    def __init__(self, burst: int, per_second: float) -> None:
        """Set how many may come at once and how many per second afterwards."""
        self._burst, self._per_second = burst, per_second
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def check(self, sender: str) -> None:
        """Take one token of this sender, or refuse the request."""
        now = time.monotonic()
        tokens, since = self._buckets.pop(sender, (float(self._burst), now))
        tokens = min(self._burst, tokens + (now - since) * self._per_second)
        self._buckets[sender] = (max(tokens - 1, 0) if tokens >= 1 else tokens, now)
        if len(self._buckets) > MAX_SENDERS:
            self._buckets.popitem(last=False)
        if tokens < 1:
            raise HTTPException(429, "Too many at once. Wait a moment and try again.", {"Retry-After": "2"})
