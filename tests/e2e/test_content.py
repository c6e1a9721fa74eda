"""Messages with marks, attachments, buttons and menus in the operator's page, friendly and hostile ones."""

import json
import re
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from support.axe import check
from support.browsers import FIRST_DESKTOP, SIZES, Operator, picture, window
from support.hostile import BOMBS, TEXTS, attachments, keyboard, menu
from support.portal import PASSWORD
from support.sdk import ROOT
from support.served import Scene, Served
from tieline.domain.content import read_attach, read_keyboard, read_menu

sys.path.append(str(ROOT / "examples"))
from site_chat.app import HEADERS
from site_chat.content import attach_rows, keyboard_buttons

pytestmark = pytest.mark.xdist_group("content")  # they share a server
OPERATOR = "olga@example.com"
BOT = 77

MARKED = """Dear Olga, [b]thank you[/b] for your [i]quick[/i] answer. I [u]really[/u] need it [s]today[/s] tomorrow.
>>Shall we send the parcel to Bergen?
>>Or to Oslo?
To Bergen, [url=https://example.com/order/42]order 42[/url], see https://example.com/map?a[b]=1.
------------------------------------------------------
Olga Orlova [timestamp=1645844720 format=FULL]
The old address is still in the order.
------------------------------------------------------
[list][*]two blue cups[*]one [color=#ffe600]yellow[/color] or [color=#001a66]navy[/color] plate[/list]
[quote]Fragile, please[/quote][code]if (paid) ship([b]now[/b])[/code]
[size=24]Big[/size] and [size=9]small[/size][br][call=+4930123456]Call me[/call], [send=/status 42]Status[/send]
or [put=/refund ]Refund[/put]. [user=5]Anna Berg[/user] knows, see [chat=1]our team[/chat].
[icon=https://pictures.example/smile.png size=20 title=smile]
[img size=medium]https://pictures.example/cup.jpg [/img]"""

ATTACH = read_attach(
    [
        {
            "COLOR_TOKEN": "primary",
            "BLOCKS": [
                {"USER": {"NAME": "Shop assistant", "LINK": "https://example.com/shop"}},
                {"LINK": {"NAME": "Order 42", "LINK": "/crm/deal/details/42/", "DESC": "Paid, [b]not sent[/b] yet"}},
                {"MESSAGE": "[b]Two[/b] parcels are on their way."},
                {"DELIMITER": {"SIZE": 200, "COLOR": "#c6c6c6"}},
                {
                    "GRID": [
                        {"NAME": "Project", "VALUE": "Cups", "DISPLAY": "LINE", "WIDTH": 100},
                        {"NAME": "Priority", "VALUE": "High", "DISPLAY": "LINE", "COLOR_TOKEN": "alert", "WIDTH": 100},
                        {"NAME": "Category", "VALUE": "Complaint", "DISPLAY": "LINE", "COLOR": "#ffef80"},
                        {"NAME": "Summary", "VALUE": "The customer asks for another address.", "DISPLAY": "BLOCK"},
                    ]
                },
                {"DELIMITER": True},
                {
                    "GRID": [
                        {"NAME": "Assigned to", "VALUE": "Eugenia Lang", "DISPLAY": "ROW", "WIDTH": 120},
                        {"NAME": "Deadline", "VALUE": "11/04/2027 05:50 PM", "DISPLAY": "ROW"},
                        {"VALUE": "No name takes both columns", "DISPLAY": "ROW"},
                        {"NAME": "Parcel", "VALUE": "DE 1234", "DISPLAY": "TABLE", "LINK": "https://example.com/1234"},
                        {"NAME": "Weight", "VALUE": "2 kg", "DISPLAY": "TABLE"},
                    ]
                },
            ],
        },
        {
            "COLOR": "#d9534f",
            "BLOCKS": [
                {
                    "IMAGE": [
                        {"NAME": "The cup", "LINK": "https://pictures.example/cup.png", "WIDTH": 400, "HEIGHT": 260}
                    ]
                },
                {"FILE": {"NAME": "invoice-2027-11-04.pdf", "LINK": "https://example.com/a.pdf", "SIZE": 1_500_000}},
            ],
        },
    ]
)
KEYBOARD = read_keyboard(
    {
        "BOT_ID": BOT,
        "BUTTONS": [
            {
                "TEXT": "Yes, to Bergen",
                "COMMAND": "confirm",
                "COMMAND_PARAMS": "42",
                "BG_COLOR_TOKEN": "primary",
                "BLOCK": "Y",
            },
            {
                "TEXT": "Ask again",
                "ACTION": "SEND",
                "ACTION_VALUE": "Where to?",
                "DISPLAY": "LINE",
                "BG_COLOR_TOKEN": "secondary",
            },
            {"TEXT": "Write", "ACTION": "PUT", "ACTION_VALUE": "/address ", "DISPLAY": "LINE"},
            {"TEXT": "Cancel", "COMMAND": "cancel", "DISPLAY": "LINE", "BG_COLOR_TOKEN": "alert"},
            {"TYPE": "NEWLINE"},
            {
                "TEXT": "Site",
                "LINK": "https://example.com/",
                "DISPLAY": "LINE",
                "BG_COLOR": "#ffe600",
                "TEXT_COLOR": "#ffffff",
            },
            {
                "TEXT": "Copy",
                "ACTION": "COPY",
                "ACTION_VALUE": "DE 1234",
                "DISPLAY": "LINE",
                "WIDTH": 120,
                "BG_COLOR": "#29619b",
            },
            {"TEXT": "Call", "ACTION": "CALL", "ACTION_VALUE": "+49 30 123456", "DISPLAY": "LINE"},
            {"TEXT": "Sold out", "COMMAND": "x", "DISPLAY": "LINE", "DISABLED": "Y"},
            {"TEXT": "On a phone", "LINK": "/m/", "DISPLAY": "LINE", "CONTEXT": "MOBILE"},
        ],
    }
)
MENU = read_menu(
    [{"TEXT": "Track the parcel", "COMMAND": "track"}, {"TEXT": "Help page", "LINK": "https://example.com/h"}], BOT
)


