"""成本与回报: figures of ads, creators and fees, and both ratios over them, for a range, its notes and its days.

投流ROI divides by ads alone and overstates what a note brings, so 全成本ROI stands beside it. A creator's cost that nobody told is
unknown: 全成本 is then unknown too, and never the ads alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from hongmao.insight.contracts import DASH, CostDay, CostNote, CostSheet, FundedPart, Words
from hongmao.insight.rules import days_of
from hongmao.kernel.money import Money
from hongmao.kernel.time import Window

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hongmao.billing.api import Billing
    from hongmao.insight.contracts import Figure, ReportQuery
    from hongmao.insight.names import Names
    from hongmao.insight.overview import Writer
    from hongmao.insight.sight import Sight

PARTS: Final = (
    "spend_cid",
    "spend_ud",
    "shutiao_spend",
    "ads_cost",
    "creator_fee",
    "pgy_service_fee",
    "full_cost",
)
RATIOS: Final = ("roi_ads", "roi_full_cost")
NAMES: Final = ("gmv_gross", *PARTS, *RATIOS)
"""The metrics that a sheet is made of."""


def cost_sheet(
    billing: Billing, sight: Sight, query: ReportQuery, whole: Writer, *, notes: Writer | None, names: Names | None
) -> CostSheet:
    """Put the sheet together; without `notes` and `names` it has no rows."""
    window = Window(Window.of_day(query.from_day).start_ms, Window.of_day(query.to_day).end_ms)
    credited: dict[str, int] = {}
    for one in billing.credits.credited(sight.tenant, window):
        if sight.merchant in (None, one.merchant):
            credited[one.note] = credited.get(one.note, 0) + one.amount_fen
    figures = {name: whole.figure(name) for name in NAMES}
    told = figures["creator_fee"].numerator is not None
    rows = [] if notes is None or names is None else _notes(notes, names, credited)
    funded = billing.paid_by(sight.tenant, window, sight.merchant)
    return CostSheet(
        query=query,
        gmv=figures["gmv_gross"],
        parts=tuple(_known(figures[name], told=told) for name in PARTS),
        roi_ads=figures["roi_ads"],
        roi_full=_known(figures["roi_full_cost"], told=told),
        funded=None
        if funded is None
        else tuple(_funded(one.funder, one.amount_fen, one.coinvested_fen) for one in funded),
        credited_fen=sum(credited.values()),
        words=tuple(_words(figures, rows, told=told, funded=funded is not None)),
        notes=tuple(rows),
        days=() if notes is None else tuple(_days(whole, query)),
    )


def _known(figure: Figure, *, told: bool) -> Figure:
    """Let what a creator's cost is a part of be unknown where nobody told it: the ads alone are no full cost."""
    if told or figure.name not in {"full_cost", "roi_full_cost"}:
        return figure
    if figure.name == "full_cost":
        return replace(figure, numerator=None, text=DASH, partial=False)
    return replace(figure, denominator=None, text=DASH, partial=False)


def _funded(funder: str, amount_fen: int, coinvested_fen: int) -> FundedPart:
    return FundedPart(funder=funder, amount_fen=amount_fen, coinvested_fen=coinvested_fen)


def _notes(writer: Writer, names: Names, credited: dict[str, int]) -> list[CostNote]:
    rows = [_note(writer, names, note, credited.get(note, 0)) for note in writer.parts | credited.keys()]
    return sorted(rows, key=lambda row: (-_fen(row.full, row.ads), -(row.gmv.numerator or 0), row.note))


def _note(writer: Writer, names: Names, note: str, credited_fen: int) -> CostNote:
    figures = {name: writer.figure(name, note) for name in NAMES}
    told = figures["creator_fee"].numerator is not None
    return CostNote(
        note=note,
        title=names.note_title(note),
        gmv=figures["gmv_gross"],
        ads=figures["ads_cost"],
        creator=figures["creator_fee"],
        fee=figures["pgy_service_fee"],
        full=_known(figures["full_cost"], told=told),
        roi_ads=figures["roi_ads"],
        roi_full=_known(figures["roi_full_cost"], told=told),
        credited_fen=credited_fen,
    )


