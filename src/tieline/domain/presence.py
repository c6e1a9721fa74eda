"""Who is there: online, away or absent, by what people choose and by the pages that they have open."""

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple


class Presence(StrEnum):
    """Whether a person answers customers now."""

    ONLINE = "online"
    AWAY = "away"
    ABSENT = "absent"


class Choice(StrEnum):
    """What a person says; AUTO leaves it to the open pages, ONLINE holds without one."""

    AUTO = "auto"
    ONLINE = "online"
    AWAY = "away"
    ABSENT = "absent"


class Status(StrEnum):
    """What a person tells colleagues in the messenger; whoever is not ONLINE gets no new dialogs."""

    ONLINE = "online"
    BUSY = "dnd"
    AWAY = "away"
    BREAK = "break"


class Attendance(NamedTuple):
    """Whether a person is there, since when, and what made it so.

    `status` is what was said in the messenger, ONLINE where nothing holds a person back; `idle_since` what a client
    there has noted, beside the pages of the portal.
    """

    choice: Choice = Choice.AUTO
    presence: Presence = Presence.ABSENT
    since: int = 0
    status: Status = Status.ONLINE
    idle_since: int | None = None

    @property
    def said(self) -> Status:
        """The status as colleagues see it: who chose to be away or absent in the pages is away."""
        if self.status is Status.ONLINE and self.choice in (Choice.AWAY, Choice.ABSENT):
            return Status.AWAY
        return self.status

    @property
    def idle(self) -> int | None:
        """Since when nobody uses any client or page that is open, or None."""
        if self.idle_since is None and self.presence is Presence.AWAY and self.said is Status.ONLINE:
            return self.since
        return self.idle_since

    @property
    def shown_choice(self) -> Choice:
        """What the pages show as chosen: a status that holds a person back stands there as being away."""
        held = self.status is not Status.ONLINE and self.choice is not Choice.ABSENT
        return Choice.AWAY if held else self.choice

    def counted(self, idle: Collection[bool]) -> Presence:
        """Tell whether the person is there, by all this and the devices, `idle` for each."""
        by_pages = presence(self.choice, idle)
        held = self.status is not Status.ONLINE or self.idle_since is not None
        return Presence.AWAY if held and by_pages is Presence.ONLINE else by_pages


def presence(choice: Choice, idle: Collection[bool]) -> Presence:
    """Tell who is there by a choice and the devices, `idle` for each: one that is in use is enough."""
    if choice in (Choice.ONLINE, Choice.ABSENT):
        return Presence(choice.value)
    if not idle:
        return Presence.ABSENT
    return Presence.AWAY if choice is Choice.AWAY or all(idle) else Presence.ONLINE
