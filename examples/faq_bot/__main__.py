"""The command line: read the options, put the parts together, poll until stopped."""

import argparse
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

if not __package__:  # started as "python examples/faq_bot": make the package importable by its name
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from faq_bot.answers import BadFileError, read_book
from faq_bot.loop import Loop, Pauses, Progress
from faq_bot.portal import Portal

WEBHOOK, TOKEN = "FAQ_BOT_WEBHOOK", "FAQ_BOT_TOKEN"
QUESTIONS = Path(__file__).resolve().parent / "questions.toml"


def options(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="faq_bot",
        description=f"A chatbot that answers questions from a file. {WEBHOOK} is the address of its incoming webhook.",
        epilog=f"The bot's token may be given as {TOKEN}; it comes from the webhook otherwise.",
    )
    parser.add_argument("--questions", type=Path, default=QUESTIONS, help="file of questions and answers")
    parser.add_argument("--state", type=Path, default=Path("faq_bot.json"), help="file with what is answered")
    parser.add_argument("--least-pause", type=float, default=Pauses.least, help="seconds until the next look")
    parser.add_argument("--most-pause", type=float, default=Pauses.most, help="seconds, when nothing comes for long")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None, started: Callable[[Callable[[], None]], None] | None = None) -> None:
    """Run the bot; `started` gets what stops it, where a signal does not."""
    args = options(given)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        book = read_book(args.questions)
        portal = Portal(os.environ.get(WEBHOOK, ""), os.environ.get(TOKEN, ""))
    except (BadFileError, ValueError) as error:
        raise SystemExit(f"faq_bot: {error}") from None
    least = max(0.1, args.least_pause)
    pauses = Pauses(more=min(Pauses.more, least), least=least, most=max(least, args.most_pause))
    loop = Loop(book, portal, Progress(args.state, portal.domain), pauses)
    if started:
        started(loop.stop.set)
    else:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: loop.stop.set())
    loop.run()


if __name__ == "__main__":
    main()
