"""Bad input: whatever comes, the answer is JSON with a code, and never an internal error."""

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.portal import Client, Desk, Portal, Reply
from tieline.api.method import Auth
from tieline.methods import registry

JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
MULTIPART = {"content-type": "multipart/form-data; boundary=X"}
LARGE = 10 * 1024 * 1024
SCOPES = "imopenlines,imconnector,im,user,crm,disk"
REGISTRY = registry()


def well_formed(reply: Reply) -> Reply:
    """Check that an answer is one that a client can read."""
    assert isinstance(reply.body, dict), reply.content[:300]
    if reply.status == 200 and "result" in reply.body:
        assert reply.body["time"]
    else:
        assert isinstance(reply.body["error"], str)
        assert isinstance(reply.body["error_description"], str)
        assert "time" not in reply.body
    return reply


def post(portal: Portal, content: Any, headers: dict[str, str] = JSON, method: str = "server.time") -> Reply:
    return well_formed(portal.request("POST", f"/rest/{method}", content=content, headers=headers))


UNREADABLE = (400, "INVALID_REQUEST")


@pytest.mark.parametrize("size", [LARGE + 1, 2 * LARGE])
@pytest.mark.parametrize("headers", [JSON, FORM, MULTIPART])
@pytest.mark.parametrize("path", ["/rest/server.time", "/oauth/token/"])
def test_large_body_is_refused(quick_portal: Portal, path: str, headers: dict[str, str], size: int) -> None:
    reply = quick_portal.request("POST", path, content=b"a" * size, headers=headers)
    assert reply.error == (413, "INVALID_REQUEST")


def test_large_body_is_refused_before_it_has_come(quick_portal: Portal) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 20 * LARGE:
            sent += 1024 * 1024
            yield b"a" * 1024 * 1024

    assert post(quick_portal, endless()).error == (413, "INVALID_REQUEST")
    assert sent <= LARGE + 3 * 1024 * 1024


@pytest.mark.parametrize("length", ["99999999999999999999", str(LARGE + 1)])
def test_announced_size_is_believed(quick_portal: Portal, length: str) -> None:
    assert post(quick_portal, b"{}", {**JSON, "content-length": length}).error == (413, "INVALID_REQUEST")


def test_body_of_the_largest_size_is_read(quick_portal: Portal) -> None:
    app = quick_portal.app()
    frame = json.dumps(app.auth | {"pad": ""}).encode()
    body = frame.replace(b'"pad": ""', b'"pad": "' + b"a" * (LARGE - len(frame)) + b'"')
    assert len(body) == LARGE
    assert post(quick_portal, body).status == 200


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"a" + b"[b]" * 1000 + b"=1", FORM),
        (b"a" + b"[]" * 1000 + b"=1", FORM),
        (b"[" * 1000 + b"]" * 1000, JSON),
        (b'{"a":' * 1000 + b"1" + b"}" * 1000, JSON),
        (b'{"a":' * 66 + b"1" + b"}" * 66, JSON),
        (b"[" * 1_000_000, JSON),
        (b'{"a":[' * 200_000, JSON),
        (b"&".join(b"a%d=1" % number for number in range(100_000)), FORM),
        (b"&".join(b"a[]=1" for _ in range(100_000)), FORM),
        (b'--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 100_000 + b"--X--", MULTIPART),
    ],
)
def test_deep_and_endless_structures_are_refused(quick_portal: Portal, content: bytes, headers: dict[str, str]) -> None:
    assert post(quick_portal, content, headers).error == UNREADABLE


def test_many_keys_of_json_are_read(quick_portal: Portal) -> None:
    app = quick_portal.app()
    body = json.dumps(app.auth | {f"key{number}": number for number in range(100_000)}).encode()
    assert post(quick_portal, body).status == 200


