"""Statistics: figures of sessions, their sums by day, hour, line and so on, the dialogs behind them, and the export."""

import csv
import io
from typing import Any

import pytest

from support.portal import Client, Desk, Portal
from tieline.domain.clock import DAY, HOUR, MINUTE, SECOND
from tieline.domain.definitions import COLUMNS

VOTING = {"VOTE_MESSAGE": "Y", "VOTE_MESSAGE_2_TEXT": "How was it?", "VOTE_BEFORE_FINISH": "N"}


@pytest.fixture
def hook(desk: Desk) -> Client:
    """An administrator's webhook."""
    return desk.portal.webhook(scopes="tieline,imopenlines,im")


@pytest.fixture
def quick_hook(quick_desk: Desk) -> Client:
    """An administrator's webhook on SQLite alone."""
    return quick_desk.portal.webhook(scopes="tieline,imopenlines,im")


def total(hook: Client, **params: Any) -> dict[str, Any]:
    """Return the sums over everything."""
    return hook.call("tieline.statistics.get", **params).result["total"]


def rows(hook: Client, *by: str, **params: Any) -> list[dict[str, Any]]:
    """Return the rows of groups."""
    return hook.call("tieline.statistics.get", BY=list(by), **params).result["rows"]


def finish(desk: Desk, chat: int) -> None:
    """Let the operator finish."""
    assert desk.operator.call("imopenlines.operator.finish", CHAT_ID=chat).result is True


def wait(desk: Desk, seconds: int) -> None:
    """Let seconds pass."""
    desk.portal.pass_time(seconds * SECOND)


def test_nothing_counts_where_nothing_was(hook: Client) -> None:
    answer = hook.call("tieline.statistics.get").result
    times = {name for name in COLUMNS if name.endswith(("Mean", "Median", "P90"))} | {"longestWait", "likeShare"}
    assert answer["total"] == {name: None if name in times else 0 for name in COLUMNS}
    assert answer["rows"] == [answer["total"]]
    assert (answer["from"], answer["to"], answer["zone"]) == (
        "2026-12-17T00:00:00+00:00",
        "2027-01-16T00:00:00+00:00",
        "UTC",
    )
    assert rows(hook, "day") == []


def test_waits_are_counted_from_the_first_message_to_the_answer(desk: Desk, hook: Client) -> None:
    chat = desk.write_in("Hello")
    wait(desk, 30)
    desk.write_in("Is anybody there?")
    desk.portal.page(desk.operator_id).call("tieline.note.add", CHAT_ID=chat, MESSAGE="A regular customer")
    wait(desk, 30)
    desk.answer(chat)
    desk.answer(chat, "How can I help?")
    wait(desk, 100)
    desk.write_in("The parcel is late")
    wait(desk, 10)
    desk.answer(chat)
    desk.write_in("Thank you")
    wait(desk, 20)
    desk.answer(chat)
    desk.write_in("Goodbye")
    open_now = total(hook)
    finish(desk, chat)
    closed = total(hook)
    assert {name for name in COLUMNS if open_now[name] != closed[name]} == {
        *("closed", "durationMean", "durationMedian", "durationP90"),
    }
    assert {name: closed[name] for name in COLUMNS if closed[name]} == {
        "opened": 1,
        "closed": 1,
        "answered": 1,
        "firstAnswerMean": 60,
        "firstAnswerMedian": 60,
        "firstAnswerP90": 60,
        "answerMean": 15,
        "answerMedian": 10,
        "answerP90": 20,
        "longestWait": 60,
        "durationMean": 190,
        "durationMedian": 190,
        "durationP90": 190,
        "customerMessages": 5,
        "operatorMessages": 4,
    }


def test_session_that_an_operator_begins_has_no_first_wait(quick_desk: Desk, quick_hook: Client) -> None:
    desk = quick_desk
    chat = desk.write_in("Hello")
    finish(desk, chat)
    wait(desk, 60)
    desk.answer(chat, "You asked something")
    wait(desk, 60)
    desk.write_in("Yes")
    wait(desk, 5)
    desk.answer(chat)
    found = total(quick_hook)
    assert (found["opened"], found["missed"], found["answered"]) == (2, 1, 1)
    assert (found["firstAnswerMean"], found["answerMean"], found["longestWait"]) == (None, 5, 5)


