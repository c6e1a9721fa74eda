"""The bare side of a bot's round trip: the same four requests over HTTP, and nothing is looked up or written."""

import argparse
from pathlib import Path

from bench.bare import Posting

ANSWER = b'{"result":{"SUCCESS":true}}'


class Echo(Posting):
    """Passes what a customer writes to the bot, and what the bot writes to the connector."""

    def __init__(self, bot: str, to_bot: str, handler: str, to_handler: str) -> None:
        super().__init__()
        self.bot = bot
        self.to_bot = to_bot
        self.handler = handler
        self.to_handler = to_handler

    async def answer(self, path: str, body: bytes) -> bytes:
        text = body.decode()
        if "imbot.message.add" in path:
            self.notify(self.handler, self.to_handler, text)
        else:
            self.notify(self.bot, self.to_bot, text)
        return ANSWER


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--bot", required=True)
    parser.add_argument("--tobot", type=Path, required=True)
    parser.add_argument("--handler", required=True)
    parser.add_argument("--tohandler", type=Path, required=True)
    args = parser.parse_args()
    Echo(args.bot, args.tobot.read_text(), args.handler, args.tohandler.read_text()).run(args.port)


if __name__ == "__main__":
    main()
