"""The life of an application: installing, new versions, payment, access, removal, and the events of it."""

from typing import Any

import pytest

from support.portal import Client, Desk, Portal, refused
from support.receiver import Receiver
from support.tokens import acting_for
from tieline.domain.apps import GRACE
from tieline.domain.clock import DAY

INSTALL = "http://127.0.0.1:9/install"
PAGE = "http://127.0.0.1:9/page"
GONE = (401, "APPLICATION_NOT_FOUND", "Application not found")


@pytest.fixture
def admin(portal: Portal) -> Client:
    """The page of an administrator."""
    return portal.page(portal.person(admin=True))


@pytest.fixture
def quick_admin(quick_portal: Portal) -> Client:
    """The page of an administrator, on SQLite alone."""
    return quick_portal.page(quick_portal.person(admin=True))


def installing(portal: Portal, **options: Any) -> Client:
    """Add an application whose installer has not finished."""
    return portal.app(script_only=False, handler=PAGE, install_url=INSTALL, **options)


def own(client: Client, app: Client) -> dict[str, Any]:
    """Return an application as the developer's area shows it."""
    (found,) = [
        shown for shown in client.call("tieline.developer.get").result["apps"] if shown["id"] == app.facts["id"]
    ]
    return found


def bind(app: Client, event: str, receiver: Receiver) -> None:
    assert app.call("event.bind", event=event, handler=f"{receiver.url}/{event}").result is True


def test_nothing_is_sent_before_the_installation_is_finished(portal: Portal, admin: Client, receiver: Receiver) -> None:
    app = installing(portal)
    for event in ("OnAppTest", "OnAppInstall"):
        bind(app, event, receiver)
    app.call("event.test")
    receiver.nothing_more(0)
    assert app.call("app.info").result["INSTALLED"] is False
    assert admin.call("tieline.app.finish", APP=app.facts["id"]).result is True
    (installed,) = receiver.wait(1)
    assert installed.event == "ONAPPINSTALL"
    assert installed.form["data"] == {"VERSION": "1.0.0", "ACTIVE": "Y", "INSTALLED": "Y", "LANGUAGE_ID": "en"}
    auth = installed.form["auth"]
    assert auth["user_id"] == str(admin.facts["id"])
    assert {"access_token", "refresh_token", "application_token"} <= set(auth)
    assert app.call("app.info").result["INSTALLED"] is True
    app.call("event.test")
    assert receiver.wait(2)[1].event == "ONAPPTEST"


def test_installation_is_finished_once(portal: Portal, admin: Client, receiver: Receiver) -> None:
    app = installing(portal)
    bind(app, "OnAppInstall", receiver)
    for _ in range(2):
        assert admin.call("tieline.app.finish", APP=app.facts["id"]).result is True
    receiver.wait(1)
    receiver.nothing_more(1)


def test_installation_is_finished_by_administrators_alone(quick_portal: Portal) -> None:
    app, page = installing(quick_portal), quick_portal.page(quick_portal.person())
    assert page.call("tieline.app.finish", APP=app.facts["id"]).error == (403, "ACCESS_DENIED")
    assert app.call("app.info").result["INSTALLED"] is False


@pytest.mark.parametrize("script_only", [False, True])
def test_application_that_lost_its_installer_is_installed(
    portal: Portal, admin: Client, receiver: Receiver, *, script_only: bool
) -> None:
    app = installing(portal)
    bind(app, "OnAppInstall", receiver)
    settings = {"NAME": "Mine", "SCOPES": ["im"], "HANDLER_URL": PAGE, "SCRIPT_ONLY": script_only}
    shown = admin.call("tieline.app.edit", APP=app.facts["id"], **settings).result
    assert shown["installed"] is True
    assert [received.event for received in receiver.wait(1)] == ["ONAPPINSTALL"]


