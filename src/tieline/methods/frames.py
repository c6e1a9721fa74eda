"""tieline.*: applications inside the portal's pages: opening them, and what a frame may ask of its host."""

import secrets
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec

from tieline.api.faults import ADMIN_ONLY, USER_ACCESS_ERROR, ApiError, Fault
from tieline.api.method import BASIC, Auth, Doc, Family
from tieline.domain.apps import ACCESS_TOKEN_LIFE, App
from tieline.domain.connectors import Connection
from tieline.domain.placements import PAGE, SETTINGS, Placement
from tieline.services import apps, placements, tokens
from tieline.services.call import Call
from tieline.services.urls import with_query
from tieline.store import apps as store

NO_APP = Fault("APPLICATION_NOT_FOUND", "There is no such application", 404)
NO_CONNECTOR = Fault("CONNECTOR_NOT_FOUND", "There is no such connector on this line", 404)
NO_SETTINGS = Fault("NO_SETTINGS", "The connector's application is gone, so it has no settings page", 404)
NO_PAGE = Fault("NO_PAGE", "The application has no page to open", 404)
NO_PLACEMENT = Fault("PLACEMENT_NOT_FOUND", "There is no such page", 404)
NOT_INSTALLED = Fault("NOT_INSTALLED", "The application is not fully installed. Ask an administrator to finish it", 403)
PAYMENT = Fault("PAYMENT_REQUIRED", "Subscription has been ended", 403)
OPTION_TOO_LARGE = Fault("ERROR_ARGUMENT", "")
OPENING = (NO_APP, NO_PAGE, NO_PLACEMENT, USER_ACCESS_ERROR, NOT_INSTALLED, PAYMENT)

family = Family(scopes=(BASIC,), auth=Auth.SESSION)
AppId = Annotated[int, Doc("Id of the application.")]
OptionName = Annotated[str, Doc("Name of the option.")]
OptionValue = Annotated[Any, Doc("Its value.")]


@dataclass(frozen=True, slots=True)
class Opening:
    """A page of an application that is about to be shown."""

    app: App
    url: str
    title: str
    placement: str
    options: dict[str, Any]
    installing: bool = False


