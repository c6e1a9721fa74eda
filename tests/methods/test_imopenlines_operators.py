"""imopenlines.operator.* and the rights in dialogs: who gets one, who takes, writes in and closes it."""

from collections import Counter
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
        desk.app.call("imopenlines.config.update", CONFIG_ID=desk.line, PARAMS={"QUEUE": self.people, "CRM": "N"})
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


def act(client: Client, method: str, chat: int) -> Reply:
    return client.call(f"imopenlines.{method}", CHAT_ID=chat)


def write(client: Client, chat: int) -> Reply:
    return client.call("im.message.add", DIALOG_ID=f"chat{chat}", MESSAGE="Hello")


@pytest.mark.parametrize(
    "method",
    [
        *("imopenlines.operator.answer", "imopenlines.operator.finish", "imopenlines.operator.another.finish"),
        *("imopenlines.operator.skip", "imopenlines.session.join", "imopenlines.session.start"),
        "imopenlines.operator.spam",
    ],
)
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


def test_who_was_offered_a_dialog_that_another_took_outside_does_not_write(team: Team) -> None:
    chat = team.desk.write_in()
    assert team.owner(chat) == team.people[0], "offered to the operator"
    team.desk.write_in("From my phone", message={"user_id": team.people[1]})
    assert team.owner(chat) == team.people[1]
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
    assert refused(finish(team.operator, chat)) == DENIED, "its session ended with the line"
    assert not team.is_open(chat)
    assert len(team.desk.history(chat)) == 1


def test_of_several_who_take_at_the_same_moment_exactly_one_succeeds(desk: Desk) -> None:
    team = Team(desk, colleagues=7)
    hooks = [team.portal.webhook(person) for person in team.people]
    for round_number in range(5):
        chat = desk.write_in(user={"id": f"user-{round_number}"})
        calls = ((hook, "imopenlines.operator.answer", {"CHAT_ID": chat}) for hook in hooks)
        told = team.portal.at_once(calls)
        assert Counter(told) == {None: 1, "ACCESS_DENIED": 7}
        assert team.owner(chat) == team.people[told.index(None)]


def test_of_several_who_write_at_the_same_moment_one_becomes_the_operator(desk: Desk) -> None:
    team = Team(desk, colleagues=4)
    chat = desk.write_in()
    hooks = [team.portal.webhook(person) for person in team.people]
    calls = ((hook, "im.message.add", {"DIALOG_ID": f"chat{chat}", "MESSAGE": "Mine"}) for hook in hooks)
    told = team.portal.at_once(calls)
    assert Counter(told) == {None: 1, "ACCESS_ERROR": 4}
    assert team.owner(chat) == team.people[told.index(None)]
    assert len(desk.history(chat)) == 2


@pytest.mark.parametrize("closer", ["colleague", "admin"])
def test_dialog_of_another_is_closed(team: Team, closer: str) -> None:
    chat = team.desk.write_in()
    take(team.operator, chat)
    client: Client = getattr(team, closer)
    assert act(client, "operator.another.finish", chat).result is True
    assert not team.is_open(chat)
    assert refused(act(client, "operator.another.finish", chat)) == DENIED


def test_stranger_acts_in_no_dialog(team: Team) -> None:
    chat = team.desk.write_in()
    take(team.operator, chat)
    for method in ("operator.another.finish", "operator.skip", "operator.spam", "session.join", "session.start"):
        assert refused(act(team.stranger, method, chat)) == DENIED, method
    assert refused(act(team.stranger, "session.intercept", chat)) == NOT_INTERCEPTED
    assert team.owner(chat) == team.people[0]
    assert team.session(chat) == 1


@pytest.mark.parametrize("answered", [False, True])
def test_skipped_dialog_goes_to_the_next_operator(team: Team, *, answered: bool) -> None:
    chat = team.desk.write_in()
    assert team.owner(chat) == team.people[0]
    if answered:
        write(team.operator, chat)
    assert act(team.operator, "operator.skip", chat).result is True
    assert team.owner(chat) == team.people[1]
    assert refused(take(team.stranger, chat)) == DENIED
    assert take(team.colleague, chat).result is True
    assert refused(write(team.operator, chat)) == NOT_HERE, "who passed it on has left"
    assert write(team.colleague, chat).status == 200
    assert team.session(chat) == 1