def test_application_that_turned_into_a_script_gets_its_tokens(
    portal: Portal, admin: Client, receiver: Receiver
) -> None:
    app = installing(portal)
    settings = {"NAME": "Mine", "SCOPES": ["im"], "SCRIPT_ONLY": True, "INSTALL_URL": f"{receiver.url}/install"}
    assert admin.call("tieline.app.edit", APP=app.facts["id"], **settings).result["installed"] is True
    (told,) = receiver.wait(1)
    assert (told.path, told.event) == ("/install", "ONAPPINSTALL")
    again = admin.call("tieline.app.edit", APP=app.facts["id"], **settings | {"NAME": "Other"})
    assert again.result["name"] == "Other"
    receiver.nothing_more(1)


def test_new_version_starts_from_the_beginning(portal: Portal, admin: Client, receiver: Receiver) -> None:
    app = installing(portal, scopes="im,placement")
    admin.call("tieline.app.finish", APP=app.facts["id"])
    bind(app, "OnAppTest", receiver)
    app.call("placement.bind", PLACEMENT="CONTACT_CENTER", HANDLER=PAGE)
    app.call("app.option.set", options={"kept": "1"})
    shown = admin.call("tieline.app.upgrade", APP=app.facts["id"]).result
    assert (shown["version"], shown["installed"], shown["bindings"], shown["placements"]) == (2, False, [], [])
    bind(app, "OnAppUpdate", receiver)
    receiver.nothing_more(0)
    admin.call("tieline.app.finish", APP=app.facts["id"])
    (updated,) = receiver.wait(1)
    assert updated.event == "ONAPPUPDATE"
    assert updated.form["data"] == {"VERSION": "2.0.0", "PREVIOUS_VERSION": "1.0.0", "LANGUAGE_ID": "en"}
    assert {"access_token", "refresh_token"} <= set(updated.form["auth"])
    assert updated.form["auth"]["application_token"] == app.facts["application_token"]
    assert app.call("app.info").result["VERSION"] == 2
    assert app.call("app.option.get", option="kept").result == "1"


def test_new_version_of_a_script_is_told_at_once(portal: Portal, admin: Client, receiver: Receiver) -> None:
    app = portal.app(install_url=f"{receiver.url}/install")
    receiver.wait(1)
    bind(app, "OnAppUpdate", receiver)
    shown = admin.call("tieline.app.upgrade", APP=app.facts["id"]).result
    assert (shown["installed"], shown["bindings"]) == (True, [])
    told = {received.event: received for received in receiver.wait(3)[1:]}
    assert set(told) == {"ONAPPINSTALL", "ONAPPUPDATE"}
    assert told["ONAPPINSTALL"].form["data"]["VERSION"] == "2.0.0"


def test_reinstalling_keeps_the_version_and_drops_the_handlers(
    portal: Portal, admin: Client, receiver: Receiver
) -> None:
    app = portal.app(install_url=f"{receiver.url}/install")
    bind(app, "OnAppTest", receiver)
    shown = admin.call("tieline.app.reinstall", APP=app.facts["id"]).result
    assert (shown["version"], shown["installed"], shown["bindings"]) == (1, True, [])
    assert [received.event for received in receiver.wait(2)] == ["ONAPPINSTALL"] * 2


@pytest.mark.parametrize("clean", [True, False])
def test_removed_application_says_goodbye_without_tokens(
    portal: Portal, admin: Client, receiver: Receiver, clean: bool
) -> None:
    app = portal.app()
    bind(app, "OnAppUninstall", receiver)
    assert admin.call("tieline.app.remove", APP=app.facts["id"], CLEAN=clean).result is True
    (gone,) = receiver.wait(1)
    assert gone.event == "ONAPPUNINSTALL"
    assert gone.form["data"] == {"LANGUAGE_ID": "en", "CLEAN": str(int(clean))}
    assert set(gone.form["auth"]) == {
        *("domain", "server_endpoint", "client_endpoint", "member_id", "application_token"),
    }
    assert gone.form["auth"]["application_token"] == app.facts["application_token"]
    assert refused(app.call("app.info")) == GONE


