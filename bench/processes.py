"""Servers under measurement: started on a core of their own, watched through /proc, stopped."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self
from urllib.error import URLError

import psutil

ROOT = Path(__file__).resolve().parent.parent
STRACE = shutil.which("strace")


def cores() -> tuple[int, int]:
    """Choose the server's core and the load's; the same one where there is only one."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[0], usable[-1]


SERVER_CORE, LOAD_CORE = cores()


def free_port() -> int:
    """Find a TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def module(name: str, **options: object) -> list[str]:
    """Build the command line of one of this package's programs."""
    command = [sys.executable, "-m", f"bench.{name}"]
    for key, value in options.items():
        command += [f"--{key}", str(value)]
    return command


class Server:
    """A process tree on one core; its output goes to a file."""

    def __init__(
        self, name: str, command: Sequence[str], folder: Path, *, core: int = SERVER_CORE, cwd: Path = ROOT
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        mine = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {core})
        try:
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=cwd)
        finally:
            os.sched_setaffinity(0, mine)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def tree(self) -> list[psutil.Process]:
        """List the process and all below it; a tracer on top is left out."""
        top = psutil.Process(self.process.pid)
        tree = [top, *top.children(recursive=True)]
        return [process for process in tree if process.name() != "strace"]

    def cpu(self) -> float:
        """Return the processor seconds that the tree has used."""
        each = [process.cpu_times() for process in self.tree()]
        return float(sum(times.user + times.system for times in each))

    def pss(self) -> float:
        """Return the tree's proportional memory in megabytes: shared pages are counted once."""
        return sum(pss_of(process.pid) for process in self.tree()) / 1000

    def await_ready(self, ready: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until the server answers; raise with its output when it ends or is too late."""
        until = time.monotonic() + seconds
        while not ready():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{self.name} did not start:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.02)

    def await_end(self, seconds: float = 60) -> None:
        """Wait for a process that ends by itself."""
        if self.process.wait(seconds):
            raise RuntimeError(f"{self.name} failed:\n{self.log.read_text()[-2000:]}")

    def stop(self) -> None:
        """Ask the tree to end; kill what has not ended after ten seconds."""
        if self.process.poll() is not None:
            return
        tree = self.tree()
        if tree:
            tree[0].terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        for process in psutil.wait_procs(tree, 1)[1]:
            process.kill()


def pss_of(pid: int) -> int:
    """Return the kilobytes of one process's proportional set size, as kernel kilobytes times 1.024."""
    found = re.search(r"^Pss: +(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    return int(int(found[1]) * 1.024) if found else 0


def healthy(port: int) -> Callable[[], bool]:
    """Build the question whether GET /healthz answers."""

    def ready() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return True
        except (URLError, OSError):
            return False

    return ready


def listening(port: int) -> Callable[[], bool]:
    """Build the question whether something listens on a port."""

    def ready() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    return ready


def traced(command: Sequence[str], log: Path) -> list[str]:
    """Wrap a command so that its flushes, and no other calls, are logged with their moments."""
    assert STRACE is not None
    only = ["-e", "trace=fsync,fdatasync", "-e", "signal=none"]
    return [STRACE, "-f", "--seccomp-bpf", "-qq", "-ttt", *only, "-o", str(log), *command]


def flushes(log: Path, start: float, end: float) -> int:
    """Count the flushes of a trace between two moments of the wall clock."""
    starts = re.compile(r"^(?:\d+ +)?(\d+\.\d+) f(?:data)?sync\(", re.MULTILINE)
    return sum(start <= float(at) <= end for at in starts.findall(log.read_text()))


def flush_cost(folder: Path, times: int = 50) -> float:
    """Return the median milliseconds of a small append and fdatasync in a folder."""
    costs, block = [], b"x" * 4096
    with (folder / "flush").open("ab", buffering=0) as file:
        for _ in range(times):
            start = time.monotonic_ns()
            file.write(block)
            os.fdatasync(file.fileno())
            costs.append(time.monotonic_ns() - start)
    return sorted(costs)[times // 2] / 1e6
