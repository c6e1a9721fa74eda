"""Showing that somebody is writing."""

from tieline.services import chats
from tieline.services.call import Call
from tieline.store.signals import WritingBegun


def show(call: Call, chat_id: int, status: str = "", seconds: int = 0) -> None:
    """Show those who look at a chat that the caller is writing, or is about something else that has a name."""
    chat = chats.get_readable(call, chat_id)
    call.tx.signal(WritingBegun(call.portal_id, chat.id, call.actor.id, call.actor.full_name, status, seconds))
