"""Activities of the CRM: every active person may add and change them; an application's are its own."""

from typing import Any

from tieline.domain.crm import EntityType
from tieline.domain.crm_activities import (
    APPLICATION,
    COMPLETED,
    CONFIGURABLE,
    FIELDS,
    OWN,
    SESSION,
    STARTING,
    WAITING,
    Activity,
    ActivityType,
    Binding,
    Communication,
)
from tieline.domain.crm_files import Holder
from tieline.domain.ids import parse_id
from tieline.domain.user_fields import plain
from tieline.services import crm, crm_files, crm_timeline, crm_values
from tieline.services.call import Call
from tieline.store import crm_activities as store
from tieline.store import crm_files as file_store

MOST_COMMUNICATIONS = 100
MAX_VALUE = 255
ON_ADDING = ("ASSOCIATED_ENTITY_ID", "IS_INCOMING_CHANNEL")
BY_START = (ActivityType.MEETING, ActivityType.CALL)


class ActivityMissing(Exception):
    """There is no such activity."""


class SubjectMissing(Exception):
    """An activity needs a subject."""


class ResponsibleMissing(Exception):
    """An activity needs a responsible person of the portal."""


class WrongType(Exception):
    """An activity needs a type that there is."""


class ProviderMissing(Exception):
    """Activities of this type are added by their provider alone."""


class IsConfigurable(Exception):
    """Configurable activities have methods of their own."""


class CommunicationMissing(Exception):
    """An activity of this type reaches somebody."""


class SeveralCommunications(Exception):
    """An activity of this type reaches one alone."""


class NotBound(Exception):
    """An activity is bound to an object that is there."""


class AppRequired(Exception):
    """Only the application that added the activity may do this."""


def get(call: Call, activity_id: int) -> Activity:
    """Return an activity; an application's only to itself, as long as it is there."""
    return _checked(call, store.find_activity(call.tx, call.portal_id, activity_id))


def add(call: Call, given: dict[str, Any]) -> int:
    """Add an activity; returns its id."""
    kind, provided = _provider(call, given)
    told = crm_values.read_fields(call, FIELDS, given, adding=True, also=ON_ADDING)
    _check_words(given, told, adding=True)
    if not provided and kind is None:
        raise WrongType
    if not provided and kind not in OWN:
        raise ProviderMissing
    communications = _communications(call, kind, given)
    bindings = _bindings(call, given, communications)
    values = STARTING | {name: value for name, value in told.items() if value not in (None, "")} | provided
    if kind in OWN:
        values = dict(zip(("PROVIDER_ID", "PROVIDER_TYPE_ID"), OWN[kind], strict=False)) | values
    values |= _stamps(call, adding=True) | _state(told) | {"TYPE_ID": kind}
    values |= {"OWNER_TYPE_ID": int(bindings[0][0]), "OWNER_ID": bindings[0][1]}
    activity_id = store.add_activity(call.tx, call.portal_id, values | _deadline(values))
    store.add_bindings(call.tx, call.portal_id, activity_id, bindings)
    store.set_communications(call.tx, call.portal_id, activity_id, communications)
    _attach(call, activity_id, given)
    for binding in bindings:
        crm_timeline.note(call, *binding)
    return activity_id


def update(call: Call, activity_id: int, given: dict[str, Any]) -> None:
    """Change what is given of an activity; its type, its provider and its owner stay."""
    before = _lock(call, activity_id)
    if plain(given.get("PROVIDER_ID")) == CONFIGURABLE:
        raise IsConfigurable
    kind = ActivityType(before["TYPE_ID"])
    if "TYPE_ID" in given and not before["APP_ID"] and _kind(given) is None:
        raise WrongType
    told = crm_values.read_fields(call, FIELDS, {name: one for name, one in given.items() if name != "PROVIDER_ID"})
    _check_words(given, told, adding=False)
    values = before.values | told | _stamps(call, adding=False) | _state(told)
    store.set_activity(call.tx, call.portal_id, Activity(activity_id, values | _deadline(values)))
    if "COMMUNICATIONS" in given:
        communications = _communications(call, kind, given)
        store.set_communications(call.tx, call.portal_id, activity_id, communications)
        named = [(one.entity, one.entity_id) for one in communications if one.entity]
        store.add_bindings(call.tx, call.portal_id, activity_id, named)
    _attach(call, activity_id, given)


def delete(call: Call, activity_id: int) -> None:
    """Delete an activity with its files."""
    _lock(call, activity_id)
    file_store.remove_attachments(call.tx, call.portal_id, Holder.ACTIVITY, activity_id)
    store.remove_activity(call.tx, call.portal_id, activity_id)


def _lock(call: Call, activity_id: int) -> Activity:
    return _checked(call, store.find_activity(call.tx, call.portal_id, activity_id, lock=True))


