"""Leads, deals, contacts and companies: adding, changing and deleting them; every active person may."""

import datetime as dt
from typing import Any, NamedTuple

from tieline.domain.clock import DAY
from tieline.domain.crm import CrmObject, EntityType
from tieline.domain.crm_fields import FIELDS
from tieline.domain.events import (
    CompanyAdded,
    CompanyDeleted,
    CompanyUpdated,
    ContactAdded,
    ContactDeleted,
    ContactUpdated,
    CrmFact,
    DealAdded,
    DealDeleted,
    DealMoved,
    DealUpdated,
    LeadAdded,
    LeadDeleted,
    LeadUpdated,
)
from tieline.services import crm_multifields, crm_stages, crm_statuses, crm_values
from tieline.services.call import Call
from tieline.services.subscriptions import publish
from tieline.store import crm as store
from tieline.store import crm_multifields as multifield_store
from tieline.store import crm_product_rows as row_store

BASE_CURRENCY = "EUR"
DAYS_OF_A_DEAL = 7


class ObjectMissing(Exception):
    """There is no such lead, deal, contact or company."""


class _Facts(NamedTuple):
    added: type[CrmFact]
    updated: type[CrmFact]
    deleted: type[CrmFact]


_FACTS = {
    EntityType.LEAD: _Facts(LeadAdded, LeadUpdated, LeadDeleted),
    EntityType.DEAL: _Facts(DealAdded, DealUpdated, DealDeleted),
    EntityType.CONTACT: _Facts(ContactAdded, ContactUpdated, ContactDeleted),
    EntityType.COMPANY: _Facts(CompanyAdded, CompanyUpdated, CompanyDeleted),
}
# Fields of several links: (all of them, the first of them, what they lead to).
LINKS = {
    EntityType.LEAD: ("CONTACT_IDS", "CONTACT_ID", EntityType.CONTACT),
    EntityType.DEAL: ("CONTACT_IDS", "CONTACT_ID", EntityType.CONTACT),
    EntityType.CONTACT: ("COMPANY_IDS", "COMPANY_ID", EntityType.COMPANY),
}


def get(call: Call, entity: EntityType, entity_id: int) -> CrmObject:
    """Return an object."""
    found = store.find_object(call.tx, call.portal_id, entity, entity_id)
    if found is None:
        raise ObjectMissing
    return found


def lock(call: Call, entity: EntityType, entity_id: int) -> CrmObject:
    """Return an object that is to be changed, locked."""
    found = store.find_object(call.tx, call.portal_id, entity, entity_id, lock=True)
    if found is None:
        raise ObjectMissing
    return found


def add(call: Call, entity: EntityType, given: dict[str, Any], *, imported: bool = False) -> int:
    """Add an object; what is not given has its default. Returns its id."""
    given = _own(entity, given)
    told = crm_values.read(call, entity, given, adding=True, imported=imported)
    changes = [change for change in crm_multifields.read(given) if change.value]
    fields = [crm_multifields.make(call, change.type, change.value, change.value_type) for change in changes]
    links = _links(call, entity, given, told, [])
    values = _defaults(call, entity) | {name: value for name, value in told.items() if value not in (None, "")}
    values |= crm_multifields.summary(fields) | _first_of(entity, links)
    values = crm_stages.settle(call, entity, values, {})
    entity_id = store.add_object(call.tx, call.portal_id, entity, values)
    if entity is not EntityType.CONTACT and not values.get("TITLE"):
        values["TITLE"] = f"{entity.name.capitalize()} #{entity_id}"
        store.set_object(call.tx, call.portal_id, CrmObject(entity, entity_id, values))
    multifield_store.add_multifields(call.tx, call.portal_id, entity, entity_id, fields)
    _set_links(call, entity, entity_id, given, links)
    _tell(call, _FACTS[entity].added, entity_id)
    return entity_id


def update(call: Call, entity: EntityType, entity_id: int, given: dict[str, Any]) -> None:
    """Change what is given of an object; the rest stays."""
    before, given = lock(call, entity, entity_id), _own(entity, given)
    told, changes = crm_values.read(call, entity, given), crm_multifields.read(given)
    known = _linked(call, entity, entity_id)
    links = _links(call, entity, given, told, known)
    values = before.values | told | _first_of(entity, links)
    if changes:
        values |= crm_multifields.apply(call, entity, entity_id, changes)
    values = crm_stages.settle(call, entity, values, before.values)
    if entity in (EntityType.LEAD, EntityType.DEAL):
        values |= amount(call, CrmObject(entity, entity_id, values))
    _set_links(call, entity, entity_id, given, links)
    keep(call, CrmObject(entity, entity_id, values), before)


def keep(call: Call, changed: CrmObject, before: CrmObject) -> None:
    """Keep a locked object as it is now, and tell of it."""
    stamp = {"MODIFY_BY_ID": crm_stages.author(call), "DATE_MODIFY": call.now}
    changed = CrmObject(changed.type, changed.id, changed.values | stamp)
    store.set_object(call.tx, call.portal_id, changed)
    _tell(call, _FACTS[changed.type].updated, changed.id)
    if changed.type is EntityType.DEAL and changed["CATEGORY_ID"] != before["CATEGORY_ID"]:
        publish(
            call,
            DealMoved(
                actor_id=call.user.id if call.user else None,
                entity_id=changed.id,
                category_id=changed["CATEGORY_ID"],
                stage_id=changed["STAGE_ID"],
            ),
        )


def delete(call: Call, entity: EntityType, entity_id: int) -> None:
    """Delete an object with what belongs to it alone."""
    lock(call, entity, entity_id)
    multifield_store.remove_multifields(call.tx, call.portal_id, entity, entity_id)
    row_store.remove_rows(call.tx, call.portal_id, entity, entity_id)
    store.remove_object(call.tx, call.portal_id, entity, entity_id)
    _tell(call, _FACTS[entity].deleted, entity_id)


