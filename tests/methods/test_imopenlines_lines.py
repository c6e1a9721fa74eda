"""imopenlines.config.*: open lines and their settings."""

from typing import Any

import pytest

from support.portal import Client, Desk, Portal, refused

DOCUMENTED = """ID ACTIVE LINE_NAME CRM CRM_CREATE CRM_CREATE_SECOND CRM_CREATE_THIRD CRM_FORWARD CRM_CHAT_TRACKER
CRM_TRANSFER_CHANGE CRM_SOURCE QUEUE_TIME NO_ANSWER_TIME QUEUE_TYPE CHECK_AVAILABLE WATCH_TYPING WELCOME_BOT_ENABLE
WELCOME_MESSAGE WELCOME_MESSAGE_TEXT VOTE_MESSAGE VOTE_TIME_LIMIT VOTE_BEFORE_FINISH VOTE_CLOSING_DELAY
VOTE_MESSAGE_1_TEXT VOTE_MESSAGE_1_LIKE VOTE_MESSAGE_1_DISLIKE VOTE_MESSAGE_2_TEXT VOTE_MESSAGE_2_LIKE
VOTE_MESSAGE_2_DISLIKE AGREEMENT_MESSAGE AGREEMENT_ID CATEGORY_ENABLE CATEGORY_ID WELCOME_BOT_JOIN WELCOME_BOT_ID
WELCOME_BOT_TIME WELCOME_BOT_LEFT NO_ANSWER_RULE NO_ANSWER_FORM_ID NO_ANSWER_BOT_ID NO_ANSWER_TEXT WORKTIME_ENABLE
WORKTIME_FROM WORKTIME_TO WORKTIME_TIMEZONE WORKTIME_HOLIDAYS WORKTIME_DAYOFF WORKTIME_DAYOFF_RULE
WORKTIME_DAYOFF_FORM_ID WORKTIME_DAYOFF_BOT_ID WORKTIME_DAYOFF_TEXT CLOSE_RULE CLOSE_FORM_ID CLOSE_BOT_ID CLOSE_TEXT
FULL_CLOSE_TIME AUTO_CLOSE_RULE AUTO_CLOSE_FORM_ID AUTO_CLOSE_BOT_ID AUTO_CLOSE_TIME AUTO_CLOSE_TEXT AUTO_EXPIRE_TIME
DATE_CREATE DATE_MODIFY MODIFY_USER_ID TEMPORARY XML_ID LANGUAGE_ID QUICK_ANSWERS_IBLOCK_ID SESSION_PRIORITY
TYPE_MAX_CHAT MAX_CHAT OPERATOR_DATA DEFAULT_OPERATOR_DATA KPI_FIRST_ANSWER_TIME KPI_FIRST_ANSWER_ALERT
KPI_FIRST_ANSWER_LIST KPI_FIRST_ANSWER_TEXT KPI_FURTHER_ANSWER_TIME KPI_FURTHER_ANSWER_ALERT KPI_FURTHER_ANSWER_LIST
KPI_FURTHER_ANSWER_TEXT KPI_CHECK_OPERATOR_ACTIVITY SEND_NOTIFICATION_EMPTY_QUEUE USE_WELCOME_FORM WELCOME_FORM_ID
WELCOME_FORM_DELAY SEND_WELCOME_EACH_SESSION CONFIRM_CLOSE IGNORE_WELCOME_FORM_RESPONSIBLE QUEUE QUEUE_FULL
QUEUE_USERS_FIELDS QUEUE_ONLINE"""
DEFAULTS = {
    "ACTIVE": "Y",
    "QUEUE_TYPE": "evenly",
    "QUEUE_TIME": "60",
    "NO_ANSWER_TIME": "60",
    "CHECK_AVAILABLE": "Y",
    "MAX_CHAT": "0",
    "TYPE_MAX_CHAT": "answered_new",
    "WATCH_TYPING": "N",
    "OPERATOR_DATA": "profile",
    "DEFAULT_OPERATOR_DATA": [],
    "SEND_WELCOME_EACH_SESSION": "Y",
    "WELCOME_BOT_TIME": "180",
    "WORKTIME_FROM": "0",
    "WORKTIME_TO": "23.59",
    "WORKTIME_HOLIDAYS": [""],
    "WORKTIME_DAYOFF": [""],
    "FULL_CLOSE_TIME": "0",
    "AUTO_CLOSE_RULE": "none",
    "AUTO_CLOSE_TIME": "3600",
    "AUTO_EXPIRE_TIME": "86400",
    "CONFIRM_CLOSE": "Y",
    "VOTE_TIME_LIMIT": "0",
    "CRM": "Y",
    "CRM_CREATE": "lead",
    "CRM_CREATE_SECOND": "0",
    "TEMPORARY": "N",
    "SESSION_PRIORITY": "0",
    "XML_ID": None,
    "KPI_FIRST_ANSWER_LIST": None,
}
NOT_ALLOWED = (403, "CONFIG_WRONG_USER_PERMISSION", "Permission denied")
NO_ID = (400, "CONFIG_ID_EMPTY", "Config ID can't be empty")