def test_skipped_dialog_goes_round_the_queue_and_never_back_at_once(desk: Desk) -> None:
    team = Team(desk, colleagues=2)
    chat = desk.write_in()
    owners = []
    for _ in range(7):
        owners.append(team.owner(chat))
        assert act(team.admin, "operator.skip", chat).result is True
    assert owners == (team.people * 3)[:7]


def test_dialog_skipped_by_the_only_operator_waits_for_anybody(desk: Desk) -> None:
    chat = desk.write_in()
    admin = desk.portal.webhook()
    assert act(desk.operator, "operator.skip", chat).result is True
    assert admin.call("imopenlines.dialog.get", CHAT_ID=chat).result["owner"] == 0
    assert act(desk.operator, "operator.skip", chat).error == (400, "ACCESS_DENIED_KICK")
    assert take(desk.operator, chat).result is True


def test_dialog_that_is_closed_or_anothers_is_not_skipped(team: Team) -> None:
    told = (400, "ACCESS_DENIED_KICK", "Insufficient permissions to remove participants from the chat")
    chat = team.desk.write_in()
    take(team.operator, chat)
    assert refused(act(team.colleague, "operator.skip", chat)) == told
    finish(team.operator, chat)
    for client in (team.operator, team.admin):
        assert refused(act(client, "operator.skip", chat)) == told
    assert team.owner(chat) == team.people[0]


def test_who_joined_writes_beside_the_operator(team: Team) -> None:
    chat = team.desk.write_in()
    take(team.operator, chat)
    assert refused(write(team.colleague, chat)) == NOT_HERE
    for _ in range(2):
        assert act(team.colleague, "session.join", chat).result is True
    assert write(team.colleague, chat).status == 200
    assert team.owner(chat) == team.people[0]
    assert team.admin.call("imopenlines.dialog.get", CHAT_ID=chat).result["user_counter"] == 3


NOT_INTERCEPTED = (400, "OPERATOR_WRONG", "You can not redirect to this operator")


@pytest.mark.parametrize("answered", [False, True])
def test_intercepted_dialog_changes_hands(team: Team, *, answered: bool) -> None:
    chat = team.desk.write_in()
    take(team.operator, chat)
    if answered:
        write(team.operator, chat)
    assert act(team.colleague, "session.intercept", chat).result is True
    assert team.owner(chat) == team.people[1]
    assert team.session(chat) == 1
    assert refused(write(team.operator, chat)) == NOT_HERE
    assert write(team.colleague, chat).status == 200
    assert refused(act(team.colleague, "session.intercept", chat)) == NOT_INTERCEPTED


def test_dialog_that_waits_is_intercepted_like_taken(team: Team) -> None:
    chat = team.desk.write_in()
    assert act(team.operator, "session.intercept", chat).result is True
    for client in (team.colleague, team.admin):
        assert refused(take(client, chat)) == DENIED
    assert team.owner(chat) == team.people[0]


def test_closed_dialog_is_not_intercepted(team: Team) -> None:
    chat = team.desk.write_in()
    take(team.operator, chat)
    finish(team.operator, chat)
    assert refused(act(team.colleague, "session.intercept", chat)) == NOT_INTERCEPTED


@pytest.mark.parametrize("params", [{}, {"CHAT_ID": 0}, {"CHAT_ID": -5}, {"CHAT_ID": ""}, {"CHAT_ID": "abc"}])
def test_dialog_to_intercept_is_named(quick_desk: Desk, params: dict[str, Any]) -> None:
    told = refused(quick_desk.operator.call("imopenlines.session.intercept", **params))
    assert told == (400, "CHAT_ID_EMPTY", "Chat ID can't be empty")
    assert refused(act(quick_desk.operator, "session.intercept", 999)) == NOT_INTERCEPTED