@pytest.fixture(scope="module")
def scene(served: Served) -> Scene:
    """A line with an operator."""
    return Scene(served, "http://127.0.0.1:9/handler", email=OPERATOR)


def dress(served: Served, message: int, text: str = "", **params: Any) -> None:
    """Give a stored message what only the server's own methods could give it, checked or not."""
    with sqlite3.connect(served.folder / "tieline.db", timeout=10) as base:
        base.execute(
            "update messages set params = ? where id = ?", (json.dumps(params).replace("\\ud800", "?"), message)
        )
        if text:
            base.execute("update messages set text = ? where id = ?", (text, message))
    base.close()


def dialog(scene: Scene, name: str, *texts: str) -> tuple[int, list[int]]:
    """Let a customer write, and the operator answer with all but the first text; returns the chat and the messages."""
    with scene.served.client() as client:
        chat = scene.send(client, name, f"{name}-1", texts[0])["session"]["CHAT_ID"]
        taken = client.post(f"{scene.hook}imopenlines.operator.answer", json={"CHAT_ID": chat})
        assert taken.status_code == 200, taken.text
        answers = [scene.answer(client, chat, text) for text in texts[1:]]
        first = scene.history(client, chat)[0]["id"] if not answers else 0
    return chat, answers or [first]


@contextmanager
def opened(browser: Browser, scene: Scene, chat: int, size: str = "desktop", **options: Any) -> Iterator[Operator]:
    """Show a dialog to its operator; anything but the portal that is asked for, and each complaint, is a problem."""
    with window(browser, SIZES[size], **options) as context:
        problems: list[str] = []
        context.route(
            lambda url: not url.startswith(scene.served.url) and not url.startswith("data:"),
            lambda route: (problems.append(f"asked {route.request.url}"), route.abort()),
        )
        operator = Operator(context, f"{scene.served.url}/app/", OPERATOR, PASSWORD)
        operator.problems = problems
        page = operator.page
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("dialog", lambda shown: (problems.append(f"dialog {shown.message}"), shown.dismiss()))
        page.on("console", lambda said: problems.append(said.text) if said.type in ("error", "warning") else None)
        page.goto(f"{scene.served.url}/app/chat/{chat}")
        expect(operator.part("message").first).to_be_visible()
        yield operator


