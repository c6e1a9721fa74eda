"""crm.duplicate.findbycomm: telephones and addresses, however they are written."""

import subprocess
import sys

import pytest

from support.portal import Client, Portal, refused


@pytest.fixture
def crm(quick_portal: Portal) -> Client:
    """A webhook of the administrator's."""
    return quick_portal.webhook(1, scopes="crm")


def find(crm: Client, kind: str, *values: object, **more: object):
    return crm.call("crm.duplicate.findbycomm", type=kind, values=list(values), **more).result


def test_each_type_is_found_by_phone_and_address(portal: Portal) -> None:
    crm = portal.webhook(1, scopes="crm")
    for noun in ("lead", "contact", "company"):
        crm.call(f"crm.{noun}.add", fields={"PHONE": "+49 170 1234567", "EMAIL": "Anna@Example.com"})
    everybody = {"LEAD": [1], "CONTACT": [1], "COMPANY": [1]}
    assert find(crm, "PHONE", "+491701234567") == find(crm, "email", "anna@EXAMPLE.com") == everybody
    assert find(crm, "PHONE", "+491701234567", entity_type="contact") == {"CONTACT": [1]}
    assert find(crm, "PHONE", "+491701234567", entity_type="DEAL") == []
    assert find(crm, "PHONE", "+491701234568", "1") == []
    assert crm.call("crm.duplicate.findbycomm", type="PHONE", values="+491701234567").result == everybody


@pytest.mark.parametrize(
    "written",
    [
        *("+491701234567", "+49 (170) 123-45-67", "4917 01234567", "0049 170 1234567", "01701234567", "0170/1234567"),
        *("+49 170 1234567 ext. 12", 491701234567),
    ],
)
def test_number_is_the_same_however_it_is_written(crm: Client, written: object) -> None:
    crm.portal.write(lambda tx: (tx.run("update portals set language = 'de'"), tx.touch(1)))
    crm.call("crm.contact.add", fields={"PHONE": "+49 170 1234567"})
    assert find(crm, "PHONE", written) == {"CONTACT": [1]}


@pytest.mark.parametrize("written", ["491701234567", "0049 170 1234567", "(415) 555-2671", "1 415 555 2671"])
def test_number_of_another_country_needs_its_code_alone(crm: Client, written: str) -> None:
    crm.call("crm.contact.add", fields={"PHONE": ["+49 170 1234567", "+1 415-555-2671"]})
    assert find(crm, "PHONE", written) == {"CONTACT": [1]}


def test_what_is_no_number_is_compared_by_its_digits(crm: Client) -> None:
    crm.call("crm.contact.add", fields={"PHONE": ["*7", "ask Anna"]})
    assert find(crm, "PHONE", "7*") == find(crm, "PHONE", "Ask anna") == {"CONTACT": [1]}


def test_changed_number_is_found_by_its_new_form_alone(crm: Client) -> None:
    crm.call("crm.lead.add", fields={"PHONE": "+49 170 1234567"})
    row = crm.call("crm.lead.get", id=1).result["PHONE"][0]
    crm.call("crm.lead.update", id=1, fields={"PHONE": [{"ID": row["ID"], "VALUE": "+49 170 7654321"}]})
    assert find(crm, "PHONE", "+491701234567") == []
    assert find(crm, "PHONE", "+491707654321") == {"LEAD": [1]}
    crm.call("crm.lead.delete", id=1)
    assert find(crm, "PHONE", "+491707654321") == []


def test_twenty_of_a_type_end_the_search(crm: Client) -> None:
    commands = {f"c{number}": "crm.contact.add?fields[EMAIL]=a@example.com" for number in range(20)}
    crm.call("batch", cmd=commands | {"lead": "crm.lead.add?fields[EMAIL]=a@example.com"})
    crm.call("crm.company.add", fields={"EMAIL": "a@example.com"})
    found = find(crm, "EMAIL", "a@example.com")
    assert (found["LEAD"], len(found["CONTACT"]), "COMPANY" in found) == ([1], 20, False)
    crm.call("crm.contact.delete", id=1)
    assert find(crm, "EMAIL", "a@example.com")["COMPANY"] == [1]


def test_twenty_values_are_looked_at(crm: Client) -> None:
    crm.call("crm.lead.add", fields={"EMAIL": "a@example.com"})
    others = [f"x{number}@example.com" for number in range(19)]
    assert find(crm, "EMAIL", *others, "a@example.com") == {"LEAD": [1]}
    assert find(crm, "EMAIL", *others, "one@more.com", "a@example.com") == []


def test_search_is_refused(crm: Client) -> None:
    def told(**params: object) -> tuple:
        return refused(crm.call("crm.duplicate.findbycomm", **params))

    no_type = (400, "400", "Communication type is not defined")
    assert told(values=["1"]) == told(type="", values=["1"]) == told(type=["x"], values=["1"]) == no_type
    text = "Communication type 'WEB' is not supported in current context"
    assert told(type="WEB", values=["1"]) == (400, "400", text)
    no_values = (400, "400", "Communication values is not defined")
    assert told(type="PHONE") == told(type="PHONE", values=[]) == told(type="PHONE", values=[[1], ""]) == no_values


def test_library_of_numbers_is_loaded_by_the_first_number_alone() -> None:
    program = """import sys
import tieline.methods
from tieline.services import phones
assert list(phones.find("Order 12345, please", "en")) == []
assert "phonenumbers" not in sys.modules
assert phones.normal("+49 170 1234567", "en") == "+491701234567"
assert "phonenumbers" in sys.modules"""
    subprocess.run([sys.executable, "-c", program], check=True)