def test_removed_application_leaves_nothing_behind(desk: Desk) -> None:
    portal, app = desk.portal, desk.app
    admin = portal.page(portal.person(admin=True))
    desk.bind("OnImConnectorMessageAdd")
    chat = desk.write_in()
    admin.call("tieline.app.remove", APP=app.facts["id"])
    assert desk.code not in {c["id"] for c in admin.call("tieline.connectors.list").result["connectors"]}
    assert desk.history(chat)[0]["text"] == "Good afternoon"
    refresh = {name: app.facts[name] for name in ("client_id", "client_secret", "refresh_token")}
    reply = portal.request("POST", "/oauth/token/", data=refresh | {"grant_type": "refresh_token"})
    assert (reply.status, reply.body) == (200, {"error": "wrong_client"})
    assert admin.call("tieline.app.remove", APP=app.facts["id"]).error == (404, "APPLICATION_NOT_FOUND")


@pytest.mark.parametrize(
    ("status", "clean", "kept"), [("L", False, 0), ("P", False, 1), ("P", True, 0)], ids=["local", "paid", "cleaned"]
)
def test_options_outlive_a_removal_only_where_documented(
    quick_portal: Portal, quick_admin: Client, status: str, clean: bool, kept: int
) -> None:
    app = quick_portal.app()
    app.call("app.option.set", options={"key": "value"})
    quick_admin.call("tieline.app.pay", APP=app.facts["id"], STATUS=status)
    quick_admin.call("tieline.app.remove", APP=app.facts["id"], CLEAN=clean)
    assert quick_portal.read(lambda tx: tx.one("select count(*) from app_options"))[0] == kept


@pytest.mark.parametrize(
    ("status", "days", "told"),
    [
        ("S", 28, {"STATUS": "S", "PAYMENT_EXPIRED": "N", "DAYS": "28"}),
        ("p", -3, {"STATUS": "P", "PAYMENT_EXPIRED": "Y", "DAYS": "-3"}),
        ("F", None, {"STATUS": "F", "PAYMENT_EXPIRED": "N", "DAYS": ""}),
    ],
)
def test_payment_is_told(
    quick_portal: Portal, quick_admin: Client, receiver: Receiver, status: str, days: int | None, told: dict[str, str]
) -> None:
    app = quick_portal.app()
    bind(app, "OnAppPayment", receiver)
    quick_admin.call("tieline.app.pay", APP=app.facts["id"], STATUS=status, DAYS=days)
    (paid,) = receiver.wait(1)
    assert paid.event == "ONAPPPAYMENT"
    assert paid.form["data"] == {"CODE": app.facts["client_id"], "VERSION": "1", "LANGUAGE_ID": "en"} | told
    assert "access_token" not in paid.form["auth"]
    assert paid.form["auth"]["application_token"] == app.facts["application_token"]
    info = app.call("app.info").result
    assert (info["STATUS"], info["PAYMENT_EXPIRED"], info["DAYS"]) == (told["STATUS"], told["PAYMENT_EXPIRED"], days)


