"""The client for calls to others: checks the very address that is dialled, follows no redirects, reads little."""

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tieline.services.call import Rules
from tieline.services.urls import refuse_address, refuse_ip

CONNECT_TIMEOUT = 10


class AddressRefused(OSError):
    """A name led to an address that may not be called."""


class Client:
    """Two sessions that keep no cookies: for hosts that are allowed by name wherever they lead, and for all others."""

    def __init__(self, rules: Rules, *, timeout: int, limit_per_host: int, auto_decompress: bool = True) -> None:
        def session(**more: Any) -> aiohttp.ClientSession:
            return aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, limit_per_host=limit_per_host, ttl_dns_cache=30, **more),
                timeout=aiohttp.ClientTimeout(total=timeout, connect=CONNECT_TIMEOUT),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=auto_decompress,
            )

        def dial(info: Any) -> socket.socket:
            """Refuse an address when it is dialled, so that no name can change in between."""
            family, kind, protocol, _, address = info
            if why := refuse_ip(ipaddress.ip_address(str(address[0]).split("%")[0]), rules):
                raise AddressRefused(why)
            return socket.socket(family, kind, protocol)

        self._rules = rules
        self._listed, self._guarded = session(), session(socket_factory=dial)

    def session(self, url: str) -> aiohttp.ClientSession:
        """Return what an address is called with; raise AddressRefused if it may not be called."""
        if why := refuse_address(url, self._rules):
            raise AddressRefused(why)
        return self._listed if urlsplit(url).hostname in self._rules.allowed_hosts else self._guarded

    async def close(self) -> None:
        """Close all connections."""
        await self._guarded.close()
        await self._listed.close()


def reason(error: BaseException) -> str:
    """Say in one line why a call failed."""
    cause = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    if isinstance(error, TimeoutError):
        return "no answer in time"
    text = " ".join(str(cause).split()) or type(cause).__name__
    return text[:300]
