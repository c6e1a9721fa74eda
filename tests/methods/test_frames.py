"""Opening applications in the portal's pages: the form, what a frame may ask for, and who may open what."""

import json
from typing import Any

import pytest

from support.portal import URL, Client, Portal, refused

PAGE = "https://app.example/page?tab=1#top"
INSTALL = "https://app.example/install"
TILE = "https://app.example:444/tile"
CONTEXT = {
    *("LANG", "DOMAIN", "PROTOCOL", "PATH", "AUTH_ID", "REFRESH_ID", "AUTH_EXPIRES", "MEMBER_ID", "IS_ADMIN"),
    *("FIRST_RUN", "INSTALL", "USER_OPTIONS", "APP_OPTIONS", "PLACEMENT", "PLACEMENT_OPTIONS"),
}


@pytest.fixture
def admin(portal: Portal) -> Client:
    """The page of an administrator."""
    return portal.page(portal.person(admin=True))


@pytest.fixture
def app(portal: Portal) -> Client:
    """An application with a page."""
    return portal.app("im,placement,contact_center", script_only=False, handler=PAGE)


def opened(page: Client, app: Client, **params: Any) -> dict[str, Any]:
    return page.call("tieline.app.open", APP=app.facts["id"], **params).result


def test_page_is_opened_by_the_documented_form(portal: Portal, admin: Client, app: Client) -> None:
    told = opened(admin, app, OPTIONS={"key": "value"})
    query = f"DOMAIN=portal.example:8443&PROTOCOL=1&LANG=en&APP_SID={told['sid']}"
    assert told["url"] == f"https://app.example/page?tab=1&{query}#top"
    assert told["frameName"] == f"portal.example:8443|1|{told['sid']}"
    assert told["sid"].isalnum()
    assert told["origin"] == "https://app.example"
    assert (told["title"], told["app"]["clientId"]) == ("An app", app.facts["client_id"])
    fields = told["fields"]
    assert json.loads(fields["PLACEMENT_OPTIONS"]) == {"URI": "/", "key": "value"}
    assert {name: fields[name] for name in fields if name not in ("AUTH_ID", "REFRESH_ID", "PLACEMENT_OPTIONS")} == {
        "AUTH_EXPIRES": "3600",
        "SERVER_ENDPOINT": f"{URL}/rest/",
        "APPLICATION_TOKEN": app.facts["application_token"],
        "APPLICATION_SCOPE": "contact_center,im,placement",
        "member_id": app.facts["member_id"],
        "status": "L",
        "PLACEMENT": "DEFAULT",
    }
    mine = Client(portal, auth={"auth": fields["AUTH_ID"]})
    assert mine.call("app.info").result["user_id"] == admin.facts["id"]


def test_frame_is_told_its_context(admin: Client, app: Client) -> None:
    app.call("app.option.set", options={"a": 1})
    admin.call("tieline.user.option.set", APP=app.facts["id"], NAME="u", VALUE=[1, 2])
    told = opened(admin, app)
    context = told["context"]
    assert set(context) == CONTEXT
    assert context["AUTH_ID"] == told["fields"]["AUTH_ID"]
    chosen = {name: context[name] for name in ("PATH", "AUTH_EXPIRES", "IS_ADMIN", "FIRST_RUN", "INSTALL", "PLACEMENT")}
    assert chosen == {
        "PATH": "/rest",
        "AUTH_EXPIRES": 3600,
        "IS_ADMIN": True,
        "FIRST_RUN": True,
        "INSTALL": False,
        "PLACEMENT": "DEFAULT",
    }
    assert (context["APP_OPTIONS"], context["USER_OPTIONS"]) == ({"a": 1}, {"u": [1, 2]})
    assert context["PLACEMENT_OPTIONS"] == {"URI": "/"}


