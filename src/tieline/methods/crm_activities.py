"""crm.activity.*: meetings, calls and e-mails with customers, what applications add, and sessions of open lines."""

from typing import Annotated, Any

from tieline.api.differences import Difference
from tieline.api.faults import ApiError, Dialect, Fault
from tieline.api.method import Doc, Family, Page, Spelled
from tieline.domain.crm import EntityType
from tieline.domain.crm_activities import COMMUNICATION_FIELDS, FIELDS, Activity, ActivityType, Communication
from tieline.domain.crm_files import Holder
from tieline.domain.ids import parse_id
from tieline.domain.user_fields import plain
from tieline.methods.crm import DIALECT, Fields, Id, describe_fields, positive, write
from tieline.methods.crm_lists import PAGE, Filter, Order, Select, Start, conditions, number, orders, selected
from tieline.methods.filters import items_of
from tieline.services import crm_activities, crm_files, files
from tieline.services.call import Call
from tieline.store import crm as object_store
from tieline.store import crm_activities as store
from tieline.store.crm_conditions import Condition

NOT_FOUND = Fault("", "Activity is not found")
ITEM_NOT_FOUND = Fault("NOT_FOUND", "Item not found")
APP_REQUIRED = Fault("", "Application context required")
CHANGE_ERRORS: dict[type[Exception], Fault] = {
    crm_activities.SubjectMissing: Fault("", "The field SUBJECT is not defined or empty"),
    crm_activities.ResponsibleMissing: Fault("", "The field RESPONSIBLE_ID is not defined or invalid"),
    crm_activities.WrongType: Fault("", "The field TYPE_ID is not defined or invalid"),
    crm_activities.CommunicationMissing: Fault("", "The field COMMUNICATIONS is not defined or invalid"),
    crm_activities.SeveralCommunications: Fault(
        "", "The only one communication is allowed for activity of specified type"
    ),
    crm_activities.AppRequired: APP_REQUIRED,
}
OWN_ERRORS: dict[type[Exception], Fault] = {
    crm_activities.ActivityMissing: NOT_FOUND,
    crm_activities.AppRequired: APP_REQUIRED,
}
NO_LETTERS = Difference(
    71,
    "An e-mail is kept as an activity and never sent, so that there are no errors of sending: there is no mail here.",
)
family = Family(scopes=("crm",), dialect=DIALECT)


def _no_item(*_: object) -> Fault:
    return ITEM_NOT_FOUND


@family.method(
    "crm.activity.add",
    writes=True,
    differs=(NO_LETTERS,),
    errors=CHANGE_ERRORS
    | {
        crm_activities.NotBound: Fault(
            "", "Could not build binding. Please ensure that owner info and communications are defined correctly"
        ),
        crm_activities.ProviderMissing: Fault(
            "", "The custom activity without provider is not supported in current context"
        ),
        crm_activities.IsConfigurable: Fault("", "Use crm.activity.configurable.add for this activity provider"),
    },
    may_be_empty=("fields",),
)
def add(call: Call, *, fields: Fields) -> int:
    """Add a meeting, a call, an e-mail that is not sent, or an activity of an application; returns its id."""
    return crm_activities.add(call, fields)


@family.method(
    "crm.activity.update",
    writes=True,
    errors=CHANGE_ERRORS
    | OWN_ERRORS
    | {crm_activities.IsConfigurable: Fault("", "Use crm.activity.configurable.update for this activity provider")},
    may_be_empty=("fields",),
)
def update(call: Call, *, id: Id, fields: Fields) -> bool:  # noqa: A002 - the request's own name
    """Change what is given of an activity."""
    crm_activities.update(call, positive(id), fields)
    return True


@family.method("crm.activity.delete", writes=True, errors=OWN_ERRORS)
def delete(call: Call, *, id: Id) -> bool:  # noqa: A002 - the request's own name
    """Delete an activity with its files."""
    crm_activities.delete(call, positive(id))
    return True


@family.method("crm.activity.get", errors=OWN_ERRORS)
def get(call: Call, *, id: Id) -> dict[str, Any]:  # noqa: A002 - the request's own name
    """Return all fields of an activity."""
    return _view(call, crm_activities.get(call, positive(id)), _OWN)


@family.method("crm.activity.list")
def list_activities(
    call: Call,
    *,
    select: Select = None,
    filter: Filter = None,  # noqa: A002 - the request's own name
    order: Order = None,
    start: Start = 0,
) -> Page:
    """List activities, 50 a page, by their beginning unless ordered otherwise; BINDINGS finds those of objects."""
    wanted, offset = conditions(call, FIELDS, filter or {}) + _bound(filter or {}), number(start)
    ways = orders(FIELDS, order or {}) or [("START_TIME", False)]
    found = store.list_activities(call.tx, call.portal_id, wanted, orders=ways, limit=PAGE, offset=max(offset, 0))
    names = selected(FIELDS, select)
    items = [_view(call, one, names) for one in found]
    _add_several(call, names, items)
    if offset == -1:
        return Page(items)
    total = store.count_activities(call.tx, call.portal_id, wanted)
    return Page(items, total=total, next=offset + PAGE if offset + PAGE < total else None)


@family.method("crm.activity.fields")
def fields(call: Call) -> dict[str, dict[str, Any]]:  # noqa: ARG001
    """Describe the fields of activities."""
    return describe_fields(FIELDS.values())


