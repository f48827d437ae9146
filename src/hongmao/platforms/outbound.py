"""The one door to the outside (ABUSE-5): calls go to hosts on a list, follow no redirect, and end in bounded time.

A host of the list may be reached only at public addresses: a name that resolves to this machine or to a private network is
refused, unless the very base address was allowed by whoever runs the deployment (the sandbox, a proxy). What was judged is
what is called: see `pinning`.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import urllib3

from hongmao.kernel.calls import REPLY_BYTES_MAX, CallFailed, Failure, Reply
from hongmao.platforms.pinning import LeadsInside, addresses_of, pinned_pool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hongmao.kernel.calls import Call

CONNECT_TIMEOUT_S: Final = 5.0
READ_TIMEOUT_S: Final = 20.0
WHOLE_TIMEOUT_S: Final = 60.0  # of a body: one that drips is cut off
_PIECE_BYTES: Final = 64 * 1024
_PORTS: Final = {"http": 80, "https": 443}
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
        reply_bytes_max: int | None = None,
        resolve: Callable[[str, int], Sequence[str]] = addresses_of,
    ) -> None:
        """`hosts` may be called by https; `bases` are whole origins that may be called wherever they stand."""
        self._hosts = frozenset(host.lower() for host in hosts)
        self._bases = frozenset(_origin(base) for base in bases)
        self._whole_timeout_s = whole_timeout_s
        self._reply_bytes_max = reply_bytes_max
        for name in _TALKATIVE:
            logging.getLogger(name).addFilter(_names_no_address)  # once, however often one is made
        timeout = urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=read_timeout_s)
        self._pool = pinned_pool(self._bases, resolve, timeout)

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
                body = self._read(response, host)
            finally:
                response.close()  # a body that was not read to its end leaves no connection to be used again
                response.release_conn()
        except LeadsInside:
            raise CallFailed(Failure.NOT_ALLOWED, host) from None
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
        return parts.scheme == "https" and host in self._hosts

    def _read(self, response: urllib3.BaseHTTPResponse, host: str) -> bytes:
        """Read a body piece by piece, no more of it and no longer than is allowed."""
        bytes_max = REPLY_BYTES_MAX if self._reply_bytes_max is None else self._reply_bytes_max
        until_s = time.monotonic() + self._whole_timeout_s
        body = bytearray()
        for piece in response.stream(_PIECE_BYTES):
            body += piece
            if len(body) > bytes_max:
                raise CallFailed(Failure.TOO_LARGE, host)
            if time.monotonic() > until_s:
                raise CallFailed(Failure.TIMEOUT, host)
        return bytes(body)


def _names_no_address(record: logging.LogRecord) -> bool:
    """Let the library's words through but for those that write out a path or a query: these are signed (PRIV-8)."""
    told = record.args if isinstance(record.args, tuple) else ()
    return not any("/" in str(word) or "?" in str(word) for word in told)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(scheme, 0)
