"""The client against the gateway in one process: what was bought is told, whatever the weather; no forgery is answered."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from hongmao.kernel.time import Window, instant
from hongmao.platforms.api import Call, Kind, PullRefused, PullThrottled, PullUnreadable, Reply, Row, RowProblem
from hongmao.platforms.xhs import goods, pulls
from hongmao.platforms.xhs.client import ITEMS_V1, ArkKey, ark_call, ark_v1_call, read_answer
from hongmao.platforms.xhs.pulls import AfterSaleSource, OrderSource, VisitSource
from platforms.xhs.arkshop import SECRET, account

if TYPE_CHECKING:
    from platforms.xhs.arkshop import ArkShop

ORDERS, AFTER_SALES, VISITS = OrderSource(), AfterSaleSource(), VisitSource()


def rows_of(found: list[Any]) -> list[Row]:
    rows = [one for one in found if isinstance(one, Row)]
    assert len(rows) == len(found), found
    return rows


def facts(found: list[Any]) -> list[tuple[str, str | None, int | None]]:
    return sorted((row.kind.value, row.sub_order_id, row.amount_fen) for row in rows_of(found))


def test_an_order_is_told_placed_then_received_then_refunded_each_once(ark: ArkShop) -> None:
    # 7 May, 10:05: she comes by a click and buys a pot and two filters.
    ark.at("2025-05-07T10:05:00+08:00")
    order_id = ark.buy("xi-1:1", "xi-2:2")
    ark.at("2025-05-07T10:20:00+08:00")
    first = rows_of(ark.pull(ORDERS, ark.last()))
    assert facts(list(first)) == [
        ("order", f"{order_id}:xi-1-sku", 29_900),
        ("order", f"{order_id}:xi-2-sku", 19_800),
        ("pay", f"{order_id}:xi-1-sku", 29_900),
        ("pay", f"{order_id}:xi-2-sku", 19_800),
    ]
    assert {row.click_id for row in first} == {"c-7f3a"}
    assert {row.platform_shop_id for row in first} == {"xs-1"}
    assert {row.occurred_at_ms for row in first} == {instant("2025-05-07T10:05:00+08:00")}
    assert {row.quantity for row in first if row.platform_pay_item_id == "xi-2"} == {2}
    # 9 May: she confirms receipt. The facts come again with a higher version, and one is new.
    ark.at("2025-05-09T09:00:00+08:00")
    ark.do(f"/order/{order_id}/receive")
    ark.at("2025-05-09T09:10:00+08:00")
    second = rows_of(ark.pull(ORDERS, ark.last()))
    assert {row.kind for row in second} == {Kind.ORDER, Kind.PAY, Kind.RECEIVE}
    assert min(row.version for row in second) > max(row.version for row in first)
    # 10 May: half of one filter's price goes back.
    ark.at("2025-05-10T12:00:00+08:00")
    sub = f"{order_id}-2"
    ark.do(f"/order/{order_id}/refund", sub_order_id=sub, amount_yuan="99.01")
    ark.at("2025-05-10T12:10:00+08:00")
    [refund] = rows_of(ark.pull(AFTER_SALES, ark.last()))
    assert (refund.kind, refund.amount_fen, refund.sub_order_id) == (Kind.REFUND, 9_901, f"{order_id}:xi-2-sku")
    assert refund.refund_id
    assert refund.occurred_at_ms == instant("2025-05-10T12:00:00+08:00")
    assert refund.click_id == "c-7f3a"


def test_a_second_pull_of_what_did_not_change_says_the_same(ark: ArkShop) -> None:
    ark.at("2025-05-07T10:05:00+08:00")
    ark.buy("xi-1:1")
    ark.at("2025-05-07T10:20:00+08:00")
    span = ark.last()
    first = ark.pull(ORDERS, span)
    ark.at("2025-05-07T11:20:00+08:00")
    assert ark.pull(ORDERS, span) == first


def test_a_presale_is_told_by_its_balance_and_stands_alone(ark: ArkShop) -> None:
    ark.at("2025-05-26T20:00:00+08:00")
    order_id = ark.buy("xi-3:1", "xi-1:1")
    ark.at("2025-05-26T20:10:00+08:00")
    assert facts(ark.pull(ORDERS, ark.last())) == [
        ("order", f"{order_id}-1:xi-3-sku", 50_000),
        ("order", f"{order_id}:xi-1-sku", 29_900),
        ("pay", f"{order_id}:xi-1-sku", 29_900),
    ]
    ark.at("2025-06-18T00:05:00+08:00")
    ark.do(f"/order/{order_id}/balance")
    ark.at("2025-06-18T00:10:00+08:00")
    [balance] = [row for row in rows_of(ark.pull(ORDERS, ark.last())) if row.kind is Kind.PRESALE_BALANCE]
    assert (balance.amount_fen, balance.deposit_fen) == (45_000, 5_000)


def test_another_shops_orders_are_not_told(ark: ArkShop) -> None:
    ark.at("2025-05-07T10:05:00+08:00")
    theirs = ark.buy("xi-9:1")
    ark.at("2025-05-07T10:20:00+08:00")
    assert ark.pull(ORDERS, ark.last()) == []
    call = ark_call(ArkKey.of(account()), "order.getOrderDetail", {"orderId": theirs}, now_ms=ark.now_ms())
    assert getattr(read_answer(ark.call(call)), "answer", None) == "error_code -2000101"


def test_visits_are_told_only_where_a_method_is_named(ark: ArkShop) -> None:
    ark.at("2025-05-07T10:05:00+08:00")
    ark.look("/item/xi-1?click_id=c-7f3a")
    ark.at("2025-05-07T10:20:00+08:00")
    span = ark.last()
    kinds = [(row.kind, row.click_id, row.new_visitor) for row in rows_of(ark.pull(VISITS, span))]
    assert (Kind.VISIT, "c-7f3a", True) in kinds
    before = len(ark.calls)
    page = VISITS.page(account(visits_method=""), span, None, ark, now_ms=ark.now_ms())
    assert (list(page.rows), page.next_token, len(ark.calls)) == ([], None, before)


def many_orders(ark: ArkShop, count: int = 7) -> tuple[Window, set[str]]:
    ids = set()
    for minute in range(count):
        ark.at(f"2025-05-07T10:{minute:02d}:00+08:00")
        ids.add(ark.buy("xi-2:1"))
    ark.at("2025-05-07T10:29:00+08:00")
    return Window(instant("2025-05-07T10:00:00+08:00"), instant("2025-05-07T10:29:00+08:00")), ids


def test_pages_are_read_from_the_last_to_the_first(ark: ArkShop) -> None:
    ark.page_size = "2"
    span, ids = many_orders(ark)
    rows = rows_of(ark.pull(ORDERS, span))
    assert {row.order_id for row in rows} == ids
    assert len(rows) == 2 * len(ids)
    asked = [msgspec.json.decode(call.body) for call in ark.calls]
    listed = [one["pageNo"] for one in asked if one["method"] == "order.getOrderList"]
    assert listed == [1, 4, 3, 2, 1]


def test_an_order_that_changes_in_mid_scan_is_not_lost(ark: ArkShop) -> None:
    """It leaves the window that is being read, and nothing else slides past the reader."""
    ark.page_size = "2"
    span, ids = many_orders(ark)
    seen: set[str | None] = set()
    page = ark.page(ORDERS, span)
    page = ark.page(ORDERS, span, page.next_token)
    seen |= {row.order_id for row in page.rows}
    ark.clock.advance(60_000)
    ark.do("/order/o-5/receive")
    token = page.next_token
    while token is not None:
        page = ark.page(ORDERS, span, token)
        seen |= {row.order_id for row in page.rows}
        token = page.next_token
    assert seen == ids - {"o-5"}
    ark.clock.advance(10 * 60_000)
    later = Window(span.end_ms - pulls.LIMITS.overlap_ms, ark.now_ms())
    assert "o-5" in {row.order_id for row in rows_of(ark.pull(ORDERS, later))}


@pytest.mark.parametrize(
    ("weather", "error"),
    [
        ({"missing_page_share": 1.0}, PullUnreadable),
        ({"repeat_page_share": 1.0}, PullUnreadable),
        ({"error_share": 1.0}, PullUnreadable),
    ],
)
def test_a_fault_is_noticed_and_the_same_page_then_comes(
    ark: ArkShop, weather: dict[str, float], error: type[Exception]
) -> None:
    ark.page_size = "2"
    span, ids = many_orders(ark)
    ark.weather(**weather)
    seen: set[str | None] = set()
    faults, token = 0, None
    for _ in range(60):
        try:
            page = ark.page(ORDERS, span, token)
        except error:
            faults += 1
            continue
        seen |= {row.order_id for row in page.rows}
        token = page.next_token
        if token is None:
            break
    assert faults > 0
    assert seen == ids


def test_too_many_calls_are_throttled_and_go_on_in_the_next_minute(ark: ArkShop) -> None:
    span, ids = many_orders(ark, 1)
    ark.weather(per_minute_max=1)
    with pytest.raises(PullThrottled) as told:
        ark.page(ORDERS, span)
    assert told.value.params["answer"] == "error_code -9013"
    ark.weather()
    ark.clock.advance(60_000)
    assert {row.order_id for row in rows_of(ark.pull(ORDERS, span))} == ids


def test_a_gateway_that_is_down_loses_nothing(ark: ArkShop) -> None:
    span, ids = many_orders(ark, 2)
    ark.weather(down_from_ms=ark.now_ms(), down_until_ms=ark.now_ms() + 50 * 60_000)
    with pytest.raises(PullUnreadable):
        ark.page(ORDERS, span)
    ark.clock.advance(50 * 60_000)
    assert {row.order_id for row in rows_of(ark.pull(ORDERS, span))} == ids


def test_what_is_known_late_is_told_when_it_is_known(ark: ArkShop) -> None:
    ark.weather(late_ms=[3_600_000, 3_600_000])
    ark.at("2025-05-07T10:05:00+08:00")
    order_id = ark.buy("xi-1:1")
    ark.at("2025-05-07T10:20:00+08:00")
    assert ark.pull(ORDERS, ark.last()) == []
    ark.at("2025-05-07T11:15:00+08:00")
    rows = rows_of(ark.pull(ORDERS, ark.last()))
    assert {row.order_id for row in rows} == {order_id}
    assert {row.occurred_at_ms for row in rows} == {instant("2025-05-07T10:05:00+08:00")}


SIGNED = ("method", "appId", "timestamp", "version", "sign")


@pytest.mark.parametrize("name", SIGNED)
def test_ABUSE_6_a_changed_signed_parameter_is_refused(ark: ArkShop, name: str) -> None:
    asked = {"startTime": 1, "endTime": 2, "timeType": 2}
    call = ark_call(ArkKey.of(account()), "order.getOrderList", asked, now_ms=ark.now_ms())
    body = msgspec.json.decode(call.body)
    assert "answer" not in dir(read_answer(ark.call(call)))
    body[name] = body[name][:-1] + ("0" if body[name][-1] != "0" else "1")
    answer = read_answer(ark.call(dataclasses.replace(call, body=msgspec.json.encode(body))))
    assert getattr(answer, "answer", None) == "error_code -9001"


@pytest.mark.parametrize("name", ["startTime", "pageSize"])
def test_what_is_asked_is_not_signed(ark: ArkShop, name: str) -> None:
    asked = {"startTime": 100, "endTime": 200, "timeType": 2, "pageNo": 1, "pageSize": 50}
    call = ark_call(ArkKey.of(account()), "order.getOrderList", asked, now_ms=ark.now_ms())
    body = msgspec.json.decode(call.body)
    body[name] -= 1
    answer = read_answer(ark.call(dataclasses.replace(call, body=msgspec.json.encode(body))))
    assert isinstance(answer, dict)


@pytest.mark.parametrize("late_s", [-601, 601])
def test_a_stale_or_future_timestamp_is_refused(ark: ArkShop, late_s: int) -> None:
    call = ark_call(ArkKey.of(account()), "order.getOrderList", {}, now_ms=ark.now_ms() + late_s * 1_000)
    assert getattr(read_answer(ark.call(call)), "answer", None) == "error_code -9002"


def test_the_wrong_secret_or_token_is_refused_and_stands_in_no_error(ark: ArkShop) -> None:
    wrong = dataclasses.replace(account(), secret=b"another-secret-of-nobody")
    for bad in (wrong, account(access_token="another-token-of-nobody")):
        with pytest.raises(PullRefused) as told:
            ORDERS.page(bad, ark.last(), None, ark, now_ms=ark.now_ms())
        said = f"{told.value} {told.value!r} {told.value.message('zh')}"
        assert SECRET not in said
        assert "of-nobody" not in said


@pytest.mark.parametrize("minutes", [31, 90])
def test_a_span_longer_than_half_an_hour_is_refused_by_the_gateway(ark: ArkShop, minutes: int) -> None:
    with pytest.raises(PullRefused) as told:
        ark.page(ORDERS, ark.last(minutes))
    assert told.value.params["answer"] == "error_code -2000400"


def test_items_are_listed_by_both_addresses_and_read_with_price_and_stock(ark: ArkShop) -> None:
    now_ms = ark.now_ms()
    listed = goods.list_items(account(), ark, now_ms=now_ms)
    assert sorted(listed.rows) == ["xi-1", "xi-2", "xi-3"]
    assert sorted(goods.list_items_v1(account(), ark, now_ms=now_ms).rows) == ["xi-1", "xi-2", "xi-3"]
    item = goods.get_item(account(), ark, "xi-1", now_ms=now_ms)
    assert (item.title, item.skus[0].price_fen, item.skus[0].sku_id) == ("手冲咖啡壶", 29_900, "xi-1-sku")
    assert item.in_stock == (item.skus[0].stock > 0)
    with pytest.raises(PullRefused):
        goods.get_item(account(), ark, "xi-9", now_ms=now_ms)


@pytest.mark.parametrize("name", ["app-key", "timestamp", "sign"])
def test_the_older_address_refuses_a_changed_header(ark: ArkShop, name: str) -> None:
    call = ark_v1_call(ArkKey.of(account()), ITEMS_V1, {"page_no": "1"}, now_ms=ark.now_ms())
    headers = {**call.headers, name: call.headers[name][:-1] + "9"}
    assert isinstance(read_answer(ark.call(call)), dict)
    assert getattr(read_answer(ark.call(dataclasses.replace(call, headers=headers))), "answer", "").startswith("error")


def test_the_older_address_refuses_a_changed_query(ark: ArkShop) -> None:
    call = ark_v1_call(ArkKey.of(account()), ITEMS_V1, {"page_no": "1"}, now_ms=ark.now_ms())
    changed = dataclasses.replace(call, url=call.url.replace("page_no=1", "page_no=2"))
    assert getattr(read_answer(ark.call(changed)), "answer", None) == "error_code -9001"


def test_LABEL_11_reviews_are_told_good_and_bad_alike_and_a_deleted_one_once_more_without_its_text(
    ark: ArkShop,
) -> None:
    for minute in range(40):
        ark.at(f"2025-05-07T10:{minute:02d}:00+08:00")
        order_id = ark.buy("xi-2:1")
        ark.do(f"/order/{order_id}/receive")
    ark.at("2025-05-20T10:00:00+08:00")
    listed = goods.list_reviews(account(), ark, since_ms=instant("2025-05-07T00:00:00+08:00"), now_ms=ark.now_ms())
    assert 10 < len(listed.rows) == listed.total
    assert min(review.rating for review in listed.rows) < 3 < max(review.rating for review in listed.rows)
    deleted = [review for review in listed.rows if review.deleted]
    assert deleted
    assert {review.text for review in deleted} == {""}
    # Asking only for what changed since gives the deletion, and not what was known before.
    last = max(review.changed_at_ms for review in listed.rows)
    again = goods.list_reviews(account(), ark, since_ms=last, now_ms=ark.now_ms())
    assert {review.changed_at_ms for review in again.rows} == {last}
    assert list(goods.list_reviews(account(), ark, since_ms=0, now_ms=ark.now_ms()).rows) == list(listed.rows)


def test_reviews_are_not_asked_for_where_no_method_is_named(ark: ArkShop) -> None:
    with pytest.raises(PullRefused):
        goods.list_reviews(account(reviews_method=""), ark, since_ms=0, now_ms=ark.now_ms())
    assert ark.calls == []


def test_tokens_are_granted_renewed_and_not_shown(ark: ArkShop) -> None:
    key = ArkKey.of(account())
    granted = goods.fetch_token(goods.token_call(key, "code-app-1", now_ms=ark.now_ms()), ark)
    assert granted.shop_id == "xs-1"
    assert granted.expires_at_ms > ark.now_ms()
    renewed = goods.fetch_token(goods.refresh_call(key, granted.refresh_token, now_ms=ark.now_ms()), ark)
    assert renewed.access_token == granted.access_token
    assert granted.access_token not in repr(granted)
    assert all(b"accessToken" not in call.body for call in ark.calls)
    with pytest.raises(PullRefused):
        goods.fetch_token(goods.token_call(key, "code-of-somebody", now_ms=ark.now_ms()), ark)


class Gone:
    """A caller to whose details the gateway says that there is no such thing, or whose list names nothing."""

    def __init__(self, ark: ArkShop, *, unnamed: bool = False) -> None:
        self._ark, self._unnamed = ark, unnamed

    def call(self, call: Call) -> Reply:
        asked = msgspec.json.decode(call.body)
        if asked["method"].startswith(("order.getOrderDetail", "afterSale.getAfterSaleInfo")):
            body = b'{"success":false,"error_code":-2000101,"error_msg":"","data":null}'
            return Reply(status=200, body=body)
        reply = self._ark.call(call)
        return Reply(status=200, body=reply.body.replace(b'"orderId"', b'"id"')) if self._unnamed else reply


@pytest.mark.parametrize(("unnamed", "code"), [(False, "not_found"), (True, "missing_field")])
def test_an_order_that_is_gone_does_not_hold_up_the_others(ark: ArkShop, *, unnamed: bool, code: str) -> None:
    span, ids = many_orders(ark, 3)
    rows = ORDERS.page(account(), span, None, Gone(ark, unnamed=unnamed), now_ms=ark.now_ms()).rows
    assert len(rows) == len(ids)
    assert {(row.code, row.place) for row in rows if isinstance(row, RowProblem)} == {(code, "orderId")}
