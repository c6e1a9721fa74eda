"""user.add, user.update, dismissal, photos and the event of a new person."""

import base64
from typing import Any
from urllib.parse import urlsplit

import pytest

from support.portal import PASSWORD, URL, Client, Desk, Portal, refused
from support.receiver import Receiver
from support.tokens import acting_for

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
PHOTO = ["me.jpeg", base64.b64encode(PNG).decode()]
DENIED = (400, "ERROR_CORE", "access_denied")
TEXTS = """NAME LAST_NAME SECOND_NAME PERSONAL_PROFESSION PERSONAL_WWW PERSONAL_ICQ PERSONAL_PHONE PERSONAL_FAX
PERSONAL_MOBILE PERSONAL_PAGER PERSONAL_STREET PERSONAL_CITY PERSONAL_STATE PERSONAL_ZIP PERSONAL_COUNTRY
PERSONAL_MAILBOX PERSONAL_NOTES WORK_PHONE WORK_COMPANY WORK_POSITION WORK_DEPARTMENT WORK_WWW WORK_FAX WORK_PAGER
WORK_STREET WORK_MAILBOX WORK_CITY WORK_STATE WORK_ZIP WORK_COUNTRY WORK_PROFILE WORK_NOTES UF_SKYPE_LINK UF_ZOOM
UF_INTERESTS UF_SKILLS UF_WEB_SITES UF_XING UF_LINKEDIN UF_FACEBOOK UF_TWITTER UF_SKYPE UF_DISTRICT UF_PHONE_INNER
XML_ID TITLE""".split()  # noqa: SIM905


@pytest.fixture
def admin(portal: Portal) -> Client:
    """A webhook of an administrator."""
    return portal.webhook(scopes="user,department,im")


@pytest.fixture
def quick_admin(quick_portal: Portal) -> Client:
    """The same, for what no engine can change."""
    return quick_portal.webhook(scopes="user,department,im")


def person(client: Client, user_id: int) -> dict[str, Any]:
    return client.call("user.get", ID=user_id).result[0]


def log_in(portal: Portal, email: str, password: str = PASSWORD) -> int:
    headers = {"origin": URL, "sec-fetch-site": "same-origin"}
    return portal.request("POST", "/ui/login", json={"email": email, "password": password}, headers=headers).status


def test_person_is_added_with_every_documented_field(admin: Client) -> None:
    fields = {name: f"{name} é" for name in TEXTS}
    dates = {"PERSONAL_BIRTHDAY": "1990-01-31", "UF_EMPLOYMENT_DATE": "05.04.2024"}
    user_id = admin.call("user.add", EMAIL="New@Example.com", PERSONAL_GENDER="F", **fields, **dates).result
    told = person(admin, user_id)
    expected = fields | {
        "ID": str(user_id),
        "ACTIVE": True,
        "EMAIL": "new@example.com",
        "PERSONAL_GENDER": "F",
        "PERSONAL_BIRTHDAY": "1990-01-31T00:00:00+00:00",
        "UF_EMPLOYMENT_DATE": "2024-04-05T00:00:00+00:00",
        "UF_DEPARTMENT": [1],
    }
    assert {name: told[name] for name in expected} == expected


def test_form_adds_a_person_in_departments(admin: Client) -> None:
    sales = admin.call("department.add", NAME="Sales", PARENT=1).result
    body = f"email=a%40example.com&name=Anna&UF_DEPARTMENT[0]={sales}&UF_DEPARTMENT[1]=1"
    user_id = admin.form("user.add", body).result
    told = person(admin, user_id)
    assert (told["NAME"], told["UF_DEPARTMENT"]) == ("Anna", [sales, 1])


def test_person_without_a_password_logs_in_once_there_is_one(quick_portal: Portal, quick_admin: Client) -> None:
    user_id = quick_admin.call("user.add", EMAIL="a@example.com").result
    for password in ("", PASSWORD):
        assert log_in(quick_portal, "a@example.com", password) == 401
    known = quick_portal.person("Klaus")
    hashed = quick_portal.read(lambda tx: tx.one("select password_hash from users where id = :id", id=known))[0]
    told = quick_portal.command("person.password", user=user_id, password_hash=hashed)
    assert told == {"id": user_id, "email": "a@example.com"}
    assert log_in(quick_portal, "a@example.com") == 200


@pytest.mark.parametrize("email", ["", None, "nobody", "a b@example.com", ["a@example.com"]])
def test_person_needs_an_address(quick_admin: Client, email: Any) -> None:
    reply = quick_admin.call("user.add", EMAIL=email, NAME="Anna")
    assert refused(reply) == (400, "ERROR_ARGUMENT", "wrong_email")
    assert reply.body["argument"] == ""


