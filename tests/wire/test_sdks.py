"""The official SDKs, unmodified, as clients of a server with TLS: the tutorial from end to end."""

import base64
import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from support.portal import PASSWORD_HASH
from support.receiver import Receiver
from support.sdk import TUTORIALS, Refused, Sdk
from support.served import Served

pytestmark = pytest.mark.xdist_group("sdks")  # they share a server
BLOCKED_FOR = 3  # seconds
SCOPES = ["imopenlines", "imconnector", "im", "user", "user_brief", "user_basic", "crm", "disk"]


class Portal:
    """A running server with one line, its operator, and people enough for several pages."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.numbers = itertools.count(1)
        self.operator = served.person()
        self.line = served.ask("line.add", name="Support", operators=[self.operator])["id"]
        hook = served.ask("webhook.add", user=self.operator, scopes=["im", "imopenlines"])["url"]
        self._api = httpx.Client(base_url=hook, verify=served.trust())

    def close(self) -> None:
        self._api.close()

    def app(self) -> dict:
        return self.served.ask("app.add", name="Tutorial", scopes=SCOPES, script_only=True)

    def call(self, method: str, **params):
        """Call a method as the operator."""
        return self._api.post(method, json=params).raise_for_status().json()["result"]


@pytest.fixture(scope="module")
def portal(tieline: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with Served(tieline, tmp_path_factory.mktemp("sdks") / "data") as served:
        made = Portal(served)
        yield made
        made.close()


def program(name: str, portal: Portal, folder: Path) -> Sdk:
    """Return an SDK that is to act for an application of its own."""
    made = Sdk(TUTORIALS[name](), portal.served, folder / "sdk.log")
    made.app, made.name = portal.app(), name
    made.connector = f"{name}_{next(portal.numbers)}"
    return made


@pytest.fixture(params=sorted(TUTORIALS))
def sdk(request: pytest.FixtureRequest, portal: Portal, tmp_path: Path) -> Iterator[Sdk]:
    """Each SDK with its tokens."""
    with program(request.param, portal, tmp_path) as made:
        start(made, made.app)
        yield made


@pytest.fixture(scope="module")
def strict_portal(tieline: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A server that takes a request a second, and each method once in three."""
    options = ("--request-limit", "1/1", "--operating-limit", f"0.000001/{BLOCKED_FOR}")
    with Served(tieline, tmp_path_factory.mktemp("strict") / "data", *options) as served:
        made = Portal(served)
        yield made
        made.close()


@pytest.fixture
def strict_sdk(request: pytest.FixtureRequest, strict_portal: Portal, tmp_path: Path) -> Iterator[Sdk]:
    """The named SDK with its tokens, on the strict server."""
    with program(request.param, strict_portal, tmp_path) as made:
        start(made, made.app)
        yield made


@pytest.fixture
def pysdk(portal: Portal, tmp_path: Path) -> Iterator[Sdk]:
    """The Python SDK with its tokens."""
    with program("b24pysdk", portal, tmp_path) as made:
        start(made, made.app)
        yield made


def start(sdk: Sdk, app: dict, **changes: object) -> None:
    tokens = {name: app[name] for name in ("access_token", "refresh_token", "expires", "expires_in")}
    secrets = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
    rest = {} if sdk.name == "b24pysdk" else {key: app[key] for key in app if key not in (*tokens, *secrets, "id")}
    assert sdk.start(**({"domain": app["domain"]} | rest | secrets | tokens | changes)) is True


def message(number: str, text: str) -> dict:
    user = {"id": f"user-{number}", "name": "Anna", "last_name": "Schmidt"}
    return {"user": user, "message": {"id": number, "date": 1773265993, "text": text}, "chat": {"id": f"chat-{number}"}}


def connect(sdk: Sdk, portal: Portal, receiver: Receiver) -> None:
    """The tutorial's first steps: register, bind, activate, tell about the channel."""
    registered = sdk.register(handler=f"{receiver.url}/settings", connector=sdk.connector)
    assert registered == {"result": True}
    assert sdk.bind(handler=f"{receiver.url}/{sdk.name}") is True
    assert sdk.activate(line=portal.line, connector=sdk.connector) is True
    assert sdk.data_set(line=portal.line, connector=sdk.connector) is True


def test_tutorial_runs_from_registration_to_confirmed_delivery(sdk: Sdk, portal: Portal, receiver: Receiver) -> None:
    connect(sdk, portal, receiver)
    status = sdk.status(line=portal.line, connector=sdk.connector)
    assert (status["CONFIGURED"], status["STATUS"], status["ERROR"]) == (True, True, False)

    (item,) = sdk.send(line=portal.line, connector=sdk.connector, messages=[message(sdk.name, "Good afternoon")])[
        "DATA"
    ]["RESULT"]
    assert item["SUCCESS"] is True
    chat = int(item["session"]["CHAT_ID"])

    sdk.refresh()
    answered = portal.call("im.message.add", DIALOG_ID=f"chat{chat}", MESSAGE="Guten Tag! \U0001f600")
    event = receiver.wait(1)[0].form
    assert event["auth"]["application_token"] == sdk.app["application_token"]
    (told,) = event["data"]["MESSAGES"]
    assert told["message"]["text"] == "[b]Klaus Weber:[/b] [br]Guten Tag! \U0001f600"
    assert (told["im"]["chat_id"], told["im"]["message_id"]) == (str(chat), str(answered))

    confirmed = {"im": told["im"], "message": {"id": ["outer-1"], "date": 1773265999}, "chat": told["chat"]}
    assert sdk.delivery(line=portal.line, connector=sdk.connector, messages=[confirmed])["SUCCESS"] is True
    shown = portal.call("im.dialog.messages.get", DIALOG_ID=f"chat{chat}")["messages"]
    (outgoing,) = [entry for entry in shown if entry["id"] == answered]
    assert outgoing["params"]["connectorMid"] == ["outer-1"]


