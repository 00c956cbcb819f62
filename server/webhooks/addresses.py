"""Where a webhook may go. An administrator says the address, and it must not become a way into the machine.

Only http and https, without a name and password in it. Never to link-local addresses, where clouds keep the
keys of their machines, nor to addresses that are nobody's. Names are resolved when a request is sent, and
each address that comes out is looked at before anything is connected: what a name meant yesterday counts for
nothing.
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

LONGEST = 400
PORTS = {"http": 80, "https": 443}
SIGNS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*")  # RFC 3986
HOST = re.compile(r"[A-Za-z0-9.-]{1,253}|[0-9A-Fa-f:.]{2,45}")
# Where clouds tell a machine its keys, beside the link-local addresses.
METADATA = frozenset(map(ip_address, ("fd00:ec2::254", "100.100.100.200", "192.0.0.192")))
NAT64 = ip_network("64:ff9b::/96")


class BadAddress(Exception):
    """code: stable. `asked.<code>` says it in words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart. path: with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def shown_host(self) -> str:
        """As the Host header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def target(url: str) -> Target:
    """The address in `url`. Raises BadAddress: url-form, url-scheme, url-login, url-forbidden."""
    if len(url) > LONGEST or not SIGNS.fullmatch(url):
        raise BadAddress("url-form")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadAddress("url-form") from None
    if parts.scheme not in PORTS:
        raise BadAddress("url-scheme")
    if "@" in parts.netloc:
        raise BadAddress("url-login")
    if parts.fragment or not parts.hostname or not HOST.fullmatch(parts.hostname) or port == 0:
        raise BadAddress("url-form")
    found = Target(
        parts.scheme,
        parts.hostname,
        port or PORTS[parts.scheme],
        (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
    )
    try:
        literal = ip_address(parts.hostname)
    except ValueError:
        return found
    if forbidden(literal):
        raise BadAddress("url-forbidden")
    return found


def resolved(host: str, port: int) -> list[tuple[socket.AddressFamily, str]]:
    """The addresses of a host that may be connected. Raises BadAddress when none may, OSError for an unknown
    name.
    """
    rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    found = [(family, str(at[0])) for family, _, _, _, at in rows]
    allowed: list[tuple[socket.AddressFamily, str]] = [
        (family, at) for family, at in found if not forbidden(ip_address(at.partition("%")[0]))
    ]
    if not allowed:
        raise BadAddress("url-forbidden")
    return allowed


def forbidden(address: IPv4Address | IPv6Address) -> bool:
    """Whether nothing is ever sent there, in whichever way the address is written."""
    inner = _inside(address)
    return (
        address in METADATA
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or (address.is_reserved and inner is None and not address.is_loopback)
        or (inner is not None and forbidden(inner))
    )


def _inside(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one carries."""
    if isinstance(address, IPv4Address):
        return None
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
