"""Fixtures of the store's contract: open databases, and a log that shows what was kept."""

from collections.abc import Callable, Iterator

import pytest

from support.notes import PORTAL, Notes
from tieline.store import people
from tieline.store.engine import Database, Tx, open_database
from tieline.store.signals import Bus

Opener = Callable[[], Notes]


def _add_portal(tx: Tx) -> None:
    made = people.add_portal(tx, member_id="m", name="n", url="https://p", language="en", time_zone="UTC", now=0)
    assert made.id == PORTAL


@pytest.fixture
def opened(database_url: str) -> Iterator[Opener]:
    """Open the same database again, as another process would."""
    databases: list[Database] = []

    def open_one() -> Notes:
        database = open_database(database_url, Bus())
        databases.append(database)
        return Notes(database)

    yield open_one
    for database in databases:
        database.close()


@pytest.fixture
def notes(opened: Opener) -> Notes:
    """A database with one portal."""
    made = opened()
    made.write(_add_portal)
    return made
