"""imbot.v2.Bot.register: a new bot, how it looks and how it gets its events."""

from dataclasses import replace
from typing import Annotated, Any

from tieline.api.faults import ApiError, Fault
from tieline.api.method import Doc, Spelled
from tieline.api.wire import Wire
from tieline.domain.bots import Bot, BotType
from tieline.methods import imbot_v2_views as views
from tieline.methods.imbot_v2 import (
    BOT_TOKEN_INVALID_LENGTH,
    BOT_TOKEN_NOT_SPECIFIED,
    KEY,
    color,
    dialect,
    make_family,
)
from tieline.services import bot_modes, bots, clients
from tieline.services.call import Call

BOT_CODE_REQUIRED = Fault("BOT_CODE_REQUIRED", "Bot code is required")
BOT_PROPERTIES_REQUIRED = Fault("BOT_PROPERTIES_REQUIRED", "Bot properties are required")
BOT_CODE_ALREADY_TAKEN = Fault("BOT_CODE_ALREADY_TAKEN", "Bot code is already taken")
BOT_INVALID_TYPE = Fault("BOT_INVALID_TYPE", "Invalid bot type")
BOT_INVALID_EVENT_MODE = Fault("BOT_INVALID_EVENT_MODE", "Invalid event mode")
BOT_WEBHOOK_URL_REQUIRED = Fault("BOT_WEBHOOK_URL_REQUIRED", "Webhook URL is required")
BOT_REGISTER_FAILED = Fault("BOT_REGISTER_FAILED", "Bot registration failed")
BOT_INVALID_CALLBACK = Fault("BOT_INVALID_CALLBACK", "Invalid callback URL")
BOT_LIMIT_EXCEEDED = Fault("BOT_LIMIT_EXCEEDED", "Bot limit exceeded")
NO_IMAGE = Fault("BOT_AVATAR_INCORRECT_TYPE", "Avatar must be an image")
IMAGE_TOO_LARGE = Fault("BOT_AVATAR_INCORRECT_SIZE", "Avatar exceeds maximum size")
BACKGROUNDS = frozenset(("azure", "mint", "steel", "slate", "teal", "cornflower", "sky", "peach", "frost"))
MODES = ("fetch", "webhook")
_TYPES = {kind.value: kind for kind in BotType if kind is not BotType.HUMAN}

family = make_family(key=None)  # the key stands among the fields


class Profile(Wire, rename="camel", omit_defaults=True):
    """What is told of a bot."""

    name: str = ""
    last_name: str = ""
    work_position: str = ""
    color: str = ""
    gender: str = ""
    avatar: str = ""

    def fields(self) -> dict[str, Any]:
        """Return what is told as fields of a user."""
        if self.avatar:
            bot_modes.check_avatar(self.avatar)
        told = {
            "NAME": self.name,
            "LAST_NAME": self.last_name,
            "WORK_POSITION": self.work_position,
            "PERSONAL_GENDER": self.gender,
            "PERSONAL_PHOTO": ["avatar.png", self.avatar] if self.avatar else "",
        }
        return {name: value for name, value in told.items() if value}


class New(Wire, rename="camel", omit_defaults=True):
    """A bot that is registered."""

    code: str = ""
    bot_token: str = ""
    properties: Profile | None = None
    type: str = BotType.BOT.value
    event_mode: str = MODES[0]
    webhook_url: str = ""
    is_hidden: bool = False
    is_reactions_enabled: bool = True
    is_support_openline: bool = False
    background_id: str | None = None


def background(given: Any) -> str:
    """Return a background by its name; an unknown one is none."""
    return given if isinstance(given, str) and given in BACKGROUNDS else ""


OF_AVATARS: dict[type[Exception], Fault] = {bot_modes.NoImage: NO_IMAGE, bot_modes.ImageTooLarge: IMAGE_TOO_LARGE}


@family.method(
    "imbot.v2.Bot.register",
    writes=True,
    dialect=dialect(fields=BOT_CODE_REQUIRED),
    errors={
        **OF_AVATARS,
        bots.CodeMissing: BOT_CODE_REQUIRED,
        bots.NameMissing: BOT_PROPERTIES_REQUIRED,
        bots.TooManyBots: BOT_LIMIT_EXCEEDED,
        bots.BotRefused: BOT_REGISTER_FAILED,
        bots.AddressRefused: BOT_INVALID_CALLBACK,
        bot_modes.CodeTakenElsewhere: BOT_CODE_ALREADY_TAKEN,
        bot_modes.AddressMissing: BOT_WEBHOOK_URL_REQUIRED,
    },
    faults=(BOT_TOKEN_NOT_SPECIFIED, BOT_TOKEN_INVALID_LENGTH, BOT_INVALID_TYPE, BOT_INVALID_EVENT_MODE),
)
def bot_register(
    call: Call, *, fields: Annotated[New, Spelled("fields"), Doc("The bot; it needs code and properties.name.")]
) -> views.Told:
    """Add a bot, which is a user. A code that the program has used before is the bot that has it, as it is."""
    if call.webhook is not None:
        call = replace(call, client=KEY.read({KEY.wire_name: fields.bot_token}))
    known = bot_modes.find_registered(call, fields.code)
    if known is not None:
        return views.told(call, known)
    if fields.type not in _TYPES:
        raise ApiError(BOT_INVALID_TYPE)
    if fields.event_mode not in MODES:
        raise ApiError(BOT_INVALID_EVENT_MODE)
    profile = fields.properties or Profile()
    told = profile.fields()
    app = clients.ensure(call)
    bot = bot_modes.add(call, app, _new(fields, profile), told)
    return views.told(call, bot)


def _new(fields: New, profile: Profile) -> Bot:
    kind = _TYPES[fields.type]
    return Bot(
        0,
        0,
        fields.code,
        kind,
        bot_modes.VERSION,
        lines=fields.is_support_openline or kind is BotType.OPENLINE,
        handlers={bot_modes.WEBHOOK: fields.webhook_url} if fields.webhook_url else {},
        color=color(profile.color),
        fetches=fields.event_mode == MODES[0],
        hidden=fields.is_hidden,
        reactions=fields.is_reactions_enabled,
        background=background(fields.background_id),
    )
