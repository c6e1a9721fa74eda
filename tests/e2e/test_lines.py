"""Open lines, presence and notices in a real browser."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, expect

from support.axe import check
from support.browsers import DESKTOP, PHONE, Operator, picture, window
from support.portal import PASSWORD
from support.served import Scene, Served

ADMIN, OPERATOR, OTHER = "ada@example.com", "olga@example.com", "paul@example.com"
LONG = "Straßenbahnhaltestellenverzeichnis GmbH & Co. KG, questions about timetables of the whole north-west"

WIDE = """[...document.querySelectorAll('main *')]
    .filter(part => part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).overflowX === 'auto')
    .map(part => part.outerHTML.slice(0, 200))"""

pytestmark = pytest.mark.xdist_group("lines")  # they share a server


@pytest.fixture(scope="module")
def scene(served: Served) -> Scene:
    """A line with an operator and a connector, an administrator and somebody else."""
    made = Scene(served, "http://127.0.0.1:9/handler", email=OPERATOR)
    added = [served.person("Ada Admin", ADMIN, admin=True), served.person("Paul Person", OTHER)]
    for number in (made.operator, *added):
        served.ask("person.presence", user=number, choice="auto")
    return made


class Owner(Operator):
    """Somebody who sets up lines."""

    def field(self, name: str) -> Locator:
        """Find a setting."""
        return self.page.locator(f"[data-field='{name}']")

    def switch(self, name: str) -> None:
        """Switch a setting on or off."""
        self.field(name).get_by_role("switch").click()

    def pick(self, name: str, label: str) -> None:
        """Choose what a setting offers."""
        self.field(name).get_by_role("radio", name=re.compile(f"^{label}")).click()

    def steps(self, phase: str = "message") -> Locator:
        """Find what will happen, in a phase."""
        return self.page.locator(f"[data-phase='{phase}'] li")

    def queue(self) -> list[str]:
        """Return who is in the queue."""
        return [text.split("\n")[-1].strip() for text in self.part("queue-item").all_inner_texts()]

    def narrow(self) -> None:
        """Fail if the page is wider than the window."""
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert self.page.evaluate(WIDE) == []


@contextmanager
def person(served: Served, browser: Browser, size: dict[str, int], email: str = ADMIN) -> Iterator[Owner]:
    """Open the portal."""
    with window(browser, size) as context:
        someone = Owner(context, f"{served.http_url}/app/", email, PASSWORD)
        yield someone
        assert someone.problems == []


def add_line(ada: Owner, name: str) -> None:
    """Make a line."""
    ada.go("Open lines")
    ada.part("add-line").click()
    ada.part("line-name").fill(name)
    ada.part("line-name").press("Enter")
    expect(ada.part("line-title")).to_have_text(name)


def build_the_queue(ada: Owner) -> None:
    """Add a person to the queue and move him to its head, by the keyboard alone."""
    expect(ada.part("queue-item")).to_have_text([re.compile("Ada Admin")])
    ada.part("queue-add").press("Enter")
    ada.part("picker-search").press_sequentially("Paul")
    ada.part("picker-choice").filter(has_text="Paul Person").press("Enter")
    ada.part("picker-done").press("Enter")
    expect(ada.part("queue-item")).to_have_count(2)
    ada.page.get_by_role("button", name="Move Paul Person up").press("Enter")
    assert [name.endswith("Paul Person") for name in ada.queue()] == [True, False]
    expect(ada.page.get_by_role("button", name="Move Paul Person down")).to_be_focused()


def test_line_from_its_name_to_its_end(served: Served, scene: Scene, browser: Browser) -> None:
    with person(served, browser, DESKTOP) as ada:
        add_line(ada, "Sales")
        build_the_queue(ada)
        ada.page.get_by_role("radio", name="Strictly").click()
        expect(ada.steps().first).to_contain_text("offered to Ada Admin", timeout=5_000)
        ada.switch("WELCOME_MESSAGE")
        ada.field("WELCOME_MESSAGE_TEXT").get_by_role("textbox").fill("Good day!")
        expect(ada.steps().first).to_contain_text("Good day!")
        ada.switch("WORKTIME_ENABLE")
        ada.field("WORKTIME_FROM").locator("input").fill("09:30")
        ada.field("WORKTIME_HOLIDAYS").get_by_role("textbox").fill("32.01")
        expect(ada.part("preview-fault")).to_contain_text("Holidays")
        ada.part("line-save").click()
        expect(ada.field("WORKTIME_HOLIDAYS")).to_contain_text("Give days and months, such as 01.01, 25.12.")
        expect(ada.field("WORKTIME_HOLIDAYS").get_by_role("textbox")).to_be_focused()
        picture(ada.page, "line-wrong")
        check(ada.page)
        ada.field("WORKTIME_HOLIDAYS").get_by_role("textbox").fill("01.01, 25.12")
        ada.page.get_by_role("button", name="Sunday").click()
        ada.pick("NO_ANSWER_RULE", "Apologise")
        ada.field("NO_ANSWER_TEXT").get_by_role("textbox").fill("Please be patient.")
        ada.field("NO_ANSWER_TIME").locator("input").fill("5")
        ada.page.get_by_role("combobox", name="Unit of: Unanswered for").select_option("hours")
        ada.field("WORKTIME_TIMEZONE").locator("input").fill("Asia/Tokyo")
        expect(ada.part("preview-zone")).to_contain_text("The hours of the line are by Asia/Tokyo.")
        ada.part("line-save").click()
        expect(ada.part("line-saying")).to_have_text("Saved")
        picture(ada.page, "line-saved")

        ada.field("LINE_NAME").get_by_role("textbox").fill(LONG)
        ada.part("line-back").click()
        ada.page.get_by_role("button", name="Cancel").click()
        expect(ada.part("line-saying")).to_have_text("1 unsaved change")
        ada.part("line-back").click()
        picture(ada.page, "line-guarded")
        ada.part("confirm").click()
        expect(ada.part("line")).to_have_count(2)
        picture(ada.page, "lines")
        check(ada.page)

        ada.page.get_by_role("link", name="Sales").click()
        expect(ada.field("WORKTIME_HOLIDAYS").get_by_role("textbox")).to_have_value("01.01, 25.12")
        expect(ada.field("WORKTIME_FROM").locator("input")).to_have_value("09:30")
        expect(ada.field("NO_ANSWER_TIME").locator("input")).to_have_value("5")
        expect(ada.field("NO_ANSWER_TIME").locator("select")).to_have_value("3600")
        assert [name.endswith("Paul Person") for name in ada.queue()] == [True, False]
        ada.part("line-remove").click()
        expect(ada.page.get_by_role("dialog")).to_contain_text("Its open dialogs are closed at once")
        ada.part("confirm").click()
        expect(ada.part("line")).to_have_count(1)


def ask(served: Served, method: str, asked: dict[str, Any]) -> Any:
    """Call a method in the administrator's name."""
    hook = served.ask("webhook.add", user=1, scopes=["imbot", "imopenlines"])["url"]
    answer = httpx.post(f"{hook}{method}", json=asked, timeout=30)
    return answer.raise_for_status().json()["result"]


