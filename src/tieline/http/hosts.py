"""Which portal a request is for, and whether it comes from where it must."""

import ipaddress
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.types import Scope

from tieline.api import faults
from tieline.api.faults import ApiError
from tieline.domain.people import Portal
from tieline.http import bodies
from tieline.services.call import Rules
from tieline.store import people
from tieline.store.engine import Database, Unavailable

COOKIE = "tieline_session"


class Hosts:
    """Portals by the host names under which they are reached; a single one answers to every name."""

    def __init__(self, database: Database, rules: Rules) -> None:
        self._database = database
        self._rules = rules
        self._portals: list[Portal] = []

    async def portal_of(self, scope: Scope) -> int:
        """Return the id of the portal that a request is for."""
        if len(self._portals) != 1:
            self._portals = await self._read_portals()
        if len(self._portals) == 1:
            return self._portals[0].id
        host = _name(bodies.header(scope, b"host"))
        for portal in self._portals:
            if portal.host.lower() == host:
                return portal.id
        raise ApiError(faults.PORTAL_NOT_FOUND)

    async def _read_portals(self) -> list[Portal]:
        try:
            return await self._database.read(people.list_portals)
        except Unavailable as error:
            raise ApiError(faults.OVERLOAD_LIMIT) from error

    def require_tls(self, scope: Scope) -> None:
        """Refuse plain http in the production profile, except from this machine."""
        if self._rules.production and scope["scheme"] in ("http", "ws") and not _is_local(scope):
            raise ApiError(faults.INVALID_REQUEST)

    def require_own_origin(self, scope: Scope) -> None:
        """Refuse a request that another site's page makes with our cookie."""
        site = bodies.header(scope, b"sec-fetch-site")
        origin = bodies.header(scope, b"origin")
        if site not in ("", "same-origin"):
            raise ApiError(faults.FOREIGN_ORIGIN)
        if not origin and not site:
            raise ApiError(faults.FOREIGN_ORIGIN)
        if origin and origin.partition("://")[2].lower() != bodies.header(scope, b"host").lower():
            raise ApiError(faults.FOREIGN_ORIGIN)

    @staticmethod
    def require_no_other_site(scope: Scope) -> None:
        """Refuse what another site's page asks for with our cookie; where nothing changes, an address may be typed."""
        if bodies.header(scope, b"sec-fetch-site") not in ("", "none", "same-origin"):
            raise ApiError(faults.FOREIGN_ORIGIN)

    @staticmethod
    def cookie(scope: Scope) -> str | None:
        """Return the browser session's cookie, or None."""
        try:
            jar = SimpleCookie(bodies.header(scope, b"cookie"))
        except CookieError:
            return None
        return jar[COOKIE].value if COOKIE in jar else None


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_local(scope: Scope) -> bool:
    client = scope.get("client")
    try:
        return client is None or ipaddress.ip_address(client[0]).is_loopback
    except ValueError:
        return False
