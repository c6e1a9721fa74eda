"""Activities of the CRM: meetings, calls, e-mails, those of applications and sessions of open lines; their fields."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from tieline.domain.crm import EntityType, Field, Flag, Kind

APPLICATION = "REST_APP"  # provider of what an application adds, and changes alone
CONFIGURABLE = "CONFIGURABLE_REST_APP"
SESSION = "IMOPENLINES_SESSION"
WAITING, COMPLETED = 1, 2  # statuses
INCOMING = 1  # a direction
MEDIUM = 2  # a priority
PLAIN_TEXT = 1  # a type of description
LONG = 65_000


class ActivityType(IntEnum):
    """What an activity is; the numbers are those of the API."""

    MEETING = 1
    CALL = 2
    TASK = 3
    EMAIL = 4
    ACTION = 5
    PROVIDED = 6


# Types that callers may add without naming a provider: (provider, its type, the type of communications).
OWN = {
    ActivityType.MEETING: ("CRM_MEETING", "MEETING", ""),
    ActivityType.CALL: ("VOXIMPLANT_CALL", "CALL", "PHONE"),
    ActivityType.EMAIL: ("CRM_EMAIL", "EMAIL", "EMAIL"),
}


@dataclass(frozen=True, slots=True)
class Communication:
    """Where an activity reaches somebody: a number or an address, and the object that it is of, if any."""

    type: str
    value: str
    entity: EntityType | None = None
    entity_id: int = 0
    id: int = 0


Binding = tuple[EntityType, int]


@dataclass(frozen=True, slots=True)
class Activity:
    """What somebody does, or did, with a customer; its values by the names of its fields."""

    id: int
    values: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)


def _field(name: str, kind: Kind, title: str, *flags: Flag, longest: int = 255) -> Field:
    return Field(name, kind, title, frozenset(flags), longest=longest)


_ALL = (
    _field("ID", Kind.INTEGER, "ID", Flag.READ_ONLY),
    _field("OWNER_ID", Kind.INTEGER, "Id of the object", Flag.IMMUTABLE),
    _field("OWNER_TYPE_ID", Kind.OWNER_TYPE, "Type of the object", Flag.IMMUTABLE),
    _field("TYPE_ID", Kind.ACTIVITY_TYPE, "Type", Flag.REQUIRED, Flag.IMMUTABLE),
    _field("PROVIDER_ID", Kind.STRING, "Provider"),
    _field("PROVIDER_TYPE_ID", Kind.STRING, "Type of the provider's"),
    _field("PROVIDER_GROUP_ID", Kind.STRING, "Group of the provider's"),
    _field("ASSOCIATED_ENTITY_ID", Kind.INTEGER, "What it belongs to", Flag.READ_ONLY),
    _field("SUBJECT", Kind.STRING, "Subject", Flag.REQUIRED),
    _field("START_TIME", Kind.DATETIME, "Begins on"),
    _field("END_TIME", Kind.DATETIME, "Ends on"),
    _field("DEADLINE", Kind.DATETIME, "Due on"),
    _field("COMPLETED", Kind.CHAR, "Completed"),
    _field("STATUS", Kind.ACTIVITY_STATUS, "Status"),
    _field("RESPONSIBLE_ID", Kind.USER, "Responsible person", Flag.REQUIRED),
    _field("PRIORITY", Kind.ACTIVITY_PRIORITY, "Priority"),
    _field("NOTIFY_TYPE", Kind.NOTIFY_TYPE, "Unit of the reminder"),
    _field("NOTIFY_VALUE", Kind.INTEGER, "How long before"),
    _field("DESCRIPTION", Kind.STRING, "Description", longest=LONG),
    _field("DESCRIPTION_TYPE", Kind.CONTENT_TYPE, "Format of the description"),
    _field("DIRECTION", Kind.ACTIVITY_DIRECTION, "Direction"),
    _field("LOCATION", Kind.STRING, "Place"),
    _field("CREATED", Kind.DATETIME, "Created on", Flag.READ_ONLY),
    _field("AUTHOR_ID", Kind.USER, "Created by", Flag.READ_ONLY),
    _field("LAST_UPDATED", Kind.DATETIME, "Changed on", Flag.READ_ONLY),
    _field("EDITOR_ID", Kind.USER, "Changed by", Flag.READ_ONLY),
    _field("SETTINGS", Kind.OBJECT, "Settings", longest=LONG),
    _field("ORIGIN_ID", Kind.STRING, "Id in the outside source"),
    _field("ORIGINATOR_ID", Kind.STRING, "Outside source"),
    _field("ORIGIN_VERSION", Kind.STRING, "Version in the outside source"),
    _field("RESULT_STATUS", Kind.INTEGER, "Status of the result"),
    _field("RESULT_STREAM", Kind.INTEGER, "Stream of the result"),
    _field("RESULT_SOURCE_ID", Kind.STRING, "Source of the result"),
    _field("PROVIDER_PARAMS", Kind.OBJECT, "Parameters of the provider's", longest=LONG),
    _field("PROVIDER_DATA", Kind.STRING, "Data of the provider's", longest=LONG),
    _field("RESULT_MARK", Kind.INTEGER, "Mark of the result"),
    _field("RESULT_VALUE", Kind.DOUBLE, "Value of the result"),
    _field("RESULT_SUM", Kind.DOUBLE, "Sum of the result"),
    _field("RESULT_CURRENCY_ID", Kind.STRING, "Currency of the result"),
    _field("AUTOCOMPLETE_RULE", Kind.INTEGER, "Rule by which it was completed"),
    _field("BINDINGS", Kind.BINDING, "Objects", Flag.READ_ONLY, Flag.MULTIPLE),
    _field("COMMUNICATIONS", Kind.COMMUNICATION, "Communications", Flag.REQUIRED, Flag.MULTIPLE),
    _field("FILES", Kind.DISK_FILE, "Files", Flag.MULTIPLE),
    _field("WEBDAV_ELEMENTS", Kind.DISK_FILE, "Files, as formerly named", Flag.MULTIPLE, Flag.DEPRECATED),
    _field("IS_INCOMING_CHANNEL", Kind.CHAR, "From an incoming channel", Flag.READ_ONLY),
)
FIELDS = {one.name: one for one in _ALL}
COMMUNICATION_FIELDS = (
    _field("ID", Kind.INTEGER, "ID", Flag.READ_ONLY),
    _field("ACTIVITY_ID", Kind.INTEGER, "Activity", Flag.READ_ONLY),
    _field("ENTITY_ID", Kind.INTEGER, "Id of the object"),
    _field("ENTITY_TYPE_ID", Kind.INTEGER, "Type of the object"),
    _field("TYPE", Kind.STRING, "Type"),
    _field("VALUE", Kind.STRING, "Value"),
)
# What an activity holds itself; the last one is known here alone.
COLUMNS = (*(name for name, one in FIELDS.items() if name != "ID" and not one.multiple), "APP_ID")
EMPTY = {"SETTINGS": "[]", "PROVIDER_PARAMS": "[]"}
STARTING: dict[str, Any] = {
    **EMPTY,
    **dict.fromkeys(("ASSOCIATED_ENTITY_ID", "NOTIFY_TYPE", "NOTIFY_VALUE", "DIRECTION", "AUTOCOMPLETE_RULE"), 0),
    **dict.fromkeys(("RESULT_MARK", "RESULT_STATUS", "RESULT_STREAM"), 0),
    **dict.fromkeys(("DESCRIPTION", "LOCATION"), ""),
    "PRIORITY": MEDIUM,
    "DESCRIPTION_TYPE": PLAIN_TEXT,
    "COMPLETED": "N",
    "STATUS": WAITING,
    "IS_INCOMING_CHANNEL": "N",
}
