"""imopenlines.network.* and imopenlines.revision.get."""

from typing import Any

import pytest

from support.portal import Client, Portal, refused

CODE = "ab515f5d85a8b844d484f6ea75a2e494"
WRONG_CODE = (400, "CODE", "You entered an invalid code")
NOT_FOUND = (400, "NOT_FOUND", "Line not found")


@pytest.fixture
def client(quick_portal: Portal) -> Client:
    """A webhook of the administrator's."""
    return quick_portal.webhook()


@pytest.mark.parametrize("code", [None, "", "abc", CODE[:-1], CODE + "0", CODE[:-1] + "-", [1], 5])
def test_code_has_32_characters(client: Client, code: Any) -> None:
    assert refused(client.call("imopenlines.network.join", CODE=code)) == WRONG_CODE
    reply = client.call("imopenlines.network.message.add", CODE=code, USER_ID=1, MESSAGE="Hello")
    assert refused(reply) == WRONG_CODE


@pytest.mark.difference(63)
def test_no_open_channel_of_a_network_is_found(client: Client) -> None:
    assert refused(client.call("imopenlines.network.join", CODE=CODE)) == NOT_FOUND
    given = {"ATTACH": {"BLOCKS": []}, "KEYBOARD": {"BUTTONS": []}, "URL_PREVIEW": "N"}
    reply = client.call("imopenlines.network.message.add", CODE=CODE, USER_ID=1, MESSAGE="Hello", **given)
    assert refused(reply) == NOT_FOUND


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ({}, (400, "USER_ID_EMPTY", "User ID can't be empty")),
        ({"USER_ID": "abc"}, (400, "USER_ID_EMPTY", "User ID can't be empty")),
        ({"USER_ID": 1}, (400, "MESSAGE_EMPTY", "Message can't be empty")),
        ({"USER_ID": 1, "MESSAGE": [1]}, (400, "MESSAGE_EMPTY", "Message can't be empty")),
    ],
)
def test_message_needs_a_text_and_somebody(client: Client, given: dict[str, Any], answer: tuple[int, str, str]) -> None:
    assert refused(client.call("imopenlines.network.message.add", CODE=CODE, **given)) == answer


def test_pages_send_nothing_into_a_network(quick_portal: Portal) -> None:
    page = quick_portal.page(quick_portal.person())
    reply = page.call("imopenlines.network.message.add", CODE=CODE, USER_ID=1, MESSAGE="Hello")
    assert refused(reply) == (403, "WRONG_AUTH_TYPE", "Access for this method not allowed by session authorization")


def test_revisions_are_those_of_the_documentation(client: Client) -> None:
    assert client.call("imopenlines.revision.get").result == {"rest": 2, "web": 1, "mobile": 1}
