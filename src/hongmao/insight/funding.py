"""What comes back on whose money: GMV over the merchant's own, over all that paid its clicks, and over the true cost.

    own          what the merchant paid in itself       投流ROI on own money     GMV ÷ own
    matched      what programmes and others paid        ROI on all of it         GMV ÷ (own + matched)
    true cost    creator + 蒲公英's fee + ads            全成本ROI                GMV ÷ true cost

Ratios are exact and rounded once, half up, to two decimals; over nothing they are unknown, which is None and never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.billing.api import Funded, Funding, TrueCost
    from hongmao.kernel.ids import MerchantId

_CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingRoi:
    """出资与回报 of a merchant's clicks over some days. `gmv_fen` is what the shops told; None where they told nothing."""

    merchant: MerchantId
    from_ms: int
    to_ms: int
    gmv_fen: int | None
    parts: tuple[Funded, ...]
    own_fen: int
    matched_fen: int
    total_fen: int
    creator_fen: int | None
    fee_fen: int | None
    full_cost_fen: int | None
    roi_own: str | None
    roi_total: str | None
    roi_full_cost: str | None


def funding_roi(funding: Funding, gmv_fen: int | None, costs: Sequence[TrueCost]) -> FundingRoi:
    """Set a merchant's GMV beside whose money its clicks were, and beside what its notes truly cost.

    A merchant without an order of a creator in our books has no known true cost: somebody may have paid creators elsewhere.
    """
    ordered = any(cost.creator_fen or cost.fee_fen for cost in costs)
    creator_fen = sum(cost.creator_fen for cost in costs) if ordered else None
    fee_fen = sum(cost.fee_fen for cost in costs) if ordered else None
    full_fen = sum(cost.total_fen for cost in costs) if ordered else None
    return FundingRoi(
        merchant=funding.merchant,
        from_ms=funding.from_ms,
        to_ms=funding.to_ms,
        gmv_fen=gmv_fen,
        parts=funding.parts,
        own_fen=funding.own_fen,
        matched_fen=funding.total_fen - funding.own_fen,
        total_fen=funding.total_fen,
        creator_fen=creator_fen,
        fee_fen=fee_fen,
        full_cost_fen=full_fen,
        roi_own=multiple(gmv_fen, funding.own_fen),
        roi_total=multiple(gmv_fen, funding.total_fen),
        roi_full_cost=multiple(gmv_fen, full_fen),
    )


def multiple(gmv_fen: int | None, cost_fen: int | None) -> str | None:
    """Divide, to two decimals; unknown where a part is, or where there is nothing to divide by.

    >>> multiple(39_000_00, 10_000_00), multiple(39_000_00, 0), multiple(None, 1)
    ('3.90', None, None)
    """
    if gmv_fen is None or not cost_fen:
        return None
    return str((Decimal(gmv_fen) / cost_fen).quantize(_CENT, rounding=ROUND_HALF_UP))