def test_refreshed_tokens_work_and_differ(sdk: Sdk) -> None:
    renewed = sdk.refresh()
    token = renewed.get("access_token") or renewed.get("accessToken") or sdk.renewed[-1]
    assert token != sdk.app["access_token"]
    assert sdk.call(method="profile", params={})["ID"] == "1"


def test_token_that_looks_expired_is_refreshed_without_being_asked(sdk: Sdk) -> None:
    start(sdk, sdk.app, expires=1_700_000_000)
    assert sdk.call(method="profile", params={})["ID"] == "1"


def test_repeat_of_a_message_is_answered_like_the_first(sdk: Sdk, portal: Portal, receiver: Receiver) -> None:
    connect(sdk, portal, receiver)
    sent = [message(f"{sdk.name}-twice", "Once")]
    first, second = (
        sdk.send(line=portal.line, connector=sdk.connector, messages=sent)["DATA"]["RESULT"][0] for _ in range(2)
    )
    assert first["session"] == second["session"]
    shown = portal.call("im.dialog.messages.get", DIALOG_ID=f"chat{first['session']['CHAT_ID']}")["messages"]
    assert [entry["text"] for entry in shown] == ["Once"]


def test_batch_answers_each_call(sdk: Sdk) -> None:
    answer = sdk.batch(calls={"who": ["profile", {}], "info": ["app.info", {}]})
    assert answer["ok"] is True
    text = str(answer["data"])
    assert sdk.app["client_id"] in text


def test_batch_tells_which_call_failed(sdk: Sdk) -> None:
    answer = sdk.batch(calls={"who": ["profile", {}], "bad": ["no.such.method", {}]})
    assert answer["ok"] is False
    assert len(answer["errors"]) == 1


def test_list_methods_bring_all_pages(pysdk: Sdk, portal: Portal) -> None:
    add_people(portal, 120)
    people = pysdk.list(method="user.get", params={})
    assert len({person["ID"] for person in people}) == len(people) == portal_people(pysdk)


def test_fast_list_of_the_python_sdk_brings_all_pages(pysdk: Sdk, portal: Portal) -> None:
    add_people(portal, 120)
    people = pysdk.list_fast(method="user.get", params={})
    assert len({person["ID"] for person in people}) == len(people) == portal_people(pysdk)


def add_people(portal: Portal, count: int) -> None:
    """Add people once, by the running server's own command."""
    if getattr(portal, "crowded", False):
        return
    portal.crowded = True
    hashed = PASSWORD_HASH
    for number in range(count):
        person = {"name": f"Person {number}", "email": f"p{number}@example.com", "admin": False}
        portal.served.ask("person.add", password_hash=hashed, **person)


def portal_people(sdk: Sdk) -> int:
    """Return how many people there are: the last page says it by being short."""
    start, count = 0, 0
    while page := sdk.call(method="user.get", params={"start": start}):
        count, start = count + len(page), start + 50
        if len(page) < 50:
            break
    return count


def test_object_of_the_crm_is_found_by_its_dialog_with_the_python_sdk(
    pysdk: Sdk, portal: Portal, receiver: Receiver
) -> None:
    connect(pysdk, portal, receiver)
    customer = message("find", "Good day")
    customer["user"]["phone"] = "+4917612345678"
    (item,) = pysdk.send(line=portal.line, connector=pysdk.connector, messages=[customer])["DATA"]["RESULT"]
    told = pysdk.dialog(chat=int(item["session"]["CHAT_ID"]))
    kinds = told["entity_data_2"].split("|")
    number = int(kinds[kinds.index("LEAD") + 1])
    code = told["entity_id"]
    assert pysdk.find_object(kind=3, code=code) == []
    assert pysdk.find_object(kind=1, code=code) == [
        {"id": number, "title": "Anna Schmidt - Support", "imol": f"imol|{code}"}
    ]
    assert number in pysdk.find_by_phone(phone="0049 176 12345678")["LEAD"]


