"""placement.*: binding pages to places, and who sees them."""

from typing import Any

import pytest

from support.portal import Client, Portal, Reply, refused
from support.tokens import acting_for

HANDLER = "https://app.example/widget?x=1"
SCOPES = "placement,contact_center,im,imopenlines,crm,user"
ICON = {"iconName": "fa-rocket"}
WRONG_AUTH = (
    403,
    "WRONG_AUTH_TYPE",
    "Current authorization type is denied for this method Application context required",
)


@pytest.fixture
def app(portal: Portal) -> Client:
    """An application that may show pages."""
    return portal.app(SCOPES)


@pytest.fixture
def quick_app(quick_portal: Portal) -> Client:
    """An application that may show pages, on SQLite alone."""
    return quick_portal.app(SCOPES)


def bind(app: Client, code: str = "CONTACT_CENTER", handler: str = HANDLER, **params: Any) -> Reply:
    return app.call("placement.bind", PLACEMENT=code, HANDLER=handler, **params)


def test_bound_pages_are_listed_as_documented(app: Client) -> None:
    languages = {"de": {"TITLE": "Rakete", "DESCRIPTION": "Flug", "GROUP_NAME": "Gruppe"}, "fr": {"TITLE": "Fusée"}}
    assert bind(app, TITLE="Tile", DESCRIPTION="What", GROUP_NAME="Group", LANG_ALL=languages, OPTIONS=ICON).result
    assert bind(app, "im_context_menu", OPTIONS={"context": "LINES;USER", "role": "ADMIN"}).result is True
    assert (
        bind(app, "PAGE_BACKGROUND_WORKER", OPTIONS={"errorHandlerUrl": HANDLER, "more": 1}, USER_ID=1).result is True
    )
    first, second, third = app.call("placement.get").result
    assert {name: value for name, value in first.items() if name != "id"} == {
        "placement": "CONTACT_CENTER",
        "userId": 0,
        "handler": HANDLER,
        "options": [],
        "title": "Tile",
        "description": "What",
        "langAll": {
            "de": languages["de"],
            "fr": {"TITLE": "Fusée", "DESCRIPTION": "What", "GROUP_NAME": "Group"},
        },
    }
    assert second["options"] == {"extranet": "N", "context": "LINES;USER", "role": "ADMIN"}
    assert (second["placement"], second["title"], second["langAll"]) == ("IM_CONTEXT_MENU", "", [])
    assert (third["options"], third["userId"]) == ({"errorHandlerUrl": HANDLER}, 1)
    assert first["id"] < second["id"] < third["id"]


def test_form_is_read(quick_app: Client) -> None:
    body = "PLACEMENT=IM_TEXTAREA&HANDLER=https%3A%2F%2Fapp.example%2F&OPTIONS[iconName]=fa-a&OPTIONS[width]=50"
    assert quick_app.form("placement.bind", body + "&LANG_ALL[de][TITLE]=Titel").result is True
    (bound,) = quick_app.call("placement.get").result
    expected = {"iconName": "fa-a", "extranet": "N", "context": "ALL", "role": "USER", "width": 50, "height": 100}
    assert bound["options"] == expected
    assert bound["langAll"]["de"]["TITLE"] == "Titel"


def test_pages_are_each_applications_own(portal: Portal, app: Client) -> None:
    other = portal.app(SCOPES)
    bind(app)
    assert other.call("placement.get").result == []
    assert other.call("placement.unbind", PLACEMENT="CONTACT_CENTER").result == {"count": 0}
    assert len(app.call("placement.get").result) == 1


def test_removed_pages_are_counted_twice_as_documented(app: Client) -> None:
    bind(app)
    bind(app, TITLE="Second tile")
    bind(app, handler=f"{HANDLER}&y=2")
    bind(app, "LEFT_MENU")
    assert app.call("placement.unbind", PLACEMENT="contact_center", HANDLER=HANDLER).result == {"count": 4}
    assert app.call("placement.unbind", PLACEMENT="CONTACT_CENTER").result == {"count": 2}
    assert app.call("placement.unbind", PLACEMENT="CONTACT_CENTER").result == {"count": 0}
    assert [bound["placement"] for bound in app.call("placement.get").result] == ["LEFT_MENU"]


