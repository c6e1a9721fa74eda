"""The fields of leads, deals, contacts and companies."""

from tieline.domain.crm import EntityType, Field, Flag, Kind

LONG = 20_000


def _field(name: str, kind: Kind, title: str, *flags: Flag, directory: str = "", longest: int = 255) -> Field:
    return Field(name, kind, title, frozenset(flags), directory, longest)


def _status(name: str, title: str, directory: str) -> Field:
    return _field(name, Kind.STATUS, title, directory=directory)


def _address(prefix: str, title: str) -> tuple[Field, ...]:
    """Return the fields of an address."""
    parts = {
        "": title,
        "_2": f"{title}, second line",
        "_CITY": f"{title}: city",
        "_POSTAL_CODE": f"{title}: postal code",
        "_REGION": f"{title}: region",
        "_PROVINCE": f"{title}: province",
        "_COUNTRY": f"{title}: country",
        "_COUNTRY_CODE": f"{title}: country code",
    }
    texts = (_field(prefix + part, Kind.STRING, told, longest=1_024) for part, told in parts.items())
    return (*texts, _field(f"{prefix}_LOC_ADDR_ID", Kind.INTEGER, f"{title}: location"))


_ID = _field("ID", Kind.INTEGER, "ID", Flag.READ_ONLY)
_NAME = (
    _field("NAME", Kind.STRING, "First name"),
    _field("SECOND_NAME", Kind.STRING, "Middle name"),
    _field("LAST_NAME", Kind.STRING, "Last name"),
)
_SOURCE = (
    _status("SOURCE_ID", "Source", "SOURCE"),
    _field("SOURCE_DESCRIPTION", Kind.STRING, "About the source", longest=LONG),
)
_MONEY = (
    _field("CURRENCY_ID", Kind.CURRENCY, "Currency"),
    _field("OPPORTUNITY", Kind.DOUBLE, "Amount"),
    _field("IS_MANUAL_OPPORTUNITY", Kind.CHAR, "Amount set by hand"),
)
_OPENED = _field("OPENED", Kind.CHAR, "Open to everybody")
_COMMENTS = _field("COMMENTS", Kind.STRING, "Comments", longest=65_000)
_REACHED_BY = (
    _field("HAS_PHONE", Kind.CHAR, "Has a phone", Flag.READ_ONLY),
    _field("HAS_EMAIL", Kind.CHAR, "Has an e-mail address", Flag.READ_ONLY),
    _field("HAS_IMOL", Kind.CHAR, "Has a dialog", Flag.READ_ONLY),
)
_PEOPLE = (
    _field("ASSIGNED_BY_ID", Kind.USER, "Responsible person"),
    _field("CREATED_BY_ID", Kind.USER, "Created by", Flag.READ_ONLY),
    _field("MODIFY_BY_ID", Kind.USER, "Changed by", Flag.READ_ONLY),
)
_MOVED_BY = _field("MOVED_BY_ID", Kind.USER, "Moved by", Flag.READ_ONLY)
_DATES = (
    _field("DATE_CREATE", Kind.DATETIME, "Created on", Flag.READ_ONLY),
    _field("DATE_MODIFY", Kind.DATETIME, "Changed on", Flag.READ_ONLY),
)
_MOVED_TIME = _field("MOVED_TIME", Kind.DATETIME, "Moved on", Flag.READ_ONLY)
_ORIGIN = (
    _field("ORIGINATOR_ID", Kind.STRING, "Outside source"),
    _field("ORIGIN_ID", Kind.STRING, "Id in the outside source"),
)
_ORIGIN_VERSION = _field("ORIGIN_VERSION", Kind.STRING, "Version in the outside source")
_UTM = (
    _field("UTM_SOURCE", Kind.STRING, "Advertising system"),
    _field("UTM_MEDIUM", Kind.STRING, "Kind of traffic"),
    _field("UTM_CAMPAIGN", Kind.STRING, "Campaign"),
    _field("UTM_CONTENT", Kind.STRING, "Content of the campaign"),
    _field("UTM_TERM", Kind.STRING, "Search term of the campaign"),
)
_ACTIVITY = (
    _field("LAST_ACTIVITY_TIME", Kind.DATETIME, "Last activity", Flag.READ_ONLY),
    _field("LAST_ACTIVITY_BY", Kind.USER, "Last activity by", Flag.READ_ONLY),
)
_MULTIFIELDS = (
    _field("PHONE", Kind.MULTIFIELD, "Phone", Flag.MULTIPLE),
    _field("EMAIL", Kind.MULTIFIELD, "E-mail", Flag.MULTIPLE),
    _field("WEB", Kind.MULTIFIELD, "Site", Flag.MULTIPLE),
    _field("IM", Kind.MULTIFIELD, "Messenger", Flag.MULTIPLE),
    _field("LINK", Kind.MULTIFIELD, "Link", Flag.MULTIPLE),
)
_COMPANY = _field("COMPANY_ID", Kind.COMPANY, "Company")
_CONTACT = _field("CONTACT_ID", Kind.CONTACT, "Contact", Flag.DEPRECATED)
_CONTACTS = _field("CONTACT_IDS", Kind.CONTACT, "Contacts", Flag.MULTIPLE)
_OF_LEAD = _field("LEAD_ID", Kind.LEAD, "Lead", Flag.READ_ONLY)