def test_spam_is_not_missed(desk: Desk, hook: Client) -> None:
    chat = desk.write_in("Buy now")
    assert desk.operator.call("imopenlines.operator.spam", CHAT_ID=chat).result is True
    found = total(hook)
    assert (found["closed"], found["spam"], found["missed"], found["answered"]) == (1, 1, 0, 0)


def test_passing_on_is_counted_by_who_did_it(desk: Desk, hook: Client) -> None:
    other = desk.portal.person("Eva Meyer")
    desk.staff(desk.operator_id, other)
    desk.settings(QUEUE_TIME=60, KPI_FIRST_ANSWER_TIME=90)
    chat = desk.write_in("Hello")
    wait(desk, 60)  # to Eva, by time
    assert desk.operator_of(chat) == other
    eva = desk.portal.webhook(other)
    assert eva.call("imopenlines.operator.skip", CHAT_ID=chat).result is True
    desk.be(other, "absent")
    wait(desk, 60)  # nobody else is free: it stays
    desk.be(desk.operator_id, "absent")
    wait(desk, 1)
    found = total(hook)
    assert (found["passedOn"], found["transfers"], found["returned"], found["lateAnswers"]) == (1, 1, 1, 1)
    assert found["firstAnswerMean"] is None


def test_votes_behind_the_end_count(desk: Desk, hook: Client) -> None:
    desk.settings(**VOTING)
    for customer, sign in (("a", "1"), ("b", "0"), ("c", "1")):
        chat = desk.dialog_of(customer)
        desk.answer(chat)
        desk.operator.call("imopenlines.operator.finish", CHAT_ID=chat)
        assert desk.dialog_of(customer, sign) == chat
    found = total(hook)
    assert (found["opened"], found["likes"], found["dislikes"], found["likeShare"]) == (3, 2, 1, 66.7)
    assert (found["customerMessages"], found["systemMessages"]) == (6, 6)
    assert found["answerMean"] is None  # a vote waits for nobody


def test_vote_begins_no_wait(quick_desk: Desk, quick_hook: Client) -> None:
    desk = quick_desk
    desk.settings(VOTE_MESSAGE="Y", FULL_CLOSE_TIME=10)
    chat = desk.write_in("Hello")
    desk.answer(chat)
    finish(desk, chat)
    desk.write_in("1")
    wait(desk, 30)
    desk.answer(chat, "Thank you for the vote")
    found = total(quick_hook)
    assert (found["closed"], found["likes"], found["operatorMessages"], found["answerMean"]) == (0, 1, 2, None)


def test_stars_of_administrators_count_whenever_they_are_given(desk: Desk, hook: Client) -> None:
    for customer, stars in (("a", (5,)), ("b", (1, 4))):
        chat = desk.dialog_of(customer)
        desk.answer(chat)
        finish(desk, chat)
        for rating in stars:
            session = desk.chat(chat).session_id
            assert hook.call("imopenlines.session.head.vote", SESSION_ID=session, RATING=rating).result is True
    hook.call("imopenlines.session.head.vote", SESSION_ID=session, COMMENT="Words alone")
    found = total(hook)
    assert (found["headVotes"], found["headVoteMean"]) == (2, 4.5)


def test_message_that_begins_another_session_leaves_the_first(desk: Desk, hook: Client) -> None:
    chat = desk.write_in("Hello")
    desk.answer(chat)
    wait(desk, 10)
    desk.write_in("Something else")
    message = desk.chat(chat).last_message_id
    wait(desk, 10)
    desk.answer(chat, "One moment")
    assert total(hook)["answerMean"] == 10
    started = desk.operator.call("imopenlines.message.session.start", CHAT_ID=chat, MESSAGE_ID=message)
    assert started.result is True
    wait(desk, 5)
    desk.answer(chat, "Now to this")
    found = total(hook)
    assert (found["opened"], found["closed"], found["customerMessages"], found["answerMean"]) == (2, 1, 2, None)
    assert found["firstAnswerMean"] == 2.5  # none in the former session, and five seconds since the new one began


