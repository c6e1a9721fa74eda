"""The composition root: wires the parts of a server and runs them; decides nothing."""

import asyncio
import contextlib
import fcntl
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import structlog
import uvicorn

from tieline.api.dispatch import Dispatcher
from tieline.api.registry import Registry
from tieline.delivery.fetcher import Fetcher
from tieline.delivery.timekeeper import Timekeeper
from tieline.delivery.worker import Worker
from tieline.domain.clock import Clock, SystemClock
from tieline.domain.plain import PlainError
from tieline.http import certificates
from tieline.http.control import ControlServer, ensure_portal
from tieline.http.control import run as run_command
from tieline.http.routes import Server
from tieline.methods import registry
from tieline.services.call import Rules, World
from tieline.settings import Settings, WrongSetting
from tieline.store.engine import Database, open_database
from tieline.store.files import Folder
from tieline.store.migrations import migrate
from tieline.store.signals import Bus
from tieline.store.vault import Vault

log = structlog.get_logger(__name__)
LOCK = "tieline.lock"
STATIC = Path(__file__).parent / "static"
YOUNG = 20_000  # objects between looks of the garbage collector: a request leaves few cycles behind
GRACE = 1.5  # seconds for what is under way when the server is told to stop


class Occupied(PlainError):
    """Another process owns the data folder, or a port is taken."""


def make_world(settings: Settings, clock: Clock | None = None) -> World:
    """Put together what all calls share."""
    rules = Rules(
        settings.profile == "production",
        settings.strict,
        settings.allowed_hosts,
        settings.requests,
        settings.operating,
    )
    files = Folder(settings.folder / "files")
    return World(clock or SystemClock(), Vault.open(settings.folder), registry(), files, rules)


