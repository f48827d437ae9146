"""From the buyer's purchase to our rows, by Vipshop's export and by its call; both say the same."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from hongmao.platforms.api import FileFormat, FileHead, LinkWanted, Row
from hongmao.platforms.vip import files
from hongmao.platforms.vip.client import export_call
from hongmao.platforms.vip.links import VipLinks
from hongmao.platforms.vip.platform import VIP
from hongmao.platforms.vip.pulls import ORDERS
from platforms.gatehouse import ITEM, OTHER_ITEM, SHOP, THIRD_ITEM, account_of, latest, ms, of_kind, total_fen, words

if TYPE_CHECKING:
    from platforms.gatehouse import Gatehouse

FORMATS: dict[str, FileFormat] = {"orders": files.ORDERS, "visits": files.VISITS}


def export(market: Gatehouse, name: str = "orders", day: str = "2025-05-07") -> list[dict[str, str]]:
    """Download a day's export and give its rows by field name, as the importer does."""
    now_ms = market.front.clock.now_ms()
    reply = market.caller.call(export_call(market.account, name, day, now_ms=now_ms))
    assert reply.headers["content-type"] == "text/csv; charset=gb18030"
    wanted = FORMATS[name]
    names = {head: field for field, heads in wanted.aliases.items() for head in heads}
    table = csv.reader(io.StringIO(reply.body.decode("gb18030")))
    heads = [names[head] for head in next(table)]
    assert set(wanted.required) <= set(heads)
    return [dict(zip(heads, row, strict=True)) for row in table]


def imported(market: Gatehouse, name: str = "orders", day: str = "2025-05-07") -> list[Any]:
    wanted = FORMATS[name]
    head = FileHead(name=f"{name}.csv", snapshot_ms=market.front.clock.now_ms())
    found: list[Any] = []
    for place, row in enumerate(export(market, name, day), start=2):
        found += wanted.read(row, place=f"row {place}", head=head, account=market.account)
    return found


@pytest.fixture
def called(market: Gatehouse) -> Gatehouse:
    """The same marketplace, for an account that may ask the union."""
    market.account = account_of("vip", orders="call")
    return market


def test_an_order_of_three_goods_is_three_conversions(market: Gatehouse) -> None:
    order = market.buy("c-1", f"{ITEM}:1,{OTHER_ITEM}:2,{THIRD_ITEM}:1")
    market.later()
    pays = of_kind(imported(market), "pay")
    assert {row.sub_order_id: row.amount_fen for row in pays} == {
        f"{order}.{ITEM}": 29_900,
        f"{order}.{OTHER_ITEM}": 19_800,
        f"{order}.{THIRD_ITEM}": 1_234,
    }
    assert {(row.order_id, row.click_id, row.click_by, row.platform_shop_id) for row in pays} == {
        (order, "c-1", "sync", SHOP)
    }


def test_the_export_ends_with_a_total_row_that_no_fact_is_made_of(market: Gatehouse) -> None:
    market.buy("c-1", f"{ITEM}:1,{OTHER_ITEM}:1")
    market.later()
    assert export(market)[-1]["order_sn"] == "合计2条记录"
    assert words(imported(market)) == ["order", "pay"] * 2


def test_a_line_from_order_to_settlement(market: Gatehouse) -> None:
    order = market.buy("c-1", pay=False)
    market.later()
    assert words(imported(market)) == ["order"]
    market.at("2025-05-07T10:20:00")
    market.front.do(f"/order/{order}/pay")
    market.later()
    assert words(imported(market)) == ["order", "pay"]
    market.at("2025-05-08T09:00:00")
    market.receive(order)
    market.later()
    assert words(imported(market)) == []
    assert words(imported(market, day="2025-05-08")) == ["order", "pay", "receive"]
    market.later(130)
    rows = imported(market, day="2025-05-08")
    assert {row.kind.value: row.occurred_at_ms for row in rows} == {
        "order": ms("2025-05-07T10:00:00"),
        "pay": ms("2025-05-07T10:20:00"),
        "receive": ms("2025-05-08T09:00:00"),
        "settle": ms("2025-05-08T11:00:00"),
    }
    assert (rows[-1].amount_fen, rows[-1].commission_fen) == (29_900, 1_794)


