"""Versions and the cache: what is kept in memory is never older than what is committed, nor ever rolled back."""

from concurrent.futures import wait
from contextlib import suppress

import pytest

from support.notes import PATIENCE, PORTAL, Notes, Refused
from tieline.store.cache import Cache
from tieline.store.engine import Tx
from tieline.store.people import get_portal, set_portal_url


class Shelf:
    """A cache with one value in it: the portal's address."""

    def __init__(self) -> None:
        self.cache = Cache()
        self.loads = 0

    def url(self, tx: Tx) -> str:
        def load() -> str:
            self.loads += 1
            return get_portal(tx, PORTAL).url

        return self.cache.get(tx, PORTAL, "url", load)


def move(tx: Tx, url: str) -> None:
    set_portal_url(tx, PORTAL, url)
    tx.touch(PORTAL)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def test_value_is_loaded_once(notes: Notes, shelf: Shelf) -> None:
    assert [notes.read(shelf.url), notes.write(shelf.url), notes.read(shelf.url)] == ["https://p"] * 3
    assert shelf.loads == 1


def test_change_is_seen_by_the_next_transaction(notes: Notes, shelf: Shelf) -> None:
    notes.read(shelf.url)
    notes.write(lambda tx: move(tx, "https://new"))
    assert notes.read(shelf.url) == "https://new"
    assert notes.write(shelf.url) == "https://new"


def test_change_is_seen_in_its_own_transaction(notes: Notes, shelf: Shelf) -> None:
    def job(tx: Tx) -> str:
        shelf.url(tx)
        move(tx, "https://new")
        return shelf.url(tx)

    assert notes.write(job) == "https://new"


def test_change_that_is_rolled_back_is_never_kept(notes: Notes, shelf: Shelf) -> None:
    def job(tx: Tx) -> None:
        move(tx, "https://never")
        assert shelf.url(tx) == "https://never"
        raise Refused

    with pytest.raises(Refused):
        notes.write(job)
    assert notes.read(shelf.url) == "https://p"


def test_change_in_an_undone_savepoint_is_never_kept(notes: Notes, shelf: Shelf) -> None:
    def job(tx: Tx) -> str:
        with suppress(Refused), tx.savepoint():
            move(tx, "https://never")
            shelf.url(tx)
            raise Refused
        return shelf.url(tx)

    assert notes.write(job) == "https://p"
    notes.write(lambda tx: move(tx, "https://new"))
    assert notes.read(shelf.url) == "https://new"


def test_neighbours_of_a_rolled_back_change_never_see_it(notes: Notes, shelf: Shelf) -> None:
    def refused(tx: Tx) -> None:
        move(tx, "https://never")
        shelf.url(tx)
        raise Refused

    go_on, _ = notes.occupy_writers()
    jobs = [notes.submit(refused if number % 2 else shelf.url) for number in range(40)]
    go_on.set()
    wait(jobs, PATIENCE)
    assert {job.result() for number, job in enumerate(jobs) if number % 2 == 0} == {"https://p"}
    assert notes.read(shelf.url) == "https://p"


def test_change_that_follows_a_rolled_back_one_is_seen(notes: Notes, shelf: Shelf) -> None:
    """The version that the first one would have had is given to the second: it must not name what was undone."""
    with pytest.raises(Refused):
        notes.write(lambda tx: (move(tx, "https://never"), shelf.url(tx), _refuse()))
    notes.write(lambda tx: move(tx, "https://new"))
    assert notes.read(shelf.url) == "https://new"


def _refuse() -> None:
    raise Refused


def test_another_process_change_is_seen_at_the_next_transaction(notes: Notes, opened, shelf: Shelf) -> None:
    notes.read(shelf.url)
    opened().write(lambda tx: move(tx, "https://other"))
    assert notes.read(shelf.url) == "https://other"
    assert notes.write(shelf.url) == "https://other"


def test_old_snapshot_neither_uses_nor_spoils_the_newer_cache(notes: Notes, shelf: Shelf) -> None:
    def look(tx: Tx) -> str:
        tx.version(PORTAL)
        notes.write(lambda other: move(other, "https://new"))
        notes.write(shelf.url)
        return shelf.url(tx)

    assert notes.read(look) == "https://p"
    assert notes.read(shelf.url) == "https://new"


def test_portal_that_does_not_exist_has_version_zero(notes: Notes) -> None:
    assert notes.read(lambda tx: tx.version(99)) == 0
