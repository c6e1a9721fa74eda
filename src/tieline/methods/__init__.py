"""What the API offers: families of methods and events, listed by hand."""

from tieline.api.method import Family
from tieline.api.registry import Registry
from tieline.methods import (
    access,
    apps,
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
    imopenlines_events,
    imopenlines_history,
    imopenlines_lines,
    imopenlines_messages,
    imopenlines_network,
    imopenlines_operators,
    imopenlines_sessions,
    offline,
    placements,
    scopes,
    system,
    tieline,
    tieline_quick,
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
    imopenlines_history.family,
    imopenlines_operators.family,
    imopenlines_messages.family,
    imopenlines_network.family,
    imopenlines_events.family,
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
    tieline_quick.family,
    frames.family,
    consent.family,
    developer.family,
)


def registry() -> Registry:
    """Put together everything that the server offers."""
    return Registry(FAMILIES, scopes.SENTENCES)