def fits(page: Page) -> None:
    """Nothing is wider than the window, nor wider than what it stands in."""
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("() => [...document.querySelectorAll('main *')].every((one) => one.scrollLeft === 0)")


@pytest.fixture(scope="module")
def rich(scene: Scene) -> int:
    """A dialog with everything that a message can have."""
    texts = ["Card of the order", "What shall we do?", "With a menu", "Was edited", "Goes"]
    chat, (card, question, listed, edited, gone) = dialog(scene, "rich", MARKED, *texts)
    dress(scene.served, card, ATTACH=ATTACH)
    dress(scene.served, question, KEYBOARD=KEYBOARD, LIKE=[scene.operator + 1000])
    dress(scene.served, listed, MENU=MENU)
    with scene.served.client() as client:
        for method, params in [
            ("update", {"MESSAGE_ID": edited, "MESSAGE": "Is edited"}),
            ("delete", {"MESSAGE_ID": gone}),
        ]:
            assert client.post(f"{scene.hook}im.message.{method}", json=params).status_code == 200
    return chat


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
@pytest.mark.parametrize("size", FIRST_DESKTOP)
def test_marks_attachments_and_buttons_are_shown(
    browser: Browser, scene: Scene, rich: int, size: str, theme: str
) -> None:
    with opened(browser, scene, rich, size, color_scheme=theme) as operator:
        page = operator.page
        text = operator.message("thank you")
        text.scroll_into_view_if_needed()
        for tag, words in [("strong", "thank you"), ("em", "quick"), ("u", "really"), ("s", "today")]:
            expect(text.locator(tag).first).to_have_text(words)
        expect(text.locator("blockquote")).to_have_count(3)
        expect(text.locator("blockquote").first).to_have_text("Shall we send the parcel to Bergen?\nOr to Oslo?")
        expect(text.locator("code")).to_have_text("if (paid) ship([b]now[/b])")
        expect(text.locator("li")).to_have_count(2)
        expect(text.get_by_role("link", name="https://example.com/map?a[b]=1", exact=True)).to_be_visible()
        expect(text.get_by_role("link", name="Call me")).to_have_attribute("href", "tel:+4930123456")
        expect(text.get_by_role("link", name="our team")).to_have_attribute("href", "/app/chat/1")
        expect(text.get_by_text("Big", exact=True)).to_have_css("font-size", "24px")
        picture(page, f"content-text-{size}-{theme}")
        check(page)

        operator.message("Card of the order").scroll_into_view_if_needed()
        card = operator.message("Card of the order").locator("[data-test='attachment']")
        expect(card).to_have_count(2)
        expect(card.locator("dl")).to_have_count(4)
        link = card.get_by_role("link", name="Order 42")
        expect(link).to_have_attribute("href", "/crm/deal/details/42/")
        expect(link).to_have_attribute("rel", "noopener noreferrer")
        expect(card.get_by_text("1.4 MB")).to_be_visible()
        picture(page, f"content-card-{size}-{theme}")
        card.last.scroll_into_view_if_needed()
        picture(page, f"content-card-end-{size}-{theme}")
        fits(page)
        check(page)

        operator.message("What shall we do?").scroll_into_view_if_needed()
        buttons = operator.message("What shall we do?").locator("[data-test='keyboard-button']")
        expect(buttons).to_have_count(9 if size == "phone" else 8)
        expect(buttons.filter(has_text="Sold out")).to_be_disabled()
        expect(operator.message("What shall we do?").locator("[data-test='likes']")).to_have_text("1")
        expect(operator.message("Is edited")).to_contain_text("edited")
        expect(operator.message("Message deleted")).to_be_visible()
        page.get_by_role("region", name="Messages").evaluate("(box) => (box.scrollTop = box.scrollHeight)")
        picture(page, f"content-buttons-{size}-{theme}")
        check(page)
        fits(page)
        assert operator.problems == []


def asked(page: Page, method: str) -> list[dict[str, Any]]:
    """Answer a method in the server's place, and keep what it was asked."""
    kept: list[dict[str, Any]] = []

    def answer(route: Any) -> None:
        kept.append(route.request.post_data_json)
        route.fulfill(json={"result": 10**6 if method.endswith(".add") else True})

    page.route(f"**/ui/rest/{method}", answer)
    return kept


