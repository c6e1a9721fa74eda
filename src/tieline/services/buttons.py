"""Buttons of bots that customers press by their words: a button's text, or its number."""

from typing import Any, NamedTuple

from tieline.domain.bots import Context
from tieline.domain.chats import KEYBOARD, Author, Chat, Message
from tieline.domain.content import pressed
from tieline.services import bot_events
from tieline.services.call import Call
from tieline.store import messages as message_store
from tieline.store.messages import Window

LOOKED_AT = 10  # messages behind which a keyboard is not meant any more


class Pressed(NamedTuple):
    """A button that was pressed, and the message that it belongs to."""

    message: Message
    button: dict[str, Any]

    @property
    def says(self) -> str:
        """What is said by pressing it, if that is not what stands on it."""
        return str(self.button.get("ACTION_VALUE", ""))


def find_pressed(call: Call, chat: Chat, words: str) -> Pressed | None:
    """Return the button that a customer's words mean, of the last keyboard that he was shown; or None.

    Once he has answered it, its buttons are meant by their texts alone: a number may be about anything.
    """
    answered = False
    for message in reversed(message_store.list_messages(call.tx, call.portal_id, chat.id, Window(LOOKED_AT))):
        if message.author is Author.BOT and KEYBOARD in message.params:
            button = pressed(message.params[KEYBOARD], words)
            meant = button is not None and not (answered and words.strip().rstrip(".)").isdecimal())
            return Pressed(message, button) if button is not None and meant else None
        answered = answered or message.author is Author.CUSTOMER
    return None


def press(call: Call, chat: Chat, button: Pressed, user_id: int) -> frozenset[int]:
    """Give the command of a button in a user's name; returns the bots that were told."""
    word, bot_id = button.button.get("COMMAND"), button.button.get("BOT_ID")
    found = [one for one in call.commands() if one.bot_id == bot_id and one.command == str(word).lower()]
    if not word or not found:
        return frozenset()
    params = str(button.button.get("COMMAND_PARAMS", ""))
    bot_events.give(call, chat, button.message, found[:1], params, Context.KEYBOARD, user_id=user_id)
    return frozenset(one.bot_id for one in found[:1])
