"""Fixtures of deliveries: scenes on the quick portal, and handlers that can be held back."""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support import servers
from support.portal import Desk, Loop, Portal
from support.post import Post
from support.receiver import Receiver

ADDED = "OnImConnectorMessageAdd"


@pytest.fixture
def post(desk: Desk, receiver: Receiver) -> Post:
    """The usual scene on each engine, its handler bound to messages."""
    desk.bind(ADDED)
    return Post(desk, receiver)


@pytest.fixture
def quick_post(quick_portal: Portal, receiver: Receiver) -> Post:
    """The usual scene on SQLite alone."""
    desk = Desk(quick_portal, f"{receiver.url}/handler")
    desk.bind(ADDED)
    return Post(desk, receiver)


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Opens at the end of a test, so that no handler holds its portal up."""
    made = threading.Event()
    yield made
    made.set()


@pytest.fixture
def open_portal(loop: Loop, sqlite_url: str, tmp_path: Path) -> Iterator[Callable[..., Portal]]:
    """Open a portal with settings of its own on the same file, once at a time."""
    portals: list[Portal] = []

    def make(**settings: object) -> Portal:
        portals.append(Portal(loop, sqlite_url, tmp_path, **settings))
        return portals[-1]

    yield make
    for portal in portals:
        portal.close()


@pytest.fixture
def postgresql_portals(
    loop: Loop, postgresql: str, migrated_template: str, tmp_path: Path
) -> Iterator[tuple[Portal, Portal]]:
    """Two servers of one database."""
    name = f"shared_{os.getpid()}"
    url = servers.new_database(postgresql, name, migrated_template)
    portals = Portal(loop, url, tmp_path), Portal(loop, url, tmp_path)
    yield portals
    for portal in portals:
        portal.close()
    servers.drop_database(postgresql, name)