def test_address_is_one_persons(admin: Client) -> None:
    first = admin.call("user.add", EMAIL="a@example.com").result
    second = admin.call("user.add", EMAIL="b@example.com").result
    taken = (400, "ERROR_ARGUMENT", "A user with this email already exists")
    assert refused(admin.call("user.add", EMAIL="A@example.com")) == taken
    assert refused(admin.call("user.update", ID=second, EMAIL="a@example.com")) == taken
    assert admin.call("user.update", ID=first, EMAIL="A@example.com", NAME="Anna").result is True
    assert (person(admin, first)["NAME"], person(admin, second)["EMAIL"]) == ("Anna", "b@example.com")


@pytest.mark.parametrize(
    ("groups", "code", "text"),
    [
        ({}, "ERROR_GROUPID", "Group code not specified"),
        ({"SONET_GROUP_ID": [1]}, "ERROR_NO_GROUP", "Group is specified incorrectly"),
    ],
)
def test_there_are_no_workgroups_for_extranet_users(
    quick_admin: Client, groups: dict[str, Any], code: str, text: str
) -> None:
    reply = quick_admin.call("user.add", EMAIL="a@example.com", EXTRANET="Y", **groups)
    assert refused(reply) == (400, code, text)


@pytest.mark.parametrize("method", ["user.add", "user.update"])
def test_only_administrators_add_and_change_people(quick_portal: Portal, method: str) -> None:
    hook = quick_portal.webhook(quick_portal.person(), scopes="user")
    assert refused(hook.call(method, EMAIL="a@example.com", ID=1)) == DENIED
    brief = quick_portal.webhook(scopes="user_brief,user_basic")
    assert brief.call(method, EMAIL="a@example.com", ID=1).error == (401, "insufficient_scope")


@pytest.mark.parametrize("user_id", [None, "", "abc", [1]])
def test_whom_to_change_must_be_said(quick_admin: Client, user_id: Any) -> None:
    assert refused(quick_admin.call("user.update", ID=user_id, NAME="A")) == DENIED


def test_nobody_and_customers_are_not_changed(quick_desk: Desk) -> None:
    chat = quick_desk.write_in()
    dialog = quick_desk.operator.call("imopenlines.dialog.get", CHAT_ID=chat).result
    customer = int(dialog["entity_id"].rsplit("|", 1)[1])
    admin = quick_desk.portal.webhook(scopes="user")
    for user_id in (customer, 999, 0, -1):
        assert refused(admin.call("user.update", ID=user_id, NAME="A")) == (400, "ERROR_CORE", "")


@pytest.mark.parametrize(
    "fields",
    [
        {"PERSONAL_BIRTHDAY": "soon"},
        {"PERSONAL_BIRTHDAY": "0001-01-01"},
        {"PERSONAL_GENDER": "X"},
        {"NAME": ["a"]},
        {"PERSONAL_CITY": {"a": "b"}},
        {"UF_DEPARTMENT": 99},
        {"UF_DEPARTMENT": ["a"]},
        {"UF_DEPARTMENT": [[1]]},
        {"PERSONAL_PHOTO": "text"},
        {"PERSONAL_PHOTO": ["me.png"]},
        {"PERSONAL_PHOTO": ["me.png", "no base64!"]},
        {"PERSONAL_PHOTO": ["me.png", base64.b64encode(b"<script>").decode()]},
        {"PERSONAL_PHOTO": ["me.png", base64.b64encode(PNG + b"\0" * 5 * 1024 * 1024).decode()]},
        {"PERSONAL_PHOTO": ["me.png", [1]]},
        {"WORK_LOGO": "text"},
    ],
)
def test_wrong_value_is_named_and_changes_nothing(quick_admin: Client, fields: dict[str, Any]) -> None:
    before = person(quick_admin, 1)
    name = next(iter(fields))
    expected = (400, "ERROR_CORE", f"The field {name} cannot have this value")
    assert refused(quick_admin.call("user.update", ID=1, SECOND_NAME="B", **fields)) == expected
    assert refused(quick_admin.call("user.add", EMAIL="a@example.com", **fields)) == expected
    assert person(quick_admin, 1) == before
    assert quick_admin.call("user.get").body["total"] == 1