def register(served: Served, name: str) -> int:
    """Register a bot that may speak in lines."""
    asked = {
        "CODE": name,
        "CLIENT_ID": "tests",
        "OPENLINE": "Y",
        "EVENT_HANDLER": "http://127.0.0.1:9/bot",
        "PROPERTIES": {"NAME": name},
    }
    return int(ask(served, "imbot.register", asked))


def test_bots_of_a_line_are_chosen(served: Served, scene: Scene, browser: Browser) -> None:
    with person(served, browser, DESKTOP) as ada:
        add_line(ada, "Bots")
        ada.switch("WELCOME_BOT_ENABLE")
        expect(ada.part("no-bots")).to_contain_text("There is no bot")
        picture(ada.page, "line-no-bots")
        ada.part("line-discard").click()
        bot = register(served, "Front desk")
        ada.page.reload()
        ada.switch("WELCOME_BOT_ENABLE")
        ada.field("WELCOME_BOT_ID").get_by_role("combobox").press("Enter")
        ada.page.get_by_role("option", name="Front desk").click()
        ada.pick("WELCOME_BOT_JOIN", "New customers")
        expect(ada.steps().first).to_contain_text("Front desk receives a new customer.")
        ada.pick("CLOSE_RULE", "Let a bot say goodbye")
        ada.field("CLOSE_BOT_ID").get_by_role("combobox").press("Enter")
        ada.page.get_by_role("option", name="Front desk").click()
        expect(ada.steps("finish").first).to_contain_text("Front desk is called.")
        ada.field("WELCOME_BOT_ENABLE").scroll_into_view_if_needed()
        picture(ada.page, "line-bots")
        check(ada.page)
        ada.part("line-save").click()
        expect(ada.part("line-saying")).to_have_text("Saved")
        ada.page.reload()
        expect(ada.field("WELCOME_BOT_ID").get_by_role("combobox")).to_have_text("Front desk")
        line = int(ada.page.url.rpartition("/")[2])
        config = ask(served, "imopenlines.config.get", {"CONFIG_ID": line})
        assert (int(config["WELCOME_BOT_ID"]), int(config["CLOSE_BOT_ID"])) == (bot, bot)
        assert config["WELCOME_BOT_JOIN"] == "first"
        ada.part("line-remove").click()
        ada.part("confirm").click()
        expect(ada.part("add-line")).to_be_visible()


