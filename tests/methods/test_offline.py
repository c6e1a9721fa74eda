"""event.offline.*: queues that applications read in their own time, one row for each object that changed."""

import threading
from typing import Any

import pytest

from support.portal import Client, Desk, Loop, Portal, refused
from support.tokens import acting_for
from tieline.domain.clock import DAY, SECOND
from tieline.store import apps as app_store
from tieline.store import offline as offline_store
from tieline.store.engine import Tx

ADDED = "ONIMCONNECTORMESSAGEADD"
CHANGED = "ONIMCONNECTORMESSAGEUPDATE"
TEST = "ONAPPTEST"
METHODS = ("get", "list", "clear", "error")
DENIED = (403, "ACCESS_DENIED", "Access denied!")
NOW = "2027-01-15T08:00:00+00:00"


def queue(app: Client, *events: str, **params: Any) -> None:
    """Have events queued for an application."""
    for event in events:
        assert app.call("event.bind", event=event, event_type="offline", **params).result is True


def listed(app: Client, **params: Any) -> list[dict[str, Any]]:
    return app.call("event.offline.list", **params).result


def taken(app: Client, **params: Any) -> list[dict[str, Any]]:
    return app.call("event.offline.get", **params).result["events"]


def ids(rows: list[dict[str, Any]]) -> list[int]:
    return [int(row["ID"]) for row in rows]


def reserve(app: Client, **params: Any) -> tuple[str, list[int]]:
    """Reserve rows; returns the process and the rows' ids."""
    batch = app.call("event.offline.get", clear=0, **params).result
    return batch["process_id"], ids(batch["events"])


class Scene:
    """A desk whose application has the operator's messages queued."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.app = desk.app
        self.clock = desk.portal.clock
        queue(self.app, ADDED)
        self.chat = desk.write_in()

    def answer(self, count: int = 1) -> list[int]:
        """Let the operator write into the empty queue; returns the ids of the rows, oldest first."""
        for number in range(count):
            self.desk.answer(self.chat, f"answer {number}")
        return list(range(1, count + 1))

    def answer_by(self, connector: str) -> int:
        """Let the application write in the operator's name under a source key; returns the message."""
        acting = acting_for(self.app, self.desk.operator_id)
        told = {"DIALOG_ID": f"chat{self.chat}", "MESSAGE": "by the application"}
        return acting.call("im.message.add", auth_connector=connector, **told).result


@pytest.fixture
def scene(desk: Desk) -> Scene:
    """The scene on each engine."""
    return Scene(desk)


@pytest.fixture
def quick_scene(quick_desk: Desk) -> Scene:
    """The scene on SQLite alone."""
    return Scene(quick_desk)


# what is queued


def test_change_is_queued_as_documented(app: Client) -> None:
    queue(app, TEST)
    assert app.call("event.test", any="data").result == 1
    row = {
        "ID": "1",
        "TIMESTAMP_X": NOW,
        "EVENT_NAME": TEST,
        "EVENT_DATA": {"QUERY": {"any": "data"}, "LANGUAGE_ID": "en"},
        "EVENT_ADDITIONAL": False,
        "MESSAGE_ID": "1",
    }
    assert listed(app) == [row | {"PROCESS_ID": "", "ERROR": "0"}]
    assert app.call("event.offline.get").result == {"process_id": None, "events": [row]}
    assert app.call("event.offline.get").result == {"process_id": None, "events": []}


def test_data_are_those_of_the_event(scene: Scene) -> None:
    message = scene.desk.answer(scene.chat, "Guten Tag!")
    (row,) = taken(scene.app)
    assert row["EVENT_NAME"] == ADDED
    (told,) = row["EVENT_DATA"]["MESSAGES"]
    assert told["im"] == {"chat_id": scene.chat, "message_id": message}
    assert told["message"]["text"] == "[b]Klaus Weber:[/b] [br]Guten Tag!"


