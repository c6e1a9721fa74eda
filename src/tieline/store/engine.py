"""Tx, the transaction that all SQL goes through, and Database, which runs jobs in transactions."""

import abc
import asyncio
import concurrent.futures
import contextlib
import queue
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar

from tieline.domain.plain import PlainError
from tieline.store.signals import Bus, LaneCut, Signal

MOST_TEXTS = 4_096  # of SQL that are kept compiled
PARAMETER = re.compile(r"(?<![:\w]):([a-z_]\w*)")
T = TypeVar("T")
Row = tuple[Any, ...]
Job = Callable[["Tx"], T]


class Unavailable(PlainError):
    """The database cannot be reached, or does not take writes."""


class Tx(abc.ABC):
    """An open transaction: portable SQL with `:name` parameters; rows are tuples."""

    engine: str

    def __init__(self) -> None:
        self.signals: list[Signal] = []
        self.touched = False
        self._versions: dict[int, int] = {}

    @abc.abstractmethod
    def all(self, sql: str, **params: Any) -> list[Row]:
        """Run a query and return all its rows."""

    @abc.abstractmethod
    def one(self, sql: str, **params: Any) -> Row | None:
        """Run a query and return its first row, or None."""

    @abc.abstractmethod
    def run(self, sql: str, **params: Any) -> int:
        """Run a statement and return how many rows it changed."""

    @abc.abstractmethod
    def many(self, sql: str, rows: list[dict[str, Any]]) -> None:
        """Run a statement once for each row of parameters."""

    @abc.abstractmethod
    def savepoint(self) -> AbstractContextManager[None]:
        """Undo what the block did, and only that, if it raises."""

    @property
    @abc.abstractmethod
    def broken(self) -> bool:
        """An error has ended the whole transaction: nothing of it is kept, so nobody may go on as if it were."""

    def signal(self, signal: Signal) -> None:
        """Say something to other parts of the server once this transaction is committed."""
        self.signals.append(signal)

    def version(self, portal_id: int) -> int:
        """Return the portal's version, which names the state of everything that is cached."""
        version = self._versions.get(portal_id)
        if version is None:
            row = self.one("select version from portals where id = :portal", portal=portal_id)
            version = self._versions[portal_id] = row[0] if row else 0
        return version

    def touch(self, portal_id: int) -> None:
        """Raise the portal's version: something that is cached changes in this transaction."""
        self.run("update portals set version = version + 1 where id = :portal", portal=portal_id)
        self._versions.pop(portal_id, None)
        self.touched = True

    def begin_afresh(self) -> None:
        """Forget what was known of the transaction before."""
        self.signals = []
        self.touched = False
        self._versions.clear()

    @contextmanager
    def _undoing_signals(self) -> Iterator[None]:
        told = len(self.signals)
        try:
            yield
        except BaseException:
            del self.signals[told:]
            raise


class Pending:
    """A writing job, and who waits for its outcome: a coroutine of an event loop, or a thread."""

    __slots__ = ("error", "future", "job", "loop", "result")

    def __init__(self, job: "Job[Any]", loop: asyncio.AbstractEventLoop | None = None) -> None:
        self.job = job
        self.loop = loop
        self.future: Any = concurrent.futures.Future() if loop is None else loop.create_future()
        self.result: Any = None
        self.error: BaseException | None = None

    @property
    def wanted(self) -> bool:
        """Somebody still waits: a job that was given up before its turn is not run."""
        return not self.future.cancelled()

    def tell(self) -> None:
        """Hand the outcome to who waits, on the thread where it waits."""
        if self.future.done():  # it was cancelled: nobody waits any more
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


def conclude(bus: Bus, batch: list[Pending], signals: list[Signal]) -> None:
    """Answer who waits for a batch that was committed, and tell the others.

    What stops somebody is told first, so that it holds when the caller is answered.
    """
    stops: list[Signal] = [signal for signal in signals if isinstance(signal, LaneCut)]
    if stops:
        bus.publish(stops)
    settle(batch)
    if len(stops) < len(signals):
        bus.publish([signal for signal in signals if not isinstance(signal, LaneCut)])


