"""im.user.* and im.revision.get: people in the messenger, and how they are."""

from typing import Any

import pytest

from support.portal import Client, Desk, Portal, refused
from tieline.domain.clock import MINUTE
from tieline.services import presence

KEYS = """id active name first_name last_name work_position color avatar avatar_hr gender birthday extranet network bot
connector external_auth_id status idle last_activity_date mobile_last_date desktop_last_date absent departments phones
bot_data type website email"""
NO_USER = (400, "USER_NOT_EXISTS", "User does not exist")
HELD_BACK = ["dnd", "away", "break"]


def test_person_is_described_as_documented(portal: Portal) -> None:
    john, hook = portal.person("John Smith"), portal.webhook(scopes="im,user")
    facts = {"WORK_POSITION": "Manager", "WORK_PHONE": "+1123", "PERSONAL_MOBILE": "+1124", "UF_PHONE_INNER": "21"}
    hook.call("user.update", ID=john, PERSONAL_WWW="example.com", **facts)
    told = hook.call("im.user.get", ID=john, AVATAR_HR="Y").result
    assert set(told) == set(KEYS.split())
    expected = {
        "id": john,
        "active": True,
        "name": "John Smith",
        "work_position": "Manager",
        "status": "online",
        "idle": False,
        "phones": {"work_phone": "+1123", "personal_mobile": "+1124", "inner_phone": "21"},
        "website": "example.com",
        "email": portal.email(john),
        "bot_data": None,
        "type": "user",
    }
    assert {name: told[name] for name in expected} == expected


def test_caller_is_described_unless_another_is_named(portal: Portal) -> None:
    john = portal.person("John Smith")
    assert portal.webhook(john, scopes="im").call("im.user.get").result["id"] == john


@pytest.mark.parametrize("given", [0, -1, "abc", "1.5", [1], "99999999999999999999999"])
def test_id_of_a_user_is_a_positive_number(quick_portal: Portal, given: Any) -> None:
    reply = quick_portal.webhook().call("im.user.get", ID=given)
    assert refused(reply) == (400, "ID_EMPTY", "User ID can't be empty")


@pytest.mark.parametrize("given", [999, 2**62])
def test_user_who_is_not_there_cannot_be_described(quick_portal: Portal, given: int) -> None:
    assert refused(quick_portal.webhook().call("im.user.get", ID=given)) == NO_USER


def test_customer_is_described_to_those_who_read_the_dialog(desk: Desk, chat: int) -> None:
    (message,) = desk.history(chat)
    customer = message["author_id"]
    for client in (desk.operator, desk.portal.webhook()):
        told = client.call("im.user.get", ID=customer).result
        assert (told["name"], told["connector"], told["status"]) == ("Anna Schmidt", True, "online")
    stranger = desk.portal.webhook(desk.portal.person())
    assert refused(stranger.call("im.user.get", ID=customer)) == NO_USER
    assert stranger.call("im.user.list.get", ID=[customer]).result == []


def test_users_are_described_by_their_ids(portal: Portal) -> None:
    emily, john = portal.person("Emily Smith"), portal.person("John Johnson")
    hook = portal.webhook()
    told = hook.call("im.user.list.get", ID=[emily, str(john), 999, emily], AVATAR_HR="N").result
    assert {number: user["name"] for number, user in told.items()} == {
        str(emily): "Emily Smith",
        str(john): "John Johnson",
    }
    assert set(told[str(emily)]) == set(KEYS.split())
    listed = hook.call("im.user.list.get", ID=f"[{john}, {emily}]", RESULT_TYPE="array").result
    assert [user["id"] for user in listed] == [john, emily]
    assert hook.call("im.user.list.get", ID=["x", None, True, -5, [1]]).result == []


@pytest.mark.parametrize("given", [None, "", [], {}, "abc", 5, "5", "[]", "{}", "[" * 5_000, True])
def test_ids_come_as_a_list(quick_portal: Portal, given: Any) -> None:
    reply = quick_portal.webhook().call("im.user.list.get", ID=given)
    assert refused(reply) == (400, "INVALID_FORMAT", "A wrong format for the ID field is passed")