def test_64_levels_of_json_are_read(quick_portal: Portal) -> None:
    app = quick_portal.app()
    deep: Any = 1
    for _ in range(63):
        deep = [deep]
    assert app.call("server.time", deep=deep).status == 200


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b'{"a": 1,}',
        b"{'a': 1}",
        b'{"a" 1}',
        b"{}{}",
        b"\xef\xbb\xbf{}",
        b"\xff\xfe{\x00}\x00",
        b'{"a": "\xff"}',
        b'{"\xff": 1}',
        b'{"a": "\\ud800"}',
        b'{"a": "\\ud800x"}',
        b'{"a": "\\udc00\\ud800"}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": 01}',
        b'"text"',
        b"5",
        b"true",
        b"null",
        b"\x00",
        b"a=1",
    ],
)
def test_broken_json_is_refused(quick_portal: Portal, content: bytes) -> None:
    assert post(quick_portal, content).error == UNREADABLE


@pytest.mark.parametrize(
    "content", [b"[]", b"[1, 2]", b'{"a": 1, "a": 2}', b'{"a": "\\ud83d\\ude00"}', b'{"a": 1e308}']
)
def test_unusual_json_is_read(quick_portal: Portal, content: bytes) -> None:
    assert post(quick_portal, content).error == (401, "NO_AUTH_FOUND")


@pytest.mark.parametrize(
    ("content", "header"),
    [
        (b"--X--", "multipart/form-data"),
        (b"--X--", "multipart/form-data; boundary="),
        (b"", "multipart/form-data; boundary=" + "x" * 1000),
        (b"no parts", "multipart/form-data; boundary=X"),
        (b'--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n1', "multipart/form-data; boundary=X"),
        (b"--X\r\n\r\nnameless\r\n--X--", "multipart/form-data; boundary=X"),
        (b'--X\r\nContent-Disposition: form-data; name="\xff[["\r\n\r\n\xff\x00\r\n--X--', MULTIPART["content-type"]),
        (b'--X\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\n--X--', MULTIPART["content-type"]),
    ],
)  # fmt: skip
def test_odd_multipart_is_answered(quick_portal: Portal, content: bytes, header: str) -> None:
    assert post(quick_portal, content, {"content-type": header}).error in (UNREADABLE, (401, "NO_AUTH_FOUND"))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200), kind=st.sampled_from([JSON, FORM, MULTIPART, {"content-type": "\x01;=,"}]))
def test_any_bytes_are_answered(quick_portal: Portal, body: bytes, kind: dict[str, str]) -> None:
    frames = {id(MULTIPART): b'--X\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n--X--' % (body[:9], body)}
    post(quick_portal, frames.get(id(kind), body), kind)


@pytest.mark.parametrize("path", ["server.time", "im.message.add"])
@pytest.mark.parametrize("query", ["%00=%00", "\xff=%ff", "[=]", "a[[]]=1", "&=&=", "%", "a" * 50_000, "a[]=" * 100])
def test_odd_queries_are_answered(quick_portal: Portal, path: str, query: str) -> None:
    well_formed(quick_portal.request("GET", f"/rest/{path}?{query}"))


DEEP: Any = "bottom"
for _ in range(40):
    DEEP = {"0": DEEP, "deep": [DEEP] if DEEP == "bottom" else []}
WRONG: list[Any] = [
    None, "", [], {}, DEEP, [DEEP], "a" * 100_000, "9" * 5000, -1, 0, 1, 2**31, 2**63 - 1, 2**63, -(2**63), 2**70,
    1.5, 1e308, True, False, "abc", "\0", "a\0b", "chat", "chat0", "chat-1", "chat99999999999999999999", "|||", "%_\\",
    "²", "٣", "💥", "' or 1=1 --", "$result[0]", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59",
    [None], [[]], [{}], [""], ["abc"], [5], [{"a": 1}], {"a": None}, {"a": {"b": []}}, {"0": {}}, ["\0"],
]  # fmt: skip


def usual(desk: Desk, chat: int, message: int) -> dict[str, Any]:
    """Values that work, by the names of parameters."""
    return {
        "CONNECTOR": desk.code,
        "LINE": desk.line,
        "ACTIVE": 1,
        "DATA": {"ID": "x"},
        "MESSAGES": [desk.message()],
        "CHAT_ID": chat,
        "DIALOG_ID": f"chat{chat}",
        "MESSAGE": "text",
        "MESSAGE_ID": message,
        "CONFIG_ID": 999,
        "USER_CODE": f"{desk.code}|{desk.line}|channel-123|user-7",
        "event": "OnAppTest",
        "handler": desk.handler,
        "NAME": "Name",
        "ID": "other",
        "ICON": {"DATA_IMAGE": "data:,"},
        "PLACEMENT_HANDLER": desk.handler,
        "cmd": ["server.time"],
    }


