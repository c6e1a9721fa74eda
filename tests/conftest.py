"""Fixtures of all tests."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))

from support import answers, servers
from support.portal import Client, Desk, Loop, Portal
from support.receiver import Receiver
from support.schemas import problems
from tieline.store.migrations import migrate

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

WHOLE: pytest.StashKey[list[str]] = pytest.StashKey()
ENGINES = ("sqlite", "postgresql")
MEMORY = Path("/dev/shm")  # what is made there waits for no disk
ROOM = 4 << 30
MOST_CHECKED = 50  # events of a test; more are of the same kinds


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand what was answered here to the master; there, after all tests, complain of errors that nobody met."""
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput["answers"] = answers.written(answers.SEEN)
    elif WHOLE in config.stash and session.testsfailed == 0 and (missed := sorted(answers.unseen(answers.SEEN))):
        config.stash[WHOLE] += missed
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_testnodedown(node: Any) -> None:
    """Take what a worker's tests were answered."""
    answers.SEEN.update(answers.read(getattr(node, "workeroutput", {}).get("answers", "[]")))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Make sure that tests which share a server run in one process: where groups are wanted, ids name them."""
    if hasattr(config, "workerinput") and getattr(config.option, "loadgroup", False):
        lost = [item.nodeid for item in items if item.get_closest_marker("xdist_group") and "@" not in item.nodeid]
        if lost:
            raise pytest.UsageError(f"groups of tests are not kept together: {lost[0]}")


def pytest_xdist_auto_num_workers() -> int:
    """Run one worker more than there are cores: tests also wait, for a browser, a disk or another process."""
    return 1 + (os.cpu_count() or 1)


def pytest_configure(config: pytest.Config) -> None:
    """Tell a run of everything from one of some tests; let files of tests that are in a hurry be in memory."""
    options = config.option
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
        tempfile.tempdir = str(MEMORY)
    some = options.collectonly or options.keyword or options.markexpr == "slow"
    some = some or config.args != config.getini("testpaths")
    if not some and not hasattr(config, "workerinput"):
        config.stash[WHOLE] = []


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """List the errors that no test has met."""
    for line in config.stash.get(WHOLE, []):
        terminalreporter.write_line(f"no test has met this error: {line}", red=True)


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    """An event loop beside the tests."""
    made = Loop()
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A PostgreSQL server."""
    with servers.postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the schema, to copy."""
    path = tmp_path_factory.mktemp("template") / "tieline.db"
    path.write_bytes(servers.migrated())
    return path


@pytest.fixture(scope="session")
def migrated_template(postgresql: str) -> str:
    """A PostgreSQL database with the schema, to copy."""
    migrate(servers.new_database(postgresql, "migrated"))
    return "migrated"


@pytest.fixture(scope="session")
def shared_database(postgresql: str, migrated_template: str) -> Iterator[servers.SharedDatabase]:
    """A PostgreSQL database that is emptied after each test: to create one takes much longer."""
    shared = servers.SharedDatabase(servers.new_database(postgresql, f"test_{os.getpid()}", migrated_template))
    yield shared
    shared.close()


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database with the schema, on each engine."""
    if request.param == "sqlite":
        path = tmp_path / "tieline.db"
        shutil.copy(request.getfixturevalue("migrated_file"), path)
        yield f"sqlite:///{path}"
        return
    shared: servers.SharedDatabase = request.getfixturevalue("shared_database")
    yield shared.url
    shared.empty()


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_file: Path) -> str:
    """An empty SQLite database with the schema."""
    path = tmp_path / "tieline.db"
    shutil.copy(migrated_file, path)
    return f"sqlite:///{path}"


@pytest.fixture
def portal(request: pytest.FixtureRequest, loop: Loop, database_url: str, tmp_path: Path) -> Iterator[Portal]:
    """A portal on each engine."""
    on_postgresql = database_url.startswith("postgresql")
    shared = request.getfixturevalue("shared_database").open() if on_postgresql else None
    made = Portal(loop, database_url, tmp_path, database=shared)
    yield made
    made.close()


@pytest.fixture
def quick_portal(loop: Loop, sqlite_url: str, tmp_path: Path) -> Iterator[Portal]:
    """A portal on SQLite alone, for what no engine can change."""
    made = Portal(loop, sqlite_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A handler of events; what it received of ours must fit the published schemas."""
    made = Receiver()
    yield made
    made.close()
    events = [one for one in made.requests if one.headers.get("user-agent") == "tieline" and one.body]
    for event in events[:MOST_CHECKED]:
        assert problems(event) == [], event.event


@pytest.fixture
def desk(portal: Portal, receiver: Receiver) -> Desk:
    """A line with an operator and an active connector, whose handler is the receiver."""
    return Desk(portal, f"{receiver.url}/handler")


@pytest.fixture
def quick_desk(quick_portal: Portal) -> Desk:
    """A desk on SQLite alone."""
    return Desk(quick_portal)


@pytest.fixture
def chat(desk: Desk) -> int:
    """A dialog with a message from outside."""
    return desk.write_in("Hello")


@pytest.fixture
def app(portal: Portal) -> Client:
    """An application."""
    return portal.app()


@pytest.fixture
def quick_app(quick_portal: Portal) -> Client:
    """An application on SQLite alone."""
    return quick_portal.app()


@pytest.fixture(scope="session")
def tieline() -> Path:
    """The installed command."""
    return Path(sys.executable).parent / "tieline"