def test_sums_by_day_and_hour_follow_the_clocks_of_the_zone(desk: Desk, hook: Client) -> None:
    """On 28 March 2027 Berlin has no hour two; from then on it is two hours ahead of UTC."""
    desk.portal.lead(71 * DAY + 16 * HOUR + 30 * MINUTE)  # 28 March, 00:30 UTC
    desk.dialog_of("a")
    desk.portal.lead(HOUR)  # 01:30 UTC
    desk.dialog_of("b")
    desk.portal.lead(21 * HOUR)  # 22:30 UTC
    desk.dialog_of("c")
    found = rows(hook, "day", "hour", FROM="2027-03-28", TO="2027-03-29", ZONE="Europe/Berlin")
    assert [(row["day"], row["hour"], row["opened"]) for row in found] == [
        ("2027-03-28", 1, 1),
        ("2027-03-28", 3, 1),
        ("2027-03-29", 0, 1),
    ]
    assert [row["weekday"] for row in rows(hook, "weekday", ZONE="Europe/Berlin")] == [1, 7]
    utc = rows(hook, "day", "hour")
    assert [(row["day"], row["hour"]) for row in utc] == [("2027-03-28", 0), ("2027-03-28", 1), ("2027-03-28", 22)]
    assert total(hook, FROM="2027-03-29", TO="2027-03-29", ZONE="Europe/Berlin")["opened"] == 1
    assert total(hook, FROM="2027-03-28T02:30:00+02:00", TO="2027-03-28T22:30:00")["opened"] == 2
    assert total(hook, FROM="2027-03-28T02:30:00", TO="2027-03-28T03:30:01", ZONE="Europe/Berlin")["opened"] == 1
    assert total(hook, FROM="2027-03-29", TO="2027-03-30")["opened"] == 0


def test_sums_by_line_operator_and_connector_have_their_names(desk: Desk, hook: Client) -> None:
    chat = desk.write_in("Hello")
    finish(desk, chat)
    desk.settings(QUEUE=[])
    desk.dialog_of("b")
    found = rows(hook, "line", "operator", "connector")
    shown = [{name: row[name] for name in row if name not in COLUMNS} for row in found]
    line = {"line": desk.line, "lineName": "Support", "connector": desk.code, "connectorName": "My connector"}
    assert shown == [
        line | {"operator": 0, "operatorName": ""},
        line | {"operator": desk.operator_id, "operatorName": "Klaus Weber"},
    ]
    assert [row["missed"] for row in found] == [0, 1]


@pytest.mark.parametrize(
    ("filters", "opened"),
    [
        ({"OPERATORS": [0]}, 1),
        ({"OPERATORS": ["me"]}, 1),
        ({"OPERATORS": []}, 2),
        ({"CONNECTORS": ["MyConnector"]}, 2),
        ({"CONNECTORS": ["another"]}, 0),
        ({"LINES": [999]}, 0),
        ({"LINES": ["line"]}, 2),
    ],
)
def test_sessions_are_filtered(
    quick_desk: Desk, quick_hook: Client, filters: dict[str, list[Any]], opened: int
) -> None:
    desk = quick_desk
    finish(desk, desk.write_in("Hello"))
    desk.settings(QUEUE=[])
    desk.dialog_of("b")
    names = {"me": desk.operator_id, "line": desk.line}
    params = {name: [names.get(value, value) for value in values] for name, values in filters.items()}
    assert total(quick_hook, **params)["opened"] == opened