def test_object_that_changes_again_keeps_its_row(scene: Scene) -> None:
    queue(scene.app, CHANGED)
    first, second = (scene.desk.answer(scene.chat) for _ in range(2))
    assert len(taken(scene.app)) == 2
    for message, text in ((first, "one"), (second, "two"), (first, "three")):
        scene.clock.move(SECOND)
        told = {"MESSAGE_ID": message, "MESSAGE": text}
        assert scene.desk.operator.call("im.message.update", **told).result is True
    rows = listed(scene.app)
    assert [row["TIMESTAMP_X"][-10:-6] for row in rows] == ["0:03", "0:02"]
    texts = [row["EVENT_DATA"]["MESSAGES"][0]["message"]["text"] for row in rows]
    assert texts == ["[b]Klaus Weber:[/b] [br]three", "[b]Klaus Weber:[/b] [br]two"]
    assert rows[0]["ID"] < rows[1]["ID"]
    assert [row["ID"] for row in taken(scene.app)] == [rows[1]["ID"], rows[0]["ID"]]


def test_data_of_an_edit_name_what_the_connector_has_confirmed_since(scene: Scene) -> None:
    queue(scene.app, CHANGED)
    message = scene.desk.answer(scene.chat)
    scene.desk.operator.call("im.message.update", MESSAGE_ID=message, MESSAGE="changed")
    told = {"im": {"chat_id": scene.chat, "message_id": message}, "message": {"id": ["ext-77"]}, "chat": {"id": "c"}}
    scene.desk.connector("send.status.delivery", MESSAGES=[told])
    (row,) = taken(scene.app, filter={"=EVENT_NAME": CHANGED})
    assert row["EVENT_DATA"]["MESSAGES"][0]["message"]["id"] == ["ext-77"]


def test_object_that_changes_while_it_is_reserved_gets_a_new_row(app: Client) -> None:
    queue(app, TEST)
    app.call("event.test", n=1)
    process, (first,) = reserve(app)
    app.call("event.test", n=2)
    app.call("event.test", n=3)
    assert [(row["PROCESS_ID"], row["EVENT_DATA"]["QUERY"]["n"]) for row in listed(app)] == [(process, 1), ("", 3)]
    assert app.call("event.offline.error", process_id=process).result is True
    app.call("event.test", n=4)
    rows = listed(app)
    assert [(row["ERROR"], row["EVENT_DATA"]["QUERY"]["n"]) for row in rows] == [("1", 1), ("0", 4)]
    assert rows[0]["ID"] == str(first)


def test_queue_is_the_applications_own(quick_portal: Portal) -> None:
    app, other = quick_portal.app(), quick_portal.app()
    queue(app, TEST)
    queue(other, TEST)
    app.call("event.test", n=1)
    assert (len(listed(app)), len(listed(other))) == (1, 0)
    process, (row,) = reserve(app)
    for method, params in (("clear", {}), ("clear", {"id": [row]}), ("error", {})):
        assert other.call(f"event.offline.{method}", process_id=process, **params).result is True
    assert taken(other, process_id=process) == []
    assert [(row["PROCESS_ID"], row["ERROR"]) for row in listed(app)] == [(process, "0")]


def test_application_that_is_not_installed_has_nothing_queued(quick_portal: Portal) -> None:
    app = quick_portal.app(script_only=False, install_url="https://app.example/install")
    queue(app, TEST)
    app.call("event.test")
    assert listed(app) == []


def test_same_event_goes_to_a_handler_and_into_the_queue(desk: Desk, receiver: Any) -> None:
    desk.bind(ADDED)
    queue(desk.app, ADDED)
    desk.answer(desk.write_in())
    assert [event.event for event in receiver.wait()] == [ADDED]
    assert len(taken(desk.app)) == 1


