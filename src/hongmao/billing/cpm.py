"""千次曝光: impressions that are paid for, of campaigns that are charged by them. Pure.

    the n-th of a campaign, day and price costs ⌊n·P ÷ 1000⌋ − ⌊(n−1)·P ÷ 1000⌋

so a thousand cost P to the fen, and where the log is cut into pieces changes nothing. An impression is one fen or a few: it stops
exactly at the budget, and nothing is ever given back. What the budget or the wallet does not hold is counted and free.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from hongmao.billing.budgets import Rate, Scheme
from hongmao.billing.purses import split
from hongmao.events.contracts import Kind
from hongmao.kernel.ids import MerchantId, TenantId
from hongmao.kernel.time import day_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hongmao.billing.budgets import Budgets, PlacedTerms
    from hongmao.events.contracts import Event
    from hongmao.ledger.contracts import Account

THOUSAND: Final = 1_000
SEEN: Final = "seen-"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDay:
    """What one link's impressions of a campaign's day were charged at one price.

    `shown` were counted towards the thousand and cost `billed_fen`; `over_budget` and `funds_missing` were free.
    """

    campaign: int
    day: int
    link: str
    price_fen: int
    tenant: TenantId
    merchant: MerchantId
    note: str
    line: str
    shown: int = 0
    billed_fen: int = 0
    over_budget: int = 0
    funds_missing: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPiece:
    """What one piece of the log added to a `ShownDay`, and where in the log the impressions stood that it is made of.

    As of an offset before the first of them nothing of it had been charged, as of the last or a later one all of it had.
    Between them only that it was a part of it is known.
    """

    campaign: int
    day: int
    link: str
    price_fen: int
    first_offset: int
    last_offset: int
    tenant: TenantId
    merchant: MerchantId
    note: str
    line: str
    billed_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a piece of the log adds to one campaign's day on one line: what left which purse, and as of when."""

    campaign: int
    day: int
    line: str
    at_ms: int
    parts: Mapping[Account, int]

    def key(self, offset: int) -> str:
        """Name the ledger's batch. The position in the log moves past a piece once, so no two have the same."""
        return f"shown/{self.campaign}/{self.day}/{self.line}/{offset}"


def day_of_key(key: str) -> int:
    """Say whose day's impressions a posting is of, counted from 1970-01-01.

    >>> day_of_key("shown/7/20215/cid/4711")
    20215
    """
    return int(key.split("/")[2])


def counts(act: Event) -> bool:
    """Tell whether an impression may cost something: ours, labelled, valid, under its own name (BILL-7).

    That the label was seen is the reader's client's word, and so is the impression: its id is counted once.
    """
    return (
        act.kind is Kind.IMPRESSION
        and act.labelled is True
        and act.invalid is None
        and act.media is None
        and act.tenant is not None
        and act.link is not None
        and act.impression is not None
        and act.event_id == SEEN + act.impression
    )


def cost_fen(number: int, price_fen: int) -> int:
    """Say what the n-th impression costs, from 1 on, where a thousand cost `price_fen`.

    >>> [cost_fen(n, 1_500) for n in (1, 2, 3, 4)]
    [1, 2, 1, 2]
    """
    return number * price_fen // THOUSAND - (number - 1) * price_fen // THOUSAND


def pieces(
    before: Iterable[ShownDay], after: Iterable[ShownDay], stood: Mapping[tuple[str, int], tuple[int, int]]
) -> tuple[ShownPiece, ...]:
    """Say what a piece of the log added to days; `stood` says from where to where a link's impressions of a day stood."""
    was = {_key(one): one.billed_fen for one in before}
    return tuple(
        ShownPiece(
            campaign=one.campaign,
            day=one.day,
            link=one.link,
            price_fen=one.price_fen,
            first_offset=stood[one.link, one.day][0],
            last_offset=stood[one.link, one.day][1],
            tenant=one.tenant,
            merchant=one.merchant,
            note=one.note,
            line=one.line,
            billed_fen=one.billed_fen - was.get(_key(one), 0),
        )
        for one in after
        if one.billed_fen > was.get(_key(one), 0)
    )


class Showing:
    """The running counts while acts are charged one after the other."""

    def __init__(self, days: Iterable[ShownDay] = ()) -> None:
        """Begin with what is kept: of each campaign and day in question, all its links and prices."""
        self._days = {_key(one): one for one in days}
        self._counted: Counter[tuple[int, int, int]] = Counter()
        for one in self._days.values():
            self._counted[one.campaign, one.day, one.price_fen] += one.shown
        self._changed: set[tuple[int, int, str, int]] = set()
        self._parts: defaultdict[tuple[int, int, str], Counter[Account]] = defaultdict(Counter)
        self._at_ms: dict[tuple[int, int, str], int] = {}

    def take(
        self,
        act: Event,
        purses: Sequence[Account],
        placed: PlacedTerms,
        funds_fen: dict[Account, int],
        budgets: Budgets,
    ) -> None:
        """Charge one impression that counts, where its campaign is charged by them; what it takes leaves `funds_fen`."""
        rate = placed.rate_at(act.occurred_at_ms)
        if rate.scheme is not Scheme.CPM:
            return
        there = self._there(act, placed, rate)
        counted = (there.campaign, there.day, there.price_fen)
        price_fen = cost_fen(self._counted[counted] + 1, rate.amount_fen)
        parts = split(purses, funds_fen, price_fen)
        if not budgets.holds(placed, act.occurred_at_ms, price_fen):
            self._keep(replace(there, over_budget=there.over_budget + 1))
        elif price_fen and not parts:
            self._keep(replace(there, funds_missing=there.funds_missing + 1))
        else:
            self._counted[counted] += 1
            self._keep(replace(there, shown=there.shown + 1, billed_fen=there.billed_fen + price_fen))
            if price_fen:
                budgets.keep(placed, there.tenant, act.occurred_at_ms, price_fen)
            posting = (there.campaign, there.day, there.line)
            for part in parts:
                funds_fen[part.purse] -= part.amount_fen
                self._parts[posting][part.purse] += part.amount_fen
                self._at_ms[posting] = max(act.occurred_at_ms, self._at_ms.get(posting, 0))

    @property
    def changed(self) -> tuple[ShownDay, ...]:
        """Give the days that have moved."""
        return tuple(self._days[key] for key in sorted(self._changed))

    def postings(self) -> tuple[Shown, ...]:
        """Give what has to be posted: one for each campaign, day and line."""
        return tuple(
            Shown(campaign=campaign, day=day, line=line, at_ms=self._at_ms[campaign, day, line], parts=parts)
            for (campaign, day, line), parts in sorted(self._parts.items())
        )

    def _there(self, act: Event, placed: PlacedTerms, rate: Rate) -> ShownDay:
        fresh = ShownDay(
            campaign=placed.campaign,
            day=day_number(act.occurred_at_ms),
            link=act.link or "",
            price_fen=rate.amount_fen,
            tenant=TenantId(act.tenant or ""),
            merchant=MerchantId(act.merchant or ""),
            note=act.note or "",
            line=act.line or "",
        )
        return self._days.get(_key(fresh), fresh)

    def _keep(self, day: ShownDay) -> None:
        self._days[_key(day)] = day
        self._changed.add(_key(day))


def _key(day: ShownDay) -> tuple[int, int, str, int]:
    return day.campaign, day.day, day.link, day.price_fen
