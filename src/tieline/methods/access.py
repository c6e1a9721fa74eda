"""profile, user.admin, user.access and access.name: what the caller is and may do, open to every scope."""

from typing import Annotated, Any

from tieline.api.method import BASIC, Doc, Family
from tieline.domain.ids import parse_id
from tieline.methods.filters import items_of
from tieline.methods.users import gender
from tieline.services import departments, files, people
from tieline.services.call import Call

family = Family(scopes=(BASIC,))
MAX_CODES = 500
ADMINISTRATORS, EVERYBODY = "G1", "G2"
_NAMES = {
    "AU": "All authorized users",
    "UA": "All users",
    ADMINISTRATORS: "Administrators",
    EVERYBODY: "All visitors",
}
Codes = Annotated[Any, Doc("Access codes: U<id>, G<id>, AU, UA, D<id>, DR<id>.")]


def _codes(given: Any) -> list[str]:
    return [code for code in (items_of(given) or [])[:MAX_CODES] if isinstance(code, str)]


@family.method("profile")
def profile(call: Call) -> dict[str, Any]:
    """Describe the user in whose name the call is made, in short."""
    user, photo = call.actor, files.avatar(call, call.actor)
    told = {
        "ID": str(user.id),
        "ADMIN": user.is_admin,
        "NAME": user.name,
        "LAST_NAME": user.last_name,
        "PERSONAL_GENDER": gender(user),
        "TIME_ZONE": user.time_zone,
        "TIME_ZONE_OFFSET": 0,
    }
    return told | ({"PERSONAL_PHOTO": photo} if photo else {})


@family.method("user.admin")
def user_admin(call: Call) -> bool:
    """Tell whether the caller may manage the settings of applications."""
    return call.actor.is_admin


@family.method("user.access")
def user_access(call: Call, *, access: Codes = None) -> bool:
    """Tell whether the caller has one of the access codes; an administrator has them all."""
    return call.actor.is_admin or any(_has(call, code) for code in _codes(access))


def _has(call: Call, code: str) -> bool:
    if code in ("AU", "UA", EVERYBODY):
        return True
    kind, number = _split(code)
    if kind == "U":
        return number == call.actor.id
    own = people.card(call, call.actor.id).departments
    if kind == "D":
        return number in own
    return kind == "DR" and bool(departments.tree(call).below({number}).intersection(own))


def _split(code: str) -> tuple[str, int]:
    """Split a code into its kind and its id, 0 for none."""
    kind = code.rstrip("0123456789")
    return kind, parse_id(code[len(kind) :]) or 0


@family.method("access.name")
def access_name(call: Call, *, access: Codes = None) -> Any:
    """Name access codes; those that there are not are left out. False where none is given."""
    codes = _codes(access)
    return {code: named for code in codes if (named := _named(call, code))} or [] if codes else False


def _named(call: Call, code: str) -> dict[str, str] | None:
    if code in _NAMES:
        return {"provider": "", "name": _NAMES[code], "provider_id": "other"}
    kind, number = _split(code)
    person = call.find_person(number) if kind == "U" else None
    if person is not None:
        return {"provider": "Users", "name": person.full_name, "provider_id": "user"}
    department = departments.tree(call).by_id.get(number) if kind in ("D", "DR") else None
    if department is None:
        return None
    name = department.name if kind == "D" else f"{department.name}, with those below"
    return {"provider": "Departments", "name": name, "provider_id": "intranet"}