@pytest.mark.slow
def test_line_is_tried_out(served: Served, scene: Scene, browser: Browser) -> None:
    with person(served, browser, DESKTOP) as ada:
        add_line(ada, LONG)
        ada.pick("NO_ANSWER_RULE", "Apologise")
        ada.field("NO_ANSWER_TEXT").get_by_role("textbox").fill("Please be patient.")
        expect(ada.part("trial-blocked")).to_contain_text("Save first")
        ada.part("line-save").click()
        ada.part("trial-write").click()
        log = ada.part("trial-log").locator("li")
        expect(log.last).to_contain_text("Offered to Ada Admin")
        ada.part("trial-pass-5").click()
        expect(log.last).to_contain_text("Please be patient.")
        ada.part("trial-text").fill("Anybody?")
        ada.part("trial-write").click()
        expect(log.last).to_contain_text("Anybody?")
        ada.part("trial").scroll_into_view_if_needed()
        picture(ada.page, "line-tried")
        check(ada.page)
        ada.page.get_by_role("link", name="Open in the inbox").click()
        expect(ada.message("Anybody?")).to_be_visible()
        ada.answer("Here I am.")
        ada.sees("Here I am.")


@pytest.mark.slow
def test_line_on_a_phone(served: Served, scene: Scene, browser: Browser) -> None:
    with person(served, browser, PHONE) as ada:
        add_line(ada, LONG)
        for name in ("WORKTIME_ENABLE", "VOTE_MESSAGE", "WELCOME_BOT_ENABLE"):
            ada.switch(name)
        ada.pick("CLOSE_RULE", "Say goodbye")
        ada.narrow()
        picture(ada.page, "line-phone")
        ada.field("WORKTIME_FROM").scroll_into_view_if_needed()
        picture(ada.page, "line-phone-hours")
        check(ada.page)
        ada.part("line-preview").click()
        expect(ada.steps("finish").last).to_contain_text("closed for good")
        picture(ada.page, "line-phone-preview")
        check(ada.page)
        ada.part("panel-close").click()
        ada.part("line-discard").click()
        ada.page.route("**/tieline.line.preview", lambda route: route.abort())
        ada.page.route("**/imopenlines.config.get", lambda route: route.abort())
        ada.page.reload()
        expect(ada.part("line-fault")).to_contain_text("The server cannot be reached")
        ada.page.unroute("**/imopenlines.config.get")
        ada.page.get_by_role("button", name="Try again").click()
        expect(ada.part("line-title")).to_have_text(LONG)
        ada.page.goto(f"{served.http_url}/app/lines/999")
        expect(ada.part("line-missing")).to_be_visible()


def test_lines_are_for_administrators(served: Served, scene: Scene, browser: Browser) -> None:
    with person(served, browser, DESKTOP, OPERATOR) as olga:
        expect(olga.page.get_by_role("link", name="Open lines")).to_have_count(0)
        for address, part in (("lines", "lines-fault"), (f"lines/{scene.line}", "line-denied")):
            olga.page.goto(f"{served.http_url}/app/{address}")
            expect(olga.part(part)).to_contain_text("Only administrators set up open lines.")


def choose(someone: Owner, choice: str) -> None:
    """Say whether one is there."""
    someone.part("presence").click()
    someone.page.get_by_role("menuitemcheckbox", name=choice).click()


