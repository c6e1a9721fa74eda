"""crm.status.*: directories of the CRM, stages of leads and deals among them."""

from typing import Annotated, Any

from tieline.api.differences import Difference
from tieline.api.faults import ApiError, Dialect, Fault, Problem
from tieline.api.method import Doc, Family, Page, Spelled
from tieline.domain.crm import EntityType, Field, Flag, Kind
from tieline.domain.crm_statuses import (
    DEAL_STAGES,
    DIRECTORIES,
    FAILURE,
    IN_PROCESS,
    LEAD_STAGES,
    SUCCESS,
    Status,
    funnel_of,
    has_stages,
    prefix_of,
)
from tieline.domain.user_fields import plain
from tieline.methods.crm import DIALECT as OF_OBJECTS
from tieline.methods.crm import describe_fields
from tieline.methods.crm_lists import Filter, Order
from tieline.methods.filters import meets, split
from tieline.methods.filters import order as rank
from tieline.services import crm_statuses
from tieline.services.call import Call

NOT_ALLOWED = Fault("400", "Access denied.")
WRONG_ID = Fault("400", "Invalid identifier.")
NOT_FOUND = Fault("400", "Status is not found.")
NO_DIRECTORY = Fault("400", "The parameter entityId is not defined or invalid.")
NOT_CHANGED = Fault("400", "Error on updating status.")
WRONG_LIST = Fault("400", "Invalid parameters.")
IS_SYSTEM = Fault("400", 'CRM System Status can be deleted only if parameter FORCED is specified and equal to "Y".')
IN_USE = Fault("400", "There are active items in this status.")
ADD_ERRORS: dict[type[Exception], Fault] = {
    crm_statuses.NotAllowed: Fault("", "Access denied."),
    crm_statuses.FieldsMissing: Fault("", ""),
    crm_statuses.DirectoryUnknown: Fault("", "Specified entity type is not supported."),
    crm_statuses.NameMissing: Fault("", "The field Title is required."),
    crm_statuses.WrongCode: Fault("", "Error on creating status."),
    crm_statuses.BehindSuccess: Fault(
        "",
        "Cannot create more stages after the final stage because the final successful stage already exists."
        " Try using sort order values less than that of the final stage.",
    ),
    crm_statuses.CodeTaken: Fault("ERROR_CORE", "The specified status ID already exists."),
}
CHANGE_ERRORS: dict[type[Exception], Fault] = {
    crm_statuses.NotAllowed: NOT_ALLOWED,
    crm_statuses.StatusMissing: NOT_FOUND,
}
FEWER = Difference(
    70, "Directories of estimates, invoices, documents, smart processes and calls are not here, since these are not."
)
FIELDS = (
    Field("ID", Kind.INTEGER, "ID", frozenset({Flag.READ_ONLY})),
    Field("ENTITY_ID", Kind.STRING, "Directory", frozenset({Flag.REQUIRED, Flag.IMMUTABLE})),
    Field("STATUS_ID", Kind.STRING, "Code", frozenset({Flag.REQUIRED, Flag.IMMUTABLE})),
    Field("SORT", Kind.INTEGER, "Place"),
    Field("NAME", Kind.STRING, "Name", frozenset({Flag.REQUIRED})),
    Field("NAME_INIT", Kind.STRING, "First name", frozenset({Flag.READ_ONLY})),
    Field("SYSTEM", Kind.CHAR, "Of the system", frozenset({Flag.READ_ONLY})),
    Field("CATEGORY_ID", Kind.INTEGER, "Funnel", frozenset({Flag.IMMUTABLE})),
    Field("COLOR", Kind.STRING, "Colour"),
    Field("SEMANTICS", Kind.CHAR, "What the stage means", frozenset({Flag.IMMUTABLE})),
    Field("EXTRA", Kind.STATUS_EXTRA, "More about the stage"),
)


def _wrong(name: str, _: Problem | None = None) -> Fault:
    return WRONG_ID if name == "id" else Fault("400", f"Parameter '{name}' must be array.")


family = Family(scopes=("crm",), dialect=Dialect(missing=_wrong, wrong=_wrong))
GETTING = Dialect(missing=lambda _: NOT_FOUND, wrong=lambda *_: NOT_FOUND)
LISTING = Dialect(missing=lambda _: WRONG_LIST, wrong=lambda *_: WRONG_LIST)
OF_DIRECTORY = Dialect(missing=lambda _: NO_DIRECTORY, wrong=lambda *_: NO_DIRECTORY)
Number = Annotated[int, Doc("Id of the entry."), Spelled("id")]


@family.method(
    "crm.status.add",
    writes=True,
    dialect=OF_OBJECTS,
    errors=ADD_ERRORS,
    differs=(FEWER,),
    may_be_empty=("fields",),
)
def add(
    call: Call,
    *,
    fields: Annotated[
        dict[str, Any], Doc("ENTITY_ID, STATUS_ID and NAME; SORT; COLOR and SEMANTICS of a stage."), Spelled("fields")
    ],
) -> int:
    """Add an entry to a directory, a funnel with its first stage; returns the entry's id."""
    return crm_statuses.add(call, fields)


@family.method(
    "crm.status.update",
    writes=True,
    errors=CHANGE_ERRORS | {crm_statuses.NameMissing: NOT_CHANGED},
    may_be_empty=("fields",),
)
def update(
    call: Call,
    *,
    id: Number,  # noqa: A002 - the request's own name
    fields: Annotated[dict[str, Any], Doc("NAME, SORT and COLOR, whichever are to change."), Spelled("fields")],
) -> bool:
    """Change the name, the place and the colour of an entry."""
    crm_statuses.update(call, _positive(id), fields)
    return True


