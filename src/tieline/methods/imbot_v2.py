"""What the methods of the second version about bots have in common: who calls, whose bot it is, how they refuse."""

from typing import Annotated, Any

from tieline.api.faults import Dialect, Fault
from tieline.api.method import Auth, ClientKey, Doc, Family, Spelled
from tieline.api.wire import Wire
from tieline.domain.chats import COLORS
from tieline.domain.content import ContentRefused
from tieline.methods import contents, dialog_ids
from tieline.methods.v2_views import camel
from tieline.services import bots, chats, groups
from tieline.services.call import Call

BOT_TOKEN_NOT_SPECIFIED = Fault("BOT_TOKEN_NOT_SPECIFIED", "Bot token is not specified")
BOT_TOKEN_INVALID_LENGTH = Fault("BOT_TOKEN_INVALID_LENGTH", "A bot token has at most 40 characters")
BOT_ID_REQUIRED = Fault("BOT_ID_REQUIRED", "Bot ID is required")
BOT_NOT_FOUND = Fault("BOT_NOT_FOUND", "Bot not found")
BOT_OWNERSHIP_ERROR = Fault("BOT_OWNERSHIP_ERROR", "Bot is registered by another application")
ACCESS_DENIED = Fault("ACCESS_DENIED", "Access denied", 403)
PARAMS_REQUIRED = Fault("PARAMS_REQUIRED", "Required parameters are missing")
PARAMS_ERROR = Fault("PARAMS_ERROR", "Incorrect params")
KEY = ClientKey(
    "botToken",
    "For webhooks alone: the key of the caller's own choice under which the bot was registered.",
    missing=BOT_TOKEN_NOT_SPECIFIED,
    wrong=BOT_TOKEN_INVALID_LENGTH,
    limit=40,
)
OF_BOTS: dict[type[Exception], Fault] = {bots.BotMissing: BOT_NOT_FOUND, bots.BotForeign: BOT_OWNERSHIP_ERROR}
CLOSED: dict[type[Exception], Fault] = {
    dialog_ids.WrongDialog: ACCESS_DENIED,
    chats.ChatMissing: ACCESS_DENIED,
    chats.NoAccess: ACCESS_DENIED,
}
FIXED: dict[type[Exception], Fault] = {groups.Fixed: ACCESS_DENIED, groups.NotInCharge: ACCESS_DENIED}
WRONG_CONTENT: dict[type[Exception], Fault] = {ContentRefused: PARAMS_ERROR}
BotId = Annotated[int, Spelled("botId"), Doc("Id of the bot.")]
DialogId = Annotated[str, Spelled("dialogId"), Doc("The chat as `chat<ID>`, or the id of a user.")]
MessageId = Annotated[int, Spelled("messageId"), Doc("Id of the message.")]
UserIds = Annotated[list[int], Spelled("userIds"), Doc("Ids of users.")]


def dialect(**faults: Fault) -> Dialect:
    """Make a way to complain of arguments, of some of them by faults of their own."""
    return Dialect(
        missing=lambda name: {"botId": BOT_ID_REQUIRED, **faults}.get(name, PARAMS_REQUIRED),
        wrong=lambda name, _: {"botId": BOT_NOT_FOUND, **faults}.get(name, PARAMS_ERROR),
    )


def make_family(*, key: ClientKey | None = KEY) -> Family:
    """Make a family of methods about bots."""
    return Family(scopes=("imbot",), auth=Auth.CLIENT, key=key, dialect=dialect(), exact_names=True)


class Done(Wire):
    """It was done."""

    result: bool = True


def act(call: Call, bot_id: int) -> Call:
    """Return the call as a bot of the calling program makes it."""
    return bots.acting(call, bots.find_own(call, bot_id))


class Said(Wire, rename="camel", omit_defaults=True):
    """What a bot says."""

    message: str = ""
    attach: Any = None
    keyboard: Any = None
    system: bool = False
    url_preview: bool = True

    def content(self, bot_id: int) -> dict[str, Any]:
        """Return what hangs below the text."""
        return contents.read(self.attach, self.keyboard, None, bot_id)

    def marks(self) -> dict[str, Any]:
        """Return the marks that the message's readers understand."""
        return contents.marks(url_preview=self.url_preview)


_COLORS = {camel(name.lower()): name for name in COLORS}


def color(name: str) -> str:
    """Return a colour by its name in camelCase or capitals; an unknown one is none."""
    return _COLORS.get(name, name.upper() if name.upper() in COLORS else "")
