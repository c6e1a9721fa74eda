"""imopenlines.operator.* and the rights in dialogs: who gets one, who takes, writes in and closes it."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from support.portal import Client, Desk, Portal, Reply, refused

WRONG_CHAT = (400, "CHAT_ID", "The specified chat identifier is incorrect")
DENIED = (400, "ACCESS_DENIED", "You cannot open this conversation as you do not have sufficient rights")
NOT_HERE = (400, "ACCESS_ERROR", "Action unavailable")


class Team:
    """A line with several operators, an administrator and somebody who has nothing to do with it."""

    def __init__(self, desk: Desk, colleagues: int = 1) -> None:
        self.desk = desk
        self.portal = desk.portal
        self.people = [desk.operator_id, *(desk.portal.person() for _ in range(colleagues))]
        desk.app.call("imopenlines.config.update", CONFIG_ID=desk.line, PARAMS={"QUEUE": self.people})
        self.operator = desk.operator
        self.colleague = desk.portal.webhook(self.people[1])
        self.stranger = desk.portal.webhook(desk.portal.person())
        self.admin = desk.portal.webhook()

    def owner(self, chat: int) -> int:
        """Return whose dialog it is."""
        return self.admin.call("imopenlines.dialog.get", CHAT_ID=chat).result["owner"]

    def session(self, chat: int) -> int:
        """Return the newest session's number."""
        data = self.admin.call("imopenlines.dialog.get", CHAT_ID=chat).result["entity_data_1"]
        return int(data.split("|")[5])

    def is_open(self, chat: int) -> bool:
        """Tell whether somebody may close it still."""
        found = self.admin.call("im.recent.list", LIMIT=200).result["items"]
        return chat in [item["chat_id"] for item in found]


@pytest.fixture
def team(desk: Desk) -> Team:
    """Two operators."""
    return Team(desk)


def take(client: Client, chat: int) -> Reply:
    return client.call("imopenlines.operator.answer", CHAT_ID=chat)


def finish(client: Client, chat: int) -> Reply:
    return client.call("imopenlines.operator.finish", CHAT_ID=chat)


def write(client: Client, chat: int) -> Reply:
    return client.call("im.message.add", DIALOG_ID=f"chat{chat}", MESSAGE="Hello")


@pytest.mark.parametrize("method", ["imopenlines.operator.answer", "imopenlines.operator.finish"])
@pytest.mark.parametrize(
    "params", [{}, {"CHAT_ID": ""}, {"CHAT_ID": "abc"}, {"CHAT_ID": 0}, {"CHAT_ID": 999}, {"CHAT_ID": [1]}]
)
def test_wrong_chat_is_refused(quick_desk: Desk, method: str, params: dict[str, Any]) -> None:
    assert refused(quick_desk.operator.call(method, **params)) == WRONG_CHAT


def test_dialog_is_taken_and_closed(team: Team) -> None:
    chat = team.desk.write_in()
    assert take(team.operator, chat).result is True
    assert take(team.operator, chat).result is True, "taking an own dialog again changes nothing"
    assert finish(team.operator, chat).result is True
    assert refused(finish(team.operator, chat)) == DENIED
    assert refused(take(team.operator, chat)) == DENIED


def test_dialogs_go_evenly_to_the_operators(desk: Desk) -> None:
    team = Team(desk, colleagues=2)
    messages = [desk.message(user={"id": f"user-{n:02}"}, chat={"id": f"chat-{n:02}"}) for n in range(30)]
    chats = [int(item["session"]["CHAT_ID"]) for item in desk.send(*messages)]
    assert len(set(chats)) == 30
    owners = [team.owner(chat) for chat in chats]
    assert Counter(owners) == dict.fromkeys(team.people, 10)
    assert owners[:3] == team.people
    assert owners[:3] * 10 == owners


def test_dismissed_operator_gets_no_dialogs(team: Team) -> None:
    gone, there = team.people
    team.portal.write(lambda tx: (tx.run("update users set active = 0 where id = :id", id=gone), tx.touch(1)))
    chats = [team.desk.write_in(user={"id": f"user-{n}"}) for n in range(3)]
    assert [team.owner(chat) for chat in chats] == [there] * 3


def test_dialog_of_an_empty_queue_waits_for_anybody_who_may(portal: Portal) -> None:
    desk = Desk(portal)
    desk.app.call("imopenlines.config.update", CONFIG_ID=desk.line, PARAMS={"QUEUE": []})
    chat = desk.write_in()
    admin = portal.webhook()
    assert admin.call("imopenlines.dialog.get", CHAT_ID=chat).result["owner"] == 0
    assert refused(take(desk.operator, chat)) == DENIED
    assert take(admin, chat).result is True
    assert admin.call("imopenlines.dialog.get", CHAT_ID=chat).result["owner"] == 1


@pytest.mark.parametrize("taker", ["operator", "colleague", "admin"])
def test_queue_and_administrators_take_what_waits(team: Team, taker: str) -> None:
    chat = team.desk.write_in()
    client: Client = getattr(team, taker)
    assert take(client, chat).result is True
    assert str(team.owner(chat)) == client.prefix.split("/")[2]


def test_dialog_that_was_taken_is_not_taken_away(team: Team) -> None:
    chat = team.desk.write_in()
    take(team.operator, chat)
    for client in (team.colleague, team.admin, team.stranger):
        assert refused(take(client, chat)) == DENIED
    assert team.owner(chat) == team.people[0]


