"""Charges and links as they were: what later events and later links bring is not in a report about the past."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hongmao.billing.contracts import Charge
from hongmao.kernel.ids import MerchantId, TenantId
from hongmao.kernel.time import DAY_MS, HOUR_MS, Window
from hongmao.storage.billing import SqlBillingStore
from hongmao.storage.charges_table import charges_table
from hongmao.storage.charges_then import CHARGES_TABLE, SqlBillingStoreThen
from hongmao.storage.links_then import SqlLinkStoreThen
from insight.stage import MemoryTables, click
from storage.opened import ALLIANCE_DAY, house
from storage.test_stores import found

EVER = Window(0, 2**50)


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
            then = SqlBillingStoreThen(city.database, tables)
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
