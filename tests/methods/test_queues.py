"""Queues of lines: who gets a dialog, who gets it next, who waits, and in what order."""

import pytest

from support.portal import Desk
from tieline.domain.clock import MINUTE, SECOND
from tieline.domain.sessions import Status

QUEUE_TIME = 60 * SECOND


@pytest.fixture
def people(desk: Desk) -> list[int]:
    """The desk's operator and two more, all in the queue and there."""
    others = [desk.portal.person(name) for name in ("Eva Meyer", "Jan Kuhn")]
    people = [desk.operator_id, *others]
    desk.staff(*people)
    return people


def test_evenly_everybody_has_his_turn(desk: Desk, people: list[int]) -> None:
    given = [desk.operator_of(desk.dialog_of(f"c{number}")) for number in range(6)]
    assert given == people * 2


def test_strictly_the_first_who_is_free_gets_it(desk: Desk, people: list[int]) -> None:
    desk.settings(QUEUE_TYPE="strictly")
    assert desk.operator_of(desk.dialog_of("a")) == people[0]
    assert desk.operator_of(desk.dialog_of("b")) == people[0]
    desk.be(people[0], "absent")
    assert desk.operator_of(desk.dialog_of("c")) == people[1]


def test_who_takes_it_gets_a_dialog_of_all(desk: Desk, people: list[int]) -> None:
    desk.settings(QUEUE_TYPE="all")
    chat = desk.dialog_of("a")
    assert desk.operator_of(chat) is None
    desk.portal.pass_time(10 * QUEUE_TIME)
    assert desk.operator_of(chat) is None
    assert desk.portal.webhook(people[2]).call("imopenlines.operator.answer", CHAT_ID=chat).result is True
    assert desk.operator_of(chat) == people[2]


def test_dialog_that_is_not_taken_in_time_is_passed_on_in_the_order_of_the_queue(desk: Desk, people: list[int]) -> None:
    desk.settings(QUEUE_TYPE="strictly")
    chat = desk.dialog_of("a")
    seen = [desk.operator_of(chat)]
    for _ in range(4):
        desk.portal.pass_time(QUEUE_TIME - SECOND)
        assert desk.operator_of(chat) == seen[-1]
        desk.portal.pass_time(SECOND)
        seen.append(desk.operator_of(chat))
    assert seen == [people[0], people[1], people[2], people[0], people[1]]


def test_dialog_that_was_taken_is_not_passed_on(desk: Desk, people: list[int]) -> None:
    chat = desk.dialog_of("a")
    assert desk.operator.call("imopenlines.operator.answer", CHAT_ID=chat).result is True
    desk.portal.pass_time(10 * QUEUE_TIME)
    assert desk.operator_of(chat) == people[0]


def test_dialog_stays_with_the_only_one_until_another_comes(desk: Desk, people: list[int]) -> None:
    for absent in people[1:]:
        desk.be(absent, "absent")
    chat = desk.dialog_of("a")
    desk.portal.pass_time(5 * QUEUE_TIME)
    assert desk.operator_of(chat) == people[0]
    desk.be(people[1], "online")
    desk.portal.pass_time(SECOND)
    assert desk.operator_of(chat) == people[1]


def test_nobody_is_given_a_dialog_who_is_away_or_absent(desk: Desk, people: list[int]) -> None:
    desk.be(people[0], "away")
    desk.be(people[1], "absent")
    assert {desk.operator_of(desk.dialog_of(f"c{number}")) for number in range(3)} == {people[2]}


def test_line_that_does_not_check_gives_to_the_absent(desk: Desk, people: list[int]) -> None:
    desk.settings(CHECK_AVAILABLE="N")
    desk.be(people[0], "absent")
    assert desk.operator_of(desk.dialog_of("a")) == people[0]


def test_customers_wait_in_order_until_somebody_comes(desk: Desk) -> None:
    desk.settings(MAX_CHAT=1)
    desk.be(desk.operator_id, "absent")
    chats = [desk.dialog_of(f"c{number}") for number in range(3)]
    assert [desk.operator_of(chat) for chat in chats] == [None] * 3
    desk.be(desk.operator_id, "online")
    assert [desk.operator_of(chat) for chat in chats] == [desk.operator_id, None, None]
    assert desk.operator.call("imopenlines.operator.answer", CHAT_ID=chats[0]).result is True
    assert desk.operator.call("imopenlines.operator.finish", CHAT_ID=chats[0]).result is True
    assert [desk.operator_of(chat) for chat in chats[1:]] == [desk.operator_id, None]