@family.method(
    "crm.status.delete",
    writes=True,
    errors=CHANGE_ERRORS | {crm_statuses.IsSystem: IS_SYSTEM, crm_statuses.InUse: IN_USE},
)
def delete(
    call: Call,
    *,
    id: Number,  # noqa: A002 - the request's own name
    params: Annotated[
        dict[str, Any] | None, Doc("FORCED=Y deletes an entry of the system too."), Spelled("params")
    ] = None,
) -> bool:
    """Delete an entry of a directory; a stage only where nothing is at it."""
    crm_statuses.delete(call, _positive(id), forced=(params or {}).get("FORCED") == "Y")
    return True


@family.method("crm.status.get", dialect=GETTING, errors={crm_statuses.StatusMissing: NOT_FOUND})
def get(call: Call, *, id: Number) -> dict[str, Any]:  # noqa: A002 - the request's own name
    """Return an entry of a directory."""
    return _view(crm_statuses.get(call, id))


@family.method("crm.status.list", dialect=LISTING)
def list_statuses(call: Call, *, order: Order = None, filter: Filter = None) -> Page:  # noqa: A002
    """List the entries of all directories, all on one page; by directory and place where no order is given."""
    found = [view for known in crm_statuses.directories(call).values() for view in _views(known)]
    for key, wanted in (filter or {}).items():
        operator, name = split(key)
        if operator and name in _NAMES:
            found = [view for view in found if meets(view[name], operator, wanted)]
    for name, way in reversed((order or {}).items()):
        if name in _NAMES:
            found.sort(key=lambda view: rank(view[name]), reverse=plain(way).upper() == "DESC")
    return Page(found, total=len(found))


@family.method("crm.status.fields")
def fields(call: Call) -> dict[str, dict[str, Any]]:  # noqa: ARG001
    """Describe the fields of entries."""
    return describe_fields(FIELDS)


@family.method("crm.status.entity.items", dialect=OF_DIRECTORY, faults=(NO_DIRECTORY,))
def entity_items(
    call: Call, *, entity_id: Annotated[str, Doc("The directory, such as DEAL_STAGE or SOURCE."), Spelled("entityId")]
) -> list[dict[str, Any]]:
    """Return the entries of a directory, in their order."""
    if not crm_statuses.is_known(call, entity_id):
        raise ApiError(NO_DIRECTORY)
    found = crm_statuses.entries(call, entity_id).values()
    return [{"NAME": one.name, "SORT": one.sort, "STATUS_ID": one.status_id} for one in found]


@family.method("crm.status.entity.types", differs=(FEWER,))
def entity_types(call: Call) -> list[dict[str, Any]]:
    """Return all directories; each funnel has one of its own."""
    funnels = [name for name in crm_statuses.directories(call) if funnel_of(name)]
    return [_directory(call, name) for name in (*DIRECTORIES, *sorted(funnels, key=lambda name: funnel_of(name) or 0))]


_NAMES = frozenset(field.name for field in FIELDS if field.kind is not Kind.STATUS_EXTRA)
_MEANINGS = {IN_PROCESS: "process", SUCCESS: "success", FAILURE: "failure"}
APOLOGY = "apology"  # what failures behind the first one are


def _positive(number: int) -> int:
    if number <= 0:
        raise ApiError(WRONG_ID)
    return number


def _view(status: Status) -> dict[str, Any]:
    return {
        "ID": str(status.id),
        "ENTITY_ID": status.entity_id,
        "STATUS_ID": status.status_id,
        "NAME": status.name,
        "NAME_INIT": status.name_init,
        "SORT": str(status.sort),
        "SYSTEM": "Y" if status.system else "N",
        "CATEGORY_ID": str(status.category_id) if status.category_id else None,
        "COLOR": status.color,
        "SEMANTICS": status.semantics or None,
    }


def _views(known: dict[str, Status]) -> list[dict[str, Any]]:
    """Write the entries of a directory; of stages also what they mean in words."""
    failure = next((status.status_id for status in known.values() if status.semantics == FAILURE), None)
    views = []
    for status in known.values():
        view = _view(status)
        if has_stages(status.entity_id):
            is_later = status.semantics == FAILURE and status.status_id != failure
            view["EXTRA"] = {"SEMANTICS": APOLOGY if is_later else _MEANINGS[status.meaning], "COLOR": status.color}
        views.append(view)
    return views


def _directory(call: Call, name: str) -> dict[str, Any]:
    funnel = funnel_of(name)
    told: dict[str, Any] = {"ID": name, "NAME": DIRECTORIES.get(name, f"Deal stages of funnel {funnel}")}
    if has_stages(name):
        told["SEMANTIC_INFO"] = _semantics(call, name)
        told["ENTITY_TYPE_ID"] = int(EntityType.LEAD if name == LEAD_STAGES else EntityType.DEAL)
    if funnel is not None:
        told |= {"FIELD_ATTRIBUTE_SCOPE": f"category_{funnel}" if funnel else "", "CATEGORY_ID": funnel}
    if funnel:
        told |= {"PARENT_ID": DEAL_STAGES, "PREFIX": prefix_of(name).removesuffix(":"), "CATEGORY_ID": str(funnel)}
    return told


def _semantics(call: Call, name: str) -> dict[str, Any]:
    stages = crm_statuses.entries(call, name).values()
    first = {
        meaning: next((one.status_id for one in stages if one.meaning == meaning), "")
        for meaning in (IN_PROCESS, SUCCESS, FAILURE)
    }
    return {
        "START_FIELD": first[IN_PROCESS],
        "FINAL_SUCCESS_FIELD": first[SUCCESS],
        "FINAL_UNSUCCESS_FIELD": first[FAILURE],
        "FINAL_SORT": 0,
    }
