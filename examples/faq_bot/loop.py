"""The loop: fetch, answer, confirm; and what is kept of it, so that a restart answers nothing twice."""

import json
import logging
import os
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Stop
from typing import Any

from faq_bot.answers import Book
from faq_bot.portal import Event, GoneError, Portal, RefusedError, UnavailableError
from faq_bot.talk import react

GROWTH = 1.5

log = logging.getLogger("faq_bot.loop")


@dataclass
class Pauses:
    """How long the bot waits between two polls, in seconds: longer and longer while nothing comes."""

    more: float = 2
    least: float = 5
    most: float = 30
    _now: float = field(default=0, init=False)

    def after(self, *, events: bool, more: bool) -> float:
        """Return the pause after a poll that brought events, or none, with more of them waiting, or not."""
        if events or more:
            self._now = 0
            return self.more if more else self.least
        return self.longer()

    def longer(self) -> float:
        """Return a pause that is longer than the last one, up to the longest."""
        self._now = min(self.most, max(self.least, self._now * GROWTH))
        return self._now


class Progress:
    """How far the bot has come: what it has confirmed, and what it has answered and not yet confirmed."""

    def __init__(self, path: Path, domain: str) -> None:
        """Read what was kept; of another portal, or unreadable, it is nothing."""
        self._path, self._domain = path, domain
        self.bot = self.offset = 0
        self._answered: set[int] = set()
        try:
            kept = json.loads(path.read_text())
            if kept["domain"] == domain:
                self.bot, self.offset = int(kept["bot"]), int(kept["offset"])
                self._answered = {int(number) for number in kept["answered"]}
        except FileNotFoundError:
            pass
        except (OSError, ValueError, LookupError, TypeError) as error:
            log.warning("what was kept in %s is lost: %s", path, error)

    def begin(self, bot: int) -> None:
        """Go on with a bot, from the beginning if it is another one."""
        if bot != self.bot:
            self.bot, self.offset, self._answered = bot, 0, set()
            self._keep()

    def is_answered(self, event: Event) -> bool:
        """Tell whether an event needs no answer any more."""
        return event.id < self.offset or event.id in self._answered

    def answered(self, event: Event) -> None:
        """Note that an event is answered."""
        self._answered.add(event.id)
        self._keep()

    def confirm(self, following: int) -> None:
        """Note that the next poll confirms everything before a number."""
        if following > self.offset:
            self.offset = following
            self._answered = {number for number in self._answered if number >= following}
            self._keep()

    def _keep(self) -> None:
        kept: dict[str, Any] = {"domain": self._domain, "bot": self.bot, "offset": self.offset}
        written = self._path.with_suffix(".new")
        descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(kept | {"answered": sorted(self._answered)}, file)
            file.flush()
            os.fsync(file.fileno())
        written.replace(self._path)


class Loop:
    """A bot that polls until it is stopped."""

    def __init__(self, book: Book, portal: Portal, progress: Progress, pauses: Pauses) -> None:
        """Put the parts together."""
        self._book, self._portal, self._progress, self._pauses = book, portal, progress, pauses
        self.stop = Stop()

    def run(self) -> None:
        """Register and poll until stopped; a portal that is away is waited for."""
        registered, complaint = False, ""
        while not self.stop.is_set():
            try:
                if not registered:
                    self._progress.begin(self._portal.register())
                    registered = True
                pause = self.turn()
                complaint = ""
            except GoneError as error:
                registered, pause = False, self._pauses.longer()
                log.warning("the bot is gone, it is registered anew: %s", error)
            except (RefusedError, UnavailableError) as error:
                pause = self._pauses.longer()
                if str(error) != complaint:
                    log.warning("this does not work yet, trying again: %s", error)
                complaint = str(error)
            self.stop.wait(pause)
        if registered:
            self._confirm()
        log.info("stopped")

    def turn(self) -> float:
        """Poll once and answer what came; returns the pause until the next time."""
        batch = self._portal.poll(self._progress.bot, self._progress.offset)
        for event in batch.events:
            if self.stop.is_set():
                return 0  # the rest comes again, since it is not confirmed
            self._answer(event)
        self._progress.confirm(batch.following)
        return self._pauses.after(events=bool(batch.events), more=batch.more)

    def _confirm(self) -> None:
        """Confirm what is answered, so that it does not come again even if what is kept here is lost."""
        try:
            self._portal.poll(self._progress.bot, self._progress.offset)
        except (GoneError, RefusedError, UnavailableError) as error:
            log.warning("the last answers are not confirmed yet: %s", error)

    def _answer(self, event: Event) -> None:
        if self._progress.is_answered(event):
            return
        said = react(self._book, event.kind, event.data if isinstance(event.data, dict) else {})
        if said is None:
            return
        try:
            self._portal.say(self._progress.bot, said)
        except RefusedError as error:
            log.warning("an answer was refused: %s", error)
        self._progress.answered(event)
