"""Dialogs meet the CRM: customers are recognised, leads and deals are made, and what messages tell is kept."""

from typing import Any

import pytest

from support.crm import add_funnel
from support.portal import Desk
from support.receiver import Receiver
from tieline.services import crm_dialogs
from tieline.store import chats as chat_store
from tieline.store.sqlite import SqliteTx

ANNA = {"phone": "+49 170 1234567", "email": "anna@example.com"}


class Scene:
    """A desk, the CRM behind it, and a verb for its line's settings."""

    def __init__(self, desk: Desk, **settings: Any) -> None:
        self.desk = desk
        self.crm = desk.portal.webhook(1, scopes="crm,imopenlines")
        if settings:
            self.set(**settings)

    def set(self, **settings: Any) -> None:
        assert self.crm.call("imopenlines.config.update", CONFIG_ID=self.desk.line, PARAMS=settings).result is True

    def add(self, noun: str, **fields: Any) -> int:
        return self.crm.call(f"crm.{noun}.add", fields=fields).result

    def get(self, noun: str, number: int) -> dict:
        return self.crm.call(f"crm.{noun}.get", id=number).result

    def count(self, noun: str) -> int:
        return self.crm.call(f"crm.{noun}.list").body["total"]

    def bindings(self, chat: int) -> str:
        return self.crm.call("imopenlines.dialog.get", CHAT_ID=chat).result["entity_data_2"]

    def code(self, chat: int) -> str:
        return self.crm.call("imopenlines.dialog.get", CHAT_ID=chat).result["entity_id"]

    def close(self, chat: int) -> None:
        self.crm.call("imopenlines.operator.another.finish", CHAT_ID=chat)


@pytest.fixture
def scene(desk: Desk) -> Scene:
    """A desk with the defaults of a line: the CRM on, a lead for each new customer."""
    return Scene(desk)


@pytest.fixture
def quick(quick_desk: Desk) -> Scene:
    """The same on SQLite alone."""
    return Scene(quick_desk)


def test_new_customer_becomes_a_lead(scene: Scene) -> None:
    chat = scene.desk.write_in(user=ANNA)
    assert scene.bindings(chat) == "LEAD|1|COMPANY|0|CONTACT|0|DEAL|0"
    lead = scene.get("lead", 1)
    assert (lead["TITLE"], lead["NAME"], lead["LAST_NAME"]) == ("Anna Schmidt - Support", "Anna", "Schmidt")
    assert (lead["SOURCE_ID"], lead["STATUS_ID"], lead["OPENED"]) == ("MYCONNECTOR", "NEW", "Y")
    assert lead["ASSIGNED_BY_ID"] == str(scene.desk.operator_id)
    assert [one["VALUE"] for one in lead["PHONE"] + lead["EMAIL"]] == [ANNA["phone"], ANNA["email"]]
    (im,) = lead["IM"]
    assert (im["VALUE"], im["VALUE_TYPE"]) == (f"imol|{scene.code(chat)}", "OPENLINE")
    assert (lead["HAS_PHONE"], lead["HAS_EMAIL"], lead["HAS_IMOL"]) == ("Y", "Y", "Y")


def test_known_dialog_keeps_its_lead(scene: Scene) -> None:
    chat = scene.desk.write_in()
    scene.desk.write_in()
    scene.close(chat)
    assert scene.desk.write_in() == chat
    assert (scene.count("lead"), scene.bindings(chat)) == (1, "LEAD|1|COMPANY|0|CONTACT|0|DEAL|0")


@pytest.mark.parametrize("user", [{"phone": "0049 (170) 1234567"}, {"email": "ANNA@example.com"}])
def test_known_contact_is_recognised_and_learns_the_way_to_the_dialog(scene: Scene, user: dict) -> None:
    company = scene.add("company", TITLE="Acme")
    scene.add("lead", PHONE=ANNA["phone"], EMAIL=ANNA["email"])
    contact = scene.add("contact", NAME="Anna", PHONE=ANNA["phone"], EMAIL=ANNA["email"], COMPANY_ID=company)
    chat = scene.desk.write_in(user=user)
    assert scene.bindings(chat) == f"LEAD|0|COMPANY|{company}|CONTACT|{contact}|DEAL|0"
    assert [one["VALUE"] for one in scene.get("contact", contact)["IM"]] == [f"imol|{scene.code(chat)}"]
    assert scene.count("lead") == 1
    code = scene.crm.call("imopenlines.dialog.get", CHAT_ID=chat).result["entity_data_1"]
    assert code.split("|")[:3] == ["Y", "CONTACT", str(contact)]


