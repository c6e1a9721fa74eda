"""user.userfield.*: fields that a portal adds, and what people have in them."""

from typing import Any

import pytest

from support.portal import Client, Portal, refused

DENIED = (400, "", "Access denied.")
WRONG_ID = (400, "", "ID is not defined or invalid")
CANNOT = (400, "ERROR_CORE", "Fail to create new user field")
SCOPES = "user,user.userfield"
PLAIN = {
    "ENTITY_ID": "USER",
    "XML_ID": None,
    "SORT": "100",
    "MULTIPLE": "N",
    "MANDATORY": "N",
    "SHOW_FILTER": "N",
    "SHOW_IN_LIST": "Y",
    "EDIT_IN_LIST": "Y",
    "IS_SEARCHABLE": "N",
}
NO_MOMENT = {"DEFAULT_VALUE": {"VALUE": "", "TYPE": "NONE"}}
BLOCK = {
    "IBLOCK_TYPE_ID": "",
    "IBLOCK_ID": "0",
    "DEFAULT_VALUE": "",
    "DISPLAY": "LIST",
    "LIST_HEIGHT": 1,
    "ACTIVE_FILTER": "N",
}
SETTINGS: dict[str, Any] = {
    "string": {"DEFAULT_VALUE": "", "ROWS": 1},
    "integer": {"DEFAULT_VALUE": ""},
    "double": {"DEFAULT_VALUE": "", "PRECISION": 2},
    "date": NO_MOMENT,
    "datetime": NO_MOMENT,
    "boolean": {"DEFAULT_VALUE": 0, "DISPLAY": "CHECKBOX"},
    "file": [],
    "enumeration": {"DISPLAY": "LIST", "LIST_HEIGHT": 1, "CAPTION_NO_VALUE": "", "SHOW_NO_VALUE": "Y"},
    "url": {"DEFAULT_VALUE": ""},
    "address": {"DEFAULT_VALUE": ""},
    "money": {"DEFAULT_VALUE": ""},
    "iblock_section": BLOCK,
    "iblock_element": BLOCK,
    "employee": [],
    "crm": {"LEAD": "Y", "CONTACT": "N", "COMPANY": "N", "DEAL": "N"},
    "crm_status": {"ENTITY_TYPE": ""},
}


@pytest.fixture
def admin(portal: Portal) -> Client:
    """A webhook of an administrator."""
    return portal.webhook(scopes=SCOPES)


@pytest.fixture
def quick_admin(quick_portal: Portal) -> Client:
    """The same, for what no engine can change."""
    return quick_portal.webhook(scopes=SCOPES)


def add(client: Client, name: str, kind: str = "string", **fields: Any) -> int:
    return client.call("user.userfield.add", fields={"FIELD_NAME": name, "USER_TYPE_ID": kind, **fields}).result


def listed(client: Client, **params: Any) -> list[dict[str, Any]]:
    return client.call("user.userfield.list", **params).result


def items(client: Client) -> list[dict[str, Any]]:
    return listed(client)[0]["LIST"]


def value(client: Client, name: str, user_id: int = 1) -> Any:
    return client.call("user.get", ID=user_id).result[0][name]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("DEALS", "UF_USR_DEALS"),
        ("UF_DEALS", "UF_USR_DEALS"),
        ("UF_USR_DEALS", "UF_USR_DEALS"),
        (" deals_2 ", "UF_USR_DEALS_2"),
    ],
)
def test_name_of_a_field_gets_its_prefix(quick_admin: Client, given: str, name: str) -> None:
    add(quick_admin, given)
    assert [field["FIELD_NAME"] for field in listed(quick_admin)] == [name]


