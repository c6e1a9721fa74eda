"""What a message holds beside its text: attachments, buttons, a menu; and all of it as plain text."""

from collections.abc import Iterator
from typing import Any

from tieline.domain.attachments import AttachTooLarge, AttachWrong, read_attach
from tieline.domain.bbcode import command_of, mentions, plain, without_mention
from tieline.domain.given import ContentRefused
from tieline.domain.keyboards import (
    KeyboardTooLarge,
    KeyboardWrong,
    MenuTooLarge,
    MenuWrong,
    pressable,
    pressed,
    read_keyboard,
    read_menu,
)

__all__ = [
    "AttachTooLarge",
    "AttachWrong",
    "ContentRefused",
    "KeyboardTooLarge",
    "KeyboardWrong",
    "MenuTooLarge",
    "MenuWrong",
    "as_text",
    "command_of",
    "mentions",
    "plain",
    "pressed",
    "read_attach",
    "read_keyboard",
    "read_menu",
    "without_mention",
]

_RULE = "———"


def as_text(
    attach: list[dict[str, Any]] | None, keyboard: list[dict[str, Any]] | None = None, *, address: str = ""
) -> str:
    """Return attachments as lines and buttons as numbered ones, for messengers that have only text.

    A customer presses a button by its number or its text (`pressed`). Paths from the portal's root are told behind the
    portal's address, or left out where none is given.
    """
    blocks = [block for one in attach or [] for block in one["BLOCKS"]]
    shown = [line for block in blocks for kind, value in block.items() for line in _lines(kind, value, address)]
    return "\n".join(part for part in ["\n".join(shown).strip(f"\n{_RULE}"), _buttons(keyboard, address)] if part)


def _lines(kind: str, value: Any, address: str) -> Iterator[str]:
    if kind == "MESSAGE":
        yield plain(value, links=True)
    elif kind == "DELIMITER":
        yield _RULE
    else:
        for one in value:
            yield from filter(None, [_grid(one, address) if kind == "GRID" else _named(one, address), one.get("DESC")])


def _grid(one: dict[str, Any], address: str) -> str:
    value = _named({"NAME": plain(one["VALUE"], links=True), "LINK": one.get("LINK")}, address)
    return ": ".join(filter(None, [one["NAME"], value]))


def _named(one: dict[str, Any], address: str) -> str:
    """Return a name with the address behind it."""
    link = one.get("LINK") or ""
    if link.startswith("/"):
        link = address + link if address else ""
    name = one.get("NAME") or ""
    return f"{name}: {link}" if name and link and name != link else link or name


def _buttons(keyboard: list[dict[str, Any]] | None, address: str) -> str:
    """Return the buttons that words can press with their numbers, and beside them what leads elsewhere."""
    numbers = {id(button): number for number, button in enumerate(pressable(keyboard), 1)}
    lines = []
    for button in keyboard or []:
        if number := numbers.get(id(button)):
            lines.append(f"{number}. {button['TEXT']}")
        elif button.get("DISABLED") != "Y" and (leads := _leads(button, address)):
            lines.append(f"{button['TEXT']}: {leads}")
    return "\n".join(lines)


def _leads(button: dict[str, Any], address: str) -> str:
    if button.get("ACTION") in {"CALL", "COPY"}:
        return str(button["ACTION_VALUE"])
    return _named({"LINK": button.get("LINK")}, address)