def test_installer_is_opened_until_it_is_finished(portal: Portal, admin: Client) -> None:
    app = portal.app("im", script_only=False, handler=PAGE, install_url=INSTALL)
    person = portal.page(portal.person())
    told = opened(admin, app)
    assert told["url"].startswith(INSTALL)
    assert (told["context"]["INSTALL"], told["context"]["FIRST_RUN"]) == (True, True)
    assert (told["context"]["PLACEMENT"], told["app"]["installed"]) == ("DEFAULT", False)
    waiting = person.call("tieline.app.open", APP=app.facts["id"])
    assert waiting.error == (403, "NOT_INSTALLED")
    assert "not fully installed" in waiting.text
    assert [len(page.call("tieline.apps.mine").result) for page in (admin, person)] == [1, 0]
    admin.call("tieline.app.finish", APP=app.facts["id"])
    assert opened(admin, app)["url"].startswith("https://app.example/page")
    assert [len(page.call("tieline.apps.mine").result) for page in (admin, person)] == [1, 1]
    admin.call("tieline.app.upgrade", APP=app.facts["id"])
    again = opened(admin, app)
    assert (again["context"]["INSTALL"], again["context"]["FIRST_RUN"]) == (True, False)


def test_each_person_has_a_first_launch(portal: Portal, admin: Client, app: Client) -> None:
    person = portal.page(portal.person())
    app.call("placement.bind", PLACEMENT="LEFT_MENU", HANDLER=PAGE)

    def first(page: Client, **params: Any) -> bool:
        return opened(page, app, **params)["context"]["FIRST_RUN"]

    assert [first(person), first(person), first(person, CODE="LEFT_MENU")] == [True, False, False]
    assert [first(admin, CODE="LEFT_MENU"), first(admin)] == [True, False]


def test_first_launch_of_an_installer_lasts_until_it_is_finished(portal: Portal, admin: Client) -> None:
    app = portal.app("im", script_only=False, handler=PAGE, install_url=INSTALL)
    assert [opened(admin, app)["context"]["FIRST_RUN"] for _ in range(2)] == [True, True]
    admin.call("tieline.app.finish", APP=app.facts["id"])
    assert opened(admin, app)["context"]["FIRST_RUN"] is False
    person = portal.page(portal.person())
    assert opened(person, app)["context"]["FIRST_RUN"] is True


def test_link_opens_the_applications_page_by_its_client_id(portal: Portal, admin: Client, app: Client) -> None:
    app.call("placement.bind", PLACEMENT="REST_APP_URI", HANDLER=TILE)
    link = {"CLIENT_ID": app.facts["client_id"], "CODE": "REST_APP_URI", "OPTIONS": {"docId": "42", "URI": "/x"}}
    told = admin.call("tieline.app.open", **link).result
    assert (told["app"]["id"], told["fields"]["PLACEMENT"]) == (app.facts["id"], "REST_APP_URI")
    assert json.loads(told["fields"]["PLACEMENT_OPTIONS"]) == {"docId": "42", "URI": "/x"}
    for wrong in ({"CLIENT_ID": "local.none"}, {"CLIENT_ID": ""}, {}):
        reply = admin.call("tieline.app.open", CODE="REST_APP_URI", **wrong)
        assert refused(reply) == (404, "APPLICATION_NOT_FOUND", "There is no such application")
    app.call("placement.unbind", PLACEMENT="REST_APP_URI")
    assert admin.call("tieline.app.open", **link).error == (404, "PLACEMENT_NOT_FOUND")
    admin.call("tieline.app.remove", APP=app.facts["id"])
    assert admin.call("tieline.app.open", **link).error == (404, "APPLICATION_NOT_FOUND")


def test_tile_is_opened_with_its_id(admin: Client, app: Client) -> None:
    app.call("placement.bind", PLACEMENT="CONTACT_CENTER", HANDLER=TILE, TITLE="Tile")
    app.call("placement.bind", PLACEMENT="LEFT_MENU", HANDLER=PAGE)
    tile, menu = admin.call("tieline.placements.list").result
    told = opened(admin, app, PLACEMENT=tile["id"], OPTIONS={"URI": "/contact_center/"})
    assert told["url"].startswith(f"{TILE}?DOMAIN=")
    assert (told["title"], told["origin"]) == ("Tile", "https://app.example:444")
    assert told["context"]["PLACEMENT_OPTIONS"] == {"ID": str(tile["id"]), "URI": "/contact_center/"}
    assert told["fields"]["PLACEMENT"] == "CONTACT_CENTER"
    by_code = opened(admin, app, CODE="LEFT_MENU")
    assert (by_code["fields"]["PLACEMENT"], by_code["title"]) == ("LEFT_MENU", menu["title"])


