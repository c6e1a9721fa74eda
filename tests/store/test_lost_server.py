"""A PostgreSQL server that goes away and comes back: calls are refused meanwhile, then go on."""

from collections.abc import Iterator
from contextlib import suppress

import psycopg
import pytest

from support import servers
from support.notes import Notes, note, words
from tieline.store.engine import Unavailable, open_database
from tieline.store.signals import Bus

NAME = "comes_and_goes"
TERMINATE = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s"


@pytest.fixture
def lost(postgresql: str, migrated_template: str) -> Iterator[Notes]:
    database = open_database(servers.new_database(postgresql, NAME, migrated_template), Bus())
    yield Notes(database)
    database.close()
    servers.drop_database(postgresql, NAME)


def test_lost_connections_are_made_anew(lost: Notes, postgresql: str) -> None:
    lost.write(lambda tx: note(tx, "before"))
    assert lost.kept == ["before"]
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(TERMINATE, [NAME])
    for _ in range(8):  # each of the connections may notice once
        for run in (lost.write, lost.read):
            with suppress(Unavailable):
                run(words)
    lost.write(lambda tx: note(tx, "after"))
    assert lost.kept == ["before", "after"]


def test_missing_server_is_told_at_every_call_until_it_is_back(
    lost: Notes, postgresql: str, migrated_template: str
) -> None:
    lost.write(lambda tx: note(tx, "before"))
    assert lost.kept == ["before"]
    servers.drop_database(postgresql, NAME)
    for _ in range(12):
        with pytest.raises(Unavailable):
            lost.write(lambda tx: note(tx, "lost"))
        with pytest.raises(Unavailable):
            lost.kept  # noqa: B018 - it reads
    servers.new_database(postgresql, NAME, migrated_template)
    lost.write(lambda tx: note(tx, "after"))
    assert lost.kept == ["after"]


def test_batch_that_loses_its_server_is_refused_as_a_whole(lost: Notes, postgresql: str) -> None:
    go_on, _ = lost.occupy_writers()
    jobs = [lost.submit(lambda tx: note(tx, "lost")) for _ in range(50)]
    servers.drop_database(postgresql, NAME)
    go_on.set()
    assert all(isinstance(job.exception(30), Unavailable) for job in jobs)
