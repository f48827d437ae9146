"""Where a request comes from, as far as caps need to know: a network and a device, each as a hash that only this process can make.

An address is looked at and forgotten. What is remembered is a hash with a key that is drawn when the process starts and
written nowhere, of the /24 of an address of IPv4 or the /64 of IPv6: what one household or one cell of a carrier has.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.kernel.ids import ReaderId
    from hongmao.web.edge.asgi import Scope

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

FORWARDED: Final = "x-forwarded-for"
NETWORKS_MAX: Final = 64
_HASH_BYTES: Final = 8
_KNOWN_MAX: Final = 65_536
_HOPS_MAX: Final = 16
_UNKNOWN: Final = b""
_PORT: Final = re.compile(r"\[([0-9A-Fa-f:.]{2,45})\](?::[0-9]{1,5})?|([0-9.]{7,15}):[0-9]{1,5}")


class Whence(NamedTuple):
    """Whose hand and which network; None where nothing tells."""

    device: str | bytes | None
    net: bytes | None


NOWHERE: Final = Whence(None, None)


def read_trust(text: str) -> tuple[Network, ...] | None:
    """Read networks with commas between, such as `127.0.0.1,10.0.0.0/8`; None where one is none, or there are too many."""
    parts = [part.strip() for part in text.split(",")] if text.strip() else []
    try:
        networks = tuple(ipaddress.ip_network(part) for part in parts)
    except ValueError:
        return None
    return networks if len(networks) <= NETWORKS_MAX else None


class Origins:
    """Knows where requests come from. What a proxy says of it is believed of the proxies in `trust` alone."""

    def __init__(self, trust: Sequence[Network] = (), key: bytes | None = None) -> None:
        """Believe proxies in these networks. `key` is for tests; a process draws its own."""
        self._trust = tuple(trust)
        self._hasher = blake2b(digest_size=_HASH_BYTES, key=key or secrets.token_bytes(32))
        self._known: dict[bytes, bytes] = {}

    def relays(self, peer: str) -> bool:
        """Tell whether a peer is a proxy whose word on who asks is believed."""
        if not self._trust:
            return False
        address = _read(peer)
        return address is not None and self._trusts(address)

    def net_of(self, peer: str) -> bytes | None:
        """Give the network of an address; None where it is no public one.

        Behind a private or a loopback address stand a proxy that nobody named, a probe or a tool of our own: all readers
        together, and no cap of one network could hold for them.
        """
        address = _read(peer)
        return None if address is None else self._net(address)

    def told(self, forwarded: str | None) -> bytes | None:
        """Give the network that trusted proxies say asked: that of the right-most address that is none of theirs."""
        if not forwarded:
            return None
        line = self._hash(forwarded)
        known = self._known.get(line)
        if known is None:
            if len(self._known) >= _KNOWN_MAX:
                self._known.clear()
            known = self._known[line] = self._told(forwarded) or _UNKNOWN
        return known or None

    def agent(self, user_agent: str) -> bytes:
        """Give what stands for a browser's name in a device's."""
        return self._hash(user_agent)

    def whence(self, scope: Scope, headers: Mapping[str, str], reader: ReaderId | None) -> Whence:
        """Tell where a request over ASGI comes from."""
        peer = (scope.get("client") or ("", 0))[0]
        net = self.told(headers.get(FORWARDED)) if self.relays(peer) else self.net_of(peer)
        return Whence(device_of(reader, self.agent(headers.get("user-agent", "")), net), net)

    def _told(self, forwarded: str) -> bytes | None:
        hops = forwarded.rsplit(",", _HOPS_MAX)
        for hop in reversed(hops[-_HOPS_MAX:]):
            address = _read(hop.strip())
            if address is None:
                return None  # whoever wrote that, nothing before it can be believed
            if not self._trusts(address):
                return self._net(address)
        return None

    def _trusts(self, address: _Address) -> bool:
        return any(address in network for network in self._trust)

    def _net(self, address: _Address) -> bytes | None:
        if not address.is_global:
            return None
        return self._hash(address.packed[:3] if address.version == 4 else address.packed[:8])  # noqa: PLR2004 - of IPv4

    def _hash(self, what: str | bytes) -> bytes:
        hasher = self._hasher.copy()
        hasher.update(what.encode("utf-8", "surrogatepass") if isinstance(what, str) else what)
        return hasher.digest()


def device_of(reader: ReaderId | None, agent: bytes, net: bytes | None) -> str | bytes | None:
    """Say whose hand it was: the reader's, or, without a cookie, that of this kind of browser in this network.

    A browser's name alone is no device: where the network is not known either, half the readers would be one.
    """
    if reader is not None:
        return reader
    return None if net is None else agent + net


def _read(text: str) -> _Address | None:
    """Read an address as a socket or a proxy writes it, with or without a port; an IPv4 one within IPv6 is the IPv4 one."""
    found = _PORT.fullmatch(text)
    try:
        address = ipaddress.ip_address(text if found is None else found[1] or found[2])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
