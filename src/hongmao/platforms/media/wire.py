"""A media's wire words: which event is called what, what its answers mean, what it allows. Dated data, never code."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - msgspec reads the annotation
import tomllib
from importlib import resources
from typing import TYPE_CHECKING

import msgspec

from hongmao.platforms.api import HOUR_MS, Kind, Rate, TargetLimits

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "wire.toml"


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the media allows, with the margin that we keep."""

    deadline_hours: int
    margin_minutes: int = 0
    """How long before the media's own deadline we stop: a request takes its time, and clocks differ."""
    batch_max: int = 1
    body_bytes_max: int = 2**20
    per_minute: int
    burst: int


class Codes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the codes in an answer mean. A code on no list is tried again until the deadline: nothing is lost to a new word."""

    ok: list[int]
    throttled: list[int] = []
    theirs: list[int] = []
    """Faults of theirs that pass."""
    credentials: list[int] = []
    """Ours to mend, and worth an alarm; the items wait."""
    refused: list[int] = []
    """The item is wrong and stays wrong."""
    reasons: dict[str, str] = {}
    """Code -> our own word for it, where that says more than `refused`."""


class Wire(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One edition of a media's words."""

    version: str
    effective: dt.date
    sources: list[str]
    endpoint: str
    """Where requests go unless the account's `endpoint` says otherwise."""
    limits: Limits
    codes: Codes
    events: dict[str, dict[Kind, str]]
    """Table of event types by name: most media have one, `events`."""
    platforms: dict[str, str] = {}
    """Our platforms' names in its words."""

    def target_limits(self) -> TargetLimits:
        """Give the limits as the sender keeps them."""
        told = self.limits
        return TargetLimits(
            deadline_ms=told.deadline_hours * HOUR_MS - told.margin_minutes * 60_000,
            batch_max=told.batch_max,
            body_bytes_max=told.body_bytes_max,
            rate=Rate(per_minute=told.per_minute, burst=told.burst),
        )

    def event_types(self, table: str = "default") -> Mapping[Kind, str]:
        """Give one table of event types."""
        return self.events[table]


def load(media: str) -> Wire:
    """Read the edition that ships with a media's folder."""
    text = (resources.files("hongmao.platforms.media") / media / FILE).read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Wire, strict=True)