def test_dialog_itself_leads_to_a_contact(quick: Scene) -> None:
    quick.set(CRM_CREATE="none")
    chat = quick.desk.write_in()
    assert quick.bindings(chat) == "LEAD|0|COMPANY|0|CONTACT|0|DEAL|0"
    contact = quick.add("contact", IM=[{"VALUE": f"imol|{quick.code(chat)}", "VALUE_TYPE": "OPENLINE"}])
    before = quick.get("contact", contact)["DATE_MODIFY"]
    quick.close(chat)
    quick.desk.portal.clock.move(60_000)
    quick.desk.write_in()
    assert quick.bindings(chat) == f"LEAD|0|COMPANY|0|CONTACT|{contact}|DEAL|0"
    assert quick.get("contact", contact)["DATE_MODIFY"] == before


def test_company_is_recognised(quick: Scene) -> None:
    company = quick.add("company", TITLE="Acme", EMAIL=ANNA["email"])
    assert quick.bindings(quick.desk.write_in(user=ANNA)) == f"LEAD|0|COMPANY|{company}|CONTACT|0|DEAL|0"


def test_open_lead_is_recognised_and_a_closed_one_is_not(quick: Scene) -> None:
    quick.add("lead", PHONE=ANNA["phone"], STATUS_ID="JUNK")
    first = quick.desk.write_in(user=ANNA)
    assert quick.bindings(first) == "LEAD|2|COMPANY|0|CONTACT|0|DEAL|0"
    second = quick.desk.write_in(user=ANNA | {"id": "another"})
    assert quick.bindings(second) == "LEAD|2|COMPANY|0|CONTACT|0|DEAL|0"
    assert len(quick.get("lead", 2)["IM"]) == 2


def test_operator_who_writes_first_finds_the_customer_recognised(quick: Scene) -> None:
    quick.set(CRM="N")
    chat = quick.desk.write_in(user=ANNA)
    quick.close(chat)
    quick.set(CRM="Y")
    contact = quick.add("contact", PHONE=ANNA["phone"])
    quick.desk.answer(chat)
    assert quick.bindings(chat) == f"LEAD|0|COMPANY|0|CONTACT|{contact}|DEAL|0"


@pytest.mark.parametrize("settings", [{"CRM": "N"}, {"CRM_CREATE": "none"}])
def test_line_that_makes_nothing(quick: Scene, settings: dict) -> None:
    quick.set(**settings)
    chat = quick.desk.write_in(user=ANNA)
    assert (quick.count("lead"), quick.bindings(chat)) == (0, "LEAD|0|COMPANY|0|CONTACT|0|DEAL|0")


def test_line_without_the_crm_recognises_nobody(quick: Scene) -> None:
    quick.set(CRM="N")
    quick.add("contact", PHONE=ANNA["phone"])
    assert quick.bindings(quick.desk.write_in(user=ANNA)) == "LEAD|0|COMPANY|0|CONTACT|0|DEAL|0"


def test_message_may_keep_out_of_the_crm(quick: Scene) -> None:
    quick.set(CRM_CHAT_TRACKER="Y")
    chat = quick.desk.write_in("Call +49 170 1234567", message={"disable_crm": "Y"})
    assert (quick.count("lead"), quick.bindings(chat)) == (0, "LEAD|0|COMPANY|0|CONTACT|0|DEAL|0")
    quick.desk.write_in("Hello again")
    assert quick.count("lead") == 0, "a session's first message alone makes a lead"


def test_manager_who_writes_outside_makes_no_lead(quick: Scene) -> None:
    quick.desk.write_in(message={"user_id": quick.desk.operator_id})
    assert quick.count("lead") == 0


def test_group_is_nobody_in_the_crm(quick_portal: Any) -> None:
    group = Scene(Desk(quick_portal, CHAT_GROUP="Y"))
    group.add("contact", PHONE=ANNA["phone"])
    chat = group.desk.write_in(user=ANNA)
    assert (group.count("lead"), group.bindings(chat)) == (0, "LEAD|0|COMPANY|0|CONTACT|0|DEAL|0")


