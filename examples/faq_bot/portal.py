"""Every call to the portal, made with the official SDK over an incoming webhook."""

import hashlib
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from b24pysdk import BitrixWebhook
from b24pysdk.errors import BitrixAPIError, BitrixSDKException

from faq_bot.talk import TOPIC, TOPICS, Say

CODE, NAME = "tieline_faq_bot", "Questions and answers"
COMMANDS: tuple[tuple[str, dict[str, Any]], ...] = (
    (TOPICS, {"title": {"en": "What the bot knows"}, "common": False}),
    (TOPIC, {"hidden": True}),  # what the buttons say
)
TIMEOUT = 10
AT_ONCE = 100
MOST_TOKEN = 40
REFUSALS = {"ACCESS_DENIED", "EMPTY_MESSAGE", "SENDING_FAILED", "COMMAND_ANSWER_FAILED", "COMMAND_NOT_FOUND"}
_ADDRESS = re.compile(r"https://([^/\s]+)/rest/([0-9]+/[A-Za-z0-9]+)/*")

log = logging.getLogger("faq_bot.portal")


class RefusedError(Exception):
    """The portal will not take this, however often it is sent."""


class GoneError(Exception):
    """The bot is not registered any more."""


class UnavailableError(Exception):
    """The portal could not take this now; a later attempt may succeed."""


@contextmanager
def portal_errors(secret: str) -> Iterator[None]:
    """Translate whatever the SDK raises into one of three answers: give up, register anew, or try again.

    What failed on its way tells the address, in which the webhook's secret stands.
    """
    try:
        yield
    except BitrixAPIError as error:
        kind = RefusedError if error.error in REFUSALS else UnavailableError
        kind = GoneError if error.error == "BOT_NOT_FOUND" else kind
        raise kind(f"{error.error}: {error.error_description}".strip(": ")) from error
    except (BitrixSDKException, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        raise UnavailableError(str(error).replace(secret, "...")) from None


@dataclass(frozen=True)
class Event:
    """Something that a bot is told."""

    id: int
    kind: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Batch:
    """Events of a poll; the next one confirms them by `following`."""

    events: list[Event]
    following: int
    more: bool


class Portal:
    """The portal as the bot needs it."""

    def __init__(self, webhook: str, bot_token: str = "") -> None:
        """Remember where everything is; nothing is called yet.

        The bot's token comes from the webhook unless it is given: so a lost state file does not lose the bot.
        """
        parts = _ADDRESS.fullmatch(webhook)
        if parts is None:
            raise ValueError("a webhook looks like https://portal/rest/1/secret/")
        self.domain = parts[1]
        self._token = BitrixWebhook(domain=parts[1], webhook_token=parts[2])
        self._key = bot_token or hashlib.sha256(f"{CODE} {parts[2]}".encode()).hexdigest()[:MOST_TOKEN]

    def _call(self, method: str, **params: Any) -> Any:
        given = {"botToken": self._key, **params}
        return self._token.call_method(method, given, timeout=TIMEOUT, max_retries=1)["result"]

    def register(self) -> int:
        """Register the bot and its commands, or find them as they are; returns the bot's id."""
        fields = {
            "code": CODE,
            "botToken": self._key,
            "type": "bot",
            "eventMode": "fetch",
            "properties": {"name": NAME, "workPosition": "Answers from a book", "color": "MINT"},
        }
        with portal_errors(self._token.webhook_key):
            bot = int(self._call("imbot.v2.Bot.register", fields=fields)["bot"]["id"])
            for word, what in COMMANDS:
                self._call("imbot.v2.Command.register", botId=bot, fields={"command": word, **what})
        log.info("the bot has the id %s", bot)
        return bot

    def poll(self, bot: int, offset: int) -> Batch:
        """Confirm all events before a number, and return what waits behind it."""
        with portal_errors(self._token.webhook_key):
            confirmed = {"offset": offset} if offset else {}
            answer = self._call("imbot.v2.Event.get", botId=bot, limit=AT_ONCE, **confirmed)
            events = [Event(int(one["eventId"]), str(one["type"]).upper(), one["data"]) for one in answer["events"]]
            return Batch(events, int(answer["nextOffset"] or offset), bool(answer["hasMore"]))

    def say(self, bot: int, said: Say) -> None:
        """Write in the bot's name."""
        fields: dict[str, Any] = {"message": said.text}
        if said.keyboard:
            fields["keyboard"] = said.keyboard
        there = {"botId": bot, "dialogId": said.dialog, "fields": fields}
        with portal_errors(self._token.webhook_key):
            if said.command:
                given = {"commandId": said.command.id, "messageId": said.command.message}
                self._call("imbot.v2.Command.answer", **there, **given)
            else:
                self._call("imbot.v2.Chat.Message.send", **there)
