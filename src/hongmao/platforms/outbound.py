"""The one door to the outside (ABUSE-5): calls go to hosts on a list, follow no redirect, and end in bounded time.

A host of the list may be reached only at public addresses: a name that resolves to this machine or to a private network is
refused, unless the very base address was allowed by whoever runs the deployment (the sandbox, a proxy).
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import time
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import urllib3

from hongmao.kernel.calls import REPLY_BYTES_MAX, CallFailed, Failure, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hongmao.kernel.calls import Call

CONNECT_TIMEOUT_S: Final = 5.0
READ_TIMEOUT_S: Final = 20.0
WHOLE_TIMEOUT_S: Final = 60.0  # of a body: one that drips is cut off
_PIECE_BYTES: Final = 64 * 1024
_PORTS: Final = {"http": 80, "https": 443}
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_NAT64_LOCAL: Final = ipaddress.ip_network("64:ff9b:1::/48")
_TALKATIVE: Final = tuple(
    f"urllib3.{part}" for part in ("connection", "connectionpool", "poolmanager", "response", "util.retry")
)


class Outbound:
    """Implements `kernel.calls.Caller` by urllib3. One for the whole process; safe to share between threads."""

    def __init__(
        self,
        hosts: Iterable[str],
        *,
        bases: Iterable[str] = (),
        read_timeout_s: float = READ_TIMEOUT_S,
        whole_timeout_s: float = WHOLE_TIMEOUT_S,
        resolve: Callable[[str, int], list[str]] | None = None,
    ) -> None:
        """`hosts` may be called by https; `bases` are whole origins that may be called wherever they stand."""
        self._hosts = frozenset(host.lower() for host in hosts)
        self._bases = frozenset(_origin(base) for base in bases)
        self._resolve = resolve or _addresses
        self._whole_timeout_s = whole_timeout_s
        for name in _TALKATIVE:
            logging.getLogger(name).addFilter(_names_no_address)  # once, however often one is made
        timeout = urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=read_timeout_s)
        self._pool = urllib3.PoolManager(num_pools=32, maxsize=8, timeout=timeout, retries=False)

    def call(self, call: Call) -> Reply:
        """Send a call and give the reply; `CallFailed` where there is none. Its address is never in an error or a log."""
        host = _host(call.url)
        if not self._allows(call.url, host):
            raise CallFailed(Failure.NOT_ALLOWED, host)
        try:
            response = self._pool.request(
                call.method,
                call.url,
                body=call.body or None,
                headers=dict(call.headers),
                redirect=False,
                preload_content=False,
            )
            try:
                body = _read(response, host, until_s=time.monotonic() + self._whole_timeout_s)
            finally:
                response.close()  # a body that was not read to its end leaves no connection to be used again
                response.release_conn()
        except urllib3.exceptions.NewConnectionError:  # a timeout by its class, and refused by its meaning
            raise CallFailed(Failure.UNREACHABLE, host) from None
        except urllib3.exceptions.TimeoutError:
            raise CallFailed(Failure.TIMEOUT, host) from None
        except (urllib3.exceptions.HTTPError, OSError, UnicodeError):
            raise CallFailed(Failure.UNREACHABLE, host) from None
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Reply(status=response.status, headers=headers, body=body)

    def _allows(self, url: str, host: str) -> bool:
        try:
            parts = urlsplit(url)
            origin = _origin(url)
        except ValueError:
            return False
        if parts.username is not None or parts.scheme not in _PORTS:
            return False
        if origin in self._bases:
            return True
        if parts.scheme != "https" or host not in self._hosts:
            return False
        return self._is_public(host, parts.port or _PORTS["https"])

    def _is_public(self, host: str, port: int) -> bool:
        """Tell whether every address of a host is public; a name that nobody knows is left to fail when it is called."""
        try:
            return all(_leads_outside(ipaddress.ip_address(address)) for address in self._resolve(host, port))
        except OSError:
            return True


def _leads_outside(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Tell whether an address is public, and where it only wraps an IPv4 address (6to4, NAT64), that one too."""
    if isinstance(address, ipaddress.IPv6Address):
        nat64 = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF) if address in _NAT64 else None
        inner = address.sixtofour or nat64
        if address in _NAT64_LOCAL or (inner is not None and not inner.is_global):
            return False
    return address.is_global


def _names_no_address(record: logging.LogRecord) -> bool:
    """Let the library's words through but for those that write out a path or a query: these are signed (PRIV-8)."""
    told = record.args if isinstance(record.args, tuple) else ()
    return not any("/" in str(word) or "?" in str(word) for word in told)


def _read(response: urllib3.BaseHTTPResponse, host: str, *, until_s: float) -> bytes:
    """Read a body piece by piece, no more of it and no longer than is allowed."""
    body = bytearray()
    for piece in response.stream(_PIECE_BYTES):
        body += piece
        if len(body) > REPLY_BYTES_MAX:
            raise CallFailed(Failure.TOO_LARGE, host)
        if time.monotonic() > until_s:
            raise CallFailed(Failure.TIMEOUT, host)
    return bytes(body)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(scheme, 0)


def _addresses(host: str, port: int) -> list[str]:
    return [str(found[4][0]).partition("%")[0] for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
