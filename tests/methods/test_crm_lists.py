"""Lists of the CRM: filters, order, what is told, pages."""

from typing import Any

import pytest

from support.portal import Client, Portal

LEADS: list[dict[str, Any]] = [
    {"TITLE": "Alpha", "OPPORTUNITY": 10, "STATUS_ID": "NEW", "PHONE": "+49 170 1111111", "BIRTHDATE": "1990-01-02"},
    {"TITLE": "Beta 50%", "OPPORTUNITY": 20.5, "STATUS_ID": "JUNK", "NAME": "Ben", "EMAIL": "Ben@Example.com"},
    {"TITLE": "Gamma_1", "OPPORTUNITY": 30, "STATUS_ID": "IN_PROCESS", "NAME": "Carl", "OPENED": "N"},
    {"TITLE": "alphabet", "OPPORTUNITY": 10, "SOURCE_ID": "WEB", "IM": "imol|c|1|2|3", "BIRTHDATE": "2000-05-06"},
]


@pytest.fixture
def crm(portal: Portal) -> Client:
    """A webhook of a portal with four leads, each of another minute."""
    hook = portal.webhook(1, scopes="crm")
    for fields in LEADS:
        hook.call("crm.lead.add", fields=fields)
        portal.clock.move(60_000)
    return hook


FILTERS: list[tuple[dict[str, Any], str]] = [
    ({}, "1234"),
    ({"ID": 2}, "2"),
    ({"ID": ["1", 3]}, "13"),
    ({"@ID": [4, 99]}, "4"),
    ({"!ID": [1, 2]}, "34"),
    ({"!@ID": {"0": 1, "1": 2}}, "34"),
    ({">ID": 1, "<=ID": 3}, "23"),
    ({"TITLE": "Alpha"}, "1"),
    ({"=TITLE": "Nowhere"}, ""),
    ({"!TITLE": "Alpha"}, "234"),
    ({"!=TITLE": "Alpha"}, "234"),
    ({"%TITLE": "alpha"}, "14"),
    ({"!%TITLE": "alpha"}, "23"),
    ({"%TITLE": "%"}, "2"),
    ({"%TITLE": "_"}, "3"),
    ({"=%TITLE": "alp%"}, "14"),
    ({"%=TITLE": "%a"}, "1"),
    ({"!=%TITLE": "alp%"}, "23"),
    ({"!%=TITLE": "alp%"}, "23"),
    ({"NAME": ""}, "14"),
    ({"!NAME": ""}, "23"),
    ({"!NAME": "Ben"}, "134"),
    ({"@NAME": ["", "Ben"]}, "124"),
    ({"OPPORTUNITY": "20.5"}, "2"),
    ({">=OPPORTUNITY": 20}, "23"),
    ({"STATUS_ID": "JUNK"}, "2"),
    ({"STATUS_SEMANTIC_ID": "P", "!STATUS_ID": "NEW"}, "3"),
    ({"OPENED": "N"}, "3"),
    ({"HAS_PHONE": "Y"}, "1"),
    ({"HAS_IMOL": True}, "4"),
    ({"PHONE": "+491701111111"}, "1"),
    ({"=PHONE": "+49 (170) 111-11-11"}, "1"),
    ({"!PHONE": "+491701111111"}, "234"),
    ({"EMAIL": "ben@example.com"}, "2"),
    ({"@EMAIL": ["ben@example.com", "x@example.com"]}, "2"),
    ({"IM": "imol|c|1|2|3"}, "4"),
    ({"%IM": "imol"}, ""),
    ({"BIRTHDATE": "02.01.1990"}, "1"),
    ({">BIRTHDATE": "1995-01-01"}, "4"),
    ({"BIRTHDATE": ""}, "23"),
    ({">DATE_CREATE": "2027-01-15T08:00:30+00:00", "<DATE_CREATE": "2027-01-15T08:02:00Z"}, "2"),
    ({"DATE_CLOSED": ""}, "134"),
    ({"COMPANY_ID": 0}, "1234"),
    ({"!COMPANY_ID": 0}, ""),
    ({"ASSIGNED_BY_ID": ["1"], "NOWHERE": "x", "CONTACT_IDS": 5}, "1234"),
    ({"ID": "abc"}, ""),
    ({"ID": {"x": {"y": 1}}}, ""),
    ({"DATE_CREATE": "soon"}, ""),
    ({"OPENED": "perhaps"}, ""),
    ({"ID": []}, ""),
    ({"<=>TITLE": "x"}, "1234"),
]


