"""The client for calls to others: checks the very address that is dialled, follows no redirects, reads little."""

import ipaddress
import socket
from typing import Any

import aiohttp

from tieline.services.call import Rules
from tieline.services.urls import refuse_ip

CONNECT_TIMEOUT = 10


class AddressRefused(OSError):
    """A name led to an address that may not be called."""


def connector(rules: Rules, *, limit_per_host: int) -> aiohttp.TCPConnector:
    """Make a connector that refuses addresses when it dials them, so that no name can change in between."""

    def dial(info: Any) -> socket.socket:
        family, kind, protocol, _, address = info
        if why := refuse_ip(ipaddress.ip_address(str(address[0]).split("%")[0]), rules):
            raise AddressRefused(why)
        return socket.socket(family, kind, protocol)

    return aiohttp.TCPConnector(limit=0, limit_per_host=limit_per_host, ttl_dns_cache=30, socket_factory=dial)


def open_connector(*, limit_per_host: int) -> aiohttp.TCPConnector:
    """Make a connector for hosts that are allowed by name, wherever they lead."""
    return aiohttp.TCPConnector(limit=0, limit_per_host=limit_per_host, ttl_dns_cache=30)


def reason(error: BaseException) -> str:
    """Say in one line why a call failed."""
    cause = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    if isinstance(error, TimeoutError):
        return "no answer in time"
    text = " ".join(str(cause).split()) or type(cause).__name__
    return text[:300]