@family.method("crm.activity.communication.fields")
def communication_fields(call: Call) -> dict[str, dict[str, Any]]:  # noqa: ARG001
    """Describe the fields of an activity's communications."""
    return describe_fields(COMMUNICATION_FIELDS)


@family.method(
    "crm.activity.call.getTranscript",
    dialect=Dialect(missing=_no_item, wrong=_no_item),
    faults=(ITEM_NOT_FOUND,),
)
def get_transcript(
    call: Call, *, activity_id: Annotated[int, Doc("Id of a call."), Spelled("activityId")]
) -> dict[str, str] | None:
    """Return what was said in a call: nothing, since calls are not written down here."""
    found = store.find_activity(call.tx, call.portal_id, activity_id)
    if found is None or found["TYPE_ID"] != ActivityType.CALL:
        raise ApiError(ITEM_NOT_FOUND)
    return None


_OWN = [name for name, field in FIELDS.items() if not field.multiple]


def _bound(filters: dict[str, Any]) -> list[Condition]:
    """Read BINDINGS of a filter: objects by type, id or both, of which an activity is bound to any."""
    if "BINDINGS" not in filters:
        return []
    given = filters["BINDINGS"]
    rows = [given] if isinstance(given, dict) and {"OWNER_TYPE_ID", "OWNER_ID"} & set(given) else items_of(given) or []
    pairs = [
        (parse_id(plain(row.get("OWNER_TYPE_ID"))), parse_id(plain(row.get("OWNER_ID"))))
        for row in rows
        if isinstance(row, dict)
    ]
    return [Condition(store.BINDINGS, "in", [pair for pair in pairs if any(pair)])]


def _view(call: Call, found: Activity, names: list[str]) -> dict[str, Any]:
    return {
        name: str(found.id) if name == "ID" else write(call, FIELDS[name], found[name])
        for name in names
        if not FIELDS[name].multiple
    }


def _add_several(call: Call, names: list[str], items: list[dict[str, Any]]) -> None:
    """Add what is rows of its own to the activities of a page, where a request names it, each by one statement."""
    ids = [int(item["ID"]) for item in items]
    if "BINDINGS" in names:
        bound = store.list_bindings(call.tx, call.portal_id, ids)
        _fill(items, "BINDINGS", {key: [_binding_view(*one) for one in rows] for key, rows in bound.items()})
    if "COMMUNICATIONS" in names:
        reached = store.list_communications(call.tx, call.portal_id, ids)
        settings = _settings(call, [one for rows in reached.values() for one in rows])
        told = {key: [_communication_view(one, settings) for one in rows] for key, rows in reached.items()}
        _fill(items, "COMMUNICATIONS", told)
    for name in {"FILES", "WEBDAV_ELEMENTS"}.intersection(names):
        attached = crm_files.of(call, Holder.ACTIVITY, ids)
        links = {
            key: [{"id": one.file.id, "url": files.link(call, one.file)} for one in rows]
            for key, rows in attached.items()
        }
        _fill(items, name, links)


def _fill(items: list[dict[str, Any]], name: str, told: dict[int, list[Any]]) -> None:
    for item in items:
        item[name] = told.get(int(item["ID"]), [])


def _binding_view(entity: EntityType, object_id: int) -> dict[str, str]:
    return {"OWNER_TYPE_ID": str(int(entity)), "OWNER_ID": str(object_id)}


_Settings = dict[tuple[EntityType | None, int], dict[str, str]]


def _communication_view(one: Communication, settings: _Settings) -> dict[str, Any]:
    return {
        "ID": str(one.id),
        "TYPE": one.type,
        "VALUE": one.value,
        "ENTITY_ID": str(one.entity_id),
        "ENTITY_TYPE_ID": str(int(one.entity or 0)),
        "ENTITY_SETTINGS": settings.get((one.entity, one.entity_id), []),
    }


_NAMES = ("HONORIFIC", "NAME", "SECOND_NAME", "LAST_NAME")


def _settings(call: Call, reached: list[Communication]) -> _Settings:
    """Return what the objects of communications are called."""
    found = {
        entity: {one.id: one for one in _objects(call, entity, {c.entity_id for c in reached if c.entity is entity})}
        for entity in (EntityType.LEAD, EntityType.CONTACT, EntityType.COMPANY)
    }
    contacts = found[EntityType.CONTACT].values()
    titles = {one.id: one["TITLE"] for one in _objects(call, EntityType.COMPANY, {c["COMPANY_ID"] for c in contacts})}
    told: _Settings = {}
    for entity, known in found.items():
        for one in known.values():
            names = {} if entity is EntityType.COMPANY else {name: one[name] or "" for name in _NAMES}
            company = {EntityType.COMPANY: one["TITLE"], EntityType.LEAD: one["COMPANY_TITLE"]}
            title = company.get(entity) or titles.get(one["COMPANY_ID"]) or ""
            told[entity, one.id] = names | {"COMPANY_TITLE": title, "COMPANY_ID": str(one["COMPANY_ID"] or 0)}
    return told


def _objects(call: Call, entity: EntityType, ids: set[int]) -> list[Any]:
    wanted = [Condition("ID", "in", sorted(filter(None, ids)))]
    return object_store.list_objects(call.tx, call.portal_id, entity, wanted, limit=len(ids)) if any(ids) else []
