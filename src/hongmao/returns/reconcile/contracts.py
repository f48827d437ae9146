"""What reconciliation compares, and what it finds: counts by day and line, and every single difference."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from hongmao.events.contracts import Kind

FACTS = (
    Kind.ORDER,
    Kind.PAY,
    Kind.PRESALE_DEPOSIT,
    Kind.PRESALE_BALANCE,
    Kind.RECEIVE,
    Kind.REFUND,
    Kind.SETTLE,
)
"""What is compared: facts of a sub-order. 进店, 加购 and the like are counted by feed health, not held one by one."""

DRIFT_PP_MAX = 5
"""Beyond so many percentage points of rows or of value, a line alerts (ABUSE-7)."""


class Difference(StrEnum):
    """How the shop's word and ours differ on one fact."""

    MISSING = "missing"  # the shop says it, and it was not returned
    EXTRA = "extra"  # it was returned, and the shop does not say it
    REPRICED = "repriced"  # both say it, with other amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which facts are compared: one account's, that happened on these days of Asia/Shanghai, first and last included."""

    platform: str
    account: str
    tenant: str
    start_ms: int
    end_ms: int
    ratio_millionths: int = 1_000_000
    """The declared return ratio (回传比例): what was not to be returned is not missing."""


class DayLine(msgspec.Struct, frozen=True, kw_only=True):
    """One day of one line. `line` is None where no click of ours says which: organic, or another media's."""

    platform: str
    day: str
    line: str | None
    pulled: int
    """Facts that the shop says."""
    returned: int
    """Facts that were returned to us."""
    same: int
    missing: int
    extra: int
    repriced: int
    refunds: int
    """退款 among the facts that the shop says."""
    claimed_elsewhere: int
    late: int
    """Returned more than a day after they happened. They count all the same."""
    without_click: int
    """Returned, and tied to no click of ours."""
    pulled_fen: int
    """What was paid, by the shop's word."""
    returned_fen: int
    sent_delivered: int
    """Ends of sending on, one for each fact and target."""
    sent_dead: int
    sent_sampled_out: int


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One difference, with what both sides say of it; unknown is None."""

    platform: str
    day: str
    line: str | None
    difference: Difference
    kind: str
    order_id: str | None
    sub_order_id: str
    ref: str | None
    pulled_fen: int | None
    returned_fen: int | None
    occurred_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What one account's reconciliation found. `complete` is False where the shop could not be asked to the end."""

    query: Query
    lines: tuple[DayLine, ...]
    differences: tuple[Found, ...]
    """At most `DIFFERENCES_SHOWN_MAX`; `differences_total` counts them all."""
    differences_total: int
    complete: bool
    reason: str = ""


DIFFERENCES_SHOWN_MAX = 1_000
