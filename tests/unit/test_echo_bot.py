"""What the example of a bot at the front desk answers, and what it does with events that come twice or from nowhere."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

sys.path.append(str(Path(__file__).parents[2] / "examples"))
from echo_bot.app import MAX_BODY, Seen, create_app
from echo_bot.portal import Portal, UnavailableError
from echo_bot.talk import KEYBOARD, MOST_REPEATED, Action, CallOperator, Say, react

IN_LINE = {"DIALOG_ID": "chat5", "TO_CHAT_ID": "5", "CHAT_ENTITY_TYPE": "LINES"}
KNOWN = "a" * 32
AUTH = {
    "access_token": "t",
    "expires": "1772093963",
    "expires_in": "3600",
    "scope": "imbot",
    "domain": "p.test",
    "server_endpoint": "https://p.test/rest/",
    "client_endpoint": "https://p.test/rest/",
    "status": "L",
    "member_id": "m",
    "user_id": "1",
    "refresh_token": "r",
}


class Refusing(Portal):
    """A portal that notes what it is told, and refuses it as often as is wished."""

    def __init__(self, folder: Path) -> None:
        state = folder / "state.json"
        state.write_text(json.dumps({"application_token": KNOWN, "bot": 7}))
        super().__init__(
            url="https://p.test", client_id="c", client_secret="s", public_url="http://b.test", state=state
        )
        self.done: list[tuple[Action, str]] = []
        self.refusals = 0

    def carry_out(self, action: Action, access_token: str) -> None:
        if self.refusals:
            self.refusals -= 1
            raise UnavailableError("not now")
        self.done.append((action, access_token))


class Bot:
    """The bot's routes, without a network."""

    def __init__(self, portal: Portal) -> None:
        self._transport = httpx.ASGITransport(create_app(portal))

    def post(self, path: str, **given: Any) -> httpx.Response:
        return self.request("POST", path, **given)

    def request(self, verb: str, path: str, **given: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url="http://bot.test") as client:
                return await client.request(verb, path, **given)

        return asyncio.run(ask())


@pytest.fixture
def portal(tmp_path: Path) -> Refusing:
    return Refusing(tmp_path)


@pytest.fixture
def bot(portal: Refusing) -> Bot:
    return Bot(portal)


def event(name: str = "ONIMBOTMESSAGEADD", token: str = KNOWN, **params: str) -> dict[str, str]:
    """Write an event as it is posted."""
    where = {"DIALOG_ID": "1", "MESSAGE": "Hello"} | params
    owner = "data[COMMAND][3]" if name == "ONIMCOMMANDADD" else "data[BOT][7]"
    return {
        "event": name,
        "ts": "1",
        "event_handler_id": "1",
        f"{owner}[BOT_ID]": "7",
        f"{owner}[access_token]": "secret",
        **({f"{owner}[COMMAND]": "operator"} if name == "ONIMCOMMANDADD" else {}),
        **{f"data[PARAMS][{key}]": value for key, value in where.items()},
        **{f"auth[{key}]": value for key, value in AUTH.items()},
        "auth[application_token]": token,
    }


def test_private_message_is_repeated() -> None:
    data = {"BOT": {"7": {}}, "PARAMS": {"DIALOG_ID": "1", "MESSAGE": " Good \n day "}}
    assert react("ONIMBOTMESSAGEADD", data) == [Say(7, "1", "You said: Good day")]
    data["PARAMS"]["MESSAGE"] = "x" * 5_000
    (said,) = react("ONIMBOTMESSAGEADD", data)
    assert len(said.text) < MOST_REPEATED + 20
    data["PARAMS"]["MESSAGE"] = ""
    assert react("ONIMBOTMESSAGEADD", data) == [Say(7, "1", "I can read text only.")]


