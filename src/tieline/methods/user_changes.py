"""user.add, user.update and the event of a new person."""

from typing import Annotated, Any

from tieline.api.faults import ApiError, Dialect, Fault, Problem, wrong_argument
from tieline.api.method import Doc, Family
from tieline.api.wire import Wire, iso, yes_no
from tieline.domain.events import UserAdded
from tieline.domain.user_fields import WrongValue
from tieline.methods.users import FIELDS, gender
from tieline.services import people
from tieline.services.call import Call
from tieline.store import people as people_store
from tieline.store import user_fields as field_store

WRONG_EMAIL = Fault("ERROR_ARGUMENT", "wrong_email", extra={"argument": ""})
EMAIL_TAKEN = Fault("ERROR_ARGUMENT", "A user with this email already exists", extra={"argument": ""})
ACCESS_DENIED = Fault("ERROR_CORE", "access_denied")
NO_SUCH_USER = Fault("ERROR_CORE", "")
GROUP_MISSING = Fault("ERROR_GROUPID", "Group code not specified")
NO_GROUP = Fault("ERROR_NO_GROUP", "Group is specified incorrectly")
WRONG_FIELD = Fault("ERROR_CORE", "")


def _missing(name: str) -> Fault:
    return ACCESS_DENIED if name == "ID" else WRONG_EMAIL


def _wrong(name: str, problem: Problem) -> Fault:
    told = {"ID": ACCESS_DENIED, "EMAIL": WRONG_EMAIL}
    return told.get(name) or wrong_argument(name, problem)


family = Family(scopes=("user",), dialect=Dialect(missing=_missing, wrong=_wrong))
_READ_ONLY = {
    *("ID", "ACTIVE", "LAST_LOGIN", "DATE_REGISTER", "TIME_ZONE", "IS_ONLINE"),
    *("TIMESTAMP_X", "LAST_ACTIVITY_DATE", "UF_TIMEMAN", "USER_TYPE"),
}
ERRORS: dict[type[Exception], Fault] = {
    people.NotAllowed: ACCESS_DENIED,
    people.WrongEmail: WRONG_EMAIL,
    people.EmailTaken: EMAIL_TAKEN,
    WrongValue: WRONG_FIELD,
}


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    """Leave what can be written: standard fields, and those of the portal, in upper case."""
    folded = {name.upper(): value for name, value in given.items()}
    return {
        name: value
        for name, value in folded.items()
        if name not in _READ_ONLY and (name in FIELDS or name.startswith("UF_USR_"))
    }


@family.method("user.add", writes=True, errors=ERRORS, faults=(GROUP_MISSING, NO_GROUP))
def add(
    call: Call,
    /,
    *,
    email: Annotated[str, Doc("E-mail address, by which the person logs in.")],
    extranet: Annotated[bool, Doc("A user of workgroups alone; there are none here, so this is refused.")] = False,
    sonet_group_id: Annotated[Any, Doc("Workgroups of an extranet user.")] = None,
    **fields: Any,
) -> int:
    """Add a person, who can log in once an administrator has set a password; any field may be given."""
    if extranet:
        raise ApiError(NO_GROUP if sonet_group_id else GROUP_MISSING)
    return people.add(call, _fields(fields) | {"EMAIL": email}, complete=True)


@family.method("user.update", writes=True, errors={**ERRORS, people.PersonMissing: NO_SUCH_USER})
def update(
    call: Call,
    /,
    *,
    id: Annotated[int, Doc("Id of the person.")],  # noqa: A002 - the request's own name
    active: Annotated[Any, Doc("N dismisses the person, Y takes the person back.")] = None,
    **fields: Any,
) -> bool:
    """Change fields of a person; what is not given stays."""
    people.update(call, id, _fields(fields) | ({} if active is None else {"ACTIVE": active}))
    return True


class AddedUser(Wire):
    """A person who was added."""

    ID: int
    ACTIVE: str
    EMAIL: str
    NAME: str
    LAST_NAME: str
    PERSONAL_GENDER: str
    PERSONAL_BIRTHDAY: str
    UF_DEPARTMENT: list[int]
    DATE_REGISTER: str
    WORK_POSITION: str
    UF_EMPLOYMENT_DATE: str


@family.event("onUserAdd", of=UserAdded)
def user_added(call: Call, fact: UserAdded) -> AddedUser:
    """A person was added to the portal."""
    user = people_store.find_user(call.tx, call.portal_id, fact.user_id)
    assert user is not None
    values = field_store.list_values(call.tx, call.portal_id, [user.id]).get(user.id, {})
    card = people.card(call, user.id)
    return AddedUser(
        ID=user.id,
        ACTIVE=yes_no(user.active),
        EMAIL=user.email,
        NAME=user.name,
        LAST_NAME=user.last_name,
        PERSONAL_GENDER=gender(user),
        PERSONAL_BIRTHDAY=card.birthday,
        UF_DEPARTMENT=list(card.departments),
        DATE_REGISTER=iso(user.created_at, call.portal.time_zone),
        WORK_POSITION=user.work_position,
        UF_EMPLOYMENT_DATE="".join(values.get("UF_EMPLOYMENT_DATE", [])),
    )