@pytest.mark.parametrize(
    ("kind", "room"),
    [
        ("answered", {"offered": True, "answered": False, "finished": True}),
        ("answered_new", {"offered": False, "answered": False, "finished": True}),
        ("closed", {"offered": False, "answered": False, "finished": False}),
    ],
)
def test_capacity_counts_in_three_ways(quick_desk: Desk, kind: str, room: dict[str, bool]) -> None:
    """One dialog fills an operator from when it is offered, or answered, and until it is finished, or closed."""
    desk = quick_desk
    desk.settings(MAX_CHAT=1, TYPE_MAX_CHAT=kind, FULL_CLOSE_TIME=10)
    first = desk.dialog_of("first")
    states = {"offered": desk.operator_of(desk.dialog_of("second")) is not None}
    assert desk.operator.call("imopenlines.operator.another.finish", CHAT_ID=desk.dialog_of("second")).result is True
    desk.portal.pass_time(11 * MINUTE)
    desk.answer(first)
    third = desk.dialog_of("third")
    states["answered"] = desk.operator_of(third) is not None
    assert desk.operator.call("imopenlines.operator.finish", CHAT_ID=first).result is True
    assert desk.chat(first).status == Status.CLOSING
    states["finished"] = desk.operator_of(third) is not None
    assert states == room
    desk.portal.pass_time(11 * MINUTE)
    assert desk.chat(first).status == Status.CLOSED
    assert desk.operator_of(third) == desk.operator_id


def test_line_with_a_higher_priority_is_served_first(desk: Desk) -> None:
    desk.be(desk.operator_id, "absent")
    usual = desk.dialog_of("usual")
    urgent_line = desk.portal.line(desk.operator_id, name="Urgent")
    admin = desk.portal.webhook()
    params = {"SESSION_PRIORITY": 10, "MAX_CHAT": 1}
    assert admin.call("imopenlines.config.update", CONFIG_ID=urgent_line, PARAMS=params).result is True
    desk.settings(MAX_CHAT=1)
    desk.connector("activate", LINE=urgent_line, ACTIVE=1)
    reply = desk.connector("send.messages", LINE=urgent_line, MESSAGES=[desk.message(chat={"id": "urgent"})])
    urgent = int(reply.result["DATA"]["RESULT"][0]["session"]["CHAT_ID"])
    desk.be(desk.operator_id, "online")
    assert (desk.operator_of(usual), desk.operator_of(urgent)) == (None, desk.operator_id)


def test_who_skips_a_dialog_does_not_get_it_back(desk: Desk) -> None:
    chat = desk.dialog_of("a")
    assert desk.operator.call("imopenlines.operator.skip", CHAT_ID=chat).result is True
    assert desk.operator_of(chat) is None
    behind = desk.dialog_of("b")
    assert desk.operator_of(behind) == desk.operator_id  # nobody behind it starves
    newcomer = desk.portal.person("Eva Meyer")
    desk.staff(desk.operator_id, newcomer)
    desk.portal.pass_time(SECOND)
    assert desk.operator_of(chat) == newcomer


def test_dialogs_of_who_leaves_are_handed_back(desk: Desk, people: list[int]) -> None:
    for person in people[1:]:
        desk.be(person, "absent")
    offered, waits, answered = (desk.dialog_of(name) for name in ("offered", "waits", "answered"))
    for person in people[1:]:
        desk.be(person, "online")
    assert desk.operator.call("imopenlines.operator.answer", CHAT_ID=waits).result is True
    desk.answer(answered)
    desk.be(people[0], "absent")
    desk.portal.pass_time(SECOND)
    assert desk.operator_of(offered) in people[1:]
    assert [desk.operator_of(chat) for chat in (waits, answered)] == [people[0]] * 2
    desk.portal.pass_time(QUEUE_TIME)
    assert desk.operator_of(waits) in people[1:]
    assert desk.operator_of(answered) == people[0]  # nobody waits for an answer there


def test_customer_who_writes_to_somebody_absent_comes_to_another(desk: Desk, people: list[int]) -> None:
    chat = desk.dialog_of("a")
    desk.answer(chat)
    desk.be(people[0], "absent")
    desk.dialog_of("a", "One more thing")
    desk.portal.pass_time(QUEUE_TIME - SECOND)
    assert desk.operator_of(chat) == people[0]
    desk.portal.pass_time(SECOND)
    assert desk.operator_of(chat) in people[1:]
    assert desk.chat(chat).status == Status.SKIPPED


