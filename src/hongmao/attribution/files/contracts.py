"""A job on two files, and what comes of it. Counts of conversions are whole millionths, money whole fen or unknown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hongmao.attribution.files.column_map import ColumnMap
    from hongmao.attribution.models import ModelSpec
    from hongmao.attribution.paths.contracts import PathResult

By = Literal["key", "touch_day"]
Role = Literal["touches", "conversions", "refunds", "paths"]
TimeUnit = Literal["number_s", "number_ms", "number_us", "iso"]
TimeKind = Literal["epoch", "relative"]

NONE_LABEL = "(none)"
"""How the share of conversions that no touch earned is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is asked for."""

    touches: Path
    conversions: Path
    column_map: ColumnMap
    models: tuple[str, ...] = ("last",)
    """Models to apply without a dated platform definition, such as `linear` or `position:30-40-30`, each by the file
    definition of its name."""
    definitions: tuple[str, ...] = ()
    """Attribution definitions to apply with their own windows, such as `last_click`."""
    window: str | None = None
    by: By = "key"
    none_label: str = NONE_LABEL
    count_readers: bool = True
    """Whether the distinct readers are counted: of all touches, that costs as much as a model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One column of results: a model under a definition, with at most one window."""

    label: str
    definition_id: str
    definition_version: int
    fingerprint: str
    spec: ModelSpec
    window: str | None
    length_ms: int | None
    kind_windows_ms: Mapping[str, int]
    """How long touches of some kinds count, where that is shorter than the window."""

    @property
    def model(self) -> str:
        """Name the model."""
        return self.spec.name

    def reach_ms(self, kind: str) -> int:
        """Say how old a touch of a kind may be; negative where none is too old."""
        limits = [limit for limit in (self.length_ms, self.kind_windows_ms.get(kind)) if limit is not None]
        return min(limits, default=-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What became of the rows of one file: rows = good + not_selected + quarantined, always."""

    role: Role
    file: str
    """Its name, without the folder: two machines print the same."""
    sha256: str
    size_bytes: int
    rows: int
    """Records in the file, header and blank lines apart."""
    blank_lines: int
    good: int
    not_selected: int
    """Rows that the map's `where` leaves out."""
    quarantined: int
    unused_columns: tuple[str, ...]
    """Columns that the map does not name."""
    time_unit: TimeUnit | None
    """How its numbers were read; None where it has no time column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Both files, read and checked."""

    touches: Read
    conversions: Read
    time_kind: TimeKind
    readers: int | None
    """Distinct readers with a good touch; None where they were not counted."""
    without_time: int
    """Good conversions that take the time of their reader's last touch."""
    without_value: int | None
    """Good conversions whose value is unknown; None where the map has no value column."""
    refunds: Read | None = None
    """None where the map names none. Values of conversions are what refunds left of them."""

    @property
    def reads(self) -> tuple[Read, ...]:
        """List what was read."""
        return (self.touches, self.conversions, *((self.refunds,) if self.refunds else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one key got from one rule."""

    key: str | None
    """None for what no touch earned."""
    credit_millionths: int
    value_fen: int | None
    """None where no value is known."""
    value_partial: bool
    """Whether some value was unknown, so that the sum covers only what is known (ATTR-7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A row that was set aside."""

    role: Role
    file: str
    row: int
    """Line of a text file (the header is line 1), or row of a Parquet file (the first is 1)."""
    field: str
    """The column at fault; empty where the row as a whole is."""
    code: str
    raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Everything that a report is written from."""

    job: Job
    rules: tuple[Rule, ...]
    inputs: Inputs
    shares: Mapping[str, tuple[Share, ...]]
    """By rule label; keys in natural order, what nobody earned last."""
    faults: Mapping[tuple[Role, str], int]
    """How many rows were quarantined, by file and code."""
    samples: tuple[Quarantined, ...]
    """The first of them, for the report; all of them stand in quarantine.csv."""
    engine: str
    engine_version: str
    estimates: Mapping[str, PathResult] = field(default_factory=dict)
    """By rule label: what each estimated model found, with all its digits and what it tells beside its credits."""
