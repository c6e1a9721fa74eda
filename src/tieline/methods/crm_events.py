"""Events of the CRM: a lead, deal, contact or company was added, changed or deleted, or a deal moved."""

from tieline.api.method import Family, Tokens
from tieline.api.wire import Wire
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
from tieline.services.call import Call

family = Family(scopes=("crm",))


class ObjectId(Wire):
    """Which object."""

    ID: int


class CrmObjectChanged(Wire):
    """An object of the CRM to which something happened."""

    FIELDS: ObjectId


class DealPlace(ObjectId):
    """A deal, its funnel and its stage there."""

    CATEGORY_ID: int
    STAGE_ID: str


class CrmDealMoved(Wire):
    """A deal that came into another funnel."""

    FIELDS: DealPlace


def _told(fact: CrmFact) -> CrmObjectChanged:
    return CrmObjectChanged(FIELDS=ObjectId(ID=fact.entity_id))


@family.event("onCrmLeadAdd", of=LeadAdded, tokens=Tokens.REFRESH)
def lead_added(call: Call, fact: LeadAdded) -> CrmObjectChanged:  # noqa: ARG001
    """A lead was added."""
    return _told(fact)


@family.event("onCrmLeadUpdate", of=LeadUpdated, tokens=Tokens.REFRESH)
def lead_updated(call: Call, fact: LeadUpdated) -> CrmObjectChanged:  # noqa: ARG001
    """A lead was changed."""
    return _told(fact)


@family.event("onCrmLeadDelete", of=LeadDeleted, tokens=Tokens.REFRESH)
def lead_deleted(call: Call, fact: LeadDeleted) -> CrmObjectChanged:  # noqa: ARG001
    """A lead was deleted."""
    return _told(fact)


@family.event("onCrmDealAdd", of=DealAdded, tokens=Tokens.REFRESH)
def deal_added(call: Call, fact: DealAdded) -> CrmObjectChanged:  # noqa: ARG001
    """A deal was added."""
    return _told(fact)


@family.event("onCrmDealUpdate", of=DealUpdated, tokens=Tokens.REFRESH)
def deal_updated(call: Call, fact: DealUpdated) -> CrmObjectChanged:  # noqa: ARG001
    """A deal was changed."""
    return _told(fact)


@family.event("onCrmDealDelete", of=DealDeleted, tokens=Tokens.REFRESH)
def deal_deleted(call: Call, fact: DealDeleted) -> CrmObjectChanged:  # noqa: ARG001
    """A deal was deleted."""
    return _told(fact)


@family.event("onCrmContactAdd", of=ContactAdded, tokens=Tokens.REFRESH)
def contact_added(call: Call, fact: ContactAdded) -> CrmObjectChanged:  # noqa: ARG001
    """A contact was added."""
    return _told(fact)


@family.event("onCrmContactUpdate", of=ContactUpdated, tokens=Tokens.REFRESH)
def contact_updated(call: Call, fact: ContactUpdated) -> CrmObjectChanged:  # noqa: ARG001
    """A contact was changed."""
    return _told(fact)


@family.event("onCrmContactDelete", of=ContactDeleted, tokens=Tokens.REFRESH)
def contact_deleted(call: Call, fact: ContactDeleted) -> CrmObjectChanged:  # noqa: ARG001
    """A contact was deleted."""
    return _told(fact)


@family.event("onCrmCompanyAdd", of=CompanyAdded, tokens=Tokens.REFRESH)
def company_added(call: Call, fact: CompanyAdded) -> CrmObjectChanged:  # noqa: ARG001
    """A company was added."""
    return _told(fact)


@family.event("onCrmCompanyUpdate", of=CompanyUpdated, tokens=Tokens.REFRESH)
def company_updated(call: Call, fact: CompanyUpdated) -> CrmObjectChanged:  # noqa: ARG001
    """A company was changed."""
    return _told(fact)


@family.event("onCrmCompanyDelete", of=CompanyDeleted, tokens=Tokens.REFRESH)
def company_deleted(call: Call, fact: CompanyDeleted) -> CrmObjectChanged:  # noqa: ARG001
    """A company was deleted."""
    return _told(fact)


@family.event("onCrmDealMoveToCategory", of=DealMoved, tokens=Tokens.REFRESH)
def deal_moved(call: Call, fact: DealMoved) -> CrmDealMoved:  # noqa: ARG001
    """A deal came into another funnel."""
    place = DealPlace(ID=fact.entity_id, CATEGORY_ID=fact.category_id, STAGE_ID=fact.stage_id)
    return CrmDealMoved(FIELDS=place)
