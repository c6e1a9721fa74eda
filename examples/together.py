"""Several examples in one process, which takes a third of the memory: each in a thread, as if started by itself.

It reads a JSON list of {"name", "options"} from its input, and writes the name of an example that has ended to its
output. SIGTERM ends them all.
"""

import importlib
import json
import signal
import sys
from collections.abc import Callable
from threading import Event, Thread

Stop = Callable[[], None]


class Running:
    """The examples that run, and how each is stopped."""

    def __init__(self) -> None:
        """Begin with none."""
        self._stops: list[Stop] = []
        self._stopping = Event()

    def started(self, stop: Stop) -> None:
        """Take the way to stop an example; one that came too late is stopped at once."""
        self._stops.append(stop)
        if self._stopping.is_set():
            stop()

    def stop(self) -> None:
        """Stop all."""
        self._stopping.set()
        for stop in list(self._stops):
            stop()

    def run(self, name: str, options: list[str]) -> None:
        """Run an example to its end."""
        try:
            importlib.import_module(f"{name}.__main__").main(options, self.started)
        except SystemExit as error:
            sys.stderr.write(f"{name}: {error}\n")
        except Exception:  # noqa: BLE001 - the others go on, whatever it was
            sys.excepthook(*sys.exc_info())
        sys.stdout.write(f"{name}\n")
        sys.stdout.flush()


def main() -> None:
    """Run the examples until all have ended."""
    running = Running()
    signal.signal(signal.SIGTERM, lambda *_: running.stop())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it goes to all of a terminal; whoever started this ends it
    threads = [Thread(target=running.run, args=(one["name"], one["options"])) for one in json.load(sys.stdin)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
