"""A database as its contract sees it: notes are written and read, signals are heard."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from tieline.store.engine import Database, Tx
from tieline.store.happenings import add_happening
from tieline.store.signals import DialogChanged

PORTAL = 1
PATIENCE = 30


class Refused(Exception):
    """A job that does not want to be kept."""


def note(tx: Tx, word: str) -> None:
    """Write a word and tell of it."""
    add_happening(tx, PORTAL, word, now=0)
    tx.signal(DialogChanged(PORTAL, 0, len(word)))


def words(tx: Tx) -> list[str]:
    """Return what was written, oldest first."""
    return [row[0] for row in tx.all("select kind from happenings order by id")]


class Notes:
    """An open database and what it told."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.told: list[int] = []
        self.writers = 1 if database.engine == "sqlite" else 4
        database.bus.listen(lambda signal: self.told.append(signal.sequence))

    def submit(self, job: Callable[[Tx], Any]) -> "Future[Any]":
        """Queue a writing job."""
        return self.database.submit(job)

    def write(self, job: Callable[[Tx], Any]) -> Any:
        """Run a writing job."""
        return self.database.submit(job).result(PATIENCE)

    def read(self, job: Callable[[Tx], Any]) -> Any:
        """Run a reading job."""
        return self.database.submit_read(job).result(PATIENCE)

    def occupy_writers(self) -> tuple[threading.Event, "list[Future[Any]]"]:
        """Give each writer a job that ends when the returned event is set."""
        go_on, jobs = threading.Event(), []
        for _ in range(self.writers):
            begun = threading.Event()

            def job(tx: Tx, begun: threading.Event = begun) -> None:
                begun.set()
                assert go_on.wait(PATIENCE)

            jobs.append(self.submit(job))
            assert begun.wait(PATIENCE)
        return go_on, jobs

    @property
    def kept(self) -> list[str]:
        """What is written, as a reader sees it."""
        return self.read(words)

    def heard(self) -> list[int]:
        """Lengths of the words that were told of; closes the database, so that nothing is told later."""
        self.database.close()
        return sorted(self.told)
