"""People of a portal who talk with each other."""

from typing import Any

from support.portal import Client, Portal


class Circle:
    """Three people, each with a webhook: Anna begins chats, Boris is in them, Clara is not."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.ids = {name: portal.person(f"{name} Weber") for name in ("Anna", "Boris", "Clara")}
        self.anna, self.boris, self.clara = (portal.webhook(number, "im") for number in self.ids.values())
        self.anna_id, self.boris_id, self.clara_id = self.ids.values()

    def group(self, *users: int, **params: Any) -> int:
        """Let Anna begin a chat, with Boris unless told otherwise; returns its id."""
        given = {"TITLE": "A group", "USERS": list(users) or [self.boris_id]} | params
        return self.anna.call("im.chat.add", **given).result

    def say(self, client: Client, dialog: int | str, text: str = "Hello", **params: Any) -> int:
        """Let somebody write into a chat or to a user; returns the message's id."""
        return client.call("im.message.add", DIALOG_ID=str(dialog), MESSAGE=text, **params).result

    def texts(self, client: Client, dialog: int | str) -> list[str]:
        """Return what somebody can read of a chat that people wrote, oldest first."""
        found = client.call("im.dialog.messages.get", DIALOG_ID=str(dialog), LIMIT=200).result["messages"]
        return [message["text"] for message in reversed(found) if message["author_id"]]

    def chat(self, client: Client, dialog: int | str) -> dict[str, Any]:
        """Return a chat as somebody sees it."""
        return client.call("im.dialog.get", DIALOG_ID=str(dialog)).result
