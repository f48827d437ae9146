"""A job on paths, and what comes of it, whether the paths stood in a file or were made of events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hongmao.attribution.files.contracts import Job, Quarantined, Read, Role
    from hongmao.attribution.path_files.path_map import PathMap, Unit
    from hongmao.attribution.paths.contracts import PathResult, Paths, Settings, StabilityRow

Cut = Literal["every", "first", "window"]
"""Where journeys end. `every`: at each conversion, the next begins after it; `first`: at the first conversion, what comes
after it is left out; `window`: each conversion has all touches inside its window, as the rule models see them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which models, and how what they say is to be labelled."""

    models: tuple[str, ...]
    """As they were asked for; each label of the answer is one of these."""
    settings: Settings
    none_label: str
    stability: bool = False
    """Whether each model is also run on disturbed paths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupedJob:
    """A file of paths that are grouped already."""

    file: Path
    path_map: PathMap
    asked: Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsJob:
    """Touches and conversions that are made into paths first."""

    files: Job
    cut: Cut
    asked: Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Journeys:
    """Journeys that were cut out of touches and conversions, equal paths added up; nothing vanishes uncounted."""

    paths: Paths
    """Values in yuan."""
    touches_on_paths: int
    """Touches that stand in a journey at least."""
    touches_left_out: int
    """Touches that stand in none: older than the window, or after the conversion at which a reader's story ends."""
    conversions_left_out: int
    """Conversions after a reader's first, where journeys end there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathsRead:
    """What was read, counted and grouped."""

    kind: Literal["grouped", "events"]
    name: str
    """What the map calls the data; for people."""
    source: str
    reads: tuple[Read, ...]
    paths: Paths
    counts: Mapping[str, int | None]
    """Counts of the input by name, beside those of the paths themselves."""
    unit: Unit
    options: Mapping[str, object]
    """What else decided the paths: the map, the window, the cut. For the manifest."""
    conversions_without_value: int | None
    """Conversions whose value is unknown; None where the data tells no value at all."""
    absent: tuple[str, ...] = ()
    """Customary columns that the file does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathsAnswer:
    """Everything that a report on paths is written from."""

    asked: Asked
    read: PathsRead
    results: Mapping[str, PathResult]
    """By label, in the order asked for."""
    faults: Mapping[tuple[Role, str], int]
    samples: tuple[Quarantined, ...]
    engine: str
    engine_version: str
    stability: Mapping[str, tuple[StabilityRow, ...]] = field(default_factory=dict)