def test_what_is_not_given_stays_and_what_is_empty_goes(admin: Client) -> None:
    told = {"PERSONAL_CITY": "Bonn", "WORK_PHONE": "1", "SECOND_NAME": "M", "PERSONAL_GENDER": "M"}
    user_id = admin.call("user.add", EMAIL="a@example.com", NAME="Anna", **told).result
    admin.portal.clock.move(60_000)
    changes = {"PERSONAL_CITY": "", "SECOND_NAME": "", "PERSONAL_GENDER": ""}
    assert admin.call("user.update", ID=user_id, **changes).result is True
    now = person(admin, user_id)
    assert {name: now[name] for name in told} == {**changes, "WORK_PHONE": "1"}
    assert (now["NAME"], now["TIMESTAMP_X"]) == ("Anna", "2027-01-15T08:01:00+00:00")


def test_read_only_fields_stay(quick_admin: Client) -> None:
    before = person(quick_admin, 1)
    fields = {"LAST_LOGIN": "2020-01-01", "IS_ONLINE": "Y", "TIME_ZONE": "x", "UF_TIMEMAN": "x", "UF_USR_NONE": "x"}
    assert quick_admin.call("user.update", ID=1, **fields).result is True
    assert person(quick_admin, 1) == before


def test_person_moves_between_departments(admin: Client) -> None:
    sales = admin.call("department.add", NAME="Sales", PARENT=1).result
    user_id = admin.call("user.add", EMAIL="a@example.com", UF_DEPARTMENT=[1]).result
    admin.call("user.update", ID=user_id, UF_DEPARTMENT=str(sales))
    assert person(admin, user_id)["UF_DEPARTMENT"] == [sales]
    admin.call("user.update", ID=user_id, NAME="Anna")
    assert person(admin, user_id)["UF_DEPARTMENT"] == [sales]


def test_photo_is_kept_and_shown(admin: Client) -> None:
    portal = admin.portal
    user_id = admin.call("user.add", EMAIL="a@example.com", PERSONAL_PHOTO=PHOTO, WORK_LOGO=PHOTO).result
    told = person(admin, user_id)
    for link in (told["PERSONAL_PHOTO"], told["WORK_LOGO"]):
        assert link.startswith(f"{URL}/files/")
        shown = portal.request("GET", urlsplit(link).path)
        assert (shown.status, shown.content, shown.headers["content-type"]) == (200, PNG, "image/png")
        assert "me.png" in shown.headers["content-disposition"]
    own = portal.webhook(user_id, scopes="im").call("profile").result
    assert own["PERSONAL_PHOTO"] == told["PERSONAL_PHOTO"]
    colleague = admin.call("im.department.employees.get", ID=[1], USER_DATA="Y").result["1"][1]
    assert (colleague["avatar"], colleague["avatar_hr"]) == (told["PERSONAL_PHOTO"],) * 2
    admin.call("user.update", ID=user_id, PERSONAL_PHOTO="", WORK_LOGO=[])
    assert (person(admin, user_id)["PERSONAL_PHOTO"], person(admin, user_id)["WORK_LOGO"]) == ("", "")


def test_photo_of_an_operator_is_shown_on_the_pages(quick_desk: Desk) -> None:
    portal = quick_desk.portal
    portal.webhook(scopes="user").call("user.update", ID=quick_desk.operator_id, PERSONAL_PHOTO=PHOTO)
    quick_desk.answer(quick_desk.write_in())
    page = portal.page(quick_desk.operator_id)
    shown = page.call("tieline.inbox.list").result["items"][0]["operator"]["avatar"]
    assert portal.request("GET", shown).content == PNG
    params = {"OPTIONS": {"QUEUE": "Y"}}
    told = quick_desk.operator.call("imopenlines.config.list.get", **params).result[0]["QUEUE_USERS_FIELDS"]
    assert told[str(quick_desk.operator_id)]["USER_AVATAR"] == URL + shown


def test_dismissed_person_gets_in_nowhere_and_may_come_back(portal: Portal, admin: Client) -> None:
    user_id = portal.person("Klaus Weber")
    hook, page = portal.webhook(user_id, scopes="user"), portal.page(user_id)
    app = acting_for(portal.app("user"), user_id)
    clients = {
        "webhook": (hook, (401, "INVALID_CREDENTIALS")),
        "page": (page, (401, "NO_AUTH_FOUND")),
        "token": (app, (401, "authorization_error")),
    }
    for client, _ in clients.values():
        assert client.call("user.current").result["ID"] == str(user_id)
    assert admin.call("user.update", ID=user_id, ACTIVE="N").result is True
    assert person(admin, user_id)["ACTIVE"] is False
    for client, refusal in clients.values():
        assert client.call("user.current").error == refusal
    assert log_in(portal, portal.email(user_id)) == 401
    assert admin.call("user.update", ID=user_id, ACTIVE=True).result is True
    assert hook.call("user.current").result["ACTIVE"] is True