def test_page_of_one_user_is_removed_alone(app: Client) -> None:
    options = {"errorHandlerUrl": HANDLER}
    other = app.portal.person()
    for user_id in (1, other):
        bind(app, "PAGE_BACKGROUND_WORKER", OPTIONS=options, USER_ID=user_id)
    assert app.call("placement.unbind", PLACEMENT="PAGE_BACKGROUND_WORKER", USER_ID=other).result == {"count": 2}
    assert [bound["userId"] for bound in app.call("placement.get").result] == [1]


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"code": ""}, (400, "ERROR_ARGUMENT", "Argument 'PLACEMENT' is null or empty")),
        ({"code": []}, (400, "ERROR_ARGUMENT", "Argument 'PLACEMENT' is null or empty")),
        (
            {"code": ["a"]},
            (400, "ERROR_ARGUMENT", "The value of an argument 'PLACEMENT' must be of type string"),
        ),
        ({"handler": ""}, (400, "ERROR_ARGUMENT", "Argument 'HANDLER' is null or empty")),
        ({"handler": "javascript:alert(1)"}, (400, "ERROR_ARGUMENT", "not an http or https URL")),
        ({"handler": "https://"}, (400, "ERROR_ARGUMENT", "not an http or https URL")),
        ({"code": "NOWHERE"}, (400, "ERROR_PLACEMENT_NOT_FOUND", "Placement not found")),
        ({"USER_ID": 1}, (400, "ERROR_PLACEMENT_USER_MODE", "User mode is not available")),
        (
            {"code": "PAGE_BACKGROUND_WORKER"},
            (400, "EMPTY_ERROR_HANDLER_URL", "The option errorHandlerUrl is empty"),
        ),
        ({"code": "IM_SIDEBAR"}, (400, "ERROR_ARGUMENT", "Argument 'iconName' is null or empty")),
        (
            {"code": "IM_SIDEBAR", "OPTIONS": {"iconName": "<b>"}},
            (400, "ERROR_ARGUMENT", "Argument 'iconName' has a wrong value"),
        ),
        (
            {"code": "IM_SIDEBAR", "OPTIONS": ICON | {"context": "ALL;MOON"}},
            (400, "ERROR_ARGUMENT", "Argument 'context' has a wrong value"),
        ),
        (
            {"code": "IM_TEXTAREA", "OPTIONS": ICON | {"width": "-1"}},
            (400, "ERROR_ARGUMENT", "Argument 'width' has a wrong value"),
        ),
        (
            {"code": "IM_NAVIGATION", "OPTIONS": ICON | {"color": "black"}},
            (400, "ERROR_ARGUMENT", "Argument 'color' has a wrong value"),
        ),
    ],
)
def test_wrong_binding_is_refused(quick_app: Client, params: dict[str, Any], error: tuple[int, str, str]) -> None:
    assert refused(bind(quick_app, **params)) == error
    assert quick_app.call("placement.get").result == []


def test_missing_argument_is_named(quick_app: Client) -> None:
    assert quick_app.call("placement.bind", HANDLER=HANDLER).body["argument"] == "PLACEMENT"


@pytest.mark.difference(41)
@pytest.mark.parametrize("code", ["REST_APP_URI", "PAGE_BACKGROUND_WORKER"])
def test_single_place_takes_one_handler(quick_app: Client, code: str) -> None:
    options = {"errorHandlerUrl": HANDLER}
    assert bind(quick_app, code, OPTIONS=options).result is True
    second = bind(quick_app, code, f"{HANDLER}&y=2", OPTIONS=options)
    assert second.error == (400, "ERROR_PLACEMENT_MAX_COUNT")