def test_types_have_their_settings(admin: Client) -> None:
    ids = {kind: add(admin, f"F_{kind}", kind) for kind in SETTINGS}
    body = admin.call("user.userfield.list").body
    assert body["total"] == len(SETTINGS)
    assert {field["USER_TYPE_ID"]: field for field in body["result"]} == {
        kind: {
            **PLAIN,
            "ID": str(ids[kind]),
            "FIELD_NAME": f"UF_USR_F_{kind.upper()}",
            "USER_TYPE_ID": kind,
            "SETTINGS": settings,
            **({"LIST": []} if kind == "enumeration" else {}),
        }
        for kind, settings in SETTINGS.items()
    }


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("string", {"DEFAULT_VALUE": "x", "ROWS": "3", "OTHER": 1}, {"DEFAULT_VALUE": "x", "ROWS": 3}),
        ("string", {"DEFAULT_VALUE": ["x"], "ROWS": 0}, SETTINGS["string"]),
        ("string", {"ROWS": "9" * 40}, SETTINGS["string"]),
        ("double", {"PRECISION": 0}, {"DEFAULT_VALUE": "", "PRECISION": 0}),
        ("double", {"PRECISION": -1}, SETTINGS["double"]),
        ("boolean", {"DEFAULT_VALUE": 7, "DISPLAY": "RADIO"}, {"DEFAULT_VALUE": 1, "DISPLAY": "RADIO"}),
        ("boolean", {"DEFAULT_VALUE": -7, "DISPLAY": "UI"}, SETTINGS["boolean"]),
        (
            "date",
            {"DEFAULT_VALUE": {"TYPE": "FIXED", "VALUE": "2024-01-01"}},
            {"DEFAULT_VALUE": {"TYPE": "FIXED", "VALUE": "2024-01-01"}},
        ),
        ("date", {"DEFAULT_VALUE": {"TYPE": "SOON"}}, NO_MOMENT),
        ("date", {"DEFAULT_VALUE": "2024-01-01"}, NO_MOMENT),
        ("crm", {"DEAL": "Y"}, {"LEAD": "N", "CONTACT": "N", "COMPANY": "N", "DEAL": "Y"}),
        ("crm_status", {"ENTITY_TYPE": "SOURCE"}, {"ENTITY_TYPE": "SOURCE"}),
        ("string", "no settings", SETTINGS["string"]),
    ],
)
def test_setting_that_does_not_fit_has_its_default(quick_admin: Client, kind: str, given: Any, kept: Any) -> None:
    add(quick_admin, "A", kind, SETTINGS=given)
    assert listed(quick_admin)[0]["SETTINGS"] == kept


def test_field_is_described_and_changed(admin: Client) -> None:
    flags = {"MANDATORY": "Y", "SHOW_FILTER": "Y", "SHOW_IN_LIST": "N", "EDIT_IN_LIST": "N", "IS_SEARCHABLE": "Y"}
    number = add(admin, "A", XML_ID="outer", SORT=150, MULTIPLE="Y", **flags)
    expected = {"XML_ID": "outer", "SORT": "150", "MULTIPLE": "Y", **flags, "SHOW_FILTER": "E"}
    told = listed(admin)[0]
    assert {name: told[name] for name in expected} == expected
    changes = {"SORT": "7", "MANDATORY": "N", "SETTINGS": {"ROWS": 5}, "MULTIPLE": "N", "USER_TYPE_ID": "integer"}
    assert admin.call("user.userfield.update", id=number, fields=changes).result is True
    told = listed(admin)[0]
    expected |= {"SORT": "7", "MANDATORY": "N", "SETTINGS": {"DEFAULT_VALUE": "", "ROWS": 5}, "USER_TYPE_ID": "string"}
    assert {name: told[name] for name in expected} == expected
    assert admin.call("user.userfield.update", id=number).result is True


