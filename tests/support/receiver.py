"""A handler of events: records what comes and answers as it is told."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

from tieline.api import php_form


@dataclass
class Received:
    """One request that came in."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The form's fields as they stand in the body."""
        return parse_qsl(self.body.decode(), keep_blank_values=True)

    @property
    def flat(self) -> dict[str, str]:
        """The form's fields by their bracketed names."""
        return dict(self.pairs)

    @property
    def form(self) -> dict:
        """The form, nested."""
        return php_form.decode(self.body.decode())

    @property
    def event(self) -> str:
        """Which event it tells."""
        return self.flat["event"]


Answer = tuple[int, dict[str, str], bytes]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """A client that goes away is no news."""


class Receiver:
    """A local HTTP server; `answer` is called for each request and says what it gets."""

    def __init__(self) -> None:
        self.requests: list[Received] = []
        self.answer: Callable[[Received], Answer] = lambda _: (200, {}, b"")
        self._changed = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                received = Received(self.path, headers, body)
                with receiver._changed:
                    receiver.requests.append(received)
                    receiver._changed.notify_all()
                status, extra, content = receiver.answer(received)
                self.send_response(status)
                for name, value in extra.items():
                    self.send_header(name, value)
                if "content-length" not in {name.lower() for name in extra}:
                    self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = _serve  # noqa: N815 - the names that the server calls

            def log_message(self, *_: object) -> None:
                """Stay silent."""

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def wait(self, count: int = 1, timeout: float = 10, event: str | None = None) -> list[Received]:
        """Wait for a number of requests, of one event or of any; returns them."""

        def found() -> list[Received]:
            return [r for r in self.requests if event is None or r.event == event]

        with self._changed:
            if not self._changed.wait_for(lambda: len(found()) >= count, timeout):
                told = [r.flat.get("event", r.path) for r in self.requests]
                raise AssertionError(f"{len(found())} of {count} requests came: {told}")
            return found()

    def nothing_more(self, count: int, seconds: float = 0.3) -> None:
        """Check that no more than `count` requests come for a while."""
        time.sleep(seconds)
        told = [r.flat.get("event", r.path) for r in self.requests]
        assert len(self.requests) == count, told

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
