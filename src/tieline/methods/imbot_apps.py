"""imbot.app.*: chat applications, which bots of the first version of the API put beside the message field."""

from dataclasses import replace
from typing import Annotated, Any

from tieline.api.differences import Difference
from tieline.api.faults import ApiError, Dialect, Fault
from tieline.api.method import Auth, Doc, Family
from tieline.api.wire import Wire
from tieline.domain import bot_apps as domain
from tieline.domain.bot_apps import ChatApp, Look
from tieline.methods.imbot import BOT_ID_ERROR, KEY, OF_BOTS
from tieline.services import bot_apps, bots, images
from tieline.services.call import Call

IFRAME_HTTPS = Fault("IFRAME_HTTPS", "The frame's address must begin with https")
HASH_ERROR = Fault("HASH_ERROR", "The frame's hash must have 32 characters")
PARAMS_ERROR = Fault("PARAMS_ERROR", "Incorrect command or frame params")
LANG_ERROR = Fault("LANG_ERROR", "Lang set can't be empty")
WRONG_REQUEST = Fault("WRONG_REQUEST", "Chat application can't be saved")
CHAT_APP_ID_ERROR = Fault("CHAT_APP_ID_ERROR", "Chat application not found")
APP_ID_ERROR = Fault("APP_ID_ERROR", "Chat application was installed by another REST application")
MOST_TITLES = 50
LONGEST = 1_000
_BY_PARAMETER = {"APP_ID": CHAT_APP_ID_ERROR, "BOT_ID": BOT_ID_ERROR, "LANG": LANG_ERROR, "FIELDS": WRONG_REQUEST}
NOT_SHOWN = Difference(110, "Chat applications are kept, checked and named by buttons; no page has icons of them.")

family = Family(
    scopes=("imbot",),
    auth=Auth.CLIENT,
    key=KEY,
    dialect=Dialect(
        missing=lambda name: _BY_PARAMETER.get(name, WRONG_REQUEST),
        wrong=lambda name, _: _BY_PARAMETER.get(name, PARAMS_ERROR),
    ),
)


class Title(Wire):
    """What a chat application is called in a language."""

    LANGUAGE_ID: str
    TITLE: str
    DESCRIPTION: str = ""
    COPYRIGHT: str = ""


class Shown(Wire):
    """What a chat application does and how it looks: what is given."""

    JS_METHOD: str | None = None
    JS_PARAM: str | None = None
    IFRAME: str | None = None
    IFRAME_WIDTH: int | None = None
    IFRAME_HEIGHT: int | None = None
    HASH: str | None = None
    ICON_FILE: str | None = None
    CONTEXT: str | None = None
    HIDDEN: bool | None = None
    EXTRANET_SUPPORT: bool | None = None
    LIVECHAT_SUPPORT: bool | None = None
    IFRAME_POPUP: bool | None = None
    LANG: list[Title] | None = None

    def on(self, look: Look) -> Look:
        """Return a look with what is given here; a command takes the place of a frame, and a frame of a command."""
        given: dict[str, Any] = {
            "context": self.CONTEXT,
            "hidden": self.HIDDEN,
            "extranet": self.EXTRANET_SUPPORT,
            "livechat": self.LIVECHAT_SUPPORT,
            "popup": self.IFRAME_POPUP,
            "titles": None if self.LANG is None else _titles(self.LANG),
        }
        of_command = {"deed": self.JS_METHOD and self.JS_METHOD.upper(), "param": self.JS_PARAM}
        of_frame = {
            "frame": self.IFRAME,
            "width": self.IFRAME_WIDTH,
            "height": self.IFRAME_HEIGHT,
            "hash": self.HASH,
        }
        if self.JS_METHOD:
            given |= of_command | {"frame": ""}
        elif self.IFRAME:
            given |= of_frame | {"deed": "", "param": ""}
        else:
            given |= {"param": self.JS_PARAM} if look.deed else of_frame
        return replace(look, **{name: value for name, value in given.items() if value is not None})


def _titles(titles: list[Title]) -> tuple[domain.Title, ...]:
    found = {
        one.LANGUAGE_ID.lower(): domain.Title(one.LANGUAGE_ID.lower(), one.TITLE, one.DESCRIPTION, one.COPYRIGHT)
        for one in titles
    }
    texts = [text for one in found.values() for text in (one.language, one.title, one.description, one.copyright)]
    if len(found) > MOST_TITLES or any(len(text) > LONGEST for text in texts):
        raise domain.Untitled
    return tuple(found.values())


JsMethod = Annotated[str | None, Doc("PUT, SEND, CALL or SUPPORT: what a press does; goes before a frame.")]
JsParam = Annotated[str | None, Doc("The command that is put or sent, the number, or the line's code.")]
Frame = Annotated[str | None, Doc("URL of a page in a frame, on https.")]
Width = Annotated[int | None, Doc("Width of the frame: 250 at least.")]
Height = Annotated[int | None, Doc("Height of the frame: 50 at least.")]
Hash = Annotated[str | None, Doc("What the frame is opened with: 32 characters.")]
Icon = Annotated[str | None, Doc("Its icon, Base64.")]
Context = Annotated[
    str | None, Doc("Where it is: ALL, USER, CHAT, BOT, LINES, CALL; `-admin` behind for administrators.")
]
Hidden = Annotated[bool | None, Doc("Y keeps it from being shown.")]
Extranet = Annotated[bool | None, Doc("Y shows it to customers.")]
Livechat = Annotated[bool | None, Doc("Y shows it in chats on sites.")]
Popup = Annotated[bool | None, Doc("Y opens the frame as a window that can be moved.")]
Lang = Annotated[list[Title] | None, Doc("What it is called, by languages.")]


