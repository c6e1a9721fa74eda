"""People: adding operators, passwords, logging in with a brake on guessing, browser sessions."""

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tieline.domain.clock import DAY, MINUTE, SECOND
from tieline.domain.ids import fingerprint, new_secret
from tieline.domain.people import User
from tieline.services.call import Call
from tieline.store import happenings
from tieline.store import people as store

SESSION_LIFE = 14 * DAY
FREE_FAILURES = 5
LONGEST_BLOCK = 15 * MINUTE
_hasher = PasswordHasher()


class EmailTaken(Exception):
    """Another person logs in with this e-mail address."""


class LoginFailed(Exception):
    """No such person, or not the password."""


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


def add(call: Call, *, name: str, email: str, password_hash: str, is_admin: bool) -> int:
    """Add a person; returns the id."""
    first, _, last = name.strip().partition(" ")
    user_id = store.add_person(
        call.tx,
        call.portal_id,
        name=first,
        last_name=last.strip(),
        email=email.strip().lower(),
        password_hash=password_hash,
        is_admin=is_admin,
        now=call.now,
    )
    if user_id is None:
        raise EmailTaken
    call.touch()
    happenings.add_happening(call.tx, call.portal_id, "user added", now=call.now, user=user_id)
    return user_id


def find_login(call: Call, email: str, address: str) -> tuple[User | None, str | None]:
    """Return whom an e-mail address names and the password's hash; refuses while guessing is blocked."""
    for subject in _subjects(email, address):
        block = store.find_login_block(call.tx, call.portal_id, subject)
        if block is not None and block[1] > call.now:
            raise TooManyAttempts(block[1] - call.now)
    return store.find_login(call.tx, call.portal_id, email.strip().lower()) or (None, None)


def note_failure(call: Call, email: str, address: str) -> None:
    """Count a login that failed, and block the name and the address for a growing while."""
    for subject in _subjects(email, address):
        block = store.find_login_block(call.tx, call.portal_id, subject)
        failures = (block[0] if block else 0) + 1
        wait = 0
        if failures >= FREE_FAILURES:
            wait = min(SECOND * 2 ** (failures - FREE_FAILURES), LONGEST_BLOCK)
        store.set_login_block(call.tx, call.portal_id, subject, failures, call.now + wait, call.now)


def open_session(call: Call, user: User, email: str, address: str) -> str:
    """Start a browser's session; returns its cookie, in the clear, once."""
    for subject in _subjects(email, address):
        store.remove_login_block(call.tx, call.portal_id, subject)
    cookie = new_secret(48)
    store.remove_expired_browser_sessions(call.tx, call.portal_id, call.now)
    store.add_browser_session(call.tx, call.portal_id, fingerprint(cookie), user.id, call.now, call.now + SESSION_LIFE)
    store.set_login(call.tx, call.portal_id, user.id, call.now)
    call.touch()
    return cookie


def find_session(call: Call, cookie: str) -> User | None:
    """Return whose session a cookie names, if it holds and the person is active."""
    found = store.find_browser_session(call.tx, call.portal_id, fingerprint(cookie))
    if found is None or found[1] <= call.now:
        return None
    user = call.find_person(found[0])
    return user if user and user.active else None


def close_session(call: Call, cookie: str) -> None:
    """End a browser's session."""
    store.remove_browser_session(call.tx, call.portal_id, fingerprint(cookie))


def _subjects(email: str, address: str) -> tuple[str, ...]:
    return (f"email:{fingerprint(email.strip().lower())}", f"address:{address}")