def test_dialogs_behind_a_figure_are_listed_open_ones_first(desk: Desk, hook: Client) -> None:
    chats = [desk.dialog_of(name) for name in "abcd"]
    for chat in chats[:3]:
        wait(desk, 10)
        if chat != chats[1]:
            desk.answer(chat)
        finish(desk, chat)
    wait(desk, 10)
    desk.answer(chats[3])

    def listed(**params: Any) -> tuple[list[int], int]:
        found = hook.call("tieline.statistics.sessions", **params).result
        return [item["chatId"] for item in found["items"]], found["total"]

    a, b, c, d = chats
    assert listed() == ([d, c, b, a], 4)
    assert listed(LIMIT=2) == ([d, c], 4)
    assert listed(LIMIT=2, START=2) == ([b, a], 4)
    assert listed(LIMIT=2, START=1) == ([c, b], 4)
    assert listed(START=9) == ([], 4)
    assert listed(FIGURE="answered") == ([d, c, a], 3)
    assert listed(FIGURE="missed") == ([b], 1)
    assert listed(FIGURE="duration") == ([c, b, a], 3)
    assert listed(FIGURE="answer") == ([], 0)
    assert listed(HOURS=[8], WEEKDAYS=[5]) == ([d, c, b, a], 4)
    assert listed(HOURS=[9]) == ([], 0)
    assert listed(WEEKDAYS=[1, 2]) == ([], 0)


def test_session_is_told_with_its_figures(quick_desk: Desk, quick_hook: Client) -> None:
    desk = quick_desk
    chat = desk.write_in("Hello")
    wait(desk, 10)
    desk.answer(chat)
    wait(desk, 5)
    desk.write_in("And?")
    wait(desk, 5)
    desk.answer(chat)
    finish(desk, chat)
    (item,) = quick_hook.call("tieline.statistics.sessions", ZONE="Asia/Tokyo").result["items"]
    assert item == {
        "session": desk.chat(chat).session_id,
        "chatId": chat,
        "title": "Anna Schmidt - Support",
        "line": {"id": desk.line, "name": "Support"},
        "operator": {"id": desk.operator_id, "name": "Klaus Weber"},
        "connector": {"id": desk.code, "name": "My connector"},
        "openedAt": "2027-01-15T17:00:00+09:00",
        "closedAt": "2027-01-15T17:00:20+09:00",
        "firstAnswer": 10,
        "answers": [5],
        "longestWait": 10,
        "duration": 20,
        "headVote": None,
        "closed": 1,
        "spam": 0,
        "answered": 1,
        "missed": 0,
        "customerMessages": 2,
        "operatorMessages": 2,
        "systemMessages": 0,
        "transfers": 0,
        "passedOn": 0,
        "returned": 0,
        "likes": 0,
        "dislikes": 0,
        "lateAnswers": 0,
    }


PERIODS = [
    {"FROM": "yesterday"},
    {"TO": "2027-02-30"},
    {"FROM": "2027-01-15", "TO": "2027-01-14"},
    {"FROM": "2027-01-15T10:00", "TO": "2027-01-15T10:00"},
    {"FROM": "2000-01-01"},
    {"FROM": "1960-01-01", "TO": "1960-01-02"},
    {"FROM": "9999-12-31"},
    {"TO": "0001-01-01"},
    {"FROM": "9999-12-31T23:59:59-14:00"},
]


@pytest.mark.parametrize("method", ["get", "sessions"])
@pytest.mark.parametrize("params", PERIODS)
def test_period_that_is_none_is_refused(quick_hook: Client, method: str, params: dict[str, str]) -> None:
    assert quick_hook.call(f"tieline.statistics.{method}", **params).error == (400, "WRONG_PERIOD")


@pytest.mark.parametrize("method", ["get", "sessions"])
@pytest.mark.parametrize("zone", ["Europe/Atlantis", "../../etc/passwd", "/etc/passwd", "a" * 10_000])
def test_zone_that_is_none_is_refused(quick_hook: Client, method: str, zone: str) -> None:
    assert quick_hook.call(f"tieline.statistics.{method}", ZONE=zone).error == (400, "WRONG_ZONE")


@pytest.mark.parametrize("by", [["month"], ["day", "day"], ["DAY"], [""]])
def test_grouping_that_is_none_is_refused(quick_hook: Client, by: list[str]) -> None:
    assert quick_hook.call("tieline.statistics.get", BY=by).error == (400, "WRONG_GROUPING")


