"""Bots for tests: an application that registers them, and people who talk with them."""

import base64
from typing import Any

from support.portal import Client, Portal, Reply
from support.receiver import Received, Receiver

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="

LARGE_PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(8) + (5_001).to_bytes(4, "big") * 2).decode()


class Workshop:
    """An application with bots, whose handler is the receiver, and a person who talks with them."""

    def __init__(self, portal: Portal, receiver: Receiver | None = None, scopes: str = "imbot,im,imopenlines") -> None:
        self.portal = portal
        self.handler = f"{receiver.url}/bot" if receiver else "http://127.0.0.1:9/bot"
        self.app = portal.app(scopes)
        self.anna_id = portal.person("Anna Weber")
        self.anna = portal.webhook(self.anna_id, "im,imopenlines,disk")

    def bot(self, code: str = "echo", *, name: str = "Echo", client: Client | None = None, **params: Any) -> int:
        """Register a bot; returns its id."""
        return self.register(code, name=name, client=client, **params).result

    def register(self, code: str = "echo", *, name: str = "Echo", client: Client | None = None, **params: Any) -> Reply:
        """Register a bot, or try to."""
        given = {"CODE": code, "EVENT_HANDLER": self.handler, "PROPERTIES": {"NAME": name}}
        return (client or self.app).call("imbot.register", **(given | params))

    def say(self, dialog: int | str, text: str, **params: Any) -> int:
        """Let the person write to a user or into a chat; returns the message's id."""
        return self.anna.call("im.message.add", DIALOG_ID=str(dialog), MESSAGE=text, **params).result

    def group(self, *users: int, **params: Any) -> int:
        """Let the person begin a group chat; returns its id."""
        return self.anna.call("im.chat.add", TITLE="A group", USERS=list(users), **params).result

    def history(self, dialog: int | str) -> list[dict[str, Any]]:
        """Return the messages of a chat as the person sees them, oldest first."""
        found = self.anna.call("im.dialog.messages.get", DIALOG_ID=str(dialog), LIMIT=200).result["messages"]
        return list(reversed(found))


def params_of(event: Received) -> dict[str, Any]:
    """Return what an event of the first version tells."""
    return event.form["data"]["PARAMS"]
