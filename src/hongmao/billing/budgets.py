"""日预算: what a campaign's day has spent, and what of a click stands above its budget. Pure.

    net = spent − given back ≤ budget                    gross = spent ≤ budget + overspend

A click that the budget cannot hold whole is paid all the same, up to the overspend of its day, and the part above is given back
in the same transaction as 赔付返货. Beyond that it costs nothing. A day is the click's own, in Shanghai; the budget is the one
that stands when the click is charged, and a budget that was lowered takes nothing back that was paid before.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from hongmao.kernel.time import day_number

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from hongmao.events.contracts import Event
    from hongmao.kernel.ids import TenantId

OVERSPEND_FEN: Final = 5_000
OVERSPEND_FEN_MAX: Final = 1_000_000


class Scheme(StrEnum):
    """计费方式: for what a campaign is charged."""

    CPC = "cpc"  # a labelled component click, at the price of its link
    CPM = "cpm"  # a thousand labelled impressions; clicks are free
    OCPX = "ocpx"  # as CPC, and the link's price follows what a goal is worth


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How a campaign is charged from an instant on. `amount_fen` is for a thousand impressions, or for one goal."""

    from_ms: int
    scheme: Scheme
    amount_fen: int


CLICKS: Final = Rate(from_ms=0, scheme=Scheme.CPC, amount_fen=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedTerms:
    """What was placed for a link: its campaign and account, since when, and what a day of each may cost (BILL-1).

    A budget of None is no limit. `rates` are in the order of their beginnings.
    """

    campaign: int
    account: int
    since_ms: int = 0
    day_budget_fen: int | None = None
    account_budget_fen: int | None = None
    rates: tuple[Rate, ...] = ()

    def rate_at(self, at_ms: int) -> Rate:
        """Say how an act of an instant is charged: by clicks until something else was agreed."""
        return next((rate for rate in reversed(self.rates) if rate.from_ms <= at_ms), CLICKS)


class Rates(Protocol):
    """What campaigns have agreed to; whoever keeps campaigns implements it."""

    def placed(self, links: Collection[str]) -> Mapping[str, PlacedTerms]:
        """Say for what these links were placed; one that no campaign has is left out."""
        ...


class NoRates:
    """Rates of a house without campaigns."""

    def placed(self, links: Collection[str]) -> Mapping[str, PlacedTerms]:  # noqa: ARG002 - the interface
        """Know of none."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDay:
    """What one campaign's Shanghai day has cost, counted from 1970-01-01, and how much of that was given back."""

    campaign: int
    day: int
    account: int
    tenant: TenantId
    spent_fen: int = 0
    compensated_fen: int = 0

    @property
    def net_fen(self) -> int:
        """Give what the day has cost in the end."""
        return self.spent_fen - self.compensated_fen


class Budgets:
    """The days of campaigns while acts are charged one after the other."""

    def __init__(
        self,
        placed: Mapping[str, PlacedTerms] | None = None,
        days: Iterable[CampaignDay] = (),
        overspend_fen: int = OVERSPEND_FEN,
    ) -> None:
        """Begin with what is kept: of each account and day in question, the days of all its campaigns."""
        self._placed = placed or {}
        self._days = {(one.campaign, one.day): one for one in days}
        self._overspend_fen = overspend_fen
        self._changed: set[tuple[int, int]] = set()
        self._of_accounts: Counter[tuple[int, int]] = Counter()
        self._given_back: Counter[tuple[int, int]] = Counter()
        for one in self._days.values():
            self._count(one, one.spent_fen, one.compensated_fen)

    def of(self, act: Event) -> PlacedTerms | None:
        """Say for what an act's link was placed when it happened; None where no campaign had it then."""
        placed = self._placed.get(act.link or "")
        return placed if placed is not None and placed.since_ms <= act.occurred_at_ms else None

    def above_fen(self, placed: PlacedTerms | None, at_ms: int, price_fen: int) -> int | None:
        """Say what part of a price stands above the budgets, 0 where they hold it; None where it is too much (BILL-1)."""
        above_fen = 0
        for budget_fen, net_fen, compensated_fen in self._limits(placed, at_ms):
            over_fen = min(price_fen, net_fen + price_fen - budget_fen)
            if over_fen > 0 and compensated_fen + over_fen > self._overspend_fen:
                return None
            above_fen = max(above_fen, over_fen)
        return above_fen

    def holds(self, placed: PlacedTerms, at_ms: int, price_fen: int) -> bool:
        """Tell whether the budgets hold a price whole."""
        return all(net_fen + price_fen <= budget_fen for budget_fen, net_fen, _ in self._limits(placed, at_ms))

    def keep(
        self, placed: PlacedTerms, tenant: TenantId, at_ms: int, price_fen: int, *, compensated_fen: int = 0
    ) -> None:
        """Count what was paid."""
        key = (placed.campaign, day_number(at_ms))
        there = self._days.get(key) or CampaignDay(
            campaign=placed.campaign, day=key[1], account=placed.account, tenant=tenant
        )
        self._days[key] = replace(
            there,
            spent_fen=there.spent_fen + price_fen,
            compensated_fen=there.compensated_fen + compensated_fen,
        )
        self._changed.add(key)
        self._count(there, price_fen, compensated_fen)

    @property
    def changed(self) -> tuple[CampaignDay, ...]:
        """Give the days that have moved, in the order of campaigns and days."""
        return tuple(self._days[key] for key in sorted(self._changed))

    def _count(self, day: CampaignDay, spent_fen: int, compensated_fen: int) -> None:
        self._of_accounts[day.account, day.day] += spent_fen - compensated_fen
        self._given_back[day.account, day.day] += compensated_fen

    def _limits(self, placed: PlacedTerms | None, at_ms: int) -> Iterator[tuple[int, int, int]]:
        """Give each budget with what its day has cost in the end, and how much was given back of it."""
        if placed is None:
            return
        day = day_number(at_ms)
        if placed.day_budget_fen is not None:
            own = self._days.get((placed.campaign, day))
            yield placed.day_budget_fen, 0 if own is None else own.net_fen, 0 if own is None else own.compensated_fen
        if placed.account_budget_fen is not None:
            key = (placed.account, day)
            yield placed.account_budget_fen, self._of_accounts[key], self._given_back[key]
