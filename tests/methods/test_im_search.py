"""im.search.user.list and im.search.last.*: finding people, and what was found last."""

from typing import Any

import pytest

from support.portal import Desk, Portal, refused

SHORT = (400, "FIND_SHORT", "Too short a search phrase.")
USER = """id name first_name last_name work_position color avatar gender birthday extranet network bot connector
external_auth_id status idle last_activity_date mobile_last_date departments absent phones"""
CHAT = """id name owner extranet avatar color type entity_type entity_id entity_data_1 entity_data_2 entity_data_3
mute_list date_create message_type"""


class Staff:
    """Some people."""

    def __init__(self, portal: Portal) -> None:
        self.hook = portal.webhook(scopes="im,user,department")
        self.emily, self.john = portal.person("Emily Smith"), portal.person("John Smithers")
        self.gone = portal.person("Emily Gone")
        self.hook.call("user.update", ID=self.gone, ACTIVE="N")
        sales = self.hook.call("department.add", NAME="Sales 100%", PARENT=1).result
        facts = {"WORK_POSITION": "Head of IT", "PERSONAL_BIRTHDAY": "1990-03-08", "UF_DEPARTMENT": [sales]}
        self.hook.call("user.update", ID=self.emily, **facts)

    def found(self, find: str, **params: Any) -> list[str]:
        """Return the names of people who are found."""
        body = self.hook.call("im.search.user.list", FIND=find, **params).body
        assert isinstance(body["result"], dict if body["result"] else list)
        return [user["name"] for user in dict(body["result"]).values()]


@pytest.fixture
def staff(portal: Portal) -> Staff:
    """Some people, on each engine."""
    return Staff(portal)


def test_found_person_is_described_as_documented(staff: Staff) -> None:
    body = staff.hook.call("im.search.user.list", FIND="Emily", BUSINESS="N", OFFSET=0, LIMIT=10).body
    assert (list(body["result"]), body["total"], "next" in body) == ([str(staff.emily)], 1, False)
    (user,) = body["result"].values()
    assert set(user) == set(USER.split())
    assert (user["name"], user["birthday"], user["work_position"]) == ("Emily Smith", "08-03", "Head of IT")
    (other,) = staff.hook.call("im.search.user.list", FIND="John", BUSINESS="Y").result.values()
    assert (other["birthday"], other["phones"]) == (False, False)


@pytest.mark.parametrize(
    ("find", "names"),
    [
        ("smith", ["Emily Smith", "John Smithers"]),
        ("SMITH emi", ["Emily Smith"]),
        ("head it", ["Emily Smith"]),
        ("100%", ["Emily Smith"]),
        ("Gone", []),
        ("%%", []),
        ("nobody at all", []),
        ("zz " * 3_000, []),
    ],
)
def test_people_are_found_by_parts_of_what_they_are_called(staff: Staff, find: str, names: list[str]) -> None:
    assert staff.found(find) == names


def test_found_people_come_in_pages(staff: Staff) -> None:
    body = staff.hook.call("im.search.user.list", FIND="smith", LIMIT=1).body
    assert (list(body["result"]), body["total"], body["next"]) == ([str(staff.emily)], 2, 1)
    assert staff.found("smith", LIMIT=1, OFFSET=1) == ["John Smithers"]
    assert staff.found("smith", OFFSET=2) == []
    assert staff.found("smith", LIMIT=-1, OFFSET=-1) == staff.found("smith", LIMIT=999)


@pytest.mark.parametrize("given", [None, "", "a", " a ", ["ab"]])
def test_phrase_has_two_characters(quick_portal: Portal, given: Any) -> None:
    assert refused(quick_portal.webhook().call("im.search.user.list", FIND=given)) == SHORT


def test_what_was_found_is_remembered_newest_first(desk: Desk, chat: int) -> None:
    hook, other = desk.operator, desk.portal.person("Emily Smith")
    for found in (f"chat{chat}", str(other), "1", f"chat{chat}"):
        assert hook.call("im.search.last.add", DIALOG_ID=found).result is True
    first, second, third = hook.call("im.search.last.get").result
    assert (first["id"], first["type"], first["title"]) == (f"chat{chat}", "chat", "Anna Schmidt - Support")
    assert set(first["chat"]) == set(CHAT.split())
    assert first["avatar"] == {"url": "", "color": first["chat"]["color"]}
    assert (second["id"], third["id"]) == (1, other)
    assert (third["type"], third["title"], third["user"]["email"]) == ("user", "Emily Smith", desk.portal.email(other))
    assert desk.portal.webhook().call("im.search.last.get").result == []


def test_kinds_are_left_out(desk: Desk, chat: int) -> None:
    hook = desk.operator
    hook.call("im.search.last.add", DIALOG_ID=f"chat{chat}")
    hook.call("im.search.last.add", DIALOG_ID=1)

    def found(**params: str) -> list[str]:
        return [one["type"] for one in hook.call("im.search.last.get", **params).result]

    assert found(SKIP_OPENLINES="N", SKIP_CHAT="Y", SKIP_DIALOG="N") == ["user", "chat"]
    assert found(SKIP_OPENLINES="Y") == ["user"]
    assert found(SKIP_DIALOG="Y") == ["chat"]


def test_what_was_found_is_forgotten(desk: Desk, chat: int) -> None:
    hook = desk.operator
    hook.call("im.search.last.add", DIALOG_ID=f"chat{chat}")
    hook.call("im.search.last.add", DIALOG_ID="1")
    assert hook.call("im.search.last.delete", DIALOG_ID=f"chat0{chat}").result is True
    assert [one["id"] for one in hook.call("im.search.last.get").result] == [1]
    assert hook.call("im.search.last.delete", DIALOG_ID=f"chat{chat}").result is False


def test_what_cannot_be_seen_is_not_remembered(desk: Desk, chat: int) -> None:
    (message,) = desk.history(chat)
    stranger = desk.portal.webhook(desk.portal.person())
    for found in (f"chat{chat}", "chat999", "999", str(message["author_id"])):
        assert stranger.call("im.search.last.add", DIALOG_ID=found).result is False
    assert stranger.call("im.search.last.get").result == []


def test_what_may_no_longer_be_seen_is_left_out(quick_desk: Desk) -> None:
    desk = quick_desk
    chat = desk.write_in("Hello")
    someone = desk.portal.person()
    desk.staff(desk.operator_id, someone)
    hook = desk.portal.webhook(someone)
    assert hook.call("im.search.last.add", DIALOG_ID=f"chat{chat}").result is True
    assert len(hook.call("im.search.last.get").result) == 1
    desk.staff(desk.operator_id)
    assert hook.call("im.search.last.get").result == []


def test_no_more_than_thirty_are_remembered(quick_portal: Portal) -> None:
    hook = quick_portal.webhook()
    people = [quick_portal.person() for _ in range(32)]
    for user_id in people:
        hook.call("im.search.last.add", DIALOG_ID=user_id)
    assert [one["id"] for one in hook.call("im.search.last.get").result] == people[:1:-1]


@pytest.mark.parametrize("method", ["im.search.last.add", "im.search.last.delete"])
@pytest.mark.parametrize("given", [None, "", "chat", "chatx", "abc", "0", "-1", "chat0", ["1"], "9" * 30])
def test_dialog_must_be_named(quick_portal: Portal, method: str, given: Any) -> None:
    reply = quick_portal.webhook().call(method, DIALOG_ID=given)
    assert refused(reply) == (400, "DIALOG_ID_EMPTY", "Dialog ID can't be empty")
