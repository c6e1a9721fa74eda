"""user.get, user.search, user.current, user.fields: people of the portal."""

from typing import Annotated, Any

from tieline.api.differences import ISO_DATES, Difference
from tieline.api.method import Doc, Family, Page, Spelled
from tieline.api.wire import iso, iso_or_none
from tieline.domain.people import User
from tieline.domain.user_fields import FieldType, UserField
from tieline.methods.user_filters import ONLINE, conditions, find_field
from tieline.services import files, user_fields
from tieline.services.call import Call
from tieline.store import departments as department_store
from tieline.store import directory
from tieline.store import user_fields as field_store
from tieline.store.directory import ID

family = Family(scopes=("user", "user_basic", "user_brief"))
PAGE = 50
ONE_SIZE = Difference(44, "IMAGE_RESIZE has no effect: the link leads to the photo as it came.")
FIELDS = {
    "ID": "ID",
    "XML_ID": "External code",
    "ACTIVE": "Active",
    "NAME": "First name",
    "LAST_NAME": "Last name",
    "SECOND_NAME": "Middle name",
    "TITLE": "Title",
    "EMAIL": "E-mail",
    "LAST_LOGIN": "Last login",
    "DATE_REGISTER": "Registered on",
    "TIME_ZONE": "Time zone",
    "IS_ONLINE": "Online",
    "TIMESTAMP_X": "Changed on",
    "LAST_ACTIVITY_DATE": "Last seen on",
    "PERSONAL_GENDER": "Gender",
    "PERSONAL_PROFESSION": "Profession",
    "PERSONAL_WWW": "Home page",
    "PERSONAL_BIRTHDAY": "Birthday",
    "PERSONAL_PHOTO": "Photo",
    "PERSONAL_ICQ": "ICQ",
    "PERSONAL_PHONE": "Phone",
    "PERSONAL_FAX": "Fax",
    "PERSONAL_MOBILE": "Mobile",
    "PERSONAL_PAGER": "Pager",
    "PERSONAL_STREET": "Street",
    "PERSONAL_CITY": "City",
    "PERSONAL_STATE": "State",
    "PERSONAL_ZIP": "Postal code",
    "PERSONAL_COUNTRY": "Country",
    "PERSONAL_MAILBOX": "P.O. box",
    "PERSONAL_NOTES": "Notes",
    "WORK_PHONE": "Work phone",
    "WORK_COMPANY": "Company",
    "WORK_POSITION": "Position",
    "WORK_DEPARTMENT": "Department",
    "WORK_WWW": "Company's site",
    "WORK_FAX": "Work fax",
    "WORK_PAGER": "Work pager",
    "WORK_STREET": "Work street",
    "WORK_MAILBOX": "Work P.O. box",
    "WORK_CITY": "Work city",
    "WORK_STATE": "Work state",
    "WORK_ZIP": "Work postal code",
    "WORK_COUNTRY": "Work country",
    "WORK_PROFILE": "What the company does",
    "WORK_LOGO": "Company's logo",
    "WORK_NOTES": "Work notes",
    "UF_SKYPE_LINK": "Skype chat",
    "UF_ZOOM": "Zoom",
    "UF_EMPLOYMENT_DATE": "Employed since",
    "UF_TIMEMAN": "Time tracking",
    "UF_DEPARTMENT": "Departments",
    "UF_INTERESTS": "Interests",
    "UF_SKILLS": "Skills",
    "UF_WEB_SITES": "Other sites",
    "UF_XING": "Xing",
    "UF_LINKEDIN": "LinkedIn",
    "UF_FACEBOOK": "Facebook",
    "UF_TWITTER": "Twitter",
    "UF_SKYPE": "Skype",
    "UF_DISTRICT": "District",
    "UF_PHONE_INNER": "Extension",
    "USER_TYPE": "Kind of user",
}
_NOT_BASIC = {"LAST_LOGIN", "PERSONAL_WWW", "PERSONAL_ICQ"}
_BRIEF_NAMES = """
ID XML_ID ACTIVE NAME LAST_NAME SECOND_NAME TITLE IS_ONLINE TIME_ZONE PERSONAL_PHOTO TIMESTAMP_X DATE_REGISTER
PERSONAL_PROFESSION PERSONAL_GENDER PERSONAL_BIRTHDAY PERSONAL_CITY PERSONAL_STATE PERSONAL_COUNTRY
WORK_POSITION WORK_CITY WORK_STATE WORK_COUNTRY LAST_ACTIVITY_DATE UF_EMPLOYMENT_DATE UF_TIMEMAN UF_SKILLS
UF_INTERESTS UF_DEPARTMENT UF_PHONE_INNER USER_TYPE
"""
_BRIEF = frozenset(_BRIEF_NAMES.split())
_GENDERS = {"male": "M", "female": "F"}


def gender(user: User) -> str:
    """Write a person's gender."""
    return _GENDERS.get(user.gender, "")


def _standard(call: Call) -> list[str]:
    """Return the standard fields that the caller's scope covers: user_brief < user_basic < user."""
    if "user" in call.scopes:
        return list(FIELDS)
    basic = "user_basic" in call.scopes
    return [name for name in FIELDS if (name not in _NOT_BASIC if basic else name in _BRIEF)]


def _visible(call: Call) -> list[str]:
    """Return all fields that the caller may see; those of the portal take the scope of fields or the whole one."""
    own = list(user_fields.custom_fields(call)) if call.scopes & {"user", "user.userfield"} else []
    return _standard(call) + own


