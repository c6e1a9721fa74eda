"""Leads and deals: stages, what follows from them, amounts, and links with contacts and companies."""

import pytest

from support.crm import add_funnel
from support.portal import Client, Desk, Portal


@pytest.fixture
def crm(quick_portal: Portal) -> Client:
    """A webhook of the administrator's."""
    return quick_portal.webhook(1, scopes="crm")


def add(crm: Client, noun: str, **fields) -> int:
    return crm.call(f"crm.{noun}.add", fields=fields).result


def change(crm: Client, noun: str, number: int, **fields) -> dict:
    assert crm.call(f"crm.{noun}.update", id=number, fields=fields).result is True
    return crm.call(f"crm.{noun}.get", id=number).result


def get(crm: Client, noun: str, number: int) -> dict:
    return crm.call(f"crm.{noun}.get", id=number).result


def test_lead_has_defaults(crm: Client) -> None:
    told = get(crm, "lead", add(crm, "lead"))
    said = {
        "TITLE": "Lead #1",
        "STATUS_ID": "NEW",
        "STATUS_SEMANTIC_ID": "P",
        "OPPORTUNITY": "0.00",
        "IS_MANUAL_OPPORTUNITY": "N",
        "IS_RETURN_CUSTOMER": "N",
        "DATE_CLOSED": "",
        "BIRTHDATE": "",
        "MOVED_BY_ID": "1",
        "COMPANY_ID": None,
        "CONTACT_ID": None,
        "CURRENCY_ID": "EUR",
        "SOURCE_ID": None,
    }
    assert told.items() >= said.items()


def test_deal_has_defaults(crm: Client) -> None:
    told = get(crm, "deal", add(crm, "deal"))
    said = {
        "TITLE": "Deal #1",
        "TYPE_ID": "SALE",
        "CATEGORY_ID": "0",
        "STAGE_ID": "NEW",
        "STAGE_SEMANTIC_ID": "P",
        "IS_NEW": "Y",
        "CLOSED": "N",
        "IS_RECURRING": "N",
        "TAX_VALUE": "0.00",
        "SOURCE_ID": "CALL",
        "BEGINDATE": "2027-01-15T00:00:00+00:00",
        "CLOSEDATE": "2027-01-22T00:00:00+00:00",
        "LEAD_ID": None,
    }
    assert told.items() >= said.items()


def test_contact_and_company_have_the_first_entries_of_directories(crm: Client) -> None:
    contact = get(crm, "contact", add(crm, "contact"))
    told = [contact[name] for name in ("HONORIFIC", "TYPE_ID", "SOURCE_ID", "EXPORT")]
    assert told == ["HNR_EN_1", "CLIENT", "CALL", "Y"]
    company = get(crm, "company", add(crm, "company"))
    told = [company[name] for name in ("TITLE", "COMPANY_TYPE", "INDUSTRY", "EMPLOYEES", "REVENUE", "IS_MY_COMPANY")]
    assert told == ["Company #1", "CUSTOMER", "IT", "EMPLOYEES_1", "0.00", "N"]


def test_lead_moves_closes_and_opens_again(quick_portal: Portal, crm: Client) -> None:
    number = add(crm, "lead")
    quick_portal.clock.move(60_000)
    told = change(crm, "lead", number, STATUS_ID="JUNK")
    assert (told["STATUS_SEMANTIC_ID"], told["DATE_CLOSED"]) == ("F", "2027-01-15T08:01:00+00:00")
    quick_portal.clock.move(60_000)
    told = change(crm, "lead", number, TITLE="Still closed", STATUS_ID="NOWHERE")
    assert (told["STATUS_ID"], told["DATE_CLOSED"]) == ("JUNK", "2027-01-15T08:01:00+00:00")
    assert told["MOVED_TIME"] == "2027-01-15T08:01:00+00:00"
    told = change(crm, "lead", number, STATUS_ID="IN_PROCESS")
    assert (told["STATUS_SEMANTIC_ID"], told["DATE_CLOSED"]) == ("P", "")
    assert told["MOVED_TIME"] == "2027-01-15T08:02:00+00:00"
    assert change(crm, "lead", number, STATUS_ID="CONVERTED")["STATUS_SEMANTIC_ID"] == "S"


