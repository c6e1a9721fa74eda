"""Applications where people meet them: in the navigation, in a dialog, in the contact centre, behind links."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from support.axe import check
from support.browsers import DESKTOP, FIRST_DESKTOP, PHONE, SIZES, window
from support.frames import SCOPES, Host, Pages, host
from support.sdk import ROOT, node
from support.served import Scene, Served

pytestmark = pytest.mark.xdist_group("places")  # they share a server
ADMIN, OPERATOR = "ada@example.com", "olga@example.com"
ICON = {"iconName": "fa-bars", "color": "GREEN"}
PICTURE = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'/%3E"


@pytest.fixture(scope="module")
def scene(served: Served, pages: Pages) -> Scene:
    """A line with an operator and a customer's dialog."""
    return Scene(served, f"{pages.url}/handler", email=OPERATOR)


@pytest.fixture(scope="module")
def chat(served: Served, scene: Scene, pages: Pages) -> int:
    """A dialog whose customer wrote a link into an application that is everywhere."""
    app = added(served, pages, "Supplier dashboard")
    for code in ("LEFT_MENU", "IM_NAVIGATION", "IM_TEXTAREA", "IM_SIDEBAR", "IM_CONTEXT_MENU", "REST_APP_URI"):
        given = {"OPTIONS": ICON | ({"width": 50, "height": 40} if code == "IM_TEXTAREA" else {})}
        bind(served, pages, app, code, **(given if code.startswith("IM_") else {}))
    bind(served, pages, app, "IM_SIDEBAR", title="For people alone", OPTIONS=ICON | {"context": "USER;CRM"})
    link = f"[url=/marketplace/view/{app['client_id']}/?params[docId]=42&params[b]=%26]Order 42[/url]"
    with served.client() as client:
        return scene.send(client, "42", "1", f"Where is {link}?")["session"]["CHAT_ID"]


def added(served: Served, pages: Pages, name: str, install_url: str = "") -> dict:
    scopes = [*SCOPES, "imconnector"]
    return served.ask("app.add", name=name, scopes=scopes, handler=f"{pages.url}/sdk", install_url=install_url)


def call(served: Served, app: dict, method: str, **params: object) -> object:
    with served.client() as client:
        response = client.post(f"/rest/{method}", json=params | {"auth": app["access_token"]})
    assert response.status_code == 200, response.text
    return response.json()["result"]


def bind(served: Served, pages: Pages, app: dict, code: str, title: str = "", **more: object) -> None:
    place = {"PLACEMENT": code, "HANDLER": f"{pages.url}/sdk?{code}", "TITLE": title or code.title()}
    assert call(served, app, "placement.bind", **place, **more) is True


def told(person: Host) -> dict:
    """Return what the page in the frame on top knows of where it was opened."""
    expect(person.frames).to_have_count(1)
    body = person.frames.content_frame.locator("body")
    expect(body).to_have_attribute("data-ready", "yes")
    return body.evaluate("() => ({ code: b24.placement.placement, ...b24.placement.options })")


@pytest.mark.parametrize("size", FIRST_DESKTOP)
def test_operator_meets_applications_in_a_dialog(
    browser: Browser, served: Served, scene: Scene, chat: int, size: str
) -> None:
    with window(browser, SIZES[size]) as context:
        olga = host(context, served.url, OPERATOR)
        page, part = olga.page, olga.operator.part
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url) if "placements.list" in request.url else None)
        page.goto(f"{served.url}/app/chat/{chat}")
        here = {"dialogId": f"chat{chat}", "URI": f"/app/chat/{chat}"}
        expect(part("message").first).to_be_visible()
        if part("take").count():
            part("take").click()

        part("composer").fill("A moment,")
        part("composer-places").click()
        assert told(olga) == {"code": "IM_TEXTAREA", **here}
        panel, column = part("composer-panel").bounding_box(), part("composer-panel").locator("..").bounding_box()
        assert panel["width"] == pytest.approx(column["width"] if size == "phone" else column["width"] / 2, abs=1)
        assert panel["height"] == pytest.approx(column["height"] * 0.4, abs=1)
        check(olga.page)
        part("composer").press("End")
        page.keyboard.type(" I look.")
        expect(part("composer")).to_have_value("A moment, I look.")
        part("composer-places").press("Escape")
        expect(part("composer-panel")).to_have_count(0)
        expect(page).to_have_url(f"{served.url}/app/chat/{chat}")

        message = olga.operator.message("Where is")
        message.hover()
        message.locator("[data-test='message-menu']").click()
        page.get_by_role("menuitem", name="Im_Context_Menu").click()
        number = message.get_attribute("data-message-id")
        assert told(olga) == {"code": "IM_CONTEXT_MENU", "messageId": number, **here}
        olga.close()

        message.get_by_role("link", name="Order 42").click()
        assert told(olga) == {"code": "REST_APP_URI", "docId": "42", "b": "&", "URI": here["URI"]}
        expect(page).to_have_url(re.compile("/app/marketplace/view/local"))
        olga.close()
        expect(page).to_have_url(f"{served.url}/app/chat/{chat}")

        if size == "phone":
            part("toggle-context").click()
        expect(part("sidebar-places").get_by_role("button")).to_have_count(1)
        check(olga.page)
        part("sidebar-places").get_by_role("button").click()
        assert told(olga) == {"code": "IM_SIDEBAR", **here}
        olga.close()
        assert len(asked) <= 5, "once for the page, then once for each slider that was closed"
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        assert olga.operator.problems == []