@pytest.mark.parametrize("figure", ["likeShare", "first_wait", "1=1"])
def test_figure_that_is_none_is_refused(quick_hook: Client, figure: str) -> None:
    assert quick_hook.call("tieline.statistics.sessions", FIGURE=figure).error == (400, "WRONG_FIGURE")


@pytest.mark.parametrize("page", [{"START": -1}, {"LIMIT": 0}, {"LIMIT": 201}, {"START": 2**62}])
def test_page_that_is_none_is_refused(quick_hook: Client, page: dict[str, int]) -> None:
    assert quick_hook.call("tieline.statistics.sessions", **page).error == (400, "WRONG_PAGE")
    assert quick_hook.call("tieline.statistics.recount", AFTER=-1).error == (400, "WRONG_PAGE")


@pytest.mark.parametrize("method", ["get", "sessions"])
@pytest.mark.parametrize(
    "params", [{"LINES": "x"}, {"LINES": ["x"]}, {"OPERATORS": [2**70]}, {"CONNECTORS": [[]]}, {"FROM": ["a"]}]
)
def test_values_of_other_kinds_are_refused(quick_hook: Client, method: str, params: dict[str, Any]) -> None:
    assert quick_hook.call(f"tieline.statistics.{method}", **params).error == (400, "ERROR_ARGUMENT")


@pytest.mark.parametrize("method", ["get", "sessions"])
def test_filter_of_too_many_values_is_refused(quick_hook: Client, method: str) -> None:
    refused = quick_hook.call(f"tieline.statistics.{method}", OPERATORS=list(range(501)))
    assert refused.error == (400, "TOO_MANY_VALUES")


