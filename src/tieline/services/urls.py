"""Which addresses this server may call: handlers of applications, files of connectors."""

import ipaddress
from functools import lru_cache
from urllib.parse import urlencode, urlsplit, urlunsplit

from tieline.services.call import Rules

MAX_URL = 2_000
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@lru_cache(maxsize=4096)
def refuse_address(url: str, rules: Rules) -> str:
    """Say why a URL may not be called; an empty text means that it may. Names are checked again when dialled."""
    if len(url) > MAX_URL:
        return f"longer than {MAX_URL} characters"
    if any(ord(sign) <= ord(" ") or sign == "\\" for sign in url):
        return "not a URL"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "not a URL"
    if parts.scheme not in ("http", "https") or not host:
        return "not an http or https URL"
    if parts.username is not None or parts.password is not None:
        return "a URL with a user name or password"
    if host in rules.allowed_hosts:
        return ""
    if rules.production and parts.scheme != "https":
        return "plain http is refused in the production profile"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        loopback = host == "localhost" or host.endswith(".localhost")
        return (
            "an address of this machine is refused in the production profile" if loopback and rules.production else ""
        )
    return refuse_ip(address, rules)


def refuse_ip(address: ipaddress.IPv4Address | ipaddress.IPv6Address, rules: Rules) -> str:
    """Say why an address that a name led to may not be dialled; empty if it may."""
    inner = unwrap(address)
    if str(inner) in rules.allowed_hosts:
        return ""
    if (
        not rules.production
        and (inner.is_loopback or inner.is_private)
        and not (inner.is_link_local or inner.is_unspecified)
    ):
        return ""
    if not inner.is_global or inner.is_multicast:
        return f"the address {address} is not a public one"
    return ""


def with_query(url: str, query: dict[str, str]) -> str:
    """Add parameters to a URL, behind those that it has."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query="&".join(filter(None, [parts.query, urlencode(query, safe=":")]))))


def unwrap(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the IPv4 address inside an IPv6 one (mapped, NAT64, 6to4, Teredo), else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(address.packed[-4:])
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None) or address
