"""Access and refresh tokens, and codes of the consent page, by their hashes."""

from tieline.domain.apps import REFRESH_TOKEN_LIFE, Code, Token
from tieline.domain.clock import DAY
from tieline.store.engine import Tx

EXPIRED_REMEMBERED = REFRESH_TOKEN_LIFE  # who has an old token is told to refresh it while that works
REMEMBERED = DAY  # a used code is told from an unknown one this long


def add_token(tx: Tx, portal_id: int, token: Token, now: int) -> None:
    """Keep a token by its hash, and forget those that ran out long ago; the same one again only moves its expiry."""
    tx.run(
        "delete from tokens where portal_id = :portal and expires_at < :before",
        portal=portal_id,
        before=now - EXPIRED_REMEMBERED,
    )
    tx.run(
        """insert into tokens (portal_id, hash, app_id, user_id, refresh, expires_at, created_at)
        values (:portal, :hash, :app, :user, :refresh, :expires, :now)
        on conflict (portal_id, hash) do update set expires_at = excluded.expires_at""",
        portal=portal_id,
        hash=token.hash,
        app=token.app_id,
        user=token.user_id,
        refresh=int(token.refresh),
        expires=token.expires_at,
        now=now,
    )


def find_token(tx: Tx, portal_id: int, hashed: str, *, refresh: bool) -> Token | None:
    """Return an access token, or a refresh token which it locks, by its hash; None if unknown."""
    row = tx.one(
        """select hash, app_id, user_id, refresh, expires_at, used_at from tokens
        where portal_id = :portal and hash = :hash and refresh = :refresh"""
        + (" for update" if refresh else ""),
        portal=portal_id,
        hash=hashed,
        refresh=int(refresh),
    )
    return Token(row[0], row[1], row[2], bool(row[3]), row[4], row[5]) if row else None


def set_token_used(tx: Tx, portal_id: int, hashed: str, now: int) -> None:
    """Record that a refresh token was exchanged."""
    tx.run(
        "update tokens set used_at = :now where portal_id = :portal and hash = :hash",
        now=now,
        portal=portal_id,
        hash=hashed,
    )


def add_code(tx: Tx, portal_id: int, hashed: str, app_id: int, user_id: int, expires_at: int) -> None:
    """Keep a code of the consent page, and forget those that ran out long ago."""
    tx.run(
        "delete from oauth_codes where portal_id = :portal and expires_at < :before",
        portal=portal_id,
        before=expires_at - REMEMBERED,
    )
    tx.run(
        """insert into oauth_codes (portal_id, hash, app_id, user_id, expires_at)
        values (:portal, :hash, :app, :user, :expires)""",
        portal=portal_id,
        hash=hashed,
        app=app_id,
        user=user_id,
        expires=expires_at,
    )


def find_code(tx: Tx, portal_id: int, hashed: str) -> Code | None:
    """Return a code, which it locks, by its hash; None if unknown."""
    row = tx.one(
        """select app_id, user_id, expires_at, used_at from oauth_codes
        where portal_id = :portal and hash = :hash for update""",
        portal=portal_id,
        hash=hashed,
    )
    return Code(*row) if row else None


def set_code_used(tx: Tx, portal_id: int, hashed: str, now: int) -> None:
    """Record that a code was exchanged."""
    tx.run(
        "update oauth_codes set used_at = :now where portal_id = :portal and hash = :hash",
        now=now,
        portal=portal_id,
        hash=hashed,
    )


def remove_tokens(tx: Tx, portal_id: int, app_id: int, *, refresh: bool) -> None:
    """Forget an application's tokens of a kind."""
    tx.run(
        "delete from tokens where portal_id = :portal and app_id = :app and refresh = :refresh",
        portal=portal_id,
        app=app_id,
        refresh=int(refresh),
    )