def test_who_comes_back_in_time_keeps_his_dialogs(desk: Desk, people: list[int]) -> None:
    chat = desk.dialog_of("a")
    assert desk.operator.call("imopenlines.operator.answer", CHAT_ID=chat).result is True
    desk.be(people[0], "absent")
    desk.portal.pass_time(QUEUE_TIME // 2)
    desk.be(people[0], "online")
    desk.portal.pass_time(QUEUE_TIME)
    assert desk.operator_of(chat) == people[0]


def test_dialogs_of_who_is_dismissed_are_handed_back(desk: Desk, people: list[int]) -> None:
    chat = desk.dialog_of("a")
    assert desk.operator_of(chat) == people[0]
    admin = desk.portal.webhook(scopes="user")
    assert admin.call("user.update", ID=people[0], ACTIVE="N").result is True
    desk.portal.pass_time(SECOND)
    assert desk.operator_of(chat) in people[1:]


def test_more_room_is_used_at_once(desk: Desk) -> None:
    desk.settings(MAX_CHAT=1)
    first, second = desk.dialog_of("a"), desk.dialog_of("b")
    assert [desk.operator_of(chat) for chat in (first, second)] == [desk.operator_id, None]
    desk.settings(MAX_CHAT=2)
    desk.portal.pass_time(SECOND)
    assert desk.operator_of(second) == desk.operator_id


def test_department_stands_for_its_people(desk: Desk) -> None:
    admin = desk.portal.webhook(scopes="department,user,imopenlines")
    top = admin.call("department.get").result[0]["ID"]
    sales = admin.call("department.add", NAME="Sales", PARENT=top).result
    abroad = admin.call("department.add", NAME="Sales abroad", PARENT=sales).result
    at_home, far = desk.portal.person("Eva Meyer"), desk.portal.person("Jan Kuhn")
    for person, department in ((at_home, sales), (far, abroad)):
        assert admin.call("user.update", ID=person, UF_DEPARTMENT=[department]).result is True
    desk.settings(QUEUE=[{"ENTITY_TYPE": "department", "ENTITY_ID": sales}])
    assert {desk.operator_of(desk.dialog_of(f"c{number}")) for number in range(2)} == {at_home, far}
    assert admin.call("user.update", ID=far, UF_DEPARTMENT=[top]).result is True
    assert {desk.operator_of(desk.dialog_of(f"d{number}")) for number in range(2)} == {at_home}


def test_passing_on_waits_for_working_hours(desk: Desk, people: list[int]) -> None:
    """The tests' clock begins on a Friday at eight in the morning, UTC."""
    desk.settings(WORKTIME_ENABLE="Y", WORKTIME_FROM="9", WORKTIME_TO="18", WORKTIME_TIMEZONE="UTC")
    chat = desk.dialog_of("a")
    desk.portal.pass_time(59 * MINUTE)
    assert desk.operator_of(chat) == people[0]
    desk.portal.pass_time(2 * MINUTE)
    assert desk.operator_of(chat) == people[1]


def test_administrators_are_told_once_that_nobody_is_free(desk: Desk) -> None:
    boss = desk.portal.page(desk.portal.person("The boss", admin=True))
    desk.settings(SEND_NOTIFICATION_EMPTY_QUEUE="Y")
    desk.be(desk.operator_id, "absent")
    desk.dialog_of("a")
    desk.dialog_of("b")
    told = boss.call("tieline.notices.list").result
    assert told["unread"] == 1
    assert "no operator is free" in told["items"][0]["text"]
    assert boss.call("tieline.notices.read", UP_TO=told["items"][0]["id"]).result == 0
    desk.dialog_of("c")
    assert boss.call("tieline.notices.list").result["unread"] == 1


@pytest.fixture
def bound(desk: Desk) -> int:
    """Somebody outside the queue who is responsible for the customer `known`; returns the id."""
    responsible = desk.portal.person("Eva Meyer")
    fields = {"NAME": "Known", "PHONE": [{"VALUE": "+49 30 123456"}], "ASSIGNED_BY_ID": responsible}
    assert desk.portal.webhook(scopes="crm").call("crm.contact.add", fields=fields).status == 200
    return responsible


def known(desk: Desk) -> int:
    """Let the customer write whom somebody is responsible for; returns the chat's id."""
    return desk.write_in("Hello", user={"id": "known", "phone": "+4930123456"}, chat={"id": "known"})


def test_dialog_goes_to_who_is_responsible_for_its_customer(desk: Desk, bound: int) -> None:
    chat = known(desk)
    assert desk.operator_of(chat) == bound
    desk.portal.pass_time(QUEUE_TIME)
    assert desk.operator_of(chat) == desk.operator_id


def test_dialog_of_all_goes_to_who_is_responsible_and_then_to_all(desk: Desk, bound: int) -> None:
    desk.settings(QUEUE_TYPE="all")
    chat = known(desk)
    assert desk.operator_of(chat) == bound
    desk.portal.pass_time(QUEUE_TIME)
    assert desk.operator_of(chat) is None


@pytest.mark.parametrize("how", ["absent", "not asked for", "busy"])
def test_dialog_goes_to_the_queue_where_who_is_responsible_cannot_have_it(desk: Desk, bound: int, how: str) -> None:
    if how == "absent":
        desk.be(bound, "absent")
    elif how == "busy":
        desk.settings(MAX_CHAT=1)
        other = desk.dialog_of("other")
        assert desk.operator.call("imopenlines.operator.transfer", CHAT_ID=other, USER_ID=bound).result is True
    else:
        desk.settings(CRM_FORWARD="N")
    assert desk.operator_of(known(desk)) == desk.operator_id


def test_customers_who_come_at_the_same_moment_fill_nobody_over_capacity(desk: Desk, people: list[int]) -> None:
    desk.settings(MAX_CHAT=2)
    for round_number in range(3):
        calls = []
        for number in range(12):
            name = f"{round_number} {number}"
            message = desk.message(user={"id": name, "name": name}, chat={"id": name})
            params = {"CONNECTOR": desk.code, "LINE": desk.line, "MESSAGES": [message]}
            calls.append((desk.app, "imconnector.send.messages", params))
        assert desk.portal.at_once(calls) == [None] * 12
        desk.portal.pass_time(SECOND)
        rows = desk.portal.read(
            lambda tx: tx.all("select operator_id, id from chats where status < 60 order by session_id")
        )
        assert sorted(operator for operator, _ in rows[:6]) == sorted(people * 2)
        assert {operator for operator, _ in rows[6:]} == {None}
        finish = [(desk.portal.webhook(), "imopenlines.operator.another.finish", {"CHAT_ID": chat}) for _, chat in rows]
        assert desk.portal.at_once(finish) == [None] * 12


def test_operators_who_finish_at_the_same_moment_get_who_waits_in_order(desk: Desk, people: list[int]) -> None:
    desk.settings(MAX_CHAT=1)
    chats = [desk.dialog_of(f"c{number}") for number in range(9)]
    hooks = {person: desk.portal.webhook(person) for person in people}
    for first in (0, 3, 6):
        owners = {desk.operator_of(chat): chat for chat in chats[first : first + 3]}
        assert set(owners) == set(people)
        finish = [(hooks[who], "imopenlines.operator.finish", {"CHAT_ID": chat}) for who, chat in owners.items()]
        assert desk.portal.at_once(finish) == [None] * 3
        desk.portal.pass_time(SECOND)


def test_what_waits_on_a_line_that_is_switched_off_is_given_all_the_same(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.be(desk.operator_id, "absent")
    chat = desk.dialog_of("a")
    desk.settings(ACTIVE="N")
    desk.be(desk.operator_id, "online")
    assert desk.operator_of(chat) == desk.operator_id


def test_dialog_that_somebody_absent_took_over_comes_to_another(quick_desk: Desk) -> None:
    desk = quick_desk
    absent = desk.portal.person("Eva Meyer", presence="")
    desk.staff(desk.operator_id, absent)
    chat = desk.dialog_of("a")
    assert desk.operator.call("imopenlines.operator.answer", CHAT_ID=chat).result is True
    desk.portal.pass_time(QUEUE_TIME)
    taken_over = desk.portal.webhook(absent).call("imopenlines.session.intercept", CHAT_ID=chat)
    assert taken_over.result is True
    desk.portal.pass_time(QUEUE_TIME)
    assert desk.operator_of(chat) == desk.operator_id