class Someone:
    """An operator with a page open, and the messenger."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.id = portal.person("Klaus Weber")
        self.hook = portal.webhook(self.id, scopes="im")
        self.page = portal.page(self.id)

    def say(self, status: str) -> None:
        """Choose a status in the messenger."""
        assert self.hook.call("im.user.status.set", STATUS=status).result is True

    def choose(self, choice: str) -> None:
        """Choose in the pages."""
        self.page.call("tieline.presence.set", CHOICE=choice)

    @property
    def shown(self) -> tuple[str, bool | str]:
        """Status and idle moment, as colleagues see them."""
        told = self.portal.webhook(scopes="im").call("im.user.get", ID=self.id).result
        assert told["status"] == self.hook.call("im.user.status.get").result
        return told["status"], told["idle"]

    @property
    def state(self) -> tuple[str, str]:
        """What the pages show: the choice, and whether somebody is there."""
        told = self.page.call("tieline.presence.get").result
        return told["choice"], told["presence"]


@pytest.fixture
def someone(portal: Portal) -> Someone:
    """An operator on each engine."""
    return Someone(portal)


@pytest.fixture
def quick_someone(quick_portal: Portal) -> Someone:
    """An operator on SQLite alone."""
    return Someone(quick_portal)


@pytest.mark.parametrize("status", HELD_BACK)
def test_status_is_kept_and_shown(someone: Someone, status: str) -> None:
    assert someone.shown == ("online", False)
    someone.say(status)
    assert someone.shown == (status, False)
    assert someone.state == ("away", "away")
    someone.say("online")
    assert someone.shown == ("online", False)
    assert someone.state == ("online", "online")


@pytest.mark.parametrize("given", ["ONLINE", "asleep", "", None, ["dnd"], " dnd"])
def test_no_other_status_is_available(quick_someone: Someone, given: Any) -> None:
    reply = quick_someone.hook.call("im.user.status.set", STATUS=given)
    assert refused(reply) == (400, "STATUS_ERROR", "Status is not available")


@pytest.mark.parametrize("status", HELD_BACK)
def test_who_is_not_online_gets_no_new_dialogs(desk: Desk, status: str) -> None:
    hook = desk.portal.webhook(desk.operator_id, scopes="im")
    kept = desk.dialog_of("a")
    hook.call("im.user.status.set", STATUS=status)
    waiting = desk.dialog_of("b")
    assert (desk.operator_of(kept), desk.operator_of(waiting)) == (desk.operator_id, None)
    hook.call("im.user.status.set", STATUS="online")
    assert desk.operator_of(waiting) == desk.operator_id


def test_choice_of_the_pages_lifts_a_status(quick_someone: Someone) -> None:
    quick_someone.say("dnd")
    quick_someone.choose("online")
    assert (quick_someone.shown[0], quick_someone.state) == ("online", ("online", "online"))


@pytest.mark.parametrize("choice", ["away", "absent"])
def test_choice_of_the_pages_is_shown_as_away(quick_someone: Someone, choice: str) -> None:
    quick_someone.choose(choice)
    assert quick_someone.shown[0] == "away"
    quick_someone.say("online")
    assert (quick_someone.shown[0], quick_someone.state[0]) == ("online", "auto")


def test_status_makes_nobody_come_who_is_off_work(quick_someone: Someone) -> None:
    quick_someone.choose("absent")
    quick_someone.say("break")
    assert (quick_someone.shown[0], quick_someone.state) == ("break", ("absent", "absent"))


def test_idle_client_counts_as_away(someone: Someone) -> None:
    assert someone.hook.call("im.user.status.idle.start").result is True
    assert someone.shown == ("online", "2027-01-15T07:50:00+00:00")
    assert someone.state == ("online", "away")
    assert someone.hook.call("im.user.status.idle.start", AGO=3).result is True
    assert someone.shown == ("online", "2027-01-15T07:57:00+00:00")
    assert someone.hook.call("im.user.status.idle.end").result is True
    assert someone.shown == ("online", False)
    assert someone.state == ("online", "online")


@pytest.mark.parametrize(("ago", "since"), [(0, "07:59"), (-5, "07:59"), (1, "07:59"), ("15", "07:45")])
def test_idle_is_at_least_a_minute_ago(quick_someone: Someone, ago: Any, since: str) -> None:
    quick_someone.hook.call("im.user.status.idle.start", AGO=ago)
    assert quick_someone.shown[1] == f"2027-01-15T{since}:00+00:00"


@pytest.mark.parametrize("given", ["long", [5], "1.5"])
def test_idle_takes_a_number(quick_someone: Someone, given: Any) -> None:
    assert quick_someone.hook.call("im.user.status.idle.start", AGO=given).error == (400, "ERROR_ARGUMENT")
    assert quick_someone.hook.call("im.user.status.idle.start", AGO=2**62).result is True


def see(someone: Someone, *, idle: bool) -> None:
    """Let a page of the portal be open, in use or not."""
    portal = someone.portal
    portal.write(lambda tx: presence.see(portal.admin_call(tx), someone.id, "desktop", idle=idle))


def test_page_in_use_ends_what_a_client_noted(quick_someone: Someone) -> None:
    quick_someone.hook.call("im.user.status.idle.start")
    see(quick_someone, idle=True)
    assert quick_someone.state[1] == "away"
    see(quick_someone, idle=False)
    assert (quick_someone.state[1], quick_someone.shown[1]) == ("online", False)


def test_page_that_nobody_uses_is_told_as_idle(quick_someone: Someone) -> None:
    see(quick_someone, idle=True)
    quick_someone.choose("auto")
    assert quick_someone.shown == ("online", "2027-01-15T08:00:00+00:00")
    assert quick_someone.state == ("auto", "away")


def test_idle_operator_gets_no_new_dialogs(desk: Desk) -> None:
    hook: Client = desk.portal.webhook(desk.operator_id, scopes="im")
    hook.call("im.user.status.idle.start")
    waiting = desk.dialog_of("b")
    assert desk.operator_of(waiting) is None
    desk.portal.pass_time(MINUTE)
    hook.call("im.user.status.idle.end")
    assert desk.operator_of(waiting) == desk.operator_id


def test_revisions_of_the_messenger(quick_portal: Portal) -> None:
    told = quick_portal.webhook().call("im.revision.get").result
    assert told == {"rest": 32, "web": 130, "mobile": 22, "desktop": 6, "im_revision_mobile": 22}
