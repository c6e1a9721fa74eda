"""Attachments and buttons of the portal's messages, as the few things that the visitor's page can show."""

import re
from collections.abc import Iterator
from typing import Any

from site_chat.text import clean, plain, web_address

MOST_ROWS = 60
MOST_BUTTONS = 40
MAX_ROW = 2_000
MAX_LABEL = 200

_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{1,30}")

Row = dict[str, str]


def attach_rows(attach: Any) -> list[Row]:
    """Turn attachments into rows: a title, a text, a link; a row of nothing is a line between others."""
    blocks = [block for one in _objects(attach) for block in _objects(one.get("BLOCKS"))]
    rows = [row for block in blocks[:MOST_ROWS] for row in _rows(block) if row is not None][:MOST_ROWS]
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _rows(block: dict[str, Any]) -> Iterator[Row]:
    if text := plain(_text(block, "MESSAGE"))[:MAX_ROW]:
        yield {"text": text}
    for one in _objects(block.get("GRID")):
        yield _filled(title=_label(one, "NAME"), text=plain(_text(one, "VALUE"))[:MAX_ROW], url=_address(one))
    for kind in ("USER", "LINK", "RICH_LINK", "IMAGE", "FILE"):
        for one in _objects(block.get(kind)):
            name = _label(one, "NAME") or _address(one)
            yield _filled(text=name, url=_address(one), note=plain(_text(one, "DESC"))[:MAX_ROW])
    if "DELIMITER" in block:
        yield {}


def keyboard_buttons(keyboard: Any) -> list[Row]:
    """Turn a keyboard into buttons, each with one thing to do: url, call, copy, put into the field or say."""
    buttons = [button for one in _objects(keyboard)[:MOST_BUTTONS] if (button := _button(one))]
    return buttons if any("label" in button for button in buttons) else []


def _button(one: dict[str, Any]) -> Row | None:
    if _text(one, "TYPE").upper() == "NEWLINE":
        return {"newline": "yes"}
    deed, label = _deed(one), _label(one, "TEXT")
    if not label or deed is None:
        return None
    off = "yes" if _text(one, "DISABLED").upper() == "Y" else ""
    return _filled(label=label, off=off, **deed)


def _deed(one: dict[str, Any]) -> Row | None:
    """What a visitor can do with a button; None for what only people in the portal can."""
    if "LINK" in one:
        return {"url": address} if (address := _address(one)) else None
    if _text(one, "COMMAND"):
        return {"say": _label(one, "TEXT")}  # the portal knows the button by its words
    action, value = _text(one, "ACTION").upper(), clean(_text(one, "ACTION_VALUE"), MAX_ROW)
    if action == "CALL" and _PHONE.fullmatch(value):
        return {"call": value}
    deeds = {"SEND": "say", "PUT": "put", "COPY": "copy"}
    return {deeds[action]: value} if action in deeds and value else None


def _filled(**values: str) -> Row:
    return {name: value for name, value in values.items() if value}


def _objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list, or one that stands alone; forms may number their lists."""
    if isinstance(value, dict):
        value = list(value.values()) if all(str(key).isdecimal() for key in value) else [value]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(one: dict[str, Any], name: str) -> str:
    value = one.get(name)
    return value if isinstance(value, str) else ""


def _label(one: dict[str, Any], name: str) -> str:
    return " ".join(clean(_text(one, name), MAX_ROW).split())[:MAX_LABEL]


def _address(one: dict[str, Any]) -> str:
    return web_address(_text(one, "LINK"))
