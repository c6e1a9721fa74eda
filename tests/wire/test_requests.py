"""Requests and answers: the forms of a URL, encodings, where the authorisation may be, envelopes, CORS, XML."""

import datetime as dt
import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from support.portal import Client, Portal, Reply
from support.receiver import Receiver

FORM = {"content-type": "application/x-www-form-urlencoded"}
TIME = {
    "start": float,
    "finish": float,
    "duration": float,
    "processing": float,
    "date_start": str,
    "date_finish": str,
    "operating_reset_at": int,
    "operating": float,
}
NOW = "2027-01-15T08:00:00+00:00"


@pytest.fixture
def app(quick_portal: Portal) -> Client:
    """An application."""
    return quick_portal.app("imopenlines,imconnector,im,user")


def token(app: Client) -> str:
    return app.auth["auth"]


@pytest.mark.parametrize(
    "path",
    [
        "/rest/server.time",
        "/rest/server.time.json",
        "/rest/SERVER.TIME",
        "/rest/Server.Time.JSON",
        "/rest/server.time/",
        "/rest/server.time.json/",
        "/rest//server.time",
        "/rest///server.time//",
        "/rest/server%2Etime",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_method_is_found_under_every_form_of_its_path(
    quick_portal: Portal, app: Client, method: str, path: str
) -> None:
    assert quick_portal.request(method, path, params={"auth": token(app)}).result == NOW


@pytest.mark.parametrize(
    "form",
    ["{}server.time", "{}server.time.json", "{}/server.time/", "{}Server.TIME", "{}/server.time.JSON//"],
)
def test_webhook_carries_its_authorisation_in_the_path(quick_portal: Portal, form: str) -> None:
    assert quick_portal.request("GET", form.format(quick_portal.webhook().prefix)).result == NOW


@pytest.mark.parametrize(
    "path",
    [
        "/rest/",
        "/rest//",
        "/rest/no.such.method",
        "/rest/server",
        "/rest/server.time.yaml",
        "/rest/1/code/more/server.time",
        "/rest/%00",
        "/rest/server.time%00",
        "/rest/" + "a" * 3000,
    ],
)
def test_unknown_method_is_not_found(quick_portal: Portal, app: Client, path: str) -> None:
    reply = quick_portal.request("POST", path, json=app.auth)
    assert (reply.error, reply.text) == ((404, "ERROR_METHOD_NOT_FOUND"), "Method not found!")


@pytest.mark.parametrize("path", ["api/server.time", "api/1/code/server.time", "api/", "/api//tasks.task.get/"])
def test_third_version_answers_not_found_in_its_own_envelope(quick_portal: Portal, path: str) -> None:
    reply = quick_portal.request("POST", f"/rest/{path}", json={})
    told = {"code": "ERROR_METHOD_NOT_FOUND", "message": "Method not found!", "validation": []}
    assert (reply.status, reply.body) == (404, {"error": told})


class Echo:
    """What a method is handed: the test event carries the parameters of its call as they were decoded."""

    def __init__(self, portal: Portal, app: Client) -> None:
        self.portal = portal
        self.app = app
        app.call("event.bind", event="OnAppTest", handler="http://127.0.0.1:9/handler")

    def of(self, method: str = "POST", query: str = "", **options: Any) -> Any:
        """Send a request and return its parameters."""
        options.setdefault("params", f"auth={token(self.app)}{query}")
        assert self.portal.request(method, "/rest/event.test", **options).result == 1
        (data,) = self.portal.read(lambda tx: tx.one("select data from events order by id desc limit 1"))
        return json.loads(data)["QUERY"]


@pytest.fixture
def echo(quick_portal: Portal, app: Client) -> Echo:
    """An application that sees what its calls carry."""
    return Echo(quick_portal, app)


NESTED = "fields[PHONE][0][VALUE]=1&select[]=ID&select[]=NAME&ORDER[]=&gap[1]=x&bare&plus=a+b&a.b=c&twice=1&twice=2"
DECODED = {
    "fields": {"PHONE": [{"VALUE": "1"}]},
    "select": ["ID", "NAME"],
    "ORDER": [""],
    "gap": {"1": "x"},
    "bare": "",
    "plus": "a b",
    "a_b": "c",
    "twice": "2",
}


def test_query_is_decoded_by_the_rules_of_php(echo: Echo) -> None:
    assert echo.of("GET", f"&{NESTED}") == DECODED
    assert echo.of("POST", f"&{NESTED}&") == DECODED
    assert echo.of("GET", f"&{NESTED.replace('[', '%5B').replace(']', '%5D')}") == DECODED


def test_urlencoded_body_is_decoded_by_the_rules_of_php(echo: Echo) -> None:
    assert echo.of(content=NESTED.encode(), headers=FORM) == DECODED
    assert (
        echo.of(content=NESTED.encode(), headers={"content-type": "Application/X-WWW-Form-UrlEncoded; q=1"}) == DECODED
    )


def test_text_outside_ascii_is_utf_8_whether_escaped_or_not(echo: Echo) -> None:
    raw = "Grüße, мир".encode()
    escaped = "".join(f"%{byte:02X}" for byte in raw)
    assert echo.of(query=f"&a={escaped}") == {"a": "Grüße, мир"}
    assert echo.of(content=f"a={escaped}".encode(), headers=FORM) == {"a": "Grüße, мир"}
    assert echo.of(content=b"a=" + raw, headers=FORM) == {"a": "Grüße, мир"}


def multipart(*fields: tuple[str, str], charset: str = "") -> dict[str, Any]:
    """A multipart body with its header."""
    parts = "".join(f'--X\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields)
    return {
        "content": f"{parts}--X--\r\n".encode(),
        "headers": {"content-type": f"multipart/form-data; boundary=X{charset}"},
    }


def test_multipart_body_is_decoded_by_the_rules_of_php(echo: Echo) -> None:
    fields = [("select[]", "ID"), ("select[]", "NAME"), ("a[b][0]", "1+1"), ("text", "zwei\r\nZeilen äöü & mehr")]
    assert echo.of(**multipart(*fields)) == {
        "select": ["ID", "NAME"],
        "a": {"b": ["1+1"]},
        "text": "zwei\r\nZeilen äöü & mehr",
    }
    assert echo.of(**multipart(("a%5Bb%5D", "c"))) == {"a": {"b": "c"}}


def test_json_keeps_its_types(echo: Echo) -> None:
    sent = {"text": "Grüße 👍", "number": 5, "float": 1.5, "yes": True, "none": None, "list": [1, {"a": []}], "map": {}}
    assert echo.of(json=sent) == sent


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "text/plain", ""])
def test_json_is_recognised_by_its_look_too(echo: Echo, kind: str) -> None:
    assert echo.of(content=b'{"a": [1]}', headers={"content-type": kind}) == {"a": [1]}


@pytest.mark.parametrize("content", [b"[]", b"{}", b"", b"  {}  "])
def test_body_without_parameters_is_no_error(echo: Echo, content: bytes) -> None:
    assert echo.of(content=content, headers={"content-type": "application/json"}) == {}


def test_query_and_body_are_merged_and_the_body_wins(echo: Echo) -> None:
    assert echo.of(query="&a=query&b=query", json={"b": "body", "c": "body"}) == {
        "a": "query",
        "b": "body",
        "c": "body",
    }


def test_unknown_keys_of_the_query_are_ignored(quick_portal: Portal, app: Client) -> None:
    noise = "bx24_request_id=7d1c&bx24_sdk_ver=3.1&bx24_sdk_type=php"
    reply = quick_portal.request("POST", f"/rest/user.get?{noise}", json={**app.auth, "FILTER": {"ID": 1}})
    assert [user["ID"] for user in reply.result] == ["1"]


def test_empty_start_is_no_start(quick_portal: Portal, app: Client) -> None:
    reply = quick_portal.request("GET", f"/rest/user.get?auth={token(app)}&start=&")
    assert (len(reply.result), reply.body["total"]) == (1, 1)


@pytest.mark.parametrize("name", ["auth", "access_token"])
def test_token_is_taken_from_query_form_multipart_and_json(quick_portal: Portal, app: Client, name: str) -> None:
    given = {name: token(app)}
    for options in ({"params": given}, {"data": given}, {"json": given}, multipart((name, token(app)))):
        assert quick_portal.request("POST", "/rest/server.time", **options).result == NOW


@pytest.mark.parametrize("kind", ["Bearer", "bearer", "BEARER"])
def test_token_is_taken_from_the_authorisation_header(quick_portal: Portal, app: Client, kind: str) -> None:
    headers = {"authorization": f"{kind} {token(app)}"}
    assert quick_portal.request("GET", "/rest/server.time", headers=headers).result == NOW


def test_parameter_is_preferred_to_the_header(quick_portal: Portal, app: Client) -> None:
    headers = {"authorization": "Bearer wrong"}
    assert quick_portal.request("GET", "/rest/server.time", params=app.auth, headers=headers).result == NOW


def test_authorisation_is_no_parameter_of_the_method(echo: Echo) -> None:
    secret = token(echo.app)
    for name in ("auth", "access_token"):
        assert echo.of(params="", json={name: secret, "a": 1}) == {"a": 1}
        assert echo.of(params=f"{name}={secret}&a=1") == {"a": "1"}
    assert echo.of(params="", json={"auth": secret, "access_token": "other"}) == {}


def test_cookie_is_no_authorisation_here(quick_portal: Portal) -> None:
    page = quick_portal.page(quick_portal.person(admin=True))
    reply = quick_portal.request("POST", "/rest/server.time", headers=page.headers)
    assert reply.error == (401, "NO_AUTH_FOUND")


def test_answer_is_json_open_to_all_origins(quick_portal: Portal, app: Client) -> None:
    for reply in (app.call("server.time"), quick_portal.request("GET", "/rest/server.time")):
        assert reply.headers["content-type"] == "application/json; charset=utf-8"
        assert reply.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in reply.headers
        assert reply.headers["cache-control"] == "no-store"
        assert int(reply.headers["content-length"]) == len(reply.content)


@pytest.mark.parametrize("path", ["/rest/server.time", "/rest/1/code/im.message.add", "/rest/nothing"])
def test_browser_may_ask_beforehand(quick_portal: Portal, path: str) -> None:
    reply = quick_portal.request("OPTIONS", path, headers={"origin": "https://elsewhere.example"})
    assert (reply.status, reply.content) == (204, b"")
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "POST" in reply.headers["access-control-allow-methods"]
    assert "authorization" in reply.headers["access-control-allow-headers"]


def test_success_carries_the_whole_time_block(quick_portal: Portal, app: Client) -> None:
    body = app.call("server.time").body
    assert set(body) == {"result", "time"}
    time = body["time"]
    assert {name: type(value) for name, value in time.items()} == TIME
    assert time["start"] <= time["finish"]
    assert time["duration"] == pytest.approx(time["finish"] - time["start"], abs=1e-6)
    assert 0 <= time["processing"] <= time["duration"]
    assert time["operating"] == time["processing"]
    assert time["operating_reset_at"] == quick_portal.clock.now() // 1000 + 600
    for name in ("start", "finish"):
        assert dt.datetime.fromisoformat(time[f"date_{name}"]).timestamp() == int(time[name])


def test_list_adds_total_and_only_where_there_is_more_next(quick_portal: Portal, app: Client) -> None:
    assert set(app.call("user.get").body) == {"result", "total", "time"}
    for _ in range(50):
        quick_portal.person()
    first = app.call("user.get").body
    assert (set(first), first["total"], first["next"]) == ({"result", "total", "next", "time"}, 51, 50)
    assert set(app.call("user.get", start=50).body) == {"result", "total", "time"}
    assert set(app.call("user.get", start=-1).body) == {"result", "time"}


def test_error_has_code_and_description_and_no_time(app: Client) -> None:
    reply = app.call("imopenlines.config.update")
    assert reply.status == 400
    assert reply.body == {"error": "CONFIG_ID_EMPTY", "error_description": "Config ID can't be empty"}


def told_in_xml(element: ET.Element, value: Any) -> None:
    """Compare an element with what JSON says."""
    if isinstance(value, dict):
        assert [child.get("key", child.tag) for child in element] == list(value)
        for child, inner in zip(element, value.values(), strict=True):
            told_in_xml(child, inner)
    elif isinstance(value, list):
        assert [child.tag for child in element] == ["item"] * len(value)
        for child, inner in zip(element, value, strict=True):
            told_in_xml(child, inner)
    else:
        text = {None: "", True: "1", False: "0"}.get(value, str(value)) if not isinstance(value, str) else value
        assert (element.text or "") == text


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("server.time", {}),
        ("scope", {}),
        ("app.info", {}),
        ("user.get", {"FILTER": {"ID": [1, 2]}}),
        ("imopenlines.config.list.get", {"OPTIONS": {"QUEUE": "Y"}}),
        ("imopenlines.config.get", {"CONFIG_ID": 999}),
        ("batch", {"cmd": ["scope", "no.such.method", "user.get?start=0"]}),
        ("imopenlines.config.get", {}),
        ("event.bind", {"event": "OnAppTest", "handler": "no <url> & nothing"}),
        ("no.such.method", {}),
    ],
)
def test_xml_says_the_same_as_json(quick_portal: Portal, app: Client, method: str, params: dict[str, Any]) -> None:
    quick_portal.line(quick_portal.person("Anna <b>&amp; \x0b Weber"), name="Line 'one' & \"two\"")
    plain, reply = app.call(method, **params), app.call(f"{method}.xml", **params)
    assert reply.headers["content-type"] == "text/xml; charset=utf-8"
    assert reply.status == plain.status
    root = ET.fromstring(reply.content)
    assert root.tag == "response"
    assert [child.tag for child in root] == list(plain.body)
    body = json.loads(json.dumps(plain.body).replace("\\u000b", ""))
    for name in set(body) - {"time"}:
        if method == "batch":
            del body[name]["result_time"]
            root.find(name).remove(root.find(f"{name}/result_time"))
        told_in_xml(root.find(name), body[name])
    if "time" in body:
        assert {child.tag for child in root.find("time")} == set(TIME)


