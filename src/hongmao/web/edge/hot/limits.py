"""How long and how much one connection, and all of them together, may ask of a process."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from hongmao.events.api import LogPressed

if TYPE_CHECKING:
    from hongmao.events.api import Pressure

CONNECTIONS: Final = range(16, 65_537)
SECONDS: Final = range(1, 601)
QUEUED_BYTES_MAX: Final = 32 * 2**20
LAG_MS: Final = range(10, 60_001)
_WHOLE: Final = re.compile(r"[1-9][0-9]{0,6}")
_FIELDS: Final = {"connections": CONNECTIONS, "head": SECONDS, "body": SECONDS, "idle": SECONDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """All limits of one process."""

    connections: int = 4_096
    head_s: float = 5.0
    body_s: float = 10.0
    idle_s: float = 30.0
    linger_s: float = 1.0
    bodies_bytes: int = 128 * 2**20
    """How much may be announced of bodies that have not come yet, on all lines together."""
    lag_ms: float = 500.0
    """How far the log may be behind before new taps are refused."""


def check_pressure(pressure: Pressure, lag_ms_max: float) -> LogPressed | None:
    """Say that a log is too far behind to be offered more; None where it is not."""
    if pressure.oldest_ms > lag_ms_max or pressure.queued_bytes > QUEUED_BYTES_MAX:
        return LogPressed(oldest_ms=int(pressure.oldest_ms))
    return None


def read_limits(text: str, lag_ms: str = "") -> Limits | None:
    """Read `connections=4096,head=5,body=10,idle=30` (seconds) and a lag in ms; what is not named keeps its default.

    None where something is wrong, or out of bounds.
    """
    said: dict[str, float] = {}
    for part in text.split(",") if text.strip() else ():
        name, _, value = (piece.strip() for piece in part.partition("="))
        bounds, field = _FIELDS.get(name), name if name == "connections" else f"{name}_s"
        if bounds is None or field in said or not _WHOLE.fullmatch(value) or int(value) not in bounds:
            return None
        said[field] = int(value)
    if lag_ms:
        if not _WHOLE.fullmatch(lag_ms) or int(lag_ms) not in LAG_MS:
            return None
        said["lag_ms"] = float(lag_ms)
    return replace(Limits(), **said)  # type: ignore[arg-type]  # whole numbers all, as each field takes them
