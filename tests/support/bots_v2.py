"""Bots of the second version of the API for tests, and what their answers and events look like."""

import base64
import struct
import zlib
from typing import Any

from support.bots import Workshop
from support.portal import Client, Reply

FORBIDDEN = (403, "ACCESS_DENIED", "Access denied")


class Studio(Workshop):
    """An application with bots of the second version, and a person who talks with them."""

    def enrol(self, code: str = "support_bot", *, client: Client | None = None, **fields: Any) -> Reply:
        """Register a bot, or try to."""
        given = {"code": code, "properties": {"name": "Support Bot"}} | fields
        return (client or self.app).call("imbot.v2.Bot.register", fields=given)

    def hire(self, code: str = "support_bot", *, client: Client | None = None, **fields: Any) -> int:
        """Register a bot; returns its id."""
        return self.enrol(code, client=client, **fields).result["bot"]["id"]

    def hook(self, code: str = "support_bot", **fields: Any) -> int:
        """Register a bot whose events are sent to the receiver; returns its id."""
        return self.hire(code, eventMode="webhook", webhookUrl=self.handler, **fields)

    def act(self, method: str, bot: int, /, client: Client | None = None, **params: Any) -> Reply:
        """Call a method about a bot."""
        return (client or self.app).call(f"imbot.v2.{method}", botId=bot, **params)

    def poll(self, bot: int, **params: Any) -> dict[str, Any]:
        """Fetch a bot's events."""
        return self.act("Event.get", bot, **params).result

    def events(self, bot: int, **params: Any) -> list[tuple[str, dict[str, Any]]]:
        """Fetch a bot's events and confirm them; returns their types and data."""
        answer = self.poll(bot, **params)
        self.poll(bot, offset=answer["nextOffset"])
        return [(event["type"], event["data"]) for event in answer["events"]]

    def types(self, bot: int) -> list[str]:
        """Fetch a bot's events and confirm them; returns what they are, without what all begin with."""
        return [name.removeprefix("ONIMBOTV2") for name, _ in self.events(bot)]

    def reply(self, bot: int, dialog: int | str, text: str, **fields: Any) -> int:
        """Let a bot write; returns the message's id."""
        return self.act("Chat.Message.send", bot, dialogId=str(dialog), fields={"message": text, **fields}).result["id"]

    def circle(self, bot: int, *users: int, **fields: Any) -> str:
        """Let a bot begin a group chat with the person and others; returns how dialogs name it."""
        given = {"title": "Support Chat", "userIds": [self.anna_id, *users], **fields}
        return self.act("Chat.add", bot, fields=given).result["chat"]["dialogId"]


def shape(value: Any) -> Any:
    """Return keys and types of an answer, without its values; of a list those of its first item."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def png(width: int, height: int) -> str:
    """Return an image of a size, Base64, of which little more than its head is there."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + chunk).decode()
