"""The schema's history, run by Alembic in a child process so that a server does not carry it in memory."""

import contextlib
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

from tieline.domain.plain import PlainError

NEWEST = max(path.name for path in (Path(__file__).parent / "versions").glob("[0-9]*.py")).partition("_")[0]
_VERSION = "select version_num from alembic_version"


class MigrationFailed(PlainError):
    """The schema could not be brought up to date."""


def migrate(url: str) -> None:
    """Bring the database's schema up to date; where it is, no child is started."""
    if _version(url) == NEWEST:
        return
    done = subprocess.run(
        [sys.executable, "-m", "tieline.store.migrations"],
        input=url,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise MigrationFailed(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "unknown reason")


def _version(url: str) -> str | None:
    """Return what a database says its schema is; None where it says nothing, or cannot be asked."""
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        if not path.exists():
            return None
        with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(path)) as embedded:
            return _first(embedded.execute(_VERSION).fetchone())
        return None
    import psycopg  # noqa: PLC0415 - each engine loads its own driver

    with contextlib.suppress(psycopg.Error), psycopg.connect(url, connect_timeout=5) as connection:
        return _first(connection.execute(_VERSION).fetchone())
    return None


def _first(row: tuple[Any, ...] | None) -> str | None:
    return str(row[0]) if row else None