def button(operator: Operator, name: str) -> Locator:
    return operator.message("What shall we do?").locator("[data-test='keyboard-button']").filter(has_text=name)


def test_buttons_do_what_they_say(browser: Browser, scene: Scene, rich: int) -> None:
    with opened(browser, scene, rich) as operator:
        page, composer = operator.page, operator.part("composer")
        commands, likes, sent = (asked(page, f"im.message.{name}") for name in ("command", "like", "add"))
        number = int(operator.message("What shall we do?").get_attribute("data-message-id"))

        button(operator, "Yes, to Bergen").focus()
        page.keyboard.press("Enter")
        expect(button(operator, "Yes, to Bergen")).to_be_disabled()
        assert commands == [{"MESSAGE_ID": number, "BOT_ID": BOT, "COMMAND": "confirm", "COMMAND_PARAMS": "42"}]
        button(operator, "Cancel").click()
        expect(button(operator, "Cancel")).to_be_enabled()
        assert commands[1]["COMMAND"] == "cancel"

        composer.fill("Well,")
        button(operator, "Write").click()
        expect(composer).to_have_value("Well, /address ")
        expect(composer).to_be_focused()
        composer.fill("")
        button(operator, "Ask again").click()
        expect(operator.message("Where to?")).to_be_visible()
        assert sent == [{"DIALOG_ID": f"chat{rich}", "MESSAGE": "Where to?"}]
        expect(button(operator, "Site")).to_have_attribute("href", "https://example.com/")
        expect(button(operator, "Site")).to_have_attribute("target", "_blank")
        expect(button(operator, "Call")).to_have_attribute("href", "tel:+4930123456")
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        button(operator, "Copy").click()
        expect(operator.part("announcer")).to_have_text("Copied")

        liked = operator.message("What shall we do?").locator("[data-test='likes']")
        liked.click()
        expect(liked).to_have_attribute("aria-pressed", "true")
        with page.expect_request("**/im.message.like"):
            operator.do("With a menu", "Like")
        assert [(one["MESSAGE_ID"], one["ACTION"]) for one in likes] == [(number, "plus"), (number + 1, "plus")]
        with page.expect_request("**/im.message.command"):
            operator.do("With a menu", "Track the parcel")
        assert commands[2] == {"MESSAGE_ID": number + 1, "BOT_ID": BOT, "COMMAND": "track", "COMMAND_PARAMS": ""}
        assert operator.problems == []


def test_what_a_customer_wrote_is_never_sent_for_the_operator(browser: Browser, scene: Scene, rich: int) -> None:
    with opened(browser, scene, rich) as operator:
        sent = asked(operator.page, "im.message.add")
        operator.message("thank you").get_by_role("button", name="Status").click()
        expect(operator.part("composer")).to_have_value("/status 42")
        operator.message("thank you").get_by_role("button", name="Refund").click()
        expect(operator.part("composer")).to_have_value("/status 42 /refund ")
        assert sent == []


@pytest.mark.slow
def test_pictures_of_other_hosts_are_shown_when_they_are_wanted(browser: Browser, scene: Scene, rich: int) -> None:
    with opened(browser, scene, rich) as operator:
        pixel = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 4 3'><path fill='teal' d='M0 0h4v3H0z'/></svg>"
        told: list[dict[str, str]] = []

        def answer(route: Any) -> None:
            told.append(route.request.headers)
            route.fulfill(body=pixel, content_type="image/svg+xml")

        operator.page.route("https://pictures.example/**", answer)
        expect(operator.part("show-picture")).to_have_count(3)
        assert told == []
        operator.part("show-picture").last.click()
        expect(operator.part("show-picture")).to_have_count(0)
        expect(operator.page.get_by_role("img", name="The cup")).to_be_visible()
        assert all("referer" not in headers for headers in told)
        operator.message("Card of the order").get_by_role("img").last.scroll_into_view_if_needed()
        picture(operator.page, "content-pictures")
        check(operator.page)
        assert operator.problems == []