def configure_logs() -> None:
    """Log to standard error; tracebacks show no values of variables, since these may be secrets."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def carry_out(settings: Settings, command: str, args: dict[str, Any]) -> Any:
    """Carry out a command of the command line on the database itself, where no server runs."""
    configure_logs()
    with owned(settings):
        migrate(settings.database_url)
        world = make_world(settings)
        database = open_database(settings.database_url, Bus())
        try:
            return database.submit(lambda tx: run_command(tx, world, command, args)).result()
        finally:
            database.close()


@contextlib.contextmanager
def owned(settings: Settings) -> Iterator[None]:
    """Own the data folder of an embedded database: SQLite has one owner at a time."""
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if settings.database:
        yield
        return
    with (settings.folder / LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Occupied(f"another process uses {settings.folder}") from error
        yield


class Parts:
    """The parts of one server on an open database."""

    def __init__(self, database: Database, world: World, bus: Bus, static: Path = STATIC) -> None:
        registry = world.catalogue
        assert isinstance(registry, Registry)
        self.database = database
        self.world = world
        self.worker = Worker(database, world, registry, bus)
        self.fetcher = Fetcher(database, world, world.folder, bus)
        self.timekeeper = Timekeeper(database, world, bus)
        self.server = Server(Dispatcher(registry, database, world), world.rules, bus, world.folder, static)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to deliver events, to fetch files and to watch the time."""
        self.server.live.start()
        self._tasks = [
            asyncio.create_task(_keep_running("deliveries", self.worker.run)),
            asyncio.create_task(_keep_running("files", self.fetcher.run)),
            asyncio.create_task(_keep_running("timers", self.timekeeper.run)),
        ]

    async def stop(self) -> None:
        """Let what is under way finish for a moment, then leave."""
        self.server.live.stop()
        await self.worker.stop(GRACE)
        await self.fetcher.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _keep_running(name: str, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
    while True:
        try:
            await run()
        except Exception:
            log.exception("a part of the server failed and starts anew", part=name)
            await asyncio.sleep(1)
        else:
            return


def _is_news(record: logging.LogRecord) -> bool:
    """Tell whether a record of uvicorn's is worth printing: that a request was cut off when the server left is not."""
    return record.exc_info is None or not isinstance(record.exc_info[1], asyncio.CancelledError)


class _Door(uvicorn.Server):
    """uvicorn without its own handling of signals: the process has one for all doors."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _doors(settings: Settings, app: Server) -> list[tuple[_Door, socket.socket]]:
    """Make the doors; a port that is taken and a certificate that is none are told here."""

    def door(host: str, port: int, cert: tuple[Path, Path] | None) -> tuple[_Door, socket.socket]:
        config = uvicorn.Config(
            app,
            http="httptools",
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            forwarded_allow_ips="127.0.0.1",
            timeout_graceful_shutdown=2,
            timeout_keep_alive=75,
            ssl_certfile=cert[0] if cert else None,
            ssl_keyfile=cert[1] if cert else None,
        )
        try:
            config.load()
        except OSError as error:  # SSLError is one
            raise WrongSetting(f"the certificate cannot be used: {error}") from error
        return _Door(config), bind(host, port)

    logging.getLogger("uvicorn.error").addFilter(_is_news)
    cert = None
    if settings.speaks_tls:
        cert = certificates.pair(
            settings.folder, (settings.domain, *sorted(settings.also_serve)), settings.tls_cert, settings.tls_key
        )
    doors = [door(settings.host, settings.port, cert)]
    if settings.http_port is not None:
        doors.append(door("127.0.0.1", settings.http_port, None))
    return doors


def bind(host: str, port: int) -> socket.socket:
    """Take a port, or say why it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise Occupied(f"cannot listen on {host}:{port}: {error.strerror}") from error
    return listening


async def serve(settings: Settings, on_ready: Callable[[], Coroutine[Any, Any, None]] | None = None) -> None:
    """Run a server until it is told to stop."""
    bus = Bus()
    migrate(settings.database_url)
    world = make_world(settings)
    database = open_database(settings.database_url, bus)
    try:
        await database.write(lambda tx: ensure_portal(tx, world, settings.public_url))
        parts = Parts(database, world, bus)
        control = ControlServer(database, world, settings.folder)
        try:
            doors = _doors(settings, parts.server)
            await parts.start()
            await control.start()
            await _run_doors(doors, parts, on_ready)
        finally:
            await control.stop()
            await parts.stop()
    finally:
        await asyncio.to_thread(database.close)


async def _run_doors(
    doors: list[tuple[_Door, socket.socket]], parts: Parts, on_ready: Callable[[], Coroutine[Any, Any, None]] | None
) -> None:
    """Serve until told to stop; then requests, pages and deliveries that are under way have the same moment left."""
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    running = [asyncio.create_task(door.serve(sockets=[listening])) for door, listening in doors]
    while not all(door.started for door, _ in doors):
        if any(task.done() for task in running):
            break
        await asyncio.sleep(0.01)
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
    waiting = asyncio.create_task(stopping.wait())
    ready = asyncio.create_task(_announce(on_ready, waiting))
    await asyncio.wait([waiting, *running], return_when=asyncio.FIRST_COMPLETED)
    for door, _ in doors:
        door.should_exit = True
    waiting.cancel()
    ready.cancel()
    await asyncio.gather(parts.stop(), *running)
    if ready.done() and not ready.cancelled():
        ready.result()


async def _announce(on_ready: Callable[[], Coroutine[Any, Any, None]] | None, waiting: "asyncio.Task[Any]") -> None:
    """Say that the server is ready; if that fails, the server stops and the reason is told."""
    try:
        if on_ready is not None:
            await on_ready()
    except BaseException:
        waiting.cancel()
        raise


def new_loop() -> asyncio.AbstractEventLoop:
    """Make the event loop that the server runs on."""
    if os.name == "nt":
        return asyncio.new_event_loop()
    import uvloop  # noqa: PLC0415 - not on every system

    return uvloop.new_event_loop()


def run(settings: Settings, on_ready: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a server until it is told to stop."""
    configure_logs()
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(serve(settings, on_ready))