def _checked(call: Call, found: Activity | None) -> Activity:
    if found is None:
        raise ActivityMissing
    app = call.find_app(found["APP_ID"]) if found["APP_ID"] else None
    if app is not None and app.removed_at is None and (call.app is None or call.app.id != app.id):
        raise AppRequired
    return found


def _kind(given: dict[str, Any]) -> ActivityType | None:
    number = parse_id(plain(given.get("TYPE_ID")))
    return ActivityType(number) if number in tuple(ActivityType) else None


def _provider(call: Call, given: dict[str, Any]) -> tuple[ActivityType | None, dict[str, Any]]:
    """Return the type of a new activity, and what its provider decides; nothing where it has none of its own."""
    provider, kind = plain(given.get("PROVIDER_ID")), _kind(given)
    if provider == CONFIGURABLE:
        raise IsConfigurable
    if provider == SESSION:
        raise ProviderMissing
    if provider == APPLICATION:
        if call.app is None:
            raise AppRequired
        return ActivityType.PROVIDED, {"PROVIDER_ID": provider, "APP_ID": call.app.id}
    if provider and kind is ActivityType.PROVIDED:
        return kind, {"PROVIDER_ID": provider}
    return kind, {}


def _check_words(given: dict[str, Any], told: dict[str, Any], *, adding: bool) -> None:
    if (adding or "SUBJECT" in given) and not told.get("SUBJECT", "").strip():
        raise SubjectMissing
    if (adding or "RESPONSIBLE_ID" in given) and "RESPONSIBLE_ID" not in told:
        raise ResponsibleMissing


def _communications(call: Call, kind: ActivityType | None, given: dict[str, Any]) -> list[Communication]:
    rows = given.get("COMMUNICATIONS")
    if isinstance(rows, dict):
        rows = [rows] if "VALUE" in rows else list(rows.values())
    rows = rows[:MOST_COMMUNICATIONS] if isinstance(rows, list) else []
    found = [one for row in rows if isinstance(row, dict) and (one := _communication(call, kind, row))]
    if kind in OWN and not found:
        raise CommunicationMissing
    if kind in BY_START and len(found) > 1:
        raise SeveralCommunications
    return found


def _communication(call: Call, kind: ActivityType | None, row: dict[str, Any]) -> Communication | None:
    """Read where an activity reaches somebody; a letter goes to addresses alone."""
    told = {name: plain(value) for name, value in row.items() if not isinstance(value, dict | list)}
    usual = OWN[kind][2] if kind in OWN else ""
    way, value = told.get("TYPE", "")[:MAX_VALUE] or usual, told.get("VALUE", "")[:MAX_VALUE]
    if kind is ActivityType.EMAIL and way != usual:
        return None
    named = _object(call, told.get("ENTITY_TYPE_ID"), told.get("ENTITY_ID"))
    return Communication(way, value, *named or ()) if value or named else None


def _object(call: Call, type_id: Any, object_id: Any) -> Binding | None:
    """Return an object that is there, locked, or None."""
    number, wanted = parse_id(plain(type_id)), parse_id(plain(object_id))
    if number not in tuple(EntityType) or not wanted:
        return None
    try:
        return EntityType(number), crm.lock(call, EntityType(number), wanted).id
    except crm.ObjectMissing:
        return None


def _bindings(call: Call, given: dict[str, Any], communications: list[Communication]) -> list[Binding]:
    """Return what an activity is bound to, its owner first."""
    owner = _object(call, given.get("OWNER_TYPE_ID"), given.get("OWNER_ID"))
    if owner is None and (given.get("OWNER_TYPE_ID") or given.get("OWNER_ID")):
        raise NotBound
    found = [owner] if owner else []
    found += [(one.entity, one.entity_id) for one in communications if one.entity]
    if not found:
        raise NotBound
    return list(dict.fromkeys(found))


def _stamps(call: Call, *, adding: bool) -> dict[str, Any]:
    stamps = {"EDITOR_ID": call.actor.id, "LAST_UPDATED": call.now}
    return stamps | {"AUTHOR_ID": call.actor.id, "CREATED": call.now} if adding else stamps


def _state(told: dict[str, Any]) -> dict[str, Any]:
    """Return what follows from a status, or from whether an activity is completed."""
    if told.get("STATUS"):
        return {"COMPLETED": "N" if told["STATUS"] == WAITING else "Y"}
    if "COMPLETED" in told:
        return {"STATUS": COMPLETED if told["COMPLETED"] == "Y" else WAITING}
    return {}


def _deadline(values: dict[str, Any]) -> dict[str, Any]:
    """Return when an activity is due: meetings and calls when they begin, others when they end."""
    source = "START_TIME" if values["TYPE_ID"] in BY_START else "END_TIME"
    return {"DEADLINE": values.get(source)}


def _attach(call: Call, activity_id: int, given: dict[str, Any]) -> None:
    for name in ("FILES", "WEBDAV_ELEMENTS"):
        if name in given:
            crm_files.attach(call, Holder.ACTIVITY, activity_id, crm_files.read(given[name]))
            return
