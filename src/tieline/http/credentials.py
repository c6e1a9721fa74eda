"""Where a request may carry its authorisation: path, query, form, JSON or a Bearer header."""

from collections.abc import Iterable
from typing import Any

from tieline.api.dispatch import Credentials

_PARAMETERS = ("auth", "access_token")


def from_request(
    headers: Iterable[tuple[bytes, bytes]], params: dict[str, Any], webhook: tuple[int, str] | None
) -> Credentials:
    """Take the authorisation out of a request, so that no method sees it as a parameter."""
    token = None
    for name in _PARAMETERS:
        value = params.pop(name, None)
        if token is None and isinstance(value, str) and value:
            token = value
    if webhook is not None:
        return Credentials(webhook=webhook)
    return Credentials(token=token or _bearer(headers))


def _bearer(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    for name, value in headers:
        if name == b"authorization":
            kind, _, token = value.decode("latin-1").partition(" ")
            return token.strip() or None if kind.lower() == "bearer" else None
    return None
