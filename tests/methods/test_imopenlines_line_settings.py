"""Settings of lines that a line works by: which values are taken, and how they are kept."""

from typing import Any

import pytest

from support.portal import Client, Portal, refused


@pytest.fixture
def admin(quick_portal: Portal) -> Client:
    """A webhook of the administrator's."""
    return quick_portal.webhook()


def config(client: Client, line: int) -> dict[str, Any]:
    return client.call("imopenlines.config.get", CONFIG_ID=line).result


def kept(client: Client, name: str, value: Any) -> Any:
    """Add a line with a setting; returns what the line tells of it."""
    return config(client, client.call("imopenlines.config.add", PARAMS={name: value}).result)[name]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("WORKTIME_FROM", "09:00", "9"),
        ("WORKTIME_FROM", "9.30", "9.30"),
        ("WORKTIME_FROM", "9.3", "9.30"),
        ("WORKTIME_FROM", 9.3, "9.30"),
        ("WORKTIME_FROM", 8, "8"),
        ("WORKTIME_FROM", "00:05", "0.05"),
        ("WORKTIME_FROM", "", "0"),
        ("WORKTIME_TO", "21:00", "21"),
        ("WORKTIME_TO", " 23:59 ", "23.59"),
        ("WORKTIME_TO", "", "23.59"),
        ("WORKTIME_TIMEZONE", "Europe/Berlin", "Europe/Berlin"),
        ("WORKTIME_TIMEZONE", "", "UTC"),
        ("WORKTIME_DAYOFF", ["SA", "su", "SA"], ["SA", "SU"]),
        ("WORKTIME_DAYOFF", "MO, TU", ["MO", "TU"]),
        ("WORKTIME_DAYOFF", {"0": "FR"}, ["FR"]),
        ("WORKTIME_DAYOFF", [""], [""]),
        ("WORKTIME_HOLIDAYS", "01.01,29.02,1.5", ["01.01", "29.02", "01.05"]),
        ("WORKTIME_HOLIDAYS", ["31.12", "31.12"], ["31.12"]),
        ("WORKTIME_HOLIDAYS", "", [""]),
        ("QUEUE_TIME", "0", "0"),
        ("AUTO_EXPIRE_TIME", 366 * 24 * 3600, str(366 * 24 * 3600)),
        ("MAX_CHAT", " 7 ", "7"),
        ("MAX_CHAT", "", "0"),
        ("QUEUE_TIME", None, "60"),
        ("QUEUE_TYPE", None, "evenly"),
        ("WELCOME_MESSAGE", True, "Y"),
        ("WELCOME_MESSAGE", "y", "Y"),
        ("SEND_WELCOME_EACH_SESSION", 0, "N"),
        ("SEND_WELCOME_EACH_SESSION", "", "N"),
        ("SEND_WELCOME_EACH_SESSION", None, "Y"),
        ("KPI_FIRST_ANSWER_LIST", ["1", 1], ["1"]),
        ("KPI_FIRST_ANSWER_LIST", None, None),
        ("KPI_FURTHER_ANSWER_LIST", "1", ["1"]),
        ("KPI_FURTHER_ANSWER_LIST", [], []),
        ("XML_ID", None, None),
        ("DEFAULT_OPERATOR_DATA", {"NAME": "We", "AVATAR_ID": 7, "AGE": 5}, {"NAME": "We", "AVATAR_ID": "7"}),
        ("DEFAULT_OPERATOR_DATA", [], []),
        ("WELCOME_MESSAGE_TEXT", 5, "5"),
        ("WELCOME_MESSAGE_TEXT", None, ""),
    ],
)
def test_value_is_kept_as_it_is_told(admin: Client, name: str, value: Any, expected: Any) -> None:
    assert kept(admin, name, value) == expected


def test_what_a_line_tells_may_be_sent_back(quick_portal: Portal, admin: Client) -> None:
    line = quick_portal.line(quick_portal.person())
    before = config(admin, line)
    assert admin.call("imopenlines.config.update", CONFIG_ID=line, PARAMS=before).result is True
    assert config(admin, line) == before


def test_null_leaves_a_setting_and_a_queue_as_they_are(quick_portal: Portal, admin: Client) -> None:
    person = quick_portal.person()
    line = quick_portal.line(person)
    admin.call("imopenlines.config.update", CONFIG_ID=line, PARAMS={"QUEUE_TIME": 5, "ACTIVE": "N", "XML_ID": "7"})
    none = dict.fromkeys(("QUEUE_TIME", "ACTIVE", "XML_ID", "QUEUE", "LINE_NAME"))
    assert admin.call("imopenlines.config.update", CONFIG_ID=line, PARAMS=none).result is True
    told = config(admin, line)
    assert (told["QUEUE_TIME"], told["ACTIVE"], told["XML_ID"], told["QUEUE"]) == ("5", "N", None, [str(person)])


