"""A real browser, and the people who sit before it."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 15_000
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
SIZES = {"desktop": DESKTOP, "phone": PHONE}
FIRST_DESKTOP = ["desktop", pytest.param("phone", marks=pytest.mark.slow)]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the system's chromium, if it can be without its window; where there is none, skip, or fail in CI."""
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if executable is None:
        missing = "no chromium: apt-get install chromium, or name one in the variable CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def window(browser: Browser, size: dict[str, int], **options: Any) -> Iterator[BrowserContext]:
    """Open a window with a profile of its own; what the page's console complains of fails the test."""
    context = browser.new_context(viewport=size, locale="en-GB", timezone_id="UTC", has_touch=size == PHONE, **options)
    context.set_default_timeout(PATIENCE)
    try:
        yield context
    finally:
        context.close()


class Visitor:
    """Somebody on the website."""

    def __init__(self, context: BrowserContext, url: str, name: str) -> None:
        self.context = context
        self.name = name
        self.page: Page = context.new_page()
        self.page.goto(url)
        self.page.locator("#name").fill(name)
        self.page.get_by_role("button", name="Start the chat").click()
        self.messages: Locator = self.page.locator("#messages")

    def write(self, text: str) -> None:
        self.page.locator("#text").fill(text)
        self.page.locator("#text").press("Enter")

    def sees(self, text: str) -> None:
        expect(self.messages).to_contain_text(text)

    def does_not_see(self, text: str) -> None:
        expect(self.messages).not_to_contain_text(text)


class Operator:
    """Somebody at the inbox."""

    def __init__(
        self, context: BrowserContext, url: str, email: str, password: str, *, lands_on: str = "account"
    ) -> None:
        self.context = context
        self.url = url
        self.page: Page = context.new_page()
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.goto(url)
        self.log_in(email, password)
        expect(self.part(lands_on)).to_be_visible()
        self.loads = 0
        self.page.on("load", self._count_load)

    def log_in(self, email: str, password: str) -> None:
        """Fill in the page for signing in."""
        self.part("login-email").fill(email)
        self.part("login-password").fill(password)
        self.part("login-submit").click()

    def _count_load(self, _: Page) -> None:
        self.loads += 1

    def go(self, name: str) -> None:
        """Go to a page by the navigation; a phone has most of them behind a button."""
        if self.part("more-pages").is_visible():
            self.part("more-pages").click()
        self.page.get_by_role("link", name=name).click()

    def part(self, name: str) -> Locator:
        """Find what carries a name in the page."""
        return self.page.locator(f"[data-test='{name}']")

    def row(self, name: str) -> Locator:
        """Find a dialog in the list by its customer."""
        return self.part("dialog-row").filter(has_text=name)

    def tab(self, name: str) -> None:
        """Show one of the list's tabs."""
        self.part(f"tab-{name}").click()

    def open(self, name: str) -> None:
        """Open a customer's dialog."""
        self.row(name).click()
        expect(self.part("message").first).to_be_visible()

    def message(self, text: str) -> Locator:
        """Find a message by its text."""
        return self.part("message").filter(has_text=text)

    def answer(self, text: str) -> None:
        """Write to the customer."""
        self.part("composer").fill(text)
        self.part("composer").press("Enter")

    def do(self, text: str, action: str) -> None:
        """Choose what is to be done with an own message."""
        self.message(text).hover()
        self.message(text).locator("[data-test='message-menu']").click()
        self.page.get_by_role("menuitem", name=action).click()

    def choose(self, action: str) -> None:
        """Choose what is to be done with the open dialog."""
        self.part("dialog-menu").click()
        self.page.get_by_role("menuitem", name=action).click()

    def sees(self, text: str) -> None:
        expect(self.message(text)).to_be_visible()

    def sees_state(self, text: str, state: str) -> None:
        expect(self.message(text)).to_have_attribute("data-state", re.compile(state))


def still(page: Page) -> None:
    """Wait until nothing fades or slides any more, but for what never ends."""
    page.evaluate(
        """async () => {
            await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))
            const ends = (moving) => moving.effect.getComputedTiming().endTime !== Infinity
            await Promise.allSettled(document.getAnimations().filter(ends).map((moving) => moving.finished))
        }"""
    )


def picture(page: Page, name: str) -> None:
    """Keep what the page looks like, where the variable TIELINE_PICTURES names a folder for it."""
    if folder := os.environ.get("TIELINE_PICTURES"):
        still(page)
        page.screenshot(path=Path(folder) / f"{name}.png")