def test_labels_come_in_the_asked_language(quick_admin: Client) -> None:
    labels = {"LABEL": "Deals", "EDIT_FORM_LABEL": {"de": "Geschäfte", "en": "Bargains"}, "HELP_MESSAGE": "Help"}
    number = add(quick_admin, "A", **labels)
    assert "EDIT_FORM_LABEL" not in listed(quick_admin)[0]

    def told(language: str) -> list[str]:
        field = listed(quick_admin, filter={"LANG": language})[0]
        return [field[f"{kind}_LABEL"] for kind in ("EDIT_FORM", "LIST_COLUMN", "LIST_FILTER")] + [
            field["ERROR_MESSAGE"],
            field["HELP_MESSAGE"],
        ]

    assert told("de") == ["Geschäfte", "Deals", "Deals", "Deals", "Help"]
    quick_admin.call("user.userfield.update", id=number, fields={"EDIT_FORM_LABEL": {"de": "Abschlüsse"}})
    assert (told("de")[0], told("en")[0], told("fr")[0]) == ("Abschlüsse", "Bargains", "")


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"USER_TYPE_ID": "string"}, (400, "", "The 'FIELD_NAME' field is not found.")),
        ({"FIELD_NAME": " ", "USER_TYPE_ID": "string"}, (400, "", "The 'FIELD_NAME' field is not found.")),
        ({"FIELD_NAME": ["A"], "USER_TYPE_ID": "string"}, (400, "", "The 'FIELD_NAME' field is not found.")),
        ({"FIELD_NAME": "A"}, (400, "", "The 'USER_TYPE_ID' field is not found.")),
        (
            {"FIELD_NAME": "A", "USER_TYPE_ID": ""},
            (400, "ERROR_ARGUMENT", "Argument 'USER_TYPE_ID' is null or empty"),
        ),
        ({"FIELD_NAME": "A", "USER_TYPE_ID": "unknown"}, CANNOT),
        ({"FIELD_NAME": "a-b", "USER_TYPE_ID": "string"}, CANNOT),
        ({"FIELD_NAME": "UF_USR_", "USER_TYPE_ID": "string"}, CANNOT),
        ({"FIELD_NAME": "A" * 99, "USER_TYPE_ID": "string"}, CANNOT),
        ({"FIELD_NAME": "Ä", "USER_TYPE_ID": "string"}, CANNOT),
        ({"FIELD_NAME": "A", "USER_TYPE_ID": "string", "SORT": "x"}, CANNOT),
        ({"FIELD_NAME": "A", "USER_TYPE_ID": "string", "MULTIPLE": "maybe"}, CANNOT),
        ({"FIELD_NAME": "A", "USER_TYPE_ID": "string", "SHOW_FILTER": "maybe"}, CANNOT),
        ({"FIELD_NAME": "A", "USER_TYPE_ID": "enumeration", "LIST": ["x"]}, CANNOT),
        ({"FIELD_NAME": "A", "USER_TYPE_ID": "enumeration", "LIST": [{"SORT": 1}]}, CANNOT),
        (
            {"FIELD_NAME": "TAKEN", "USER_TYPE_ID": "string"},
            (400, "ERROR_CORE", "Field UF_USR_TAKEN for USER object already exists"),
        ),
    ],
)
def test_wrong_field_is_not_added(quick_admin: Client, fields: dict[str, Any], refusal: Any) -> None:
    add(quick_admin, "TAKEN")
    assert refused(quick_admin.call("user.userfield.add", fields=fields)) == refusal
    assert [field["FIELD_NAME"] for field in listed(quick_admin)] == ["UF_USR_TAKEN"]


def test_fields_are_asked_for(quick_admin: Client) -> None:
    for given, text in [
        (None, "Argument 'fields' is null or empty"),
        ("x", "The value of an argument 'fields' must be of type array"),
    ]:
        assert refused(quick_admin.call("user.userfield.add", fields=given)) == (400, "ERROR_ARGUMENT", text)


