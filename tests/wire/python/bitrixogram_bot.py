"""A small bot of the unmodified bitrixogram: it counts by commands, and remembers what it was told first.

Arguments: the address of an incoming webhook, the CLIENT_ID of the bot, the port on which events come.
"""

import asyncio
import logging
import sys

from aiohttp import ClientSession
from bitrixogram.attach import ReplyAttachBuilder
from bitrixogram.core import (
    BitrixBot,
    Command,
    Dispatcher,
    FSMContext,
    MagicFilter,
    Message,
    Router,
    State,
    StatesGroup,
    WebhookListener,
)
from bitrixogram.keyboard import ReplyKeyboardBuilder

F = MagicFilter()
COMMANDS = [{"COMMAND": word, "TITLE": word, "PARAMS": "by how much"} for word in ("more", "less")]


class Talk(StatesGroup):
    """Where a conversation is."""

    named = State()


def keys():
    """Build the buttons."""
    return ReplyKeyboardBuilder().button("-", "less", "1").button("+", "more", "1").adjust(2).as_markup()


def counter(bot: BitrixBot) -> Router:
    """Route what people say."""
    router = Router()

    @router.message(Talk.named, F.text())
    async def told(message: Message, context: FSMContext) -> None:
        name = (await context.get_data())["name"]
        await context.clear_state()
        await bot.send_message(message.get_chat_id(), f"{name} says {message.get_text()}")

    @router.message(F.lower("count"))
    async def count(message: Message, _: FSMContext) -> None:
        sent = await bot.send_message(message.get_chat_id(), "0", keyboard=keys())
        log(f"sent {sent['result']}")

    @router.message(F.text())
    async def named(message: Message, context: FSMContext) -> None:
        await context.update_data(name=message.get_text())
        await context.set_state(Talk.named)
        layout = ReplyAttachBuilder().message(f"Hello, [B]{message.get_text()}[/B]").delimiter().build().to_dict()
        await bot.send_message(message.get_chat_id(), "Say something", attach=layout)

    @router.callback_query(F.command() == "more")
    async def more(command: Command, _: FSMContext) -> None:
        text = f"{command.get_user_id()} wants {command.get_command_params()} more"
        log(f"answered {await bot.command_answer(command, text, keyboard=keys())}")

    @router.callback_query(F.command() == "less")
    async def less(command: Command, _: FSMContext) -> None:
        log(f"changed {await bot.command_update_message('Less', command)}")

    return router


def log(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def main(endpoint: str, client: str, port: int) -> None:
    """Register the bot and listen."""
    here = f"http://127.0.0.1:{port}/"
    async with ClientSession() as session:
        bot = BitrixBot(endpoint, client, "", session)
        properties = {"NAME": "Counter", "COLOR": "MINT"}
        about = {"CODE": "counter", "TYPE": "B", "EVENT_HANDLER": here, "PROPERTIES": properties}
        bot.base_id = (await bot.rest_command("imbot.register", about))["result"]
        await bot.register_commands(COMMANDS, here)
        dispatcher = Dispatcher()
        dispatcher.add_router(counter(bot))
        async with WebhookListener("127.0.0.1", port, dispatcher):
            log(f"bot {bot.base_id}")
            await asyncio.sleep(600)


if __name__ == "__main__":
    logging.basicConfig(level=logging.DEBUG)
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
