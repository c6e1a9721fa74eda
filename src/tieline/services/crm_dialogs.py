"""A dialog meets the CRM: who its customer is there, what is made of a new one, and what the messages tell."""

import re
from contextlib import suppress
from itertools import islice
from typing import Any

from tieline.domain.chats import Chat, OuterMessage
from tieline.domain.crm import IMOL, CrmObject, EntityType, MultiType
from tieline.domain.crm_statuses import IN_PROCESS
from tieline.domain.lines import Line
from tieline.domain.people import OuterUser, User
from tieline.services import crm, crm_multifields, crm_sessions, crm_statuses, phones
from tieline.services.call import Call
from tieline.store import crm as store
from tieline.store import crm_multifields as multifield_store
from tieline.store import people as people_store
from tieline.store.crm_conditions import Condition

Reach = dict[MultiType, list[str]]  # telephones and addresses of a customer, and the dialog itself
ORDER = (EntityType.LEAD, EntityType.DEAL, EntityType.CONTACT, EntityType.COMPANY)
OPENLINE = "OPENLINE"
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_MOST_TOLD = 10  # in one message
_MOST_READ = 4_000  # characters of one message


def bound(chat: Chat) -> dict[EntityType, int]:
    """Return what a dialog is bound to."""
    ids = (chat.lead_id, chat.deal_id, chat.contact_id, chat.company_id)
    return {entity: number for entity, number in zip(ORDER, ids, strict=True) if number}


def is_bound(chat: Chat) -> bool:
    """Tell whether a dialog is bound to anything."""
    return bool(chat.lead_id or chat.contact_id or chat.company_id or chat.deal_id)


def _watched(chat: Chat, line: Line) -> bool:
    """Tell whether the CRM looks at a dialog: its line says so, and it is of one customer, not of an outer group."""
    return bool(line.settings["CRM"] == "Y" and chat.outer_user)


def recognise(call: Call, chat: Chat, line: Line) -> Chat:
    """Bind a dialog, whose session is about to open, to whom the CRM knows its customer as; a known one stays."""
    if is_bound(chat) or not _watched(chat, line):
        return chat
    customer = people_store.find_user(call.tx, call.portal_id, chat.customer_id)
    assert customer is not None  # a dialog has one
    return _search(call, chat, _reach(chat, customer.phone, customer.email))


def follow(
    call: Call, chat: Chat, line: Line, user: OuterUser, message: OuterMessage, customer: User, *, opened: bool
) -> Chat:
    """Make of a customer's message what the line says: new objects at the first of a session, and what the text tells.

    A dialog that is bound, and whose line tracks nothing, costs nothing here.
    """
    before = chat
    if message.disable_crm or message.user_id is not None or not _watched(chat, line):
        return chat
    told = _told(call, message.text) if line.settings["CRM_CHAT_TRACKER"] == "Y" else {}
    if told and not is_bound(chat):
        chat = _search(call, chat, told)
    if opened:
        valid = user.skip_phone_validate or (customer.phone and phones.is_valid(customer.phone, call.portal.language))
        chat = _create(call, chat, line, customer, _reach(chat, customer.phone if valid else "", customer.email, told))
    if told:
        _note(call, chat, told)
    if chat is not before:
        opened_session(call, chat, line)
    return chat


def opened_session(call: Call, chat: Chat, line: Line) -> None:
    """Leave an activity of a dialog's open session with what the dialog is bound to, if the CRM looks at it."""
    if is_bound(chat) and chat.session_id and chat.status is not None and _watched(chat, line):
        _record(call, chat, call.now, over=False)


def closed_session(call: Call, chat: Chat, began: int) -> None:
    """Complete the activity of a dialog's session, which is over, with what the dialog is bound to."""
    line = call.find_line(chat.line_id) if is_bound(chat) else None
    if line is not None and _watched(chat, line):
        _record(call, chat, began, over=True)


def _record(call: Call, chat: Chat, began: int, *, over: bool) -> None:
    responsible_id = chat.operator_id or responsible(call, chat) or 0
    crm_sessions.record(call, chat, list(bound(chat).items()), crm_sessions.Told(responsible_id, began, over))


