"""crm.contact.*: contacts."""

from typing import Any

from tieline.api.differences import Difference
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
    is_import,
    positive,
    whole_view,
)
from tieline.methods.crm_lists import Filter, Order, Select, Start, page
from tieline.services import crm, crm_multifields
from tieline.services.call import Call

WRONG_EMAIL = Fault("ERROR_CORE", "The field 'Work e-mail' contains an invalid address")
CONTACT_MISSING = Fault("", "Contact is not found")
ELEMENT_MISSING = Fault("ERROR_CORE", "Element not found")
family = Family(scopes=("crm",), dialect=DIALECT)
ANY_MOMENT = Difference(61, "An import may name any moment of creation, also before that of the newest contact.")
CHANGE_ERRORS = ERRORS | {crm_multifields.WrongEmail: WRONG_EMAIL}


@family.method(
    "crm.contact.add",
    writes=True,
    differs=(NO_STREAM, NO_CUSTOM, ANY_MOMENT),
    errors=CHANGE_ERRORS,
    may_be_empty=("fields",),
)
def add(call: Call, *, fields: Fields, params: Options = None) -> int:
    """Add a contact; what is not given has its default. Returns the contact's id."""
    return crm.add(call, EntityType.CONTACT, fields, imported=is_import(params))


@family.method(
    "crm.contact.update",
    writes=True,
    differs=(NO_STREAM, NO_CUSTOM),
    errors=CHANGE_ERRORS | {crm.ObjectMissing: CONTACT_MISSING},
    may_be_empty=("fields",),
)
def update(call: Call, *, id: Id, fields: Fields, params: Options = None) -> bool:  # noqa: A002, ARG001
    """Change what is given of a contact."""
    crm.update(call, EntityType.CONTACT, positive(id), fields)
    return True


@family.method("crm.contact.get", errors=MISSING)
def get(call: Call, *, id: Id) -> dict[str, Any]:  # noqa: A002 - the request's own name
    """Return all fields of a contact."""
    return whole_view(call, crm.get(call, EntityType.CONTACT, positive(id)))


@family.method("crm.contact.list")
def list_contacts(
    call: Call,
    *,
    select: Select = None,
    filter: Filter = None,  # noqa: A002 - the request's own name
    order: Order = None,
    start: Start = 0,
) -> Page:
    """List contacts, 50 a page."""
    return page(call, EntityType.CONTACT, select, filter, order, start)


@family.method("crm.contact.delete", writes=True, errors={crm.ObjectMissing: ELEMENT_MISSING})
def delete(call: Call, *, id: Id) -> bool:  # noqa: A002 - the request's own name
    """Delete a contact with what belongs to it alone."""
    crm.delete(call, EntityType.CONTACT, positive(id))
    return True


@family.method("crm.contact.fields")
def fields(call: Call) -> dict[str, dict[str, Any]]:  # noqa: ARG001
    """Describe the fields of contacts."""
    return describe(EntityType.CONTACT)
