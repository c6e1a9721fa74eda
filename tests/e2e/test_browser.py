"""A visitor and operators in real browsers, on the demo."""

import contextlib
import json
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, expect

from support.axe import check
from support.browsers import DESKTOP, FIRST_DESKTOP, PHONE, SIZES, Operator, Visitor, picture, window
from support.servers import free_port
from support.waiting import until

pytestmark = pytest.mark.xdist_group("pages")  # they share a server


@dataclass
class Demo:
    """The running demo: where its pages are and who may log in."""

    inbox: str
    chat: str
    people: dict[str, dict[str, str]]
    hook: str
    line: int
    data: Path

    def settings(self, **fields: str) -> None:
        """Change settings of the line."""
        params = {"CONFIG_ID": self.line, "PARAMS": fields}
        reply = httpx.post(f"{self.hook}imopenlines.config.update", json=params)
        assert reply.json()["result"] is True, reply.text


def four_ports() -> int:
    """Return the first of four free ports in a row."""
    while True:
        first = free_port()
        with contextlib.ExitStack() as stack:
            try:
                for port in range(first + 1, first + 4):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return first


def add_webhook(tieline: Path, data: Path) -> str:
    """Add a webhook of the administrator's; returns its URL."""
    options = ["--data", str(data), "--user", "1", "--scopes", "imopenlines", "--json"]
    done = subprocess.run([str(tieline), "webhook", "add", *options], capture_output=True, check=True, text=True)
    return json.loads(done.stdout)["url"]


