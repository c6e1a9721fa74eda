"""SQLite: one writer thread with group commit, readers beside it."""

import queue
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import itemgetter
from typing import Any, TypeVar

from tieline.store.engine import (
    MOST_TEXTS,
    PARAMETER,
    Database,
    Job,
    Pending,
    Readers,
    Row,
    Tx,
    Unavailable,
    conclude,
)
from tieline.store.signals import Bus

T = TypeVar("T")
Values = Callable[[dict[str, Any]], tuple[Any, ...]]
BATCH = 64
_LOCK = re.compile(r"\s+for\s+update\b[^;)]*", re.IGNORECASE)
_PRAGMAS = (
    "journal_mode = wal",
    "synchronous = full",
    "foreign_keys = on",
    "busy_timeout = 5000",
    "cache_size = -16384",
    "temp_store = memory",
    "journal_size_limit = 67108864",
)


def _lower(text: str | None) -> str | None:
    """Lower all letters, as PostgreSQL does; SQLite's own function knows those of English alone."""
    return None if text is None else text.lower()


def _values(names: list[str]) -> Values:
    if len(names) > 1:
        return itemgetter(*names)
    return lambda params: tuple(params[name] for name in names)


class SqliteTx(Tx):
    """A transaction of SQLite; row locks are left out, since there is one writer."""

    engine = "sqlite"
    _compiled: dict[str, tuple[str, Values]] = {}  # noqa: RUF012 - shared on purpose: SQL text is constant

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__()
        self._connection = connection

    def _sql(self, sql: str) -> tuple[str, Values]:
        """Return a statement without row locks, and what puts its parameters in order: by names it takes longer."""
        compiled = self._compiled.get(sql)
        if compiled is None:
            if len(self._compiled) >= MOST_TEXTS:  # filters make as many as there are combinations
                self._compiled.clear()
            unlocked = _LOCK.sub("", sql)
            compiled = self._compiled[sql] = (PARAMETER.sub("?", unlocked), _values(PARAMETER.findall(unlocked)))
        return compiled

    def _execute(self, sql: str, params: dict[str, Any]) -> sqlite3.Cursor:
        text, values = self._sql(sql)
        return self._connection.execute(text, values(params))

    def all(self, sql: str, **params: Any) -> list[Row]:
        """Run a query and return all its rows."""
        return self._execute(sql, params).fetchall()

    def one(self, sql: str, **params: Any) -> Row | None:
        """Run a query and return its first row, or None."""
        row: Row | None = self._execute(sql, params).fetchone()
        return row

    def run(self, sql: str, **params: Any) -> int:
        """Run a statement and return how many rows it changed."""
        return self._execute(sql, params).rowcount

    def many(self, sql: str, rows: list[dict[str, Any]]) -> None:
        """Run a statement once for each row of parameters."""
        text, values = self._sql(sql)
        self._connection.executemany(text, map(values, rows))

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what the block did, and only that, if it raises."""
        self._connection.execute("savepoint inner_step")
        try:
            with self._undoing_signals():
                yield
        except BaseException:
            self._connection.execute("rollback to inner_step")
            self._connection.execute("release inner_step")
            raise
        self._connection.execute("release inner_step")

    @property
    def broken(self) -> bool:
        """SQLite has rolled everything back by itself, as when the disk is full."""
        return not self._connection.in_transaction


class SqliteDatabase(Database):
    """The embedded database: a file with one owner."""

    engine = "sqlite"

    def __init__(self, path: str, bus: Bus, *, readers: int = 2) -> None:
        super().__init__(bus)
        self._path = path
        self._queue: queue.SimpleQueue[Pending | None] = queue.SimpleQueue()
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._readers = Readers(readers, "sqlite-reader", self._read)
        self._closed = False
        connection = self._connect()
        self._writer = threading.Thread(target=self._write_forever, args=(connection,), name="sqlite-writer")
        self._writer.start()

    def _connect(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(
                self._path, isolation_level=None, cached_statements=512, check_same_thread=False
            )
            for pragma in _PRAGMAS:
                connection.execute(f"pragma {pragma}")
            connection.create_function("lower", 1, _lower, deterministic=True)
        except sqlite3.Error as error:
            raise Unavailable(f"cannot open {self._path}: {error}") from error
        return connection

    def _queue_write(self, pending: Pending) -> None:
        if self._closed:
            raise Unavailable("the database is closed")
        self._queue.put(pending)

    def _queue_read(self, pending: Pending) -> None:
        if self._closed:
            raise Unavailable("the database is closed")
        self._readers.put(pending)

    def _read(self, job: Job[T]) -> T:
        tx: SqliteTx | None = getattr(self._local, "tx", None)
        if tx is None:
            connection = self._connect()
            connection.execute("pragma query_only = on")
            self._connections.append(connection)
            tx = self._local.tx = SqliteTx(connection)
        tx.begin_afresh()
        tx.run("begin")
        try:
            return job(tx)
        finally:
            tx.run("rollback")

    def _write_forever(self, connection: sqlite3.Connection) -> None:
        tx = SqliteTx(connection)
        while True:
            queued, stop = self._next_batch()
            batch = [pending for pending in queued if pending.wanted]
            if batch:
                self._write_batch(tx, batch)
            if stop:
                connection.close()
                return

    def _next_batch(self) -> tuple[list[Pending], bool]:
        first = self._queue.get()
        if first is None:
            return [], True
        batch = [first]
        while len(batch) < BATCH:
            try:
                following = self._queue.get_nowait()
            except queue.Empty:
                break
            if following is None:
                return batch, True
            batch.append(following)
        return batch, False

    def _write_batch(self, tx: SqliteTx, batch: list[Pending]) -> None:
        tx.begin_afresh()
        try:
            tx.run("begin immediate")
            for pending in batch:
                self._run_one(tx, pending)
            tx.run("commit")
        except sqlite3.Error as error:
            if tx._connection.in_transaction:  # noqa: SLF001 - its own Tx
                tx.run("rollback")
            tx.signals = []
            for pending in batch:
                pending.error = Unavailable(str(error))
        else:
            self.commits += 1
        conclude(self.bus, batch, tx.signals)

    @staticmethod
    def _run_one(tx: SqliteTx, pending: Pending) -> None:
        told = len(tx.signals)
        tx.run("savepoint job")
        try:
            pending.result = pending.job(tx)
        except BaseException as error:  # noqa: BLE001 - it is the caller's, and reaches it through the future
            pending.error = error
            del tx.signals[told:]
            tx.run("rollback to job")
        tx.run("release job")

    def close(self) -> None:
        """Finish what is queued and close the connections."""
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        self._writer.join()
        self._readers.close()
        for connection in self._connections:
            connection.close()
