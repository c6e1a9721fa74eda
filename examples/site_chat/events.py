"""What the portal's events mean for the conversation; nothing in them is taken for granted."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from b24pysdk.credentials import OAuthEventData

from site_chat.content import attach_rows, keyboard_buttons
from site_chat.portal import CONNECTOR
from site_chat.store import Extras, Store, Visitor
from site_chat.text import MAX_FILES, MAX_OPERATOR_TEXT, clean, web_address

FINISHED = "This conversation is closed. Write again whenever you like."

log = logging.getLogger("site_chat.events")


def parse_event(fields: Mapping[str, str]) -> OAuthEventData:
    """Parse an event's form fields; some events of real portals lack what the SDK insists on."""
    expires = int(time.time()) + 3600
    absent = {"event_handler_id": "0", "ts": "0", "auth[expires]": str(expires), "auth[expires_in]": "3600"}
    return OAuthEventData.from_dict(absent | dict(fields))


def apply_event(store: Store, event: OAuthEventData) -> None:
    """Bring one event into the conversation; doing it twice changes nothing."""
    data = event.data if isinstance(event.data, dict) else {}
    name = str(event.event).upper()
    if name in HANDLERS and _text(data, "CONNECTOR").lower() == CONNECTOR:
        part, handle = HANDLERS[name]
        for item in _items(data, part):
            handle(store, item, _text(data, "LINE"))
    else:
        log.info("%s is not for this connector", name)


def _add(store: Store, item: dict[str, Any], line: str) -> None:
    (visitor_id, key), message = _key(item), _part(item, "message")
    text, extras = clean(_text(message, "text"), MAX_OPERATOR_TEXT), _extras(message)
    files = [file for raw in _items(message, "files")[:MAX_FILES] if (file := _file(raw))]
    if store.visitor(visitor_id) is None or not key:
        log.warning("a message for an unknown visitor was dropped")
    elif text or files or extras:
        chat = _text(_part(item, "im"), "chat_id")
        store.add_from_operator(visitor_id, key, text, files, extras, line=line, chat=chat)


def _extras(message: dict[str, Any]) -> Extras:
    """Return what a message brings besides its text and files."""
    rows, buttons = attach_rows(message.get("attach")), keyboard_buttons(message.get("keyboard"))
    return {name: found for name, found in (("attach", rows), ("keyboard", buttons)) if found}


def _file(raw: dict[str, Any]) -> dict[str, str] | None:
    for field in ("downloadLink", "link", "url"):
        if address := web_address(_text(raw, field)):
            return {"name": clean(_text(raw, "name"), 200) or "file", "url": address}
    return None


def _edit(store: Store, item: dict[str, Any], line: str) -> None:
    _add(store, item, line)  # in case this event has overtaken the one which adds the message
    message = _part(item, "message")
    store.edit_from_operator(*_key(item), clean(_text(message, "text"), MAX_OPERATOR_TEXT), _extras(message))


def _delete(store: Store, item: dict[str, Any], _line: str) -> None:
    store.delete_from_operator(*_key(item))


def _finish(store: Store, item: dict[str, Any], _line: str) -> None:
    visitor = _visitor_of_dialog(store, item)
    session = _text(_part(item, "session"), "id")
    if visitor and session:
        store.add_notice(visitor.id, f"finished {session}", FINISHED)


HANDLERS: dict[str, tuple[str, Callable[[Store, dict[str, Any], str], None]]] = {
    "ONIMCONNECTORMESSAGEADD": ("MESSAGES", _add),
    "ONIMCONNECTORMESSAGEUPDATE": ("MESSAGES", _edit),
    "ONIMCONNECTORMESSAGEDELETE": ("MESSAGES", _delete),
    "ONIMCONNECTORDIALOGFINISH": ("DATA", _finish),
}


def _visitor_of_dialog(store: Store, item: dict[str, Any]) -> Visitor | None:
    """Find whose dialog it is: by our chat id where the event has it, else by the portal's chat number."""
    numbers = [_text(_part(item, part), name) for part, name in (("connector", "chat_id"), ("chat", "id"))]
    found = [store.visitor(number) or store.visitor_of_chat(number) for number in numbers if number]
    return next((visitor for visitor in found if visitor), None)


def _key(item: dict[str, Any]) -> tuple[str, str]:
    return _text(_part(item, "chat"), "id"), _text(_part(item, "im"), "message_id")


def _part(data: dict[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _items(data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = data.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""
