"""The worked example of docs/statistics.md, played on the wire and compared with what the page says."""

import re
from datetime import datetime
from pathlib import Path

from support.portal import START, Client, Desk
from tieline.domain.clock import SECOND
from tieline.domain.definitions import COLUMNS

PAGE = (Path(__file__).parents[2] / "docs" / "statistics.md").read_text("utf-8")
STEP = re.compile(r"^\| (\d\d:\d\d:\d\d) \| (\w+) \| (.+) \|$", re.MULTILINE)
FIGURE = re.compile(r"^\| `(\w+)` \| (\d+) \|", re.MULTILINE)
RULES = {
    "QUEUE_TIME": 60,
    "KPI_FIRST_ANSWER_TIME": 120,
    "KPI_FURTHER_ANSWER_TIME": 60,
    "VOTE_MESSAGE": "Y",
    "VOTE_BEFORE_FINISH": "N",
}


def seconds(moment: str) -> int:
    """Return how far a moment of the page is behind eight o'clock."""
    return int((datetime.strptime(moment, "%H:%M:%S") - datetime(1900, 1, 1, 8)).total_seconds())  # noqa: DTZ001, DTZ007


def play(desk: Desk, people: dict[str, Client], admin: Client, who: str, what: str) -> None:
    """Do what a row of the page says."""
    verb, _, said = what.partition(" ")
    text = said.strip('"')
    if who == "Anna":
        desk.write_in(text)
        return
    (chat,) = (row[0] for row in desk.portal.read(lambda tx: tx.all("select id from chats")))
    dialog = {"CHAT_ID": chat}
    match verb:
        case "writes":
            done = people[who].call("im.message.add", DIALOG_ID=f"chat{chat}", MESSAGE=text)
        case "notes":
            done = people[who].call("tieline.note.add", **dialog, MESSAGE=text)
        case "hands":
            target = people[text.rpartition(" ")[2]].facts["id"]
            done = people[who].call("imopenlines.operator.transfer", **dialog, TRANSFER_ID=target)
        case "takes":
            done = people[who].call("imopenlines.operator.answer", **dialog)
        case "finishes":
            done = people[who].call("imopenlines.operator.finish", **dialog)
        case "gives":
            session = desk.chat(chat).session_id
            done = admin.call("imopenlines.session.head.vote", SESSION_ID=session, RATING=text.split()[0])
    assert done.result


def test_figures_of_the_worked_example_are_those_of_the_page(quick_desk: Desk) -> None:
    desk = quick_desk
    eva = desk.portal.person("Eva Meyer")
    desk.staff(desk.operator_id, eva)
    desk.settings(**RULES)
    people = {"Klaus": desk.portal.page(desk.operator_id), "Eva": desk.portal.page(eva)}
    admin = desk.portal.webhook(scopes="tieline,imopenlines")
    steps = STEP.findall(PAGE)
    assert len(steps) == 18
    passed = 0
    for moment, who, what in steps:
        desk.portal.lead((seconds(moment) - passed) * SECOND)
        passed = seconds(moment)
        if who != "line":
            play(desk, people, admin, who, what)
    told = admin.call("tieline.statistics.get", BY=["operator"], FROM="2027-01-15", TO="2027-01-15").result
    stated = {name: int(value) for name, value in FIGURE.findall(PAGE)}
    assert list(stated) == list(COLUMNS)
    assert told["total"] == stated
    assert [row["operatorName"] for row in told["rows"]] == ["Klaus Weber"]
    (session,) = admin.call("tieline.statistics.sessions").result["items"]
    assert (session["firstAnswer"], session["answers"]) == (180, [90, 30])
    logged = desk.portal.read(lambda tx: tx.all("select kind, at from happenings where chat_id is not null"))
    done_by_the_line = {(kind, (at - START) // SECOND) for kind, at in logged}
    assert {("passed on", 60), ("first answer late", 120), ("further answer late", 360)} <= done_by_the_line
