"""People: adding and changing them, passwords, logging in with a brake on guessing, browser sessions."""

import re
from functools import lru_cache
from typing import Any, NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tieline.domain.clock import DAY, MINUTE, SECOND
from tieline.domain.events import UserAdded
from tieline.domain.ids import fingerprint, new_secret, parse_id
from tieline.domain.people import Card, User, UserKind
from tieline.domain.user_fields import Value, WrongValue, plain, read_flag
from tieline.services import chats, departments, images, presence, queues, user_fields
from tieline.services.call import Call
from tieline.services.subscriptions import publish
from tieline.store import departments as department_store
from tieline.store import happenings, inbox
from tieline.store import people as store
from tieline.store import user_fields as field_store

SESSION_LIFE = 14 * DAY
FREE_FAILURES = 5
LONGEST_BLOCK = 15 * MINUTE
MAX_NAME = 255
MOST_DIALOGS = 50  # of a customer, the newest, in which is looked whether somebody may know of him
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
_GENDERS = {"M": "male", "F": "female", "": ""}
_COLUMNS = {
    "ACTIVE": "active",
    "EMAIL": "email",
    "NAME": "name",
    "LAST_NAME": "last_name",
    "SECOND_NAME": "second_name",
    "PERSONAL_GENDER": "gender",
    "PERSONAL_MOBILE": "phone",
    "PERSONAL_WWW": "url",
    "WORK_POSITION": "work_position",
}
_hasher = PasswordHasher()


class EmailTaken(Exception):
    """Another person logs in with this e-mail address."""


class WrongEmail(Exception):
    """A person needs an e-mail address, and this is none."""


class PersonMissing(Exception):
    """There is no such person."""


class NotAllowed(Exception):
    """Only an administrator adds and changes people, and one of them must stay."""


class TooManyAttempts(Exception):
    """The name or the address must wait before it tries again; carries the milliseconds."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


def hash_password(password: str) -> str:
    """Hash a password with argon2; slow on purpose, so never inside a transaction."""
    return _hasher.hash(password)


@lru_cache(maxsize=1)
def _nobody() -> str:
    """Return a hash to check where there is no such person, so that the answer takes as long."""
    return _hasher.hash(new_secret())


def password_matches(hashed: str | None, password: str) -> bool:
    """Check a password; slow on purpose, so never inside a transaction."""
    try:
        return _hasher.verify(hashed or _nobody(), password) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


def add(
    call: Call,
    fields: dict[str, Any],
    *,
    password_hash: str = "",
    is_admin: bool = False,
    complete: bool = False,
) -> int:
    """Add a person, without a password unless one is given; returns the id. Raises WrongValue.

    `complete`: the portal's mandatory fields must be among what is given.
    """
    _require_admin(call)
    given = _read(call, fields)
    values = user_fields.defaults(call) | given.values
    if complete:
        user_fields.require_mandatory(call, values)
    columns = {"name": "", "last_name": ""} | given.columns
    user_id = store.add_person(
        call.tx,
        call.portal_id,
        name=columns.pop("name"),
        last_name=columns.pop("last_name"),
        email=columns.pop("email", None) or _no_email(),
        password_hash=password_hash,
        is_admin=is_admin,
        now=call.now,
    )
    if user_id is None:
        raise EmailTaken
    _keep(call, user_id, columns, values)
    root = departments.tree(call).root
    joined = given.departments or ([root.id] if root else [])
    department_store.set_memberships(call.tx, call.portal_id, user_id, joined)
    _log(call, "user added", user_id)
    publish(call, UserAdded(actor_id=call.actor.id, user_id=user_id))
    return user_id


def update(call: Call, user_id: int, fields: dict[str, Any]) -> None:
    """Change fields of a person that are given; an inactive person is dismissed. Raises WrongValue."""
    _require_admin(call)
    user = store.find_user(call.tx, call.portal_id, user_id)
    if user is None or user.kind is not UserKind.PERSON:
        raise PersonMissing
    given = _read(call, fields)
    email = given.columns.get("email")
    if email is not None and store.find_person_by_email(call.tx, call.portal_id, email) not in (None, user_id):
        raise EmailTaken
    if given.columns.get("active") == 0 and user.is_admin:
        _require_another_administrator(call, user_id)
    _keep(call, user_id, given.columns, given.values)
    if given.departments:
        department_store.set_memberships(call.tx, call.portal_id, user_id, given.departments)
    _log(call, "user changed", user_id)
    if user.active and given.columns.get("active") == 0:
        presence.dismiss(call, user_id)
    queues.reroute(call)


def keep_profile(call: Call, user_id: int, fields: dict[str, Any]) -> None:
    """Keep what is told of a user who is nobody of the staff, such as a bot. Raises WrongValue."""
    given = _read(call, {name: value for name, value in fields.items() if name != "ACTIVE"})
    _keep(call, user_id, given.columns, given.values)


def set_password(call: Call, user_id: int, password_hash: str) -> User:
    """Give a person a password; sessions that were opened with the former one end."""
    user = call.find_person(user_id)
    if user is None:
        raise PersonMissing
    store.set_password(call.tx, call.portal_id, user_id, password_hash)
    store.remove_browser_sessions(call.tx, call.portal_id, user_id)
    _log(call, "password set", user_id)
    return user


def find_visible(call: Call, user_id: int) -> User | None:
    """Return a person, or a customer of whom the caller is an administrator or may read a dialog; or None."""
    user = call.find_person(user_id) or store.find_user(call.tx, call.portal_id, user_id)
    if user is None or user.kind is UserKind.PERSON or call.actor.is_admin:
        return user
    dialogs = inbox.list_dialogs_with(call.tx, call.portal_id, user_id, MOST_DIALOGS)
    return user if any(chats.access(call, chat, call.actor).read for chat in dialogs) else None


def card(call: Call, user_id: int) -> Card:
    """Return a person's departments, birthday and telephones."""
    return call.world.cache.get(call.tx, call.portal_id, ("card", user_id), lambda: _card(call, user_id))