def _open(call: Call, opening: Opening) -> dict[str, Any]:
    """Return the form that opens a page in a frame, with fresh tokens, and what the frame may ask for at once."""
    app, portal = opening.app, call.portal
    grant = tokens.issue(call, app, call.actor.id)
    frame_id = secrets.token_hex(16)
    protocol = "1" if portal.url.startswith("https:") else "0"
    query = {"DOMAIN": portal.domain, "PROTOCOL": protocol, "LANG": portal.language, "APP_SID": frame_id}
    parts = urlsplit(opening.url)
    options = {"URI": "/"} | opening.options
    granted = _granted(grant.access_token, grant.refresh_token)
    return {
        "url": with_query(opening.url, query),
        "frameName": f"{portal.domain}|{protocol}|{frame_id}",
        "sid": frame_id,
        "origin": f"{parts.scheme}://{parts.netloc}",
        "title": opening.title,
        "app": {"id": app.id, "name": app.name, "clientId": app.client_id, "installed": app.installed},
        "fields": {
            "AUTH_ID": grant.access_token,
            "AUTH_EXPIRES": str(ACCESS_TOKEN_LIFE // 1000),
            "REFRESH_ID": grant.refresh_token,
            "SERVER_ENDPOINT": portal.rest_url,
            "APPLICATION_TOKEN": call.world.vault.unseal(app.sealed_application_token),
            "APPLICATION_SCOPE": app.scope_list,
            "member_id": portal.member_id,
            "status": app.status.value,
            "PLACEMENT": opening.placement,
            "PLACEMENT_OPTIONS": msgspec.json.encode(options).decode(),
        },
        "context": granted
        | {
            "LANG": portal.language,
            "DOMAIN": portal.domain,
            "PROTOCOL": protocol,
            "PATH": "/rest",
            "MEMBER_ID": portal.member_id,
            "IS_ADMIN": call.actor.is_admin,
            "FIRST_RUN": apps.launch(call, app),
            "INSTALL": opening.installing,
            "USER_OPTIONS": apps.options(call, app, call.actor.id),
            "APP_OPTIONS": apps.options(call, app),
            "PLACEMENT": opening.placement,
            "PLACEMENT_OPTIONS": options,
        },
    }


def _granted(access_token: str, refresh_token: str) -> dict[str, Any]:
    return {"AUTH_ID": access_token, "REFRESH_ID": refresh_token, "AUTH_EXPIRES": ACCESS_TOKEN_LIFE // 1000}


def _usable(call: Call, app_id: int, client_id: str = "") -> App:
    try:
        app = apps.find_by_client(call, client_id) if client_id else apps.get(call, app_id)
    except apps.AppMissing:
        raise ApiError(NO_APP) from None
    if not app.open_to(call.actor):
        raise ApiError(USER_ACCESS_ERROR)
    if app.blocked(call.real_now):
        raise ApiError(PAYMENT)
    return app


def _require_installed(app: App) -> None:
    if not app.installed:
        raise ApiError(NOT_INSTALLED)


@family.method("tieline.app.open", documented=False, writes=True, in_batch=False, faults=OPENING)
def app_open(
    call: Call,
    *,
    app: AppId = 0,
    client_id: Annotated[str, Doc("Its client_id, for those who do not know the id.")] = "",
    code: Annotated[str, Doc("Code of the place: DEFAULT for the application's own page.")] = PAGE,
    placement: Annotated[int | None, Doc("Id of a bound page.")] = None,
    options: Annotated[dict[str, Any] | None, Doc("What the page is told of where it is opened.")] = None,
) -> dict[str, Any]:
    """Open a page of an application; while it is not installed, its installer, for administrators."""
    found = _usable(call, app, client_id)
    if not found.installed and call.actor.is_admin and found.install_url:
        return _open(call, Opening(found, found.install_url, found.name, PAGE, options or {}, installing=True))
    _require_installed(found)
    if placement is None and code == PAGE:
        if not found.has_page:
            raise ApiError(NO_PAGE)
        return _open(call, Opening(found, found.handler_url, found.name, PAGE, options or {}))
    bound = _find_placement(call, found, code, placement)
    told = {"ID": str(bound.id)} if bound.code == "CONTACT_CENTER" else {}
    title = bound.text("TITLE", call.portal.language) or found.name
    return _open(call, Opening(found, bound.handler, title, bound.code, told | (options or {})))


def _find_placement(call: Call, app: App, code: str, placement: int | None) -> Placement:
    for bound, owner in placements.visible(call, "" if placement else code):
        if owner.id == app.id and placement in (None, bound.id):
            return bound
    raise ApiError(NO_PLACEMENT)


@family.method(
    "tieline.connector.open",
    documented=False,
    admin=True,
    writes=True,
    in_batch=False,
    faults=(NO_CONNECTOR, NO_SETTINGS, NOT_INSTALLED),
)
def connector_open(
    call: Call,
    *,
    connector: Annotated[str, Doc("Connector ID.")],
    line: Annotated[int, Doc("Id of the open line.")],
) -> dict[str, Any]:
    """Open a connector's settings page for a line."""
    found, shown = call.find_connector(connector.lower()), call.find_line(line)
    if found is None or shown is None:
        raise ApiError(NO_CONNECTOR)
    app = call.find_app(found.app_id)
    if app is None or app.removed_at is not None:
        raise ApiError(NO_SETTINGS)
    _require_installed(app)
    state = call.find_connection(found.code, shown.id) or Connection(found.code, shown.id)
    options = {
        "CONNECTOR": found.code,
        "LINE": str(shown.id),
        "STATUS": state.working,
        "ACTIVE_STATUS": state.active,
        "CONNECTION_STATUS": state.configured,
        "REGISTER_STATUS": state.configured,
        "ERROR_STATUS": bool(state.error),
        "URI": f"/contact_center/connector/?ID={found.code}&LINE={shown.id}",
    }
    return _open(call, Opening(app, found.placement_handler, found.name, SETTINGS, options))


@family.method(
    "tieline.app.refresh", documented=False, writes=True, in_batch=False, faults=(NO_APP, USER_ACCESS_ERROR, PAYMENT)
)
def app_refresh(call: Call, *, app: AppId) -> dict[str, Any]:
    """Give a frame a fresh pair of tokens."""
    grant = tokens.issue(call, _usable(call, app), call.actor.id)
    return _granted(grant.access_token, grant.refresh_token)


@family.method("tieline.app.finish", documented=False, admin=True, writes=True, errors={apps.AppMissing: NO_APP})
def app_finish(call: Call, *, app: AppId) -> bool:
    """End the installation of an application."""
    apps.finish_install(call, apps.get(call, app))
    return True


@family.method(
    "tieline.app.option.set",
    documented=False,
    writes=True,
    errors={apps.OptionTooLarge: OPTION_TOO_LARGE},
    faults=(NO_APP, USER_ACCESS_ERROR, PAYMENT, ADMIN_ONLY),
)
def app_option_set(call: Call, *, app: AppId, name: OptionName, value: OptionValue = None) -> bool:
    """Keep an option of an application for its frame; for administrators."""
    found = _usable(call, app)
    if not call.actor.is_admin:
        raise ApiError(ADMIN_ONLY)
    apps.set_options(call, found, {name: value})
    return True


@family.method(
    "tieline.user.option.set",
    documented=False,
    writes=True,
    errors={apps.OptionTooLarge: OPTION_TOO_LARGE},
    faults=(NO_APP, USER_ACCESS_ERROR, PAYMENT),
)
def user_option_set(call: Call, *, app: AppId, name: OptionName, value: OptionValue = None) -> bool:
    """Keep an option of an application for the caller, for its frame."""
    apps.set_options(call, _usable(call, app), {name: value}, call.actor.id)
    return True


@family.method("tieline.placements.list", documented=False)
def placements_list(call: Call, *, code: Annotated[str, Doc("Only at this place.")] = "") -> list[dict[str, Any]]:
    """List the pages of applications that the caller sees in the portal."""
    language = call.portal.language
    return [
        {
            "id": bound.id,
            "app": {"id": app.id, "name": app.name},
            "code": bound.code,
            "title": bound.text("TITLE", language) or app.name,
            "description": bound.text("DESCRIPTION", language),
            "groupName": bound.text("GROUP_NAME", language),
            "options": bound.options,
        }
        for bound, app in placements.visible(call, code)
    ]


@family.method("tieline.apps.mine", documented=False)
def apps_mine(call: Call) -> list[dict[str, Any]]:
    """List the applications whose pages the caller may open; administrators also those that wait for installing."""
    return [
        {"id": app.id, "name": app.name, "clientId": app.client_id, "installed": app.installed}
        for app in store.list_apps(call.tx, call.portal_id)
        if app.removed_at is None
        and app.open_to(call.actor)
        and (app.has_page if app.installed else call.actor.is_admin)
    ]
