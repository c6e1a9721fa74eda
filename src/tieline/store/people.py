"""Portals, users and how people get in: rows of users, browser sessions, login failures."""

from dataclasses import fields
from typing import Any

from tieline.domain.clock import PortalClock
from tieline.domain.people import OuterUser, Portal, User, UserKind
from tieline.store.engine import Row, Tx

_PORTAL = """id, member_id, name, url, language, time_zone,
clock_moment, clock_since, clock_rate, clock_target"""
_USER_FIELDS = tuple(field.name for field in fields(User))
USER_COLUMNS = ", ".join(_USER_FIELDS)
_KIND = _USER_FIELDS.index("kind")
_FLAGS = [_USER_FIELDS.index(flag) for flag in ("is_admin", "active")]


def user_of(row: Row) -> User:
    """Read a row of USER_COLUMNS."""
    values = list(row)
    values[_KIND] = UserKind(values[_KIND])
    for flag in _FLAGS:
        values[flag] = bool(values[flag])
    return User(*values)


def add_portal(tx: Tx, *, member_id: str, name: str, url: str, language: str, time_zone: str, now: int) -> Portal:
    """Add a portal and return it."""
    row = tx.one(
        """insert into portals (member_id, name, url, language, time_zone, version, created_at)
        values (:member_id, :name, :url, :language, :time_zone, 1, :now) returning id""",
        member_id=member_id,
        name=name,
        url=url,
        language=language,
        time_zone=time_zone,
        now=now,
    )
    assert row
    return Portal(row[0], member_id, name, url, language, time_zone)


def claim_first_portal(tx: Tx) -> None:
    """Let nobody else make the first portal until this transaction ends; who came second finds it made."""
    tx.run("insert into first_portal (claimed) values (1) on conflict do nothing")


def list_portals(tx: Tx) -> list[Portal]:
    """Return all portals, oldest first."""
    return [_portal(row) for row in tx.all(f"select {_PORTAL} from portals order by id")]


def get_portal(tx: Tx, portal_id: int) -> Portal:
    """Return one portal."""
    row = tx.one(f"select {_PORTAL} from portals where id = :id", id=portal_id)
    if row is None:
        raise LookupError(f"no portal {portal_id}")
    return _portal(row)


def _portal(row: Row) -> Portal:
    number, member_id, name, url, language, time_zone, *clock = row
    return Portal(
        number, member_id, name, url, language, time_zone, PortalClock(*clock) if clock[0] is not None else None
    )


def set_portal_clock(tx: Tx, portal_id: int, clock: PortalClock) -> None:
    """Keep where a portal's clock stands; a change of what is cached."""
    tx.run(
        """update portals set clock_moment = :moment, clock_since = :since, clock_rate = :rate, clock_target = :target
        where id = :id""",
        moment=clock.moment,
        since=clock.since,
        rate=clock.rate,
        target=clock.target,
        id=portal_id,
    )
    tx.touch(portal_id)


def set_portal_url(tx: Tx, portal_id: int, url: str) -> None:
    """Record the address under which a portal is reached."""
    tx.run("update portals set url = :url where id = :id", url=url, id=portal_id)


def add_person(
    tx: Tx,
    portal_id: int,
    *,
    name: str,
    last_name: str,
    email: str,
    password_hash: str,
    is_admin: bool,
    now: int,
) -> int | None:
    """Add a person who logs in; returns the id, or None if the e-mail address is taken."""
    row = tx.one(
        """insert into users (portal_id, kind, name, last_name, email, password_hash, is_admin, active,
        work_position, gender, phone, url, avatar, connector, outer_id, language, time_zone, created_at,
        modified_at)
        values (:portal, 'person', :name, :last_name, :email, :password_hash, :is_admin, 1, '', '', '', '', '',
        '', '', '', '', :now, :now) on conflict do nothing returning id""",
        portal=portal_id,
        name=name,
        last_name=last_name,
        email=email,
        password_hash=password_hash,
        is_admin=int(is_admin),
        now=now,
    )
    return int(row[0]) if row else None


