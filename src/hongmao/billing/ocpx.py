"""oCPX: a click is priced by what a goal is worth to the merchant and how often clicks have led to one. Pure, whole fen.

    price of a click = target × (goals + prior) ÷ (clicks + prior clicks)              eCPM = target × pCTR × pCVR × 1000

The price stands on the link, so what was agreed stands on each click, and charging knows nothing of targets. Who foresees rates is
behind a port: what is here adds up the past. Without somebody who foresees what this reader will do, oCPX is a CPC price that
follows the target, and no auction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from hongmao.events.contracts import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.kernel.ids import LinkId, TenantId

MILLION: Final = 1_000_000
PRIOR_PPM: Final = 10_000
"""One click of a hundred is taken to lead to a goal, until clicks have shown better."""
PRIOR_CLICKS: Final = 100
DAYS: Final = 7
"""How many whole days are looked back on."""
GOALS: Final[Mapping[int, tuple[Kind, ...]]] = {
    35: (Kind.OPEN,),
    36: (Kind.VISIT,),
    37: (Kind.CART, Kind.FAVOURITE, Kind.SHOP_FOLLOW),
    38: (Kind.PAY, Kind.PRESALE_BALANCE),
}
"""What counts as a goal, by a campaign's optimize_target: APP打开, APP进店, APP互动, APP成交."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bid:
    """What a link bids for now: so many fen for one goal of its campaign."""

    link: LinkId
    tenant: TenantId
    campaign: int
    target_fen: int
    goals: tuple[Kind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """How many clicks a campaign had, and how many of them led to a goal."""

    clicks: int = 0
    goals: int = 0


class Foresight(Protocol):
    """预估: what is known of how clicks lead to goals. Better ones come behind the same port."""

    def observed(self, bids: Sequence[Bid], from_ms: int, to_ms: int) -> Mapping[int, Observed]:
        """Say what the clicks of some time have come to, by campaign; one that had none is left out."""
        ...


def ocpx_price_fen(
    target_fen: int, clicks: int, goals: int, *, prior_ppm: int = PRIOR_PPM, prior_clicks: int = PRIOR_CLICKS
) -> int:
    """Say what a click costs so that a goal costs its target, at least one fen and at most the target.

    Few clicks say little: the prior counts as `prior_clicks` that led to goals at `prior_ppm`, in millionths.

    >>> ocpx_price_fen(4_500, 0, 0), ocpx_price_fen(4_500, 900, 19), ocpx_price_fen(4_500, 10**6, 0)
    (45, 90, 1)
    """
    goals_ppm = min(goals, clicks) * MILLION + prior_ppm * prior_clicks
    return max(1, min(target_fen, target_fen * goals_ppm // ((clicks + prior_clicks) * MILLION)))


def ecpm_fen(target_fen: int, pctr_ppm: int, pcvr_ppm: int) -> int:
    """Say what a thousand impressions are worth, from a goal's worth and the two rates in millionths.

    >>> ecpm_fen(4_500, 50_000, 10_000)  # 45.00 a goal, 5 % click, 1 % of those buy: 22.50
    2250
    """
    return target_fen * pctr_ppm * pcvr_ppm * 1_000 // (MILLION * MILLION)
