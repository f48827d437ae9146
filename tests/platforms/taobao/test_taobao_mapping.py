"""Taobao's rows in our words: each state, each time, each amount; what is wrong is named with its field and never raised."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.kernel.money import AMOUNT_FEN_MAX
from hongmao.platforms.api import Kind, Row, RowProblem
from hongmao.platforms.taobao.affiliate import settlement_rows
from hongmao.platforms.taobao.mapping import cart_rows, order_rows, visit_rows
from platforms.gatehouse import ms
from platforms.taobao.bazaar import kinds

ORDER: dict[str, Any] = {
    "seller_id": 880001,
    "seller_nick": "红枫小铺",
    "order_id": "3900001",
    "sub_order_id": "3900001001",
    "item_id": 600001,
    "pay_item_id": 600002,
    "order_status": 2,
    "order_create_time": "2025-05-07 10:05:00",
    "order_pay_time": "2025-05-07 10:06:30",
    "pay_fee": 29_900,
    "actual_pay_fee": 28_900,
    "buy_amount": 2,
    "syn_click_id": "AQKJTyUALn2D4Qqf",
    "is_ad_order": 1,
    "is_attr_by_others": 0,
    "commission_rate": "10",
    "commission_fee": 1_495,
}
CART: dict[str, Any] = {
    "seller_id": 880001,
    "order_id": "v-1",
    "sub_order_id": "v-1-1",
    "item_id": 600001,
    "conv_item_id": 600002,
    "conv_type": 2,
    "conv_time": "2025-05-07 10:04:00",
    "asyn_click_id": "c-1",
}
SETTLED: dict[str, Any] = {
    "trade_parent_id": "3900001",
    "trade_id": "3900001001",
    "tk_status": 3,
    "seller_nick": "红枫小铺",
    "item_id": "nXtQUotkQRC0tP-d2qOpq7TnymanG2vUn",
    "item_num": 2,
    "alipay_total_price": "299.00",
    "pay_price": "199.0000",
    "refund_tag": 1,
    "click_time": "2025-05-07 10:00:00",
    "tb_paid_time": "2025-05-07 10:06:30",
    "tk_earning_time": "2025-05-20 09:00:00",
    "modified_time": "2025-05-20 09:00:01",
    "platform_special_service_fee": "9.95",
    "untts": "U1",
}


def orders(**change: Any) -> list[Row | RowProblem]:
    return order_rows(json.dumps(ORDER | change).encode())


def settle(**change: Any) -> list[Row | RowProblem]:
    return settlement_rows(json.dumps(SETTLED | change).encode(), {"红枫小铺": "880001"}, refunds=True)


def only(rows: list[Row | RowProblem], kind: Kind) -> Row:
    [row] = [row for row in rows if isinstance(row, Row) and row.kind is kind]
    return row


def test_a_paid_row_in_our_words() -> None:
    paid = only(orders(), Kind.PAY)
    assert (paid.order_id, paid.sub_order_id, paid.platform_shop_id) == ("3900001", "3900001001", "880001")
    assert (paid.platform_item_id, paid.platform_pay_item_id) == ("600001", "600002")
    assert (paid.amount_fen, paid.quantity, paid.commission_fen) == (29_900, 2, 1_495)
    assert (paid.click_id, paid.click_by, paid.click_problem) == ("AQKJTyUALn2D4Qqf", "sync", None)
    assert (paid.claimed_elsewhere, paid.refund_id) == (False, None)
    assert paid.occurred_at_ms == ms("2025-05-07T10:06:30")
    assert json.loads(paid.raw) == ORDER


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"order_status": 1, "due_pay_fee": 29_900, "order_pay_time": None}, ["order"]),
        ({"order_status": 2}, ["order", "pay"]),
        ({"order_status": 2, "order_create_time": None}, ["pay"]),
        ({"order_status": 2, "presale_deposit_fee": 5_000, "pay_fee": 50_000, "remaining_payment_fee": 45_000},
         ["order", "presale_balance"]),
        ({"order_status": 3, "order_refund_fee": 100, "order_refund_time": "2025-05-09 08:00:00"},
         ["order", "pay", "refund"]),
        ({"order_status": 4, "presale_deposit_fee": 5_000, "order_pay_time": None}, ["order", "presale_deposit"]),
        ({"order_status": 5, "conv_time": "2025-05-09 08:00:00"}, ["order", "pay", "receive"]),
        ({"order_status": 5, "order_pay_time": None, "conv_time": "2025-05-09 08:00:00"}, ["order", "receive"]),
    ],
)  # fmt: skip
def test_each_state_proves_what_came_before_it(change: dict[str, Any], expected: list[str]) -> None:
    assert kinds(orders(**change)) == expected


@pytest.mark.parametrize("paid_fen", [45_000, 50_000])
def test_a_balance_is_the_balance_whether_the_deposit_is_counted_in_or_not(paid_fen: int) -> None:
    row = only(orders(presale_deposit_fee=5_000, pay_fee=paid_fen, remaining_payment_fee=45_000), Kind.PRESALE_BALANCE)
    assert (row.amount_fen, row.deposit_fen) == (45_000, 5_000)


@pytest.mark.parametrize(
    "states",
    [
        [
            {"order_status": 1, "due_pay_fee": 29_900, "pay_fee": 0, "order_pay_time": None},
            {"order_status": 2, "due_pay_fee": 0},
            {"order_status": 3, "order_refund_fee": 100, "order_refund_time": "2025-05-09 08:00:00"},
            {"order_status": 5, "conv_time": "2025-05-09 08:00:00"},
        ],
        [
            {"order_status": 1, "due_pay_fee": 50_000, "pay_fee": None, "order_pay_time": None},
            {"order_status": 4, "due_pay_fee": 45_000, "pay_fee": None, "presale_deposit_fee": 5_000},
            {"order_status": 4, "due_pay_fee": 45_000, "pay_fee": 5_000, "presale_deposit_fee": 5_000},
            {"order_status": 2, "pay_fee": 50_000, "presale_deposit_fee": 5_000, "remaining_payment_fee": 45_000},
            {"order_status": 2, "pay_fee": 45_000, "presale_deposit_fee": 5_000, "remaining_payment_fee": 45_000},
        ],
    ],
)
def test_every_state_says_the_same_of_the_order_it_began_with(states: list[dict[str, Any]]) -> None:
    said = [only(orders(**change), Kind.ORDER) for change in states]
    names = [name for name in Row.__struct_fields__ if name != "raw"]
    assert len({tuple(getattr(row, name) for name in names) for row in said}) == 1
    assert said[0].amount_fen in {29_900, 50_000}


def test_a_balance_without_its_own_field_is_the_rest() -> None:
    row = only(orders(presale_deposit_fee=5_000, pay_fee=50_000), Kind.PRESALE_BALANCE)
    assert (row.amount_fen, row.deposit_fen) == (45_000, 5_000)


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ({"syn_click_id": "s", "asyn_click_id": "a"}, ("s", "sync", None)),
        ({"syn_click_id": None, "asyn_click_id": "a"}, ("a", "async", None)),
        ({"syn_click_id": "__CLICK_ID__", "asyn_click_id": "a"}, ("a", "async", None)),
        ({"syn_click_id": "__CLICK_ID__"}, (None, None, "macro_unresolved")),
        ({"syn_click_id": "{click_id}"}, (None, None, "macro_unresolved")),
        ({"syn_click_id": "", "asyn_click_id": "${cid}"}, (None, None, "macro_unresolved")),
        ({"syn_click_id": "00000000-0000-0000-0000-000000000000"}, (None, None, "click_id_zero")),
        ({"syn_click_id": "0"}, (None, None, "click_id_zero")),
        ({"syn_click_id": "D41D8CD98F00B204E9800998ECF8427E"}, (None, None, "click_id_of_nothing")),
        ({"syn_click_id": "--"}, (None, None, None)),
        ({"syn_click_id": None}, (None, None, None)),
    ],
)
def test_ATTR_3_the_links_click_id_goes_before_the_monitors(ids: dict[str, Any], expected: tuple[Any, ...]) -> None:  # fmt: skip
    paid = only(orders(**ids), Kind.PAY)
    assert (paid.click_id, paid.click_by, paid.click_problem) == expected


def test_ATTR_3_two_click_ids_of_one_order_are_both_kept() -> None:
    both = {"syn_click_id": "s", "asyn_click_id": "a"}
    assert only(orders(**both), Kind.PAY).async_click_id == "a"
    for alone in ({"syn_click_id": "s", "asyn_click_id": "s"}, {"syn_click_id": None, "asyn_click_id": "a"}):
        assert only(orders(**alone), Kind.PAY).async_click_id is None


def test_a_claim_that_comes_later_is_the_newer_word_on_the_same_fact() -> None:
    before, after = only(orders(), Kind.PAY), only(orders(is_attr_by_others=1), Kind.PAY)
    assert after.version == before.version + 1
    assert after.claimed_elsewhere is True
    assert before.version % 2 == 0


def test_commission_rate_is_never_used_for_money() -> None:
    rates = {only(orders(commission_rate=rate), Kind.PAY).commission_fen for rate in ("10", "0.1", "nonsense", None)}
    assert rates == {1_495}


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        ({"order_status": 6}, "unknown_state", "order_status"),
        ({"order_status": None}, "missing_field", "order_status"),
        ({"order_status": "paid"}, "bad_value", "order_status"),
        ({"pay_fee": -1}, "below_zero", "pay_fee"),
        ({"pay_fee": 299.0}, "bad_value", "pay_fee"),
        ({"pay_fee": "299.00"}, "bad_value", "pay_fee"),
        ({"pay_fee": AMOUNT_FEN_MAX + 1}, "out_of_range", "pay_fee"),
        ({"pay_fee": None}, "missing_field", "pay_fee"),
        ({"pay_fee": True}, "bad_value", "pay_fee"),
        ({"order_pay_time": None}, "missing_field", "order_pay_time"),
        ({"order_pay_time": "2025-05-07T10:06:30"}, "bad_time", "order_pay_time"),
        ({"order_pay_time": "2025-02-30 10:06:30"}, "bad_time", "order_pay_time"),
        ({"order_pay_time": 1746583590}, "bad_time", "order_pay_time"),
        ({"order_pay_time": "1970-01-01 08:00:00"}, "bad_time", "order_pay_time"),
        ({"sub_order_id": None}, "missing_field", "sub_order_id"),
        ({"sub_order_id": "a b"}, "bad_value", "sub_order_id"),
        ({"seller_id": 0}, "missing_field", "seller_id"),
        ({"is_attr_by_others": 2}, "bad_value", "is_attr_by_others"),
        ({"buy_amount": 10**6 + 1}, "out_of_range", "buy_amount"),
        ({"order_pay_time": "2060-01-01 00:00:00"}, "bad_time", "order_pay_time"),
        ({"due_pay_fee": AMOUNT_FEN_MAX}, "out_of_range", "due_pay_fee"),
        ({"presale_deposit_fee": 5_000, "pay_fee": 47_000, "remaining_payment_fee": 45_000}, "presale_sums_differ", "pay_fee"),
        ({"order_status": 3, "order_refund_time": "2025-05-09 08:00:00"}, "missing_field", "order_refund_fee"),
        ({"order_status": 3, "order_refund_time": "2025-05-09 08:00:00", "order_refund_fee": 0}, "bad_value", "order_refund_fee"),
        ({"order_status": 3, "order_refund_fee": 5}, "missing_field", "order_refund_time"),
        ({"order_status": 5}, "missing_field", "conv_time"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_field(change: dict[str, Any], code: str, place: str) -> None:
    problem = orders(**change)[-1]
    assert isinstance(problem, RowProblem)
    assert (problem.code, problem.place) == (code, place)
    assert json.loads(problem.raw) == ORDER | change


@pytest.mark.parametrize(
    ("raw", "code"),
    [(b"7", "not_an_object"), (b"null", "not_an_object"), (b"\xff", "not_json"), (b"[" * 99_999, "not_json")],
)
def test_a_row_that_is_none(raw: bytes, code: str) -> None:
    for read in (order_rows, cart_rows, visit_rows):
        assert kinds(read(raw)) == [code]


def test_a_cart_is_told_apart_by_its_virtual_id_and_is_no_order() -> None:
    [row] = cart_rows(json.dumps(CART).encode())
    assert isinstance(row, Row)
    assert (row.kind, row.event_no, row.order_id, row.sub_order_id) == (Kind.CART, "v-1-1", None, None)
    assert (row.platform_item_id, row.click_id, row.click_by) == ("600002", "c-1", "async")
    assert kinds(cart_rows(json.dumps(CART | {"conv_type": 1}).encode())) == ["favourite"]


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        ({"conv_type": 3}, "unknown_state", "conv_type"),
        ({"conv_time": None}, "missing_field", "conv_time"),
        ({"sub_order_id": None, "order_id": None}, "missing_field", "sub_order_id"),
        ({"conv_item_id": None, "item_id": None}, "missing_field", "conv_item_id"),
    ],
)
def test_what_is_wrong_with_a_cart(change: dict[str, Any], code: str, place: str) -> None:
    [problem] = cart_rows(json.dumps(CART | change).encode())
    assert isinstance(problem, RowProblem)
    assert (problem.code, problem.place) == (code, place)


def test_a_visit_says_whether_the_visitor_is_new() -> None:
    visit = CART | {"visit_type": 12, "is_new_visitor": 1}
    [row] = visit_rows(json.dumps(visit).encode())
    assert isinstance(row, Row)
    assert (row.kind, row.new_visitor) == (Kind.VISIT, True)
    assert kinds(visit_rows(json.dumps(visit | {"visit_type": 11}).encode())) == ["open"]
    assert kinds(visit_rows(json.dumps(visit | {"visit_type": 2}).encode())) == ["unknown_state"]


def test_a_settlement_is_the_last_word_on_amount_and_fee() -> None:
    row = only(settle(), Kind.SETTLE)
    assert (row.amount_fen, row.commission_fen) == (19_900, 995)
    assert (row.order_id, row.sub_order_id, row.platform_shop_id) == ("3900001", "3900001001", "880001")
    assert row.occurred_at_ms == ms("2025-05-20T09:00:00")
    later = only(settle(modified_time="2025-05-21 09:00:01"), Kind.SETTLE)
    assert later.version - row.version == 86_400


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"tk_status": 12}, []),
        ({"tk_status": 14}, []),
        ({"tk_status": 13}, [("settle", 0), ("refund", 29_900)]),
        ({"tk_status": 13, "alipay_total_price": "0"}, []),
        ({"tk_status": 3}, [("settle", 19_900), ("refund", 10_000)]),
        ({"tk_status": 3, "pay_price": "299"}, [("settle", 29_900)]),
    ],
)
def test_each_state_of_the_affiliate(change: dict[str, Any], expected: list[tuple[str, int]]) -> None:
    rows = settle(**change)
    assert [(row.kind.value, row.amount_fen) for row in rows if isinstance(row, Row)] == expected
    assert len(rows) == len(expected)


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        ({"tk_status": 11}, "unknown_state", "tk_status"),
        ({"refund_tag": 2}, "bad_value", "refund_tag"),
        ({"pay_price": "1.005"}, "not_whole_fen", "pay_price"),
        ({"pay_price": "-1"}, "below_zero", "pay_price"),
        ({"pay_price": "NaN"}, "bad_value", "pay_price"),
        ({"pay_price": "1E+999999"}, "out_of_range", "pay_price"),
        ({"pay_price": "1E+99"}, "out_of_range", "pay_price"),
        ({"pay_price": "1." + "0" * 60 + "1"}, "not_whole_fen", "pay_price"),
        ({"pay_price": "1E-999999"}, "not_whole_fen", "pay_price"),
        ({"pay_price": "--"}, "missing_field", "pay_price"),
        ({"platform_special_service_fee": "Infinity"}, "bad_value", "platform_special_service_fee"),
        ({"tk_earning_time": "--"}, "missing_field", "tk_earning_time"),
        ({"modified_time": "--"}, "missing_field", "modified_time"),
        ({"seller_nick": "--"}, "missing_field", "seller_nick"),
        ({"deposit_price": "five"}, "bad_value", "deposit_price"),
    ],
)
def test_what_is_wrong_with_a_settlement(change: dict[str, Any], code: str, place: str) -> None:
    problem = settle(**change)[-1]
    assert isinstance(problem, RowProblem)
    assert (problem.code, problem.place) == (code, place)


def test_an_amount_in_a_bare_number_is_exact_too() -> None:
    # 1.15 is no binary fraction: as a float it would be 114.99999999999999 fen.
    raw = json.dumps(SETTLED).replace('"9.95"', "1.15").encode()
    assert only(settlement_rows(raw, {}), Kind.SETTLE).commission_fen == 115


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)


@given(name=st.sampled_from(sorted(ORDER | CART | {"visit_type": 0, "order_refund_fee": 0})), value=JSON)
def test_no_value_of_any_field_raises(name: str, value: Any) -> None:
    for read, row in ((order_rows, ORDER), (cart_rows, CART), (visit_rows, CART | {"visit_type": 12})):
        raw = json.dumps(row | {name: value}).encode()
        found = read(raw)
        assert found
        assert all(one.raw == raw.decode() for one in found)
        assert all(one.version >= 1 for one in found if isinstance(one, Row))


@given(name=st.sampled_from(sorted(SETTLED)), value=JSON)
def test_no_value_of_a_settlement_raises(name: str, value: Any) -> None:
    for row in settle(**{name: value}):
        assert isinstance(row, RowProblem) or (row.amount_fen is not None and 0 <= row.amount_fen <= AMOUNT_FEN_MAX)


@given(fen=st.integers(0, AMOUNT_FEN_MAX), zeros=st.integers(0, 4))
def test_every_amount_in_yuan_is_read_to_the_fen(fen: int, zeros: int) -> None:
    text = f"{fen // 100}.{fen % 100:02d}{'0' * zeros}"
    assert only(settle(pay_price=text, alipay_total_price="0"), Kind.SETTLE).amount_fen == fen