def _card(call: Call, user_id: int) -> Card:
    joined = department_store.list_memberships(call.tx, call.portal_id, [user_id]).get(user_id, [])
    values = field_store.list_values(call.tx, call.portal_id, [user_id]).get(user_id, {})
    names = ("PERSONAL_BIRTHDAY", "WORK_PHONE", "UF_PHONE_INNER")
    return Card(tuple(joined), *("".join(values.get(name, [])) for name in names))


class _Given(NamedTuple):
    """What a request says of a person: columns of the row, values of other fields, departments."""

    columns: dict[str, Any]
    values: dict[str, list[Value]]
    departments: list[int]


def _read(call: Call, fields: dict[str, Any]) -> _Given:
    columns: dict[str, Any] = {}
    values: dict[str, list[Value]] = {}
    for name, given in fields.items():
        if name in _COLUMNS:
            columns[_COLUMNS[name]] = _column(name, given)
        elif name == "PERSONAL_PHOTO":
            columns["avatar"] = _image(call, name, given)
        elif name == "WORK_LOGO":
            kept = _image(call, name, given)
            values[name] = [Value(kept)] if kept else []
        elif field := user_fields.find(call, name):
            values[name] = user_fields.read(call, field, given)
    return _Given(columns, values, _departments(call, fields.get("UF_DEPARTMENT")))


def _column(name: str, given: Any) -> Any:
    if isinstance(given, dict | list):
        raise WrongValue(name)
    text = plain(given)[:MAX_NAME]
    if name == "EMAIL":
        return _email(text)
    if name == "ACTIVE":
        return _active(given)
    if name == "PERSONAL_GENDER":
        if text.upper() not in _GENDERS:
            raise WrongValue(name)
        return _GENDERS[text.upper()]
    return text


def _active(given: Any) -> int:
    try:
        return int(read_flag(plain(given)))
    except ValueError as error:
        raise WrongValue("ACTIVE") from error


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise WrongEmail
    return text.lower()


def _no_email() -> str:
    raise WrongEmail