def disk_values(hook: Client) -> dict[str, Any]:
    """Values that work for the methods of the disk; two kinds of objects cannot have one id, so that of a folder."""
    root = hook.call("disk.storage.getlist").result[0]["ROOT_OBJECT_ID"]
    folder = hook.call("disk.folder.addsubfolder", id=root, data={"NAME": "Folder"}).result["ID"]
    return {
        "id": folder,
        "data": {"NAME": "x"},
        "fileContent": ["x", "eA=="],
        "targetFolderId": root,
        "newName": "y",
        "userId": 1,
        "taskName": "disk_access_read",
        "generateUniqueName": True,
        "QUERY": "abc",
    }


OPEN = [method for method in REGISTRY if method.auth is not Auth.SESSION]
PAGES = [method for method in REGISTRY if method.auth is Auth.SESSION]


class Scene:
    """A dialog with messages, and everybody who may call."""

    def __init__(self, desk: Desk) -> None:
        self.portal = desk.portal
        self._turn = 2 * (desk.portal.database.engine == "postgresql")
        desk.app.call("imopenlines.config.update", CONFIG_ID=desk.line, PARAMS={"QUEUE": [1, desk.operator_id]})
        chat = desk.write_in()
        self.values = usual(desk, chat, desk.answer(chat))
        self.app = desk.app
        self.hook = desk.portal.webhook(scopes=SCOPES)
        self.values |= disk_values(self.hook)
        self.page = desk.portal.page(desk.portal.person(admin=True))

    def some(self, values: Sequence[Any]) -> Sequence[Any]:
        """Return every fourth value, at the next call the next ones; the other engine has what lies between."""
        self._turn += 1
        return values[self._turn % 4 :: 4]

    def wrong(self, *more: Any) -> Sequence[Any]:
        """Return some of the wrong values."""
        return self.some([*WRONG, *more])

    def send_wrong_values(self, client: Client, method: Any) -> None:
        """Send wrong values in place of each parameter, the others as usual."""
        base = {p.wire_name: self.values[p.wire_name] for p in method.params if p.wire_name in self.values}
        for param in method.params:
            for wrong in self.wrong():
                well_formed(client.call(method.name, **(base | {param.wire_name: wrong})))


@pytest.fixture
def scene(desk: Desk) -> Scene:
    """A dialog on each engine."""
    return Scene(desk)


GROUPS = ("imconnector", "imopenlines", "im", "event", "user", "disk")


@pytest.mark.parametrize("group", [*GROUPS, "others"])
def test_wrong_value_of_any_parameter_is_answered(scene: Scene, group: str) -> None:
    for method in OPEN:
        first = method.name.partition(".")[0]
        if (first if first in GROUPS else "others") == group:
            client = scene.app if method.auth is Auth.APP or method.scopes[0] not in ("user", "disk") else scene.hook
            scene.send_wrong_values(client, method)


def test_wrong_value_of_a_page_is_answered(scene: Scene) -> None:
    for method in PAGES:
        scene.send_wrong_values(scene.page, method)


MESSAGE_FIELDS = [
    ("user", "id"), ("user", "name"), ("user", "last_name"), ("user", "picture"), ("user", "url"), ("user", "email"),
    ("user", "phone"), ("user", "gender"), ("user", "skip_phone_validate"), ("message", "id"), ("message", "date"),
    ("message", "text"), ("message", "files"), ("message", "disable_crm"), ("message", "user_id"), ("chat", "id"),
    ("chat", "name"), ("chat", "url"), ("im", "chat_id"), ("im", "message_id"),
]  # fmt: skip
MESSAGE_METHODS = ["send.messages", "update.messages", "delete.messages", "send.status.delivery", "send.status.reading"]