def test_application_is_blocked_when_its_grace_is_over(portal: Portal, admin: Client) -> None:
    app = portal.app()
    admin.call("tieline.app.pay", APP=app.facts["id"], STATUS="P", DAYS=0)
    assert app.call("app.info").result["DAYS"] == 0
    admin.call("tieline.app.pay", APP=app.facts["id"], STATUS="P", DAYS=-GRACE // DAY)
    assert refused(app.call("app.info")) == (401, "PAYMENT_REQUIRED", "Subscription has been ended")
    refresh = {name: app.facts[name] for name in ("client_id", "client_secret", "refresh_token")}
    reply = portal.request("POST", "/oauth/token/", data=refresh | {"grant_type": "refresh_token"})
    assert (reply.status, reply.body["error"]) == (401, "PAYMENT_REQUIRED")
    assert admin.call("tieline.app.open", APP=app.facts["id"]).error == (403, "PAYMENT_REQUIRED")
    admin.call("tieline.app.pay", APP=app.facts["id"], STATUS="P", DAYS=1)
    assert app.call("app.info").result["DAYS"] == 1


def test_unknown_status_of_payment_is_refused(quick_portal: Portal, quick_admin: Client) -> None:
    app = quick_portal.app()
    assert quick_admin.call("tieline.app.pay", APP=app.facts["id"], STATUS="X").error == (400, "ERROR_ARGUMENT")


def test_application_is_open_to_those_who_may_use_it(portal: Portal, admin: Client) -> None:
    chosen, other = portal.person(), portal.person()
    app = portal.app(script_only=False, handler=PAGE)
    settings = {"NAME": "Mine", "SCOPES": ["im"], "HANDLER_URL": PAGE, "ACCESS": [chosen]}
    shown = admin.call("tieline.app.edit", APP=app.facts["id"], **settings).result
    assert [person["id"] for person in shown["access"]] == [chosen]
    assert acting_for(app, chosen).call("app.info").status == 200
    denied = (403, "user_access_error", "The user does not have access to the application.")
    assert refused(acting_for(app, other).call("app.info")) == denied
    assert app.call("app.info").status == 200, "administrators may use every application"
    pages = [portal.page(person) for person in (chosen, other)]
    assert [len(page.call("tieline.apps.mine").result) for page in pages] == [1, 0]
    assert refused(pages[1].call("tieline.app.open", APP=app.facts["id"])) == denied


def test_changed_scopes_hold_at_once(portal: Portal, admin: Client) -> None:
    app = portal.app("im")
    assert app.call("im.recent.list").status == 200
    admin.call("tieline.app.edit", APP=app.facts["id"], NAME="Less", SCOPES=["imopenlines"])
    assert app.call("im.recent.list").error == (401, "insufficient_scope")
    assert app.call("scope").result == ["imopenlines"]


def test_renewed_secret_replaces_the_former(portal: Portal, admin: Client) -> None:
    app = portal.app()
    grant = {name: app.facts[name] for name in ("client_id", "refresh_token")} | {"grant_type": "refresh_token"}
    renewed = admin.call("tieline.app.secret.renew", APP=app.facts["id"]).result["client_secret"]
    former = portal.request("POST", "/oauth/token/", data=grant | {"client_secret": app.facts["client_secret"]})
    assert (former.status, former.body) == (400, {"error": "invalid_client"})
    assert portal.request("POST", "/oauth/token/", data=grant | {"client_secret": renewed}).status == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"NAME": "  "}, (400, "NAME_REQUIRED")),
        ({"HANDLER_URL": "javascript:alert(1)"}, (400, "WRONG_URL")),
        ({"INSTALL_URL": "http://user:pass@example.com/"}, (400, "WRONG_INSTALL_URL")),
        ({"SCOPES": ["im", "root"]}, (400, "invalid_scope")),
        ({"ACCESS": [4711]}, (400, "USER_NOT_FOUND")),
        ({"SCOPES": "im"}, (400, "ERROR_ARGUMENT")),
    ],
)
def test_wrong_settings_are_refused(
    quick_portal: Portal, quick_admin: Client, changes: dict[str, Any], error: tuple[int, str]
) -> None:
    settings = {"NAME": "Mine", "SCOPES": ["im"], "HANDLER_URL": PAGE} | changes
    app = quick_portal.app()
    assert quick_admin.call("tieline.app.add", **settings).error == error
    assert quick_admin.call("tieline.app.edit", APP=app.facts["id"], **settings).error == error
    assert [shown["name"] for shown in quick_admin.call("tieline.developer.get").result["apps"]] == ["An app"]


