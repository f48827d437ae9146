"""A pin: what a report was made from, so that it can be made again, byte for byte, whatever has come since.

{"pin": 2, "position": 4711, "at_ms": 1747754100000, "from_day": "2025-05-01", "to_day": "2025-05-20",
 "definitions": {"last_click.v1": "681041c255c61f7c", ...}, "reports": {"": "9f86d081884c7d65..."}, "made_by": "0.3.0"}
"""

from __future__ import annotations

import hashlib
import json
from datetime import date  # noqa: TC003  (msgspec reads the annotations when it converts)
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from hongmao.insight.errors import PinBroken, PinUnreadable

if TYPE_CHECKING:
    from collections.abc import Mapping


class Pin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one printing was made from."""

    pin: Literal[1, 2] = 2
    """Number of this format. A report that was pinned by the first tells nothing of costs, and is printed so again."""
    position: Annotated[int, msgspec.Meta(ge=0)]
    """The offset of the log up to which everything was known."""
    at_ms: int
    """When it was printed; links made later are not in it."""
    from_day: date
    to_day: date
    definitions: dict[str, str]
    """Versions by key, each with its fingerprint."""
    reports: dict[str, str]
    """SHA-256 of each report as JSON; `""` is the whole deployment's, the others are named by merchant."""
    made_by: str
    """The version of the program."""


def written(report: Mapping[str, object]) -> str:
    """Write a report as JSON: the bytes that are compared."""
    return json.dumps(report, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def digest(report: Mapping[str, object]) -> str:
    """Name the bytes of a report."""
    return hashlib.sha256(written(report).encode()).hexdigest()


def write_pin(pin: Pin) -> bytes:
    """Write a pin as a file."""
    return msgspec.json.format(msgspec.json.encode(pin, order="sorted"), indent=2) + b"\n"


def read_pin(body: bytes, *, place: str) -> Pin:
    """Read a pin; raises `PinUnreadable` with its place."""
    try:
        return msgspec.json.decode(body, type=Pin)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise PinUnreadable(place=place, why=str(fault)) from None


def as_pinned(pin: Pin, report: Mapping[str, object]) -> dict[str, object]:
    """Give a report as its pin's format has it."""
    return {key: value for key, value in report.items() if key != "costs" or pin.pin > 1}


def check_pin(pin: Pin, reports: Mapping[str, Mapping[str, object]], *, place: str) -> None:
    """Hold reports against what was printed then; raises `PinBroken` for the first that reads otherwise."""
    for name, report in reports.items():
        if pin.reports.get(name) != digest(report):
            raise PinBroken(place=place, report=name or "report", made_by=pin.made_by)
