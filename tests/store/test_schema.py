"""The schema: its keys, its ids, and how it comes to be."""

import sqlite3
import subprocess
import threading
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config

from support import servers
from support.notes import PORTAL, Notes, Refused
from tieline.domain.crm_statuses import STANDARD
from tieline.domain.notices import Kind
from tieline.store import crm_statuses, migrations, notices, people
from tieline.store.engine import Tx, open_database
from tieline.store.lines import add_line
from tieline.store.migrations import MigrationFailed, migrate
from tieline.store.signals import Bus

KEYS = """select t.relname, i.relname, a.attname from pg_index x join pg_class i on i.oid = x.indexrelid
join pg_class t on t.oid = x.indrelid join pg_namespace n on n.oid = t.relnamespace
join pg_attribute a on a.attrelid = t.oid and a.attnum = x.indkey[0]
where n.nspname = 'public' and (x.indisprimary or x.indisunique) order by 1, 2"""

OF_THE_SERVER = {"alembic_version", "first_portal", "portals", "worker_runs"}


def test_every_key_on_postgresql_starts_with_the_portal(postgresql: str, migrated_template: str) -> None:
    with psycopg.connect(postgresql.rpartition("/")[0] + f"/{migrated_template}") as connection:
        keys = connection.execute(KEYS).fetchall()
    tables = {table for table, _, _ in keys}
    assert {"messages", "deliveries", "lanes", "users"} <= tables
    others = [key for key in keys if key[2] != "portal_id" and key[0] not in OF_THE_SERVER]
    assert others == []


def test_every_table_but_portals_has_a_portal(notes: Notes) -> None:
    def job(tx: Tx) -> list[str]:
        if tx.engine == "sqlite":
            tables = "select name from sqlite_master where type = 'table' and name not like 'sqlite%'"
            names = [row[0] for row in tx.all(tables)]
            return [n for n in names if "portal_id" not in [c[1] for c in tx.all(f"pragma table_info({n})")]]
        return [
            row[0]
            for row in tx.all(
                """select table_name from information_schema.tables t where table_schema = 'public' and not exists
                (select 1 from information_schema.columns c where c.table_name = t.table_name
                and c.table_schema = 'public' and column_name = 'portal_id')"""
            )
        ]

    assert sorted(notes.read(job)) == sorted(OF_THE_SERVER)


def test_ids_are_never_given_out_twice(notes: Notes) -> None:
    def add(tx: Tx) -> int:
        return people.add_person(
            tx, PORTAL, name="A", last_name="", email="", password_hash="", is_admin=False, now=0
        )  # fmt: skip

    def add_and_remove(tx: Tx) -> int:
        number = add(tx)
        tx.run("delete from users where portal_id = :portal", portal=PORTAL)
        return number

    given = [notes.write(add_and_remove) for _ in range(5)]
    given += [notes.write(add)]
    assert given == sorted(set(given))


def test_id_of_a_rolled_back_row_leaves_the_rest_growing(notes: Notes) -> None:
    def add(tx: Tx, *, fail: bool) -> int:
        number = add_line(tx, PORTAL, name="a", active=True, settings={}, by=1, now=0)
        if fail:
            raise Refused
        return number

    first = notes.write(lambda tx: add(tx, fail=False))
    with pytest.raises(Refused):
        notes.write(lambda tx: add(tx, fail=True))
    assert notes.write(lambda tx: add(tx, fail=False)) > first


def test_migrating_again_changes_nothing_and_starts_no_child(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("a child was started"))
    migrate(database_url)
    migrate(database_url)


def test_migrating_keeps_what_is_there(notes: Notes, database_url: str) -> None:
    before = notes.read(lambda tx: tx.all("select id, url from portals"))
    migrate(database_url)
    assert notes.read(lambda tx: tx.all("select id, url from portals")) == before


def upgrade(url: str, revision: str) -> None:
    """Bring a database to a revision."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["url"] = url.replace("postgresql://", "postgresql+psycopg://")
    command.upgrade(config, revision)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_portal_from_before_the_crm_gets_the_standard_directories(
    request: pytest.FixtureRequest, tmp_path: Path, engine: str
) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    if engine == "postgresql":
        url = servers.new_database(request.getfixturevalue("postgresql"), "before_crm")
    upgrade(url, "0003")
    with closing(open_database(url, Bus())) as database:
        job = partial(people.add_portal, member_id="m", name="Old", url="u", language="en", time_zone="UTC", now=0)
        portal = database.submit(job).result(30)
        migrate(url)
        found = database.submit_read(lambda tx: crm_statuses.list_statuses(tx, portal.id)).result(30)
    assert {replace(status, id=0) for status in found} == set(STANDARD)
    assert len(found) == len(STANDARD)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_notices_from_before_applications_had_some_are_kept(
    request: pytest.FixtureRequest, tmp_path: Path, engine: str
) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    if engine == "postgresql":
        url = servers.new_database(request.getfixturevalue("postgresql"), "before_notifications")
    upgrade(url, "0009")
    with closing(open_database(url, Bus())) as database:
        row = """insert into notices (portal_id, user_id, kind, text, chat_id, created_at)
        values (1, :user, :kind, 'Told', null, 5)"""
        told = [(7, "empty queue 3"), (7, "first answer late"), (8, "further answer late")]
        rows = [{"user": user, "kind": kind} for user, kind in told]
        database.submit(lambda tx: tx.many(row, rows)).result(30)
        migrate(url)
        late, empty = database.submit_read(lambda tx: notices.list_notices(tx, 1, 7, limit=5)).result(30)
        chats = [database.submit_read(partial(notices.find_chat, portal_id=1, user_id=n)).result(30) for n in (7, 8)]
        left = database.submit_read(lambda tx: tx.all("select id from chats")).result(30)
    assert (late.news.kind, late.news.tag, late.created_at) == (Kind.FIRST_ANSWER_LATE, None, 5)
    assert (empty.news.kind, empty.news.tag, empty.waits) == (Kind.EMPTY_QUEUE, "empty queue 3", False)
    assert (len({number for number in chats if number}), left) == (2, [])


def test_two_servers_may_migrate_at_once(postgresql: str) -> None:
    url = servers.new_database(postgresql, "schema_only")
    failures: list[Exception] = []

    def run() -> None:
        try:
            migrate(url)
        except MigrationFailed as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_migrated_file_is_in_wal_mode(sqlite_url: str) -> None:
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as connection:
        assert connection.execute("pragma journal_mode").fetchone() == ("wal",)


def test_failing_migration_says_why_without_the_password() -> None:
    with pytest.raises(MigrationFailed, match=r"(?i)refused") as error:
        migrate("postgresql://someone:hunter2@127.0.0.1:1/nothing")
    assert "hunter2" not in str(error.value)
    assert "\n" not in str(error.value)
