"""What a week's ads and creators cost, as insight would tell it."""

from __future__ import annotations

from datetime import timedelta

from hongmao.insight.contracts import CostDay, CostNote, CostSheet, Figure, FundedPart, ReportQuery, Unit, Words
from web.pages import samples

PARTS = ("spend_cid", "spend_ud", "shutiao_spend", "ads_cost", "creator_fee", "pgy_service_fee", "full_cost")


def roi(name: str, top: int | None, bottom: int | None) -> Figure:
    return samples.figure(name, Unit.MULTIPLE, top, bottom)


def sheet(query: ReportQuery, *, empty: bool) -> CostSheet:
    """Give a sheet: ads 2,694.23, a creator 800.00 and 80.00; of an empty tenant nothing is known."""
    ads, creator, fee = (0, None, None) if empty else (269_423, 80_000, 8_000)
    full = None if creator is None or fee is None else ads + creator + fee
    gmv = 0 if empty else 823_400
    values = (ads, 0, None, ads, creator, fee, full)
    note = CostNote(
        note="note-001",
        title=samples.NASTY,
        gmv=samples.fen("gmv_gross", gmv),
        ads=samples.fen("ads_cost", ads),
        creator=samples.fen("creator_fee", creator),
        fee=samples.fen("pgy_service_fee", fee),
        full=samples.fen("full_cost", full),
        roi_ads=roi("roi_ads", gmv, ads),
        roi_full=roi("roi_full_cost", gmv, full),
        credited_fen=1_200,
    )
    days = (query.to_day - query.from_day).days + 1
    return CostSheet(
        query=query,
        gmv=samples.fen("gmv_gross", gmv),
        parts=tuple(samples.fen(name, value) for name, value in zip(PARTS, values, strict=True)),
        roi_ads=roi("roi_ads", gmv, ads),
        roi_full=roi("roi_full_cost", gmv, full),
        funded=()
        if empty
        else (
            FundedPart(funder="alibaba", amount_fen=69_423, coinvested_fen=69_423),
            FundedPart(funder="merchant", amount_fen=200_000, coinvested_fen=0),
        ),
        credited_fen=0 if empty else 1_200,
        words=(Words(zh="投流ROI = 成交额 ÷ 投流成本", en="ROI on ads = GMV ÷ ads"),),
        notes=() if empty else (note,),
        days=tuple(
            CostDay(
                day=query.from_day + timedelta(days=n),
                gmv=samples.fen("gmv_gross", gmv // days),
                cid=samples.fen("spend_cid", ads // days),
                ud=samples.fen("spend_ud", 0),
                ads=samples.fen("ads_cost", ads // days),
                roi_ads=roi("roi_ads", gmv // days, ads // days),
                creator=samples.fen("creator_fee", creator if n == 2 else None),
                fee=samples.fen("pgy_service_fee", fee if n == 2 else None),
            )
            for n in range(days)
        ),
    )
