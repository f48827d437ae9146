"""成本与回报: what notes have truly cost, line by line, and what came back on ads alone and on all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from hongmao.insight.contracts.figures import Figure, ReportQuery, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class FundedPart:
    """出资方: what one funder's money paid of the ads. Whole fen."""

    funder: str
    """`merchant`, `alibaba`, `community` or `agency`."""
    amount_fen: int
    """What it paid, co-investment included."""
    coinvested_fen: int
    """What of that came out of the purses of co-investment programmes (联投)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostNote:
    """One note: its ads, what was paid out for it in these days, and what came back."""

    note: str
    """The note's id."""
    title: str
    """Its title; `—` where the community does not know the note."""
    gmv: Figure
    """成交额 before refunds."""
    ads: Figure
    """投流成本."""
    creator: Figure
    """达人报价 paid out in these days."""
    fee: Figure
    """蒲公英服务费 of the same."""
    full: Figure
    """全成本; unknown where nobody told what the creator cost."""
    roi_ads: Figure
    """投流ROI."""
    roi_full: Figure
    """全成本ROI; unknown where 全成本 is."""
    credited_fen: int
    """What was given back of its clicks, whenever that was; in no figure."""

    def figures(self) -> tuple[Figure, ...]:
        """List the figures in column order."""
        return (self.gmv, self.ads, self.creator, self.fee, self.full, self.roi_ads, self.roi_full)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostDay:
    """One day. A creator's cost belongs to a note and to no day: it stands apart, on the day on which it was paid."""

    day: date
    """Asia/Shanghai."""
    gmv: Figure
    """成交额 before refunds, by the query's clock."""
    cid: Figure
    """消费 on the CID line."""
    ud: Figure
    """消费 on the UD line."""
    ads: Figure
    """投流成本."""
    roi_ads: Figure
    """投流ROI."""
    creator: Figure
    """达人报价 paid out on this day."""
    fee: Figure
    """蒲公英服务费 paid out on this day."""

    def figures(self) -> tuple[Figure, ...]:
        """List the figures in column order; creator and fee are in no ratio of the day."""
        return (self.gmv, self.cid, self.ud, self.ads, self.roi_ads, self.creator, self.fee)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostSheet:
    """投流ROI and 全成本ROI beside each other, with all that they are made of. Both lines, whatever line is shown elsewhere."""

    query: ReportQuery
    """What was asked, over all lines."""
    gmv: Figure
    """成交额 before refunds."""
    parts: tuple[Figure, ...]
    """消费 on CID, on UD, 薯条, 投流成本 (their sum), 达人报价, 蒲公英服务费, 全成本 (the sum of all)."""
    roi_ads: Figure
    """投流ROI: GMV ÷ 投流成本."""
    roi_full: Figure
    """全成本ROI: GMV ÷ 全成本; unknown where nobody told what creators cost."""
    funded: tuple[FundedPart, ...] | None
    """Whose money the ads were; None where a report looks back on impressions, whose postings know no offset."""
    credited_fen: int
    """冲正: what was given back of clicks of these days; in no figure, since what was reported stays."""
    words: tuple[Words, ...]
    """In plain sentences: how both ratios are worked out, what stands apart, and why something is unknown."""
    notes: tuple[CostNote, ...]
    """By note, the dearest first; empty where the whole alone was asked for."""
    days: tuple[CostDay, ...]
    """By day; empty where the whole alone was asked for."""

    def figures(self) -> tuple[Figure, ...]:
        """List the figures of the whole in reading order."""
        return (self.roi_ads, self.roi_full, self.gmv, *self.parts)

    @property
    def own_fen(self) -> int | None:
        """Give what the merchant paid in itself."""
        return None if self.funded is None else sum(p.amount_fen for p in self.funded if p.funder == "merchant")

    @property
    def coinvested_fen(self) -> int | None:
        """Give what co-investment programmes paid."""
        return None if self.funded is None else sum(part.coinvested_fen for part in self.funded)
