"""Posting to an address that a person typed: resolved once, checked, and then connected to exactly that."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from keiki.errors import AddressNotAllowed

SECONDS: Final = 10
TRANSLATED: Final = ip_network("64:ff9b::/96")
"""IPv6 addresses that stand for IPv4 ones (RFC 6052)."""


class NotTaken(Exception):
    """The other side gave no answer, or one that is not a success."""


@dataclass(frozen=True)
class Target:
    """The parts of an address that is posted to; `trusted`: whoever runs the server named its host."""

    scheme: str
    host: str
    port: int
    path: str
    trusted: bool


def target_of(url: str, trusted: Collection[str] = ()) -> Target:
    """An address that may be posted to; raises `AddressNotAllowed`.

    Only https, without a name or password in it; plain http only for `trusted` hosts (host or host:port).
    """
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    except ValueError:
        raise AddressNotAllowed(host=url[:80]) from None
    host = parts.hostname or ""
    known = host in trusted or f"{host}:{port}" in trusted
    plain = url.isascii() and url.isprintable() and " " not in url and "@" not in parts.netloc
    if not host or not plain or parts.scheme not in ({"https", "http"} if known else {"https"}):
        raise AddressNotAllowed(host=host or url[:80])
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    return Target(parts.scheme, host, port, path, known)


def resolved(target: Target) -> str:
    """The numeric address to connect to. All addresses of a host that is not trusted have to be public."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotTaken(f"{target.host} is not known") from error
    addresses = [str(each[4][0]) for each in found]
    if not target.trusted and not all(is_public(address) for address in addresses):
        raise AddressNotAllowed(host=target.host)
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an address lies in the public internet, also where it is an IPv4 address in the form of an IPv6 one.

    >>> is_public("93.184.216.34"), is_public("127.0.0.1"), is_public("::ffff:10.0.0.1"), is_public("64:ff9b::a00:1")
    (True, False, False, False)
    """
    found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        if found in TRANSLATED:
            found = IPv4Address(int(found) & 0xFFFFFFFF)
        else:
            found = found.ipv4_mapped or found.sixtofour or found
    return found.is_global and not found.is_multicast


class _Pinned(HTTPConnection):
    """A connection to one numeric address that says the name of the host it is meant for."""

    def __init__(self, target: Target, address: str) -> None:
        super().__init__(target.host, target.port, timeout=SECONDS)
        self._target, self._address = target, address

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self._target.port), SECONDS)
        if self._target.scheme == "https":
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self._target.host)


def post(url: str, body: bytes, headers: Mapping[str, str], trusted: Collection[str] = ()) -> None:
    """Post a message; raises `NotTaken` unless the answer is a success. Nothing is followed and no answer is read."""
    target = target_of(url, trusted)
    connection = _Pinned(target, resolved(target))
    try:
        connection.request("POST", target.path, body, dict(headers))
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        raise NotTaken(f"{target.host} does not answer") from error
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise NotTaken(f"{target.host} answered {status}")