def _image(call: Call, name: str, given: Any) -> str:
    """Keep an image that is given as [name, Base64]; nothing removes it."""
    pair = list(given.values()) if isinstance(given, dict) else given
    if not pair:
        return ""
    if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(part, str) for part in pair):  # noqa: PLR2004
        raise WrongValue(name)
    try:
        return str(images.keep(call, *pair))
    except images.NoImage as error:
        raise WrongValue(name) from error


def _departments(call: Call, given: Any) -> list[int]:
    items = list(given.values()) if isinstance(given, dict) else given if isinstance(given, list) else [given]
    texts = [plain(item) for item in items if not isinstance(item, dict | list)]
    numbers = list(dict.fromkeys(parse_id(text) for text in texts if text))
    known = departments.tree(call).by_id
    found = [number for number in numbers if number in known]
    if len(found) < len(numbers) or len(texts) < len(items) or len(found) > departments.MAX_DEPARTMENTS:
        raise WrongValue("UF_DEPARTMENT")
    return found


def _keep(call: Call, user_id: int, columns: dict[str, Any], values: dict[str, list[Value]]) -> None:
    store.set_person(call.tx, call.portal_id, user_id, columns, call.now)
    field_store.set_values(call.tx, call.portal_id, user_id, values)


def _require_admin(call: Call) -> None:
    if not call.actor.is_admin:
        raise NotAllowed


def _require_another_administrator(call: Call, user_id: int) -> None:
    if store.count_active_administrators(call.tx, call.portal_id, besides=user_id) == 0:
        raise NotAllowed


def _log(call: Call, kind: str, user_id: int) -> None:
    call.touch()
    happenings.add_happening(call.tx, call.portal_id, kind, now=call.now, actor_id=call.actor.id, user=user_id)


def find_login(call: Call, email: str, address: str) -> tuple[User | None, str | None]:
    """Return whom an e-mail address names and the password's hash; refuses while guessing is blocked."""
    for subject in _subjects(email, address):
        block = store.find_login_block(call.tx, call.portal_id, subject)
        if block is not None and block[1] > call.real_now:
            raise TooManyAttempts(block[1] - call.real_now)
    return store.find_login(call.tx, call.portal_id, email.strip().lower()) or (None, None)


def note_failure(call: Call, email: str, address: str) -> None:
    """Count a login that failed, and block the name and the address for a growing while."""
    for subject in _subjects(email, address):
        block = store.find_login_block(call.tx, call.portal_id, subject)
        failures = (block[0] if block else 0) + 1
        wait = 0
        if failures >= FREE_FAILURES:
            wait = min(SECOND * 2 ** (failures - FREE_FAILURES), LONGEST_BLOCK)
        store.set_login_block(call.tx, call.portal_id, subject, failures, call.real_now + wait, call.real_now)


def open_session(call: Call, user: User, email: str, address: str) -> str:
    """Start a browser's session; returns its cookie, in the clear, once."""
    for subject in _subjects(email, address):
        store.remove_login_block(call.tx, call.portal_id, subject)
    cookie = new_secret(48)
    store.remove_expired_browser_sessions(call.tx, call.portal_id, call.real_now)
    expires_at = call.real_now + SESSION_LIFE
    store.add_browser_session(call.tx, call.portal_id, fingerprint(cookie), user.id, call.real_now, expires_at)
    store.set_login(call.tx, call.portal_id, user.id, call.real_now)
    call.touch()
    return cookie


def find_session(call: Call, cookie: str) -> User | None:
    """Return whose session a cookie names, if it holds and the person is active."""
    found = store.find_browser_session(call.tx, call.portal_id, fingerprint(cookie))
    if found is None or found[1] <= call.real_now:
        return None
    user = call.find_person(found[0])
    return user if user and user.active else None


def close_session(call: Call, cookie: str) -> None:
    """End a browser's session."""
    store.remove_browser_session(call.tx, call.portal_id, fingerprint(cookie))


def _subjects(email: str, address: str) -> tuple[str, ...]:
    return (f"email:{fingerprint(email.strip().lower())}", f"address:{address}")
