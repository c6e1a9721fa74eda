"""What the API offers: families of methods and events, listed by hand."""

from tieline.api.method import Family
from tieline.api.registry import Registry
from tieline.methods import (
    access,
    apps,
    clock,
    consent,
    departments,
    developer,
    events,
    frames,
    im_chats,
    im_departments,
    im_messages,
    imconnector,
    imconnector_events,
    imconnector_messages,
    imopenlines_lines,
    imopenlines_operators,
    imopenlines_sessions,
    notices,
    offline,
    placements,
    presence,
    scopes,
    system,
    tieline,
    user_changes,
    user_fields,
    users,
)

FAMILIES: tuple[Family, ...] = (
    imconnector.family,
    imconnector_messages.family,
    imconnector_events.family,
    imopenlines_lines.family,
    imopenlines_sessions.family,
    imopenlines_operators.family,
    im_chats.family,
    im_messages.family,
    events.family,
    offline.family,
    apps.family,
    placements.family,
    users.family,
    user_changes.family,
    user_fields.family,
    access.family,
    departments.family,
    im_departments.family,
    system.family,
    tieline.family,
    presence.family,
    notices.family,
    clock.family,
    frames.family,
    consent.family,
    developer.family,
)


def registry() -> Registry:
    """Put together everything that the server offers."""
    return Registry(FAMILIES, scopes.SENTENCES)