def test_dismissed_operator_gets_no_dialogs(quick_desk: Desk) -> None:
    portal = quick_desk.portal
    portal.webhook(scopes="user").call("user.update", ID=quick_desk.operator_id, ACTIVE="N")
    chat = quick_desk.write_in()
    told = portal.webhook(scopes="imopenlines").call("imopenlines.dialog.get", CHAT_ID=chat).result
    assert told["owner"] == 0


def test_last_administrator_stays(admin: Client) -> None:
    assert refused(admin.call("user.update", ID=1, ACTIVE="N")) == DENIED
    other = admin.portal.person(admin=True)
    assert admin.call("user.update", ID=1, ACTIVE="N").result is True
    hook = admin.portal.webhook(other, scopes="user")
    assert refused(hook.call("user.update", ID=other, ACTIVE="N")) == DENIED


@pytest.mark.parametrize("active", ["maybe", ["N"]])
def test_activity_is_yes_or_no(quick_admin: Client, active: Any) -> None:
    expected = (400, "ERROR_CORE", "The field ACTIVE cannot have this value")
    assert refused(quick_admin.call("user.update", ID=1, ACTIVE=active)) == expected


def test_batch_adds_a_person_and_changes_it(admin: Client) -> None:
    cmd = {"add": "user.add?EMAIL=a%40example.com", "name": "user.update?ID=$result[add]&NAME=Anna"}
    assert admin.call("batch", cmd=cmd).result["result_error"] == []
    assert [user["NAME"] for user in admin.call("user.get").result] == ["Administrator", "Anna"]


def test_application_is_told_of_a_new_person(portal: Portal, admin: Client, receiver: Receiver) -> None:
    app = portal.app("user")
    assert app.call("event.bind", event="onUserAdd", handler=f"{receiver.url}/handler").result is True
    fields = {"NAME": "Klaus", "LAST_NAME": "Weber", "PERSONAL_GENDER": "M", "WORK_POSITION": "Developer"}
    dates = {"PERSONAL_BIRTHDAY": "1990-01-01", "UF_EMPLOYMENT_DATE": "2024-04-05"}
    sales = admin.call("department.add", NAME="Sales", PARENT=1).result
    user_id = admin.call("user.add", EMAIL="klaus@example.com", UF_DEPARTMENT=[1, sales], **fields, **dates).result
    event = receiver.wait(1, event="ONUSERADD")[0]
    expected = {
        "ID": str(user_id),
        "ACTIVE": "Y",
        "EMAIL": "klaus@example.com",
        "UF_DEPARTMENT": {"0": "1", "1": str(sales)},
        "DATE_REGISTER": "2027-01-15T08:00:00+00:00",
        **fields,
        **dates,
    }
    told = event.form["data"]
    told["UF_DEPARTMENT"] = dict(enumerate_text(told["UF_DEPARTMENT"]))
    assert told == expected
    assert event.flat["auth[application_token]"] == app.facts["application_token"]


def enumerate_text(value: Any) -> list[tuple[str, str]]:
    """Return a list of a form by its keys."""
    return list(value.items()) if isinstance(value, dict) else [(str(n), item) for n, item in enumerate(value)]


def test_person_of_the_command_line_is_told_too(quick_portal: Portal, receiver: Receiver) -> None:
    app = quick_portal.app("user")
    app.call("event.bind", event="onUserAdd", handler=f"{receiver.url}/handler")
    quick_portal.person("Klaus Weber")
    told = receiver.wait(1, event="ONUSERADD")[0].flat
    assert (told["data[NAME]"], told["data[UF_DEPARTMENT][0]"], told["data[PERSONAL_BIRTHDAY]"]) == ("Klaus", "1", "")


def test_event_of_people_takes_the_whole_scope(quick_portal: Portal) -> None:
    for scopes, expected in (("user_basic", (400, "ERROR_EVENT_NOT_FOUND")), ("im", (400, "ERROR_EVENT_NOT_FOUND"))):
        app = quick_portal.app(scopes)
        assert app.call("event.bind", event="onUserAdd", handler="http://127.0.0.1:9/h").error == expected


def test_new_password_ends_the_sessions_of_its_person_alone(quick_portal: Portal) -> None:
    person = quick_portal.person()
    pages = [quick_portal.page(user_id) for user_id in (person, person, quick_portal.person())]
    quick_portal.command("person.password", user=person, password_hash="")
    for page in pages[:2]:
        assert page.call("server.time").error == (401, "NO_AUTH_FOUND")
    assert pages[2].call("server.time").status == 200