def test_developers_area_is_for_administrators(quick_portal: Portal) -> None:
    page, app = quick_portal.page(quick_portal.person()), quick_portal.app()
    for method in ("developer.get", "app.add", "app.edit", "app.remove", "app.reinstall", "app.upgrade", "app.pay"):
        assert page.call(f"tieline.{method}", APP=app.facts["id"]).error == (403, "ACCESS_DENIED")
    assert app.call("tieline.developer.get").error == (403, "WRONG_AUTH_TYPE")


def test_added_application_works_with_what_is_told(portal: Portal, admin: Client) -> None:
    told = admin.call("tieline.app.add", NAME=" Mine ", SCOPES=["im", "basic"], HANDLER_URL=PAGE).result
    app = Client(portal, told, auth={"auth": told["access_token"]})
    assert app.call("app.info").result["CODE"] == told["client_id"]
    shown = own(admin, app)
    assert (shown["name"], shown["scopes"], shown["installed"], shown["hasPage"]) == ("Mine", ["im"], True, True)
    assert told["client_secret"] not in str(shown)


@pytest.mark.parametrize("method", ["app.option", "user.option"])
class TestOptions:
    """app.option.* and user.option.*"""

    def test_options_are_kept_by_name(self, portal: Portal, method: str) -> None:
        app, other = portal.app(), portal.app()
        assert app.call(f"{method}.get").result == {}
        assert app.call(f"{method}.set", options={"data": "value", "data2": {"a": [1, None]}}).result is True
        assert app.call(f"{method}.set", options={"data": "again"}).result is True
        assert app.call(f"{method}.get").result == {"data": "again", "data2": {"a": [1, None]}}
        assert app.call(f"{method}.get", option="data").result == "again"
        assert app.call(f"{method}.get", option="none").result is None
        assert other.call(f"{method}.get").result == {}

    def test_form_is_read(self, quick_app: Client, method: str) -> None:
        assert quick_app.form(f"{method}.set", "options[a]=1&options[b][]=x").result is True
        assert quick_app.call(f"{method}.get").result == {"a": "1", "b": ["x"]}

    @pytest.mark.parametrize("options", [None, {}, []])
    def test_empty_options_are_refused(self, quick_app: Client, method: str, options: Any) -> None:
        told = (400, "ArgumentNullException", "options is empty")
        assert refused(quick_app.call(f"{method}.set", options=options)) == told

    @pytest.mark.parametrize(
        "options", [{"big": "x" * 1_000_000}, {"n" * 256: 1}, {str(n): n for n in range(1_001)}, {"": 1}]
    )
    def test_too_much_is_refused_and_nothing_kept(self, quick_app: Client, method: str, options: Any) -> None:
        assert quick_app.call(f"{method}.set", options={"good": 1, **options}).error == (400, "ERROR_ARGUMENT")
        assert quick_app.call(f"{method}.get").result == {}

    @pytest.mark.difference(40)
    def test_webhook_has_none(self, quick_portal: Portal, method: str) -> None:
        told = (403, "ACCESS_DENIED", "Access denied! Application context required")
        assert refused(quick_portal.webhook().call(f"{method}.get")) == told
        assert refused(quick_portal.webhook().call(f"{method}.set", options={"a": 1})) == told


def test_application_options_are_set_by_administrators(portal: Portal) -> None:
    app = portal.app()
    own_token = acting_for(app, portal.person())
    told = (403, "ACCESS_DENIED", "Access denied! Administrator authorization required")
    assert refused(own_token.call("app.option.set", options={"a": 1})) == told
    app.call("app.option.set", options={"a": 1})
    assert own_token.call("app.option.get").result == {"a": 1}


def test_user_options_are_each_users_own(portal: Portal) -> None:
    app = portal.app()
    own_token = acting_for(app, portal.person())
    own_token.call("user.option.set", options={"a": "mine"})
    assert own_token.call("user.option.get").result == {"a": "mine"}
    assert app.call("user.option.get").result == {}
    assert app.call("app.option.get").result == {}
