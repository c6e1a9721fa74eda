"""The page Statistics in a real browser: figures, their rows and filters, the dialogs behind them, the export."""

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from support.axe import check
from support.browsers import DESKTOP, FIRST_DESKTOP, SIZES, Operator, picture, window
from support.portal import PASSWORD
from support.served import Scene, Served

pytestmark = pytest.mark.xdist_group("statistics")  # they share a server
ADMIN, OPERATOR = "ada@example.com", "olga@example.com"


@pytest.fixture(scope="module")
def scene(served: Served) -> Scene:
    """A line where one dialog was answered, one missed, and one is open."""
    served.person("Ada Admin", ADMIN, admin=True)
    made = Scene(served, "http://127.0.0.1:9/handler", email=OPERATOR)
    with served.client() as client:
        served.ask("person.presence", user=made.operator, choice="absent")  # who is missed was offered to nobody
        for number, answered, finished in (("1", True, True), ("2", False, True), ("3", True, False)):
            chat = int(made.send(client, number, number, "Hello")["session"]["CHAT_ID"])
            if answered:
                made.answer(client, chat, "Good day")
            if finished:
                done = client.post(f"{made.hook}imopenlines.operator.another.finish", json={"CHAT_ID": chat})
                assert done.status_code == 200, done.text
    return made


@pytest.mark.parametrize("size", FIRST_DESKTOP)
def test_figures_are_read_from_sums_down_to_a_dialog(browser: Browser, served: Served, scene: Scene, size: str) -> None:
    with window(browser, SIZES[size]) as context:
        ada = Operator(context, served.url, ADMIN, PASSWORD)
        page, part = ada.page, ada.part
        ada.go("Statistics")
        expect(part("figure-row")).to_have_count(1)
        expect(part("chart")).to_be_visible(visible=size == "desktop")
        expect(part("total-opened")).to_have_text("3")
        expect(part("total-missed")).to_have_text("1")
        check(page)
        picture(page, f"statistics-{size}")

        part("by-day").click()
        part("by-line").focus()
        page.keyboard.press("Space")
        part("by-operator").click()
        expect(part("figure-row")).to_have_count(2)  # the operator's, and nobody's or his too
        expect(part("by-line")).to_have_attribute("aria-pressed", "true")
        part("sort-missed").click()
        expect(page.locator("th", has=part("sort-missed"))).to_have_attribute("aria-sort", "descending")
        expect(part("figure-row").first.locator("[data-test='show-missed']")).to_have_text("1")
        page.reload()  # the choice is in the address
        expect(part("figure-row")).to_have_count(2)

        part("filter-operator").click()
        page.get_by_role("option", name="Klaus Weber").click()
        expect(part("total-opened")).to_have_text("2")
        part("filter-operator").click()
        page.get_by_role("option", name="All operators").click()
        expect(part("total-opened")).to_have_text("3")
        if size == "desktop":
            part("sort-spam").hover()
            expect(page.get_by_text("Sessions that somebody ended as spam.").filter(visible=True).first).to_be_visible()

        part("total-answered").focus()
        page.keyboard.press("Enter")
        expect(part("figure-sessions").get_by_role("listitem")).to_have_count(2)
        check(page)
        picture(page, f"statistics-sessions-{size}")
        page.keyboard.press("Escape")
        expect(part("figure-sessions")).to_have_count(0)

        with page.expect_download() as waiting:
            part("export").click()
        exported = list(csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text("utf-8"))))
        assert sorted(row["opened"] for row in exported) == ["1", "2"]

        part("definitions").locator("summary").click()
        expect(part("definitions")).to_contain_text("whatever the line's hours")
        check(page)
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")

        part("total-missed").click()
        part("figure-sessions").get_by_role("link").click()
        expect(part("message").first).to_be_visible()
        assert ada.problems == []


@pytest.mark.slow
def test_nothing_and_failure_are_told(browser: Browser, served: Served, scene: Scene) -> None:
    def fail(route: Route) -> None:
        route.abort()

    with window(browser, DESKTOP) as context:
        ada = Operator(context, served.url, ADMIN, PASSWORD)
        page, part = ada.page, ada.part
        page.goto(f"{served.url}/app/statistics?from=2001-01-01&to=2001-01-02")
        expect(part("figures-empty")).to_be_visible()
        check(page)
        page.route("**/ui/rest/tieline.statistics.get", fail)
        part("by-hour").click()
        expect(page.get_by_role("alert")).to_contain_text("The server cannot be reached")
        page.reload()
        expect(part("figures-fault")).to_be_visible()
        check(page)
        page.unroute("**/ui/rest/tieline.statistics.get")
        page.get_by_role("button", name="Try again").click()
        expect(part("figures-empty")).to_be_visible()


@pytest.mark.slow
def test_operator_sees_his_lines_alone(browser: Browser, served: Served, scene: Scene) -> None:
    served.person("Paul Person", "paul@example.com")
    with window(browser, DESKTOP) as context:
        paul = Operator(context, served.url, "paul@example.com", PASSWORD)
        paul.page.goto(f"{served.url}/app/statistics")
        expect(paul.part("figures-empty")).to_be_visible()