def test_fields_have_a_limit(quick_admin: Client) -> None:
    quick_admin.portal.write(
        lambda tx: tx.many(
            """insert into user_fields (portal_id, name, type, sort, multiple, mandatory, show_filter, show_in_list,
            edit_in_list, is_searchable, settings, labels) values (1, :name, 'string', 1, 0, 0, 'N', 1, 1, 0, '{}',
            '{}')""",
            [{"name": f"UF_USR_{n}"} for n in range(1016)],
        )
    )
    quick_admin.portal.write(lambda tx: tx.touch(1))
    reply = quick_admin.call("user.userfield.add", fields={"FIELD_NAME": "ONE_MORE", "USER_TYPE_ID": "string"})
    assert refused(reply) == CANNOT
    first = quick_admin.call("user.userfield.list", start=1000).body
    assert (len(first["result"]), first["total"], "next" in first) == (16, 1016, False)
    assert quick_admin.call("user.userfield.list").body["next"] == 50


@pytest.mark.parametrize("method", ["user.userfield.update", "user.userfield.delete"])
@pytest.mark.parametrize(
    ("number", "refusal"),
    [(None, WRONG_ID), ("", WRONG_ID), ("x", WRONG_ID), (0, WRONG_ID), (True, WRONG_ID), ([1], WRONG_ID), (99, DENIED)],
)
def test_field_must_be_named(quick_admin: Client, method: str, number: Any, refusal: Any) -> None:
    assert refused(quick_admin.call(method, id=number, fields={"SORT": 1})) == refusal


def test_wrong_change_is_refused(quick_admin: Client) -> None:
    number = add(quick_admin, "A")
    assert refused(quick_admin.call("user.userfield.update", id=number, fields={"SORT": "x"})) == CANNOT


def test_fields_are_the_administrators(quick_portal: Portal) -> None:
    number = add(quick_portal.webhook(scopes=SCOPES), "A")
    hook = quick_portal.webhook(quick_portal.person(), scopes=SCOPES)
    assert refused(hook.call("user.userfield.add", fields={"FIELD_NAME": "B", "USER_TYPE_ID": "string"})) == DENIED
    for method in ("user.userfield.update", "user.userfield.delete", "user.userfield.list"):
        assert refused(hook.call(method, id=number)) == DENIED
    other = quick_portal.webhook(scopes="user")
    assert other.call("user.userfield.list").error == (401, "insufficient_scope")


@pytest.mark.difference(43)
def test_no_field_has_a_file(quick_admin: Client) -> None:
    assert refused(quick_admin.call("user.userfield.file.get", id=1, field="UF_USR_A", value=1)) == DENIED
    add(quick_admin, "A", "file")
    reply = quick_admin.call("user.update", ID=1, UF_USR_A=["a.txt", "QQ=="])
    assert refused(reply) == (400, "ERROR_CORE", "The field UF_USR_A cannot have this value")
    assert value(quick_admin, "UF_USR_A") == ""


LISTS: list[tuple[dict[str, Any], str]] = [
    ({}, "ABC"),
    ({"order": {"SORT": "desc"}}, "CBA"),
    ({"order": {"USER_TYPE_ID": "asc", "SORT": "desc"}}, "BCA"),
    ({"order": "FIELD_NAME"}, "ABC"),
    ({"order": {"NOTHING": "asc"}}, "ABC"),
    ({"order": 5}, "ABC"),
    ({"filter": {"USER_TYPE_ID": "string"}}, "AC"),
    ({"filter": {"!USER_TYPE_ID": "string"}}, "B"),
    ({"filter": {"!=FIELD_NAME": ["UF_USR_A", "UF_USR_B"]}}, "C"),
    ({"filter": {"@SORT": [10, "20"]}}, "AB"),
    ({"filter": {"!@SORT": [10, "20"]}}, "C"),
    ({"filter": {">SORT": 10, "<=SORT": "20"}}, "B"),
    ({"filter": {">=SORT": 20}}, "BC"),
    ({"filter": {"<SORT": 20}}, "A"),
    ({"filter": {"%FIELD_NAME": "usr_b"}}, "B"),
    ({"filter": {"!%FIELD_NAME": "usr_b"}}, "AC"),
    ({"filter": {"=%FIELD_NAME": "%_C"}}, "C"),
    ({"filter": {"%=FIELD_NAME": "UF%USR%B"}}, "B"),
    ({"filter": {"=%FIELD_NAME": "UF"}}, ""),
    ({"filter": {"=%FIELD_NAME": "UF%USR%USR%"}}, ""),
    ({"filter": {"!%=FIELD_NAME": "%A"}}, "BC"),
    ({"filter": {"MULTIPLE": "Y"}}, "C"),
    ({"filter": {"NOTHING": "x"}}, "ABC"),
    ({"start": 2}, "C"),
]