@pytest.fixture(scope="module")
def demo(tieline: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder, port = tmp_path_factory.mktemp("demo"), four_ports()
    log = folder / "demo.log"
    command = [str(tieline), "demo", "--data", str(folder / "data"), "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)

    def ready() -> bool:
        assert process.poll() is None, log.read_text()
        return "Click here" in log.read_text()

    try:
        until(ready, "the demo is ready", 60)
        state = json.loads((folder / "data/demo.json").read_text())
        people = {person["name"].split()[0]: person for person in state["people"]}
        hook = urlsplit(add_webhook(tieline, folder / "data")).path
        made = Demo(
            inbox=f"http://localhost:{port + 1}/app/",
            chat=f"http://127.0.0.1:{port + 2}/",
            people=people,
            hook=f"http://localhost:{port + 1}{hook}",
            line=state["line"],
            data=folder / "data",
        )
        made.settings(WELCOME_BOT_ENABLE="N", VOTE_MESSAGE="N")  # but for who looks at just that
        yield made
    finally:
        process.terminate()
        process.wait(15)


def operator_of(context, demo: Demo, name: str) -> Operator:
    person = demo.people[name]
    return Operator(context, demo.inbox, person["email"], person["password"])


@pytest.mark.parametrize("size", FIRST_DESKTOP)
def test_conversation_from_first_word_to_finish(demo: Demo, browser: Browser, size: str) -> None:
    name = f"Vera {size.title()}"
    with window(browser, SIZES[size]) as inside, window(browser, SIZES[size]) as outside:
        operator = operator_of(inside, demo, "Ada")
        operator.tab("all")
        visitor = Visitor(outside, demo.chat, name)
        visitor.write("Do you ship to Norway?")
        expect(operator.row(name)).to_be_visible()
        picture(operator.page, f"{size}-list")
        check(operator.page)

        operator.open(name)
        operator.sees("Do you ship to Norway?")
        operator.part("take").click()
        expect(operator.part("take")).to_have_count(0)
        operator.answer("Yes, twice a week.")
        visitor.sees("Yes, twice a week.")
        operator.sees_state("Yes, twice a week.", "delivered|read")
        picture(operator.page, f"{size}-dialog")
        check(operator.page)
        picture(visitor.page, f"{size}-visitor")

        operator.do("Yes, twice a week.", "Edit")
        expect(operator.part("editing")).to_be_visible()
        operator.answer("Yes, every day.")
        visitor.sees("Yes, every day.")
        visitor.does_not_see("twice a week")
        operator.answer("Never mind this.")
        visitor.sees("Never mind this.")
        operator.do("Never mind this.", "Delete")
        operator.part("confirm").click()
        visitor.does_not_see("Never mind this.")
        expect(operator.message("Message deleted")).to_be_visible()
        if size == "desktop":
            expect(operator.row(name)).to_contain_text("Message deleted")
        picture(operator.page, f"{size}-edited")

        operator.part("finish").click()
        visitor.sees("This conversation is closed")
        expect(operator.part("finish")).to_have_count(0)
        picture(operator.page, f"{size}-finished")

        visitor.write("One more thing")
        operator.sees("One more thing")
        assert operator.loads == 0
        assert operator.problems == []


def test_bot_receives_a_visitor_and_calls_an_operator(demo: Demo, browser: Browser) -> None:
    name = "Bella Button"
    demo.settings(WELCOME_BOT_ENABLE="Y", VOTE_MESSAGE="Y")
    with window(browser, DESKTOP) as inside, window(browser, SIZES["phone"]) as outside:
        operator = operator_of(inside, demo, "Ada")
        operator.tab("all")
        visitor = Visitor(outside, demo.chat, name)
        visitor.write("Hello")
        visitor.sees("I am the bot at the front desk")
        picture(visitor.page, "bot-visitor-greeted")
        visitor.page.get_by_role("button", name="Opening hours").last.click()
        visitor.sees("Monday to Friday")
        expect(operator.row(name)).to_contain_text("Front desk")
        expect(operator.row(name).locator("[data-test='bot']")).to_be_visible()
        operator.open(name)
        operator.sees("What is it about?")
        picture(operator.page, "bot-dialog")
        check(operator.page)

        visitor.page.get_by_role("button", name="Talk to a person").last.click()
        visitor.sees("I am calling a colleague")
        expect(operator.row(name).locator("[data-test='bot']")).to_have_count(0)
        if operator.part("take").is_visible():
            operator.part("take").click()
        operator.answer("Good day, this is Ada.")
        visitor.sees("Good day, this is Ada.")
        visitor.write("Thank you!")
        operator.sees("Thank you!")
        picture(operator.page, "bot-handed-over")
        operator.part("finish").click()
        operator.part("confirm").click()  # the customer has the last word
        visitor.sees("How did we do?")
        visitor.write("1")
        visitor.sees("Thank you!")
        picture(visitor.page, "bot-visitor-voted")
        picture(operator.page, "bot-finished")
        assert operator.problems == []
    demo.settings(WELCOME_BOT_ENABLE="N", VOTE_MESSAGE="N")


@pytest.mark.slow
def test_other_bot_answers_a_colleague_in_private(demo: Demo) -> None:
    state = demo.data / "faq_bot.json"
    until(state.exists, "the bot is registered")
    bot = json.loads(state.read_text())["bot"]
    hook = urlsplit(demo.inbox)._replace(
        path=urlsplit(json.loads((demo.data / "demo.json").read_text())["faq"]["url"]).path
    )
    with httpx.Client(base_url=hook.geturl()) as colleague:
        asked = colleague.post("im.message.add", json={"DIALOG_ID": str(bot), "MESSAGE": "When are you open?"})
        assert asked.status_code == 200, asked.text

        def answered() -> bool:
            told = colleague.post("im.dialog.messages.get", json={"DIALOG_ID": str(bot)}).json()["result"]["messages"]
            return any("Monday to Friday" in one["text"] and one["author_id"] == bot for one in told)

        until(answered, "the bot answers", 20)


@pytest.mark.slow
def test_second_operator_sees_who_took_the_dialog(demo: Demo, browser: Browser) -> None:
    with window(browser, DESKTOP) as one, window(browser, DESKTOP) as two, window(browser, DESKTOP) as outside:
        first, second = operator_of(one, demo, "Olga"), operator_of(two, demo, "Oskar")
        for operator in (first, second):
            operator.tab("all")
        visitor = Visitor(outside, demo.chat, "Walter Waits")
        visitor.write("Is anybody there?")
        for operator in (first, second):
            operator.open("Walter Waits")
            expect(operator.part("take")).to_be_visible()
        first.part("take").click()
        expect(second.part("take")).to_have_count(0)
        expect(second.part("cannot-write")).to_be_visible()
        first.answer("I am.")
        visitor.sees("I am.")
        second.sees("I am.")
        picture(second.page, "desktop-of-another")


@pytest.mark.slow
def test_dialog_is_handed_on_between_a_phone_and_a_desktop(demo: Demo, browser: Browser) -> None:
    name = "Tina Torn"
    with window(browser, PHONE) as one, window(browser, DESKTOP) as two, window(browser, PHONE) as outside:
        olga, oskar = operator_of(one, demo, "Olga"), operator_of(two, demo, "Oskar")
        for operator in (olga, oskar):
            operator.tab("all")
        visitor = Visitor(outside, demo.chat, name)
        visitor.write("Who is the right one for me?")
        olga.open(name)
        olga.part("take").click()
        expect(olga.part("take")).to_have_count(0)
        oskar.open(name)

        olga.choose("Pin")
        expect(olga.part("pinned")).to_be_visible()
        oskar.part("dialog-menu").click()
        expect(oskar.page.get_by_role("menuitem")).to_have_count(2)
        picture(oskar.page, "desktop-dialog-menu")
        check(oskar.page)
        oskar.page.get_by_role("menuitem", name="Join").click()
        oskar.answer("I am here too.")
        visitor.sees("I am here too.")
        olga.part("dialog-menu").click()
        expect(olga.page.get_by_role("menuitem")).to_have_count(4)
        picture(olga.page, "phone-dialog-menu")
        check(olga.page)
        olga.page.get_by_role("menuitem", name="Transfer").click()
        expect(olga.part("picker-choice").filter(has_text="Website")).to_be_visible()
        picture(olga.page, "phone-transfer")
        check(olga.page)
        olga.part("picker-search").fill("osk")
        expect(olga.part("picker-choice")).to_have_count(1)
        olga.part("picker-choice").click()
        expect(olga.part("dialog-menu")).to_have_count(0)

        oskar.part("take").click()
        oskar.answer("It is me.")
        visitor.sees("It is me.")
        olga.open(name)
        expect(olga.part("cannot-write")).to_be_visible()
        olga.choose("Take over")
        olga.answer("Back with me.")
        visitor.sees("Back with me.")
        oskar.sees("Back with me.")
        olga.choose("Mark as spam")
        olga.part("confirm").click()
        expect(olga.row(name)).to_have_count(0)
        visitor.sees("This conversation is closed")
        assert olga.problems == oskar.problems == []


@pytest.mark.slow
@pytest.mark.parametrize("size", FIRST_DESKTOP)
def test_notes_stay_inside_and_quick_answers_are_at_hand(demo: Demo, browser: Browser, size: str) -> None:
    name, answer = f"Nina {size.title()}", f"We open at nine, {size}."
    with window(browser, SIZES[size]) as inside, window(browser, SIZES[size]) as outside:
        operator = operator_of(inside, demo, "Olga")
        operator.tab("all")
        visitor = Visitor(outside, demo.chat, name)
        visitor.write("When do you open?")
        operator.open(name)
        operator.part("take").click()
        expect(operator.part("take")).to_have_count(0)

        operator.part("toggle-notes").click()
        expect(operator.part("note-mode")).to_be_visible()
        operator.answer("She asks every week.")
        expect(operator.message("She asks every week.")).to_have_attribute("data-private", "true")
        expect(operator.message("She asks every week.")).to_contain_text("Private note")
        picture(operator.page, f"{size}-notes")
        check(operator.page)
        operator.part("composer").press("Escape")
        operator.page.keyboard.press("p")
        expect(operator.part("note-mode")).to_have_count(0)

        operator.answer(answer)
        visitor.sees(answer)
        operator.do(answer, "Save as quick answer")
        expect(operator.part("announcer")).to_have_text("Saved as a quick answer")
        operator.part("composer").press_sequentially("/")
        expect(operator.part("quick-answer").filter(has_text=answer)).to_be_visible()
        picture(operator.page, f"{size}-quick-answers")
        check(operator.page)
        operator.part("composer").press("Escape")
        operator.part("composer").fill("")
        for key in f"/{answer[:2]}":
            operator.page.keyboard.press(key)
        expect(operator.part("quick-answer").first).to_be_visible()
        if size == "phone":
            operator.part("quick-answer").filter(has_text=answer).tap()
        else:
            operator.page.keyboard.press("Enter")
        expect(operator.part("composer")).to_have_value(answer)
        expect(operator.part("quick-answers")).to_have_count(0)
        operator.page.keyboard.press("Enter")
        expect(visitor.messages.get_by_text(answer)).to_have_count(2)
        visitor.does_not_see("every week")

        operator.part("composer").fill("/we")
        operator.part("drop-answer").first.click()
        operator.part("confirm").click()
        expect(operator.part("quick-answer")).to_have_count(0)
        assert operator.problems == []


def test_lost_connection_resumes_without_a_reload(demo: Demo, browser: Browser) -> None:
    with window(browser, DESKTOP) as inside, window(browser, DESKTOP) as outside:
        operator = operator_of(inside, demo, "Ada")
        operator.tab("all")
        visitor = Visitor(outside, demo.chat, "Lars Lost")
        visitor.write("First")
        operator.open("Lars Lost")
        operator.answer("Before")
        visitor.sees("Before")
        inside.set_offline(True)
        expect(operator.part("connection-banner")).to_be_visible(timeout=60_000)
        visitor.write("While you were away")
        picture(operator.page, "desktop-offline")
        inside.set_offline(False)
        operator.sees("While you were away")
        expect(operator.part("connection-banner")).to_have_count(0)
        operator.answer("Back again")
        visitor.sees("Back again")
        assert operator.loads == 0


@pytest.mark.slow
def test_answer_written_without_a_connection_arrives_once(demo: Demo, browser: Browser) -> None:
    with window(browser, PHONE) as inside, window(browser, PHONE) as outside:
        operator = operator_of(inside, demo, "Ada")
        operator.tab("all")
        visitor = Visitor(outside, demo.chat, "Nora Nowhere")
        visitor.write("Hello")
        operator.open("Nora Nowhere")
        operator.answer("With a connection")
        visitor.sees("With a connection")
        inside.set_offline(True)
        operator.answer("Without one")
        operator.sees("Without one")
        picture(operator.page, "phone-offline")
        inside.set_offline(False)
        if operator.part("retry").count():
            operator.part("retry").first.click()
        visitor.sees("Without one")
        operator.sees_state("Without one", "sent|delivered|read")
        expect(operator.message("Without one")).to_have_count(1)
        assert visitor.messages.inner_text().count("Without one") == 1


@pytest.mark.slow
@pytest.mark.parametrize("size", FIRST_DESKTOP)
def test_contact_centre_shows_settings_and_disconnects(demo: Demo, browser: Browser, size: str) -> None:
    with window(browser, SIZES[size]) as inside:
        operator = operator_of(inside, demo, "Ada")
        operator.page.goto(demo.inbox + "contact-center")
        expect(operator.part("connector").first).to_be_visible()
        picture(operator.page, f"{size}-contact-centre")
        check(operator.page)
        operator.part("settings").first.click()
        frame = operator.page.frame_locator("[data-test='settings-frame']")
        expect(frame.locator("h1")).to_have_text("The chat is on")
        picture(operator.page, f"{size}-settings")
        check(operator.page)
        operator.part("panel-close").click()
        operator.part("disconnect").first.click()
        operator.part("confirm").click()
        expect(operator.part("disconnect")).to_have_count(0)
        picture(operator.page, f"{size}-disconnected")
        operator.part("connect").first.click()
        expect(frame.locator("h1")).to_have_text("The chat is on")
        operator.part("panel-close").click()
        expect(operator.part("disconnect").first).to_be_visible()


@pytest.mark.parametrize("size", FIRST_DESKTOP)
def test_wrong_password_is_told(demo: Demo, browser: Browser, size: str) -> None:
    with window(browser, SIZES[size]) as context:
        page = context.new_page()
        page.goto(demo.inbox)
        page.locator("[data-test='login-email']").fill("olga@example.com")
        page.locator("[data-test='login-password']").fill("wrong")
        page.locator("[data-test='login-submit']").click()
        expect(page.locator("[data-test='login-error']")).to_be_visible()
        picture(page, f"{size}-login")
        check(page)


def test_operator_without_rights_finds_no_contact_centre(demo: Demo, browser: Browser) -> None:
    with window(browser, DESKTOP) as context:
        operator = operator_of(context, demo, "Oskar")
        expect(operator.page.get_by_role("link", name="Contact")).to_have_count(0)
