"""A figure and what it carries: its parts, its text, the definition that made it, and whether it can still grow."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from hongmao.kernel.errors import Lang


DASH = "—"
"""How unknown prints, in every language and every place."""


class ViewClock(StrEnum):
    """统计时间口径: on which day something is booked."""

    BILLING = "billing"  # 计费时间: the day of the click that earned it
    EVENT = "event"  # 行为时间: the day it happened


class Unit(StrEnum):
    """How a figure's parts make its value."""

    COUNT = "count"  # numerator, a whole number
    FEN = "fen"  # numerator, fen; printed as yuan
    RATE = "rate"  # numerator ÷ denominator, printed as a percentage
    FEN_EACH = "fen_each"  # numerator (fen) ÷ denominator (count), printed as yuan
    MULTIPLE = "multiple"  # numerator ÷ denominator, both fen, printed as 1.88


class Ripeness(StrEnum):
    """成熟度: whether a figure can still grow."""

    MATURE = "mature"  # nothing that arrives in time can change it any more
    GROWING = "growing"  # its window is still open; it must not enter a stop rule (ATTR-9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One sentence for people, in both languages."""

    zh: str
    """In Chinese."""
    en: str
    """In English."""

    def text(self, lang: Lang) -> str:
        """Give the sentence in one language."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionRef:
    """口径: which definition made a figure or a credit."""

    id: str
    """The definition's id, such as `cpuv` or `last_click`."""
    version: str
    """Its version, such as `1`."""
    fingerprint: str
    """16 hexadecimal digits of its meaning: the same fingerprint, the same rule."""
    name: Words
    """What people call it: the label of a figure, `进店UV` or `Store visitors`."""
    counted: Words
    """What exactly is counted, in one sentence: the help beside a figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maturity:
    """成熟度 of a cell."""

    ripeness: Ripeness
    """Whether it can still grow."""
    complete_at_ms: int | None
    """When it stops growing (epoch ms); None where it never had a window, such as an empty range."""

    @property
    def mature(self) -> bool:
        """Tell whether it is complete."""
        return self.ripeness is Ripeness.MATURE


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleShare:
    """What was seen at one 抽样比例."""

    ratio: str
    """An exact decimal above 0 and at most 1, such as `0.5`."""
    seen: int
    """How many were in the sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """抽样: how a figure was scaled, and what sampling leaves open (ATTR-8). Values print as the figure does."""

    shares: tuple[SampleShare, ...]
    """By ratio."""
    value: str
    """The scaled value."""
    exact: str
    """The same as an exact fraction, `240` or `1/50`; of an amount per head, in fen."""
    error: str
    """Standard error of the scaled value; of a cost by the delta method."""
    low: str
    """Lower end of its interval of 95 %: the score interval of a binomial's size, strata added by MOVER."""
    high: str
    """Upper end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number that carries its definition. Totals are made from parts, never from other figures' values (ATTR-6)."""

    name: str
    """Stable key for its label, equal to the metric's id: `impressions`, `cpuv`, `roi_net`, ..."""
    unit: Unit
    """How the parts make the value."""
    numerator: int | None
    """The additive part; None where unknown."""
    denominator: int | None
    """The part to divide by; None for counts and amounts, and where unknown."""
    text: str
    """The value as it prints in any language: `10,000`, `6.00%`, `107.77`, `1.88`, or `—` where unknown."""
    partial: bool
    """Whether a part was unknown somewhere, so that the sum covers only what is known (ATTR-7)."""
    definition: DefinitionRef
    """What made it."""
    window: str | None
    """归因窗口 such as `15d`; None where no window applies (impressions, clicks, spend)."""
    clock: ViewClock | None
    """On which day it is booked; None where both clocks are the same day."""
    maturity: Maturity
    """Whether it can still grow."""
    sample: Sample | None = None
    """Where a part was sampled: `text` is scaled and names the ratio, the parts stand as they were seen (ATTR-8)."""
    approximate: bool = False
    """Whether a platform gave a product in place of an amount that it did not tell (ATTR-11)."""

    @property
    def known(self) -> bool:
        """Tell whether there is a value to show or draw."""
        if self.numerator is None:
            return False
        return self.unit in {Unit.COUNT, Unit.FEN} or bool(self.denominator)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportQuery:
    """What a report is asked for. Make it from text with `insight.api.read_query`, which says what is wrong where."""

    from_day: date
    """First day, Asia/Shanghai, inclusive."""
    to_day: date
    """Last day, Asia/Shanghai, inclusive."""
    window: str
    """归因窗口: one of those that the attribution in force on the last day keeps; its default unless asked otherwise."""
    clock: ViewClock = ViewClock.BILLING
    """统计时间口径."""
    scope: str = "cid"
    """Which money line: `cid`, `ud`, or `all` (both, never mixed in the ledger)."""


WINDOWS = ("24h", "7d", "15d", "30d")
"""The windows that the market reports by, and that what ships keeps at once (ATTR-1)."""


SCOPES = ("cid", "ud", "all")
"""Which money lines a report may cover."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Acts that stand beside a report and not in it, with the reason: nothing is dropped silently."""

    kind: str
    """Kind of event, such as `component_click` or `visit`."""
    reason: str
    """Why: an invalid reason of the event itself (`bot`, `prefetch`, ...); for returns also `no_click_id`,
    `click_unknown` (not one of this tenant's clicks) and `click_invalid` (its click does not count)."""
    count: int
    """How many events."""
