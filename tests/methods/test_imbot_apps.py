"""imbot.app.*: chat applications of bots of the first version."""

from typing import Any

import pytest

from support.bots import PNG, Workshop
from support.portal import ICON, Portal, Reply, refused
from tieline.api import php_form
from tieline.domain.bot_apps import ChatApp
from tieline.services.bot_apps import MOST
from tieline.store import bot_apps as store

LANG = [{"LANGUAGE_ID": "en", "TITLE": "Echobot IFRAME", "DESCRIPTION": "Open it", "COPYRIGHT": "We"}]
COMMAND = {"JS_METHOD": "SEND", "JS_PARAM": "/help"}
FRAME = {
    "IFRAME": "https://frames.example/echo.php",
    "IFRAME_WIDTH": "350",
    "IFRAME_HEIGHT": "150",
    "HASH": "d1ab17949a572b0979d8db0d5b349cd2",
}
REST = {
    "ICON_FILE": PNG,
    "CONTEXT": "BOT",
    "HIDDEN": "N",
    "EXTRANET_SUPPORT": "N",
    "LIVECHAT_SUPPORT": "N",
    "IFRAME_POPUP": "N",
    "LANG": LANG,
}
PARAMS_ERROR = (400, "PARAMS_ERROR", "Incorrect command or frame params")
LANG_ERROR = (400, "LANG_ERROR", "Lang set can't be empty")
WRONG_REQUEST = (400, "WRONG_REQUEST", "Chat application can't be saved")
INSECURE = (400, "IFRAME_HTTPS", "The frame's address must begin with https")
NO_APP = (400, "CHAT_APP_ID_ERROR", "Chat application not found")


class Shelf(Workshop):
    """A bot with chat applications."""

    def __init__(self, portal: Portal) -> None:
        super().__init__(portal)
        self.number = self.bot()

    def try_register(self, code: str = "echo", **params: Any) -> Reply:
        """Register a chat application, or try to."""
        return self.app.call("imbot.app.register", **({"BOT_ID": self.number, "CODE": code, "LANG": LANG} | params))

    def kept(self, number: int) -> ChatApp | None:
        """Return a chat application as it is kept."""
        return self.portal.read(lambda tx: store.find_app(tx, 1, number))


@pytest.fixture
def shelf(portal: Portal) -> Shelf:
    return Shelf(portal)


@pytest.fixture
def quick(quick_portal: Portal) -> Shelf:
    return Shelf(quick_portal)


@pytest.mark.difference(110)
def test_command_and_frame_are_registered_as_documented(shelf: Shelf) -> None:
    command = shelf.try_register(**COMMAND, **REST).result
    frame = shelf.try_register("frame", **FRAME, **REST).result
    looks = [shelf.kept(number) for number in (command, frame)]
    assert [look and (look.bot_id, look.code) for look in looks] == [(shelf.number, "echo"), (shelf.number, "frame")]
    assert looks[0]
    assert looks[1]
    assert (looks[0].look.deed, looks[0].look.param, looks[0].look.frame) == ("SEND", "/help", "")
    assert (looks[1].look.width, looks[1].look.height, looks[1].look.context) == (350, 150, "BOT")
    assert looks[1].look.titles[0].copyright == "We"
    assert looks[1].look.icon > 0


def test_application_is_changed_as_documented(shelf: Shelf) -> None:
    number = shelf.try_register(**FRAME).result
    sample = FRAME | COMMAND | REST | {"HASH": "register"}
    assert shelf.app.call("imbot.app.update", APP_ID=number, FIELDS=sample).result is True
    kept = shelf.kept(number)
    assert kept
    assert (kept.look.deed, kept.look.param, kept.look.frame) == ("SEND", "/help", "")
    assert shelf.app.call("imbot.app.update", APP_ID=str(number), **FRAME).result is True
    assert shelf.app.call("imbot.app.update", APP_ID=number, IFRAME_WIDTH=400).result is True
    kept = shelf.kept(number)
    assert kept
    assert (kept.look.deed, kept.look.frame, kept.look.width) == ("", FRAME["IFRAME"], 400)
    assert kept.look.context == "BOT", "what is not named stays"


def test_same_code_is_the_same_application(quick: Shelf) -> None:
    number = quick.try_register(**COMMAND).result
    assert quick.try_register(**COMMAND | {"JS_PARAM": "/other"}).result == number
    kept = quick.kept(number)
    assert kept
    assert kept.look.param == "/other"


def test_application_goes_alone_or_with_its_bot(shelf: Shelf) -> None:
    first, second = shelf.try_register("first", **COMMAND).result, shelf.try_register("second", **COMMAND).result
    assert shelf.app.call("imbot.app.unregister", APP_ID=first).result is True
    assert refused(shelf.app.call("imbot.app.unregister", APP_ID=first)) == NO_APP
    shelf.app.call("imbot.unregister", BOT_ID=shelf.number)
    assert refused(shelf.app.call("imbot.app.update", APP_ID=second, **COMMAND)) == NO_APP