def test_queue_survives_a_restart(loop: Loop, database_url: str, tmp_path: Any) -> None:
    portal = Portal(loop, database_url, tmp_path)
    try:
        app = portal.app()
        queue(app, TEST, auth_connector="shop")
        app.call("event.test", n=1)
        process, _ = reserve(app, auth_connector="shop")
        app.call("event.test", n=2)
    finally:
        portal.close()
    portal = Portal(loop, database_url, tmp_path)
    try:
        app.portal = portal
        rows = listed(app, auth_connector="shop")
        assert [(row["PROCESS_ID"], row["EVENT_DATA"]["QUERY"]["n"]) for row in rows] == [(process, 1), ("", 2)]
        app.call("event.test", n=3)
        assert taken(app, auth_connector="shop")[0]["EVENT_DATA"]["QUERY"] == {"n": 3}
    finally:
        portal.close()


def test_fact_that_no_longer_fits_leaves_the_rest_readable(quick_scene: Scene) -> None:
    app, desk = quick_scene.app, quick_scene.desk
    queue(app, CHANGED)
    messages = [desk.answer(quick_scene.chat) for _ in range(2)]
    for message in messages:
        desk.operator.call("im.message.update", MESSAGE_ID=message, MESSAGE="changed")
    desk.portal.write(lambda tx: tx.run("update offline_events set fact = '{}' where id = 3"))
    assert [row["EVENT_DATA"] is False for row in listed(app)] == [False, False, True, False]
    assert [row["EVENT_DATA"] is False for row in taken(app)] == [False, False, True, False]


# who may


@pytest.mark.parametrize("method", METHODS)
def test_queue_is_for_administrators(quick_portal: Portal, method: str) -> None:
    own = acting_for(quick_portal.app(), quick_portal.person())
    assert refused(own.call(f"event.offline.{method}", process_id="p")) == DENIED


@pytest.mark.parametrize("method", METHODS)
def test_queue_is_for_applications(quick_portal: Portal, method: str) -> None:
    hook = quick_portal.webhook(scopes="im")
    assert hook.call(f"event.offline.{method}", process_id="p").error == (403, "WRONG_AUTH_TYPE")


# event.offline.get


def test_rows_are_taken_oldest_change_first(scene: Scene) -> None:
    rows = scene.answer(3)
    assert ids(taken(scene.app, limit=2)) == rows[:2]
    assert ids(taken(scene.app, limit=2)) == rows[2:]


def test_fifty_rows_are_taken_unless_a_limit_says_otherwise(scene: Scene) -> None:
    scene.answer(53)
    assert scene.app.call("event.offline.list", start=-1).result[-1]["ID"] == "50"
    assert len(taken(scene.app, limit=1)) == 1
    assert len(taken(scene.app)) == 50
    assert len(taken(scene.app, limit=0)) == 2


