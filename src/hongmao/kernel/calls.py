"""Calls to the outside: what is asked, what came back, and the port that carries it. A client builds; whoever is given calls.

Clients of outside platforms are pure by this: `Call` is data, so a signature can be tested without a network, and a test's
`Caller` answers from a recording.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

REPLY_BYTES_MAX = 16 * 2**20  # a page of a thousand rows has about one


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Call:
    """One request. It is not shown by `repr`: query, body and headers carry signatures and tokens (PRIV-8)."""

    method: str
    url: str
    """With its query, complete and encoded."""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Reply:
    """What came back, whatever its status. Header names are written small."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Failure(StrEnum):
    """Why a call has no reply."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"  # refused, reset, no such host, TLS
    TOO_LARGE = "too_large"
    NOT_ALLOWED = "not_allowed"  # the address is on no list of ours: nothing was sent


class CallFailed(Exception):  # not one of our sentences: whoever called says what it means there
    """A call that brought no reply. Whether the other side acted is unknown, unless it was never sent."""

    def __init__(self, failure: Failure, host: str) -> None:
        """Keep why, and which host; never the address itself, which may carry a token."""
        super().__init__(f"{failure.value}: {host}")
        self.failure = failure
        self.host = host


class Caller(Protocol):
    """Carries calls to allow-listed hosts. Follows no redirect, and gives up in bounded time."""

    def call(self, call: Call) -> Reply:
        """Send a call and give the reply; `CallFailed` where there is none."""
        ...
