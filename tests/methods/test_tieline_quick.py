"""tieline.quick.*: texts that operators use again."""

from typing import Any

import pytest

from support.portal import Client, Desk, Portal, Reply, refused

NOT_ALLOWED = (403, "ACCESS_DENIED", "Operators save answers for their lines, administrators for all")
NO_ANSWER = (400, "ANSWER_MISSING", "There is no such quick answer")
NOT_SAVED = (400, "ANSWER_NOT_SAVED", "The quick answer has no text, or there are too many")
NO_CHAT = (403, "ACCESS_ERROR", "You do not have access to the specified dialog")


@pytest.fixture
def admin(quick_portal: Portal) -> Client:
    """The administrator's page."""
    page = quick_portal.person(admin=True)
    return quick_portal.page(page)


@pytest.fixture
def operator(quick_desk: Desk) -> Client:
    """The operator's page."""
    return quick_desk.portal.page(quick_desk.operator_id)


def add(client: Client, text: str, line: int | None = None) -> int:
    return save(client, TEXT=text, LINE=line).result


def save(client: Client, **given: Any) -> Reply:
    return client.call("tieline.quick.save", **given)


def found(client: Client, **given: Any) -> list[str]:
    return [answer["text"] for answer in client.call("tieline.quick.list", **given).result]


def test_answers_live_on_both_engines(portal: Portal) -> None:
    desk = Desk(portal)
    page, chat = portal.page(desk.operator_id), desk.write_in()
    number = add(page, "  We open at nine. ", desk.line)
    assert add(page, "We open at nine.", desk.line) == number
    assert save(page, ID=number, TEXT="We open at ten.", LINE=desk.line).result == number
    assert page.call("tieline.quick.list", CHAT_ID=chat).result == [
        {"id": number, "text": "We open at ten.", "line": desk.line, "canChange": True}
    ]
    assert page.call("tieline.quick.delete", ID=number).result is True
    assert found(page) == []


def test_answers_are_found_by_their_beginning_first(quick_desk: Desk, operator: Client) -> None:
    for text in ("Please wait", "Goodbye", "Yes, please", "PLEASE call us"):
        add(operator, text, quick_desk.line)
    assert found(operator, TEXT="please") == ["PLEASE call us", "Please wait", "Yes, please"]
    assert found(operator, TEXT="  ") == ["Goodbye", "PLEASE call us", "Please wait", "Yes, please"]
    assert found(operator, TEXT="nothing") == []


def test_dialog_has_the_answers_of_the_line_that_serves_it(quick_desk: Desk, admin: Client, operator: Client) -> None:
    portal = quick_desk.portal
    other = portal.line(quick_desk.operator_id)
    for text, line in (("Here", quick_desk.line), ("There", other), ("Everywhere", None)):
        add(admin, text, line)
    chat = quick_desk.write_in()
    assert found(operator, CHAT_ID=chat) == ["Everywhere", "Here"]
    quick_desk.operator.call("imopenlines.operator.transfer", CHAT_ID=chat, QUEUE_ID=other)
    assert found(admin, CHAT_ID=chat) == ["Everywhere", "There"]
    assert found(operator) == found(admin) == ["Everywhere", "Here", "There"]
    assert found(portal.page(portal.person())) == ["Everywhere"]


def test_answers_of_a_dialog_are_for_those_who_read_it(quick_desk: Desk) -> None:
    chat = quick_desk.write_in()
    stranger = quick_desk.portal.page(quick_desk.portal.person())
    for number in (chat, 999, "abc"):
        assert refused(stranger.call("tieline.quick.list", CHAT_ID=number)) == NO_CHAT


def test_operators_save_for_their_lines_and_administrators_for_all(
    quick_desk: Desk, admin: Client, operator: Client
) -> None:
    other = quick_desk.portal.line()
    for line in (other, None, 999):
        assert refused(save(operator, TEXT="Hello", LINE=line)) == NOT_ALLOWED
    assert refused(save(admin, TEXT="Hello", LINE=999)) == NOT_ALLOWED
    number = add(operator, "Hello", quick_desk.line)
    assert refused(save(operator, ID=number, TEXT="Hello", LINE=other)) == NOT_ALLOWED
    assert save(admin, ID=number, TEXT="Hello").result == number


def test_answer_of_another_is_changed_by_administrators_alone(quick_desk: Desk, admin: Client) -> None:
    portal, line = quick_desk.portal, quick_desk.line
    colleague = portal.person()
    quick_desk.app.call(
        "imopenlines.config.update", CONFIG_ID=line, PARAMS={"QUEUE": [quick_desk.operator_id, colleague]}
    )
    operator, other = portal.page(quick_desk.operator_id), portal.page(colleague)
    number = add(operator, "Hello", line)
    assert refused(save(other, ID=number, TEXT="Bye", LINE=line)) == NO_ANSWER
    assert refused(other.call("tieline.quick.delete", ID=number)) == NO_ANSWER
    assert [answer["canChange"] for answer in other.call("tieline.quick.list").result] == [False]
    assert admin.call("tieline.quick.delete", ID=number).result is True
    assert refused(operator.call("tieline.quick.delete", ID=number)) == NO_ANSWER


@pytest.mark.parametrize("text", [None, "", "   ", [1]])
def test_answer_needs_a_text(quick_desk: Desk, operator: Client, text: Any) -> None:
    assert refused(save(operator, TEXT=text, LINE=quick_desk.line)) == NOT_SAVED


@pytest.mark.parametrize("number", [0, 999, "abc", -1])
def test_answer_that_is_not_there_is_not_changed(quick_desk: Desk, operator: Client, number: Any) -> None:
    assert refused(save(operator, ID=number, TEXT="Hello", LINE=quick_desk.line)) == NO_ANSWER
    assert refused(operator.call("tieline.quick.delete", ID=number)) == NO_ANSWER


def test_deletion_needs_an_id(operator: Client) -> None:
    assert refused(operator.call("tieline.quick.delete")) == NO_ANSWER