def test_handler_sees_the_parameters_of_the_test_event(app: Client, receiver: Receiver) -> None:
    app.call("event.bind", event="OnAppTest", handler=receiver.url)
    assert app.call("event.test", any="data", Nested={"a": ["b"]}, call="me").result == 1
    (event,) = receiver.wait()
    assert event.event == "ONAPPTEST"
    assert event.form["data"] == {
        "QUERY": {"any": "data", "Nested": {"a": ["b"]}, "call": "me"},
        "LANGUAGE_ID": "en",
    }


def refused(reply: Reply) -> tuple[int, str, str]:
    status, code = reply.error
    assert set(reply.body) == {"error", "error_description"}
    return status, code, reply.text


@pytest.mark.parametrize("options", [{}, {"json": {"auth": ""}}, {"json": {"auth": 5}}, {"json": {"auth": ["x"]}},
                                     {"headers": {"authorization": "Basic dXNlcjpwYXNz"}},
                                     {"headers": {"authorization": "Bearer "}}])  # fmt: skip
def test_nothing_to_authorise_with(quick_portal: Portal, options: dict[str, Any]) -> None:
    reply = quick_portal.request("POST", "/rest/server.time", **options)
    assert refused(reply) == (401, "NO_AUTH_FOUND", "Wrong authorization data")
