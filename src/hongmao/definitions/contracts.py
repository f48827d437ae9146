"""What a definition says. One struct per sort of file; a file is the struct and nothing more.

Prose (`name`, `counted`, `why`, `sources`) is for people; all else is meaning and goes into the fingerprint. Unknown
keys are refused, so a misspelt rule cannot lie dormant in a file that everybody believes to be in force.
"""

from __future__ import annotations

import functools
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


class Definition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, dict=True):
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

    @functools.cached_property  # every figure of every report asks for it; a definition never changes
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
    unit: Literal["sub_order", "row", "act"]
    """What counts once (ATTR-4); an act where what converts is done in the community itself."""
    tie: Literal["higher_event_id_in_second", "order_then_key"]
    """Who wins between touches of the same instant (ATTR-3)."""
    matching: Literal["own_record", "any_record"] = "own_record"
    """Whose click id is followed: the payment's and its deposit's, or any record's of the sub-order, sync before async
    (ATTR-3)."""
    unmatched: Literal["nobody", "note"] = "nobody"
    """Whose an order without a click of ours is: nobody's, or the note's that its return names, without any reader."""
    organic: bool = False
    """自然触点: whether acts on a note that nobody pays for are touches too. They are looked for on the notes by which the
    reader came."""
    showing: Literal["every_act", "deepest_act"] = "every_act"
    """Whether each act on one showing of a note is a touch, or only the deepest: a card's tap and the jump behind it are
    one."""
    opens_at_impression: tuple[Id, ...] = ()
    """展示起算: the placements in which a touch's window runs from its impression, and a 5 s view is a click (ATTR-2)."""
    presale: Literal["deposit_time", "none"]
    """The instant at which a presale's window is judged."""
    refunds: Literal["inherit_touch", "none"]
    """Refunds are signed entries that follow their conversion's touch (ATTR-5)."""
    late_days: Days
    mature_days: Days
    """Days by which returns may be late. A cell is complete when its day and its window are over (billing clock), or its day
    (event clock), and never before so many days after its day (ATTR-9)."""


class Measure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An amount that is counted or summed from rows: the additive parts of which every ratio is made (ATTR-6)."""

    source: Literal["events", "credits", "charges", "reports", "calendar"]
    """`reports` are cells of a platform's own reckoning, which no event can be held against; `calendar` counts days."""
    kinds: tuple[Id, ...]
    """Event kinds, or credit entries (`pay`, `refund`), or charge kinds, or reports, or `day`."""
    aggregate: Literal["count", "sum", "distinct"]
    field: Id | None = None
    """The column that is summed; of reports, the figure of the cell."""
    unit: tuple[Id, ...]
    """What counts once: the columns that tell two rows apart."""
    rollup: Literal["sum", "recount", "latest"]
    """How cells become totals: additive ones are summed, distinct ones are counted again from the rows; of a report that
    adds up by itself since its task began, the `latest` cell is the total."""
    valid_only: bool
    where: dict[Id, bool | str] = {}
    after: Id | None = None
    """The reader's act on the same note (for 关注, on a note of the same creator) that must have come before."""
    within: Span | None = None
    """How long after it, half open: of 1h, an act at 59 min counts and one at 61 min does not."""
    look_back: Span | None = None
    """Counts a reader in a shop only where no such act of theirs lies this far back (新访客)."""
    sampled: bool = False
    """Whether a cell is a sample with its 抽样比例 beside it: scaled when shown, and never without the ratio (ATTR-8)."""
    assigned_by: Literal["event", "click_id", "ad_click", "credit", "charge", "report", "range"]
    """How a row finds its note: by its own field, by the click id it brought back, by the ad click it came after, by
    credit, by the charge, by the report; a day of the range belongs to every note."""
    clocks: tuple[Clock, ...]
    windows: tuple[Span, ...] = ()
    """Windows of the credits it reads; of reports, the one window of the cells; empty where no window applies."""
    refunds: Literal["ignored", "counted", "subtracted"]
    late_days: Days
    mature_days: Days


class Total(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Measures of one unit added and taken away: 互动量 of five acts, 净额 of two amounts. Additive as they are (ATTR-6)."""

    plus: tuple[Id, ...]
    minus: tuple[Id, ...] = ()


class Ratio(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One measure or total over another. It is recomputed from its parts for every total, never averaged (ATTR-6)."""

    numerator: Id
    denominator: Id
    per: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1
    """1000 for a price per mille."""
    rollup: str = "recompute"


class MetricDefinition(Definition, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """指标口径: a measure, a total of measures, or a ratio of two of these, and how people write it."""

    style: Literal["count", "yuan", "percent", "multiple"]
    measure: Measure | None = None
    total: Total | None = None
    ratio: Ratio | None = None

    @property
    def unit(self) -> Literal["count", "fen", "ratio"]:
        """Say what its number is: a count, whole fen, or a ratio that has parts instead of a number."""
        if self.ratio is not None:
            return "ratio"
        if self.measure is None:
            return "fen" if self.style == "yuan" else "count"
        if self.measure.aggregate != "sum":
            return "count"
        return "fen" if (self.measure.field or "").endswith("_fen") else "count"


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
