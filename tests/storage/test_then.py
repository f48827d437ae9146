"""Charges and links as they were: what later events and later links bring is not in a report about the past."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.budgeted import Agreed, logged, server, shown
from billing.budgeted import click as jump
from billing.test_coinvest import founded
from billing.test_cpm import by_shown
from hongmao.billing.budgets import PlacedTerms
from hongmao.billing.contracts import Charge
from hongmao.kernel.ids import MerchantId, TenantId
from hongmao.kernel.time import DAY_MS, HOUR_MS, Window
from hongmao.storage.billing import SqlBillingStore
from hongmao.storage.charges_table import charges_table
from hongmao.storage.charges_then import CHARGES_TABLE, SqlBillingStoreThen, between_pieces
from hongmao.storage.links_then import SqlLinkStoreThen
from insight.stage import MemoryTables, click
from storage.opened import ALLIANCE_DAY, ROOT, house
from storage.test_stores import found

EVER = Window(0, 2**50)
T1, M1 = TenantId("t1"), MerchantId("m1")


def charge(number: int, tenant: str, hours: int, amount_fen: int) -> Charge:
    return Charge(
        event_id=f"clk:c-{number}",
        click_id=f"c-{number}",
        link=f"link-{number % 2}",
        impression=None,
        tenant=TenantId(tenant),
        merchant=MerchantId(f"merchant-{tenant}") if number % 3 else None,
        note="note-1",
        line="cid",
        funder="merchant" if amount_fen else None,
        at_ms=ALLIANCE_DAY + hours * HOUR_MS,
        amount_fen=amount_fen,
        reason=None if amount_fen else "unfunded",
    )


@settings(max_examples=8)
@given(
    drawn=st.lists(st.tuples(st.sampled_from(["t1", "t2"]), st.integers(0, 60), st.integers(0, 300)), max_size=8),
    known=st.integers(0, 8),
)
def test_sums_are_over_the_clicks_that_were_known_and_equal_the_stores_where_all_are(
    drawn: list[tuple[str, int, int]], known: int
) -> None:
    charges = [charge(number, *rest) for number, rest in enumerate(drawn)]
    with house() as city:
        store = SqlBillingStore(city.database)
        with store.begin() as work:
            work.add(charges)
        for count in (known, len(charges)):
            tables = MemoryTables([click(one.at_ms, one.click_id) for one in charges[:count]])
            tables.publish(CHARGES_TABLE, charges_table(city.database))
            then = SqlBillingStoreThen(city.database, tables, count)
            for tenant, window in ((None, EVER), (TenantId("t1"), Window(ALLIANCE_DAY, ALLIANCE_DAY + DAY_MS))):
                told = then.spend(tenant, window)
                mine = [
                    one
                    for one in charges[:count]
                    if tenant in (None, one.tenant) and window.contains(one.at_ms) and one.amount_fen
                ]
                assert sum(one.amount_fen for one in told) == sum(one.amount_fen for one in mine)
                assert sum(one.clicks for one in told) == len(mine)
                if count == len(charges):
                    assert sorted(told, key=repr) == sorted(store.spend(tenant, window), key=repr)


def test_links_are_those_that_had_been_made() -> None:
    with house() as city:
        found(city, {"a": "t1", "b": "t2"})
        mine = TenantId("t1")
        assert [link.id for link in SqlLinkStoreThen(city.database, ALLIANCE_DAY).of_tenant(mine)] == ["l-a"]
        assert SqlLinkStoreThen(city.database, ALLIANCE_DAY - 1).of_tenant(mine) == []


@settings(max_examples=6)
@given(cuts=st.lists(st.integers(1, 59), max_size=4), budget_fen=st.none() | st.integers(1, 80))
def test_what_impressions_had_cost_is_exact_at_the_edges_of_pieces_and_unknown_within_one(
    cuts: list[int], budget_fen: int | None
) -> None:
    """Sixty acts of two links, one paid by impressions at 2.50 each thousand; a report as of any offset from 0 to 60."""
    log = logged([jump(n, 5, link="l2") if n % 7 == 0 else shown(n) for n in range(1, 61)])
    edges = [0, *sorted(set(cuts)), 60]
    with house() as city:
        city.catalog.add_merchant(city.tenant("t1"), name="商家", id="m1")
        agreed = Agreed({"l1": by_shown(2_500, budget_fen=budget_fen), "l2": PlacedTerms(campaign=8, account=1)})
        billing = server(city.database, agreed, 0)
        billing.top_up(ROOT, M1, "cid", 10**5, "k")
        cost_at: dict[int, int] = {0: 0}
        for first, end in itertools.pairwise(edges):
            billing.absorb(log[first:end])
            cost_at[end] = sum(one.billed_fen for one in billing.shown_days(T1, 0, 10**6))
        tables = MemoryTables([one.event for one in log])
        tables.publish(CHARGES_TABLE, charges_table(city.database))
        for until in range(61):
            then = SqlBillingStoreThen(city.database, tables, until)
            mine = [one for one in then.spend(T1, EVER) if one.link == "l1"]
            told = None if any(one.unknown for one in mine) else sum(one.amount_fen for one in mine)
            below, above = max(e for e in cost_at if e <= until), min(e for e in cost_at if e >= until)
            if until in cost_at:
                assert told == cost_at[until]
            elif told is not None:  # an offset in a piece, before or behind all that cost something in it
                assert told in {cost_at[below], cost_at[above]}
            assert (then.funded(T1, M1, Window(ALLIANCE_DAY - DAY_MS, EVER.end_ms)) is None) == bool(mine)
            stepped = between_pieces(city.database, until)
            assert below <= stepped <= until
            at_edge = SqlBillingStoreThen(city.database, tables, stepped).spend(T1, EVER)
            assert not [one for one in at_edge if one.unknown]
            assert (stepped == until) == (told is not None)


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_money_of_impressions_is_the_merchants_own_also_where_it_came_after_the_month_was_closed(engine: str) -> None:
    """7 May: 400 impressions at 40.00 each thousand are 16.00. May is closed; another one of 7 May comes, for 0.04."""
    with house(engine) as city:
        city.catalog.add_merchant(city.tenant("t1"), name="商家", id="m1")
        billing = server(city.database, Agreed({"l1": by_shown(4_000)}), 0)
        billing.grant(ROOT, M1, "rebate", 6_00, "g")
        billing.top_up(ROOT, M1, "cid", 100_00, "k")
        billing.absorb(logged([shown(n) for n in range(1, 401)]))
        june = Window.of_day(date(2025, 6, 1)).start_ms
        morning = Window.of_day(date(2025, 5, 7)).start_ms
        week = Window(morning, morning + 7 * DAY_MS)
        assert {one.funder: one.amount_fen for one in billing.paid_by(T1, week) or ()} == {
            "community": 6_00,
            "merchant": 10_00,
        }
        city.clock.advance(26 * DAY_MS)
        city.ledger.close_period("2025-05", june, "ops")
        billing.absorb(logged([shown(401)], start=401))
        assert sum(one.amount_fen for one in billing.spend(T1, week)) == 16_04
        assert {one.funder: one.amount_fen for one in billing.paid_by(T1, week, M1) or ()} == {
            "community": 6_00, "merchant": 10_04,
        }  # fmt: skip
        funding = billing.funding(ROOT, M1, week.start_ms, week.end_ms)
        assert (funding.own_fen, funding.total_fen) == (10_04, 16_04)
        assert billing.paid_by(T1, Window(june, june + DAY_MS)) == []
        assert billing.paid_by(TenantId("t2"), week) == []


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_as_of_an_instant_only_orders_paid_out_and_credits_given_by_then_are_told(engine: str) -> None:
    with house(engine) as city:
        city.catalog.add_merchant(city.tenant("t1"), name="商家", id="m1")
        city.catalog.add_creator(ROOT, name="达人", bio="", id="c1")
        city.billing.top_up(ROOT, M1, "creator", 1_000_00, "kc")
        city.billing.top_up(ROOT, M1, "cid", 1_000_00, "k")
        city.billing.absorb(logged([jump(1, 2_00), jump(2, 3_00)]))
        city.billing.creators.place(ROOT, M1, "o", creator="c1", price_fen=300_00)
        before_ms = city.clock.now_ms()
        city.clock.advance(HOUR_MS)
        city.billing.creators.release(ROOT, M1, "o")
        city.billing.credits.give(ROOT, ["e-1"], "mistake")
        tables = MemoryTables([])
        known = []
        for at_ms in (before_ms, city.clock.now_ms()):
            beside = SqlBillingStoreThen(city.database, tables, 2, at_ms).beside
            known.append((
                sum(one.price_fen + one.fee_fen for one in beside.creator_costs(T1, EVER)),
                sum(one.amount_fen for one in beside.credited(T1, EVER)),
            ))  # fmt: skip
        assert known == [(0, 0), (330_00, 2_00)]


def test_whose_money_the_known_clicks_were_is_told_as_of_an_offset() -> None:
    """Three clicks of 13.00 each, 3.00 of each matched by a programme; as of the second, two of them."""
    with house() as city:
        founded(city)
        city.billing.top_up(ROOT, M1, "cid", 1_000_00, "k")
        city.billing.coinvest.join(ROOT, "p", M1)
        clicks = [jump(n, 13_00) for n in range(1, 4)]
        city.billing.absorb(logged(clicks))
        for count in (0, 2, 3):
            tables = MemoryTables(clicks[:count])
            tables.publish(CHARGES_TABLE, charges_table(city.database))
            then = SqlBillingStoreThen(city.database, tables, count)
            told = [(one.funder, one.amount_fen, one.coinvested_fen) for one in then.funded(T1, M1, EVER) or ()]
            assert told == ([("alibaba", count * 3_00, count * 3_00), ("merchant", count * 10_00, 0)] if count else [])
            if count == len(clicks):
                assert then.funded(None, None, EVER) == SqlBillingStore(city.database).funded(T1, None, EVER)
        assert then.funded(TenantId("t2"), None, EVER) == []
