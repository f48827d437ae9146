"""What money says of campaigns: what the day has cost and the wallets of the links that carry them, for states 4 and 5.

A campaign's spend is what its clicks and impressions of the day cost, less what was given back: as billing kept it when it charged
them, whatever its links carry now. What it can still pay for is asked of the
wallets of their lines, which never mix: it is short when none of them can pay the cheapest of its links.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from hongmao.billing.api import CLICKS, NoRates, Scheme
from hongmao.campaigns.api import StateFacts
from hongmao.kernel.time import SECOND_MS, day_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from hongmao.billing.api import Billing, CampaignDay, Rate, Rates
    from hongmao.campaigns.api import Advertiser, Binding, Placed
    from hongmao.kernel.ids import LinkId, MerchantId, TenantId
    from hongmao.links.api import AdLink, Links

# How old a day's sum may be. What is spent beyond a budget meanwhile is bounded, and given back, where clicks are charged.
SPEND_AGE_MS: Final = SECOND_MS
# How old a tenant's links may be, of which only owner, line and price count here.
LINKS_AGE_MS: Final = 5 * SECOND_MS


class BookedSpending:
    """Implements `campaigns.store.Spending` by what billing has booked."""

    def __init__(
        self,
        billing: Billing,
        links: Links,
        bindings: Callable[[TenantId], Sequence[Binding]],
        rates: Rates | None = None,
    ) -> None:
        """Know nothing yet; `bindings` says what a tenant's links carry, `rates` what their campaigns are charged for."""
        self._billing = billing
        self._links = links
        self._bindings = bindings
        self._rates: Rates = rates or NoRates()
        self._spent: dict[TenantId, tuple[int, Mapping[int, CampaignDay]]] = {}
        self._read: dict[TenantId, tuple[int, Mapping[LinkId, AdLink]]] = {}

    def facts(self, account: Advertiser, campaigns: Sequence[Placed], now_ms: int) -> Mapping[int, StateFacts]:
        """Say for campaigns of one account what is spent and left; one that no link carries is unknown."""
        asked = {one.number for one in campaigns}
        carrying: defaultdict[int, list[LinkId]] = defaultdict(list)
        for binding in self._bindings(account.tenant):
            if binding.campaign in asked:
                carrying[binding.campaign].append(binding.link)
        if not carrying:
            return {}
        known = self._known(account.tenant, now_ms, {id for ids in carrying.values() for id in ids})
        spent = self._day(account.tenant, now_ms)
        carried = {id for ids in carrying.values() for id in ids if id in known}
        rates = {id: terms.rate_at(now_ms) for id, terms in self._rates.placed(carried).items()}
        acts = {id: (known[id].line, _dearest_fen(known[id].price_fen, rates.get(id, CLICKS))) for id in carried}
        balances: dict[str, int] = {}
        return {
            campaign: self._of(
                account.merchant, [acts[id] for id in ids if id in acts], _net_fen(spent.get(campaign)), balances
            )
            for campaign, ids in carrying.items()
        }

    def account_day_fen(self, account: Advertiser, now_ms: int) -> int | None:
        """Say what all campaigns of an account have cost on this day, on both lines."""
        days = self._day(account.tenant, now_ms).values()
        return sum(one.net_fen for one in days if one.account == account.number)

    def _of(
        self, merchant: MerchantId, acts: Sequence[tuple[str, int]], spent_fen: int, balances: dict[str, int]
    ) -> StateFacts:
        least: dict[str, int] = {}
        for line, price_fen in acts:
            least[line] = min(price_fen, least.get(line, price_fen))
            if line not in balances:
                balances[line] = self._billing.wallet(merchant, line).balance_fen
        if not least:
            return StateFacts()
        roomiest = max(least, key=lambda line: (balances[line] - least[line], line))
        return StateFacts(
            day_spent_fen=spent_fen,
            spendable_fen=balances[roomiest],
            least_fen=least[roomiest],
        )

    def _known(self, tenant: TenantId, now_ms: int, wanted: AbstractSet[LinkId]) -> Mapping[LinkId, AdLink]:
        """Give a tenant's links, read anew once a while: of one only the line, the owner and the price count here."""
        at_ms, known = self._read.get(tenant, (None, {}))
        if at_ms is None or abs(now_ms - at_ms) >= LINKS_AGE_MS or not wanted <= known.keys():
            known = {link.id: link for link in self._links.of(tenant)}
            self._read[tenant] = (now_ms, known)
        return known

    def _day(self, tenant: TenantId, now_ms: int) -> Mapping[int, CampaignDay]:
        at_ms, sums = self._spent.get(tenant, (None, {}))
        # A clock that was set back, or stands in another day, asks anew.
        if at_ms is not None and abs(now_ms - at_ms) < SPEND_AGE_MS and day_of(at_ms) == day_of(now_ms):
            return sums
        found = self._billing.campaign_day(tenant, now_ms)
        self._spent[tenant] = (now_ms, found)
        return found


def _dearest_fen(price_fen: int, rate: Rate) -> int:
    """Say what the next act on a link costs at most: a click, or one impression where these are charged."""
    return -(-rate.amount_fen // 1_000) if rate.scheme is Scheme.CPM else price_fen


def _net_fen(day: CampaignDay | None) -> int:
    return 0 if day is None else day.net_fen