@pytest.mark.parametrize(
    ("user", "kept"), [({"phone": "123"}, "N"), ({"phone": "123", "skip_phone_validate": "Y"}, "Y")]
)
def test_number_that_nobody_can_call_is_kept_on_demand_alone(quick: Scene, user: dict, kept: str) -> None:
    quick.desk.write_in(user=user)
    assert quick.get("lead", 1)["HAS_PHONE"] == kept


def test_address_that_is_none_is_not_kept(quick: Scene) -> None:
    quick.desk.write_in(user={"email": "ext-user-42"})
    assert quick.get("lead", 1)["HAS_EMAIL"] == "N"


def test_source_is_that_of_the_line_or_of_the_connector(quick: Scene) -> None:
    quick.set(CRM_SOURCE="WEB")
    quick.desk.write_in(user={"id": "one"})
    quick.set(CRM_SOURCE="create")
    quick.desk.write_in(user={"id": "two"})
    quick.desk.write_in(user={"id": "three"})
    assert [quick.get("lead", number)["SOURCE_ID"] for number in (1, 2, 3)] == ["WEB", "MYCONNECTOR", "MYCONNECTOR"]
    made = quick.desk.portal.read(
        lambda tx: tx.all("select name, sort from crm_statuses where status_id = 'MYCONNECTOR'")
    )
    assert made == [("My connector", 130)]


def test_line_without_operators_makes_leads_of_who_installed_the_application(quick: Scene) -> None:
    quick.set(QUEUE=[])
    quick.desk.write_in()
    assert quick.get("lead", 1)["ASSIGNED_BY_ID"] == "1"


def test_new_customer_becomes_a_contact_with_a_deal(scene: Scene) -> None:
    scene.set(CRM_CREATE="deal", CRM_SOURCE="WEB")
    chat = scene.desk.write_in(user=ANNA)
    assert scene.bindings(chat) == "LEAD|0|COMPANY|0|CONTACT|1|DEAL|1"
    deal, contact = scene.get("deal", 1), scene.get("contact", 1)
    assert (deal["TITLE"], deal["CONTACT_ID"], deal["CATEGORY_ID"]) == ("Anna Schmidt - Support", "1", "0")
    assert (deal["ASSIGNED_BY_ID"], deal["SOURCE_ID"]) == (str(scene.desk.operator_id), "WEB")
    assert (contact["NAME"], contact["HAS_PHONE"], contact["HAS_IMOL"]) == ("Anna", "Y", "Y")
    data = scene.crm.call("imopenlines.dialog.get", CHAT_ID=chat).result["entity_data_1"]
    assert data.split("|")[:3] == ["Y", "DEAL", "1"]


def test_deals_are_made_in_the_funnel_of_the_line(quick: Scene) -> None:
    add_funnel(quick.desk.portal)
    quick.set(CRM_CREATE="deal", CRM_CREATE_SECOND="1")
    quick.desk.write_in()
    assert (quick.get("deal", 1)["CATEGORY_ID"], quick.get("deal", 1)["STAGE_ID"]) == ("1", "C1:NEW")


@pytest.mark.parametrize(("third", "deals"), [("Y", 2), ("N", 1)])
def test_known_customer_gets_another_deal_if_the_line_says_so(quick: Scene, third: str, deals: int) -> None:
    quick.set(CRM_CREATE="deal", CRM_CREATE_THIRD=third)
    chat = quick.desk.write_in(user=ANNA)
    quick.close(chat)
    quick.desk.write_in(user=ANNA)
    assert (quick.count("deal"), quick.count("contact")) == (1, 1)
    quick.crm.call("crm.deal.update", id=1, fields={"STAGE_ID": "WON"})
    quick.close(chat)
    quick.desk.write_in(user=ANNA)
    assert (quick.count("deal"), quick.count("contact")) == (deals, 1)
    assert quick.bindings(chat) == f"LEAD|0|COMPANY|0|CONTACT|1|DEAL|{deals}"