def amount(call: Call, changed: CrmObject) -> dict[str, Any]:
    """Return what the products of a lead or a deal sum up to, unless its amount is set by hand or it sells nothing."""
    if changed["IS_MANUAL_OPPORTUNITY"] == "Y":
        return {}
    rows = row_store.list_rows(call.tx, call.portal_id, changed.type, changed.id)
    return {"OPPORTUNITY": round(sum(row.price * row.quantity for row in rows), 2)} if rows else {}


def _own(entity: EntityType, given: dict[str, Any]) -> dict[str, Any]:
    """Leave what names fields of the type; other names are passed over."""
    return {name: value for name, value in given.items() if name in FIELDS[entity]}


def _tell(call: Call, fact: type[CrmFact], entity_id: int) -> None:
    publish(call, fact(actor_id=call.user.id if call.user else None, entity_id=entity_id))


def _defaults(call: Call, entity: EntityType) -> dict[str, Any]:
    """Return what a new object holds where a request says nothing."""
    user_id, now = crm_stages.author(call), call.now
    of_all = {
        "ASSIGNED_BY_ID": user_id,
        "CREATED_BY_ID": user_id,
        "MODIFY_BY_ID": user_id,
        "LAST_ACTIVITY_BY": user_id,
        "DATE_CREATE": now,
        "DATE_MODIFY": now,
        "LAST_ACTIVITY_TIME": now,
        "OPENED": "Y",
    }
    money = {"CURRENCY_ID": BASE_CURRENCY, "OPPORTUNITY": 0.0, "IS_MANUAL_OPPORTUNITY": "N"}
    of_one: dict[EntityType, dict[str, Any]] = {
        EntityType.LEAD: money,
        EntityType.DEAL: {
            **money,
            **dict.fromkeys(("IS_RECURRING", "IS_RETURN_CUSTOMER", "IS_REPEATED_APPROACH", "CLOSED"), "N"),
            "CATEGORY_ID": 0,
            "TAX_VALUE": 0.0,
            "TYPE_ID": crm_statuses.first(call, "DEAL_TYPE"),
            "SOURCE_ID": crm_statuses.first(call, "SOURCE"),
            "BEGINDATE": _day(now),
            "CLOSEDATE": _day(now + DAYS_OF_A_DEAL * DAY),
        },
        EntityType.CONTACT: {
            "HONORIFIC": crm_statuses.first(call, "HONORIFIC"),
            "TYPE_ID": crm_statuses.first(call, "CONTACT_TYPE"),
            "SOURCE_ID": crm_statuses.first(call, "SOURCE"),
            "EXPORT": "Y",
        },
        EntityType.COMPANY: {
            **{name: crm_statuses.first(call, name) for name in ("COMPANY_TYPE", "INDUSTRY", "EMPLOYEES")},
            "CURRENCY_ID": BASE_CURRENCY,
            "REVENUE": 0.0,
            "IS_MY_COMPANY": "N",
        },
    }
    return of_all | of_one[entity]


def _day(moment: int) -> str:
    return dt.datetime.fromtimestamp(moment / 1000, dt.UTC).date().isoformat()


def _linked(call: Call, entity: EntityType, entity_id: int) -> list[int]:
    if entity not in LINKS:
        return []
    return store.list_links(call.tx, call.portal_id, entity, [entity_id], LINKS[entity][2]).get(entity_id, [])


def _links(
    call: Call, entity: EntityType, given: dict[str, Any], told: dict[str, Any], known: list[int]
) -> list[int] | None:
    """Return what an object is to be linked with, the first one first; None where a request says nothing of it."""
    if entity not in LINKS:
        return None
    plural, singular, target = LINKS[entity]
    if plural in given:
        wanted = crm_values.read_ids(call, target, given[plural])
        first = told.get(singular)
        return [first, *(one for one in wanted if one != first)] if first in wanted else wanted
    if singular not in told:
        return None
    first = told[singular]
    return [first, *(one for one in known if one != first)] if first else []


def _first_of(entity: EntityType, links: list[int] | None) -> dict[str, Any]:
    return {} if links is None else {LINKS[entity][1]: links[0] if links else None}


def _set_links(call: Call, entity: EntityType, entity_id: int, given: dict[str, Any], links: list[int] | None) -> None:
    if links is not None:
        store.set_links(call.tx, call.portal_id, entity, entity_id, LINKS[entity][2], links)
    if entity is EntityType.COMPANY and "CONTACT_ID" in given:
        _set_contacts(call, entity_id, crm_values.read_ids(call, EntityType.CONTACT, given["CONTACT_ID"]))


def _set_contacts(call: Call, company_id: int, contact_ids: list[int]) -> None:
    """Let a company have these contacts: a link is the contact's, whose first one is its own company."""
    linking = store.list_linking(call.tx, call.portal_id, EntityType.COMPANY, [company_id], EntityType.CONTACT)
    for contact_id in sorted({*linking.get(company_id, []), *contact_ids}):
        contact = lock(call, EntityType.CONTACT, contact_id)
        known = _linked(call, EntityType.CONTACT, contact_id)
        wanted = [one for one in known if one != company_id or contact_id in contact_ids]
        if contact_id in contact_ids and company_id not in wanted:
            wanted.append(company_id)
        store.set_links(call.tx, call.portal_id, EntityType.CONTACT, contact_id, EntityType.COMPANY, wanted)
        first = _first_of(EntityType.CONTACT, wanted)
        store.set_object(call.tx, call.portal_id, CrmObject(EntityType.CONTACT, contact_id, contact.values | first))
