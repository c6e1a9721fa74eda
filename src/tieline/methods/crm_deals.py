"""crm.deal.*: deals."""

from typing import Any

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
from tieline.services import crm
from tieline.services.call import Call

family = Family(scopes=("crm",), dialect=DIALECT)


@family.method("crm.deal.add", writes=True, differs=(NO_STREAM, NO_CUSTOM), errors=ERRORS, may_be_empty=("fields",))
def add(call: Call, *, fields: Fields, params: Options = None) -> int:  # noqa: ARG001
    """Add a deal; what is not given has its default. Returns the deal's id."""
    return crm.add(call, EntityType.DEAL, fields)


@family.method(
    "crm.deal.update",
    writes=True,
    differs=(NO_STREAM, NO_CUSTOM),
    errors=ERRORS | MISSING,
    may_be_empty=("fields",),
)
def update(call: Call, *, id: Id, fields: Fields, params: Options = None) -> bool:  # noqa: A002, ARG001
    """Change what is given of a deal."""
    crm.update(call, EntityType.DEAL, positive(id), fields)
    return True


@family.method("crm.deal.get", errors=MISSING)
def get(call: Call, *, id: Id) -> dict[str, Any]:  # noqa: A002 - the request's own name
    """Return all fields of a deal."""
    return whole_view(call, crm.get(call, EntityType.DEAL, positive(id)))


@family.method("crm.deal.list")
def list_deals(
    call: Call,
    *,
    select: Select = None,
    filter: Filter = None,  # noqa: A002 - the request's own name
    order: Order = None,
    start: Start = 0,
) -> Page:
    """List deals, 50 a page."""
    return page(call, EntityType.DEAL, select, filter, order, start)


@family.method("crm.deal.delete", writes=True, errors=MISSING)
def delete(call: Call, *, id: Id) -> bool:  # noqa: A002 - the request's own name
    """Delete a deal with what belongs to it alone."""
    crm.delete(call, EntityType.DEAL, positive(id))
    return True


@family.method("crm.deal.fields")
def fields(call: Call) -> dict[str, dict[str, Any]]:  # noqa: ARG001
    """Describe the fields of deals."""
    return describe(EntityType.DEAL)