@pytest.mark.parametrize("closed", [False, True])
def test_new_session_is_the_starters(team: Team, *, closed: bool) -> None:
    chat = team.desk.write_in()
    take(team.operator, chat)
    if closed:
        finish(team.operator, chat)
    starter = team.colleague if closed else team.operator
    assert act(starter, "session.start", chat).result is True
    assert team.session(chat) == 2
    assert team.owner(chat) == team.people[int(closed)]
    assert team.is_open(chat)
    assert write(starter, chat).status == 200
    assert team.session(chat) == 2


def test_session_of_anothers_dialog_is_not_started(team: Team) -> None:
    chat = team.desk.write_in()
    take(team.operator, chat)
    assert refused(act(team.colleague, "session.start", chat)) == DENIED
    assert team.session(chat) == 1


NOT_TRANSFERRED = (400, "OPERATOR_WRONG", "You cannot redirect to this operator")


def transfer(client: Client, chat: int, **to: Any) -> Reply:
    return client.call("imopenlines.operator.transfer", CHAT_ID=chat, **to)


@pytest.mark.parametrize("spelling", ["TRANSFER_ID", "USER_ID"])
@pytest.mark.parametrize("by", ["operator", "admin"])
def test_dialog_is_handed_to_a_person(team: Team, by: str, spelling: str) -> None:
    chat = team.desk.write_in()
    write(team.operator, chat)
    outside = team.portal.person()
    assert transfer(getattr(team, by), chat, **{spelling: outside}).result is True
    assert team.owner(chat) == outside
    receiver = team.portal.webhook(outside)
    assert take(receiver, chat).result is True
    assert write(receiver, chat).status == 200
    assert refused(write(team.operator, chat)) == NOT_HERE
    assert team.session(chat) == 1


@pytest.mark.parametrize("spelling", ["TRANSFER_ID", "QUEUE_ID"])
def test_dialog_is_handed_to_another_line(team: Team, spelling: str) -> None:
    expert = team.portal.person()
    line = team.portal.line(expert)
    chat = team.desk.write_in()
    write(team.operator, chat)
    target = f"queue{line}" if spelling == "TRANSFER_ID" else line
    assert transfer(team.operator, chat, **{spelling: target}).result is True
    assert team.owner(chat) == expert
    assert refused(act(team.colleague, "session.join", chat)) == DENIED, "the queue that has it reads it"
    client = team.portal.webhook(expert)
    assert write(client, chat).status == 200
    finish(client, chat)
    assert team.desk.write_in("Again") == chat, "its channel has stayed"
    assert team.owner(chat) in team.people, "a new session is served by the channel's own line"


def test_dialog_handed_to_its_own_queue_goes_to_the_next(team: Team) -> None:
    chat = team.desk.write_in()
    write(team.operator, chat)
    assert transfer(team.operator, chat, QUEUE_ID=team.desk.line).result is True
    assert team.owner(chat) == team.people[1]


def test_dialog_handed_to_an_empty_queue_waits_there(team: Team) -> None:
    line = team.portal.line(team.people[0])
    team.desk.app.call("imopenlines.config.update", CONFIG_ID=line, PARAMS={"QUEUE": []})
    chat = team.desk.write_in()
    assert transfer(team.operator, chat, QUEUE_ID=line).result is True
    assert team.owner(chat) == 0
    assert refused(take(team.colleague, chat)) == DENIED
    assert take(team.admin, chat).result is True


def test_dialogs_come_back_from_a_line_that_is_deleted(team: Team) -> None:
    line = team.portal.line(team.portal.person())
    chat = team.desk.write_in()
    transfer(team.operator, chat, QUEUE_ID=line)
    assert refused(act(team.colleague, "session.join", chat)) == DENIED
    assert team.admin.call("imopenlines.config.delete", CONFIG_ID=line).result is True
    assert take(team.colleague, chat).result is True


