"""Campaigns of the money town: what was agreed for them, and who looks whether their days keep to it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from hongmao.billing.api import PlacedTerms, Rate, Reason, Scheme
from hongmao.billing.contracts import compensation_key
from hongmao.events.contracts import Kind
from hongmao.kernel.time import DAY_MS, HOUR_MS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from billing.memory_billing import MemoryBillingStore
    from hongmao.billing.contracts import Charge
    from hongmao.events.contracts import Event, Logged
    from hongmao.ledger.api import Batch

OVERSPEND_FEN: Final = 30
CAMPAIGNS_EACH: Final = 2
_ACCOUNTS: Final = 100  # no campaign has a number as high

Day = tuple[int, int]
"""A campaign or an account, and a Shanghai day from 1970-01-01."""


def account_of(campaign: int) -> int:
    """Say whose a campaign is: each account has two."""
    return _ACCOUNTS + campaign // CAMPAIGNS_EACH


def campaign_of(merchant: int, nth: int) -> int:
    """Number a merchant's campaigns, from 2 on."""
    return CAMPAIGNS_EACH * (1 + merchant) + nth


@dataclass
class Agreed:
    """Implements `billing.budgets.Rates`: what the town has agreed so far."""

    bound: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Of each link its campaign, and since when."""
    day_budgets: dict[int, int | None] = field(default_factory=dict)
    account_budgets: dict[int, int | None] = field(default_factory=dict)
    rates: defaultdict[int, list[Rate]] = field(default_factory=lambda: defaultdict(list))

    def placed(self, links: Collection[str]) -> Mapping[str, PlacedTerms]:
        found: dict[str, PlacedTerms] = {}
        for link in sorted(links & self.bound.keys()):
            campaign, since_ms = self.bound[link]
            account = account_of(campaign)
            found[link] = PlacedTerms(
                campaign=campaign,
                account=account,
                since_ms=since_ms,
                day_budget_fen=self.day_budgets.get(campaign),
                account_budget_fen=self.account_budgets.get(account),
                rates=tuple(self.rates[campaign]),
            )
        return found

    def by_impressions(self) -> list[str]:
        """List the links whose campaigns are charged by impressions, whenever that began."""
        return [link for link, (campaign, _) in self.bound.items() if self.rate_at(campaign, 2**62)[0] is Scheme.CPM]

    def campaign_at(self, link: str, at_ms: int) -> int | None:
        """Say which campaign had a link at an instant."""
        campaign, since_ms = self.bound.get(link, (0, at_ms + 1))
        return campaign if since_ms <= at_ms else None

    def rate_at(self, campaign: int, at_ms: int) -> tuple[Scheme, int]:
        """Say what was agreed last of what holds at an instant."""
        agreed = (Scheme.CPC, 0)
        for rate in self.rates[campaign]:
            if rate.from_ms <= at_ms:
                agreed = (rate.scheme, rate.amount_fen)
        return agreed


class CampaignAudit:
    """Counts what campaigns' days have cost, out of charges and the log, and holds it against what was agreed.

    What is agreed changes in acts of its own, so what was charged since the last look was charged by what stands now.
    """

    def __init__(self, store: MemoryBillingStore) -> None:
        self._store = store
        self._position = 0
        self._shown: Counter[tuple[int, int, str, int]] = Counter()
        self._spent: Counter[Day] = Counter()
        self._back: Counter[Day] = Counter()
        self._clicks: Counter[Day] = Counter()
        self._free: dict[tuple[int, int, str, int], int] = {}
        self._posted: Counter[tuple[str, ...]] = Counter()

    def look(self, agreed: Agreed, log: Sequence[Logged], fresh: Sequence[Charge], batches: Sequence[Batch]) -> None:
        """Look at what was charged since the last look."""
        before = self._net()
        refused: list[tuple[int, int, int]] = []
        for charge in fresh:
            self._charge(agreed, charge)
            if charge.reason == Reason.OVER_BUDGET:
                price_fen = log[int(charge.event_id.removeprefix("e-")) - 1].event.price_fen or 0
                refused.append((charge.campaign or 0, _day(charge.at_ms), price_fen))
        self._impressions(agreed, log)
        self._post(batches)
        shown_fen = self._billed()
        self._spent = self._clicks + shown_fen
        self._days()
        after = self._net()
        for key, net_fen in after.items():
            if net_fen > before[key]:
                budget_fen = _budget(agreed, key)
                assert budget_fen is None or net_fen <= budget_fen, f"{key} has cost {net_fen} of {budget_fen} (BILL-1)"
        for key, back_fen in self._back.items():
            assert back_fen <= OVERSPEND_FEN, f"{back_fen} of {key} were given back (BILL-1)"
        for campaign, day, price_fen in refused:
            keys = ((campaign, day), (account_of(campaign), day))
            back = self._back_of_all()
            assert any(
                0 < min(price_fen, after[key] + price_fen - budget_fen) > OVERSPEND_FEN - back[key]
                for key in keys
                if (budget_fen := _budget(agreed, key)) is not None
            ), "a click was refused that a budget held"
        self._free_impressions(agreed, after)

    def _charge(self, agreed: Agreed, charge: Charge) -> None:
        campaign = agreed.campaign_at(charge.link, charge.at_ms)
        if not _costs_nothing(charge):
            assert charge.campaign == campaign
        else:
            assert charge.campaign is None
        if campaign is None or not charge.amount_fen:
            assert not charge.compensated_fen
            return
        assert agreed.rate_at(campaign, charge.at_ms)[0] is not Scheme.CPM, "a click was paid beside impressions"
        self._clicks[campaign, _day(charge.at_ms)] += charge.amount_fen
        self._back[campaign, _day(charge.at_ms)] += charge.compensated_fen
        assert 0 <= charge.compensated_fen <= charge.amount_fen
        given = self._store.ledger.books.bodies.keys() & {compensation_key(charge.event_id)}
        assert bool(given) == bool(charge.compensated_fen), "what stood above a budget was not given back"

    def _impressions(self, agreed: Agreed, log: Sequence[Logged]) -> None:
        """Count the impressions that have to be counted: once each, when the position moved past them."""
        for logged in log[self._position : self._store.kept.position]:
            event = logged.event
            campaign = agreed.campaign_at(event.link or "", event.occurred_at_ms)
            if campaign is None or not _shown_for_sure(event):
                continue
            scheme, price_fen = agreed.rate_at(campaign, event.occurred_at_ms)
            if scheme is Scheme.CPM:
                self._shown[campaign, _day(event.occurred_at_ms), event.link or "", price_fen] += 1
        self._position = self._store.kept.position

    def _billed(self) -> Counter[Day]:
        """Say what impressions cost by their numbers; each was counted once, and the books say the same."""
        kept = self._store.kept.shown
        assert {key: one.shown + one.over_budget + one.funds_missing for key, one in kept.items()} == self._shown
        numbers: Counter[tuple[int, int, int]] = Counter()
        billed: Counter[tuple[int, int, int]] = Counter()
        by_line: Counter[tuple[str, ...]] = Counter()
        for (campaign, day, _, price_fen), one in kept.items():
            numbers[campaign, day, price_fen] += one.shown
            billed[campaign, day, price_fen] += one.billed_fen
            by_line[str(campaign), str(day), one.line] += one.billed_fen
        total: Counter[Day] = Counter()
        for (campaign, day, price_fen), number in numbers.items():
            assert billed[campaign, day, price_fen] == number * price_fen // 1000
            total[campaign, day] += number * price_fen // 1000
        assert +by_line == +self._posted
        return total

    def _post(self, batches: Sequence[Batch]) -> None:
        for batch in batches:
            if batch.why.startswith("shown"):
                for entry in batch.entries:
                    if entry.account.owner == "@community":
                        self._posted[tuple(batch.key.split("/")[1:4])] += entry.amount_fen

    def _days(self) -> None:
        """The days that are kept are what charges and impressions say."""
        kept = self._store.kept.days
        assert {key: one.spent_fen for key, one in kept.items()} == {
            key: fen for key, fen in self._spent.items() if fen
        }
        assert {key: one.compensated_fen for key, one in kept.items()} == {key: self._back[key] for key in kept}
        assert all(one.account == account_of(one.campaign) for one in kept.values())

    def _free_impressions(self, agreed: Agreed, after: Counter[Day]) -> None:
        """An impression is free above a budget where one more would have stood above it."""
        for key, one in self._store.kept.shown.items():
            was = self._free.get(key, 0)
            if one.over_budget > was:
                most_fen = one.price_fen // 1000 + 1
                budgets = (
                    (_budget(agreed, day), after[day])
                    for day in ((one.campaign, one.day), (account_of(one.campaign), one.day))
                )
                assert any(budget is not None and net_fen + most_fen > budget for budget, net_fen in budgets)
            self._free[key] = one.over_budget

    def _net(self) -> Counter[Day]:
        """Say what days of campaigns and of accounts have cost in the end."""
        return _with_accounts(Counter({key: fen - self._back[key] for key, fen in self._spent.items()}))

    def _back_of_all(self) -> Counter[Day]:
        return _with_accounts(self._back)


def _with_accounts(days: Mapping[Day, int]) -> Counter[Day]:
    total = Counter(dict(days))
    for (campaign, day), fen in days.items():
        total[account_of(campaign), day] += fen
    return total


def _budget(agreed: Agreed, key: Day) -> int | None:
    noun = key[0]
    return agreed.account_budgets.get(noun) if noun >= _ACCOUNTS else agreed.day_budgets.get(noun)


def _day(at_ms: int) -> int:
    return (at_ms + 8 * HOUR_MS) // DAY_MS


def _costs_nothing(charge: Charge) -> bool:
    """Tell of a charge that its click by itself could cost nothing, so that no campaign was asked."""
    asked = {None, Reason.BY_IMPRESSIONS, Reason.DOUBLE_TAP, Reason.OVER_BUDGET, Reason.FUNDS_MISSING}
    return charge.reason not in asked


def _shown_for_sure(event: Event) -> bool:
    clean = (event.labelled, event.invalid, event.media) == (True, None, None)
    return event.kind is Kind.IMPRESSION and clean and event.merchant is not None and event.tenant is not None