def test_page_of_another_application_is_not_opened(portal: Portal, admin: Client, app: Client) -> None:
    other = portal.app("placement", script_only=False, handler=PAGE)
    other.call("placement.bind", PLACEMENT="LEFT_MENU", HANDLER=PAGE)
    (bound,) = admin.call("tieline.placements.list").result
    for params in ({"PLACEMENT": bound["id"]}, {"PLACEMENT": 4711}, {"CODE": "LEFT_MENU"}, {"CODE": "NOWHERE"}):
        reply = admin.call("tieline.app.open", APP=app.facts["id"], **params)
        assert refused(reply) == (404, "PLACEMENT_NOT_FOUND", "There is no such page")


def test_script_has_no_page(portal: Portal, admin: Client) -> None:
    reply = admin.call("tieline.app.open", APP=portal.app().facts["id"])
    assert refused(reply) == (404, "NO_PAGE", "The application has no page to open")
    assert admin.call("tieline.app.open", APP=4711).error == (404, "APPLICATION_NOT_FOUND")


def test_frame_gets_fresh_tokens(portal: Portal, admin: Client, app: Client) -> None:
    first = opened(admin, app)["fields"]
    fresh = admin.call("tieline.app.refresh", APP=app.facts["id"]).result
    assert set(fresh) == {"AUTH_ID", "REFRESH_ID", "AUTH_EXPIRES"}
    assert fresh["AUTH_ID"] != first["AUTH_ID"]
    assert Client(portal, auth={"auth": fresh["AUTH_ID"]}).call("app.info").result["user_id"] == admin.facts["id"]


def test_frame_sets_options_as_far_as_its_user_may(portal: Portal, app: Client) -> None:
    person = portal.page(portal.person())
    mine = {"APP": app.facts["id"], "NAME": "n", "VALUE": "v"}
    assert person.call("tieline.app.option.set", **mine).error == (403, "ACCESS_DENIED")
    assert person.call("tieline.user.option.set", **mine).result is True
    assert person.call("tieline.user.option.set", **mine | {"VALUE": "x" * 70_000}).error == (400, "ERROR_ARGUMENT")
    assert opened(person, app)["context"]["USER_OPTIONS"] == {"n": "v"}
    assert app.call("app.option.get").result == {}


@pytest.mark.parametrize("method", ["app.refresh", "app.option.set", "user.option.set"])
def test_frame_of_an_application_that_may_not_be_used_is_refused(quick_portal: Portal, method: str) -> None:
    admin, person = (quick_portal.page(quick_portal.person(admin=admin)) for admin in (True, False))
    app = quick_portal.app(script_only=False, handler=PAGE)
    asked = {"APP": app.facts["id"], "NAME": "n", "VALUE": "v"}
    admin.call("tieline.app.edit", APP=app.facts["id"], NAME="A", HANDLER_URL=PAGE, ACCESS=[admin.facts["id"]])
    assert person.call(f"tieline.{method}", **asked).error == (403, "user_access_error")
    admin.call("tieline.app.pay", APP=app.facts["id"], STATUS="P", DAYS=-20)
    assert admin.call(f"tieline.{method}", **asked).error == (403, "PAYMENT_REQUIRED")
    admin.call("tieline.app.remove", APP=app.facts["id"])
    assert admin.call(f"tieline.{method}", **asked).error == (404, "APPLICATION_NOT_FOUND")


def test_unfinished_application_shows_no_settings_of_its_connector(portal: Portal, admin: Client) -> None:
    app = portal.app("imopenlines,imconnector", script_only=False, handler=PAGE, install_url=INSTALL)
    icon = {"DATA_IMAGE": "data:image/svg+xml,%3Csvg/%3E"}
    app.call("imconnector.register", ID="mine", NAME="Mine", ICON=icon, PLACEMENT_HANDLER=PAGE)
    line = portal.line(1)
    (tile,) = admin.call("tieline.connectors.list").result["connectors"]
    assert (tile["id"], tile["hasSettings"]) == ("mine", False)
    assert admin.call("tieline.connector.open", CONNECTOR="mine", LINE=line).error == (403, "NOT_INSTALLED")
    admin.call("tieline.app.finish", APP=app.facts["id"])
    assert admin.call("tieline.connector.open", CONNECTOR="mine", LINE=line).result["fields"]["PLACEMENT"] == (
        "SETTING_CONNECTOR"
    )