def _fen(*figures: Figure) -> int:
    return next((one.numerator for one in figures if one.numerator is not None), 0)


def _days(writer: Writer, query: ReportQuery) -> Iterator[CostDay]:
    for day in days_of(query):
        yield CostDay(
            day=day,
            gmv=writer.figure_on("gmv_gross", day),
            cid=writer.figure_on("spend_cid", day),
            ud=writer.figure_on("spend_ud", day),
            ads=writer.figure_on("ads_cost", day),
            roi_ads=writer.figure_on("roi_ads", day),
            creator=writer.figure_on("creator_fee", day),
            fee=writer.figure_on("pgy_service_fee", day),
        )


def _words(figures: dict[str, Figure], rows: Sequence[CostNote], *, told: bool, funded: bool) -> Iterator[Words]:
    """Say how both ratios come about, what stands apart, and why something is unknown."""
    gmv, ads, full = (_yuan(figures[name]) for name in ("gmv_gross", "ads_cost", "full_cost"))
    creator, fee = (_yuan(figures[name]) for name in ("creator_fee", "pgy_service_fee"))
    yield Words(
        zh=f"投流ROI = 成交额（含退款）{gmv} ÷ 投流成本 {ads}；投流成本 = CID 消费 + UD 消费 + 薯条消费",
        en=f"ROI on ads = gross GMV {gmv} ÷ ads {ads}; ads are spend on CID, spend on UD and Shutiao",
    )
    if told:
        yield Words(
            zh=f"全成本ROI = 成交额（含退款）{gmv} ÷ 全成本 {full}；全成本 = 投流成本 + 达人报价 {creator} + 蒲公英服务费 {fee}",
            en=f"ROI on full cost = gross GMV {gmv} ÷ full cost {full}; that is ads, creators {creator} and Pugongying's fee {fee}",
        )
    else:
        yield Words(
            zh="全成本ROI 未知：这些天没有达人费用的记录（本账本的达人订单与蒲公英报表都没有），不以投流成本代替",
            en="ROI on full cost is unknown: neither our creators' orders nor Pugongying's report tell of a cost in these "
            "days, and ads alone do not stand in for it",
        )
    silent = sum(1 for row in rows if row.ads.numerator and row.creator.numerator is None)
    if told and silent:
        yield Words(
            zh=f"{silent} 篇有投流的笔记没有达人费用的记录，全成本中没有它们的达人费用",
            en=f"For {silent} of the notes with ads nobody told what the creator cost: the full cost has nothing of it",
        )
    yield Words(
        zh="达人报价与服务费属于笔记，记在付款日，不摊到每一天；所以每天只有投流ROI",
        en="What creators cost belongs to a note, stands on the day of the payment and is spread over no days: a day has "
        "ROI on ads alone",
    )
    if figures["shutiao_spend"].numerator is None:
        yield Words(
            zh="没有收到薯条消费的报表，投流成本里没有这一项",
            en="No report told what Shutiao cost: it is not in the cost of ads",
        )
    if figures["spend_cid"].numerator is None or figures["spend_ud"].numerator is None:
        yield Words(
            zh="按千次曝光计费的消费在这一刻无法精确到分（该时点切在一批日志中间），所以不显示偏低的消费",
            en="What impressions cost cannot be told to the fen as of this moment, which cuts a piece of the log: a cost that "
            "is too low is not shown",
        )
    if figures["spend_ud"].numerator:
        yield Words(
            zh="UD 的成交只在阿里的报表里，不在成交额中；UD 的消费在投流成本中",
            en="What the UD line sold stands in Alibaba's report alone and not in GMV; what it cost is in ads",
        )
    yield Words(
        zh="冲正列在旁边，不改动已报告的消费",
        en="What was given back stands beside the spend and changes none that was reported",
    )
    if not funded:
        yield Words(
            zh="有按曝光计费的消费，回看的报表不分出资方：曝光的分录不知道日志位置",
            en="A report that looks back on impressions does not say whose money they were: their postings know no place in "
            "the log",
        )


def _yuan(figure: Figure) -> str:
    return DASH if figure.numerator is None else f"¥{Money(figure.numerator)}"