def test_open_deal_of_a_known_company_is_found(quick: Scene) -> None:
    quick.set(CRM_CREATE="deal")
    company = quick.add("company", TITLE="Acme", PHONE=ANNA["phone"])
    quick.add("deal", COMPANY_ID=company, STAGE_ID="LOSE")
    newest = [quick.add("deal", COMPANY_ID=company) for _ in range(2)][1]
    chat = quick.desk.write_in(user=ANNA)
    assert quick.bindings(chat) == f"LEAD|0|COMPANY|{company}|CONTACT|0|DEAL|{newest}"


def test_open_lead_needs_no_deal(quick: Scene) -> None:
    quick.set(CRM_CREATE="deal")
    quick.add("lead", PHONE=ANNA["phone"])
    assert quick.bindings(quick.desk.write_in(user=ANNA)) == "LEAD|1|COMPANY|0|CONTACT|0|DEAL|0"


def test_numbers_and_addresses_in_messages_are_added(scene: Scene) -> None:
    scene.set(CRM_CHAT_TRACKER="Y")
    scene.desk.write_in("I am at +49 170 1234567 or anna@example.com, order 123456789.")
    scene.desk.write_in("Once more: +49 (170) 1234567, ANNA@example.com; in the evening +49 30 901820")
    lead = scene.get("lead", 1)
    assert [one["VALUE"] for one in lead["PHONE"]] == ["+49 170 1234567", "+49 30 901820"]
    assert [one["VALUE"] for one in lead["EMAIL"]] == ["anna@example.com"]


@pytest.mark.parametrize(
    "text", [f"a@{'b.' * 200}com", "@" * 3_000, "1234567890" * 2_000, "x" * 5_000 + " a@example.com"]
)
def test_text_that_tells_nothing_is_taken_all_the_same(quick: Scene, text: str) -> None:
    quick.set(CRM_CHAT_TRACKER="Y")
    quick.desk.write_in(text)
    assert not {"PHONE", "EMAIL"} & set(quick.get("lead", 1))


def test_number_of_what_is_gone_leads_to_nobody(scene: Scene) -> None:
    scene.desk.portal.write(
        lambda tx: tx.run(
            """insert into crm_multifields (portal_id, entity_type, entity_id, type_id, value_type, value, normal)
            values (1, 3, 99, 'PHONE', 'WORK', '+491701234567', '+491701234567')"""
        )
    )
    assert scene.bindings(scene.desk.write_in(user=ANNA)) == "LEAD|1|COMPANY|0|CONTACT|0|DEAL|0"


def test_numbers_in_messages_are_searched_first(scene: Scene) -> None:
    scene.set(CRM_CHAT_TRACKER="Y")
    contact = scene.add("contact", NAME="Anna", PHONE=ANNA["phone"])
    chat = scene.desk.write_in("Call me: +49 170 1234567. Or anna@example.com")
    assert (scene.bindings(chat), scene.count("lead")) == (f"LEAD|0|COMPANY|0|CONTACT|{contact}|DEAL|0", 0)
    told = scene.get("contact", contact)
    assert (len(told["PHONE"]), told["EMAIL"][0]["VALUE"]) == (1, "anna@example.com")


def test_number_of_a_later_message_finds_the_contact(quick: Scene) -> None:
    quick.set(CRM_CHAT_TRACKER="Y", CRM_CREATE="none")
    contact = quick.add("contact", NAME="Anna", PHONE=ANNA["phone"])
    chat = quick.desk.write_in()
    quick.desk.write_in("It is +49 170 1234567")
    assert quick.bindings(chat) == f"LEAD|0|COMPANY|0|CONTACT|{contact}|DEAL|0"
    quick.desk.write_in("Unknown +49 30 901820, of anna@example.com")
    assert quick.get("contact", contact)["EMAIL"][0]["VALUE"] == "anna@example.com"


def test_nothing_is_added_without_the_tracker(quick: Scene) -> None:
    quick.desk.write_in("I am at +49 170 1234567 or anna@example.com")
    assert "PHONE" not in quick.get("lead", 1)