@pytest.mark.slow
def test_documented_address_opens_the_application(browser: Browser, served: Served, chat: int) -> None:
    with window(browser, DESKTOP) as context:
        olga = host(context, served.url, OPERATOR)
        olga.operator.open("Anna")
        href = olga.operator.message("Where is").get_by_role("link", name="Order 42").get_attribute("href")
        assert href.startswith("/marketplace/view/local")
        olga.page.goto(f"{served.url}{href}&docId=7")
        known = told(olga)
        assert (known["code"], known["docId"], known["b"]) == ("REST_APP_URI", "42", "&")
        olga.close()
        expect(olga.page).to_have_url(f"{served.url}/app/")
        olga.page.goto(f"{served.url}/marketplace/view/local.none/")
        expect(olga.operator.part("frame-fault")).to_contain_text("There is no such application")


@pytest.fixture(scope="module")
def admin(browser: Browser, served: Served) -> Iterator[Host]:
    """An administrator on a wide screen."""
    served.person("Ada Admin", ADMIN, admin=True)
    with window(browser, DESKTOP) as context:
        yield host(context, served.url, ADMIN)


@pytest.mark.slow
def test_administrator_finishes_an_installation(
    served: Served, scene: Scene, pages: Pages, chat: int, admin: Host
) -> None:
    page, part = admin.page, admin.operator.part
    app = added(served, pages, "Pigeon post", f"{pages.url}/sdk?installer")
    bind(served, pages, app, "CONTACT_CENTER", title="Pigeons")
    icon = {"DATA_IMAGE": PICTURE}
    connector = {"ID": "pigeons", "NAME": "Pigeons", "ICON": icon, "PLACEMENT_HANDLER": f"{pages.url}/sdk?settings"}
    call(served, app, "imconnector.register", **connector)
    page.goto(f"{served.url}/app/contact-center")
    expect(part("nav-applications")).to_contain_text("1 application waits for installation")
    tile = page.locator("[data-connector='pigeons']")
    expect(part("place-tiles")).to_have_count(0)
    tile.locator("[data-test='finish-installation']").click()
    installer = admin.top()
    assert installer.evaluate("() => [b24.isInstallMode, b24.isFirstRun]") == [True, True]
    installer.evaluate("() => void b24.installFinish()")
    expect(admin.frames).not_to_have_attribute("name", installer.name)
    assert admin.top().evaluate("() => [b24.isInstallMode, b24.isFirstRun]") == [False, False]
    admin.close()
    expect(page).to_have_url(f"{served.url}/app/contact-center")
    expect(part("nav-applications")).not_to_contain_text("waits")
    expect(tile.locator("[data-test='connect']")).to_be_visible()

    part("place-tile").filter(has_text="Pigeons").click()
    known = told(admin)
    assert (known["code"], known["URI"]) == ("CONTACT_CENTER", "/app/contact-center")
    assert known["ID"].isdigit()
    admin.close()

    part("nav-applications").click()
    check(admin.page)
    page.get_by_role("menuitem", name="Left_Menu").click()
    expect(page).to_have_url(re.compile(r"/app/marketplace/app/\d+/\d+$"))
    assert told(admin) == {"code": "LEFT_MENU", "URI": "/app/contact-center"}
    page.go_back()
    expect(admin.sliders).to_have_count(0)
    expect(tile).to_be_visible()
    assert admin.operator.problems == []