def test_more_rows_than_anybody_reads_are_refused(
    quick_desk: Desk, quick_hook: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tieline.services.statistics.MOST_ROWS", 1)
    finish(quick_desk, quick_desk.dialog_of("a"))
    assert len(rows(quick_hook, "day")) == 1
    quick_desk.portal.lead(DAY)
    quick_desk.dialog_of("b")
    assert quick_hook.call("tieline.statistics.get", BY=["day"]).error == (400, "TOO_MANY_ROWS")
    finish(quick_desk, quick_desk.dialog_of("b"))
    assert quick_hook.call("tieline.statistics.get", BY=["day"]).error == (400, "TOO_MANY_ROWS")


@pytest.mark.parametrize("method", ["get", "sessions"])
def test_others_see_the_figures_of_their_lines(desk: Desk, hook: Client, method: str) -> None:
    desk.write_in("Hello")
    desk.portal.line(1, name="Sales")
    operator = desk.portal.webhook(desk.operator_id, scopes="tieline")
    stranger = desk.portal.webhook(desk.portal.person(), scopes="tieline")

    def seen(client: Client, **params: Any) -> int:
        found = client.call(f"tieline.statistics.{method}", **params).result
        return found["total"]["opened"] if method == "get" else found["total"]

    assert (seen(hook), seen(operator), seen(stranger)) == (1, 1, 0)
    assert seen(operator, LINES=[desk.line]) == 1
    for client, line in ((operator, desk.line + 1), (stranger, desk.line), (operator, 999)):
        assert client.call(f"tieline.statistics.{method}", LINES=[line]).error == (403, "ACCESS_DENIED")


def test_scope_is_needed(quick_portal: Portal) -> None:
    hook = quick_portal.webhook()
    for method in ("get", "sessions", "definitions", "recount"):
        assert hook.call(f"tieline.statistics.{method}").error == (401, "insufficient_scope")


def test_definitions_name_every_column(quick_hook: Client) -> None:
    told = quick_hook.call("tieline.statistics.definitions").result
    assert rows(quick_hook, *told["groups"]) == []
    found = told["figures"]
    assert [column for one in found for column in one["columns"]] == list(total(quick_hook)) == list(COLUMNS)
    for one in found:
        answer = quick_hook.call("tieline.statistics.sessions", FIGURE=one["name"])
        assert (answer.status == 200) is one["hasSessions"]


def test_administrators_count_anew_in_portions(desk: Desk, hook: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieline.services.statistics.PORTION", 2)
    for name in "abc":
        chat = desk.dialog_of(name)
        wait(desk, 7)
        desk.answer(chat)
        desk.write_in("More", user={"id": name, "name": name}, chat={"id": name})
        desk.answer(chat)
        finish(desk, chat)
    desk.dialog_of("c")
    right = total(hook)
    desk.portal.write(lambda tx: tx.run("update session_figures set first_wait = 1, likes = 1"))
    desk.portal.write(lambda tx: tx.run("delete from session_figures where session_id = 2"))
    desk.portal.write(lambda tx: tx.run("update session_waits set wait = 5"))
    assert total(hook) != right
    first = hook.call("tieline.statistics.recount").result
    assert (first["counted"], first["next"]) == (2, 2)
    assert hook.call("tieline.statistics.recount", AFTER=first["next"]).result == {"counted": 1, "next": None}
    assert total(hook) == right
    assert hook.call("tieline.statistics.recount", AFTER=10**9).result == {"counted": 0, "next": None}
    refused = desk.portal.webhook(desk.operator_id, scopes="tieline").call("tieline.statistics.recount")
    assert refused.error == (403, "ACCESS_DENIED")


def test_what_is_exported_is_what_the_method_tells(desk: Desk) -> None:
    page = desk.portal.page(desk.portal.person("The boss", admin=True))
    desk.settings(LINE_NAME='=HYPERLINK("http://evil.example", "Line")')
    desk.portal.command("person.add", name="-2+3", email="a@example.com", password_hash="", presence="online")
    for name in ("a", "b"):
        chat = desk.dialog_of(name)
        wait(desk, 10)
        desk.answer(chat)
        finish(desk, chat)
    told = page.call("tieline.statistics.get", BY=["line", "operator"], LINES=[desk.line]).result
    query = f"BY[]=line&BY[]=operator&LINES[]={desk.line}"
    answer = desk.portal.request("GET", f"/ui/statistics.csv?{query}", headers=page.headers)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/csv; header=present; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="statistics.csv"'
    text = answer.content.decode("utf-8")
    assert text.count("\r\n") == text.count("\n") == 1 + len(told["rows"])
    exported = list(csv.DictReader(io.StringIO(text, newline="")))
    assert list(exported[0]) == ["line", "lineName", "operator", "operatorName", *COLUMNS]
    assert [row.pop("lineName") for row in exported] == ["'" + told["rows"][0].pop("lineName")]
    assert exported == [
        {name: "" if value is None else str(value) for name, value in row.items()} for row in told["rows"]
    ]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_no_name_is_a_formula(sign: str) -> None:
    from tieline.methods import statistics  # noqa: PLC0415 - what no name of a line may begin with cannot be sent in

    report = {"by": ["line"], "rows": [dict.fromkeys(COLUMNS, 1) | {"line": 1, "lineName": f'{sign}1, "2"'}]}
    (row,) = csv.DictReader(io.StringIO(statistics.table(report), newline=""))
    assert row["lineName"] == f'\'{sign}1, "2"'


def test_export_is_refused_like_the_method(quick_desk: Desk) -> None:
    page = quick_desk.portal.page(quick_desk.operator_id)

    def asked(query: str = "", **headers: str) -> tuple[int, str]:
        return quick_desk.portal.request("GET", f"/ui/statistics.csv?{query}", headers=page.headers | headers).error

    assert asked(cookie="tieline_session=none") == (401, "NO_AUTH_FOUND")
    assert asked(**{"sec-fetch-site": "cross-site"}) == (403, "ACCESS_DENIED")
    assert asked(**{"sec-fetch-site": "same-site"}) == (403, "ACCESS_DENIED")
    typed = {"cookie": page.headers["cookie"], "sec-fetch-site": "none"}
    assert quick_desk.portal.request("GET", "/ui/statistics.csv", headers=typed).status == 200
    assert asked("LINES[]=999") == (403, "ACCESS_DENIED")
    assert asked("FROM=never") == (400, "WRONG_PERIOD")
    assert asked("BY[]=month") == (400, "WRONG_GROUPING")
    assert asked("ZONE=a%00b") == (400, "WRONG_ZONE")