@pytest.mark.slow
def test_people_say_whether_they_are_there(served: Served, scene: Scene, browser: Browser) -> None:
    with person(served, browser, DESKTOP, OPERATOR) as olga:
        expect(olga.part("presence")).to_have_attribute("data-presence", "online")
        olga.part("presence").press("Enter")
        picture(olga.page, "presence")
        check(olga.page)
        olga.page.get_by_role("menuitemcheckbox", name="Off work").press("Enter")
        expect(olga.part("off-work")).to_contain_text("You are off work and get no dialogs.")
        picture(olga.page, "off-work")
        check(olga.page)
        with person(served, browser, DESKTOP) as ada, served.client() as client:
            chat = scene.send(client, "waiting", "1", "Hello?")["session"]["CHAT_ID"]
            ada.page.goto(f"{served.http_url}/app/chat/{chat}")
            expect(ada.page.locator("header").filter(has_text="Anna")).to_contain_text("Next in the queue")
            ada.choose("Transfer")
            person_there = ada.part("picker-choice").filter(has_text="Klaus Weber")
            expect(person_there.locator("[data-test='presence-mark']")).to_have_text("Off work")
            picture(ada.page, "transfer")
            check(ada.page)
        olga.part("begin-work").click()
        expect(olga.part("off-work")).to_have_count(0)
        expect(olga.part("presence")).to_have_attribute("data-presence", "online")
        choose(olga, "On a break")
        expect(olga.part("presence")).to_have_accessible_name("You: On a break")
        choose(olga, "Automatic")


@pytest.mark.slow
def test_who_leaves_the_page_alone_is_on_a_break(served: Served, scene: Scene, browser: Browser) -> None:
    with window(browser, PHONE) as context:
        context.clock.install()
        paul = Owner(context, f"{served.http_url}/app/", OTHER, PASSWORD)
        expect(paul.part("presence")).to_have_attribute("data-presence", "online")
        context.clock.fast_forward("05:10")
        expect(paul.part("presence")).to_have_attribute("data-presence", "away")
        paul.page.keyboard.press("Shift")
        expect(paul.part("presence")).to_have_attribute("data-presence", "online")
        picture(paul.page, "phone-bar")
        paul.narrow()
        check(paul.page)
        assert paul.problems == []


@pytest.mark.slow
def test_notices_come_by_themselves(served: Served, scene: Scene, browser: Browser) -> None:
    with person(served, browser, DESKTOP) as ada, served.client() as client:
        ada.part("notices").click()
        expect(ada.part("notices-empty")).to_be_visible()
        picture(ada.page, "notices-empty")
        check(ada.page)
        ada.part("panel-close").click()
        late = {"KPI_FIRST_ANSWER_TIME": 60, "KPI_FIRST_ANSWER_ALERT": "Y", "KPI_FIRST_ANSWER_LIST": [ada_id(ada)]}
        scene.call(client, "imopenlines.config.update", CONFIG_ID=scene.line, PARAMS=late)
        chat = scene.send(client, "late", "2", "Hurry, please")["session"]["CHAT_ID"]
        served.ask("clock", action="move", seconds=60)
        expect(ada.part("notices-count")).to_have_text("1")
        ada.part("notices").press("Enter")
        expect(ada.part("notice")).to_contain_text("answered in time: Anna")
        expect(ada.part("notice")).to_contain_text("New")
        expect(ada.part("notices-count")).to_have_count(0)
        picture(ada.page, "notices")
        check(ada.page)
        ada.part("notice-open").press("Enter")
        expect(ada.page).to_have_url(re.compile(f"/app/chat/{chat}$"))
        ada.page.route("**/tieline.notices.list", lambda route: route.abort())
        ada.page.reload()
        ada.part("notices").click()
        expect(ada.part("notices-fault")).to_contain_text("could not be loaded")
        ada.page.unroute("**/tieline.notices.list")
        ada.page.get_by_role("button", name="Try again").click()
        expect(ada.part("notice")).to_have_count(1)


def ada_id(ada: Owner) -> int:
    """Return the id of who sits at a page."""
    return int(ada.page.evaluate("fetch('/ui/me').then(answer => answer.json()).then(me => me.user.id)"))


@pytest.mark.slow
def test_dialog_that_is_closing_says_so(served: Served, scene: Scene, browser: Browser) -> None:
    with person(served, browser, DESKTOP, OPERATOR) as olga, served.client() as client:
        scene.call(client, "imopenlines.config.update", CONFIG_ID=scene.line, PARAMS={"FULL_CLOSE_TIME": 10})
        chat = scene.send(client, "closing", "3", "Thanks, that is all")["session"]["CHAT_ID"]
        scene.answer(client, chat, "Goodbye")
        olga.page.goto(f"{served.http_url}/app/chat/{chat}")
        olga.part("finish").click()
        expect(olga.part("dialog-row").filter(has_text="Goodbye")).to_have_count(0)
        olga.tab("all")
        expect(olga.part("dialog-row").filter(has=olga.part("closing"))).to_have_count(1)
        picture(olga.page, "closing")
        check(olga.page)