def test_same_page_twice_is_refused(quick_app: Client) -> None:
    bind(quick_app)
    told = (400, "ERROR_CORE", "Unable to set placement handler: Handler already binded")
    assert refused(bind(quick_app)) == told


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("placement.bind", {"PLACEMENT": "LEFT_MENU", "HANDLER": HANDLER}),
        ("placement.unbind", {"PLACEMENT": "X"}),
        ("placement.get", {}),
        ("placement.list", {}),
    ],
)
def test_webhook_and_person_are_refused(quick_app: Client, method: str, params: dict[str, str]) -> None:
    portal = quick_app.portal
    assert refused(portal.webhook(scopes="placement").call(method, **params)) == WRONG_AUTH
    person = acting_for(quick_app, portal.person()).call(method, **params)
    if method == "placement.list":
        assert person.status == 200
    else:
        assert refused(person) == (403, "ACCESS_DENIED", "Access denied!")
    assert portal.app("im").call(method, **params).error == (401, "insufficient_scope")


@pytest.mark.difference(42)
def test_places_are_listed_by_scope(quick_portal: Portal) -> None:
    small = quick_portal.app("placement,im")
    own = small.call("placement.list").result
    assert {"IM_TEXTAREA", "IM_SIDEBAR", "IM_CONTEXT_MENU", "IM_NAVIGATION", "LEFT_MENU", "REST_APP_URI"} <= set(own)
    assert not {"CONTACT_CENTER", "CRM_LEAD_DETAIL_TAB"} & set(own)
    assert small.call("placement.list", SCOPE="contact_center").result == ["CONTACT_CENTER"]
    assert small.call("placement.list", SCOPE="nothing").result == []
    full = small.call("placement.list", FULL=True).result
    assert {"CONTACT_CENTER", "CRM_LEAD_DETAIL_TAB", *own} <= set(full)
    assert refused(bind(small, "CONTACT_CENTER")) == (400, "ERROR_PLACEMENT_NOT_FOUND", "Placement not found")


def test_place_that_this_portal_has_not_is_kept_and_never_shown(quick_app: Client) -> None:
    assert bind(quick_app, "CRM_LEAD_DETAIL_TAB").result is True
    assert bind(quick_app, "SETTING_CONNECTOR").result is True
    assert len(quick_app.call("placement.get").result) == 2
    page = quick_app.portal.page(quick_app.portal.person(admin=True))
    assert page.call("tieline.placements.list").result == []


def test_pages_are_shown_to_those_who_may_see_them(portal: Portal) -> None:
    admin, person = portal.page(portal.person(admin=True)), portal.page(portal.person())
    app = portal.app(SCOPES, script_only=False, handler=HANDLER, install_url=HANDLER)
    bind(app, TITLE="Tile", LANG_ALL={"en": {"TITLE": "English tile"}})
    bind(app, "IM_SIDEBAR", OPTIONS=ICON | {"role": "ADMIN"})
    assert admin.call("tieline.placements.list").result == []
    admin.call("tieline.app.finish", APP=app.facts["id"])
    shown = admin.call("tieline.placements.list").result
    assert [(item["code"], item["title"]) for item in shown] == [
        ("CONTACT_CENTER", "English tile"),
        ("IM_SIDEBAR", "An app"),
    ]
    assert [item["code"] for item in person.call("tieline.placements.list").result] == ["CONTACT_CENTER"]
    assert admin.call("tieline.placements.list", CODE="IM_SIDEBAR").result == shown[1:]


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({}, "Argument 'PLACEMENT' is null or empty"),
        ({"PLACEMENT": ""}, "Argument 'PLACEMENT' is null or empty"),
        ({"PLACEMENT": ["CONTACT_CENTER"]}, "The value of an argument 'PLACEMENT' must be of type string"),
    ],
)
def test_place_to_leave_is_a_name(quick_app: Client, params: dict[str, Any], text: str) -> None:
    assert refused(quick_app.call("placement.unbind", **params)) == (400, "ERROR_ARGUMENT", text)