def responsible(call: Call, chat: Chat) -> int | None:
    """Return the active person who is responsible for what a dialog is bound to, or None."""
    for entity, number in bound(chat).items():
        found = store.find_object(call.tx, call.portal_id, entity, number)
        user = call.find_person(found["ASSIGNED_BY_ID"]) if found else None
        if user and user.active:
            return user.id
    return None


def hand_on(call: Call, chat: Chat) -> None:
    """Make the operator whom a dialog was transferred to responsible for what it is bound to, if its line says so."""
    line = call.find_line(chat.line_id)
    if line is None or line.settings["CRM_TRANSFER_CHANGE"] != "Y" or chat.operator_id is None:
        return
    for entity, number in bound(chat).items():
        found = store.find_object(call.tx, call.portal_id, entity, number)
        if found is not None and found["ASSIGNED_BY_ID"] != chat.operator_id:
            _change(call, entity, number, {"ASSIGNED_BY_ID": chat.operator_id})


def create_lead(call: Call, chat: Chat, line: Line) -> Chat:
    """Make a lead of a dialog's customer, unless the dialog has one."""
    if chat.lead_id:
        return chat
    customer = people_store.find_user(call.tx, call.portal_id, chat.customer_id)
    assert customer is not None  # a dialog has one
    reach = _reach(chat, customer.phone, customer.email)
    return _add_lead(call, chat, line, {"NAME": customer.name, "LAST_NAME": customer.last_name}, reach)


def _reach(chat: Chat, phone: str, email: str, told: Reach | None = None) -> Reach:
    """Return what leads to a customer: the dialog, telephones and addresses, each kind without repetitions."""
    known: Reach = {MultiType.IM: [f"{IMOL}{chat.user_code}"]}
    if phone:
        known[MultiType.PHONE] = [phone]
    if crm_multifields.EMAIL.fullmatch(email):
        known[MultiType.EMAIL] = [email]
    for kind, values in (told or {}).items():
        known[kind] = list(dict.fromkeys([*known.get(kind, []), *values]))
    return known


def _told(call: Call, text: str) -> Reach:
    """Return telephones and addresses that stand in a text."""
    text = text[:_MOST_READ]
    addresses = [one for one in _ADDRESS.findall(text) if crm_multifields.EMAIL.fullmatch(one)] if "@" in text else []
    numbers = islice(phones.find(text, call.portal.language), _MOST_TOLD)
    found = {MultiType.PHONE: list(numbers), MultiType.EMAIL: addresses[:_MOST_TOLD]}
    return {kind: values for kind, values in found.items() if values}


def _search(call: Call, chat: Chat, known: Reach) -> Chat:
    """Bind a dialog to a contact or a company that any of this leads to, else to an open lead."""
    wanted = [(kind, crm_multifields.normal(call, kind, value)) for kind, values in known.items() for value in values]
    found = multifield_store.find_reached(call.tx, call.portal_id, wanted)
    for entity in (EntityType.CONTACT, EntityType.COMPANY, EntityType.LEAD):
        for number in found.get(entity, []):
            one = store.find_object(call.tx, call.portal_id, entity, number)
            if one is not None and one["STATUS_SEMANTIC_ID"] in (None, IN_PROCESS):
                return _bind(call, chat, one)
    return chat


def _bind(call: Call, chat: Chat, found: CrmObject) -> Chat:
    """Bind a dialog to an object and what this is linked with; the object learns the way to the dialog."""
    code = f"{IMOL}{chat.user_code}"
    if code not in {one.value for one in crm_multifields.of(call, found.type, found.id)}:
        _change(call, found.type, found.id, {"IM": [{"VALUE": code, "VALUE_TYPE": OPENLINE}]})
    own = {found.type: found.id}
    return chat._replace(
        lead_id=own.get(EntityType.LEAD, 0),
        company_id=own.get(EntityType.COMPANY) or found["COMPANY_ID"] or 0,
        contact_id=own.get(EntityType.CONTACT) or found["CONTACT_ID"] or 0,
    )


