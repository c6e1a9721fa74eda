"""Fixtures of the whole: servers as processes of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from support.browsers import chromium
from support.frames import Pages
from support.served import Served


@pytest.fixture(scope="module")
def served(tieline: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A running server on an embedded database."""
    with Served(tieline, tmp_path_factory.mktemp("served") / "data", tls=False) as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A running chromium."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def pages(served: Served) -> Iterator[Pages]:
    """Pages of applications, on an origin of their own."""
    made = Pages(served.url)
    yield made
    made.close()
