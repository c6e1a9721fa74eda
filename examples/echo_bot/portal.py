"""Every call to the portal, made with the official SDK and the tokens that events bring."""

import hmac
import json
import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from b24pysdk import BitrixApp, BitrixToken
from b24pysdk.credentials import OAuthEventData
from b24pysdk.errors import BitrixAPIError, BitrixSDKException

from echo_bot.talk import COMMANDS, Action, CallOperator

CODE, NAME = "tieline_echo_bot", "Front desk"
TIMEOUT = 10

log = logging.getLogger("echo_bot.portal")


class NotFromPortalError(Exception):
    """The request does not come from the portal that installed this bot."""


class UnavailableError(Exception):
    """The portal could not take this now; a later attempt may succeed."""


@contextmanager
def portal_errors() -> Iterator[None]:
    """Translate whatever the SDK raises into: try again later."""
    try:
        yield
    except BitrixAPIError as error:
        raise UnavailableError(f"{error.error}: {error.error_description}".strip(": ")) from error
    except (BitrixSDKException, AttributeError, LookupError, TypeError, ValueError) as error:
        raise UnavailableError(str(error)) from error


def parse_event(fields: Mapping[str, str]) -> OAuthEventData:
    """Parse an event's form fields; some events of real portals lack what the SDK insists on."""
    absent = {"event_handler_id": "0", "ts": "0", "auth[expires]": str(int(time.time()) + 3600)}
    return OAuthEventData.from_dict(absent | {"auth[expires_in]": "3600"} | dict(fields))


class Portal:
    """The portal as the bot needs it."""

    def __init__(self, *, url: str, client_id: str, client_secret: str, public_url: str, state: Path) -> None:
        """Remember where everything is; nothing is called yet."""
        self._domain = urlsplit(url).netloc
        self._app = BitrixApp(client_id=client_id, client_secret=client_secret)
        self._handler = f"{public_url}/bot"
        self._state = state

    def _known(self) -> str:
        """Return the application token of the installation, if there was one."""
        try:
            return str(json.loads(self._state.read_text())["application_token"])
        except (OSError, ValueError, LookupError, TypeError):
            return ""

    def _remember(self, application_token: str, bot: int) -> None:
        written = self._state.with_suffix(".new")
        descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump({"application_token": application_token, "bot": bot}, file)
            file.flush()
            os.fsync(file.fileno())
        written.replace(self._state)

    def _token(self, access_token: str) -> BitrixToken:
        # The address is ours, not the event's: the SDK would keep its host name and lose the port.
        return BitrixToken(domain=self._domain, auth_token=access_token, bitrix_app=self._app)

    def install(self, event: OAuthEventData) -> int:
        """Register the bot and its commands with the tokens of an installation; returns the bot's id.

        That the tokens work at our own portal is the proof of the first installation; later ones must know the
        application token of the first.
        """
        tokens, application_token = event.auth.oauth_token, event.auth.application_token
        known = self._known()
        if known:
            self.check(application_token)
        if tokens is None or not isinstance(application_token, str) or not application_token:
            raise NotFromPortalError
        token = self._token(tokens.access_token)
        with portal_errors():
            bot = int(
                token.call_method(
                    "imbot.register",
                    {
                        "CODE": CODE,
                        "TYPE": "B",
                        "OPENLINE": "Y",
                        "EVENT_HANDLER": self._handler,
                        "PROPERTIES": {"NAME": NAME, "WORK_POSITION": "Answers first", "COLOR": "AQUA"},
                    },
                    timeout=TIMEOUT,
                )["result"]
            )
            for word, (title, params) in COMMANDS.items():
                lang = [{"LANGUAGE_ID": "en", "TITLE": title, "PARAMS": params}]
                command = {"BOT_ID": bot, "COMMAND": word, "LANG": lang, "EVENT_COMMAND_ADD": self._handler}
                token.call_method("imbot.command.register", command, timeout=TIMEOUT)
        self._remember(application_token, bot)
        log.info("the bot has the id %s", bot)
        return bot

    def check(self, application_token: Any) -> None:
        """Let pass only who knows the application token that came with the installation."""
        known = self._known()
        if not known or not hmac.compare_digest(known.encode(), str(application_token).encode()):
            raise NotFromPortalError

    def carry_out(self, action: Action, access_token: str) -> None:
        """Do what the bot has decided, with the bot's own token from the event."""
        token = self._token(access_token)
        with portal_errors():
            if isinstance(action, CallOperator):
                token.call_method("imopenlines.bot.session.operator", {"CHAT_ID": action.chat}, timeout=TIMEOUT)
                return
            message: dict[str, Any] = {"BOT_ID": action.bot, "DIALOG_ID": action.dialog, "MESSAGE": action.text}
            if action.keyboard:
                message["KEYBOARD"] = {"BUTTONS": action.keyboard}
            token.call_method("imbot.message.add", message, timeout=TIMEOUT)