@pytest.mark.parametrize("size", FIRST_DESKTOP)
def test_hostile_texts_stay_texts(browser: Browser, scene: Scene, size: str) -> None:
    chat, _ = dialog(scene, f"texts-{size}", "Hello", *(text.replace("\ud800", "?") or "?" for text in TEXTS[:100]))
    with opened(browser, scene, chat, size) as operator:
        page = operator.page
        expect(operator.part("message").last).to_be_visible()
        links = page.locator("[data-test='message'] a").evaluate_all("(all) => all.map((one) => one.protocol)")
        assert set(links) <= {"http:", "https:", "mailto:", "tel:"}
        assert page.locator("[data-test='message'] :is(script, iframe, svg[onload], [onerror], [onclick])").count() == 0
        fits(page)
        picture(page, f"content-hostile-texts-{size}")
        page.get_by_role("region", name="Messages").evaluate("(box) => (box.scrollTop = box.scrollHeight / 2)")
        picture(page, f"content-hostile-texts-middle-{size}")
        check(page)
        assert operator.problems == []


def test_bombs_leave_the_page_responsive(browser: Browser, scene: Scene) -> None:
    chat, answers = dialog(scene, "bombs", "Hello", *(f"bomb {number}" for number in range(len(BOMBS))))
    for message, bomb in zip(answers, BOMBS, strict=True):
        dress(scene.served, message, bomb)
    with opened(browser, scene, chat) as operator:
        begun = time.monotonic()
        operator.page.reload()
        expect(operator.part("message").last).to_be_visible()
        operator.part("composer").fill("Still here")
        assert time.monotonic() - begun < 5
        more = operator.page.get_by_role("button", name="Show all")
        for number in range(min(more.count(), 12)):
            more.nth(0 if number % 2 else more.count() - 1).click()
        begun = time.monotonic()
        operator.page.evaluate(
            "() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
        )
        operator.part("composer").fill("And here")
        assert time.monotonic() - begun < 3
        fits(operator.page)
        assert operator.problems == []


@pytest.mark.parametrize("size", FIRST_DESKTOP)
def test_hostile_attachments_and_buttons_do_no_harm(browser: Browser, scene: Scene, size: str) -> None:
    chat, answers = dialog(scene, f"structures-{size}", "Hello", "one", "two", "three", "four", "five")
    odd: list[Any] = [None, 5, "x", {"a": 1}, [[]], [[["deep"]]]]
    dress(scene.served, answers[0], ATTACH=attachments(), LIKE=["x", None, 2])
    dress(scene.served, answers[1], KEYBOARD=keyboard(), LIKE={"0": 5})
    dress(scene.served, answers[2], MENU=menu())
    dress(scene.served, answers[3], ATTACH=odd, KEYBOARD=odd, MENU=odd, LIKE=odd)
    dress(scene.served, answers[4], ATTACH="x" * 100, KEYBOARD=5, MENU={"a": 1}, LIKE="yes")
    with opened(browser, scene, chat, size) as operator:
        page = operator.page
        more = page.get_by_role("button", name=re.compile("^Show [0-9]+ more"))
        while more.count():
            more.first.click()
        fits(page)
        links = page.locator("[data-test='message'] a").evaluate_all("(all) => all.map((one) => one.href)")
        allowed = ("https://", "http://", "mailto:", "tel:")
        assert all(link.startswith(allowed) and "//tracker.invalid/x" not in link for link in links), links
        styles = page.locator("[data-test='message'] [style]").evaluate_all(
            "(all) => all.map((one) => one.style.cssText)"
        )
        assert not any("url(" in style for style in styles)
        page.get_by_role("region", name="Messages").evaluate("(box) => (box.scrollTop = 0)")
        picture(page, f"content-hostile-attachment-{size}")
        operator.message("two").scroll_into_view_if_needed()
        picture(page, f"content-hostile-buttons-{size}")
        check(page)
        if size == "desktop":
            operator.message("three").hover()
        operator.message("three").locator("[data-test='message-menu']").click()
        expect(page.get_by_role("menuitem").first).to_be_visible()
        picture(page, f"content-hostile-menu-{size}")
        assert operator.problems == []