@pytest.fixture
def admin(portal: Portal) -> Client:
    """A webhook of the administrator's."""
    return portal.webhook()


@pytest.fixture
def quick_admin(quick_portal: Portal) -> Client:
    """A webhook of the administrator's, for what no engine can change."""
    return quick_portal.webhook()


def config(client: Client, line: int, **params: Any) -> dict[str, Any]:
    return client.call("imopenlines.config.get", CONFIG_ID=line, **params).result


def test_line_without_settings_has_the_documented_ones(admin: Client) -> None:
    line = admin.call("imopenlines.config.add").result
    assert isinstance(line, int)
    told = config(admin, line)
    assert set(told) == {*DOCUMENTED.split(), "CONFIG_QUEUE"}
    assert {name: told[name] for name in DEFAULTS} == DEFAULTS
    assert (told["ID"], told["LINE_NAME"], told["MODIFY_USER_ID"]) == (str(line), "Open line 1", "1")
    assert told["DATE_CREATE"] == told["DATE_MODIFY"] == "2027-01-15T08:00:00+00:00"
    assert {type(value) for value in told.values()} == {str, list, type(None)}


def test_documented_sample_of_a_line_is_kept(portal: Portal, admin: Client) -> None:
    first, second = portal.person("Anna Weber"), portal.person("Klaus Weber")
    params = {
        "LINE_NAME": "Support",
        "ACTIVE": "Y",
        "QUEUE": [{"ENTITY_TYPE": "user", "ENTITY_ID": first}, {"ENTITY_TYPE": "user", "ENTITY_ID": str(second)}],
        "QUEUE_TYPE": "strictly",
        "QUEUE_TIME": 120,
        "WELCOME_MESSAGE": "Y",
        "WELCOME_MESSAGE_TEXT": "Hello!",
        "WORKTIME_HOLIDAYS": "01.01,08.03",
        "WORKTIME_DAYOFF": ["SA", "SU"],
        "DEFAULT_OPERATOR_DATA": {"NAME": "We"},
        "UNKNOWN": "passed over",
    }
    told = config(admin, admin.call("imopenlines.config.add", PARAMS=params).result)
    face = {"USER_WORK_POSITION": None, "USER_AVATAR": "", "USER_AVATAR_ID": "0"}
    expected = {
        "LINE_NAME": "Support",
        "QUEUE_TYPE": "strictly",
        "QUEUE_TIME": "120",
        "WELCOME_MESSAGE": "Y",
        "WELCOME_MESSAGE_TEXT": "Hello!",
        "WORKTIME_HOLIDAYS": ["01.01", "08.03"],
        "WORKTIME_DAYOFF": ["SA", "SU"],
        "DEFAULT_OPERATOR_DATA": {"NAME": "We"},
        "QUEUE": [str(first), str(second)],
        "QUEUE_USERS_FIELDS": {
            str(first): {"USER_NAME": "Anna Weber", **face},
            str(second): {"USER_NAME": "Klaus Weber", **face},
        },
        "QUEUE_ONLINE": "Y",
        "CONFIG_QUEUE": [{"ENTITY_ID": str(n), "ENTITY_TYPE": "user"} for n in (first, second)],
    }
    assert {name: told[name] for name in expected} == expected
    assert told["QUEUE_FULL"][str(second)] == {
        "ID": str(second),
        "SORT": "1",
        "USER_ID": str(second),
        "DEPARTMENT_ID": "0",
        "USER_NAME": "Klaus Weber",
        **face,
    }
    assert "UNKNOWN" not in told


@pytest.mark.parametrize("queue", [["{0}", "{1}"], [{"ENTITY_ID": "{0}"}, "{1}"], {"0": "{0}", "1": "{1}"}])
def test_queue_is_read_in_older_forms_too(portal: Portal, admin: Client, queue: Any) -> None:
    people = portal.person(), portal.person()

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: filled(item) for key, item in value.items()}
        return [filled(item) for item in value] if isinstance(value, list) else value.format(*people)

    line = admin.call("imopenlines.config.add", PARAMS={"QUEUE": filled(queue)}).result
    assert config(admin, line)["QUEUE"] == [str(person) for person in people]


