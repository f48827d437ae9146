"""What an order of VOP's union means here: one line for each of its goods, see `goods`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import FieldFault, Fields, RowProblem, needed
from hongmao.platforms.vip.goods import SIGNED, VOID, Back, GoodsLine, Names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.platforms.api import Row

NAMES: Final = Names(
    state="orderSubStatusName",
    amount="commissionTotalCost",
    placed="orderTime",
    signed="signTime",
    settled="settledTime",
    changed="lastUpdateTime",
    back="afterSaleFinishTime",
    fee="commission",
)
# `status` alone does not tell a paid order from an unpaid one (1 is 待定), so it only serves where it is unambiguous.
_BY_STATUS: Final = {0: VOID, 2: SIGNED}
_STATUSES: Final = frozenset({0, 1, 2})


def order_rows(raw: bytes, *, shop: str = "") -> list[Row | RowProblem]:
    """Read one order. A line that cannot be read is a problem of its own and leaves the others alone.

    `shop` is who sells where a line has no brand number of its own.
    """
    text = raw.decode(errors="replace")
    found: list[Row | RowProblem] = []
    try:
        order = Fields.of(raw)
        details = order.rows("detailList")
        if not details:
            raise FieldFault("missing_field", "detailList")
    except FieldFault as fault:
        return [RowProblem(code=fault.code, place=fault.place, raw=text)]
    for place, detail in enumerate(details):
        try:
            found.extend(_facts(order, detail, text, shop))
        except FieldFault as fault:
            found.append(RowProblem(code=fault.code, place=f"detailList[{place}].{fault.place}", raw=text))
    return found


def _facts(order: Fields, detail: Fields, raw: str, shop: str) -> Iterator[Row]:
    quantity, amount_fen = detail.pieces("goodsCount"), detail.yuan("commissionTotalCost")
    line = GoodsLine(
        names=NAMES,
        raw=raw,
        order_sn=needed(order.id("orderSn"), "orderSn"),
        goods_id=needed(detail.id("goodsId"), "goodsId"),
        size_id=detail.id("sizeId"),
        shop=needed(detail.id("brandStoreSn") or shop or None, "brandStoreSn"),
        state=_state(order),
        quantity=quantity,
        amount_fen=amount_fen,
        fee_fen=detail.yuan("commission"),
        click_text=order.text("statParam"),
        placed_ms=order.epoch_ms("orderTime"),
        # 订单支付金额 tells whether a void order was ever paid; when it was is not told, so it is dated by the order.
        paid_ms=order.epoch_ms("orderTime") if order.yuan("totalCost") else None,
        signed_ms=order.epoch_ms("signTime"),
        settled_ms=order.epoch_ms("settledTime"),
        changed_ms=order.epoch_ms("lastUpdateTime"),
        back=_back(detail, quantity, amount_fen),
    )
    yield from line.facts()


def _state(order: Fields) -> str:
    name = order.text("orderSubStatusName")
    if name is not None:
        return name
    status = order.state("status")
    if status not in _STATUSES:
        raise FieldFault("unknown_state", "status")
    return needed(_BY_STATUS.get(status), "orderSubStatusName")


def _back(detail: Fields, quantity: int | None, amount_fen: int | None) -> Back | None:
    """Reckon finished 售后. Pieces are told and no amount, so each carries its share of the line; a sandbox tells amounts."""
    pieces, told_fen, last_ms = 0, 0, 0
    for sale in detail.rows("afterSaleInfo"):
        at_ms = sale.epoch_ms("afterSaleFinishTime")
        if at_ms is not None:
            pieces += sale.whole("afterSaleChangedGoodsCount") or 0
            told_fen += sale.yuan("refundAmount") or 0
            last_ms = max(last_ms, at_ms)
    gone_fen = told_fen + (_share(pieces, quantity, amount_fen) if pieces else 0)
    return Back(at_ms=last_ms, amount_fen=gone_fen) if gone_fen else None


def _share(pieces: int, quantity: int | None, amount_fen: int | None) -> int:
    bought, fen = needed(quantity, "goodsCount"), needed(amount_fen, "commissionTotalCost")
    if pieces > bought:
        raise FieldFault("sums_differ", "afterSaleChangedGoodsCount")
    return (2 * fen * pieces + bought) // (2 * bought)