@pytest.mark.parametrize("limit", [1001, 2**63 - 1])
def test_limit_is_limited(quick_scene: Scene, limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieline.services.offline.MOST_ROWS", 2)
    rows = quick_scene.answer(3)
    assert ids(taken(quick_scene.app, limit=limit)) == rows[:2]


def test_reserved_rows_are_hidden_until_they_are_cleared(scene: Scene) -> None:
    rows = scene.answer(3)
    process, reserved = reserve(scene.app, limit=2)
    assert len(process) == 32
    assert reserved == rows[:2]
    assert [row["PROCESS_ID"] for row in listed(scene.app)] == [process, process, ""]
    assert ids(taken(scene.app)) == rows[2:]
    assert scene.app.call("event.offline.clear", process_id=process).result is True
    assert listed(scene.app) == []


def test_process_takes_its_own_rows_again(scene: Scene) -> None:
    rows = scene.answer(3)
    process, _ = reserve(scene.app, limit=2)
    assert reserve(scene.app, process_id=process, limit=1) == (process, rows[:1])
    assert scene.app.call("event.offline.get", process_id=process).result["process_id"] is None
    assert ids(listed(scene.app)) == rows[2:]
    assert reserve(scene.app, process_id="unknown") == ("unknown", [])


def test_process_is_named_even_when_nothing_is_there(quick_scene: Scene) -> None:
    (first, nothing), (second, _) = reserve(quick_scene.app), reserve(quick_scene.app)
    assert nothing == []
    assert first != second
    assert quick_scene.app.call("event.offline.clear", process_id=first).result is True


def test_failed_rows_are_returned_on_demand(scene: Scene) -> None:
    rows = scene.answer(3)
    process, _ = reserve(scene.app, limit=2)
    assert scene.app.call("event.offline.error", process_id=process, message_id=[str(rows[0])]).result is True
    assert [(row["PROCESS_ID"], row["ERROR"]) for row in listed(scene.app)] == [
        (process, "1"),
        (process, "0"),
        ("", "0"),
    ]
    assert reserve(scene.app, process_id=process) == (process, rows[1:2])
    assert reserve(scene.app, process_id=process, error=1, limit=1) == (process, rows[:1])
    scene.app.call("event.offline.error", process_id=process, message_id=rows[:1])
    again, found = reserve(scene.app, error=1)
    assert found == [rows[0], rows[2]]
    assert ids(taken(scene.app, error=1)) == []
    assert [row["ERROR"] for row in listed(scene.app)] == ["0", "0", "0"]
    assert ids(taken(scene.app, process_id=again)) == found


def test_rows_reserved_for_thirty_days_are_forgotten(scene: Scene) -> None:
    rows = scene.answer(2)
    process, _ = reserve(scene.app, limit=1)
    app = acting_for_long(scene, 30 * DAY)
    assert ids(listed(app)) == rows
    app = acting_for_long(scene, 1)
    assert app.call("event.offline.list").body["total"] == 1
    assert ids(listed(app)) == rows[1:]
    assert reserve(app, process_id=process) == (process, [])
    assert ids(taken(app)) == rows[1:]


def acting_for_long(scene: Scene, milliseconds: int) -> Client:
    """Let time pass; returns the application with a new token."""
    scene.clock.move(milliseconds)
    return acting_for(scene.app, 1)


def test_parallel_readers_get_different_rows(scene: Scene) -> None:
    rows = scene.answer(40)
    found: list[list[int]] = []
    together = threading.Barrier(4)

    def read(process: bool) -> None:
        together.wait()
        while got := (reserve(scene.app, limit=3)[1] if process else ids(taken(scene.app, limit=3))):
            found.append(got)

    readers = [threading.Thread(target=read, args=(number % 2 == 0,)) for number in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert sorted(row for got in found for row in got) == rows


class Held:
    """A reader that has taken a row and whose transaction does not end, on an engine where others can go on."""

    def __init__(self, scene: Scene, limit: int) -> None:
        self._scene = scene
        self._limit = limit
        self._taken, self._goes_on = threading.Event(), threading.Event()
        self._read = scene.desk.portal.database.submit(self._reserve)
        assert self._taken.wait(10)

    def _reserve(self, tx: Tx) -> list[int]:
        app_id = self._scene.app.facts["id"]
        every: dict[str, Any] = {"conditions": [], "orders": [], "failed": False, "process_id": ""}
        found = [row.id for row in offline_store.take_rows(tx, 1, app_id, "", limit=self._limit, **every)]
        offline_store.reserve_rows(tx, 1, found, "p", self._scene.clock.now())
        self._taken.set()
        if tx.engine != "sqlite":
            assert self._goes_on.wait(10)
        return found

    def end(self) -> list[int]:
        """Let it commit; returns what it took."""
        self._goes_on.set()
        return self._read.result(10)


def test_reader_is_not_held_up_by_another(scene: Scene) -> None:
    rows = scene.answer(4)
    held = Held(scene, 2)
    assert ids(taken(scene.app)) == rows[2:]
    assert held.end() == rows[:2]
    assert ids(listed(scene.app)) == rows[:2]


def test_change_of_an_object_that_is_being_taken_is_queued_anew(scene: Scene) -> None:
    queue(scene.app, TEST)
    scene.app.call("event.test", n=1)
    held = Held(scene, 1)
    change = threading.Thread(target=scene.app.call, args=("event.test",), kwargs={"n": 2})
    change.start()
    change.join(0.2)
    held.end()
    change.join(10)
    assert [(row["PROCESS_ID"], row["EVENT_DATA"]["QUERY"]["n"]) for row in listed(scene.app)] == [("p", 1), ("", 2)]


# filter and order

FILTERS: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [1, 2, 3, 4]),
    ({"ID": 2}, [2]),
    ({"=ID": "2"}, [2]),
    ({"!ID": 2}, [1, 3, 4]),
    ({"!=ID": 2}, [1, 3, 4]),
    ({">ID": 2}, [3, 4]),
    ({">=ID": 2, "<ID": 4}, [2, 3]),
    ({"<=ID": 2}, [1, 2]),
    ({"@ID": [1, 4, 9]}, [1, 4]),
    ({"ID": {"0": 1, "1": 4}}, [1, 4]),
    ({"@ID": []}, []),
    ({"@ID": 3}, [3]),
    ({"!@ID": [1, 4]}, [2, 3]),
    ({"!ID": [1, 4]}, [2, 3]),
    ({"id": 2}, [2]),
    ({"%ID": 2}, [2]),
    ({"=MESSAGE_ID": 1}, [1]),
    ({"=MESSAGE_ID": 1, "=EVENT_NAME": ADDED, ">=ID": 1}, [1]),
    ({"=EVENT_NAME": ADDED}, [1, 2, 3]),
    ({"=EVENT_NAME": ADDED.lower()}, [1, 2, 3]),
    ({"!EVENT_NAME": ADDED}, [4]),
    ({"%EVENT_NAME": "apptest"}, [4]),
    ({"%EVENT_NAME": "ON_PPTEST"}, []),
    ({"=%EVENT_NAME": "onapp%"}, [4]),
    ({"!%EVENT_NAME": "test"}, [1, 2, 3]),
    ({"!%=EVENT_NAME": "%add"}, [4]),
    ({">TIMESTAMP_X": "2027-01-15T08:00:01+00:00"}, [3, 4]),
    ({">=TIMESTAMP_X": "2027-01-15T09:00:01+01:00"}, [2, 3, 4]),
    ({"=TIMESTAMP_X": "2027-01-15T08:00:02"}, [3]),
    ({"<TIMESTAMP_X": "2027-01-15"}, []),
]