_LEAD = (
    _ID,
    _field("TITLE", Kind.STRING, "Title"),
    _status("HONORIFIC", "Salutation", "HONORIFIC"),
    *_NAME,
    _field("BIRTHDATE", Kind.DATE, "Date of birth"),
    _field("COMPANY_TITLE", Kind.STRING, "Company's name"),
    *_SOURCE,
    _status("STATUS_ID", "Stage", "STATUS"),
    _field("STATUS_DESCRIPTION", Kind.STRING, "About the stage", longest=LONG),
    _field("STATUS_SEMANTIC_ID", Kind.STRING, "What the stage means", Flag.READ_ONLY),
    _field("POST", Kind.STRING, "Position"),
    *_address("ADDRESS", "Address"),
    *_MONEY,
    _OPENED,
    _COMMENTS,
    *_REACHED_BY,
    *_PEOPLE,
    _MOVED_BY,
    *_DATES,
    _MOVED_TIME,
    _COMPANY,
    _CONTACT,
    _CONTACTS,
    _field("IS_RETURN_CUSTOMER", Kind.CHAR, "Of a known customer", Flag.READ_ONLY),
    _field("DATE_CLOSED", Kind.DATETIME, "Closed on", Flag.READ_ONLY),
    *_ORIGIN,
    *_UTM,
    *_ACTIVITY,
    *_MULTIFIELDS,
)
_DEAL = (
    _ID,
    _field("TITLE", Kind.STRING, "Title"),
    _status("TYPE_ID", "Type", "DEAL_TYPE"),
    _field("CATEGORY_ID", Kind.CATEGORY, "Funnel", Flag.IMMUTABLE),
    _status("STAGE_ID", "Stage", "DEAL_STAGE"),
    _field("STAGE_SEMANTIC_ID", Kind.STRING, "What the stage means", Flag.READ_ONLY),
    _field("IS_NEW", Kind.CHAR, "New", Flag.READ_ONLY),
    _field("IS_RECURRING", Kind.CHAR, "Recurring"),
    _field("IS_RETURN_CUSTOMER", Kind.CHAR, "Of a known customer"),
    _field("IS_REPEATED_APPROACH", Kind.CHAR, "Repeated approach"),
    _field("PROBABILITY", Kind.INTEGER, "Probability"),
    *_MONEY,
    _field("TAX_VALUE", Kind.DOUBLE, "Tax"),
    _COMPANY,
    _CONTACT,
    _CONTACTS,
    _field("QUOTE_ID", Kind.QUOTE, "Estimate", Flag.READ_ONLY),
    _field("BEGINDATE", Kind.DATE, "Begins on"),
    _field("CLOSEDATE", Kind.DATE, "Closes on"),
    _OPENED,
    _field("CLOSED", Kind.CHAR, "Closed"),
    _COMMENTS,
    *_PEOPLE,
    _MOVED_BY,
    *_DATES,
    _MOVED_TIME,
    *_SOURCE,
    _OF_LEAD,
    _field("ADDITIONAL_INFO", Kind.STRING, "More about it", longest=LONG),
    _field("LOCATION_ID", Kind.LOCATION, "Location"),
    *_ORIGIN,
    *_UTM,
    *_ACTIVITY,
)
_CONTACT_FIELDS = (
    _ID,
    _status("HONORIFIC", "Salutation", "HONORIFIC"),
    *(_field(one.name, one.kind, one.title, Flag.REQUIRED) for one in _NAME),
    _field("PHOTO", Kind.FILE, "Photo"),
    _field("BIRTHDATE", Kind.DATE, "Date of birth"),
    _status("TYPE_ID", "Type", "CONTACT_TYPE"),
    *_SOURCE,
    _field("POST", Kind.STRING, "Position"),
    *_address("ADDRESS", "Address"),
    _COMMENTS,
    _OPENED,
    _field("EXPORT", Kind.CHAR, "May be exported"),
    *_REACHED_BY,
    *_PEOPLE,
    *_DATES,
    _field("COMPANY_ID", Kind.COMPANY, "Company", Flag.DEPRECATED),
    _field("COMPANY_IDS", Kind.COMPANY, "Companies", Flag.MULTIPLE),
    _OF_LEAD,
    *_ORIGIN,
    _ORIGIN_VERSION,
    *_UTM,
    *_ACTIVITY,
    *_MULTIFIELDS,
)
_COMPANY_FIELDS = (
    _ID,
    _field("TITLE", Kind.STRING, "Name", Flag.REQUIRED),
    _status("COMPANY_TYPE", "Type", "COMPANY_TYPE"),
    _field("LOGO", Kind.FILE, "Logo"),
    *_address("ADDRESS", "Address"),
    _field("ADDRESS_LEGAL", Kind.STRING, "Legal address", longest=LONG),
    *_address("REG_ADDRESS", "Registered address"),
    _field("BANKING_DETAILS", Kind.STRING, "Bank account", longest=LONG),
    _status("INDUSTRY", "Industry", "INDUSTRY"),
    _status("EMPLOYEES", "Employees", "EMPLOYEES"),
    _field("CURRENCY_ID", Kind.CURRENCY, "Currency"),
    _field("REVENUE", Kind.DOUBLE, "Yearly revenue"),
    _OPENED,
    _COMMENTS,
    *_REACHED_BY,
    _field("IS_MY_COMPANY", Kind.CHAR, "A company of ours"),
    *_PEOPLE,
    *_DATES,
    _field("CONTACT_ID", Kind.CONTACT, "Contacts", Flag.MULTIPLE),
    _OF_LEAD,
    *_ORIGIN,
    _ORIGIN_VERSION,
    *_UTM,
    *_ACTIVITY,
    _field("LAST_COMMUNICATION_TIME", Kind.STRING, "Last spoken with", Flag.READ_ONLY),
    *_MULTIFIELDS,
)
FIELDS: dict[EntityType, dict[str, Field]] = {
    EntityType.LEAD: {one.name: one for one in _LEAD},
    EntityType.DEAL: {one.name: one for one in _DEAL},
    EntityType.CONTACT: {one.name: one for one in _CONTACT_FIELDS},
    EntityType.COMPANY: {one.name: one for one in _COMPANY_FIELDS},
}
# What an object holds itself, beside the rows of its fields with several values.
COLUMNS: dict[EntityType, tuple[str, ...]] = {
    entity: tuple(name for name, one in fields.items() if name != "ID" and not one.multiple)
    for entity, fields in FIELDS.items()
}
