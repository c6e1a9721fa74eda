"""Who is there: online, away or absent, by what people choose and by the pages that they have open."""

from collections.abc import Collection
from enum import StrEnum


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


def presence(choice: Choice, idle: Collection[bool]) -> Presence:
    """Tell who is there by a choice and the devices, `idle` for each: one that is in use is enough."""
    if choice in (Choice.ONLINE, Choice.ABSENT):
        return Presence(choice.value)
    if not idle:
        return Presence.ABSENT
    return Presence.AWAY if choice is Choice.AWAY or all(idle) else Presence.ONLINE
