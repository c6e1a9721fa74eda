"""batch: several calls in one, in order, with references to earlier results."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.portal import HERE, Client, Desk, Loop, Portal, respond

MAPS = ("result", "result_error", "result_total", "result_next", "result_time")
NOW = "2027-01-15T08:00:00+00:00"
NOT_FOUND = {"error": "ERROR_METHOD_NOT_FOUND", "error_description": "Method not found!"}
NOT_ALLOWED = {
    "error": "ERROR_BATCH_METHOD_NOT_ALLOWED",
    "error_description": "Method is not allowed for batch usage",
}
TOO_LONG = {"error": "ERROR_BATCH_LENGTH_EXCEEDED", "error_description": "Max batch length exceeded"}


@pytest.fixture
def app(quick_portal: Portal) -> Client:
    """An application."""
    return quick_portal.app("imopenlines,imconnector,im,user")


def batch(client: Client, cmd: Any, **params: Any) -> dict[str, Any]:
    """Run a batch; its times are checked and left out."""
    reply = client.call("batch", cmd=cmd, **params)
    assert set(reply.body) == {"result", "time"}
    assert tuple(reply.result) == MAPS
    for time in times_of(reply.result):
        assert set(time) == set(reply.body["time"])
    return {name: reply.result[name] for name in MAPS if name != "result_time"}


def times_of(result: dict[str, Any]) -> list[dict[str, Any]]:
    times = result["result_time"]
    return list(times.values()) if isinstance(times, dict) else times


def told(result: Any = (), **others: Any) -> dict[str, Any]:
    """The maps of a batch, those that are not named empty."""
    maps = {"result": result or [], "result_error": [], "result_total": [], "result_next": []}
    return maps | others


def test_list_of_commands_is_answered_with_lists(app: Client) -> None:
    assert batch(app, ["server.time", "scope"]) == told([NOW, ["im", "imconnector", "imopenlines", "user"]])


def test_keyed_commands_are_answered_with_objects(app: Client) -> None:
    assert batch(app, {"a": "server.time", "7": "server.time"}) == told({"a": NOW, "7": NOW})


def test_object_of_numbers_from_zero_is_a_list(app: Client) -> None:
    assert batch(app, {"0": "server.time", "1": "server.time"}) == told([NOW, NOW])


def test_maps_of_a_list_with_gaps_are_objects(app: Client) -> None:
    assert batch(app, ["no.such", "server.time"]) == told({"1": NOW}, result_error=[NOT_FOUND])
    assert batch(app, ["server.time", "no.such"]) == told([NOW], result_error={"1": NOT_FOUND})


@pytest.mark.parametrize("cmd", [[], {}, "", None])
def test_batch_needs_commands(app: Client, cmd: Any) -> None:
    reply = app.call("batch", cmd=cmd)
    if cmd in ([], {}):
        assert reply.result == {name: [] for name in MAPS}
        return
    assert reply.error == (400, "ERROR_ARGUMENT")
    assert reply.text == "Argument 'cmd' is null or empty"
    assert app.call("batch").error == (400, "ERROR_ARGUMENT")


@pytest.mark.parametrize(
    "command",
    [
        "server.time",
        "server.time?",
        "server.time?unknown=1",
        "/server.time",
        " server.time ",
        "SERVER.TIME",
        {"method": "server.time"},
        {"method": "server.time", "params": None},
        {"method": "server.time", "params": []},
        {"method": "server.time", "params": {}},
        {"method": "server.time", "params": "a=b"},
    ],
)
def test_command_is_spelled_in_many_ways(app: Client, command: Any) -> None:
    assert batch(app, [command]) == told([NOW])


@pytest.mark.parametrize("command", ["", "?", "?a=b", "no.such", {}, {"method": None}, {"params": {}}, 5, None, ["x"]])
def test_command_that_names_no_method_is_not_found(app: Client, command: Any) -> None:
    assert batch(app, [command, "server.time"]) == told({"1": NOW}, result_error=[NOT_FOUND])


def test_commands_come_by_form_and_query_too(quick_portal: Portal, app: Client) -> None:
    token = app.auth["auth"]
    command = "user.get?FILTER[NAME]=Administrator&select[]=ID"
    form = {"auth": token, "cmd[who]": command, "cmd[when]": "server.time", "halt": "0"}
    expected = told({"who": [{"ID": "1"}], "when": NOW}, result_total={"who": 1})
    for reply in (
        quick_portal.request("POST", "/rest/batch", data=form),
        quick_portal.request("GET", f"/rest/batch.json?{urlencode(form)}"),
        quick_portal.request("GET", f"/rest/batch?auth={token}&cmd[who]={quote(command)}&cmd[when]=server.time"),
    ):
        assert {name: reply.result[name] for name in expected} == expected


def test_parameters_of_a_command_are_decoded_by_the_rules_of_php(app: Client) -> None:
    query = "FILTER%5BID%5D%5B%5D=1&FILTER[ID][]=2&select%5B%5D=NAME&start="
    structured = {"FILTER": {"ID": [1, 2]}, "select": ["NAME"], "start": None}
    expected = told([[{"ID": "1", "NAME": "Administrator"}]], result_total=[1])
    assert batch(app, [f"user.get?{query}"]) == expected
    assert batch(app, [{"method": "user.get", "params": structured}]) == expected


def test_lists_have_their_total_and_next(quick_portal: Portal, app: Client) -> None:
    for _ in range(50):
        quick_portal.person()
    answer = batch(
        app, {"all": "user.get", "last": "user.get?start=50", "raw": "user.get?start=-1", "t": "server.time"}
    )
    assert {key: len(items) for key, items in answer["result"].items() if key != "t"} == {
        "all": 50,
        "last": 1,
        "raw": 50,
    }
    assert answer["result_total"] == {"all": 51, "last": 51}
    assert answer["result_next"] == {"all": 50}


def test_each_command_has_its_own_time(app: Client) -> None:
    result = app.call("batch", cmd={"a": "server.time", "b": "no.such", "c": "server.time"}).result
    assert list(result["result_time"]) == ["a", "c"]
    first, second = times_of(result)
    assert first["finish"] <= second["start"]


def test_commands_behind_the_fiftieth_are_refused(app: Client) -> None:
    answer = batch(app, ["server.time"] * 53)
    assert answer["result"] == [NOW] * 50
    assert answer["result_error"] == {"50": TOO_LONG, "51": TOO_LONG, "52": TOO_LONG}
    assert batch(app, ["server.time"] * 50) == told([NOW] * 50)


@pytest.mark.parametrize("command", ["batch", "BATCH?cmd[]=server.time", {"method": "batch", "params": {"cmd": ["x"]}}])
def test_batch_in_a_batch_is_refused(app: Client, command: Any) -> None:
    assert batch(app, {"a": command}) == told(result_error={"a": NOT_ALLOWED})


@pytest.mark.parametrize("halt", [1, "1", True, "true", "Y", "y", "on"])
def test_batch_halts_at_the_first_error(app: Client, halt: Any) -> None:
    answer = batch(app, {"a": "server.time", "b": "no.such", "c": "server.time"}, halt=halt)
    assert answer == told({"a": NOW}, result_error={"b": NOT_FOUND})


@pytest.mark.parametrize("halt", [0, "0", False, "false", "N", "n", "", None])
def test_batch_goes_on_unless_told_to_halt(app: Client, halt: Any) -> None:
    expected = told({"a": NOW, "c": NOW}, result_error={"b": NOT_FOUND})
    assert batch(app, {"a": "server.time", "b": "no.such", "c": "server.time"}, halt=halt) == expected
    assert batch(app, {"a": "server.time", "b": "no.such", "c": "server.time"}) == expected


def test_parameters_of_the_batch_are_found_in_any_case(app: Client) -> None:
    answer = app.call("batch", CMD=["no.such", "server.time"], HALT=1).result
    assert (answer["result"], answer["result_error"]) == ([], [NOT_FOUND])


def test_command_is_refused_as_the_call_would_be(quick_portal: Portal) -> None:
    answer = batch(quick_portal.webhook(scopes="im"), ["user.current", "event.get", "im.message.add", "profile"])
    assert list(answer["result"]) == ["3"]
    assert [error["error"] for error in answer["result_error"]] == [
        "insufficient_scope",
        "WRONG_AUTH_TYPE",
        "USER_ID_EMPTY",
    ]


def test_outer_authorisation_holds_for_all_commands(quick_portal: Portal, app: Client) -> None:
    assert batch(app, ["app.info?auth=wrong"])["result"][0]["ID"] == app.facts["id"]
    assert quick_portal.request("POST", "/rest/batch", json={"cmd": ["server.time"]}).error == (401, "NO_AUTH_FOUND")


NAMED = {"a": "user.get?start=0", "b": "app.info", "c": "profile"}


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ("$result[a][0][ID]", "1"),
        ("$result[a][0][NAME]", "Administrator"),
        ("$result['a']['0']['ID']", "1"),
        ('$result["a"][0]["ID"]', "1"),
        ("before $result[a][0][ID] and $result[b][CODE] after", "before 1 and {client} after"),
        ("$result[b][install][member_id]", "{member}"),
        ("$result[b][INSTALLED]", "1"),
        ("$result[b][DAYS]", ""),
        ("$result[a][0]", ""),
        ("$result[a][1][ID]", ""),
        ("$result[a][-1][ID]", ""),
        ("$result[a][x]", ""),
        ("$result[nothing][0]", ""),
        ("$result[c][ID][0]", ""),
        ("$result", "$result"),
        ("$result[", "$result["),
        ("$resultat[a]", "$resultat[a]"),
        ("$result[q][QUERY]", ""),
    ],
)
def test_reference_is_replaced_by_what_it_points_at(
    quick_portal: Portal, app: Client, reference: str, value: str
) -> None:
    app.call("event.bind", event="OnAppTest", handler="http://127.0.0.1:9/")
    deep = {"echo": f"event.test?x={quote(reference)}&deep[a][]={quote(reference)}"}
    assert batch(app, NAMED | deep)["result"]["echo"] == 1
    (data,) = quick_portal.read(lambda tx: tx.one("select data from events order by id desc limit 1"))
    expected = value.format(client=app.facts["client_id"], member=app.facts["member_id"])
    assert f'"QUERY":{{"x":"{expected}","deep":{{"a":["{expected}"]}}}}' in data


def test_numbered_results_are_named_by_their_numbers(quick_portal: Portal, app: Client) -> None:
    for _ in range(60):
        quick_portal.person()
    commands = ["user.get?start=-1&FILTER[>ID]=0"]
    commands += [f"user.get?start=-1&FILTER[>ID]=$result[{n}][49][ID]" for n in range(2)]
    pages = [[int(user["ID"]) for user in page] for page in batch(app, commands)["result"]]
    assert [len(page) for page in pages] == [50, 11, 50]
    assert pages[0] + pages[1] == sorted(pages[0] + pages[1])
    assert pages[2][0] == 1, "a reference to nothing is an empty text, so the filter takes everybody"


def test_later_command_writes_with_an_earlier_result(desk: Desk) -> None:
    chat = desk.write_in()
    answer = batch(
        desk.operator,
        {
            "chat": f"imopenlines.session.open?USER_CODE={desk.code}|{desk.line}|channel-123|user-7",
            "sent": "im.message.add?DIALOG_ID=chat$result[chat][chatId]&MESSAGE=one",
            "reply": "im.message.add?DIALOG_ID=chat$result[chat][chatId]&MESSAGE=two&REPLY_ID=$result[sent]",
        },
    )
    assert answer["result_error"] == []
    assert answer["result"]["chat"] == {"chatId": str(chat)}
    messages = desk.history(chat)
    assert [message["text"] for message in messages] == ["Good afternoon", "one", "two"]
    assert messages[2]["params"] == {"REPLY_ID": answer["result"]["sent"]}


def test_failed_command_leaves_nothing_behind_and_the_others_stay(desk: Desk) -> None:
    chat = desk.write_in()
    before = [message["text"] for message in desk.history(chat)]
    answer = batch(
        desk.operator,
        [
            f"im.message.add?DIALOG_ID=chat{chat}&MESSAGE=first",
            f"im.message.add?DIALOG_ID=chat{chat}&MESSAGE=lost&REPLY_ID=999",
            "im.message.add?DIALOG_ID=chat999&MESSAGE=lost",
            f"im.message.add?DIALOG_ID=chat{chat}&MESSAGE=second",
        ],
    )
    assert list(answer["result"]) == ["0", "3"]
    assert [answer["result_error"][key]["error"] for key in ("1", "2")] == ["REPLY_ACCESS_ERROR", "CHAT_ID"]
    assert [message["text"] for message in desk.history(chat)] == [*before, "first", "second"]


def test_reads_in_a_batch_see_what_its_writes_did(desk: Desk) -> None:
    commands = {
        "add": "imopenlines.config.add?PARAMS[LINE_NAME]=New",
        "get": "imopenlines.config.get?CONFIG_ID=$result[add]",
        "update": "imopenlines.config.update?CONFIG_ID=$result[add]&PARAMS[ACTIVE]=N",
        "again": "imopenlines.config.get?CONFIG_ID=$result[add]",
        "delete": "imopenlines.config.delete?CONFIG_ID=$result[add]",
        "gone": "imopenlines.config.get?CONFIG_ID=$result[add]",
    }
    result = batch(desk.app, commands)["result"]
    assert (result["get"]["LINE_NAME"], result["get"]["ACTIVE"], result["again"]["ACTIVE"]) == ("New", "Y", "N")
    assert (result["update"], result["delete"], result["gone"]) == (True, True, False)


@pytest.fixture(scope="module")
def twins(loop: Loop, migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Desk]]:
    """Two portals with the same past."""
    desks = []
    for name in ("together", "alone"):
        folder = tmp_path_factory.mktemp(name)
        shutil.copy(migrated_file, folder / "tieline.db")
        desk = Desk(Portal(loop, f"sqlite:///{folder / 'tieline.db'}", folder))
        for number in range(3):
            desk.write_in(f"Question {number}", user={"id": f"user-{number}"})
        desks.append(desk)
    yield desks
    for desk in desks:
        desk.portal.close()


CHATS = st.integers(1, 4)
MESSAGES = st.integers(1, 12)
COMMANDS = st.one_of(
    st.builds("im.message.add?DIALOG_ID=chat{}&MESSAGE=hello%20{}".format, CHATS, MESSAGES),
    st.builds("im.message.add?DIALOG_ID=chat{}&MESSAGE=re&REPLY_ID={}".format, CHATS, MESSAGES),
    st.builds("im.message.update?MESSAGE_ID={}&MESSAGE=changed%20{}".format, MESSAGES, CHATS),
    st.builds("im.message.delete?MESSAGE_ID={}".format, MESSAGES),
    st.builds("im.dialog.messages.get?DIALOG_ID=chat{}&LIMIT={}".format, CHATS, MESSAGES),
    st.builds("im.dialog.read?DIALOG_ID=chat{}&MESSAGE_ID={}".format, CHATS, MESSAGES),
    st.builds("imopenlines.operator.answer?CHAT_ID={}".format, CHATS),
    st.builds("imopenlines.operator.finish?CHAT_ID={}".format, CHATS),
    st.builds("imopenlines.dialog.get?CHAT_ID={}".format, CHATS),
    st.sampled_from(["im.recent.list", "server.time", "no.such", "user.get", "event.get", "im.message.add"]),
)


@settings(max_examples=40)
@given(commands=st.lists(COMMANDS, max_size=12))
def test_batch_does_what_its_commands_do_one_by_one(twins: list[Desk], commands: list[str]) -> None:
    together, alone = twins
    answer = batch(together.operator, {f"k{number}": command for number, command in enumerate(commands)})
    results, errors = {}, {}
    for number, command in enumerate(commands):
        method, _, query = command.partition("?")
        reply = alone.operator.form(method, query)
        if reply.status == 200:
            results[f"k{number}"] = reply.result
        else:
            errors[f"k{number}"] = reply.body
    assert answer["result"] == (results or [])
    assert answer["result_error"] == (errors or [])


def test_batches_that_stand_in_each_others_way_lose_nothing(desk: Desk) -> None:
    chats = [desk.write_in(user={"id": f"user-{number}"}) for number in range(2)]
    admin = desk.portal.webhook(desk.operator_id)

    async def send() -> list[dict[str, Any]]:
        cmd = [f"im.message.add?DIALOG_ID=chat{chat}&MESSAGE=x" for chat in chats]
        orders = [cmd if number % 2 else cmd[::-1] for number in range(24)]
        path = f"{admin.prefix}batch"
        requests = [httpx.Request("POST", HERE.join(path), json={"cmd": cmd}) for cmd in orders]
        replies = await asyncio.gather(*(respond(desk.portal.parts.server, request) for request in requests))
        return [reply.json()["result"] for reply in replies]

    answers = desk.portal.loop.run(send())
    assert [answer["result_error"] for answer in answers] == [[]] * 24
    told = sorted(number for answer in answers for number in answer["result"])
    kept = sorted(message["id"] for chat in chats for message in desk.history(chat)[1:])
    assert told == kept