@pytest.mark.slow
def test_channel_says_what_is_wrong_and_leads_to_its_settings(
    served: Served, scene: Scene, pages: Pages, admin: Host
) -> None:
    page, part = admin.page, admin.operator.part
    app = added(served, pages, "Parrot post")
    hostile = {"DATA_IMAGE": PICTURE, "COLOR": "red;position:fixed", "SIZE": "90%;inset:0", "POSITION": "right top"}
    connector = {"ID": "parrots", "NAME": "Parrots", "ICON": hostile, "PLACEMENT_HANDLER": f"{pages.url}/sdk?settings"}
    call(served, app, "imconnector.register", **connector, COMMENT="Feed them at noon.")
    channel = {"CONNECTOR": "parrots", "LINE": scene.line}
    call(served, app, "imconnector.activate", ACTIVE=1, **channel)
    page.goto(f"{served.url}/app/contact-center")
    tile = page.locator("[data-connector='parrots']")
    mark = tile.get_by_role("img", name="Parrots")
    expect(mark).to_have_css("position", "relative")
    expect(mark).to_have_css("background-color", "rgb(95, 105, 120)")
    looks = "(element) => [element.style.width, element.style.left, element.style.top]"
    assert mark.locator("img").evaluate(looks) == ["70%", "100%", "0%"]

    line = tile.locator("[data-test='connector-line']")
    expect(line).to_have_attribute("data-status", "unconfigured")
    line.locator("[data-test='mend']").click()
    expect(part("connector-comment")).to_contain_text("Feed them at noon.")
    check(admin.page)
    expect(part("settings-frame").content_frame.locator("body")).to_have_attribute("data-ready", "yes")
    call(served, app, "imconnector.connector.data.set", DATA={"ID": "x"}, **channel)
    part("panel-close").click()
    expect(line).to_have_attribute("data-status", "connected")
    expect(line.locator("[data-test='mend']")).to_have_count(0)

    call(served, app, "imconnector.set.error", ERROR="The parrots are ill", **channel)
    page.reload()
    expect(line).to_have_attribute("data-status", "error")
    expect(line).to_contain_text("The parrots are ill")
    expect(line.locator("[data-test='mend']")).to_be_visible()
    check(admin.page)
    assert admin.operator.problems == []


@pytest.mark.slow
def test_navigation_without_applications_has_no_entry(browser: Browser, tieline: Path, tmp_path: Path) -> None:
    with Served(tieline, tmp_path / "data", tls=False) as empty:
        empty.person("Ada Admin", ADMIN, admin=True)
        with window(browser, PHONE) as context:
            ada = host(context, empty.url, ADMIN)
            ada.page.goto(f"{empty.url}/app/contact-center")
            expect(ada.operator.part("connectors-empty")).to_be_visible()
            expect(ada.operator.part("nav-applications")).to_have_count(0)
            expect(ada.operator.part("place-tiles")).to_have_count(0)


STYLES = {
    ("90%", "center"): {"width": "90%", "left": "50%", "top": "50%"},
    ("", ""): {"width": "70%", "left": "50%", "top": "50%"},
    ("20px", "bottom left"): {"width": "20px", "left": "0%", "top": "100%"},
    ("50% 25%", "10px 0"): {"width": "50%", "height": "25%", "left": "10px", "top": "0"},
    ("cover", "100% 25%"): {"width": "100%", "objectFit": "cover", "transform": "translate(-100%, -25%)"},
    ("url(x)", "1%;x"): {"width": "70%", "left": "50%", "top": "50%"},
    ("90% 90% 90%", "__proto__ constructor"): {"width": "70%", "left": "50%", "top": "50%"},
}


def test_size_and_position_of_a_picture_are_read_like_those_of_a_background() -> None:
    script = f"""import {{ pictureStyle }} from {json.dumps((ROOT / "ui/src/lib/icon.ts").as_uri())}
        console.log(JSON.stringify({json.dumps(list(STYLES))}.map((given) => pictureStyle(...given))))"""
    command = [node(), "--no-warnings", "--input-type=module", "--eval", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for (given, expected), style in zip(STYLES.items(), json.loads(done.stdout), strict=True):
        assert style | expected == style, given
