"""The command line: read the options, put the parts together, serve until stopped."""

import argparse
import logging
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import uvicorn

if not __package__:  # started as "python examples/site_chat": make the package importable by its name
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from site_chat.app import create_app
from site_chat.portal import Portal
from site_chat.sender import Sender
from site_chat.store import Store


def options(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="site_chat", description="A website chat for Open Channels.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8070, help="port to listen on")
    parser.add_argument("--fd", type=int, help="number of an open listening socket, instead of address and port")
    parser.add_argument("--public-url", default="", help="how the portal and visitors reach this server")
    parser.add_argument("--data", type=Path, default=Path("site_chat.sqlite3"), help="file with all state")
    parser.add_argument("--portal", default="https://localhost:8443", help="address of the portal")
    parser.add_argument("--oauth", default="", help="authorisation server, if it is not the portal itself")
    parser.add_argument("--client-id", required=True, help="client_id of the application")
    parser.add_argument("--client-secret", required=True, help="client_secret of the application")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None, started: Callable[[Callable[[], None]], None] | None = None) -> None:
    """Run the server and the background sender; `started` gets what stops them, where a signal does not."""
    args = options(given)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    public_url = (args.public_url or f"http://{args.host}:{args.port}").rstrip("/")
    store = Store(args.data)
    portal = Portal(
        store,
        url=args.portal.rstrip("/"),
        oauth_url=(args.oauth or args.portal).rstrip("/"),
        client_id=args.client_id,
        client_secret=args.client_secret,
        public_url=public_url,
    )
    app = create_app(store, portal, Sender(store, portal), public_url)
    config = uvicorn.Config(
        app,
        host=args.host,
        port=args.port,
        access_log=False,
        ws="none",
        limit_concurrency=500,
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    app.state.stopping = lambda: server.should_exit
    if started:
        started(lambda: setattr(server, "should_exit", True))
    server.run(sockets=None if args.fd is None else [socket.socket(fileno=args.fd)])


if __name__ == "__main__":
    main()
