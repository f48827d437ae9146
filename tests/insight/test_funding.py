"""Whose money it was and what came back: own money, matched money, and the true cost with creators in it."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from billing.test_coinvest import M1, click, founded, logged
from hongmao.billing.api import CreatorCost, Funded, Funding
from hongmao.insight.api import Pin, Sight, as_pinned, markdown_of, render_report
from hongmao.insight.funding import funding_roi, multiple
from hongmao.kernel.ids import MerchantId, NoteId, TenantId
from hongmao.kernel.time import DAY_MS
from insight.stage import Stage, cell, charge, pay, query
from insight.stage import click as taken
from storage.opened import ALLIANCE_DAY, ROOT, house

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.billing.api import TrueCost
    from hongmao.insight.contracts import CostSheet

MAY = query("2025-05-01", "2025-05-31")
WHOLE = Sight.operator()


def test_article_row_33_own_money_brings_3_90_and_all_of_it_3_00_and_the_match_stops_at_its_cap() -> None:
    with house() as city:
        founded(city, cap_fen=3_000_00)
        city.billing.top_up(ROOT, M1, "cid", 20_000_00, "k")
        city.billing.coinvest.join(ROOT, "p", M1)
        # Clicks of 130.00: a hundred are matched 30.00 each, and with that the purse is empty.
        city.billing.absorb(logged([click(n, price_fen=130_00) for n in range(100)]))
        week = (ALLIANCE_DAY, ALLIANCE_DAY + DAY_MS)
        roi = funding_roi(city.billing.funding(ROOT, M1, *week), 39_000_00, ())
        assert (roi.own_fen, roi.matched_fen, roi.total_fen) == (10_000_00, 3_000_00, 13_000_00)
        assert (roi.roi_own, roi.roi_total) == ("3.90", "3.00")
        assert (roi.full_cost_fen, roi.roi_full_cost) == (None, None)  # nobody told what creators cost
        # One click more is the merchant's own, to the last fen.
        city.billing.absorb(logged([click(100, price_fen=130_00)]))
        more = funding_roi(city.billing.funding(ROOT, M1, *week), 39_000_00, ())
        assert (more.own_fen, more.matched_fen) == (10_130_00, 3_000_00)


def test_article_row_33_the_roi_on_ads_is_3_90_and_on_the_true_cost_3_00_by_orders_in_our_own_books() -> None:
    """Ads 10,000.00, creator 2,700.00, fee 300.00: 39,000.00 of GMV are 3.90 times the ads and 3.00 times all of it."""
    one = taken("2025-05-07 10:00", "c-1")
    cost = CreatorCost(
        day=date(2025, 5, 20),
        merchant=MerchantId("merchant-a"),
        note=NoteId("note-1"),
        orders=1,
        price_fen=2_700_00,
        fee_fen=300_00,
    )
    stage = Stage(
        one,
        pay("2025-05-07 11:00", "o-1-1", 39_000_00, "c-1"),
        cell("shutiao_orders", "2025-05-07", {"spend_fen": 0}),
        charges=[charge(one, 10_000_00)],
        ordered=[cost],
    )
    texts = {
        name: stage.insight.metric(WHOLE, name, MAY).figure.text
        for name in ("spend", "creator_fee", "pgy_service_fee", "full_cost", "roi_ads", "roi_full_cost")
    }
    assert texts == {
        "spend": "10,000.00",
        "creator_fee": "2,700.00",
        "pgy_service_fee": "300.00",
        "full_cost": "13,000.00",
        "roi_ads": "3.90",
        "roi_full_cost": "3.00",
    }


def order(note: str | None, price_fen: int, on: int = 20, merchant: str = "merchant-a") -> CreatorCost:
    return CreatorCost(
        day=date(2025, 5, on),
        merchant=MerchantId(merchant),
        note=None if note is None else NoteId(note),
        orders=1,
        price_fen=price_fen,
        fee_fen=price_fen // 10,
    )


def fee(stage: Stage, sight: Sight = WHOLE, of: object = MAY) -> str:
    return stage.insight.metric(sight, "creator_fee", of).figure.text  # type: ignore[arg-type]


def test_an_order_that_the_report_tells_too_is_counted_once_and_what_neither_tells_is_a_dash() -> None:
    reported = cell("pgy_orders", "2025-05-07", {"creator_fen": 2_700_00, "service_fen": 270_00}, note="note-1")
    assert fee(Stage()) == "—"
    assert fee(Stage(ordered=[order("note-1", 2_700_00)])) == "2,700.00"
    assert fee(Stage(reported)) == "2,700.00"
    assert fee(Stage(reported, ordered=[order("note-1", 2_700_00)])) == "2,700.00"
    assert (
        fee(Stage(reported, ordered=[order("note-1", 2_700_00), order("note-2", 1_00), order(None, 50)])) == "2,701.50"
    )
    # The report's word on another day is still its word on the note.
    june = query("2025-05-15", "2025-05-31")
    assert fee(Stage(reported, ordered=[order("note-1", 2_700_00)]), of=june) == "—"


def test_orders_stand_on_their_day_and_note_and_are_seen_by_their_own_merchant_alone() -> None:
    stage = Stage(ordered=[order("note-1", 1_00, 3), order("note-2", 2_00, 3), order("note-1", 4_00, 31)])
    days = stage.insight.metric(WHOLE, "creator_fee", MAY, by="day").rows
    assert {row.key[-2:]: row.figure.text for row in days if row.figure.text != "—"} == {"03": "3.00", "31": "4.00"}
    notes = stage.insight.metric(WHOLE, "creator_fee", MAY, by="note").rows
    assert {row.key: row.figure.text for row in notes} == {"note-1": "5.00", "note-2": "2.00"}
    mine = Sight.of(TenantId("tenant-a"), MerchantId("merchant-a"))
    assert (fee(stage, mine), fee(stage, Sight.of(TenantId("tenant-b")))) == ("7.00", "—")
    assert fee(stage, Sight.of(TenantId("tenant-a"), MerchantId("merchant-z"))) == "—"


def test_the_true_cost_of_a_merchant_whose_orders_stand_in_our_books() -> None:
    with house() as city:
        who = city.tenant("t1")
        city.catalog.add_merchant(who, name="m", id="m1")
        city.catalog.add_creator(ROOT, name="达人", bio="", id="c1")
        city.billing.top_up(ROOT, M1, "cid", 20_000_00, "k")
        city.billing.top_up(ROOT, M1, "creator", 3_300_00, "kc")
        city.billing.creators.place(ROOT, M1, "o", creator="c1", price_fen=3_000_00)
        city.billing.creators.release(ROOT, M1, "o")
        city.billing.absorb(logged([click(n, price_fen=100_00) for n in range(100)]))
        day = (ALLIANCE_DAY, ALLIANCE_DAY + DAY_MS)
        roi = funding_roi(
            city.billing.funding(ROOT, M1, *day), 39_900_00, city.billing.creators.true_costs(ROOT, M1, *day)
        )
        assert (roi.creator_fen, roi.fee_fen, roi.full_cost_fen) == (3_000_00, 300_00, 13_300_00)
        assert (roi.roi_own, roi.roi_total, roi.roi_full_cost) == ("3.99", "3.99", "3.00")


def sheet_story(*, unsure: tuple[str, ...] = (), ordered: tuple[CreatorCost, ...] = ()) -> Stage:
    """7 May: a click on link 1 for 10,000.00 sells for 39,000.00; 8 May: one on link 2 for 200.00 sells nothing."""
    one = taken("2025-05-07 10:00", "c-1")
    two = taken("2025-05-08 10:00", "c-2", note="note-2", link="link-2", creator="creator-2")
    three = taken("2025-05-08 11:00", "c-3", line="ud")
    return Stage(
        one,
        two,
        three,
        pay("2025-05-07 11:00", "o-1-1", 39_000_00, "c-1"),
        charges=[charge(one, 10_000_00), charge(two, 200_00), charge(three, 300_00, line="ud")],
        ordered=ordered,
        unsure=unsure,
    )


def texts_of(sheet: CostSheet) -> dict[str, str]:
    return {figure.name: figure.text for figure in sheet.figures()}


TENANT = TenantId("tenant-a")


def test_both_rois_stand_beside_each_other_with_all_their_parts_by_whole_note_and_day() -> None:
    sheet = sheet_story(ordered=(order("note-1", 2_700_00), order(None, 30_00, 21))).insight.costs(TENANT, MAY)
    assert texts_of(sheet) == {
        "gmv_gross": "39,000.00", "spend_cid": "10,200.00", "spend_ud": "300.00", "shutiao_spend": "—",
        "ads_cost": "10,500.00", "creator_fee": "2,730.00", "pgy_service_fee": "273.00", "full_cost": "13,503.00",
        "roi_ads": "3.71", "roi_full_cost": "2.89",
    }  # fmt: skip
    first, second = sheet.notes
    assert [one.text for one in first.figures()] == [
        "39,000.00", "10,300.00", "2,700.00", "270.00", "13,270.00", "3.79", "2.94",
    ]  # fmt: skip
    # Nobody told what the creator of note 2 cost: its full cost is no 200.00.
    assert [one.text for one in second.figures()] == ["0.00", "200.00", "—", "—", "—", "0.00", "—"]
    # What is of no note is in the whole alone; and what was paid on 20 May is in no day's ROI.
    days = {row.day.day: [one.text for one in row.figures()] for row in sheet.days}
    assert days[7] == ["39,000.00", "10,000.00", "0.00", "10,000.00", "3.90", "—", "—"]
    assert days[8] == ["0.00", "200.00", "300.00", "500.00", "0.00", "—", "—"]
    assert days[20] == ["0.00", "0.00", "0.00", "0.00", "—", "2,700.00", "270.00"]
    assert sum(row.ads.numerator or 0 for row in sheet.days) == sum(row.ads.numerator or 0 for row in sheet.notes)
    said = " ".join(one.en for one in sheet.words)
    assert "ROI on ads = gross GMV ¥39000.00 ÷ ads ¥10500.00" in said
    assert "For 1 of the notes with ads nobody told what the creator cost" in said
    assert "Alibaba's report alone" in said
    assert (sheet.own_fen, sheet.coinvested_fen) == (10_200_00, 0)


def test_a_full_cost_that_nobody_told_of_is_a_dash_and_never_the_ads_alone() -> None:
    sheet = sheet_story().insight.costs(TENANT, MAY)
    told = texts_of(sheet)
    assert (told["roi_ads"], told["roi_full_cost"], told["full_cost"]) == ("3.71", "—", "—")
    assert "unknown" in " ".join(one.en for one in sheet.words)


def test_where_an_offset_cuts_what_impressions_cost_no_ratio_over_it_is_a_number() -> None:
    """Link 1's day had some impressions charged in a piece of the log that the moment cuts."""
    stage = sheet_story(unsure=("link-1",), ordered=(order("note-1", 2_700_00), order("note-2", 1_00)))
    sheet = stage.insight.costs(TENANT, MAY)
    told = texts_of(sheet)
    unknown = {"spend_cid", "ads_cost", "full_cost", "roi_ads", "roi_full_cost", "shutiao_spend", "spend_ud"}
    assert {name for name, text in told.items() if text == "—"} == unknown
    by_note = {row.note: [row.ads.text, row.full.text, row.roi_ads.text, row.roi_full.text] for row in sheet.notes}
    assert by_note == {"note-1": ["—"] * 4, "note-2": ["200.00", "201.10", "0.00", "0.00"]}
    assert (sheet.own_fen, sheet.coinvested_fen) == (None, None)
    assert "cuts a piece of the log" in " ".join(one.en for one in sheet.words)
    page = stage.insight.overview(TENANT, query("2025-05-01", "2025-05-31", scope="all"))
    assert [one.text for one in (page.spend, page.roi_gross, page.roi_net, page.cpuv)] == ["—"] * 4
    assert {point.day.day: point.spend_fen for point in page.series}[7] is None
    report = stage.insight.city_report()
    assert (report["spend_fen"], report["roi_gross"], report["gmv_fen"]) == (None, None, 39_000_00)


