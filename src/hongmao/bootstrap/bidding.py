"""oCPX in the house: once an hour, and when something was agreed, links cost what their campaigns' goals are worth."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from hongmao.billing.api import Observed, Rating, ocpx_price_fen
from hongmao.billing.ocpx import DAYS
from hongmao.jobs.clockwork import Wheel
from hongmao.kernel.ids import LinkId
from hongmao.kernel.time import DAY_MS, HOUR_MS, Window, day_of
from hongmao.links.api import LinkUnknown
from hongmao.links.contracts import PRICE_FEN_MAX
from hongmao.storage.billing_rates import SqlRateStore

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.billing.api import Bid, Foresight, RateStore
    from hongmao.bootstrap.foundations import Foundations
    from hongmao.campaigns.api import Campaigns
    from hongmao.events.api import Tables
    from hongmao.jobs.clockwork import Clockwork
    from hongmao.kernel.clock import Clock
    from hongmao.links.api import Links

_OBSERVED: Final = """
-- grain: one row per link: its paid-for clicks of some days, and how many of them led to a goal by the end of these days
with clicks as (
  select click_id, link, tenant
  from events
  where
    kind = 'component_click' and invalid is null and labelled and media is null and click_id is not null
    and occurred_at_ms >= $from_ms and occurred_at_ms < $to_ms and list_contains($links, link)
  qualify row_number() over (partition by click_id order by event_id) = 1
),
goals as (
  select distinct click_id, tenant
  from events
  where
    list_contains($kinds, kind) and invalid is null and click_id is not null
    and occurred_at_ms >= $from_ms and occurred_at_ms < $to_ms
)
select c.link, count(*) as clicks, count(g.click_id) as goals
from clicks as c
left join goals as g using (click_id, tenant)
group by c.link
"""


class LakeForesight:
    """Implements `billing.ocpx.Foresight` by what the lake has seen: no more than the past of each campaign."""

    def __init__(self, tables: Tables) -> None:
        """Read the events."""
        self._tables = tables

    def observed(self, bids: Sequence[Bid], from_ms: int, to_ms: int) -> Mapping[int, Observed]:
        """Count clicks and goals, by campaign."""
        found: dict[int, Observed] = {}
        campaigns = {bid.link: bid.campaign for bid in bids}
        for goals in sorted({bid.goals for bid in bids}):
            links = sorted(bid.link for bid in bids if bid.goals == goals)
            asked = {"links": links, "kinds": [kind.value for kind in goals], "from_ms": from_ms, "to_ms": to_ms}
            for row in self._tables.rows(_OBSERVED, asked):
                campaign = campaigns[LinkId(str(row["link"]))]
                there = found.get(campaign, Observed())
                found[campaign] = Observed(
                    clicks=there.clicks + int(str(row["clicks"])), goals=there.goals + int(str(row["goals"]))
                )
        return found


class Bidding:
    """Sets the prices of links that bid for goals. What it sets can be worked out again: it remembers only when it looked."""

    def __init__(self, rates: RateStore, links: Links, foresight: Foresight, clock: Clock) -> None:
        """Have looked at nothing yet."""
        self._rates = rates
        self._links = links
        self._foresight = foresight
        self._clock = clock
        self._seen: tuple[int, tuple[Bid, ...]] | None = None

    def turn(self) -> int:
        """Set the prices that have changed; say how many."""
        bids = tuple(self._rates.bids())
        now_ms = self._clock.now_ms()
        seen = (now_ms // HOUR_MS, bids)
        if seen == self._seen:
            return 0
        to_ms = Window.of_day(day_of(now_ms)).start_ms
        observed = self._foresight.observed(bids, to_ms - DAYS * DAY_MS, to_ms) if bids else {}
        by_tenant: defaultdict[str, list[Bid]] = defaultdict(list)
        for bid in bids:
            by_tenant[bid.tenant].append(bid)
        repriced = 0
        for own in by_tenant.values():
            repriced += self._reprice(own, observed)
        self._seen = seen
        return repriced

    def _reprice(self, bids: Sequence[Bid], observed: Mapping[int, Observed]) -> int:
        known = {link.id: link.price_fen for link in self._links.of(bids[0].tenant)}
        repriced = 0
        for bid in bids:
            seen = observed.get(bid.campaign, Observed())
            price_fen = min(PRICE_FEN_MAX, ocpx_price_fen(bid.target_fen, seen.clicks, seen.goals))
            if known.get(bid.link) not in {None, price_fen}:
                try:
                    self._links.reprice(bid.tenant, bid.link, price_fen)
                except LinkUnknown:  # taken away since it was listed
                    continue
                repriced += 1
        return repriced


def put_up_rating(ground: Foundations, campaigns: Campaigns, links: Links, clockwork: Clockwork) -> Rating:
    """Put up how campaigns agree to be charged, and let the clockwork set the prices of those that bid for goals."""
    store = SqlRateStore(ground.database)
    clockwork.add(Wheel("bids", Bidding(store, links, LakeForesight(ground.tables), ground.clock).turn))
    return Rating(store, campaigns, ground.clock)