@contextmanager
def visited(browser: Browser, size: str, *messages: dict[str, Any], theme: str = "light") -> Iterator[Page]:
    """Show the example's page to a visitor, with what its server would answer; complaints fail the test."""
    said = [
        {"id": number, "kind": "operator", "state": "confirmed", "name": "Olga", "files": [], "time": 1_800_000_000}
        | one
        for number, one in enumerate(messages, 1)
    ]
    sent: list[str] = []
    problems: list[str] = []

    def answer(route: Any) -> None:
        name = route.request.url.removeprefix("http://chat.example/").partition("?")[0]
        if name == "api/visitors":
            route.fulfill(json={"id": "1", "key": "k", "name": "Vera"})
        elif route.request.method == "POST":
            sent.append(route.request.post_data_json["text"])
            now = {
                "id": 900 + len(sent),
                "kind": "visitor",
                "state": "sent",
                "name": "",
                "files": [],
                "time": 1_800_000_000,
            }
            route.fulfill(json=route.request.post_data_json | now)
        elif name == "api/messages":
            fresh = "after=0" in route.request.url
            time.sleep(0 if fresh else 0.2)
            route.fulfill(json={"messages": said if fresh else [], "after": 1})
        else:
            route.fulfill(path=ROOT / "examples/site_chat/pages" / (name or "index.html"), headers=HEADERS)

    with window(browser, SIZES[size], color_scheme=theme) as context:
        context.route(
            lambda url: not url.startswith("http://chat.example/"), lambda route: problems.append(route.request.url)
        )
        context.route("http://chat.example/**", answer)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("dialog", lambda shown: (problems.append(shown.message), shown.dismiss()))
        page.on("console", lambda told: problems.append(told.text) if told.type in ("error", "warning") else None)
        page.goto("http://chat.example/")
        page.locator("#name").fill("Vera")
        page.get_by_role("button", name="Start the chat").click()
        expect(page.locator("#messages .message")).to_have_count(len(messages))
        page.sent = sent
        yield page
        assert problems == []


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
@pytest.mark.parametrize("size", FIRST_DESKTOP)
def test_visitor_answers_by_buttons(browser: Browser, size: str, theme: str) -> None:
    card = {"text": "Your order", "attach": attach_rows(ATTACH), "keyboard": []}
    question = {"text": "Shall it go to Bergen?", "attach": [], "keyboard": keyboard_buttons(KEYBOARD)}
    with visited(browser, size, card, question, theme=theme) as page:
        picture(page, f"content-visitor-{size}-{theme}")
        page.locator(".attachment").scroll_into_view_if_needed()
        picture(page, f"content-visitor-card-{size}-{theme}")
        check(page)
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        expect(page.get_by_role("button", name="Sold out")).to_be_disabled()
        expect(page.get_by_role("link", name="Site")).to_have_attribute("rel", "noopener noreferrer")
        page.get_by_role("button", name="Write").click()
        expect(page.locator("#text")).to_have_value("/address")
        page.get_by_role("button", name="Yes, to Bergen").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".visitor")).to_contain_text("Yes, to Bergen")
        page.get_by_role("button", name="Ask again").click()
        expect(page.locator(".visitor")).to_have_count(2)
        assert page.sent == ["Yes, to Bergen", "Where to?"]


def test_hostile_messages_do_a_visitor_no_harm(browser: Browser) -> None:
    hostile = [{"text": text.replace("\ud800", "?"), "attach": [], "keyboard": []} for text in [*TEXTS, *BOMBS]]
    unread = {"title": TEXTS[1], "text": TEXTS[2], "url": "javascript:alert(1)", "note": TEXTS[0]}
    pressed = {"label": TEXTS[1], "url": "javascript:alert(1)", "call": "javascript:alert(1)"}
    built = {"attach": attach_rows(attachments()), "keyboard": keyboard_buttons(keyboard())}
    cleaned = json.loads(json.dumps(built).replace("\\ud800", "?"))
    with visited(
        browser, "desktop", *hostile, {"text": "a", "attach": [unread], "keyboard": [pressed]}, {"text": "b"} | cleaned
    ) as page:
        links = page.locator("#messages a").evaluate_all("(all) => all.map((one) => one.protocol)")
        assert set(links) <= {"http:", "https:", "tel:"}
        assert page.locator("#messages :is(script, iframe, img, [onerror])").count() == 0
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        picture(page, "content-visitor-hostile")
