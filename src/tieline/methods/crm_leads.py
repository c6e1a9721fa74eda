"""crm.lead.*: leads."""

from typing import Any

from tieline.api.faults import Fault
from tieline.api.method import Family, Page
from tieline.domain.crm import EntityType
from tieline.methods.crm import (
    DIALECT,
    ERRORS,
    MISSING,
    NO_CUSTOM,
    NO_STREAM,
    Fields,
    Id,
    Options,
    describe,
    positive,
    whole_view,
)
from tieline.methods.crm_lists import Filter, Order, Select, Start, page
from tieline.services import crm, crm_multifields
from tieline.services.call import Call

WRONG_EMAIL = Fault("ERROR_CORE", "The field 'E-mail' contains an invalid address")
family = Family(scopes=("crm",), dialect=DIALECT)
CHANGE_ERRORS = ERRORS | {crm_multifields.WrongEmail: WRONG_EMAIL}


@family.method(
    "crm.lead.add", writes=True, differs=(NO_STREAM, NO_CUSTOM), errors=CHANGE_ERRORS, may_be_empty=("fields",)
)
def add(call: Call, *, fields: Fields, params: Options = None) -> int:  # noqa: ARG001
    """Add a lead; what is not given has its default. Returns the lead's id."""
    return crm.add(call, EntityType.LEAD, fields)


@family.method(
    "crm.lead.update",
    writes=True,
    differs=(NO_STREAM, NO_CUSTOM),
    errors=CHANGE_ERRORS | MISSING,
    may_be_empty=("fields",),
)
def update(call: Call, *, id: Id, fields: Fields, params: Options = None) -> bool:  # noqa: A002, ARG001
    """Change what is given of a lead."""
    crm.update(call, EntityType.LEAD, positive(id), fields)
    return True


@family.method("crm.lead.get", errors=MISSING)
def get(call: Call, *, id: Id) -> dict[str, Any]:  # noqa: A002 - the request's own name
    """Return all fields of a lead."""
    return whole_view(call, crm.get(call, EntityType.LEAD, positive(id)))


@family.method("crm.lead.list")
def list_leads(
    call: Call,
    *,
    select: Select = None,
    filter: Filter = None,  # noqa: A002 - the request's own name
    order: Order = None,
    start: Start = 0,
) -> Page:
    """List leads, 50 a page."""
    return page(call, EntityType.LEAD, select, filter, order, start)


@family.method("crm.lead.delete", writes=True, errors=MISSING)
def delete(call: Call, *, id: Id) -> bool:  # noqa: A002 - the request's own name
    """Delete a lead with what belongs to it alone."""
    crm.delete(call, EntityType.LEAD, positive(id))
    return True


@family.method("crm.lead.fields")
def fields(call: Call) -> dict[str, dict[str, Any]]:  # noqa: ARG001
    """Describe the fields of leads."""
    return describe(EntityType.LEAD)