def test_a_part_goes_back_and_then_the_rest(market: Gatehouse) -> None:
    order = market.buy("c-1", f"{ITEM}:1,{OTHER_ITEM}:1")
    market.later()
    market.refund(order, 1, 5_000)
    market.later()
    rows = imported(market)
    assert [(row.refund_id, row.amount_fen) for row in of_kind(rows, "refund")] == [(f"{order}.{ITEM}.returned", 5_000)]
    market.refund(order, 1, 24_900)
    market.later()
    rows += imported(market)
    assert {row.amount_fen for row in latest(rows, "refund").values()} == {29_900}
    assert total_fen(rows, "pay") - total_fen(rows, "refund") == 9_900


def test_the_call_says_what_the_export_says(called: Gatehouse) -> None:
    """All but the moment of payment, which only the export has."""
    first = called.buy("c-1", f"{ITEM}:1,{OTHER_ITEM}:2")
    second = called.buy("c-2", f"{THIRD_ITEM}:3")
    called.receive(second)
    called.later(5)
    called.refund(first, 1, 29_900)
    called.refund(second, 1, 200)
    called.later(200)
    by_call, by_file = called.pull(ORDERS, hours=5), imported(called)

    def told(rows: list[Any]) -> set[tuple[object, ...]]:
        return {
            (row.kind, row.sub_order_id, row.refund_id, row.amount_fen, row.commission_fen, row.click_id)
            for row in rows
        }

    assert told(by_call) == told(by_file)
    assert total_fen(by_call, "refund") == 30_100


def test_an_account_that_imports_files_asks_nothing(market: Gatehouse) -> None:
    market.buy("c-1")
    market.later()
    assert market.pull(ORDERS) == []
    assert market.caller.calls == []


def test_visits_come_by_an_export_of_their_own(market: Gatehouse) -> None:
    market.front.get(f"/item/{ITEM}?clickid=c-1")
    market.front.do(f"/item/{ITEM}/cart", quantity="1")
    market.later()
    rows = imported(market, "visits")
    assert words(rows) == ["open", "visit", "cart"]
    assert [(row.click_id, row.new_visitor) for row in rows] == [("c-1", None), ("c-1", True), ("c-1", None)]


def test_what_becomes_known_late_stands_in_a_later_export_of_the_same_day(market: Gatehouse) -> None:
    market.weather(late_ms=[600_000, 600_000])
    market.front.get(f"/item/{ITEM}?clickid=c-1")
    market.later(5)
    assert imported(market, "visits") == []
    market.later(10)
    assert words(imported(market, "visits")) == ["open", "visit"]


def test_a_link_made_by_the_union_keeps_a_place_for_the_click(market: Gatehouse) -> None:
    page = "https://detail.vip.com/detail-1-7.html?q=%E7%BA%A2"
    wanted = LinkWanted(page_url=page, platform_shop_id=SHOP, platform_item_id=ITEM, line="cid")
    made = VipLinks().make(wanted, market.account, market.caller, now_ms=market.front.clock.now_ms())
    assert made.fallback_url.startswith(page)
    assert made.monitor_ref is not None
    assert made.monitor_ref.startswith("adp:default_pid:")
    for address in (made.fallback_url, made.deeplink, made.universal_link):
        assert address is not None
        assert address.startswith(tuple(VIP.link_prefixes))
        assert "clickid=c-7" in unquote(unquote(unquote(address.replace("__CLICK_ID__", "c-7"))))
    assert market.front.control("notebook/vip/links")["notes"]


def test_a_fact_of_the_file_is_the_same_when_the_file_comes_again(market: Gatehouse) -> None:
    order = market.buy("c-1")
    market.receive(order)
    market.refund(order, 1, 100)
    market.later()
    first = imported(market)
    market.later(180)
    later = {(row.kind, row.version) for row in imported(market) if isinstance(row, Row)}
    assert {(row.kind, row.version) for row in first} < later
