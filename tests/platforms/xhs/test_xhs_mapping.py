"""What Ark's objects mean; what is wrong in one is named by code and field, and nothing is guessed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.kernel.time import instant
from hongmao.platforms.api import Fault, FaultKind, Kind, Reply, Row, RowProblem, pull_error
from hongmao.platforms.xhs.client import read_answer
from hongmao.platforms.xhs.mapping import row_of_visit, rows_of_after_sale, rows_of_order

PAID_AT = instant("2025-05-07T10:05:00+08:00")
UPDATED_AT = instant("2025-05-07T10:06:00+08:00")


def order(**more: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "orderId": "P768291112062421411",
        "orderType": 1,
        "orderStatus": 4,
        "shopId": "5f0000000000000000000001",
        "createdTime": PAID_AT - 60_000,
        "paidTime": PAID_AT,
        "updateTime": UPDATED_AT,
        "finishTime": 0,
        "userId": "a-buyer",
        "receiverCityName": "杭州市",
        "skuList": [{"skuId": "sku-1", "itemId": "item-1", "skuQuantity": 2, "totalPaidAmount": 19_800, "skuTag": 0}],
    }
    return told | more


def sale(**more: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "returnsId": "R6242141112658161",
        "orderId": "P768291112062421411",
        "refundStatus": 2,
        "refundAmountYuan": "99.01",
        "refundTime": PAID_AT,
        "updatedAt": UPDATED_AT,
        "skus": [{"skuId": "sku-1", "appliedTotalAmountYuan": "99.01"}],
    }
    return told | more


def sku(**more: Any) -> list[dict[str, Any]]:
    return [{"skuId": "sku-1", "itemId": "item-1", "skuQuantity": 1, "totalPaidAmount": 100} | more]


def test_an_order_of_one_sku_is_placed_and_paid() -> None:
    rows = rows_of_order(order())
    assert [(row.kind, row.amount_fen) for row in rows if isinstance(row, Row)] == [
        (Kind.ORDER, 19_800),
        (Kind.PAY, 19_800),
    ]
    assert {row.sub_order_id for row in rows if isinstance(row, Row)} == {"P768291112062421411:sku-1"}


def test_PRIV_2_no_buyer_stands_in_what_is_kept() -> None:
    for row in rows_of_order(order()) + rows_of_order(order(orderStatus=99)):
        assert "a-buyer" not in row.raw
        assert "杭州" not in row.raw


def test_an_unpaid_order_is_placed_only_and_a_finished_one_received() -> None:
    assert [row.kind for row in rows_of_order(order(orderStatus=1, paidTime=0)) if isinstance(row, Row)] == [Kind.ORDER]
    done = rows_of_order(order(orderStatus=7, finishTime=UPDATED_AT))
    assert [row.kind for row in done if isinstance(row, Row)] == [Kind.ORDER, Kind.PAY, Kind.RECEIVE]


def test_a_gift_of_the_same_sku_is_a_sub_order_of_its_own() -> None:
    rows = rows_of_order(order(skuList=sku() + sku(skuTag=1, totalPaidAmount=0)))
    assert {row.sub_order_id for row in rows if isinstance(row, Row)} == {
        "P768291112062421411:sku-1",
        "P768291112062421411:sku-1:gift",
    }


@pytest.mark.parametrize(
    ("broken", "code", "place"),
    [
        (order(orderStatus=0), "unknown_state", "orderStatus"),
        (order(orderStatus=11), "unknown_state", "orderStatus"),
        (order(orderType=6), "unknown_state", "orderType"),
        (order(orderType=5), "exchange_order", "orderType"),
        (order(orderStatus="four"), "bad_value", "orderStatus"),
        (order(orderStatus=True), "bad_value", "orderStatus"),
        (order(orderId=None), "missing_field", "orderId"),
        (order(orderId="P 1"), "bad_value", "orderId"),
        (order(shopId=""), "missing_field", "shopId"),
        (order(createdTime=0), "missing_field", "createdTime"),
        (order(createdTime=1_746_583_200), "bad_time", "createdTime"),
        (order(createdTime="2025-05-07 10:00:00"), "bad_value", "createdTime"),
        (order(updateTime=0), "missing_field", "updateTime"),
        (order(orderStatus=1), "contradiction", "paidTime"),
        (order(orderStatus=7), "missing_field", "finishTime"),
        (order(skuList=[]), "missing_field", "skuList"),
        (order(skuList="x"), "bad_value", "skuList"),
        (order(skuList=sku(totalPaidAmount=-1)), "below_zero", "totalPaidAmount"),
        (order(skuList=sku(totalPaidAmount=1.5)), "bad_value", "totalPaidAmount"),
        (order(skuList=sku(totalPaidAmount=10**16)), "out_of_range", "totalPaidAmount"),
        (order(skuList=sku(totalPaidAmount=None)), "missing_field", "totalPaidAmount"),
        (order(skuList=sku(skuQuantity=0)), "out_of_range", "skuQuantity"),
        (order(skuList=sku(itemId=None)), "missing_field", "itemId"),
        (order(orderType=2), "missing_field", "totalDepositAmount"),
        (order(orderType=2, totalDepositAmount=10, skuList=sku() + sku()), "presale_unsplit", "totalDepositAmount"),
        (order(orderType=2, totalDepositAmount=101, skuList=sku()), "contradiction", "totalDepositAmount"),
    ],
)
def test_a_broken_order_is_one_problem(broken: dict[str, Any], code: str, place: str) -> None:
    [problem] = rows_of_order(broken)
    assert isinstance(problem, RowProblem)
    assert (problem.code, problem.place) == (code, place)
    assert problem.raw


@pytest.mark.parametrize(
    ("broken", "code", "place"),
    [
        (sale(refundStatus=7), "unknown_state", "refundStatus"),
        (sale(refundAmountYuan="99.001"), "not_whole_fen", "refundAmountYuan"),
        (sale(refundAmountYuan="-1"), "below_zero", "refundAmountYuan"),
        (sale(refundAmountYuan="1e20"), "out_of_range", "refundAmountYuan"),
        (sale(refundAmountYuan="1e99999999"), "out_of_range", "refundAmountYuan"),
        (sale(refundAmountYuan="NaN"), "bad_value", "refundAmountYuan"),
        (sale(refundAmountYuan=0), "bad_value", "refundAmountYuan"),
        (sale(refundAmountYuan=None), "missing_field", "refundAmountYuan"),
        (sale(refundAmountYuan=1.1), "bad_value", "refundAmountYuan"),
        (sale(refundTime=0), "missing_field", "refundTime"),
        (sale(refundTime=17), "bad_time", "refundTime"),
        (sale(skus=[]), "missing_field", "skus"),
        (sale(skus=[{"skuId": "a"}, {"skuId": "b"}]), "missing_field", "appliedTotalAmountYuan"),
    ],
)
def test_a_broken_after_sale_is_one_problem(broken: dict[str, Any], code: str, place: str) -> None:
    [problem] = rows_of_after_sale(broken, shop_id="shop")
    assert isinstance(problem, RowProblem)
    assert (problem.code, problem.place) == (code, place)


@pytest.mark.parametrize("state", [0, 1, 3, 101, 108, 201, 301, 302, 401, 402])
def test_what_was_only_asked_back_is_no_refund(state: int) -> None:
    assert rows_of_after_sale(sale(refundStatus=state, expectedRefundAmountYuan="99"), shop_id="shop") == []


def test_an_after_sale_without_a_shop_is_a_problem() -> None:
    [problem] = rows_of_after_sale(sale(), shop_id="")
    assert isinstance(problem, RowProblem)
    assert problem.place == "shopId"


def test_a_time_of_refund_is_read_in_either_unit() -> None:
    [ms] = rows_of_after_sale(sale(), shop_id="shop")
    [s] = rows_of_after_sale(sale(refundTime=PAID_AT // 1_000), shop_id="shop")
    assert isinstance(ms, Row)
    assert isinstance(s, Row)
    assert ms.occurred_at_ms == s.occurred_at_ms == PAID_AT


@given(st.integers(1, 10**9), st.lists(st.integers(0, 10**9), min_size=1, max_size=6).filter(any))
def test_a_refund_shared_among_skus_loses_no_fen(total: int, asked: list[int]) -> None:
    told = sale(
        refundAmountYuan=f"{total // 100}.{total % 100:02d}",
        skus=[
            {"skuId": f"sku-{n}", "appliedTotalAmountYuan": f"{fen // 100}.{fen % 100:02d}"}
            for n, fen in enumerate(asked)
        ],
    )
    rows = rows_of_after_sale(told, shop_id="shop")
    assert sum(row.amount_fen or 0 for row in rows if isinstance(row, Row)) == total
    assert all(isinstance(row, Row) and row.amount_fen for row in rows)


@pytest.mark.parametrize(
    ("told", "click_id", "problem"),
    [
        ("c-7f3a", "c-7f3a", None),
        (None, None, None),
        ("", None, None),
        ("__CLICK_ID__", None, "macro_unresolved"),
        ("{click_id}", None, "macro_unresolved"),
        ("00000000-0000", None, "click_id_zero"),
        ("d41d8cd98f00b204e9800998ecf8427e", None, "click_id_of_nothing"),
    ],
)
def test_a_click_id_that_is_none_says_why(told: str | None, click_id: str | None, problem: str | None) -> None:
    row = rows_of_order(order(clickId=told))[0]
    assert isinstance(row, Row)
    assert (row.click_id, row.click_problem) == (click_id, problem)


def test_an_unknown_act_is_a_problem() -> None:
    told = {"eventType": "teleport", "eventTime": PAID_AT, "eventId": "v-1", "shopId": "xs-1"}
    problem = row_of_visit(told)
    assert isinstance(problem, RowProblem)
    assert (problem.code, problem.place) == ("unknown_state", "eventType")


OK = b'{"success":true,"error_code":0,"data":{"total":0}}'


@pytest.mark.parametrize(
    ("reply", "kind", "answer"),
    [
        (Reply(status=429, headers={"retry-after": "7"}), FaultKind.WAIT, "HTTP 429"),
        (Reply(status=503), FaultKind.UNWELL, "HTTP 503"),
        (Reply(status=403), FaultKind.REFUSED, "HTTP 403"),
        (Reply(status=200, body=b"<html>"), FaultKind.UNWELL, "no envelope"),
        (Reply(status=200, body=OK[:20]), FaultKind.UNWELL, "no envelope"),
        (Reply(status=200, body=b"[]"), FaultKind.UNWELL, "no envelope"),
        (Reply(status=200, body=b'{"success":true,"error_code":0}'), FaultKind.UNWELL, "no data"),
        (Reply(status=200, body=b'{"error_code":0,"data":{}}'), FaultKind.UNWELL, "no envelope"),
        (
            Reply(status=200, body=b'{"success":false,"error_code":-1,"error_msg":"no"}'),
            FaultKind.REFUSED,
            "error_code -1",
        ),
        (Reply(status=200, body=b'{"success":true,"error_code":50209}'), FaultKind.REFUSED, "error_code 50209"),
        (Reply(status=200, body=b'{"success":false,"error_code":-9013}'), FaultKind.WAIT, "error_code -9013"),
        (
            Reply(status=200, body='{"success":false,"error_code":-1,"error_msg":"触发应用维度的限流"}'.encode()),
            FaultKind.WAIT,
            "error_code -1",
        ),
        (
            Reply(status=200, body=b'{"success":true,"error_code":0,"data":{"success":false,"code":-5,"data":null}}'),
            FaultKind.REFUSED,
            "error_code -5",
        ),
    ],
)
def test_what_is_wrong_with_an_answer_is_told_apart(reply: Reply, kind: FaultKind, answer: str) -> None:
    fault = read_answer(reply)
    assert isinstance(fault, Fault)
    assert (fault.kind, fault.answer) == (kind, answer)
    assert answer.rsplit(maxsplit=1)[-1] in pull_error(fault, "xhs").message("en")


def test_both_envelopes_are_opened() -> None:
    assert read_answer(Reply(status=200, body=OK)) == {"total": 0}
    inner = b'{"success":true,"error_code":0,"data":{"success":true,"code":0,"data":{"total":0}}}'
    assert read_answer(Reply(status=200, body=inner)) == {"total": 0}
