"""placement.*: pages of the application in the places of the portal."""

from dataclasses import replace
from typing import Annotated, Any

from tieline.api.differences import Difference
from tieline.api.faults import ADMIN_ONLY, ApiError, Dialect, Fault, missing_argument, wrong_argument
from tieline.api.method import Auth, Doc, Family
from tieline.domain.placements import PLACES, Placement
from tieline.services import placements
from tieline.services.call import Call
from tieline.store import placements as store

MAX_COUNT = Fault("ERROR_PLACEMENT_MAX_COUNT", "The placement takes no more handlers of this application")
USER_MODE = Fault("ERROR_PLACEMENT_USER_MODE", "User mode is not available")
NO_ERROR_HANDLER = Fault("EMPTY_ERROR_HANDLER_URL", "The option errorHandlerUrl is empty")
NOT_FOUND = Fault("ERROR_PLACEMENT_NOT_FOUND", "Placement not found")
ALREADY_BOUND = Fault("ERROR_CORE", "Unable to set placement handler: Handler already binded")
WRONG_HANDLER = Fault("ERROR_ARGUMENT", "")
ACCESS_DENIED = ADMIN_ONLY.saying("Access denied!")

PLAIN_STATUS = Difference(
    41,
    "Refusals of placement.bind have the status 400; a table says 200.",
    errors=(
        "EMPTY_ERROR_HANDLER_URL",
        "ERROR_ARGUMENT",
        "ERROR_PLACEMENT_MAX_COUNT",
        "ERROR_PLACEMENT_USER_MODE",
    ),
)
ONE_SCOPE = Difference(
    42,
    "The scope placement opens placement.bind and placement.get; a place of another scope is not found without it.",
    params=("scope depending on the placement",),
)

family = Family(
    scopes=("placement",),
    auth=Auth.APP,
    dialect=Dialect(missing=missing_argument, wrong=wrong_argument),
    admin=ACCESS_DENIED,
)
Code = Annotated[str, Doc("Code of the place, in any case.")]
Handler = Annotated[str, Doc("Address of the page that is opened there.")]
UserId = Annotated[int | None, Doc("Id of the one user who sees it; where the place allows that.")]


@family.method(
    "placement.bind",
    admin=True,
    differs=(PLAIN_STATUS, ONE_SCOPE),
    writes=True,
    errors={
        placements.PlaceUnknown: NOT_FOUND,
        placements.AlreadyBound: ALREADY_BOUND,
        placements.MaxCount: MAX_COUNT,
        placements.UserMode: USER_MODE,
        placements.ErrorHandlerMissing: NO_ERROR_HANDLER,
        placements.HandlerRefused: WRONG_HANDLER,
    },
)
def bind(
    call: Call,
    *,
    placement: Code,
    handler: Handler,
    title: Annotated[str, Doc("Name of the page in the portal; the application's by default.")] = "",
    description: Annotated[str, Doc("What the page is for.")] = "",
    group_name: Annotated[str, Doc("Name under which several pages of one place stand together.")] = "",
    lang_all: Annotated[dict[str, dict[str, str]] | None, Doc("TITLE, DESCRIPTION and GROUP_NAME by language.")] = None,
    options: Annotated[dict[str, Any] | None, Doc("Settings that depend on the place.")] = None,
    user_id: UserId = None,
) -> bool:
    """Bind a page of the application to a place of the portal."""
    new = Placement(
        0, call.owner.id, placement.upper(), handler, user_id or 0, title, description, group_name,
        lang_all or {}, options or {},
    )  # fmt: skip
    try:
        placements.bind(call, new)
    except placements.OptionWrong as error:
        name = str(error)
        wrong = missing_argument(name)
        if {"USER_ID": user_id, **new.options}.get(name):
            wrong = wrong.saying(f"Argument '{name}' has a wrong value")
        raise ApiError(wrong) from error
    return True


@family.method("placement.unbind", admin=True, writes=True)
def unbind(
    call: Call,
    *,
    placement: Code,
    handler: Annotated[str, Doc("Address that was bound; all of the place by default.")] = "",
    user_id: UserId = None,
) -> dict[str, int]:
    """Take pages of the application away; the count is doubled, as documented: once found, once removed."""
    return {"count": 2 * placements.unbind(call, placement.upper(), handler, user_id)}


@family.method("placement.get", admin=True, differs=(ONE_SCOPE,))
def get(call: Call) -> list[dict[str, Any]]:
    """List the pages that the application has bound."""
    return [
        {
            "id": bound.id,
            "placement": bound.code,
            "userId": bound.user_id,
            "handler": bound.handler,
            "options": bound.options or [],
            "title": bound.title,
            "description": bound.description,
            "langAll": {
                language: {name: replace(bound, languages={language: texts}).text(name, language) for name in _TEXTS}
                for language, texts in bound.languages.items()
            }
            or [],
        }
        for bound in store.list_placements(call.tx, call.portal_id, app_id=call.owner.id)
    ]


_TEXTS = ("TITLE", "DESCRIPTION", "GROUP_NAME")


@family.method("placement.list", may_be_empty=("scope",))
def list_places(
    call: Call,
    *,
    scope: Annotated[str, Doc("Only places of this scope.")] = "",
    full: Annotated[bool, Doc("All places there are; of no effect beside SCOPE.")] = False,
) -> list[str]:
    """List codes of places that the application may bind."""
    if scope:
        return [place.code for place in PLACES.values() if place.scope == scope]
    return list(PLACES) if full else placements.available(call.scopes)
