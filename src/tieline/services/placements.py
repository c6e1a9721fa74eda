"""Placements: binding pages of applications to places, and who sees them."""

import re
from dataclasses import replace
from typing import Any

from tieline.domain.apps import App
from tieline.domain.placements import BACKGROUND, CHAT_PLACES, PLACES, Placement
from tieline.services.call import Call
from tieline.services.urls import refuse_address
from tieline.store import happenings
from tieline.store import placements as store

MAX_TEXT = 255
MAX_PLACEMENTS = 500  # of one application
MAX_LANGUAGES = 50
MAX_ICON_NAME = 50
_ICON_NAME = re.compile(r"[A-Za-z -]+")
_CONTEXTS = ("ALL", "USER", "CHAT", "LINES", "CRM")
_ROLES = ("USER", "ADMIN")
_COLORS = (
    *("RED", "GREEN", "MINT", "LIGHT_BLUE", "DARK_BLUE", "PURPLE", "AQUA", "PINK", "LIME", "BROWN", "AZURE", "KHAKI"),
    *("SAND", "ORANGE", "MARENGO", "GRAY", "GRAPHITE"),
)


class PlaceUnknown(Exception):
    """No such place is open to the application."""


class AlreadyBound(Exception):
    """The same handler is bound to the place already."""


class MaxCount(Exception):
    """The place, or the portal, takes no more of this application."""


class UserMode(Exception):
    """The place cannot be bound for one user."""


class ErrorHandlerMissing(Exception):
    """The background worker needs an address for its errors."""


class HandlerRefused(Exception):
    """The handler is no address that a page may be posted to."""


class OptionWrong(Exception):
    """An option of a placement is missing or wrong; carries its name."""


def available(scopes: frozenset[str]) -> list[str]:
    """List the places that scopes open."""
    return [place.code for place in PLACES.values() if not place.scope or place.scope in scopes]


def bind(call: Call, placement: Placement) -> int:
    """Bind a page of the calling application to a place; returns the placement's id."""
    place = PLACES.get(placement.code)
    if place is None or (place.scope and place.scope not in call.scopes):
        raise PlaceUnknown
    if placement.user_id and not place.for_one_user:
        raise UserMode
    if placement.user_id and call.find_person(placement.user_id) is None:
        raise OptionWrong("USER_ID")
    if why := refuse_address(placement.handler, call.world.rules):
        raise HandlerRefused(why)
    own = store.list_placements(call.tx, call.portal_id, app_id=call.owner.id)
    same_place = [other for other in own if other.code == place.code and other.user_id == placement.user_id]
    if (place.single and same_place) or len(own) >= MAX_PLACEMENTS:
        raise MaxCount
    # Tiles of the contact centre may lead to one handler, told apart by their titles.
    if any((other.handler, other.title) == (placement.handler, placement.title) for other in same_place):
        raise AlreadyBound
    placement = replace(
        placement,
        app_id=call.owner.id,
        options=_options(call, placement),
        title=placement.title[:MAX_TEXT],
        description=placement.description[:MAX_TEXT],
        group_name=placement.group_name[:MAX_TEXT],
        languages={
            code: {name: text[:MAX_TEXT] for name, text in texts.items()}
            for code, texts in list(placement.languages.items())[:MAX_LANGUAGES]
        },
    )
    placement_id = store.add_placement(call.tx, call.portal_id, placement, call.now)
    _note(call, "placement bound", call.owner.id, place.code)
    return placement_id


def _note(call: Call, kind: str, app_id: int, code: str) -> None:
    call.touch()
    happenings.add_happening(
        call.tx, call.portal_id, kind, now=call.now, actor_id=call.actor.id, app=app_id, placement=code
    )


def _options(call: Call, placement: Placement) -> dict[str, Any]:
    """Keep the options that the place knows, with its defaults."""
    if placement.code == BACKGROUND:
        address = str(placement.options.get("errorHandlerUrl") or "")
        if not address:
            raise ErrorHandlerMissing
        if refuse_address(address, call.world.rules):
            raise OptionWrong("errorHandlerUrl")
        return {"errorHandlerUrl": address}
    return _chat_options(placement) if placement.code in CHAT_PLACES else {}


def _chat_options(placement: Placement) -> dict[str, Any]:
    given = placement.options
    kept: dict[str, Any] = {}
    if placement.code != "IM_CONTEXT_MENU":
        icon = given.get("iconName")
        if not isinstance(icon, str) or len(icon) > MAX_ICON_NAME or not _ICON_NAME.fullmatch(icon):
            raise OptionWrong("iconName")
        kept["iconName"] = icon
    kept["extranet"] = _choice(given, "extranet", ("N", "Y"))
    if placement.code != "IM_NAVIGATION":
        contexts = [part.strip() for part in str(given.get("context") or "ALL").upper().split(";")]
        if not set(contexts) <= set(_CONTEXTS):
            raise OptionWrong("context")
        kept["context"] = "ALL" if "ALL" in contexts else ";".join(contexts)
    kept["role"] = _choice(given, "role", _ROLES)
    if "color" in given:
        kept["color"] = _choice(given, "color", _COLORS)
    if placement.code == "IM_TEXTAREA":
        kept["width"], kept["height"] = (_percent(given, name) for name in ("width", "height"))
    return kept


def _choice(given: dict[str, Any], name: str, choices: tuple[str, ...]) -> str:
    value = str(given.get(name) or choices[0]).upper()
    if value not in choices:
        raise OptionWrong(name)
    return value


def _percent(given: dict[str, Any], name: str) -> int:
    text = str(given.get(name, 100))
    if not (text.isascii() and text.isdigit() and len(text) < 6):  # noqa: PLR2004
        raise OptionWrong(name)
    return int(text)


def unbind(call: Call, code: str, handler: str, user_id: int | None) -> int:
    """Take pages of the calling application away from a place; returns how many there were."""
    found = [
        placement
        for placement in store.list_placements(call.tx, call.portal_id, app_id=call.owner.id, code=code)
        if (not handler or placement.handler == handler) and (user_id is None or placement.user_id == user_id)
    ]
    if found:
        store.remove_placements(call.tx, call.portal_id, [placement.id for placement in found])
        _note(call, "placement unbound", call.owner.id, code)
    return len(found)


def remove_all(call: Call, app_id: int) -> None:
    """Take all pages of an application away."""
    found = store.list_placements(call.tx, call.portal_id, app_id=app_id)
    store.remove_placements(call.tx, call.portal_id, [placement.id for placement in found])
    call.touch()


def visible(call: Call, code: str = "") -> list[tuple[Placement, App]]:
    """Return the placements that the caller sees: of installed applications that are open to them."""
    found = []
    for placement in store.list_placements(call.tx, call.portal_id, code=code):
        app = call.find_app(placement.app_id)
        if app is not None and may_see(call, app, placement):
            found.append((placement, app))
    return found


def may_see(call: Call, app: App, placement: Placement) -> bool:
    """Tell whether the caller sees a placement."""
    return (
        PLACES[placement.code].shown
        and app.installed
        and not app.blocked(call.real_now)
        and app.open_to(call.actor)
        and placement.user_id in (0, call.actor.id)
        and (placement.options.get("role") != "ADMIN" or call.actor.is_admin)
    )
