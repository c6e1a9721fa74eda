"""Waiting for what another thread does, with a bound and a text for when it does not come."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PATIENCE = 15.0


def until(look: Callable[[], T], what: str, timeout: float = PATIENCE) -> T:
    """Look again and again until there is something to see; returns it."""
    end = time.monotonic() + timeout
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"this did not happen: {what}; last seen: {found!r}")
        time.sleep(0.01)
