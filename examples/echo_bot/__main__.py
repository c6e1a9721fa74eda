"""The command line: read the options, serve until stopped."""

import argparse
import logging
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import uvicorn

if not __package__:  # started as "python examples/echo_bot": make the package importable by its name
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from echo_bot.app import create_app
from echo_bot.portal import Portal


def options(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="echo_bot", description="A chatbot for chats and open lines.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8071, help="port to listen on")
    parser.add_argument("--fd", type=int, help="number of an open listening socket, instead of address and port")
    parser.add_argument("--public-url", default="", help="how the portal reaches this server")
    parser.add_argument("--state", type=Path, default=Path("echo_bot.json"), help="file with the installation")
    parser.add_argument("--portal", default="https://localhost:8443", help="address of the portal")
    parser.add_argument("--client-id", required=True, help="client_id of the application")
    parser.add_argument("--client-secret", required=True, help="client_secret of the application")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None, started: Callable[[Callable[[], None]], None] | None = None) -> None:
    """Run the server; `started` gets what stops it, where a signal does not."""
    args = options(given)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    portal = Portal(
        url=args.portal.rstrip("/"),
        client_id=args.client_id,
        client_secret=args.client_secret,
        public_url=(args.public_url or f"http://{args.host}:{args.port}").rstrip("/"),
        state=args.state,
    )
    config = uvicorn.Config(
        create_app(portal),
        host=args.host,
        port=args.port,
        access_log=False,
        ws="none",
        limit_concurrency=500,
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    if started:
        started(lambda: setattr(server, "should_exit", True))
    server.run(sockets=None if args.fd is None else [socket.socket(fileno=args.fd)])


if __name__ == "__main__":
    main()
