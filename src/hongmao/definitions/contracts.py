"""What a definition says. One struct per sort of file; a file is the struct and nothing more.

Prose (`name`, `counted`, `why`, `sources`) is for people; all else is meaning and goes into the fingerprint. Unknown
keys are refused, so a misspelt rule cannot lie dormant in a file that everybody believes to be in force.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec

from hongmao.kernel.fingerprint import fingerprint

Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Version = Annotated[int, msgspec.Meta(ge=1, le=9999)]
Span = Annotated[str, msgspec.Meta(pattern=r"^[1-9]\d{0,4}[hd]$")]
Prose = Annotated[str, msgspec.Meta(min_length=1)]
# 120 days is what the platforms keep; anything older goes to quarantine, whatever a file says (ATTR-10).
Days = Annotated[int, msgspec.Meta(ge=0, le=120)]
Clock = Literal["billing", "event"]
RETENTION_DAYS = 120
"""How long a touch can still be asked about: what the platforms keep, and what we take of theirs (ATTR-10). A longer
window would count some conversions by touches that others have lost."""

PROSE = ("name", "counted", "why", "sources")


class Text(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The same words in both languages."""

    zh: Prose
    en: Prose


class Definition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """口径: what every definition carries, whatever it defines.

    `effective` is the first Asia/Shanghai day on which it is in force; it stays so until a later version's first day.
    `supersedes` names the version before (`last_click.v1`); only a first version has none.
    """

    id: Id
    version: Version
    effective: date
    supersedes: str | None = None
    why: Prose
    name: Text
    counted: Text
    sources: tuple[Prose, ...] = ()

    @property
    def key(self) -> str:
        """Name this version as files and reports do: `last_click.v1`."""
        return f"{self.id}.v{self.version}"

    @property
    def fingerprint(self) -> str:
        """Name the meaning: equal for two files that differ in comments, order or prose only.

        Defaults are left out, so a field that a later release adds does not rename what was defined before it.
        """
        meaning = msgspec.to_builtins(self, builtin_types=(date,))
        return fingerprint(_unordered({key: value for key, value in meaning.items() if key not in PROSE}))


class AttributionDefinition(Definition, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """归因口径: what counts as a touch and as a conversion, how far back, and who gets the credit.

    `windows` are all computed at once, half open from the touch (ATTR-1); empty means that no touch is ever too old.
    `model` names a registered credit rule, which `parameters` set; the same rule serves the platform's events and
    anybody's files. A window is no longer than what is kept (`RETENTION_DAYS`).
    """

    scope: Literal["platform", "files"]
    model: Id
    parameters: dict[Id, int | Prose] = {}
    """What the model leaves free, by name: the weights of a position model, the half life of a decay, an expression."""
    touches: tuple[Id, ...] = ()
    """Event kinds that can earn credit; empty for files, whose map says which rows are touches."""
    valid_touches_only: bool
    conversions: tuple[Id, ...] = ()
    windows: tuple[Span, ...] = ()
    default_window: Span | None = None
    """What a report shows unless asked otherwise; one of `windows`."""
    kind_windows: dict[Id, Span] = {}
    """分类型窗口: a touch of a kind named here closes after its own span where that is shorter than the window asked for."""
    clocks: tuple[Clock, ...] = ("billing", "event")
    """计费时间 books on the touch's day, 行为时间 on the conversion's or refund's own day."""
    unit: Literal["sub_order", "row"]
    """What counts once (ATTR-4)."""
    tie: Literal["higher_event_id_in_second", "order_then_key"]
    """Who wins between touches of the same instant (ATTR-3)."""
    presale: Literal["deposit_time", "none"]
    """The instant at which a presale's window is judged."""
    refunds: Literal["inherit_touch", "none"]
    """Refunds are signed entries that follow their conversion's touch (ATTR-5)."""
    late_days: Days
    mature_days: Days
    """Days after the window's end (billing clock) or the event's day (event clock) until a cell is complete (ATTR-9)."""


class Measure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An amount that is counted or summed from rows: the additive parts of which every ratio is made (ATTR-6)."""

    source: Literal["events", "credits", "charges"]
    kinds: tuple[Id, ...]
    """Event kinds, or credit entries (`pay`, `refund`), or charge kinds."""
    aggregate: Literal["count", "sum", "distinct"]
    field: Id | None = None
    """The column that is summed."""
    unit: tuple[Id, ...]
    """What counts once: the columns that tell two rows apart."""
    rollup: Literal["sum", "recount"]
    """How cells become totals: additive ones are summed, distinct ones are counted again from the rows."""
    valid_only: bool
    where: dict[Id, bool | str] = {}
    assigned_by: Literal["event", "click_id", "credit", "charge"]
    """How a row finds its note: by its own field, by the click id it brought back, by credit, by the charge."""
    clocks: tuple[Clock, ...]
    windows: tuple[Span, ...] = ()
    """Windows of the credits it reads; empty where no window applies."""
    refunds: Literal["ignored", "counted", "subtracted"]
    late_days: Days
    mature_days: Days


class Ratio(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One measure over another. It is recomputed from its parts for every total, never averaged (ATTR-6)."""

    numerator: Id
    denominator: Id
    per: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1
    """1000 for a price per mille."""
    rollup: str = "recompute"


class MetricDefinition(Definition, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """指标口径: a measure, or a ratio of two measures, and how people write it."""

    style: Literal["count", "yuan", "percent", "multiple"]
    measure: Measure | None = None
    ratio: Ratio | None = None

    @property
    def unit(self) -> Literal["count", "fen", "ratio"]:
        """Say what its number is: a count, whole fen, or a ratio that has parts instead of a number."""
        if self.measure is None:
            return "ratio"
        return "fen" if self.measure.aggregate == "sum" else "count"


AnyDefinition = AttributionDefinition | MetricDefinition


def _unordered(value: object) -> object:
    """Sort every list: kinds, windows and units are sets, and their order in a file says nothing."""
    match value:
        case dict():
            return {key: _unordered(inner) for key, inner in value.items()}
        case list() | tuple():
            return sorted(value)
        case _:
            return value
