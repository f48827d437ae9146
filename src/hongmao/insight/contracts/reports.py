"""The merchant's reports: the overview with its funnel, and the table of notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from hongmao.insight.contracts.figures import DefinitionRef, Figure, LeftOut, Maturity, ReportQuery


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelStep:
    """One step of the funnel."""

    name: str
    """`impressions`, `clicks`, `component_clicks`, `visits`, `carts`, `purchases` or `refunds`."""
    count: Figure
    """How often it happened (PV): acts, paid sub-orders, refunds."""
    people: Figure | None
    """UV: distinct by reader, shop and day; for visits, carts and purchases, None for the other steps."""
    rate_of: str | None
    """Name of the step the rate divides by; None for the first."""
    rate: Figure | None
    """This step's count ÷ that step's count; None for the first step."""
    cost: Figure | None
    """Spend ÷ this step's count, in yuan; None for refunds, which nobody buys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPoint:
    """One day of the charts and of their table. Counts are whole numbers, amounts fen; None is unknown."""

    day: date
    """Asia/Shanghai, by the query's clock."""
    impressions: int
    """曝光."""
    component_clicks: int
    """组件点击."""
    visits: int | None
    """进店, events."""
    purchases: int | None
    """成交, sub-orders."""
    spend_fen: int | None
    """消耗."""
    gmv_gross_fen: int | None
    """成交额 before refunds."""
    gmv_net_fen: int | None
    """成交额 after refunds."""
    mature: bool
    """Whether the day's cells are complete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The merchant console's first page: the funnel, what it cost, what it brought."""

    query: ReportQuery
    """What was asked."""
    steps: tuple[FunnelStep, ...]
    """The seven steps in order."""
    spend: Figure
    """消耗."""
    gmv_gross: Figure
    """成交额 credited to our clicks, before refunds."""
    gmv_net: Figure
    """成交额 after refunds."""
    roi_gross: Figure
    """成交额 ÷ 消耗."""
    roi_net: Figure
    """净ROI."""
    cpuv: Figure
    """消耗 ÷ 进店UV."""
    orders: Figure
    """拍下: sub-orders placed, paid or not, that brought back one of our clicks."""
    new_visitors: Figure
    """新访客: visits that the shop marked so; partial where it did not say of some."""
    series: tuple[DayPoint, ...]
    """One point per day of the range, also where nothing happened."""
    invalid: tuple[LeftOut, ...]
    """Acts that do not count, by kind and reason."""
    unmatched: tuple[LeftOut, ...]
    """Returns of this tenant that carry no click of ours, or not in time."""
    credited_by: DefinitionRef
    """归因口径: whose credits stand behind purchases and GMV."""
    maturity: Maturity
    """Of the whole range: mature when every day is."""

    def figures(self) -> tuple[Figure, ...]:
        """List the headline figures in reading order."""
        return (
            self.spend,
            self.gmv_gross,
            self.gmv_net,
            self.roi_gross,
            self.roi_net,
            self.cpuv,
            self.orders,
            self.new_visitors,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRow:
    """One note in the notes table."""

    note: str
    """The note's id."""
    title: str
    """Its title; `—` where the community does not know the note."""
    creator: str | None
    """The creator's id."""
    creator_name: str
    """达人's name; `—` where unknown."""
    links: tuple[str, ...]
    """Ids of this tenant's links under the note."""
    impressions: Figure
    """曝光."""
    clicks: Figure
    """点击."""
    component_clicks: Figure
    """组件点击."""
    visits: Figure
    """进店, events."""
    carts: Figure
    """加购, events."""
    purchases: Figure
    """成交, sub-orders."""
    refunds: Figure
    """退款, sub-orders."""
    spend: Figure
    """消耗."""
    gmv_gross: Figure
    """成交额 before refunds."""
    gmv_net: Figure
    """成交额 after refunds."""
    cpuv: Figure
    """消耗 ÷ 进店UV."""
    roi_net: Figure
    """净ROI."""
    maturity: Maturity
    """Of the range asked for."""

    def figures(self) -> tuple[Figure, ...]:
        """List the figures in column order."""
        return (
            self.impressions,
            self.clicks,
            self.component_clicks,
            self.visits,
            self.carts,
            self.purchases,
            self.refunds,
            self.spend,
            self.gmv_gross,
            self.gmv_net,
            self.cpuv,
            self.roi_net,
        )
