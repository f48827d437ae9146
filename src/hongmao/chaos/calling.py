"""HTTP by hand, so that a request can be cut off in its midst or left before its answer."""

from __future__ import annotations

import contextlib
import http.client
import socket
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUT_S: Final = 10.0


class Manners(Enum):
    """How a client ends a call."""

    STAY = auto()
    CUT = auto()  # hangs up in the midst of its request
    LEAVE = auto()  # sends all of it and does not wait for the answer


@dataclass(frozen=True, slots=True)
class Ask:
    """One request, to be sent as often as one likes."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""

    def packed(self, host: str) -> bytes:
        """Write it out."""
        lines = [
            f"{self.method} {self.path} HTTP/1.1",
            f"host: {host}",
            *(f"{k}: {v}" for k, v in self.headers.items()),
        ]
        if self.method == "POST":
            lines.append(f"content-length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back."""

    status: int
    location: str
    body: bytes


class Caller:
    """One client's line to one port; kept alive while nothing goes wrong."""

    def __init__(self, port: int) -> None:
        """Connect at the first call."""
        self._at = ("127.0.0.1", port)
        self._line: socket.socket | None = None

    def call(self, ask: Ask, manners: Manners = Manners.STAY) -> Heard | None:
        """Send and hear; None where nobody knows what became of it."""
        packed = ask.packed(f"{self._at[0]}:{self._at[1]}")
        try:
            if self._line is None:
                self._line = socket.create_connection(self._at, TIMEOUT_S)
            if manners is Manners.CUT:
                self._line.sendall(packed[: len(packed) * 2 // 3])
            else:
                self._line.sendall(packed)
            if manners is Manners.STAY:
                return self._heard(self._line, ask.method)
        except (OSError, http.client.HTTPException):
            pass
        self.close()
        return None

    def close(self) -> None:
        """Hang up."""
        if self._line is not None:
            with contextlib.suppress(OSError):
                self._line.close()
            self._line = None

    def _heard(self, line: socket.socket, method: str) -> Heard:
        response = http.client.HTTPResponse(line, method=method)
        try:
            response.begin()
            heard = Heard(response.status, response.getheader("location", ""), response.read())
            if response.will_close:
                self.close()
        finally:
            response.close()
        return heard