def test_a_report_prints_both_rois_and_one_pinned_before_there_were_costs_prints_as_it_did() -> None:
    stage = sheet_story(ordered=(order("note-1", 2_700_00, 8),))
    city = stage.insight.city_report()
    text = render_report(city)
    assert re.search(r"投流ROI ROI on ads +3\.71\* +roi_ads\.v1#", text)
    assert re.search(r"全成本ROI ROI on full cost +2\.90\* +roi_full_cost\.v1#", text)
    mine = stage.insight.merchant_report(TENANT, MerchantId("merchant-a"))
    paper = markdown_of(mine)
    assert "| 投流ROI ROI on ads | 3.71* | roi_ads.v1#" in paper
    assert "| 冲正 given back | 0.00 |" in paper
    old = Pin(
        pin=1,
        position=3,
        at_ms=0,
        from_day=MAY.from_day,
        to_day=MAY.to_day,
        definitions={},
        reports={},
        made_by="0.3.0",
    )
    assert as_pinned(old, city) == {key: value for key, value in city.items() if key != "costs"}
    assert "costs and return" not in render_report(as_pinned(old, city))
    assert "Costs and return" not in markdown_of(as_pinned(old, mine))
    assert as_pinned(msgspec.structs.replace(old, pin=2), city) == city


FEN = st.integers(0, 10**12)


@given(parts=st.lists(FEN, max_size=4), own=FEN, gmv=st.none() | FEN)
def test_a_ratio_is_the_exact_quotient_rounded_once_or_unknown(parts: list[int], own: int, gmv: int | None) -> None:
    others = [Funded(funder=f"f{n}", amount_fen=fen) for n, fen in enumerate(parts)]
    funding = Funding(merchant=M1, from_ms=0, to_ms=1, parts=(Funded(funder="merchant", amount_fen=own), *others))
    costs: Sequence[TrueCost] = ()
    roi = funding_roi(funding, gmv, costs)
    assert (roi.own_fen, roi.matched_fen, roi.total_fen) == (own, sum(parts), own + sum(parts))
    for text, cost in ((roi.roi_own, own), (roi.roi_total, own + sum(parts))):
        if gmv is None or not cost:
            assert text is None
        else:
            assert text is not None
            assert abs(Fraction(text) - Fraction(gmv, cost)) <= Fraction(1, 200)
    assert multiple(1, None) is None
