"""计费方式: what a campaign agrees to be charged for: its clicks, a thousand of its impressions, or its goals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, cast

from hongmao.billing.budgets import Scheme
from hongmao.billing.errors import GoalUncounted, RateBeyond
from hongmao.billing.ocpx import GOALS
from hongmao.campaigns.api import AlreadyDeleted, Noun, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.billing.ocpx import Bid
    from hongmao.campaigns.api import Advertiser, Campaigns, CampaignTerms
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import TenantId

RATE_FEN_MAX: Final = 1_000_000
WHY_CHARS_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How a campaign is charged from an instant on. `amount_fen` is for a thousand impressions or one goal; 0 for clicks."""

    campaign: int
    tenant: TenantId
    scheme: Scheme
    amount_fen: int
    from_ms: int
    by: str
    why: str


class RateStore(Protocol):
    """Agreements, as they are kept: none is ever changed."""

    def add(self, agreement: Agreement) -> None:
        """Keep one more."""
        ...

    def of(self, tenant: TenantId) -> Sequence[Agreement]:
        """List a tenant's, in the order in which they were made."""
        ...

    def bids(self) -> Sequence[Bid]:
        """Say what every tenant's links bid for goals now: for the house, which sets their prices."""
        ...


class Rating:
    """Agreements on how campaigns are charged."""

    def __init__(self, store: RateStore, campaigns: Campaigns, clock: Clock) -> None:
        """Work on a store; campaigns say whose a campaign is."""
        self._store = store
        self._campaigns = campaigns
        self._clock = clock

    def agree(
        self, account: Advertiser, campaign: int, scheme: str, amount_fen: int, *, by: str, why: str = ""
    ) -> Agreement:
        """Charge a campaign so from now on. What happened before stays charged as it was agreed then."""
        placed = self._campaigns.get(account, Noun.CAMPAIGN, campaign)
        if placed.state is State.DELETED:
            raise AlreadyDeleted(id=campaign)
        chosen = _checked(scheme, amount_fen, why)
        target = cast("CampaignTerms", placed.terms).optimize_target
        if chosen is Scheme.OCPX and target not in GOALS:
            raise GoalUncounted(place="scheme", target=target)
        agreement = Agreement(
            campaign=campaign,
            tenant=account.tenant,
            scheme=chosen,
            amount_fen=amount_fen,
            from_ms=self._clock.now_ms(),
            by=by,
            why=why,
        )
        self._store.add(agreement)
        return agreement

    def agreed(self, tenant: TenantId) -> Sequence[Agreement]:
        """List a tenant's agreements, the last one of a campaign being the one that holds."""
        return self._store.of(tenant)


def _checked(scheme: str, amount_fen: int, why: str) -> Scheme:
    if scheme not in set(Scheme):
        raise RateBeyond(place="scheme", fen_max=RATE_FEN_MAX)
    chosen = Scheme(scheme)
    low, high = (0, 0) if chosen is Scheme.CPC else (1, RATE_FEN_MAX)
    if type(amount_fen) is not int or not low <= amount_fen <= high:
        raise RateBeyond(place="amount_fen", fen_max=RATE_FEN_MAX, low=low, high=high, got=amount_fen)
    if len(why) > WHY_CHARS_MAX or not why.isprintable():
        raise RateBeyond(place="why", fen_max=RATE_FEN_MAX)
    return chosen
