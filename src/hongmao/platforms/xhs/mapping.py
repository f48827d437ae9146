"""What an order and an after-sale of the in-site shop mean: rows of ours, or what is wrong with which field.

An order tells its SKUs without an id of their own, equal ones added up: order and SKU together are the unit of a conversion,
and a gift (赠品) of the same SKU is another. Placed, paid and received are facts of their own kinds. Money comes back by
after-sale: what was asked back is no fact, only what went back is (`refundStatus` 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from hongmao.platforms.api import FieldFault, Kind, Money, Row, RowProblem, click_of, needed, version_of
from hongmao.platforms.xhs.fields import ArkFields

if TYPE_CHECKING:
    from collections.abc import Sequence

_UNPAID: Final = 1  # 已下单待付款
_DONE: Final = 7  # 已完成: the buyer confirmed receipt, or the system did
_STATES: Final = range(1, 11)
_TYPES: Final = range(1, 6)
_DEPOSIT_PRESALE, _EXCHANGE = 2, 5
_GIFT: Final = 1
_GONE_BACK: Final = 2
_REFUND_STATES: Final = frozenset({0, 1, 2, 3, 101, 108, 201, 301, 302, 401, 402})
_VISIT_KINDS: Final = {
    "open": Kind.OPEN,
    "visit": Kind.VISIT,
    "cart": Kind.CART,
    "favourite": Kind.FAVOURITE,
    "follow": Kind.SHOP_FOLLOW,
}
_OF_AN_ITEM: Final = frozenset({Kind.CART, Kind.FAVOURITE})
_ID_CHARS_MAX: Final = 64
_PERSONAL: Final = frozenset(
    {"userId", "openAddressId", "customerRemark", "outTradeNo", "returnAddress", "proofPhotos", "desc"}
)
_encode = msgspec.json.Encoder(decimal_format="number").encode


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """What all rows of an order share."""

    order_id: str
    shop_id: str
    version: int
    click_id: str | None
    click_problem: str | None
    clicked_item: str | None
    raw: str


def rows_of_order(told: dict[str, Any]) -> list[Row | RowProblem]:
    """Read an order's detail as its rows; one problem stands for the whole order, since its parts belong together."""
    raw = text_of(told)
    try:
        return list(_order_rows(ArkFields(told), raw))
    except FieldFault as fault:
        return [RowProblem(code=fault.code, place=fault.place, raw=raw)]


def rows_of_after_sale(told: object, *, shop_id: str) -> list[Row | RowProblem]:
    """Read an after-sale's detail as refunds, one a SKU; none while no money went back. Its shop is the key's own."""
    if not isinstance(told, dict):
        return [RowProblem(code="missing_field", place="afterSaleInfo", raw="null")]
    raw = text_of(told)
    try:
        return list(_refund_rows(ArkFields(told), raw, shop_id))
    except FieldFault as fault:
        return [RowProblem(code=fault.code, place=fault.place, raw=raw)]


def row_of_visit(told: dict[str, Any]) -> Row | RowProblem:
    """Read a visit as the sandbox tells it: Ark itself has no method for visits."""
    raw = text_of(told)
    try:
        return _visit_row(ArkFields(told), raw)
    except FieldFault as fault:
        return RowProblem(code=fault.code, place=fault.place, raw=raw)


def text_of(told: dict[str, Any]) -> str:
    """Write an object down for the quarantine, without whoever bought: Ark tells more of a buyer than we may keep (PRIV-2)."""
    kept = {name: value for name, value in told.items() if name not in _PERSONAL and not name.startswith("receiver")}
    return _encode(kept).decode()


def _order_rows(order: ArkFields, raw: str) -> list[Row]:
    state, kind = needed(order.whole("orderStatus"), "orderStatus"), needed(order.whole("orderType"), "orderType")
    if state not in _STATES:
        raise FieldFault("unknown_state", "orderStatus")
    if kind not in _TYPES:
        raise FieldFault("unknown_state", "orderType")
    if kind == _EXCHANGE:  # what is sent in exchange was sold once already
        raise FieldFault("exchange_order", "orderType")
    click_id, click_problem = click_of(order.text("clickId"))
    shared = _Order(
        order_id=needed(order.id("orderId"), "orderId"),
        shop_id=needed(order.id("shopId") or order.id("sellerId"), "shopId"),
        version=version_of(needed(order.epoch_ms("updateTime"), "updateTime"), "updateTime"),
        click_id=click_id,
        click_problem=click_problem,
        clicked_item=order.id("clickItemId"),
        raw=raw,
    )
    placed_at = needed(order.epoch_ms("createdTime"), "createdTime")
    paid_at = _paid_at(order, state)
    done_at = needed(order.epoch_ms("finishTime"), "finishTime") if state == _DONE else None
    skus = order.objects("skuList")
    if not skus:
        raise FieldFault("missing_field", "skuList")
    deposit = _deposit(order, kind, len(skus))
    return [row for sku in skus for row in _sku_rows(shared, sku, (placed_at, paid_at, done_at), deposit)]


def _paid_at(order: ArkFields, state: int) -> int | None:
    paid_at = order.epoch_ms("paidTime")
    if paid_at is not None and state == _UNPAID:
        raise FieldFault("contradiction", "paidTime")
    return paid_at


def _deposit(order: ArkFields, kind: int, skus: int) -> int | None:
    """Give a presale's deposit. It is told for the whole order, so only an order of one SKU can be read."""
    if kind != _DEPOSIT_PRESALE:
        return None
    deposit = needed(order.fen("totalDepositAmount"), "totalDepositAmount")
    if skus != 1:
        raise FieldFault("presale_unsplit", "totalDepositAmount")
    return deposit


