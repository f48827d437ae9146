"""What a note earned and why, and how two definitions differ order by order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from hongmao.insight.contracts.attribution import Share
    from hongmao.insight.contracts.figures import DefinitionRef, Maturity, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneShare:
    """What came by one way: paid (付费, by money line) or organic (自然)."""

    lane: str
    """`organic`, or the money line of the touches: `cid`, `ud`."""
    share: Share
    """What it earned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayShare:
    """What is booked on one day."""

    day: date
    """Asia/Shanghai."""
    share: Share
    """What is booked on it."""
    maturity: Maturity
    """Whether the day's cell can still grow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteUnder:
    """What one definition gives to a note in one window."""

    definition: DefinitionRef
    """The definition in force."""
    window: str
    """归因窗口."""
    whole: Share
    """In all."""
    orders: int
    """Sub-orders of which it earned a part."""
    lanes: tuple[LaneShare, ...]
    """Paid lines first, organic last."""
    billing_days: tuple[DayShare, ...]
    """By 计费时间, oldest first."""
    event_days: tuple[DayShare, ...]
    """By 行为时间, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchShare:
    """One touch that competed for a sub-order, and what it got."""

    event_id: str
    """The touch's event."""
    kind: str
    """What the reader did, such as `component_click`."""
    at_ms: int
    """When."""
    note: str | None
    """Under which note."""
    note_title: str
    """Its title; `—` where unknown."""
    organic: bool
    """Whether nobody paid for it."""
    mine: bool
    """Whether it is a touch of the note that is explained."""
    credit_millionths: int
    """Its part of the conversion."""
    gross_fen: int | None
    """Its part of what was paid."""
    net_fen: int | None
    """The same after refunds."""
    reason: str
    """Attribution's reason code."""
    sentence: Words
    """The reason in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteOrder:
    """One sub-order of which a note earned a part under some definition, as one definition and window judge it."""

    platform: str
    order_id: str
    sub_order_id: str
    conversion_at_ms: int | None
    """The instant at which windows were judged."""
    claimed_elsewhere: bool
    """Whether another media claims it too; then it is left out of the deduplicated total."""
    share: Share
    """What the note got of it; nothing where only other definitions give it a part."""
    touches: tuple[TouchShare, ...]
    """Every touch that was looked at, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteExplained:
    """一篇笔记的归因: what it earned under each definition and window, and the orders behind it."""

    note: str
    title: str
    """Its title; `—` where unknown."""
    creator_name: str
    """达人's name; `—` where unknown."""
    under: tuple[NoteUnder, ...]
    """By definition, then by window, shortest first."""
    definition: DefinitionRef
    """The definition by which the orders are told."""
    window: str
    """And the window."""
    orders: tuple[NoteOrder, ...]
    """Newest first; those it earned nothing of by this definition but does by another included."""
    more: int
    """How many more orders there are than are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedBy:
    """One of the two definitions that are compared."""

    definition: DefinitionRef
    """What it is; for a model asked for by name, the definition that reports credit by with that model in its place."""
    model: str
    """Its model, such as `last` or `decay:7d`."""
    window: str
    """归因窗口 that was looked at."""
    published: bool
    """Whether its credits stand among the published ones; else they were worked out for this question."""
    whole: Share
    """What it gives to touches and notes of ours."""
    outside: Share
    """What it gives to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartMoved:
    """What one note has of a sub-order before and after."""

    note: str | None
    """The note; None for nobody."""
    note_title: str
    """Its title; `—` for nobody and where unknown."""
    before: Share
    after: Share

    @property
    def more(self) -> Share:
        """Say how much more it has after."""
        return self.after.minus(self.before)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One sub-order that the two definitions judge otherwise: from whom, to whom, why."""

    platform: str
    order_id: str
    sub_order_id: str
    lost: tuple[PartMoved, ...]
    """Who has less, nobody included."""
    gained: tuple[PartMoved, ...]
    """Who has more."""
    counted: str
    """`both`, or `before` or `after` where only one of the two counts the sub-order at all."""
    why: tuple[Words, ...]
    """What makes the difference, one sentence for each touch that is judged otherwise; empty beyond `explained_max`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """两个口径的差异: totals, who gains and who loses, and every sub-order that moved. The moves add up to the difference."""

    before: JudgedBy
    after: JudgedBy
    note: str | None
    """The only note that was asked about; None for all."""
    parts: tuple[PartMoved, ...]
    """Every note with a difference, and nobody: the largest difference of net amount first."""
    moved: tuple[Moved, ...]
    """By amount moved, largest first."""
    same: int | None
    """Sub-orders that both judge alike; None where only one note was asked about."""
    explained_max: int
    """Of so many moves the reasons are told."""
