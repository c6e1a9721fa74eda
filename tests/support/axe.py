"""axe-core in a page: what keeps people out who use a keyboard or a screen reader."""

from functools import cache
from typing import Any

from playwright.sync_api import Page

from support.browsers import still
from support.sdk import WIRE, node

GRAVE = ("serious", "critical")


@cache
def _script() -> str:
    node()
    return (WIRE / "node/node_modules/axe-core/axe.min.js").read_text()


def check(page: Page) -> None:
    """Fail if axe finds anything serious in what the page shows once nothing moves any more."""
    still(page)
    page.evaluate(_script())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    told = [_told(violation) for violation in found if violation["impact"] in GRAVE]
    assert not told, "\n".join([page.url, *told])


def _told(violation: dict[str, Any]) -> str:
    nodes = [f"    {node['html'][:300]}\n    {node['failureSummary']}" for node in violation["nodes"][:5]]
    return "\n".join([f"{violation['id']} ({violation['impact']}): {violation['help']}", *nodes])