def _sku_rows(
    order: _Order, sku: ArkFields, times: tuple[int, int | None, int | None], deposit_fen: int | None
) -> list[Row]:
    placed_at, paid_at, done_at = times
    paid_fen = needed(sku.fen("totalPaidAmount"), "totalPaidAmount")
    rows = [_row(order, sku, Kind.ORDER, placed_at, amount_fen=paid_fen)]
    if paid_at is not None and deposit_fen is None:
        rows.append(_row(order, sku, Kind.PAY, paid_at, amount_fen=paid_fen))
    elif paid_at is not None and deposit_fen is not None:
        # When the deposit was paid is told nowhere; the balance carries it.
        if deposit_fen > paid_fen:
            raise FieldFault("contradiction", "totalDepositAmount")
        balance_fen = paid_fen - deposit_fen
        rows.append(_row(order, sku, Kind.PRESALE_BALANCE, paid_at, amount_fen=balance_fen, deposit_fen=deposit_fen))
    if done_at is not None:
        rows.append(_row(order, sku, Kind.RECEIVE, done_at))
    return rows


def _row(
    order: _Order,
    sku: ArkFields,
    kind: Kind,
    at_ms: int,
    *,
    amount_fen: int | None = None,
    deposit_fen: int | None = None,
) -> Row:
    sub_order_id = _sub_order_id(order.order_id, sku)
    return Row(
        kind=kind,
        event_no=f"{sub_order_id}.{kind.value}",
        occurred_at_ms=at_ms,
        platform_shop_id=order.shop_id,
        raw=order.raw,
        version=order.version,
        click_id=order.click_id,
        click_problem=order.click_problem,
        platform_item_id=order.clicked_item,
        platform_pay_item_id=needed(sku.id("itemId"), "itemId"),
        order_id=order.order_id,
        sub_order_id=sub_order_id,
        quantity=needed(sku.count("skuQuantity"), "skuQuantity"),
        amount_fen=amount_fen,
        deposit_fen=deposit_fen,
    )


def _sub_order_id(order_id: str, sku: ArkFields) -> str:
    sku_id = needed(sku.id("skuId"), "skuId")
    sub_order_id = f"{order_id}:{sku_id}:gift" if sku.whole("skuTag") == _GIFT else f"{order_id}:{sku_id}"
    if len(sub_order_id) > _ID_CHARS_MAX:
        raise FieldFault("too_long", "skuId")
    return sub_order_id


def _refund_rows(sale: ArkFields, raw: str, shop_id: str) -> list[Row]:
    state = sale.whole("refundStatus") or 0
    if state not in _REFUND_STATES:
        raise FieldFault("unknown_state", "refundStatus")
    if state != _GONE_BACK:
        return []
    refund_id = needed(sale.id("returnsId"), "returnsId")
    order_id = needed(sale.id("orderId"), "orderId")
    at_ms = needed(sale.at_either("refundTime"), "refundTime")
    version = version_of(needed(sale.epoch_ms("updatedAt"), "updatedAt"), "updatedAt")
    shop = needed(sale.id("shopId") or shop_id or None, "shopId")
    click_id, click_problem = click_of(sale.text("clickId"))
    return [
        Row(
            kind=Kind.REFUND,
            event_no=refund_id,
            occurred_at_ms=at_ms,
            platform_shop_id=shop,
            raw=raw,
            version=version,
            click_id=click_id,
            click_problem=click_problem,
            platform_pay_item_id=sku.id("itemId"),
            order_id=order_id,
            sub_order_id=_sub_order_id(order_id, sku),
            refund_id=refund_id,
            amount_fen=amount.fen,
        )
        for sku, amount in _shared_out(sale)
        if amount
    ]


def _shared_out(sale: ArkFields) -> list[tuple[ArkFields, Money]]:
    """Share what went back among the SKUs as it was asked for: the parts add up to it, to the last fen."""
    total = Money(needed(sale.yuan("refundAmountYuan"), "refundAmountYuan"))
    if not total:
        raise FieldFault("bad_value", "refundAmountYuan")
    skus: Sequence[ArkFields] = sale.objects("skus")
    if not skus:
        raise FieldFault("missing_field", "skus")
    if len(skus) == 1:
        return [(skus[0], total)]
    asked = [needed(sku.yuan("appliedTotalAmountYuan"), "appliedTotalAmountYuan") for sku in skus]
    if not any(asked):
        raise FieldFault("bad_value", "appliedTotalAmountYuan")
    return list(zip(skus, total.allocate(asked), strict=True))


def _visit_row(told: ArkFields, raw: str) -> Row:
    kind = _VISIT_KINDS.get(needed(told.text("eventType"), "eventType"))
    if kind is None:
        raise FieldFault("unknown_state", "eventType")
    click_id, click_problem = click_of(told.text("clickId"))
    at_ms = needed(told.epoch_ms("eventTime"), "eventTime")
    item_id = told.id("itemId")
    if kind in _OF_AN_ITEM:
        needed(item_id, "itemId")
    return Row(
        kind=kind,
        event_no=needed(told.id("eventId"), "eventId"),
        occurred_at_ms=at_ms,
        platform_shop_id=needed(told.id("shopId"), "shopId"),
        raw=raw,
        click_id=click_id,
        click_problem=click_problem,
        platform_item_id=item_id,
        quantity=told.count("quantity"),
        new_visitor=told.truth("newVisitor"),
    )
