"""Fields that a portal adds to its people: adding, changing and deleting them, and what they may hold."""

import re
from dataclasses import replace
from typing import Any

from tieline.domain.ids import new_hex
from tieline.domain.user_fields import (
    PREFIX,
    STANDARD,
    FieldType,
    Item,
    UserField,
    Value,
    WrongValue,
    default_values,
    plain,
    read_flag,
    read_number,
    read_settings,
    read_values,
)
from tieline.services.call import Call
from tieline.store import happenings
from tieline.store import user_fields as store

MAX_FIELDS = 1016
MAX_ITEMS = 1_000
MAX_LABEL = 255
LABELS = ("EDIT_FORM_LABEL", "LIST_COLUMN_LABEL", "LIST_FILTER_LABEL", "ERROR_MESSAGE", "HELP_MESSAGE")
ANY_LANGUAGE = "*"
_NAME = re.compile(r"[A-Z0-9_]{1,43}", re.ASCII)


class NotAllowed(Exception):
    """Only an administrator sees and changes fields, and only those that there are."""


class FieldExists(Exception):
    """There is a field of this name; carries the complaint."""


class CannotCreate(Exception):
    """A field cannot be made of what is given."""


def custom_fields(call: Call) -> dict[str, UserField]:
    """Return the fields that the portal added, by name, oldest first."""
    return call.world.cache.get(
        call.tx,
        call.portal_id,
        "user fields",
        lambda: {field.name: field for field in store.list_fields(call.tx, call.portal_id)},
    )


def find(call: Call, name: str) -> UserField | None:
    """Return a field whose values are kept beside the users' rows, or None."""
    return STANDARD.get(name) or custom_fields(call).get(name)


def add(call: Call, kind: str, name: str, given: dict[str, Any]) -> int:
    """Add a field; returns its id."""
    require_admin(call)
    full_name = PREFIX + name.strip().upper().removeprefix(PREFIX).removeprefix("UF_")
    if full_name in custom_fields(call):
        raise FieldExists(f"Field {full_name} for USER object already exists")
    if not _NAME.fullmatch(full_name.removeprefix(PREFIX)) or len(custom_fields(call)) >= MAX_FIELDS:
        raise CannotCreate
    try:
        field = UserField(full_name, FieldType(kind), multiple=_flag(given, "MULTIPLE", default=False))
        field_id = store.add_field(call.tx, call.portal_id, _changed(field, given))
        if field_id is None:
            raise FieldExists(f"Field {full_name} for USER object already exists")
        _set_items(call, replace(field, id=field_id), given)
    except ValueError as error:
        raise CannotCreate from error
    _log(call, "user field added", full_name)
    return field_id


def update(call: Call, field_id: int, given: dict[str, Any]) -> None:
    """Change what is given of a field; its name, its type and whether it has several values stay."""
    field = get(call, field_id)
    try:
        store.set_field(call.tx, call.portal_id, _changed(field, given))
        _set_items(call, field, given)
    except ValueError as error:
        raise CannotCreate from error
    _log(call, "user field changed", field.name)


def delete(call: Call, field_id: int) -> None:
    """Delete a field with all its values."""
    field = get(call, field_id)
    store.remove_field(call.tx, call.portal_id, field)
    _log(call, "user field deleted", field.name)


def get(call: Call, field_id: int) -> UserField:
    """Return a field by its id."""
    require_admin(call)
    found = next((field for field in custom_fields(call).values() if field.id == field_id), None)
    if found is None:
        raise NotAllowed
    return found


def require_admin(call: Call) -> None:
    """Refuse everybody but administrators."""
    if not call.actor.is_admin:
        raise NotAllowed


def label(field: UserField, kind: str, language: str) -> str:
    """Return a text of a field in a language."""
    texts = field.labels.get(kind, {})
    return texts.get(language) or texts.get(ANY_LANGUAGE, "")


def _changed(field: UserField, given: dict[str, Any]) -> UserField:
    settings = given.get("SETTINGS")
    if field.id == 0 or isinstance(settings, dict):
        settings = read_settings(field.type, settings if isinstance(settings, dict) else {})
    else:
        settings = field.settings
    return replace(
        field,
        xml_id=plain(given["XML_ID"])[:MAX_LABEL] if _is_scalar(given.get("XML_ID")) else field.xml_id,
        sort=read_number(plain(given["SORT"])) if _is_scalar(given.get("SORT")) else field.sort,
        mandatory=_flag(given, "MANDATORY", default=field.mandatory),
        show_filter=_show_filter(given, field.show_filter),
        show_in_list=_flag(given, "SHOW_IN_LIST", default=field.show_in_list),
        edit_in_list=_flag(given, "EDIT_IN_LIST", default=field.edit_in_list),
        is_searchable=_flag(given, "IS_SEARCHABLE", default=field.is_searchable),
        settings=settings,
        labels=_labels(field, given),
    )


