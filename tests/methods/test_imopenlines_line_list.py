"""imopenlines.config.list.get: selecting, filtering, sorting and paging of open lines."""

from typing import Any

import pytest

from support.portal import Client, Portal
from tieline.services import lines as service


class Lines:
    """Five lines, and a webhook that lists them."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.operator = portal.person("John Smith")
        self.hook: Client = portal.webhook()
        for name, queue, wait in (("Alpha", True, 5), ("beta", False, 10), ("Gamma", True, 20), ("delta_1%", False, 9)):
            line = portal.line(*([self.operator] if queue else []), name=name)
            self.hook.call("imopenlines.config.update", CONFIG_ID=line, PARAMS={"QUEUE_TIME": wait})
        self.hook.call("imopenlines.config.add", PARAMS={"LINE_NAME": "Off", "ACTIVE": "N", "QUEUE_TIME": 100})

    def found(self, options: Any = None, **params: Any) -> list[dict[str, Any]]:
        """Return lines."""
        return self.hook.call("imopenlines.config.list.get", PARAMS=params, OPTIONS=options or {}).result

    def names(self, **params: Any) -> list[str]:
        """Return names of lines."""
        return [line["LINE_NAME"] for line in self.found(**params)]


@pytest.fixture
def lines(quick_portal: Portal) -> Lines:
    """Five lines."""
    return Lines(quick_portal)


def test_documented_request_has_the_documented_answer(portal: Portal) -> None:
    person = portal.person("John Smith")
    first, second = portal.line(person, name="VIP Support Line"), portal.line(name="Sales Line")
    reply = portal.webhook().call(
        "imopenlines.config.list.get",
        PARAMS={
            "select": ["ID", "LINE_NAME", "ACTIVE"],
            "filter": {"ACTIVE": "Y"},
            "order": {"ID": "asc"},
            "limit": 50,
        },
        OPTIONS={"QUEUE": "Y", "CONFIG_QUEUE": "Y"},
    )
    face = {"USER_NAME": "John Smith", "USER_WORK_POSITION": None, "USER_AVATAR": "", "USER_AVATAR_ID": None}
    assert reply.result == [
        {
            "ID": str(first),
            "LINE_NAME": "VIP Support Line",
            "ACTIVE": "Y",
            "QUEUE": [person],
            "QUEUE_USERS_FIELDS": {str(person): face},
            "CONFIG_QUEUE": [{"ENTITY_ID": str(person), "ENTITY_TYPE": "user"}],
        },
        {
            "ID": str(second),
            "LINE_NAME": "Sales Line",
            "ACTIVE": "Y",
            "QUEUE": [],
            "QUEUE_USERS_FIELDS": [],
            "CONFIG_QUEUE": [],
        },
    ]
    assert {"total", "next"}.isdisjoint(reply.body)


def test_all_lines_with_all_fields_without_parameters(lines: Lines) -> None:
    everything = lines.found()
    assert [line["LINE_NAME"] for line in everything] == ["Alpha", "beta", "Gamma", "delta_1%", "Off"]
    assert "QUEUE" not in everything[0]
    assert everything[0]["QUEUE_TIME"] == "5"
    assert lines.found(select=["*"]) == lines.found(select="") == everything


@pytest.mark.parametrize(
    ("select", "keys"),
    [
        (["LINE_NAME"], {"LINE_NAME", "ID"}),
        ({"0": "LINE_NAME", "1": "ID"}, {"LINE_NAME", "ID"}),
        ({"title": "LINE_NAME"}, {"title", "ID"}),
        ({"number": "ID"}, {"number"}),
    ],
)
def test_fields_are_selected_and_renamed(lines: Lines, select: Any, keys: set[str]) -> None:
    assert set(lines.found(select=select)[0]) == keys


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ({"ACTIVE": "N"}, ["Off"]),
        ({"=ACTIVE": "N"}, ["Off"]),
        ({"!ACTIVE": "Y"}, ["Off"]),
        ({"!=ACTIVE": "Y"}, ["Off"]),
        ({"LINE_NAME": "alpha"}, ["Alpha"]),
        ({"LINE_NAME": ["Alpha", "beta"]}, ["Alpha", "beta"]),
        ({"@LINE_NAME": ["Alpha", "beta"]}, ["Alpha", "beta"]),
        ({"!@LINE_NAME": ["Alpha", "beta"]}, ["Gamma", "delta_1%", "Off"]),
        ({"%LINE_NAME": "TA"}, ["beta", "delta_1%"]),
        ({"%LINE_NAME": "_1"}, ["delta_1%"]),
        ({"=%LINE_NAME": "%amm%"}, ["Gamma"]),
        ({"%=LINE_NAME": "%amm%"}, ["Gamma"]),
        ({"!%LINE_NAME": "a"}, ["Off"]),
        ({">QUEUE_TIME": 9}, ["beta", "Gamma", "Off"]),
        ({">=QUEUE_TIME": "9"}, ["beta", "Gamma", "delta_1%", "Off"]),
        ({"<QUEUE_TIME": "9"}, ["Alpha"]),
        ({"<=QUEUE_TIME": 9}, ["Alpha", "delta_1%"]),
        ({">QUEUE_TIME": 5, "ACTIVE": "Y", "!LINE_NAME": "Gamma"}, ["beta", "delta_1%"]),
        ({"XML_ID": ""}, ["Alpha", "beta", "Gamma", "delta_1%", "Off"]),
        ({"QUEUE_TIME": "9" * 30}, []),
    ],
)
def test_lines_are_filtered(lines: Lines, condition: dict[str, Any], names: list[str]) -> None:
    assert lines.names(filter=condition) == names


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ({"ID": "DESC"}, ["Off", "delta_1%", "Gamma", "beta", "Alpha"]),
        ({"QUEUE_TIME": "asc"}, ["Alpha", "delta_1%", "beta", "Gamma", "Off"]),
        ({"LINE_NAME": "ASC"}, ["Alpha", "beta", "delta_1%", "Gamma", "Off"]),
        ({"ACTIVE": "asc", "LINE_NAME": "desc"}, ["Off", "Gamma", "delta_1%", "beta", "Alpha"]),
    ],
)
def test_lines_are_sorted(lines: Lines, order: dict[str, str], names: list[str]) -> None:
    assert lines.names(order=order) == names


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ({"limit": 2}, ["Alpha", "beta"]),
        ({"limit": "2", "offset": "3"}, ["delta_1%", "Off"]),
        ({"offset": 4}, ["Off"]),
        ({"offset": 5}, []),
        ({"limit": 0}, []),
        ({"limit": 10_000}, ["Alpha", "beta", "Gamma", "delta_1%", "Off"]),
    ],
)
def test_lines_come_in_pages(lines: Lines, page: dict[str, Any], names: list[str]) -> None:
    assert lines.names(**page) == names


def test_page_is_of_50_and_at_most_of_200(quick_portal: Portal) -> None:
    def add(tx) -> None:
        call = quick_portal.admin_call(tx)
        for _ in range(201):
            service.add(call, {})

    quick_portal.write(add)
    hook = quick_portal.webhook()
    for params, count in (({}, 50), ({"limit": 200}, 200), ({"limit": 500}, 200), ({"offset": 200}, 1)):
        assert len(hook.call("imopenlines.config.list.get", PARAMS=params).result) == count


def test_permission_limits_the_list_to_own_lines(lines: Lines) -> None:
    admin, operator = lines.hook, lines.portal.webhook(lines.operator)

    def names(client: Client, action: str) -> list[str]:
        found = client.call("imopenlines.config.list.get", OPTIONS={"CHECK_PERMISSION": action}).result
        return [line["LINE_NAME"] for line in found]

    assert len(names(admin, "view")) == len(names(admin, "modify")) == len(names(operator, "")) == 5
    assert names(operator, "VIEW") == names(operator, "view") == ["Alpha", "Gamma"]
    assert names(operator, "modify") == []


@pytest.mark.parametrize(
    ("params", "options", "text"),
    [
        ({"top": 1, "select": ["ID"]}, {}, "Unsupported PARAMS fields are passed: top"),
        ({"select": "ID"}, {}, "A wrong format for the PARAMS field 'select' is passed"),
        ({"order": "ID"}, {}, "A wrong format for the PARAMS field 'order' is passed"),
        ({"filter": "ID"}, {}, "A wrong format for the PARAMS field 'filter' is passed"),
        ({"limit": "abc"}, {}, "A non-negative integer is expected in the PARAMS field 'limit'"),
        ({"limit": -1}, {}, "A non-negative integer is expected in the PARAMS field 'limit'"),
        ({"offset": -1}, {}, "A non-negative integer is expected in the PARAMS field 'offset'"),
        ({"offset": [1]}, {}, "A non-negative integer is expected in the PARAMS field 'offset'"),
        ({"select": [""]}, {}, "A wrong field name is passed in the PARAMS field 'select'"),
        ({"select": [[]]}, {}, "A wrong field name is passed in the PARAMS field 'select'"),
        ({"order": {"": "ASC"}}, {}, "A wrong field name is passed in the PARAMS field 'order'"),
        ({"filter": {"": "x"}}, {}, "A wrong field name is passed in the PARAMS field 'filter'"),
        ({"filter": {">=": "x"}}, {}, "A wrong field name is passed in the PARAMS field 'filter'"),
        ({"select": ["QUEUE"]}, {}, "An unknown field 'QUEUE' is passed in the PARAMS field 'select'"),
        ({"order": {"NAME": "ASC"}}, {}, "An unknown field 'NAME' is passed in the PARAMS field 'order'"),
        ({"filter": {"%name": "x"}}, {}, "An unknown field 'name' is passed in the PARAMS field 'filter'"),
        ({"select": {"a-b": "ID"}}, {}, "A wrong field alias is passed in the PARAMS field 'select'"),
        (
            {"select": {"ACTIVE": "ID"}},
            {},
            "The alias 'ACTIVE' matches an existing field in the PARAMS field 'select'",
        ),
        ({"order": {"ID": "UP"}}, {}, "A wrong sorting direction is passed in the PARAMS field 'order'"),
        ({}, {"LIMIT": 1}, "Unsupported OPTIONS fields are passed: LIMIT"),
        ({}, {"QUEUE": ["Y"]}, "A wrong format for the OPTIONS field 'QUEUE' is passed"),
        ({}, {"CONFIG_QUEUE": {"a": "Y"}}, "A wrong format for the OPTIONS field 'CONFIG_QUEUE' is passed"),
        ({}, {"CHECK_PERMISSION": "fly"}, "An unknown value for the OPTIONS field 'CHECK_PERMISSION' is passed"),
    ],
)
def test_wrong_selection_is_refused_in_the_documented_words(
    lines: Lines, params: dict[str, Any], options: dict[str, Any], text: str
) -> None:
    reply = lines.hook.call("imopenlines.config.list.get", PARAMS=params, OPTIONS=options)
    assert (*reply.error, reply.text) == (400, "INVALID_FORMAT", text)


@pytest.mark.parametrize("name", ["PARAMS", "OPTIONS"])
def test_parameters_are_objects(lines: Lines, name: str) -> None:
    reply = lines.hook.call("imopenlines.config.list.get", **{name: "abc"})
    assert (*reply.error, reply.text) == (400, "INVALID_FORMAT", f"A wrong format for the field '{name}' is passed")
