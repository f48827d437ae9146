"""What a row of 多多进宝 means here: one order of one item, whose state proves what came before it.

Revenue can be taken away in three ways: the audit fails (4), the order is punished (10), or the goods go back (售后). They
may follow one another on the same order, and the money can go only once, so all three are one fact, `ORDER.removed`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.platforms.api import FieldFault, Kind, Row, click_of, facts_of, made_id, needed, version_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.platforms.api import Fields, RowProblem

UNPAID, PAID, GROUPED, RECEIVED, APPROVED, REJECTED, SETTLED, NO_FEE, PUNISHED = -1, 0, 1, 2, 3, 4, 5, 8, 10
"""`order_status`: 未支付, 已支付, 已成团, 确认收货, 审核成功, 审核失败, 已结算, 无佣金, 已处罚."""
_KNOWN: Final = frozenset({UNPAID, PAID, GROUPED, RECEIVED, APPROVED, REJECTED, SETTLED, NO_FEE, PUNISHED})
_REMOVED: Final = {REJECTED: "rejected", PUNISHED: "punished"}
RETURNED: Final = 2
"""`return_status`: 0 none, 1 under way, 2 done."""
_RETURN_STATES: Final = frozenset({None, 0, 1, RETURNED})
_ACTS: Final = {"open": Kind.OPEN, "visit": Kind.VISIT, "cart": Kind.CART, "favourite": Kind.FAVOURITE}
_CLICK_KEYS: Final = ("click_id", "uid")


def order_rows(raw: bytes) -> list[Row | RowProblem]:
    """Read one row of `order.list.increment.get`. What is wrong stands after the facts that could still be read."""
    return facts_of(raw, lambda row, text: _facts(_Order(row, text)))


def visit_rows(raw: bytes) -> list[Row | RowProblem]:
    """Read one row of the sandbox's visits; Pinduoduo is not known to tell of any."""
    return facts_of(raw, lambda row, text: iter([_act(row, text)]))


class _Order:
    """What every fact of one row has in common."""

    def __init__(self, row: Fields, raw: str) -> None:
        self.row = row
        self._raw = raw
        self.shop = needed(row.id("mall_id"), "mall_id")
        self.order_sn = needed(row.id("order_sn"), "order_sn")
        self.item = needed(row.id("goods_id"), "goods_id")
        self.state = row.state("order_status")
        if self.state not in _KNOWN:
            raise FieldFault("unknown_state", "order_status")
        self.compared = row.flag("price_compare_status")
        self.click_id, self.click_problem = _click(row, "custom_parameters")

    def fact(
        self,
        kind: Kind,
        time_field: str,
        *,
        amount_fen: int | None = None,
        commission_fen: int | None = None,
        cause: str = "",
    ) -> Row:
        """Make one fact, dated by the field that dates it. `cause` says why revenue was taken away."""
        at_ms = needed(self.row.epoch_s(time_field), time_field)
        refund_id = made_id(f"{self.order_sn}.removed", "order_sn") if cause else None
        return Row(
            kind=kind,
            event_no=f"{self.order_sn}.{cause or kind.value}",
            occurred_at_ms=at_ms,
            platform_shop_id=self.shop,
            raw=self._raw,
            version=self._version(at_ms, time_field),
            click_id=self.click_id,
            click_problem=self.click_problem,
            click_by=None if self.click_id is None else "sync",
            platform_pay_item_id=self.item,
            order_id=self.order_sn,
            sub_order_id=self.order_sn,
            refund_id=refund_id,
            quantity=None if cause else self.row.pieces("goods_quantity"),
            amount_fen=amount_fen,
            commission_fen=commission_fen,
            price_compare=self.compared,
        )

    def _version(self, at_ms: int, time_field: str) -> int:
        # Twice the seconds, so that an order found to be 比价 later is the newer word on the same fact.
        return 2 * version_of(at_ms, time_field) + (self.compared is True)


def _facts(order: _Order) -> Iterator[Row]:
    row = order.row
    amount_fen = needed(row.fen("order_amount"), "order_amount")
    fee_fen = row.fen("promotion_amount")
    yield order.fact(Kind.ORDER, "order_create_time", amount_fen=amount_fen)
    if order.state == UNPAID:
        return
    yield order.fact(Kind.PAY, "order_pay_time", amount_fen=amount_fen, commission_fen=fee_fen)
    is_received = order.state in {RECEIVED, APPROVED, SETTLED}
    if is_received or row.epoch_s("order_receive_time") is not None:
        yield order.fact(Kind.RECEIVE, "order_receive_time")
    if order.state == SETTLED:
        settled_fen = needed(fee_fen, "promotion_amount")
        yield order.fact(Kind.SETTLE, "order_settle_time", amount_fen=amount_fen, commission_fen=settled_fen)
    yield from _removal(order, amount_fen)


def _removal(order: _Order, amount_fen: int) -> Iterator[Row]:
    returned = order.row.whole("return_status")
    if returned not in _RETURN_STATES:
        raise FieldFault("unknown_state", "return_status")
    cause, gone_fen = _REMOVED.get(order.state, ""), amount_fen
    if not cause and returned == RETURNED:
        # Their list gives no amount of what went back, which then is the whole; the sandbox gives one.
        cause, gone_fen = "returned", order.row.fen("refund_amount") or amount_fen
    if gone_fen > amount_fen:
        raise FieldFault("sums_differ", "refund_amount")
    if cause and gone_fen > 0:
        yield order.fact(Kind.REFUND, "order_modify_at", amount_fen=gone_fen, cause=cause)


def _click(row: Fields, name: str) -> tuple[str | None, str | None]:
    """Read 自定义参数: our click id as it is, or in the JSON object that 备案 wants, under `uid`."""
    text = row.text(name)
    if text is None or not text.startswith("{"):
        return click_of(text)
    try:
        told = msgspec.json.decode(text, type=dict[str, str | int | None])
    except msgspec.DecodeError:
        return click_of(text)
    found = next((str(told[key]) for key in _CLICK_KEYS if told.get(key)), None)
    return click_of(found)


def _act(row: Fields, raw: str) -> Row:
    kind = _ACTS.get(needed(row.text("behavior"), "behavior"))
    if kind is None:
        raise FieldFault("unknown_state", "behavior")
    at_ms = needed(row.epoch_s("behavior_time"), "behavior_time")
    click_id, problem = _click(row, "custom_parameters")
    item = row.id("goods_id")
    return Row(
        kind=kind,
        event_no=needed(row.id("behavior_id"), "behavior_id"),
        occurred_at_ms=at_ms,
        platform_shop_id=needed(row.id("mall_id"), "mall_id"),
        raw=raw,
        version=version_of(at_ms, "behavior_time"),
        click_id=click_id,
        click_problem=problem,
        click_by=None if click_id is None else "sync",
        platform_item_id=needed(item, "goods_id") if kind in {Kind.CART, Kind.FAVOURITE} else item,
        new_visitor=row.flag("is_new_visitor") if kind is Kind.VISIT else None,
    )
