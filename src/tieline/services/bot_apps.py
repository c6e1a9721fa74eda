"""Chat applications of bots: adding, changing and removing them."""

from dataclasses import replace

from tieline.domain.bot_apps import ChatApp, Look
from tieline.domain.bots import Bot
from tieline.services import images
from tieline.services.call import Call
from tieline.store import bot_apps as store

MAX_CODE = 255
MOST = 50  # of one bot


class AppMissing(Exception):
    """There is no such chat application."""


class AppForeign(Exception):
    """The chat application is another program's."""


class AppRefused(Exception):
    """A chat application needs a code, and a bot has only so many."""


def register(call: Call, bot: Bot, code: str, look: Look, icon: str) -> int:
    """Add a chat application of a bot, or change the one of this code; returns its id."""
    code = code.strip()
    if not code or len(code) > MAX_CODE:
        raise AppRefused
    call.touch()  # one at a time
    known = store.list_of_bot(call.tx, call.portal_id, bot.id)
    same = next((one for one in known if one.code == code), None)
    if same is not None:
        change(call, same, look, icon)
        return same.id
    if len(known) >= MOST:
        raise AppRefused
    look = _with_icon(call, look, icon)
    return store.add_app(call.tx, call.portal_id, ChatApp(0, bot.id, bot.app_id, code, look, call.now))


def find_own(call: Call, number: int) -> ChatApp:
    """Return a chat application of the program that calls."""
    found = store.find_app(call.tx, call.portal_id, number)
    if found is None:
        raise AppMissing
    app = call.program()
    if app is None or app.id != found.app_id:
        raise AppForeign
    return found


def change(call: Call, app: ChatApp, look: Look, icon: str) -> None:
    """Keep what of a chat application is changed."""
    store.set_look(call.tx, call.portal_id, app.id, _with_icon(call, look, icon))


def _with_icon(call: Call, look: Look, icon: str) -> Look:
    look.check()
    return replace(look, icon=images.keep(call, "icon", icon)) if icon else look


def remove(call: Call, app: ChatApp) -> None:
    """Forget a chat application."""
    store.remove_app(call.tx, call.portal_id, app.id)