def test_queue_is_left_out_on_demand(portal: Portal, admin: Client) -> None:
    line = portal.line(portal.person())
    assert not {"QUEUE", "QUEUE_FULL", "QUEUE_USERS_FIELDS", "QUEUE_ONLINE"} & set(config(admin, line, WITH_QUEUE="N"))
    empty = config(admin, portal.line(), WITH_QUEUE="Y", SHOW_OFFLINE="N")
    assert (empty["QUEUE"], empty["QUEUE_FULL"], empty["QUEUE_USERS_FIELDS"], empty["QUEUE_ONLINE"]) == (
        [],
        [],
        [],
        "N",
    )


def test_operators_who_are_not_there_are_left_out_on_demand(portal: Portal, admin: Client) -> None:
    here, gone = portal.person(), portal.person(presence="")
    line = portal.line(here, gone)
    assert config(admin, line)["QUEUE"] == [str(here), str(gone)]
    told = config(admin, line, SHOW_OFFLINE="N")
    assert (told["QUEUE"], list(told["QUEUE_FULL"]), told["QUEUE_ONLINE"]) == ([str(here)], [str(here)], "Y")
    portal.command("person.presence", user=here, choice="absent")
    told = config(admin, line, SHOW_OFFLINE="N")
    assert (told["QUEUE"], told["QUEUE_FULL"], told["QUEUE_ONLINE"]) == ([], [], "N")


@pytest.mark.difference(24)
def test_forms_are_kept_and_not_sent(desk: Desk) -> None:
    admin = desk.portal.webhook()
    form = {"USE_WELCOME_FORM": "Y", "WELCOME_FORM_ID": "3", "WELCOME_FORM_DELAY": "N"}
    assert admin.call("imopenlines.config.update", CONFIG_ID=desk.line, PARAMS=form).result is True
    assert {name: config(admin, desk.line)[name] for name in form} == form
    assert [message["text"] for message in desk.history(desk.write_in("Hello"))] == ["Hello"]


def test_dismissed_operator_is_not_in_the_queue(portal: Portal, admin: Client) -> None:
    gone, there = portal.person(), portal.person()
    line = portal.line(gone, there)
    portal.write(lambda tx: (tx.run("update users set active = 0 where id = :id", id=gone), tx.touch(1)))
    assert config(admin, line)["QUEUE"] == [str(there)]


def test_change_of_a_line_leaves_the_rest(portal: Portal, admin: Client) -> None:
    person = portal.person()
    line = portal.line(person, name="Before")
    before = config(admin, line)
    portal.clock.move(60_000)
    assert admin.call("imopenlines.config.update", CONFIG_ID=line, PARAMS={"QUEUE_TIME": "5"}).result is True
    after = config(admin, line)
    changed = {name: value for name, value in after.items() if before[name] != value}
    assert changed == {"QUEUE_TIME": "5", "DATE_MODIFY": "2027-01-15T08:01:00+00:00"}
    renamed = {"LINE_NAME": "After", "ACTIVE": "N", "QUEUE": ""}
    assert admin.call("imopenlines.config.update", CONFIG_ID=str(line), PARAMS=renamed).result is True
    told = config(admin, line)
    assert (told["LINE_NAME"], told["ACTIVE"], told["QUEUE"]) == ("After", "N", [])
    assert admin.call("imopenlines.config.update", CONFIG_ID=line).result is True


def test_line_is_gone_once_deleted(portal: Portal, admin: Client) -> None:
    line = portal.line()
    assert admin.call("imopenlines.config.delete", CONFIG_ID=line).result is True
    assert config(admin, line) is False
    assert admin.call("imopenlines.config.delete", CONFIG_ID=line).result is False
    assert admin.call("imopenlines.config.update", CONFIG_ID=line, PARAMS={"LINE_NAME": "x"}).result is False
    assert portal.line() > line, "ids are never given out again"


@pytest.mark.parametrize("method", ["update", "delete", "get"])
@pytest.mark.parametrize("number", [None, "", "abc", [], "1.5", 2**70])
def test_missing_and_wrong_id_of_a_line(quick_admin: Client, method: str, number: Any) -> None:
    assert refused(quick_admin.call(f"imopenlines.config.{method}", CONFIG_ID=number)) == NO_ID
    assert refused(quick_admin.call(f"imopenlines.config.{method}")) == NO_ID