def test_deal_is_closed_by_its_stage(crm: Client) -> None:
    number = add(crm, "deal", STAGE_ID="PREPARATION", CLOSED="Y")
    told = get(crm, "deal", number)
    assert (told["IS_NEW"], told["STAGE_SEMANTIC_ID"], told["CLOSED"]) == ("N", "P", "Y")
    told = change(crm, "deal", number, STAGE_ID="WON", CLOSED="N")
    assert (told["STAGE_SEMANTIC_ID"], told["CLOSED"]) == ("S", "Y")
    told = change(crm, "deal", number, STAGE_ID="NEW")
    assert (told["STAGE_SEMANTIC_ID"], told["CLOSED"], told["IS_NEW"]) == ("P", "N", "Y")
    assert change(crm, "deal", number, STAGE_ID="APOLOGY")["STAGE_SEMANTIC_ID"] == "F"


def test_funnel_is_chosen_once_and_changed_by_a_stage_of_another(crm: Client) -> None:
    add_funnel(crm.portal)
    told = get(crm, "deal", add(crm, "deal", CATEGORY_ID=1))
    assert (told["CATEGORY_ID"], told["STAGE_ID"], told["IS_NEW"]) == ("1", "C1:NEW", "Y")
    assert change(crm, "deal", told["ID"], CATEGORY_ID=0)["CATEGORY_ID"] == "1"
    assert get(crm, "deal", add(crm, "deal", CATEGORY_ID=9))["CATEGORY_ID"] == "0"
    assert get(crm, "deal", add(crm, "deal", CATEGORY_ID=-5, STAGE_ID="C1:WON"))["CATEGORY_ID"] == "1"
    moved = change(crm, "deal", told["ID"], STAGE_ID="EXECUTING")
    assert (moved["CATEGORY_ID"], moved["STAGE_ID"]) == ("0", "EXECUTING")


def test_lead_of_a_known_customer_says_so(crm: Client) -> None:
    contact, company = add(crm, "contact", NAME="Anna"), add(crm, "company", TITLE="Acme")
    assert get(crm, "lead", add(crm, "lead", CONTACT_ID=contact))["IS_RETURN_CUSTOMER"] == "Y"
    number = add(crm, "lead", IS_RETURN_CUSTOMER="Y")
    assert get(crm, "lead", number)["IS_RETURN_CUSTOMER"] == "N"
    assert change(crm, "lead", number, COMPANY_ID=company)["IS_RETURN_CUSTOMER"] == "Y"


def test_amount_is_kept_as_text_with_cents(crm: Client) -> None:
    told = get(crm, "deal", add(crm, "deal", OPPORTUNITY="1000000.5", TAX_VALUE=3, PROBABILITY="99"))
    assert (told["OPPORTUNITY"], told["TAX_VALUE"], told["PROBABILITY"]) == ("1000000.50", "3.00", "99")


def test_dates_are_told_in_the_portals_zone(crm: Client) -> None:
    crm.portal.write(lambda tx: (tx.run("update portals set time_zone = 'Europe/Berlin'"), tx.touch(1)))
    number = add(crm, "deal", BEGINDATE="2026-07-01", CLOSEDATE="31.12.2026")
    told = get(crm, "deal", number)
    assert (told["BEGINDATE"], told["CLOSEDATE"]) == ("2026-07-01T00:00:00+02:00", "2026-12-31T00:00:00+01:00")
    assert change(crm, "deal", number, CLOSEDATE="")["CLOSEDATE"] == ""