@pytest.mark.parametrize(("change", "expected"), [("Y", True), ("N", False)])
def test_transfer_changes_who_is_responsible(quick: Scene, change: str, expected: bool) -> None:
    quick.set(CRM_CREATE="deal", CRM_TRANSFER_CHANGE=change)
    chat = quick.desk.write_in()
    other = quick.desk.portal.person()
    transferred = quick.crm.call("imopenlines.operator.transfer", CHAT_ID=chat, USER_ID=other)
    assert transferred.result is True
    people = {quick.get(noun, 1)["ASSIGNED_BY_ID"] for noun in ("contact", "deal")}
    assert people == {str(other if expected else quick.desk.operator_id)}


def test_transfer_to_a_queue_changes_it_too(quick: Scene) -> None:
    chat = quick.desk.write_in()
    other = quick.desk.portal.person()
    line = quick.desk.portal.line(other, name="Second")
    assert quick.crm.call("imopenlines.operator.transfer", CHAT_ID=chat, QUEUE_ID=line).result is True
    assert quick.get("lead", 1)["ASSIGNED_BY_ID"] == str(other)


def test_responsible_person_is_known_for_routing(quick: Scene) -> None:
    portal = quick.desk.portal
    chat, person = quick.desk.write_in(), portal.person()

    def responsible() -> int | None:
        def job(tx: Any) -> int | None:
            found = chat_store.find_chat(tx, 1, chat)
            assert found is not None
            return crm_dialogs.responsible(portal.admin_call(tx), found)

        return portal.read(job)

    assert responsible() == quick.desk.operator_id
    quick.crm.call("crm.lead.update", id=1, fields={"ASSIGNED_BY_ID": person})
    assert responsible() == person
    portal.webhook(1, scopes="user").call("user.update", ID=person, ACTIVE="N")
    assert responsible() is None
    quick.crm.call("crm.lead.delete", id=1)
    assert responsible() is None


def test_deleted_object_leaves_its_dialog(scene: Scene) -> None:
    scene.set(CRM_CREATE="deal")
    chat = scene.desk.write_in()
    scene.crm.call("crm.deal.delete", id=1)
    assert scene.bindings(chat) == "LEAD|0|COMPANY|0|CONTACT|1|DEAL|0"
    scene.crm.call("crm.contact.delete", id=1)
    assert scene.bindings(chat) == "LEAD|0|COMPANY|0|CONTACT|0|DEAL|0"


def test_inbox_tells_of_the_binding_too(quick: Scene) -> None:
    quick.desk.write_in()
    (item,) = quick.desk.operator.call("im.recent.list").result["items"]
    assert item["chat"]["entity_data_2"] == "LEAD|1|COMPANY|0|CONTACT|0|DEAL|0"
    assert item["chat"]["entity_data_1"].startswith("Y|LEAD|1|")


def test_lead_of_a_dialog_is_told_to_applications(desk: Desk, receiver: Receiver) -> None:
    app = desk.portal.app("crm")
    app.call("event.bind", event="onCrmLeadAdd", handler=f"{receiver.url}/crm")
    desk.write_in()
    assert receiver.wait(1)[0].form["data"] == {"FIELDS": {"ID": "1"}}


def test_several_new_customers_of_one_request_become_leads_of_their_own(scene: Scene) -> None:
    messages = [scene.desk.message(user={"id": f"user-{number}"}) for number in range(5)]
    scene.desk.send(*messages)
    assert scene.count("lead") == 5


def statements(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> int:
    """Count the statements of a message that comes into an open dialog, when all caches are filled."""
    for _ in range(2):
        scene.desk.write_in()
    counted: list[str] = []
    compile_text = SqliteTx._sql

    def counting(self: SqliteTx, sql: str) -> str:
        counted.append(sql)
        return compile_text(self, sql)

    with monkeypatch.context() as patch:
        patch.setattr(SqliteTx, "_sql", counting)
        scene.desk.write_in("Just a text")
    return len(counted)


@pytest.mark.parametrize("settings", [{}, {"CRM_CHAT_TRACKER": "Y"}, {"CRM_CREATE": "none"}])
def test_message_into_an_open_dialog_costs_the_same_with_the_crm(
    quick: Scene, monkeypatch: pytest.MonkeyPatch, settings: dict
) -> None:
    quick.set(CRM="N")
    without = statements(quick, monkeypatch)
    assert without > 3
    quick.set(CRM="Y", **settings)
    chat = quick.desk.write_in()
    quick.close(chat)
    assert statements(quick, monkeypatch) == without
