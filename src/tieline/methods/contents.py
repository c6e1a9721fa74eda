"""What hangs on a message, as methods take it: attachments, keyboards, menus, and how they are refused."""

from typing import Annotated, Any

from tieline.api.faults import Fault
from tieline.api.method import Doc
from tieline.domain import content
from tieline.domain.chats import ATTACH, KEYBOARD, MENU

ATTACH_ERROR = Fault("ATTACH_ERROR", "Incorrect attach params")
ATTACH_OVERSIZE = Fault("ATTACH_OVERSIZE", "You have exceeded the maximum allowable size of attach")
KEYBOARD_ERROR = Fault("KEYBOARD_ERROR", "Incorrect keyboard params")
KEYBOARD_OVERSIZE = Fault("KEYBOARD_OVERSIZE", "You have exceeded the maximum allowable size of keyboard")
MENU_ERROR = Fault("MENU_ERROR", "Incorrect menu params")
MENU_OVERSIZE = Fault("MENU_OVERSIZE", "You have exceeded the maximum allowable size of menu")
REFUSALS: dict[type[Exception], Fault] = {
    content.AttachWrong: ATTACH_ERROR,
    content.AttachTooLarge: ATTACH_OVERSIZE,
    content.KeyboardWrong: KEYBOARD_ERROR,
    content.KeyboardTooLarge: KEYBOARD_OVERSIZE,
    content.MenuWrong: MENU_ERROR,
    content.MenuTooLarge: MENU_OVERSIZE,
}
MENUS_WRONG = (content.MenuWrong,)
NAMES = ("attach", "keyboard", "menu")
Attach = Annotated[Any, Doc("Blocks below the text: an object with BLOCKS, a list of blocks, or either as JSON.")]
Keyboard = Annotated[
    Any, Doc("Buttons below the message: an object with BUTTONS, a list of buttons, or either as JSON.")
]
Menu = Annotated[Any, Doc("Entries of the message's menu: an object with ITEMS, a list of entries, or either as JSON.")]


def read(attach: Any, keyboard: Any, menu: Any, bot_id: int | None = None) -> dict[str, Any]:
    """Read what hangs on a message; what is not given is left out, what is given as nothing is None."""
    read: dict[str, Any] = {}
    if attach is not None:
        read[ATTACH] = content.read_attach(attach)
    if keyboard is not None:
        read[KEYBOARD] = content.read_keyboard(keyboard, bot_id)
    if menu is not None:
        read[MENU] = content.read_menu(menu, bot_id)
    return read


def marks(*, url_preview: bool) -> dict[str, Any]:
    """Write the marks that a message's readers understand."""
    return {} if url_preview else {"URL_PREVIEW": "N"}
