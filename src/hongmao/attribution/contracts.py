"""What attribution answers: credits as a table, a run's summary, and an order explained.

Counts of conversions are whole millionths (`credit_millionths`), money is whole fen and signed, times are epoch
milliseconds UTC, days are Asia/Shanghai. Unknown is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

ColumnType = Literal["text", "whole", "day", "truth"]

CREDITS_TABLE = "credits"
"""The name under which credits are published beside `events`."""

CREDITS_COLUMNS: Mapping[str, ColumnType] = {
    "definition_id": "text",
    "definition_version": "whole",
    "fingerprint": "text",
    "model": "text",
    "window": "text",
    "platform": "text",
    "shop": "text",
    "merchant": "text",
    "tenant": "text",
    "line": "text",
    "order_id": "text",
    "sub_order_id": "text",
    "entry": "text",
    "ref": "text",
    "event_id": "text",
    "click_id": "text",
    "touch_event_id": "text",
    "touch_at_ms": "whole",
    "note": "text",
    "creator": "text",
    "link": "text",
    "item": "text",
    "pay_item": "text",
    "conversion_at_ms": "whole",
    "booked_at_ms": "whole",
    "billing_day": "day",
    "event_day": "day",
    "credit_millionths": "whole",
    "value_fen": "whole",
    "reason": "text",
    "flags": "text",
    "touch_kind": "text",
    "organic": "truth",
    "click_by": "text",
    "claimed_elsewhere": "truth",
    "billing_complete_day": "day",
    "event_complete_day": "day",
}
"""One row per (definition, window, conversion or refund, credited touch).

`entry` is `pay` or `refund`; `ref`, `event_id` and `booked_at_ms` are the entry's own; `conversion_at_ms` is the instant
at which the window was judged. `billing_day` is the touch's day (计费时间), `event_day` the entry's own (行为时间).
GMV gross is the sum of `value_fen` over `pay`, net over both; conversions are the sum of `credit_millionths`. Where a model
shares a conversion among several touches there is a row for each that got some: the millionths of a conversion add up to
1,000,000, the fen of a payment or refund to its amount.
A row without a touch has a `reason` (see `words.REASONS`) and no billing day, and a note only where the return itself named
one (`by_note`). `flags` is a comma-separated list of `amount_unknown`, `by_note`, `claimed_elsewhere`, `organic`,
`other_shop`, `over_refunded`, `presale`.
`touch_kind` is the touch's kind of event; `organic` says that nobody paid for it. `click_by` is how the click id was known:
`sync`, `async`, null where the shop does not say or there is none (ATTR-3). `claimed_elsewhere` is null where the platform
says nothing; a deduplicated total leaves out the true ones and keeps the rest (ATTR-4). The two `*_complete_day` are the
first days on which the row's cell grows no more by either clock (ATTR-9).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionRef:
    """口径: which definition made a row."""

    id: str
    version: int
    fingerprint: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What was published, counted over all definitions and windows unless said otherwise."""

    rows: int
    conversions: int
    """Sub-orders that count, each once."""
    refunds: int
    """Refunds, each once."""
    unattributed: Mapping[str, int]
    """Pay rows without a touch, by reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """What one recomputation did."""

    on: date | None
    """The Asia/Shanghai day whose definitions were applied; None where nothing has happened yet."""
    definitions: tuple[DefinitionRef, ...]
    tally: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """触点: an act of a reader that could earn credit."""

    event_id: str
    click_id: str | None
    at_ms: int
    """The instant from which its window runs: its own, or its impression's where the definition starts there (ATTR-2)."""
    note: str | None
    creator: str | None
    link: str | None
    item: str | None
    invalid: str | None
    kind: str = "component_click"
    acted_at_ms: int | None = None
    """When the act itself was, where its window runs from an earlier impression; None where that is `at_ms`."""
    placement: str | None = None
    organic: bool = False
    """自然: nobody paid for it; there was no link behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A touch that was looked at under one definition and window, and what became of it."""

    touch: Touch
    own: bool
    """Whether it is the click whose id the order brought back."""
    won: bool
    """Whether it got any credit."""
    reason: str
    """Why it got credit, or why it got none."""
    credit_millionths: int = 0
    """Its part of the conversion."""
    value_fen: int | None = 0
    """Its part of the payment; None where the amount is unknown and it got credit."""
    net_fen: int | None = 0
    """Its part of the payment less the same parts of every refund."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One credits row of a sub-order: a payment or a refund."""

    entry: str
    ref: str | None
    event_id: str
    booked_at_ms: int
    credit_millionths: int
    value_fen: int | None
    billing_day: date | None
    event_day: date
    reason: str | None
    flags: tuple[str, ...]
    touch_event_id: str | None = None
    """Whose part it is; None where nobody earned it."""
    billing_complete_day: date | None = None
    event_complete_day: date | None = None
    """The first days on which its cell grows no more, by either clock (ATTR-9)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one definition says about one sub-order in one window."""

    definition: DefinitionRef
    window: str
    winner: Touch | None
    """The touch that got most; of equal ones the latest. None where nobody earned it."""
    reason: str
    """Why the winner won, or why nobody did."""
    candidates: tuple[Candidate, ...]
    """Every touch that was looked at, newest first."""
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A click id that some record of a sub-order brought back."""

    click_id: str
    by: str | None
    """`sync`, `async`, or None where the shop does not say."""
    record: str
    """The event that brought it."""
    followed: bool
    """Whether it is the one by which the reader's touches were found."""
    reason: str
    """Why it was followed, or why not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubOrderExplained:
    """一个子订单的归因: what was judged, when, and every verdict."""

    platform: str | None
    sub_order_id: str | None
    tenant: str | None
    merchant: str | None
    shop: str | None
    click_id: str | None
    conversion_at_ms: int | None
    """The instant at which windows were judged; a presale's is its deposit's. None for a refund without a payment."""
    click_by: str | None = None
    """How the click id was known: `sync`, `async`, None where the shop does not say or brought none (ATTR-3)."""
    claimed_elsewhere: bool | None = None
    """也被其他媒体认领: whether another media claims the order too; None where the platform does not say (ATTR-4)."""
    claims: tuple[Claim, ...] = ()
    """Every click id that came back for it, the one that was followed first; both are shown where two did (ATTR-3)."""
    verdicts: tuple[Verdict, ...]
    """By definition, then by window, shortest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderExplained:
    """一个订单的归因, sub-order by sub-order."""

    order_id: str
    sub_orders: tuple[SubOrderExplained, ...]
