"""Where somebody else's URL may lead us: to the public internet, and never into our own networks (SSRF).

`ipaddress`' own `is_global` is not enough: multicast is global to it, and so is what carries an IPv4 address within,
such as NAT64 and 6to4, which lead back to loopback.
"""

from __future__ import annotations

import ipaddress
import random
import re
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# The last label begins with a letter: otherwise resolvers take the whole for an IPv4 address, in whatever notation.
_NAME = rf"(?=[A-Za-z0-9.-]{{1,253}}(?:[:/]|$))(?:{_LABEL}\.)+[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?"
_PATH = r"(?P<path>/[!\"$-\[\]-~]*)?"
_URL = re.compile(rf"https://(?P<host>{_NAME})(?::(?P<port>443|8443))?{_PATH}")
_LOOPBACK_URL = re.compile(rf"http://(?P<host>127\.0\.0\.1|localhost)(?::(?P<port>[1-9][0-9]{{0,4}}))?{_PATH}")

_DENIED_V4 = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *("192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24"),
    *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
]
_UNICAST_V6 = ipaddress.IPv6Network("2000::/3")
"""All that IANA has given out for the internet; what is outside is ours, nobody's, or carries IPv4 within."""
_DENIED_V6 = [
    *("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3ffe::/16", "3fff::/20"),
]
_DENIED = [ipaddress.ip_network(each) for each in (*_DENIED_V4, *_DENIED_V6)]

Resolve = Callable[[str, int], Iterable[str]]
"""All addresses of a name; raises OSError where it has none."""


class AddressRefusedError(Exception):
    """A URL leads where nothing of ours goes; `reason` is a word of ours."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnresolvedError(Exception):
    """A name has no address, or nobody can tell."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a URL says.

    Attributes:
        host: The host's name.
        port: Its port.
        path: Path and query.
        is_local: Whether it is on this machine, which only a developer's own allows: without TLS.
    """

    host: str
    port: int
    path: str
    is_local: bool = False


def target_of(url: str, *, allow_loopback: bool = False) -> Target:
    """Takes a URL apart: https, a host by its name, one of two ports, and no credentials.

    Args:
        url: The URL.
        allow_loopback: Whether also `http` to this machine will do.

    Raises:
        AddressRefusedError: it is not like that.
    """
    found = _URL.fullmatch(url)
    if found is not None:
        return Target(found["host"].lower(), int(found["port"] or 443), found["path"] or "/")
    found = _LOOPBACK_URL.fullmatch(url) if allow_loopback else None
    if found is None:
        raise AddressRefusedError("endpoint_url")
    return Target(found["host"], int(found["port"] or 80), found["path"] or "/", is_local=True)


def address_of(target: Target, resolve: Resolve | None = None) -> str:
    """The address to connect to, looked up once: another look could have another answer.

    Raises:
        AddressRefusedError: one of the addresses, whichever, is not on the public internet.
        UnresolvedError: there is none.
    """
    if target.is_local:
        return "127.0.0.1"
    try:
        found = list((resolve or resolved)(target.host, target.port))
    except (OSError, UnicodeError):
        raise UnresolvedError from None
    if not found:
        raise UnresolvedError
    if not all(map(is_public, found)):
        raise AddressRefusedError("endpoint_address")
    # Lambda speaks IPv4 wherever it is; of several any one may be out of order, and the next try takes another.
    return random.choice([each for each in found if ":" not in each] or found)  # noqa: S311 - guards nothing


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return is_public(str(parsed.ipv4_mapped))
        if parsed not in _UNICAST_V6:
            return False
    return parsed.is_global and not any(parsed in denied for denied in _DENIED)


def resolved(host: str, port: int) -> list[str]:
    """All addresses of a name, by the system's resolver.

    Raises:
        OSError: it has none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]