@pytest.mark.parametrize("method", MESSAGE_METHODS)
def test_wrong_field_of_a_message_is_answered(scene: Scene, method: str) -> None:
    (message,) = scene.values["MESSAGES"]
    message = message | {"im": {"chat_id": scene.values["CHAT_ID"], "message_id": scene.values["MESSAGE_ID"]}}
    base = {"CONNECTOR": scene.values["CONNECTOR"], "LINE": scene.values["LINE"]}
    for part, name in MESSAGE_FIELDS:
        for wrong in scene.wrong([{"url": DEEP}], [{"url": "\0", "name": "a" * 1000}]):
            changed = message | {part: message[part] | {name: wrong}}
            well_formed(scene.app.call(f"imconnector.{method}", **base, MESSAGES=[changed]))
            if name == "id":
                well_formed(
                    scene.app.call(f"imconnector.{method}", **base, MESSAGES=[message, changed | {part: wrong}])
                )


SETTINGS = [
    *("LINE_NAME", "ACTIVE", "QUEUE", "QUEUE_TYPE", "QUEUE_TIME", "WELCOME_MESSAGE", "WELCOME_MESSAGE_TEXT"),
    *("WORKTIME_HOLIDAYS", "DEFAULT_OPERATOR_DATA", "XML_ID", "AUTO_CLOSE_TIME", "KPI_FIRST_ANSWER_LIST"),
]


def test_wrong_setting_of_a_line_is_answered(scene: Scene) -> None:
    line = scene.values["LINE"]
    for name in SETTINGS:
        for wrong in scene.wrong(
            [{"ENTITY_TYPE": DEEP, "ENTITY_ID": DEEP}], [{"ENTITY_TYPE": "user", "ENTITY_ID": 2**63}]
        ):
            well_formed(scene.app.call("imopenlines.config.update", CONFIG_ID=line, PARAMS={name: wrong}))
            well_formed(scene.app.call("imopenlines.config.get", CONFIG_ID=line))
    assert scene.app.call("imopenlines.config.list.get", OPTIONS={"QUEUE": "Y"}).status == 200


def test_wrong_selection_of_lines_is_answered(scene: Scene) -> None:
    for name in ("select", "filter", "order", "limit", "offset"):
        for wrong in scene.wrong():
            well_formed(scene.hook.call("imopenlines.config.list.get", PARAMS={name: wrong}))
    for wrong in scene.wrong():
        for prefix in ("", "!", "@", "%", ">=", "=%"):
            well_formed(scene.hook.call("imopenlines.config.list.get", PARAMS={"filter": {f"{prefix}ID": wrong}}))
        for option in ("QUEUE", "CONFIG_QUEUE", "CHECK_PERMISSION"):
            well_formed(scene.hook.call("imopenlines.config.list.get", OPTIONS={option: wrong}))


USER_FIELDS = ["ID", "NAME", "EMAIL", "ACTIVE", "DATE_REGISTER", "LAST_LOGIN", "PERSONAL_GENDER", "USER_TYPE", "FIND"]
WRONG_OPERANDS = ["", [], {}, "9" * 5000, 2**63, 1.5, True, "abc", "\0", "2027-01-15", ["2027-01-15", 1], DEEP]
PREFIXES = ["", "!", "!=", ">", ">=", "<", "<=", "@", "!@", "%", "=%", "!%", "?"]


@pytest.mark.parametrize("method", ["user.get", "user.search"])
def test_wrong_filter_of_users_is_answered(scene: Scene, method: str) -> None:
    for field in USER_FIELDS:
        well_formed(scene.hook.call(method, sort=field, order="DESC"))
    for field in (prefix + name for prefix in PREFIXES for name in USER_FIELDS):
        for wrong in scene.some(WRONG_OPERANDS):
            well_formed(scene.hook.call(method, FILTER={field: wrong}))


@pytest.mark.parametrize("wrong", [value for value in WRONG if value is not DEEP])
def test_wrong_batch_is_answered(quick_portal: Portal, wrong: Any) -> None:
    app = quick_portal.app(SCOPES)
    commands = [
        wrong,
        {"method": wrong},
        {"method": "user.get", "params": wrong},
        {"method": "event.test", "params": {"a": wrong}},
    ]
    for cmd in (wrong, commands, {"key": wrong}, {str(wrong)[:50]: "server.time"}):
        reply = well_formed(app.call("batch", cmd=cmd, halt=wrong))
        if reply.status == 200:
            errors = reply.result["result_error"]
            told = errors if isinstance(errors, list) else errors.values()
            assert "INTERNAL_SERVER_ERROR" not in [error["error"] for error in told]
