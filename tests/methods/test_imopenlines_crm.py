"""imopenlines.crm.*: dialogs of objects of the CRM, who takes part in them, leads by hand."""

from typing import Any

import pytest

from support.portal import Client, Desk, refused

ANNA = {"phone": "+49 170 1234567"}
OBJECT = {"CRM_ENTITY_TYPE": "contact", "CRM_ENTITY": 1}


class Scene:
    """A contact with two dialogs, the second one active last."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.admin = desk.portal.webhook(1, scopes="imopenlines,crm,im")
        self.admin.call("crm.contact.add", fields={"NAME": "Anna", "PHONE": ANNA["phone"]})
        self.first = desk.write_in(user=ANNA)
        desk.portal.clock.move(60_000)
        self.second = desk.write_in(user=ANNA | {"id": "other"})

    def call(self, method: str, **params: Any) -> Any:
        return self.admin.call(f"imopenlines.crm.{method}", **params)

    def person(self) -> int:
        return self.desk.portal.person()

    def members(self, chat: int) -> list[int]:
        rows = self.desk.portal.read(
            lambda tx: tx.all("select user_id from members where chat_id = :chat order by user_id", chat=chat)
        )
        return [row[0] for row in rows]


@pytest.fixture
def scene(desk: Desk) -> Scene:
    """A contact with two dialogs."""
    return Scene(desk)


@pytest.fixture
def quick(quick_desk: Desk) -> Scene:
    """The same on SQLite alone."""
    return Scene(quick_desk)


def listed(scene: Scene, **params: Any) -> list[str]:
    return [one["CHAT_ID"] for one in scene.call("chat.get", **OBJECT | params).result]


def test_dialogs_of_an_object_are_listed(scene: Scene) -> None:
    assert scene.call("chat.get", **OBJECT).result == [
        {"CHAT_ID": str(chat), "CONNECTOR_ID": "myconnector", "CONNECTOR_TITLE": "My connector"}
        for chat in (scene.second, scene.first)
    ]
    scene.admin.call("imopenlines.operator.another.finish", CHAT_ID=scene.second)
    assert listed(scene) == [str(scene.first)]
    assert sorted(listed(scene, ACTIVE_ONLY="N")) == sorted([str(scene.first), str(scene.second)])
    assert listed(scene, CRM_ENTITY=99) == listed(scene, CRM_ENTITY=0) == listed(scene, CRM_ENTITY_TYPE="lead") == []


def test_connector_that_is_gone_has_no_title(quick: Scene) -> None:
    assert quick.desk.app.call("imconnector.unregister", ID=quick.desk.code).result == {"result": True}
    assert {one["CONNECTOR_TITLE"] for one in quick.call("chat.get", **OBJECT).result} == {""}


def test_last_dialog_of_an_object_is_the_one_active_last(scene: Scene) -> None:
    assert scene.call("chat.getLastId", **OBJECT).result == scene.second
    scene.desk.portal.clock.move(60_000)
    scene.desk.write_in(user=ANNA)
    assert scene.call("chat.getLastId", CRM_ENTITY_TYPE="CONTACT", CRM_ENTITY="1").result == scene.first


MISSING_TYPE = (400, "ERROR_ARGUMENT", "Argument 'CRM_ENTITY_TYPE' is null or empty")
MISSING_ENTITY = (400, "ERROR_ARGUMENT", "Argument 'CRM_ENTITY' is null or empty")
WRONG_ENTITY = (400, "ERROR_ARGUMENT", "The value of an argument 'CRM_ENTITY' has an invalid type")
EMPTY_DATA = (400, "CRM_CHAT_EMPTY_CRM_DATA", "Empty CRM data")
NO_OBJECT = (400, "CRM_CHAT_EMPTY_CRM_DATA", "Could not find CRM object")
NO_JOINING = (403, "ACCESS_DENIED", "Access denied! You don't have access to join user to chat")


def test_list_of_dialogs_is_refused(quick: Scene) -> None:
    assert refused(quick.call("chat.get", CRM_ENTITY=1)) == MISSING_TYPE
    assert refused(quick.call("chat.get", CRM_ENTITY_TYPE="lead")) == MISSING_ENTITY
    assert refused(quick.call("chat.get", CRM_ENTITY_TYPE="lead", CRM_ENTITY="x")) == WRONG_ENTITY
    denied = (403, "ACCESS_DENIED", "Access denied! You don't have access to this action")
    assert refused(quick.call("chat.get", CRM_ENTITY_TYPE="quote", CRM_ENTITY=1)) == denied


def test_last_dialog_is_refused(quick: Scene) -> None:
    assert refused(quick.call("chat.getLastId")) == EMPTY_DATA
    assert refused(quick.call("chat.getLastId", CRM_ENTITY_TYPE="lead")) == EMPTY_DATA
    assert refused(quick.call("chat.getLastId", CRM_ENTITY_TYPE="lead", CRM_ENTITY=[1])) == WRONG_ENTITY
    for kind, number in (("lead", 1), ("contact", 99), ("quote", 1)):
        assert refused(quick.call("chat.getLastId", CRM_ENTITY_TYPE=kind, CRM_ENTITY=number)) == NO_OBJECT


def test_person_is_let_in_and_out(scene: Scene) -> None:
    person, operator = scene.person(), scene.desk.operator_id
    assert scene.call("chat.user.add", **OBJECT, USER_ID=person).result == scene.second
    assert scene.call("chat.user.add", **OBJECT, USER_ID=person, CHAT_ID=scene.first).result == scene.first
    assert scene.members(scene.first) == scene.members(scene.second) == [operator, person]
    assert scene.call("chat.user.delete", **OBJECT, USER_ID=person).result == scene.second
    assert scene.members(scene.second) == [operator]
    reader = scene.desk.portal.webhook(person, scopes="imopenlines")
    assert reader.call("imopenlines.dialog.get", CHAT_ID=scene.first).status == 200
    leaves = reader.call("imopenlines.crm.chat.user.delete", **OBJECT, USER_ID=person, CHAT_ID=scene.first)
    assert leaves.result == scene.first
    assert reader.call("imopenlines.dialog.get", CHAT_ID=scene.first).status == 400


def test_object_without_a_dialog_lets_nobody_in_or_out(quick: Scene) -> None:
    none = {"CRM_ENTITY_TYPE": "deal", "CRM_ENTITY": 5, "USER_ID": 1}
    assert quick.call("chat.user.add", **none).result == quick.call("chat.user.delete", **none).result == 0


def test_letting_in_is_refused(quick: Scene) -> None:
    def told(**params: Any) -> tuple:
        return refused(quick.call("chat.user.add", **params))

    person = quick.person()
    assert told(CRM_ENTITY=1, USER_ID=1) == MISSING_TYPE
    assert told(CRM_ENTITY_TYPE="lead", USER_ID=1) == MISSING_ENTITY
    assert told(CRM_ENTITY_TYPE="lead", CRM_ENTITY="x", USER_ID=1) == WRONG_ENTITY
    assert told(**OBJECT) == (400, "ERROR_ARGUMENT", "Argument 'Empty USER_ID' is null or empty")
    assert told(**OBJECT | {"CRM_ENTITY_TYPE": "quote"}, USER_ID=person) == NO_JOINING
    not_in_crm = (400, "CHAT_NOT_IN_CRM", "Chat does not belong to the CRM object being checked")
    assert told(**OBJECT | {"CRM_ENTITY": 2}, USER_ID=person, CHAT_ID=quick.first) == not_in_crm
    assert told(**OBJECT, USER_ID=person, CHAT_ID=99) == not_in_crm
    not_active = (400, "CRM_CHAT_USER_NOT_ACTIVE", "User not active")
    quick.desk.portal.webhook(1, scopes="user").call("user.update", ID=person, ACTIVE="N")
    assert told(**OBJECT, USER_ID=person) == told(**OBJECT, USER_ID=999) == not_active
    already = (400, "WRONG_REQUEST", "You don't have access or user already member in chat")
    assert told(**OBJECT, USER_ID=quick.desk.operator_id) == already


def test_letting_out_is_refused(quick: Scene) -> None:
    def told(client: Client = quick.admin, **params: Any) -> tuple:
        return refused(client.call("imopenlines.crm.chat.user.delete", **params))

    person, other = quick.person(), quick.person()
    assert told(**OBJECT) == (400, "CRM_CHAT_EMPTY_USER", "Empty User ID")
    assert told(USER_ID=1) == told(CRM_ENTITY_TYPE="lead", USER_ID=1) == EMPTY_DATA
    assert told(CRM_ENTITY_TYPE="lead", CRM_ENTITY="x", USER_ID=1) == WRONG_ENTITY
    assert told(**OBJECT | {"CRM_ENTITY_TYPE": "quote"}, USER_ID=person) == NO_JOINING
    not_in_crm = (400, "CHAT_NOT_IN_CRM", "Chat does not belong to the CRM object being checked")
    assert told(**OBJECT, USER_ID=person, CHAT_ID=99) == not_in_crm
    assert told(**OBJECT, USER_ID=999) == (400, "CRM_CHAT_USER_NOT_ACTIVE", "User not active")
    assert told(**OBJECT, USER_ID=person) == (
        400,
        "WRONG_REQUEST",
        "You don't have access or user already not in chat",
    )
    denied = (403, "CHAT_DELETE_USER_PERMISSION_DENIED", "You don't have access to delete a user from this chat")
    assert told(**OBJECT, USER_ID=quick.desk.operator_id) == denied, "the operator of an open dialog stays"
    quick.call("chat.user.add", **OBJECT, USER_ID=person)
    outsider = quick.desk.portal.webhook(other, scopes="imopenlines")
    assert told(outsider, **OBJECT, USER_ID=person) == denied


def test_message_is_written_in_a_persons_name(scene: Scene) -> None:
    operator = scene.desk.operator_id
    sent = {**OBJECT, "USER_ID": operator, "CHAT_ID": scene.first, "MESSAGE": "Good morning"}
    number = scene.call("message.add", **sent).result
    last = scene.desk.history(scene.first)[-1]
    assert (last["id"], last["author_id"], last["text"]) == (number, operator, "Good morning")


def test_message_is_refused(quick: Scene) -> None:
    good = {**OBJECT, "USER_ID": quick.desk.operator_id, "CHAT_ID": quick.first, "MESSAGE": "Hello"}
    for name in good:
        left = {key: value for key, value in good.items() if key != name}
        expected = (400, "ERROR_ARGUMENT", f"Argument '{name}' is null or empty")
        assert refused(quick.call("message.add", **left)) == expected
        assert refused(quick.call("message.add", **left, **{name: ""})) == expected

    def told(**changes: Any) -> tuple:
        return refused(quick.call("message.add", **good | changes))

    assert told(MESSAGE="  ") == (400, "ERROR_ARGUMENT", "Argument 'MESSAGE' is null or empty")
    assert told(CRM_ENTITY="x") == WRONG_ENTITY
    not_in_crm = (400, "CHAT_NOT_IN_CRM", "Chat does not belong to the CRM object being checked")
    assert told(CRM_ENTITY=2) == told(CHAT_ID=99) == told(CRM_ENTITY_TYPE="deal") == not_in_crm
    canceled = (400, "CANCELED", "You cannot send messages to the specified chat")
    assert told(USER_ID=1) == told(USER_ID=999) == canceled
    denied = (403, "ACCESS_DENIED", "Access denied! User don't have access to this entity")
    assert told(CRM_ENTITY_TYPE="quote") == denied


def test_nobody_writes_where_the_line_is_gone(quick: Scene) -> None:
    quick.admin.call("imopenlines.config.delete", CONFIG_ID=quick.desk.line)
    sent = {**OBJECT, "USER_ID": quick.desk.operator_id, "CHAT_ID": quick.first, "MESSAGE": "Hello"}
    assert refused(quick.call("message.add", **sent))[1] == "CANCELED"


def test_operator_makes_a_lead_of_a_dialog(scene: Scene) -> None:
    operator = scene.desk.portal.webhook(scene.desk.operator_id, scopes="imopenlines,crm")
    assert operator.call("imopenlines.crm.lead.create", CHAT_ID=scene.first).result is True
    lead = operator.call("crm.lead.get", id=1).result
    assert (lead["NAME"], lead["CONTACT_ID"], lead["IS_RETURN_CUSTOMER"]) == ("Anna", "1", "Y")
    assert lead["ASSIGNED_BY_ID"] == str(scene.desk.operator_id)
    told = scene.admin.call("imopenlines.dialog.get", CHAT_ID=scene.first).result
    assert told["entity_data_2"] == "LEAD|1|COMPANY|0|CONTACT|1|DEAL|0"
    assert operator.call("imopenlines.crm.lead.create", CHAT_ID=scene.first).result is True
    assert operator.call("crm.lead.list").body["total"] == 1


def test_lead_is_made_where_the_line_makes_none(quick_desk: Desk) -> None:
    admin = quick_desk.portal.webhook(1, scopes="imopenlines,crm")
    admin.call("imopenlines.config.update", CONFIG_ID=quick_desk.line, PARAMS={"CRM": "N"})
    chat = quick_desk.write_in()
    assert quick_desk.operator.call("imopenlines.crm.lead.create", CHAT_ID=chat).result is True
    assert admin.call("crm.lead.get", id=1).result["HAS_IMOL"] == "Y"


def test_making_a_lead_is_refused(quick: Scene) -> None:
    def told(client: Client, **params: Any) -> tuple:
        return refused(client.call("imopenlines.crm.lead.create", **params))

    wrong = (400, "CHAT_ID", "The specified chat identifier is incorrect")
    operator = quick.desk.operator
    assert told(operator) == told(operator, CHAT_ID="x") == told(operator, CHAT_ID=99) == wrong
    stranger = quick.desk.portal.webhook(quick.person(), scopes="imopenlines")
    denied = (400, "ACCESS_DENIED", "You cannot open this conversation as you do not have sufficient rights")
    assert told(stranger, CHAT_ID=quick.first) == denied
    not_operator = (
        400,
        "ERROR_USER_NOT_OPERATOR",
        "Attempt to save a CRM object by a user who is not an operator",
    )
    assert told(quick.admin, CHAT_ID=quick.first) == not_operator
    operator.call("imopenlines.operator.finish", CHAT_ID=quick.first)
    assert told(operator, CHAT_ID=quick.first) == not_operator
