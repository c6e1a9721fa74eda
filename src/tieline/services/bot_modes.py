"""Bots of the second version of the API: adding and changing them, how they get their events, keys, pictures."""

import base64
from dataclasses import replace
from typing import Any

from tieline.domain.apps import App
from tieline.domain.bot_events import (
    BotCommanded,
    BotContextGiven,
    BotFact,
    BotJoined,
    BotMessageAdded,
    BotMessageDeleted,
    BotMessageEdited,
    BotReactionChanged,
    BotRemoved,
)
from tieline.domain.bots import Bot
from tieline.domain.files import image_extension
from tieline.domain.images import size_of
from tieline.services import bots, clients, images, subscriptions
from tieline.services.call import Call
from tieline.store import apps as app_store

VERSION = 2
MOST = 100  # of an application
MOST_PIXELS = 5_000
WEBHOOK = "webhook"  # under which of its handlers a bot's address stands
TOLD: tuple[type[BotFact], ...] = (
    BotMessageAdded,
    BotMessageEdited,
    BotMessageDeleted,
    BotJoined,
    BotRemoved,
    BotContextGiven,
    BotCommanded,
    BotReactionChanged,
)


class CodeTakenElsewhere(Exception):
    """A bot of another application has this code."""


class AddressMissing(Exception):
    """A bot whose events are sent needs an address."""


class NoImage(Exception):
    """A picture is no image."""


class ImageTooLarge(Exception):
    """A picture is too large."""


class KeyTaken(Exception):
    """Another program goes by this key."""


def find_by_code(call: Call, code: str) -> Bot | None:
    """Return the bot that has a code: the caller's own, or another application's; None for none."""
    mine = {bot.id for bot in bots.own(call)}
    found = [bot for bot in call.bots().values() if bot.code == code]
    return min(found, key=lambda bot: (bot.id not in mine, bot.id), default=None)


def _own_of_code(call: Call, code: str) -> Bot | None:
    return next((bot for bot in bots.own(call) if bot.code == code), None)


def find_registered(call: Call, code: str) -> Bot | None:
    """Return the caller's bot of a code, told of everything again that it is to be told of; None for a new code."""
    known = _own_of_code(call, code)
    if known is None:
        call.touch()  # waits for who registers at the same moment
        known = _own_of_code(call, code)
    if known is not None and known.version == VERSION:
        _subscribe(call, known)
    return known


def check_avatar(encoded: str) -> None:
    """Refuse a picture, Base64, that is no image, or too large a one."""
    try:
        content = base64.b64decode("".join(encoded.split()), validate=True)
    except ValueError as error:
        raise NoImage from error
    if image_extension(content) is None:
        raise NoImage
    size = size_of(content)
    if size is None:
        raise NoImage
    if max(size) > MOST_PIXELS or len(content) > images.MAX_IMAGE:
        raise ImageTooLarge


def add(call: Call, app: App, wanted: Bot, profile: dict[str, Any]) -> Bot:
    """Add a bot that no other application has of this code."""
    if any(bot.code == wanted.code and bot.app_id != app.id for bot in call.bots().values()):
        raise CodeTakenElsewhere
    _check_address(call, wanted)
    bot = bots.add(call, app, wanted, profile, most=MOST)
    _subscribe(call, bot)
    return bot


def change(call: Call, bot: Bot, changed: Bot, profile: dict[str, Any]) -> Bot:
    """Keep what of a bot is changed; where its events go elsewhere, it is subscribed anew.

    Those of one that the first version of the API registered go where they went.
    """
    if bot.version != VERSION:
        changed = replace(changed, fetches=bot.fetches, handlers=bot.handlers)
    moved = (bot.fetches, bot.handlers) != (changed.fetches, changed.handlers)
    if moved:
        _check_address(call, changed)
    bots.change(call, bot, changed, profile)
    if moved:
        waiting = subscriptions.take_from_bot(call, bot)
        _subscribe(call, changed)
        subscriptions.give_to_bot(call, changed, waiting)
    return changed


def _check_address(call: Call, bot: Bot) -> None:
    if bot.fetches:
        return
    if not bot.handlers.get(WEBHOOK):
        raise AddressMissing
    bots.check_address(call, bot.handlers[WEBHOOK])


def _events(call: Call) -> list[str]:
    return [event.wire_name for kind in TOLD for event in call.world.catalogue.events_of(kind)]


def _subscribe(call: Call, bot: Bot) -> None:
    if not bot.fetches:
        subscriptions.bind_bot(call, bot.app_id, _events(call), bot.handlers[WEBHOOK], bot_id=bot.id)


def rotate(call: Call, key: str) -> Call:
    """Let the program that a webhook's caller speaks for go by another key; returns the call as it goes on."""
    if key == call.client:
        return call
    app = call.program()
    assert app is not None  # a bot of it was found
    if app_store.find_app_by_client(call.tx, call.portal_id, call.program_name(key)) is not None:
        raise KeyTaken
    clients.rename(call, app, key)
    return replace(call, client=key)