def test_fields_are_filtered_and_sorted(quick_admin: Client) -> None:
    for name, kind, sort in (("A", "string", 10), ("B", "integer", 20), ("C", "string", 100)):
        add(quick_admin, name, kind, SORT=sort, MULTIPLE="Y" if name == "C" else "N")
    told = {
        str(params): "".join(field["FIELD_NAME"][-1] for field in listed(quick_admin, **params)) for params, _ in LISTS
    }
    assert told == {str(params): expected for params, expected in LISTS}


@pytest.mark.parametrize(
    ("kind", "given", "told"),
    [
        ("string", " a text ", "a text"),
        ("string", 5, "5"),
        ("string", "", ""),
        ("integer", "42", "42"),
        ("integer", -7, "-7"),
        ("double", "3.14159", "3.14"),
        ("double", 2, "2.00"),
        ("date", "2024-02-29", "2024-02-29T00:00:00+00:00"),
        ("date", "29.02.2024", "2024-02-29T00:00:00+00:00"),
        ("datetime", "2024-02-29T10:00:00+02:00", "2024-02-29T08:00:00+00:00"),
        ("datetime", "29.02.2024 10:00", "2024-02-29T10:00:00+00:00"),
        ("boolean", "Y", "1"),
        ("boolean", False, "0"),
        ("url", "https://example.com", "https://example.com"),
        ("address", "Rome|41;12", "Rome|41;12"),
        ("money", "100.50|EUR", "100.50|EUR"),
        ("iblock_element", "7", "7"),
        ("employee", 1, "1"),
        ("crm", "D_12", "D_12"),
        ("crm_status", "NEW", "NEW"),
    ],
)
def test_value_is_kept_as_its_type_has_it(quick_admin: Client, kind: str, given: Any, told: str) -> None:
    add(quick_admin, "A", kind)
    assert quick_admin.call("user.update", ID=1, UF_USR_A=given).result is True
    assert value(quick_admin, "UF_USR_A") == told


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("string", ["a"]),
        ("string", {"a": "b"}),
        ("integer", "1.5"),
        ("integer", "1_000"),
        ("integer", "9" * 30),
        ("double", "much"),
        ("double", "nan"),
        ("double", "1e400"),
        ("date", "soon"),
        ("date", "2023-02-29"),
        ("datetime", "9999-12-31T23:59:59"),
        ("boolean", "maybe"),
        ("enumeration", 1),
        ("money", "much"),
        ("iblock_section", 0),
        ("employee", 99),
        ("employee", "Klaus"),
        ("crm", "; drop"),
    ],
)
def test_value_that_does_not_fit_is_refused(quick_admin: Client, kind: str, given: Any) -> None:
    add(quick_admin, "A", kind)
    reply = quick_admin.call("user.update", ID=1, UF_USR_A=given)
    assert refused(reply) == (400, "ERROR_CORE", "The field UF_USR_A cannot have this value")
    assert value(quick_admin, "UF_USR_A") == ""


def test_field_may_have_several_values(admin: Client) -> None:
    add(admin, "A", "integer", MULTIPLE="Y")
    assert value(admin, "UF_USR_A") == []
    admin.call("user.update", ID=1, UF_USR_A=[3, "1", "", 2])
    assert value(admin, "UF_USR_A") == ["3", "1", "2"]
    admin.call("user.update", ID=1, UF_USR_A={"0": 5})
    assert value(admin, "UF_USR_A") == ["5"]
    assert admin.call("user.update", ID=1, UF_USR_A=list(range(101))).error == (400, "ERROR_CORE")
    admin.call("user.update", ID=1, UF_USR_A=[])
    assert value(admin, "UF_USR_A") == []