def test_application_of_another_program_is_left_alone(quick: Shelf) -> None:
    number = quick.try_register(**COMMAND).result
    stranger = quick.portal.app("imbot")
    told = (400, "APP_ID_ERROR", "Chat application was installed by another REST application")
    assert refused(stranger.call("imbot.app.unregister", APP_ID=number)) == told
    assert refused(stranger.call("imbot.app.update", APP_ID=number, **COMMAND)) == told


@pytest.mark.parametrize(
    "given",
    [
        {"JS_METHOD": "put", "JS_PARAM": "/echo 1-2+3_4"},
        {"JS_METHOD": "CALL", "JS_PARAM": "+49 30 123456"},
        {"JS_METHOD": "SUPPORT", "JS_PARAM": "a" * 32},
        COMMAND | {"HIDDEN": "Y", "LANG": []},
        *(COMMAND | {"CONTEXT": one} for one in ("all", "USER", "chat", "LINES-admin", "Call")),
    ],
)
def test_application_that_is_taken(quick: Shelf, given: dict[str, Any]) -> None:
    assert quick.try_register(**given).result


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, PARAMS_ERROR),
        ({"JS_METHOD": "RUN", "JS_PARAM": "x"}, PARAMS_ERROR),
        ({"JS_METHOD": "SEND"}, PARAMS_ERROR),
        ({"JS_METHOD": "SEND", "JS_PARAM": "<script>"}, PARAMS_ERROR),
        ({"JS_METHOD": "CALL", "JS_PARAM": "javascript:x"}, PARAMS_ERROR),
        ({"JS_METHOD": "SUPPORT", "JS_PARAM": "short"}, PARAMS_ERROR),
        (COMMAND | {"CONTEXT": "NOWHERE"}, PARAMS_ERROR),
        (COMMAND | {"HIDDEN": "maybe"}, PARAMS_ERROR),
        (COMMAND | {"JS_PARAM": ["x"]}, PARAMS_ERROR),
        (FRAME | {"IFRAME_WIDTH": 249}, PARAMS_ERROR),
        (FRAME | {"IFRAME_HEIGHT": 49}, PARAMS_ERROR),
        (FRAME | {"IFRAME_HEIGHT": 2**62}, PARAMS_ERROR),
        (FRAME | {"IFRAME_WIDTH": "wide"}, PARAMS_ERROR),
        (FRAME | {"IFRAME": "http://frames.example/"}, INSECURE),
        (FRAME | {"IFRAME": "javascript:alert(1)"}, INSECURE),
        (FRAME | {"IFRAME": "/page"}, INSECURE),
        (FRAME | {"HASH": ""}, (400, "HASH_ERROR", "The frame's hash must have 32 characters")),
        (FRAME | {"HASH": "short"}, (400, "HASH_ERROR", "The frame's hash must have 32 characters")),
        (COMMAND | {"LANG": []}, LANG_ERROR),
        (COMMAND | {"LANG": "en"}, LANG_ERROR),
        (COMMAND | {"LANG": [{"LANGUAGE_ID": "en", "TITLE": "x" * 1_001}]}, LANG_ERROR),
        (COMMAND | {"CODE": ""}, WRONG_REQUEST),
        (COMMAND | {"CODE": "x" * 256}, WRONG_REQUEST),
        (COMMAND | {"ICON_FILE": ICON["DATA_IMAGE"]}, WRONG_REQUEST),
    ],
)  # fmt: skip
def test_application_that_is_refused(quick: Shelf, given: dict[str, Any], told: tuple[int, str, str]) -> None:
    assert refused(quick.try_register(**given)) == told


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"APP_ID": ""}, NO_APP),
        ({"APP_ID": "x"}, NO_APP),
        ({"APP_ID": 999}, NO_APP),
        ({}, WRONG_REQUEST),
        ({"FIELDS": "x"}, WRONG_REQUEST),
        ({"FIELDS": {"NOTHING": "known"}}, WRONG_REQUEST),
        ({"IFRAME": "http://frames.example/"}, INSECURE),
        ({"IFRAME": FRAME["IFRAME"]}, WRONG_REQUEST),
        ({"JS_METHOD": "RUN"}, WRONG_REQUEST),
        ({"LANG": [{"LANGUAGE_ID": "en", "TITLE": "x" * 2_000}]}, WRONG_REQUEST),
        ({"FIELDS": {"ICON_FILE": "no image"}}, WRONG_REQUEST),
    ],
)
def test_change_that_is_refused(quick: Shelf, given: dict[str, Any], told: tuple[int, str, str]) -> None:
    number = quick.try_register(**COMMAND).result
    before = quick.kept(number)
    assert refused(quick.app.call("imbot.app.update", **({"APP_ID": number} | given))) == told
    assert quick.kept(number) == before


def test_bot_has_so_many_applications(quick: Shelf) -> None:
    given = COMMAND | {"BOT_ID": quick.number, "LANG": LANG}
    codes = [f"a{number}" for number in range(MOST)]
    calls = {code: f"imbot.app.register?{php_form.encode(given | {'CODE': code})}" for code in codes}
    assert len(quick.app.call("batch", cmd=calls).result["result"]) == MOST
    assert refused(quick.try_register("onemore", **COMMAND)) == WRONG_REQUEST
    assert quick.try_register("a0", **COMMAND).result
