"""Attachments as clients send them: read, and refused where they are malformed or too large."""

from typing import Any

import msgspec

from tieline.domain.attachments import MAX_SIZE, Malformed, TooLarge, attachments_of


def read(given: Any) -> list[Any]:
    """Read attachments, also written as JSON; nothing for an empty value. Raises Malformed or TooLarge."""
    if given in (None, "", [], {}):
        return []
    found = attachments_of(_decoded(given) if isinstance(given, str) else given)
    if len(msgspec.json.encode(found).decode()) > MAX_SIZE:
        raise TooLarge
    return found


def _decoded(text: str) -> Any:
    if len(text) > 2 * MAX_SIZE:
        raise TooLarge
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Malformed from error