def test_filter_finds(crm: Client) -> None:
    for given, expected in FILTERS:
        reply = crm.call("crm.lead.list", filter=given, select=["ID"])
        assert ("".join(one["ID"] for one in reply.result), reply.body["total"]) == (expected, len(expected)), given


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ({}, "1234"),
        ({"ID": "DESC"}, "4321"),
        ({"OPPORTUNITY": "asc", "ID": "desc"}, "4123"),
        ({"OPPORTUNITY": "DESC"}, "3214"),
        ({"NAME": "ASC"}, "1423"),
        ({"NAME": "DESC"}, "3214"),
        ({"PHONE": "ASC", "NOWHERE": "DESC", "ID": ["x"]}, "1234"),
    ],
)
def test_order_sorts(quick_portal: Portal, order: dict, expected: str) -> None:
    hook = quick_portal.webhook(1, scopes="crm")
    for fields in LEADS:
        hook.call("crm.lead.add", fields=fields)
    assert "".join(one["ID"] for one in hook.call("crm.lead.list", order=order).result) == expected


def test_order_puts_what_is_missing_alike_on_both_engines(crm: Client) -> None:
    for order, expected in (({"NAME": "ASC"}, "1423"), ({"NAME": "DESC"}, "3214")):
        assert "".join(one["ID"] for one in crm.call("crm.lead.list", order=order).result) == expected


def test_select_names_fields(crm: Client) -> None:
    def told(select: Any) -> set[str]:
        return set(crm.call("crm.lead.list", select=select, filter={"ID": 1}).result[0])

    everything = told([])
    assert {"ID", "TITLE", "HAS_PHONE"} <= everything
    assert not {"PHONE", "CONTACT_IDS"} & everything
    assert told(["*"]) == told(["*", "UF_*"]) == everything
    assert told(["TITLE", "NOWHERE", 5]) == told({"0": "TITLE"}) == told("TITLE") == {"ID", "TITLE"}
    assert told(["*", "PHONE", "EMAIL"]) == everything | {"PHONE"}
    assert told(["CONTACT_IDS"]) == {"ID", "CONTACT_IDS"}
    assert told(["UF_*"]) == {"ID"}


def test_multifields_are_told_by_their_names(crm: Client) -> None:
    rows = crm.call("crm.lead.list", select=["EMAIL", "PHONE"]).result
    assert [sorted(row) for row in rows] == [["ID", "PHONE"], ["EMAIL", "ID"], ["ID"], ["ID"]]
    assert rows[1]["EMAIL"][0]["VALUE"] == "Ben@Example.com"


def test_list_is_told_by_pages_of_fifty(quick_portal: Portal) -> None:
    hook = quick_portal.webhook(1, scopes="crm")
    calls = {f"c{number}": "crm.contact.add?fields[NAME]=A" for number in range(50)}
    hook.call("batch", cmd=calls)
    hook.call("batch", cmd=dict(list(calls.items())[:5]))
    first = hook.call("crm.contact.list", select=["ID"])
    assert (len(first.result), first.body["total"], first.body["next"]) == (50, 55, 50)
    second = hook.call("crm.contact.list", select=["ID"], start="50")
    assert [one["ID"] for one in second.result] == ["51", "52", "53", "54", "55"]
    assert second.body["total"] == 55
    assert "next" not in second.body
    fast = hook.call("crm.contact.list", start=-1, filter={">ID": 3})
    assert len(fast.result) == 50
    assert not {"total", "next"} & set(fast.body)
    for start in ("", "abc", [1], 10**30):
        assert hook.call("crm.contact.list", start=start, filter={"ID": 1}).body["total"] == 1
