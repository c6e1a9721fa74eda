"""What seldom changes, kept in memory under the portal's version."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from tieline.store.engine import Tx

T = TypeVar("T")
_LIMIT = 50_000


class _Shelf:
    __slots__ = ("values", "version")

    def __init__(self, version: int) -> None:
        self.version = version
        self.values: dict[Hashable, Any] = {}


class Cache:
    """Loads a value once per version of its portal.

    Whoever changes what is kept here calls `Tx.touch` in the same transaction. A transaction
    that has touched reads past the cache, so what is rolled back is never kept.
    """

    def __init__(self) -> None:
        self._shelves: dict[int, _Shelf] = {}

    def get(self, tx: Tx, portal_id: int, key: Hashable, load: Callable[[], T]) -> T:
        """Return the value under `key`, loading it if this version of the portal has not been asked for it."""
        if tx.touched:
            return load()
        version = tx.version(portal_id)
        shelf = self._shelves.get(portal_id)
        if shelf is None or shelf.version < version:
            shelf = self._shelves[portal_id] = _Shelf(version)
        elif shelf.version > version:
            return load()
        try:
            value: T = shelf.values[key]
        except KeyError:
            if len(shelf.values) >= _LIMIT:
                shelf.values.clear()
            value = shelf.values[key] = load()
        return value