def settle(batch: list[Pending]) -> None:
    """Tell the outcomes of a batch; each event loop is woken once."""
    loops: dict[asyncio.AbstractEventLoop, list[Pending]] = {}
    for pending in batch:
        if pending.loop is None:
            pending.tell()
        else:
            loops.setdefault(pending.loop, []).append(pending)
    for loop, waiting in loops.items():
        with contextlib.suppress(RuntimeError):  # the loop has been closed: nobody waits any more
            loop.call_soon_threadsafe(_tell_all, waiting)


def _tell_all(waiting: list[Pending]) -> None:
    for pending in waiting:
        pending.tell()


class Readers:
    """Threads that run reading jobs, each on a connection of its own."""

    def __init__(self, count: int, name: str, run: "Callable[[Job[Any]], Any]") -> None:
        self._queue: queue.SimpleQueue[Pending | None] = queue.SimpleQueue()
        self._run = run
        self._threads = [threading.Thread(target=self._serve, name=f"{name}-{number}") for number in range(count)]
        for thread in self._threads:
            thread.start()

    def put(self, pending: Pending) -> None:
        """Queue a job."""
        self._queue.put(pending)

    def _serve(self) -> None:
        while (pending := self._queue.get()) is not None:
            if pending.wanted:
                try:
                    pending.result = self._run(pending.job)
                except BaseException as error:  # noqa: BLE001 - it is the caller's, and reaches it through the future
                    pending.error = error
                settle([pending])

    def close(self) -> None:
        """Finish what is queued and end the threads."""
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()


class Database(abc.ABC):
    """Runs jobs, which are functions of a Tx: writing ones grouped in transactions, reading ones beside them.

    A job may be run again from its start (PostgreSQL after a deadlock), so it must not keep
    anything outside its transaction until it returns.
    """

    engine: str

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.commits = 0

    @abc.abstractmethod
    def _queue_write(self, pending: Pending) -> None:
        """Queue a writing job."""

    def submit(self, job: Job[T]) -> "concurrent.futures.Future[T]":
        """Queue a writing job; the result comes when it is committed."""
        pending = Pending(job)
        self._queue_write(pending)
        future: concurrent.futures.Future[T] = pending.future
        return future

    @abc.abstractmethod
    def _queue_read(self, pending: Pending) -> None:
        """Queue a reading job; it never waits for the writer."""

    def submit_read(self, job: Job[T]) -> "concurrent.futures.Future[T]":
        """Queue a reading job; it never waits for the writer."""
        pending = Pending(job)
        self._queue_read(pending)
        future: concurrent.futures.Future[T] = pending.future
        return future

    @abc.abstractmethod
    def close(self) -> None:
        """Finish what is queued and close the connections."""

    async def write(self, job: Job[T]) -> T:
        """Run a writing job and wait for its commit."""
        pending = Pending(job, asyncio.get_running_loop())
        self._queue_write(pending)
        result: T = await pending.future
        return result

    async def read(self, job: Job[T]) -> T:
        """Run a reading job."""
        pending = Pending(job, asyncio.get_running_loop())
        self._queue_read(pending)
        result: T = await pending.future
        return result


def open_database(url: str, bus: Bus, *, readers: int = 2) -> Database:
    """Open the database that a URL names: `sqlite:///path` or `postgresql://...`."""
    if url.startswith("sqlite:///"):
        from tieline.store.sqlite import SqliteDatabase  # noqa: PLC0415 - each engine loads its own driver

        return SqliteDatabase(url.removeprefix("sqlite:///"), bus, readers=readers)
    if url.startswith(("postgresql://", "postgres://")):
        from tieline.store.postgresql import PostgresDatabase  # noqa: PLC0415

        return PostgresDatabase(url, bus, readers=readers)
    raise ValueError(f"not a database URL that tieline knows: {url.split('://', 1)[0]}://")
