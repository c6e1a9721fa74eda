"""Buttons under a message (KEYBOARD), entries of its menu (MENU), and what a customer's answer presses."""

import re
from typing import Any

from tieline.domain import given
from tieline.domain.given import filled

MAX_BYTES = 30 * 1024  # of JSON
MOST_BUTTONS = 100
MAX_PIXELS = 2_000
NEWLINE = {"TYPE": "NEWLINE"}
_ACTIONS = frozenset({"PUT", "SEND", "COPY", "CALL", "DIALOG"})
_SAID = frozenset({"PUT", "SEND"})  # what a customer can do, who has words alone
_CONTEXTS = frozenset({"ALL", "MOBILE", "DESKTOP"})
_COLORS = ("BG_COLOR", "TEXT_COLOR", "OFF_BG_COLOR", "OFF_TEXT_COLOR")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{1,30}")
_DIALOG = re.compile(r"(?:chat|sg)?[0-9]{1,18}", re.ASCII)
_NUMBER = re.compile(r"#?([0-9]{1,3})[.)]?", re.ASCII)
_LEADS = ("LINK", "COMMAND", "COMMAND_PARAMS", "ACTION", "ACTION_VALUE", "APP_ID", "APP_PARAMS")
_BUTTON = ("BOT_ID", "TYPE", "TEXT", *_LEADS, "BLOCK", "DISABLED", "CONTEXT", "DISPLAY", "WIDTH", "BG_COLOR_TOKEN")

Fields = dict[str, Any]


class KeyboardWrong(given.Wrong):
    """A keyboard is not built as it must be, or a button leads where it may not."""


class KeyboardTooLarge(given.TooLarge):
    """A keyboard is larger than a message may carry."""


class MenuWrong(given.Wrong):
    """A menu is not built as it must be, or an entry leads where it may not."""


class MenuTooLarge(given.TooLarge):
    """A menu is larger than a message may carry."""


def read_keyboard(keyboard: Any, bot_id: int | None = None) -> list[dict[str, Any]] | None:
    """Read a keyboard as clients send it, into a list of buttons; None for none.

    Buttons with a command carry the bot that gets it: their own, the keyboard's, or else the given one.
    """
    try:
        buttons = [_button(one, bot) for one, bot in _entries(keyboard, "BUTTONS", bot_id)]
        return _checked(buttons) if any(button != NEWLINE for button in buttons) else None
    except given.TooLarge as error:
        raise KeyboardTooLarge from error
    except given.Wrong as error:
        raise KeyboardWrong from error


def read_menu(menu: Any, bot_id: int | None = None) -> list[dict[str, Any]] | None:
    """Read a message's menu as clients send it, into a list of entries; None for none."""
    try:
        return _checked([_entry(one, bot) for one, bot in _entries(menu, "ITEMS", bot_id)]) or None
    except given.TooLarge as error:
        raise MenuTooLarge from error
    except given.Wrong as error:
        raise MenuWrong from error


def _entries(value: Any, root: str, bot_id: int | None) -> list[tuple[Fields, int | None]]:
    """Return the entries of an object with a root, or of a bare list, each with its bot."""
    value = None if given.is_nothing(value) else given.decoded(value, MAX_BYTES)
    whole = given.fields(value, (root, "BOT_ID")) if isinstance(value, dict) else {}
    listed = whole.get(root, value)
    if given.is_nothing(listed):
        return []
    bot_id = given.number(whole.get("BOT_ID")) or bot_id
    entries = [given.fields(one, (*_BUTTON, *_COLORS)) for one in given.one_or_many(listed, MOST_BUTTONS)]
    return [(entry, given.number(entry.get("BOT_ID")) or bot_id) for entry in entries]


def _checked(entries: list[Fields]) -> list[Fields]:
    if len(given.as_json(entries).encode()) > MAX_BYTES:
        raise given.TooLarge
    return entries


def _button(one: Fields, bot_id: int | None) -> Fields:
    if given.choice(one.get("TYPE"), {"NEWLINE"}):
        return dict(NEWLINE)
    return {
        "TYPE": "BUTTON",
        **_entry(one, bot_id),
        "BLOCK": given.flag(one.get("BLOCK")),
        "DISPLAY": given.choice(one.get("DISPLAY"), {"LINE", "BLOCK"}) or "BLOCK",
        "BG_COLOR_TOKEN": given.token(one.get("BG_COLOR_TOKEN")) or "base",
        **filled(WIDTH=given.number(one.get("WIDTH"), MAX_PIXELS)),
        **filled(**{name: given.color(one.get(name)) for name in _COLORS}),
    }


def _entry(one: Fields, bot_id: int | None) -> Fields:
    """Read what buttons and entries of menus have in common: a text, one thing to do, when and where to show it."""
    if not (text := given.line(one.get("TEXT"))):
        raise given.Wrong
    return {
        "TEXT": text,
        **_deed(one, bot_id),
        "DISABLED": given.flag(one.get("DISABLED")),
        "CONTEXT": given.choice(one.get("CONTEXT"), _CONTEXTS) or "ALL",
    }


def _deed(one: Fields, bot_id: int | None) -> Fields:
    """Read the one thing that a button does."""
    if address := given.link(one.get("LINK")):
        return {"LINK": address}
    if command := given.line(one.get("COMMAND")).lstrip("/"):
        return filled(BOT_ID=bot_id, COMMAND=command, COMMAND_PARAMS=given.text(one.get("COMMAND_PARAMS")))
    if not given.is_nothing(one.get("ACTION")):
        return _action(one)
    if app := given.number(one.get("APP_ID")):
        return filled(APP_ID=app, APP_PARAMS=given.text(one.get("APP_PARAMS")))
    raise given.Wrong


def _action(one: Fields) -> Fields:
    action, value = given.choice(one["ACTION"], _ACTIONS), given.text(one.get("ACTION_VALUE"))
    shape = {"CALL": _PHONE, "DIALOG": _DIALOG}.get(action or "")
    if action is None or not value.strip() or (shape and not shape.fullmatch(value)):
        raise given.Wrong
    return {"ACTION": action, "ACTION_VALUE": value}


def pressable(keyboard: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """Return the buttons that words can press, in the order of their numbers."""
    return [one for one in keyboard or [] if _can_be_said(one)]


def _can_be_said(button: Fields) -> bool:
    return button.get("DISABLED") != "Y" and ("COMMAND" in button or button.get("ACTION") in _SAID)


def pressed(keyboard: list[dict[str, Any]] | None, answer: str) -> dict[str, Any] | None:
    """Return the button that a customer's words mean, by its text or its number; None for other words."""
    words = _folded(answer)
    buttons = pressable(keyboard)
    if by_text := next((button for button in buttons if _folded(button["TEXT"]) == words), None):
        return by_text
    number = _NUMBER.fullmatch(words)
    place = int(number[1]) if number else 0
    return buttons[place - 1] if 0 < place <= len(buttons) else None


def _folded(words: str) -> str:
    return " ".join(words.split()).casefold()