def links(crm: Client, noun: str, name: str, number: int) -> list[str]:
    return crm.call(f"crm.{noun}.list", select=[name], filter={"ID": number}).result[0][name]


def test_lead_has_several_contacts_the_first_of_them_its_own(portal: Portal) -> None:
    crm = portal.webhook(1, scopes="crm")
    one, two, three = (add(crm, "contact", NAME=name) for name in "ABC")
    number = add(crm, "lead", CONTACT_IDS=[two, one, two, 99])
    assert get(crm, "lead", number)["CONTACT_ID"] == str(two)
    assert links(crm, "lead", "CONTACT_IDS", number) == [str(two), str(one)]
    change(crm, "lead", number, CONTACT_ID=three)
    assert links(crm, "lead", "CONTACT_IDS", number) == [str(three), str(two), str(one)]
    change(crm, "lead", number, CONTACT_IDS=[one, two], CONTACT_ID=two)
    assert links(crm, "lead", "CONTACT_IDS", number) == [str(two), str(one)]
    assert crm.call("crm.contact.delete", id=two).result is True
    assert get(crm, "lead", number)["CONTACT_ID"] is None
    assert links(crm, "lead", "CONTACT_IDS", number) == [str(one)]
    assert change(crm, "lead", number, CONTACT_ID=0)["CONTACT_ID"] is None
    assert links(crm, "lead", "CONTACT_IDS", number) == []


def test_contacts_of_a_deal_are_written_and_not_told(crm: Client) -> None:
    contact = add(crm, "contact", NAME="Anna")
    number = add(crm, "deal", CONTACT_IDS=[contact])
    (told,) = crm.call("crm.deal.list", select=["CONTACT_ID", "CONTACT_IDS"], filter={"CONTACT_IDS": 99}).result
    assert told == {"ID": str(number), "CONTACT_ID": str(contact)}


def test_company_and_contact_are_linked_from_both_sides(portal: Portal) -> None:
    crm = portal.webhook(1, scopes="crm")
    anna, ben = add(crm, "contact", NAME="Anna"), add(crm, "contact", NAME="Ben")
    acme = add(crm, "company", TITLE="Acme", CONTACT_ID=[anna, ben])
    other = add(crm, "company", TITLE="Other")
    assert links(crm, "company", "CONTACT_ID", acme) == [str(anna), str(ben)]
    assert get(crm, "contact", anna)["COMPANY_ID"] == str(acme)
    change(crm, "contact", anna, COMPANY_IDS=[other, acme])
    assert get(crm, "contact", anna)["COMPANY_ID"] == str(other)
    change(crm, "company", acme, CONTACT_ID=[ben])
    assert links(crm, "company", "CONTACT_ID", acme) == [str(ben)]
    assert links(crm, "contact", "COMPANY_IDS", anna) == [str(other)]
    found = crm.call("crm.company.list", filter={"CONTACT_ID": ben}, select=["ID"]).result
    assert found == [{"ID": str(acme)}]
    assert crm.call("crm.company.delete", id=acme).result is True
    assert get(crm, "contact", ben)["COMPANY_ID"] is None


@pytest.mark.parametrize(("noun", "code"), [("lead", "LEAD"), ("deal", "DEAL")])
def test_responsible_person_is_one_of_the_portal(quick_desk: Desk, noun: str, code: str) -> None:
    crm = quick_desk.portal.webhook(1, scopes="crm")
    number = add(crm, noun, ASSIGNED_BY_ID=quick_desk.operator_id)
    assert get(crm, noun, number)["ASSIGNED_BY_ID"] == str(quick_desk.operator_id)
    quick_desk.write_in()
    customer = quick_desk.portal.read(lambda tx: tx.one("select id from users where kind = 'customer'"))[0]
    told = change(crm, noun, number, ASSIGNED_BY_ID=customer)
    assert told["ASSIGNED_BY_ID"] == str(quick_desk.operator_id)