@family.method(
    "imbot.app.register",
    differs=(NOT_SHOWN,),
    writes=True,
    errors=OF_BOTS
    | {
        domain.FrameInsecure: IFRAME_HTTPS,
        domain.HashWrong: HASH_ERROR,
        domain.ParamsWrong: PARAMS_ERROR,
        domain.Untitled: LANG_ERROR,
        bot_apps.AppRefused: WRONG_REQUEST,
        images.NoImage: WRONG_REQUEST,
    },
)
def app_register(
    call: Call,
    *,
    bot_id: Annotated[int, Doc("Id of the bot.")],
    code: Annotated[str, Doc("Its name for its program, unique for the bot.")],
    js_method: JsMethod = None,
    js_param: JsParam = None,
    iframe: Frame = None,
    iframe_width: Width = None,
    iframe_height: Height = None,
    hash: Hash = None,  # noqa: A002 - the parameter's name
    icon_file: Icon = None,
    context: Context = None,
    hidden: Hidden = None,
    extranet_support: Extranet = None,
    livechat_support: Livechat = None,
    iframe_popup: Popup = None,
    lang: Lang = None,
) -> int:
    """Add a chat application of a bot; returns its id. A code that the bot has used is that application, changed."""
    shown = Shown(
        JS_METHOD=js_method,
        JS_PARAM=js_param,
        IFRAME=iframe,
        IFRAME_WIDTH=iframe_width,
        IFRAME_HEIGHT=iframe_height,
        HASH=hash,
        CONTEXT=context,
        HIDDEN=hidden,
        EXTRANET_SUPPORT=extranet_support,
        LIVECHAT_SUPPORT=livechat_support,
        IFRAME_POPUP=iframe_popup,
        LANG=lang,
    )
    return bot_apps.register(call, bots.find_own(call, bot_id), code, shown.on(Look()), icon_file or "")


_OF_APPS: dict[type[Exception], Fault] = {
    bot_apps.AppMissing: CHAT_APP_ID_ERROR,
    bot_apps.AppForeign: APP_ID_ERROR,
}
AppId = Annotated[int, Doc("Id of the chat application.")]


@family.method(
    "imbot.app.update",
    differs=(NOT_SHOWN,),
    writes=True,
    errors=_OF_APPS
    | {
        domain.FrameInsecure: IFRAME_HTTPS,
        domain.HashWrong: WRONG_REQUEST,
        domain.ParamsWrong: WRONG_REQUEST,
        domain.Untitled: WRONG_REQUEST,
        images.NoImage: WRONG_REQUEST,
    },
    dialect=Dialect(
        missing=lambda _: CHAT_APP_ID_ERROR,
        wrong=lambda name, _: CHAT_APP_ID_ERROR if name == "APP_ID" else WRONG_REQUEST,
    ),
)
def app_update(
    call: Call,
    *,
    app_id: AppId,
    fields: Annotated[Shown | None, Doc("What is changed, in place of the following.")] = None,
    js_method: JsMethod = None,
    js_param: JsParam = None,
    iframe: Frame = None,
    iframe_width: Width = None,
    iframe_height: Height = None,
    hash: Hash = None,  # noqa: A002 - the parameter's name
    icon_file: Icon = None,
    context: Context = None,
    extranet_support: Extranet = None,
    livechat_support: Livechat = None,
    iframe_popup: Popup = None,
    lang: Lang = None,
) -> bool:
    """Change a chat application of a bot."""
    app = bot_apps.find_own(call, app_id)
    shown = fields or Shown(
        JS_METHOD=js_method,
        JS_PARAM=js_param,
        IFRAME=iframe,
        IFRAME_WIDTH=iframe_width,
        IFRAME_HEIGHT=iframe_height,
        HASH=hash,
        ICON_FILE=icon_file,
        CONTEXT=context,
        EXTRANET_SUPPORT=extranet_support,
        LIVECHAT_SUPPORT=livechat_support,
        IFRAME_POPUP=iframe_popup,
        LANG=lang,
    )
    _change(call, app, shown)
    return True


def _change(call: Call, app: ChatApp, shown: Shown) -> None:
    if shown == Shown():
        raise ApiError(WRONG_REQUEST)
    bot_apps.change(call, app, shown.on(app.look), shown.ICON_FILE or "")


@family.method(
    "imbot.app.unregister",
    writes=True,
    errors=_OF_APPS,
    unreachable={"WRONG_REQUEST": "a chat application that is found can be deleted"},
)
def app_unregister(call: Call, *, app_id: AppId) -> bool:
    """Forget a chat application of a bot."""
    bot_apps.remove(call, bot_apps.find_own(call, app_id))
    return True
