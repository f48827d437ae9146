"""The verdict: what clients saw acknowledged, held against the lake's files and the charges as they lie on the disk.

It asks no code that it judges. The manifest is read as JSON, the files as Parquet, the charges as rows of SQLite.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANIFEST: Final = "manifest.json"
CLICK: Final = "component_click"
VISIT: Final = "visit"
_READ: Final = ("event_id", "kind", "click_id", "ref")
TAP, EVENT, RETURN = "tap", "event", "return"
"""By which name a client knows what it was told: a tap by its click id, a report by its event id, a shop's row by its number."""
Name = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found. The house stands only where nothing was lost, doubled or left uncharged, and something was acked."""

    acked: int
    lost: tuple[str, ...] = ()
    """Acknowledged and not in the lake."""
    doubled: tuple[str, ...] = ()
    """In the lake, or charged, more than once."""
    uncharged: tuple[str, ...] = ()
    """Clicks in the lake without the one charge that each has, be it 0 fen; and charges without a click."""
    unacked_kept: int = 0
    """In the lake although nobody heard so: legal, and a sign that answers were really lost."""
    events: int = 0
    """Rows of the lake, the return desk's own records among them."""
    charges: int = 0

    @property
    def sound(self) -> bool:
        """Say whether the promise was kept."""
        return self.acked > 0 and not (self.lost or self.doubled or self.uncharged)


@dataclass(slots=True)
class Found:
    """What the lake holds."""

    ids: Counter[str] = field(default_factory=Counter)
    names: Counter[Name] = field(default_factory=Counter)
    clicks: set[str] = field(default_factory=set)
    """Event ids of clicks."""


def judge(*, acked: set[Name], lake: Path, state: Path) -> Verdict:
    """Hold the books against a lake folder and the house's database, both at rest."""
    found = look(lake)
    charges = charged(state)
    doubled = [f"event id {one}, {times} times" for one, times in found.ids.items() if times > 1]
    doubled += [f"{what} {name}, {times} times" for (what, name), times in found.names.items() if times > 1]
    doubled += [f"charge of {one}, {times} times" for one, times in charges.items() if times > 1]
    doubled += [f"charges of one impression, {times} times: {one}" for one, times in billed_twice(state)]
    return Verdict(
        acked=len(acked),
        lost=tuple(sorted(f"{what} {name}" for what, name in acked - set(found.names))),
        doubled=tuple(sorted(doubled)),
        uncharged=tuple(sorted(found.clicks ^ set(charges))),
        unacked_kept=len(set(found.names) - acked),
        events=sum(found.ids.values()),
        charges=sum(charges.values()),
    )


def look(lake: Path) -> Found:
    """Read every file that the manifest names: a file that it does not name is no part of the lake."""
    found = Found()
    for event_id, kind, click_id, ref in _rows(lake):
        found.ids[event_id] += 1
        if kind == CLICK:
            found.names[TAP, click_id or ""] += 1
            found.clicks.add(event_id)
        elif kind == VISIT:
            found.names[RETURN, ref or ""] += 1
        elif not kind.startswith("return_"):  # the return desk's own records answer to nobody
            found.names[EVENT, event_id] += 1
    return found


def charged(state: Path) -> Counter[str]:
    """Count the charges of each click's event."""
    return Counter({str(one): int(times) for one, times in _asked(state, _CHARGES)})


def billed_twice(state: Path) -> list[tuple[str, int]]:
    """List impressions that were paid for more than once."""
    return [(str(one), int(times)) for one, times in _asked(state, _BILLED)]


_CHARGES: Final = "SELECT event_id, count(*) FROM charges GROUP BY event_id"
_BILLED: Final = (
    "SELECT link_id || ' ' || impression, count(*) FROM charges"
    " WHERE amount_fen > 0 AND impression IS NOT NULL GROUP BY link_id, impression HAVING count(*) > 1"
)


def _rows(lake: Path) -> Iterator[tuple[str, str, str | None, str | None]]:
    for file in json.loads((lake / MANIFEST).read_bytes())["files"]:
        # Not by folder: what a path says of day and kind stands in the file too.
        table = pq.ParquetFile(lake / file["path"]).read(columns=list(_READ))
        yield from zip(*(table.column(name).to_pylist() for name in _READ), strict=True)


def _asked(state: Path, query: str) -> list[tuple[str, int]]:
    with contextlib.closing(sqlite3.connect(f"file:{state}?mode=ro", uri=True)) as database:
        return database.execute(query).fetchall()
