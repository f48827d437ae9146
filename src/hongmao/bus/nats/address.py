"""Where a log on NATS lives: nats://host:port,host:port,host:port/STREAM?replicas=3."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from hongmao.bus.errors import LogAddressUnreadable

SCHEME: Final = "nats://"
STREAM: Final = "HONGMAO"
REPLICAS: Final = 3
PORT_MAX: Final = 65_535
_HOST: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:]+\]):(\d{1,5})")
_STREAM: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class NatsAddress:
    """Servers to begin with, the stream's name, and how many servers must hold a copy of every event."""

    servers: tuple[str, ...]
    stream: str = STREAM
    replicas: int = REPLICAS

    @property
    def subject(self) -> str:
        """Name the one subject whose messages the stream keeps."""
        return f"{self.stream.lower()}.log"

    @classmethod
    def read(cls, text: str, *, place: str = "HONGMAO_LOG") -> NatsAddress:
        """Read an address; `LogAddressUnreadable` says what is wrong with it."""

        def wrong(why: str) -> LogAddressUnreadable:
            return LogAddressUnreadable(place=place, value=text, why=why)

        if not text.startswith(SCHEME):
            raise wrong("it does not begin with nats://")
        rest, _, query = text.removeprefix(SCHEME).partition("?")
        hosts, _, stream = rest.partition("/")
        servers = hosts.split(",")
        for server in servers:
            match = _HOST.fullmatch(server)
            if match is None or not 0 < int(match[2]) <= PORT_MAX:
                raise wrong(f"{server!r} is no host:port")
        if stream and not _STREAM.fullmatch(stream):
            raise wrong(f"{stream!r} is no name of a stream: letters, digits, - and _")
        options = parse_qsl(query, keep_blank_values=True)
        if unknown := {name for name, _ in options} - {"replicas"}:
            raise wrong(f"there is no option {min(unknown)!r}")
        copies = dict(options).get("replicas", str(REPLICAS))
        if copies not in {"1", "3", "5"}:
            raise wrong("replicas is 1, 3 or 5")
        return cls(tuple(servers), stream or STREAM, int(copies))


def names_log(text: str) -> bool:
    """Say whether a text is an address of a log on NATS."""
    try:
        NatsAddress.read(text)
    except LogAddressUnreadable:
        return False
    return True
