"""A handler that does not behave: a script gets the bare connection once a request has come in."""

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Self

Script = Callable[[socket.socket], None]


class RawServer:
    """Listens on loopback and lets a script answer each request with raw bytes."""

    def __init__(self, script: Script, port: int = 0) -> None:
        self.requests = 0
        self.sent = 0
        self._script = script
        self._changed = threading.Condition()
        self._connections: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listening = socket.create_server(("127.0.0.1", port), backlog=128)
        self.port: int = self._listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self._connections.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            _read_request(connection)
            with self._changed:
                self.requests += 1
                self._changed.notify_all()
            self._script(connection)
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    def pour(self, connection: socket.socket, total: int, block: bytes = b"x" * 65_536) -> None:
        """Send `total` bytes, or as many as are taken, and count them."""
        while self.sent < total:
            connection.sendall(block)
            self.sent += len(block)

    def wait(self, count: int = 1, timeout: float = 10) -> None:
        """Wait until a number of requests have come in."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.requests >= count, timeout), self.requests

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._accepting.join()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()


def _read_request(connection: socket.socket) -> None:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65_536)
        if not chunk:
            raise ConnectionError
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    missing = (int(lengths[0].split(b":")[1]) if lengths else 0) - len(body)
    while missing > 0:
        chunk = connection.recv(65_536)
        if not chunk:
            raise ConnectionError
        missing -= len(chunk)


def saying(answer: bytes) -> Script:
    """Make a script that sends these bytes and ends the connection."""
    return lambda connection: connection.sendall(answer)


def silent(connection: socket.socket) -> None:
    """Answer nothing until the other side or the test ends the connection."""
    connection.recv(1)
