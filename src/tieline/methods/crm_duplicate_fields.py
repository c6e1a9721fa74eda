"""crm.duplicate.volatileType.*: fields by which the pages of a portal look for duplicates too."""

from typing import Annotated, Any

from tieline.api.differences import Difference
from tieline.api.faults import ApiError, Dialect, Fault
from tieline.api.method import Doc, Family, Spelled
from tieline.domain.crm import EntityType
from tieline.services import crm_duplicates
from tieline.services.call import Call
from tieline.store import crm_duplicates as store

DENIED = Fault("ACCESS_DENIED", "Access denied")
NO_FIELD = Fault("FIELD_NOT_FOUND", "Field not found")
TOO_MANY = Fault("MAX_TYPES_COUNT_EXCEEDED", "There is already a maximum number of volatile types")
NOT_REGISTERED = Fault("TYPE_IS_NOT_ASSIGNED", "This type is not assigned")
NO_PAGES = Difference(
    72, "Registered fields are kept and told, and nothing is looked for by them: no page here searches duplicates."
)


def _wrong(name: str, _: object = None) -> Fault:
    return NOT_REGISTERED if name == "id" else NO_FIELD


family = Family(scopes=("crm",), dialect=Dialect(missing=_wrong, wrong=_wrong), admin=DENIED)


@family.method("crm.duplicate.volatileType.fields", admin=True)
def fields(
    call: Call,  # noqa: ARG001
    *,
    entity_type_id: Annotated[
        int | None, Doc("1 for leads, 3 contacts, 4 companies; all if left out."), Spelled("entityTypeId")
    ] = None,
) -> list[dict[str, Any]]:
    """List the fields by which duplicates may be looked for."""
    return [
        {"entityTypeId": int(entity), "fieldCode": name, "fieldTitle": field.title}
        for entity in crm_duplicates.ORDER
        if entity_type_id in (None, entity)
        for name, field in crm_duplicates.fields_of(entity).items()
    ]


@family.method("crm.duplicate.volatileType.list", admin=True)
def list_fields(call: Call) -> list[dict[str, Any]]:
    """List the fields that are registered."""
    found = store.list_fields(call.tx, call.portal_id)
    return [{"id": one.id, "entityTypeId": int(one.entity), "fieldCode": one.code} for one in found]


@family.method(
    "crm.duplicate.volatileType.register",
    admin=True,
    writes=True,
    differs=(NO_PAGES,),
    errors={crm_duplicates.FieldMissing: NO_FIELD, crm_duplicates.TooMany: TOO_MANY},
)
def register(
    call: Call,
    *,
    entity_type_id: Annotated[int, Doc("1 for leads, 3 contacts, 4 companies."), Spelled("entityTypeId")],
    field_code: Annotated[str, Doc("The field."), Spelled("fieldCode")],
) -> dict[str, int]:
    """Register a field, seven of all types at most; one that is registered already keeps its id."""
    if entity_type_id not in tuple(EntityType):
        raise ApiError(NO_FIELD)
    return {"id": crm_duplicates.register(call, EntityType(entity_type_id), field_code)}


@family.method(
    "crm.duplicate.volatileType.unregister",
    admin=True,
    writes=True,
    errors={crm_duplicates.NotRegistered: NOT_REGISTERED},
)
def unregister(
    call: Call,
    *,
    id: Annotated[int, Doc("Id of the registered field."), Spelled("id")],  # noqa: A002 - the request's own name
) -> bool:
    """Forget a registered field."""
    crm_duplicates.unregister(call, id)
    return True
