"""What the methods of leads, deals, contacts and companies share: parameters, errors, and how objects look."""

from typing import Annotated, Any

from tieline.api.differences import Difference
from tieline.api.faults import ApiError, Dialect, Fault, Problem
from tieline.api.method import Doc, Spelled
from tieline.api.wire import iso
from tieline.domain.crm import CrmObject, EntityType, Field, Flag, Kind, Multifield
from tieline.domain.crm_fields import FIELDS
from tieline.domain.user_fields import parse_moment
from tieline.services import crm, crm_multifields, crm_values, files
from tieline.services.call import Call

WRONG_ID = Fault("", "ID is not defined or invalid.")
NOT_FOUND = Fault("", "Not found")
WRONG_CURRENCY = Fault("", 'Invalid value for the "Currency" field')
NO_PERMISSIONS = "every active person may do all in the CRM"
NO_STREAM = Difference(
    60, "There is no activity stream: REGISTER_SONET_EVENT and REGISTER_HISTORY_EVENT have no effect."
)

NO_CUSTOM = Difference(62, "Objects have no fields of the portal's own: UF_CRM_... and PARENT_ID_... are passed over.")


def wrong(name: str, _: Problem | None = None) -> Fault:
    """Complain of a parameter, the way of these methods."""
    return WRONG_ID if name.upper() == "ID" else Fault("", f"Parameter '{name.lower()}' must be array.")


DIALECT = Dialect(missing=wrong, wrong=wrong)
ERRORS: dict[type[Exception], Fault] = {crm_values.WrongCurrency: WRONG_CURRENCY}
MISSING: dict[type[Exception], Fault] = {crm.ObjectMissing: NOT_FOUND}
Id = Annotated[int, Doc("Id of the object."), Spelled("id")]
Fields = Annotated[
    dict[str, Any],
    Doc("Values by the names of fields; names and values that do not fit are passed over."),
    Spelled("fields"),
]
Options = Annotated[
    dict[str, Any] | None,
    Doc("IMPORT=Y takes moments and authors of contacts and companies over; others have no effect."),
    Spelled("params"),
]


def positive(number: int, fault: Fault = WRONG_ID) -> int:
    """Refuse an id that is none."""
    if number <= 0:
        raise ApiError(fault)
    return number


def is_import(params: dict[str, Any] | None) -> bool:
    """Tell whether a request brings in what another system knows."""
    return str((params or {}).get("IMPORT", "")).upper() in ("Y", "1", "TRUE")


def describe(entity: EntityType) -> dict[str, dict[str, Any]]:
    """Describe the fields of a type."""
    return {field.name: _description(field) for field in FIELDS[entity].values()}


def _description(field: Field) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": field.kind.value,
        "isRequired": Flag.REQUIRED in field.flags,
        "isReadOnly": field.read_only,
        "isImmutable": Flag.IMMUTABLE in field.flags,
        "isMultiple": field.multiple,
        "isDynamic": False,
    }
    if field.directory:
        told["statusType"] = field.directory
    if Flag.DEPRECATED in field.flags:
        told["isDeprecated"] = True
    return told | {"title": field.title}


def object_view(call: Call, found: CrmObject, names: list[str] | None = None) -> dict[str, Any]:
    """Write the named fields of an object, or all that it holds itself."""
    fields = FIELDS[found.type]
    chosen = [name for name, field in fields.items() if not field.multiple] if names is None else names
    return {name: str(found.id) if name == "ID" else write(call, fields[name], found[name]) for name in chosen}


def write(call: Call, field: Field, kept: Any) -> Any:
    """Write a value as these methods do: as text, null where there is none."""
    if field.kind is Kind.DATE:
        return _day(kept, call.portal.time_zone) if kept else ""
    if field.kind is Kind.DATETIME:
        return iso(kept, call.portal.time_zone) if kept else ""
    if kept is None:
        return None
    if field.kind is Kind.DOUBLE:
        return f"{kept:.2f}"
    if field.kind is Kind.FILE:
        link = files.image_link(call, str(kept))
        return {"id": kept, "showUrl": link, "downloadUrl": link}
    return str(kept)


def _day(kept: str, zone: str) -> str:
    return iso(parse_moment(kept, zone), zone)


def multifields_view(fields: list[Multifield]) -> dict[str, list[dict[str, str]]]:
    """Write multifields by their types; a type that an object has none of is left out."""
    told: dict[str, list[dict[str, str]]] = {}
    for one in sorted(fields, key=lambda field: field.id):
        told.setdefault(one.type.value, []).append(
            {"ID": str(one.id), "VALUE_TYPE": one.value_type, "VALUE": one.value, "TYPE_ID": one.type.value}
        )
    return told


def whole_view(call: Call, found: CrmObject) -> dict[str, Any]:
    """Write all fields of an object, with the multifields that it has."""
    told = object_view(call, found)
    if found.type is EntityType.CONTACT:
        told["FACE_ID"] = None
    if "PHONE" in FIELDS[found.type]:
        told |= multifields_view(crm_multifields.of(call, found.type, found.id))
    return told