@pytest.fixture
def four(scene: Scene) -> Client:
    """An application whose queue has three messages and a test event, changed a good second after each other."""
    queue(scene.app, TEST)
    for _ in range(3):
        scene.desk.answer(scene.chat)
        scene.clock.move(SECOND + 1)
    scene.app.call("event.test")
    return scene.app


def test_rows_are_chosen_by_conditions(four: Client) -> None:
    found = [(given, ids(listed(four, filter=given))) for given, _ in FILTERS]
    assert found == FILTERS
    for given, expected in FILTERS:
        assert (given, reserve(four, filter=given, process_id="p")[1]) == (given, [])
        assert (given, ids(four.call("event.offline.list", filter=given, start=-1).result)) == (given, expected)


def test_chosen_rows_alone_are_taken(four: Client) -> None:
    assert ids(taken(four, filter={"=MESSAGE_ID": 1, "=EVENT_NAME": ADDED, ">=ID": 1}, limit=5)) == [1]
    assert ids(taken(four, filter={">TIMESTAMP_X": "2027-01-15T08:00:02+00:00"})) == [4]
    assert ids(listed(four)) == [2, 3]


def test_list_is_narrowed_by_process_and_failure(four: Client) -> None:
    process, _ = reserve(four, limit=2)
    four.call("event.offline.error", process_id=process, message_id=[2])
    assert ids(listed(four, filter={"ERROR": 0}, order={"ID": "DESC"})) == [4, 3, 1]
    assert ids(listed(four, filter={"ERROR": 1})) == [2]
    assert ids(listed(four, filter={"=PROCESS_ID": process})) == [1, 2]
    assert ids(listed(four, filter={"PROCESS_ID": ""})) == [3, 4]