def test_dialog_goes_to_nobody_who_cannot_have_it(team: Team) -> None:
    chat = team.desk.write_in()
    gone = team.portal.person()
    team.portal.write(lambda tx: (tx.run("update users set active = 0 where id = :id", id=gone), tx.touch(1)))
    customer = int(team.desk.send(team.desk.message())[0]["user"])
    for target in ({"USER_ID": 9999}, {"USER_ID": gone}, {"USER_ID": customer}, {"QUEUE_ID": 9999}):
        assert refused(transfer(team.operator, chat, **target)) == NOT_TRANSFERRED, target
    assert refused(transfer(team.operator, chat, USER_ID=team.people[0])) == NOT_TRANSFERRED, "it is there"
    assert refused(transfer(team.operator, 9999, USER_ID=team.people[1])) == NOT_TRANSFERRED
    for client in (team.stranger, team.colleague):
        assert refused(transfer(client, chat, USER_ID=team.people[1])) == NOT_TRANSFERRED, "it is another's"
    finish(team.operator, chat)
    assert refused(transfer(team.operator, chat, USER_ID=team.people[1])) == NOT_TRANSFERRED
    assert team.owner(chat) == team.people[0]


@pytest.mark.parametrize(
    ("params", "code", "text"),
    [
        ({"USER_ID": 1}, "CHAT_ID_EMPTY", "Chat ID can't be empty"),
        ({"CHAT_ID": 0, "USER_ID": 1}, "CHAT_ID_EMPTY", "Chat ID can't be empty"),
        ({"CHAT_ID": "x", "USER_ID": 1}, "CHAT_ID_EMPTY", "Chat ID can't be empty"),
        ({"CHAT_ID": 1}, "TRANSFER_ID_EMPTY", "Queue ID or User ID can't be empty"),
        ({"CHAT_ID": 1, "TRANSFER_ID": "abc"}, "TRANSFER_ID_EMPTY", "Queue ID or User ID can't be empty"),
        ({"CHAT_ID": 1, "TRANSFER_ID": "queue"}, "TRANSFER_ID_EMPTY", "Queue ID or User ID can't be empty"),
        ({"CHAT_ID": 1, "TRANSFER_ID": [1]}, "TRANSFER_ID_EMPTY", "Queue ID or User ID can't be empty"),
        ({"CHAT_ID": 1, "USER_ID": 0}, "USER_ID_EMPTY", "User ID can't be empty"),
        ({"CHAT_ID": 1, "USER_ID": "x"}, "USER_ID_EMPTY", "User ID can't be empty"),
        ({"CHAT_ID": 1, "QUEUE_ID": -1}, "QUEUE_ID_EMPTY", "QUEUE ID can't be empty"),
        ({"CHAT_ID": 1, "QUEUE_ID": "x"}, "QUEUE_ID_EMPTY", "QUEUE ID can't be empty"),
    ],
)
def test_transfer_names_a_dialog_and_a_target(quick_desk: Desk, params: dict[str, Any], code: str, text: str) -> None:
    assert refused(quick_desk.operator.call("imopenlines.operator.transfer", **params)) == (400, code, text)


@pytest.mark.parametrize("by", ["operator", "colleague", "admin"])
def test_spam_is_closed_and_the_next_message_opens_a_session(team: Team, by: str) -> None:
    chat = team.desk.write_in()
    assert act(getattr(team, by), "operator.spam", chat).result is True
    assert not team.is_open(chat)
    for method in ("operator.spam", "operator.answer", "operator.finish", "operator.another.finish"):
        assert refused(act(team.admin, method, chat)) == DENIED, method
    team.desk.write_in("Again")
    assert (team.session(chat), team.is_open(chat)) == (2, True)


def pinned(team: Team, chat: int) -> str:
    return team.admin.call("imopenlines.dialog.get", CHAT_ID=chat).result["entity_data_1"].split("|")[3]


