"""Connections that go where was looked (ABUSE-5): a name is resolved once, judged, and called at these very addresses.

A look before the call and a second one by the library would leave a gap: a name may answer with a public address first and
with this machine the next moment (DNS rebinding). TLS still proves the name, because only the address is put in its place.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from collections.abc import Set as AbstractSet

    Origin = tuple[str, str, int]
    Resolve = Callable[[str, int], Sequence[str]]

ADDRESSES_TRIED: Final = 4  # each may take the whole time that a connection has
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_NAT64_LOCAL: Final = ipaddress.ip_network("64:ff9b:1::/48")


class LeadsInside(HTTPError):
    """A name that gives an address of this machine or of a private network, among others or alone."""


def pinned_pool(free: AbstractSet[Origin], resolve: Resolve, timeout: urllib3.Timeout) -> urllib3.PoolManager:
    """Give a pool that connects to public addresses only; the origins in `free` may stand wherever they do."""

    class Plain(_Pinned):
        scheme = "http"

    class Secure(_Pinned, HTTPSConnection):
        scheme = "https"

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    Plain.way = Secure.way = _Way(frozenset(free), resolve)
    pool = urllib3.PoolManager(num_pools=32, maxsize=8, timeout=timeout, retries=False)
    pool.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
    return pool


def addresses_of(host: str, port: int) -> Sequence[str]:
    """Resolve a name by the machine's own resolver."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def leads_outside(text: str) -> bool:
    """Tell whether an address is public, and where it only wraps an IPv4 address (6to4, NAT64), that one too."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        nat64 = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF) if address in _NAT64 else None
        inner = address.ipv4_mapped or address.sixtofour or nat64
        if address in _NAT64_LOCAL or address.scope_id or (inner is not None and not inner.is_global):
            return False
    return address.is_global and not address.is_multicast


@dataclass(frozen=True, slots=True)
class _Way:
    """Origins that may stand anywhere, and who says where all others stand."""

    free: AbstractSet[Origin]
    resolve: Resolve


class _Pinned(HTTPConnection):
    """A connection to an address that was judged. Nothing is sent before, and TLS begins only after."""

    scheme: ClassVar[str]
    way: ClassVar[_Way]

    def _new_conn(self) -> socket.socket:
        """Connect: urllib3's own way in, which would resolve the name by itself."""
        if (self.scheme, self.host.lower(), self.port) in self.way.free:
            return super()._new_conn()
        try:
            addresses = list(dict.fromkeys(self.way.resolve(self.host, self.port)))
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from None
        if not all(map(leads_outside, addresses)):
            raise LeadsInside(self.host)
        failed: OSError = OSError("the name gives no address")
        for address in addresses[:ADDRESSES_TRIED]:
            try:
                return create_connection((address, self.port), self.timeout, self.source_address, self.socket_options)
            except OSError as error:
                failed = error
        if isinstance(failed, TimeoutError):
            raise ConnectTimeoutError(self, f"no connection to {self.host} in time") from None
        raise NewConnectionError(self, f"no connection to {self.host}") from failed
