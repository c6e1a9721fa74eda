"""tieline.app.* and tieline.webhook.*: what the pages of the developer's area are told when something is wrong."""

import pytest

from support.portal import Client, Portal, refused

GOOD = {"NAME": "An app", "HANDLER_URL": "https://app.example/", "INSTALL_URL": "https://app.example/install"}


@pytest.fixture
def admin(quick_portal: Portal) -> Client:
    """The page of an administrator."""
    return quick_portal.page(quick_portal.person(admin=True))


@pytest.mark.parametrize(
    ("change", "code", "text"),
    [
        ({"NAME": " "}, "NAME_REQUIRED", "A name is needed"),
        ({"HANDLER_URL": "ftp://app.example"}, "WRONG_URL", "not an http or https URL"),
        ({"INSTALL_URL": "ftp://app.example"}, "WRONG_INSTALL_URL", "not an http or https URL"),
        ({"HANDLER_URL": "x", "INSTALL_URL": "x"}, "WRONG_URL", "not an http or https URL"),
        ({"ACCESS": [1, 9_999]}, "USER_NOT_FOUND", "There is no such person"),
    ],
)
def test_each_wrong_field_of_an_application_has_a_code_of_its_own(
    admin: Client, change: dict, code: str, text: str
) -> None:
    assert refused(admin.call("tieline.app.add", **(GOOD | change))) == (400, code, text)
    app = admin.call("tieline.app.add", **GOOD).result["id"]
    assert refused(admin.call("tieline.app.edit", APP=app, **(GOOD | change))) == (400, code, text)
    (kept,) = admin.call("tieline.developer.get").result["apps"]
    assert (kept["name"], kept["installUrl"], kept["access"]) == (GOOD["NAME"], GOOD["INSTALL_URL"], [])


def test_title_of_a_webhook_is_cut_like_a_name(admin: Client) -> None:
    webhook = admin.call("tieline.webhook.add", TITLE="ä" * 300).result["id"]
    title = admin.call("tieline.developer.get").result["webhooks"][0]["title"]
    assert title == "ä" * 200
    admin.call("tieline.webhook.edit", WEBHOOK=webhook, TITLE="ö" * 300)
    assert admin.call("tieline.developer.get").result["webhooks"][0]["title"] == "ö" * 200