def test_rows_are_sorted_on_demand(four: Client) -> None:
    assert ids(listed(four, order={"ID": "desc"})) == [4, 3, 2, 1]
    assert ids(listed(four, order={"EVENT_NAME": "ASC", "TIMESTAMP_X": "DESC"})) == [4, 3, 2, 1]
    assert ids(listed(four, order={"event_name": "DESC"})) == [1, 2, 3, 4]
    assert ids(taken(four, order={"MESSAGE_ID": "DESC"}, limit=2)) == [4, 3]


BY = "array by ID, TIMESTAMP_X, EVENT_NAME, MESSAGE_ID"
NUMBER = "integer"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("filter", "ID", "array"),
        ("filter", {"NAME": 1}, BY),
        ("filter", {"=": 1}, BY),
        ("filter", {"ID=": 1}, BY),
        ("filter", {"ERROR": 1}, BY),
        ("filter", {"PROCESS_ID": "p"}, BY),
        ("filter", {"<>ID": 1}, "array with operators before the names of fields"),
        ("filter", {">ID": [1, 2]}, "array with one value for each such operator"),
        ("filter", {"ID": "one"}, NUMBER),
        ("filter", {"ID": None}, NUMBER),
        ("filter", {"ID": 2**63}, NUMBER),
        ("filter", {"ID": [1, [2]]}, NUMBER),
        ("filter", {"@ID": list(range(501))}, "array with at most 500 values for a field"),
        ("filter", {"MESSAGE_ID": "abc"}, NUMBER),
        ("filter", {"EVENT_NAME": None}, "string"),
        ("filter", {"%EVENT_NAME": "a" * 1001}, "array with at most 1000 characters in a value"),
        ("filter", {">TIMESTAMP_X": "yesterday"}, "datetime"),
        ("order", "ID", "array"),
        ("order", {"ID": "UP"}, "array with ASC or DESC"),
        ("order", {"ID": ["ASC"]}, "array with ASC or DESC"),
        ("order", {"ERROR": "ASC"}, BY),
        ("limit", "many", NUMBER),
        ("clear", "perhaps", "boolean"),
        ("error", "perhaps", "boolean"),
        ("process_id", ["p"], "string"),
        ("auth_connector", {"a": "b"}, "string"),
    ],
)
def test_wrong_parameter_takes_nothing(quick_app: Client, name: str, value: Any, expected: str) -> None:
    queue(quick_app, TEST)
    quick_app.call("event.test")
    told = (400, "ERROR_ARGUMENT", f"The value of an argument '{name}' must be of type {expected}")
    assert refused(quick_app.call("event.offline.get", **{name: value})) == told
    assert len(listed(quick_app)) == 1


@pytest.mark.parametrize(
    "form", ["filter[%3E%3DID]=2&filter[EVENT_NAME]=" + ADDED, "filter%5B%40ID%5D[]=2&filter[@ID][]=3"]
)
def test_filter_of_a_form_is_understood(four: Client, form: str) -> None:
    reply = four.form("event.offline.get", f"{form}&order[ID]=DESC&limit=5&clear=0")
    assert ids(reply.result["events"]) == [3, 2]


# event.offline.list


def test_list_pages_by_fifty(scene: Scene) -> None:
    rows = scene.answer(120)
    page = scene.app.call("event.offline.list").body
    assert (ids(page["result"]), page["total"], page["next"]) == (rows[:50], 120, 50)
    page = scene.app.call("event.offline.list", start=100, order={"ID": "DESC"}).body
    assert (ids(page["result"]), page["total"], "next" in page) == (rows[19::-1], 120, False)
    page = scene.app.call("event.offline.list", start=-1, filter={">ID": rows[0]}).body
    assert (ids(page["result"]), "total" in page, "next" in page) == (rows[1:51], False, False)