def _row(call: Call, user: User, joined: list[int]) -> dict[str, Any]:
    """Write what stands in a user's row, and the departments."""
    zone, seen = call.portal.time_zone, user.last_seen_at
    return {
        "ID": str(user.id),
        "ACTIVE": user.active,
        "NAME": user.name,
        "LAST_NAME": user.last_name,
        "SECOND_NAME": user.second_name,
        "EMAIL": user.email,
        "LAST_LOGIN": iso_or_none(user.last_login_at, zone) or "",
        "DATE_REGISTER": iso(user.created_at, zone),
        "TIME_ZONE": user.time_zone,
        "IS_ONLINE": "Y" if seen is not None and call.now - seen < ONLINE else "N",
        "TIMESTAMP_X": iso(user.modified_at, zone),
        "LAST_ACTIVITY_DATE": iso(seen, zone)[:19].replace("T", " ") if seen else "",
        "PERSONAL_GENDER": gender(user),
        "PERSONAL_PHOTO": files.avatar(call, user),
        "PERSONAL_WWW": user.url,
        "PERSONAL_MOBILE": user.phone,
        "WORK_POSITION": user.work_position,
        "UF_DEPARTMENT": joined,
        "USER_TYPE": "employee",
    }


def _value(call: Call, field: UserField, kept: list[str]) -> Any:
    told = [_text(call, field, text) for text in kept]
    return told if field.multiple else "".join(told[:1])


def _text(call: Call, field: UserField, text: str) -> str:
    if field.type is FieldType.DATE:
        return f"{text}T00:00:00+00:00"
    if field.type is FieldType.DATETIME:
        return iso(int(text), call.portal.time_zone)
    return files.image_link(call, text) if field.name == "WORK_LOGO" else text


def views(call: Call, people: list[User], names: list[str]) -> list[dict[str, Any]]:
    """Write people, the named fields of each."""
    numbers = [user.id for user in people]
    beside = {name: field for name in names if (field := user_fields.find(call, name))}
    values = field_store.list_values(call.tx, call.portal_id, numbers) if beside else {}
    joined = department_store.list_memberships(call.tx, call.portal_id, numbers) if "UF_DEPARTMENT" in names else {}
    told = []
    for user in people:
        row, kept = _row(call, user, joined.get(user.id, [])), values.get(user.id, {})
        told.append(
            {name: _value(call, beside[name], kept.get(name, [])) if name in beside else row[name] for name in names}
        )
    return told


def _selected(visible: list[str], select: list[str] | None) -> list[str]:
    if not select or "*" in select:
        return visible
    fields = "UF_*" in select
    return [name for name in visible if name in select or name == "ID" or (fields and name.startswith("UF_"))]


@family.method("user.current", differs=(ISO_DATES,))
def current(call: Call) -> dict[str, Any]:
    """Describe the user in whose name the call is made."""
    return views(call, [call.actor], _visible(call))[0]


@family.method("user.fields")
def fields(call: Call) -> dict[str, str]:
    """Name the standard fields of people that the caller's scope covers."""
    return {name: FIELDS[name] for name in _standard(call)}


Filter = Annotated[dict[str, Any] | None, Doc("Conditions by field, with a prefix such as `!`, `>`, `@` or `%`.")]
Sort = Annotated[str, Doc("Field to sort by."), Spelled("sort")]
Order = Annotated[str, Doc("ASC or DESC."), Spelled("order")]
Select = Annotated[
    list[str] | None, Doc("Fields to return; all by default, also for `*`; `UF_*` for all of these."), Spelled("select")
]
Start = Annotated[int, Doc("How many to pass over; -1 returns the first 50 without counting."), Spelled("start")]
AdminMode = Annotated[bool, Doc("Shows an administrator people who are hidden from others; nobody is hidden here.")]


def _page(
    call: Call,
    given: dict[str, Any],
    sort: str,
    order: str,
    select: list[str] | None,
    start: int,
    *,
    search: bool,
) -> Page:
    visible = _visible(call)
    shown = frozenset(visible)
    wanted = conditions(call, given, shown, search=search)
    place = find_field(call, sort.upper(), shown)
    offset = max(start, 0)
    people = directory.list_people(
        call.tx,
        call.portal_id,
        wanted,
        sort=place[0] if place else ID,
        descending=order.upper() == "DESC",
        limit=PAGE,
        offset=offset,
    )
    items = views(call, people, _selected(visible, select))
    if start == -1:
        return Page(items)
    total = directory.count_people(call.tx, call.portal_id, wanted)
    return Page(items, total=total, next=offset + PAGE if offset + PAGE < total else None)


@family.method("user.get", differs=(ISO_DATES, ONE_SIZE))
def get(
    call: Call,
    *,
    sort: Sort = "ID",
    order: Order = "ASC",
    filter: Filter = None,  # noqa: A002 - the request's own name
    admin_mode: AdminMode = False,  # noqa: ARG001
    select: Select = None,
    image_resize: Annotated[str, Doc("Size of the photo's copy; the photo itself is linked.")] = "",  # noqa: ARG001
    start: Start = 0,
    id: Annotated[Any, Doc("An id or several, in place of a filter.")] = None,  # noqa: A002
) -> Page:
    """List people, 50 a page."""
    given = dict(filter or {}) | ({"ID": id} if id is not None else {})
    return _page(call, given, sort, order, select, start, search=False)


@family.method("user.search", differs=(ISO_DATES,))
def search(
    call: Call,
    *,
    filter: Filter = None,  # noqa: A002 - the request's own name
    sort: Sort = "ID",
    order: Order = "ASC",
    admin_mode: AdminMode = False,  # noqa: ARG001
    select: Select = None,
    start: Start = 0,
    find: Annotated[str | None, Doc("Text to look for in names, e-mail addresses, positions and departments.")] = None,
) -> Page:
    """Find people by parts of their names, 50 a page; FIND leaves out all other conditions."""
    given = dict(filter or {}) | ({"FIND": find} if find else {})
    return _page(call, given, sort, order, select, start, search=True)
