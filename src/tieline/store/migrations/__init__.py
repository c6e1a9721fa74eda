"""The schema's history, run by Alembic in a child process so that a server does not carry it in memory."""

import subprocess
import sys

from tieline.domain.plain import PlainError


class MigrationFailed(PlainError):
    """The schema could not be brought up to date."""


def migrate(url: str) -> None:
    """Bring the database's schema up to date."""
    done = subprocess.run(
        [sys.executable, "-m", "tieline.store.migrations"],
        input=url,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise MigrationFailed(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "unknown reason")
