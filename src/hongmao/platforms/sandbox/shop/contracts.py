"""What the shop sells and what was ordered. Amounts in fen, times in epoch milliseconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Stage(StrEnum):
    """How far a sub-order has come. A refund is no stage: it is an amount beside it."""

    PLACED = "placed"  # 拍下
    DEPOSIT_PAID = "deposit_paid"  # 已付定金
    PAID = "paid"  # 已付款
    RECEIVED = "received"  # 已收货


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """店铺, on one marketplace."""

    shop_id: str
    name: str
    platform: str = "sandbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """商品. An item with a deposit is sold by presale (预售): deposit first, the rest later."""

    item_id: str
    shop_id: str
    title: str
    price_fen: int
    presale_deposit_fen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """货架: whether an item can be bought, and the category it stands under. What nobody said is on sale, without one."""

    item_id: str
    on_sale: bool = True  # 上架
    in_stock: bool = True  # 有货
    category: str | None = None

    @property
    def sells(self) -> bool:
        """Whether a buyer can order it now."""
        return self.on_sale and self.in_stock


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopMark:
    """What its marketplace says of a shop; None where it does not. Scores are texts, exact to the character."""

    shop_id: str
    kind: str | None = None
    badge: str | None = None
    category: str | None = None
    scores: Mapping[str, str] = field(default_factory=dict)
    observed_at_ms: int | None = None
    """When it observed that; None: it observes anew at the beginning of every day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One item and how many of it: in a cart, or about to be ordered."""

    item: Item
    quantity: int

    @property
    def amount_fen(self) -> int:
        """What the line costs."""
        return self.item.price_fen * self.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class SubOrder:
    """子订单: one item of an order, with title, price and deposit as they were when it was placed."""

    sub_order_id: str
    item_id: str
    title: str
    quantity: int
    amount_fen: int
    """The whole value of the line."""
    deposit_fen: int | None
    """预售定金 of the whole line; None where it is no presale."""
    paid_fen: int
    refunded_fen: int
    stage: Stage

    @property
    def refundable_fen(self) -> int:
        """What may still go back."""
        return self.paid_fen - self.refunded_fen

    @property
    def gone_back(self) -> bool:
        """Whether all that was paid has been refunded."""
        return self.paid_fen > 0 and self.refundable_fen == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """退款: one repayment on a sub-order; there may be several."""

    refund_id: str
    sub_order_id: str
    amount_fen: int
    refunded_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """父订单: what one buyer ordered in one shop at once.

    The click that led here is bound when the order is placed and stays: a payment or refund weeks later still carries it.
    """

    order_id: str
    buyer: str
    shop_id: str
    click_id: str | None
    click_item_id: str | None
    placed_at_ms: int
    sub_orders: tuple[SubOrder, ...]
    refunds: tuple[Refund, ...] = ()

    @property
    def amount_fen(self) -> int:
        """What the order costs in all."""
        return sum(sub.amount_fen for sub in self.sub_orders)

    @property
    def paid_fen(self) -> int:
        """What has been paid so far."""
        return sum(sub.paid_fen for sub in self.sub_orders)

    @property
    def refunded_fen(self) -> int:
        """What has gone back so far."""
        return sum(sub.refunded_fen for sub in self.sub_orders)

    @property
    def status(self) -> str:
        """The least advanced sub-order speaks for the order; `refunded` once everything has gone back."""
        kept = [sub.stage for sub in self.sub_orders if not sub.gone_back]
        return min(kept, key=list(Stage).index).value if kept else "refunded"