def _is_scalar(value: Any) -> bool:
    return value is not None and value != "" and not isinstance(value, dict | list)


def _flag(given: dict[str, Any], name: str, *, default: bool) -> bool:
    value = given.get(name)
    return read_flag(plain(value)) if _is_scalar(value) else default


def _show_filter(given: dict[str, Any], before: str) -> str:
    """Read how a field is offered as a filter: no, or yes by the ways I, E and S of comparing."""
    value = given.get("SHOW_FILTER")
    if not _is_scalar(value) or plain(value) in ("I", "E", "S"):
        return plain(value) if _is_scalar(value) else before
    return "E" if read_flag(plain(value)) else "N"


def _labels(field: UserField, given: dict[str, Any]) -> dict[str, dict[str, str]]:
    labels = dict(field.labels)
    for kind in LABELS:
        texts = _texts(given.get(kind)) or _texts(given.get("LABEL"))
        if texts:
            labels[kind] = texts if ANY_LANGUAGE in texts else {**labels.get(kind, {}), **texts}
    return labels


def _texts(given: Any) -> dict[str, str]:
    """Read a text for all languages, or texts by language."""
    if _is_scalar(given):
        return {ANY_LANGUAGE: plain(given)[:MAX_LABEL]}
    if not isinstance(given, dict):
        return {}
    return {str(code)[:5].lower(): plain(text)[:MAX_LABEL] for code, text in given.items() if _is_scalar(text)}


def _set_items(call: Call, field: UserField, given: dict[str, Any]) -> None:
    """Add, change and remove choices of a list: those with an ID of the list, and DEL, or new ones."""
    listed = given.get("LIST")
    items = list(listed.values()) if isinstance(listed, dict) else listed
    if field.type is not FieldType.ENUMERATION or not isinstance(items, list):
        return
    known = {item.id: item for item in field.items}
    if len(items) + len(known) > MAX_ITEMS or not all(isinstance(item, dict) for item in items):
        raise ValueError("LIST")
    for position, told in enumerate(items):
        before = known.get(read_number(plain(told["ID"]))) if _is_scalar(told.get("ID")) else None
        if before is not None and _flag(told, "DEL", default=False):
            store.remove_item(call.tx, call.portal_id, field, before.id)
        elif before is not None:
            store.set_item(call.tx, call.portal_id, _item(told, before))
        else:
            blank = Item(0, position * 100, "", is_default=False, xml_id=new_hex())
            store.add_item(call.tx, call.portal_id, field.id, _item(told, blank))


def _item(told: dict[str, Any], before: Item) -> Item:
    value = plain(told["VALUE"])[:MAX_LABEL] if _is_scalar(told.get("VALUE")) else before.value
    if not value:
        raise ValueError("VALUE")
    return Item(
        id=before.id,
        sort=read_number(plain(told["SORT"])) if _is_scalar(told.get("SORT")) else before.sort,
        value=value,
        is_default=_flag(told, "DEF", default=before.is_default),
        xml_id=plain(told["XML_ID"])[:MAX_LABEL] if _is_scalar(told.get("XML_ID")) else before.xml_id,
    )


def read(call: Call, field: UserField, given: Any) -> list[Value]:
    """Read what a field of a person is to hold. Raises WrongValue."""
    values = read_values(field, given, call.portal.time_zone)
    if field.mandatory and not values:
        raise _missing(call, field)
    if field.type is FieldType.EMPLOYEE and any(call.find_person(int(value.text)) is None for value in values):
        raise WrongValue(field.name)
    return values


def defaults(call: Call) -> dict[str, list[Value]]:
    """Return what the portal's fields hold for a person who is added without them."""
    zone = call.portal.time_zone
    return {field.name: default_values(field, call.now, zone) for field in custom_fields(call).values()}


def require_mandatory(call: Call, values: dict[str, list[Value]]) -> None:
    """Refuse values of a person among which a mandatory one is missing."""
    for field in custom_fields(call).values():
        if field.mandatory and not values.get(field.name):
            raise _missing(call, field)


def _missing(call: Call, field: UserField) -> WrongValue:
    return WrongValue(field.name, label(field, "ERROR_MESSAGE", call.portal.language))


def _log(call: Call, kind: str, name: str) -> None:
    happenings.add_happening(call.tx, call.portal_id, kind, now=call.now, actor_id=call.actor.id, field=name)
    call.touch()
