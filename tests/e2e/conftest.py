"""Fixtures of the whole: servers as processes of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.served import Served


@pytest.fixture(scope="module")
def served(tieline: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A running server on an embedded database."""
    with Served(tieline, tmp_path_factory.mktemp("served") / "data", tls=False) as made:
        yield made
