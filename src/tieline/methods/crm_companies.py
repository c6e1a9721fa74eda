"""crm.company.*: companies."""

from typing import Any

from tieline.api.faults import Fault
from tieline.api.method import Family, Page
from tieline.domain.crm import EntityType
from tieline.methods.crm import (
    DIALECT,
    ERRORS,
    MISSING,
    NO_CUSTOM,
    NO_PERMISSIONS,
    NO_STREAM,
    Fields,
    Id,
    Options,
    describe,
    is_import,
    positive,
    whole_view,
)
from tieline.methods.crm_lists import Filter, Order, Select, Start, page
from tieline.services import crm, crm_multifields
from tieline.services.call import Call

WRONG_EMAIL = Fault("ERROR_CORE", "The 'E-mail' field contains an invalid address")
COMPANY_MISSING = Fault("", "Company is not found")
family = Family(scopes=("crm",), dialect=DIALECT)
CHANGE_ERRORS = ERRORS | {crm_multifields.WrongEmail: WRONG_EMAIL}


@family.method(
    "crm.company.add", writes=True, differs=(NO_STREAM, NO_CUSTOM), errors=CHANGE_ERRORS, may_be_empty=("fields",)
)
def add(call: Call, *, fields: Fields, params: Options = None) -> int:
    """Add a company; what is not given has its default. Returns the company's id."""
    return crm.add(call, EntityType.COMPANY, fields, imported=is_import(params))


@family.method(
    "crm.company.update",
    writes=True,
    differs=(NO_STREAM, NO_CUSTOM),
    errors=CHANGE_ERRORS | {crm.ObjectMissing: COMPANY_MISSING},
    may_be_empty=("fields",),
)
def update(call: Call, *, id: Id, fields: Fields, params: Options = None) -> bool:  # noqa: A002, ARG001
    """Change what is given of a company."""
    crm.update(call, EntityType.COMPANY, positive(id), fields)
    return True


@family.method("crm.company.get", errors=MISSING)
def get(call: Call, *, id: Id) -> dict[str, Any]:  # noqa: A002 - the request's own name
    """Return all fields of a company."""
    return whole_view(call, crm.get(call, EntityType.COMPANY, positive(id)))


@family.method("crm.company.list")
def list_companies(
    call: Call,
    *,
    select: Select = None,
    filter: Filter = None,  # noqa: A002 - the request's own name
    order: Order = None,
    start: Start = 0,
) -> Page:
    """List companies, 50 a page."""
    return page(call, EntityType.COMPANY, select, filter, order, start)


@family.method("crm.company.delete", writes=True, errors={crm.ObjectMissing: COMPANY_MISSING})
def delete(call: Call, *, id: Id) -> bool:  # noqa: A002 - the request's own name
    """Delete a company with what belongs to it alone."""
    crm.delete(call, EntityType.COMPANY, positive(id))
    return True


@family.method("crm.company.fields", unreachable={"": NO_PERMISSIONS})
def fields(call: Call) -> dict[str, dict[str, Any]]:  # noqa: ARG001
    """Describe the fields of companies."""
    return describe(EntityType.COMPANY)
