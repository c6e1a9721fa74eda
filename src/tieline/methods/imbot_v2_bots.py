"""imbot.v2.Bot.* but for registering, imbot.v2.Revision.get: changing, listing and ending bots."""

from dataclasses import replace
from typing import Annotated, Any

from msgspec import UNSET, UnsetType

from tieline.api.faults import ApiError, Fault
from tieline.api.method import Auth, Doc, Spelled
from tieline.api.wire import Wire
from tieline.domain.bots import Bot
from tieline.methods import imbot_v2_views as views
from tieline.methods.imbot_v2 import (
    BOT_NOT_FOUND,
    BOT_TOKEN_INVALID_LENGTH,
    KEY,
    OF_BOTS,
    PARAMS_ERROR,
    PARAMS_REQUIRED,
    BotId,
    Done,
    color,
    make_family,
)
from tieline.methods.imbot_v2_register import (
    BOT_INVALID_CALLBACK,
    BOT_INVALID_EVENT_MODE,
    MODES,
    OF_AVATARS,
    Profile,
    background,
)
from tieline.methods.v2_views import entity_user
from tieline.services import bot_modes, bots
from tieline.services.call import Call

BOT_TOKEN_ROTATION_FAILED = Fault("BOT_TOKEN_ROTATION_FAILED", "Bot token rotation failed")
REST, WEB, MOBILE, DESKTOP = 36, 130, 23, 6
MAX_PAGE = 100

family = make_family()


class Changes(Wire, rename="camel", omit_defaults=True):
    """What is changed of a bot: what is given."""

    properties: Profile | None = None
    is_hidden: bool | None = None
    is_reactions_enabled: bool | None = None
    is_support_openline: bool | None = None
    background_id: Any = UNSET
    event_mode: str | None = None
    webhook_url: str = ""
    bot_token: str = ""


@family.method(
    "imbot.v2.Bot.update",
    writes=True,
    errors={
        **OF_BOTS,
        **OF_AVATARS,
        bots.AddressRefused: BOT_INVALID_CALLBACK,
        bot_modes.AddressMissing: BOT_INVALID_CALLBACK,
        bots.BotRefused: PARAMS_ERROR,
        bot_modes.KeyTaken: BOT_TOKEN_ROTATION_FAILED,
    },
    faults=(BOT_INVALID_EVENT_MODE,),
)
def bot_update(
    call: Call, *, bot_id: BotId, fields: Annotated[Changes, Spelled("fields"), Doc("What is changed.")]
) -> views.Told:
    """Change a bot. Another way to its events begins with this call; another key holds for the whole program."""
    bot = bots.find_own(call, bot_id)
    if fields.event_mode is not None and fields.event_mode not in MODES:
        raise ApiError(BOT_INVALID_EVENT_MODE)
    profile = fields.properties or Profile()
    changed = bot_modes.change(call, bot, _changed(bot, fields, profile), profile.fields())
    if call.webhook is not None and fields.bot_token.strip():
        if len(fields.bot_token) > KEY.limit:
            raise ApiError(BOT_TOKEN_INVALID_LENGTH)
        call = bot_modes.rotate(call, fields.bot_token)
    return views.told(call, changed)


def _changed(bot: Bot, fields: Changes, profile: Profile) -> Bot:
    flags: dict[str, Any] = {
        "hidden": fields.is_hidden,
        "reactions": fields.is_reactions_enabled,
        "lines": fields.is_support_openline,
        "fetches": None if fields.event_mode is None else fields.event_mode == MODES[0],
    }
    changed: Bot = replace(bot, **{name: value for name, value in flags.items() if value is not None})
    if fields.webhook_url:
        changed = replace(changed, handlers=changed.handlers | {bot_modes.WEBHOOK: fields.webhook_url})
    if not isinstance(fields.background_id, UnsetType):
        changed = replace(changed, background=background(fields.background_id))
    return replace(changed, color=color(profile.color) or changed.color)


@family.method(
    "imbot.v2.Bot.unregister",
    writes=True,
    errors=OF_BOTS,
    unreachable={"BOT_UNREGISTER_FAILED": "a bot that is found can be deleted"},
)
def bot_unregister(call: Call, *, bot_id: BotId) -> Done:
    """Take a bot out of the portal: it leaves all chats, and whoever speaks for it is told."""
    bots.remove(call, bots.find_own(call, bot_id))
    return Done()


@family.method("imbot.v2.Bot.get", errors={bots.BotMissing: BOT_NOT_FOUND}, faults=(PARAMS_REQUIRED,))
def bot_get(
    call: Call,
    *,
    bot_id: Annotated[int | None, Spelled("botId"), Doc("Id of the bot; or its code.")] = None,
    code: Annotated[str, Spelled("code"), Doc("The bot's code.")] = "",
) -> views.Told:
    """Return a bot: whole to the program that speaks for it, in brief to others."""
    if bot_id is None and not code:
        raise ApiError(PARAMS_REQUIRED)
    bot = bot_modes.find_by_code(call, code) if bot_id is None else call.bots().get(bot_id)
    if bot is None:
        raise bots.BotMissing
    if bot not in bots.own(call):
        return views.Told(bot=views.brief(call, bot), users=[entity_user(call, bots.user_of(call, bot))])
    return views.told(call, bot)


class Filter(Wire, omit_defaults=True):
    """Which bots are wanted."""

    type: str = ""


class Listed(Wire, rename="camel"):
    """A page of bots."""

    bots: list[dict[str, Any]]
    users: list[dict[str, Any]]
    has_next_page: bool


@family.method("imbot.v2.Bot.list")
def bot_list(
    call: Call,
    *,
    filter: Annotated[Filter | None, Spelled("filter"), Doc("`type`: bots of this type alone.")] = None,  # noqa: A002
    limit: Annotated[int, Spelled("limit"), Doc("How many at most: 50 by default, 100 at most.")] = 50,
    offset: Annotated[int, Spelled("offset"), Doc("How many to pass over.")] = 0,
) -> Listed:
    """List the bots of the calling program."""
    wanted = filter.type if filter else ""
    found = [bot for bot in bots.own(call) if wanted in ("", bot.type.value)]
    start, size = max(offset, 0), max(1, min(limit, MAX_PAGE))
    page = found[start : start + size]
    return Listed(
        bots=[views.whole(call, bot) for bot in page],
        users=[entity_user(call, bots.user_of(call, bot)) for bot in page],
        has_next_page=len(found) > start + size,
    )


class Revision(Wire):
    """How far the API has come."""

    rest: int
    web: int
    mobile: int
    desktop: int


@family.method("imbot.v2.Revision.get", auth=Auth.ANY)
def revision_get(call: Call) -> Revision:  # noqa: ARG001
    """Return the revisions of the API and of clients' protocols."""
    return Revision(rest=REST, web=WEB, mobile=MOBILE, desktop=DESKTOP)