def test_stranger_does_nothing_in_a_dialog(team: Team) -> None:
    chat = team.desk.write_in()
    assert refused(take(team.stranger, chat)) == DENIED
    assert refused(finish(team.stranger, chat)) == DENIED
    assert refused(write(team.stranger, chat)) == NOT_HERE
    team.desk.answer(chat)
    finish(team.operator, chat)
    assert refused(write(team.stranger, chat)) == NOT_HERE


@pytest.mark.parametrize("writer", ["operator", "colleague", "admin"])
def test_writing_into_a_waiting_dialog_takes_it(team: Team, writer: str) -> None:
    chat = team.desk.write_in()
    client: Client = getattr(team, writer)
    assert write(client, chat).status == 200
    assert str(team.owner(chat)) == client.prefix.split("/")[2]
    for other in {team.operator.prefix: team.operator, team.colleague.prefix: team.colleague}.values():
        if other is not client:
            assert refused(take(other, chat)) == DENIED


@pytest.mark.parametrize("writer", ["colleague", "admin"])
def test_who_is_neither_operator_nor_joined_does_not_write(team: Team, writer: str) -> None:
    chat = team.desk.write_in()
    take(team.operator, chat)
    assert refused(write(getattr(team, writer), chat)) == NOT_HERE
    assert write(team.operator, chat).status == 200


def test_who_was_offered_a_dialog_that_another_took_does_not_write(team: Team) -> None:
    chat = team.desk.write_in()
    assert team.owner(chat) == team.people[0], "offered to the operator"
    take(team.colleague, chat)
    assert refused(write(team.operator, chat)) == NOT_HERE
    assert team.admin.call("imopenlines.dialog.get", CHAT_ID=chat).result["user_counter"] == 2


def test_who_answered_in_a_dialog_before_may_write_still(team: Team) -> None:
    chat = team.desk.write_in()
    write(team.operator, chat)
    finish(team.operator, chat)
    team.desk.write_in("Again")
    assert team.owner(chat) == team.people[1], "offered to the colleague"
    take(team.colleague, chat)
    assert write(team.operator, chat).status == 200
    assert team.owner(chat) == team.people[1]


@pytest.mark.parametrize("writer", ["operator", "colleague", "admin"])
def test_writing_into_a_closed_dialog_opens_a_session_of_the_writers(team: Team, writer: str) -> None:
    chat = team.desk.write_in()
    take(team.operator, chat)
    finish(team.operator, chat)
    assert not team.is_open(chat)
    client: Client = getattr(team, writer)
    assert write(client, chat).status == 200
    assert team.is_open(chat)
    assert team.session(chat) == 2
    assert str(team.owner(chat)) == client.prefix.split("/")[2]
    assert write(client, chat).status == 200
    assert team.session(chat) == 2, "the session goes on"


def test_customer_who_writes_again_gets_a_new_session_that_waits(team: Team) -> None:
    chat = team.desk.write_in()
    take(team.operator, chat)
    finish(team.operator, chat)
    assert team.desk.write_in("Again") == chat
    assert (team.session(chat), team.owner(chat)) == (2, team.people[1])
    assert take(team.colleague, chat).result is True


@pytest.mark.parametrize(
    ("closer", "may"), [("operator", True), ("colleague", False), ("stranger", False), ("admin", True)]
)
def test_operator_and_administrators_close_a_dialog(team: Team, closer: str, *, may: bool) -> None:
    chat = team.desk.write_in()
    take(team.operator, chat)
    reply = finish(getattr(team, closer), chat)
    if may:
        assert reply.result is True
    else:
        assert refused(reply) == DENIED
    assert team.is_open(chat) is not may


def test_line_that_is_gone_takes_its_dialogs_along(team: Team) -> None:
    chat = team.desk.write_in()
    take(team.operator, chat)
    team.admin.call("imopenlines.config.delete", CONFIG_ID=team.desk.line)
    assert refused(write(team.operator, chat)) == NOT_HERE
    assert finish(team.operator, chat).result is True
    assert len(team.desk.history(chat)) == 1


def at_once(portal: Portal, calls: Iterator[tuple[Client, str, dict[str, Any]]]) -> list[int]:
    """Send requests at the same moment; returns their statuses."""

    async def send() -> list[int]:
        responses = await asyncio.gather(
            *(portal._http.post(client.prefix + method, json=params) for client, method, params in calls)
        )
        return [response.status_code for response in responses]

    return portal.loop.run(send())


def test_of_several_who_take_at_the_same_moment_exactly_one_succeeds(desk: Desk) -> None:
    team = Team(desk, colleagues=7)
    hooks = [team.portal.webhook(person) for person in team.people]
    for round_number in range(5):
        chat = desk.write_in(user={"id": f"user-{round_number}"})
        calls = ((hook, "imopenlines.operator.answer", {"CHAT_ID": chat}) for hook in hooks)
        statuses = at_once(team.portal, calls)
        assert sorted(statuses) == [200] + [400] * 7
        assert team.owner(chat) == team.people[statuses.index(200)]


def test_of_several_who_write_at_the_same_moment_one_becomes_the_operator(desk: Desk) -> None:
    team = Team(desk, colleagues=4)
    chat = desk.write_in()
    hooks = [team.portal.webhook(person) for person in team.people]
    calls = ((hook, "im.message.add", {"DIALOG_ID": f"chat{chat}", "MESSAGE": "Mine"}) for hook in hooks)
    statuses = at_once(team.portal, calls)
    offered = 0 if statuses[0] == 200 else None
    assert statuses.count(200) in ((1, 2) if offered == 0 else (1,))
    assert team.people.index(team.owner(chat)) in [n for n, status in enumerate(statuses) if status == 200]
    assert len(desk.history(chat)) == 1 + statuses.count(200)