@pytest.mark.parametrize("wrong", [{"QUEUE": [999]}, {"WORKTIME_FROM": "25"}, {"ACTIVE": "perhaps"}])
def test_change_that_is_refused_changes_nothing(portal: Portal, wrong: dict[str, Any]) -> None:
    admin = portal.webhook()
    line = portal.line(portal.person())
    before = config(admin, line)
    reply = admin.call("imopenlines.config.update", CONFIG_ID=line, PARAMS={"LINE_NAME": "After", **wrong})
    told = f"A wrong value for the PARAMS field '{next(iter(wrong))}' is passed"
    assert refused(reply) == (400, "INVALID_FORMAT", told)
    assert config(admin, line) == before


# Departments in queues


class Company:
    """A department with two people and a head, and a line whose queue it is."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.admin = portal.webhook(scopes="imopenlines,department,user")
        self.head, self.first, self.second, self.alone = (portal.person() for _ in range(4))
        top = self.admin.call("department.get").result[0]["ID"]
        self.id = self.admin.call("department.add", NAME="Sales", PARENT=top, UF_HEAD=self.head).result
        for person in (self.first, self.second):
            assert self.admin.call("user.update", ID=person, UF_DEPARTMENT=[self.id]).result is True
        queue = [
            {"ENTITY_TYPE": "user", "ENTITY_ID": str(self.second)},
            {"ENTITY_TYPE": "department", "ENTITY_ID": str(self.id)},
            {"ENTITY_TYPE": "user", "ENTITY_ID": self.alone},
        ]
        self.line = self.admin.call("imopenlines.config.add", PARAMS={"QUEUE": queue}).result

    def told(self) -> dict[str, Any]:
        """Return the line's settings."""
        return config(self.admin, self.line)

    def items(self) -> list[tuple[str, str]]:
        """Return the elements of the queue."""
        return [(item["ENTITY_TYPE"], item["ENTITY_ID"]) for item in self.told()["CONFIG_QUEUE"]]


@pytest.fixture
def company(portal: Portal) -> Company:
    """A department in a queue."""
    return Company(portal)


def test_department_of_a_queue_is_told_with_its_people(company: Company) -> None:
    told = company.told()
    expected = [str(person) for person in (company.second, company.head, company.first, company.alone)]
    assert told["QUEUE"] == expected
    assert list(told["QUEUE_FULL"]) == list(told["QUEUE_USERS_FIELDS"]) == expected
    assert [told["QUEUE_FULL"][person]["DEPARTMENT_ID"] for person in expected] == [
        "0",
        str(company.id),
        str(company.id),
        "0",
    ]
    assert [told["QUEUE_FULL"][person]["SORT"] for person in expected] == ["0", "1", "2", "3"]
    assert company.items() == [
        ("user", str(company.second)),
        ("department", str(company.id)),
        ("user", str(company.alone)),
    ]
    listed = company.admin.call("imopenlines.config.list.get", OPTIONS={"QUEUE": "Y", "CONFIG_QUEUE": "Y"}).result[0]
    assert listed["QUEUE"] == [int(person) for person in expected]
    assert listed["CONFIG_QUEUE"] == told["CONFIG_QUEUE"]


def test_department_that_is_deleted_leaves_the_queues(company: Company) -> None:
    assert company.admin.call("department.delete", ID=company.id).result is True
    assert company.items() == [("user", str(company.second)), ("user", str(company.alone))]
    assert company.told()["QUEUE"] == [str(company.second), str(company.alone)]


def test_person_who_is_dismissed_stays_and_is_not_available(company: Company) -> None:
    for person in (company.alone, company.first):
        assert company.admin.call("user.update", ID=person, ACTIVE="N").result is True
    assert company.told()["QUEUE"] == [str(company.second), str(company.head)]
    assert ("user", str(company.alone)) in company.items()
    assert company.admin.call("user.update", ID=company.alone, ACTIVE="Y").result is True
    assert company.told()["QUEUE"][-1] == str(company.alone)


def test_queue_of_nobody_who_is_there_is_not_online(quick_portal: Portal) -> None:
    company = Company(quick_portal)
    queue = [{"ENTITY_TYPE": "department", "ENTITY_ID": company.id}]
    company.admin.call("imopenlines.config.update", CONFIG_ID=company.line, PARAMS={"QUEUE": queue})
    assert company.told()["QUEUE_ONLINE"] == "Y"
    for person in (company.head, company.first, company.second):
        company.admin.call("user.update", ID=person, ACTIVE="N")
    told = company.told()
    assert (told["QUEUE"], told["QUEUE_FULL"], told["QUEUE_ONLINE"]) == ([], [], "N")
