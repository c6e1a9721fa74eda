"""Events on their way out, as a test sees them: what the handler got and what the journal says."""

import re
from typing import Any

from support.portal import Desk, Portal
from support.receiver import Received, Receiver
from support.waiting import until
from tieline.store import outbox
from tieline.store.journal import Entry, list_entries

ADDED = "ONIMCONNECTORMESSAGEADD"


def journal(portal: Portal, count: int = 0) -> list[Entry]:
    """Return the journal once it has that many entries."""

    def look() -> list[Entry]:
        entries = [entry for _, entry in portal.read(lambda tx: list_entries(tx, 1))]
        return entries if len(entries) >= count else []

    return until(look, f"{count} entries in the journal") if count else look()


def text_of(received: Received) -> str:
    """Return what the operator wrote, without the signature."""
    return re.sub(r"^.*\[br\]", "", received.flat["data[MESSAGES][0][message][text]"])


class Post:
    """A desk whose operator writes to a handler that answers as it is told."""

    def __init__(self, desk: Desk, receiver: Receiver) -> None:
        self.desk = desk
        self.portal = desk.portal
        self.receiver = receiver
        self._dialogs = 0

    def dialog(self) -> int:
        """Let another customer write; returns the chat."""
        self._dialogs += 1
        return self.desk.write_in(user={"id": f"user-{self._dialogs}"}, chat={"id": f"chat-{self._dialogs}"})

    def refuse(self, status: int = 500) -> None:
        """Let the handler answer with an error from now on."""
        self.receiver.answer = lambda _: (status, {}, b"not now")

    def accept(self) -> None:
        """Let the handler take everything from now on."""
        self.receiver.answer = lambda _: (200, {}, b"")

    def later(self, milliseconds: int) -> None:
        """Let time pass, and the worker see what has become due."""
        self.portal.clock.move(milliseconds)
        self.portal.look_for_due()

    def journal(self, count: int = 0) -> list[Entry]:
        """Return the journal once it has that many entries."""
        return journal(self.portal, count)

    def texts(self, count: int) -> list[str]:
        """Return what the handler was told, once that many requests have come."""
        return [text_of(received) for received in self.receiver.wait(count)]

    def message(self, chat: int, message: int) -> dict[str, Any]:
        """Return a message as the operator's page shows it."""
        reply = self.portal.page(self.desk.operator_id).call("tieline.dialog.get", CHAT_ID=chat)
        return next(shown for shown in reply.result["messages"] if shown["id"] == message)

    def due(self, now: int) -> list[tuple[int, int, str]]:
        """Return lanes that are due at a moment."""
        return self.portal.read(lambda tx: outbox.list_due_lanes(tx, now, 100))