def test_list_has_items(admin: Client) -> None:
    number = add(
        admin, "A", "enumeration", LIST=[{"VALUE": "one", "XML_ID": "first"}, {"VALUE": "two", "DEF": "Y", "SORT": 5}]
    )
    one, two = items(admin)
    assert (two["VALUE"], two["SORT"], two["DEF"], len(two["XML_ID"])) == ("two", "5", "Y", 32)
    assert (one["VALUE"], one["SORT"], one["DEF"], one["XML_ID"]) == ("one", "0", "N", "first")
    admin.call("user.update", ID=1, UF_USR_A=one["ID"])
    changes = [{"ID": one["ID"], "VALUE": "uno"}, {"ID": two["ID"], "DEL": "Y"}, {"VALUE": "three"}]
    assert admin.call("user.userfield.update", id=number, fields={"LIST": changes}).result is True
    assert [(item["VALUE"], item["XML_ID"] == "first") for item in items(admin)] == [("uno", True), ("three", False)]
    assert value(admin, "UF_USR_A") == one["ID"]
    gone = {"LIST": [{"ID": one["ID"], "DEL": "Y"}]}
    admin.call("user.userfield.update", id=number, fields=gone)
    assert value(admin, "UF_USR_A") == ""


def test_new_person_has_the_defaults(quick_admin: Client) -> None:
    add(quick_admin, "TEXT", SETTINGS={"DEFAULT_VALUE": "none yet"})
    add(quick_admin, "NUMBER", "integer", SETTINGS={"DEFAULT_VALUE": "no number"})
    add(quick_admin, "SINCE", "date", SETTINGS={"DEFAULT_VALUE": {"TYPE": "NOW"}})
    add(quick_admin, "FIXED", "datetime", SETTINGS={"DEFAULT_VALUE": {"TYPE": "FIXED", "VALUE": "2024-01-01"}})
    add(quick_admin, "FLAG", "boolean", SETTINGS={"DEFAULT_VALUE": 1})
    choices = [{"VALUE": "a", "DEF": "Y"}, {"VALUE": "b", "DEF": "Y"}]
    add(quick_admin, "ONE", "enumeration", LIST=choices)
    add(quick_admin, "MANY", "enumeration", LIST=choices, MULTIPLE="Y")
    user_id = quick_admin.call("user.add", EMAIL="a@example.com").result
    told = quick_admin.call("user.get", ID=user_id, select=["UF_*"]).result[0]
    assert {name.removeprefix("UF_USR_"): told[name] for name in told if name.startswith("UF_USR_")} == {
        "TEXT": "none yet",
        "NUMBER": "",
        "SINCE": "2027-01-15T00:00:00+00:00",
        "FIXED": "2024-01-01T00:00:00+00:00",
        "FLAG": "1",
        "ONE": "1",
        "MANY": ["3", "4"],
    }
    assert value(quick_admin, "UF_USR_TEXT") == ""


def test_mandatory_field_must_be_filled(quick_admin: Client) -> None:
    add(quick_admin, "A", MANDATORY="Y", ERROR_MESSAGE={"en": "Say something", "de": "Sag was"})
    missing = (400, "ERROR_CORE", "Say something")
    assert refused(quick_admin.call("user.add", EMAIL="a@example.com")) == missing
    assert refused(quick_admin.call("user.update", ID=1, UF_USR_A="")) == missing
    assert quick_admin.call("user.update", ID=1, NAME="A").result is True
    user_id = quick_admin.call("user.add", EMAIL="a@example.com", uf_usr_a="here").result
    assert value(quick_admin, "UF_USR_A", user_id) == "here"
    assert quick_admin.portal.person("From the command line") > user_id


