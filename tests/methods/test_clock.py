"""The clock of a portal: it is read, stopped, set, moved and made to run faster, and what is due happens on the way."""

import pytest

from support.portal import START, Client, Desk, Portal
from tieline.domain.clock import DAY, HOUR, MINUTE, SECOND
from tieline.domain.sessions import Status


@pytest.fixture
def hook(portal: Portal) -> Client:
    """An administrator's webhook that may lead the clock."""
    return portal.webhook(scopes="tieline,imopenlines,im")


def test_clock_is_the_machines_at_first(portal: Portal, hook: Client) -> None:
    assert hook.call("tieline.clock.get").result == {
        "now": "2027-01-15T08:00:00+00:00",
        "moment": START,
        "rate": 1.0,
        "led": False,
        "target": None,
    }
    portal.clock.move(MINUTE)
    assert hook.call("tieline.clock.get").result["moment"] == START + MINUTE


def test_clock_is_stopped_and_runs_on_from_where_it_stands(portal: Portal, hook: Client) -> None:
    assert hook.call("tieline.clock.freeze").result["rate"] == 0
    portal.clock.move(HOUR)
    assert hook.call("tieline.clock.get").result["moment"] == START
    assert hook.call("tieline.clock.run").result["moment"] == START
    portal.clock.move(MINUTE)
    assert hook.call("tieline.clock.get").result["moment"] == START + MINUTE


def test_clock_runs_faster(portal: Portal, hook: Client) -> None:
    hook.call("tieline.clock.run", RATE=60)
    portal.clock.move(MINUTE)
    assert hook.call("server.time").result == "2027-01-15T09:00:00+00:00"


def test_clock_is_set_and_moved(hook: Client) -> None:
    assert hook.call("tieline.clock.set", MOMENT=START + DAY).result["moment"] == START + DAY
    assert hook.call("tieline.clock.move", SECONDS=90).result["moment"] == START + DAY + 90 * SECOND


@pytest.mark.parametrize(
    ("method", "params"), [("set", {"MOMENT": START - 1}), ("move", {"SECONDS": -1}), ("set", {"MOMENT": 10**15})]
)
def test_clock_only_goes_forward(hook: Client, method: str, params: dict[str, int]) -> None:
    assert hook.call(f"tieline.clock.{method}", **params).error == (400, "ERROR_ARGUMENT")


@pytest.mark.parametrize("rate", [-1, 100_001])
def test_clock_runs_at_no_such_rate(hook: Client, rate: int) -> None:
    assert hook.call("tieline.clock.run", RATE=rate).error == (400, "ERROR_ARGUMENT")


def test_clock_is_led_by_administrators_alone(portal: Portal) -> None:
    hook = portal.webhook(portal.person(), scopes="tieline")
    assert hook.call("tieline.clock.get").result["led"] is False
    for method in ("freeze", "run", "set", "move"):
        assert hook.call(f"tieline.clock.{method}", MOMENT=START, SECONDS=1).error == (403, "ACCESS_DENIED")


@pytest.fixture
def production(request: pytest.FixtureRequest, loop, sqlite_url, tmp_path):
    """A webhook of a server in production."""
    portal = Portal(loop, sqlite_url, tmp_path, profile="production")
    yield portal.webhook(scopes="tieline")
    portal.close()


@pytest.mark.parametrize(
    ("method", "params"), [("freeze", {}), ("run", {}), ("set", {"MOMENT": START}), ("move", {"SECONDS": 1})]
)
def test_clock_is_what_it_is_in_production(production: Client, method: str, params: dict[str, int]) -> None:
    assert production.call(f"tieline.clock.{method}", **params).error == (403, "ACCESS_DENIED")


def test_tokens_and_deliveries_go_by_the_clock_of_the_machine(desk: Desk, hook: Client) -> None:
    hook.call("tieline.clock.move", SECONDS=365 * DAY // SECOND)
    assert desk.app.call("app.info").status == 200
    chat = desk.write_in("Hello")
    assert desk.history(chat)[0]["date"] == "2028-01-15T08:00:00+00:00"


def test_what_is_due_on_the_way_happens_at_its_own_time(desk: Desk, hook: Client) -> None:
    """Hours, then closing, then the end: each at its moment, however far the clock is led at once."""
    desk.settings(AUTO_CLOSE_TIME=600, AUTO_CLOSE_RULE="text", AUTO_CLOSE_TEXT="Goodbye.", AUTO_EXPIRE_TIME=1200)
    chat = desk.write_in("Hello")
    desk.answer(chat, "Good day")
    hook.call("tieline.clock.move", SECONDS=30 * DAY // SECOND)
    assert desk.chat(chat).status == Status.CLOSED
    assert desk.history(chat)[-1]["date"] == "2027-01-15T08:10:00+00:00"
    rows = desk.portal.read(
        lambda tx: tx.all("select kind, at from happenings where chat_id = :chat order by id", chat=chat)
    )
    assert [row for row in rows if row[0] in ("left alone", "session closed")] == [
        ("left alone", START + 600 * SECOND),
        ("session closed", START + 1800 * SECOND),
    ]


def test_timer_that_fails_is_tried_again_and_holds_up_no_other(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.settings(AUTO_CLOSE_TIME=600)
    chat = desk.dialog_of("a")
    desk.answer(chat)
    desk.portal.write(  # a dialog that is gone
        lambda tx: tx.run(
            "insert into timers (portal_id, subject_id, kind, due_at) values (1, 999, 'auto close', :due)",
            due=START + SECOND,
        )
    )
    desk.portal.pass_time(600 * SECOND)
    assert desk.chat(chat).status == Status.CLOSING
    left = desk.portal.read(lambda tx: tx.all("select subject_id, due_at from timers where subject_id = 999"))
    assert left == [(999, START + 660 * SECOND)]


def test_administrative_acts_are_kept(hook: Client, portal: Portal) -> None:
    hook.call("tieline.clock.move", SECONDS=60)
    kept = portal.read(lambda tx: tx.all("select kind, actor_id from happenings where kind = 'clock changed'"))
    assert kept == [("clock changed", 1)]