def test_session_is_pinned_until_it_ends(team: Team) -> None:
    chat = team.desk.write_in()
    take(team.operator, chat)
    pin = "imopenlines.session.mode.pin"
    assert team.operator.call(pin, CHAT_ID=chat).result is True
    assert pinned(team, chat) == "Y"
    for activate, told in (("N", "N"), ("Y", "Y"), ("Y", "Y")):
        assert team.operator.call(pin, CHAT_ID=chat, ACTIVATE=activate).result is True
        assert pinned(team, chat) == told
    assert refused(team.colleague.call(pin, CHAT_ID=chat)) == DENIED
    finish(team.operator, chat)
    assert refused(team.operator.call(pin, CHAT_ID=chat)) == DENIED
    team.desk.write_in("Again")
    assert pinned(team, chat) == "N"


def test_dialog_to_pin_is_named(quick_desk: Desk) -> None:
    pin = "imopenlines.session.mode.pin"
    assert refused(quick_desk.operator.call(pin)) == (400, "CHAT_ID_EMPTY", "Chat ID can't be empty")
    for chat in ("x", 0, 999):
        assert refused(quick_desk.operator.call(pin, CHAT_ID=chat)) == WRONG_CHAT


def test_all_own_dialogs_are_pinned_and_let_go(team: Team) -> None:
    chats = [team.desk.write_in(user={"id": f"user-{n}"}, chat={"id": f"chat-{n}"}) for n in range(6)]
    own = [chat for chat in chats if team.owner(chat) == team.people[0]]
    sessions = [team.admin.call("imopenlines.dialog.get", CHAT_ID=chat).result for chat in own]
    numbers = sorted((int(told["entity_data_1"].split("|")[5]) for told in sessions), reverse=True)
    team.operator.call("imopenlines.session.mode.pin", CHAT_ID=own[0])
    assert team.operator.call("imopenlines.session.mode.pinAll").result == numbers[:-1]
    assert [pinned(team, chat) for chat in chats] == ["Y" if chat in own else "N" for chat in chats]
    assert team.operator.call("imopenlines.session.mode.pinAll").result == []
    assert team.operator.call("imopenlines.session.mode.unpinAll").result == numbers
    assert team.stranger.call("imopenlines.session.mode.unpinAll").result == []


@pytest.mark.parametrize("action", ["take", "skip", "transfer"])
def test_of_two_at_the_same_moment_one_wins_and_the_other_is_told(desk: Desk, action: str) -> None:
    team = Team(desk, colleagues=3)
    by_number = {number: team.portal.webhook(number) for number in team.people}
    told = {"take": "ACCESS_DENIED", "skip": "ACCESS_DENIED_KICK", "transfer": "OPERATOR_WRONG"}[action]
    for number in range(34):
        chat = desk.write_in(user={"id": f"user-{number}"}, chat={"id": f"chat-{number}"})
        owner = team.owner(chat)
        others = [person for person in team.people if person != owner]
        pairs = {
            "take": [(by_number[other], "imopenlines.operator.answer", {}) for other in others[:2]],
            "skip": [(by_number[owner], "imopenlines.operator.skip", {})] * 2,
            "transfer": [(by_number[owner], "imopenlines.operator.transfer", {"USER_ID": o}) for o in others[:2]],
        }
        calls = [(client, method, {"CHAT_ID": chat} | params) for client, method, params in pairs[action]]
        refusals = team.portal.at_once(calls)
        assert Counter(refusals) == {None: 1, told: 1}
        won = refusals.index(None)
        if action != "skip":
            assert team.owner(chat) == others[won]
        else:
            assert team.owner(chat) in others


def test_who_writes_into_a_dialog_that_nobody_took_before_it_was_finished_has_it(team: Team) -> None:
    team.desk.settings(QUEUE_TYPE="all", FULL_CLOSE_TIME=10)
    chat = team.desk.write_in()
    assert act(team.admin, "session.join", chat).result is True
    assert act(team.admin, "operator.another.finish", chat).result is True
    assert (team.owner(chat), team.is_open(chat)) == (0, True)
    assert write(team.admin, chat).status == 200
    assert (team.owner(chat), team.is_open(chat)) == (1, True)
