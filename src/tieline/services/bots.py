"""Bots: adding, changing and removing them, whose they are, acting in their name, and what they write."""

from dataclasses import replace
from typing import Any

from tieline.domain.apps import App
from tieline.domain.bots import Bot
from tieline.domain.people import User
from tieline.domain.user_fields import WrongValue
from tieline.services import bot_events, bot_sessions, chats, groups, people, subscriptions
from tieline.services.call import Call
from tieline.services.urls import MAX_URL, refuse_address
from tieline.store import bots as store
from tieline.store import chats as chat_store
from tieline.store import happenings
from tieline.store import people as people_store

MAX_CODE = 255


class BotMissing(Exception):
    """There is no such bot."""


class BotForeign(Exception):
    """The bot is another application's."""


class CodeMissing(Exception):
    """A bot needs a code."""


class CodeTaken(Exception):
    """Another bot of the application has this code."""


class NameMissing(Exception):
    """A bot needs a name."""


class TooManyBots(Exception):
    """The application has as many bots as it may."""

    def __init__(self, most: int) -> None:
        super().__init__(f"Has reached the maximum number of bots for application (max: {most})")


class BotRefused(Exception):
    """A bot's profile has a value that cannot be kept."""


class AddressRefused(Exception):
    """A bot's handler is no address that this server may call."""


def own(call: Call) -> list[Bot]:
    """Return the bots of the program that calls, the oldest first."""
    app = call.program()
    return [bot for bot in call.bots().values() if app is not None and bot.app_id == app.id]


def find_own(call: Call, bot_id: int | None) -> Bot:
    """Return a bot of the program that calls; its first one where none is named."""
    if bot_id is None:
        found = own(call)
        if not found:
            raise BotMissing
        return found[0]
    bot = call.bots().get(bot_id)
    if bot is None:
        raise BotMissing
    app = call.program()
    if app is None or bot.app_id != app.id:
        raise BotForeign
    return bot


def user_of(call: Call, bot: Bot) -> User:
    """Return the user that a bot is."""
    user = call.find_user(bot.id)
    assert user is not None  # a bot's user is added before it and never removed
    return user


def acting(call: Call, bot: Bot) -> Call:
    """Return the call as the bot makes it."""
    return replace(call, user=user_of(call, bot))


def check_address(call: Call, address: str) -> None:
    """Refuse a handler's address that this server may not call."""
    if refuse_address(address, call.world.rules) or len(address.encode("utf-8", "surrogatepass")) > MAX_URL:
        raise AddressRefused


def add(call: Call, app: App, bot: Bot, profile: dict[str, Any], *, most: int) -> Bot:
    """Add a bot of an application, which may have so many; a code that it has given before is that bot."""
    if not bot.code.strip():
        raise CodeMissing
    call.touch()  # one at a time
    mine = [known for known in call.bots().values() if known.app_id == app.id]
    if known := next((known for known in mine if known.code == bot.code), None):
        return known
    if not (str(profile.get("NAME") or "") + str(profile.get("LAST_NAME") or "")).strip():
        raise NameMissing
    if len(mine) >= most:
        raise TooManyBots(most)
    if len(bot.code) > MAX_CODE or not _free(call, profile):
        raise BotRefused
    user_id = store.add_bot_user(call.tx, call.portal_id, call.now)
    bot = replace(bot, id=user_id, app_id=app.id, created_at=call.now)
    store.set_bot(call.tx, call.portal_id, bot)
    _keep_profile(call, bot, profile)
    _log(call, "bot added", bot)
    return bot


def change(call: Call, bot: Bot, changed: Bot, profile: dict[str, Any]) -> None:
    """Keep what of a bot is changed."""
    call.touch()  # one at a time
    if any(one.code == changed.code and one.id != bot.id for one in own(call)):
        raise CodeTaken
    if len(changed.code) > MAX_CODE or not changed.code.strip() or not _free(call, profile):
        raise BotRefused
    store.set_bot(call.tx, call.portal_id, changed)
    _keep_profile(call, changed, profile)
    _log(call, "bot changed", changed)


def _free(call: Call, profile: dict[str, Any]) -> bool:
    email = str(profile.get("EMAIL") or "").strip().lower()
    return not email or people_store.find_person_by_email(call.tx, call.portal_id, email) is None


def _keep_profile(call: Call, bot: Bot, profile: dict[str, Any]) -> None:
    try:
        people.keep_profile(call, bot.id, {name: value for name, value in profile.items() if value not in ("", None)})
    except (people.WrongEmail, WrongValue) as error:
        raise BotRefused from error


def remove(call: Call, bot: Bot) -> None:
    """Take a bot out of the portal: its program is told, its dialogs wait for operators, and it leaves all chats."""
    bot_events.tell_removed(call, bot)
    for found in chat_store.list_open_of(call.tx, call.portal_id, bot.id):
        chat = chats.lock(call, found.id)
        if bot_sessions.is_bots(chat) and chat.operator_id == bot.id:
            chats.keep(call, bot_sessions.hand_over(call, chat), chat)
    subscriptions.forget_bot(call, bot)
    groups.forget(call, bot.id)
    store.remove_bot(call.tx, call.portal_id, bot.id)
    _log(call, "bot removed", bot)


def _log(call: Call, kind: str, bot: Bot) -> None:
    call.touch()
    actor_id = call.user.id if call.user else None
    happenings.add_happening(call.tx, call.portal_id, kind, now=call.now, actor_id=actor_id, bot=bot.id, code=bot.code)