def test_deleted_field_takes_its_values_with_it(admin: Client) -> None:
    number = add(admin, "A", "enumeration", LIST=[{"VALUE": "one"}])
    admin.call("user.update", ID=1, UF_USR_A=items(admin)[0]["ID"])
    assert admin.call("user.userfield.delete", id=number).result is True
    assert listed(admin) == []
    assert "UF_USR_A" not in admin.call("user.get").result[0]
    assert add(admin, "A", "enumeration") > number
    assert value(admin, "UF_USR_A") == ""


def test_values_take_the_scope_of_fields_or_the_whole_one(quick_admin: Client) -> None:
    add(quick_admin, "A")
    portal = quick_admin.portal
    for scopes, seen in (("user", True), ("user_brief,user.userfield", True), ("user_brief", False)):
        hook = portal.webhook(scopes=scopes)
        assert ("UF_USR_A" in hook.call("user.current").result) is seen
        assert ("UF_USR_A" in hook.call("user.get", select=["UF_*"]).result[0]) is seen
        assert "UF_USR_A" not in hook.call("user.fields").result


def test_people_are_filtered_and_sorted_by_values(admin: Client) -> None:
    for name, kind, multiple in [
        ("LEVEL", "integer", "N"),
        ("SINCE", "datetime", "N"),
        ("FLAG", "boolean", "N"),
        ("DAY", "date", "N"),
        ("TAGS", "string", "Y"),
        ("ROOMS", "integer", "Y"),
    ]:
        add(admin, name, kind, MULTIPLE=multiple)
    people = {"Anna": {"LEVEL": 9, "SINCE": "2024-01-01T00:00:00+01:00", "TAGS": ["red", "blue"], "ROOMS": [1, 20]},
              "Otto": {"LEVEL": 10, "DAY": "2024-05-01", "FLAG": "Y", "TAGS": ["red"], "ROOMS": 3}}  # fmt: skip
    for name, fields in people.items():
        values = {f"UF_USR_{field}": told for field, told in fields.items()}
        admin.call("user.add", EMAIL=f"{name}@example.com", NAME=name, **values)
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"FILTER": {">UF_USR_LEVEL": "9"}}, ["Otto"]),
        ({"FILTER": {"!UF_USR_LEVEL": 9}}, ["Administrator", "Otto"]),
        ({"FILTER": {"UF_USR_LEVEL": ["9", 10]}}, ["Anna", "Otto"]),
        ({"FILTER": {"UF_USR_LEVEL": "many"}}, []),
        ({"FILTER": {"<UF_USR_SINCE": "2024-01-01T00:00:00+00:00"}}, ["Anna"]),
        ({"FILTER": {"UF_USR_SINCE": "soon"}}, []),
        ({"FILTER": {"UF_USR_FLAG": "Y"}}, ["Otto"]),
        ({"FILTER": {">=UF_USR_DAY": "01.05.2024"}}, ["Otto"]),
        ({"FILTER": {"UF_USR_TAGS": "red"}}, ["Anna", "Otto"]),
        ({"FILTER": {"UF_USR_TAGS": ["blue", "green"]}}, ["Anna"]),
        ({"FILTER": {"!UF_USR_TAGS": "blue"}}, ["Administrator", "Otto"]),
        ({"FILTER": {"%UF_USR_TAGS": "LU"}}, ["Anna"]),
        ({"FILTER": {"!%UF_USR_TAGS": "e"}}, ["Administrator"]),
        ({"FILTER": {">UF_USR_ROOMS": 3}}, ["Anna"]),
        ({"FILTER": {"!@UF_USR_ROOMS": [1, 2]}}, ["Administrator", "Otto"]),
        ({"sort": "UF_USR_LEVEL", "order": "DESC"}, ["Otto", "Anna", "Administrator"]),
        ({"sort": "UF_USR_TAGS", "order": "DESC"}, ["Anna", "Otto", "Administrator"]),
        ({"sort": "UF_USR_ROOMS", "order": "ASC"}, ["Administrator", "Anna", "Otto"]),
    ]
    told = {str(params): [user["NAME"] for user in admin.call("user.get", **params).result] for params, _ in cases}
    assert told == {str(params): expected for params, expected in cases}
