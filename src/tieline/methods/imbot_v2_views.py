"""How bots look to the second version of the API: in brief, and whole to who speaks for them."""

from typing import Any

from tieline.api.wire import Wire
from tieline.domain.bots import Bot
from tieline.methods.v2_views import entity_user
from tieline.services import bots, commands
from tieline.services.call import Call
from tieline.store import bots as store


class Told(Wire, omit_defaults=True):
    """A bot with those whom its description names: itself."""

    bot: dict[str, Any]
    users: list[dict[str, Any]]


def brief(call: Call, bot: Bot) -> dict[str, Any]:
    """Write what everybody may know of a bot."""
    return {
        "id": bot.id,
        "code": bot.code,
        "type": bot.type.value,
        "isHidden": bot.hidden,
        "isSupportOpenline": bot.lines,
        "isReactionsEnabled": bot.reactions,
        "backgroundId": bot.background or None,
        "language": call.portal.language,
    }


def whole(call: Call, bot: Bot) -> dict[str, Any]:
    """Write what the program that speaks for a bot may know of it."""
    counted = store.count(call.tx, call.portal_id, bot.id)
    return brief(call, bot) | {
        "moduleId": "rest",
        "eventMode": "fetch" if bot.fetches else "webhook",
        "countMessage": counted.messages,
        "countCommand": len(commands.of_bot(call, bot)),
        "countChat": counted.chats,
        "countUser": counted.users,
    }


def told(call: Call, bot: Bot) -> Told:
    """Write a bot whole, with its user."""
    return Told(bot=whole(call, bot), users=[entity_user(call, bots.user_of(call, bot))])
