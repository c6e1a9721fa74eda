"""Notices in a real browser: who tells what, buttons, answers, by the keyboard alone, on a desktop and on a phone."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from support.axe import check
from support.browsers import FIRST_DESKTOP, SIZES, Operator, picture, window
from support.portal import PASSWORD
from support.served import Scene, Served

OPERATOR = "olga@example.com"
LONG = "Donaudampfschifffahrtsgesellschaftskapitän" * 20
CARD = {
    "BLOCKS": [
        {"MESSAGE": "[b]Invoice 17[/b]"},
        {"GRID": [{"NAME": "Sum", "VALUE": "120 €"}, {"NAME": "Due", "VALUE": "tomorrow"}]},
        {"LINK": {"NAME": "Open the invoice", "LINK": "https://example.com/invoices/17"}},
    ]
}
HOSTILE = "<img src=x onerror=alert(1)> [url=javascript:alert(1)]press[/url] <b>bold</b>"

pytestmark = pytest.mark.xdist_group("notices")  # they share a server


class Bell:
    """Somebody before the portal, and those who tell him something."""

    def __init__(self, served: Served, scene: Scene, someone: Operator, email: str, user_id: int) -> None:
        self.served, self.scene, self.someone = served, scene, someone
        self.email, self.user_id = email, user_id

    def tell(self, message: str, **params: Any) -> int:
        """Let the application tell something, or the operator where it is personal; returns the id."""
        params = {"USER_ID": self.user_id, "MESSAGE": message} | params
        with self.served.client() as client:
            if params.get("TYPE") == "SYSTEM":
                return int(self.scene.call(client, "im.notify", **params))
            return int(client.post(f"{self.scene.hook}im.notify", json=params).json()["result"])

    def notice(self, text: str) -> Locator:
        """Find a notice by its text."""
        return self.someone.part("notice").filter(has_text=text)

    def look(self, size: str, name: str) -> None:
        """Keep a picture, and fail if axe finds something, or something is wider than the window."""
        page = self.someone.page
        picture(page, f"notices-{name}-{size}")
        check(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture(scope="module")
def scene(served: Served) -> Scene:
    """A line with an operator and a connector."""
    return Scene(served, "http://127.0.0.1:9/handler", email=OPERATOR)


@pytest.fixture(params=FIRST_DESKTOP)
def size(request: pytest.FixtureRequest) -> str:
    """A desktop, and a phone."""
    return str(request.param)


@pytest.fixture
def bell(served: Served, scene: Scene, browser: Browser, request: pytest.FixtureRequest, size: str) -> Iterator[Bell]:
    """A person of this test alone, before the portal."""
    email = f"{request.node.originalname[:40]}-{size}@example.com"
    user_id = served.person("Ada Admin", email, admin=True)
    with window(browser, SIZES[size]) as context:
        someone = Operator(context, f"{served.http_url}/app/", email, PASSWORD)
        yield Bell(served, scene, someone, email, user_id)
        assert someone.problems == []


def part(within: Locator, name: str) -> Locator:
    """Find what carries a name in a part of the page."""
    return within.locator(f"[data-test='{name}']")


def test_notices_say_who_tells_what(bell: Bell, size: str) -> None:
    someone = bell.someone
    someone.part("notices").click()
    expect(someone.part("notices-empty")).to_be_visible()
    bell.look(size, "empty")
    bell.tell(HOSTILE)
    bell.tell("Please pay.", TYPE="SYSTEM", ATTACH=CARD)
    bell.tell(LONG)
    expect(someone.part("notice")).to_have_count(3)
    person, system = bell.notice("bold"), bell.notice("Please pay.")
    expect(part(person, "notice-from")).to_have_text("Klaus Weber")
    expect(person.locator("strong")).to_have_text("bold")
    expect(person.locator("img, a")).to_have_count(0)
    expect(part(system, "notice-from")).to_have_text("An app")
    expect(part(system, "notice-attached")).to_contain_text("Sum120 €")
    expect(system.get_by_role("link", name="Open the invoice")).to_have_attribute(
        "href", "https://example.com/invoices/17"
    )
    expect(part(system, "notice-reply")).to_have_count(0)
    bell.look(size, "list")


@pytest.mark.slow
def test_notice_is_answered_by_the_keyboard_alone(bell: Bell, size: str) -> None:
    someone = bell.someone
    bell.tell("Lunch?")
    someone.part("notices").press("Enter")
    notice = bell.notice("Lunch?")
    part(notice, "notice-reply").press("Enter")
    field = part(notice, "notice-text")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_name("Answer to Klaus Weber")
    field.press("Escape")
    expect(field).to_have_count(0)
    expect(part(notice, "notice-reply")).to_be_focused()
    part(notice, "notice-reply").press("Enter")
    field.fill("Gladly, at noon")
    bell.look(size, "answering")
    someone.page.route("**/im.notify.answer", lambda route: route.abort())
    field.press("Enter")
    expect(notice.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(field).to_have_value("Gladly, at noon")
    bell.look(size, "failed")
    someone.page.unroute("**/im.notify.answer")
    field.press("Enter")
    expect(part(notice, "notice-answer")).to_have_text("You answered: Gladly, at noon")
    expect(part(notice, "notice-outcome")).to_have_text("Your answer has gone to Klaus Weber.")
    expect(part(notice, "notice-reply")).to_be_focused()
    bell.look(size, "answered")


def test_late_dialog_is_taken_over_from_its_notice(bell: Bell, size: str) -> None:
    someone, scene, served = bell.someone, bell.scene, bell.served
    late = {"KPI_FIRST_ANSWER_TIME": 60, "KPI_FIRST_ANSWER_ALERT": "Y", "KPI_FIRST_ANSWER_LIST": [bell.user_id]}
    with served.client() as client:
        scene.call(client, "imopenlines.config.update", CONFIG_ID=scene.line, PARAMS=late)
        for customer in ("first", "second"):
            scene.send(client, f"{customer}-{size}", f"{customer}-{size}", "Hurry, please")
        served.ask("clock", action="move", seconds=60)
    expect(someone.part("notices-count")).to_have_text("2")
    someone.part("notices").press("Enter")
    newer, older = someone.part("notice").nth(0), someone.part("notice").nth(1)
    expect(part(newer, "notice-from")).to_have_text("The portal")
    expect(part(newer, "notice-title")).to_have_text("Late answer")
    expect(part(newer, "notice-button")).to_have_text(["Take over", "Leave it"])
    bell.look(size, "late")
    newer.get_by_role("button", name="Take over").press("Enter")
    expect(part(newer, "notice-choice")).to_have_text("You chose: Take over")
    expect(part(newer, "notice-outcome")).to_have_text("The dialog is yours.")
    expect(part(newer, "notice-button")).to_have_count(0)
    expect(part(newer, "notice-reply")).to_have_count(0)
    someone.page.route(
        "**/im.notify.confirm", lambda route: route.fulfill(json={"result": {"result_message": False}, "time": {}})
    )
    older.get_by_role("button", name="Leave it").press("Enter")
    expect(older.get_by_role("alert")).to_contain_text("settled already")
    bell.look(size, "settled")
    part(newer, "notice-open").press("Enter")
    expect(someone.part("finish")).to_be_visible()