def add_customer(tx: Tx, portal_id: int, connector: str, outer: OuterUser, now: int) -> None:
    """Add a customer of a connector, unless another transaction was first."""
    tx.run(
        """insert into users (portal_id, kind, name, last_name, email, is_admin, active, work_position, gender,
        phone, url, avatar, connector, outer_id, language, time_zone, created_at, modified_at)
        values (:portal, 'customer', :name, :last_name, :email, 0, 1, '', :gender, :phone, :url, :avatar,
        :connector, :outer_id, '', '', :now, :now) on conflict do nothing""",
        portal=portal_id,
        name=outer.name or "Guest",
        last_name=outer.last_name,
        email=outer.email,
        gender=outer.gender,
        phone=outer.phone,
        url=outer.url,
        avatar=outer.picture,
        connector=connector,
        outer_id=outer.id,
        now=now,
    )


def find_user(tx: Tx, portal_id: int, user_id: int) -> User | None:
    """Return a user of any kind, or None."""
    row = tx.one(
        f"select {USER_COLUMNS} from users where portal_id = :portal and id = :id", portal=portal_id, id=user_id
    )
    return user_of(row) if row else None


def find_customer(tx: Tx, portal_id: int, connector: str, outer_id: str) -> User | None:
    """Return the customer whom a connector knows by `outer_id`, or None."""
    row = tx.one(
        f"""select {USER_COLUMNS} from users where portal_id = :portal
        and kind = 'customer' and connector = :connector and outer_id = :outer_id""",
        portal=portal_id,
        connector=connector,
        outer_id=outer_id,
    )
    return user_of(row) if row else None


def set_customer(tx: Tx, portal_id: int, user_id: int, outer: OuterUser, now: int) -> None:
    """Keep what a connector says of a customer now; what it leaves out stays."""
    tx.run(
        """update users set name = case when :name = '' then name else :name end,
        last_name = case when :name = '' and :last_name = '' then last_name else :last_name end,
        email = case when :email = '' then email else :email end,
        phone = case when :phone = '' then phone else :phone end,
        gender = case when :gender = '' then gender else :gender end,
        url = case when :url = '' then url else :url end,
        avatar = case when :picture = '' then avatar else :picture end,
        modified_at = :now where portal_id = :portal and id = :id""",
        name=outer.name,
        last_name=outer.last_name,
        email=outer.email,
        phone=outer.phone,
        gender=outer.gender,
        url=outer.url,
        picture=outer.picture,
        now=now,
        portal=portal_id,
        id=user_id,
    )


def find_login(tx: Tx, portal_id: int, email: str) -> tuple[User, str | None] | None:
    """Return an active person and the password's hash by e-mail, or None."""
    row = tx.one(
        f"""select password_hash, {USER_COLUMNS} from users where portal_id = :portal and kind = 'person'
        and active = 1 and email = :email""",
        portal=portal_id,
        email=email,
    )
    return (user_of(row[1:]), row[0]) if row else None


def list_active_people(tx: Tx, portal_id: int, limit: int = 1_000) -> list[User]:
    """Return people who may log in, by name."""
    rows = tx.all(
        f"""select {USER_COLUMNS} from users where portal_id = :portal and kind = 'person' and active = 1
        order by name, last_name, id limit :limit""",
        portal=portal_id,
        limit=limit,
    )
    return [user_of(row) for row in rows]


def find_administrator(tx: Tx, portal_id: int) -> User | None:
    """Return the oldest active administrator, or None."""
    row = tx.one(
        f"""select {USER_COLUMNS} from users where portal_id = :portal and kind = 'person' and is_admin = 1
        and active = 1 order by id limit 1""",
        portal=portal_id,
    )
    return user_of(row) if row else None


def set_login(tx: Tx, portal_id: int, user_id: int, now: int) -> None:
    """Record that somebody logged in."""
    tx.run(
        "update users set last_login_at = :now, last_seen_at = :now where portal_id = :portal and id = :id",
        now=now,
        portal=portal_id,
        id=user_id,
    )


_CHANGEABLE = frozenset(
    {"name", "last_name", "second_name", "email", "active", "work_position", "gender", "phone", "url", "avatar"}
)


