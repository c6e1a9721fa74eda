"""crm.duplicate.findbycomm: whom a telephone or an e-mail address leads to; crm.entity.mergeBatch: of several one."""

from typing import Annotated, Any

from tieline.api.faults import ApiError, Dialect, Fault
from tieline.api.method import Doc, Family, Spelled
from tieline.domain.crm import EntityType, MultiType
from tieline.domain.ids import parse_id
from tieline.domain.user_fields import plain
from tieline.methods.crm import NO_PERMISSIONS
from tieline.methods.filters import items_of
from tieline.services import crm, crm_duplicates, crm_merging
from tieline.services.call import Call
from tieline.store import crm as object_store

NO_TYPE = Fault("400", "Communication type is not defined")
WRONG_TYPE = Fault("400", "Communication type is not supported in current context")
NO_VALUES = Fault("400", "Communication values is not defined")
NO_ENTITY_TYPE = Fault("400", "The parameter entityTypeId is required.")
NO_IDS = Fault("400", "The parameter entityIds does not contains valid elements.")
ONE_ID = Fault("400", "The parameter entityIds must contains at least two elements.")
MOST_MERGED = 50
TOO_MANY_IDS = Fault("400", f"The parameter entityIds must contain at most {MOST_MERGED} elements.")
NO_OWNER = Fault("400", "Owner was not found")
UNSUPPORTED = Fault("400", "Entity type is not supported")


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


@family.method(
    "crm.entity.mergeBatch",
    writes=True,
    dialect=Dialect(missing=lambda _: NO_ENTITY_TYPE, wrong=lambda *_: NO_ENTITY_TYPE),
    errors={crm.ObjectMissing: NO_OWNER},
    faults=(NO_ENTITY_TYPE, NO_IDS, ONE_ID, TOO_MANY_IDS, UNSUPPORTED),
    unreachable={"403": NO_PERMISSIONS},
)
def merge_batch(
    call: Call, *, params: Annotated[dict[str, Any], Doc("entityTypeId and entityIds."), Spelled("params")]
) -> dict[str, Any]:
    """Make of several objects of a type the first of them, unless their fields contradict each other."""
    entity, ids = _type(params.get("entityTypeId")), _ids(params.get("entityIds"))
    if not object_store.list_existing(call.tx, call.portal_id, entity, ids):
        raise ApiError(NO_IDS)
    if len(ids) == 1:
        raise ApiError(ONE_ID)
    merged = crm_merging.merge(call, entity, ids)
    return {"STATUS": "SUCCESS", "ENTITY_IDS": ids[1:]} if merged else {"STATUS": "CONFLICT", "ENTITY_IDS": []}


def _type(given: Any) -> EntityType:
    text = "" if isinstance(given, dict | list) else plain(given)
    if not text:
        raise ApiError(NO_ENTITY_TYPE)
    number = parse_id(text)
    if number not in tuple(EntityType):
        raise ApiError(UNSUPPORTED.saying(f"Entity type {text[:50]} is not supported"))
    return EntityType(number)


def _ids(given: Any) -> list[int]:
    items = [one for one in items_of(given) or [] if not isinstance(one, dict | list)]
    ids = list(dict.fromkeys(filter(None, (parse_id(plain(one)) for one in items))))
    if len(ids) > MOST_MERGED:
        raise ApiError(TOO_MANY_IDS)
    return ids
