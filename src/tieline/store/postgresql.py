"""PostgreSQL: a few writer threads that group jobs, readers beside them."""

import queue
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg

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
    settle,
)
from tieline.store.signals import Bus, Signal

T = TypeVar("T")
BATCH = 32
WRITERS = 4
ATTEMPTS = 6
_AGAIN = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)


class PostgresTx(Tx):
    """A transaction of PostgreSQL."""

    engine = "postgresql"
    _compiled: dict[str, bytes] = {}  # noqa: RUF012 - shared on purpose: SQL text is constant

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        super().__init__()
        self.connection = connection
        self._cursor = connection.cursor()
        self._depth = 0

    def _sql(self, sql: str) -> bytes:
        compiled = self._compiled.get(sql)
        if compiled is None:
            if len(self._compiled) >= MOST_TEXTS:  # filters make as many as there are combinations
                self._compiled.clear()
            compiled = self._compiled[sql] = PARAMETER.sub(r"%(\1)s", sql.replace("%", "%%")).encode()
        return compiled

    def _execute(self, sql: str, params: dict[str, Any]) -> psycopg.Cursor[Row]:
        return self._cursor.execute(self._sql(sql), params, prepare=True)

    def all(self, sql: str, **params: Any) -> list[Row]:
        """Run a query and return all its rows."""
        return self._execute(sql, params).fetchall()

    def one(self, sql: str, **params: Any) -> Row | None:
        """Run a query and return its first row, or None."""
        return self._execute(sql, params).fetchone()

    def run(self, sql: str, **params: Any) -> int:
        """Run a statement and return how many rows it changed."""
        return self._execute(sql, params).rowcount

    def many(self, sql: str, rows: list[dict[str, Any]]) -> None:
        """Run a statement once for each row of parameters."""
        self._cursor.executemany(self._sql(sql), rows)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what the block did, and only that, if it raises."""
        self._cursor.execute("savepoint inner_step")
        try:
            with self._undoing_signals():
                yield
        except psycopg.OperationalError:
            raise
        except BaseException:
            self._cursor.execute("rollback to savepoint inner_step")
            self._cursor.execute("release savepoint inner_step")  # else an outer one of this name stays hidden
            raise
        self._cursor.execute("release savepoint inner_step")

    @property
    def broken(self) -> bool:
        """A deadlock or a lost connection has ended the transaction, or an error that nobody went back behind."""
        return self.connection.info.transaction_status is not psycopg.pq.TransactionStatus.INTRANS


class PostgresDatabase(Database):
    """A PostgreSQL database, which may have several servers."""

    engine = "postgresql"

    def __init__(self, url: str, bus: Bus, *, readers: int = 2) -> None:
        super().__init__(bus)
        self._url = url
        self._queue: queue.SimpleQueue[Pending | None] = queue.SimpleQueue()
        self._local = threading.local()
        self._transactions: list[PostgresTx] = []
        self._closed = False
        self._connect().close()  # a wrong URL is told at once
        self._readers = Readers(readers, "postgresql-reader", self._read)
        self._writers = [
            threading.Thread(target=self._write_forever, name=f"postgresql-writer-{n}") for n in range(WRITERS)
        ]
        for writer in self._writers:
            writer.start()

    def _connect(self) -> psycopg.Connection[Row]:
        try:
            return psycopg.connect(self._url, connect_timeout=5, application_name="tieline")
        except psycopg.OperationalError as error:
            raise Unavailable(f"cannot reach PostgreSQL: {' '.join(str(error).split())}") from error

    def _tx(self) -> PostgresTx:
        tx: PostgresTx | None = getattr(self._local, "tx", None)
        if tx is None or tx.connection.closed or tx.connection.broken:
            if tx is not None:
                self._local.tx = None
                self._transactions.remove(tx)
            tx = self._local.tx = PostgresTx(self._connect())
            self._transactions.append(tx)
        tx.begin_afresh()
        return tx

    def _queue_write(self, pending: Pending) -> None:
        if self._closed:
            raise Unavailable("the database is closed")
        self._queue.put(pending)

    def _queue_read(self, pending: Pending) -> None:
        if self._closed:
            raise Unavailable("the database is closed")
        self._readers.put(pending)

    def _read(self, job: Job[T]) -> T:
        try:
            tx = self._tx()
            tx.run("set transaction isolation level repeatable read, read only")
            try:
                return job(tx)
            finally:
                if not tx.connection.closed:
                    tx.connection.rollback()
        except psycopg.OperationalError as error:
            raise Unavailable(str(error)) from error

    def _write_forever(self) -> None:
        while True:
            first = self._queue.get()
            if first is None:
                return
            batch = [first]
            stop = False
            while len(batch) < BATCH and not stop:
                try:
                    following = self._queue.get_nowait()
                except queue.Empty:
                    break
                if following is None:
                    stop = True
                else:
                    batch.append(following)
            batch = [pending for pending in batch if pending.wanted]
            if not self._write_together(batch):
                for pending in batch:
                    self._write_alone(pending)
                    settle([pending])
            if stop:
                return

    def _write_together(self, batch: list[Pending]) -> bool:
        """Run all jobs in one transaction; if one fails, none is kept and the answer is False."""
        if len(batch) < 2:  # noqa: PLR2004 - alone is alone
            return False
        try:
            tx = self._tx()
            for pending in batch:
                pending.result = pending.job(tx)
            signals = tx.signals
        except BaseException:  # noqa: BLE001 - whatever it was, it shows again when the jobs run alone
            self._abandon()
            return False
        try:
            tx.connection.commit()
        except psycopg.Error as error:
            self._abandon()
            for pending in batch:
                pending.error = Unavailable(str(error))
            settle(batch)
            return True
        self.commits += 1
        conclude(self.bus, batch, signals)
        return True

    def _write_alone(self, pending: Pending) -> None:
        """Run one job in its own transaction, again after a deadlock, and leave its outcome with it."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                tx = self._tx()
                pending.result = pending.job(tx)
                signals = tx.signals
                tx.connection.commit()
            except _AGAIN as error:
                self._abandon()
                if attempt == ATTEMPTS:
                    pending.error = Unavailable(str(error))
                    return
                time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 - spreads retries, hides nothing
            except psycopg.OperationalError as error:
                self._abandon()
                pending.error = Unavailable(str(error))
                return
            except BaseException as error:  # noqa: BLE001 - it is the caller's, and reaches it through the future
                self._abandon()
                pending.error = error
                return
            else:
                self.commits += 1
                self._tell(signals)
                return

    def _abandon(self) -> None:
        tx: PostgresTx | None = getattr(self._local, "tx", None)
        if tx is not None and not tx.connection.closed:
            try:
                tx.connection.rollback()
            except psycopg.OperationalError:
                tx.connection.close()

    def _tell(self, signals: list[Signal]) -> None:
        if signals:
            self.bus.publish(signals)

    def close(self) -> None:
        """Finish what is queued and close the connections."""
        if self._closed:
            return
        self._closed = True
        for _ in self._writers:
            self._queue.put(None)
        for writer in self._writers:
            writer.join()
        self._readers.close()
        for tx in self._transactions:
            tx.connection.close()
