"""Who is there: what people choose, the pages that they have open, on several devices."""

import pytest

from support.portal import Client, Desk, Portal
from tieline.domain.clock import SECOND
from tieline.services import presence
from tieline.services.call import Call
from tieline.store import people as people_store

GRACE = 30 * SECOND


class Pages:
    """The pages that a person has open."""

    def __init__(self, portal: Portal, user_id: int) -> None:
        self.portal = portal
        self.user_id = user_id
        self.page = portal.page(user_id)

    def _do(self, verb: str, *args: object, **options: object) -> None:
        def job(tx) -> None:
            call = Call(tx, self.portal.world, people_store.get_portal(tx, 1), self.portal.clock.now())
            getattr(presence, verb)(call, *args, **options)

        self.portal.write(job)

    def open(self, device: str, *, idle: bool = False) -> None:
        """Open a page, or say that nobody is at it."""
        self._do("see", self.user_id, device, idle=idle)

    def leave(self, device: str) -> None:
        """Close a page."""
        self._do("lose", self.user_id, device)

    @property
    def state(self) -> str:
        """Whether the person is there."""
        return self.page.call("tieline.presence.get").result["presence"]


@pytest.fixture
def pages(portal: Portal) -> Pages:
    """A person without a page."""
    return Pages(portal, portal.person(presence=""))


def test_who_has_a_page_open_is_there(pages: Pages) -> None:
    assert pages.page.call("tieline.presence.get").result == {"choice": "auto", "presence": "absent", "since": None}
    pages.open("desktop")
    assert pages.state == "online"
    pages.leave("desktop")
    pages.portal.pass_time(GRACE - SECOND)
    assert pages.state == "online"
    pages.portal.pass_time(SECOND)
    assert pages.state == "absent"


def test_page_that_is_loaded_anew_is_no_absence(pages: Pages) -> None:
    pages.open("desktop")
    pages.leave("desktop")
    pages.open("desktop again")
    pages.portal.pass_time(2 * GRACE)
    assert pages.state == "online"


def test_one_device_in_use_is_enough(pages: Pages) -> None:
    pages.open("desktop")
    pages.open("phone", idle=True)
    assert pages.state == "online"
    pages.open("desktop", idle=True)
    assert pages.state == "away"
    pages.open("phone")
    assert pages.state == "online"
    pages.leave("phone")
    pages.portal.pass_time(GRACE)
    assert pages.state == "away"


def test_page_without_a_sign_of_life_does_not_count(pages: Pages) -> None:
    pages.open("desktop")
    pages.portal.pass_time(150 * SECOND)
    assert pages.state == "absent"


@pytest.mark.parametrize(
    ("choice", "without", "idle", "in_use"),
    [
        ("auto", "absent", "away", "online"),
        ("away", "absent", "away", "away"),
        ("absent", "absent", "absent", "absent"),
        ("online", "online", "online", "online"),
    ],
)
def test_people_say_whether_they_are_there(pages: Pages, choice: str, without: str, idle: str, in_use: str) -> None:
    told = pages.page.call("tieline.presence.set", CHOICE=choice).result
    assert (told["choice"], told["presence"]) == (choice, without)
    pages.open("desktop", idle=True)
    assert pages.state == idle
    pages.open("desktop")
    assert pages.state == in_use


def test_nobody_chooses_anything_else(pages: Pages) -> None:
    assert pages.page.call("tieline.presence.set", CHOICE="asleep").error == (400, "ERROR_ARGUMENT")


def test_who_comes_gets_what_waits(desk: Desk) -> None:
    someone = Pages(desk.portal, desk.portal.person(presence=""))
    desk.staff(someone.user_id)
    chat = desk.dialog_of("a")
    assert desk.operator_of(chat) is None
    someone.open("desktop")
    assert desk.operator_of(chat) == someone.user_id
    someone.leave("desktop")
    desk.portal.pass_time(GRACE + SECOND)
    assert desk.operator_of(chat) is None


def test_there_is_no_webhook_for_it(portal: Portal) -> None:
    hook: Client = portal.webhook()
    assert hook.call("tieline.presence.set", CHOICE="auto").status == 403