# event.offline.clear and event.offline.error


@pytest.mark.parametrize(
    ("params", "left"),
    [
        ({}, []),
        ({"id": []}, []),
        ({"id": [2]}, [1, 3]),
        ({"id": ["2", 9]}, [1, 3]),
        ({"message_id": ["1", "3"]}, [2]),
        ({"id": [1], "message_id": [2]}, [2, 3]),
    ],
)
def test_records_of_a_process_are_cleared(scene: Scene, params: dict[str, Any], left: list[int]) -> None:
    scene.answer(3)
    process, _ = reserve(scene.app)
    assert scene.app.call("event.offline.clear", process_id="another", **params).result is True
    assert len(listed(scene.app)) == 3
    assert scene.app.call("event.offline.clear", process_id=process, **params).result is True
    assert ids(listed(scene.app)) == left


def test_failed_records_are_cleared_by_name_alone(scene: Scene) -> None:
    rows = scene.answer(3)
    process, _ = reserve(scene.app)
    scene.app.call("event.offline.error", process_id=process, message_id=rows[:2])
    scene.app.call("event.offline.clear", process_id=process)
    assert ids(listed(scene.app)) == rows[:2]
    scene.app.call("event.offline.clear", process_id=process, message_id=rows[:1])
    assert ids(listed(scene.app)) == rows[1:2]


def test_unreserved_records_are_not_marked(scene: Scene) -> None:
    rows = scene.answer(2)
    process, _ = reserve(scene.app, limit=1)
    assert scene.app.call("event.offline.error", process_id=process, message_id=rows).result is True
    assert [row["ERROR"] for row in listed(scene.app)] == ["1", "0"]


@pytest.mark.parametrize("method", ["clear", "error"])
@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({}, "Argument 'process_id' is null or empty"),
        ({"process_id": ""}, "Argument 'process_id' is null or empty"),
        ({"process_id": ["p"]}, "The value of an argument 'process_id' must be of type string"),
        ({"process_id": "p", "message_id": ["x"]}, "The value of an argument 'message_id' must be of type integer"),
        ({"process_id": "p", "message_id": 5}, "The value of an argument 'message_id' must be of type array"),
    ],
)
def test_wrong_process_or_record_is_named(quick_app: Client, method: str, params: dict[str, Any], text: str) -> None:
    reply = quick_app.call(f"event.offline.{method}", **params)
    assert refused(reply) == (400, "ERROR_ARGUMENT", text)


# source keys


def test_queues_of_source_keys_are_separate(app: Client) -> None:
    queue(app, TEST)
    queue(app, TEST, auth_connector="shop")
    app.call("event.test")
    (plain,), (keyed,) = listed(app), listed(app, auth_connector="shop")
    assert plain["ID"] != keyed["ID"]
    assert listed(app, auth_connector="other") == []
    assert ids(taken(app, auth_connector="shop")) == [int(keyed["ID"])]
    assert len(taken(app)) == 1


def test_own_change_under_a_source_key_is_not_queued_there(scene: Scene) -> None:
    for connector in ("shop", "other"):
        queue(scene.app, ADDED, auth_connector=connector)
    scene.answer_by("shop")
    assert [len(listed(scene.app, auth_connector=connector)) for connector in ("", "shop", "other")] == [1, 0, 1]
    scene.desk.answer(scene.chat)
    assert [len(listed(scene.app, auth_connector=connector)) for connector in ("", "shop", "other")] == [2, 1, 2]


def test_key_of_another_application_hides_nothing(quick_scene: Scene) -> None:
    app, desk = quick_scene.app, quick_scene.desk
    queue(app, ADDED, auth_connector="shop")
    told = {"DIALOG_ID": f"chat{quick_scene.chat}", "MESSAGE": "text", "auth_connector": "shop"}
    assert desk.operator.call("im.message.add", **told).status == 200
    other = acting_for(desk.portal.app(), desk.operator_id)
    assert other.call("im.message.add", **told).status == 200
    assert len(listed(app, auth_connector="shop")) == 2