def test_leads_are_made_and_found_with_the_python_sdk(pysdk: Sdk) -> None:
    phone = {"VALUE": "+49 160 7654321", "VALUE_TYPE": "MOBILE"}
    number = pysdk.add_lead(fields={"TITLE": "From a form", "NAME": "Ben", "PHONE": [phone]})
    told = pysdk.lead(number=number)
    assert (told["ID"], told["TITLE"], told["PHONE"][0]["VALUE"]) == (str(number), "From a form", phone["VALUE"])
    found = pysdk.leads(given={"PHONE": phone["VALUE"]}, select=["ID", "NAME"])
    assert found == [{"ID": str(number), "NAME": "Ben"}]


def test_app_info_tells_the_python_sdk_of_the_installation(pysdk: Sdk, portal: Portal) -> None:
    assert pysdk.app_info() == {"client_id": pysdk.app["client_id"], "status": "L"}


def test_event_is_understood_by_the_python_sdk(pysdk: Sdk, receiver: Receiver) -> None:
    pysdk.bind(handler=f"{receiver.url}/test", event="OnAppTest")
    pysdk.call(method="event.test", params={"a": {"b": 1}})
    parsed = pysdk.event(fields=receiver.wait(1)[0].flat)
    assert parsed["event"] == "ONAPPTEST"
    assert parsed["data"]["QUERY"] == {"a": {"b": "1"}}
    assert parsed["application_token"] == pysdk.app["application_token"]


def test_refusal_reaches_the_caller_with_its_code(sdk: Sdk, portal: Portal, receiver: Receiver) -> None:
    sdk.register(handler=f"{receiver.url}/settings", connector=sdk.connector)
    with pytest.raises(Refused) as refused:
        sdk.send(line=9_999, connector=sdk.connector, messages=[message("x", "y")])
    assert refused.value.code == "NOT_ACTIVE_LINE"
    assert refused.value.status == 400


def test_unknown_token_is_refused_with_the_code_that_makes_an_sdk_refresh(sdk: Sdk) -> None:
    start(sdk, sdk.app, access_token="unknown" * 10)
    if sdk.name == "b24jssdk":
        assert sdk.call(method="profile", params={})["ID"] == "1"
        assert sdk.renewed
        return
    with pytest.raises(Refused) as refused:
        sdk.call(method="profile", params={})
    assert (refused.value.status, refused.value.code) == (401, "invalid_token")


def test_handler_bound_twice_is_told_in_the_words_that_clients_look_for(sdk: Sdk, receiver: Receiver) -> None:
    sdk.bind(handler=f"{receiver.url}/twice")
    with pytest.raises(Refused, match="Handler already binded"):
        sdk.bind(handler=f"{receiver.url}/twice")


@pytest.mark.parametrize("strict_sdk", sorted(TUTORIALS), indirect=True)
def test_request_that_came_too_soon_is_sent_again_by_the_sdk(strict_sdk: Sdk) -> None:
    assert strict_sdk.call(method="profile", params={})["ID"] == "1"
    begun = time.monotonic()
    assert "imconnector" in strict_sdk.call(method="scope", params={})
    assert time.monotonic() - begun >= 1, "it was refused at first"


@pytest.mark.parametrize("strict_sdk", ["b24pysdk"], indirect=True)
def test_blocked_method_is_told_by_the_python_sdk_and_works_again_later(strict_sdk: Sdk) -> None:
    assert strict_sdk.call(method="profile", params={})["ID"] == "1"
    with pytest.raises(Refused) as refused:
        strict_sdk.call(method="profile", params={})
    assert (refused.value.status, refused.value.code) == (429, "OPERATION_TIME_LIMIT")
    time.sleep(BLOCKED_FOR)
    assert strict_sdk.call(method="profile", params={})["ID"] == "1"


@pytest.mark.slow
@pytest.mark.parametrize("strict_sdk", ["b24jssdk"], indirect=True)
def test_blocked_method_is_called_again_by_the_javascript_sdk(strict_sdk: Sdk) -> None:
    assert strict_sdk.call(method="profile", params={})["ID"] == "1"
    time.sleep(1.1)
    begun = time.monotonic()
    assert strict_sdk.call(method="profile", params={})["ID"] == "1"
    assert time.monotonic() - begun >= 10, "the SDK waits so long after a 429"


def test_files_go_in_and_come_out(sdk: Sdk, portal: Portal) -> None:
    storage = sdk.call(method="disk.storage.getForApp", params={})
    content = bytes(range(256)) * 1_000
    upload = {
        "id": storage["ID"],
        "data": {"NAME": "a.bin"},
        "fileContent": ["a.bin", base64.b64encode(content).decode()],
    }
    made = sdk.call(method="disk.storage.uploadfile", params=upload)
    with httpx.Client(verify=portal.served.trust()) as client:
        told = sdk.call(method="disk.file.get", params={"id": made["ID"]})
        assert client.get(told["DOWNLOAD_URL"]).content == content
        address = sdk.call(method="disk.folder.uploadFile", params={"id": storage["ROOT_OBJECT_ID"]})
        sent = client.post(address["uploadUrl"], files={address["field"]: ("b.bin", content * 20)}).json()["result"]
        assert client.get(sent["DOWNLOAD_URL"]).content == content * 20
        link = sdk.call(method="disk.file.getExternalLink", params={"id": sent["ID"]})
        assert client.get(link).content == content * 20
