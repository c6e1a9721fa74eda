"""Programs that are clients of a server, each a process of its own."""

import signal
import subprocess
from pathlib import Path
from typing import Self

from support.sdk import ROOT
from support.served import Served, environment


class Program:
    """A program that trusts a server's certificate; it is ended politely."""

    def __init__(self, command: list[str], served: Served, log: Path, **more: str) -> None:
        trust = {name: str(served.ca) for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")}
        self._log = log
        with log.open("ab") as file:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, cwd=ROOT, env=environment(**trust, **more)
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(10)

    def output(self) -> str:
        """Return what the program printed; it must be running."""
        said = self._log.read_text(errors="replace")
        assert self._process.poll() is None, said[-3000:]
        return said

    def kill(self) -> None:
        """End the program as a failing machine would."""
        self._process.kill()
        self._process.wait(10)

    def stop(self) -> int:
        """End the program as a service manager would; returns its exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(15)