def test_only_administrators_change_lines(portal: Portal) -> None:
    person = portal.person()
    line, hook = portal.line(person), portal.webhook(person)
    assert refused(hook.call("imopenlines.config.add", PARAMS={})) == NOT_ALLOWED
    assert refused(hook.call("imopenlines.config.update", CONFIG_ID=line)) == NOT_ALLOWED
    assert refused(hook.call("imopenlines.config.delete", CONFIG_ID=line)) == NOT_ALLOWED
    assert config(hook, line)["LINE_NAME"] == "Support"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QUEUE_TYPE", "randomly"),
        ("QUEUE_TIME", "soon"),
        ("QUEUE_TIME", [5]),
        ("QUEUE", "abc"),
        ("QUEUE", [{"ENTITY_TYPE": "robot", "ENTITY_ID": 1}]),
        ("QUEUE", [{"ENTITY_TYPE": "user", "ENTITY_ID": "abc"}]),
        ("QUEUE", [{"ENTITY_TYPE": "user", "ENTITY_ID": 0}]),
        ("QUEUE", list(range(1, 502))),
        ("QUEUE", [999]),
        ("QUEUE", [{"ENTITY_TYPE": "department", "ENTITY_ID": 999}]),
        ("QUEUE", [{"ENTITY_TYPE": ["user"], "ENTITY_ID": 1}]),
        ("QUEUE", [[1]]),
        ("LINE_NAME", ["x"]),
        ("ACTIVE", "perhaps"),
        ("WELCOME_MESSAGE", "perhaps"),
        ("WELCOME_MESSAGE", ["Y"]),
        ("QUEUE_TIME", -1),
        ("QUEUE_TIME", "1.5"),
        ("FULL_CLOSE_TIME", 366 * 24 * 60 + 1),
        ("NO_ANSWER_TIME", 366 * 24 * 3600 + 1),
        ("MAX_CHAT", -1),
        ("SESSION_PRIORITY", 10**18),
        ("WORKTIME_FROM", "24:00"),
        ("WORKTIME_FROM", "9:60"),
        ("WORKTIME_FROM", "9:5"),
        ("WORKTIME_TO", "nine"),
        ("WORKTIME_TO", "-1"),
        ("WORKTIME_TO", ["9"]),
        ("WORKTIME_TIMEZONE", "Europe/Atlantis"),
        ("WORKTIME_TIMEZONE", "Europe"),
        ("WORKTIME_TIMEZONE", "../../etc/passwd"),
        ("WORKTIME_TIMEZONE", {"a": "UTC"}),
        ("WORKTIME_DAYOFF", 5),
        ("WORKTIME_DAYOFF", ["Sunday"]),
        ("WORKTIME_DAYOFF", [["SU"]]),
        ("WORKTIME_HOLIDAYS", "01.01.2027"),
        ("WORKTIME_HOLIDAYS", "30.02"),
        ("WORKTIME_HOLIDAYS", "01.13"),
        ("WORKTIME_HOLIDAYS", ["0.1"]),
        ("KPI_FIRST_ANSWER_LIST", [999]),
        ("KPI_FURTHER_ANSWER_LIST", "abc"),
        ("DEFAULT_OPERATOR_DATA", "We"),
        ("DEFAULT_OPERATOR_DATA", {"NAME": ["We"]}),
    ],
)
def test_wrong_setting_is_named(quick_admin: Client, name: str, value: Any) -> None:
    told = (400, "INVALID_FORMAT", f"A wrong value for the PARAMS field '{name}' is passed")
    assert refused(quick_admin.call("imopenlines.config.add", PARAMS={name: value})) == told
    assert quick_admin.call("imopenlines.config.list.get").result == []


def test_path_of_the_contact_centre(quick_portal: Portal) -> None:
    reply = quick_portal.webhook(quick_portal.person()).call("imopenlines.config.path.get")
    assert reply.result == {"SERVER_ADDRESS": "https://portal.example:8443", "PUBLIC_PATH": "/contact_center/"}


@pytest.mark.parametrize("given", [99, "abc", [5]])
def test_wrong_flag_of_a_line_is_named(quick_admin: Client, given: Any) -> None:
    told = (400, "INVALID_FORMAT", "A wrong format for the field 'WITH_QUEUE' is passed")
    assert refused(quick_admin.call("imopenlines.config.get", CONFIG_ID=1, WITH_QUEUE=given)) == told
