"""Trying a line out in development: a test customer writes, and what comes of it is told."""

from operator import attrgetter
from typing import Any, NamedTuple

from tieline.domain.chats import OuterChat, OuterMessage
from tieline.domain.connectors import TRIAL
from tieline.domain.ids import new_hex
from tieline.domain.people import OuterUser
from tieline.services import connector_messages as messages
from tieline.services.call import Call
from tieline.store import chats as chat_store
from tieline.store import happenings
from tieline.store import messages as message_store
from tieline.store.messages import Window

CUSTOMER = "Test customer"
MAX_CUSTOMER = 64
MOST_TOLD = 200


class NotInProduction(Exception):
    """In production there are real customers alone."""


class NoTrial(Exception):
    """There is no such dialog of a test customer."""


class Entry(NamedTuple):
    """Something that happened, at a moment and a sequence of the dialog."""

    at: int
    sequence: int
    kind: str
    data: dict[str, Any]


def write(call: Call, line_id: int, text: str, customer: str) -> messages.Receipt:
    """Let a test customer write over a line; without a known name it is a new one."""
    if call.world.rules.production:
        raise NotInProduction
    outer = customer if customer.isalnum() and len(customer) <= MAX_CUSTOMER else new_hex()
    incoming = messages.Incoming(
        OuterUser(outer, CUSTOMER), OuterMessage(None, text, disable_crm=True), OuterChat(outer)
    )
    return messages.receive_trial(call, line_id, incoming)


def story(call: Call, chat_id: int) -> list[Entry]:
    """Return what happened in the dialog of a test customer and what was said, the newest part, oldest first."""
    chat = chat_store.find_chat(call.tx, call.portal_id, chat_id)
    if chat is None or chat.connector != TRIAL.code:
        raise NoTrial
    said = [
        Entry(message.created_at, message.sequence, message.author.value, {"text": message.text})
        for message in message_store.list_messages(call.tx, call.portal_id, chat_id, Window(MOST_TOLD))
    ]
    happened = [
        Entry(one.at, one.sequence or 0, one.kind, one.data)
        for one in happenings.list_happenings(call.tx, call.portal_id, chat_id)
    ]
    return sorted([*happened, *said], key=attrgetter("at", "sequence"))[-MOST_TOLD:]