@pytest.mark.parametrize("name", ["auth_connector", "AUTH_CONNECTOR"])
def test_source_key_is_no_parameter_of_the_method(quick_app: Client, name: str) -> None:
    queue(quick_app, TEST)
    quick_app.call("event.test", n=1, **{name: "shop"})
    assert taken(quick_app)[0]["EVENT_DATA"]["QUERY"] == {"n": 1}


def test_source_key_of_a_form_is_heeded(quick_app: Client) -> None:
    queue(quick_app, TEST, auth_connector="7")
    quick_app.form("event.test", "auth_connector=7")
    quick_app.call("event.test", auth_connector=7)
    assert listed(quick_app, auth_connector="7") == []


def test_source_key_must_be_a_text(quick_app: Client) -> None:
    told = (400, "ERROR_ARGUMENT", "The value of an argument 'auth_connector' must be of type string")
    assert refused(quick_app.call("event.test", auth_connector=["shop"])) == told
    assert refused(quick_app.call("batch", cmd=["event.test"], auth_connector=["shop"])) == told


def test_source_key_holds_for_the_commands_of_a_batch(quick_app: Client) -> None:
    for connector in ("", "shop", "other"):
        queue(quick_app, TEST, auth_connector=connector)
    cmd = {"a": "event.test?n=1", "b": "event.test?n=2&auth_connector=other", "c": "event.test?auth_connector[]=x"}
    reply = quick_app.call("batch", cmd=cmd, auth_connector="shop").result
    assert reply["result"] == {"a": 1, "b": 1}
    assert reply["result_error"]["c"]["error"] == "ERROR_ARGUMENT"
    queued = {key: taken(quick_app, auth_connector=key)[0]["EVENT_DATA"]["QUERY"] for key in ("", "shop", "other")}
    assert queued == {"": {"n": "2"}, "shop": {"n": "2"}, "other": {"n": "1"}}


# ends of a queue


def test_unbinding_drops_the_queue(app: Client) -> None:
    for connector in ("", "shop"):
        queue(app, TEST, auth_connector=connector)
    app.call("event.test")
    reserve(app, auth_connector="shop")
    unbind = {"event": "OnAppTest", "event_type": "offline"}
    assert app.call("event.unbind", auth_connector="shop", **unbind).result == {"count": 1}
    assert (len(listed(app)), len(listed(app, auth_connector="shop"))) == (1, 0)
    queue(app, TEST, auth_connector="shop")
    assert app.call("event.unbind", **unbind).result == {"count": 2}
    assert listed(app) == []
    queue(app, TEST)
    assert listed(app) == []
    app.call("event.test")
    assert len(listed(app)) == 1


def test_unbinding_leaves_other_events_and_handlers(quick_scene: Scene) -> None:
    app = quick_scene.app
    queue(app, TEST)
    app.call("event.test")
    quick_scene.desk.answer(quick_scene.chat)
    app.call("event.bind", event=ADDED, handler="https://app.example/h")
    assert app.call("event.unbind", event=ADDED, handler="https://app.example/h").result == {"count": 1}
    assert len(listed(app)) == 2
    assert app.call("event.unbind", event=TEST, event_type="offline").result == {"count": 1}
    assert [row["EVENT_NAME"] for row in listed(app)] == [ADDED]


def test_queue_goes_with_its_subscription(app: Client) -> None:
    """An application that is removed loses its subscriptions, one by one."""
    queue(app, TEST)
    app.call("event.test")

    def remove(tx: Any) -> None:
        for binding in app_store.list_bindings(tx, 1, app_id=app.facts["id"]):
            app_store.remove_binding(tx, 1, binding.id)

    app.portal.write(remove)
    assert listed(app) == []