def _create(call: Call, chat: Chat, line: Line, customer: User, reach: Reach) -> Chat:
    """Make of a customer what the line says: a lead of a new one, or a deal of one who has none that is open."""
    names = {"NAME": customer.name, "LAST_NAME": customer.last_name}
    match line.settings["CRM_CREATE"]:
        case "lead" if not is_bound(chat):
            return _add_lead(call, chat, line, names, reach)
        case "deal" if not chat.lead_id:
            return _give_deal(call, chat, line, names, reach)
        case _:
            return chat


def _add_lead(call: Call, chat: Chat, line: Line, names: dict[str, str], reach: Reach) -> Chat:
    bound_to = {"CONTACT_ID": chat.contact_id, "COMPANY_ID": chat.company_id}
    fields = _fields(call, chat, line) | names | _rows(reach) | bound_to
    return chat._replace(lead_id=crm.add(call, EntityType.LEAD, fields))


def _give_deal(call: Call, chat: Chat, line: Line, names: dict[str, str], reach: Reach) -> Chat:
    """Bind a dialog to the customer's newest open deal; a new customer gets one, another if the line says so."""
    is_new = not is_bound(chat)
    if is_new:
        fields = _fields(call, chat, line) | names | _rows(reach)
        chat = chat._replace(contact_id=crm.add(call, EntityType.CONTACT, fields))
    elif (deal_id := _open_deal(call, chat)) is not None:
        return chat._replace(deal_id=deal_id)
    if not is_new and line.settings["CRM_CREATE_THIRD"] != "Y":
        return chat
    bound_to = {"CONTACT_ID": chat.contact_id, "COMPANY_ID": chat.company_id}
    fields = _fields(call, chat, line) | bound_to | {"CATEGORY_ID": line.settings["CRM_CREATE_SECOND"]}
    return chat._replace(deal_id=crm.add(call, EntityType.DEAL, fields))


def _open_deal(call: Call, chat: Chat) -> int | None:
    owner = ("CONTACT_ID", chat.contact_id) if chat.contact_id else ("COMPANY_ID", chat.company_id)
    conditions = [Condition(owner[0], "=", owner[1]), Condition("STAGE_SEMANTIC_ID", "=", IN_PROCESS)]
    orders = [("ID", True)]
    found = store.list_objects(call.tx, call.portal_id, EntityType.DEAL, conditions, orders=orders, limit=1)
    return found[0].id if found else None


def _fields(call: Call, chat: Chat, line: Line) -> dict[str, Any]:
    """Return what every object says that is made of a dialog."""
    people = [chat.operator_id, *line.operators]
    source, connector = line.settings["CRM_SOURCE"], call.find_connector(chat.connector)
    if source == "create" and connector is not None:
        source = crm_statuses.source_of(call, connector)
    return {
        "TITLE": chat.title,
        "SOURCE_ID": source,
        "ASSIGNED_BY_ID": next((user_id for user_id in people if user_id), None),
    }


def _rows(reach: Reach) -> dict[str, Any]:
    return {
        kind.value: [{"VALUE": value, "VALUE_TYPE": OPENLINE if kind is MultiType.IM else "WORK"} for value in values]
        for kind, values in reach.items()
    }


def _note(call: Call, chat: Chat, told: Reach) -> None:
    """Add what a text told to the contact, lead or company of its dialog, each number and address once."""
    known = bound(chat)
    entity = next((one for one in (EntityType.CONTACT, EntityType.LEAD, EntityType.COMPANY) if one in known), None)
    if entity is None:
        return
    kept = {(one.type, one.normal) for one in crm_multifields.of(call, entity, known[entity])}
    new = {
        kind: [value for value in values if (kind, crm_multifields.normal(call, kind, value)) not in kept]
        for kind, values in told.items()
    }
    if any(new.values()):
        _change(call, entity, known[entity], _rows(new))


def _change(call: Call, entity: EntityType, entity_id: int, fields: dict[str, Any]) -> None:
    """Change an object, unless somebody has just deleted it: that is no reason to refuse a message."""
    with suppress(crm.ObjectMissing):
        crm.update(call, entity, entity_id, fields)