def test_visitor_of_a_line_is_offered_a_person_and_gets_one() -> None:
    (greeting,) = react("ONIMBOTJOINCHAT", {"BOT": {"7": {}}, "PARAMS": IN_LINE})
    assert greeting.keyboard == KEYBOARD
    command = {"COMMAND": {"3": {"BOT_ID": "7", "COMMAND": "operator"}}, "PARAMS": IN_LINE}
    said, called = react("ONIMCOMMANDADD", command)
    assert (said.dialog, called) == ("chat5", CallOperator(7, 5))
    elsewhere = command | {"PARAMS": {"DIALOG_ID": "1"}}
    assert [type(action) for action in react("ONIMCOMMANDADD", elsewhere)] == [Say]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"PARAMS": "x"},
        {"BOT": []},
        {"BOT": {"x": {}}, "PARAMS": {}},
        {"COMMAND": {"1": "x"}},
        {"COMMAND": ["x"], "PARAMS": 5},
    ],
)
def test_strange_event_is_passed_over(data: dict[str, Any]) -> None:
    for name in ("ONIMBOTMESSAGEADD", "ONIMBOTJOINCHAT", "ONIMCOMMANDADD", "ONIMBOTDELETE", ""):
        assert react(name, data) == []


def test_event_that_comes_twice_is_answered_once(bot: Bot, portal: Refusing) -> None:
    for _ in range(2):
        assert bot.post("/bot", data=event(), headers={"webhook-id": "w1"}).status_code == 200
    assert portal.done == [(Say(7, "1", "You said: Hello"), "secret")]
    bot.post("/bot", data=event(), headers={"webhook-id": "w2"})
    assert len(portal.done) == 2


def test_foreign_application_token_is_turned_away(bot: Bot, portal: Refusing) -> None:
    for token in ("b" * 32, "", "ä"):
        assert bot.post("/bot", data=event(token=token)).status_code == 403
    assert bot.post("/install", data=event("ONAPPINSTALL", token="b" * 32)).status_code == 403
    assert portal.done == []


def test_nobody_is_heard_before_the_installation(tmp_path: Path) -> None:
    portal = Refusing(tmp_path)
    (tmp_path / "state.json").unlink()
    for token in (KNOWN, ""):
        assert Bot(portal).post("/bot", data=event(token=token)).status_code == 403


def test_refused_answer_is_tried_again_from_where_it_stopped(bot: Bot, portal: Refusing) -> None:
    portal.refusals = 1
    command = event("ONIMCOMMANDADD", **IN_LINE)
    assert bot.post("/bot", data=command, headers={"webhook-id": "w1"}).status_code == 503
    assert portal.done == []
    for _ in range(2):
        assert bot.post("/bot", data=command, headers={"webhook-id": "w1"}).status_code == 200
    assert [type(action) for action, _ in portal.done] == [Say, CallOperator]


def test_part_of_an_answer_is_not_repeated(bot: Bot, portal: Refusing) -> None:
    command = event("ONIMCOMMANDADD", **IN_LINE)
    carry_out = portal.carry_out

    def second_fails(action: Action, token: str) -> None:
        portal.refusals = int(isinstance(action, CallOperator) and not portal.refusals)
        carry_out(action, token)

    portal.carry_out = second_fails
    assert bot.post("/bot", data=command, headers={"webhook-id": "w1"}).status_code == 503
    portal.carry_out = carry_out
    assert bot.post("/bot", data=command, headers={"webhook-id": "w1"}).status_code == 200
    assert [type(action) for action, _ in portal.done] == [Say, CallOperator]


def test_body_that_is_no_form_is_refused(bot: Bot) -> None:
    assert bot.post("/bot", content=b"a=" + b"x" * MAX_BODY).status_code == 400
    assert bot.post("/bot", content="&".join(f"a{n}=1" for n in range(3_000))).status_code == 400
    assert bot.post("/bot", content=b"\xff=\xfe").status_code in (400, 403)
    assert bot.request("GET", "/health").text == "ok"


def test_what_was_answered_is_forgotten_after_many_others() -> None:
    seen = Seen()
    for number in range(10_001):
        seen.done(str(number), 1)
    assert (seen.steps("0"), seen.steps("1")) == (0, 1)
