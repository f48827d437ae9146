"""Whose money it was and what came back: own money, matched money, and the true cost with creators in it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from billing.test_coinvest import M1, click, founded, logged
from hongmao.billing.api import CreatorCost, Funded, Funding
from hongmao.insight.api import Sight
from hongmao.insight.funding import funding_roi, multiple
from hongmao.kernel.ids import MerchantId, NoteId, TenantId
from hongmao.kernel.time import DAY_MS
from insight.stage import Stage, cell, charge, pay, query
from insight.stage import click as taken
from storage.opened import ALLIANCE_DAY, ROOT, house

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.billing.api import TrueCost

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
