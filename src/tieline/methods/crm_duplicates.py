"""crm.duplicate.findbycomm: whom a telephone or an e-mail address leads to."""

from typing import Annotated, Any

from tieline.api.faults import ApiError, Dialect, Fault
from tieline.api.method import Doc, Family, Spelled
from tieline.domain.crm import EntityType, MultiType
from tieline.domain.user_fields import plain
from tieline.methods.crm import NO_PERMISSIONS
from tieline.methods.filters import items_of
from tieline.services import crm_duplicates
from tieline.services.call import Call

NO_TYPE = Fault("400", "Communication type is not defined")
WRONG_TYPE = Fault("400", "Communication type is not supported in current context")
NO_VALUES = Fault("400", "Communication values is not defined")


def _missing(name: str, _: object = None) -> Fault:
    return NO_TYPE if name == "type" else NO_VALUES


family = Family(scopes=("crm",), dialect=Dialect(missing=_missing, wrong=_missing))


@family.method("crm.duplicate.findbycomm", faults=(WRONG_TYPE, NO_VALUES), unreachable={"403": NO_PERMISSIONS})
def find_by_comm(
    call: Call,
    *,
    type: Annotated[str, Doc("PHONE or EMAIL."), Spelled("type")],  # noqa: A002 - the request's own name
    values: Annotated[Any, Doc("Telephones or e-mail addresses, at most 20."), Spelled("values")],
    entity_type: Annotated[
        str | None, Doc("LEAD, CONTACT or COMPANY; all if left out."), Spelled("entity_type")
    ] = None,
) -> dict[str, list[int]] | list[Any]:
    """Return leads, contacts and companies that a telephone or an address leads to; 20 of a type end the search."""
    kind = MultiType.__members__.get(type.upper())
    if kind not in (MultiType.PHONE, MultiType.EMAIL):
        raise ApiError(WRONG_TYPE.saying(f"Communication type '{type[:50]}' is not supported in current context"))
    several = items_of(values)
    texts = [plain(one) for one in ([values] if several is None else several) if not isinstance(one, dict | list)]
    if not any(texts):
        raise ApiError(NO_VALUES)
    wanted = EntityType.named(entity_type) if entity_type else None
    searched = tuple(one for one in crm_duplicates.ORDER if not entity_type or one is wanted)
    return crm_duplicates.find(call, kind, [text for text in texts if text], searched) or []