def set_person(tx: Tx, portal_id: int, user_id: int, columns: dict[str, Any], now: int) -> None:
    """Change columns of a person's or a bot's row that are given."""
    assert columns.keys() <= _CHANGEABLE
    changes = "".join(f"{name} = :{name}, " for name in columns)
    tx.run(
        f"""update users set {changes}modified_at = :now where portal_id = :portal and id = :id
        and kind <> 'customer'""",
        portal=portal_id,
        id=user_id,
        now=now,
        **columns,
    )


def find_person_by_email(tx: Tx, portal_id: int, email: str) -> int | None:
    """Return the id of whoever has an e-mail address, active or not."""
    row = tx.one(
        "select id from users where portal_id = :portal and kind = 'person' and email = :email",
        portal=portal_id,
        email=email,
    )
    return int(row[0]) if row else None


def count_active_administrators(tx: Tx, portal_id: int, *, besides: int) -> int:
    """Count the administrators who are active, one person left out."""
    row = tx.one(
        """select count(*) from users where portal_id = :portal and kind = 'person' and is_admin = 1
        and active = 1 and id <> :besides""",
        portal=portal_id,
        besides=besides,
    )
    assert row
    return int(row[0])


def set_password(tx: Tx, portal_id: int, user_id: int, password_hash: str) -> None:
    """Keep the hash of a person's new password."""
    tx.run(
        "update users set password_hash = :hash where portal_id = :portal and id = :id and kind = 'person'",
        hash=password_hash,
        portal=portal_id,
        id=user_id,
    )


def add_browser_session(tx: Tx, portal_id: int, hashed: str, user_id: int, now: int, expires_at: int) -> None:
    """Keep a browser's session by the hash of its cookie."""
    tx.run(
        """insert into browser_sessions (portal_id, hash, user_id, created_at, expires_at)
        values (:portal, :hash, :user, :now, :expires)""",
        portal=portal_id,
        hash=hashed,
        user=user_id,
        now=now,
        expires=expires_at,
    )


def find_browser_session(tx: Tx, portal_id: int, hashed: str) -> tuple[int, int] | None:
    """Return (user id, expiry) of a browser's session, or None."""
    row = tx.one(
        "select user_id, expires_at from browser_sessions where portal_id = :portal and hash = :hash",
        portal=portal_id,
        hash=hashed,
    )
    return (row[0], row[1]) if row else None


def remove_browser_session(tx: Tx, portal_id: int, hashed: str) -> None:
    """End a browser's session."""
    tx.run(
        "delete from browser_sessions where portal_id = :portal and hash = :hash",
        portal=portal_id,
        hash=hashed,
    )


def remove_browser_sessions(tx: Tx, portal_id: int, user_id: int) -> None:
    """End all browser sessions of a person."""
    tx.run("delete from browser_sessions where portal_id = :portal and user_id = :user", portal=portal_id, user=user_id)


def remove_expired_browser_sessions(tx: Tx, portal_id: int, now: int) -> None:
    """Forget sessions that have run out."""
    tx.run(
        "delete from browser_sessions where portal_id = :portal and expires_at < :now",
        portal=portal_id,
        now=now,
    )


def find_login_block(tx: Tx, portal_id: int, subject: str) -> tuple[int, int] | None:
    """Return (failures, blocked until) of a login name or address, or None."""
    row = tx.one(
        "select failures, blocked_until from login_failures where portal_id = :portal and subject = :subject",
        portal=portal_id,
        subject=subject,
    )
    return (row[0], row[1]) if row else None


def set_login_block(tx: Tx, portal_id: int, subject: str, failures: int, blocked_until: int, now: int) -> None:
    """Keep how often a login failed and until when it is refused."""
    tx.run(
        """insert into login_failures (portal_id, subject, failures, blocked_until, failed_at)
        values (:portal, :subject, :failures, :blocked, :now)
        on conflict (portal_id, subject) do update
        set failures = :failures, blocked_until = :blocked, failed_at = :now""",
        portal=portal_id,
        subject=subject,
        failures=failures,
        blocked=blocked_until,
        now=now,
    )


def remove_login_block(tx: Tx, portal_id: int, subject: str) -> None:
    """Forget failures, after a login that worked."""
    tx.run(
        "delete from login_failures where portal_id = :portal and subject = :subject",
        portal=portal_id,
        subject=subject,
    )
