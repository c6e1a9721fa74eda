"""Answers as XML, for methods that are called with `.xml`."""

import re
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import msgspec

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*")
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def encode(body: dict[str, Any]) -> bytes:
    """Write an envelope as `<response>`; items of lists become `<item>`."""
    plain = msgspec.to_builtins(body)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<response>{_children(plain)}</response>'.encode()


def _children(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(_element(str(key), item) for key, item in value.items())
    if isinstance(value, list):
        return "".join(_element("item", item) for item in value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return escape(_FORBIDDEN.sub("", str(value)))


def _element(name: str, value: Any) -> str:
    if _NAME.fullmatch(name):
        return f"<{name}>{_children(value)}</{name}>"
    return f"<item key={quoteattr(_FORBIDDEN.sub('', name))}>{_children(value)}</item>"
