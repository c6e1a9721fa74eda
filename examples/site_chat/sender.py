"""The background thread which does all outgoing work, and does it again until the portal takes it."""

import logging
from threading import Event, Thread

from site_chat.portal import NotInstalledError, Portal, RefusedError, UnavailableError
from site_chat.store import Message, Store

LONGEST_PAUSE = 60.0
IDLE = 1.0

log = logging.getLogger("site_chat.sender")


class Sender:
    """Sends visitors' messages and confirms operators' ones, in order per visitor."""

    def __init__(self, store: Store, portal: Portal) -> None:
        """Prepare the thread; it does nothing before start()."""
        self._store, self._portal = store, portal
        self._wake, self._stopping = Event(), Event()
        self._thread = Thread(target=self._run, name="sender", daemon=True)

    def start(self) -> None:
        """Begin to work, first of all on what an earlier run has left."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the call under way and end; the rest stays queued in the file."""
        self._stopping.set()
        self._wake.set()
        self._thread.join()

    def wake(self) -> None:
        """Look for work now rather than at the next tick."""
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            message = self._store.next_due() if self._portal.ready() else None
            if message is None:
                self._wake.wait(IDLE)
            else:
                self._work(message)

    def _work(self, message: Message) -> None:
        done, given_up = ("sent", "failed") if message.state == "queued" else ("confirmed", "confirmed")
        try:
            self._deliver(message)
        except RefusedError as error:
            log.warning("message %d was refused: %s", message.id, error)
            self._store.finish(message, given_up)
        except (UnavailableError, NotInstalledError) as error:
            pause = min(LONGEST_PAUSE, 0.5 * 2**message.attempts)
            log.warning("message %d is tried again in %.1f s: %s", message.id, pause, error)
            self._store.postpone(message, pause)
        except Exception:
            log.exception("message %d could not be handled", message.id)
            self._store.postpone(message, LONGEST_PAUSE)
        else:
            self._store.finish(message, done)

    def _deliver(self, message: Message) -> None:
        if message.state == "unconfirmed":
            self._portal.confirm(message)
        elif visitor := self._store.visitor(message.visitor):
            self._portal.send(visitor, message)
