"""Reading requests: bodies with a limit, and their parameters by the rules of PHP."""

import re
from typing import Any, TypeVar
from urllib.parse import unquote_plus

import msgspec
from starlette.types import Message, Receive, Scope

from tieline.api import faults, php_form
from tieline.api.faults import ApiError
from tieline.api.wire import clean

T = TypeVar("T")
MAX_BODY = 10 * 1024 * 1024
MAX_DEPTH = 64
_decode = msgspec.json.Decoder(float_hook=None).decode
BOUNDARY = re.compile(r';\s*boundary="?([^";,\s]{1,70})', re.IGNORECASE)
FIELD_NAME = re.compile(rb'^content-disposition:[^\r\n]*;\s*name="([^"\r\n]*)"', re.IGNORECASE | re.MULTILINE)
_FILE_NAME = re.compile(rb"^content-disposition:[^\r\n]*;\s*filename\*?=", re.IGNORECASE | re.MULTILINE)
_LEAST_PARTS = 2  # what stands before the first boundary and behind the last


async def read_body(receive: Receive, scope: Scope, limit: int = MAX_BODY) -> bytes:
    """Read a request's body; one that is too large is refused before it is in memory."""
    refuse_announced(scope, limit)
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return _within(body, limit)
    chunks, size = [body], len(body)
    while message.get("more_body"):
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > limit:
            raise ApiError(faults.BODY_TOO_LARGE)
    return b"".join(chunks)


def refuse_announced(scope: Scope, limit: int) -> None:
    """Refuse a body that says itself that it is too large."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > limit:
            raise ApiError(faults.BODY_TOO_LARGE)


def _within(body: bytes, limit: int) -> bytes:
    if len(body) > limit:
        raise ApiError(faults.BODY_TOO_LARGE)
    return body


def parameters(query: bytes, content_type: str, body: bytes) -> dict[str, Any]:
    """Decode query and body and merge them; the body wins."""
    try:
        params = php_form.decode(query.decode("utf-8", "replace")) if query else {}
        if body:
            given = _of_body(content_type, body)
            params = params | given if params else given
    except php_form.FormTooComplex as error:
        raise ApiError(faults.UNREADABLE_REQUEST.saying(f"The request has {error}")) from error
    if b"\0" in body or b"%00" in body or b"\\u0000" in body or b"%00" in query:
        cleaned: dict[str, Any] = clean(params)
        return cleaned
    return params


def _of_body(content_type: str, body: bytes) -> dict[str, Any]:
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json" or (kind != "multipart/form-data" and body[:1] in (b"{", b"[")):
        return _json(body)
    if kind == "multipart/form-data":
        return _multipart(content_type, body)
    return php_form.decode(body.decode("utf-8", "replace"))


def _json(body: bytes) -> dict[str, Any]:
    try:
        data = _decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        text = "is nested too deeply" if isinstance(error, RecursionError) else "is not valid JSON"
        raise ApiError(faults.UNREADABLE_REQUEST.saying(f"The request body {text}")) from error
    if isinstance(data, list):
        data = {str(number): item for number, item in enumerate(data)}
    if not isinstance(data, dict):
        raise ApiError(faults.UNREADABLE_REQUEST.saying("The JSON body must be an object"))
    if _too_deep(body, data):
        raise ApiError(faults.UNREADABLE_REQUEST.saying("The request body is nested too deeply"))
    return data


def _too_deep(body: bytes, data: Any) -> bool:
    """Measure only what could be too deep: few bodies have that many brackets."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return False
    level, depth = [data], 0
    while level and depth <= MAX_DEPTH:
        level = [
            inner
            for item in level
            for inner in (item.values() if isinstance(item, dict) else item if isinstance(item, list) else ())
            if isinstance(inner, dict | list)
        ]
        depth += 1
    return bool(level)


def _multipart(content_type: str, body: bytes) -> dict[str, Any]:
    """Read the fields of a multipart body; its files are passed over, since no method takes any in this way."""
    boundary = BOUNDARY.search(content_type)
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary[1].encode("latin-1")) if boundary else []
    if len(parts) < _LEAST_PARTS or not parts[-1].startswith(b"--"):
        raise ApiError(faults.UNREADABLE_REQUEST.saying("The multipart body cannot be read"))
    if len(parts) > php_form.MAX_FIELDS:
        raise php_form.FormTooComplex(f"more than {php_form.MAX_FIELDS} fields")
    pairs = []
    for part in parts[1:-1]:
        head, _, value = part.partition(b"\r\n\r\n")
        name = FIELD_NAME.search(head)
        if name is not None and not _FILE_NAME.search(head):
            key = name[1].decode("utf-8", "replace")
            pairs.append((unquote_plus(key) if "%5B" in key else key, value.decode("utf-8", "replace")))
    return php_form.from_pairs(pairs)


def header(scope: Scope, name: bytes) -> str:
    """Return a header's value, or an empty text."""
    for key, value in scope["headers"]:
        if key == name:
            text: str = value.decode("latin-1")
            return text
    return ""


def start(status: int, headers: list[tuple[bytes, bytes]]) -> Message:
    """Make the first message of an answer."""
    return {"type": "http.response.start", "status": status, "headers": headers}
